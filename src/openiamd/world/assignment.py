"""Assignment: what a decision of one node has to choose from, and what each pair of track and fire unit is worth.

The pair of greatest marginal return comes first: den Broeder, Ellison & Emerling, Operations Research 7 (1959) 322,
who show that this is optimal where all weapons are alike.
"""

import math
from typing import NamedTuple

import numpy as np

from openiamd.kernels import kernel
from openiamd.physics.approach import first_reached
from openiamd.physics.draws import WORTH, uniform
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Draws, Floats, Rows, filled_rows
from openiamd.world.authority import NO_CHANNEL, NO_MISSILE, OUTSIDE_ENVELOPE
from openiamd.world.channels import faces, guided_now, may_launch, off_duty, remote_use, responsible
from openiamd.world.doctrine import RANDOM, AssetTable, NodeTable
from openiamd.world.events import NONE
from openiamd.world.target_class import BALLISTIC, SLOW, target_class
from openiamd.world.threats import KIND_AIRCRAFT, KIND_BALLISTIC, KIND_DRONE
from openiamd.world.tracks import TrackState, coasted_state, height_slack_m
from openiamd.world.weapons import (
    IDLE,
    NOT_READY,
    REACTING,
    TRAINING,
    FireUnitTable,
    InterceptorTable,
    WeaponState,
    reach,
)

CANDIDATE_COLUMNS = {
    "slot": WHOLE,  # of the track at its node, −1: done with
    "time_to_go_s": NUMBER,
    "worth": NUMBER,
    "falling": FLAG,
    "kind": WHOLE,  # KIND_* that its class is taken for
    "slack_m": NUMBER,  # how far its height may be off
    "remote": WHOLE,  # what a link allows with it
}
PAIR_COLUMNS = {
    "interceptor": WHOLE,  # −1: the unit cannot engage it
    "reason": WHOLE,  # why not
    "rounds": WHOLE,  # of the salvo
    "meeting_s": NUMBER,
    "kill": NUMBER,  # probability, of the salvo
}


class AssignmentWork(NamedTuple):
    """Scratch space of one decision."""

    row: Rows  # (slot,) CANDIDATE_COLUMNS, one a track that may be engaged
    pair: Rows  # (slot, unit) PAIR_COLUMNS, of the candidate of that row
    state: Floats  # (slot, 6) of the candidate at the decision


def create_assignment_work(slots: int, units: int) -> AssignmentWork:
    """Return scratch space for decisions on at most ``slots`` tracks."""
    return AssignmentWork(
        row=filled_rows(CANDIDATE_COLUMNS, (slots,), {}),
        pair=filled_rows(PAIR_COLUMNS, (slots, max(units, 1)), {}),
        state=np.zeros((slots, 6)),
    )


@kernel
def class_weight(rules: Rows, kind: int) -> float:
    """Return the weight that a node gives to a target class."""
    if kind == BALLISTIC:
        return rules.weight_ballistic
    return rules.weight_slow if kind == SLOW else rules.weight_air


@kernel
def assess_worth(
    rules: Rows, assets: AssetTable, draws: Draws, run: int, subject: int, state: Floats, falling: bool, row: Rows
) -> None:
    """Write what a track is worth and its time to go: value of the asset that it reaches first, halved every half time.

    row  of the candidate. What reaches no asset is worth nothing and comes last. A node that fires at random draws.
    """
    asset, row.time_to_go_s = first_reached(state, falling, assets.position_m, assets.radius_m)
    row.worth = 0.0
    if rules.assignment == RANDOM:
        row.worth = uniform(draws.seed, draws.first + run, WORTH, rules.entity, subject, 0, 0)
    elif asset != NONE:
        weight = class_weight(rules, target_class(state, rules))
        row.worth = assets.value[asset] * weight * 2.0 ** (-row.time_to_go_s / rules.half_time_s)


@kernel
def open_channel(
    now_s: float, units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, slot: int
) -> int:
    """Return a fire channel of the unit for a track: an idle one, else one that waits in vain, else ``NONE``.

    A channel waits in vain when it is ready to launch and the engagement radar does not hold its track. It is given
    up only for a track that the radar does hold. A fire-control link may stand in for the radar.
    """
    battery = units.row[unit]
    occupied, _ = guided_now(units, weapons, run, unit)
    if battery.slew_rate_radps > 0.0 and occupied > 0:
        goal_rad = weapons.unit[run, battery.group].goal_rad
        if not faces(units, unit, goal_rad, tracks.state[run, battery.node, slot]):
            return NONE  # it turns only where no other engagement needs the sector in which it looks
    if occupied < battery.channels:
        for channel in range(battery.rows):
            if weapons.row[run, unit, channel].phase == IDLE:
                return channel
    if not may_launch(battery, tracks, run, slot, now_s):
        return NONE
    for channel in range(battery.rows):
        if waits_in_vain(now_s, units, tracks, weapons, run, unit, channel):
            return channel
    return NONE


@kernel
def waits_in_vain(
    now_s: float, units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, channel: int
) -> bool:
    """Tell whether a channel is ready to launch and neither the engagement radar nor a link holds its track."""
    battery, row = units.row[unit], weapons.row[run, unit, channel]
    waits = row.phase == REACTING and now_s > row.ordered_s + row.reaction_s
    return waits and not may_launch(battery, tracks, run, row.slot, now_s)


@kernel
def count_promised(nodes: NodeTable, units: FireUnitTable, weapons: WeaponState, run: int, unit: int) -> None:
    """Count the rounds of each type that the unit's orders not yet carried out will take."""
    promised = weapons.promised[run, unit]
    for interceptor in range(promised.shape[0]):
        promised[interceptor] = 0
    for channel in range(units.row[unit].rows):
        row = weapons.row[run, unit, channel]
        if row.phase == REACTING:
            promised[row.interceptor] += nodes.row[units.row[unit].node].salvo
        elif row.phase != IDLE:
            promised[row.interceptor] += row.left


@kernel
def weigh_pair(
    salvo: int, units: FireUnitTable, interceptors: InterceptorTable, weapons: WeaponState, run: int, unit: int,
    row: Rows, state: Floats, pair: Rows, meeting_m: Floats,
) -> None:  # fmt: skip
    """Write the loaded interceptor whose salvo is most likely to kill a candidate, and when it meets it; or why none.

    row, state  of the candidate; pair written; meeting_m (3,) scratch
    """
    pair.interceptor, pair.reason, pair.kill = NONE, NO_MISSILE, -1.0
    for interceptor in range(interceptors.row.shape[0]):
        rounds = min(salvo, weapons.magazine[run, unit, interceptor] - weapons.promised[run, unit, interceptor])
        if rounds <= 0:
            continue
        if pair.interceptor == NONE:
            pair.reason = OUTSIDE_ENVELOPE
        meeting_s, _, share = reach(
            units, interceptors, unit, interceptor, state, row.falling, row.slack_m, row.remote,
            units.row[unit].reaction_s, meeting_m,
        )  # fmt: skip
        kill = 1.0 - (1.0 - share * interceptors.single_shot_pk[interceptor, row.kind]) ** rounds
        if meeting_s >= 0.0 and kill > pair.kill:
            pair.interceptor, pair.reason, pair.rounds = interceptor, 0, rounds
            pair.meeting_s, pair.kill = meeting_s, kill


@kernel
def weigh_pairs(
    now_s: float, nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable, tracks: TrackState,
    weapons: WeaponState, work: AssignmentWork, run: int, node: int, count: int, meeting_m: Floats,
) -> None:  # fmt: skip
    """Write where the first ``count`` candidates are now, and what each fire unit of the node can do about them."""
    rules = nodes.row[node]
    for candidate in range(count):
        row, state = work.row[candidate], work.state[candidate]
        slot = row.slot
        row.falling = coasted_state(tracks, run, node, slot, now_s, rules.ballistic_minimum_speed_mps, state)
        row.slack_m = height_slack_m(tracks, run, node, slot)
        row.remote = remote_use(tracks.row[run, node, slot], now_s)
        row.kind = KIND_BALLISTIC if row.falling else KIND_AIRCRAFT
        if target_class(tracks.state[run, node, slot], rules) == SLOW:
            row.kind = KIND_DRONE
    for unit in range(units.row.shape[0]):
        if units.row[unit].node != node:
            continue
        condition = weapons.unit[run, unit]
        ready = not off_duty(units, weapons, run, unit, now_s)
        count_promised(nodes, units, weapons, run, unit)
        for candidate in range(count):
            row, pair, state = work.row[candidate], work.pair[candidate, unit], work.state[candidate]
            pair.interceptor, pair.reason = NONE, OUTSIDE_ENVELOPE if ready else NOT_READY
            if ready and responsible(units, unit, condition, state):
                weigh_pair(rules.salvo, units, interceptors, weapons, run, unit, row, state, pair, meeting_m)
                close_without_channel(now_s, units, tracks, weapons, run, unit, row.slot, pair)
            if pair.interceptor != NONE and condition.withheld == TRAINING:
                pair.interceptor, pair.reason = NONE, TRAINING


@kernel
def close_without_channel(
    now_s: float, units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, slot: int,
    pair: Rows,
) -> None:  # fmt: skip
    """Close a pair of track and unit for which no channel is open."""
    if pair.interceptor != NONE and open_channel(now_s, units, tracks, weapons, run, unit, slot) == NONE:
        pair.interceptor, pair.reason = NONE, NO_CHANNEL


@kernel
def renew_pairs(
    now_s: float, nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable, tracks: TrackState,
    weapons: WeaponState, work: AssignmentWork, run: int, unit: int, count: int, meeting_m: Floats,
) -> None:  # fmt: skip
    """After an order to a unit, close what it can no longer engage and weigh again what its rounds fall short for."""
    count_promised(nodes, units, weapons, run, unit)
    for candidate in range(count):
        row, pair = work.row[candidate], work.pair[candidate, unit]
        if NONE in (row.slot, pair.interceptor):
            continue
        left = weapons.magazine[run, unit, pair.interceptor] - weapons.promised[run, unit, pair.interceptor]
        if left < pair.rounds:
            salvo = nodes.row[units.row[unit].node].salvo
            state = work.state[candidate]
            weigh_pair(salvo, units, interceptors, weapons, run, unit, row, state, pair, meeting_m)
        close_without_channel(now_s, units, tracks, weapons, run, unit, row.slot, pair)


@kernel
def best_pair(units: FireUnitTable, work: AssignmentWork, node: int, count: int) -> tuple[int, int]:
    """Return candidate and unit of the greatest worth × kill probability, of equals the earliest meeting, else NONE."""
    best, best_unit, best_gain, best_s = NONE, NONE, -1.0, math.inf
    for candidate in range(count):
        if work.row[candidate].slot == NONE:
            continue
        for unit in range(units.row.shape[0]):
            if units.row[unit].node != node or work.pair[candidate, unit].interceptor == NONE:
                continue
            pair = work.pair[candidate, unit]
            gain = work.row[candidate].worth * pair.kill
            if gain > best_gain or (gain == best_gain and pair.meeting_s < best_s):
                best, best_unit, best_gain, best_s = candidate, unit, gain, pair.meeting_s
    return best, best_unit


@kernel
def closest_reason(units: FireUnitTable, work: AssignmentWork, node: int, candidate: int) -> int:
    """Return why no unit of the node engages a candidate: one could but trains, else the lowest of their reasons."""
    reason = NOT_READY
    for unit in range(units.row.shape[0]):
        if units.row[unit].node != node:
            continue
        if work.pair[candidate, unit].reason == TRAINING:
            return TRAINING
        reason = min(reason, work.pair[candidate, unit].reason)
    return reason
