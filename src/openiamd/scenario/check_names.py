"""Checks of names: catalogue entries, references from one section to another, unique ids."""

from collections.abc import Collection, Iterator, Mapping

from openiamd.scenario.check_common import Problem, elements, groups, object_ids
from openiamd.scenario.document import KeyPath, suggestion
from openiamd.scenario.model import Scenario
from openiamd.scenario.problems import SINGULAR, describe

MAXIMUM_OBJECTS = 20_000


def types_are_in_the_catalogue(scenario: Scenario, names: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Every 'type', interrogator and load names a catalogue entry of the right kind."""
    used: list[tuple[KeyPath, str, str]] = []
    used += [(("nodes", name, "type"), node.type, "command") for name, node in scenario.nodes.items()]
    used += [(("nodes", name, "interrogator"), node.interrogator, "iff") for name, node in scenario.nodes.items()]
    used += [(("sensors", name, "type"), sensor.type, "radar") for name, sensor in scenario.sensors.items()]
    for name, unit in scenario.fire_units.items():
        used.append((("fire_units", name, "type"), unit.type, "fire_unit"))
        used += [(("fire_units", name, "load", load), load, "interceptor") for load in unit.load]
    used += [(("links", name, "type"), link.type, "link") for name, link in scenario.links.items()]
    used += [(("raids", name, "type"), raid.type, "object") for name, raid in scenario.raids.items()]
    used += [(("traffic", name, "type"), group.type, "object") for name, group in scenario.traffic.items()]
    for path, entry, kind in used:
        known = names.get(kind, ())
        if entry not in known:
            what = f"{describe(path[:2])} names '{entry}', which is no {kind.replace('_', ' ')} of the catalogue"
            yield Problem(path, what, suggestion(entry, sorted(known), "entries"))


def references_are_defined(scenario: Scenario) -> Iterator[Problem]:
    """Every node, sensor, doctrine, asset and object that is referred to is defined."""
    for name, node in scenario.nodes.items():
        yield from _defined(
            ("nodes", name, "doctrine"), node.doctrine, "follows doctrine", scenario.doctrine, "doctrine"
        )
        yield from _defined(("nodes", name, "superior"), node.superior, "obeys node", scenario.nodes, "nodes")
    for name, sensor in scenario.sensors.items():
        yield from _defined(("sensors", name, "node"), sensor.node, "reports to node", scenario.nodes, "nodes")
        yield from _defined(("sensors", name, "on"), sensor.on, "rides on object", object_ids(scenario), "objects")
    for name, unit in scenario.fire_units.items():
        yield from _defined(("fire_units", name, "node"), unit.node, "belongs to node", scenario.nodes, "nodes")
        yield from _defined(("fire_units", name, "radar"), unit.radar, "uses sensor", scenario.sensors, "sensors")
    for name, link in scenario.links.items():
        yield from _defined(("links", name, "from"), link.sender, "joins node", scenario.nodes, "nodes")
        yield from _defined(("links", name, "to"), link.receiver, "joins node", scenario.nodes, "nodes")
    for name, raid in scenario.raids.items():
        yield from _defined(("raids", name, "target"), raid.target, "goes for asset", scenario.assets, "assets")
    for name, plan in scenario.flight_plans.items():
        yield from _defined(("flight_plans", name, "of"), plan.of, "is that of traffic", scenario.traffic, "traffic")
        for position, node in enumerate(plan.known_to or []):
            path = ("flight_plans", name, "known_to", position)
            yield from _defined(path, node, "is known to node", scenario.nodes, "nodes")
    yield from _forces_are_defined(scenario)


def _forces_are_defined(scenario: Scenario) -> Iterator[Problem]:
    """Yield the problems of what readiness applies to, of what fails, and of what assets hold."""
    known = elements(scenario)
    can_be_ready = [name for name, domain in known.items() if domain != "link"]
    for entry, ready in scenario.readiness.items():
        for position, name in enumerate(ready.applies_to):
            path: KeyPath = ("readiness", entry, "applies_to", position)
            yield from _defined(path, name, "names", can_be_ready, "nodes, radars and fire units")
    for fault, lost in scenario.faults.items():
        yield from _defined(("faults", fault, "of"), lost.of, "is of", known, "nodes, radars, fire units and links")
    for asset, place in scenario.assets.items():
        for position, name in enumerate(place.holds):
            path = ("assets", asset, "holds", position)
            yield from _defined(path, name, "holds", known, "nodes, radars, fire units and links")


def _defined(path: KeyPath, name: str | None, verb: str, known: Collection[str], kind: str) -> Iterator[Problem]:
    if name is not None and name not in known:
        owner = describe(path[:2]) if path[0] in SINGULAR else str(path[0])
        yield Problem(path, f"{owner} {verb} '{name}' which is not defined", suggestion(name, list(known), kind))


def ids_are_unique(scenario: Scenario) -> Iterator[Problem]:
    """No two things share an id, because random draws are keyed by it."""
    seen: dict[str, KeyPath] = {}
    sections = ("nodes", "sensors", "fire_units", "links", "fire_orders")
    named: list[tuple[str, KeyPath]] = [
        (name, (section, name)) for section in sections for name in getattr(scenario, section)
    ]
    named += [(str(path[1]), path) for path, _ in groups(scenario)]
    objects = list(object_ids(scenario).items())
    if len(objects) > MAXIMUM_OBJECTS:
        message = f"the scenario has {len(objects)} flying objects, and {MAXIMUM_OBJECTS} are the most"
        yield Problem(objects[-1][1], message, "lower a count or an arrivals capacity")
    for name, path in named + objects:
        if name in seen and seen[name] != path:
            what = f"{describe(path)} has the id '{name}' that {describe(seen[name])} has already"
            yield Problem(path, what, "ids are unique across the file, and members of a group g are g-1, g-2 …")
        seen.setdefault(name, path)
