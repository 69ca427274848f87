"""Interacting multiple models: straight flight, turns to either side, ballistic flight.

Blom & Bar-Shalom, IEEE T-AC 33 (1988) 780; models as in Li & Jilkov, IEEE T-AES 39 (2003) 1333. All models share one
state: x, y, z, vx, vy, vz in a local east-north-up frame. Blocks of one track: mean (model, 6), covariance (model, 6,
6), weight (model,). A model of weight 0 takes no part: its block holds whatever it held.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.kalman import predicted_distance2, update
from openiamd.estimation.motion import copy_state, fly
from openiamd.kernels import kernel

Floats = NDArray[np.float64]

MODELS = 4
STRAIGHT, LEFT, RIGHT, BALLISTIC = range(MODELS)
FIRST_WEIGHTS = (0.9, 0.05, 0.05, 0.0)  # of a new track

_STRAIGHT_SOJOURN_S, _TURN_SOJOURN_S = 300.0, 20.0  # mean time in a model; ballistic as straight
_TURN_MPS2 = 2.0 * 9.80665
_TURN_NOISE = 50.0  # m2/s3: turns are not all of 2 g
_BALLISTIC_NOISE = 10.0  # m2/s3: drag and the simple gravity
_GRAVITATION_M3PS2, _EARTH_RADIUS_M = 3.986004418e14, 6_371_008.8
# No aircraft has flown higher or faster (FAI records of 1976, in level flight): beyond, flight may be ballistic.
_AIRCRAFT_HEIGHT_M, _AIRCRAFT_SPEED_MPS = 26_000.0, 980.0


@kernel
def combined(mean: Floats, covariance: Floats, weight: Floats, x: Floats, p: Floats) -> None:
    """Write the mean ``x`` (6,) and covariance ``p`` (6, 6) of the mixture of all models."""
    if len(weight) == 1:
        copy_state(mean[0], covariance[0], x, p)
        return
    for row in range(6):
        x[row] = 0.0
        for column in range(6):
            p[row, column] = 0.0
    for model in range(len(weight)):
        if weight[model] > 0.0:
            for row in range(6):
                x[row] += weight[model] * mean[model, row]
    for model in range(len(weight)):
        if weight[model] > 0.0:
            _add_spread(mean[model], covariance[model], weight[model], x, p)


@kernel
def _add_spread(mean: Floats, covariance: Floats, weight: float, x: Floats, p: Floats) -> None:
    """Add one model's share of the covariance about ``x``."""
    for row in range(6):
        apart = mean[row] - x[row]
        for column in range(row, 6):
            p[row, column] += weight * (covariance[row, column] + apart * (mean[column] - x[column]))
            p[column, row] = p[row, column]


@kernel
def beyond_aircraft(mean: Floats, weight: Floats) -> bool:
    """Tell whether the track is higher or faster than aircraft are."""
    x = y = z = vx = vy = vz = 0.0
    for model in range(MODELS):
        if weight[model] > 0.0:
            x += weight[model] * mean[model, 0]
            y += weight[model] * mean[model, 1]
            z += weight[model] * mean[model, 2]
            vx += weight[model] * mean[model, 3]
            vy += weight[model] * mean[model, 4]
            vz += weight[model] * mean[model, 5]
    upright = z + _EARTH_RADIUS_M
    if math.sqrt(x * x + y * y + upright * upright) - _EARTH_RADIUS_M > _AIRCRAFT_HEIGHT_M:
        return True
    return math.sqrt(vx * vx + vy * vy + vz * vz) > _AIRCRAFT_SPEED_MPS


@kernel
def mix(
    mean: Floats, covariance: Floats, weight: Floats, dt_s: float, mixed: Floats, mixed_p: Floats, mixed_weight: Floats
) -> None:
    """Write the models' blocks after they have interacted over ``dt_s``, before they fly it.

    A model is left at the rate of its sojourn for any other alike; for the ballistic one only where the track is beyond
    what aircraft reach. mixed (model, 6), mixed_p (model, 6, 6), mixed_weight (model,) are written.
    """
    ballistic = beyond_aircraft(mean, weight)
    receivers = MODELS if ballistic else MODELS - 1
    for target in range(MODELS):
        total = 0.0
        for row in range(6):
            mixed[target, row] = 0.0
            for column in range(6):
                mixed_p[target, row, column] = 0.0
        for source in range(MODELS):
            share = weight[source] * _passing(source, target, abs(dt_s), receivers)
            total += share
            if share > 0.0:
                for row in range(6):
                    mixed[target, row] += share * mean[source, row]
        mixed_weight[target] = total
        if total <= 0.0:
            continue
        for row in range(6):
            mixed[target, row] /= total
        for source in range(MODELS):
            share = weight[source] * _passing(source, target, abs(dt_s), receivers) / total
            if share > 0.0:
                _add_spread(mean[source], covariance[source], share, mixed[target], mixed_p[target])


@kernel
def _passing(source: int, target: int, dt_s: float, receivers: int) -> float:
    """Return the probability that the flight passes from one model to another in ``dt_s``."""
    stays = math.exp(-dt_s / (_TURN_SOJOURN_S if source in (LEFT, RIGHT) else _STRAIGHT_SOJOURN_S))
    if target == source:
        return stays
    if target >= receivers:
        return 0.0
    others = receivers if source >= receivers else receivers - 1
    return (1.0 - stays) / others


@kernel
def imm_predict(
    mean: Floats,
    covariance: Floats,
    weight: Floats,
    dt_s: float,
    noise_level: float,
    noise_upright: float,
    ahead: Floats,
    ahead_p: Floats,
    ahead_weight: Floats,
) -> None:
    """Write the models' blocks ``dt_s`` later: mixed, then flown by each model.

    noise_level, noise_upright  of straight flight, m2/s3, horizontal and vertical

    A turn pulls 2 g across at the speed of that model's mixed state, taken as the root of the expected square, so that
    a track whose speed is not known yet does not spin. Gravity is that of a round earth.
    """
    mix(mean, covariance, weight, dt_s, ahead, ahead_p, ahead_weight)
    for model in range(MODELS):
        if ahead_weight[model] <= 0.0:
            continue
        x, p = ahead[model], ahead_p[model]
        turn_radps, level, upright, pull = 0.0, noise_level, noise_upright, 0.0
        x0, x1, up = x[0], x[1], x[2] + _EARTH_RADIUS_M
        if model == BALLISTIC:
            level = upright = _BALLISTIC_NOISE
            pull = -_GRAVITATION_M3PS2 / math.sqrt(x0 * x0 + x1 * x1 + up * up) ** 3
        elif model != STRAIGHT:
            level = _TURN_NOISE
            turn_radps = _TURN_MPS2 / math.sqrt(x[3] * x[3] + x[4] * x[4] + p[3, 3] + p[4, 4])
            if model == RIGHT:
                turn_radps = -turn_radps
        fly(x, p, dt_s, turn_radps, level, upright)
        x[0] += 0.5 * pull * x0 * dt_s * dt_s
        x[1] += 0.5 * pull * x1 * dt_s * dt_s
        x[2] += 0.5 * pull * up * dt_s * dt_s
        x[3] += pull * x0 * dt_s
        x[4] += pull * x1 * dt_s
        x[5] += pull * up * dt_s


@kernel
def weigh_models(mean: Floats, covariance: Floats, weight: Floats, z: Floats, r: Floats) -> tuple[float, float]:
    """Weigh the models in place by a position ``z`` (3,) of covariance ``r`` (3, 3); their states stay.

    Returns the least squared distance of the models and ln of the density of ``z`` under the mixture, without the
    factor (2 pi)^-3/2. Where no model explains ``z`` at all, weights stay.
    """
    best, total, nearest2 = -math.inf, 0.0, math.inf
    for model in range(MODELS):
        if weight[model] > 0.0:
            d2, log_determinant = predicted_distance2(mean[model], covariance[model], 0.0, 0.0, 0.0, 0.0, 0.0, z, r)
            nearest2 = min(nearest2, d2)
            weight[model] = math.log(weight[model]) - 0.5 * (d2 + log_determinant)
            best = max(best, weight[model])
        else:
            weight[model] = -math.inf
    for model in range(MODELS):
        weight[model] = math.exp(weight[model] - best)
        total += weight[model]
    for model in range(MODELS):
        weight[model] /= total
    return nearest2, best + math.log(total)


@kernel
def imm_update(mean: Floats, covariance: Floats, weight: Floats, z: Floats, r: Floats) -> float:
    """Update the models' blocks in place by a position ``z`` (3,) of covariance ``r`` (3, 3).

    Returns ln of the density of ``z`` under the mixture. Where no model explains ``z`` at all, weights stay.
    """
    _, log_density = weigh_models(mean, covariance, weight, z, r)
    for model in range(MODELS):
        if weight[model] > 0.0:
            update(mean[model], covariance[model], z, r)
    return log_density - 1.5 * math.log(2.0 * math.pi)
