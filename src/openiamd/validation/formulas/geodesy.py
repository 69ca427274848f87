"""Geodesy: places and distances on the engine's sphere and on WGS 84, as the published results quote them.

Angles are in degrees here, as they are printed in the sources; lengths are in metres.
"""

import math

from openiamd.physics import ellipsoid, geodesy

_AXES = {"x": 0, "y": 1, "z": 2}


def great_circle_m(
    *, latitude1_deg: float, longitude1_deg: float, latitude2_deg: float, longitude2_deg: float
) -> float:
    """Return the distance in metres on the engine's sphere."""
    return geodesy.great_circle_distance_m(
        *map(math.radians, (latitude1_deg, longitude1_deg, latitude2_deg, longitude2_deg))
    )


def geodesic_m(*, latitude1_deg: float, longitude1_deg: float, latitude2_deg: float, longitude2_deg: float) -> float:
    """Return the distance in metres on the ellipsoid."""
    return ellipsoid.geodesic(*map(math.radians, (latitude1_deg, longitude1_deg, latitude2_deg, longitude2_deg)))[0]


def geodesic_azimuth_deg(
    *, latitude1_deg: float, longitude1_deg: float, latitude2_deg: float, longitude2_deg: float
) -> float:
    """Return the azimuth in degrees, -180 to 180, at which a geodesic on the ellipsoid leaves."""
    places = map(math.radians, (latitude1_deg, longitude1_deg, latitude2_deg, longitude2_deg))
    return math.degrees(ellipsoid.geodesic(*places)[1])


def ecef_m(*, latitude_deg: float, longitude_deg: float, height_m: float, axis: str) -> float:
    """Return one earth-centred coordinate in metres; ``axis`` is x, y or z."""
    position_m = ellipsoid.ecef_from_geodetic(math.radians(latitude_deg), math.radians(longitude_deg), height_m)
    return float(position_m[_AXES[axis]])


def _seen(
    latitude_deg: float, longitude_deg: float, height_m: float, azimuth_deg: float, elevation_deg: float, range_m: float
) -> tuple[float, float, float]:
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    flat_m = range_m * math.cos(elevation)
    offset_m = [flat_m * math.sin(azimuth), flat_m * math.cos(azimuth), range_m * math.sin(elevation)]
    place = math.radians(latitude_deg), math.radians(longitude_deg), height_m
    latitude, longitude, target_m = ellipsoid.geodetic_from_ecef(ellipsoid.ecef_from_enu(offset_m, *place))
    return math.degrees(latitude), math.degrees(longitude), float(target_m)


def seen_latitude_deg(
    *,
    latitude_deg: float,
    longitude_deg: float,
    height_m: float,
    azimuth_deg: float,
    elevation_deg: float,
    range_m: float,
) -> float:
    """Return the latitude in degrees of what is seen from a place at an azimuth, elevation and range."""
    return _seen(latitude_deg, longitude_deg, height_m, azimuth_deg, elevation_deg, range_m)[0]


def seen_longitude_deg(
    *,
    latitude_deg: float,
    longitude_deg: float,
    height_m: float,
    azimuth_deg: float,
    elevation_deg: float,
    range_m: float,
) -> float:
    """Return the longitude in degrees of what is seen from a place at an azimuth, elevation and range."""
    return _seen(latitude_deg, longitude_deg, height_m, azimuth_deg, elevation_deg, range_m)[1]


def seen_height_m(
    *,
    latitude_deg: float,
    longitude_deg: float,
    height_m: float,
    azimuth_deg: float,
    elevation_deg: float,
    range_m: float,
) -> float:
    """Return the height in metres of what is seen from a place at an azimuth, elevation and range."""
    return _seen(latitude_deg, longitude_deg, height_m, azimuth_deg, elevation_deg, range_m)[2]


def _between(
    latitude1_deg: float, longitude1_deg: float, height1_m: float,
    latitude2_deg: float, longitude2_deg: float, height2_m: float,
) -> tuple[float, float, float]:  # fmt: skip
    target_m = ellipsoid.ecef_from_geodetic(math.radians(latitude2_deg), math.radians(longitude2_deg), height2_m)
    offset_m = ellipsoid.enu_from_ecef(target_m, math.radians(latitude1_deg), math.radians(longitude1_deg), height1_m)
    azimuth, elevation, range_m = ellipsoid.azimuth_elevation_range(offset_m)
    return math.degrees(azimuth), math.degrees(elevation), float(range_m)


def azimuth_deg(
    *, latitude1_deg: float, longitude1_deg: float, height1_m: float,
    latitude2_deg: float, longitude2_deg: float, height2_m: float,
) -> float:  # fmt: skip
    """Return the azimuth in degrees at which one place sees another, on the ellipsoid."""
    return _between(latitude1_deg, longitude1_deg, height1_m, latitude2_deg, longitude2_deg, height2_m)[0]


def elevation_deg(
    *, latitude1_deg: float, longitude1_deg: float, height1_m: float,
    latitude2_deg: float, longitude2_deg: float, height2_m: float,
) -> float:  # fmt: skip
    """Return the geometric elevation in degrees at which one place sees another, on the ellipsoid."""
    return _between(latitude1_deg, longitude1_deg, height1_m, latitude2_deg, longitude2_deg, height2_m)[1]


def straight_range_m(
    *, latitude1_deg: float, longitude1_deg: float, height1_m: float,
    latitude2_deg: float, longitude2_deg: float, height2_m: float,
) -> float:  # fmt: skip
    """Return the straight distance in metres between two places on the ellipsoid."""
    return _between(latitude1_deg, longitude1_deg, height1_m, latitude2_deg, longitude2_deg, height2_m)[2]
