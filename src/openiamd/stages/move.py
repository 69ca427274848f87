"""Move: where everything that flies is at the end of this step.

Reads   threats, terrain, arrival draws
Writes  threat state
"""

from openiamd.kernels import kernel
from openiamd.physics.ballistic import ballistic_state, great_circle_state
from openiamd.physics.draws import ARRIVAL, NO_ENTITY, START, exponential, uniform
from openiamd.physics.geodesy import EARTH_RADIUS_M, local_up
from openiamd.world.arrays import Draws, Floats
from openiamd.world.events import LAUNCHED, NONE, EventLog, log_event
from openiamd.world.terrain import TerrainTable, ground_below
from openiamd.world.threats import FLYING, WAITING, ThreatState, ThreatTable


@kernel
def draw_starts(threats: ThreatTable, draws: Draws, state: ThreatState, first_run: int, last_run: int) -> None:
    """Draw when each object starts: a fixed time with jitter, or the n-th Poisson arrival of its group.

    Rows of a group stand in the order of their arrivals. An object's route then ends ``duration_s`` later.
    """
    for run in range(first_run, last_run):
        number, arrival_s = draws.first + run, 0.0
        for thing in range(threats.row.shape[0]):
            row, course = threats.row[thing], state.row[run, thing]
            if row.arrival_rate_hz > 0.0:
                if row.arrival_index == 1:
                    arrival_s = row.start_s
                draw = uniform(draws.seed, number, ARRIVAL, row.group, NO_ENTITY, row.arrival_index, 0)
                arrival_s += exponential(draw, 1.0 / row.arrival_rate_hz)
                start_s = arrival_s
            else:
                draw = uniform(draws.seed, number, START, row.entity, NO_ENTITY, 0, 0)
                start_s = row.start_s + (2.0 * draw - 1.0) * row.start_jitter_s
            course.start_s = max(start_s, 0.0)
            if not row.loop:
                course.end_s = course.start_s + row.duration_s


@kernel
def follow_ground(terrain: TerrainTable, position_m: Floats, velocity_mps: Floats) -> None:
    """Raise position (3,) by the height of the ground below, and let velocity (3,) climb with the ground ahead.

    Both along the local vertical. The climb is the rise of the ground over the next second.
    """
    here_m = ground_below(terrain, position_m[0], position_m[1])
    ahead_m = ground_below(terrain, position_m[0] + velocity_mps[0], position_m[1] + velocity_mps[1])
    up_x, up_y, up_z = local_up(position_m[0], position_m[1], position_m[2])
    position_m[0] += here_m * up_x
    position_m[1] += here_m * up_y
    position_m[2] += here_m * up_z
    climb_mps = ahead_m - here_m
    velocity_mps[0] += climb_mps * up_x
    velocity_mps[1] += climb_mps * up_y
    velocity_mps[2] += climb_mps * up_z


@kernel
def locate(
    threats: ThreatTable, terrain: TerrainTable, thing: int, elapsed_s: float, leg: int, position_m: Floats,
    velocity_mps: Floats,
) -> int:  # fmt: skip
    """Write position (3,) and velocity (3,) of an object after ``elapsed_s`` of its route; return its leg.

    ``leg`` is where the search begins: the leg it was in before. A route is held at its last point when it is over.
    """
    row = threats.row[thing]
    if row.loop:
        lapped_s = elapsed_s - row.duration_s * (elapsed_s // row.duration_s)
        if lapped_s < threats.leg[row.first_leg + leg].begin_s:
            leg = 0
        elapsed_s = lapped_s
    elif elapsed_s > row.duration_s:
        elapsed_s = row.duration_s
    while leg < row.legs - 1 and elapsed_s >= threats.leg[row.first_leg + leg].end_s:
        leg += 1
    piece = threats.leg[row.first_leg + leg]
    outward = threats.leg_from[row.first_leg + leg]
    along = threats.leg_along[row.first_leg + leg]
    if row.ballistic:
        x_m, y_m, z_m, vx_mps, vy_mps, vz_mps = ballistic_state(
            elapsed_s, outward[0], outward[1], outward[2], along[0], along[1], along[2], piece.range_m / EARTH_RADIUS_M
        )
    else:
        flown_s = elapsed_s - piece.begin_s
        x_m, y_m, z_m, vx_mps, vy_mps, vz_mps = great_circle_state(
            piece.speed_mps * flown_s, piece.height_m + piece.climb_mps * flown_s, piece.speed_mps, piece.climb_mps,
            outward[0], outward[1], outward[2], along[0], along[1], along[2],
        )  # fmt: skip
    position_m[0] = x_m
    position_m[1] = y_m
    position_m[2] = z_m - EARTH_RADIUS_M
    velocity_mps[0] = vx_mps
    velocity_mps[1] = vy_mps
    velocity_mps[2] = vz_mps
    if row.follows_ground and terrain.row[0].present:
        follow_ground(terrain, position_m, velocity_mps)
    return leg


@kernel
def move(
    time_s: float,
    step_s: float,
    threats: ThreatTable,
    terrain: TerrainTable,
    state: ThreatState,
    events: EventLog,
    first_run: int,
    last_run: int,
) -> None:
    """Carry every object from ``time_s`` to the end of the step, and start those that are due."""
    end_s = time_s + step_s
    for run in range(first_run, last_run):
        for thing in range(threats.row.shape[0]):
            course, target = state.row[run, thing], threats.row[thing].target
            if course.status > FLYING:
                continue
            position_m = state.position_m[run, thing]
            velocity_mps = state.velocity_mps[run, thing]
            if course.status == WAITING:
                if course.start_s >= end_s:
                    continue
                course.status = FLYING
                locate(threats, terrain, thing, max(time_s - course.start_s, 0.0), course.leg, position_m, velocity_mps)
                log_event(events, run, course.start_s, LAUNCHED, NONE, thing, NONE, target, NONE, NONE, 0.0, position_m)
            for axis in range(3):
                state.previous_m[run, thing, axis] = position_m[axis]
            course.leg = locate(threats, terrain, thing, end_s - course.start_s, course.leg, position_m, velocity_mps)
