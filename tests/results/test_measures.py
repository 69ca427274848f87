"""Measures against a plain-Python reading of the same rows, and small cases with known answers."""

import math

import numpy as np
import pytest

from openiamd.results import kinds
from openiamd.results.measures import MEASURES, measure
from openiamd.results.slices import EventRows, MagazineRows, ObjectRows, PictureRows, SliceResult


def rows_of(table):
    names = table._fields
    return [
        dict(zip(names, values, strict=True)) for values in zip(*(column.tolist() for column in table), strict=True)
    ]


def mean_or_nan(values):
    return sum(values) / len(values) if values else math.nan


def first(events, thing, allowed, nodes=None):
    """The earliest of the events of the allowed kinds about an object, at the given nodes."""
    chosen = [row for row in events if row["object"] == thing and row["kind"] in allowed]
    chosen = [row for row in chosen if nodes is None or row["node"] in nodes]
    return min(chosen, key=lambda row: row["time_s"], default=None)


TOLD = {"shots_wasted": kinds.WASTED, "overkill": kinds.OVERKILL, "late_kills": kinds.DEBRIS}
TOLD |= {"identity_conflicts": kinds.IDENTITY_CONFLICT}


def slow_measures(result, entities, run, warmup_s, duration_s):
    """The measures of one run by loops over rows."""
    objects = [one for one in entities if one["domain"] == "object"]
    ids = {domain: [one["id"] for one in entities if one["domain"] == domain] for domain in ("asset", "node")}
    interceptors = [one for one in entities if one["domain"] == "interceptor"]
    shooters = {ids["node"].index(one["node"]) for one in entities if one["domain"] == "fire_unit"}
    events = [row for row in rows_of(result.events) if row["run"] == run]
    states = {row["object"]: row for row in rows_of(result.objects) if row["run"] == run}
    flown = {i: row for i, row in states.items() if row["status"] != kinds.WAITING and row["start_s"] >= warmup_s}

    def side(name):
        return [i for i in flown if objects[i]["side"] == name]

    def count(kind, code=None):
        return sum(
            row["kind"] == kind
            and code in (None, row["code"])
            and (row["object"] in flown if row["object"] >= 0 else row["time_s"] >= warmup_s)
            for row in events
        )

    magazines = [row for row in rows_of(result.magazines) if row["run"] == run]
    hostile = side("hostile")
    leaked = [i for i in hostile if flown[i]["status"] == kinds.LEAKED_STATUS]
    found = {
        "leakers.total": len(leaked),
        "zero_leakers": float(not leaked),
        "unresolved": sum(flown[i]["status"] == kinds.FLYING for i in hostile),
        "hostile.total": len(hostile),
        "kills.total": sum(flown[i]["status"] == kinds.KILLED for i in hostile),
        "shots.total": count(kinds.SHOT),
        **{f"missiles_{name}": sum(row[name] for row in magazines) for name in ("left", "reloaded")},
        "cost.killed_threats_usd": sum(objects[i]["price_usd"] for i in hostile if flown[i]["status"] == kinds.KILLED),
        "cost.interceptors_usd": sum(count(kinds.SHOT, i) * one["price_usd"] for i, one in enumerate(interceptors)),
    }
    found |= {name: count(kind) for name, kind in TOLD.items()}
    for i, one in enumerate(interceptors):
        found[f"shots.{one['id']}"] = count(kinds.SHOT, i)
    for i, name in enumerate(ids["asset"]):
        arrivals = [row for row in events if row["kind"] == kinds.LEAKED and row["other"] == i]
        found[f"leakers.at.{name}"] = sum(row["object"] in flown for row in arrivals)
    for own in ("friendly", "civil"):
        about = {row["object"] for row in events if row["kind"] in (kinds.SHOT, kinds.KILL, kinds.MISS, kinds.OVERKILL)}
        found[f"{own}_engaged"] = len(about & set(side(own)))
        found[f"{own}_killed"] = sum(flown[i]["status"] == kinds.KILLED for i in side(own))
        seconds = [min(flown[i]["end_s"], duration_s) - flown[i]["start_s"] for i in side(own)]
        found[f"{own}_flight_hours"] = sum(max(0.0, one) for one in seconds) / 3600.0
    for name in {objects[i]["object_class"] for i in range(len(objects)) if objects[i]["side"] == "hostile"}:
        members = [i for i in hostile if objects[i]["object_class"] == name]
        found[f"leakers.{name}"] = sum(i in leaked for i in members)
        for key, kind in (("first_detection_range_m", kinds.FIRST_DETECTION), ("first_shot_range_m", kinds.SHOT)):
            hits = [first(events, i, (kind,)) for i in members]
            found[f"{key}.{name}"] = mean_or_nan([hit["value"] for hit in hits if hit])
        warnings = []
        for i in members:
            track = first(events, i, (kinds.TRACK_CONFIRMED, kinds.TRACK_RECEIVED), shooters)
            arrival = flown[i]["end_s"] if i in leaked else flown[i]["start_s"] + objects[i]["flight_s"]
            warnings += [arrival - track["time_s"]] if track else []
        found[f"warning_time_s.{name}"] = mean_or_nan(warnings)
    places = {name: {place - 1} for place, name in enumerate(["network", *ids["node"]])} | {"shooters": shooters}
    return found | slow_picture(result, places, run, warmup_s)


def slow_picture(result, places, run, warmup_s):
    found = {}
    for name, nodes in places.items():
        rows = [
            row
            for row in rows_of(result.picture)
            if row["run"] == run and row["node"] in nodes and row["time_s"] >= warmup_s
        ]
        total = {field: sum(row[field] for row in rows) for field in PictureRows._fields[3:]}

        def ratio(above, below):
            return above / below if below else math.nan

        tracked, assigned, tracks = total["tracked"], total["assigned"], total["tracks"]
        found[f"siap.completeness.{name}"] = ratio(tracked, total["truths"])
        found[f"siap.ambiguity.{name}"] = ratio(assigned, tracked)
        found[f"siap.spuriousness.{name}"] = ratio(tracks - assigned, tracks)
        found[f"siap.position_accuracy_m.{name}"] = ratio(total["position_error_sum_m"], assigned)
        found[f"siap.velocity_accuracy_mps.{name}"] = ratio(total["velocity_error_sum_mps"], assigned)
        found[f"siap.id_completeness.{name}"] = ratio(tracked - total["unidentified"], tracked)
        found[f"siap.id_correctness.{name}"] = ratio(total["id_correct"], tracked)
        if name == "network":
            found["siap.commonality.network"] = ratio(total["common"], total["unique"])
    return found


@pytest.mark.parametrize("variant", ["standalone", "integrated"])
@pytest.mark.parametrize("warmup_s", [0.0, 300.0])
def test_measures_agree_with_loops_over_rows(synthetic, variant, warmup_s):
    entities, duration_s = synthetic.entities(), synthetic.DURATION_S
    result = synthetic.slice_of_runs(variant, 3, 4)
    measures = measure(result, entities, 3, 4, warmup_s, duration_s)
    for place in range(4):
        expected = slow_measures(result, entities, 3 + place, warmup_s, duration_s)
        assert set(expected) == set(measures)
        for key, value in expected.items():
            assert measures[key][place] == pytest.approx(value, rel=1e-12, nan_ok=True), key


def test_every_key_has_a_definition(synthetic):
    measures = measure(synthetic.slice_of_runs("standalone", 0, 1), synthetic.entities(), 0, 1, 0.0, 2400.0)
    defined = {key.split("<")[0] for key in MEASURES}
    assert all(key in defined or any(key.startswith(stem) for stem in defined if stem[-1] == ".") for key in measures)
    assert all(any(key.startswith(stem) for key in measures) for stem in defined)


def empty(kind, dtype="f8"):
    return kind(*(np.zeros(0, dtype if name not in ("kind",) else "i1") for name in kind._fields))


def quiet_slice(synthetic, picture):
    """A slice in which nothing flew and nothing was logged."""
    integer = {name: np.zeros(0, "i4") for name in EventRows._fields}
    events = EventRows(**integer)._replace(kind=np.zeros(0, "i1"), time_s=np.zeros(0), value=np.zeros(0))
    count = sum(one["domain"] == "object" for one in synthetic.entities())
    objects = ObjectRows(
        np.zeros(count, "i4"),
        np.arange(count, dtype="i4"),
        np.zeros(count, "i1"),
        np.full(count, np.inf),
        np.full(count, np.inf),
        np.zeros(count, "i4"),
        np.full(count, -1, "i1"),
    )
    return SliceResult(events, objects, picture, empty(MagazineRows, "i4"))


def test_nothing_to_divide_by_is_nan_and_nothing_flown_counts_zero(synthetic):
    result = quiet_slice(synthetic, empty(PictureRows, "i4"))
    measures = measure(result, synthetic.entities(), 0, 1, 0.0, math.inf)
    assert measures["leakers.total"] == measures["hostile.total"] == measures["friendly_flight_hours"] == 0.0
    assert measures["zero_leakers"] == 1.0
    for key in ("siap.completeness.network", "siap.commonality.network", "warning_time_s.drone"):
        assert np.isnan(measures[key]).all()


def picture_of(*rows):
    """Rows of (node, truths, tracked, tracks, assigned, unique, common)."""
    columns = {name: np.zeros(len(rows), "i4") for name in PictureRows._fields}
    for place, name in enumerate(("node", "truths", "tracked", "tracks", "assigned", "unique", "common")):
        columns[name] = np.array([row[place] for row in rows], "i4")
    return PictureRows(**columns)


def test_siap_identities(synthetic):
    """A perfect picture is complete, unambiguous and free of spurious tracks; k uncorrelated reporters give k."""
    perfect = picture_of((-1, 5, 5, 5, 5, 5, 5), (0, 5, 5, 5, 5, 0, 0))
    uncorrelated = picture_of((-1, 5, 5, 15, 15, 15, 0), (0, 5, 5, 5, 5, 0, 0))
    for picture, ambiguity, commonality in ((perfect, 1.0, 1.0), (uncorrelated, 3.0, 0.0)):
        measures = measure(quiet_slice(synthetic, picture), synthetic.entities(), 0, 1, 0.0, 2400.0)
        assert measures["siap.completeness.network"] == 1.0
        assert measures["siap.spuriousness.network"] == 0.0
        assert measures["siap.ambiguity.network"] == ambiguity
        assert measures["siap.ambiguity.s400-cp"] == 1.0
        assert measures["siap.commonality.network"] == commonality


def test_slicing_the_batch_changes_no_measure(synthetic):
    entities = synthetic.entities()
    whole = measure(synthetic.slice_of_runs("picture", 0, 6), entities, 0, 6, 0.0, 2400.0)
    for size in (1, 2, 4):
        parts = [
            measure(
                synthetic.slice_of_runs("picture", first, min(size, 6 - first)),
                entities,
                first,
                min(size, 6 - first),
                0.0,
                2400.0,
            )
            for first in range(0, 6, size)
        ]
        for key, values in whole.items():
            assert np.array_equal(np.concatenate([part[key] for part in parts]), values, equal_nan=True), key
