"""Engage: fire channels react, launch, and meet what is there; each event at its exact time within the step.

Reads   nodes, fire units, interceptors, threats (truth at the moment of intercept only), draws
Writes  weapon state, threat status, track file (salvos spent, assessed kills)
"""

import math

import numpy as np

from openiamd.kernels import kernel
from openiamd.physics.draws import KILL as KILL_DRAW
from openiamd.physics.draws import NO_ENTITY, TRACK_FACTOR, uniform
from openiamd.physics.geodesy import height_m
from openiamd.world.arrays import Draws, Floats
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

TRACK_LOST, NOT_HELD, LEFT_ENVELOPE, IDENTITY_CHANGED = np.int64(1), np.int64(2), np.int64(3), np.int64(4)
PATIENCE_S = 60.0  # an order not carried out within this is given back


@kernel
def next_channel(units: FireUnitTable, weapons: WeaponState, run: int, end_s: float) -> tuple[int, int]:
    """Return unit and channel whose phase ends first before ``end_s``, or (NONE, NONE)."""
    first_unit, first_channel, first_s = NONE, NONE, end_s
    for unit in range(units.row.shape[0]):
        for channel in range(units.row[unit].channels):
            if weapons.row[run, unit, channel].phase != IDLE and weapons.row[run, unit, channel].next_s < first_s:
                first_unit, first_channel = unit, channel
                first_s = weapons.row[run, unit, channel].next_s
    return first_unit, first_channel


@kernel
def followed_slot(
    units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, channel: int
) -> int:
    """Return the slot of the channel's track while the node still holds it, else ``NONE``."""
    node = units.row[unit].node
    slot = weapons.row[run, unit, channel].slot
    if tracks.row[run, node, slot].status < CONFIRMED:
        return NONE
    if tracks.row[run, node, slot].subject != weapons.row[run, unit, channel].subject:
        return NONE
    return slot


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
        if weapons.row[run, unit, channel].phase == IN_FLIGHT:
            in_flight += weapons.row[run, unit, channel].rounds
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
    node = units.row[unit].node
    slot = weapons.row[run, unit, channel].slot
    log_event(
        events,
        run,
        weapons.row[run, unit, channel].next_s,
        CEASED,
        node,
        NONE,
        weapons.row[run, unit, channel].number,
        unit,
        weapons.row[run, unit, channel].order_event,
        reason,
        0.0,
        tracks.state[run, node, slot],
    )
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
    node = units.row[unit].node
    now_s = weapons.row[run, unit, channel].next_s
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    if slot == NONE:
        cease(units, tracks, weapons, events, run, unit, channel, TRACK_LOST)
        return
    if tracks.row[run, node, slot].identity in (ASSUMED_FRIEND, FRIEND, NEUTRAL):
        cease(units, tracks, weapons, events, run, unit, channel, IDENTITY_CHANGED)
        return
    column = units.row[unit].radar_column
    if column >= 0 and now_s - tracks.held_s[run, node, slot, column] > units.row[unit].hold_timeout_s:
        if now_s - weapons.row[run, unit, channel].ordered_s > PATIENCE_S:
            cease(units, tracks, weapons, events, run, unit, channel, NOT_HELD)
        else:
            weapons.row[run, unit, channel].next_s = end_s
        return
    interceptor = weapons.row[run, unit, channel].interceptor
    falling = coasted_state(tracks, run, node, slot, now_s, nodes.row[node].ballistic_minimum_speed_mps, state)
    slack_m = height_slack_m(tracks, run, node, slot)
    flight_s, range_m = reach(units, interceptors, unit, interceptor, state, falling, slack_m, 0.0, meeting_m)
    rounds = rounds_to_fire(nodes, units, weapons, run, unit, interceptor)
    if flight_s < 0.0 or rounds <= 0:
        cease(units, tracks, weapons, events, run, unit, channel, LEFT_ENVELOPE)
        return
    for nth in range(rounds):
        event = log_event(
            events,
            run,
            now_s,
            SHOT,
            node,
            NONE,
            tracks.row[run, node, slot].number,
            unit,
            weapons.row[run, unit, channel].order_event,
            interceptor,
            range_m,
            state,
        )
        if nth == 0:
            weapons.row[run, unit, channel].shot_event = event
    weapons.magazine[run, unit, interceptor] -= rounds
    weapons.row[run, unit, channel].rounds = rounds
    weapons.row[run, unit, channel].phase = IN_FLIGHT
    weapons.row[run, unit, channel].next_s = now_s + flight_s
    tracks.row[run, node, slot].salvos += 1


@kernel
def nearest_object(
    time_s: float, step_s: float, flying: ThreatState, run: int, at_s: float, place_m: Floats
) -> tuple[int, float]:
    """Return the flying object nearest to a place at ``at_s`` within this step, and its distance."""
    share = (at_s - time_s) / step_s
    nearest, nearest_m2 = NONE, math.inf
    for thing in range(flying.row.shape[1]):
        if (
            flying.row[run, thing].status != FLYING
            or flying.row[run, thing].start_s > at_s
            or flying.row[run, thing].end_s < at_s
        ):
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
def intercept(
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
    run: int,
    unit: int,
    channel: int,
    state: Floats,
) -> None:
    """Resolve a salvo: it acts on the true object nearest to the track, if that is within the acceptance radius
    and not below the interceptor's floor."""
    node = units.row[unit].node
    at_s = weapons.row[run, unit, channel].next_s
    interceptor = weapons.row[run, unit, channel].interceptor
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    thing, distance_m = NONE, math.inf
    if slot != NONE:
        coasted_state(tracks, run, node, slot, at_s, nodes.row[node].ballistic_minimum_speed_mps, state)
        thing, distance_m = nearest_object(time_s, step_s, flying, run, at_s, state)
    accepted = distance_m <= interceptors.row[interceptor].acceptance_radius_m
    if accepted:
        place_m = flying.position_m[run, thing]
        accepted = height_m(place_m[0], place_m[1], place_m[2]) >= interceptors.row[interceptor].altitude_minimum_m
    number = draws.first + run
    guided = accepted
    if accepted and units.row[unit].track_probability < 1.0:
        draw = uniform(draws.seed, number, TRACK_FACTOR, threats.row[thing].entity, units.row[unit].entity, 0, 0)
        guided = draw < units.row[unit].track_probability
    for nth in range(weapons.row[run, unit, channel].rounds):
        outcome = WASTED
        if accepted:
            pk = interceptors.single_shot_pk[interceptor, threats.row[thing].kind] if guided else 0.0
            draw = uniform(
                draws.seed, number, KILL_DRAW, threats.row[thing].entity, NO_ENTITY, flying.row[run, thing].shots, 0
            )
            flying.row[run, thing].shots += 1
            outcome = MISS if draw >= pk else (OVERKILL if weapons.row[run, unit, channel].killed else KILL)
            if outcome == KILL:
                weapons.row[run, unit, channel].killed = True
                flying.row[run, thing].status = KILLED
                flying.row[run, thing].end_s = at_s
        log_event(
            events,
            run,
            at_s,
            outcome,
            node,
            thing if accepted else NONE,
            weapons.row[run, unit, channel].number,
            unit,
            weapons.row[run, unit, channel].shot_event + nth,
            interceptor,
            distance_m if accepted else 0.0,
            state,
        )
    weapons.row[run, unit, channel].rounds = 0
    weapons.row[run, unit, channel].phase = ASSESSING
    weapons.row[run, unit, channel].next_s = at_s + units.row[unit].assessment_s


@kernel
def conclude(
    units: FireUnitTable, tracks: TrackState, weapons: WeaponState, events: EventLog, run: int, unit: int, channel: int
) -> None:
    """Assess the salvo's outcome, free the channel, and close the track of what was killed."""
    node = units.row[unit].node
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    log_event(
        events,
        run,
        weapons.row[run, unit, channel].next_s,
        ASSESSED,
        node,
        NONE,
        weapons.row[run, unit, channel].number,
        unit,
        weapons.row[run, unit, channel].shot_event,
        1 if weapons.row[run, unit, channel].killed else 0,
        0.0,
        tracks.state[run, node, weapons.row[run, unit, channel].slot],
    )
    if slot != NONE and weapons.row[run, unit, channel].killed:
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
                    end_s,
                    nodes,
                    units,
                    interceptors,
                    tracks,
                    weapons,
                    events,
                    run,
                    unit,
                    channel,
                    scratch[0],
                    scratch[1],
                )
            elif phase == IN_FLIGHT:
                intercept(
                    time_s,
                    step_s,
                    nodes,
                    units,
                    interceptors,
                    threats,
                    draws,
                    flying,
                    tracks,
                    weapons,
                    events,
                    run,
                    unit,
                    channel,
                    scratch[0],
                )
            else:
                conclude(units, tracks, weapons, events, run, unit, channel)
            unit, channel = next_channel(units, weapons, run, end_s)
