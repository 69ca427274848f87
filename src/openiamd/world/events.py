"""The event log of each run: what happened, when, to whom, and because of which earlier event.

The kinds are grouped by the table in which they are stored. ``NONE`` stands for "does not apply".
"""

from typing import NamedTuple

import numpy as np

from openiamd.kernels import kernel
from openiamd.world.arrays import NUMBER, WHOLE, Floats, Ints, Rows, constant, filled_rows

NONE = constant(-1)

LAUNCHED, LEAKED, DEPARTED, UNRESOLVED = constant(1), constant(2), constant(3), constant(4)
FIRST_LOOK, FIRST_DETECTION = constant(10), constant(11)
TRACK_CONFIRMED, TRACK_DROPPED, NUMBER_CHANGED = constant(20), constant(21), constant(22)
DUAL_DESIGNATION, DUAL_RESOLVED, DECORRELATED = constant(23), constant(24), constant(25)
TRACK_RECEIVED, CONTACT_LOST, CONTACT_RESTORED = constant(30), constant(31), constant(32)
IDENTITY, ENGAGE, HELD, CEASED = constant(40), constant(41), constant(42), constant(43)
FIRE_ORDER = constant(44)
IDENTITY_CONFLICT, IDENTITY_RESOLVED = constant(48), constant(49)
SHOT = constant(50)
KILL, MISS, WASTED, OVERKILL, ASSESSED = constant(60), constant(61), constant(62), constant(63), constant(64)
RELOADED, DEBRIS, SLEWED = constant(65), constant(66), constant(67)
STATE_CHANGED, LOST, RESTORED = constant(70), constant(71), constant(72)

FITS, EVENTS_FULL, PLOTS_FULL, TRACKS_FULL = 0, 1, 2, 3

COUNT, SCORED, OVERFLOW = 0, 1, 2

EVENT_COLUMNS = {
    "time_s": NUMBER,
    "value": NUMBER,  # range, age, distance or number, by kind
    "kind": WHOLE,
    "node": WHOLE,
    "thing": WHOLE,  # flying object
    "track_number": WHOLE,
    "other": WHOLE,  # asset, sensor, link, fire unit or reason, by kind
    "cause": WHOLE,  # event id in the same run
    "code": WHOLE,  # identity, reason or interceptor, by kind
}


class EventLog(NamedTuple):
    """Events so far; the second axis is the event id within the run."""

    tally: Ints  # (run, 3) COUNT logged, SCORED: objects looked up, OVERFLOW: FITS or the buffer that was too small
    row: Rows  # (run, event) EVENT_COLUMNS
    position_m: Floats  # (run, event, 3) east, north, up


def create_event_log(runs: int, capacity: int) -> EventLog:
    """Return an empty log for ``runs`` runs of at most ``capacity`` events each."""
    return EventLog(
        tally=np.zeros((runs, 3), np.int64),
        row=filled_rows(EVENT_COLUMNS, (runs, capacity), {}),
        position_m=np.zeros((runs, capacity, 3)),
    )


@kernel
def log_event(
    log: EventLog,
    run: int,
    time_s: float,
    kind: int,
    node: int,
    thing: int,
    track_number: int,
    other: int,
    cause: int,
    code: int,
    value: float,
    position_m: Floats,
) -> int:
    """Append one event and return its id, or mark the overflow and return ``NONE``.

    position_m  (3,) east, north, up of what the event is about
    """
    event = log.tally[run, COUNT]
    if event >= log.row.shape[1]:
        log.tally[run, OVERFLOW] = EVENTS_FULL
        return NONE
    log.tally[run, COUNT] = event + 1
    row = log.row[run, event]
    row.time_s = time_s
    row.value = value
    row.kind = kind
    row.node = node
    row.thing = thing
    row.track_number = track_number
    row.other = other
    row.cause = cause
    row.code = code
    for axis in range(3):
        log.position_m[run, event, axis] = position_m[axis]
    return event
