"""Minimum-energy ballistic flight."""

import math

from openiamd.physics.ballistic import minimum_energy


def burnout_speed_mps(range_m: float) -> float:
    """Return the speed at burnout."""
    return minimum_energy(range_m)[0]


def flight_path_angle_deg(range_m: float) -> float:
    """Return the flight path angle at burnout in degrees, as tables print it."""
    return math.degrees(minimum_energy(range_m)[1])


def apogee_km(range_m: float) -> float:
    """Return the height of the apogee in km, as tables print it."""
    return minimum_energy(range_m)[2] / 1e3


def flight_time_s(range_m: float, boost_s: float = 0.0) -> float:
    """Return the time of flight, with a boost phase added where one is given."""
    return minimum_energy(range_m)[3] + boost_s
