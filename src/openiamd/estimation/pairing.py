"""Which plots of a scan lie in the gate of which tracks, each at its own time, and how likely they are."""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.bank import LOG_SPAN, Ahead, Bank, Known, Pairs, Policy, Scratch, Seen
from openiamd.estimation.imm import imm_predict
from openiamd.estimation.kalman import update
from openiamd.estimation.motion import copy_state, fly
from openiamd.estimation.polar import (
    LOG_PEAK,
    SPREAD,
    as_position,
    expect,
    innovation_distance2,
    observe,
    range_rate,
    turned,
)
from openiamd.kernels import kernel

Floats = NDArray[np.float64]

FULL = -1


@kernel
def bring(bank: Bank, first_track: int, last_track: int, time_s: float, policy: Policy, ahead: Ahead) -> None:
    """Predict tracks [first_track, last_track) for ``time_s`` from what the bank holds, which stays as it is.

    This and its like take many tracks at once: to hand over all tables costs as much as the work on a track.
    """
    for track in range(first_track, last_track):
        ahead.time_s[track] = time_s
        dt_s = time_s - bank.time_s[track]
        if policy.interacting:
            imm_predict(
                bank.mean[track], bank.covariance[track], bank.weight[track], dt_s, policy.noise_level,
                policy.noise_upright, ahead.mean[track], ahead.covariance[track], ahead.weight[track],
            )  # fmt: skip
            continue
        x, p = ahead.mean[track, 0], ahead.covariance[track, 0]
        copy_state(bank.mean[track, 0], bank.covariance[track, 0], x, p)
        ahead.weight[track, 0] = 1.0
        fly(x, p, dt_s, 0.0, policy.noise_level, policy.noise_upright)


@kernel
def look(
    bank: Bank,
    first_track: int,
    last_track: int,
    time_s: float,
    known: Known,
    sensor: int,
    policy: Policy,
    ahead: Ahead,
) -> None:
    """Predict tracks for ``time_s`` and how the sensor would see them, by each model that has weight."""
    bring(bank, first_track, last_track, time_s, policy, ahead)
    frame, sigma = known.frame[sensor], known.sigma[sensor]
    for track in range(first_track, last_track):
        for model in range(ahead.weight.shape[1]):
            if ahead.weight[track, model] > 0.0:
                observe(ahead.mean[track, model], frame, sigma, ahead.sight[track, model])
                expect(ahead.covariance[track, model], sigma, ahead.sight[track, model])


@kernel
def find_pairs(
    bank: Bank,
    n_tracks: int,
    seen: Seen,
    first: int,
    last: int,
    known: Known,
    sensor: int,
    policy: Policy,
    ahead: Ahead,
    pairs: Pairs,
    scratch: Scratch,
) -> int:
    """Write the pairs of all tracks and the plots [first, last) of one scan; return their number, or FULL.

    Where the plots' times differ, each track is predicted for each plot that it may have given.
    """
    begin_s, end_s = math.inf, -math.inf
    for plot in range(first, last):
        begin_s, end_s = min(begin_s, seen.time_s[plot]), max(end_s, seen.time_s[plot])
    count = 0 * n_tracks  # a literal 0 would have each callee compiled twice
    if last > first:
        look(bank, count, n_tracks, end_s, known, sensor, policy, ahead)
    for track in range(n_tracks):
        pairs.first[track] = count
        time_s, plot, low_m, high_m, ball_m = end_s, first - 1, -math.inf, math.inf, math.inf
        while plot < last and last > first:
            if time_s != ahead.time_s[track]:
                look(bank, track, track + 1, time_s, known, sensor, policy, ahead)
            if plot < first:
                low_m, high_m, ball_m = _window(
                    ahead, track, end_s - begin_s, known, sensor, policy.gate, scratch.vectors[0]
                )
                plot = _first_from(seen.measured, low_m, first, last)
            else:
                if count == len(pairs.plot):
                    return FULL
                near = _may_fit(seen.measured[plot], ahead.sight[track], ahead.weight[track], policy.gate)
                if near and _consider(seen.measured[plot], ahead, track, known, sensor, policy, pairs, count, scratch):
                    pairs.plot[count], pairs.probability[count] = plot - first, 0.0
                    count += 1
                plot += 1
            while plot < last and begin_s != end_s and seen.measured[plot, 0] <= high_m:
                if _within(seen.measured[plot], known.frame[sensor], scratch.vectors[0], ball_m):
                    break
                plot += 1
            if plot == last or seen.measured[plot, 0] > high_m:
                break
            time_s = seen.time_s[plot]
    pairs.first[n_tracks] = count
    return count


@kernel
def _window(
    ahead: Ahead, track: int, span_s: float, known: Known, sensor: int, gate: float, centre: Floats
) -> tuple[float, float, float]:
    """Return the ranges between which plots can be in the gate, and the radius about ``centre``, written, for places.

    What moves within ``span_s`` moves no farther than its speed and gate standard deviations of speed allow.
    """
    low_m, high_m, ball_m = math.inf, -math.inf, 0.0
    for axis in range(3):
        centre[axis] = 0.0
    for model in range(ahead.weight.shape[1]):
        weight = ahead.weight[track, model]
        if weight > 0.0:
            x, p, sight = ahead.mean[track, model], ahead.covariance[track, model], ahead.sight[track, model]
            speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
            slack_m = span_s * (speed + gate * math.sqrt(p[3, 3] + p[4, 4] + p[5, 5]))
            reach_m = gate * math.sqrt(sight[SPREAD]) + slack_m
            low_m, high_m = min(low_m, sight[0] - reach_m), max(high_m, sight[0] + reach_m)
            for axis in range(3):
                centre[axis] += weight * x[axis]
    for model in range(ahead.weight.shape[1]):
        if ahead.weight[track, model] > 0.0:
            x, p, sight = ahead.mean[track, model], ahead.covariance[track, model], ahead.sight[track, model]
            aside2 = (high_m * known.sigma[sensor, 1]) ** 2 + (high_m * known.sigma[sensor, 2]) ** 2
            wide_m = gate * math.sqrt(p[0, 0] + p[1, 1] + p[2, 2] + aside2 + sight[SPREAD])
            apart2 = (x[0] - centre[0]) ** 2 + (x[1] - centre[1]) ** 2 + (x[2] - centre[2]) ** 2
            ball_m = max(ball_m, 1.5 * wide_m + math.sqrt(apart2) + (high_m - sight[0]))
    return low_m, high_m, ball_m


@kernel
def _first_from(measured: Floats, low_m: float, first: int, last: int) -> int:
    """Return the first plot of [first, last) that is no nearer than ``low_m``."""
    while first < last:
        middle = (first + last) // 2
        if measured[middle, 0] < low_m:
            first = middle + 1
        else:
            last = middle
    return first


@kernel
def _within(plot: Floats, frame: Floats, centre: Floats, radius_m: float) -> bool:
    """Tell whether a plot's place is no farther than ``radius_m`` from ``centre``."""
    flat = plot[0] * math.cos(plot[2])
    east, north, up = flat * math.sin(plot[1]), flat * math.cos(plot[1]), plot[0] * math.sin(plot[2])
    distance2 = 0.0
    for axis in range(3):
        away = frame[3, axis] + east * frame[0, axis] + north * frame[1, axis] + up * frame[2, axis] - centre[axis]
        distance2 += away * away
    return distance2 <= radius_m * radius_m


@kernel
def _may_fit(plot: Floats, sight: Floats, weight: Floats, gate: float) -> bool:
    """Tell whether a plot's azimuth and elevation alone are in the gate of a model that has weight.

    Most plots at a track's range lie elsewhere: this small function spares them the tables that a pair needs.
    """
    gate2 = gate * gate
    for model in range(len(weight)):
        n1, n2 = turned(plot[1] - sight[model, 1]), plot[2] - sight[model, 2]
        fits = n1 * n1 <= gate2 * sight[model, SPREAD + 3] and n2 * n2 <= gate2 * sight[model, SPREAD + 5]
        if weight[model] > 0.0 and fits:
            return True
    return False


@kernel
def _consider(
    plot: Floats,
    ahead: Ahead,
    track: int,
    known: Known,
    sensor: int,
    policy: Policy,
    pairs: Pairs,
    pair: int,
    scratch: Scratch,
) -> bool:
    """Write a pair's innovations and likelihoods; return whether it is in the gate of a model that has weight."""
    gate2 = policy.gate * policy.gate
    nearest2 = math.inf
    for model in range(ahead.weight.shape[1]):
        pairs.log_likelihood[pair, model] = -math.inf
        if ahead.weight[track, model] <= 0.0:
            continue
        sight = ahead.sight[track, model]
        n0, n1, n2 = plot[0] - sight[0], turned(plot[1] - sight[1]), plot[2] - sight[2]
        pairs.innovation[pair, model, 0], pairs.innovation[pair, model, 1] = n0, n1
        pairs.innovation[pair, model, 2] = n2
        distance2 = innovation_distance2(sight, n0, n1, n2)
        pairs.log_likelihood[pair, model] = sight[LOG_PEAK] - 0.5 * distance2
        nearest2 = min(nearest2, distance2)
    if not nearest2 <= gate2:
        return False
    if not math.isnan(plot[3]):
        nearest2 = _consider_range_rate(plot, ahead, track, known, sensor, gate2, pairs, pair, scratch)
        if not nearest2 <= gate2:
            return False
    pairs.distance[pair] = math.sqrt(nearest2)
    if ahead.weight.shape[1] == 1:
        pairs.log_total[pair] = pairs.log_likelihood[pair, 0]
        return True
    best = -math.inf
    for model in range(ahead.weight.shape[1]):
        if ahead.weight[track, model] > 0.0:
            best = max(best, math.log(ahead.weight[track, model]) + pairs.log_likelihood[pair, model])
    total = 0.0
    for model in range(ahead.weight.shape[1]):
        if ahead.weight[track, model] > 0.0:
            total += math.exp(math.log(ahead.weight[track, model]) + pairs.log_likelihood[pair, model] - best)
    pairs.log_total[pair] = best + math.log(total)
    return True


@kernel
def _consider_range_rate(
    plot: Floats,
    ahead: Ahead,
    track: int,
    known: Known,
    sensor: int,
    gate2: float,
    pairs: Pairs,
    pair: int,
    scratch: Scratch,
) -> float:
    """Add the range rate to a pair's likelihoods; return the least squared distance of the models in four dimensions.

    Each model is first updated by the plot's position, which gives the direction in which the rate is measured.
    """
    x, z, slope, p, r = (
        scratch.vectors[1],
        scratch.vectors[2],
        scratch.vectors[3],
        scratch.matrices[0],
        scratch.matrices[1],
    )
    sigma, nearest2 = known.sigma[sensor], math.inf
    for model in range(ahead.weight.shape[1]):
        if ahead.weight[track, model] <= 0.0:
            continue
        copy_state(ahead.mean[track, model], ahead.covariance[track, model], x, p)
        innovation, sight = pairs.innovation[pair, model], ahead.sight[track, model]
        as_position(sight, x, innovation[0], innovation[1], innovation[2], sigma, z, r)
        distance2 = innovation_distance2(sight, innovation[0], innovation[1], innovation[2])
        update(x, p, z, r)
        rate, variance = range_rate(x, p, known.frame[sensor], sigma, slope)
        rest2 = (plot[3] - rate) * (plot[3] - rate) / variance
        pairs.log_likelihood[pair, model] += known.log_odds[sensor, LOG_SPAN] - 0.5 * (
            rest2 + math.log(2.0 * math.pi * variance)
        )
        if distance2 <= gate2:
            nearest2 = min(nearest2, distance2 + rest2)
    return nearest2
