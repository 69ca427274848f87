"""Fire units, interceptors, magazines and the engagements under way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.kernels import kernel
from openiamd.physics.draws import entity_hash
from openiamd.physics.envelope import in_sector, meeting_time_s, within_envelope
from openiamd.physics.geodesy import height_m
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Floats, Ints, Rows, filled_rows, rows_of
from openiamd.world.sensors import place

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

IDLE, REACTING, IN_FLIGHT, ASSESSING = 0, 1, 2, 3
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
    "height_m": NUMBER,  # of the engagement antenna, for its horizon
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
    "number": WHOLE,  # its track number
    "interceptor": WHOLE,
    "rounds": WHOLE,  # in flight
    "ordered_s": NUMBER,
    "next_s": NUMBER,  # end of the phase
    "killed": FLAG,  # outcome that assessment will show
    "order_event": WHOLE,
    "shot_event": WHOLE,  # first round of the salvo
}


class WeaponState(NamedTuple):
    """Engagements under way; the first axis is the run."""

    row: Rows  # (run, unit, channel) CHANNEL_COLUMNS
    magazine: Ints  # (run, unit, interceptor)


def compile_interceptors(scenario: ResolvedScenario) -> InterceptorTable:
    """Return the table of interceptor types."""
    interceptors = scenario.interceptors
    rows = {name: [getattr(interceptor, name) for interceptor in interceptors] for name in INTERCEPTOR_COLUMNS}
    kills = [(i.pk_aircraft, i.pk_cruise, i.pk_ballistic, i.pk_drone) for i in interceptors]
    return InterceptorTable(
        row=rows_of(INTERCEPTOR_COLUMNS, rows, len(interceptors)),
        single_shot_pk=np.array(kills, np.float64).reshape(-1, PK_KINDS),
    )


def compile_fire_units(scenario: ResolvedScenario) -> FireUnitTable:
    """Return the table of fire units."""
    units = scenario.fire_units
    places = [place(unit.position, 0.0, scenario.origin) for unit in units]
    engagement = sorted({unit.engagement_sensor for unit in units if unit.engagement_sensor >= 0})
    magazine = np.zeros((len(units), len(scenario.interceptors)), np.int64)
    for row, unit in enumerate(units):
        for interceptor, ready in unit.magazines:
            magazine[row, interceptor] += ready
    heights = [
        scenario.sensors[unit.engagement_sensor].position.height_m
        + scenario.sensors[unit.engagement_sensor].antenna_height_m
        if unit.engagement_sensor >= 0
        else unit.position.height_m
        for unit in units
    ]

    radars = [unit.engagement_sensor for unit in units]
    rows = {
        "entity": [entity_hash(unit.id) for unit in units],
        "height_m": heights,
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
        magazine=np.tile(table.magazine, (runs, 1, 1)),
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
    reachable = within_envelope(
        range_m, altitude_m, slack_m, row.height_m,
        kind.range_minimum_m, reach_m, kind.altitude_minimum_m, kind.altitude_maximum_m,
    )  # fmt: skip
    if reachable and in_sector(units.basis[unit], dx, dy, dz, row.facing_rad, row.sector_rad):
        return time_s, range_m
    return -1.0, -1.0
