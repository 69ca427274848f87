"""Radars and their interrogators, and the plots that they make in this step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.estimation.kalman import measurement_to_enu
from openiamd.kernels import kernel
from openiamd.physics.draws import entity_hash
from openiamd.physics.geodesy import enu_from_geodetic, height_m, local_basis
from openiamd.physics.radar import anchor_snr_swerling1, angle_sigma_rad, range_sigma_m
from openiamd.physics.refraction import visible
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Floats, Ints, Rows, filled_rows, rows_of
from openiamd.world.events import NONE, OVERFLOW, PLOTS_FULL, EventLog

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import Point, ResolvedScenario

NOT_ASKED, NO_REPLY, CIVIL_REPLY, MODE5_REPLY = 0, 1, 2, 3


SENSOR_COLUMNS = {
    "entity": WHOLE,  # 32-bit hash of the id
    "interrogator": WHOLE,  # 32-bit hash of its interrogator
    "node": WHOLE,
    "platform": WHOLE,  # flying object that carries it, −1: ground
    "engagement": WHOLE,  # row among the engagement radars, −1: search only
    "height_m": NUMBER,  # antenna above the sphere
    "facing_rad": NUMBER,
    "sector_rad": NUMBER,  # full width; 2π rotates
    "elevation_minimum_rad": NUMBER,
    "elevation_maximum_rad": NUMBER,
    "revisit_s": NUMBER,
    "range_minimum_m": NUMBER,
    "range_maximum_m": NUMBER,  # instrumented
    "snr_constant": NUMBER,  # snr = constant · rcs / range⁴
    "false_alarm_probability": NUMBER,  # per look
    "false_plots_per_scan": NUMBER,
    "beamwidth_azimuth_rad": NUMBER,
    "beamwidth_elevation_rad": NUMBER,
    "range_resolution_m": NUMBER,
    "range_floor_m": NUMBER,  # accuracy at high signal
    "angle_floor_rad": NUMBER,
    "designated_only": FLAG,  # looks only where its node has a track
    "designation_cosine": NUMBER,  # of the half angle that a designation lights up
    "interrogator_range_m": NUMBER,  # 0: none
    "interrogates_mode5": FLAG,
    "mode5_reply": NUMBER,  # probability
    "mode3_reply": NUMBER,  # probability
    "active_from_s": NUMBER,
    "active_until_s": NUMBER,
    "detects_always": FLAG,  # idealised
    "noiseless": FLAG,  # idealised
}


class SensorTable(NamedTuple):
    """Radars; row order is ``ResolvedScenario.sensors`` order."""

    row: Rows  # (sensor,) SENSOR_COLUMNS
    position_m: Floats  # (sensor, 3) antenna; east, north, up
    basis: Floats  # (sensor, 3, 3) its local east, north, up


ANTENNA_COLUMNS = {
    "phase_s": NUMBER,  # time at which scan 0 began, ≤ 0
    "height_m": NUMBER,
}
LOOK_COLUMNS = {
    "next_look_s": NUMBER,
    "scan": WHOLE,  # absolute index of that look's scan
    "looked": FLAG,  # has been looked at
    "detection": WHOLE,  # event of the first detection, −1
}


class SensorState(NamedTuple):
    """When each sensor looks where; the first axis is the run."""

    row: Rows  # (run, sensor) ANTENNA_COLUMNS
    look: Rows  # (run, sensor, object) LOOK_COLUMNS
    position_m: Floats  # (run, sensor, 3)
    basis: Floats  # (run, sensor, 3, 3)


PLOT_COLUMNS = {
    "time_s": NUMBER,
    "reply": WHOLE,  # NOT_ASKED, NO_REPLY, CIVIL_REPLY, MODE5_REPLY
    "origin": WHOLE,  # object, −1 false
    "scan": WHOLE,  # absolute index of the scan that made it
    "cause": WHOLE,  # event of that object's first detection here
}


class PlotBuffer(NamedTuple):
    """Measurements of this step, grouped by sensor. ``origin`` and ``cause`` are for the record only."""

    row: Rows  # (run, plot) PLOT_COLUMNS
    used: Ints  # (run,) rows in use
    first: Ints  # (run, sensor + 1) where each sensor's plots begin
    position_m: Floats  # (run, plot, 3) measured
    covariance_m2: Floats  # (run, plot, 3, 3)


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

    rows = {
        "entity": [entity_hash(sensor.id) for sensor in sensors],
        "interrogator": [entity_hash(f"{sensor.id}/interrogator") for sensor in sensors],
        "engagement": [engagement.index(i) if i in engagement else -1 for i in range(len(sensors))],
        "height_m": [sensor.position.height_m + sensor.antenna_height_m for sensor in sensors],
        "sector_rad": [min(sensor.sector_rad, 2.0 * math.pi) for sensor in sensors],
        "range_minimum_m": [max(sensor.range_minimum_m, 1.0) for sensor in sensors],
        "range_maximum_m": [sensor.range_instrumented_m for sensor in sensors],
        "snr_constant": [
            anchor_snr_swerling1(sensor.anchor_pd, sensor.false_alarm_probability)
            * sensor.anchor_range_m**4
            / sensor.anchor_rcs_m2
            for sensor in sensors
        ],
        "designation_cosine": [math.cos(sensor.designation_half_angle_rad) for sensor in sensors],
        "interrogator_range_m": [
            node.interrogator_range_m if sensor.interrogator else 0.0
            for sensor, node in zip(sensors, nodes, strict=True)
        ],
        "interrogates_mode5": [node.mode5 for node in nodes],
        "mode5_reply": [node.mode5_reply_probability for node in nodes],
        "mode3_reply": [node.mode3_reply_probability for node in nodes],
        "detects_always": [sensor.detect_always for sensor in sensors],
    }
    for name in SENSOR_COLUMNS:
        if name not in rows:
            rows[name] = [getattr(sensor, name) for sensor in sensors]
    return SensorTable(
        row=rows_of(SENSOR_COLUMNS, rows, len(sensors)),
        position_m=np.array([position for position, _ in places]).reshape(-1, 3),
        basis=np.array([basis for _, basis in places]).reshape(-1, 3, 3),
    )


def create_sensor_state(table: SensorTable, runs: int, objects: int) -> SensorState:
    """Return the state before the first look."""
    sensors = table.row.shape[0]
    look = {"next_look_s": -np.inf, "detection": -1}
    return SensorState(
        row=filled_rows(ANTENNA_COLUMNS, (runs, sensors), {"height_m": table.row["height_m"]}),
        look=filled_rows(LOOK_COLUMNS, (runs, sensors, objects), look),
        position_m=np.tile(table.position_m, (runs, 1, 1)),
        basis=np.tile(table.basis, (runs, 1, 1, 1)),
    )


def create_plot_buffer(runs: int, sensors: int, capacity: int) -> PlotBuffer:
    """Return a buffer for at most ``capacity`` plots a step."""
    return PlotBuffer(
        row=filled_rows(PLOT_COLUMNS, (runs, capacity), {}),
        used=np.zeros(runs, np.int64),
        first=np.zeros((runs, sensors + 1), np.int64),
        position_m=np.zeros((runs, capacity, 3)),
        covariance_m2=np.zeros((runs, capacity, 3, 3)),
    )


@kernel
def scan_fraction(radar: Rows, azimuth_rad: float) -> float:
    """Return when in a scan the beam crosses an azimuth, as a fraction of the scan; > 1 outside the sector.

    An idealised radar looks everywhere in its sector at the beginning of the scan.
    """
    start_rad = radar.facing_rad - 0.5 * radar.sector_rad
    offset_rad = (azimuth_rad - start_rad) % (2.0 * math.pi)
    fraction = offset_rad / radar.sector_rad
    return 0.0 if radar.detects_always and fraction <= 1.0 else fraction


@kernel
def in_view(radar: Rows, antenna_height_m: float, position_m: Floats, range_m: float, elevation_rad: float) -> bool:
    """Tell whether range, elevation and the 4/3-earth horizon allow a look at a place (3,)."""
    if range_m < radar.range_minimum_m or range_m > radar.range_maximum_m:
        return False
    if radar.detects_always:
        return True
    if elevation_rad < radar.elevation_minimum_rad or elevation_rad > radar.elevation_maximum_rad:
        return False
    target_height_m = height_m(position_m[0], position_m[1], position_m[2])
    rise_m = target_height_m - antenna_height_m
    ground_m = math.sqrt(max(range_m * range_m - rise_m * rise_m, 0.0))
    return visible(antenna_height_m, target_height_m, ground_m)


@kernel
def add_plot(
    sensors: SensorTable, state: SensorState, plots: PlotBuffer, events: EventLog, run: int, sensor: int,
    time_s: float, range_m: float, azimuth_rad: float, elevation_rad: float, snr: float,
) -> int:  # fmt: skip
    """Append a plot at a measured position with the accuracy that its signal allows; return its row or ``NONE``."""
    plot = plots.used[run]
    if plot >= plots.row.shape[1]:
        events.tally[run, OVERFLOW] = PLOTS_FULL
        return NONE
    plots.used[run] = plot + 1
    radar = sensors.row[sensor]
    antenna_m = state.position_m[run, sensor]
    measurement_to_enu(
        state.basis[run, sensor], antenna_m[0], antenna_m[1], antenna_m[2], range_m, azimuth_rad, elevation_rad,
        range_sigma_m(radar.range_resolution_m, snr, radar.range_floor_m),
        angle_sigma_rad(radar.beamwidth_azimuth_rad, snr, radar.angle_floor_rad),
        angle_sigma_rad(radar.beamwidth_elevation_rad, snr, radar.angle_floor_rad),
        plots.position_m[run, plot], plots.covariance_m2[run, plot],
    )  # fmt: skip
    row = plots.row[run, plot]
    row.time_s = time_s
    row.reply = NOT_ASKED
    row.origin = NONE
    row.cause = NONE
    return plot
