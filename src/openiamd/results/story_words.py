"""Events in plain sentences: what one row of the event tables says to somebody who knows no code."""

import math
from collections.abc import Callable, Mapping

from openiamd.results import kinds
from openiamd.results.run_events import Event

ARTICLES = {"friendly": "own aircraft", "civil": "civil aircraft", "hostile": "hostile object"}
EVIDENCE = {  # reasons of identities
    "none": "nothing speaks for or against it",
    "mode 5 reply": "it answered in Mode 5",
    "mode 4 reply": "it answered in Mode 4",
    "civil reply": "it answered in a civil mode",
    "received": "so a link reports it",
    "ballistic": "it is as fast as a ballistic missile",
    "corridor": "it flies in a corridor as that asks",
    "behaviour": "low, fast, and soon at a defended place",
    "evidence lapsed": "what was known of it has lapsed",
    "idealised": "in this idealised run every track is",
    "missile criteria": "its flight meets the criteria of a missile",
    "flight plan": "it flies as a flight plan says",
    "weight of evidence": "all evidence weighed",
    "not declared by authority": "hostile by own evidence, which the authority has not confirmed",
    "conflict rule": "own evidence and a report disagree, and the rule decides",
}
HELD = {
    "no channel": "no fire channel is free",
    "no missile": "the magazine is empty",
    "outside envelope": "no loaded interceptor can reach it",
    "weapons hold": "weapons control forbids it",
    "no order from above": "control is centralized, and no order has come from above",
    "not interrogated": "it has not been asked as often as the doctrine wants",
    "zone": "a zone forbids fire where it is",
    "cease fire": "an order to hold or cease fire is in force",
    "engaged elsewhere": "a report says that another node is engaging it",
    "not ready": "no fire unit of the node is on duty",
    "training": "the fire unit trains and may not launch",
    "no authority": "its authority has not declared it HOSTILE",
}
CEASED = {
    "track lost": "the track was lost",
    "not held by engagement radar": "the engagement radar does not hold the track",
    "left the envelope": "it left the envelope",
    "identity changed": "the track became a friend or neutral",
    "no round": "no round or no guidance was free",
    "ordered to cease": "an order to hold or cease fire came",
    "slew too late": "the unit could not turn to it in time",
    "no guidance": "nothing could guide the round",
    "out of action": "the fire unit or its radar was lost",
    "off duty": "the fire unit is no longer on duty",
    "weapons control": "weapons control no longer allows fire at it",
    "order withdrawn": "the order from above was withdrawn or has lapsed",
    "zone": "a zone now forbids fire where it is",
}


def clock(time_s: float) -> str:
    """Return a time as mm:ss, with minutes beyond 59 as they are."""
    whole = round(time_s)
    return f"{whole // 60:02d}:{whole % 60:02d}"


def distance(metres: float) -> str:
    """Return a distance in words."""
    return f"{metres:.0f} m" if metres < 1000.0 else f"{metres / 1e3:.0f} km"


def _to_go(event: Event) -> str:
    time_s = event.detail.get("time_to_go_s", math.inf)
    return f"{clock(time_s)} to go" if math.isfinite(time_s) else "which is on no way to a defended place"


def _because(word: str, known: Mapping[str, str]) -> str:
    return f"{word} ({known[word]})" if word in known else word


def _identity(event: Event) -> str:
    identity, reason = event.detail["identity"], event.detail.get("identity_reason", "none")
    chance = event.detail.get("hostile_probability")
    weighed = f"; hostile with probability {chance:.3f}" if chance is not None else ""
    word = "" if reason == "none" else f" ({reason})"
    return f"identity {identity}{word}: {EVIDENCE.get(reason, reason)}{weighed}"


def _received(event: Event) -> str:
    age_s = event.detail.get("age_s", 0.0)
    return f"hears of it over link {event.detail.get('link', '?')} as track {event.track_number}, {age_s:.0f} s old"


def _shot(event: Event, name: str) -> str:
    about = "" if event.about in (name, "") else f", which is nearest to {event.about} by now"
    return (
        f"{event.detail.get('fire_unit', '?')} fires {event.detail.get('interceptor', '?')} at track "
        f"{event.track_number}{about}, to meet it {distance(event.detail.get('intercept_range_m', 0.0))} away"
    )


def _outcome(event: Event, name: str) -> str:
    """Return what a round did; one that was meant for ``name`` may have met another object."""
    unit = event.detail.get("fire_unit", "?")
    if event.kind == kinds.WASTED:
        return f"the round of {unit} meets nothing near its track"
    what = {
        kinds.KILL: "destroys it",
        kinds.MISS: "meets it and misses",
        kinds.OVERKILL: "meets what the salvo has destroyed already",
    }[event.kind]
    if event.object and event.object != name:
        return f"the round of {unit} meets {event.object} instead and {what.replace('meets it and ', '')}"
    return f"the round of {unit} {what}"


def _thing(event: Event) -> str:
    """Return what a node, sensor, fire unit or link is called in an event of readiness."""
    known = [event.detail[kind] for kind in ("fire_unit", "sensor", "link") if kind in event.detail]
    return next(iter(known), "the node")


SENTENCES: dict[int, Callable[[Event, str], str]] = {
    kinds.LAUNCHED: lambda event, name: "sets out",
    kinds.LEAKED: lambda event, name: f"gets through to {event.detail.get('asset', 'its end')}",
    kinds.DEPARTED: lambda event, name: "leaves unharmed",
    kinds.UNRESOLVED: lambda event, name: "is still in the air when the run ends",
    kinds.FIRST_LOOK: lambda event, name: (
        f"first look of {event.detail.get('sensor', '?')}, {distance(event.detail.get('range_m', 0.0))} away"
    ),
    kinds.FIRST_DETECTION: lambda event, name: (
        f"first detection by {event.detail.get('sensor', '?')}, {distance(event.detail.get('range_m', 0.0))} away"
    ),
    kinds.TRACK_CONFIRMED: lambda event, name: f"has a track of its own: {event.track_number}",
    kinds.TRACK_DROPPED: lambda event, name: f"drops track {event.track_number}",
    kinds.NUMBER_CHANGED: lambda event, name: (
        f"track {event.detail.get('old_track_number', '?')} goes on as {event.track_number}, its number on the network"
    ),
    kinds.DUAL_DESIGNATION: lambda event, name: (
        f"holds two tracks of one object: {event.track_number} and {event.detail.get('other_track_number', 0):.0f}"
    ),
    kinds.DUAL_RESOLVED: lambda event, name: (
        f"tracks {event.track_number} and {event.detail.get('other_track_number', 0):.0f} become one"
    ),
    kinds.DECORRELATED: lambda event, name: (
        f"takes tracks {event.track_number} and {event.detail.get('other_track_number', 0):.0f} apart"
    ),
    kinds.TRACK_RECEIVED: lambda event, name: _received(event),
    kinds.IDENTITY: lambda event, name: _identity(event),
    kinds.IDENTITY_CONFLICT: lambda event, name: (
        f"its own evidence says {event.detail.get('identity', '?')}, "
        f"a report says {event.detail.get('received_identity', '?')}"
    ),
    kinds.IDENTITY_RESOLVED: lambda event, name: (
        f"own evidence and report agree again on {event.detail.get('identity', '?')}"
    ),
    kinds.ENGAGE: lambda event, name: (
        f"orders {event.detail.get('fire_unit', '?')} to engage track {event.track_number}, {_to_go(event)}"
    ),
    kinds.FIRE_ORDER: lambda event, name: (
        f"fire order {event.detail.get('fire_order', '?')}: {event.detail.get('order_change', 'in force')}"
    ),
    kinds.HELD: lambda event, name: f"holds fire: {_because(event.detail.get('held_reason', '?'), HELD)}",
    kinds.CEASED: lambda event, name: (
        f"the order to {event.detail.get('fire_unit', '?')} ends: "
        f"{_because(event.detail.get('ceased_reason', '?'), CEASED)}"
    ),
    kinds.SHOT: _shot,
    kinds.KILL: _outcome,
    kinds.MISS: _outcome,
    kinds.WASTED: _outcome,
    kinds.OVERKILL: _outcome,
    kinds.ASSESSED: lambda event, name: f"assesses its shot: {event.detail.get('assessment', '?')}",
    kinds.DEBRIS: lambda event, name: (
        f"was destroyed so near to {event.detail.get('asset', '?')} that debris may fall there"
    ),
    kinds.SLEWED: lambda event, name: (
        f"{event.detail.get('fire_unit', '?')} begins to turn to it, by "
        f"{abs(math.degrees(event.detail.get('turned_rad', 0.0))):.0f} degrees"
    ),
    kinds.STATE_CHANGED: lambda event, name: f"{_thing(event)} changes its state: {event.detail.get('state', '?')}",
    kinds.LOST: lambda event, name: f"{_thing(event)} is lost: {event.detail.get('loss_cause', '?')}",
    kinds.RESTORED: lambda event, name: f"{_thing(event)} is restored",
    kinds.CONTACT_LOST: lambda event, name: f"loses contact with {event.detail.get('superior', 'its superior')}",
    kinds.CONTACT_RESTORED: lambda event, name: f"is in contact with {event.detail.get('superior', 'its superior')}",
}


def sentence(event: Event, name: str) -> str:
    """Return what an event says in the story of the object ``name``; its node and time are told beside it."""
    if event.kind in SENTENCES:
        return SENTENCES[event.kind](event, name)
    # A kind without a sentence of its own is told by its words, so that none is left out.
    rest = ", ".join(f"{column.replace('_', ' ')} {value}" for column, value in event.detail.items())
    return kinds.KIND_NAMES[event.kind] + (f": {rest}" if rest else "")
