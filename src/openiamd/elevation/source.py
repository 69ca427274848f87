"""Where elevations lie on this machine: the cache of fetched sets, or a path that the user names."""

from __future__ import annotations

import os
from pathlib import Path

from openiamd.errors import TerrainError

CACHE_VARIABLE = "OPENIAMD_CACHE"
CACHE_WORD = "cache"


def cache_folder(chosen: Path | None = None) -> Path:
    """Return the folder of fetched sets: the chosen one, $OPENIAMD_CACHE/terrain, or the platform's cache folder."""
    if chosen is not None:
        return chosen
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named) / "terrain"
    import pooch

    return Path(pooch.os_cache("openiamd")) / "terrain"


def terrain_source(text: str, base: Path | None) -> Path:
    """Return the folder or file that ``--terrain TEXT`` means: the word ``cache``, or a path relative to ``base``.

    ``base`` is the folder of the scenario file, None for a scenario of the gallery (the current folder counts).

    Raises:
        TerrainError: the cache is empty, or nothing exists at the path.
    """
    hint = "fetch a public set: `iamd terrain get SCENARIO`"
    if text == CACHE_WORD:
        folder = cache_folder()
        if not any(folder.rglob("*.tif")):
            raise TerrainError(f"the cache '{folder}' holds no elevations", hint=hint)
        return folder
    path = (base or Path()) / Path(text).expanduser()
    if not path.exists():
        raise TerrainError(f"elevations '{path}' do not exist", hint=f"name a file or a folder of tiles, or {hint}")
    return path
