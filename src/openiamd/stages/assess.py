"""Assess: what got through, what left, what is still in the air at the end.

Reads   threats
Writes  threat status
"""

from numba import njit

from openiamd.world.events import DEPARTED, LEAKED, NONE, UNRESOLVED, EventLog, log_event
from openiamd.world.threats import FLYING, HOSTILE_SIDE, LEFT_DEPARTED, LEFT_LEAKED, ThreatState, ThreatTable


@njit(nogil=True, cache=True)
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
        for thing in range(threats.entity.shape[0]):
            if flying.status[run, thing] != FLYING:
                continue
            position_m = flying.position_m[run, thing]
            hostile = threats.side[thing] == HOSTILE_SIDE
            if flying.end_s[run, thing] <= end_s:
                leaks = hostile and not threats.departs[thing]
                flying.status[run, thing] = LEFT_LEAKED if leaks else LEFT_DEPARTED
                kind = LEAKED if leaks else DEPARTED
                at_s = flying.end_s[run, thing]
                log_event(
                    events, run, at_s, kind, NONE, thing, NONE, threats.target[thing], NONE, NONE, 0.0, position_m
                )
            elif hostile and end_s >= duration_s - 1e-9:
                log_event(
                    events, run, end_s, UNRESOLVED, NONE, thing, NONE, threats.target[thing], NONE, NONE, 0.0, position_m
                )
