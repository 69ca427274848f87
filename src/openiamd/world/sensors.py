"""Radars and their interrogators, and the plots that they make in this step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.physics.draws import entity_hash
from openiamd.physics.geodesy import enu_from_geodetic, local_basis
from openiamd.physics.radar import anchor_snr_swerling1
from openiamd.world.arrays import Bools, Floats, Ints

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import Point, ResolvedScenario

NOT_ASKED, NO_REPLY, CIVIL_REPLY, MODE5_REPLY = 0, 1, 2, 3


class SensorTable(NamedTuple):
    """Radars; row order is ``ResolvedScenario.sensors`` order."""

    entity: Ints  # (sensor,) 32-bit hash of the id
    interrogator: Ints  # (sensor,) 32-bit hash of its interrogator
    node: Ints  # (sensor,)
    platform: Ints  # (sensor,) flying object that carries it, −1: ground
    engagement: Ints  # (sensor,) row among the engagement radars, −1: search only
    position_m: Floats  # (sensor, 3) antenna; east, north, up
    basis: Floats  # (sensor, 3, 3) its local east, north, up
    height_m: Floats  # (sensor,) antenna above the sphere
    facing_rad: Floats  # (sensor,)
    sector_rad: Floats  # (sensor,) full width; 2π rotates
    elevation_minimum_rad: Floats  # (sensor,)
    elevation_maximum_rad: Floats  # (sensor,)
    revisit_s: Floats  # (sensor,)
    range_minimum_m: Floats  # (sensor,)
    range_maximum_m: Floats  # (sensor,) instrumented
    snr_constant: Floats  # (sensor,) snr = constant · rcs / range⁴
    false_alarm_probability: Floats  # (sensor,) per look
    false_plots_per_scan: Floats  # (sensor,)
    beamwidth_azimuth_rad: Floats  # (sensor,)
    beamwidth_elevation_rad: Floats  # (sensor,)
    range_resolution_m: Floats  # (sensor,)
    range_floor_m: Floats  # (sensor,) accuracy at high signal
    angle_floor_rad: Floats  # (sensor,)
    designated_only: Bools  # (sensor,) looks only where its node has a track
    designation_cosine: Floats  # (sensor,) of the half angle that a designation lights up
    interrogator_range_m: Floats  # (sensor,) 0: none
    interrogates_mode5: Bools  # (sensor,)
    mode5_reply: Floats  # (sensor,) probability
    mode3_reply: Floats  # (sensor,) probability
    active_from_s: Floats  # (sensor,)
    active_until_s: Floats  # (sensor,)
    detects_always: Bools  # (sensor,) idealised
    noiseless: Bools  # (sensor,) idealised


class SensorState(NamedTuple):
    """When each sensor looks where; the first axis is the run."""

    phase_s: Floats  # (run, sensor) time at which scan 0 began, ≤ 0
    position_m: Floats  # (run, sensor, 3)
    basis: Floats  # (run, sensor, 3, 3)
    height_m: Floats  # (run, sensor)
    next_look_s: Floats  # (run, sensor, object)
    scan: Ints  # (run, sensor, object) absolute index of that look's scan
    looked: Bools  # (run, sensor, object) has been looked at
    detection: Ints  # (run, sensor, object) event of the first detection, −1


class PlotBuffer(NamedTuple):
    """Measurements of this step, grouped by sensor. ``origin`` and ``cause`` are for the record only."""

    count: Ints  # (run,)
    first: Ints  # (run, sensor + 1) where each sensor's plots begin
    time_s: Floats  # (run, plot)
    position_m: Floats  # (run, plot, 3) measured
    covariance_m2: Floats  # (run, plot, 3, 3)
    reply: Ints  # (run, plot) NOT_ASKED, NO_REPLY, CIVIL_REPLY, MODE5_REPLY
    origin: Ints  # (run, plot) object, −1 false
    cause: Ints  # (run, plot) event of that object's first detection here


def place(point: Point, above_m: float, origin: Point) -> tuple[np.ndarray, np.ndarray]:
    """Return position (3,) in the theatre frame and local east, north, up rows (3, 3) at a place."""
    position_m = np.array(
        enu_from_geodetic(
            point.latitude_rad,
            point.longitude_rad,
            point.height_m + above_m,
            origin.latitude_rad,
            origin.longitude_rad,
        )
    )
    basis = np.empty((3, 3))
    local_basis(position_m[0], position_m[1], position_m[2], origin.latitude_rad, basis)
    return position_m, basis


def compile_sensors(scenario: ResolvedScenario) -> SensorTable:
    """Return the table of the scenario's radars."""
    sensors = scenario.sensors
    engagement = sorted({unit.engagement_sensor for unit in scenario.fire_units if unit.engagement_sensor >= 0})
    places = [place(sensor.position, sensor.antenna_height_m, scenario.origin) for sensor in sensors]
    nodes = [scenario.nodes[sensor.node] for sensor in sensors]

    def floats(values: list[float]) -> Floats:
        return np.array(values, np.float64)

    return SensorTable(
        entity=np.array([entity_hash(sensor.id) for sensor in sensors], np.int64),
        interrogator=np.array([entity_hash(f"{sensor.id}/interrogator") for sensor in sensors], np.int64),
        node=np.array([sensor.node for sensor in sensors], np.int64),
        platform=np.array([sensor.platform for sensor in sensors], np.int64),
        engagement=np.array([engagement.index(i) if i in engagement else -1 for i in range(len(sensors))], np.int64),
        position_m=np.array([position for position, _ in places]).reshape(-1, 3),
        basis=np.array([basis for _, basis in places]).reshape(-1, 3, 3),
        height_m=floats([sensor.position.height_m + sensor.antenna_height_m for sensor in sensors]),
        facing_rad=floats([sensor.facing_rad for sensor in sensors]),
        sector_rad=floats([min(sensor.sector_rad, 2.0 * math.pi) for sensor in sensors]),
        elevation_minimum_rad=floats([sensor.elevation_minimum_rad for sensor in sensors]),
        elevation_maximum_rad=floats([sensor.elevation_maximum_rad for sensor in sensors]),
        revisit_s=floats([sensor.revisit_s for sensor in sensors]),
        range_minimum_m=floats([max(sensor.range_minimum_m, 1.0) for sensor in sensors]),
        range_maximum_m=floats([sensor.range_instrumented_m for sensor in sensors]),
        snr_constant=floats(
            [
                anchor_snr_swerling1(sensor.anchor_pd, sensor.false_alarm_probability)
                * sensor.anchor_range_m**4
                / sensor.anchor_rcs_m2
                for sensor in sensors
            ]
        ),
        false_alarm_probability=floats([sensor.false_alarm_probability for sensor in sensors]),
        false_plots_per_scan=floats([sensor.false_plots_per_scan for sensor in sensors]),
        beamwidth_azimuth_rad=floats([sensor.beamwidth_azimuth_rad for sensor in sensors]),
        beamwidth_elevation_rad=floats([sensor.beamwidth_elevation_rad for sensor in sensors]),
        range_resolution_m=floats([sensor.range_resolution_m for sensor in sensors]),
        range_floor_m=floats([sensor.range_floor_m for sensor in sensors]),
        angle_floor_rad=floats([sensor.angle_floor_rad for sensor in sensors]),
        designated_only=np.array([sensor.designated_only for sensor in sensors], np.bool_),
        designation_cosine=floats([math.cos(sensor.designation_half_angle_rad) for sensor in sensors]),
        interrogator_range_m=floats(
            [node.interrogator_range_m if s.interrogator else 0.0 for s, node in zip(sensors, nodes, strict=True)]
        ),
        interrogates_mode5=np.array([node.mode5 for node in nodes], np.bool_),
        mode5_reply=floats([node.mode5_reply_probability for node in nodes]),
        mode3_reply=floats([node.mode3_reply_probability for node in nodes]),
        active_from_s=floats([sensor.active_from_s for sensor in sensors]),
        active_until_s=floats([sensor.active_until_s for sensor in sensors]),
        detects_always=np.array([sensor.detect_always for sensor in sensors], np.bool_),
        noiseless=np.array([sensor.noiseless for sensor in sensors], np.bool_),
    )


def create_sensor_state(table: SensorTable, runs: int, objects: int) -> SensorState:
    """Return the state before the first look."""
    sensors = table.entity.shape[0]
    return SensorState(
        phase_s=np.zeros((runs, sensors)),
        position_m=np.tile(table.position_m, (runs, 1, 1)),
        basis=np.tile(table.basis, (runs, 1, 1, 1)),
        height_m=np.tile(table.height_m, (runs, 1)),
        next_look_s=np.full((runs, sensors, objects), -np.inf),
        scan=np.zeros((runs, sensors, objects), np.int64),
        looked=np.zeros((runs, sensors, objects), np.bool_),
        detection=np.full((runs, sensors, objects), -1, np.int64),
    )


def create_plot_buffer(runs: int, sensors: int, capacity: int) -> PlotBuffer:
    """Return a buffer for at most ``capacity`` plots a step."""
    return PlotBuffer(
        count=np.zeros(runs, np.int64),
        first=np.zeros((runs, sensors + 1), np.int64),
        time_s=np.zeros((runs, capacity)),
        position_m=np.zeros((runs, capacity, 3)),
        covariance_m2=np.zeros((runs, capacity, 3, 3)),
        reply=np.zeros((runs, capacity), np.int64),
        origin=np.full((runs, capacity), -1, np.int64),
        cause=np.full((runs, capacity), -1, np.int64),
    )
