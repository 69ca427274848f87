"""Initiation: the bit history equals a list of hits, and confirmation has the published M-of-N probability."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.estimation.initiation import HISTORY_BITS, confirmed, consecutive_misses, hit_history


def history_of(hits):
    history = 0
    for hit in hits:
        history = hit_history(history, hit)
    return history


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 10), st.integers(1, HISTORY_BITS))
@settings(max_examples=300, deadline=None)
def test_history_equals_the_list_it_was_made_from(hits, m, n):
    history = history_of(hits)
    remembered = ([False] * HISTORY_BITS + hits)[-HISTORY_BITS:]
    assert 0 <= history < 2**HISTORY_BITS
    assert confirmed(history, m, n) == (sum(remembered[-n:]) >= m)
    misses = 0
    for hit in reversed(remembered):
        if hit:
            break
        misses += 1
    assert consecutive_misses(history) == misses


def test_known_histories():
    assert history_of([True]) == 1
    assert history_of([True, False, True]) == 0b101
    assert confirmed(0b101, 2, 3)
    assert not confirmed(0b1001, 2, 3)
    assert consecutive_misses(0b101000) == 3
    assert consecutive_misses(0) == HISTORY_BITS


def test_two_of_three_confirms_with_the_published_probability():
    """2 of 3 at 0.7 a look: 0.784, within 4 standard errors of 20,000 trials."""
    rng, trials = np.random.default_rng(1), 20_000
    looks = rng.random((trials, 3)) < 0.7
    share = sum(confirmed(history_of(row), 2, 3) for row in looks.tolist()) / trials
    assert share == pytest.approx(0.784, abs=4 * np.sqrt(0.784 * 0.216 / trials))


def test_compiled_equals_plain_python():
    for history in (0, 1, 0b1011000, 2**32 - 1):
        assert hit_history(history, True) == hit_history.py_func(history, True)
        assert confirmed(history, 3, 5) == confirmed.py_func(history, 3, 5)
        assert consecutive_misses(history) == consecutive_misses.py_func(history)
