"""Radar equation and measurement accuracy; ``snr`` is always a power ratio, never decibels.

Sources: Richards, Scheer & Holm, Principles of Modern Radar (2010), ch. 2 (radar equation); Barton & Leonov, Radar
Technology Encyclopedia (1998), "accuracy" (angle and range accuracy).
"""

import math

from openiamd.kernels import kernel

SPEED_OF_LIGHT_MPS = 299_792_458.0
BOLTZMANN_J_PER_K = 1.380649e-23

_MONOPULSE_SLOPE = 1.6


@kernel
def snr_from_anchor(
    anchor_snr: float, anchor_range_m: float, anchor_rcs_m2: float, range_m: float, rcs_m2: float
) -> float:
    """Return the SNR of a target, scaled from a range at which the SNR of a known target is given.

    SNR = SNR0 (sigma / sigma0) (R0 / R)^4. ``range_m`` must be positive.
    """
    ratio = anchor_range_m / range_m
    squared = ratio * ratio
    return anchor_snr * (rcs_m2 / anchor_rcs_m2) * (squared * squared)


@kernel
def anchor_snr_swerling1(detection_probability: float, false_alarm_probability: float) -> float:
    """Return the mean SNR at which one look at a Swerling 1 target has a given Pd: ln(Pfa) / ln(Pd) - 1."""
    return math.log(false_alarm_probability) / math.log(detection_probability) - 1.0


@kernel
def snr_radar_equation(
    pulse_energy_j: float,
    transmit_gain: float,
    receive_gain: float,
    wavelength_m: float,
    rcs_m2: float,
    transmit_range_m: float,
    receive_range_m: float,
    noise_temperature_k: float,
    losses: float,
) -> float:
    """Return the SNR of a matched-filtered pulse: E Gt Gr lambda^2 sigma / ((4 pi)^3 k T Rt^2 Rr^2 L).

    Gains and losses are power ratios. Bistatic; give the same range twice for a monostatic radar. For several pulses
    integrated coherently give the sum of their energies.
    """
    numerator = pulse_energy_j * transmit_gain * receive_gain * wavelength_m * wavelength_m * rcs_m2
    spreading = (4.0 * math.pi) ** 3 * (transmit_range_m * receive_range_m) ** 2
    return numerator / (spreading * BOLTZMANN_J_PER_K * noise_temperature_k * losses)


@kernel
def snr_search_equation(
    power_aperture_w_m2: float,
    search_time_s: float,
    solid_angle_sr: float,
    rcs_m2: float,
    range_m: float,
    noise_temperature_k: float,
    losses: float,
) -> float:
    """Return the SNR of a volume search: PA ts sigma / (4 pi k T L R^4 Omega)."""
    spreading = 4.0 * math.pi * range_m**4 * solid_angle_sr
    return power_aperture_w_m2 * search_time_s * rcs_m2 / (spreading * BOLTZMANN_J_PER_K * noise_temperature_k * losses)


@kernel
def range_sigma_m(resolution_m: float, snr: float, floor_m: float) -> float:
    """Return the standard deviation of a range measurement: resolution / sqrt(2 SNR), with a floor in quadrature."""
    return math.sqrt(resolution_m * resolution_m / (2.0 * snr) + floor_m * floor_m)


@kernel
def angle_sigma_rad(beamwidth_rad: float, snr: float, floor_rad: float) -> float:
    """Return the standard deviation of a monopulse angle: theta3 / (1.6 sqrt(2 SNR)), with a floor in quadrature.

    ``beamwidth_rad`` is the half-power width. Source: Barton & Leonov 1998, "accuracy, of angle measurement".
    """
    width_rad = beamwidth_rad / _MONOPULSE_SLOPE
    return math.sqrt(width_rad * width_rad / (2.0 * snr) + floor_rad * floor_rad)
