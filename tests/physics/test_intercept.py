"""Intercept: the meeting point is reached by both, it is the earliest, and the depth of fire of the closed form."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openiamd.physics.intercept import depth_of_fire_m, intercept_time_s

COORDINATE, SPEED = st.floats(-200e3, 200e3), st.floats(-900.0, 900.0)
VECTOR, VELOCITY = st.tuples(COORDINATE, COORDINATE, st.floats(0.0, 60e3)), st.tuples(SPEED, SPEED, SPEED)


def meeting_time(offset, velocity, speed, delay):
    return intercept_time_s(
        offset[0], offset[1], offset[2], velocity[0], velocity[1], velocity[2], speed, delay
    )  # fmt: skip


def gap(offset, velocity, speed, delay, time):
    """Distance of the target beyond the interceptor's reach."""
    return np.linalg.norm(np.array(offset) + np.array(velocity) * time) - speed * (time - delay)


@given(VECTOR, VELOCITY, st.floats(50.0, 2_000.0), st.floats(0.0, 60.0))
@settings(max_examples=400, deadline=None)
def test_the_meeting_is_real_and_the_earliest(offset, velocity, speed, delay):
    time = meeting_time(offset, velocity, speed, delay)
    # With equal speeds a meeting can lie aeons ahead, where rounding rules; none matters beyond 5,000 s.
    horizon = time if 0.0 <= time < 5_000.0 else 5_000.0
    if time == horizon:
        assert time >= delay
        scale = np.linalg.norm(offset) + (np.linalg.norm(velocity) + speed) * time + 1.0
        assert abs(gap(offset, velocity, speed, delay, time)) < 1e-6 * scale
    # Before the meeting, or for ever without one, the target is out of reach.
    assume(np.linalg.norm(np.array(offset) + np.array(velocity) * delay) > 1.0)
    for earlier in np.linspace(delay, max(delay, horizon * (1.0 - 1e-6)), 50)[:-1]:
        scale = np.linalg.norm(offset) + (np.linalg.norm(velocity) + speed) * earlier
        assert gap(offset, velocity, speed, delay, earlier) > -1e-6 * scale


def test_known_cases():
    assert meeting_time((10e3, 0.0, 0.0), (-250.0, 0.0, 0.0), 1_000.0, 0.0) == pytest.approx(8.0)
    # Receding at the interceptor's own speed, and faster: never.
    assert meeting_time((10e3, 0.0, 0.0), (1_000.0, 0.0, 0.0), 1_000.0, 0.0) == -1.0
    assert meeting_time((10e3, 0.0, 0.0), (1_500.0, 0.0, 0.0), 1_000.0, 0.0) == -1.0
    # Closing at the interceptor's own speed: they meet half way.
    assert meeting_time((10e3, 0.0, 0.0), (-1_000.0, 0.0, 0.0), 1_000.0, 0.0) == pytest.approx(5.0)
    # A crossing target at right angles: 3-4-5.
    assert meeting_time((3e3, 0.0, 0.0), (0.0, 800.0, 0.0), 1_000.0, 0.0) == pytest.approx(5.0)
    # With a delay of 2 s the target has come to 9.5 km.
    assert meeting_time((10e3, 0.0, 0.0), (-250.0, 0.0, 0.0), 1_000.0, 2.0) == pytest.approx(2.0 + 9.5 / 1.25)


def test_a_faster_target_that_comes_in_can_be_met():
    time = meeting_time((100e3, 0.0, 0.0), (-2_000.0, 0.0, 0.0), 1_000.0, 10.0)
    assert time == pytest.approx(10.0 + 80e3 / 3_000.0)


@given(st.floats(5e3, 150e3), st.floats(50.0, 900.0), st.floats(0.0, 30.0), st.floats(0.1, 30.0))
@settings(max_examples=100, deadline=None)
def test_a_longer_delay_never_helps(distance_m, target_mps, delay_s, more_s):
    early = meeting_time((distance_m, 1e3, 0.0), (-target_mps, 0.0, 0.0), 1_000.0, delay_s)
    late = meeting_time((distance_m, 1e3, 0.0), (-target_mps, 0.0, 0.0), 1_000.0, delay_s + more_s)
    assert 0.0 < early < late


def test_depth_of_fire_from_a_long_detection_range():
    """R_det 100, R_max 80, R_min 5 km, 0.25 against 1 km/s, 10 s and 10 s: 8 intercepts, 78.0, 60.4 ... 8.455 km."""
    intercepts_km = np.array(depth_of_fire_m(100e3, 80e3, 5e3, 250.0, 1_000.0, 10.0, 10.0)) / 1e3
    assert len(intercepts_km) == 8
    assert intercepts_km[:3] == pytest.approx([78.0, 60.4, 46.32])
    assert intercepts_km[-1] == pytest.approx(8.455, abs=1e-3)


def test_depth_of_fire_from_the_horizon():
    intercepts_km = np.array(depth_of_fire_m(35e3, 80e3, 5e3, 250.0, 1_000.0, 10.0, 10.0)) / 1e3
    assert intercepts_km == pytest.approx([26.0, 18.8, 13.04, 8.432])


def test_depth_of_fire_is_capped_by_the_envelope_and_empty_when_too_late():
    assert depth_of_fire_m(300e3, 80e3, 5e3, 250.0, 1_000.0, 10.0, 10.0)[0] == 80e3
    assert depth_of_fire_m(6e3, 80e3, 5e3, 250.0, 1_000.0, 10.0, 10.0) == []


def test_first_intercept_agrees_with_the_meeting_time():
    first_m = depth_of_fire_m(100e3, 200e3, 5e3, 250.0, 1_000.0, 10.0, 10.0)[0]
    time_s = meeting_time((100e3, 0.0, 0.0), (-250.0, 0.0, 0.0), 1_000.0, 10.0)
    assert 100e3 - 250.0 * time_s == pytest.approx(first_m)
    assert math.isclose(first_m, 78e3)
