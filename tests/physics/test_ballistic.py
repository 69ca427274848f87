"""Ballistic arcs: tabulated trajectories, numerical integration, impact prediction, great-circle flight."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from openiamd.physics import ballistic
from openiamd.physics.geodesy import EARTH_RADIUS_M

# Range km, speed m/s, flight path angle deg, apogee km, time of flight s: closed form checked by integration.
TRAJECTORIES = [
    (100, 987.0995, 44.7752, 24.9016, 143.4550),
    (300, 1696.4787, 44.3255, 74.1102, 251.0351),
    (500, 2173.3721, 43.8758, 122.5157, 327.3644),
    (600, 2371.7451, 43.6510, 146.4136, 360.3932),
    (1000, 3016.1143, 42.7517, 239.9384, 474.3607),
    (1300, 3400.9067, 42.0772, 307.8718, 548.4894),
    (2000, 4112.8683, 40.5034, 458.7897, 701.7854),
    (3000, 4864.9896, 38.2551, 655.2066, 895.0367),
    (5000, 5883.3643, 33.7585, 976.0462, 1236.6860),
    (10000, 7198.0763, 22.5170, 1319.4783, 1930.9589),
]
U, T = np.array([0.6, 0.0, 0.8]), np.array([0.0, 1.0, 0.0])
RANGES = st.floats(20e3, 12_000e3)


def state(elapsed_s, range_m, u=U, t=T):
    return np.array(ballistic.ballistic_state(elapsed_s, u[0], u[1], u[2], t[0], t[1], t[2], range_m / EARTH_RADIUS_M))


def impact(six):
    return ballistic.impact_from_state(six[0], six[1], six[2], six[3], six[4], six[5])


@pytest.mark.parametrize("row", TRAJECTORIES, ids=lambda row: f"{row[0]} km")
def test_minimum_energy_table(row):
    range_km, speed, angle_deg, apogee_km, time_s = row
    computed = ballistic.minimum_energy(range_km * 1e3)
    assert computed[0] == pytest.approx(speed, abs=6e-5)
    assert math.degrees(computed[1]) == pytest.approx(angle_deg, abs=6e-5)
    assert computed[2] / 1e3 == pytest.approx(apogee_km, abs=6e-5)
    assert computed[3] == pytest.approx(time_s, abs=6e-5)


def test_published_flight_of_a_450_km_missile():
    """Reported in May 2017: 450 km, apogee 120 km, about 6 minutes with a boost of about one."""
    _, _, apogee_m, time_s = ballistic.minimum_energy(450e3)
    assert apogee_m == pytest.approx(120e3, rel=0.1)
    assert time_s + 60.0 == pytest.approx(360.0, rel=0.1)


@given(RANGES)
@settings(max_examples=100, deadline=None)
def test_flight_begins_and_ends_on_the_surface_at_the_stated_places(range_m):
    speed, angle, apogee_m, time_s = ballistic.minimum_energy(range_m)
    launch, landing, middle = state(0.0, range_m), state(time_s, range_m), state(0.5 * time_s, range_m)
    turn = range_m / EARTH_RADIUS_M
    assert launch[:3] == pytest.approx(EARTH_RADIUS_M * U, abs=1e-2)
    assert landing[:3] == pytest.approx(EARTH_RADIUS_M * (math.cos(turn) * U + math.sin(turn) * T), abs=1e-2)
    assert np.linalg.norm(middle[:3]) - EARTH_RADIUS_M == pytest.approx(apogee_m, abs=1e-2)
    assert launch[3:] == pytest.approx(speed * (math.sin(angle) * U + math.cos(angle) * T), abs=1e-4)


@pytest.mark.parametrize("range_km", [300.0, 1_300.0, 10_000.0])
def test_state_equals_numerical_integration(range_km):
    time_s = ballistic.minimum_energy(range_km * 1e3)[3]
    times = np.linspace(0.0, time_s, 9)

    def two_body(_, y):
        return np.concatenate(
            [y[3:], -ballistic.GRAVITATIONAL_PARAMETER_M3_PER_S2 * y[:3] / np.linalg.norm(y[:3]) ** 3]
        )

    start = state(0.0, range_km * 1e3)
    solution = solve_ivp(two_body, (0.0, time_s), start, "DOP853", times, rtol=1e-12, atol=1e-6)
    for column, elapsed_s in enumerate(times):
        computed = state(elapsed_s, range_km * 1e3)
        assert computed[:3] == pytest.approx(solution.y[:3, column], abs=0.05)
        assert computed[3:] == pytest.approx(solution.y[3:, column], abs=1e-4)


@given(RANGES, st.floats(0.001, 0.999))
@settings(max_examples=200, deadline=None)
def test_impact_is_where_and_when_the_arc_lands(range_m, fraction):
    time_s = ballistic.minimum_energy(range_m)[3]
    x, y, z, remaining_s = impact(state(fraction * time_s, range_m))
    assert remaining_s == pytest.approx((1.0 - fraction) * time_s, abs=1e-4)
    assert (x, y, z) == pytest.approx(tuple(state(time_s, range_m)[:3]), abs=0.5)


def test_impact_of_special_states():
    high = EARTH_RADIUS_M + 400e3
    circular = math.sqrt(ballistic.GRAVITATIONAL_PARAMETER_M3_PER_S2 / high)
    assert ballistic.impact_from_state(high, 0.0, 0.0, 0.0, circular, 0.0) == (high, 0.0, 0.0, -1.0)
    assert ballistic.impact_from_state(high, 0.0, 0.0, 12e3, 0.0, 0.0)[3] == -1.0
    assert ballistic.impact_from_state(EARTH_RADIUS_M - 5.0, 0.0, 0.0, 0.0, 0.0, 0.0)[3] == 0.0
    # Dropped from rest: straight down, and by the uniform-gravity time for a small height.
    x, y, z, time_s = ballistic.impact_from_state(EARTH_RADIUS_M + 1_000.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert (x, y, z) == pytest.approx((EARTH_RADIUS_M, 0.0, 0.0), abs=1e-3)
    assert time_s == pytest.approx(math.sqrt(2_000.0 / 9.820), rel=1e-3)


@given(st.floats(0.0, 5_000e3), st.floats(0.0, 15e3), st.floats(50.0, 900.0), st.floats(-50.0, 50.0))
@settings(max_examples=100, deadline=None)
def test_great_circle_velocity_is_the_derivative_of_the_position(distance_m, height_m, speed_mps, climb_mps):
    def at(time_s):
        return np.array(
            ballistic.great_circle_state(
                distance_m + speed_mps * time_s, height_m + climb_mps * time_s, speed_mps, climb_mps,
                U[0], U[1], U[2], T[0], T[1], T[2],
            )
        )  # fmt: skip

    now = at(0.0)
    assert np.linalg.norm(now[:3]) == pytest.approx(EARTH_RADIUS_M + height_m, abs=1e-6)
    assert (at(0.5)[:3] - at(-0.5)[:3]) == pytest.approx(now[3:], abs=1e-2)
    angle = math.atan2(float(now[:3] @ T), float(now[:3] @ U))
    assert angle * EARTH_RADIUS_M == pytest.approx(distance_m, abs=1e-5)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_tangent_leads_to_the_other_point(seed):
    u, w = (vector / np.linalg.norm(vector) for vector in np.random.default_rng(seed).normal(size=(2, 3)))
    tx, ty, tz, angle = ballistic.tangent_towards(u[0], u[1], u[2], w[0], w[1], w[2])
    t = np.array([tx, ty, tz])
    assert np.linalg.norm(t) == pytest.approx(1.0)
    assert t @ u == pytest.approx(0.0, abs=1e-9)
    assert math.cos(angle) * u + math.sin(angle) * t == pytest.approx(w, abs=1e-9)


def test_tangent_of_parallel_directions_is_zero():
    assert ballistic.tangent_towards(0.0, 0.0, 1.0, 0.0, 0.0, 1.0) == (0.0, 0.0, 0.0, 0.0)
    assert ballistic.tangent_towards(0.0, 0.0, 1.0, 0.0, 0.0, -1.0)[3] == pytest.approx(math.pi)


def test_compiled_equals_plain_python():
    arguments = (100.0, 0.6, 0.0, 0.8, 0.0, 1.0, 0.0, 0.08)
    compiled = ballistic.ballistic_state(*arguments)
    assert compiled == pytest.approx(ballistic.ballistic_state.py_func(*arguments), rel=1e-12)
    assert ballistic.impact_from_state(*compiled) == pytest.approx(
        ballistic.impact_from_state.py_func(*compiled), rel=1e-9
    )
