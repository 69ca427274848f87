"""The catalogue: named things whose every value has a range and a source."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from openiamd.catalogue.read import CatalogueEntry, CatalogueValue, Source, read_entries, read_sources
from openiamd.errors import CatalogueError
from openiamd.scenario.document import Document, read_document, read_file, suggestion

SOURCES_FILE = "sources.yaml"


@dataclass(frozen=True)
class Catalogue:
    """All entries and the sources that their values name."""

    entries: Mapping[str, CatalogueEntry]
    sources: Mapping[str, Source]
    digest: str  # SHA-256 of the content of all files

    def names(self, kind: str | None = None) -> set[str]:
        """Return the ids of the entries of ``kind``, or of all."""
        return {name for name, entry in self.entries.items() if kind in (None, entry.kind)}

    def names_by_kind(self) -> dict[str, set[str]]:
        """Return the ids of each kind, as ``openiamd.scenario.checks.check`` wants them."""
        result: dict[str, set[str]] = {}
        for name, entry in self.entries.items():
            result.setdefault(entry.kind, set()).add(name)
        return result

    def entry(self, name: str) -> CatalogueEntry:
        """Return the entry ``name``; raise CatalogueError with the nearest name where there is none."""
        if name not in self.entries:
            hint = suggestion(name, sorted(self.entries), "entries")
            raise CatalogueError(f"the catalogue has no entry '{name}'", hint=hint)
        return self.entries[name]

    def rows(self, name: str | None = None) -> list[dict[str, str]]:
        """Return one row a value of the entry ``name``, or of all, in the units of the files, for tables."""
        chosen = [self.entry(name)] if name else list(self.entries.values())
        return [self._row(entry, value) for entry in chosen for value in entry.values.values()]

    def _row(self, entry: CatalogueEntry, value: CatalogueValue) -> dict[str, str]:
        return {
            "entry": entry.id,
            "kind": entry.kind,
            "value": value.name,
            "nominal": f"{value.written[0]:g}",
            "low": f"{value.written[1]:g}",
            "high": f"{value.written[2]:g}",
            "unit": value.unit,
            "at": ", ".join(f"{key} {text}" for key, text in value.at.items()),
            "distribution": value.distribution,
            "source_class": value.source_class,
            "verification": value.verification,
            "source": "; ".join(self.sources[source].title for source in value.sources),
            "note": value.note,
        }


def load_catalogue(extra: Path | None = None) -> Catalogue:
    """Return the catalogue of the package, with the entries of the folder ``extra`` added or replaced.

    ``extra`` holds ``*.yaml`` files of entries and may hold its own ``sources.yaml``.

    Raises:
        CatalogueError: with file, line, culprit and hint, for a value without a source or a range, a wrong unit …
    """
    documents = list(_package_documents())
    if extra is not None:
        documents += _extra_documents(Path(extra))
    sources: dict[str, Source] = {}
    for document in documents:
        if Path(document.file).name == SOURCES_FILE:
            sources.update(read_sources(document))
    entries: dict[str, CatalogueEntry] = {}
    for document in documents:
        if Path(document.file).name != SOURCES_FILE:
            entries.update({entry.id: entry for entry in read_entries(document, sources)})
    _check_loads(entries, documents)
    return Catalogue(entries, sources, _digest(documents))


def _check_loads(entries: Mapping[str, CatalogueEntry], documents: list[Document]) -> None:
    """Refuse a fire unit whose launchers hold what is no interceptor of the catalogue."""
    interceptors = [name for name, entry in entries.items() if entry.kind == "interceptor"]
    for document in documents:
        for name in document.data:
            for load in entries[name].loads if name in entries else ():
                if load not in interceptors:
                    message = f"fire unit '{name}' loads '{load}', which is not an interceptor"
                    hint = suggestion(load, interceptors, "interceptors")
                    line = document.line((name, "values", "loads", load))
                    raise CatalogueError(message, file=document.file, line=line, hint=hint)


def _package_documents() -> Iterator[Document]:
    """Yield the documents of the package, the sources first."""
    root = resources.files("openiamd.catalogue") / "data"
    yield read_document((root / SOURCES_FILE).read_bytes(), SOURCES_FILE, CatalogueError)
    for folder in sorted((entry for entry in root.iterdir() if entry.is_dir()), key=lambda entry: entry.name):
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".yaml"):
                yield read_document(file.read_bytes(), f"{folder.name}/{file.name}", CatalogueError)


def _extra_documents(folder: Path) -> list[Document]:
    if not folder.is_dir():
        raise CatalogueError(
            f"catalogue folder '{folder}' does not exist", hint="give a folder that holds *.yaml files"
        )
    return [read_file(file, str(file), CatalogueError) for file in sorted(folder.glob("*.yaml"))]


def _digest(documents: list[Document]) -> str:
    content = [[Path(document.file).name, document.data] for document in documents]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
