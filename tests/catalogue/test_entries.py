"""Every value has a range and a source, or it does not load."""

import math
from functools import cache
from pathlib import Path

import pytest

from openiamd.catalogue.entries import Catalogue, load_catalogue
from openiamd.catalogue.kinds import KINDS
from openiamd.errors import CatalogueError, OpenIAMDError
from openiamd.units import UNITS

GOOD = """\
mine/link:
  kind: link
  label: A link
  values:
    latency: {nominal: 6, low: 2, high: 24, unit: s, source: own, source_class: E, verification: D}
    interval: {nominal: 12, low: 6, high: 24, unit: s, source: own, source_class: E, verification: D}
    loss: {nominal: 0.02, low: 0, high: 0.1, source: own, source_class: E, verification: D}
"""

SPOILED = [
    (
        "latency: {nominal: 6, low: 2, high: 24, unit: s, source: own,",
        "latency: {nominal: 6, low: 2, high: 24, unit: s,",
        5,
        "'mine/link.latency' lacks 'source'",
        "every value has nominal, low, high",
    ),
    ("source: own", "source: owm", 5, "names the source 'owm', which is not in sources.yaml", "did you mean 'own'?"),
    ("low: 2, high: 24", "high: 24", 5, "'mine/link.latency' lacks 'low'", "every value has"),
    ("low: 2,", "low: 7,", 5, "'mine/link.latency' is not in order low <= nominal <= high", "correct"),
    ("unit: s", "unit: km", 5, "has unit 'km' where a time is wanted", "5 min"),
    ("high: 24, unit: s, ", "high: 24, ", 5, "'mine/link.latency' lacks 'unit'", "every value has"),
    ("nominal: 6, low: 2", "nominal: 6 s, low: 2", 5, "has '6 s' where a number is wanted", "unit: km"),
    ("low: 2,", "low: -2,", 5, "'mine/link.latency' is -2 s", "above zero"),
    ("source_class: E", "source_class: X", 5, "has the source class 'X'", "O official"),
    ("verification: D", "verification: Q", 5, "has the verification mark 'Q'", "V seen"),
    ("unit: s,", "units: s,", 5, "has the unknown key 'units'", "did you mean 'unit'?"),
    ("low: 2, high: 24,", "low: 2, high: 24, distribution: normal,", 5, "has the distribution 'normal'", "pert"),
    ("loss: {", "los: {", 4, "'mine/link' lacks the value 'loss'", "probability that one report is lost"),
    ("    loss:", "    speed: 3\n    loss:", 7, "'mine/link' has the unknown value 'speed'", "values of a link"),
    ("kind: link", "kind: lonk", 2, "'mine/link' is of unknown kind 'lonk'", "did you mean 'link'?"),
    ("  label: A link\n", "", 1, "'mine/link' lacks 'label'", "kind, label, values"),
    ("label: A link", "class: cruise\n  label: A link", 3, "has 'class' but is a link", "remove it"),
    ("label: A link", "label: A link\n  label: B", 4, "key 'label' appears twice", "keep one"),
    ("  values:", "  values: []\n  more:", 5, "'mine/link' has the unknown key 'more'", "keys are"),
]


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


def refusal(folder: Path, text: str) -> OpenIAMDError:
    (folder / "mine.yaml").write_text(text)
    with pytest.raises(OpenIAMDError) as caught:
        load_catalogue(folder)
    return caught.value


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), SPOILED, ids=[row[3] for row in SPOILED])
def test_a_spoiled_value_does_not_load(tmp_path: Path, old: str, new: str, line: int, message: str, hint: str) -> None:
    assert old in GOOD
    error = refusal(tmp_path, GOOD.replace(old, new, 1))
    assert isinstance(error, CatalogueError)
    assert message in error.message
    assert (error.file, error.line) == (str(tmp_path / "mine.yaml"), line)
    assert hint in (error.hint or "")


def test_own_entries_and_sources_join_the_catalogue(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text("trial: {title: A trial, class: P, verification: V}\n")
    (tmp_path / "mine.yaml").write_text(GOOD.replace("source: own", "source: trial", 1))
    own = load_catalogue(tmp_path)
    assert own.entry("mine/link").values["latency"].nominal == 6.0
    assert own.names() == catalogue().names() | {"mine/link"}
    assert own.digest != catalogue().digest
    assert own.rows("mine/link")[0]["source"] == "A trial"


def test_a_radar_range_without_its_target_does_not_load(tmp_path: Path) -> None:
    package = Path(__file__).parents[2] / "src" / "openiamd" / "catalogue" / "data" / "sensors" / "s400.yaml"
    text = package.read_text()
    error = refusal(tmp_path, text.replace("at: {rcs: 4 m2}, ", "", 1))
    assert "range_anchor' does not say for which target" in error.message
    error = refusal(tmp_path, text.replace("at: {rcs: 4 m2}", "at: {rcs: 4 km}", 1))
    assert "has unit 'km' where an area is wanted" in error.message


def test_a_fire_unit_loads_only_interceptors(tmp_path: Path) -> None:
    package = Path(__file__).parents[2] / "src" / "openiamd" / "catalogue" / "data" / "fire_units" / "s400.yaml"
    error = refusal(tmp_path, package.read_text().replace("s400/48n6e3: {", "s400/48n6: {", 1))
    assert "loads 's400/48n6', which is not an interceptor" in error.message
    assert "'s400/48n6e3'" in (error.hint or "")


def test_an_unknown_entry_names_the_nearest() -> None:
    with pytest.raises(CatalogueError, match="no entry 's400/91n6'") as caught:
        catalogue().entry("s400/91n6")
    assert "did you mean 's400/91n6e'?" in (caught.value.hint or "")


def test_every_value_of_the_package_has_range_source_and_marks() -> None:
    rows = catalogue().rows()
    assert len(rows) > 300
    assert set(catalogue().names_by_kind()) == set(KINDS)
    for row in rows:
        assert float(row["low"]) <= float(row["nominal"]) <= float(row["high"]), row
        assert row["source"]
        assert row["source_class"] in "OTPNE"
        assert row["verification"] in "VRD"


def test_own_estimates_are_marked_as_such() -> None:
    for entry in catalogue().entries.values():
        for value in entry.values.values():
            if value.sources in (("own",), ("definition",)):
                assert (value.source_class, value.verification) == ("E", "D"), f"{entry.id}.{value.name}"
            if value.verification == "V":
                marks = {catalogue().sources[source].verification for source in value.sources}
                assert "V" in marks, f"{entry.id}.{value.name}: no source was seen"


def test_idealised_entries_are_definitions_without_a_range() -> None:
    for entry in catalogue().entries.values():
        values = [*entry.values.values(), *entry.loads.values()]
        if entry.id.startswith("ideal/"):
            assert all(value.low == value.nominal == value.high for value in values)
            assert all(value.sources == ("definition",) for value in values)
        else:
            assert all("definition" not in value.sources for value in values)


def test_every_source_is_used() -> None:
    used = {
        source
        for entry in catalogue().entries.values()
        for value in [*entry.values.values(), *entry.loads.values()]
        for source in value.sources
    }
    assert used == set(catalogue().sources)


def test_every_kind_of_value_has_a_dimension_and_a_sentence() -> None:
    for kind in KINDS.values():
        for name, rule in kind.items():
            assert rule.dimension in UNITS, name
            assert len(rule.doc) > 10, name


def test_s400_ranges_agree_with_the_fourth_root_law() -> None:
    """T-04: the three ranges claimed for the 91N6E agree with range ~ rcs^(1/4) within 5 %."""
    anchor = catalogue().entry("s400/91n6e").values["range_anchor"]
    assert anchor.at_rcs_m2 == 4.0
    assert math.isclose(anchor.nominal * (0.4 / 4.0) ** 0.25, 230e3, rel_tol=0.05)
    assert math.isclose(4.0 * (570e3 / anchor.nominal) ** 4, 18.0, rel_tol=0.05)


def test_s400_totals_follow_from_the_fire_unit() -> None:
    """T-18: 36 targets and 72 missiles by six units, 80 and 160 by eight."""
    unit = catalogue().entry("s400/fire-unit").values
    assert (6 * unit["channels"].nominal, 6 * unit["missiles_guided"].nominal) == (36.0, 72.0)
    assert (8 * unit["channels"].high, 8 * unit["missiles_guided"].high) == (80.0, 160.0)


def test_values_are_si_and_keep_what_was_written() -> None:
    value = catalogue().entry("s400/91n6e").values["range_instrumented"]
    assert (value.nominal, value.si_unit) == (600e3, "m")
    assert (value.written, value.unit) == ((600.0, 340.0, 600.0), "km")
    assert value.distribution == "uniform"


MARKS = "source: own, source_class: E, verification: D}"


def radar_text(**changes: str) -> str:
    """Return an entry like ideal/radar with values or keys changed; an empty text removes a value."""
    entry = catalogue().entry("ideal/radar")
    values = {
        name: f"{{nominal: {one.nominal!r}, low: {one.low!r}, high: {one.high!r}, unit: '{one.si_unit}', {MARKS}"
        for name, one in entry.values.items()
    }
    values["range_anchor"] = values["range_anchor"].replace("}", ", at: {rcs: 1 m2}}")
    values |= {name: text for name, text in changes.items() if name != "scan"}
    lines = [f"    {name}: {text}" for name, text in values.items() if text]
    return "\n".join(
        [
            "mine/radar:",
            "  kind: radar",
            "  label: A radar",
            f"  scan: {changes.get('scan', 'rotating')}",
            "  values:",
            *lines,
        ]
    )


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"scan": "conical"}, "'mine/radar' has the scan 'conical'", "rotating, sector, electronic"),
        ({"range_anchor": ""}, "'mine/radar' lacks the value 'range_anchor'", "transmit_power"),
        (
            {"transmit_power": f"{{nominal: 1, low: 1, high: 1, unit: MW, {MARKS}"},
            "'mine/radar' has 'transmit_power' but lacks 'pulse_length'",
            "needs all of",
        ),
        (
            {"receive_loss": f"{{nominal: 3, low: 2, high: 4, unit: dB, {MARKS}"},
            "'mine/radar' has 'receive_loss' but no radar equation",
            "a range anchor holds all losses",
        ),
        (
            {"false_alarm_probability": f"{{nominal: 0.1, low: 0.1, high: 0.1, {MARKS}"},
            "'mine/radar.false_alarm_probability' is 0.1",
            "0.01 is the most",
        ),
        ({"frequency": ""}, "'mine/radar' lacks the value 'frequency'", "carrier frequency"),
    ],
)  # fmt: skip
def test_a_radar_that_nothing_defines_does_not_load(tmp_path: Path, changes: dict, message: str, hint: str) -> None:
    load_catalogue_from(tmp_path, radar_text())
    error = refusal(tmp_path, radar_text(**changes))
    assert message in error.message
    assert hint in (error.hint or "")


def load_catalogue_from(folder: Path, text: str) -> None:
    (folder / "mine.yaml").write_text(text)
    assert load_catalogue(folder).entry("mine/radar").scan == "rotating"


def test_only_radars_scan(tmp_path: Path) -> None:
    error = refusal(tmp_path, GOOD.replace("  label: A link", "  scan: sector\n  label: A link", 1))
    assert "has 'scan' but is a link" in error.message
