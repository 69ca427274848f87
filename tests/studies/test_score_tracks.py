"""Scoring recordings: which times are compared, what stands for a track between its rows, the command, and refusals."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from openiamd import cli
from openiamd.errors import UsageError
from openiamd.recordings.tables import Tracks, Truth
from openiamd.recordings.tracks import read_tracks, write_tracks
from openiamd.recordings.truth import read_truth, write_truth
from openiamd.results.track_measures import MEANINGS, Rule
from openiamd.studies.score_tracks import score_tracks
from recorded_tracks import crossing_scene

SPEED_MPS = 200.0


def flight(name, times_s, north_m=0.0):
    """Return rows (time, name, state) of a straight flight east."""
    return [(at, name, [SPEED_MPS * at, north_m, 5e3, SPEED_MPS, 0.0, 0.0]) for at in times_s]


def truth_of(rows):
    time_s, thing, state = (np.array(column) for column in zip(*rows, strict=True))
    return Truth(time_s, thing, state, [f"flight {name}" for name in range(int(thing.max()) + 1)])


def tracks_of(rows, confirmed=None, plot=None):
    time_s, number, state = (np.array(column) for column in zip(*rows, strict=True))
    count = len(rows)
    confirmed = np.ones(count, bool) if confirmed is None else np.array(confirmed)
    plot = np.arange(count) if plot is None else np.array(plot)
    return Tracks(time_s, number, state, np.tile(np.eye(6), (count, 1, 1)), confirmed, plot < 0, plot)


def test_snapshots_count_a_track_only_where_it_has_a_row():
    times_s = np.arange(0.0, 100.0, 10.0)
    gap = [at for at in times_s if at not in (40.0, 50.0)]
    found = score_tracks(tracks_of(flight(7, gap) + flight(8, times_s, 90e3)), truth_of(flight(0, times_s)))
    assert found.measures["completeness"] == pytest.approx(0.8)
    assert found.measures["breaks"] == 1.0
    assert found.picture.series["tracks"] == [2, 2, 2, 2, 1, 1, 2, 2, 2, 2]


def test_a_rotating_radar_is_compared_at_the_times_of_the_truth():
    """Rows fall between the instants: the latest is carried on at its velocity, which is exact on a straight flight."""
    rows = flight(7, np.arange(1.3, 100.0, 4.001)) + flight(8, np.arange(3.1, 100.0, 4.0), 20e3)
    truth = truth_of(flight(0, np.arange(0.0, 101.0, 1.0)) + flight(1, np.arange(0.0, 101.0, 1.0), 20e3))
    found = score_tracks(tracks_of(rows), truth)
    assert found.measures["position_rmse_m"] == pytest.approx(0.0, abs=1e-9)
    assert found.measures["breaks"] == 0.0
    assert found.measures["completeness"] == pytest.approx((99 + 97) / 202)  # from instants 2 and 4 on


def test_a_gap_of_more_than_three_intervals_is_bridged_neither_in_tracks_nor_in_truth():
    steady = flight(8, np.arange(0.5, 200.0, 4.0), 20e3)
    rows = flight(7, [at for at in np.arange(0.7, 200.0, 4.0) if not 50.0 < at < 100.0])
    times_s = np.arange(0.0, 200.0, 1.0)
    broken = [at for at in times_s if not 120.0 < at < 150.0]
    found = score_tracks(tracks_of(rows + steady), truth_of(flight(0, broken) + flight(1, times_s, 20e3)))
    pairs = zip(found.picture.series["objects"], found.picture.series["tracks"], strict=True)
    counts = dict(zip(found.time_s.tolist(), pairs, strict=True))
    assert counts[40.0] == (2, 2)
    assert counts[55.0] == (2, 2)  # the row of 48.7 s is 6.3 s old
    assert counts[70.0] == (2, 1)
    assert counts[130.0] == (1, 2)
    assert found.measures["breaks"] == 1.0


def test_truth_between_its_rows_is_on_the_cubic():
    turn_radps, times_s = 0.02, np.arange(0.0, 201.0, 20.0)

    def circle(at):
        angle = turn_radps * at
        place = 5e3 * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
        return np.concatenate([place, 100.0 * np.stack([-np.sin(angle), np.cos(angle), 0 * angle], axis=-1)], axis=-1)

    between_s = np.arange(0.0, 201.0, 5.0)
    truth = truth_of([(at, 0, circle(at)) for at in times_s] + flight(1, between_s, 50e3))
    tracks = tracks_of([(at, 7, circle(at)) for at in between_s] + flight(8, between_s, 50e3))
    found = score_tracks(tracks, truth).measures
    assert found["position_rmse_m"] < 1.0  # straight lines are 100 m off: r (1 − cos 0.2)
    assert found["completeness"] == 1.0


def test_tentative_rows_count_only_when_asked_for():
    times_s = np.arange(0.0, 100.0, 10.0)
    tracks = tracks_of(flight(7, times_s), confirmed=times_s >= 20.0)
    truth = truth_of(flight(0, times_s))
    assert score_tracks(tracks, truth).measures["completeness"] == pytest.approx(0.8)
    assert score_tracks(tracks, truth, tentative=True).measures["completeness"] == 1.0


def test_the_order_of_rows_changes_nothing():
    scene = crossing_scene(5)
    draw = np.random.default_rng(0)
    mixed = draw.permutation(len(scene.tracks.time_s))
    tracks = Tracks._make(column[mixed] for column in scene.tracks)
    shuffled = draw.permutation(len(scene.truth.time_s))
    truth = Truth(
        scene.truth.time_s[shuffled], scene.truth.object[shuffled], scene.truth.state[shuffled], scene.truth.names
    )
    one, other = score_tracks(scene.tracks, scene.truth), score_tracks(tracks, truth)
    assert other.measures == pytest.approx(one.measures, rel=1e-12)


def test_a_rotation_of_the_scene_changes_no_measure():
    scene = crossing_scene(6)
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
    both = np.kron(np.eye(2), turn)
    covariance = both @ scene.tracks.covariance @ both.T
    tracks = scene.tracks._replace(state=scene.tracks.state @ both.T, covariance=covariance)
    truth = scene.truth._replace(state=scene.truth.state @ both.T)
    assert score_tracks(tracks, truth).measures == pytest.approx(
        score_tracks(scene.tracks, scene.truth).measures, rel=1e-9
    )


def test_purity_by_origin_and_by_the_nearest_object():
    times_s = np.arange(0.0, 100.0, 10.0)
    truth = truth_of(flight(0, times_s) + flight(1, times_s, 10e3))
    rows = flight(7, times_s[:6]) + flight(7, times_s[6:], 10e3)  # goes over to the other object
    tracks = tracks_of(rows, plot=[*range(9), -1])
    assert score_tracks(tracks, truth).measures["purity"] == pytest.approx(6 / 9)
    origin = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
    assert score_tracks(tracks, truth, origin=origin).measures["purity"] == pytest.approx(5 / 9)
    with pytest.raises(UsageError, match="names 5 plots"):
        score_tracks(tracks, truth, origin=origin[:5])


def test_no_time_in_common():
    with pytest.raises(UsageError, match="no time in common"):
        score_tracks(tracks_of(flight(7, [500.0, 510.0])), truth_of(flight(0, [0.0, 10.0])))


@pytest.fixture
def files(tmp_path):
    """Return the paths of TRACKS and TRUTH of a scene."""
    scene = crossing_scene(7)
    write_tracks(tmp_path / "tracks.parquet", scene.tracks)
    write_truth(tmp_path / "truth.parquet", scene.truth)
    return tmp_path / "tracks.parquet", tmp_path / "truth.parquet"


def test_files_give_back_what_was_written(files):
    scene = crossing_scene(7)
    tracks, truth = read_tracks(files[0]), read_truth(files[1])
    columns = (*tracks, truth.time_s, truth.state)
    for read, written in zip(columns, (*scene.tracks, scene.truth.time_s, scene.truth.state), strict=True):
        assert np.array_equal(read, written)
        assert read.dtype == np.asarray(written).dtype
    assert [truth.names[at] for at in truth.object] == [scene.truth.names[at] for at in scene.truth.object]
    kind = pq.read_schema(files[0]).field("covariance").type
    assert pa.types.is_fixed_size_list(kind)
    assert kind.list_size == 36


def test_objects_may_be_numbers(files):
    table = pq.read_table(files[1])
    numbers = pa.array([int(name.removeprefix("flight ")) for name in table["object"].to_pylist()])
    pq.write_table(table.set_column(1, "object", numbers), files[1])
    assert sorted(map(int, read_truth(files[1]).names)) == list(range(12))


def test_the_command_prints_every_measure_with_its_meaning(files, capsys):
    assert cli.main(["score", *map(str, files)]) == 0
    said = capsys.readouterr()
    for name in MEANINGS:
        assert f" {name} " in said.out
    assert "scored at 20 times" in said.err


def test_the_command_as_json_equals_the_function(files, capsys):
    arguments = ["--json", "--warm-up", "5", "--cutoff", "1000", "--gate", "1500", "--order", "1"]
    assert cli.main(["score", *map(str, files), *arguments]) == 0
    said = json.loads(capsys.readouterr().out)
    rule = Rule(cutoff_m=1000.0, order=1, gate_m=1500.0, warm_up=5)
    found = score_tracks(read_tracks(files[0]), read_truth(files[1]), rule=rule)
    assert {name: said[name] for name in MEANINGS} == pytest.approx(found.measures)
    assert said["series"] == found.picture.series


def spoilt(path, **columns):
    """Write a file again with columns changed; None removes one."""
    table = pq.read_table(path)
    for name, values in columns.items():
        place = table.column_names.index(name)
        table = table.remove_column(place)
        if values is not None:
            table = table.add_column(place, name, values)
    pq.write_table(table, path)


def repeated(value, kind=None):
    return lambda rows: pa.array([value] * rows, kind)


BAD = {
    "no column": (0, "covariance", None, "column 'covariance' is missing"),
    "text": (0, "x_m", repeated("far"), "column 'x_m' is of type string, not a number"),
    "not a number": (0, "vx_mps", lambda rows: pa.array([float("nan")] + [0.0] * (rows - 1)), "row 0: vx_mps"),
    "short covariance": (0, "covariance", repeated([1.0, 2.0]), "column 'covariance' is not 36 numbers"),
    "status": (0, "status", repeated("maybe"), "row 0: status 'maybe' is unknown"),
    "coasted": (0, "coasted", repeated(1), "column 'coasted' is not boolean"),
    "track number": (0, "track_number", repeated(1.5), "row 0: track_number 1.5 is not a whole number"),
    "no objects": (1, "object", None, "column 'object' is missing"),
    "null object": (1, "object", repeated(None, pa.string()), "has nulls"),
    "twice": (1, "time_s", repeated(5.0), "has two rows at 5 s"),
    "null time": (1, "time_s", repeated(None, pa.float64()), "row 0: time_s is null"),
    "elsewhen": (1, "time_s", lambda rows: pa.array(1e6 + np.arange(rows)), "no time in common"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_in_one_sentence(case, files, capsys):
    which, column, values, complaint = BAD[case]
    spoilt(files[which], **{column: None if values is None else values(pq.read_metadata(files[which]).num_rows)})
    assert cli.main(["score", *map(str, files)]) == 2
    said = capsys.readouterr()
    assert complaint in said.err
    assert said.err.count("\n") == 2
    assert "hint: " in said.err
    assert said.out == ""


@pytest.mark.parametrize("content", [b"", b"time_s,track_number\n1,2\n", b"PAR1 but no more"])
def test_a_file_that_is_not_parquet_is_refused(content, files, capsys):
    files[0].write_bytes(content)
    assert cli.main(["score", *map(str, files)]) == 2
    said = capsys.readouterr().err
    assert str(files[0]) in said
    assert "hint: " in said
    assert "Traceback" not in said


def test_a_missing_file_is_refused(files, capsys):
    assert cli.main(["score", str(files[0]), "nowhere.parquet"]) == 2
    assert "there is no file of truth" in capsys.readouterr().err


def test_a_table_without_rows_is_refused(files, capsys):
    pq.write_table(pq.read_table(files[0]).slice(0, 0), files[0])
    assert cli.main(["score", *map(str, files)]) == 2
    assert "has no rows" in capsys.readouterr().err
