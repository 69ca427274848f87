"""Saturation: Erlang's regime through the command, counts and costs that are known, and what is refused."""

import json
import math
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest

import openiamd
from openiamd.catalogue.prices import Price, price_ranges
from openiamd.cli import main
from openiamd.errors import UsageError
from openiamd.options import _rates
from openiamd.outputs.saturation import draw_saturation, frontier, sentences
from openiamd.physics.queueing import erlang_b
from openiamd.results.saturation import Cell, frontier_rows, knees
from openiamd.studies.attacks import attack, attackers, equipped, erlang_guide
from scenes import gallery_scene, ideal_scene, resolved

ERLANG = str(resources.files("openiamd.validation") / "scenarios" / "saturation.yaml")


def test_the_regime_of_erlang_is_reproduced_through_the_command(tmp_path, capsys):
    arguments = ["saturation", ERLANG, "--class", "cruise", "--variant", "load-4-half-step", "--window", "300 s"]
    arguments += ["--rate", "0.0963855422,0.1927710843/s", "--channels", "4,6", "-n", "60", "--json"]
    assert main([*arguments, "-o", str(tmp_path / "out")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["complete"]
    expected = {(2, 4): 0.0952, (4, 4): 0.3107, (2, 6): 0.0121, (4, 6): 0.1172}  # published: B(a, c)
    assert len(found["frontier"]) == len(expected)
    for row in found["frontier"]:
        load = round(row["rate_hz"] * 20.75)
        published = expected[load, row["channels"]]
        assert row["erlang_b"] == pytest.approx(published, abs=5e-5)
        error = (row["leak_high"] - row["leak_low"]) / (2.0 * 2.001)  # t of 59 degrees of freedom
        assert row["leak_mean"] == pytest.approx(published, abs=4.0 * error + 5e-5)
        assert row["attackers_mean"] == pytest.approx(300.0 * row["rate_hz"], rel=0.1)
        assert row["unresolved_mean"] == 0.0
        assert row["shots_mean"] == pytest.approx((1.0 - row["leak_mean"]) * row["attackers_mean"])
    (page,) = draw_saturation(tmp_path / "out")
    assert "Erlang" in page.read_text(encoding="utf-8")


def test_arrivals_take_the_place_of_the_class_along_its_routes():
    scene = resolved(gallery_scene("turkey"), "integrated")
    drones = attackers(scene, "drone")
    raid = attack(scene, "drone", 2.0 / 60.0, 600.0, alone=False)
    arriving = attackers(raid, "drone")
    assert {one.route for one in arriving} == {one.route for one in drones}
    first = [one for one in arriving if one.arrival_index == 1]
    assert sum(one.arrival_rate_hz for one in first) == pytest.approx(2.0 / 60.0)
    rates = {one.group: one.arrival_rate_hz for one in first}
    assert rates["drone-south"] / rates["drone-north"] == pytest.approx(10 / 6)
    others = [one for one in scene.objects if one not in drones]
    assert [one for one in raid.objects if one not in arriving] == others
    assert raid.objects[raid.sensors[-1].platform].id == "awacs-1"
    alone = attack(scene, "drone", 2.0 / 60.0, 600.0, alone=True)
    assert {one.object_class for one in alone.objects if one.side == "hostile"} == {"drone"}
    assert sum(one.side != "hostile" for one in alone.objects) == sum(one.side != "hostile" for one in scene.objects)
    assert alone.objects[alone.sensors[-1].platform].id == "awacs-1"
    assert math.isnan(erlang_guide(raid, "drone"))


def test_channels_and_rounds_are_changed_in_proportion():
    scene = resolved(gallery_scene("turkey"), "patriot")
    unit = scene.fire_units[0]
    changed = equipped(scene, 2 * unit.channels, 7).fire_units[0]
    assert (changed.channels, changed.missiles_guided) == (2 * unit.channels, 2 * unit.missiles_guided)
    assert sorted(rounds for _, rounds in changed.magazines) == [3, 4]
    assert equipped(scene, 0, 0) == scene


def test_rounds_that_are_given_are_all_that_a_unit_has():
    scene = gallery_scene("turkey")
    kind = next(iter(scene["fire_units"]["fu-1"]["load"]))
    scene["fire_units"]["fu-1"]["stock"] = {kind: 50}
    stocked = resolved(scene, "standalone")
    given = next(one for one in stocked.fire_units if one.id == "fu-1")
    assert (sum(rounds for _, rounds in given.stocks), given.reload_s > 0.0) == (50, True)
    fewer = next(one for one in equipped(stocked, 0, 4).fire_units if one.id == "fu-1")
    assert (sum(rounds for _, rounds in fewer.magazines), fewer.stocks, fewer.reload_s) == (4, (), 0.0)
    assert equipped(stocked, 3, 0).fire_units[0].stocks == stocked.fire_units[0].stocks


def test_frontier_costs_and_knees_of_known_counts():
    runs = {
        "slow": columns(attackers=[10, 10], leaked=[0, 0], killed=[10, 10], rounds=[20, 20]),
        "fast": columns(attackers=[20, 20], leaked=[4, 6], killed=[16, 14], rounds=[30, 30]),
    }
    cells = [Cell("slow", 0.1, 0, 0, math.nan), Cell("fast", 0.2, 0, 0, math.nan), Cell("never", 0.4, 0, 0, math.nan)]
    slow, fast = frontier_rows(runs, cells, {"drone": (1.0, 2.0, 4.0)}, {"sam": (10.0, 20.0, 40.0)})
    assert slow["leak_mean"] == 0.0
    assert slow["leak_high"] == pytest.approx(-np.log(0.025) / 20.0)
    assert fast["leak_mean"] == 0.25
    assert fast["exchange_mean"] == pytest.approx(30 * 20 / (20 * 2))
    assert fast["exchange_cheapest"] == pytest.approx(30 * 10 / (20 * 4))
    assert fast["exchange_dearest"] == pytest.approx(30 * 40 / (20 * 1))
    assert fast["usd_per_kill_mean"] == pytest.approx(60 * 20 / 30)
    (knee,) = knees([fast, slow], 0.2)
    assert (knee["knee_hz"], knee["sure_hz"], knee["beyond_the_largest"]) == (0.1, 0.1, False)
    assert knees([slow, fast], 0.2)[0]["possible_hz"] == (0.2 if fast["leak_low"] <= 0.2 else 0.1)
    assert knees([fast], 0.01)[0]["knee_hz"] is None


def test_what_was_not_fired_is_known_to_within_rounds_not_dollars():
    silent = columns(attackers=[10, 10], leaked=[5, 5], killed=[5, 5], rounds=[0, 0])
    cells = [Cell("silent", 0.1, 0, 0, math.nan)]
    (row,) = frontier_rows({"silent": silent}, cells, {"drone": (20e3, 35e3, 100e3)}, {"sam": (1e6, 2e6, 4e6)})
    rounds = -np.log(0.025)  # 3.69: the upper limit of no event
    assert row["exchange_high"] == pytest.approx(rounds * 2e6 / (20 * 35e3))
    assert row["usd_per_kill_high"] == pytest.approx(rounds * 2e6 / 10)
    assert row["leak_low"] < row["leak_mean"] < row["leak_high"]


def columns(**counts):
    made = {name: np.array(values, float) for name, values in counts.items()}
    nothing = np.zeros(2)
    made |= {"attackers.drone": made["attackers"], "shots.sam": made.pop("rounds"), "shots_at_nothing": nothing}
    return made | {"unresolved": nothing, "friendly_engaged": nothing, "civil_engaged": nothing}


def test_channels_are_lines_and_rounds_are_panels(tmp_path):
    folder = openiamd.saturation(
        "minimal", "cruise", rates_hz=[0.2], channels=[1, 6], magazines=[1, 2], window_s=60.0, alone=True,
        replications=2, output=tmp_path / "out",
    )  # fmt: skip
    panels = frontier(folder).svg
    for words in ("1 round a unit", "2 rounds a unit", "1 channel a unit", "6 channels a unit"):
        assert panels.count(f">{words}<") == 1
    assert panels.count(">arrivals a minute<") == 2
    assert "Each of 4 defences: more than 10 % leak at every rate that was run." in sentences(folder)


def test_prices_come_with_the_range_of_the_catalogue():
    prices = price_ranges(resolved(gallery_scene("turkey"), "patriot").inputs)
    assert prices["patriot/gem-t"] == Price(2.5e6, 4e6, 5.6e6)
    assert prices["threat/drone"] == Price(20e3, 35e3, 100e3)


def test_the_guide_is_erlang_b_in_its_regime_only():
    from openiamd.scenario.load import load_scenario
    from openiamd.studies.cases import load_base

    base = load_base(load_scenario(ERLANG), "pool", 1, None, 1, None).resolved
    raid = attack(base, "cruise", 12.0 / 20.75, 300.0, alone=True)
    assert erlang_guide(raid, "cruise") == pytest.approx(erlang_b(12.0, 18))
    assert math.isnan(erlang_guide(equipped(raid, 0, 5), "cruise"))  # rounds run out
    twice = tuple(replace(node, salvo=2) for node in raid.nodes)
    assert math.isnan(erlang_guide(replace(raid, nodes=twice), "cruise"))


def test_rates_are_read_with_one_unit():
    assert _rates("0.5,1,2/min") == pytest.approx([0.5 / 60.0, 1.0 / 60.0, 2.0 / 60.0])
    assert _rates("3 /s") == [3.0]


def test_what_never_arrives_is_refused():
    scene = resolved(ideal_scene())
    hovering = replace(scene, objects=tuple(replace(one, loop=True) for one in scene.objects))
    with pytest.raises(UsageError, match="no end of its route"):
        attack(hovering, "cruise", 0.1, 60.0, alone=True)
    with pytest.raises(UsageError, match="objects arrive"):
        attack(scene, "cruise", 100.0, 600.0, alone=True)
    with pytest.raises(UsageError, match="objects arrive"):  # at once, however many
        attack(scene, "cruise", 1e7, 600.0, alone=True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "--class is missing"),
        (["--class", "submarine"], "no hostile objects of class 'submarine'"),
        (["--class", "cruise", "--rate", "4"], "'4' is not a list of rates"),
        (["--class", "cruise", "--rate", "0,1/min"], "is not a list of rates"),
        (["--class", "cruise", "--channels", "0"], "'0' is not a whole number"),
        (["--class", "cruise", "--magazine", "many"], "'many' is not a whole number"),
        (["--class", "cruise", "--window", "0 s"], "window is 0 s"),
        (["--class", "cruise", "--level", "0"], "level is 0"),
        (["--class", "cruise", "--variant", "nobody"], "nobody"),
    ],
)
def test_bad_input_is_one_sentence_with_a_hint(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["saturation", "minimal", *arguments]) == 2
    complaint = capsys.readouterr().err
    assert sentence in complaint
    assert "hint:" in complaint
    assert not (tmp_path / "runs").exists()
