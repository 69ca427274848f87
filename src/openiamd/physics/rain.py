"""Specific attenuation by rain, for any frequency, elevation and linear or circular polarisation.

Source: Recommendation ITU-R P.838-3 (03/2005), equations 1 to 5 and tables 1 to 4; valid from 1 to 1,000 GHz.
"""

import math

import numpy as np
from numpy.typing import NDArray

CIRCULAR_TILT_RAD = math.pi / 4.0

# Rows a, b, c of a sum of Gaussians in log10 of the frequency in GHz; then slope and offset of a straight line.
_K_HORIZONTAL = np.array([
    [-5.33980, -0.35351, -0.23789, -0.94158],
    [-0.10008, 1.26970, 0.86036, 0.64552],
    [1.13098, 0.45400, 0.15354, 0.16817],
])  # fmt: skip
_K_VERTICAL = np.array([
    [-3.80595, -3.44965, -0.39902, 0.50167],
    [0.56934, -0.22911, 0.73042, 1.07319],
    [0.81061, 0.51059, 0.11899, 0.27195],
])  # fmt: skip
_ALPHA_HORIZONTAL = np.array([
    [-0.14318, 0.29591, 0.32177, -5.37610, 16.1721],
    [1.82442, 0.77564, 0.63773, -0.96230, -3.29980],
    [-0.55187, 0.19822, 0.13164, 1.47828, 3.43990],
])  # fmt: skip
_ALPHA_VERTICAL = np.array([
    [-0.07771, 0.56727, -0.20238, -48.2991, 48.5833],
    [2.33840, 0.95545, 1.14520, 0.791669, 0.791459],
    [-0.76284, 0.54039, 0.26809, 0.116226, 0.116479],
])  # fmt: skip


def _fitted(curve: NDArray[np.float64], slope: float, offset: float, log_ghz: float) -> float:
    height, centre, width = curve
    return float(np.sum(height * np.exp(-(((log_ghz - centre) / width) ** 2)))) + slope * log_ghz + offset


def rain_coefficients(frequency_hz: float, elevation_rad: float = 0.0, tilt_rad: float = 0.0) -> tuple[float, float]:
    """Return (k, alpha) of gamma = k R^alpha, gamma in dB/km and R in mm/h.

    ``tilt_rad`` is the angle of the polarisation to the horizontal: 0 horizontal, pi/2 vertical, pi/4 circular.
    """
    log_ghz = math.log10(frequency_hz / 1e9)
    k_horizontal = 10.0 ** _fitted(_K_HORIZONTAL, -0.18961, 0.71147, log_ghz)
    k_vertical = 10.0 ** _fitted(_K_VERTICAL, -0.16398, 0.63297, log_ghz)
    product_horizontal = k_horizontal * _fitted(_ALPHA_HORIZONTAL, 0.67849, -1.95537, log_ghz)
    product_vertical = k_vertical * _fitted(_ALPHA_VERTICAL, -0.053739, 0.83433, log_ghz)
    mix = math.cos(elevation_rad) ** 2 * math.cos(2.0 * tilt_rad)
    k = 0.5 * (k_horizontal + k_vertical + (k_horizontal - k_vertical) * mix)
    product = product_horizontal + product_vertical + (product_horizontal - product_vertical) * mix
    return k, 0.5 * product / k


def rain_db_per_km(
    frequency_hz: float, rain_rate_mmph: float, elevation_rad: float = 0.0, tilt_rad: float = 0.0
) -> float:
    """Return the specific attenuation by rain in dB/km; no rain gives 0."""
    k, alpha = rain_coefficients(frequency_hz, elevation_rad, tilt_rad)
    return k * rain_rate_mmph**alpha if rain_rate_mmph > 0.0 else 0.0
