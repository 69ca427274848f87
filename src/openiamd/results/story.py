"""The story of one object in one run: the chain from first look to outcome, told from the event tables alone."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openiamd.results import kinds
from openiamd.results.cause_codes import OUTCOMES
from openiamd.results.outages import Outage, of_events
from openiamd.results.run_events import Event, of_object, status_of
from openiamd.results.store import Results
from openiamd.results.story_facts import Facts, identification, missing_link
from openiamd.results.story_tracks import tracks_of
from openiamd.results.story_words import clock, sentence

FRIENDLY = ("ASSUMED_FRIEND", "FRIEND", "NEUTRAL")
TRACK_NEWS = (kinds.TRACK_CONFIRMED, kinds.TRACK_RECEIVED, kinds.IDENTITY)
DUTY = (kinds.STATE_CHANGED, kinds.LOST, kinds.RESTORED)  # may be about the object that destroyed something
HITS = (kinds.KILL, kinds.MISS, kinds.OVERKILL)
STEPS = {  # of the chain, in order → words
    "looked_at": "first look",
    "detected": "detected",
    "tracked": "tracked",
    "at_shooter": "held by a shooter",
    "friend_at_shooter": "friend at a shooter",
    "hostile_at_shooter": "hostile at a shooter",
    "ordered": "ordered",
    "shot_at": "shot at",
    "ended": "end",
}

NAMES = {"hostile": "hostile objects", "friendly": "own aircraft", "civil": "civil aircraft"}

Story = dict[str, Any]


def chain_of(events: Sequence[Event], facts: Facts, name: str) -> list[dict[str, Any]]:
    """Return time and node of the first event of each of `STEPS`, None where there is none."""

    def first(wanted: Iterable[int], shooter: bool = False, identities: Sequence[str] = ()) -> Event | None:
        for event in events:
            fits = event.kind in wanted and (not shooter or event.node in facts.shooters)
            if fits and (not identities or event.detail.get("identity") in identities):
                return event
        return None

    met = [event for event in events if event.kind in HITS and event.object == name]
    ends = [event for event in events if event.kind in (kinds.LEAKED, kinds.DEPARTED, kinds.UNRESOLVED)]
    killed = [event for event in met if event.kind == kinds.KILL]
    found = {
        "looked_at": first((kinds.FIRST_LOOK,)),
        "detected": first((kinds.FIRST_DETECTION,)),
        "tracked": first(TRACK_NEWS),
        "at_shooter": first(TRACK_NEWS, shooter=True),
        "friend_at_shooter": first((kinds.IDENTITY,), shooter=True, identities=FRIENDLY),
        "hostile_at_shooter": first((kinds.IDENTITY,), shooter=True, identities=("HOSTILE",)),
        "ordered": first((kinds.ENGAGE,)),
        "shot_at": first((kinds.SHOT,)) or next(iter(met), None),
        "ended": next(iter([*killed, *ends]), None),
    }
    return [
        {"step": step, "time_s": event.time_s if event else None, "node": event.node if event else None}
        for step, event in found.items()
    ]


def _steps(events: Sequence[Event], name: str) -> list[dict[str, Any]]:
    """Return each event as a sentence; a node that holds fire again for the same reason is told once, with a count."""
    told: list[dict[str, Any]] = []
    last_held: dict[str, tuple[str, dict[str, Any]]] = {}
    for event in events:
        text = sentence(event, name)
        if event.kind == kinds.HELD:
            known = last_held.get(event.node)
            if known is not None and known[0] == text:
                known[1]["repeated"] += 1
                known[1]["until_s"] = event.time_s
                continue
        step = {
            "time_s": event.time_s,
            "event": event.event,
            "cause": event.cause if event.cause >= 0 else None,
            "kind": kinds.KIND_NAMES[event.kind],
            "node": event.node or None,
            "sentence": text,
            "repeated": 0,
            "until_s": event.time_s,
        }
        if event.kind == kinds.HELD:
            last_held[event.node] = (text, step)
        elif event.kind in (kinds.ENGAGE, kinds.IDENTITY):
            last_held.pop(event.node, None)
        told.append(step)
    return told


def _around(events: Iterable[Event], own: Sequence[Event], shooters: Sequence[str]) -> list[Event]:
    """Return what happened to the shooters themselves, such as lost contact, from the first detection to the end."""
    seen = [event for event in own if event.kind != kinds.LAUNCHED]
    if not seen:
        return []
    first_s, last_s = seen[0].time_s, seen[-1].time_s
    told = {event.event for event in own}
    return [
        event
        for event in events
        if event.track_number < 0 and event.node in shooters and first_s <= event.time_s <= last_s
        and (event.kind in DUTY or not event.about) and event.event not in told
    ]  # fmt: skip


def _losses(
    events: Iterable[Event], own: Sequence[Event], facts: Facts, outages: Sequence[Outage], span: tuple[float, float],
    cause: Mapping[str, Any] | None,
) -> list[Event]:  # fmt: skip
    """Return the events of losses in force between start and end of the object, of what its story names."""
    named = {event.node for event in own} | set(facts.shooters)
    named |= {word for event in own for name, word in event.detail.items() if name in ("sensor", "fire_unit", "link")}
    chosen = [one for one in outages if one.lost and one.overlaps(*span) and {one.id, one.node} & named]
    chosen += [one for one in outages if cause is not None and one.event == cause["event"] and one not in chosen]
    begun = {one.event for one in chosen}
    return [event for event in events if event.kind in DUTY and (event.event in begun or event.cause in begun)]


def ending(status: Mapping[str, Any], events: Sequence[Event], name: str) -> str:
    """Return how it ended in one sentence."""
    end = "" if status["end_s"] is None else f" at {clock(status['end_s'])}"
    shots = [event for event in events if event.kind == kinds.SHOT]
    tried = f", after {len(shots)} round{'s' if len(shots) > 1 else ''} fired at it" if shots else ""
    if status["status"] == "killed":
        kill = next((event for event in events if event.kind == kinds.KILL and event.object == name), None)
        who = f" by {kill.detail.get('fire_unit', '?')} of {kill.node}" if kill else ""
        return f"destroyed{end}{who}"
    if status["status"] == "leaked":
        asset = next((event.detail.get("asset") for event in events if event.kind == kinds.LEAKED), None)
        return f"got through{f' to {asset}' if asset else ''}{end}{tried}"
    if status["status"] == "departed":
        return f"left unharmed{end}{tried}"
    return "never set out in this run" if status["start_s"] is None else f"still in the air at the end{tried}"


def _cause(row: Mapping[str, Any] | None, outages: Sequence[Outage]) -> dict[str, Any] | None:
    if row is None:
        return None
    known = OUTCOMES[row["outcome"]][row["cause"]]
    kept = ("picture_error", "evidence", "node", "time_s", "event", "lead_s", "outcome_s")
    words = {"code": row["cause"], "label": known.label, "link": known.link, "meaning": known.meaning}
    lost = next((one.sentence for one in outages if one.event == row["event"]), None)
    return words | {name: row[name] for name in kept} | {"lost": lost}


def _missing_link(row: Mapping[str, Any] | None, events: Sequence[Event], facts: Facts) -> dict[str, Any] | None:
    """Return the link that a cause of sharing lacks, None where the cause is another."""
    if row is None or row["cause"] not in ("not_shared", "identity_not_shared"):
        return None
    nodes = list(dict.fromkeys(event.node for event in events if event.kind in TRACK_NEWS))
    if row["cause"] == "not_shared":
        return missing_link(facts, nodes, facts.shooters, "track")
    fired = [event.node for event in events if event.kind == kinds.SHOT]
    held = [node for node in nodes if node in facts.shooters]
    return missing_link(facts, [row["node"]], list(dict.fromkeys(fired or held or facts.shooters)), "identity")


def _spent(row: Mapping[str, Any] | None, events: Sequence[Event], facts: Facts) -> dict[str, Any] | None:
    """Return at whom the rounds went that a shooter lacks, by side; None where rounds are not what is missing."""
    if row is None or row["cause"] not in ("no_missile", "order_no_round") or row["node"] is None:
        return None
    sides: dict[str, int] = {}
    for event in events:
        if event.kind == kinds.SHOT and event.node == row["node"] and event.event < row["event"]:
            side = facts.objects[event.about]["side"] if event.about else "nothing"
            sides[side] = sides.get(side, 0) + 1
    at = ", ".join(f"{count} at {NAMES.get(side, 'tracks of nothing')}" for side, count in sides.items())
    told = f"{row['node']} had fired {sum(sides.values())} rounds by then: {at}" if sides else ""
    return {"node": row["node"], "rounds": sides, "sentence": told}


def _identification(
    name: str, status: Mapping[str, Any], events: Sequence[Event], facts: Facts
) -> dict[str, Any] | None:
    """Return how a friend or neutral fared with the node that fired at it, else with the first shooter to hold it."""
    if status["side"] == "hostile":
        return None
    fired = [event.node for event in events if event.kind == kinds.SHOT]
    held = [event.node for event in events if event.kind in TRACK_NEWS and event.node in facts.shooters]
    node = next(iter([*fired, *held]), None)
    return None if node is None else identification(facts, name, node, status.get("transponder"), events)


def tell(
    results: Results,
    facts: Facts,
    events: Sequence[Event],
    place: tuple[str, int, str],
    cause: Mapping[str, Any] | None,
) -> Story:
    """Return the story of one object in one run as plain data; times in seconds.

    events  all of the run, as ``read_run`` returns them
    place   variant, run, object
    cause   its row of ``causes``, None where the outcome of interest did not happen

    Raises:
        ResultsError: a table of the run folder cannot be read.
    """
    variant, run, name = place
    own, status = of_object(events, name), status_of(results, variant, run, name)
    outages = of_events(events)
    start_s = math.inf if status["start_s"] is None else status["start_s"]
    span = (start_s, math.inf if status["end_s"] is None else status["end_s"])
    more = [*_around(events, own, facts.shooters), *_losses(events, own, facts, outages, span, cause)]
    steps = {event.event: event for event in (*own, *more)}
    entity = facts.objects[name]
    return {
        "variant": variant,
        "run": run,
        "object": name,
        "object_class": entity["object_class"],
        "side": entity["side"],
        "entry": entity["name"],
        "status": status["status"],
        "start_s": status["start_s"],
        "end_s": status["end_s"],
        "ending": ending(status, own, name),
        "outcome": None if cause is None else cause["outcome"],
        "cause": _cause(cause, outages),
        "missing_link": _missing_link(cause, own, facts),
        "spent": _spent(cause, events, facts),
        "identification": _identification(name, status, own, facts),
        "chain": chain_of(own, facts, name),
        "tracks": tracks_of(events, own, name),
        "steps": _steps(sorted(steps.values(), key=lambda event: (event.time_s, event.event)), name),
    }
