"""Readiness, contact loss, faults and what assets hold: what is refused, where, in which words, with which cure."""

import pytest

from openiamd.errors import ScenarioError
from openiamd.scenario.checks import check
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from scenes import catalogue

GOOD = """\
openiamd: 1
name: small
theatre: {centre: [39.9, 32.9], radius: 300 km, duration: 20 min}
assets: {ankara: {at: [39.9, 32.9], radius: 15 km, holds: [post], loss: 0.5, restored_after: 5 min}}
doctrine: {blue: {contact_loss: {action: dark, after: 30 s}}}
nodes:
  post: {type: s400/55k6e, at: [39.9, 32.9], doctrine: blue, superior: crc}
  crc: {type: nato/crc, at: [38.5, 32.5], doctrine: blue}
sensors:
  search: {type: s400/91n6e, node: post, at: [39.9, 32.9]}
  guide: {type: s400/92n6e, node: post, at: [39.9, 32.9], facing: 180 deg}
fire_units:
  unit: {type: s400/fire-unit, node: post, at: [39.9, 32.9], radar: guide, load: {s400/48n6e3: 32}}
links:
  l16: {type: nato/link16, from: crc, to: post, carries: [track, order], remote_use: CUE}
raids:
  cruise: {type: threat/cruise, count: 4, start: 1 min, route: [[38.3, 32.9]], target: ankara}
faults:
  power: {of: search, cause: sabotage, at: 2 min, until: 5 min, probability: 0.5, spread: 30 s}
readiness:
  some: {state: cued, applies_to: [search], cue_range: 200 km, linger: 30 s, warning: {lead: 5 min}}
"""
SOME = "{state: cued, applies_to: [search], cue_range: 200 km, linger: 30 s, warning: {lead: 5 min}}"
POWER = "{of: search, cause: sabotage, at: 2 min, until: 5 min, probability: 0.5, spread: 30 s}"

# what is replaced, by what, the line at which it is reported, words of the message, words of the hint
SPOILED = [
    ("  some: " + SOME, "  state: boxed", 20, "entries of readiness have names", "readiness: {stored: {state: …}}"),
    (SOME, "{state: stored, applies_to: [post]}", 21, "readiness entry 'some', state is 'stored'", "'boxed'"),
    (SOME, "{state: boxed}", 21, "readiness entry 'some' lacks 'applies_to'", "Whom"),
    (SOME, "{state: boxed, applies_to: []}", 21, "readiness entry 'some', applies_to", "Whom"),
    (SOME, "{state: boxed, applies_to: [cp]}", 21, "readiness entry 'some' names 'cp' which is not", "'post'"),
    (SOME, "{state: boxed, applies_to: [l16]}", 21, "names 'l16' which is not defined", "nodes, radars and fire units"),
    (SOME, "{state: hours, applies_to: [post]}", 21, "of state hours lacks 'hours'", "add 'hours: [{from"),
    (SOME, "{state: sector, applies_to: [post]}", 21, "of state sector lacks 'sector'", "add 'sector: {facing"),
    (SOME, "{state: cued, applies_to: [post]}", 21, "of state cued lacks 'cue_range'", "add 'cue_range: 200 km'"),
    (SOME, "{state: dark, applies_to: [post], linger: 1 s}", 21, "of state dark has 'linger'", "belongs to state cued"),
    (SOME, "{state: hold, applies_to: [search]}", 21, "puts sensor 'search' into state hold", "about a node"),
    (SOME, "{state: training, applies_to: [search]}", 21, "puts sensor 'search' into state training", "a fire unit"),
    (SOME, "{state: cued, applies_to: [unit], cue_range: 9 km}", 21, "puts fire unit 'unit' into state cued", "sensor"),
    (
        SOME,
        "{state: hours, applies_to: [post], hours: [{from: 2 min, until: 1 min}]}",
        21,
        "hours that end before they begin",
        "exchange",
    ),
    (
        SOME,
        "{state: hours, applies_to: [post], hours: [{from: 2 min}, {from: 5 min}]}",
        21,
        "hours that overlap or are out of order",
        "list them in order",
    ),
    (
        SOME,
        "{state: hold, applies_to: [post], orders: [{at: 1 min, state: dark}]}",
        21,
        "gives orders in state hold",
        "choose boxed, march, emplaced, dark, active",
    ),
    (
        SOME,
        "{state: dark, applies_to: [post], orders: [{at: 2 min, state: active}, {at: 1 min, state: dark}]}",
        21,
        "has orders out of order",
        "list them by 'at'",
    ),
    (
        SOME,
        SOME + "\n  more: {state: dark, applies_to: [post]}",
        22,
        "entries 'some' and 'more' both say the state of 'search'",
        "keep one of the two",
    ),
    ("remote_use: CUE}", "remote_use: NONE}", 21, "'search' waits for a cue, and no link may cue node 'post'", "CUE"),
    ("{contact_loss:", "{autonomous: HOLD, contact_loss:", 5, "has both 'autonomous' and 'contact_loss'", "remove"),
    ("action: dark", "action: quiet", 5, "contact_loss.action is 'quiet'", "'self_defence'"),
    ("after: 30 s", "after: 0 s", 5, "must be above 0", "5 min"),
    ("action: dark, after: 30 s", "action: dark", 5, "lacks 'after'", "Silence of the superior"),
    (POWER, "{of: sarch, at: 2 min}", 19, "fault 'power' is of 'sarch' which is not defined", "did you mean 'search'"),
    (POWER, "{of: search, at: 20 min}", 19, "fault 'power' is at 1200 s, after the run has ended", "lasts 1200 s"),
    (POWER, "{of: search, at: 5 min, until: 5 min}", 19, "fault 'power' ends before it begins", "exchange"),
    (POWER, "{of: search, at: 5 min, probability: 1.5}", 19, "probability: 1.5 is not a probability", "0.9"),
    (POWER, "{of: search, at: 5 min, cause: lightning}", 19, "fault 'power', cause is 'lightning'", "'sabotage'"),
    ("holds: [post], loss: 0.5, ", "holds: [post], ", 4, "nothing says how likely a loss is", "add 'loss: 0.5'"),
    ("holds: [post], loss: 0.5, restored_after: 5 min", "loss: 0.5", 4, "has 'loss' but holds nothing", "add 'holds"),
    ("holds: [post]", "holds: [pots]", 4, "asset 'ankara' holds 'pots' which is not defined", "did you mean 'post'"),
]


def checked(text: str) -> None:
    scenario = Scenario.from_document(read_document(text.encode(), "small.yaml"))
    check(scenario, catalogue().names_by_kind())


def test_the_good_file_is_good() -> None:
    checked(GOOD)


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), SPOILED, ids=[str(row[3]) for row in SPOILED])
def test_it_is_refused(old: str, new: str, line: int, message: str, hint: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ScenarioError) as caught:
        checked(GOOD.replace(old, new))
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")
    assert caught.value.line == line


def test_a_warning_without_a_raid_is_refused() -> None:
    start = GOOD.index("raids:")
    text = GOOD[:start] + GOOD[GOOD.index("faults:") :]
    with pytest.raises(ScenarioError, match="there is no raid to warn of"):
        checked(text)


def test_a_radar_in_the_air_cannot_wait_for_a_cue() -> None:
    flying = "\n  high: {type: nato/apy-2, node: post, on: awacs-1}\nfire_units:"
    plane = "traffic:\n  awacs: {type: nato/e-3a, side: friendly, loop: true, route: [[38.4, 31.0], [38.4, 32.6]]}\n"
    text = GOOD.replace("\nfire_units:", flying) + plane
    checked(text)
    with pytest.raises(ScenarioError, match="radar 'high' rides on 'awacs-1' and waits for a cue"):
        checked(text.replace("applies_to: [search]", "applies_to: [post]"))
