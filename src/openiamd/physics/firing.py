"""Closed forms of leakage and shot counts, for validation: exact expectations under independent shots.

Sources: Wilkening, Science & Global Security 8 (2000) 183 (track probability and salvo); Washburn & Kress, Combat
Modeling (2009), ch. 2 (shoot-look-shoot, random and coordinated fire). The rest is elementary probability.
"""

import math


def salvo_leakage(single_shot_pk: float, shots: int) -> float:
    """Return the probability that a target survives ``shots`` independent shots: (1 - p)^n."""
    return (1.0 - single_shot_pk) ** shots


def wilkening_kill_probability(track_probability: float, single_shot_pk: float, shots: int) -> float:
    """Return K = P_track (1 - (1 - p)^n): with probability 1 - P_track the whole salvo fails together."""
    return track_probability * (1.0 - salvo_leakage(single_shot_pk, shots))


def no_leak_probability(kill_probability: float, targets: int) -> float:
    """Return the probability K^W that none of ``targets`` independent targets leaks."""
    return kill_probability**targets


def expected_leakers(kill_probability: float, targets: int) -> float:
    """Return the mean number W (1 - K) of leakers among ``targets``."""
    return targets * (1.0 - kill_probability)


def leaker_distribution(kill_probability: float, targets: int) -> list[float]:
    """Return P(0), P(1) … P(W) leakers: binomial (W, 1 - K)."""
    leak = 1.0 - kill_probability
    return [
        math.comb(targets, count) * leak**count * kill_probability ** (targets - count) for count in range(targets + 1)
    ]


def required_shots(no_leak: float, targets: int, single_shot_pk: float, track_probability: float = 1.0) -> float:
    """Return the (real) number of shots per target for a given probability of no leaker, infinite if out of reach.

    n = ln(1 - P0^(1/W) / P_track) / ln(1 - p), Wilkening 2000; ``single_shot_pk`` lies in (0, 1).
    """
    wanted = no_leak ** (1.0 / targets) / track_probability
    if wanted >= 1.0:
        return math.inf
    return math.log(1.0 - wanted) / math.log(1.0 - single_shot_pk)


def shoot_look_shoot(single_shot_pk: float, looks: int) -> tuple[float, float]:
    """Return (mean shots, leakage) of firing one at a time, up to ``looks``, with perfect kill assessment.

    E[shots] = (1 - (1 - p)^k) / p, the limit ``looks`` for p = 0; leakage (1 - p)^k.
    """
    leakage = salvo_leakage(single_shot_pk, looks)
    if single_shot_pk == 0.0:
        return float(looks), leakage
    return (1.0 - leakage) / single_shot_pk, leakage


def layered_leakage(kill_probabilities: list[float]) -> float:
    """Return the leakage through independent layers: the product of 1 - K."""
    leakage = 1.0
    for kill_probability in kill_probabilities:
        leakage *= 1.0 - kill_probability
    return leakage


def magazine_limited_leakers(targets: int, missiles: int, single_shot_pk: float) -> float:
    """Return the mean leakers when ``missiles`` are fired shoot-look-shoot until they or the targets are gone.

    N - E[min(N, Bin(I, p))]: each missile kills the next target with probability p while any is left.
    """
    kills = 0.0
    for successes in range(missiles + 1):
        probability = single_shot_pk**successes * (1.0 - single_shot_pk) ** (missiles - successes)
        kills += math.comb(missiles, successes) * probability * min(targets, successes)
    return targets - kills


def random_fire_kills(targets: int, shots: int, single_shot_pk: float) -> float:
    """Return the mean kills when each shot picks its target at random: N (1 - (1 - p/N)^n)."""
    return targets * (1.0 - (1.0 - single_shot_pk / targets) ** shots)


def coordinated_fire_kills(targets: int, shots: int, single_shot_pk: float) -> float:
    """Return the mean kills when the shots are spread evenly: the remainder of n / N targets get one shot more."""
    each, remainder = divmod(shots, targets)
    less, more = 1.0 - salvo_leakage(single_shot_pk, each), 1.0 - salvo_leakage(single_shot_pk, each + 1)
    return (targets - remainder) * less + remainder * more
