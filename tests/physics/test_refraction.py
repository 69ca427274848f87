"""Refraction: published horizon distances and the MathWorks height-range examples."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.physics.refraction import (
    EFFECTIVE_EARTH_RADIUS_M,
    elevation_four_thirds,
    height_at_slant_range_m,
    radar_horizon_m,
    visible,
)

# Antenna height, then the horizon in km against targets at 15, 30, 50, 100, 300, 1,000, 6,000 and 10,000 m.
HORIZON_TABLE_KM = {
    4.0: (24, 31, 37, 49, 80, 139, 328, 420),
    6.0: (26, 33, 39, 51, 81, 140, 329, 422),
    10.0: (29, 36, 42, 54, 84, 143, 332, 425),
    24.0: (36, 43, 49, 61, 92, 151, 339, 432),
    40.0: (42, 49, 55, 67, 97, 156, 345, 438),
    3_048.0: (244, 250, 257, 269, 299, 358, 547, 640),
    9_150.0: (410, 417, 423, 435, 466, 525, 714, 806),
    12_000.0: (467, 474, 481, 493, 523, 582, 771, 864),
}
TARGET_HEIGHTS_M = (15.0, 30.0, 50.0, 100.0, 300.0, 1_000.0, 6_000.0, 10_000.0)


@pytest.mark.parametrize("antenna_m", HORIZON_TABLE_KM)
def test_horizon_table(antenna_m):
    for target_m, published_km in zip(TARGET_HEIGHTS_M, HORIZON_TABLE_KM[antenna_m], strict=True):
        # The column of 6 km in the table stands for 5.5 to 6 km.
        tolerance_km = 9.0 if target_m == 6_000.0 else 0.75
        assert radar_horizon_m(antenna_m, target_m) / 1e3 == pytest.approx(published_km, abs=tolerance_km)


@pytest.mark.parametrize(
    ("antenna_m", "target_m", "published_km"),
    [(20, 30, 41.0), (20, 100, 59.7), (20, 1_000, 148.8), (9_000, 100, 432.2), (10, 0, 13.03), (1_000, 0, 130.35)],
)
def test_horizon_values(antenna_m, target_m, published_km):
    assert radar_horizon_m(float(antenna_m), float(target_m)) / 1e3 == pytest.approx(published_km, abs=0.06)


def test_airborne_warning_horizon_published_by_nato():
    """An aircraft at 9,150 m sees low-flying targets at 400 km and 312,000 km2, a radius of 315 km."""
    assert radar_horizon_m(9_150.0, 0.0) == pytest.approx(394e3, abs=1e3)
    assert radar_horizon_m(9_150.0, 100.0) == pytest.approx(435e3, abs=1e3)


def test_mathworks_height_range_examples():
    """range2height(300 km, 10 m, 0.5 deg) = 7932.5 m with MATLAB's effective radius; 7921.7 m with exactly 4/3."""
    elevation = math.radians(0.5)
    matlab_radius_m = 6_371e3 / (1.0 - 39e-9 * 6_371e3)
    assert height_at_slant_range_m(10.0, elevation, 300e3, matlab_radius_m) == pytest.approx(7_932.5, abs=0.5)
    assert height_at_slant_range_m(10.0, elevation, 300e3, EFFECTIVE_EARTH_RADIUS_M) == pytest.approx(7_921.7, abs=0.5)


@given(st.floats(0.0, 12_000.0), st.floats(-0.01, 0.6), st.floats(1e3, 400e3))
@settings(max_examples=200, deadline=None)
def test_elevation_inverts_height_at_slant_range(antenna_m, elevation, slant_m):
    target_m = height_at_slant_range_m(antenna_m, elevation, slant_m, EFFECTIVE_EARTH_RADIUS_M)
    sine = slant_m * math.cos(elevation) / (EFFECTIVE_EARTH_RADIUS_M + target_m)
    ground_m = EFFECTIVE_EARTH_RADIUS_M * math.asin(sine)
    assert elevation_four_thirds(antenna_m, target_m, ground_m) == pytest.approx(elevation, abs=1e-8)


@given(st.floats(0.0, 10_000.0), st.floats(0.0, 10_000.0), st.floats(0.0, 500.0))
@settings(max_examples=100, deadline=None)
def test_horizon_is_symmetric_and_grows_with_height(first_m, second_m, rise_m):
    horizon_m = radar_horizon_m(first_m, second_m)
    assert horizon_m == pytest.approx(radar_horizon_m(second_m, first_m))
    assert radar_horizon_m(first_m + rise_m, second_m) >= horizon_m
    assert visible(first_m, second_m, horizon_m)
    assert not visible(first_m, second_m, horizon_m + 1.0)


def test_target_at_the_horizon_appears_below_the_horizontal_by_the_dip():
    """At the horizon of an antenna of 1 km the ray leaves at the dip angle sqrt(2h/a)."""
    horizon_m = radar_horizon_m(1_000.0, 0.0)
    dip = -math.sqrt(2.0 * 1_000.0 / EFFECTIVE_EARTH_RADIUS_M)
    assert elevation_four_thirds(1_000.0, 0.0, horizon_m) == pytest.approx(dip, rel=1e-3)


def test_heights_below_zero_count_as_zero():
    assert radar_horizon_m(-5.0, -5.0) == 0.0
