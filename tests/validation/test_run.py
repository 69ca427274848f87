from importlib import resources

import pytest

from openiamd.catalogue.entries import load_catalogue
from openiamd.scenario.checks import check
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from openiamd.validation import book, leakage, run, saturation
from openiamd.validation.chain import simulate
from openiamd.validation.rows import MARKS, Result, Row, ratio, statistical

SHARE = 0.05
RESULT = Result("title", "source", "V", "why")
FOLDER = resources.files("openiamd.validation") / "scenarios"
SCENARIOS = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".yaml"))

TARGETS = [
    *("leakage.wilkening", "leakage.common-mode", "leakage.look", "leakage.salvo", "leakage.magazine"),
    *("saturation.load", "saturation.standalone", "saturation.pool", "detection.snr", "detection.start"),
    *("siap.", "latency.", "fly-by.", "depth.", "identity.", "T-01.chain", "T-02", "T-03", "T-04", "T-05", "T-06"),
    *("fire.random", "fire.coordinated", "fire.linked", "fire.unlinked", "assignment.5x5", "assignment.6-alike"),
    *("T-07", "T-15", "T-16", "T-18", "T-19"),
]


@pytest.fixture(scope="module")
def rows():
    """Return all rows at a twentieth of the runs."""
    return run.validate(share=SHARE)


def test_every_row_is_complete_and_named_once(rows):
    names = [row["id"] for row in rows]
    assert len(names) == len(set(names))
    for row in rows:
        assert row.keys() == Row.__annotations__.keys()
        assert row["kind"] in ("exact", "statistical", "comparison")
        assert all(row[key] for key in ("title", "source", "quantity", "why"))
        assert row["mark"] in MARKS
        assert isinstance(row["computed"], float)
        assert isinstance(row["published"], int | float | list)
        assert (row["passed"] is None) == (row["kind"] == "comparison") == (row["tolerance"] is None)


def test_parts_say_before_what_they_will_compute(rows):
    said = {name: title for _, parts in run.CHAPTERS for part in parts() for name, title in part.titles.items()}
    assert {row["id"]: row["title"] for row in rows} == said


def test_published_results_are_reproduced(rows):
    formulas = {name for part in book.parts() for name in part.titles}  # test_book.py holds these
    assert [row for row in rows if row["passed"] is False and row["id"] not in formulas] == []
    checked = [row for row in rows if row["passed"]]
    assert len(checked) >= 200
    assert sum(row["kind"] == "statistical" for row in checked) >= 30


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_of_the_book_has_a_row(rows, target):
    assert any(row["id"].startswith(target) for row in rows)


def test_the_low_altitude_envelope_is_that_of_the_horizon(rows):
    ranges = [row["computed"] for row in rows if row["id"].startswith("T-03")]
    assert all(15.0 < range_km < 40.0 for range_km in ranges)


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios_of_the_book_are_ordinary_scenarios(name):
    scenario = Scenario.from_document(read_document((FOLDER / name).read_bytes(), name))
    check(scenario, load_catalogue().names_by_kind())
    assert scenario.name == name.removesuffix(".yaml")


def test_a_row_of_the_chain_misses_a_wrong_published_value():
    leakers = simulate("leakage", "common-mode", 1_500, leakage._leak_and_shots)[:, 0]
    assert statistical("a", RESULT, "q", 0.992, ratio(leakers), 0.25)["passed"] is True
    assert statistical("a", RESULT, "q", 0.800, ratio(leakers), 0.25)["passed"] is False


def test_slices_do_not_change_a_row():
    counts = [simulate("leakage", "look-2-of-08", 120, leakage._leak_and_shots, slice_runs=size) for size in (7, 120)]
    assert (counts[0] == counts[1]).all()


def test_pooling_helps_until_everything_saturates(rows):
    lost = {row["id"]: row["computed"] for row in rows}
    assert lost["saturation.pool"] < 0.5 * lost["saturation.standalone"]
    assert lost["saturation.overload-pool"] > 0.85 * lost["saturation.overload-standalone"]


def test_the_offered_load_of_each_scenario_is_what_its_row_says():
    erlangs = {"load-4": 4, "load-4-half-step": 4, "load-6": 6, "load-12": 12, "standalone": 4, "overload-pool": 12}
    for variant, load in erlangs.items():
        scenario = saturation.resolved("saturation", variant)
        busy_s = scenario.fire_units[0].service_s + 1.5 * scenario.step_s
        rates_hz = {flying.group: flying.arrival_rate_hz for flying in scenario.objects}
        assert [rate_hz * busy_s for rate_hz in rates_hz.values()] == pytest.approx([load] * len(rates_hz))
