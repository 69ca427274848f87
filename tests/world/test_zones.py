"""Engagement zones: their geometry beside an independent one on the sphere, and what they forbid and allow."""

import math
from typing import Any

import numpy as np
import pytest

from openiamd.physics.geodesy import EARTH_RADIUS_M, enu_from_geodetic
from openiamd.world import events as kinds
from openiamd.world.compile import compile_world
from openiamd.world.doctrine import FREE, HOLD, NO_STATUS, TIGHT
from openiamd.world.zones import ZoneTable, in_polygon, in_zone, zone_rules
from scenes import CENTRE, Data, Outcome, changed, ideal_scene, play, raid, resolved

CORNERS = [[39.0, 31.0], [41.5, 32.0], [39.6, 33.0], [41.0, 35.0], [38.6, 34.0]]  # not convex


def table(**zone: Any) -> ZoneTable:
    fields = {"kind": "missile_engagement", **zone}
    return compile_world(resolved(ideal_scene(zones={"zone": fields}))).zones


def place(latitude_deg: float, longitude_deg: float, height_m: float = 0.0) -> np.ndarray:
    origin = [math.radians(degrees) for degrees in CENTRE]
    at = math.radians(latitude_deg), math.radians(longitude_deg)
    return np.array(enu_from_geodetic(*at, height_m, *origin))


def unit(latitude_deg: float, longitude_deg: float) -> np.ndarray:
    latitude, longitude = math.radians(latitude_deg), math.radians(longitude_deg)
    across = math.cos(latitude)
    return np.array([across * math.cos(longitude), across * math.sin(longitude), math.sin(latitude)])


def wound_about(point: np.ndarray, corners: list[np.ndarray]) -> bool:
    """Tell whether corners go round a point on the sphere, by the angles that its bearings to them turn through."""
    bearings = []
    north = np.array([0.0, 0.0, 1.0]) - point * point[2]
    east = np.cross(north, point)
    for corner in corners:
        bearings.append(math.atan2(float(corner @ east), float(corner @ north)))
    turned = 0.0
    for before, here in zip(bearings, bearings[1:] + bearings[:1], strict=True):
        turned += (here - before + math.pi) % math.tau - math.pi
    return abs(turned) > math.pi


def test_a_polygon_is_that_of_great_circles_on_the_sphere():
    zones = table(points=CORNERS)
    corners = [unit(*corner) for corner in CORNERS]
    rng = np.random.default_rng(5)
    found = []
    for _ in range(3000):
        latitude, longitude = rng.uniform(38.0, 42.0), rng.uniform(30.5, 35.5)
        altitude_m = rng.uniform(0.0, 30_000.0)
        inside = in_zone(zones, 0, place(latitude, longitude, altitude_m), altitude_m)
        assert inside == wound_about(unit(latitude, longitude), corners), (latitude, longitude)
        found.append(inside)
    assert 500 < sum(found) < 2500


def test_a_ray_crosses_an_odd_number_of_sides():
    square = np.array([[9.0, 9.0], [0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])  # the first belongs to another
    assert in_polygon(square, 1, 4, 1.0, 1.0)
    for x, y in ((-0.1, 1.0), (2.1, 1.0), (1.0, -0.1), (1.0, 2.1), (9.0, 9.0)):
        assert not in_polygon(square, 1, 4, x, y)


def test_a_round_zone_ends_at_its_radius_at_every_height():
    zones = table(at=[39.9, 34.9], radius="50 km")
    step_deg = math.degrees(50_000.0 / EARTH_RADIUS_M)
    for height_m in (0.0, 20_000.0):
        assert in_zone(zones, 0, place(39.9 + 0.999 * step_deg, 34.9, height_m), height_m)
        assert not in_zone(zones, 0, place(39.9 + 1.001 * step_deg, 34.9, height_m), height_m)


def test_floor_and_ceiling_belong_to_the_zone():
    zones = table(at=CENTRE, radius="50 km", floor="1 km", ceiling="5 km")
    heights = (999.0, 1000.0, 5000.0, 5001.0)
    assert [in_zone(zones, 0, place(CENTRE[0], CENTRE[1], one), one) for one in heights] == [False, True, True, False]


HERE, AWAY = [40.0, 33.0], [41.5, 33.0]


def rules(zones: dict[str, Any], at: list[float] = HERE, now_s: float = 100.0) -> tuple[bool, int, int]:
    full = {name: {"at": HERE, "radius": "30 km", **zone} for name, zone in zones.items()}
    return zone_rules(now_s, compile_world(resolved(ideal_scene(zones=full))).zones, 0, place(at[0], at[1], 3000.0))


MEZ, FEZ, RFZ = "missile_engagement", "fighter_engagement", "restricted_fire"


def test_the_most_restrictive_zone_wins():
    assert rules({}) == (True, NO_STATUS, FREE)
    assert rules({"a": {"kind": MEZ}}) == (True, NO_STATUS, FREE)
    assert rules({"a": {"kind": MEZ, "weapons_control": "FREE"}}) == (True, FREE, FREE)
    both = {"a": {"kind": MEZ, "weapons_control": "FREE"}, "b": {"kind": MEZ, "weapons_control": "TIGHT"}}
    assert rules(both) == (True, TIGHT, FREE)
    assert rules({"a": {"kind": MEZ}, "b": {"kind": FEZ}})[0] is False
    assert rules({"a": {"kind": RFZ}}) == (True, NO_STATUS, HOLD)
    assert rules({"a": {"kind": RFZ, "weapons_control": "TIGHT"}, "b": {"kind": RFZ}}) == (True, NO_STATUS, HOLD)


def test_outside_its_missile_engagement_zones_a_node_holds():
    assert rules({"a": {"kind": MEZ}}, AWAY)[0] is False
    assert rules({"a": {"kind": FEZ}}, AWAY)[0] is True
    assert rules({"a": {"kind": MEZ, "applies_to": []}}, AWAY)[0] is True
    hours = {"kind": MEZ, "from": "200 s", "until": "300 s"}
    assert [rules({"a": hours}, AWAY, now_s)[0] for now_s in (199.0, 200.0, 299.0, 300.0)] == [True, False, False, True]


# ---- through the engine: six raiders from the south, 154 km out, at 5 km


def engaged_at(outcome: Outcome) -> np.ndarray:
    """Return how far north of the middle of the theatre each track was at its order, in m."""
    events = outcome.result.events
    return events.north_m[events.kind == kinds.ENGAGE]


def held(outcome: Outcome) -> set[int]:
    events = outcome.result.events
    return set(events.code[events.kind == kinds.HELD].tolist())


def south(**zone: Any) -> Data:
    """Return the scene with a zone from 100 to 50 km south of the city."""
    box = {"points": [[39.0, 32.0], [39.0, 34.0], [39.45, 34.0], [39.45, 32.0]], **zone}
    scene = ideal_scene(raids={"raid": raid(6)}, zones={"box": box})
    return changed(scene, doctrine={"rules": {"self_defence_radius": "20 km"}})


def test_missiles_engage_in_their_zone_alone():
    outcome = play(south(kind=MEZ), 2)
    north_m = engaged_at(outcome)
    assert len(north_m) >= 12
    inside = (north_m > -101_000.0) & (north_m < -48_000.0)
    assert np.all(inside | (north_m > -20_000.0))  # nearer than 20 km it is self-defence
    assert inside.any()
    assert 7 in held(outcome)


def test_fighters_have_their_zone_but_for_self_defence():
    free = engaged_at(play(ideal_scene(raids={"raid": raid(6)}), 2))
    kept = engaged_at(play(south(kind=FEZ, points=[[38.0, 32.0], [38.0, 34.0], [40.4, 34.0], [40.4, 32.0]]), 2))
    assert free.min() < -100_000.0
    assert len(kept) > 0
    assert np.all(np.hypot(kept, 0.0) <= 20_000.0)
    off = south(kind=FEZ, points=[[38.0, 32.0], [38.0, 34.0], [40.4, 34.0], [40.4, 32.0]])
    none = play(changed(off, doctrine={"rules": {"self_defence": False}}), 2)
    assert len(engaged_at(none)) == 0
    assert held(none) == {7}


def test_a_restricted_zone_restricts_and_a_free_one_frees():
    assert np.all(engaged_at(play(south(kind=RFZ), 2)) < -99_000.0)
    holding = {"doctrine": {"rules": {"weapons_control": "HOLD", "self_defence": False}}}
    freed = play(changed(south(kind=MEZ, weapons_control="FREE"), **holding), 2)
    assert len(engaged_at(freed)) > 0
    assert len(engaged_at(play(changed(south(kind=MEZ), **holding), 2))) == 0


# ---- by class of target


@pytest.mark.parametrize(
    ("status", "by_class", "fights"),
    [
        ("HOLD", {}, False),
        ("HOLD", {"air": "TIGHT"}, True),
        ("HOLD", {"slow": "TIGHT", "ballistic": "FREE"}, False),
        ("TIGHT", {"air": "HOLD"}, False),
    ],
)
def test_a_class_has_a_status_of_its_own(status, by_class, fights):
    """Raiders fly at 250 m/s, which is the class 'air'."""
    doctrine = {"weapons_control": status, "weapons_control_by_class": by_class, "self_defence": False}
    outcome = play(ideal_scene(doctrine={"rules": doctrine}), 2)
    assert (len(engaged_at(outcome)) > 0) == fights
    assert fights or held(outcome) == {4}


def test_what_falls_may_be_free_while_the_rest_is_held():
    rules = {"weapons_control": "HOLD", "weapons_control_by_class": {"ballistic": "FREE"}, "self_defence": False}
    missile = {"type": "threat/srbm-300", "launch": [38.0, 32.9], "target": "city"}
    outcome = play(ideal_scene(doctrine={"rules": rules}, raids={"missile": missile}), 2)
    events = outcome.result.events
    shot = (events.kind == kinds.SHOT) & (events.object >= 0)
    assert {outcome.scenario.objects[thing].group for thing in events.object[shot]} <= {"missile"}
    assert np.count_nonzero(events.kind == kinds.SHOT) > 0
    assert 4 in held(outcome)
