"""Saturation: leak rate, its knee, and what the exchange of interceptors for attackers costs.

The unit is the run. A leak rate is a ratio of totals, jackknifed over runs.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.results import statistics
from openiamd.results.cases import Columns, flat

Floats = NDArray[np.float64]
ATTACKERS, LEAKED, KILLED, UNRESOLVED = "attackers", "leaked", "killed", "unresolved"
SHOTS, WASTED = "shots.", "shots_at_nothing"
AS_WRITTEN = 0  # channels or rounds: those of the scenario


class Cell(NamedTuple):
    """One point of the frontier."""

    case: str
    rate_hz: float
    channels: int  # a fire unit, AS_WRITTEN: the scenario's
    magazine: int  # rounds a fire unit, AS_WRITTEN: the scenario's
    guide: float  # leak rate by Erlang's loss formula, NaN where it does not apply


Prices = Mapping[str, Sequence[float]]  # low, nominal, high in USD


def frontier_rows(
    runs: Mapping[str, Columns], cells: Sequence[Cell], attacker: Prices, interceptor: Prices
) -> list[dict[str, Any]]:
    """Return one row a cell whose runs are there.

    attacker  catalogue name → price of one; attackers of a type are in the column "attackers.<type>"
    """
    return [_row(runs[cell.case], cell, attacker, interceptor) for cell in cells if cell.case in runs]


def _row(columns: Columns, cell: Cell, attacker: Prices, interceptor: Prices) -> dict[str, Any]:
    attackers, leaked = columns[ATTACKERS], columns[LEAKED]
    row: dict[str, Any] = {
        "case": cell.case, "rate_hz": cell.rate_hz, "channels": cell.channels, "magazine": cell.magazine,
        "erlang_b": None if math.isnan(cell.guide) else cell.guide,
    }  # fmt: skip
    row |= flat("leak_", statistics.share(leaked, attackers))
    row |= flat("attackers_", statistics.mean(attackers, count=True))
    fired = sum((columns[f"{SHOTS}{name}"] for name in interceptor), np.zeros(len(attackers)))
    row |= flat("shots_", statistics.mean(fired, count=True))
    row |= {
        f"{key}_mean": float(columns[key].mean()) for key in (WASTED, UNRESOLVED, "friendly_engaged", "civil_engaged")
    }
    spent = [_worth(columns, SHOTS, interceptor, end) for end in range(3)]
    worth = [_worth(columns, f"{ATTACKERS}.", attacker, end) for end in range(3)]
    dearest = max((price[1] for price in interceptor.values()), default=0.0) or math.nan  # of what is free, no limit
    row |= flat("exchange_", statistics.rate(spent[1], worth[1], worth=dearest))
    row |= {"exchange_cheapest": _quotient(spent[0], worth[2]), "exchange_dearest": _quotient(spent[2], worth[0])}
    row |= flat("usd_per_kill_", statistics.rate(spent[1], columns[KILLED], worth=dearest))
    row |= {"usd_per_kill_cheapest": _quotient(spent[0], columns[KILLED])}
    return row | {"usd_per_kill_dearest": _quotient(spent[2], columns[KILLED])}


def _worth(columns: Columns, stem: str, prices: Prices, end: int) -> Floats:
    """Return the price (run,) of what the columns of a stem count, at one end of its range."""
    counts = [columns[f"{stem}{name}"] * price[end] for name, price in prices.items()]
    return np.sum(counts, axis=0) if counts else np.zeros(len(columns[ATTACKERS]))


def _quotient(above: Floats, below: Floats) -> float | None:
    total = float(below.sum())
    return float(above.sum()) / total if total > 0.0 else None


def knees(rows: Sequence[Mapping[str, Any]], level: float) -> list[dict[str, Any]]:
    """Return for each pair of channels and magazine the largest rate up to which the leak rate stays below ``level``.

    Up to it, and at every lower rate that was run, the figure is below the level. ``sure`` asks that of the upper limit
    of the interval, ``possible`` of the lower one: the knee lies between the two. None: not even at the lowest rate.
    """
    found: list[dict[str, Any]] = []
    for pair in dict.fromkeys((row["channels"], row["magazine"]) for row in rows):
        ordered = sorted(
            (row for row in rows if (row["channels"], row["magazine"]) == pair), key=lambda r: r["rate_hz"]
        )
        rates = {name: _last_below(ordered, key, level) for name, key in _KNEES.items()}
        beyond = rates["knee_hz"] is not None and rates["knee_hz"] == ordered[-1]["rate_hz"]
        found.append({"channels": pair[0], "magazine": pair[1], "level": level, **rates, "beyond_the_largest": beyond})
    return found


_KNEES = {"knee_hz": "leak_mean", "sure_hz": "leak_high", "possible_hz": "leak_low"}


def _last_below(ordered: Sequence[Mapping[str, Any]], key: str, level: float) -> float | None:
    last = None
    for row in ordered:
        value = row["leak_mean"] if row[key] is None else row[key]
        if value is None or value > level:
            break
        last = row["rate_hz"]
    return last
