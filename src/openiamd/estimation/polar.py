"""Plots of range, azimuth, elevation and range rate: what a track leads to expect, and the updates by what is seen.

A plot's equations are linearised at the track (extended Kalman filter: Bar-Shalom, Li & Kirubarajan 2001, section
10.3) and again at the result where that line is too crude (Bell & Cathey, IEEE T-AC 38 (1993) 294). State (6,): x, y,
z, vx, vy, vz; azimuth clockwise from the sensor's north. Range rate follows position, for its line needs a direction.

A view (VIEW,) of a track from a sensor holds range, azimuth and elevation; the directions in which these grow, scaled
to metres per metre and per radian, which are the columns of the inverse Jacobian J^-1; and the lengths across and
along which an azimuth and an elevation reach. After ``expect`` also the innovation's covariance S = H P H' + R and
S^-1, upper triangles, and ln of the density of a plot that lies where it is expected.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.kalman import symmetric_inverse3, update
from openiamd.estimation.motion import copy_state
from openiamd.kernels import kernel

Floats = NDArray[np.float64]

VIEW = 27
_ALONG, _ACROSS, _UPWARD, _GROUND, _REACH, SPREAD, _INVERSE, LOG_PEAK = 3, 6, 9, 12, 13, 14, 20, 26

_FLATTEST = 1e-4  # least share of a plot's longest axis that its other axes are taken to have: keeps P well conditioned
_FAR = 10.0 * _FLATTEST
_ITERATIONS = 10
_STEP_M = 0.1


@kernel
def observe(x: Floats, frame: Floats, sigma: Floats, out: Floats) -> None:
    """Write the first 14 numbers of the view of ``x`` (6,) from a sensor.

    frame  (4, 3)  the sensor's east, north and up as rows, and where it stands
    sigma  (>= 3,)  standard deviations of range, azimuth, elevation

    Straight above the sensor (0.006 degrees) and at the sensor itself (a metre or two), where J has no inverse, the
    lengths stay at 1e-4 of the plot's longest axis.
    """
    dx, dy, dz = x[0] - frame[3, 0], x[1] - frame[3, 1], x[2] - frame[3, 2]
    east = frame[0, 0] * dx + frame[0, 1] * dy + frame[0, 2] * dz
    north = frame[1, 0] * dx + frame[1, 1] * dy + frame[1, 2] * dz
    up = frame[2, 0] * dx + frame[2, 1] * dy + frame[2, 2] * dz
    ground = math.sqrt(east * east + north * north)
    reach = math.sqrt(ground * ground + up * up)
    sin_azimuth, cos_azimuth = (east / ground, north / ground) if ground > 0.0 else (0.0, 1.0)
    cos_elevation, sin_elevation = (ground / reach, up / reach) if reach > 0.0 else (1.0, 0.0)
    out[0], out[1], out[2] = reach, math.atan2(east, north), math.atan2(up, ground)
    length = max(reach, _FLATTEST * sigma[0] / sigma[2])
    width = max(ground, _FLATTEST * length, _FLATTEST * sigma[0] / sigma[1])
    out[_GROUND], out[_REACH] = width, length
    for axis in range(3):
        level = sin_azimuth * frame[0, axis] + cos_azimuth * frame[1, axis]
        out[_ALONG + axis] = cos_elevation * level + sin_elevation * frame[2, axis]
        out[_ACROSS + axis] = width * (cos_azimuth * frame[0, axis] - sin_azimuth * frame[1, axis])
        out[_UPWARD + axis] = length * (cos_elevation * frame[2, axis] - sin_elevation * level)


@kernel
def expect(p: Floats, sigma: Floats, out: Floats) -> None:
    """Complete a view by the covariance of the innovation of a plot, for a track of covariance ``p`` (6, 6)."""
    wide, long = 1.0 / (out[_GROUND] * out[_GROUND]), 1.0 / (out[_REACH] * out[_REACH])
    u0, u1, u2 = out[_ALONG], out[_ALONG + 1], out[_ALONG + 2]
    a0, a1, a2 = out[_ACROSS] * wide, out[_ACROSS + 1] * wide, out[_ACROSS + 2] * wide
    e0, e1, e2 = out[_UPWARD] * long, out[_UPWARD + 1] * long, out[_UPWARD + 2] * long
    b0 = p[0, 0] * u0 + p[0, 1] * u1 + p[0, 2] * u2
    b1 = p[0, 1] * u0 + p[1, 1] * u1 + p[1, 2] * u2
    b2 = p[0, 2] * u0 + p[1, 2] * u1 + p[2, 2] * u2
    s00 = u0 * b0 + u1 * b1 + u2 * b2 + sigma[0] * sigma[0]
    s01 = a0 * b0 + a1 * b1 + a2 * b2
    s02 = e0 * b0 + e1 * b1 + e2 * b2
    b0 = p[0, 0] * a0 + p[0, 1] * a1 + p[0, 2] * a2
    b1 = p[0, 1] * a0 + p[1, 1] * a1 + p[1, 2] * a2
    b2 = p[0, 2] * a0 + p[1, 2] * a1 + p[2, 2] * a2
    s11 = a0 * b0 + a1 * b1 + a2 * b2 + sigma[1] * sigma[1]
    s12 = e0 * b0 + e1 * b1 + e2 * b2
    b0 = p[0, 0] * e0 + p[0, 1] * e1 + p[0, 2] * e2
    b1 = p[0, 1] * e0 + p[1, 1] * e1 + p[1, 2] * e2
    b2 = p[0, 2] * e0 + p[1, 2] * e1 + p[2, 2] * e2
    s22 = e0 * b0 + e1 * b1 + e2 * b2 + sigma[2] * sigma[2]
    # Metres beside radians squared: the inverse is taken of the correlations, whose determinant keeps its digits.
    t0, t1, t2 = 1.0 / math.sqrt(s00), 1.0 / math.sqrt(s11), 1.0 / math.sqrt(s22)
    i00, i01, i02, i11, i12, i22, determinant = symmetric_inverse3(
        1.0, s01 * t0 * t1, s02 * t0 * t2, 1.0, s12 * t1 * t2, 1.0
    )
    out[SPREAD], out[SPREAD + 1], out[SPREAD + 2] = s00, s01, s02
    out[SPREAD + 3], out[SPREAD + 4], out[SPREAD + 5] = s11, s12, s22
    out[_INVERSE], out[_INVERSE + 1], out[_INVERSE + 2] = i00 * t0 * t0, i01 * t0 * t1, i02 * t0 * t2
    out[_INVERSE + 3], out[_INVERSE + 4], out[_INVERSE + 5] = i11 * t1 * t1, i12 * t1 * t2, i22 * t2 * t2
    out[LOG_PEAK] = -0.5 * (math.log(determinant * s00 * s11 * s22) + 3.0 * math.log(2.0 * math.pi))


@kernel
def turned(angle_rad: float) -> float:
    """Return an angle between -2 pi and 2 pi as one from -pi up to, not including, pi."""
    if angle_rad >= math.pi:
        return angle_rad - 2.0 * math.pi
    if angle_rad < -math.pi:
        return angle_rad + 2.0 * math.pi
    return angle_rad


@kernel
def innovation_distance2(seen: Floats, n0: float, n1: float, n2: float) -> float:
    """Return n' S^-1 n of an innovation in range, azimuth and elevation, for a completed view."""
    i00, i01, i02 = seen[_INVERSE], seen[_INVERSE + 1], seen[_INVERSE + 2]
    i11, i12, i22 = seen[_INVERSE + 3], seen[_INVERSE + 4], seen[_INVERSE + 5]
    return n0 * (i00 * n0 + 2.0 * (i01 * n1 + i02 * n2)) + n1 * (i11 * n1 + 2.0 * i12 * n2) + n2 * i22 * n2


@kernel
def as_position(seen: Floats, x: Floats, n0: float, n1: float, n2: float, sigma: Floats, z: Floats, r: Floats) -> None:
    """Write the position ``z`` (3,) and covariance ``r`` (3, 3) that say what the linearised plot says.

    z = x + J^-1 n and R = J^-1 diag(sigma^2) J^-T, so ``update`` with them is the extended Kalman filter's update.
    """
    v0, v1, v2 = sigma[0] * sigma[0], sigma[1] * sigma[1], sigma[2] * sigma[2]
    for row in range(3):
        along, across, upward = seen[_ALONG + row], seen[_ACROSS + row], seen[_UPWARD + row]
        z[row] = x[row] + along * n0 + across * n1 + upward * n2
        for column in range(row, 3):
            value = v0 * along * seen[_ALONG + column] + v1 * across * seen[_ACROSS + column]
            value += v2 * upward * seen[_UPWARD + column]
            r[row, column] = value
            r[column, row] = value


@kernel
def update_by_plot(
    x: Floats,
    p: Floats,
    seen: Floats,
    plot: Floats,
    frame: Floats,
    sigma: Floats,
    limit: float,
    before: Floats,
    before_p: Floats,
    other: Floats,
    z: Floats,
    r: Floats,
) -> None:
    """Update ``x`` (6,) and ``p`` (6, 6) in place by the range, azimuth and elevation of ``plot`` (>= 3,).

    seen   (VIEW,)  the view of ``x``
    limit  Mahalanobis distance in plot errors: where the line misses the curve by more, the update is repeated with
           the line at its own result until that moves by less than 0.1 m, at most ten times
    before (6,), before_p (6, 6)  what ``x`` and ``p`` hold at first; read only
    other (VIEW,), z (3,), r (3, 3)  work space
    """
    as_position(seen, x, plot[0] - seen[0], turned(plot[1] - seen[1]), plot[2] - seen[2], sigma, z, r)
    update(x, p, z, r)
    if is_straight(seen, x, before, sigma, limit):
        return
    observe(x, frame, sigma, other)
    if curvature2(seen, other, x, before, sigma) <= limit * limit:
        return
    for _ in range(_ITERATIONS - 1):
        p0, p1, p2 = x[0], x[1], x[2]
        as_position(other, x, plot[0] - other[0], turned(plot[1] - other[1]), plot[2] - other[2], sigma, z, r)
        copy_state(before, before_p, x, p)
        update(x, p, z, r)
        if max(abs(x[0] - p0), abs(x[1] - p1), abs(x[2] - p2)) < _STEP_M:
            return
        observe(x, frame, sigma, other)


@kernel
def is_straight(seen: Floats, x: Floats, before: Floats, sigma: Floats, limit: float) -> bool:
    """Tell whether ``curvature2`` is within ``limit`` squared for certain, without a second view.

    Taylor's remainder is half the squared step times the largest second derivative on the way: 1/range of the range,
    1/ground^2 of the azimuth and at most 2/ground^2 of the elevation, with a tenth of the ground distance to spare.
    """
    ground = seen[_GROUND]
    if ground < _FAR * seen[_REACH] or ground < _FAR * sigma[0] / min(sigma[1], sigma[2]):
        return False  # near its zenith, where the view's lengths are not the true ones
    d0, d1, d2 = x[0] - before[0], x[1] - before[1], x[2] - before[2]
    step2 = d0 * d0 + d1 * d1 + d2 * d2
    if step2 > 0.01 * ground * ground:
        return False
    bend = step2 / (2.0 * 0.81 * ground * ground)
    e0, e1, e2 = bend * ground / sigma[0], bend / sigma[1], 2.0 * bend / sigma[2]
    return e0 * e0 + e1 * e1 + e2 * e2 <= limit * limit


@kernel
def curvature2(seen: Floats, after: Floats, x: Floats, before: Floats, sigma: Floats) -> float:
    """Return the squared error of the line from ``before`` to ``x``, in standard deviations of a plot."""
    d0, d1, d2 = x[0] - before[0], x[1] - before[1], x[2] - before[2]
    along = seen[_ALONG] * d0 + seen[_ALONG + 1] * d1 + seen[_ALONG + 2] * d2
    across = seen[_ACROSS] * d0 + seen[_ACROSS + 1] * d1 + seen[_ACROSS + 2] * d2
    upward = seen[_UPWARD] * d0 + seen[_UPWARD + 1] * d1 + seen[_UPWARD + 2] * d2
    e0 = (after[0] - seen[0] - along) / sigma[0]
    # The line may lead round the circle more than once.
    e1 = turned(after[1] - seen[1]) - across / (seen[_GROUND] * seen[_GROUND])
    e1 = (e1 - 2.0 * math.pi * math.floor(e1 / (2.0 * math.pi) + 0.5)) / sigma[1]
    e2 = (after[2] - seen[2] - upward / (seen[_REACH] * seen[_REACH])) / sigma[2]
    return e0 * e0 + e1 * e1 + e2 * e2


@kernel
def range_rate(x: Floats, p: Floats, frame: Floats, sigma: Floats, slope: Floats) -> tuple[float, float]:
    """Return the range rate of ``x`` seen by a sensor and its variance with that of a plot; ``slope`` (6,): work space.

    The rate is u'v with u the direction of sight; its slope is (v - (u'v) u)/range along position and u along velocity.
    sigma  (4,)  standard deviations of range, azimuth, elevation, range rate
    """
    dx, dy, dz = x[0] - frame[3, 0], x[1] - frame[3, 1], x[2] - frame[3, 2]
    length = max(math.sqrt(dx * dx + dy * dy + dz * dz), _FLATTEST * sigma[0] / sigma[2])
    slope[3], slope[4], slope[5] = dx / length, dy / length, dz / length
    rate = slope[3] * x[3] + slope[4] * x[4] + slope[5] * x[5]
    for axis in range(3):
        slope[axis] = (x[axis + 3] - rate * slope[axis + 3]) / length
    variance = sigma[3] * sigma[3]
    for row in range(6):
        for column in range(6):
            variance += slope[row] * p[row, column] * slope[column]
    return rate, variance


@kernel
def update_by_range_rate(
    x: Floats, p: Floats, rate_mps: float, frame: Floats, sigma: Floats, slope: Floats, gain: Floats
) -> None:
    """Update ``x`` (6,) and ``p`` (6, 6) in place by a range rate; ``slope`` (6,) and ``gain`` (6,) are work space."""
    expected, variance = range_rate(x, p, frame, sigma, slope)
    for row in range(6):
        value = 0.0
        for column in range(6):
            value += p[row, column] * slope[column]
        gain[row] = value / variance
    for row in range(6):
        x[row] += gain[row] * (rate_mps - expected)
        for column in range(row, 6):
            value = p[row, column] - gain[row] * gain[column] * variance
            p[row, column] = value
            p[column, row] = value
