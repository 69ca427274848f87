"""Markdown tables."""

import re
from collections.abc import Iterable, Sequence


def cell(text: object) -> str:
    """Return text that is safe in a table cell."""
    return re.sub(r"[ \t\n]+", " ", str(text)).strip(" ").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; cells that begin with a backtick are left as they are written."""
    lines = [headings, ["---"] * len(headings)]
    lines += [[text if str(text).startswith("`") else cell(text) for text in row] for row in rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def code(text: object) -> str:
    """Return text in the type of code."""
    return f"`{text}`".replace("|", "\\|") if text not in ("", None) else ""
