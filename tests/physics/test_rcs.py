"""Cross-section: interpolation over aspect, the Mie table, optical closed forms against published values."""

import csv
import io
import math
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.physics import rcs

CROSS_SECTION = st.floats(1e-4, 1e3)


def wavelength_m(ghz):
    return 299_792_458.0 / (ghz * 1e9)


@given(CROSS_SECTION, CROSS_SECTION, CROSS_SECTION, st.floats(0.0, math.pi))
@settings(max_examples=100, deadline=None)
def test_aspect_is_linear_in_square_metres(nose, side, tail, aspect):
    expected = np.interp(aspect, [0.0, 0.5 * math.pi, math.pi], [nose, side, tail])
    assert rcs.aspect_rcs_m2(nose, side, tail, aspect) == pytest.approx(expected, rel=1e-9)
    assert rcs.aspect_rcs_m2(nose, side, tail, -aspect) == rcs.aspect_rcs_m2(nose, side, tail, aspect)


def test_aspect_corners():
    assert [rcs.aspect_rcs_m2(1.0, 5.0, 2.0, angle) for angle in (0.0, 0.5 * math.pi, math.pi)] == [1.0, 5.0, 2.0]
    # Half way in square metres, not in decibels, which would give 3.16.
    assert rcs.aspect_rcs_m2(1.0, 10.0, 1.0, 0.25 * math.pi) == pytest.approx(5.5)


def test_mie_table():
    text = (resources.files("openiamd.validation") / "data" / "mie_pec_sphere.csv").read_text("utf-8")
    rows = [(float(row["ka"]), float(row["sigma_over_pi_a2"])) for row in csv.DictReader(io.StringIO(text))]
    assert len(rows) > 100
    for ka, expected in rows:
        assert rcs.sphere_rcs_m2(1.0, 2.0 * math.pi / ka) / math.pi == pytest.approx(expected, rel=1e-4)


def test_mie_sphere_between_its_limits():
    assert rcs.sphere_rcs_m2(0.5, 50.0) == pytest.approx(rcs.sphere_rayleigh_rcs_m2(0.5, 50.0), rel=5e-3)
    assert rcs.sphere_rcs_m2(0.5, 0.01) == pytest.approx(rcs.sphere_optical_rcs_m2(0.5), rel=5e-3)


# 3, 5.6 and 10 GHz: plate of 1 m2; cylinder 0.5 by 5 m; triangular and square trihedral and dihedral of 0.3 m.
PUBLISHED = {
    3.0: (1258.4, 785.9, 3.398, 30.58, 20.39),
    5.6: (4384.7, 1467.1, 11.839, 106.55, 71.03),
    10.0: (13982.0, 2619.8, 37.751, 339.76, 226.51),
}


@pytest.mark.parametrize("ghz", PUBLISHED)
def test_optical_bodies(ghz):
    length_m = wavelength_m(ghz)
    computed = (
        rcs.plate_rcs_m2(1.0, length_m),
        rcs.cylinder_rcs_m2(0.5, 5.0, length_m),
        rcs.triangular_trihedral_rcs_m2(0.3, length_m),
        rcs.square_trihedral_rcs_m2(0.3, length_m),
        rcs.dihedral_rcs_m2(0.3, length_m),
    )
    assert computed == pytest.approx(PUBLISHED[ghz], rel=2.5e-4)


def test_spheroid():
    """Half-axes 0.5 and 5 m: 0.007854 m2 along, 78.54 m2 across; a sphere is the same from both sides."""
    assert rcs.spheroid_nose_rcs_m2(0.5, 5.0) == pytest.approx(0.007854, abs=5e-7)
    assert rcs.spheroid_side_rcs_m2(5.0) == pytest.approx(78.54, abs=5e-3)
    sphere = rcs.sphere_optical_rcs_m2(2.0)
    assert rcs.spheroid_nose_rcs_m2(2.0, 2.0) == rcs.spheroid_side_rcs_m2(2.0) == pytest.approx(sphere)
