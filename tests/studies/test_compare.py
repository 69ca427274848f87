"""Compare: what is refused before anything is written, what the folder holds, and that nothing depends on threads."""

import hashlib
import json
import math

import numpy as np
import pytest

from openiamd.catalogue.entries import load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.errors import CatalogueError, ScenarioError, UsageError
from openiamd.physics.geodesy import great_circle_distance_m
from openiamd.results.store import open_results
from openiamd.scenario.load import load_scenario
from openiamd.studies.compare import compare, input_shares, make_plan, merged_inputs
from openiamd.studies.entities import entities

RUNS = 5


@pytest.fixture(scope="module")
def minimal(tmp_path_factory):
    directory = tmp_path_factory.mktemp("compare") / "run"
    seen = []
    compare(
        "minimal",
        replications=RUNS,
        threads=2,
        output=directory,
        progress=lambda *args: seen.append(args),
        slice_runs=2,
    )
    return directory, seen


def hashes(directory):
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*.parquet"))
    }


def test_the_folder_is_complete(minimal):
    directory, seen = minimal
    results = open_results(directory)
    assert results.complete
    assert results.variants == ["standalone", "iff"]
    assert len(results.runs) == 2 * RUNS
    assert results.manifest["scenario"]["name"] == "minimal"
    assert len(results.manifest["scenario"]["sha256"]) == len(results.manifest["catalogue_sha256"]) == 64
    assert set(results.manifest["wall_s"]) == {"standalone", "iff"}
    assert seen[-1] == (2 * RUNS, 2 * RUNS, "iff")
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    hostile = results.runs["hostile.total"].to_pylist()
    assert hostile == [4.0] * (2 * RUNS)


def test_threads_change_no_byte_and_slices_no_table(minimal, tmp_path):
    directory, _ = minimal
    compare("minimal", replications=RUNS, threads=1, output=tmp_path / "one", slice_runs=2)
    assert hashes(tmp_path / "one") == hashes(directory)
    other = compare("minimal", replications=RUNS, threads=2, output=tmp_path / "three", slice_runs=3)
    results = open_results(directory)
    for name in ("events/tracks", "events/outcomes", "events/picture", "objects", "runs"):
        assert other.table(name).equals(results.table(name)), name


def test_the_reference_comes_first_and_one_variant_has_no_difference(tmp_path):
    plan = make_plan("minimal", variants=["iff", "standalone"])
    assert list(plan.variants) == ["standalone", "iff"]
    results = compare("minimal", variants=["iff"], replications=1, output=tmp_path / "run")
    assert results.reference == "iff"
    assert results.summary()["differences"] == {}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"source": "nowhere"}, ScenarioError),
        ({"source": "minimal", "variants": ["nothing"]}, ScenarioError),
        ({"source": "minimal", "variants": []}, UsageError),
        ({"source": "minimal", "replications": 0}, UsageError),
        ({"source": "minimal", "slice_runs": 0}, UsageError),
        ({"source": "minimal", "threads": -1}, UsageError),
    ],
)
def test_bad_arguments_write_nothing(arguments, error, tmp_path):
    with pytest.raises(error) as caught:
        compare(**arguments, output=tmp_path / "run")
    assert caught.value.hint
    assert not (tmp_path / "run").exists()


def test_a_bad_variant_writes_nothing(tmp_path):
    text = "openiamd: 1\nname: bad\ntheatre: {centre: [0, 0], radius: 100 km, duration: 1 min}\n"
    text += "doctrine: {d: {}}\nvariants:\n  a: {}\n  b: {nodes: {n: {type: nothing/known, at: [0, 0], doctrine: d}}}\n"
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises((ScenarioError, CatalogueError)):
        compare(path, replications=1, output=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_folder_in_use_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        compare("minimal", replications=1, output=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_interruption_keeps_the_finished_slices(tmp_path):
    def stop(done, total, variant):
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare("minimal", replications=6, threads=1, output=tmp_path / "run", progress=stop, slice_runs=2)
    results = open_results(tmp_path / "run")
    assert not results.complete
    assert len(results.runs) == 4
    assert results.notice == "interrupted: 4 of 12 runs were kept"


def test_entities_name_everything_that_rows_can_carry():
    scenario = resolve(load_scenario("turkey").variant("integrated"), load_catalogue())
    found = entities(scenario)
    for domain, members in (
        ("object", scenario.objects),
        ("node", scenario.nodes),
        ("sensor", scenario.sensors),
        ("fire_unit", scenario.fire_units),
        ("interceptor", scenario.interceptors),
        ("link", scenario.links),
        ("asset", scenario.assets),
        ("corridor", scenario.corridors),
    ):
        own = [one for one in found if one["domain"] == domain]
        assert [one["id"] for one in own] == [member.id for member in members], domain
        assert [one["index"] for one in own] == list(range(len(members)))
    assert len({(one["domain"], one["id"]) for one in found}) == len(found)


def test_flight_time_is_length_over_speed():
    scenario = resolve(load_scenario("minimal").variant("standalone"), load_catalogue())
    for one, flying in zip(entities(scenario), scenario.objects, strict=False):
        here, there = flying.route[0], flying.route[-1]
        a, b = here.position, there.position
        length_m = great_circle_distance_m(a.latitude_rad, a.longitude_rad, b.latitude_rad, b.longitude_rad)
        if len(flying.route) == 2 and not flying.loop:
            assert one["flight_s"] == pytest.approx(length_m / here.speed_mps, rel=1e-9)
            span_m = math.dist(*zip(one["route_east_m"], one["route_north_m"], strict=True))
            assert span_m == pytest.approx(length_m, rel=1e-3)


def test_inputs_are_listed_once_with_the_variants_that_use_them(minimal):
    plan = make_plan("turkey", variants=["standalone", "patriot"])
    rows = merged_inputs(plan.variants)
    by_path = {row["path"]: row for row in rows}
    assert len(by_path) == len(rows)
    assert by_path["s400/91n6e.range_anchor"]["variants"] == ["standalone"]
    shares = input_shares(rows)
    for marks in shares.values():
        assert sum(mark["count"] for mark in marks.values()) == len(rows)
        assert math.isclose(sum(mark["share"] for mark in marks.values()), 1.0)
    manifest = json.loads((minimal[0] / "manifest.json").read_text())
    assert manifest["input_shares"]["verification"]["D"]["count"] == sum(
        row["verification"] == "D" for row in manifest["inputs"]
    )
    for row in manifest["inputs"]:
        assert all(name in manifest["sources"] for name in row["source"].split("; "))


def test_stored_measures_follow_from_stored_events(minimal):
    results = open_results(minimal[0])
    counted = results.sql(
        """SELECT r.variant, r.run, "shots.total" AS measured, coalesce(n, 0) AS logged FROM runs r
        LEFT JOIN (SELECT variant, run, count(*) AS n FROM shots GROUP BY ALL) s USING (variant, run)"""
    )
    assert np.array_equal(counted["measured"].to_numpy(), counted["logged"].to_numpy())
