"""Antenna: half-power points, constant echo on a level flight, scan loss, beam shape loss by quadrature."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize

from openiamd.physics import antenna

HALF_TURN = st.floats(-math.pi, math.pi)
QUARTER_TURN = st.floats(-0.5 * math.pi, 0.5 * math.pi)


def decibels(ratio):
    return 10.0 * math.log10(ratio)


def test_gaussian_beam_is_half_at_half_its_width():
    assert antenna.gaussian_gain(0.0, 0.02) == 1.0
    assert antenna.gaussian_gain(0.01, 0.02) == pytest.approx(0.5, rel=1e-14)
    assert antenna.gaussian_gain(-0.01, 0.02) == antenna.gaussian_gain(0.01, 0.02)
    # A Gaussian falls with the square: 12 dB one way at a full width.
    assert decibels(antenna.gaussian_gain(0.02, 0.02)) == pytest.approx(-12.04, abs=5e-3)


@given(st.floats(0.05, 0.6), st.floats(0.0, 1.0))
@settings(max_examples=100, deadline=None)
def test_cosecant_squared_beam_keeps_the_echo_of_a_level_flight(corner_rad, place):
    """At height h the range is h / sin(el): two-way gain over R^4 is the same from the corner to the upper edge."""
    upper_rad = 0.7
    elevation_rad = corner_rad + place * (upper_rad - corner_rad)

    def echo(angle_rad):
        return antenna.cosecant_squared_gain(angle_rad, 0.0, corner_rad, upper_rad) ** 2 * math.sin(angle_rad) ** 4

    assert echo(elevation_rad) == pytest.approx(echo(corner_rad), rel=1e-9)


def test_cosecant_squared_edges():
    def gain(elevation_deg):
        return antenna.cosecant_squared_gain(math.radians(elevation_deg), math.radians(-1.0), 0.1, math.radians(40.0))

    assert gain(-1.1) == 0.0
    assert gain(40.1) == 0.0
    assert gain(0.0) == gain(5.0) == 1.0
    # csc(30 deg) = 2.
    assert gain(30.0) == pytest.approx(4.0 * math.sin(0.1) ** 2)


def test_scan_loss():
    """60 deg off broadside: the projected aperture is half, 3.01 dB one way; with exponent 1.5, 4.52 dB."""
    cosine = math.cos(math.radians(60.0))
    assert decibels(antenna.scan_gain(cosine, 1.0)) == pytest.approx(-3.01, abs=5e-3)
    assert decibels(antenna.scan_gain(cosine, 1.5)) == pytest.approx(-4.515, abs=5e-3)
    assert antenna.scan_gain(math.cos(math.radians(91.0)), 1.0) == 0.0
    assert antenna.scan_gain(1.0, 1.3) == 1.0


def test_beam_shape_loss_is_the_integral_of_the_two_way_beam():
    """Barton 1.33; MathWorks beamloss 1.2338 dB, implied by its power-aperture product of 105.0011 W m2."""
    effective, _ = integrate.quad(lambda offset: antenna.gaussian_gain(offset, 1.0) ** 2, -5.0, 5.0)
    assert antenna.beam_shape_loss(1) == pytest.approx(1.0 / effective, rel=1e-9)
    assert antenna.beam_shape_loss(1) == pytest.approx(1.33, abs=5e-3)
    assert antenna.beam_shape_loss(2) == pytest.approx(antenna.beam_shape_loss(1) ** 2)


def test_best_window_of_pulses():
    """Blake: 1.6 dB with the pulses of 0.84 beamwidths; the loss at any window is its integral."""
    best = optimize.minimize_scalar(antenna.window_beam_shape_loss, bounds=(0.3, 2.0), method="bounded")
    assert best.x == pytest.approx(0.84, abs=5e-3)
    assert decibels(best.fun) == pytest.approx(1.6, abs=0.05)
    signal, _ = integrate.quad(lambda offset: antenna.gaussian_gain(offset, 1.0) ** 2, -0.6, 0.6)
    assert antenna.window_beam_shape_loss(1.2) == pytest.approx(math.sqrt(1.2) / signal, rel=1e-9)
