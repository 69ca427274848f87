"""Attenuation: the ITU's validation examples of P.676-13, ITU-Rpy, slant paths, and the path table of the engine."""

import csv
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from openiamd.physics import attenuation
from openiamd.physics.rain import rain_db_per_km
from openiamd.physics.refraction import EFFECTIVE_EARTH_RADIUS_M as RADIUS_M
from openiamd.physics.refraction import radar_horizon_m, trace_ray

# ITU-R SG 3, CG-3M3J-13-ValEx: GHz, dB/km at 1013.25 hPa of dry air, 288.15 K, 7.5 g/m3.
GAMMA = [
    (1, 0.0054395627), (2, 0.0069204198), (3, 0.0075387529), (5, 0.0087138851), (6, 0.0094587838), (8, 0.0114159172),
    (9, 0.0126844231), (10, 0.0141985419), (12, 0.0182336522), (15, 0.0290583460), (20, 0.1089308552),
    (35, 0.1014573294), (60, 14.778316637), (94, 0.4081288830),
]  # fmt: skip

# Ground to 10 km, dB one way, by layered ray tracing (crc-covlib): elevation, then 1.3, 3, 5.6, 9.5 and 35 GHz.
SLANT_GHZ = (1.3, 3.0, 5.6, 9.5, 35.0)
SLANT = {
    0.0: (1.610, 1.867, 2.138, 2.844, 18.58),
    0.5: (1.227, 1.404, 1.585, 2.055, 12.83),
    1.0: (0.972, 1.104, 1.237, 1.580, 9.60),
    3.0: (0.496, 0.557, 0.617, 0.773, 4.51),
    10.0: (0.168, 0.188, 0.207, 0.258, 1.485),
    90.0: (0.0296, 0.0331, 0.0365, 0.0453, 0.2607),
}


@pytest.mark.parametrize(("ghz", "published"), GAMMA)
def test_specific_attenuation_of_p676(ghz, published):
    computed = attenuation.gas_db_per_km(ghz * 1e9, 101_325.0, 288.15, 7.5)
    assert computed == pytest.approx(published, rel=1e-6)


# Version 12 has the same equations and tables; its examples print fewer digits of the vapour's part.
@pytest.mark.parametrize(("version", "rows"), [("13", 350), ("12", 355)])
def test_all_validation_examples_of_p676(version, rows, reference_data):
    path = reference_data / "itu_valex" / f"ITURP676-{version}_gamma.csv"
    examples = [list(map(float, row)) for row in list(csv.reader(path.read_text("latin-1").splitlines()))[2:]]
    assert len(examples) == rows
    for ghz, hpa, kelvin, humidity, dry, _, both in examples:
        parts = attenuation.gas_parts_db_per_km(ghz * 1e9, hpa * 100.0, kelvin, humidity)
        assert parts[0] == pytest.approx(dry, rel=1e-6)
        assert sum(parts) == pytest.approx(both, rel=1e-6)


@pytest.mark.parametrize("ghz", [1.0, 5.6, 22.235, 57.0, 118.75, 183.3, 325.0, 350.0])
def test_specific_attenuation_against_itur_in_thin_and_thick_air(ghz):
    from itur.models import itu676

    itu676.change_version(12)  # the equations and tables of annex 1 are those of version 13
    for hpa, kelvin, humidity in [(1_000.0, 310.0, 30.0), (265.0, 223.0, 0.05), (1.0, 270.0, 1e-5)]:
        theirs: Any = itu676.gamma_exact(ghz, hpa, humidity, kelvin)
        ours = attenuation.gas_db_per_km(ghz * 1e9, hpa * 100.0, kelvin, humidity)
        assert ours == pytest.approx(float(theirs.value), rel=1e-9)


@pytest.mark.parametrize("elevation_deg", SLANT)
def test_slant_paths_against_layered_ray_tracing(elevation_deg):
    for ghz, published_db in zip(SLANT_GHZ, SLANT[elevation_deg], strict=True):
        loss_db = attenuation.slant_path_loss_db(ghz * 1e9, 0.0, 10e3, math.radians(elevation_deg), RADIUS_M)
        assert loss_db == pytest.approx(published_db, rel=1.5e-2)


def along_a_straight_ray(antenna_m, target_m, range_m, points=200_001):
    """Return heights and lengths of pieces of the straight line, by plane coordinates."""
    angle = range_m / RADIUS_M
    ends = np.array([[0.0, RADIUS_M + antenna_m], (RADIUS_M + target_m) * np.array([math.sin(angle), math.cos(angle)])])
    share = (np.arange(points) + 0.5) / points
    places = ends[0] + share[:, None] * (ends[1] - ends[0])
    return np.hypot(*places.T) - RADIUS_M, np.linalg.norm(ends[1] - ends[0]) / points


HEIGHTS_M = np.array([0.0, 30.0, 500.0, 3e3, 13e3, 40e3, 150e3])
RANGES_M = np.array([100.0, 20e3, 150e3, 400e3, 700e3])


@pytest.mark.parametrize("ghz", [1.3, 9.5, 35.0])
@pytest.mark.parametrize("antenna_m", [0.0, 20.0, 3e3, 13e3])
def test_gas_of_the_path_table_against_fine_integration(antenna_m, ghz):
    table = attenuation.path_loss_table_db(ghz * 1e9, antenna_m, HEIGHTS_M, RANGES_M, RADIUS_M, True, 0.0, 0.0)
    grid_m = np.linspace(0.0, 86e3, 20_000)
    gamma = attenuation.standard_gas_db_per_km(ghz * 1e9, grid_m)
    for row, target_m in enumerate(HEIGHTS_M):
        for column, range_m in enumerate(RANGES_M):
            height_m, piece_m = along_a_straight_ray(antenna_m, target_m, range_m)
            fine_db = np.sum(np.interp(height_m, grid_m, gamma, right=0.0)) * piece_m / 1e3
            assert table[row, column] == pytest.approx(fine_db, rel=4e-3)


@pytest.mark.parametrize("antenna_m", [0.0, 20.0, 3e3, 13e3])
def test_rain_of_the_path_table_against_fine_integration(antenna_m):
    table = attenuation.path_loss_table_db(9.5e9, antenna_m, HEIGHTS_M, RANGES_M, RADIUS_M, False, 25.0, 3.2e3)
    for row, target_m in enumerate(HEIGHTS_M):
        for column, range_m in enumerate(RANGES_M):
            height_m, piece_m = along_a_straight_ray(antenna_m, target_m, range_m)
            fine_db = np.sum(height_m <= 3.2e3) * piece_m / 1e3 * rain_db_per_km(9.5e9, 25.0)
            assert table[row, column] == pytest.approx(fine_db, rel=1e-4, abs=2e-3 * float(piece_m))


@pytest.mark.parametrize(("antenna_m", "relative"), [(20.0, 0.055), (1e3, 0.06), (9e3, 0.11)])
def test_gas_of_the_path_table_against_bent_rays(antenna_m, relative):
    """Rays that bend as in the CRPL atmosphere; high up the 4/3 earth bends too much, so that rays pass too high."""
    worst = 0.0
    for target_m in (1e3, 10e3, 20e3):
        for range_m in (50e3, 100e3, 200e3, 400e3):
            if target_m < antenna_m or range_m > 0.98 * radar_horizon_m(antenna_m, target_m):
                continue
            lowest = -0.9 * math.sqrt(2.0 * antenna_m / 8.0e6)
            elevation: Any = brentq(
                lambda angle, up=target_m, d=range_m: trace_ray(antenna_m, up, angle).ground_range_m - d, lowest, 1.5
            )
            ray = trace_ray(antenna_m, target_m, elevation)
            gamma = attenuation.standard_gas_db_per_km(9.5e9, np.maximum(ray.heights_m, 0.0))
            bent_db = np.sum(gamma * ray.lengths_m) / 1e3
            ours = attenuation.path_loss_table_db(9.5e9, antenna_m, [target_m], [range_m], RADIUS_M, True, 0.0, 0.0)
            worst = max(worst, abs(ours[0, 0] / bent_db - 1.0))
            assert ours[0, 0] == pytest.approx(bent_db, abs=0.08)
    assert 0.0 < worst < relative


def test_vertical_path_equals_the_integral_of_the_profile():
    grid_m = np.linspace(0.0, 86e3, 50_000)
    gamma = attenuation.standard_gas_db_per_km(9.5e9, grid_m)
    table = attenuation.path_loss_table_db(9.5e9, 0.0, [86e3], [0.0], RADIUS_M, True, 0.0, 0.0)
    assert table[0, 0] == pytest.approx(np.trapezoid(gamma, grid_m) / 1e3, rel=1e-3)


def test_at_the_antenna_nothing_is_lost():
    table = attenuation.path_loss_table_db(9.5e9, 50.0, [50.0], [0.0], RADIUS_M, True, 10.0, 3e3)
    assert table[0, 0] == pytest.approx(0.0, abs=1e-6)
    assert not attenuation.path_loss_table_db(9.5e9, 50.0, [1e3], [1e4], RADIUS_M, False, 0.0, 3e3).any()


@given(st.floats(0.0, 13e3), st.floats(0.0, 150e3), st.floats(1.0, 600e3), st.floats(0.0, 5e3))
@settings(max_examples=50, deadline=None)
def test_losses_are_finite_grow_with_range_and_do_not_care_which_end_is_which(low_m, high_m, range_m, ceiling_m):
    def loss_db(start_m, end_m, apart_m):
        table = attenuation.path_loss_table_db(5.6e9, start_m, [end_m], [apart_m], RADIUS_M, True, 20.0, ceiling_m)
        return float(table[0, 0])

    there = loss_db(low_m, high_m, range_m)
    assert np.isfinite(there)
    assert there >= 0.0
    assert loss_db(high_m, low_m, range_m) == pytest.approx(there, rel=1e-6, abs=1e-9)
    assert loss_db(low_m, high_m, 1.05 * range_m + 100.0) >= there * (1.0 - 5e-3)
