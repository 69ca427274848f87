"""The standard atmosphere: temperature, pressure, humidity, and the radio refractivity that follows from them.

Sources: U.S. Standard Atmosphere 1976 (NASA TM-X-74335), tables 4 and equations 18, 23, 33; ITU-R P.835-6 (the same
profile, with humidity); ITU-R P.453-14 (refractivity); Bean & Thayer, J. Res. NBS 63D (1959) 315 (exponential form).
Functions here take a float or an array and give back arrays of the same shape.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SURFACE_HUMIDITY_GM3 = 7.5  # g/m3, ITU-R P.835
TOP_M = 86_000.0
BOTTOM_M = -5_000.0

_HUMIDITY_SCALE_M = 2_000.0
_DRY_MIXING_RATIO = 2e-6  # least vapour pressure as a share of the pressure, ITU-R P.835
_GEOPOTENTIAL_RADIUS_M = 6_356_766.0
_HYDROSTATIC_K_PER_M = 9.80665 * 0.0289644 / 8.31432  # g0 M / R*
_GAS_J_PER_KG_K = 8.31432 / 0.0289644
_HEAT_RATIO = 1.4

# Bases of the layers in geopotential metres, and their gradients of temperature.
_BASE_M = np.array([0.0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3])
_LAPSE_K_PER_M = np.array([-6.5e-3, 0.0, 1e-3, 2.8e-3, 0.0, -2.8e-3, -2e-3])
_BASE_K = 288.15 + np.concatenate([[0.0], np.cumsum(_LAPSE_K_PER_M[:-1] * np.diff(_BASE_M))])


def _pressure_ratio(rise_m: Floats, base_k: Floats, lapse_k_per_m: Floats) -> Floats:
    """Return the pressure relative to the layer's base, equations 33a and 33b."""
    isothermal = lapse_k_per_m == 0.0
    lapse = np.where(isothermal, 1.0, lapse_k_per_m)
    with_lapse = (base_k / np.where(isothermal, base_k, base_k + lapse * rise_m)) ** (_HYDROSTATIC_K_PER_M / lapse)
    return np.where(isothermal, np.exp(-_HYDROSTATIC_K_PER_M * rise_m / base_k), with_lapse)


_BASE_PA = 101_325.0 * np.concatenate(
    [[1.0], np.cumprod(_pressure_ratio(np.diff(_BASE_M), _BASE_K[:-1], _LAPSE_K_PER_M[:-1]))]
)


def _layer(height_m: ArrayLike) -> tuple[NDArray[np.intp], Floats]:
    """Return the index of the layer and the geopotential height in metres."""
    height = np.asarray(height_m, np.float64)
    if not np.all((height >= BOTTOM_M) & (height <= TOP_M)):
        raise ValueError(f"the standard atmosphere covers heights from {BOTTOM_M:g} to {TOP_M:g} m")
    geopotential_m = _GEOPOTENTIAL_RADIUS_M * height / (_GEOPOTENTIAL_RADIUS_M + height)
    return np.clip(np.searchsorted(_BASE_M, geopotential_m, side="right") - 1, 0, len(_BASE_M) - 1), geopotential_m


def temperature_k(height_m: ArrayLike) -> Floats:
    """Return the molecular-scale temperature in kelvin at a geometric height, -5 to 86 km (ValueError outside).

    Below 80 km it is the air temperature; at 86 km it is 0.04 % above it, as the mean molecular weight falls there.
    """
    layer, geopotential_m = _layer(height_m)
    return _BASE_K[layer] + _LAPSE_K_PER_M[layer] * (geopotential_m - _BASE_M[layer])


def pressure_pa(height_m: ArrayLike) -> Floats:
    """Return the pressure in pascals at a geometric height, -5 to 86 km (ValueError outside)."""
    layer, geopotential_m = _layer(height_m)
    ratio = _pressure_ratio(geopotential_m - _BASE_M[layer], _BASE_K[layer], _LAPSE_K_PER_M[layer])
    return _BASE_PA[layer] * ratio


def density_kgm3(height_m: ArrayLike) -> Floats:
    """Return the density of air in kg/m3 at a geometric height, -5 to 86 km (ValueError outside)."""
    return pressure_pa(height_m) / (_GAS_J_PER_KG_K * temperature_k(height_m))


def speed_of_sound_mps(height_m: ArrayLike) -> Floats:
    """Return the speed of sound in m/s at a geometric height, -5 to 86 km (ValueError outside)."""
    return np.sqrt(_HEAT_RATIO * _GAS_J_PER_KG_K * temperature_k(height_m))


def vapour_pressure_pa(humidity_gm3: ArrayLike, temperature_k: ArrayLike) -> Floats:
    """Return the water vapour pressure in pascals: e = rho T / 216.7 in hPa, rho in g/m3 (ITU-R P.453, eq. 10)."""
    return np.asarray(humidity_gm3, np.float64) * np.asarray(temperature_k, np.float64) / 2.167


def humidity_gm3(height_m: ArrayLike, surface_humidity_gm3: float = SURFACE_HUMIDITY_GM3) -> Floats:
    """Return the water vapour density in g/m3 at a geometric height: rho0 exp(-h / 2 km), ITU-R P.835 section 1.2.

    High up, where the vapour pressure would fall below 2e-6 of the pressure, it stays at that share.
    """
    height = np.asarray(height_m, np.float64)
    least = _DRY_MIXING_RATIO * pressure_pa(height) * 2.167 / temperature_k(height)
    return np.maximum(surface_humidity_gm3 * np.exp(-height / _HUMIDITY_SCALE_M), least)


def refractivity(pressure_pa: ArrayLike, temperature_k: ArrayLike, humidity_gm3: ArrayLike) -> Floats:
    """Return the radio refractivity in N-units: 77.6 Pd/T + 72 e/T + 3.75e5 e/T^2, hPa and kelvin (P.453-14, eq. 3).

    ``pressure_pa`` is the whole pressure; the dry part Pd is what the vapour leaves of it.
    """
    kelvin = np.asarray(temperature_k, np.float64)
    vapour_hpa = vapour_pressure_pa(humidity_gm3, kelvin) / 100.0
    dry_hpa = np.asarray(pressure_pa, np.float64) / 100.0 - vapour_hpa
    return (77.6 * dry_hpa + 72.0 * vapour_hpa + 3.75e5 * vapour_hpa / kelvin) / kelvin


def exponential_refractivity(
    height_m: ArrayLike, surface_refractivity: float = 315.0, scale_height_m: float = 7_350.0
) -> Floats:
    """Return N-units at a height: N0 exp(-h / h0); the defaults are the global mean of ITU-R P.453-14, eq. 8."""
    return surface_refractivity * np.exp(-np.asarray(height_m, np.float64) / scale_height_m)
