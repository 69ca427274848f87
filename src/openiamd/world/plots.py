"""Plots: what the radars measured in this step, and how plots of one resolution cell become one."""

import math
from typing import NamedTuple

import numpy as np

from openiamd.estimation.kalman import measurement_to_enu
from openiamd.kernels import kernel
from openiamd.physics.radar import angle_sigma_rad, range_sigma_m
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Floats, Ints, Rows, filled_rows
from openiamd.world.events import NONE, OVERFLOW, PLOTS_FULL, EventLog
from openiamd.world.sensors import SensorState, SensorTable

NOT_ASKED, NO_REPLY, CIVIL_REPLY, MODE4_REPLY, MODE5_REPLY = 0, 1, 2, 3, 4
SAME_PASS = 0.25  # of a scan: plots nearer in time are of one pass of the beam, also across the seam of the scan


PLOT_COLUMNS = {
    "time_s": NUMBER,
    "reply": WHOLE,  # NOT_ASKED, NO_REPLY, CIVIL_REPLY, MODE4_REPLY, MODE5_REPLY
    "origin": WHOLE,  # object, −1 false
    "scan": WHOLE,  # absolute index of the scan that made it
    "cause": WHOLE,  # event of that object's first detection here
    "range_m": NUMBER,  # measured
    "azimuth_rad": NUMBER,
    "elevation_rad": NUMBER,
    "snr": NUMBER,
    "cell": WHOLE,  # first row of the plots that share a resolution cell with it
    "has_range_rate": FLAG,
    "range_rate_mps": NUMBER,  # over the ground: the antenna's own motion is taken out
}


class PlotBuffer(NamedTuple):
    """Measurements of this step, grouped by sensor. ``origin`` and ``cause`` are for the record only."""

    row: Rows  # (run, plot) PLOT_COLUMNS
    used: Ints  # (run,) rows in use
    first: Ints  # (run, sensor + 1) where each sensor's plots begin
    position_m: Floats  # (run, plot, 3) measured
    covariance_m2: Floats  # (run, plot, 3, 3) of the noise alone


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
    row = plots.row[run, plot]
    row.time_s = time_s
    row.reply = NOT_ASKED
    row.origin = NONE
    row.cause = NONE
    row.range_m = range_m
    row.azimuth_rad = azimuth_rad
    row.elevation_rad = elevation_rad
    row.snr = snr
    row.cell = plot
    row.has_range_rate = False
    row.range_rate_mps = 0.0
    place_plot(sensors, state, plots, run, sensor, plot)
    return plot


@kernel
def place_plot(sensors: SensorTable, state: SensorState, plots: PlotBuffer, run: int, sensor: int, plot: int) -> None:
    """Write position and covariance of a plot from what was measured."""
    radar, row, antenna_m = sensors.row[sensor], plots.row[run, plot], state.position_m[run, sensor]
    measurement_to_enu(
        state.basis[run, sensor], antenna_m[0], antenna_m[1], antenna_m[2],
        row.range_m, row.azimuth_rad, row.elevation_rad,
        range_sigma_m(radar.range_resolution_m, row.snr, radar.range_floor_m),
        angle_sigma_rad(radar.beamwidth_azimuth_rad, row.snr, radar.angle_floor_rad),
        angle_sigma_rad(radar.beamwidth_elevation_rad, row.snr, radar.angle_floor_rad),
        plots.position_m[run, plot], plots.covariance_m2[run, plot],
    )  # fmt: skip


@kernel
def _turn_rad(from_rad: float, to_rad: float) -> float:
    """Return the signed angle from one azimuth to another, within half a turn."""
    return (to_rad - from_rad + math.pi) % (2.0 * math.pi) - math.pi


@kernel
def _unresolved(radar: Rows, one: Rows, other: Rows) -> bool:
    """Tell whether two plots of a radar lie within one resolution cell of each other, in one pass of the beam."""
    return (
        abs(one.time_s - other.time_s) < SAME_PASS * radar.revisit_s
        and abs(one.range_m - other.range_m) < radar.range_resolution_m
        and abs(one.elevation_rad - other.elevation_rad) < radar.beamwidth_elevation_rad
        and abs(_turn_rad(one.azimuth_rad, other.azimuth_rad)) < radar.beamwidth_azimuth_rad
        and (not one.has_range_rate or abs(one.range_rate_mps - other.range_rate_mps) < radar.range_rate_resolution_mps)
    )


@kernel
def merge_plots(sensors: SensorTable, state: SensorState, plots: PlotBuffer, run: int, sensor: int) -> None:
    """Join the radar's plots of this step that it cannot resolve: each cluster becomes one plot.

    Plots cluster as plot extractors join neighbouring cells: whatever is linked by a chain of unresolved pairs. The
    joint plot is the mean weighted by signal power, has the accuracy of its strongest member, and carries the best
    reply that any member gave. Source: Blackman & Popoli, Design and Analysis of Modern Tracking Systems (1999), ch. 2
    (unresolved measurements). Clusters do not depend on the order of the plots.
    """
    radar, first, last = sensors.row[sensor], plots.first[run, sensor], plots.used[run]
    if radar.detects_always:
        return
    merged = False
    for plot in range(first, last):
        for other in range(plot + 1, last):
            old, new = plots.row[run, other].cell, plots.row[run, plot].cell
            if old != new and _unresolved(radar, plots.row[run, plot], plots.row[run, other]):
                merged = True
                low, high = min(old, new), max(old, new)
                for member in range(first, last):
                    if plots.row[run, member].cell == high:
                        plots.row[run, member].cell = low
    if not merged:
        return
    kept = first
    for plot in range(first, last):
        if plots.row[run, plot].cell != plot:
            continue
        if _members(plots, run, plot, last) > 1:
            _join_cell(plots, run, plot, last)
        if kept != plot:
            _copy_plot(plots, run, plot, kept)
        place_plot(sensors, state, plots, run, sensor, kept)
        kept += 1
    plots.used[run] = kept


@kernel
def _members(plots: PlotBuffer, run: int, plot: int, last: int) -> int:
    """Return how many plots share the cluster that begins with plot number ``plot``."""
    count = 0
    for member in range(plot, last):
        count += plots.row[run, member].cell == plot
    return count


@kernel
def _join_cell(plots: PlotBuffer, run: int, plot: int, last: int) -> None:
    """Make plot number ``plot`` the joint plot of its cluster, whose other members come after it."""
    row = plots.row[run, plot]
    base_rad = row.azimuth_rad
    power, range_m, turn_rad, elevation_rad, rate_mps = 0.0, 0.0, 0.0, 0.0, 0.0
    strongest, reply = plot, row.reply
    previous = NONE
    for _ in range(_members(plots, run, plot, last)):
        # From near to far, so that the rounding of the sums does not depend on the order of the plots.
        nearest = _next_farther(plots, run, plot, last, previous)
        one = plots.row[run, nearest]
        if previous == NONE:
            base_rad = one.azimuth_rad
        previous = nearest
        power += one.snr
        range_m += one.snr * one.range_m
        turn_rad += one.snr * _turn_rad(base_rad, one.azimuth_rad)
        elevation_rad += one.snr * one.elevation_rad
        rate_mps += one.snr * one.range_rate_mps
        reply = max(reply, one.reply)
        if one.snr > plots.row[run, strongest].snr:
            strongest = nearest
    best = plots.row[run, strongest]
    row.time_s, row.origin, row.cause, row.snr = best.time_s, best.origin, best.cause, best.snr
    row.reply, row.scan = reply, best.scan
    row.range_m = range_m / power
    row.azimuth_rad = (base_rad + turn_rad / power) % (2.0 * math.pi)
    row.elevation_rad = elevation_rad / power
    row.range_rate_mps = rate_mps / power


@kernel
def _next_farther(plots: PlotBuffer, run: int, plot: int, last: int, previous: int) -> int:
    """Return the member of a cluster that comes after ``previous`` from near to far; ``NONE`` asks for the nearest."""
    found = NONE
    for member in range(plot, last):
        one = plots.row[run, member]
        if one.cell != plot or member == previous:
            continue
        if previous != NONE:
            before = plots.row[run, previous]
            if one.range_m < before.range_m or (one.range_m == before.range_m and member < previous):
                continue
        if found == NONE or one.range_m < plots.row[run, found].range_m:
            found = member
    return found


@kernel
def _copy_plot(plots: PlotBuffer, run: int, plot: int, to: int) -> None:
    """Copy the row of one plot over that of another."""
    source, target = plots.row[run, plot], plots.row[run, to]
    target.time_s, target.reply, target.origin = source.time_s, source.reply, source.origin
    target.scan, target.cause, target.snr, target.cell = source.scan, source.cause, source.snr, to
    target.range_m, target.azimuth_rad, target.elevation_rad = source.range_m, source.azimuth_rad, source.elevation_rad
    target.has_range_rate, target.range_rate_mps = source.has_range_rate, source.range_rate_mps


@kernel
def first_plot_s(plots: PlotBuffer, run: int, first: int, last: int, scan: int) -> float:
    """Return the time of the earliest plot of one scan among plots ``first`` to ``last − 1``, inf without any."""
    earliest_s = math.inf
    for plot in range(first, last):
        if plots.row[run, plot].scan == scan:
            earliest_s = min(earliest_s, plots.row[run, plot].time_s)
    return earliest_s


@kernel
def next_scan(
    sensors: SensorTable, plots: PlotBuffer, run: int, after_s: float, after_entity: int, after_scan: int
) -> tuple[int, int, float]:
    """Return radar, scan and time of the scan in this step whose first plot comes next, radar −1 after the last.

    In order of time, then of the radar's id, then of the scan: the order of radars in the file plays no part.
    """
    found, found_scan, found_s, found_entity = NONE, 0, math.inf, 0
    for sensor in range(sensors.row.shape[0]):
        first, last = plots.first[run, sensor], plots.first[run, sensor + 1]
        entity = sensors.row[sensor].entity
        for plot in range(first, last):
            scan = plots.row[run, plot].scan
            if plot > first and scan == plots.row[run, plot - 1].scan:
                continue
            scan_s = first_plot_s(plots, run, first, last, scan)
            done = scan_s < after_s
            if scan_s == after_s:
                done = entity < after_entity or (entity == after_entity and scan <= after_scan)
            if done:
                continue
            sooner = scan_s < found_s
            if scan_s == found_s:
                sooner = entity < found_entity or (entity == found_entity and scan < found_scan)
            if sooner:
                found, found_scan, found_s, found_entity = sensor, scan, scan_s, entity
    return found, found_scan, found_s
