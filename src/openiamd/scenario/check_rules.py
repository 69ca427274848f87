"""Checks of what is said about flights, forces, links and rules; the model refuses what it does not represent."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from openiamd.scenario.check_common import Problem, groups, object_ids, reached
from openiamd.scenario.document import KeyPath
from openiamd.scenario.model import Scenario
from openiamd.scenario.problems import describe
from openiamd.scenario.quantities import Quantity
from openiamd.scenario.raids import Raid, Traffic
from openiamd.scenario.readiness import Duty


def flights_can_be_flown(scenario: Scenario) -> Iterator[Problem]:
    """A group has a route or a launch point, and neither stands still."""
    for path, group in groups(scenario):
        name = describe(path)
        if isinstance(group, Traffic) and group.target is not None:
            yield Problem((*path, "target"), f"{name} is not hostile but has a target", "move it to 'raids'")
        if bool(group.route) == (group.launch is not None):
            what = "both a route and a launch point" if group.route else "neither a route nor a launch point"
            yield Problem(path, f"{name} has {what}", "aircraft have a 'route', ballistic missiles a 'launch'")
        elif group.launch is not None:
            yield from _ballistic(path, name, group)
        else:
            yield from _routed(path, name, group, scenario)
        if group.arrivals and (group.count != 1 or group.spacing.value or group.jitter.value):
            hint = "leave out 'count', 'spacing' and 'jitter'"
            yield Problem((*path, "arrivals"), f"{name} has random arrivals and a schedule", hint)


def _ballistic(path: KeyPath, name: str, group: Raid | Traffic) -> Iterator[Problem]:
    if isinstance(group, Traffic):
        yield Problem((*path, "launch"), f"{name} is launched like a missile", "give traffic a 'route'")
    if group.impact is None and group.target is None:
        yield Problem(path, f"{name} has a launch point but nowhere to fall", "add 'target' or 'impact'")
    if group.loop:
        yield Problem((*path, "loop"), f"{name} is ballistic and cannot loop", "remove 'loop'")
    if group.impact is not None and group.impact[:2] == group.launch:
        yield Problem((*path, "impact"), f"{name} falls where it is launched", "move 'impact' or 'launch'")


def _routed(path: KeyPath, name: str, group: Raid | Traffic, scenario: Scenario) -> Iterator[Problem]:
    if group.impact is not None:
        yield Problem((*path, "impact"), f"{name} has a route and an impact point", "only a 'launch' has an 'impact'")
    if group.loop and group.target is not None:
        yield Problem((*path, "loop"), f"{name} loops and so never reaches its target", "remove 'loop' or 'target'")
    points = [place[:2] for place in group.route]
    if group.target in scenario.assets and group.target is not None:
        points.append(scenario.assets[group.target].at[:2])
    if len(points) < 2:
        yield Problem((*path, "route"), f"{name} has a route of one point and no target", "add a point or a target")
    for position, (start, end) in enumerate(pairwise(points)):
        if start == end:
            message = f"{name} stands still: point {position + 1} of its route is the next one too"
            yield Problem((*path, "route"), message, "remove one of the two, or the point that repeats the target")


def sensors_stand_somewhere(scenario: Scenario) -> Iterator[Problem]:
    """A sensor has a place or a platform, and the platform is one that flies a route from the start."""
    platforms = object_ids(scenario)
    for name, sensor in scenario.sensors.items():
        path = ("sensors", name)
        if (sensor.at is None) == (sensor.on is None):
            what = "neither a place nor a platform" if sensor.at is None else "both a place and a platform"
            yield Problem(path, f"sensor '{name}' has {what}", "give it 'at: [39.9, 32.9]' or 'on: awacs-1'")
        if sensor.on in platforms:
            section, group = platforms[sensor.on]
            carrier = getattr(scenario, str(section))[group]
            if carrier.launch is not None or carrier.arrivals is not None or section == "raids":
                message = f"sensor '{name}' rides on '{sensor.on}', which is hostile, ballistic or arrives at random"
                yield Problem((*path, "on"), message, "use an aircraft of 'traffic' that flies a route")
        yield from _duty(path, f"sensor '{name}'", sensor.active)


def _duty(path: KeyPath, owner: str, duty: Duty | None) -> Iterator[Problem]:
    if duty and duty.end and duty.end.value <= duty.start.value:
        yield Problem((*path, "active"), f"{owner} goes off duty before it comes on", "exchange 'from' and 'until'")


def engagements_can_be_guided(scenario: Scenario) -> Iterator[Problem]:
    """A fire unit has an engagement radar of its own node, and rounds."""
    for name, unit in scenario.fire_units.items():
        path = ("fire_units", name)
        radar = scenario.sensors.get(unit.radar or "")
        if unit.radar is None and scenario.idealised is None and unit.shares_channels_with is None:
            hint = "name its radar from 'sensors'; only idealised scenarios go without"
            yield Problem(path, f"fire unit '{name}' has no engagement radar", hint)
        if radar is not None and radar.node != unit.node:
            message = f"fire unit '{name}' of node '{unit.node}' is guided by a radar of node '{radar.node}'"
            yield Problem((*path, "radar"), message, "engagement on another node's radar is not represented yet")
        for load, rounds in unit.load.items():
            if rounds < 0:
                message = f"fire unit '{name}' holds {rounds} rounds of '{load}'"
                yield Problem((*path, "load", load), message, "give a whole number, 0 or more")
        yield from _duty(path, f"fire unit '{name}'", unit.active)


def models_keep_to_their_node(scenario: Scenario) -> Iterator[Problem]:
    """Interacting models are updated by plots, never by reports that are filtered on."""
    for name, node in scenario.nodes.items():
        if node.tracker and node.tracker.motion == "imm" and node.fusion == "naive":
            message = f"node '{name}' has interacting models of motion (imm), which naive fusion would overwrite"
            yield Problem(("nodes", name, "tracker", "motion"), message, "choose motion cv, or another fusion")


def trackers_can_confirm(scenario: Scenario) -> Iterator[Problem]:
    """M of N is a rule only where M is at most N."""
    for name, node in scenario.nodes.items():
        hits = node.tracker.confirm_hits if node.tracker else None
        scans = node.tracker.confirm_scans if node.tracker else None
        if hits is not None and scans is not None and hits > scans:
            message = f"node '{name}' confirms a track by {hits} plots in {scans} scans"
            yield Problem(
                ("nodes", name, "tracker", "confirm_hits"), message, "exchange the two, or lower confirm_hits"
            )


def links_are_represented(scenario: Scenario) -> Iterator[Problem]:
    """A link joins two nodes, and carries and allows what the model represents."""
    for name, link in scenario.links.items():
        path = ("links", name)
        if link.sender == link.receiver:
            yield Problem((*path, "to"), f"link '{name}' joins node '{link.sender}' with itself", "name another node")
        needs_tracks = (
            ("identity", "identity" in link.carries),
            ("engagement", "engagement" in link.carries),
            ("fire_control", "fire_control" in link.carries),
            (link.remote_use, link.remote_use != "NONE"),
        )
        for what, present in needs_tracks:
            if present and "track" not in link.carries:
                message = f"link '{name}' has {what} but does not carry tracks"
                yield Problem((*path, "carries"), message, "add 'track' to 'carries'")
        yield from _duty(path, f"link '{name}'", link.active)


def chains_of_command_are_whole(scenario: Scenario) -> Iterator[Problem]:
    """No node is its own superior, by whatever way round; central control has a superior whose orders can come."""
    for name, node in scenario.nodes.items():
        seen, above = [name], node.superior
        while above in scenario.nodes and above is not None and above not in seen:
            seen.append(above)
            above = scenario.nodes[above].superior
        if above == name:
            chain = " -> ".join([*seen, name])
            yield Problem(("nodes", name, "superior"), f"node '{name}' commands itself: {chain}", "break the circle")
        rules = scenario.doctrine.get(node.doctrine)
        is_alone = node.superior is None and node.engagement_authority is None
        is_central = rules is not None and rules.method == "CENTRALIZED" and is_alone
        if is_central and not any(other.superior == name for other in scenario.nodes.values()):
            message = f"node '{name}' is under CENTRALIZED control but has no superior"
            yield Problem(("nodes", name), message, "add 'superior' or choose DECENTRALIZED")
        if node.superior in scenario.nodes and name not in reached(scenario, node.superior, "order"):
            message = f"no link carries orders from '{node.superior}' to node '{name}'"
            yield Problem(("nodes", name, "superior"), message, "add a link with 'carries: [order]'")


def limits_are_in_order(scenario: Scenario) -> Iterator[Problem]:
    """Lower limits lie below upper limits."""
    pairs: list[tuple[KeyPath, float, float]] = []
    for name, lane in scenario.corridors.items():
        pairs.append((("corridors", name, "ceiling"), lane.floor.value, lane.ceiling.value))
        pairs.append((("corridors", name, "speed"), lane.speed[0].value, lane.speed[1].value))
    for name, rules in scenario.doctrine.items():
        low, high = rules.hostile.speed
        pairs.append((("doctrine", name, "hostile", "speed"), low.value, high.value))
        pairs.append((("doctrine", name, "slow_speed"), rules.slow_speed.value, rules.ballistic_speed.value))
    for path, low, high in pairs:
        if low >= high:
            yield Problem(
                path, f"{describe(path)}: lower limit {low:g} is not below upper limit {high:g}", "exchange them"
            )


def idealisations_are_declared(scenario: Scenario) -> Iterator[Problem]:
    """What no real system does is allowed only where the scenario says that it is idealised."""
    if scenario.idealised is not None:
        return
    used: list[tuple[KeyPath, bool]] = []
    for name, unit in scenario.fire_units.items():
        used.append((("fire_units", name, "service_time"), unit.service_time is not None))
        used.append((("fire_units", name, "track_probability"), unit.track_probability is not None))
    used += [(("links", name, "extrapolate"), not link.extrapolate) for name, link in scenario.links.items()]
    for name, rules in scenario.doctrine.items():
        used.append((("doctrine", name, "engage"), rules.engage == "once"))
        used.append((("doctrine", name, "assignment"), rules.assignment == "random"))
    for path, is_used in used:
        if is_used:
            message = f"{describe(path)} is an idealisation, and the scenario does not declare itself idealised"
            yield Problem(path, message, "remove it, or add 'idealised: {noise: true}' to compare with a closed form")


def only_inputs_have_ranges(scenario: Scenario) -> Iterator[Problem]:
    """A range stands only where a study can vary the number."""
    fixed = ("theatre", "active", "service_time", "track_probability", "responsibility", "hours", "sector", "orders")
    fixed += ("fire_orders", "from", "until")
    for path, quantity in _quantities(scenario, ()):
        if quantity.is_ranged and any(part in fixed for part in path):
            message = f"{describe(path)} has a range, but it is a choice that studies do not vary"
            yield Problem(path, message, "write one value with its unit")


def _quantities(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Quantity]]:
    """Yield every quantity below ``value`` with its path as written in the file."""
    if isinstance(value, Quantity):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _quantities(getattr(value, name), (*path, info.alias or name))
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _quantities(entry, (*path, key))
    elif isinstance(value, list):
        for position, entry in enumerate(value):
            yield from _quantities(entry, (*path, position))
