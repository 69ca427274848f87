"""Approach: when a straight or ballistic course reaches a place on the ground."""

import math

from numpy.typing import NDArray

from openiamd.kernels import kernel
from openiamd.physics.ballistic import impact_from_state
from openiamd.physics.geodesy import EARTH_RADIUS_M, local_up


@kernel
def time_to_reach_s(state: NDArray, place_m: NDArray, radius_m: float) -> float:
    """Return when a constant-velocity course passes nearest a place, or inf if it misses by more than ``radius_m``.

    state    (6,) position m and velocity m/s in the theatre frame
    place_m  (3,) of a point on the ground; distances are measured in its horizontal plane

    Closest point of approach: t = −d·v / v², d the offset of the course's start from the place.
    """
    up_x, up_y, up_z = local_up(place_m[0], place_m[1], place_m[2])
    dx, dy, dz = state[0] - place_m[0], state[1] - place_m[1], state[2] - place_m[2]
    rise = dx * up_x + dy * up_y + dz * up_z
    dx, dy, dz = dx - rise * up_x, dy - rise * up_y, dz - rise * up_z
    climb = state[3] * up_x + state[4] * up_y + state[5] * up_z
    vx, vy, vz = state[3] - climb * up_x, state[4] - climb * up_y, state[5] - climb * up_z
    square = vx * vx + vy * vy + vz * vz
    if square < 1.0:
        return math.inf
    time_s = -(dx * vx + dy * vy + dz * vz) / square
    mx, my, mz = dx + time_s * vx, dy + time_s * vy, dz + time_s * vz
    if mx * mx + my * my + mz * mz > radius_m * radius_m:
        return math.inf
    if time_s < 0.0:
        return 0.0 if dx * dx + dy * dy + dz * dz <= radius_m * radius_m else math.inf
    return time_s


@kernel
def time_to_impact_s(state: NDArray, place_m: NDArray, radius_m: float) -> float:
    """Return when a ballistic course (two-body, vacuum) comes down within ``radius_m`` of a place, or inf."""
    x_m, y_m, z_m, time_s = impact_from_state(
        state[0], state[1], state[2] + EARTH_RADIUS_M, state[3], state[4], state[5]
    )
    if time_s < 0.0:
        return math.inf
    dx, dy, dz = x_m - place_m[0], y_m - place_m[1], z_m - EARTH_RADIUS_M - place_m[2]
    if dx * dx + dy * dy + dz * dz > radius_m * radius_m:
        return math.inf
    return time_s


@kernel
def first_reached(state: NDArray, ballistic: bool, places_m: NDArray, radii_m: NDArray) -> tuple[int, float]:
    """Return which of the places (place, 3) with radii (place,) is reached first, and when; (-1, inf) for none."""
    first, shortest_s = -1, math.inf
    for place in range(radii_m.shape[0]):
        if ballistic:
            time_s = time_to_impact_s(state, places_m[place], radii_m[place])
        else:
            time_s = time_to_reach_s(state, places_m[place], radii_m[place])
        if time_s < shortest_s:
            first, shortest_s = place, time_s
    return first, shortest_s


@kernel
def time_to_go_s(state: NDArray, ballistic: bool, places_m: NDArray, radii_m: NDArray) -> float:
    """Return the shortest time to any of the places (place, 3) with radii (place,), or inf."""
    return first_reached(state, ballistic, places_m, radii_m)[1]
