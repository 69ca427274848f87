"""The event log of each run: what happened, when, to whom, and because of which earlier event.

The kinds are grouped by the table in which they are stored. ``NONE`` stands for "does not apply".
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from openiamd.world.arrays import Floats, Ints

NONE = -1

LAUNCHED, LEAKED, DEPARTED, UNRESOLVED = 1, 2, 3, 4
FIRST_LOOK, FIRST_DETECTION = 10, 11
TRACK_CONFIRMED, TRACK_DROPPED, NUMBER_CHANGED = 20, 21, 22
TRACK_RECEIVED, CONTACT_LOST, CONTACT_RESTORED = 30, 31, 32
IDENTITY, ENGAGE, HELD, CEASED = 40, 41, 42, 43
SHOT = 50
KILL, MISS, WASTED, OVERKILL, ASSESSED = 60, 61, 62, 63, 64

FITS, EVENTS_FULL, PLOTS_FULL, TRACKS_FULL = 0, 1, 2, 3


class EventLog(NamedTuple):
    """Events so far; the second axis is the event id within the run."""

    count: Ints  # (run,) events logged
    scored: Ints  # (run,) events whose true object has been looked up
    overflow: Ints  # (run,) FITS, or which buffer was too small
    whole: Ints  # (run, event, 7) kind, node, object, track number, other, cause, code
    time_s: Floats  # (run, event)
    value: Floats  # (run, event)
    position_m: Floats  # (run, event, 3) east, north, up


KIND, NODE, OBJECT, TRACK_NUMBER, OTHER, CAUSE, CODE = 0, 1, 2, 3, 4, 5, 6


def create_event_log(runs: int, capacity: int) -> EventLog:
    """Return an empty log for ``runs`` runs of at most ``capacity`` events each."""
    return EventLog(
        count=np.zeros(runs, np.int64),
        scored=np.zeros(runs, np.int64),
        overflow=np.zeros(runs, np.int64),
        whole=np.full((runs, capacity, 7), NONE, np.int64),
        time_s=np.zeros((runs, capacity)),
        value=np.zeros((runs, capacity)),
        position_m=np.zeros((runs, capacity, 3)),
    )


@njit(nogil=True, cache=True)
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
    event = log.count[run]
    if event >= log.time_s.shape[1]:
        log.overflow[run] = EVENTS_FULL
        return NONE
    log.count[run] = event + 1
    whole = log.whole[run, event]
    whole[KIND] = kind
    whole[NODE] = node
    whole[OBJECT] = thing
    whole[TRACK_NUMBER] = track_number
    whole[OTHER] = other
    whole[CAUSE] = cause
    whole[CODE] = code
    log.time_s[run, event] = time_s
    log.value[run, event] = value
    for axis in range(3):
        log.position_m[run, event, axis] = position_m[axis]
    return event
