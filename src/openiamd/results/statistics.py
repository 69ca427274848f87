"""Intervals: one rule for every figure. The unit of inference is the run; variants are paired run by run.

| measure of a run | its mean | difference of two variants, paired |
|---|---|---|
| 0 or 1 | Wilson 1927 | Newcombe 1998, method 10 |
| a count or a mean | Student's t over runs | Student's t over the runs' differences |
| a rate: events per exposure | ratio, jackknifed over runs | difference of ratios, jackknifed together |
| a share of a total | ratio, jackknifed over runs, kept within 0 and 1 | – |

No figure has zero width. Where events are none, or the same in every run, the exact Poisson limit (Garwood 1936) takes
over: as many events in all as it says could differ. What is no count and the same in every run has no interval.
Only `scipy.special` is used, because importing `scipy.stats` takes 1.1 s.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri, stdtrit

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
WILSON = "Wilson score interval"
NEWCOMBE = "Newcombe paired interval, method 10"
STUDENT = "t interval over runs"
PAIRED_STUDENT = "paired t interval over runs"
JACKKNIFE = "ratio of totals, jackknife over runs"
PAIRED_JACKKNIFE = "difference of ratios, paired jackknife over runs"
POISSON_ZERO = "no event: exact Poisson limit"
POISSON_EQUAL = "equal in every run: exact Poisson limit"
EQUAL = "equal in every run: no interval"
ONE_RUN = "one run: no interval"
NO_RUN = "no run has a value"
ROUNDING = 1e-12  # values that differ by less of their size are equal


class Estimate(NamedTuple):
    """A figure with its interval; limits are NaN where there is none."""

    mean: float
    low: float
    high: float
    n: int  # runs that it rests on
    method: str


def normal_quantile(confidence: float = CONFIDENCE) -> float:
    """Return z such that a standard normal variable lies in ±z with this probability (0.95: 1.95996)."""
    return float(ndtri(0.5 + 0.5 * confidence))


def student_quantile(degrees: float, confidence: float = CONFIDENCE) -> float:
    """Return t such that Student's t with ``degrees`` of freedom lies in ±t with this probability."""
    return float(stdtrit(degrees, 0.5 + 0.5 * confidence))


def poisson_limits(events: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the exact limits of a Poisson mean after ``events`` events.

    F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936) 437-442: half the chi-square
    quantiles of 2x and 2x + 2 degrees of freedom, here written with the inverse incomplete gamma function.
    """
    tail = 0.5 * (1.0 - confidence)
    low = float(gammaincinv(events, tail)) if events > 0 else 0.0
    return low, float(gammaincinv(events + 1, 1.0 - tail))


def wilson_limits(successes: float, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Wilson's score limits of a probability after ``successes`` in ``n`` > 0 trials.

    E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212; method 3 of R. G. Newcombe, Stat. Med. 17 (1998) 857-872.
    """
    z = normal_quantile(confidence)
    share = successes / n
    centre = share + z * z / (2.0 * n)
    spread = z * math.sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
    scale = 1.0 + z * z / n
    low = 0.0 if successes <= 0 else max(0.0, (centre - spread) / scale)
    high = 1.0 if successes >= n else min(1.0, (centre + spread) / scale)
    return low, high


def _correlation(both: float, first: float, second: float, neither: float) -> float:
    """Return Newcombe's continuity-corrected phi of a paired 2 × 2 table, 0 where a margin is empty."""
    n = both + first + second + neither
    product = (both + first) * (second + neither) * (both + second) * (first + neither)
    if product <= 0.0:
        return 0.0
    excess = both * neither - first * second
    if excess > 0.0:
        excess = max(excess - 0.5 * n, 0.0)
    return excess / math.sqrt(product)


def newcombe_paired_limits(
    both: int, first: int, second: int, neither: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return the limits of the difference p₁ − p₂ of two paired proportions.

    ``first`` counts the pairs in which only the first is 1, ``second`` those in which only the second is.
    R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired
    data", Stat. Med. 17 (1998) 2635-2650, method 10: Wilson limits joined by a continuity-corrected phi.
    """
    n = both + first + second + neither
    share1, share2 = (both + first) / n, (both + second) / n
    low1, high1 = wilson_limits(both + first, n, confidence)
    low2, high2 = wilson_limits(both + second, n, confidence)
    phi = _correlation(both, first, second, neither)
    down1, up1, down2, up2 = share1 - low1, high1 - share1, share2 - low2, high2 - share2
    below = math.sqrt(max(0.0, down1**2 - 2.0 * phi * down1 * up2 + up2**2))
    above = math.sqrt(max(0.0, down2**2 - 2.0 * phi * down2 * up1 + up1**2))
    difference = share1 - share2
    return max(-1.0, difference - below), min(1.0, difference + above)


def _finite(values: Floats) -> Floats:
    return values[np.isfinite(values)]


def _pairs(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Return the runs in which both variants have a value."""
    finite = np.isfinite(first) & np.isfinite(second)
    return first[finite], second[finite]


def _never_varies(values: Floats, size: Floats | None = None) -> bool:
    """Tell whether values (run,) agree within the rounding of what they are made of, whose size is ``size``."""
    return bool(np.ptp(values) <= ROUNDING * float(np.abs(values if size is None else size).max()))


def proportion(values: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """Return the share of runs (run,) whose value is 1, with Wilson's interval; runs without a value are left out."""
    values = _finite(values)
    n = len(values)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0, NO_RUN)
    return Estimate(float(values.mean()), *wilson_limits(float(values.sum()), n, confidence), n, WILSON)


def proportion_difference(first: Floats, second: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """Return the difference of two 0/1 measures (run,) of the same runs with Newcombe's paired interval."""
    first, second = _pairs(first, second)
    n = len(first)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0, NO_RUN)
    one, two = first > 0.5, second > 0.5
    both, only_one, only_two = (int(np.sum(mask)) for mask in (one & two, one & ~two, ~one & two))
    low, high = newcombe_paired_limits(both, only_one, only_two, n - both - only_one - only_two, confidence)
    return Estimate((only_one - only_two) / n, low, high, n, NEWCOMBE)


def _student(values: Floats, confidence: float, method: str) -> Estimate:
    n, centre = len(values), float(values.mean())
    half = student_quantile(n - 1, confidence) * float(values.std(ddof=1)) / math.sqrt(n)
    return Estimate(centre, centre - half, centre + half, n, method)


def mean(values: Floats, count: bool = False, confidence: float = CONFIDENCE) -> Estimate:
    """Return the mean over runs (run,) with Student's t interval; runs without a value are left out.

    count  the values count events: limits stay ≥ 0, no event in any run gives the exact Poisson upper limit, and
           where the count is the same in every run, the runs that could differ have that limit. What is no count
           and the same in every run has no interval
    """
    values = _finite(values)
    n = len(values)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0, NO_RUN)
    if count and not values.any():
        return Estimate(0.0, 0.0, poisson_limits(0, confidence)[1] / n, n, POISSON_ZERO)
    if n == 1:
        return Estimate(float(values[0]), math.nan, math.nan, 1, ONE_RUN)
    if _never_varies(values):
        centre, half = float(values[0]), poisson_limits(0, confidence)[1] / n
        if count:
            return Estimate(centre, max(0.0, centre - half), centre + half, n, POISSON_EQUAL)
        return Estimate(centre, math.nan, math.nan, n, EQUAL)
    estimate = _student(values, confidence, STUDENT)
    return estimate._replace(low=max(0.0, estimate.low)) if count else estimate


def mean_difference(first: Floats, second: Floats, count: bool = False, confidence: float = CONFIDENCE) -> Estimate:
    """Return the mean of ``first`` − ``second`` (run,), paired by run, with Student's t interval.

    count  where the difference is the same in every run, the runs that could differ have the exact Poisson limit;
           what is no count has no interval there
    """
    first, second = _pairs(first, second)
    n = len(first)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0, NO_RUN)
    differences = first - second
    centre = float(differences.mean())
    if n == 1 and not (count and centre == 0.0):
        return Estimate(centre, math.nan, math.nan, 1, ONE_RUN)
    if _never_varies(differences, np.abs(first) + np.abs(second)):
        half = poisson_limits(0, confidence)[1] / n if count else math.nan
        return Estimate(centre, centre - half, centre + half, n, POISSON_EQUAL if count else EQUAL)
    return _student(differences, confidence, PAIRED_STUDENT)


def _leave_one_out(events: Floats, exposure: Floats) -> Floats:
    """Return the ratio of totals with each run left out (run,)."""
    return (events.sum() - events) / (exposure.sum() - exposure)


def _jackknife(whole: float, left_out: Floats, confidence: float, method: str) -> Estimate:
    """Return ``whole`` ± t × jackknife standard error (B. Efron, The Jackknife, the Bootstrap …, SIAM 1982, ch. 3)."""
    n = len(left_out)
    error = math.sqrt((n - 1.0) / n * float(np.sum((left_out - left_out.mean()) ** 2)))
    half = student_quantile(n - 1, confidence) * error
    return Estimate(whole, whole - half, whole + half, n, method)


def _exposed(exposure: Floats) -> bool:
    """Tell whether every leave-one-out total is positive."""
    if len(exposure) < 2:
        return bool(exposure.sum() > 0.0)
    return bool(exposure.sum() - exposure.max() > 0.0)


def rate(events: Floats, exposure: Floats, confidence: float = CONFIDENCE, worth: float = 1.0) -> Estimate:
    """Return events per exposure over all runs: Σ events / Σ exposure, jackknifed over runs (run,).

    W. G. Cochran, Sampling Techniques, 3rd ed. 1977, ch. 6: the ratio estimator. With no event at all, and with the
    same rate in every run, the exact Poisson limit over the total exposure.

    worth  what one event counts in ``events``: 1, or the price of a round where those are dollars
    """
    events, exposure = _pairs(events, exposure)
    n = len(events)
    if not _exposed(exposure):
        return Estimate(math.nan, math.nan, math.nan, n, NO_RUN)
    total = float(exposure.sum())
    half = worth * poisson_limits(0, confidence)[1] / total
    if not events.any():
        return Estimate(0.0, 0.0, half, n, POISSON_ZERO)
    whole = float(events.sum()) / total
    if n == 1:
        return Estimate(whole, math.nan, math.nan, 1, ONE_RUN)
    left_out = _leave_one_out(events, exposure)
    if _never_varies(left_out):
        return Estimate(whole, max(0.0, whole - half), whole + half, n, POISSON_EQUAL)
    estimate = _jackknife(whole, left_out, confidence, JACKKNIFE)
    return estimate._replace(low=max(0.0, estimate.low))


def rate_difference(
    events1: Floats, exposure1: Floats, events2: Floats, exposure2: Floats, confidence: float = CONFIDENCE
) -> Estimate:
    """Return the difference of two ratios of totals over the same runs, jackknifed together (run,).

    Where the difference is the same in every run, the exact Poisson limit over each total exposure.
    """
    finite = np.isfinite(events1) & np.isfinite(exposure1) & np.isfinite(events2) & np.isfinite(exposure2)
    events1, exposure1, events2, exposure2 = (a[finite] for a in (events1, exposure1, events2, exposure2))
    n = len(events1)
    if not (_exposed(exposure1) and _exposed(exposure2)):
        return Estimate(math.nan, math.nan, math.nan, n, NO_RUN)
    total1, total2 = float(exposure1.sum()), float(exposure2.sum())
    whole = float(events1.sum()) / total1 - float(events2.sum()) / total2
    limit = poisson_limits(0, confidence)[1]
    equal = Estimate(whole, whole - limit / total2, whole + limit / total1, n, POISSON_EQUAL)
    if n == 1:
        same = np.array_equal(events1, events2)
        return equal if same else Estimate(whole, math.nan, math.nan, 1, ONE_RUN)
    left_out1, left_out2 = _leave_one_out(events1, exposure1), _leave_one_out(events2, exposure2)
    if _never_varies(left_out1 - left_out2, left_out1 + left_out2):
        return equal
    return _jackknife(whole, left_out1 - left_out2, confidence, PAIRED_JACKKNIFE)


def ratio(numerator: Floats, denominator: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """Return Σ numerator / Σ denominator over runs (run,), of either sign, jackknifed over runs.

    Where the ratio is the same in every run, the numerator could differ by as many events in all as the exact Poisson
    limit says.
    """
    numerator, denominator = _pairs(numerator, denominator)
    n = len(numerator)
    if not _exposed(denominator):
        return Estimate(math.nan, math.nan, math.nan, n, NO_RUN)
    total = float(denominator.sum())
    whole = float(numerator.sum()) / total
    half = poisson_limits(0, confidence)[1] / total
    equal = Estimate(whole, whole - half, whole + half, n, POISSON_EQUAL)
    if n == 1:
        none_or_all = not numerator.any() or np.array_equal(numerator, denominator)
        return equal if none_or_all else Estimate(whole, math.nan, math.nan, 1, ONE_RUN)
    left_out = _leave_one_out(numerator, denominator)
    return equal if _never_varies(left_out) else _jackknife(whole, left_out, confidence, JACKKNIFE)


def share(part: Floats, whole: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """Return Σ part / Σ whole over runs (run,) where each part is a count out of a whole: within 0 and 1.

    None at all has the exact Poisson upper limit, and all of them the same limit from the other end.
    """
    part, whole = _pairs(part, whole)
    if len(part) and np.array_equal(part, whole) and _exposed(whole):
        none = rate(whole - part, whole, confidence)
        return none._replace(mean=1.0, low=max(0.0, 1.0 - none.high), high=1.0)
    found = rate(part, whole, confidence)
    return found._replace(high=min(1.0, found.high)) if math.isfinite(found.high) else found
