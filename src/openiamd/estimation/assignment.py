"""Optimal assignment of plots to tracks, where each track may also stay without a plot at a given cost.

Shortest augmenting paths with dual variables: Jonker & Volgenant, Computing 38 (1987) 325; Crouse, IEEE T-AES 52
(2016) 1679. The option to miss is a private column per row that never enters the cost matrix.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BIG = 1e15  # a cost of BIG or more forbids the pair


def work_sizes(max_rows: int, max_columns: int) -> tuple[int, int]:
    """Return how many float64 and int64 elements ``assign`` needs as work space for this many rows and columns."""
    return max_rows + 2 * max_columns, max_rows + 3 * max_columns


@kernel
def assign(
    cost: Floats,
    n_rows: int,
    n_columns: int,
    miss_cost: float,
    row_to_column: Integers,
    work_floats: Floats,
    work_integers: Integers,
) -> float:
    """Write to ``row_to_column`` the assignment of least total cost, -1 for a row that stays alone; return the total.

    cost           (>= n_rows, >= n_columns)  only the leading block is read; entries >= BIG are forbidden
    miss_cost      cost of a row without a column, below BIG; a pair no cheaper than a miss is not made
    row_to_column  (>= n_rows,)  written
    work_floats, work_integers   1-D work space of at least ``work_sizes(n_rows, n_columns)``

    Costs may be negative. Where no two rows prefer the same column that preference is optimal and returned at once.
    """
    if not _assign_uncontested(cost, n_rows, n_columns, miss_cost, row_to_column, work_integers):
        row_dual = work_floats[:n_rows]
        column_dual = work_floats[n_rows : n_rows + n_columns]
        distance = work_floats[n_rows + n_columns : n_rows + 2 * n_columns]
        column_to_row = work_integers[:n_columns]
        previous = work_integers[n_columns : 2 * n_columns]
        done_columns = work_integers[2 * n_columns : 3 * n_columns]
        done_rows = work_integers[3 * n_columns : 3 * n_columns + n_rows]
        for column in range(n_columns):
            column_dual[column] = 0.0
            column_to_row[column] = -1
        for row in range(n_rows):
            row_dual[row] = 0.0
            row_to_column[row] = -1
        for row in range(n_rows):
            _augment(
                cost, n_rows, n_columns, miss_cost, row, row_to_column, column_to_row, row_dual, column_dual, distance,
                previous, done_columns, done_rows,
            )  # fmt: skip
    total = 0.0
    for row in range(n_rows):
        total += miss_cost if row_to_column[row] < 0 else cost[row, row_to_column[row]]
    return total


@kernel
def _assign_uncontested(
    cost: Floats, n_rows: int, n_columns: int, miss_cost: float, row_to_column: Integers, taken: Integers
) -> bool:
    """Give each row its cheapest option; return False as soon as two rows want the same column."""
    for column in range(n_columns):
        taken[column] = 0
    for row in range(n_rows):
        lowest, best = miss_cost, -1
        for column in range(n_columns):
            if cost[row, column] < lowest:
                lowest, best = cost[row, column], column
        row_to_column[row] = best
        if best >= 0:
            if taken[best]:
                return False
            taken[best] = 1
    return True


@kernel
def _augment(
    cost: Floats,
    n_rows: int,
    n_columns: int,
    miss_cost: float,
    root: int,
    row_to_column: Integers,
    column_to_row: Integers,
    row_dual: Floats,
    column_dual: Floats,
    distance: Floats,
    previous: Integers,
    done_columns: Integers,
    done_rows: Integers,
) -> None:
    """Add row ``root`` to an optimal assignment of the rows before it, along the shortest augmenting path."""
    for column in range(n_columns):
        distance[column] = np.inf
        done_columns[column] = 0
    for row in range(n_rows):
        done_rows[row] = 0
    row, reached, miss_distance, miss_row, free_column = root, 0.0, np.inf, -1, -1
    while True:
        done_rows[row] = 1
        candidate = reached + miss_cost - row_dual[row]
        if candidate < miss_distance:
            miss_distance, miss_row = candidate, row
        nearest_column = _scan_row(
            cost, n_columns, row, reached - row_dual[row], miss_distance, column_dual, distance, previous, done_columns
        )
        if nearest_column < 0:
            reached = miss_distance
            break
        reached = distance[nearest_column]
        done_columns[nearest_column] = 1
        if column_to_row[nearest_column] < 0:
            free_column = nearest_column
            break
        row = column_to_row[nearest_column]
    for row in range(n_rows):
        if row == root:
            row_dual[row] += reached
        elif done_rows[row]:
            row_dual[row] += reached - distance[row_to_column[row]]
    for column in range(n_columns):
        if done_columns[column]:
            column_dual[column] -= reached - distance[column]
    _shift(root, miss_row, free_column, row_to_column, column_to_row, previous)


@kernel
def _scan_row(
    cost: Floats,
    n_columns: int,
    row: int,
    offset: float,
    limit: float,
    column_dual: Floats,
    distance: Floats,
    previous: Integers,
    done_columns: Integers,
) -> int:
    """Relax the open columns through ``row`` and return the nearest of them, or -1 if none is nearer than ``limit``."""
    nearest, nearest_column = limit, -1
    for column in range(n_columns):
        if done_columns[column]:
            continue
        if cost[row, column] < BIG:
            candidate = offset + cost[row, column] - column_dual[column]
            if candidate < distance[column]:
                distance[column] = candidate
                previous[column] = row
        if distance[column] < nearest:
            nearest, nearest_column = distance[column], column
    return nearest_column


@kernel
def _shift(
    root: int,
    miss_row: int,
    free_column: int,
    row_to_column: Integers,
    column_to_row: Integers,
    previous: Integers,
) -> None:
    """Shift the rows of an augmenting path onto their new columns, from its free end back to ``root``.

    Without a free column (-1) the path ends in a miss: ``miss_row`` gives up its column, which the others shift to.
    """
    column = free_column
    if column < 0:
        column = row_to_column[miss_row]
        row_to_column[miss_row] = -1
        if miss_row == root:
            return
    row = -1
    while row != root:
        row = previous[column]
        given_up = row_to_column[row]
        column_to_row[column] = row
        row_to_column[row] = column
        column = given_up
