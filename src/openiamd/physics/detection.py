"""Detection of a fluctuating target in one look, and M-of-N binary integration."""

import math

from openiamd.kernels import kernel


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
