"""Assignment over lists of pairs: equal to scipy's dense solver and to the package's own, whatever competes."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from openiamd.estimation.assignment import BIG, assign, work_sizes
from openiamd.estimation.sparse_assignment import assign_sparse, sparse_work_sizes


def solve(cost, miss_cost):
    """Assign by lists of the pairs that are allowed, with buffers full of rubbish."""
    n_rows, n_columns = cost.shape
    rows, columns = np.nonzero(cost < BIG)
    first = np.searchsorted(rows, np.arange(n_rows + 1)).astype(np.int64)
    floats, integers = sparse_work_sizes(n_rows, n_columns, len(columns))
    pair = np.full(n_rows, 77, np.int64)
    total = assign_sparse(
        first, n_rows, columns.astype(np.int64), cost[rows, columns], n_columns, miss_cost, pair,
        np.full(floats, np.nan), np.full(integers, -5, np.int64),
    )  # fmt: skip
    assert ((pair == -1) | ((first[:-1] <= pair) & (pair < first[1:]))).all()
    return total, np.where(pair >= 0, np.append(columns, -1)[pair], -1)


def scipy_total(cost, miss_cost):
    miss = np.full((len(cost), len(cost)), 1e9)
    np.fill_diagonal(miss, miss_cost)
    full = np.hstack([np.minimum(cost, 1e9), miss])
    return full[linear_sum_assignment(full)].sum()


def checked(cost, miss_cost):
    total, columns = solve(cost, miss_cost)
    used = columns[columns >= 0]
    assert len(set(used)) == len(used)
    chosen = [miss_cost if column < 0 else cost[row, column] for row, column in enumerate(columns)]
    assert total == pytest.approx(sum(chosen))
    assert total == pytest.approx(scipy_total(cost, miss_cost))
    return columns


def test_equals_scipy_on_a_thousand_sparse_cases():
    draw = np.random.default_rng(3)
    missed = contested = 0
    for _ in range(1_000):
        shape = draw.integers(1, 25, size=2)
        cost, miss_cost = draw.normal(5.0, 10.0, size=shape), float(draw.normal(8.0, 6.0))
        cost[draw.random(shape) > draw.choice([0.1, 0.3, 0.9])] = BIG
        columns = checked(cost, miss_cost)
        missed += (columns < 0).sum()
        contested += len(cost) > len(set(cost.argmin(1)))
    assert missed > 1_000
    assert contested > 500


def test_whole_numbers_with_many_ties():
    draw = np.random.default_rng(4)
    for _ in range(300):
        checked(draw.integers(0, 3, size=draw.integers(1, 12, size=2)).astype(float), 2.0)


def test_equals_the_dense_solver_on_a_radar_scan():
    draw = np.random.default_rng(5)
    places = draw.uniform(0.0, 100.0, (150, 2))
    plots = np.concatenate([places + draw.normal(0.0, 1.0, places.shape), draw.uniform(0.0, 100.0, (60, 2))])
    cost = np.linalg.norm(places[:, None] - plots[None], axis=2)
    cost[cost > 12.0] = BIG
    columns = checked(cost, 12.0)
    floats, integers = work_sizes(*cost.shape)
    dense = np.zeros(len(cost), np.int64)
    total = assign(cost, cost.shape[0], cost.shape[1], 12.0, dense, np.zeros(floats), np.zeros(integers, np.int64))
    assert total == pytest.approx(scipy_total(cost, 12.0))
    assert (columns == dense).all()


def test_rows_without_pairs_and_no_rows_at_all():
    assert solve(np.full((3, 2), BIG), 1.5) == (4.5, pytest.approx([-1, -1, -1]))
    assert solve(np.zeros((0, 4)), 1.0)[0] == 0.0


def test_a_pair_no_cheaper_than_a_miss_is_not_made():
    total, columns = solve(np.array([[1.0, 0.5]]), 0.5)
    assert total == 0.5
    assert columns.tolist() == [-1]
