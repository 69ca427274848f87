"""Identity by Bayes' rule against sums by hand, the oracles of the field, and properties that must hold."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.estimation.identity import (
    LEAST_PROBABILITY,
    log_weight,
    posterior,
    report_likelihood,
    silence_likelihood,
    silence_weight,
)

shares = st.floats(0.0, 1.0)
weights = st.floats(-700.0, 700.0)


def bayes(priors: list[float], likelihoods: list[float]) -> np.ndarray:
    """Return posterior probabilities as fractions of a sum, without logarithms."""
    joint = np.array(priors) * np.array(likelihoods)
    return joint / joint.sum()


def test_one_silence_by_hand():
    """Half friends, 0.9 of which answer with 0.98; hostiles never do: 0.5 / (0.5 + 0.5 · 0.118) = 0.8945."""
    friend = log_weight(0.5) + math.log(silence_likelihood(0.9, 0.98, 1))
    hostile = log_weight(0.5) + math.log(silence_likelihood(0.0, 0.98, 1))
    assert silence_likelihood(0.9, 0.98, 1) == pytest.approx(0.118)
    assert posterior(friend, -700.0, hostile)[2] == pytest.approx(0.5 / (0.5 + 0.5 * 0.118), rel=1e-12)


def test_without_a_common_mode_silence_carries_no_information():
    """Oracle: with no common mode the posterior is the prior, whatever the number of silences."""
    priors = (0.2, 0.3, 0.5)
    for holds, reply in ((0.0, 0.98), (0.9, 0.0)):
        for asked in (1, 2, 100):
            weight = silence_weight(np.full(3, holds), np.full(3, reply), asked)
            assert posterior(*(math.log(prior) + weight for prior in priors)) == pytest.approx(priors, rel=1e-12)


@pytest.mark.parametrize(("prior", "hostile_reply", "friend_reply"), [(0.1, 0.0, 0.98), (0.5, 0.01, 0.9), (0.3, 0, 0)])
def test_silence_equals_the_closed_form(prior, hostile_reply, friend_reply):
    """P(H | no reply) = P(H)(1 − r_H) / (P(H)(1 − r_H) + P(F)(1 − r_F))."""
    expected = prior * (1 - hostile_reply) / (prior * (1 - hostile_reply) + (1 - prior) * (1 - friend_reply))
    friend = math.log(1 - prior) + math.log(silence_likelihood(1.0, friend_reply, 1))
    hostile = math.log(prior) + math.log(silence_likelihood(1.0, hostile_reply, 1))
    assert posterior(friend, -700.0, hostile)[2] == pytest.approx(expected, rel=1e-12)


def test_silences_do_not_multiply_where_a_set_may_be_off():
    """A friend whose set is off one time in ten is never less likely than that after any number of silences."""
    assert silence_likelihood(0.9, 0.98, 1_000) == pytest.approx(0.1)
    independent = (1.0 - 0.9 * 0.98) ** 5
    assert silence_likelihood(0.9, 0.98, 5) > 1_000 * independent


def test_silence_in_several_modes_by_enumeration():
    """Each set of held modes weighted by its probability, each held mode silent every time."""
    holds, reply, asked = np.array([0.3, 0.9, 0.0]), np.array([0.99, 0.95, 0.98]), 3
    total = 0.0
    for held in itertools.product((0, 1), repeat=3):
        chance = np.prod([h if is_held else 1 - h for h, is_held in zip(holds, held, strict=True)])
        total += chance * np.prod([(1 - r) ** asked for r, is_held in zip(reply, held, strict=True) if is_held])
    assert silence_weight(holds, reply, asked) == pytest.approx(math.log(total), rel=1e-12)


def test_a_chain_of_evidence_by_hand():
    """Priors .35 .35 .30; two silences in Mode 4; motion .01 .0005 .1; a report FRIEND that is right with 0.95."""
    silences = [silence_likelihood(holds, 0.95, 2) for holds in (0.9, 0.001, 0.001)]
    assert silences == pytest.approx([0.10225, 0.9990025, 0.9990025])
    likelihoods = [s * m * r for s, m, r in zip(silences, (0.01, 0.0005, 0.1), (0.95, 0.025, 0.025), strict=True)]
    summed = [math.log(prior * likelihood) for prior, likelihood in zip((0.35, 0.35, 0.3), likelihoods, strict=True)]
    expected = (0.309, 0.004, 0.687)  # 3.400e-4, 4.37e-6, 7.49e-4 over their sum
    assert posterior(*summed) == pytest.approx(bayes([0.35, 0.35, 0.3], likelihoods), rel=1e-12)
    assert posterior(*summed) == pytest.approx(expected, abs=2e-3)


@settings(deadline=None)
@given(weights, weights, weights)
def test_posteriors_are_probabilities_whatever_the_weights(friend, neutral, hostile):
    found = posterior(friend, neutral, hostile)
    assert sum(found) == pytest.approx(1.0, rel=1e-12)
    assert all(0.0 <= one <= 1.0 for one in found)


@settings(deadline=None)
@given(shares, shares, st.integers(0, 50))
def test_more_silences_never_speak_for_who_could_answer(holds, reply, asked):
    fewer, more = silence_likelihood(holds, reply, asked), silence_likelihood(holds, reply, asked + 1)
    assert 0.0 <= more <= fewer <= 1.0
    assert more >= 1.0 - holds - 1e-12


@settings(deadline=None)
@given(shares)
def test_the_chances_of_the_three_reports_add_up(right):
    assert report_likelihood(right, True) + 2.0 * report_likelihood(right, False) == pytest.approx(1.0)


def test_nothing_is_impossible():
    assert log_weight(0.0) == math.log(LEAST_PROBABILITY)


def test_the_trade_between_errors_is_monotone_and_better_than_any_single_rule():
    """ROC along the threshold: both rates fall; at the false alarms of the rule 'silent and inbound', more are found.

    Neyman & Pearson (1933): no test of the same evidence has more power at the same size than the likelihood ratio.
    """
    rng = np.random.default_rng(5)
    count = 20_000
    holds, inbound = {"friend": 0.9, "hostile": 0.02}, {"friend": 0.1, "hostile": 0.6}
    scores, rule = {}, {}
    for kind in ("friend", "hostile"):
        works = rng.random(count) < holds[kind]
        silent = ~(works & (rng.random(count) < 0.95))
        comes = rng.random(count) < inbound[kind]
        weight = []
        for other in ("friend", "hostile"):
            said = np.where(silent, silence_likelihood(holds[other], 0.95, 1), holds[other] * 0.95)
            weight.append(np.log(said * np.where(comes, inbound[other], 1 - inbound[other])))
        scores[kind] = np.array([posterior(f, -700.0, h)[2] for f, h in zip(*weight, strict=True)])
        rule[kind] = (silent & comes).mean()
    thresholds = np.linspace(0.01, 0.999, 200)
    false, true = ([(scores[kind] >= one).mean() for one in thresholds] for kind in ("friend", "hostile"))
    assert np.all(np.diff(false) <= 0.0)
    assert np.all(np.diff(true) <= 0.0)
    assert np.all(np.array(true) >= np.array(false) - 0.01)
    assert max(t for t, f in zip(true, false, strict=True) if f <= rule["friend"] + 1e-9) >= rule["hostile"]
