"""What each node may do and what it defends: rules, assets and corridors."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.physics.draws import entity_hash
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Floats, Rows, constant, rows_of
from openiamd.world.echelons import Words
from openiamd.world.sensors import stand
from openiamd.world.terrain import TerrainTable
from openiamd.world.threats import aligned_unit, great_circle_leg

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

HOLD, TIGHT, FREE = 0, 1, 2
NO_STATUS = constant(-1)
DECENTRALIZED, CENTRALIZED, AUTONOMOUS = 0, 1, 2
GREEDY, OPTIMAL, RANDOM = 0, 1, 2
NO_ACTION, FALL_SILENT, SELF_DEFENCE = 0, 1, 2  # places in CONTACT_ACTIONS


NODE_COLUMNS = {
    "entity": WHOLE,  # 32-bit hash of the id
    "superior": WHOLE,  # −1 for none
    "control_status": WHOLE,  # HOLD, TIGHT, FREE
    "control_status_autonomous": WHOLE,  # after contact is lost
    "control_ballistic": WHOLE,  # status of a target class, NO_STATUS: none of its own
    "control_air": WHOLE,
    "control_slow": WHOLE,
    "method_of_control": WHOLE,
    "orders_awaited": WHOLE,  # bit of the node whose orders it waits for, 0: itself
    "orders_given": WHOLE,  # bit that its own orders have, 0: nobody waits for them
    "words_awaited": WHOLE,  # likewise, of who declares tracks HOSTILE
    "words_given": WHOLE,
    "contact_timeout_s": NUMBER,
    "self_defence": FLAG,
    "self_defence_radius_m": NUMBER,
    "salvo": WHOLE,  # rounds fired without a look between them
    "spacing_s": NUMBER,  # from one to the next, 0: together
    "salvos": WHOLE,  # looks
    "decision_delay_s": NUMBER,
    "decision_spread": NUMBER,  # standard deviation of the logarithm of that delay
    "interrogations_required": WHOLE,
    "hostile_time_to_go_s": NUMBER,
    "hostile_maximum_height_m": NUMBER,
    "hostile_minimum_speed_mps": NUMBER,
    "hostile_maximum_speed_mps": NUMBER,
    "ballistic_minimum_speed_mps": NUMBER,
    "slow_speed_mps": NUMBER,
    "engage_once": FLAG,
    "all_hostile": FLAG,  # idealised: every track is HOSTILE
    "contact_action": WHOLE,  # beyond its status, when contact is lost: NO_ACTION, FALL_SILENT, SELF_DEFENCE
    "weighs": FLAG,  # identifies by Bayes' rule; False: by rules
    "assignment": WHOLE,  # GREEDY, OPTIMAL, RANDOM
    "coordinates": FLAG,  # holds fire at what it hears that another node engages
    "half_time_s": NUMBER,  # time to go that halves what a track is worth
    "weight_ballistic": NUMBER,
    "weight_air": NUMBER,
    "weight_slow": NUMBER,
}


class NodeTable(NamedTuple):
    """Command nodes; row order is ``ResolvedScenario.nodes`` order."""

    row: Rows  # (node,) NODE_COLUMNS
    position_m: Floats  # (node, 3)


class AssetTable(NamedTuple):
    """Defended places; row order is ``ResolvedScenario.assets`` order."""

    position_m: Floats  # (asset, 3)
    radius_m: Floats  # (asset,)
    value: Floats  # (asset,)
    late_m: Floats  # (asset, 2) a kill nearer than this horizontally (0: off) and lower than this over it is late


CORRIDOR_COLUMNS = {
    "angle_rad": NUMBER,  # length
    "half_width_m": NUMBER,
    "floor_m": NUMBER,
    "ceiling_m": NUMBER,
    "minimum_speed_mps": NUMBER,
    "maximum_speed_mps": NUMBER,
    "identity": WHOLE,
}


class CorridorTable(NamedTuple):
    """Lanes, one row for each great-circle piece."""

    row: Rows  # (piece,) CORRIDOR_COLUMNS
    start: Floats  # (piece, 3) unit vector from the earth's centre
    along: Floats  # (piece, 3) unit vector of its direction there


def compile_nodes(scenario: ResolvedScenario, terrain: TerrainTable, ordering: Words, declaring: Words) -> NodeTable:
    """Return the rules of each command node; ``ordering`` and ``declaring`` say whose word it awaits."""
    from openiamd.catalogue.resolved import ASSIGNMENTS, CONTACT_ACTIONS, CONTROL_STATUSES, METHODS_OF_CONTROL

    nodes = scenario.nodes

    def by_class(place: int) -> list[int]:
        own = [node.control_by_class[place] for node in nodes]
        return [CONTROL_STATUSES.index(status) if status else NO_STATUS for status in own]

    rows = {
        "entity": [entity_hash(node.id) for node in nodes],
        "control_ballistic": by_class(0),
        "control_air": by_class(1),
        "control_slow": by_class(2),
        "orders_awaited": ordering.awaited,
        "orders_given": ordering.given,
        "words_awaited": declaring.awaited,
        "words_given": declaring.given,
        "control_status": [CONTROL_STATUSES.index(node.control_status) for node in nodes],
        "control_status_autonomous": [CONTROL_STATUSES.index(node.control_status_autonomous) for node in nodes],
        "method_of_control": [METHODS_OF_CONTROL.index(node.method_of_control) for node in nodes],
        "contact_action": [CONTACT_ACTIONS.index(node.contact_action) for node in nodes],
        "all_hostile": [node.identify_all_hostile for node in nodes],
        "weighs": [node.weights is not None for node in nodes],
        "assignment": [ASSIGNMENTS.index(node.assignment) for node in nodes],
    }
    for name in NODE_COLUMNS:
        if name not in rows:
            rows[name] = [getattr(node, name) for node in nodes]
    return NodeTable(
        row=rows_of(NODE_COLUMNS, rows, len(nodes)),
        position_m=np.array([stand(node.position, scenario.origin, terrain)[0] for node in nodes]).reshape(-1, 3),
    )


def compile_assets(scenario: ResolvedScenario, terrain: TerrainTable) -> AssetTable:
    """Return the defended places."""
    assets = scenario.assets
    return AssetTable(
        position_m=np.array([stand(asset.position, scenario.origin, terrain)[0] for asset in assets]).reshape(-1, 3),
        radius_m=np.array([asset.radius_m for asset in assets], np.float64),
        value=np.array([asset.value for asset in assets], np.float64),
        late_m=np.array([(asset.late_within_m, asset.late_below_m) for asset in assets]).reshape(-1, 2),
    )


def compile_corridors(scenario: ResolvedScenario) -> CorridorTable:
    """Return the pieces of all corridors."""
    from openiamd.catalogue.resolved import IDENTITIES

    pieces = []
    for corridor in scenario.corridors:
        units = [aligned_unit(point, scenario.origin) for point in corridor.points]
        for start, end in pairwise(units):
            along, angle_rad = great_circle_leg(start, end)
            pieces.append((start, along, angle_rad, corridor))
    lanes = [piece[3] for piece in pieces]
    rows = {
        "angle_rad": [piece[2] for piece in pieces],
        "half_width_m": [lane.half_width_m for lane in lanes],
        "floor_m": [lane.floor_m for lane in lanes],
        "ceiling_m": [lane.ceiling_m for lane in lanes],
        "minimum_speed_mps": [lane.minimum_speed_mps for lane in lanes],
        "maximum_speed_mps": [lane.maximum_speed_mps or math.inf for lane in lanes],
        "identity": [IDENTITIES.index(lane.identity) for lane in lanes],
    }
    return CorridorTable(
        row=rows_of(CORRIDOR_COLUMNS, rows, len(pieces)),
        start=np.array([piece[0] for piece in pieces], np.float64).reshape(-1, 3),
        along=np.array([piece[1] for piece in pieces], np.float64).reshape(-1, 3),
    )
