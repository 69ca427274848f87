"""Propagation: what lies between radar and target, as tables that a look reads once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.kernels import kernel
from openiamd.physics.attenuation import path_loss_table_db
from openiamd.physics.detection import marcum_table
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.world.arrays import FLAG, NUMBER, Floats, Rows, Singles, rows_of

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario, Sensor

LOSS_HEIGHTS, LOSS_RANGES = 25, 97
LOSS_CEILING_M = 30_000.0  # above it the atmosphere takes nothing more
REFERENCE_ELEVATION_RAD = math.radians(1.0)  # a published range is read as that of a target at this elevation
MARCUM_POINTS = 2_049
LOW_BAND_HZ, HIGH_BAND_HZ = 0.3e9, 3e9
NO_TABLE = -1
MM_PER_H = 3.6e6  # of a metre per second

PROPAGATION_COLUMNS = {
    "effective_radius_m": NUMBER,
    "diffraction": FLAG,
    "sea": FLAG,
    "wave_height_m": NUMBER,  # root mean square
    "vertical": FLAG,  # polarisation
    "rain_height_m": NUMBER,
}


class PropagationTable(NamedTuple):
    """The atmosphere and the receivers, as tables."""

    row: Rows  # (1,) PROPAGATION_COLUMNS
    loss: Singles  # (table, height, range) float32 two-way power over that of the radar's reference path
    loss_step_m: Floats  # (table,) range step
    band: Floats  # (sensor, object) cross-section at the sensor's frequency over that at microwaves
    marcum: Floats  # (table, point) detection probability at a signal energy
    marcum_step: Floats  # (table,) step in the root of the energy


def band_factor(frequency_hz: float, low_band_ratio: float) -> float:
    """Return a cross-section at a frequency over that at microwaves: decibels linear in log f from 0.3 to 3 GHz.

    Coarse, since no measured spectrum is public: the Rayleigh and resonance regions of real bodies are not in it.
    """
    share = math.log(HIGH_BAND_HZ / frequency_hz) / math.log(HIGH_BAND_HZ / LOW_BAND_HZ)
    return low_band_ratio ** min(max(share, 0.0), 1.0)


def table_heights_m() -> Floats:
    """Return the heights (LOSS_HEIGHTS,) of the loss tables: quadratic, since the air thins with height."""
    return LOSS_CEILING_M * (np.arange(LOSS_HEIGHTS) / (LOSS_HEIGHTS - 1.0)) ** 2


def compile_propagation(
    scenario: ResolvedScenario, antenna_heights_m: Floats
) -> tuple[PropagationTable, list[int], list[int]]:
    """Return the tables, and for each sensor the row of its loss table and of its detection table, −1 for none.

    antenna_heights_m  (sensor,) above the sphere; of airborne radars at their mean height
    """
    environment = scenario.environment
    weather = environment.gas or environment.rain_rate_mps > 0.0
    losses = [_loss(scenario, one, height) for one, height in zip(scenario.sensors, antenna_heights_m, strict=True)]
    kinds = sorted(
        {(one.pulses, one.false_alarm_probability) for one in scenario.sensors if _needs_marcum(scenario, one)}
    )
    curves = [marcum_table(pulses, pfa, MARCUM_POINTS) for pulses, pfa in kinds]
    columns = {
        "effective_radius_m": [environment.effective_radius_factor * EARTH_RADIUS_M],
        "diffraction": [environment.diffraction],
        "sea": [environment.sea],
        "wave_height_m": [environment.wave_height_m],
        "vertical": [environment.vertical_polarisation],
        "rain_height_m": [environment.rain_height_m],
    }
    table = PropagationTable(
        row=rows_of(PROPAGATION_COLUMNS, columns, 1),
        loss=np.array(losses, np.float32) if weather and losses else np.ones((1, 1, 1), np.float32),
        loss_step_m=np.array([_range_step_m(one) for one in scenario.sensors] or [1.0]),
        band=np.array(
            [
                [band_factor(one.frequency_hz, thing.rcs_low_band_ratio) for thing in scenario.objects]
                for one in scenario.sensors
            ]
        ).reshape(len(scenario.sensors), len(scenario.objects)),
        marcum=np.array([values for _, values in curves]).reshape(len(curves), MARCUM_POINTS),
        marcum_step=np.array([step for step, _ in curves]),
    )
    loss_rows = [index if weather else NO_TABLE for index in range(len(scenario.sensors))]
    marcum_rows = [
        kinds.index((one.pulses, one.false_alarm_probability)) if _needs_marcum(scenario, one) else NO_TABLE
        for one in scenario.sensors
    ]
    return table, loss_rows, marcum_rows


def _needs_marcum(scenario: ResolvedScenario, sensor: Sensor) -> bool:
    """Tell whether a sensor's looks go beyond the closed form of one pulse and Swerling 1."""
    return sensor.pulses > 1 or any(thing.swerling not in (1, 2) for thing in scenario.objects)


def _range_step_m(sensor: Sensor) -> float:
    return max(sensor.range_instrumented_m, 1_000.0) / (LOSS_RANGES - 1)


def _loss(scenario: ResolvedScenario, sensor: Sensor, antenna_height_m: float) -> Floats:
    """Return two-way power (height, range) relative to the path on which the radar's range was stated."""
    environment = scenario.environment
    radius_m = environment.effective_radius_factor * EARTH_RADIUS_M
    ranges_m = _range_step_m(sensor) * np.arange(LOSS_RANGES)
    losses_db = path_loss_table_db(
        sensor.frequency_hz, antenna_height_m, table_heights_m(), ranges_m, radius_m, environment.gas,
        environment.rain_rate_mps * MM_PER_H, environment.rain_height_m,
    )  # fmt: skip
    return 10.0 ** (-0.2 * (losses_db - _reference_loss_db(scenario, sensor, antenna_height_m, radius_m)))


def _reference_loss_db(scenario: ResolvedScenario, sensor: Sensor, antenna_height_m: float, radius_m: float) -> float:
    """Return the one-way loss by gas that a stated range already holds: in the clear, one degree above the horizon."""
    if sensor.anchor_range_m <= 0.0 or not scenario.environment.gas:
        return 0.0
    range_m = sensor.anchor_range_m
    height_m = antenna_height_m + range_m * math.sin(REFERENCE_ELEVATION_RAD) + range_m**2 / (2.0 * radius_m)
    one = path_loss_table_db(
        *(sensor.frequency_hz, antenna_height_m, np.array([height_m]), np.array([range_m]), radius_m, True, 0.0, 0.0)
    )
    return float(one[0, 0])


@kernel
def path_power(propagation: PropagationTable, table: int, height_m: float, ground_range_m: float) -> float:
    """Return the two-way power that gas and rain leave, relative to the radar's reference path; bilinear."""
    last_row, last_column = propagation.loss.shape[1] - 1, propagation.loss.shape[2] - 1
    row_place = math.sqrt(min(max(height_m, 0.0), LOSS_CEILING_M) / LOSS_CEILING_M) * last_row
    column_place = min(ground_range_m / propagation.loss_step_m[table], float(last_column))
    row, column = min(int(row_place), last_row - 1), min(int(column_place), last_column - 1)
    upper, right = row_place - row, column_place - column
    loss = propagation.loss[table]
    low = loss[row, column] + right * (loss[row, column + 1] - loss[row, column])
    high = loss[row + 1, column] + right * (loss[row + 1, column + 1] - loss[row + 1, column])
    return low + upper * (high - low)
