"""Engage: fire channels react, launch, and meet what is there; each event at its exact time within the step.

Reads   nodes, fire units, interceptors, threats (truth at the moment of intercept only), draws
Writes  weapon state, threat status, track file (salvos spent, assessed kills)
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.draws import KILL as KILL_DRAW
from openiamd.physics.draws import NO_ENTITY, TRACK_FACTOR, uniform
from openiamd.physics.geodesy import height_m
from openiamd.world.arrays import Draws, Floats
from openiamd.world.doctrine import NodeTable
from openiamd.world.events import (
    ASSESSED,
    KILL,
    MISS,
    NONE,
    OVERKILL,
    SHOT,
    WASTED,
    EventLog,
    log_event,
)
from openiamd.world.terrain import TerrainTable, ground_below
from openiamd.world.threats import FLYING, KILLED, ThreatState, ThreatTable, place_at
from openiamd.world.tracks import ASSUMED_FRIEND, FRIEND, NEUTRAL, TrackState, coasted_state, height_slack_m
from openiamd.world.weapons import (
    ASSESSING,
    IDENTITY_CHANGED,
    IDLE,
    IN_FLIGHT,
    LEFT_ENVELOPE,
    NO_ROUND,
    NOT_HELD,
    REACTING,
    TRACK_LOST,
    FireUnitTable,
    InterceptorTable,
    WeaponState,
    cease,
    followed_slot,
    holds,
    reach,
    release,
)

HEIGHT_ROUNDING_M = 1.0  # a target at the floor counts as above it: interpolation leaves millimetres
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
    ready = holds(battery, tracks, run, slot, now_s)
    rounds = rounds_to_fire(nodes, units, weapons, run, unit, row.interceptor)
    if weapons.magazine[run, unit, row.interceptor] <= 0:
        cease(units, tracks, weapons, events, run, unit, channel, NO_ROUND)
        return
    if not ready or rounds <= 0:  # wait for the radar, or for guidance that other rounds take up
        if now_s - row.ordered_s > PATIENCE_S:
            cease(units, tracks, weapons, events, run, unit, channel, NO_ROUND if ready else NOT_HELD)
        else:
            row.next_s = end_s
        return
    falling = coasted_state(tracks, run, node, slot, now_s, nodes.row[node].ballistic_minimum_speed_mps, state)
    slack_m = height_slack_m(tracks, run, node, slot)
    flight_s, range_m = reach(units, interceptors, unit, row.interceptor, state, falling, slack_m, 0.0, meeting_m)
    if flight_s < 0.0:
        cease(units, tracks, weapons, events, run, unit, channel, LEFT_ENVELOPE)
        return
    for nth in range(rounds):
        event = log_event(
            events, run, now_s, SHOT, node, NONE, held.number, unit, row.order_event, row.interceptor, range_m, state
        )
        if nth == 0:
            row.shot_event = event
    weapons.magazine[run, unit, row.interceptor] -= rounds
    if battery.service_s <= 0.0:
        for axis in range(3):
            weapons.aim_m[run, unit, channel, axis] = meeting_m[axis]
    row.rounds = rounds
    row.phase = IN_FLIGHT
    row.next_s = now_s + flight_s
    held.salvos += 1


@kernel
def nearest_object(
    time_s: float, step_s: float, flying: ThreatState, run: int, at_s: float, place_m: Floats, there_m: Floats
) -> tuple[int, float]:
    """Return the flying object nearest to a place at ``at_s`` within this step, and its distance.

    there_m  (3,) scratch
    """
    nearest, nearest_m2 = NONE, math.inf
    for thing in range(flying.row.shape[1]):
        course = flying.row[run, thing]
        if course.status != FLYING or course.start_s > at_s or course.end_s < at_s:
            continue
        place_at(flying, run, thing, time_s, step_s, at_s, there_m)
        square_m2 = 0.0
        for axis in range(3):
            square_m2 += (there_m[axis] - place_m[axis]) ** 2
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
    threats: ThreatTable, terrain: TerrainTable, draws: Draws, flying: ThreatState, tracks: TrackState,
    weapons: WeaponState, events: EventLog, run: int, unit: int, channel: int, state: Floats, there_m: Floats,
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
        thing, distance_m = nearest_object(time_s, step_s, flying, run, at_s, state, there_m)
    else:
        for axis in range(3):
            state[axis] = weapons.aim_m[run, unit, channel, axis]
    if distance_m <= kind.acceptance_radius_m:
        place_at(flying, run, thing, time_s, step_s, at_s, there_m)
        above_m = height_m(there_m[0], there_m[1], there_m[2]) - ground_below(terrain, there_m[0], there_m[1])
        if above_m < kind.altitude_minimum_m - HEIGHT_ROUNDING_M:
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
        weapons.aim_m[run, unit, channel],
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
    terrain: TerrainTable,
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
                    time_s, step_s, nodes, units, interceptors, threats, terrain, draws, flying, tracks, weapons,
                    events,
                    run, unit, channel, scratch[0], scratch[1],
                )  # fmt: skip
            else:
                conclude(units, tracks, weapons, events, run, unit, channel)
            unit, channel = next_channel(units, weapons, run, end_s)
