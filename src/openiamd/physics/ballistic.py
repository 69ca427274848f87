"""Ballistic arcs and great-circle flight on a spherical, non-rotating earth without drag.

Minimum-energy trajectory between two points of the surface, half a range angle phi/2 apart on either side of apogee,
with s = sin(phi/2): v^2 = (mu/R) 2s/(1+s), gamma = (pi - phi)/4, a = R(1+s)/2, e^2 = (1-s)/(1+s).
Source: Bate, Mueller & White, Fundamentals of Astrodynamics (1971), ch. 6. Boost, drag and the earth's rotation are
not represented; a real missile adds one to two minutes of boost.

Earth-centred frame: any axes of the caller's through the earth's centre (theatre axes with EARTH_RADIUS_M added to
the third coordinate will do). The flight plane is spanned by the radial unit vector u at launch and the horizontal
unit vector t towards the target; ``tangent_towards`` gives t.
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.geodesy import EARTH_RADIUS_M

GRAVITATIONAL_PARAMETER_M3_PER_S2 = 3.986004418e14  # WGS 84

_KEPLER_ITERATIONS = 5


@kernel
def minimum_energy(range_m: float) -> tuple[float, float, float, float]:
    """Return (speed_mps, flight_path_angle_rad, apogee_m, time_of_flight_s) for a surface range below half the earth.

    ``range_m`` is measured along the surface and lies in (0, pi R).
    """
    range_angle_rad = range_m / EARTH_RADIUS_M
    half_sine = math.sin(0.5 * range_angle_rad)
    speed_mps = math.sqrt(GRAVITATIONAL_PARAMETER_M3_PER_S2 / EARTH_RADIUS_M * 2.0 * half_sine / (1.0 + half_sine))
    semi_major_m = 0.5 * EARTH_RADIUS_M * (1.0 + half_sine)
    eccentricity = math.sqrt((1.0 - half_sine) / (1.0 + half_sine))
    mean_motion = math.sqrt(GRAVITATIONAL_PARAMETER_M3_PER_S2 / semi_major_m**3)
    # The launch point lies at eccentric anomaly pi - acos(e): cos E = (1 - R/a)/e = -e.
    half_anomaly = math.acos(eccentricity)
    time_of_flight_s = 2.0 * (half_anomaly + eccentricity * math.sin(half_anomaly)) / mean_motion
    apogee_m = semi_major_m * (1.0 + eccentricity) - EARTH_RADIUS_M
    return speed_mps, 0.25 * (math.pi - range_angle_rad), apogee_m, time_of_flight_s


@kernel
def ballistic_state(
    elapsed_s: float, ux: float, uy: float, uz: float, tx: float, ty: float, tz: float, range_angle_rad: float
) -> tuple[float, float, float, float, float, float]:
    """Return earth-centred (x, y, z, vx, vy, vz) on a minimum-energy arc ``elapsed_s`` after its launch.

    u (3) and t (3) are orthogonal unit vectors: radial at launch, horizontal towards the target. Kepler's equation is
    solved by Newton's method for the anomaly x from apogee, x + e sin x = n t: its slope lies between 1 and 2, so five
    iterations reach rounding error. Times outside the flight follow the same conic below the surface.
    """
    half_angle = 0.5 * range_angle_rad
    half_sine, half_cosine = math.sin(half_angle), math.cos(half_angle)
    semi_major_m = 0.5 * EARTH_RADIUS_M * (1.0 + half_sine)
    eccentricity = math.sqrt((1.0 - half_sine) / (1.0 + half_sine))
    mean_motion = math.sqrt(GRAVITATIONAL_PARAMETER_M3_PER_S2 / (semi_major_m * semi_major_m * semi_major_m))
    half_anomaly = math.acos(eccentricity)
    mean_anomaly = mean_motion * elapsed_s - half_anomaly - eccentricity * math.sin(half_anomaly)
    anomaly = mean_anomaly / (1.0 + eccentricity)
    for _ in range(_KEPLER_ITERATIONS):
        residual = anomaly + eccentricity * math.sin(anomaly) - mean_anomaly
        anomaly -= residual / (1.0 + eccentricity * math.cos(anomaly))
    sine, cosine = math.sin(anomaly), math.cos(anomaly)
    semi_minor_m = semi_major_m * math.sqrt(1.0 - eccentricity * eccentricity)
    rate = mean_motion / (1.0 + eccentricity * cosine)
    along_m = semi_major_m * (cosine + eccentricity)
    across_m = semi_minor_m * sine
    along_mps = -semi_major_m * sine * rate
    across_mps = semi_minor_m * cosine * rate
    # From apogee axes to (u, t): apogee lies half the range angle on from launch.
    radial_m = half_cosine * along_m - half_sine * across_m
    tangent_m = half_sine * along_m + half_cosine * across_m
    radial_mps = half_cosine * along_mps - half_sine * across_mps
    tangent_mps = half_sine * along_mps + half_cosine * across_mps
    return (
        radial_m * ux + tangent_m * tx,
        radial_m * uy + tangent_m * ty,
        radial_m * uz + tangent_m * tz,
        radial_mps * ux + tangent_mps * tx,
        radial_mps * uy + tangent_mps * ty,
        radial_mps * uz + tangent_mps * tz,
    )


@kernel
def impact_from_state(
    x: float, y: float, z: float, vx: float, vy: float, vz: float
) -> tuple[float, float, float, float]:
    """Return (x, y, z, time_s) at which an earth-centred two-body state comes down on the sphere.

    A state at or below the surface returns its own position and 0; one that never comes down (escape, or a perigee
    above the surface) its own position and -1. Source: Bate, Mueller & White 1971, ch. 4 (f and g functions).
    """
    radius_m = math.sqrt(x * x + y * y + z * z)
    if radius_m <= EARTH_RADIUS_M:
        return x, y, z, 0.0
    speed2 = vx * vx + vy * vy + vz * vz
    inverse_axis = 2.0 / radius_m - speed2 / GRAVITATIONAL_PARAMETER_M3_PER_S2
    if inverse_axis <= 0.0:
        return x, y, z, -1.0
    semi_major_m = 1.0 / inverse_axis
    # Anomaly from apogee: e cos = r/a - 1, e sin = -(r . v)/sqrt(mu a).
    cosine_part = radius_m * inverse_axis - 1.0
    sine_part = -(x * vx + y * vy + z * vz) / math.sqrt(GRAVITATIONAL_PARAMETER_M3_PER_S2 * semi_major_m)
    eccentricity = math.sqrt(cosine_part * cosine_part + sine_part * sine_part)
    ground_part = EARTH_RADIUS_M * inverse_axis - 1.0
    if abs(ground_part) > eccentricity or eccentricity == 0.0:
        return x, y, z, -1.0
    anomaly = math.atan2(sine_part, cosine_part)
    ground_anomaly = math.acos(ground_part / eccentricity)
    mean_motion = math.sqrt(GRAVITATIONAL_PARAMETER_M3_PER_S2 / semi_major_m) / semi_major_m
    swept = ground_anomaly - anomaly
    time_s = (swept + eccentricity * math.sin(ground_anomaly) - sine_part) / mean_motion
    factor_f = 1.0 - semi_major_m / radius_m * (1.0 - math.cos(swept))
    factor_g = time_s - (swept - math.sin(swept)) / mean_motion
    return factor_f * x + factor_g * vx, factor_f * y + factor_g * vy, factor_f * z + factor_g * vz, time_s


@kernel
def great_circle_state(
    distance_m: float,
    height_m: float,
    speed_mps: float,
    climb_mps: float,
    ux: float,
    uy: float,
    uz: float,
    tx: float,
    ty: float,
    tz: float,
) -> tuple[float, float, float, float, float, float]:
    """Return earth-centred (x, y, z, vx, vy, vz) of level, climbing or descending flight along a great circle.

    ``distance_m`` is covered along the surface from the start, whose radial unit vector is u, towards t; ``speed_mps``
    is its rate (ground speed) and ``climb_mps`` that of the height, so the velocity is the derivative of the position.
    """
    angle_rad = distance_m / EARTH_RADIUS_M
    sine, cosine = math.sin(angle_rad), math.cos(angle_rad)
    radius_m = EARTH_RADIUS_M + height_m
    level_mps = speed_mps * radius_m / EARTH_RADIUS_M
    radial_x, radial_y, radial_z = cosine * ux + sine * tx, cosine * uy + sine * ty, cosine * uz + sine * tz
    return (
        radius_m * radial_x,
        radius_m * radial_y,
        radius_m * radial_z,
        level_mps * (cosine * tx - sine * ux) + climb_mps * radial_x,
        level_mps * (cosine * ty - sine * uy) + climb_mps * radial_y,
        level_mps * (cosine * tz - sine * uz) + climb_mps * radial_z,
    )


@kernel
def tangent_towards(
    ux: float, uy: float, uz: float, wx: float, wy: float, wz: float
) -> tuple[float, float, float, float]:
    """Return the horizontal unit vector at radial unit vector u towards w, and the angle between u and w in radians.

    w is a unit vector too; where it is parallel or opposite to u the tangent is undefined and comes out as zeros.
    """
    cosine = ux * wx + uy * wy + uz * wz
    tx, ty, tz = wx - cosine * ux, wy - cosine * uy, wz - cosine * uz
    sine = math.sqrt(tx * tx + ty * ty + tz * tz)
    if sine < 1e-15:
        return 0.0, 0.0, 0.0, math.atan2(sine, cosine)
    return tx / sine, ty / sine, tz / sine, math.atan2(sine, cosine)
