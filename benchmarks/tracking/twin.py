"""A plain NumPy twin of the tracker: the same policy, written from the papers and without the package's kernels.

    python benchmarks/tracking/twin.py SCENE [--seed 0] [--motion cv] [--association gnn]

One sensor, whose plots of one scan share one time. Arrays: (track, model, 6) states east, north, up and their rates.
Papers: JPDA*, Blom and Bloem 2000; track score, Sittler 1964, and its bound, Wald 1945; `twin_filter.py` names those
of the filter.
"""

import argparse
import itertools
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

sys.path.append(str(Path(__file__).resolve().parent))

import air_scenes
from twin_filter import (
    FIRST_MODELS,
    Bank,
    Radar,
    gaussian,
    iterated,
    polar,
    predicted,
    range_rate,
    sight,
    swapped,
    turned,
    with_range_rate,
)

from openiamd.recordings.tables import Plots, Sensors, Tracks

FALSE_TRACKS_PER_SCAN, LEAST_CLUTTER, LEAST_ELEVATION_RAD = 0.01, 0.01, np.deg2rad(20.0)
LARGEST_TABLE, SURE = 20_000, 0.999


class Policy(NamedTuple):
    """The options of `iamd track` and their defaults."""

    motion: str = "cv"
    association: str = "gnn"
    process_noise: tuple[float, float] = (1.0, 0.05)
    velocity_prior: tuple[float, float] = (160.0, 10.0)
    gate: float = 4.0
    confirm: int = 3
    drop_tentative: int = 2
    drop_confirmed: int = 4


class Pairs(NamedTuple):
    """Pairs of a track and a plot inside the gate."""

    track: Any  # (pair,)
    plot: Any
    innovation: Any  # (pair, model, 3)
    log_likelihood: Any  # (pair, model)
    distance: Any  # (pair,) the least of the models
    total: Any  # (pair,) log likelihood of the mixture


def paired(bank: Bank, plots: Any, radar: Radar, gate: float) -> Pairs:
    """Return the pairs inside the gate of at least one model that has weight."""
    expected, _, covariance, gain = sight(bank, radar)
    innovation = plots[None, None, :, :3] - expected[:, :, None]
    innovation[..., 1] = turned(innovation[..., 1])
    inverse = np.linalg.inv(covariance)
    distance2 = np.einsum("tmpa,tmab,tmpb->tmp", innovation, inverse, innovation)
    distance2[bank.weight <= 0.0] = np.inf
    track, plot = np.nonzero((distance2 <= gate**2).any(1))
    innovation, distance2 = innovation[track, :, plot], distance2[track, :, plot]
    likelihood = gaussian(distance2, covariance[track])
    if np.isfinite(plots[plot, 3]).any():
        mean = bank.mean[track] + np.einsum("pmab,pmb->pma", gain[track], innovation)
        left = bank.covariance - gain @ covariance @ swapped(gain)
        rate, slope = range_rate(mean)
        variance = np.einsum("pma,pmab,pmb->pm", slope, left[track], slope) + radar.sigma_range_rate_mps**2
        rest2 = np.where(np.isfinite(plots[plot, 3]), plots[plot, 3], np.nan)[:, None] - rate
        rest2 = rest2**2 / variance
        known = np.isfinite(rest2)
        extra = -0.5 * (rest2 + np.log(2.0 * np.pi * variance)) + np.log(radar.range_rate_spread_mps)
        likelihood = likelihood + np.where(known, extra, 0.0)
        distance2 = np.where(distance2 <= gate**2, distance2 + np.where(known, rest2, 0.0), np.inf)
    with np.errstate(divide="ignore"):
        parts = np.log(bank.weight)[track] + likelihood
    total = np.logaddexp.reduce(parts, axis=1)
    inside = (distance2 <= gate**2).any(1)
    every = Pairs(track, plot, innovation, likelihood, np.sqrt(distance2.min(1)), total)
    return Pairs(*(field[inside] for field in every))


def clusters(track: Any, plot: Any) -> list[Any]:
    """Return for each connected set of tracks and plots the positions of its pairs."""
    if len(track) == 0:
        return []
    tracks, plots = track.max() + 1, plot.max() + 1
    graph = coo_array((np.ones(len(track)), (track, tracks + plot)), shape=(tracks + plots,) * 2)
    label = connected_components(graph, directed=False)[1][track]
    order = np.argsort(label, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(label[order])) + 1)


def assigned(track: Any, plot: Any, gain: Any) -> Any:
    """Return which pairs are chosen so that the sum of their positive gains is greatest."""
    taken = np.zeros(len(track), bool)
    wanted = np.flatnonzero(gain > 0.0)
    for members in clusters(track[wanted], plot[wanted]):
        pair = wanted[members]
        rows, row = np.unique(track[pair], return_inverse=True)
        columns, column = np.unique(plot[pair], return_inverse=True)
        table, which = np.zeros((len(rows), len(columns))), np.full((len(rows), len(columns)), -1)
        table[row, column], which[row, column] = gain[pair], pair
        best = which[linear_sum_assignment(table, maximize=True)]
        taken[best[best >= 0]] = True
    return taken


def joint_events(ratio: Any) -> Any | None:
    """Return (track, 1 + plot) probabilities of JPDA*; None where the events are too many. Column 0: no plot."""
    scale = np.maximum(1.0, ratio.max(1))
    best: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {(0, 0): (1.0, ())}
    for track, row in enumerate(ratio):
        grown: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {}
        for (detected, used), (weight, event) in best.items():
            options = [(detected, used, weight / scale[track], 0)]
            for plot in np.flatnonzero(row).tolist():
                if not used >> plot & 1:
                    gained = weight * row[plot] / scale[track]
                    options.append((detected | 1 << track, used | 1 << plot, gained, plot + 1))
            for tracks, plots, product, which in options:
                if product > grown.get((tracks, plots), (-1.0,))[0]:
                    grown[tracks, plots] = (product, (*event, which))
        best = grown
        if len(best) > LARGEST_TABLE:
            return None
    probability = np.zeros((len(ratio), ratio.shape[1] + 1))
    for weight, event in best.values():
        probability[range(len(event)), event] += weight
    return probability / probability.sum(1, keepdims=True)


def soft(pairs: Pairs, members: Any, log_ratio: Any) -> Any:
    """Return the probability of every pair: JPDA* in clusters, an assignment where a cluster is too large."""
    probability = np.zeros(len(log_ratio))
    members = np.flatnonzero(members)
    for group in clusters(pairs.track[members], pairs.plot[members]):
        pair = members[group]
        rows, row = np.unique(pairs.track[pair], return_inverse=True)
        columns, column = np.unique(pairs.plot[pair], return_inverse=True)
        ratio = np.zeros((len(rows), len(columns)))
        ratio[row, column] = np.exp(log_ratio[pair])
        events = joint_events(ratio)
        if events is None:
            probability[pair] = assigned(row, column, log_ratio[pair])
        else:
            events[events.max(1) > SURE] = np.rint(events[events.max(1) > SURE])
            probability[pair] = events[row, column + 1]
    return probability


def associated(bank: Bank, pairs: Pairs, plots: int, radar: Radar, policy: Any) -> tuple[Any, Any, Any]:
    """Return each pair's probability, each track's plot (or −1) and which plots remain."""
    chance = radar.detection_probability
    log_ratio = pairs.total + np.log(chance / (radar.density * (1.0 - chance)))
    distance = policy.association == "gnn" and policy.motion == "cv"
    gain = policy.gate - pairs.distance if distance else log_ratio
    probability, plot, free = np.zeros(len(gain)), np.full(len(bank.number), -1), np.ones(plots, bool)
    for stage in (bank.confirmed, ~bank.confirmed):
        member = stage[pairs.track] & free[pairs.plot]
        score = np.where(member, gain, -np.inf)
        if policy.association == "jpda" and stage is bank.confirmed:
            probability = soft(pairs, member, log_ratio)
            none = 1.0 - np.bincount(pairs.track, probability, len(bank.number))
            with np.errstate(divide="ignore", invalid="ignore"):
                odds = np.log(probability) - np.log(np.maximum(none, 1e-12))[pairs.track]
            score = np.where(member & (probability > 1e-6), odds, -np.inf)
        taken = assigned(pairs.track, pairs.plot, score)
        if policy.association == "gnn" or stage is not bank.confirmed:
            probability = np.where(taken, 1.0, probability)
        plot[pairs.track[taken]] = pairs.plot[taken]
        free[pairs.plot[taken]] = False
        free &= np.bincount(pairs.plot, probability, plots) <= 0.5
    return probability, plot, free


def updated(bank: Bank, pairs: Pairs, probability: Any, plots: Any, radar: Radar, gate: float) -> Bank:
    """Return the tracks after the plots: hard where one plot has all the probability, else weighted."""
    tracks = len(bank.number)
    expected, slope, spread, gain = sight(bank, radar)
    none = np.maximum(1.0 - np.bincount(pairs.track, probability, tracks), 0.0)
    with np.errstate(divide="ignore"):
        share = np.exp(np.log(bank.weight)[pairs.track] + pairs.log_likelihood - pairs.total[:, None])
    share = probability[:, None] * share  # (pair, model)
    nothing = none[:, None] * bank.weight
    weight = nothing.copy()
    np.add.at(weight, pairs.track, share)
    part = share / np.where(weight > 0.0, weight, 1.0)[pairs.track]
    shift, moment, used = np.zeros((*weight.shape, 3)), np.zeros((*weight.shape, 3, 3)), np.zeros(weight.shape)
    weighted = part[..., None] * pairs.innovation
    np.add.at(shift, pairs.track, weighted)
    np.add.at(moment, pairs.track, weighted[..., :, None] * pairs.innovation[..., None, :])
    np.add.at(used, pairs.track, part)
    moment -= shift[..., :, None] * shift[..., None, :]
    sure = np.bincount(pairs.track, probability > SURE, tracks) > 0
    moment[sure] = 0.0
    mean = bank.mean + np.einsum("tmab,tmb->tma", gain, shift)
    inside = moment - used[..., None, None] * spread
    covariance = bank.covariance + gain @ inside @ swapped(gain)
    rows, row_plots = np.flatnonzero(sure), plots[bank.plot[sure]]
    excess = polar(mean[rows])[0] - expected[rows] - np.einsum("tmab,tmb->tma", slope, mean - bank.mean)[rows]
    excess[..., 1] = turned(excess[..., 1])
    curved = np.einsum("tma,ab,tmb->tm", excess, np.linalg.inv(radar.noise), excess) > gate**2
    for row, model in zip(*np.nonzero(curved), strict=True):
        place = rows[row], model
        mean[place], covariance[place] = iterated(bank.mean[place], bank.covariance[place], row_plots[row, :3], radar)
    rates = np.repeat(row_plots[:, 3:4], weight.shape[1], 1)
    mean[rows], covariance[rows] = with_range_rate(mean[rows], covariance[rows], rates, radar.sigma_range_rate_mps)
    weight = weight / weight.sum(1, keepdims=True)
    return bank._replace(mean=mean, covariance=0.5 * (covariance + swapped(covariance)), weight=weight)


def judged(bank: Bank, pairs: Pairs, radar: Radar, policy: Any) -> tuple[Bank, Any]:
    """Return the tracks with their counts, scores and standing, and which of them remain."""
    hit, chance = bank.plot >= 0, radar.detection_probability
    likelihood = np.zeros(len(hit))
    own = bank.plot[pairs.track] == pairs.plot
    likelihood[pairs.track[own]] = pairs.total[own]
    gained = np.where(hit, likelihood + np.log(chance / radar.density), np.log(1.0 - chance))
    updates, misses, score = bank.updates + hit, np.where(hit, 0, bank.misses + 1), bank.score + gained
    confirmed = bank.confirmed | (hit & standing(updates, score, radar, policy))
    keep = misses < np.where(confirmed, policy.drop_confirmed, policy.drop_tentative)
    return bank._replace(updates=updates, misses=misses, score=score, confirmed=confirmed), keep


def chosen(bank: Bank, rows: Any) -> Bank:
    return Bank(*(field[rows] for field in bank))


def standing(updates: Any, score: Any, radar: Radar, policy: Any) -> Any:
    return (updates >= policy.confirm) & (score >= np.log(radar.clutter / FALSE_TRACKS_PER_SCAN))


def initiated(plots: Any, rows: Any, first_number: int, radar: Radar, policy: Any) -> Bank:
    """Return one tentative track for each of the given rows of a scan's plots."""
    reach, azimuth, elevation, rate = plots[rows].T
    flat, models = np.cos(elevation), 1 if policy.motion == "cv" else 4
    east, north, up = flat * np.sin(azimuth), flat * np.cos(azimuth), np.sin(elevation)
    mean, covariance = np.zeros((len(rows), 6)), np.zeros((len(rows), 6, 6))
    mean[:, :3] = reach[:, None] * np.stack([east, north, up], 1)
    slope = np.stack(
        [
            np.stack([east, reach * north, -reach * up * np.sin(azimuth)], 1),
            np.stack([north, -reach * east, -reach * up * np.cos(azimuth)], 1),
            np.stack([up, np.zeros(len(rows)), reach * flat], 1),
        ],
        1,
    )
    covariance[:, :3, :3] = slope @ radar.noise @ swapped(slope)
    horizontal, vertical = policy.velocity_prior
    covariance[:, 3:, 3:] = np.diag([horizontal**2, horizontal**2, vertical**2])
    mean, covariance = with_range_rate(mean, covariance, rate, radar.sigma_range_rate_mps)
    ones, zeros = np.ones(len(rows), int), np.zeros(len(rows))
    return Bank(
        np.repeat(mean[:, None], models, 1),
        np.repeat(covariance[:, None], models, 1),
        np.tile(FIRST_MODELS if models > 1 else [1.0], (len(rows), 1)),
        first_number + np.arange(len(rows)),
        ones,
        0 * ones,
        standing(ones, zeros, radar, policy),
        zeros,
        rows,
    )


def joined(left: Bank, right: Bank) -> Bank:
    return Bank(*(np.concatenate(fields) for fields in zip(left, right, strict=True)))


def knowledge(plots: Plots, sensors: Sensors) -> Radar:
    """Return what the tracker knows of the only sensor, with the density of false plots in the space it looks at."""
    clutter = max(np.nan_to_num(sensors.clutter_per_scan[0]), LEAST_CLUTTER)
    elevation = plots.elevation_rad
    height = max(max(elevation.max(), 0.0) - min(elevation.min(), 0.0), LEAST_ELEVATION_RAD)
    rates = plots.range_rate_mps[np.isfinite(plots.range_rate_mps)]
    sigmas = sensors.sigma_range_m[0], sensors.sigma_azimuth_rad[0], sensors.sigma_elevation_rad[0]
    return Radar(
        np.diag(np.square(sigmas)),
        float(sensors.sigma_range_rate_mps[0]),
        float(np.clip(np.nan_to_num(sensors.detection_probability[0], nan=0.9), 0.01, 0.99)),
        clutter,
        clutter / (plots.range_m.max() * 2.0 * np.pi * height),
        max(float(np.ptp(rates)), 1.0) if len(rates) else 1.0,
        float(sensors.revisit_s[0]),
    )


def outputs(bank: Bank, time_s: float, first_row: int) -> tuple[Any, ...]:
    """Return one scan's columns of the table of tracks, in the order of the track numbers."""
    mean = np.einsum("tm,tmi->ti", bank.weight, bank.mean)
    apart = bank.mean - mean[:, None]
    spread = bank.covariance + apart[..., :, None] * apart[..., None, :]
    coasted = bank.plot < 0
    return (
        np.full(len(mean), time_s),
        bank.number,
        mean,
        np.einsum("tm,tmij->tij", bank.weight, spread),
        bank.confirmed,
        coasted,
        np.where(coasted, -1, first_row + bank.plot),
    )


def measurements(plots: Plots, radar: Radar) -> tuple[Any, Any]:
    """Return range, azimuth, elevation and range rate (plot, 4) and the borders of the scans among the plots."""
    measured = np.stack([plots.range_m, plots.azimuth_rad, plots.elevation_rad, plots.range_rate_mps], 1)
    if not np.isfinite(radar.sigma_range_rate_mps):
        measured[:, 3] = np.nan
    scan = np.floor((plots.time_s - plots.time_s[0]) / radar.revisit_s + 1e-6).astype(int)
    return measured, np.searchsorted(scan, np.arange(scan[-1] + 2))


def track_plots(plots: Plots, sensors: Sensors, settings: Any) -> Tracks:
    """Return the tracks of one sensor's plots, which come in the order of their scans."""
    radar = knowledge(plots, sensors)
    measured, borders = measurements(plots, radar)
    bank, number, before_s, rows = initiated(measured, np.arange(0), 1, radar, settings), 1, plots.time_s[0], []
    for scan, (first_row, last_row) in enumerate(itertools.pairwise(borders)):
        here = measured[first_row:last_row]
        time_s = float(plots.time_s[first_row] if len(here) else plots.time_s[0] + scan * radar.revisit_s)
        bank = predicted(bank, float(time_s - before_s), settings)
        pairs = paired(bank, here, radar, settings.gate)
        probability, plot, free = associated(bank, pairs, len(here), radar, settings)
        bank = updated(bank._replace(plot=plot), pairs, probability, here, radar, settings.gate)
        bank = chosen(*judged(bank, pairs, radar, settings))
        born = initiated(here, np.flatnonzero(free), number, radar, settings)
        bank, number, before_s = joined(bank, born), number + len(born.number), time_s
        rows.append(outputs(bank, time_s, int(first_row)))
    return Tracks(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scene", metavar="SCENE", help="as n50_T10_c20")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--motion", choices=("cv", "imm"), default="cv")
    parser.add_argument("--association", choices=("gnn", "jpda"), default="gnn")
    options = parser.parse_args()
    plots, sensors, *_ = air_scenes.recording(options.scene, options.seed)
    start_s = time.process_time()
    tracks = track_plots(plots, sensors, Policy(options.motion, options.association))
    spent_s = time.process_time() - start_s
    confirmed = tracks.confirmed
    print(f"{len(np.unique(tracks.track_number[confirmed]))} confirmed tracks, {confirmed.sum()} rows, {spent_s:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
