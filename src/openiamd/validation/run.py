"""Reproduces the published results of the V&V book: every row says what was published and what was computed."""

from collections.abc import Callable

from openiamd.validation import comparisons, depth, leakage, picture, saturation, sensing, tables
from openiamd.validation.rows import Row

Progress = Callable[[int, int, str], None]

CASES: list[tuple[str, Callable[[float], list[Row]]]] = [
    ("formulas", lambda _: tables.rows()),
    ("sensing", sensing.rows),
    ("air picture", picture.rows),
    ("depth of fire", depth.rows),
    ("salvos", leakage.wilkening),
    ("shoot-look-shoot", leakage.shots),
    ("magazines", leakage.magazines),
    ("saturation", saturation.rows),
    ("catalogue and comparisons", comparisons.rows),
]


def validate(progress: Progress | None = None, share: float = 1.0) -> list[Row]:
    """Return one row for each published result, formulas first, then the chain of stages, then comparisons.

    progress  called with cases done, cases in all, and the name of the case
    share     of the full number of Monte Carlo runs; below 1 the wanted precision is relaxed with it
    """
    found: list[Row] = []
    for done, (name, rows) in enumerate(CASES):
        if progress is not None:
            progress(done, len(CASES), name)
        found += rows(share)
    if progress is not None:
        progress(len(CASES), len(CASES), "done")
    return found
