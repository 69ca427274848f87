"""Fire units, interceptors, magazines and the engagements under way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.kernels import kernel
from openiamd.physics.draws import entity_hash
from openiamd.physics.envelope import in_sector, meeting_time_s, within_envelope
from openiamd.physics.geodesy import EARTH_RADIUS_M, height_m
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Floats, Ints, Rows, constant, filled_rows, rows_of
from openiamd.world.events import CEASED, NONE, EventLog, log_event
from openiamd.world.sensors import stand
from openiamd.world.terrain import TerrainTable
from openiamd.world.tracks import CONFIRMED, TrackState

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

IDLE, REACTING, IN_FLIGHT, ASSESSING = 0, 1, 2, 3
# Why an order is given back before the launch.
TRACK_LOST, NOT_HELD, LEFT_ENVELOPE, IDENTITY_CHANGED, NO_ROUND = (
    constant(1), constant(2), constant(3), constant(4), constant(5),
)  # fmt: skip
ORDERED_TO_CEASE = constant(6)
OUT_OF_ACTION = constant(9)
NOT_READY, TRAINING = 10, 11  # why a unit is withheld from orders; reasons of HELD
PK_KINDS = 4  # aircraft, cruise, ballistic, drone: the order of threats.KIND_*


INTERCEPTOR_COLUMNS = {
    "range_minimum_m": NUMBER,
    "range_air_m": NUMBER,  # against aircraft, cruise missiles and drones
    "range_ballistic_m": NUMBER,
    "altitude_minimum_m": NUMBER,
    "altitude_maximum_m": NUMBER,
    "speed_mps": NUMBER,  # mean to intercept
    "acceptance_radius_m": NUMBER,
}


class InterceptorTable(NamedTuple):
    """Interceptor types; row order is ``ResolvedScenario.interceptors`` order."""

    row: Rows  # (interceptor,) INTERCEPTOR_COLUMNS
    single_shot_pk: Floats  # (interceptor, PK_KINDS)


UNIT_COLUMNS = {
    "entity": WHOLE,  # 32-bit hash of the id
    "node": WHOLE,
    "height_m": NUMBER,  # of the engagement antenna above its ground, for its horizon
    "ground_m": NUMBER,  # of its place above the sphere
    "effective_radius_m": NUMBER,  # of the earth, for its horizon
    "radar": WHOLE,  # engagement radar's sensor row, −1: none needed
    "radar_column": WHOLE,  # its column in TrackState.held_s, −1: none
    "facing_rad": NUMBER,
    "sector_rad": NUMBER,
    "responsibility_facing_rad": NUMBER,
    "responsibility_sector_rad": NUMBER,
    "channels": WHOLE,
    "missiles_guided": WHOLE,
    "reaction_s": NUMBER,
    "assessment_s": NUMBER,
    "service_s": NUMBER,  # > 0: idealised fixed service time
    "track_probability": NUMBER,
    "hold_timeout_s": NUMBER,
    "active_from_s": NUMBER,
    "active_until_s": NUMBER,
}


class FireUnitTable(NamedTuple):
    """Fire units; row order is ``ResolvedScenario.fire_units`` order."""

    row: Rows  # (unit,) UNIT_COLUMNS
    position_m: Floats  # (unit, 3)
    basis: Floats  # (unit, 3, 3) local east, north, up
    magazine: Ints  # (unit, interceptor) ready rounds at the start


CHANNEL_COLUMNS = {
    "phase": WHOLE,  # IDLE, REACTING, IN_FLIGHT, ASSESSING
    "slot": WHOLE,  # track slot at the unit's node
    "subject": WHOLE,  # its subject: tells whether the slot still holds that track
    "confirmed_s": NUMBER,  # when it was confirmed: a subject may come back
    "number": WHOLE,  # its track number
    "interceptor": WHOLE,
    "rounds": WHOLE,  # in flight
    "ordered_s": NUMBER,
    "next_s": NUMBER,  # end of the phase
    "killed": FLAG,  # outcome that assessment will show
    "order_event": WHOLE,
    "shot_event": WHOLE,  # first round of the salvo
}


UNIT_STATE_COLUMNS = {
    "withheld": WHOLE,  # why it takes no order in this step, by readiness or loss: 0, NOT_READY, TRAINING
    "limit_rad": NUMBER,  # > 0: it engages in this sector alone, full width
    "limit_facing_rad": NUMBER,
}


class WeaponState(NamedTuple):
    """Engagements under way; the first axis is the run."""

    row: Rows  # (run, unit, channel) CHANNEL_COLUMNS
    unit: Rows  # (run, unit) UNIT_STATE_COLUMNS
    magazine: Ints  # (run, unit, interceptor)
    promised: Ints  # (run, unit, interceptor) scratch: rounds that orders not yet carried out will take
    aim_m: Floats  # (run, unit, channel, 3) where the track was at the order, the meeting point since the launch


def compile_interceptors(scenario: ResolvedScenario) -> InterceptorTable:
    """Return the table of interceptor types."""
    interceptors = scenario.interceptors
    rows = {name: [getattr(interceptor, name) for interceptor in interceptors] for name in INTERCEPTOR_COLUMNS}
    kills = [(i.pk_aircraft, i.pk_cruise, i.pk_ballistic, i.pk_drone) for i in interceptors]
    return InterceptorTable(
        row=rows_of(INTERCEPTOR_COLUMNS, rows, len(interceptors)),
        single_shot_pk=np.array(kills, np.float64).reshape(-1, PK_KINDS),
    )


def compile_fire_units(scenario: ResolvedScenario, terrain: TerrainTable) -> FireUnitTable:
    """Return the table of fire units."""
    units = scenario.fire_units
    places = [stand(unit.position, scenario.origin, terrain) for unit in units]
    engagement = sorted({unit.engagement_sensor for unit in units if unit.engagement_sensor >= 0})
    magazine = np.zeros((len(units), len(scenario.interceptors)), np.int64)
    for row, unit in enumerate(units):
        for interceptor, ready in unit.magazines:
            magazine[row, interceptor] += ready
    # Above the ground it stands on, so that the horizon is that of the country around it.
    heights = [
        scenario.sensors[unit.engagement_sensor].antenna_height_m if unit.engagement_sensor >= 0 else 0.0
        for unit in units
    ]
    grounds = [height_m(*position) for position, _ in places]

    radars = [unit.engagement_sensor for unit in units]
    rows = {
        "entity": [entity_hash(unit.id) for unit in units],
        "height_m": heights,
        "ground_m": grounds,
        "effective_radius_m": [scenario.environment.effective_radius_factor * EARTH_RADIUS_M for _ in units],
        "radar": radars,
        "radar_column": [engagement.index(radar) if radar >= 0 else -1 for radar in radars],
        "sector_rad": [min(unit.sector_rad, 2.0 * math.pi) for unit in units],
        "responsibility_sector_rad": [min(unit.responsibility_sector_rad, 2.0 * math.pi) for unit in units],
    }
    for name in UNIT_COLUMNS:
        if name not in rows:
            rows[name] = [getattr(unit, name) for unit in units]
    return FireUnitTable(
        row=rows_of(UNIT_COLUMNS, rows, len(units)),
        position_m=np.array([position for position, _ in places]).reshape(-1, 3),
        basis=np.array([basis for _, basis in places]).reshape(-1, 3, 3),
        magazine=magazine,
    )


def create_weapon_state(table: FireUnitTable, runs: int) -> WeaponState:
    """Return full magazines and idle channels."""
    units = table.row.shape[0]
    channels = int(table.row["channels"].max()) if units else 1
    return WeaponState(
        row=filled_rows(CHANNEL_COLUMNS, (runs, units, channels), {"next_s": np.inf}),
        unit=filled_rows(UNIT_STATE_COLUMNS, (runs, units), {}),
        magazine=np.tile(table.magazine, (runs, 1, 1)),
        promised=np.tile(0 * table.magazine, (runs, 1, 1)),
        aim_m=np.zeros((runs, units, channels, 3)),
    )


@kernel
def reach(
    units: FireUnitTable,
    interceptors: InterceptorTable,
    unit: int,
    interceptor: int,
    state: Floats,
    falling: bool,
    slack_m: float,
    delay_s: float,
    meeting_m: Floats,
) -> tuple[float, float]:
    """Return time and range of the meeting with a target, for a launch after ``delay_s``; (−1.0, −1.0) out of reach.

    state (6,) of the target now; slack_m how far its height may be off; meeting_m (3,) written. What does not fall is
    taken to keep its height. A unit with a fixed service time reaches everything.
    """
    row = units.row[unit]
    if row.service_s > 0.0:
        return row.service_s, 0.0
    kind = interceptors.row[interceptor]
    launcher_m = units.position_m[unit]
    time_s = meeting_time_s(state, falling, launcher_m, kind.speed_mps, delay_s, meeting_m)
    if time_s < 0.0:
        return -1.0, -1.0
    dx, dy, dz = meeting_m[0] - launcher_m[0], meeting_m[1] - launcher_m[1], meeting_m[2] - launcher_m[2]
    range_m = math.sqrt(dx * dx + dy * dy + dz * dz)
    if falling:
        altitude_m = height_m(meeting_m[0], meeting_m[1], meeting_m[2])
        reach_m = kind.range_ballistic_m
    else:
        altitude_m = height_m(state[0], state[1], state[2])
        reach_m = kind.range_air_m
    # Over lower country a target counts as flying at the lowest height of an intercept: there it may be lower still.
    above_m = altitude_m if row.ground_m <= 0.0 else max(altitude_m - row.ground_m, kind.altitude_minimum_m)
    reachable = within_envelope(
        range_m, above_m, slack_m, row.height_m,
        kind.range_minimum_m, reach_m, kind.altitude_minimum_m, kind.altitude_maximum_m, row.effective_radius_m,
    )  # fmt: skip
    if reachable and in_sector(units.basis[unit], dx, dy, dz, row.facing_rad, row.sector_rad):
        return time_s, range_m
    return -1.0, -1.0


@kernel
def holds(battery: Rows, tracks: TrackState, run: int, slot: int, now_s: float) -> bool:
    """Tell whether the engagement radar of a fire unit (its row) holds a track of the unit's node now."""
    column = battery.radar_column
    return column < 0 or now_s - tracks.held_s[run, battery.node, slot, column] <= battery.hold_timeout_s


@kernel
def stands_down(battery: Rows, condition: Rows, now_s: float) -> int:
    """Return why a fire unit (its rows of table and state) may not be ordered to fire now, else 0."""
    if now_s < battery.active_from_s or now_s >= battery.active_until_s:
        return NOT_READY
    return condition.withheld


@kernel
def followed_slot(
    units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, channel: int
) -> int:
    """Return the slot of the channel's track while the node still holds it, else ``NONE``."""
    row = weapons.row[run, unit, channel]
    held = tracks.row[run, units.row[unit].node, row.slot]
    if held.status < CONFIRMED or held.subject != row.subject or held.confirmed_s != row.confirmed_s:
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
        weapons.aim_m[run, unit, channel],
    )  # fmt: skip
    release(units, tracks, weapons, run, unit, channel)


@kernel
def break_off(
    units: FireUnitTable, tracks: TrackState, weapons: WeaponState, events: EventLog, run: int, unit: int, now_s: float
) -> None:
    """End what a fire unit that is out of action was doing: orders are given back, rounds fly on unguided."""
    for channel in range(units.row[unit].channels):
        row = weapons.row[run, unit, channel]
        if row.phase == REACTING:
            row.next_s = now_s
            cease(units, tracks, weapons, events, run, unit, channel, OUT_OF_ACTION)
        elif row.phase == IN_FLIGHT:
            slot = followed_slot(units, tracks, weapons, run, unit, channel)
            if slot != NONE:
                tracks.row[run, units.row[unit].node, slot].engagements -= 1
            row.confirmed_s = -math.inf  # no track was confirmed then: nothing is followed any more
