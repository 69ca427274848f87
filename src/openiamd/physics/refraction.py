"""Refraction by an effective earth radius: radar horizon, visibility and elevation over a smooth earth.

Rays are straight over an earth whose radius is 4/3 of the true one. Sources: Schelleng, Burrows & Ferrell, Proc. IRE
21 (1933); Skolnik, Introduction to Radar Systems, 3rd ed. (2001), ch. 8. Terrain is not represented here.
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.geodesy import EARTH_RADIUS_M

EFFECTIVE_RADIUS_FACTOR = 4.0 / 3.0
EFFECTIVE_EARTH_RADIUS_M = EFFECTIVE_RADIUS_FACTOR * EARTH_RADIUS_M


@kernel
def radar_horizon_m(antenna_height_m: float, target_height_m: float) -> float:
    """Return the ground range in metres at which a target comes over the horizon: sqrt(2kRh1) + sqrt(2kRh2).

    Equal to the textbook 4.12 (sqrt h1 + sqrt h2) km. Heights below zero count as zero.
    """
    antenna_m = math.sqrt(2.0 * EFFECTIVE_EARTH_RADIUS_M * max(0.0, antenna_height_m))
    return antenna_m + math.sqrt(2.0 * EFFECTIVE_EARTH_RADIUS_M * max(0.0, target_height_m))


@kernel
def visible(antenna_height_m: float, target_height_m: float, ground_range_m: float) -> bool:
    """Tell whether a target at a ground range lies above the smooth-earth radar horizon."""
    return ground_range_m <= radar_horizon_m(antenna_height_m, target_height_m)


@kernel
def elevation_four_thirds(antenna_height_m: float, target_height_m: float, ground_range_m: float) -> float:
    """Return the apparent elevation in radians of a target under the 4/3 earth, heights in metres above the sphere.

    tan(el) = ((a + ht) cos(d/a) - (a + h)) / ((a + ht) sin(d/a)), with a the effective radius and d the ground range.
    """
    angle_rad = ground_range_m / EFFECTIVE_EARTH_RADIUS_M
    target_radius_m = EFFECTIVE_EARTH_RADIUS_M + target_height_m
    # (a + ht) cos - (a + h) = ht - h - 2 (a + ht) sin^2(angle / 2), without the cancellation of the two radii.
    half_sine = math.sin(0.5 * angle_rad)
    rise_m = target_height_m - antenna_height_m - 2.0 * target_radius_m * half_sine * half_sine
    return math.atan2(rise_m, target_radius_m * math.sin(angle_rad))


@kernel
def height_at_slant_range_m(
    antenna_height_m: float, elevation_rad: float, slant_range_m: float, effective_radius_m: float
) -> float:
    """Return the height in metres of a point at a slant range along an apparent elevation (law of cosines)."""
    antenna_radius_m = effective_radius_m + antenna_height_m
    squared_m2 = antenna_radius_m * antenna_radius_m + slant_range_m * slant_range_m
    squared_m2 += 2.0 * antenna_radius_m * slant_range_m * math.sin(elevation_rad)
    return math.sqrt(squared_m2) - effective_radius_m
