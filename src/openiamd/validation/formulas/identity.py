"""What silence of a transponder says, and how rare events add up."""

from openiamd.estimation.identity import LEAST_PROBABILITY, log_weight, posterior, silence_likelihood


def one_or_more(probability: float, trials: int) -> float:
    """Return the probability of at least one event in independent trials."""
    return 1.0 - (1.0 - probability) ** trials


def hostile_given_silence(prior: float, hostile_reply: float, friend_reply: float) -> float:
    """Return P(hostile | no reply) by Bayes' rule, by the functions that the engine weighs silence with."""
    hostile = log_weight(prior) + log_weight(silence_likelihood(1.0, hostile_reply, 1))
    friend = log_weight(1.0 - prior) + log_weight(silence_likelihood(1.0, friend_reply, 1))
    neutral = 2.0 * log_weight(LEAST_PROBABILITY)  # none: eighteen orders of magnitude less likely
    return posterior(friend, neutral, hostile)[2]
