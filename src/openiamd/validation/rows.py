"""Rows of the V&V book: what was published, what the program computes, and whether the two agree."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

Published = float | list[float]

STANDARD_ERRORS = 4.0  # a random result may miss by this many of its standard errors
PRECISION = 0.02  # its standard error is at most this share of the value
ORDERED = "an order, not a value: the same draws on both sides, so that a change comes from the cause alone"
RANDOM = "four standard errors of the mean over runs, each at most 2 % of the value"
MARKS = {"V": "seen in the source", "R": "recalled, text not seen", "C": "computed by two independent methods"}
VERDICTS = {True: "passed", False: "MISSED", None: "compared"}
UNTUNED = "shown untuned; the model does not claim to reproduce it"


class Row(TypedDict):
    """One published value beside its reproduction; ``passed`` is None for comparisons."""

    id: str
    title: str  # of the published result that the value belongs to
    kind: str  # exact, statistical, ordering or comparison
    source: str
    mark: str  # V seen in the source, R recalled, C computed by two independent methods
    quantity: str
    published: Published
    computed: float | None  # None where the formula raised or gave no finite number
    error: float | None  # computed minus published; of a range, the distance to its nearer end, 0 inside
    tolerance: float | None
    why: str  # the tolerance is what it is
    passed: bool | None


class Result(NamedTuple):
    """A published result: what its rows share."""

    title: str
    source: str
    mark: str
    why: str


class Part(NamedTuple):
    """Rows that are computed together: their names are known before, so that a part can be left out."""

    titles: Mapping[str, str]  # of the published results, by the ids of the rows
    rows: Callable[[float], list[Row]]  # of the share of the full number of Monte Carlo runs


class Estimate(NamedTuple):
    """A mean over runs with its standard error."""

    value: float
    standard_error: float
    runs: int


def ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64] | float = 1.0) -> Estimate:
    """Return the ratio of sums over runs, with its linearised standard error; arrays are (run,).

    Source: Cochran, Sampling Techniques, 3rd ed. (1977), ch. 6.
    """
    below = np.broadcast_to(np.asarray(denominator, np.float64), numerator.shape)
    value = float(numerator.sum() / below.sum())
    residual = numerator - value * below
    runs = len(numerator)
    standard_error = math.sqrt(float(residual @ residual) / (runs * (runs - 1))) / float(below.mean())
    return Estimate(value, standard_error, runs)


def miss(published: Published, computed: float) -> float:
    """Return computed minus published; of a range, the signed distance to its nearer end, 0.0 inside."""
    low, high = published if isinstance(published, list) else (published, published)
    return computed - min(max(computed, low), high)


def exact(name: str, result: Result, quantity: str, published: Published, computed: float, tolerance: float) -> Row:
    """Return the row of a value that no chance touches."""
    passed = abs(miss(published, computed)) <= tolerance  # NaN never passes
    return _row(name, "exact", result, quantity, published, computed, tolerance, passed)


def statistical(
    name: str,
    result: Result,
    quantity: str,
    published: float,
    estimate: Estimate,
    share: float,
    precision: float = PRECISION,
) -> Row:
    """Return the row of a Monte Carlo mean: within 4 standard errors, and those within 2 % of the value.

    share      of the full number of runs; the wanted precision is relaxed as its square root
    precision  another largest standard error, as a share of the value; the result says why
    """
    tolerance = STANDARD_ERRORS * estimate.standard_error
    precise = estimate.standard_error <= precision * abs(published) / math.sqrt(min(share, 1.0))
    passed = precise and estimate.standard_error > 0.0 and abs(estimate.value - published) <= tolerance
    named = f"{quantity} ({estimate.runs:,} runs)"
    return _row(name, "statistical", result, named, published, estimate.value, tolerance, passed)


def ordering(
    name: str, result: Result, quantity: str, limits: list[float], computed: float, tolerance: float = 0.0
) -> Row:
    """Return the row of an order or a bracket: the value lies between ``limits``, but for ``tolerance``.

    An order of two results is their paired difference, whose limits are 0 and what is possible at all.
    """
    passed = abs(miss(limits, computed)) <= tolerance  # NaN never passes
    return _row(name, "ordering", result, quantity, limits, computed, tolerance, passed)


def comparison(name: str, result: Result, quantity: str, published: Published, computed: float) -> Row:
    """Return the row of a value shown beside a published one: no verdict, but a miss where nothing was computed."""
    passed = None if math.isfinite(computed) else False
    return _row(name, "comparison", result, quantity, published, computed, None, passed)


def _row(
    name: str,
    kind: str,
    result: Result,
    quantity: str,
    published: Published,
    computed: float,
    tolerance: float | None,
    passed: bool | None,
) -> Row:
    known = math.isfinite(computed)
    return Row(
        id=name, title=result.title, kind=kind, source=result.source, mark=result.mark, quantity=quantity,
        published=published, computed=float(computed) if known else None,
        error=float(miss(published, computed)) if known else None,
        tolerance=tolerance, why=result.why, passed=None if passed is None else bool(passed),
    )  # fmt: skip


def computed_parts(rows: Iterable[Row]) -> list[Part]:
    """Return a part for each row that was too cheap to put off."""
    return [Part({row["id"]: row["title"]}, lambda _, row=row: [row]) for row in rows]


def by_result(rows: Iterable[Row]) -> list[list[Row]]:
    """Return the rows in groups of one title and kind, in the order of their first rows."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["title"], row["kind"]), []).append(row)
    return list(groups.values())


def worst_use(rows: Iterable[Row]) -> float | None:
    """Return the largest error as a share of its tolerance, None for comparisons.

    1 is the edge; infinite where nothing was computed, or where no error is tolerated and there is one.
    """
    shares = []
    for row in rows:
        if row["error"] is None:
            shares.append(math.inf)
        elif row["tolerance"] is not None:
            none = math.inf if row["error"] else 0.0
            shares.append(abs(row["error"]) / row["tolerance"] if row["tolerance"] else none)
    return max(shares, default=None)


def tally(rows: Sequence[Row]) -> str:
    """Return the verdict on rows of one result in a word or three."""
    missed = sum(row["passed"] is False for row in rows)
    return f"MISSED {missed} of {len(rows)}" if missed else VERDICTS[rows[0]["passed"]]


def written(value: Published | None, digits: int = 7) -> str:
    """Return a value or a range with so many significant digits, a dash where there is none."""
    if isinstance(value, list):
        return f"{value[0]:.{digits}g} to {value[1]:.{digits}g}"
    return "–" if value is None else f"{value:.{digits}g}"
