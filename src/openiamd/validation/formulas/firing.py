"""Closed forms of leakage, shots and depth of fire."""

import math

from openiamd.physics import firing
from openiamd.physics.intercept import depth_of_fire_m


def kill_probability(track_probability: float, single_shot_pk: float, shots: int) -> float:
    """Return Wilkening's probability of killing one target."""
    return firing.wilkening_kill_probability(track_probability, single_shot_pk, shots)


def no_leak(track_probability: float, single_shot_pk: float, shots: int, targets: int) -> float:
    """Return the probability that no target leaks."""
    return firing.no_leak_probability(kill_probability(track_probability, single_shot_pk, shots), targets)


def mean_leakers(track_probability: float, single_shot_pk: float, shots: int, targets: int) -> float:
    """Return the mean number of leakers."""
    return firing.expected_leakers(kill_probability(track_probability, single_shot_pk, shots), targets)


def needed_kill_probability(no_leak_probability: float, targets: int, single_shot_pk: float) -> float:
    """Return the probability of killing each target that P(no leaker) of all of them asks for."""
    return 1.0 - (1.0 - single_shot_pk) ** firing.required_shots(no_leak_probability, targets, single_shot_pk)


def look_shots(single_shot_pk: float, looks: int) -> float:
    """Return the mean shots of shoot-look-shoot."""
    return firing.shoot_look_shoot(single_shot_pk, looks)[0]


def look_leakage(single_shot_pk: float, looks: int) -> float:
    """Return the leakage of shoot-look-shoot."""
    return firing.shoot_look_shoot(single_shot_pk, looks)[1]


def salvo_leakage(single_shot_pk: float, shots: int) -> float:
    """Return the leakage of a salvo."""
    return firing.salvo_leakage(single_shot_pk, shots)


def layered_leakage(kill_probabilities: list[float]) -> float:
    """Return the leakage of layers, one behind the other."""
    return firing.layered_leakage(kill_probabilities)


def magazine_leakers(targets: int, missiles: int, single_shot_pk: float) -> float:
    """Return the mean leakers where the magazine runs out."""
    return firing.magazine_limited_leakers(targets, missiles, single_shot_pk)


def random_fire_kills(targets: int, shots: int, single_shot_pk: float) -> float:
    """Return the mean kills of shots that are not coordinated."""
    return firing.random_fire_kills(targets, shots, single_shot_pk)


def coordinated_fire_kills(targets: int, shots: int, single_shot_pk: float) -> float:
    """Return the mean kills of shots that are spread evenly."""
    return firing.coordinated_fire_kills(targets, shots, single_shot_pk)


def _intercepts_m(detected_m: float) -> list[float]:
    """Return where 250 m/s head-on meets 1,000 m/s that reaches from 5 to 80 km, with delays of 10 s."""
    return depth_of_fire_m(detected_m, 80e3, 5e3, 250.0, 1000.0, 10.0, 10.0)


def intercepts(detected_m: float) -> float:
    """Return how many intercepts the depth allows."""
    return len(_intercepts_m(detected_m))


def intercept_km(detected_m: float, nth: int) -> float:
    """Return the range of the ``nth`` intercept in km, NaN where there is none."""
    found_m = _intercepts_m(detected_m)
    return found_m[nth - 1] / 1e3 if nth <= len(found_m) else math.nan
