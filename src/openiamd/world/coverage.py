"""Coverage: where radars would see a target of one height, without any chance: mean signal against a threshold.

The same look as in ``stages.sense`` (reach, sector, ``signal.look_snr``), laid over a grid instead of along a flight.
Places lie on great circles from a centre: position = (R + h) (u cos a + t sin a), u the centre's unit vector, t the
direction at it, a = ground range over R. Source: Snyder, Map Projections (USGS PP 1395, 1987), ch. 5.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel
from openiamd.physics.geodesy import EARTH_RADIUS_M, azimuth_elevation_range
from openiamd.world.arrays import Floats, Ints, Rows, Singles, filled_rows
from openiamd.world.propagation import PropagationTable
from openiamd.world.sensors import SensorTable, scan_fraction
from openiamd.world.signal import apparent_elevation_rad, in_reach, look_snr
from openiamd.world.terrain import TerrainTable, ground_below
from openiamd.world.threats import THREAT_COLUMNS

Levels = NDArray[np.uint8]
Indices = NDArray[np.int16]

BISECTIONS = 14
POSITION, VELOCITY, OFFSET, ALONG = range(4)  # rows of the scratch space (4, 3)


def target_rows(rcs_m2: float, side_ratio: float, tail_ratio: float, swerling: int) -> Rows:
    """Return a table of one target, as ``signal.look_snr`` reads it."""
    columns = {
        "rcs_m2": rcs_m2,
        "rcs_side_m2": rcs_m2 * side_ratio,
        "rcs_tail_m2": rcs_m2 * tail_ratio,
        "has_aspects": (side_ratio, tail_ratio) != (1.0, 1.0),
        "swerling": swerling,
    }
    return filled_rows(THREAT_COLUMNS, (1,), columns)


@kernel
def seen(
    sensors: SensorTable, sensor: int, terrain: TerrainTable, propagation: PropagationTable, targets: Rows, band: float,
    least_snr: float, scratch: Floats,
) -> bool:  # fmt: skip
    """Tell whether a radar's look at a target reaches an SNR; ``scratch`` holds its position and velocity."""
    radar = sensors.row[sensor]
    position_m, offset_m = scratch[POSITION], scratch[OFFSET]
    for axis in range(3):
        offset_m[axis] = position_m[axis] - sensors.position_m[sensor, axis]
    azimuth_rad, elevation_rad, range_m = azimuth_elevation_range(
        sensors.basis[sensor], offset_m[0], offset_m[1], offset_m[2]
    )
    apparent_rad = apparent_elevation_rad(propagation.row[0].effective_radius_m, elevation_rad, range_m)
    if not in_reach(radar, range_m, apparent_rad) or scan_fraction(radar, azimuth_rad, apparent_rad) > 1.0:
        return False
    if radar.detects_always:
        return True
    snr = look_snr(
        radar, terrain, propagation, targets[0], band, sensors.position_m[sensor], radar.height_m, position_m, offset_m,
        scratch[VELOCITY], azimuth_rad, 0.0, apparent_rad, range_m,
    )  # fmt: skip
    return snr >= least_snr


@kernel
def put_target(
    terrain: TerrainTable, basis: Floats, range_m: float, altitude_m: float, above_ground: bool, crossing: bool,
    speed_mps: float, scratch: Floats,
) -> float:  # fmt: skip
    """Write position and velocity of a target at a ground range along ``scratch[ALONG]``; return the ground's height.

    basis  (3, 3) local east, north, up of the centre; the target flies toward it, or across to the left
    """
    angle = range_m / EARTH_RADIUS_M
    cosine, sine = math.cos(angle), math.sin(angle)
    along, position_m, velocity_mps = scratch[ALONG], scratch[POSITION], scratch[VELOCITY]
    for axis in range(3):
        position_m[axis] = cosine * basis[2, axis] + sine * along[axis]
        velocity_mps[axis] = speed_mps * (sine * basis[2, axis] - cosine * along[axis])
    if crossing:
        velocity_mps[0] = speed_mps * (basis[2, 1] * along[2] - basis[2, 2] * along[1])
        velocity_mps[1] = speed_mps * (basis[2, 2] * along[0] - basis[2, 0] * along[2])
        velocity_mps[2] = speed_mps * (basis[2, 0] * along[1] - basis[2, 1] * along[0])
    floor_m = ground_below(terrain, EARTH_RADIUS_M * position_m[0], EARTH_RADIUS_M * position_m[1])
    radius_m = EARTH_RADIUS_M + altitude_m + (floor_m if above_ground else 0.0)
    for axis in range(3):
        position_m[axis] *= radius_m
    position_m[2] -= EARTH_RADIUS_M
    return floor_m


@kernel
def point_along(basis: Floats, azimuth_rad: float, scratch: Floats) -> None:
    """Write the direction of an azimuth at a centre."""
    for axis in range(3):
        scratch[ALONG, axis] = math.sin(azimuth_rad) * basis[0, axis] + math.cos(azimuth_rad) * basis[1, axis]


@kernel
def cover(
    sensors: SensorTable, sensor: int, terrain: TerrainTable, propagation: PropagationTable, targets: Rows, band: float,
    least_snr: float, altitude_m: float, above_ground: bool, crossing: bool, speed_mps: float, step_m: float,
    level: int, scratch: Floats, levels: Levels,
) -> None:  # fmt: skip
    """Raise ``levels`` (azimuth, range) to ``level`` where a radar sees the target; cells are taken at their middle."""
    azimuths, ranges = levels.shape
    basis = sensors.basis[sensor]
    for azimuth in range(azimuths):
        azimuth_rad = (azimuth + 0.5) * 2.0 * math.pi / azimuths
        if scan_fraction(sensors.row[sensor], azimuth_rad, 0.0) > 1.0:
            continue
        point_along(basis, azimuth_rad, scratch)
        for cell in range(ranges):
            if levels[azimuth, cell] >= level:
                continue
            put_target(
                terrain, basis, (cell + 0.5) * step_m, altitude_m, above_ground, crossing, speed_mps, scratch
            )  # fmt: skip
            if seen(sensors, sensor, terrain, propagation, targets, band, least_snr, scratch):
                levels[azimuth, cell] = level


@kernel
def cut(
    sensors: SensorTable, chosen: Ints, terrain: TerrainTable, propagation: PropagationTable, targets: Rows,
    bands: Floats, least_snr: Floats, basis: Floats, azimuth_rad: float, altitudes_m: Floats, ranges_m: Floats,
    speed_mps: float, level: int, scratch: Floats, grounds_m: Floats, levels: Levels,
) -> None:  # fmt: skip
    """Raise ``levels`` (altitude, range) to ``level`` where any chosen radar sees an inbound target above sea level.

    Also writes the ground's height below each range.
    """
    point_along(basis, azimuth_rad, scratch)
    for column in range(ranges_m.shape[0]):
        for row in range(altitudes_m.shape[0]):
            grounds_m[column] = put_target(
                terrain, basis, ranges_m[column], altitudes_m[row], False, False, speed_mps, scratch
            )  # fmt: skip
            if altitudes_m[row] < grounds_m[column] or levels[row, column] >= level:
                continue
            for index in range(chosen.shape[0]):
                if seen(
                    sensors, chosen[index], terrain, propagation, targets, bands[index], least_snr[index], scratch
                ):  # fmt: skip
                    levels[row, column] = level
                    break


@kernel
def any_sees(
    sensors: SensorTable, chosen: Ints, terrain: TerrainTable, propagation: PropagationTable, targets: Rows,
    bands: Floats, least_snr: Floats, basis: Floats, range_m: float, altitude_m: float, above_ground: bool,
    speed_mps: float, scratch: Floats,
) -> bool:  # fmt: skip
    """Tell whether any of the chosen radars sees a target that flies toward a centre."""
    put_target(terrain, basis, range_m, altitude_m, above_ground, False, speed_mps, scratch)
    for index in range(chosen.shape[0]):
        if seen(sensors, chosen[index], terrain, propagation, targets, bands[index], least_snr[index], scratch):
            return True
    return False


@kernel
def first_seen(
    sensors: SensorTable, chosen: Ints, terrain: TerrainTable, propagation: PropagationTable, targets: Rows,
    bands: Floats, least_snr: Floats, basis: Floats, altitude_m: float, above_ground: bool, speed_mps: float,
    reach_m: float, steps: int, scratch: Floats, ranges_m: Floats,
) -> None:  # fmt: skip
    """Write for each azimuth (azimuth,) the ground range at which a target that flies toward a centre is first seen.

    It is walked inward from ``reach_m`` in ``steps`` steps; the last one is halved until it is exact. 0.0: never seen.

    chosen, bands, least_snr  (chosen,) rows of radars, the target's band factor and the threshold of each
    """
    azimuths = ranges_m.shape[0]
    step_m = reach_m / steps
    for azimuth in range(azimuths):
        point_along(basis, azimuth * 2.0 * math.pi / azimuths, scratch)
        ranges_m[azimuth] = 0.0
        for step in range(steps, 0, -1):
            if any_sees(
                sensors, chosen, terrain, propagation, targets, bands, least_snr, basis, step * step_m, altitude_m,
                above_ground, speed_mps, scratch,
            ):  # fmt: skip
                near_m, far_m = step * step_m, min((step + 1) * step_m, reach_m)
                for _ in range(BISECTIONS):
                    middle_m = 0.5 * (near_m + far_m)
                    if any_sees(
                        sensors, chosen, terrain, propagation, targets, bands, least_snr, basis, middle_m, altitude_m,
                        above_ground, speed_mps, scratch,
                    ):  # fmt: skip
                        near_m = middle_m
                    else:
                        far_m = middle_m
                ranges_m[azimuth] = near_m
                break


@kernel
def polar_cells(
    basis: Floats, azimuths: int, latitudes_rad: Floats, longitudes_rad: Floats, latitude0_rad: float,
    longitude0_rad: float, azimuth: Indices, range_m: Singles,
) -> None:  # fmt: skip
    """Write for every cell of a map (row, column) in which azimuth cell of a radar it lies, and its ground range.

    basis  (3, 3) local east, north, up of the radar, axes of the theatre with its origin at latitude0, longitude0
    """
    sine0, cosine0 = math.sin(latitude0_rad), math.cos(latitude0_rad)
    for row in range(latitudes_rad.shape[0]):
        sine, cosine = math.sin(latitudes_rad[row]), math.cos(latitudes_rad[row])
        for column in range(longitudes_rad.shape[0]):
            turn = longitudes_rad[column] - longitude0_rad
            toward = cosine * math.cos(turn)
            x, y, z = cosine * math.sin(turn), cosine0 * sine - sine0 * toward, sine0 * sine + cosine0 * toward
            east = basis[0, 0] * x + basis[0, 1] * y + basis[0, 2] * z
            north = basis[1, 0] * x + basis[1, 1] * y + basis[1, 2] * z
            up = basis[2, 0] * x + basis[2, 1] * y + basis[2, 2] * z
            range_m[row, column] = EARTH_RADIUS_M * math.atan2(math.sqrt(east * east + north * north), up)
            share = math.atan2(east, north) / (2.0 * math.pi)
            azimuth[row, column] = int((share - math.floor(share)) * azimuths) % azimuths


@kernel
def lay_on_map(levels: Levels, step_m: float, azimuth: Indices, range_m: Singles, chart: Levels) -> None:
    """Write to every cell of a map (row, column) the level of the polar cell (azimuth, range) that it lies in."""
    ranges = levels.shape[1]
    for row in range(chart.shape[0]):
        for column in range(chart.shape[1]):
            cell = int(range_m[row, column] / step_m)
            chart[row, column] = levels[azimuth[row, column], cell] if cell < ranges else 0


def scratch_space() -> Floats:
    """Return what the kernels above write to on their way."""
    return np.zeros((4, 3))
