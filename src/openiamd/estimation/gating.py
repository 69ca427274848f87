"""Gating: a cheap test that spares most pairs of track and position the exact distance."""

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel

Floats = NDArray[np.float64]

NOISE_BOUND = 100.0  # m²/s³, above any process noise times its share of the trace


@kernel
def near(
    state: Floats, covariance: Floats, age_s: float, place_m: Floats, place_m2: Floats, bias_m2: float, gate: float
) -> bool:
    """Tell whether a position can lie within the gate at all: its distance against the largest possible innovation.

    The largest eigenvalue of S is at most its trace, so no pair within the Mahalanobis gate is lost. A slack of
    ½ · 10 m/s² · age² covers the fall that the exact distance takes into account. bias_m2 is an upper limit of what
    registration errors add to the trace.
    """
    distance_m2, trace_m2 = 0.0, bias_m2
    square_s2 = age_s * age_s
    slack_m = 5.0 * square_s2
    for axis in range(3):
        offset_m = place_m[axis] - state[axis] - age_s * state[3 + axis]
        distance_m2 += offset_m * offset_m
        trace_m2 += place_m2[axis, axis] + covariance[axis, axis]
        trace_m2 += age_s * (2.0 * covariance[axis, 3 + axis] + age_s * covariance[3 + axis, 3 + axis])
    return distance_m2 <= 2.0 * (gate * gate * (trace_m2 + NOISE_BOUND * square_s2 * abs(age_s)) + slack_m * slack_m)
