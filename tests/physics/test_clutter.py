"""Clutter: blind speeds, cancellers by summing pulses, rain against published reflectivities, cell volume."""

import cmath
import math

import numpy as np
import pytest
from scipy import integrate

from openiamd.physics import clutter
from openiamd.physics.antenna import gaussian_gain

C_MPS = 299_792_458.0


@pytest.mark.parametrize(("number", "published_mps"), [(1, 50.0), (2, 100.0), (3, 150.0)])
def test_blind_speeds_at_3_ghz_and_1_khz(number, published_mps):
    assert clutter.blind_speed_mps(number, C_MPS / 3e9, 1e3) == pytest.approx(published_mps, abs=0.5)


@pytest.mark.parametrize(("delays", "weights"), [(1, (1, -1)), (2, (1, -2, 1))])
def test_response_is_that_of_the_weighted_sum_of_pulses(delays, weights):
    """Independent: filter the phasors of an echo; divide by the gain of noise, the sum of squared weights."""
    wavelength_m, prf_hz = 0.1, 1_000.0
    for range_rate_mps in (0.0, 3.0, 12.5, 25.0, 37.0, 50.0, -80.0, 333.0):
        turn = 2.0j * math.pi * (2.0 * range_rate_mps / wavelength_m) / prf_hz
        output = sum(weight * cmath.exp(turn * number) for number, weight in enumerate(weights))
        expected = abs(output) ** 2 / sum(weight * weight for weight in weights)
        computed = clutter.mti_response(range_rate_mps, wavelength_m, prf_hz, delays)
        assert computed == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("delays", [1, 2])
def test_response_has_mean_one_and_vanishes_at_blind_speeds(delays):
    wavelength_m, prf_hz = 0.23, 330.0
    blind_mps = clutter.blind_speed_mps(1, wavelength_m, prf_hz)
    rates = (np.arange(4_000) + 0.5) / 4_000 * blind_mps
    responses = [clutter.mti_response(rate, wavelength_m, prf_hz, delays) for rate in rates]
    assert np.mean(responses) == pytest.approx(1.0, abs=1e-9)
    for number in range(4):
        assert clutter.mti_response(number * blind_mps, wavelength_m, prf_hz, delays) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("rain", "dbz"), [(1.0, 23.01), (10.0, 39.01), (100.0, 55.01)])
def test_marshall_palmer_in_decibels(rain, dbz):
    assert 10.0 * math.log10(clutter.rain_reflectivity_factor(rain)) == pytest.approx(dbz, abs=5e-3)


@pytest.mark.parametrize(("ghz", "rain"), [(1.0, 1.0), (3.0, 10.0), (5.6, 4.0)])
def test_volume_reflectivity_is_that_of_skolnik(ghz, rain):
    """Skolnik: 7e-12 f^4 r^1.6 m2/m3 with f in GHz and r in mm/h, one printed digit."""
    computed = clutter.volume_reflectivity_per_m(clutter.rain_reflectivity_factor(rain), C_MPS / (ghz * 1e9))
    assert computed == pytest.approx(7e-12 * ghz**4 * rain**1.6, rel=0.5 / 7.0)


def test_volume_reflectivity_is_the_sum_over_drops():
    """N drops of diameter D a cubic metre, each pi^5 |K|^2 D^6 / lambda^4 (Rayleigh)."""
    drops, diameter_m, wavelength_m = 729.0, 1e-3, 0.1
    one_m2 = math.pi**5 * 0.93 * diameter_m**6 / wavelength_m**4
    factor = drops * 1.0**6
    assert clutter.volume_reflectivity_per_m(factor, wavelength_m) == pytest.approx(drops * one_m2, rel=1e-12)


def test_cell_volume_is_the_integral_of_the_two_way_beam():
    azimuth_rad, elevation_rad, range_m, cell_m = 0.025, 0.035, 40e3, 150.0
    area = [
        integrate.quad(lambda angle, width=width: gaussian_gain(angle, width) ** 2, -5.0 * width, 5.0 * width)[0]
        for width in (azimuth_rad, elevation_rad)
    ]
    expected = area[0] * area[1] * range_m**2 * cell_m
    assert clutter.cell_volume_m3(azimuth_rad, elevation_rad, range_m, cell_m) == pytest.approx(expected, rel=1e-8)


def test_rain_clutter_by_hand():
    """10 mm/h at 10 cm: eta = 306.02 * 0.93 * 7962e-18 / 1e-4 = 2.266e-8 per m; 1 km3 is 22.7 m2."""
    assert clutter.rain_rcs_m2(10.0, 0.1, 1e9) == pytest.approx(22.66, abs=0.01)
    assert clutter.rain_rcs_m2(0.0, 0.1, 1e9) == 0.0


def test_signal_to_interference():
    """S/N 20 and C/N 1,000 with 20 dB of improvement: clutter of 10 remains beside noise of 1."""
    assert clutter.signal_to_interference(20.0, 1_000.0, 100.0) == pytest.approx(20.0 / 11.0)
    assert clutter.signal_to_interference(20.0, 0.0, 100.0) == 20.0
