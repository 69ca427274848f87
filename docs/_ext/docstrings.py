"""Shows docstrings line by line as they are written: they are plain text with aligned columns, not markup."""

import re

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

CODE = re.compile(r"(``[^`]+``|`[^`]+`)")
COLUMN = re.compile(r"(?<=\S) {2,}")
MARKUP = re.compile(r"([\\*|_`])")


def escaped(line: str) -> str:
    """Return the line with everything but code protected from being read as markup, and columns marked by a dash."""
    parts = CODE.split(COLUMN.sub(" – ", line))
    return "".join(f"``{part.strip('`')}``" if CODE.fullmatch(part) else MARKUP.sub(r"\\\1", part) for part in parts)


def as_lines(_app: Sphinx, _what: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Turn a docstring into a line block."""
    lines[:] = [f"| {escaped(line)}".rstrip() if line.strip() else "|" for line in lines] + [""]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Treat every docstring that autodoc reads."""
    app.connect("autodoc-process-docstring", as_lines)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
