"""Turns groups of raids and traffic into single flying objects."""

from dataclasses import replace

from openiamd.catalogue.places import point, shifted
from openiamd.catalogue.resolved import FlyingObject, Point, Waypoint
from openiamd.catalogue.values import Values
from openiamd.scenario.model import Scenario
from openiamd.scenario.raids import Raid, Traffic

GROUND_FOLLOWING = ("cruise", "drone")  # classes whose heights are counted from the ground unless told otherwise


def flying_objects(scenario: Scenario, values: Values) -> tuple[FlyingObject, ...]:
    """Return every member of every group, raids first, in file order; ids are ``<group>-1`` and so on."""
    groups = [(f"raids.{name}", name, group) for name, group in scenario.raids.items()]
    groups += [(f"traffic.{name}", name, group) for name, group in scenario.traffic.items()]
    targets = {name: index for index, name in enumerate(scenario.assets)}
    result: list[FlyingObject] = []
    for path, name, group in groups:
        first = _first(scenario, values, path, name, group, targets)
        result += _members(values, path, group, first)
    return tuple(result)


def _first(
    scenario: Scenario, values: Values, path: str, name: str, group: Raid | Traffic, targets: dict[str, int]
) -> FlyingObject:
    """Return what all members of a group have in common, on the middle of its route."""
    entry = values.entry(group.type)
    if (entry.object_class == "ballistic") != (group.launch is not None):
        flies = "on a route" if group.launch is None else "from a launch point"
        hint = "objects of class ballistic have a 'launch', all others a 'route'"
        place = (*path.split(".", 1), "type")
        raise scenario.error(place, f"'{group.type}' is of class {entry.object_class} but flies {flies}", hint)
    replies = entry.replies if group.replies is None else group.replies
    failure = group.transponder
    return FlyingObject(
        id=name,
        group=name,
        name=group.type,
        object_class=entry.object_class,
        side=group.side,
        rcs_m2=values.get(group.type, "rcs"),
        rcs_side_ratio=values.optional(group.type, "rcs_side_ratio", 1.0),
        rcs_tail_ratio=values.optional(group.type, "rcs_tail_ratio", 1.0),
        rcs_low_band_ratio=values.optional(group.type, "rcs_low_band_ratio", 1.0),
        swerling=round(values.optional(group.type, "swerling", 1.0)),
        route=_route(scenario, values, group),
        ballistic=group.launch is not None,
        loop=group.loop,
        start_s=values.scenario(f"{path}.start", group.start),
        start_jitter_s=values.scenario(f"{path}.jitter", group.jitter),
        arrival_rate_hz=values.scenario(f"{path}.arrivals.rate", group.arrivals.rate) if group.arrivals else 0.0,
        arrival_index=0,
        target=-1 if group.target is None else targets[group.target],
        mode5="mode5" in replies,
        mode4="mode4" in replies,
        transponder_off=values.scenario(f"{path}.transponder.off", failure.off) if failure else 0.0,
        wrong_key=values.scenario(f"{path}.transponder.wrong_key", failure.wrong_key) if failure else 0.0,
        mode3="mode3" in replies,
        price_usd=values.get(group.type, "price"),
        follows_ground=group.launch is None and _counts_from_ground(group, entry.object_class),
        departs=group.target is None,
    )


def _counts_from_ground(group: Raid | Traffic, object_class: str) -> bool:
    """Tell whether heights are above the ground: as the group says, else of what flies low by its nature."""
    return group.heights == "ground" if group.heights else object_class in GROUND_FOLLOWING


def _route(scenario: Scenario, values: Values, group: Raid | Traffic) -> tuple[Waypoint, ...]:
    """Return the route with the target as its last point, or launch and impact of a ballistic missile."""
    aim = scenario.assets[group.target].at if group.target is not None else None
    if group.launch is not None:
        end = group.impact or aim or group.launch
        return (Waypoint(point(group.launch), 0.0), Waypoint(point(end), 0.0))
    speed_mps = values.get(group.type, "speed") if any(place.speed_mps is None for place in group.route) else 0.0
    height_m = values.get(group.type, "altitude") if any(place.height_m is None for place in group.route) else 0.0
    route = [
        Waypoint(point(place, height_m), speed_mps if place.speed_mps is None else place.speed_mps)
        for place in group.route
    ]
    if aim is not None:
        route.append(Waypoint(point(aim, route[-1].position.height_m), route[-1].speed_mps))
    return tuple(route)


def _members(values: Values, path: str, group: Raid | Traffic, first: FlyingObject) -> list[FlyingObject]:
    """Return the members: one after another in time, side by side across the spread."""
    count = group.arrivals.capacity if group.arrivals else group.count
    spacing_s = 0.0 if group.arrivals else values.scenario(f"{path}.spacing", group.spacing)
    spread_m = values.scenario(f"{path}.spread", group.spread)
    result = []
    for member in range(count):
        share = member / (count - 1) - 0.5 if count > 1 else 0.0
        result.append(
            replace(
                first,
                id=f"{first.group}-{member + 1}",
                route=_across(first, share * spread_m),
                start_s=first.start_s + member * spacing_s,
                arrival_index=member + 1 if group.arrivals else 0,
            )
        )
    return result


def _across(first: FlyingObject, offset_m: float) -> tuple[Waypoint, ...]:
    """Return the route beside the middle one; all members meet again at a common target."""
    points: list[Point] = [waypoint.position for waypoint in first.route]
    beside = shifted(points, offset_m)
    if first.target >= 0 or first.ballistic:
        beside[-1] = points[-1]
    return tuple(Waypoint(place, waypoint.speed_mps) for place, waypoint in zip(beside, first.route, strict=True))
