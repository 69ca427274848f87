"""The chain of 2003 as a regression of order: each cause that is cured saves friends, and none is fitted to history."""

from functools import cache

import numpy as np
import pytest
from yaml import safe_dump

from openiamd.results.measures import measure
from openiamd.studies.compare import compare
from openiamd.studies.entities import entities
from openiamd.studies.explain import explain
from scenes import Data, changed, gallery_scene, play

RUNS = 120
NOT_FAILED = {"straight": {"transponder": {"off": 0}}, "aside": {"transponder": {"off": 0}}}


@cache
def measures(variant: str) -> dict[str, np.ndarray]:
    return scored(gallery_scene("patriot-2003"), variant)


def scored(data: Data, variant: str, runs: int = RUNS) -> dict[str, np.ndarray]:
    outcome = play(data, runs, variant=variant)
    scenario = outcome.scenario
    return measure(outcome.result, entities(scenario), 0, runs, scenario.warmup_s, scenario.duration_s)


def engaged(variant: str) -> np.ndarray:
    return measures(variant)["friendly_engaged"]


def test_alone_and_without_identification_friends_are_engaged():
    assert engaged("as-was").mean() > 0.0
    assert measures("as-was")["friendly_killed"].sum() > 0.0


@pytest.mark.parametrize("cure", ["with-iff", "with-link", "tauter"])
def test_each_cure_alone_helps(cure):
    assert engaged(cure).sum() < engaged("as-was").sum()
    assert np.all(engaged(cure) <= engaged("as-was"))  # run by run, with common draws


def test_both_cures_are_no_worse_than_either():
    assert engaged("both").sum() <= min(engaged("with-iff").sum(), engaged("with-link").sum())


@pytest.mark.parametrize("variant", ["with-iff", "both"])
def test_identification_that_always_answers_saves_every_friend(variant):
    """Reply probability 1, two interrogations before a decision, aircraft minutes or kilometres apart."""
    certain = changed(gallery_scene("patriot-2003"), nodes={"post": {"interrogator": "ideal/iff"}})
    assert scored(certain, variant)["friendly_engaged"].sum() == 0.0


def test_the_missile_is_engaged_in_every_variant():
    """A cure that blinds the battery is none: nobody saves friends by not shooting."""
    for variant in ("as-was", "with-iff", "tauter"):
        shots = measures(variant)["shots.total"] - engaged(variant)
        assert shots.mean() > 0.9, variant


def test_a_link_brings_disputes_that_a_lone_battery_cannot_have():
    assert measures("as-was")["identity_conflicts"].sum() == 0.0
    assert measures("with-link")["identity_conflicts"].mean() > 1.0


def test_explain_names_the_missing_link_and_the_failed_identification(tmp_path):
    """Without link and identification friends are engaged, and each story says what was missing; with both, none is."""
    certain = changed(gallery_scene("patriot-2003"), nodes={"post": {"interrogator": "ideal/iff"}})
    path = tmp_path / "certain.yaml"
    path.write_text(safe_dump(certain, sort_keys=False), encoding="utf-8")
    results = compare(path, ["as-was", "both"], replications=20, output=tmp_path / "run")
    assert explain(results, which="friendly", variant="both")["groups"] == []
    found = explain(results, which="friendly", limit=1000)
    assert len(found["stories"]) == sum(group["count"] for group in found["groups"]) > 20
    for story in found["stories"]:
        assert story["missing_link"]["sentence"] == "no link carries identity from crc to post"
        assert story["identification"]["sentence"] == (
            "its transponder was off in this run: its Mode 4 answered nobody"
        )
        (cured,) = story["counterfactuals"]
        assert cured["variant"] == "both"
        assert cured["integration"]
        assert cured["status_there"] == "departed"
        assert cured["differences"]["fire"]["there"] == []


def test_more_failed_sets_never_save_friends():
    """The draw that decides is the same for every probability, so a set that fails at 0.3 fails at 0.6 too."""
    scene = gallery_scene("patriot-2003")
    found = []
    for off in (0.0, 0.3, 0.6, 1.0):
        failing = {group: {"transponder": {"off": off}} for group in ("straight", "aside")}
        found.append(scored(changed(scene, traffic=failing, variants={"with-iff": {"traffic": None}}), "as-was", 40))
    totals = [one["friendly_engaged"].sum() for one in found]
    assert totals == sorted(totals)
    assert totals[0] < totals[1] < totals[3]


def test_weighing_the_same_evidence_also_ends_in_fire_when_nothing_else_is_known():
    """Bayes' rule is no cure: by the stated numbers a silent friend that dives at the battery is likelier a missile."""
    rules = {"identification": "bayes", "missile": None, "bayes": {"priors": priors(0.1)}}
    scene = changed(gallery_scene("patriot-2003"), doctrine={"battery": rules})
    scene["variants"].pop("tauter")
    wary = changed(scene, doctrine={"battery": {"bayes": {"priors": priors(0.9)}}})
    as_was = scored(scene, "as-was", 40)["friendly_engaged"]
    assert scored(wary, "as-was", 40)["friendly_engaged"].sum() >= as_was.sum()
    assert scored(wary, "with-iff", 40)["friendly_engaged"].sum() == 0.0


def priors(hostile: float) -> Data:
    return {"friend": 0.9 - hostile if hostile < 0.5 else 0.05, "neutral": 0.1 if hostile < 0.5 else 0.05} | {
        "hostile": hostile
    }
