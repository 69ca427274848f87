"""Leakage and shots: binomial kill chains through the chain of stages.

Every target is seen in one look, is hostile, and is within reach; a channel is never short. What remains is the shot
doctrine and the draws, for which closed forms are exact. Random results: within 4 standard errors.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.results.kinds import SHOT
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import count_events, simulate, survivors
from openiamd.validation.rows import RANDOM, Part, Result, Row, exact, ratio, statistical

WILKENING = Result(
    "Kill chain of Wilkening, through the chain", "Wilkening, Science & Global Security 8 (2000) 183", "R", RANDOM
)
ELEMENTARY = "binomial probability; Washburn & Kress, Combat Modeling (2009), ch. 2"
SHOTS = Result("Salvos and looks, through the chain", ELEMENTARY, "C", RANDOM)
SALVO_SHOTS = Result("Shots of a salvo, through the chain", ELEMENTARY, "C", "a count: a salvo has no chance in it")
MAGAZINES = Result("Magazines that run out, through the chain", "N - E[min(N, Bin(I, p))], derived", "C", RANDOM)
TARGETS = 20

# variant, runs, P(no leaker), mean leakers
WILKENING_ROWS = [
    ("wilkening", 5_000, 0.4420, 0.800),
    ("common-mode", 6_000, 0.3615, 0.992),
    ("weak-track", 50_000, 0.0544, 2.71),
]
# variant, runs, leakage, shots per target
SHOT_ROWS = [
    ("salvo-1-of-07", 1_000, 0.3, 1.0),
    ("salvo-2-of-07", 2_000, 0.09, 2.0),
    ("salvo-3-of-07", 5_500, 0.027, 3.0),
    ("salvo-4-of-07", 17_000, 0.0081, 4.0),
    ("look-2-of-07", 2_000, 0.09, 1.30),
    ("look-2-of-08", 4_000, 0.04, 1.20),
    ("look-3-of-08", 17_000, 0.008, 1.24),
    ("layered", 4_000, 0.04, 1.20),
]
# variant, runs, targets, missiles, single-shot kill probability, mean leakers
MAGAZINE_ROWS = [
    ("magazine-10-10", 3_000, 10, 10, 0.8, 2.0),
    ("magazine-10-16", 120_000, 10, 16, 0.8, 0.0354),
    ("magazine-50-32", 1_000, 50, 32, 0.8, 24.4),
    ("magazine-16-32", 640_000, 16, 32, 0.7, 0.0077),
]


def _leak_and_shots(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
    """Return (run, 2): survivors and shots."""
    return np.stack([survivors(result, runs), count_events(result, first_run, runs, SHOT)], axis=1)


def wilkening() -> list[Part]:
    """Return the parts of salvos at 20 targets, with and without the common-mode term."""
    return [
        Part(
            {f"leakage.{row[0]}.{end}": WILKENING.title for end in ("p0", "mean")},
            lambda share, row=row: _wilkening(share, *row),
        )
        for row in WILKENING_ROWS
    ]


def _wilkening(share: float, variant: str, runs: int, none: float, mean: float) -> list[Row]:
    leakers = counts(variant, share, runs)[:, 0]
    clean, name = ratio((leakers == 0).astype(np.float64)), f"leakage.{variant}"
    return [
        statistical(f"{name}.p0", WILKENING, "P(no leaker of 20), 2 shots each", none, clean, share),
        statistical(f"{name}.mean", WILKENING, "mean leakers of 20", mean, ratio(leakers), share),
    ]


def shots() -> list[Part]:
    """Return the parts of salvos, shoot-look-shoot and two layers."""
    return [
        Part(
            {f"leakage.{row[0]}.leak": SHOTS.title, f"leakage.{row[0]}.shots": _spent_result(row[0]).title},
            lambda share, row=row: _shots(share, *row),
        )
        for row in SHOT_ROWS
    ]


def _spent_result(variant: str) -> Result:
    return SALVO_SHOTS if variant.startswith("salvo") else SHOTS  # no look, no chance


def _shots(share: float, variant: str, runs: int, leakage: float, fired: float) -> list[Row]:
    found = counts(variant, share, runs)
    leak, spent = (ratio(found[:, column], float(TARGETS)) for column in (0, 1))
    name, what = f"leakage.{variant}", "shots per target, through the chain"
    return [
        statistical(f"{name}.leak", SHOTS, "leakage per target", leakage, leak, share),
        exact(f"{name}.shots", SALVO_SHOTS, what, fired, spent.value, 0.0)
        if _spent_result(variant) is SALVO_SHOTS
        else statistical(f"{name}.shots", SHOTS, what, fired, spent, share),
    ]


def magazines() -> list[Part]:
    """Return the parts of magazines that run out."""
    return [
        Part({f"leakage.{row[0]}": MAGAZINES.title}, lambda share, row=row: _magazine(share, *row))
        for row in MAGAZINE_ROWS
    ]


def _magazine(
    share: float, variant: str, runs: int, targets: int, missiles: int, single_shot_pk: float, mean: float
) -> list[Row]:
    leakers = counts(variant, share, runs)[:, 0]
    quantity = f"mean leakers, {targets} targets, {missiles} missiles, p = {single_shot_pk}"
    return [statistical(f"leakage.{variant}", MAGAZINES, quantity, mean, ratio(leakers), share)]


def counts(variant: str, share: float, runs: int) -> NDArray[np.float64]:
    """Return (run, 2): survivors and shots, of a share of the runs."""
    return simulate("leakage", variant, max(round(share * runs), 50), _leak_and_shots)
