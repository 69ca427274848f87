"""One-degree cells: their names, and which of them a place, a circle or a route touches."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.physics.raster import cap_bounds
from openiamd.physics.refraction import radar_horizon_m

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openiamd.catalogue.resolved import FlyingObject, Point, ResolvedScenario, Sensor

HIGHEST_TARGET_M = 13_000.0
ROUTE_STEP_M = 1_000.0
_CAP_STEPS_PER_CELL = 8


class Cell(NamedTuple):
    """A cell of one degree by one degree, named by its south-west corner."""

    latitude_deg: int
    longitude_deg: int

    @property
    def name(self) -> str:
        """Return the usual name: ``n39e032``, ``s01w071``."""
        south, west = self
        return f"{'s' if south < 0 else 'n'}{abs(south):02d}{'w' if west < 0 else 'e'}{abs(west):03d}"


def cell_of(latitude_deg: float, longitude_deg: float) -> Cell:
    """Return the cell that holds a place; one on a border belongs to the cell north and east of it."""
    return Cell(math.floor(latitude_deg), math.floor((longitude_deg + 180.0) % 360.0) - 180)


def masking_range_m(instrumented_m: float, antenna_height_m: float) -> float:
    """Return how far the ground matters to a radar: instrumented range, or where a target at 13 km clears the horizon.

    ``antenna_height_m`` is above the sphere, or above the site where the site's elevation is not yet known. Ground
    farther away than the horizons of antenna and highest mountain hides nothing that the smooth earth does not.
    """
    return min(instrumented_m, radar_horizon_m(antenna_height_m, HIGHEST_TARGET_M))


def needed_cells(scenarios: Iterable[ResolvedScenario]) -> list[Cell]:
    """Return, in order of name, the cells that the ground radars and the routes of all these scenarios touch.

    Ballistic arcs need their two ends only; sensors on aircraft need none.
    """
    cells: set[Cell] = set()
    done: set[object] = set()
    for scenario in scenarios:
        for sensor in scenario.sensors:
            if sensor.platform < 0:
                siting_m = scenario.environment.siting_m
                key = (sensor.position, sensor.antenna_height_m, sensor.range_instrumented_m, siting_m)
                if key not in done:
                    done.add(key)
                    cells |= radar_cells(sensor, siting_m)
        for one in scenario.objects:
            points = tuple(waypoint.position for waypoint in one.route)
            if (points, one.ballistic) not in done:
                done.add((points, one.ballistic))
                cells |= _route_cells(one)
    return sorted(cells)


def cap_cells(latitude_rad: float, longitude_rad: float, radius_m: float) -> set[Cell]:
    """Return the cells that a circle on the sphere touches, from a grid of an eighth of a degree over it."""
    angle_rad = radius_m / EARTH_RADIUS_M
    south, west, north, east = (math.degrees(value) for value in cap_bounds(latitude_rad, longitude_rad, angle_rad))
    latitude = np.linspace(south, north, max(2, math.ceil((north - south) * _CAP_STEPS_PER_CELL) + 1))
    longitude = np.linspace(west, east, max(2, math.ceil((east - west) * _CAP_STEPS_PER_CELL) + 1))
    phi, lam = np.meshgrid(np.radians(latitude), np.radians(longitude), indexing="ij")
    haversine = np.sin(0.5 * (phi - latitude_rad)) ** 2
    haversine += np.cos(phi) * math.cos(latitude_rad) * np.sin(0.5 * (lam - longitude_rad)) ** 2
    # Half a diagonal of the grid more, so that no cell is missed at the rim.
    margin_rad = math.radians(0.75 / _CAP_STEPS_PER_CELL)
    inside = 2.0 * np.arcsin(np.sqrt(np.minimum(haversine, 1.0))) <= angle_rad + margin_rad
    return _cells_at(np.degrees(phi[inside]), np.degrees(lam[inside]))


def radar_cells(sensor: Sensor, siting_m: float) -> set[Cell]:
    """Return the cells that a ground radar looks over, wherever within ``siting_m`` of its place it stands."""
    height_m = sensor.position.height_m + sensor.antenna_height_m
    radius_m = siting_m + masking_range_m(sensor.range_instrumented_m, height_m)
    return cap_cells(sensor.position.latitude_rad, sensor.position.longitude_rad, radius_m)


def _route_cells(one: FlyingObject) -> set[Cell]:
    points = [waypoint.position for waypoint in one.route]
    latitude = np.degrees([point.latitude_rad for point in points])
    longitude = np.degrees([point.longitude_rad for point in points])
    cells = _cells_at(latitude, longitude)
    legs = [] if one.ballistic else list(pairwise(points))
    if one.loop and len(points) > 1:
        legs.append((points[-1], points[0]))
    for start, end in legs:
        cells |= _cells_at(*_leg(start, end))
    return cells


def _leg(start: Point, end: Point) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return latitudes and longitudes in degrees along a great circle (Snyder 1987, ch. 5, by unit vectors)."""
    first, last = _unit(start), _unit(end)
    angle = math.acos(max(-1.0, min(1.0, float(first @ last))))
    if angle < 1e-9:
        return np.empty(0), np.empty(0)
    share = np.linspace(0.0, 1.0, math.ceil(angle * EARTH_RADIUS_M / ROUTE_STEP_M) + 1)[:, None]
    along = (np.sin((1.0 - share) * angle) * first + np.sin(share * angle) * last) / math.sin(angle)
    latitude = np.degrees(np.arctan2(along[:, 2], np.hypot(along[:, 0], along[:, 1])))
    return latitude, np.degrees(np.arctan2(along[:, 1], along[:, 0]))


def _unit(point: Point) -> NDArray[np.float64]:
    cosine = math.cos(point.latitude_rad)
    east, axis = cosine * math.sin(point.longitude_rad), math.sin(point.latitude_rad)
    return np.array([cosine * math.cos(point.longitude_rad), east, axis])


def _cells_at(latitude_deg: NDArray[np.float64], longitude_deg: NDArray[np.float64]) -> set[Cell]:
    south = np.floor(latitude_deg).astype(int)
    west = (np.floor((longitude_deg + 180.0) % 360.0) - 180.0).astype(int)
    return {Cell(int(one), int(other)) for one, other in set(zip(south.tolist(), west.tolist(), strict=True))}
