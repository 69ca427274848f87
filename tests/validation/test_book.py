import math
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
import yaml

from openiamd.validation import book
from openiamd.validation.formulas import TOPICS, horizon

FOLDER = resources.files("openiamd.validation") / "book"
FILES = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".yaml"))
KNOWN_MISSES: set[str] = set()  # shown as misses by `iamd validate`, the page and its exit code
CASE = {
    "id": "a.1",
    "quantity": "radar horizon, km",
    "formula": "horizon.horizon_km",
    "inputs": {"antenna_m": 10, "target_m": 100},
    "published": 54,
}
RESULT = {
    "title": "Title",
    "source": "Author 1990",
    "mark": "V",
    "kind": "exact",
    "tolerance": 0.6,
    "why": "half a digit",
}


def read(case: dict[str, object] | None = None, **changes: object) -> book.Entry:
    """Return a file of one case with changes; a change to None takes the key out."""
    data = {"cases": [{**CASE, **(case or {})}], **RESULT, **changes}
    data = {key: value for key, value in data.items() if value is not None}
    if isinstance(data.get("cases"), list):
        data["cases"] = [
            {key: value for key, value in one.items() if value is not None} if isinstance(one, dict) else one
            for one in data["cases"]
        ]
    return book.read_entry(yaml.safe_dump(data).encode(), "made.yaml")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"title": None}, "'title' is missing"),
        ({"source": None}, "'source' is missing"),
        ({"source": " "}, "'source' is missing"),
        ({"mark": None}, "'mark' is missing"),
        ({"mark": "X"}, "mark 'X' is none of V, R, C"),
        ({"kind": "statistical"}, "kind 'statistical' is none of exact, comparison"),
        ({"why": None}, "a.1: 'why' is missing"),
        ({"tolerance": None}, "a.1: no tolerance"),
        ({"tolerance": -0.1}, "a.1: the tolerance is negative"),
        ({"tolerance": None, "relative": -0.1}, "a.1: the tolerance is negative"),
        ({"tolerance": "wide"}, "a.1: 'tolerance' is not a number"),
        ({"tolerance": math.inf}, "a.1: 'tolerance' is not a number"),
        ({"cases": None}, "'cases' is not a list"),
        ({"cases": []}, "'cases' is not a list"),
        ({"cases": ["a.1"]}, "a case is not a mapping"),
        ({"cases": [CASE, CASE]}, "id 'a.1' is already in made.yaml"),
        ({"case": {"id": None}}, "'id' is missing"),
        ({"case": {"unit": "km"}}, "a.1: unknown key 'unit'"),
        ({"case": {"quantity": None}}, "a.1: 'quantity' is missing"),
        ({"case": {"formula": None}}, "a.1: 'formula' is missing"),
        ({"case": {"formula": "horizon"}}, "has no function ''"),
        ({"case": {"formula": "weather.today"}}, "a.1: formula 'weather.today': the topic 'weather' is none of"),
        ({"case": {"formula": "horizon.sunset"}}, "a.1: formula 'horizon.sunset'"),
        ({"case": {"formula": "horizon.radar_horizon_m"}}, "has no function 'radar_horizon_m'"),
        ({"case": {"inputs": None}}, "a.1: 'inputs' is not a mapping"),
        ({"case": {"inputs": {"antenna_m": 1}}}, "a.1: inputs do not fit horizon_km"),
        ({"case": {"inputs": {"antenna_m": 1, "target_m": 2, "k": 3}}}, "a.1: inputs do not fit horizon_km"),
        ({"case": {"published": None}}, "a.1: 'published' is not a number"),
        ({"case": {"published": "54 km"}}, "a.1: 'published' is not a number"),
        ({"case": {"published": True}}, "a.1: 'published' is not a number"),
        ({"case": {"published": math.nan}}, "a.1: 'published' is not a number"),
        ({"case": {"published": [1, 2, 3]}}, "a.1: 'published' is neither"),
        ({"case": {"published": [2, 1]}}, "a.1: 'published' is neither"),
        ({"case": {"published": 0, "relative": 0.1}}, "a.1: a relative tolerance of a published 0"),
    ],
)
def test_a_faulty_file_is_refused_with_file_and_case(changes, words):
    with pytest.raises(book.BookError) as caught:
        read(**changes)
    assert str(caught.value).startswith("made.yaml: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"a: [", b"- 1\n", b"title: a\ntitle: b\n", b"title: !!python/name:os.system\n"]
)
def test_what_is_not_plain_yaml_is_refused(content):
    with pytest.raises(book.BookError, match=r"made\.yaml"):
        book.read_entry(content, "made.yaml")


@pytest.mark.parametrize("same", ["title", "id"])
def test_two_files_may_not_share_a_name(same, monkeypatch, tmp_path):
    folder = tmp_path / "book"
    folder.mkdir()
    for number in (1, 2):
        case = {**CASE, "id": "a.1" if same == "id" else f"a.{number}"}
        title = "Title" if same == "title" else f"Title {number}"
        data = {**RESULT, "title": title, "cases": [case]}
        (folder / f"{number}.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    monkeypatch.setattr(book, "resources", _Resources(tmp_path))
    with pytest.raises(book.BookError, match=rf"2\.yaml: {same} '.*' is already in 1\.yaml"):
        book.load_book()


class _Resources:
    def __init__(self, folder: Path) -> None:
        self.files: Callable[[str], Path] = lambda _: folder


@pytest.mark.parametrize(
    ("file_keys", "case_keys", "published", "tolerance"),
    [
        ({"tolerance": 0.6}, {}, 54, 0.6),
        ({"tolerance": None, "relative": 0.01}, {}, 54, 0.54),
        ({"tolerance": 0.5, "relative": 0.01}, {}, 54, 1.04),
        ({"tolerance": 0.5, "relative": 0.01}, {"tolerance": 0.2}, 54, 0.2),
        ({"tolerance": 0.5}, {"relative": 0.1}, -54, 5.4),
        ({"tolerance": None, "relative": 0.1}, {}, [-60, 50], 6.0),
        ({"tolerance": 0}, {}, 54, 0.0),
    ],
)
def test_a_relative_tolerance_becomes_absolute_in_the_row(file_keys, case_keys, published, tolerance):
    entry = read({"published": published, **case_keys}, **file_keys)
    assert book.reproduce(entry, entry.cases[0])["tolerance"] == pytest.approx(tolerance)


def test_a_case_may_give_its_own_why_and_share_the_formula_of_its_file():
    entry = read({"formula": None, "why": "two digits"}, formula="horizon.horizon_km", why="half a digit")
    row = book.reproduce(entry, entry.cases[0])
    assert row["why"] == "two digits"
    assert row["computed"] == pytest.approx(4.1218 * (10**0.5 + 100**0.5), rel=1e-4)


def test_a_comparison_needs_no_tolerance():
    entry = read(kind="comparison", tolerance=None, why=None)
    row = book.reproduce(entry, entry.cases[0])
    assert (row["kind"], row["tolerance"], row["passed"]) == ("comparison", None, None)


@pytest.mark.parametrize("kind", book.KINDS)
@pytest.mark.parametrize(
    ("formula", "words"), [(lambda: 1 / 0, "raised ZeroDivisionError"), (lambda: math.nan, "gave nan")]
)
def test_a_formula_that_fails_is_a_miss_that_says_so(kind, formula, words):
    entry = read(kind=kind)
    row = book.reproduce(entry, entry.cases[0]._replace(formula=formula, inputs={}))
    assert row["passed"] is False
    assert row["computed"] is None
    assert words in row["why"]


def test_the_topics_are_the_modules_of_the_folder():
    folder = Path(str(horizon.__file__)).parent
    assert sorted(TOPICS) == sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_reproduced_but_for_misses_that_are_known(name):
    entry = book.read_entry((FOLDER / name).read_bytes(), name)
    rows = [book.reproduce(entry, case) for case in entry.cases]
    missed = {row["id"] for row in rows if row["passed"] is False}
    assert missed == KNOWN_MISSES & {case.id for case in entry.cases}


def test_the_book_is_read_whole():
    entries = book.load_book()
    assert [entry.file for entry in entries] == FILES
    assert sum(entry.kind == "exact" for entry in entries for _ in entry.cases) >= 60
    names = [name for part in book.parts(entries) for name in part.titles]
    assert len(names) == len(set(names)) == sum(len(entry.cases) for entry in entries)
