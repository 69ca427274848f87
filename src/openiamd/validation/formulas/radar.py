"""Radar equation, accuracy, beam shape, blind speeds and rain, for the V&V book."""

import math

from openiamd.physics import antenna, clutter, radar


def _ratio(decibels: float) -> float:
    return 10.0 ** (decibels / 10.0)


def _decibels(ratio: float) -> float:
    return 10.0 * math.log10(ratio)


def _wavelength_m(frequency_hz: float) -> float:
    return radar.SPEED_OF_LIGHT_MPS / frequency_hz


def snr_db(
    *,
    frequency_hz: float,
    power_w: float,
    pulse_s: float,
    transmit_gain_db: float,
    receive_gain_db: float,
    transmit_range_m: float,
    receive_range_m: float,
    rcs_m2: float = 1.0,
    temperature_k: float = 290.0,
    loss_db: float = 0.0,
    processing_gain_db: float = 0.0,
) -> float:
    """Return the SNR, dB, by the radar equation; a processing gain multiplies the energy of the pulse."""
    return _decibels(
        radar.snr_radar_equation(
            power_w * pulse_s * _ratio(processing_gain_db), _ratio(transmit_gain_db), _ratio(receive_gain_db),
            _wavelength_m(frequency_hz), rcs_m2, transmit_range_m, receive_range_m, temperature_k, _ratio(loss_db),
        )
    )  # fmt: skip


def power_w(*, required_snr_db: float, **inputs: float) -> float:
    """Return the peak power, W, that gives this SNR: the radar equation is linear in it."""
    return _ratio(required_snr_db - snr_db(power_w=1.0, **inputs))


def range_m(
    *,
    frequency_hz: float,
    required_snr_db: float,
    power_w: float,
    pulse_s: float,
    gain_db: float,
    rcs_m2: float = 1.0,
    temperature_k: float = 290.0,
    loss_db: float = 0.0,
    processing_gain_db: float = 0.0,
) -> float:
    """Return the range, m, of this SNR by the radar equation solved for it."""
    return radar.range_for_snr_m(
        _ratio(required_snr_db), power_w * pulse_s * _ratio(processing_gain_db), _ratio(gain_db), _ratio(gain_db),
        _wavelength_m(frequency_hz), rcs_m2, temperature_k, _ratio(loss_db),
    )  # fmt: skip


def blake_range_m() -> float:
    """Return Blake's constant, m: the range at 1 kW, 1 us, 1 MHz, 1 K, 1 m2, unit gains, losses and SNR."""
    return radar.range_for_snr_m(1.0, 1e-3, 1.0, 1.0, _wavelength_m(1e6), 1.0, 1.0, 1.0)


def blake_range_nmi() -> float:
    """Return Blake's constant in nautical miles."""
    return blake_range_m() / 1852.0


def _solid_angle_sr(azimuth_deg: float, lowest_deg: float, highest_deg: float) -> float:
    return math.radians(azimuth_deg) * (math.sin(math.radians(highest_deg)) - math.sin(math.radians(lowest_deg)))


def search_snr_db(
    *,
    power_aperture_w_m2: float,
    search_time_s: float,
    azimuth_deg: float,
    lowest_deg: float,
    highest_deg: float,
    range_m: float,
    rcs_m2: float,
    temperature_k: float,
    loss_db: float,
) -> float:
    """Return the SNR, dB, by the search form of the radar equation."""
    return _decibels(
        radar.snr_search_equation(
            power_aperture_w_m2, search_time_s, _solid_angle_sr(azimuth_deg, lowest_deg, highest_deg), rcs_m2, range_m,
            temperature_k, _ratio(loss_db),
        )
    )  # fmt: skip


def search_power_aperture_w_m2(
    *,
    required_snr_db: float,
    search_time_s: float,
    azimuth_deg: float,
    lowest_deg: float,
    highest_deg: float,
    range_m: float,
    temperature_k: float,
    loss_db: float,
) -> float:
    """Return the power-aperture product, W m2, for a target of 1 m2."""
    return radar.search_power_aperture_w_m2(
        _ratio(required_snr_db), search_time_s, _solid_angle_sr(azimuth_deg, lowest_deg, highest_deg), 1.0, range_m,
        temperature_k, _ratio(loss_db),
    )  # fmt: skip


def scanned_power_aperture_w_m2(
    *, required_snr_db: float, search_time_s: float, solid_angle_sr: float, range_m: float, axes: int
) -> float:
    """Return the power-aperture product, W m2, with the beam shape loss alone; 1 m2, 290 K."""
    losses = radar.total_losses(1.0, 1.0, antenna.beam_shape_loss(axes), 1.0, 1.0)
    return radar.search_power_aperture_w_m2(
        _ratio(required_snr_db), search_time_s, solid_angle_sr, 1.0, range_m, 290.0, losses
    )


def echo_power_dbw(
    *,
    frequency_hz: float,
    power_w: float,
    transmit_gain_db: float,
    receive_gain_db: float,
    rcs_m2: float,
    range_m: float,
    loss_db: float = 0.0,
    propagation_factor: float = 1.0,
) -> float:
    """Return the received echo power, dBW."""
    return _decibels(
        radar.echo_power_w(
            power_w, _ratio(transmit_gain_db), _ratio(receive_gain_db), _wavelength_m(frequency_hz), rcs_m2, range_m,
            _ratio(loss_db), propagation_factor,
        )
    )  # fmt: skip


def echo_power_w(**inputs: float) -> float:
    """Return the received echo power, W."""
    return _ratio(echo_power_dbw(**inputs))


def one_way_power_dbw(
    *,
    frequency_hz: float,
    power_w: float,
    transmit_gain_db: float,
    receive_gain_db: float,
    range_m: float,
    loss_db: float,
    propagation_factor: float = 1.0,
) -> float:
    """Return the power received over a one-way path, dBW."""
    return _decibels(
        radar.one_way_power_w(
            power_w, _ratio(transmit_gain_db), _ratio(receive_gain_db), _wavelength_m(frequency_hz), range_m,
            _ratio(loss_db), propagation_factor,
        )
    )  # fmt: skip


def tpy2_range_m(*, aperture_efficiency: float) -> float:
    """Return the range, m, of the TPY-2 example of the open literature: S/N 20 against 0.01 m2 with 20 pulses."""
    wavelength_m, aperture_m2 = 0.03, 9.2
    receive_gain = aperture_efficiency * 4.0 * math.pi * aperture_m2 / wavelength_m**2
    return radar.range_for_snr_m(20.0, 81e3 * 20 / 200.0, 1.03e5, receive_gain, wavelength_m, 0.01, 500.0, 6.3)


def angle_sigma_deg(*, beamwidth_deg: float, snr_db: float) -> float:
    """Return the standard deviation of a monopulse angle, degrees, without floor."""
    return math.degrees(radar.angle_sigma_rad(math.radians(beamwidth_deg), _ratio(snr_db), 0.0))


def range_sigma_m(*, bandwidth_hz: float, snr_db: float) -> float:
    """Return the standard deviation of a range, m, without floor."""
    return radar.range_sigma_m(radar.range_resolution_m(bandwidth_hz), _ratio(snr_db), 0.0)


def beam_shape_loss(*, axes: int) -> float:
    """Return the beam shape loss, ratio, all pulses used."""
    return antenna.beam_shape_loss(axes)


def least_window_loss_db() -> float:
    """Return the beam shape loss, dB, of the best window of pulses."""
    return _decibels(antenna.window_beam_shape_loss(best_window()))


def best_window() -> float:
    """Return the window, beamwidths, in which the sum of pulses loses least, to 0.001."""
    return min((0.5 + 0.001 * step for step in range(1000)), key=antenna.window_beam_shape_loss)


def blind_speed_mps(*, number: int, frequency_hz: float, prf_hz: float) -> float:
    """Return the n-th blind speed, m/s."""
    return clutter.blind_speed_mps(number, _wavelength_m(frequency_hz), prf_hz)


def rain_dbz(*, rain_mm_per_h: float) -> float:
    """Return the reflectivity factor of rain in dBZ."""
    return _decibels(clutter.rain_reflectivity_factor(rain_mm_per_h))


def rain_reflectivity_per_m(*, rain_mm_per_h: float, frequency_hz: float) -> float:
    """Return the volume reflectivity of rain, m2/m3."""
    factor = clutter.rain_reflectivity_factor(rain_mm_per_h)
    return clutter.volume_reflectivity_per_m(factor, _wavelength_m(frequency_hz))
