import json
from collections.abc import Callable, Mapping

import pytest

from openiamd import cli
from openiamd.validation import book, run
from openiamd.validation.rows import Part, Row


def _never(_: float) -> list[Row]:
    pytest.fail("a part was run that was not asked for")


@pytest.fixture
def chapters(monkeypatch) -> Callable[..., None]:
    """Return what leaves the formulas alone in the book, with the published values of some ids replaced."""

    def set_up(published: Mapping[str, float] | None = None) -> None:
        wrong = published or {}
        entries = [
            entry._replace(
                cases=tuple(case._replace(published=wrong.get(case.id, case.published)) for case in entry.cases)
            )
            for entry in book.load_book()
        ]
        costly = Part({"made.chain": "Made, through the chain"}, _never)
        monkeypatch.setattr(run, "CHAPTERS", [("formulas", lambda: book.parts(entries)), ("chain", lambda: [costly])])

    return set_up


def test_json_is_a_list_of_rows_and_stands_alone(chapters, capsys):
    chapters()
    assert cli.main(["validate", "--json", "--only", "swerling."]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert len(printed) == 21
    assert all(row.keys() == Row.__annotations__.keys() for row in printed)


@pytest.mark.parametrize(
    ("only", "ids"),
    [
        ("t-10.0", {"T-10.0.7", "T-10.0.8"}),
        ("M-OF-n.2-3", {"m-of-n.2-3"}),
        ("shoot-look-shoot.0.7-2.leak", {"shoot-look-shoot.0.7-2.leak"}),
    ],
)
def test_only_selects_by_id_or_title_and_runs_nothing_else(only, ids, chapters):
    chapters()
    assert {row["id"] for row in run.validate(only=only)} == ids


def test_only_selects_parts_of_the_chain_too():
    rows = run.validate(only="T-18.targets")
    assert {row["id"] for row in rows} == {"T-18.targets-6", "T-18.targets-8"}


def test_only_that_finds_nothing_is_refused(chapters, capsys):
    chapters()
    assert cli.main(["validate", "--only", "no such thing"]) == 2
    assert "contains 'no such thing'" in capsys.readouterr().err


def test_the_table_has_one_line_a_result(chapters, capsys):
    chapters()
    assert cli.main(["validate", "--only", "T-0"]) == 0
    said = capsys.readouterr()
    line = next(line for line in said.out.splitlines() if "Minimum-energy trajectories" in line)
    assert line.split()[2] == "40"
    assert "passed" in line
    assert "T-07.100.speed" not in said.out
    assert "published results reproduced (" in said.err


def test_all_prints_every_row(chapters, capsys):
    chapters()
    assert cli.main(["validate", "--all", "--only", "swerling."]) == 0
    out = capsys.readouterr().out
    assert all(row["id"] in out for row in run.validate(only="swerling."))


def test_a_wrong_published_value_is_a_miss_that_is_printed(chapters, capsys):
    chapters({"T-10.0.7": 0.53})
    assert cli.main(["validate", "--only", "T-10.0"]) == 1
    said = capsys.readouterr()
    assert "MISSED 1 of 2" in said.out
    missed = said.out.partition("missed\n")[2]
    assert "T-10.0.7" in missed
    assert "0.53" in missed
    assert "T-10.0.8" not in missed
    assert (
        "1 of 2 published results reproduced (2 exact, 0 statistical, 0 ordering); 0 compared, untuned; "
        "missed: ['T-10.0.7']" in said.err
    )


def test_a_formula_that_fails_is_still_json(chapters, monkeypatch, capsys):
    monkeypatch.setattr(book.TOPICS["firing"].firing, "no_leak_probability", lambda *_: float("nan"))
    chapters()
    assert cli.main(["validate", "--json", "--only", "T-10.0"]) == 1
    assert [row["computed"] for row in json.loads(capsys.readouterr().out)] == [None, None]


@pytest.mark.parametrize("width", [80, 200])
def test_the_table_fits_the_terminal(width, chapters, monkeypatch, capsys):
    chapters({"T-10.0.7": 0.53})
    monkeypatch.setattr("openiamd.console.PIPED_WIDTH", width)
    cli.main(["validate", "--only", "T-"])
    tables = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("  ")]
    assert max(map(len, tables)) <= width


def test_progress_counts_the_parts(chapters):
    chapters()
    seen: list[tuple[int, int, str]] = []
    run.validate(progress=lambda *said: seen.append(said), only="T-10.0")
    assert seen == [(0, 2, "formulas"), (1, 2, "formulas"), (2, 2, "done")]
