"""Figures and differences as text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiamd.outputs import words
from openiamd.results.measures import MEASURES


def figure(mean, low, high, n=200):
    return {"mean": mean, "low": low, "high": high, "n": n, "method": "t interval over runs"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (20.0, "20"),
        (7.296, "7.30"),
        (44.26, "44.3"),
        (12345.6, "12,346"),
        (-0.0321, "−0.032"),
        (0.00042, "0.0004"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_numbers(value, text):
    assert words.number(value) == text


def test_decimals_follow_the_interval():
    assert words.mean(figure(7.296, 6.81, 7.79)) == "7.3"
    assert words.interval(figure(7.296, 6.81, 7.79)) == "[6.8, 7.8]"
    assert words.interval(figure(0.4, 0.31, 0.49)) == "[0.31, 0.49]"
    assert words.interval(figure(-0.07, -0.13, -0.002)) == "[−0.130, −0.002]"
    assert words.interval(figure(4.0, None, None)) == ""


@pytest.mark.parametrize(
    ("key", "low", "high", "word"),
    [
        ("leakers.total", -3.0, -1.0, "fewer"),
        ("leakers.total", 1.0, 3.0, "more"),
        ("leakers.total", -1.0, 0.0, "no difference shown"),
        ("siap.completeness.s400-cp", 0.1, 0.2, "higher"),
        ("warning_time_s.cruise", -9.0, -1.0, "shorter"),
        ("leakers.total", None, None, "no difference shown"),
    ],
)
def test_verdicts(key, low, high, word):
    mean = 0.0 if low is None else (low + high) / 2
    assert words.verdict(figure(mean, low, high), key) == word


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_a_shown_difference_never_reads_as_zero(mean, below, above):
    shown = figure(mean, mean - below, mean + above)
    if (
        words.verdict(shown, "leakers.total") == words.NO_DIFFERENCE
        or min(abs(shown["low"]), abs(shown["high"])) < 1e-4
    ):
        return
    text = words.interval(shown).strip("[]").replace("−", "-")
    assert all(float(limit.replace(",", "")) != 0.0 for limit in text.split(", "))


def test_sentences():
    figures = {
        "hostile.total": figure(20.0, 20.0, 20.0),
        "leakers.total": figure(7.3, 6.81, 7.79),
        "friendly_engaged": figure(0.5, 0.33, 0.67),
    }
    assert words.level_sentence(figures) == (
        "of 20 hostile objects, 7.3 [6.8, 7.8] get through in an average raid; 0.50 [0.33, 0.67] friendly aircraft are "
        "shot at"
    )
    differences = {"leakers.total": figure(-3.1, -3.5, -2.8), "friendly_engaged": figure(0.0, -0.1, 0.1)}
    assert words.difference_sentence(differences, "standalone") == (
        "against standalone, 3.1 fewer hostile objects get through (2.8 to 3.5); "
        "no difference shown in friendly aircraft shot at (−0.10 to 0.10)"
    )


def test_every_measure_has_words_of_its_own():
    for key in MEASURES:
        key = key.replace("<class>", "cruise").replace("<node>", "crc").replace("<asset>", "ankara")
        key = {"zero_leakers": "probability_zero_leakers"}.get(key, key)
        assert words.wording(key).label != key, key
        assert words.wording(key).label[0].isupper()
