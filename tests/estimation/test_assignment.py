"""Assignment: equal to scipy's solver on random sparse cases with misses, and the fast path is optimal too."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from openiamd.estimation import assignment
from openiamd.estimation.assignment import BIG, assign, work_sizes


def solve(cost, miss_cost, spare=0):
    """Assign with buffers ``spare`` larger than needed and filled with rubbish."""
    n_rows, n_columns = cost.shape
    padded = np.full((n_rows + spare, n_columns + spare), -7.0)
    padded[:n_rows, :n_columns] = cost
    floats, integers = work_sizes(n_rows, n_columns)
    row_to_column = np.full(n_rows + spare, 99, dtype=np.int64)
    total = assign(
        padded, n_rows, n_columns, miss_cost, row_to_column,
        np.full(floats + spare, np.nan), np.full(integers + spare, -5, dtype=np.int64),
    )  # fmt: skip
    return total, row_to_column[:n_rows]


def scipy_total(cost, miss_cost):
    """Square the problem with one private miss column per row."""
    n_rows = cost.shape[0]
    miss = np.full((n_rows, n_rows), 1e9)
    np.fill_diagonal(miss, miss_cost)
    full = np.hstack([np.where(cost >= BIG, 1e9, cost), miss])
    rows, columns = linear_sum_assignment(full)
    return full[rows, columns].sum()


def check_assignment(cost, miss_cost, total, row_to_column):
    used = row_to_column[row_to_column >= 0]
    assert len(set(used)) == len(used)
    assert ((row_to_column >= -1) & (row_to_column < cost.shape[1])).all()
    chosen = [miss_cost if column < 0 else cost[row, column] for row, column in enumerate(row_to_column)]
    assert max(chosen, default=0.0) < BIG
    assert total == pytest.approx(sum(chosen))


def random_case(rng):
    n_rows, n_columns = rng.integers(1, 25, size=2)
    cost = rng.normal(5.0, 10.0, size=(n_rows, n_columns))
    cost[rng.random(cost.shape) > rng.choice([0.1, 0.3, 0.9])] = BIG
    return cost, float(rng.normal(8.0, 6.0))


def test_equals_scipy_on_a_thousand_sparse_cases():
    rng = np.random.default_rng(8)
    missed = contested = 0
    for _ in range(1_000):
        cost, miss_cost = random_case(rng)
        total, row_to_column = solve(cost, miss_cost, spare=int(rng.integers(0, 3)))
        check_assignment(cost, miss_cost, total, row_to_column)
        assert total == pytest.approx(scipy_total(cost, miss_cost), rel=1e-12, abs=1e-9)
        missed += int((row_to_column < 0).any())
        cheapest = [row.argmin() for row in cost if row.min() < miss_cost]
        contested += int(len(set(cheapest)) < len(cheapest))
    # Both the fast path and the full solver, with and without misses, must have been exercised.
    assert 200 < contested < 900
    assert 200 < missed < 1_000


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_equals_exhaustive_search_with_ties(n_rows, n_columns, seed):
    """Small integer costs, so that ties abound."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 4, size=(n_rows, n_columns)).astype(float)
    cost[rng.random(cost.shape) < 0.3] = BIG
    best = np.inf
    for choice in itertools.product(range(-1, n_columns), repeat=n_rows):
        used = [column for column in choice if column >= 0]
        if len(set(used)) == len(used):
            best = min(best, sum(2.0 if column < 0 else cost[row, column] for row, column in enumerate(choice)))
    total, row_to_column = solve(cost, 2.0)
    check_assignment(cost, 2.0, total, row_to_column)
    assert total == pytest.approx(best)


def test_known_small_cases():
    assert solve(np.array([[1.0, 2.0], [1.0, 9.0]]), 50.0)[1].tolist() == [1, 0]
    # The second row misses, since giving it the column would force the first to miss at a loss.
    assert solve(np.array([[1.0], [3.0]]), 5.0)[1].tolist() == [0, -1]
    assert solve(np.array([[BIG, BIG]]), 5.0)[1].tolist() == [-1]
    assert solve(np.array([[7.0]]), 5.0)[1].tolist() == [-1]
    assert solve(np.array([[5.0]]), 5.0)[1].tolist() == [-1]


def test_no_rows_and_no_columns():
    total, row_to_column = solve(np.empty((0, 3)), 5.0)
    assert total == 0.0
    assert row_to_column.size == 0
    total, row_to_column = solve(np.empty((2, 0)), 5.0)
    assert total == 10.0
    assert row_to_column.tolist() == [-1, -1]


def test_compiled_equals_plain_python(monkeypatch):
    for name in ("_assign_uncontested", "_augment", "_scan_row", "_shift"):  # they have no entry for Python
        monkeypatch.setattr(assignment, name, getattr(assignment, name).py_func)
    rng = np.random.default_rng(4)
    for _ in range(30):
        cost, miss_cost = random_case(rng)
        n_rows, n_columns = cost.shape
        floats, integers = work_sizes(n_rows, n_columns)
        plain = np.empty(n_rows, dtype=np.int64)
        total = assign.py_func(
            cost, n_rows, n_columns, miss_cost, plain, np.empty(floats), np.empty(integers, dtype=np.int64)
        )
        compiled_total, compiled = solve(cost, miss_cost)
        assert total == compiled_total
        assert (plain == compiled).all()
