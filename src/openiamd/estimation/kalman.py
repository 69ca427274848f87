"""Constant-velocity Kalman filter on converted radar measurements.

State (6,): x, y, z, vx, vy, vz in theatre coordinates, metres and metres per second. Covariance (6, 6), symmetric.
Motion: white-noise acceleration of power spectral density q [m2/s3] on each axis, plus a known acceleration.

Sources: Bar-Shalom, Li & Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), section 6.2
(motion), 5.2 (filter); Lerro & Bar-Shalom, IEEE T-AES 29 (1993) 1015 (converted measurements).

All kernels write in place and allocate nothing; arrays are C-contiguous float64.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel

Floats = NDArray[np.float64]


@kernel
def symmetric_inverse3(
    m00: float, m01: float, m02: float, m11: float, m12: float, m22: float
) -> tuple[float, float, float, float, float, float, float]:
    """Return the upper triangle of the inverse of a symmetric 3 by 3 matrix, row by row, and its determinant."""
    c00 = m11 * m22 - m12 * m12
    c01 = m02 * m12 - m01 * m22
    c02 = m01 * m12 - m02 * m11
    determinant = m00 * c00 + m01 * c01 + m02 * c02
    scale = 1.0 / determinant
    return (
        c00 * scale,
        c01 * scale,
        c02 * scale,
        (m00 * m22 - m02 * m02) * scale,
        (m01 * m02 - m00 * m12) * scale,
        (m00 * m11 - m01 * m01) * scale,
        determinant,
    )


@kernel
def times_symmetric3(
    a0: float, a1: float, a2: float,
    m00: float, m01: float, m02: float, m11: float, m12: float, m22: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Return the row vector (a0, a1, a2) times a symmetric matrix given by its upper triangle."""
    return a0 * m00 + a1 * m01 + a2 * m02, a0 * m01 + a1 * m11 + a2 * m12, a0 * m02 + a1 * m12 + a2 * m22


@kernel
def predict(x: Floats, p: Floats, dt_s: float, q: float, ax: float, ay: float, az: float) -> None:
    """Advance state ``x`` (6,) and covariance ``p`` (6, 6) in place by ``dt_s``.

    ``q`` [m2/s3] is the density of the acceleration noise per axis, (ax, ay, az) a known acceleration in m/s2.
    P = F P F' + q [[dt^3/3, dt^2/2], [dt^2/2, dt]] per axis, Bar-Shalom et al. 2001, section 6.2.2.
    A negative ``dt_s`` looks back: the covariance then grows as F^-1 Q F^-T, never shrinks, so it stays positive.
    """
    half_dt2 = 0.5 * dt_s * dt_s
    x[0] += x[3] * dt_s + ax * half_dt2
    x[1] += x[4] * dt_s + ay * half_dt2
    x[2] += x[5] * dt_s + az * half_dt2
    x[3] += ax * dt_s
    x[4] += ay * dt_s
    x[5] += az * dt_s
    for row in range(3):
        for column in range(row, 3):
            value = p[row, column] + dt_s * (p[row, column + 3] + p[column, row + 3] + dt_s * p[row + 3, column + 3])
            p[row, column] = value
            p[column, row] = value
    for row in range(3):
        for column in range(3):
            value = p[row, column + 3] + dt_s * p[row + 3, column + 3]
            p[row, column + 3] = value
            p[column + 3, row] = value
    spread = q * abs(dt_s)
    for axis in range(3):
        p[axis, axis] += spread * half_dt2 * (2.0 / 3.0)
        p[axis, axis + 3] += 0.5 * spread * dt_s
        p[axis + 3, axis] += 0.5 * spread * dt_s
        p[axis + 3, axis + 3] += spread


@kernel
def update(x: Floats, p: Floats, z: Floats, r: Floats) -> float:
    """Update ``x`` (6,) and ``p`` (6, 6) in place with a position ``z`` (3,) of covariance ``r`` (3, 3).

    Returns the squared Mahalanobis distance of the innovation. With S = Ppp + R, the blocks of the updated covariance
    are Pvv - Pvp S^-1 Ppv, Pvp S^-1 R and Ppp S^-1 R: no difference of large numbers where the position is concerned.
    """
    i00, i01, i02, i11, i12, i22, _ = symmetric_inverse3(
        p[0, 0] + r[0, 0], p[0, 1] + r[0, 1], p[0, 2] + r[0, 2],
        p[1, 1] + r[1, 1], p[1, 2] + r[1, 2], p[2, 2] + r[2, 2],
    )  # fmt: skip
    n0, n1, n2 = z[0] - x[0], z[1] - x[1], z[2] - x[2]
    w0 = i00 * n0 + i01 * n1 + i02 * n2
    w1 = i01 * n0 + i11 * n1 + i12 * n2
    w2 = i02 * n0 + i12 * n1 + i22 * n2
    for row in range(6):
        x[row] += p[row, 0] * w0 + p[row, 1] * w1 + p[row, 2] * w2
    for row in range(3, 6):
        g0, g1, g2 = times_symmetric3(p[row, 0], p[row, 1], p[row, 2], i00, i01, i02, i11, i12, i22)
        for column in range(row, 6):
            value = p[row, column] - (g0 * p[column, 0] + g1 * p[column, 1] + g2 * p[column, 2])
            p[row, column] = value
            p[column, row] = value
    for row in range(3, 6):
        g0, g1, g2 = times_symmetric3(p[row, 0], p[row, 1], p[row, 2], i00, i01, i02, i11, i12, i22)
        for column in range(3):
            value = g0 * r[0, column] + g1 * r[1, column] + g2 * r[2, column]
            p[row, column] = value
            p[column, row] = value
    # The old upper triangle is kept: each row's product needs it after the rows above are written.
    a01, a02, a12 = p[0, 1], p[0, 2], p[1, 2]
    g0, g1, g2 = times_symmetric3(p[0, 0], a01, a02, i00, i01, i02, i11, i12, i22)
    p[0, 0] = g0 * r[0, 0] + g1 * r[1, 0] + g2 * r[2, 0]
    p[0, 1] = p[1, 0] = g0 * r[0, 1] + g1 * r[1, 1] + g2 * r[2, 1]
    p[0, 2] = p[2, 0] = g0 * r[0, 2] + g1 * r[1, 2] + g2 * r[2, 2]
    g0, g1, g2 = times_symmetric3(a01, p[1, 1], a12, i00, i01, i02, i11, i12, i22)
    p[1, 1] = g0 * r[0, 1] + g1 * r[1, 1] + g2 * r[2, 1]
    p[1, 2] = p[2, 1] = g0 * r[0, 2] + g1 * r[1, 2] + g2 * r[2, 2]
    g0, g1, g2 = times_symmetric3(a02, a12, p[2, 2], i00, i01, i02, i11, i12, i22)
    p[2, 2] = g0 * r[0, 2] + g1 * r[1, 2] + g2 * r[2, 2]
    return n0 * w0 + n1 * w1 + n2 * w2


@kernel
def predicted_distance2(
    x: Floats, p: Floats, dt_s: float, q: float, ax: float, ay: float, az: float, z: Floats, r: Floats
) -> tuple[float, float]:
    """Return (d2, log det S) of a position ``z`` (3,), ``r`` (3, 3) against a track ``dt_s`` older, writing nothing.

    d2 is the squared Mahalanobis distance of the position from the predicted one, with S = Ppp + R: as ``predict`` and
    the innovation of ``update``, computing the position block only.
    """
    half_dt2 = 0.5 * dt_s * dt_s
    n0 = z[0] - x[0] - x[3] * dt_s - ax * half_dt2
    n1 = z[1] - x[1] - x[4] * dt_s - ay * half_dt2
    n2 = z[2] - x[2] - x[5] * dt_s - az * half_dt2
    noise = q * abs(dt_s) * half_dt2 * (2.0 / 3.0)
    i00, i01, i02, i11, i12, i22, determinant = symmetric_inverse3(
        p[0, 0] + dt_s * (2.0 * p[0, 3] + dt_s * p[3, 3]) + noise + r[0, 0],
        p[0, 1] + dt_s * (p[0, 4] + p[1, 3] + dt_s * p[3, 4]) + r[0, 1],
        p[0, 2] + dt_s * (p[0, 5] + p[2, 3] + dt_s * p[3, 5]) + r[0, 2],
        p[1, 1] + dt_s * (2.0 * p[1, 4] + dt_s * p[4, 4]) + noise + r[1, 1],
        p[1, 2] + dt_s * (p[1, 5] + p[2, 4] + dt_s * p[4, 5]) + r[1, 2],
        p[2, 2] + dt_s * (2.0 * p[2, 5] + dt_s * p[5, 5]) + noise + r[2, 2],
    )
    d2 = n0 * (i00 * n0 + 2.0 * (i01 * n1 + i02 * n2)) + n1 * (i11 * n1 + 2.0 * i12 * n2) + n2 * i22 * n2
    return d2, math.log(determinant)


@kernel
def measurement_to_enu(
    basis: Floats,
    sensor_x: float,
    sensor_y: float,
    sensor_z: float,
    range_m: float,
    azimuth_rad: float,
    elevation_rad: float,
    sigma_range_m: float,
    sigma_azimuth_rad: float,
    sigma_elevation_rad: float,
    z_out: Floats,
    r_out: Floats,
) -> None:
    """Convert a measured range, azimuth and elevation to a theatre position ``z_out`` (3,) and ``r_out`` (3, 3).

    ``basis`` (3, 3) holds the sensor's local east, north and up as rows. The covariance is the linearised one: the
    outer products of the range, azimuth and elevation directions, scaled by the standard deviations. Its bias is
    negligible where R sigma_angle^2 / sigma_range < 0.4 (Lerro & Bar-Shalom 1993).
    """
    sin_azimuth, cos_azimuth = math.sin(azimuth_rad), math.cos(azimuth_rad)
    sin_elevation, cos_elevation = math.sin(elevation_rad), math.cos(elevation_rad)
    variance_range = sigma_range_m * sigma_range_m
    cross_m = range_m * cos_elevation * sigma_azimuth_rad
    variance_azimuth = cross_m * cross_m
    height_m = range_m * sigma_elevation_rad
    variance_elevation = height_m * height_m
    for row in range(3):
        east, north, up = basis[0, row], basis[1, row], basis[2, row]
        level = sin_azimuth * east + cos_azimuth * north
        along = cos_elevation * level + sin_elevation * up
        across = cos_azimuth * east - sin_azimuth * north
        upward = cos_elevation * up - sin_elevation * level
        z_out[row] = range_m * along
        for column in range(row, 3):
            other_east, other_north, other_up = basis[0, column], basis[1, column], basis[2, column]
            other_level = sin_azimuth * other_east + cos_azimuth * other_north
            value = variance_range * along * (cos_elevation * other_level + sin_elevation * other_up)
            value += variance_azimuth * across * (cos_azimuth * other_east - sin_azimuth * other_north)
            value += variance_elevation * upward * (cos_elevation * other_up - sin_elevation * other_level)
            r_out[row, column] = value
            r_out[column, row] = value
    z_out[0] += sensor_x
    z_out[1] += sensor_y
    z_out[2] += sensor_z
