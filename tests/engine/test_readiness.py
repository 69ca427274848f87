"""States of readiness, forms of partial activation and contact loss: what works when, and what happens meanwhile."""

import numpy as np
import pytest

from invariants import assert_invariants
from openiamd.results import kinds as words
from openiamd.world import events as kinds
from scenes import CENTRE, Data, Outcome, changed, ideal_scene, play, raid, stories

NORTH = [41.3, 32.9]
NOT_READY, TRAINING = words.HELD_REASONS.index("not ready"), words.HELD_REASONS.index("training")
WEAPONS_HOLD = words.HELD_REASONS.index("weapons hold")


def times(outcome: Outcome, kind: int, **columns: int) -> list[float]:
    events = outcome.result.events
    chosen = events.kind == kind
    for name, value in columns.items():
        chosen &= getattr(events, name) == value
    return events.time_s[chosen].tolist()


def scene(**sections) -> Data:
    """Return one node that sees everything within 300 km and misses always, against targets in the air all the time."""
    data = ideal_scene(
        raids={"raid": raid(4)}, doctrine={"rules": {"shots": {"salvo": 1, "salvos": 20}, "self_defence": False}}
    )
    data["idealised"] = {"noise": False, "detect_always": True, "identify": "hostile"}
    data["idealised"]["values"] = {"ideal/interceptor.pk_cruise": 0.0, "ideal/fire-unit.reaction": "2 s"}
    return changed(data, **sections)


def ready(**fields) -> Data:
    """Return the section of one entry, which is about the node unless it says otherwise."""
    entry: Data = {"applies_to": ["post"]} | fields
    return {"readiness": {"some": entry}}


def without_states(outcome: Outcome) -> list[tuple]:
    return [story for story in stories(outcome) if story[2] != kinds.STATE_CHANGED]


# ---- states


def test_a_state_that_ends_at_a_step_equals_hours_of_duty():
    """The one is a flag of each step, the other an exact time in the tables: at whole steps they are the same."""
    ordered = ready(state="emplaced", orders=[{"at": "100 s", "state": "active"}, {"at": "500 s", "state": "emplaced"}])
    hours = {"active": {"from": "100 s", "until": "500 s"}}
    by_state = play(scene(**ordered), 2)
    by_hours = play(scene(sensors={"search": hours}, fire_units={"unit": hours}), 2)
    assert without_states(by_state) == without_states(by_hours)
    assert times(by_state, kinds.SHOT)
    changes = times(by_state, kinds.STATE_CHANGED)
    assert changes == [100.0, 100.0, 500.0, 500.0] * 2
    assert_invariants(by_state)


@pytest.mark.parametrize("state", ["boxed", "march", "emplaced", "dark"])
def test_before_it_is_active_nothing_looks_and_nothing_fires(state):
    outcome = play(scene(**ready(state=state, orders=[{"at": "200 s", "state": "active"}])), 1)
    assert min(times(outcome, kinds.FIRST_LOOK)) >= 200.0
    assert min(times(outcome, kinds.SHOT)) >= 200.0
    assert_invariants(outcome)


def test_a_unit_off_duty_is_why_nothing_is_ordered():
    outcome = play(scene(**ready(state="emplaced", applies_to=["unit"])), 1)
    assert times(outcome, kinds.TRACK_CONFIRMED)
    assert times(outcome, kinds.ENGAGE) == []
    assert set(outcome.result.events.code[outcome.result.events.kind == kinds.HELD].tolist()) == {NOT_READY}


def test_an_order_at_the_very_beginning_of_duty_stands():
    outcome = play(scene(fire_units={"unit": {"active": {"from": "100 s", "until": "500 s"}}}), 1)
    assert times(outcome, kinds.ENGAGE)[0] == 100.0
    assert times(outcome, kinds.SHOT)[0] == 102.0
    assert times(outcome, kinds.CEASED, code=words.CEASED_REASONS.index("off duty")) in ([], [500.0])
    assert_invariants(outcome)


def test_hours_are_kept():
    hours = [{"from": "50 s", "until": "150 s"}, {"from": "300 s", "until": "420 s"}]
    outcome = play(scene(**ready(state="hours", hours=hours)), 1)
    shots = np.array(times(outcome, kinds.ENGAGE))
    on_duty = ((shots >= 50.0) & (shots <= 150.0)) | ((shots >= 300.0) & (shots <= 420.0))
    assert on_duty.all()
    assert (shots < 160.0).any()
    assert (shots > 300.0).any()
    assert_invariants(outcome)


def slow(order: Data, **fields) -> Data:
    """Return one target, whose order takes 100 s to carry out, and an order to the unit at 40 s."""
    data = scene(raids={"raid": {"count": 1}}, **ready(state="active", applies_to=["unit"], orders=[order]), **fields)
    data["idealised"]["values"]["ideal/fire-unit.reaction"] = "100 s"
    return data


@pytest.mark.parametrize(("state", "fires"), [("dark", True), ("emplaced", False), ("march", False), ("boxed", False)])
def test_a_unit_that_goes_off_duty_gives_its_orders_back(state, fires):
    outcome = play(slow({"at": "40 s", "state": state}), 1)
    ordered_s = times(outcome, kinds.ENGAGE)
    assert ordered_s[0] < 40.0
    assert (times(outcome, kinds.SHOT)[:1] == [ordered_s[0] + 100.0]) == fires
    ceased = times(outcome, kinds.CEASED, code=words.CEASED_REASONS.index("off duty"))
    assert ceased == ([] if fires else [40.0])
    assert_invariants(outcome)


def test_a_unit_whose_radar_leaves_its_site_gives_its_orders_back():
    data = slow({"at": "40 s", "state": "march"}, sensors={"guide": {"type": "ideal/engagement-radar", "node": "post"}})
    data["sensors"]["guide"]["at"] = CENTRE
    data["fire_units"]["unit"]["radar"] = "guide"
    data["readiness"]["some"]["applies_to"] = ["guide"]
    outcome = play(data, 1)
    assert times(outcome, kinds.CEASED) == [40.0]
    assert times(outcome, kinds.SHOT) == []
    assert_invariants(outcome)


# ---- forms


def two_sided(**fields) -> Data:
    """Return targets from the south and from the north, the second group 100 s later."""
    return scene(raids={"late": raid(2, NORTH) | {"start": "100 s"}}, **ready(**fields))


def seen(outcome: Outcome, group: str) -> list[float]:
    """Return when members of a group were first looked at."""
    named = [place for place, one in enumerate(outcome.scenario.objects) if one.group == group]
    return [time_s for thing in named for time_s in times(outcome, kinds.FIRST_LOOK, object=thing)]


def test_a_limited_sector_neither_looks_nor_engages_beyond_it():
    south = {"facing": "180 deg", "sector": "120 deg"}
    whole = play(two_sided(state="active"), 1)
    assert max(seen(whole, "late")) < 160.0
    outcome = play(two_sided(state="sector", sector=south), 1)
    assert seen(outcome, "raid") == seen(whole, "raid")
    assert seen(outcome, "late") == []
    blind = play(two_sided(state="sector", sector=south, applies_to=["unit"]), 1)
    assert seen(blind, "late") == seen(whole, "late")
    to_the_north = [one.result.events.kind[one.result.events.north_m > 0.0] for one in (whole, blind)]
    assert kinds.ENGAGE in to_the_north[0]
    assert kinds.ENGAGE not in to_the_north[1]
    assert times(blind, kinds.ENGAGE)
    for one in (outcome, blind):
        assert_invariants(one)


def crossing(**sections) -> Data:
    """Return a target that flies from south-west to south-east while an order takes 150 s to be carried out."""
    data = scene(**sections)
    data["raids"] = {"raid": {"type": "ideal/target", "route": [[39.0, 31.5], [39.0, 34.5]]}}
    data["idealised"]["values"]["ideal/fire-unit.reaction"] = "150 s"
    return data


SOUTH_WEST = {"facing": "220 deg", "sector": "60 deg"}


@pytest.mark.parametrize(
    "limit",
    [
        ready(state="sector", sector=SOUTH_WEST, applies_to=["unit"]),
        {"fire_units": {"unit": {"responsibility": SOUTH_WEST}}},
    ],
    ids=["readiness", "responsibility"],
)
def test_what_has_left_the_sector_is_not_fired_at(limit):
    free, limited = play(crossing(), 1), play(crossing(**limit), 1)
    assert times(free, kinds.SHOT)
    ordered_s = times(limited, kinds.ENGAGE)
    assert ordered_s
    assert times(limited, kinds.SHOT) < times(free, kinds.SHOT)
    left = times(limited, kinds.CEASED, code=words.CEASED_REASONS.index("left the envelope"))
    assert left[-1] == ordered_s[-1] + 150.0
    assert_invariants(limited)


def test_the_warning_opens_the_sector():
    south = {"facing": "180 deg", "sector": "120 deg"}
    warning = {"lead": "0 s", "preparation": "200 s"}
    outcome = play(two_sided(state="sector", sector=south, warning=warning), 1)
    assert len(seen(outcome, "late")) == 2
    assert min(seen(outcome, "late")) >= 200.0


def cued_scene(**sections) -> Data:
    """Return a node whose radar waits for a cue of another node, which sees the targets 100 km from the city."""
    data = scene(**ready(state="cued", cue_range="60 km", linger="20 s"))
    data["nodes"]["eye"] = {**data["nodes"]["post"]}
    data["sensors"]["far"] = {**data["sensors"]["search"], "node": "eye"}
    link = {"type": "ideal/link", "from": "eye", "to": "post", "carries": ["track"], "remote_use": "CUE"}
    data["links"] = {"cue": link}
    data["fire_units"]["unit"]["radar"] = "search"
    data["raids"]["raid"]["count"] = 1
    del data["raids"]["raid"]["spread"]
    return changed(data, **sections)


def test_a_cued_radar_is_dark_until_a_track_is_near_and_again_after_it():
    outcome = play(cued_scene(), 1)
    search = [one.id for one in outcome.scenario.sensors].index("search")
    states = outcome.result.events.kind == kinds.STATE_CHANGED
    on_s, off_s = outcome.result.events.time_s[states].tolist()
    (leaked_s,) = times(outcome, kinds.LEAKED)
    assert outcome.result.events.code[states].tolist() == [0, 1]
    # The target is 60 km from the city this long before it arrives there.
    assert on_s == pytest.approx(leaked_s - 60e3 / 250.0, abs=3.0)
    assert min(times(outcome, kinds.FIRST_LOOK, other=search)) >= on_s
    assert off_s - leaked_s >= 20.0
    assert min(times(outcome, kinds.SHOT)) >= on_s
    assert_invariants(outcome)


def test_an_awake_radar_stays_awake_for_what_its_node_fights():
    (on_s, _) = times(play(cued_scene(), 1), kinds.STATE_CHANGED)
    outcome = play(cued_scene(links={"cue": {"active": {"until": f"{on_s + 20.0:g} s"}}}), 1)
    (_, off_s) = times(outcome, kinds.STATE_CHANGED)
    (leaked_s,) = times(outcome, kinds.LEAKED)
    assert off_s >= leaked_s + 20.0  # though nothing has cued it for minutes
    assert_invariants(outcome)


def test_a_track_that_is_no_cue_leaves_the_radar_dark():
    search_looks = []
    for sections in (
        {"links": {"cue": {"active": {"until": "10 s"}}}},
        {"readiness": {"some": {"cue_range": "100 m"}}},
    ):
        outcome = play(cued_scene(**sections), 1)
        search = [one.id for one in outcome.scenario.sensors].index("search")
        search_looks += times(outcome, kinds.FIRST_LOOK, other=search)
        assert times(outcome, kinds.STATE_CHANGED) == []
    assert search_looks == []


def test_weapons_hold_lasts_until_the_warning_and_leaves_self_defence():
    held = ready(state="hold", warning={"lead": "0 s", "preparation": "300 s"})
    outcome = play(scene(**held), 1)
    assert min(times(outcome, kinds.SHOT)) >= 300.0
    assert times(outcome, kinds.HELD, code=WEAPONS_HOLD)
    for_good = play(scene(**ready(state="hold")), 1)
    assert times(for_good, kinds.SHOT) == []
    own = play(scene(doctrine={"rules": {"self_defence": True}}, **ready(state="hold")), 1)
    near_m = np.hypot(own.result.events.east_m, own.result.events.north_m)[own.result.events.kind == kinds.ENGAGE]
    assert len(near_m)
    assert near_m.max() <= 20_100.0


def test_training_does_all_but_launch():
    drill = play(scene(**ready(state="training", warning={"lead": "0 s", "preparation": "300 s"})), 1)
    free = play(scene(), 1)
    assert times(drill, kinds.TRACK_CONFIRMED) == times(free, kinds.TRACK_CONFIRMED)
    assert min(times(free, kinds.SHOT)) < 300.0
    assert min(times(drill, kinds.SHOT)) >= 300.0
    assert times(drill, kinds.HELD, code=TRAINING)
    assert_invariants(drill)


# ---- contact loss


def cut_off(action: str, **rules) -> Data:
    """Return a node whose link with its superior is cut between 100 s and 400 s."""
    loss = {"action": action, "after": "20 s"}
    data = scene(doctrine={"rules": {"contact_loss": loss} | rules})
    data["nodes"]["above"] = {**data["nodes"]["post"], "doctrine": "above"}
    data["doctrine"]["above"] = {}
    data["nodes"]["post"]["superior"] = "above"
    link = {"type": "ideal/link", "from": "above", "to": "post", "carries": ["track", "order"]}
    data["links"] = {"down": link}
    data["faults"] = {"line": {"of": "down", "cause": "cut", "at": "100 s", "until": "400 s"}}
    return data


def orders(outcome: Outcome) -> np.ndarray:
    assert len(times(outcome, kinds.CONTACT_LOST, node=0)) == 1
    assert times(outcome, kinds.CONTACT_LOST, node=0)[0] == pytest.approx(121.0, abs=2.0)
    assert times(outcome, kinds.CONTACT_RESTORED, node=0)[0] == pytest.approx(401.0, abs=2.0)
    assert_invariants(outcome)
    return np.array(times(outcome, kinds.ENGAGE))


@pytest.mark.parametrize("action", ["autonomous_free", "autonomous_tight"])
def test_what_was_on_hold_fires_when_cut_off_and_stops_when_contact_is_back(action):
    found = orders(play(cut_off(action, weapons_control="HOLD"), 1))
    assert found.min() >= 119.0
    assert found.max() <= 403.0


@pytest.mark.parametrize("action", ["hold", "self_defence", "dark"])
def test_what_was_free_to_fire_stops_when_cut_off_and_goes_on_after(action):
    found = orders(play(cut_off(action), 1))
    assert (found < 119.0).any()
    assert not ((found > 123.0) & (found < 399.0)).any()
    assert (found > 403.0).any()


def test_a_dark_node_does_not_look():
    data = cut_off("dark")
    data["raids"]["late"] = raid(1, NORTH) | {"start": "150 s"}
    outcome = play(data, 1)
    assert min(seen(outcome, "late")) >= 400.0
    data["doctrine"]["rules"]["contact_loss"]["action"] = "hold"
    assert min(seen(play(data, 1), "late")) < 160.0


def test_self_defence_goes_beyond_hold_where_the_doctrine_has_none():
    def near(action: str) -> int:
        data = cut_off(action)
        data["raids"]["raid"]["route"] = [[CENTRE[0] - 0.6, CENTRE[1]]]
        data["faults"]["line"]["at"] = "0 s"
        outcome = play(data, 1)
        events = outcome.result.events
        return int(((events.kind == kinds.ENGAGE) & (events.time_s > 25.0) & (events.time_s < 400.0)).sum())

    assert near("hold") == 0
    assert near("self_defence") > 0
