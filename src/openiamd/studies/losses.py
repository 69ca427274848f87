"""Elements of a defence that may be lost, and a scenario without some of them for a while.

A loss closes the hours of duty of what is lost. Whatever is in flight or under way stays as it is: a shot that was
fired is flown to its end, and a unit that has begun to react launches.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from openiamd.catalogue.places import NEVER_S
from openiamd.catalogue.resolved import FireUnit, Link, ResolvedScenario, Sensor
from openiamd.errors import UsageError
from openiamd.scenario.document import suggestion

Part = tuple[str, int, int]  # section, index, interceptor (loads) or −1
OnDuty = TypeVar("OnDuty", Sensor, FireUnit, Link)


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
        held = {("sensor", place, -1) for place, one in enumerate(resolved.sensors) if one.node == index}
        held |= {("fire unit", place, -1) for place, one in enumerate(resolved.fire_units) if one.node == index}
        held |= {("link", place, -1) for place, one in enumerate(resolved.links) if index in (one.sender, one.receiver)}
        found.append((node.id, "node", frozenset(held)))
    for kind, members in (("sensor", resolved.sensors), ("fire unit", resolved.fire_units), ("link", resolved.links)):
        found += [(one.id, kind, frozenset({(kind, place, -1)})) for place, one in enumerate(members)]
    for place, unit in enumerate(resolved.fire_units):
        if len(unit.magazines) > 1:
            for interceptor, _ in unit.magazines:
                name = f"{unit.id}:{resolved.interceptors[interceptor].id}"
                found.append((name, "load", frozenset({("load", place, interceptor)})))
    names = [name for name, _, _ in found]
    return [
        Element(name if names.count(name) == 1 else f"{kind} {name}", kind, parts, _idle(resolved, parts))
        for name, kind, parts in found
    ]


def _idle(resolved: ResolvedScenario, parts: frozenset[Part]) -> str:
    """Return why nothing of an element is ever used, or ""."""
    if not parts:
        return "holds no sensor, fire unit or link"
    for kind, index, interceptor in parts:
        if kind == "load":
            if dict(resolved.fire_units[index].magazines)[interceptor] > 0:
                return ""
            continue
        one = _member(resolved, kind, index)
        if max(one.active_from_s, 0.0) < min(one.active_until_s, resolved.duration_s):
            return ""
    return "is never on duty"


def _member(resolved: ResolvedScenario, kind: str, index: int) -> Sensor | FireUnit | Link:
    members = {"sensor": resolved.sensors, "fire unit": resolved.fire_units, "link": resolved.links}
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
    """Return the scenario in which ``parts`` are off duty from ``begin_s`` until ``end_s``.

    Raises:
        UsageError: what an outage would cut into two times of duty, or a load that comes and goes.
    """

    def cut(kind: str, members: tuple[OnDuty, ...]) -> tuple[OnDuty, ...]:
        lost = {index for name, index, _ in parts if name == kind}
        return tuple(_off(one, begin_s, end_s) if index in lost else one for index, one in enumerate(members))

    loads = {(index, interceptor) for name, index, interceptor in parts if name == "load"}
    if loads and (begin_s > 0.0 or end_s < NEVER_S):
        raise UsageError(
            "a launcher's load is lost from the beginning to the end or not at all",
            hint="leave --at and --until out, or name the elements without loads",
        )
    units = tuple(
        replace(unit, magazines=tuple(one for one in unit.magazines if (index, one[0]) not in loads))
        for index, unit in enumerate(cut("fire unit", resolved.fire_units))
    )
    sensors, links = cut("sensor", resolved.sensors), cut("link", resolved.links)
    return replace(resolved, sensors=sensors, fire_units=units, links=links)


def undefended(resolved: ResolvedScenario) -> ResolvedScenario:
    """Return the scenario in which no fire unit is ever on duty."""
    units = tuple(_off(unit, 0.0, NEVER_S) for unit in resolved.fire_units)
    return replace(resolved, fire_units=units)


def _off(one: OnDuty, begin_s: float, end_s: float) -> OnDuty:
    """Return a member off duty from ``begin_s`` until ``end_s``; it has one time of duty."""
    if begin_s <= one.active_from_s:
        return replace(one, active_from_s=max(one.active_from_s, end_s))
    if end_s >= one.active_until_s:
        return replace(one, active_until_s=min(one.active_until_s, begin_s))
    raise UsageError(
        f"'{one.id}' would be lost and come back within its hours of duty", hint="give --at or --until, not both"
    )
