"""Plots of one resolution cell become one, whatever their order."""

import itertools
import math

import numpy as np
import pytest

from openiamd.world.compile import compile_world, create_state, first_capacity
from openiamd.world.plots import CIVIL_REPLY, MODE5_REPLY, NO_REPLY, NOT_ASKED, add_plot, merge_plots
from scenes import ideal_scene, resolved

CELL_M, BEAM_RAD = 100.0, math.radians(1.0)  # of ideal/radar
FAR_M = 50e3


@pytest.fixture(scope="module")
def world():
    return compile_world(resolved(ideal_scene()))


def merged(world, measured, times_s=None):
    """Return the rows (range, azimuth, elevation, snr, origin, reply) of the plots after merging."""
    state = create_state(world, 1, first_capacity(world))
    for number, (range_m, azimuth_rad, elevation_rad, snr, reply) in enumerate(measured):
        plot = add_plot(
            world.sensors,
            state.sensors,
            state.plots,
            state.events,
            0,
            0,
            1.0 if times_s is None else times_s[number],
            range_m,
            azimuth_rad,
            elevation_rad,
            snr,
        )
        state.plots.row["origin"][0, plot] = number
        state.plots.row["reply"][0, plot] = reply
    merge_plots(world.sensors, state.sensors, state.plots, 0, 0)
    used = state.plots.used[0]
    rows = state.plots.row[0, :used]
    found = [
        tuple(row[name].item() for name in ("range_m", "azimuth_rad", "elevation_rad", "snr", "origin", "reply"))
        for row in rows
    ]
    return found, state.plots.position_m[0, :used].copy()


def test_a_tight_formation_is_one_plot_at_its_centre_of_power(world):
    pair = [(FAR_M, 1.0, 0.1, 100.0, NO_REPLY), (FAR_M + 60.0, 1.01, 0.1, 300.0, MODE5_REPLY)]
    found, position_m = merged(world, pair)
    assert len(found) == 1
    range_m, azimuth_rad, _, snr, origin, reply = found[0]
    assert range_m == pytest.approx(FAR_M + 45.0)
    assert azimuth_rad == pytest.approx(1.0075)
    assert (snr, origin, reply) == (300.0, 1, MODE5_REPLY)
    antenna_m = world.sensors.position_m[0]
    assert np.linalg.norm(position_m[0] - antenna_m) == pytest.approx(range_m, rel=1e-9)


@pytest.mark.parametrize(
    "other",
    [(FAR_M + 101.0, 1.0, 0.1), (FAR_M, 1.0 + 1.01 * BEAM_RAD, 0.1), (FAR_M, 1.0, 0.1 + 1.01 * BEAM_RAD)],
    ids=["range", "azimuth", "elevation"],
)
def test_what_one_axis_resolves_stays_apart(world, other):
    found, _ = merged(world, [(FAR_M, 1.0, 0.1, 50.0, NO_REPLY), (*other, 50.0, NO_REPLY)])
    assert len(found) == 2


def test_plots_of_two_passes_of_the_beam_stay_apart(world):
    found, _ = merged(world, [(FAR_M, 1.0, 0.1, 50.0, NO_REPLY)] * 2, times_s=[1.0, 1.3])
    assert len(found) == 2


def test_a_formation_across_north_is_one_plot(world):
    found, _ = merged(world, [(FAR_M, 0.002, 0.1, 50.0, NOT_ASKED), (FAR_M, math.tau - 0.004, 0.1, 50.0, NOT_ASKED)])
    assert len(found) == 1
    assert found[0][1] == pytest.approx(math.tau - 0.001)


def test_single_plots_keep_every_bit(world):
    lone = [(FAR_M * share, 1.0, 0.1, 7.0 / 3.0, CIVIL_REPLY) for share in (0.3, 0.7, 1.1)]
    pair = [(FAR_M, 2.0, 0.1, 10.0, NO_REPLY), (FAR_M + 30.0, 2.0, 0.1, 10.0, NO_REPLY)]
    found, _ = merged(world, [*lone[:2], *pair, lone[2]])
    kept = [row[:4] for row in found if row[1] == 1.0]
    assert kept == [row[:4] for row in lone]
    assert len(found) == 4


def test_the_order_of_plots_changes_nothing(world):
    chain = [(FAR_M + 80.0 * step, 1.0 + 0.001 * step, 0.1, 10.0 + 7.0 * step, step % 4) for step in range(4)]
    lone = (FAR_M + 5e3, 1.0, 0.1, 20.0, NO_REPLY)
    results = set()
    for order in itertools.permutations([*chain, lone]):
        found, position_m = merged(world, list(order))
        assert len(found) == 2
        results.add(
            tuple(
                sorted((row[:4], row[5], tuple(place)) for row, place in zip(found, position_m.tolist(), strict=True))
            )
        )
    assert len(results) == 1


def test_an_idealised_radar_resolves_everything():
    world = compile_world(resolved(ideal_scene(idealised={"detect_always": True})))
    found, _ = merged(world, [(FAR_M, 1.0, 0.1, 50.0, NO_REPLY)] * 2)
    assert len(found) == 2
