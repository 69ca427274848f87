"""Orders that need no formula: what must not rise when the defence gets better, and what must never happen."""

from itertools import pairwise

import numpy as np
import pytest

from openiamd.results.measures import measure
from openiamd.studies.entities import entities
from openiamd.world import events as kinds
from scenes import Data, Outcome, changed, gallery_scene, ideal_scene, play, raid, real_scene

RUNS = 60


def assert_order(worse: Outcome, better: Outcome) -> np.ndarray:
    """Assert that the mean paired change of leakers from worse to better is ≤ 0 within 2 standard errors."""
    change = better.leakers() - worse.leakers()
    error = change.std(ddof=1) / np.sqrt(len(change))
    assert change.mean() <= 2.0 * error
    return change


def assert_chain(outcomes: list[Outcome]) -> None:
    """Assert the order at each step, and a clear gain from first to last: else the test could not fail."""
    for worse, better in pairwise(outcomes):
        assert_order(worse, better)
    gain = assert_order(outcomes[0], outcomes[-1])
    assert gain.mean() < -3.0 * gain.std(ddof=1) / np.sqrt(len(gain)) < 0.0


def with_values(scene: Data, **values: float | str) -> Data:
    names = {
        "channels": "ideal/fire-unit.channels",
        "pk": "ideal/interceptor.pk_cruise",
        "latency": "ideal/link.latency",
    }
    return changed(scene, idealised={"values": {names[name]: value for name, value in values.items()}})


def busy_scene() -> Data:
    """Return targets at random times against channels that each engagement holds for 20 s, once or never."""
    group = raid(1) | {"arrivals": {"rate": "6 1/min", "capacity": 200}}
    for key in ("count", "spacing", "spread"):
        del group[key]
    rules = {"engage": "once", "shots": {"salvo": 1, "salvos": 1}}
    scene = ideal_scene(doctrine={"rules": rules})
    scene["raids"] = {"raid": group}
    scene["fire_units"]["unit"]["service_time"] = "20 s"
    return scene


def test_more_channels_let_fewer_through():
    assert_chain([play(with_values(busy_scene(), channels=channels), RUNS) for channels in (1, 2, 3, 5)])


def test_a_higher_kill_probability_lets_fewer_through():
    assert_chain([play(with_values(busy_scene(), channels=5, pk=pk), RUNS) for pk in (0.2, 0.4, 0.6, 0.9)])


def remote_scene() -> Data:
    """Return a fire unit that knows only what a link tells it, late, of targets seen 50 km before the city."""
    scene = ideal_scene(
        raids={"raid": raid(6, spread="3 km")}, doctrine={"rules": {"shots": {"salvo": 1, "salvos": 9}}}
    )
    scene["nodes"]["eye"] = {**scene["nodes"]["post"]}
    scene["sensors"]["search"]["node"] = "eye"
    link = {"type": "ideal/link", "from": "eye", "to": "post", "carries": ["track"], "remote_use": "CUE"}
    scene["links"] = {"report": link}
    scene["idealised"]["values"] = {"ideal/radar.range_instrumented": "50 km", "ideal/interceptor.pk_cruise": 0.3}
    scene["idealised"]["values"] |= {"ideal/fire-unit.assessment": "10 s"}
    return scene


def test_a_quicker_link_lets_fewer_through():
    late = ("120 s", "60 s", "20 s", "0 s")
    assert_chain([play(with_values(remote_scene(), latency=latency), RUNS) for latency in late])


def shot_kinds(outcome: Outcome) -> set[int]:
    return set(outcome.result.events.kind.tolist()) & {int(kinds.ENGAGE), int(kinds.SHOT)}


@pytest.mark.parametrize("scene", [ideal_scene(), real_scene()], ids=["ideal", "real"])
def test_hold_without_self_defence_engages_nothing(scene):
    rules = {"weapons_control": "HOLD", "autonomous": "HOLD", "self_defence": False}
    assert shot_kinds(play(changed(scene, doctrine={"rules": rules}), 10)) == set()
    assert shot_kinds(play(scene, 10)) == {int(kinds.ENGAGE), int(kinds.SHOT)}


def friendly_scene(replies: list[str]) -> Data:
    """Return friendly jets that come home low and fast, far apart, past a node that interrogates before it decides."""
    jets = {"type": "nato/f-16c", "side": "friendly", "count": 6, "spacing": "90 s", "replies": replies}
    scene = ideal_scene(
        raids={"raid": raid(4, start=[38.5, 34.0])},
        traffic={"jet": jets | {"route": [[38.6, 32.0, "1 km"], [39.9, 32.9, "1 km"]]}},
        doctrine={"rules": {"interrogations": 2}},
        idealised={"identify": None},
    )
    return changed(scene, nodes={"post": {"iff": ["mode5"]}}, theatre={"duration": "20 min"})


def engaged(outcome: Outcome, side: str) -> int:
    """Return the objects of a side that a shot was aimed at or an interceptor met."""
    rows = outcome.result.events
    about = np.isin(rows.kind, (kinds.SHOT, kinds.KILL, kinds.MISS, kinds.OVERKILL)) & (rows.object >= 0)
    pairs = set(zip(rows.run[about].tolist(), rows.object[about].tolist(), strict=True))
    return sum(outcome.scenario.objects[thing].side == side for _, thing in pairs)


def test_perfect_identification_engages_no_friend():
    perfect, none = play(friendly_scene(["mode5"]), 30), play(friendly_scene([]), 30)
    assert engaged(perfect, "friendly") == 0
    assert engaged(perfect, "hostile") == 30 * 4
    assert engaged(none, "friendly") > 30


def measures(outcome: Outcome) -> dict[str, np.ndarray]:
    scenario = outcome.scenario
    return measure(outcome.result, entities(scenario), 0, outcome.runs, scenario.warmup_s, scenario.duration_s)


def test_standing_alone_can_show_friendly_losses_and_dual_tracks():
    alone = measures(play(gallery_scene("turkey"), 5, variant="standalone"))
    assert alone["friendly_engaged"].sum() > 0
    assert alone["siap.ambiguity.network"].mean() > 1.1
    assert alone["unresolved"].sum() == 0


def test_half_the_step_leaves_the_summary_unchanged():
    """30 runs of `turkey`: no mean moves by more than 2 standard errors of the difference of two such means."""
    runs, scene = 30, gallery_scene("turkey")
    whole = measures(play(scene, runs, variant="integrated"))
    half = measures(play(changed(scene, theatre={"step": "0.5 s"}), runs, variant="integrated"))
    compared = 0
    for name, values in whole.items():
        error = np.sqrt((values.var(ddof=1) + half[name].var(ddof=1)) / runs)
        if np.isfinite(error):
            assert abs(half[name].mean() - values.mean()) <= 2.0 * error, name
            compared += bool(error > 0.0)
    assert compared > 40
    assert not np.array_equal(whole["siap.position_accuracy_m.network"], half["siap.position_accuracy_m.network"])
