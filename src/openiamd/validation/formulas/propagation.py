"""Propagation: atmosphere, refraction, attenuation, diffraction and lobes, as the published results quote them.

Angles are in degrees here, as they are printed in the sources; everything else is SI.
"""

import math

from openiamd.physics import atmosphere, attenuation, diffraction, multipath, rain, refraction
from openiamd.physics.radar import SPEED_OF_LIGHT_MPS

MATHWORKS_EARTH_M = 6_371e3
_FLAT_EARTH_M = 1e13
_FAR_M = 1e6


# ---- Atmosphere


def temperature_k(*, height_m: float) -> float:
    """Return the standard temperature in kelvin."""
    return float(atmosphere.temperature_k(height_m))


def pressure_pa(*, height_m: float) -> float:
    """Return the standard pressure in pascals."""
    return float(atmosphere.pressure_pa(height_m))


def density_kgm3(*, height_m: float) -> float:
    """Return the standard density in kg/m3."""
    return float(atmosphere.density_kgm3(height_m))


def speed_of_sound_mps(*, height_m: float) -> float:
    """Return the standard speed of sound in m/s."""
    return float(atmosphere.speed_of_sound_mps(height_m))


def refractivity(*, pressure_pa: float, temperature_k: float, humidity_gm3: float) -> float:
    """Return the radio refractivity in N-units of moist air."""
    return float(atmosphere.refractivity(pressure_pa, temperature_k, humidity_gm3))


def refractivity_drop(*, height_m: float) -> float:
    """Return by how many N-units the mean exponential atmosphere changes from the ground up to a height."""
    return float(atmosphere.exponential_refractivity(height_m) - atmosphere.exponential_refractivity(0.0))


# ---- Refraction


def effective_radius_factor(*, refractivity_gradient_per_m: float) -> float:
    """Return k of a gradient of refractivity."""
    return refraction.effective_radius_m(refractivity_gradient_per_m) / refraction.EARTH_RADIUS_M


def effective_radius_m(*, refractivity_gradient_per_m: float) -> float:
    """Return the effective earth radius in metres, of the earth radius that MathWorks uses."""
    return refraction.effective_radius_m(refractivity_gradient_per_m, MATHWORKS_EARTH_M)


def slant_range_m(
    *, antenna_height_m: float, target_height_m: float, elevation_deg: float, effective_radius_m: float
) -> float:
    """Return the slant range in metres at which a ray over the effective earth reaches a height."""
    elevation = math.radians(elevation_deg)
    return refraction.slant_range_at_height_m(antenna_height_m, target_height_m, elevation, effective_radius_m)


def height_m(
    *, antenna_height_m: float, slant_range_m: float, elevation_deg: float, effective_radius_m: float
) -> float:
    """Return the height in metres of a target at a slant range and elevation over the effective earth."""
    elevation = math.radians(elevation_deg)
    return refraction.height_at_slant_range_m(antenna_height_m, elevation, slant_range_m, effective_radius_m)


def ground_range_m(
    *, antenna_height_m: float, target_height_m: float, elevation_deg: float, effective_radius_m: float
) -> float:
    """Return the ground range in metres at which a ray over the effective earth reaches a height."""
    elevation = math.radians(elevation_deg)
    slant = refraction.slant_range_at_height_m(antenna_height_m, target_height_m, elevation, effective_radius_m)
    return refraction.ground_range_m(antenna_height_m, elevation, slant, effective_radius_m)


def horizon_m(*, antenna_height_m: float, target_height_m: float) -> float:
    """Return the radar horizon in metres."""
    return refraction.radar_horizon_m(antenna_height_m, target_height_m)


def _crpl(antenna_height_m: float, target_height_m: float, elevation_deg: float) -> refraction.RayPath:
    elevation = math.radians(elevation_deg)
    return refraction.trace_ray(antenna_height_m, target_height_m, elevation, earth_radius_m=MATHWORKS_EARTH_M)


def crpl_apparent_range_m(*, antenna_height_m: float, target_height_m: float, elevation_deg: float) -> float:
    """Return the range in metres that the travel time along a bent ray suggests."""
    return _crpl(antenna_height_m, target_height_m, elevation_deg).apparent_range_m


def crpl_slant_range_m(*, antenna_height_m: float, target_height_m: float, elevation_deg: float) -> float:
    """Return the straight distance in metres between the ends of a bent ray."""
    return _crpl(antenna_height_m, target_height_m, elevation_deg).slant_range_m


def crpl_true_elevation_deg(*, antenna_height_m: float, target_height_m: float, elevation_deg: float) -> float:
    """Return the true elevation in degrees of a target seen along a bent ray."""
    return math.degrees(_crpl(antenna_height_m, target_height_m, elevation_deg).true_elevation_rad)


def crpl_ground_range_m(*, antenna_height_m: float, target_height_m: float, elevation_deg: float) -> float:
    """Return the ground range in metres of a target seen along a bent ray."""
    return _crpl(antenna_height_m, target_height_m, elevation_deg).ground_range_m


def crpl_apparent_from_slant_m(*, antenna_height_m: float, target_height_m: float, slant_range_m: float) -> float:
    """Return the apparent range in metres of a target at a true distance, by bisection of the elevation."""
    low, high = 0.0, 90.0
    while high - low > 1e-10:
        middle = 0.5 * (low + high)
        if _crpl(antenna_height_m, target_height_m, middle).slant_range_m > slant_range_m:
            low = middle
        else:
            high = middle
    return _crpl(antenna_height_m, target_height_m, low).apparent_range_m


# ---- Attenuation


def gas_db_per_km(*, frequency_hz: float, dry_pressure_pa: float, temperature_k: float, humidity_gm3: float) -> float:
    """Return the specific attenuation by gases in dB/km."""
    return float(attenuation.gas_db_per_km(frequency_hz, dry_pressure_pa, temperature_k, humidity_gm3))


def slant_gas_loss_db(*, frequency_hz: float, target_height_m: float, elevation_deg: float) -> float:
    """Return the one-way gas loss in dB from the ground up to a height, over the 4/3 earth."""
    elevation, radius_m = math.radians(elevation_deg), refraction.EFFECTIVE_EARTH_RADIUS_M
    return attenuation.slant_path_loss_db(frequency_hz, 0.0, target_height_m, elevation, radius_m)


def rain_db_per_km(*, frequency_hz: float, rain_rate_mmph: float, elevation_deg: float, tilt_deg: float) -> float:
    """Return the specific attenuation by rain in dB/km."""
    return rain.rain_db_per_km(frequency_hz, rain_rate_mmph, math.radians(elevation_deg), math.radians(tilt_deg))


def rain_k(*, frequency_hz: float, elevation_deg: float, tilt_deg: float) -> float:
    """Return k of gamma = k R^alpha."""
    return rain.rain_coefficients(frequency_hz, math.radians(elevation_deg), math.radians(tilt_deg))[0]


def rain_alpha(*, frequency_hz: float, elevation_deg: float, tilt_deg: float) -> float:
    """Return alpha of gamma = k R^alpha."""
    return rain.rain_coefficients(frequency_hz, math.radians(elevation_deg), math.radians(tilt_deg))[1]


def transmission_loss_db(
    *, frequency_hz: float, antenna_height_m: float, target_height_m: float, ground_range_m: float
) -> float:
    """Return free-space loss, gas and knife-edge diffraction over a smooth 4/3 earth together, in dB one way."""
    wavelength_m, radius_m = SPEED_OF_LIGHT_MPS / frequency_hz, refraction.EFFECTIVE_EARTH_RADIUS_M
    apart_m = math.hypot(ground_range_m, target_height_m - antenna_height_m)
    loss_db = 20.0 * math.log10(4.0 * math.pi * apart_m / wavelength_m)
    loss_db += float(
        attenuation.path_loss_table_db(
            frequency_hz, antenna_height_m, [target_height_m], [ground_range_m], radius_m, True, 0.0, 0.0
        )[0, 0]
    )
    edge_m = refraction.radar_horizon_m(antenna_height_m, 0.0)
    if ground_range_m > edge_m:
        grazing_m = (ground_range_m - edge_m) ** 2 / (2.0 * radius_m)
        loss_db += diffraction.diffraction_loss_db(grazing_m - target_height_m, edge_m, ground_range_m, wavelength_m)
    return loss_db


# ---- Diffraction


def knife_edge_exact_db(*, nu: float) -> float:
    """Return the loss in dB behind a knife edge, by Fresnel integrals."""
    return diffraction.knife_edge_exact_db(nu)


def knife_edge_loss_db(*, nu: float) -> float:
    """Return the loss in dB behind a knife edge, by the approximation that the engine uses."""
    return diffraction.knife_edge_loss_db(nu)


def fresnel_parameter(*, frequency_hz: float, excess_height_m: float, near_m: float, far_m: float) -> float:
    """Return nu of an edge."""
    return diffraction.fresnel_parameter(excess_height_m, near_m, far_m, SPEED_OF_LIGHT_MPS / frequency_hz)


# ---- Lobes over the sea


def lobe_elevation_deg(*, frequency_hz: float, antenna_height_m: float, half_waves: float) -> float:
    """Return the elevation in degrees at which both rays over a flat sea differ by so many half wavelengths."""
    wanted_m = 0.5 * half_waves * SPEED_OF_LIGHT_MPS / frequency_hz
    low, high = 0.0, 89.0
    while high - low > 1e-10:
        middle = 0.5 * (low + high)
        target_m = _FAR_M * math.tan(math.radians(middle))
        if multipath.reflection_geometry(antenna_height_m, target_m, _FAR_M, _FLAT_EARTH_M)[1] < wanted_m:
            low = middle
        else:
            high = middle
    return low


def lobe_range_m(*, frequency_hz: float, antenna_height_m: float, free_space_range_m: float) -> float:
    """Return the range in metres in the first lobe over a flat calm sea, horizontally polarised."""
    elevation = lobe_elevation_deg(frequency_hz=frequency_hz, antenna_height_m=antenna_height_m, half_waves=1.0)
    target_m, wavelength_m = _FAR_M * math.tan(math.radians(elevation)), SPEED_OF_LIGHT_MPS / frequency_hz
    factor_squared = multipath.propagation_factor_squared(
        antenna_height_m, target_m, _FAR_M, wavelength_m, _FLAT_EARTH_M, 0.0, False
    )
    return free_space_range_m * math.sqrt(factor_squared)
