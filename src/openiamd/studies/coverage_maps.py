"""Maps of coverage: the theatre's grid in latitude and longitude, areas on it, and gaps in it."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from openiamd.catalogue.resolved import Point
from openiamd.errors import UsageError
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.world.arrays import Bools, Floats

CELLS_PER_RADIUS = 450  # 2 km in a theatre of 900 km
SMALLEST_CELL_M = 100.0
KM2 = 1e6

Levels = NDArray[np.uint8]


class Grid(NamedTuple):
    """Cells of equal latitude and longitude that hold the theatre's circle; row 0 is the southernmost."""

    latitudes_rad: Floats  # (row,) middles
    longitudes_rad: Floats  # (column,) middles
    spacing_rad: tuple[float, float]  # of rows, of columns
    cell_m2: Floats  # (row,) area of one cell
    inside: Bools  # (row, column) within the theatre's circle


def theatre_grid(origin: Point, radius_m: float) -> Grid:
    """Return the grid of a theatre; raise UsageError where the theatre holds a pole."""
    cell_m = max(radius_m / CELLS_PER_RADIUS, SMALLEST_CELL_M)
    reach_rad = radius_m / EARTH_RADIUS_M
    if abs(origin.latitude_rad) + reach_rad >= math.pi / 2.0:
        raise UsageError("the theatre holds a pole, where a map in latitude and longitude has no shape", hint="move it")
    across_rad = math.asin(math.sin(reach_rad) / math.cos(origin.latitude_rad))
    step_rad = cell_m / EARTH_RADIUS_M
    rows = math.ceil(reach_rad / step_rad)
    columns = math.ceil(across_rad / (step_rad / math.cos(origin.latitude_rad)))
    wide_rad = across_rad / columns
    tall_rad = reach_rad / rows
    latitudes: Floats = origin.latitude_rad + (np.arange(2.0 * rows) - rows + 0.5) * tall_rad
    longitudes: Floats = origin.longitude_rad + (np.arange(2.0 * columns) - columns + 0.5) * wide_rad
    south, north = np.sin(latitudes - 0.5 * tall_rad), np.sin(latitudes + 0.5 * tall_rad)
    cell_m2 = EARTH_RADIUS_M**2 * wide_rad * (north - south)
    grid = Grid(latitudes, longitudes, (tall_rad, wide_rad), cell_m2, np.zeros((0, 0), bool))
    return grid._replace(inside=within(grid, origin, radius_m))


def within(grid: Grid, centre: Point, radius_m: float) -> Bools:
    """Return which cells (row, column) have their middle within a distance of a place."""
    return distances_m(grid, centre) <= radius_m


def distances_m(grid: Grid, centre: Point) -> Floats:
    """Return the great-circle distance (row, column) of each cell's middle from a place (haversine, Sinnott 1984)."""
    latitudes = grid.latitudes_rad[:, None]
    half = np.sin(0.5 * (latitudes - centre.latitude_rad)) ** 2
    half = half + np.cos(latitudes) * math.cos(centre.latitude_rad) * (
        np.sin(0.5 * (grid.longitudes_rad - centre.longitude_rad)) ** 2
    )
    return 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


def area_km2(cells: Bools, grid: Grid) -> float:
    """Return the area of chosen cells (row, column)."""
    return float(np.count_nonzero(cells, axis=1) @ grid.cell_m2) / KM2


def gaps_km2(covered: Bools, grid: Grid, distance_m: Floats) -> tuple[float, float]:
    """Return the area not covered nearer than the farthest covered cell: in all, and the largest connected part.

    covered     (row, column) cells inside the theatre that are covered
    distance_m  (row, column) from the middle of the radars
    """
    if not covered.any():
        return 0.0, 0.0
    open_cells = grid.inside & ~covered & (distance_m < distance_m[covered].max())
    found: Any = ndimage.label(open_cells)
    labels, count = found
    if count == 0:
        return 0.0, 0.0
    weights = np.broadcast_to(grid.cell_m2[:, None], labels.shape)[open_cells]
    sizes = np.bincount(labels[open_cells], weights=weights)
    return float(sizes.sum()) / KM2, float(sizes.max()) / KM2
