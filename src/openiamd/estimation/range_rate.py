"""Range rate: an extended Kalman update of second order with the Doppler of a plot, after the update with its position.

h(x) = u · v with u the unit vector from the antenna to the target. Its curvature is not small where the position is
uncertain across the line of sight: without the second-order term a filter trusts a range rate too much and diverges.
Source: Bar-Shalom, Li & Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), section 10.3
(second-order filter).
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel

Floats = NDArray[np.float64]

SCRATCH_ROWS = 8  # of 6 numbers, that `update_range_rate` needs
GAIN, SLOPE = 6, 7  # rows of the scratch space that hold K and the gradient of h afterwards


@kernel
def _traces(curved: Floats) -> tuple[float, float]:
    """Return tr(H P) and tr(H P H P) of H P, the first six rows (6, 6) of ``curved``."""
    mean, spread = 0.0, 0.0
    for row in range(6):
        mean += curved[row, row]
        for column in range(6):
            spread += curved[row, column] * curved[column, row]
    return mean, spread


@kernel
def update_range_rate(
    x: Floats, p: Floats, sensor_x: float, sensor_y: float, sensor_z: float, rate_mps: float, sigma_mps: float,
    gate: float, scratch: Floats,
) -> float:  # fmt: skip
    """Update ``x`` (6,) and ``p`` (6, 6) in place with a range rate; return its squared distance d2.

    rate_mps, sigma_mps   measured over the ground (own motion of the antenna taken out), and its standard deviation
    gate                  beyond this distance (not squared) the range rate is taken for another target's: no update
    scratch               (SCRATCH_ROWS, 6); rows GAIN and SLOPE hold K and the gradient of h afterwards

    Innovation z − h − ½ tr(H P), variance h'P h' + σ² + ½ tr(H P H P), with H the matrix of second derivatives:
    dh/dp = Qv/r, dh/dv = u, d²h/dp dv = Q/r, d²h/dp² = −(Q h + u (Qv)' + (Qv) u')/r², Q = I − u u'.
    """
    dx, dy, dz = x[0] - sensor_x, x[1] - sensor_y, x[2] - sensor_z
    range_m = math.sqrt(dx * dx + dy * dy + dz * dz)
    ux, uy, uz = dx / range_m, dy / range_m, dz / range_m
    rate = ux * x[3] + uy * x[4] + uz * x[5]
    wx, wy, wz = x[3] - rate * ux, x[4] - rate * uy, x[5] - rate * uz
    slope, gain = scratch[SLOPE], scratch[GAIN]
    slope[0], slope[1], slope[2] = wx / range_m, wy / range_m, wz / range_m
    slope[3], slope[4], slope[5] = ux, uy, uz
    inverse, inverse2 = 1.0 / range_m, 1.0 / (range_m * range_m)
    for column in range(6):
        px, py, pz = p[0, column], p[1, column], p[2, column]
        vx, vy, vz = p[3, column], p[4, column], p[5, column]
        along_p, along_v = ux * px + uy * py + uz * pz, ux * vx + uy * vy + uz * vz
        across_p = wx * px + wy * py + wz * pz
        qx, qy, qz = px - along_p * ux, py - along_p * uy, pz - along_p * uz
        scratch[0, column] = (vx - along_v * ux) * inverse - (qx * rate + ux * across_p + wx * along_p) * inverse2
        scratch[1, column] = (vy - along_v * uy) * inverse - (qy * rate + uy * across_p + wy * along_p) * inverse2
        scratch[2, column] = (vz - along_v * uz) * inverse - (qz * rate + uz * across_p + wz * along_p) * inverse2
        scratch[3, column] = qx * inverse
        scratch[4, column] = qy * inverse
        scratch[5, column] = qz * inverse
    mean, spread = _traces(scratch)
    variance = sigma_mps * sigma_mps + 0.5 * spread
    for row in range(6):
        value = 0.0
        for column in range(6):
            value += p[row, column] * slope[column]
        gain[row] = value
    for row in range(6):
        variance += slope[row] * gain[row]
    innovation = rate_mps - rate - 0.5 * mean
    distance2 = innovation * innovation / variance
    if distance2 > gate * gate:
        for row in range(6):
            gain[row] = 0.0
        return distance2
    for row in range(6):
        for column in range(row, 6):
            value = p[row, column] - gain[row] * gain[column] / variance
            p[row, column] = value
            p[column, row] = value
    for row in range(6):
        gain[row] /= variance
        x[row] += gain[row] * innovation
    return distance2
