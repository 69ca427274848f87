"""What allowed an order must hold still when its rounds go up; if not, it is given back and says why."""

from typing import Any

import numpy as np
import pytest

from invariants import assert_invariants
from openiamd.results import kinds as words
from openiamd.world import events as kinds
from scenes import CENTRE, Data, Outcome, changed, ideal_scene, play, raid

REACTION_S = 20.0


def times(outcome: Outcome, *wanted: int) -> list[float]:
    events = outcome.result.events
    return events.time_s[np.isin(events.kind, wanted)].tolist()


def ceased(outcome: Outcome) -> set[str]:
    events = outcome.result.events
    return {words.CEASED_REASONS[code] for code in events.code[events.kind == kinds.CEASED].tolist()}


def scene(**sections: Any) -> Data:
    """Return one unit that is ordered to engage one target within 5 s of the start, and fires 20 s later."""
    data = ideal_scene(
        raids={"raid": raid(1)}, doctrine={"rules": {"shots": {"salvo": 1, "salvos": 1}, "self_defence": False}}
    )
    data["idealised"] = {"noise": False, "detect_always": True, "identify": "hostile"}
    data["idealised"]["values"] = {"ideal/fire-unit.reaction": f"{REACTION_S} s", "ideal/interceptor.pk_cruise": 1.0}
    return changed(data, **sections)


def below(**sections: Any) -> Data:
    """Return the same under a superior that sees the target as well and sends its word every second."""
    data = scene()
    data["nodes"]["top"] = {**data["nodes"]["post"], "doctrine": "top"}
    data["nodes"]["post"]["superior"] = "top"
    data["doctrine"]["top"] = {}
    data["sensors"]["eye"] = {**data["sensors"]["search"], "node": "top"}
    link = {"type": "ideal/link", "from": "top", "to": "post", "carries": ["track", "identity", "order"]}
    data["links"] = {"word": link | {"remote_use": "CUE"}}
    return changed(data, **sections)


def launchers(**sections: Any) -> Data:
    """Return launchers that fire by the radar and on the channels of a unit that has no rounds of its own."""
    data = scene(fire_units={"unit": {"load": {"ideal/interceptor": 0}}})
    shared = {"type": "ideal/fire-unit", "node": "post", "at": CENTRE, "shares_channels_with": "unit"}
    data["fire_units"]["launchers"] = shared | {"load": {"ideal/interceptor": 10}}
    return changed(data, **sections)


HOLD = {"order": "weapons_control", "status": "HOLD", "from": "10 s"}
CENTRALIZED = {"doctrine": {"rules": {"method": "CENTRALIZED"}}}
SILENT = {"contact_loss": {"action": "hold", "after": "5 s"}}
STANDS_DOWN = {"readiness": {"down": {"state": "active", "orders": [{"at": "10 s", "state": "emplaced"}]}}}
CASES = {
    "weapons hold": (scene(fire_orders={"hold": HOLD | {"to": ["post"]}}), "weapons control"),
    "contact lost": (
        below(doctrine={"rules": SILENT}, links={"word": {"active": {"until": "1 s"}}}), "weapons control",
    ),
    "authority on hold": (below(**CENTRALIZED, fire_orders={"hold": HOLD | {"to": ["top"]}}), "order withdrawn"),
    "zone": (
        scene(zones={"no": {"kind": "restricted_fire", "at": CENTRE, "radius": "300 km", "from": "10 s"}}), "zone",
    ),
    "emplaced": (changed(scene(**STANDS_DOWN), readiness={"down": {"applies_to": ["unit"]}}), "off duty"),
    "end of hours": (scene(fire_units={"unit": {"active": {"until": "10 s"}}}), "off duty"),
    "owner of channels": (changed(launchers(**STANDS_DOWN), readiness={"down": {"applies_to": ["unit"]}}), "off duty"),
    "owner's hours": (launchers(fire_units={"unit": {"active": {"until": "10 s"}}}), "off duty"),
}  # fmt: skip


@pytest.mark.parametrize("data", [scene(), below(), below(**CENTRALIZED), launchers()])
def test_what_stays_allowed_is_fired(data):
    outcome = play(data, 1)
    assert times(outcome, kinds.ENGAGE)[0] < 5.0
    assert times(outcome, kinds.SHOT) == [times(outcome, kinds.ENGAGE)[0] + REACTION_S]
    assert times(outcome, kinds.KILL)


@pytest.mark.parametrize("case", CASES)
def test_what_is_no_longer_allowed_is_not_fired(case):
    data, reason = CASES[case]
    outcome = play(data, 1)
    assert times(outcome, kinds.ENGAGE)[0] < 5.0
    assert times(outcome, kinds.SHOT) == []
    assert ceased(outcome) == {reason}
    if reason == "off duty":
        assert times(outcome, kinds.CEASED) == [10.0]
    assert_invariants(outcome)


@pytest.mark.parametrize("case", CASES)
def test_the_rest_of_a_salvo_is_not_fired_either(case):
    """The first round goes up at once, the second after 20 s, when it is not allowed any more; the first flies on."""
    data = changed(CASES[case][0], doctrine={"rules": {"shots": {"salvo": 2, "spacing": "20 s"}}})
    data["idealised"]["values"]["ideal/fire-unit.reaction"] = "0 s"
    outcome = play(data, 1)
    assert len(times(outcome, kinds.SHOT)) == 1
    assert len(times(outcome, kinds.KILL)) == len(times(outcome, kinds.ASSESSED)) == 1
    assert ceased(outcome) == set()
    assert_invariants(outcome)


def test_an_order_of_the_moment_in_which_hours_begin_stands():
    outcome = play(scene(fire_units={"unit": {"active": {"from": "30 s"}}}), 1)
    assert times(outcome, kinds.ENGAGE) == [30.0]
    assert times(outcome, kinds.SHOT) == [30.0 + REACTION_S]
    assert ceased(outcome) == set()
    assert_invariants(outcome)


def test_an_order_goes_through_if_what_forbade_it_is_over_by_the_launch():
    short = scene(fire_orders={"hold": HOLD | {"to": ["post"], "until": "15 s"}})
    assert times(play(short, 1), kinds.SHOT) == times(play(scene(), 1), kinds.SHOT)


# ---- launchers whose radar lives


def test_rounds_of_lost_launchers_stay_guided_by_the_radar_that_lives():
    data = launchers(idealised={"values": {"ideal/fire-unit.reaction": "0 s"}})
    data = changed(data, doctrine={"rules": {"shots": {"salvo": 2, "spacing": "20 s"}}})
    shot_s = times(play(data, 1), kinds.SHOT)[0]
    for of, kills in (("launchers", 1), ("unit", 0)):
        lost = {"faults": {"lost": {"of": of, "at": f"{shot_s + 10.0:g} s"}}}
        outcome = play(changed(data, **lost), 1)
        assert times(outcome, kinds.SHOT) == [shot_s]
        assert len(times(outcome, kinds.KILL)) == kills
        assert len(times(outcome, kinds.WASTED)) == 1 - kills
        assert_invariants(outcome)


def test_rounds_of_lost_launchers_are_wasted_when_the_radar_is_lost_later():
    data = launchers(idealised={"values": {"ideal/fire-unit.reaction": "0 s"}})
    shot_s = times(play(data, 1), kinds.SHOT)[0]
    lost = {"launchers": {"of": "launchers", "at": f"{shot_s + 5.0:g} s"}}
    lost["unit"] = {"of": "unit", "at": f"{shot_s + 10.0:g} s"}
    outcome = play(changed(data, faults=lost), 1)
    assert times(outcome, kinds.KILL) == []
    assert len(times(outcome, kinds.WASTED)) == 1


def test_lost_launchers_give_their_orders_back():
    outcome = play(launchers(faults={"lost": {"of": "launchers", "at": "10 s"}}), 1)
    assert times(outcome, kinds.SHOT) == []
    assert ceased(outcome) == {"out of action"}
    assert times(outcome, kinds.CEASED) == [10.0]


def test_launchers_whose_owner_of_channels_is_off_duty_are_not_ready():
    outcome = play(launchers(readiness={"down": {"state": "emplaced", "applies_to": ["unit"]}}), 1)
    events = outcome.result.events
    assert times(outcome, kinds.ENGAGE) == []
    assert {words.HELD_REASONS[code] for code in events.code[events.kind == kinds.HELD]} == {"not ready"}
