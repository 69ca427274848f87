"""Move: where everything that flies is at the end of this step.

Reads   threats, arrival draws
Writes  threat state
"""

from openiamd.kernels import kernel
from openiamd.physics.ballistic import ballistic_state, great_circle_state
from openiamd.physics.draws import ARRIVAL, NO_ENTITY, START, exponential, uniform
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.world.arrays import Draws, Floats
from openiamd.world.events import LAUNCHED, NONE, EventLog, log_event
from openiamd.world.threats import FLYING, WAITING, ThreatState, ThreatTable


@kernel
def draw_starts(threats: ThreatTable, draws: Draws, state: ThreatState, first_run: int, last_run: int) -> None:
    """Draw when each object starts: a fixed time with jitter, or the n-th Poisson arrival of its group.

    Rows of a group stand in the order of their arrivals. An object's route then ends ``duration_s`` later.
    """
    for run in range(first_run, last_run):
        arrival_s = 0.0
        for thing in range(threats.row.shape[0]):
            number = draws.first + run
            if threats.row[thing].arrival_rate_hz > 0.0:
                if threats.row[thing].arrival_index == 1:
                    arrival_s = threats.row[thing].start_s
                draw = uniform(
                    draws.seed,
                    number,
                    ARRIVAL,
                    threats.row[thing].group,
                    NO_ENTITY,
                    threats.row[thing].arrival_index,
                    0,
                )
                arrival_s += exponential(draw, 1.0 / threats.row[thing].arrival_rate_hz)
                start_s = arrival_s
            else:
                draw = uniform(draws.seed, number, START, threats.row[thing].entity, NO_ENTITY, 0, 0)
                start_s = threats.row[thing].start_s + (2.0 * draw - 1.0) * threats.row[thing].start_jitter_s
            state.row[run, thing].start_s = max(start_s, 0.0)
            if not threats.row[thing].loop:
                state.row[run, thing].end_s = state.row[run, thing].start_s + threats.row[thing].duration_s


@kernel
def locate(
    threats: ThreatTable, thing: int, elapsed_s: float, leg: int, position_m: Floats, velocity_mps: Floats
) -> int:
    """Write position (3,) and velocity (3,) of an object after ``elapsed_s`` of its route; return its leg.

    ``leg`` is where the search begins: the leg it was in before. A route is held at its last point when it is over.
    """
    duration_s = threats.row[thing].duration_s
    if threats.row[thing].loop:
        lapped_s = elapsed_s - duration_s * (elapsed_s // duration_s)
        if lapped_s < threats.leg[threats.row[thing].first_leg + leg].begin_s:
            leg = 0
        elapsed_s = lapped_s
    elif elapsed_s > duration_s:
        elapsed_s = duration_s
    row = threats.row[thing].first_leg + leg
    while leg < threats.row[thing].legs - 1 and elapsed_s >= threats.leg[row].end_s:
        leg += 1
        row += 1
    outward = threats.leg_from[row]
    along = threats.leg_along[row]
    if threats.row[thing].ballistic:
        x_m, y_m, z_m, vx_mps, vy_mps, vz_mps = ballistic_state(
            elapsed_s,
            outward[0],
            outward[1],
            outward[2],
            along[0],
            along[1],
            along[2],
            threats.leg[row].range_m / EARTH_RADIUS_M,
        )
    else:
        x_m, y_m, z_m, vx_mps, vy_mps, vz_mps = great_circle_state(
            threats.leg[row].speed_mps * (elapsed_s - threats.leg[row].begin_s),
            threats.leg[row].height_m + threats.leg[row].climb_mps * (elapsed_s - threats.leg[row].begin_s),
            threats.leg[row].speed_mps,
            threats.leg[row].climb_mps,
            outward[0],
            outward[1],
            outward[2],
            along[0],
            along[1],
            along[2],
        )
    position_m[0] = x_m
    position_m[1] = y_m
    position_m[2] = z_m - EARTH_RADIUS_M
    velocity_mps[0] = vx_mps
    velocity_mps[1] = vy_mps
    velocity_mps[2] = vz_mps
    return leg


@kernel
def move(
    time_s: float,
    step_s: float,
    threats: ThreatTable,
    state: ThreatState,
    events: EventLog,
    first_run: int,
    last_run: int,
) -> None:
    """Carry every object from ``time_s`` to the end of the step, and start those that are due."""
    end_s = time_s + step_s
    for run in range(first_run, last_run):
        for thing in range(threats.row.shape[0]):
            status = state.row[run, thing].status
            if status > FLYING:
                continue
            start_s = state.row[run, thing].start_s
            position_m = state.position_m[run, thing]
            velocity_mps = state.velocity_mps[run, thing]
            if status == WAITING:
                if start_s >= end_s:
                    continue
                state.row[run, thing].status = FLYING
                locate(threats, thing, max(time_s - start_s, 0.0), 0, position_m, velocity_mps)
                log_event(
                    events,
                    run,
                    start_s,
                    LAUNCHED,
                    NONE,
                    thing,
                    NONE,
                    threats.row[thing].target,
                    NONE,
                    NONE,
                    0.0,
                    position_m,
                )
            for axis in range(3):
                state.previous_m[run, thing, axis] = position_m[axis]
            state.row[run, thing].leg = locate(
                threats, thing, end_s - start_s, state.row[run, thing].leg, position_m, velocity_mps
            )
