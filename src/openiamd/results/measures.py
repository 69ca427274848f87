"""Measures of a run: group-bys over one slice's rows, one value a run. Their definitions are in `MEASURES`."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.results import kinds
from openiamd.results.entities import EntityIndex, index_entities
from openiamd.results.slices import Entity, EventRows, PictureRows, SliceResult

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# What each key means; <…> stands for an id or a class. Only objects that start at or after the warm-up count.
MEASURES = {
    "leakers.total": "hostile objects that reached their release or impact point",
    "leakers.<class>": "of those, objects of the class",
    "leakers.at.<asset>": "of those, objects that reached the asset",
    "zero_leakers": "1 where no hostile object leaked, else 0",
    "unresolved": "hostile objects still flying at the end",
    "hostile.total": "hostile objects that flew",
    "friendly_engaged": "distinct friendly objects shot at: nearest to the track at a shot, or met by an interceptor",
    "civil_engaged": "distinct civil objects shot at, as for friendly ones",
    "friendly_killed": "friendly objects killed",
    "civil_killed": "civil objects killed",
    "identity_conflicts": "times that a node's own evidence and a report began to disagree: HOSTILE against a friend",
    "friendly_flight_hours": "hours flown by friendly objects",
    "civil_flight_hours": "hours flown by civil objects",
    "shots.total": "interceptors fired",
    "shots.<interceptor>": "of those, interceptors of the type",
    "shots_wasted": "interceptors that met no object near the track",
    "overkill": "interceptors of a salvo whose object was already dead",
    "kills.total": "hostile objects killed",
    "late_kills": "of those, killed so near to a defended place that debris may fall on it, as its `late_kill` says",
    "missiles_left": "interceptors left ready at the end",
    "missiles_reloaded": "interceptors that became ready by reloading",
    "first_detection_range_m.<class>": "range of an object's first detection by any sensor, mean over hostile objects",
    "first_shot_range_m.<class>": "predicted intercept range from the fire unit at the first shot, mean as above",
    "warning_time_s.<class>": "from the first track at a node with fire units to the planned arrival, mean as above",
    # <node> is also `network` (union over nodes, equal track numbers once) and `shooters` (nodes with fire units).
    "siap.completeness.<node>": "objects tracked per object present: sum of JT / sum of J over samples",
    "siap.ambiguity.<node>": "tracks per tracked object: sum of NA / sum of JT",
    "siap.spuriousness.<node>": "share of tracks without an object: sum of (N − NA) / sum of N",
    "siap.position_accuracy_m.<node>": "mean position error of assigned tracks",
    "siap.velocity_accuracy_mps.<node>": "mean velocity error of assigned tracks",
    "siap.id_completeness.<node>": "share of tracked objects with an identity: sum of (JT − JU) / sum of JT",
    "siap.id_correctness.<node>": "share of tracked objects with the right identity: sum of JC / sum of JT",
    "siap.commonality.network": "share of track numbers that every node holds with equal identity",
    "cost.interceptors_usd": "price of the interceptors fired",
    "cost.killed_threats_usd": "price of the hostile objects killed",
}


class _Rows(NamedTuple):
    """A slice with its runs counted from 0 and its objects looked up."""

    runs: int
    objects: int
    entities: EntityIndex
    warmup_s: float
    duration_s: float
    event_run: Ints  # (event,) run counted from the first of the slice
    counted: Bools  # (run, object) flew, and started after the warm-up
    status: NDArray[np.int8]  # (run, object)
    start_s: Floats  # (run, object)
    end_s: Floats  # (run, object)


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return the quotient, NaN where the denominator is 0."""
    quotient = np.full(np.shape(denominator), np.nan)
    np.divide(numerator, denominator, out=quotient, where=np.asarray(denominator) > 0)
    return quotient


def _total(table: NDArray, members: Bools) -> Floats:
    """Return the sum (run,) over the chosen objects, in their order: `sum` groups terms by the number of runs."""
    if not members.any():
        return np.zeros(len(table))
    return np.cumsum(table[:, members].astype(np.float64), axis=1)[:, -1]


def _prepare(result: SliceResult, index: EntityIndex, first_run: int, runs: int, times_s: tuple[float, float]) -> _Rows:
    objects, rows = index.size("object"), result.objects
    shape = (runs, objects)
    cell = (rows.run.astype(np.int64) - first_run) * objects + rows.object
    status, start_s, end_s = (
        np.zeros(runs * objects, np.int8),
        np.full(runs * objects, np.inf),
        np.zeros(runs * objects),
    )
    status[cell], start_s[cell], end_s[cell] = rows.status, rows.start_s, rows.end_s
    counted = (status != kinds.WAITING) & np.isfinite(start_s) & (start_s >= times_s[0])
    return _Rows(
        runs=runs,
        objects=objects,
        entities=index,
        warmup_s=times_s[0],
        duration_s=times_s[1],
        event_run=result.events.run.astype(np.int64) - first_run,
        counted=counted.reshape(shape),
        status=status.reshape(shape),
        start_s=start_s.reshape(shape),
        end_s=end_s.reshape(shape),
    )


def _counts(rows: _Rows, events: EventRows, mask: Bools) -> Floats:
    """Return the number of chosen events per run (run,); an event about a counted object or, after warm-up, none."""
    return np.bincount(rows.event_run[mask & _event_counts(rows, events)], minlength=rows.runs).astype(np.float64)


def _event_counts(rows: _Rows, events: EventRows) -> Bools:
    known = events.object >= 0
    counts = events.time_s >= rows.warmup_s
    counts[known] = rows.counted[rows.event_run[known], events.object[known]]
    return counts


def _hostile_outcomes(rows: _Rows, events: EventRows) -> dict[str, Floats]:
    hostile = rows.entities.on_side("hostile")
    of_class = {
        name: hostile & (rows.entities.object_class == position) for position, name in enumerate(rows.entities.classes)
    }
    leaked = rows.counted & (rows.status == kinds.LEAKED_STATUS)
    total = _total(leaked, hostile)
    measures: dict[str, Floats] = {"leakers.total": total}
    measures |= {f"leakers.{name}": _total(leaked, members) for name, members in of_class.items() if members.any()}
    arrivals = events.kind == kinds.LEAKED
    for asset, name in enumerate(rows.entities.ids.get("asset", [])):
        measures[f"leakers.at.{name}"] = _counts(rows, events, arrivals & (events.other == asset))
    measures["zero_leakers"] = (total == 0).astype(np.float64)
    measures["unresolved"] = _total(rows.counted & (rows.status == kinds.FLYING), hostile)
    measures["hostile.total"] = _total(rows.counted, hostile)
    killed = rows.counted & (rows.status == kinds.KILLED)
    measures["kills.total"] = _total(killed, hostile)
    measures["late_kills"] = _counts(rows, events, events.kind == kinds.DEBRIS)
    price_usd = np.where(killed, rows.entities.object_price_usd, 0.0)
    measures["cost.killed_threats_usd"] = _total(price_usd, hostile)
    return measures


def _own_losses(rows: _Rows, events: EventRows) -> dict[str, Floats]:
    """Friendly and civil objects engaged and killed, and the hours that they flew."""
    about = np.isin(events.kind, (kinds.SHOT, kinds.KILL, kinds.MISS, kinds.OVERKILL)) & (events.object >= 0)
    engaged = np.zeros((rows.runs, rows.objects), np.bool_)
    engaged[rows.event_run[about], events.object[about]] = True
    engaged &= rows.counted
    killed = rows.counted & (rows.status == kinds.KILLED)
    start_s = np.where(rows.counted, rows.start_s, 0.0)
    end_s = np.where(rows.counted, np.minimum(rows.end_s, rows.duration_s), 0.0)
    flown_s = np.maximum(end_s - start_s, 0.0)
    conflicts = _counts(rows, events, events.kind == kinds.IDENTITY_CONFLICT)
    measures: dict[str, Floats] = {"identity_conflicts": conflicts}
    for side in ("friendly", "civil"):
        members = rows.entities.on_side(side)
        measures[f"{side}_engaged"] = _total(engaged, members)
        measures[f"{side}_killed"] = _total(killed, members)
        measures[f"{side}_flight_hours"] = _total(flown_s, members) / 3600.0
    return measures


def _shots(rows: _Rows, events: EventRows, result: SliceResult, first_run: int) -> dict[str, Floats]:
    fired = events.kind == kinds.SHOT
    measures: dict[str, Floats] = {"shots.total": _counts(rows, events, fired)}
    spent_usd = np.zeros(rows.runs)
    for interceptor, name in enumerate(rows.entities.ids.get("interceptor", [])):
        shots = _counts(rows, events, fired & (events.code == interceptor))
        measures[f"shots.{name}"] = shots
        spent_usd += np.where(shots > 0, shots * rows.entities.interceptor_price_usd[interceptor], 0.0)
    measures["shots_wasted"] = _counts(rows, events, events.kind == kinds.WASTED)
    measures["overkill"] = _counts(rows, events, events.kind == kinds.OVERKILL)
    magazine_run = result.magazines.run.astype(np.int64) - first_run
    for key, column in (("missiles_left", result.magazines.left), ("missiles_reloaded", result.magazines.reloaded)):
        count = np.bincount(magazine_run, weights=column.astype(np.float64), minlength=rows.runs)
        measures[key] = count.astype(np.float64)
    measures["cost.interceptors_usd"] = spent_usd
    return measures


def _first_per_object(rows: _Rows, events: EventRows, mask: Bools, value: Floats) -> Floats:
    """Return the value (run, object) of the earliest chosen event about each object, NaN where there is none."""
    chosen = np.flatnonzero(mask & (events.object >= 0))
    chosen = chosen[np.argsort(events.time_s[chosen], kind="stable")]
    cell, first = np.unique(rows.event_run[chosen] * rows.objects + events.object[chosen], return_index=True)
    table = np.full(rows.runs * rows.objects, np.nan)
    table[cell] = value[chosen[first]]
    return table.reshape(rows.runs, rows.objects)


def _class_means(rows: _Rows, name: str, table: Floats) -> dict[str, Floats]:
    """Return the mean over the counted hostile objects of each class that have a value (run,)."""
    hostile = rows.entities.on_side("hostile")
    has_value = rows.counted & np.isfinite(table)
    value = np.where(has_value, table, 0.0)
    measures = {}
    for position, object_class in enumerate(rows.entities.classes):
        members = hostile & (rows.entities.object_class == position)
        if members.any():
            measures[f"{name}.{object_class}"] = _ratio(_total(value, members), _total(has_value, members))
    return measures


def _shooters(rows: _Rows) -> Ints:
    """Return the nodes that have fire units."""
    return np.unique(rows.entities.fire_unit_node[rows.entities.fire_unit_node >= 0])


def _firsts(rows: _Rows, events: EventRows) -> dict[str, Floats]:
    detected = events.kind == kinds.FIRST_DETECTION
    measures = _class_means(rows, "first_detection_range_m", _first_per_object(rows, events, detected, events.value))
    shot = events.kind == kinds.SHOT
    measures |= _class_means(rows, "first_shot_range_m", _first_per_object(rows, events, shot, events.value))
    held = np.isin(events.kind, (kinds.TRACK_CONFIRMED, kinds.TRACK_RECEIVED)) & np.isin(events.node, _shooters(rows))
    held_s = _first_per_object(rows, events, held, events.time_s)
    arrival_s = rows.start_s + rows.entities.object_flight_s
    arrived = rows.status == kinds.LEAKED_STATUS
    arrival_s[arrived] = rows.end_s[arrived]
    return measures | _class_means(rows, "warning_time_s", arrival_s - held_s)


def _picture(rows: _Rows, picture: PictureRows, first_run: int) -> dict[str, Floats]:
    """SIAP attributes per node, for the network and for all shooters: ratios of sums over samples after warm-up."""
    names = [kinds.NETWORK_NAME, *rows.entities.ids.get("node", [])]
    shooters = np.isin(np.arange(len(names)) - 1, _shooters(rows))
    late = picture.time_s >= rows.warmup_s
    cell = ((picture.run.astype(np.int64) - first_run) * len(names) + picture.node + 1)[late]

    def total(column: NDArray) -> NDArray:
        sums = np.bincount(cell, weights=column[late].astype(np.float64), minlength=rows.runs * len(names))
        by_place = sums.reshape(rows.runs, len(names))
        return np.column_stack([by_place, _total(by_place, shooters)])

    truths, tracked, tracks = total(picture.truths), total(picture.tracked), total(picture.tracks)
    assigned = total(picture.assigned)
    attributes = {
        "completeness": _ratio(tracked, truths),
        "ambiguity": _ratio(assigned, tracked),
        "spuriousness": _ratio(tracks - assigned, tracks),
        "position_accuracy_m": _ratio(total(picture.position_error_sum_m), assigned),
        "velocity_accuracy_mps": _ratio(total(picture.velocity_error_sum_mps), assigned),
        "id_completeness": _ratio(tracked - total(picture.unidentified), tracked),
        "id_correctness": _ratio(total(picture.id_correct), tracked),
    }
    places = [*names, kinds.SHOOTERS_NAME] if shooters.any() else names
    measures = {
        f"siap.{attribute}.{name}": table[:, column]
        for attribute, table in attributes.items()
        for column, name in enumerate(places)
    }
    common = _ratio(total(picture.common), total(picture.unique))
    measures[f"siap.commonality.{kinds.NETWORK_NAME}"] = common[:, 0]
    return measures


def measure(
    result: SliceResult,
    entities: Sequence[Entity],
    first_run: int,
    runs: int,
    warmup_s: float,
    duration_s: float,
) -> dict[str, Floats]:
    """Return the measures (run,) of the ``runs`` runs of a slice from ``first_run``; `MEASURES` defines each key.

    A ratio or mean with nothing to divide by is NaN: no object of the class detected, no track at the node.
    """
    events, index = result.events, index_entities(entities)
    rows = _prepare(result, index, first_run, runs, (warmup_s, duration_s))
    return (
        _hostile_outcomes(rows, events)
        | _own_losses(rows, events)
        | _shots(rows, events, result, first_run)
        | _firsts(rows, events)
        | _picture(rows, result.picture, first_run)
    )
