"""Under which track numbers each node held an object: dual tracks, and tracks that another object had too."""

from collections.abc import Iterable, Sequence
from typing import Any

from openiamd.results import kinds
from openiamd.results.run_events import Event
from openiamd.results.story_words import clock

HOLDS = (kinds.TRACK_CONFIRMED, kinds.TRACK_RECEIVED, kinds.NUMBER_CHANGED, kinds.IDENTITY, kinds.ENGAGE, kinds.HELD)
DUALS = (kinds.DUAL_DESIGNATION,)
OTHERS_TOLD = 2


def _renamed(own: Sequence[Event]) -> dict[tuple[str, int], int]:
    """Return for each number that a track had at a node the number that it went on with."""
    changes = [event for event in own if event.kind == kinds.NUMBER_CHANGED and "old_track_number" in event.detail]
    return {(event.node, int(event.detail["old_track_number"])): event.track_number for event in changes}


def _others(events: Iterable[Event], held: set[tuple[str, int]], name: str) -> dict[str, dict[str, Any]]:
    """Return by node and object the first time at which one of the held tracks was nearest to another object."""
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        key = (event.node, event.track_number)
        if key in held and event.kind in HOLDS and event.object not in ("", name):
            row = {"object": event.object, "track_number": event.track_number, "time_s": event.time_s}
            found.setdefault(event.node, {}).setdefault(event.object, row)
    return found


def _sentence(node: str, tracks: Sequence[int], dual: Sequence[float], others: Sequence[dict[str, Any]]) -> str:
    parts = []
    if len(tracks) > 1:
        parts.append(f"{node} held it as {len(tracks)} tracks, {', '.join(map(str, tracks))}")
    if dual:
        parts.append(f"{node} saw at {clock(dual[0])} that two of its tracks are of one object")
    told = [f"{one['object']} (track {one['track_number']}, {clock(one['time_s'])})" for one in others[:OTHERS_TOLD]]
    more = f" and {len(others) - OTHERS_TOLD} more" if len(others) > OTHERS_TOLD else ""
    if told:
        parts.append(f"a track of it at {node} was nearest to another object too: {', '.join(told)}{more}")
    return "; ".join(parts)


def tracks_of(events: Sequence[Event], own: Sequence[Event], name: str) -> list[dict[str, Any]]:
    """Return one row a node that held the object: numbers of its tracks, when duals were told, whom else they were of.

    events  all of the run; own  those of the object
    """
    renamed = _renamed(own)
    numbers: dict[str, dict[int, None]] = {}
    for event in own:
        if event.kind in HOLDS and event.object in ("", name):
            numbers.setdefault(event.node, {})[event.track_number] = None
    held = {(node, number) for node, own_numbers in numbers.items() for number in own_numbers}
    others, rows = _others(events, held, name), []
    for node, own_numbers in numbers.items():
        tracks = [number for number in own_numbers if (node, number) not in renamed]
        dual = [event.time_s for event in own if event.kind in DUALS and event.node == node]
        also = sorted(others.get(node, {}).values(), key=lambda row: row["time_s"])
        said = _sentence(node, tracks, dual, also)
        row = {"node": node, "track_numbers": tracks, "dual_s": dual, "other_objects": also, "sentence": said}
        rows.append(row)
    return rows
