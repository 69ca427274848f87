"""Geodesy on a spherical earth: the theatre frame, local frames, great circles.

Simplification: the earth is a sphere of mean radius 6,371,008.8 m (IUGG mean radius, Moritz 2000) and heights are
above it. Against the WGS 84 ellipsoid, distances between places in the theatre differ by at most 0.3 % (tested).

The theatre frame has its origin on the sphere at (latitude0, longitude0), axes east, north and up there, and the
earth's centre at (0, 0, -EARTH_RADIUS_M). Adding EARTH_RADIUS_M to the third coordinate gives the earth-centred
frame with the same axes.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel

EARTH_RADIUS_M = 6_371_008.8

_TWO_PI = 2.0 * math.pi


@kernel
def enu_from_geodetic(
    latitude_rad: float, longitude_rad: float, height_m: float, latitude0_rad: float, longitude0_rad: float
) -> tuple[float, float, float]:
    """Return theatre coordinates (east, north, up) in metres of a place on or above the sphere.

    Source: the rotation of Snyder, Map Projections (USGS PP 1395, 1987), ch. 5, applied in three dimensions.
    """
    radius_m = EARTH_RADIUS_M + height_m
    cos_latitude = math.cos(latitude_rad)
    toward_origin = cos_latitude * math.cos(longitude_rad - longitude0_rad)
    east = cos_latitude * math.sin(longitude_rad - longitude0_rad)
    axial = math.sin(latitude_rad)
    cos_origin = math.cos(latitude0_rad)
    sin_origin = math.sin(latitude0_rad)
    return (
        radius_m * east,
        radius_m * (cos_origin * axial - sin_origin * toward_origin),
        radius_m * (sin_origin * axial + cos_origin * toward_origin) - EARTH_RADIUS_M,
    )


@kernel
def geodetic_from_enu(
    east_m: float, north_m: float, up_m: float, latitude0_rad: float, longitude0_rad: float
) -> tuple[float, float, float]:
    """Return (latitude_rad, longitude_rad in [-pi, pi), height_m) of theatre coordinates: inverse of the above."""
    cos_origin = math.cos(latitude0_rad)
    sin_origin = math.sin(latitude0_rad)
    outward_m = up_m + EARTH_RADIUS_M
    toward_origin_m = cos_origin * outward_m - sin_origin * north_m
    axial_m = sin_origin * outward_m + cos_origin * north_m
    equatorial_m = math.sqrt(toward_origin_m * toward_origin_m + east_m * east_m)
    longitude_rad = longitude0_rad + math.atan2(east_m, toward_origin_m)
    longitude_rad -= _TWO_PI * math.floor((longitude_rad + math.pi) / _TWO_PI)
    return math.atan2(axial_m, equatorial_m), longitude_rad, height_m(east_m, north_m, up_m)


@kernel
def height_m(east_m: float, north_m: float, up_m: float) -> float:
    """Return the height in metres above the sphere of theatre coordinates."""
    outward_m = up_m + EARTH_RADIUS_M
    return math.sqrt(east_m * east_m + north_m * north_m + outward_m * outward_m) - EARTH_RADIUS_M


@kernel
def local_up(east_m: float, north_m: float, up_m: float) -> tuple[float, float, float]:
    """Return the unit vector, in theatre axes, that points away from the earth's centre at theatre coordinates."""
    outward_m = up_m + EARTH_RADIUS_M
    scale = 1.0 / math.sqrt(east_m * east_m + north_m * north_m + outward_m * outward_m)
    return east_m * scale, north_m * scale, outward_m * scale


@kernel
def local_basis(east_m: float, north_m: float, up_m: float, latitude0_rad: float, basis: NDArray[np.float64]) -> None:
    """Write the local east, north and up directions at theatre coordinates as the rows of ``basis`` (3, 3).

    North is the projection of the earth's axis on the local horizontal; at a pole, where that vanishes, a horizontal
    direction in the theatre's own meridian plane stands in.
    """
    up_x, up_y, up_z = local_up(east_m, north_m, up_m)
    axis_y, axis_z = math.cos(latitude0_rad), math.sin(latitude0_rad)
    along = axis_y * up_y + axis_z * up_z
    if abs(along) > 1.0 - 1e-14:
        axis_y, axis_z = axis_z, -axis_y
        along = axis_y * up_y + axis_z * up_z
    north_x = -along * up_x
    north_y = axis_y - along * up_y
    north_z = axis_z - along * up_z
    scale = 1.0 / math.sqrt(north_x * north_x + north_y * north_y + north_z * north_z)
    north_x *= scale
    north_y *= scale
    north_z *= scale
    basis[0, 0] = north_y * up_z - north_z * up_y
    basis[0, 1] = north_z * up_x - north_x * up_z
    basis[0, 2] = north_x * up_y - north_y * up_x
    basis[1, 0] = north_x
    basis[1, 1] = north_y
    basis[1, 2] = north_z
    basis[2, 0] = up_x
    basis[2, 1] = up_y
    basis[2, 2] = up_z


@kernel
def azimuth_elevation_range(
    basis: NDArray[np.float64], dx_m: float, dy_m: float, dz_m: float
) -> tuple[float, float, float]:
    """Return (azimuth_rad in [0, 2 pi) clockwise from local north, elevation_rad, range_m) of an offset.

    ``basis`` (3, 3) has the sensor's local east, north and up as rows (``local_basis``); the offset is target minus
    sensor in theatre axes. Geometric, without refraction. A zero offset gives zeros.
    """
    east_m = basis[0, 0] * dx_m + basis[0, 1] * dy_m + basis[0, 2] * dz_m
    north_m = basis[1, 0] * dx_m + basis[1, 1] * dy_m + basis[1, 2] * dz_m
    up_m = basis[2, 0] * dx_m + basis[2, 1] * dy_m + basis[2, 2] * dz_m
    horizontal_m2 = east_m * east_m + north_m * north_m
    azimuth_rad = math.atan2(east_m, north_m)
    if azimuth_rad < 0.0:
        azimuth_rad += _TWO_PI
        # A negative angle below rounding would otherwise give exactly 2 pi.
        if azimuth_rad >= _TWO_PI:
            azimuth_rad = 0.0
    elevation_rad = math.atan2(up_m, math.sqrt(horizontal_m2))
    return azimuth_rad, elevation_rad, math.sqrt(horizontal_m2 + up_m * up_m)


@kernel
def great_circle_distance_m(
    latitude1_rad: float, longitude1_rad: float, latitude2_rad: float, longitude2_rad: float
) -> float:
    """Return the great-circle distance in metres along the sphere's surface (haversine, Sinnott 1984)."""
    sin_latitude = math.sin(0.5 * (latitude2_rad - latitude1_rad))
    sin_longitude = math.sin(0.5 * (longitude2_rad - longitude1_rad))
    haversine = sin_latitude * sin_latitude
    haversine += math.cos(latitude1_rad) * math.cos(latitude2_rad) * sin_longitude * sin_longitude
    return 2.0 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, haversine)))
