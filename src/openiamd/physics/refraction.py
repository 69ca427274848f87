"""Refraction by an effective earth radius: radar horizon, visibility and elevation over a smooth earth.

Rays are straight over an earth whose radius is 4/3 of the true one. Sources: Schelleng, Burrows & Ferrell, Proc. IRE
21 (1933); Skolnik, Introduction to Radar Systems, 3rd ed. (2001), ch. 8. Terrain is not represented here.

Rays that bend are traced at the end, to say how far off that is: Snell's law on a sphere, n r cos(el) = constant,
through the exponential atmosphere of the Central Radio Propagation Laboratory (Bean & Thayer, J. Res. NBS 63D (1959)
315; integrals as in Blake, Radio Science 3 (1968) 85).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel
from openiamd.physics.geodesy import EARTH_RADIUS_M

EFFECTIVE_RADIUS_FACTOR = 4.0 / 3.0
EFFECTIVE_EARTH_RADIUS_M = EFFECTIVE_RADIUS_FACTOR * EARTH_RADIUS_M

CRPL_REFRACTIVITY = 313.0  # N-units at the surface
CRPL_DECAY_PER_M = 0.143859e-3

Floats = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_PANELS = 8


@kernel
def horizon_m(height_m: float, effective_radius_m: float) -> float:
    """Return the ground range in metres to the horizon from a height: sqrt(2 a h); below zero it counts as zero."""
    return math.sqrt(2.0 * effective_radius_m * max(0.0, height_m))


@kernel
def radar_horizon_m(antenna_height_m: float, target_height_m: float) -> float:
    """Return the ground range in metres at which a target comes over the horizon: sqrt(2kRh1) + sqrt(2kRh2).

    Equal to the textbook 4.12 (sqrt h1 + sqrt h2) km. Heights below zero count as zero.
    """
    return horizon_m(antenna_height_m, EFFECTIVE_EARTH_RADIUS_M) + horizon_m(target_height_m, EFFECTIVE_EARTH_RADIUS_M)


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


@kernel
def slant_range_at_height_m(
    antenna_height_m: float, target_height_m: float, elevation_rad: float, effective_radius_m: float
) -> float:
    """Return the slant range in metres at which a ray that goes up reaches a height: inverse of the above.

    The farther of two crossings; NaN where the ray never gets there.
    """
    rise_m = target_height_m - antenna_height_m
    projected_m = (effective_radius_m + antenna_height_m) * math.sin(elevation_rad)
    squared_m2 = projected_m * projected_m + rise_m * (2.0 * (effective_radius_m + antenna_height_m) + rise_m)
    return math.sqrt(squared_m2) - projected_m if squared_m2 >= 0.0 else math.nan


@kernel
def ground_range_m(
    antenna_height_m: float, elevation_rad: float, slant_range_m: float, effective_radius_m: float
) -> float:
    """Return the distance in metres along the sphere below a point at a slant range and apparent elevation."""
    up_m = effective_radius_m + antenna_height_m + slant_range_m * math.sin(elevation_rad)
    return effective_radius_m * math.atan2(slant_range_m * math.cos(elevation_rad), up_m)


def effective_radius_m(refractivity_gradient_per_m: float, earth_radius_m: float = EARTH_RADIUS_M) -> float:
    """Return the radius R / (1 + R dn/dh) of the earth over which rays in a gradient of refractivity are straight.

    ``refractivity_gradient_per_m`` is in N-units a metre, negative in the ordinary atmosphere; -157e-3 (ducting) and
    below raise ValueError. Source: ITU-R P.834-9, section 3.1; Skolnik 2001, section 8.4.
    """
    curvature = 1.0 + earth_radius_m * refractivity_gradient_per_m * 1e-6
    if curvature <= 0.0:
        raise ValueError("rays bend more than the earth: no effective radius describes them")
    return earth_radius_m / curvature


class RayPath(NamedTuple):
    """A bent ray between two heights; elements (n,) in no particular order, for integrals along it."""

    ground_range_m: float  # along the sphere
    apparent_range_m: float  # speed of light times the travel time
    slant_range_m: float  # straight line between the ends
    true_elevation_rad: float  # of that line, at the antenna
    heights_m: Floats  # (n,) of the elements
    lengths_m: Floats  # (n,) of the elements: quadrature weights


def trace_ray(
    antenna_height_m: float,
    target_height_m: float,
    elevation_rad: float,
    surface_refractivity: float = CRPL_REFRACTIVITY,
    decay_per_m: float = CRPL_DECAY_PER_M,
    earth_radius_m: float = EARTH_RADIUS_M,
) -> RayPath:
    """Return the path through an exponential atmosphere up to a target's height, from its apparent elevation.

    A ray that leaves downwards reaches a higher target after its lowest point, a lower one on its way down; the earth
    does not stop it. ValueError where it never reaches the target. N = Ns exp(-decay h).
    """
    profile = (surface_refractivity, decay_per_m, earth_radius_m)
    index, radius_m = _index_and_radius(np.array(antenna_height_m), profile)
    constant_m = float(index * radius_m) * math.cos(elevation_rad)
    low_m, high_m = min(antenna_height_m, target_height_m), max(antenna_height_m, target_height_m)
    if elevation_rad < 0.0:
        lowest_m = _lowest_height_m(constant_m, antenna_height_m, profile)
        parts = [(low_m, high_m)] if target_height_m < antenna_height_m else [(lowest_m, low_m), (lowest_m, high_m)]
    else:
        # Nearly where the ray would be lowest if it came from below: keeps the integrand smooth.
        lowest_m = antenna_height_m - min(0.625 * earth_radius_m * math.sin(elevation_rad) ** 2, 1e5)
        parts = [(low_m, high_m)]
    if low_m < lowest_m or (elevation_rad >= 0.0 and target_height_m < antenna_height_m):
        raise ValueError("a ray of this elevation never reaches the target's height")
    elements = [_elements(constant_m, lowest_m, start_m, end_m, profile) for start_m, end_m in parts]
    heights_m, lengths_m, angles_rad = np.concatenate(elements, axis=1)
    apparent_m = float(np.sum(lengths_m * _index_and_radius(heights_m, profile)[0]))
    angle_rad = float(np.sum(angles_rad))
    target_radius_m = earth_radius_m + target_height_m
    across_m = target_radius_m * math.sin(angle_rad)
    half_sine = math.sin(0.5 * angle_rad)
    rise_m = target_height_m - antenna_height_m - 2.0 * target_radius_m * half_sine * half_sine
    slant_m = math.hypot(across_m, rise_m)
    true_rad = math.atan2(rise_m, across_m)
    return RayPath(earth_radius_m * angle_rad, apparent_m, slant_m, true_rad, heights_m, lengths_m)


def _index_and_radius(height_m: Floats, profile: tuple[float, float, float]) -> tuple[Floats, Floats]:
    refractivity, decay_per_m, earth_radius_m = profile
    return 1.0 + 1e-6 * refractivity * np.exp(-decay_per_m * height_m), earth_radius_m + height_m


def _lowest_height_m(constant_m: float, start_m: float, profile: tuple[float, float, float]) -> float:
    """Return the height below the start at which n r equals the ray's constant, by Newton's method."""
    height_m = np.array(start_m)
    for _ in range(20):
        index, radius_m = _index_and_radius(height_m, profile)
        slope = index - profile[1] * (index - 1.0) * radius_m
        if slope <= 0.0:
            raise ValueError("the atmosphere ducts: the ray has no single lowest point")
        height_m = height_m - (index * radius_m - constant_m) / slope
    return float(height_m)


def _elements(
    constant_m: float, lowest_m: float, start_m: float, end_m: float, profile: tuple[float, float, float]
) -> Floats:
    """Return heights, lengths and central angles (3, n) of the elements of a ray between two heights, going up.

    Nodes are placed in x, h = lowest + x^2, in which the integrands stay smooth at a lowest point.
    """
    first, last = math.sqrt(max(start_m - lowest_m, 0.0)), math.sqrt(max(end_m - lowest_m, 0.0))
    edges = np.linspace(first, last, _PANELS + 1)
    half = 0.5 * np.diff(edges)[:, None]
    x = (edges[:-1, None] + half * (1.0 + _NODES)).ravel()
    step = 2.0 * x * (half * _WEIGHTS).ravel()
    height_m = lowest_m + x * x
    index, radius_m = _index_and_radius(height_m, profile)
    optical_m = index * radius_m
    upward_m = np.sqrt(np.maximum((optical_m - constant_m) * (optical_m + constant_m), 1e-6))
    return np.stack([height_m, step * optical_m / upward_m, step * constant_m / (radius_m * upward_m)])
