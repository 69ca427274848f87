"""The run folder: determinism, reading by other tools, interruption and foreign folders."""

import hashlib
import json
import math

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from openiamd.errors import ResultsError, UsageError
from openiamd.results.record import check_output
from openiamd.results.statistics import EQUAL
from openiamd.results.store import EVENT_NAMES, open_results
from openiamd.results.tables import TABLES


def parquet_hashes(directory):
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*.parquet"))
    }


def test_same_bytes_for_any_order_of_completion(batch, write_batch, tmp_path):
    assert parquet_hashes(write_batch(tmp_path / "backwards", reverse=True)) == parquet_hashes(batch)
    assert len(parquet_hashes(batch)) == len(TABLES) + 1


def test_same_tables_for_any_slice_size(batch, write_batch, tmp_path):
    other = open_results(write_batch(tmp_path / "other", slice_runs=3))
    results = open_results(batch)
    for name in (*TABLES, "entities"):
        assert other.table(name).equals(results.table(name)), name
    assert other.summary() == results.summary()


def test_rows_are_ordered_by_variant_run_and_event(batch, synthetic):
    results = open_results(batch)
    order = {variant: place for place, variant in enumerate(synthetic.VARIANTS)}
    for name in EVENT_NAMES[:-1]:
        table = results.events(name)
        assert len(table) > 0
        keys = [
            (order[variant], run, event)
            for variant, run, event in zip(
                table["variant"].to_pylist(), table["run"].to_pylist(), table["event"].to_pylist(), strict=True
            )
        ]
        assert keys == sorted(set(keys)), name


def test_every_event_is_stored_once(batch, synthetic):
    results = open_results(batch)
    stored = sum(len(results.events(name)) for name in EVENT_NAMES[:-1])
    logged = sum(len(synthetic.slice_of_runs(variant, 0, 10).events.run) for variant in synthetic.VARIANTS)
    assert stored == logged == sum(results.manifest["rows"][f"events/{name}"] for name in EVENT_NAMES[:-1])


def test_columns_read_without_a_key(batch):
    """DuckDB on its own, without this package, sees words."""
    shots = str(batch / "events" / "shots.parquet")
    outcomes = str(batch / "events" / "outcomes.parquet")
    row = duckdb.execute(
        f"SELECT variant, node, object, object_class, side, fire_unit, interceptor FROM '{shots}'"
    ).fetchall()[:1]
    assert row == [("standalone", "s400-cp", "cruise-south-1", "cruise", "hostile", "fu-1", "s400/9m96e2")]
    unmatched = duckdb.execute(
        f"""SELECT count(*) FROM '{outcomes}' o JOIN '{shots}' s ON o.variant = s.variant AND o.run = s.run
        AND o.cause = s.event WHERE o.fire_unit <> s.fire_unit OR o.interceptor <> s.interceptor"""
    ).fetchall()
    assert unmatched == [(0,)]
    kinds = duckdb.execute(f"SELECT DISTINCT kind FROM '{outcomes}' WHERE fire_unit IS NOT NULL").fetchall()
    assert {kind for (kind,) in kinds} == {"kill", "miss", "wasted", "overkill", "assessed"}


def test_words_and_nulls_apply_where_they_mean_something(batch):
    results = open_results(batch)
    decisions = results.sql(
        "SELECT kind, identity, identity_reason, fire_unit, held_reason, ceased_reason FROM decisions"
    )
    rows = {tuple(row.values()) for row in decisions.to_pylist()}
    assert ("identity", "HOSTILE", "behaviour", None, None, None) in rows
    assert ("engage", None, None, "fu-1", None, None) in rows
    assert ("held", None, None, None, "outside envelope", None) in rows
    assert ("ceased", None, None, "fu-2", None, "track lost") in rows
    changed = results.sql("SELECT DISTINCT track_number, old_track_number FROM tracks WHERE kind = 'number changed'")
    assert changed.to_pylist() == [{"track_number": 777, "old_track_number": 103}]
    picture = results.sql("SELECT node, count(common) AS n FROM picture GROUP BY node ORDER BY node").to_pylist()
    assert [row["node"] for row in picture] == ["crc", "e3a", "network", "s400-cp"]
    assert [row["n"] > 0 for row in picture] == [False, False, True, False]


def test_pandas_reads_the_tables(batch):
    frame = open_results(batch).runs.to_pandas()
    assert len(frame) == 30
    assert set(frame["variant"]) == {"standalone", "picture", "integrated"}
    assert np.isfinite(frame["leakers.total"]).all()


def test_measures_agree_with_sql_over_the_stored_events(batch):
    results = open_results(batch)
    leaked = results.sql(
        "SELECT variant, run, count(*) AS n FROM threats WHERE kind = 'leaked' GROUP BY ALL ORDER BY variant, run"
    ).to_pylist()
    measured = results.sql(
        'SELECT variant, run, "leakers.total" AS n FROM runs WHERE "leakers.total" > 0 ORDER BY variant, run'
    ).to_pylist()
    assert [(row["variant"], row["run"], row["n"]) for row in leaked] == [tuple(row.values()) for row in measured]


def test_no_path_in_any_parquet_file(batch):
    for path in batch.rglob("*.parquet"):
        content = path.read_bytes()
        assert str(batch).encode() not in content
        assert pq.ParquetFile(path).metadata.metadata.keys() <= {b"ARROW:schema"}


def test_parts_are_gone_and_the_manifest_is_complete(batch):
    manifest = json.loads((batch / "manifest.json").read_text())
    assert manifest["complete"] is True
    assert manifest["rows"]["runs"] == 30
    assert manifest["wall_s"] == {"standalone": 1.0, "picture": 1.0, "integrated": 1.0}
    assert not (batch / "parts").exists()


def test_an_interrupted_folder_opens_with_what_it_has(batch, write_batch, tmp_path):
    directory = write_batch(tmp_path / "stopped", finish=False, skip=1)
    (directory / "parts" / ".002-000000008").mkdir()
    stopped, whole = open_results(directory), open_results(batch)
    assert not stopped.complete
    assert stopped.notice == "interrupted: 28 of 30 runs were kept"
    assert stopped.events("shots").equals(whole.events("shots").slice(0, len(stopped.events("shots"))))
    assert stopped.summary()["variants"]["standalone"] == whole.summary()["variants"]["standalone"]
    assert stopped.summary()["differences"]["integrated"]["leakers.total"]["n"] == 8
    assert stopped.sql("SELECT count(*) AS n FROM runs").to_pylist() == [{"n": 28}]


def test_an_interrupted_folder_without_a_part_is_refused(write_batch, tmp_path):
    directory = write_batch(tmp_path / "stopped", finish=False, skip=9)
    with pytest.raises(ResultsError, match="before any slice"):
        open_results(directory)


def test_foreign_and_missing_folders_are_refused(tmp_path):
    with pytest.raises(ResultsError, match="no folder"):
        open_results(tmp_path / "nowhere")
    with pytest.raises(ResultsError, match="not a run folder"):
        open_results(tmp_path)
    manifest = tmp_path / "manifest.json"
    for content in ("{", "[]", '{"schema": "other/1"}', "{}"):
        manifest.write_text(content)
        with pytest.raises(ResultsError) as caught:
            open_results(tmp_path)
        assert caught.value.hint


def test_damaged_tables_and_queries_give_one_sentence(write_batch, tmp_path):
    results = open_results(write_batch(tmp_path / "run", replications=1))
    with pytest.raises(ResultsError, match="there is no event table 'shot'"):
        results.events("shot")
    for query in ("SELECT nothing FROM runs", "no query"):
        with pytest.raises(ResultsError, match="query"):
            results.sql(query)
    (tmp_path / "run" / "events" / "shots.parquet").write_bytes(b"PAR1")
    with pytest.raises(ResultsError, match=r"shots\.parquet"):
        results.events("shots")


def test_an_output_folder_must_be_absent_or_empty(tmp_path):
    check_output(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    check_output(tmp_path / "empty")
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file"):
        with pytest.raises(UsageError, match="output"):
            check_output(path)


def test_summary_has_no_nan_and_the_agreed_shape(batch):
    summary = json.loads((batch / "summary.json").read_text())
    assert summary["confidence"] == 0.95
    assert summary["reference"] == "standalone"
    assert list(summary["variants"]) == ["standalone", "picture", "integrated"]
    assert list(summary["differences"]) == ["picture", "integrated"]
    for part in (summary["variants"], summary["differences"]):
        for measures in part.values():
            for key, figure in measures.items():
                assert set(figure) == {"mean", "low", "high", "n", "method"}
                if figure["method"] == EQUAL:
                    assert (figure["low"], figure["high"]) == (None, None), key
                else:
                    assert figure["low"] <= figure["mean"] <= figure["high"], key
                    assert figure["low"] < figure["high"], key
                assert not any(isinstance(value, float) and math.isnan(value) for value in figure.values())
    standalone = summary["variants"]["standalone"]
    for key in (
        *("leakers.total", "leakers.ballistic", "leakers.at.ankara", "probability_zero_leakers", "unresolved"),
        *("friendly_engaged", "friendly_engaged_per_1000h", "civil_engaged_per_1000h", "shots.s400/48n6e3"),
        *("siap.completeness.s400-cp", "siap.ambiguity.network", "siap.commonality.network", "warning_time_s.cruise"),
        *("first_detection_range_m.drone", "first_shot_range_m.drone", "missiles_left", "cost.interceptors_usd"),
    ):
        assert key in standalone


def test_differences_are_variant_minus_reference(batch):
    summary = open_results(batch).summary()
    for key in ("leakers.total", "shots.total", "siap.completeness.network"):
        expected = summary["variants"]["integrated"][key]["mean"] - summary["variants"]["standalone"][key]["mean"]
        assert summary["differences"]["integrated"][key]["mean"] == pytest.approx(expected)
    assert summary["differences"]["integrated"]["leakers.total"]["mean"] < 0.0
