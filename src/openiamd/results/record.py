"""Writing a run folder: each finished slice becomes a part at once; at the end the parts are joined in order.

An interrupted batch keeps every slice that was finished. No clock, path or host gets into a Parquet file, so the same
seed and slice size give the same bytes for any number of threads and any order of completion.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from openiamd.errors import UsageError
from openiamd.results.measures import measure
from openiamd.results.slices import Entity, SliceResult
from openiamd.results.summary import summarise
from openiamd.results.tables import TABLES, Vocabulary, create_vocabulary, entities_table, slice_tables

SCHEMA = "openiamd-results/1"
MANIFEST = "manifest.json"
SUMMARY = "summary.json"
SCENARIO = "scenario.yaml"  # as it was read, so that a run can be simulated again with one thing changed
PARTS = "parts"


class Recording(NamedTuple):
    """A run folder that is being written."""

    directory: Path
    manifest: dict[str, Any]  # grows at the end; `complete` turns true
    variants: dict[str, list[Entity]]  # in compare order
    times_s: dict[str, tuple[float, float]]  # variant → warm-up, duration
    vocabulary: Vocabulary


def check_output(directory: Path) -> None:
    """Refuse a folder that has anything in it, or a place that is no folder.

    Raises:
        UsageError: the folder cannot be used; nothing has been written.
    """
    if directory.is_dir() and not any(directory.iterdir()):
        return
    if directory.exists() or directory.is_symlink():
        kind = "is not empty" if directory.is_dir() else "is not a folder"
        raise UsageError(f"output {directory} {kind}", hint="name a folder that is absent or empty, or leave -o out")


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON document whole or not at all; NaN is refused."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    draft.replace(path)


def start_recording(
    directory: Path,
    manifest: Mapping[str, Any],
    variants: Mapping[str, Sequence[Entity]],
    times_s: Mapping[str, tuple[float, float]],
) -> Recording:
    """Make the run folder with its manifest and entities.

    manifest  what is known before the first run: scenario, catalogue_sha256, version, seed, replications, inputs …
    times_s   variant → warm-up and duration

    Raises:
        UsageError: the folder exists and is not empty, or cannot be made.
    """
    check_output(directory)
    whole = {"schema": SCHEMA, "complete": False, "variants": list(variants), **manifest}
    try:
        (directory / PARTS).mkdir(parents=True)
        write_json(directory / MANIFEST, whole)
        _write_table(entities_table(variants), directory / "entities.parquet")
    except OSError as error:
        message = f"output {directory} cannot be written: {error.strerror}"
        raise UsageError(message, hint="name a folder that you may write to") from error
    entities = {variant: list(members) for variant, members in variants.items()}
    return Recording(directory, whole, entities, dict(times_s), create_vocabulary(entities))


def part_name(variant: int, first_run: int) -> str:
    """Return the name of a slice's part: parts sorted by name are in order of variant and run."""
    return f"{variant:03d}-{first_run:09d}"


def record_slice(recording: Recording, variant: str, first_run: int, runs: int, result: SliceResult) -> None:
    """Write one finished slice as a part, whole or not at all. May be called from several threads."""
    entities, times_s = recording.variants[variant], recording.times_s[variant]
    measures = measure(result, entities, first_run, runs, *times_s)
    tables = slice_tables(result, measures, first_run, recording.vocabulary, variant)
    name = part_name(list(recording.variants).index(variant), first_run)
    draft = recording.directory / PARTS / f".{name}"
    draft.mkdir()
    for table_name in TABLES:
        path = draft / _part_file(table_name)
        with pa.ipc.new_file(path, tables[table_name].schema) as writer:
            writer.write_table(tables[table_name])
    draft.rename(recording.directory / PARTS / name)


def _part_file(table_name: str) -> str:
    return f"{table_name.replace('/', '.')}.arrow"


def finished_parts(directory: Path) -> list[Path]:
    """Return the parts of the finished slices in order of variant and run."""
    parts = directory / PARTS
    return sorted(part for part in parts.iterdir() if not part.name.startswith(".")) if parts.is_dir() else []


def read_parts(directory: Path, table_name: str) -> Iterator[pa.Table]:
    """Yield one table of every finished slice, in order of variant and run."""
    for part in finished_parts(directory):
        with pa.OSFile(str(part / _part_file(table_name))) as file:
            yield pa.ipc.open_file(file).read_all()


def join_parts(directory: Path, table_name: str) -> pa.Table:
    """Return the parts of a table as one; a measure that a variant lacks is null there."""
    return pa.concat_tables(read_parts(directory, table_name), promote_options="default")


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer; floats are split by byte, which zstd then packs 20 % smaller than as they are."""
    packing: dict[str, Any] = {
        "use_dictionary": [field.name for field in schema if pa.types.is_dictionary(field.type)],
        "use_byte_stream_split": [field.name for field in schema if pa.types.is_floating(field.type)],
    }
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, **packing)


def _write_table(table: pa.Table, path: Path) -> None:
    with _writer(path, table.schema) as writer:
        writer.write_table(table, row_group_size=max(len(table), 1))


def _join_to_file(directory: Path, table_name: str) -> int:
    """Write one final table, a row group a slice, and return its number of rows."""
    path = directory / f"{table_name}.parquet"
    path.parent.mkdir(exist_ok=True)
    if table_name == "runs":
        table = join_parts(directory, table_name)
        _write_table(table, path)
        return len(table)
    rows = 0
    schema = next(read_parts(directory, table_name)).schema
    with _writer(path, schema) as writer:
        for part in read_parts(directory, table_name):
            if len(part):
                writer.write_table(part, row_group_size=len(part))
            rows += len(part)
    return rows


def finish_recording(recording: Recording, wall_s: Mapping[str, float]) -> None:
    """Join the parts into the final tables, write the summary, and mark the folder complete.

    wall_s  variant → wall time of its runs
    """
    directory, variants = recording.directory, list(recording.variants)
    rows = {name: _join_to_file(directory, name) for name in TABLES}
    reference = recording.manifest.get("reference", variants[0])
    write_json(directory / SUMMARY, summarise(pq.ParquetFile(directory / "runs.parquet").read(), variants, reference))
    finished = {"complete": True, "wall_s": dict(wall_s), "rows": rows}
    recording.manifest.update(finished)
    write_json(directory / MANIFEST, recording.manifest)
    shutil.rmtree(directory / PARTS)


def sha256(content: bytes) -> str:
    """Return the hash by which a scenario or the catalogue is known in the manifest."""
    return hashlib.sha256(content).hexdigest()
