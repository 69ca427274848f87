"""Binomial kill chains at parameters of our own, beside those of the references: closed form and chain of stages.

Expected values are computed by `physics.firing` when the book is run; none is typed. The formulas themselves are
checked against published values in the book.
"""

from typing import NamedTuple

from openiamd.physics import firing
from openiamd.validation.leakage import counts
from openiamd.validation.rows import RANDOM, Estimate, Part, Result, Row, ratio, statistical

WILKENING = Result(
    "Kill chain of Wilkening at other parameters, through the chain",
    "Wilkening, Science & Global Security 8 (2000) 183; parameters chosen here",
    "C",
    RANDOM,
)
FLOOR = Result(
    "Common failure of all shots, through the chain",
    "1 - P_track (1 - (1 - p)^n): Wilkening, Science & Global Security 8 (2000) 183",
    "C",
    RANDOM,
)
SHOTS = Result(
    "Salvos, looks and layers at other parameters, through the chain",
    "binomial probability; Washburn & Kress, Combat Modeling (2009), ch. 2",
    "C",
    RANDOM,
)
MAGAZINES = Result(
    "Magazines that run out at other parameters, through the chain",
    "N - E[min(N, Bin(I, p))], derived",
    "C",
    RANDOM,
)


class Set(NamedTuple):
    """One variant of the scenario `leakage` and what closed forms say of it."""

    variant: str
    result: Result
    runs: int
    targets: int
    what: str
    expected: dict[str, float]  # by p0, mean, leak (per target) or shots (per target)


def _wilkening(shots: int, single_shot_pk: float, track_probability: float, targets: int) -> dict[str, float]:
    kill = firing.wilkening_kill_probability(track_probability, single_shot_pk, shots)
    return {"p0": firing.no_leak_probability(kill, targets), "mean": firing.expected_leakers(kill, targets)}


def _floor(track_probability: float, single_shot_pk: float, shots: int) -> dict[str, float]:
    return {"leak": 1.0 - firing.wilkening_kill_probability(track_probability, single_shot_pk, shots)}


def _look(single_shot_pk: float, looks: int) -> dict[str, float]:
    shots, leakage = firing.shoot_look_shoot(single_shot_pk, looks)
    return {"leak": leakage, "shots": shots}


def _salvo(single_shot_pk: float, shots: int) -> dict[str, float]:
    return {"leak": firing.salvo_leakage(single_shot_pk, shots)}


def _layers(*kill_probabilities: float) -> dict[str, float]:
    return {"leak": firing.layered_leakage(list(kill_probabilities))}


def _magazine(targets: int, missiles: int, single_shot_pk: float) -> dict[str, float]:
    return {"mean": firing.magazine_limited_leakers(targets, missiles, single_shot_pk)}


SETS = [
    Set("wilkening-10", WILKENING, 5_000, 10, "3 shots at each of 10, p = 0.6", _wilkening(3, 0.6, 1.0, 10)),
    Set(
        "wilkening-30", WILKENING, 7_000, 30, "2 shots at each of 30, p = 0.9, P_track = 0.97",
        _wilkening(2, 0.9, 0.97, 30),
    ),
    Set("floor-0.95", FLOOR, 3_000, 20, "8 shots each, p = 0.7, P_track = 0.95", _floor(0.95, 0.7, 8)),
    Set("floor-0.9", FLOOR, 1_500, 20, "6 shots each, p = 0.6, P_track = 0.9", _floor(0.9, 0.6, 6)),
    Set("floor-0.8", FLOOR, 800, 20, "4 shots each, p = 0.5, P_track = 0.8", _floor(0.8, 0.5, 4)),
    Set("salvo-2-of-08", SHOTS, 4_000, 20, "salvo of 2, p = 0.8", _salvo(0.8, 2)),
    Set("salvo-2-of-06", SHOTS, 1_000, 20, "salvo of 2, p = 0.6", _salvo(0.6, 2)),
    Set("salvo-3-of-05", SHOTS, 1_200, 20, "salvo of 3, p = 0.5", _salvo(0.5, 3)),
    Set("look-3-of-06", SHOTS, 2_500, 20, "3 looks, p = 0.6", _look(0.6, 3)),
    Set("look-4-of-05", SHOTS, 2_500, 20, "4 looks, p = 0.5", _look(0.5, 4)),
    Set("layered-1-2", SHOTS, 6_000, 20, "1 shot outside, 2 inside, p = 0.7", _layers(0.7, 1.0 - 0.3**2)),
    Set(
        "layered-common", SHOTS, 1_200, 20, "two layers of 1 shot, p = 0.8, P_track 0.9 and 0.75",
        _layers(0.9 * 0.8, 0.75 * 0.8),
    ),
    Set("magazine-8-12", MAGAZINES, 14_000, 8, "8 targets, 12 missiles, p = 0.7", _magazine(8, 12, 0.7)),
    Set("magazine-20-24", MAGAZINES, 1_000, 20, "20 targets, 24 missiles, p = 0.6", _magazine(20, 24, 0.6)),
]  # fmt: skip
QUANTITIES = {"p0": "P(no leaker)", "mean": "mean leakers", "leak": "leakage per target", "shots": "shots per target"}


def parts() -> list[Part]:
    """Return a part for each set of parameters."""
    return [
        Part({_name(one, end): one.result.title for end in one.expected}, lambda share, one=one: _rows(share, one))
        for one in SETS
    ]


def _name(one: Set, end: str) -> str:
    return f"sets.{one.variant}.{end}"


def _rows(share: float, one: Set) -> list[Row]:
    leaked, fired = counts(one.variant, share, one.runs).T
    estimates: dict[str, Estimate] = {
        "p0": ratio((leaked == 0).astype(float)),
        "mean": ratio(leaked),
        "leak": ratio(leaked, float(one.targets)),
        "shots": ratio(fired, float(one.targets)),
    }
    return [
        statistical(_name(one, end), one.result, f"{QUANTITIES[end]}, {one.what}", expected, estimates[end], share)
        for end, expected in one.expected.items()
    ]
