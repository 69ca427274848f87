"""Gravity: the surface value, its direction, and the gradient of the potential."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.physics.gravity import gravity_mps2

MU_M3_PER_S2 = 3.986004418e14  # WGS 84
PLACE = st.tuples(st.floats(-800e3, 800e3), st.floats(-800e3, 800e3), st.floats(-50e3, 400e3))


def potential(place_m):
    """Return -mu/r of theatre coordinates."""
    return -MU_M3_PER_S2 / np.linalg.norm(place_m + np.array([0.0, 0.0, EARTH_RADIUS_M]))


def test_surface_value():
    """GM/R² of a sphere of mean radius is 9.820 m/s² (Moritz 2000: mean gravity over the earth 9.82)."""
    assert gravity_mps2(0.0, 0.0, 0.0) == pytest.approx((0.0, 0.0, -9.820), abs=5e-4)


@given(PLACE)
@settings(max_examples=100, deadline=None)
def test_is_the_gradient_of_the_potential(place):
    place_m, step_m = np.array(place), 50.0
    for axis, value in enumerate(gravity_mps2(*place)):
        offset_m = step_m * np.eye(3)[axis]
        slope = (potential(place_m + offset_m) - potential(place_m - offset_m)) / (2.0 * step_m)
        assert value == pytest.approx(-slope, abs=1e-6)
