"""Saturation: fire channels as an Erlang loss system, alone and pooled, through the chain of stages.

Arrivals are Poisson; a channel is held for a fixed time; a target that finds no channel at its first decision is never
engaged. A salvo that is fired kills, so leakage is blocking. Decisions fall at the ends of steps, a launch begins the
next step, and a channel that comes free is seen by the decision after: a decision finds a channel busy for the service
time and two steps, less half a step because arrivals wait for the end of theirs. Offered load is the arrival rate
times that, so that no bias of the order of a step remains; a row at half the step shows it.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.physics.queueing import erlang_b, pooling
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
OWN = LOSS._replace(title="Erlang loss at other parameters, through the chain")
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

# variant, runs, expected share lost, what it is; expected values are computed when the book is run
OWN_ROWS = [
    ("load-3-of-3", 300, erlang_b(3.0, 3), "share lost, 3 erl on 3 channels"),
    ("load-10-of-10", 250, erlang_b(10.0, 10), "share lost, 10 erl on 10 channels"),
    ("standalone-3-of-3", 120, pooling(3.0, 3, 3)[0], "share lost, three batteries, 3 erl on 3 channels each"),
    ("pool-3-of-3", 260, pooling(3.0, 3, 3)[1], "share lost, one pool, 9 erl on 9 channels"),
    ("standalone-6-of-6", 80, pooling(6.0, 6, 3)[0], "share lost, three batteries, 6 erl on 6 channels each"),
    ("pool-6-of-6", 260, pooling(6.0, 6, 3)[1], "share lost, one pool, 18 erl on 18 channels"),
]


def parts() -> list[Part]:
    """Return the parts of blocking and pooling."""
    return [
        Part({f"saturation.{row[0]}": result.title}, lambda share, result=result, row=row: [_row(share, result, *row)])
        for result, rows in ((LOSS, ROWS), (OWN, OWN_ROWS))
        for row in rows
    ]


def _row(share: float, result: Result, variant: str, runs: int, lost: float, quantity: str) -> Row:
    counts = simulate("saturation", variant, max(round(share * runs), 20), _measure(variant), slice_runs=20)
    return statistical(f"saturation.{variant}", result, quantity, lost, ratio(counts[:, 0], counts[:, 1]), share)


def _measure(variant: str) -> Measure:
    scenario = resolved("saturation", variant)

    def lost_and_all(result: SliceResult, _: int, runs: int) -> NDArray[np.float64]:
        """Return (run, 2): targets not killed and all, of those that start after the warm-up and end in time."""
        counted = in_time(result, runs, scenario.warmup_s, scenario.duration_s - FLIGHT_S)
        return np.stack([(alive(result, runs) & counted).sum(axis=1), counted.sum(axis=1)], axis=1).astype(np.float64)

    return lost_and_all


def in_time(result: SliceResult, runs: int, first_s: float, last_s: float) -> NDArray[np.bool_]:
    """Return (run, object): whether it starts between two times."""
    start_s = result.objects.start_s.reshape(runs, -1)
    return (start_s >= first_s) & (start_s <= last_s)


def alive(result: SliceResult, runs: int) -> NDArray[np.bool_]:
    """Return (run, object): whether nothing killed it."""
    return result.objects.status.reshape(runs, -1) != KILLED
