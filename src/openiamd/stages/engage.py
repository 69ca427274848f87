"""Engage: fire channels react, launch, and meet what is there; each event at its exact time within the step.

Reads   nodes, zones, assets, fire units, interceptors, threats (truth at the moment of intercept only), draws, contact
        with the superior
Writes  weapon state, threat status, track file (salvos spent, assessed kills), where engagement radars face
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.draws import ASSESSMENT, NO_ENTITY, TRACK_FACTOR, uniform
from openiamd.physics.draws import KILL as KILL_DRAW
from openiamd.physics.envelope import coast
from openiamd.physics.geodesy import height_m
from openiamd.world.arrays import Draws, Floats, Rows
from openiamd.world.channels import (
    cease,
    followed_slot,
    give_back,
    has_guidance,
    off_duty,
    release,
)
from openiamd.world.doctrine import AssetTable, NodeTable
from openiamd.world.events import (
    ASSESSED,
    DEBRIS,
    KILL,
    MISS,
    NONE,
    OVERKILL,
    WASTED,
    EventLog,
    log_event,
)
from openiamd.world.network import MessageState
from openiamd.world.sensors import SensorState
from openiamd.world.shots import carry_out, reload, settle, turn
from openiamd.world.terrain import TerrainTable, ground_below
from openiamd.world.threats import FLYING, HOSTILE_SIDE, KILLED, ThreatState, ThreatTable, place_at
from openiamd.world.tracks import TrackState, coasted_state, falls
from openiamd.world.weapons import (
    ASSESSING,
    HANDED,
    HANDED_S,
    IDLE,
    NO_GUIDANCE,
    OFF_DUTY,
    REACTING,
    FireUnitTable,
    InterceptorTable,
    WeaponState,
)
from openiamd.world.zones import ZoneTable

HEIGHT_ROUNDING_M = 1.0  # a target at the floor counts as above it: interpolation leaves millimetres


@kernel
def _next_channel(units: FireUnitTable, weapons: WeaponState, run: int, end_s: float) -> tuple[int, int]:
    """Return unit and row whose next event comes first before ``end_s``, or (NONE, NONE)."""
    first_unit, first_channel, first_s = NONE, NONE, end_s
    for unit in range(units.row.shape[0]):
        for channel in range(units.row[unit].rows):
            row = weapons.row[run, unit, channel]
            if row.phase != IDLE and row.next_s < first_s:
                first_unit, first_channel, first_s = unit, channel, row.next_s
    return first_unit, first_channel


@kernel
def _hand_over(
    nodes: NodeTable, units: FireUnitTable, interceptors: InterceptorTable, tracks: TrackState, weapons: WeaponState,
    events: EventLog, run: int, unit: int, channel: int, state: Floats,
) -> None:  # fmt: skip
    """Free the channel: the rounds find their target by themselves, from where the track says that it is now."""
    battery, row = units.row[unit], weapons.row[run, unit, channel]
    now_s, aim_m = row.next_s, weapons.aim_m[run, unit, channel]
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    aim_m[HANDED_S] = math.inf
    if slot != NONE:
        if not has_guidance(battery, tracks, run, slot, row.remote, now_s):
            cease(units, tracks, weapons, events, run, unit, channel, NO_GUIDANCE)
            return
        slowest_mps = nodes.row[battery.node].ballistic_minimum_speed_mps
        coasted_state(tracks, run, battery.node, slot, now_s, slowest_mps, state)
        for axis in range(6):
            aim_m[HANDED + axis] = state[axis]
        aim_m[HANDED_S] = now_s
    row.guided = False
    settle(units, interceptors, weapons, run, unit, channel)


@kernel
def _nearest_object(
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
def _guided_to(units: FireUnitTable, threats: ThreatTable, draws: Draws, run: int, unit: int, thing: int) -> bool:
    """Tell whether the unit's fire control follows the object well enough for any round of it to kill (drawn once)."""
    row = units.row[unit]
    if row.track_probability >= 1.0:
        return True
    draw = uniform(draws.seed, draws.first + run, TRACK_FACTOR, threats.row[thing].entity, row.entity, 0, 0)
    return draw < row.track_probability


@kernel
def _strike(
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
def _aim(
    nodes: NodeTable, units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, channel: int,
    at_s: float, state: Floats,
) -> bool:  # fmt: skip
    """Write where a round goes, by the track, or by what it was handed; return False where it has nothing to go by."""
    node, row, aim_m = units.row[unit].node, weapons.row[run, unit, channel], weapons.aim_m[run, unit, channel]
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    slowest_mps = nodes.row[node].ballistic_minimum_speed_mps
    if slot != NONE:
        coasted_state(tracks, run, node, slot, at_s, slowest_mps, state)
        return True
    if not row.guided and aim_m[HANDED_S] < math.inf:
        handed = aim_m[HANDED:HANDED_S]
        coast(handed, falls(handed, slowest_mps), at_s - aim_m[HANDED_S], state)
        return True
    for axis in range(3):
        state[axis] = aim_m[axis]
    return False


@kernel
def _log_late(
    assets: AssetTable, events: EventLog, run: int, at_s: float, node: int, thing: int, number: int, cause: int,
    place_m: Floats,
) -> None:  # fmt: skip
    """Log a hostile that was killed so near to a defended place that debris may fall on it: the nearest such place."""
    nearest, nearest_m, over_m = NONE, math.inf, 0.0
    killed_m = height_m(place_m[0], place_m[1], place_m[2])
    for asset in range(assets.late_m.shape[0]):
        asset_m = assets.position_m[asset]
        above_m = killed_m - height_m(asset_m[0], asset_m[1], asset_m[2])
        square_m2 = -above_m * above_m
        for axis in range(3):
            square_m2 += (place_m[axis] - asset_m[axis]) ** 2
        away_m = math.sqrt(max(square_m2, 0.0))
        if away_m < min(assets.late_m[asset, 0], nearest_m) and above_m < assets.late_m[asset, 1]:
            nearest, nearest_m, over_m = asset, away_m, above_m
    if nearest != NONE:
        log_event(events, run, at_s, DEBRIS, node, thing, number, nearest, cause, NONE, over_m, place_m)


@kernel
def _met(
    time_s: float, step_s: float, terrain: TerrainTable, kind: Rows, flying: ThreatState, run: int, at_s: float,
    state: Floats, there_m: Floats,
) -> tuple[int, float]:  # fmt: skip
    """Return the true object that rounds act on and its distance: the nearest, if in acceptance radius and reach.

    Rounds go no higher than their ceiling, from where they act on what is within the acceptance radius. there_m (3,) is
    written: where that object is. Without one, (NONE, 0.0).
    """
    thing, distance_m = _nearest_object(time_s, step_s, flying, run, at_s, state, there_m)
    if distance_m > kind.acceptance_radius_m:
        return NONE, 0.0
    place_at(flying, run, thing, time_s, step_s, at_s, there_m)
    above_m = height_m(there_m[0], there_m[1], there_m[2]) - ground_below(terrain, there_m[0], there_m[1])
    is_too_low = above_m < kind.altitude_minimum_m - HEIGHT_ROUNDING_M
    if is_too_low or above_m > kind.altitude_maximum_m + kind.acceptance_radius_m:
        return NONE, 0.0
    return thing, distance_m


@kernel
def _intercept(
    time_s: float, step_s: float, nodes: NodeTable, assets: AssetTable, units: FireUnitTable,
    interceptors: InterceptorTable, threats: ThreatTable, terrain: TerrainTable, draws: Draws, flying: ThreatState,
    tracks: TrackState, weapons: WeaponState, events: EventLog, run: int, unit: int, channel: int, state: Floats,
    there_m: Floats,
) -> None:  # fmt: skip
    """Resolve the flight that meets first on the true object nearest to its track; else its rounds are wasted."""
    battery, row, flights = units.row[unit], weapons.row[run, unit, channel], weapons.flight[run, unit, channel]
    at_s, first = row.next_s, 0
    for launch in range(row.flights):
        if flights[launch].meets_s < flights[first].meets_s:
            first = launch
    flight = flights[first]
    is_followed = followed_slot(units, tracks, weapons, run, unit, channel) != NONE
    if row.guided and is_followed and not has_guidance(battery, tracks, run, row.slot, row.remote, at_s):
        cease(units, tracks, weapons, events, run, unit, channel, NO_GUIDANCE)
        return
    thing, distance_m = NONE, 0.0
    if _aim(nodes, units, tracks, weapons, run, unit, channel, at_s, state):
        thing, distance_m = _met(
            time_s, step_s, terrain, interceptors.row[row.interceptor], flying, run, at_s, state, there_m
        )
    pk, killed = 0.0, False
    if thing != NONE and _guided_to(units, threats, draws, run, unit, thing):
        pk = flight.share * float(interceptors.single_shot_pk[row.interceptor, threats.row[thing].kind])
    for nth in range(flight.rounds):
        outcome = WASTED
        if thing != NONE:
            outcome = _strike(threats, draws, flying, run, thing, pk, killed)
        event = log_event(
            events, run, at_s, outcome, battery.node, thing, row.number, unit, flight.shot_event + nth,
            row.interceptor, distance_m, state,
        )  # fmt: skip
        if outcome == KILL:
            killed = True
            flying.row[run, thing].status = KILLED
            flying.row[run, thing].end_s = at_s
            if threats.row[thing].side == HOSTILE_SIDE:
                _log_late(assets, events, run, at_s, battery.node, thing, row.number, event, there_m)
    row.killed = row.killed or killed
    row.rounds -= flight.rounds
    flight.meets_s = math.inf
    settle(units, interceptors, weapons, run, unit, channel)


@kernel
def _judged_dead(battery: Rows, draws: Draws, run: int, row: Rows) -> bool:
    """Tell what the unit takes the outcome of a salvo for: drawn where its assessment may err."""
    wrong = battery.false_survivor if row.killed else battery.false_kill
    if wrong <= 0.0:
        return row.killed
    draw = uniform(draws.seed, draws.first + run, ASSESSMENT, battery.entity, row.subject, row.nth, 0)
    return row.killed != (draw < wrong)


@kernel
def _conclude(
    units: FireUnitTable, draws: Draws, tracks: TrackState, weapons: WeaponState, events: EventLog, run: int, unit: int,
    channel: int,
) -> None:  # fmt: skip
    """Assess the salvo's outcome, free the channel, and close the track of what is taken for killed."""
    battery, row = units.row[unit], weapons.row[run, unit, channel]
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    dead = _judged_dead(battery, draws, run, row)
    log_event(
        events, run, row.next_s, ASSESSED, battery.node, NONE, row.number, unit, row.shot_event, 1 if dead else 0, 0.0,
        weapons.aim_m[run, unit, channel],
    )  # fmt: skip
    if slot != NONE and dead:
        tracks.row[run, battery.node, slot].destroyed = True
        tracks.row[run, battery.node, slot].doubt_s = row.next_s + battery.recheck_s
    release(units, tracks, weapons, run, unit, channel)


@kernel
def _reconsider(tracks: TrackState, run: int, node: int) -> None:
    """Take back the judgement that a track is dead where radars still see it after the time for that.

    A report counts by the plots behind it: its sender brings it forward for a while without any.
    """
    for slot in range(tracks.top[run, node]):
        held = tracks.row[run, node, slot]
        if held.destroyed and max(tracks.hit_s[run, node, slot, 0], held.remote_seen_s) > held.doubt_s:
            held.destroyed = False
            held.doubt_s = math.inf


@kernel
def _keep_up(
    units: FireUnitTable, antennas: SensorState, tracks: TrackState, weapons: WeaponState, events: EventLog, run: int,
    step_s: float, end_s: float,
) -> None:  # fmt: skip
    """At the end of the step, turn sectors, reload, and look again at what was judged dead."""
    for unit in range(units.row.shape[0]):
        if units.row[unit].slew_rate_radps > 0.0 and units.row[unit].group == unit:
            turn(units, tracks, weapons, events, run, unit, step_s, end_s)
            if units.row[unit].radar >= 0:
                antennas.row[run, units.row[unit].radar].turned_rad = weapons.unit[run, unit].turned_rad
        if units.row[unit].reload_s > 0.0:
            reload(units, weapons, events, run, unit, end_s)
        if unit == 0 or units.row[unit - 1].node != units.row[unit].node:
            _reconsider(tracks, run, units.row[unit].node)


@kernel
def engage(
    time_s: float,
    step_s: float,
    nodes: NodeTable,
    zones: ZoneTable,
    assets: AssetTable,
    units: FireUnitTable,
    interceptors: InterceptorTable,
    threats: ThreatTable,
    terrain: TerrainTable,
    draws: Draws,
    flying: ThreatState,
    antennas: SensorState,
    messages: MessageState,
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
    state, there_m = scratch[0], scratch[1]
    for run in range(first_run, last_run):
        for unit in range(units.row.shape[0]):
            # Not where hours begin in this step: orders of its end are among those under way.
            if off_duty(units, weapons, run, unit, time_s) and off_duty(units, weapons, run, unit, end_s):
                give_back(units, tracks, weapons, events, run, unit, time_s, OFF_DUTY)
        unit, channel = _next_channel(units, weapons, run, end_s)
        while unit != NONE:
            row = weapons.row[run, unit, channel]
            if row.phase == ASSESSING:
                _conclude(units, draws, tracks, weapons, events, run, unit, channel)
            elif row.phase == REACTING or row.fires_s <= row.next_s:
                carry_out(
                    end_s, nodes, zones, units, interceptors, messages, tracks, weapons, events, run, unit, channel,
                    state, there_m,
                )  # fmt: skip
            elif row.frees_s <= row.next_s:
                _hand_over(nodes, units, interceptors, tracks, weapons, events, run, unit, channel, state)
            else:
                _intercept(
                    time_s, step_s, nodes, assets, units, interceptors, threats, terrain, draws, flying, tracks,
                    weapons, events, run, unit, channel, state, there_m,
                )  # fmt: skip
            unit, channel = _next_channel(units, weapons, run, end_s)
        _keep_up(units, antennas, tracks, weapons, events, run, step_s, end_s)
