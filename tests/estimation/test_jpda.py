"""Joint probabilities: every event of small clusters counted one by one, published limits, and what is too large."""

import itertools

import numpy as np
import pytest

from openiamd.estimation.jpda import LARGEST_CLUSTER, joint_probabilities, joint_work


@pytest.fixture(scope="module")
def work():
    return joint_work()


def joint(log_ratio, work):
    n_tracks, n_plots = log_ratio.shape
    found = np.full((n_tracks, n_plots + 1), np.nan)
    ratio = np.ascontiguousarray(log_ratio, np.float64)
    return joint_probabilities(ratio, n_tracks, n_plots, found, *work), found


def by_enumeration(log_ratio):
    """Of all events that detect the same tracks by the same plots keep the likeliest (Blom & Bloem 2000)."""
    n_tracks, n_plots = log_ratio.shape
    best = {}
    for event in itertools.product(range(n_plots + 1), repeat=n_tracks):
        used = [choice for choice in event if choice]
        if len(set(used)) < len(used):
            continue
        weight = np.exp(sum(log_ratio[track, choice - 1] for track, choice in enumerate(event) if choice))
        key = tuple(choice > 0 for choice in event), frozenset(used)
        if weight > best.get(key, (-1.0,))[0]:
            best[key] = weight, event
    probability = np.zeros((n_tracks, n_plots + 1))
    for weight, event in best.values():
        probability[range(n_tracks), event] += weight
    return probability / probability.sum(1, keepdims=True)


def test_equals_the_enumeration_of_all_events(work):
    draw = np.random.default_rng(1)
    for _ in range(200):
        shape = draw.integers(1, 5, size=2)
        log_ratio = draw.normal(1.0, 3.0, shape)
        log_ratio[draw.random(shape) < 0.3] = -np.inf
        solved, found = joint(log_ratio, work)
        assert solved
        np.testing.assert_allclose(found, by_enumeration(log_ratio), rtol=1e-9, atol=1e-12)


def test_one_track_is_the_classical_filter(work):
    """Bar-Shalom & Tse 1975: each plot's ratio over one plus their sum."""
    ratio = np.array([[4.0, 0.5, 20.0]])
    _, found = joint(np.log(ratio), work)
    np.testing.assert_allclose(found[0], np.array([1.0, 4.0, 0.5, 20.0]) / 25.5)


def test_two_tracks_side_by_side_do_not_merge(work):
    """Two plots that fit either track nearly alike: the likelier pairing has it all, where JPDA would halve."""
    _, found = joint(np.array([[10.0, 9.9], [9.9, 10.0]]), work)
    assert found[0, 1] > 0.999
    assert found[1, 2] > 0.999


def test_likelihoods_far_beyond_what_numbers_hold(work):
    solved, found = joint(np.full((20, 1), 250.0), work)
    assert solved
    assert np.isfinite(found).all()
    assert found[:, 1].sum() == pytest.approx(1.0)
    solved, found = joint(np.array([[900.0, -np.inf], [900.0, -900.0]]), work)
    assert solved
    np.testing.assert_allclose(found.sum(1), 1.0)


def test_too_large_clusters_are_left_alone_and_harm_nothing(work):
    small = np.random.default_rng(2).normal(size=(3, 3))
    _, before = joint(small, work)
    solved, found = joint(np.zeros((12, 12)), work)
    assert not solved
    assert np.isnan(found).all()
    assert not joint(np.zeros((LARGEST_CLUSTER + 1, 1)), work)[0]
    assert not joint(np.zeros((1, LARGEST_CLUSTER + 1)), work)[0]
    solved, after = joint(small, work)
    assert solved
    assert (after == before).all()


def test_formation_of_eight_is_exact(work):
    solved, found = joint(np.random.default_rng(3).normal(2.0, 2.0, (7, 7)), work)
    assert solved
    np.testing.assert_allclose(found.sum(1), 1.0)
    assert (found[:, 1:].sum(0) <= 1.0 + 1e-9).all()
