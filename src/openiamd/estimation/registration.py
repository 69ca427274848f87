"""Registration: constant errors of radars, carried in a track's covariance without being estimated.

The filter runs as if there were no bias. Beside it goes the sensitivity U of its error to each bias, which the same
gains drive, so that the error's covariance is P + U U' with biases in units of their standard deviations. Sources:
Friedland, "Treatment of bias in recursive filtering", IEEE T-AC 14 (1969) 359 (the bias-free filter and its
sensitivity); Schmidt 1966 and Maybeck, Stochastic Models, Estimation and Control 1 (1979), section 6.8 (errors that are
considered, not estimated). Exact for a linear filter; here linearised at the measured place.

A node's radars have three columns each: range, azimuth, elevation. Layout: ``u`` (column, 6), a row a bias.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.kalman import symmetric_inverse3
from openiamd.kernels import kernel

Floats = NDArray[np.float64]

BIASES = 3  # of a radar: range, azimuth, elevation


@kernel
def bias_shift(
    dx_m: float, dy_m: float, dz_m: float, up: Floats, sigma_range_m: float, sigma_azimuth_rad: float,
    sigma_elevation_rad: float, shift_m: Floats,
) -> None:  # fmt: skip
    """Write to ``shift_m`` (3, 3) by how much one standard deviation of each bias moves a plot, a row a bias.

    The offset is plot minus antenna in theatre axes, ``up`` (3,) the antenna's vertical there. An azimuth error turns
    the offset about the vertical (clockwise), an elevation error about the horizontal across it.
    """
    range_m = math.sqrt(dx_m * dx_m + dy_m * dy_m + dz_m * dz_m)
    cx = dy_m * up[2] - dz_m * up[1]
    cy = dz_m * up[0] - dx_m * up[2]
    cz = dx_m * up[1] - dy_m * up[0]
    level_m = math.sqrt(cx * cx + cy * cy + cz * cz)
    along = sigma_range_m / range_m if range_m > 0.0 else 0.0
    # At the zenith the azimuth is void: any horizontal direction will do for the elevation error, and none is written.
    lift = sigma_elevation_rad / level_m if level_m > 0.0 else 0.0
    shift_m[0, 0] = along * dx_m
    shift_m[0, 1] = along * dy_m
    shift_m[0, 2] = along * dz_m
    shift_m[1, 0] = sigma_azimuth_rad * cx
    shift_m[1, 1] = sigma_azimuth_rad * cy
    shift_m[1, 2] = sigma_azimuth_rad * cz
    shift_m[2, 0] = lift * (cy * dz_m - cz * dy_m)
    shift_m[2, 1] = lift * (cz * dx_m - cx * dz_m)
    shift_m[2, 2] = lift * (cx * dy_m - cy * dx_m)


@kernel
def coast_sensitivity(u: Floats, radars: int, dt_s: float) -> None:
    """Advance the sensitivity ``u`` (column, 6) of a constant-velocity track in place by ``dt_s``: U = F U.

    radars  bit set of the radars whose columns are in use
    """
    rest, column = radars, 0
    while rest > 0:
        if rest & 1:
            for bias in range(column, column + BIASES):
                for axis in range(3):
                    u[bias, axis] += dt_s * u[bias, 3 + axis]
        rest >>= 1
        column += BIASES


@kernel
def update_sensitivity(u: Floats, radars: int, p: Floats, r: Floats, radar: int, shift_m: Floats, gain: Floats) -> None:
    """Update ``u`` (column, 6) in place with a position of the radar in column group ``radar``: U + K (N − U_position).

    p (6, 6), r (3, 3)  covariance of the track before the update, and of the position
    radars              bit set of the columns in use, that of ``radar`` among them
    shift_m (3, 3)      of ``bias_shift`` at the position
    gain (6, 3)         scratch: the filter's gain K = P H' S^-1
    """
    i00, i01, i02, i11, i12, i22, _ = symmetric_inverse3(
        p[0, 0] + r[0, 0], p[0, 1] + r[0, 1], p[0, 2] + r[0, 2],
        p[1, 1] + r[1, 1], p[1, 2] + r[1, 2], p[2, 2] + r[2, 2],
    )  # fmt: skip
    for row in range(6):
        gain[row, 0] = p[row, 0] * i00 + p[row, 1] * i01 + p[row, 2] * i02
        gain[row, 1] = p[row, 0] * i01 + p[row, 1] * i11 + p[row, 2] * i12
        gain[row, 2] = p[row, 0] * i02 + p[row, 1] * i12 + p[row, 2] * i22
    rest, group = radars, 0
    while rest > 0:
        if rest & 1:
            for bias in range(BIASES):
                error = u[BIASES * group + bias]
                d0, d1, d2 = -error[0], -error[1], -error[2]
                if group == radar:
                    d0 += shift_m[bias, 0]
                    d1 += shift_m[bias, 1]
                    d2 += shift_m[bias, 2]
                for row in range(6):
                    error[row] += gain[row, 0] * d0 + gain[row, 1] * d1 + gain[row, 2] * d2
        rest >>= 1
        group += 1


@kernel
def add_bias(p: Floats, u: Floats, radars: int, dt_s: float) -> None:
    """Add U U' to a covariance ``p`` (6, 6) in place, with U brought forward by ``dt_s``."""
    rest, column = radars, 0
    while rest > 0:
        if rest & 1:
            for bias in range(column, column + BIASES):
                error = u[bias]
                for row in range(6):
                    here = error[row] + dt_s * error[3 + row] if row < 3 else error[row]
                    for other in range(row, 6):
                        there = error[other] + dt_s * error[3 + other] if other < 3 else error[other]
                        p[row, other] += here * there
                        p[other, row] = p[row, other]
        rest >>= 1
        column += BIASES


@kernel
def innovation_covariance(
    u: Floats, radars: int, dt_s: float, r: Floats, radar: int, shift_m: Floats, total: Floats
) -> None:
    """Write to ``total`` (3, 3) the part of an innovation's covariance that is not Ppp: R + (U − N) (U − N)'.

    One radar's own bias nearly cancels, so that its gate stays narrow; those of two radars add up. radar −1: of a
    position without a bias of this node's radars.
    """
    for row in range(3):
        for column in range(3):
            total[row, column] = r[row, column]
    rest, group = radars, 0
    if radar >= 0:
        rest |= 1 << radar
    while rest > 0:
        if rest & 1:
            for bias in range(BIASES):
                error = u[BIASES * group + bias]
                used = (radars >> group) & 1
                d0, d1, d2 = 0.0, 0.0, 0.0
                if used:
                    d0, d1 = error[0] + dt_s * error[3], error[1] + dt_s * error[4]
                    d2 = error[2] + dt_s * error[5]
                if group == radar:
                    d0 -= shift_m[bias, 0]
                    d1 -= shift_m[bias, 1]
                    d2 -= shift_m[bias, 2]
                total[0, 0] += d0 * d0
                total[0, 1] += d0 * d1
                total[0, 2] += d0 * d2
                total[1, 1] += d1 * d1
                total[1, 2] += d1 * d2
                total[2, 2] += d2 * d2
        rest >>= 1
        group += 1
    total[1, 0], total[2, 0], total[2, 1] = total[0, 1], total[0, 2], total[1, 2]


@kernel
def horizontal_bias_m2(u: Floats, radars: int) -> float:
    """Return the horizontal variance, east and north together, that biases add to a track: the trace of (U U')."""
    total_m2, rest, column = 0.0, radars, 0
    while rest > 0:
        if rest & 1:
            for bias in range(column, column + BIASES):
                total_m2 += u[bias, 0] * u[bias, 0] + u[bias, 1] * u[bias, 1]
        rest >>= 1
        column += BIASES
    return total_m2


@kernel
def update_sensitivity_by_rate(u: Floats, radars: int, slope: Floats, gain: Floats) -> None:
    """Update ``u`` (column, 6) in place with a scalar that no bias shifts, of gradient and gain (6,): U − K h' U."""
    rest, column = radars, 0
    while rest > 0:
        if rest & 1:
            for bias in range(column, column + BIASES):
                error, seen = u[bias], 0.0
                for row in range(6):
                    seen += slope[row] * error[row]
                for row in range(6):
                    error[row] -= gain[row] * seen
        rest >>= 1
        column += BIASES


@kernel
def start_sensitivity(u: Floats, radar: int, shift_m: Floats) -> None:
    """Write the columns of one radar (group ``radar``) of ``u`` (column, 6) for a track that starts on its plot."""
    for bias in range(BIASES):
        error = u[BIASES * radar + bias]
        for axis in range(3):
            error[axis] = shift_m[bias, axis]
            error[3 + axis] = 0.0


@kernel
def clear_sensitivity(u: Floats, radar: int) -> None:
    """Write zeros to the columns of one radar (group ``radar``) of ``u`` (column, 6): it joins a track."""
    for bias in range(BIASES):
        for row in range(6):
            u[BIASES * radar + bias, row] = 0.0


@kernel
def bias_trace_m2(u: Floats, radars: int) -> float:
    """Return the variance, all three axes together, that biases add to a track's position: the trace of U U'."""
    total_m2, rest, column = 0.0, radars, 0
    while rest > 0:
        if rest & 1:
            for bias in range(column, column + BIASES):
                for axis in range(3):
                    total_m2 += u[bias, axis] * u[bias, axis]
        rest >>= 1
        column += BIASES
    return total_m2
