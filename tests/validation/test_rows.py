import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiamd.validation.page import page
from openiamd.validation.rows import (
    Estimate,
    Result,
    by_result,
    comparison,
    exact,
    miss,
    ordering,
    ratio,
    statistical,
    tally,
    worst_use,
)

RESULT = Result("title", "source", "V", "why")


@pytest.mark.parametrize(
    ("published", "computed", "error"),
    [
        (2.0, 2.5, 0.5),
        (2.0, 1.5, -0.5),
        ([20.0, 35.0], 27.0, 0.0),
        ([20.0, 35.0], 18.0, -2.0),
        ([20.0, 35.0], 36.0, 1.0),
    ],
)
def test_the_miss_is_signed_and_zero_inside_a_range(published, computed, error):
    assert miss(published, computed) == pytest.approx(error)


def test_exact_rows_pass_within_the_tolerance_only():
    assert exact("a", RESULT, "q", 1.0, 1.4, 0.5)["passed"] is True
    assert exact("a", RESULT, "q", 1.0, 1.6, 0.5)["passed"] is False
    assert exact("a", RESULT, "q", 1.0, math.nan, 0.5)["passed"] is False
    assert exact("a", RESULT, "q", [1.0, 2.0], 2.2, 0.1)["passed"] is False


@pytest.mark.parametrize(
    ("value", "standard_error", "share", "passed"),
    [
        (1.05, 0.015, 1.0, True),
        (1.07, 0.015, 1.0, False),  # beyond four standard errors
        (1.05, 0.030, 1.0, False),  # too few runs to say anything
        (1.05, 0.030, 0.25, True),  # a quarter of the runs: twice the standard error is expected
        (1.00, 0.000, 1.0, False),  # nothing was random: not a random result
    ],
)
def test_random_rows_need_precision_and_agreement(value, standard_error, share, passed):
    row = statistical("a", RESULT, "q", 1.0, Estimate(value, standard_error, 100), share)
    assert row["passed"] is passed
    assert row["tolerance"] == pytest.approx(4.0 * standard_error)
    assert "100 runs" in row["quantity"]


def test_orders_pass_between_their_limits_only():
    assert ordering("a", RESULT, "q", [-20.0, 0.0], -3.0)["passed"] is True
    assert ordering("a", RESULT, "q", [-20.0, 0.0], 0.1)["passed"] is False
    assert ordering("a", RESULT, "q", [-20.0, 0.0], 0.1, 0.2)["passed"] is True
    assert ordering("a", RESULT, "q", [-20.0, 0.0], -21.0)["passed"] is False
    assert ordering("a", RESULT, "q", [-20.0, 0.0], math.nan, 9.0)["passed"] is False


def test_the_wanted_precision_may_be_another():
    rare = Estimate(1.05, 0.05, 100)
    assert statistical("a", RESULT, "q", 1.0, rare, 1.0)["passed"] is False
    assert statistical("a", RESULT, "q", 1.0, rare, 1.0, 0.07)["passed"] is True


def test_comparisons_have_no_verdict():
    row = comparison("a", RESULT, "q", [20.0, 35.0], 250.0)
    assert row["passed"] is None
    assert row["tolerance"] is None
    assert row["error"] == pytest.approx(215.0)


@given(st.lists(st.integers(0, 9), min_size=3, max_size=40), st.integers(1, 7))
def test_a_ratio_by_a_constant_is_a_mean_with_its_usual_standard_error(counts, size):
    values = np.array(counts, np.float64)
    estimate = ratio(values, float(size))
    assert estimate.value == pytest.approx(values.mean() / size)
    assert estimate.standard_error == pytest.approx(values.std(ddof=1) / math.sqrt(len(values)) / size)


def test_the_standard_error_of_a_ratio_is_that_of_repeated_samples():
    generator = np.random.default_rng(5)
    samples = []
    for _ in range(2_000):
        below = generator.poisson(40.0, 60).astype(np.float64)
        samples.append(ratio(generator.binomial(below.astype(int), 0.3).astype(np.float64), below))
    values = np.array([sample.value for sample in samples])
    claimed = np.mean([sample.standard_error for sample in samples])
    assert claimed == pytest.approx(values.std(ddof=1), rel=0.06)
    assert values.mean() == pytest.approx(0.3, abs=0.001)


@pytest.mark.parametrize("computed", [math.nan, math.inf, -math.inf])
def test_what_could_not_be_computed_is_a_miss(computed):
    for row in (exact("a", RESULT, "q", 1.0, computed, 0.5), comparison("a", RESULT, "q", 1.0, computed)):
        assert row["passed"] is False
        assert row["computed"] is None
        assert row["error"] is None


def test_the_worst_error_is_a_share_of_its_tolerance():
    near, far = exact("a", RESULT, "q", 1.0, 1.1, 0.5), exact("b", RESULT, "q", 1.0, 0.0, 0.5)
    assert worst_use([near]) == pytest.approx(0.2)
    assert worst_use([near, far]) == pytest.approx(2.0)
    assert worst_use([exact("a", RESULT, "q", 3, 3, 0.0)]) == 0.0
    assert worst_use([exact("a", RESULT, "q", 3, 4, 0.0)]) == math.inf
    assert worst_use([near, exact("c", RESULT, "q", 1.0, math.nan, 0.5)]) == math.inf
    assert worst_use([comparison("d", RESULT, "q", 1.0, 9.0)]) is None
    assert tally([near, far]) == "MISSED 1 of 2"
    assert tally([near]) == "passed"


def test_rows_of_one_title_and_kind_belong_together():
    other = RESULT._replace(title="other")
    rows = [exact("a", RESULT, "q", 1.0, 1.0, 0.1), exact("b", other, "q", 1.0, 1.0, 0.1)]
    rows += [comparison("c", RESULT, "q", 1.0, 1.0), exact("d", RESULT, "q", 1.0, 1.0, 0.1)]
    assert [[row["id"] for row in group] for group in by_result(rows)] == [["a", "d"], ["b"], ["c"]]


def test_the_page_shows_every_row_and_what_was_missed():
    one, two, three = (Result(f"title of {n}", f"source of {n}", mark, f"why {n}") for n, mark in enumerate("VRC"))
    rows = [
        exact("one", one, "a | b", 1.0, 1.0, 0.1),
        exact("two", two, "q", 1.0, 2.0, 0.1),
        exact("four", two, "q", 1.0, math.nan, 0.1),
        comparison("three", three, "q", [20.0, 35.0], 27.0),
    ]
    text = page(rows)
    assert "1 of 3 published results reproduced (3 exact, 0 statistical, 0 ordering); 1 compared" in text
    assert text.partition("## Exact results")[0].count("**MISSED**") == 2
    assert "Verdict: **MISSED 2 of 2**." in text
    assert "20 to 35" in text
    assert "a \\| b" in text
    for row in rows:
        assert text.count(f"`{row['id']}`") == (2 if row["passed"] is False else 1)
        assert f"### {row['title']}\n\nSource: {row['source']}. Mark {row['mark']}: " in text
        assert f"olerance: {row['why']}." in text
    assert text.index("## Comparisons") > text.index("`four`", text.index("## Exact results"))
    assert text.index("`three`") > text.index("## Comparisons")
    widths = {line.replace("\\|", "").count("|") for line in text.splitlines() if line.startswith("|")}
    assert widths == {8}
