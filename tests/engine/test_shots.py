"""Shots: guidance that ends early, shot policies, assessment that errs, kills that come late."""

from typing import Any

import numpy as np
import pytest

from invariants import assert_invariants
from openiamd.results.measures import measure
from openiamd.studies.entities import entities
from openiamd.world import events as kinds
from scenes import Data, Outcome, changed, ideal_scene, play, raid, real_scene


def times(outcome: Outcome, kind: int, run: int = 0) -> list[float]:
    rows = outcome.result.events
    return rows.time_s[(rows.kind == kind) & (rows.run == run)].tolist()


def count(outcome: Outcome, kind: int) -> np.ndarray:
    rows = outcome.result.events
    return np.bincount(rows.run[rows.kind == kind], minlength=outcome.runs)


def scene(targets: int = 1, shots: Data | None = None, load: str = "ideal/interceptor", **values: Any) -> Data:
    """Return targets that come one behind the other at a unit whose values are given as `reaction` or `pk`."""
    names = {"pk": f"{load}.pk_cruise", "active": f"{load}.terminal_active"}
    given = {names.get(name, f"ideal/fire-unit.{name}"): value for name, value in values.items()}
    rules = {"shots": shots or {"policy": "shoot_look_shoot", "salvos": 1}}
    base = ideal_scene(
        doctrine={"rules": rules}, idealised={"values": given}, raids={"raid": raid(targets, spread="0 km")}
    )
    base["fire_units"]["unit"]["load"] = {load: 1000}
    return base


# ---- guidance


def engaged(load: str, **values: Any) -> Outcome:
    """Play two targets, two minutes apart, against one channel."""
    data = changed(scene(2, load=load, channels=1, pk=0.0, **values), raids={"raid": {"spacing": "60 s"}})
    outcome = play(data, 1)
    assert_invariants(outcome)
    return outcome


def test_a_guided_round_holds_its_channel_until_it_is_assessed():
    outcome = engaged("ideal/interceptor", assessment="7 s")
    first_s, second_s = times(outcome, kinds.ENGAGE)
    assert second_s >= times(outcome, kinds.ASSESSED)[0] >= first_s
    assert times(outcome, kinds.ASSESSED)[0] == times(outcome, kinds.MISS)[0] + 7.0


@pytest.mark.parametrize("active_s", [10.0, 40.0])
def test_an_active_round_frees_its_channel_before_it_meets(active_s):
    outcome = engaged("ideal/active-interceptor", active=f"{active_s} s", assessment="7 s")
    second_s, met_s = times(outcome, kinds.ENGAGE)[1], times(outcome, kinds.MISS)[0]
    waited_for_s = max(times(outcome, kinds.TRACK_CONFIRMED)[1], met_s - active_s)
    assert waited_for_s <= second_s <= waited_for_s + 2.0
    assert second_s < met_s
    assert times(outcome, kinds.ASSESSED)[0] == met_s + 7.0


def test_a_round_that_is_active_from_the_launch_never_blocks():
    outcome = play(scene(6, load="ideal/active-interceptor", channels=1, active="1000 s"), 3)
    assert_invariants(outcome)
    free = play(scene(6, load="ideal/active-interceptor", channels=100, active="1000 s"), 3)
    assert count(outcome, kinds.ENGAGE).tolist() == count(free, kinds.ENGAGE).tolist() == [6, 6, 6]
    assert not np.any((outcome.result.events.kind == kinds.HELD) & (outcome.result.events.code == 1))


def test_an_active_round_flies_on_when_the_track_is_lost():
    """The radar goes off duty while rounds are in flight: what is guided misses, what is on its own does not."""
    off = {"sensors": {"search": {"active": {"until": "5 min"}}}, "raids": {"raid": {"start": "1 min"}}}
    kills = {}
    for load, active in (("ideal/interceptor", None), ("ideal/active-interceptor", "120 s")):
        values: Data = {"pk": 1.0} | ({"active": active} if active else {})
        data = changed(scene(1, load=load, **values), **off)
        data["idealised"]["values"][f"{load}.speed_mean"] = "300 m/s"
        outcome = play(data, 1)
        met_s = times(outcome, kinds.KILL if active else kinds.WASTED)[0]
        assert times(outcome, kinds.SHOT)[0] < 300.0 < times(outcome, kinds.TRACK_DROPPED)[0] < met_s
        kills[load] = count(outcome, kinds.KILL).tolist()
        assert_invariants(outcome)
    assert kills["ideal/active-interceptor"] == [1]


# ---- policies


def test_policies_name_how_many_go_up_before_the_look():
    for policy, salvos, rounds in (("shoot_look_shoot", 3, 1), ("shoot_shoot_look", 2, 2), ("salvo", 1, 2)):
        outcome = play(scene(1, {"policy": policy, "salvos": salvos}, pk=0.0), 2)
        assert count(outcome, kinds.SHOT).tolist() == [rounds * salvos] * 2
        assert count(outcome, kinds.ASSESSED).tolist() == [salvos] * 2


def test_spaced_rounds_each_have_their_own_intercept():
    shots = {"salvo": 3, "salvos": 1, "spacing": "4 s"}
    outcome = play(scene(1, shots, pk=0.0, assessment="5 s"), 1)
    assert_invariants(outcome)
    fired_s, met_s = times(outcome, kinds.SHOT), times(outcome, kinds.MISS)
    assert np.diff(fired_s) == pytest.approx([4.0, 4.0])
    # Head-on, closing at 1,250 m/s: each launch 4 s later meets 4 s · 1,000 / 1,250 later.
    assert np.diff(met_s) == pytest.approx([3.2, 3.2], abs=0.3)
    assert times(outcome, kinds.ASSESSED) == [met_s[-1] + 5.0]


def test_a_round_whose_target_is_dead_already_is_wasted():
    shots = {"salvo": 3, "salvos": 1, "spacing": "4 s"}
    outcome = play(scene(1, shots, pk=1.0), 1)
    assert_invariants(outcome)
    assert [count(outcome, kind)[0] for kind in (kinds.SHOT, kinds.KILL, kinds.WASTED)] == [3, 1, 2]


def test_spacing_changes_nothing_about_who_is_killed():
    """A salvo kills with 1 − (1 − p)ⁿ, whether together or one after the other, and by the same draws."""
    together = play(scene(1, {"salvo": 3, "salvos": 1}, pk=0.4), 400)
    spaced = play(scene(1, {"salvo": 3, "salvos": 1, "spacing": "2 s"}, pk=0.4), 400)
    assert np.array_equal(together.leakers(), spaced.leakers())
    expected = 0.6**3
    error = np.sqrt(expected * (1.0 - expected) / 400)
    assert abs(spaced.leakers().mean() - expected) < 4.0 * error


def test_a_salvo_stops_when_the_magazine_is_empty():
    data = scene(1, {"salvo": 4, "salvos": 3, "spacing": "2 s"}, pk=0.0)
    data["fire_units"]["unit"]["load"] = {"ideal/interceptor": 3}
    outcome = play(data, 1)
    assert_invariants(outcome)
    assert count(outcome, kinds.SHOT).tolist() == [3]
    assert len(times(outcome, kinds.ASSESSED)) == 1


# ---- assessment


@pytest.mark.parametrize(("false_kill", "false_survivor"), [(0.0, 0.0), (0.3, 0.0), (0.0, 0.4), (0.25, 0.5)])
def test_assessment_that_errs_by_its_closed_form(false_kill, false_survivor):
    """Two shots at most, p each, a look between that errs.

    Kills p + (1 − p)(1 − a) p; shots 1 + (1 − p)(1 − a) + p b, for a false kill of chance a and a false survivor of b.
    """
    p, runs = 0.6, 500
    values = {"assessment_false_kill": false_kill, "assessment_false_survivor": false_survivor}
    values |= {"assessment_recheck": "3600 s"}
    outcome = play(scene(1, {"policy": "shoot_look_shoot", "salvos": 2}, pk=p, **values), runs)
    again = (1.0 - p) * (1.0 - false_kill)
    kills, shots = count(outcome, kinds.KILL), count(outcome, kinds.SHOT)
    for found, expected in ((kills, p + again * p), (shots, 1.0 + again + p * false_survivor)):
        assert abs(found.mean() - expected) < 4.0 * max(found.std(ddof=1) / np.sqrt(runs), 1e-9)


def test_what_is_judged_dead_and_still_seen_is_engaged_again():
    values = {"assessment_false_kill": 1.0, "assessment_recheck": "25 s"}
    outcome = play(scene(1, {"policy": "shoot_look_shoot", "salvos": 2}, pk=0.0, **values), 1)
    assert_invariants(outcome)
    first_s, second_s = times(outcome, kinds.ENGAGE)
    assert times(outcome, kinds.ASSESSED)[0] + 25.0 <= second_s <= times(outcome, kinds.ASSESSED)[0] + 28.0
    assert first_s < times(outcome, kinds.ASSESSED)[0]


def test_what_is_dead_is_not_rechecked_into_life():
    values = {"assessment_false_kill": 0.5, "assessment_recheck": "5 s"}
    outcome = play(scene(3, {"policy": "shoot_look_shoot", "salvos": 2}, pk=1.0, **values), 5)
    assert count(outcome, kinds.SHOT).tolist() == [3] * 5


@pytest.mark.parametrize("remote", [False, True])
def test_one_kill_of_two_that_share_a_track_does_not_close_it(remote):
    """Two fly so close that radars see one; the track that the survivor feeds is engaged again after the recheck."""
    pair = {"type": "threat/cruise", "count": 2, "spacing": "0 s", "spread": "20 m", "route": [[38.2, 32.9, "2 km"]]}
    data = real_scene(
        raids={"cruise": None, "drone": None, "srbm": None, "pair": pair | {"target": "city"}}, traffic=None
    )
    data["doctrine"]["rules"]["shots"] = {"salvo": 1, "salvos": 5}
    data["fire_units"]["unit"].update(type="ideal/fire-unit", radar=None, load={"ideal/interceptor": 100})
    data["idealised"] = {"noise": True, "values": {"ideal/interceptor.pk_cruise": 1.0}}
    data["idealised"]["values"]["ideal/interceptor.acceptance_radius"] = "2 km"
    if remote:
        data["sensors"]["search"]["node"] = data["sensors"]["guide"]["node"] = "crc"
        carries = ["track", "identity", "fire_control"]
        data["links"] = {
            "wire": {
                "type": "ideal/link", "from": "crc", "to": "post", "carries": carries, "remote_use": "ENGAGE_ON_REMOTE"
            }
        }  # fmt: skip
    outcome = play(data, 20)
    assert_invariants(outcome)
    alone = play(changed(data, raids={"pair": {"count": 1}}), 20)
    assert count(alone, kinds.KILL).tolist() == count(alone, kinds.SHOT).tolist() == [1] * 20
    assert outcome.leakers().sum() <= 2.0


# ---- late kills


@pytest.mark.parametrize(
    ("late", "reach", "expected"),
    [
        ({}, "7 km", 1),  # the asset's radius is 5 km
        ({"within": "30 km"}, "20 km", 1),
        ({"within": "5 km"}, "500 km", 0),  # killed far out
        ({"below": "1 km"}, "7 km", 0),  # killed at 5 km of height
        ({"below": "8 km"}, "7 km", 1),
        (None, "7 km", 0),
    ],
)
def test_debris_is_of_kills_near_and_low(late, reach, expected):
    data = scene(1, pk=1.0)
    data["idealised"]["values"]["ideal/interceptor.range_air"] = reach
    data["assets"]["city"]["late_kill"] = late
    outcome = play(data, 2)
    assert_invariants(outcome)
    assert count(outcome, kinds.KILL).tolist() == [1, 1]
    assert count(outcome, kinds.DEBRIS).tolist() == [expected] * 2
    table = measure(outcome.result, entities(outcome.scenario), 0, 2, 0.0, outcome.scenario.duration_s)
    assert table["late_kills"].tolist() == [expected] * 2
    assert table["kills.total"].tolist() == [1, 1]
