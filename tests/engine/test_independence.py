"""Draws belong to who draws what: what is added, permuted or shot elsewhere changes nothing for the others."""

import numpy as np
import pytest

from openiamd.world import events as kinds
from scenes import Data, Outcome, changed, ideal_scene, play, raid, real_scene, stories

RUNS = 6
EXTRA_NODE = {"type": "nato/crc", "at": [40.9, 34.0], "doctrine": "rules", "iff": ["mode3", "mode5"]}
EXTRA_RADAR = {"type": "nato/ground-radar", "node": "extra", "at": [40.9, 34.0]}
OUTCOMES = (kinds.KILL, kinds.MISS, kinds.OVERKILL)


def first(section: str, name: str, entry: Data, data: Data) -> Data:
    """Return a scenario with one more entry before all others of its section, so that every index moves."""
    return {**data, section: {name: entry, **data[section]}}


def of_nodes(outcome: Outcome, *nodes: str) -> list:
    """Return the stories of these nodes and of what belongs to none."""
    return [story for story in stories(outcome) if story[3] in ("", *nodes)]


def test_the_stories_tell_the_runs_apart():
    told = stories(play(real_scene(), RUNS))
    by_run = [[story[1:] for story in told if story[0] == run] for run in range(RUNS)]
    assert all(len(run) > 100 for run in by_run)
    assert by_run[0] != by_run[1]


@pytest.mark.parametrize("scene", [ideal_scene(), real_scene()], ids=["ideal", "real"])
def test_an_unused_node_changes_nothing(scene):
    more = first("nodes", "extra", EXTRA_NODE, scene)
    assert stories(play(more, RUNS)) == stories(play(scene, RUNS))


def test_a_radar_at_another_node_changes_nothing_for_the_others():
    scene = real_scene()
    more = first("sensors", "extra-radar", EXTRA_RADAR, first("nodes", "extra", EXTRA_NODE, scene))
    with_extra, without = play(more, RUNS), play(scene, RUNS)
    assert of_nodes(with_extra, "post", "crc") == stories(without)
    assert [story for story in stories(with_extra) if story[3] == "extra"]


def test_an_idle_radar_at_the_same_node_changes_no_detection():
    scene = real_scene()
    idle = {"type": "s400/91n6e", "node": "post", "at": [40.2, 32.7], "active": {"from": "14 min"}}
    more = play(first("sensors", "idle", idle, scene), RUNS)
    before_duty = [story for story in stories(more) if story[1] < 14 * 60]
    assert before_duty == [story for story in stories(play(scene, RUNS)) if story[1] < 14 * 60]


def test_a_busy_radar_at_the_same_node_changes_no_detection_of_another():
    scene = real_scene(fire_units={"unit": None})
    second = {"type": "s400/91n6e", "node": "post", "at": [40.2, 32.7]}

    def detections(outcome: Outcome) -> list:
        return [story[:-1] for story in stories(outcome) if story[5] in ("search", "crc-radar")]

    expected = detections(play(scene, RUNS))
    assert detections(play(first("sensors", "second", second, scene), RUNS)) == expected
    assert len(expected) > 100


def test_an_unused_link_and_fire_unit_change_nothing():
    scene = real_scene()
    link = {"type": "nato/link16", "from": "crc", "to": "post", "carries": ["track"], "active": {"from": "14 min 59 s"}}
    link["active"] = {"from": "899 s"}
    more = changed(scene, links={"quiet": link})
    assert [s for s in stories(play(more, RUNS)) if s[1] < 890] == [s for s in stories(play(scene, RUNS)) if s[1] < 890]
    spare = {"type": "s400/fire-unit", "node": "post", "at": [40.2, 32.7], "radar": "guide"}
    spare |= {"load": {"s400/48n6e3": 8}, "active": {"from": "899 s"}}
    more = first("fire_units", "spare", spare, scene)
    assert stories(play(more, RUNS)) == stories(play(scene, RUNS))


@pytest.mark.parametrize("where", ["out of sight", "in sight"])
def test_one_more_object_changes_nothing_for_the_others(where):
    scene = real_scene()
    route = [[42.9, 31.9], [43.4, 32.9]] if where == "out of sight" else [[41.3, 31.0], [41.5, 32.3]]
    stranger = {"type": "civil/airliner", "side": "civil", "route": route}
    more = play(first("traffic", "stranger", stranger, scene), RUNS)
    others = [story for story in stories(more) if story[4] != "stranger-1"]
    # The track of nobody near it is told as nobody's: leave out what happens there.
    others = [story for story in others if story[9] < 120_000 or story[4]]
    expected = [story for story in stories(play(scene, RUNS)) if story[9] < 120_000 or story[4]]
    assert others == expected


def permutations(scene: Data) -> list[Data]:
    reversed_groups = {**scene, "raids": dict(reversed(scene["raids"].items()))}
    reversed_groups["traffic"] = dict(reversed(scene["traffic"].items()))
    sensors = {name: scene["sensors"][name] for name in ("crc-radar", "guide", "search")}
    other_forces = {**scene, "sensors": sensors, "nodes": dict(reversed(scene["nodes"].items()))}
    return [reversed_groups, other_forces]


@pytest.mark.parametrize("which", [0, 1], ids=["objects", "forces"])
def test_the_order_in_the_file_changes_nothing(which):
    scene = real_scene()
    assert stories(play(permutations(scene)[which], RUNS)) == stories(play(scene, RUNS))


def shots_at(outcome: Outcome, group: str) -> dict[tuple[int, str], list[int]]:
    """Return by run and object what each round that reached it did, in order: 1 a hit (kill), 0 a miss."""
    rows, result = outcome.result.events, {}
    for run, thing, kind in zip(rows.run.tolist(), rows.object.tolist(), rows.kind.tolist(), strict=True):
        if kind in OUTCOMES and outcome.scenario.objects[thing].group == group:
            result.setdefault((run, outcome.scenario.objects[thing].id), []).append(int(kind != kinds.MISS))
    return result


def two_raids(start: str) -> Data:
    one, other = raid(4, start=[38.5, 32.9]) | {"start": start}, raid(4, start=[40.9, 34.4])
    values = {"ideal/interceptor.pk_cruise": 0.5}
    return ideal_scene(raids={"raid": None, "a": one, "b": other}, idealised={"values": values})


def test_shooting_earlier_at_one_raid_changes_no_kill_draw_of_another():
    early, late = play(two_raids("0 s"), 40), play(two_raids("2 min"), 40)
    assert shots_at(early, "b") == shots_at(late, "b")
    assert len(shots_at(early, "b")) > 150
    rows = [outcome.result.events for outcome in (early, late)]
    shots = [np.sort(row.time_s[row.kind == kinds.SHOT]) for row in rows]
    assert shots[0].mean() < shots[1].mean() - 20.0


def test_the_nth_shot_at_an_object_has_its_own_draw_whenever_it_is_fired():
    slow = changed(two_raids("0 s"), doctrine={"rules": {"decision_delay": "45 s"}})
    prompt, delayed = shots_at(play(two_raids("0 s"), 40), "a"), shots_at(play(slow, 40), "a")
    assert prompt.keys() == delayed.keys()
    for key, outcomes in prompt.items():
        assert outcomes == delayed[key]
    hits = [hit for outcomes in prompt.values() for hit in outcomes]
    assert 0.4 < np.mean(hits) < 0.6


def test_more_channels_change_no_kill_draw():
    few = two_raids("0 s")
    few["idealised"]["values"] |= {"ideal/fire-unit.channels": 2}
    for group in ("a", "b"):
        many, scarce = shots_at(play(two_raids("0 s"), 20), group), shots_at(play(few, 20), group)
        for key, outcomes in scarce.items():
            assert outcomes == many[key][: len(outcomes)]


def test_variants_share_their_draws():
    scene = real_scene(variants={"more": {"nodes": {"post": {"iff": ["mode3", "mode5"]}}}})
    base, more = play(scene, RUNS, variant="base"), play(scene, RUNS, variant="more")
    for outcome in (base, more):
        assert outcome.runs == RUNS

    def launches(outcome: Outcome) -> list:
        return [story for story in stories(outcome) if story[2] in (kinds.LAUNCHED, kinds.FIRST_LOOK)]

    assert [s for s in launches(base) if s[5] != "guide"] == [s for s in launches(more) if s[5] != "guide"]
