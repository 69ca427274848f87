"""Readiness, resolved: when each piece changes its state, by the times of the catalogue."""

from collections import defaultdict

import pytest

from openiamd.catalogue.duties import STATES
from openiamd.catalogue.resolved import ResolvedScenario
from openiamd.results.kinds import LOSS_CAUSES, READINESS_STATES
from scenes import Data, changed, real_scene, resolved

SET_UP_S, LEAVE_S, SWITCH_ON_S = 300.0, 300.0, 60.0  # of every piece of the S-400 in the scene


def entry(**fields) -> ResolvedScenario:
    ready: Data = {"applies_to": ["post"]} | fields
    return resolved(changed(real_scene(raids={"cruise": {"start": "10 min"}}), readiness={"some": ready}))


def courses(scenario: ResolvedScenario) -> dict[str, list[tuple[float, str]]]:
    """Return times and states of each piece by its id."""
    found = defaultdict(list)
    tables = {"node": scenario.nodes, "sensor": scenario.sensors, "fire_unit": scenario.fire_units}
    for change in scenario.duties.changes:
        found[tables[change.domain][change.index].id].append((change.at_s, change.state))
    return dict(found)


def test_the_words_of_the_engine_are_those_of_the_tables():
    assert STATES == READINESS_STATES
    from openiamd.catalogue.duties import CAUSES

    assert CAUSES == LOSS_CAUSES


def test_boxed_is_one_window_of_duty():
    scenario = entry(state="boxed", warning={"lead": "5 min", "preparation": "4 min"})
    assert scenario.duties.changes == ()
    assert [unit.active_from_s for unit in scenario.fire_units] == [0.0 - 300.0 + 240.0 + SET_UP_S]
    assert courses(scenario) == {}
    assert "scenario:" not in "".join(one.path for one in scenario.inputs)  # nothing here has a range


@pytest.mark.parametrize(
    ("state", "then"),
    [
        ("march", [(0.0, "march"), (60.0 + SET_UP_S, "active")]),
        ("emplaced", [(0.0, "emplaced"), (60.0 + SWITCH_ON_S, "active")]),
        ("dark", [(0.0, "dark"), (60.0 + SWITCH_ON_S, "active")]),
    ],
)
def test_after_the_warning_each_state_takes_its_own_time(state, then):
    raids = {"cruise": {"start": "6 min"}, "drone": {"start": "6 min"}, "srbm": {"start": "6 min"}}
    ready = {"some": {"applies_to": ["post"], "state": state, "warning": {"lead": "6 min", "preparation": "1 min"}}}
    scenario = resolved(changed(real_scene(raids=raids), readiness=ready))
    assert courses(scenario) == dict.fromkeys(("search", "guide", "unit"), then)


def test_orders_are_carried_out_one_after_the_other():
    orders = [
        {"at": "2 min", "state": "march"},
        {"at": "4 min", "state": "emplaced"},
        {"at": "5 min", "state": "active"},
    ]
    # It leaves at 2 min and is on the road 5 min later; then it is set up; then it is switched on.
    on_the_road_s = 120.0 + LEAVE_S
    expected = [
        *((0.0, "active"), (120.0, "emplaced"), (on_the_road_s, "march")),
        *((on_the_road_s + SET_UP_S, "emplaced"), (on_the_road_s + SET_UP_S + SWITCH_ON_S, "active")),
    ]
    assert courses(entry(state="active", orders=orders))["search"] == expected


def test_silence_is_immediate_and_its_end_takes_activation():
    orders = [{"at": "1 min", "state": "dark"}, {"at": "3 min", "state": "active"}]
    course = courses(entry(state="active", orders=orders))["guide"]
    assert course == [(0.0, "active"), (60.0, "dark"), (180.0 + SWITCH_ON_S, "active")]


def test_boxed_with_orders_takes_the_road_first():
    course = courses(entry(state="boxed", orders=[{"at": "1 min", "state": "active"}]))["unit"]
    assert course == [(0.0, "boxed"), (60.0, "march"), (60.0 + SET_UP_S, "active")]


def test_hours_end_with_the_warning():
    hours = [{"from": "1 min", "until": "2 min"}, {"from": "4 min", "until": "20 min"}]
    free = courses(entry(state="hours", hours=hours))["unit"]
    expected = [(0.0, "emplaced"), (60.0, "active"), (120.0, "emplaced"), (240.0, "active"), (1200.0, "emplaced")]
    assert free == expected
    # All raids of the scene start at 0 or later; the warning comes as the first starts.
    warned = courses(entry(state="hours", hours=hours, warning={"lead": "0 s", "preparation": "150 s"}))["unit"]
    assert warned == [*expected[:3], (150.0 + SWITCH_ON_S, "active")]
    on_duty = courses(entry(state="hours", hours=hours, warning={"lead": "0 s", "preparation": "300 s"}))["unit"]
    assert on_duty == expected[:4]


def test_forms_limit_what_they_are_about():
    sector = {"facing": "180 deg", "sector": "90 deg"}
    limited = courses(entry(state="sector", sector=sector, warning={"lead": "0 s", "preparation": "1 min"}))
    expected = [(0.0, "sector"), (60.0, "active")]
    assert limited == {"search": expected, "guide": expected, "unit": expected}
    assert courses(entry(state="training")) == {"unit": [(0.0, "training")]}
    assert courses(entry(state="hold")) == {"post": [(0.0, "hold")]}


def test_a_piece_may_be_named_alone():
    assert set(courses(entry(state="dark", applies_to=["guide"]))) == {"guide"}


def test_inputs_of_faults_and_readiness_are_recorded_and_can_be_varied():
    marks = {"source": "drawn", "source_class": "E", "verification": "D"}
    spread = {"nominal": 0.5, "low": 0.1, "high": 0.9} | marks
    scenario = resolved(changed(real_scene(), faults={"power": {"of": "search", "at": "1 min", "probability": spread}}))
    assert {one.path: one.value for one in scenario.inputs}["scenario:faults.power.probability"] == 0.5
    assert scenario.duties.faults[0].probability == 0.5
