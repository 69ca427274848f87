"""Losses: known effects in small scenes, the intact defence restored, and what is refused before any writing."""

import json
import math
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

from openiamd.cli import main
from openiamd.errors import UsageError
from openiamd.outputs.resilience import draw_resilience, sentences
from openiamd.results.cases import open_study
from openiamd.results.resilience import Loss, kept_share, loss_rows, scores
from openiamd.results.statistics import POISSON_EQUAL
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from openiamd.studies.losses import Element, choose, elements, undefended, without
from openiamd.studies.resilience import _losses, resilience
from scenes import ideal_scene, resolved

CENTRE = [39.9, 32.9]


def two_units(pk=1.0):
    """Two identical units of three rounds, each shot at another of six targets: who loses one stops half as many."""
    unit = {"type": "ideal/fire-unit", "node": "post", "at": CENTRE, "radar": None, "load": {"ideal/interceptor": 3}}
    data = ideal_scene(
        doctrine={"rules": {"weapons_control": "TIGHT", "interrogations": 0, "shots": {"salvo": 1, "salvos": 1}}},
        fire_units={"unit": unit, "twin": dict(unit)},
        idealised={"values": {"ideal/interceptor.pk_cruise": pk}, "detect_always": True, "noise": False},
    )
    data["raids"]["raid"]["start"] = "2 min"
    data["nodes"]["relay"] = {"type": "ideal/command", "at": CENTRE, "doctrine": "rules"}
    return data


def scenario_of(data):
    import yaml

    return Scenario.from_document(read_document(yaml.safe_dump(data, sort_keys=False).encode(), "scene.yaml"))


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    output = tmp_path_factory.mktemp("resilience") / "pairs"
    return resilience(scenario_of(two_units()), order=2, replications=4, threads=1, output=output)


def leakers(folder, loss):
    (row,) = folder.rows("losses", measure="leakers.total", loss=loss)
    return row


def test_losing_one_of_two_identical_units_stops_half_as_many(pairs):
    assert pairs.manifest["complete"]
    assert pairs.manifest["reference"]["intact"]["leakers.total"] == 0.0
    assert pairs.manifest["reference"]["undefended"]["leakers.total"] == 6.0
    for name in ("unit", "twin"):
        row = leakers(pairs, name)
        assert (row["mean"], row["difference_mean"], row["kept_mean"]) == (3.0, 3.0, 0.5)
    for name in ("post", "search", "unit + twin", "search + unit"):
        row = leakers(pairs, name)
        assert (row["mean"], row["kept_mean"]) == (6.0, 0.0)
        assert row["kept_low"] < 0.0 < row["kept_high"]  # never without width


def test_the_score_is_the_mean_and_the_worst_kept_share(pairs):
    single, double = pairs.manifest["scores"]["1"], pairs.manifest["scores"]["2"]
    assert single["losses"] == 4  # post, search, unit, twin
    assert single["mean"]["mean"] == pytest.approx((0.0 + 0.0 + 0.5 + 0.5) / 4.0)
    assert single["worst"]["mean"] == 0.0
    assert single["as_bad"] == 2  # post and search
    assert double["losses"] == double["as_bad"] == 3  # search + unit, search + twin, unit + twin
    assert double["mean"]["mean"] == 0.0
    ranks = {row["loss"]: row["rank"] for row in pairs.rows("losses", measure="leakers.total", order=1)}
    assert ranks == {"post": 1, "search": 1, "unit": 3, "twin": 3}


def test_what_takes_the_same_away_is_run_once(pairs):
    node = Element("alone", "node", frozenset({("node", 0, -1), ("sensor", 0, -1)}), "")
    twice = [node._replace(name="one"), node._replace(name="same")]
    losses, cases = _losses(twice, 1)
    assert [loss.case for loss in losses] == ["one", "one"]
    assert list(cases) == ["one"]
    assert pairs.table("runs").num_rows == 4 * len(pairs.manifest["cases"])


def test_a_thing_and_what_it_holds_are_no_pair(pairs):
    assert pairs.rows("losses", loss="post + unit") == []
    assert pairs.rows("losses", loss="search + unit") != []


def test_what_was_not_decided_is_told(tmp_path):
    data = two_units(0.6)
    data["theatre"]["duration"] = "3 min"  # the raid starts at 2 min and needs longer
    found = resilience(scenario_of(data), replications=2, threads=1, output=tmp_path / "study")
    assert found.manifest["unresolved"]["mean"] > 0.0
    assert any("still flying at the end" in one and "theatre.duration" in one for one in sentences(found.manifest))


def test_an_idle_element_is_named_and_not_lost(pairs):
    (relay,) = (row for row in pairs.table("elements").to_pylist() if row["element"] == "relay")
    assert relay["left_out"] == "it holds no sensor, fire unit or link"
    assert pairs.rows("losses", first="relay") == []


def test_the_expected_loss_of_imperfect_shots(tmp_path):
    pk, runs = 0.6, 200
    found = resilience(
        scenario_of(two_units(pk)), lose=["twin"], replications=runs, threads=2, output=tmp_path / "study"
    )
    row = leakers(found, "twin")
    error = np.sqrt(3 * pk * (1 - pk) / runs)  # three shots less, each kills with pk; closed form of the binomial
    assert row["difference_mean"] == pytest.approx(3 * pk, abs=4 * error)
    assert row["kept_low"] < 0.5 < row["kept_high"]


def test_what_comes_back_before_the_raid_changes_nothing(tmp_path):
    found = resilience(scenario_of(two_units(0.6)), replications=6, threads=1, until_s=60.0, output=tmp_path / "study")
    runs = found.table("runs")
    intact = runs.filter(np.array(runs["case"].to_pylist()) == "intact").drop_columns(["case"])
    for case in ("post", "search", "unit", "twin"):
        assert runs.filter(np.array(runs["case"].to_pylist()) == case).drop_columns(["case"]).equals(intact)
    row = leakers(found, "unit")
    assert (row["difference_mean"], row["kept_mean"], row["kept_method"]) == (0.0, 1.0, POISSON_EQUAL)


def test_a_loss_is_a_certain_fault_of_all_that_goes_with_it():
    scene = resolved(two_units())
    lost = without(scene, choose(elements(scene), ["post"])[0].parts, 30.0, 90.0)
    assert [(one.domain, one.index) for one in lost.duties.faults] == [
        ("fire_unit", 0),
        ("fire_unit", 1),
        ("node", 0),
        ("sensor", 0),
    ]
    assert {(one.at_s, one.until_s, one.probability, one.spread_s) for one in lost.duties.faults} == {(30, 90, 1, 0)}
    assert replace(lost, duties=scene.duties) == scene
    assert all(unit.active_from_s > scene.duration_s for unit in undefended(scene).fire_units)


def test_a_load_of_a_mixed_unit_can_be_lost():
    scene = resolved(two_units())
    twice = (*scene.interceptors, replace(scene.interceptors[0], id="ideal/other"))
    mixed = replace(scene.fire_units[0], magazines=((0, 3), (1, 2)))
    scene = replace(scene, interceptors=twice, fire_units=(mixed, scene.fire_units[1]))
    (load,) = choose(elements(scene), ["unit:ideal/other"])
    assert without(scene, load.parts, 0.0, math.inf).fire_units[0].magazines == ((0, 3),)
    with pytest.raises(UsageError, match="load"):
        without(scene, load.parts, 0.0, 60.0)


def test_kept_share_and_bonferroni():
    undefended_runs, intact = np.array([10.0, 10.0, 10.0, 10.0]), np.array([2.0, 3.0, 1.0, 2.0])
    assert kept_share(intact, intact, undefended_runs).mean == 1.0
    assert kept_share(undefended_runs, intact, undefended_runs).mean == 0.0
    assert np.isnan(kept_share(intact, undefended_runs, undefended_runs).mean)
    runs = {
        "intact": {"leakers.total": intact}, "undefended": {"leakers.total": undefended_runs},
        "a": {"leakers.total": intact + np.array([1.0, 2.0, 0.0, 1.0])},
        "b": {"leakers.total": intact + np.array([4.0, 3.0, 4.0, 5.0])},
    }  # fmt: skip
    losses = [Loss(name, name, (name,), ("sensor",)) for name in ("a", "b")]
    found = scores(runs, losses, "leakers.total")["1"]
    alone = kept_share(runs["b"]["leakers.total"], intact, undefended_runs)
    assert found["worst_loss"] == "b"
    assert found["worst"]["mean"] == alone.mean == pytest.approx(0.5)
    assert found["worst"]["low"] < alone.low < alone.high < found["worst"]["high"]
    assert found["mean"]["mean"] == pytest.approx(0.5 * (0.875 + 0.5))
    assert scores(runs, losses, "friendly_engaged") == {}
    extra = {
        key: {**columns, "friendly_engaged": 0 * intact, "civil_engaged": 0 * intact} for key, columns in runs.items()
    }
    rows = loss_rows(extra, losses, "leakers.total")
    assert [(row["loss"], row["rank"]) for row in rows if row["measure"] == "leakers.total"] == [("a", 2), ("b", 1)]


def test_an_interrupted_study_keeps_what_is_finished(tmp_path):
    def stop(done, total, case):
        if case == "unit":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        resilience(scenario_of(two_units()), replications=2, threads=1, output=tmp_path / "study", progress=stop)
    found = open_study(tmp_path / "study")
    assert not found.manifest["complete"]
    assert {row["loss"] for row in found.table("losses").to_pylist()} == {"post", "search"}
    draw_resilience(tmp_path / "study")
    assert "interrupted" in (tmp_path / "study" / "resilience.html").read_text(encoding="utf-8")


def test_the_drawing_prints_every_number(pairs):
    page, matrix = draw_resilience(pairs.directory)
    text = "".join(ElementTree.parse(matrix).getroot().itertext())
    assert "3.0" in text
    assert "6.0" in text
    assert "search" in text
    html = page.read_text(encoding="utf-8")
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "keeps 0.25" in html


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--elements", "radar-9"], "there is no element 'radar-9'"),
        (["--measure", "beauty"], "there is no measure 'beauty'"),
        (["--at", "3 h"], "elements would be lost at 10800 s"),
        (["--until", "0 s"], "before they are lost"),
        (["--at", "5"], "has no unit"),
        (["--elements", "search", "--order", "2"], "no two of 'search' can be lost together"),
        (["--order", "3"], "'3' is not a whole number"),
        (["--variant", "none"], "none"),
    ],
)
def test_bad_input_is_one_sentence_with_a_hint(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["resilience", "minimal", *arguments]) == 2
    complaint = capsys.readouterr().err
    assert sentence in complaint
    assert "hint:" in complaint
    assert not (tmp_path / "runs").exists()


def test_the_command_prints_json_alone(capsys, tmp_path):
    arguments = ["resilience", "minimal", "-n", "2", "--elements", "unit", "--json", "-o", str(tmp_path / "out")]
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reference"]["undefended"]["leakers.total"] == 4.0
    assert {row["loss"] for row in found["losses"]} == {"unit"}
