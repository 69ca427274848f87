"""Measures of tracks against truth: brute force, hand-made pictures, and Stone Soup with its quirks."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import chi2

import stone_soup
from openiamd.recordings.tables import Tracks, Truth
from openiamd.results.track_measures import MEANINGS, Rule, measure, purity
from openiamd.results.track_pairs import Near, Side, lasting
from openiamd.studies.score_tracks import score_tracks
from recorded_tracks import crossing_scene

STRAIGHT = np.array([100.0, 0.0, 0.0])


def side(rows, instants, covariance=None):
    """Return a side from rows of (instant, name, east)."""
    table = np.array(sorted(rows), float).reshape(-1, 3)
    state = np.zeros((len(table), 6))
    state[:, 0] = table[:, 2]
    first = np.searchsorted(table[:, 0], np.arange(instants + 1))
    matrices = np.tile(np.eye(6) if covariance is None else covariance, (len(table), 1, 1))
    return Side(first, table[:, 1].astype(np.int64), state, matrices)


def measured(truth, tracks, instants, **rule):
    times = np.arange(instants) * 10.0
    return measure(side(truth, instants), side(tracks, instants), times, Rule(**rule))[0]


def one_path(name, instants, east=0.0):
    return [(at, name, east) for at in instants]


def test_every_measure_has_a_meaning():
    found = measured(one_path(1, range(5)), one_path(7, range(5)), 5)
    assert set(MEANINGS) == {*found, "purity"}


def test_a_perfect_picture():
    found = measured(one_path(1, range(5)), one_path(7, range(5)), 5)
    for name in ("completeness", "ambiguity", "longest_segment", "nearest_completeness", "nearest_longest_segment"):
        assert found[name] == 1.0
    for name in ("ospa_m", "gospa_m", "spuriousness", "breaks", "track_number_changes", "false_tracks"):
        assert found[name] == 0.0


def test_a_change_of_number_is_one_change_and_no_break():
    tracks = one_path(7, range(3)) + one_path(8, range(3, 10))
    found = measured(one_path(1, range(10)), tracks, 10)
    assert (found["track_number_changes"], found["breaks"]) == (1.0, 0.0)
    assert found["longest_segment"] == pytest.approx(0.7)
    assert found["track_number_change_rate_per_h"] == pytest.approx(1.0 / (100.0 / 3600.0))
    assert found["nearest_longest_segment"] == pytest.approx(60.0 / 90.0)  # times between samples, not samples
    assert found["nearest_track_number_change_rate_per_h"] == pytest.approx(3600.0 / (20.0 + 60.0))


def test_a_track_that_comes_back_is_a_break():
    tracks = one_path(7, range(3)) + one_path(7, range(5, 10))
    found = measured(one_path(1, range(10)), tracks, 10)
    assert (found["track_number_changes"], found["breaks"]) == (0.0, 1.0)
    assert found["longest_segment"] == pytest.approx(0.5)


def test_the_end_of_an_object_is_no_break():
    found = measured(one_path(1, range(5)) + one_path(2, range(10), 50e3), one_path(7, range(5)), 10)
    assert found["breaks"] == 0.0
    assert (found["objects"], found["objects_never_tracked"]) == (2.0, 1.0)


def test_a_pair_lasts_while_it_is_within_the_gate():
    tracks = one_path(7, range(5), 900.0) + one_path(8, range(2, 5), 1.0)
    found = measured(one_path(1, range(5)), tracks, 5, gate_m=1000.0)
    assert found["track_number_changes"] == 0.0
    assert found["position_error_m"] == pytest.approx(900.0)
    assert found["ambiguity"] == pytest.approx(8.0 / 5.0)
    assert found["spuriousness"] == 0.0
    assert found["nearest_position_error_m"] == pytest.approx((5 * 900.0 + 3 * 1.0) / 8.0)


def test_false_and_late_tracks():
    tracks = one_path(7, range(3, 10)) + one_path(9, range(4), 80e3)
    found = measured(one_path(1, range(10)), tracks, 10)
    assert (found["track_numbers"], found["false_tracks"]) == (2.0, 1.0)
    assert found["initiation_delay_s"] == 30.0
    assert found["spuriousness"] == pytest.approx(4.0 / 11.0)
    assert (found["gospa_missed"], found["gospa_false"]) == (0.3, 0.4)


def test_the_warm_up_leaves_out_the_first_instants_of_ospa_and_gospa_alone():
    found = measured(one_path(1, range(10)), one_path(7, range(3, 10)), 10, warm_up=3)
    assert (found["ospa_m"], found["gospa_m"], found["gospa_missed"]) == (0.0, 0.0, 0.0)
    assert found["completeness"] == pytest.approx(0.7)


def test_nothing_to_divide_by_is_no_number():
    found = measured([], one_path(7, range(5)), 5)
    assert math.isnan(found["completeness"])
    assert math.isnan(found["ambiguity"])
    assert found["spuriousness"] == 1.0
    found = measured(one_path(1, range(5)), [], 5)
    assert found["completeness"] == 0.0
    assert math.isnan(found["ambiguity"])
    assert math.isnan(found["spuriousness"])
    assert math.isnan(found["nees_per_dimension"])


def enumerate_names(count):
    return [(0, name, 0.0) for name in range(count)]


def best_pairs(distance_m, gate_m):
    """Return the largest number of pairs within the gate, and the least sum of squares with that many."""
    objects, tracks = distance_m.shape
    for size in range(min(objects, tracks), 0, -1):
        sums = [
            (chosen**2).sum()
            for rows in itertools.combinations(range(objects), size)
            for columns in itertools.permutations(range(tracks), size)
            if ((chosen := distance_m[list(rows), list(columns)]) < gate_m).all()
        ]
        if sums:
            return size, min(sums)
    return 0, 0.0


def test_matching_equals_brute_force():
    draw = np.random.default_rng(0)
    for _ in range(200):
        objects, tracks = draw.integers(1, 5, 2)
        apart = draw.uniform(0.0, 6000.0, (objects, 1, 3)) - draw.uniform(0.0, 6000.0, (1, tracks, 3))
        distance_m = np.sqrt(((apart * [1.0, 0.3, 0.1]) ** 2).sum(axis=2))
        rows, columns = np.nonzero(distance_m < 2000.0)
        near = Near(np.zeros(len(rows), np.int64), rows, columns, distance_m[rows, columns])
        held = [side(enumerate_names(count), 1) for count in (objects, tracks)]
        pairs = lasting(near, held[0], held[1], 2000.0)
        size, least = best_pairs(distance_m, 2000.0)
        assert len(pairs.instant) == len(set(pairs.truth_row)) == len(set(pairs.track_row)) == size
        assert (pairs.distance_m**2).sum() == pytest.approx(least, rel=1e-12)


def test_nees_of_an_honest_covariance_lies_in_its_interval():
    draw = np.random.default_rng(3)
    root = draw.normal(0.0, 1.0, (6, 6)) * np.array([50.0] * 3 + [2.0] * 3)[:, None]
    instants = 2000
    truth, tracks = (side(one_path(name, range(instants)), instants, root @ root.T) for name in (1, 7))
    tracks = tracks._replace(state=(root @ draw.normal(0.0, 1.0, (6, instants))).T)
    found = measure(truth, tracks, np.arange(float(instants)))[0]
    count = 6 * instants
    assert (found["nees_low"], found["nees_high"]) == pytest.approx(chi2.ppf([0.025, 0.975], count) / count, rel=1e-10)
    assert found["nees_low"] < found["nees_per_dimension"] < found["nees_high"]
    twice = measure(truth, tracks._replace(covariance=tracks.covariance / 2.0), np.arange(float(instants)))[0]
    assert twice["nees_per_dimension"] == pytest.approx(2.0 * found["nees_per_dimension"], rel=1e-9)


def test_a_covariance_that_is_none_is_left_out_of_nees():
    truth, tracks = (side(one_path(name, range(4)), 4) for name in (1, 7))
    matrices = tracks.covariance.copy()
    matrices[1], matrices[2, 0, 0] = 0.0, -1.0
    found = measure(truth, tracks._replace(covariance=matrices), np.arange(4.0))[0]
    assert found["nees_pairs"] == 2.0
    assert found["nees_per_dimension"] == 0.0


def test_purity_by_hand():
    track, origin = np.array([7, 7, 7, 7, 8, 8, 9]), np.array([1, 1, 2, -1, 2, 2, -1])
    assert purity(track, origin) == pytest.approx((2 + 2 + 0) / 7)
    assert math.isnan(purity(track[:0], origin[:0]))


@pytest.mark.parametrize("seed", [3, 4, 16, 19, 23])
def test_equals_stone_soup(seed):
    """On scenes on which it runs: see the last test."""
    scene = crossing_scene(seed)
    theirs = stone_soup.measure(scene.tracks, scene.truth)
    found = score_tracks(scene.tracks, scene.truth)
    assert found.picture.series["ospa"] == pytest.approx(theirs.ospa, abs=1e-9)
    assert found.picture.series["gospa"] == pytest.approx([one["distance"] for one in theirs.gospa], abs=1e-9)
    assert found.picture.series["localisation"] == pytest.approx(
        [one["localisation"] for one in theirs.gospa], rel=1e-9
    )
    for title, name in stone_soup.TITLES.items():
        per_hour = 3600.0 if name.endswith("per_h") else 1.0
        assert found.measures[name] == pytest.approx(per_hour * theirs.siap[title], rel=1e-9), name
    assert found.measures["nearest_track_number_change_rate_per_h"] > 0.0
    assert found.measures["nearest_ambiguity"] > 1.0


def straight(name, times_s, east_m):
    state = np.zeros((len(times_s), 6))
    state[:, 0], state[:, 3] = east_m + 100.0 * times_s, 100.0
    return times_s, np.full(len(times_s), name), state


def recording(truth, tracks):
    """Return truth and tracks of (name, times, east at time 0)."""
    time_s, thing, state = (np.concatenate(parts) for parts in zip(*(straight(*one) for one in truth), strict=True))
    flown = Truth(time_s, thing, state, [str(name) for name in range(thing.max() + 1)])
    time_s, number, state = (np.concatenate(parts) for parts in zip(*(straight(*one) for one in tracks), strict=True))
    count = len(time_s)
    covariance, always = np.tile(np.eye(6), (count, 1, 1)), np.ones(count, bool)
    return Tracks(time_s, number, state, covariance, always, ~always, np.arange(count)), flown


TIMES_S = np.arange(0.0, 60.0, 10.0)


def test_stone_soup_calls_nothing_tracked_unambiguous_and_nothing_there_incomplete():
    """Where there is nothing to divide by it says 1 for ambiguity and 0 for completeness; here there is no number."""
    tracks, truth = recording([(0, TIMES_S[:3], 0.0)], [(7, TIMES_S, 50e3)])
    theirs, found = stone_soup.measure(tracks, truth), score_tracks(tracks, truth)
    assert theirs.siap["SIAP Ambiguity"] == 1.0
    assert math.isnan(found.measures["nearest_ambiguity"])
    assert theirs.siap_at_times["SIAP Completeness at times"][3:] == [0.0, 0.0, 0.0]


def test_stone_soup_sums_the_error_of_every_track_of_an_object():
    """It notes so itself; the errors of matched pairs take one track an object."""
    tracks, truth = recording([(0, TIMES_S, 0.0)], [(7, TIMES_S, 10.0), (8, TIMES_S, 500.0)])
    theirs, found = stone_soup.measure(tracks, truth).siap["SIAP Position Accuracy"], score_tracks(tracks, truth)
    assert theirs == pytest.approx(255.0)
    assert found.measures["nearest_position_error_m"] == pytest.approx(theirs, rel=1e-12)
    assert found.measures["position_error_m"] == pytest.approx(10.0)


def test_stone_soup_measures_a_segment_from_its_first_to_its_last_time():
    """A track of 3 of 6 samples lasts 20 of 50 s; the share of samples is one half."""
    tracks, truth = recording([(0, TIMES_S, 0.0)], [(7, TIMES_S[:3], 0.0)])
    theirs, found = stone_soup.measure(tracks, truth).siap["SIAP Longest Track Segment"], score_tracks(tracks, truth)
    assert theirs == pytest.approx(0.4)
    assert found.measures["nearest_longest_segment"] == pytest.approx(0.4)
    assert found.measures["longest_segment"] == pytest.approx(0.5)


def test_stone_soup_fails_where_a_track_is_near_an_object_once():
    """A range of time from one time to the same is an error there."""
    tracks, truth = recording([(0, TIMES_S, 0.0)], [(7, TIMES_S[2:3], 0.0), (8, TIMES_S, 50e3)])
    with pytest.raises(ValueError, match="left < right"):
        stone_soup.measure(tracks, truth)
    assert score_tracks(tracks, truth).measures["nearest_completeness"] == pytest.approx(1.0 / 6.0)
