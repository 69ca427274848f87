import math

import numpy as np
import pytest

from openiamd.errors import RecordingError
from openiamd.physics.ellipsoid import azimuth_elevation_range, ecef_from_enu, enu_from_ecef
from openiamd.recordings.replay import FALSE, Coverage, covered, only, replay, states_at
from openiamd.recordings.tables import Truth
from recorded import two_sensors

SENSORS = two_sensors()
QUIET = SENSORS._replace(clutter_per_scan=np.zeros(2), detection_probability=np.ones(2))

EVERYWHERE = Coverage(0.0, 1e6, -0.5 * math.pi, 0.5 * math.pi, 1e6)


def straight(names=("one", "two", "three"), lasts_s=400.0, step_s=4.0) -> Truth:
    """Return objects in straight flight past the radars."""
    time_s = np.arange(100.0, 100.0 + lasts_s + 0.5 * step_s, step_s)
    states = []
    for row in range(len(names)):
        state = np.array([30e3 - 10e3 * row, -40e3 + 9e3 * row, 8e3 + 500.0 * row, -120.0, 180.0 - 40.0 * row, 0.0])
        away_m = state[None, 3:] * (time_s - time_s[0])[:, None]
        states.append(np.concatenate([state[None, :3] + away_m, np.repeat(state[None, 3:], len(time_s), 0)], axis=1))
    objects = np.repeat(np.arange(len(names)), len(time_s))
    return Truth(np.tile(time_s, len(names)), objects, np.concatenate(states), list(names))


def true_offsets(truth: Truth, plots, origin, sensor: int):
    """Return offsets (plot, 3) at a sensor of what its plots come from."""
    places = np.stack([SENSORS.latitude_rad, SENSORS.longitude_rad, SENSORS.height_m], axis=1).tolist()
    found = []
    for row in np.flatnonzero((plots.sensor == sensor) & (origin >= 0)):
        own = truth.object == origin[row]
        at = states_at(truth.time_s[own], truth.state[own], plots.time_s[row : row + 1])
        found.append(enu_from_ecef(ecef_from_enu(at[:, :3], *places[0]), *places[sensor])[0])
    return np.array(found)


def test_each_object_is_seen_once_a_turn_when_the_antenna_points_at_it():
    truth = straight()
    plots, origin = replay(truth, QUIET, seed=1, coverage=EVERYWHERE)
    assert (origin >= 0).all()
    assert (np.diff(plots.time_s) >= 0.0).all()
    for sensor in range(2):
        azimuth_rad = azimuth_elevation_range(true_offsets(truth, plots, origin, sensor))[0]
        turns = (plots.time_s[plots.sensor == sensor] - 100.0) / QUIET.revisit_s[sensor] - azimuth_rad / (2.0 * math.pi)
        # Where the antenna points less where the object is, in turns; linear between a 32nd of a turn.
        assert np.abs(turns - np.rint(turns)).max() < 1e-5
        for row in range(3):
            own = origin[plots.sensor == sensor] == row
            unwound = turns[own] + (azimuth_rad[own] - np.unwrap(azimuth_rad[own])) / (2.0 * math.pi)
            np.testing.assert_allclose(np.diff(unwound), 1.0, atol=1e-5)


def test_errors_have_the_stated_size():
    truth = straight([f"object {row}" for row in range(40)], lasts_s=2_000.0, step_s=100.0)
    truth = truth._replace(
        state=np.concatenate([truth.state[:, :3] * 0.3 + [0, 60e3, 9e3], truth.state[:, 3:] * 0.3], axis=1)
    )
    plots, origin = replay(truth, QUIET, seed=3)
    for sensor in range(2):
        own = plots.sensor == sensor
        azimuth_rad, elevation_rad, range_m = azimuth_elevation_range(true_offsets(truth, plots, origin, sensor))
        assert own.sum() > 5_000
        for errors, sigma in (
            (plots.range_m[own] - range_m, SENSORS.sigma_range_m[sensor]),
            (
                np.mod(plots.azimuth_rad[own] - azimuth_rad + 1.0, 2.0 * math.pi) - 1.0,
                SENSORS.sigma_azimuth_rad[sensor],
            ),
            (plots.elevation_rad[own] - elevation_rad, SENSORS.sigma_elevation_rad[sensor]),
        ):
            assert np.std(errors) == pytest.approx(sigma, rel=0.04)
            assert abs(np.mean(errors)) < 4.0 * sigma / math.sqrt(own.sum())


def test_range_rate_is_the_slope_of_range():
    truth = straight()
    plots, origin = replay(truth, QUIET._replace(sigma_range_rate_mps=np.array([np.nan, 1e-9])), seed=1)
    assert np.isnan(plots.range_rate_mps[plots.sensor == 0]).all()
    own = plots.sensor == 1
    before, after = (
        np.linalg.norm(true_offsets(truth, plots._replace(time_s=plots.time_s + shift), origin, 1), axis=1)
        for shift in (-0.01, 0.01)
    )
    inner = (plots.time_s[own] > 101.0) & (plots.time_s[own] < 499.0)
    np.testing.assert_allclose(plots.range_rate_mps[own][inner], ((after - before) / 0.02)[inner], atol=1e-3)


def test_detection_and_clutter_have_the_stated_rate():
    truth = straight([f"object {row}" for row in range(30)], lasts_s=1_000.0, step_s=50.0)
    truth = truth._replace(
        state=np.concatenate([truth.state[:, :3] * 0.3 + [0, 60e3, 9e3], truth.state[:, 3:] * 0.1], axis=1)
    )
    every, _ = replay(truth, QUIET, seed=5)
    plots, origin = replay(truth, SENSORS, seed=5)
    for sensor, probability in enumerate((0.9, 0.85)):
        looks = (every.sensor == sensor).sum()
        seen = ((plots.sensor == sensor) & (origin >= 0)).sum()
        assert seen / looks == pytest.approx(probability, abs=4.0 * math.sqrt(0.1 / looks))
    false = origin == FALSE
    assert (plots.sensor[false] == 0).all()
    assert false.sum() == pytest.approx(10.0 * 250.0, rel=0.08)
    coverage = Coverage()
    assert plots.range_m[false].min() > coverage.minimum_range_m
    assert plots.range_m[false].max() < coverage.maximum_range_m
    assert (plots.range_m[false] * np.sin(plots.elevation_rad[false])).max() < coverage.maximum_rise_m
    turns = np.mod((plots.time_s[false] - 100.0) / 4.0 - plots.azimuth_rad[false] / (2.0 * math.pi) + 0.5, 1.0) - 0.5
    assert np.abs(turns).max() < 1e-9


def test_an_added_object_or_sensor_changes_no_other_plot():
    few, origin = replay(straight(("one", "two")), SENSORS, seed=2)
    more, origins = replay(straight(("one", "two", "three")), SENSORS, seed=2)
    for values, others in zip(few, more, strict=True):
        np.testing.assert_array_equal(values, others[origins != 2])
    alone = type(SENSORS)(SENSORS.name[:1], *(values[:1] for values in SENSORS[1:]))
    single, _ = replay(straight(("one", "two")), alone, seed=2)
    np.testing.assert_array_equal(single.range_m, few.range_m[few.sensor == 0])
    assert not np.array_equal(replay(straight(("one", "two")), SENSORS, seed=3)[0].range_m[:5], few.range_m[:5])
    assert set(origin) == {FALSE, 0, 1}


def test_nothing_is_seen_outside_coverage():
    truth = straight()
    coverage = Coverage(maximum_range_m=60_000.0)
    plots, origin = replay(truth, QUIET, seed=1, coverage=coverage)
    found = covered(truth, QUIET, coverage)
    assert found.shape == (len(truth.time_s), 2)
    assert 0 < found.any(axis=1).sum() < len(found)
    for sensor in range(2):
        assert azimuth_elevation_range(true_offsets(truth, plots, origin, sensor))[2].max() <= 60_000.0
    nowhere = Coverage(maximum_range_m=2_001.0)
    assert len(replay(truth, QUIET, seed=1, coverage=nowhere)[1]) == 0


def test_states_between_rows_follow_a_cubic():
    time_s = np.array([0.0, 3.0, 10.0])
    position = np.stack([time_s**3, 2.0 * time_s**2, 5.0 - time_s], axis=1)
    velocity = np.stack([3.0 * time_s**2, 4.0 * time_s, -np.ones(3)], axis=1)
    at_s = np.linspace(0.0, 10.0, 23)
    found = states_at(time_s, np.concatenate([position, velocity], axis=1), at_s)
    expected = np.stack([at_s**3, 2.0 * at_s**2, 5.0 - at_s, 3.0 * at_s**2, 4.0 * at_s, -np.ones(23)], axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_truth_must_be_in_order():
    truth = straight()
    with pytest.raises(RecordingError, match="object 'one': its rows are not in order of time"):
        replay(truth._replace(time_s=truth.time_s[::-1]), SENSORS, seed=1)
    with pytest.raises(RecordingError, match="share a name"):
        replay(truth._replace(names=["one", "two", "south"]), SENSORS, seed=1)


def test_an_interrupted_object_goes_on_as_another():
    truth = straight(("one", "two"), lasts_s=36.0)  # 10 rows each
    rows = np.ones(20, bool)
    rows[[0, 3, 4, 9, 12]] = False
    part = only(truth, rows)
    assert part.names == ["one", "one/2", "two", "two/2"]
    assert part.object.tolist() == [0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 3]
    np.testing.assert_array_equal(part.state, truth.state[rows])
    np.testing.assert_array_equal(only(truth, np.ones(20, bool)).object, truth.object)
    assert only(truth, np.ones(20, bool)).names == ["one", "two"]
