"""The ellipsoid: published places, Karney's geodesics, pyproj, and how far the engine's sphere is off."""

import math

import numpy as np
import pytest
from geographiclib.test.test_geodesic import GeodesicTest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from openiamd.physics import ellipsoid
from openiamd.physics.geodesy import great_circle_distance_m

LATITUDES, LONGITUDES = st.floats(-1.55, 1.55), st.floats(-3.1, 3.1)

# Degrees, metres, then earth-centred metres: tests of pymap3d, gold values of SIMDIS, Ankara.
PLACES = [
    (42.0, -82.0, 200.0, (660_675.2518247, -4_700_948.68316, 4_245_737.66222), 1e-5),
    (-60.0, -135.0, -40e3, (-2_246_552.197953, -2_246_552.197953, -5_465_836.117787), 1e-6),
    (39.9334, 32.8597, 938.0, (4_114_476.9491, 2_657_671.2020, 4_072_920.1156), 1e-4),
]


@pytest.mark.parametrize(("latitude", "longitude", "height_m", "published", "tolerance"), PLACES)
def test_published_places(latitude, longitude, height_m, published, tolerance):
    place = math.radians(latitude), math.radians(longitude), height_m
    assert ellipsoid.ecef_from_geodetic(*place) == pytest.approx(published, abs=tolerance)
    back = [float(value) for value in ellipsoid.geodetic_from_ecef(published)]
    assert back == pytest.approx(place, abs=1e-4)


def test_published_line_of_sight():
    """pymap3d: azimuth 33, elevation 70 deg, 1 km from (42, -82, 200 m)."""
    azimuth, elevation = math.radians(33.0), math.radians(70.0)
    offset_m = 1e3 * np.array(
        [math.cos(elevation) * math.sin(azimuth), math.cos(elevation) * math.cos(azimuth), math.sin(elevation)]
    )
    place = math.radians(42.0), math.radians(-82.0), 200.0
    target_m = ellipsoid.ecef_from_enu(offset_m, *place)
    latitude, longitude, height_m = ellipsoid.geodetic_from_ecef(target_m)
    assert math.degrees(latitude) == pytest.approx(42.002581974, abs=1e-9)
    assert math.degrees(longitude) == pytest.approx(-81.997751960, abs=1e-9)
    assert height_m == pytest.approx(1_139.7018, abs=5e-5)
    assert ellipsoid.enu_from_ecef(target_m, *place) == pytest.approx(offset_m, abs=1e-8)
    assert ellipsoid.azimuth_elevation_range(offset_m) == pytest.approx((azimuth, elevation, 1e3), abs=1e-9)


def test_there_and_back_from_the_depths_to_orbit():
    rng = np.random.default_rng(1)
    latitude, longitude = rng.uniform(-math.pi / 2.0, math.pi / 2.0, 20_000), rng.uniform(-math.pi, math.pi, 20_000)
    position_m = ellipsoid.ecef_from_geodetic(latitude, longitude, rng.uniform(-40e3, 1.5e6, 20_000))
    back_m = ellipsoid.ecef_from_geodetic(*ellipsoid.geodetic_from_ecef(position_m))
    assert np.max(np.abs(back_m - position_m)) < 1e-8


def test_against_pyproj():
    rng = np.random.default_rng(2)
    latitude, longitude = rng.uniform(-90.0, 90.0, 500), rng.uniform(-180.0, 180.0, 500)
    height_m = rng.uniform(-5e3, 150e3, 500)
    transform = Transformer.from_crs("EPSG:4979", "EPSG:4978")
    theirs = np.stack(transform.transform(latitude, longitude, height_m), axis=-1)
    ours = ellipsoid.ecef_from_geodetic(np.radians(latitude), np.radians(longitude), height_m)
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_poles_and_equator():
    assert ellipsoid.ecef_from_geodetic(0.0, 0.0, 0.0) == pytest.approx([6_378_137.0, 0.0, 0.0])
    assert ellipsoid.ecef_from_geodetic(math.pi / 2.0, 0.0, 0.0) == pytest.approx(
        [0.0, 0.0, 6_356_752.314245], abs=1e-6
    )
    latitude, _, height_m = ellipsoid.geodetic_from_ecef([0.0, 0.0, -6_356_752.314245 - 1e3])
    assert (latitude, height_m) == pytest.approx((-math.pi / 2.0, 1e3), abs=1e-6)


@pytest.mark.parametrize("case", GeodesicTest.testcases)
def test_karney_geodesics(case):
    start, end = map(math.radians, case[:2]), map(math.radians, case[3:5])
    distance_m, azimuth = ellipsoid.geodesic(*start, *end)
    assert distance_m == pytest.approx(case[6], abs=1e-3)
    assert math.degrees(azimuth) == pytest.approx(case[2], abs=1e-8)


def test_sphere_is_off_by_at_most_0_56_percent():
    worst = 0.0
    for case in GeodesicTest.testcases:
        places = [math.radians(angle) for angle in (*case[:2], *case[3:5])]
        worst = max(worst, abs(great_circle_distance_m(*places) / case[6] - 1.0))
    assert 2e-3 < worst < 5.6e-3


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
@settings(max_examples=200, deadline=None)
def test_geodesics_against_pyproj(latitude1, longitude1, latitude2, longitude2):
    west, south, east, north = (math.degrees(angle) for angle in (longitude1, latitude1, longitude2, latitude2))
    _, _, theirs_m = Geod(ellps="WGS84").inv(west, south, east, north)
    if great_circle_distance_m(latitude1, longitude1, latitude2, longitude2) < 19_900e3:
        assert ellipsoid.geodesic(latitude1, longitude1, latitude2, longitude2)[0] == pytest.approx(theirs_m, abs=1e-3)


def test_special_geodesics():
    assert ellipsoid.geodesic(0.6, 0.5, 0.6, 0.5) == (0.0, 0.0)
    distance_m, azimuth = ellipsoid.geodesic(0.0, 0.1, 0.0, 0.2)
    assert (distance_m, azimuth) == pytest.approx((637_813.7, math.pi / 2.0))
    quarter_m, north = ellipsoid.geodesic(0.0, 0.3, math.pi / 2.0, 0.3)
    assert (quarter_m, north) == pytest.approx((10_001_965.729, 0.0), abs=1e-3)
    with pytest.raises(ValueError, match="antipodal"):
        ellipsoid.geodesic(0.0, 0.0, 0.001, math.pi - 0.001)
