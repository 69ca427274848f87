"""Command: orders that come down a tree or do not, authority to declare, fire orders, and delays that are drawn."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import stats

from openiamd.results import kinds as codes
from openiamd.world import events as kinds
from scenes import CENTRE, Data, Outcome, changed, ideal_scene, play, raid


def times(outcome: Outcome, kind: int, node: str = "post") -> list[float]:
    events = outcome.result.events
    index = [one.id for one in outcome.scenario.nodes].index(node)
    return events.time_s[(events.kind == kind) & (events.node == index)].tolist()


def reasons(outcome: Outcome, kind: int, node: str = "post") -> set[str]:
    events = outcome.result.events
    index = [one.id for one in outcome.scenario.nodes].index(node)
    words = codes.HELD_REASONS if kind == kinds.HELD else codes.CEASED_REASONS
    return {words[code] for code in events.code[(events.kind == kind) & (events.node == index)].tolist()}


def echelons(*above: str, **sections: Any) -> Data:
    """Return a post with its own radar under CENTRALIZED control of the last of ``above``, each commanded by the next.

    Only the last one has a radar as well. Links carry orders down, and the post's tracks up to the first.
    """
    scene = ideal_scene(raids={"raid": raid(2)})
    chain = ["post", *above]
    for below, node in pairwise(chain):
        scene["nodes"][below]["superior"] = node
        scene["nodes"][node] = {"type": "ideal/command", "at": CENTRE, "doctrine": "top", "interrogator": "ideal/iff"}
        scene.setdefault("links", {})[f"{node}-{below}"] = {
            "type": "ideal/link", "from": node, "to": below, "carries": ["track", "order"], "remote_use": "CUE",
        }  # fmt: skip
    scene["sensors"]["high"] = {"type": "ideal/radar", "node": above[-1], "at": CENTRE}
    scene["doctrine"]["top"] = {**scene["doctrine"]["rules"]}
    scene["doctrine"]["rules"] |= {"method": "CENTRALIZED", "self_defence": False}
    scene["nodes"]["post"]["engagement_authority"] = above[-1]
    return changed(scene, **sections)


def test_a_node_fires_at_what_its_superior_ordered():
    outcome = play(echelons("hq"), 2)
    assert len(times(outcome, kinds.SHOT)) > 0
    assert reasons(outcome, kinds.HELD) <= {"no order from above", "outside envelope"}


@pytest.mark.parametrize("cut_s", [1, 50])
def test_with_the_order_link_cut_it_holds_fire(cut_s):
    """Contact is not yet held for lost, so the post waits; the last order is void three intervals after the cut."""
    raids = {"raids": {"raid": raid(6)}}
    whole = play(echelons("hq", **raids), 2)
    cut = play(echelons("hq", **raids, links={"hq-post": {"active": {"until": f"{cut_s} s"}}}), 2)
    assert [time_s for time_s in times(cut, kinds.ENGAGE) if time_s > cut_s + 4.0] == []
    assert [time_s for time_s in times(whole, kinds.ENGAGE) if time_s > cut_s + 4.0] != []
    assert "no order from above" in reasons(cut, kinds.HELD)


def test_contact_lost_for_long_enough_gives_the_authority_back():
    cut = {"links": {"hq-post": {"active": {"until": "1 s"}}}}
    silent = play(echelons("hq", **cut), 2)
    timeout = {"idealised": {"values": {"ideal/command.contact_timeout": "60 s"}}}
    alone = play(echelons("hq", **cut, **timeout), 2)
    assert times(silent, kinds.SHOT) == []
    assert min(times(alone, kinds.SHOT)) >= 60.0
    assert times(alone, kinds.CONTACT_LOST) != []


def test_orders_pass_through_a_node_without_radar_or_authority():
    relayed = play(echelons("mid", "hq"), 2)
    assert len(times(relayed, kinds.SHOT)) > 0
    cut = play(echelons("mid", "hq", links={"hq-mid": {"active": {"until": "1 s"}}}), 2)
    assert times(cut, kinds.SHOT) == []


def test_an_order_about_a_track_that_only_the_post_reports_comes_back_as_a_pointer():
    """The headquarters has no radar: it hears of the track from the post, and orders by its number alone."""
    scene = echelons("hq")
    del scene["sensors"]["high"]
    up = {"type": "ideal/link", "from": "post", "to": "hq", "carries": ["track"], "remote_use": "CUE"}
    outcome = play(changed(scene, links={"up": up, "hq-post": {"carries": ["order"], "remote_use": "NONE"}}), 2)
    assert len(times(outcome, kinds.SHOT)) > 0
    assert times(outcome, kinds.DECORRELATED) == []


def test_a_superior_that_holds_its_fire_orders_none():
    outcome = play(echelons("hq", doctrine={"top": {"weapons_control": "HOLD"}}), 2)
    assert times(outcome, kinds.SHOT) == []


def test_decentralized_nodes_need_no_order():
    scene = echelons("hq", doctrine={"rules": {"method": "DECENTRALIZED"}})
    del scene["nodes"]["post"]["engagement_authority"]
    scene["links"]["hq-post"]["active"] = {"until": "1 s"}
    assert len(times(play(scene, 2), kinds.SHOT)) > 0


# ---- authority to declare


def declaring(**sections: Any) -> Data:
    """Return a post that may not declare HOSTILE by itself; behaviour makes every raider hostile at once."""
    scene = echelons("hq", doctrine={"rules": {"method": "DECENTRALIZED"}}, idealised={"identify": None})
    del scene["nodes"]["post"]["engagement_authority"]
    for rules in scene["doctrine"].values():
        rules["hostile"] = {"below": "8 km", "time_to_go": "15 min"}
        rules["self_defence"] = False
    scene["nodes"]["post"]["id_authority"] = "hq"
    scene["links"]["hq-post"]["carries"] = ["track", "identity", "order"]
    return changed(scene, **sections)


def identities(outcome: Outcome, node: str) -> set[str]:
    events = outcome.result.events
    index = [one.id for one in outcome.scenario.nodes].index(node)
    mine = (events.kind == kinds.IDENTITY) & (events.node == index)
    return {codes.IDENTITIES[code] for code in events.code[mine].tolist()}


def test_what_the_authority_declares_is_hostile():
    outcome = play(declaring(), 2)
    assert "HOSTILE" in identities(outcome, "post")
    assert len(times(outcome, kinds.SHOT)) > 0


def test_without_its_word_a_track_is_suspect_at_most():
    dead = {"links": {"hq-post": {"active": {"until": "1 s"}}}}
    outcome = play(declaring(**dead), 2)
    assert "SUSPECT" in identities(outcome, "post")
    assert "HOSTILE" not in identities(outcome, "post")
    assert times(outcome, kinds.SHOT) == []
    assert reasons(outcome, kinds.HELD) == {"no authority"}
    own = changed(declaring(**dead), nodes={"post": {"id_authority": None}})
    assert len(times(play(own, 2), kinds.SHOT)) > 0


def test_an_authority_that_believes_otherwise_declares_nothing():
    blind = {"doctrine": {"top": {"hostile": {"below": "1 km", "time_to_go": "15 min"}}}}
    outcome = play(declaring(**blind), 2)
    assert "HOSTILE" not in identities(outcome, "hq") | identities(outcome, "post")
    assert times(outcome, kinds.SHOT) == []


def test_with_contact_lost_the_node_judges_for_itself():
    dead = {"links": {"hq-post": {"active": {"until": "1 s"}}}}
    timeout = {"idealised": {"values": {"ideal/command.contact_timeout": "60 s"}}}
    assert len(times(play(declaring(**dead, **timeout), 2), kinds.SHOT)) > 0


def test_what_falls_is_hostile_without_asking():
    scene = declaring(links={"hq-post": {"active": {"until": "1 s"}}})
    scene["raids"] = {"missile": {"type": "threat/srbm-300", "launch": [38.0, 32.9], "target": "city"}}
    assert "HOSTILE" in identities(play(scene, 2), "post")


# ---- fire orders


def ordered(order: str, **fields: Any) -> Outcome:
    scene = ideal_scene(raids={"raid": raid(6)})
    return play(changed(scene, fire_orders={"stop": {"order": order, "to": ["post"], **fields}}), 2)


def test_no_launch_while_fire_is_ceased():
    free = play(ideal_scene(raids={"raid": raid(6)}), 2)
    first_s, last_s = min(times(free, kinds.SHOT)), max(times(free, kinds.SHOT))
    start_s, end_s = math.ceil(first_s + 5.0), math.floor(last_s)
    outcome = ordered("cease_fire", **{"from": f"{start_s} s", "until": f"{end_s} s"})
    shots = np.array(times(outcome, kinds.SHOT))
    assert not np.any((shots > start_s + 1.0) & (shots < end_s))
    assert np.any(shots < start_s)
    assert times(outcome, kinds.FIRE_ORDER) == [start_s, end_s] * 2
    assert times(outcome, kinds.WASTED) == []
    assert "cease fire" in reasons(outcome, kinds.HELD)


def test_hold_fire_breaks_off_what_is_in_flight():
    free = play(ideal_scene(raids={"raid": raid(6)}), 2)
    start_s = math.ceil(min(times(free, kinds.SHOT)) + 5.0)
    fields = {"from": f"{start_s} s"}
    ceased, held = ordered("cease_fire", **fields), ordered("hold_fire", **fields)
    assert len(times(ceased, kinds.SHOT)) == len(times(held, kinds.SHOT)) > 0
    assert times(ceased, kinds.WASTED) == []
    broken = times(held, kinds.WASTED)
    assert len(broken) > 0
    assert all(start_s <= time_s <= start_s + 1.0 for time_s in broken)
    assert reasons(held, kinds.CEASED) == {"ordered to cease"}
    assert times(held, kinds.ASSESSED) == []


def test_the_rest_of_a_salvo_that_goes_up_round_by_round_is_not_fired():
    shots = {"salvo": 3, "spacing": "10 s", "salvos": 1}
    scene = ideal_scene(raids={"raid": raid(1)}, doctrine={"rules": {"shots": shots}})
    free = times(play(scene, 2), kinds.SHOT)
    start_s = math.ceil(min(free) + 2.0)
    stop = {"order": "cease_fire", "to": ["post"], "from": f"{start_s} s"}
    outcome = play(changed(scene, fire_orders={"stop": stop}), 2)
    assert len(free) == 3 * len(times(outcome, kinds.SHOT)) == 6
    assert times(outcome, kinds.WASTED) == []
    assert len(times(outcome, kinds.ASSESSED)) == 2


def test_orders_not_carried_out_are_taken_back():
    slow = {"idealised": {"values": {"ideal/fire-unit.reaction": "10 s"}}}
    scene = ideal_scene(raids={"raid": raid(6)}, **slow)
    start_s = math.ceil(min(times(play(scene, 2), kinds.ENGAGE)) + 3.0)
    stop = {"order": "cease_fire", "to": ["post"], "from": f"{start_s} s"}
    outcome = play(changed(scene, fire_orders={"stop": stop}), 2)
    assert times(outcome, kinds.SHOT) == []
    assert reasons(outcome, kinds.CEASED) == {"ordered to cease"}


def test_an_ordered_status_takes_the_place_of_the_doctrines():
    held = ordered("weapons_control", status="HOLD", **{"from": "0 s", "until": "200 s"})
    first_s = min(times(held, kinds.SHOT))
    assert 200.0 <= first_s < 215.0
    assert min(times(ordered("weapons_control", status="TIGHT"), kinds.SHOT)) < 150.0


def sent_order(*above: str, **link: Any) -> Outcome:
    scene = echelons(*above, doctrine={"rules": {"method": "DECENTRALIZED"}})
    del scene["nodes"]["post"]["engagement_authority"]
    stop = {"order": "cease_fire", "by": above[-1], "to": ["post"], "from": "21.5 s", "until": "600 s"}
    scene = changed(scene, fire_orders={"stop": stop}, idealised={"values": {"ideal/link.latency": "4 s"}})
    for one in scene["links"].values():
        one.update(link)
    return play(scene, 2)


@pytest.mark.parametrize(("above", "heard_s"), [(["hq"], 26.0), (["mid", "hq"], 30.0), (["low", "mid", "hq"], 34.0)])
def test_a_sent_order_takes_a_time_slot_and_the_latency_of_each_link(above, heard_s):
    """Given at 21.5 s, it leaves in the slot at 22 s; the next link takes it on in the slot of its arrival."""
    assert times(sent_order(*above), kinds.FIRE_ORDER) == [heard_s, 600.0] * 2


def test_an_order_that_no_link_brings_binds_nobody():
    outcome = sent_order("hq", active={"until": "20 s"})
    assert times(outcome, kinds.FIRE_ORDER) == []
    assert len(times(outcome, kinds.SHOT)) > 0


# ---- delays that are drawn


def delays_s(spread: float, runs: int = 200) -> np.ndarray:
    scene = ideal_scene(
        raids={"raid": raid(1, start=[38.9, 32.9])},
        doctrine={"rules": {"decision_delay": "10 s", "decision_spread": spread}},
        idealised={"noise": True, "detect_always": True},
        theatre={"duration": "4 min"},
    )
    outcome = play(scene, runs)
    confirmed = np.array(times(outcome, kinds.TRACK_CONFIRMED))
    engaged = np.array(times(outcome, kinds.ENGAGE))
    first = np.unique(outcome.result.events.run[outcome.result.events.kind == kinds.ENGAGE], return_index=True)[1]
    assert len(first) == len(confirmed) == runs
    return engaged[first] - confirmed


def test_a_drawn_decision_delay_is_lognormal_about_its_median():
    fixed, drawn = delays_s(0.0, 20), delays_s(0.5)
    assert np.ptp(fixed) <= 1.0
    # Decisions fall on the ends of steps: half a step later on the mean.
    logs = np.log(drawn - 0.5)
    assert np.median(drawn) == pytest.approx(10.5, abs=4.0 * 0.5 * 10.0 * 1.2533 / math.sqrt(200))
    assert logs.std() == pytest.approx(0.5, abs=4.0 * 0.5 / math.sqrt(2 * 200))


def test_a_drawn_latency_delays_reports_as_drawn_and_never_reorders_them():
    scene = echelons("hq", links={"hq-post": {"latency_spread": 0.4}})
    scene = changed(scene, idealised={"values": {"ideal/link.latency": "8 s"}}, sensors={"search": None})
    outcome = play(scene, 60)
    events = outcome.result.events
    age_s = events.value[events.kind == kinds.TRACK_RECEIVED]
    assert len(age_s) >= 100
    assert age_s.min() >= 8.0 * math.exp(-3 * 0.4)
    assert np.std(np.log(age_s)) > 0.2
    fixed = play(changed(scene, links={"hq-post": {"latency_spread": None}}), 2).result.events
    assert np.allclose(fixed.value[fixed.kind == kinds.TRACK_RECEIVED], 8.0)


def reactions_s(spread: float, runs: int, **sections: Any) -> tuple[np.ndarray, Outcome]:
    """Return how long after its order each first salvo goes up (run,); the reaction of the catalogue is 10 s."""
    scene = ideal_scene(
        raids={"raid": raid(1, start=[38.9, 32.9])},
        fire_units={"unit": {"reaction_spread": spread}},
        doctrine={"rules": {"shots": {"salvo": 1, "salvos": 2}}},
        idealised={"detect_always": True},
        theatre={"duration": "4 min"},
    )
    values = {"ideal/fire-unit.reaction": "10 s", "ideal/interceptor.pk_cruise": 0.0}
    outcome = play(changed(scene, idealised={"values": values}, **sections), runs)
    ordered, fired = (firsts(outcome, kind) for kind in (kinds.ENGAGE, kinds.SHOT))
    assert len(ordered) == len(fired) == runs
    return fired - ordered, outcome


def firsts(outcome: Outcome, kind: int) -> np.ndarray:
    events = outcome.result.events
    chosen = events.kind == kind
    return events.time_s[chosen][np.unique(events.run[chosen], return_index=True)[1]]


def test_a_drawn_reaction_is_lognormal_about_its_median():
    """Launches are not bound to steps: the distribution is the lognormal one itself, and its mean 10 exp(0.5² / 2)."""
    runs = 400
    fixed, _ = reactions_s(0.0, 5)
    drawn, _ = reactions_s(0.5, runs)
    assert np.allclose(fixed, 10.0)
    assert stats.kstest(drawn, stats.lognorm(0.5, scale=10.0).cdf).pvalue > 0.001
    mean_s = 10.0 * math.exp(0.5**2 / 2)
    assert drawn.mean() == pytest.approx(mean_s, abs=4.0 * mean_s * math.sqrt(math.expm1(0.5**2) / runs))


def test_each_salvo_reacts_anew():
    _, outcome = reactions_s(0.5, 50)
    ordered, fired = np.array(times(outcome, kinds.ENGAGE)), np.array(times(outcome, kinds.SHOT))
    assert len(ordered) == len(fired) == 100
    first_s, second_s = (fired - ordered).reshape(50, 2).T
    assert abs(np.corrcoef(np.log(first_s), np.log(second_s))[0, 1]) < 4.0 / math.sqrt(50)
