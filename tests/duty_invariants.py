"""What must hold of readiness, losses and orders, whatever the scenario: part of ``invariants``."""

import math
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from openiamd.catalogue.duties import DOMAINS
from openiamd.catalogue.resolved import FireUnit, Interceptor, ResolvedScenario
from openiamd.results.slices import EventRows
from openiamd.world import events as kinds
from scenes import Outcome

NODE, SENSOR, UNIT, LINK = range(len(DOMAINS))
PATIENCE_S = 60.0  # of an order that cannot be carried out
LARGEST_NORMAL = 6.8  # that is ever drawn
SEEN_BY = (kinds.FIRST_LOOK, kinds.FIRST_DETECTION)
FIRED_BY = (kinds.ENGAGE, kinds.SHOT)
DONE_BY_NODES = (kinds.TRACK_CONFIRMED, kinds.TRACK_RECEIVED, kinds.IDENTITY, kinds.ENGAGE, kinds.SHOT)


def assert_duties(outcome: Outcome) -> None:
    """Assert everything below."""
    assert_lost_things_do_nothing(outcome)
    assert_what_is_not_ready_does_not_fire_or_look(outcome)
    assert_hold(outcome)
    assert_halted_nodes_do_not_fire(outcome)
    assert_no_order_waits_for_ever(outcome)


def lost_intervals(events: EventRows) -> Iterator[tuple[int, int, int, int]]:
    """Yield domain, index, and the places of the events from the first loss up to the last restoration."""
    count: dict[tuple[int, int, int], int] = defaultdict(int)
    begun: dict[tuple[int, int, int], int] = {}
    run_ends = {int(run): int(np.searchsorted(events.run, run, side="right")) for run in np.unique(events.run)}
    for place in np.flatnonzero(np.isin(events.kind, (kinds.LOST, kinds.RESTORED))):
        key = (int(events.run[place]), int(events.value[place]), int(events.other[place]))
        count[key] += 1 if events.kind[place] == kinds.LOST else -1
        assert count[key] >= 0, "restored before it was lost"
        if count[key] == 1 and events.kind[place] == kinds.LOST:
            begun[key] = int(place)
        elif count[key] == 0:
            yield key[1], key[2], begun.pop(key), int(place)
    for key, place in begun.items():
        yield key[1], key[2], place, run_ends[key[0]]


def assert_lost_things_do_nothing(outcome: Outcome) -> None:
    """Between loss and restoration nothing is seen, fired, carried or decided by what is lost or hangs on it."""
    events, scenario = outcome.result.events, outcome.scenario
    for domain, index, first, last in lost_intervals(events):
        kind, other, node = (column[first:last] for column in (events.kind, events.other, events.node))
        sensors = [row for row, one in enumerate(scenario.sensors) if hangs(domain, index, SENSOR, row, one.node)]
        units = [
            row
            for row, one in enumerate(scenario.fire_units)
            if hangs(domain, index, UNIT, row, one.node)
            or (one.engagement_sensor >= 0 and one.engagement_sensor in sensors)
        ]
        assert not np.any(np.isin(kind, SEEN_BY) & np.isin(other, sensors)), "a lost radar looks"
        assert not np.any(np.isin(kind, FIRED_BY) & np.isin(other, units)), "a lost fire unit fires"
        if domain == NODE:
            assert not np.any(np.isin(kind, DONE_BY_NODES) & (node == index)), "a lost node acts"
        if domain == LINK:
            assert not np.any((kind == kinds.TRACK_RECEIVED) & (other == index)), "a cut link carries"


def hangs(domain: int, index: int, own_domain: int, row: int, node: int) -> bool:
    """Tell whether what is lost is the thing itself or its node."""
    return (domain, index) in ((own_domain, row), (NODE, node))


def timeline(scenario: ResolvedScenario, domain: int, index: int, aspect: str) -> tuple[list[float], list[str]]:
    """Return the times from which each state of an aspect holds; active before the first."""
    changes = sorted(
        (one.at_s, place, one.state)
        for place, one in enumerate(scenario.duties.changes)
        if (one.domain, one.index, one.aspect) == (DOMAINS[domain], index, aspect)
    )
    return [-math.inf, *(at_s for at_s, _, _ in changes)], ["active", *(state for _, _, state in changes)]


def states_near(line: tuple[list[float], list[str]], time_s: float, step_s: float) -> set[str]:
    """Return the states that may hold at an event: those within two steps before it and one after."""
    times_s, states = line
    first = int(np.searchsorted(times_s, time_s - 2.0 * step_s, side="right")) - 1
    last = int(np.searchsorted(times_s, time_s + step_s, side="right"))
    return set(states[first:last])


def assert_what_is_not_ready_does_not_fire_or_look(outcome: Outcome) -> None:
    """Radars that are dark or stored do not look, unless they still guide; units that are not ready take no orders."""
    events, scenario = outcome.result.events, outcome.scenario
    guiding = {unit.engagement_sensor for unit in scenario.fire_units}
    for sensor in set(range(len(scenario.sensors))) - guiding:
        line = timeline(scenario, SENSOR, sensor, "state")
        for time_s in events.time_s[np.isin(events.kind, SEEN_BY) & (events.other == sensor)]:
            near = states_near(line, float(time_s), scenario.step_s)
            assert near & {"active", "cued"}, f"a radar looks that is {near}"
    for unit in range(len(scenario.fire_units)):
        line = timeline(scenario, UNIT, unit, "state")
        trains = timeline(scenario, UNIT, unit, "training")
        for time_s in events.time_s[np.isin(events.kind, FIRED_BY) & (events.other == unit)]:
            near = states_near(line, float(time_s), scenario.step_s)
            assert near & {"active", "dark", "cued"}, f"a fire unit is given an order, or fires, that is {near}"
            assert "active" in states_near(trains, float(time_s), scenario.step_s), "a unit in training has an order"


def assert_hold(outcome: Outcome) -> None:
    """Under weapons hold, whatever the contact, only a node that may defend itself engages."""
    events, scenario = outcome.result.events, outcome.scenario
    for index, node in enumerate(scenario.nodes):
        if node.self_defence or node.contact_action == "self_defence":
            continue
        line = timeline(scenario, NODE, index, "hold")
        always = holds_always(scenario, index)
        for time_s in events.time_s[np.isin(events.kind, FIRED_BY) & (events.node == index)]:
            held = states_near(line, float(time_s), scenario.step_s) == {"hold"}
            assert not held, "a node under weapons hold engages"
            assert not always, "a node whose status is HOLD engages"


def holds_always(scenario: ResolvedScenario, index: int) -> bool:
    """Tell whether a node's weapons control status is HOLD whatever the contact, the class, the zone and the order."""
    node = scenario.nodes[index]
    statuses = {node.control_status, node.control_status_autonomous, *node.control_by_class}
    statuses |= {zone.control_status for zone in scenario.zones if index in zone.nodes}
    statuses |= {order.control_status for order in scenario.fire_orders if index in order.receivers}
    return statuses - {""} == {"HOLD"}


def assert_halted_nodes_do_not_fire(outcome: Outcome) -> None:
    """Where one order to cease or hold fire is all that a node has, and all have it at once, it gives no launch."""
    events, scenario = outcome.result.events, outcome.scenario
    slack_s = 2.0 * scenario.step_s
    for index in range(len(scenario.nodes)):
        given = [order for order in scenario.fire_orders if index in order.receivers]
        if len(given) != 1 or given[0].sender >= 0 or given[0].order == "weapons_control":
            continue
        fires = np.isin(events.kind, FIRED_BY) & (events.node == index)
        halted = (events.time_s > given[0].active_from_s + slack_s) & (events.time_s < given[0].active_until_s)
        assert not np.any(fires & halted), f"a node fires under {given[0].order}"


def slowest_reaction_s(unit: FireUnit) -> float:
    """Return the longest reaction time of a fire unit that is ever drawn."""
    return unit.reaction_s * math.exp(LARGEST_NORMAL * unit.reaction_spread)


def turns(events: EventRows, run: int, unit: int) -> list[tuple[float, float]]:
    """Return when the sector of a fire unit began to turn in a run, and by which angle."""
    rows = np.flatnonzero((events.kind == kinds.SLEWED) & (events.run == run) & (events.other == unit))
    return [(float(events.time_s[row]), float(events.value[row])) for row in rows]


def turning_s(events: EventRows, scenario: ResolvedScenario, place: int) -> float:
    """Return by how much the turns that begin after an order may put it off: each takes its time, and patience anew."""
    index = int(events.other[place])
    unit = scenario.fire_units[index]
    if unit.slew_rate_radps <= 0.0:
        return 0.0
    owner = unit.shares_with if unit.shares_with >= 0 else index
    begun = turns(events, int(events.run[place]), owner)
    longest_s = math.pi / unit.slew_rate_radps
    return sum(longest_s + PATIENCE_S for at_s, _ in begun if at_s >= events.time_s[place] - longest_s)


def flight_s(kind: Interceptor, range_m: float) -> float:
    """Return the time in which an interceptor flies so far: at constant speed, or t = L / v₀ (exp(s / L) − 1)."""
    if kind.decay_m <= 0.0:
        return range_m / kind.speed_mps
    return kind.decay_m / kind.speed_mps * math.expm1(range_m / kind.decay_m)


def assert_no_order_waits_for_ever(outcome: Outcome) -> None:
    """Each order ends, in a launch or given back, within its patience; each launch ends within its flight."""
    events, scenario = outcome.result.events, outcome.scenario
    answered = set()
    for place in np.flatnonzero(events.cause >= 0):
        if events.kind[place] in (kinds.SHOT, kinds.CEASED, kinds.KILL, kinds.MISS, kinds.WASTED, kinds.OVERKILL):
            answered.add((int(events.run[place]), int(events.cause[place])))
    for place in np.flatnonzero(np.isin(events.kind, FIRED_BY)).tolist():
        if (int(events.run[place]), int(events.event[place])) in answered:
            continue
        left_s = scenario.duration_s - float(events.time_s[place])
        unit = scenario.fire_units[events.other[place]]
        if events.kind[place] == kinds.ENGAGE:
            patience_s = max(slowest_reaction_s(unit), PATIENCE_S)
            limit_s = patience_s + turning_s(events, scenario, place) + 3.0 * scenario.step_s
        else:
            interceptor = scenario.interceptors[events.code[place]]
            limit_s = (unit.service_s or flight_s(interceptor, float(events.value[place]))) + 3.0 * scenario.step_s
        assert left_s <= limit_s, f"nothing came of event {events.event[place]} in {left_s:g} s"
