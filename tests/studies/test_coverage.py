"""Coverage against closed forms on a smooth earth without gas: horizon, range equation, instrumented range, areas."""

import json
import math

import numpy as np
import pytest
import yaml

import openiamd
import scenes
from openiamd.catalogue.resolved import Point
from openiamd.errors import OpenIAMDError, UnitError, UsageError
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.results.coverage import LEVELS, open_coverage
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from openiamd.studies.coverage import CURVE_ALTITUDES_M
from openiamd.studies.coverage_cases import HIGH, LOW, NOMINAL, Target, collect, corner_cases, find_target
from openiamd.studies.coverage_maps import area_km2, distances_m, gaps_km2, theatre_grid, within
from openiamd.studies.coverage_scene import SceneCoverage

ANCHOR_M, ANTENNA_M = 300e3, 10.0  # of ideal/radar, against 1 m2


def scenario(data):
    return Scenario.from_document(read_document(yaml.safe_dump(data, sort_keys=False).encode(), "scene.yaml"))


def horizon_m(antenna_m, target_m):
    """Return 4.12 (sqrt h1 + sqrt h2) km with its factor to full precision: sqrt(2 (4/3) R)."""
    return math.sqrt(8.0 / 3.0 * EARTH_RADIUS_M) * (math.sqrt(antenna_m) + math.sqrt(target_m))


def ground_m(slant_m, antenna_m, target_m):
    """Return the arc below a chord between two heights: the law of cosines."""
    a, b = EARTH_RADIUS_M + antenna_m, EARTH_RADIUS_M + target_m
    return EARTH_RADIUS_M * math.acos((a * a + b * b - slant_m * slant_m) / (2.0 * a * b))


def cap_km2(range_m):
    return 2.0 * math.pi * EARTH_RADIUS_M**2 * (1.0 - math.cos(range_m / EARTH_RADIUS_M)) / 1e6


@pytest.fixture(scope="module")
def ideal(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ideal") / "out"
    targets = ["1 m2", "0.01 m2"]
    return openiamd.coverage(scenario(scenes.ideal_scene()), targets=targets, output=folder)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    data = scenes.real_scene(
        traffic={"awacs": {"type": "nato/e-3a", "side": "friendly", "loop": True,
                           "route": [[38.9, 32.0], [38.9, 33.0], [38.7, 33.0], [38.7, 32.0]]}},
        nodes={"e3a": {"type": "nato/awacs-crew", "at": [38.8, 32.5], "doctrine": "rules"}},
        sensors={"e3a-radar": {"type": "nato/apy-2", "node": "e3a", "on": "awacs-1"}},
        variants={"late": {"sensors": {"search": {"active": {"from": "20 min"}}}}},
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("real") / "out"
    return openiamd.coverage(scenario(data), targets=["f-16c", "1e4 m2"], output=folder)


@pytest.mark.parametrize("target", ["1 m2", "0.01 m2"])
@pytest.mark.parametrize("altitude_m", CURVE_ALTITUDES_M[::4])
def test_first_detection_is_the_horizon_or_the_range_equation(ideal, target, altitude_m):
    (row,) = ideal.rows("curves", node="post", target=target, altitude_m=altitude_m, band="nominal")
    slant_m = ANCHOR_M * float(target.split()[0]) ** 0.25
    expected_m = min(horizon_m(ANTENNA_M, altitude_m), ground_m(slant_m, ANTENNA_M, altitude_m))
    assert row["first_detection_median_m"] == pytest.approx(expected_m, rel=2e-4)
    assert row["first_detection_min_m"] == row["first_detection_max_m"]


@pytest.mark.parametrize("target", ["1 m2", "0.01 m2"])
@pytest.mark.parametrize("altitude_m", [100.0, 1_000.0, 10_000.0])
def test_area_is_that_of_a_cap(ideal, target, altitude_m):
    (row,) = ideal.rows("coverage", node="post", target=target, altitude_m=altitude_m, band="nominal")
    assert row["area_km2"] == pytest.approx(cap_km2(row["first_detection_median_m"]), rel=0.012)
    assert row["theatre_share"] == pytest.approx(row["area_km2"] / cap_km2(400e3), rel=0.002)
    assert row["largest_gap_km2"] <= 0.01 * row["area_km2"]
    assert row["azimuth_share"] == 1.0


def test_an_asset_is_warned_by_the_range_over_the_speed(ideal):
    (row,) = ideal.rows("assets", node="post", target="1 m2", altitude_m=100.0, band="nominal")
    assert row["first_detection_worst_m"] == pytest.approx(horizon_m(ANTENNA_M, 100.0), rel=2e-4)
    assert row["warning_worst_s"] == pytest.approx(row["first_detection_worst_m"] / 250.0)


def test_a_sector_covers_its_share_and_the_rest_is_a_gap(tmp_path):
    values = {"ideal/radar.azimuth_coverage": "90 deg", "ideal/radar.range_instrumented": "200 km"}
    data = scenes.ideal_scene(idealised={"values": values}, sensors={"search": {"facing": "120 deg"}})
    found = openiamd.coverage(scenario(data), altitudes_m=[10e3], targets=["1 m2"], output=tmp_path / "out")
    (row,) = found.rows("coverage", node="post", band="nominal")
    whole_km2 = cap_km2(ground_m(200e3, ANTENNA_M, 10e3))
    assert row["area_km2"] == pytest.approx(whole_km2 / 4.0, rel=0.01)
    assert row["largest_gap_km2"] == pytest.approx(0.75 * whole_km2, rel=0.02)
    assert row["azimuth_share"] == pytest.approx(0.25, abs=0.02)
    assert row["first_detection_min_m"] == 0.0
    # The middle of the sector is seen in the cut that was asked for, the back is not.
    for azimuth_rad, seen in ((math.radians(120), True), (math.radians(300), False)):
        folder = tmp_path / f"{seen}"
        found = openiamd.coverage(scenario(data), targets=["1 m2"], cut_azimuth_rad=azimuth_rad, output=folder)
        assert (max(found.rows("cuts", node="post")[0]["level"]) > 0) is seen


def test_a_lower_pd_reaches_farther_by_the_closed_form(tmp_path):
    # Swerling 1: SNR = ln Pfa / ln Pd - 1, range goes with its fourth root.
    found = openiamd.coverage(
        scenario(scenes.ideal_scene()), altitudes_m=[10e3], targets=["0.01 m2"], pd=0.9, output=tmp_path / "out"
    )
    (row,) = found.rows("coverage", node="post", band="nominal")
    ratio = (math.log(1e-6) / math.log(0.5) - 1.0) / (math.log(1e-6) / math.log(0.9) - 1.0)
    slant_m = ANCHOR_M * (0.01 * ratio) ** 0.25
    assert row["first_detection_median_m"] == pytest.approx(ground_m(slant_m, ANTENNA_M, 10e3), rel=2e-4)


def test_bands_are_ordered_and_a_union_is_no_smaller_than_its_parts(real):
    rows = real.rows("coverage")
    found = {}
    for row in rows:
        key = (row["variant"], row["node"], row["role"], row["target"], row["altitude_m"], row["heading"])
        found.setdefault(key, {})[row["band"]] = row
    differ = 0
    for bands in found.values():
        for key in ("area_km2", "first_detection_max_m"):
            low, nominal, high = (bands[band][key] for band in ("low", "nominal", "high"))
            if nominal is None:  # what crosses has no first detection on its way in
                continue
            # A higher antenna sees an instrumented range of slant at a ground range that is shorter by centimetres.
            assert low * (1.0 - 1e-5) <= nominal <= high * (1.0 + 1e-5)
            differ += low < nominal < high
    assert differ > 10
    for (variant, node, role, target, altitude_m, heading), bands in found.items():
        if role == "search":
            whole = found[variant, "network", "search", target, altitude_m, heading]
            assert all(whole[band]["area_km2"] >= bands[band]["area_km2"] for band in LEVELS)
        assert node != "network" or role == "search"


def test_corner_cases_nest_cell_by_cell_on_a_smooth_earth():
    catalogue = scenes.catalogue()
    variant = scenario(scenes.real_scene()).variant("base")
    scene_list, _ = collect({"base": corner_cases(variant, catalogue, None)})
    whole = SceneCoverage(scene_list[0], [300.0], True, 0.5)
    list(whole.look_for(find_target("f-16c", catalogue)))
    for radar in range(len(scene_list[0].radars)):
        alone = []
        for corner in (LOW, NOMINAL, HIGH):
            kept = whole.sights
            whole.sights = [kept[corner]] * 3
            alone.append(whole.polar(radar, 300.0, "any", 500.0) > 0)
            whole.sights = kept
        assert not (alone[0] & ~alone[1]).any()
        assert not (alone[1] & ~alone[2]).any()


@pytest.mark.parametrize(
    "environment",
    [
        {"gas": True, "diffraction": True, "rain": {"rate": "10 mm/h", "height": "3 km"}},
        {"sea": {"wave_height": "0 m"}, "effective_radius_factor": 1.0},
    ],
)
@pytest.mark.parametrize("target", ["0.01 m2", "100 m2"])
def test_nothing_is_seen_beyond_what_is_searched(environment, target):
    variant = scenario(scenes.real_scene(environment=environment)).variant("base")
    (scene,), _ = collect({"base": corner_cases(variant, scenes.catalogue(), None)})
    whole = SceneCoverage(scene, [100.0, 5e3], True, 0.5)
    list(whole.look_for(find_target(target, scenes.catalogue())))
    seen = 0
    for radar in range(len(scene.radars)):
        for altitude_m in whole.altitudes_m:
            reach_m = max(whole.reach_m(radar, corner, altitude_m) for corner in (LOW, NOMINAL, HIGH))
            step_m = 1.6 * reach_m / 300
            levels = whole.polar(radar, altitude_m, "any", step_m)
            seen += int(levels.any())
            assert not levels[:, int(reach_m / step_m) + 1 :].any()
    assert seen >= 3  # rain drowns the smaller target at some radars


def test_an_awacs_sees_to_its_horizon(real):
    # Published: 400 km against low flyers from 9,150 m; the horizon to a target at 100 m is 435 km (smooth earth).
    (row,) = real.rows("coverage", variant="base", node="e3a", target="1e4 m2", altitude_m=100.0, band="nominal")
    assert row["first_detection_median_m"] == pytest.approx(horizon_m(9_154.0, 100.0), rel=1e-3)
    assert row["first_detection_median_m"] == pytest.approx(435e3, rel=0.005)


def test_a_radar_off_duty_is_left_out_and_named(tmp_path):
    data = scenes.real_scene(
        readiness={"stored": {"state": "boxed", "applies_to": ["post"]}}, theatre={"duration": "15 min"}
    )
    found = openiamd.coverage(scenario(data), altitudes_m=[1e3], targets=["f-16c"], output=tmp_path / "out")
    assert found.manifest["never_on_duty"]["base"] == ["search", "guide"]
    assert found.manifest["nodes_without_radar"]["base"] == ["post"]
    assert {row["node"] for row in found.rows("coverage")} == {"crc", "network"}


def test_engagement_radars_stand_apart_and_the_network_leaves_them_out(real):
    rows = real.rows("coverage", variant="base", role="engagement")
    assert {row["node"] for row in rows} == {"post"}
    assert {row["radars"] for row in real.rows("coverage", variant="base", node="network")} == {3}


def test_headings_matter_to_a_target_with_aspects():
    variant = scenario(scenes.ideal_scene()).variant("base")
    (scene,), _ = collect({"base": corner_cases(variant, scenes.catalogue(), None)})
    whole = SceneCoverage(scene, [100.0], True, 0.5)
    # Sixteen times the cross-section from the side is twice the range, four times the area; low, to be seen head on.
    list(whole.look_for(Target("flat", (4e-5, 4e-5, 4e-5), 16.0, 1.0, 1.0, 1, 250.0, ())))
    areas = {row["heading"]: row["area_km2"] for row in whole.areas((0,)) if row["band"] == "nominal"}
    assert areas["crossing"] / areas["inbound"] == pytest.approx(4.0, rel=0.05)


def test_maps_hold_the_areas_of_the_table(real):
    import rasterio

    for chart in real.charts(variant="base", target="nato/f-16c"):
        path = real.directory / chart["file"]
        with rasterio.open(path) as source:
            assert source.crs.to_epsg() == 4326
            assert source.descriptions == ("100 m", "1000 m", "10000 m")
            assert source.tags()["surface"] == "smooth earth: no terrain"
            levels = source.read()
            south = source.bounds.bottom + source.res[1] * np.arange(source.height)[::-1]
            strip = np.sin(np.radians(south + source.res[1])) - np.sin(np.radians(south))
            cell_km2 = (EARTH_RADIUS_M / 1e3) ** 2 * math.radians(source.res[0]) * strip
        for band, level in LEVELS.items():
            for index, altitude_m in enumerate(real.manifest["altitudes_m"]):
                wanted = {key: chart[key] for key in ("variant", "node", "role", "target", "heading")}
                (row,) = real.rows("coverage", **wanted, altitude_m=altitude_m, band=band)
                assert (levels[index] >= level).sum(axis=1) @ cell_km2 == pytest.approx(row["area_km2"], rel=1e-6)


def test_outlines_are_valid_and_have_the_areas_of_the_table(real):
    outlines = json.loads((real.directory / "coverage.geojson").read_text())
    assert outlines["type"] == "FeatureCollection"
    assert (real.directory / "coverage.geojson").stat().st_size < 2e6
    seen = [row for row in real.rows("coverage") if row["area_km2"] > 0.0]
    assert len(outlines["features"]) == len(seen)
    for feature in outlines["features"]:
        about, total = feature["properties"], 0.0
        assert about["surface"] == "smooth earth: no terrain"
        for polygon in feature["geometry"]["coordinates"]:
            for position, ring in enumerate(polygon):
                points = np.array(ring)
                assert len(points) >= 4
                assert (points[0] == points[-1]).all()
                # An equal-area cylinder: degrees east by the sine of the latitude.
                x, y = np.radians(points[:, 0]), np.sin(np.radians(points[:, 1]))
                turned = 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))
                assert (turned > 0.0) == (position == 0)  # right-hand rule: outer rings anticlockwise
                total += turned
        assert total * (EARTH_RADIUS_M / 1e3) ** 2 == pytest.approx(about["area_km2"], rel=0.02)


def test_the_folder_says_what_it_rests_on(real):
    manifest = open_coverage(real.directory).manifest
    assert manifest["surface"] == "smooth earth: no terrain"
    assert manifest["air"].startswith("refraction by 1.33 earth radii; no attenuation by gas")
    assert "no confidence interval" in manifest["band_meaning"]
    paths = {row["path"] for row in manifest["inputs"] if row["banded"]}
    assert {"s400/91n6e.range_anchor", "s400/91n6e.antenna_height", "nato/f-16c.rcs", "nato/e-3a.altitude"} <= paths
    assert all(row["low"] <= row["nominal"] <= row["high"] and row["source"] for row in manifest["inputs"])
    assert manifest["alike"] == {"base": "base", "late": "late"}
    airborne = [one for one in manifest["places"]["base"] if one["kind"].startswith("airborne")]
    assert (airborne[0]["latitude_deg"], airborne[0]["longitude_deg"]) == (pytest.approx(38.8, abs=0.01), 32.5)


def test_default_targets_are_what_the_scenario_sends_along_routes(tmp_path):
    found = openiamd.coverage(scenario(scenes.real_scene()), altitudes_m=[1e3], output=tmp_path / "out")
    assert [one["name"] for one in found.manifest["targets"]] == ["threat/cruise", "threat/drone"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"targets": ["f-53a"]}, "unknown target 'f-53a'"),
        ({"targets": ["0 m2"]}, "has no size"),
        ({"targets": ["3 kg"]}, "where an area is wanted"),
        ({"altitudes_m": [-5.0]}, "altitude -5 m"),
        ({"altitudes_m": [math.nan]}, "altitude nan m"),
        ({"altitudes_m": []}, "0 altitudes"),
        ({"variants": ["late"]}, "no variant 'late'"),
        ({"variants": []}, "no variant is named"),
        ({"above": "sky"}, "above is 'sky'"),
        ({"pd": 1.0}, "pd is 1"),
    ],
)
def test_wrong_arguments_are_refused_and_nothing_is_written(options, sentence, tmp_path):
    with pytest.raises(OpenIAMDError) as caught:
        openiamd.coverage(scenario(scenes.ideal_scene()), output=tmp_path / "out", **options)
    assert sentence in str(caught.value)
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_refused(tmp_path):
    (tmp_path / "precious").write_text("")
    with pytest.raises(UsageError, match="not empty"):
        openiamd.coverage(scenario(scenes.ideal_scene()), output=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_a_near_name_is_offered():
    with pytest.raises(UsageError) as caught:
        find_target("f-35", scenes.catalogue())
    assert "did you mean 'f-35a'?" in (caught.value.hint or "")
    assert find_target("f-35a", scenes.catalogue()) == find_target("nato/f-35a", scenes.catalogue())
    with pytest.raises(UnitError):
        find_target("3", scenes.catalogue())


def test_the_grid_holds_the_theatre():
    grid = theatre_grid(Point(math.radians(39.0), math.radians(34.0)), 500e3)
    assert area_km2(grid.inside, grid) == pytest.approx(cap_km2(500e3), rel=1e-3)
    assert not grid.inside[:, 0].all()
    with pytest.raises(UsageError, match="pole"):
        theatre_grid(Point(math.radians(88.0), 0.0), 500e3)


def test_gaps_are_what_is_open_within_the_farthest_seen():
    centre = Point(math.radians(39.0), math.radians(34.0))
    grid = theatre_grid(centre, 300e3)
    ring = within(grid, centre, 200e3) & ~within(grid, centre, 100e3)
    whole_km2, largest_km2 = gaps_km2(ring, grid, distances_m(grid, centre))
    assert whole_km2 == pytest.approx(cap_km2(100e3), rel=0.01)
    assert largest_km2 == pytest.approx(whole_km2)
    assert gaps_km2(np.zeros_like(ring), grid, distances_m(grid, centre)) == (0.0, 0.0)
