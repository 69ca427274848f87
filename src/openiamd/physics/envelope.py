"""Kinematic envelope: where a constant-speed interceptor meets a coasting or falling target, and whether it may."""

import math

from numpy.typing import NDArray

from openiamd.kernels import kernel
from openiamd.physics.gravity import gravity_mps2
from openiamd.physics.refraction import horizon_m

NEWTON_STEPS = 8


@kernel
def coast(state: NDArray, falling: bool, time_s: float, place_m: NDArray) -> None:
    """Write where a course is after ``time_s``: straight, or under the gravity of its start when ``falling``.

    state (6,) position m and velocity m/s, theatre frame; place_m (3,) written
    """
    for axis in range(3):
        place_m[axis] = state[axis] + state[3 + axis] * time_s
    if falling:
        ax, ay, az = gravity_mps2(state[0], state[1], state[2])
        half = 0.5 * time_s * time_s
        place_m[0] += ax * half
        place_m[1] += ay * half
        place_m[2] += az * half


@kernel
def meeting_time_s(
    state: NDArray, falling: bool, from_m: NDArray, speed_mps: float, delay_s: float, meeting_m: NDArray
) -> float:
    """Return the time until an interceptor launched after ``delay_s`` meets the target, −1.0 if it cannot.

    state      (6,) target position m and velocity m/s, theatre frame
    falling    the target is in free fall, else it flies straight
    from_m     (3,) launcher
    meeting_m  (3,) written: where they meet

    Newton's method on |p(t) − launcher| = speed · (t − delay).
    """
    ax, ay, az = 0.0, 0.0, 0.0
    if falling:
        ax, ay, az = gravity_mps2(state[0], state[1], state[2])
    time_s = delay_s
    for _ in range(NEWTON_STEPS):
        coast(state, falling, time_s, meeting_m)
        dx, dy, dz = meeting_m[0] - from_m[0], meeting_m[1] - from_m[1], meeting_m[2] - from_m[2]
        range_m = math.sqrt(dx * dx + dy * dy + dz * dz)
        if range_m < 1.0:
            break
        opening_mps = (
            dx * (state[3] + ax * time_s) + dy * (state[4] + ay * time_s) + dz * (state[5] + az * time_s)
        ) / range_m
        slope_mps = opening_mps - speed_mps
        if slope_mps > -1.0:
            return -1.0
        time_s = max(time_s - (range_m - speed_mps * (time_s - delay_s)) / slope_mps, delay_s)
    coast(state, falling, time_s, meeting_m)
    return time_s


@kernel
def in_sector(basis: NDArray, dx_m: float, dy_m: float, dz_m: float, facing_rad: float, sector_rad: float) -> bool:
    """Tell whether a direction lies in a sector of full width ``sector_rad`` about ``facing_rad``, from local north."""
    if sector_rad >= 2.0 * math.pi - 1e-9:
        return True
    east_m = basis[0, 0] * dx_m + basis[0, 1] * dy_m + basis[0, 2] * dz_m
    north_m = basis[1, 0] * dx_m + basis[1, 1] * dy_m + basis[1, 2] * dz_m
    off_rad = (math.atan2(east_m, north_m) - facing_rad + math.pi) % (2.0 * math.pi) - math.pi
    return abs(off_rad) <= 0.5 * sector_rad


@kernel
def within_envelope(
    range_m: float,
    altitude_m: float,
    altitude_slack_m: float,
    antenna_height_m: float,
    range_minimum_m: float,
    range_maximum_m: float,
    altitude_minimum_m: float,
    altitude_maximum_m: float,
    effective_radius_m: float,
) -> bool:
    """Tell whether range, altitude and the horizon of the engagement antenna allow a meeting.

    ``altitude_slack_m`` is how far the believed altitude may be off: a target is refused for its height only when it
    is too low, too high or hidden even so. Whether it really is, the engagement radar and the intercept will show.
    """
    if range_m < range_minimum_m or range_m > range_maximum_m:
        return False
    highest_m = altitude_m + altitude_slack_m
    if highest_m < altitude_minimum_m or altitude_m - altitude_slack_m > altitude_maximum_m:
        return False
    rise_m = highest_m - antenna_height_m
    ground_m = math.sqrt(max(range_m * range_m - rise_m * rise_m, 0.0))
    return ground_m <= horizon_m(antenna_height_m, effective_radius_m) + horizon_m(highest_m, effective_radius_m)
