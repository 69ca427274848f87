"""Shots: whether a channel may fire now, rounds going up, what comes next for them, and reloading."""

import math

from openiamd.kernels import kernel
from openiamd.world.arrays import Floats, Rows
from openiamd.world.authority import forbidden
from openiamd.world.channels import (
    cease,
    faces,
    followed_slot,
    guided_now,
    holds,
    may_launch,
    off_duty,
    remote_use,
    responsible,
)
from openiamd.world.doctrine import NodeTable
from openiamd.world.events import NONE, RELOADED, SHOT, SLEWED, EventLog, log_event
from openiamd.world.network import USE_ENGAGE, USE_LAUNCH, MessageState
from openiamd.world.tracks import ASSUMED_FRIEND, FRIEND, NEUTRAL, TrackState, coasted_state, height_slack_m
from openiamd.world.weapons import (
    ASSESSING,
    IDENTITY_CHANGED,
    IDLE,
    IN_FLIGHT,
    LEFT_ENVELOPE,
    NO_ROUND,
    NOT_HELD,
    OFF_DUTY,
    REACTING,
    READY_S,
    SLEW_TOO_LATE,
    STOCK,
    TRACK_LOST,
    FireUnitTable,
    InterceptorTable,
    WeaponState,
    reach,
)
from openiamd.world.zones import ZoneTable

PATIENCE_S = 60.0  # an order not carried out within this is given back
CAN_FIRE, NO_RADAR_YET, NO_GUIDANCE_YET, NOT_TURNED_YET = 0, -1, -2, -3  # or a reason to cease, which is above 0


@kernel
def turning_s(battery: Rows, condition: Rows) -> float:
    """Return how long a unit's sector still turns; 0.0 for one that does not."""
    if battery.slew_rate_radps <= 0.0:
        return 0.0
    return abs(condition.goal_rad - condition.turned_rad) / battery.slew_rate_radps


@kernel
def turn(
    units: FireUnitTable, tracks: TrackState, weapons: WeaponState, events: EventLog, run: int, unit: int,
    step_s: float, end_s: float,
) -> None:  # fmt: skip
    """Turn a sector for a step toward its goal; then set a new one where the only target ordered lies outside."""
    battery, condition = units.row[unit], weapons.unit[run, unit]
    most_rad = battery.slew_rate_radps * step_s
    condition.turned_rad += min(max(condition.goal_rad - condition.turned_rad, -most_rad), most_rad)
    outside, outside_unit, outside_channel = NONE, NONE, NONE
    for other in range(units.row.shape[0]):
        for channel in range(units.row[other].rows if units.row[other].group == unit else 0):
            row = weapons.row[run, other, channel]
            if row.phase == IDLE or not row.guided:
                continue
            slot = followed_slot(units, tracks, weapons, run, other, channel)
            if slot == NONE:
                continue
            place_m = tracks.state[run, battery.node, slot]
            if row.phase != REACTING or faces(units, unit, condition.goal_rad, place_m):
                return
            outside, outside_unit, outside_channel = slot, other, channel
    if outside == NONE:
        return
    order, place_m = weapons.row[run, outside_unit, outside_channel], tracks.state[run, battery.node, outside]
    radar_m, basis = units.position_m[unit], units.basis[unit]
    east_m, north_m = 0.0, 0.0
    for axis in range(3):
        east_m += basis[0, axis] * (place_m[axis] - radar_m[axis])
        north_m += basis[1, axis] * (place_m[axis] - radar_m[axis])
    off_rad = math.atan2(east_m, north_m) - battery.facing_rad - condition.turned_rad
    off_rad = (off_rad + math.pi) % (2.0 * math.pi) - math.pi
    condition.goal_rad = condition.turned_rad + off_rad
    log_event(
        events, run, end_s, SLEWED, battery.node, NONE, order.number, unit, order.order_event, NONE, off_rad, place_m
    )


@kernel
def may_fire(
    nodes: NodeTable, zones: ZoneTable, units: FireUnitTable, interceptors: InterceptorTable, messages: MessageState,
    tracks: TrackState, weapons: WeaponState, run: int, unit: int, channel: int, state: Floats, meeting_m: Floats,
) -> tuple[int, int, float, float, float]:  # fmt: skip
    """Return whether a row may fire now, how many rounds at most, and time, range and kill share of the meeting.

    The most is the salvo, the magazine or the guidance, whichever is least. What allowed the order must hold still.
    """
    battery, row = units.row[unit], weapons.row[run, unit, channel]
    node, now_s = battery.node, row.next_s
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    if slot == NONE:
        return TRACK_LOST, 0, 0.0, 0.0, 0.0
    held = tracks.row[run, node, slot]
    if held.identity in (ASSUMED_FRIEND, FRIEND, NEUTRAL):
        return IDENTITY_CHANGED, 0, 0.0, 0.0, 0.0
    if off_duty(units, weapons, run, unit, now_s):
        return OFF_DUTY, 0, 0.0, 0.0, 0.0
    reason = forbidden(now_s, nodes, zones, messages, tracks, run, node, slot)
    if reason != 0:
        return reason, 0, 0.0, 0.0, 0.0
    ready = weapons.magazine[run, unit, row.interceptor]
    if ready <= 0:
        return NO_ROUND, 0, 0.0, 0.0, 0.0
    turned_s = turning_s(battery, weapons.unit[run, battery.group])
    if turned_s <= 0.0 and not may_launch(battery, tracks, run, slot, now_s):
        return NO_RADAR_YET, 0, 0.0, 0.0, 0.0
    _, in_flight = guided_now(units, weapons, run, unit)
    rounds = min(nodes.row[node].salvo, ready, battery.missiles_guided - in_flight)
    if rounds <= 0:
        return NO_GUIDANCE_YET, 0, 0.0, 0.0, 0.0
    falling = coasted_state(tracks, run, node, slot, now_s, nodes.row[node].ballistic_minimum_speed_mps, state)
    if not responsible(units, unit, weapons.unit[run, unit], state):
        return LEFT_ENVELOPE, 0, 0.0, 0.0, 0.0
    slack_m = height_slack_m(tracks, run, node, slot)
    remote = remote_use(held, now_s)
    flight_s, range_m, share = reach(
        units, interceptors, unit, row.interceptor, state, falling, slack_m, remote, turned_s, meeting_m
    )
    if turned_s > 0.0:
        return SLEW_TOO_LATE if flight_s < 0.0 else NOT_TURNED_YET, 0, 0.0, 0.0, 0.0
    turned_rad = weapons.unit[run, battery.group].turned_rad
    if flight_s < 0.0 or (battery.slew_rate_radps > 0.0 and not faces(units, unit, turned_rad, meeting_m)):
        return LEFT_ENVELOPE, 0, 0.0, 0.0, 0.0
    return CAN_FIRE, rounds, flight_s, range_m, share


@kernel
def settle(
    units: FireUnitTable, interceptors: InterceptorTable, weapons: WeaponState, run: int, unit: int, channel: int
) -> None:
    """Set the next event of a row in flight: a launch, the end of guidance, an intercept; after all, assessment."""
    row, flights = weapons.row[run, unit, channel], weapons.flight[run, unit, channel]
    if row.rounds == 0 and row.left == 0:
        row.phase = ASSESSING
        row.next_s += units.row[unit].assessment_s
        return
    first_s, last_s = math.inf, -math.inf
    for launch in range(row.flights):
        if flights[launch].meets_s < math.inf:
            first_s, last_s = min(first_s, flights[launch].meets_s), max(last_s, flights[launch].meets_s)
    active_s = interceptors.row[row.interceptor].terminal_active_s
    row.frees_s = math.inf
    if row.guided and row.left == 0 and active_s >= 0.0:
        row.frees_s = max(last_s - active_s, row.next_s)
    row.next_s = min(first_s, row.frees_s, row.fires_s)


@kernel
def fire(
    nodes: NodeTable, units: FireUnitTable, tracks: TrackState, weapons: WeaponState, events: EventLog,
    run: int, unit: int, channel: int, rounds: int, flight_s: float, range_m: float, share: float,
    state: Floats, meeting_m: Floats,
) -> None:  # fmt: skip
    """Send rounds up together, as one flight of the row."""
    battery, row = units.row[unit], weapons.row[run, unit, channel]
    now_s, flight = row.next_s, weapons.flight[run, unit, channel, row.flights]
    number = tracks.row[run, battery.node, row.slot].number  # by now it may be another than that of the order
    for nth in range(rounds):
        event = log_event(
            events, run, now_s, SHOT, battery.node, NONE, number, unit, row.order_event, row.interceptor, range_m,
            state,
        )  # fmt: skip
        if nth == 0:
            flight.shot_event = event
            if row.flights == 0:
                row.shot_event = event
    weapons.magazine[run, unit, row.interceptor] -= rounds
    if weapons.magazine[run, unit, row.interceptor] == 0 and battery.reload_s > 0.0:
        weapons.reload[run, unit, row.interceptor, READY_S] = now_s + battery.reload_s
    if battery.service_s <= 0.0:
        for axis in range(3):
            weapons.aim_m[run, unit, channel, axis] = meeting_m[axis]
    flight.meets_s = now_s + flight_s
    flight.share = share
    flight.rounds = rounds
    row.flights += 1
    row.rounds += rounds
    row.left -= rounds
    row.fires_s = now_s + nodes.row[battery.node].spacing_s if row.left > 0 else math.inf


@kernel
def carry_out(
    end_s: float, nodes: NodeTable, zones: ZoneTable, units: FireUnitTable, interceptors: InterceptorTable,
    messages: MessageState, tracks: TrackState, weapons: WeaponState, events: EventLog, run: int, unit: int,
    channel: int, state: Floats, meeting_m: Floats,
) -> None:  # fmt: skip
    """Fire the salvo, or its next round, if the radar holds the track and the meeting is in the envelope; else wait.

    A later round that cannot go up at its time is not fired.
    """
    row, now_s = weapons.row[run, unit, channel], weapons.row[run, unit, channel].next_s
    reason, rounds, flight_s, range_m, share = may_fire(
        nodes, zones, units, interceptors, messages, tracks, weapons, run, unit, channel, state, meeting_m
    )
    battery = units.row[unit]
    if row.phase == IN_FLIGHT:
        if reason != CAN_FIRE or tracks.row[run, battery.node, row.slot].destroyed:
            row.left = 0
            row.fires_s = math.inf
        else:
            fire(
                nodes, units, tracks, weapons, events, run, unit, channel, 1, flight_s, range_m, share, state, meeting_m
            )
        settle(units, interceptors, weapons, run, unit, channel)
        return
    if reason == NOT_TURNED_YET:
        row.ordered_s = now_s  # patience counts from the end of the turn
        row.next_s = end_s
        return
    if reason < 0:  # wait for the radar, or for guidance that other rounds take up
        if now_s - row.ordered_s > PATIENCE_S:
            reason = NO_ROUND if reason == NO_GUIDANCE_YET else NOT_HELD
        else:
            row.next_s = end_s
            return
    if reason > 0:
        cease(units, tracks, weapons, events, run, unit, channel, reason)
        return
    held = tracks.row[run, battery.node, row.slot]
    held.salvos += 1
    row.nth = held.salvos
    row.left = rounds
    if not holds(battery, tracks, run, row.slot, now_s):
        active = interceptors.row[row.interceptor].terminal_active_s >= 0.0
        row.remote = min(remote_use(held, now_s), USE_ENGAGE if active else USE_LAUNCH)
    row.phase = IN_FLIGHT
    together = rounds if nodes.row[battery.node].spacing_s <= 0.0 else 1
    fire(
        nodes, units, tracks, weapons, events, run, unit, channel, together, flight_s, range_m, share, state, meeting_m
    )
    settle(units, interceptors, weapons, run, unit, channel)


@kernel
def reload(units: FireUnitTable, weapons: WeaponState, events: EventLog, run: int, unit: int, end_s: float) -> None:
    """Make the next rounds of the stock ready once their time is up: a full magazine, or what is left."""
    for interceptor in range(weapons.magazine.shape[2]):
        reload = weapons.reload[run, unit, interceptor]
        if reload[READY_S] > end_s:
            continue
        rounds = min(units.magazine[unit, interceptor], int(reload[STOCK]))
        if rounds > 0:
            weapons.magazine[run, unit, interceptor] += rounds
            log_event(
                events, run, reload[READY_S], RELOADED, units.row[unit].node, NONE, NONE, unit, NONE, interceptor,
                float(rounds), units.position_m[unit],
            )  # fmt: skip
        reload[STOCK] -= rounds
        reload[READY_S] = math.inf
