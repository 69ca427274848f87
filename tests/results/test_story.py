"""Stories: what the sentences, the chain and the facts say of hand-written runs whose truth is known."""

import importlib.util
import math
from pathlib import Path

import pytest

from openiamd.outputs.stories import WIDTH, explanation_lines, story_lines
from openiamd.results import kinds
from openiamd.results.cause_codes import OUTCOMES
from openiamd.results.causes import causes
from openiamd.results.changes import changes, sentence
from openiamd.results.contrast import contrast, sentences
from openiamd.results.run_events import Event, of_object, read_run, status_of
from openiamd.results.story import STEPS, tell
from openiamd.results.story_facts import Facts, Link, identification, missing_link, path, read_facts
from openiamd.results.story_words import SENTENCES, clock, distance
from openiamd.results.story_words import sentence as said

_SPEC = importlib.util.spec_from_file_location("written_causes", Path(__file__).parent / "test_causes.py")
assert _SPEC is not None
assert _SPEC.loader is not None
written_causes = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(written_causes)
STORIES = written_causes.STORIES
VARIANT = "standalone"


@pytest.fixture(scope="module")
def told(synthetic, tmp_path_factory):
    """Every hand-written story with its cause, its run's events, and as plain data."""
    results = written_causes.written(synthetic, tmp_path_factory.mktemp("story") / "run", STORIES)
    facts = read_facts(results, VARIANT)
    found = []
    for row in causes(results, VARIANT).to_pylist():
        events = read_run(results, VARIANT, row["run"])
        story = tell(results, facts, events, (VARIANT, row["run"], row["object"]), row)
        found.append((row, events, story))
    return sorted(found, key=lambda one: one[0]["run"])


def of_code(told, code, side="hostile"):
    return next(story for row, _, story in told if row["cause"] == code and row["side"] == side)


def text_of(story):
    return "\n".join(story_lines(story | {"counterfactuals": []}))


@pytest.mark.parametrize("place", range(len(STORIES)))
def test_a_story_tells_all_events_in_order_and_what_broke_the_chain(told, place):
    row, events, story = told[place]
    about = [event.event for event in events if event.about == row["object"]]
    steps = [step["event"] for step in story["steps"]]
    assert set(about) <= set(steps)
    assert [step["time_s"] for step in story["steps"]] == sorted(step["time_s"] for step in story["steps"])
    known = OUTCOMES[row["outcome"]][row["cause"]]
    assert (story["cause"]["label"], story["cause"]["link"]) == (known.label, known.link)
    text = text_of(story)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert f"broken     {known.label} ({known.link})" in text
    assert clock(story["end_s"]) in story["ending"] or story["end_s"] is None
    assert [link["step"] for link in story["chain"]] == list(STEPS)


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("not_looked", "looked_at"),
        ("not_detected", "detected"),
        ("not_tracked", "tracked"),
        ("not_shared", "at_shooter"),
        ("not_identified", "hostile_at_shooter"),
        ("undecided", "ordered"),
        ("order_too_late", "shot_at"),
    ],
)
def test_the_chain_ends_where_it_broke(told, code, absent):
    chain = {link["step"]: link["time_s"] for link in of_code(told, code)["chain"]}
    steps = [step for step in STEPS if step not in ("friend_at_shooter", "ended")]
    place = steps.index(absent)
    assert all(chain[step] is not None for step in steps[:place])
    assert all(chain[step] is None for step in steps[place:])
    assert chain["ended"] == written_causes.LEAKED_S


def test_what_came_of_an_order_and_of_a_salvo_belongs_to_the_story(told):
    lost = of_code(told, "order_track_lost")["steps"]
    assert [step["kind"] for step in lost][-3:] == ["engage", "ceased", "leaked"]
    assert lost[-2]["sentence"].endswith("track lost (the track was lost)")
    met = of_code(told, "shot_met_another")["steps"]
    assert "meets cruise-south-2 instead and destroys it" in met[-2]["sentence"]
    wasted = of_code(told, "shot_wasted")["steps"]
    assert "meets nothing near its track" in wasted[-2]["sentence"]


def test_a_link_that_could_have_carried_it_is_named(told):
    """The made-up scenario has one link, from crc to the shooter, that carries both."""
    link = of_code(told, "not_shared")["missing_link"]
    assert (link["from"], link["to"], link["carries"], link["path"]) == (["crc"], ["s400-cp"], "track", ["crc-s400"])
    assert "crc-s400 would carry track from crc to s400-cp" in link["sentence"]
    friend = of_code(told, "identity_not_shared", "friendly")
    assert friend["missing_link"]["carries"] == "identity"
    assert friend["missing_link"]["sentence"] in " ".join(text_of(friend).split())
    assert of_code(told, "missed")["missing_link"] is None


def test_tracks_that_were_of_another_object_are_told(told):
    swapped = of_code(told, "track_swapped", "friendly")
    assert "a track of it at s400-cp was nearest to another object too: cruise-south-2" in text_of(swapped)
    dual = of_code(told, "dual_tracks")
    assert [row["dual_s"] for row in dual["tracks"]] == [[60.0]]
    assert "two of its tracks are of one object" in text_of(dual)


def test_a_reason_that_comes_again_is_told_once(synthetic, tmp_path):
    def held(one):
        one.hostile()
        for _ in range(4):
            one.tell(kinds.HELD, code=2)
        one.tell(kinds.HELD, code=1)

    results = written_causes.written(synthetic, tmp_path / "run", [(written_causes.LEAKER, held)])
    events = read_run(results, VARIANT, 0)
    row = causes(results, VARIANT).to_pylist()[0]
    steps = tell(results, read_facts(results, VARIANT), events, (VARIANT, 0, row["object"]), row)["steps"]
    reasons = [(step["sentence"], step["repeated"], step["until_s"]) for step in steps if step["kind"] == "held"]
    assert [(repeated, until_s) for _, repeated, until_s in reasons] == [(3, 90.0), (0, 100.0)]
    assert "the magazine is empty" in reasons[0][0]


LINKS = [
    Link("a-b", "a", "b", ("track",)),
    Link("b-c", "b", "c", ("track", "identity")),
    Link("a-d", "a", "d", ("track", "identity")),
    Link("d-c", "d", "c", ("identity",)),
]
FACTS = Facts({}, ["c"], {}, LINKS)


def test_the_path_has_fewest_links_and_only_such_as_carry_it():
    assert path(LINKS, ["a"], ["c"], "track") == ["a-b", "b-c"]
    assert path(LINKS, ["a"], ["c"], "identity") == ["a-d", "d-c"]
    assert path(LINKS, ["b"], ["c"], "identity") == ["b-c"]
    assert path(LINKS, ["c"], ["c"], "track") == []
    assert path(LINKS, ["c"], ["a"], "track") is None
    assert missing_link(FACTS, ["c"], ["a"], "track")["sentence"] == "no link carries track from c to a"
    told = missing_link(FACTS, ["a"], ["b"], "identity")["sentence"]
    assert told == "no link carries identity from a to b; a-b carries track alone"


@pytest.mark.parametrize(
    ("answers", "asks", "transponder", "why"),
    [
        ([], ["mode5"], None, "it answers in no mode"),
        (["mode5"], [], None, "post asks in no mode"),
        (["mode5"], ["mode3"], None, "no common mode: it answers in Mode 5, post asks in Mode 3"),
        (["mode4"], ["mode4"], "off", "its transponder was off in this run: its Mode 4 answered nobody"),
        (["mode4"], ["mode4"], "wrong key", "its transponder had the wrong key in this run"),
        (["mode3", "mode4"], ["mode3", "mode4"], "wrong key", "post heard no reply"),
        (["mode4"], ["mode4"], "works", "post heard no reply"),
    ],
)
def test_why_identification_failed(answers, asks, transponder, why):
    facts = Facts({"jet": {"modes": answers}}, ["post"], {"post": tuple(asks)}, [])
    found = identification(facts, "jet", "post", transponder, [])
    assert found is not None
    assert found["failed"]
    assert found["sentence"].startswith(why)


def test_a_reply_that_was_heard_is_no_failure():
    facts = Facts({"jet": {"modes": ["mode5"]}}, ["post"], {"post": ("mode5",)}, [])
    heard = event(5, 20.0, kinds.IDENTITY, "post", identity="FRIEND", identity_reason="mode 5 reply")
    found = identification(facts, "jet", "post", None, [heard])
    assert found is not None
    assert (found["failed"], found["heard_s"], found["sentence"]) == (False, [20.0], "")
    elsewhere = identification(facts, "jet", "post", None, [heard._replace(node="crc")])
    assert elsewhere is not None
    assert elsewhere["failed"]
    old = Facts({"jet": {}}, ["post"], {"post": None}, [])
    assert identification(old, "jet", "post", None, []) is None


def event(number, time_s, kind, node, thing="jet", cause=-1, track=100, **detail):
    return Event(number, time_s, kind, node, thing, thing, track, cause, detail)


def two_runs():
    """The second run has a reply where the first has none, and so no order."""
    start = [event(0, 1.0, kinds.LAUNCHED, "", track=-1), event(1, 5.0, kinds.TRACK_CONFIRMED, "post", cause=0)]
    here = [
        *start,
        event(2, 9.0, kinds.IDENTITY, "post", cause=1, identity="HOSTILE", identity_reason="behaviour"),
        event(3, 9.0, kinds.ENGAGE, "post", cause=2, fire_unit="unit", time_to_go_s=60.0),
    ]
    there = [
        *start,
        event(2, 8.0, kinds.IDENTITY, "post", cause=1, track=7, identity="FRIEND", identity_reason="mode 5 reply"),
    ]
    return here, there


def test_two_runs_differ_first_where_only_one_has_an_event():
    here, there = two_runs()
    found = contrast(here, there, "jet", ["post"])
    assert found["first"]["time_s"] == 8.0
    assert found["first"]["here"] == []
    assert found["first"]["there"] == ["post: identity FRIEND (mode 5 reply): it answered in Mode 5"]
    assert found["fire"]["here"] == ["post: orders unit to engage track 100, 01:00 to go"]
    assert found["identity"] == found["first"]
    told = sentences(found, "jet")
    assert len(told) == 2
    assert told[0].startswith("first difference at 00:08 – here: nothing. there: post: identity FRIEND")


def test_numbers_of_tracks_and_events_make_no_difference():
    here, _ = two_runs()
    other = [one._replace(event=one.event + 50, track_number=3) for one in here]
    other = [one._replace(cause=one.cause + 50 if one.cause >= 0 else -1) for one in other]
    found = contrast(here, other, "jet", ["post"])
    assert found["first"] is None
    assert found["run_first"] is None
    assert sentences(found, "jet") == ["nothing about jet differs"]


def test_what_another_object_did_is_a_difference_of_the_run_only():
    here, _ = two_runs()
    more = [*here, event(9, 2.0, kinds.FIRST_LOOK, "post", thing="other", sensor="radar", range_m=5e3)]
    found = contrast(here, more, "jet", ["post"])
    assert found["first"] is None
    assert (found["run_first"]["time_s"], found["run_first"]["objects"]) == (2.0, ["other"])


def test_a_neighbours_track_that_ends_near_by_is_not_told():
    here, _ = two_runs()
    ended = [event(4, 30.0, kinds.TRACK_DROPPED, "post", cause=99, track=555), event(5, 31.0, 21, "post", track=100)]
    assert [one.event for one in of_object([*here, *ended], "jet")] == [0, 1, 2, 3, 5]


def test_changes_between_variants_are_told():
    settings = {
        "alone": [[["nodes", "post", "iff"], ["mode3"]]],
        "linked": [
            [["nodes", "post", "iff"], ["mode3", "mode5"]],
            [["links", "l16", "type"], "nato/link16"],
            [["links", "l16", "from"], "crc"],
            [["links", "l16", "to"], "post"],
            [["links", "l16", "carries"], ["track", "identity"]],
            [["replications"], 5],
        ],
    }
    found = changes(settings, "alone", "linked")
    assert [sentence(one) for one in found] == [
        "node post: iff [mode3] → [mode3, mode5]",
        "link l16 added (crc → post: track, identity)",
        "replications: none → 5",
    ]
    assert [one.integration for one in found] == [True, True, False]
    assert sentence(changes(settings, "linked", "alone")[1]) == "link l16 removed (crc → post: track, identity)"
    assert changes(settings, "linked", "linked") == []


def test_a_kind_without_a_sentence_is_told_by_its_words(monkeypatch):
    monkeypatch.delitem(SENTENCES, kinds.HELD)
    held = event(1, 1.0, kinds.HELD, "post", held_reason="no channel")
    assert said(held, "jet") == "held: held reason no channel"


@pytest.mark.parametrize(("time_s", "text"), [(0.0, "00:00"), (59.6, "01:00"), (3725.2, "62:05")])
def test_times_are_minutes_and_seconds(time_s, text):
    assert clock(time_s) == text


def test_distances_are_in_words():
    assert (distance(940.0), distance(23_400.0)) == ("940 m", "23 km")


def test_an_object_to_which_nothing_happened_has_a_story_too(synthetic, tmp_path):
    results = written_causes.written(synthetic, tmp_path / "run", [(written_causes.LEAKER, written_causes.Story.seen)])
    assert status_of(results, VARIANT, 0, "drones-3")["status"] == "waiting"
    story = tell(results, read_facts(results, VARIANT), read_run(results, VARIANT, 0), (VARIANT, 0, "drones-3"), None)
    assert story["steps"] == []
    assert "nothing happened to it in this run" in text_of(story)


def test_what_happened_to_the_shooters_meanwhile_is_told(synthetic, tmp_path):
    def hit(one):
        one.hostile()
        for thing, kind in ((written_causes.NEIGHBOUR, kinds.LOST), (-1, kinds.RESTORED)):
            one.tell(kind, thing=thing, track=-1, other=1, code=3, value=float(kinds.UNIT_DOMAIN), cause=-1)
        one.tell(kinds.CONTACT_LOST, thing=-1, track=-1, other=1, cause=-1)
        one.tell(kinds.LOST, written_causes.OTHER_NODE, thing=-1, track=-1, other=1, code=0, value=0.0, cause=-1)

    results = written_causes.written(synthetic, tmp_path / "run", [(written_causes.LEAKER, hit)])
    row = causes(results, VARIANT).to_pylist()[0]
    events = read_run(results, VARIANT, 0)
    story = tell(results, read_facts(results, VARIANT), events, (VARIANT, 0, row["object"]), row)
    assert [(step["node"], step["sentence"]) for step in story["steps"][-4:-1]] == [
        ("s400-cp", "fu-2 is lost: destroyed"),
        ("s400-cp", "fu-2 is restored"),
        ("s400-cp", "loses contact with crc"),
    ]


def test_rounds_that_are_missing_are_counted_by_whom_they_were_fired_at(synthetic, tmp_path):
    def spent(one):
        one.hostile()
        for thing in (written_causes.FRIEND, written_causes.FRIEND, written_causes.NEIGHBOUR, -1):
            one.tell(kinds.SHOT, thing=thing, cause=-1)
        one.tell(kinds.HELD, code=2)

    results = written_causes.written(synthetic, tmp_path / "run", [(written_causes.LEAKER, spent)])
    row = next(one for one in causes(results, VARIANT).to_pylist() if one["outcome"] == "leakers")
    events = read_run(results, VARIANT, 0)
    story = tell(results, read_facts(results, VARIANT), events, (VARIANT, 0, row["object"]), row)
    assert story["spent"]["rounds"] == {"friendly": 2, "hostile": 1, "nothing": 1}
    assert "fired 4 rounds by then: 2 at own aircraft, 1 at hostile objects, 1 at tracks of nothing" in " ".join(
        text_of(story).split()
    )


def test_an_answer_without_cases_says_so():
    found = {"scenario": "made-up", "seed": 1, "notes": ["interrupted"], "groups": [], "run": None, "runs": 4}
    lines = list(explanation_lines(found | {"which": "friendly", "variant": "iff", "stories": []}))
    assert "no own or civil aircraft was shot at in 4 runs of 'iff'" in lines
    assert "interrupted" in lines


def test_an_order_at_what_heads_for_no_defended_place_is_told():
    order = event(1, 9.0, kinds.ENGAGE, "post", fire_unit="unit", time_to_go_s=math.inf)
    assert said(order, "own").endswith("which is on no way to a defended place")
