"""The coverage folder: tables, maps as GeoTIFF and GeoJSON, and a manifest; written whole or not at all."""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from openiamd.errors import ResultsError, UsageError
from openiamd.results.manifests import read_manifest
from openiamd.results.outlines import Outliner
from openiamd.results.record import MANIFEST, check_output, write_json

SCHEMA = "openiamd-coverage/1"
TABLES = ("coverage", "curves", "assets", "cuts")
OUTLINES = "coverage.geojson"
LEVELS = {"low": 3, "nominal": 2, "high": 1}  # a cell holds the surest corner case in which it is covered
LEVEL_MEANING = "0 never, 1 in the high case only, 2 in the nominal case, 3 even in the low case"
MOST_OUTLINE_BYTES = 2_000_000

Levels = NDArray[np.uint8]
Floats = NDArray[np.float64]


class Chart(NamedTuple):
    """The map of one group of radars against one target."""

    variant: str
    node: str
    role: str
    target: str
    heading: str
    altitudes_m: tuple[float, ...]
    levels: Levels  # (altitude, row, column), row 0 in the south
    bounds: tuple[float, float, float, float]  # west, south, east, north edges in degrees


class Cut(NamedTuple):
    """The vertical cut through the coverage of one group of radars."""

    variant: str
    node: str
    role: str
    target: str
    azimuth_deg: float
    heights_m: Floats  # (height,) above the sea
    ranges_m: Floats  # (range,) along the ground from the middle of the radars
    grounds_m: Floats  # (range,) height of the ground
    levels: Levels  # (height, range)


@dataclass(frozen=True)
class Coverage:
    """A coverage folder. Tables are Arrow; maps are read from GeoTIFF."""

    directory: Path
    manifest: dict[str, Any]
    _tables: dict[str, pa.Table] = field(default_factory=dict, repr=False, compare=False)

    def table(self, name: str) -> pa.Table:
        """Return "coverage", "curves", "assets" or "cuts"; raise ResultsError for another or an unreadable one."""
        if name not in TABLES:
            raise ResultsError(f"there is no table {name!r}", hint=f"tables are {', '.join(TABLES)}")
        if name not in self._tables:
            path = self.directory / f"{name}.parquet"
            try:
                self._tables[name] = pq.ParquetFile(path).read()
            except (OSError, pa.ArrowException) as error:
                reason = str(error).splitlines()[0]
                raise ResultsError(f"{path} cannot be read: {reason}", hint="compute the coverage again") from error
        return self._tables[name]

    def rows(self, name: str, **wanted: object) -> list[dict[str, Any]]:
        """Return the rows of a table whose columns have the wanted values."""
        rows = self.table(name).to_pylist()
        return [row for row in rows if all(row[key] == value for key, value in wanted.items())]

    def charts(self, **wanted: str) -> list[dict[str, Any]]:
        """Return the entries of the manifest's list of maps that have the wanted values."""
        return [one for one in self.manifest["maps"] if all(one[key] == value for key, value in wanted.items())]

    def levels(self, chart: Mapping[str, Any]) -> Levels:
        """Return the levels (altitude, row, column) of an entry of ``charts``, row 0 in the north."""
        import rasterio

        path = self.directory / chart["file"]
        try:
            with rasterio.open(path) as source:
                return source.read()
        except rasterio.RasterioIOError as error:
            raise ResultsError(f"{path} cannot be read: {error}", hint="compute the coverage again") from error

    @property
    def outlines(self) -> dict[str, Any]:
        """The GeoJSON feature collection."""
        return json.loads((self.directory / OUTLINES).read_text(encoding="utf-8"))


def open_coverage(directory: str | Path) -> Coverage:
    """Open a coverage folder; raise ResultsError where it is none."""
    directory = Path(directory)
    hint = "give the folder that `iamd coverage` wrote"
    manifest = read_manifest(directory / MANIFEST, SCHEMA, "coverage folder", hint)
    return Coverage(directory, manifest)


def write_coverage(
    directory: Path,
    manifest: Mapping[str, Any],
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    charts: Sequence[Chart],
    cuts: Sequence[Cut],
) -> Coverage:
    """Write a coverage folder, whole or not at all, and open it.

    rows  of the tables "coverage", "curves" and "assets"

    Raises:
        UsageError: the folder exists and is not empty, or cannot be made.
    """
    check_output(directory)
    whole = directory.resolve()
    draft = whole.with_name(f".{whole.name}.draft")
    try:
        draft.mkdir(parents=True)
        maps = [_write_chart(draft, chart, str(manifest["surface"])) for chart in charts]
        for name in ("coverage", "curves", "assets"):
            pq.write_table(pa.Table.from_pylist([dict(row) for row in rows[name]]), draft / f"{name}.parquet")
        pq.write_table(_cut_table(cuts), draft / "cuts.parquet", compression="zstd")
        write_outlines(draft / OUTLINES, manifest, rows["coverage"], charts)
        write_json(draft / MANIFEST, {"schema": SCHEMA, **manifest, "levels": LEVEL_MEANING, "maps": maps})
        if directory.is_dir():  # it stays the folder that somebody may stand in; the manifest makes it complete
            for path in sorted(draft.iterdir(), key=lambda path: path.name == MANIFEST):
                path.rename(directory / path.name)
        else:
            draft.rename(directory)
    except OSError as error:
        message = f"output {directory} cannot be written: {error.strerror or error}"
        raise UsageError(message, hint="name a folder that you may write to") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return open_coverage(directory)


def file_name(*parts: str) -> str:
    """Return parts of a name joined by dashes, with nothing in it that a file system minds."""
    return "-".join(re.sub(r"[^\w.]+", "-", part) for part in parts if part)


def _write_chart(directory: Path, chart: Chart, surface: str) -> dict[str, Any]:
    """Write one GeoTIFF in EPSG:4326, a band an altitude, and return its entry in the manifest."""
    import rasterio
    from rasterio import Affine

    heading = "" if chart.heading == "any" else chart.heading
    name = f"{file_name(chart.node, chart.role, chart.target, heading)}.tif"
    path = directory / "maps" / file_name(chart.variant) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    count, height, width = chart.levels.shape
    west, south, east, north = chart.bounds
    transform = Affine((east - west) / width, 0.0, west, 0.0, (south - north) / height, north)
    options: dict[str, Any] = {
        "driver": "GTiff", "width": width, "height": height, "count": count, "dtype": "uint8", "crs": "EPSG:4326",
        "transform": transform, "compress": "deflate", "zlevel": 1, "tiled": True,
    }  # fmt: skip
    with rasterio.open(path, "w", **options) as target:
        target.write(chart.levels[:, ::-1])
        target.update_tags(values=LEVEL_MEANING, surface=surface, target=chart.target, heading=chart.heading)
        for band, altitude_m in enumerate(chart.altitudes_m, start=1):
            target.set_band_description(band, f"{altitude_m:g} m")
    return {
        "variant": chart.variant, "node": chart.node, "role": chart.role, "target": chart.target,
        "heading": chart.heading, "bounds_deg": list(chart.bounds), "file": path.relative_to(directory).as_posix(),
    }  # fmt: skip


def _cut_table(cuts: Sequence[Cut]) -> pa.Table:
    """Return one row a cut; heights, ranges, ground and levels are lists, the levels height by height."""
    return pa.Table.from_pylist([
        {
            "variant": cut.variant, "node": cut.node, "role": cut.role, "target": cut.target,
            "azimuth_deg": cut.azimuth_deg, "height_m": cut.heights_m.tolist(), "range_m": cut.ranges_m.tolist(),
            "ground_m": cut.grounds_m.tolist(), "level": cut.levels.ravel().tolist(),
        }
        for cut in cuts
    ])  # fmt: skip


def write_outlines(
    path: Path, manifest: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], charts: Sequence[Chart]
) -> None:
    """Write the outlines as GeoJSON, as coarse as it takes to stay below ``MOST_OUTLINE_BYTES``."""
    names = ("variant", "node", "role", "target", "heading", "altitude_m", "band")
    areas = {tuple(row[name] for name in names): row["area_km2"] for row in rows}
    text = ""
    for coarseness in range(8):
        outliner, features = Outliner(coarseness), []
        for chart in charts:
            for altitude_m, levels in zip(chart.altitudes_m, chart.levels, strict=True):
                for band, level in LEVELS.items():
                    values = (*chart[:5], altitude_m, band)
                    polygons = outliner.polygons(levels >= level, chart.bounds)
                    if polygons:
                        about = {**dict(zip(names, values, strict=True)), "area_km2": round(areas[values], 1)}
                        about["surface"] = manifest["surface"]
                        geometry = {"type": "MultiPolygon", "coordinates": polygons}
                        features.append({"type": "Feature", "properties": about, "geometry": geometry})
        text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"), allow_nan=False)
        if len(text) < MOST_OUTLINE_BYTES:
            break
    path.write_text(text + "\n", encoding="utf-8")
