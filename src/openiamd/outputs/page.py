"""A small self-contained page: sentences, plots and tables, for studies that have no report of their own."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import jinja2

from openiamd.outputs.style import Plot


class Table(NamedTuple):
    """A table of text cells with the notes below it."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def write_page(
    path: Path, title: str, sentences: Sequence[str], plots: Sequence[Plot], tables: Sequence[Table]
) -> Path:
    """Write the page, whole or not at all, and return its path; it loads nothing from outside."""
    source = (resources.files("openiamd.outputs") / "page.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    known = {"title": title, "sentences": sentences, "plots": plots}
    page = environment.from_string(source).render(tables=[table._asdict() for table in tables], **known)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(page, encoding="utf-8")
    draft.replace(path)
    return path
