"""Renders the rows of the V&V book as a page of Markdown."""

from collections.abc import Iterable

from openiamd.validation.rows import Published, Row

HEADINGS = ("id", "quantity", "published", "computed", "error", "tolerance", "verdict", "source")
VERDICTS = {True: "passed", False: "**missed**", None: "compared"}
TITLES = {
    "exact": "Exact results",
    "statistical": "Random results",
    "comparison": "Comparisons, untuned",
}
NOTES = {
    "exact": "Formulas and deterministic chains; the tolerance is rounding, one scan or one step of motion.",
    "statistical": "Means over runs through the whole chain; the tolerance is four standard errors, each of them at "
    "most 2 % of the value.",
    "comparison": "Published figures that the model does not claim to reproduce; they never fail.",
}


def page(rows: Iterable[Row]) -> str:
    """Return a Markdown page with a table for each kind of row."""
    rows = list(rows)
    checked = [row for row in rows if row["passed"] is not None]
    passed = sum(row["passed"] is True for row in checked)
    parts = ["# Published results and their reproduction", f"{passed} of {len(checked)} published results reproduced."]
    for kind, title in TITLES.items():
        chosen = [row for row in rows if row["kind"] == kind]
        if chosen:
            parts += [f"## {title}", NOTES[kind], table(chosen)]
    return "\n\n".join(parts) + "\n"


def table(rows: Iterable[Row]) -> str:
    """Return the rows as one Markdown table."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    lines += ["| " + " | ".join(_cells(row)) + " |" for row in rows]
    return "\n".join(lines)


def _cells(row: Row) -> list[str]:
    numbers = [_published(row["published"]), _number(row["computed"]), _number(row["error"]), _number(row["tolerance"])]
    cells = [f"`{row['id']}`", row["quantity"], *numbers, VERDICTS[row["passed"]], row["source"]]
    return [cell.replace("|", "\\|") for cell in cells]


def _published(value: Published) -> str:
    return f"{value[0]:g} to {value[1]:g}" if isinstance(value, list) else f"{value:g}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
