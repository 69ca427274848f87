"""Multipath: lobes of elementary geometry, the reflection point, roughness, and the way to the horizon."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ai_zeros, airy, ive

from openiamd.physics import multipath
from openiamd.physics.diffraction import smooth_earth_loss_db
from openiamd.physics.radar import SPEED_OF_LIGHT_MPS
from openiamd.physics.refraction import EFFECTIVE_EARTH_RADIUS_M as RADIUS_M
from openiamd.physics.refraction import radar_horizon_m

FLAT_M = 1e13
HUNDRED_MHZ_M = SPEED_OF_LIGHT_MPS / 1e8


def root(function, low, high) -> Any:
    return brentq(function, low, high)


def factor(antenna_m, target_m, range_m, wavelength_m, radius_m=RADIUS_M, waves_m=0.0, vertical=False):
    return multipath.propagation_factor_squared(antenna_m, target_m, range_m, wavelength_m, radius_m, waves_m, vertical)


@pytest.mark.parametrize(("half_waves", "published_deg"), [(1, 4.298), (2, 8.621)])
def test_first_lobe_and_null_of_100_mhz_at_10_m(half_waves, published_deg):
    def excess(elevation):
        target_m = 1e6 * math.tan(elevation)
        return multipath.reflection_geometry(10.0, target_m, 1e6, FLAT_M)[1] - 0.5 * half_waves * HUNDRED_MHZ_M

    assert math.degrees(root(excess, 1e-3, 0.5)) == pytest.approx(published_deg, abs=6e-4)


def test_in_the_first_lobe_range_doubles_and_in_the_null_nothing_arrives():
    """A radar of 200 km in free space reaches 400 km over a perfect mirror; sea water at 4 deg is one within 0.5 %."""
    lobe, null = (factor(10.0, 1e6 * math.tan(math.radians(e)), 1e6, HUNDRED_MHZ_M, FLAT_M) for e in (4.298, 8.621))
    assert 200.0 * math.sqrt(lobe) == pytest.approx(400.0, rel=5e-3)
    assert null < 1e-3


def exact_reflection(antenna_m, target_m, range_m):
    """Return grazing angle and path difference of the shortest reflected path, by minimising over its foot."""

    def legs(foot):
        both = []
        for height_m, angle in ((antenna_m, foot), (target_m, range_m / RADIUS_M - foot)):
            above_m = RADIUS_M + height_m
            both.append(math.sqrt(height_m**2 + 4.0 * RADIUS_M * above_m * math.sin(0.5 * angle) ** 2))
        return both

    found: Any = minimize_scalar(
        lambda foot: sum(legs(foot)), bounds=(0.0, range_m / RADIUS_M), method="bounded", options={"xatol": 1e-14}
    )
    leg1_m, leg2_m = legs(found.x)
    rise_m = target_m - antenna_m
    above_m2 = 4.0 * (RADIUS_M + antenna_m) * (RADIUS_M + target_m) * math.sin(0.5 * range_m / RADIUS_M) ** 2
    grazing = math.asin((antenna_m * (2.0 * RADIUS_M + antenna_m) - leg1_m**2) / (2.0 * RADIUS_M * leg1_m))
    return grazing, leg1_m + leg2_m - math.sqrt(rise_m * rise_m + above_m2)


@pytest.mark.parametrize(
    ("antenna_m", "target_m", "range_m"),
    [
        (20.0, 100.0, 20e3),
        (20.0, 100.0, 50e3),
        (30.0, 10e3, 200e3),
        (10.0, 15.0, 20e3),
        (9e3, 300.0, 300e3),
        (15.0, 5e3, 3e3),
    ],
)
def test_reflection_against_the_shortest_path(antenna_m, target_m, range_m):
    grazing, difference_m = exact_reflection(antenna_m, target_m, range_m)
    found = multipath.reflection_geometry(antenna_m, target_m, range_m, RADIUS_M)
    assert found[0] == pytest.approx(grazing, rel=1e-4)
    assert found[1] == pytest.approx(difference_m, rel=1e-4, abs=1e-9)


def test_reflection_is_symmetric():
    there = multipath.reflection_geometry(20.0, 3e3, 100e3, RADIUS_M)
    back = multipath.reflection_geometry(3e3, 20.0, 100e3, RADIUS_M)
    assert back == pytest.approx((there[0], there[1], there[3], there[2]), rel=1e-7)


def test_divergence_against_the_bundle_of_rays():
    """Kerr's factor is the share of a bundle's width: neighbouring reflected rays traced in the plane."""

    def cross(first, second):
        return first[0] * second[1] - first[1] * second[0]

    antenna_m, range_m, target_m = 500.0, 100e3, 2e3
    grazing, _, leg1_m, leg2_m = multipath.reflection_geometry(antenna_m, target_m, range_m, RADIUS_M)
    ends = []
    for turn in (-1e-6, 1e-6):
        foot = math.acos(
            ((RADIUS_M + antenna_m) ** 2 + RADIUS_M**2 - leg1_m**2) / (2.0 * RADIUS_M * (RADIUS_M + antenna_m))
        )
        place = RADIUS_M * np.array([math.sin(foot + turn), math.cos(foot + turn)])
        normal = place / RADIUS_M
        inward = place - np.array([0.0, RADIUS_M + antenna_m])
        inward /= np.linalg.norm(inward)
        outward = inward - 2.0 * (inward @ normal) * normal
        ends.append((place + leg2_m * outward, inward, outward))
    spread = abs(cross(ends[0][1], ends[1][1]))
    across = ends[0][2]
    width_m = abs(cross(across, ends[1][0] - ends[0][0]))
    in_plane = (leg1_m + leg2_m) * spread / width_m
    # The other direction, across the plane, hardly spreads at grazing incidence.
    assert multipath.divergence(grazing, leg1_m, leg2_m, RADIUS_M) == pytest.approx(math.sqrt(in_plane), rel=2e-3)


def test_sea_reflects_horizontal_waves_as_a_mirror_and_vertical_ones_not_at_brewsters_angle():
    for wavelength_m in (0.03, 0.1, 3.0):
        assert abs(multipath.sea_reflection(0.0, wavelength_m, False) + 1.0) < 1e-9
        assert abs(multipath.sea_reflection(0.0, wavelength_m, True) + 1.0) < 1e-9
        assert abs(multipath.sea_reflection(math.radians(5.0), wavelength_m, False) + 1.0) < 0.03
    # Without loss Brewster's grazing angle is atan(1 / sqrt(70)) = 6.8 deg; a conductor moves and fills the dip.
    grazing = np.radians(np.arange(0.5, 30.0, 0.1))
    size = [abs(multipath.sea_reflection(angle, 0.03, True)) for angle in grazing]
    assert math.degrees(grazing[int(np.argmin(size))]) == pytest.approx(6.8, abs=0.3)
    assert min(size) < 0.1
    assert abs(multipath.sea_reflection(0.5 * math.pi, 0.03, True)) == pytest.approx(0.79, abs=0.01)


@given(st.floats(0.0, 50.0))
@settings(max_examples=200, deadline=None)
def test_bessel_function_against_scipy(z):
    assert multipath.scaled_bessel_i0(z) == pytest.approx(float(ive(0, z)), abs=3e-7)


def test_roughness_follows_ament_for_small_waves_and_exceeds_it_for_large_ones():
    for waves_m in (0.05, 0.1, 1.0):
        grazing, wavelength_m = math.radians(1.0), 0.1
        z = 2.0 * (2.0 * math.pi * waves_m * math.sin(grazing) / wavelength_m) ** 2
        found = multipath.roughness(grazing, wavelength_m, waves_m)
        assert found == pytest.approx(float(ive(0, z)), abs=3e-7)
        assert found >= math.exp(-z) - 3e-7
    assert multipath.roughness(math.radians(1.0), 0.1, 0.0) == pytest.approx(1.0)


def test_a_rough_sea_has_no_lobes():
    ranges_m = np.linspace(5e3, 20e3, 300)
    calm = [factor(20.0, 1e3, range_m, 0.03) for range_m in ranges_m]
    rough = [factor(20.0, 1e3, range_m, 0.03, waves_m=1.0) for range_m in ranges_m]
    assert max(calm) > 3.5
    assert min(calm) < 0.1
    assert min(rough) > 0.7
    assert max(rough) < 1.4


@given(st.floats(2.0, 2e3), st.floats(2.0, 10e3), st.floats(0.02, 0.6), st.booleans(), st.floats(0.0, 2.0))
@settings(max_examples=200, deadline=None)
def test_factor_lies_between_zero_and_four_and_has_no_step_at_the_horizon(
    antenna_m, target_m, wavelength_m, vertical, waves_m
):
    def loss_db(range_m):
        value = factor(antenna_m, target_m, range_m, wavelength_m, RADIUS_M, waves_m, vertical)
        assert 0.0 <= value <= 4.0 + 1e-9
        return -10.0 * math.log10(max(value, 1e-30))

    horizon_m = radar_horizon_m(antenna_m, target_m)
    for share in (0.01, 0.5, 0.9):
        assert loss_db(share * horizon_m) >= -10.0 * math.log10(4.0) - 1e-9
    beyond_db = smooth_earth_loss_db(antenna_m, target_m, horizon_m + 1.0, wavelength_m, RADIUS_M)
    assert loss_db(horizon_m + 1.0) == pytest.approx(beyond_db, abs=1e-9)
    assert loss_db(horizon_m * (1.0 - 1e-4)) == pytest.approx(beyond_db, abs=0.5)


@pytest.mark.parametrize("waves", [0.15235, 0.25])
def test_no_step_where_rays_take_over(waves):
    def excess(range_m):
        return multipath.reflection_geometry(20.0, 100.0, range_m, RADIUS_M)[1] / 0.1 - waves

    range_m = root(excess, 5e3, 59e3)
    assert factor(20.0, 100.0, range_m - 5.0, 0.1) == pytest.approx(factor(20.0, 100.0, range_m + 5.0, 0.1), rel=3e-3)


def mode_series_loss_db(antenna_m, target_m, range_m, wavelength_m, modes=150):
    """Return the loss over a conducting sphere, horizontal polarisation, by its modes (Kerr 1951, section 2.14)."""
    wave_number = 2.0 * math.pi / wavelength_m
    natural = (0.5 * wave_number * RADIUS_M) ** (1.0 / 3.0)
    distance, turn = natural * range_m / RADIUS_M, np.exp(1j * math.pi / 3.0)
    zeros = -ai_zeros(modes)[0]
    gains = [airy(-zeros + height * wave_number / natural * turn)[0] for height in (antenna_m, target_m)]
    slopes = turn * airy(-zeros)[1]
    field = np.sum(np.exp(-zeros * distance * np.conj(turn) * 1j) * gains[0] * gains[1] / slopes**2)
    return -20.0 * math.log10(2.0 * math.sqrt(math.pi * distance) * abs(field))


@pytest.mark.parametrize(
    ("ghz", "antenna_m", "target_m"), [(3.0, 20.0, 100.0), (9.4, 20.0, 15.0), (1.3, 30.0, 1e3), (3.0, 20.0, 10.0)]
)
def test_from_the_first_lobe_into_the_shadow_against_the_modes_of_a_sphere(ghz, antenna_m, target_m):
    wavelength_m = SPEED_OF_LIGHT_MPS / (ghz * 1e9)
    horizon_m = radar_horizon_m(antenna_m, target_m)
    for share in np.linspace(0.5, 1.1, 61):
        if multipath.reflection_geometry(antenna_m, target_m, share * horizon_m, RADIUS_M)[1] > 0.6 * wavelength_m:
            continue
        exact_db = mode_series_loss_db(antenna_m, target_m, share * horizon_m, wavelength_m)
        value = factor(antenna_m, target_m, share * horizon_m, wavelength_m)
        assert -10.0 * math.log10(value) == pytest.approx(exact_db, abs=1.4)


def test_lobes_against_the_modes_of_a_sphere():
    """3 GHz, 20 m and 100 m, through the first null and lobe; nearer, the series cancels numerically."""
    wavelength_m = SPEED_OF_LIGHT_MPS / 3e9
    for range_m in np.linspace(26e3, 40e3, 50):
        exact = 10.0 ** (-0.1 * mode_series_loss_db(20.0, 100.0, range_m, wavelength_m))
        assert factor(20.0, 100.0, range_m, wavelength_m) == pytest.approx(exact, abs=0.35)
