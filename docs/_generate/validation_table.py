"""The table of validation, from the stored answer of ``iamd validate --json``."""

import json
from pathlib import Path

from openiamd.validation.page import page

STORED = Path(__file__).resolve().parent.parent / "data" / "validation.json"


def rows() -> str:
    """Return the stored rows without the page's own title, or how to get them."""
    if not STORED.is_file():
        return "No answer is stored with these pages; run the command to see the table."
    return page(json.loads(STORED.read_text(encoding="utf-8"))).partition("\n\n")[2]
