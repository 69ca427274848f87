"""Flight between two times: straight, or a level turn at constant speed, with white-noise acceleration.

State (6,): x, y, z, vx, vy, vz in metres and metres per second; covariance (6, 6), symmetric.
Sources: Bar-Shalom, Li & Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), sections 6.2.2
and 11.7.1; Li & Jilkov, IEEE T-AES 39 (2003) 1333.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel

Floats = NDArray[np.float64]


@kernel
def copy_state(x: Floats, p: Floats, x_out: Floats, p_out: Floats) -> None:
    """Copy a state (6,) and its covariance (6, 6)."""
    for row in range(6):
        x_out[row] = x[row]
        for column in range(6):
            p_out[row, column] = p[row, column]


@kernel
def fly(x: Floats, p: Floats, dt_s: float, turn_radps: float, noise_level: float, noise_upright: float) -> None:
    """Advance ``x`` (6,) and ``p`` (6, 6) in place by ``dt_s``, turning at ``turn_radps``, counter-clockwise positive.

    noise_level, noise_upright  density of the acceleration noise, horizontal and vertical, m2/s3

    F P F' + Q, where F holds sin(w dt)/w and (1 - cos(w dt))/w as if the rate w did not depend on the state. A
    negative ``dt_s`` looks back: the covariance grows by F^-1 Q F^-T then too, so it stays positive.
    """
    angle = turn_radps * dt_s
    cosine, sine = (math.cos(angle), math.sin(angle)) if angle != 0.0 else (1.0, 0.0)
    # As the sine over the angle and its sibling, which have limits where the flight is straight.
    small = abs(angle) < 1e-6
    ahead = dt_s if small else sine / turn_radps
    aside = 0.5 * angle * dt_s if small else 2.0 * math.sin(0.5 * angle) ** 2 / turn_radps
    vx, vy = x[3], x[4]
    x[0] += ahead * vx - aside * vy
    x[1] += aside * vx + ahead * vy
    x[2] += dt_s * x[5]
    x[3] = cosine * vx - sine * vy
    x[4] = sine * vx + cosine * vy
    for column in range(6):
        a, b, c = p[3, column], p[4, column], p[5, column]
        p[0, column] += ahead * a - aside * b
        p[1, column] += aside * a + ahead * b
        p[2, column] += dt_s * c
        p[3, column] = cosine * a - sine * b
        p[4, column] = sine * a + cosine * b
    for row in range(6):
        a, b, c = p[row, 3], p[row, 4], p[row, 5]
        p[row, 0] += ahead * a - aside * b
        p[row, 1] += aside * a + ahead * b
        p[row, 2] += dt_s * c
        p[row, 3] = cosine * a - sine * b
        p[row, 4] = sine * a + cosine * b
    for axis in range(3):
        spread = (noise_upright if axis == 2 else noise_level) * abs(dt_s)
        p[axis, axis] += spread * dt_s * dt_s / 3.0
        p[axis, axis + 3] += 0.5 * spread * dt_s
        p[axis + 3, axis + 3] += spread
    for row in range(6):
        for column in range(row + 1, 6):
            p[column, row] = p[row, column]
