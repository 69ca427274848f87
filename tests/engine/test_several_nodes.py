"""Several nodes: joined states are as good as the best node's, consistent, and count nothing twice."""

import numpy as np
import pytest

from openiamd.validation.nodes import Beliefs, beliefs, position_nees, position_rmse_m
from openiamd.world import events as kinds
from openiamd.world.compile import compile_world, create_state, first_capacity
from openiamd.world.correlation import decorrelate, drifted
from openiamd.world.tracks import CONFIRMED, open_slot
from scenes import Data, Outcome, changed, ideal_scene, play, raid, resolved

RUNS = 200


def best_rmse_m(found: Beliefs) -> float:
    return min(position_rmse_m(found.own_error[found.node == node]) for node in range(3))


@pytest.mark.parametrize(("variant", "most"), [("unbiased", 1.02), ("biased", 1.10), ("biased-high", 1.10)])
def test_what_a_node_believes_is_as_good_as_the_best_node_alone(variant, most):
    found = beliefs("fusion", variant, RUNS)
    assert len(np.unique(found.run)) == RUNS
    assert found.joined.mean() > 0.5
    for node in range(3):
        mine = found.node == node
        assert position_rmse_m(found.error[mine]) <= most * best_rmse_m(found)
        assert position_rmse_m(found.error[mine]) < position_rmse_m(found.own_error[mine])
    assert position_nees(found.error, found.covariance) <= 1.1
    assert 0.7 < position_nees(found.own_error, found.own_covariance) <= 1.1


def test_a_loop_of_three_counts_nothing_twice_unless_it_is_told_to():
    fair, naive = beliefs("fusion", "loop", RUNS), beliefs("fusion", "loop-naive", RUNS)
    assert position_nees(fair.error, fair.covariance) <= 1.1
    assert position_nees(naive.own_error, naive.own_covariance) > 3.0
    claimed = [np.median(np.trace(found.own_covariance[:, :3, :3], axis1=1, axis2=2)) for found in (fair, naive)]
    assert claimed[1] < claimed[0]


def test_without_the_biases_in_it_the_covariance_is_wrong():
    found = beliefs("fusion", "biased-high", RUNS)
    unbiased = beliefs("fusion", "unbiased", RUNS).own_covariance.mean(axis=0)
    assert position_nees(found.own_error, np.broadcast_to(unbiased, found.own_covariance.shape)) > 5.0


# ---- numbers


def two_posts(**sections) -> Data:
    """Return two idealised posts, each with its own radar, linked both ways."""
    scene = ideal_scene(raids={"raid": raid(1)}, fire_units={"unit": None})
    scene["nodes"]["rear"] = dict(scene["nodes"]["post"])
    scene["sensors"]["second"] = {"type": "ideal/radar", "node": "rear", "at": [39.9, 33.4]}
    scene["links"] = {
        "there": {"type": "ideal/link", "from": "post", "to": "rear", "carries": ["track"]},
        "back": {"type": "ideal/link", "from": "rear", "to": "post", "carries": ["track"]},
    }
    return changed(scene, **sections)


def count(outcome: Outcome, kind: int) -> int:
    return int(np.count_nonzero(outcome.result.events.kind == kind))


def test_registration_errors_are_drawn_and_shift_no_other_draw():
    values = {"ideal/radar.bias_azimuth": "0.2 deg"}
    plain, biased = play(two_posts(), 10), play(two_posts(idealised={"values": values}), 10)
    first = [outcome.result.events.time_s[outcome.result.events.kind == kinds.FIRST_DETECTION] for outcome in
             (plain, biased)]  # fmt: skip
    assert np.array_equal(first[0], first[1])
    errors_m = []
    for outcome in (plain, biased):
        rows = outcome.result.picture
        errors_m.append(rows.position_error_sum_m[rows.assigned > 0].mean())
    assert errors_m[1] > 1.2 * errors_m[0]


def test_biases_in_the_covariance_keep_tracks_tied():
    values = {"ideal/radar.bias_azimuth": "0.5 deg", "ideal/radar.angle_floor": "0.05 deg"}
    outcome = play(two_posts(idealised={"values": values}), 20)
    rows = outcome.result.picture
    steady = (rows.node >= 0) & (rows.time_s > 60.0) & (rows.truths == 1) & (rows.tracked == 1)
    assert rows.assigned[steady].mean() < 1.05


def test_tracks_that_drift_apart_are_untied():
    """Three reports in a row beyond the gate undo a tie; one within it begins the count anew."""
    world = compile_world(resolved(two_posts()))
    state = create_state(world, 1, first_capacity(world))
    tracks = state.tracks
    slot = open_slot(tracks, 0, 1)
    held = tracks.row[0, 1, slot]
    held["status"], held["number"], held["remote_link"], held["remote_number"] = CONFIRMED, 100_000, 0, 100_000
    far, near = 30.0, 1.0
    assert [bool(drifted(distance2, held)) for distance2 in (far, far, near, far, far, far)] == [False] * 5 + [True]
    decorrelate(50.0, tracks, state.events, 0, 1, slot, 100_000)
    assert (held["remote_link"], held["remote_number"], held["apart"]) == (-1, -1, 0)
    assert held["number"] == 200_000
    logged = state.events.row[0, 0]
    assert (logged["kind"], logged["track_number"], logged["value"]) == (kinds.DECORRELATED, 200_000, 100_000.0)


def test_two_tracks_of_one_object_become_one():
    """Two reporters that do not hear each other: their receiver holds one track of what both see."""
    scene = two_posts(nodes={"eye": {"type": "ideal/command", "at": [39.9, 32.9], "doctrine": "rules"}})
    scene["links"] = {
        "one": {"type": "ideal/link", "from": "post", "to": "eye", "carries": ["track"]},
        "two": {"type": "ideal/link", "from": "rear", "to": "eye", "carries": ["track"]},
    }
    rows = play(scene, 10).result.picture
    steady = (rows.node == 2) & (rows.time_s > 60.0) & (rows.tracked == 1)
    assert set(rows.assigned[steady].tolist()) == {1}


def test_responsibility_does_not_flutter():
    """Of two equal posts one reports: the other hears its number once, not again and again."""
    outcome = play(two_posts(), 20)
    assert count(outcome, kinds.TRACK_RECEIVED) <= 3 * 20
    assert count(outcome, kinds.NUMBER_CHANGED) <= 2 * 20
