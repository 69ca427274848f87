"""Depth of fire through the chain: how many shots one fire unit gets at one head-on target, and where they meet it.

The target is detected at the instrumented range, shot at after a delay of 10 s, and again 10 s after each miss.
Tolerance: the motion in one scan and in the two steps that an order takes to be carried out, 0.7 s together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.physics.intercept import depth_of_fire_m
from openiamd.results.kinds import MISS
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import simulate
from openiamd.validation.rows import Part, Result, Row, exact

DEPTH = Result(
    "Depth of fire, through the chain",
    "Macfadzean, Surface-Based Air Defense System Analysis (1992)",
    "C",
    "motion at 250 m/s in one scan of 0.5 s and in the two steps of 0.1 s that an order takes to be carried out",
)
OWN = DEPTH._replace(
    title="Depth of fire at other parameters, through the chain",
    why="motion in one scan of 0.5 s and in the two steps of 0.1 s that an order takes to be carried out",
)
MOST = 20
SCAN_AND_ORDER_S = 0.5 + 2 * 0.1

# variant, intercepts, range of the nth intercept in km
ROWS = [
    ("detected-100", 8, {1: 78.0, 2: 60.4, 3: 46.32, 8: 8.455}),
    ("detected-35", 4, {1: 26.0, 2: 18.8, 3: 13.04, 4: 8.432}),
]


class Case(NamedTuple):
    """One variant of the scenario `depth`, and where its intercepts should be."""

    variant: str
    result: Result
    what: str
    speed_mps: float  # of the target
    intercepts: int
    ranges_km: dict[int, float]  # by the number of the intercept


def _published() -> list[Case]:
    return [
        Case(variant, DEPTH, f"{variant.replace('-', ' at ')} km, through the chain", 250.0, count, ranges_km)
        for variant, count, ranges_km in ROWS
    ]


def _own() -> list[Case]:
    """Return sets of parameters of our own, their ranges computed by the closed form."""
    faster_m = depth_of_fire_m(60e3, 40e3, 3e3, 300.0, 1200.0, 8.0, 5.0)
    slow_m = depth_of_fire_m(90e3, 120e3, 10e3, 200.0, 800.0, 30.0, 20.0)
    return [
        _case("faster-60", "300 against 1,200 m/s from 60 km, at most 40 km", 300.0, faster_m),
        _case("slow-90", "200 against 800 m/s from 90 km", 200.0, slow_m),
    ]


def _case(variant: str, what: str, speed_mps: float, intercepts_m: list[float]) -> Case:
    ranges_km = {nth: range_m / 1e3 for nth, range_m in enumerate(intercepts_m, 1)}
    return Case(variant, OWN, f"{what}, through the chain", speed_mps, len(ranges_km), ranges_km)


def parts() -> list[Part]:
    """Return a part for each distance of detection."""
    return [
        Part(
            {f"depth.chain.{case.variant}.{end}": case.result.title for end in ("count", *case.ranges_km)},
            lambda _, case=case: _rows(case),
        )
        for case in (*_published(), *_own())
    ]


def _rows(case: Case) -> list[Row]:
    computed_km = simulate("depth", case.variant, 1, _misses_km)[0]
    intercepts = int(np.isfinite(computed_km).sum())
    name, tolerance_km = f"depth.chain.{case.variant}", case.speed_mps / 1e3 * SCAN_AND_ORDER_S
    found = [exact(f"{name}.count", case.result, f"intercepts, {case.what}", case.intercepts, intercepts, 0.0)]
    for nth, range_km in case.ranges_km.items():
        quantity = f"intercept {nth}, km, {case.what}"
        found.append(exact(f"{name}.{nth}", case.result, quantity, range_km, float(computed_km[nth - 1]), tolerance_km))
    return found


def _misses_km(result: SliceResult, _: int, runs: int) -> NDArray[np.float64]:
    """Return (1, MOST): distance from the fire unit at each intercept in km, NaN beyond the last."""
    events = result.events
    missed = events.kind == MISS
    place_m = np.stack([events.east_m[missed], events.north_m[missed], events.up_m[missed]], axis=1)
    ranges_km = np.full((runs, MOST), np.nan)
    ranges_km[0, : len(place_m)] = np.linalg.norm(place_m, axis=1) / 1e3
    return ranges_km
