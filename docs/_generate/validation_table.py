"""The table of validation, from the stored answer of ``iamd validate --json``."""

import json
from pathlib import Path

from markdown import table

STORED = Path(__file__).resolve().parent.parent / "data" / "validation.json"


def rows() -> str:
    """Return the stored rows, or how to get them."""
    if not STORED.is_file():
        return "No answer is stored with these pages; run the command to see the table."
    known = json.loads(STORED.read_text(encoding="utf-8"))
    verdict = {True: "passed", False: "**missed**", None: "compared"}
    cells = [
        (
            *(row["id"], row["kind"], row["quantity"], _number(row["published"]), _number(row["computed"])),
            *(_number(row["error"]), _number(row["tolerance"]), verdict[row["passed"]], row["source"]),
        )
        for row in known
    ]
    headings = ("id", "kind", "quantity", "published", "computed", "error", "tolerance", "verdict", "source")
    missed = sum(row["passed"] is False for row in known)
    checked = sum(row["passed"] is not None for row in known)
    sentence = f"{checked - missed} of {checked} published results are reproduced; stored with these pages.\n\n"
    return sentence + table(headings, cells)


def _number(value: object) -> str:
    if isinstance(value, list):
        return " to ".join(_number(one) for one in value)
    return f"{value:.4g}" if isinstance(value, int | float) else "–"
