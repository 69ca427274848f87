"""Distances of two sets of places on a line, by OSPA and GOSPA."""

import numpy as np

from openiamd.results.gospa import Gospa, distances, gospa


def _on_a_line(truth_m: list[float], tracks_m: list[float], cutoff_m: float, order: float) -> Gospa:
    places = [np.array([[east_m, 0.0, 0.0] for east_m in line]).reshape(-1, 3) for line in (truth_m, tracks_m)]
    return gospa(distances(*places), cutoff_m, order)


def ospa_m(truth_m: list[float], tracks_m: list[float], cutoff_m: float, order: float) -> float:
    """Return OSPA in metres."""
    return _on_a_line(truth_m, tracks_m, cutoff_m, order).ospa


def gospa_m(truth_m: list[float], tracks_m: list[float], cutoff_m: float, order: float) -> float:
    """Return GOSPA with alpha = 2 in metres."""
    return _on_a_line(truth_m, tracks_m, cutoff_m, order).gospa
