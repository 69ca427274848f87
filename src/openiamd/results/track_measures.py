"""Measures of tracks against truth: OSPA, GOSPA, SIAP attributes, continuity, purity and consistency.

Sources: gospa.py for OSPA and GOSPA; Votruba et al., SIAP Metrics Implementation (2001) for completeness, ambiguity,
spuriousness, accuracy, track-number changes and longest segment; track_pairs.py for pairs that last; Bar-Shalom, Li &
Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), section 5.4, for NEES.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from openiamd.results.gospa import gospa_over_time
from openiamd.results.nearest_object import Assigned, Lives, siap
from openiamd.results.track_pairs import Near, Side, lasting, near_pairs, nearest

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MEANINGS = {
    "ospa_m": "OSPA, mean over time: distance of the set of tracks from that of the objects, an object",
    "gospa_m": "GOSPA, mean over time: the same, not divided by the number of objects",
    "gospa_localisation_m": "part of it: error of the pairs",
    "gospa_missed": "part of it: objects without a track, an instant",
    "gospa_false": "part of it: tracks without an object, an instant",
    "completeness": "share of the objects that have a track; 1 is best",
    "ambiguity": "tracks per tracked object; 1 is best",
    "spuriousness": "share of the tracks with no object near; 0 is best",
    "position_error_m": "mean distance of track and object, matched pairs",
    "velocity_error_mps": "the same of the velocities",
    "position_rmse_m": "root mean square of the distance",
    "velocity_rmse_mps": "the same of the velocities",
    "track_number_changes": "times an object was matched to another track than before",
    "breaks": "times an object lost its track",
    "track_number_change_rate_per_h": "track-number changes per hour of tracked time",
    "longest_segment": "share of its life that an object's longest piece of one track covers; 1 is best",
    "initiation_delay_s": "mean time from an object's first instant to its first match",
    "objects": "objects that flew",
    "objects_never_tracked": "of these, never matched",
    "track_numbers": "tracks that were scored",
    "false_tracks": "of these, never matched to an object",
    "nees_per_dimension": "squared error in units of the track's own covariance; 1: honest, above: too sure",
    "nees_low": "an honest filter's mean lies above this, 95 %, were all pairs independent",
    "nees_high": "and below this",
    "nees_pairs": "pairs behind it: those whose covariance is positive definite",
    "nearest_completeness": "where each track counts for its nearest object: share of the objects that have one",
    "nearest_ambiguity": "the same: tracks per tracked object",
    "nearest_spuriousness": "the same: share of the tracks with no object near",
    "nearest_position_error_m": "the same: mean distance of track and object, all tracks",
    "nearest_velocity_error_mps": "the same of the velocities",
    "nearest_track_number_change_rate_per_h": "the same: further tracks that cover an object, per hour tracked",
    "nearest_longest_segment": "the same: time of the longest pieces over the time flown",
    "purity": "share of a track's plots that came from its main object; 1 is best",
}

_SECONDS_AN_HOUR = 3600.0


class Rule(NamedTuple):
    """How tracks are held against truth."""

    cutoff_m: float = 2000.0  # of OSPA and GOSPA
    order: float = 2.0
    gate_m: float = 2000.0  # a track within it may be an object's
    warm_up: int = 0  # instants at the start that do not count in the means of OSPA and GOSPA


class Picture(NamedTuple):
    """What each instant showed, the pairs that lasted, and the nearest objects."""

    series: dict[str, list[float]]
    pairs: Near
    nearest: Near  # every track with an object within the gate, and the nearest one


def measure(truth: Side, tracks: Side, time_s: Floats, rule: Rule | None = None) -> tuple[dict[str, float], Picture]:
    """Return every measure by name, and what they were made of.

    time_s  (instant,) rising

    A pair of object and track that was matched at the instant before stays matched while it is within the gate; the
    others are assigned so that the sum of squared distances is least. A track left over is redundant where an object
    lies within the gate, else spurious. Means over nothing are NaN.
    """
    rule = rule or Rule()
    picture = _picture(truth, tracks, time_s, rule)
    found = _distances_over_time(picture.series, truth, rule)
    found |= _siap(picture, truth, tracks)
    found |= _continuity(picture, truth, tracks, time_s)
    found |= _consistency(picture.pairs, truth, tracks)
    found |= siap(_assigned(picture.nearest, truth, tracks), _lives(truth, tracks, len(time_s)), time_s)
    return found, picture


def purity(track: Integers, origin: Integers) -> float:
    """Return the share of updates that came from the object which gave their track most of its updates.

    track   (update,) track number
    origin  (update,) object behind the plot, −1 where it was false
    """
    if len(track) == 0:
        return math.nan
    numbers, of_track = np.unique(track, return_inverse=True)
    objects, of_object = np.unique(origin, return_inverse=True)
    counts = np.zeros((len(numbers), len(objects)), np.int64)
    np.add.at(counts, (of_track, of_object), 1)
    counts[:, objects < 0] = 0
    return float(counts.max(axis=1).sum() / len(track))


def _picture(truth: Side, tracks: Side, time_s: Floats, rule: Rule) -> Picture:
    """Return distances, pairs that last and nearest objects of all instants."""
    near = near_pairs(truth, tracks, max(rule.gate_m, rule.cutoff_m))
    within = near.chosen(near.distance_m < rule.gate_m)
    pairs, closest = lasting(within, truth, tracks, rule.gate_m), nearest(within)
    objects, numbers = np.diff(truth.first), np.diff(tracks.first)
    marks = gospa_over_time(near.chosen(near.distance_m < rule.cutoff_m), objects, numbers, rule.cutoff_m, rule.order)
    columns = {"time_s": time_s, "objects": objects, "tracks": numbers}
    for name, found in (("matched", pairs), ("assigned", closest)):
        columns[name] = np.bincount(found.instant, minlength=len(time_s))
    series = {name: column.astype(np.float64).tolist() for name, column in (columns | marks._asdict()).items()}
    return Picture(series, pairs, closest)


def _distances_over_time(series: dict[str, list[float]], truth: Side, rule: Rule) -> dict[str, float]:
    """Return the means over time of OSPA and GOSPA, and GOSPA's parts an instant."""
    first = rule.warm_up
    found = {name: _mean(np.array(series[name][first:])) for name in ("ospa", "gospa", "missed", "false")}
    pairs = sum(series["objects"][first:]) - sum(series["missed"][first:])
    total = sum(series["localisation"][first:])
    localisation_m = (total / pairs) ** (1.0 / rule.order) if pairs else math.nan
    return {
        "ospa_m": found["ospa"],
        "gospa_m": found["gospa"],
        "gospa_localisation_m": localisation_m,
        "gospa_missed": found["missed"],
        "gospa_false": found["false"],
    }


def _siap(picture: Picture, truth: Side, tracks: Side) -> dict[str, float]:
    """Return completeness, ambiguity, spuriousness and the errors of the matched pairs."""
    objects, held, matched, assigned = (
        sum(picture.series[name]) for name in ("objects", "tracks", "matched", "assigned")
    )
    error = tracks.state[picture.pairs.track_row] - truth.state[picture.pairs.truth_row]
    position_m = np.sqrt((error[:, :3] ** 2).sum(axis=1))
    velocity_mps = np.sqrt((error[:, 3:] ** 2).sum(axis=1))
    return {
        "completeness": _ratio(matched, objects),
        "ambiguity": _ratio(assigned, matched),
        "spuriousness": _ratio(held - assigned, held),
        "position_error_m": _mean(position_m),
        "velocity_error_mps": _mean(velocity_mps),
        "position_rmse_m": math.sqrt(_mean(position_m**2)),
        "velocity_rmse_mps": math.sqrt(_mean(velocity_mps**2)),
    }


def _continuity(picture: Picture, truth: Side, tracks: Side, time_s: Floats) -> dict[str, float]:
    """Return how often objects change their track, how long the longest segments are, and who is never seen."""
    pairs = picture.pairs
    names, lifetimes = np.unique(truth.name, return_counts=True)
    alive = [set(truth.name[truth.first[at] : truth.first[at + 1]].tolist()) for at in range(len(time_s))]
    births = {name: at for at in reversed(range(len(time_s))) for name in alive[at]}
    longest = dict.fromkeys(names.tolist(), 0)
    latest: dict[int, tuple[int, int, int]] = {}  # object: track, instant, length of the segment
    started: dict[int, int] = {}
    switches = breaks = 0
    order = np.lexsort((pairs.truth_row, pairs.instant))
    for pair in order.tolist():
        at, name = int(pairs.instant[pair]), int(truth.name[pairs.truth_row[pair]])
        number = int(tracks.name[pairs.track_row[pair]])
        before = latest.get(name)
        length = 1
        if before is not None:
            switches += before[0] != number
            length = before[2] + 1 if before[:2] == (number, at - 1) else 1
            breaks += before[1] < at - 1 and name in alive[before[1] + 1]
        latest[name] = (number, at, length)
        longest[name] = max(longest[name], length)
        started.setdefault(name, at)
    breaks += sum(at + 1 < len(time_s) and name in alive[at + 1] for name, (_, at, _) in latest.items())
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else math.nan
    hours = len(pairs.instant) * step_s / _SECONDS_AN_HOUR
    held = np.unique(tracks.name)
    return {
        "track_number_changes": float(switches),
        "breaks": float(breaks),
        "track_number_change_rate_per_h": _ratio(switches, hours),
        "longest_segment": _ratio(sum(longest.values()), float(lifetimes.sum())),
        "initiation_delay_s": _mean(np.array([time_s[at] - time_s[births[name]] for name, at in started.items()])),
        "objects": float(len(names)),
        "objects_never_tracked": float(len(names) - len(started)),
        "track_numbers": float(len(held)),
        "false_tracks": float(len(held) - len(np.unique(tracks.name[pairs.track_row]))),
    }


def _assigned(closest: Near, truth: Side, tracks: Side) -> Assigned:
    """Return each track with its nearest object, and how far apart they are."""
    error = tracks.state[closest.track_row] - truth.state[closest.truth_row]
    return Assigned(
        closest.instant,
        truth.name[closest.truth_row],
        tracks.name[closest.track_row],
        np.sqrt((error[:, :3] ** 2).sum(axis=1)),
        np.sqrt((error[:, 3:] ** 2).sum(axis=1)),
    )


def _lives(truth: Side, tracks: Side, instants: int) -> Lives:
    """Return from which instant to which each object flew."""
    at = np.repeat(np.arange(instants), np.diff(truth.first))
    names, first = np.unique(truth.name, return_index=True)
    _, back = np.unique(truth.name[::-1], return_index=True)
    return Lives(names, at[first], at[::-1][back], float(len(truth.name)), float(len(tracks.name)))


def _consistency(pairs: Near, truth: Side, tracks: Side) -> dict[str, float]:
    """Return the mean NEES per dimension, and the 95 % interval of it for an honest covariance.

    The interval takes the pairs as independent; errors of one track last from scan to scan, so it is too narrow.
    """
    error = tracks.state[pairs.track_row] - truth.state[pairs.truth_row]
    covariance = tracks.covariance[pairs.track_row]
    sound = _positive_definite(covariance)
    count = int(sound.sum())
    if count == 0:
        return {"nees_per_dimension": math.nan, "nees_low": math.nan, "nees_high": math.nan, "nees_pairs": 0.0}
    error, covariance = error[sound], covariance[sound]
    nees = np.einsum("pi,pi->p", error, np.linalg.solve(covariance, error[..., None])[..., 0])
    dimensions = 6 * count
    low, high = (2.0 * gammaincinv(0.5 * dimensions, share) / dimensions for share in (0.025, 0.975))
    return {
        "nees_per_dimension": float(nees.mean() / 6.0),
        "nees_low": float(low),
        "nees_high": float(high),
        "nees_pairs": float(count),
    }


def _positive_definite(matrices: Floats) -> NDArray[np.bool_]:
    """Tell of each matrix (row, 6, 6) whether it is positive definite."""
    try:
        np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        finite = np.logical_and.reduce(np.isfinite(matrices), axis=(1, 2))
        eigenvalues = np.linalg.eigvalsh(np.where(finite[:, None, None], matrices, 0.0))  # (row, 6) rising
        return np.logical_and(finite, eigenvalues[:, 0] > 1e-14 * eigenvalues[:, 5])
    return np.ones(len(matrices), np.bool_)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else math.nan


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0.0 else math.nan
