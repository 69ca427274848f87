"""The masking table beside GDAL's viewshed: agreement of visibility, time per sensor, time of a look-up.

    python benchmarks/terrain.py [--quick]

Needs the command gdal_viewshed and outside elevations (OPENIAMD_DATA); what is absent is said and left out. Both see
the same ground: a local azimuthal equidistant map on the sphere is sampled bilinearly from the raster that the table
is made from. Visibility is compared at targets 100, 500 and 3,000 m above ground, cell by cell of GDAL's map.
"""

import argparse
import csv
import math
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from openiamd.elevation.read import open_elevation
from openiamd.kernels import kernel
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.physics.raster import Raster, cap_bounds, elevation_at, elevations_at
from openiamd.physics.terrain import lowest_visible, masking_table
from viewshed import (  # pyright: ignore[reportMissingImports]
    ANTENNA_M,
    HEIGHTS_M,
    agreement,
    command_line,
    gdal_lowest_visible,
    gdal_version,
    local_map,
    visible_by_table,
)

RESULTS = Path(__file__).resolve().parent / "terrain.csv"
COLUMNS = (
    "terrain", "site", "reach_km", "cell_m", "cells", "azimuths", "step_m", "substeps", "read_s", "sweep_s",
    "sweep_processor_s", "gdal_s", "height_m", "visible_percent", "agree_percent", "differ_at_edge_percent",
    "differ_elsewhere_percent",
)  # fmt: skip
LOOK_UPS = 2_000_000


class Case(NamedTuple):
    """One set of elevations, its sites, and how finely the table and GDAL's map are made."""

    terrain: str
    sites: tuple[tuple[float, float, float], ...]  # latitude and longitude in degrees, reach in metres
    cells_m: tuple[float, ...]  # of GDAL's map
    azimuths: int
    step_m: float
    substeps: int


THIRTY = Case(
    "30 arc-seconds, emed.tif", ((37.7, 33.2, 300e3), (39.9, 32.9, 300e3), (37.2, 38.9, 300e3)), (900.0, 450.0),
    1440, 600.0, 2,
)  # fmt: skip
THREE = Case(
    "3 arc-seconds, n44w072.tif", ((44.27, -71.30, 22e3), (44.5, -71.5, 38e3), (44.45, -71.55, 34e3)),
    (90.0, 45.0, 22.5), 2880, 300.0, 6,
)  # fmt: skip
MADE = Case(
    "3 arc-seconds, emed.tif resampled plus generated ridges", ((37.7, 33.2, 300e3), (39.9, 32.9, 300e3)), (90.0,),
    4096, 300.0, 3,
)  # fmt: skip


def fine_raster(coarse: Raster, latitude_rad: float, longitude_rad: float, reach_m: float) -> Raster:
    """Return posts of 3 arc-seconds: the coarse set resampled bilinearly, and seeded ridges that it cannot hold."""
    spacing_rad = math.radians(3.0 / 3600.0)
    rows = math.ceil(reach_m / EARTH_RADIUS_M / spacing_rad) + 5
    columns = math.ceil(rows / math.cos(latitude_rad + reach_m / EARTH_RADIUS_M))
    latitude = latitude_rad + spacing_rad * np.arange(-rows, rows + 1)
    longitude = longitude_rad + spacing_rad * np.arange(-columns, columns + 1)
    elevation_m = np.empty((latitude.size, longitude.size), np.float32)
    row, column = np.meshgrid(latitude.astype(np.float64), longitude.astype(np.float64), indexing="ij")
    elevations_at(coarse, row, column, elevation_m)
    rng = np.random.default_rng(1)  # noqa: TID251 - inputs of a measurement, not draws of the model
    x_m = ((longitude - longitude[0]) * EARTH_RADIUS_M * math.cos(latitude_rad))[None, :].astype(np.float32)
    y_m = ((latitude - latitude[0]) * EARTH_RADIUS_M)[:, None].astype(np.float32)
    for length_m in (5_000.0, 2_500.0, 1_200.0, 600.0):
        for _ in range(3):
            angle, phase = rng.uniform(0.0, math.pi), rng.uniform(0.0, 2.0 * math.pi)
            wave = np.float32(math.pi / length_m) * (
                x_m * np.float32(math.cos(angle)) + y_m * np.float32(math.sin(angle))
            )
            elevation_m += np.float32(length_m / 60.0) * np.abs(np.sin(wave + np.float32(phase)))
    return Raster(elevation_m, float(latitude[0]), float(longitude[0]), spacing_rad, spacing_rad)


def written(raster: Raster, path: Path) -> None:
    """Write a raster as a compressed GeoTIFF of whole metres, as public sets are."""
    import rasterio

    rows, columns = raster.elevation_m.shape
    across, up = math.degrees(raster.longitude_spacing_rad), math.degrees(raster.latitude_spacing_rad)
    north = math.degrees(raster.south_rad) + (rows - 0.5) * up
    step = rasterio.Affine(across, 0.0, math.degrees(raster.west_rad) - 0.5 * across, 0.0, -up, north)
    profile = {"width": columns, "height": rows, "count": 1, "dtype": "int16", "crs": "EPSG:4326", "transform": step}
    with rasterio.open(path, "w", driver="GTiff", compress="deflate", tiled=True, **profile) as dataset:
        dataset.write(np.rint(raster.elevation_m[::-1]).astype(np.int16), 1)


def timed_table(case: Case, raster: Raster, site: tuple[float, float, float], repeats: int):
    """Return the table of a site, the median wall time and the least processor time of a sweep, in seconds."""
    latitude, longitude = math.radians(site[0]), math.radians(site[1])
    antenna_m = elevation_at(raster, latitude, longitude) + ANTENNA_M
    wall_s, processor_s = [], []
    made = np.empty((0, 0), np.float32), np.empty((0, 0), np.float32)
    for _ in range(repeats + 1):  # the first is the warm-up
        start_s, processor_start_s = time.perf_counter(), time.process_time()
        made = masking_table(
            raster, latitude, longitude, antenna_m, site[2], case.azimuths, case.step_m, substeps=case.substeps
        )
        wall_s.append(time.perf_counter() - start_s)
        processor_s.append(time.process_time() - processor_start_s)
    return *made, float(np.median(wall_s[1:])), min(processor_s[1:])


def measure(case: Case, source: Path, site: tuple[float, float, float], repeats: int) -> list[dict[str, object]]:
    """Return one row for each of GDAL's cell sizes and target heights."""
    latitude, longitude, reach_m = math.radians(site[0]), math.radians(site[1]), site[2]
    start_s = time.perf_counter()
    # Corners of the box beyond the set read 0: no ray of the circle reaches them.
    bounds = cap_bounds(latitude, longitude, reach_m / EARTH_RADIUS_M)
    raster = open_elevation(source).window(*bounds, needed=())
    read_s = time.perf_counter() - start_s
    mask_m, edge_m, wall_s, processor_s = timed_table(case, raster, site, repeats)
    rows = []
    for cell_m in case.cells_m:
        local = local_map(raster, latitude, longitude, reach_m, cell_m)
        lowest_m, gdal_s = gdal_lowest_visible(local)
        for height_m in HEIGHTS_M:
            ours = visible_by_table(local, mask_m, edge_m, case.step_m, height_m)
            found = agreement(ours, lowest_m <= height_m, local.compared, height_m)
            values = (
                case.terrain, f"{site[0]:g} {site[1]:g}", reach_m / 1e3, cell_m, np.count_nonzero(local.compared),
                case.azimuths, case.step_m, case.substeps,
                *(f"{taken_s:.3f}" for taken_s in (read_s, wall_s, processor_s, gdal_s)),
                height_m, *(f"{share:.2f}" for share in found[1:]),
            )  # fmt: skip
            rows.append(dict(zip(COLUMNS, values, strict=True)))
            print("; ".join(str(value) for value in values), flush=True)
    return rows


@kernel
def look_up_many(masks_m, edges_m, step_m, table, azimuth_rad, range_m):
    total = 0.0
    for one in range(table.size):
        lowest_m, edge_m = lowest_visible(
            masks_m[table[one]], edges_m[table[one]], step_m, azimuth_rad[one], range_m[one]
        )
        total += lowest_m + edge_m
    return total


def look_up_ns(tables: int, azimuths: int, ranges: int) -> float:
    """Return the time of one look-up at random places, in nanoseconds of processor time, best of five."""
    rng = np.random.default_rng(1)  # noqa: TID251 - inputs of a measurement, not draws of the model
    masks_m = rng.uniform(0.0, 5e3, (tables, azimuths, ranges)).astype(np.float32)
    edges_m = rng.uniform(0.0, 3e5, (tables, azimuths, ranges)).astype(np.float32)
    places = rng.integers(0, tables, LOOK_UPS), rng.uniform(0.0, 2.0 * math.pi, LOOK_UPS)
    range_m = rng.uniform(0.0, 600.0 * (ranges - 1), LOOK_UPS)
    times_s = []
    for _ in range(6):
        start_s = time.process_time()
        look_up_many(masks_m, edges_m, 600.0, *places, range_m)
        times_s.append(time.process_time() - start_s)
    return 1e9 * min(times_s[1:]) / LOOK_UPS


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one site of each set, nothing written")
    options = parser.parse_args()
    print(f"look-up, 6 tables of 1440 x 500, random: {look_up_ns(6, 1440, 500):.0f} ns")
    print(f"look-up, 1 table of 20 x 500, in the cache: {look_up_ns(1, 20, 500):.0f} ns")
    version, folder = gdal_version(), Path(os.environ.get("OPENIAMD_DATA", "")) / "dem"
    if version is None or not (folder / "emed.tif").is_file():
        print("gdal_viewshed or OPENIAMD_DATA/dem/emed.tif is absent: no comparison")
        return 0
    print(f"{version}: {' '.join(command_line('GROUND.tif', 'VISIBLE.tif', 300e3))}\n{'; '.join(COLUMNS)}")
    rows = []
    count = 1 if options.quick else None
    for case, name in ((THIRTY, "emed.tif"), (THREE, "n44w072.tif")):
        for site in case.sites[:count]:
            rows += measure(case, folder / name, site, 10)
    for site in MADE.sites[:count]:
        latitude, longitude, reach_m = math.radians(site[0]), math.radians(site[1]), site[2]
        bounds = cap_bounds(latitude, longitude, (reach_m + 20e3) / EARTH_RADIUS_M)
        coarse = open_elevation(folder / "emed.tif").window(*bounds)
        with tempfile.TemporaryDirectory() as kept:
            path = Path(kept) / "fine.tif"
            written(fine_raster(coarse, latitude, longitude, reach_m), path)
            rows += measure(MADE, path, site, 3)
    if not options.quick:
        with RESULTS.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
