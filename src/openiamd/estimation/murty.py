"""The best few assignments of several hypotheses, found best first, each row with a column of its own or alone.

A solution that is found parts the rest of its space: the first row does otherwise, or does the same and the second does
otherwise, and so on (Murty, Operations Research 16 (1968) 682). All hypotheses are searched at once, so those that are
too unlikely are never looked into (Cox & Hingorani, IEEE T-PAMI 18 (1996) 138).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.sparse_assignment import assign_sparse, sparse_work_sizes
from openiamd.kernels import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_ALONE = -1
_EMPTY = -np.inf


class Problem(NamedTuple):
    """Rows and the columns they may have. The pairs of row i are begin[i] up to end[i]."""

    begin: Integers  # (row,)
    end: Integers  # (row,)
    column: Integers  # (pair,)
    gain: Floats  # (pair,) over the row alone, of either sign


class Search(NamedTuple):
    """What is searched, and the solutions that wait. A slot holds a part of the space with its best solution."""

    rows: Integers  # (hypothesis, row) of each hypothesis
    n_rows: Integers  # (hypothesis,)
    weight: Floats  # (hypothesis,) to which the gains are added
    lift: Floats  # (hypothesis,) more than all gains together
    origin: Integers  # (slot,) hypothesis
    fixed: Integers  # (slot,) rows before this place do as in the solution
    barred: Integers  # (slot, 1 + hypothesis) what the row at that place must not do: pairs, or to stay alone
    n_barred: Integers  # (slot,)
    total: Floats  # (slot,) -inf: empty
    turn: Integers  # (slot,) the older of two equals goes first
    solution: Integers  # (slot, row) pair, or alone
    trial: Integers  # (row,) the last solution
    trial_barred: Integers  # (1 + hypothesis,)
    state: Integers  # (3,) slot found last, number of turns, number of trial_barred
    taken: Integers  # (column,)
    first: Integers  # (row + 1,) of the part that is solved; the next four: its pairs and its solution
    column: Integers
    pair: Integers
    cost: Floats
    chosen: Integers
    floats: Floats
    integers: Integers


def new_search(keep: int, rows: int, columns: int, pairs: int) -> Search:
    """Return room to find the best ``keep`` assignments of at most as many hypotheses."""
    floats, integers = sparse_work_sizes(rows, columns, pairs)
    slots = keep + 1
    return Search(
        np.zeros((keep, rows), np.int64),
        np.zeros(keep, np.int64),
        np.zeros(keep),
        np.zeros(keep),
        np.zeros(slots, np.int64),
        np.zeros(slots, np.int64),
        np.zeros((slots, keep + 1), np.int64),
        np.zeros(slots, np.int64),
        np.full(slots, _EMPTY),
        np.zeros(slots, np.int64),
        np.zeros((slots, rows), np.int64),
        np.zeros(rows, np.int64),
        np.zeros(keep + 1, np.int64),
        np.zeros(3, np.int64),
        np.zeros(columns, np.int64),
        np.zeros(rows + 1, np.int64),
        np.zeros(pairs, np.int64),
        np.zeros(pairs, np.int64),
        np.zeros(pairs),
        np.zeros(rows, np.int64),
        np.zeros(floats),
        np.zeros(integers, np.int64),
    )


@kernel
def begin_search(problem: Problem, n_columns: int, n_hypotheses: int, search: Search) -> None:
    """Take up the hypotheses in ``search``: ``rows``, ``n_rows`` and ``weight`` are given."""
    for slot in range(len(search.total)):
        search.total[slot] = _EMPTY
    search.state[0], search.state[1] = -1, 0
    for origin in range(n_hypotheses):
        lift = 1.0
        for place in range(search.n_rows[origin]):
            row, most = search.rows[origin, place], 0.0
            for pair in range(problem.begin[row], problem.end[row]):
                most = max(most, abs(problem.gain[pair]))
            lift += most
        search.lift[origin] = lift
        search.state[2] = 0
        _file(search, origin, 0 * origin, _solve(problem, n_columns, search, origin, -1 - origin, 0 * origin), _EMPTY)


@kernel
def next_best(problem: Problem, n_columns: int, least: float, search: Search) -> int:
    """Return the slot of the next best solution, or -1 where there is none of at least ``least``.

    The slot's ``origin``, ``total`` and ``solution`` hold until the next call. At most as many solutions are found as
    there are hypotheses room for.
    """
    before = search.state[0]
    if before >= 0:
        origin = int(search.origin[before])
        for place in range(search.fixed[before], search.n_rows[origin]):
            search.state[2] = 0
            if place == search.fixed[before]:
                for bar in range(search.n_barred[before]):
                    search.trial_barred[bar] = search.barred[before, bar]
                search.state[2] = search.n_barred[before]
            search.trial_barred[search.state[2]] = search.solution[before, place]
            search.state[2] += 1
            _file(search, origin, place, _solve(problem, n_columns, search, origin, before, place), least)
        search.total[before] = _EMPTY
    best = -1
    for slot in range(len(search.total)):
        total = search.total[slot]
        if total == _EMPTY or total < least:
            continue
        older = best >= 0 and total == search.total[best] and search.turn[slot] < search.turn[best]
        if best < 0 or older or total > search.total[best]:
            best = slot
    search.state[0] = best
    return best


@kernel
def _solve(problem: Problem, n_columns: int, search: Search, origin: int, source: int, start: int) -> float:
    """Write to ``trial`` the best solution of which the rows before ``start`` do as in the slot ``source``.

    The row at ``start`` must not do what ``trial_barred`` lists: where it must not stay alone its gains are lifted
    above all others. Returns the total, -inf where there is no solution.
    """
    count, n_barred = search.n_rows[origin], search.state[2]
    for column in range(n_columns):
        search.taken[column] = 0
    total, lift = search.weight[origin], 0.0
    for place in range(start):
        pair = search.solution[source, place]
        search.trial[place] = pair
        if pair >= 0:
            search.taken[problem.column[pair]] = 1
            total += problem.gain[pair]
    for bar in range(n_barred):
        if search.trial_barred[bar] == _ALONE:
            lift = search.lift[origin]
    n_pairs = 0 * start
    for place in range(start, count):
        search.first[place - start] = n_pairs
        row = search.rows[origin, place]
        for pair in range(problem.begin[row], problem.end[row]):
            cost = -problem.gain[pair]
            if place == start:
                cost = np.inf if _is_barred(search, n_barred, pair) else cost - lift
            if cost < 0.0 and not search.taken[problem.column[pair]]:
                search.column[n_pairs], search.pair[n_pairs] = problem.column[pair], pair
                search.cost[n_pairs] = cost
                n_pairs += 1
    search.first[count - start] = n_pairs
    assign_sparse(
        search.first, count - start, search.column, search.cost, n_columns, 0.0, search.chosen, search.floats,
        search.integers,
    )  # fmt: skip
    for place in range(start, count):
        chosen = search.chosen[place - start]
        search.trial[place] = search.pair[chosen] if chosen >= 0 else _ALONE
        if chosen >= 0:
            total += problem.gain[search.pair[chosen]]
    if lift > 0.0 and search.trial[start] < 0:
        return _EMPTY
    return total


@kernel
def _is_barred(search: Search, n_barred: int, pair: int) -> bool:
    for bar in range(n_barred):  # noqa: SIM110 - kernels know no generators
        if search.trial_barred[bar] == pair:
            return True
    return False


@kernel
def _file(search: Search, origin: int, fixed: int, total: float, least: float) -> None:
    """Keep the trial in an empty slot or instead of the worst that waits, if it is better."""
    if total == _EMPTY or total < least:
        return
    place = -1
    for slot in range(len(search.total)):
        if slot != search.state[0] and (place < 0 or search.total[slot] < search.total[place]):
            place = slot
    if search.total[place] >= total:
        return
    search.origin[place], search.fixed[place], search.total[place] = origin, fixed, total
    search.turn[place] = search.state[1]
    search.state[1] += 1
    search.n_barred[place] = search.state[2]
    for bar in range(search.state[2]):
        search.barred[place, bar] = search.trial_barred[bar]
    for row in range(search.n_rows[origin]):
        search.solution[place, row] = search.trial[row]
