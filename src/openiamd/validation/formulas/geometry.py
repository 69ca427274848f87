"""Straight flight past a radar: chord, time in view and span of aspects."""

import math


def chord_km(reach_m: float, aside_m: float) -> float:
    """Return the length of the path within reach in km."""
    return 2.0 * math.sqrt(reach_m**2 - aside_m**2) / 1e3


def time_in_view_s(reach_m: float, aside_m: float, speed_mps: float) -> float:
    """Return how long the path is within reach."""
    return 1e3 * chord_km(reach_m, aside_m) / speed_mps


def aspect_span_deg(reach_m: float, aside_m: float) -> float:
    """Return the span of aspects that the radar sees in degrees."""
    return math.degrees(2.0 * math.acos(aside_m / reach_m))
