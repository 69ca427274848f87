"""Chains of links between a node and its superior: contact, orders about fire, and orders to engage."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from openiamd.results import kinds as codes
from openiamd.world import events as kinds
from scenes import CENTRE, Data, Outcome, changed, ideal_scene, play, raid


def times(outcome: Outcome, kind: int, node: str = "post") -> list[float]:
    events = outcome.result.events
    index = [one.id for one in outcome.scenario.nodes].index(node)
    return events.time_s[(events.kind == kind) & (events.node == index)].tolist()


def held(outcome: Outcome) -> set[str]:
    events = outcome.result.events
    return {codes.HELD_REASONS[code] for code in events.code[events.kind == kinds.HELD].tolist()}


def chain(*names: str, latency_s: float = 0.0, **sections: Any) -> Data:
    """Return links with orders down ``names``; the last, 'post', obeys the first, and loses contact after 30 s."""
    scene = ideal_scene(raids={"raid": raid(1)}, theatre={"duration": "4 min"}, links={})
    scene["doctrine"]["rules"]["contact_loss"] = {"action": "autonomous_tight", "after": "30 s"}
    scene["idealised"]["values"] = {"ideal/link.latency": f"{latency_s} s"}
    for above, below in pairwise(names):
        scene["nodes"][above] = {"type": "ideal/command", "at": CENTRE, "doctrine": "rules"}
        scene["links"][f"{above}-{below}"] = {
            "type": "ideal/link", "from": above, "to": below, "carries": ["track", "order"], "remote_use": "CUE",
        }  # fmt: skip
    scene["nodes"]["post"]["superior"] = names[0]
    return changed(scene, **sections)


# ---- contact


@pytest.mark.parametrize("latency_s", [0.0, 4.0])
@pytest.mark.parametrize("names", [("top", "post"), ("top", "mid", "post"), ("top", "high", "low", "post")])
def test_a_superior_is_heard_through_any_chain_of_links(names, latency_s):
    assert times(play(chain(*names, latency_s=latency_s), 2), kinds.CONTACT_LOST) == []


@pytest.mark.parametrize("cut", ["top-mid", "mid-post"])
def test_contact_is_lost_when_any_link_of_the_only_chain_is_cut(cut):
    """The last word leaves at 60 s; over one link or two more of 4 s it arrives 8 s later and holds for 30 s."""
    outcome = play(chain("top", "mid", "post", latency_s=4.0, links={cut: {"active": {"until": "60.5 s"}}}), 2)
    first_s = 60.0 + 8.0 + 30.0 if cut == "top-mid" else 60.0 + 4.0 + 30.0
    lost = times(outcome, kinds.CONTACT_LOST)
    assert len(lost) == 2
    assert all(first_s < lost_s <= first_s + 2.0 for lost_s in lost)
    assert times(outcome, kinds.CONTACT_RESTORED) == []


def test_contact_is_lost_with_the_relay_and_comes_back_with_it():
    faults = {"f": {"of": "mid", "at": "60 s", "until": "120 s"}}
    outcome = play(chain("top", "mid", "post", faults=faults), 2)
    lost, back = times(outcome, kinds.CONTACT_LOST), times(outcome, kinds.CONTACT_RESTORED)
    assert all(90.0 <= lost_s <= 92.0 for lost_s in lost)
    assert all(120.0 <= back_s <= 123.0 for back_s in back)
    assert (len(lost), len(back)) == (2, 2)


def test_a_circle_of_links_below_a_cut_keeps_no_contact_alive():
    scene = chain("top", "mid", "post", links={"top-mid": {"active": {"until": "60 s"}}})
    scene["links"]["post-mid"] = {**scene["links"]["mid-post"], "from": "post", "to": "mid"}
    lost = times(play(scene, 2), kinds.CONTACT_LOST)
    assert len(lost) == 2
    assert all(90.0 <= lost_s <= 92.0 for lost_s in lost)


def test_a_relay_that_carries_no_orders_brings_no_contact():
    """The chain with orders is cut; tracks still come the other way round."""
    scene = chain("top", "mid", "post", links={"mid-post": {"active": {"until": "60 s"}}})
    scene["links"]["tracks"] = {**scene["links"]["mid-post"], "carries": ["track"]} | {"active": {"until": "3 min"}}
    lost = times(play(scene, 2), kinds.CONTACT_LOST)
    assert len(lost) == 2
    assert all(90.0 <= lost_s <= 92.0 for lost_s in lost)


# ---- orders about fire


def stopped(from_s: float, **sections: Any) -> Outcome:
    stop = {"order": "cease_fire", "by": "top", "to": ["post"], "from": f"{from_s} s", "until": "150 s"}
    return play(chain("top", "post", fire_orders={"stop": stop}, **sections), 2)


@pytest.mark.parametrize(("from_s", "heard_s"), [(20.0, 20.0), (20.5, 21.0), (0.0, 0.0)])
def test_an_order_that_comes_without_latency_is_seen_to_begin(from_s, heard_s):
    assert times(stopped(from_s), kinds.FIRE_ORDER) == [heard_s, 150.0] * 2


@pytest.mark.parametrize(
    ("lost", "begins"),
    [(("10 s", "30 s"), []), (("10 s", "19 s"), [20.0, 150.0]), (("40 s", "60 s"), [20.0, 150.0])],
)
def test_an_order_of_a_node_that_is_lost_at_that_time_is_not_given(lost, begins):
    fault = {"of": "top", "at": lost[0], "until": lost[1]}
    assert times(stopped(20.0, faults={"f": fault}), kinds.FIRE_ORDER) == begins * 2


# ---- orders to engage


def central(method: str = "CENTRALIZED", own: str = "FREE", top: str = "FREE", **sections: Any) -> Outcome:
    """Return how a post with a radar of its own deals with what stays UNKNOWN, under a superior that sees it too."""
    scene = chain("top", "post")
    del scene["idealised"]["identify"]
    rules = {"interrogations": 0, "hostile": {"below": "1 m"}, "self_defence": False}
    scene["doctrine"] = {
        "rules": rules | {"weapons_control": own, "method": method}, "top": rules | {"weapons_control": top}
    }  # fmt: skip
    scene["nodes"]["top"]["doctrine"] = "top"
    scene["sensors"]["eye"] = {"type": "ideal/radar", "node": "top", "at": CENTRE}
    scene["links"]["top-post"]["carries"] = ["track", "identity", "order"]
    return play(changed(scene, **sections), 2)


@pytest.mark.parametrize("method", ["DECENTRALIZED", "CENTRALIZED"])
def test_under_free_control_what_is_unknown_is_engaged_with_orders_as_without(method):
    outcome = central(method)
    assert len(times(outcome, kinds.SHOT)) > 0
    assert np.count_nonzero(outcome.result.events.kind == kinds.KILL) > 0


@pytest.mark.parametrize("top", ["TIGHT", "HOLD"])
def test_an_authority_orders_no_more_than_its_own_weapons_control_allows(top):
    outcome = central(top=top)
    assert times(outcome, kinds.SHOT) == []
    assert held(outcome) == {"no order from above"}


def test_a_post_that_may_not_fire_anyway_does_not_wait_for_an_order():
    outcome = central(own="TIGHT", top="TIGHT")
    assert times(outcome, kinds.SHOT) == []
    assert held(outcome) == set()
