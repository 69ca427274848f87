"""Recordings for tests: two radars, and plots as a table that can be spoilt."""

import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from openiamd.recordings.tables import Plots, Sensors

HEADING = (
    "sensor,latitude_deg,longitude_deg,height_m,sigma_range_m,sigma_azimuth_rad,sigma_elevation_rad,"
    "sigma_range_rate_mps,detection_probability,clutter_per_scan,revisit_s"
)
SOUTH = "south,48.7,2.4,120,50,0.002,0.003,,0.9,10,4"
NORTH = "north,49.4,2.1,150,40,0.001,0.002,2.5,0.85,0,5"
IDENTITIES = {(25, 10): "south", (25, 11): "north"}


def two_sensors() -> Sensors:
    """Return what SOUTH and NORTH say."""
    columns = zip(*([float(text or "nan") for text in row.split(",")[1:]] for row in (SOUTH, NORTH)), strict=True)
    latitude, longitude, *others = (np.array(column) for column in columns)
    return Sensors(["south", "north"], np.radians(latitude), np.radians(longitude), *others)


def columns(count: int = 3) -> dict[str, list]:
    """Return the columns of a small file of plots."""
    return {
        "time_s": [10.0 + row for row in range(count)],
        "sensor": ["south" if row % 2 == 0 else "north" for row in range(count)],
        "range_m": [50_000.0 + 100.0 * row for row in range(count)],
        "azimuth_rad": [0.1 * row for row in range(count)],
        "elevation_rad": [0.05] * count,
        "range_rate_mps": [None if row % 2 == 0 else -100.0 - row for row in range(count)],
    }


def write_columns(path, found):
    pq.write_table(pa.table(found), path)
    return path


def some_plots(count: int, seed: int) -> Plots:
    """Return plots of both radars on one day, in order of time, within what ASTERIX can hold."""
    draw = np.random.default_rng(seed)
    sensor = draw.integers(0, 2, count)
    rate = np.where(sensor == 0, np.nan, draw.uniform(-500.0, 500.0, count))
    return Plots(
        np.sort(draw.uniform(40_000.0, 50_000.0, count)), sensor, draw.uniform(1e3, 4e5, count),
        draw.uniform(0.0, 2.0 * math.pi, count), draw.uniform(-0.01, 0.1, count), rate,
    )  # fmt: skip
