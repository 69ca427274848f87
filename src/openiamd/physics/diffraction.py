"""Diffraction: the loss behind a knife edge and over a smooth earth, one-way, in decibels.

Source: Recommendation ITU-R P.526-15 (2019), section 4.1 (knife edge) and section 3.1 (first term of the residue
series over a smooth earth). The engine's terrain casts shadows by single edges; where the shadow is that of a smooth
bulge and not of a ridge, the knife edge understates the loss, by 10 to 20 dB and more at radar frequencies (tested).
"""

import math

from openiamd.kernels import kernel

NO_LOSS_BELOW = -0.78  # the parameter below which P.526 counts no loss


@kernel
def fresnel_parameter(excess_height_m: float, near_m: float, far_m: float, wavelength_m: float) -> float:
    """Return nu = h sqrt(2 (d1 + d2) / (lambda d1 d2)) of an edge h above the straight path, P.526-15 eq. 26.

    A distance shorter than a wavelength counts as one: closer than that, the formula does not hold.
    """
    near_m = max(near_m, wavelength_m)
    far_m = max(far_m, wavelength_m)
    return excess_height_m * math.sqrt(2.0 * (near_m + far_m) / (wavelength_m * near_m * far_m))


@kernel
def knife_edge_loss_db(nu: float) -> float:
    """Return J(nu) = 6.9 + 20 log10(sqrt((nu - 0.1)^2 + 1) + nu - 0.1) in dB, 0 below -0.78 (P.526-15 eq. 31).

    Within 0.13 dB of the Fresnel integrals above -0.7.
    """
    if nu <= NO_LOSS_BELOW:
        return 0.0
    shifted = nu - 0.1
    return max(0.0, 6.9 + 20.0 * math.log10(math.sqrt(shifted * shifted + 1.0) + shifted))


@kernel
def diffraction_loss_db(deficit_m: float, edge_range_m: float, target_range_m: float, wavelength_m: float) -> float:
    """Return the loss in dB of a target that lies a deficit below the ray which grazes an edge; 6 dB at deficit 0.

    edge_range_m    from the antenna to the edge, along the ground
    target_range_m  from the antenna to the target; a target before the edge loses nothing
    A negative deficit is a clearance. The edge stands deficit * edge / target above the straight path.
    """
    if target_range_m <= edge_range_m:
        return 0.0
    excess_m = deficit_m * edge_range_m / target_range_m
    nu = fresnel_parameter(excess_m, edge_range_m, target_range_m - edge_range_m, wavelength_m)
    return knife_edge_loss_db(nu)


def knife_edge_exact_db(nu: float) -> float:
    """Return the loss in dB behind a knife edge by Fresnel integrals, P.526-15 eq. 30.

    J = -20 log10(sqrt((1 - C - S)^2 + (C - S)^2) / 2), with C and S the integrals up to nu.
    """
    from scipy.special import fresnel  # kernels import this module, and scipy takes 0.3 s

    sine, cosine = fresnel(nu)
    return -10.0 * math.log10(0.25 * ((1.0 - cosine - sine) ** 2 + (cosine - sine) ** 2))


@kernel
def smooth_earth_loss_db(
    antenna_height_m: float, target_height_m: float, ground_range_m: float, wavelength_m: float, radius_m: float
) -> float:
    """Return the loss in dB beyond free space over a smooth earth, for a target at or beyond the horizon.

    radius_m  effective radius
    First term of the residue series, P.526-15 eq. 13 to 18, for horizontal polarisation above 300 MHz (the ground's
    admittance is neglected: beta = 1). Never below 0. Within the line of sight it does not hold. Normalised heights Y
    below 0.1 (1 m at 3 GHz) count as 0.1: lower down, the neglected admittance would matter.
    """
    x = (math.pi / (wavelength_m * radius_m * radius_m)) ** (1.0 / 3.0) * ground_range_m
    per_metre = 2.0 * (math.pi * math.pi / (wavelength_m * wavelength_m * radius_m)) ** (1.0 / 3.0)
    if x < 1.6:
        distance_db = -20.0 * math.log10(max(x, 1e-9)) - 5.6488 * x**1.425
    else:
        distance_db = 11.0 + 10.0 * math.log10(x) - 17.6 * x
    gain_db = _height_gain_db(per_metre * antenna_height_m) + _height_gain_db(per_metre * target_height_m)
    return max(0.0, -distance_db - gain_db)


@kernel
def _height_gain_db(y: float) -> float:
    """Return G(Y) in dB, P.526-15 eq. 18."""
    y = max(y, 0.1)
    if y > 2.0:
        return 17.6 * math.sqrt(y - 1.1) - 5.0 * math.log10(y - 1.1) - 8.0
    return 20.0 * math.log10(y + 0.1 * y**3)
