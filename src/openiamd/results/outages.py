"""Outages: from when until when a node, sensor, fire unit or link was lost or off duty, replayed from its events."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from openiamd.results import kinds
from openiamd.results.event_chain import of_variant
from openiamd.results.run_events import Event
from openiamd.results.store import Results
from openiamd.results.story_words import clock

DOMAINS = ("fire_unit", "sensor", "link")  # columns of the table; an event that names none is about the node itself
OFF_DUTY = ("dark", "emplaced", "march", "boxed", "cued")  # states in which a radar does not radiate
NOT_FIRING = ("emplaced", "march", "boxed")
READINESS = tuple(kinds.KIND_NAMES[kind] for kind in (kinds.STATE_CHANGED, kinds.LOST, kinds.RESTORED))
NAMES = {"fire_unit": "fire unit", "sensor": "sensor", "link": "link", "node": "node"}
LOST_WORDS = {"failure": "failed", "cut": "was cut", "sabotage": "was sabotaged", "destroyed": "was destroyed"}


class Outage(NamedTuple):
    """One time during which an element did not work."""

    domain: str  # fire_unit, sensor, link or node
    id: str
    node: str  # of a sensor or fire unit: whose it is; of a link: that the event names
    word: str  # cause of the loss, or the state
    lost: bool  # else off duty
    from_s: float
    until_s: float  # inf: not restored
    event: int  # that began it

    def overlaps(self, from_s: float, until_s: float) -> bool:
        """Tell whether it was in force at some time between two times."""
        return self.from_s <= until_s and self.until_s > from_s

    @property
    def sentence(self) -> str:
        """Return it as a plain sentence with its time."""
        name = f"{NAMES[self.domain]} {self.id}"
        if self.lost:
            ended = "not restored" if math.isinf(self.until_s) else f"restored at {clock(self.until_s)}"
            return f"{name} {LOST_WORDS[self.word]} at {clock(self.from_s)} and {ended}"
        until = "to the end" if math.isinf(self.until_s) else f"until {clock(self.until_s)}"
        return f"{name} was not on duty ({self.word}) from {clock(self.from_s)} {until}"


def _element(row: Mapping[str, Any]) -> tuple[str, str]:
    return next(((domain, row[domain]) for domain in DOMAINS if row.get(domain)), ("node", row["node"]))


def replay(rows: Iterable[Mapping[str, Any]]) -> list[Outage]:
    """Return the outages of one run in order of their beginnings, from its rows of readiness in order of event."""
    found: list[Outage] = []
    lost: dict[tuple[str, str], list[int]] = {}  # element → places in found of its losses in force
    off: dict[tuple[str, str], int] = {}
    for row in rows:
        element, time_s = _element(row), row["time_s"]
        begun = Outage(*element, row["node"] or "", "", True, time_s, math.inf, row["event"])
        if row["kind"] == kinds.KIND_NAMES[kinds.LOST]:
            lost.setdefault(element, []).append(len(found))
            found.append(begun._replace(word=row["loss_cause"]))
        elif row["kind"] == kinds.KIND_NAMES[kinds.RESTORED]:
            place = lost[element].pop(0)
            found[place] = found[place]._replace(until_s=time_s)
        elif row["state"] in (NOT_FIRING if element[0] == "fire_unit" else OFF_DUTY):
            if element not in off:
                off[element] = len(found)
                found.append(begun._replace(word=row["state"], lost=False))
        elif element in off and row["state"] in ("active", "dark"):
            place = off.pop(element)
            found[place] = found[place]._replace(until_s=time_s)
    return found


def of_events(events: Iterable[Event]) -> list[Outage]:
    """Return the outages of one run from its events."""
    chosen = [event for event in events if kinds.KIND_NAMES[event.kind] in READINESS]
    return replay(
        {**event.detail, "event": event.event, "time_s": event.time_s, "node": event.node}
        | {"kind": kinds.KIND_NAMES[event.kind]}
        for event in chosen
    )


def read_outages(results: Results, variant: str) -> dict[int, list[Outage]]:
    """Return the outages of every run of a variant that has any.

    Raises:
        ResultsError: a table of the run folder cannot be read.
    """
    runs: dict[int, list[Mapping[str, Any]]] = {}
    rows = of_variant(results.events("readiness"), variant).to_pylist()
    for row in sorted(rows, key=lambda row: (row["run"], row["event"])):
        runs.setdefault(row["run"], []).append(row)
    return {run: own for run, rows_of_run in runs.items() if (own := replay(rows_of_run))}
