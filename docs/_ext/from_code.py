"""Puts tables made from the code into pages: ``<!-- from code: module.function argument -->`` becomes Markdown.

Modules are the files of ``docs/_generate``; each function takes the words behind its name and returns Markdown. When
anything changes that pages are made from, the package above all, every page is read and executed again.
"""

import hashlib
import importlib
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

import openiamd

DOCS = Path(__file__).resolve().parent.parent
MADE_FROM = (Path(openiamd.__file__).parent, DOCS / "_generate", DOCS / "_ext", DOCS / "data", DOCS / "methods")
PLACE = re.compile(r"^<!-- from code: (\w+)\.(\w+)((?: [\w./-]+)*) -->$", re.MULTILINE)


def digest() -> str:
    """Return a hash of every file that pages are made from."""
    found = hashlib.sha256()
    for folder in MADE_FROM:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in (".pyc", ".nbi", ".nbc", ".md"):
                found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def fill(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Replace every place in the text of a page."""

    def made(place: re.Match[str]) -> str:
        function = getattr(importlib.import_module(place[1]), place[2])
        return function(*place[3].split())

    source[0] = PLACE.sub(made, source[0])


def setup(app: Sphinx) -> ExtensionMetadata:
    """Fill pages as they are read."""
    app.add_config_value("made_from", digest(), "env", frozenset({str}), "what the pages were made from")
    app.connect("source-read", fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
