"""The report: self-contained, deterministic, accessible, and true to the summary."""

import html.parser
import json
import re

import pytest

from openiamd.errors import ResultsError
from openiamd.outputs.report import render, write_report
from openiamd.results.cause_codes import ENGAGED_CAUSES, LEAKER_CAUSES
from openiamd.results.cause_summary import summarise_causes
from openiamd.results.store import open_results

VOID = {"meta", "br", "link", "img", "use", "path", "rect", "circle", "line", "input", "hr"}


class Page(html.parser.HTMLParser):
    """Collects tags, attributes and ids, and checks that tags close in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.open, self.text = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for key, value in attrs if key == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for key, value in attrs if key == "id"]

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def report(batch):
    path = write_report(batch)
    return path, path.read_text(encoding="utf-8")


def test_the_page_is_small_and_loads_nothing(report):
    path, text = report
    assert path.stat().st_size < 2_000_000
    page = Page(text)
    assert page.open == []
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "iframe", "object", "embed", "img")
        for key in ("src", "href", "xlink:href", "data", "action"):
            assert attributes.get(key, "#").startswith("#"), (tag, attributes)
    assert not re.search(r"@import|url\((?!#)", text)


def test_the_same_results_give_the_same_page(report, batch):
    assert render(open_results(batch)) == report[1]


def test_ids_are_unique_and_links_arrive(report):
    page = Page(report[1])
    assert len(page.ids) == len(set(page.ids))
    for _, attributes in page.tags:
        for key in ("href", "xlink:href"):
            if attributes.get(key):
                assert attributes[key][1:] in page.ids
    for target in re.findall(r"url\(#([^)]+)\)", report[1]):
        assert target in page.ids


def test_plots_have_words_and_tables_have_scopes(report):
    page = Page(report[1])
    plots = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert len(plots) == 9
    assert all(attributes["role"] == "img" and len(attributes["aria-label"]) > 40 for attributes in plots)
    heads = [attributes for tag, attributes in page.tags if tag == "th"]
    assert heads
    assert all(attributes.get("scope") in ("col", "row") for attributes in heads)
    assert ("html", {"lang": "en"}) in page.tags


def test_the_page_says_what_the_summary_says(report, batch):
    text = " ".join("".join(Page(report[1]).text).split())
    summary = json.loads((batch / "summary.json").read_text())
    leakers = summary["variants"]["standalone"]["leakers.total"]
    assert (
        f"of 20 hostile objects, {leakers['mean']:.1f} [{leakers['low']:.1f}, {leakers['high']:.1f}] get through"
        in text
    )
    difference = summary["differences"]["integrated"]["leakers.total"]
    assert difference["high"] < 0.0
    assert f"against standalone, {-difference['mean']:.1f} fewer hostile objects get through" in text
    assert "What does a made-up battery lose by standing alone?" in text
    assert "analysis from open literature only" in text
    assert "n = 10 runs; 95 % interval; Wilson score interval" in text
    assert "paired t interval over runs" in report[1]


def test_every_unverified_input_is_listed_with_its_source(report, batch):
    page = Page(report[1])
    unverified = [row["path"] for row in open_results(batch).manifest["inputs"] if row["verification"] != "V"]
    assert len(unverified) == 24
    assert all(path in page.text for path in unverified)
    text = " ".join("".join(page.text).split())
    assert "24 of them have not been verified" in text
    assert text.count("A made-up handbook, 2019; own estimate") == 24
    assert text.count("https://example.org/handbook") == 1


def test_hostile_text_is_escaped(write_batch, tmp_path):
    directory = write_batch(tmp_path / "run", replications=2)
    manifest = json.loads((directory / "manifest.json").read_text())
    manifest["scenario"]["title"] = "<script>alert(1)</script>"
    (directory / "manifest.json").write_text(json.dumps(manifest))
    assert "<script" not in write_report(directory).read_text()


def test_one_run_of_one_variant_is_enough(synthetic, write_batch, tmp_path, monkeypatch):
    monkeypatch.setattr(synthetic, "VARIANTS", ("standalone",))
    text = write_report(write_batch(tmp_path / "one", replications=1)).read_text()
    assert "Differences to" not in text
    assert "nan" not in " ".join(Page(text).text).split()
    assert Page(text).open == []


def test_a_raid_without_hostiles_or_fire_units_has_a_report(synthetic, write_batch, tmp_path, monkeypatch):
    def quiet():
        return [
            {**one, "side": "civil" if one["side"] == "hostile" else one["side"]}
            for one in kept
            if one["domain"] not in ("fire_unit", "corridor", "asset", "interceptor")
        ]

    kept = synthetic.entities()
    monkeypatch.setattr(synthetic, "VARIANTS", ("standalone", "integrated"))
    monkeypatch.setattr(synthetic, "entities", lambda: kept)
    result = synthetic.slice_of_runs("standalone", 0, 2)
    quiet_events = result.events.kind < 30
    events = type(result.events)(*(column[quiet_events] for column in result.events))
    events = events._replace(other=events.other * 0 - 1)
    magazines = type(result.magazines)(*(column[:0] for column in result.magazines))
    monkeypatch.setattr(synthetic, "slice_of_runs", lambda *_: result._replace(events=events, magazines=magazines))
    monkeypatch.setattr(synthetic, "entities", quiet)
    text = write_report(write_batch(tmp_path / "quiet", replications=2, slice_runs=2)).read_text()
    assert Page(text).open == []
    assert "Nothing got through, and no own aircraft was shot at." in text


def test_every_cause_stands_with_figure_lead_time_and_difference(report, batch):
    """The section says what `summarise_causes` says."""
    found = summarise_causes(open_results(batch))
    text = " ".join("".join(Page(report[1]).text).split())
    section = text[text.index("From picture to outcome For each") : text.index("How sure is this? The intervals")]
    key = "leakers.cause.missed"
    one = found.variants["standalone"][key]
    assert f"{one.mean:.1f} [{one.low:.1f}, {one.high:.1f}]".replace(" ", "") in section.replace(" ", "")
    for code in {key.rpartition(".")[2] for key in found.keys if ".cause." in key}:
        known = LEAKER_CAUSES.get(code) or ENGAGED_CAUSES[code]
        assert known.label in section
        assert known.meaning in section
    assert "s before" in section
    assert found.differences["integrated"][key].high < 0.0
    assert "fewer: −" in section


def test_an_interrupted_run_says_so(write_batch, tmp_path):
    text = write_report(write_batch(tmp_path / "stopped", finish=False, skip=1)).read_text()
    assert "interrupted: 28 of 30 runs were kept" in text


def test_a_page_that_grows_too_large_is_refused(write_batch, tmp_path, monkeypatch):
    monkeypatch.setattr("openiamd.outputs.report.LARGEST_BYTES", 1000)
    directory = write_batch(tmp_path / "large", replications=2)
    with pytest.raises(ResultsError, match="more than 2 MB"):
        write_report(directory)
    assert not (directory / "report.html").exists()
