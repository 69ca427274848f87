"""Fusion: the ladder of track quality."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.estimation.fusion import track_quality


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
