"""Firing: every closed form against its tabulated values, and the derived ones against Monte Carlo."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.physics import firing

PROBABILITY = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("track", "kill", "no_leak", "mean"), [(1.0, 0.96, 0.4420, 0.800), (0.99, 0.9504, 0.3615, 0.992)]
)
def test_wilkening_raid_of_20_two_shots_each(track, kill, no_leak, mean):
    computed = firing.wilkening_kill_probability(track, 0.8, 2)
    assert computed == pytest.approx(kill, abs=1e-9)
    assert firing.no_leak_probability(computed, 20) == pytest.approx(no_leak, abs=5e-5)
    assert firing.expected_leakers(computed, 20) == pytest.approx(mean, abs=5e-4)
    distribution = firing.leaker_distribution(computed, 20)
    assert distribution[0] == pytest.approx(no_leak, abs=5e-5)
    assert sum(distribution) == pytest.approx(1.0)
    assert sum(k * p for k, p in enumerate(distribution)) == pytest.approx(mean, abs=5e-4)


def test_wilkening_with_a_weak_track():
    kill = firing.wilkening_kill_probability(0.95, 0.7, 2)
    assert firing.no_leak_probability(kill, 20) == pytest.approx(0.0544, abs=5e-5)
    assert firing.expected_leakers(kill, 20) == pytest.approx(2.71, abs=5e-3)


def test_wilkening_kill_chain_of_p_0_7():
    """0.70, 0.91, 0.973, 0.992 for one to four shots."""
    kills = [firing.wilkening_kill_probability(1.0, 0.7, shots) for shots in range(1, 5)]
    assert kills == pytest.approx([0.70, 0.91, 0.973, 0.992], abs=5e-4)


@pytest.mark.parametrize(("targets", "kill"), [(4, 0.946), (10, 0.978), (20, 0.989)])
def test_kill_probability_needed_for_four_in_five_without_leaker(targets, kill):
    assert firing.no_leak_probability(kill, targets) == pytest.approx(0.8, abs=0.004)
    shots = firing.required_shots(0.8, targets, 0.7)
    assert firing.wilkening_kill_probability(1.0, 0.7, 1) < kill
    assert 1.0 - 0.3**shots == pytest.approx(kill, abs=5e-4)


@given(st.floats(0.01, 0.99), st.integers(1, 12), st.floats(0.05, 0.95))
@settings(max_examples=100, deadline=None)
def test_required_shots_inverts_the_no_leak_probability(pk, targets, no_leak):
    shots = firing.required_shots(no_leak, targets, pk)
    assert (1.0 - (1.0 - pk) ** shots) ** targets == pytest.approx(no_leak, rel=1e-9)


def test_no_number_of_shots_buys_back_a_missing_track():
    assert firing.required_shots(0.9, 20, 0.8, 0.95) == math.inf
    assert firing.wilkening_kill_probability(0.95, 0.8, 50) == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("pk", "looks", "shots", "leakage"), [(0.7, 2, 1.30, 0.090), (0.8, 2, 1.20, 0.040), (0.8, 3, 1.24, 0.008)]
)
def test_shoot_look_shoot_values(pk, looks, shots, leakage):
    assert firing.shoot_look_shoot(pk, looks) == pytest.approx((shots, leakage))
    assert firing.shoot_look_shoot(0.0, looks) == (looks, 1.0)


def test_salvo_and_layers():
    assert firing.salvo_leakage(0.8, 2) == pytest.approx(0.04)
    assert firing.layered_leakage([0.8, 0.8]) == pytest.approx(0.04)
    assert firing.layered_leakage([]) == 1.0


@pytest.mark.parametrize(
    ("targets", "missiles", "pk", "leakers", "tolerance"),
    [(10, 10, 0.8, 2.0, 1e-9), (10, 16, 0.8, 0.0354, 5e-5), (50, 32, 0.8, 24.4, 1e-9), (16, 32, 0.7, 0.0077, 5e-5)],
)
def test_magazine_limited_values(targets, missiles, pk, leakers, tolerance):
    assert firing.magazine_limited_leakers(targets, missiles, pk) == pytest.approx(leakers, abs=tolerance)


@pytest.mark.parametrize(
    ("targets", "shots", "pk", "random", "coordinated"),
    [(10, 10, 0.8, 5.656, 8.000), (10, 20, 0.8, 8.113, 9.600), (4, 8, 0.7, 3.142, 3.640)],
)
def test_random_and_coordinated_fire_values(targets, shots, pk, random, coordinated):
    assert firing.random_fire_kills(targets, shots, pk) == pytest.approx(random, abs=6e-4)
    assert firing.coordinated_fire_kills(targets, shots, pk) == pytest.approx(coordinated, abs=1e-9)


@given(st.integers(1, 20), st.integers(0, 40), PROBABILITY)
@settings(max_examples=200, deadline=None)
def test_coordination_never_hurts_and_kills_never_exceed_targets_or_expected_hits(targets, shots, pk):
    random = firing.random_fire_kills(targets, shots, pk)
    coordinated = firing.coordinated_fire_kills(targets, shots, pk)
    assert random <= coordinated + 1e-9
    assert coordinated <= min(targets, shots * pk) + 1e-9
    # Looking after each shot is better still.
    assert targets - firing.magazine_limited_leakers(targets, shots, pk) >= coordinated - 1e-9


def test_magazine_and_random_fire_against_monte_carlo():
    rng, runs = np.random.default_rng(21), 40_000
    hits = rng.random((runs, 16)) < 0.8
    leakers = 10 - np.minimum(10, hits.sum(axis=1))
    expected = firing.magazine_limited_leakers(10, 16, 0.8)
    assert abs(leakers.mean() - expected) < 4 * leakers.std() / math.sqrt(runs)
    choice = rng.integers(0, 10, size=(runs, 16))
    killed = np.zeros((runs, 10), dtype=bool)
    for shot in range(16):
        killed[np.arange(runs), choice[:, shot]] |= hits[:, shot]
    kills = killed.sum(axis=1)
    assert abs(kills.mean() - firing.random_fire_kills(10, 16, 0.8)) < 4 * kills.std() / math.sqrt(runs)
