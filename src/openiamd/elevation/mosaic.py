"""One raster out of many tiles: the finest tile sets the posts, others fill in, gaps are refused by name."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.elevation.cells import Cell
from openiamd.elevation.tiles import Tile, read_tile
from openiamd.errors import TerrainError
from openiamd.physics.raster import Raster

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

SEA_SPACING_DEG = 1.0 / 120.0  # of posts where there is nothing but sea
_SAME_POST = 0.01  # of a spacing
_EDGE_DEG = 1e-9


class Box(NamedTuple):
    """A box in degrees."""

    south: float
    west: float
    north: float
    east: float


class Lattice(NamedTuple):
    """Posts of the raster: multiples of the spacings away from an anchor; row 0 is the southernmost."""

    latitude: NDArray[np.float64]  # (row,) degrees
    longitude: NDArray[np.float64]  # (column,)
    latitude_spacing: float
    longitude_spacing: float


def assemble(tiles: Sequence[Tile], sea: Collection[Cell], box: Box, needed: Collection[Cell] | None) -> Raster:
    """Return the elevations of a box, with at least one post outside each of its sides where there are data.

    Tiles whose posts coincide with those of the finest are copied; others are resampled bilinearly. Where tiles
    overlap the finer counts, then the first by name; its voids are filled from the next. Posts in ``sea`` cells that
    no tile covers read 0, and so do those outside the ``needed`` cells (None: all are needed).

    Raises:
        TerrainError: needed cells that are not covered, or that have voids.
    """
    touching = sorted((tile for tile in tiles if tile.touches(*box)), key=finest_first)
    lattice = _lattice(touching, box)
    elevation_m = np.full((lattice.latitude.size, lattice.longitude.size), np.nan, np.float32)
    for tile in touching:
        _paste(tile, lattice, elevation_m)
    _continue_edges(lattice, box, elevation_m)
    missing: list[Cell] = []
    voids: list[tuple[int, float, float]] = []
    for cell, rows, columns in _cells(lattice):
        part = elevation_m[rows, columns]
        unknown = np.isnan(part)
        count = int(np.count_nonzero(unknown))
        if count == 0:
            continue
        if cell in sea or (needed is not None and cell not in needed):
            part[unknown] = 0.0
            continue
        row, column = np.unravel_index(int(np.argmax(unknown)), unknown.shape)
        latitude, longitude = lattice.latitude[rows][row], lattice.longitude[columns][column]
        if any(tile.touches(latitude, longitude, latitude, longitude) for tile in touching):
            voids.append((count, latitude, longitude))
        else:
            missing.append(cell)
    refuse_missing(missing)
    _refuse_voids(voids)
    return Raster(
        elevation_m,
        math.radians(lattice.latitude[0]),
        math.radians(lattice.longitude[0]),
        math.radians(lattice.latitude_spacing),
        math.radians(lattice.longitude_spacing),
    )


def finest_first(tile: Tile) -> tuple[float, str]:
    """Return the rank of a tile where several cover a place."""
    return round(tile.latitude_spacing_deg, 9), tile.path.name


def refuse_missing(cells: Sequence[Cell]) -> None:
    """Raise the sentence for cells that no tile covers, if there are any."""
    if cells:
        shown = ", ".join(cell.name for cell in cells[:6]) + f" and {len(cells) - 6} more" * (len(cells) > 6)
        raise TerrainError(
            f"the elevations do not cover {shown}",
            hint="`iamd terrain get SCENARIO` fetches them; cells are named by their south-west corner",
        )


def _refuse_voids(voids: Sequence[tuple[int, float, float]]) -> None:
    if voids:
        count = sum(one for one, _, _ in voids)
        _, latitude, longitude = voids[0]
        posts = "1 post has" if count == 1 else f"{count} posts have"
        raise TerrainError(
            f"{posts} no elevation (voids), the first at {latitude:.4f}, {longitude:.4f}",
            hint="fill them (gdal_fillnodata.py IN.tif OUT.tif) or add tiles of another set for that place; "
            "above 9,000 m all counts as void: are these feet?",
        )


def _lattice(tiles: Sequence[Tile], box: Box) -> Lattice:
    """Return the posts for a box: those of the first tile, continued; over nothing but sea, posts of 30 arc-seconds."""
    if tiles:
        anchor = tiles[0].south_deg, tiles[0].west_deg
        spacing = tiles[0].latitude_spacing_deg, tiles[0].longitude_spacing_deg
    else:
        anchor = math.floor(box.south), math.floor(box.west)
        spacing = SEA_SPACING_DEG, SEA_SPACING_DEG
    axes = []
    for start, step, low, high in ((anchor[0], spacing[0], *box[0::2]), (anchor[1], spacing[1], *box[1::2])):
        first = math.floor((low - start) / step + _SAME_POST)
        last = max(math.ceil((high - start) / step - _SAME_POST), first + 1)
        axes.append(start + step * np.arange(first, last + 1))
    return Lattice(axes[0], axes[1], *spacing)


def _paste(tile: Tile, lattice: Lattice, elevation_m: NDArray[np.float32]) -> None:
    """Fill posts that are still unknown from one tile."""
    row = (tile.north_deg - lattice.latitude) / tile.latitude_spacing_deg  # (row,) fractional row of the file
    column = (lattice.longitude - tile.west_deg) / tile.longitude_spacing_deg
    rows = _within(row, tile.rows)
    columns = _within(column, tile.columns)
    if rows.stop <= rows.start or columns.stop <= columns.start:
        return
    row = np.clip(row[rows], 0.0, tile.rows - 1.0)
    column = np.clip(column[columns], 0.0, tile.columns - 1.0)
    target = elevation_m[rows, columns]
    if not np.isnan(target).any():
        return
    top, left = math.floor(row.min() + _SAME_POST), math.floor(column.min() + _SAME_POST)
    bottom, right = math.ceil(row.max() - _SAME_POST), math.ceil(column.max() - _SAME_POST)
    part = read_tile(tile, top, left, bottom - top + 1, right - left + 1)
    if part.shape == target.shape and _coincide(row) and _coincide(column):
        found = part[::-1]
    else:
        found = _resampled(part, row - top, column - left)
    np.copyto(target, found, where=np.isnan(target))


def _within(position: NDArray[np.float64], count: int) -> slice:
    """Return which posts lie within a tile's area, along one axis on which positions rise or fall."""
    inside = np.flatnonzero((position >= -0.5 - _SAME_POST) & (position <= count - 0.5 + _SAME_POST))
    return slice(int(inside[0]), int(inside[-1]) + 1) if inside.size else slice(0, 0)


def _coincide(position: NDArray[np.float64]) -> bool:
    return bool(np.all(np.abs(position - np.rint(position)) < _SAME_POST))


def _resampled(part: NDArray[np.float32], row: NDArray[np.float64], column: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return bilinear values at all fractional rows and columns of a part; NaN where one of the four posts is void."""
    top = np.clip(np.floor(row).astype(int), 0, max(part.shape[0] - 2, 0))
    left = np.clip(np.floor(column).astype(int), 0, max(part.shape[1] - 2, 0))
    below = np.minimum(top + 1, part.shape[0] - 1)
    right = np.minimum(left + 1, part.shape[1] - 1)
    down = (row - top).astype(np.float32)[:, None]
    across = (column - left).astype(np.float32)[None, :]
    upper = part[np.ix_(top, left)] * (1.0 - across) + part[np.ix_(top, right)] * across
    lower = part[np.ix_(below, left)] * (1.0 - across) + part[np.ix_(below, right)] * across
    return (upper * (1.0 - down) + lower * down).astype(np.float32)


def _continue_edges(lattice: Lattice, box: Box, elevation_m: NDArray[np.float32]) -> None:
    """Copy the neighbour into unknown posts of the outermost rows and columns where these lie outside the box."""
    pairs = (
        (lattice.latitude[0] < box.south, elevation_m[0], elevation_m[1]),
        (lattice.latitude[-1] > box.north, elevation_m[-1], elevation_m[-2]),
        (lattice.longitude[0] < box.west, elevation_m[:, 0], elevation_m[:, 1]),
        (lattice.longitude[-1] > box.east, elevation_m[:, -1], elevation_m[:, -2]),
    )
    for outside, edge, inner in pairs:
        if outside:
            np.copyto(edge, inner, where=np.isnan(edge))


def _cells(lattice: Lattice) -> Iterator[tuple[Cell, slice, slice]]:
    """Yield the cells that the posts lie in, with their rows and columns."""
    south = np.floor(lattice.latitude + _EDGE_DEG).astype(int)
    west = np.floor(lattice.longitude + _EDGE_DEG).astype(int)
    for one in np.unique(south).tolist():
        rows = slice(int(np.searchsorted(south, one)), int(np.searchsorted(south, one, side="right")))
        for other in np.unique(west).tolist():
            columns = slice(int(np.searchsorted(west, other)), int(np.searchsorted(west, other, side="right")))
            yield Cell(one, other), rows, columns
