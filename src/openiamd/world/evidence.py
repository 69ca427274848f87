"""What identity is judged by: kinematic criteria, the weights of Bayes' rule, and flight plans."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.estimation.identity import LEAST_PROBABILITY
from openiamd.kernels import kernel
from openiamd.physics.approach import time_to_go_s, time_to_reach_s
from openiamd.physics.geodesy import EARTH_RADIUS_M, local_up
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Bools, Floats, Rows, constant, rows_of
from openiamd.world.doctrine import AssetTable, NodeTable
from openiamd.world.threats import route_legs
from openiamd.world.tracks import PENDING

if TYPE_CHECKING:
    from openiamd.catalogue.identities import Criterion
    from openiamd.catalogue.resolved import Node, ResolvedScenario

KIND_FRIEND, KIND_NEUTRAL, KIND_HOSTILE = 0, 1, 2
MODE3, MODE4, MODE5 = 0, 1, 2
TOWARD_ANY, TOWARD_ASSET, TOWARD_NODE = 0, 1, 2
STRAIGHT = constant(False)  # motion is judged on a course that does not fall
BY_OWN_REPLY, BY_FRIEND, BY_AUTHORITY, BY_THREAT = 0, 1, 2, 3

CRITERION_COLUMNS = {
    "minimum_speed_mps": NUMBER,
    "maximum_speed_mps": NUMBER,
    "minimum_height_m": NUMBER,  # above the ground
    "maximum_height_m": NUMBER,
    "minimum_climb_mps": NUMBER,
    "maximum_climb_mps": NUMBER,
    "toward": WHOLE,  # TOWARD_ANY, TOWARD_ASSET, TOWARD_NODE
    "within_s": NUMBER,
    "miss_m": NUMBER,  # of the node
}
BELIEF_COLUMNS = {
    "conflict": WHOLE,  # BY_OWN_REPLY, BY_FRIEND, BY_AUTHORITY, BY_THREAT
    "missile": WHOLE,  # criterion by which a track is taken for a missile, −1: none
    "first_class": WHOLE,  # kinds of motion: a run of criteria, the last of which fits all
    "memory_s": NUMBER,  # motion within this time is one piece of evidence
    "lane_own": NUMBER,  # probability to be found conforming: of the own kind, of others
    "lane_other": NUMBER,
    "plan_own": NUMBER,
    "plan_other": NUMBER,
    "declared": NUMBER,  # probability that a received identity is right
    "presumed": NUMBER,
    "hostile": NUMBER,  # thresholds
    "suspect": NUMBER,
    "friend": NUMBER,
    "assumed_friend": NUMBER,
    "neutral": NUMBER,
}


class BeliefTable(NamedTuple):
    """How each node judges identity; row order is ``ResolvedScenario.nodes`` order."""

    row: Rows  # (node,) BELIEF_COLUMNS
    prior: Floats  # (node, kind) weights of friend, neutral, hostile
    holds: Floats  # (node, kind, mode) probability to answer at all
    reply: Floats  # (node, mode) probability of a reply to one interrogation, 0: not asked
    criterion: Rows  # (criterion,) CRITERION_COLUMNS
    weight: Floats  # (criterion, kind) of a track that fits it


PLAN_COLUMNS = {
    "angle_rad": NUMBER,  # length
    "begin_s": NUMBER,  # planned time at its start
    "end_s": NUMBER,
    "height_m": NUMBER,  # at its start
    "climb_mps": NUMBER,
    "half_width_m": NUMBER,
    "height_tolerance_m": NUMBER,
    "time_tolerance_s": NUMBER,
    "above_ground": FLAG,  # heights are counted from the ground
    "identity": WHOLE,
}


class PlanTable(NamedTuple):
    """Flight plans, one row for each great-circle piece."""

    row: Rows  # (piece,) PLAN_COLUMNS
    start: Floats  # (piece, 3) unit vector from the earth's centre
    along: Floats  # (piece, 3) unit vector of its direction there
    known: Bools  # (node, piece)


def _criterion_row(given: Criterion) -> list[float]:
    from openiamd.catalogue.resolved import TOWARD

    return [TOWARD.index(given.toward) if name == "toward" else getattr(given, name) for name in CRITERION_COLUMNS]


def _belief_row(node: Node, missile: int, first_class: int) -> list[float]:
    from openiamd.catalogue.resolved import CONFLICT_RULES

    held = node.weights
    fixed = [CONFLICT_RULES.index(node.conflict), missile, first_class]
    if held is None:
        return [*fixed, *[0.0] * (len(BELIEF_COLUMNS) - len(fixed))]
    return [
        *(*fixed, held.kinematics_memory_s, *held.lane, *held.plan, held.declared, held.presumed),
        *(held.hostile, held.suspect, held.friend, held.assumed_friend, held.neutral),
    ]


def compile_beliefs(scenario: ResolvedScenario) -> BeliefTable:
    """Return how each node judges identity."""
    criteria: list[list[float]] = []
    likelihoods: list[tuple[float, float, float]] = []
    rows = []
    for node in scenario.nodes:
        missile = -1
        if node.missile is not None:
            missile = len(criteria)
            criteria.append(_criterion_row(node.missile))
            likelihoods.append((1.0, 1.0, 1.0))
        rows.append(_belief_row(node, missile, len(criteria)))
        for one in node.weights.kinematics if node.weights else ():
            criteria.append(_criterion_row(one.criterion))
            likelihoods.append(one.likelihood)
    none = ((0.0,) * 3,) * 3
    reply = [
        (node.mode3_reply_probability, node.mode4_reply_probability, node.mode5_reply_probability)
        for node in scenario.nodes
    ]
    answers = np.array([node.weights.answers if node.weights else none for node in scenario.nodes], np.float64)
    priors = [node.weights.priors if node.weights else (1.0,) * 3 for node in scenario.nodes]
    return BeliefTable(
        row=_columns(BELIEF_COLUMNS, rows),
        prior=np.log(np.maximum(np.array(priors, np.float64), LEAST_PROBABILITY)).reshape(-1, 3),
        holds=np.ascontiguousarray(answers.reshape(-1, 3, 3).transpose(0, 2, 1)),
        reply=np.array(reply, np.float64).reshape(-1, 3),
        criterion=_columns(CRITERION_COLUMNS, criteria),
        weight=np.log(np.maximum(np.array(likelihoods, np.float64), LEAST_PROBABILITY)).reshape(-1, 3),
    )


def _columns(columns: dict[str, type], rows: list[list[float]]) -> Rows:
    """Return a table from rows of values in the order of the columns."""
    by_column = [[row[position] for row in rows] for position in range(len(columns))]
    return rows_of(columns, dict(zip(columns, by_column, strict=True)), len(rows))


def compile_plans(scenario: ResolvedScenario) -> PlanTable:
    """Return the pieces of all flight plans."""
    from openiamd.catalogue.resolved import IDENTITIES

    rows, starts, alongs, holders = [], [], [], []
    for plan in scenario.flight_plans:
        for start, along, begin_s, end_s, height_m, climb_mps, speed_mps, _ in route_legs(
            plan.route, False, scenario.origin
        ):
            angle_rad = speed_mps * (end_s - begin_s) / EARTH_RADIUS_M if math.isfinite(end_s) else 0.0
            rows.append(
                [
                    *(angle_rad, plan.start_s + begin_s, plan.start_s + end_s, height_m, climb_mps, plan.half_width_m),
                    *(plan.height_tolerance_m, plan.time_tolerance_s, plan.follows_ground),
                    IDENTITIES.index(plan.identity),
                ]
            )
            starts.append(start)
            alongs.append(along)
            holders.append(plan.nodes)
    known = [[node in holder for holder in holders] for node in range(len(scenario.nodes))]
    return PlanTable(
        row=_columns(PLAN_COLUMNS, rows),
        start=np.array(starts, np.float64).reshape(-1, 3),
        along=np.array(alongs, np.float64).reshape(-1, 3),
        known=np.array(known, np.bool_).reshape(len(scenario.nodes), len(rows)),
    )


@kernel
def plan_identity(now_s: float, plans: PlanTable, node: int, state: Floats, altitude_m: float) -> int:
    """Return the identity that a flight plan presumes for a track that flies it in place and on time, or PENDING.

    Cross-track distance as for corridors; planned height and time go evenly along each piece.
    """
    x, y, z = state[0], state[1], state[2] + EARTH_RADIUS_M
    radius_m = math.sqrt(x * x + y * y + z * z)
    for piece in range(plans.row.shape[0]):
        leg, start, along = plans.row[piece], plans.start[piece], plans.along[piece]
        early_s, late_s = now_s - leg.time_tolerance_s, now_s + leg.time_tolerance_s
        if not plans.known[node, piece] or leg.begin_s > late_s or leg.end_s < early_s:
            continue
        forward = (x * along[0] + y * along[1] + z * along[2]) / radius_m
        outward = (x * start[0] + y * start[1] + z * start[2]) / radius_m
        angle_rad = math.atan2(forward, outward)
        aside = math.sqrt(max(1.0 - forward * forward - outward * outward, 0.0))
        if aside * EARTH_RADIUS_M > leg.half_width_m or not 0.0 <= angle_rad <= leg.angle_rad:
            continue
        elapsed_s = angle_rad / leg.angle_rad * (leg.end_s - leg.begin_s)
        off_m = (altitude_m if leg.above_ground else radius_m - EARTH_RADIUS_M) - leg.height_m
        on_time = early_s <= leg.begin_s + elapsed_s <= late_s
        if on_time and abs(off_m - leg.climb_mps * elapsed_s) <= leg.height_tolerance_m:
            return leg.identity
    return PENDING


@kernel
def fits(
    wanted: Rows, nodes: NodeTable, assets: AssetTable, node: int, state: Floats, altitude_m: float, speed_mps: float
) -> bool:
    """Tell whether a track's motion meets every condition of a criterion.

    wanted  row of CRITERION_COLUMNS; the course is taken as straight
    """
    if speed_mps < wanted.minimum_speed_mps or speed_mps > wanted.maximum_speed_mps:
        return False
    if altitude_m < wanted.minimum_height_m or altitude_m > wanted.maximum_height_m:
        return False
    up_x, up_y, up_z = local_up(state[0], state[1], state[2])
    climb_mps = state[3] * up_x + state[4] * up_y + state[5] * up_z
    if climb_mps < wanted.minimum_climb_mps or climb_mps > wanted.maximum_climb_mps:
        return False
    if wanted.toward == TOWARD_ANY:
        return True
    if wanted.toward == TOWARD_ASSET:
        time_s = time_to_go_s(state, STRAIGHT, assets.position_m, assets.radius_m)
    else:
        time_s = time_to_reach_s(state, nodes.position_m[node], wanted.miss_m)
    return time_s <= wanted.within_s and not math.isinf(time_s)
