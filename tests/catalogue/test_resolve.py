"""Names are looked up, numbers become SI, groups become objects, inputs are listed once."""

import math
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiamd.catalogue.entries import Catalogue, load_catalogue
from openiamd.catalogue.places import EARTH_RADIUS_M, bearing_rad, moved, shifted
from openiamd.catalogue.resolve import resolve
from openiamd.catalogue.resolved import Point, ResolvedScenario
from openiamd.errors import CatalogueError
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario

BASE = """\
openiamd: 1
name: small
theatre: {centre: [40, 33], radius: 300 km, duration: 20 min, warmup: 1 min}
assets: {city: {at: [40, 33], radius: 15 km}}
doctrine: {blue: {decision_delay: 3 s}, red: {}}
nodes:
  post: {type: ideal/command, at: [40, 33], doctrine: blue, iff: [mode3], interrogator: ideal/iff, superior: above}
  above: {type: s400/55k6e, at: [40, 33], doctrine: red}
sensors:
  search: {type: ideal/radar, node: post, at: [40, 33]}
  guide: {type: s400/92n6e, node: above, at: [40, 33], facing: -90 deg}
fire_units:
  unit: {type: s400/fire-unit, node: above, at: [40, 33], radar: guide, load: {s400/48n6e3: 8, s400/9m96e2: 16}}
links:
  down: {type: ideal/link, from: above, to: post, carries: [order]}
raids:
  raid: {type: threat/cruise, count: 3, start: 1 min, spacing: 10 s, spread: 6 km, target: city,
    route: [[39, 33], [39.5, 33, 200 m, 300 m/s]]}
  rain: {type: threat/drone, route: [[39, 33], [41, 33]], arrivals: {rate: 6 1/min, capacity: 4}}
  scud: {type: threat/srbm-300, launch: [38, 33], target: city}
"""


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


def resolved(text: str = BASE, overrides: dict[str, float] | None = None) -> ResolvedScenario:
    scenario = Scenario.from_document(read_document(text.encode(), "small.yaml"))
    return resolve(scenario, catalogue(), overrides)


def by_id(scene: ResolvedScenario, name: str):
    things = [*scene.objects, *scene.nodes, *scene.sensors, *scene.fire_units]
    return next(thing for thing in things if thing.id == name)


def test_a_group_becomes_objects_one_after_another_side_by_side() -> None:
    members = [by_id(resolved(), f"raid-{number}") for number in (1, 2, 3)]
    assert [member.start_s for member in members] == [60.0, 70.0, 80.0]
    assert {member.group for member in members} == {"raid"}
    first, middle, last = (member.route[0].position for member in members)
    assert math.isclose(middle.longitude_rad, math.radians(33.0), abs_tol=1e-12)
    width_m = (last.longitude_rad - first.longitude_rad) * EARTH_RADIUS_M * math.cos(middle.latitude_rad)
    assert math.isclose(width_m, 6000.0, rel_tol=1e-3)
    assert len({member.route[-1] for member in members}) == 1


def test_a_route_takes_height_and_speed_from_the_catalogue_and_ends_at_the_target() -> None:
    route = by_id(resolved(), "raid-2").route
    assert [(point.position.height_m, point.speed_mps) for point in route] == [(50, 245), (200, 300), (200, 300)]
    assert math.isclose(route[-1].position.latitude_rad, math.radians(40.0))
    assert by_id(resolved(), "raid-2").target == 0
    assert not by_id(resolved(), "raid-2").departs
    assert by_id(resolved(), "rain-1").departs


def test_random_arrivals_are_numbered_from_one() -> None:
    members = [by_id(resolved(), f"rain-{number}") for number in (1, 2, 3, 4)]
    assert [member.arrival_index for member in members] == [1, 2, 3, 4]
    assert all(math.isclose(member.arrival_rate_hz, 0.1) for member in members)
    assert {member.start_s for member in members} == {0.0}
    assert by_id(resolved(), "raid-1").arrival_index == 0


def test_a_ballistic_missile_has_launch_and_impact() -> None:
    missile = by_id(resolved(), "scud-1")
    assert missile.ballistic
    assert missile.object_class == "ballistic"
    assert [round(math.degrees(point.position.latitude_rad), 9) for point in missile.route] == [38.0, 40.0]


def test_references_become_positions_in_lists() -> None:
    scene = resolved()
    assert scene.nodes[0].superior == 1
    assert scene.nodes[1].superior == -1
    assert (scene.links[0].sender, scene.links[0].receiver) == (1, 0)
    assert scene.fire_units[0].engagement_sensor == 1
    assert [scene.interceptors[index].id for index, _ in scene.fire_units[0].magazines] == [
        "s400/48n6e3",
        "s400/9m96e2",
    ]


def test_doctrine_overrides_the_catalogue_and_leaves_it_otherwise() -> None:
    post, above = resolved().nodes
    assert post.decision_delay_s == 3.0
    assert above.decision_delay_s == catalogue().entry("s400/55k6e").values["decision_delay"].nominal


def test_only_modes_held_are_answered() -> None:
    post, above = resolved().nodes
    assert (post.mode3_reply_probability, post.mode5_reply_probability, post.mode5) == (1.0, 0.0, False)
    assert (above.mode3_reply_probability, above.interrogator_range_m) == (0.0, 0.0)
    search, guide = resolved().sensors
    assert search.interrogator
    assert not guide.interrogator


def test_radars_share_the_anchor_probability_unless_they_define_their_own() -> None:
    scene = resolved(overrides={"shared/radar.anchor_detection_probability": 0.9})
    search, guide = scene.sensors
    assert (search.anchor_pd, guide.anchor_pd) == (0.5, 0.9)


def test_inputs_are_listed_once_and_nothing_unused_is_listed() -> None:
    paths = [entry.path for entry in resolved().inputs]
    assert len(set(paths)) == len(paths)
    assert "s400/92n6e.range_anchor" in paths
    assert "ideal/link.latency" in paths
    assert not any(path.startswith(("patriot/", "s400/91n6e")) for path in paths)
    for entry in resolved().inputs:
        assert entry.low <= entry.nominal <= entry.high
        assert entry.value == entry.nominal


@pytest.mark.parametrize("path", [entry.path for entry in resolved().inputs if not entry.path.startswith("ideal/")])
def test_an_override_changes_its_input_and_the_scene(path: str) -> None:
    nominal = {entry.path: entry for entry in resolved().inputs}[path]
    number = nominal.nominal + 1.0
    scene = resolved(overrides={path: number})
    changed = [entry.path for entry in scene.inputs if entry.value != entry.nominal]
    assert changed == [path]
    if path != "s400/92n6e.designated_only":  # 2 says what 1 says
        assert replace(scene, inputs=()) != replace(resolved(), inputs=())


def test_an_override_of_nothing_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"override of 's400/92n6e\.range_ancor'") as caught:
        resolved(overrides={"s400/92n6e.range_ancor": 1.0})
    assert "did you mean 's400/92n6e.range_anchor'?" in (caught.value.hint or "")


def test_an_idealised_scenario_sets_values_of_idealised_entries() -> None:
    ideal = BASE + "idealised: {noise: false, detect_always: true, values: {ideal/radar.revisit: 5 s}}\n"
    search = resolved(ideal).sensors[0]
    assert (search.revisit_s, search.noiseless, search.detect_always) == (5.0, True, True)
    assert resolved().sensors[0].revisit_s == 1.0


def test_facing_is_between_zero_and_a_full_turn() -> None:
    assert math.isclose(resolved().sensors[1].facing_rad, math.radians(270.0))


places = st.builds(Point, st.floats(-1.2, 1.2), st.floats(-3.0, 3.0))


@given(places, st.floats(-math.pi, math.pi), st.floats(1e3, 2e6))
def test_moving_along_a_bearing_lands_at_that_bearing_and_distance(
    start: Point, direction_rad: float, distance_m: float
) -> None:
    end = moved(start, direction_rad, distance_m)
    chord = math.dist(unit_vector(start), unit_vector(end))
    assert math.isclose(2.0 * EARTH_RADIUS_M * math.asin(chord / 2.0), distance_m, rel_tol=1e-6)
    assert math.isclose(math.cos(bearing_rad(start, end) - direction_rad), 1.0, abs_tol=1e-6)


@given(st.lists(places, min_size=2, max_size=5, unique=True), st.floats(-20e3, 20e3))
def test_a_shifted_route_keeps_its_distance(route: list[Point], offset_m: float) -> None:
    for before, after in zip(route, shifted(route, offset_m), strict=True):
        chord = math.dist(unit_vector(before), unit_vector(after))
        assert math.isclose(2.0 * EARTH_RADIUS_M * math.asin(chord / 2.0), abs(offset_m), abs_tol=1.0)


def unit_vector(place: Point) -> tuple[float, float, float]:
    """Return the earth-centred direction of a place."""
    cosine = math.cos(place.latitude_rad)
    return (
        cosine * math.cos(place.longitude_rad),
        cosine * math.sin(place.longitude_rad),
        math.sin(place.latitude_rad),
    )
