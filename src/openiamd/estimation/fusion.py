"""Ranking and joining the tracks of several nodes whose errors may go together in a way that nobody knows.

Covariance intersection: Julier & Uhlmann, "A non-divergent estimation algorithm in the presence of unknown
correlations", American Control Conference (1997), 2369. For any weight w between 0 and 1,

    P⁻¹ = w P1⁻¹ + (1 − w) P2⁻¹,  x = P (w P1⁻¹ x1 + (1 − w) P2⁻¹ x2)

is consistent if both inputs are, whatever the correlation between them.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.kalman import symmetric_inverse3
from openiamd.kernels import kernel

Floats = NDArray[np.float64]

BEST_TRACK_QUALITY = 15
SCRATCH_ROWS = 13  # of 6 numbers, that `combine` needs

_BEST_SIGMA_M = 10.0
_QUALITY_STEP = 1.6
_WEIGHT_PRECISION = 1e-3
_MOST_ITERATIONS = 20


@kernel
def quality_of(variance_m2: float) -> int:
    """Return the quality 0 to 15 (larger is better) of a track of this horizontal variance Pxx + Pyy.

    15 where the horizontal standard deviation is at most 10 m, and one less for each further factor of 1.6 (14: 16 m,
    10: 105 m, 5: 1.1 km, 1: 7.2 km). An analogue of the track quality of Link 16, which also ranks by positional
    accuracy in 16 steps; the limits here are this project's own, not those of that standard.
    """
    limit_m2 = _BEST_SIGMA_M * _BEST_SIGMA_M
    quality = BEST_TRACK_QUALITY
    while quality > 0 and variance_m2 > limit_m2:
        limit_m2 *= _QUALITY_STEP * _QUALITY_STEP
        quality -= 1
    return quality


@kernel
def track_quality(p: Floats) -> int:
    """Return the quality 0 to 15 (larger is better) of a track of covariance ``p`` (6, 6), by ``quality_of``."""
    return quality_of(p[0, 0] + p[1, 1])


@kernel
def _trace_slope(
    a00: float, a01: float, a02: float, a11: float, a12: float, a22: float,
    b00: float, b01: float, b02: float, b11: float, b12: float, b22: float, weight: float,
) -> float:  # fmt: skip
    """Return d/dw of tr (w A + (1 − w) B)⁻¹ = −tr M (A − B) M, with M the inverse; A and B by their upper triangles."""
    rest = 1.0 - weight
    m00, m01, m02, m11, m12, m22, _ = symmetric_inverse3(
        weight * a00 + rest * b00, weight * a01 + rest * b01, weight * a02 + rest * b02,
        weight * a11 + rest * b11, weight * a12 + rest * b12, weight * a22 + rest * b22,
    )  # fmt: skip
    slope = (m00 * m00 + m01 * m01 + m02 * m02) * (a00 - b00)
    slope += (m01 * m01 + m11 * m11 + m12 * m12) * (a11 - b11)
    slope += (m02 * m02 + m12 * m12 + m22 * m22) * (a22 - b22)
    slope += 2.0 * (m00 * m01 + m01 * m11 + m02 * m12) * (a01 - b01)
    slope += 2.0 * (m00 * m02 + m01 * m12 + m02 * m22) * (a02 - b02)
    slope += 2.0 * (m01 * m02 + m11 * m12 + m12 * m22) * (a12 - b12)
    return -slope


@kernel
def best_weight(p1: Floats, p2: Floats) -> float:
    """Return the weight of the first of two covariances (≥ 3, ≥ 3) whose intersection has the least position trace.

    1.0 or 0.0 where one of the two alone is best. The trace is convex in the weight (Julier & Uhlmann 1997), so its
    slope has one zero; found by false position with the Illinois rule (Dowell & Jarratt, BIT 11 (1971) 168).
    """
    a00, a01, a02, a11, a12, a22, _ = symmetric_inverse3(p1[0, 0], p1[0, 1], p1[0, 2], p1[1, 1], p1[1, 2], p1[2, 2])
    b00, b01, b02, b11, b12, b22, _ = symmetric_inverse3(p2[0, 0], p2[0, 1], p2[0, 2], p2[1, 1], p2[1, 2], p2[2, 2])
    high, high_slope = 1.0, _trace_slope(a00, a01, a02, a11, a12, a22, b00, b01, b02, b11, b12, b22, 1.0)
    if high_slope <= 0.0:
        return 1.0
    low, low_slope = 0.0, _trace_slope(a00, a01, a02, a11, a12, a22, b00, b01, b02, b11, b12, b22, 0.0)
    if low_slope >= 0.0:
        return 0.0
    weight, last, side = 0.5, 2.0, 0
    for _ in range(_MOST_ITERATIONS):
        weight = (low * high_slope - high * low_slope) / (high_slope - low_slope)
        if abs(weight - last) < _WEIGHT_PRECISION:
            break
        last = weight
        slope = _trace_slope(a00, a01, a02, a11, a12, a22, b00, b01, b02, b11, b12, b22, weight)
        if slope > 0.0:
            high, high_slope = weight, slope
            low_slope = 0.5 * low_slope if side > 0 else low_slope
            side = 1
        else:
            low, low_slope = weight, slope
            high_slope = 0.5 * high_slope if side < 0 else high_slope
            side = -1
    return weight


@kernel
def combine(x1: Floats, p1: Floats, x2: Floats, p2: Floats, weight1: float, weight2: float, scratch: Floats) -> float:
    """Join two estimates (6,), (6, 6) in place of the first: P⁻¹ = w1 P1⁻¹ + w2 P2⁻¹; return their squared distance.

    Weights 1 and 1 take the errors as independent; w and 1 − w are covariance intersection. Both must be above 0.
    With S = P1/w1 + P2/w2 = L L' the gain is (P1/w1) S⁻¹. scratch  (SCRATCH_ROWS, 6)
    """
    scale1, scale2 = 1.0 / weight1, 1.0 / weight2
    for row in range(6):
        for column in range(row + 1):
            value = scale1 * p1[row, column] + scale2 * p2[row, column]
            for inner in range(column):
                value -= scratch[row, inner] * scratch[column, inner]
            # The diagonal holds reciprocals: they are only ever divided by.
            scratch[row, column] = value * scratch[column, column] if column < row else 1.0 / np.sqrt(value)
    for which in range(7):
        for row in range(6):
            value = x2[row] - x1[row] if which == 6 else scale1 * p1[row, which]
            for inner in range(row):
                value -= scratch[row, inner] * scratch[6 + which, inner]
            scratch[6 + which, row] = value * scratch[row, row]
    distance2 = 0.0
    for inner in range(6):
        distance2 += scratch[12, inner] * scratch[12, inner]
    for row in range(6):
        for inner in range(6):
            x1[row] += scratch[6 + row, inner] * scratch[12, inner]
        for column in range(row, 6):
            value = scale1 * p1[row, column]
            for inner in range(6):
                value -= scratch[6 + row, inner] * scratch[6 + column, inner]
            p1[row, column] = value
            p1[column, row] = value
    return distance2


@kernel
def covariance_intersection(x1: Floats, p1: Floats, x2: Floats, p2: Floats, scratch: Floats) -> float:
    """Join two estimates (6,), (6, 6) of unknown correlation in place of the first; return the weight of the first.

    The weight is that of the least trace of the position's covariance. scratch  (SCRATCH_ROWS, 6)
    """
    weight = best_weight(p1, p2)
    if weight <= 0.0:
        for row in range(6):
            x1[row] = x2[row]
            for column in range(6):
                p1[row, column] = p2[row, column]
    elif weight < 1.0:
        combine(x1, p1, x2, p2, weight, 1.0 - weight, scratch)
    return weight


@kernel
def knows_better(p1: Floats, p2: Floats) -> bool:
    """Tell whether the first of two estimates knows its position at least as well, by the trace of its covariance."""
    return p1[0, 0] + p1[1, 1] + p1[2, 2] <= p2[0, 0] + p2[1, 1] + p2[2, 2]
