"""Radar horizon over a smooth earth of 4/3 radius."""

from openiamd.physics.refraction import radar_horizon_m


def horizon_km(antenna_m: float, target_m: float) -> float:
    """Return the radar horizon in km of an antenna and a target at these heights."""
    return radar_horizon_m(antenna_m, target_m) / 1e3
