"""Detection: published Swerling 1 values, one draw for detection and amplitude, M-of-N tails."""

import csv
import math
import os
from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from openiamd.physics.detection import (
    m_of_n_probability,
    swerling1_detection_probability,
    swerling1_observed_snr,
)

PFA = 1e-6


@pytest.mark.parametrize(("snr_db", "published"), [(10.0, 0.2848), (13.0, 0.5172), (15.0, 0.6548), (20.0, 0.8722)])
def test_swerling_1_values(snr_db, published):
    assert swerling1_detection_probability(10.0 ** (snr_db / 10.0), PFA) == pytest.approx(published, abs=5e-5)


def test_swerling_1_exact_value():
    """20 dB at Pfa 1e-6 by 40-digit arithmetic: an independent evaluation of exp(ln(1e-6) / 101)."""
    with localcontext() as context:
        context.prec = 40
        exact = ((Decimal(10) ** -6).ln() / 101).exp()
    assert swerling1_detection_probability(100.0, PFA) == pytest.approx(float(exact), abs=1e-15)


def test_swerling_1_table():
    folder = os.environ.get("OPENIAMD_DATA", "")
    path = Path(folder) / "swerling.csv"
    if not folder or not path.exists():
        pytest.skip("OPENIAMD_DATA does not name a folder with swerling.csv")
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["swerling"] == "1" and row["n_pulses"] == "1"]
    assert len(rows) > 100
    for row in rows:
        snr, pfa = 10.0 ** (float(row["snr_db_per_pulse"]) / 10.0), float(row["pfa"])
        assert swerling1_detection_probability(snr, pfa) == pytest.approx(float(row["pd_exact"]), rel=1e-8)


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(1e-12, 0.5))
@settings(max_examples=200, deadline=None)
def test_probability_grows_with_snr_and_never_falls_below_false_alarms(first, second, pfa):
    low, high = sorted((first, second))
    low_pd, high_pd = swerling1_detection_probability(low, pfa), swerling1_detection_probability(high, pfa)
    assert pfa * (1.0 - 1e-9) <= low_pd <= high_pd <= 1.0


@given(st.floats(1e-9, 1.0, exclude_max=True), st.floats(0.0, 1e5), st.floats(1e-9, 1e-2))
@settings(max_examples=300, deadline=None)
def test_the_draw_detects_exactly_when_it_lies_below_the_detection_probability(u, snr, pfa):
    pd = swerling1_detection_probability(snr, pfa)
    observed = swerling1_observed_snr(u, snr, pfa)
    if abs(u - pd) > 1e-9:
        assert (observed > 0.0) == (u < pd)
    assert observed == 0.0 or observed >= -math.log(pfa) - 1.0


def test_observed_snr_is_exponential_beyond_the_threshold():
    """Given detection, x - threshold is exponential with mean 1 + SNR (memorylessness)."""
    snr, draws = 20.0, np.random.default_rng(5).random(40_000)
    observed = np.array([swerling1_observed_snr(u, snr, PFA) for u in draws])
    excess = observed[observed > 0.0] + 1.0 + math.log(PFA)
    assert stats.kstest(excess / (1.0 + snr), "expon").pvalue > 1e-4
    pd = swerling1_detection_probability(snr, PFA)
    assert abs((observed > 0.0).mean() - pd) < 4.0 * math.sqrt(pd * (1.0 - pd) / draws.size)


# (m, n): values published for a single-look probability of 0.5, 0.7 and 0.9.
CONFIRMATION = {
    (2, 3): (0.5, 0.784, 0.972),
    (3, 5): (0.5, 0.83692, 0.99144),
    (2, 4): (0.6875, 0.9163, 0.9963),
    (3, 4): (0.3125, 0.6517, 0.9477),
}


@pytest.mark.parametrize("rule", CONFIRMATION)
def test_m_of_n_values(rule):
    for probability, published in zip((0.5, 0.7, 0.9), CONFIRMATION[rule], strict=True):
        assert m_of_n_probability(rule[0], rule[1], probability) == pytest.approx(published, abs=5e-5)


@given(st.integers(-1, 12), st.integers(1, 10), st.floats(0.0, 1.0))
@settings(max_examples=200, deadline=None)
def test_m_of_n_is_the_binomial_tail(required, trials, probability):
    expected = stats.binom.sf(required - 1, trials, probability)
    assert m_of_n_probability(required, trials, probability) == pytest.approx(expected, abs=1e-12)
