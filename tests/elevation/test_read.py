"""Elevations: files and folders, mosaics, what is refused, and published spot heights."""

import json
import math

import numpy as np
import pytest
import rasterio

from openiamd.elevation.cells import Cell, cap_cells, cell_of, masking_range_m, needed_cells
from openiamd.elevation.read import open_elevation
from openiamd.elevation.sites import ground_at, site_raster, theatre_grid
from openiamd.elevation.source import terrain_source
from openiamd.errors import TerrainError
from openiamd.physics.geodesy import geodetic_from_enu
from openiamd.physics.raster import ground_m
from tiles import write_tile

radians = math.radians


def plane(latitude, longitude):
    return 100.0 * (latitude - 38.0) + 1_000.0 * (longitude - 32.0)


def refusal(call):
    with pytest.raises(TerrainError) as raised:
        call()
    assert raised.value.hint
    assert "\n" not in str(raised.value)
    return str(raised.value)


def box_of(south, west, north, east):
    return radians(south), radians(west), radians(north), radians(east)


# ---- Reading


@pytest.mark.parametrize(("name", "driver", "posts"), [("a.tif", "GTiff", 121), ("N39E032.hgt", "SRTMHGT", 1201)])
def test_a_file_is_read_at_its_posts(tmp_path, name, driver, posts):
    elevation = open_elevation(write_tile(tmp_path / name, 39, 32, plane, posts, driver=driver))
    assert elevation.bounds_rad == pytest.approx((radians(39), radians(32), radians(40), radians(33)))
    assert elevation.post_spacing_m == pytest.approx(111_195.0 / (posts - 1), rel=1e-4)
    # Whole metres in HGT, 32-bit floats in GeoTIFF.
    assert ground_at(elevation, radians(39.25), radians(32.5)) == pytest.approx(625.0, abs=0.6)
    raster = elevation.window(radians(39.2), radians(32.2), radians(39.4), radians(32.3))
    assert raster.elevation_m.shape[0] <= (posts - 1) // 5 + 2
    assert raster.elevation_m.dtype == np.float32
    assert math.degrees(raster.south_rad) == pytest.approx(39.2, abs=1.0 / (posts - 1))


def test_dted_is_read(tmp_path):
    source = write_tile(tmp_path / "from.tif", 39, 32, plane, 121)
    from rasterio.shutil import copy

    copy(source, tmp_path / "n39.dt0", driver="DTED")
    assert ground_at(open_elevation(tmp_path / "n39.dt0"), radians(39.25), radians(32.5)) == pytest.approx(
        625.0, abs=0.6
    )


def test_a_folder_is_one_surface_across_kinds_of_tiles(tmp_path):
    """Tiles with and without border posts, of different spacings: a plane stays a plane."""
    write_tile(tmp_path / "a.tif", 39, 32, plane)
    write_tile(tmp_path / "b.tif", 39, 33, plane, last=1)
    write_tile(tmp_path / "deeper" / "c.tif", 38, 32, plane, 61)
    write_tile(tmp_path / "deeper" / "d.tif", 38, 33, plane, 241)
    elevation = open_elevation(tmp_path)
    raster = elevation.window(radians(38.2), radians(32.2), radians(39.8), radians(33.8))
    latitude = np.degrees(raster.south_rad + raster.latitude_spacing_rad * np.arange(raster.elevation_m.shape[0]))
    longitude = np.degrees(raster.west_rad + raster.longitude_spacing_rad * np.arange(raster.elevation_m.shape[1]))
    expected = plane(*np.meshgrid(latitude, longitude, indexing="ij"))
    # A tile without border posts continues its last post: 8 m at the seam to a coarser or missing neighbour.
    difference = np.abs(raster.elevation_m - expected)
    assert np.median(difference) < 0.01
    assert difference.max() <= 1_000.0 / 120.0 + 0.1
    assert raster.latitude_spacing_rad == pytest.approx(radians(1.0 / 240.0))


def test_where_tiles_overlap_the_finer_counts_and_its_voids_are_filled(tmp_path):
    def with_hole(latitude, longitude):
        return np.where(np.hypot(latitude - 39.5, longitude - 32.5) < 0.05, -32_767.0, 7.0)

    write_tile(tmp_path / "a-coarse.tif", 39, 32, lambda latitude, _: 1.0 + 0.0 * latitude, 61)
    write_tile(tmp_path / "b-fine.tif", 39, 32, with_hole, 121, void=-32_767.0)
    elevation = open_elevation(tmp_path)
    assert ground_at(elevation, radians(39.2), radians(32.2)) == 7.0
    assert ground_at(elevation, radians(39.5), radians(32.5)) == 1.0


def test_sea_of_a_fetched_set_reads_zero(tmp_path):
    tile = write_tile(tmp_path / "n39e032.tif", 39, 32, plane)
    manifest = {"name": "Some set", "sea": [[39, 33]], "tiles": {tile.name: {"sha256": "0" * 64}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "LICENCE.txt").write_text("Free for all.\n")
    elevation = open_elevation(tmp_path)
    assert (elevation.name, elevation.licence) == ("Some set", "Free for all.")
    assert ground_at(elevation, radians(39.5), radians(33.5)) == 0.0
    assert elevation.missing([Cell(39, 32), Cell(39, 33), Cell(38, 32)]) == [Cell(38, 32)]
    assert refusal(lambda: ground_at(elevation, radians(38.5), radians(32.5))).endswith("do not cover n38e032")


def test_the_digest_is_that_of_the_data(tmp_path):
    first = write_tile(tmp_path / "one" / "a.tif", 39, 32, plane)
    second = tmp_path / "two" / "a.tif"
    second.parent.mkdir()
    second.write_bytes(first.read_bytes())
    other = write_tile(tmp_path / "three" / "a.tif", 39, 32, lambda *place: plane(*place) + 1.0)
    digest = open_elevation(first).digest
    assert open_elevation(first.parent).digest == open_elevation(second).digest == digest
    assert open_elevation(other).digest != digest
    write_tile(first.parent / "b.tif", 39, 33, plane)
    both = open_elevation(first.parent)
    assert both.digest != digest
    assert both.within([Cell(39, 32)]).digest == digest


# ---- Refusals


def test_what_is_no_elevation_file_is_refused(tmp_path):
    assert "absent.tif' do not exist" in refusal(lambda: open_elevation(tmp_path / "absent.tif"))
    assert "holds no elevation tiles" in refusal(lambda: open_elevation(tmp_path))
    text = tmp_path / "text.tif"
    text.write_text("no raster")
    assert "text.tif: is not an elevation file" in refusal(lambda: open_elevation(text))
    (tmp_path / "manifest.json").write_text("[]")
    write_tile(tmp_path / "text.tif", 39, 32, plane)
    assert "is not a manifest" in refusal(lambda: open_elevation(tmp_path))


@pytest.mark.parametrize(
    ("crs", "sentence"),
    [
        ("EPSG:32636", "wrong CRS, 'WGS 84 / UTM zone 36N'"),
        ("EPSG:4230", "wrong CRS, 'ED50'"),
        (None, "names no coordin"),
    ],
)
def test_a_wrong_reference_system_is_refused(tmp_path, crs, sentence):
    path = tmp_path / "a.tif"
    write_tile(path, 39, 32, plane)
    with rasterio.open(path) as dataset:
        data, step = dataset.read(1), dataset.transform
    with rasterio.open(
        path, "w", driver="GTiff", width=121, height=121, count=1, dtype="float32", crs=crs, transform=step
    ) as dataset:
        dataset.write(data, 1)
    assert sentence in refusal(lambda: open_elevation(path))


def test_voids_and_uncovered_land_are_refused_by_place(tmp_path):
    def with_hole(latitude, longitude):
        return np.where((abs(latitude - 39.5) < 0.001) & (abs(longitude - 32.5) < 0.001), np.nan, 7.0)

    elevation = open_elevation(write_tile(tmp_path / "a.tif", 39, 32, with_hole))
    box = box_of(39.1, 32.1, 39.9, 32.9)
    assert refusal(lambda: elevation.window(*box)).startswith(
        "1 post has no elevation (voids), the first at 39.5000, 32.50"
    )
    assert elevation.window(*box, needed=()).elevation_m.min() == 0.0
    wider = box_of(37.5, 32.1, 39.9, 32.9)
    assert "do not cover n37e032, n38e032" in refusal(lambda: elevation.window(*wider))
    assert "180th meridian" in refusal(lambda: elevation.window(0.0, 3.1, 0.1, 3.2))


def test_a_damaged_tile_is_refused(tmp_path):
    path = write_tile(tmp_path / "a.tif", 39, 32, plane)
    path.write_bytes(path.read_bytes()[:30_000])
    assert "a.tif: is " in refusal(lambda: ground_at(open_elevation(path), radians(39.1), radians(32.5)))


def test_terrain_source_knows_the_cache_and_paths(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENIAMD_CACHE", str(tmp_path / "store"))
    assert "holds no elevations" in refusal(lambda: terrain_source("cache", None))
    write_tile(tmp_path / "store" / "terrain" / "copernicus-90" / "a.tif", 39, 32, plane)
    assert terrain_source("cache", tmp_path) == tmp_path / "store" / "terrain"
    assert terrain_source("store", tmp_path) == tmp_path / "store"
    assert "do not exist" in refusal(lambda: terrain_source("elsewhere", tmp_path))


# ---- Sites, theatre, cells


def test_a_site_needs_its_circle_and_not_the_corners(tmp_path):
    """The box around 39.5 N 32.5 E touches nine cells; a circle of 60 km touches five."""
    for south, west in ((39, 32), (38, 32), (40, 32), (39, 31), (39, 33)):
        write_tile(tmp_path / f"{south}-{west}.tif", south, west, plane)
    elevation = open_elevation(tmp_path)
    raster = site_raster(elevation, radians(39.5), radians(32.5), 60e3)
    assert raster.south_rad < radians(38.98)
    assert raster.elevation_m[0, 0] == 0.0
    assert "n38e031, n38e033" in refusal(lambda: site_raster(elevation, radians(39.5), radians(32.5), 80e3))


def test_the_theatre_grid_is_the_ground_below_theatre_coordinates(tmp_path):
    for south, west in ((38, 32), (39, 32), (38, 33), (39, 33)):
        write_tile(tmp_path / f"{south}-{west}.tif", south, west, plane)
    elevation = open_elevation(tmp_path)
    origin = radians(39.0), radians(33.0)
    grid = theatre_grid(elevation, *origin, 80e3, 500.0)
    assert grid.shape == (321, 321)
    assert grid.dtype == np.float32
    for east_m, north_m in ((0.0, 0.0), (30_250.0, 12_125.0), (-51_000.0, -61_000.0), (70e3, -10e3)):
        up_m = math.sqrt(6_371_008.8**2 - east_m**2 - north_m**2) - 6_371_008.8
        latitude, longitude, height_m = geodetic_from_enu(east_m, north_m, up_m, *origin)
        assert height_m == pytest.approx(0.0, abs=1e-6)
        expected = plane(math.degrees(latitude), math.degrees(longitude))
        assert ground_m(grid, 500.0, east_m, north_m) == pytest.approx(expected, abs=0.1)
    assert grid[0, 0] == 0.0
    assert "do not cover" in refusal(lambda: theatre_grid(elevation, *origin, 200e3, 5e3))
    assert theatre_grid(elevation, *origin, 200e3, 5e3, needed=[Cell(39, 32)])[45, 40] > 0.0


def test_cells_have_the_usual_names():
    assert cell_of(39.93, 32.86).name == "n39e032"
    assert cell_of(-0.5, -70.5).name == "s01w071"
    assert cell_of(40.0, 180.0) == Cell(40, -180)


def test_a_circle_touches_the_cells_it_overlaps():
    assert cap_cells(radians(39.5), radians(32.5), 10e3) == {Cell(39, 32)}
    assert cap_cells(radians(0.0), radians(179.9), 50e3) == {Cell(0, 179), Cell(-1, 179), Cell(0, -180), Cell(-1, -180)}


def test_a_scenario_needs_the_ground_of_its_radars_and_routes():
    from openiamd.catalogue.entries import load_catalogue
    from openiamd.catalogue.resolve import resolve
    from openiamd.scenario.load import load_scenario

    scenario = resolve(load_scenario("minimal").variant("standalone"), load_catalogue())
    cells = needed_cells([scenario])
    antenna_m = min(sensor.antenna_height_m for sensor in scenario.sensors)
    radius_m = masking_range_m(600e3, antenna_m)
    assert radius_m == pytest.approx(470e3 + 4_124.0 * math.sqrt(antenna_m), abs=1e3)
    assert {Cell(39, 32), Cell(38, 32), Cell(38, 33), Cell(40, 32)} <= set(cells)
    furthest = max(math.hypot(cell[0] + 0.5 - 39.9, (cell[1] + 0.5 - 32.9) * 0.767) for cell in cells)
    longest_m = max(masking_range_m(one.range_instrumented_m, one.antenna_height_m) for one in scenario.sensors)
    assert (furthest - 1.0) * 111e3 < longest_m < (furthest + 1.0) * 111e3


# ---- Outside data

# Bilinear spot heights of the 30 arc-second set; airports and lakes as published, peaks 50 to 250 m low (900 m posts).
SPOTS = {
    "Tuz Golu": (38.75, 33.35, 905.0, 25.0),
    "Lake Van": (38.6, 42.9, 1_640.0, 25.0),
    "Dead Sea": (31.5, 35.48, -410.0, 25.0),
    "Esenboga airport": (40.128, 32.995, 952.0, 25.0),
    "Incirlik airport": (37.002, 35.4259, 73.0, 35.0),
}
PEAKS = {"Ararat": (39.702, 44.298, 5_137.0), "Erciyes": (38.532, 35.447, 3_917.0), "Uludag": (40.07, 29.22, 2_543.0)}


def test_spot_heights_of_the_30_arc_second_set(reference_data):
    elevation = open_elevation(reference_data / "dem" / "emed.tif")
    for latitude, longitude, published_m, tolerance_m in SPOTS.values():
        assert ground_at(elevation, radians(latitude), radians(longitude)) == pytest.approx(
            published_m, abs=tolerance_m
        )
    for latitude, longitude, published_m in PEAKS.values():
        raster = elevation.window(*box_of(latitude - 0.05, longitude - 0.05, latitude + 0.05, longitude + 0.05))
        assert -250.0 <= raster.elevation_m.max() - published_m <= -20.0


def test_mount_washington_in_the_3_arc_second_tile(reference_data):
    elevation = open_elevation(reference_data / "dem" / "n44w072.tif")
    assert elevation.post_spacing_m == pytest.approx(92.66, abs=0.01)
    raster = elevation.window(radians(44.0), radians(-72.0), radians(45.0), radians(-71.0))
    assert (raster.elevation_m.min(), raster.elevation_m.max()) == (115.0, 1_908.0)
    assert ground_at(elevation, radians(44.2706), radians(-71.3033)) == pytest.approx(1_908.0, abs=2.0)
