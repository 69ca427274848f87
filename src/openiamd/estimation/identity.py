"""Identity by Bayes' rule: what replies, silence, reports and behaviour say of friend, neutral and hostile.

Weights are natural logarithms of likelihoods, added to those of the priors. They are made anew from what is known each
time, never added to an earlier result, so that no evidence counts twice. Sources: Pearl, Probabilistic Reasoning in
Intelligent Systems (1988), section 2.1; Good, Probability and the Weighing of Evidence (1950).
"""

import math

from numpy.typing import NDArray

from openiamd.kernels import kernel

LEAST_PROBABILITY = 1e-9  # nothing is impossible: a single piece of evidence never decides beyond this


@kernel
def log_weight(probability: float) -> float:
    """Return the natural logarithm of a likelihood, held above that of ``LEAST_PROBABILITY``."""
    return math.log(max(probability, LEAST_PROBABILITY))


@kernel
def silence_likelihood(holds: float, reply: float, asked: int) -> float:
    """Return the probability that ``asked`` interrogations in one mode all stay unanswered.

    holds  probability that the object holds the mode, with a set that works and the right key
    reply  probability that such a set answers one interrogation; 0: this mode is not asked

    P = (1 − h) + h·(1 − r)ⁿ: a set that is off is silent every time, so silences are not independent and their weight
    stays finite. With h = 0 or r = 0, P = 1: without a common mode silence says nothing.
    """
    return 1.0 - holds + holds * (1.0 - reply) ** asked


@kernel
def silence_weight(holds: NDArray, reply: NDArray, asked: int) -> float:
    """Return the weight of ``asked`` silences in all modes at once, taken as independent from mode to mode.

    holds, reply  (mode,)
    """
    weight = 0.0
    for mode in range(holds.shape[0]):
        weight += log_weight(silence_likelihood(holds[mode], reply[mode], asked))
    return weight


@kernel
def report_likelihood(right: float, agrees: bool) -> float:
    """Return the probability that a source which is right with probability ``right`` reports this one of three kinds.

    agrees  the object is of that kind; an error is spread evenly over the other two
    """
    return right if agrees else 0.5 * (1.0 - right)


@kernel
def posterior(friend: float, neutral: float, hostile: float) -> tuple[float, float, float]:
    """Return the probabilities of friend, neutral and hostile from their weights, by Bayes' rule."""
    greatest = max(friend, neutral, hostile)
    friend, neutral, hostile = math.exp(friend - greatest), math.exp(neutral - greatest), math.exp(hostile - greatest)
    total = friend + neutral + hostile
    return friend / total, neutral / total, hostile / total
