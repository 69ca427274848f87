"""What silence of a transponder says, and how rare events add up."""


def one_or_more(probability: float, trials: int) -> float:
    """Return the probability of at least one event in independent trials."""
    return 1.0 - (1.0 - probability) ** trials


def hostile_given_silence(prior: float, hostile_reply: float, friend_reply: float) -> float:
    """Return P(hostile | no reply) by Bayes' rule."""
    silent = prior * (1.0 - hostile_reply)
    return silent / (silent + (1.0 - prior) * (1.0 - friend_reply))
