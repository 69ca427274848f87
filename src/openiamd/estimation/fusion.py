"""Comparing and ranking tracks of several nodes: correlation distance and track quality.

The correlation test takes the two estimates' errors as independent (Bar-Shalom, IEEE T-AC 26 (1981) 571 gives the
cross-covariance that common process noise adds; it is left out, which makes the distance slightly too small).
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.kalman import symmetric_inverse3
from openiamd.kernels import kernel

Floats = NDArray[np.float64]

BEST_TRACK_QUALITY = 15

_BEST_SIGMA_M = 10.0
_QUALITY_STEP = 1.6


@kernel
def correlation_distance2(x1: Floats, p1: Floats, x2: Floats, p2: Floats) -> float:
    """Return the squared Mahalanobis distance of two tracks' positions at the same time, with covariance P1 + P2.

    States (6,), covariances (6, 6). Chi-square with 3 degrees of freedom where both tracks are the same object.
    """
    i00, i01, i02, i11, i12, i22, _ = symmetric_inverse3(
        p1[0, 0] + p2[0, 0], p1[0, 1] + p2[0, 1], p1[0, 2] + p2[0, 2],
        p1[1, 1] + p2[1, 1], p1[1, 2] + p2[1, 2], p1[2, 2] + p2[2, 2],
    )  # fmt: skip
    d0, d1, d2 = x1[0] - x2[0], x1[1] - x2[1], x1[2] - x2[2]
    return d0 * (i00 * d0 + 2.0 * (i01 * d1 + i02 * d2)) + d1 * (i11 * d1 + 2.0 * i12 * d2) + d2 * i22 * d2


@kernel
def track_quality(p: Floats) -> int:
    """Return the quality 0 to 15 (larger is better) of a track of covariance ``p`` (6, 6).

    15 where the horizontal standard deviation sqrt(Pxx + Pyy) is at most 10 m, and one less for each further factor
    of 1.6 (14: 16 m, 10: 105 m, 5: 1.1 km, 1: 7.2 km). An analogue of the track quality of Link 16, which also ranks
    by positional accuracy in 16 steps; the limits here are this project's own, not those of that standard.
    """
    variance_m2 = p[0, 0] + p[1, 1]
    limit_m2 = _BEST_SIGMA_M * _BEST_SIGMA_M
    quality = BEST_TRACK_QUALITY
    while quality > 0 and variance_m2 > limit_m2:
        limit_m2 *= _QUALITY_STEP * _QUALITY_STEP
        quality -= 1
    return quality
