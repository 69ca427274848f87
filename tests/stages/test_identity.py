"""Identity in the chain of stages: modes, failed sets, flight plans, missile criteria, Bayes' rule and disputes."""

import math
from itertools import pairwise

import numpy as np
import pytest

from openiamd.results import kinds as words
from openiamd.results.measures import measure
from openiamd.stages.identify import opposed, settled
from openiamd.studies.entities import entities
from openiamd.world import events as kinds
from openiamd.world.arrays import Draws
from openiamd.world.compile import State, compile_world, create_state, first_capacity
from openiamd.world.evidence import BY_AUTHORITY, BY_FRIEND, BY_THREAT, fits
from openiamd.world.tracks import (
    ASSUMED_FRIEND,
    CONFIRMED,
    FRIEND,
    HOSTILE,
    NEUTRAL,
    PENDING,
    SUSPECT,
    UNKNOWN,
)
from scenes import CENTRE, Data, Outcome, changed, ideal_scene, play, resolved
from stage_calls import advance

PASSING = [[38.9, 32.0, "5 km", "250 m/s"], [38.9, 34.0, "5 km", "250 m/s"]]  # 111 km south of the city, eastbound
INBOUND = [[38.9, 32.9, "800 m", "250 m/s"], [39.9, 32.9, "800 m", "250 m/s"]]


def quiet(**sections) -> Data:
    """Return one perfect radar whose node holds no mode, no fire unit, and nothing hostile."""
    perfect = {"noise": False, "detect_always": True, "identify": None, "correlate": True}
    scene = ideal_scene(fire_units={"unit": None}, idealised=perfect, theatre={"duration": "5 min"})
    scene["raids"] = {}
    return changed(scene, **sections)


def jet(**fields) -> Data:
    return {"jet": {"type": "ideal/aircraft", "side": "friendly", "route": PASSING, "replies": []} | fields}


def identities(outcome: Outcome, run: int | None = None) -> list[tuple[str, str]]:
    """Return identity and reason of every change of identity, in words, in the order of time."""
    rows = outcome.result.events
    chosen = (rows.kind == kinds.IDENTITY) & ((rows.run == run) if run is not None else True)
    return [
        (words.IDENTITIES[code], words.IDENTITY_REASONS[other])
        for code, other in zip(rows.code[chosen], rows.other[chosen], strict=True)
    ]


def tracked(data: Data, until_s: float, runs: int = 1) -> State:
    """Return the state of a scenario at a time, the tracks with it."""
    world = compile_world(resolved(data))
    state = create_state(world, runs, first_capacity(world))
    advance(world, state, Draws(np.uint64(1), 0), until_s, 0, runs)
    return state


# ---- modes and transponders

MODES = ("mode3", "mode4", "mode5")
HEARD = {"mode3": "NEUTRAL", "mode4": "FRIEND", "mode5": "FRIEND"}


@pytest.mark.parametrize("asked", MODES)
@pytest.mark.parametrize("held", MODES)
def test_every_pair_of_modes_answers_only_where_it_is_one(asked, held):
    scene = quiet(traffic=jet(replies=[held]), nodes={"post": {"iff": [asked]}})
    expected = HEARD[held] if asked == held else "UNKNOWN"
    assert [identity for identity, _ in identities(play(scene, 1))] == [expected]


def test_the_better_mode_is_the_one_heard():
    scene = quiet(traffic=jet(replies=[*MODES]), nodes={"post": {"iff": [*MODES]}})
    assert identities(play(scene, 1)) == [("FRIEND", "mode 5 reply")]
    scene = quiet(traffic=jet(replies=["mode3", "mode4"]), nodes={"post": {"iff": [*MODES]}})
    assert identities(play(scene, 1)) == [("FRIEND", "mode 4 reply")]


@pytest.mark.parametrize(
    ("transponder", "expected"),
    [
        ({"off": 1}, {"mode3": "UNKNOWN", "mode4": "UNKNOWN", "mode5": "UNKNOWN"}),
        ({"wrong_key": 1}, {"mode3": "NEUTRAL", "mode4": "UNKNOWN", "mode5": "UNKNOWN"}),
        ({"off": 0, "wrong_key": 0}, HEARD),
    ],
)
def test_a_set_that_is_off_or_wrongly_keyed_is_silent(transponder, expected):
    for mode in MODES:
        scene = quiet(traffic=jet(replies=[mode], transponder=transponder), nodes={"post": {"iff": [mode]}})
        assert [identity for identity, _ in identities(play(scene, 1))] == [expected[mode]], mode


def test_a_set_fails_for_whole_flights_at_the_stated_rate():
    """Over 400 flights about 0.3 are silent throughout; the others answer every time, so none changes its identity."""
    failing = {"off": 0.2, "wrong_key": 0.1}
    scene = quiet(traffic=jet(replies=["mode4"], transponder=failing), nodes={"post": {"iff": ["mode4"]}})
    outcome = play(scene, 400)
    per_run = [identities(outcome, run) for run in range(400)]
    assert all(len(changes) == 1 for changes in per_run)
    silent = np.mean([changes[0][0] == "UNKNOWN" for changes in per_run])
    assert silent == pytest.approx(0.3, abs=4.0 * math.sqrt(0.3 * 0.7 / 400))


def test_a_set_that_may_fail_shifts_no_other_draw():
    lossy = {"values": {"ideal/iff.mode4_reply": 0.5}}
    scene = quiet(traffic=jet(replies=["mode4"]), nodes={"post": {"iff": ["mode4"]}}, idealised=lossy)
    sure, doubtful = play(scene, 50), play(changed(scene, traffic={"jet": {"transponder": {"off": 0.5}}}), 50)
    both = [(identities(sure, run), identities(doubtful, run)) for run in range(50)]
    assert {one == other for one, other in both} == {True, False}
    assert all(one == other or {identity for identity, _ in other} == {"UNKNOWN"} for one, other in both)


# ---- procedures and criteria


def planned(**fields) -> Data:
    plan = {"route": PASSING, "start": "0 s", "identity": "ASSUMED_FRIEND", "time": "30 s"} | fields
    return {"filed": {key: value for key, value in plan.items() if value is not None}}


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({}, "ASSUMED_FRIEND"),
        ({"start": "25 s"}, "ASSUMED_FRIEND"),
        ({"start": "40 s"}, "UNKNOWN"),  # planned 40 s later, 30 s are allowed
        ({"route": [[38.9, 32.0, "6.5 km", "250 m/s"], [38.9, 34.0, "6.5 km", "250 m/s"]]}, "UNKNOWN"),
        ({"route": [[39.0, 32.0, "5 km", "250 m/s"], [39.0, 34.0, "5 km", "250 m/s"]]}, "UNKNOWN"),  # 11 km aside
        ({"route": [[39.0, 32.0, "5 km", "250 m/s"], [39.0, 34.0, "5 km", "250 m/s"]], "width": "30 km"}, None),
        ({"known_to": []}, "UNKNOWN"),
        ({"route": [[38.9, 34.0, "5 km", "250 m/s"], [38.9, 32.0, "5 km", "250 m/s"]]}, "UNKNOWN"),  # the other way
    ],
)
def test_a_plan_is_flown_in_place_height_and_time_by_what_a_node_knows(plan, expected):
    scene = quiet(traffic=jet(), flight_plans=planned(**plan), theatre={"duration": "1 min"})
    changes = identities(play(scene, 1))
    assert changes == [(expected or "ASSUMED_FRIEND", "flight plan" if expected != "UNKNOWN" else "none")]


def test_a_plan_filed_for_a_group_has_the_planned_start_of_each_member():
    plan = {"filed": {"of": "jet", "identity": "NEUTRAL", "time": "10 s"}}
    group = jet(count=2, spacing="60 s")
    on_time = play(quiet(traffic=group, flight_plans=plan), 1)
    assert [identity for identity, _ in identities(on_time)] == ["NEUTRAL", "NEUTRAL"]
    late = play(quiet(traffic=changed(group, jet={"jitter": "50 s"}), flight_plans=plan), 40)
    declared = [identity for identity, _ in identities(late)]
    assert {"NEUTRAL", "UNKNOWN"} <= set(declared)  # 10 s early or late of up to 50 s


def test_a_foe_in_a_lane_is_presumed_what_the_lane_is_for():
    lane = {"points": [[38.9, 32.0], [38.9, 34.0]], "width": "10 km", "floor": "4 km", "ceiling": "6 km"}
    scene = quiet(corridors={"lane": lane | {"speed": ["200 m/s", "300 m/s"], "identity": "NEUTRAL"}})
    scene["raids"] = {"foe": {"type": "ideal/target", "route": PASSING}}
    assert identities(play(scene, 1)) == [("NEUTRAL", "corridor")]


MISSILE = {"speed": ["220 m/s", "1 km/s"], "climb": ["-900 m/s", "-20 m/s"], "toward": "node", "within": "2 min"}


def test_missile_criteria_ask_for_speed_descent_and_course():
    world = compile_world(resolved(quiet(traffic=jet(), doctrine={"rules": {"missile": MISSILE}})))
    node_m = world.nodes.position_m[0]

    def is_missile(north_m: float, north_mps: float, climb_mps: float, aside_m: float = 0.0) -> bool:
        state = np.array([node_m[0] + aside_m, node_m[1] + north_m, 5_000.0, 0.0, north_mps, climb_mps])
        speed_mps = math.hypot(north_mps, climb_mps)
        return fits(world.beliefs.criterion[0], world.nodes, world.assets, 0, state, 5_000.0, speed_mps)

    assert is_missile(20_000.0, -250.0, -60.0)
    assert not is_missile(20_000.0, 250.0, -60.0)  # goes away
    assert not is_missile(20_000.0, -250.0, 0.0)  # level
    assert not is_missile(20_000.0, -150.0, -60.0)  # slow
    assert not is_missile(60_000.0, -250.0, -60.0)  # four minutes off
    assert not is_missile(20_000.0, -250.0, -60.0, aside_m=6_000.0)  # passes 6 km away, 5 km count


def test_what_comes_like_a_missile_is_hostile_once_it_did_not_answer():
    dive = [[39.65, 32.9, "5 km", "250 m/s"], [39.9, 32.9, "100 m", "250 m/s"]]
    rules = {"missile": MISSILE, "interrogations": 30}
    scene = quiet(traffic=jet(route=dive), nodes={"post": {"iff": ["mode4"]}}, doctrine={"rules": rules})
    silent = identities(play(scene, 1))
    assert silent[:2] == [("SUSPECT", "missile criteria"), ("HOSTILE", "missile criteria")]
    answers = changed(scene, traffic={"jet": {"replies": ["mode4"]}})
    assert identities(play(answers, 1)) == [("FRIEND", "mode 4 reply")]


# ---- Bayes' rule

BAYES = {"identification": "bayes"}
FLAT = {"name": "any", "likelihood": {"friend": 1, "neutral": 1, "hostile": 1}}
ONLY_IFF = BAYES | {"bayes": {"kinematics": [FLAT], "priors": {"friend": 0.4, "neutral": 0.1, "hostile": 0.5}}}


def log_odds(state: State) -> tuple[float, float]:
    """Return the log-odds of friend and of hostile against neutral of the only track."""
    row = state.tracks.row[0, 0]
    held = row[row["status"] >= CONFIRMED]
    assert len(held) == 1
    return float(held["friend_log_odds"][0]), float(held["hostile_log_odds"][0])


def test_without_interrogation_belief_is_the_prior_and_time_adds_nothing():
    scene = quiet(traffic=jet(), doctrine={"rules": ONLY_IFF})
    expected = (math.log(4.0), math.log(5.0))
    assert log_odds(tracked(scene, 20.0)) == pytest.approx(expected)
    assert log_odds(tracked(scene, 200.0)) == pytest.approx(expected)


def test_silence_in_a_mode_that_nobody_holds_says_nothing():
    nobody = dict.fromkeys(("friend", "neutral", "hostile"), 0)
    rules = changed(ONLY_IFF, bayes={"answers": {"mode4": nobody}})
    scene = quiet(traffic=jet(), nodes={"post": {"iff": ["mode4"]}}, doctrine={"rules": rules})
    assert log_odds(tracked(scene, 200.0)) == pytest.approx((math.log(4.0), math.log(5.0)))


def test_silences_settle_at_the_share_of_sets_that_are_off():
    answers = {"friend": 0.9, "neutral": 0, "hostile": 0}
    rules = changed(ONLY_IFF, bayes={"answers": {"mode4": answers}})
    lossy = {"values": {"ideal/iff.mode4_reply": 0.5}}
    scene = quiet(traffic=jet(), nodes={"post": {"iff": ["mode4"]}}, doctrine={"rules": rules}, idealised=lossy)
    assert log_odds(tracked(scene, 250.0))[0] == pytest.approx(math.log(4.0 * 0.1), rel=1e-9)
    once = tracked(scene, 3.0)
    asked = int(once.tracks.row[0, 0, 0]["unanswered"])
    assert log_odds(once)[0] == pytest.approx(math.log(4.0 * (0.1 + 0.9 * 0.5**asked)), rel=1e-9)


def test_a_reply_counts_once_whatever_its_number():
    scene = quiet(traffic=jet(replies=["mode4"]), nodes={"post": {"iff": ["mode4"]}}, doctrine={"rules": ONLY_IFF})
    expected = (math.log(4.0 * 0.9 / 0.001), math.log(5.0))
    assert log_odds(tracked(scene, 10.0)) == pytest.approx(expected)
    assert log_odds(tracked(scene, 250.0)) == pytest.approx(expected)


def test_motion_counts_once_and_holds_for_the_stated_time():
    """Low and inbound is .4 / .005 against neutral; it does not grow while it lasts."""
    scene = quiet(traffic=jet(route=INBOUND), doctrine={"rules": BAYES})
    expected = math.log(0.3 / 0.35 * 0.4 / 0.005)
    assert log_odds(tracked(scene, 20.0))[1] == pytest.approx(expected)
    assert log_odds(tracked(scene, 200.0))[1] == pytest.approx(expected)
    climbing = [[39.0, 32.9, "800 m", "250 m/s"], [39.3, 32.9, "800 m", "250 m/s"], [39.85, 32.9, "3 km", "250 m/s"]]
    scene = quiet(traffic=jet(route=climbing), doctrine={"rules": BAYES})
    legs_s = [math.radians(degrees) * 6_371_008.8 / 250.0 for degrees in (0.3, 0.55)]
    above_s = round(legs_s[0] + legs_s[1] * 200.0 / 2_200.0)  # no longer below 1 km: a fighter, no cruise missile
    assert log_odds(tracked(scene, above_s + 50.0))[1] == pytest.approx(expected)
    assert log_odds(tracked(scene, above_s + 75.0))[1] == pytest.approx(math.log(0.3 / 0.35 * 0.06 / 0.1))


def test_a_plan_speaks_for_a_friend():
    scene = quiet(traffic=jet(), flight_plans=planned(), doctrine={"rules": ONLY_IFF})
    assert log_odds(tracked(scene, 30.0)) == pytest.approx((math.log(4.0 * 0.9 / 0.01), math.log(5.0)))
    assert identities(play(scene, 1)) == [("ASSUMED_FRIEND", "weight of evidence")]  # 0.36 of 0.366


def hostile_declared(threshold: float) -> np.ndarray:
    """Return which of six objects, one friend in two, were ever HOSTILE in each of ten runs (run, object)."""
    rules = changed(BAYES, bayes={"thresholds": {"hostile": threshold, "suspect": 0.51}})
    lossy = {"values": {"ideal/iff.mode4_reply": 0.6}, "noise": True}
    friends = jet(count=3, spacing="30 s", spread="30 km", route=INBOUND, replies=["mode4"])
    friends["jet"]["transponder"] = {"off": 0.3}
    scene = quiet(traffic=friends, nodes={"post": {"iff": ["mode4"]}}, doctrine={"rules": rules}, idealised=lossy)
    west = [[39.9, 31.7, "800 m", "250 m/s"], [39.9, 32.9, "800 m", "250 m/s"]]
    scene["raids"] = {"foe": {"type": "ideal/target", "count": 3, "spacing": "30 s", "spread": "30 km", "route": west}}
    outcome = play(scene, 10)
    rows = outcome.result.events
    chosen = (rows.kind == kinds.IDENTITY) & (rows.code == HOSTILE) & (rows.object >= 0)
    found = np.zeros((10, 6), np.bool_)
    found[rows.run[chosen], rows.object[chosen]] = True
    return found


def test_a_higher_threshold_declares_no_more_hostile_on_either_side():
    """With common draws, object by object: what is HOSTILE at a high threshold is HOSTILE at every lower one."""
    found = [hostile_declared(threshold) for threshold in (0.6, 0.9, 0.97, 1.0)]
    for lower, higher in pairwise(found):
        assert not np.any(higher & ~lower)
    foes = found[0][:, :3]  # raids come first
    assert foes.mean() > found[0][:, 3:].mean() > 0.0
    assert not found[-1].any()


# ---- reports and disputes


def pair(rules: Data, there: list[str], **sections) -> Data:
    """Return the post and a rear node with its own radar that reports to it; the rear node follows doctrine 'rear'."""
    scene = quiet(
        nodes={"rear": {"type": "ideal/command", "at": CENTRE, "doctrine": "rear", "interrogator": "ideal/iff"}},
        sensors={"rear-radar": {"type": "ideal/radar", "node": "rear", "at": CENTRE}},
        doctrine={"rules": rules, "rear": {}},
    )
    scene["nodes"]["rear"]["iff"] = there
    scene["links"] = {"l": {"type": "ideal/link", "from": "rear", "to": "post", "carries": ["track", "identity"]}}
    return changed(scene, **sections)


def superior(scene: Data) -> Data:
    link = {"l": {"carries": ["track", "identity", "order"]}}
    return changed(scene, nodes={"post": {"superior": "rear"}}, links=link)


@pytest.mark.parametrize(
    ("conflict", "is_superior", "expected"),
    [
        ("own_reply", False, "FRIEND"),
        ("friend", False, "FRIEND"),
        ("authority", False, "HOSTILE"),
        ("authority", True, "FRIEND"),
        ("threat", False, "HOSTILE"),
        ("threat", True, "HOSTILE"),
    ],
)
def test_own_hostile_against_a_reported_friend_is_settled_as_the_doctrine_says(conflict, is_superior, expected):
    rules = {"conflict": conflict, "interrogations": 0}
    scene = pair(rules, ["mode4"], traffic=jet(route=INBOUND, replies=["mode4"]))
    outcome = play(superior(scene) if is_superior else scene, 1)
    rows = outcome.result.events
    conflicts = rows.kind == kinds.IDENTITY_CONFLICT
    assert (rows.code[conflicts].tolist(), rows.other[conflicts].tolist()) == ([HOSTILE], [FRIEND])
    post = (rows.kind == kinds.IDENTITY) & (rows.node == 0)
    assert words.IDENTITIES[rows.code[post][-1]] == expected
    scenario = outcome.scenario
    measures = measure(outcome.result, entities(scenario), 0, 1, 0.0, scenario.duration_s)
    assert measures["identity_conflicts"].tolist() == [1.0]


def test_a_dispute_ends_when_the_reporter_comes_to_agree():
    """The rear node hears the jet until its set is out of its interrogator's reach; here it stops reporting."""
    rules = {"conflict": "threat", "interrogations": 0}
    scene = pair(rules, ["mode4"], traffic=jet(route=INBOUND, replies=["mode4"]))
    scene["links"]["l"]["active"] = {"from": "0 s", "until": "100 s"}
    rows = play(scene, 1).result.events
    began, ended = rows.kind == kinds.IDENTITY_CONFLICT, rows.kind == kinds.IDENTITY_RESOLVED
    assert (began.sum(), ended.sum()) == (1, 1)
    lasted_s = rows.time_s[ended][0] - rows.time_s[began][0]
    assert rows.value[ended].tolist() == [lasted_s]
    assert 90.0 < lasted_s < 110.0


def test_resolution_by_hand():
    assert settled(BY_FRIEND, HOSTILE, FRIEND, False) == FRIEND
    assert settled(BY_FRIEND, FRIEND, HOSTILE, True) == FRIEND
    assert settled(BY_FRIEND, HOSTILE, ASSUMED_FRIEND, True) == ASSUMED_FRIEND
    assert settled(BY_FRIEND, HOSTILE, ASSUMED_FRIEND, False) == HOSTILE
    assert settled(BY_AUTHORITY, HOSTILE, NEUTRAL, True) == NEUTRAL
    assert settled(BY_AUTHORITY, HOSTILE, NEUTRAL, False) == HOSTILE
    assert settled(BY_THREAT, NEUTRAL, HOSTILE, True) == HOSTILE
    assert all(opposed(HOSTILE, one) and opposed(one, HOSTILE) for one in (ASSUMED_FRIEND, FRIEND, NEUTRAL))
    assert not any(opposed(HOSTILE, one) for one in (PENDING, UNKNOWN, SUSPECT, HOSTILE))
    assert not any(opposed(SUSPECT, one) for one in (FRIEND, NEUTRAL, HOSTILE))


def test_two_nodes_that_weigh_do_not_talk_each_other_into_certainty():
    """Each reports its own evidence alone: belief is own evidence and one report, however long they talk."""
    weighs = changed(BAYES, bayes={"thresholds": {"suspect": 0.6, "hostile": 0.8, "assumed_friend": 0.6}})
    scene = pair(weighs, [], traffic=jet(route=INBOUND), doctrine={"rear": weighs})
    scene["links"]["back"] = changed(scene["links"]["l"]) | {"from": "post", "to": "rear"}
    own = (math.log(0.35 * 0.03), math.log(0.35 * 0.005), math.log(0.3 * 0.4))
    assert math.exp(own[2]) / sum(map(math.exp, own)) > 0.8  # so each reports HOSTILE
    expected = own[2] - own[1] + math.log(0.95 / 0.025)
    for until_s in (40.0, 250.0):
        rows = tracked(scene, until_s).tracks.row[0]
        held = rows[rows["status"] >= CONFIRMED]
        assert len(held) == 2
        assert held["remote_identity"].max() == HOSTILE
        for row in held:
            heard = row["remote_identity"] == HOSTILE
            assert row["hostile_log_odds"] == pytest.approx(expected if heard else own[2] - own[1])
