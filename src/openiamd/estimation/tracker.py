"""The tracker of recorded plots: one scan after the other, from the plots to the rows of tracks.

Initiation from single plots; confirmation by the number of updates and by the track's score (Sittler, IEEE Trans. MIL-8
(1964) 125; Blackman & Popoli, Design and Analysis of Modern Tracking Systems (1999), section 6.2), whose threshold
bounds false tracks by Wald's inequality; deletion after consecutive misses. Updates by weighted plots: Bar-Shalom &
Tse, Automatica 11 (1975) 451.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.association import associate
from openiamd.estimation.bank import (
    DONE,
    MORE_PAIRS,
    MORE_ROWS,
    MORE_TRACKS,
    NEVER,
    NEXT_NUMBER,
    NEXT_SCAN,
    NONE,
    ROWS,
    TRACKS,
    Ahead,
    Bank,
    Known,
    Pairs,
    Policy,
    Rows,
    Scans,
    Seen,
    Work,
)
from openiamd.estimation.imm import FIRST_WEIGHTS, combined
from openiamd.estimation.kalman import update
from openiamd.estimation.pairing import FULL, bring, find_pairs, look
from openiamd.estimation.polar import as_position, observe, update_by_plot, update_by_range_rate
from openiamd.kernels import kernel

Integers = NDArray[np.int64]


@kernel
def track_scans(
    scans: Scans,
    last_scan: int,
    seen: Seen,
    known: Known,
    policy: Policy,
    bank: Bank,
    ahead: Ahead,
    pairs: Pairs,
    work: Work,
    rows: Rows,
    counts: Integers,
) -> int:
    """Take the scans from ``counts[NEXT_SCAN]`` up to ``last_scan``; write one row per track and scan.

    Returns DONE, or what there must be more of before the next scan can be taken: none of that scan is done then.
    """
    while counts[NEXT_SCAN] < last_scan:
        scan, n_tracks = counts[NEXT_SCAN], counts[TRACKS]
        first, last, sensor = scans.first[scan], scans.first[scan + 1], scans.sensor[scan]
        most = n_tracks + last - first
        if most > len(bank.number):
            return MORE_TRACKS
        if counts[ROWS] + most > len(rows.number):
            return MORE_ROWS
        for track in range(n_tracks + 1):
            pairs.first[track] = 0
        for track in range(n_tracks):
            ahead.time_s[track] = math.nan
            work.pair_of[track] = NONE
        if last > first:
            if find_pairs(bank, n_tracks, seen, first, last, known, sensor, policy, ahead, pairs, work) == FULL:
                return MORE_PAIRS
            associate(bank, n_tracks, last - first, known.log_odds[sensor], policy, pairs, work, counts)
        for track in range(n_tracks):
            _absorb(bank, track, scans.start_s[scan], seen, first, known, sensor, policy, ahead, pairs, work)
        _settle(scans.start_s[scan], seen, first, known, sensor, policy, bank, ahead, pairs, work, rows, counts)
        for plot in range(first, last):
            if work.claim[plot - first] <= 0.5:
                _start(seen, plot, known, sensor, policy, bank, work, counts)
                _write_row(
                    bank, counts[TRACKS] - 1, seen.time_s[plot], seen.row[plot], policy, ahead, work, rows, counts
                )
        counts[NEXT_SCAN] += 1
    return DONE


@kernel
def _absorb(
    bank: Bank,
    track: int,
    start_s: float,
    seen: Seen,
    first: int,
    known: Known,
    sensor: int,
    policy: Policy,
    ahead: Ahead,
    pairs: Pairs,
    work: Work,
) -> None:
    """Bring a track in the bank to its plot, or without one to the scan's start if that is not behind it."""
    likeliest, most, weighted = work.pair_of[track], 0.0, 0.0
    for pair in range(pairs.first[track], pairs.first[track + 1]):
        weighted += pairs.probability[pair]
        if pairs.probability[pair] > most:
            likeliest, most = pair, pairs.probability[pair]
    if likeliest < 0:
        if start_s >= bank.time_s[track]:
            if ahead.time_s[track] != start_s:
                bring(bank, track, start_s, policy, ahead)
            _adopt(bank, track, ahead)
        return
    plot = first + pairs.plot[likeliest]
    if ahead.time_s[track] != seen.time_s[plot]:
        look(bank, track, seen.time_s[plot], known, sensor, policy, ahead)
    _adopt(bank, track, ahead)
    if most == 1.0:
        _update_surely(bank, track, seen, plot, likeliest, known, sensor, policy, ahead, pairs, work)
    else:
        _update_weighted(bank, track, max(1.0 - weighted, 0.0), known, sensor, ahead, pairs, work)


@kernel
def _adopt(bank: Bank, track: int, ahead: Ahead) -> None:
    """Copy the prediction of a track into the bank."""
    bank.time_s[track] = ahead.time_s[track]
    for model in range(bank.weight.shape[1]):
        bank.weight[track, model] = ahead.weight[track, model]
        if ahead.weight[track, model] > 0.0:
            for row in range(6):
                bank.mean[track, model, row] = ahead.mean[track, model, row]
                for column in range(6):
                    bank.covariance[track, model, row, column] = ahead.covariance[track, model, row, column]


@kernel
def _update_surely(
    bank: Bank,
    track: int,
    seen: Seen,
    plot: int,
    pair: int,
    known: Known,
    sensor: int,
    policy: Policy,
    ahead: Ahead,
    pairs: Pairs,
    work: Work,
) -> None:
    """Update each model of a track in the bank by a plot that is the track's."""
    basis, place, sigma = known.basis[sensor], known.place_m[sensor], known.sigma[sensor]
    measured = seen.measured[plot]
    total = 0.0
    for model in range(bank.weight.shape[1]):
        if bank.weight[track, model] <= 0.0:
            continue
        x, p = bank.mean[track, model], bank.covariance[track, model]
        update_by_plot(
            x, p, ahead.sight[track, model], measured, basis, place, sigma, policy.gate, work.vectors[0],
            work.matrices[0], work.vectors[1], work.vectors[2], work.matrices[1],
        )  # fmt: skip
        if not math.isnan(measured[3]):
            update_by_range_rate(x, p, measured[3], place, sigma, work.vectors[0], work.vectors[1])
        bank.weight[track, model] *= math.exp(pairs.log_likelihood[pair, model] - pairs.log_total[pair])
        total += bank.weight[track, model]
    for model in range(bank.weight.shape[1]):
        bank.weight[track, model] /= total


@kernel
def _update_weighted(
    bank: Bank, track: int, none: float, known: Known, sensor: int, ahead: Ahead, pairs: Pairs, work: Work
) -> None:
    """Update each model of a track in the bank by several plots with their probabilities; ``none``: that of no plot.

    The range rate has served in those probabilities and stays out of the state.
    """
    total = 0.0
    for model in range(bank.weight.shape[1]):
        before = bank.weight[track, model]
        if before <= 0.0:
            continue
        weight = none * before
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            weight += _share(pairs, pair, model, before)
        if weight > 0.0:
            _blend(bank, track, model, before, weight, known, sensor, ahead, pairs, work)
        bank.weight[track, model] = weight
        total += weight
    for model in range(bank.weight.shape[1]):
        bank.weight[track, model] /= total


@kernel
def _share(pairs: Pairs, pair: int, model: int, weight: float) -> float:
    """Return the probability that the pair is right and the model flies the track."""
    if pairs.probability[pair] <= 0.0:
        return 0.0
    return pairs.probability[pair] * weight * math.exp(pairs.log_likelihood[pair, model] - pairs.log_total[pair])


@kernel
def _blend(
    bank: Bank,
    track: int,
    model: int,
    before: float,
    weight: float,
    known: Known,
    sensor: int,
    ahead: Ahead,
    pairs: Pairs,
    work: Work,
) -> None:
    """Update one model by the weighted plots: the mixture of one update for each plot and of none.

    P = b0 P- + (1 - b0) P+ + spread of the means, where P+ is the covariance after any plot.
    """
    x, p = bank.mean[track, model], bank.covariance[track, model]
    x_one, z, shift = work.vectors[0], work.vectors[1], work.vectors[2]
    p_one, r, spread = work.matrices[0], work.matrices[1], work.matrices[2]
    used = 0.0
    for row in range(6):
        shift[row] = 0.0
        for column in range(6):
            spread[row, column] = 0.0
    for pair in range(pairs.first[track], pairs.first[track + 1]):
        part = _share(pairs, pair, model, before) / weight
        if part <= 0.0:
            continue
        used += part
        for row in range(6):
            x_one[row] = x[row]
            for column in range(6):
                p_one[row, column] = p[row, column]
        innovation = pairs.innovation[pair, model]
        as_position(
            ahead.sight[track, model], x, innovation[0], innovation[1], innovation[2], known.sigma[sensor], z, r
        )
        update(x_one, p_one, z, r)
        for row in range(6):
            shift[row] += part * (x_one[row] - x[row])
            for column in range(row, 6):
                spread[row, column] += part * (x_one[row] - x[row]) * (x_one[column] - x[column])
    if used <= 0.0:
        return
    for row in range(6):
        for column in range(row, 6):
            value = (1.0 - used) * p[row, column] + used * p_one[row, column]
            value += spread[row, column] - shift[row] * shift[column]
            p[row, column] = value
            p[column, row] = value
    for row in range(6):
        x[row] += shift[row]


@kernel
def _settle(
    start_s: float,
    seen: Seen,
    first: int,
    known: Known,
    sensor: int,
    policy: Policy,
    bank: Bank,
    ahead: Ahead,
    pairs: Pairs,
    work: Work,
    rows: Rows,
    counts: Integers,
) -> None:
    """Count hits and misses, confirm, drop, and write the rows of the tracks that stay."""
    kept = 0
    for track in range(counts[TRACKS]):
        pair, time_s, row = work.pair_of[track], start_s, NONE
        if pair >= 0:
            plot = first + pairs.plot[pair]
            time_s, row = seen.time_s[plot], seen.row[plot]
            bank.updates[track] += 1
            bank.misses[track, sensor] = 0
            bank.score[track] += pairs.log_total[pair] + known.log_odds[sensor] + known.log_miss[sensor]
            if bank.updates[track] >= policy.confirm and bank.score[track] >= known.least_score[sensor]:
                bank.confirmed[track] = True
        elif bank.misses[track, sensor] != NEVER:
            bank.misses[track, sensor] += 1
            bank.score[track] += known.log_miss[sensor]
            if _is_lost(bank, track, policy.drop_confirmed if bank.confirmed[track] else policy.drop_tentative):
                continue
        if kept != track:
            _move(bank, track, kept)
        _write_row(bank, kept, time_s, row, policy, ahead, work, rows, counts)
        kept += 1
    counts[TRACKS] = kept


@kernel
def _is_lost(bank: Bank, track: int, limit: int) -> bool:
    """Tell whether every sensor that has given the track a plot has missed it ``limit`` times in a row."""
    for sensor in range(bank.misses.shape[1]):
        if bank.misses[track, sensor] != NEVER and bank.misses[track, sensor] < limit:
            return False
    return True


@kernel
def _move(bank: Bank, track: int, place: int) -> None:
    """Copy a track to another place of the bank."""
    bank.time_s[place], bank.score[place] = bank.time_s[track], bank.score[track]
    bank.number[place], bank.updates[place] = bank.number[track], bank.updates[track]
    bank.confirmed[place] = bank.confirmed[track]
    for sensor in range(bank.misses.shape[1]):
        bank.misses[place, sensor] = bank.misses[track, sensor]
    for model in range(bank.weight.shape[1]):
        bank.weight[place, model] = bank.weight[track, model]
        for row in range(6):
            bank.mean[place, model, row] = bank.mean[track, model, row]
            for column in range(6):
                bank.covariance[place, model, row, column] = bank.covariance[track, model, row, column]


@kernel
def _write_row(
    bank: Bank,
    track: int,
    time_s: float,
    row: int,
    policy: Policy,
    ahead: Ahead,
    work: Work,
    rows: Rows,
    counts: Integers,
) -> None:
    """Write the row of a track at ``time_s``; its state in the bank may be later, by another sensor's plot."""
    place = counts[ROWS]
    counts[ROWS] += 1
    rows.time_s[place], rows.number[place] = time_s, bank.number[track]
    rows.confirmed[place], rows.coasted[place], rows.plot[place] = bank.confirmed[track], row < 0, row
    x, p = rows.state[place], rows.covariance[place]
    if bank.time_s[track] == time_s:
        combined(bank.mean[track], bank.covariance[track], bank.weight[track], x, p)
    else:
        bring(bank, track, time_s, policy, ahead)
        combined(ahead.mean[track], ahead.covariance[track], ahead.weight[track], x, p)


@kernel
def _start(
    seen: Seen, plot: int, known: Known, sensor: int, policy: Policy, bank: Bank, work: Work, counts: Integers
) -> None:
    """Start a tentative track at a plot, at rest give or take the prior's speed, of which a range rate tells a part."""
    track = counts[TRACKS]
    counts[TRACKS] += 1
    bank.number[track] = counts[NEXT_NUMBER]
    counts[NEXT_NUMBER] += 1
    bank.time_s[track], bank.score[track], bank.updates[track] = seen.time_s[plot], 0.0, 1
    bank.confirmed[track] = policy.confirm <= 1 and known.least_score[sensor] <= 0.0
    for other in range(bank.misses.shape[1]):
        bank.misses[track, other] = NEVER
    bank.misses[track, sensor] = 0
    basis, place, sigma, measured = known.basis[sensor], known.place_m[sensor], known.sigma[sensor], seen.measured[plot]
    flat = measured[0] * math.cos(measured[2])
    east, north, up = flat * math.sin(measured[1]), flat * math.cos(measured[1]), measured[0] * math.sin(measured[2])
    x, p, sight, z, r = (
        bank.mean[track, 0],
        bank.covariance[track, 0],
        work.vectors[0],
        work.vectors[1],
        work.matrices[0],
    )
    for axis in range(3):
        x[axis] = place[axis] + east * basis[0, axis] + north * basis[1, axis] + up * basis[2, axis]
        x[axis + 3] = 0.0
    observe(x, basis, place, sigma, sight)
    as_position(sight, x, 0.0, 0.0, 0.0, sigma, z, r)
    for row in range(6):
        for column in range(6):
            p[row, column] = r[row, column] if row < 3 and column < 3 else 0.0
    p[3, 3] = p[4, 4] = policy.speed_level_mps * policy.speed_level_mps
    p[5, 5] = policy.speed_upright_mps * policy.speed_upright_mps
    if not math.isnan(measured[3]):
        update_by_range_rate(x, p, measured[3], place, sigma, work.vectors[2], work.vectors[3])
    bank.weight[track, 0] = 1.0
    for model in range(1, bank.weight.shape[1]):
        for row in range(6):
            bank.mean[track, model, row] = x[row]
            for column in range(6):
                bank.covariance[track, model, row, column] = p[row, column]
    if bank.weight.shape[1] > 1:
        for model in range(bank.weight.shape[1]):
            bank.weight[track, model] = FIRST_WEIGHTS[model]
