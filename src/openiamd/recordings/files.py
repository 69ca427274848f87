"""Files of a recording: Parquet columns as numbers, the row that is wrong, and files written whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openiamd.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from openiamd.recordings.tables import Flags, Floats

PARQUET_MARK = b"PAR1"


def existing_file(path: str | os.PathLike[str], what: str) -> Path:
    """Return the path of a file that exists and is not empty.

    Raises:
        RecordingError: nothing is there, it is a folder, or it has no bytes.
    """
    path = Path(path)
    if not path.exists():
        raise RecordingError(f"there is no file of {what}", file=path, hint="check the path")
    if path.is_dir():
        raise RecordingError(f"is a folder, not a file of {what}", file=path, hint="name the file in it")
    if path.stat().st_size == 0:
        raise RecordingError("is empty", file=path, hint=f"a file of {what} has at least one row")
    return path


def read_table(path: Path, what: str, columns: Iterable[str]) -> pa.Table:
    """Return a Parquet file as a table that has rows and all of the columns; others may be there.

    Raises:
        RecordingError: not Parquet, damaged, a column is missing, no rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        reason = (str(error).splitlines() or ["unknown reason"])[0]
        hint = f"write {what} as Parquet, for instance with pandas `to_parquet` or pyarrow"
        raise RecordingError(f"cannot be read as Parquet: {reason}", file=path, hint=hint) from error
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        hint = f"{what} have {', '.join(columns)}; this file has {', '.join(table.column_names) or 'none'}"
        raise RecordingError(f"column '{missing[0]}' is missing", file=path, hint=hint)
    if table.num_rows == 0:
        raise RecordingError("has no rows", file=path, hint=f"a file of {what} has at least one row")
    return table


def numbers(table: pa.Table, name: str, path: Path, absent: bool = False) -> Floats:
    """Return a column as floats (row,); NaN stands for null where values may be ``absent``.

    Raises:
        RecordingError: the column holds no numbers, or a value is null, NaN or infinite.
    """
    import pyarrow as pa

    column = table.column(name)
    kind = column.type
    if absent and pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        hint = f"'{name}' holds plain numbers (float64)"
        if pa.types.is_temporal(kind):
            hint += ": write times as seconds from any moment that suits"
        raise RecordingError(f"column '{name}' is of type {kind}, not a number", file=path, hint=hint)
    null = column.is_null().to_numpy()
    found = column.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
    if absent:
        refuse(path, name, found, np.isinf(found) | (np.isnan(found) & ~null), "is not finite", "leave it null instead")
        return found
    refuse(path, name, found, null, "is null", f"every row has '{name}'", shown=False)
    refuse(path, name, found, ~np.isfinite(found), "is not finite", "remove the row or repair the value")
    return found


def refuse(path: Path, name: str, values: Floats, wrong: Flags, complaint: str, hint: str, shown: bool = True) -> None:
    """Complain of the first row of a column that is ``wrong``; rows count from 0, as in the column ``plot`` of tracks.

    Raises:
        RecordingError: a row is wrong.
    """
    if wrong.any():
        row = int(np.argmax(wrong))
        value = f" {values[row]:.6g}" if shown else ""
        more = f" (and {wrong.sum() - 1} more rows)" if wrong.sum() > 1 else ""
        raise RecordingError(f"row {row}: {name}{value} {complaint}{more}", file=path, hint=hint)


def write_table(path: str | os.PathLike[str], table: pa.Table) -> None:
    """Write a table as Parquet; a file that was there is replaced, and on failure nothing is left."""
    import pyarrow.parquet as pq

    with whole_file(path) as part:
        pq.write_table(table, part, compression="zstd")


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give the name of a file beside ``path`` to write to; it takes the name ``path`` when all went well.

    Raises:
        RecordingError: the folder does not exist.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise RecordingError(f"folder '{path.parent}' does not exist", file=path, hint="make the folder first")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
