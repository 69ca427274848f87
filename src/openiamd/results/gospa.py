"""OSPA and GOSPA: how far a set of tracks is from the set of true objects at one time.

Sources: Schuhmacher, Vo & Vo, IEEE T-SP 56 (2008) 3447 (OSPA); Rahmathullah, García-Fernández & Svensson, FUSION 2017,
arXiv:1601.05585 (GOSPA, with alpha = 2, where it splits into localisation, missed and false).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]


class Gospa(NamedTuple):
    """Both distances at one time; ``gospa^order`` = localisation + cutoff^order / 2 · (missed + false)."""

    ospa: float  # metres
    gospa: float  # metres
    localisation: float  # metres to the power of the order, summed over the pairs
    missed: int  # objects without a track
    false: int  # tracks without an object


def distances(truth: Floats, tracks: Floats) -> Floats:
    """Return the distances (n, m) between places ``truth`` (n, 3) and ``tracks`` (m, 3)."""
    return np.sqrt(((truth[:, None] - tracks[None]) ** 2).sum(axis=-1))


def gospa(distance_m: Floats, cutoff_m: float, order: float) -> Gospa:
    """Return OSPA and GOSPA of order ``order`` with cut-off ``cutoff_m`` for distances (object, track).

    Two empty sets are at distance 0. Pairs at or beyond the cut-off count as missed and false.
    """
    objects, tracks = distance_m.shape
    penalty = cutoff_m**order
    if objects == 0 or tracks == 0:
        more = max(objects, tracks)
        return Gospa(cutoff_m if more else 0.0, (0.5 * penalty * more) ** (1.0 / order), 0.0, objects, tracks)
    cost = np.minimum(distance_m, cutoff_m) ** order
    rows, columns = linear_sum_assignment(cost)
    paired = cost[rows, columns]
    near = distance_m[rows, columns] < cutoff_m
    pairs = int(near.sum())
    localisation = float(paired[near].sum())
    unpaired = objects + tracks - 2 * pairs
    ospa = ((paired.sum() + penalty * abs(objects - tracks)) / max(objects, tracks)) ** (1.0 / order)
    total = (localisation + 0.5 * penalty * unpaired) ** (1.0 / order)
    return Gospa(float(ospa), float(total), localisation, objects - pairs, tracks - pairs)
