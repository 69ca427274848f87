"""Grids of ground elevation and their bilinear interpolation, by latitude and longitude or in the theatre frame."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel


class Raster(NamedTuple):
    """Elevations at posts of a regular grid in latitude and longitude."""

    elevation_m: NDArray[np.float32]  # (row northward, column eastward) above the sphere
    south_rad: float  # latitude of row 0
    west_rad: float  # longitude of column 0
    latitude_spacing_rad: float  # between rows
    longitude_spacing_rad: float  # between columns


@kernel
def bilinear(grid: NDArray[np.float32], row: float, column: float) -> float:
    """Return the value at a fractional row and column of a grid of at least 2 by 2, clamped to its edge."""
    rows, columns = grid.shape
    row = min(max(row, 0.0), rows - 1.0)
    column = min(max(column, 0.0), columns - 1.0)
    south = min(int(row), rows - 2)
    west = min(int(column), columns - 2)
    up = row - south
    right = column - west
    lower = grid[south, west] + right * (grid[south, west + 1] - grid[south, west])
    upper = grid[south + 1, west] + right * (grid[south + 1, west + 1] - grid[south + 1, west])
    return lower + up * (upper - lower)


@kernel
def elevation_at(raster: Raster, latitude_rad: float, longitude_rad: float) -> float:
    """Return the elevation in metres at a place, between the four posts around it; clamped to the raster's edge."""
    row = (latitude_rad - raster.south_rad) / raster.latitude_spacing_rad
    column = (longitude_rad - raster.west_rad) / raster.longitude_spacing_rad
    return bilinear(raster.elevation_m, row, column)


@kernel
def elevations_at(
    raster: Raster,
    latitude_rad: NDArray[np.float64],
    longitude_rad: NDArray[np.float64],
    elevation_m: NDArray[np.float32],
) -> None:
    """Write the elevations at many places (row, column)."""
    rows, columns = latitude_rad.shape
    for row in range(rows):
        for column in range(columns):
            elevation_m[row, column] = elevation_at(raster, latitude_rad[row, column], longitude_rad[row, column])


@kernel
def ground_m(grid: NDArray[np.float32], spacing_m: float, east_m: float, north_m: float) -> float:
    """Return the ground elevation in metres below a place of the theatre frame, clamped to the grid's edge.

    ``grid`` (north, east) is square with an odd number of posts a side and the theatre's origin in its middle
    (``openiamd.elevation.sites.theatre_grid``). East and north are those of a point of the ground; for a place
    at height h they are larger by the share h / R.
    """
    middle = 0.5 * (grid.shape[0] - 1)
    return bilinear(grid, north_m / spacing_m + middle, east_m / spacing_m + middle)


def cap_bounds(latitude_rad: float, longitude_rad: float, angle_rad: float) -> tuple[float, float, float, float]:
    """Return (south, west, north, east) in radians of all places within an angle of a place.

    West and east may lie beyond ±pi. A cap that holds a pole spans all longitudes. Source: the tangent meridian of
    a small circle, sin(difference of longitude) = sin(angle) / cos(latitude), by Napier's rules.
    """
    south, north = latitude_rad - angle_rad, latitude_rad + angle_rad
    if south <= -0.5 * math.pi or north >= 0.5 * math.pi:
        return max(south, -0.5 * math.pi), -math.pi, min(north, 0.5 * math.pi), math.pi
    half_width_rad = math.asin(min(1.0, math.sin(angle_rad) / math.cos(latitude_rad)))
    return south, longitude_rad - half_width_rad, north, longitude_rad + half_width_rad
