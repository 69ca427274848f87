"""Stored tables: a slice's arrays become Arrow tables whose columns read without a key.

Words are dictionary columns over vocabularies that are fixed before the first run, so that every part has the same
schema and the same dictionaries. A null means "does not apply".
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from openiamd.results import kinds
from openiamd.results.entities import EntityIndex, index_entities
from openiamd.results.slices import Entity, EventRows, SliceResult

WORD = pa.dictionary(pa.int32(), pa.string())
OWN_WORDS = {
    "kind": list(kinds.KIND_NAMES.values()),
    "identity": list(kinds.IDENTITIES),
    "identity_reason": list(kinds.IDENTITY_REASONS),
    "held_reason": list(kinds.HELD_REASONS),
    "ceased_reason": list(kinds.CEASED_REASONS),
    "order_change": list(kinds.ORDER_CHANGES),
    "assessment": list(kinds.ASSESSMENTS),
    "state": list(kinds.READINESS_STATES),
    "loss_cause": list(kinds.LOSS_CAUSES),
    "status": list(kinds.STATUS_NAMES),
    "transponder": list(kinds.TRANSPONDERS),
}
KIND_PLACES = np.full(128, -1, np.int64)
KIND_PLACES[list(kinds.KIND_NAMES)] = np.arange(len(kinds.KIND_NAMES))


class Column(NamedTuple):
    """One stored column: its name, the array it is read from, and the vocabulary of its words."""

    name: str
    field: str
    words: str = ""  # "" for numbers, else a domain of entities or a key of OWN_WORDS
    only: tuple[int, ...] = ()  # kinds for which it applies; () for all
    nullable: bool = False  # numbers: −1 is stored as null


class EventTable(NamedTuple):
    """One table of events: the kinds that go into it and its columns after variant, run, event and time_s."""

    kinds: tuple[int, ...]
    columns: tuple[Column, ...]


_KIND = Column("kind", "kind", "kind")
_NODE = Column("node", "node", "node")
_TRACK = Column("track_number", "track_number", nullable=True)
_OBJECT = (
    Column("object", "object", "object"),
    Column("object_class", "object_class", "object_class"),
    Column("side", "side", "side"),
)
_LAST = (
    Column("cause", "cause", nullable=True),
    Column("east_m", "east_m"),
    Column("north_m", "north_m"),
    Column("up_m", "up_m"),
)
EVENT_TABLES = {
    "threats": EventTable(
        (kinds.LAUNCHED, kinds.LEAKED, kinds.DEPARTED, kinds.UNRESOLVED, kinds.DEBRIS),
        (
            *(_KIND, *_OBJECT, Column("asset", "other", "asset", (kinds.LEAKED, kinds.DEBRIS))),
            Column("over_asset_m", "value", only=(kinds.DEBRIS,)),
            *_LAST,
        ),
    ),
    "detections": EventTable(
        (kinds.FIRST_LOOK, kinds.FIRST_DETECTION),
        (_KIND, *_OBJECT, Column("sensor", "other", "sensor"), _NODE, Column("range_m", "value"), *_LAST),
    ),
    "tracks": EventTable(
        (
            *(kinds.TRACK_CONFIRMED, kinds.TRACK_DROPPED, kinds.NUMBER_CHANGED),
            *(kinds.DUAL_DESIGNATION, kinds.DUAL_RESOLVED, kinds.DECORRELATED),
        ),
        (
            *(_KIND, _NODE, _TRACK, *_OBJECT),
            Column("range_m", "value", only=(kinds.TRACK_CONFIRMED,)),
            Column("old_track_number", "value", only=(kinds.NUMBER_CHANGED,)),
            Column(
                *("other_track_number", "value"),
                only=(kinds.DUAL_DESIGNATION, kinds.DUAL_RESOLVED, kinds.DECORRELATED),
            ),
            *_LAST,
        ),
    ),
    "messages": EventTable(
        (kinds.TRACK_RECEIVED, kinds.CONTACT_LOST, kinds.CONTACT_RESTORED),
        (
            *(_KIND, _NODE, _TRACK, *_OBJECT),
            Column("link", "other", "link", (kinds.TRACK_RECEIVED,)),
            Column("superior", "other", "node", (kinds.CONTACT_LOST, kinds.CONTACT_RESTORED)),
            Column("age_s", "value", only=(kinds.TRACK_RECEIVED,)),
            *_LAST,
        ),
    ),
    "decisions": EventTable(
        (
            *(kinds.IDENTITY, kinds.ENGAGE, kinds.HELD, kinds.CEASED, kinds.FIRE_ORDER),
            kinds.SLEWED,
            *(kinds.IDENTITY_CONFLICT, kinds.IDENTITY_RESOLVED),
        ),
        (
            *(_KIND, _NODE, _TRACK, *_OBJECT),
            Column(
                *("identity", "code", "identity"), (kinds.IDENTITY, kinds.IDENTITY_CONFLICT, kinds.IDENTITY_RESOLVED)
            ),
            Column("identity_reason", "other", "identity_reason", (kinds.IDENTITY,)),
            Column("hostile_probability", "value", only=(kinds.IDENTITY,), nullable=True),
            Column("received_identity", "other", "identity", (kinds.IDENTITY_CONFLICT,)),
            Column("conflict_s", "value", only=(kinds.IDENTITY_RESOLVED,)),
            Column("fire_unit", "other", "fire_unit", (kinds.ENGAGE, kinds.CEASED, kinds.SLEWED)),
            Column("turned_rad", "value", only=(kinds.SLEWED,)),
            Column("time_to_go_s", "value", only=(kinds.ENGAGE,)),
            Column("held_reason", "code", "held_reason", (kinds.HELD,)),
            Column("ceased_reason", "code", "ceased_reason", (kinds.CEASED,)),
            Column("fire_order", "other", "fire_order", (kinds.FIRE_ORDER,)),
            Column("order_change", "code", "order_change", (kinds.FIRE_ORDER,)),
            *_LAST,
        ),
    ),
    "shots": EventTable(
        (kinds.SHOT,),
        (
            *(_NODE, _TRACK, *_OBJECT),
            Column("fire_unit", "other", "fire_unit"),
            Column("interceptor", "code", "interceptor"),
            Column("intercept_range_m", "value"),
            *_LAST,
        ),
    ),
    "outcomes": EventTable(
        (kinds.KILL, kinds.MISS, kinds.WASTED, kinds.OVERKILL, kinds.ASSESSED, kinds.RELOADED),
        (
            *(_KIND, _NODE, _TRACK, *_OBJECT),
            Column("fire_unit", "shot_fire_unit", "fire_unit"),
            Column("interceptor", "shot_interceptor", "interceptor"),
            Column("assessment", "code", "assessment", (kinds.ASSESSED,)),
            Column("distance_m", "value", only=(kinds.KILL, kinds.MISS, kinds.WASTED, kinds.OVERKILL)),
            Column("rounds", "value", only=(kinds.RELOADED,)),
            *_LAST,
        ),
    ),
}
READINESS = (kinds.STATE_CHANGED, kinds.LOST, kinds.RESTORED)
EVENT_TABLES["readiness"] = EventTable(
    READINESS,
    (
        *(_KIND, _NODE),
        Column("sensor", "duty_sensor", "sensor"),
        Column("fire_unit", "duty_unit", "fire_unit"),
        Column("link", "duty_link", "link"),
        Column("state", "code", "state", (kinds.STATE_CHANGED,)),
        Column("loss_cause", "code", "loss_cause", (kinds.LOST, kinds.RESTORED)),
        *_OBJECT,
        *_LAST,
    ),
)
PICTURE_NUMBERS = (
    *("truths", "tracked", "tracks", "assigned", "position_error_sum_m", "velocity_error_sum_mps"),
    *("unidentified", "id_correct", "id_incorrect"),
)
TABLES = (*(f"events/{name}" for name in EVENT_TABLES), "events/picture", "objects", "magazines", "runs")


class Vocabulary(NamedTuple):
    """The words of every dictionary column, over all variants, and where each variant's indices fall in them."""

    words: dict[str, pa.Array]  # vocabulary → words
    places: dict[str, dict[str, NDArray[np.int64]]]  # variant → vocabulary → place of each local index


def create_vocabulary(variants: Mapping[str, Sequence[Entity]]) -> Vocabulary:
    """Return the vocabulary of a batch: ids in order of first appearance over the variants, in their order."""
    indices = {variant: index_entities(entities) for variant, entities in variants.items()}
    lists: dict[str, list[str]] = {"variant": list(variants), **OWN_WORDS, "node": [kinds.NETWORK_NAME]}
    local: dict[str, dict[str, list[str]]] = {}
    for variant, index in indices.items():
        local[variant] = _local_words(index, variants[variant])
        for name, words in local[variant].items():
            lists[name] = list(dict.fromkeys([*lists.get(name, []), *words]))
    places = {variant: _places(words, lists) for variant, words in local.items()}
    return Vocabulary({name: pa.array(words, pa.string()) for name, words in lists.items()}, places)


def _local_words(index: EntityIndex, entities: Sequence[Entity]) -> dict[str, list[str]]:
    objects = sorted((entity for entity in entities if entity["domain"] == "object"), key=lambda one: one["index"])
    words = {domain: list(ids) for domain, ids in index.ids.items()}
    for domain in ("object", "node", "sensor", "fire_unit", "interceptor", "link", "asset", "fire_order"):
        words.setdefault(domain, [])
    words["object_class"] = [entity["object_class"] for entity in objects]
    words["side"] = [entity["side"] for entity in objects]
    words["group"] = [entity["group"] for entity in objects]
    return words


def _places(words: dict[str, list[str]], lists: dict[str, list[str]]) -> dict[str, NDArray[np.int64]]:
    """Return for each vocabulary the place of each local index; one more −1 at the end takes the index −1."""
    places = {name: np.arange(len(own) + 1) for name, own in OWN_WORDS.items()}
    for name, own in words.items():
        found = {word: place for place, word in enumerate(lists[name])}
        places[name] = np.array([*(found[word] for word in own), -1], np.int64)
    for name, own in OWN_WORDS.items():
        places[name][len(own)] = -1
    places["kind"] = KIND_PLACES
    return places


def _word_column(vocabulary: Vocabulary, name: str, places: NDArray[np.int64]) -> pa.Array:
    """Return a dictionary array from places in the vocabulary; −1 is null."""
    indices = pa.array(places.astype(np.int32), mask=places < 0)
    return pa.DictionaryArray.from_arrays(indices, vocabulary.words[name])


def _variant_column(vocabulary: Vocabulary, variant: str, rows: int) -> pa.Array:
    place = vocabulary.words["variant"].to_pylist().index(variant)
    return _word_column(vocabulary, "variant", np.full(rows, place, np.int64))


def _event_column(
    column: Column, sources: dict[str, NDArray], taken: NDArray, vocabulary: Vocabulary, variant: str
) -> pa.Array:
    values = sources[column.field][taken]
    applies = np.isin(sources["kind"][taken], column.only) if column.only else np.ones(len(taken), np.bool_)
    if column.words:
        places = vocabulary.places[variant][column.words]
        return _word_column(vocabulary, column.words, np.where(applies, places[np.where(applies, values, -1)], -1))
    if column.name == "old_track_number":
        values = np.where(applies, values, -1.0).astype(np.int32)
    absent = ~applies | (values == -1) if column.nullable else ~applies
    return pa.array(values, mask=absent) if column.nullable or column.only else pa.array(values)


def _shot_rows(events: EventRows) -> NDArray[np.int64]:
    """Return for each event (event,) the row of the shot that it goes back to in at most two steps, −1 for none."""
    key = events.run.astype(np.int64) << 32
    own, wanted = key + events.event, key + events.cause
    parent = np.minimum(np.searchsorted(own, wanted), max(len(own) - 1, 0))
    found = (events.cause >= 0) & (own[parent] == wanted) if len(own) else np.zeros(0, np.bool_)
    parent = np.where(found, parent, -1)
    for _ in range(2):
        further = (parent >= 0) & (events.kind[parent] != kinds.SHOT)
        parent = np.where(further, parent[parent], parent)
    return np.where((parent >= 0) & (events.kind[parent] == kinds.SHOT), parent, -1)


def _event_sources(events: EventRows) -> dict[str, NDArray]:
    """Return the arrays that columns name: the event's own, and its object's, and its shot's or reload's."""
    shot, reloaded = _shot_rows(events), events.kind == kinds.RELOADED
    fired = shot >= 0
    unit, interceptor = np.full(len(shot), -1, np.int64), np.full(len(shot), -1, np.int64)
    unit[fired], interceptor[fired] = events.other[shot[fired]], events.code[shot[fired]]
    unit[reloaded], interceptor[reloaded] = events.other[reloaded], events.code[reloaded]
    return {
        **events._asdict(),
        "object_class": events.object,
        "side": events.object,
        "duty_sensor": np.where(events.value == kinds.SENSOR_DOMAIN, events.other, -1),
        "duty_unit": np.where(events.value == kinds.UNIT_DOMAIN, events.other, -1),
        "duty_link": np.where(events.value == kinds.LINK_DOMAIN, events.other, -1),
        "shot_fire_unit": unit,
        "shot_interceptor": interceptor,
    }


def _event_tables(events: EventRows, vocabulary: Vocabulary, variant: str) -> dict[str, pa.Table]:
    sources, tables = _event_sources(events), {}
    for name, table in EVENT_TABLES.items():
        taken = np.flatnonzero(np.isin(events.kind, table.kinds))
        columns = {
            "variant": _variant_column(vocabulary, variant, len(taken)),
            "run": pa.array(events.run[taken]),
            "event": pa.array(events.event[taken]),
            "time_s": pa.array(events.time_s[taken]),
        }
        for column in table.columns:
            columns[column.name] = _event_column(column, sources, taken, vocabulary, variant)
        tables[f"events/{name}"] = pa.table(columns)
    return tables


def _picture_table(result: SliceResult, vocabulary: Vocabulary, variant: str) -> pa.Table:
    picture = result.picture
    places = np.append(vocabulary.places[variant]["node"][:-1], 0)  # index −1 is the network, word 0
    apart = picture.node != kinds.NETWORK
    return pa.table(
        {
            "variant": _variant_column(vocabulary, variant, len(picture.run)),
            "run": pa.array(picture.run),
            "time_s": pa.array(picture.time_s),
            "node": _word_column(vocabulary, "node", places[picture.node]),
            **{name: pa.array(getattr(picture, name)) for name in PICTURE_NUMBERS},
            "unique": pa.array(picture.unique, mask=apart),
            "common": pa.array(picture.common, mask=apart),
        }
    )


def _objects_table(result: SliceResult, vocabulary: Vocabulary, variant: str) -> pa.Table:
    objects, places = result.objects, vocabulary.places[variant]
    words = {
        name: _word_column(vocabulary, name, places[name][objects.object])
        for name in ("object", "object_class", "side", "group")
    }
    return pa.table(
        {
            "variant": _variant_column(vocabulary, variant, len(objects.run)),
            "run": pa.array(objects.run),
            **words,
            "status": _word_column(vocabulary, "status", places["status"][objects.status]),
            "transponder": _word_column(vocabulary, "transponder", places["transponder"][objects.transponder]),
            "start_s": pa.array(objects.start_s, mask=~np.isfinite(objects.start_s)),
            "end_s": pa.array(objects.end_s, mask=~np.isfinite(objects.end_s)),
            "shots": pa.array(objects.shots),
        }
    )


def _magazines_table(result: SliceResult, vocabulary: Vocabulary, variant: str) -> pa.Table:
    magazines, places = result.magazines, vocabulary.places[variant]
    return pa.table(
        {
            "variant": _variant_column(vocabulary, variant, len(magazines.run)),
            "run": pa.array(magazines.run),
            "fire_unit": _word_column(vocabulary, "fire_unit", places["fire_unit"][magazines.fire_unit]),
            "interceptor": _word_column(vocabulary, "interceptor", places["interceptor"][magazines.interceptor]),
            "ready": pa.array(magazines.ready),
            "left": pa.array(magazines.left),
            "stock": pa.array(magazines.stock, mask=magazines.stock == 0),
            "reloaded": pa.array(magazines.reloaded, mask=magazines.stock == 0),
        }
    )


def _runs_table(measures: Mapping[str, NDArray], first_run: int, vocabulary: Vocabulary, variant: str) -> pa.Table:
    runs = len(next(iter(measures.values())))
    return pa.table(
        {
            "variant": _variant_column(vocabulary, variant, runs),
            "run": pa.array(np.arange(first_run, first_run + runs, dtype=np.int32)),
            **{key: pa.array(values, from_pandas=True) for key, values in measures.items()},
        }
    )


def slice_tables(
    result: SliceResult, measures: Mapping[str, NDArray], first_run: int, vocabulary: Vocabulary, variant: str
) -> dict[str, pa.Table]:
    """Return the stored tables of one slice, by the names in `TABLES`; a measure without a value is null."""
    return {
        **_event_tables(result.events, vocabulary, variant),
        "events/picture": _picture_table(result, vocabulary, variant),
        "objects": _objects_table(result, vocabulary, variant),
        "magazines": _magazines_table(result, vocabulary, variant),
        "runs": _runs_table(measures, first_run, vocabulary, variant),
    }


def entities_table(variants: Mapping[str, Sequence[Entity]]) -> pa.Table:
    """Return the entities of all variants, one row each, ordered by variant, domain as given, and index."""
    rows = [{"variant": variant, **entity} for variant, entities in variants.items() for entity in entities]
    types = {"index": pa.int32(), "route_east_m": pa.list_(pa.float64()), "route_north_m": pa.list_(pa.float64())}
    types |= {"modes": pa.list_(pa.string()), "carries": pa.list_(pa.string())}
    floats = ("latitude_deg", "longitude_deg", "east_m", "north_m", "price_usd", "flight_s")
    schema = pa.schema(
        [("variant", pa.string())]
        + [(name, types.get(name, pa.float64() if name in floats else pa.string())) for name in Entity.__annotations__]
    )
    columns = {
        field.name: pa.array([row[field.name] for row in rows], field.type, from_pandas=True) for field in schema
    }
    return pa.table(columns, schema=schema)
