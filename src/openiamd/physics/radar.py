"""Radar equation and measurement accuracy; ``snr``, gains and losses are power ratios, never decibels.

Sources: Richards, Scheer & Holm, Principles of Modern Radar (2010), ch. 2 (radar equation); Barton & Leonov, Radar
Technology Encyclopedia (1998), "accuracy" (angle and range accuracy); Blake, Radar Range-Performance Analysis (1986),
ch. 1 (propagation factor). A floor of accuracy is a bias fraction times the resolution, as in MathWorks
radarDataGenerator ("measurement accuracy, bias and resolution").
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
def total_losses(transmit: float, receive: float, beam_shape: float, processing: float, integration: float) -> float:
    """Return the ``losses`` of the radar equation: the product of its named parts, each a ratio of 1 or more.

    ``transmit``: line from transmitter to antenna; ``receive``: line from antenna to receiver, where the noise
    temperature does not hold it already; ``beam_shape``: the target passes off the beam's axis
    (``antenna.beam_shape_loss``); ``processing``: CFAR (``detection.cell_averaging_loss``), straddling, mismatch;
    ``integration``: what noncoherent integration loses, 1 where ``detection`` counts the pulses one by one.
    Attenuation along the path is not among them: it depends on the range. Source: Richards, Scheer & Holm 2010, ch. 2.
    """
    return transmit * receive * beam_shape * processing * integration


@kernel
def range_for_snr_m(
    snr: float,
    pulse_energy_j: float,
    transmit_gain: float,
    receive_gain: float,
    wavelength_m: float,
    rcs_m2: float,
    noise_temperature_k: float,
    losses: float,
) -> float:
    """Return the range at which a monostatic radar has this SNR: ``snr_radar_equation`` solved for R."""
    at_one_metre = snr_radar_equation(
        pulse_energy_j, transmit_gain, receive_gain, wavelength_m, rcs_m2, 1.0, 1.0, noise_temperature_k, losses
    )
    return (at_one_metre / snr) ** 0.25


@kernel
def range_from_anchor_m(
    anchor_snr: float, anchor_range_m: float, anchor_rcs_m2: float, snr: float, rcs_m2: float
) -> float:
    """Return the range at which a target has this SNR: ``snr_from_anchor`` solved for R."""
    return anchor_range_m * (anchor_snr / snr * (rcs_m2 / anchor_rcs_m2)) ** 0.25


@kernel
def echo_power_w(
    power_w: float,
    transmit_gain: float,
    receive_gain: float,
    wavelength_m: float,
    rcs_m2: float,
    range_m: float,
    losses: float,
    propagation_factor: float,
) -> float:
    """Return the echo power received: P Gt Gr lambda^2 sigma F^4 / ((4 pi)^3 R^4 L); F = 1 is free space.

    Source: Blake 1986, eq. 1.18; the same form as SIMDIS ``getRcvdPowerFreeSpace`` and ``getRcvdPowerBlake``.
    """
    spreading = (4.0 * math.pi) ** 3 * range_m**4
    squared = propagation_factor * propagation_factor
    numerator = power_w * transmit_gain * receive_gain * wavelength_m * wavelength_m * rcs_m2 * squared * squared
    return numerator / (spreading * losses)


@kernel
def one_way_power_w(
    power_w: float,
    transmit_gain: float,
    receive_gain: float,
    wavelength_m: float,
    range_m: float,
    losses: float,
    propagation_factor: float,
) -> float:
    """Return the power received over a one-way path: P Gt Gr (lambda F / (4 pi R))^2 / L (Friis with Blake's F)."""
    ratio = wavelength_m * propagation_factor / (4.0 * math.pi * range_m)
    return power_w * transmit_gain * receive_gain * ratio * ratio / losses


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
def search_power_aperture_w_m2(
    snr: float,
    search_time_s: float,
    solid_angle_sr: float,
    rcs_m2: float,
    range_m: float,
    noise_temperature_k: float,
    losses: float,
) -> float:
    """Return the mean power times aperture that a volume search needs: ``snr_search_equation`` solved for PA."""
    at_one = snr_search_equation(1.0, search_time_s, solid_angle_sr, rcs_m2, range_m, noise_temperature_k, losses)
    return snr / at_one


@kernel
def range_resolution_m(bandwidth_hz: float) -> float:
    """Return the range resolution of a pulse of this bandwidth: c / (2 B)."""
    return SPEED_OF_LIGHT_MPS / (2.0 * bandwidth_hz)


@kernel
def range_rate_resolution_mps(wavelength_m: float, coherent_time_s: float) -> float:
    """Return the range-rate resolution of a coherent interval: lambda / (2 tau), a Doppler resolution of 1 / tau."""
    return wavelength_m / (2.0 * coherent_time_s)


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


@kernel
def range_rate_sigma_mps(resolution_mps: float, snr: float, floor_mps: float) -> float:
    """Return the standard deviation of a Doppler range rate: resolution / sqrt(2 SNR), with a floor in quadrature.

    Source: Curry, Radar System Performance Modeling, 2nd ed. (2005), ch. 8, from memory: 1 / (tau sqrt(2 SNR)) in Hz.
    """
    return math.sqrt(resolution_mps * resolution_mps / (2.0 * snr) + floor_mps * floor_mps)
