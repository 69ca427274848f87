"""Plain NumPy twins of the kernels that matter: one table for the tests of correctness and for the benchmarks.

Each twin is written from the published formula with matrices, a library's own algorithm, or Python's integers; it
shares no line with the kernel. ``REFERENCES[name].inputs(rng)`` draws one case; ``compiled`` and ``plain`` take it and
return all outputs as one flat array.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, linear_sum_assignment

from openiamd.estimation import assignment, kalman
from openiamd.physics import detection, draws, envelope, geodesy, radar, refraction, terrain

Floats = NDArray[np.float64]
Rng = np.random.Generator
EARTH_M = 6_371_008.8
MU_M3_PER_S2 = 3.986004418e14
WORD = 2**32
MISS_COST = 50.0


class Reference(NamedTuple):
    """A kernel beside its twin."""

    inputs: Callable[[Rng], tuple[Any, ...]]
    compiled: Callable[..., Floats]
    plain: Callable[..., Floats]
    relative: float  # tolerance
    absolute: float


# ---- Draws


def draw_inputs(rng: Rng) -> tuple[Any, ...]:
    """Return seed, run, purpose, two entities, slot, index."""
    words = [int(value) for value in rng.integers(0, WORD, 5)]
    return np.uint64(words[0] << 32 | words[1]), words[2], int(rng.integers(1, 13)), words[3], words[4], 7, 11


def plain_philox(counter: list[int], key: list[int]) -> list[int]:
    """Return one Philox4x32-10 block with Python's integers (Salmon et al. 2011, figure 2)."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c0, WORD)
        high1, low1 = divmod(0xCD9E8D57 * c2, WORD)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % WORD, (k1 + 0xBB67AE85) % WORD
    return [c0, c1, c2, c3]


def plain_block(seed: np.uint64, run: int, purpose: int, one: int, other: int, slot: int, index: int) -> list[int]:
    """Return the words of a draw, by the packing that ``physics/draws.py`` documents."""
    mixed = ((other ^ (other >> 16)) * 0x85EBCA6B) % WORD
    mixed = ((mixed ^ (mixed >> 13)) * 0xC2B2AE35) % WORD
    high, low = divmod(int(seed), WORD)
    return plain_philox([run, (purpose << 24) | index, one, slot], [low, high ^ mixed ^ (mixed >> 16)])


def plain_uniform(*who: Any) -> Floats:
    """Return the uniform draw of the block's first 52 bits."""
    words = plain_block(*who)
    return np.array([((words[0] << 20 | words[1] >> 12) + 0.5) / 2**52])


def plain_normals(*who: Any) -> Floats:
    """Return four normal draws by the polar form of Box and Muller, as complex numbers."""
    u = (np.array(plain_block(*who), np.float64) + 0.5) / WORD
    points = np.sqrt(-2.0 * np.log(u[0::2])) * np.exp(2j * np.pi * u[1::2])
    return np.stack([np.real(points), np.imag(points)], axis=1).ravel()


# ---- Tracking


def rotation(rng: Rng) -> Floats:
    """Return an orthogonal matrix (3, 3)."""
    return np.linalg.qr(rng.normal(size=(3, 3)))[0]


def filter_inputs(rng: Rng) -> tuple[Any, ...]:
    """Return state, covariance, time, noise, acceleration (3,), position, its covariance."""
    x = np.concatenate([rng.normal(0.0, 1e5, 3), rng.normal(0.0, 300.0, 3)])
    root = rng.normal(size=(6, 6)) * np.array([300.0, 300.0, 300.0, 15.0, 15.0, 15.0])[:, None]
    p = root @ root.T
    turn = rotation(rng)
    r = turn @ np.diag(rng.uniform(20.0, 800.0, 3) ** 2) @ turn.T
    noise = float(rng.uniform(0.0, 50.0))
    z = x[:3] + rng.normal(0.0, 500.0, 3)
    return x, 0.5 * (p + p.T), float(rng.uniform(0.1, 12.0)), noise, rng.normal(0.0, 6.0, 3), z, 0.5 * (r + r.T)


def _predicted(x: Floats, p: Floats, dt: float, q: float, a: Floats) -> tuple[Floats, Floats]:
    transition = np.kron(np.array([[1.0, dt], [0.0, 1.0]]), np.eye(3))
    noise = q * np.kron(np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]]), np.eye(3))
    return transition @ x + np.concatenate([0.5 * dt**2 * a, dt * a]), transition @ p @ transition.T + noise


def compiled_predict(x: Floats, p: Floats, dt: float, q: float, a: Floats, z: Floats, r: Floats) -> Floats:
    """Return predicted state and covariance."""
    x, p = x.copy(), p.copy()
    kalman.predict(x, p, dt, q, a[0], a[1], a[2])
    return np.concatenate([x, p.ravel()])


def plain_predict(x: Floats, p: Floats, dt: float, q: float, a: Floats, z: Floats, r: Floats) -> Floats:
    """Return the same with whole matrices (Bar-Shalom et al. 2001, section 6.2.2)."""
    x, p = _predicted(x, p, dt, q, a)
    return np.concatenate([x, p.ravel()])


def compiled_update(x: Floats, p: Floats, dt: float, q: float, a: Floats, z: Floats, r: Floats) -> Floats:
    """Return updated state and covariance, and the squared distance."""
    x, p = x.copy(), p.copy()
    d2 = kalman.update(x, p, z, r)
    return np.concatenate([x, p.ravel(), [d2]])


def plain_update(x: Floats, p: Floats, dt: float, q: float, a: Floats, z: Floats, r: Floats) -> Floats:
    """Return the same in Joseph's form."""
    observe = np.eye(3, 6)
    s = observe @ p @ observe.T + r
    gain = np.linalg.solve(s, observe @ p).T
    keep = np.eye(6) - gain @ observe
    residual = z - x[:3]
    after = keep @ p @ keep.T + gain @ r @ gain.T
    return np.concatenate([x + gain @ residual, after.ravel(), [residual @ np.linalg.solve(s, residual)]])


def compiled_gate(x: Floats, p: Floats, dt: float, q: float, a: Floats, z: Floats, r: Floats) -> Floats:
    """Return squared distance and log det S of a position against an older track."""
    return np.array(kalman.predicted_distance2(x, p, dt, q, a[0], a[1], a[2], z, r))


def plain_gate(x: Floats, p: Floats, dt: float, q: float, a: Floats, z: Floats, r: Floats) -> Floats:
    """Return the same from the whole predicted covariance."""
    x, p = _predicted(x, p, dt, q, a)
    s, residual = p[:3, :3] + r, z - x[:3]
    return np.array([residual @ np.linalg.inv(s) @ residual, np.linalg.slogdet(s)[1]])


def assignment_inputs(rng: Rng) -> tuple[Any, ...]:
    """Return a cost matrix in which two thirds of the pairs are forbidden."""
    rows, columns = rng.integers(1, 25, 2)
    cost = rng.uniform(-10.0, 40.0, (rows, columns))
    cost[rng.random((rows, columns)) < 2.0 / 3.0] = assignment.BIG
    return (cost,)


def compiled_assignment(cost: Floats) -> Floats:
    """Return the least total cost, misses included, as told and as the assignment adds up."""
    floats, integers = assignment.work_sizes(*cost.shape)
    rows = np.zeros(cost.shape[0], np.int64)
    work = np.zeros(floats), np.zeros(integers, np.int64)
    total = assignment.assign(cost, len(cost), cost.shape[1], MISS_COST, rows, work[0], work[1])
    taken = np.flatnonzero(rows >= 0)
    return np.array([total, cost[taken, rows[taken]].sum() + MISS_COST * (len(rows) - len(taken))])


def plain_assignment(cost: Floats) -> Floats:
    """Return the same from scipy, with a private column in which each row may miss."""
    rows = cost.shape[0]
    private = np.full((rows, rows), assignment.BIG)
    np.fill_diagonal(private, MISS_COST)
    wide = np.hstack([cost, private])
    total = wide[linear_sum_assignment(wide)].sum()
    return np.array([total, total])


# ---- Sensing


def look_inputs(rng: Rng) -> tuple[Any, ...]:
    """Return antenna (3,), object (3,), SNR constant, false-alarm probability, a uniform draw."""
    antenna = np.array([*rng.uniform(-3e5, 3e5, 2), 0.0])
    antenna[2] = math.sqrt((EARTH_M + rng.uniform(5.0, 50.0)) ** 2 - antenna[0] ** 2 - antenna[1] ** 2) - EARTH_M
    thing = np.array([*(antenna[:2] + rng.uniform(-2e5, 2e5, 2)), 0.0])
    thing[2] = math.sqrt((EARTH_M + 10.0 ** rng.uniform(1.5, 4.3)) ** 2 - thing[0] ** 2 - thing[1] ** 2) - EARTH_M
    return antenna, thing, 10.0 ** rng.uniform(19.0, 23.0), 1e-6, float(rng.uniform(0.001, 0.999))


def compiled_look(antenna: Floats, thing: Floats, constant: float, pfa: float, u: float) -> Floats:
    """Return azimuth, elevation, range, above the horizon, observed SNR, and the accuracies."""
    basis = np.zeros((3, 3))
    geodesy.local_basis(antenna[0], antenna[1], antenna[2], 0.69, basis)
    azimuth, elevation, range_m = geodesy.azimuth_elevation_range(basis, *(thing - antenna))
    antenna_m, thing_m = geodesy.height_m(*antenna), geodesy.height_m(*thing)
    ground_m = math.sqrt(max(range_m**2 - (thing_m - antenna_m) ** 2, 0.0))
    seen = refraction.visible(antenna_m, thing_m, ground_m)
    observed = detection.swerling1_observed_snr(u, constant / range_m**4, pfa)
    sigma_m = radar.range_sigma_m(150.0, max(observed, 1.0), 10.0)
    sigma_rad = radar.angle_sigma_rad(0.02, max(observed, 1.0), 0.001)
    return np.array([azimuth, elevation, range_m, float(seen), observed, sigma_m, sigma_rad])


def plain_look(antenna: Floats, thing: Floats, constant: float, pfa: float, u: float) -> Floats:
    """Return the same by vectors: cross products for the basis, 4.12 km sqrt(m) for the horizon, Richards' Pd."""
    centre = np.array([0.0, 0.0, -EARTH_M])
    up = (antenna - centre) / np.linalg.norm(antenna - centre)
    axis = np.array([0.0, math.cos(0.69), math.sin(0.69)])
    east = np.cross(axis, up)
    east /= np.linalg.norm(east)
    away = thing - antenna
    range_m = float(np.linalg.norm(away))
    azimuth = math.atan2(away @ east, away @ np.cross(up, east)) % math.tau
    heights = [np.linalg.norm(place - centre) - EARTH_M for place in (antenna, thing)]
    ground_m = math.sqrt(max(range_m**2 - (heights[1] - heights[0]) ** 2, 0.0))
    horizon_m = math.sqrt(8.0 / 3.0 * EARTH_M) * sum(math.sqrt(height) for height in heights)
    snr = constant / range_m**4
    detected = u < pfa ** (1.0 / (1.0 + snr))
    observed = -(1.0 + snr) * math.log(u) - 1.0 if detected else 0.0
    power = 2.0 * max(observed, 1.0)
    sigmas = [math.hypot(150.0 / math.sqrt(power), 10.0), math.hypot(0.02 / 1.6 / math.sqrt(power), 0.001)]
    return np.array([azimuth, math.asin(away @ up / range_m), range_m, float(ground_m <= horizon_m), observed, *sigmas])


def measurement_inputs(rng: Rng) -> tuple[Any, ...]:
    """Return basis, antenna (3,), range, azimuth, elevation and their standard deviations."""
    basis = rotation(rng)
    angles = rng.uniform(0.0, math.tau), rng.uniform(-0.2, 1.2)
    sigmas = rng.uniform(5.0, 300.0), rng.uniform(1e-4, 2e-2), rng.uniform(1e-4, 2e-2)
    return basis, rng.normal(0.0, 1e5, 3), float(rng.uniform(1e3, 4e5)), *angles, *sigmas


def compiled_measurement(basis: Floats, antenna: Floats, *measured: float) -> Floats:
    """Return position and covariance of a measurement."""
    z, r = np.zeros(3), np.zeros((3, 3))
    place = antenna[0], antenna[1], antenna[2]
    kalman.measurement_to_enu(basis, *place, *measured, z, r)  # pyright: ignore[reportCallIssue]
    return np.concatenate([z, r.ravel()])


def plain_measurement(basis: Floats, antenna: Floats, *measured: float) -> Floats:
    """Return the same as J diag(σ²) J', J the derivative of the polar conversion."""
    range_m, azimuth, elevation, sigma_m, sigma_azimuth, sigma_elevation = measured
    flat = np.array([math.sin(azimuth), math.cos(azimuth), 0.0])
    along = math.cos(elevation) * flat + [0.0, 0.0, math.sin(elevation)]
    by_azimuth = range_m * math.cos(elevation) * np.array([math.cos(azimuth), -math.sin(azimuth), 0.0])
    by_elevation = range_m * (-math.sin(elevation) * flat + [0.0, 0.0, math.cos(elevation)])
    jacobian = basis.T @ np.column_stack([along, by_azimuth, by_elevation])
    r = jacobian @ np.diag([sigma_m**2, sigma_azimuth**2, sigma_elevation**2]) @ jacobian.T
    return np.concatenate([antenna + basis.T @ (range_m * along), r.ravel()])


# ---- Terrain


def masking_inputs(rng: Rng) -> tuple[Any, ...]:
    """Return mask and edge (azimuth, range), the step, and an azimuth and range that may lie beyond the table."""
    mask = rng.uniform(0.0, 4e3, (8, 7)).astype(np.float32)
    mask[:, 0] = rng.uniform(1.0, 2e3)
    edge = (rng.integers(0, 7, (8, 7)) * rng.uniform(0.0, 5e3, (8, 7))).astype(np.float32)
    return mask, edge, 5e3, float(rng.uniform(-7.0, 14.0)), float(rng.uniform(0.0, 6e4))


def plain_masking(mask: Any, edge: Any, step: float, azimuth: float, range_m: float) -> Floats:
    """Return the same by interpolation of whole columns; beyond them by the steepest of many rays over the sea."""
    turn = azimuth % math.tau / math.tau * 8.0
    last = mask.shape[1] - 1
    profile = np.array([np.interp(turn, np.arange(9), np.append(column, column[0])) for column in mask.T.astype(float)])
    edges = edge[round(turn) % 8].astype(float)
    if range_m < last * step:
        nearest = edges[math.floor(range_m / step + 0.5)]
        return np.array(
            [
                np.interp(range_m, step * np.arange(last + 1), profile),
                nearest if nearest < range_m else edges[int(range_m / step)],
            ]
        )
    bulge = 3.0 / (8.0 * EARTH_M)
    antenna, end = profile[0], last * step
    own = (profile[last] - antenna - bulge * end**2) / end
    touch = np.clip(math.sqrt(antenna / bulge), end, range_m)
    sea = -antenna / touch - bulge * touch
    found = touch if sea > own else edges[last] or end
    return np.array([antenna + max(own, sea) * range_m + bulge * range_m**2, 0.0 if found == range_m else found])


# ---- Engaging


def meeting_inputs(rng: Rng) -> tuple[Any, ...]:
    """Return a target that comes in (6,), whether it falls, the launcher (3,), speed and delay."""
    falls = bool(rng.random() < 0.5)
    place = np.array([*rng.uniform(2e4, 1.5e5, 2) * rng.choice([-1.0, 1.0], 2), rng.uniform(1e3, 2e4)])
    inward = -place / np.linalg.norm(place) + rng.normal(0.0, 0.1, 3)
    state = np.concatenate([place, inward / np.linalg.norm(inward) * rng.uniform(50.0, 900.0)])
    return state, falls, np.zeros(3), float(rng.uniform(950.0, 2000.0)), float(rng.uniform(0.0, 10.0))


def compiled_meeting(state: Floats, falls: bool, launcher: Floats, speed: float, delay: float) -> Floats:
    """Return when and where an interceptor meets the target, −1 and zeros where it cannot."""
    meeting = np.zeros(3)
    time_s = envelope.meeting_time_s(state, falls, launcher, speed, 0.0, delay, meeting)
    return np.array([time_s, *meeting]) if time_s >= 0.0 else np.array([-1.0, 0.0, 0.0, 0.0])


def plain_meeting(state: Floats, falls: bool, launcher: Floats, speed: float, delay: float) -> Floats:
    """Return the same with Brent's method on the distance."""
    outward = state[:3] - np.array([0.0, 0.0, -EARTH_M])
    pull = -MU_M3_PER_S2 / np.linalg.norm(outward) ** 3 * outward if falls else np.zeros(3)

    def place(time_s: float) -> Floats:
        return state[:3] + state[3:] * time_s + 0.5 * pull * time_s**2

    def gap(time_s: float) -> float:
        return float(np.linalg.norm(place(time_s) - launcher)) - speed * (time_s - delay)

    after = next((time_s for time_s in np.arange(delay, 1e3) if gap(time_s) <= 0.0), None)
    if after is None:
        return np.array([-1.0, 0.0, 0.0, 0.0])
    found = float(brentq(gap, max(after - 1.0, delay), after, xtol=1e-10))  # pyright: ignore[reportArgumentType]
    return np.array([found, *place(found)])


REFERENCES = {
    "philox": Reference(
        draw_inputs,
        lambda *who: np.array(draws.block(*who), np.float64),
        lambda *who: np.array(plain_block(*who), np.float64),
        0.0,
        0.0,
    ),
    "uniform": Reference(draw_inputs, lambda *who: np.array([draws.uniform(*who)]), plain_uniform, 0.0, 0.0),
    "normals": Reference(draw_inputs, lambda *who: np.array(draws.normal4(*who)), plain_normals, 1e-12, 1e-12),
    "kalman predict": Reference(filter_inputs, compiled_predict, plain_predict, 1e-10, 1e-6),
    "kalman update": Reference(filter_inputs, compiled_update, plain_update, 1e-8, 1e-4),
    "gating distance": Reference(filter_inputs, compiled_gate, plain_gate, 1e-9, 1e-9),
    "assignment": Reference(assignment_inputs, compiled_assignment, plain_assignment, 1e-12, 1e-9),
    "look": Reference(look_inputs, compiled_look, plain_look, 1e-9, 1e-9),
    "measurement": Reference(measurement_inputs, compiled_measurement, plain_measurement, 1e-9, 1e-6),
    "lowest visible": Reference(
        masking_inputs, lambda *table: np.array(terrain.lowest_visible(*table)), plain_masking, 1e-9, 1e-9
    ),
    "meeting": Reference(meeting_inputs, compiled_meeting, plain_meeting, 1e-9, 1e-5),
}
