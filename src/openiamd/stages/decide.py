"""Decide: which tracks each node orders its fire units to engage, those of the greatest worth first.

Reads   nodes, assets, fire units, interceptors, tracks, contact with the superior, draws
Writes  engagement orders (weapon state, track file)
"""

from openiamd.kernels import kernel
from openiamd.world.arrays import Draws, Floats
from openiamd.world.assignment import (
    AssignmentWork,
    assess_worth,
    best_pair,
    closest_reason,
    open_channel,
    renew_pairs,
    weigh_pairs,
)
from openiamd.world.authority import log_held, may_engage, undecided
from openiamd.world.channels import cease, reaction_time_s, seize
from openiamd.world.coordination import ENGAGED_ELSEWHERE, engaged_elsewhere
from openiamd.world.doctrine import OPTIMAL, AssetTable, NodeTable
from openiamd.world.events import ENGAGE, NONE, EventLog, log_event
from openiamd.world.halt import halt_fire
from openiamd.world.network import WEAPONS_CONTROL, MessageState
from openiamd.world.optimum import OptimumWork, assign_optimally
from openiamd.world.tracks import TrackState, falls, usable
from openiamd.world.weapons import NOT_HELD, REACTING, FireUnitTable, InterceptorTable, WeaponState
from openiamd.world.zones import ZoneTable


@kernel
def give_order(
    now_s: float, units: FireUnitTable, tracks: TrackState, draws: Draws, weapons: WeaponState, events: EventLog,
    event: int, run: int, node: int, slot: int, unit: int, interceptor: int, state: Floats,
) -> None:  # fmt: skip
    """Put a track on an open channel of a fire unit; ``event`` is the order."""
    held = tracks.row[run, node, slot]
    number = open_channel(now_s, units, tracks, weapons, run, unit, slot)
    channel = weapons.row[run, unit, number]
    if channel.phase == REACTING:
        channel.next_s = now_s
        cease(units, tracks, weapons, events, run, unit, number, NOT_HELD)
    seize(channel)
    channel.slot = slot
    channel.subject = held.subject
    channel.confirmed_s = held.confirmed_s
    for axis in range(3):
        weapons.aim_m[run, unit, number, axis] = state[axis]
    channel.number = held.number
    channel.interceptor = interceptor
    channel.ordered_s = now_s
    channel.reaction_s = reaction_time_s(draws, run, units.row[unit], held)
    channel.next_s = now_s + (0.0 if units.row[unit].service_s > 0.0 else channel.reaction_s)
    channel.order_event = event
    held.cause = event
    held.engagements += 1


@kernel
def order(
    now_s: float, nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable, tracks: TrackState,
    draws: Draws, weapons: WeaponState, events: EventLog, work: AssignmentWork, run: int, node: int, candidate: int,
    unit: int, count: int, meeting_m: Floats,
) -> None:  # fmt: skip
    """Order a fire unit to engage a candidate, and strike it off the list."""
    row, state, interceptor = work.row[candidate], work.state[candidate], work.pair[candidate, unit].interceptor
    slot = row.slot
    held = tracks.row[run, node, slot]
    event = log_event(
        events, run, now_s, ENGAGE, node, NONE, held.number, unit, held.cause, held.identity, row.time_to_go_s, state
    )
    give_order(now_s, units, tracks, draws, weapons, events, event, run, node, slot, unit, interceptor, state)
    held.decided = True
    row.slot = NONE
    for other in range(units.row.shape[0]):
        if units.row[other].group == units.row[unit].group and units.row[other].node == node:
            renew_pairs(now_s, nodes, units, interceptors, tracks, weapons, work, run, other, count, meeting_m)


@kernel
def order_greedily(
    now_s: float, nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable, tracks: TrackState,
    draws: Draws, weapons: WeaponState, events: EventLog, work: AssignmentWork, run: int, node: int, count: int,
    meeting_m: Floats,
) -> None:  # fmt: skip
    """Give out the best pair of track and fire unit, again and again while there is one."""
    while True:
        candidate, unit = best_pair(units, work, node, count)
        if candidate == NONE:
            return
        order(
            now_s, nodes, units, interceptors, tracks, draws, weapons, events, work, run, node, candidate, unit, count,
            meeting_m,
        )  # fmt: skip


@kernel
def order_optimally(
    now_s: float, nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable, tracks: TrackState,
    draws: Draws, weapons: WeaponState, events: EventLog, work: AssignmentWork, optimum: OptimumWork, run: int,
    node: int, count: int, meeting_m: Floats,
) -> None:  # fmt: skip
    """Give out the pairs of the optimal assignment; what it leaves, as tracks worth nothing, is for the greedy one."""
    columns = assign_optimally(now_s, nodes, units, tracks, weapons, work, optimum, run, node, count)
    for column in range(columns):
        unit = optimum.unit[column]
        for candidate in range(count):
            if optimum.taken[candidate] == column and work.pair[candidate, unit].interceptor != NONE:
                order(
                    now_s, nodes, units, interceptors, tracks, draws, weapons, events, work, run, node, candidate,
                    unit, count, meeting_m,
                )  # fmt: skip


@kernel
def list_candidates(
    now_s: float, nodes: NodeTable, zones: ZoneTable, assets: AssetTable, draws: Draws, messages: MessageState,
    tracks: TrackState, events: EventLog, work: AssignmentWork, run: int, node: int,
) -> int:  # fmt: skip
    """List the tracks that the node may engage now and what each is worth; return how many."""
    rules, count = nodes.row[node], 0
    for slot in range(tracks.top[run, node]):
        held, state = tracks.row[run, node, slot], tracks.state[run, node, slot]
        if not usable(held) or not undecided(now_s, draws, run, rules, held):
            continue
        if not may_engage(now_s, nodes, zones, messages, tracks, events, run, node, slot):
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
    zones: ZoneTable,
    assets: AssetTable,
    units: FireUnitTable,
    interceptors: InterceptorTable,
    draws: Draws,
    messages: MessageState,
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
            if messages.node[run, node].halt != WEAPONS_CONTROL:
                halt_fire(now_s, units, interceptors, tracks, messages, weapons, events, run, node)
            count = list_candidates(now_s, nodes, zones, assets, draws, messages, tracks, events, work, run, node)
            if count == 0:
                continue
            weigh_pairs(
                now_s, nodes, units, interceptors, tracks, weapons, work, run, node, count, scratch[0]
            )  # fmt: skip
            if optimum is not None and nodes.row[node].assignment == OPTIMAL:
                order_optimally(
                    now_s, nodes, units, interceptors, tracks, draws, weapons, events, work, optimum, run, node, count,
                    scratch[0],
                )  # fmt: skip
            order_greedily(
                now_s, nodes, units, interceptors, tracks, draws, weapons, events, work, run, node, count, scratch[0]
            )
            for candidate in range(count):
                slot = work.row[candidate].slot
                if slot != NONE:
                    tracks.row[run, node, slot].decided = True
                    reason = closest_reason(units, work, node, candidate)
                    log_held(now_s, tracks, events, run, node, slot, reason)
