"""Assess: what got through, what left, what is still in the air at the end.

Reads   threats
Writes  threat status
"""

from openiamd.kernels import kernel
from openiamd.world.events import DEPARTED, LEAKED, NONE, UNRESOLVED, EventLog, log_event
from openiamd.world.threats import FLYING, HOSTILE_SIDE, LEFT_DEPARTED, LEFT_LEAKED, ThreatState, ThreatTable


@kernel
def assess(
    time_s: float,
    step_s: float,
    duration_s: float,
    threats: ThreatTable,
    flying: ThreatState,
    events: EventLog,
    first_run: int,
    last_run: int,
) -> None:
    """Close the routes that end in this step: a hostile that completes its route is a leaker.

    After the last step, hostiles still flying are logged as unresolved.
    """
    end_s = time_s + step_s
    for run in range(first_run, last_run):
        for thing in range(threats.row.shape[0]):
            course, target = flying.row[run, thing], threats.row[thing].target
            if course.status != FLYING:
                continue
            position_m = flying.position_m[run, thing]
            hostile = threats.row[thing].side == HOSTILE_SIDE
            kind, at_s = NONE, end_s
            if course.end_s <= end_s:
                leaks = hostile and not threats.row[thing].departs
                course.status = LEFT_LEAKED if leaks else LEFT_DEPARTED
                kind = LEAKED if leaks else DEPARTED
                at_s = course.end_s
            elif hostile and end_s >= duration_s - 1e-9:
                kind = UNRESOLVED
            if kind != NONE:
                log_event(events, run, at_s, kind, NONE, thing, NONE, target, NONE, NONE, 0.0, position_m)
