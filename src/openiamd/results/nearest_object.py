"""SIAP attributes where every track counts for the object nearest to it; many tracks may share one object.

Source: Votruba et al., Single Integrated Air Picture Metrics Implementation (2001), as Stone Soup computes it with
tracks given to truth one instant at a time. It is the rule by which a run of the simulation is scored as well.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_SECONDS_AN_HOUR = 3600.0


class Assigned(NamedTuple):
    """Tracks with the object nearest to each, in order of the instants."""

    instant: Integers  # (row,)
    object: Integers  # (row,)
    track: Integers  # (row,)
    position_error_m: Floats  # (row,)
    velocity_error_mps: Floats  # (row,)


class Lives(NamedTuple):
    """From which instant to which each object flew, and what was there at all instants together."""

    object: Integers  # (object,)
    first: Integers  # (object,) instant
    last: Integers  # (object,) instant
    objects: float  # summed over the instants
    tracks: float


def siap(assigned: Assigned, lives: Lives, time_s: Floats) -> dict[str, float]:
    """Return the SIAP attributes by name; a ratio with nothing to divide by is NaN.

    time_s  (instant,) rising
    """
    count = len(assigned.instant)
    tracked = len(set(zip(assigned.instant.tolist(), assigned.object.tolist(), strict=True)))
    changes, held_s, longest_s = _continuity(assigned, lives, time_s)
    lived_s = float((time_s[lives.last] - time_s[lives.first]).sum())
    return {
        "nearest_completeness": _ratio(tracked, lives.objects),
        "nearest_ambiguity": _ratio(count, tracked),
        "nearest_spuriousness": _ratio(lives.tracks - count, lives.tracks),
        "nearest_position_error_m": _ratio(float(assigned.position_error_m.sum()), count),
        "nearest_velocity_error_mps": _ratio(float(assigned.velocity_error_mps.sum()), count),
        "nearest_track_number_change_rate_per_h": _ratio(changes * _SECONDS_AN_HOUR, held_s),
        "nearest_longest_segment": _ratio(longest_s, lived_s),
    }


def segments(assigned: Assigned) -> tuple[Integers, Integers, Integers]:
    """Return object, first and last instant of each longest run of instants in which a track kept its object."""
    order = np.lexsort((assigned.instant, assigned.track))
    instant, thing, track = assigned.instant[order], assigned.object[order], assigned.track[order]
    same = (np.diff(track) == 0) & (np.diff(thing) == 0) & (np.diff(instant) == 1)
    starts = np.flatnonzero(np.concatenate([[True], ~same])) if len(order) else np.zeros(0, np.int64)
    ends = np.append(starts[1:] - 1, len(order) - 1) if len(order) else starts
    return thing[starts], instant[starts], instant[ends]


def _continuity(assigned: Assigned, lives: Lives, time_s: Floats) -> tuple[int, float, float]:
    """Return track-number changes, time tracked, and the longest segments, each summed over the objects."""
    thing, first, last = segments(assigned)
    changes, held_s, longest_s = 0, 0.0, 0.0
    for name in lives.object.tolist():
        own = thing == name
        if own.any():
            changes += _fewest(first[own], last[own]) - 1
            held_s += _covered_s(time_s[first[own]], time_s[last[own]])
            longest_s += float((time_s[last[own]] - time_s[first[own]]).max())
    return changes, held_s, longest_s


def _fewest(first: Integers, last: Integers) -> int:
    """Return the least number of segments that cover all instants of all of them: always on to the latest end."""
    order = np.argsort(first, kind="stable")
    number, covered, reach, at = 0, -1, -1, 0
    while True:
        while at < len(order) and first[order[at]] <= covered + 1:
            reach = max(reach, int(last[order[at]]))
            at += 1
        if reach > covered:
            number, covered = number + 1, reach
        elif at < len(order):
            covered = int(first[order[at]]) - 1
        else:
            return number


def _covered_s(start_s: Floats, end_s: Floats) -> float:
    """Return the length of the union of intervals."""
    order = np.argsort(start_s, kind="stable")
    total_s, reach_s = 0.0, -math.inf
    for start, end in zip(start_s[order].tolist(), end_s[order].tolist(), strict=True):
        total_s += max(0.0, end - max(start, reach_s))
        reach_s = max(reach_s, end)
    return total_s


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0.0 else math.nan
