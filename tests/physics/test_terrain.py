"""The horizon sweep: GDAL's viewshed, the smooth-earth horizon, a line-of-sight twin, and what must always hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiamd.physics.geodesy import EARTH_RADIUS_M, great_circle_distance_m
from openiamd.physics.raster import Raster, cap_bounds, elevation_at, ground_m
from openiamd.physics.refraction import EFFECTIVE_EARTH_RADIUS_M, radar_horizon_m
from openiamd.physics.terrain import lowest_visible, masking_table
from viewshed import ANTENNA_M, HEIGHTS_M, REACH_M, STORED, agreement, generated_maps, visible_by_table

LATITUDE, LONGITUDE = math.radians(39.0), math.radians(33.0)
SPACING = math.radians(1.0 / 120.0)
SIDE = 41  # posts, 38 km by 30 km
REACH_SMALL_M = 12e3


def raster_of(elevation_m, spacing_rad=SPACING):
    """Return a raster with the site in its middle."""
    elevation_m = np.asarray(elevation_m, np.float32)
    rows, columns = elevation_m.shape
    return Raster(
        elevation_m,
        LATITUDE - 0.5 * (rows - 1) * spacing_rad,
        LONGITUDE - 0.5 * (columns - 1) * spacing_rad,
        spacing_rad,
        spacing_rad,
    )


def table(raster, antenna_m=1_500.0, reach_m=REACH_SMALL_M, azimuths=36, step_m=500.0, **options):
    return masking_table(raster, LATITUDE, LONGITUDE, antenna_m, reach_m, azimuths, step_m, **options)


# ---- Against GDAL


@pytest.mark.parametrize("site", range(5), ids=["summit", "valley", "slope", "beside a wall", "basin"])
def test_visibility_agrees_with_gdal(site):
    """GDAL 3.6.2, -cc 0.75 -om GROUND, stored; `python tests/viewshed.py` makes it anew where the command exists."""
    latitude, longitude, raster, local = generated_maps()[site]
    step_m = 300.0
    mask_m, edge_m = masking_table(
        raster, latitude, longitude, local.site_m + ANTENNA_M, REACH_M, 1440, step_m, substeps=2
    )
    with np.load(STORED) as stored:
        assert str(stored["version"]).startswith("GDAL 3.6.2")
        packed = stored[f"visible{site}"]
    theirs = np.unpackbits(packed, axis=-1, count=local.ground_m.shape[1]).astype(bool)
    for height_m, visible in zip(HEIGHTS_M, theirs, strict=True):
        ours = visible_by_table(local, mask_m, edge_m, step_m, height_m)
        found = agreement(ours, visible, local.compared, height_m)
        assert found.agree >= 98.5
        assert found.differ_elsewhere <= 0.6


def test_the_stored_viewshed_is_no_trivial_map():
    """Each site sees between 1 and 99 percent at 500 m, and GDAL's curvature is that of 4/3 of the earth's radius."""
    with np.load(STORED) as stored:
        assert "-cc 0.75 -om GROUND" in str(stored["command"])
        for site, (_, _, _, local) in enumerate(generated_maps()):
            visible = np.unpackbits(stored[f"visible{site}"], axis=-1, count=local.ground_m.shape[1]).astype(bool)
            assert 0.01 < visible[1][local.compared].mean() < 0.99


# ---- Against the smooth earth


@pytest.mark.parametrize("antenna_m", [10.0, 20.0, 300.0])
def test_over_the_sea_the_mask_is_the_radar_horizon(antenna_m):
    """A target at the lowest visible altitude lies exactly at the horizon distance of physics/refraction.py."""
    sea = raster_of(np.zeros((5, 5)), math.radians(1.5))
    mask_m, edge_m = table(sea, antenna_m, 150e3, 8, 250.0)
    horizon_m = radar_horizon_m(antenna_m, 0.0)
    for range_m in np.arange(1e3, 150e3, 3_777.0):
        altitude_m, edge = lowest_visible(mask_m, edge_m, 250.0, 1.0, range_m)
        if range_m <= horizon_m - 250.0:
            # Interpolated between points of a sphere whose bulge over one bin is 4 mm.
            assert altitude_m == pytest.approx(0.0, abs=0.01)
            assert edge == 0.0
        elif range_m > horizon_m + 250.0:
            assert radar_horizon_m(antenna_m, altitude_m) == pytest.approx(range_m, abs=60.0)
            assert edge == pytest.approx(horizon_m, abs=250.0)


@pytest.mark.parametrize("range_m", [60e3, 200e3, 400e3])
@pytest.mark.parametrize("antenna_m", [20.0, 2_000.0])
def test_beyond_the_last_bin_the_smooth_earth_goes_on(antenna_m, range_m):
    """Whether the table ends before (2 km antenna) or behind (20 m) the horizon, the rest is as over the sea."""
    sea = raster_of(np.zeros((5, 5)), math.radians(1.0))
    mask_m, edge_m = table(sea, antenna_m, 50e3, 8, 250.0)
    altitude_m, edge = lowest_visible(mask_m, edge_m, 250.0, 4.0, range_m)
    horizon_m = radar_horizon_m(antenna_m, 0.0)
    if range_m < horizon_m:
        assert (altitude_m, edge) == (pytest.approx(0.0, abs=1e-6), 0.0)
    else:
        assert radar_horizon_m(antenna_m, altitude_m) == pytest.approx(range_m, abs=60.0)
        assert edge == pytest.approx(horizon_m, abs=250.0)


def test_beyond_the_last_bin_a_mountain_ray_goes_on_straight():
    """Over an earth without curvature the ray over a wall is a straight line through antenna and crest."""
    wall = np.zeros((SIDE, SIDE))
    wall[30, :] = 2_000.0
    flat_m = 1e15
    mask_m, edge_m = table(raster_of(wall), 100.0, substeps=20, effective_radius_m=flat_m)
    crest_m = 10 * SPACING * EARTH_RADIUS_M
    altitude_m, edge = lowest_visible(mask_m, edge_m, 500.0, 0.0, 60e3, flat_m)
    # The nearest sample lies 9 m beside the crest, 20 m lower.
    assert altitude_m == pytest.approx(100.0 + 60e3 * 1_900.0 / crest_m, rel=0.012)
    assert edge == pytest.approx(crest_m, abs=26.0)


# ---- Against a twin without the running maximum


def twin(raster, antenna_m, azimuth_rad, range_m, sample_m):
    """Return the lowest visible altitude by testing every sample of the line of sight, points by unit vectors."""
    toward = np.array(
        [math.cos(LATITUDE) * math.cos(LONGITUDE), math.cos(LATITUDE) * math.sin(LONGITUDE), math.sin(LATITUDE)]
    )
    north = np.array(
        [-math.sin(LATITUDE) * math.cos(LONGITUDE), -math.sin(LATITUDE) * math.sin(LONGITUDE), math.cos(LATITUDE)]
    )
    east = np.array([-math.sin(LONGITUDE), math.cos(LONGITUDE), 0.0])
    heading = math.cos(azimuth_rad) * north + math.sin(azimuth_rad) * east
    slopes = []
    for at_m in np.arange(1, round(range_m / sample_m) + 1) * sample_m:
        place = math.cos(at_m / EARTH_RADIUS_M) * toward + math.sin(at_m / EARTH_RADIUS_M) * heading
        height = elevation_at(raster, math.asin(place[2]), math.atan2(place[1], place[0]))
        slopes.append((height - antenna_m - at_m**2 / (2.0 * EFFECTIVE_EARTH_RADIUS_M)) / at_m)
    return antenna_m + max(slopes) * range_m + range_m**2 / (2.0 * EFFECTIVE_EARTH_RADIUS_M)


def test_the_table_equals_a_line_of_sight_twin():
    latitude, longitude, raster, local = generated_maps()[0]
    moved = raster._replace(
        south_rad=raster.south_rad + LATITUDE - latitude, west_rad=raster.west_rad + LONGITUDE - longitude
    )
    antenna_m = local.site_m + 20.0
    mask_m, _ = table(moved, antenna_m, 50e3, 16, 1_000.0, substeps=2)
    for azimuth in range(16):
        for column in (1, 7, 20, 50):
            expected_m = twin(moved, antenna_m, 2.0 * math.pi * azimuth / 16, column * 1_000.0, 500.0)
            # Rows and columns are linear between points 8 km apart: 1 m to the side, a few cm up or down a slope.
            assert mask_m[azimuth, column] == pytest.approx(expected_m, abs=0.5)


def test_azimuth_runs_clockwise_from_north():
    """A wall in the north-east hides only there."""
    wall = np.zeros((SIDE, SIDE))
    wall[27:31, 27:31] = 3_000.0
    mask_m, edge_m = table(raster_of(wall), 1_000.0)
    hidden = np.flatnonzero(mask_m[:, -1] > 3_000.0) * 10.0
    assert hidden.size
    assert hidden.min() >= 20.0
    assert hidden.max() <= 60.0
    assert lowest_visible(mask_m, edge_m, 500.0, math.radians(-320.0), 12e3)[0] > 3_000.0
    assert lowest_visible(mask_m, edge_m, 500.0, math.radians(225.0), 11_900.0)[0] < 0.1


# ---- What must always hold


seeds = st.integers(0, 2**32 - 1)


def rough_ground(seed):
    """Return posts without any order, from the Dead Sea to high mountains: (row, column) metres."""
    return np.random.default_rng(seed).integers(-400, 4_000, (SIDE, SIDE)).astype(np.float32)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_raising_terrain_never_lowers_the_mask(seed):
    ground, antenna_m = rough_ground(seed), 5_000.0
    rise = np.random.default_rng(seed + 1).integers(0, 500, ground.shape).astype(np.float32)
    before_m, _ = table(raster_of(ground), antenna_m)
    after_m, _ = table(raster_of(ground + rise), antenna_m)
    assert np.all(after_m >= before_m - 1e-2)


@given(seeds, st.floats(0.0, 2_000.0))
@settings(max_examples=25, deadline=None)
def test_raising_the_antenna_never_raises_the_mask(seed, rise_m):
    """Above all ground: every ray over an edge then leaves at a flatter rise."""
    ground = rough_ground(seed)
    low_m, _ = table(raster_of(ground), 4_500.0)
    high_m, _ = table(raster_of(ground), 4_500.0 + rise_m)
    assert np.all(high_m[:, 1:] <= low_m[:, 1:] + 1e-2)


@given(seeds, st.floats(0.0, 2.0 * math.pi), st.floats(0.0, 40e3))
@settings(max_examples=50, deadline=None)
def test_mask_and_edge_are_consistent(seed, azimuth_rad, range_m):
    """An edge lies nearer than what it hides, a finer sweep hides no less, and a whole turn changes nothing."""
    raster = raster_of(rough_ground(seed))
    mask_m, edge_m = table(raster)
    finer_m, _ = table(raster, substeps=3)
    assert np.all(mask_m[:, 0] == 1_500.0)
    ranges_m = np.arange(mask_m.shape[1]) * 500.0
    assert np.all(edge_m[:, 1:] < ranges_m[1:])
    # Rays bend by up to 1 m between exact points, which lie closer in the finer sweep: slopes here reach 4, and what
    # that changes at the first post, 500 m out, grows with range.
    assert np.all(finer_m >= mask_m - 20.0 - 0.01 * ranges_m)
    altitude_m, edge = lowest_visible(mask_m, edge_m, 500.0, azimuth_rad, range_m)
    assert math.isfinite(altitude_m)
    assert 0.0 <= edge < max(range_m, 1e-9) or edge == 0.0
    assert lowest_visible(mask_m, edge_m, 500.0, azimuth_rad - 2.0 * math.pi, range_m)[0] == pytest.approx(
        altitude_m, abs=0.05
    )


@pytest.mark.parametrize("azimuth_rad", [0.0, -1e-18, 2.0 * math.pi, -2.0 * math.pi, 7.0 * math.pi])
def test_any_azimuth_is_looked_up(azimuth_rad):
    mask_m = np.arange(12, dtype=np.float32).reshape(4, 3)
    expected = {0.0: 1.0, 1.0: 7.0}[round(abs(azimuth_rad) / math.pi) % 2]
    assert lowest_visible(mask_m, np.zeros_like(mask_m), 100.0, azimuth_rad, 100.0)[0] == pytest.approx(expected)


def test_look_up_is_linear_in_azimuth_and_range():
    mask_m = np.array([[0.0, 10.0, 40.0], [0.0, 30.0, 80.0]], np.float32)
    edge_m = np.array([[0.0, 0.0, 100.0], [0.0, 50.0, 60.0]], np.float32)
    assert lowest_visible(mask_m, edge_m, 100.0, 0.25 * math.pi, 140.0) == (pytest.approx(29.0), 0.0)
    # The nearest bin's edge at 100 m is the place itself or beyond only for what lies nearer.
    assert lowest_visible(mask_m, edge_m, 100.0, 0.0, 160.0)[1] == 100.0
    assert lowest_visible(mask_m, edge_m, 100.0, math.pi, 70.0)[1] == 50.0
    assert lowest_visible(mask_m, edge_m, 100.0, math.pi, 50.0)[1] == 0.0


# ---- Rasters


@given(st.floats(0.0, 39.99), st.floats(0.0, 39.99))
@settings(max_examples=100, deadline=None)
def test_bilinear_reproduces_a_bilinear_surface(row, column):
    i, j = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")
    raster = raster_of(3.0 + 2.0 * i - 5.0 * j + 0.25 * i * j)
    found = elevation_at(raster, raster.south_rad + row * SPACING, raster.west_rad + column * SPACING)
    assert found == pytest.approx(3.0 + 2.0 * row - 5.0 * column + 0.25 * row * column, abs=1e-3)


def test_outside_its_posts_a_raster_continues_its_edge():
    raster = raster_of(np.arange(4.0).reshape(2, 2))
    assert elevation_at(raster, raster.south_rad - 1.0, raster.west_rad - 1.0) == 0.0
    assert elevation_at(raster, raster.south_rad + 1.0, raster.west_rad + 1.0) == 3.0


def test_ground_of_a_theatre_grid():
    grid = np.arange(9, dtype=np.float32).reshape(3, 3)
    assert ground_m(grid, 1_000.0, 0.0, 0.0) == 4.0
    assert ground_m(grid, 1_000.0, 500.0, -1_000.0) == pytest.approx(1.5)
    assert ground_m(grid, 1_000.0, 9e9, 9e9) == 8.0


@given(st.floats(-1.4, 1.4), st.floats(-3.1, 3.1), st.floats(0.001, 0.1), st.floats(0.0, 2.0 * math.pi))
@settings(max_examples=200, deadline=None)
def test_the_bounds_of_a_cap_hold_its_rim(latitude, longitude, angle, azimuth):
    south, west, north, east = cap_bounds(latitude, longitude, angle)
    sine = math.sin(latitude) * math.cos(angle) + math.cos(latitude) * math.sin(angle) * math.cos(azimuth)
    rim = math.asin(max(-1.0, min(1.0, sine)))
    outward = math.cos(angle) * math.cos(latitude) - math.sin(angle) * math.sin(latitude) * math.cos(azimuth)
    meridian = longitude + math.atan2(math.sin(angle) * math.sin(azimuth), outward)
    assert great_circle_distance_m(latitude, longitude, rim, meridian) == pytest.approx(
        angle * EARTH_RADIUS_M, rel=1e-6
    )
    assert south - 1e-9 <= rim <= north + 1e-9
    if north < 0.5 * math.pi and south > -0.5 * math.pi:
        assert west - 1e-9 <= meridian <= east + 1e-9
