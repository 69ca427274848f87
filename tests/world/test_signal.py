"""The signal of a look: each factor on its own against its formula, through the tables that the engine reads."""

import dataclasses
import math

import numpy as np
import pytest

from openiamd.catalogue.resolved import Environment
from openiamd.physics.attenuation import path_loss_table_db
from openiamd.physics.clutter import mti_response
from openiamd.physics.diffraction import smooth_earth_loss_db
from openiamd.physics.geodesy import EARTH_RADIUS_M, azimuth_elevation_range, enu_from_geodetic
from openiamd.physics.multipath import propagation_factor_squared
from openiamd.physics.refraction import EFFECTIVE_EARTH_RADIUS_M, elevation_four_thirds, radar_horizon_m
from openiamd.world.compile import compile_world
from openiamd.world.propagation import band_factor
from openiamd.world.signal import apparent_elevation_rad, ground_range_m, look_snr, path_factor
from scenes import ideal_scene, resolved

ANTENNA_M = 10.0  # of ideal/radar
ALONG = 0.7  # azimuth of everything below


def scene(environment=None, sensor=None, objects=None):
    """Return the world of one idealised radar, with parts of it replaced."""
    plain = resolved(ideal_scene())
    if environment is not None:
        plain = dataclasses.replace(plain, environment=environment)
    if sensor is not None:
        plain = dataclasses.replace(plain, sensors=(dataclasses.replace(plain.sensors[0], **sensor),))
    if objects is not None:
        plain = dataclasses.replace(
            plain, objects=tuple(dataclasses.replace(thing, **objects) for thing in plain.objects)
        )
    return compile_world(plain)


def place(world, ground_m, height_m, above_m=ANTENNA_M):
    """Return a position (3,) at a ground range and height from the radar, along ``ALONG``."""
    angle = ground_m / EARTH_RADIUS_M
    row = world.sensors
    basis, antenna_m = row.basis[0], row.position_m[0]
    centre = antenna_m - (EARTH_RADIUS_M + above_m) * basis[2]
    flat = math.sin(ALONG) * basis[0] + math.cos(ALONG) * basis[1]
    return centre + (EARTH_RADIUS_M + height_m) * (math.cos(angle) * basis[2] + math.sin(angle) * flat)


def snr(world, ground_m, height_m, velocity_mps=(0.0, 0.0, 0.0)):
    """Return the SNR of object 0 at a place, and the slant range."""
    position_m, antenna_m = place(world, ground_m, height_m), world.sensors.position_m[0]
    offset_m = position_m - antenna_m
    azimuth_rad, elevation_rad, range_m = azimuth_elevation_range(world.sensors.basis[0], *offset_m)
    value = look_snr(
        world.sensors.row[0], world.terrain, world.propagation, world.threats.row[0], world.propagation.band[0, 0],
        antenna_m, ANTENNA_M, position_m, offset_m, np.array(velocity_mps), azimuth_rad, 0.0, elevation_rad, range_m,
    )  # fmt: skip
    return value, range_m


def factor(world, ground_m, height_m, above_m=ANTENNA_M):
    """Return the path's two-way power."""
    position_m, antenna_m = place(world, ground_m, height_m, above_m), world.sensors.position_m[0]
    azimuth_rad, _, range_m = azimuth_elevation_range(world.sensors.basis[0], *(position_m - antenna_m))
    return path_factor(
        world.sensors.row[0], world.terrain, world.propagation, antenna_m, above_m, position_m, azimuth_rad, range_m
    )


def decibels(power):
    return 10.0 * math.log10(power)


def test_free_space_is_the_anchor_alone():
    value, range_m = snr(scene(), 120e3, 9e3)
    anchor_snr = math.log(1e-6) / math.log(0.5) - 1.0
    assert value == pytest.approx(anchor_snr * (300e3 / range_m) ** 4, rel=1e-9)


def test_ground_range_is_the_arc():
    world = scene()
    for ground_m, height_m in [(1e3, 50.0), (80e3, 3e3), (400e3, 12e3), (300e3, 100e3)]:
        range_m = float(np.linalg.norm(place(world, ground_m, height_m) - world.sensors.position_m[0]))
        assert ground_range_m(ANTENNA_M, height_m, range_m) == pytest.approx(ground_m, abs=1e-3)


@pytest.mark.parametrize("k", [1.0, 4.0 / 3.0, 1.6])
def test_the_horizon_follows_the_effective_radius(k):
    world = scene(Environment(effective_radius_factor=k))
    horizon_m = radar_horizon_m(ANTENNA_M, 200.0) * math.sqrt(k / (4.0 / 3.0))
    assert factor(world, horizon_m - 20.0, 200.0) == 1.0
    assert factor(world, horizon_m + 20.0, 200.0) == 0.0


def test_gas_weakens_low_paths_and_leaves_the_reference_path_alone():
    world = scene(Environment(gas=True))
    reach_m = 300e3
    reference_m = ANTENNA_M + reach_m * math.sin(math.radians(1.0)) + reach_m**2 / (2.0 * EFFECTIVE_EARTH_RADIUS_M)
    assert decibels(factor(world, reach_m, reference_m)) == pytest.approx(0.0, abs=0.02)
    for ground_m, height_m in [(250e3, 6e3), (100e3, 1e3), (60e3, 11e3)]:
        one_way_db = path_loss_table_db(
            3e9, ANTENNA_M, np.array([height_m]), np.array([ground_m]), EFFECTIVE_EARTH_RADIUS_M, True, 0.0, 0.0
        )[0, 0]
        stated_db = path_loss_table_db(
            3e9, ANTENNA_M, np.array([reference_m]), np.array([reach_m]), EFFECTIVE_EARTH_RADIUS_M, True, 0.0, 0.0
        )[0, 0]
        expected_db = -2.0 * (one_way_db - stated_db)
        assert decibels(factor(world, ground_m, height_m)) == pytest.approx(expected_db, abs=0.03), (ground_m, height_m)


def test_behind_the_horizon_the_signal_fades_by_diffraction():
    world = scene(Environment(diffraction=True))
    height_m, wavelength_m = 300.0, 299_792_458.0 / 3e9
    horizon_m = radar_horizon_m(ANTENNA_M, height_m)
    for beyond_m in (100.0, 2e3, 5e3):
        loss_db = smooth_earth_loss_db(
            ANTENNA_M, height_m, horizon_m + beyond_m, wavelength_m, EFFECTIVE_EARTH_RADIUS_M
        )
        assert 10.0 < loss_db < 30.0
        assert decibels(factor(world, horizon_m + beyond_m, height_m)) == pytest.approx(-2.0 * loss_db, abs=0.05)
    assert factor(world, horizon_m + 80e3, height_m) == 0.0
    assert factor(world, 0.5 * horizon_m, height_m) == 1.0


@pytest.mark.parametrize("height_m", [50.0, 300.0, 5e3])
@pytest.mark.parametrize("antenna_m", [10.0, 1500.0])
def test_the_signal_falls_without_a_step_across_the_horizon(height_m, antenna_m):
    world = scene(Environment(diffraction=True), sensor={"antenna_height_m": antenna_m})
    horizon_m = radar_horizon_m(antenna_m, height_m)
    ranges_m = horizon_m + np.linspace(-15e3, 3e3, 181)
    losses_db = [decibels(factor(world, ground_m, height_m, antenna_m)) for ground_m in ranges_m]
    assert losses_db[0] > -6.0
    assert losses_db[-1] < -25.0
    steps_db = -np.diff(losses_db)
    assert np.all(steps_db > -1e-6)
    assert np.max(steps_db) < 2.0


def test_the_apparent_elevation_is_that_of_the_effective_earth():
    world = scene()
    for ground_m, height_m in [(40e3, 100.0), (150e3, 1e3), (300e3, 10e3), (400e3, 10e3), (200e3, 60e3)]:
        offset_m = place(world, ground_m, height_m) - world.sensors.position_m[0]
        _, elevation_rad, range_m = azimuth_elevation_range(world.sensors.basis[0], *offset_m)
        exact_rad = elevation_four_thirds(ANTENNA_M, height_m, ground_m)
        apparent_rad = apparent_elevation_rad(EFFECTIVE_EARTH_RADIUS_M, elevation_rad, range_m)
        assert math.degrees(apparent_rad) == pytest.approx(math.degrees(exact_rad), abs=0.02)


def test_the_sea_adds_lobes():
    world = scene(Environment(sea=True))
    for ground_m, height_m in [(30e3, 200.0), (45e3, 500.0), (60e3, 2e3)]:
        one_way = propagation_factor_squared(
            ANTENNA_M, height_m, ground_m, 299_792_458.0 / 3e9, EFFECTIVE_EARTH_RADIUS_M, 0.0, False
        )
        assert factor(world, ground_m, height_m) == pytest.approx(one_way**2, rel=1e-4)


def test_aspect_and_band_scale_the_cross_section():
    ratios = {"rcs_side_ratio": 10.0, "rcs_tail_ratio": 4.0, "rcs_low_band_ratio": 100.0}
    world = scene(sensor={"frequency_hz": 3e9}, objects=ratios)
    radial = place(world, 100e3, 5e3) - world.sensors.position_m[0]
    radial *= 250.0 / np.linalg.norm(radial)
    across = np.cross(radial, world.sensors.basis[0][2])
    still, _ = snr(world, 100e3, 5e3)
    shares = [snr(world, 100e3, 5e3, way)[0] / still for way in (-radial, across, radial)]
    assert shares == pytest.approx([1.0, 10.0, 4.0], rel=1e-6)
    low = scene(sensor={"frequency_hz": 0.3e9}, objects=ratios)
    assert snr(low, 100e3, 5e3)[0] / still == pytest.approx(100.0, rel=1e-9)


def test_band_factor_is_linear_in_decibels_over_log_frequency():
    assert [band_factor(ghz * 1e9, 100.0) for ghz in (0.1, 0.3, 3.0, 10.0)] == pytest.approx([100.0, 100.0, 1.0, 1.0])
    assert band_factor(math.sqrt(0.3 * 3.0) * 1e9, 100.0) == pytest.approx(10.0)


def test_a_fixed_array_loses_gain_off_the_middle_of_its_sector():
    middle = scene(sensor={"facing_rad": ALONG, "scan_loss_exponent": 1.5})
    aside = scene(sensor={"facing_rad": ALONG + math.radians(45.0), "scan_loss_exponent": 1.5})
    ratio = snr(aside, 100e3, 5e3)[0] / snr(middle, 100e3, 5e3)[0]
    assert ratio == pytest.approx(math.cos(math.radians(45.0)) ** 3, rel=1e-3)


def test_a_cosecant_beam_holds_the_echo_at_constant_height():
    """Above its corner the two-way gain is csc⁴: the echo of a constant height stays; the curved earth takes 3 %."""
    world = scene(sensor={"cosecant_from_rad": math.radians(5.0)})
    near, far = snr(world, 10e3, 3e3)[0], snr(world, 20e3, 3e3)[0]
    assert near / far == pytest.approx(0.97, abs=0.02)


def test_a_moving_target_indicator_is_blind_to_what_flies_across():
    world = scene(sensor={"mti_prf_hz": 1000.0, "mti_cancellers": 1})
    offset_m = place(world, 100e3, 5e3) - world.sensors.position_m[0]
    radial = offset_m / np.linalg.norm(offset_m)
    across = np.cross(radial, world.sensors.basis[0][2])
    plain, _ = snr(scene(), 100e3, 5e3)
    assert snr(world, 100e3, 5e3, 200.0 * across)[0] == pytest.approx(0.0, abs=1e-9 * plain)
    wavelength_m = 299_792_458.0 / 3e9
    expected = mti_response(-37.0, wavelength_m, 1000.0, 1)
    assert snr(world, 100e3, 5e3, -37.0 * radial)[0] / plain == pytest.approx(expected, rel=1e-6)


def test_rain_hides_what_flies_in_it_and_weakens_what_flies_above():
    rain = Environment(rain_rate_mps=10.0 / 3.6e6, rain_height_m=4e3)
    dry, wet = scene(), scene(rain)
    filtered = scene(rain, sensor={"clutter_improvement": 1e4})
    inside = [snr(one, 60e3, 2e3)[0] for one in (dry, filtered, wet)]
    assert inside[0] > inside[1] > inside[2] > 0.0
    above = [snr(one, 60e3, 8e3)[0] for one in (dry, filtered, wet)]
    assert above[0] > above[1] == pytest.approx(above[2])


def test_places_are_those_of_the_theatre():
    """The helper of these tests puts a target where the engine's own geodesy puts it."""
    world = scene()
    latitude, longitude = math.radians(39.9), math.radians(32.9)
    north_m = np.array(enu_from_geodetic(latitude + 0.01, longitude, 5e3, latitude, longitude))
    basis, antenna_m = world.sensors.basis[0], world.sensors.position_m[0]
    centre = antenna_m - (EARTH_RADIUS_M + ANTENNA_M) * basis[2]
    built = centre + (EARTH_RADIUS_M + 5e3) * (math.cos(0.01) * basis[2] + math.sin(0.01) * basis[1])
    assert built == pytest.approx(north_m, abs=1e-3)
