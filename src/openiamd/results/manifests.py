"""Manifests: what a folder of results is, read and checked before anything else in it."""

import json
from pathlib import Path
from typing import Any

from openiamd.errors import ResultsError


def read_manifest(path: Path, schema: str, what: str, hint: str) -> dict[str, Any]:
    """Return the manifest at ``path``; raise ResultsError where its folder is no ``what`` of this ``schema``."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path.parent} is not a {what}", hint=hint) from error
    found = manifest.get("schema") if isinstance(manifest, dict) else None
    if found != schema:
        raise ResultsError(f"{path} has {found!r}, not {schema!r}", hint=hint)
    return manifest
