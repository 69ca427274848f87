"""Elements of a defence that may be lost, and a scenario without some of them for a while.

A loss is a fault that happens for certain, as a scenario's own ``faults`` are: `stages/ready.py` says what it does.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from openiamd.catalogue.duties import CAUSES, DOMAINS, Fault
from openiamd.catalogue.places import NEVER_S
from openiamd.catalogue.resolved import FireUnit, Link, ResolvedScenario, Sensor
from openiamd.errors import UsageError
from openiamd.scenario.document import suggestion

NODE, SENSOR, UNIT, LINK = DOMAINS
LOAD = "load"
FAILURE = CAUSES[0]

Part = tuple[str, int, int]  # domain or LOAD, index, interceptor (loads) or −1


class Element(NamedTuple):
    """Something that can be lost, and what goes with it."""

    name: str
    kind: str  # node, sensor, fire unit, link, load
    parts: frozenset[Part]
    idle: str  # why its loss cannot matter: it is never used; "" where it may


def elements(resolved: ResolvedScenario) -> list[Element]:
    """Return nodes (with their sensors, units and links), sensors, fire units, links, and loads of mixed units.

    A unit with one kind of interceptor has no load apart: losing that is losing the unit.
    """
    found: list[tuple[str, str, frozenset[Part]]] = []
    for index, node in enumerate(resolved.nodes):
        held = {(SENSOR, place, -1) for place, one in enumerate(resolved.sensors) if one.node == index}
        held |= {(UNIT, place, -1) for place, one in enumerate(resolved.fire_units) if one.node == index}
        held |= {(LINK, place, -1) for place, one in enumerate(resolved.links) if index in (one.sender, one.receiver)}
        found.append((node.id, NODE, frozenset({(NODE, index, -1), *held})))
    for kind, members in ((SENSOR, resolved.sensors), (UNIT, resolved.fire_units), (LINK, resolved.links)):
        found += [(one.id, kind, frozenset({(kind, place, -1)})) for place, one in enumerate(members)]
    for place, unit in enumerate(resolved.fire_units):
        if len(unit.magazines) > 1:
            for interceptor, _ in unit.magazines:
                name = f"{unit.id}:{resolved.interceptors[interceptor].id}"
                found.append((name, LOAD, frozenset({(LOAD, place, interceptor)})))
    names = [name for name, _, _ in found]
    return [
        Element(
            name if names.count(name) == 1 else f"{kind}:{name}", kind.replace("_", " "), parts, _idle(resolved, parts)
        )
        for name, kind, parts in found
    ]


def _idle(resolved: ResolvedScenario, parts: frozenset[Part]) -> str:
    """Return why nothing of an element is ever used, or ""."""
    held = [part for part in parts if part[0] != NODE]
    if not held:
        return "holds no sensor, fire unit or link"
    for kind, index, interceptor in held:
        if kind == LOAD:
            if dict(resolved.fire_units[index].magazines)[interceptor] > 0:
                return ""
            continue
        one = _member(resolved, kind, index)
        if max(one.active_from_s, 0.0) < min(one.active_until_s, resolved.duration_s):
            return ""
    return "is never on duty"


def _member(resolved: ResolvedScenario, kind: str, index: int) -> Sensor | FireUnit | Link:
    members = {SENSOR: resolved.sensors, UNIT: resolved.fire_units, LINK: resolved.links}
    return members[kind][index]


def choose(known: Sequence[Element], names: Sequence[str] | None) -> list[Element]:
    """Return the named elements in the order of ``known``; all that are used, where none is named.

    Raises:
        UsageError: a name that is not known, or that is never used.
    """
    if names is None:
        return [one for one in known if not one.idle]
    by_name = {one.name: one for one in known}
    for name in names:
        if name not in by_name:
            raise UsageError(f"there is no element '{name}'", hint=suggestion(name, list(by_name), "elements"))
        if by_name[name].idle:
            raise UsageError(f"the loss of '{name}' cannot matter: it {by_name[name].idle}", hint="leave it out")
    return [one for one in known if one.name in set(names)]


def without(resolved: ResolvedScenario, parts: frozenset[Part], begin_s: float, end_s: float) -> ResolvedScenario:
    """Return the scenario in which ``parts`` fail at ``begin_s`` and are restored at ``end_s``, inf: never.

    Raises:
        UsageError: a load that comes and goes.
    """
    loads = {(index, interceptor) for kind, index, interceptor in parts if kind == LOAD}
    if loads and (begin_s > 0.0 or end_s < math.inf):
        raise UsageError(
            "a launcher's load is lost from the beginning to the end or not at all",
            hint="leave --at and --until out, or name the elements without loads",
        )
    units = tuple(
        replace(unit, magazines=tuple(one for one in unit.magazines if (index, one[0]) not in loads))
        for index, unit in enumerate(resolved.fire_units)
    )
    faults = [
        Fault(f"lost {kind} {index}", kind, index, FAILURE, begin_s, end_s, probability=1.0, spread_s=0.0)
        for kind, index, _ in sorted(parts)
        if kind != LOAD
    ]
    duties = replace(resolved.duties, faults=(*resolved.duties.faults, *faults))
    return replace(resolved, fire_units=units, duties=duties)


def undefended(resolved: ResolvedScenario) -> ResolvedScenario:
    """Return the scenario in which no fire unit is ever on duty."""
    units = tuple(replace(unit, active_from_s=NEVER_S, active_until_s=NEVER_S) for unit in resolved.fire_units)
    return replace(resolved, fire_units=units)
