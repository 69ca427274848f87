"""TRACKS: one row per track and scan, as Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from openiamd.errors import RecordingError
from openiamd.recordings.files import existing_file, numbers, read_table, refuse, write_table
from openiamd.recordings.tables import Tracks

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    import pyarrow as pa

    from openiamd.recordings.tables import Flags, Floats, Integers

STATE = ("x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")
COLUMNS = ("time_s", "track_number", *STATE, "covariance", "status", "coasted", "plot")
STATUSES = ("tentative", "confirmed")
WHAT = "tracks"

_ENTRIES = 36  # of a covariance


def write_tracks(path: str | PathLike[str], tracks: Tracks) -> None:
    """Write tracks as Parquet; reading gives the same arrays."""
    import pyarrow as pa

    rows = len(tracks.time_s)
    entries = pa.array(np.ascontiguousarray(tracks.covariance).reshape(rows * _ENTRIES), pa.float64())
    columns: dict = {"time_s": tracks.time_s, "track_number": tracks.track_number}
    columns |= {name: np.ascontiguousarray(tracks.state[:, at]) for at, name in enumerate(STATE)}
    columns["covariance"] = pa.FixedSizeListArray.from_arrays(entries, _ENTRIES)
    columns["status"] = pa.array(STATUSES, pa.string()).take(pa.array(tracks.confirmed.astype(np.int64)))
    columns |= {"coasted": tracks.coasted, "plot": tracks.plot}
    write_table(path, pa.table(columns))


def read_tracks(path: str | PathLike[str]) -> Tracks:
    """Return the tracks of a Parquet file, in its order.

    Raises:
        RecordingError: with file and row: not Parquet, a column is missing or of the wrong type, a value is null, NaN
            or infinite, a status is neither of ``STATUSES``, there are no rows.
    """
    path = existing_file(path, WHAT)
    table = read_table(path, WHAT, COLUMNS)
    state = np.stack([numbers(table, name, path) for name in STATE], axis=1)
    return Tracks(
        numbers(table, "time_s", path),
        whole_numbers(table, "track_number", path),
        state,
        _covariances(table, path),
        _confirmed(table, path),
        _flags(table, "coasted", path),
        whole_numbers(table, "plot", path),
    )


def whole_numbers(table: pa.Table, name: str, path: Path) -> Integers:
    """Return a column as integers (row,).

    Raises:
        RecordingError: the column holds no numbers, or one that is not whole.
    """
    found = numbers(table, name, path)
    refuse(path, name, found, found != np.floor(found), "is not a whole number", f"'{name}' holds whole numbers")
    return found.astype(np.int64)


def _covariances(table: pa.Table, path: Path) -> Floats:
    """Return the covariances (row, 6, 6)."""
    import pyarrow as pa

    column = table.column("covariance").combine_chunks()
    hint = f"'covariance' holds lists of {_ENTRIES} numbers, the rows of a 6 by 6 matrix"
    is_list = pa.types.is_list(column.type) or pa.types.is_large_list(column.type)
    if not (is_list or pa.types.is_fixed_size_list(column.type)):
        raise RecordingError(f"column 'covariance' is of type {column.type}, not a list", file=path, hint=hint)
    entries = column.flatten()
    if column.null_count or entries.null_count or len(entries) != _ENTRIES * len(column):
        raise RecordingError(f"column 'covariance' is not {_ENTRIES} numbers in every row", file=path, hint=hint)
    found = entries.cast(pa.float64()).to_numpy(zero_copy_only=False).reshape(-1, 6, 6).astype(np.float64)
    wrong = ~np.isfinite(found).all(axis=(1, 2))
    refuse(
        path, "covariance", found[:, 0, 0], wrong, "is not finite", "remove the row or repair the value", shown=False
    )
    return found


def _confirmed(table: pa.Table, path: Path) -> Flags:
    """Return whether each row is of a confirmed track."""
    import pyarrow as pa

    column = table.column("status")
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        hint = f"'status' is {' or '.join(STATUSES)}, as text"
        raise RecordingError(f"column 'status' is of type {column.type}, not text", file=path, hint=hint)
    words = np.array(column.to_pylist(), dtype=object)
    known = np.isin(words.astype(str), STATUSES)
    if not known.all():
        row = int(np.argmax(~known))
        raise RecordingError(
            f"row {row}: status '{words[row]}' is unknown", file=path, hint=f"a status is {' or '.join(STATUSES)}"
        )
    return words == STATUSES[1]


def _flags(table: pa.Table, name: str, path: Path) -> Flags:
    """Return a column of booleans (row,)."""
    import pyarrow as pa

    column = table.column(name)
    if not pa.types.is_boolean(column.type) or column.null_count:
        hint = f"'{name}' is true or false in every row"
        raise RecordingError(f"column '{name}' is not boolean", file=path, hint=hint)
    return column.to_numpy().astype(np.bool_)
