"""Kalman filter: a plain NumPy textbook filter, published steady states, and consistency on simulated radar data."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from openiamd.estimation import kalman

SEEDS = st.integers(0, 2**32 - 1)


def textbook_predict(x, p, dt, q, acceleration):
    transition = np.eye(6)
    transition[:3, 3:] = dt * np.eye(3)
    span, unit = abs(dt), np.eye(3)
    noise = q * np.block([[span**3 / 3 * unit, span**2 / 2 * unit], [span**2 / 2 * unit, span * unit]])
    if dt < 0.0:
        noise = transition @ noise @ transition.T
    push = np.concatenate([0.5 * dt**2 * acceleration, dt * acceleration])
    return transition @ x + push, transition @ p @ transition.T + noise


def textbook_update(x, p, z, r):
    observe = np.hstack([np.eye(3), np.zeros((3, 3))])
    innovation = z - observe @ x
    s = observe @ p @ observe.T + r
    gain = p @ observe.T @ np.linalg.inv(s)
    joseph = np.eye(6) - gain @ observe
    d2 = innovation @ np.linalg.solve(s, innovation)
    return x + gain @ innovation, joseph @ p @ joseph.T + gain @ r @ gain.T, d2, np.linalg.slogdet(s)[1]


def random_case(seed):
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.normal(0, 1e5, 3), rng.normal(0, 300, 3)])
    root = rng.normal(size=(6, 6)) * np.array([300, 300, 300, 15, 15, 15])[:, None]
    p = root @ root.T
    p = 0.5 * (p + p.T)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    r = turn @ np.diag(rng.uniform(20, 800, 3) ** 2) @ turn.T
    r = 0.5 * (r + r.T)
    return rng, x, p, x[:3] + rng.normal(0, 500, 3), r


def scaled(p):
    scale = np.array([300.0, 300.0, 300.0, 15.0, 15.0, 15.0])
    return p / np.outer(scale, scale)


@given(SEEDS, st.floats(-30.0, 30.0), st.floats(0.0, 100.0))
@settings(max_examples=200, deadline=None)
def test_predict_equals_the_textbook(seed, dt, q):
    rng, x, p, _, _ = random_case(seed)
    acceleration = rng.normal(0, 10, 3)
    expected_x, expected_p = textbook_predict(x, p, dt, q, acceleration)
    kalman.predict(x, p, dt, q, *acceleration)
    assert x == pytest.approx(expected_x, rel=1e-9, abs=1e-9)
    assert np.allclose(scaled(p), scaled(expected_p), rtol=1e-9, atol=1e-9)
    assert (p == p.T).all()
    assert np.linalg.eigvalsh(scaled(p)).min() > -1e-9


@given(SEEDS)
@settings(max_examples=200, deadline=None)
def test_update_equals_the_textbook(seed):
    _, x, p, z, r = random_case(seed)
    expected_x, expected_p, expected_d2, _ = textbook_update(x, p, z, r)
    d2 = kalman.update(x, p, z, r)
    assert x == pytest.approx(expected_x, rel=1e-9, abs=1e-6)
    assert np.allclose(scaled(p), scaled(expected_p), rtol=1e-9, atol=1e-9)
    assert d2 == pytest.approx(expected_d2, rel=1e-9, abs=1e-9)
    assert (p == p.T).all()
    assert np.linalg.eigvalsh(scaled(p)).min() > -1e-9


@given(SEEDS, st.floats(-30.0, 30.0), st.floats(0.0, 100.0))
@settings(max_examples=200, deadline=None)
def test_gating_distance_equals_predict_then_innovation_and_writes_nothing(seed, dt, q):
    rng, x, p, z, r = random_case(seed)
    acceleration = rng.normal(0, 10, 3)
    before = x.copy(), p.copy(), z.copy(), r.copy()
    gate = kalman.predicted_distance2(x, p, dt, q, acceleration[0], acceleration[1], acceleration[2], z, r)
    assert all((old == new).all() for old, new in zip(before, (x, p, z, r), strict=True))
    later_x, later_p = textbook_predict(x, p, dt, q, acceleration)
    _, _, d2, log_determinant = textbook_update(later_x, later_p, z, r)
    assert gate == pytest.approx((d2, log_determinant), rel=1e-8, abs=1e-9)
    kalman.predict(x, p, dt, q, *acceleration)
    assert kalman.update(x, p, z, r) == pytest.approx(gate[0], rel=1e-8, abs=1e-9)


# Period s, measurement sigma m, and the published updated standard deviations (q = 1 m2/s3): alpha, m, m/s.
STEADY_STATES = [
    (4.0, 50.0, 0.4320, 32.86, 3.512),
    (4.0, 349.07, 0.1927, 153.24, 5.953),
    (10.0, 50.0, 0.6752, 41.08, 3.706),
    (10.0, 349.07, 0.3467, 205.52, 6.507),
]


@pytest.mark.parametrize("case", STEADY_STATES)
def test_steady_state_of_the_riccati_equation(case):
    period, sigma, alpha, position_sigma, velocity_sigma = case
    x, p, z, r = np.zeros(6), np.diag([1e6] * 3 + [1e4] * 3), np.zeros(3), sigma**2 * np.eye(3)
    for _ in range(400):
        kalman.predict(x, p, period, 1.0, 0.0, 0.0, 0.0)
        kalman.update(x, p, z, r)
    assert p[0, 0] / sigma**2 == pytest.approx(alpha, abs=6e-5)
    for axis in range(3):
        assert math.sqrt(p[axis, axis]) == pytest.approx(position_sigma, abs=0.006)
        assert math.sqrt(p[axis + 3, axis + 3]) == pytest.approx(velocity_sigma, abs=0.0006)


def test_symmetric_inverse_and_determinant():
    rng = np.random.default_rng(2)
    for _ in range(50):
        root = rng.normal(size=(3, 3))
        m = root @ root.T + 0.1 * np.eye(3)
        i00, i01, i02, i11, i12, i22, determinant = kalman.symmetric_inverse3(*m[np.triu_indices(3)])
        inverse = np.array([[i00, i01, i02], [i01, i11, i12], [i02, i12, i22]])
        assert np.allclose(inverse @ m, np.eye(3), atol=1e-10)
        assert determinant == pytest.approx(np.linalg.det(m))


def convert(basis, sensor, polar, sigmas, z, r):
    kalman.measurement_to_enu(
        basis, sensor[0], sensor[1], sensor[2], polar[0], polar[1], polar[2], sigmas[0], sigmas[1], sigmas[2], z, r
    )


def random_basis(rng):
    basis = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    basis[0] *= np.linalg.det(basis)
    return np.ascontiguousarray(basis)


def polar_to_theatre(basis, sensor, polar):
    distance, azimuth, elevation = polar
    local = distance * np.array(
        [math.cos(elevation) * math.sin(azimuth), math.cos(elevation) * math.cos(azimuth), math.sin(elevation)]
    )
    return sensor + basis.T @ local


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_conversion_equals_the_numerical_jacobian(seed):
    rng = np.random.default_rng(seed)
    basis, sensor = random_basis(rng), rng.normal(0, 1e5, 3)
    polar = np.array([rng.uniform(5e3, 4e5), rng.uniform(0, 2 * math.pi), rng.uniform(-0.1, 1.2)])
    sigmas = np.array([rng.uniform(10, 300), rng.uniform(1e-4, 2e-2), rng.uniform(1e-4, 2e-2)])
    z, r = np.empty(3), np.empty((3, 3))
    convert(basis, sensor, polar, sigmas, z, r)
    assert z == pytest.approx(polar_to_theatre(basis, sensor, polar), rel=1e-12, abs=1e-6)
    jacobian = np.empty((3, 3))
    for column, step in enumerate((1.0, 1e-6, 1e-6)):
        shift = np.zeros(3)
        shift[column] = step
        difference = polar_to_theatre(basis, sensor, polar + shift) - polar_to_theatre(basis, sensor, polar - shift)
        jacobian[:, column] = difference / (2 * step)
    expected = jacobian @ np.diag(sigmas**2) @ jacobian.T
    assert np.allclose(r, expected, rtol=1e-6, atol=1e-6 * np.trace(expected))


def test_converted_measurements_are_consistent_where_the_bias_ratio_is_small():
    """Mean normalised error over 4,000 plots at 200 km with 0.2 deg and 50 m lies in the 99.99 % interval of 3."""
    rng, runs = np.random.default_rng(11), 4_000
    basis, sensor, truth = np.eye(3), np.zeros(3), np.array([200e3, 1.0, 0.05])
    sigmas = np.array([50.0, math.radians(0.2), math.radians(0.2)])
    # The plain conversion is unbiased below 0.4 (Lerro & Bar-Shalom 1993).
    assert truth[0] * sigmas[1] ** 2 / sigmas[0] < 0.4
    z, r, total = np.empty(3), np.empty((3, 3)), 0.0
    for _ in range(runs):
        convert(basis, sensor, truth + sigmas * rng.normal(size=3), sigmas, z, r)
        error = z - polar_to_theatre(basis, sensor, truth)
        total += error @ np.linalg.solve(r, error)
    low, high = stats.chi2.ppf([5e-5, 1 - 5e-5], 3 * runs)
    assert low < total < high


def test_filter_is_consistent_on_simulated_radar_tracks():
    """Average NEES over 150 tracks of 20 scans by a radar at the origin; 99.99 % interval by the chi-square of 6 x 150.

    Truth follows the filter's prior and motion model exactly: the last errors are chi-square with 6 degrees of freedom.
    """
    rng, tracks, period, q = np.random.default_rng(7), 150, 10.0, 1.0
    basis, sigmas = np.eye(3), np.array([50.0, math.radians(0.2), math.radians(0.2)])
    noise_root = np.linalg.cholesky(q * np.array([[period**3 / 3, period**2 / 2], [period**2 / 2, period]]))
    total, distances, z, r = 0.0, [], np.empty(3), np.empty((3, 3))
    for _ in range(tracks):
        azimuth = rng.uniform(0, 2 * math.pi)
        truth = np.array([80e3 * math.sin(azimuth), 80e3 * math.cos(azimuth), 9e3, *rng.normal(0, (150, 150, 10))])
        x, p = np.zeros(6), np.zeros((6, 6))
        for scan in range(20):
            if scan:
                kick = noise_root @ rng.normal(size=(2, 3))
                truth[:3] += period * truth[3:] + kick[0]
                truth[3:] += kick[1]
            distance = np.linalg.norm(truth[:3])
            polar = np.array([distance, math.atan2(truth[0], truth[1]), math.asin(truth[2] / distance)])
            convert(basis, np.zeros(3), polar + sigmas * rng.normal(size=3), sigmas, z, r)
            if scan == 0:
                x[:3], p[:3, :3], p[3:, 3:] = z, r, np.diag([150.0**2, 150.0**2, 10.0**2])
                continue
            kalman.predict(x, p, period, q, 0.0, 0.0, 0.0)
            distances.append(kalman.update(x, p, z, r))
        error = truth - x
        total += error @ np.linalg.solve(p, error)
    low, high = stats.chi2.ppf([5e-5, 1 - 5e-5], 6 * tracks)
    assert low < total < high
    assert np.mean(distances[-10 * tracks :]) == pytest.approx(3.0, abs=4 * math.sqrt(6.0 / (10 * tracks)))


def test_compiled_equals_plain_python():
    _, x, p, z, r = random_case(3)
    plain_x, plain_p = x.copy(), p.copy()
    kalman.predict(x, p, 4.0, 2.0, 0.0, 0.0, -9.8)
    kalman.predict.py_func(plain_x, plain_p, 4.0, 2.0, 0.0, 0.0, -9.8)
    assert kalman.update(x, p, z, r) == pytest.approx(kalman.update.py_func(plain_x, plain_p, z, r), rel=1e-12)
    assert x == pytest.approx(plain_x, rel=1e-12)
    assert np.allclose(p, plain_p, rtol=1e-12)
