"""Reproduces the published results of the V&V book: every row says what was published and what was computed."""

from collections.abc import Callable

from openiamd.errors import UsageError
from openiamd.validation import (
    book,
    comparisons,
    depth,
    fire,
    history,
    identities,
    impatience,
    leakage,
    orders,
    picture,
    saturation,
    sensing,
    sets,
)
from openiamd.validation.rows import Part, Row

Progress = Callable[[int, int, str], None]

CHAPTERS: list[tuple[str, Callable[[], list[Part]]]] = [
    ("formulas", book.parts),
    ("sensing", sensing.parts),
    ("air picture", picture.parts),
    ("depth of fire", depth.parts),
    ("salvos", leakage.wilkening),
    ("shoot-look-shoot", leakage.shots),
    ("magazines", leakage.magazines),
    ("distribution of fire", fire.parts),
    ("other parameters", sets.parts),
    ("saturation", saturation.parts),
    ("waiting", impatience.parts),
    ("identity", identities.parts),
    ("orders", orders.parts),
    ("catalogue and comparisons", comparisons.parts),
    ("history", history.parts),
]


def validate(progress: Progress | None = None, share: float = 1.0, only: str = "") -> list[Row]:
    """Return one row for each published value, formulas first, then the chain of stages, then comparisons.

    progress  called with parts done, parts in all, and the name of the chapter
    share     of the full number of Monte Carlo runs; below 1 the wanted precision is relaxed with it
    only      part of an id or of a title, in either case: other rows are left out, and what computes them is not run
    """
    chosen = [
        (chapter, part)
        for chapter, parts in CHAPTERS
        for part in parts()
        if any(_matches(only, name, title) for name, title in part.titles.items())
    ]
    if not chosen:
        hint = "`iamd validate --json` lists every id and title; try `iamd validate --only swerling`"
        raise UsageError(f"no id or title of a published result contains '{only}'", hint=hint)
    found: list[Row] = []
    for done, (chapter, part) in enumerate(chosen):
        if progress is not None:
            progress(done, len(chosen), chapter)
        found += [row for row in part.rows(share) if _matches(only, row["id"], row["title"])]
    if progress is not None:
        progress(len(chosen), len(chosen), "done")
    return found


def _matches(only: str, name: str, title: str) -> bool:
    return only.casefold() in name.casefold() or only.casefold() in title.casefold()
