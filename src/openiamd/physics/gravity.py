"""Gravity of a spherical earth, in the theatre frame."""

import math

from openiamd.kernels import kernel
from openiamd.physics.ballistic import GRAVITATIONAL_PARAMETER_M3_PER_S2
from openiamd.physics.geodesy import EARTH_RADIUS_M


@kernel
def gravity_mps2(east_m: float, north_m: float, up_m: float) -> tuple[float, float, float]:
    """Return the acceleration (3) toward the earth's centre at a place: μ / r² (two-body)."""
    outward_m = up_m + EARTH_RADIUS_M
    square = east_m * east_m + north_m * north_m + outward_m * outward_m
    scale = -GRAVITATIONAL_PARAMETER_M3_PER_S2 / (square * math.sqrt(square))
    return scale * east_m, scale * north_m, scale * outward_m
