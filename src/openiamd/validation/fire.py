"""Distribution of fire: random against coordinated shots through the chain, and static assignment outside it."""

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.weapon_target import assign_best, assign_by_marginal_return, surviving_value
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import simulate, survivors
from openiamd.validation.rows import RANDOM, Part, Result, Row, computed_parts, exact, ratio, statistical

FIRE = Result(
    "Random fire and coordinated fire, through the chain",
    "Washburn & Kress, Combat Modeling (2009), ch. 2",
    "C",
    RANDOM,
)
ROUNDING = "rounding of a sum of products"
STATIC = Result(
    "Static weapon-target assignment: the optimum", "every assignment tried, one by one (brute force)", "C", ROUNDING
)
ALIKE = Result(
    "Static weapon-target assignment: identical weapons",
    "den Broeder, Ellison & Emerling, Operations Research 7 (1959) 322; value by brute force",
    "C",
    ROUNDING,
)

# variant, runs, targets, mean kills, what it is
ROWS = [
    ("random-10-10", 400, 10, 5.656, "10 nodes with one shot each at 10 targets at random, p = 0.8"),
    ("random-10-20", 300, 10, 8.113, "20 nodes with one shot each at 10 targets at random, p = 0.8"),
    ("random-4-8", 400, 4, 3.142, "8 nodes with one shot each at 4 targets at random, p = 0.7"),
    ("coordinated-10-10", 200, 10, 8.0, "one node, 10 shots at 10 targets, p = 0.8"),
    ("coordinated-10-20", 200, 10, 9.6, "one node, 20 shots at 10 targets, p = 0.8"),
    ("coordinated-4-8", 200, 4, 3.64, "one node, 8 shots at 4 targets, p = 0.7"),
    ("linked-4-4", 400, 4, 2.8, "4 nodes with one shot each at 4 targets that tell of their engagements, p = 0.7"),
    ("unlinked-4-4", 700, 4, 2.147, "the same without word of engagements"),
]
# name, values, kill probabilities (weapon by weapon), least surviving value
STATIC_ROWS = [
    ("3x3", (5.0, 3.0, 2.0), ((0.9, 0.6, 0.2), (0.8, 0.1, 0.1), (0.5, 0.5, 0.7)), 2.8),
    (
        "5x4",
        (10.0, 8.0, 6.0, 3.0),
        ((0.7, 0.6, 0.2, 0.9), (0.5, 0.5, 0.5, 0.5), (0.3, 0.8, 0.4, 0.1), (0.6, 0.2, 0.7, 0.3), (0.9, 0.4, 0.3, 0.2)),
        3.8,
    ),
    (
        "5x5",
        (1.0, 2.0, 3.0, 4.0, 5.0),
        (
            *((0.35, 0.8, 0.6, 0.1, 0.75), (0.9, 0.25, 0.5, 0.65, 0.7), (0.4, 0.6, 0.3, 0.55, 0.5)),
            *((0.2, 0.1, 0.85, 0.6, 0.65), (0.75, 0.7, 0.45, 0.3, 0.8)),
        ),
        3.48,
    ),
]
# name, weapons, values, kill probabilities, least surviving value
ALIKE_ROWS = [
    ("4-alike", 4, (10.0, 4.0), (0.5, 0.5), 3.25),
    ("5-alike", 5, (9.0, 6.0, 3.0), (0.6, 0.4, 0.8), 4.2),
    ("6-alike", 6, (4.0, 3.0, 2.0, 1.0), (0.7, 0.7, 0.7, 0.7), 1.53),
]


def parts() -> list[Part]:
    """Return the parts of random and coordinated fire, and of static assignment."""
    chain = [Part({f"fire.{row[0]}": FIRE.title}, lambda share, row=row: [_row(share, *row)]) for row in ROWS]
    return [*chain, *computed_parts(_static_rows())]


def _row(share: float, variant: str, runs: int, targets: int, kills: float, what: str) -> Row:
    def killed(result: SliceResult, _: int, slice_runs: int) -> NDArray[np.float64]:
        return (targets - survivors(result, slice_runs))[:, None]

    counts = simulate("fire", variant, max(round(share * runs), 50), killed)[:, 0]
    return statistical(f"fire.{variant}", FIRE, f"kills, {what}", kills, ratio(counts), share)


def _static_rows() -> list[Row]:
    rows = []
    for name, values, kills, least in STATIC_ROWS:
        worth, pairs = np.array(values), np.array(kills)
        value = surviving_value(worth, pairs, assign_best(worth, pairs))
        what = f"least surviving value, {name} weapons and targets"
        rows.append(exact(f"assignment.{name}", STATIC, what, least, value, 1e-9))
    for name, weapons, values, kills, least in ALIKE_ROWS:
        worth, pairs = np.array(values), np.tile(np.array(kills), (weapons, 1))
        value = surviving_value(worth, pairs, assign_by_marginal_return(worth, pairs))
        what = f"surviving value by marginal return, {weapons} identical weapons"
        rows.append(exact(f"assignment.{name}", ALIKE, what, least, value, 1e-9))
    return rows
