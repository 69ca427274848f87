"""Detection: the Swerling table, required SNR, looks drawn in two stages against the exact law, approximations."""

import csv
import io
import math
import os
from decimal import Decimal, localcontext
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from openiamd.physics import detection
from openiamd.physics.detection import (
    m_of_n_probability,
    swerling1_detection_probability,
    swerling1_observed_snr,
)
from openiamd.physics.draws import LOOK, uniform4

PFA = 1e-6
SEED = np.uint64(20_240)
DATA = resources.files("openiamd.validation") / "data"


def read_table(name):
    text = (DATA / f"{name}.csv").read_text("utf-8")
    return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(io.StringIO(text))]


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


def test_all_rows_of_the_swerling_table():
    rows = read_table("swerling")
    assert len(rows) == 5805
    groups = {}
    for row in rows:
        groups.setdefault((int(row["case"]), int(row["pulses"]), row["pfa"]), []).append((row["snr_db"], row["pd"]))
    assert len(groups) == 5 * 9 * 3
    for (case, pulses, pfa), values in groups.items():
        snr_db, expected = np.array(values).T
        computed = detection.detection_probability(case, pulses, 10.0 ** (snr_db / 10.0), pfa)
        np.testing.assert_allclose(computed, expected, rtol=0.0, atol=1e-9)


def test_the_packaged_swerling_table_is_the_reference():
    folder = os.environ.get("OPENIAMD_DATA", "")
    path = Path(folder) / "swerling.csv"
    if not folder or not path.exists():
        pytest.skip("OPENIAMD_DATA does not name a folder with swerling.csv")
    with path.open(newline="") as file:
        reference = [tuple(float(value) for value in list(row.values())[:4]) for row in csv.DictReader(file)]
    assert [tuple(row.values())[:4] for row in read_table("swerling")] == reference


@pytest.mark.parametrize("pulses", [1, 3, 30])
def test_steady_target_is_the_noncentral_chi_square_tail(pulses):
    snr = 10.0 ** (np.linspace(-20.0, 20.0, 41) / 10.0)
    expected = stats.ncx2.sf(2.0 * detection.threshold(pulses, PFA), 2 * pulses, 2.0 * pulses * snr)
    np.testing.assert_allclose(detection.detection_probability(0, pulses, snr, PFA), expected, rtol=1e-9)


@pytest.mark.parametrize(("case", "pulses"), [(1, 10), (2, 10), (3, 10), (4, 3), (4, 10)])
def test_fluctuating_target_is_the_gamma_mixture_of_steady_ones(case, pulses):
    """By quadrature: the energy is Gamma(kappa), and given it the target is steady."""
    snr, kappa = 2.0, detection.fluctuation_degrees(case, pulses)
    energy = stats.gamma(kappa, scale=pulses * snr / kappa)
    limit = 2.0 * detection.threshold(pulses, PFA)

    def integrand(share):
        return stats.ncx2.sf(limit, 2 * pulses, 2.0 * energy.ppf(share))

    expected, _ = integrate.quad(integrand, 0.0, 1.0, epsabs=1e-10, limit=200)
    assert detection.detection_probability(case, pulses, snr, PFA) == pytest.approx(expected, abs=1e-7)


def test_no_signal_leaves_the_false_alarm_probability_and_shapes_are_kept():
    for case in range(5):
        silent = detection.detection_probability(case, 7, np.zeros((2, 3)), 1e-5)
        np.testing.assert_allclose(silent, np.full((2, 3), 1e-5), rtol=1e-10)
    assert detection.detection_probability(1, 1, 100.0, PFA) == pytest.approx(
        swerling1_detection_probability(100.0, PFA), rel=1e-12
    )


@given(st.integers(0, 4), st.integers(1, 60), st.floats(0.05, 0.999), st.floats(-10.0, -2.0))
@settings(max_examples=60, deadline=None)
def test_required_snr_inverts_the_detection_probability(case, pulses, pd, exponent):
    pfa = 10.0**exponent
    snr = detection.required_snr(case, pulses, pd, pfa)
    assert detection.detection_probability(case, pulses, snr, pfa) == pytest.approx(pd, abs=1e-10)


@pytest.mark.parametrize(("pd", "pfa"), [(1e-7, 1e-6), (1e-6, 1e-6), (1.0, 1e-6), (0.5, 0.0)])
def test_required_snr_refuses_what_no_radar_does(pd, pfa):
    with pytest.raises(ValueError, match="needs a false-alarm probability below it"):
        detection.required_snr(3, 10, pd, pfa)


def test_required_snr_table():
    rows = [row for row in read_table("snr_required") if row["pfa"] == 1e-6]
    assert len(rows) == 360
    for row in rows:
        snr = detection.required_snr(int(row["case"]), int(row["pulses"]), row["pd"], row["pfa"])
        assert 10.0 * math.log10(snr) == pytest.approx(row["snr_db"], abs=6e-6)


def test_approximations_at_one_point():
    """Pd 0.9, Pfa 1e-6, values of the library sdr."""

    def decibels(ratio):
        return pytest.approx(10.0 ** (ratio / 10.0), rel=2e-5)

    assert [detection.albersheim_snr(n, 0.9, PFA) for n in (1, 10, 100)] == [
        decibels(value) for value in (13.1145, 4.9904, -1.2603)
    ]
    published = {1: (13.1217, 21.3461, 21.3461, 17.2339, 17.2339), 10: (5.3336, 13.5805, 6.1583, 9.4571, 5.7460)}
    for pulses, values in published.items():
        assert [detection.shnidman_snr(case, pulses, 0.9, PFA) for case in range(5)] == [
            decibels(value) for value in values
        ]
    # Barton's equation is exact where the degrees of the target and the detector are the same.
    for pulses in (1, 10, 100):
        assert detection.barton_snr(2, pulses, 0.9, PFA) == pytest.approx(
            detection.required_snr(2, pulses, 0.9, PFA), rel=1e-9
        )
    with pytest.raises(ValueError, match="fluctuating"):
        detection.barton_snr(0, 1, 0.9, PFA)


def test_cell_averaging_loss():
    """Published values; and the definition: with the loss added, the adaptive detector has the wanted Pd."""
    for cells, loss_db in ((8, 4.269), (16, 2.007), (32, 0.971), (64, 0.477)):
        loss = detection.cell_averaging_loss(cells, 0.9, PFA)
        assert 10.0 * math.log10(loss) == pytest.approx(loss_db, abs=5e-4)
    # Mean over the noise estimate, a Gamma(M) variate over M, of the Swerling 1 detection probability.
    snr = detection.cell_averaging_loss(16, 0.9, PFA) * detection.required_snr(1, 1, 0.9, PFA)
    alpha = 16.0 * (PFA ** (-1.0 / 16.0) - 1.0)
    noise = stats.gamma(16, scale=1.0 / 16.0)
    mean, _ = integrate.quad(lambda share: math.exp(-alpha * noise.ppf(share) / (1.0 + snr)), 0.0, 1.0, epsabs=1e-10)
    assert mean == pytest.approx(0.9, abs=1e-8)


@pytest.mark.parametrize("pfa", [1e-4, 1e-6, 1e-9])
@pytest.mark.parametrize("pulses", [1, 10, 100])
def test_marcum_table_against_scipy(pulses, pfa):
    step, table = detection.marcum_table(pulses, pfa)
    root = np.linspace(0.0, 1.2 * step * table.size, 20_011)
    computed = np.array([detection.marcum_lookup(table, step, value) for value in root * root])
    expected = stats.ncx2.sf(2.0 * detection.threshold(pulses, pfa), 2 * pulses, np.maximum(2.0 * root * root, 1e-300))
    assert np.abs(computed - expected).max() < 1e-6
    assert computed[-1] == table[-1]


def expected_energy(case, pulses, mean, run, sensor, target, scan):
    """Twin of ``fluctuating_energy``: the same draws, one logarithm a draw."""
    kappa = detection.fluctuation_degrees(case, pulses)
    blocks = [uniform4(SEED, run, LOOK, sensor, target, scan, index) for index in range(kappa // 4 + 1)]
    draws = np.array(blocks).ravel()
    return (mean if kappa == 0 else -mean / kappa * np.log(draws[1 : kappa + 1]).sum()), draws[0]


@pytest.mark.parametrize(
    ("case", "pulses"), [(0, 5), (1, 5), (3, 5), (2, 3), (2, 4), (2, 5), (2, 6), (2, 7), (2, 8), (4, 10), (4, 100)]
)
def test_energy_is_the_sum_of_exponentials_of_the_counter_draws(case, pulses):
    kappa = detection.fluctuation_degrees(case, pulses)
    for run in range(50):
        energy, decision = detection.fluctuating_energy(SEED, run, LOOK, 77, 99, 1_234, kappa, 40.0)
        assert (energy, decision) == pytest.approx(expected_energy(case, pulses, 40.0, run, 77, 99, 1_234), rel=1e-12)


@pytest.mark.parametrize(("case", "pulses"), [(1, 1), (2, 3), (3, 10), (2, 20), (4, 10)])
def test_energy_is_gamma_distributed(case, pulses):
    kappa = detection.fluctuation_degrees(case, pulses)
    looks = [detection.fluctuating_energy(SEED, run, LOOK, 1, 2, 3, kappa, 12.0) for run in range(20_000)]
    energy, decision = np.array(looks).T
    assert stats.kstest(energy, "gamma", args=(kappa, 0.0, 12.0 / kappa)).pvalue > 1e-4
    assert stats.kstest(decision, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(energy, decision)[0, 1]) < 4.0 / math.sqrt(20_000)


@pytest.mark.parametrize(("case", "pulses"), [(0, 1), (1, 1), (1, 10), (2, 10), (3, 1), (4, 10)])
def test_drawn_looks_detect_as_often_as_the_exact_law_says(case, pulses):
    runs, kappa = 40_000, detection.fluctuation_degrees(case, pulses)
    step, table = detection.marcum_table(pulses, PFA)
    least = detection.threshold_energy(pulses, PFA)
    for pd in (0.1, 0.5, 0.9):
        mean = pulses * detection.required_snr(case, pulses, pd, PFA)
        hits = 0
        for run in range(runs):
            energy, decision = detection.fluctuating_energy(SEED, run, LOOK, 5, 6, 7, kappa, mean)
            observed = detection.observed_snr(decision, energy, table, step, least)
            assert observed == 0.0 or observed >= max(energy, least)
            hits += observed > 0.0
        assert abs(hits / runs - pd) < 4.0 * math.sqrt(pd * (1.0 - pd) / runs)


@given(st.integers(0, 4), st.integers(1, 12), st.integers(0, 2**31), st.floats(0.01, 100.0), st.floats(1.0, 10.0))
@settings(max_examples=200, deadline=None)
def test_more_signal_never_loses_a_look(case, pulses, run, mean, more):
    """With the same draws, a stronger echo detects whenever a weaker one does."""
    step, table = detection.marcum_table(pulses, 1e-4, 512)
    least, kappa = detection.threshold_energy(pulses, 1e-4), detection.fluctuation_degrees(case, pulses)
    weak, strong = (
        detection.observed_snr(decision, energy, table, step, least)
        for energy, decision in (
            detection.fluctuating_energy(SEED, run, LOOK, 1, 2, 3, kappa, factor * mean) for factor in (1.0, more)
        )
    )
    assert strong >= weak
