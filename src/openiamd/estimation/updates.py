"""Tracks after their plots: by the one that is theirs, or by several with their probabilities.

Weighted plots: Bar-Shalom & Tse, Automatica 11 (1975) 451; with interacting models each model has its own weights.
"""

import math

from openiamd.estimation.bank import Ahead, Bank, Choice, Known, Pairs, Policy, Scratch, Seen
from openiamd.estimation.kalman import update
from openiamd.estimation.motion import copy_state
from openiamd.estimation.pairing import look
from openiamd.estimation.polar import as_position, update_by_plot, update_by_range_rate
from openiamd.kernels import kernel


@kernel
def absorb(
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
    choice: Choice,
    scratch: Scratch,
) -> None:
    """Bring a track in the bank to its plot, or without one to the scan's start if that is not behind it."""
    likeliest, most, weighted = choice.pair[track], 0.0, 0.0
    for pair in range(pairs.first[track], pairs.first[track + 1]):
        weighted += pairs.probability[pair]
        if pairs.probability[pair] > most:
            likeliest, most = pair, pairs.probability[pair]
    plot = first if likeliest < 0 else first + pairs.plot[likeliest]
    time_s = start_s if likeliest < 0 else seen.time_s[plot]
    if likeliest < 0 and time_s < bank.time_s[track]:
        return
    if ahead.time_s[track] != time_s:
        look(bank, track, time_s, known, sensor, policy, ahead)
    _adopt(bank, track, ahead)
    if likeliest < 0:
        return
    if most == 1.0:
        _update_surely(bank, track, seen, plot, likeliest, known, sensor, policy, ahead, pairs, scratch)
    else:
        _update_weighted(bank, track, max(1.0 - weighted, 0.0), known, sensor, ahead, pairs, scratch)


@kernel
def _adopt(bank: Bank, track: int, ahead: Ahead) -> None:
    """Copy the prediction of a track into the bank."""
    bank.time_s[track] = ahead.time_s[track]
    for model in range(bank.weight.shape[1]):
        bank.weight[track, model] = ahead.weight[track, model]
        if ahead.weight[track, model] > 0.0:
            copy_state(
                ahead.mean[track, model], ahead.covariance[track, model], bank.mean[track, model],
                bank.covariance[track, model],
            )  # fmt: skip


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
    scratch: Scratch,
) -> None:
    """Update each model of a track in the bank by a plot that is the track's."""
    frame, sigma = known.frame[sensor], known.sigma[sensor]
    measured = seen.measured[plot]
    total = 0.0
    for model in range(bank.weight.shape[1]):
        if bank.weight[track, model] <= 0.0:
            continue
        x, p = bank.mean[track, model], bank.covariance[track, model]
        update_by_plot(
            x, p, ahead.sight[track, model], measured, frame, sigma, policy.gate, ahead.mean[track, model],
            ahead.covariance[track, model], scratch.vectors[1], scratch.vectors[2], scratch.matrices[1],
        )  # fmt: skip
        if not math.isnan(measured[3]):
            update_by_range_rate(x, p, measured[3], frame, sigma, scratch.vectors[0], scratch.vectors[1])
        bank.weight[track, model] *= math.exp(pairs.log_likelihood[pair, model] - pairs.log_total[pair])
        total += bank.weight[track, model]
    for model in range(bank.weight.shape[1]):
        bank.weight[track, model] /= total


@kernel
def _update_weighted(
    bank: Bank, track: int, none: float, known: Known, sensor: int, ahead: Ahead, pairs: Pairs, scratch: Scratch
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
            _blend(bank, track, model, before, weight, known, sensor, ahead, pairs, scratch)
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
    scratch: Scratch,
) -> None:
    """Update one model by the weighted plots: the mixture of one update for each plot and of none.

    P = b0 P- + (1 - b0) P+ + spread of the means, where P+ is the covariance after any plot.
    """
    x, p = bank.mean[track, model], bank.covariance[track, model]
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
