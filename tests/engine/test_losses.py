"""What fails, is cut or is destroyed does nothing until it is restored; then all is as before."""

import numpy as np
import pytest

from openiamd.results import kinds as words
from openiamd.world import events as kinds
from scenes import Data, Outcome, changed, ideal_scene, play, raid, stories

HELD_S = 20.0  # a fire unit's idealised service time


def times(outcome: Outcome, *wanted: int, **columns: int) -> list[float]:
    """Return when events of these kinds happened, in all runs."""
    events = outcome.result.events
    chosen = np.isin(events.kind, wanted)
    for name, value in columns.items():
        chosen &= getattr(events, name) == value
    return events.time_s[chosen].tolist()


def quiet_scene(**sections) -> Data:
    """Return one perfect radar and one fire unit, linked with a superior, and targets that start after 200 s."""
    scene = ideal_scene(raids={"raid": raid(4) | {"start": "200 s"}}, idealised={"noise": False})
    scene["nodes"]["above"] = {**scene["nodes"]["post"]}
    scene["nodes"]["post"]["superior"] = "above"
    scene["sensors"]["eye"] = {**scene["sensors"]["search"], "node": "above"}
    link = {"type": "ideal/link", "from": "above", "to": "post", "carries": ["track", "order"], "remote_use": "CUE"}
    scene["links"] = {"down": link}
    return changed(scene, **sections)


def fault(of: str, at: str = "20 s", until: str | None = "120 s", **fields) -> Data:
    lost: Data = {"of": of, "at": at} | fields
    return {"faults": {f"{of}-lost": lost | ({"until": until} if until else {})}}


def without_losses(outcome: Outcome) -> list[tuple]:
    """Return the stories of an outcome without what says that something was lost, silent or restored."""
    told = (kinds.LOST, kinds.RESTORED, kinds.CONTACT_LOST, kinds.CONTACT_RESTORED)
    return [story for story in stories(outcome) if story[2] not in told]


@pytest.fixture(scope="module")
def baseline() -> Outcome:
    return play(quiet_scene(), 2)


@pytest.mark.parametrize("of", ["post", "above", "search", "unit", "down"])
def test_what_is_lost_and_restored_before_anything_flies_leaves_the_baseline(baseline, of):
    """Oracles, order tests: removing a node and restoring it returns the baseline exactly; so does all else."""
    outcome = play(quiet_scene(**fault(of)), 2)
    assert times(outcome, kinds.LOST) == [20.0, 20.0]
    assert times(outcome, kinds.RESTORED) == [120.0, 120.0]
    assert without_losses(outcome) == without_losses(baseline)
    assert np.array_equal(outcome.result.magazines.left, baseline.result.magazines.left)


def test_the_baseline_shoots_and_hears_its_superior(baseline):
    assert times(baseline, kinds.SHOT)
    assert times(baseline, kinds.TRACK_RECEIVED)
    assert times(baseline, kinds.CONTACT_LOST) == []


def test_a_radar_that_is_lost_does_not_look():
    outcome = play(
        quiet_scene(links={"down": None}, nodes={"post": {"superior": None}}, **fault("search", until=None)), 2
    )
    search = [one.id for one in outcome.scenario.sensors].index("search")
    assert times(outcome, kinds.FIRST_LOOK, other=search) == []
    assert times(outcome, kinds.SHOT) == []
    assert outcome.leakers().tolist() == [4.0, 4.0]


def test_a_node_that_is_lost_does_nothing_and_its_superior_goes_on():
    outcome = play(quiet_scene(**fault("post", until=None)), 2)
    post = [one.id for one in outcome.scenario.nodes].index("post")
    events = outcome.result.events
    at_post = (events.node == post) & (events.time_s >= 20.0) & (events.kind != kinds.LOST)
    assert not at_post.any()
    assert times(outcome, kinds.TRACK_CONFIRMED)
    assert outcome.leakers().tolist() == [4.0, 4.0]


def test_a_link_that_is_cut_carries_nothing_and_contact_is_lost_and_found():
    scene = quiet_scene(
        sensors={"search": None}, doctrine={"rules": {"contact_loss": {"action": "hold", "after": "10 s"}}}
    )
    outcome = play(changed(scene, **fault("down", "20 s", "400 s", cause="cut")), 1)
    assert times(outcome, kinds.CONTACT_LOST) == [pytest.approx(31.0, abs=1.01)]
    assert times(outcome, kinds.CONTACT_RESTORED) == [pytest.approx(400.0, abs=2.01)]
    received = times(outcome, kinds.TRACK_RECEIVED)
    assert received
    assert min(received) >= 400.0
    assert min(times(play(scene, 1), kinds.TRACK_RECEIVED)) < 300.0


def test_a_fire_unit_that_is_lost_breaks_off_and_its_rounds_are_wasted():
    slow = quiet_scene(fire_units={"unit": {"service_time": f"{HELD_S:g} s"}}, raids={"raid": {"start": "0 s"}})
    shot_s = times(play(slow, 1), kinds.SHOT)[0]
    outcome = play(changed(slow, **fault("unit", f"{shot_s + 5.0:g} s", None)), 1)
    events = outcome.result.events
    rounds = int((events.kind == kinds.SHOT).sum())
    assert rounds > 0
    assert max(times(outcome, kinds.SHOT)) <= shot_s + 5.0
    wasted = np.isin(events.kind, (kinds.WASTED,)) & (events.time_s > shot_s + 5.0)
    assert int(wasted.sum()) == int(((events.kind == kinds.SHOT) & (events.time_s > shot_s + 5.0 - HELD_S)).sum())
    assert times(outcome, kinds.KILL) == []
    reasons = set(events.code[events.kind == kinds.HELD].tolist())
    assert words.HELD_REASONS.index("not ready") in reasons


def test_an_order_not_yet_carried_out_is_given_back():
    scene = quiet_scene(raids={"raid": {"start": "0 s"}}, idealised={"values": {"ideal/fire-unit.reaction": "30 s"}})
    order_s = times(play(scene, 1), kinds.ENGAGE)[0]
    outcome = play(changed(scene, **fault("unit", f"{order_s + 10.0:g} s", f"{order_s + 15.0:g} s")), 1)
    out_of_action = words.CEASED_REASONS.index("out of action")
    assert times(outcome, kinds.CEASED, code=out_of_action) == [pytest.approx(order_s + 10.0, abs=1.0)] * 1
    again = [time_s for time_s in times(outcome, kinds.ENGAGE) if time_s > order_s]
    assert again[0] == pytest.approx(order_s + 15.0, abs=1.0)


def test_a_fault_happens_as_often_as_it_says_and_when():
    scene = quiet_scene(
        raids=None, theatre={"duration": "2 min"}, **fault("unit", "60 s", "90 s", probability=0.3, spread="20 s")
    )
    runs = 600
    outcome = play(scene, runs)
    lost, back = np.array(times(outcome, kinds.LOST)), np.array(times(outcome, kinds.RESTORED))
    error = np.sqrt(0.3 * 0.7 / runs)
    assert abs(len(lost) / runs - 0.3) < 4.0 * error
    assert lost.min() >= 40.0
    assert lost.max() <= 81.0
    assert abs(lost.mean() - 60.5) < 4.0 * 40.0 / np.sqrt(12.0 * len(lost))  # whole steps: half a step later
    assert np.all(np.abs(back - lost - 30.0) <= 1.0)


def test_a_fault_leaves_the_draws_of_everything_else():
    scene = quiet_scene(idealised={"noise": True}, nodes={"far": None})
    spare = changed(scene, fire_units={"spare": {**scene["fire_units"]["unit"], "load": {"ideal/interceptor": 0}}})
    assert stories(play(spare, 3)) == [
        s for s in stories(play(changed(spare, **fault("spare")), 3)) if s[2] < kinds.LOST
    ]


def test_what_gets_through_destroys_what_the_asset_holds():
    city = {"city": {"holds": ["unit"], "loss": 1.0, "restored_after": "15 s"}}
    scene = quiet_scene(
        assets=city, fire_units={"unit": {"load": {"ideal/interceptor": 0}}}, raids={"raid": {"start": "0 s"}}
    )
    outcome = play(scene, 1)
    leaked = times(outcome, kinds.LEAKED)
    assert len(leaked) == 4
    assert times(outcome, kinds.LOST) == [pytest.approx(time_s, abs=1.0) for time_s in leaked]
    assert times(outcome, kinds.RESTORED) == [pytest.approx(time_s + 15.0, abs=1.01) for time_s in leaked]
    events = outcome.result.events
    lost = np.flatnonzero(events.kind == kinds.LOST)
    assert np.all(events.kind[events.cause[lost]] == kinds.LEAKED)
    assert np.array_equal(events.object[events.cause[lost]], events.object[lost])
    assert set(events.code[lost].tolist()) == {words.LOSS_CAUSES.index("destroyed")}


def test_the_share_of_destructions_is_the_stated_one():
    city = {"city": {"holds": ["unit"], "loss": 0.25, "restored_after": "1 s"}}
    scene = quiet_scene(
        assets=city, fire_units={"unit": {"load": {"ideal/interceptor": 0}}}, raids={"raid": {"start": "0 s"}}
    )
    runs = 200
    outcome = play(scene, runs)
    share = len(times(outcome, kinds.LOST)) / (4 * runs)
    assert abs(share - 0.25) < 4.0 * np.sqrt(0.25 * 0.75 / (4 * runs))


def test_launchers_that_share_the_channels_of_a_lost_unit_are_out_of_action_with_it():
    forward = {"type": "ideal/fire-unit", "node": "post", "at": [39.0, 32.9], "radar": None}
    forward |= {"load": {"ideal/interceptor": 100}, "shares_channels_with": "unit"}
    scene = quiet_scene(fire_units={"forward": forward}, raids={"raid": {"start": "0 s"}})
    assert times(play(scene, 1), kinds.SHOT, other=1)
    assert times(play(changed(scene, **fault("unit", "0 s", None)), 1), kinds.SHOT) == []
    alone = play(changed(scene, **fault("forward", "0 s", None)), 1)
    assert times(alone, kinds.SHOT, other=1) == []
    assert times(alone, kinds.SHOT, other=0)
