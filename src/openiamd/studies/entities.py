"""Names of everything in a scenario, so that results can be read with nothing else at hand."""

import math
from collections.abc import Sequence

from openiamd.catalogue.resolved import FlyingObject, Link, Node, Point, ResolvedScenario
from openiamd.physics.geodesy import enu_from_geodetic
from openiamd.results.slices import Entity
from openiamd.world.threats import compile_threats

NO_PLACE = Point(math.nan, math.nan)


def _place(point: Point, origin: Point) -> tuple[float, float]:
    """Return east and north on the theatre's tangent plane, NaN where there is no place."""
    if math.isnan(point.latitude_rad):
        return math.nan, math.nan
    east_m, north_m, _ = enu_from_geodetic(
        point.latitude_rad, point.longitude_rad, 0.0, origin.latitude_rad, origin.longitude_rad
    )
    return east_m, north_m


def _entity(scenario: ResolvedScenario, domain: str, index: int, identity: str, **known: object) -> Entity:
    """Return one entity; what is not ``known`` is empty or NaN. ``known`` may hold ``at``, a Point."""
    at = known.pop("at", NO_PLACE)
    assert isinstance(at, Point)
    east_m, north_m = _place(at, scenario.origin)
    blank = Entity(
        domain=domain,
        index=index,
        id=identity,
        name="",
        object_class="",
        side="",
        node="",
        group="",
        latitude_deg=math.degrees(at.latitude_rad),
        longitude_deg=math.degrees(at.longitude_rad),
        east_m=east_m,
        north_m=north_m,
        price_usd=math.nan,
        flight_s=math.nan,
        route_east_m=[],
        route_north_m=[],
        modes=[],
        carries=[],
    )
    return {**blank, **known}  # pyright: ignore[reportReturnType] - the callers below name fields of Entity only


def _modes(one: FlyingObject | Node) -> list[str]:
    """Return the modes in which an object answers or a node asks."""
    asks_civil = one.mode3 if isinstance(one, FlyingObject) else one.mode3_reply_probability > 0.0
    held = {"mode3": asks_civil, "mode4": one.mode4, "mode5": one.mode5}
    return [mode for mode, holds in held.items() if holds]


def _carries(link: Link) -> list[str]:
    held = {"track": link.carries_track, "identity": link.carries_identity, "order": link.carries_order}
    return [what for what, holds in held.items() if holds]


def _route(scenario: ResolvedScenario, points: Sequence[Point]) -> dict[str, list[float]]:
    places = [_place(point, scenario.origin) for point in points]
    return {"route_east_m": [east for east, _ in places], "route_north_m": [north for _, north in places]}


def _objects(scenario: ResolvedScenario) -> list[Entity]:
    flight_s = compile_threats(scenario).row["duration_s"].tolist()
    return [
        _entity(
            scenario,
            "object",
            index,
            flying.id,
            name=flying.name,
            object_class=flying.object_class,
            side=flying.side,
            group=flying.group,
            price_usd=flying.price_usd,
            flight_s=flight_s[index],
            modes=_modes(flying),
            **_route(scenario, [waypoint.position for waypoint in flying.route]),
        )
        for index, flying in enumerate(scenario.objects)
    ]


def _forces(scenario: ResolvedScenario) -> list[Entity]:
    nodes = [node.id for node in scenario.nodes]
    found = [
        _entity(scenario, "node", index, node.id, name=node.name, at=node.position, modes=_modes(node))
        for index, node in enumerate(scenario.nodes)
    ]
    for index, sensor in enumerate(scenario.sensors):
        at = sensor.position if sensor.platform < 0 else NO_PLACE
        found.append(_entity(scenario, "sensor", index, sensor.id, name=sensor.name, node=nodes[sensor.node], at=at))
    for index, unit in enumerate(scenario.fire_units):
        node = nodes[unit.node]
        found.append(_entity(scenario, "fire_unit", index, unit.id, name=unit.name, node=node, at=unit.position))
    for index, interceptor in enumerate(scenario.interceptors):
        price_usd = interceptor.price_usd
        found.append(_entity(scenario, "interceptor", index, interceptor.id, name=interceptor.id, price_usd=price_usd))
    for index, link in enumerate(scenario.links):
        between = f"{nodes[link.sender]} → {nodes[link.receiver]}"
        carries = _carries(link)
        found.append(_entity(scenario, "link", index, link.id, name=link.name, node=between, carries=carries))
    return found


def entities(scenario: ResolvedScenario) -> list[Entity]:
    """Return every named thing of one variant: objects, nodes, sensors, fire units, interceptors, links, places."""
    found = _objects(scenario) + _forces(scenario)
    for index, asset in enumerate(scenario.assets):
        found.append(_entity(scenario, "asset", index, asset.id, at=asset.position))
    for index, corridor in enumerate(scenario.corridors):
        found.append(_entity(scenario, "corridor", index, corridor.id, **_route(scenario, corridor.points)))
    for index, order in enumerate(scenario.fire_orders):
        found.append(_entity(scenario, "fire_order", index, order.id, name=order.order.replace("_", " ")))
    return found
