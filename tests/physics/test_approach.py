"""Approach: against a search along the course, and against an integration of free fall."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from openiamd.physics.approach import first_reached, time_to_go_s, time_to_impact_s, time_to_reach_s
from openiamd.physics.geodesy import EARTH_RADIUS_M

MU_M3_PER_S2 = 3.986004418e14
CENTRE_M = np.array([0.0, 0.0, -EARTH_RADIUS_M])
COORDINATE, SPEED = st.floats(-100e3, 100e3), st.floats(-600.0, 600.0)
STATE = st.tuples(COORDINATE, COORDINATE, st.floats(0.0, 20e3), SPEED, SPEED, st.floats(-100.0, 100.0))


def place_on_ground(east_m, north_m):
    outward = np.array([east_m, north_m, EARTH_RADIUS_M])
    return CENTRE_M + outward * EARTH_RADIUS_M / np.linalg.norm(outward)


def level_distance_m(state, place_m, time_s):
    """Distances (time,) from the place in its horizontal plane."""
    up = (place_m - CENTRE_M) / np.linalg.norm(place_m - CENTRE_M)
    offset_m = state[:3] + np.multiply.outer(time_s, state[3:]) - place_m
    return np.linalg.norm(offset_m - np.multiply.outer(offset_m @ up, up), axis=-1)


@given(STATE, COORDINATE, COORDINATE, st.floats(1e3, 40e3))
@settings(max_examples=200, deadline=None)
def test_reaches_when_a_search_along_the_course_says_so(state, east_m, north_m, radius_m):
    state, place_m = np.array(state), place_on_ground(east_m, north_m)
    found_s = time_to_reach_s(state, place_m, radius_m)
    grid_s = np.linspace(0.0, 2_000.0, 20_001)
    distance_m = level_distance_m(state, place_m, grid_s)
    nearest = int(distance_m.argmin())
    slack_m = 0.1 * np.linalg.norm(state[3:])  # what the course covers between two points of the search
    if math.isinf(found_s):
        up = (place_m - CENTRE_M) / np.linalg.norm(place_m - CENTRE_M)
        level_mps = np.linalg.norm(state[3:] - (state[3:] @ up) * up)
        # What hardly moves, passes abeam, or has passed and left does not reach the place.
        assert level_mps < 1.0 + 1e-9 or nearest == 0 or distance_m[nearest] > radius_m - slack_m
    elif found_s == 0.0:
        assert distance_m[0] <= radius_m + slack_m
        assert nearest <= 1
    else:
        assert level_distance_m(state, place_m, np.array([found_s]))[0] <= radius_m + 1e-6
        if found_s < grid_s[-1]:
            assert level_distance_m(state, place_m, np.array([found_s]))[0] <= distance_m[nearest] + 1e-6


def test_known_courses():
    place_m = place_on_ground(0.0, 0.0)
    inbound = np.array([0.0, -50e3, 100.0, 0.0, 250.0, 0.0])
    assert time_to_reach_s(inbound, place_m, 1e3) == pytest.approx(200.0)
    abeam = inbound + np.array([5e3, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert time_to_reach_s(abeam, place_m, 4.9e3) == math.inf
    assert time_to_reach_s(abeam, place_m, 5.1e3) == pytest.approx(200.0)
    outbound = inbound * np.array([1, 1, 1, 1, -1, 1])
    assert time_to_reach_s(outbound, place_m, 1e3) == math.inf
    assert time_to_reach_s(outbound, place_m, 60e3) == 0.0
    hovering = inbound * np.array([1, 1, 1, 0, 0, 0])
    assert time_to_reach_s(hovering, place_m, 1e3) == math.inf


def fall(state):
    """Integrate two-body motion to the sphere; return place (3,) in theatre axes and time."""

    def motion(_, y):
        return np.concatenate([y[3:], -MU_M3_PER_S2 * y[:3] / np.linalg.norm(y[:3]) ** 3])

    def ground(_, y):
        return np.linalg.norm(y[:3]) - EARTH_RADIUS_M

    ground.terminal = True
    ground.direction = -1
    start = np.concatenate([state[:3] - CENTRE_M, state[3:]])
    done = solve_ivp(motion, (0.0, 2_000.0), start, events=ground, rtol=1e-10, atol=1e-4)
    return done.y_events[0][0][:3] + CENTRE_M, float(done.t_events[0][0])


@pytest.mark.parametrize(
    "state",
    [
        (0.0, -100e3, 60e3, 0.0, 1_200.0, -300.0),
        (-200e3, 50e3, 90e3, 1_500.0, -200.0, 400.0),
        (10e3, 20e3, 30e3, 0.0, 0.0, -1_000.0),
        (300e3, 0.0, 5e3, -1_400.0, 100.0, 1_300.0),
    ],
)
def test_impact_equals_an_integration_of_free_fall(state):
    state = np.array(state)
    impact_m, time_s = fall(state)
    assert time_to_impact_s(state, impact_m, 10.0) == pytest.approx(time_s, abs=1e-3)
    aside_m = np.array([2e3, 0.0, 0.0])
    assert time_to_impact_s(state, impact_m + aside_m, 1.9e3) == math.inf
    assert time_to_impact_s(state, impact_m + aside_m, 2.1e3) == pytest.approx(time_s, abs=1e-3)


def test_what_escapes_never_comes_down():
    assert time_to_impact_s(np.array([0.0, 0.0, 100e3, 0.0, 0.0, 12e3]), np.zeros(3), 1e6) == math.inf


def test_the_soonest_place_counts():
    places_m = np.array([place_on_ground(0.0, 0.0), place_on_ground(0.0, -20e3), place_on_ground(60e3, 0.0)])
    radii_m = np.array([5e3, 5e3, 5e3])
    course = np.array([0.0, -50e3, 100.0, 0.0, 250.0, 0.0])
    assert time_to_go_s(course, False, places_m, radii_m) == pytest.approx(120.0, abs=0.1)
    assert time_to_go_s(course, False, places_m[:1], radii_m[:1]) == pytest.approx(200.0)
    assert first_reached(course, False, places_m, radii_m)[0] == 1
    assert first_reached(course, False, places_m[:0], radii_m[:0]) == (-1, math.inf)
    assert time_to_go_s(course, False, places_m[:0], radii_m[:0]) == math.inf
    falling = np.array([0.0, -100e3, 60e3, 0.0, 1_200.0, -300.0])
    impact_m, time_s = fall(falling)
    both_m = np.array([place_on_ground(0.0, 0.0), impact_m])
    assert time_to_go_s(falling, True, both_m, np.array([1e3, 1e3])) == pytest.approx(time_s, abs=1e-3)
