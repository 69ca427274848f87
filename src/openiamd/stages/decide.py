"""Decide: which tracks each node orders its fire units to engage, most urgent first.

Reads   nodes, assets, fire units, interceptors, tracks, contact with the superior
Writes  engagement orders (weapon state, track file)
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.approach import time_to_go_s
from openiamd.physics.envelope import in_sector
from openiamd.world.arrays import Floats, Ints, Rows
from openiamd.world.authority import NO_CHANNEL, NO_MISSILE, OUTSIDE_ENVELOPE, log_held, undecided, withheld
from openiamd.world.channels import cease, faces, guided_now, may_launch, remote_use, seize, stands_down
from openiamd.world.doctrine import AssetTable, NodeTable
from openiamd.world.events import ENGAGE, NONE, EventLog, log_event
from openiamd.world.network import MessageState
from openiamd.world.threats import KIND_AIRCRAFT, KIND_BALLISTIC
from openiamd.world.tracker import TrackerWork
from openiamd.world.tracks import HOSTILE, TrackState, coasted_state, falls, height_slack_m, usable
from openiamd.world.weapons import (
    IDLE,
    NOT_HELD,
    NOT_READY,
    REACTING,
    TRAINING,
    FireUnitTable,
    InterceptorTable,
    WeaponState,
    reach,
)


@kernel
def best_interceptor(
    units: FireUnitTable,
    interceptors: InterceptorTable,
    state: Floats,
    falling: bool,
    slack_m: float,
    magazine: Ints,
    promised: Ints,
    unit: int,
    remote: int,
    meeting_m: Floats,
) -> tuple[int, float, int]:
    """Return the loaded interceptor most likely to kill that can reach the track, its meeting time, and why none can.

    state (6,) of the track now; slack_m how far its height may be off; magazine, promised (interceptor,)
    rounds left and rounds that orders not yet carried out will take; meeting_m (3,) scratch
    """
    best, best_s, best_pk, reason = NONE, math.inf, -1.0, NO_MISSILE
    kind = KIND_BALLISTIC if falling else KIND_AIRCRAFT
    for interceptor in range(interceptors.row.shape[0]):
        if magazine[interceptor] <= promised[interceptor]:
            continue
        reason = OUTSIDE_ENVELOPE
        meeting_s, _, share = reach(
            units, interceptors, unit, interceptor, state, falling, slack_m, remote, units.row[unit].reaction_s,
            meeting_m,
        )  # fmt: skip
        pk = share * interceptors.single_shot_pk[interceptor, kind]
        if meeting_s >= 0.0 and pk > best_pk:
            best, best_s, best_pk = interceptor, meeting_s, pk
    return best, best_s, 0 if best != NONE else reason


@kernel
def open_channel(
    now_s: float, units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, slot: int
) -> int:
    """Return a fire channel of the unit for a track: an idle one, else one that waits in vain, else ``NONE``.

    A channel waits in vain when it is ready to launch and the engagement radar does not hold its track. It is given
    up only for a track that the radar does hold. A fire-control link may stand in for the radar.
    """
    battery = units.row[unit]
    if stands_down(units.row[battery.group], weapons.unit[run, battery.group], now_s) == NOT_READY:
        return NONE
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
        row = weapons.row[run, unit, channel]
        waits = row.phase == REACTING and now_s > row.ordered_s + battery.reaction_s
        if waits and not may_launch(battery, tracks, run, row.slot, now_s):
            return channel
    return NONE


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
def responsible(units: FireUnitTable, unit: int, condition: Rows, state: Floats) -> bool:
    """Tell whether a track lies in the unit's sector of responsibility, and in that to which it is limited now."""
    row, unit_m = units.row[unit], units.position_m[unit]
    dx, dy, dz = state[0] - unit_m[0], state[1] - unit_m[1], state[2] - unit_m[2]
    if condition.limit_rad > 0.0 and not in_sector(
        units.basis[unit], dx, dy, dz, condition.limit_facing_rad, condition.limit_rad
    ):
        return False
    return in_sector(units.basis[unit], dx, dy, dz, row.responsibility_facing_rad, row.responsibility_sector_rad)


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
    seize(channel)
    channel.slot = slot
    channel.subject = held.subject
    channel.confirmed_s = held.confirmed_s
    for axis in range(3):
        weapons.aim_m[run, unit, number, axis] = state[axis]
    channel.number = held.number
    channel.interceptor = interceptor
    channel.ordered_s = now_s
    channel.next_s = now_s + (0.0 if units.row[unit].service_s > 0.0 else units.row[unit].reaction_s)
    channel.order_event = event
    held.cause = event
    held.engagements += 1


@kernel
def assign_unit(
    now_s: float, urgency_s: float, nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable,
    tracks: TrackState, weapons: WeaponState, events: EventLog,
    run: int, node: int, slot: int, state: Floats, meeting_m: Floats,
) -> int:  # fmt: skip
    """Order the fire unit that meets the track first to engage it; return 0, or why none was ordered."""
    held = tracks.row[run, node, slot]
    falling = coasted_state(tracks, run, node, slot, now_s, nodes.row[node].ballistic_minimum_speed_mps, state)
    slack_m = height_slack_m(tracks, run, node, slot)
    chosen, chosen_interceptor, chosen_s, reason, trains = NONE, NONE, math.inf, NOT_READY, False
    for unit in range(units.row.shape[0]):
        battery, condition = units.row[unit], weapons.unit[run, unit]
        if battery.node != node or stands_down(battery, condition, now_s) == NOT_READY:
            continue
        reason = min(reason, OUTSIDE_ENVELOPE)
        if not responsible(units, unit, condition, state):
            continue
        count_promised(nodes, units, weapons, run, unit)
        interceptor, meeting_s, why = best_interceptor(
            units, interceptors, state, falling, slack_m, weapons.magazine[run, unit], weapons.promised[run, unit],
            unit, remote_use(held, now_s), meeting_m,
        )  # fmt: skip
        if interceptor == NONE:
            reason = min(reason, why)
        elif open_channel(now_s, units, tracks, weapons, run, unit, slot) == NONE:
            reason = min(reason, NO_CHANNEL)
        elif condition.withheld == TRAINING:
            trains = True
        elif meeting_s < chosen_s:
            chosen, chosen_interceptor, chosen_s = unit, interceptor, meeting_s
    if chosen == NONE:
        return TRAINING if trains else reason
    event = log_event(
        events, run, now_s, ENGAGE, node, NONE, held.number, chosen, held.cause, held.identity, urgency_s, state
    )
    give_order(now_s, units, tracks, weapons, events, event, run, node, slot, chosen, chosen_interceptor, state)
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
    rules = nodes.row[node]
    count = 0
    for slot in range(tracks.top[run, node]):
        held, state = tracks.row[run, node, slot], tracks.state[run, node, slot]
        if not usable(held) or not undecided(now_s, rules, held):
            continue
        reason = withheld(nodes, messages, run, node, held, state)
        if reason != 0:
            if held.identity == HOSTILE:
                log_held(now_s, tracks, events, run, node, slot, reason)
            continue
        falling = falls(state, rules.ballistic_minimum_speed_mps)
        work.columns[count] = slot
        work.urgency_s[count] = time_to_go_s(state, falling, assets.position_m, assets.radius_m)
        count += 1
    return count


@kernel
def take_most_urgent(work: TrackerWork, count: int) -> tuple[int, float]:
    """Return slot and time to go of the most urgent of ``count`` candidates, and strike it off their list."""
    urgent = NONE
    for candidate in range(count):
        if work.columns[candidate] != NONE and (urgent == NONE or work.urgency_s[candidate] < work.urgency_s[urgent]):
            urgent = candidate
    slot = int(work.columns[urgent])
    work.columns[urgent] = NONE
    return slot, work.urgency_s[urgent]


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
                slot, urgency_s = take_most_urgent(work, count)
                reason = assign_unit(
                    now_s, urgency_s, nodes, units, interceptors, tracks, weapons, events,
                    run, node, slot, scratch[0], scratch[1],
                )  # fmt: skip
                tracks.row[run, node, slot].decided = True
                if reason != 0:
                    log_held(now_s, tracks, events, run, node, slot, reason)
