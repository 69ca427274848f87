"""Resolves readiness, faults and what assets hold: hours of duty, changes of state at their times, losses."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from openiamd.catalogue.duties import Cue, Duties, Fault, Limit, Loss, StateChange
from openiamd.catalogue.places import NEVER_S
from openiamd.catalogue.values import Values
from openiamd.scenario.model import Scenario
from openiamd.scenario.readiness import Duty, Readiness

LADDER = ("boxed", "march", "emplaced", "dark", "active")


@dataclass(frozen=True)
class _Element:
    """A sensor or fire unit that an entry applies to."""

    domain: str
    index: int
    id: str
    node: str
    kind: str  # catalogue entry


def duty(
    scenario: Scenario, values: Values, hours: Duty | None, name: str, node: str, kind: str
) -> tuple[float, float]:
    """Return from when and until when equipment ``name`` of type ``kind`` at ``node`` is on duty, in s.

    Hours and a boxed state have one beginning and one end, to the second; all else changes at steps of the run.
    """
    start_s = hours.start.value if hours else 0.0
    end_s = hours.end.value if hours and hours.end else NEVER_S
    for entry, ready in scenario.readiness.items():
        if is_window(ready) and _applies(ready, name, node):
            on_site_s = _warned_s(scenario, values, entry)
            if math.isinf(on_site_s):
                return NEVER_S, NEVER_S
            return max(start_s, on_site_s + values.get(kind, "emplacement"), 0.0), end_s
    return start_s, end_s


def is_window(ready: Readiness) -> bool:
    """Tell whether an entry gives its equipment one window of duty: boxed, and nothing ordered beyond the warning."""
    return ready.state == "boxed" and not ready.orders


def _applies(ready: Readiness, name: str, node: str) -> bool:
    return name in ready.applies_to or node in ready.applies_to


def _warned_s(scenario: Scenario, values: Values, entry: str) -> float:
    """Return when warning and preparation are over, inf without a warning."""
    warning = scenario.readiness[entry].warning
    if warning is None or not scenario.raids:
        return math.inf
    path = f"readiness.{entry}.warning"
    lead_s = values.scenario(f"{path}.lead", warning.lead)
    preparation_s = values.scenario(f"{path}.preparation", warning.preparation)
    first_s = min(values.scenario(f"raids.{name}.start", raid.start) for name, raid in scenario.raids.items())
    return first_s - lead_s + preparation_s


def duties(scenario: Scenario, values: Values) -> Duties:
    """Return everything about readiness and loss that changes during a run."""
    changes: list[StateChange] = []
    cues: list[Cue] = []
    limits: list[Limit] = []
    for entry, ready in scenario.readiness.items():
        if is_window(ready):
            continue
        ready_s = _warned_s(scenario, values, entry)
        if ready.state == "hold":
            changes += _hold(scenario, ready, ready_s)
        for element in _elements(scenario, ready):
            changes += _changes(values, ready, ready_s, element)
            if ready.state == "cued" and element.domain == "sensor" and ready.cue_range is not None:
                cues.append(
                    Cue(
                        sensor=element.index,
                        range_m=values.scenario(f"readiness.{entry}.cue_range", ready.cue_range),
                        linger_s=values.scenario(f"readiness.{entry}.linger", ready.linger),
                        activation_s=values.optional(element.kind, "activation", 0.0),
                    )
                )
            if ready.state == "sector" and ready.sector is not None:
                facing_rad = ready.sector.facing.value % math.tau
                limits.append(
                    Limit(element.domain, element.index, facing_rad, min(ready.sector.sector.value, math.tau))
                )
    changes.sort(key=lambda change: change.at_s)
    return Duties(
        tuple(changes), tuple(cues), tuple(limits), tuple(_faults(scenario, values)), tuple(_losses(scenario, values))
    )


def _elements(scenario: Scenario, ready: Readiness) -> Iterator[_Element]:
    for index, (name, sensor) in enumerate(scenario.sensors.items()):
        if _applies(ready, name, sensor.node):
            yield _Element("sensor", index, name, sensor.node, sensor.type)
    for index, (name, unit) in enumerate(scenario.fire_units.items()):
        if _applies(ready, name, unit.node):
            yield _Element("fire_unit", index, name, unit.node, unit.type)


def _hold(scenario: Scenario, ready: Readiness, ready_s: float) -> Iterator[StateChange]:
    for index, name in enumerate(scenario.nodes):
        if name in ready.applies_to:
            yield StateChange("node", index, 0.0, "hold", "hold")
            if ready_s < NEVER_S:
                yield StateChange("node", index, ready_s, "hold", "active")


def _changes(values: Values, ready: Readiness, ready_s: float, element: _Element) -> list[StateChange]:
    """Return the states of one sensor or fire unit in order of time."""
    aspect, pairs = "state", list[tuple[float, str]]()
    if ready.state in LADDER:
        pairs = _climb(values, ready, ready_s, element)
    elif ready.state == "hours":
        pairs = _by_the_hour(values, ready, ready_s, element)
    elif ready.state == "cued" and element.domain == "sensor":
        pairs = [(0.0, "cued"), (ready_s + values.optional(element.kind, "activation", 0.0), "active")]
    elif ready.state == "sector" or (ready.state == "training" and element.domain == "fire_unit"):
        aspect, pairs = ready.state, [(0.0, ready.state), (ready_s, "active")]
    return [StateChange(element.domain, element.index, at_s, aspect, state) for at_s, state in pairs if at_s < NEVER_S]


def _climb(values: Values, ready: Readiness, ready_s: float, element: _Element) -> list[tuple[float, str]]:
    """Return times and states that orders and the warning lead to, each order begun when the one before is done."""
    orders = [(order.at.value, order.state) for order in ready.orders]
    if ready_s < NEVER_S:
        orders = sorted([*orders, (ready_s, "active")])
    pairs, done_s = [(0.0, str(ready.state))], -math.inf
    for at_s, wanted in orders:
        done_s = max(done_s, at_s)
        for delay_s, state in _transition(values, element.kind, pairs[-1][1], wanted):
            done_s += delay_s
            pairs.append((done_s, state))
    return pairs


def _transition(values: Values, kind: str, state: str, wanted: str) -> list[tuple[float, str]]:
    """Return how long each change on the way from one state to another takes, and where it leads."""
    here, there, emplaced = LADDER.index(state), LADDER.index(wanted), LADDER.index("emplaced")
    if here == there:
        return []
    if there < here:
        if there >= emplaced:
            return [(0.0, wanted)]
        stopped = [(0.0, "emplaced")] if here > emplaced else []
        leaving = [(values.optional(kind, "displacement", 0.0), "march")] if here >= emplaced else []
        return stopped + leaving + ([(0.0, "boxed")] if wanted == "boxed" else [])
    if here < emplaced:
        on_the_road = [(0.0, "march")] if state == "boxed" else []
        return on_the_road + ([(values.get(kind, "emplacement"), wanted)] if there >= emplaced else [])
    return [(values.optional(kind, "activation", 0.0) if wanted == "active" else 0.0, wanted)]


def _by_the_hour(values: Values, ready: Readiness, ready_s: float, element: _Element) -> list[tuple[float, str]]:
    """Return times and states of hours of duty, which the warning ends."""
    pairs = [(0.0, "emplaced")]
    for window in ready.hours:
        pairs.append((window.start.value, "active"))
        if window.end is not None:
            pairs.append((window.end.value, "emplaced"))
    if math.isinf(ready_s):
        return pairs
    before = [pair for pair in pairs if pair[0] <= ready_s] or [(0.0, "emplaced")]
    if before[-1][1] == "active":
        return before
    active_s = max(ready_s, 0.0) + values.optional(element.kind, "activation", 0.0)
    later = [at_s for at_s, state in pairs if at_s > ready_s and state == "active"]
    return [*before, (min([active_s, *later]), "active")]


def _faults(scenario: Scenario, values: Values) -> Iterator[Fault]:
    for name, fault in scenario.faults.items():
        path = f"faults.{name}"
        until_s = math.inf if fault.until is None else values.scenario(f"{path}.until", fault.until)
        yield Fault(
            name,
            *_found(scenario, fault.of),
            cause=fault.cause,
            at_s=values.scenario(f"{path}.at", fault.at),
            until_s=until_s,
            probability=values.scenario(f"{path}.probability", fault.probability),
            spread_s=values.scenario(f"{path}.spread", fault.spread),
        )


def _losses(scenario: Scenario, values: Values) -> Iterator[Loss]:
    for index, (name, asset) in enumerate(scenario.assets.items()):
        path, after = f"assets.{name}", asset.restored_after
        for one in asset.holds:
            yield Loss(
                index,
                *_found(scenario, one),
                probability=values.scenario(f"{path}.loss", asset.loss) if asset.loss else 0.0,
                restored_after_s=math.inf if after is None else values.scenario(f"{path}.restored_after", after),
            )


def _found(scenario: Scenario, name: str) -> tuple[str, int]:
    """Return domain and position of the node, sensor, fire unit or link of that name."""
    sections = {
        "node": scenario.nodes,
        "sensor": scenario.sensors,
        "fire_unit": scenario.fire_units,
        "link": scenario.links,
    }
    return next((domain, list(names).index(name)) for domain, names in sections.items() if name in names)
