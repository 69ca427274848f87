"""What a scenario's entities say of a case: which links could carry it, and whether identification could work."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from openiamd.results import kinds
from openiamd.results.event_chain import entities_of
from openiamd.results.run_events import Event
from openiamd.results.store import Results

MODE_NAMES = {"mode3": "Mode 3", "mode4": "Mode 4", "mode5": "Mode 5"}
REPLIES = ("mode 5 reply", "mode 4 reply", "civil reply")


class Link(NamedTuple):
    """A link of a variant."""

    id: str
    sender: str
    receiver: str
    carries: tuple[str, ...] | None  # None: a folder from before this was stored


class Facts(NamedTuple):
    """What of a variant's entities a story needs."""

    objects: dict[str, Mapping[str, Any]]  # id → row of entities
    shooters: list[str]  # nodes that have fire units
    modes: dict[str, tuple[str, ...] | None]  # node → modes that it asks in
    links: list[Link]


def _words(row: Mapping[str, Any], column: str) -> tuple[str, ...] | None:
    return tuple(row[column] or ()) if column in row else None


def read_facts(results: Results, variant: str) -> Facts:
    """Return what the entities of a variant say."""
    domains = ("object", "node", "fire_unit", "link")
    objects, nodes, units, links = (entities_of(results, variant, name).to_pylist() for name in domains)
    return Facts(
        objects={row["id"]: row for row in objects},
        shooters=list(dict.fromkeys(row["node"] for row in units)),
        modes={row["id"]: _words(row, "modes") for row in nodes},
        links=[Link(row["id"], *row["node"].split(" → "), carries=_words(row, "carries")) for row in links],
    )


def path(links: Iterable[Link], senders: Sequence[str], receivers: Sequence[str], what: str) -> list[str] | None:
    """Return the ids of the fewest links that carry ``what`` from a sender to a receiver, None where none do."""
    usable = [link for link in links if link.carries is None or what in link.carries]
    reached: dict[str, list[str]] = {sender: [] for sender in senders}
    front = list(senders)
    while front:
        node = front.pop(0)
        if node in receivers:
            return reached[node]
        for link in usable:
            if link.sender == node and link.receiver not in reached:
                reached[link.receiver] = [*reached[node], link.id]
                front.append(link.receiver)
    return None


def missing_link(facts: Facts, senders: Sequence[str], receivers: Sequence[str], what: str) -> dict[str, Any]:
    """Return whether what the senders knew could reach the receivers, in words and as ids."""
    found = path(facts.links, senders, receivers, what)
    who, whom = " or ".join(senders), " or ".join(receivers)
    if found is None:
        between = [one for one in facts.links if one.sender in senders and one.receiver in receivers]
        only = [f"{one.id} carries {' and '.join(one.carries or ('nothing',))} alone" for one in between]
        said = f"no link carries {what} from {who} to {whom}" + "".join(f"; {text}" for text in only)
    elif found:
        said = f"{', '.join(found)} would carry {what} from {who} to {whom}, but no such report counted in time"
    else:
        said = ""
    return {"from": list(senders), "to": list(receivers), "carries": what, "path": found, "sentence": said}


def _why(held: tuple[str, ...], asked: tuple[str, ...], transponder: str | None, node: str) -> str:
    """Return why no reply could come, "" where one could."""
    common = [mode for mode in held if mode in asked]
    names = {key: " and ".join(MODE_NAMES[mode] for mode in modes) for key, modes in (("h", held), ("a", asked))}
    if not held:
        return "it answers in no mode"
    if not asked:
        return f"{node} asks in no mode"
    if transponder == "off":
        return f"its transponder was off in this run: its {names['h']} answered nobody"
    if not common:
        return f"no common mode: it answers in {names['h']}, {node} asks in {names['a']}"
    if transponder == "wrong key" and "mode3" not in common:
        return f"its transponder had the wrong key in this run: its {names['h']} answered nobody"
    return ""


def identification(
    facts: Facts, name: str, node: str, transponder: str | None, events: Iterable[Event]
) -> dict[str, Any] | None:
    """Return whether an object could answer a node's interrogations, and what the node heard; None where unknown.

    transponder  what of it worked in this run, one of kinds.TRANSPONDERS, None where it cannot fail or is not stored
    """
    held, asked = _words(facts.objects[name], "modes"), facts.modes.get(node)
    if held is None or asked is None:
        return None
    heard = [
        event
        for event in events
        if event.kind == kinds.IDENTITY and event.node == node and event.detail.get("identity_reason") in REPLIES
    ]
    why = _why(held, asked, transponder, node)
    if not why and not heard:
        why = f"{node} heard no reply: out of its interrogator's range, or none of them was answered"
    return {
        "node": node,
        "answers": list(held),
        "asks": list(asked),
        "transponder": transponder,
        "heard_s": [event.time_s for event in heard],
        "failed": not heard,
        "sentence": "" if heard else why,
    }
