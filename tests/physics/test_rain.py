"""Rain: the ITU's validation examples of P.838-3, and ITU-Rpy over all polarisations."""

import csv
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.physics.rain import CIRCULAR_TILT_RAD, rain_coefficients, rain_db_per_km


def test_validation_example_of_p838():
    elevation = math.radians(31.07699124)
    k, alpha = rain_coefficients(14.25e9, elevation)
    assert k == pytest.approx(0.03975488, abs=5e-9)
    assert alpha == pytest.approx(1.12418043, abs=5e-9)
    assert rain_db_per_km(14.25e9, 26.48052, elevation) == pytest.approx(1.58130839, rel=1e-6)


def test_all_validation_examples_of_p838(reference_data):
    path = reference_data / "itu_valex" / "ITURP838-3_rain_specific_attenuation.csv"
    rows = [list(map(float, row)) for row in list(csv.reader(path.read_text("latin-1").splitlines()))[2:]]
    assert len(rows) == 64
    for elevation_deg, ghz, rate, tilt_deg, k, alpha, gamma in rows:
        found = rain_coefficients(ghz * 1e9, math.radians(elevation_deg), math.radians(tilt_deg))
        assert found == pytest.approx((k, alpha), rel=1e-6)
        computed = rain_db_per_km(ghz * 1e9, rate, math.radians(elevation_deg), math.radians(tilt_deg))
        assert computed == pytest.approx(gamma, rel=1e-6)


@pytest.mark.parametrize("tilt_deg", [0.0, 30.0, 45.0, 90.0])
@pytest.mark.parametrize("ghz", [1.3, 5.6, 9.5, 35.0, 94.0])
def test_against_itur(ghz, tilt_deg):
    from itur.models.itu838 import rain_specific_attenuation

    theirs = rain_specific_attenuation(25.0, ghz, 20.0, tilt_deg).value
    ours = rain_db_per_km(ghz * 1e9, 25.0, math.radians(20.0), math.radians(tilt_deg))
    assert ours == pytest.approx(float(theirs), rel=1e-9)


@given(st.floats(1e9, 50e9), st.floats(0.1, 100.0), st.floats(0.0, 1.5))
@settings(max_examples=50, deadline=None)
def test_more_rain_loses_more_and_circular_polarisation_lies_between(frequency_hz, rate, elevation):
    flat = rain_db_per_km(frequency_hz, rate, elevation, 0.0)
    upright = rain_db_per_km(frequency_hz, rate, elevation, 0.5 * math.pi)
    between = rain_db_per_km(frequency_hz, rate, elevation, CIRCULAR_TILT_RAD)
    # P.838 averages k and alpha, not the losses: by the means' inequality that is never more than the larger, but may
    # fall a per cent or two below the smaller where the exponents differ.
    assert min(flat, upright) * 0.95 <= between <= max(flat, upright) * (1.0 + 1e-9)
    assert rain_db_per_km(frequency_hz, 1.1 * rate, elevation) > flat


def test_no_rain_loses_nothing():
    assert rain_db_per_km(9.5e9, 0.0) == 0.0
