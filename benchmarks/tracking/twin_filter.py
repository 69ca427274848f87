"""The filter of the twin: motion models, plots and updates; run alone, how close one target's track comes to the bound.

    python benchmarks/tracking/twin_filter.py [--runs 2000] [--scans 50] [--chance 0.9]

Prints root-mean-square errors over the posterior Cramér-Rao bound along each true path with its own detections
(Tichavský, Muravchik and Nehorai 1998) and the mean normalised squared error (NEES) per dimension.
Arrays: (track, model, 6) states east, north, up and their rates. Papers: iterated update, Bell and Cathey 1993;
interacting models, Blom and Bar-Shalom 1988; models, Li and Jilkov 2003.
"""

# ruff: noqa: TID251 - inputs of a benchmark are no draws of the model
import argparse
import sys
from typing import Any, NamedTuple

import numpy as np

GRAVITY_MPS2, GRAVITATION_M3PS2, EARTH_RADIUS_M = 9.80665, 3.986004418e14, 6371008.8
TURN_MPS2, TURN_NOISE, BALLISTIC_NOISE = 2.0 * GRAVITY_MPS2, 50.0, 10.0
SOJOURN_S = np.array([300.0, 20.0, 20.0, 300.0])  # straight, left, right, ballistic
FIRST_MODELS = np.array([0.9, 0.05, 0.05, 0.0])
AIRCRAFT_HEIGHT_M, AIRCRAFT_SPEED_MPS = 26_000.0, 980.0  # no aircraft flew higher or faster
ITERATIONS, STEP_M = 10, 0.1
AGE = 10  # scans after which errors count
CASES = {  # east, north, up and their rates; scan period
    "crossing at 100 km, 10 s": ([100e3, -50e3, 8e3, 0.0, 200.0, 0.0], 10.0),
    "crossing at 100 km, 4 s": ([100e3, -20e3, 8e3, 0.0, 200.0, 0.0], 4.0),
    "closing from 150 to 25 km, 10 s": ([150e3, 5e3, 8e3, -250.0, 0.0, 0.0], 10.0),
    "crossing at 200 km, 10 s": ([200e3, -50e3, 8e3, 0.0, 200.0, 0.0], 10.0),
    "crossing at 30 km, 4 s": ([30e3, -20e3, 8e3, 0.0, 200.0, 0.0], 4.0),
}
SIGMAS = np.array([50.0, np.deg2rad(0.2), np.deg2rad(0.2)])
VELOCITY_SIGMAS_MPS = np.array([10.0, 10.0, 2.0])


class Radar(NamedTuple):
    """What the tracker knows of its sensor."""

    noise: Any  # (3, 3) covariance of range, azimuth, elevation
    sigma_range_rate_mps: float  # NaN: measures none
    detection_probability: float
    clutter: float  # false plots in one scan
    density: float  # of false plots, per metre and square radian
    range_rate_spread_mps: float
    revisit_s: float


class Noise(NamedTuple):
    """The only option that the motion models read."""

    process_noise: tuple[float, float]  # horizontal, vertical; m²/s³


class Bank(NamedTuple):
    """All tracks."""

    mean: Any  # (track, model, 6)
    covariance: Any  # (track, model, 6, 6)
    weight: Any  # (track, model)
    number: Any  # (track,)
    updates: Any
    misses: Any
    confirmed: Any
    score: Any
    plot: Any  # (track,) row of this scan's plots, −1: none


def turned(angle: Any) -> Any:
    return (angle + np.pi) % (2.0 * np.pi) - np.pi


def polar(state: Any) -> tuple[Any, Any]:
    """Return range, azimuth, elevation (..., 3) and their derivatives (..., 3, 6)."""
    x, y, z = state[..., 0], state[..., 1], state[..., 2]
    ground2 = x * x + y * y
    ground, reach = np.sqrt(ground2), np.sqrt(ground2 + z * z)
    slope = np.zeros((*state.shape[:-1], 3, 6))
    slope[..., 0, 0], slope[..., 0, 1], slope[..., 0, 2] = x / reach, y / reach, z / reach
    slope[..., 1, 0], slope[..., 1, 1] = y / ground2, -x / ground2
    slope[..., 2, 0], slope[..., 2, 1] = -x * z / (reach**2 * ground), -y * z / (reach**2 * ground)
    slope[..., 2, 2] = ground / reach**2
    return np.stack([reach, np.arctan2(x, y), np.arctan2(z, ground)], -1), slope


def range_rate(state: Any) -> tuple[Any, Any]:
    """Return the range rate (...,) and its derivatives (..., 6)."""
    reach = np.linalg.norm(state[..., :3], axis=-1, keepdims=True)
    sight = state[..., :3] / reach
    rate = (sight * state[..., 3:]).sum(-1, keepdims=True)
    return rate[..., 0], np.concatenate([(state[..., 3:] - rate * sight) / reach, sight], -1)


def swapped(matrix: Any) -> Any:
    return np.swapaxes(matrix, -1, -2)


def white_noise(step_s: float, horizontal: float, vertical: float) -> Any:
    density = np.diag([horizontal, horizontal, vertical])
    return np.block([[density * step_s**3 / 3, density * step_s**2 / 2], [density * step_s**2 / 2, density * step_s]])


def straight(step_s: float) -> Any:
    transition = np.eye(6)
    transition[:3, 3:] = step_s * np.eye(3)
    return transition


def turn(mean: Any, covariance: Any, step_s: float, side: float) -> Any:
    """Return transitions (track, 6, 6) of a turn at constant speed, with the speed's expected square."""
    speed2 = mean[:, 3] ** 2 + mean[:, 4] ** 2 + covariance[:, 3, 3] + covariance[:, 4, 4]
    rate = side * TURN_MPS2 / np.sqrt(speed2)
    sine, cosine = np.sin(rate * step_s), np.cos(rate * step_s)
    transition = np.tile(straight(step_s), (len(mean), 1, 1))
    transition[:, 0, 3] = transition[:, 1, 4] = sine / rate
    transition[:, 1, 3] = (1.0 - cosine) / rate
    transition[:, 0, 4] = -transition[:, 1, 3]
    transition[:, 3, 3] = transition[:, 4, 4] = cosine
    transition[:, 4, 3], transition[:, 3, 4] = sine, -sine
    return transition


def mixed(bank: Bank, step_s: float) -> tuple[Any, Any, Any]:
    """Return means, covariances and weights of the models after they have interacted."""
    best = np.einsum("tm,tmi->ti", bank.weight, bank.mean)
    ballistic = (best[:, 2] > AIRCRAFT_HEIGHT_M) | (np.linalg.norm(best[:, 3:], axis=1) > AIRCRAFT_SPEED_MPS)
    stays = np.exp(-step_s / SOJOURN_S)
    passing = np.ones((len(best), 4, 4))
    passing[:, :3, 3] = ballistic[:, None]
    passing[:, range(4), range(4)] = 0.0
    passing *= (1.0 - stays)[:, None] / passing.sum(2, keepdims=True)
    passing[:, range(4), range(4)] = stays
    joint = bank.weight[:, :, None] * passing
    weight = joint.sum(1)
    share = np.where(
        weight[:, None] > 0.0, joint / np.where(weight > 0.0, weight, 1.0)[:, None], bank.weight[:, :, None]
    )
    mean = np.einsum("tij,tia->tja", share, bank.mean)
    apart = bank.mean[:, :, None] - mean[:, None]
    spread = bank.covariance[:, :, None] + apart[..., :, None] * apart[..., None, :]
    return mean, np.einsum("tij,tijab->tjab", share, spread), weight


def predicted(bank: Bank, step_s: float, policy: Any) -> Bank:
    noise, transition = white_noise(step_s, *policy.process_noise), straight(step_s)
    if bank.mean.shape[1] == 1:
        return bank._replace(
            mean=bank.mean @ transition.T, covariance=transition @ bank.covariance @ transition.T + noise
        )
    mean, covariance, weight = mixed(bank, step_s)
    transitions = np.tile(transition, (*weight.shape, 1, 1))
    noises = np.tile(noise, (4, 1, 1))
    for model, side in ((1, 1.0), (2, -1.0)):
        transitions[:, model] = turn(mean[:, model], covariance[:, model], step_s, side)
        noises[model] = white_noise(step_s, TURN_NOISE, policy.process_noise[1])
    noises[3] = white_noise(step_s, BALLISTIC_NOISE, BALLISTIC_NOISE)
    down = mean[:, 3, :3] + [0.0, 0.0, EARTH_RADIUS_M]
    fall = -GRAVITATION_M3PS2 * down / np.linalg.norm(down, axis=1, keepdims=True) ** 3
    mean = np.einsum("tmab,tmb->tma", transitions, mean)
    mean[:, 3] += np.concatenate([fall * step_s**2 / 2, fall * step_s], 1)
    return bank._replace(mean=mean, covariance=transitions @ covariance @ swapped(transitions) + noises, weight=weight)


def gaussian(distance2: Any, covariance: Any) -> Any:
    size = covariance.shape[-1]
    return -0.5 * (distance2 + np.linalg.slogdet(covariance)[1] + size * np.log(2.0 * np.pi))


def sight(bank: Bank, radar: Radar) -> tuple[Any, Any, Any, Any]:
    """Return predicted plots, slopes, their covariances and gains of every model of every track."""
    expected, slope = polar(bank.mean)
    covariance = slope @ bank.covariance @ swapped(slope) + radar.noise
    return expected, slope, covariance, bank.covariance @ swapped(slope) @ np.linalg.inv(covariance)


def iterated(mean: Any, covariance: Any, plot: Any, radar: Radar) -> tuple[Any, Any]:
    """Return the update linearised at its own result."""
    point, left = mean, covariance
    for _ in range(ITERATIONS):
        expected, slope = polar(point)
        innovation = plot - expected
        innovation[1] = turned(innovation[1])
        spread = slope @ covariance @ slope.T + radar.noise
        gain = covariance @ slope.T @ np.linalg.inv(spread)
        left = covariance - gain @ spread @ gain.T
        before, point = point, mean + gain @ (innovation - slope @ (mean - point))
        if np.abs(point - before)[:3].max() < STEP_M:
            break
    return point, left


def with_range_rate(mean: Any, covariance: Any, rate_mps: Any, sigma_mps: float) -> tuple[Any, Any]:
    """Return means (..., 6) and covariances updated by range rates (...,); where these are NaN, as they were."""
    known = np.isfinite(rate_mps)
    if not known.any():
        return mean, covariance
    expected, slope = range_rate(mean)
    across = np.einsum("...ab,...b->...a", covariance, slope)
    variance = (across * slope).sum(-1) + sigma_mps**2
    gain = np.where(known, 1.0 / variance, 0.0)[..., None] * across
    shift = np.where(known, rate_mps - expected, 0.0)[..., None]
    return mean + gain * shift, covariance - gain[..., :, None] * across[..., None, :]


def first_covariance(state: Any) -> Any:
    """Return the covariance (6, 6) of a state of which one plot tells the position."""
    slope = polar(state)[1][:, :3]
    inverse = np.linalg.inv(slope)
    covariance = np.zeros((6, 6))
    covariance[:3, :3] = inverse @ np.diag(SIGMAS**2) @ inverse.T
    covariance[3:, 3:] = np.diag(VELOCITY_SIGMAS_MPS**2)
    return covariance


def single(start: Any, step_s: float, chance: float, runs: int, scans: int) -> tuple[Any, float]:
    """Return errors over the bound of position and velocity, and the normalised squared error per dimension."""
    draws = np.random.default_rng(runs)
    policy = Noise((1.0, 0.05))
    radar = Radar(np.diag(SIGMAS**2), np.nan, chance, 0.0, 1.0, 1.0, step_s)
    covariance, noise = first_covariance(start), white_noise(step_s, *policy.process_noise)
    true = start + draws.standard_normal((runs, 6)) @ np.linalg.cholesky(covariance).T
    ones = np.ones((runs, 1))
    bank = Bank(
        np.tile(start, (runs, 1, 1)), np.tile(covariance, (runs, 1, 1, 1)), ones, ones, ones, ones, ones, ones, ones
    )
    bound, transition = np.tile(covariance, (runs, 1, 1)), straight(step_s)
    ratios, squares = [], []
    for scan in range(1, scans + 1):
        true = true @ transition.T + draws.standard_normal((runs, 6)) @ np.linalg.cholesky(noise).T
        hit = draws.uniform(size=runs) < chance
        bank = predicted(bank, step_s, policy)
        expected, _, spread, gain = sight(bank, radar)
        exact, slope = polar(true)
        innovation = exact + draws.standard_normal((runs, 3)) * SIGMAS - expected[:, 0]
        innovation[:, 1] = turned(innovation[:, 1])
        mean = bank.mean[:, 0] + hit[:, None] * np.einsum("tab,tb->ta", gain[:, 0], innovation)
        left = bank.covariance - hit[:, None, None, None] * (gain @ spread @ swapped(gain))
        bank = bank._replace(mean=mean[:, None], covariance=left)
        information = swapped(slope) @ np.diag(1.0 / SIGMAS**2) @ slope
        bound = np.linalg.inv(
            np.linalg.inv(transition @ bound @ transition.T + noise) + hit[:, None, None] * information
        )
        error = mean - true
        if scan > AGE:
            limit = np.diagonal(bound.mean(0))
            actual = (error**2).mean(0)
            ratios.append([np.sqrt(actual[part].sum() / limit[part].sum()) for part in (slice(3), slice(3, 6))])
            squares.append(np.einsum("ta,tab,tb->t", error, np.linalg.inv(left[:, 0]), error).mean() / 6.0)
    return np.mean(ratios, 0), float(np.mean(squares))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--scans", type=int, default=50)
    parser.add_argument("--chance", type=float, default=0.9)
    options = parser.parse_args()
    print(f"{'case':34s} position  velocity  NEES/6")
    for name, (start, step_s) in CASES.items():
        ratios, square = single(np.array(start), step_s, options.chance, options.runs, options.scans)
        print(f"{name:34s} {ratios[0]:8.3f} {ratios[1]:9.3f} {square:7.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
