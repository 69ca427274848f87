"""Outlines keep the area of what they were traced from, and follow RFC 7946."""

import numpy as np
import pytest

from openiamd.results.outlines import Outliner, signed_area, simplified

BOUNDS = (0.0, 0.0, 1.0, 1.0)  # of 100 cells each way: a cell is 1e-4


def disc(radius, hole=0.0):
    rows, columns = np.indices((100, 100)) + 0.5
    distance = np.hypot(rows - 50, columns - 50)
    return (distance < radius) & (distance >= hole)


@pytest.mark.parametrize(("radius", "hole"), [(2.0, 0.0), (8.0, 0.0), (40.0, 0.0), (40.0, 12.0), (45.0, 42.0)])
def test_area_is_kept_and_rings_turn_the_right_way(radius, hole):
    mask = disc(radius, hole)
    polygons = Outliner().polygons(mask, BOUNDS)
    areas = [[signed_area(np.array(ring)) for ring in rings] for rings in polygons]
    assert sum(map(sum, areas)) == pytest.approx(mask.sum() * 1e-4, rel=0.011)
    assert all(rings[0] > 0.0 and all(area < 0.0 for area in rings[1:]) for rings in areas)
    assert all(ring[0] == ring[-1] and len(ring) >= 4 for rings in polygons for ring in rings)
    assert len(areas[0]) == (2 if hole else 1)


def test_coarser_outlines_are_shorter_and_drop_specks():
    mask = disc(40.0)
    mask[2, 2] = True
    fine, coarse = Outliner().polygons(mask, BOUNDS), Outliner(2).polygons(mask, BOUNDS)
    assert (len(fine), len(coarse)) == (2, 1)
    assert len(coarse[0][0]) <= max(len(rings[0]) for rings in fine) < 40


def test_row_0_is_in_the_south():
    mask = np.zeros((10, 10), bool)
    mask[0, 3] = True
    ((ring,),) = Outliner().polygons(mask, (20.0, 40.0, 30.0, 50.0))
    assert {tuple(point) for point in ring} == {(23.0, 40.0), (24.0, 40.0), (24.0, 41.0), (23.0, 41.0)}


def test_nothing_has_no_outline():
    assert Outliner().polygons(np.zeros((5, 5), bool), BOUNDS) == []


def test_a_straight_side_keeps_its_ends_only():
    side = np.array([[0, 0], [1, 0], [2, 0], [4, 0], [4, 4], [0, 4], [0, 0]], float)
    assert len(simplified(side, 0.1)) == 5
    sliver = np.array([[0, 0], [9, 0], [9, 0.01], [0, 0.01], [0, 0]], float)
    assert signed_area(simplified(sliver, 1.0)) == pytest.approx(0.09)
