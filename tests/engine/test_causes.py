"""Causes on simulated runs in which the first missing link is known by construction."""

import pytest

import synthetic
from openiamd.results.causes import causes
from openiamd.results.record import finish_recording, record_slice, start_recording
from openiamd.results.store import open_results
from openiamd.studies.entities import entities
from scenes import Data, changed, gallery_scene, ideal_scene, play, raid, real_scene

RUNS = 3
FAR = [43.2, 32.9]  # 370 km north of the city: drones stay below the horizon of whatever stands here


def judged(data: Data, folder, variant: str | None = None) -> list[dict]:
    """Carry a scenario through a few runs, store them, and return the causes."""
    outcome = play(data, RUNS, variant=variant)
    scenario, known = outcome.scenario, {"base": entities(outcome.scenario)}
    manifest = synthetic.manifest(RUNS) | {"reference": "base"}
    recording = start_recording(folder / "run", manifest, known, {"base": (scenario.warmup_s, scenario.duration_s)})
    record_slice(recording, "base", 0, RUNS, outcome.result)
    finish_recording(recording, {"base": 1.0})
    return causes(open_results(folder / "run"), "base").to_pylist()


def codes(rows: list[dict], outcome: str = "leakers") -> set[str]:
    return {row["cause"] for row in rows if row["outcome"] == outcome}


def drones(**sections) -> Data:
    """Return real sets against drones alone."""
    only = {"cruise": None, "srbm": None}
    return changed(real_scene(traffic={"airliner": None, "jet": None}, raids=only), **sections)


def test_blind_sensors_never_look(tmp_path):
    scene = drones(sensors={name: {"at": FAR} for name in ("search", "guide", "crc-radar")})
    rows = judged(scene, tmp_path)
    assert codes(rows) == {"not_looked"}
    assert len(rows) == RUNS  # the first of each raid arrives in time
    assert all(row["picture_error"] and row["evidence"] == "launched" for row in rows)


def test_without_a_link_what_another_node_tracks_is_not_shared(tmp_path):
    """The shooter's radars are out of sight; the other node's radar stands in the city and is not linked."""
    blind = {"search": {"at": FAR}, "guide": {"at": FAR}, "crc-radar": {"at": [39.9, 32.9]}}
    rows = judged(drones(sensors=blind), tmp_path)
    assert codes(rows) == {"not_shared"}
    assert {row["node"] for row in rows} == {"crc"}


@pytest.mark.parametrize(
    ("sections", "code"),
    [
        ({"fire_units": {"unit": {"load": {"ideal/interceptor": 0}}}}, "no_missile"),
        ({"doctrine": {"rules": {"weapons_control": "HOLD", "self_defence": False}}}, "weapons_hold"),
        ({"idealised": {"identify": None}, "doctrine": {"rules": {"self_defence": False}}}, "not_identified"),
    ],
)
def test_a_good_picture_that_is_not_used(tmp_path, sections, code):
    rows = judged(ideal_scene(raids={"raid": raid(2)}, **sections), tmp_path)
    assert codes(rows) == {code}
    assert len(rows) == 2 * RUNS


def test_a_picture_without_error_misses_only(tmp_path):
    """Idealised sets that kill with probability 0: every leaker was engaged and missed."""
    never = {"ideal/interceptor.pk_cruise": 0.0}
    scene = ideal_scene(raids={"raid": raid(2)}, idealised={"values": never})
    rows = judged(scene, tmp_path)
    assert codes(rows) == {"missed"}
    assert not any(row["picture_error"] for row in rows)


def battery(**sections) -> Data:
    """Return the chain of 2003; its fighters never reply."""
    return changed(gallery_scene("patriot-2003"), **sections)


def test_plans_that_only_the_control_centre_knows_are_not_shared(tmp_path):
    rows = judged(battery(), tmp_path, "as-was")
    assert codes(rows, "friendly_engaged") == {"identity_not_shared"}
    assert {row["node"] for row in rows if row["outcome"] == "friendly_engaged"} == {"crc"}
    assert {row["evidence"] for row in rows if row["outcome"] == "friendly_engaged"} == {"flight plan"}


def test_without_plan_and_reply_nothing_speaks_for_a_friend(tmp_path):
    rows = judged(battery(flight_plans=None), tmp_path, "as-was")
    assert codes(rows, "friendly_engaged") == {"no_evidence"}
    assert {row["evidence"] for row in rows if row["outcome"] == "friendly_engaged"} == {"missile criteria"}


@pytest.mark.parametrize("variant", ["with-iff", "with-link"])
def test_a_cured_link_is_nobodys_cause(tmp_path, variant):
    assert not codes(judged(battery(), tmp_path, variant), "friendly_engaged")
