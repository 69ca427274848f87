"""Leakage and shots: binomial kill chains through the chain of stages.

Every target is seen in one look, is hostile, and is within reach; a channel is never short. What remains is the shot
doctrine and the draws, for which closed forms are exact. Random results: within 4 standard errors.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.results.kinds import SHOT
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import count_events, simulate, survivors
from openiamd.validation.rows import Row, exact, ratio, statistical

WILKENING = "Wilkening, Science & Global Security 8 (2000) 183"
ELEMENTARY = "binomial probability; Washburn & Kress, Combat Modeling (2009), ch. 2"
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


def wilkening(share: float) -> list[Row]:
    """Return the rows of salvos at 20 targets, with and without the common-mode term."""
    found = []
    for variant, runs, none, mean in WILKENING_ROWS:
        leakers = simulate("leakage", variant, max(round(share * runs), 50), _leak_and_shots)[:, 0]
        clean = ratio((leakers == 0).astype(np.float64))
        found.append(
            statistical(f"leakage.{variant}.p0", WILKENING, "P(no leaker of 20), 2 shots each", none, clean, share)
        )
        found.append(
            statistical(f"leakage.{variant}.mean", WILKENING, "mean leakers of 20", mean, ratio(leakers), share)
        )
    return found


def shots(share: float) -> list[Row]:
    """Return the rows of salvos, shoot-look-shoot and two layers."""
    found = []
    for variant, runs, leakage, fired in SHOT_ROWS:
        counts = simulate("leakage", variant, max(round(share * runs), 50), _leak_and_shots)
        leak, spent = (ratio(counts[:, column], float(TARGETS)) for column in (0, 1))
        name, what = f"leakage.{variant}", "shots per target, through the chain"
        found.append(statistical(f"{name}.leak", ELEMENTARY, "leakage per target", leakage, leak, share))
        if variant.startswith("salvo"):  # no look, no chance
            found.append(exact(f"{name}.shots", ELEMENTARY, what, fired, spent.value, 0.0))
        else:
            found.append(statistical(f"{name}.shots", ELEMENTARY, what, fired, spent, share))
    return found


def magazines(share: float) -> list[Row]:
    """Return the rows of magazines that run out."""
    source = "N - E[min(N, Bin(I, p))], derived"
    found = []
    for variant, runs, targets, missiles, pk, mean in MAGAZINE_ROWS:
        leakers = simulate("leakage", variant, max(round(share * runs), 50), _leak_and_shots)[:, 0]
        quantity = f"mean leakers, {targets} targets, {missiles} missiles, p = {pk}"
        found.append(statistical(f"leakage.{variant}", source, quantity, mean, ratio(leakers), share))
    return found
