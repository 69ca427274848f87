"""Elevations from a file or a folder of tiles: what they are, and the raster of any box of them."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from openiamd.elevation.cells import Cell
from openiamd.elevation.mosaic import Box, assemble, finest_first
from openiamd.elevation.tiles import SUFFIXES, Tile, open_tile
from openiamd.errors import TerrainError
from openiamd.physics.geodesy import EARTH_RADIUS_M

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from openiamd.physics.raster import Raster

MANIFEST, LICENCE = "manifest.json", "LICENCE.txt"
_HASH_BLOCK = 1 << 20


@dataclass(frozen=True)
class Elevation:
    """Elevations above mean sea level, which the spherical earth takes as heights above the sphere."""

    name: str
    tiles: tuple[Tile, ...]  # finest first
    sea: frozenset[Cell] = frozenset()  # cells that a fetched set leaves out because they are sea
    licence: str | None = None  # text, where it lies beside the data
    checksums: Mapping[Path, str] = field(default_factory=dict, repr=False)  # sha256 by file, where recorded

    @cached_property
    def digest(self) -> str:
        """Return a sha256 over name, size and sha256 of every tile: the same data give the same digest anywhere."""
        lines = sorted(
            f"{tile.path.name} {tile.path.stat().st_size} {self.checksums.get(tile.path) or file_digest(tile.path)}"
            for tile in self.tiles
        )
        return hashlib.sha256("\n".join([*lines, *sorted(cell.name for cell in self.sea)]).encode()).hexdigest()

    @property
    def bounds_rad(self) -> tuple[float, float, float, float]:
        """Return the (south, west, north, east) of all posts together; there may be gaps within."""
        tiles = self.tiles
        south, north = min(tile.south_deg for tile in tiles), max(tile.north_deg for tile in tiles)
        west, east = min(tile.west_deg for tile in tiles), max(tile.east_deg for tile in tiles)
        return math.radians(south), math.radians(west), math.radians(north), math.radians(east)

    @property
    def post_spacing_rad(self) -> float:
        """Return the spacing of the finest tile's posts from south to north."""
        return math.radians(self.tiles[0].latitude_spacing_deg)

    @property
    def post_spacing_m(self) -> float:
        """Return the same on the ground: 93 m for 3 arc-seconds."""
        return self.post_spacing_rad * EARTH_RADIUS_M

    def window(
        self,
        south_rad: float,
        west_rad: float,
        north_rad: float,
        east_rad: float,
        needed: Collection[Cell] | None = None,
    ) -> Raster:
        """Return the raster of a box, reading only what lies in it; see ``mosaic.assemble``.

        ``needed`` names the cells that must be covered (default: all of the box); elsewhere what is unknown reads 0.

        Raises:
            TerrainError: a needed cell is not covered or has voids, or the box crosses the 180th meridian or a pole.
        """
        box = Box(*(math.degrees(value) for value in (south_rad, west_rad, north_rad, east_rad)))
        if box.west < -180.0 or box.east > 180.0 or box.south <= -90.0 or box.north >= 90.0:
            hint = "terrain is not represented there: run without --terrain"
            raise TerrainError("the area reaches over the 180th meridian or a pole", hint=hint)
        return assemble(self.tiles, self.sea, box, needed)

    def missing(self, cells: Iterable[Cell]) -> list[Cell]:
        """Return those of the cells whose middle no tile covers and that are not sea; voids are not looked for."""
        return sorted(
            cell
            for cell in cells
            if cell not in self.sea
            and not any(tile.touches(cell[0] + 0.5, cell[1] + 0.5, cell[0] + 0.5, cell[1] + 0.5) for tile in self.tiles)
        )

    def within(self, cells: Collection[Cell]) -> Elevation:
        """Return the same with only the tiles and sea cells that these cells touch, so that the digest is theirs.

        If no tile is left, all stay: an elevation set has at least one.
        """
        kept = tuple(
            tile
            for tile in self.tiles
            if any(
                tile.south_deg < cell[0] + 1 and tile.north_deg > cell[0] and tile.west_deg < cell[1] + 1
                and tile.east_deg > cell[1]
                for cell in cells
            )
        )  # fmt: skip
        return replace(self, tiles=kept or self.tiles, sea=self.sea & frozenset(cells))


def open_elevation(source: Path) -> Elevation:
    """Return the elevations of one file, or of all tiles in a folder and its folders; nothing is read but headers.

    Raises:
        TerrainError: no such file, no raster, a wrong reference system, a folder without tiles.
    """
    if not source.exists():
        raise TerrainError(
            f"elevations '{source}' do not exist", hint="name a GeoTIFF, DTED or HGT file, or a folder of them"
        )
    if not source.is_dir():
        return Elevation(source.stem, (open_tile(source),), licence=_text(source.parent / LICENCE))
    paths = sorted(path for path in source.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        hint = f"put {', '.join(SUFFIXES)} files there, or fetch a public set: `iamd terrain get SCENARIO`"
        raise TerrainError(f"folder '{source}' holds no elevation tiles", hint=hint)
    manifests = [(path.parent, _manifest(path)) for path in sorted(source.rglob(MANIFEST))]
    licences = list(dict.fromkeys(filter(None, (_text(path) for path in sorted(source.rglob(LICENCE))))))
    names = " and ".join(dict.fromkeys(str(one["name"]) for _, one in manifests if "name" in one))
    return Elevation(
        name=names or source.resolve().name,
        tiles=tuple(sorted((open_tile(path) for path in paths), key=finest_first)),
        sea=frozenset(Cell(*cell) for _, one in manifests for cell in one.get("sea", [])),
        licence="\n\n".join(licences) or None,
        checksums={folder / name: tile["sha256"] for folder, one in manifests for name, tile in one["tiles"].items()},
    )


def file_digest(path: Path) -> str:
    """Return the sha256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _manifest(path: Path) -> dict:
    """Return a manifest that ``iamd terrain get`` has written."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and isinstance(found.get("tiles"), dict):
            return found
    except (UnicodeDecodeError, json.JSONDecodeError):
        pass
    hint = "remove it and fetch again: `iamd terrain get SCENARIO` keeps the tiles that are there"
    raise TerrainError("is not a manifest of elevation tiles", file=path, hint=hint)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else None
