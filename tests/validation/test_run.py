from importlib import resources

import pytest

from openiamd.catalogue.entries import load_catalogue
from openiamd.physics.queueing import erlang_b, erlang_c
from openiamd.scenario.checks import check
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from openiamd.validation import book, identities, impatience, leakage, run, saturation, sets
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
    *("T-07", "T-15", "T-16", "T-18", "T-19", "sets.wilkening", "sets.floor", "sets.layered", "sets.magazine"),
    *("impatience.", "roc.", "identity.rare-", "identity.no-common-mode", "depth.chain.slow-90", "order."),
    *("T-08", "T-10.pac-3-mse", "T-11", "T-13"),
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
        assert row["kind"] in ("exact", "statistical", "ordering", "comparison")
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
    erlangs = {"load-3-of-3": 3, "load-10-of-10": 10, "pool-6-of-6": 6, "wait-3-of-4": 3, "wait-8-of-10": 8}
    erlangs |= {"load-4": 4, "load-4-half-step": 4, "load-6": 6, "load-12": 12, "standalone": 4, "overload-pool": 12}
    for variant, load in erlangs.items():
        scenario = saturation.resolved("saturation", variant)
        busy_s = scenario.fire_units[0].service_s + 1.5 * scenario.step_s
        rates_hz = {flying.group: flying.arrival_rate_hz for flying in scenario.objects}
        assert [rate_hz * busy_s for rate_hz in rates_hz.values()] == pytest.approx([load] * len(rates_hz))


def test_every_closed_form_has_three_sets_of_parameters_through_the_chain():
    said = [name for _, parts in run.CHAPTERS for part in parts() for name in part.titles]
    for starts, ends in {
        ("leakage.wilkening.p0", "leakage.common-mode.p0", "leakage.weak-track.p0", "sets.wilkening-"): ".p0",
        ("sets.floor-",): ".leak",
        ("leakage.look-", "sets.look-"): ".shots",
        ("leakage.layered", "sets.layered-"): ".leak",
        ("sets.salvo-",): ".leak",
        ("leakage.magazine-", "sets.magazine-"): "",
        ("depth.chain.",): ".count",
        ("saturation.load-",): "",
        ("saturation.pool", "saturation.overload-pool"): "",
        ("impatience.",): ".busy",
        ("identity.rare-",): "",
        ("identity.mixed-", "identity.no-common"): ".share",
    }.items():
        assert sum(name.startswith(starts) and name.endswith(ends) for name in said) >= 3, starts


def test_parameters_of_our_own_are_not_those_of_the_references():
    """What is expected is computed, so a set that repeats a published one would add nothing."""
    assert len({one.variant for one in sets.SETS}) == len(sets.SETS)
    published = {mean for *_, mean in leakage.WILKENING_ROWS}
    assert not published & {round(one.expected["mean"], 3) for one in sets.SETS if "p0" in one.expected}


def test_waiting_lies_between_no_patience_and_endless_patience():
    for load_erl, channels in ((4.0, 6), (3.0, 4), (8.0, 10)):
        lost = [impatience.lost_waiting(load_erl, channels, patience) for patience in (0.0, 0.5, 1.0, 50.0)]
        assert lost[0] == pytest.approx(erlang_b(load_erl, channels), rel=1e-12)  # nobody waits
        assert lost == sorted(lost, reverse=True)
        assert lost[-1] < 1e-9
        assert erlang_b(load_erl, channels) < erlang_c(load_erl, channels)


def test_those_who_may_wait_lie_inside_the_bracket(rows):
    found = {row["id"]: row for row in rows if row["id"].startswith("impatience.")}
    busy, lost = found["impatience.wait-4-of-6.busy"], found["impatience.wait-4-of-6.lost"]
    assert busy["published"][0] < busy["computed"] < busy["published"][1]
    assert 0.0 < lost["computed"] < 0.6 * lost["published"][1]  # waiting saves a good part of what would be lost


def test_bayes_written_out_agrees_with_the_odds():
    for prior, foe, friend in ((0.2, 1.0, 0.1), (0.3, 0.75, 0.2), (0.5, 1.0, 1.0)):
        odds = prior / (1.0 - prior) * foe / friend
        assert identities.silent_hostile(prior, foe, friend) == pytest.approx(odds / (1.0 + odds), rel=1e-12)


def test_silence_tells_nothing_where_no_mode_is_common(rows):
    found = {row["id"]: row for row in rows if row["id"].startswith("identity.no-common-mode")}
    assert found["identity.no-common-mode.share"]["published"] == 0.2
    assert found["identity.no-common-mode.belief"]["computed"] == pytest.approx(0.2, abs=1e-6)
