"""Several hypotheses: what they decide later and better, and what they must not change."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from openiamd.estimation.forest import KEPT, MEMORY_SCANS
from openiamd.recordings.tables import Tracks
from openiamd.studies.track_plots import Tracker, TrackerSettings, recorded_coverage, stream_tracks, track_plots
from radar_scenes import chosen, flown, joined, radars, seen

TWIN = Path(__file__).resolve().parents[2] / "benchmarks" / "tracking" / "twin_hypotheses.py"
GNN, JPDA, MHT = (TrackerSettings(association=name) for name in ("gnn", "jpda", "mht"))


def recorded(seed: int, start, scans: int, clutter: float = 0.01, **kwargs):
    """Return sensors, plots every 4 s, and each plot's flight (-1: false)."""
    draw, sensors = np.random.default_rng(seed), radars(clutter=clutter, revisit=4.0, **kwargs)
    times = np.arange(scans) * 4.0
    quiet = sensors._replace(clutter_per_scan=np.zeros(1))
    parts = [seen(quiet, flown(one, times), times, draw) for one in start]
    parts.append(seen(sensors, np.zeros((scans, 0, 3)), times, draw))
    owner = np.repeat([*range(len(start)), -1], [len(part.time_s) for part in parts])
    return sensors, joined(*parts), owner


def crossing(seed: int, scans: int = 40):
    """Return a recording of two flights that cross at 60 km, side by side for a minute."""
    middle_s = 4.0 * (scans - 1) / 2.0
    velocity = np.array([[20.0, 200.0, 0.0], [-20.0, 200.0, 0.0]])
    return recorded(seed, np.concatenate([[0.0, 60e3, 8e3] - middle_s * velocity, velocity], axis=1), scans)


def abreast(seed: int, scans: int = 40, clutter: float = 20.0):
    """Return a recording of two formations of four ships 900 m apart, at 65 km, seen with errors of 230 m across."""
    start = np.tile([0.0, 65e3, 8e3, 20.0, 200.0, 0.0], (8, 1))
    start[:, 0] += 900.0 * np.arange(8) + 6e4 * (np.arange(8) > 3)
    return recorded(seed, start, scans, clutter=clutter)


def has_swapped(tracks: Tracks, flight) -> bool:
    """Tell whether a track begins on one flight and ends on the other."""
    swapped = False
    for number in np.unique(tracks.track_number[tracks.confirmed]):
        own = flight[tracks.plot[(tracks.track_number == number) & (tracks.plot >= 0)]]
        if len(own) > 20:
            swapped |= round(own[:8].mean()) != round(own[-8:].mean())
    return swapped


def purity(tracks: Tracks, flight) -> float:
    """Return the part of the plots of confirmed tracks that come from each track's most frequent flight."""
    rows = tracks.confirmed & (tracks.plot >= 0)
    pure = sum(
        np.bincount(flight[tracks.plot[rows & (tracks.track_number == number)]] + 1)[1:].max(initial=0)
        for number in np.unique(tracks.track_number[rows])
    )
    return pure / rows.sum()


def histories(tracks: Tracks, last_s: float) -> set[tuple[int, ...]]:
    """Return the plots of each track that lives at ``last_s``."""
    living = tracks.track_number[tracks.time_s >= last_s - 1e-6]
    return {tuple(tracks.plot[tracks.track_number == number].tolist()) for number in living}


def checked(tracks: Tracks) -> Tracks:
    """Return the tracks, each of whose scans has each number and each plot at most once, in the order of numbers."""
    scan = np.floor(tracks.time_s / 4.0 + 1e-6)
    assert (np.diff(scan) >= 0.0).all()
    assert (np.diff(tracks.track_number)[np.diff(scan) == 0.0] > 0).all()
    used = tracks.plot[tracks.plot >= 0]
    assert len(np.unique(used)) == len(used)
    return tracks


def test_a_crossing_is_told_by_what_comes_after_it():
    """Nearest neighbours take the plots as they come; some scans later the same plots tell more."""
    counts = []
    for settings in (GNN, MHT):
        swapped = 0
        for seed in range(100):
            sensors, plots, flight = crossing(seed)
            swapped += has_swapped(checked(track_plots(plots, sensors, settings)), flight)
        counts.append(swapped)
    assert counts[0] >= 3
    assert counts[1] <= 1


@pytest.mark.parametrize("scans", [3, 5, 6])
def test_the_twin_in_plain_numpy_finds_the_same_histories(scans, monkeypatch):
    """Before much is settled: the twin keeps hypotheses that have other pasts than the rows that are written."""
    specification = importlib.util.spec_from_file_location("twin_of_hypotheses", TWIN)
    assert specification is not None
    assert specification.loader is not None
    twins = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(twins)
    monkeypatch.setattr(twins, "MEMORY_SCANS", MEMORY_SCANS + 1)  # with this scan
    monkeypatch.setattr(twins, "with_final_plots", lambda _, final: final)
    as_nearest = 0
    for seed in range(12):
        sensors, plots, _ = abreast(seed, scans, clutter=5.0)
        plots = chosen(plots, np.lexsort((plots.range_m, plots.time_s)))
        final = twins.track_plots(plots, sensors, twins.twin.Policy(), KEPT, True)
        wanted = {past for scan, past in final.values() if scan == scans - 1}
        last_s = 4.0 * (scans - 1)
        assert histories(track_plots(plots, sensors, MHT), last_s) == wanted
        as_nearest += histories(track_plots(plots, sensors, GNN), last_s) == wanted
    assert as_nearest < 8


def test_tracks_of_a_formation_stay_with_their_ships():
    found = np.zeros((3, 30))
    for seed in range(30):
        sensors, plots, ship = abreast(seed)
        for place, settings in enumerate((GNN, JPDA, MHT)):
            found[place, seed] = purity(checked(track_plots(plots, sensors, settings)), ship)
    assert found[2].mean() > found[0].mean() + 0.03
    assert found[2].mean() > found[1].mean() + 0.01


def test_flights_far_apart_get_the_rows_of_nearest_neighbours():
    """289 flights: also the tables grow. Numbers have gaps where a hypothesis that was dropped had begun a track."""
    place = np.stack(np.meshgrid(np.arange(17), np.arange(17)), -1).reshape(-1, 2) * 15e3 - 12e4
    start = np.column_stack([place, np.full((289, 1), 8e3), np.tile([150.0, 100.0, 0.0], (289, 1))])
    sensors, plots, _ = recorded(1, start, 12, pd=0.9)
    one, several = (track_plots(plots, sensors, settings._replace(gate=6.0)) for settings in (GNN, MHT))
    assert len(one.time_s) == len(several.time_s)
    names = {}
    for rows in (one, several):
        first = [int(rows.plot[rows.track_number == number][0]) for number in rows.track_number]
        names[id(rows)] = np.lexsort((np.array(first), rows.time_s))
    for left, right, name in zip(one, several, Tracks._fields, strict=True):
        if name != "track_number":
            np.testing.assert_array_equal(left[names[id(one)]], right[names[id(several)]])


def test_rows_come_six_scans_later():
    sensors, plots, _ = abreast(3, scans=11)
    tracker = Tracker(sensors, recorded_coverage(plots, sensors), MHT)
    assert tracker.lag_scans == MEMORY_SCANS == 6
    found = [
        tracker.scan(4.0 * scan, 0, chosen(plots, np.flatnonzero(np.round(plots.time_s / 4.0) == scan)))
        for scan in range(11)
    ]
    assert [sorted(set(rows.time_s.tolist())) for rows in found] == [[]] * 6 + [[4.0 * scan] for scan in range(5)]
    assert [sorted(set(rows.time_s.tolist())) for rows in tracker.finish()] == [[4.0 * scan] for scan in range(5, 11)]


@pytest.mark.parametrize("scans", [0, 1, 2, 6, 7, 8])
def test_short_recordings(scans):
    sensors, plots, _ = abreast(4, scans=8, clutter=3.0)
    plots = chosen(plots, plots.time_s < 4.0 * scans)
    parts = list(stream_tracks(plots, sensors, MHT))
    assert len(parts) == scans
    whole = checked(track_plots(plots, sensors, MHT))
    assert sum(len(part.time_s) for part in parts) == len(whole.time_s)
    assert set(whole.plot[whole.plot >= 0].tolist()) == set(range(len(plots.time_s)))


@pytest.mark.parametrize("motion", ["cv", "imm"])
def test_crowds_get_one_hypothesis_and_are_counted(motion):
    draw = np.random.default_rng(13)
    start = np.tile([4e4, 3e4, 8e3, 200.0, -50.0, 0.0], (150, 1))
    start[:, :3] += draw.normal(0.0, 300.0, (150, 3))
    sensors, plots, _ = recorded(5, start, 6)
    tracker = Tracker(sensors, recorded_coverage(plots, sensors), MHT._replace(motion=motion))
    for scan in range(6):
        mine = chosen(plots, np.flatnonzero(np.round(plots.time_s / 4.0) == scan))
        assert np.isfinite(tracker.scan(4.0 * scan, 0, mine).state).all()
    assert tracker.hard_clusters >= 5
    assert all(100 < len(rows.time_s) < 300 for rows in tracker.finish())


def test_a_new_target_costs_more_where_false_plots_are_many():
    """A false plot after a lost one must not end a track that goes on: with much clutter fewer tracks begin twice."""
    start = np.array([[0.0, 60e3, 8e3, 20.0, 200.0, 0.0]])
    for seed in range(20):
        sensors, plots, owner = recorded(seed, start, 30, clutter=50.0, pd=0.7)
        tracks = checked(track_plots(plots, sensors, MHT))
        own = tracks.confirmed & (tracks.plot >= 0)
        own[own] = owner[tracks.plot[own]] == 0
        assert len(set(tracks.track_number[own].tolist())) <= 2


def test_false_plots_alone_confirm_no_more_than_the_bound():
    """Wald 1945: at most 0.01 a scan; 300 scans give 3 on average, and 8 or more once in 80 times."""
    confirmed = 0
    for seed in range(3):
        draw, sensors = np.random.default_rng(seed), radars(clutter=50.0)
        plots = seen(sensors, np.zeros((100, 0, 3)), np.arange(100) * 10.0, draw)
        tracks = track_plots(plots, sensors, MHT)
        confirmed += len(set(tracks.track_number[tracks.confirmed].tolist()))
    assert confirmed < 8


def test_plots_without_an_end_in_sight():
    """Gates without bounds: every plot is in the gate of every track."""
    sensors, plots, _ = abreast(6, scans=10, clutter=5.0)
    tracks = checked(track_plots(plots, sensors, MHT._replace(gate=1e3)))
    assert np.isfinite(tracks.state).all()
    assert math.isfinite(np.abs(tracks.covariance).max())
