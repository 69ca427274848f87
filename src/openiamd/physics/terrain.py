"""Masking by terrain: the lowest visible altitude around a site, by a horizon sweep along rays.

Along each ray the ground is sampled, the earth's curvature is taken off as r² / (2 k R), and the steepest line of
sight so far is kept: whatever lies below it is hidden. Sources: Franklin & Ray, Higher isn't necessarily better:
visibility algorithms and experiments, Proc. 6th Int. Symp. on Spatial Data Handling (1994) 751, algorithm R2/R3;
curvature and effective radius as in ``openiamd.physics.refraction``.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.physics.raster import Raster, bilinear
from openiamd.physics.refraction import EFFECTIVE_EARTH_RADIUS_M

Table = NDArray[np.float32]

_TWO_PI = 2.0 * math.pi
# Between exact points of the great circle, this many samples apart, rows and columns are linear: at 7 km the sagitta
# is 1 m.
_NODE_SAMPLES = 16


def masking_table(
    raster: Raster,
    latitude_rad: float,
    longitude_rad: float,
    antenna_altitude_m: float,
    maximum_range_m: float,
    azimuths: int,
    step_m: float,
    effective_radius_m: float = EFFECTIVE_EARTH_RADIUS_M,
    substeps: int = 1,
) -> tuple[Table, Table]:
    """Return the masking table of a site: (mask_m, edge_m), both (azimuth, range), metres.

    Row a looks along azimuth 2 pi a / ``azimuths``, clockwise from north; column j is at ground range j ``step_m``, up
    to and including the first at or beyond ``maximum_range_m``. ``mask_m`` is the lowest visible altitude above the
    sphere, never below the ground; column 0 holds the antenna's own altitude. ``edge_m`` is the ground range of what
    hides whatever is lower, 0 where nothing but the ground at that place does. The ground is swept ``substeps`` times
    as finely as the table is stored. The raster must cover the site's surroundings.
    """
    ranges = math.ceil(maximum_range_m / step_m - 1e-9) + 1
    mask_m = np.empty((azimuths, ranges), np.float32)
    edge_m = np.empty((azimuths, ranges), np.float32)
    sweep(
        raster, latitude_rad, longitude_rad, float(antenna_altitude_m), float(step_m), substeps,
        float(effective_radius_m), mask_m, edge_m,
    )  # fmt: skip
    return mask_m, edge_m


@kernel
def sweep(
    raster: Raster, latitude_rad: float, longitude_rad: float, antenna_altitude_m: float, step_m: float,
    substeps: int, effective_radius_m: float, mask_m: Table, edge_m: Table,
) -> None:  # fmt: skip
    """Fill a masking table; see ``masking_table``."""
    azimuths = mask_m.shape[0]
    for azimuth in range(azimuths):
        sweep_ray(
            raster, latitude_rad, longitude_rad, _TWO_PI * azimuth / azimuths, antenna_altitude_m, step_m, substeps,
            effective_radius_m, mask_m[azimuth], edge_m[azimuth],
        )  # fmt: skip


@kernel
def sweep_ray(
    raster: Raster, latitude_rad: float, longitude_rad: float, azimuth_rad: float, antenna_altitude_m: float,
    step_m: float, substeps: int, effective_radius_m: float, mask_m: Table, edge_m: Table,
) -> None:  # fmt: skip
    """Fill one row (range,) of a masking table: the cumulative maximum of the tangent along a great circle."""
    mask_m[0] = antenna_altitude_m
    edge_m[0] = 0.0
    sample_m = step_m / substeps
    samples = (mask_m.shape[0] - 1) * substeps
    curvature = 0.5 / effective_radius_m
    steepest = -math.inf
    steepest_at_m = 0.0
    sample = 0
    row, column = _row_and_column(raster, latitude_rad, longitude_rad, azimuth_rad, 0.0)
    while sample < samples:
        count = min(_NODE_SAMPLES, samples - sample)
        next_row, next_column = _row_and_column(
            raster, latitude_rad, longitude_rad, azimuth_rad, (sample + count) * sample_m
        )
        row_step = (next_row - row) / count
        column_step = (next_column - column) / count
        for within in range(1, count + 1):
            range_m = (sample + within) * sample_m
            ground_m = bilinear(raster.elevation_m, row + within * row_step, column + within * column_step)
            rise_m = ground_m - antenna_altitude_m - curvature * range_m * range_m
            if rise_m >= steepest * range_m:
                steepest = rise_m / range_m
                steepest_at_m = range_m
            if (sample + within) % substeps == 0:
                stored = (sample + within) // substeps
                mask_m[stored] = antenna_altitude_m + range_m * (steepest + curvature * range_m)
                edge_m[stored] = 0.0 if steepest_at_m == range_m else steepest_at_m
        sample += count
        row, column = next_row, next_column


@kernel
def _row_and_column(
    raster: Raster, latitude_rad: float, longitude_rad: float, azimuth_rad: float, range_m: float
) -> tuple[float, float]:
    """Return the fractional row and column at a range along a great circle (Snyder 1987, eq. 5-5 and 5-6)."""
    angle = range_m / EARTH_RADIUS_M
    sine, cosine = math.sin(angle), math.cos(angle)
    sin_latitude, cos_latitude = math.sin(latitude_rad), math.cos(latitude_rad)
    axial = sin_latitude * cosine + cos_latitude * sine * math.cos(azimuth_rad)
    east = sine * math.sin(azimuth_rad)
    outward = cosine * cos_latitude - sine * sin_latitude * math.cos(azimuth_rad)
    latitude = math.atan2(axial, math.sqrt(east * east + outward * outward))
    longitude = longitude_rad + math.atan2(east, outward)
    return (
        (latitude - raster.south_rad) / raster.latitude_spacing_rad,
        (longitude - raster.west_rad) / raster.longitude_spacing_rad,
    )


@kernel
def lowest_visible(
    mask_m: Table,
    edge_m: Table,
    step_m: float,
    azimuth_rad: float,
    ground_range_m: float,
    effective_radius_m: float = EFFECTIVE_EARTH_RADIUS_M,
) -> tuple[float, float]:
    """Return (lowest visible altitude above the sphere, ground range of the edge that masks or 0) in metres.

    The altitude is linear between the four values around the place: against GDAL's viewshed that agrees as well as or
    better than the nearest azimuth. The edge is that of the nearest azimuth and range. Nearer than the first bin the
    altitude falls from the antenna to the ground. Beyond the last bin its ray goes on over a smooth earth.
    """
    azimuths, ranges = mask_m.shape
    turn = azimuth_rad / _TWO_PI
    turn = (turn - math.floor(turn)) * azimuths
    left = int(turn)
    across = turn - left
    # A negative angle below rounding gives exactly one whole turn.
    left = 0 if left >= azimuths else left
    right = 0 if left + 1 == azimuths else left + 1
    nearest = left if across < 0.5 else right
    position = ground_range_m / step_m
    if position >= ranges - 1:
        last_m = (1.0 - across) * mask_m[left, ranges - 1] + across * mask_m[right, ranges - 1]
        return _beyond(
            mask_m[left, 0], last_m, edge_m[nearest, ranges - 1], (ranges - 1) * step_m, ground_range_m,
            0.5 / effective_radius_m,
        )  # fmt: skip
    near = int(position)
    along = position - near
    near_m = (1.0 - across) * mask_m[left, near] + across * mask_m[right, near]
    far_m = (1.0 - across) * mask_m[left, near + 1] + across * mask_m[right, near + 1]
    edge = edge_m[nearest, near if along < 0.5 else near + 1]
    # The farther bin's edge may lie beyond the place asked for.
    edge = edge_m[nearest, near] if edge >= ground_range_m else edge
    return near_m + along * (far_m - near_m), float(edge)


@kernel
def _beyond(
    antenna_m: float, last_m: float, last_edge_m: float, last_range_m: float, range_m: float, curvature: float
) -> tuple[float, float]:
    """Continue the ray of the last bin over a smooth earth at sea level, which may hide more than the ray does."""
    slope = (last_m - antenna_m) / last_range_m - curvature * last_range_m
    edge_m = last_range_m if last_edge_m == 0.0 else last_edge_m
    horizon_m = math.sqrt(max(antenna_m, 0.0) / curvature)
    touch_m = min(max(horizon_m, last_range_m), range_m)
    tangent = -antenna_m / touch_m - curvature * touch_m
    if tangent > slope:
        slope = tangent
        edge_m = 0.0 if touch_m == range_m else touch_m
    return antenna_m + range_m * (slope + curvature * range_m), float(edge_m)
