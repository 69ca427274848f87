import gzip
import json
import math

import numpy as np
import pyproj
import pytest

from openiamd.errors import RecordingError
from openiamd.recordings.adsb import Rules, read_adsb, smoothed
from recorded import two_sensors

SENSORS = two_sensors()
MIDNIGHT_MS = 1_633_564_800_000  # 2021-10-07
ALTITUDE_FT = 30_000.0


def flight(icao24="abc123", first_s=43_200, count=200, speed_deg=0.002, **others):
    return [
        {
            "timestamp": MIDNIGHT_MS + 1000 * (first_s + row), "icao24": icao24, "latitude": 48.0 + speed_deg * row,
            "longitude": 2.0, "altitude": ALTITUDE_FT, "onground": False, **others,
        }
        for row in range(count)
    ]  # fmt: skip


def kept(folder, records, name="flights.json.gz"):
    path = folder / name
    text = json.dumps(records).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


def dropped(fate):
    return {rule: count for rule, count in fate.items() if count and rule not in ("read", "kept")}


def test_a_clean_flight_is_kept_whole(tmp_path):
    truth, fate = read_adsb(kept(tmp_path, flight()), SENSORS)
    assert (fate["read"], fate["kept"], dropped(fate)) == (200, 200, {})
    assert truth.names == ["abc123"]
    np.testing.assert_array_equal(truth.time_s, np.arange(43_200.0, 43_400.0))
    topocentric = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=cart +ellps=WGS84 "
        "+step +proj=topocentric +ellps=WGS84 +lat_0=48.7 +lon_0=2.4 +h_0=120"
    )
    latitude = np.radians(48.0 + 0.002 * np.arange(200))
    expected = topocentric.transform(
        np.full(200, math.radians(2.0)), latitude, np.full(200, 0.3048 * ALTITUDE_FT), radians=True
    )
    np.testing.assert_allclose(truth.state[:, :3], np.transpose(expected), atol=0.01)
    np.testing.assert_allclose(np.linalg.norm(truth.state[:, 3:], axis=1), 222.7, atol=0.5)


def test_plain_json_and_any_order_will_do(tmp_path):
    records = flight()
    truth, _ = read_adsb(kept(tmp_path, records), SENSORS)
    again, _ = read_adsb(kept(tmp_path, records[::-1], "flights.json"), SENSORS)
    np.testing.assert_allclose(again.state, truth.state)


def test_every_rule_counts_what_it_drops(tmp_path):
    records = flight(count=400)
    records[10]["altitude"] = None
    records[11]["latitude"] = None
    records[20]["onground"] = True
    records.append(dict(records[30]))
    records[41] |= {key: records[40][key] for key in ("latitude", "longitude")}
    records[50]["altitude"] = 123_100.0
    records[60]["altitude"] = ALTITUDE_FT + 1_000.0
    records[70]["longitude"] = 2.1
    records += flight("short1", count=15)
    _, fate = read_adsb(kept(tmp_path, records), SENSORS)
    assert dropped(fate) == {
        "without position or altitude": 2,
        "on the ground": 1,
        "of the same aircraft and time": 1,
        "with the position of the report before": 1,
        "at an altitude that nothing civil flies at": 1,
        "with a spike in altitude": 1,
        "at a place that cannot be reached": 1,
        "of a flight too short to count": 15,
    }
    assert fate["read"] == 416 == fate["kept"] + sum(dropped(fate).values())


def test_silence_and_a_jump_end_a_flight(tmp_path):
    records = flight(count=300)
    for record in records[200:]:
        record["longitude"] = 3.0  # 70 km aside, for good
    records += flight("def456", count=100) + flight("def456", first_s=44_000, count=100)
    truth, fate = read_adsb(kept(tmp_path, records), SENSORS)
    assert truth.names == ["abc123", "abc123-2", "def456", "def456-2"]
    assert dropped(fate) == {}
    assert np.linalg.norm(truth.state[:, 3:], axis=1).max() < 230.0


def test_steady_climb_is_no_spike(tmp_path):
    records = flight()
    for row, record in enumerate(records):
        record["altitude"] = 5_000.0 + 100.0 * row  # 6,000 ft a minute
    truth, fate = read_adsb(kept(tmp_path, records), SENSORS)
    assert dropped(fate) == {}
    assert np.linalg.norm(truth.state[100, 3:]) == pytest.approx(math.hypot(222.7, 30.48), abs=0.5)


def test_rounded_times_leave_little_trace(tmp_path):
    """Positions from anywhere within their second, as real ones are: 64 m of jitter become about 20."""
    late_s = np.random.default_rng(1).uniform(-0.5, 0.5, 200)
    records = flight()
    for row, record in enumerate(records):
        record["latitude"] = 48.0 + 0.002 * (row + late_s[row])
    truth, _ = read_adsb(kept(tmp_path, records), SENSORS)
    clean, _ = read_adsb(kept(tmp_path, flight()), SENSORS)
    inner = slice(10, -10)
    assert np.std(222.7 * late_s) > 60.0
    assert np.linalg.norm((truth.state - clean.state)[inner, :3], axis=1).max() < 80.0
    assert np.sqrt(np.mean(np.sum((truth.state - clean.state)[inner, :3] ** 2, axis=1))) < 25.0
    assert np.abs((truth.state - clean.state)[inner, 3:]).max() < 12.0


def test_a_turn_is_bent_by_less_than_two_metres():
    """Standard rate at 100 m/s: the docstring's bounds."""
    time_s = np.arange(0.0, 121.0)
    turn = math.radians(3.0)

    def circle(at_s):
        radius_m = 100.0 / turn
        return np.stack([radius_m * np.sin(turn * at_s), radius_m * np.cos(turn * at_s), 0.0 * at_s], axis=1)

    at_s = np.linspace(15.0, 105.0, 181)
    found = smoothed(time_s, circle(time_s), at_s)
    assert np.linalg.norm(found[:, :3] - circle(at_s), axis=1).max() < 2.0
    velocity_mps = (circle(at_s + 1e-4) - circle(at_s - 1e-4)) / 2e-4
    assert np.linalg.norm(found[:, 3:] - velocity_mps, axis=1).max() < 3.0


def test_a_parabola_is_met_exactly():
    time_s = np.sort(np.random.default_rng(2).uniform(0.0, 60.0, 50))
    position_m = np.stack([1e5 + 3.0 * time_s - 0.2 * time_s**2, 5.0 * time_s, 1e4 + 0.0 * time_s], axis=1)
    at_s = np.linspace(time_s[0], time_s[-1], 40)
    found = smoothed(time_s, position_m, at_s)
    expected = np.stack([1e5 + 3.0 * at_s - 0.2 * at_s**2, 5.0 * at_s, 1e4 + 0.0 * at_s], axis=1)
    np.testing.assert_allclose(found[:, :3], expected, atol=1e-6)
    np.testing.assert_allclose(found[:, 3], 3.0 - 0.4 * at_s, atol=1e-6)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"not json", "cannot be read as JSON"),
        (gzip.compress(b"[]")[:-6], "cannot be read as JSON"),
        (b"[]", "is no list of records"),
        (b'{"a": 1}', "is no list of records"),
        (b'[{"icao24": "a"}]', "record 0 is not as expected: KeyError('timestamp')"),
        (json.dumps(flight(count=5)).encode(), "holds no flight: 5 read, 5 of a flight too short to count"),
    ],
)
def test_complaints_are_sentences(tmp_path, content, sentence):
    path = tmp_path / "flights.json"
    path.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        read_adsb(path, SENSORS)
    assert str(caught.value).startswith(f"{path}: {sentence}")
    assert caught.value.hint


def test_the_flights_over_paris(reference_data):
    """Real reports: 213 aircraft, 284,505 rows; what is dropped adds up, what is left flies as aircraft do."""
    truth, fate = read_adsb(reference_data / "adsb" / "paris_2021-10-07.json.gz", SENSORS)
    assert fate["read"] == 284_505 == fate["kept"] + sum(dropped(fate).values())
    assert fate["kept"] > 0.99 * (fate["read"] - sum(list(fate.values())[1:5]))
    assert len({name.partition("-")[0] for name in truth.names}) > 200
    assert np.isfinite(truth.state).all()
    assert np.linalg.norm(truth.state[:, 3:], axis=1).max() < Rules().speed_mps
    one = np.diff(truth.object) == 0
    assert (np.diff(truth.time_s)[one] == 1.0).all()
    lateral_mps2 = np.linalg.norm(np.diff(truth.state[:, 3:], axis=0), axis=1)[one]
    assert np.percentile(lateral_mps2, 99.9) < 9.81
