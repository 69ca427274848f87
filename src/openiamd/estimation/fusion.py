"""Ranking the tracks of several nodes by how well each knows its position."""

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel

Floats = NDArray[np.float64]

BEST_TRACK_QUALITY = 15

_BEST_SIGMA_M = 10.0
_QUALITY_STEP = 1.6


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
