"""ASTERIX category 048. The bytes below are put together by hand from the specification (Part 4, edition 1.32):
FSPEC, 010 SAC SIC, 140 time in 1/128 s, 020 descriptor, 040 range in 1/256 NM and azimuth in 360/65536 degrees,
090 flight level in 1/4, 110 height in 25 ft, 120 Doppler speed in 1 m/s.
"""

import math
from contextlib import suppress

import numpy as np
import pyproj
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openiamd.errors import RecordingError
from openiamd.recordings.asterix import (
    AZIMUTH_STEP_RAD,
    HEIGHT_STEP_M,
    RANGE_STEP_M,
    TIME_STEP_S,
    read_cat048,
    write_cat048,
)
from openiamd.recordings.heights import elevation_of, height_of
from openiamd.recordings.tables import Plots
from recorded import IDENTITIES, some_plots, two_sensors

SENSORS = two_sensors()
SOUTH_PLACE = (math.radians(48.7), math.radians(2.4), 120.0)
NORTH_PLACE = (math.radians(49.4), math.radians(2.1), 150.0)

# South sees 100 NM to the east, 10,000 ft, at 12:00:00.5.
PLAIN = "F10108 190A 546040 20 64004000 0190"
# North sees 50.5 NM to the south-west (225 degrees), -50 ft, at 23:59:59 + 127/128, closing at 123 m/s.
CLOSING = "F1010C 190B A8BFFF 20 3280A000 3FFE 800385"


def block(*records: str, category: int = 48) -> bytes:
    content = b"".join(bytes.fromhex(record) for record in records)
    return bytes([category]) + (len(content) + 3).to_bytes(2, "big") + content


def kept(folder, *blocks: bytes):
    path = folder / "plots.ast"
    path.write_bytes(b"".join(blocks))
    return path


def by_hand() -> Plots:
    """Return what PLAIN and CLOSING say."""
    range_m = np.array([100.0 * 1852.0, 50.5 * 1852.0])
    azimuth_rad = np.radians([90.0, 225.0])
    height_m = np.array([3048.0, -15.24])
    places = (SOUTH_PLACE, NORTH_PLACE)
    elevation_rad = [
        float(elevation_of(range_m[row : row + 1], azimuth_rad[row : row + 1], height_m[row : row + 1], place)[0])
        for row, place in enumerate(places)
    ]
    time_s = np.array([43_200.5, 86_399.0 + 127.0 / 128.0])
    return Plots(time_s, np.array([0, 1]), range_m, azimuth_rad, np.array(elevation_rad), np.array([math.nan, -123.0]))


def test_bytes_are_those_of_the_specification(tmp_path):
    path = tmp_path / "out.ast"
    write_cat048(path, by_hand(), SENSORS, IDENTITIES)
    assert path.read_bytes() == block(PLAIN, CLOSING)


def test_bytes_of_the_specification_are_read(tmp_path):
    found, left_out = read_cat048(kept(tmp_path, block(PLAIN), block(CLOSING)), SENSORS, IDENTITIES)
    assert left_out == {}
    for name, values in by_hand()._asdict().items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=1e-14, err_msg=name)


@given(
    latitude=st.floats(-89.0, 89.0), longitude=st.floats(-180.0, 180.0), height=st.floats(0.0, 3e3),
    north=st.floats(-3.0, 3.0), east=st.floats(-3.0, 3.0), up=st.floats(-400.0, 3e4),
)  # fmt: skip
def test_elevations_from_heights_agree_with_proj(latitude, longitude, height, north, east, up):
    target = (min(max(latitude + north, -90.0), 90.0), longitude + east, up)
    topocentric = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=cart +ellps=WGS84 +step +proj=topocentric +ellps=WGS84 "
        f"+lat_0={latitude!r} +lon_0={longitude!r} +h_0={height!r}"
    )
    e, n, u = topocentric.transform(math.radians(target[1]), math.radians(target[0]), up, radians=True)
    range_m = math.hypot(e, n, u)
    if range_m < 100.0 or abs(u) > 0.99 * range_m:
        return
    place = (math.radians(latitude), math.radians(longitude), height)
    columns = [np.array([value]) for value in (range_m, math.atan2(e, n), up)]
    assert elevation_of(columns[0], columns[1], columns[2], place)[0] == pytest.approx(
        math.asin(u / range_m), abs=1e-7 / range_m * 1e3 + 1e-9
    )


def test_a_height_out_of_reach_has_no_elevation():
    columns = [np.array([value]) for value in (1_000.0, 0.0, 2_000.0)]
    assert np.isnan(elevation_of(columns[0], columns[1], columns[2], SOUTH_PLACE)).all()


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 30))
def test_plots_come_back_within_half_a_step(tmp_path_factory, seed, count):
    path = tmp_path_factory.getbasetemp() / "round.ast"
    plots = some_plots(count, seed)
    write_cat048(path, plots, SENSORS, IDENTITIES)
    found, left_out = read_cat048(path, SENSORS, IDENTITIES)
    assert left_out == {}
    np.testing.assert_array_equal(found.sensor, plots.sensor)
    half = 0.5 + 1e-6
    assert np.abs(found.time_s - plots.time_s).max() <= half * TIME_STEP_S
    assert np.abs(found.range_m - plots.range_m).max() <= half * RANGE_STEP_M
    around = np.mod(found.azimuth_rad - plots.azimuth_rad + math.pi, 2.0 * math.pi) - math.pi
    assert np.abs(around).max() <= half * AZIMUTH_STEP_RAD
    np.testing.assert_array_equal(np.isnan(found.range_rate_mps), plots.sensor == 0)
    if (plots.sensor == 1).any():
        assert np.nanmax(np.abs(found.range_rate_mps - plots.range_rate_mps)) <= 0.5
    for sensor, place in enumerate((SOUTH_PLACE, NORTH_PLACE)):
        at = plots.sensor == sensor
        heights = [
            height_of(one.range_m[at], one.azimuth_rad[at], one.elevation_rad[at], place) for one in (plots, found)
        ]
        assert np.abs(heights[1] - heights[0]).max(initial=0.0) <= half * HEIGHT_STEP_M
    before = path.read_bytes()
    write_cat048(path, found, SENSORS, IDENTITIES)
    assert path.read_bytes() == before


def test_time_goes_on_past_midnight_whatever_the_order(tmp_path):
    texts = [PLAIN.replace("546040", f"{round(time_s * 128):06X}") for time_s in (86_399.0, 1.0, 86_399.5, 3_600.0)]
    found, _ = read_cat048(kept(tmp_path, block(*texts)), SENSORS, IDENTITIES)
    assert found.time_s.tolist() == [86_399.0, 86_401.0, 86_399.5, 90_000.0]


def test_time_is_written_as_time_of_day(tmp_path):
    plots = by_hand()._replace(time_s=np.array([86_400.0 - 1e-4, 3.0 * 86_400.0 + 43_200.5]))
    path = tmp_path / "out.ast"
    write_cat048(path, plots, SENSORS, IDENTITIES)
    written = path.read_bytes()
    assert (written[8:11].hex(), written[23:26].hex()) == ("000000", "546040")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (PLAIN.replace(" 20 ", " 30 "), "of simulated or test targets"),
        (PLAIN.replace(" 20 ", " 2180 "), "of simulated or test targets"),
        (PLAIN.replace(" 20 ", " 22 "), "of field monitors"),
        ("E10108 190A 546040 20 0190", "without a position"),
        ("B10108 190A 20 64004000 0190", "without time or source"),
        ("F0 190A 546040 20 64004000", "without a height"),
        ("F4 190A 546040 20 64004000 8190", "without a height"),
        ("F4 190A 546040 20 64004000 4190", "without a height"),
        (PLAIN.replace("6400", "0100"), "with a height beyond their range"),
    ],
)
def test_reports_that_cannot_be_used_are_counted(tmp_path, record, reason):
    path = kept(tmp_path, block(record), block(PLAIN), block("80 190A", category=34))
    found, left_out = read_cat048(path, SENSORS, IDENTITIES)
    assert len(found.time_s) == 1
    assert left_out == {reason: 1, "blocks of category 034": 1}
    with pytest.raises(RecordingError, match=f"holds no plot that can be used: 1 {reason}"):
        read_cat048(kept(tmp_path, block(record)), SENSORS, IDENTITIES)


def test_a_flight_level_stands_for_a_height(tmp_path):
    level = "F4 190A 546040 20 64004000 0190"  # 100: 10,000 ft as in PLAIN
    found, _ = read_cat048(kept(tmp_path, block(level, PLAIN)), SENSORS, IDENTITIES)
    assert found.elevation_rad[0] == found.elevation_rad[1]
    both = "F50108 190A 546040 20 64004000 0640 0190"  # the 3D height comes first
    found, _ = read_cat048(kept(tmp_path, block(both, PLAIN)), SENSORS, IDENTITIES)
    assert found.elevation_rad[0] == found.elevation_rad[1]


def test_doubtful_and_unweighted_doppler_count_as_absent(tmp_path):
    doubtful = CLOSING.replace("800385", "808385")
    of_south = CLOSING.replace("190B", "190A")
    found, _ = read_cat048(kept(tmp_path, block(CLOSING, doubtful, of_south)), SENSORS, IDENTITIES)
    np.testing.assert_array_equal(found.range_rate_mps, [-123.0, math.nan, math.nan])


def test_a_target_overhead_is_kept_in_spite_of_rounding(tmp_path):
    plots = by_hand()._replace(range_m=np.array([9_003.0, 8_997.0]), elevation_rad=np.full(2, 0.5 * math.pi))
    path = tmp_path / "out.ast"
    write_cat048(path, plots, SENSORS, IDENTITIES)
    found, left_out = read_cat048(path, SENSORS, IDENTITIES)
    assert left_out == {}
    assert found.elevation_rad.min() > math.radians(85.0)


def test_thousands_of_blocks_are_read(tmp_path):
    seen = []
    path = kept(tmp_path, block(PLAIN) * 3_000)
    found, _ = read_cat048(path, SENSORS, IDENTITIES, lambda done, total, text: seen.append((done, total)))
    assert len(found.time_s) == 3_000
    assert seen[-1] == (path.stat().st_size,) * 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (block(PLAIN)[:-1], "data block at byte 0 is damaged or cut short"),
        (block(PLAIN) + b"\x30", "data block at byte 18 is damaged or cut short"),
        (block(PLAIN) + b"\x30\x00\x03", "data block at byte 18 is damaged or cut short: length 3"),
        (block(PLAIN, PLAIN[:-4]), "data block at byte 0 holds a damaged record"),
        (block("FF FF FF FF"), "data block at byte 0 holds a damaged record"),
        (b"\xd4\xc3\xb2\xa1" + bytes(20), "is a packet capture"),
        (b"time_s,sensor,range_m", "data block at byte 0 is damaged or cut short"),
        (block(PLAIN.replace("190A", "190C")), "a report comes from SAC 25, SIC 12, which is no sensor of SENSORS"),
    ],
)
def test_damage_is_a_sentence(tmp_path, content, sentence):
    path = kept(tmp_path, content)
    with pytest.raises(RecordingError) as caught:
        read_cat048(path, SENSORS, IDENTITIES)
    assert str(caught.value).startswith(f"{path}: {sentence}")
    assert caught.value.hint


@given(content=st.binary(max_size=60), place=st.integers(0, 36))
@example(content=b"", place=3)
def test_no_bytes_lead_to_anything_but_plots_or_a_sentence(tmp_path_factory, content, place):
    whole = block(PLAIN, CLOSING)
    spoilt = whole[:place] + content + whole[place + len(content) :]
    path = kept(tmp_path_factory.getbasetemp(), spoilt)
    with suppress(RecordingError):
        found, _ = read_cat048(path, SENSORS, IDENTITIES)
        assert all(np.isfinite(values).all() for values in found[:5])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"range_m": np.array([1e4, 480e3])}, "row 1: range_m does not fit"),
        ({"elevation_rad": np.array([1.0, 0.1])}, "row 0: height does not fit"),
        ({"range_rate_mps": np.array([math.nan, 600.0])}, "row 1: range_rate_mps does not fit"),
    ],
)
def test_what_the_category_cannot_hold_is_refused(tmp_path, change, sentence):
    with pytest.raises(RecordingError, match=sentence):
        write_cat048(tmp_path / "out.ast", by_hand()._replace(**change), SENSORS, IDENTITIES)
    with pytest.raises(RecordingError, match="sensor 'north' has no SAC and SIC"):
        write_cat048(tmp_path / "out.ast", by_hand(), SENSORS, {(25, 10): "south"})
    assert list(tmp_path.iterdir()) == []
