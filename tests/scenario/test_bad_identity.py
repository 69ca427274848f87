"""Bad input about identity ends in one sentence with file, line and culprit, and a hint."""

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
assets: {ankara: {at: [39.9, 32.9], radius: 15 km}}
doctrine: {blue: {}}
nodes:
  post: {type: s400/55k6e, at: [39.9, 32.9], doctrine: blue, iff: [mode3]}
sensors:
  search: {type: s400/91n6e, node: post, at: [39.9, 32.9]}
traffic:
  awacs: {type: nato/e-3a, side: friendly, loop: true, route: [[38.4, 31.0], [38.4, 32.6]]}
"""

# what is replaced, by what, the line at which it is reported, words of the message, words of the hint
SPOILED = [
    (
        "blue: {}",
        "blue: {identification: guess}",
        5,
        "doctrine 'blue', identification is 'guess'",
        "'rules' or 'bayes'",
    ),
    ("blue: {}", "blue: {conflict: loudest}", 5, "doctrine 'blue', conflict is 'loudest'", "'own_reply'"),
    (
        "blue: {}",
        "blue: {bayes: {}}",
        5,
        "doctrine 'blue' has 'bayes' but identifies by rules",
        "identification: bayes",
    ),
    (
        "blue: {}",
        "blue: {identification: bayes, bayes: {priors: {friend: 0.5, neutral: 0.5, hostile: 0.5}}}",
        5,
        "the priors of friend, neutral and hostile add up to 1.5, not to 1",
        "correct",
    ),
    (
        "blue: {}",
        "blue: {identification: bayes, bayes: {priors: {friend: 1.5, neutral: 0, hostile: 0}}}",
        5,
        "doctrine 'blue', bayes.priors.friend: 1.5 is not a probability",
        "0.9",
    ),
    (
        "blue: {}",
        "blue: {identification: bayes, bayes: {answers: {mode6: {friend: 1, neutral: 0, hostile: 0}}}}",
        5,
        "has the unknown key 'mode6'",
        "'mode3', 'mode4', 'mode5'",
    ),
    (
        "blue: {}",
        "blue: {identification: bayes, bayes: {thresholds: {suspect: 0.4}}}",
        5,
        "threshold 'suspect' is 0.4, so two identities could apply at once",
        "above 0.5",
    ),
    (
        "blue: {}",
        "blue: {identification: bayes, bayes: {thresholds: {suspect: 0.99, hostile: 0.9}}}",
        5,
        "threshold 'suspect' lies above threshold 'hostile'",
        "exchange",
    ),
    (
        "blue: {}",
        "blue: {identification: bayes, bayes: {kinematics: [{name: a, likelihood: {friend: 0.7, neutral: 0,"
        " hostile: 0}}, {name: b, likelihood: {friend: 0.6, neutral: 0, hostile: 0}}]}}",
        5,
        "kinds of motion of a friend add up to a probability of 1.3",
        "1 at most",
    ),
    (
        "blue: {}",
        "blue: {identification: bayes, bayes: {kinematics: [{name: a, likelihood: {friend: 0, neutral: 0, hostile: 0}},"
        " {name: a, likelihood: {friend: 0, neutral: 0, hostile: 0}}]}}",
        5,
        "two kinds of motion named 'a'",
        "rename",
    ),
    ("blue: {}", "blue: {missile: {speed: [9 m/s, 1 m/s]}}", 5, "lower speed 9 is not below upper speed 1", "exchange"),
    ("blue: {}", "blue: {missile: {toward: node}}", 5, "doctrine 'blue', missile has 'toward' but no 'within'", "both"),
    ("blue: {}", "blue: {missile: {within: 1 min}}", 5, "missile has 'within' but no 'toward'", "both"),
    ("blue: {}", "blue: {missile: {toward: sea, within: 1 s}}", 5, "missile.toward is 'sea'", "'asset' or 'node'"),
    (
        "blue: {}}",
        "blue: {}}\nflight_plans: {p: {}}",
        6,
        "flight plan 'p' has neither a group nor a route",
        "'of: GROUP'",
    ),
    (
        "blue: {}}",
        "blue: {}}\nflight_plans: {p: {route: [[39, 32, 9 km, 200 m/s], [40, 33, 9 km, 200 m/s]]}}",
        6,
        "flight plan 'p' has a route but no times",
        "add 'start'",
    ),
    (
        "blue: {}}",
        "blue: {}}\nflight_plans: {p: {start: 0 s, route: [[39, 32, 9 km, 200 m/s], [40, 33]]}}",
        6,
        "leaves out height or speed at point 2: its times are unknown",
        "230 m/s",
    ),
    (
        "blue: {}}",
        "blue: {}}\nflight_plans: {p: {start: 0 s, route: [[39, 32, 9 km, 200 m/s]]}}",
        6,
        "flight plan 'p' has a route of one point",
        "add a point",
    ),
    ("blue: {}}", "blue: {}}\nflight_plans: {p: {of: jets}}", 6, "is that of traffic 'jets'", "'awacs'"),
    (
        "blue: {}}",
        "blue: {}}\nflight_plans: {p: {of: awacs}}",
        6,
        "is of traffic 'awacs', which flies round and round",
        "on a schedule",
    ),
    (
        "blue: {}}",
        "blue: {}}\nflight_plans: {p: {of: awacs, start: 1 s}}",
        6,
        "flight plan 'p' is of a group and has a start",
        "remove 'start'",
    ),
    (
        "blue: {}}",
        "blue: {}}\nflight_plans: {p: {of: awacs, known_to: [cp]}}",
        6,
        "flight plan 'p' is known to node 'cp'",
        "'post'",
    ),
    (
        "side: friendly",
        "side: friendly, transponder: {off: 0.7, wrong_key: 0.6}",
        11,
        "traffic 'awacs' has a transponder that is off or wrongly keyed with probability 1.3",
        "1 at most",
    ),
    (
        "side: friendly",
        "side: friendly, transponder: {off: -0.1}",
        11,
        "traffic 'awacs', transponder.off: -0.1 is not a probability",
        "0.9",
    ),
    ("side: friendly", "side: friendly, replies: [mode1]", 11, "traffic 'awacs', replies.0 is 'mode1'", "'mode4'"),
]


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), SPOILED, ids=[row[3] for row in SPOILED])
def test_a_spoiled_line_is_named(tmp_path: Path, old: str, new: str, line: int, message: str, hint: str) -> None:
    assert GOOD.count(old) >= 1
    path = tmp_path / "small.yaml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(OpenIAMDError) as caught:
        check(load_scenario(path), load_catalogue().names_by_kind())
    error = caught.value
    assert error.line == line, str(error)
    assert message in error.message
    assert "\n" not in error.message
    assert hint in (error.hint or "")
