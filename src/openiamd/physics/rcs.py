"""Radar cross-section: interpolation over aspect, and closed forms of simple bodies, for validation.

Source of the closed forms: Knott, Shaeffer & Tuley, Radar Cross Section, 2nd ed. (1993), ch. 3 and 6; conducting bodies
large against the wavelength, seen where they reflect most, unless stated.
"""

import math

import numpy as np

from openiamd.kernels import kernel


@kernel
def aspect_rcs_m2(nose_m2: float, side_m2: float, tail_m2: float, aspect_rad: float) -> float:
    """Return the cross-section at an aspect from 0 (nose) over pi/2 (side) to pi (tail), linear in m2 between them.

    Square metres, not decibels, are interpolated, as the cross-section tables of the SIMDIS SDK do (RCSLUT).
    """
    place = min(abs(aspect_rad), math.pi) / (0.5 * math.pi)
    if place <= 1.0:
        return nose_m2 + place * (side_m2 - nose_m2)
    return side_m2 + (place - 1.0) * (tail_m2 - side_m2)


def sphere_rcs_m2(radius_m: float, wavelength_m: float) -> float:
    """Return the exact cross-section of a conducting sphere by the Mie series.

    pi a^2 / x^2 |sum (-1)^n (2n + 1) (a_n - b_n)|^2 with x = 2 pi a / lambda, a_n = j_n / h_n and
    b_n = (x j_n)' / (x h_n)'. Source: Bohren & Huffman, Absorption and Scattering of Light (1983), ch. 4.
    """
    from scipy.special import spherical_jn, spherical_yn

    x = 2.0 * math.pi * radius_m / wavelength_m
    order = np.arange(1, math.ceil(x + 4.0 * x ** (1.0 / 3.0) + 8.0))
    regular, outgoing = spherical_jn(order, x), spherical_jn(order, x) + 1j * spherical_yn(order, x)
    regular_slope = regular + x * spherical_jn(order, x, derivative=True)
    outgoing_slope = outgoing + x * (
        spherical_jn(order, x, derivative=True) + 1j * spherical_yn(order, x, derivative=True)
    )
    terms = (-1.0) ** order * (2.0 * order + 1.0) * (regular / outgoing - regular_slope / outgoing_slope)
    return math.pi * radius_m**2 / x**2 * float(np.abs(np.sum(terms))) ** 2


def sphere_optical_rcs_m2(radius_m: float) -> float:
    """Return the cross-section of a large sphere: pi a^2."""
    return math.pi * radius_m**2


def sphere_rayleigh_rcs_m2(radius_m: float, wavelength_m: float) -> float:
    """Return the cross-section of a sphere small against the wavelength: 9 pi a^2 (k a)^4."""
    return 9.0 * math.pi * radius_m**2 * (2.0 * math.pi * radius_m / wavelength_m) ** 4


def plate_rcs_m2(area_m2: float, wavelength_m: float) -> float:
    """Return the cross-section of a flat plate at normal incidence: 4 pi A^2 / lambda^2."""
    return 4.0 * math.pi * area_m2**2 / wavelength_m**2


def cylinder_rcs_m2(radius_m: float, length_m: float, wavelength_m: float) -> float:
    """Return the cross-section of a circular cylinder seen broadside: 2 pi a L^2 / lambda."""
    return 2.0 * math.pi * radius_m * length_m**2 / wavelength_m


def triangular_trihedral_rcs_m2(edge_m: float, wavelength_m: float) -> float:
    """Return the cross-section of a trihedral corner of three right triangles: 4 pi a^4 / (3 lambda^2)."""
    return 4.0 * math.pi * edge_m**4 / (3.0 * wavelength_m**2)


def square_trihedral_rcs_m2(edge_m: float, wavelength_m: float) -> float:
    """Return the cross-section of a trihedral corner of three squares: 12 pi a^4 / lambda^2."""
    return 12.0 * math.pi * edge_m**4 / wavelength_m**2


def dihedral_rcs_m2(edge_m: float, wavelength_m: float) -> float:
    """Return the cross-section of a dihedral corner of two squares: 8 pi a^4 / lambda^2."""
    return 8.0 * math.pi * edge_m**4 / wavelength_m**2


def spheroid_nose_rcs_m2(radius_m: float, half_length_m: float) -> float:
    """Return the cross-section of a spheroid of revolution along its axis: pi b^4 / c^2."""
    return math.pi * radius_m**4 / half_length_m**2


def spheroid_side_rcs_m2(half_length_m: float) -> float:
    """Return the cross-section of a spheroid of revolution across its axis: pi c^2, the curvatures b and c^2 / b."""
    return math.pi * half_length_m**2
