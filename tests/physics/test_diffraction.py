"""Diffraction: the knife edge of ITU-R P.526 beside Fresnel integrals, and beside a smooth earth and P.528."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from openiamd.physics.diffraction import (
    diffraction_loss_db,
    fresnel_parameter,
    knife_edge_exact_db,
    knife_edge_loss_db,
    smooth_earth_loss_db,
)
from openiamd.physics.radar import SPEED_OF_LIGHT_MPS
from openiamd.physics.refraction import EFFECTIVE_EARTH_RADIUS_M as RADIUS_M
from openiamd.physics.refraction import radar_horizon_m

# nu, J by Fresnel integrals, J by the approximation.
KNIFE_EDGE = [
    (-0.7, 0.466, 0.536), (0.0, 6.021, 6.033), (0.5, 10.234, 10.288), (1.0, 13.864, 13.926), (2.0, 19.091, 19.043),
    (3.0, 22.522, 22.416), (5.0, 26.936, 26.814), (10.0, 32.954, 32.855),
]  # fmt: skip


@pytest.mark.parametrize(("nu", "exact_db", "approximate_db"), KNIFE_EDGE)
def test_table_of_p526(nu, exact_db, approximate_db):
    assert knife_edge_exact_db(nu) == pytest.approx(exact_db, abs=6e-4)
    assert knife_edge_loss_db(nu) == pytest.approx(approximate_db, abs=6e-4)


def test_approximation_is_within_a_seventh_of_a_decibel():
    worst = max(abs(knife_edge_exact_db(nu) - knife_edge_loss_db(nu)) for nu in np.arange(-0.7, 15.0, 0.01))
    assert worst == pytest.approx(0.123, abs=1e-3)
    assert knife_edge_loss_db(-0.78) == 0.0
    assert knife_edge_loss_db(-0.7799) < 0.01


@pytest.mark.parametrize("nu", [-0.5, 0.3, 1.7])
def test_exact_loss_against_the_integral_itself(nu):
    """F(nu) = (1 + j) / 2 times the integral of exp(-j pi t^2 / 2) from nu on (P.526-15, eq. 27)."""
    half = complex(0.5, -0.5)
    done = complex(quad(lambda t: math.cos(0.5 * math.pi * t * t), 0.0, nu)[0],
                   -quad(lambda t: math.sin(0.5 * math.pi * t * t), 0.0, nu)[0])  # fmt: skip
    assert knife_edge_exact_db(nu) == pytest.approx(
        -20.0 * math.log10(abs(complex(0.5, 0.5) * (half - done))), abs=1e-9
    )


def test_ridge_of_the_reference():
    """3 GHz, 20 + 30 km, edge 50 m above the path."""
    nu = fresnel_parameter(50.0, 20e3, 30e3, SPEED_OF_LIGHT_MPS / 3e9)
    assert nu == pytest.approx(2.0419, abs=5e-5)
    assert knife_edge_exact_db(nu) == pytest.approx(19.263, abs=6e-4)
    assert knife_edge_loss_db(nu) == pytest.approx(19.211, abs=6e-4)
    # The same ridge, told as a deficit at the target: h = deficit * edge / target.
    assert diffraction_loss_db(125.0, 20e3, 50e3, SPEED_OF_LIGHT_MPS / 3e9) == pytest.approx(19.211, abs=6e-4)


def test_grazing_costs_six_decibels_and_targets_before_the_edge_nothing():
    assert diffraction_loss_db(0.0, 20e3, 50e3, 0.1) == pytest.approx(6.0, abs=0.05)
    assert diffraction_loss_db(10.0, 20e3, 20e3, 0.1) == 0.0
    assert diffraction_loss_db(10.0, 20e3, 19e3, 0.1) == 0.0
    assert diffraction_loss_db(-1e3, 20e3, 50e3, 0.1) == 0.0
    assert math.isfinite(diffraction_loss_db(100.0, 0.0, 0.05, 0.1))


@given(st.floats(-500.0, 5e3), st.floats(100.0, 200e3), st.floats(10.0, 300e3), st.floats(0.01, 1.0))
@settings(max_examples=200, deadline=None)
def test_loss_grows_with_the_deficit_and_with_frequency_in_the_shadow(deficit_m, edge_m, beyond_m, wavelength_m):
    loss_db = diffraction_loss_db(deficit_m, edge_m, edge_m + beyond_m, wavelength_m)
    assert loss_db >= 0.0
    assert diffraction_loss_db(deficit_m + 1.0, edge_m, edge_m + beyond_m, wavelength_m) >= loss_db
    if deficit_m > 0.0:
        assert diffraction_loss_db(deficit_m, edge_m, edge_m + beyond_m, 0.5 * wavelength_m) >= loss_db


def behind_the_horizon_db(antenna_m, target_m, range_m, wavelength_m):
    """Return the knife edge's loss where the edge is the smooth earth's horizon."""
    edge_m = radar_horizon_m(antenna_m, 0.0)
    return diffraction_loss_db((range_m - edge_m) ** 2 / (2.0 * RADIUS_M) - target_m, edge_m, range_m, wavelength_m)


# GHz, target m, km beyond the horizon of a 15 m antenna, dB of the knife edge, dB of the smooth earth.
UNDERSTATED = [
    (3.0, 100.0, 0.0, 6.0, 14.8), (3.0, 100.0, 10.0, 10.5, 27.4), (3.0, 100.0, 20.0, 13.9, 40.2),
    (3.0, 10e3, 0.0, 6.0, 13.4), (3.0, 10e3, 10.0, 11.4, 26.7), (3.0, 10e3, 50.0, 22.7, 79.7),
    (9.4, 1e3, 0.0, 6.0, 12.8), (9.4, 1e3, 20.0, 19.4, 51.2), (1.2, 1e3, 20.0, 12.2, 34.0),
]  # fmt: skip


@pytest.mark.parametrize(("ghz", "target_m", "beyond_km", "edge_db", "smooth_db"), UNDERSTATED)
def test_by_how_much_the_knife_edge_understates_the_loss_over_a_smooth_earth(
    ghz, target_m, beyond_km, edge_db, smooth_db
):
    wavelength_m = SPEED_OF_LIGHT_MPS / (ghz * 1e9)
    range_m = radar_horizon_m(15.0, target_m) + beyond_km * 1e3
    assert behind_the_horizon_db(15.0, target_m, range_m, wavelength_m) == pytest.approx(edge_db, abs=0.1)
    assert smooth_earth_loss_db(15.0, target_m, range_m, wavelength_m, RADIUS_M) == pytest.approx(smooth_db, abs=0.1)


def residue_series_db(antenna_m, target_m, range_m, wavelength_m):
    """Return the loss by the first mode of a perfectly reflecting sphere, with Airy functions (Kerr 1951, 2.14)."""
    from scipy.special import ai_zeros, airy

    k = 2.0 * math.pi / wavelength_m
    natural = (0.5 * k * RADIUS_M) ** (1.0 / 3.0)
    distance = natural * range_m / RADIUS_M
    heights = [height_m * k / natural for height_m in (antenna_m, target_m)]
    zero = -ai_zeros(1)[0][0]
    turn = np.exp(1j * math.pi / 3.0)
    # Horizontal polarisation: modes vanish at the ground, so the height gain is Ai(-zero + h e^(i pi/3)) / (e Ai').
    slope = airy(-zero)[1]
    gains = [airy(-zero + height * turn)[0] / (turn * slope) for height in heights]
    decay = np.exp(-0.5 * math.sqrt(3.0) * zero * distance)
    return -20.0 * math.log10(2.0 * math.sqrt(math.pi * distance) * decay * abs(gains[0] * gains[1]))


@pytest.mark.parametrize("ghz", [0.4, 1.2, 3.0, 9.4])
@pytest.mark.parametrize(("antenna_m", "target_m"), [(15.0, 100.0), (15.0, 10e3), (1e3, 3e3)])
def test_smooth_earth_against_airy_functions(antenna_m, target_m, ghz):
    wavelength_m = SPEED_OF_LIGHT_MPS / (ghz * 1e9)
    for beyond_m in (5e3, 20e3, 80e3):
        range_m = radar_horizon_m(antenna_m, target_m) + beyond_m
        ours_db = smooth_earth_loss_db(antenna_m, target_m, range_m, wavelength_m, RADIUS_M)
        assert ours_db == pytest.approx(residue_series_db(antenna_m, target_m, range_m, wavelength_m), abs=1.0)


def test_beyond_the_horizon_measurements_lie_between_knife_edge_and_smooth_earth(reference_data):
    """P.528's median, dB beyond free space at 600 km (15 m, 10 km): scatter fills what diffraction leaves dark."""
    rows = csv.DictReader((reference_data / "p528_reference.csv").read_text().splitlines())
    found = 0
    for row in rows:
        antenna_m, target_m, range_m = float(row["h1_m"]), float(row["h2_m"]), float(row["d_km"]) * 1e3
        if row["p_pct"] != "50" or range_m < radar_horizon_m(antenna_m, target_m) + 20e3:
            continue
        wavelength_m = SPEED_OF_LIGHT_MPS / (float(row["f_mhz"]) * 1e6)
        beyond_db = float(row["A_db_ntia_cpp"]) - 20.0 * math.log10(4.0 * math.pi * range_m / wavelength_m)
        edge_db = behind_the_horizon_db(antenna_m, target_m, range_m, wavelength_m)
        assert 5.0 < beyond_db - edge_db < 70.0
        assert beyond_db < smooth_earth_loss_db(antenna_m, target_m, range_m, wavelength_m, RADIUS_M)
        found += 1
    assert found > 20
