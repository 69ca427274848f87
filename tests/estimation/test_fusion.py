"""Fusion: correlation distance against NumPy and its chi-square law; the ladder of track quality."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from openiamd.estimation.fusion import correlation_distance2, track_quality


def covariance(rng):
    root = rng.normal(size=(6, 6)) * np.array([300, 300, 300, 15, 15, 15])[:, None]
    p = root @ root.T
    return 0.5 * (p + p.T)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_distance_equals_numpy_and_is_symmetric(seed):
    rng = np.random.default_rng(seed)
    x1, x2, p1, p2 = rng.normal(0, 1e3, 6), rng.normal(0, 1e3, 6), covariance(rng), covariance(rng)
    offset = (x1 - x2)[:3]
    expected = offset @ np.linalg.solve((p1 + p2)[:3, :3], offset)
    assert correlation_distance2(x1, p1, x2, p2) == pytest.approx(expected, rel=1e-8)
    assert correlation_distance2(x2, p2, x1, p1) == pytest.approx(expected, rel=1e-8)


def test_distance_of_the_same_object_is_chi_square():
    rng = np.random.default_rng(3)
    p1, p2 = covariance(rng), covariance(rng)
    first = rng.multivariate_normal(np.zeros(6), p1, 4_000)
    second = rng.multivariate_normal(np.zeros(6), p2, 4_000)
    distances = [correlation_distance2(x1, p1, x2, p2) for x1, x2 in zip(first, second, strict=True)]
    assert stats.kstest(distances, "chi2", args=(3,)).pvalue > 1e-4


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
    x1, x2, p1, p2 = rng.normal(0, 1e3, 6), rng.normal(0, 1e3, 6), covariance(rng), covariance(rng)
    plain = correlation_distance2.py_func(x1, p1, x2, p2)
    assert correlation_distance2(x1, p1, x2, p2) == pytest.approx(plain, rel=1e-12)
    assert track_quality(p1) == track_quality.py_func(p1)
