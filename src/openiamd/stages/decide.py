"""Decide: which tracks each node orders its fire units to engage, those of the greatest worth first.

Reads   nodes, assets, fire units, interceptors, tracks, contact with the superior, draws (of nodes that fire at random)
Writes  engagement orders (weapon state, track file)
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.approach import time_to_reach_s
from openiamd.world.arrays import Draws, Floats, Rows
from openiamd.world.assignment import (
    AssignmentWork,
    assess_worth,
    best_pair,
    closest_reason,
    open_channel,
    renew_pairs,
    weigh_pairs,
)
from openiamd.world.coordination import engaged_elsewhere
from openiamd.world.doctrine import AUTONOMOUS, CENTRALIZED, FREE, OPTIMAL, TIGHT, AssetTable, NodeTable
from openiamd.world.events import ENGAGE, HELD, NONE, EventLog, log_event
from openiamd.world.network import MessageState
from openiamd.world.optimum import OptimumWork, assign_optimally
from openiamd.world.tracks import (
    ASSUMED_FRIEND,
    FRIEND,
    HOSTILE,
    NEUTRAL,
    PENDING,
    TrackState,
    falls,
    log_track,
    usable,
)
from openiamd.world.weapons import (
    NOT_HELD,
    REACTING,
    FireUnitTable,
    InterceptorTable,
    WeaponState,
    cease,
)

# After NO_CHANNEL and its like of an assignment: the lowest code that applies is the reason given.
WEAPONS_HOLD, NO_ORDER, NOT_INTERROGATED, ENGAGED_ELSEWHERE = 4, 5, 6, 9


@kernel
def permitted(rules: Rows, lost_contact: bool, held: Rows, own: bool) -> int:
    """Return 0 where rules allow fire at a track, else the reason why not.

    rules         row of the node
    lost_contact  the node does not hear its superior
    held          row of the track
    own           the track is heading for the node itself within its self-defence radius
    """
    presumed_friendly = held.identity in (ASSUMED_FRIEND, FRIEND, NEUTRAL, PENDING)
    asked = held.identity == HOSTILE or held.unanswered >= rules.interrogations_required
    if own and asked and not presumed_friendly:
        return 0
    status = rules.control_status
    if (rules.superior != NONE and lost_contact) or rules.method_of_control == AUTONOMOUS:
        status = rules.control_status_autonomous
    elif rules.method_of_control == CENTRALIZED and not held.ordered:
        return NO_ORDER
    if status == TIGHT and held.identity == HOSTILE:
        return 0
    if status == FREE and not presumed_friendly:
        return 0 if asked else NOT_INTERROGATED
    return WEAPONS_HOLD


@kernel
def heads_for_node(nodes: NodeTable, node: int, state: Floats) -> bool:
    """Tell whether a track comes for the node itself, within its self-defence radius."""
    rules, node_m = nodes.row[node], nodes.position_m[node]
    if not rules.self_defence:
        return False
    square_m2 = 0.0
    for axis in range(3):
        square_m2 += (state[axis] - node_m[axis]) ** 2
    radius_m = rules.self_defence_radius_m
    return square_m2 <= radius_m * radius_m and not math.isinf(time_to_reach_s(state, node_m, 0.2 * radius_m))


@kernel
def give_order(
    now_s: float, units: FireUnitTable, tracks: TrackState, weapons: WeaponState, events: EventLog, event: int,
    run: int, node: int, slot: int, unit: int, interceptor: int, state: Floats,
) -> None:  # fmt: skip
    """Put a track on an open channel of a fire unit; ``event`` is the order."""
    held = tracks.row[run, node, slot]
    number = open_channel(now_s, units, tracks, weapons, run, unit, slot)
    channel = weapons.row[run, unit, number]
    if channel.phase == REACTING:
        channel.next_s = now_s
        cease(units, tracks, weapons, events, run, unit, number, NOT_HELD)
    channel.phase = REACTING
    channel.slot = slot
    channel.subject = held.subject
    channel.confirmed_s = held.confirmed_s
    for axis in range(3):
        weapons.aim_m[run, unit, number, axis] = state[axis]
    channel.number = held.number
    channel.interceptor = interceptor
    channel.rounds = 0
    channel.ordered_s = now_s
    channel.next_s = now_s + (0.0 if units.row[unit].service_s > 0.0 else units.row[unit].reaction_s)
    channel.killed = False
    channel.order_event = event
    held.cause = event
    held.engagements += 1


@kernel
def order(
    now_s: float, nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable, tracks: TrackState,
    weapons: WeaponState, events: EventLog, work: AssignmentWork, run: int, node: int, candidate: int, unit: int,
    count: int, meeting_m: Floats,
) -> None:  # fmt: skip
    """Order a fire unit to engage a candidate, and strike it off the list."""
    row, state, interceptor = work.row[candidate], work.state[candidate], work.pair[candidate, unit].interceptor
    slot = row.slot
    held = tracks.row[run, node, slot]
    event = log_event(
        events, run, now_s, ENGAGE, node, NONE, held.number, unit, held.cause, held.identity, row.time_to_go_s, state
    )
    give_order(now_s, units, tracks, weapons, events, event, run, node, slot, unit, interceptor, state)
    held.decided = True
    row.slot = NONE
    renew_pairs(now_s, nodes, units, interceptors, tracks, weapons, work, run, unit, count, meeting_m)


@kernel
def order_greedily(
    now_s: float, nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable, tracks: TrackState,
    weapons: WeaponState, events: EventLog, work: AssignmentWork, run: int, node: int, count: int, meeting_m: Floats,
) -> None:  # fmt: skip
    """Give out the best pair of track and fire unit, again and again while there is one."""
    while True:
        candidate, unit = best_pair(units, work, node, count)
        if candidate == NONE:
            return
        order(
            now_s, nodes, units, interceptors, tracks, weapons, events, work, run, node, candidate, unit, count,
            meeting_m,
        )  # fmt: skip


@kernel
def order_optimally(
    now_s: float, nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable, tracks: TrackState,
    weapons: WeaponState, events: EventLog, work: AssignmentWork, optimum: OptimumWork, run: int, node: int, count: int,
    meeting_m: Floats,
) -> None:  # fmt: skip
    """Give out the pairs of the optimal assignment; what it leaves, as tracks worth nothing, is for the greedy one."""
    columns = assign_optimally(now_s, nodes, units, tracks, weapons, work, optimum, run, node, count)
    for column in range(columns):
        unit = optimum.unit[column]
        for candidate in range(count):
            if optimum.taken[candidate] == column and work.pair[candidate, unit].interceptor != NONE:
                order(
                    now_s, nodes, units, interceptors, tracks, weapons, events, work, run, node, candidate, unit,
                    count, meeting_m,
                )  # fmt: skip


@kernel
def undecided(now_s: float, rules: Rows, held: Rows) -> bool:
    """Tell whether a track awaits a decision: not engaged already, salvos left, known for long enough."""
    if held.engagements > 0 or held.salvos >= rules.salvos or (rules.engage_once and held.decided):
        return False
    return now_s >= held.confirmed_s + rules.decision_delay_s


@kernel
def list_candidates(
    now_s: float, nodes: NodeTable, assets: AssetTable, tracks: TrackState, messages: MessageState, draws: Draws,
    events: EventLog, work: AssignmentWork, run: int, node: int,
) -> int:  # fmt: skip
    """List the tracks that the node may engage now and what each is worth; return how many."""
    rules, lost_contact = nodes.row[node], messages.node[run, node].lost_contact
    count = 0
    for slot in range(tracks.top[run, node]):
        held, state = tracks.row[run, node, slot], tracks.state[run, node, slot]
        if not usable(held) or not undecided(now_s, rules, held):
            continue
        reason = permitted(rules, lost_contact, held, heads_for_node(nodes, node, state))
        if reason != 0:
            if held.identity == HOSTILE:
                log_held(now_s, tracks, events, run, node, slot, reason)
            continue
        if engaged_elsewhere(now_s, rules, held):
            log_held(now_s, tracks, events, run, node, slot, ENGAGED_ELSEWHERE)
            continue
        work.row[count].slot = slot
        falling = falls(state, rules.ballistic_minimum_speed_mps)
        assess_worth(rules, assets, draws, run, held.subject, state, falling, work.row[count])
        count += 1
    return count


@kernel
def log_held(now_s: float, tracks: TrackState, events: EventLog, run: int, node: int, slot: int, reason: int) -> None:
    """Log, once per track and reason, why it was not engaged."""
    held = tracks.row[run, node, slot]
    if not held.held_reasons & (1 << reason):
        held.held_reasons |= 1 << reason
        log_track(events, now_s, HELD, tracks, run, node, slot, NONE, reason, 0.0)


@kernel
def armed(units: FireUnitTable, node: int) -> bool:
    """Tell whether the node commands any fire unit."""
    for unit in range(units.row.shape[0]):  # noqa: SIM110 - kernels know no generators
        if units.row[unit].node == node:
            return True
    return False


@kernel
def decide(
    time_s: float,
    step_s: float,
    nodes: NodeTable,
    assets: AssetTable,
    units: FireUnitTable,
    interceptors: InterceptorTable,
    messages: MessageState,
    draws: Draws,
    tracks: TrackState,
    weapons: WeaponState,
    events: EventLog,
    work: AssignmentWork,
    optimum: OptimumWork | None,
    scratch: Floats,
    first_run: int,
    last_run: int,
) -> None:
    """At the end of the step, give each node's engageable tracks to its fire units, the best pair first.

    optimum  work space of nodes that assign optimally, None where there are none; scratch  (2, 6)
    """
    now_s = time_s + step_s
    for run in range(first_run, last_run):
        for node in range(nodes.row.shape[0]):
            if not armed(units, node):
                continue
            count = list_candidates(now_s, nodes, assets, tracks, messages, draws, events, work, run, node)
            if count == 0:
                continue
            weigh_pairs(
                now_s, nodes, units, interceptors, tracks, weapons, work, run, node, count, scratch[0]
            )  # fmt: skip
            if optimum is not None and nodes.row[node].assignment == OPTIMAL:
                order_optimally(
                    now_s, nodes, units, interceptors, tracks, weapons, events, work, optimum, run, node, count,
                    scratch[0],
                )  # fmt: skip
            order_greedily(
                now_s, nodes, units, interceptors, tracks, weapons, events, work, run, node, count, scratch[0]
            )
            for candidate in range(count):
                slot = work.row[candidate].slot
                if slot != NONE:
                    tracks.row[run, node, slot].decided = True
                    reason = closest_reason(units, work, node, candidate)
                    log_held(now_s, tracks, events, run, node, slot, reason)
