"""What each node may do and what it defends: rules, assets and corridors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.world.arrays import Bools, Floats, Ints
from openiamd.world.sensors import place
from openiamd.world.threats import aligned_unit, great_circle_leg

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

HOLD, TIGHT, FREE = 0, 1, 2
DECENTRALIZED, CENTRALIZED, AUTONOMOUS = 0, 1, 2


class NodeTable(NamedTuple):
    """Command nodes; row order is ``ResolvedScenario.nodes`` order."""

    position_m: Floats  # (node, 3)
    superior: Ints  # (node,) −1 for none
    control_status: Ints  # (node,) HOLD, TIGHT, FREE
    control_status_autonomous: Ints  # (node,) after contact is lost
    method_of_control: Ints  # (node,)
    contact_timeout_s: Floats  # (node,)
    self_defence: Bools  # (node,)
    self_defence_radius_m: Floats  # (node,)
    salvo: Ints  # (node,) rounds at once
    salvos: Ints  # (node,) looks
    decision_delay_s: Floats  # (node,)
    interrogations_required: Ints  # (node,)
    hostile_time_to_go_s: Floats  # (node,)
    hostile_maximum_height_m: Floats  # (node,)
    hostile_minimum_speed_mps: Floats  # (node,)
    hostile_maximum_speed_mps: Floats  # (node,)
    ballistic_minimum_speed_mps: Floats  # (node,)
    engage_once: Bools  # (node,)
    all_hostile: Bools  # (node,) idealised: every track is HOSTILE


class AssetTable(NamedTuple):
    """Defended places; row order is ``ResolvedScenario.assets`` order."""

    position_m: Floats  # (asset, 3)
    radius_m: Floats  # (asset,)


class CorridorTable(NamedTuple):
    """Lanes, one row for each great-circle piece."""

    start: Floats  # (piece, 3) unit vector from the earth's centre
    along: Floats  # (piece, 3) unit vector of its direction there
    angle_rad: Floats  # (piece,) length
    half_width_m: Floats  # (piece,)
    floor_m: Floats  # (piece,)
    ceiling_m: Floats  # (piece,)
    minimum_speed_mps: Floats  # (piece,)
    maximum_speed_mps: Floats  # (piece,)
    identity: Ints  # (piece,)


def compile_nodes(scenario: ResolvedScenario) -> NodeTable:
    """Return the rules of each command node."""
    from openiamd.catalogue.resolved import CONTROL_STATUSES, METHODS_OF_CONTROL  # noqa: PLC0415 (names only)

    nodes = scenario.nodes

    def ints(values: list[int]) -> Ints:
        return np.array(values, np.int64)

    def floats(values: list[float]) -> Floats:
        return np.array(values, np.float64)

    def bools(values: list[bool]) -> Bools:
        return np.array(values, np.bool_)

    return NodeTable(
        position_m=np.array([place(node.position, 0.0, scenario.origin)[0] for node in nodes]).reshape(-1, 3),
        superior=ints([node.superior for node in nodes]),
        control_status=ints([CONTROL_STATUSES.index(node.control_status) for node in nodes]),
        control_status_autonomous=ints([CONTROL_STATUSES.index(node.control_status_autonomous) for node in nodes]),
        method_of_control=ints([METHODS_OF_CONTROL.index(node.method_of_control) for node in nodes]),
        contact_timeout_s=floats([node.contact_timeout_s for node in nodes]),
        self_defence=bools([node.self_defence for node in nodes]),
        self_defence_radius_m=floats([node.self_defence_radius_m for node in nodes]),
        salvo=ints([node.salvo for node in nodes]),
        salvos=ints([node.salvos for node in nodes]),
        decision_delay_s=floats([node.decision_delay_s for node in nodes]),
        interrogations_required=ints([node.interrogations_required for node in nodes]),
        hostile_time_to_go_s=floats([node.hostile_time_to_go_s for node in nodes]),
        hostile_maximum_height_m=floats([node.hostile_maximum_height_m for node in nodes]),
        hostile_minimum_speed_mps=floats([node.hostile_minimum_speed_mps for node in nodes]),
        hostile_maximum_speed_mps=floats([node.hostile_maximum_speed_mps for node in nodes]),
        ballistic_minimum_speed_mps=floats([node.ballistic_minimum_speed_mps for node in nodes]),
        engage_once=bools([node.engage_once for node in nodes]),
        all_hostile=bools([node.identify_all_hostile for node in nodes]),
    )


def compile_assets(scenario: ResolvedScenario) -> AssetTable:
    """Return the defended places."""
    assets = scenario.assets
    return AssetTable(
        position_m=np.array([place(asset.position, 0.0, scenario.origin)[0] for asset in assets]).reshape(-1, 3),
        radius_m=np.array([asset.radius_m for asset in assets], np.float64),
    )


def compile_corridors(scenario: ResolvedScenario) -> CorridorTable:
    """Return the pieces of all corridors."""
    from openiamd.catalogue.resolved import IDENTITIES  # noqa: PLC0415 (names only, no cycle)

    rows = []
    for corridor in scenario.corridors:
        units = [aligned_unit(point, scenario.origin) for point in corridor.points]
        for start, end in zip(units[:-1], units[1:], strict=True):
            along, angle = great_circle_leg(start, end)
            rows.append((start, along, angle, corridor, IDENTITIES.index(corridor.identity)))
    lanes = [row[3] for row in rows]
    return CorridorTable(
        start=np.array([row[0] for row in rows], np.float64).reshape(-1, 3),
        along=np.array([row[1] for row in rows], np.float64).reshape(-1, 3),
        angle_rad=np.array([row[2] for row in rows], np.float64),
        half_width_m=np.array([lane.half_width_m for lane in lanes], np.float64),
        floor_m=np.array([lane.floor_m for lane in lanes], np.float64),
        ceiling_m=np.array([lane.ceiling_m for lane in lanes], np.float64),
        minimum_speed_mps=np.array([lane.minimum_speed_mps for lane in lanes], np.float64),
        maximum_speed_mps=np.array(
            [lane.maximum_speed_mps if lane.maximum_speed_mps > 0.0 else math.inf for lane in lanes], np.float64
        ),
        identity=np.array([row[4] for row in rows], np.int64),
    )
