"""Checks of command: who holds authority and can be heard, engagement zones, fire orders."""

from collections.abc import Collection, Iterator

from openiamd.scenario.check_common import Problem, reached
from openiamd.scenario.check_scene import distance_m
from openiamd.scenario.document import suggestion
from openiamd.scenario.model import Scenario
from openiamd.scenario.problems import describe

MOST_AUTHORITIES = 60  # a bit of a track's row each
FARTHEST_CORNER_M = (
    5_000_000.0  # seen from the earth's centre, corners must lie well before the tangent plane's horizon
)


def authorities_can_be_heard(scenario: Scenario) -> Iterator[Problem]:
    """Authority is held by a node that is defined and whose word can come; DECENTRALIZED is one's own authority."""
    for name, node in scenario.nodes.items():
        for key, content in (("engagement_authority", "order"), ("id_authority", "identity")):
            holder, path = getattr(node, key), ("nodes", name, key)
            if holder in (None, name):
                continue
            if holder not in scenario.nodes:
                message = f"node '{name}' has the {key} '{holder}' which is not defined"
                yield Problem(path, message, suggestion(holder, list(scenario.nodes), "nodes"))
            elif name not in reached(scenario, holder, content):
                message = f"no chain of links carries '{content}' from '{holder}' to node '{name}'"
                yield Problem(path, message, f"add links with 'carries: [track, {content}]' between the two")
        rules = scenario.doctrine.get(node.doctrine)
        if rules is not None and rules.method != "CENTRALIZED" and node.engagement_authority not in (None, name):
            message = (
                f"node '{name}' is {rules.method}, but '{node.engagement_authority}' holds its engagement authority"
            )
            hint = "choose 'method: CENTRALIZED' or leave out 'engagement_authority'"
            yield Problem(("nodes", name, "engagement_authority"), message, hint)
    for key in ("engagement_authority", "id_authority"):
        count = len({getattr(node, key) for node in scenario.nodes.values()})
        if count > MOST_AUTHORITIES:
            message = f"{count} nodes hold {key}, and {MOST_AUTHORITIES} are the most"
            yield Problem(("nodes",), message, "let fewer nodes hold it")


def zones_are_closed(scenario: Scenario) -> Iterator[Problem]:
    """A zone has corners or a middle with a radius, limits in order, and nodes that are defined."""
    for name, zone in scenario.zones.items():
        path = ("zones", name)
        what = describe(path)
        if bool(zone.points) == (zone.at is not None):
            message = f"{what} has {'both corners and a middle' if zone.points else 'neither corners nor a middle'}"
            yield Problem(path, message, "give 'points', or 'at' and 'radius'")
        if (zone.at is None) != (zone.radius is None):
            missing = "a radius but no middle" if zone.at is None else "a middle but no radius"
            yield Problem(path, f"{what} has {missing}", "give both 'at' and 'radius'")
        if zone.points and len({place[:2] for place in zone.points}) < 3:
            yield Problem((*path, "points"), f"{what} has fewer than three corners", "give three or more")
        for place in [*zone.points, *([zone.at] if zone.at else [])]:
            if distance_m(scenario.theatre.centre, place) > FARTHEST_CORNER_M:
                message = f"{what} has the place [{place[0]:g}, {place[1]:g}], thousands of kilometres away"
                yield Problem(path, message, "latitude comes first: [39.9, 32.9]")
        if zone.ceiling is not None and zone.floor.value >= zone.ceiling.value:
            message = f"{what}: floor {zone.floor.value:g} m is not below ceiling {zone.ceiling.value:g} m"
            yield Problem((*path, "ceiling"), message, "exchange them")
        if zone.end is not None and zone.end.value <= zone.start.value:
            yield Problem((*path, "until"), f"{what} ends before it begins", "exchange 'from' and 'until'")
        if zone.kind == "fighter_engagement" and zone.weapons_control is not None:
            message = f"{what} is for fighters and has a weapons control status"
            yield Problem((*path, "weapons_control"), message, "remove it, or choose another kind")
        yield from _nodes(scenario, (*path, "applies_to"), zone.applies_to or [])


def fire_orders_can_be_given(scenario: Scenario) -> Iterator[Problem]:
    """A fire order names nodes that are defined, a status where it is about one, and can reach those it is for."""
    for name, given in scenario.fire_orders.items():
        path = ("fire_orders", name)
        what = describe(path)
        if (given.order == "weapons_control") != (given.status is not None):
            message = f"{what} {'lacks' if given.status is None else 'has'} a weapons control status"
            yield Problem((*path, "status"), message, "'status' belongs to 'order: weapons_control'")
        if given.end is not None and given.end.value <= given.start.value:
            yield Problem((*path, "until"), f"{what} ends before it is given", "exchange 'from' and 'until'")
        yield from _nodes(scenario, (*path, "to"), given.to)
        if given.by is None:
            continue
        if given.by not in scenario.nodes:
            message = f"{what} is given by '{given.by}' which is not defined"
            yield Problem((*path, "by"), message, suggestion(given.by, list(scenario.nodes), "nodes"))
            continue
        heard = reached(scenario, given.by, "order")
        for position, node in enumerate(given.to):
            if node in scenario.nodes and node not in heard:
                message = f"{what} is for '{node}', which no chain of links with 'order' joins to '{given.by}'"
                yield Problem((*path, "to", position), message, "add links with 'carries: [order]', or leave out 'by'")


def _nodes(scenario: Scenario, path: tuple[str | int, ...], names: Collection[str]) -> Iterator[Problem]:
    for position, name in enumerate(names):
        if name not in scenario.nodes:
            message = f"{describe(path[:2])} names node '{name}' which is not defined"
            yield Problem((*path, position), message, suggestion(name, list(scenario.nodes), "nodes"))
