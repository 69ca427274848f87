"""Checks of shots: policies, remote use, launchers apart from their radar, and stocks."""

from collections.abc import Iterator

from openiamd.scenario.check_common import Problem
from openiamd.scenario.document import KeyPath, suggestion
from openiamd.scenario.forces import FireUnit
from openiamd.scenario.model import Scenario

BEYOND_A_CUE = ("LAUNCH_ON_REMOTE", "ENGAGE_ON_REMOTE")


def shot_policies_mean_what_they_say(scenario: Scenario) -> Iterator[Problem]:
    """The number of rounds fits the name of the policy, and only rounds of one salvo have a spacing."""
    for name, rules in scenario.doctrine.items():
        shots, path = rules.shots, ("doctrine", name, "shots")
        if shots.policy == "shoot_look_shoot" and shots.rounds > 1:
            message = f"doctrine '{name}' looks after each shot, but fires salvos of {shots.rounds}"
            yield Problem((*path, "salvo"), message, "leave 'salvo' out, or choose 'policy: salvo'")
        if shots.policy == "shoot_shoot_look" and shots.rounds < 2:
            message = f"doctrine '{name}' shoots twice before it looks, but fires salvos of 1"
            yield Problem((*path, "salvo"), message, "leave 'salvo' out, or choose 'policy: shoot_look_shoot'")
        if shots.spacing.value > 0.0 and shots.rounds < 2:
            message = f"doctrine '{name}' spaces the interceptors of a salvo, and there is one in each"
            yield Problem((*path, "spacing"), message, "remove 'spacing', or give a 'salvo' of 2 or more")


def remote_use_has_fire_control(scenario: Scenario) -> Iterator[Problem]:
    """More than a cue needs a link that carries tracks good enough to fire by."""
    for name, link in scenario.links.items():
        if link.remote_use in BEYOND_A_CUE and "fire_control" not in link.carries:
            message = f"link '{name}' allows {link.remote_use} but does not carry fire_control"
            hint = "add 'fire_control' to 'carries' where the link is that good, or choose CUE"
            yield Problem(("links", name, "remote_use"), message, hint)


def launchers_have_a_radar(scenario: Scenario) -> Iterator[Problem]:
    """Launchers that share channels do so with one unit of the same node that has its own."""
    for name, unit in scenario.fire_units.items():
        path: KeyPath = ("fire_units", name, "shares_channels_with")
        owner = unit.shares_channels_with
        if owner is None:
            continue
        if owner not in scenario.fire_units:
            message = f"fire unit '{name}' shares channels with '{owner}' which is not defined"
            yield Problem(path, message, suggestion(owner, list(scenario.fire_units), "fire_units"))
            continue
        yield from _shares(path, name, unit, owner, scenario.fire_units[owner])


def _shares(path: KeyPath, name: str, unit: FireUnit, owner: str, other: FireUnit) -> Iterator[Problem]:
    if owner == name or other.shares_channels_with is not None:
        what = "itself" if owner == name else f"'{owner}', which has none of its own"
        yield Problem(path, f"fire unit '{name}' shares channels with {what}", "name the unit whose radar it is")
    if unit.node != other.node:
        message = f"fire unit '{name}' of node '{unit.node}' shares channels with one of node '{other.node}'"
        yield Problem(path, message, f"put both under node '{other.node}'")
    if unit.radar is not None:
        message = f"fire unit '{name}' shares the channels of '{owner}' and names a radar"
        yield Problem((*path[:2], "radar"), message, "remove 'radar'")


def stocks_belong_to_loads(scenario: Scenario) -> Iterator[Problem]:
    """What is reloaded is what is loaded."""
    for name, unit in scenario.fire_units.items():
        for kind, rounds in unit.stock.items():
            path = ("fire_units", name, "stock", kind)
            if rounds < 0:
                message = f"fire unit '{name}' has {rounds} rounds of '{kind}' in stock"
                yield Problem(path, message, "give a whole number, 0 or more")
            if unit.load.get(kind, 0) <= 0:
                message = f"fire unit '{name}' has a stock of '{kind}', of which it has none ready"
                yield Problem(path, message, "a reload fills what 'load' holds: load that type, or remove the stock")
