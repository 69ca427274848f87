"""Radars and their interrogators: what they are, where they stand, and when they look where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.catalogue.resolved import SCANS
from openiamd.errors import CatalogueError
from openiamd.kernels import kernel
from openiamd.physics.clutter import rain_reflectivity_factor, volume_reflectivity_per_m
from openiamd.physics.detection import required_snr, threshold_energy
from openiamd.physics.draws import entity_hash
from openiamd.physics.geodesy import enu_from_geodetic, local_basis
from openiamd.physics.radar import SPEED_OF_LIGHT_MPS, snr_radar_equation, total_losses
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Floats, Rows, filled_rows, rows_of
from openiamd.world.propagation import MM_PER_H
from openiamd.world.terrain import MASK_STEP_M, TerrainTable, ground_below

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import Point, ResolvedScenario, Sensor

ROTATING, SECTOR, ELECTRONIC = range(len(SCANS))
ROUNDING = 0.01  # by which the range of a radar equation may lie outside that of the anchor
MOST_BARS = 64  # rows of beams that an electronic scan is divided into

SENSOR_COLUMNS = {
    "entity": WHOLE,  # 32-bit hash of the id
    "interrogator": WHOLE,  # 32-bit hash of its interrogator
    "node": WHOLE,
    "platform": WHOLE,  # flying object that carries it, −1: ground
    "engagement": WHOLE,  # row among the engagement radars, −1: search only
    "height_m": NUMBER,  # antenna above the sphere
    "ground_m": NUMBER,  # ground below it; 0 in the air
    "facing_rad": NUMBER,
    "sector_rad": NUMBER,  # full width; 2π rotates
    "elevation_minimum_rad": NUMBER,
    "elevation_maximum_rad": NUMBER,
    "cosecant_from_rad": NUMBER,  # above: two-way gain falls as csc⁴
    "scan": WHOLE,  # ROTATING, SECTOR, ELECTRONIC
    "bars": WHOLE,  # rows of beams in elevation, of an electronic scan
    "scan_loss_exponent": NUMBER,  # 0: none
    "revisit_s": NUMBER,
    "range_minimum_m": NUMBER,
    "range_maximum_m": NUMBER,  # instrumented
    "wavelength_m": NUMBER,
    "snr_constant": NUMBER,  # snr of a pulse = constant · rcs / range⁴
    "pulses": WHOLE,  # integrated noncoherently in a look
    "marcum": WHOLE,  # row of its detection table, −1: the closed form of one pulse and Swerling 1
    "least_energy": NUMBER,  # signal energy that the detection threshold itself implies
    "mti_prf_hz": NUMBER,  # 0: no moving target indicator
    "mti_cancellers": WHOLE,
    "rain_reflectivity_per_m": NUMBER,  # cross-section of rain per volume; 0: no rain
    "clutter_improvement": NUMBER,
    "mask": WHOLE,  # row of its masking table, −1: none
    "mask_step_m": NUMBER,
    "loss": WHOLE,  # row of its table of losses on the path, −1: none
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
    "interrogates_mode4": FLAG,
    "mode4_reply": NUMBER,  # probability
    "bias_range_m": NUMBER,  # registration: 1σ of errors that are constant in a run
    "bias_azimuth_rad": NUMBER,
    "bias_elevation_rad": NUMBER,
    "bias_group": WHOLE,  # its columns among the biases of its node's radars, −1: no bias
    "range_rate_resolution_mps": NUMBER,  # 0: range rate is not measured
    "range_rate_floor_mps": NUMBER,
}


class SensorTable(NamedTuple):
    """Radars; row order is ``ResolvedScenario.sensors`` order."""

    row: Rows  # (sensor,) SENSOR_COLUMNS
    position_m: Floats  # (sensor, 3) antenna; east, north, up
    basis: Floats  # (sensor, 3, 3) its local east, north, up


ANTENNA_COLUMNS = {
    "phase_s": NUMBER,  # time at which scan 0 began, ≤ 0
    "height_m": NUMBER,
    "bias_range_m": NUMBER,  # this run's registration error
    "bias_azimuth_rad": NUMBER,
    "bias_elevation_rad": NUMBER,
    "off": FLAG,  # does not radiate in this step, by readiness or loss
    "limit_rad": NUMBER,  # > 0: it looks in this sector alone, full width
    "limit_facing_rad": NUMBER,
    "turned_rad": NUMBER,  # how far its sector is turned off its facing
}
LOOK_COLUMNS = {
    "next_look_s": NUMBER,
    "slot": WHOLE,  # of that look's draws: twice the absolute index of its scan, and one in the second half
    "looked": FLAG,  # has been looked at
    "detection": WHOLE,  # event of the first detection, −1
}


class SensorState(NamedTuple):
    """When each sensor looks where; the first axis is the run."""

    row: Rows  # (run, sensor) ANTENNA_COLUMNS
    look: Rows  # (run, sensor, object) LOOK_COLUMNS
    position_m: Floats  # (run, sensor, 3)
    basis: Floats  # (run, sensor, 3, 3)


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


def stand(point: Point, origin: Point, terrain: TerrainTable) -> tuple[np.ndarray, np.ndarray]:
    """Return position (3,) and local axes (3, 3) of what stands on the ground of the terrain at a place."""
    at_sea_m, _ = place(point, 0.0, origin)
    return place(point, float(ground_below(terrain, at_sea_m[0], at_sea_m[1])), origin)


def snr_constant(sensor: Sensor) -> float:
    """Return SNR of a pulse times range⁴ over cross-section: from the range anchor, else from the radar equation.

    The anchor is read as Swerling 1. Raises ``CatalogueError`` where a radar has both and the range by its equation
    lies outside the anchor's low and high.
    """
    equation, anchored = sensor.equation, 0.0
    if sensor.anchor_range_m > 0.0:
        if not sensor.false_alarm_probability < sensor.anchor_pd < 1.0:
            raise CatalogueError(
                f"'{sensor.name}': its range_anchor is read as a detection probability of {sensor.anchor_pd:g} "
                f"with a false-alarm probability of {sensor.false_alarm_probability:g}",
                hint="the first must lie above the second and below 1",
            )
        needed = required_snr(1, sensor.pulses, sensor.anchor_pd, sensor.false_alarm_probability)
        anchored = needed * sensor.anchor_range_m**4 / sensor.anchor_rcs_m2
    if equation is None:
        return anchored
    energy_j = equation.transmit_power_w * equation.pulse_length_s
    gain, wavelength_m = equation.antenna_gain, SPEED_OF_LIGHT_MPS / sensor.frequency_hz
    calculated = snr_radar_equation(
        energy_j, gain, gain, wavelength_m, 1.0, 1.0, 1.0, equation.system_temperature_k, total_losses(*equation.losses)
    )
    if sensor.anchor_range_m <= 0.0:
        return calculated
    # The range at which the equation gives the SNR that the anchor stands for.
    range_m = sensor.anchor_range_m * (calculated / anchored) ** 0.25
    if not (1.0 - ROUNDING) * sensor.anchor_range_low_m <= range_m <= (1.0 + ROUNDING) * sensor.anchor_range_high_m:
        low_km, high_km = sensor.anchor_range_low_m / 1e3, sensor.anchor_range_high_m / 1e3
        raise CatalogueError(
            f"'{sensor.name}': its radar equation gives {range_m / 1e3:.0f} km against {sensor.anchor_rcs_m2:g} m2, "
            f"its range_anchor {low_km:.0f} to {high_km:.0f} km",
            hint="correct one of the two, or keep only one",
        )
    return anchored


def compile_sensors(
    scenario: ResolvedScenario,
    sites: Sequence[Point],
    masks: Sequence[int],
    losses: Sequence[int],
    marcum: Sequence[int],
) -> SensorTable:
    """Return the table of the scenario's radars.

    sites, masks, losses, marcum  (sensor,) where each stands, and the rows of its tables of terrain and propagation
    """
    sensors = scenario.sensors
    engagement = sorted({unit.engagement_sensor for unit in scenario.fire_units if unit.engagement_sensor >= 0})
    places = [place(site, one.antenna_height_m, scenario.origin) for site, one in zip(sites, sensors, strict=True)]
    nodes = [scenario.nodes[sensor.node] for sensor in sensors]

    rows = {
        "entity": [entity_hash(sensor.id) for sensor in sensors],
        "interrogator": [entity_hash(f"{sensor.id}/interrogator") for sensor in sensors],
        "engagement": [engagement.index(i) if i in engagement else -1 for i in range(len(sensors))],
        "height_m": [site.height_m + one.antenna_height_m for site, one in zip(sites, sensors, strict=True)],
        "ground_m": [site.height_m for site in sites],
        "sector_rad": [min(sensor.sector_rad, 2.0 * math.pi) for sensor in sensors],
        "range_minimum_m": [max(sensor.range_minimum_m, 1.0) for sensor in sensors],
        "range_maximum_m": [sensor.range_instrumented_m for sensor in sensors],
        "snr_constant": [snr_constant(sensor) for sensor in sensors],
        "wavelength_m": [SPEED_OF_LIGHT_MPS / sensor.frequency_hz for sensor in sensors],
        "scan": [SCANS.index(sensor.scan) for sensor in sensors],
        "bars": [_bars(sensor) for sensor in sensors],
        "least_energy": [threshold_energy(sensor.pulses, sensor.false_alarm_probability) for sensor in sensors],
        "rain_reflectivity_per_m": [_rain_reflectivity_per_m(scenario, sensor) for sensor in sensors],
        "marcum": marcum,
        "mask": masks,
        "mask_step_m": [MASK_STEP_M] * len(sensors),
        "loss": losses,
        "bias_group": bias_groups(sensors),
        "designation_cosine": [math.cos(sensor.designation_half_angle_rad) for sensor in sensors],
        "interrogator_range_m": [
            node.interrogator_range_m if sensor.interrogator else 0.0
            for sensor, node in zip(sensors, nodes, strict=True)
        ],
        "interrogates_mode5": [node.mode5 for node in nodes],
        "mode5_reply": [node.mode5_reply_probability for node in nodes],
        "mode3_reply": [node.mode3_reply_probability for node in nodes],
        "detects_always": [sensor.detect_always for sensor in sensors],
        "interrogates_mode4": [node.mode4 for node in nodes],
        "mode4_reply": [node.mode4_reply_probability for node in nodes],
    }
    for name in SENSOR_COLUMNS:
        if name not in rows:
            rows[name] = [getattr(sensor, name) for sensor in sensors]
    return SensorTable(
        row=rows_of(SENSOR_COLUMNS, rows, len(sensors)),
        position_m=np.array([position for position, _ in places]).reshape(-1, 3),
        basis=np.array([basis for _, basis in places]).reshape(-1, 3, 3),
    )


def bias_groups(sensors: Sequence[Sensor]) -> list[int]:
    """Return (sensor,): which of its node's radars with a registration error each radar is, −1 for one without."""
    counts: dict[int, int] = {}
    groups = []
    for sensor in sensors:
        biased = (
            not sensor.noiseless and sensor.bias_range_m + sensor.bias_azimuth_rad + sensor.bias_elevation_rad > 0.0
        )
        groups.append(counts.get(sensor.node, 0) if biased else -1)
        counts[sensor.node] = counts.get(sensor.node, 0) + biased
    return groups


def _bars(sensor: Sensor) -> int:
    """Return how many rows of beams cover the radar's elevations, one for a scan that is not electronic."""
    if sensor.scan != SCANS[ELECTRONIC]:
        return 1
    extent_rad = sensor.elevation_maximum_rad - sensor.elevation_minimum_rad
    return min(max(math.ceil(extent_rad / sensor.beamwidth_elevation_rad), 1), MOST_BARS)


def _rain_reflectivity_per_m(scenario: ResolvedScenario, sensor: Sensor) -> float:
    rate_mmph = scenario.environment.rain_rate_mps * MM_PER_H
    if rate_mmph <= 0.0:
        return 0.0
    return volume_reflectivity_per_m(rain_reflectivity_factor(rate_mmph), SPEED_OF_LIGHT_MPS / sensor.frequency_hz)


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


@kernel
def scan_fraction(radar: Rows, azimuth_rad: float, elevation_rad: float) -> float:
    """Return when in a scan the beam crosses a direction, as a fraction of the scan; > 1 outside the sector.

    A rotating or sector radar crosses azimuth by azimuth. An electronic scan goes through rows of beams from the lowest
    up, each from side to side. An idealised radar looks everywhere in its sector at the beginning of the scan.
    """
    start_rad = radar.facing_rad - 0.5 * radar.sector_rad
    offset_rad = (azimuth_rad - start_rad) % (2.0 * math.pi)
    fraction = offset_rad / radar.sector_rad
    if fraction > 1.0:
        return fraction
    if radar.detects_always:
        return 0.0
    if radar.bars > 1:
        rise = (elevation_rad - radar.elevation_minimum_rad) / (
            radar.elevation_maximum_rad - radar.elevation_minimum_rad
        )
        bar = min(max(int(rise * radar.bars), 0), radar.bars - 1)
        return (bar + fraction) / radar.bars
    return fraction


@kernel
def within_limit(antenna: Rows, azimuth_rad: float) -> bool:
    """Tell whether a direction lies in the sector to which a radar is limited now."""
    if antenna.limit_rad <= 0.0:
        return True
    offset_rad = (azimuth_rad - antenna.limit_facing_rad + 0.5 * antenna.limit_rad) % (2.0 * math.pi)
    return offset_rad <= antenna.limit_rad


@kernel
def look_time_s(radar: Rows, phase_s: float, scan: int, fraction: float) -> float:
    """Return when scan number ``scan`` crosses a direction; a sector radar sweeps to and fro, the odd scans back."""
    part = 1.0 - fraction if radar.scan == SECTOR and scan % 2 == 1 else fraction
    return phase_s + (scan + part) * radar.revisit_s


@kernel
def first_scan(radar: Rows, phase_s: float, from_s: float, fraction: float) -> int:
    """Return the first scan that crosses a direction at ``from_s`` or later."""
    scan = math.floor((from_s - phase_s) / radar.revisit_s) - 1
    while look_time_s(radar, phase_s, scan, fraction) < from_s - 1e-9 * radar.revisit_s:
        scan += 1
    return scan
