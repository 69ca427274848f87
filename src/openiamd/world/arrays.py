"""Names for the array types of the tables, and the handle to the random draws.

A table is a NamedTuple of few arrays: one structured array with a row per entity, and plain arrays for vectors.
One array a column would be 130 of them, and each kernel would take them all: measured, that costs seven times the
compile time (decision record 0002).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]  # tables that are large and need no more
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Rows = Any  # a structured array; its columns are listed beside the table

NUMBER, WHOLE, FLAG = np.float64, np.int64, np.bool_

Constant = TypeVar("Constant", int, bool)


def constant(value: Constant) -> Constant:
    """Return a constant in the type that array elements have, for passing on between kernels.

    Numba types a plain literal by its value and would compile one more copy of the callee for each.
    """
    return cast(Constant, np.bool_(value) if isinstance(value, bool) else np.int64(value))


class Draws(NamedTuple):
    """What every draw of a slice has in common."""

    seed: np.uint64
    first: int  # number of the run in row 0 of the slice


def row_type(columns: dict[str, type]) -> np.dtype:
    """Return the structured type of a row with these columns, aligned as kernels like it."""
    return np.dtype(list(columns.items()), align=True)


def rows_of(columns: dict[str, type], values: Mapping[str, Sequence[Any] | np.ndarray], count: int) -> Rows:
    """Return ``count`` rows filled from one sequence a column; every column must be given."""
    rows = np.zeros(count, row_type(columns))
    for name in columns:
        rows[name] = values[name]
    return rows


def filled_rows(columns: dict[str, type], shape: tuple[int, ...], defaults: dict[str, Any]) -> Rows:
    """Return rows of zeros, except for the columns named in ``defaults``."""
    rows = np.zeros(shape, row_type(columns))
    for name, value in defaults.items():
        rows[name] = value
    return rows
