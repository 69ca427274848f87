"""Decide: which tracks each node orders its fire units to engage, most urgent first.

Reads   nodes, assets, fire units, interceptors, tracks, contact with the superior
Writes  engagement orders (weapon state, track file)
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.approach import time_to_go_s, time_to_reach_s
from openiamd.physics.envelope import in_sector
from openiamd.world.arrays import Floats, Ints
from openiamd.world.doctrine import AUTONOMOUS, CENTRALIZED, FREE, TIGHT, AssetTable, NodeTable
from openiamd.world.events import ENGAGE, HELD, NONE, EventLog, log_event
from openiamd.world.network import MessageState
from openiamd.world.threats import KIND_AIRCRAFT, KIND_BALLISTIC
from openiamd.world.tracks import (
    ASSUMED_FRIEND,
    CONFIRMED,
    FRIEND,
    HOSTILE,
    NEUTRAL,
    PENDING,
    TrackerWork,
    TrackState,
    coasted_state,
    falls,
    height_slack_m,
)
from openiamd.world.weapons import IDLE, REACTING, FireUnitTable, InterceptorTable, WeaponState, reach

# The lowest code that applies is the reason given: what would have to change first.
NO_CHANNEL, NO_MISSILE, OUTSIDE_ENVELOPE, WEAPONS_HOLD, NO_ORDER = 1, 2, 3, 4, 5


@kernel
def permitted(
    nodes: NodeTable, tracks: TrackState, state: MessageState, run: int, node: int, slot: int, own: bool
) -> int:
    """Return 0 where rules allow fire at a track, else the reason why not.

    own  the track is heading for the node itself within its self-defence radius
    """
    identity = tracks.row[run, node, slot].identity
    if own and identity not in (ASSUMED_FRIEND, FRIEND, NEUTRAL, PENDING):
        return 0
    status = nodes.row[node].control_status
    autonomous = nodes.row[node].superior != NONE and state.node[run, node].lost_contact
    if autonomous or nodes.row[node].method_of_control == AUTONOMOUS:
        status = nodes.row[node].control_status_autonomous
    elif nodes.row[node].method_of_control == CENTRALIZED and not tracks.row[run, node, slot].ordered:
        return NO_ORDER
    if status == TIGHT and identity == HOSTILE:
        return 0
    if status == FREE and identity not in (ASSUMED_FRIEND, FRIEND, NEUTRAL, PENDING):
        return 0
    return WEAPONS_HOLD


@kernel
def heads_for_node(nodes: NodeTable, node: int, state: Floats) -> bool:
    """Tell whether a track comes for the node itself, within its self-defence radius."""
    if not nodes.row[node].self_defence:
        return False
    square_m2 = 0.0
    for axis in range(3):
        square_m2 += (state[axis] - nodes.position_m[node, axis]) ** 2
    radius_m = nodes.row[node].self_defence_radius_m
    return square_m2 <= radius_m * radius_m and not math.isinf(
        time_to_reach_s(state, nodes.position_m[node], 0.2 * radius_m)
    )


@kernel
def best_interceptor(
    units: FireUnitTable,
    interceptors: InterceptorTable,
    state: Floats,
    falling: bool,
    slack_m: float,
    magazine: Ints,
    unit: int,
    meeting_m: Floats,
) -> tuple[int, float, int]:
    """Return the loaded interceptor most likely to kill that can reach the track, its meeting time, and why none can.

    state (6,) of the track now; slack_m how far its height may be off; magazine (interceptor,) rounds left;
    meeting_m (3,) scratch
    """
    best, best_s, best_pk, reason = NONE, math.inf, -1.0, NO_MISSILE
    kind = KIND_BALLISTIC if falling else KIND_AIRCRAFT
    for interceptor in range(interceptors.row.shape[0]):
        if magazine[interceptor] <= 0:
            continue
        reason = OUTSIDE_ENVELOPE
        meeting_s, _ = reach(
            units, interceptors, unit, interceptor, state, falling, slack_m, units.row[unit].reaction_s, meeting_m
        )
        pk = interceptors.single_shot_pk[interceptor, kind]
        if meeting_s >= 0.0 and pk > best_pk:
            best, best_s, best_pk = interceptor, meeting_s, pk
    return best, best_s, 0 if best != NONE else reason


@kernel
def idle_channel(units: FireUnitTable, weapons: WeaponState, run: int, unit: int) -> int:
    """Return an idle fire channel of the unit, or ``NONE``."""
    for channel in range(units.row[unit].channels):
        if weapons.row[run, unit, channel].phase == IDLE:
            return channel
    return NONE


@kernel
def responsible(units: FireUnitTable, unit: int, node: int, state: Floats, now_s: float) -> bool:
    """Tell whether a track is the unit's business: its node's, its hours, its sector of responsibility."""
    return (
        units.row[unit].node == node
        and units.row[unit].active_from_s <= now_s < units.row[unit].active_until_s
        and in_sector(
            units.basis[unit],
            state[0] - units.position_m[unit, 0],
            state[1] - units.position_m[unit, 1],
            state[2] - units.position_m[unit, 2],
            units.row[unit].responsibility_facing_rad,
            units.row[unit].responsibility_sector_rad,
        )
    )


@kernel
def assign(
    now_s: float,
    urgency_s: float,
    nodes: NodeTable,
    units: FireUnitTable,
    interceptors: InterceptorTable,
    tracks: TrackState,
    weapons: WeaponState,
    events: EventLog,
    run: int,
    node: int,
    slot: int,
    state: Floats,
    meeting_m: Floats,
) -> int:
    """Order the fire unit that meets the track first to engage it; return 0, or why none was ordered."""
    falling = coasted_state(tracks, run, node, slot, now_s, nodes.row[node].ballistic_minimum_speed_mps, state)
    slack_m = height_slack_m(tracks, run, node, slot)
    chosen, chosen_interceptor, chosen_s, reason = NONE, NONE, math.inf, OUTSIDE_ENVELOPE
    for unit in range(units.row.shape[0]):
        if not responsible(units, unit, node, state, now_s):
            continue
        interceptor, meeting_s, why = best_interceptor(
            units, interceptors, state, falling, slack_m, weapons.magazine[run, unit], unit, meeting_m
        )
        if interceptor == NONE:
            reason = min(reason, why)
        elif idle_channel(units, weapons, run, unit) == NONE:
            reason = NO_CHANNEL
        elif meeting_s < chosen_s:
            chosen, chosen_interceptor, chosen_s = unit, interceptor, meeting_s
    if chosen == NONE:
        return reason
    channel = idle_channel(units, weapons, run, chosen)
    event = log_event(
        events,
        run,
        now_s,
        ENGAGE,
        node,
        NONE,
        tracks.row[run, node, slot].number,
        chosen,
        tracks.row[run, node, slot].cause,
        tracks.row[run, node, slot].identity,
        urgency_s,
        state,
    )
    weapons.row[run, chosen, channel].phase = REACTING
    weapons.row[run, chosen, channel].slot = slot
    weapons.row[run, chosen, channel].subject = tracks.row[run, node, slot].subject
    weapons.row[run, chosen, channel].number = tracks.row[run, node, slot].number
    weapons.row[run, chosen, channel].interceptor = chosen_interceptor
    weapons.row[run, chosen, channel].rounds = 0
    weapons.row[run, chosen, channel].ordered_s = now_s
    weapons.row[run, chosen, channel].next_s = now_s + (
        0.0 if units.row[chosen].service_s > 0.0 else units.row[chosen].reaction_s
    )
    weapons.row[run, chosen, channel].killed = False
    weapons.row[run, chosen, channel].order_event = event
    tracks.row[run, node, slot].cause = event
    tracks.row[run, node, slot].engagements += 1
    return 0


@kernel
def candidates(
    now_s: float,
    nodes: NodeTable,
    assets: AssetTable,
    tracks: TrackState,
    messages: MessageState,
    events: EventLog,
    work: TrackerWork,
    run: int,
    node: int,
) -> int:
    """List the slots that may be engaged now in ``work.columns`` with their time to go; return how many."""
    count = 0
    for slot in range(tracks.top[run, node]):
        if (
            tracks.row[run, node, slot].status < CONFIRMED
            or tracks.row[run, node, slot].destroyed
            or tracks.row[run, node, slot].engagements > 0
            or tracks.row[run, node, slot].salvos >= nodes.row[node].salvos
            or now_s < tracks.row[run, node, slot].confirmed_s + nodes.row[node].decision_delay_s
            or (nodes.row[node].engage_once and tracks.row[run, node, slot].decided)
        ):
            continue
        state = tracks.state[run, node, slot]
        reason = permitted(nodes, tracks, messages, run, node, slot, heads_for_node(nodes, node, state))
        if reason != 0:
            if tracks.row[run, node, slot].identity == HOSTILE:
                log_held(now_s, tracks, events, run, node, slot, reason)
            continue
        work.columns[count] = slot
        work.urgency_s[count] = time_to_go_s(
            state, falls(state, nodes.row[node].ballistic_minimum_speed_mps), assets.position_m, assets.radius_m
        )
        count += 1
    return count


@kernel
def log_held(now_s: float, tracks: TrackState, events: EventLog, run: int, node: int, slot: int, reason: int) -> None:
    """Log, once per track and reason, why it was not engaged."""
    if tracks.row[run, node, slot].held_reasons & (1 << reason):
        return
    tracks.row[run, node, slot].held_reasons |= 1 << reason
    log_event(
        events,
        run,
        now_s,
        HELD,
        node,
        NONE,
        tracks.row[run, node, slot].number,
        NONE,
        tracks.row[run, node, slot].cause,
        reason,
        0.0,
        tracks.state[run, node, slot],
    )


@kernel
def armed(units: FireUnitTable, node: int) -> bool:
    """Tell whether the node commands any fire unit."""
    for unit in range(units.row.shape[0]):
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
    tracks: TrackState,
    weapons: WeaponState,
    events: EventLog,
    work: TrackerWork,
    scratch: Floats,
    first_run: int,
    last_run: int,
) -> None:
    """At the end of the step, give each node's engageable tracks to its fire units, shortest time to go first.

    scratch  (2, 6)
    """
    now_s = time_s + step_s
    for run in range(first_run, last_run):
        for node in range(nodes.row.shape[0]):
            if not armed(units, node):
                continue
            count = candidates(now_s, nodes, assets, tracks, messages, events, work, run, node)
            for _ in range(count):
                urgent = NONE
                for candidate in range(count):
                    if work.columns[candidate] != NONE and (
                        urgent == NONE or work.urgency_s[candidate] < work.urgency_s[urgent]
                    ):
                        urgent = candidate
                slot = work.columns[urgent]
                work.columns[urgent] = NONE
                reason = assign(
                    now_s,
                    work.urgency_s[urgent],
                    nodes,
                    units,
                    interceptors,
                    tracks,
                    weapons,
                    events,
                    run,
                    node,
                    slot,
                    scratch[0],
                    scratch[1],
                )
                tracks.row[run, node, slot].decided = True
                if reason != 0:
                    log_held(now_s, tracks, events, run, node, slot, reason)
