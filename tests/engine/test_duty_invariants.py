"""The invariants of readiness, losses and orders notice what they are there to notice."""

import dataclasses
import math

import numpy as np
import pytest

from duty_invariants import (
    assert_duties,
    assert_halted_nodes_do_not_fire,
    assert_hold,
    assert_lost_things_do_nothing,
    assert_no_order_waits_for_ever,
    assert_what_is_not_ready_does_not_fire_or_look,
)
from openiamd.catalogue.duties import Duties, StateChange
from openiamd.catalogue.orders import FireOrder
from openiamd.world import events as kinds
from scenes import Outcome, ideal_scene, play


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """One fire unit that is lost for a minute and then fires."""
    return play(ideal_scene(faults={"hit": {"of": "unit", "at": "0 s", "until": "60 s"}}), 2)


def with_events(outcome: Outcome, **columns: np.ndarray) -> Outcome:
    return outcome._replace(result=outcome.result._replace(events=outcome.result.events._replace(**columns)))


def with_change(outcome: Outcome, domain: str, aspect: str, state: str) -> Outcome:
    change = StateChange(domain=domain, index=0, at_s=0.0, aspect=aspect, state=state)
    return outcome._replace(scenario=dataclasses.replace(outcome.scenario, duties=Duties(changes=(change,))))


def test_what_is_whole_passes(outcome):
    events = outcome.result.events
    assert np.count_nonzero(events.kind == kinds.SHOT) > 0
    assert np.count_nonzero(events.kind == kinds.LOST) == np.count_nonzero(events.kind == kinds.RESTORED) == 2
    assert_duties(outcome)


def test_a_shot_of_a_lost_unit_is_noticed(outcome):
    kind = outcome.result.events.kind
    never_restored = np.where(kind == kinds.RESTORED, kinds.STATE_CHANGED, kind).astype(np.int8)
    with pytest.raises(AssertionError, match="a lost fire unit fires"):
        assert_lost_things_do_nothing(with_events(outcome, kind=never_restored))
    twice = np.where(kind == kinds.LOST, kinds.RESTORED, kind).astype(np.int8)
    with pytest.raises(AssertionError, match="restored before"):
        assert_lost_things_do_nothing(with_events(outcome, kind=twice))


@pytest.mark.parametrize(
    ("domain", "aspect", "state", "message"),
    [
        ("sensor", "state", "dark", "a radar looks"),
        ("fire_unit", "state", "march", "a fire unit is given an order"),
        ("fire_unit", "training", "training", "a unit in training"),
    ],
)
def test_what_is_not_ready_is_noticed(outcome, domain, aspect, state, message):
    with pytest.raises(AssertionError, match=message):
        assert_what_is_not_ready_does_not_fire_or_look(with_change(outcome, domain, aspect, state))


def test_fire_under_weapons_hold_is_noticed(outcome):
    with pytest.raises(AssertionError, match="weapons hold"):
        assert_hold(without_self_defence(with_change(outcome, "node", "hold", "hold")))
    with pytest.raises(AssertionError, match="status is HOLD"):
        assert_hold(
            without_self_defence(outcome, control_status="HOLD", control_status_autonomous="HOLD"),
        )


def test_fire_of_a_halted_node_is_noticed(outcome):
    order = FireOrder("halt", "cease_fire", "", -1, (0,), 0.0, math.inf)
    halted = outcome._replace(scenario=dataclasses.replace(outcome.scenario, fire_orders=(order,)))
    with pytest.raises(AssertionError, match="fires under cease_fire"):
        assert_halted_nodes_do_not_fire(halted)


def without_self_defence(outcome: Outcome, **rules: str) -> Outcome:
    nodes = [dataclasses.replace(node, self_defence=False, **rules) for node in outcome.scenario.nodes]
    return outcome._replace(scenario=dataclasses.replace(outcome.scenario, nodes=nodes))


@pytest.mark.parametrize("lost", [(kinds.SHOT, kinds.CEASED), (kinds.KILL, kinds.MISS, kinds.OVERKILL, kinds.WASTED)])
def test_an_order_or_a_round_without_an_end_is_noticed(outcome, lost):
    events = outcome.result.events
    cause = np.where(np.isin(events.kind, lost), -1, events.cause).astype(np.int32)
    with pytest.raises(AssertionError, match="nothing came of"):
        assert_no_order_waits_for_ever(with_events(outcome, cause=cause))
