"""Places on the spherical earth, in the plain arithmetic that resolving routes needs."""

import math

from openiamd.catalogue.resolved import Point
from openiamd.scenario.quantities import Place

EARTH_RADIUS_M = 6_371_008.8
NEVER_S = 1e12


def point(place: Place, height_m: float = 0.0) -> Point:
    """Return a place in radians, at its own height where it has one and else at ``height_m``."""
    height = height_m if place.height_m is None else place.height_m
    return Point(math.radians(place.latitude_deg), math.radians(place.longitude_deg), height)


def bearing_rad(start: Point, end: Point) -> float:
    """Return the initial great-circle bearing from ``start`` to ``end``, clockwise from north.

    Source: Snyder, Map Projections: A Working Manual, USGS 1395, 1987, eq. 5-4b.
    """
    difference = end.longitude_rad - start.longitude_rad
    east = math.sin(difference) * math.cos(end.latitude_rad)
    north = math.cos(start.latitude_rad) * math.sin(end.latitude_rad)
    north -= math.sin(start.latitude_rad) * math.cos(end.latitude_rad) * math.cos(difference)
    return math.atan2(east, north)


def moved(start: Point, direction_rad: float, distance_m: float) -> Point:
    """Return the point ``distance_m`` along the great circle that leaves ``start`` in ``direction_rad``.

    Source: Snyder, Map Projections: A Working Manual, USGS 1395, 1987, eq. 5-5 and 5-6.
    """
    angle = distance_m / EARTH_RADIUS_M
    latitude = math.asin(
        math.sin(start.latitude_rad) * math.cos(angle)
        + math.cos(start.latitude_rad) * math.sin(angle) * math.cos(direction_rad)
    )
    east = math.sin(direction_rad) * math.sin(angle) * math.cos(start.latitude_rad)
    north = math.cos(angle) - math.sin(start.latitude_rad) * math.sin(latitude)
    return Point(latitude, start.longitude_rad + math.atan2(east, north), start.height_m)


def shifted(route: list[Point], offset_m: float) -> list[Point]:
    """Return the route moved sideways, to the right of the way it runs where ``offset_m`` is above zero."""
    if offset_m == 0.0 or len(route) < 2:
        return route
    result = []
    for position, here in enumerate(route):
        before, after = route[max(position - 1, 0)], route[min(position + 1, len(route) - 1)]
        result.append(moved(here, bearing_rad(before, after) + math.pi / 2.0, offset_m))
    return result
