"""Losses in stories: what was lost and when, as cause and as step; the same run without it; links that carry fire."""

import pytest
from yaml import safe_dump

from openiamd import cli
from openiamd.errors import UsageError
from openiamd.outputs.stories import story_lines
from openiamd.results.store import open_results
from openiamd.studies.compare import compare
from openiamd.studies.explain import explain
from openiamd.studies.rerun import stored_scenario, with_addition
from scenes import ideal_scene, raid

FAULTS = {
    "whole": {},
    "cut": {"f": {"of": "wire", "at": "0 s", "cause": "cut"}},
    "blind": {"f": {"of": "far", "at": "0 s", "cause": "sabotage"}},
    "headless": {"f": {"of": "post", "at": "0 s"}},
    "deaf": {"f": {"of": "eye", "at": "0 s"}},
    "unarmed": {"f": {"of": "unit", "at": "0 s"}},
    "late": {"f": {"of": "wire", "at": "10 min", "cause": "cut"}},
    "mended": {"f": {"of": "far", "at": "0 s", "until": "70 s"}},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A radar of one node, a fire unit of another, a link between them; each variant loses one thing."""
    data = ideal_scene(raids={"raid": raid(1) | {"start": "60 s"}}, doctrine={"rules": {"self_defence": False}})
    data["idealised"] = {"noise": False, "detect_always": True, "identify": "hostile"}
    data["sensors"]["far"] = {**data["sensors"].pop("search"), "node": "eye"}
    data["nodes"]["eye"] = {**data["nodes"]["post"]}
    carries = {"carries": ["track", "identity"], "remote_use": "CUE"}
    data["links"] = {"wire": {"type": "ideal/link", "from": "eye", "to": "post"} | carries}
    data["variants"] = {name: {"description": name, "faults": faults} for name, faults in FAULTS.items()}
    silenced = {"applies_to": ["far"], "state": "active", "orders": [{"at": "10 s", "state": "dark"}]}
    data["variants"]["dark"] = {"description": "the radar is ordered to be silent", "readiness": {"r": silenced}}
    data["variants"]["asleep"] = {"description": "u", "readiness": {"r": {"applies_to": ["unit"], "state": "march"}}}
    directory = tmp_path_factory.mktemp("losses")
    path = directory / "scene.yaml"
    path.write_text(safe_dump(data, sort_keys=False), encoding="utf-8")
    compare(path, replications=2, threads=1, output=directory / "run")
    return directory / "run"


def story_of(folder, variant, **change):
    return explain(folder, "raid-1", variant=variant, **change)["stories"][0]


def test_the_same_run_without_its_losses(folder, capsys):
    (again,) = story_of(folder, "cut", whole=True)["counterfactuals"]
    assert again["changes"] == ["without fault f"]
    assert (again["status_here"], again["status_there"]) == ("leaked", "killed")
    stored = story_of(folder, "cut", other="whole")["counterfactuals"][0]
    assert again["differences"]["fire"] == stored["differences"]["fire"]
    arguments = ["explain", str(folder), "--object", "raid-1", "--variant", "cut", "--without-losses"]
    assert cli.main(arguments) == 0
    assert "cut without losses (simulated again)" in capsys.readouterr().out
    assert cli.main([*arguments[:5], "whole", "--without-losses"]) == 2
    assert "nothing can be lost in variant 'whole'" in capsys.readouterr().err
    assert cli.main([*arguments, "--with", "whole"]) == 2


def test_a_link_may_carry_engagement_and_fire_control(folder):
    scenario = stored_scenario(open_results(folder))
    link = "added-eye-post"
    told = with_addition(scenario, "cut", "link:eye>post:track,identity,fire_control")
    assert told.scenario.links[link].remote_use == "ENGAGE_ON_REMOTE"
    assert told.sentence.endswith("may launch and guide")
    told = with_addition(scenario, "cut", "link:eye>post:track,engagement")
    assert (told.scenario.links[link].carries, told.scenario.links[link].remote_use) == (["track", "engagement"], "CUE")
    assert with_addition(scenario, "cut", "link:eye>post:order").scenario.links[link].remote_use == "NONE"
    again = story_of(folder, "cut", add="link:eye>post:track,identity,fire_control")["counterfactuals"][0]
    assert again["status_there"] == "killed"


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("link:eye>post:engagement", "carries engagement with tracks alone"),
        ("link:eye>post:fire_control", "carries fire_control with tracks alone"),
        ("link:post>eye:track,fire_control", "node 'eye' has no fire unit"),
    ],
)
def test_a_link_that_could_not_be_used_is_refused(folder, addition, message):
    with pytest.raises(UsageError, match=message):
        with_addition(stored_scenario(open_results(folder)), "cut", addition)


@pytest.mark.parametrize(
    ("variant", "code", "sentence", "node", "step"),
    [
        ("cut", "link_cut", "link wire was cut at 00:00 and not restored", "eye", "wire is lost: cut"),
        ("blind", "sensor_lost", "sensor far was sabotaged at 00:00 and not restored", "eye", "far is lost: sabotage"),
        ("headless", "node_lost", "node post failed at 00:00 and not restored", "post", "the node is lost: failure"),
        ("deaf", "node_lost", "node eye failed at 00:00 and not restored", "eye", "the node is lost: failure"),
        (
            *("unarmed", "fire_unit_lost", "fire unit unit failed at 00:00 and not restored"),
            *("post", "unit is lost: failure"),
        ),
        (
            *("dark", "not_on_duty", "sensor far was not on duty (dark) from 00:10 to the end"),
            *("eye", "far changes its state: dark"),
        ),
    ],
)
def test_a_loss_is_the_cause_and_a_step(folder, variant, code, sentence, node, step):
    story = story_of(folder, variant)
    assert (story["cause"]["code"], story["cause"]["lost"]) == (code, sentence)
    assert story["status"] == "leaked"
    told = [(one["time_s"], one["node"], one["sentence"]) for one in story["steps"]]
    assert (10.0 if variant == "dark" else 0.0, node, step) in told
    text = " ".join(" ".join(story_lines(story)).split())
    assert sentence[1:] in text


def test_what_is_restored_in_time_is_no_cause_but_a_step_while_it_lasts(folder):
    story = story_of(folder, "mended")
    assert (story["status"], story["cause"]) == ("killed", None)
    assert [one["sentence"] for one in story["steps"] if "far" in one["sentence"]][:2] == [
        "far is lost: failure",
        "far is restored",
    ]


def test_a_unit_off_duty_is_not_ready(folder):
    assert story_of(folder, "asleep")["cause"]["code"] == "not_ready"


def test_a_whole_run_has_no_loss_in_its_causes_or_steps(folder):
    story = story_of(folder, "whole")
    assert (story["status"], story["cause"]) == ("killed", None)
    assert not any(one["kind"] in ("lost", "restored", "state changed") for one in story["steps"])
