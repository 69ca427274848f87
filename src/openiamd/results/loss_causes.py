"""Losses as causes: which outage of a link, node, sensor or fire unit stands behind a missing link of the chain.

A verdict changes only where something was lost or off duty in that run while it mattered. What carries reports is
followed over the links; of sensors that might have looked, the one that stands nearest to the object's route counts.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from openiamd.results import kinds
from openiamd.results.event_chain import NONE, Chain, Ints, entities_of
from openiamd.results.outages import Outage, read_outages
from openiamd.results.store import Results
from openiamd.results.story_facts import Facts, path, read_facts

CODES = {"link": "link_cut", "sensor": "sensor_lost", "fire_unit": "fire_unit_lost", "node": "node_lost"}
NO_ORDER_GIVEN = (
    "training", "no_channel", "no_missile", "outside_envelope", "weapons_hold", "engaged_elsewhere", "zone",
    "cease_fire", "no_order", "no_authority", "not_interrogated", "not_ready", "undecided",
)  # fmt: skip
NEWS = (kinds.TRACK_CONFIRMED, kinds.TRACK_RECEIVED, kinds.IDENTITY)


class Case(NamedTuple):
    """One object whose outcome is to be traced, with the verdict that its own events give."""

    run: int
    object: str
    code: str
    row: int  # of the chain: the evidence
    outcome: int  # of the chain


class _Sensor(NamedTuple):
    id: str
    node: str
    place: tuple[float, float]  # east, north in m; NaN: it moves


class _Scene(NamedTuple):
    chain: Chain
    facts: Facts
    sensors: list[_Sensor]
    units: dict[str, list[str]]  # node → its fire units
    shots: dict[tuple[int, int], str]  # run, event → fire unit


def _to_route_m(sensor: _Sensor, route: Sequence[tuple[float, float]]) -> float:
    """Return the distance of a sensor from a route on the ground, inf for a sensor without a place."""
    if math.isnan(sensor.place[0]) or not route:
        return math.inf
    near = math.dist(sensor.place, route[0])
    for start, end in pairwise(route):
        along = (end[0] - start[0], end[1] - start[1])
        square = along[0] ** 2 + along[1] ** 2
        if square > 0.0:
            share = sum((p - s) * a for p, s, a in zip(sensor.place, start, along, strict=True)) / square
            share = min(max(share, 0.0), 1.0)
            near = min(near, math.dist(sensor.place, (start[0] + share * along[0], start[1] + share * along[1])))
    return near


def _blind(
    scene: _Scene, outages: Sequence[Outage], name: str, nodes: Sequence[str] | None, span: tuple[float, float]
) -> Outage | None:
    """Return the outage of the sensor nearest to an object's route, if that one did not work at all times.

    nodes  whose sensors count, None for all
    """
    entity = scene.facts.objects[name]
    route = list(zip(entity["route_east_m"], entity["route_north_m"], strict=True))
    chosen = [one for one in scene.sensors if nodes is None or one.node in nodes]
    for sensor in sorted(chosen, key=lambda one: _to_route_m(one, route))[:1]:
        return _first(outages, [("sensor", sensor.id), ("node", sensor.node)], span)
    return None


def _first(
    outages: Sequence[Outage], elements: Sequence[tuple[str, str]], span: tuple[float, float], lost: bool = False
) -> Outage | None:
    """Return the earliest outage of one of the elements that was in force during the span; losses before states."""
    fitting = [
        one for one in outages if (one.domain, one.id) in elements and one.overlaps(*span) and (one.lost or not lost)
    ]
    return min(fitting, key=lambda one: (not one.lost, one.from_s, one.event), default=None)


def _broken_path(
    scene: _Scene, outages: Sequence[Outage], senders: Sequence[str], receivers: Sequence[str], what: str,
    span: tuple[float, float],
) -> Outage | None:  # fmt: skip
    """Return the outage that cut the shortest path on which something could have come; None where another path held."""
    whole = path(scene.facts.links, senders, receivers, what)
    if not whole:
        return None
    lost = {(one.domain, one.id) for one in outages if one.lost and one.overlaps(*span)}
    held = [
        link
        for link in scene.facts.links
        if not lost & {("link", link.id), ("node", link.sender), ("node", link.receiver)}
    ]
    if path(held, senders, receivers, what) is not None:
        return None
    on_it = [link for link in scene.facts.links if link.id in whole]
    ends = [("node", node) for link in on_it for node in (link.sender, link.receiver)]
    return _first(outages, [*(("link", link.id) for link in on_it), *ends], span, lost=True)


def _disarmed(scene: _Scene, outages: Sequence[Outage], node: str, span: tuple[float, float]) -> Outage | None:
    """Return the loss of a node, or the last that it had of its fire units where it had lost them all."""
    own = _first(outages, [("node", node)], span, lost=True)
    units = [_first(outages, [("fire_unit", unit)], span, lost=True) for unit in scene.units.get(node, [])]
    lost = [one for one in units if one is not None]
    if own is None and lost and len(lost) == len(units):
        return max(lost, key=lambda one: (one.from_s, one.event))
    return own


def _at_work(scene: _Scene, outages: Sequence[Outage], node: str, span: tuple[float, float]) -> Outage | None:
    """Return the loss of a radar of a node, or of the node."""
    radars = [("sensor", one.id) for one in scene.sensors if one.node == node]
    return _first(outages, [*radars, ("node", node)], span, lost=True)


def _of_shot(scene: _Scene, outages: Sequence[Outage], case: Case, node: str) -> Outage | None:
    """Return the loss of what guided a salvo that met nothing."""
    chain, shot = scene.chain, case.row
    while shot != NONE and chain.kind[shot] != kinds.SHOT:
        shot = int(chain.parent[shot])
    if shot == NONE:
        return None
    span = (float(chain.time_s[shot]), float(chain.time_s[case.row]))
    unit = scene.shots.get((case.run, int(chain.event[shot])), "")
    return _first(outages, [("fire_unit", unit)], span, lost=True) or _at_work(scene, outages, node, span)


def _who_knew(scene: _Scene, case: Case) -> list[str]:
    chain = scene.chain
    thing = chain.objects.index(case.object)
    rows = np.flatnonzero((chain.run == case.run) & (chain.about == thing) & np.isin(chain.kind, NEWS))
    return list(dict.fromkeys(chain.nodes[chain.node[row]] for row in rows if row < case.outcome))


def _behind(scene: _Scene, outages: Sequence[Outage], case: Case) -> Outage | None:
    """Return the outage that stands behind a verdict, None where there is none."""
    chain, facts, code = scene.chain, scene.facts, case.code
    node = chain.nodes[chain.node[case.row]] if chain.node[case.row] >= 0 else ""
    then_s, end_s = float(chain.time_s[case.row]), float(chain.time_s[case.outcome])
    span = (then_s, end_s)
    if code == "not_looked":
        return _blind(scene, outages, case.object, None, span)
    if code in ("not_detected", "not_tracked"):
        return _blind(scene, outages, case.object, [node], span)
    if code == "not_shared":
        cut = _broken_path(scene, outages, _who_knew(scene, case), facts.shooters, "track", span)
        return cut or _blind(scene, outages, case.object, facts.shooters, span)
    if code == "identity_not_shared":
        shooter = chain.node[case.outcome]
        receivers = [chain.nodes[shooter]] if shooter >= 0 else facts.shooters
        return _broken_path(scene, outages, [node], receivers, "identity", span)
    if code == "no_order":
        above = [one for one in chain.nodes if one != node]
        cut = _broken_path(scene, outages, above, [node], "order", span)
        return cut or _disarmed(scene, outages, node, span)
    if code in NO_ORDER_GIVEN or code in ("not_identified", "order_too_late"):
        lost = _disarmed(scene, outages, node, span)
        return lost or (_at_work(scene, outages, node, (then_s, then_s)) if code == "not_ready" else None)
    if code == "order_out_of_action":
        units = [("fire_unit", unit) for unit in scene.units.get(node, [])]
        lost = [one for one in outages if (one.domain, one.id) in units and one.from_s == then_s and one.lost]
        return next(iter(lost), None) or _at_work(scene, outages, node, (then_s, then_s))
    if code in ("order_track_lost", "order_not_held"):
        return _at_work(scene, outages, node, (then_s, then_s))
    return _of_shot(scene, outages, case, node) if code in ("shot_wasted", "shot_no_guidance") else None


def _scene(results: Results, variant: str, chain: Chain) -> _Scene:
    sensors = entities_of(results, variant, "sensor").to_pylist()
    units: dict[str, list[str]] = {}
    for row in entities_of(results, variant, "fire_unit").to_pylist():
        units.setdefault(row["node"], []).append(row["id"])
    shots = results.events("shots").select(["variant", "run", "event", "fire_unit"]).to_pylist()
    return _Scene(
        chain,
        read_facts(results, variant),
        [_Sensor(row["id"], row["node"], (_number(row["east_m"]), _number(row["north_m"]))) for row in sensors],
        units,
        {(row["run"], row["event"]): row["fire_unit"] for row in shots if row["variant"] == variant},
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def losses_behind(results: Results, variant: str, chain: Chain, cases: Sequence[Case]) -> list[tuple[str, int] | None]:
    """Return for each case the code of the outage behind its verdict and the row that began it; None for none.

    Raises:
        ResultsError: a table of the run folder cannot be read.
    """
    runs = read_outages(results, variant)
    if not any(case.run in runs for case in cases):
        return [None] * len(cases)
    scene = _scene(results, variant, chain)
    key: Ints = (chain.run << 32) + chain.event
    found: list[tuple[str, int] | None] = []
    for case in cases:
        one = _behind(scene, runs.get(case.run, []), case) if case.row != NONE else None
        row = 0 if one is None else int(np.searchsorted(key, (case.run << 32) + one.event))
        found.append(None if one is None else (CODES[one.domain] if one.lost else "not_on_duty", row))
    return found
