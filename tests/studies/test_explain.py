"""Explain on real runs: the chain of 2003 with its missing link and failed identification, and runs simulated again."""

import json
import shutil

import numpy as np
import pytest
from yaml import safe_dump

from openiamd import cli
from openiamd.errors import ResultsError, UsageError
from openiamd.results.record import MANIFEST, SCENARIO
from openiamd.results.run_events import read_run
from openiamd.results.store import open_results
from openiamd.studies.compare import compare
from openiamd.studies.explain import explain
from openiamd.studies.rerun import stored_scenario, with_addition
from scenes import changed, gallery_scene

RUNS = 3
FRIEND = "straight-3"
AS_WAS = "as-was"


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """A folder with the reference of the chain of 2003 and two of its cures."""
    folder = tmp_path_factory.mktemp("explain") / "run"
    compare("patriot-2003", [AS_WAS, "with-iff", "with-link"], RUNS, threads=2, output=folder)
    return folder


@pytest.fixture
def copied(chain, tmp_path):
    return shutil.copytree(chain, tmp_path / "run")


def said(capsys, *arguments):
    code = cli.main(["explain", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_missing_link_and_the_failed_identification_are_named(chain, capsys):
    code, text, _ = said(capsys, chain, "--friendly", "--limit", 1)
    assert code == 0
    assert max(map(len, text.splitlines())) <= 100
    words = " ".join(text.split())
    assert "no link carries identity from crc to post" in words
    assert "IFF its transponder was off in this run: its Mode 4 answered nobody" in words
    assert "broken identity not shared (sharing)" in words
    assert "flight plan at crc" in words
    assert "link l16-crc-post added (crc → post: track, identity)" in words
    assert "transponder.off 1 → 0" in words


def test_each_friend_shot_at_is_one_case_and_the_stories_have_the_same_facts_as_json(chain, capsys):
    _, text, _ = said(capsys, chain, "--friendly", "--json")
    found = json.loads(text)
    results = open_results(chain)
    engaged = results.sql(f"SELECT sum(friendly_engaged) AS n FROM runs WHERE variant = '{AS_WAS}'").to_pylist()
    assert sum(group["count"] for group in found["groups"]) == engaged[0]["n"] > 0
    for story in found["stories"]:
        assert story["missing_link"] == {
            "from": ["crc"], "to": ["post"], "carries": "identity", "path": None,
            "sentence": "no link carries identity from crc to post",
        }  # fmt: skip
        asked = story["identification"]
        assert (asked["answers"], asked["asks"], asked["transponder"]) == (["mode4"], ["mode4"], "off")
        assert asked["failed"]
        others = {one["variant"]: one for one in story["counterfactuals"]}
        assert set(others) == {"with-iff", "with-link"}
        assert all(one["integration"] and one["status_there"] == "departed" for one in others.values())
        assert "identity FRIEND (mode 4 reply)" in others["with-iff"]["differences"]["first"]["there"][0]
        assert "over link l16-crc-post" in " ".join(others["with-link"]["differences"]["first"]["there"])
        assert any("orders battery" in one for one in others["with-iff"]["differences"]["fire"]["here"])


@pytest.mark.parametrize("variant", ["with-iff", "with-link"])
def test_a_cured_run_has_no_such_case(chain, capsys, variant):
    code, text, _ = said(capsys, chain, "--friendly", "--variant", variant)
    assert code == 0
    assert f"no own or civil aircraft was shot at in {RUNS} runs of '{variant}'" in text


def test_one_object_is_told_in_the_first_run_in_which_it_was_shot_at(chain):
    found = explain(chain, FRIEND)
    assert [story["run"] for story in found["stories"]] == [0]
    assert found["notes"] == [f"{FRIEND} was shot at in {RUNS} of {RUNS} runs of '{AS_WAS}'; the first of them is told"]
    assert explain(chain, FRIEND, run=2)["stories"][0]["run"] == 2
    spared = explain(chain, FRIEND, variant="with-iff")
    assert spared["stories"][0]["cause"] is None
    assert "in 0 of" in spared["notes"][0]
    assert not spared["stories"][0]["identification"]["failed"]


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({"other": "both"}, "identity FRIEND (mode 4 reply)"),
        ({"add": "iff:mode4@straight"}, "identity FRIEND (mode 4 reply)"),
        ({"add": "link:crc>post"}, "over link added-crc-post"),
        ({"add": "link:crc>post:track,identity"}, "over link added-crc-post"),
    ],
)
def test_one_thing_more_in_the_same_run_saves_the_friend(chain, change, first):
    story = explain(chain, FRIEND, **change)["stories"][0]
    (again,) = story["counterfactuals"]
    assert again["simulated_again"]
    assert "simulated again twice" in again["description"]
    assert (again["status_here"], again["status_there"]) == (story["status"], "departed")
    assert first in " ".join(again["differences"]["first"]["there"])
    assert again["differences"]["fire"]["there"] == []


def test_a_variant_simulated_again_is_the_stored_one(chain):
    """What the folder holds of another variant, and what is simulated of it, differ from the reference in the same."""
    stored = explain(chain, FRIEND, other="with-link")["stories"][0]["counterfactuals"][0]
    scenario = stored_scenario(open_results(chain))
    linked = with_addition(scenario, AS_WAS, "link:crc>post")
    assert not stored["simulated_again"]
    assert linked.scenario.links["added-crc-post"].type == scenario.variant("with-link").links["l16-crc-post"].type
    again = explain(chain, FRIEND, add="link:crc>post")["stories"][0]["counterfactuals"][0]
    for part in ("identity", "fire"):
        assert again["differences"][part] == stored["differences"][part]


@pytest.mark.parametrize(
    ("arguments", "sentence", "cure"),
    [
        (["--object", "strait-3"], "there is no object 'strait-3'", "did you mean 'straight-3'?"),
        (["--leakers", "--variant", "as-is"], "there is no variant 'as-is'", "did you mean 'as-was'?"),
        (["--leakers", "--run", "3"], "there is no run 3 of 'as-was'", "runs are 0 to 2"),
        (["--leakers", "--friendly"], "--friendly: not allowed with argument --leakers", "iamd explain --help"),
        ([], "one of the arguments --object --leakers --friendly is required", "iamd explain --help"),
        (["--leakers", "--object", FRIEND], "--object: not allowed with argument --leakers", "iamd explain --help"),
        (["--object", FRIEND, "--with", "nope"], "has no variant 'nope'", "variants are"),
        (["--object", FRIEND, "--with", AS_WAS], "'as-was' is the variant that is explained", "name another"),
        (["--object", FRIEND, "--with", "both", "--add", "x"], "--add: not allowed with argument --with", "--help"),
        (["--object", FRIEND, "--add", "radar:x"], "'radar:x' adds neither", "iff:MODE@NODE"),
        (["--object", FRIEND, "--add", "link:crc-post"], "'link:crc-post' cannot be read", "iff:MODE@NODE"),
        (["--object", FRIEND, "--add", "link:crc>pst"], "there is no node 'pst'", "did you mean 'post'?"),
        (["--object", FRIEND, "--add", "link:crc>post:voice"], "a link does not carry 'voice'", "track"),
        (["--object", FRIEND, "--add", "iff:mode9@post"], "'mode9' is no mode", "mode5"),
        (["--object", FRIEND, "--add", "iff:mode4@post"], "node 'post' asks in mode4 already", "GROUP"),
        (["--object", FRIEND, "--run", "-1"], "--run: '-1' is not a whole number", "iamd explain --help"),
    ],
)
def test_what_cannot_be_explained_is_one_sentence_with_a_cure(chain, capsys, arguments, sentence, cure):
    code, text, complaint = said(capsys, chain, *arguments)
    assert (code, text) == (2, "")
    first, second = complaint.splitlines()
    assert sentence in first
    assert second.startswith("hint: ")
    assert cure in second


def test_a_folder_that_is_none_is_refused(tmp_path, capsys):
    code, _, complaint = said(capsys, tmp_path, "--leakers")
    assert code == 2
    assert "is not a run folder" in complaint


def test_a_folder_without_its_scenario_still_tells_but_simulates_nothing_again(copied):
    (copied / SCENARIO).unlink()
    assert len(explain(copied, FRIEND)["stories"][0]["counterfactuals"]) == 2
    with pytest.raises(ResultsError, match=r"keeps no scenario\.yaml"):
        explain(copied, FRIEND, add="link:crc>post")


def test_a_scenario_that_was_changed_is_refused(copied):
    path = copied / SCENARIO
    path.write_text(path.read_text(encoding="utf-8").replace("salvo: 1", "salvo: 2"), encoding="utf-8")
    with pytest.raises(ResultsError, match="not the scenario that the runs were made from"):
        explain(copied, FRIEND, add="link:crc>post")


def test_a_run_that_does_not_come_out_as_stored_is_refused(copied):
    """As when another version of the program made the folder."""
    path = copied / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"seed": 2}), encoding="utf-8")
    with pytest.raises(ResultsError, match="simulated again, is not the stored one"):
        explain(copied, FRIEND, add="link:crc>post")


def test_the_stored_scenario_is_the_text_that_was_read(chain):
    from importlib import resources

    text = (resources.files("openiamd.scenarios") / "patriot-2003.yaml").read_text(encoding="utf-8")
    assert (chain / SCENARIO).read_text(encoding="utf-8") == text


def test_settings_hold_what_the_variants_differ_in_and_nothing_else(chain):
    settings = open_results(chain).manifest["settings"]
    paths = {name: {tuple(path): value for path, value in rows} for name, rows in settings.items()}
    assert paths[AS_WAS] == {("traffic", group, "transponder", "off"): 1 for group in ("straight", "aside")}
    assert set(paths["with-link"]) - set(paths[AS_WAS]) == {
        ("links", "l16-crc-post", key) for key in ("type", "from", "to", "carries", "remote_use")
    }
    assert set(paths["with-iff"].values()) == {0}


def test_entities_say_who_asks_answers_and_carries_what(chain):
    rows = {(row["variant"], row["id"]): row for row in open_results(chain).entities.to_pylist()}
    assert rows["with-link", "l16-crc-post"]["carries"] == ["track", "identity"]
    assert rows[AS_WAS, "post"]["modes"] == rows[AS_WAS, FRIEND]["modes"] == ["mode4"]
    assert rows[AS_WAS, "missile-1"]["modes"] == []


@pytest.mark.parametrize("transponder", [{"off": 0.4}, {"wrong_key": 0.4}])
def test_a_transponder_that_is_told_to_have_failed_never_replied(tmp_path, transponder):
    """And one that is told to work did: the interrogator always hears what answers it."""
    scene = changed(
        gallery_scene("patriot-2003"),
        nodes={"post": {"interrogator": "ideal/iff"}},
        traffic={group: {"transponder": None} for group in ("straight", "aside")},
        variants=None,
        reference=None,
        compare=None,
    )
    scene = changed(scene, traffic={group: {"transponder": transponder} for group in ("straight", "aside")})
    path = tmp_path / "scene.yaml"
    path.write_text(safe_dump(scene, sort_keys=False), encoding="utf-8")
    results = compare(path, replications=8, output=tmp_path / "run")
    states = {}
    for row in results.objects.to_pylist():
        states[row["run"], row["object"]] = row["transponder"]
    assert {state for (_, name), state in states.items() if name == "missile-1"} == {None}
    friends = {key: state for key, state in states.items() if key[1] != "missile-1"}
    assert set(friends.values()) == {"works", "off" if "off" in transponder else "wrong key"}
    replied = {
        (run, event.object)
        for run in range(8)
        for event in read_run(results, "base", run)
        if event.detail.get("identity_reason") == "mode 4 reply" and event.node == "post"
    }
    assert {key for key, state in friends.items() if state == "works"} == replied
    share = np.mean([state != "works" for state in friends.values()])
    assert 0.1 < share < 0.7


def test_from_python_one_question_at_a_time(chain):
    with pytest.raises(UsageError, match="name one object, or the leakers, or the friendly"):
        explain(chain)
    with pytest.raises(UsageError, match="name one object, or the leakers, or the friendly"):
        explain(chain, FRIEND, which="leakers")
    with pytest.raises(UsageError, match="there is no choice 'leaker'"):
        explain(chain, which="leaker")
    with pytest.raises(UsageError, match="exclude each other"):
        explain(chain, FRIEND, other="both", add="link:crc>post")


def test_a_variant_that_the_folder_lacks_cannot_be_the_one_explained(chain):
    with pytest.raises(UsageError, match="there is no variant 'both'"):
        explain(chain, FRIEND, variant="both")
