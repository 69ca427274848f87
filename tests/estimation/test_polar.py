"""Polar plots: derivatives by differences, updates by a textbook filter, the iterated update by scipy, and extremes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares

from openiamd.estimation import polar

SEEDS = st.integers(0, 2**32 - 1)
SIGMA = np.array([50.0, 0.0035, 0.004, 2.0])


def random_frame(draw):
    axes = np.linalg.qr(draw.normal(size=(3, 3)))[0]
    axes[2] *= np.sign(np.linalg.det(axes))
    return np.ascontiguousarray(np.vstack([axes, draw.normal(0.0, 5e4, 3)]))


def random_track(seed, level=5e4):
    draw = np.random.default_rng(seed)
    frame = random_frame(draw)
    x = np.concatenate([frame[3] + draw.normal(0.0, level, 3), draw.normal(0.0, 200.0, 3)])
    root = draw.normal(size=(6, 6)) * np.array([300, 300, 300, 15, 15, 15])[:, None]
    return draw, frame, x, root @ root.T + np.diag([10.0] * 3 + [1.0] * 3)


def measured(x, frame):
    east, north, up = frame[:3] @ (x[:3] - frame[3])
    flat = math.hypot(east, north)
    return np.array([math.hypot(flat, up), math.atan2(east, north), math.atan2(up, flat)])


def wrapped(difference):
    difference[1] = math.remainder(difference[1], 2.0 * math.pi)
    return difference


def jacobian(x, frame):
    """Return the derivatives (3, 6) by central differences."""
    found = np.zeros((3, 6))
    for axis in range(3):
        step = np.zeros(6)
        step[axis] = 0.5
        found[:, axis] = wrapped(measured(x + step, frame) - measured(x - step, frame))
    return found


def sight(x, p, frame):
    out = np.full(polar.VIEW, np.nan)
    polar.observe(x, frame, SIGMA, out)
    polar.expect(p, SIGMA, out)
    return out


def update(x, p, plot, frame, limit=4.0):
    x, p = x.copy(), p.copy()
    work = x.copy(), p.copy(), np.empty(polar.VIEW), np.empty(3), np.empty((3, 3))
    polar.update_by_plot(x, p, sight(x, p, frame), plot, frame, SIGMA, limit, *work)
    return x, p


@given(SEEDS)
@settings(max_examples=100)
def test_what_is_expected_equals_the_textbook(seed):
    _, frame, x, p = random_track(seed)
    seen, slope = sight(x, p, frame), jacobian(x, frame)
    np.testing.assert_allclose(seen[:3], measured(x, frame), rtol=1e-9)
    back = np.linalg.inv(slope[:, :3])
    np.testing.assert_allclose(seen[3:12].reshape(3, 3).T, back, rtol=1e-4, atol=1e-4 * np.abs(back).max())
    s = slope @ p @ slope.T + np.diag(SIGMA[:3] ** 2)
    upper = np.triu_indices(3)
    scale = np.sqrt(np.outer(np.diag(s), np.diag(s)))
    np.testing.assert_allclose((seen[polar.SPREAD :][:6] - s[upper]) / scale[upper], 0.0, atol=1e-4)
    n = np.array([80.0, 0.004, -0.003])
    assert polar.innovation_distance2(seen, *n) == pytest.approx(n @ np.linalg.solve(s, n), rel=1e-3)
    peak = -0.5 * np.linalg.slogdet(2.0 * math.pi * s)[1]
    assert seen[polar.LOG_PEAK] == pytest.approx(peak, abs=1e-3)


@given(SEEDS)
@settings(max_examples=100)
def test_update_is_the_extended_kalman_filters(seed):
    draw, frame, x, p = random_track(seed)
    plot = measured(x, frame) + draw.normal(size=3) * SIGMA[:3]
    plot[1] = math.remainder(plot[1], 2.0 * math.pi)
    slope = jacobian(x, frame)
    s = slope @ p @ slope.T + np.diag(SIGMA[:3] ** 2)
    gain = p @ slope.T @ np.linalg.inv(s)
    expected = x + gain @ wrapped(plot - measured(x, frame))
    found, found_p = update(x, p, plot, frame, limit=math.inf)
    shift = np.abs(expected - x).max()
    np.testing.assert_allclose(found, expected, atol=1e-3 * shift)
    np.testing.assert_allclose(found_p, p - gain @ s @ gain.T, atol=1e-3 * np.abs(p).max())


def test_update_is_repeated_where_the_line_misses_the_curve():
    """Close to the radar with an uncertain velocity; the iterated filter is Gauss-Newton (Bell & Cathey 1993)."""
    frame = np.vstack([np.eye(3), np.zeros(3)])
    x = np.array([4_000.0, 6_000.0, 3_000.0, 0.0, 0.0, 0.0])
    p = np.diag([1_600.0, 1_600.0, 100.0, 160.0, 160.0, 10.0]) ** 2
    p[:3, 3:] = p[3:, :3] = np.diag([0.99 * 1_600.0 * 160.0] * 2 + [0.0])
    plot = measured(np.array([6_500.0, 3_500.0, 2_900.0]), frame)
    root, noise = np.linalg.inv(np.linalg.cholesky(p)), SIGMA[:3]

    def residuals(state):
        return np.concatenate([root @ (state - x), wrapped(measured(state, frame) - plot) / noise])

    best = least_squares(residuals, x, x_scale=[100.0] * 3 + [10.0] * 3, xtol=1e-12, ftol=1e-14, gtol=1e-12)
    found, found_p = update(x, p, plot, frame)
    plain, _ = update(x, p, plot, frame, limit=math.inf)
    np.testing.assert_allclose(found[:3], best.x[:3], atol=0.5)
    np.testing.assert_allclose(found[3:], best.x[3:], atol=0.05)
    np.testing.assert_allclose(found_p, np.linalg.inv(best.jac.T @ best.jac), rtol=0.02, atol=1.0)
    assert np.abs(plain[:3] - best.x[:3]).max() > 500.0


@given(SEEDS, st.floats(50.0, 3e4))
@settings(max_examples=400)
def test_what_counts_as_straightis_straight(seed, step_m):
    """The bound without a second view never lets pass what the exact error of the line would not."""
    draw, frame, x, p = random_track(seed)
    seen, moved, after = sight(x, p, frame), x.copy(), np.empty(polar.VIEW)
    moved[:3] += step_m * draw.uniform() * draw.normal(size=3)
    polar.observe(moved, frame, SIGMA, after)
    least = math.sqrt(polar.curvature2(seen, after, moved, x, SIGMA))
    assert not polar.is_straight(seen, moved, x, SIGMA, 0.999 * least)
    assert polar.is_straight(seen, x, x, SIGMA, 1e-9)


@given(SEEDS)
@settings(max_examples=100)
def test_range_rate_equals_the_textbook(seed):
    draw, frame, x, p = random_track(seed)
    away, velocity = x[:3] - frame[3], x[3:]
    distance = np.linalg.norm(away)
    rate = away @ velocity / distance
    slope = np.concatenate([velocity / distance - rate * away / distance**2, away / distance])
    variance = slope @ p @ slope + SIGMA[3] ** 2
    seen = rate + draw.normal(0.0, 5.0)
    expected = x + p @ slope / variance * (seen - rate), p - np.outer(p @ slope, p @ slope) / variance
    found_rate, found_variance = polar.range_rate(x, p, frame, SIGMA, np.empty(6))
    assert found_rate == pytest.approx(rate, abs=1e-9)
    assert found_variance == pytest.approx(variance)
    polar.update_by_range_rate(x, p, seen, frame, SIGMA, np.empty(6), np.empty(6))
    np.testing.assert_allclose(x, expected[0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(p, expected[1], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize(
    "place",
    [(0, 0, 0), (0, 0, 1), (0, 0, -1e6), (1, 0, 0), (1e-9, 0, 1e4), (1e6, 0, 0), (-1, -1e-300, 0), (0, -1e6, 1e6)],
)
@pytest.mark.parametrize("elevation", [0.0, 0.5 * math.pi, -0.5 * math.pi])
@pytest.mark.parametrize("reach", [1.0, 1e6])
def test_extremes_give_numbers_and_positive_covariances(place, elevation, reach):
    frame = np.vstack([np.eye(3), np.zeros(3)])
    x, p = np.array([*map(float, place), 100.0, -100.0, 0.0]), np.diag([500.0] * 3 + [50.0] * 3) ** 2
    for azimuth in (math.pi, -math.pi, 0.0):
        x, p = update(x, p, np.array([reach, azimuth, elevation]), frame)
        polar.update_by_range_rate(x, p, 300.0, frame, SIGMA, np.empty(6), np.empty(6))
        scale = np.sqrt(np.diag(p))
        assert np.isfinite(x).all()
        assert np.linalg.eigvalsh(p / np.outer(scale, scale))[0] > 0.0
        p[:3, :3] += np.eye(3)


def test_azimuths_turn_back_across_south():
    assert polar.turned(math.pi) == -math.pi
    assert polar.turned(-math.pi) == -math.pi
    assert polar.turned(1.9 * math.pi) == pytest.approx(-0.1 * math.pi)
    assert polar.turned(-1.9 * math.pi) == pytest.approx(0.1 * math.pi)
