"""The masking table beside GDAL's viewshed: a local map on the sphere that both see, and how far they agree.

Run as a program, this file writes the stored viewshed of the generated terrain anew; it needs gdal_viewshed.
"""

import math
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.physics.raster import Raster, elevation_at, elevations_at
from openiamd.physics.terrain import lowest_visible

Floats = NDArray[np.float64]
Map = NDArray[np.float32]

STORED = Path(__file__).resolve().parent / "physics" / "data" / "viewshed.npz"
HEIGHTS_M = (100.0, 500.0, 3_000.0)  # above ground
ANTENNA_M = 20.0
# The effective radius is 4/3 of the earth's; GDAL's coefficient is 1/k.
CURVATURE = 0.75
POSTS = 150
# Smooth hills: a summit, a valley floor, a slope. Sharp crests, narrower than the posts: beside a wall, and in a basin.
SITES = ((False, 39.783, 32.7), (False, 39.55, 32.717), (False, 39.65, 32.55), (True, 39.62, 32.6), (True, 39.4, 32.9))
REACH_M = 50e3
CELL_M = 231.5  # a quarter of a post: GDAL's own error falls with its cells, see benchmarks/results-terrain.md


class LocalMap(NamedTuple):
    """An azimuthal equidistant map on the sphere; row 0 is the northernmost."""

    ground_m: Map  # (row, column)
    range_m: Floats  # along the great circle
    azimuth_rad: Floats
    cell_m: float
    reach_m: float

    @property
    def site_m(self) -> float:
        """Return the ground elevation in the middle."""
        middle = self.ground_m.shape[0] // 2
        return float(self.ground_m[middle, middle])

    @property
    def compared(self) -> NDArray[np.bool_]:
        """Return which cells count: not the site and its neighbours, not the rim."""
        return (self.range_m > 1.5 * self.cell_m) & (self.range_m < self.reach_m - 2.0 * self.cell_m)


class Agreement(NamedTuple):
    """Shares of the compared cells, percent."""

    height_m: float
    visible: float
    agree: float
    differ_at_edge: float  # within one cell of where GDAL's visibility changes
    differ_elsewhere: float


def generated_terrain(sharp: bool = False, posts: int = POSTS) -> Raster:
    """Return hills, ridges and a plain at posts of 30 arc-seconds, by formula; its middle is 39.62 N, 32.62 E."""
    spacing_rad = math.radians(1.0 / 120.0)
    row, column = np.meshgrid(np.arange(posts), np.arange(posts), indexing="ij")
    x, y = 2.0 * math.pi * column / 150.0, 2.0 * math.pi * row / 150.0
    hills = np.sin(5.0 * x + 2.0 * y) * np.sin(4.0 * y - x) + 0.5 * np.sin(11.0 * x) * np.sin(13.0 * y + 0.7)
    if sharp:
        ridges = (1.0 - np.abs(np.sin(3.1 * x + 1.3 * np.sin(2.0 * y)))) ** 3
        rough_m = 40.0 * np.sin(31.0 * x + 5.0 * y) * np.sin(29.0 * y - 3.0 * x)
    else:
        ridges = (0.5 + 0.5 * np.cos(5.0 * x + 1.3 * np.sin(2.0 * y))) ** 2
        rough_m = 30.0 * np.sin(19.0 * x + 5.0 * y) * np.sin(17.0 * y - 3.0 * x)
    elevation_m = 900.0 + 1_100.0 * ridges * (0.6 + 0.4 * np.sin(1.7 * y)) + 180.0 * hills + rough_m
    return Raster(elevation_m.astype(np.float32), math.radians(39.0), math.radians(32.0), spacing_rad, spacing_rad)


def local_map(raster: Raster, latitude_rad: float, longitude_rad: float, reach_m: float, cell_m: float) -> LocalMap:
    """Return the ground around a site, sampled bilinearly from the same raster that the table is made from."""
    count = int(reach_m / cell_m)
    axis_m = np.arange(-count, count + 1) * cell_m
    east_m, north_m = np.meshgrid(axis_m, -axis_m)
    range_m, azimuth_rad = np.hypot(east_m, north_m), np.arctan2(east_m, north_m)
    sine, cosine = np.sin(range_m / EARTH_RADIUS_M), np.cos(range_m / EARTH_RADIUS_M)
    axial = math.sin(latitude_rad) * cosine + math.cos(latitude_rad) * sine * np.cos(azimuth_rad)
    outward = cosine * math.cos(latitude_rad) - sine * math.sin(latitude_rad) * np.cos(azimuth_rad)
    longitude = longitude_rad + np.arctan2(sine * np.sin(azimuth_rad), outward)
    ground_m = np.empty(range_m.shape, np.float32)
    elevations_at(raster, np.arcsin(axial), longitude, ground_m)
    return LocalMap(ground_m, range_m, azimuth_rad, cell_m, reach_m)


def command_line(source: str, target: str, reach_m: float) -> list[str]:
    """Return the command whose result is compared: the lowest visible height above ground at each cell."""
    return [
        *("gdal_viewshed", "-q", "-oz", f"{ANTENNA_M:g}", "-ox", "0", "-oy", "0", "-md", f"{reach_m:g}"),
        *("-cc", f"{CURVATURE:g}", "-om", "GROUND", source, target),
    ]


def gdal_version() -> str | None:
    """Return the version of the GDAL command, or None where it is absent."""
    if shutil.which("gdal_viewshed") is None or shutil.which("gdalinfo") is None:
        return None
    done = subprocess.run(["gdalinfo", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def gdal_lowest_visible(local: LocalMap) -> tuple[Floats, float]:
    """Return the lowest visible height above ground by GDAL (row, column), and the time of the command in seconds."""
    import rasterio

    rows, columns = local.ground_m.shape
    corner_m = 0.5 * rows * local.cell_m
    projection = f"+proj=aeqd +lat_0=0 +lon_0=0 +R={EARTH_RADIUS_M} +units=m"
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/ground.tif", f"{folder}/visible.tif"
        with rasterio.open(
            source, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32", crs=projection,
            transform=rasterio.Affine(local.cell_m, 0.0, -corner_m, 0.0, -local.cell_m, corner_m),
        ) as dataset:  # fmt: skip
            dataset.write(local.ground_m, 1)
        start_s = time.perf_counter()
        subprocess.run(command_line(source, target, local.reach_m), check=True)
        taken_s = time.perf_counter() - start_s
        with rasterio.open(target) as dataset:
            found = dataset.read(1)
    assert found.shape == local.ground_m.shape
    return found, taken_s


@kernel
def look_up(mask_m: Map, edge_m: Map, step_m: float, azimuth_rad: Floats, range_m: Floats, lowest_m: Floats) -> None:
    """Write the lowest visible altitude at each cell of a map (row, column)."""
    for row in range(azimuth_rad.shape[0]):
        for column in range(azimuth_rad.shape[1]):
            lowest_m[row, column], _ = lowest_visible(
                mask_m, edge_m, step_m, azimuth_rad[row, column], range_m[row, column]
            )


def visible_by_table(local: LocalMap, mask_m: Map, edge_m: Map, step_m: float, height_m: float) -> NDArray[np.bool_]:
    """Return where a target at a height above ground is visible (row, column)."""
    lowest_m = np.empty(local.range_m.shape)
    look_up(mask_m, edge_m, step_m, local.azimuth_rad, local.range_m, lowest_m)
    return local.ground_m + height_m >= lowest_m


def agreement(
    ours: NDArray[np.bool_], theirs: NDArray[np.bool_], compared: NDArray[np.bool_], height_m: float
) -> Agreement:
    """Return how far two maps of visibility (row, column) agree, of the cells that are compared."""
    edge = np.zeros_like(theirs)
    inner = (slice(1, -1), slice(1, -1))
    rows, columns = theirs.shape
    for down in range(3):
        for right in range(3):
            edge[inner] |= theirs[down : rows - 2 + down, right : columns - 2 + right] != theirs[inner]
    differ = (ours != theirs) & compared
    scale = 100.0 / np.count_nonzero(compared)
    at_edge = scale * np.count_nonzero(differ & edge)
    elsewhere = scale * np.count_nonzero(differ & ~edge)
    visible = scale * np.count_nonzero(theirs & compared)
    return Agreement(height_m, visible, 100.0 - at_edge - elsewhere, at_edge, elsewhere)


def generated_maps() -> list[tuple[float, float, Raster, LocalMap]]:
    """Return (latitude, longitude, raster, map) of each site on the generated terrain."""
    maps = []
    for sharp, south, west in SITES:
        raster, latitude, longitude = generated_terrain(sharp), math.radians(south), math.radians(west)
        maps.append((latitude, longitude, raster, local_map(raster, latitude, longitude, REACH_M, CELL_M)))
    return maps


def main() -> int:
    """Write the stored viewshed."""
    version = gdal_version()
    if version is None:
        print("gdal_viewshed is absent: nothing is written", file=sys.stderr)  # noqa: T201 - a program of its own
        return 1
    arrays: dict[str, Any] = {
        "command": np.array(" ".join(command_line("GROUND.tif", "VISIBLE.tif", REACH_M))),
        "version": np.array(version),
    }
    for number, (latitude, longitude, raster, local) in enumerate(generated_maps()):
        found, _ = gdal_lowest_visible(local)
        visible = np.stack([found <= height_m for height_m in HEIGHTS_M])
        arrays[f"visible{number}"] = np.packbits(visible, axis=-1)
        shares = visible[:, local.compared].mean(axis=1)
        print(f"site {number}: ground {elevation_at(raster, latitude, longitude):.0f} m, visible {shares}")  # noqa: T201 - a program of its own
    np.savez_compressed(STORED, **arrays)
    print(f"{STORED}: {STORED.stat().st_size} bytes, {version}")  # noqa: T201 - a program of its own
    return 0


if __name__ == "__main__":
    sys.exit(main())
