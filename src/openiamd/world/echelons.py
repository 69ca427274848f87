"""Echelons: whose word each node waits for, and which links pass which words on.

A node that holds authority over others has a bit; a track's row at each node holds the bits of those that have ordered
its engagement, and of those that have declared it HOSTILE. A link passes a word only away from its author, so that two
nodes never keep each other at it: by the fewest links from the author, then by the depth in the command tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import Link, ResolvedScenario


class Words(NamedTuple):
    """Bit sets of one kind of word, orders or declarations."""

    awaited: list[int]  # (node,) the bit of its authority, 0: itself
    given: list[int]  # (node,) the bit that its own word has, 0: nobody waits for it
    passed: list[int]  # (link,) the bits that it carries


def orders(scenario: ResolvedScenario) -> Words:
    """Return who orders engagements, who waits for orders, and which links pass them."""
    holders = [node.engagement_authority for node in scenario.nodes]
    return _words(scenario, holders, [link.carries_order for link in scenario.links])


def declarations(scenario: ResolvedScenario) -> Words:
    """Return who declares tracks HOSTILE for others, who waits for that, and which links pass it."""
    holders = [node.id_authority for node in scenario.nodes]
    return _words(scenario, holders, [link.carries_identity for link in scenario.links])


def _words(scenario: ResolvedScenario, holders: Sequence[int], carries: Sequence[bool]) -> Words:
    authors = sorted({holder for holder in holders if holder >= 0})
    bits = {author: 1 << place for place, author in enumerate(authors)}
    count = len(scenario.nodes)
    links = [link if one else None for link, one in zip(scenario.links, carries, strict=True)]
    passed = [0] * len(links)
    for author in authors:
        waiting = {node for node in range(count) if holders[node] == author}
        for place in _away_from(author, waiting, links, _depths(scenario)):
            passed[place] |= bits[author]
    return Words(
        awaited=[bits.get(holder, 0) for holder in holders],
        given=[bits.get(node, 0) for node in range(count)],
        passed=passed,
    )


def _depths(scenario: ResolvedScenario) -> list[int]:
    """Return how many superiors each node has above it."""
    result = []
    for node in range(len(scenario.nodes)):
        depth, above = 0, scenario.nodes[node].superior
        while above >= 0 and depth < len(scenario.nodes):
            depth, above = depth + 1, scenario.nodes[above].superior
        result.append(depth)
    return result


def _away_from(author: int, waiting: set[int], links: Sequence[Link | None], depths: Sequence[int]) -> set[int]:
    """Return the links (by place) that lead away from ``author`` to nodes that wait for its word."""
    hops, edge = {author: 0}, [author]
    while edge:
        here = edge.pop(0)
        for link in links:
            if link is not None and link.sender == here and link.receiver not in hops:
                hops[link.receiver] = hops[here] + 1
                edge.append(link.receiver)

    def rank(node: int) -> tuple[int, int]:
        return hops[node], depths[node]

    useful, found = set(waiting), set()
    for node in sorted(hops, key=rank, reverse=True):
        for place, link in enumerate(links):
            if link is None or link.sender != node or link.receiver not in useful:
                continue
            if rank(link.receiver) > rank(node):
                found.add(place)
                useful.add(node)
    return found
