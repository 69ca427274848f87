"""The WGS 84 ellipsoid: earth-centred coordinates, local frames and geodesics, to check the spherical earth against.

Sources: NIMA TR8350.2 (2000) for the constants; Bowring, Survey Review 28 (1985) 202; Vincenty, Survey Review 23
(1975) 88. The engine itself flies over the sphere of ``geodesy``. Functions take floats or arrays that broadcast.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1.0 / 298.257223563
SEMI_MINOR_M = SEMI_MAJOR_M * (1.0 - FLATTENING)

_ECCENTRICITY2 = FLATTENING * (2.0 - FLATTENING)
_SECOND_ECCENTRICITY2 = _ECCENTRICITY2 / (1.0 - _ECCENTRICITY2)


def ecef_from_geodetic(latitude_rad: ArrayLike, longitude_rad: ArrayLike, height_m: ArrayLike) -> Floats:
    """Return earth-centred, earth-fixed coordinates in metres (..., 3) of geodetic ones."""
    latitude, longitude, height = (np.asarray(value, np.float64) for value in (latitude_rad, longitude_rad, height_m))
    sine = np.sin(latitude)
    normal_m = SEMI_MAJOR_M / np.sqrt(1.0 - _ECCENTRICITY2 * sine * sine)
    across_m = (normal_m + height) * np.cos(latitude)
    axial_m = (normal_m * (1.0 - _ECCENTRICITY2) + height) * sine
    return np.stack(np.broadcast_arrays(across_m * np.cos(longitude), across_m * np.sin(longitude), axial_m), axis=-1)


def geodetic_from_ecef(position_m: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return (latitude_rad, longitude_rad, height_m) of earth-centred coordinates (..., 3).

    Bowring's formula, applied twice: back within 1e-8 m up to 1,500 km above the ellipsoid. Not for places within
    50 km of the earth's centre.
    """
    x, y, z = np.moveaxis(np.asarray(position_m, np.float64), -1, 0)
    across_m = np.hypot(x, y)
    radius_m = np.hypot(across_m, z)
    tangent_up = SEMI_MINOR_M * z * (1.0 + _SECOND_ECCENTRICITY2 * SEMI_MINOR_M / radius_m)
    latitude = _bowring_latitude(across_m, z, np.arctan2(tangent_up, SEMI_MAJOR_M * across_m))
    reduced = np.arctan2((1.0 - FLATTENING) * np.sin(latitude), np.cos(latitude))
    latitude = _bowring_latitude(across_m, z, reduced)
    sine, cosine = np.sin(latitude), np.cos(latitude)
    height_m = across_m * cosine + z * sine - SEMI_MAJOR_M * np.sqrt(1.0 - _ECCENTRICITY2 * sine * sine)
    return latitude, np.arctan2(y, x), height_m


def _bowring_latitude(across_m: Floats, axial_m: Floats, reduced_rad: Floats) -> Floats:
    """Return the latitude that follows from an estimate of the reduced latitude."""
    up_m = axial_m + _SECOND_ECCENTRICITY2 * SEMI_MINOR_M * np.sin(reduced_rad) ** 3
    return np.arctan2(up_m, across_m - _ECCENTRICITY2 * SEMI_MAJOR_M * np.cos(reduced_rad) ** 3)


def enu_from_ecef(position_m: ArrayLike, latitude_rad: float, longitude_rad: float, height_m: float) -> Floats:
    """Return east, north, up in metres (..., 3) at a geodetic place, of earth-centred coordinates (..., 3)."""
    away_m = np.asarray(position_m, np.float64) - ecef_from_geodetic(latitude_rad, longitude_rad, height_m)
    return away_m @ enu_axes(latitude_rad, longitude_rad).T


def ecef_from_enu(offset_m: ArrayLike, latitude_rad: float, longitude_rad: float, height_m: float) -> Floats:
    """Return earth-centred coordinates in metres (..., 3) of offsets east, north, up (..., 3) at a geodetic place."""
    turned_m = np.asarray(offset_m, np.float64) @ enu_axes(latitude_rad, longitude_rad)
    return turned_m + ecef_from_geodetic(latitude_rad, longitude_rad, height_m)


def enu_axes(latitude_rad: float, longitude_rad: float) -> Floats:
    """Return the directions east, north and up at a place as rows (3, 3), in the earth-centred frame."""
    sin_latitude, cos_latitude = math.sin(latitude_rad), math.cos(latitude_rad)
    sin_longitude, cos_longitude = math.sin(longitude_rad), math.cos(longitude_rad)
    return np.array([
        [-sin_longitude, cos_longitude, 0.0],
        [-sin_latitude * cos_longitude, -sin_latitude * sin_longitude, cos_latitude],
        [cos_latitude * cos_longitude, cos_latitude * sin_longitude, sin_latitude],
    ])  # fmt: skip


def azimuth_elevation_range(offset_m: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return (azimuth_rad in [0, 2 pi) clockwise from north, elevation_rad, range_m) of offsets east, north, up."""
    east_m, north_m, up_m = np.moveaxis(np.asarray(offset_m, np.float64), -1, 0)
    flat_m = np.hypot(east_m, north_m)
    return np.arctan2(east_m, north_m) % (2.0 * math.pi), np.arctan2(up_m, flat_m), np.hypot(flat_m, up_m)


def geodesic(
    latitude1_rad: float, longitude1_rad: float, latitude2_rad: float, longitude2_rad: float
) -> tuple[float, float]:
    """Return (distance_m, azimuth_rad in (-pi, pi] at the first place) of the shortest line on the ellipsoid.

    Vincenty's inverse formula, within 1 mm. ValueError for places within about half a degree of being antipodal,
    where it does not converge. Equal places give zeros.
    """
    reduced1 = math.atan((1.0 - FLATTENING) * math.tan(latitude1_rad))
    reduced2 = math.atan((1.0 - FLATTENING) * math.tan(latitude2_rad))
    sin1, cos1, sin2, cos2 = math.sin(reduced1), math.cos(reduced1), math.sin(reduced2), math.cos(reduced2)
    apart_rad = math.remainder(longitude2_rad - longitude1_rad, 2.0 * math.pi)
    auxiliary_rad = apart_rad
    for _ in range(200):
        east, north = cos2 * math.sin(auxiliary_rad), cos1 * sin2 - sin1 * cos2 * math.cos(auxiliary_rad)
        sin_arc = math.hypot(east, north)
        if sin_arc == 0.0 and auxiliary_rad == 0.0:
            return 0.0, 0.0
        cos_arc = sin1 * sin2 + cos1 * cos2 * math.cos(auxiliary_rad)
        arc_rad = math.atan2(sin_arc, cos_arc)
        sin_azimuth = cos1 * cos2 * math.sin(auxiliary_rad) / sin_arc if sin_arc > 0.0 else 0.0
        cos2_azimuth = 1.0 - sin_azimuth * sin_azimuth
        # On the equator the midpoint is undefined, and its factor vanishes.
        cos_middle = cos_arc - 2.0 * sin1 * sin2 / cos2_azimuth if cos2_azimuth > 1e-15 else 0.0
        c = FLATTENING / 16.0 * cos2_azimuth * (4.0 + FLATTENING * (4.0 - 3.0 * cos2_azimuth))
        bent = cos_middle + c * cos_arc * (2.0 * cos_middle**2 - 1.0)
        before_rad = auxiliary_rad
        auxiliary_rad = apart_rad + (1.0 - c) * FLATTENING * sin_azimuth * (arc_rad + c * sin_arc * bent)
        if abs(auxiliary_rad) > math.pi:
            break
        if abs(auxiliary_rad - before_rad) < 1e-14:
            return SEMI_MINOR_M * _arc_length(cos2_azimuth, arc_rad, cos_middle), math.atan2(east, north)
    raise ValueError("the places are nearly antipodal: Vincenty's formula does not converge")


def _arc_length(cos2_azimuth: float, arc_rad: float, cos_middle: float) -> float:
    """Return the length of a geodesic over the semi-minor axis (Vincenty's equations 3, 4, 6 and 19)."""
    u2 = cos2_azimuth * _SECOND_ECCENTRICITY2
    a = 1.0 + u2 / 16384.0 * (4096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)))
    b = u2 / 1024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)))
    sin_arc, cos_arc = math.sin(arc_rad), math.cos(arc_rad)
    end = b / 6.0 * cos_middle * (4.0 * sin_arc**2 - 3.0) * (4.0 * cos_middle**2 - 3.0)
    return a * (arc_rad - b * sin_arc * (cos_middle + b / 4.0 * (cos_arc * (2.0 * cos_middle**2 - 1.0) - end)))
