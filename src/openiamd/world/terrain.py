"""Terrain: the ground below everything, and what each ground radar cannot see because of it."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.elevation.cells import Cell, cap_cells, masking_range_m, needed_cells, radar_cells
from openiamd.elevation.mosaic import refuse_missing
from openiamd.elevation.read import Elevation, open_elevation
from openiamd.elevation.sites import site_raster, theatre_grid
from openiamd.elevation.source import terrain_source
from openiamd.kernels import kernel
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.physics.raster import Raster, bilinear, ground_m
from openiamd.physics.terrain import masking_table
from openiamd.world.arrays import FLAG, NUMBER, Floats, Rows, Singles, filled_rows

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import Point, ResolvedScenario

GRID_SPACING_M = 1_000.0
AZIMUTHS = 1_440  # of a masking table: 1.3 km apart at 300 km
MASK_STEP_M = 900.0
BLOCK = 16  # grid cells along the side of a block whose highest ground is kept
NO_MASK = -1
CLEAR_M = -1e9
SAG_M = 4.0  # a ray sags less than this within a block

TERRAIN_COLUMNS = {
    "present": FLAG,
    "spacing_m": NUMBER,  # of the grid
    "highest_m": NUMBER,
}


class TerrainTable(NamedTuple):
    """The ground, and the masks of the ground radars; without terrain one flat cell."""

    row: Rows  # (1,) TERRAIN_COLUMNS
    ground_m: Singles  # (n, n) float32 above the sphere; on the theatre's north and east
    peak_m: Singles  # (m, m) float32 highest ground of a block of cells and of the blocks around it
    mask_m: Singles  # (mask, azimuth, range) float32 lowest visible height above the sphere
    edge_m: Singles  # (mask, azimuth, range) float32 ground range of the edge that masks, 0: nothing does


class Ground(NamedTuple):
    """Where things stand: the grid for all, and the exact places of the ground radars."""

    table: TerrainTable
    sites: tuple[Point, ...]  # (sensor,) at the height of the ground; airborne ones as they were
    masks: tuple[int, ...]  # (sensor,) row of the masking table, NO_MASK for none


def flat_terrain() -> TerrainTable:
    """Return the table of a smooth earth."""
    small = np.zeros((1, 1), np.float32)
    none = np.zeros((0, 1, 1), np.float32)
    return TerrainTable(filled_rows(TERRAIN_COLUMNS, (1,), {"spacing_m": 1.0}), small, small, none, none)


def compile_terrain(scenario: ResolvedScenario) -> Ground:
    """Return the terrain of a scenario.

    Raises ``TerrainError`` where elevations are absent, unreadable or do not cover what the radars look at.
    """
    environment = scenario.environment
    if not environment.terrain:
        return Ground(
            flat_terrain(), tuple(one.position for one in scenario.sensors), (NO_MASK,) * len(scenario.sensors)
        )
    require_terrain(scenario)
    source = _source(scenario)
    grid, peaks = _grids(source, *_extent(scenario))
    on_ground = [sensor for sensor in scenario.sensors if sensor.platform < 0]
    cells = [frozenset(radar_cells(sensor, environment.siting_m)) for sensor in on_ground]
    sites = [
        _site(source, sensor.position, environment.siting_m, needed)
        for sensor, needed in zip(on_ground, cells, strict=True)
    ]
    # One length for all, so that the tables stack; beyond a radar's own reach unknown ground is at 0 and hides nothing.
    reaches_m = [masking_range_m(sensor.range_instrumented_m, sensor.antenna_height_m) for sensor in on_ground]
    reach_m = max(reaches_m, default=MASK_STEP_M)
    swept = [
        _mask(source, site, sensor.antenna_height_m, reach_m, environment.effective_radius_factor, needed)
        for sensor, site, needed in zip(on_ground, sites, cells, strict=True)
    ]
    columns = {"present": True, "spacing_m": GRID_SPACING_M, "highest_m": float(grid.max())}
    empty = np.zeros((0, 1, 1), np.float32)
    table = TerrainTable(
        row=filled_rows(TERRAIN_COLUMNS, (1,), columns),
        ground_m=grid,
        peak_m=peaks,
        mask_m=np.stack([mask for mask, _ in swept]) if swept else empty,
        edge_m=np.stack([edge for _, edge in swept]) if swept else empty,
    )
    found = {sensor.id: (site, row) for row, (sensor, site) in enumerate(zip(on_ground, sites, strict=True))}
    placed = [found.get(sensor.id, (sensor.position, NO_MASK)) for sensor in scenario.sensors]
    return Ground(table, tuple(site for site, _ in placed), tuple(row for _, row in placed))


def require_terrain(scenario: ResolvedScenario) -> None:
    """Raise ``TerrainError`` where the elevations of a scenario cannot be read or do not cover what it needs."""
    source = _source(scenario)
    refuse_missing(_elevation(source).missing(needed_cells([scenario])))
    _grids(source, *_extent(scenario))


def ground_grid(scenario: ResolvedScenario) -> tuple[Singles, float]:
    """Return the ground (north, east) on the theatre's grid, its origin in the middle, and the spacing in metres."""
    return _grids(_source(scenario), *_extent(scenario))[0], GRID_SPACING_M


def _extent(scenario: ResolvedScenario) -> tuple[float, float, float]:
    return scenario.origin.latitude_rad, scenario.origin.longitude_rad, scenario.radius_m


class Source(NamedTuple):
    """A file or folder of elevations as it is now: what is kept of it is forgotten when it changes."""

    path: str
    changed_ns: int


def _source(scenario: ResolvedScenario) -> Source:
    path = terrain_source(scenario.environment.terrain, None)
    inside = path.rglob("*") if path.is_dir() else ()
    return Source(str(path), max(one.stat().st_mtime_ns for one in (path, *inside)))


@lru_cache(maxsize=4)
def _elevation(source: Source) -> Elevation:
    """Return the elevations of a file or folder, opened once."""
    return open_elevation(Path(source.path))


def elevation_of(scenario: ResolvedScenario) -> Elevation:
    """Return the elevations that a scenario needs of its terrain."""
    return _elevation(_source(scenario)).within(needed_cells([scenario]))


@lru_cache(maxsize=4)
def _grids(source: Source, latitude_rad: float, longitude_rad: float, radius_m: float) -> tuple[Singles, Singles]:
    """Return the ground on the theatre's grid, and the highest ground in and around each block of cells.

    Ground that no tile covers is at 0: what a scenario needs has been asked for before.
    """
    from scipy.ndimage import maximum_filter  # half a second, that a smooth earth need not wait

    elevation, theatre = _elevation(source), cap_cells(latitude_rad, longitude_rad, radius_m)
    covered = theatre.difference(elevation.missing(theatre))
    grid = theatre_grid(elevation, latitude_rad, longitude_rad, radius_m, GRID_SPACING_M, covered)
    size = math.ceil(grid.shape[0] / BLOCK)
    padded = np.full((size * BLOCK, size * BLOCK), grid.min(), np.float32)
    padded[: grid.shape[0], : grid.shape[1]] = grid
    blocks = padded.reshape(size, BLOCK, size, BLOCK).max(axis=(1, 3))
    return _constant(grid), _constant(np.asarray(maximum_filter(blocks, 3), np.float32))


def _constant(table: Singles) -> Singles:
    """Return a table that several worlds share, so that none can write into it."""
    table.flags.writeable = False
    return table


@lru_cache(maxsize=24)
def _mask(
    source: Source, site: Point, above_m: float, reach_m: float, factor: float, needed: frozenset[Cell]
) -> tuple[Singles, Singles]:
    """Return the masking table of an antenna at a height above a site, swept once however many variants use it."""
    raster = _around(source, site.latitude_rad, site.longitude_rad, reach_m + MASK_STEP_M, needed)
    # Posts finer than the table are swept one by one, so that no ridge falls between two of its steps.
    substeps = max(round(MASK_STEP_M / (raster.latitude_spacing_rad * EARTH_RADIUS_M)), 1)
    return masking_table(
        *(raster, site.latitude_rad, site.longitude_rad, site.height_m + above_m, reach_m, AZIMUTHS, MASK_STEP_M),
        *(factor * EARTH_RADIUS_M, substeps),
    )


@lru_cache(maxsize=8)
def _around(
    source: Source, latitude_rad: float, longitude_rad: float, reach_m: float, needed: frozenset[Cell]
) -> Raster:
    """Return the elevations within ``reach_m`` of a place, read once for radars that share it."""
    return site_raster(_elevation(source), latitude_rad, longitude_rad, reach_m, needed)


def _site(source: Source, place: Point, within_m: float, needed: frozenset[Cell]) -> Point:
    """Return where a radar stands: on the highest post within a distance of its place, else on the ground there."""
    raster = _around(source, place.latitude_rad, place.longitude_rad, within_m, needed)
    row = (place.latitude_rad - raster.south_rad) / raster.latitude_spacing_rad
    column = (place.longitude_rad - raster.west_rad) / raster.longitude_spacing_rad
    here_m = float(bilinear(raster.elevation_m, row, column))
    rows, columns = np.indices(raster.elevation_m.shape)
    north_m = (rows - row) * raster.latitude_spacing_rad * EARTH_RADIUS_M
    east_m = (columns - column) * raster.longitude_spacing_rad * EARTH_RADIUS_M * math.cos(place.latitude_rad)
    near = np.where(np.hypot(north_m, east_m) <= within_m, raster.elevation_m, -np.inf)
    best = np.unravel_index(np.argmax(near), near.shape)
    if near[best] <= here_m:
        return replace(place, height_m=here_m)
    return replace(
        place,
        latitude_rad=raster.south_rad + float(best[0]) * raster.latitude_spacing_rad,
        longitude_rad=raster.west_rad + float(best[1]) * raster.longitude_spacing_rad,
        height_m=float(near[best]),
    )


@kernel
def ground_below(terrain: TerrainTable, east_m: float, north_m: float) -> float:
    """Return the height in metres of the ground below a place of the theatre frame; 0 on a smooth earth."""
    if not terrain.row[0].present:
        return 0.0
    return ground_m(terrain.ground_m, terrain.row[0].spacing_m, east_m, north_m)


@kernel
def _ray_height_m(share: float, antenna_height_m: float, height_m: float, bulge_m: float) -> float:
    """Return the height of a ray at a share of its ground range; ``bulge_m`` is d^2 / (2 k R)."""
    return antenna_height_m + share * (height_m - antenna_height_m) - share * (1.0 - share) * bulge_m


@kernel
def below_sight(
    terrain: TerrainTable, effective_radius_m: float, antenna_m: Floats, antenna_height_m: float, position_m: Floats,
    height_m: float, ground_range_m: float,
) -> tuple[float, float]:  # fmt: skip
    """Return by how much a target lies below the line of sight over the grid, and the ground range of the edge.

    For radars in the air, whose masks would change as they move. The ray is followed from the target back to the
    antenna, cell by cell; blocks of cells that it clears are passed over whole. A ray that clears every block has no
    edge: range 0. The deficit is the height that the target lacks, d / s times that by which the ground at range s
    rises above the ray; it is negative for a clear ray.

    antenna_m, position_m  (3,) theatre frame
    """
    spacing_m, bulge_m = terrain.row[0].spacing_m, ground_range_m * ground_range_m / (2.0 * effective_radius_m)
    steps = max(int(ground_range_m / spacing_m), 1)
    deficit_m, edge_m = CLEAR_M, 0.0
    step = steps - 1
    while step > 0:
        share = step / steps
        east_m = antenna_m[0] + share * (position_m[0] - antenna_m[0])
        north_m = antenna_m[1] + share * (position_m[1] - antenna_m[1])
        ray_m = _ray_height_m(share, antenna_height_m, height_m, bulge_m)
        after_m = _ray_height_m(max(step - BLOCK, 0) / steps, antenna_height_m, height_m, bulge_m)
        if min(ray_m, after_m) > _peak_near_m(terrain, east_m, north_m) + SAG_M:
            step -= BLOCK
            continue
        lack_m = (ground_m(terrain.ground_m, spacing_m, east_m, north_m) - ray_m) / share
        if lack_m > deficit_m:
            deficit_m = lack_m
            edge_m = share * ground_range_m
        step -= 1
    return deficit_m, edge_m


@kernel
def _peak_near_m(terrain: TerrainTable, east_m: float, north_m: float) -> float:
    """Return the highest ground in the block of a place and in the blocks around it."""
    cells = 0.5 * (terrain.ground_m.shape[0] - 1)
    spacing_m = terrain.row[0].spacing_m
    row, column = int(north_m / spacing_m + cells) // BLOCK, int(east_m / spacing_m + cells) // BLOCK
    last = terrain.peak_m.shape[0] - 1
    return terrain.peak_m[min(max(row, 0), last), min(max(column, 0), last)]
