"""Saturation: fire channels as an Erlang loss system, alone and pooled, through the chain of stages.

Arrivals are Poisson; a channel is held for a fixed time; a target that finds no channel at its first decision is never
engaged. A salvo that is fired kills, so leakage is blocking. Decisions fall at the ends of steps, a launch begins the
next step, and a channel that comes free is seen by the decision after: a decision finds a channel busy for the service
time and two steps, less half a step because arrivals wait for the end of theirs. Offered load is the arrival rate
times that, so that no bias of the order of a step remains; a row at half the step shows it.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.results.kinds import KILLED
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import Measure, resolved, simulate
from openiamd.validation.rows import RANDOM, Part, Result, Row, ratio, statistical

LOSS = Result(
    "Erlang loss, through the chain",
    "Erlang, Elektroteknikeren 13 (1917); Kleinrock, Queueing Systems 1 (1975), ch. 3",
    "C",
    RANDOM,
)
FLIGHT_S = 24.0

# variant, runs, published share lost, what it is
ROWS = [
    ("load-4", 700, 0.1172, "share lost, 4 erl on 6 channels"),
    ("load-4-half-step", 700, 0.1172, "share lost, 4 erl on 6 channels, half the step"),
    ("load-6", 150, 0.2649, "share lost, 6 erl on 6 channels"),
    ("load-12", 30, 0.5561, "share lost, 12 erl on 6 channels"),
    ("standalone", 240, 0.1172, "share lost, three batteries, 4 erl on 6 channels each"),
    ("pool", 1_800, 0.0265, "share lost, one pool, 12 erl on 18 channels"),
    ("overload-standalone", 20, 0.5561, "share lost, three batteries, 12 erl on 6 channels each"),
    ("overload-pool", 20, 0.523, "share lost, one pool, 36 erl on 18 channels"),
]


def parts() -> list[Part]:
    """Return the parts of blocking and pooling."""
    return [Part({f"saturation.{row[0]}": LOSS.title}, lambda share, row=row: [_row(share, *row)]) for row in ROWS]


def _row(share: float, variant: str, runs: int, lost: float, quantity: str) -> Row:
    counts = simulate("saturation", variant, max(round(share * runs), 20), _measure(variant), slice_runs=20)
    return statistical(f"saturation.{variant}", LOSS, quantity, lost, ratio(counts[:, 0], counts[:, 1]), share)


def _measure(variant: str) -> Measure:
    scenario = resolved("saturation", variant)

    def lost_and_all(result: SliceResult, _: int, runs: int) -> NDArray[np.float64]:
        """Return (run, 2): targets not killed and all, of those that start after the warm-up and end in time."""
        start_s = result.objects.start_s.reshape(runs, -1)
        alive = result.objects.status.reshape(runs, -1) != KILLED
        counted = (start_s >= scenario.warmup_s) & (start_s <= scenario.duration_s - FLIGHT_S)
        return np.stack([(alive & counted).sum(axis=1), counted.sum(axis=1)], axis=1).astype(np.float64)

    return lost_and_all
