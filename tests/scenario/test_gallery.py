"""The scenarios that come with the package load, pass every check and say what they promise."""

import math
from functools import cache
from pathlib import Path

import pytest

from openiamd.catalogue.entries import Catalogue, load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.catalogue.resolved import FlyingObject, Point, ResolvedScenario
from openiamd.scenario.checks import check
from openiamd.scenario.load import gallery, load_scenario

TURKEY = ["standalone", "picture", "iff", "integrated", "partial", "patriot"]


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


@cache
def resolved(name: str, variant: str) -> ResolvedScenario:
    return resolve(load_scenario(name).variant(variant), catalogue())


def distance_m(start: Point, end: Point) -> float:
    """Return the great-circle distance by the law of cosines, another way than the package's own."""
    cosine = math.sin(start.latitude_rad) * math.sin(end.latitude_rad)
    difference = end.longitude_rad - start.longitude_rad
    cosine += math.cos(start.latitude_rad) * math.cos(end.latitude_rad) * math.cos(difference)
    return 6_371_008.8 * math.acos(min(1.0, cosine))


def flight_time_s(item: FlyingObject) -> float:
    if item.ballistic:
        return 400.0  # a minimum-energy arc of 550 km takes 345 s
    legs = zip(item.route, item.route[1:], strict=False)
    return sum(distance_m(start.position, end.position) / start.speed_mps for start, end in legs)


@pytest.mark.parametrize("name", ["minimal", "turkey", "patriot-2003", "abqaiq-2019"])
def test_it_passes_every_check(name: str) -> None:
    assert name in gallery()
    scenario = load_scenario(name)
    check(scenario, catalogue().names_by_kind())
    for variant in scenario.variant_names:
        assert resolved(name, variant).variant == variant


def test_minimal_is_thirty_lines() -> None:
    folder = Path(__file__).parents[2] / "src" / "openiamd" / "scenarios"
    assert len((folder / "minimal.yaml").read_text().splitlines()) <= 30


@pytest.mark.parametrize("name", ["minimal", "turkey", "patriot-2003", "abqaiq-2019"])
def test_every_hostile_ends_before_the_run_does(name: str) -> None:
    for variant in load_scenario(name).variant_names:
        scene = resolved(name, variant)
        for item in scene.objects:
            if item.side == "hostile":
                last_s = item.start_s + item.start_jitter_s + flight_time_s(item)
                assert last_s < scene.duration_s, item.id


NOT_COMPARED = ("patriot-two", "four-units", "free")
NOT_COMPARED += ("partial-hours", "partial-sector", "partial-cued", "partial-hold", "partial-training")


def test_turkey_compares_the_six_variants_of_the_dispute() -> None:
    scenario = load_scenario("turkey")
    assert scenario.compared_variants == TURKEY
    assert scenario.replications == 200
    assert set(scenario.variant_names) == {*TURKEY, *NOT_COMPARED}


def test_turkey_flies_the_same_raid_and_traffic_under_the_same_doctrine_in_all_compared_variants() -> None:
    reference = resolved("turkey", "standalone")
    assert len(reference.objects) == 80
    assert sum(item.side == "hostile" for item in reference.objects) == 40
    for name in TURKEY:
        scene = resolved("turkey", name)
        assert scene.objects == reference.objects
        assert load_scenario("turkey").variant(name).doctrine == load_scenario("turkey").doctrine


def test_turkey_variants_differ_in_links_and_identification_as_named() -> None:
    def defence(name: str) -> tuple[bool, list[tuple[bool, str]]]:
        scene = resolved("turkey", name)
        index = next(index for index, node in enumerate(scene.nodes) if node.id in ("s400-cp", "patriot-cp"))
        incoming = [(link.carries_identity, link.remote_use) for link in scene.links if link.receiver == index]
        return scene.nodes[index].mode5, incoming

    assert defence("standalone") == (False, [])
    assert defence("picture") == (False, [(False, "CUE")] * 2)
    assert defence("iff") == (True, [])
    assert defence("integrated") == (True, [(True, "CUE")] * 2)
    assert defence("partial") == (False, [])
    assert defence("patriot") == (True, [(True, "CUE")] * 2)


def test_civil_mode_3_is_readable_by_every_node_with_an_interrogator_in_every_variant() -> None:
    for name in load_scenario("turkey").variant_names:
        assert all(node.mode3_reply_probability > 0.9 for node in resolved("turkey", name).nodes)


def test_a_wrong_identity_can_cost_something() -> None:
    ankara = Point(math.radians(39.9), math.radians(32.9))
    near = [
        item.group
        for item in resolved("turkey", "standalone").objects
        if item.side != "hostile" and any(distance_m(ankara, point.position) < 60e3 for point in item.route)
    ]
    assert {"f16-home-south", "f35-home-east", "tb2-home", "airliner-landing"} <= set(near)


def test_the_2018_package_has_120_ready_missiles_thirty_a_unit() -> None:
    """T-19: DSCA notification of 18 December 2018, 20 M903 for 60 MSE and 60 GEM-T ready over four fire units."""
    units = resolved("turkey", "patriot").fire_units
    assert [sum(rounds for _, rounds in unit.magazines) for unit in units] == [30] * 4
    assert sum(unit.sector_rad for unit in units) >= math.tau


def test_fire_units_are_two_and_four_by_override() -> None:
    assert len(resolved("turkey", "standalone").fire_units) == 2
    assert len(resolved("turkey", "four-units").fire_units) == 4
    assert len(resolved("turkey", "patriot-two").fire_units) == 2
    rounds = [unit.magazines for unit in resolved("turkey", "standalone").fire_units]
    assert rounds == [((0, 32),), ((0, 32),)]


def test_partial_activation_costs_time_and_its_lead_is_a_ranged_input() -> None:
    scene = resolved("turkey", "partial")
    inputs = {entry.path: entry for entry in scene.inputs}
    lead = inputs["scenario:readiness.stored.warning.lead"]
    assert lead.low < lead.nominal < lead.high
    first_s = min(item.start_s for item in scene.objects if item.side == "hostile")
    preparation_s = inputs["scenario:readiness.stored.warning.preparation"].value
    for unit in scene.fire_units:
        assert unit.active_from_s == first_s - lead.value + preparation_s + 300.0
    assert {sensor.active_from_s for sensor in scene.sensors if scene.nodes[sensor.node].id != "s400-cp"} == {0.0}


def test_hours_after_the_warning_follow_its_lead() -> None:
    variant = load_scenario("turkey").variant("partial")
    early = resolve(variant, catalogue(), {"scenario:readiness.stored.warning.lead": 1800.0})
    late = resolve(variant, catalogue(), {"scenario:readiness.stored.warning.lead": 0.0})
    first_s = min(item.start_s for item in late.objects if item.side == "hostile")
    assert late.fire_units[0].active_from_s == first_s + 900.0 + 300.0
    assert early.fire_units[0].active_from_s == 0.0
