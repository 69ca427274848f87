"""Tracks after their plots: by the one that is theirs, or by several with their probabilities.

Weighted plots: Bar-Shalom & Tse, Automatica 11 (1975) 451; with interacting models each model has its own weights.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.bank import Ahead, Bank, Choice, Known, Pairs, Policy, Scratch, Seen
from openiamd.estimation.kalman import update
from openiamd.estimation.motion import copy_state
from openiamd.estimation.pairing import look
from openiamd.estimation.polar import as_position, update_by_plot, update_by_range_rate
from openiamd.kernels import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@kernel
def absorb(
    bank: Bank,
    first_track: int,
    last_track: int,
    start_s: float,
    seen: Seen,
    first: int,
    known: Known,
    sensor: int,
    policy: Policy,
    ahead: Ahead,
    pairs: Pairs,
    choice: Choice,
    scratch: Scratch,
) -> None:
    """Bring tracks in the bank to their plots, or without one to the scan's start if that is not behind them."""
    _adopt(bank, first_track, last_track, start_s, seen, first, known, sensor, policy, ahead, pairs, choice)
    taken, frame, sigma = choice.pair, known.frame[sensor], known.sigma[sensor]
    _update_surely(
        bank.mean, bank.covariance, bank.weight, first_track, last_track, seen.measured, first, frame, sigma,
        policy.gate, ahead, pairs, taken, scratch,
    )  # fmt: skip
    if policy.joint:
        _update_weighted(
            bank.mean, bank.covariance, bank.weight, first_track, last_track, sigma, ahead.sight, pairs, taken, scratch
        )


@kernel
def _likeliest(first: Integers, probability: Floats, track: int, taken: int) -> tuple[int, float]:
    """Return the likeliest pair of a track and its probability; ``taken``: the pair if none has any."""
    likeliest, most = taken, 0.0
    for pair in range(first[track], first[track + 1]):
        if probability[pair] > most:
            likeliest, most = pair, probability[pair]
    return likeliest, most


@kernel
def _adopt(
    bank: Bank,
    first_track: int,
    last_track: int,
    start_s: float,
    seen: Seen,
    first: int,
    known: Known,
    sensor: int,
    policy: Policy,
    ahead: Ahead,
    pairs: Pairs,
    choice: Choice,
) -> None:
    """Copy the predictions of tracks, each for the time of its likeliest plot, into the bank."""
    for track in range(first_track, last_track):
        likeliest, _ = _likeliest(pairs.first, pairs.probability, track, int(choice.pair[track]))
        time_s = start_s if likeliest < 0 else float(seen.time_s[first + pairs.plot[likeliest]])
        if likeliest < 0 and time_s < bank.time_s[track]:
            continue
        if ahead.time_s[track] != time_s:
            look(bank, track, track + 1, time_s, known, sensor, policy, ahead)
        bank.time_s[track] = time_s
        for model in range(bank.weight.shape[1]):
            bank.weight[track, model] = ahead.weight[track, model]
            if ahead.weight[track, model] > 0.0:
                copy_state(
                    ahead.mean[track, model], ahead.covariance[track, model], bank.mean[track, model],
                    bank.covariance[track, model],
                )  # fmt: skip


@kernel
def _update_surely(
    mean: Floats,
    covariance: Floats,
    weight: Floats,
    first_track: int,
    last_track: int,
    measured: Floats,
    first: int,
    frame: Floats,
    sigma: Floats,
    gate: float,
    ahead: Ahead,
    pairs: Pairs,
    taken: Integers,
    scratch: Scratch,
) -> None:
    """Update each model of the tracks by the plot that is the track's for certain."""
    for track in range(first_track, last_track):
        pair, most = _likeliest(pairs.first, pairs.probability, track, int(taken[track]))
        if most != 1.0:
            continue
        plot = measured[first + pairs.plot[pair]]
        total = 0.0
        for model in range(weight.shape[1]):
            if weight[track, model] <= 0.0:
                continue
            x, p = mean[track, model], covariance[track, model]
            update_by_plot(
                x, p, ahead.sight[track, model], plot, frame, sigma, gate, ahead.mean[track, model],
                ahead.covariance[track, model], scratch.vectors[1], scratch.vectors[2], scratch.matrices[1],
            )  # fmt: skip
            if not math.isnan(plot[3]):
                update_by_range_rate(x, p, plot[3], frame, sigma, scratch.vectors[0], scratch.vectors[1])
            weight[track, model] *= math.exp(pairs.log_likelihood[pair, model] - pairs.log_total[pair])
            total += weight[track, model]
        for model in range(weight.shape[1]):
            weight[track, model] /= total


@kernel
def _update_weighted(
    mean: Floats,
    covariance: Floats,
    weight: Floats,
    first_track: int,
    last_track: int,
    sigma: Floats,
    sight: Floats,
    pairs: Pairs,
    taken: Integers,
    scratch: Scratch,
) -> None:
    """Update each model of the tracks by several plots with their probabilities.

    The range rate has served in those probabilities and stays out of the state.
    """
    for track in range(first_track, last_track):
        pair, most = _likeliest(pairs.first, pairs.probability, track, int(taken[track]))
        if pair < 0 or most == 1.0:
            continue
        some = total = 0.0
        for one in range(pairs.first[track], pairs.first[track + 1]):
            some += pairs.probability[one]
        for model in range(weight.shape[1]):
            before = float(weight[track, model])
            if before <= 0.0:
                continue
            after = max(1.0 - some, 0.0) * before
            for one in range(pairs.first[track], pairs.first[track + 1]):
                after += _share(pairs, one, model, before)
            if after > 0.0:
                _blend(
                    mean[track, model], covariance[track, model], track, model, before, after, sigma,
                    sight[track, model], pairs, scratch,
                )  # fmt: skip
            weight[track, model] = after
            total += after
        for model in range(weight.shape[1]):
            weight[track, model] /= total


@kernel
def _share(pairs: Pairs, pair: int, model: int, weight: float) -> float:
    """Return the probability that the pair is right and the model flies the track."""
    if pairs.probability[pair] <= 0.0:
        return 0.0
    return pairs.probability[pair] * weight * math.exp(pairs.log_likelihood[pair, model] - pairs.log_total[pair])


@kernel
def _blend(
    x: Floats,
    p: Floats,
    track: int,
    model: int,
    before: float,
    weight: float,
    sigma: Floats,
    sight: Floats,
    pairs: Pairs,
    scratch: Scratch,
) -> None:
    """Update one model by the weighted plots: the mixture of one update for each plot and of none.

    P = b0 P- + (1 - b0) P+ + spread of the means, where P+ is the covariance after any plot.
    """
    x_one, z, shift = scratch.vectors[0], scratch.vectors[1], scratch.vectors[2]
    p_one, r, spread = scratch.matrices[0], scratch.matrices[1], scratch.matrices[2]
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
        copy_state(x, p, x_one, p_one)
        innovation = pairs.innovation[pair, model]
        as_position(sight, x, innovation[0], innovation[1], innovation[2], sigma, z, r)
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
