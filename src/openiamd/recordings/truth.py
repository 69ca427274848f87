"""TRUTH: what flew, sampled, as Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from openiamd.errors import RecordingError
from openiamd.recordings.files import existing_file, numbers, read_table, write_table
from openiamd.recordings.tables import Truth
from openiamd.recordings.tracks import STATE

if TYPE_CHECKING:
    from os import PathLike

COLUMNS = ("time_s", "object", *STATE)
WHAT = "truth"


def write_truth(path: str | PathLike[str], truth: Truth) -> None:
    """Write what flew as Parquet; reading gives the same rows, and the names that have one in order of their first."""
    import pyarrow as pa

    names = pa.array(truth.names, pa.string()).take(pa.array(truth.object, pa.int64()))
    columns: dict = {"time_s": truth.time_s, "object": names}
    columns |= {name: np.ascontiguousarray(truth.state[:, at]) for at, name in enumerate(STATE)}
    write_table(path, pa.table(columns))


def read_truth(path: str | PathLike[str]) -> Truth:
    """Return what flew from a Parquet file, in its order; ``names`` are in order of their first row.

    Raises:
        RecordingError: with file and row: not Parquet, a column is missing or of the wrong type, a value is null, NaN
            or infinite, one object has two rows of one time, there are no rows.
    """
    import pyarrow as pa

    path = existing_file(path, WHAT)
    table = read_table(path, WHAT, COLUMNS)
    column = table.column("object")
    hint = "'object' names what flew, as text or whole numbers, in every row"
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if (
        not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind))
        or column.null_count
    ):
        raise RecordingError(f"column 'object' is of type {column.type} or has nulls", file=path, hint=hint)
    encoded = column.cast(kind).cast(pa.string()).combine_chunks().dictionary_encode()
    time_s = numbers(table, "time_s", path)
    state = np.stack([numbers(table, name, path) for name in STATE], axis=1)
    truth = Truth(time_s, encoded.indices.to_numpy().astype(np.int64), state, encoded.dictionary.to_pylist())
    order = np.lexsort((truth.time_s, truth.object))
    same = (np.diff(truth.object[order]) == 0) & (np.diff(truth.time_s[order]) == 0.0)
    if same.any():
        row = int(order[1:][same].min())
        who = f"object '{truth.names[truth.object[row]]}' has two rows at {time_s[row]:g} s"
        raise RecordingError(f"row {row}: {who}", file=path, hint="one row an object and time")
    return truth
