"""Bad input about command ends in one sentence with file, line and culprit, and a hint."""

from pathlib import Path

import pytest

from openiamd.catalogue.entries import load_catalogue
from openiamd.errors import OpenIAMDError
from openiamd.scenario.checks import check
from openiamd.scenario.load import load_scenario

GOOD = """\
openiamd: 1
name: small
theatre: {centre: [39.9, 32.9], radius: 300 km, duration: 20 min}
doctrine: {blue: {}, red: {method: CENTRALIZED}}
zones:
  south: {kind: missile_engagement, points: [[39.0, 32.0], [39.0, 34.0], [39.5, 33.0]]}
nodes:
  hq: {type: nato/crc, at: [39.9, 32.9], doctrine: blue}
  post: {type: s400/55k6e, at: [39.9, 32.9], doctrine: red, superior: hq, id_authority: hq}
links:
  down: {type: nato/link16, from: hq, to: post, carries: [track, identity, order]}
fire_orders:
  stop: {order: cease_fire, by: hq, to: [post], from: 5 min, until: 10 min}
"""
CORNERS = "points: [[39.0, 32.0], [39.0, 34.0], [39.5, 33.0]]"

# what is replaced, by what, the line at which it is reported, words of the message, words of the hint
SPOILED = [
    ("id_authority: hq", "id_authority: hp", 9, "node 'post' has the id_authority 'hp' which is not defined", "hq"),
    ("track, identity, order", "track, order", 9, "no chain of links carries 'identity' from 'hq'", "identity]"),
    (
        "doctrine: red, superior: hq,",
        "doctrine: blue, engagement_authority: hq,",
        9,
        "node 'post' is DECENTRALIZED, but 'hq' holds its engagement authority",
        "CENTRALIZED",
    ),
    ("blue: {}", "blue: {weapons_control_by_class: {fast: FREE}}", 4, "weapons_control_by_class.fast", "'ballistic'"),
    ("blue: {}", "blue: {decision_spread: -1}", 4, "must be at least 0", "write it like"),
    (CORNERS, "points: [[39.0, 32.0], [39.0, 34.0]]", 6, "zone 'south' has fewer than three corners", "three"),
    (CORNERS, "floor: 1 km", 6, "neither corners nor a middle", "'points'"),
    (CORNERS, CORNERS + ", at: [39.0, 32.0], radius: 5 km", 6, "both corners and a middle", "'radius'"),
    (CORNERS, "at: [39.0, 32.0]", 6, "a middle but no radius", "both"),
    (CORNERS, "at: [-39.0, 32.0], radius: 5 km", 6, "thousands of kilometres away", "latitude"),
    (CORNERS, CORNERS + ", floor: 2 km, ceiling: 1 km", 6, "floor 2000 m is not below ceiling 1000 m", "exchange"),
    (CORNERS, CORNERS + ", from: 2 min, until: 1 min", 6, "zone 'south' ends before it begins", "exchange"),
    (CORNERS, CORNERS + ", applies_to: [past]", 6, "zone 'south' names node 'past' which is not defined", "post"),
    (
        "missile_engagement, ",
        "fighter_engagement, weapons_control: FREE, ",
        6,
        "zone 'south' is for fighters and has a weapons control status",
        "remove",
    ),
    ("order: cease_fire", "order: weapons_control", 13, "lacks a weapons control status", "'status' belongs"),
    ("order: cease_fire", "order: cease_fire, status: FREE", 13, "has a weapons control status", "'status' belongs"),
    ("until: 10 min", "until: 5 min", 13, "fire order 'stop' ends before it is given", "exchange"),
    ("by: hq, to: [post]", "by: post, to: [hq]", 13, "which no chain of links with 'order' joins to 'post'", "'by'"),
    ("to: [post]", "to: [pist]", 13, "fire order 'stop' names node 'pist' which is not defined", "post"),
    ("by: hq", "by: he", 13, "is given by 'he' which is not defined", "hq"),
    ("  stop:", "  down:", 13, "fire order 'down' has the id 'down' that link 'down' has already", "unique"),
]


def load(path: Path, text: str) -> None:
    path.write_text(text)
    check(load_scenario(path).variant("base"), load_catalogue().names_by_kind())


def test_the_good_one_is_good(tmp_path):
    load(tmp_path / "small.yaml", GOOD)


def test_an_authority_that_is_no_superior_will_do(tmp_path):
    load(tmp_path / "small.yaml", GOOD.replace("superior: hq,", "engagement_authority: hq,"))


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), SPOILED, ids=range(len(SPOILED)))
def test_bad_command_is_refused(tmp_path, old, new, line, message, hint):
    assert GOOD.count(old) == 1, old
    path = tmp_path / "small.yaml"
    with pytest.raises(OpenIAMDError) as caught:
        load(path, GOOD.replace(old, new))
    assert message in caught.value.message
    assert caught.value.line == line
    assert hint in (caught.value.hint or "")
