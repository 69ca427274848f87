"""Shots, remote use, launchers and stocks: what is refused, where, in which words, with which cure."""

from dataclasses import replace

import pytest

from openiamd.catalogue.resolve import resolve
from openiamd.errors import ScenarioError
from openiamd.scenario.checks import check
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from scenes import catalogue

GOOD = """\
openiamd: 1
name: small
reference: alone
theatre: {centre: [39.9, 32.9], radius: 300 km, duration: 20 min}
assets: {ankara: {at: [39.9, 32.9], radius: 15 km}}
corridors: {lane: {points: [[39, 32], [40, 33]], width: 10 km, floor: 1 km, ceiling: 2 km, speed: [150 m/s, 300 m/s]}}
doctrine: {blue: {}}
nodes:
  post: {type: s400/55k6e, at: [39.9, 32.9], doctrine: blue, iff: [mode3]}
  crc: {type: nato/crc, at: [38.5, 32.5], doctrine: blue}
sensors:
  search: {type: s400/91n6e, node: post, at: [39.9, 32.9]}
  guide: {type: s400/92n6e, node: post, at: [39.9, 32.9], facing: 180 deg}
  high: {type: nato/apy-2, node: crc, on: awacs-1}
fire_units:
  unit: {type: s400/fire-unit, node: post, at: [39.9, 32.9], radar: guide, load: {s400/48n6e3: 32}}
links:
  l16: {type: nato/link16, from: crc, to: post, carries: [track], remote_use: CUE}
raids:
  cruise: {type: threat/cruise, count: 4, start: 1 min, route: [[38.3, 32.9]], target: ankara}
  scud: {type: threat/srbm-300, launch: [37.8, 33.5], target: ankara}
traffic:
  awacs: {type: nato/e-3a, side: friendly, loop: true, route: [[38.4, 31.0], [38.4, 32.6]]}
variants:
  alone: {links: {l16: null}}
  joined: {}
"""

# what is replaced, by what, the line at which it is reported, words of the message, words of the hint
SPOILED = [
    (
        "doctrine: {blue: {}}",
        "doctrine: {blue: {shots: {policy: shoot_look_shoot, salvo: 2}}}",
        7,
        "doctrine 'blue' looks after each shot, but fires salvos of 2",
        "leave 'salvo' out",
    ),
    (
        "doctrine: {blue: {}}",
        "doctrine: {blue: {shots: {policy: shoot_shoot_look, salvo: 1}}}",
        7,
        "doctrine 'blue' shoots twice before it looks, but fires salvos of 1",
        "policy: shoot_look_shoot",
    ),
    (
        "doctrine: {blue: {}}",
        "doctrine: {blue: {shots: {salvo: 1, spacing: 3 s}}}",
        7,
        "doctrine 'blue' spaces the interceptors of a salvo, and there is one in each",
        "remove 'spacing'",
    ),
    (
        "remote_use: CUE",
        "remote_use: LAUNCH_ON_REMOTE",
        18,
        "link 'l16' allows LAUNCH_ON_REMOTE but does not carry fire_control",
        "add 'fire_control' to 'carries'",
    ),
    (
        "carries: [track], remote_use: CUE",
        "carries: [fire_control], remote_use: NONE",
        18,
        "link 'l16' has fire_control but does not carry tracks",
        "add 'track'",
    ),
    (
        "load: {s400/48n6e3: 32}}",
        "load: {s400/48n6e3: 32}, shares_channels_with: unit2}",
        16,
        "fire unit 'unit' shares channels with 'unit2' which is not defined",
        "fire_units",
    ),
    (
        "load: {s400/48n6e3: 32}}",
        "load: {s400/48n6e3: 32}, shares_channels_with: unit}",
        16,
        "fire unit 'unit' shares channels with itself",
        "name the unit whose radar it is",
    ),
    (
        "load: {s400/48n6e3: 32}}",
        "load: {s400/48n6e3: 32}, stock: {s400/9m96e2: 4}}",
        16,
        "fire unit 'unit' has a stock of 's400/9m96e2', of which it has none ready",
        "remove the stock",
    ),
]


def checked(text: str) -> Scenario:
    scenario = Scenario.from_document(read_document(text.encode(), "small.yaml"))
    check(scenario, catalogue().names_by_kind())
    return scenario


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), SPOILED, ids=[str(row[3]) for row in SPOILED])
def test_it_is_refused(old: str, new: str, line: int, message: str, hint: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ScenarioError) as caught:
        checked(GOOD.replace(old, new))
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")
    assert caught.value.line == line


def test_a_stock_needs_a_type_that_is_reloaded() -> None:
    scenario = checked(GOOD.replace("load: {s400/48n6e3: 32}}", "load: {s400/48n6e3: 32}, stock: {s400/48n6e3: 4}}"))
    known = catalogue()
    assert resolve(scenario.variant("alone"), known).fire_units[0].reload_s == 3600.0
    unit = known.entries["s400/fire-unit"]
    without = replace(unit, values={name: value for name, value in unit.values.items() if name != "reload"})
    with pytest.raises(ScenarioError, match="has a stock, and 's400/fire-unit' has no value 'reload'"):
        resolve(scenario.variant("alone"), replace(known, entries={**known.entries, "s400/fire-unit": without}))
