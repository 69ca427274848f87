"""A study folder: many cases of one scenario, each a batch of the same runs, with tables made of them.

Each finished case is written at once, so that a study that is interrupted keeps what is finished.
"""

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from openiamd.errors import ResultsError, UsageError
from openiamd.results.manifests import read_manifest
from openiamd.results.record import MANIFEST, PARTS, check_output, write_json
from openiamd.results.statistics import Estimate

SCHEMA = "openiamd-study/1"
RUNS = "runs"

Columns = dict[str, NDArray[np.float64]]  # measure → (run,)


@dataclass(frozen=True)
class StudyFolder:
    """A folder with a manifest, `runs.parquet` (a row a case and run) and the tables of the study."""

    directory: Path
    manifest: dict[str, Any]

    def table(self, name: str) -> pa.Table:
        """Return "runs" or one of the study's tables; raise ResultsError where it is absent or unreadable."""
        known = (RUNS, *self.manifest["tables"])
        if name not in known:
            raise ResultsError(f"there is no table {name!r}", hint=f"tables are {', '.join(known)}")
        path = self.directory / f"{name}.parquet"
        try:
            return pq.ParquetFile(path).read()
        except (OSError, pa.ArrowException) as error:
            raise ResultsError(f"{path} cannot be read: {str(error).splitlines()[0]}", hint="run it again") from error

    def rows(self, name: str, **wanted: object) -> list[dict[str, Any]]:
        """Return the rows of a table whose columns have the wanted values."""
        rows = self.table(name).to_pylist()
        return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def start_study(directory: Path, manifest: Mapping[str, Any]) -> StudyFolder:
    """Make the folder with what is known before the first run.

    Raises:
        UsageError: the folder exists and is not empty, or cannot be made.
    """
    check_output(directory)
    whole = {"schema": SCHEMA, "complete": False, "tables": [], **manifest}
    try:
        (directory / PARTS).mkdir(parents=True)
        write_json(directory / MANIFEST, whole)
    except OSError as error:
        message = f"output {directory} cannot be written: {error.strerror}"
        raise UsageError(message, hint="name a folder that you may write to") from error
    return StudyFolder(directory, whole)


def record_case(folder: StudyFolder, position: int, case: str, columns: Columns) -> None:
    """Write the runs of a finished case, whole or not at all."""
    runs = len(next(iter(columns.values())))
    table = pa.table({"case": [case] * runs, "run": np.arange(runs, dtype=np.int32), **columns})
    path = folder.directory / PARTS / f"{position:06d}.parquet"
    draft = path.with_suffix(".draft")
    pq.write_table(table, draft)
    draft.replace(path)


def finish_study(
    folder: StudyFolder, found: Mapping[str, Any], tables: Mapping[str, Sequence[Mapping[str, Any]]], complete: bool
) -> StudyFolder:
    """Join the runs, write the tables and close the manifest; ``complete`` is False where cases are missing.

    found  what the manifest says beyond what it said at the start
    """
    directory = folder.directory
    parts = sorted((directory / PARTS).glob("*.parquet"))
    runs = pa.concat_tables([pq.ParquetFile(part).read() for part in parts], promote_options="default")
    pq.write_table(runs, directory / f"{RUNS}.parquet", compression="zstd")
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), directory / f"{name}.parquet")
    manifest = {**folder.manifest, **found, "tables": list(tables), "complete": complete}
    write_json(directory / MANIFEST, manifest)
    shutil.rmtree(directory / PARTS)
    return StudyFolder(directory, manifest)


def open_study(directory: str | Path) -> StudyFolder:
    """Open a study folder.

    Raises:
        ResultsError: it is none, or was stopped before its tables were written.
    """
    directory = Path(directory)
    hint = "give the folder that `iamd resilience` or `iamd saturation` wrote"
    manifest = read_manifest(directory / MANIFEST, SCHEMA, "study folder", hint)
    if not manifest["tables"]:
        raise ResultsError(f"{directory} was stopped before its tables were written", hint="run it again")
    return StudyFolder(directory, manifest)


def flat(prefix: str, estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as columns whose names begin with ``prefix``; NaN becomes None."""
    return {
        f"{prefix}{key}": None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in estimate._asdict().items()
    }


def estimate_of(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return what ``flat`` has spread."""
    return {key: row[f"{prefix}{key}"] for key in Estimate._fields}
