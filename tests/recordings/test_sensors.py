import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiamd.errors import RecordingError
from openiamd.recordings.sensors import read_identities, read_sensors, write_sensors
from openiamd.recordings.tables import Sensors
from recorded import HEADING, IDENTITIES, NORTH, SOUTH, two_sensors


def written(folder, *lines):
    path = folder / "sensors.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_values_are_read_in_si(tmp_path):
    found = read_sensors(written(tmp_path, HEADING, SOUTH, "", NORTH))
    assert found.name == ["south", "north"]
    assert found.latitude_rad.tolist() == [math.radians(48.7), math.radians(49.4)]
    assert found.longitude_rad.tolist() == [math.radians(2.4), math.radians(2.1)]
    assert np.isnan(found.sigma_range_rate_mps).tolist() == [True, False]
    assert (found.sigma_range_rate_mps[1], found.revisit_s[0], found.clutter_per_scan[1]) == (2.5, 4.0, 0.0)


def test_columns_may_stand_in_any_order_with_a_byte_order_mark(tmp_path):
    names = HEADING.split(",")
    order = sorted(range(len(names)), key=lambda position: names[position])
    lines = [",".join(line.split(",")[position] for position in order) for line in (HEADING, SOUTH, NORTH)]
    path = tmp_path / "sensors.csv"
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    assert read_sensors(path).name == ["south", "north"]
    np.testing.assert_array_equal(read_sensors(path).revisit_s, [4.0, 5.0])


@given(
    values=st.lists(
        st.tuples(
            st.floats(-90.0, 90.0), st.floats(-180.0, 180.0), st.floats(-400.0, 9e3), st.floats(1e-3, 1e4),
            st.floats(1e-6, 0.5), st.floats(1e-6, 0.5), st.one_of(st.just(math.nan), st.floats(1e-3, 1e2)),
            st.floats(1e-6, 1.0), st.floats(0.0, 1e3), st.floats(0.1, 60.0),
        ),
        min_size=1,
        max_size=4,
    )
)  # fmt: skip
def test_what_is_written_is_read(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "round.csv"
    table = np.array(values)
    place = np.radians(table[:, :2])
    sensors = Sensors([f"radar {row}" for row in range(len(table))], *place.T, *table[:, 2:].T)
    write_sensors(path, sensors)
    found = read_sensors(path)
    assert found.name == sensors.name
    for name in Sensors._fields[1:]:
        np.testing.assert_allclose(getattr(found, name), getattr(sensors, name), rtol=1e-14, atol=1e-300)


def test_identities_are_optional_columns(tmp_path):
    path = tmp_path / "sensors.csv"
    write_sensors(path, two_sensors(), IDENTITIES)
    assert read_identities(path) == IDENTITIES
    assert read_sensors(path).name == ["south", "north"]
    write_sensors(path, two_sensors(), {(1, 2): "north"})
    assert read_identities(path) == {(1, 2): "north"}
    write_sensors(path, two_sensors())
    assert read_identities(path) == {}


@pytest.mark.parametrize(
    ("lines", "place", "sentence", "hint"),
    [
        ((HEADING,), "", "has no rows", "row"),
        (
            (HEADING.replace("revisit_s", "revisit"), SOUTH),
            ":1",
            "column 'revisit_s' is missing; is 'revisit' meant?",
            "",
        ),
        ((HEADING + ",colour", SOUTH + ",red"), ":1", "unknown column 'colour'", "the columns are sensor"),
        ((HEADING + ",revisit_s", SOUTH + ",4"), ":1", "column 'revisit_s' is there twice", ""),
        ((HEADING + ",sac", SOUTH + ",4"), ":1", "`sac` and `sic` belong together", ""),
        ((HEADING.replace(",", ";"), SOUTH.replace(",", ";")), ":1", "is not separated by commas", ""),
        ((HEADING, SOUTH, SOUTH), ":3", "sensor 'south' is on line 2 already", "a name of its own"),
        ((HEADING, SOUTH + ",1"), ":2", "has 12 values where the heading has 11", ""),
        ((HEADING, SOUTH.removeprefix("south")), ":2", "the sensor has no name", "as PLOTS does"),
        ((HEADING, SOUTH.replace(",120,", ",,")), ":2", "sensor 'south': height_m is absent", "ellipsoid"),
        ((HEADING, SOUTH.replace(",120,", ",high,")), ":2", "height_m 'high' is not a number", ""),
        ((HEADING, SOUTH.replace(",120,", ",nan,")), ":2", "height_m 'nan' is not finite", ""),
        ((HEADING, SOUTH.replace("48.7", "98.7")), ":2", "latitude_deg 98.7 is out of range", "from -90 to 90"),
        ((HEADING, NORTH, SOUTH.replace(",50,", ",0,")), ":3", "sensor 'south': sigma_range_m 0 is out of range", ""),
        ((HEADING, SOUTH.replace("0.002", "2")), ":2", "sigma_azimuth_rad 2 is out of range", "in radians"),
        ((HEADING, NORTH.replace("2.5", "-2.5")), ":2", "sigma_range_rate_mps -2.5 is out of range", "empty"),
        ((HEADING, SOUTH.replace("0.9", "1.1")), ":2", "detection_probability 1.1 is out of range", "at most 1"),
        ((HEADING, SOUTH.replace("0.9", "0")), ":2", "detection_probability 0 is out of range", "above 0"),
        ((HEADING, SOUTH.replace("0.9,10,", "0.9,-1,")), ":2", "clutter_per_scan -1 is out of range", "0 or more"),
        ((HEADING, SOUTH.removesuffix("4") + "0"), ":2", "revisit_s 0 is out of range", "above 0"),
    ],
)
def test_complaints_name_file_line_and_culprit(tmp_path, lines, place, sentence, hint):
    path = written(tmp_path, *lines)
    with pytest.raises(RecordingError) as caught:
        read_sensors(path)
    assert str(caught.value).startswith(f"{path}{place}: ")
    assert sentence in str(caught.value)
    assert caught.value.hint
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ((",256,1", ",1,2"), ":2: sac, sic '256, 1' is no identity"),
        ((",1,", ",1,2"), ":2: sac, sic '1, ' is no identity"),
        ((",1,2", ",1,2"), ":3: sac, sic 1, 2 is that of sensor 'south' already"),
    ],
)
def test_identities_are_whole_numbers_and_unique(tmp_path, ends, sentence):
    path = written(tmp_path, HEADING + ",sac,sic", SOUTH + ends[0], NORTH + ends[1])
    with pytest.raises(RecordingError) as caught:
        read_identities(path)
    assert sentence in str(caught.value)


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "sensors.csv"
    path.write_bytes(b"\xff\xfe\x00binary")
    with pytest.raises(RecordingError, match="cannot be read as CSV"):
        read_sensors(path)
    path.write_bytes(b"")
    with pytest.raises(RecordingError, match="is empty"):
        read_sensors(path)
    with pytest.raises(RecordingError, match="is a folder"):
        read_sensors(tmp_path)
    with pytest.raises(RecordingError, match="there is no file of sensors"):
        read_sensors(tmp_path / "absent.csv")
