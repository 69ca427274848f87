"""Kinematic envelope: where an interceptor meets a coasting or falling target, how fast it is then, whether it may."""

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
def flown_m(speed_mps: float, decay_m: float, flight_s: float) -> float:
    """Return how far an interceptor has flown after ``flight_s``: at constant speed where ``decay_m`` is 0.

    Else it coasts from ``speed_mps`` under drag alone, dv/dt = −v²/L, so that s = L ln(1 + v₀ t / L), where
    L = 2 m / (ρ S C_D) is the distance in which speed falls to 1/e: Fleeman, Tactical Missile Design, 2nd ed. (AIAA,
    2006), ch. 2, coasting in level flight, V = V₀ / (1 + t V₀ ρ S C_D / 2m).
    """
    if decay_m <= 0.0:
        return speed_mps * flight_s
    return decay_m * math.log1p(speed_mps * flight_s / decay_m)


@kernel
def speed_then_mps(speed_mps: float, decay_m: float, flight_s: float) -> float:
    """Return the speed of an interceptor after ``flight_s``, by the same law as ``flown_m``."""
    if decay_m <= 0.0:
        return speed_mps
    return speed_mps / (1.0 + speed_mps * flight_s / decay_m)


@kernel
def range_at_m(envelope: NDArray, altitude_m: float) -> float:
    """Return the longest range at an altitude from an envelope (point, 2) of altitudes and ranges, altitudes rising.

    Linear between the points, and constant below the first and above the last.
    """
    last = envelope.shape[0] - 1
    if altitude_m <= envelope[0, 0]:
        return envelope[0, 1]
    for point in range(last):
        low_m, high_m = envelope[point, 0], envelope[point + 1, 0]
        if altitude_m < high_m:
            part = (altitude_m - low_m) / (high_m - low_m)
            return envelope[point, 1] + part * (envelope[point + 1, 1] - envelope[point, 1])
    return envelope[last, 1]


@kernel
def share_at(range_m: float, longest_m: float, ramp_from: float, edge: float) -> float:
    """Return the share of kill probability left at a range: 1 up to ``ramp_from`` of the longest, ``edge`` at it."""
    if edge >= 1.0 or longest_m <= 0.0 or range_m <= ramp_from * longest_m:
        return 1.0
    part = (range_m / longest_m - ramp_from) / (1.0 - ramp_from)
    return 1.0 - (1.0 - edge) * min(part, 1.0)


@kernel
def meeting_time_s(
    state: NDArray,
    falling: bool,
    from_m: NDArray,
    speed_mps: float,
    decay_m: float,
    delay_s: float,
    meeting_m: NDArray,
) -> float:
    """Return the time until an interceptor launched after ``delay_s`` meets the target, −1.0 if it cannot.

    state      (6,) target position m and velocity m/s, theatre frame
    falling    the target is in free fall, else it flies straight
    from_m     (3,) launcher
    decay_m    distance in which its speed falls to 1/e, 0: constant speed
    meeting_m  (3,) written: where they meet

    Newton's method on |p(t) − launcher| = flown(t − delay).
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
        flight_s = time_s - delay_s
        slope_mps = opening_mps - speed_then_mps(speed_mps, decay_m, flight_s)
        if slope_mps > -1.0:
            return -1.0
        time_s = max(time_s - (range_m - flown_m(speed_mps, decay_m, flight_s)) / slope_mps, delay_s)
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
    range_minimum_m: float,
    range_maximum_m: float,
    altitude_minimum_m: float,
    altitude_maximum_m: float,
) -> bool:
    """Tell whether range from the launcher and altitude allow a meeting.

    ``altitude_slack_m`` is how far the believed altitude may be off: a target is refused for its height only when it
    is too low or too high even so. Whether it really is, the intercept will show.
    """
    if range_m < range_minimum_m or range_m > range_maximum_m:
        return False
    highest_m = altitude_m + altitude_slack_m
    return highest_m >= altitude_minimum_m and altitude_m - altitude_slack_m <= altitude_maximum_m


@kernel
def above_horizon(range_m: float, highest_m: float, antenna_height_m: float, effective_radius_m: float) -> bool:
    """Tell whether an antenna sees what is at slant range ``range_m`` and altitude ``highest_m``, on a smooth earth."""
    rise_m = highest_m - antenna_height_m
    ground_m = math.sqrt(max(range_m * range_m - rise_m * rise_m, 0.0))
    return ground_m <= horizon_m(antenna_height_m, effective_radius_m) + horizon_m(highest_m, effective_radius_m)
