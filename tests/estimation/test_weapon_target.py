"""Static weapon-target assignment: optimum against every possibility, and what the greedy rule is worth beside it."""

from itertools import product

import numpy as np
import pytest

from openiamd.estimation.weapon_target import (
    MOST_WEAPONS,
    assign_best,
    assign_by_marginal_return,
    surviving_value,
)

CASES = 1_000
SOLVED = 200  # of them by the solver too, which takes 12 ms a case
SIZE = 5


def every_surviving_value(values: np.ndarray, kills: np.ndarray) -> np.ndarray:
    """Return the surviving value of each way to aim all weapons: independent of the code under test."""
    weapons, targets = kills.shape
    aims = np.array(list(product(range(targets), repeat=weapons)))
    hits = aims[:, :, None] == np.arange(targets)
    return (np.where(hits, 1.0 - kills, 1.0).prod(axis=1) * values).sum(axis=1)


def random_case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    return draws.uniform(0.1, 10.0, SIZE), draws.uniform(0.0, 1.0, (SIZE, SIZE)) ** draws.uniform(0.3, 3.0)


@pytest.fixture(scope="module")
def outcomes() -> np.ndarray:
    """Return (case, 2): values destroyed by the greedy rule, and by the best of all possibilities."""
    rows = []
    for seed in range(CASES):
        values, kills = random_case(seed)
        greedy = surviving_value(values, kills, assign_by_marginal_return(values, kills))
        rows.append(values.sum() - np.array([greedy, every_surviving_value(values, kills).min()]))
    return np.array(rows)


def test_the_solver_finds_the_best_of_all_possibilities(outcomes):
    for seed in range(SOLVED):
        values, kills = random_case(seed)
        destroyed = values.sum() - surviving_value(values, kills, assign_best(values, kills))
        assert destroyed == pytest.approx(outcomes[seed, 1], rel=1e-12)
        assert destroyed >= outcomes[seed, 0] - 1e-12


def test_the_optimum_is_never_worse_than_the_greedy_rule_and_often_better(outcomes):
    assert np.all(outcomes[:, 1] >= outcomes[:, 0] - 1e-12)
    assert np.mean(outcomes[:, 1] > outcomes[:, 0] + 1e-9) > 0.2


def test_the_greedy_rule_keeps_its_bound(outcomes):
    """At least one half; the worst of these 1,000 is far above it, and the mean nearly 1."""
    share = outcomes[:, 0] / outcomes[:, 1]
    assert 0.5 <= share.min() < 0.97
    assert share.mean() > 0.97


def test_the_bound_of_one_half_can_be_reached():
    """One weapon that can hit either target as well is wasted on the one that the other could have taken."""
    values, kills = np.array([1.0, 1.0]), np.array([[1.0, 1.0 - 1e-9], [1.0, 0.0]])
    greedy = 2.0 - surviving_value(values, kills, assign_by_marginal_return(values, kills))
    best = 2.0 - surviving_value(values, kills, assign_best(values, kills))
    assert greedy / best == pytest.approx(0.5, abs=1e-8)


@pytest.mark.parametrize("seed", range(20))
def test_with_identical_weapons_the_greedy_rule_is_optimal(seed):
    draws = np.random.default_rng(seed)
    values = draws.uniform(0.1, 10.0, 4)
    kills = np.tile(draws.uniform(0.1, 0.95, 4), (6, 1))
    greedy = surviving_value(values, kills, assign_by_marginal_return(values, kills))
    assert greedy == pytest.approx(every_surviving_value(values, kills).min(), rel=1e-12)


def test_by_hand():
    """Two shots at 10 leave 2.5 + 4, one at each of 10 and 4 leaves 5 + 2: the second shot goes to 10 again."""
    values, kills = np.array([10.0, 4.0]), np.full((2, 2), 0.5)
    assert assign_by_marginal_return(values, kills).tolist() == [0, 0]
    assert surviving_value(values, kills, np.array([0, 0])) == 6.5
    assert surviving_value(values, kills, assign_best(values, kills)) == 6.5
    assert surviving_value(values, kills, np.array([0, -1])) == 9.0


def test_a_weapon_that_can_do_nothing_stays_idle_in_the_optimum():
    values, kills = np.array([1.0, 2.0]), np.array([[0.0, 0.5], [0.0, 0.0]])
    assert assign_best(values, kills).tolist() == [1, -1]


def test_more_weapons_than_the_optimum_takes_are_refused():
    with pytest.raises(ValueError, match=f"more than the {MOST_WEAPONS}"):
        assign_best(np.ones(2), np.full((MOST_WEAPONS + 1, 2), 0.5))
