"""Impatience: targets that may wait for a fire channel until it is too late to engage them, through the chain.

No closed form holds for a fixed service time and a fixed patience, but the two extremes have one. Without patience the
share of targets that find every channel busy is Erlang's B, and all of them are lost. With endless patience that share
is at most Erlang's C (exact for exponential service times, less for equal ones), and none is lost. Between them:

    B <= share that finds every channel busy <= C,     0 <= share lost <= B

The share lost stands as well beside that of exponential service times with the same patience w, M/M/c+D,

    (1 - r) P(W > w) / (1 - r P(W > w)),   P(W > w) = C exp(-(c - a) w / s),   r = a / c

with load a, channels c and service time s; w = 0 gives B.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.physics.queueing import erlang_b, erlang_c
from openiamd.results.kinds import HELD
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import Measure, resolved, simulate
from openiamd.validation.rows import (
    STANDARD_ERRORS,
    UNTUNED,
    Estimate,
    Part,
    Result,
    Row,
    comparison,
    ordering,
    ratio,
)
from openiamd.validation.saturation import alive, in_time

BRACKET = Result(
    "Targets that wait for a channel, through the chain",
    "Erlang, Elektroteknikeren 13 (1917); Kleinrock, Queueing Systems 1 (1975), ch. 3",
    "C",
    "four standard errors of the mean over runs about the bracket; lost at most B, busy between B and C",
)
EXPONENTIAL = Result(
    "Targets that wait for a channel, beside exponential service",
    "Boots & Tijms, Management Science 45 (1999) 444, recalled",
    "R",
    f"service takes a fixed time here; {UNTUNED}",
)
FLIGHT_S = 33.5
NO_CHANNEL = 1  # reason of HELD
ORDER_STEPS = 1.5  # see saturation.py

# variant, runs, load in erl, channels
ROWS = [("wait-4-of-6", 300, 4.0, 6), ("wait-3-of-4", 300, 3.0, 4), ("wait-8-of-10", 200, 8.0, 10)]


def parts() -> list[Part]:
    """Return a part for each load."""
    return [
        Part(
            {
                f"impatience.{row[0]}.busy": BRACKET.title,
                f"impatience.{row[0]}.lost": BRACKET.title,
                f"impatience.{row[0]}.exponential": EXPONENTIAL.title,
            },
            lambda share, row=row: _rows(share, *row),
        )
        for row in ROWS
    ]


def lost_waiting(load_erl: float, channels: int, patience: float) -> float:
    """Return the share lost of M/M/c+D; ``patience`` in service times."""
    waiting = erlang_c(load_erl, channels) * math.exp(-(channels - load_erl) * patience)
    use = load_erl / channels
    return (1.0 - use) * waiting / (1.0 - use * waiting)


def _rows(share: float, variant: str, runs: int, load_erl: float, channels: int) -> list[Row]:
    counts = simulate("saturation", variant, max(round(share * runs), 20), _measure(variant), slice_runs=20)
    busy, lost = ratio(counts[:, 0], counts[:, 2]), ratio(counts[:, 1], counts[:, 2])
    scenario = resolved("saturation", variant)
    service_s = scenario.fire_units[0].service_s + ORDER_STEPS * scenario.step_s
    patience = (FLIGHT_S - service_s) / service_s
    least, most = erlang_b(load_erl, channels), erlang_c(load_erl, channels)
    name, what = (
        f"impatience.{variant}",
        f"{load_erl:g} erl on {channels} channels, {FLIGHT_S - service_s:.1f} s to wait",
    )
    return [
        _bracket(f"{name}.busy", f"share that finds every channel busy, {what}, between B and C", [least, most], busy),
        _bracket(f"{name}.lost", f"share lost, {what}, at most B", [0.0, least], lost),
        comparison(
            f"{name}.exponential", EXPONENTIAL, f"share lost, {what}", lost_waiting(load_erl, channels, patience),
            lost.value,
        ),
    ]  # fmt: skip


def _bracket(name: str, quantity: str, limits: list[float], estimate: Estimate) -> Row:
    named = f"{quantity} ({estimate.runs:,} runs)"
    return ordering(name, BRACKET, named, limits, estimate.value, STANDARD_ERRORS * estimate.standard_error)


def _measure(variant: str) -> Measure:
    scenario = resolved("saturation", variant)

    def busy_lost_all(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
        """Return (run, 3): targets that found no channel, that were not killed, and all."""
        counted = in_time(result, runs, scenario.warmup_s, scenario.duration_s - FLIGHT_S)
        events, waited = result.events, np.zeros_like(counted)
        held = (events.kind == HELD) & (events.code == NO_CHANNEL) & (events.object >= 0)
        waited[events.run[held] - first_run, events.object[held]] = True
        kept = (waited & counted, alive(result, runs) & counted, counted)
        return np.stack([one.sum(axis=1) for one in kept], axis=1).astype(np.float64)

    return busy_lost_all
