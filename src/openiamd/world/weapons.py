"""Fire units, interceptors, magazines and the engagements under way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from openiamd.physics.draws import entity_hash
from openiamd.physics.envelope import in_sector, meeting_time_s, within_envelope
from openiamd.world.arrays import Bools, Floats, Ints
from openiamd.world.sensors import place

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

IDLE, REACTING, IN_FLIGHT, ASSESSING = 0, 1, 2, 3
PK_KINDS = 4  # aircraft, cruise, ballistic, drone: the order of threats.KIND_*


class InterceptorTable(NamedTuple):
    """Interceptor types; row order is ``ResolvedScenario.interceptors`` order."""

    range_minimum_m: Floats  # (interceptor,)
    range_air_m: Floats  # (interceptor,) against aircraft, cruise missiles and drones
    range_ballistic_m: Floats  # (interceptor,)
    altitude_minimum_m: Floats  # (interceptor,)
    altitude_maximum_m: Floats  # (interceptor,)
    speed_mps: Floats  # (interceptor,) mean to intercept
    single_shot_pk: Floats  # (interceptor, PK_KINDS)
    acceptance_radius_m: Floats  # (interceptor,)


class FireUnitTable(NamedTuple):
    """Fire units; row order is ``ResolvedScenario.fire_units`` order."""

    entity: Ints  # (unit,) 32-bit hash of the id
    node: Ints  # (unit,)
    position_m: Floats  # (unit, 3)
    basis: Floats  # (unit, 3, 3) local east, north, up
    height_m: Floats  # (unit,) of the engagement antenna, for its horizon
    radar: Ints  # (unit,) engagement radar's sensor row, −1: none needed
    radar_column: Ints  # (unit,) its column in TrackState.held_s, −1: none
    facing_rad: Floats  # (unit,)
    sector_rad: Floats  # (unit,)
    responsibility_facing_rad: Floats  # (unit,)
    responsibility_sector_rad: Floats  # (unit,)
    channels: Ints  # (unit,)
    missiles_guided: Ints  # (unit,)
    magazine: Ints  # (unit, interceptor) ready rounds at the start
    reaction_s: Floats  # (unit,)
    assessment_s: Floats  # (unit,)
    service_s: Floats  # (unit,) > 0: idealised fixed service time
    track_probability: Floats  # (unit,)
    hold_timeout_s: Floats  # (unit,)
    active_from_s: Floats  # (unit,)
    active_until_s: Floats  # (unit,)


class WeaponState(NamedTuple):
    """Engagements under way; the first axis is the run."""

    magazine: Ints  # (run, unit, interceptor)
    phase: Ints  # (run, unit, channel) IDLE, REACTING, IN_FLIGHT, ASSESSING
    slot: Ints  # (run, unit, channel) track slot at the unit's node
    subject: Ints  # (run, unit, channel) its subject: tells whether the slot still holds that track
    number: Ints  # (run, unit, channel) its track number
    interceptor: Ints  # (run, unit, channel)
    rounds: Ints  # (run, unit, channel) in flight
    ordered_s: Floats  # (run, unit, channel)
    next_s: Floats  # (run, unit, channel) end of the phase
    killed: Bools  # (run, unit, channel) outcome that assessment will show
    order_event: Ints  # (run, unit, channel)
    shot_event: Ints  # (run, unit, channel) first round of the salvo


def compile_interceptors(scenario: ResolvedScenario) -> InterceptorTable:
    """Return the table of interceptor types."""
    interceptors = scenario.interceptors
    kills = [(i.pk_aircraft, i.pk_cruise, i.pk_ballistic, i.pk_drone) for i in interceptors]
    return InterceptorTable(
        range_minimum_m=np.array([i.range_minimum_m for i in interceptors], np.float64),
        range_air_m=np.array([i.range_air_m for i in interceptors], np.float64),
        range_ballistic_m=np.array([i.range_ballistic_m for i in interceptors], np.float64),
        altitude_minimum_m=np.array([i.altitude_minimum_m for i in interceptors], np.float64),
        altitude_maximum_m=np.array([i.altitude_maximum_m for i in interceptors], np.float64),
        speed_mps=np.array([i.speed_mps for i in interceptors], np.float64),
        single_shot_pk=np.array(kills, np.float64).reshape(-1, PK_KINDS),
        acceptance_radius_m=np.array([i.acceptance_radius_m for i in interceptors], np.float64),
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

    def ints(values: list[int]) -> Ints:
        return np.array(values, np.int64)

    def floats(values: list[float]) -> Floats:
        return np.array(values, np.float64)

    return FireUnitTable(
        entity=ints([entity_hash(unit.id) for unit in units]),
        node=ints([unit.node for unit in units]),
        position_m=np.array([position for position, _ in places]).reshape(-1, 3),
        basis=np.array([basis for _, basis in places]).reshape(-1, 3, 3),
        height_m=floats(heights),
        radar=ints([unit.engagement_sensor for unit in units]),
        radar_column=ints(
            [engagement.index(unit.engagement_sensor) if unit.engagement_sensor >= 0 else -1 for unit in units]
        ),
        facing_rad=floats([unit.facing_rad for unit in units]),
        sector_rad=floats([min(unit.sector_rad, 2.0 * math.pi) for unit in units]),
        responsibility_facing_rad=floats([unit.responsibility_facing_rad for unit in units]),
        responsibility_sector_rad=floats([min(unit.responsibility_sector_rad, 2.0 * math.pi) for unit in units]),
        channels=ints([unit.channels for unit in units]),
        missiles_guided=ints([unit.missiles_guided for unit in units]),
        magazine=magazine,
        reaction_s=floats([unit.reaction_s for unit in units]),
        assessment_s=floats([unit.assessment_s for unit in units]),
        service_s=floats([unit.service_s for unit in units]),
        track_probability=floats([unit.track_probability for unit in units]),
        hold_timeout_s=floats([unit.hold_timeout_s for unit in units]),
        active_from_s=floats([unit.active_from_s for unit in units]),
        active_until_s=floats([unit.active_until_s for unit in units]),
    )


def create_weapon_state(table: FireUnitTable, runs: int) -> WeaponState:
    """Return full magazines and idle channels."""
    units = table.entity.shape[0]
    channels = int(table.channels.max()) if units else 1
    shape = (runs, units, channels)
    return WeaponState(
        magazine=np.tile(table.magazine, (runs, 1, 1)),
        phase=np.zeros(shape, np.int64),
        slot=np.full(shape, -1, np.int64),
        subject=np.zeros(shape, np.int64),
        number=np.full(shape, -1, np.int64),
        interceptor=np.full(shape, -1, np.int64),
        rounds=np.zeros(shape, np.int64),
        ordered_s=np.zeros(shape),
        next_s=np.full(shape, np.inf),
        killed=np.zeros(shape, np.bool_),
        order_event=np.full(shape, -1, np.int64),
        shot_event=np.full(shape, -1, np.int64),
    )


@njit(nogil=True, cache=True)
def reach(
    units: FireUnitTable,
    interceptors: InterceptorTable,
    unit: int,
    interceptor: int,
    state: Floats,
    falling: bool,
    delay_s: float,
    meeting_m: Floats,
) -> tuple[float, float]:
    """Return time and range of the meeting with a target, for a launch after ``delay_s``; (−1.0, −1.0) out of reach.

    state (6,) of the target now; meeting_m (3,) written. A unit with a fixed service time reaches everything.
    """
    if units.service_s[unit] > 0.0:
        return units.service_s[unit], 0.0
    launcher_m = units.position_m[unit]
    time_s = meeting_time_s(state, falling, launcher_m, interceptors.speed_mps[interceptor], delay_s, meeting_m)
    if time_s < 0.0:
        return -1.0, -1.0
    range_m = within_envelope(
        meeting_m,
        launcher_m,
        units.height_m[unit],
        interceptors.range_minimum_m[interceptor],
        interceptors.range_ballistic_m[interceptor] if falling else interceptors.range_air_m[interceptor],
        interceptors.altitude_minimum_m[interceptor],
        interceptors.altitude_maximum_m[interceptor],
    )
    if range_m < 0.0 or not in_sector(
        units.basis[unit],
        meeting_m[0] - launcher_m[0],
        meeting_m[1] - launcher_m[1],
        meeting_m[2] - launcher_m[2],
        units.facing_rad[unit],
        units.sector_rad[unit],
    ):
        return -1.0, -1.0
    return time_s, range_m
