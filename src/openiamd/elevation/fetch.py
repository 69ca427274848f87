"""Fetching a public set of elevations into the cache, tile by tile, through pooch (Uieda et al., JOSS 5, 2020)."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from openiamd.elevation.cells import Cell, needed_cells
from openiamd.elevation.read import LICENCE, MANIFEST, file_digest
from openiamd.elevation.sets import TILE_LIST, ElevationSet
from openiamd.elevation.tiles import open_tile, read_tile
from openiamd.errors import TerrainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from openiamd.catalogue.resolved import ResolvedScenario

TIMEOUT_S = 60.0
_POST_DEG = 0.01  # a tile may end one post short of its cell


class Plan(NamedTuple):
    """What a scenario needs of a set, and what of it is at hand."""

    chosen: ElevationSet
    folder: Path
    cells: list[Cell]
    present: list[Cell]
    wanted: list[Cell]  # to be fetched
    sea: list[Cell]  # left out by the set
    list_known: bool  # False: sea is not told apart yet, ``wanted`` is an upper limit

    @property
    def megabytes(self) -> float:
        """Return the rough size of what is to be fetched."""
        return len(self.wanted) * self.chosen.tile_mb

    def sentence(self) -> str:
        """Return the plan in words."""
        most = "" if self.list_known else "at most "
        sea = f"{len(self.sea)} sea" if self.list_known else "sea among them is left out by the set"
        return (
            f"{self.chosen.name}: {len(self.cells)} cells of one degree needed, {len(self.present)} at hand, {sea}; "
            f"to fetch: {most}{len(self.wanted)} tiles, roughly {self.megabytes:.0f} MB, into {self.folder}"
        )


def plan(scenarios: Iterable[ResolvedScenario], chosen: ElevationSet, cache: Path, *, offline: bool = False) -> Plan:
    """Return which tiles the ground radars and routes of all these scenarios need.

    Fetches the set's list of tiles, which tells sea from land, unless it is in the cache or ``offline``.

    Raises:
        TerrainError: the list cannot be fetched.
    """
    folder = cache / chosen.key
    known = None if offline and not (folder / TILE_LIST).is_file() else _tile_list(chosen, folder)
    cells = needed_cells(scenarios)
    land = cells if known is None else [cell for cell in cells if chosen.tile_name(cell) in known]
    present = [cell for cell in land if _path(chosen, folder, cell).is_file()]
    wanted = [cell for cell in land if cell not in set(present)]
    sea = sorted(set(cells) - set(land))
    return Plan(chosen, folder, cells, present, wanted, sea, known is not None)


def fetch(plan: Plan, progress: Callable[[int, int, str], None]) -> Path:
    """Fetch what is wanted and return the folder; whatever was finished stays, also when this ends early.

    Raises:
        TerrainError: no connection, a tile that the server does not have, a tile that cannot be read.
    """
    chosen, folder = plan.chosen, plan.folder
    done = list(plan.present)
    try:
        for count, cell in enumerate(plan.wanted):
            progress(count, len(plan.wanted), f"fetching {cell.name}")
            _fetch_tile(chosen, folder, cell)
            done.append(cell)
        progress(len(plan.wanted), len(plan.wanted), "fetching")
    finally:
        folder.mkdir(parents=True, exist_ok=True)
        _record(plan, done)
    return folder


def _path(chosen: ElevationSet, folder: Path, cell: Cell) -> Path:
    return folder / f"{chosen.tile_name(cell)}.tif"


def _tile_list(chosen: ElevationSet, folder: Path) -> set[str]:
    """Return the names of all tiles of the set."""
    path = folder / TILE_LIST
    if not path.is_file():
        _retrieve(f"{chosen.address}/{TILE_LIST}", folder, TILE_LIST)
    names = set(path.read_text(encoding="utf-8", errors="replace").split())
    if not any(name.startswith(chosen.stem) for name in names):
        path.unlink()
        hint = "check the address; a proxy or a login page may have answered in place of the server"
        raise TerrainError(f"{chosen.address}/{TILE_LIST} is no list of tiles", hint=hint)
    return names


def _fetch_tile(chosen: ElevationSet, folder: Path, cell: Cell) -> None:
    """Fetch one tile under a name that does not count as a tile, look at it, then give it its own."""
    name = chosen.tile_name(cell)
    part = folder / f"{name}.part"
    part.unlink(missing_ok=True)
    _retrieve(f"{chosen.address}/{name}/{name}.tif", folder, part.name)
    try:
        _verify(part, cell)
    except TerrainError as error:
        part.unlink(missing_ok=True)
        raise TerrainError(
            f"the tile fetched for {cell.name} is damaged or not what it should be: {error.message}",
            hint="run the same command again; it goes on where it ended",
        ) from error
    part.replace(_path(chosen, folder, cell))


def _verify(path: Path, cell: Cell) -> None:
    """Read the whole tile and hold its place against its name."""
    tile = open_tile(path)
    read_tile(tile, 0, 0, tile.rows, tile.columns)
    corners = (
        tile.south_deg - cell[0],
        tile.west_deg - cell[1],
        tile.north_deg - cell[0] - 1,
        tile.east_deg - cell[1] - 1,
    )
    if max(abs(corner) for corner in corners) > _POST_DEG:
        raise TerrainError(f"it lies at {tile.south_deg:.2f}, {tile.west_deg:.2f}")


def _retrieve(address: str, folder: Path, name: str) -> None:
    """Fetch one file; pooch moves it into place only when it is complete."""
    import pooch
    import requests

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        downloader = pooch.HTTPDownloader(timeout=TIMEOUT_S)
        pooch.retrieve(address, None, fname=name, path=folder, downloader=downloader)  # pyright: ignore[reportArgumentType] - pooch's own protocol names its arguments otherwise
    except requests.HTTPError as error:
        status = "no answer" if error.response is None else error.response.status_code
        hint = "the set may have moved: see the address in a browser, or set OPENIAMD_TERRAIN_URL to a mirror"
        raise TerrainError(f"the server answered {status} for {address}", hint=hint) from error
    except requests.RequestException as error:
        raise TerrainError(
            f"{address} cannot be fetched: {_reason(error)}",
            hint="check the network and run the same command again; finished tiles are kept",
        ) from error
    finally:
        logger.setLevel(level)


def _reason(error: Exception) -> str:
    """Return a connection's failure in a few words."""
    import requests

    if isinstance(error, requests.Timeout):
        return f"no answer within {TIMEOUT_S:.0f} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return type(error).__name__


def _record(plan: Plan, done: Sequence[Cell]) -> None:
    """Write manifest.json and LICENCE.txt beside the tiles; earlier entries stay."""
    chosen, folder = plan.chosen, plan.folder
    path = folder / MANIFEST
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    tiles = {name: entry for name, entry in before.get("tiles", {}).items() if (folder / name).is_file()}
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    for cell in done:
        file = _path(chosen, folder, cell)
        if file.name not in tiles:
            tiles[file.name] = {"sha256": file_digest(file), "fetched": today}
    sea = sorted({*map(tuple, before.get("sea", [])), *map(tuple, plan.sea)})
    manifest = {
        "schema": "openiamd-terrain/1",
        "set": chosen.key,
        "name": chosen.name,
        "address": chosen.address,
        "date": today,
        "tiles": dict(sorted(tiles.items())),
        "sea": [list(cell) for cell in sea],
    }
    _write(folder / LICENCE, chosen.licence())
    _write(path, json.dumps(manifest, indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
