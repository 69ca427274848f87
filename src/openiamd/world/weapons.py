"""Fire units, interceptors, magazines and the engagements under way: tables, state, and what a round can reach."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.kernels import kernel
from openiamd.physics.draws import entity_hash
from openiamd.physics.envelope import (
    above_horizon,
    in_sector,
    meeting_time_s,
    range_at_m,
    share_at,
    speed_then_mps,
    within_envelope,
)
from openiamd.physics.geodesy import EARTH_RADIUS_M, height_m
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Floats, Ints, Rows, constant, filled_rows, rows_of
from openiamd.world.network import USE_ENGAGE
from openiamd.world.sensors import stand
from openiamd.world.terrain import TerrainTable

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

IDLE, REACTING, IN_FLIGHT, ASSESSING = 0, 1, 2, 3
# Why an order is given back before the launch, or an engagement broken off after it.
TRACK_LOST, NOT_HELD, LEFT_ENVELOPE, IDENTITY_CHANGED, NO_ROUND = (
    constant(1), constant(2), constant(3), constant(4), constant(5),
)  # fmt: skip
ORDERED_TO_CEASE = constant(6)
SLEW_TOO_LATE, NO_GUIDANCE = constant(7), constant(8)
MOST_AUTONOMOUS = 64  # engagements by active rounds beyond the channels of a unit, for which it keeps rows
UNLIMITED_M = 1e12
ROUNDING_M = 1e-3  # of a place on the smooth earth: less is no ground above it
OUT_OF_ACTION, OFF_DUTY = constant(9), constant(10)
CONTROL_CHANGED, ORDER_WITHDRAWN, ZONE_CLOSED = constant(11), constant(12), constant(13)
NOT_READY, TRAINING = 10, 11  # why a unit is withheld from orders; reasons of HELD
PK_KINDS = 4  # aircraft, cruise, ballistic, drone: the order of threats.KIND_*


INTERCEPTOR_COLUMNS = {
    "range_minimum_m": NUMBER,
    "range_air_m": NUMBER,  # against aircraft, cruise missiles and drones
    "range_ballistic_m": NUMBER,
    "altitude_minimum_m": NUMBER,
    "altitude_maximum_m": NUMBER,
    "speed_mps": NUMBER,  # mean to intercept, or at burnout where it decays
    "decay_m": NUMBER,  # distance in which speed falls to 1/e, 0: constant
    "speed_minimum_mps": NUMBER,  # slower than this it does not intercept
    "acceptance_radius_m": NUMBER,
    "terminal_active_s": NUMBER,  # before intercept, from which it needs no channel; −1: guided until intercept
    "pk_edge": NUMBER,  # share of kill probability left at the longest range
    "pk_edge_from": NUMBER,  # part of the longest range from which it falls
}


class InterceptorTable(NamedTuple):
    """Interceptor types; row order is ``ResolvedScenario.interceptors`` order."""

    row: Rows  # (interceptor,) INTERCEPTOR_COLUMNS
    single_shot_pk: Floats  # (interceptor, PK_KINDS)
    envelope: Floats  # (interceptor, point, 2) altitude and longest range there; no points: the range alone


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
    "slew_rate_radps": NUMBER,  # at which the sector of its group and their radar turn, 0: fixed
    "responsibility_facing_rad": NUMBER,
    "responsibility_sector_rad": NUMBER,
    "group": WHOLE,  # unit whose engagement radar and channels it uses: itself, unless it shares another's
    "channels": WHOLE,  # of its group
    "missiles_guided": WHOLE,  # of its group
    "rows": WHOLE,  # engagements that can be under way: channels, and those by rounds that need none any more
    "reaction_s": NUMBER,  # median
    "reaction_spread": NUMBER,  # standard deviation of its logarithm
    "assessment_s": NUMBER,
    "false_kill": NUMBER,  # probability that what lives is judged dead
    "false_survivor": NUMBER,  # probability that what is dead is judged alive
    "recheck_s": NUMBER,  # a track judged dead that is still seen after this counts as alive again
    "reload_s": NUMBER,  # from the last round of a type fired to the stock's being ready; 0: never
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
    stock: Ints  # (unit, interceptor) rounds to reload at the start


CHANNEL_COLUMNS = {
    "phase": WHOLE,  # IDLE, REACTING, IN_FLIGHT, ASSESSING
    "guided": FLAG,  # occupies a fire channel; False once its rounds are autonomous
    "slot": WHOLE,  # track slot at the unit's node
    "subject": WHOLE,  # its subject: tells whether the slot still holds that track
    "confirmed_s": NUMBER,  # when it was confirmed: a subject may come back
    "number": WHOLE,  # its track number
    "interceptor": WHOLE,
    "rounds": WHOLE,  # in flight
    "left": WHOLE,  # of the salvo, yet to be fired
    "flights": WHOLE,  # launches so far: a salvo goes up in one, or round by round
    "nth": WHOLE,  # salvo at this track
    "remote": WHOLE,  # remote use by which it was launched without the engagement radar, 0: with it
    "ordered_s": NUMBER,
    "reaction_s": NUMBER,  # from then until it is ready to launch
    "next_s": NUMBER,  # next event of the row: end of the phase, a launch, a hand-over, an intercept
    "fires_s": NUMBER,  # next launch of the salvo, inf: none
    "frees_s": NUMBER,  # when its rounds become autonomous, inf: never, or done
    "killed": FLAG,  # outcome that assessment will show
    "order_event": WHOLE,
    "shot_event": WHOLE,  # first round of the salvo
}


FLIGHT_COLUMNS = {
    "meets_s": NUMBER,  # inf once it has met what was there
    "share": NUMBER,  # of kill probability at that range
    "rounds": WHOLE,
    "shot_event": WHOLE,  # of its first round
}
# Columns of ``WeaponState.aim_m`` after the place: the track's state when rounds became autonomous, and when that was.
HANDED, HANDED_S, AIM_COLUMNS = 3, 9, 10
STOCK, READY_S = 0, 1  # columns of ``WeaponState.reload``


UNIT_STATE_COLUMNS = {
    "withheld": WHOLE,  # why it takes no order in this step, by readiness or loss: 0, NOT_READY, TRAINING
    "limit_rad": NUMBER,  # > 0: it engages in this sector alone, full width
    "limit_facing_rad": NUMBER,
    "turned_rad": NUMBER,  # how far its sector is turned off its facing
    "goal_rad": NUMBER,  # how far it is to be
}


class WeaponState(NamedTuple):
    """Engagements under way; the first axis is the run."""

    row: Rows  # (run, unit, channel) CHANNEL_COLUMNS; rows beyond the channels serve autonomous rounds
    flight: Rows  # (run, unit, channel, launch) FLIGHT_COLUMNS
    unit: Rows  # (run, unit) UNIT_STATE_COLUMNS
    magazine: Ints  # (run, unit, interceptor)
    promised: Ints  # (run, unit, interceptor) scratch: rounds that orders not yet carried out will take
    reload: Floats  # (run, unit, interceptor, 2) STOCK: rounds left to reload, READY_S: when the next are, inf: none
    aim_m: Floats  # (run, unit, channel, 10) where the track was at the order, the meeting point since the launch; …


def compile_interceptors(scenario: ResolvedScenario) -> InterceptorTable:
    """Return the table of interceptor types."""
    interceptors = scenario.interceptors
    rows = {name: [getattr(interceptor, name) for interceptor in interceptors] for name in INTERCEPTOR_COLUMNS}
    kills = [(i.pk_aircraft, i.pk_cruise, i.pk_ballistic, i.pk_drone) for i in interceptors]
    points = max((len(interceptor.envelope) for interceptor in interceptors), default=0)
    envelope = np.full((len(interceptors), points, 2), UNLIMITED_M)
    for number, interceptor in enumerate(interceptors):
        given = interceptor.envelope
        if given:
            envelope[number] = (*given, *[given[-1]] * (points - len(given)))
    return InterceptorTable(
        row=rows_of(INTERCEPTOR_COLUMNS, rows, len(interceptors)),
        single_shot_pk=np.array(kills, np.float64).reshape(-1, PK_KINDS),
        envelope=envelope,
    )


def compile_fire_units(scenario: ResolvedScenario, terrain: TerrainTable) -> FireUnitTable:
    """Return the table of fire units."""
    units = scenario.fire_units
    places = [stand(unit.position, scenario.origin, terrain) for unit in units]
    engagement = sorted({unit.engagement_sensor for unit in units if unit.engagement_sensor >= 0})
    magazine = np.zeros((len(units), len(scenario.interceptors)), np.int64)
    stock = 0 * magazine
    for row, unit in enumerate(units):
        for rounds, held in ((magazine, unit.magazines), (stock, unit.stocks)):
            for interceptor, ready in held:
                rounds[row, interceptor] += ready
    active = np.array([interceptor.terminal_active_s >= 0.0 for interceptor in scenario.interceptors], np.int64)
    autonomous = np.minimum((magazine + stock) @ active, MOST_AUTONOMOUS)
    groups = [unit.shares_with if unit.shares_with >= 0 else row for row, unit in enumerate(units)]
    # Above the ground it stands on, so that the horizon is that of the country around it.
    heights = [
        scenario.sensors[unit.engagement_sensor].antenna_height_m if unit.engagement_sensor >= 0 else 0.0
        for unit in units
    ]
    grounds = [height_m(*position) for position, _ in places]
    grounds = [ground_m if abs(ground_m) > ROUNDING_M else 0.0 for ground_m in grounds]

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
        "group": groups,
        "rows": [unit.channels + int(extra) for unit, extra in zip(units, autonomous, strict=True)],
    }
    for name in UNIT_COLUMNS:
        if name not in rows:
            rows[name] = [getattr(unit, name) for unit in units]
    return FireUnitTable(
        row=rows_of(UNIT_COLUMNS, rows, len(units)),
        position_m=np.array([position for position, _ in places]).reshape(-1, 3),
        basis=np.array([basis for _, basis in places]).reshape(-1, 3, 3),
        magazine=magazine,
        stock=stock,
    )


def create_weapon_state(table: FireUnitTable, salvos: Rows, runs: int) -> WeaponState:
    """Return full magazines and idle channels; ``salvos`` are the rules of all nodes, which say how rounds go up."""
    units = table.row.shape[0]
    rows = int(table.row["rows"].max()) if units else 1
    launches = int(np.where(salvos["spacing_s"] > 0.0, salvos["salvo"], 1).max(initial=1))
    reload = np.full((runs, *table.stock.shape, 2), np.inf)
    reload[..., STOCK] = table.stock
    return WeaponState(
        row=filled_rows(CHANNEL_COLUMNS, (runs, units, rows), {"next_s": np.inf}),
        flight=filled_rows(FLIGHT_COLUMNS, (runs, units, rows, launches), {"meets_s": np.inf}),
        unit=filled_rows(UNIT_STATE_COLUMNS, (runs, units), {}),
        magazine=np.tile(table.magazine, (runs, 1, 1)),
        promised=np.tile(0 * table.magazine, (runs, 1, 1)),
        reload=reload,
        aim_m=np.zeros((runs, units, rows, AIM_COLUMNS)),
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
    remote: int,
    delay_s: float,
    meeting_m: Floats,
) -> tuple[float, float, float]:
    """Return time, range and share of kill probability of a meeting with a target; (−1.0, −1.0, 0.0) out of reach.

    The launch is after ``delay_s``. state (6,) of the target now; slack_m how far its height may be off; remote the
    use that a link allows of it now; meeting_m (3,) written. What does not fall is taken to keep its height, unless it
    climbs beyond the ceiling. A unit with a fixed service time reaches everything. Range counts from the launcher,
    horizon and sector from the radar of its group; a sector that can be turned is not asked for.
    """
    row = units.row[unit]
    if row.service_s > 0.0:
        return row.service_s, 0.0, 1.0
    kind = interceptors.row[interceptor]
    launcher_m, radar_m = units.position_m[unit], units.position_m[row.group]
    time_s = meeting_time_s(state, falling, launcher_m, kind.speed_mps, kind.decay_m, delay_s, meeting_m)
    if time_s < 0.0 or speed_then_mps(kind.speed_mps, kind.decay_m, time_s - delay_s) < kind.speed_minimum_mps:
        return -1.0, -1.0, 0.0
    dx, dy, dz = meeting_m[0] - launcher_m[0], meeting_m[1] - launcher_m[1], meeting_m[2] - launcher_m[2]
    range_m = math.sqrt(dx * dx + dy * dy + dz * dz)
    met_m = height_m(meeting_m[0], meeting_m[1], meeting_m[2])
    if met_m - max(row.ground_m, 0.0) - slack_m > kind.altitude_maximum_m:
        return -1.0, -1.0, 0.0
    if falling:
        altitude_m, reach_m = met_m, kind.range_ballistic_m
    else:
        altitude_m, reach_m = height_m(state[0], state[1], state[2]), kind.range_air_m
    if altitude_m + slack_m < kind.altitude_minimum_m:  # below the sea, whatever the ground of the launcher
        return -1.0, -1.0, 0.0
    # Over lower country a target counts as flying at the lowest height of an intercept: there it may be lower still.
    above_m = altitude_m if row.ground_m <= 0.0 else max(altitude_m - row.ground_m, kind.altitude_minimum_m)
    if interceptors.envelope.shape[1] > 0 and not falling:
        reach_m = min(reach_m, range_at_m(interceptors.envelope[interceptor], above_m))
    if not within_envelope(
        range_m, above_m, slack_m,
        kind.range_minimum_m, reach_m, kind.altitude_minimum_m, kind.altitude_maximum_m,
    ):  # fmt: skip
        return -1.0, -1.0, 0.0
    seen_m = range_m
    if row.group != unit:
        dx, dy, dz = meeting_m[0] - radar_m[0], meeting_m[1] - radar_m[1], meeting_m[2] - radar_m[2]
        seen_m = math.sqrt(dx * dx + dy * dy + dz * dz)
    is_guided_from_afar = remote == USE_ENGAGE and kind.terminal_active_s >= 0.0
    if not is_guided_from_afar and not above_horizon(seen_m, above_m + slack_m, row.height_m, row.effective_radius_m):
        return -1.0, -1.0, 0.0
    if row.slew_rate_radps > 0.0 or in_sector(units.basis[row.group], dx, dy, dz, row.facing_rad, row.sector_rad):
        return time_s, range_m, share_at(range_m, reach_m, kind.pk_edge_from, kind.pk_edge)
    return -1.0, -1.0, 0.0
