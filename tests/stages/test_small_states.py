"""Each stage on the smallest state in which it has something to do; expected values by hand."""

import math
from typing import Any

import numpy as np
import pytest

from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.stages.identify import hostile_behaviour
from openiamd.stages.score import identity_verdict
from openiamd.world import events as kinds
from openiamd.world.compile import compile_world
from openiamd.world.picture import CORRECT, INCORRECT, UNIDENTIFIED
from openiamd.world.threats import CIVIL, FRIENDLY, HOSTILE_SIDE
from openiamd.world.tracks import ASSUMED_FRIEND, FRIEND, HOSTILE, NEUTRAL, PENDING, SUSPECT, UNKNOWN
from scenes import CENTRE, Data, Outcome, changed, ideal_scene, play, raid, resolved

SPEED_MPS = 250.0  # of ideal/target, at 5,000 m
DEGREE_M = math.radians(1.0) * EARTH_RADIUS_M


def single(**sections) -> Data:
    """Return one perfect radar, one fire unit and one target that starts 154 km south of the city at 0 s."""
    perfect = {"noise": False, "detect_always": True, "identify": "hostile"}
    return changed(ideal_scene(raids={"raid": raid(1)}, idealised=perfect), **sections)


def unarmed(**sections) -> Data:
    return single(fire_units={"unit": None}, **sections)


def times(outcome: Outcome, kind: Any, run: int = 0) -> list[float]:
    events = outcome.result.events
    return events.time_s[(events.kind == kind) & (events.run == run)].tolist()


def values(outcome: Outcome, kind: Any) -> list[float]:
    return outcome.result.events.value[outcome.result.events.kind == kind].tolist()


# ---- move and assess


def test_a_flight_starts_and_ends_at_its_exact_times():
    outcome = play(unarmed(raids={"raid": {"start": "7.25 s"}}), 1)
    flight_s = 1.4 * DEGREE_M / SPEED_MPS
    assert times(outcome, kinds.LAUNCHED) == [7.25]
    assert times(outcome, kinds.LEAKED) == [pytest.approx(7.25 + flight_s, abs=1e-6)]


def test_a_friendly_flight_departs_and_an_unfinished_hostile_is_unresolved():
    jet = {"type": "ideal/aircraft", "side": "friendly", "route": [[39.8, 32.9], [39.9, 32.9]]}
    outcome = play(unarmed(traffic={"jet": jet}, theatre={"duration": "2 min"}), 1)
    assert len(times(outcome, kinds.DEPARTED)) == 1
    assert times(outcome, kinds.UNRESOLVED) == [120.0]
    assert times(outcome, kinds.LEAKED) == []


def test_the_nth_arrival_of_a_poisson_stream_follows_the_one_before():
    stream = {"type": "ideal/target", "route": [[38.5, 32.9]], "target": "city"}
    stream["arrivals"] = {"rate": "2 1/min", "capacity": 100}
    scene = unarmed()
    scene["raids"] = {"raid": stream}
    outcome = play(scene, 40)
    start_s = outcome.result.objects.start_s.reshape(40, 100)
    gaps_s = np.concatenate([np.diff(run[np.isfinite(run)], prepend=0.0) for run in start_s])
    assert np.all(gaps_s > 0.0)
    counts = np.isfinite(start_s).sum(axis=1)
    assert counts.mean() == pytest.approx(30.0, abs=4.0 * math.sqrt(30.0 / 40))  # 15 min at 2 a minute


# ---- sense


def test_a_radar_sees_nothing_beyond_its_range_and_sector():
    near = unarmed(idealised={"values": {"ideal/radar.range_instrumented": "50 km"}})
    ranges_m = values(play(near, 1), kinds.FIRST_DETECTION)
    assert len(ranges_m) == 1
    assert 50_000.0 - SPEED_MPS <= ranges_m[0] <= 50_000.0
    sector = {"ideal/radar.azimuth_coverage": "90 deg"}
    north = unarmed(sensors={"search": {"facing": "0 deg"}}, idealised={"values": sector})
    assert values(play(north, 1), kinds.FIRST_LOOK) == []
    south = unarmed(sensors={"search": {"facing": "180 deg"}}, idealised={"values": sector})
    assert len(values(play(south, 1), kinds.FIRST_LOOK)) == 1


def test_a_radar_off_duty_does_not_look():
    outcome = play(unarmed(sensors={"search": {"active": {"from": "100 s", "until": "150 s"}}}), 1)
    assert 100.0 <= times(outcome, kinds.FIRST_LOOK)[0] <= 101.0
    assert 150.0 < times(outcome, kinds.TRACK_DROPPED)[0] <= 150.0 + 6.0


def test_more_signal_never_detects_later():
    """The amplitude of a look is one draw scaled by the mean signal, so with common draws every run obeys."""
    dim = unarmed(idealised={"detect_always": False, "noise": True, "values": {"ideal/target.rcs": "0.01 m2"}})
    bright = changed(dim, idealised={"values": {"ideal/target.rcs": "0.1 m2"}})
    seen = [play(scene, 30) for scene in (dim, bright)]
    later = [np.array([times(outcome, kinds.FIRST_DETECTION, run)[0] for run in range(30)]) for outcome in seen]
    assert np.all(later[1] <= later[0])
    assert later[1].mean() < later[0].mean() - 10.0


# ---- track and share


def test_a_track_is_confirmed_by_its_second_plot_and_dropped_after_five_misses():
    outcome = play(unarmed(), 1)
    first_s = times(outcome, kinds.FIRST_DETECTION)[0]
    assert times(outcome, kinds.TRACK_CONFIRMED) == [pytest.approx(first_s + 1.0)]
    leaked_s = times(outcome, kinds.LEAKED)[0]
    assert leaked_s + 4.0 < times(outcome, kinds.TRACK_DROPPED)[0] < leaked_s + 7.0
    assert outcome.result.picture.position_error_sum_m.max() < 1.0


def test_a_report_that_is_not_brought_forward_lags_by_speed_times_latency():
    scene = unarmed(nodes={"rear": {"type": "ideal/command", "at": CENTRE, "doctrine": "rules"}})
    scene["links"] = {"l": {"type": "ideal/link", "from": "post", "to": "rear", "carries": ["track"]}}
    scene["links"]["l"]["extrapolate"] = False
    scene["idealised"]["values"] = {"ideal/link.latency": "12 s"}
    outcome = play(scene, 1)
    rows = outcome.result.picture
    held = (rows.node == 1) & (rows.assigned == 1)
    assert held.sum() > 30
    lag_m = rows.position_error_sum_m[held]
    assert np.median(lag_m) == pytest.approx(12.0 * SPEED_MPS, abs=SPEED_MPS)
    assert values(outcome, kinds.TRACK_RECEIVED)[0] == 12.0
    forward = play(changed(scene, links={"l": {"extrapolate": True}}), 1).result.picture
    assert np.median(forward.position_error_sum_m[(forward.node == 1) & (forward.assigned == 1)]) < 20.0


def test_a_lossy_link_delivers_its_share():
    scene = unarmed(nodes={"rear": {"type": "ideal/command", "at": CENTRE, "doctrine": "rules"}})
    scene["links"] = {"l": {"type": "ideal/link", "from": "post", "to": "rear", "carries": ["track"]}}
    scene["idealised"]["values"] = {"ideal/link.loss": 0.9}
    outcome = play(changed(scene, theatre={"duration": "2 min"}), 60)
    first_s = np.array([times(outcome, kinds.TRACK_RECEIVED, run)[0] for run in range(60)])
    waits_s = first_s - times(outcome, kinds.TRACK_CONFIRMED)[0]  # geometric from 0: 0.9 / 0.1 slots on average
    assert waits_s.mean() == pytest.approx(9.0, abs=4.0 * 9.5 / math.sqrt(60))


# ---- identify


@pytest.mark.parametrize(
    ("iff", "replies", "expected"),
    [(["mode5"], ["mode5"], FRIEND), (["mode3"], ["mode3"], NEUTRAL), ([], ["mode5", "mode3"], UNKNOWN)],
)
def test_a_reply_is_heard_where_both_sides_hold_the_mode(iff, replies, expected):
    jet = {"type": "ideal/aircraft", "side": "friendly", "replies": replies, "route": [[38.9, 32.0], [38.9, 34.0]]}
    scene = unarmed(traffic={"jet": jet}, nodes={"post": {"iff": iff}}, idealised={"identify": None})
    scene["raids"] = {}
    events = play(scene, 1).result.events
    assert events.code[events.kind == kinds.IDENTITY].tolist() == [expected]


def test_only_what_is_low_and_comes_in_behaves_as_a_hostile():
    world = compile_world(resolved(unarmed()))
    place = world.assets.position_m[0]

    def behaves(north_m: float, north_mps: float, altitude_m: float = 1_000.0) -> bool:
        state = np.array([place[0], place[1] + north_m, place[2] + altitude_m, 0.0, north_mps, 0.0])
        return hostile_behaviour(world.nodes, world.assets, 0, state, altitude_m, abs(north_mps))

    assert behaves(-50_000.0, 250.0)
    assert not behaves(-50_000.0, -250.0)  # goes away
    assert not behaves(-50_000.0, 250.0, 4_000.0)  # too high
    assert not behaves(-50_000.0, 400.0)  # too fast
    assert not behaves(-200_000.0, 250.0)  # too far: more than 8 minutes


# ---- decide and engage


def two_targets(channels: int) -> Data:
    """Return a near and a far target, the far one listed first, for a unit with a fixed service time of 30 s.

    A launch begins the step after the decision, and a decision sees a channel that came free in the step before it.
    """
    scene = single(doctrine={"rules": {"shots": {"salvo": 1, "salvos": 1}}})
    scene["fire_units"]["unit"]["service_time"] = "30 s"
    scene["raids"] = {"far": raid(1), "near": raid(1, start=[39.2, 33.2])}
    scene["idealised"]["values"] = {"ideal/fire-unit.channels": channels, "ideal/interceptor.pk_cruise": 1.0}
    return scene


def test_the_most_urgent_comes_first():
    outcome = play(two_targets(1), 1)
    events = outcome.result.events
    killed = [outcome.scenario.objects[thing].group for thing in events.object[events.kind == kinds.KILL]]
    assert killed == ["near", "far"]
    first_s, second_s = times(outcome, kinds.ENGAGE)
    assert second_s - first_s == 30.0 + 2.0
    assert len(set(times(play(two_targets(2), 1), kinds.ENGAGE))) == 1


@pytest.mark.parametrize(("pk", "leakers"), [(0.0, 1.0), (1.0, 0.0)])
def test_certain_outcomes_are_certain(pk, leakers):
    outcome = play(single(idealised={"values": {"ideal/interceptor.pk_cruise": pk}}), 20)
    assert np.all(outcome.leakers() == leakers)


def test_a_shot_waits_for_the_reaction_and_the_channel_for_the_assessment():
    rules = {"shots": {"salvo": 2, "salvos": 2}, "decision_delay": "10 s"}
    scene = single(doctrine={"rules": rules})
    scene["idealised"]["values"] = {"ideal/fire-unit.reaction": "8 s", "ideal/fire-unit.assessment": "5 s"}
    scene["idealised"]["values"] |= {"ideal/interceptor.pk_cruise": 0.0}
    outcome = play(scene, 1)
    confirmed_s = times(outcome, kinds.TRACK_CONFIRMED)[0]
    engaged_s, shots_s = times(outcome, kinds.ENGAGE), times(outcome, kinds.SHOT)
    assert confirmed_s + 10.0 <= engaged_s[0] <= confirmed_s + 11.0
    assert shots_s == [engaged_s[0] + 8.0] * 2 + [engaged_s[1] + 8.0] * 2
    misses_s, assessed_s = times(outcome, kinds.MISS), times(outcome, kinds.ASSESSED)
    assert assessed_s == pytest.approx([misses_s[0] + 5.0, misses_s[2] + 5.0])
    assert engaged_s[1] >= assessed_s[0]
    # A constant-speed interceptor meets the target on its way: its flight time is range over speed.
    assert misses_s[0] - shots_s[0] == pytest.approx(values(outcome, kinds.SHOT)[0] / 1_000.0, rel=1e-3)


def test_an_empty_magazine_ends_it():
    scene = single(doctrine={"rules": {"shots": {"salvo": 3, "salvos": 9}}})
    scene["fire_units"]["unit"]["load"] = {"ideal/interceptor": 4}
    scene["idealised"]["values"] = {"ideal/interceptor.pk_cruise": 0.0}
    outcome = play(scene, 2)
    assert len(times(outcome, kinds.SHOT)) == 4
    assert outcome.result.magazines.left.tolist() == [0, 0]


# ---- score


@pytest.mark.parametrize(
    ("side", "right", "wrong"),
    [
        (HOSTILE_SIDE, (SUSPECT, HOSTILE), (FRIEND, ASSUMED_FRIEND, NEUTRAL)),
        (FRIENDLY, (FRIEND, ASSUMED_FRIEND), (NEUTRAL, SUSPECT, HOSTILE)),
        (CIVIL, (NEUTRAL, ASSUMED_FRIEND), (FRIEND, SUSPECT, HOSTILE)),
    ],
)
def test_what_an_identity_is_worth(side, right, wrong):
    assert {identity_verdict(identity, side) for identity in right} == {CORRECT}
    assert {identity_verdict(identity, side) for identity in wrong} == {INCORRECT}
    assert {identity_verdict(identity, side) for identity in (PENDING, UNKNOWN)} == {UNIDENTIFIED}


def test_two_reporters_that_do_not_correlate_show_each_object_twice():
    scene = unarmed(idealised={"correlate": False})
    scene["nodes"]["rear"] = dict(scene["nodes"]["post"])
    scene["sensors"]["second"] = {**scene["sensors"]["search"], "node": "rear"}
    picture = play(scene, 1).result.picture
    steady = (picture.time_s > 10.0) & (picture.truths == 1)
    network, own = steady & (picture.node == -1), steady & (picture.node == 0)
    assert set(picture.assigned[network].tolist()) == {2}
    assert set(picture.assigned[own].tolist()) == {1}
    assert set(picture.tracked[network].tolist()) == {1}
