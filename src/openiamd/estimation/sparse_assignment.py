"""Optimal assignment of many tracks to many plots of which each track may take only a few.

Shortest augmenting paths as in ``assignment``, over lists of pairs instead of a full matrix, with a heap: the search
stays within the tracks that compete (Jonker & Volgenant, Computing 38 (1987) 325; Dijkstra with potentials: Edmonds &
Karp, J. ACM 19 (1972) 248). Of 1,000 tracks a full matrix costs 90 ms, the lists of a radar's gates below 1 ms.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def sparse_work_sizes(max_rows: int, max_columns: int, max_pairs: int) -> tuple[int, int]:
    """Return how many float64 and int64 elements ``assign_sparse`` needs as work space."""
    return 2 * max_rows + 2 * max_columns + max_pairs, max_rows + 5 * max_columns + max_pairs


@kernel
def assign_sparse(
    first: Integers,
    n_rows: int,
    pair_column: Integers,
    cost: Floats,
    n_columns: int,
    miss_cost: float,
    row_to_pair: Integers,
    work_floats: Floats,
    work_integers: Integers,
) -> float:
    """Write to ``row_to_pair`` the pair of each row in the assignment of least total cost, -1: the row stays alone.

    first        (>= n_rows + 1,)  the pairs of row i are first[i] up to first[i + 1]
    pair_column  (>= first[n_rows],)  the pair's column, below n_columns;  cost  of the same shape
    miss_cost    cost of a row without a column; a pair no cheaper is not made
    work_floats, work_integers   1-D work space of at least ``sparse_work_sizes``

    Returns the total cost. Where several assignments are best, the one found depends on the order of rows and pairs.
    """
    n_pairs = first[n_rows]
    row_dual, row_distance = work_floats[:n_rows], work_floats[n_rows : 2 * n_rows]
    base = 2 * n_rows
    column_dual, distance = work_floats[base : base + n_columns], work_floats[base + n_columns : base + 2 * n_columns]
    heap_key = work_floats[base + 2 * n_columns : base + 2 * n_columns + n_pairs]
    column_to_row, previous = work_integers[:n_columns], work_integers[n_columns : 2 * n_columns]
    state, touched = work_integers[2 * n_columns : 3 * n_columns], work_integers[3 * n_columns : 4 * n_columns]
    previous_row = work_integers[4 * n_columns : 5 * n_columns]
    done_rows = work_integers[5 * n_columns : 5 * n_columns + n_rows]
    heap = work_integers[5 * n_columns + n_rows : 5 * n_columns + n_rows + n_pairs]
    for column in range(n_columns):
        column_dual[column], column_to_row[column], state[column] = 0.0, -1, 0
    for row in range(n_rows):
        lowest, best = miss_cost, -1
        for pair in range(first[row], first[row + 1]):
            if cost[pair] < lowest:
                lowest, best = cost[pair], pair
        row_dual[row], row_to_pair[row] = lowest, best
        if best >= 0:
            if column_to_row[pair_column[best]] < 0:
                column_to_row[pair_column[best]] = row
            else:
                row_to_pair[row] = -2  # contested: wait for a path
    for row in range(n_rows):
        if row_to_pair[row] == -2:
            row_to_pair[row] = -1
            _augment(
                first, pair_column, cost, miss_cost, row, row_to_pair, column_to_row, row_dual, row_distance,
                column_dual, distance, previous, previous_row, state, touched, done_rows, heap_key, heap,
            )  # fmt: skip
    total = 0.0
    for row in range(n_rows):
        total += miss_cost if row_to_pair[row] < 0 else float(cost[row_to_pair[row]])
    return total


@kernel
def _nearest(heap_key: Floats, heap: Integers, n_heap: int, state: Integers, distance: Floats) -> tuple[int, int]:
    """Take the nearest open column from the heap; return it, or −1 where none is left, and the heap's new size."""
    while n_heap > 0:
        key, column = heap_key[0], heap[0]
        n_heap = _pop(heap_key, heap, n_heap)
        if state[column] != 2 and key <= distance[column]:
            return column, n_heap
    return -1, n_heap


@kernel
def _augment(
    first: Integers, pair_column: Integers, cost: Floats, miss_cost: float, root: int, row_to_pair: Integers,
    column_to_row: Integers, row_dual: Floats, row_distance: Floats, column_dual: Floats, distance: Floats,
    previous: Integers, previous_row: Integers, state: Integers, touched: Integers, done_rows: Integers,
    heap_key: Floats, heap: Integers,
) -> None:  # fmt: skip
    """Add row ``root`` to an optimal assignment of other rows, along the shortest augmenting path.

    state of a column: 0 not reached, 1 reached, 2 done. previous, previous_row: the pair by which it was reached.
    """
    n_touched = n_done = n_heap = 0 * root  # a literal 0 would have the heap compiled twice
    row, reached, miss_distance, miss_row, free_column = root, 0.0, np.inf, -1, -1
    while True:
        done_rows[n_done] = row
        n_done += 1
        row_distance[row] = reached
        if reached + miss_cost - row_dual[row] < miss_distance:
            miss_distance, miss_row = reached + miss_cost - row_dual[row], row
        for pair in range(first[row], first[row + 1]):
            column = pair_column[pair]
            if cost[pair] >= miss_cost or state[column] == 2:
                continue
            candidate = reached + cost[pair] - row_dual[row] - column_dual[column]
            if candidate >= miss_distance or (state[column] == 1 and candidate >= distance[column]):
                continue
            if state[column] == 0:
                state[column], touched[n_touched] = 1, column
                n_touched += 1
            distance[column], previous[column], previous_row[column] = candidate, pair, row
            n_heap = _push(heap_key, heap, n_heap, candidate, column)
        column, n_heap = _nearest(heap_key, heap, n_heap, state, distance)
        if column < 0 or distance[column] >= miss_distance:
            reached = miss_distance
            break
        reached = distance[column]
        state[column] = 2
        if column_to_row[column] < 0:
            free_column = column
            break
        row = column_to_row[column]
    for position in range(n_done):
        row_dual[done_rows[position]] += reached - row_distance[done_rows[position]]
    for position in range(n_touched):
        column = touched[position]
        if state[column] == 2:
            column_dual[column] -= reached - distance[column]
        state[column] = 0
    _shift(root, miss_row, free_column, pair_column, row_to_pair, column_to_row, previous, previous_row)


@kernel
def _shift(
    root: int,
    miss_row: int,
    free_column: int,
    pair_column: Integers,
    row_to_pair: Integers,
    column_to_row: Integers,
    previous: Integers,
    previous_row: Integers,
) -> None:
    """Shift the rows of an augmenting path onto their new pairs, from its free end back to ``root``."""
    column = free_column
    if column < 0:
        if miss_row == root:
            return
        column = pair_column[row_to_pair[miss_row]]
        row_to_pair[miss_row] = -1
    row = -1
    while row != root:
        row = previous_row[column]
        column_to_row[column] = row
        given_up = -1 if row_to_pair[row] < 0 else pair_column[row_to_pair[row]]
        row_to_pair[row] = previous[column]
        column = given_up


@kernel
def _push(keys: Floats, items: Integers, size: int, key: float, item: int) -> int:
    """Add to a binary heap, least key first, and return its new size."""
    place = size
    while place > 0:
        parent = (place - 1) // 2
        if keys[parent] <= key:
            break
        keys[place], items[place] = keys[parent], items[parent]
        place = parent
    keys[place], items[place] = key, item
    return size + 1


@kernel
def _pop(keys: Floats, items: Integers, size: int) -> int:
    """Take the first element off a binary heap and return its new size."""
    size -= 1
    key, item = keys[size], items[size]
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[place], items[place] = keys[child], items[child]
        place = child
    keys[place], items[place] = key, item
    return size
