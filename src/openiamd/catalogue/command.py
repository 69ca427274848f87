"""Resolves who holds authority over whom, engagement zones and fire orders."""

from openiamd.catalogue.orders import FireOrder, Zone
from openiamd.catalogue.places import NEVER_S, point
from openiamd.catalogue.resolved import TARGET_CLASSES
from openiamd.catalogue.values import Values
from openiamd.scenario.model import Scenario


def engagement_authority(scenario: Scenario, name: str) -> int:
    """Return the node that decides on a node's engagements, −1 for the node itself."""
    node = scenario.nodes[name]
    holder = node.engagement_authority
    if holder is None and scenario.doctrine[node.doctrine].method == "CENTRALIZED":
        holder = node.superior
    return _other(scenario, name, holder)


def id_authority(scenario: Scenario, name: str) -> int:
    """Return the node without whose word a node declares nothing HOSTILE, −1 for the node itself."""
    return _other(scenario, name, scenario.nodes[name].id_authority)


def _other(scenario: Scenario, name: str, holder: str | None) -> int:
    return -1 if holder in (None, name) else list(scenario.nodes).index(holder)


def control_by_class(scenario: Scenario, doctrine: str) -> tuple[str, ...]:
    """Return the weapons control status of each target class of a doctrine, "" where it has none of its own."""
    given = scenario.doctrine[doctrine].weapons_control_by_class
    return tuple(given.get(one, "") for one in TARGET_CLASSES)


def zones(scenario: Scenario, values: Values) -> tuple[Zone, ...]:
    """Return the engagement zones in file order."""
    names = list(scenario.nodes)
    result = []
    for name, zone in scenario.zones.items():
        path = f"zones.{name}"
        status = zone.weapons_control or ("HOLD" if zone.kind == "restricted_fire" else "")
        result.append(
            Zone(
                id=name,
                kind=zone.kind,
                points=(point(zone.at),) if zone.at else tuple(point(place) for place in zone.points),
                radius_m=values.scenario(f"{path}.radius", zone.radius) if zone.radius else 0.0,
                floor_m=values.scenario(f"{path}.floor", zone.floor),
                ceiling_m=values.scenario(f"{path}.ceiling", zone.ceiling) if zone.ceiling else NEVER_S,
                active_from_s=zone.start.value,
                active_until_s=zone.end.value if zone.end else NEVER_S,
                control_status=status,
                nodes=tuple(range(len(names)) if zone.applies_to is None else map(names.index, zone.applies_to)),
            )
        )
    return tuple(result)


def fire_orders(scenario: Scenario) -> tuple[FireOrder, ...]:
    """Return the fire orders in file order."""
    names = list(scenario.nodes)
    return tuple(
        FireOrder(
            id=name,
            order=given.order,
            control_status=given.status or "",
            sender=-1 if given.by is None else names.index(given.by),
            receivers=tuple(names.index(node) for node in given.to),
            active_from_s=given.start.value,
            active_until_s=given.end.value if given.end else NEVER_S,
        )
        for name, given in scenario.fire_orders.items()
    )
