"""The best few assignments against the enumeration of all."""

import itertools

import numpy as np
import pytest

from openiamd.estimation.murty import Problem, begin_search, new_search, next_best


def problem_of(gain):
    """Return the pairs of a table of gains, where NaN forbids a pair."""
    rows, columns = np.nonzero(np.isfinite(gain))
    border = np.searchsorted(rows, np.arange(len(gain) + 1))
    return Problem(border[:-1].copy(), border[1:].copy(), columns.astype(np.int64), gain[rows, columns])


def every(gain, rows, weight):
    """Return the totals of all assignments of some rows, best first."""
    totals = []
    for columns in itertools.product(range(-1, gain.shape[1]), repeat=len(rows)):
        used = [column for column in columns if column >= 0]
        values = [gain[row, column] for row, column in zip(rows, columns, strict=True) if column >= 0]
        if len(set(used)) == len(used) and np.isfinite(values).all():
            totals.append(weight + sum(values))
    return sorted(totals, reverse=True)


def found(gain, hypotheses, keep, least=-np.inf):
    """Return totals, hypotheses and columns of the best assignments."""
    problem, search = problem_of(gain), new_search(keep, len(gain), gain.shape[1], gain.size)
    for place, (rows, weight) in enumerate(hypotheses):
        search.rows[place, : len(rows)], search.n_rows[place], search.weight[place] = rows, len(rows), weight
    begin_search(problem, gain.shape[1], len(hypotheses), search)
    results = []
    while len(results) < keep and (slot := next_best(problem, gain.shape[1], least, search)) >= 0:
        origin = int(search.origin[slot])
        pairs = search.solution[slot, : search.n_rows[origin]]
        columns = tuple(int(problem.column[pair]) if pair >= 0 else -1 for pair in pairs)
        results.append((float(search.total[slot]), origin, columns))
    return results


@pytest.mark.parametrize("seed", range(60))
def test_the_best_few_of_several_hypotheses(seed):
    draw = np.random.default_rng(seed)
    rows, columns, keep = int(draw.integers(1, 5)), int(draw.integers(1, 5)), int(draw.integers(1, 8))
    gain = draw.normal(1.0, 4.0, (rows, columns))
    gain[draw.random(gain.shape) < 0.3] = np.nan
    hypotheses = [
        (np.flatnonzero(draw.random(rows) < 0.8), float(draw.normal())) for _ in range(draw.integers(1, keep + 1))
    ]
    results = found(gain, hypotheses, keep)
    wanted = sorted((total for one in hypotheses for total in every(gain, *one)), reverse=True)[:keep]
    np.testing.assert_allclose([total for total, *_ in results], wanted, atol=1e-9)
    assert len({result[1:] for result in results}) == len(results)
    for total, origin, chosen in results:
        own, weight = hypotheses[origin]
        used = [column for column in chosen if column >= 0]
        assert len(set(used)) == len(used)
        pairs = zip(own, chosen, strict=True)
        assert total == pytest.approx(weight + sum(gain[row, column] for row, column in pairs if column >= 0))


def test_all_that_there_are():
    """Two rows and two columns have seven assignments, however many are asked for."""
    gain = np.array([[3.0, -1.0], [2.0, 4.0]])
    results = found(gain, [(np.array([0, 1]), 0.0)], 20)
    assert [total for total, *_ in results] == [7.0, 4.0, 3.0, 2.0, 1.0, 0.0, -1.0]
    assert results[0][2] == (0, 1)
    assert results[-1][2] == (1, -1)


def test_none_below_the_least():
    gain = np.array([[3.0, -1.0], [2.0, 4.0]])
    assert [total for total, *_ in found(gain, [(np.array([0, 1]), 0.0)], 20, least=2.0)] == [7.0, 4.0, 3.0, 2.0]


def test_a_hypothesis_without_rows():
    gain = np.array([[3.0]])
    assert found(gain, [(np.array([], int), 1.0), (np.array([0]), 0.0)], 5) == [
        (3.0, 1, (0,)), (1.0, 0, ()), (0.0, 1, (-1,)),
    ]  # fmt: skip


def test_gains_of_very_unlike_size():
    """What a row must do is forced by a lift above all gains; small differences survive it."""
    gain = np.array([[1e6, 1e-6, 2e-6], [np.nan, 1e-6, 3e-6]])
    results = found(gain, [(np.array([0, 1]), 0.0)], 12)
    np.testing.assert_allclose([total for total, *_ in results], every(gain, [0, 1], 0.0), rtol=1e-12)
