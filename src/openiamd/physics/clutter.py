"""Clutter: what a moving-target indicator passes, and the echo of rain.

Responses and ratios are power ratios. Sources: Skolnik, Introduction to Radar Systems, 3rd ed. (2001), ch. 3 (MTI) and
ch. 7 (rain); Richards, Fundamentals of Radar Signal Processing, 2nd ed. (2014), sec. 2.2.4 and 5.2.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel

Floats = NDArray[np.float64]

WATER_FACTOR = 0.93  # |K|^2 of water from 3 to 10 cm and 0 to 20 Celsius, Richards 2014
_M3_PER_MM6_PER_M3 = 1e-18


@kernel
def blind_speed_mps(number: int, wavelength_m: float, prf_hz: float) -> float:
    """Return the n-th blind speed of a moving-target indicator: n lambda prf / 2."""
    return 0.5 * number * wavelength_m * prf_hz


@kernel
def mti_response(range_rate_mps: float, wavelength_m: float, prf_hz: float, delays: int) -> float:
    """Return the power response of a canceller of 1 or 2 delays to a range rate; its mean over Doppler is 1.

    2 sin^2(x) or (8/3) sin^4(x), x = pi fd / prf and fd = 2 v / lambda: 0 at standstill and at every blind speed. Noise
    passes with mean 1, so the factor applies to the SNR. Source: Skolnik 2001, ch. 3.
    """
    sine = math.sin(2.0 * math.pi * range_rate_mps / (wavelength_m * prf_hz))
    squared = sine * sine
    if delays == 1:
        return 2.0 * squared
    return 8.0 / 3.0 * squared * squared


@kernel
def rain_reflectivity_factor(rain_mm_per_h: float) -> float:
    """Return the reflectivity factor of rain, mm^6/m^3: Z = 200 R^1.6 (Marshall & Palmer, J. Meteor. 5 (1948) 165)."""
    return 200.0 * rain_mm_per_h**1.6


@kernel
def volume_reflectivity_per_m(reflectivity_factor: float, wavelength_m: float) -> float:
    """Return the radar cross-section of rain per volume, m2/m3: pi^5 |K|^2 Z / lambda^4, drops small to lambda.

    ``reflectivity_factor`` is Z in mm^6/m^3. Above about 10 GHz heavy rain departs from it. Source: Richards 2014, eq.
    2.44.
    """
    squared = wavelength_m * wavelength_m
    return math.pi**5 * WATER_FACTOR * reflectivity_factor * _M3_PER_MM6_PER_M3 / (squared * squared)


@kernel
def cell_volume_m3(
    azimuth_beamwidth_rad: float, elevation_beamwidth_rad: float, range_m: float, range_cell_m: float
) -> float:
    """Return the volume of a resolution cell, weighted by a two-way Gaussian beam: pi / (8 ln 2) theta phi R^2 dR.

    Source: Probert-Jones, Quart. J. Roy. Meteor. Soc. 88 (1962) 485.
    """
    area = azimuth_beamwidth_rad * elevation_beamwidth_rad * range_m * range_m
    return math.pi / (8.0 * math.log(2.0)) * area * range_cell_m


@kernel
def rain_rcs_m2(rain_mm_per_h: float, wavelength_m: float, volume_m3: float) -> float:
    """Return the cross-section of the rain that fills a resolution cell, without attenuation on the way."""
    if rain_mm_per_h <= 0.0:
        return 0.0
    return volume_reflectivity_per_m(rain_reflectivity_factor(rain_mm_per_h), wavelength_m) * volume_m3


@kernel
def signal_to_interference(snr: float, clutter_to_noise: float, improvement: float) -> float:
    """Return the ratio of signal to noise plus clutter after Doppler filtering: S / (1 + C / I).

    ``improvement`` is the factor by which the filter raises the signal-to-clutter ratio. Residual clutter is taken as
    noise-like. Source: Skolnik 2001, ch. 3 (improvement factor).
    """
    return snr / (1.0 + clutter_to_noise / improvement)
