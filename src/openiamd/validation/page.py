"""Renders the rows of the V&V book as a page of Markdown: a section for each published result."""

from collections.abc import Iterable, Sequence

from openiamd.validation.rows import MARKS, VERDICTS, Row, by_result, tally, written

HEADINGS = ("id", "quantity", "published", "computed", "error", "tolerance", "verdict")
TITLES = {
    "exact": "Exact results",
    "statistical": "Random results",
    "ordering": "Orders and brackets",
    "comparison": "Comparisons, untuned",
}
NOTES = {
    "exact": "Formulas and deterministic chains: no chance touches them.",
    "statistical": "Means over runs through the whole chain.",
    "ordering": "No formula gives the value, but what must lie between what, or may not rise, is known.",
    "comparison": "Published figures that the model does not claim to reproduce; they never fail.",
}


def page(rows: Iterable[Row]) -> str:
    """Return a Markdown page: what was missed, then a chapter for each kind of row and a section for each result."""
    rows = list(rows)
    checked = [row for row in rows if row["passed"] is not None]
    missed = [row for row in checked if not row["passed"]]
    count = f"{len(checked) - len(missed)} of {len(checked)} published results reproduced"
    kinds = ", ".join(
        f"{sum(row['kind'] == kind for row in rows)} {kind}" for kind in ("exact", "statistical", "ordering")
    )
    compared = sum(row["kind"] == "comparison" for row in rows)
    parts = ["# Published results and their reproduction", f"{count} ({kinds}); {compared} compared, untuned."]
    if missed:
        parts += ["## Missed", table(missed)]
    for kind, title in TITLES.items():
        groups = by_result(row for row in rows if row["kind"] == kind)
        if groups:
            parts += [f"## {title}", NOTES[kind], *(section(group) for group in groups)]
    return "\n\n".join(parts) + "\n"


def section(rows: Sequence[Row]) -> str:
    """Return one published result: title, source, mark, why the tolerance, and every row."""
    first = rows[0]
    whys = list(dict.fromkeys(_text(row["why"]) for row in rows))
    mark = f"Mark {first['mark']}: {MARKS[first['mark']]}"
    parts = [
        f"### {_text(first['title'])}",
        f"Source: {_text(first['source'])}. {mark}. Verdict: {_bold(tally(rows))}.",
        f"{'No tolerance' if first['kind'] == 'comparison' else 'Tolerance'}: {'; '.join(whys)}.",
        table(rows),
    ]
    return "\n\n".join(parts)


def table(rows: Iterable[Row]) -> str:
    """Return the rows as one Markdown table, misses in bold."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    lines += ["| " + " | ".join(_cells(row)) + " |" for row in rows]
    return "\n".join(lines)


def _cells(row: Row) -> list[str]:
    numbers = [written(row["published"]), written(row["computed"]), written(row["error"], 3)]
    cells = [_text(row["quantity"]), *numbers, written(row["tolerance"], 3), _bold(VERDICTS[row["passed"]])]
    if row["passed"] is False:
        cells[2] = f"**{cells[2]}**"
    return [f"`{row['id']}`", *cells]


def _text(text: str) -> str:
    """Return text that Markdown leaves as it is."""
    for sign in "\\|*_<[$":
        text = text.replace(sign, f"\\{sign}")
    return text


def _bold(verdict: str) -> str:
    return f"**{verdict}**" if verdict.startswith("MISSED") else verdict
