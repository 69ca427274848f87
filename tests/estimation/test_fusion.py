"""Fusion: the ladder of track quality."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.estimation.fusion import (
    SCRATCH_ROWS,
    best_weight,
    combine,
    covariance_intersection,
    track_quality,
)


@pytest.mark.parametrize(
    ("sigma_m", "quality"),
    [(0.0, 15), (9.9, 15), (10.1, 14), (15.9, 14), (16.1, 13), (104.0, 10), (1_099.0, 5), (7_200.0, 1), (7_300.0, 0)],
)
def test_track_quality_ladder(sigma_m, quality):
    p = np.zeros((6, 6))
    p[0, 0] = 0.3 * sigma_m**2
    p[1, 1] = 0.7 * sigma_m**2
    p[2, 2] = 1e9
    assert track_quality(p) == quality


@given(st.floats(0.0, 1e12), st.floats(0.0, 1e12))
@settings(max_examples=100, deadline=None)
def test_quality_never_rises_with_variance(first, second):
    low, high = np.zeros((6, 6)), np.zeros((6, 6))
    low[0, 0], high[0, 0] = sorted((first, second))
    assert 0 <= track_quality(high) <= track_quality(low) <= 15


def test_compiled_equals_plain_python():
    rng = np.random.default_rng(6)
    for sigma_m in 10.0 ** rng.uniform(0.0, 5.0, 20):
        covariance = np.diag(np.full(6, sigma_m**2))
        assert track_quality(covariance) == track_quality.py_func(covariance)


# ---- covariance intersection


def spread(rng: np.random.Generator, scale: float = 1.0) -> np.ndarray:
    root = rng.normal(size=(6, 6)) * scale * np.array([200.0, 200.0, 300.0, 10.0, 10.0, 15.0])[:, None]
    return root @ root.T + np.diag([25.0, 25.0, 25.0, 1.0, 1.0, 1.0])


def test_the_best_weight_is_that_of_a_search_over_all():
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(200):
        one, other = spread(rng), spread(rng, float(rng.uniform(0.3, 3.0)))
        weight = best_weight(one, other)
        grid = np.linspace(0.0, 1.0, 2_001)
        inverses = np.linalg.inv(one[:3, :3]), np.linalg.inv(other[:3, :3])
        traces = [np.trace(np.linalg.inv(w * inverses[0] + (1.0 - w) * inverses[1])) for w in grid]
        assert weight == pytest.approx(grid[int(np.argmin(traces))], abs=0.01)
        inside += 0.0 < weight < 1.0
    assert inside > 20


def test_joining_equals_the_information_form():
    rng = np.random.default_rng(4)
    for _ in range(100):
        p1, p2, x1, x2 = spread(rng), spread(rng), rng.normal(0.0, 1e3, 6), rng.normal(0.0, 1e3, 6)
        w = float(rng.uniform(0.05, 0.95))
        information = w * np.linalg.inv(p1) + (1.0 - w) * np.linalg.inv(p2)
        p = np.linalg.inv(information)
        x = p @ (w * np.linalg.solve(p1, x1) + (1.0 - w) * np.linalg.solve(p2, x2))
        got_x, got_p = x1.copy(), p1.copy()
        combine(got_x, got_p, x2, p2, w, 1.0 - w, np.zeros((SCRATCH_ROWS, 6)))
        assert np.allclose(got_p, p, rtol=1e-6, atol=1e-6 * np.abs(p).max())
        assert np.allclose(got_x, x, rtol=1e-6, atol=1e-5)


def test_the_intersection_covers_any_correlation():
    """P − E[e e'] is positive semidefinite for every cross-covariance that the two inputs allow (Julier & Uhlmann)."""
    rng = np.random.default_rng(5)
    for _ in range(100):
        p1, p2 = spread(rng), spread(rng)
        rotation = np.linalg.qr(rng.normal(size=(6, 6)))[0]
        cross = np.linalg.cholesky(p1) @ rotation @ np.linalg.cholesky(p2).T * 0.999
        joint = np.block([[p1, cross], [cross.T, p2]])
        x, p = np.zeros(6), p1.copy()
        w = covariance_intersection(x, p, np.zeros(6), p2, np.zeros((SCRATCH_ROWS, 6)))
        if 0.0 < w < 1.0:
            gain = np.hstack([w * p @ np.linalg.inv(p1), (1.0 - w) * p @ np.linalg.inv(p2)])
            least = np.linalg.eigvalsh(p - gain @ joint @ gain.T)[0]
            assert least > -1e-6 * np.trace(p)


def test_a_useless_estimate_changes_nothing():
    p1 = np.diag([100.0, 100.0, 100.0, 1.0, 1.0, 1.0])
    x, p = np.arange(6.0), p1.copy()
    assert covariance_intersection(x, p, np.full(6, 1e5), 1e6 * p1, np.zeros((SCRATCH_ROWS, 6))) == 1.0
    assert x.tolist() == list(range(6))
    assert np.array_equal(p, p1)
