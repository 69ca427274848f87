"""The events of one run as rows with words: what a story of one object is told from."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from openiamd.results import kinds
from openiamd.results.event_chain import KIND_NUMBERS, KINDS_ABOUT, OF_CAUSE, of_variant
from openiamd.results.store import Results
from openiamd.results.tables import EVENT_TABLES

KIND_OF_WORD = {kinds.KIND_NAMES[int(number)]: int(number) for number in KIND_NUMBERS}
PLACED = ("variant", "run", "event", "time_s", "kind", "node", "object", "track_number", "cause")
LEFT_OUT = (*PLACED, "object_class", "side", "east_m", "north_m", "up_m")


class Event(NamedTuple):
    """One event of a run; "" and −1 mean none."""

    event: int
    time_s: float
    kind: int  # one of results.kinds
    node: str
    object: str  # as stored: the true object nearest to the track
    about: str  # likewise; where a decision or a shot has none near, that of the event that led to it
    track_number: int
    cause: int  # event that led to it
    detail: Mapping[str, Any]  # the other columns that apply, by name


def of_run(table: pa.Table, variant: str, run: int) -> pa.Table:
    """Return the rows of one run of one variant."""
    rows = table.filter(pa.array(table.column("run").to_numpy() == run))  # first: comparing words is dear
    return of_variant(rows, variant)


def _events(rows: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Return rows in order of their ids, each with the object that it is about."""
    found: dict[int, Event] = {}
    for row in sorted(rows, key=lambda row: row["event"]):
        kind = KIND_OF_WORD[row.get("kind", kinds.KIND_NAMES[kinds.SHOT])]
        named, cause = row["object"] or "", -1 if row["cause"] is None else row["cause"]
        about = found[cause].about if not named and kind in KINDS_ABOUT and cause in found else named
        detail = {name: value for name, value in row.items() if name not in LEFT_OUT and value is not None}
        track = row.get("track_number")
        found[row["event"]] = Event(
            event=row["event"],
            time_s=row["time_s"],
            kind=kind,
            node=row.get("node") or "",
            object=named,
            about=about,
            track_number=-1 if track is None else track,
            cause=cause,
            detail=detail,
        )
    return list(found.values())


def read_run(results: Results, variant: str, run: int) -> list[Event]:
    """Return every event of one run, in the order of logging.

    Raises:
        ResultsError: a table of the run folder cannot be read.
    """
    tables = (of_run(results.events(name), variant, run) for name in EVENT_TABLES)
    return _events(row for table in tables for row in table.to_pylist())


def of_object(events: Iterable[Event], name: str) -> list[Event]:
    """Return the events of one object: those about it, and those that its orders, shots and tracks led to.

    A track that strays from every object stays that of its last event; one that comes near another object leaves. A
    dropped track counts where it was of this object before, for else it is a neighbour's that ended here.
    """
    found: dict[int, Event] = {}
    tracks: set[tuple[str, int]] = set()
    for event in events:
        follows = event.cause in found and (not event.object or event.kind in OF_CAUSE)
        if event.about != name and not follows:
            continue
        track = (event.node, event.track_number)
        if event.kind == kinds.TRACK_DROPPED and track not in tracks:
            continue
        found[event.event] = event
        if event.track_number >= 0:
            tracks.add(track)
    return list(found.values())


def status_of(results: Results, variant: str, run: int, name: str) -> dict[str, Any]:
    """Return the row of `objects` of one object in one run; absent values are None."""
    rows = of_run(results.objects, variant, run)
    mine = rows.filter(pa.array(rows.column("object").cast(pa.string()).to_numpy(zero_copy_only=False) == name))
    return mine.to_pylist()[0]


def runs_of(results: Results, variant: str) -> list[int]:
    """Return the runs that the folder holds of a variant."""
    return np.unique(of_variant(results.runs, variant).column("run").to_numpy()).tolist()
