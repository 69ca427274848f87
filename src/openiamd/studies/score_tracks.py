"""Scores recorded tracks against what flew: both are brought to the times of the truth and measured there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.errors import UsageError
from openiamd.recordings.tables import Floats, Integers, Tracks, Truth
from openiamd.results.track_measures import Picture, Rule, measure, purity
from openiamd.results.track_pairs import Side, near_pairs, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAME_S = 1e-6  # times no further apart are one instant
_GAP = 3.0  # an object or a track is absent where its rows are this many times their usual interval apart


class Score(NamedTuple):
    """What `iamd score` prints."""

    measures: dict[str, float]
    picture: Picture  # by instant, and the matched pairs
    time_s: Floats  # (instant,)


def score_tracks(
    tracks: Tracks,
    truth: Truth,
    *,
    rule: Rule | None = None,
    origin: Integers | None = None,
    tentative: bool = False,
) -> Score:
    """Return the measures of ``tracks`` against ``truth``; the rows of both may be in any order.

    Instants are the times of the truth. An object that has no row at an instant counts there between its rows before
    and after, on the cubic through their places and velocities, unless these are more than three of its usual
    intervals apart. A track counts from its first confirmed row (``tentative``: its first row) until one usual interval
    of the tracks after its last, with its latest row carried on at its velocity, unless that row is more than three
    usual intervals old. Where every row has the time of an instant and the instants are no closer than the rows of a
    track, each instant is a scan whose plots share one time: there a track counts where it has a row, and nowhere else.

    origin  (plot,) object behind each plot, −1 false. Without it a plot is taken to be of the object nearest to the
            state of its row at the row's time, within the gate

    Raises:
        UsageError: truth and tracks have no time in common, or ``origin`` lacks a plot that a track has.
    """
    rule = rule or Rule()
    instants = _instants(truth.time_s)
    of_truth, of_tracks = _sample_truth(truth, instants), _sample_tracks(tracks, instants, tentative)
    if len(tracks.time_s) and (tracks.time_s.min() > instants[-1] or tracks.time_s.max() < instants[0]):
        spans = [f"{time_s.min():g} to {time_s.max():g} s" for time_s in (tracks.time_s, instants)]
        complaint = f"truth and tracks have no time in common: tracks span {spans[0]}, truth {spans[1]}"
        raise UsageError(complaint, hint="count both times from the same moment")
    found, picture = measure(of_truth, of_tracks, instants, rule)
    found["purity"] = _purity(tracks, truth, origin, tentative, rule.gate_m)
    return Score(found, picture, instants)


def _instants(time_s: Floats) -> Floats:
    """Return the distinct times, rising."""
    rising = np.unique(time_s)
    return rising[np.concatenate([[True], np.diff(rising) > _SAME_S])] if len(rising) else rising


def _runs(name: Integers, time_s: Floats) -> tuple[Integers, Integers, Integers]:
    """Return an order by name and time, where each name begins in it, and the names."""
    order = np.lexsort((time_s, name))
    names, first = np.unique(name[order], return_index=True)
    return order, np.append(first, len(order)), names


def _usual_interval(name: Integers, time_s: Floats) -> float:
    """Return the median time between neighbouring rows of one name; infinite where no name has two."""
    apart = np.diff(time_s)[np.diff(name) == 0]
    apart = apart[apart > _SAME_S]
    return float(np.median(apart)) if len(apart) else math.inf


def _sample_truth(truth: Truth, instants: Floats) -> Side:
    at_all, name_all, state_all = [], [], []
    for name, at, state in _paths(truth, instants):
        at_all.append(at)
        name_all.append(np.full(len(at), name))
        state_all.append(state)
    return _side(at_all, name_all, state_all, [], len(instants))


def _paths(truth: Truth, times_s: Floats) -> Iterator[tuple[int, Integers, Floats]]:
    """Yield each object, at which of ``times_s`` (rising) it flew, and its states then."""
    order, first, names = _runs(truth.object, truth.time_s)
    for run, name in enumerate(names.tolist()):
        rows = order[first[run] : first[run + 1]]
        time_s, state = truth.time_s[rows], truth.state[rows]
        gap_s = _GAP * float(np.sort(np.diff(time_s))[(len(rows) - 1) // 2]) if len(rows) > 1 else 0.0
        span = np.searchsorted(times_s, [time_s[0] - _SAME_S, time_s[-1] + _SAME_S])
        at = np.arange(span[0], span[1])
        low = np.clip(np.searchsorted(time_s, times_s[at] + _SAME_S, side="right") - 1, 0, len(rows) - 1)
        high = np.minimum(low + 1, len(rows) - 1)
        own = np.abs(times_s[at] - time_s[low]) <= _SAME_S
        kept = own | (time_s[high] - time_s[low] <= gap_s)
        at, low, high = at[kept], low[kept], np.where(own, low, high)[kept]
        yield name, at, _between(time_s[low], state[low], time_s[high], state[high], times_s[at])


def _between(t0_s: Floats, before: Floats, t1_s: Floats, after: Floats, at_s: Floats) -> Floats:
    """Return states (row, 6) on the cubic through two places and velocities (Hermite); the first where times agree."""
    span_s = t1_s - t0_s
    same = span_s <= 0.0
    h = np.where(same, 1.0, span_s)[:, None]
    u = np.where(same, 0.0, (at_s - t0_s) / h[:, 0])[:, None]
    p0, v0, p1, v1 = before[:, :3], before[:, 3:], after[:, :3], after[:, 3:]
    bend, twist = 3.0 * (p1 - p0) / h - 2.0 * v0 - v1, -2.0 * (p1 - p0) / h + v0 + v1
    place = p0 + h * u * (v0 + u * (bend + u * twist))
    return np.concatenate([place, v0 + u * (2.0 * bend + 3.0 * u * twist)], axis=1)


def _sample_tracks(tracks: Tracks, instants: Floats, tentative: bool) -> Side:
    order, first, names = _runs(tracks.track_number, tracks.time_s)
    last_s, latest_s = _patience(tracks.track_number[order], tracks.time_s[order], instants)
    at_all, name_all, row_all = [], [], []
    for run, name in enumerate(names):
        rows = order[first[run] : first[run + 1]]
        rows = rows if tentative else rows[tracks.confirmed[rows]]
        if len(rows) == 0:
            continue
        time_s = tracks.time_s[rows]
        span = np.searchsorted(instants, [time_s[0] - _SAME_S, time_s[-1] + last_s])
        at = np.arange(span[0], span[1])
        row = np.searchsorted(time_s, instants[at] + _SAME_S, side="right") - 1
        kept = instants[at] - time_s[row] < latest_s
        at_all.append(at[kept])
        name_all.append(np.full(int(kept.sum()), name))
        row_all.append(rows[row[kept]])
    states, covariances = [], []
    for at, rows in zip(at_all, row_all, strict=True):
        ahead_s = instants[at] - tracks.time_s[rows]
        ahead_s = np.where(np.abs(ahead_s) <= _SAME_S, 0.0, ahead_s)
        shift = np.zeros((len(rows), 6, 6))
        shift[:] = np.eye(6)
        shift[:, [0, 1, 2], [3, 4, 5]] = ahead_s[:, None]
        states.append((shift @ tracks.state[rows][..., None])[..., 0])
        covariances.append(shift @ tracks.covariance[rows] @ shift.transpose(0, 2, 1))
    return _side(at_all, name_all, states, covariances, len(instants))


def _patience(name: Integers, time_s: Floats, instants: Floats) -> tuple[float, float]:
    """Return how long a track's last row stands for it, and how long any row does."""
    usual_s = _usual_interval(name, time_s)
    if not math.isfinite(usual_s):
        return _SAME_S, _SAME_S
    after = np.minimum(np.searchsorted(instants, time_s), len(instants) - 1)
    apart_s = np.minimum(np.abs(instants[after] - time_s), np.abs(instants[np.maximum(after - 1, 0)] - time_s))
    within = (time_s >= instants[0] - _SAME_S) & (time_s <= instants[-1] + _SAME_S)
    shared = bool((apart_s[within] <= _SAME_S).all()) and len(instants) > 1
    if shared and np.diff(instants).min() >= usual_s - _SAME_S:
        return _SAME_S, _SAME_S
    return usual_s - _SAME_S, _GAP * usual_s


def _side(at_all: list, name_all: list, state_all: list, covariance_all: list, instants: int) -> Side:
    """Return what was sampled name by name, instant after instant."""
    at = np.concatenate([*at_all, np.zeros(0)]).astype(np.int64)
    name = np.concatenate([*name_all, np.zeros(0)]).astype(np.int64)
    state = np.concatenate([*state_all, np.zeros((0, 6))])
    covariance = np.concatenate([*covariance_all, np.zeros((0, 6, 6))])
    order = np.lexsort((name, at))
    first = np.searchsorted(at[order], np.arange(instants + 1))
    return Side(first, name[order], state[order], covariance[order] if len(covariance) else covariance)


def _purity(tracks: Tracks, truth: Truth, origin: Integers | None, tentative: bool, gate_m: float) -> float:
    """Return the purity by the plots' origins where these are known, else by the objects nearest to the rows."""
    rows = np.flatnonzero((tracks.plot >= 0) & (tracks.confirmed | tentative))
    if origin is None:
        return purity(tracks.track_number[rows], _nearest(truth, tracks.time_s[rows], tracks.state[rows], gate_m))
    origin = np.asarray(origin, np.int64)
    if len(rows) and tracks.plot[rows].max() >= len(origin):
        complaint = f"origin names {len(origin)} plots, but a track has plot {tracks.plot[rows].max()}"
        raise UsageError(complaint, hint="origin has one entry a row of PLOTS")
    return purity(tracks.track_number[rows], origin[tracks.plot[rows]])


def _nearest(truth: Truth, time_s: Floats, state: Floats, gate_m: float) -> Integers:
    """Return the object nearest to each state (row, 6) at its time, −1 where none lies within the gate."""
    found = np.full(len(time_s), -1, np.int64)
    if len(found) == 0:
        return found
    instants = _instants(time_s)
    at = np.searchsorted(instants, time_s + _SAME_S, side="right") - 1
    order = np.argsort(at, kind="stable")
    first = np.searchsorted(at[order], np.arange(len(instants) + 1))
    rows = Side(first, order, state[order], np.zeros((0, 6, 6)))
    there = _sample_truth(truth, instants)
    pairs = nearest(near_pairs(there, rows, gate_m))
    found[rows.name[pairs.track_row]] = there.name[pairs.truth_row]
    return found
