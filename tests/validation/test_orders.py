"""Orders and history of the V&V book: that their rows can fail, and what stands behind them."""

from typing import Any

import pytest

from openiamd.validation import history, orders
from openiamd.validation.chain import scenario
from openiamd.validation.rows import Row


def rows(module: Any, start: str) -> dict[str, Row]:
    """Return the rows of the first part whose ids begin so."""
    part = next(one for one in module.parts() if all(name.startswith(start) for name in one.titles))
    return {row["id"]: row for row in part.rows(0.2)}


def test_an_order_reversed_is_missed():
    better = orders._chain("remote", "availability", ["availability-0.2", "availability-1"])
    assert [row["passed"] for row in better] == [True, True]
    worse = orders._chain("remote", "availability", ["availability-1", "availability-0.2"])
    assert [row["passed"] for row in worse] == [False, False]


def test_sharing_the_other_way_round_is_missed(monkeypatch):
    monkeypatch.setattr(orders, "LINKED", [("noisy-linked", "noisy-apart")])
    assert [row["passed"] for row in orders._sharing()] == [False]


def test_a_node_is_taken_with_all_that_belongs_to_it_and_put_back_last():
    whole = scenario("fleet", "four")
    rest, taken = orders.without_node(whole, "post-north")
    assert list(taken["sensors"]) == ["radar-north"]
    assert list(taken["fire_units"]) == ["unit-north"]
    assert "post-north" not in rest.nodes
    back = orders.with_node(rest, taken)
    assert back.nodes == whole.nodes
    assert list(back.nodes)[-1] == "post-north" != list(whole.nodes)[-1]


def test_a_node_put_back_changes_nothing_and_one_removed_does(monkeypatch):
    monkeypatch.setattr(orders, "NODE_RUNS", 3)
    found = rows(orders, "order.node")
    assert found["order.node.restored"]["computed"] == 0.0
    assert found["order.node.removed"]["passed"] is True


def test_a_battery_that_looks_away_engages_nothing_and_one_that_looks_does():
    found = {name: row["computed"] or 0.0 for name, row in rows(history, "T-08").items()}
    assert found["T-08.away"] == 0.0
    assert found["T-08.facing"] >= 1.0
    assert found["T-08.all-round"] >= 1.0
    assert 5.0 < found["T-08.horizon"] < 50.0


def test_ranks_from_the_largest_with_ties_shared():
    assert [history.rank(value, [0.5, 0.2, 0.2]) for value in (0.5, 0.2)] == [1.0, 2.5]
    assert history.rank(0.1, [0.3, 0.2, 0.1]) == 3.0


def test_the_interval_of_three_events_is_that_of_garwood():
    stats = pytest.importorskip("scipy.stats")
    exact = [stats.chi2.ppf(0.025, 6) / 2.0, stats.chi2.ppf(0.975, 8) / 2.0]
    assert pytest.approx(exact, abs=5e-4) == history.GARWOOD


def test_the_price_band_holds_its_nominal_and_two_shots_double_it():
    found = {row["id"]: row["computed"] or 0.0 for row in history._prices()}
    for count in ("one", "two"):
        assert found[f"T-15.{count}.low"] < found[f"T-15.{count}.nominal"] < found[f"T-15.{count}.high"]
    assert found["T-15.two.nominal"] == pytest.approx(2.0 * found["T-15.one.nominal"])
