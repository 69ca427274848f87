"""OSPA and GOSPA against hand values, brute force and Stone Soup."""

import itertools
import math

import numpy as np
import pytest
from stonesoup.measures import Euclidean
from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric
from stonesoup.types.state import State

from openiamd.results.gospa import distances, gospa

START = np.datetime64("2026-01-01").item()
TRUTH = np.array([[0.0, 0.0, 0.0], [20.0, 0.0, 0.0]])


@pytest.mark.parametrize(
    ("tracks", "ospa", "whole", "missed", "false"),
    [
        (TRUTH, 0.0, 0.0, 0, 0),
        (TRUTH[:1], math.sqrt(50.0), math.sqrt(50.0), 1, 0),
        (np.vstack([TRUTH, [[100.0, 0.0, 0.0]]]), math.sqrt(100.0 / 3.0), math.sqrt(50.0), 0, 1),
        (TRUTH + np.array([[3.0, 0.0, 0.0], [4.0, 0.0, 0.0]]), math.sqrt(12.5), 5.0, 0, 0),
        (TRUTH + np.array([[0.0, 0.0, 0.0], [11.0, 0.0, 0.0]]), math.sqrt(50.0), 10.0, 1, 1),
        (TRUTH[:0], 10.0, 10.0, 2, 0),
    ],
)  # fmt: skip
def test_hand_values(tracks, ospa, whole, missed, false):
    found = gospa(distances(TRUTH, tracks), 10.0, 2.0)
    assert found.ospa == pytest.approx(ospa, abs=1e-12)
    assert found.gospa == pytest.approx(whole, abs=1e-12)
    assert (found.missed, found.false) == (missed, false)


def test_two_empty_sets_are_at_no_distance():
    assert gospa(np.zeros((0, 0)), 10.0, 2.0) == (0.0, 0.0, 0.0, 0, 0)


def brute_force(distance_m, cutoff_m, order):
    """Return OSPA and GOSPA by trying every assignment, as the papers define them."""
    objects, tracks = distance_m.shape
    more, fewer = max(objects, tracks), min(objects, tracks)
    table = distance_m if objects <= tracks else distance_m.T
    cost = np.minimum(table, cutoff_m) ** order
    best_ospa = min(cost[np.arange(fewer), list(chosen)].sum() for chosen in itertools.permutations(range(more), fewer))
    ospa = ((best_ospa + cutoff_m**order * (more - fewer)) / more) ** (1.0 / order)
    best = math.inf
    for size in range(fewer + 1):
        for rows in itertools.combinations(range(fewer), size):
            for chosen in itertools.permutations(range(more), size):
                pairs = (table[list(rows), list(chosen)] ** order).sum() if size else 0.0
                best = min(best, pairs + 0.5 * cutoff_m**order * (objects + tracks - 2 * size))
    return ospa, best ** (1.0 / order)


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0])
def test_equals_brute_force(order):
    draw = np.random.default_rng(1)
    for _ in range(60):
        objects, tracks = draw.integers(1, 5, 2)
        apart_m = distances(draw.uniform(0.0, 20.0, (objects, 3)), draw.uniform(0.0, 20.0, (tracks, 3)))
        found = gospa(apart_m, 10.0, order)
        assert (found.ospa, found.gospa) == pytest.approx(brute_force(apart_m, 10.0, order), rel=1e-12)
        parts = found.localisation + 0.5 * 10.0**order * (found.missed + found.false)
        assert parts ** (1.0 / order) == pytest.approx(found.gospa, rel=1e-12)


def stone_soup(truth, tracks, generator):
    """Return what one of Stone Soup's generators says of two sets of places."""
    measure = generator(c=10.0, p=2.0, measure=Euclidean((0, 1, 2)))
    sets = [[State(place, timestamp=START) for place in places] for places in (tracks, truth)]
    if generator is OSPAMetric:
        return {"distance": float(measure.compute_OSPA_distance(*sets).value)}
    return {key: float(value) for key, value in measure.compute_gospa_metric(*sets)[0].value.items()}


def test_stone_soup_puts_the_parts_in_metres_to_the_order():
    tracks = TRUTH + np.array([[3.0, 0.0, 0.0], [11.0, 0.0, 0.0]])
    found, theirs = gospa(distances(TRUTH, tracks), 10.0, 2.0), stone_soup(TRUTH, tracks, GOSPAMetric)
    assert theirs["distance"] == pytest.approx(found.gospa, rel=1e-12)
    assert theirs["localisation"] == pytest.approx(found.localisation, rel=1e-12)
    assert (theirs["missed"], theirs["false"]) == (50.0 * found.missed, 50.0 * found.false)


def test_stone_soup_assigns_ospa_by_plain_distances():
    """It takes the assignment of least sum of d, then sums d²: more than OSPA where the two assignments differ."""
    truth, tracks = np.array([[0.0, 0, 0], [1.0, 0, 0]]), np.array([[1.0, 0, 0], [1.9, 0.5, 0]])
    found = gospa(distances(truth, tracks), 10.0, 2.0)
    assert found.ospa == pytest.approx(math.sqrt((1.0 + 0.81 + 0.25) / 2.0), rel=1e-12)
    assert stone_soup(truth, tracks, OSPAMetric)["distance"] == pytest.approx(
        math.sqrt((0.0 + 3.61 + 0.25) / 2.0), rel=1e-12
    )
    assert stone_soup(truth, tracks, GOSPAMetric)["distance"] == pytest.approx(found.gospa, rel=1e-12)
