"""OSPA and GOSPA: how far a set of tracks is from the set of true objects at one time.

Sources: Schuhmacher, Vo & Vo, IEEE T-SP 56 (2008) 3447 (OSPA); Rahmathullah, García-Fernández & Svensson, FUSION 2017,
arXiv:1601.05585 (GOSPA, with alpha = 2, where it splits into localisation, missed and false).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.results.track_pairs import Near, alone, assign, instants_of

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Gospa(NamedTuple):
    """Both distances at one time; ``gospa^order`` = localisation + cutoff^order / 2 · (missed + false)."""

    ospa: float  # metres
    gospa: float  # metres
    localisation: float  # metres to the power of the order, summed over the pairs
    missed: int  # objects without a track
    false: int  # tracks without an object


class GospaSeries(NamedTuple):
    """The same at many times."""

    ospa: Floats  # (instant,)
    gospa: Floats  # (instant,)
    localisation: Floats  # (instant,)
    missed: Integers  # (instant,)
    false: Integers  # (instant,)


def distances(truth: Floats, tracks: Floats) -> Floats:
    """Return the distances (n, m) between places ``truth`` (n, 3) and ``tracks`` (m, 3)."""
    return np.sqrt(((truth[:, None] - tracks[None]) ** 2).sum(axis=-1))


def gospa(distance_m: Floats, cutoff_m: float, order: float) -> Gospa:
    """Return OSPA and GOSPA of order ``order`` with cut-off ``cutoff_m`` for distances (object, track).

    Two empty sets are at distance 0. Pairs at or beyond the cut-off count as missed and false.
    """
    rows, columns = np.nonzero(distance_m < cutoff_m)
    near = Near(np.zeros(len(rows), np.int64), rows, columns, distance_m[rows, columns])
    counts = [np.array([count], np.int64) for count in distance_m.shape]
    found = gospa_over_time(near, counts[0], counts[1], cutoff_m, order)
    return Gospa(*(column[0].item() for column in found))


def gospa_over_time(near: Near, objects: Integers, tracks: Integers, cutoff_m: float, order: float) -> GospaSeries:
    """Return OSPA and GOSPA at every time from the pairs that are closer than the cut-off.

    objects, tracks  (instant,) how many there are

    Pairs farther apart cost as much as none, so that the assignment falls into parts that share no object and no
    track; most parts are one pair.
    """
    instants, penalty = len(objects), cutoff_m**order
    cost = near.distance_m**order
    single = alone(near)
    sums = np.bincount(near.instant[single], cost[single], instants).astype(np.float64)  # integers where there is none
    pairs = np.bincount(near.instant[single], minlength=instants)
    price: Callable[[int], float] = lambda _: penalty  # noqa: E731 - the price of no pair, whatever the size
    for at, rows in instants_of(near, ~single):
        chosen = assign(near, rows, cost, price)
        sums[at] += cost[chosen].sum()
        pairs[at] += len(chosen)
    more = np.maximum(objects, tracks)
    ospa = ((sums + penalty * (more - pairs)) / np.maximum(more, 1)) ** (1.0 / order)
    total = (sums + 0.5 * penalty * (objects + tracks - 2 * pairs)) ** (1.0 / order)
    return GospaSeries(ospa, total, sums, objects - pairs, tracks - pairs)
