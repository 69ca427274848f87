"""Puts tables made from the code into pages: ``<!-- from code: module.function argument -->`` becomes Markdown.

Modules are the files of ``docs/_generate``; each function takes the words behind its name and returns Markdown.
"""

import importlib
import re

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

PLACE = re.compile(r"^<!-- from code: (\w+)\.(\w+)((?: [\w./-]+)*) -->$", re.MULTILINE)


def fill(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Replace every place in the text of a page."""

    def made(place: re.Match[str]) -> str:
        function = getattr(importlib.import_module(place[1]), place[2])
        return function(*place[3].split())

    source[0] = PLACE.sub(made, source[0])


def setup(app: Sphinx) -> ExtensionMetadata:
    """Fill pages as they are read."""
    app.connect("source-read", fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
