"""What the checks share: the form of a problem, and ways to walk through a scenario."""

from collections.abc import Iterator
from typing import NamedTuple

from openiamd.scenario.document import KeyPath
from openiamd.scenario.model import Scenario
from openiamd.scenario.raids import Raid, Traffic


class Problem(NamedTuple):
    """What is wrong, where, and the cure."""

    path: KeyPath
    message: str
    hint: str


def groups(scenario: Scenario) -> Iterator[tuple[KeyPath, Raid | Traffic]]:
    """Yield each group of flying objects with its path, raids first."""
    yield from ((("raids", name), group) for name, group in scenario.raids.items())
    yield from ((("traffic", name), group) for name, group in scenario.traffic.items())


def object_ids(scenario: Scenario) -> dict[str, KeyPath]:
    """Return the id of every flying object with the path of its group."""
    result: dict[str, KeyPath] = {}
    for path, group in groups(scenario):
        count = group.arrivals.capacity if group.arrivals else group.count
        result.update({f"{path[1]}-{member + 1}": path for member in range(count)})
    return result


def reached(scenario: Scenario, sender: str, content: str) -> set[str]:
    """Return the nodes that a word of ``sender`` can reach over links that carry ``content``."""
    found, edge = {sender}, [sender]
    while edge:
        here = edge.pop()
        for link in scenario.links.values():
            if link.sender == here and content in link.carries and link.receiver not in found:
                found.add(link.receiver)
                edge.append(link.receiver)
    return found


def elements(scenario: Scenario) -> dict[str, str]:
    """Return the id of everything that can be on duty or be lost, with what it is."""
    result = dict.fromkeys(scenario.nodes, "node")
    result |= dict.fromkeys(scenario.sensors, "sensor")
    result |= dict.fromkeys(scenario.fire_units, "fire unit")
    return result | dict.fromkeys(scenario.links, "link")
