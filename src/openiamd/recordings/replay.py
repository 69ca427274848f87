"""Replay: what rotating radars would have reported of a truth.

Each radar turns clockwise once in its revisit time, from north at the truth's first time, and looks at an object when
it points at it. Detection is a draw at the sensor's detection probability wherever the object is inside coverage;
measurements are true values with independent normal errors; false plots are a Poisson number a scan, uniform in range,
azimuth and, within coverage, elevation. Left out: range-dependent detection, resolution (two aircraft at one place give
two plots), terrain and refraction.
Draws are functions of (seed, sensor, object, turn), see ``physics.draws``: another sensor or object changes no draw.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.errors import RecordingError
from openiamd.kernels import kernel
from openiamd.physics.draws import FALSE_PLOT, LOOK, NO_ENTITY, NOISE, entity_hash, normal4, poisson, uniform, uniform4
from openiamd.physics.ellipsoid import azimuth_elevation_range, ecef_from_enu, enu_from_ecef
from openiamd.recordings.tables import Flags, Floats, Integers, Plots, Sensors, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

FALSE = -1  # origin of a false plot

_TWO_PI = 2.0 * math.pi
_STEPS_A_TURN = 32  # at least, in the search for looks
_FALSE_RANGE_RATE_MPS = 300.0


class Coverage(NamedTuple):
    """Where a radar sees; elevations are in its local frame, so that 0.5 degrees stay clear of a smooth horizon."""

    minimum_range_m: float = 2_000.0
    maximum_range_m: float = 150_000.0
    minimum_elevation_rad: float = math.radians(0.5)
    maximum_elevation_rad: float = math.radians(45.0)
    maximum_rise_m: float = 20_000.0  # above the sensor's horizontal plane


def replay(truth: Truth, sensors: Sensors, seed: int, coverage: Coverage | None = None) -> tuple[Plots, Integers]:
    """Return plots of the truth in order of time, and where each comes from: row of ``truth.names``, or −1 if false.

    Between rows of one object its path is a cubic through positions and velocities (Hermite); it exists from its first
    row to its last. A false plot of a sensor that measures range rates has one from −300 to 300 m/s.

    Raises:
        RecordingError: the rows of an object are not in order of time, or two names share a hash.
    """
    coverage = coverage or Coverage()
    if len({entity_hash(name) for name in (*truth.names, *sensors.name)}) < len(truth.names) + len(sensors.name):
        raise RecordingError("two objects or sensors share a name or its hash", hint="rename one of them")
    start_s, end_s = float(truth.time_s.min()), float(truth.time_s.max())
    objects = list(_objects(truth))
    parts = []
    for sensor in range(len(sensors.name)):
        for row, time_s, state in objects:
            parts.append(_true_plots(truth, row, time_s, state, sensors, sensor, seed, coverage, start_s))
        parts.append(_false_plots(sensors, sensor, seed, coverage, start_s, end_s))
    table = np.concatenate(parts)  # (plot, 7): time, sensor, range, azimuth, elevation, range rate, origin
    table = table[np.lexsort((table[:, 2], table[:, 1], table[:, 0]))]
    time_s, sensor_row, range_m, azimuth_rad, elevation_rad, rate_mps, origin = np.ascontiguousarray(table.T)
    plots = Plots(time_s, sensor_row.astype(np.int64), range_m, azimuth_rad, elevation_rad, rate_mps)
    return plots, origin.astype(np.int64)


def covered(truth: Truth, sensors: Sensors, coverage: Coverage | None = None) -> Flags:
    """Tell of each row of the truth which sensors cover it: flags (row, sensor)."""
    coverage = coverage or Coverage()
    found = np.empty((len(truth.time_s), len(sensors.name)), bool)
    for sensor in range(len(sensors.name)):
        _, elevation_rad, range_m = azimuth_elevation_range(_seen_from(truth.state[:, :3], sensors, sensor))
        found[:, sensor] = _covered(elevation_rad, range_m, coverage)
    return found


def only(truth: Truth, rows: Flags) -> Truth:
    """Return some rows of the truth; an object whose rows are interrupted goes on as another one (`name/2`)."""
    order = np.lexsort((truth.time_s, truth.object))
    kept = rows[order]
    starts = kept & ~(np.concatenate([[False], kept[:-1]]) & (np.diff(truth.object[order], prepend=-1) == 0))
    order, part = order[kept], np.cumsum(starts)[kept] - 1
    names: list[str] = []
    times: dict[int, int] = {}
    for row in truth.object[order[np.diff(part, prepend=-1) > 0]].tolist():
        times[row] = times.get(row, 0) + 1
        names.append(truth.names[row] if times[row] == 1 else f"{truth.names[row]}/{times[row]}")
    return Truth(truth.time_s[order], part, truth.state[order], names)


def states_at(time_s: Floats, state: Floats, at_s: Floats) -> Floats:
    """Return the states (n, 6) of one object at the times ``at_s`` (n,) from its rows: cubic Hermite interpolation."""
    row = np.clip(np.searchsorted(time_s, at_s, side="right") - 1, 0, max(len(time_s) - 2, 0))
    if len(time_s) == 1:
        return np.broadcast_to(state, (len(at_s), 6)).copy()
    step_s = (time_s[row + 1] - time_s[row])[:, None]
    u = (at_s - time_s[row])[:, None] / step_s
    p0, v0, p1, v1 = state[row, :3], state[row, 3:], state[row + 1, :3], state[row + 1, 3:]
    climb = (p1 - p0) / step_s
    position_m = p0 + step_s * u * (v0 + u * (3.0 * climb - 2.0 * v0 - v1 + u * (v0 + v1 - 2.0 * climb)))
    velocity_mps = v0 + u * (2.0 * (3.0 * climb - 2.0 * v0 - v1) + 3.0 * u * (v0 + v1 - 2.0 * climb))
    return np.concatenate([position_m, velocity_mps], axis=1)


def _objects(truth: Truth) -> Iterator[tuple[int, Floats, Floats]]:
    """Yield row of ``truth.names``, times and states of every object."""
    order = np.argsort(truth.object, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(truth.object[order])) + 1):
        row = int(truth.object[rows[0]])
        if (np.diff(truth.time_s[rows]) <= 0.0).any():
            words = f"object '{truth.names[row]}': its rows are not in order of time"
            raise RecordingError(words, hint="sort them by time, without repeated times")
        yield row, truth.time_s[rows], truth.state[rows]


def _seen_from(position_m: Floats, sensors: Sensors, sensor: int) -> Floats:
    """Return positions (n, 3) east, north and up at the first sensor as those at another."""
    places = np.stack([sensors.latitude_rad, sensors.longitude_rad, sensors.height_m], axis=1).tolist()
    return enu_from_ecef(ecef_from_enu(position_m, *places[0]), *places[sensor])


def _covered(elevation_rad: Floats, range_m: Floats, coverage: Coverage) -> Flags:
    """Tell what lies within coverage."""
    within = (range_m >= coverage.minimum_range_m) & (range_m <= coverage.maximum_range_m)
    above = elevation_rad >= coverage.minimum_elevation_rad
    return within & above & (elevation_rad <= _highest_rad(range_m, coverage))


def _highest_rad(range_m: Floats, coverage: Coverage) -> Floats:
    """Return the greatest elevation within coverage at a range."""
    rise = np.arcsin(np.minimum(coverage.maximum_rise_m / np.maximum(range_m, 1.0), 1.0))
    return np.minimum(rise, coverage.maximum_elevation_rad)


def _look_times(
    time_s: Floats, state: Floats, sensors: Sensors, sensor: int, start_s: float
) -> tuple[Floats, Integers]:
    """Return when the antenna points at an object, and the number of the turn since the start.

    The antenna's angle less the object's azimuth, unwound, grows steadily; a look is where it passes a whole turn.
    """
    revisit_s = float(sensors.revisit_s[sensor])
    count = max(2, math.ceil((time_s[-1] - time_s[0]) / revisit_s * _STEPS_A_TURN))
    grid_s = np.linspace(time_s[0], time_s[-1], count)
    seen_m = _seen_from(states_at(time_s, state, grid_s)[:, :3], sensors, sensor)
    turns = (grid_s - start_s) / revisit_s - np.unwrap(np.arctan2(seen_m[:, 0], seen_m[:, 1])) / _TWO_PI
    # Close overhead an azimuth outruns the antenna; coverage leaves such looks out.
    turns = np.maximum.accumulate(turns)
    number = np.arange(math.ceil(turns[0]), math.floor(turns[-1]) + 1)
    look_s = np.interp(number, turns, grid_s)
    return look_s, np.floor((look_s - start_s) / revisit_s + 1e-9).astype(np.int64)


def _true_plots(
    truth: Truth, row: int, time_s: Floats, state: Floats, sensors: Sensors, sensor: int, seed: int,
    coverage: Coverage, start_s: float,
) -> Floats:  # fmt: skip
    """Return the plots (plot, 7) that one sensor makes of one object."""
    look_s, turn = _look_times(time_s, state, sensors, sensor, start_s)
    at = states_at(time_s, state, look_s)
    seen_m = _seen_from(at[:, :3], sensors, sensor)
    moved_m = _seen_from(at[:, :3] + at[:, 3:], sensors, sensor) - seen_m
    azimuth_rad, elevation_rad, range_m = azimuth_elevation_range(seen_m)
    drawn = np.empty((len(look_s), 5))
    name, entity = entity_hash(sensors.name[sensor]), entity_hash(truth.names[row])
    draw_looks(np.uint64(seed), name, entity, turn, drawn)
    found = _covered(elevation_rad, range_m, coverage) & (drawn[:, 0] < sensors.detection_probability[sensor])
    rate_mps = (seen_m * moved_m).sum(axis=1) / np.maximum(range_m, 1.0)
    plots = np.stack([
        look_s,
        np.full(len(look_s), float(sensor)),
        range_m + sensors.sigma_range_m[sensor] * drawn[:, 1],
        np.mod(azimuth_rad + sensors.sigma_azimuth_rad[sensor] * drawn[:, 2], _TWO_PI),
        np.clip(elevation_rad + sensors.sigma_elevation_rad[sensor] * drawn[:, 3], -0.5 * math.pi, 0.5 * math.pi),
        rate_mps + sensors.sigma_range_rate_mps[sensor] * drawn[:, 4],
        np.full(len(look_s), float(row)),
    ], axis=1)  # fmt: skip
    return plots[found & (plots[:, 2] > 0.0)]


def _false_plots(sensors: Sensors, sensor: int, seed: int, coverage: Coverage, start_s: float, end_s: float) -> Floats:
    """Return the false plots (plot, 7) of one sensor."""
    revisit_s, mean = float(sensors.revisit_s[sensor]), float(sensors.clutter_per_scan[sensor])
    name = entity_hash(sensors.name[sensor])
    scans = math.ceil((end_s - start_s) / revisit_s)
    counts = np.empty(scans, np.int64)
    count_false(np.uint64(seed), name, mean, counts)
    scan = np.repeat(np.arange(scans), counts)
    index = np.arange(len(scan)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    drawn = np.empty((len(scan), 4))
    draw_false(np.uint64(seed), name, scan, index, drawn)
    low_m, low_rad = coverage.minimum_range_m, coverage.minimum_elevation_rad
    range_m = low_m + (coverage.maximum_range_m - low_m) * drawn[:, 1]
    elevation_rad = low_rad + np.maximum(_highest_rad(range_m, coverage) - low_rad, 0.0) * drawn[:, 2]
    measured = ~np.isnan(sensors.sigma_range_rate_mps[sensor])
    rate_mps = np.where(measured, _FALSE_RANGE_RATE_MPS * (2.0 * drawn[:, 3] - 1.0), np.nan)
    time_s = start_s + (scan + drawn[:, 0]) * revisit_s
    fixed = np.full((len(scan), 1), float(sensor)), np.full((len(scan), 1), float(FALSE))
    columns = np.stack([range_m, _TWO_PI * drawn[:, 0], elevation_rad, rate_mps], axis=1)
    plots = np.concatenate([time_s[:, None], fixed[0], columns, fixed[1]], axis=1)
    return plots[time_s <= end_s]


@kernel
def draw_looks(seed: np.uint64, sensor: int, entity: int, turn: Integers, drawn: Floats) -> None:
    """Write a uniform and four normal draws for each look into ``drawn`` (look, 5)."""
    for look in range(len(turn)):
        drawn[look, 0] = uniform(seed, 0, LOOK, sensor, entity, turn[look], 0)
        a, b, c, d = normal4(seed, 0, NOISE, sensor, entity, turn[look], 0)
        drawn[look, 1], drawn[look, 2], drawn[look, 3], drawn[look, 4] = a, b, c, d


@kernel
def count_false(seed: np.uint64, sensor: int, mean: float, counts: Integers) -> None:
    """Write the number of false plots of each scan."""
    for scan in range(len(counts)):
        counts[scan] = poisson(uniform(seed, 0, FALSE_PLOT, sensor, NO_ENTITY, scan, 0), mean)


@kernel
def draw_false(seed: np.uint64, sensor: int, scan: Integers, index: Integers, drawn: Floats) -> None:
    """Write four uniform draws for each false plot into ``drawn`` (plot, 4)."""
    for plot in range(len(scan)):
        a, b, c, d = uniform4(seed, 0, FALSE_PLOT, sensor, NO_ENTITY, scan[plot], index[plot])
        drawn[plot, 0], drawn[plot, 1], drawn[plot, 2], drawn[plot, 3] = a, b, c, d
