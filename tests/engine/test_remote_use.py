"""What a link lets its receiver do: a picture that may only be looked at leads to no engagement."""

import numpy as np

from invariants import assert_invariants
from openiamd.results import kinds as kinds_of
from openiamd.world import events as kinds
from openiamd.world.arrays import filled_rows
from openiamd.world.channels import remote_use
from openiamd.world.network import USE_LAUNCH, USE_NONE
from openiamd.world.tracks import TRACK_COLUMNS
from scenes import CENTRE, Outcome, changed, ideal_scene, play, raid


def remote(use: str, **sections: object) -> Outcome:
    """Play a post without a radar of its own that hears of the raid from another node."""
    scene = ideal_scene(raids={"raid": raid(3)})
    scene["nodes"]["eye"] = {**scene["nodes"]["post"]}
    scene["sensors"]["search"]["node"] = "eye"
    scene["links"] = {
        "report": {"type": "ideal/link", "from": "eye", "to": "post", "carries": ["track"], "remote_use": use}
    }
    return play(changed(scene, **sections), 5)


def count(outcome: Outcome, kind: int) -> int:
    return int(np.count_nonzero(outcome.result.events.kind == kind))


def test_a_track_that_may_cue_is_engaged():
    outcome = remote("CUE")
    assert count(outcome, kinds.TRACK_RECEIVED) >= 15
    assert count(outcome, kinds.SHOT) > 0


def test_a_track_that_may_only_be_shown_is_held_and_not_fought():
    shown, cued = remote("NONE"), remote("CUE")
    assert count(shown, kinds.TRACK_RECEIVED) >= 15
    assert count(shown, kinds.ENGAGE) == count(shown, kinds.HELD) == count(shown, kinds.SHOT) == 0
    assert shown.leakers().tolist() == [3.0] * 5
    assert cued.leakers().sum() < shown.leakers().sum()


def test_own_radars_make_a_shown_track_one_to_fight():
    own = {"own": {"type": "ideal/radar", "node": "post", "at": [39.9, 32.9]}}
    outcome = remote("NONE", sensors=own)
    assert count(outcome, kinds.TRACK_RECEIVED) > 0
    assert count(outcome, kinds.SHOT) > 0


# ---- more than a cue


def far(use: str, load: str = "ideal/interceptor", see: str = "40 km", **link: object) -> Outcome:
    """Play a post whose engagement radar sees 40 km, told by a fire-control link of what another radar sees beyond."""
    scene = ideal_scene(raids={"raid": raid(1)}, doctrine={"rules": {"shots": {"salvo": 1, "salvos": 1}}})
    scene["nodes"]["eye"] = {**scene["nodes"]["post"]}
    scene["sensors"]["search"]["node"] = "eye"
    scene["sensors"]["guide"] = {"type": "ideal/engagement-radar", "node": "post", "at": CENTRE}
    scene["fire_units"]["unit"] |= {"radar": "guide", "load": {load: 10}}
    carries = ["track", "fire_control"]
    scene["links"] = {
        "data": {"type": "ideal/link", "from": "eye", "to": "post", "carries": carries, "remote_use": use}
    }
    scene["links"]["data"] |= {"remote_quality": 0, **link}
    scene["idealised"]["values"] = {"ideal/engagement-radar.range_instrumented": see, f"{load}.pk_cruise": 1.0}
    scene["idealised"]["values"]["ideal/link.latency"] = "500 ms"
    outcome = play(scene, 3)
    assert_invariants(outcome)
    return outcome


def first(outcome: Outcome, kind: int) -> float:
    rows = outcome.result.events
    return float(rows.time_s[rows.kind == kind][0])


def reach_m(outcome: Outcome) -> float:
    rows = outcome.result.events
    return float(rows.value[rows.kind == kinds.SHOT][0])


def test_a_cue_lets_the_unit_launch_only_when_its_own_radar_holds_the_track():
    outcome = far("CUE")
    assert count(outcome, kinds.KILL) == 3
    assert reach_m(outcome) < 40e3


def test_launch_on_remote_is_earlier_and_needs_the_own_radar_at_intercept():
    cue, remote = far("CUE"), far("LAUNCH_ON_REMOTE", see="130 km")
    assert first(remote, kinds.SHOT) < first(far("CUE", see="130 km"), kinds.SHOT)
    assert count(remote, kinds.KILL) == 3
    blind = far("LAUNCH_ON_REMOTE")  # meets it 125 km out, where its own radar does not see
    assert reach_m(blind) > 100e3
    assert count(blind, kinds.KILL) == 0
    assert count(blind, kinds.WASTED) == count(blind, kinds.SHOT) == 3
    rows = blind.result.events
    assert rows.code[rows.kind == kinds.CEASED].tolist() == [kinds_of.CEASED_REASONS.index("no guidance")] * 3
    assert 8 not in cue.result.events.code[cue.result.events.kind == kinds.CEASED]


def test_engage_on_remote_needs_an_active_round():
    active, guided = far("ENGAGE_ON_REMOTE", "ideal/active-interceptor"), far("ENGAGE_ON_REMOTE")
    assert reach_m(active) > 100e3
    assert count(active, kinds.KILL) == 3
    assert count(guided, kinds.KILL) == 0
    launched = far("LAUNCH_ON_REMOTE", "ideal/active-interceptor")  # not held at the hand-over
    assert count(launched, kinds.KILL) == 0
    rows = launched.result.events
    assert np.all(rows.time_s[rows.kind == kinds.WASTED] == rows.time_s[rows.kind == kinds.CEASED])


def test_engage_on_remote_looks_beyond_the_own_horizon():
    low = {"raids": {"raid": {"route": [[38.5, 32.9, "100 m"]]}}}

    def play_low(use: str) -> float:
        scene = ideal_scene(raids={"raid": raid(1)}, doctrine={"rules": {"shots": {"salvo": 1, "salvos": 1}}})
        scene = changed(scene, **low)
        scene["nodes"]["eye"] = {**scene["nodes"]["post"]}
        scene["sensors"]["search"] |= {"node": "eye"}
        scene["sensors"]["guide"] = {"type": "ideal/engagement-radar", "node": "post", "at": CENTRE}
        scene["fire_units"]["unit"] |= {"radar": "guide", "load": {"ideal/active-interceptor": 10}}
        link = {"type": "ideal/link", "from": "eye", "to": "post", "carries": ["track", "fire_control"]}
        scene["links"] = {"data": link | {"remote_use": use, "remote_quality": 0}}
        scene["idealised"] |= {"detect_always": True, "noise": False}
        outcome = play(scene, 1)
        assert_invariants(outcome)
        return reach_m(outcome)

    horizon_m = np.sqrt(2.0 * 4.0 / 3.0 * 6_371_008.8) * (np.sqrt(10.0) + np.sqrt(300.0))
    assert play_low("LAUNCH_ON_REMOTE") < horizon_m < play_low("ENGAGE_ON_REMOTE")


def test_a_poor_report_is_no_more_than_a_cue():
    poor = far("LAUNCH_ON_REMOTE", remote_quality=15)
    assert first(poor, kinds.SHOT) > first(far("LAUNCH_ON_REMOTE"), kinds.SHOT) + 60.0


def test_a_report_is_good_for_its_age():
    held = filled_rows(TRACK_COLUMNS, (1,), {"remote_use": USE_LAUNCH, "remote_until_s": 5.0})[0]
    assert remote_use(held, 5.0) == USE_LAUNCH
    assert remote_use(held, 5.1) == USE_NONE
