"""Intercept kinematics: when a constant-speed interceptor meets a target, and how many shots depth allows.

Mission-level kinematics only: a straight line at a mean speed, no guidance.
"""

import math

from openiamd.kernels import kernel


@kernel
def intercept_time_s(
    dx_m: float,
    dy_m: float,
    dz_m: float,
    vx_mps: float,
    vy_mps: float,
    vz_mps: float,
    interceptor_speed_mps: float,
    delay_s: float,
) -> float:
    """Return the time from now at which an interceptor meets a constant-velocity target, or -1.0 if it never does.

    The target is at offset d from the launcher and moves with v; the interceptor leaves after ``delay_s`` and flies
    straight at a constant speed s. The earliest t >= delay with |d + v t| = s (t - delay): the smaller admissible root
    of (v.v - s^2) t^2 + 2 (d.v + s^2 delay) t + d.d - s^2 delay^2 = 0.
    """
    speed2 = interceptor_speed_mps * interceptor_speed_mps
    a = vx_mps * vx_mps + vy_mps * vy_mps + vz_mps * vz_mps - speed2
    half_b = dx_m * vx_mps + dy_m * vy_mps + dz_m * vz_mps + speed2 * delay_s
    c = dx_m * dx_m + dy_m * dy_m + dz_m * dz_m - speed2 * delay_s * delay_s
    if abs(a) <= 1e-12 * speed2:
        if half_b >= 0.0:
            return -1.0
        time_s = -0.5 * c / half_b
        return time_s if time_s >= delay_s else -1.0
    discriminant = half_b * half_b - a * c
    if discriminant < 0.0:
        return -1.0
    # The root of the larger numerator, then the other through their product: no cancellation.
    larger = -half_b - math.copysign(math.sqrt(discriminant), half_b)
    first_s = larger / a
    second_s = c / larger if larger != 0.0 else first_s
    earlier_s, later_s = min(first_s, second_s), max(first_s, second_s)
    if earlier_s >= delay_s:
        return earlier_s
    return later_s if later_s >= delay_s else -1.0


def depth_of_fire_m(
    detection_range_m: float,
    maximum_range_m: float,
    minimum_range_m: float,
    target_speed_mps: float,
    interceptor_speed_mps: float,
    reaction_time_s: float,
    assessment_time_s: float,
) -> list[float]:
    """Return the ranges in metres of the successive intercepts of a head-on target, each shot looking before the next.

    R <- R_det - v_t t_react; R_int = min(R v_m/(v_m + v_t), R_max); then R = R_int - v_t t_assess, until R_int is
    below R_min. Source: elementary; the shoot-look-shoot timeline of Macfadzean, Surface-Based Air Defense System
    Analysis (1992).
    """
    intercepts_m: list[float] = []
    launch_range_m = detection_range_m - target_speed_mps * reaction_time_s
    while True:
        meeting_m = launch_range_m * interceptor_speed_mps / (interceptor_speed_mps + target_speed_mps)
        intercept_m = min(meeting_m, maximum_range_m)
        if intercept_m < minimum_range_m:
            return intercepts_m
        intercepts_m.append(intercept_m)
        launch_range_m = intercept_m - target_speed_mps * assessment_time_s
