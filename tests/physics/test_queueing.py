"""Queueing: published blocking values, the defining sums, and the gain of pooling."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.physics.queueing import erlang_b, erlang_c, pooling


@pytest.mark.parametrize(
    ("load", "channels", "published", "tolerance"),
    [(4.0, 6, 0.1172, 5e-5), (6.0, 6, 0.2649, 5e-5), (12.0, 6, 0.5561, 5e-5), (36.0, 18, 0.523, 5e-4)],
)
def test_erlang_b_values(load, channels, published, tolerance):
    assert erlang_b(load, channels) == pytest.approx(published, abs=tolerance)


@given(st.floats(0.01, 40.0), st.integers(1, 30))
@settings(max_examples=100, deadline=None)
def test_erlang_formulas_equal_their_defining_sums(load, channels):
    terms = [math.exp(k * math.log(load) - math.lgamma(k + 1)) for k in range(channels + 1)]
    assert erlang_b(load, channels) == pytest.approx(terms[-1] / sum(terms), rel=1e-9)
    if load < channels * (1.0 - 1e-9):
        waiting = terms[-1] * channels / (channels - load)
        assert erlang_c(load, channels) == pytest.approx(waiting / (sum(terms[:-1]) + waiting), rel=1e-6)


def test_pooling_three_batteries():
    """Three batteries of 4 Erlang on 6 channels: 11.7 % lost; pooled 12 on 18: 2.65 %."""
    separate, pooled = pooling(4.0, 6, 3)
    assert separate == pytest.approx(0.1172, abs=5e-5)
    assert pooled == pytest.approx(0.0265, abs=5e-5)


def test_pooling_stops_helping_at_overload():
    separate, pooled = pooling(12.0, 6, 3)
    assert (separate, pooled) == pytest.approx((0.556, 0.523), abs=5e-4)


@given(st.floats(0.0, 50.0), st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_erlang_c_is_at_least_erlang_b_and_more_channels_never_hurt(load, channels):
    assert erlang_b(load, channels + 1) <= erlang_b(load, channels) <= erlang_c(load, channels) + 1e-12
    assert erlang_c(load, channels) <= 1.0


def test_erlang_edges():
    assert erlang_b(0.0, 3) == 0.0
    assert erlang_b(2.0, 0) == 1.0
    assert erlang_c(6.0, 6) == 1.0


def test_erlang_b_holds_for_deterministic_service():
    """The formula does not depend on the service-time law: 200,000 Poisson arrivals, fixed service, (4, 6)."""
    rng, busy_until, lost, arrivals = np.random.default_rng(12), [0.0] * 6, 0, 200_000
    for time in np.cumsum(rng.exponential(0.25, arrivals)):
        channel = min(range(6), key=busy_until.__getitem__)
        if busy_until[channel] > time:
            lost += 1
        else:
            busy_until[channel] = time + 1.0
    assert lost / arrivals == pytest.approx(0.1172, abs=0.004)
