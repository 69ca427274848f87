import json
from pathlib import Path

import pytest

from openiamd.validation import book, run
from openiamd.validation.page import page

STORED = Path(__file__).resolve().parents[2] / "docs" / "data" / "validation.json"
CURE = "`iamd validate --json > docs/data/validation.json` refreshes it"


@pytest.fixture(scope="module")
def stored():
    return json.loads(STORED.read_text(encoding="utf-8"))


def test_the_stored_answer_has_the_rows_of_the_book(stored):
    known = {name: title for _, parts in run.CHAPTERS for part in parts() for name, title in part.titles.items()}
    assert {row["id"]: row["title"] for row in stored} == known, CURE


def test_the_stored_formulas_are_what_the_book_says(stored):
    rows = {row["id"]: row for row in stored}
    for entry in book.load_book():
        for case in entry.cases:
            row = rows[case.id]
            assert (row["published"], row["tolerance"]) == (case.published, pytest.approx(case.tolerance)), CURE
            assert (row["source"], row["mark"]) == (entry.source, entry.mark), CURE


@pytest.mark.parametrize("entry", book.load_book(), ids=lambda entry: entry.file)
def test_every_file_of_the_book_has_a_section_of_the_page(entry, stored):
    text = page(stored)
    section = text.partition(f"### {entry.title}\n")[2].partition("\n### ")[0]
    assert section, f"{entry.title} is not on the page"
    assert all(f"`{case.id}`" in section for case in entry.cases)
