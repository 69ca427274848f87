"""Depth of fire through the chain: how many shots one fire unit gets at one head-on target, and where they meet it.

The target is detected at the instrumented range, shot at after a delay of 10 s, and again 10 s after each miss.
Tolerance: the motion in one scan and in the two steps that an order takes to be carried out.
"""

import numpy as np
from numpy.typing import NDArray

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
MOST = 20
TOLERANCE_KM = 0.25 * (0.5 + 2 * 0.1)

# variant, intercepts, range of the nth intercept in km
ROWS = [
    ("detected-100", 8, {1: 78.0, 2: 60.4, 3: 46.32, 8: 8.455}),
    ("detected-35", 4, {1: 26.0, 2: 18.8, 3: 13.04, 4: 8.432}),
]


def parts() -> list[Part]:
    """Return a part for each distance of detection."""
    return [
        Part(
            {f"depth.chain.{variant}.{end}": DEPTH.title for end in ("count", *ranges_km)},
            lambda _, row=(variant, count, ranges_km): _rows(*row),
        )
        for variant, count, ranges_km in ROWS
    ]


def _rows(variant: str, count: int, ranges_km: dict[int, float]) -> list[Row]:
    computed_km = simulate("depth", variant, 1, _misses_km)[0]
    intercepts = int(np.isfinite(computed_km).sum())
    what = f"{variant.replace('-', ' at ')} km, through the chain"
    found = [exact(f"depth.chain.{variant}.count", DEPTH, f"intercepts, {what}", count, intercepts, 0.0)]
    for nth, range_km in ranges_km.items():
        name, quantity = f"depth.chain.{variant}.{nth}", f"intercept {nth}, km, {what}"
        found.append(exact(name, DEPTH, quantity, range_km, float(computed_km[nth - 1]), TOLERANCE_KM))
    return found


def _misses_km(result: SliceResult, _: int, runs: int) -> NDArray[np.float64]:
    """Return (1, MOST): distance from the fire unit at each intercept in km, NaN beyond the last."""
    events = result.events
    missed = events.kind == MISS
    place_m = np.stack([events.east_m[missed], events.north_m[missed], events.up_m[missed]], axis=1)
    ranges_km = np.full((runs, MOST), np.nan)
    ranges_km[0, : len(place_m)] = np.linalg.norm(place_m, axis=1) / 1e3
    return ranges_km
