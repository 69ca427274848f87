"""The event tables of one variant as one list of rows, with the row that led to each: for whoever follows a chain."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from openiamd.results import kinds
from openiamd.results.store import Results
from openiamd.results.tables import EVENT_TABLES, OWN_WORDS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NONE = -1
KIND_NUMBERS = np.array(list(kinds.KIND_NAMES), np.int64)
KINDS_ABOUT = (kinds.HELD, kinds.ENGAGE, kinds.SHOT)  # are about the object of their cause where none is near
OF_CAUSE = (  # belong to the order or the shot that led to them, whatever is near by then
    kinds.CEASED, kinds.SHOT, kinds.KILL, kinds.MISS, kinds.WASTED, kinds.OVERKILL, kinds.ASSESSED,
)  # fmt: skip
_REASONS = ("identity", "identity_reason", "held_reason", "ceased_reason")


class Chain(NamedTuple):
    """Events of one variant ordered by (run, event); every column is (row,), −1 means none."""

    objects: list[str]  # ids behind `object`
    nodes: list[str]  # ids behind `node`
    run: Ints
    event: Ints
    time_s: Floats
    kind: Ints  # one of results.kinds
    object: Ints  # as stored: the true object nearest to the track, within the gate of scoring
    about: Ints  # likewise; where a decision or shot has none near, that of the event that led to it
    node: Ints
    track_number: Ints
    parent: Ints  # row of the event that led to this one
    identity: Ints  # place in kinds.IDENTITIES, and so on for the reasons
    identity_reason: Ints
    held_reason: Ints
    ceased_reason: Ints

    def word(self, row: int) -> str:
        """Return what a row says: the reason that it carries, else its kind."""
        kind = int(self.kind[row])
        if kind == kinds.IDENTITY:
            return kinds.IDENTITY_REASONS[self.identity_reason[row]]
        if kind == kinds.HELD:
            return kinds.HELD_REASONS[self.held_reason[row]]
        if kind == kinds.CEASED:
            return kinds.CEASED_REASONS[self.ceased_reason[row]]
        return kinds.KIND_NAMES[kind]


def places(column: pa.ChunkedArray, words: list[str]) -> Ints:
    """Return the place (row,) of each value of a dictionary column in ``words``; −1 for null or another word."""
    joined = column.unify_dictionaries().combine_chunks()
    found = {word: place for place, word in enumerate(words)}
    own = np.array([*(found.get(word, NONE) for word in joined.dictionary.to_pylist()), NONE], np.int64)
    return own[joined.indices.fill_null(len(own) - 1).to_numpy(zero_copy_only=False)]


def of_variant(table: pa.Table, variant: str) -> pa.Table:
    """Return the rows of one variant."""
    names = table.column("variant").cast(pa.string()).to_numpy()
    return table.filter(pa.array(names == variant))


def _numbers(table: pa.Table, name: str) -> Ints:
    if name not in table.column_names:
        return np.full(len(table), NONE, np.int64)
    return table.column(name).fill_null(NONE).to_numpy().astype(np.int64)


def _columns(table: pa.Table, objects: list[str], nodes: list[str]) -> dict[str, NDArray]:
    absent = np.full(len(table), NONE, np.int64)
    known = {"object": objects, "node": nodes} | {name: list(OWN_WORDS[name]) for name in _REASONS}
    columns: dict[str, NDArray] = {
        name: places(table.column(name), words) if name in table.column_names else absent
        for name, words in known.items()
    }
    columns["kind"] = np.full(len(table), kinds.SHOT, np.int64)  # the one table without a kind
    if "kind" in table.column_names:
        columns["kind"] = KIND_NUMBERS[places(table.column("kind"), list(kinds.KIND_NAMES.values()))]
    columns |= {name: _numbers(table, name) for name in ("run", "event", "track_number", "cause")}
    return columns | {"time_s": table.column("time_s").to_numpy()}


def entities_of(results: Results, variant: str, domain: str) -> pa.Table:
    """Return the entities of one domain of a variant, in order of index."""
    rows = of_variant(results.entities, variant)
    return rows.filter(pa.array(rows.column("domain").to_numpy() == domain))


def shooters(results: Results, variant: str) -> list[str]:
    """Return the ids of the nodes that have fire units."""
    return list(dict.fromkeys(entities_of(results, variant, "fire_unit").column("node").to_pylist()))


def read_chain(results: Results, variant: str) -> Chain:
    """Return the events of one variant as one list, each with the row of its cause.

    Raises:
        ResultsError: a table of the run folder cannot be read.
    """
    objects, nodes = (entities_of(results, variant, domain).column("id").to_pylist() for domain in ("object", "node"))
    parts = [_columns(of_variant(results.events(name), variant), objects, nodes) for name in EVENT_TABLES]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    key = (joined["run"] << 32) + joined["event"]
    order = np.argsort(key, kind="stable")
    joined = {name: column[order] for name, column in joined.items()}
    key, cause = key[order], joined.pop("cause")
    wanted = (joined["run"] << 32) + cause
    parent = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
    if len(key):
        parent = np.where((cause >= 0) & (key[parent] == wanted), parent, NONE)
    about = _about(joined["object"], joined["kind"], parent)
    return Chain(objects, nodes, about=about, parent=parent, **joined)


def _about(named: Ints, kind: Ints, parent: Ints) -> Ints:
    """Return the object (row,) that a decision or a shot is about although its track has strayed from every object."""
    open_rows = np.flatnonzero((named < 0) & (parent >= 0) & np.isin(kind, KINDS_ABOUT))
    about = named.copy()
    for row in open_rows:  # few; a cause stands before what it causes
        about[row] = about[parent[row]]
    return about
