"""Atmosphere: the published table of 1976, ITU-R P.453 and P.835, and an independent integration."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from openiamd.physics import atmosphere

# U.S. Standard Atmosphere 1976: km, K, Pa, kg/m3, m/s at geometric heights.
TABLE = [
    (0.0, 288.15, 101_325.0, 1.225, 340.294),
    (5.0, 255.676, 54_048.3, 0.736428, 320.546),
    (10.0, 223.252, 26_499.9, 0.413510, 299.532),
    (11.0, 216.774, 22_700.0, 0.364802, 295.154),
    (20.0, 216.650, 5_529.31, 0.0889099, 295.070),
    (30.0, 226.509, 1_197.03, 0.0184102, 301.709),
    (50.0, 270.650, 79.7791, 0.00102688, 329.799),
]


@pytest.mark.parametrize("row", TABLE)
def test_us_standard_atmosphere_1976(row):
    height_m = row[0] * 1e3
    assert atmosphere.temperature_k(height_m) == pytest.approx(row[1], rel=1e-5)
    assert atmosphere.pressure_pa(height_m) == pytest.approx(row[2], rel=1e-5)
    assert atmosphere.density_kgm3(height_m) == pytest.approx(row[3], rel=1e-5)
    assert atmosphere.speed_of_sound_mps(height_m) == pytest.approx(row[4], rel=1e-5)


@pytest.mark.parametrize(
    ("km", "kelvin", "pascal"), [(70, 219.585, 5.2209), (80, 198.639, 1.05247), (86, 186.946, 0.373376)]
)
def test_us_standard_atmosphere_high_up(km, kelvin, pascal):
    assert atmosphere.temperature_k(km * 1e3) == pytest.approx(kelvin, rel=1e-5)
    assert atmosphere.pressure_pa(km * 1e3) == pytest.approx(pascal, rel=1.5e-5)


def test_pressure_is_hydrostatic():
    """dp/dh = -g rho with g falling as the inverse square, integrated by scipy."""

    def fall(height_m, pressure):
        gravity = 9.80665 * (6_356_766.0 / (6_356_766.0 + height_m)) ** 2
        return -gravity * pressure * 0.0289644 / (8.31432 * atmosphere.temperature_k(height_m))

    heights_m = np.linspace(0.0, 86e3, 50)
    found = solve_ivp(fall, (0.0, 86e3), [101_325.0], t_eval=heights_m, rtol=1e-10, atol=1e-10, max_step=200.0)
    assert atmosphere.pressure_pa(heights_m) == pytest.approx(found.y[0], rel=1e-6)


def test_outside_the_atmosphere_is_refused():
    for height_m in (-5_001.0, 86_001.0, float("nan")):
        with pytest.raises(ValueError, match="standard atmosphere"):
            atmosphere.temperature_k(height_m)


def test_refractivity_of_p453():
    assert atmosphere.refractivity(101_325.0, 288.15, 7.5) == pytest.approx(317.72, abs=5e-3)
    assert atmosphere.exponential_refractivity(0.0) == 315.0
    assert atmosphere.exponential_refractivity(1e3) - 315.0 == pytest.approx(-40.07, abs=5e-3)


def test_refractivity_against_itur():
    from itur.models.itu453 import radio_refractive_index

    kelvin, humidity = np.array([250.0, 288.15, 310.0]), np.array([0.5, 7.5, 30.0])
    vapour_hpa = humidity * kelvin / 216.7
    dry_hpa = np.array([500.0, 1_000.0, 980.0])
    index = radio_refractive_index(dry_hpa, vapour_hpa, kelvin).value
    found = atmosphere.refractivity((dry_hpa + vapour_hpa) * 100.0, kelvin, humidity)
    assert found == pytest.approx((index - 1.0) * 1e6, rel=1e-9)


def test_humidity_of_p835():
    """7.5 g/m3 at the ground, halved every 2 km ln 2, and never below 2e-6 of the pressure."""
    assert atmosphere.humidity_gm3(0.0) == 7.5
    assert atmosphere.humidity_gm3(2_000.0 * np.log(2.0)) == pytest.approx(3.75)
    heights_m = np.linspace(0.0, 86e3, 400)
    vapour_pa = atmosphere.vapour_pressure_pa(atmosphere.humidity_gm3(heights_m), atmosphere.temperature_k(heights_m))
    assert np.all(vapour_pa >= 1.999e-6 * atmosphere.pressure_pa(heights_m))
    assert vapour_pa[-1] == pytest.approx(2e-6 * atmosphere.pressure_pa(86e3))
