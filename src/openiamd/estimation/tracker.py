"""The tracker of recorded plots: one scan after the other, from the plots to the rows of tracks.

Initiation from single plots; confirmation by the number of updates and by the track's score (Sittler, IEEE Trans. MIL-8
(1964) 125; Blackman & Popoli, Design and Analysis of Modern Tracking Systems (1999), section 6.2), whose threshold
bounds false tracks by Wald's inequality; deletion after consecutive misses.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.association import TAKEN, decide, weigh
from openiamd.estimation.bank import (
    DONE,
    LEAST_SCORE,
    LOG_MISS,
    LOG_ODDS,
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
    Choice,
    Joint,
    Known,
    Pairs,
    Policy,
    Rows,
    Scans,
    Scratch,
    Seen,
    Solver,
)
from openiamd.estimation.imm import FIRST_WEIGHTS, combined
from openiamd.estimation.motion import copy_state
from openiamd.estimation.pairing import FULL, bring, find_pairs
from openiamd.estimation.polar import as_position, observe, update_by_range_rate
from openiamd.estimation.updates import absorb
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
    choice: Choice,
    solver: Solver,
    joint: Joint,
    scratch: Scratch,
    rows: Rows,
    counts: Integers,
) -> int:
    """Take the scans from ``counts[NEXT_SCAN]`` up to ``last_scan``; write one row per track and scan.

    Returns DONE, or what there must be more of before the next scan can be taken: none of that scan is done then.
    """
    while counts[NEXT_SCAN] < last_scan:
        scan, n_tracks = int(counts[NEXT_SCAN]), int(counts[TRACKS])
        first, last, sensor = int(scans.first[scan]), int(scans.first[scan + 1]), int(scans.sensor[scan])
        start_s = float(scans.start_s[scan])
        most = n_tracks + last - first
        if most > len(bank.number):
            return MORE_TRACKS
        if counts[ROWS] + most > len(rows.number):
            return MORE_ROWS
        for track in range(n_tracks):
            ahead.time_s[track] = math.nan
            choice.pair[track] = NONE
        if find_pairs(bank, n_tracks, seen, first, last, known, sensor, policy, ahead, pairs, scratch) == FULL:
            return MORE_PAIRS
        for plot in range(last - first):
            choice.claim[plot] = 0.0
        for stage in range(2 if last > first else 0):
            log_odds = known.log_odds[sensor, LOG_ODDS]
            if stage == 0 and policy.joint:
                weigh(bank.confirmed, n_tracks, last - first, log_odds, pairs, choice, solver, joint, counts)
            else:
                decide(bank.confirmed, n_tracks, last - first, stage == 0, log_odds, policy, pairs, choice, solver)
        absorb(bank, 0 * first, n_tracks, start_s, seen, first, known, sensor, policy, ahead, pairs, choice, scratch)
        _settle(first, known, sensor, policy, bank, pairs, choice, counts)
        for plot in range(first, last):
            if choice.claim[plot - first] <= TAKEN:
                choice.plot[counts[TRACKS]] = plot
                start_track(seen, plot, known, sensor, policy, bank, scratch, counts)
        for track in range(counts[TRACKS]):
            write_row(bank, track, start_s, seen, choice.plot[track], policy, ahead, rows, counts)
        counts[NEXT_SCAN] += 1
    return DONE


@kernel
def _settle(
    first: int,
    known: Known,
    sensor: int,
    policy: Policy,
    bank: Bank,
    pairs: Pairs,
    choice: Choice,
    counts: Integers,
) -> None:
    """Count hits and misses, confirm, drop, close the gaps, and write the plots of the tracks that stay."""
    kept = 0 * sensor
    for track in range(int(counts[TRACKS])):
        pair, plot = choice.pair[track], NONE
        if pair >= 0:
            plot = first + pairs.plot[pair]
            bank.updates[track] += 1
            bank.misses[track, sensor] = 0
            bank.score[track] += (
                pairs.log_total[pair] + known.log_odds[sensor, LOG_ODDS] + known.log_odds[sensor, LOG_MISS]
            )
            if bank.updates[track] >= policy.confirm and bank.score[track] >= known.log_odds[sensor, LEAST_SCORE]:
                bank.confirmed[track] = True
        elif bank.misses[track, sensor] != NEVER:
            bank.misses[track, sensor] += 1
            bank.score[track] += known.log_odds[sensor, LOG_MISS]
            if is_lost(bank, track, policy.drop_confirmed if bank.confirmed[track] else policy.drop_tentative):
                continue
        if kept != track:
            _move(bank, track, kept)
        choice.plot[kept] = plot
        kept += 1
    counts[TRACKS] = kept


@kernel
def is_lost(bank: Bank, track: int, limit: int) -> bool:
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
        copy_state(
            bank.mean[track, model], bank.covariance[track, model], bank.mean[place, model],
            bank.covariance[place, model],
        )  # fmt: skip


@kernel
def write_row(
    bank: Bank,
    track: int,
    start_s: float,
    seen: Seen,
    plot: int,
    policy: Policy,
    ahead: Ahead,
    rows: Rows,
    counts: Integers,
) -> None:
    """Write the row of a track, at its plot's time or the scan's start; the bank may hold a later state of it."""
    place = counts[ROWS]
    counts[ROWS] += 1
    time_s, row = start_s, NONE
    if plot >= 0:
        time_s, row = seen.time_s[plot], seen.row[plot]
    rows.time_s[place], rows.number[place] = time_s, bank.number[track]
    rows.confirmed[place], rows.coasted[place], rows.plot[place] = bank.confirmed[track], row < 0, row
    x, p = rows.state[place], rows.covariance[place]
    if bank.time_s[track] == time_s:
        combined(bank.mean[track], bank.covariance[track], bank.weight[track], x, p)
    else:
        bring(bank, track, track + 1, time_s, policy, ahead)
        combined(ahead.mean[track], ahead.covariance[track], ahead.weight[track], x, p)


@kernel
def start_track(
    seen: Seen, plot: int, known: Known, sensor: int, policy: Policy, bank: Bank, scratch: Scratch, counts: Integers
) -> None:
    """Start a tentative track at a plot, at rest give or take the prior's speed, of which a range rate tells a part."""
    track = counts[TRACKS]
    counts[TRACKS] += 1
    bank.number[track] = counts[NEXT_NUMBER]
    counts[NEXT_NUMBER] += 1
    bank.time_s[track], bank.score[track], bank.updates[track] = seen.time_s[plot], 0.0, 1
    bank.confirmed[track] = policy.confirm <= 1 and known.log_odds[sensor, LEAST_SCORE] <= 0.0
    for other in range(bank.misses.shape[1]):
        bank.misses[track, other] = NEVER
    bank.misses[track, sensor] = 0
    frame, sigma, measured = known.frame[sensor], known.sigma[sensor], seen.measured[plot]
    flat = measured[0] * math.cos(measured[2])
    east, north, up = flat * math.sin(measured[1]), flat * math.cos(measured[1]), measured[0] * math.sin(measured[2])
    x, p, sight, z, r = (
        bank.mean[track, 0],
        bank.covariance[track, 0],
        scratch.vectors[0],
        scratch.vectors[1],
        scratch.matrices[0],
    )
    for axis in range(3):
        x[axis] = frame[3, axis] + east * frame[0, axis] + north * frame[1, axis] + up * frame[2, axis]
        x[axis + 3] = 0.0
    observe(x, frame, sigma, sight)
    as_position(sight, x, 0.0, 0.0, 0.0, sigma, z, r)
    for row in range(6):
        for column in range(6):
            p[row, column] = r[row, column] if row < 3 and column < 3 else 0.0
    p[3, 3] = p[4, 4] = policy.speed_level_mps * policy.speed_level_mps
    p[5, 5] = policy.speed_upright_mps * policy.speed_upright_mps
    if not math.isnan(measured[3]):
        update_by_range_rate(x, p, measured[3], frame, sigma, scratch.vectors[2], scratch.vectors[3])
    bank.weight[track, 0] = 1.0
    for model in range(1, bank.weight.shape[1]):
        copy_state(x, p, bank.mean[track, model], bank.covariance[track, model])
    if bank.weight.shape[1] > 1:
        for model in range(bank.weight.shape[1]):
            bank.weight[track, model] = FIRST_WEIGHTS[model]
