"""Assignment through the chain: one decision against scipy, the order of worth, and fire that links coordinate."""

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment, linprog

from openiamd.simulate import run_slice
from openiamd.world import events as kinds
from openiamd.world.compile import World, compile_world, first_capacity
from openiamd.world.coordination import ENGAGED_ELSEWHERE
from openiamd.world.doctrine import GREEDY, OPTIMAL
from openiamd.world.threats import KIND_AIRCRAFT, KIND_DRONE
from scenes import CENTRE, Data, changed, ideal_scene, play, raid, resolved

TARGETS = 6
CASES = 60
ROUNDS = ("ideal/interceptor", "patriot/gem-t", "patriot/pac-3-mse", "s400/48n6e3", "s400/9m96e2")
PERFECT = {"noise": False, "detect_always": True, "identify": "hostile"}


def around(azimuth_deg: float, distance_km: float) -> list[float]:
    north, east = (distance_km * part(math.radians(azimuth_deg)) for part in (math.cos, math.sin))
    return [CENTRE[0] + north / 111.2, CENTRE[1] + east / (111.2 * math.cos(math.radians(CENTRE[0])))]


def ring_scene() -> Data:
    """Return six targets, every other one slow, that come for an asset each, and five fire units with a type each."""
    azimuths = [20.0 + 60.0 * place for place in range(TARGETS)]
    scene = ideal_scene(theatre={"duration": "15 s", "sample": "15 s"}, idealised=PERFECT, assets={"city": None})
    scene["doctrine"]["rules"] |= {"assignment": "optimal", "decision_delay": "10 s", "shots": {"salvo": 1}}
    scene["doctrine"]["rules"]["priority"] = {"half_time": "10000 h"}
    scene["assets"] = {f"a{k}": {"at": around(azimuth, 60.0), "radius": "5 km"} for k, azimuth in enumerate(azimuths)}
    scene["raids"] = {}
    for k, azimuth in enumerate(azimuths):
        start = [*around(azimuth, 100.0), "5 km", "50 m/s" if k % 2 else "250 m/s"]
        scene["raids"][f"r{k}"] = {"type": "ideal/target", "route": [start], "target": f"a{k}"}
    scene["fire_units"] = {
        f"u{k}": {
            "type": "ideal/fire-unit" if "ideal" in load else f"{load.split('/')[0]}/fire-unit",
            "node": "post",
            "at": CENTRE,
            "load": {load: 8},
            "service_time": "60 s",
        }
        for k, load in enumerate(ROUNDS)
    }
    return scene


class Decision(NamedTuple):
    """One random decision: what each pair destroys (channel, target), and what was destroyed by each rule."""

    gains: np.ndarray
    greedy: float
    optimal: float


class SharedDecision(NamedTuple):
    """One random decision of launchers that share channels: what each unit destroys, and what was destroyed."""

    gains: np.ndarray  # (unit, target)
    group: np.ndarray  # (unit,) whose channels it uses
    channels: np.ndarray  # (unit,) of its group
    greedy: float
    optimal: float


def drawn(world: World, draws: np.random.Generator) -> World:
    """Return the world with random values, kill probabilities, channels and sectors of responsibility."""
    units = world.fire_units.row
    world.assets.value[:] = draws.uniform(0.2, 5.0, TARGETS)
    world.interceptors.single_shot_pk[:] = draws.uniform(0.1, 0.95, world.interceptors.single_shot_pk.shape)
    units["channels"] = draws.integers(1, 3, len(units))
    units["responsibility_facing_rad"] = np.radians(20.0 + 60.0 * draws.integers(0, TARGETS, len(units)))
    units["responsibility_sector_rad"] = np.radians(draws.choice([100.0, 200.0, 320.0], len(units)))
    return world


def pair_gains(world: World) -> np.ndarray:
    """Return what each unit's salvo destroys of each target: value × kill probability, 0 outside of its sector."""
    units = world.fire_units.row
    azimuth = np.radians(20.0 + 60.0 * np.arange(TARGETS))
    off = (azimuth - units["responsibility_facing_rad"][:, None] + np.pi) % (2.0 * np.pi) - np.pi
    inside = np.abs(off) <= 0.5 * units["responsibility_sector_rad"][:, None]
    kind = np.where(np.arange(TARGETS) % 2, int(KIND_DRONE), int(KIND_AIRCRAFT))
    held = world.fire_units.magazine.argmax(axis=1)
    return np.where(inside, world.assets.value * world.interceptors.single_shot_pk[held][:, kind], 0.0)


def destroyed(world: World, rule: int) -> float:
    """Return the expected value that the orders of the first decision destroy."""
    world.nodes.row["assignment"] = rule
    events = run_slice(world, 1, 0, 1, first_capacity(world))[0].events
    place = np.stack([events.east_m, events.north_m], axis=1)
    starts = place[events.kind == kinds.LAUNCHED]
    ordered = np.flatnonzero(events.kind == kinds.ENGAGE)
    assert len(ordered) > 0
    gains, total = pair_gains(world), 0.0
    for row in ordered[events.time_s[ordered] == events.time_s[ordered].min()]:
        target = int(np.linalg.norm(starts - place[row], axis=1).argmin())
        assert gains[events.other[row], target] > 0.0  # never outside of a unit's sector
        total += gains[events.other[row], target]
    return total


@pytest.fixture(scope="module")
def decisions() -> list[Decision]:
    world, found = compile_world(resolved(ring_scene())), []
    for seed in range(CASES):
        drawn(world, np.random.default_rng(seed))
        gains = np.repeat(pair_gains(world), world.fire_units.row["channels"], axis=0)
        found.append(Decision(gains, destroyed(world, GREEDY), destroyed(world, OPTIMAL)))
    return found


def test_the_optimal_decision_is_that_of_scipy(decisions):
    for gains, _, optimal in decisions:
        rows, columns = linear_sum_assignment(gains, maximize=True)
        assert optimal == pytest.approx(gains[rows, columns].sum(), rel=1e-4)


def test_optimal_is_never_worse_than_greedy_and_sometimes_better(decisions):
    shares = np.array([greedy / optimal for _, greedy, optimal in decisions])
    assert shares.max() <= 1.0 + 1e-4
    assert 0.5 <= shares.min() < 0.999


def test_greedy_takes_the_best_pair_first_again_and_again(decisions):
    for gains, greedy, _ in decisions:
        left, total = gains.copy(), 0.0
        while left.max() > 0.0:
            channel, target = np.unravel_index(left.argmax(), left.shape)
            total += left[channel, target]
            left[channel], left[:, target] = 0.0, 0.0
        assert greedy == pytest.approx(total, rel=1e-4)


@pytest.fixture(scope="module")
def shared_decisions() -> list[SharedDecision]:
    world, found = compile_world(resolved(ring_scene())), []
    units = world.fire_units.row
    for seed in range(CASES):
        drawn(world, np.random.default_rng(seed))
        units["group"] = np.sort(np.random.default_rng(seed).integers(0, 2, len(units))) * 2  # those of 0 and of 2
        units["group"][[0, 2]] = 0, 2
        units["channels"] = units["channels"][units["group"]]
        row = pair_gains(world), units["group"].copy(), units["channels"].copy()
        found.append(SharedDecision(*row, destroyed(world, GREEDY), destroyed(world, OPTIMAL)))
    return found


def best_with_shared_channels(case: SharedDecision) -> float:
    """Return the most that can be destroyed: each target once, by as many orders as the channels of each group."""
    units, targets = case.gains.shape
    once = np.tile(np.eye(targets), units)
    limits = [np.repeat(case.group == group, targets) for group in np.unique(case.group)]
    most = np.concatenate([np.ones(targets), case.channels[np.unique(case.group)]])
    return -linprog(-case.gains.ravel(), A_ub=np.vstack([once, *limits]), b_ub=most, bounds=(0, 1)).fun


def test_launchers_that_share_channels_are_assigned_optimally(shared_decisions):
    for case in shared_decisions:
        assert case.optimal == pytest.approx(best_with_shared_channels(case), rel=1e-4)
    shares = np.array([case.greedy / case.optimal for case in shared_decisions])
    assert shares.min() < 0.999
    assert shares.max() <= 1.0 + 1e-4


def test_one_channel_of_two_launchers_goes_to_what_is_worth_most():
    village = {"type": "ideal/target", "route": [[*around(180.0, 110.0), "5 km", "250 m/s"]], "target": "village"}
    city = village | {"route": [[*around(90.0, 110.0), "5 km", "250 m/s"]], "target": "city"}
    scene = changed(ring_scene(), assets={"city": {"at": around(90.0, 60.0), "radius": "5 km", "value": 10.0}})
    scene["assets"]["village"] = {"at": around(180.0, 60.0), "radius": "5 km", "value": 1.0}
    scene["raids"] = {"village": village, "city": city}
    first = {"type": "ideal/fire-unit", "node": "post", "at": CENTRE, "load": {"ideal/interceptor": 8}}
    first |= {"service_time": "60 s", "responsibility": {"facing": "180 deg", "sector": "90 deg"}}
    second = first | {"responsibility": {"facing": "90 deg", "sector": "90 deg"}, "shares_channels_with": "first"}
    scene["fire_units"] = {"first": first, "second": second}
    scene["idealised"]["values"] = {"ideal/fire-unit.channels": 1}
    for rule in ("greedy", "optimal"):
        outcome = play(changed(scene, doctrine={"rules": {"assignment": rule}}), 1)
        ordered = np.flatnonzero(outcome.result.events.kind == kinds.ENGAGE)
        assert outcome.result.events.other[ordered].tolist() == [1], rule


def first_ordered(**sections: Data) -> str:
    """Return the target that one channel is given to first: near in time, or far."""
    far = {"type": "ideal/target", "route": [[*around(90.0, 110.0), "5 km", "250 m/s"]], "target": "port"}
    scene = ideal_scene(idealised=PERFECT | {"values": {"ideal/fire-unit.channels": 1}})
    scene["assets"]["port"] = {"at": around(90.0, 50.0), "radius": "5 km"}
    scene["raids"] = {"near": raid(1, start=around(180.0, 40.0)), "far": far}
    scene["doctrine"]["rules"]["decision_delay"] = "10 s"
    outcome = play(changed(scene, **sections), 1)
    events = outcome.result.events
    place = np.stack([events.east_m, events.north_m], axis=1)
    row = int(np.flatnonzero(events.kind == kinds.ENGAGE)[0])
    starts = place[events.kind == kinds.LAUNCHED]
    nearest = int(np.linalg.norm(starts - place[row], axis=1).argmin())
    thing = int(events.object[events.kind == kinds.LAUNCHED][nearest])
    return outcome.scenario.objects[thing].group


def test_with_equal_values_the_shortest_time_to_go_comes_first():
    assert first_ordered() == "near"  # 160 s against 240 s


@pytest.mark.parametrize(("value", "first"), [(1.5, "near"), (1.7, "far")])
def test_value_outweighs_time_by_the_half_time(value, first):
    """80 s more to go, of a half time of 120 s, cost a factor 2^(80/120) = 1.587."""
    assert first_ordered(assets={"port": {"value": value}}) == first


def test_a_class_that_weighs_nothing_comes_last_but_is_engaged():
    slow = {"route": [[*around(180.0, 10.0), "5 km", "50 m/s"]]}
    rules = {"priority": {"classes": {"slow": 0.0}}}
    assert first_ordered(raids={"near": slow}) == "near"
    assert first_ordered(raids={"near": slow}, doctrine={"rules": rules}) == "far"
    alone = ideal_scene(raids={"raid": raid(1)}, doctrine={"rules": {"priority": {"classes": {"air": 0.0}}}})
    assert np.count_nonzero(play(alone, 1).result.events.kind == kinds.ENGAGE) > 0


def pair_scene(carries: list[str], **rules: object) -> Data:
    """Return two nodes that see the same target; the second decides 30 s later, while the first engages it."""
    scene = ideal_scene(raids={"raid": raid(1)}, idealised=PERFECT)
    scene["doctrine"]["later"] = scene["doctrine"]["rules"] | {"decision_delay": "30 s"} | rules
    scene["nodes"]["second"] = scene["nodes"]["post"] | {"doctrine": "later"}
    scene["sensors"]["own"] = scene["sensors"]["search"] | {"node": "second"}
    scene["fire_units"]["unit"]["service_time"] = "200 s"
    scene["fire_units"]["other"] = scene["fire_units"]["unit"] | {"node": "second"}
    scene["links"] = {"word": {"type": "ideal/link", "from": "post", "to": "second", "carries": carries}}
    return scene


def orders_and_held(scene: Data) -> tuple[list[float], list[int]]:
    events = play(scene, 1).result.events
    orders = events.time_s[(events.kind == kinds.ENGAGE) & (events.node == 1)].tolist()
    return orders, events.code[(events.kind == kinds.HELD) & (events.node == 1)].tolist()


def test_a_node_holds_its_fire_while_it_hears_that_another_engages():
    orders, held = orders_and_held(pair_scene(["track", "engagement"]))
    assert held == [ENGAGED_ELSEWHERE]
    assert all(time_s > 200.0 for time_s in orders)


@pytest.mark.parametrize(("carries", "rules"), [(["track"], {}), (["track", "engagement"], {"coordinate": False})])
def test_without_word_or_will_both_engage(carries, rules):
    orders, held = orders_and_held(pair_scene(carries, **rules))
    assert held == []
    assert orders[0] < 40.0
