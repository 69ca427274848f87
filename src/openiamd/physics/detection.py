"""Detection of a fluctuating target: exact probabilities, their inverse, one look drawn, M-of-N integration.

One look integrates N pulses noncoherently after a square-law detector. ``snr`` is the mean power ratio of one pulse,
``pulses`` is N, ``pfa`` the false-alarm probability of one resolution cell, and ``case`` the Swerling case: 0 steady,
1 and 3 one fluctuation a look, 2 and 4 one a pulse. The signal energy of a look, E = sum of the pulses' SNR, is then
Gamma distributed with a whole number of degrees kappa = 1, N, 2, 2N for the cases 1, 2, 3, 4 and mean N snr.

Sources: Swerling, "Probability of detection for fluctuating targets", RAND RM-1217 (1954); Weinstock (1956, chi-square
family with kappa); Richards, Fundamentals of Radar Signal Processing, 2nd ed. (2014), ch. 6.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel
from openiamd.physics.draws import uniform4

Floats = NDArray[np.float64]

_SMALLEST_PRODUCT = 1e-250  # a block of four draws shrinks a product by at most 2**-132


@kernel
def swerling1_detection_probability(snr: float, false_alarm_probability: float) -> float:
    """Return the single-look detection probability of a Swerling 1 target.

    Pd = Pfa ** (1 / (1 + SNR)), SNR as a power ratio, not dB.
    Source: Richards, Fundamentals of Radar Signal Processing, 2nd ed. (2014), ch. 6.
    """
    return false_alarm_probability ** (1.0 / (1.0 + snr))


@kernel
def swerling1_observed_snr(u: float, snr: float, false_alarm_probability: float) -> float:
    """Return the SNR observed in a look that detects the target, or 0.0 where the look misses it.

    The square-law detector's output over mean noise is exponential with mean 1 + SNR: x = -(1 + SNR) ln u. The look
    detects when x exceeds the threshold -ln Pfa, which happens with probability Pfa ** (1 / (1 + SNR)); the result is
    then x - 1, at least -ln Pfa - 1. One draw thus gives both the detection and the amplitude that sets the accuracy,
    and an accuracy computed from it is conditioned on detection. Source: Richards 2014, ch. 6 (inverse transform).
    """
    observed = -(1.0 + snr) * math.log(u)
    if observed > -math.log(false_alarm_probability):
        return observed - 1.0
    return 0.0


@kernel
def m_of_n_probability(required: int, trials: int, probability: float) -> float:
    """Return the probability of at least ``required`` successes in ``trials`` independent trials.

    The binomial tail, summed from its probability terms. Source: Skolnik, Introduction to Radar Systems, 3rd ed.
    (2001), ch. 5 (binary integration).
    """
    total = 0.0
    for successes in range(max(0, required), trials + 1):
        ways = 1.0
        for step in range(successes):
            ways *= (trials - step) / (step + 1.0)
        total += ways * probability**successes * (1.0 - probability) ** (trials - successes)
    return min(1.0, total)


@kernel
def fluctuating_energy(
    seed: np.uint64, run: int, purpose: int, entity_a: int, entity_b: int, slot: int, degrees: int, mean_energy: float
) -> tuple[float, float]:
    """Return the signal energy of one look and the uniform draw that decides its detection.

    ``degrees`` is ``fluctuation_degrees(case, pulses)``, 0 for a steady target; ``mean_energy`` is N snr. The energy is
    -(mean / kappa) ln(u1 u2 ... u_kappa), the sum of kappa exponentials. The draws are blocks 0, 1, 2, ... of the slot:
    word 0 of block 0 decides the detection, the other words are u1, u2, ... in order, so that one block serves up to
    three degrees. Source: Devroye, Non-Uniform Random Variate Generation (1986), section IX.3 (Erlang variates).
    """
    decision, word_1, word_2, word_3 = uniform4(seed, run, purpose, entity_a, entity_b, slot, 0)
    if degrees == 0:
        return mean_energy, decision
    product, logarithm = word_1, 0.0
    if degrees > 1:
        product *= word_2
    if degrees > 2:
        product *= word_3
    taken, index = 3, 1
    while taken < degrees:
        word_0, word_1, word_2, word_3 = uniform4(seed, run, purpose, entity_a, entity_b, slot, index)
        left = degrees - taken
        product *= word_0
        if left > 1:
            product *= word_1
        if left > 2:
            product *= word_2
        if left > 3:
            product *= word_3
        if product < _SMALLEST_PRODUCT:
            logarithm += math.log(product)
            product = 1.0
        taken += 4
        index += 1
    return -mean_energy / degrees * (logarithm + math.log(product)), decision


@kernel
def marcum_lookup(table: Floats, step: float, energy: float) -> float:
    """Return the probability of detecting a look of this signal energy, linear in a table over sqrt(energy).

    ``table`` and ``step`` come from ``marcum_table``; beyond its end the last value, which is 1 to 2e-8, is returned.
    """
    place = math.sqrt(energy) / step
    last = len(table) - 1
    if place >= last:
        return table[last]
    cell = int(place)
    part = place - cell
    return table[cell] + part * (table[cell + 1] - table[cell])


@kernel
def observed_snr(decision: float, energy: float, table: Floats, step: float, least_energy: float) -> float:
    """Return the energy over noise that sets the accuracy of a look, or 0.0 where the look misses the target.

    The look detects when ``decision`` (from ``fluctuating_energy``) lies below the detection probability of its energy.
    ``least_energy`` is ``threshold_energy(pulses, pfa)``: what crosses the threshold cannot look weaker than that.
    """
    if decision < marcum_lookup(table, step, energy):
        return max(energy, least_energy)
    return 0.0


@kernel
def fluctuation_degrees(case: int, pulses: int) -> int:
    """Return kappa of a Swerling case, the number of exponentials that make up the energy of a look; 0 if steady."""
    return (0, 1, pulses, 2, 2 * pulses)[case]


def threshold(pulses: int, pfa: float) -> float:
    """Return the threshold on the sum of N square-law outputs over mean noise: Q(N, T) = Pfa."""
    from scipy.special import gammainccinv

    return float(gammainccinv(pulses, pfa))


def threshold_energy(pulses: int, pfa: float) -> float:
    """Return the signal energy that the threshold itself implies: T - N, the threshold less the mean noise."""
    return threshold(pulses, pfa) - pulses


def detection_probability(case: int, pulses: int, snr: float | Floats, pfa: float) -> Floats:
    """Return the exact detection probability of a look, in the shape of ``snr``.

    Given k, the output is Gamma(N + k) distributed; k is Poisson of mean N snr for case 0 and otherwise negative
    binomial with kappa and p = kappa / (kappa + N snr): Pd = sum_k P(k) Q(N + k, T). The sum stops where Q(N + k, T)
    is 1 in double precision; the rest is the tail of k. All terms are positive: small Pd keep their relative accuracy.
    Source: Weinstock's family as a mixture, DiFranco & Rubin, Radar Detection (1968), ch. 11; error below 1e-12.
    """
    from scipy.special import betainc, gammainc, gammaincc, gammaln, xlogy

    limit = threshold(pulses, pfa)
    energy = pulses * np.asarray(snr, dtype=np.float64)[..., np.newaxis]
    count = np.arange(math.ceil(limit + 10.0 * math.sqrt(limit) + 40.0))  # (k,)
    kappa = fluctuation_degrees(case, pulses)
    if kappa == 0:
        weight = np.exp(xlogy(count, energy) - energy - gammaln(count + 1.0))  # (..., k)
        rest = gammainc(count[-1] + 1.0, energy[..., 0])
    else:
        fading = kappa / (kappa + energy)
        growing = energy / (kappa + energy)
        ways = gammaln(count + kappa) - gammaln(count + 1.0) - gammaln(kappa)
        weight = np.exp(ways + kappa * np.log(fading) + xlogy(count, growing))
        rest = betainc(count[-1] + 1.0, kappa, growing[..., 0])
    return np.minimum(1.0, weight @ gammaincc(pulses + count, limit) + rest)


def required_snr(case: int, pulses: int, pd: float, pfa: float) -> float:
    """Return the mean SNR of one pulse at which a look has this detection probability, exact to 1e-12.

    Raises ValueError unless pfa < pd < 1. Swerling 1 with one pulse: ln(Pfa) / ln(Pd) - 1; else bisection of ln SNR.
    """
    if not 0.0 < pfa < pd < 1.0:
        raise ValueError(f"a detection probability of {pd} needs a false-alarm probability below it, not {pfa}")
    if pulses == 1 and case in (1, 2):
        return math.log(pfa) / math.log(pd) - 1.0
    low, high = math.log(1e-9 / pulses), math.log(1e18)
    while high - low > 1e-13 * max(1.0, abs(high)):
        # Nine equal parts at a time: one call on eight points costs little more than a call on one.
        inner = np.linspace(low, high, 10)[1:-1]
        below = int(np.sum(detection_probability(case, pulses, np.exp(inner), pfa) < pd))
        edges = (low, *inner, high)
        low, high = edges[below], edges[below + 1]
    return math.exp(0.5 * (low + high))


def marcum_table(pulses: int, pfa: float, points: int = 4096) -> tuple[float, Floats]:
    """Return the step of sqrt(energy) and the probability of detecting a look of that energy, for ``marcum_lookup``.

    Marcum's Q_N: the output of energy E is noncentral chi-square with 2N degrees of freedom and noncentrality 2E.
    Linear interpolation in 4,096 points is within 1e-6 up to N = 100; the error falls with the square of the step.
    Source: Marcum, RAND RM-754 (1947).
    """
    # Beyond sqrt(T) + 4, 5.6 standard deviations of the amplitude, the probability is 1 to 2e-8.
    step = (math.sqrt(threshold(pulses, pfa)) + 4.0) / (points - 1)
    energy = np.square(step * np.arange(points))
    # In parts: each energy has a row of some hundred terms.
    parts = np.array_split(energy / pulses, 16)
    return step, np.concatenate([detection_probability(0, pulses, part, pfa) for part in parts])


def albersheim_snr(pulses: int, pd: float, pfa: float) -> float:
    """Return the required SNR of a steady target by Albersheim's equation, a cross-check of ``required_snr``.

    SNR dB = -5 log10 N + (6.2 + 4.54 / sqrt(N + 0.44)) log10(A + 0.12 A B + 1.7 B), A = ln(0.62 / Pfa),
    B = ln(Pd / (1 - Pd)). The claim of 0.2 dB for Pd 0.1 to 0.9 and Pfa 1e-7 to 1e-3 does not hold against the square
    law: -0.30 to +0.07 dB for Pd of at least 0.3, and -4.08 dB at Pd 0.1, Pfa 1e-3, N = 1. Source: Albersheim, Proc.
    IEEE 69 (1981) 839.
    """
    a, b = math.log(0.62 / pfa), math.log(pd / (1.0 - pd))
    factor = 6.2 + 4.54 / math.sqrt(pulses + 0.44)
    snr_db = -5.0 * math.log10(pulses) + factor * math.log10(a + 0.12 * a * b + 1.7 * b)
    return 10.0 ** (snr_db / 10.0)


def shnidman_snr(case: int, pulses: int, pd: float, pfa: float) -> float:
    """Return the required SNR of any Swerling case by Shnidman's equation, a cross-check for 0.1 <= Pd <= 0.99.

    Error in dB for Pd 0.3 to 0.95 and Pfa up to 1e-4: case 0 -0.20 to +0.18, 1 -0.50 to +0.89, 2 -0.39 to +0.83,
    3 -0.55 to +0.27, 4 -0.38 to +0.27. Source: Shnidman, IEEE Trans. AES 38 (2002) 1059.
    """
    quarter = 0.0 if pulses < 40 else 0.25
    root = math.copysign(math.sqrt(-0.8 * math.log(4.0 * pd * (1.0 - pd))), pd - 0.5)
    eta = math.sqrt(-0.8 * math.log(4.0 * pfa * (1.0 - pfa))) + root
    steady = eta * (eta + 2.0 * math.sqrt(pulses / 2.0 + (quarter - 0.25)))
    correction_db = 0.0
    kappa = fluctuation_degrees(case, pulses)
    if kappa:
        correction_db = (((17.7006 * pd - 18.4496) * pd + 14.5339) * pd - 3.525) / kappa
        if pd > 0.872:
            rest = (pd - 0.8) * (0.7 * math.log(1e-5 / pfa) + (2.0 * pulses - 20.0) / 80.0)
            correction_db += (math.exp(27.31 * pd - 25.14) + rest) / kappa
    return 10.0 ** (correction_db / 10.0) * steady / pulses


def barton_snr(case: int, pulses: int, pd: float, pfa: float) -> float:
    """Return the required SNR of a fluctuating target by Barton's universal equation, a cross-check.

    ((Tinv(N, Pfa) - N + kappa) / Tinv(kappa, Pd) - 1) kappa / N with the inverse Q(a, Tinv(a, p)) = p. Error in dB for
    Pd 0.5 to 0.95 and Pfa up to 1e-4: case 1 0 to +0.09, 2 exact, 3 within 0.08, 4 -0.02 to +0.34. Raises ValueError
    for case 0. Source: Barton, "Universal equations for radar target detection", IEEE Trans. AES 41 (2005) 1049.
    """
    from scipy.special import gammainccinv

    kappa = fluctuation_degrees(case, pulses)
    if kappa == 0:
        raise ValueError("Barton's universal equation is for fluctuating targets: give a Swerling case from 1 to 4")
    surplus = float(gammainccinv(pulses, pfa)) - pulses + kappa
    return (surplus / float(gammainccinv(kappa, pd)) - 1.0) * kappa / pulses


def cell_averaging_loss(cells: int, pd: float, pfa: float) -> float:
    """Return the exact loss of a cell-averaging CFAR detector: SNR needed over that with known noise, Swerling 1, N 1.

    Threshold factor alpha = M (Pfa^(-1/M) - 1) over the mean of M reference cells, Pd = (1 + alpha / (M (1 + S)))^-M.
    Source: Finn & Johnson, RCA Review 29 (1968) 414; Richards 2014, ch. 6.
    """
    adaptive = (pfa ** (-1.0 / cells) - 1.0) / (pd ** (-1.0 / cells) - 1.0) - 1.0
    return adaptive / (math.log(pfa) / math.log(pd) - 1.0)
