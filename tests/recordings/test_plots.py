import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiamd.errors import RecordingError
from openiamd.recordings.files import whole_file
from openiamd.recordings.plots import is_parquet, read_plots, unused_columns, write_plots
from openiamd.recordings.tables import Plots
from recorded import columns, some_plots, two_sensors, write_columns

SENSORS = two_sensors()


def test_columns_become_arrays(tmp_path):
    found = read_plots(write_columns(tmp_path / "plots.parquet", columns()), SENSORS)
    assert found.time_s.tolist() == [10.0, 11.0, 12.0]
    assert found.sensor.tolist() == [0, 1, 0]
    assert found.range_m.tolist() == [50_000.0, 50_100.0, 50_200.0]
    assert np.isnan(found.range_rate_mps).tolist() == [True, False, True]
    assert found.range_rate_mps[1] == -101.0
    assert all(values.dtype in (np.float64, np.int64) and values.flags.writeable for values in found)


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 40))
def test_what_is_written_is_read(tmp_path_factory, seed, count):
    path = tmp_path_factory.getbasetemp() / "round.parquet"
    plots = some_plots(count, seed)
    order = np.random.default_rng(seed).permutation(count)
    plots = Plots(*(values[order] for values in plots))  # pyright: ignore[reportArgumentType]
    write_plots(path, plots, SENSORS)
    for name, values in read_plots(path, SENSORS)._asdict().items():
        np.testing.assert_array_equal(values, getattr(plots, name))


def test_integers_single_precision_and_dictionaries_are_numbers_and_names_too(tmp_path):
    found = columns()
    found["time_s"] = pa.array([3, 1, 2], pa.int32())
    found["range_m"] = pa.array([1.5, 2.5, 3.5], pa.float32())
    found["sensor"] = pa.array(found["sensor"]).dictionary_encode()
    del found["range_rate_mps"]
    read = read_plots(write_columns(tmp_path / "plots.parquet", found), SENSORS)
    assert read.time_s.tolist() == [3.0, 1.0, 2.0]
    assert read.range_m.tolist() == [1.5, 2.5, 3.5]
    assert read.sensor.tolist() == [0, 1, 0]
    assert np.isnan(read.range_rate_mps).all()


def test_a_column_of_nulls_is_no_range_rate(tmp_path):
    found = {**columns(), "range_rate_mps": pa.nulls(3)}
    assert np.isnan(read_plots(write_columns(tmp_path / "plots.parquet", found), SENSORS).range_rate_mps).all()


def test_a_sensor_without_accuracy_of_range_rate_has_none(tmp_path):
    found = {**columns(), "range_rate_mps": [5.0, 6.0, 7.0]}
    read = read_plots(write_columns(tmp_path / "plots.parquet", found), SENSORS)
    np.testing.assert_array_equal(read.range_rate_mps, [math.nan, 6.0, math.nan])


def test_azimuths_are_turned_into_one_turn(tmp_path):
    found = {**columns(), "azimuth_rad": [-0.5 * math.pi, 2.0 * math.pi, 1.0]}
    read = read_plots(write_columns(tmp_path / "plots.parquet", found), SENSORS)
    assert read.azimuth_rad.tolist() == [1.5 * math.pi, 0.0, 1.0]


def test_other_columns_are_named_but_not_read(tmp_path):
    path = write_columns(tmp_path / "plots.parquet", {**columns(), "snr_db": [1.0, 2.0, 3.0]})
    read_plots(path, SENSORS)
    assert unused_columns(path) == ["snr_db"]


@pytest.mark.parametrize(
    ("change", "sentence", "hint"),
    [
        ({"range_m": None}, "column 'range_m' is missing", "plots have time_s, sensor"),
        ({"time_s": ["a", "b", "c"]}, "column 'time_s' is of type string, not a number", "plain numbers"),
        ({"time_s": pa.array([1, 2, 3], pa.timestamp("ms"))}, "is of type timestamp[ms]", "as seconds"),
        ({"range_m": [True, False, True]}, "column 'range_m' is of type bool", "plain numbers"),
        ({"range_m": [1e4, None, 1e4]}, "row 1: range_m is null", "every row"),
        ({"range_m": [1e4, 1e4, math.nan]}, "row 2: range_m nan is not finite", "repair"),
        ({"elevation_rad": [math.inf, 0.1, 0.1]}, "row 0: elevation_rad inf is not finite", "repair"),
        ({"range_m": [1e4, -5.0, -6.0]}, "row 1: range_m -5 is not above 0 (and 1 more rows)", "metres"),
        ({"azimuth_rad": [0.0, 90.0, 180.0]}, "row 1: azimuth_rad 90 is out of range", "look like degrees"),
        ({"elevation_rad": [0.1, 0.2, 5.0]}, "row 2: elevation_rad 5 is out of range", "look like degrees"),
        ({"range_rate_mps": [None, math.nan, None]}, "row 1: range_rate_mps nan is not finite", "leave it null"),
        ({"range_rate_mps": None, "range_rate": [1.0, 2.0, 3.0]}, "unknown column 'range_rate'", "rename it"),
        ({"sensor": ["south", "east", "north"]}, "row 1: sensor 'east' is not in SENSORS", "south, north"),
        ({"sensor": ["south", None, "north"]}, "row 1: has no sensor", "south, north"),
        ({"sensor": [1, 2, 3]}, "column 'sensor' is of type int64, not text", "names"),
    ],
)  # fmt: skip
def test_complaints_name_file_row_and_culprit(tmp_path, change, sentence, hint):
    found = {name: values for name, values in {**columns(), **change}.items() if values is not None}
    path = write_columns(tmp_path / "plots.parquet", found)
    with pytest.raises(RecordingError) as caught:
        read_plots(path, SENSORS)
    assert str(caught.value).startswith(f"{path}: ")
    assert sentence in str(caught.value)
    assert caught.value.hint
    assert hint in caught.value.hint


def test_no_rows_no_parquet_no_file(tmp_path):
    empty = pa.table({name: pa.array([], pa.string() if name == "sensor" else pa.float64()) for name in columns()})
    with pytest.raises(RecordingError, match="has no rows"):
        read_plots(write_columns(tmp_path / "empty.parquet", empty), SENSORS)
    path = tmp_path / "text.parquet"
    path.write_text("time_s,sensor\n", encoding="utf-8")
    with pytest.raises(RecordingError, match="cannot be read as Parquet"):
        read_plots(path, SENSORS)
    whole = write_columns(tmp_path / "whole.parquet", columns()).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordingError, match="cannot be read as Parquet"):
        read_plots(path, SENSORS)


def test_kinds_of_file_are_told_by_their_bytes(tmp_path):
    path = write_columns(tmp_path / "plots.dat", columns())
    assert is_parquet(path)
    path.write_bytes(b"\x30\x00\x03")
    assert not is_parquet(path)


def test_nothing_is_left_of_a_file_that_fails(tmp_path):
    path = tmp_path / "out.parquet"

    def fail():
        with whole_file(path) as part:
            part.write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RecordingError, match="does not exist"):
        write_plots(tmp_path / "absent" / "plots.parquet", some_plots(3, 0), SENSORS)
