"""Refraction: published horizon distances and the MathWorks height-range examples."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from openiamd.physics.refraction import (
    CRPL_DECAY_PER_M,
    CRPL_REFRACTIVITY,
    EARTH_RADIUS_M,
    EFFECTIVE_EARTH_RADIUS_M,
    effective_radius_m,
    elevation_four_thirds,
    ground_range_m,
    height_at_slant_range_m,
    radar_horizon_m,
    slant_range_at_height_m,
    trace_ray,
    visible,
)

MATHWORKS_EARTH_M = 6_371e3

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


def test_mathworks_effective_earth():
    """effearthradius, height2range and height2grndrange for 10 m, 1 km and 2 deg."""
    radius_m = effective_radius_m(-39e-3, MATHWORKS_EARTH_M)
    assert radius_m == pytest.approx(8.4774e6, abs=50.0)
    slant_m = slant_range_at_height_m(10.0, 1e3, math.radians(2.0), radius_m)
    assert slant_m == pytest.approx(2.7125e4, abs=0.5)
    assert ground_range_m(10.0, math.radians(2.0), slant_m, radius_m) == pytest.approx(2.7106e4, abs=0.5)


def test_mathworks_bent_ray():
    """height2range, height2grndrange with the CRPL exponential atmosphere for 10 m, 1 km and 2 deg."""
    ray = trace_ray(10.0, 1e3, math.radians(2.0), earth_radius_m=MATHWORKS_EARTH_M)
    assert ray.apparent_range_m == pytest.approx(2.7171e4, abs=0.5)
    assert ray.slant_range_m == pytest.approx(2.7163e4, abs=0.5)
    assert math.degrees(ray.true_elevation_rad) == pytest.approx(1.9666, abs=5e-5)
    assert ray.ground_range_m == pytest.approx(2.7143e4, abs=0.5)


def test_gradient_of_a_ducting_atmosphere_is_refused():
    assert effective_radius_m(-39.24e-3) / EARTH_RADIUS_M == pytest.approx(4.0 / 3.0, rel=1e-4)
    with pytest.raises(ValueError, match="no effective radius"):
        effective_radius_m(-157.1e-3)


@given(st.floats(0.0, 12e3), st.floats(0.0, 1.5), st.floats(1.0, 100e3))
@settings(max_examples=100, deadline=None)
def test_slant_range_inverts_height(antenna_m, elevation, rise_m):
    slant_m = slant_range_at_height_m(antenna_m, antenna_m + rise_m, elevation, EFFECTIVE_EARTH_RADIUS_M)
    height_m = height_at_slant_range_m(antenna_m, elevation, slant_m, EFFECTIVE_EARTH_RADIUS_M)
    assert height_m == pytest.approx(antenna_m + rise_m, abs=1e-6)
    along_m = ground_range_m(antenna_m, elevation, slant_m, EFFECTIVE_EARTH_RADIUS_M)
    assert elevation_four_thirds(antenna_m, height_m, along_m) == pytest.approx(elevation, abs=1e-7)


def test_a_height_that_a_ray_never_reaches():
    assert math.isnan(slant_range_at_height_m(1e3, 0.0, 0.0, EFFECTIVE_EARTH_RADIUS_M))
    with pytest.raises(ValueError, match="never reaches"):
        trace_ray(1e3, 0.0, 0.0)
    with pytest.raises(ValueError, match="never reaches"):
        trace_ray(1e3, 0.0, -1e-3)


@pytest.mark.parametrize("elevation", [-0.025, -1e-3, 0.0, 1e-4, 0.01, 0.3, 1.57])
def test_without_air_rays_are_straight(elevation):
    ray = trace_ray(5e3, 20e3, elevation, surface_refractivity=0.0)
    slant_m = slant_range_at_height_m(5e3, 20e3, elevation, EARTH_RADIUS_M)
    assert ray.slant_range_m == pytest.approx(slant_m, abs=0.01)
    assert ray.apparent_range_m == pytest.approx(slant_m, abs=0.01)
    assert ray.true_elevation_rad == pytest.approx(elevation, abs=1e-8)


@pytest.mark.parametrize(("antenna_m", "elevation"), [(20.0, 0.0), (20.0, 0.01), (9e3, -0.012), (9e3, 0.02)])
def test_bent_ray_against_the_ray_equation_integrated_by_scipy(antenna_m, elevation):
    """d/ds (n dx/ds) = grad n, in plane coordinates (Born & Wolf, Principles of Optics, section 3.2)."""

    def index(place):
        height_m = math.hypot(place[0], place[1]) - EARTH_RADIUS_M
        return 1.0 + 1e-6 * CRPL_REFRACTIVITY * math.exp(-CRPL_DECAY_PER_M * height_m)

    def march(_, state):
        place, momentum = state[:2], state[2:]
        n = index(place)
        gradient = -CRPL_DECAY_PER_M * (n - 1.0) * place / math.hypot(place[0], place[1])
        return np.concatenate([momentum / n, gradient])

    start = np.array([0.0, EARTH_RADIUS_M + antenna_m])
    momentum = index(start) * np.array([math.cos(elevation), math.sin(elevation)])
    length_m = 300e3
    found = solve_ivp(march, (0.0, length_m), np.concatenate([start, momentum]), rtol=1e-12, atol=1e-9)
    x, y = found.y[0, -1], found.y[1, -1]
    target_m = math.hypot(x, y) - EARTH_RADIUS_M
    ray = trace_ray(antenna_m, target_m, elevation)
    assert ray.ground_range_m == pytest.approx(EARTH_RADIUS_M * math.atan2(x, y), abs=0.5)
    assert np.sum(ray.lengths_m) == pytest.approx(length_m, abs=0.5)
    assert ray.slant_range_m == pytest.approx(math.hypot(x, y - start[1]), abs=0.5)


def apparent_elevation(antenna_m, target_m, range_m) -> Any:
    lowest = -0.9 * math.sqrt(2.0 * antenna_m / 8e6)
    return brentq(lambda angle: trace_ray(antenna_m, target_m, angle).ground_range_m - range_m, lowest, 1.5, xtol=1e-12)


# Antenna, target and range in m; by how much the 4/3 earth errs in elevation, mrad, and puts the target too high, m.
FOUR_THIRDS_ERRORS = [
    (20.0, 1e3, 100e3, -0.210, 21.5),
    (20.0, 10e3, 100e3, 0.493, -45.5),
    (20.0, 10e3, 200e3, 0.828, -161.2),
    (20.0, 10e3, 300e3, 0.899, -264.4),
    (20.0, 10e3, 400e3, 0.538, -208.5),
    (9e3, 10e3, 100e3, 1.366, -136.1),
    (9e3, 10e3, 200e3, 2.664, -532.0),
    (9e3, 10e3, 400e3, 4.747, -1896.8),
]


@pytest.mark.parametrize("case", FOUR_THIRDS_ERRORS)
def test_error_of_the_four_thirds_earth_against_bent_rays(case):
    """The figures that docs may quote: computed here, by two independent parts of this file's subject."""
    antenna_m, target_m, range_m, error_mrad, height_error_m = case
    bent = apparent_elevation(antenna_m, target_m, range_m)
    straight = elevation_four_thirds(antenna_m, target_m, range_m)
    assert 1e3 * (straight - bent) == pytest.approx(error_mrad, abs=0.002)
    apparent_m = trace_ray(antenna_m, target_m, bent).apparent_range_m
    found_m = height_at_slant_range_m(antenna_m, bent, apparent_m, EFFECTIVE_EARTH_RADIUS_M)
    assert found_m - target_m == pytest.approx(height_error_m, abs=0.5)
