"""Manifests: what a folder of results is, read and checked before anything else in it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openiamd.errors import ResultsError


def read_manifest(path: Path, schema: str, what: str, hint: str) -> dict[str, Any]:
    """Return the manifest at ``path``; raise ResultsError where its folder is no ``what`` of this ``schema``."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path.parent} is not a {what}", hint=hint) from error
    check_schema(path, manifest if isinstance(manifest, dict) else {}, schema, what, hint)
    return manifest


def check_schema(path: Path, manifest: Mapping[str, Any], schema: str, what: str, hint: str) -> None:
    """Raise ResultsError where a manifest at ``path`` has another schema: its folder is no ``what``."""
    found = manifest.get("schema")
    if found != schema:
        study = f", but that of a study of {manifest['study']}" if "study" in manifest else ""
        raise ResultsError(f"{path.parent} is no {what}{study}: {path.name} has {found!r}, not {schema!r}", hint=hint)
