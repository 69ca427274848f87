"""Radar: published radar-equation values, range scaling with cross-section, measurement accuracy."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.physics import radar
from openiamd.physics.detection import required_snr, swerling1_detection_probability


def decibels(ratio):
    return 10.0 * math.log10(ratio)


def ratio(value_db):
    return 10.0 ** (value_db / 10.0)


# MathWorks Radar Toolbox, radareqsnr: GHz, J, Gt dB, Gr dB, m2, Rt km, Rr km, K, loss dB, published SNR dB.
RADAREQSNR = [
    (1.0, 0.2, 20.0, 20.0, 1.0, 50.0, 50.0, 290.0, 0.0, 5.5868),
    (10.0, 1.0, 40.0, 40.0, 0.5, 100.0, 100.0, 300.0, 3.0, 14.3778),
    (10.0, 1.0, 40.0, 20.0, 1.0, 50.0, 75.0, 290.0, 0.0, 9.0547),
]


@pytest.mark.parametrize("case", RADAREQSNR)
def test_mathworks_radareqsnr(case):
    ghz, energy_j, transmit_db, receive_db, rcs_m2, transmit_km, receive_km, kelvin, loss_db, published_db = case
    snr = radar.snr_radar_equation(
        energy_j, ratio(transmit_db), ratio(receive_db), radar.SPEED_OF_LIGHT_MPS / (ghz * 1e9), rcs_m2,
        transmit_km * 1e3, receive_km * 1e3, kelvin, ratio(loss_db),
    )  # fmt: skip
    assert decibels(snr) == pytest.approx(published_db, abs=1e-4)


@pytest.mark.parametrize(
    ("gain_db", "rcs_m2", "loss_db", "published_m"), [(20.0, 1.0, 0.0, 4.1057e4), (40.0, 0.1, 3.0, 1.9426e5)]
)
def test_mathworks_radareqrng(gain_db, rcs_m2, loss_db, published_m):
    """10 GHz, 1 MW, 10 us: SNR 6 dB at the published range."""
    snr = radar.snr_radar_equation(
        10.0, ratio(gain_db), ratio(gain_db), radar.SPEED_OF_LIGHT_MPS / 10e9, rcs_m2,
        published_m, published_m, 290.0, ratio(loss_db),
    )  # fmt: skip
    assert decibels(snr) == pytest.approx(6.0, abs=1e-3)


def test_mathworks_radareqsearchsnr():
    """1000 km, PAP 3e6 W m2, 10 s, az 0-30, el 0-45 deg, -10 dBsm, 487 K, 6 dB: 13.8182 dB."""
    solid_angle = math.radians(30.0) * math.sin(math.radians(45.0))
    snr = radar.snr_search_equation(3e6, 10.0, solid_angle, 0.1, 1e6, 487.0, ratio(6.0))
    assert decibels(snr) == pytest.approx(13.8182, abs=1e-4)


def test_tpy2_range_of_the_open_literature():
    """S/N 20 at 865 km: 81 kW mean, 9.2 m2, G 1.03e5, 0.01 m2, 20 pulses at 200 Hz, 500 K, L 6.3."""
    wavelength_m = 0.03
    receive_gain = 4.0 * math.pi * 9.2 / wavelength_m**2
    snr = radar.snr_radar_equation(
        81e3 * 20 / 200.0, 1.03e5, receive_gain, wavelength_m, 0.01, 865e3, 865e3, 500.0, 6.3
    )
    assert snr == pytest.approx(20.0, rel=0.01)
    with_efficiency = radar.snr_radar_equation(
        81e3 * 20 / 200.0, 1.03e5, 0.8 * receive_gain, wavelength_m, 0.01, 818e3, 818e3, 500.0, 6.3
    )
    assert with_efficiency == pytest.approx(20.0, rel=0.01)


@pytest.mark.parametrize(
    ("rcs_m2", "range_km"), [(0.4, 219.0), (1.0, 276.0), (0.1, 155.0), (0.01, 87.0), (0.001, 49.0)]
)
def test_claimed_range_scales_with_the_fourth_root_of_cross_section(rcs_m2, range_km):
    """390 km against 4 m2, scaled: the SNR at the scaled range is that of the anchor."""
    assert radar.snr_from_anchor(13.0, 390e3, 4.0, range_km * 1e3, rcs_m2) == pytest.approx(13.0, rel=0.03)


@given(st.floats(0.05, 0.99), st.floats(1e-9, 1e-3))
@settings(max_examples=100, deadline=None)
def test_anchor_snr_inverts_the_detection_probability(pd, pfa):
    if pd > 2.0 * pfa:
        assert swerling1_detection_probability(radar.anchor_snr_swerling1(pd, pfa), pfa) == pytest.approx(pd, rel=1e-9)


def test_anchor_snr_values():
    """Pfa 1e-6: 12.77 dB for Pd 0.5, 17.85 for 0.8, 21.14 for 0.9 (exact Swerling 1, one pulse)."""
    for pd, published_db in ((0.5, 12.77), (0.8, 17.85), (0.9, 21.14)):
        assert decibels(radar.anchor_snr_swerling1(pd, 1e-6)) == pytest.approx(published_db, abs=0.006)


def test_accuracy_at_13_db():
    """SNR 13 dB: one degree of beamwidth gives 0.0989 deg, 1 MHz gives 23.73 m."""
    snr = ratio(13.0)
    assert math.degrees(radar.angle_sigma_rad(math.radians(1.0), snr, 0.0)) == pytest.approx(0.0989, abs=1e-4)
    assert radar.range_sigma_m(radar.SPEED_OF_LIGHT_MPS / 2e6, snr, 0.0) == pytest.approx(23.73, abs=0.01)


@given(st.floats(0.1, 1e6), st.floats(0.0, 100.0))
@settings(max_examples=100, deadline=None)
def test_accuracy_falls_to_the_floor_and_never_below(snr, floor):
    assert radar.range_sigma_m(150.0, snr, floor) >= floor
    assert radar.range_sigma_m(150.0, 4.0 * snr, floor) <= radar.range_sigma_m(150.0, snr, floor)
    assert radar.range_sigma_m(150.0, 1e18, 30.0) == pytest.approx(30.0)
    assert radar.angle_sigma_rad(0.02, 1e18, 0.001) == pytest.approx(0.001)


@pytest.mark.parametrize(
    ("gain_db", "rcs_m2", "loss_db", "published_m"), [(20.0, 1.0, 0.0, 41056.6), (40.0, 0.1, 3.0, 194259.7)]
)
def test_range_for_snr(gain_db, rcs_m2, loss_db, published_m):
    wavelength_m = radar.SPEED_OF_LIGHT_MPS / 10e9
    range_m = radar.range_for_snr_m(
        ratio(6.0), 10.0, ratio(gain_db), ratio(gain_db), wavelength_m, rcs_m2, 290.0, ratio(loss_db)
    )
    assert range_m == pytest.approx(published_m, abs=0.1)


# Pulses, Swerling case, Pd and Pfa of the anchor.
@pytest.mark.parametrize(("pulses", "case", "pd", "pfa"), [(1, 1, 0.5, 1e-6), (10, 3, 0.8, 1e-8), (30, 0, 0.9, 1e-4)])
def test_a_radar_through_its_equation_and_through_its_range_anchor(pulses, case, pd, pfa):
    """The anchor is where the equation gives the SNR that its Pd needs; then both agree at every range and size."""
    losses = radar.total_losses(ratio(1.5), ratio(0.8), 1.33, ratio(1.0), 1.0)
    radar_inputs = (2.5, ratio(34.0), ratio(33.0), 0.1)
    anchor_snr = required_snr(case, pulses, pd, pfa)
    anchor_m = radar.range_for_snr_m(anchor_snr, *radar_inputs, 2.0, 500.0, losses)
    assert radar.range_from_anchor_m(anchor_snr, anchor_m, 2.0, anchor_snr, 2.0) == pytest.approx(anchor_m, rel=1e-12)
    for range_m, rcs_m2 in ((20e3, 0.01), (150e3, 5.0), (400e3, 100.0)):
        equation = radar.snr_radar_equation(*radar_inputs, rcs_m2, range_m, range_m, 500.0, losses)
        anchored = radar.snr_from_anchor(anchor_snr, anchor_m, 2.0, range_m, rcs_m2)
        assert anchored == pytest.approx(equation, rel=1e-12)
        back_m = radar.range_from_anchor_m(anchor_snr, anchor_m, 2.0, equation, rcs_m2)
        assert back_m == pytest.approx(range_m, rel=1e-12)


def test_losses_add_in_decibels():
    total = radar.total_losses(ratio(1.0), ratio(0.5), ratio(1.6), ratio(2.0), ratio(0.4))
    assert decibels(total) == pytest.approx(5.5)


# SIMDIS SDK, EMTest.cpp: GHz, two-way dBW, one-way dBW; 31 km, 10 kW, 45/40 and 45/0 dB, 9 m2, losses 5 dB.
@pytest.mark.parametrize(("ghz", "two_way", "one_way"), [(5.0, -107.52, -56.25), (7.0, -110.44, -59.17)])
def test_simdis_received_power(ghz, two_way, one_way):
    wavelength_m = radar.SPEED_OF_LIGHT_MPS / (ghz * 1e9)
    echo = radar.echo_power_w(1e4, ratio(45.0), ratio(40.0), wavelength_m, 9.0, 31e3, ratio(5.0), 1.0)
    direct = radar.one_way_power_w(1e4, ratio(45.0), 1.0, wavelength_m, 31e3, ratio(5.0), 1.0)
    assert decibels(echo) == pytest.approx(two_way, abs=0.05)
    assert decibels(direct) == pytest.approx(one_way, abs=0.05)


def test_propagation_factor_enters_by_its_fourth_and_second_power():
    """SIMDIS: +4 ppf dB two ways and +2 ppf dB one way, ppf = 10 log10 F; F = 2 is the best of a smooth sea."""
    inputs = (1e4, 100.0, 100.0, 0.06)
    echo = [radar.echo_power_w(*inputs, 1.0, 50e3, 2.0, factor) for factor in (1.0, 2.0)]
    direct = [radar.one_way_power_w(*inputs, 50e3, 2.0, factor) for factor in (1.0, 2.0)]
    assert echo[1] / echo[0] == pytest.approx(16.0)
    assert direct[1] / direct[0] == pytest.approx(4.0)


def test_blake_constant():
    """1 kW, 1 us, 1 MHz, 1 K, 1 m2: 129.2 nautical miles, 239.3 km."""
    range_m = radar.range_for_snr_m(1.0, 1e-3, 1.0, 1.0, radar.SPEED_OF_LIGHT_MPS / 1e6, 1.0, 1.0, 1.0)
    assert range_m / 1e3 == pytest.approx(239.3, abs=0.05)
    assert range_m / 1852.0 == pytest.approx(129.2, abs=0.05)


def test_mathworks_radareqsearchpap():
    """111 km, SNR 13 dB, 360 deg by 0 to 45 deg at 12.5 rpm, 487 K, 20 dB: 2.3689e4 W m2."""
    solid_angle = 2.0 * math.pi * math.sin(math.radians(45.0))
    needed = radar.search_power_aperture_w_m2(ratio(13.0), 60.0 / 12.5, solid_angle, 1.0, 111e3, 487.0, ratio(20.0))
    assert needed == pytest.approx(2.3689e4, abs=0.5)


def test_resolutions():
    """1 MHz gives 149.9 m; 10 ms at 3 cm give 1.5 m/s, which is 100 Hz of Doppler."""
    assert radar.range_resolution_m(1e6) == pytest.approx(149.896229)
    assert radar.range_rate_resolution_mps(0.03, 0.01) == pytest.approx(100.0 * 0.03 / 2.0)


def test_range_rate_accuracy():
    """A frequency known to 1 / (tau sqrt(2 SNR)) Hz is a range rate known to lambda / 2 of it; floors add in square."""
    snr, wavelength_m, dwell_s = 50.0, 0.1, 0.02
    frequency_hz = 1.0 / (dwell_s * math.sqrt(2.0 * snr))
    resolution_mps = radar.range_rate_resolution_mps(wavelength_m, dwell_s)
    assert radar.range_rate_sigma_mps(resolution_mps, snr, 0.0) == pytest.approx(frequency_hz * wavelength_m / 2.0)
    assert radar.range_rate_sigma_mps(3.0, 4.5, 4.0) == pytest.approx(math.hypot(1.0, 4.0))
