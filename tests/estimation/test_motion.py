"""Flight between two times: a textbook with full matrices, a circle flown exactly, and looking back."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.estimation.kalman import predict
from openiamd.estimation.motion import fly

SEEDS = st.integers(0, 2**32 - 1)


def random_state(seed):
    draw = np.random.default_rng(seed)
    root = draw.normal(size=(6, 6)) * np.array([300, 300, 300, 15, 15, 15])[:, None]
    covariance = root @ root.T
    return np.concatenate([draw.normal(0, 1e5, 3), draw.normal(0, 300, 3)]), 0.5 * (covariance + covariance.T)


def transition(dt, rate):
    ahead, aside = (dt, 0.0) if rate == 0.0 else (math.sin(rate * dt) / rate, (1.0 - math.cos(rate * dt)) / rate)
    found = np.eye(6)
    found[:2, 3:5] = [[ahead, -aside], [aside, ahead]]
    found[2, 5] = dt
    cosine, sine = math.cos(rate * dt), math.sin(rate * dt)
    found[3:5, 3:5] = [[cosine, -sine], [sine, cosine]]
    return found


@given(SEEDS, st.floats(0.0, 30.0), st.floats(-0.2, 0.2))
@settings(max_examples=100)
def test_equals_the_textbook(seed, dt, rate):
    rate = 0.0 if abs(rate) < 1e-3 else rate
    x, p = random_state(seed)
    noise = np.kron([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]], np.diag([2.0, 2.0, 0.1]))
    f = transition(dt, rate)
    expected, expected_p = f @ x, f @ p @ f.T + noise
    fly(x, p, dt, rate, 2.0, 0.1)
    np.testing.assert_allclose(x, expected, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(p, expected_p, rtol=1e-9, atol=1e-6 * np.abs(expected_p).max())
    assert (p == p.T).all()


@given(SEEDS, st.floats(-30.0, 30.0))
@settings(max_examples=100)
def test_straight_flight_equals_the_filter_of_the_simulation(seed, dt):
    x, p = random_state(seed)
    other, other_p = x.copy(), p.copy()
    fly(x, p, dt, 0.0, 3.0, 3.0)
    predict(other, other_p, dt, 3.0, 0.0, 0.0, 0.0)
    np.testing.assert_allclose(x, other, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(p, other_p, rtol=1e-9, atol=1e-9 * np.abs(p).max())


def test_slow_turns_pass_into_straight_flight():
    states = []
    for rate in (0.0, 0.9e-7, 1.1e-7):
        x, p = random_state(1)
        fly(x, p, 10.0, rate, 1.0, 1.0)
        states.append(np.concatenate([x, p.ravel()]))
    np.testing.assert_allclose(states[1], states[0], rtol=1e-4)
    np.testing.assert_allclose(states[2], states[1], rtol=1e-5)


def test_a_turn_to_the_left_closes_its_circle():
    x, p = np.array([0.0, 0.0, 5_000.0, 200.0, 0.0, 0.0]), np.eye(6)
    rate = 2.0 * math.pi / 60.0
    fly(x, p, 15.0, rate, 1.0, 1.0)
    radius = 200.0 / rate
    np.testing.assert_allclose(x, [radius, radius, 5_000.0, 0.0, 200.0, 0.0], atol=1e-9)
    fly(x, p, 45.0, rate, 1.0, 1.0)
    np.testing.assert_allclose(x, [0.0, 0.0, 5_000.0, 200.0, 0.0, 0.0], atol=1e-9)


@given(SEEDS, st.floats(-60.0, -0.1), st.floats(-0.2, 0.2))
@settings(max_examples=100)
def test_looking_back_leaves_covariances_positive(seed, dt, rate):
    x, p = random_state(seed)
    fly(x, p, dt, rate, 5.0, 0.5)
    scale = np.sqrt(np.diag(p))
    assert np.linalg.eigvalsh(p / np.outer(scale, scale))[0] > 0.0
