"""Pairs of true objects and tracks: who is near whom at each instant, and which pairs last.

Sources: Bernardin & Stiefelhagen, EURASIP J. Image Video Process. 2008, 246309 (CLEAR MOT) for pairs that last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Side(NamedTuple):
    """One side of the comparison, instant after instant: true objects, or tracks."""

    first: Integers  # (instant + 1,) where the rows of each instant begin
    name: Integers  # (row,) object, or track number
    state: Floats  # (row, 6) x, y, z m, vx, vy, vz m/s
    covariance: Floats  # (row, 6, 6) of tracks; (0, 6, 6) of truth


class Near(NamedTuple):
    """Pairs of object and track that are near each other, in order of the instants."""

    instant: Integers  # (pair,)
    truth_row: Integers  # (pair,)
    track_row: Integers  # (pair,)
    distance_m: Floats  # (pair,)

    def chosen(self, which: Flags | Integers) -> Near:
        """Return some of the pairs."""
        return Near(self.instant[which], self.truth_row[which], self.track_row[which], self.distance_m[which])


def near_pairs(truth: Side, tracks: Side, reach_m: float) -> Near:
    """Return all pairs that are closer than ``reach_m``.

    Tracks are sorted by instant and east, so that only those of a strip about each object are looked at.
    """
    instants = len(truth.first) - 1
    of_truth, of_tracks = (np.repeat(np.arange(instants), np.diff(side.first)) for side in (truth, tracks))
    both_m = np.concatenate([truth.state[:, 0], tracks.state[:, 0], [0.0]])
    stride_m = 4.0 * reach_m + float(both_m.max() - both_m.min())  # from an instant's strip to the next one's
    margin_m = 4.0 * np.finfo(np.float64).eps * stride_m * (instants + 1)
    key_m = tracks.state[:, 0] + of_tracks * stride_m
    order = np.argsort(key_m, kind="stable")
    east_m = truth.state[:, 0] + of_truth * stride_m
    low, high = (np.searchsorted(key_m[order], east_m + side * (reach_m + margin_m)) for side in (-1.0, 1.0))
    counts = high - low
    rows = np.repeat(np.arange(len(counts)), counts)
    columns = order[np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts - low, counts)]
    square_m2 = np.zeros(len(rows))
    for axis in range(3):
        square_m2 += (truth.state[rows, axis] - tracks.state[columns, axis]) ** 2
    close = np.flatnonzero((square_m2 < reach_m**2) & (of_truth[rows] == of_tracks[columns]))
    rows, columns = rows[close], columns[close]
    return Near(of_truth[rows], rows, columns, np.sqrt(square_m2[close]))


def alone(near: Near) -> Flags:
    """Tell of each pair whether its object and its track have no other near."""
    if len(near.instant) == 0:
        return np.zeros(0, np.bool_)
    return (np.bincount(near.truth_row)[near.truth_row] == 1) & (np.bincount(near.track_row)[near.track_row] == 1)


def instants_of(near: Near, which: Flags) -> Iterator[tuple[int, Integers]]:
    """Yield each instant that has some of the chosen pairs, and these."""
    rows = np.flatnonzero(which)
    at = near.instant[rows]
    for part in np.split(rows, np.flatnonzero(np.diff(at)) + 1) if len(rows) else []:
        yield int(near.instant[part[0]]), part


def assign(near: Near, rows: Integers, cost: Floats, price: Callable[[int], float]) -> Integers:
    """Return those of the pairs ``rows`` that together cost least; no pair costs ``price`` of the number of places."""
    objects, row = np.unique(near.truth_row[rows], return_inverse=True)
    tracks, column = np.unique(near.track_row[rows], return_inverse=True)
    table = np.full((len(objects), len(tracks)), price(min(len(objects), len(tracks))))
    pair = np.full(table.shape, -1, np.int64)
    table[row, column], pair[row, column] = cost[rows], rows
    chosen = pair[linear_sum_assignment(table)]
    return chosen[chosen >= 0]


def nearest(near: Near) -> Near:
    """Return of each track that has objects near it the pair with the nearest."""
    order = np.lexsort((near.truth_row, near.distance_m, near.track_row))
    first = np.concatenate([[True], np.diff(near.track_row[order]) > 0]) if len(order) else np.zeros(0, np.bool_)
    return near.chosen(order[first])


def lasting(near: Near, truth: Side, tracks: Side, gate_m: float) -> Near:
    """Return the matched pairs, all of them within the gate.

    A pair that was matched at the instant before stays matched; of the others as many as possible are matched, with
    the least sum of squared distances.
    """
    name, number = truth.name[near.truth_row].tolist(), tracks.name[near.track_row].tolist()
    rows, columns, cost = near.truth_row.tolist(), near.track_row.tolist(), near.distance_m**2
    edges = np.searchsorted(near.instant, np.arange(len(truth.first))).tolist()
    held: dict[int, int] = {}
    kept: list[int] = []
    for at in range(len(edges) - 1):
        pairs = range(edges[at], edges[at + 1])
        stay = [pair for pair in pairs if held.get(name[pair]) == number[pair]]
        taken_rows, taken_columns = {rows[pair] for pair in stay}, {columns[pair] for pair in stay}
        rest = [pair for pair in pairs if rows[pair] not in taken_rows and columns[pair] not in taken_columns]
        if rest:
            # Dearer than all pairs together, so that most pairs come first; 1e30 would drown the squares in rounding.
            stay += assign(near, np.array(rest), cost, lambda places: (1 + places) * gate_m**2).tolist()
        held = {name[pair]: number[pair] for pair in stay}
        kept += stay
    return near.chosen(np.array(kept, np.int64))
