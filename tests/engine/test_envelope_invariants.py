"""The invariants of launches notice what they are there to notice."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from duty_invariants import flight_s
from envelope_invariants import (
    assert_launches,
    assert_magazines_never_negative,
    assert_the_dead_are_left_alone,
    launcher_m,
    shots,
)
from openiamd.catalogue.duties import Duties, Limit, StateChange
from openiamd.catalogue.resolved import Point
from openiamd.physics.envelope import meeting_time_s
from openiamd.physics.geodesy import enu_from_geodetic
from openiamd.world import events as kinds
from scenes import CENTRE, Outcome, changed, ideal_scene, play

SOUTH = math.pi


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """One fire unit, with its radar, that reacts for 5 s and fires at what comes from the south."""
    data = changed(
        ideal_scene(),
        raids={"raid": {"spacing": "100 s"}},
        sensors={"guide": {"type": "ideal/engagement-radar", "node": "post", "at": CENTRE}},
        fire_units={"unit": {"radar": "guide"}},
        idealised={"values": {"ideal/fire-unit.reaction": "5 s"}},
    )
    return play(data, 2)


def with_events(outcome: Outcome, **columns: np.ndarray) -> Outcome:
    return outcome._replace(result=outcome.result._replace(events=outcome.result.events._replace(**columns)))


def with_kind(outcome: Outcome, **values: Any) -> Outcome:
    """Return the outcome as if it were one of another interceptor."""
    kind = dataclasses.replace(outcome.scenario.interceptors[0], **values)
    return outcome._replace(scenario=dataclasses.replace(outcome.scenario, interceptors=(kind,)))


def with_unit(outcome: Outcome, **values: Any) -> Outcome:
    """Return the outcome as if it were one of another fire unit."""
    unit = dataclasses.replace(outcome.scenario.fire_units[0], **values)
    return outcome._replace(scenario=dataclasses.replace(outcome.scenario, fire_units=(unit,)))


def with_duties(outcome: Outcome, *changes: StateChange, limits: tuple[Limit, ...] = ()) -> Outcome:
    duties = Duties(changes=changes, limits=limits)
    return outcome._replace(scenario=dataclasses.replace(outcome.scenario, duties=duties))


def test_what_is_whole_passes(outcome):
    fired = list(shots(outcome))
    assert len(fired) > 4
    assert any(shot.meeting_m is not None for shot in fired)
    assert_launches(outcome)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"range_minimum_m": 900e3}, "nearer than the minimum range"),
        ({"range_air_m": 1e3}, "outside the envelope.*is beyond"),
        ({"envelope": ((0.0, 1e3), (20e3, 1e3))}, "outside the envelope.*is beyond"),
        ({"altitude_minimum_m": 30e3}, "too low or too high"),
        ({"altitude_maximum_m": 100.0}, "too low or too high"),
        ({"speed_mps": 500.0}, "meets before it can be there"),
        ({"speed_mps": 3_000.0}, "flies longer than its range takes"),
        ({"decay_m": 10e3, "speed_minimum_mps": 990.0}, "too slow by then"),
    ],
)
def test_a_shot_out_of_reach_is_noticed(outcome, values, message):
    with pytest.raises(AssertionError, match=message):
        assert_launches(with_kind(outcome, **values))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sector_rad": 1.0, "facing_rad": 0.0}, "beyond the firing sector"),
        ({"responsibility_sector_rad": 1.0, "responsibility_facing_rad": 0.0}, "beyond responsibility"),
        ({"active_from_s": 850.0}, "off duty"),
        ({"slew_rate_radps": 1e-3}, "while its sector turns"),
        ({"reaction_s": -100.0}, "after its patience"),
    ],
)
def test_a_unit_that_should_not_have_fired_is_noticed(outcome, values, message, monkeypatch):
    if "slew_rate_radps" in values:  # begin a turn with the first order
        kind = outcome.result.events.kind.copy()
        first = np.flatnonzero(kind == kinds.ENGAGE)[0]
        kind[first - 1] = kinds.SLEWED
        other, value = outcome.result.events.other.copy(), outcome.result.events.value.copy()
        other[first - 1], value[first - 1] = 0, 1.0
        outcome = with_events(outcome, kind=kind, other=other, value=value)
    if "reaction_s" in values:
        monkeypatch.setattr("envelope_invariants.PATIENCE_S", 0.0)
    with pytest.raises(AssertionError, match=message):
        assert_launches(with_unit(outcome, **values))
    south = {name: SOUTH for name in values if name.endswith("facing_rad")}
    if south:
        assert_launches(with_unit(outcome, **(values | south)))


@pytest.mark.parametrize(
    ("domain", "aspect", "state", "message"),
    [
        ("fire_unit", "state", "march", "fires that is"),
        ("sensor", "state", "boxed", "or its radar is"),
        ("fire_unit", "training", "training", "fires that trains"),
    ],
)
def test_a_shot_of_what_is_not_ready_is_noticed(outcome, domain, aspect, state, message):
    index = len(outcome.scenario.sensors) - 1 if domain == "sensor" else 0
    with pytest.raises(AssertionError, match=message):
        assert_launches(with_duties(outcome, StateChange(domain, index, 0.0, aspect, state)))


def test_a_shot_beyond_the_sector_of_readiness_is_noticed(outcome):
    change = StateChange("fire_unit", 0, 0.0, "sector", "sector")
    assert_launches(with_duties(outcome, change, limits=(Limit("fire_unit", 0, SOUTH, 1.0),)))
    with pytest.raises(AssertionError, match="sector of readiness"):
        assert_launches(with_duties(outcome, change, limits=(Limit("fire_unit", 0, 0.0, 1.0),)))


def test_a_shot_below_the_horizon_is_noticed(outcome):
    environment = dataclasses.replace(outcome.scenario.environment, effective_radius_factor=1e-3)
    low = outcome._replace(scenario=dataclasses.replace(outcome.scenario, environment=environment))
    with pytest.raises(AssertionError, match="below the horizon"):
        assert_launches(low)


def test_a_round_that_is_not_there_is_noticed(outcome):
    few = with_unit(outcome, magazines=((0, 3),))
    with pytest.raises(AssertionError, match="a magazine holds"):
        assert_magazines_never_negative(few.result.events, few.scenario)


def test_fire_at_what_was_judged_dead_is_noticed(outcome):
    """The last order of a run is taken for one at the track that was judged dead first."""
    events = outcome.result.events
    judged = np.flatnonzero((events.kind == kinds.ASSESSED) & (events.code == 1) & (events.run == 0))[0]
    last = np.flatnonzero((events.kind == kinds.ENGAGE) & (events.run == 0))[-1]
    assert last > judged
    number, time_s = events.track_number.copy(), events.time_s.copy()
    number[last], time_s[last] = number[judged], time_s[judged] + 1.0
    kind = np.where(np.isin(events.kind, (kinds.TRACK_DROPPED,)), kinds.HELD, events.kind).astype(np.int8)
    with pytest.raises(AssertionError, match="judged dead"):
        assert_the_dead_are_left_alone(events._replace(track_number=number, kind=kind, time_s=time_s), outcome.scenario)


@pytest.mark.parametrize(("latitude", "longitude", "height"), [(0.7, 0.6, 0.0), (0.65, 0.5, 12e3), (-0.2, -3.0, 50.0)])
def test_places_are_those_of_the_theatre_frame(latitude, longitude, height):
    expected = enu_from_geodetic(latitude, longitude, height, 0.69, 0.57)
    assert launcher_m(Point(latitude, longitude, height), Point(0.69, 0.57)) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("decay_m", [0.0, 60e3])
def test_the_time_of_flight_is_that_of_a_meeting(outcome, decay_m):
    kind = dataclasses.replace(outcome.scenario.interceptors[0], speed_mps=1_200.0, decay_m=decay_m)
    target, meeting_m = np.array([30e3, 40e3, 0.0, 0.0, 0.0, 0.0]), np.zeros(3)
    time_s = meeting_time_s(target, False, np.zeros(3), kind.speed_mps, decay_m, 0.0, meeting_m)
    assert flight_s(kind, 50e3) == pytest.approx(time_s, abs=1e-3)
