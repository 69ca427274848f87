"""Tracks of recorded plots: the policy scan by scan, several sensors, and what must not change the result."""

import math

import numpy as np
import pytest

from openiamd.errors import UsageError
from openiamd.recordings.tables import Tracks
from openiamd.studies.track_plots import (
    Tracker,
    TrackerSettings,
    recorded_coverage,
    stream_tracks,
    track_plots,
)
from radar_scenes import ORIGIN, as_plots, chosen, flown, joined, measured, radars, seen, traffic

EVERY = [TrackerSettings(motion, association) for motion in ("cv", "imm") for association in ("gnn", "jpda", "mht")]
ONE = np.array([[4e4, 3e4, 8e3, 200.0, -50.0, 0.0]])


def one_flight(scans, hits, revisit=10.0, clutter=0.0, **kwargs):
    """Return the tracks of one flight that is seen in the scans ``hits`` alone."""
    sensors = radars(revisit=revisit, clutter=clutter)
    times = np.arange(scans) * revisit
    plots = seen(sensors, flown(ONE, times), times, np.random.default_rng(1), pd=1.0)
    return track_plots(chosen(plots, list(hits)), sensors, TrackerSettings(**kwargs)), sensors


def same(left: Tracks, right: Tracks):
    return all((a == b).all() and a.dtype == b.dtype for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize("confirm", [1, 2, 3, 5])
def test_confirmed_at_the_mth_update(confirm):
    tracks, _ = one_flight(6, range(6), confirm=confirm)
    assert tracks.confirmed.tolist() == [update >= confirm for update in range(1, 7)]
    assert tracks.plot.tolist() == list(range(6))


@pytest.mark.parametrize(("drop", "gap"), [(1, 1), (2, 1), (2, 2), (3, 2), (3, 3)])
def test_tentative_tracks_drop_at_the_kth_consecutive_miss(drop, gap):
    tracks, _ = one_flight(3 + gap, [0, 1, 2 + gap], drop_tentative=drop, confirm=9)
    assert len(set(tracks.track_number.tolist())) == (1 if gap < drop else 2)
    assert tracks.coasted.sum() == min(gap, drop - 1)


@pytest.mark.parametrize(("drop", "gap"), [(1, 1), (4, 3), (4, 4), (2, 5)])
def test_confirmed_tracks_drop_at_the_kth_consecutive_miss(drop, gap):
    tracks, _ = one_flight(4 + gap, [0, 1, 2, 3 + gap], drop_confirmed=drop)
    assert len(set(tracks.track_number.tolist())) == (1 if gap < drop else 2)
    assert tracks.coasted.sum() == min(gap, drop - 1)


def test_misses_count_only_in_a_row():
    tracks, _ = one_flight(12, [0, 1, 2, 5, 8, 11])
    assert set(tracks.track_number.tolist()) == {1}
    assert tracks.coasted.sum() == 6


def test_empty_scans_coast_at_their_start():
    tracks, _ = one_flight(7, [0, 1, 2, 6], motion="cv")
    np.testing.assert_allclose(tracks.time_s, np.arange(7) * 10.0)
    assert tracks.coasted.tolist() == [False] * 3 + [True] * 3 + [False]
    assert (tracks.plot[tracks.coasted] == -1).all()
    np.testing.assert_allclose(tracks.state[3:6, :3], tracks.state[2, :3] + np.outer([10, 20, 30], tracks.state[2, 3:]))
    assert (np.diff(np.einsum("kii->k", tracks.covariance)[2:6]) > 0.0).all()


def test_each_track_is_brought_to_its_plots_own_time():
    """A turning antenna: plots of one scan up to 10 s apart. The states equal those of plots without scans."""
    draw, sensors = np.random.default_rng(2), radars(clutter=0.0)
    start = np.concatenate([ONE, [[-5e4, 2e4, 6e3, 150.0, 150.0, 0.0]], [[4.3e4, 3.3e4, 8e3, 200.0, -50.0, 0.0]]])
    rows = []
    for scan in range(12):
        for state in start:
            time_s = scan * 10.0
            for _ in range(3):
                azimuth = measured(sensors, 0, state[:3] + time_s * state[3:])[1]
                time_s = scan * 10.0 + 10.0 * azimuth / (2.0 * math.pi)
            values = measured(sensors, 0, state[:3] + time_s * state[3:]) + draw.normal(size=3) * [50.0, 0.0035, 0.0035]
            rows.append([time_s, 0, *values, math.nan])
    for settings in EVERY:
        tracks = track_plots(as_plots(rows), sensors, settings)
        assert sorted(set(tracks.track_number.tolist())) == [1, 2, 3]
        assert not tracks.coasted.any()
        np.testing.assert_array_equal(tracks.time_s, np.array(rows)[tracks.plot, 0])
        last = tracks.time_s >= 110.0
        truth = start[tracks.plot[last] % 3]
        error = tracks.state[last, :3] - truth[:, :3] - tracks.time_s[last, None] * truth[:, 3:]
        assert np.linalg.norm(error, axis=1).max() < 400.0


@pytest.mark.parametrize("settings", EVERY)
def test_the_order_of_plots_changes_nothing(settings):
    sensors, plots, _ = traffic(3, clutter=20.0)
    order = np.random.default_rng(4).permutation(len(plots.time_s))
    straight, mixed = track_plots(plots, sensors, settings), track_plots(chosen(plots, order), sensors, settings)
    mixed = mixed._replace(plot=np.where(mixed.plot >= 0, np.append(order, -1)[mixed.plot], -1))
    assert same(straight, mixed)


@pytest.mark.parametrize("settings", EVERY)
def test_scans_one_by_one_give_the_same_rows(settings):
    sensors, plots, _ = traffic(5, clutter=10.0)
    whole, parts = track_plots(plots, sensors, settings), list(stream_tracks(plots, sensors, settings))
    assert len(parts) == 20
    assert same(whole, Tracks(*(np.concatenate(column) for column in zip(*parts, strict=True))))
    tracker = Tracker(sensors, recorded_coverage(plots, sensors), settings)
    mine = [np.flatnonzero(np.round(plots.time_s / 10.0) == scan) for scan in range(20)]
    every = [tracker.scan(scan * 10.0, 0, chosen(plots, mine[scan])) for scan in range(20)] + tracker.finish()
    assert [len(found.time_s) for found in every[: tracker.lag_scans]] == [0] * tracker.lag_scans
    for scan, found in enumerate(every[tracker.lag_scans :]):
        part = found._replace(plot=np.where(found.plot >= 0, np.append(mine[scan], -1)[found.plot], -1))
        assert same(part, parts[scan])


@pytest.mark.parametrize("settings", EVERY[:4])
def test_turning_the_scene_turns_the_tracks(settings):
    sensors, plots, _ = traffic(6, clutter=10.0)
    angle = 1.234
    turned = plots._replace(azimuth_rad=np.mod(plots.azimuth_rad + angle, 2.0 * math.pi))
    straight, other = track_plots(plots, sensors, settings), track_plots(turned, sensors, settings)
    rotation = np.array([[math.cos(angle), math.sin(angle), 0], [-math.sin(angle), math.cos(angle), 0], [0, 0, 1.0]])
    both = np.kron(np.eye(2), rotation)
    assert (straight.plot == other.plot).all()
    np.testing.assert_allclose(straight.state @ both.T, other.state, atol=1e-5)
    np.testing.assert_allclose(both @ straight.covariance @ both.T, other.covariance, rtol=1e-6, atol=1e-2)


def test_more_detections_never_lower_completeness_on_average():
    found = []
    for pd in (0.5, 0.7, 0.9, 1.0):
        complete = 0
        for seed in range(8):
            sensors, plots, _ = traffic(100 + seed, pd=pd)
            complete += track_plots(plots, sensors).confirmed.sum()
        found.append(complete)
    assert found == sorted(found)
    assert found[-1] > 1.3 * found[0]


@pytest.mark.parametrize("settings", EVERY)
def test_two_radars_far_apart_follow_one_object(settings):
    sensors = radars(ORIGIN, (49.2, 3.5, 50.0), clutter=0.0, revisit=4.0)
    draw, flight = np.random.default_rng(7), np.array([[5e4, 6e4, 9e3, 150.0, 100.0, 0.0]])
    first, second = np.arange(25) * 4.0, np.arange(25) * 4.0 + 2.0
    plots = joined(
        seen(sensors, flown(flight, first), first, draw, 0, pd=1.0),
        seen(sensors, flown(flight, second), second, draw, 1, pd=1.0),
    )
    tracks = track_plots(plots, sensors, settings)
    assert set(tracks.track_number.tolist()) == {1}
    assert not tracks.coasted.any()
    error = tracks.state - np.concatenate([flown(flight, tracks.time_s)[:, 0], np.repeat(flight[:, 3:], 50, 0)], 1)
    assert np.linalg.norm(error[20:, :3], axis=1).mean() < 200.0
    nees = np.einsum("ki,kij,kj->k", error, np.linalg.inv(tracks.covariance), error)[5:]
    assert nees.mean() < 12.0


def test_a_track_lives_on_where_one_radar_no_longer_sees_it():
    sensors = radars(ORIGIN, (49.2, 3.5, 50.0), clutter=0.0, revisit=4.0)
    draw, times = np.random.default_rng(8), np.arange(30) * 4.0
    places = flown(ONE, times)
    near = seen(sensors, places, times, draw, 0, pd=1.0)
    far = seen(sensors, places[:8], times[:8], draw, 1, pd=1.0)
    elsewhere = seen(sensors, flown(-ONE, times), times, draw, 1, pd=1.0)
    tracks = track_plots(joined(near, far, elsewhere), sensors)
    mine = tracks.track_number == tracks.track_number[tracks.plot == 0][0]
    assert tracks.time_s[mine].max() == times[-1]
    assert len(set(tracks.track_number[tracks.confirmed].tolist())) == 2


def test_objects_leave_when_every_radar_has_missed_them():
    sensors = radars(ORIGIN, (49.2, 3.5, 50.0), clutter=0.0, revisit=4.0)
    draw, times = np.random.default_rng(9), np.arange(30) * 4.0
    parts = [seen(sensors, flown(ONE, times)[:10], times[:10], draw, sensor, pd=1.0) for sensor in (0, 1)]
    parts += [seen(sensors, flown(-ONE, times), times, draw, sensor, pd=1.0) for sensor in (0, 1)]
    tracks = track_plots(joined(*parts), sensors)
    mine = tracks.track_number == tracks.track_number[tracks.plot == 0][0]
    assert tracks.time_s[mine].max() == times[9] + 4 * 4.0  # the first radar's fourth miss; the second's is its last


@pytest.mark.parametrize("clutter", [20.0, 200.0])
def test_false_plots_alone_confirm_no_more_than_the_bound(clutter):
    """Wald 1945: at most 0.01 a scan; 300 scans give 3 on average, and 8 or more once in 80 times."""
    confirmed = 0
    for seed in range(3):
        draw, sensors = np.random.default_rng(seed), radars(clutter=clutter)
        plots = seen(sensors, np.zeros((100, 0, 3)), np.arange(100) * 10.0, draw)
        tracks = track_plots(plots, sensors)
        confirmed += len(set(tracks.track_number[tracks.confirmed].tolist()))
    assert confirmed < 8


EDGES = [(90.0, 0.0, 0.0), (-90.0, 17.0, 2_800.0), (0.0, 180.0, 0.0), (10.0, -179.9999, 0.0)]


@pytest.mark.parametrize("place", EDGES)
@pytest.mark.parametrize("settings", EVERY)
def test_extreme_plots_give_numbers(place, settings):
    sensors = radars(place, (place[0] * 0.99, 180.0, 10.0), rate=2.0)
    draw, rows = np.random.default_rng(10), []
    for scan in range(12):
        for reach in (1.0, 1.0, 30.0, 1e4, 1e6):
            for elevation in (0.0, 0.5 * math.pi, -0.5 * math.pi, 1e-9):
                azimuth = draw.choice([0.0, math.pi, 2.0 * math.pi, 1e-12])
                rate = draw.choice([math.nan, 0.0, 1e3])
                rows.append([scan * 10.0 + draw.choice([0.0, 3.0]), draw.integers(2), reach, azimuth, elevation, rate])
    tracks = track_plots(as_plots(rows), sensors, settings)
    assert np.isfinite(tracks.state).all()
    scale = np.sqrt(np.einsum("kii->ki", tracks.covariance))
    assert np.linalg.eigvalsh(tracks.covariance / scale[:, :, None] / scale[:, None, :]).min() > 0.0


def test_covariances_stay_positive_over_a_million_random_updates():
    smallest = math.inf
    for seed in range(10):
        draw, count = np.random.default_rng(seed), 100_000
        sigmas = 10.0 ** draw.uniform([0.0, -4.0, -4.0], [2.5, -1.5, -1.5])
        sensors = radars(sigmas=sigmas, rate=10.0 ** draw.uniform(-1.0, 1.0))
        plots = as_plots(np.column_stack([
            np.arange(count) * 10.0 + draw.uniform(0.0, 9.9, count) * (np.arange(count) % 2),
            np.zeros(count), 10.0 ** draw.uniform(0.0, 6.0, count), draw.uniform(0.0, 2.0 * math.pi, count),
            draw.uniform(-1.57, 1.57, count),
            np.where(draw.random(count) < 0.5, draw.normal(0.0, 300.0, count), math.nan),
        ]))  # fmt: skip
        noise = tuple(10.0 ** draw.uniform(-2.0, 2.0, 2))
        tracks = track_plots(plots, sensors, TrackerSettings(gate=1e9, process_noise=noise))
        assert (tracks.track_number == 1).all()
        assert len(tracks.time_s) == count
        scale = np.sqrt(np.einsum("kii->ki", tracks.covariance))
        shape = tracks.covariance / scale[:, :, None] / scale[:, None, :]
        smallest = min(smallest, float(np.linalg.eigvalsh(shape).min()))
    assert smallest > 0.0


def test_no_plots_give_no_tracks():
    sensors, plots, _ = traffic(11, count=1, scans=2)
    tracks = track_plots(chosen(plots, []), sensors)
    assert len(tracks.time_s) == 0
    assert tracks.covariance.shape == (0, 6, 6)


def test_progress_is_told():
    sensors, plots, _ = traffic(12, scans=130)
    told = []
    track_plots(plots, sensors, progress=lambda *words: told.append(words))
    assert told == [(64, 130, "scans"), (128, 130, "scans"), (130, 130, "scans")]


def test_crowds_that_are_too_many_for_joint_probabilities_are_counted():
    draw, sensors = np.random.default_rng(13), radars(clutter=0.0, revisit=4.0)
    start = np.tile(ONE, (40, 1))
    start[:, :3] += draw.normal(0.0, 300.0, (40, 3))
    times = np.arange(6) * 4.0
    plots = seen(sensors, flown(start, times), times, draw, pd=1.0)
    tracker = Tracker(sensors, recorded_coverage(plots, sensors), TrackerSettings(association="jpda"))
    for scan, time_s in enumerate(times):
        tracker.scan(time_s, 0, chosen(plots, np.arange(scan * 40, scan * 40 + 40)))
    assert tracker.hard_clusters > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"motion": "ca"}, "motion 'ca' is unknown"),
        ({"association": "nearest"}, "association 'nearest' is unknown"),
        ({"gate": 0.0}, "gate 0.0 is not a number above 0"),
        ({"gate": math.nan}, "gate nan is not a number above 0"),
        ({"process_noise": (1.0, -0.1)}, "process_noise (1.0, -0.1) is not two numbers above 0"),
        ({"velocity_prior": (1.0,)}, "velocity_prior (1.0,) is not two numbers above 0"),
        ({"confirm": 0}, "confirm 0 is not a whole number above 0"),
        ({"drop_tentative": 1.5}, "drop_tentative 1.5 is not a whole number above 0"),
    ],
)
def test_impossible_settings_are_refused(change, words):
    sensors, plots, _ = traffic(14, count=1, scans=2)
    with pytest.raises(UsageError, match=words.replace("(", r"\(").replace(")", r"\)")):
        track_plots(plots, sensors, TrackerSettings()._replace(**change))


def test_a_sensor_without_a_revisit_time_is_refused():
    sensors, plots, _ = traffic(15, count=1, scans=2)
    with pytest.raises(UsageError, match="sensor 'radar 0': revisit_s nan is not a time above 0"):
        track_plots(plots, sensors._replace(revisit_s=np.array([math.nan])))
