"""The ground where it is needed: around a site, at a place, on the grid of a theatre."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from openiamd.elevation.cells import Cell, cap_cells, cell_of
from openiamd.elevation.mosaic import refuse_missing
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.physics.raster import cap_bounds, elevation_at, elevations_at

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from openiamd.elevation.read import Elevation
    from openiamd.physics.raster import Raster

_BLOCK_POSTS = 64


def site_raster(
    elevation: Elevation,
    latitude_rad: float,
    longitude_rad: float,
    radius_m: float,
    needed: Collection[Cell] | None = None,
) -> Raster:
    """Return the raster that holds all ground within ``radius_m`` of a site, for ``physics.terrain.masking_table``.

    ``needed`` names the cells that must be covered (default: all within the radius); elsewhere what is unknown reads 0.

    Raises:
        TerrainError: a needed cell is not covered or has voids.
    """
    bounds = cap_bounds(latitude_rad, longitude_rad, radius_m / EARTH_RADIUS_M)
    within = cap_cells(latitude_rad, longitude_rad, radius_m)
    needed = within if needed is None else within & set(needed)
    refuse_missing(elevation.missing(needed))
    return elevation.window(*bounds, needed=needed)


def ground_at(elevation: Elevation, latitude_rad: float, longitude_rad: float) -> float:
    """Return the ground elevation in metres at one place."""
    south, west, north, east = latitude_rad, longitude_rad, latitude_rad, longitude_rad
    needed = {cell_of(math.degrees(latitude_rad), math.degrees(longitude_rad))}
    return float(elevation_at(elevation.window(south, west, north, east, needed), latitude_rad, longitude_rad))


def theatre_grid(
    elevation: Elevation,
    latitude0_rad: float,
    longitude0_rad: float,
    radius_m: float,
    spacing_m: float,
    needed: Collection[Cell] | None = None,
) -> NDArray[np.float32]:
    """Return ground elevations (north, east) on a square grid of the theatre frame, for ``physics.raster.ground_m``.

    Post [i, j] is the point of the sphere's surface whose theatre coordinates are ((j - m) spacing, (i - m) spacing),
    m the middle index; the side is odd and reaches R sin(radius / R). Posts outside the circle hold 0. ``needed``
    names the cells that must be covered (default: all that the circle touches); elsewhere what is unknown reads 0.

    Raises:
        TerrainError: a needed cell is not covered or has voids.
    """
    reach_m = EARTH_RADIUS_M * math.sin(min(radius_m / EARTH_RADIUS_M, 0.5 * math.pi))
    middle = math.ceil(reach_m / spacing_m)
    needed = cap_cells(latitude0_rad, longitude0_rad, radius_m) if needed is None else needed
    refuse_missing(elevation.missing(needed))
    grid = np.zeros((2 * middle + 1, 2 * middle + 1), np.float32)
    # One spacing more than the circle, so that a place at its rim lies between known posts.
    limit_m = min(reach_m + spacing_m, EARTH_RADIUS_M)
    for south in range(0, grid.shape[0], _BLOCK_POSTS):
        for west in range(0, grid.shape[1], _BLOCK_POSTS):
            block = grid[south : south + _BLOCK_POSTS, west : west + _BLOCK_POSTS]
            north_m = (np.arange(south, south + block.shape[0]) - middle)[:, None] * spacing_m
            east_m = (np.arange(west, west + block.shape[1]) - middle)[None, :] * spacing_m
            inside = north_m * north_m + east_m * east_m <= limit_m * limit_m
            if inside.any():
                latitude, longitude = _places(north_m, east_m, inside, latitude0_rad, longitude0_rad)
                _fill_block(elevation, latitude, longitude, inside, needed, block)
    return grid


def _places(
    north_m: NDArray[np.float64],
    east_m: NDArray[np.float64],
    inside: NDArray[np.bool_],
    latitude0: float,
    longitude0: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return latitudes and longitudes of surface points: ``geodesy.geodetic_from_enu`` at the sphere's own height."""
    squared = np.where(inside, north_m * north_m + east_m * east_m, 0.0) / EARTH_RADIUS_M**2
    outward = np.sqrt(1.0 - squared)
    north, east = north_m / EARTH_RADIUS_M, east_m / EARTH_RADIUS_M
    toward_origin = math.cos(latitude0) * outward - math.sin(latitude0) * north
    axial = math.sin(latitude0) * outward + math.cos(latitude0) * north
    return np.arctan2(axial, np.hypot(toward_origin, east)), longitude0 + np.arctan2(east, toward_origin)


def _fill_block(
    elevation: Elevation,
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    inside: NDArray[np.bool_],
    needed: Collection[Cell],
    block: NDArray[np.float32],
) -> None:
    """Sample one block of a grid."""
    south, north = float(latitude[inside].min()), float(latitude[inside].max())
    west, east = float(longitude[inside].min()), float(longitude[inside].max())
    raster = elevation.window(south, west, north, east, needed)
    found = np.empty(block.shape, np.float32)
    elevations_at(raster, latitude, longitude, found)
    block[inside] = found[inside]
