"""Geodesy: round trips, orthonormal local frames, and the size of the spherical simplification."""

import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.physics import geodesy

LATITUDE0, LONGITUDE0 = math.radians(39.0), math.radians(35.0)
# The eastern Mediterranean theatre, at which the spherical simplification is sized.
THEATRE = st.tuples(st.floats(33.0, 45.0), st.floats(22.0, 48.0))
ANYWHERE = st.tuples(st.floats(-89.9, 89.9), st.floats(-180.0, 179.99), st.floats(-400.0, 500_000.0))


def theatre(latitude_deg, longitude_deg, height_m=0.0):
    return geodesy.enu_from_geodetic(
        math.radians(latitude_deg), math.radians(longitude_deg), height_m, LATITUDE0, LONGITUDE0
    )


def basis_at(east_m, north_m, up_m, latitude0_rad=LATITUDE0):
    basis = np.empty((3, 3))
    geodesy.local_basis(east_m, north_m, up_m, latitude0_rad, basis)
    return basis


def test_origin_and_directions():
    assert theatre(39.0, 35.0) == pytest.approx((0.0, 0.0, 0.0), abs=1e-8)
    assert theatre(39.0, 35.0, 9_000.0) == pytest.approx((0.0, 0.0, 9_000.0), abs=1e-8)
    east, north, up = theatre(40.0, 35.0)
    one_degree = math.radians(1.0)
    assert east == pytest.approx(0.0, abs=1e-8)
    assert north == pytest.approx(geodesy.EARTH_RADIUS_M * math.sin(one_degree), rel=1e-12)
    assert up == pytest.approx(geodesy.EARTH_RADIUS_M * (math.cos(one_degree) - 1.0), rel=1e-9)
    assert theatre(39.0, 36.0)[0] > 86_000.0


@given(ANYWHERE, st.floats(-89.0, 89.0), st.floats(-180.0, 180.0))
@settings(max_examples=300, deadline=None)
def test_geodetic_round_trip(place, latitude0_deg, longitude0_deg):
    latitude, longitude, height = math.radians(place[0]), math.radians(place[1]), place[2]
    origin = math.radians(latitude0_deg), math.radians(longitude0_deg)
    back = geodesy.geodetic_from_enu(*geodesy.enu_from_geodetic(latitude, longitude, height, *origin), *origin)
    assert back[0] == pytest.approx(latitude, abs=1e-9)
    assert math.cos(back[1] - longitude) == pytest.approx(1.0, abs=1e-12)
    assert -math.pi <= back[1] <= math.pi
    assert back[2] == pytest.approx(height, abs=1e-6)


@given(ANYWHERE)
@settings(max_examples=200, deadline=None)
def test_local_basis_is_a_right_handed_frame_facing_the_pole(place):
    position = theatre(*place)
    basis = basis_at(*position)
    assert np.allclose(basis @ basis.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(basis) == pytest.approx(1.0, abs=1e-9)
    assert basis[2] == pytest.approx(geodesy.local_up(*position))
    # East is perpendicular to the earth's axis and points to growing longitude.
    assert basis[0] @ np.array([0.0, math.cos(LATITUDE0), math.sin(LATITUDE0)]) == pytest.approx(0.0, abs=1e-9)
    step = np.subtract(theatre(place[0], place[1] + 0.001, place[2]), position)
    assert basis[0] @ step == pytest.approx(np.linalg.norm(step), rel=1e-3, abs=1e-4)
    assert geodesy.height_m(*position) == pytest.approx(place[2], abs=1e-6)


def test_basis_at_the_origin_is_the_theatre_frame_and_at_the_pole_is_still_a_frame():
    assert np.allclose(basis_at(0.0, 0.0, 0.0), np.eye(3), atol=1e-12)
    pole = basis_at(0.0, 0.0, 10.0, latitude0_rad=math.pi / 2)
    assert np.allclose(pole, np.eye(3), atol=1e-12)
    for latitude0_rad in (0.0, 0.6):
        pole_m = geodesy.enu_from_geodetic(math.pi / 2, 0.0, 0.0, latitude0_rad, 0.0)
        basis = basis_at(*pole_m, latitude0_rad=latitude0_rad)
        assert np.allclose(basis @ basis.T, np.eye(3), atol=1e-12)


def test_azimuth_elevation_range_of_known_offsets():
    basis = np.eye(3)
    assert geodesy.azimuth_elevation_range(basis, 0.0, 5.0, 0.0) == pytest.approx((0.0, 0.0, 5.0))
    assert geodesy.azimuth_elevation_range(basis, 5.0, 0.0, 0.0) == pytest.approx((math.pi / 2, 0.0, 5.0))
    assert geodesy.azimuth_elevation_range(basis, -3.0, 0.0, 4.0) == pytest.approx(
        (1.5 * math.pi, math.atan2(4.0, 3.0), 5.0)
    )
    assert geodesy.azimuth_elevation_range(basis, 0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)
    azimuth, _, _ = geodesy.azimuth_elevation_range(basis, -1e-17, 1.0, 0.0)
    assert 0.0 <= azimuth < 2.0 * math.pi


def test_bearing_and_elevation_against_the_ellipsoid():
    """Ankara to Izmir (10 km up): az 253.08023 deg, el -1.34617 deg, slant 521,908.666 m on WGS 84 (pymap3d)."""
    ankara, izmir = theatre(39.9334, 32.8597, 938.0), theatre(38.4237, 27.1428, 10_000.0)
    azimuth, elevation, slant = geodesy.azimuth_elevation_range(basis_at(*ankara), *np.subtract(izmir, ankara))
    assert math.degrees(azimuth) == pytest.approx(253.08023, abs=0.2)
    assert math.degrees(elevation) == pytest.approx(-1.34617, abs=0.01)
    assert slant == pytest.approx(521_908.666, rel=0.003)


@given(THEATRE, THEATRE)
@settings(max_examples=300, deadline=None)
def test_great_circle_is_within_0_3_percent_of_the_ellipsoid_in_the_theatre(here, there):
    exact = Geodesic.WGS84.Inverse(*here, *there)["s12"]
    radians = [math.radians(value) for value in (*here, *there)]
    assert geodesy.great_circle_distance_m(*radians) == pytest.approx(exact, rel=0.003, abs=1e-3)


@given(THEATRE, THEATRE)
@settings(max_examples=100, deadline=None)
def test_great_circle_agrees_with_the_angle_between_positions(here, there):
    centre = np.array([0.0, 0.0, geodesy.EARTH_RADIUS_M])
    first, second = np.add(theatre(*here), centre), np.add(theatre(*there), centre)
    angle = math.atan2(float(np.linalg.norm(np.cross(first, second))), float(first @ second))
    radians = [math.radians(value) for value in (*here, *there)]
    assert geodesy.great_circle_distance_m(*radians) == pytest.approx(
        angle * geodesy.EARTH_RADIUS_M, rel=1e-9, abs=1e-3
    )


def test_antipodes_do_not_overflow_the_arcsine():
    half = math.pi * geodesy.EARTH_RADIUS_M
    assert geodesy.great_circle_distance_m(0.3, 0.1, -0.3, 0.1 + math.pi) == pytest.approx(half)


@given(ANYWHERE)
@settings(max_examples=50, deadline=None)
def test_compiled_equals_plain_python(place):
    position = theatre(*place)
    plain = geodesy.enu_from_geodetic.py_func(
        math.radians(place[0]), math.radians(place[1]), place[2], LATITUDE0, LONGITUDE0
    )
    assert position == pytest.approx(plain, rel=1e-12, abs=1e-6)
    basis = np.empty((3, 3))
    geodesy.local_basis.py_func(*position, LATITUDE0, basis)
    assert np.allclose(basis, basis_at(*position), atol=1e-12)
