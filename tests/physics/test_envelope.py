"""Envelope: meeting times against closed form and root search, sectors and limits against plain geometry."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from openiamd.physics.envelope import (
    above_horizon,
    coast,
    flown_m,
    in_sector,
    meeting_time_s,
    range_at_m,
    share_at,
    speed_then_mps,
    within_envelope,
)
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.physics.intercept import intercept_time_s
from openiamd.physics.refraction import radar_horizon_m

MU_M3_PER_S2 = 3.986004418e14
COORDINATE, SPEED = st.floats(-150e3, 150e3), st.floats(-500.0, 500.0)
STATE = st.tuples(COORDINATE, COORDINATE, st.floats(0.0, 30e3), SPEED, SPEED, SPEED)


def acceleration(place_m):
    outward_m = place_m + np.array([0.0, 0.0, EARTH_RADIUS_M])
    return -MU_M3_PER_S2 * outward_m / np.linalg.norm(outward_m) ** 3


def place_after(state, falling, time_s):
    pull = acceleration(state[:3]) if falling else np.zeros(3)
    return state[:3] + state[3:] * time_s + 0.5 * pull * time_s**2


@given(STATE, st.booleans(), st.floats(0.0, 200.0))
@settings(max_examples=100, deadline=None)
def test_coast_equals_numpy(state, falling, time_s):
    state, place_m = np.array(state), np.empty(3)
    coast(state, falling, time_s, place_m)
    assert place_m == pytest.approx(place_after(state, falling, time_s), rel=1e-12, abs=1e-6)


def test_a_falling_course_is_near_two_body_motion_for_a_minute():
    state, place_m = np.array([50e3, -80e3, 60e3, -300.0, 1_200.0, -400.0]), np.empty(3)
    start = state + np.array([0, 0, EARTH_RADIUS_M, 0, 0, 0])

    def motion(_, y):
        return np.concatenate([y[3:], -MU_M3_PER_S2 * y[:3] / np.linalg.norm(y[:3]) ** 3])

    exact_m = solve_ivp(motion, (0.0, 60.0), start, rtol=1e-10, atol=1e-6).y[:3, -1] - [0, 0, EARTH_RADIUS_M]
    coast(state, True, 60.0, place_m)
    fall_m = 0.5 * 9.6 * 60.0**2
    assert 1.0 < np.linalg.norm(place_m - exact_m) < 0.015 * fall_m


@given(STATE, st.floats(900.0, 2_500.0), st.floats(0.0, 60.0))
@settings(max_examples=200, deadline=None)
def test_a_straight_meeting_equals_the_closed_form(state, speed_mps, delay_s):
    state, launcher_m, meeting_m = np.array(state), np.array([1e3, -2e3, 50.0]), np.empty(3)
    time_s = meeting_time_s(state, False, launcher_m, speed_mps, 0.0, delay_s, meeting_m)
    dx_m, dy_m, dz_m = state[:3] - launcher_m
    exact_s = intercept_time_s(dx_m, dy_m, dz_m, state[3], state[4], state[5], speed_mps, delay_s)
    assert time_s == pytest.approx(exact_s, rel=1e-6, abs=1e-3)
    assert meeting_m == pytest.approx(place_after(state, False, time_s), abs=1e-6)


@given(STATE, st.floats(1_500.0, 2_500.0), st.floats(0.0, 30.0))
@settings(max_examples=100, deadline=None)
def test_a_falling_meeting_equals_a_root_search(state, speed_mps, delay_s):
    state, launcher_m, meeting_m = np.array(state), np.zeros(3), np.empty(3)

    def gap(time_s):
        return np.linalg.norm(place_after(state, True, time_s) - launcher_m) - speed_mps * (time_s - delay_s)

    assume(gap(delay_s) > 1.0)
    # Beyond 90 s the fall outruns the interceptor, and the first meeting need not be the only one.
    assume(gap(90.0) < 0.0)
    exact_s = brentq(gap, delay_s, 90.0)
    time_s = meeting_time_s(state, True, launcher_m, speed_mps, 0.0, delay_s, meeting_m)
    assert time_s == pytest.approx(exact_s, rel=1e-6, abs=1e-3)


def test_what_runs_away_is_never_met():
    state, meeting_m = np.array([10e3, 0.0, 1e3, 1_500.0, 0.0, 0.0]), np.empty(3)
    assert meeting_time_s(state, False, np.zeros(3), 1_000.0, 0.0, 0.0, meeting_m) == -1.0


@given(st.floats(-math.pi, 3 * math.pi), st.floats(0.01, 2 * math.pi - 0.01), st.floats(-math.pi, math.pi))
@settings(max_examples=200, deadline=None)
def test_sector_equals_the_angle_between_directions(facing_rad, sector_rad, azimuth_rad):
    basis = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    ahead = math.sin(facing_rad) * basis[0] + math.cos(facing_rad) * basis[1]
    direction = math.sin(azimuth_rad) * basis[0] + math.cos(azimuth_rad) * basis[1]
    off_rad = math.acos(min(max(float(ahead @ direction), -1.0), 1.0))
    assume(abs(off_rad - 0.5 * sector_rad) > 1e-6)
    east_m, north_m, up_m = 5e3 * direction + 3e3 * basis[2]  # height changes nothing
    assert in_sector(basis, east_m, north_m, up_m, facing_rad, sector_rad) == (off_rad < 0.5 * sector_rad)
    assert in_sector(basis, east_m, north_m, up_m, facing_rad, 2.0 * math.pi)


COASTING = st.tuples(st.floats(600.0, 2_500.0), st.floats(20e3, 400e3))  # speed at burnout, decay length


@given(COASTING, st.floats(0.0, 300.0))
@settings(max_examples=100, deadline=None)
def test_coasting_solves_its_equation_of_motion(coasting, flight_s):
    speed_mps, decay_m = coasting
    exact = solve_ivp(lambda _, y: [y[1], -(y[1] ** 2) / decay_m], (0.0, flight_s), [0.0, speed_mps], rtol=1e-10).y[
        :, -1
    ]
    assert flown_m(speed_mps, decay_m, flight_s) == pytest.approx(exact[0], rel=1e-7, abs=1e-6)
    assert speed_then_mps(speed_mps, decay_m, flight_s) == pytest.approx(exact[1], rel=1e-7)
    # In one decay length speed falls to 1/e.
    one_s = decay_m / speed_mps * (math.e - 1.0)
    assert flown_m(speed_mps, decay_m, one_s) == pytest.approx(decay_m)
    assert speed_then_mps(speed_mps, decay_m, one_s) == pytest.approx(speed_mps / math.e)


def test_coasting_by_the_numbers_of_a_body():
    """L = 2 m / (ρ S C_D): 500 kg, 0.4 m across, C_D 0.35 at 10 km, where ρ = 0.4135 kg/m³ (US Standard Atmosphere)."""
    decay_m = 2.0 * 500.0 / (0.4135 * math.pi * 0.2**2 * 0.35)
    assert decay_m == pytest.approx(55.0e3, rel=0.01)
    # Fleeman's form, with the drag deceleration at the start: V = V0 / (1 + t V0 rho S C_D / 2 m).
    drag_mps2 = 0.4135 * math.pi * 0.2**2 * 0.35 * 1_500.0**2 / (2.0 * 500.0)
    assert speed_then_mps(1_500.0, decay_m, 30.0) == pytest.approx(1_500.0 / (1.0 + 30.0 * drag_mps2 / 1_500.0))


@given(STATE, COASTING, st.floats(0.0, 30.0))
@settings(max_examples=200, deadline=None)
def test_a_coasting_meeting_equals_a_root_search(state, coasting, delay_s):
    (speed_mps, decay_m), state, meeting_m = coasting, np.array(state), np.empty(3)

    def gap(time_s):
        return np.linalg.norm(place_after(state, False, time_s)) - flown_m(speed_mps, decay_m, time_s - delay_s)

    assume(gap(delay_s) > 1.0)
    times_s = np.linspace(delay_s, delay_s + 200.0, 2001)
    gaps = np.array([gap(time_s) for time_s in times_s])
    met = np.flatnonzero(gaps < 0.0)
    assume(len(met) > 0 and np.all(np.diff(gaps) < 0.0))  # closing all the way: one meeting
    exact_s = brentq(gap, delay_s, times_s[met[0]])
    time_s = meeting_time_s(state, False, np.zeros(3), speed_mps, decay_m, delay_s, meeting_m)
    assert time_s == pytest.approx(exact_s, rel=1e-4, abs=1e-2)


def test_constant_speed_is_what_no_decay_means():
    assert flown_m(1_000.0, 0.0, 7.0) == 7_000.0
    assert speed_then_mps(1_000.0, 0.0, 7.0) == 1_000.0
    assert flown_m(1_000.0, 1e12, 7.0) == pytest.approx(7_000.0, rel=1e-6)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 200)), min_size=1, max_size=6), st.floats(-1e3, 40e3))
@settings(max_examples=100, deadline=None)
def test_ranges_by_altitude_equal_numpy(points, altitude_m):
    table = {1e3 * altitude: 1e3 * reach for altitude, reach in points}
    envelope = np.array(sorted(table.items()))
    assert range_at_m(envelope, altitude_m) == pytest.approx(np.interp(altitude_m, envelope[:, 0], envelope[:, 1]))


def test_the_share_falls_in_a_line_to_the_edge():
    assert share_at(10e3, 100e3, 0.5, 0.4) == share_at(50e3, 100e3, 0.5, 0.4) == 1.0
    assert share_at(75e3, 100e3, 0.5, 0.4) == pytest.approx(0.7)
    assert share_at(100e3, 100e3, 0.5, 0.4) == share_at(120e3, 100e3, 0.5, 0.4) == pytest.approx(0.4)
    assert share_at(100e3, 100e3, 0.5, 1.0) == 1.0


LIMITS = (3e3, 150e3, 50.0, 27e3)  # range from, to; altitude from, to
EFFECTIVE_M = 4.0 / 3.0 * 6_371_008.8


def test_limits_of_range_and_altitude():
    assert within_envelope(50e3, 5e3, 0.0, *LIMITS)
    assert not within_envelope(2.9e3, 5e2, 0.0, *LIMITS)
    assert not within_envelope(151e3, 20e3, 0.0, *LIMITS)
    assert not within_envelope(50e3, 28e3, 0.0, *LIMITS)
    assert within_envelope(50e3, 28e3, 1.1e3, *LIMITS)
    assert not within_envelope(10e3, 40.0, 0.0, *LIMITS)
    assert within_envelope(10e3, 40.0, 11.0, *LIMITS)


def test_the_horizon_is_that_of_antenna_and_target():
    horizon_m = radar_horizon_m(20.0, 100.0)
    assert above_horizon(horizon_m - 50.0, 100.0, 20.0, EFFECTIVE_M)
    assert not above_horizon(horizon_m + 50.0, 100.0, 20.0, EFFECTIVE_M)


@given(st.floats(1e3, 200e3), st.floats(0.0, 35e3), st.floats(0.0, 500.0), st.floats(0.0, 500.0))
@settings(max_examples=100, deadline=None)
def test_doubt_about_the_altitude_never_takes_a_shot_away(range_m, altitude_m, slack_m, more_m):
    sure = within_envelope(range_m, altitude_m, slack_m, *LIMITS)
    assert not sure or within_envelope(range_m, altitude_m, slack_m + more_m, *LIMITS)
