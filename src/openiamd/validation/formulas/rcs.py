"""Radar cross-sections of simple conducting bodies, for the V&V book."""

import csv
import io
import math
from importlib import resources

from openiamd.physics import rcs
from openiamd.physics.radar import SPEED_OF_LIGHT_MPS


def _wavelength_m(frequency_hz: float) -> float:
    return SPEED_OF_LIGHT_MPS / frequency_hz


def mie_ratio(*, ka: float) -> float:
    """Return the cross-section of a conducting sphere over pi a^2."""
    return rcs.sphere_rcs_m2(1.0, 2.0 * math.pi / ka) / math.pi


def mie_table_error() -> float:
    """Return the largest error of the ratio over the 112 rows of mie_pec_sphere.csv."""
    text = (resources.files("openiamd.validation") / "data" / "mie_pec_sphere.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    return max(abs(mie_ratio(ka=float(row["ka"])) - float(row["sigma_over_pi_a2"])) for row in rows)


def largest_mie_ratio() -> float:
    """Return the first and largest maximum of the ratio, on a grid of 0.001 in ka."""
    return max(mie_ratio(ka=0.9 + 0.001 * step) for step in range(300))


def sphere_m2(*, radius_m: float) -> float:
    """Return the optical cross-section of a sphere, m2."""
    return rcs.sphere_optical_rcs_m2(radius_m)


def plate_m2(*, area_m2: float, frequency_hz: float) -> float:
    """Return the cross-section of a flat plate, m2."""
    return rcs.plate_rcs_m2(area_m2, _wavelength_m(frequency_hz))


def cylinder_m2(*, radius_m: float, length_m: float, frequency_hz: float) -> float:
    """Return the cross-section of a cylinder, m2."""
    return rcs.cylinder_rcs_m2(radius_m, length_m, _wavelength_m(frequency_hz))


def triangular_trihedral_m2(*, edge_m: float, frequency_hz: float) -> float:
    """Return the cross-section of a triangular trihedral, m2."""
    return rcs.triangular_trihedral_rcs_m2(edge_m, _wavelength_m(frequency_hz))


def square_trihedral_m2(*, edge_m: float, frequency_hz: float) -> float:
    """Return the cross-section of a square trihedral, m2."""
    return rcs.square_trihedral_rcs_m2(edge_m, _wavelength_m(frequency_hz))


def dihedral_m2(*, edge_m: float, frequency_hz: float) -> float:
    """Return the cross-section of a dihedral, m2."""
    return rcs.dihedral_rcs_m2(edge_m, _wavelength_m(frequency_hz))


def spheroid_nose_m2(*, radius_m: float, half_length_m: float) -> float:
    """Return the cross-section of a spheroid along its axis, m2."""
    return rcs.spheroid_nose_rcs_m2(radius_m, half_length_m)


def spheroid_side_m2(*, half_length_m: float) -> float:
    """Return the cross-section of a spheroid across its axis, m2."""
    return rcs.spheroid_side_rcs_m2(half_length_m)
