"""Engage: fire channels react, launch, and meet what is there; each event at its exact time within the step.

Reads   nodes, fire units, interceptors, threats (truth at the moment of intercept only), draws
Writes  weapon state, threat status, track file (salvos spent, assessed kills)
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.draws import KILL as KILL_DRAW
from openiamd.physics.draws import NO_ENTITY, TRACK_FACTOR, uniform
from openiamd.physics.geodesy import height_m
from openiamd.world.arrays import Draws, Floats, constant
from openiamd.world.doctrine import NodeTable
from openiamd.world.events import (
    ASSESSED,
    CEASED,
    KILL,
    MISS,
    NONE,
    OVERKILL,
    SHOT,
    WASTED,
    EventLog,
    log_event,
)
from openiamd.world.threats import FLYING, KILLED, ThreatState, ThreatTable
from openiamd.world.tracks import ASSUMED_FRIEND, CONFIRMED, FRIEND, NEUTRAL, TrackState, coasted_state, height_slack_m
from openiamd.world.weapons import (
    ASSESSING,
    IDLE,
    IN_FLIGHT,
    REACTING,
    FireUnitTable,
    InterceptorTable,
    WeaponState,
    reach,
)

TRACK_LOST, NOT_HELD, LEFT_ENVELOPE, IDENTITY_CHANGED = constant(1), constant(2), constant(3), constant(4)
PATIENCE_S = 60.0  # an order not carried out within this is given back


@kernel
def next_channel(units: FireUnitTable, weapons: WeaponState, run: int, end_s: float) -> tuple[int, int]:
    """Return unit and channel whose phase ends first before ``end_s``, or (NONE, NONE)."""
    first_unit, first_channel, first_s = NONE, NONE, end_s
    for unit in range(units.row.shape[0]):
        for channel in range(units.row[unit].channels):
            row = weapons.row[run, unit, channel]
            if row.phase != IDLE and row.next_s < first_s:
                first_unit, first_channel, first_s = unit, channel, row.next_s
    return first_unit, first_channel


@kernel
def followed_slot(
    units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, channel: int
) -> int:
    """Return the slot of the channel's track while the node still holds it, else ``NONE``."""
    row = weapons.row[run, unit, channel]
    held = tracks.row[run, units.row[unit].node, row.slot]
    if held.status < CONFIRMED or held.subject != row.subject:
        return NONE
    return row.slot


@kernel
def release(units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, channel: int) -> None:
    """Free the channel and take its engagement off the track."""
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    if slot != NONE:
        tracks.row[run, units.row[unit].node, slot].engagements -= 1
    weapons.row[run, unit, channel].phase = IDLE
    weapons.row[run, unit, channel].next_s = math.inf


@kernel
def rounds_to_fire(
    nodes: NodeTable, units: FireUnitTable, weapons: WeaponState, run: int, unit: int, interceptor: int
) -> int:
    """Return how many rounds go up together: the salvo, the magazine or the guidance, whichever is least."""
    in_flight = 0
    for channel in range(units.row[unit].channels):
        row = weapons.row[run, unit, channel]
        if row.phase == IN_FLIGHT:
            in_flight += row.rounds
    salvo = nodes.row[units.row[unit].node].salvo
    return min(salvo, weapons.magazine[run, unit, interceptor], units.row[unit].missiles_guided - in_flight)


@kernel
def cease(
    units: FireUnitTable,
    tracks: TrackState,
    weapons: WeaponState,
    events: EventLog,
    run: int,
    unit: int,
    channel: int,
    reason: int,
) -> None:
    """Give an order back before launch and say why."""
    node, row = units.row[unit].node, weapons.row[run, unit, channel]
    log_event(
        events, run, row.next_s, CEASED, node, NONE, row.number, unit, row.order_event, reason, 0.0,
        tracks.state[run, node, row.slot],
    )  # fmt: skip
    release(units, tracks, weapons, run, unit, channel)


@kernel
def launch(
    end_s: float,
    nodes: NodeTable,
    units: FireUnitTable,
    interceptors: InterceptorTable,
    tracks: TrackState,
    weapons: WeaponState,
    events: EventLog,
    run: int,
    unit: int,
    channel: int,
    state: Floats,
    meeting_m: Floats,
) -> None:
    """Fire the salvo if the engagement radar holds the track and the meeting point is in the envelope; else wait."""
    battery, row = units.row[unit], weapons.row[run, unit, channel]
    node, now_s = battery.node, row.next_s
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    if slot == NONE:
        cease(units, tracks, weapons, events, run, unit, channel, TRACK_LOST)
        return
    held = tracks.row[run, node, slot]
    if held.identity in (ASSUMED_FRIEND, FRIEND, NEUTRAL):
        cease(units, tracks, weapons, events, run, unit, channel, IDENTITY_CHANGED)
        return
    column = battery.radar_column
    if column >= 0 and now_s - tracks.held_s[run, node, slot, column] > battery.hold_timeout_s:
        if now_s - row.ordered_s > PATIENCE_S:
            cease(units, tracks, weapons, events, run, unit, channel, NOT_HELD)
        else:
            row.next_s = end_s
        return
    falling = coasted_state(tracks, run, node, slot, now_s, nodes.row[node].ballistic_minimum_speed_mps, state)
    slack_m = height_slack_m(tracks, run, node, slot)
    flight_s, range_m = reach(units, interceptors, unit, row.interceptor, state, falling, slack_m, 0.0, meeting_m)
    rounds = rounds_to_fire(nodes, units, weapons, run, unit, row.interceptor)
    if flight_s < 0.0 or rounds <= 0:
        cease(units, tracks, weapons, events, run, unit, channel, LEFT_ENVELOPE)
        return
    for nth in range(rounds):
        event = log_event(
            events, run, now_s, SHOT, node, NONE, held.number, unit, row.order_event, row.interceptor, range_m, state
        )
        if nth == 0:
            row.shot_event = event
    weapons.magazine[run, unit, row.interceptor] -= rounds
    row.rounds = rounds
    row.phase = IN_FLIGHT
    row.next_s = now_s + flight_s
    held.salvos += 1


@kernel
def nearest_object(
    time_s: float, step_s: float, flying: ThreatState, run: int, at_s: float, place_m: Floats
) -> tuple[int, float]:
    """Return the flying object nearest to a place at ``at_s`` within this step, and its distance."""
    share = (at_s - time_s) / step_s
    nearest, nearest_m2 = NONE, math.inf
    for thing in range(flying.row.shape[1]):
        course = flying.row[run, thing]
        if course.status != FLYING or course.start_s > at_s or course.end_s < at_s:
            continue
        square_m2 = 0.0
        for axis in range(3):
            previous_m = flying.previous_m[run, thing, axis]
            place = previous_m + share * (flying.position_m[run, thing, axis] - previous_m)
            square_m2 += (place - place_m[axis]) ** 2
        if square_m2 < nearest_m2:
            nearest, nearest_m2 = thing, square_m2
    return nearest, math.sqrt(nearest_m2)


@kernel
def guided_to(units: FireUnitTable, threats: ThreatTable, draws: Draws, run: int, unit: int, thing: int) -> bool:
    """Tell whether the unit's fire control follows the object well enough for any round of it to kill (drawn once)."""
    row = units.row[unit]
    if row.track_probability >= 1.0:
        return True
    draw = uniform(draws.seed, draws.first + run, TRACK_FACTOR, threats.row[thing].entity, row.entity, 0, 0)
    return draw < row.track_probability


@kernel
def strike(
    threats: ThreatTable, draws: Draws, flying: ThreatState, run: int, thing: int, pk: float, killed: bool
) -> int:
    """Draw what the next round that reaches an object does to it: KILL, MISS, or OVERKILL of what this salvo killed."""
    course = flying.row[run, thing]
    draw = uniform(draws.seed, draws.first + run, KILL_DRAW, threats.row[thing].entity, NO_ENTITY, course.shots, 0)
    course.shots += 1
    if draw >= pk:
        return MISS
    return OVERKILL if killed else KILL


@kernel
def intercept(
    time_s: float, step_s: float, nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable,
    threats: ThreatTable, draws: Draws, flying: ThreatState, tracks: TrackState, weapons: WeaponState,
    events: EventLog, run: int, unit: int, channel: int, state: Floats,
) -> None:  # fmt: skip
    """Resolve a salvo on the true object nearest to its track.

    It counts only within the acceptance radius and not below the interceptor's floor; otherwise the rounds are wasted.
    """
    node, row = units.row[unit].node, weapons.row[run, unit, channel]
    at_s, kind = row.next_s, interceptors.row[row.interceptor]
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    thing, distance_m = NONE, math.inf
    if slot != NONE:
        coasted_state(tracks, run, node, slot, at_s, nodes.row[node].ballistic_minimum_speed_mps, state)
        thing, distance_m = nearest_object(time_s, step_s, flying, run, at_s, state)
    if distance_m <= kind.acceptance_radius_m:
        place_m = flying.position_m[run, thing]
        if height_m(place_m[0], place_m[1], place_m[2]) < kind.altitude_minimum_m:
            thing = NONE
    else:
        thing = NONE
    pk = 0.0
    if thing == NONE:
        distance_m = 0.0
    elif guided_to(units, threats, draws, run, unit, thing):
        pk = float(interceptors.single_shot_pk[row.interceptor, threats.row[thing].kind])
    for nth in range(row.rounds):
        outcome = WASTED
        if thing != NONE:
            outcome = strike(threats, draws, flying, run, thing, pk, row.killed)
        if outcome == KILL:
            row.killed = True
            flying.row[run, thing].status = KILLED
            flying.row[run, thing].end_s = at_s
        log_event(
            events, run, at_s, outcome, node, thing, row.number, unit, row.shot_event + nth, row.interceptor,
            distance_m, state,
        )  # fmt: skip
    row.rounds = 0
    row.phase = ASSESSING
    row.next_s = at_s + units.row[unit].assessment_s


@kernel
def conclude(
    units: FireUnitTable, tracks: TrackState, weapons: WeaponState, events: EventLog, run: int, unit: int, channel: int
) -> None:
    """Assess the salvo's outcome, free the channel, and close the track of what was killed."""
    node, row = units.row[unit].node, weapons.row[run, unit, channel]
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    log_event(
        events, run, row.next_s, ASSESSED, node, NONE, row.number, unit, row.shot_event, 1 if row.killed else 0, 0.0,
        tracks.state[run, node, row.slot],
    )  # fmt: skip
    if slot != NONE and row.killed:
        tracks.row[run, node, slot].destroyed = True
    release(units, tracks, weapons, run, unit, channel)


@kernel
def engage(
    time_s: float,
    step_s: float,
    nodes: NodeTable,
    units: FireUnitTable,
    interceptors: InterceptorTable,
    threats: ThreatTable,
    draws: Draws,
    flying: ThreatState,
    tracks: TrackState,
    weapons: WeaponState,
    events: EventLog,
    scratch: Floats,
    first_run: int,
    last_run: int,
) -> None:
    """Carry every engagement through the step, event by event in the order of their times.

    scratch  (2, 6)
    """
    end_s = time_s + step_s
    for run in range(first_run, last_run):
        unit, channel = next_channel(units, weapons, run, end_s)
        while unit != NONE:
            phase = weapons.row[run, unit, channel].phase
            if phase == REACTING:
                launch(
                    end_s, nodes, units, interceptors, tracks, weapons, events, run, unit, channel,
                    scratch[0], scratch[1],
                )  # fmt: skip
            elif phase == IN_FLIGHT:
                intercept(
                    time_s, step_s, nodes, units, interceptors, threats, draws, flying, tracks, weapons, events,
                    run, unit, channel, scratch[0],
                )  # fmt: skip
            else:
                conclude(units, tracks, weapons, events, run, unit, channel)
            unit, channel = next_channel(units, weapons, run, end_s)
