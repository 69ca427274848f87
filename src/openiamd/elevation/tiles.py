"""One elevation file: GeoTIFF, DTED or SRTM HGT, opened and read through rasterio (Gillies et al., on GDAL)."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from openiamd.errors import TerrainError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUFFIXES = (".tif", ".tiff", ".dt0", ".dt1", ".dt2", ".hgt")
# The Dead Sea's floor and Everest lie well inside; what lies outside stands for "not known".
LOWEST_M, HIGHEST_M = -1_000.0, 9_000.0


class Tile(NamedTuple):
    """Where the posts of one file lie; row 0 is the northernmost, as in the file."""

    path: Path
    north_deg: float  # latitude of row 0
    west_deg: float  # longitude of column 0
    rows: int
    columns: int
    latitude_spacing_deg: float
    longitude_spacing_deg: float

    @property
    def south_deg(self) -> float:
        """Return the latitude of the last row."""
        return self.north_deg - (self.rows - 1) * self.latitude_spacing_deg

    @property
    def east_deg(self) -> float:
        """Return the longitude of the last column."""
        return self.west_deg + (self.columns - 1) * self.longitude_spacing_deg

    def touches(self, south_deg: float, west_deg: float, north_deg: float, east_deg: float) -> bool:
        """Tell whether a box meets the file's area, which ends half a spacing outside its posts."""
        half_latitude, half_longitude = 0.5 * self.latitude_spacing_deg, 0.5 * self.longitude_spacing_deg
        return (
            self.south_deg - half_latitude <= north_deg
            and self.north_deg + half_latitude >= south_deg
            and self.west_deg - half_longitude <= east_deg
            and self.east_deg + half_longitude >= west_deg
        )


def open_tile(path: Path) -> Tile:
    """Return where the posts of a file lie, without reading them.

    Raises:
        TerrainError: no raster, a reference system other than WGS 84 latitude and longitude, rotated, several bands.
    """
    with _open(path) as dataset:
        _check_reference_system(path, dataset.crs)
        step = dataset.transform
        if step.b != 0.0 or step.d != 0.0 or step.a <= 0.0 or step.e >= 0.0 or dataset.count != 1:
            raise TerrainError(
                "is not one band of elevations with north up", file=path, hint="convert it: gdalwarp -t_srs EPSG:4326"
            )
        if dataset.width < 2 or dataset.height < 2:
            raise TerrainError("holds fewer than 2 by 2 posts", file=path, hint="leave this file out")
        # GDAL's cells surround the posts, so that a post lies half a spacing inside the corner.
        return Tile(path, step.f + 0.5 * step.e, step.c + 0.5 * step.a, dataset.height, dataset.width, -step.e, step.a)


def read_tile(tile: Tile, row: int, column: int, rows: int, columns: int) -> NDArray[np.float32]:
    """Return a part (rows, columns) of a file's elevations in metres, north first; voids are NaN.

    Raises:
        TerrainError: the file is damaged.
    """
    from rasterio.errors import RasterioError
    from rasterio.windows import Window

    with _open(tile.path) as dataset:
        try:
            part = dataset.read(1, window=Window(column, row, columns, rows)).astype(np.float32)  # pyright: ignore[reportCallIssue] - positional in attrs
        except RasterioError as error:
            hint = "remove the file; `iamd terrain get` fetches it again"
            raise TerrainError("is damaged: its elevations cannot be read", file=tile.path, hint=hint) from error
        void = dataset.nodata
    unknown = ~((part > LOWEST_M) & (part < HIGHEST_M))
    if void is not None and not math.isnan(void):
        unknown |= part == np.float32(void)
    part[unknown] = np.nan
    return part


def _open(path: Path) -> Any:
    """Return the opened dataset, quietly."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    if not path.exists():
        raise TerrainError("does not exist", file=path, hint="name a file or a folder of elevation tiles")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            return rasterio.open(path)
    except RasterioError as error:
        names = ", ".join(SUFFIXES)
        hint = f"elevations are read from {names}; an SRTM file must bear its place as its name: N39E032.hgt"
        raise TerrainError("is not an elevation file that can be read", file=path, hint=hint) from error


def _check_reference_system(path: Path, system: Any) -> None:
    """Refuse whatever is not latitude and longitude on WGS 84."""
    cure = "gdalwarp -t_srs EPSG:4326 IN.tif OUT.tif"
    if system is None:
        hint = f"set it with gdal_edit.py -a_srs, then convert: {cure}"
        raise TerrainError("names no coordinate reference system (CRS)", file=path, hint=hint)
    text = system.to_wkt()
    wgs84 = any(name in text for name in ("WGS 84", "WGS_1984", '"WGS84"', "World Geodetic System 1984"))
    if not system.is_geographic or not wgs84:
        found = text.split('"')[1] if '"' in text else "unknown"
        raise TerrainError(
            f"has the wrong CRS, '{found}': elevations must be in latitude and longitude on WGS 84",
            file=path,
            hint=f"convert it: {cure}",
        )
