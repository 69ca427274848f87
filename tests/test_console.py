"""Figures as the terminal shows them."""

import pytest

from openiamd.console import difference_text, interval_text


@pytest.mark.parametrize(
    ("mean", "low", "high", "level", "difference"),
    [
        (2.0, 1.5, 2.5, "2.00 [1.50, 2.50]", "2.00 [1.50, 2.50] more"),
        (-2.0, -2.5, 2.5, "-2.0 [-2.5, 2.5]", "-2.0 [-2.5, 2.5] unclear"),
        (2.0, None, None, "2.00", "2.00"),
        (0.0, None, None, "0", "0"),
        (None, None, None, "–", "–"),
    ],
)
def test_a_figure_without_an_interval_is_shown_alone(mean, low, high, level, difference):
    estimate = {"mean": mean, "low": low, "high": high, "n": 20, "method": ""}
    assert interval_text(estimate) == level
    assert difference_text(estimate) == difference
