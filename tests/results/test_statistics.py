"""Intervals against published examples, an independent implementation and their own coverage."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from openiamd.results import statistics

# R. G. Newcombe, Stat. Med. 17 (1998) 857-872, Table I, method 3.
WILSON_PUBLISHED = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("successes", "n", "low", "high"), WILSON_PUBLISHED)
def test_wilson_reproduces_newcombe_1998(successes, n, low, high):
    assert statistics.wilson_limits(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_newcombe_paired_reproduces_the_published_example():
    # Cavo et al. 2012 in Fagerland, Lydersen, Laake, Statistical Analysis of Contingency Tables, 2017, chapter 8.
    assert statistics.newcombe_paired_limits(59, 6, 16, 80) == pytest.approx((-0.1186, -0.0046), abs=5e-5)


def test_poisson_limits_reproduce_garwood_1936():
    assert statistics.poisson_limits(0) == pytest.approx((0.0, 3.689), abs=5e-4)
    assert statistics.poisson_limits(1) == pytest.approx((0.0253, 5.572), abs=5e-4)
    assert statistics.poisson_limits(10) == pytest.approx((4.795, 18.39), abs=5e-3)


def test_paired_t_reproduces_students_sleep_data():
    # Student, Biometrika 6 (1908) 1-25; R: t.test(extra ~ group, data = sleep, paired = TRUE).
    drug1 = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    drug2 = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    estimate = statistics.mean_difference(drug1, drug2)
    assert (estimate.mean, estimate.low, estimate.high) == pytest.approx((-1.58, -2.4598858, -0.7001142), abs=1e-7)
    assert estimate.n == 10


def test_quantiles_are_the_tabulated_ones():
    assert statistics.normal_quantile() == pytest.approx(1.959964, abs=1e-6)
    assert statistics.student_quantile(10) == pytest.approx(2.228, abs=5e-4)
    assert statistics.student_quantile(1) == pytest.approx(12.706, abs=5e-4)


def brute_force_jackknife(ratio, runs):
    """Pseudo-values, the other way to write the jackknife: Tukey 1958."""
    whole = ratio(np.arange(runs))
    pseudo = np.array([runs * whole - (runs - 1) * ratio(np.delete(np.arange(runs), i)) for i in range(runs)])
    half = scipy.stats.t.ppf(0.975, runs - 1) * pseudo.std(ddof=1) / math.sqrt(runs)
    return whole - half, whole + half


def test_rate_is_the_jackknife_by_pseudo_values():
    draws = np.random.default_rng(1)
    events, hours = draws.poisson(2.0, 40).astype(float), draws.uniform(5.0, 9.0, 40)
    estimate = statistics.rate(events, hours)
    low, high = brute_force_jackknife(lambda kept: events[kept].sum() / hours[kept].sum(), 40)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), rel=1e-9)


def test_rate_difference_is_the_paired_jackknife():
    draws = np.random.default_rng(2)
    common = draws.poisson(2.0, 30)
    events1, events2 = (common + draws.poisson(1.0, 30)).astype(float), common.astype(float)
    hours1, hours2 = draws.uniform(5.0, 9.0, 30), draws.uniform(5.0, 9.0, 30)
    estimate = statistics.rate_difference(events1, hours1, events2, hours2)

    def difference(kept):
        return events1[kept].sum() / hours1[kept].sum() - events2[kept].sum() / hours2[kept].sum()

    low, high = brute_force_jackknife(difference, 30)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), rel=1e-9)


def test_rate_with_equal_exposure_is_the_t_interval_of_the_mean():
    events = np.array([0.0, 1, 2, 0, 3, 1, 1])
    estimate, reference = statistics.rate(events, np.full(7, 2.0)), statistics.mean(events / 2.0, count=True)
    assert estimate[:3] == pytest.approx(reference[:3])


def test_zero_events_never_have_zero_width():
    nothing, hours = np.zeros(200), np.full(200, 10.0)
    assert statistics.mean(nothing, count=True).high == pytest.approx(3.689 / 200, abs=1e-5)
    assert statistics.rate(nothing, hours).high == pytest.approx(3.689 / 2000, abs=1e-6)
    assert statistics.proportion(nothing).high > 0.0
    for estimate in (
        statistics.mean_difference(nothing, nothing, count=True),
        statistics.rate_difference(nothing, hours, nothing, hours),
        statistics.proportion_difference(nothing, nothing),
    ):
        assert estimate.low < 0.0 == estimate.mean < estimate.high


def test_a_count_that_never_varies_has_the_width_of_the_poisson_limit():
    found = statistics.mean(np.full(200, 40.0), count=True)
    assert found.method == statistics.POISSON_EQUAL
    assert found.high - 40.0 == pytest.approx(40.0 - found.low) == pytest.approx(3.689 / 200, abs=1e-5)
    assert statistics.mean(np.full(2, 1.0), count=True).low == 0.0


LIMIT = -np.log(0.025)  # of no event, 97.5 %


def test_a_ratio_that_is_the_same_in_every_run_has_the_width_of_the_poisson_limit():
    part, whole = np.full(20, 2.0), np.full(20, 6.0)
    for found in (statistics.share(part, whole), statistics.rate(part, whole), statistics.ratio(part, whole)):
        assert found.method == statistics.POISSON_EQUAL
        assert found.mean == pytest.approx(1.0 / 3.0)
        assert (found.low, found.high) == pytest.approx((found.mean - LIMIT / 120.0, found.mean + LIMIT / 120.0))
    other = statistics.rate_difference(part, whole, np.full(20, 1.0), np.full(20, 4.0))
    assert (other.mean, other.method) == (pytest.approx(1.0 / 12.0), statistics.POISSON_EQUAL)
    assert (other.mean - other.low, other.high - other.mean) == pytest.approx((LIMIT / 80.0, LIMIT / 120.0))
    hours = np.array([1.1, 2.3, 0.7, 5.9])  # the same rate, but for rounding
    for found in (statistics.rate(3.0 * hours, hours), statistics.rate_difference(hours, hours / 3.0, hours, hours)):
        assert found.method == statistics.POISSON_EQUAL
    assert statistics.share(np.full(2, 5.0), np.full(2, 6.0)).high == 1.0
    assert statistics.rate(np.full(2, 1.0), np.full(2, 6.0)).low == 0.0


def test_equal_events_in_unequal_exposures_are_jackknifed():
    events, hours = np.full(4, 2.0), np.array([1.0, 2.0, 3.0, 4.0])
    found = statistics.rate_difference(events, hours, events, np.full(4, 2.0))
    assert (found.method, found.mean) == (statistics.PAIRED_JACKKNIFE, pytest.approx(-0.2))


def test_the_limit_of_dollars_is_that_of_the_rounds_they_paid():
    nothing, worth = np.zeros(10), np.full(10, 70_000.0)
    assert statistics.rate(nothing, worth, worth=4e6).high == pytest.approx(LIMIT * 4e6 / 7e5)
    found = statistics.rate(nothing + 8e6, worth, worth=4e6)
    assert found.high - found.mean == pytest.approx(LIMIT * 4e6 / 7e5)


def test_what_is_no_count_and_never_varies_has_no_interval():
    for values in (np.full(20, 2.0), np.full(20, 0.0), 0.1 * np.array([3.0, 3.0]) + np.array([0.1, 0.1 + 1e-17])):
        for found in (statistics.mean(values), statistics.mean_difference(values + 1.0, np.ones(len(values)))):
            assert found.mean == pytest.approx(values[0])
            assert np.isnan([found.low, found.high]).all()
            assert (found.n, found.method) == (len(values), statistics.EQUAL)


def test_one_run_shows_no_difference():
    one = statistics.mean_difference(np.array([5.0]), np.array([0.0]), count=True)
    assert np.isnan([one.low, one.high]).all()
    assert one.method == statistics.ONE_RUN
    assert statistics.mean_difference(np.array([5.0]), np.array([5.0]), count=True).high == pytest.approx(LIMIT)


few = st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=1, max_size=6)


@given(few)
def test_no_figure_has_zero_width(rows):
    one, two, more, most = np.array(rows, float).T
    whole1, whole2 = one + more, two + most
    for found in (
        *(statistics.mean(one, count) for count in (False, True)),
        *(statistics.mean_difference(one, two, count) for count in (False, True)),
        *(method(one, whole1) for method in (statistics.rate, statistics.ratio, statistics.share)),
        statistics.rate_difference(one, whole1, two, whole2),
        statistics.proportion(np.minimum(one, 1.0)),
        statistics.proportion_difference(np.minimum(one, 1.0), np.minimum(two, 1.0)),
    ):
        assert found.high > found.low or np.isnan([found.low, found.high]).all()
        assert not found.mean < found.low - 1e-12
        assert not found.mean > found.high + 1e-12


def test_runs_without_a_value_are_left_out_and_n_says_so():
    values = np.array([1.0, np.nan, 3.0, 5.0])
    assert statistics.mean(values).n == 3
    assert statistics.mean(values).mean == 3.0
    assert statistics.mean_difference(values, np.array([np.nan, 1.0, 1.0, 2.0])).n == 2
    assert statistics.mean(np.full(3, np.nan))[3:] == (0, statistics.NO_RUN)
    assert math.isnan(statistics.mean(np.array([4.0])).low)


def test_pairing_narrows_the_difference_of_correlated_runs():
    draws = np.random.default_rng(3)
    common = draws.normal(0.0, 10.0, 100)
    first, second = common + draws.normal(1.0, 1.0, 100), common
    paired = statistics.mean_difference(first, second)
    unpaired = statistics.mean_difference(first, np.roll(second, 1))
    assert paired.high - paired.low < 0.2 * (unpaired.high - unpaired.low)


tables = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda table: sum(table) > 0)


@given(tables)
def test_newcombe_is_antisymmetric_and_holds_the_estimate(table):
    both, first, second, neither = table
    low, high = statistics.newcombe_paired_limits(both, first, second, neither)
    assert -1.0 <= low <= (first - second) / sum(table) <= high <= 1.0
    swapped = statistics.newcombe_paired_limits(both, second, first, neither)
    assert swapped == pytest.approx((-high, -low), abs=1e-12)


@given(st.integers(1, 400), st.data())
def test_wilson_agrees_with_scipy(n, data):
    successes = data.draw(st.integers(0, n))
    expected = scipy.stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert statistics.wilson_limits(successes, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def _paired_binary(draws, runs):
    common, first, second = draws.random((3, runs))
    return ((common < 0.3) | (first < 0.1)).astype(float), ((common < 0.3) | (second < 0.3)).astype(float)


def test_intervals_cover_what_they_promise():
    draws = np.random.default_rng(7)
    truth = (1 - 0.7 * 0.9) - (1 - 0.7 * 0.7)
    hits = np.zeros(3)
    trials = 1500
    for _ in range(trials):
        newcombe = statistics.proportion_difference(*_paired_binary(draws, 60))
        counts = draws.poisson(3.0, 60).astype(float)
        student = statistics.mean(counts, count=True)
        hours = draws.uniform(1.0, 3.0, 60)
        ratio = statistics.rate(draws.poisson(0.5 * hours).astype(float), hours)
        hits += [
            newcombe.low <= truth <= newcombe.high,
            student.low <= 3.0 <= student.high,
            ratio.low <= 0.5 <= ratio.high,
        ]
    # Four standard errors of a share of 1500 at 0.95 are 0.0225; Newcombe's method is slightly conservative.
    assert np.all(np.abs(hits / trials - 0.95) < 0.0225)


def test_a_ratio_of_either_sign_is_jackknifed():
    part, whole = np.array([1.0, -2.0, 4.0, 0.0]), np.array([3.0, 2.0, 5.0, 4.0])
    found = statistics.ratio(part, whole)
    left_out = np.array([(part.sum() - part[run]) / (whole.sum() - whole[run]) for run in range(4)])
    error = np.sqrt(3.0 / 4.0 * np.sum((left_out - np.mean(left_out)) ** 2))
    half = scipy.stats.t.ppf(0.975, 3) * error
    assert (found.mean, found.low, found.high) == pytest.approx((3.0 / 14.0, 3.0 / 14.0 - half, 3.0 / 14.0 + half))
    assert found.low < 0.0
    assert np.isnan(statistics.ratio(part, np.array([9.0, -9.0, 1.0, 0.0])).mean)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_ratio_that_never_varies_has_the_width_of_the_poisson_limit(value):
    whole = np.array([3.0, 2.0, 5.0, 4.0])
    found = statistics.ratio(value * whole, whole)
    assert found.mean == value
    assert found.high - value == pytest.approx(value - found.low) == pytest.approx(-np.log(0.025) / 14.0)


def test_a_share_stays_within_0_and_1():
    whole = np.array([3.0, 2.0, 5.0, 4.0])
    none, all_of_them = statistics.share(0.0 * whole, whole), statistics.share(whole, whole)
    assert (none.mean, none.low) == (0.0, 0.0)
    assert (all_of_them.mean, all_of_them.high) == (1.0, 1.0)
    assert all_of_them.low == pytest.approx(1.0 - none.high) == pytest.approx(1.0 + np.log(0.025) / 14.0)
    most = statistics.share(np.array([3.0, 2.0, 1.0, 4.0]), whole)
    assert most.mean == pytest.approx(10.0 / 14.0)
    assert most.low < most.mean < most.high == 1.0
