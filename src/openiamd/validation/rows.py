"""Rows of the V&V book: what was published, what the program computes, and whether the two agree."""

import math
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

Published = float | list[float]

STANDARD_ERRORS = 4.0  # a random result may miss by this many of its standard errors
PRECISION = 0.02  # its standard error is at most this share of the value


class Row(TypedDict):
    """One published result beside its reproduction; ``passed`` is None for comparisons."""

    id: str
    kind: str  # exact, statistical or comparison
    source: str
    quantity: str
    published: Published
    computed: float
    error: float  # computed minus published; of a range, the distance to its nearer end, 0 inside
    tolerance: float | None
    passed: bool | None


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


def exact(name: str, source: str, quantity: str, published: Published, computed: float, tolerance: float) -> Row:
    """Return the row of a result that no chance touches."""
    error = miss(published, computed)
    passed = abs(error) <= tolerance  # NaN never passes
    return _row(name, "exact", source, quantity, published, computed, tolerance, passed)


def statistical(name: str, source: str, quantity: str, published: float, estimate: Estimate, share: float) -> Row:
    """Return the row of a Monte Carlo mean: within 4 standard errors, and those within 2 % of the value.

    share  of the full number of runs; the wanted precision is relaxed as its square root
    """
    tolerance = STANDARD_ERRORS * estimate.standard_error
    precise = estimate.standard_error <= PRECISION * abs(published) / math.sqrt(min(share, 1.0))
    passed = precise and estimate.standard_error > 0.0 and abs(estimate.value - published) <= tolerance
    named = f"{quantity} ({estimate.runs:,} runs)"
    return _row(name, "statistical", source, named, published, estimate.value, tolerance, passed)


def comparison(name: str, source: str, quantity: str, published: Published, computed: float) -> Row:
    """Return the row of a result that is shown beside a published one, without a verdict."""
    return _row(name, "comparison", source, quantity, published, computed, None, None)


def _row(
    name: str,
    kind: str,
    source: str,
    quantity: str,
    published: Published,
    computed: float,
    tolerance: float | None,
    passed: bool | None,
) -> Row:
    error = float(miss(published, computed))
    computed = float(computed)
    return Row(
        id=name, kind=kind, source=source, quantity=quantity, published=published, computed=computed, error=error,
        tolerance=tolerance, passed=None if passed is None else bool(passed),
    )  # fmt: skip
