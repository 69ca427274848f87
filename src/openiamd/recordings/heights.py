"""Height instead of elevation: radars that report slant range, azimuth and the height of what they see."""

from __future__ import annotations

import numpy as np

from openiamd.physics.ellipsoid import SEMI_MAJOR_M, ecef_from_enu, geodetic_from_ecef

Floats = np.ndarray

_STEPS = 4  # each gains five digits; two suffice at 500 km


def height_of(range_m: Floats, azimuth_rad: Floats, elevation_rad: Floats, place: tuple[float, float, float]) -> Floats:
    """Return heights in metres above the WGS 84 ellipsoid of what a sensor at a place sees.

    ``place`` is (latitude_rad, longitude_rad, height_m); angles are in its local frame, without refraction.
    """
    flat_m = range_m * np.cos(elevation_rad)
    offset_m = np.stack(
        [flat_m * np.sin(azimuth_rad), flat_m * np.cos(azimuth_rad), range_m * np.sin(elevation_rad)], -1
    )
    return geodetic_from_ecef(ecef_from_enu(offset_m, *place))[2]


def elevation_of(range_m: Floats, azimuth_rad: Floats, height_m: Floats, place: tuple[float, float, float]) -> Floats:
    """Return the elevations in radians at which what is at a range and azimuth has a height: inverse of the above.

    On a sphere of radius R, with the sensor at height h0, the cosine rule gives::

        sin(elevation) = ((h - h0) (2 R + h + h0) - range²) / (2 range (R + h0))

    which starts Newton's steps in sin(elevation) on the ellipsoid, where dh/dsin(elevation) is the range to first
    order. Four steps leave less than 1e-5 m of height up to 500 km. NaN where no elevation gives the height:
    |h - h0| beyond the range.
    """
    near_m = place[2]
    rise = (height_m - near_m) * (2.0 * SEMI_MAJOR_M + height_m + near_m) - range_m * range_m
    sine = np.clip(rise / (2.0 * range_m * (SEMI_MAJOR_M + near_m)), -1.0, 1.0)
    for _ in range(_STEPS):
        missing_m = height_m - height_of(range_m, azimuth_rad, np.arcsin(sine), place)
        sine = np.clip(sine + missing_m / range_m, -1.0, 1.0)
    elevation_rad = np.arcsin(sine)
    missing_m = height_m - height_of(range_m, azimuth_rad, elevation_rad, place)
    return np.where(np.abs(missing_m) < 1e-3, elevation_rad, np.nan)
