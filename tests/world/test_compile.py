"""World: every entity has its row in order, routes end at their waypoints, colliding ids are refused."""

import math

import numpy as np
import pytest

from openiamd.errors import CapacityError, ScenarioError
from openiamd.physics.draws import entity_hash
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.simulate import check_counters
from openiamd.world.arrays import constant, filled_rows, rows_of
from openiamd.world.compile import Capacity, compile_world, create_state, first_capacity, sample_count
from openiamd.world.network import ring_length
from openiamd.world.threats import WAITING
from openiamd.world.tracks import FREE_SLOT
from scenes import changed, gallery_scene, real_scene, resolved


def unit_vector(point, origin):
    """Return the direction (3,) of a place in the theatre's axes, by turning the earth under its origin."""
    latitude, longitude = point.latitude_rad, point.longitude_rad - origin.longitude_rad
    equatorial = np.array(
        [math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude)]
    )
    tilt = origin.latitude_rad
    to_theatre = np.array(
        [[0, 1, 0], [-math.sin(tilt), 0, math.cos(tilt)], [math.cos(tilt), 0, math.sin(tilt)]], dtype=float
    )
    return to_theatre @ equatorial


def test_minimal_has_a_row_for_each_entity_in_order():
    scenario = resolved(gallery_scene("minimal"), "standalone")
    world = compile_world(scenario)
    assert [entity_hash(flying.id) for flying in scenario.objects] == world.threats.row["entity"].tolist()
    assert [entity_hash(sensor.id) for sensor in scenario.sensors] == world.sensors.row["entity"].tolist()
    assert [entity_hash(unit.id) for unit in scenario.fire_units] == world.fire_units.row["entity"].tolist()
    assert len(scenario.objects) == 5
    assert world.links.row.shape == (0,)
    assert world.nodes.row.shape == world.tracker.row.shape == (1,)
    assert world.sensors.position_m.shape == (2, 3)
    assert world.sensors.basis.shape == (2, 3, 3)
    assert world.fire_units.magazine.tolist() == [[32]]
    assert world.fire_units.row["radar"].tolist() == [1]
    assert world.sensors.row["engagement"].tolist() == [-1, 0]


def test_places_stand_where_the_scenario_puts_them():
    scenario = resolved(real_scene())
    world = compile_world(scenario)
    centre_m = np.array([0.0, 0.0, -EARTH_RADIUS_M])
    for row, sensor in enumerate(scenario.sensors):
        outward = unit_vector(sensor.position, scenario.origin)
        height_m = sensor.position.height_m + sensor.antenna_height_m
        expected_m = centre_m + outward * (EARTH_RADIUS_M + height_m)
        assert world.sensors.position_m[row] == pytest.approx(expected_m, abs=1e-3)
        assert world.sensors.basis[row] @ world.sensors.basis[row].T == pytest.approx(np.eye(3), abs=1e-12)
        assert world.sensors.basis[row, 2] == pytest.approx(outward, abs=1e-12)


def test_each_leg_ends_at_the_next_waypoint():
    scenario = resolved(real_scene())
    threats = compile_world(scenario).threats
    checked = 0
    for row, flying in enumerate(scenario.objects):
        if flying.ballistic:
            continue
        first, legs = int(threats.row["first_leg"][row]), int(threats.row["legs"][row])
        assert legs == len(flying.route) - 1
        for leg, waypoint in enumerate(flying.route[1:], start=first):
            piece = threats.leg[leg]
            flown_s = piece["end_s"] - piece["begin_s"]
            angle_rad = piece["speed_mps"] * flown_s / EARTH_RADIUS_M
            there = math.cos(angle_rad) * threats.leg_from[leg] + math.sin(angle_rad) * threats.leg_along[leg]
            assert there * EARTH_RADIUS_M == pytest.approx(
                unit_vector(waypoint.position, scenario.origin) * EARTH_RADIUS_M, abs=1e-2
            )
            assert piece["height_m"] + piece["climb_mps"] * flown_s == pytest.approx(waypoint.position.height_m)
            checked += 1
        assert threats.row["duration_s"][row] == threats.leg["end_s"][first + legs - 1]
    assert checked >= 8


def test_a_ballistic_leg_spans_launch_and_target():
    scenario = resolved(real_scene())
    threats = compile_world(scenario).threats
    arcs = [row for row, flying in enumerate(scenario.objects) if flying.ballistic]
    assert len(arcs) == 2
    for row in arcs:
        leg, route = int(threats.row["first_leg"][row]), scenario.objects[row].route
        ends = [unit_vector(waypoint.position, scenario.origin) for waypoint in (route[0], route[-1])]
        span_m = math.acos(float(ends[0] @ ends[1])) * EARTH_RADIUS_M
        assert threats.leg["range_m"][leg] == pytest.approx(span_m, abs=1.0)
        # Minimum energy over 245 to 300 km takes four to five minutes.
        assert 220.0 < threats.row["duration_s"][row] < 300.0


def test_ids_with_one_hash_are_refused():
    """A published pair of FNV-1a 32-bit collisions: costarring and liquid."""
    assert entity_hash("costarring") == entity_hash("liquid")
    jet = gallery_scene("minimal")["traffic"]["jet"]
    scene = changed(gallery_scene("minimal"), traffic={"costarring": jet, "liquid": jet, "jet": None})
    with pytest.raises(ScenarioError, match=r"'costarring-1' and 'liquid-1' have the same 32-bit hash"):
        compile_world(resolved(scene, "standalone"))


def test_state_starts_empty_with_the_run_as_first_axis():
    world = compile_world(resolved(real_scene()))
    state = create_state(world, 3, Capacity(events=10, plots=4, tracks=6))
    assert state.threats.row.shape == (3, len(world.threats.row))
    assert (state.threats.row["status"] == WAITING).all()
    assert state.tracks.row.shape == (3, 2, 6)
    assert (state.tracks.row["status"] == FREE_SLOT).all()
    assert state.events.row.shape == (3, 10)
    assert state.plots.row.shape == (3, 4)
    assert state.picture.counts.shape == (3, sample_count(world), 3, 9)
    assert sample_count(world) == 45
    assert (state.weapons.magazine == world.fire_units.magazine).all()


def test_an_overflow_doubles_the_buffer_that_was_too_small():
    assert Capacity(10, 20, 30).doubled(1) == (20, 20, 30)
    assert Capacity(10, 20, 30).doubled(2) == (10, 40, 30)
    assert Capacity(10, 20, 30).doubled(3) == (10, 20, 60)
    assert Capacity(10, 20, 30).joined(Capacity(5, 25, 30)) == (10, 25, 30)
    assert min(first_capacity(compile_world(resolved(real_scene())))) > 0


def test_a_ring_holds_every_slot_that_can_be_under_way():
    link = {"type": "nato/link16", "from": "crc", "to": "post", "carries": ["track"], "remote_use": "CUE"}
    world = compile_world(resolved(changed(real_scene(), links={"l16": link})))
    row = world.links.row[0]
    step_s = 1.0
    under_way = (row["latency_s"] + step_s) / row["interval_s"]
    assert ring_length(world.links, step_s) > under_way + 1.0


def test_counters_of_the_draws_have_a_limit():
    world = compile_world(resolved(gallery_scene("minimal"), "standalone"))
    check_counters(world, 2**32)
    with pytest.raises(CapacityError, match="counters behind the draws"):
        check_counters(world, 2**32 + 1)


def test_rows_need_every_column_and_constants_have_element_types():
    columns = {"a": np.int64, "b": np.float64}
    rows = rows_of(columns, {"a": [1, 2], "b": [0.5, 1.5]}, 2)
    assert rows["b"].tolist() == [0.5, 1.5]
    with pytest.raises(KeyError):
        rows_of(columns, {"a": [1, 2]}, 2)
    assert filled_rows(columns, (2, 3), {"a": -1})["a"].tolist() == [[-1] * 3] * 2
    assert type(constant(3)) is np.int64
    assert type(constant(False)) is np.bool_
