"""Recordings for the tracker's tests: radars, straight flights, the plots that they give, false plots."""

import math

import numpy as np

from openiamd.physics.ellipsoid import azimuth_elevation_range, ecef_from_enu, enu_from_ecef
from openiamd.recordings.tables import Plots, Sensors

ORIGIN = (48.0, 2.0, 100.0)
SIGMAS = (50.0, 0.0035, 0.0035)


def radars(*places, sigmas=SIGMAS, rate=math.nan, pd=0.9, clutter=5.0, revisit=10.0) -> Sensors:
    """Return radars at (latitude, longitude, height); without any, one at ORIGIN."""
    latitude, longitude, height = np.transpose(places or (ORIGIN,)).astype(float)
    count = len(latitude)
    same = (np.full(count, float(value)) for value in (*sigmas, rate, pd, clutter, revisit))
    names = [f"radar {number}" for number in range(count)]
    return Sensors(names, np.radians(latitude), np.radians(longitude), height, *same)


def flown(start, times) -> np.ndarray:
    """Return places (time, object, 3) of straight flights from states (object, 6)."""
    start = np.atleast_2d(start)
    return start[:, :3] + np.asarray(times)[:, None, None] * start[:, 3:]


def measured(sensors: Sensors, sensor: int, places: np.ndarray) -> np.ndarray:
    """Return range, azimuth, elevation (..., 3) of places (..., 3) in the first sensor's frame."""
    here = [(sensors.latitude_rad[n], sensors.longitude_rad[n], sensors.height_m[n]) for n in (0, sensor)]
    offset = places if sensor == 0 else enu_from_ecef(ecef_from_enu(places, *here[0]), *here[1])
    azimuth, elevation, reach = azimuth_elevation_range(offset)
    return np.stack([reach, azimuth, elevation], -1)


def seen(sensors, places, times, draw, sensor=0, velocities=None, pd=None) -> Plots:
    """Return the plots of one sensor, each scan at its time; plots are missed by chance, false ones added."""
    pd = sensors.detection_probability[sensor] if pd is None else pd
    sigma = np.array([sensors.sigma_range_m[sensor], *[sensors.sigma_azimuth_rad[sensor]] * 2])
    columns = []
    for scan, time_s in enumerate(times):
        exact = measured(sensors, sensor, places[scan])
        plots = exact + draw.normal(size=exact.shape) * sigma
        rate = np.full(len(plots), np.nan)
        if velocities is not None:
            along = places[scan] / np.linalg.norm(places[scan], axis=1, keepdims=True)
            rate = (along * velocities).sum(1) + draw.normal(size=len(plots)) * sensors.sigma_range_rate_mps[sensor]
        hit = draw.random(len(plots)) < pd
        count = draw.poisson(sensors.clutter_per_scan[sensor])
        false = draw.uniform([5e3, 0.0, 0.0], [2e5, 2.0 * math.pi, 0.35], (count, 3))
        false_rate = draw.uniform(-300.0, 300.0, count) if velocities is not None else np.full(count, np.nan)
        values = np.column_stack([np.concatenate([plots[hit], false]), np.concatenate([rate[hit], false_rate])])
        columns.append(np.column_stack([np.full(len(values), time_s), np.full(len(values), sensor), values]))
    return as_plots(np.concatenate(columns))


def as_plots(table) -> Plots:
    """Return plots of rows time, sensor, range, azimuth, elevation, range rate."""
    time_s, sensor, reach, azimuth, elevation, rate = np.atleast_2d(np.asarray(table, float)).T.copy()
    return Plots(time_s, sensor.astype(np.int64), reach, np.mod(azimuth, 2.0 * math.pi), elevation, rate)


def joined(*parts: Plots) -> Plots:
    return Plots(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def chosen(plots: Plots, rows) -> Plots:
    return Plots._make(column[rows] for column in plots)


def traffic(seed: int, count: int = 12, scans: int = 20, **kwargs):
    """Return sensors, plots and states (object, 6) of straight flights within 100 km."""
    draw = np.random.default_rng(seed)
    sensors = radars(**kwargs)
    heading, speed = draw.uniform(0.0, 2.0 * math.pi, count), draw.uniform(150.0, 300.0, count)
    start = np.column_stack([
        draw.uniform(-8e4, 8e4, (count, 2)), draw.uniform(3e3, 1e4, count),
        speed * np.cos(heading), speed * np.sin(heading), np.zeros(count),
    ])  # fmt: skip
    times = np.arange(scans) * sensors.revisit_s[0]
    return sensors, seen(sensors, flown(start, times), times, draw), start
