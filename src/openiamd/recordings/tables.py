"""The tables of a recording: sensors, plots, tracks and truth, as plain arrays in SI.

Rows of one table share an index. Frames: plots are in the local east-north-up frame of their own sensor; tracks and
truth are east, north and up at the first sensor.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Sensors(NamedTuple):
    """Sensors of a recording; the first one's place is the origin of tracks and truth."""

    name: list[str]  # (sensor,)
    latitude_rad: Floats  # (sensor,) geodetic, WGS 84
    longitude_rad: Floats  # (sensor,)
    height_m: Floats  # (sensor,) above the ellipsoid
    sigma_range_m: Floats  # (sensor,) standard deviations of one plot
    sigma_azimuth_rad: Floats  # (sensor,)
    sigma_elevation_rad: Floats  # (sensor,)
    sigma_range_rate_mps: Floats  # (sensor,) NaN: measures none
    detection_probability: Floats  # (sensor,) of one scan
    clutter_per_scan: Floats  # (sensor,) mean number of false plots in one scan
    revisit_s: Floats  # (sensor,) duration of one scan


class Plots(NamedTuple):
    """Plots in the order of their file."""

    time_s: Floats  # (plot,)
    sensor: Integers  # (plot,) row of Sensors
    range_m: Floats  # (plot,)
    azimuth_rad: Floats  # (plot,) clockwise from true north
    elevation_rad: Floats  # (plot,)
    range_rate_mps: Floats  # (plot,) NaN where absent; positive: receding


class Tracks(NamedTuple):
    """One row per track and scan, in the order of the scans and then of the track numbers."""

    time_s: Floats  # (row,) of the plot, or of the scan's start where coasted
    track_number: Integers  # (row,)
    state: Floats  # (row, 6) x, y, z m, vx, vy, vz m/s
    covariance: Floats  # (row, 6, 6)
    confirmed: Flags  # (row,) else tentative
    coasted: Flags  # (row,) no plot in this scan
    plot: Integers  # (row,) row of Plots, −1 where coasted


class Truth(NamedTuple):
    """What flew, sampled."""

    time_s: Floats  # (row,)
    object: Integers  # (row,) row of ``names``
    state: Floats  # (row, 6) x, y, z m, vx, vy, vz m/s
    names: list[str]  # (object,)
