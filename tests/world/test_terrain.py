"""Terrain in the engine: what it hides, what follows it, and where radars stand on it."""

import dataclasses
import math

import numpy as np
import pytest

from openiamd.catalogue.resolved import Environment
from openiamd.elevation.cells import needed_cells
from openiamd.errors import ScenarioError, TerrainError
from openiamd.physics.geodesy import EARTH_RADIUS_M, azimuth_elevation_range, height_m
from openiamd.physics.refraction import radar_horizon_m
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from openiamd.simulate import run_slice
from openiamd.studies.ground import describe_environment, put_on_ground
from openiamd.world.compile import compile_world, first_capacity
from openiamd.world.signal import path_factor
from openiamd.world.terrain import below_sight, ground_below
from scenes import CENTRE, catalogue, changed, ideal_scene, real_scene, resolved

SOUTH, WEST, NORTH, EAST = 34.0, 25.0, 46.0, 41.0
POSTS = 60  # a degree
PLATEAU_M = 900.0


def write_tiff(path, ground, box=(SOUTH, WEST, NORTH - SOUTH, EAST - WEST)):
    """Write elevations given by ``ground(latitude, longitude)`` in degrees, one post a minute of arc."""
    import rasterio

    south, west, height, width = box
    north = south + height
    rows, columns = round(height * POSTS), round(width * POSTS)
    latitude = north - (np.arange(rows)[:, None] + 0.5) / POSTS
    longitude = west + (np.arange(columns)[None, :] + 0.5) / POSTS
    values = np.broadcast_to(np.asarray(ground(latitude, longitude), np.float32), (rows, columns))
    place = rasterio.Affine(1.0 / POSTS, 0.0, west, 0.0, -1.0 / POSTS, north)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=rows,
        width=columns,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=place,
    ) as file:
        file.write(values, 1)
    return str(path)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Return a flat sea, a plateau, a wall south of the radar, and rolling hills."""
    folder = tmp_path_factory.mktemp("ground")
    grounds = {
        "sea": lambda latitude, longitude: 0.0 * latitude + 0.0 * longitude,
        "plateau": lambda latitude, longitude: PLATEAU_M + 0.0 * latitude + 0.0 * longitude,
        "wall": lambda latitude, longitude: np.where(abs(latitude - 39.5) < 0.03, 1500.0, 0.0) + 0.0 * longitude,
        "hills": lambda latitude, longitude: 600.0 + 500.0 * np.sin(latitude * 31.0) * np.cos(longitude * 23.0),
    }
    return {name: write_tiff(folder / f"{name}.tif", ground) for name, ground in grounds.items()}


def on(source, data=None, **environment):
    """Return a resolved scene on a terrain."""
    plain = resolved(ideal_scene() if data is None else data)
    return dataclasses.replace(plain, environment=Environment(terrain=source, **environment))


def target(world, azimuth_deg, ground_m, above_m, sensor=0):
    """Return a position (3,) at a height above the sphere, seen from a radar's site."""
    basis, antenna_m = world.sensors.basis[sensor], world.sensors.position_m[sensor]
    up_m = EARTH_RADIUS_M + float(world.sensors.row[sensor]["height_m"])
    azimuth, angle = math.radians(azimuth_deg), ground_m / EARTH_RADIUS_M
    flat = math.sin(azimuth) * basis[0] + math.cos(azimuth) * basis[1]
    return (
        antenna_m - up_m * basis[2] + (EARTH_RADIUS_M + above_m) * (math.cos(angle) * basis[2] + math.sin(angle) * flat)
    )


def power(world, azimuth_deg, ground_m, above_m, sensor=0):
    position_m, antenna_m = target(world, azimuth_deg, ground_m, above_m, sensor), world.sensors.position_m[sensor]
    azimuth_rad, _, range_m = azimuth_elevation_range(world.sensors.basis[sensor], *(position_m - antenna_m))
    return path_factor(
        *(world.sensors.row[sensor], world.terrain, world.propagation, antenna_m),
        *(float(world.sensors.row[sensor]["height_m"]), position_m, azimuth_rad, range_m),
    )


@pytest.mark.parametrize("azimuth_deg", [0.0, 77.0, 181.0, 359.9])
def test_level_ground_hides_what_the_smooth_earth_hides(sources, azimuth_deg):
    world = compile_world(on(sources["sea"]))
    for above_m in (60.0, 400.0, 3000.0):
        horizon_m = radar_horizon_m(10.0, above_m)
        assert power(world, azimuth_deg, horizon_m - 1500.0, above_m) == 1.0
        assert power(world, azimuth_deg, horizon_m + 1500.0, above_m) == 0.0


def test_a_plateau_lifts_radar_and_ground_alike(sources):
    world = compile_world(on(sources["plateau"]))
    assert world.sensors.row[0]["height_m"] == pytest.approx(PLATEAU_M + 10.0, abs=0.1)
    assert height_m(*world.assets.position_m[0]) == pytest.approx(PLATEAU_M, abs=0.1)
    horizon_m = radar_horizon_m(10.0, 100.0)
    assert power(world, 90.0, horizon_m - 2e3, PLATEAU_M + 100.0) == 1.0
    assert power(world, 90.0, horizon_m + 2e3, PLATEAU_M + 100.0) == 0.0


def test_a_wall_hides_the_south_up_to_its_shadow(sources):
    """The wall stands 41 km away; the line over its far edge goes on straight while the earth falls away below it."""
    world = compile_world(on(sources["wall"]))
    wall_m, ground_m, k_radius_m = math.radians(0.37) * EARTH_RADIUS_M, 90e3, 4.0 / 3.0 * EARTH_RADIUS_M
    slope = (1500.0 - 10.0) / wall_m - wall_m / (2.0 * k_radius_m)
    shadow_m = 10.0 + ground_m * (slope + ground_m / (2.0 * k_radius_m))
    assert power(world, 180.0, ground_m, shadow_m + 150.0) == 1.0
    assert power(world, 180.0, ground_m, shadow_m - 150.0) == 0.0
    assert power(world, 0.0, ground_m, shadow_m - 150.0) == 1.0


@pytest.mark.parametrize("sea", [False, True])
def test_level_ground_diffracts_as_the_smooth_earth_does(sources, sea):
    """A plain is a bulge, not an edge: bringing its elevations must not lengthen anybody's sight."""
    plain = dataclasses.replace(resolved(ideal_scene()), environment=Environment(diffraction=True, sea=sea))
    smooth, level = compile_world(plain), compile_world(on(sources["sea"], diffraction=True, sea=sea))
    high = compile_world(on(sources["plateau"], diffraction=True))
    for above_m in (50.0, 500.0, 5e3):
        horizon_m = radar_horizon_m(10.0, above_m)
        for beyond_m in (-3e3, -200.0, 200.0, 2e3):
            expected = power(smooth, 90.0, horizon_m + beyond_m, above_m)
            assert power(level, 90.0, horizon_m + beyond_m, above_m) == pytest.approx(expected, rel=0.05, abs=1e-7)
            if not sea:
                raised = power(high, 90.0, horizon_m + beyond_m, PLATEAU_M + above_m)
                assert raised == pytest.approx(expected, rel=0.1, abs=1e-7)


def test_diffraction_lets_a_little_through_behind_a_wall(sources):
    world = compile_world(on(sources["wall"], diffraction=True))
    in_front, behind = power(world, 180.0, 30e3, 1500.0), power(world, 180.0, 90e3, 3400.0)
    assert in_front == 1.0
    assert 0.0 < behind < 0.05


def test_a_radar_in_the_air_is_masked_as_one_on_the_ground(sources):
    """The ray that is followed cell by cell agrees with the swept table, for a radar on a very tall mast."""
    world = compile_world(on(sources["hills"]))
    radius_m = float(world.propagation.row[0]["effective_radius_m"])
    antenna_m, height = world.sensors.position_m[0], float(world.sensors.row[0]["height_m"])
    agree, seen, cases = 0, 0, 0
    rng = np.random.default_rng(5)
    for _ in range(600):
        azimuth_deg, ground_m, above_m = rng.uniform(0.0, 360.0), rng.uniform(20e3, 200e3), rng.uniform(200.0, 6000.0)
        position_m = target(world, azimuth_deg, ground_m, above_m)
        if above_m < ground_below(world.terrain, position_m[0], position_m[1]):
            continue
        deficit_m, edge_m = below_sight(world.terrain, radius_m, antenna_m, height, position_m, above_m, ground_m)
        visible = not (deficit_m > 0.0 and edge_m > 0.0)
        swept = power(world, azimuth_deg, ground_m, above_m) > 0.0
        agree += visible == swept
        seen += visible
        cases += 1
    assert 0.2 < seen / cases < 0.9
    assert agree / cases >= 0.97


def test_low_flyers_follow_the_ground(sources):
    data = changed(ideal_scene(), raids={"raid": {"count": 1, "spread": "0 m", "route": [[38.5, 32.9, "300 m"]]}})
    scenario = on(sources["hills"], data)
    world = compile_world(scenario)
    result, _ = run_slice(world, 1, 0, 1, first_capacity(world))
    events = result.events
    launched = np.flatnonzero(events.object == 0)[0]
    east_m, north_m, up_m = (float(axis[launched]) for axis in (events.east_m, events.north_m, events.up_m))
    above_m = height_m(east_m, north_m, up_m) - ground_below(world.terrain, east_m, north_m)
    assert above_m == pytest.approx(300.0, abs=5.0)


def test_radars_may_stand_on_the_highest_ground_nearby(sources):
    low, high = compile_world(on(sources["hills"])), compile_world(on(sources["hills"], siting_m=10e3))
    assert high.sensors.row[0]["height_m"] > low.sensors.row[0]["height_m"] + 50.0
    moved_m = np.linalg.norm((high.sensors.position_m - low.sensors.position_m)[0, :2])
    assert 0.0 < moved_m <= 10.1e3
    # Nothing higher stands within the distance.
    site_m = low.sensors.position_m[0]
    around = [
        ground_below(world.terrain, site_m[0] + east_m, site_m[1] + north_m)
        for world in [high]
        for east_m in np.arange(-9e3, 9.1e3, 1e3)
        for north_m in np.arange(-9e3, 9.1e3, 1e3)
        if math.hypot(east_m, north_m) < 9e3
    ]
    assert high.sensors.row[0]["height_m"] - 10.0 >= max(around) - 1.0


def scenario_of(data):
    import yaml

    return Scenario.from_document(read_document(yaml.safe_dump(data, sort_keys=False).encode(), "scene.yaml"))


def grounded(data, terrain=None):
    from openiamd.catalogue.resolve import resolve

    scenario = scenario_of(data)
    variant = scenario.variant(scenario.reference_variant)
    return put_on_ground(variant, resolve(variant, catalogue()), terrain)


def test_a_flight_below_ground_is_refused_with_its_cure(sources):
    data = changed(real_scene(), traffic={"jet": {"route": [[38.7, 33.3, "500 m"], [40.1, 32.7, "500 m"]]}})
    with pytest.raises(
        ScenarioError, match=r"'jet-1' is below ground: at 500 m .* where the ground is at \d+ m"
    ) as caught:
        grounded(changed(data, environment={"terrain": sources["hills"]}))
    assert caught.value.line
    assert "heights: ground" in str(caught.value.hint)
    grounded(changed(data, environment={"terrain": sources["hills"]}, traffic={"jet": {"heights": "ground"}}))


def test_a_radar_carried_below_ground_is_named(sources):
    traffic = {
        "eye": {
            "type": "nato/e-3a",
            "side": "friendly",
            "loop": True,
            "route": [[39.7, 32.0, "100 m"], [39.7, 33.0, "100 m"]],
        }
    }
    sensors = {"eye-radar": {"type": "nato/apy-2", "node": "crc", "on": "eye-1"}}
    data = changed(real_scene(), traffic={**traffic, "jet": None}, sensors=sensors)
    with pytest.raises(ScenarioError, match="radar 'eye-radar' on 'eye-1' is below ground"):
        grounded(changed(data, environment={"terrain": sources["plateau"]}))


def test_absent_elevations_are_refused_at_their_line(tmp_path):
    with pytest.raises(ScenarioError, match="do not exist") as caught:
        grounded(changed(ideal_scene(), environment={"terrain": str(tmp_path / "nowhere.tif")}))
    assert caught.value.line
    with pytest.raises(TerrainError, match="do not exist"):
        grounded(ideal_scene(), str(tmp_path / "nowhere.tif"))


def test_elevations_that_end_too_early_are_refused(sources):
    moved = changed(ideal_scene(), sensors={"search": {"at": [43.5, 32.9]}})
    with pytest.raises(TerrainError, match=r"n\d\de0\d\d"):
        grounded(moved, sources["sea"])


def test_what_is_fetched_is_all_that_is_asked_for(tmp_path, sources):
    """Radars of long and short reach together, moved to higher ground: no cell beyond `needed_cells` is wanted."""
    sensors = {"far": {"type": "nato/ground-radar", "node": "post", "at": [39.4, 32.5]}}
    scenario = on(sources["hills"], changed(real_scene(), sensors=sensors), siting_m=8e3)
    folder = tmp_path / "cells"
    folder.mkdir()
    for south, west in needed_cells([scenario]):
        write_tiff(
            folder / f"n{south}e{west:03d}.tif", lambda latitude, _: 50.0 + 0.0 * latitude, (south, west, 1.0, 1.0)
        )
    compile_world(dataclasses.replace(scenario, environment=Environment(terrain=str(folder), siting_m=8e3)))


def test_elevations_that_change_are_read_again(tmp_path):
    source = write_tiff(tmp_path / "ground.tif", lambda latitude, longitude: 100.0 + 0.0 * latitude + 0.0 * longitude)
    before = compile_world(on(source)).sensors.row[0]["height_m"]
    write_tiff(tmp_path / "ground.tif", lambda latitude, longitude: 300.0 + 0.0 * latitude + 0.0 * longitude)
    assert compile_world(on(source)).sensors.row[0]["height_m"] - before == pytest.approx(200.0, abs=0.1)


def test_the_option_overrides_the_scenario(sources):
    data = changed(ideal_scene(), environment={"terrain": sources["hills"]})
    assert grounded(data, "none").environment.terrain == ""
    assert "sea" in grounded(data, sources["sea"]).environment.terrain
    assert describe_environment(grounded(data)).startswith("terrain 'hills', posts 1853 m apart")
    assert describe_environment(grounded(data, "none")).startswith("smooth earth: no terrain")


def test_the_same_ground_gives_the_same_bytes(sources):
    scenario = on(sources["hills"], real_scene())
    world = compile_world(scenario)
    first, _ = run_slice(world, 1, 0, 2, first_capacity(world))
    second, _ = run_slice(compile_world(scenario), 1, 0, 2, first_capacity(world))
    for one, other in zip(first.events, second.events, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
    assert CENTRE == [39.9, 32.9]
