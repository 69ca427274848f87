"""Tracks recorded plots: scans in the order of time, one kernel for all of them, rows out.

Several sensors feed one set of tracks. Scans are counted from the recording's first time and processed in the order of
their starts, then of the sensors; a sensor's scans end with its last plot. A scan that gives a track no plot is a miss
only of a sensor that has given it one before, and a track is dropped when every such sensor has missed it so often in
a row: with one sensor that is the plain rule, with several a track lives on where one of them no longer sees it.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from openiamd.errors import UsageError
from openiamd.estimation import bank as tables
from openiamd.estimation.forest import AGE, FOREST_COUNTS, MEMORY_SCANS, Forest, new_forest, transplanted
from openiamd.estimation.hypotheses import track_hypotheses, write_due
from openiamd.estimation.tracker import track_scans
from openiamd.physics.ellipsoid import ecef_from_geodetic, enu_axes, enu_from_ecef
from openiamd.recordings.tables import Floats, Integers, Plots, Sensors, Tracks

Progress = Callable[[int, int, str], None]

_LEAST_CLUTTER = 0.01  # false plots a scan of a sensor that states none
_FALSE_TRACKS_PER_SCAN = 0.01
_DETECTION_PROBABILITY = 0.9  # of a sensor that states none
_LEAST_ELEVATION_SPAN_RAD = math.radians(20.0)
_ROUNDING = 1e-6  # of a scan: a plot at a scan's very start belongs to it
_SCANS_A_CALL = 64
_ROWS_AT_FIRST = 4_096
_ROWS_A_PLOT = 2  # room to begin with: a false plot leaves its track's row and one of a miss


class TrackerSettings(NamedTuple):
    """How plots become tracks."""

    motion: str = "cv"  # "cv": straight flight; "imm": straight, turning and ballistic models that interact
    association: str = "gnn"  # global nearest neighbour; "jpda": joint probabilities, JPDA*; "mht": several hypotheses
    process_noise: tuple[float, float] = (1.0, 0.05)  # density of acceleration, horizontal and vertical, m2/s3
    velocity_prior: tuple[float, float] = (160.0, 10.0)  # 1 sigma of a new track, horizontal and vertical, m/s
    gate: float = 4.0  # Mahalanobis distance, not squared
    confirm: int = 3  # update at which a track can be confirmed
    drop_tentative: int = 2  # consecutive miss at which a tentative track is dropped
    drop_confirmed: int = 4  # the same of a confirmed one


class Coverage(NamedTuple):
    """The space in which each sensor's false plots lie, which with their number gives their density."""

    reach_m: Floats  # (sensor,) largest range
    elevation_span_rad: Floats  # (sensor,)
    range_rate_span_mps: Floats  # (sensor,)


def track_plots(
    plots: Plots, sensors: Sensors, settings: TrackerSettings | None = None, progress: Progress | None = None
) -> Tracks:
    """Return the tracks of a recording, with all their history: one row per track and scan.

    The order of the plots does not matter; plots of one scan are numbered by range. The default settings are those of
    ``TrackerSettings``. ``progress`` is called with the scans done, their number and a text.

    Raises:
        UsageError: a setting or the revisit time of a sensor cannot be.
    """
    tracker = Tracker(sensors, recorded_coverage(plots, sensors), settings)
    scans, seen = _in_order(plots, sensors)
    return tracker.take_all(scans, seen, progress, finish=True)


def stream_tracks(plots: Plots, sensors: Sensors, settings: TrackerSettings | None = None) -> Iterator[Tracks]:
    """Yield the rows of one scan after the other, those of ``track_plots``, without keeping them."""
    tracker = Tracker(sensors, recorded_coverage(plots, sensors), settings)
    scans, seen = _in_order(plots, sensors)
    for scan, rows in enumerate(tracker.take_each(scans, seen)):
        if scan >= tracker.lag_scans:
            yield rows
    yield from tracker.finish()


def recorded_coverage(plots: Plots, sensors: Sensors) -> Coverage:
    """Return the space that the recorded plots span; elevations include the horizon and at least 20 degrees."""
    count = len(sensors.name)
    reach_m, low_rad, high_rad = np.ones(count), np.zeros(count), np.zeros(count)
    slowest, fastest = np.full(count, np.inf), np.full(count, -np.inf)
    np.maximum.at(reach_m, plots.sensor, plots.range_m)
    np.minimum.at(low_rad, plots.sensor, plots.elevation_rad)
    np.maximum.at(high_rad, plots.sensor, plots.elevation_rad)
    known = np.isfinite(plots.range_rate_mps)
    np.minimum.at(slowest, plots.sensor[known], plots.range_rate_mps[known])
    np.maximum.at(fastest, plots.sensor[known], plots.range_rate_mps[known])
    span_rad = np.maximum(high_rad - low_rad, _LEAST_ELEVATION_SPAN_RAD)
    return Coverage(reach_m, span_rad, np.maximum(fastest - slowest, 1.0))


class Tracker:
    """A tracker that is fed scan by scan and keeps the present tracks only.

    sensors   the first one's place is the origin of the tracks
    coverage  where their false plots lie: ``recorded_coverage`` of the whole, or what is known beforehand
    """

    def __init__(self, sensors: Sensors, coverage: Coverage, settings: TrackerSettings | None = None) -> None:
        settings = settings or TrackerSettings()
        _check(settings, sensors)
        self._policy = _policy(settings)
        self._known = _known(sensors, coverage)
        self._sensors = sensors
        self._forest: Forest | None = None
        self._remembers = settings.association == "mht"
        self._counts = np.zeros(FOREST_COUNTS, np.int64)
        self._counts[tables.NEXT_NUMBER] = 1
        self._tracks, self._plots, self._pairs = 256, 256, 2048
        self._bank = self._new_bank()
        self._make_room()
        self._rows = tables.new_rows(0)

    @property
    def hard_clusters(self) -> int:
        """Clusters that were too large for joint probabilities, or for several hypotheses, up to now."""
        return int(self._counts[tables.HARD_CLUSTERS])

    @property
    def lag_scans(self) -> int:
        """Scans by which rows come later than their plots: above 0 with several hypotheses alone."""
        return MEMORY_SCANS * len(self._sensors.name) if self._remembers else 0

    def scan(self, start_s: float, sensor: int, plots: Plots) -> Tracks:
        """Take one scan of one sensor, which starts at ``start_s``; return its rows, or those of ``lag_scans`` before.

        ``plots`` are those of the scan alone, all of ``sensor``; rows name them by their place among them.
        """
        order = _order(plots, np.zeros(len(plots.time_s), np.int64))
        scans = tables.Scans(np.array([float(start_s)]), np.array([sensor]), np.array([0, len(order)]))
        return self.take_all(scans, _seen(plots, self._sensors, order))

    def finish(self) -> list[Tracks]:
        """Return the rows of each of the last ``lag_scans`` scans, if there were as many; no scan may come after."""
        parts = []
        for back in range(min(self.lag_scans, int(self._counts[AGE])) - 1, -1, -1):
            self._counts[tables.ROWS] = 0
            self._write_due(back)
            parts.append(_copied(self._rows, int(self._counts[tables.ROWS])))
        return parts

    def take_all(
        self, scans: tables.Scans, seen: tables.Seen, progress: Progress | None = None, finish: bool = False
    ) -> Tracks:
        """Take scans in their order; return their rows, with ``finish`` also those of the last ``lag_scans`` scans."""
        total = len(scans.start_s)
        self._begin(scans)
        self._extend_rows(_ROWS_A_PLOT * len(seen.row))
        for until in (*range(_SCANS_A_CALL, total, _SCANS_A_CALL), total):
            self._advance(scans, seen, until)
            if progress is not None:
                progress(until, total, "scans")
        for back in range(self.lag_scans - 1 if finish else -1, -1, -1):
            self._write_due(back)
        return self._taken_rows()

    def take_each(self, scans: tables.Scans, seen: tables.Seen) -> Iterator[Tracks]:
        """Take scans in their order; yield each one's rows."""
        self._begin(scans)
        for scan in range(len(scans.start_s)):
            self._counts[tables.ROWS] = 0
            self._advance(scans, seen, scan + 1)
            count = int(self._counts[tables.ROWS])
            yield _copied(self._rows, count)

    def _begin(self, scans: tables.Scans) -> None:
        """Make ready for a table of scans."""
        self._counts[tables.NEXT_SCAN] = self._counts[tables.ROWS] = 0
        plots = int(np.diff(scans.first).max(initial=0))
        if plots > self._plots:
            self._plots = plots
            self._make_room()

    def _advance(self, scans: tables.Scans, seen: tables.Seen, until: int) -> None:
        """Take the scans before ``until``; their rows follow those that are there."""
        code = -1
        while code != tables.DONE:
            known = scans, until, seen, self._known, self._policy, self._bank, *self._work
            if self._forest is None:
                code = track_scans(*known, self._rows, self._counts)
            else:
                code = track_hypotheses(*known, self._forest, self._rows, self._counts)
            self._grow(code)

    def _write_due(self, back: int) -> None:
        """Write the rows ``back`` scans before the last one, of several hypotheses."""
        if self._forest is not None:
            needed = int(self._counts[tables.ROWS]) + self._tracks
            if needed > len(self._rows.number):
                self._extend_rows(needed + needed // 2)
            trail, shown, shelf = self._forest.leaves.trail, self._forest.shown, self._forest.shelf
            write_due(int(self._counts[AGE]) - 1, back, trail, shown, shelf, self._rows, self._counts)

    def _grow(self, code: int) -> None:
        """Make more room of what the kernel asked for."""
        if code == tables.MORE_ROWS:
            needed = int(self._counts[tables.ROWS]) + self._tracks + self._plots
            self._extend_rows(max(_ROWS_AT_FIRST, needed + needed // 2))
        elif code == tables.MORE_TRACKS:
            self._tracks = 2 * self._tracks + self._plots
            before, self._bank = self._bank, self._new_bank()
            for old, new in zip(before, self._bank, strict=True):
                new[: len(old)] = old
            self._make_room()
        elif code == tables.MORE_PAIRS:
            self._pairs *= 2
            self._make_room()

    def _extend_rows(self, count: int) -> None:
        """Make room for so many rows; memory that is not written to yet costs nothing."""
        longer, written = tables.new_rows(count), int(self._counts[tables.ROWS])
        for old, new in zip(self._rows, longer, strict=True):
            new[:written] = old[:written]
        self._rows = longer

    def _taken_rows(self) -> Tracks:
        """Return the rows that were written, cut to their length in their place, and leave none."""
        rows, self._rows = self._rows, tables.new_rows(0)
        count = int(self._counts[tables.ROWS])
        for column in rows:
            column.resize((count, *column.shape[1:]), refcheck=False)
        return Tracks(*rows)

    def _new_bank(self) -> tables.Bank:
        models = tables.models(self._policy.interacting)
        return tables.new_bank(self._tracks, models, len(self._sensors.name))

    def _make_room(self) -> None:
        """Make work space, which holds nothing from one scan to the next."""
        models = tables.models(self._policy.interacting)
        self._work = (
            tables.new_ahead(self._tracks, models),
            tables.new_pairs(self._tracks, self._pairs, models),
            tables.new_choice(self._tracks, self._plots),
            tables.new_solver(self._tracks, self._plots, self._pairs),
            tables.new_joint(self._tracks, self._plots, self._policy.joint),
            tables.new_scratch(),
        )
        if self._remembers:
            sizes = self._tracks, self._plots, self._pairs
            forest = new_forest(*sizes, self._policy.interacting, len(self._sensors.name))
            self._forest = forest if self._forest is None else transplanted(self._forest, forest)


def _copied(rows: tables.Rows, count: int) -> Tracks:
    """Return a copy of the first rows."""
    columns: list[Any] = [column[:count].copy() for column in rows]
    return Tracks(*columns)


def _in_order(plots: Plots, sensors: Sensors) -> tuple[tables.Scans, tables.Seen]:
    """Return the scans of a recording in the order of time, empty ones included, and its plots in their order."""
    if len(plots.time_s) == 0:
        none = np.zeros(0, np.int64)
        return tables.Scans(np.zeros(0), none, np.zeros(1, np.int64)), _seen(plots, sensors, none)
    first_s = float(plots.time_s.min())
    turn = np.floor((plots.time_s - first_s) / sensors.revisit_s[plots.sensor] + _ROUNDING).astype(np.int64)
    starts, owners, turns = [], [], []
    for sensor, revisit_s in enumerate(sensors.revisit_s):
        own = turn[plots.sensor == sensor]
        if len(own):
            mine = np.arange(own.min(), own.max() + 1)
            starts.append(first_s + mine * revisit_s)
            owners.append(np.full(len(mine), sensor))
            turns.append(mine)
    start_s, owner, number = np.concatenate(starts), np.concatenate(owners), np.concatenate(turns)
    order = np.lexsort((owner, start_s))
    # The place of every plot's scan in that order.
    offset = np.zeros(len(sensors.name), np.int64)
    for sensor in range(len(sensors.name)):
        own = np.flatnonzero(owner == sensor)
        offset[sensor] = own[0] - number[own[0]] if len(own) else 0
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    scan = place[turn + offset[plots.sensor]]
    rows = _order(plots, scan)
    first = np.searchsorted(scan[rows], np.arange(len(order) + 1)).astype(np.int64)
    return tables.Scans(start_s[order], owner[order].astype(np.int64), first), _seen(plots, sensors, rows)


def _order(plots: Plots, scan: Integers) -> Integers:
    """Return the rows of plots by scan and range, ties by the other values: the order of the file does not count."""
    order = np.lexsort((plots.range_m, scan))
    same = (np.diff(scan[order]) == 0) & (np.diff(plots.range_m[order]) == 0)
    if same.any():
        keys = plots.time_s, plots.range_rate_mps, plots.elevation_rad, plots.azimuth_rad, plots.range_m, scan
        order = np.lexsort(keys)
    return order.astype(np.int64, copy=False)


def _seen(plots: Plots, sensors: Sensors, rows: Integers) -> tables.Seen:
    """Return plots in the given order as the kernel reads them."""
    azimuth_rad = np.arctan2(np.sin(plots.azimuth_rad), np.cos(plots.azimuth_rad))
    azimuth_rad = np.where(np.abs(plots.azimuth_rad) <= math.pi, plots.azimuth_rad, azimuth_rad)
    measures_rate = np.isfinite(sensors.sigma_range_rate_mps)[plots.sensor] & np.isfinite(plots.range_rate_mps)
    rate = np.where(measures_rate, plots.range_rate_mps, np.nan)
    measured = np.stack([plots.range_m, azimuth_rad, plots.elevation_rad, rate], axis=1)[rows]
    return tables.Seen(np.ascontiguousarray(measured), np.asarray(plots.time_s, np.float64)[rows], rows)


def _known(sensors: Sensors, coverage: Coverage) -> tables.Known:
    """Return what the kernel reads of the sensors."""
    geodetic = np.stack([sensors.latitude_rad, sensors.longitude_rad, sensors.height_m], axis=1)
    axes = np.stack([enu_axes(latitude, longitude) for latitude, longitude, _ in geodetic])
    place_m = np.stack([enu_from_ecef(ecef_from_geodetic(*one), *geodetic[0]) for one in geodetic])
    sigma = np.stack(
        [
            sensors.sigma_range_m, sensors.sigma_azimuth_rad, sensors.sigma_elevation_rad, sensors.sigma_range_rate_mps,
        ],
        axis=1,
    )  # fmt: skip
    chance = np.nan_to_num(sensors.detection_probability, nan=_DETECTION_PROBABILITY).clip(0.01, 0.99)
    clutter = np.maximum(np.nan_to_num(sensors.clutter_per_scan), _LEAST_CLUTTER)
    density = clutter / (coverage.reach_m * 2.0 * math.pi * coverage.elevation_span_rad)
    odds = np.log(chance / ((1.0 - chance) * density))
    least_score = np.log(clutter / _FALSE_TRACKS_PER_SCAN)
    log_odds = np.stack([odds, np.log(1.0 - chance), np.log(coverage.range_rate_span_mps), least_score], axis=1)
    return tables.Known(np.concatenate([axes @ axes[0].T, place_m[:, None]], axis=1), sigma, log_odds)


def _policy(settings: TrackerSettings) -> tables.Policy:
    noise = tuple(float(value) for value in settings.process_noise)
    prior = tuple(float(value) for value in settings.velocity_prior)
    counts = int(settings.confirm), int(settings.drop_tentative), int(settings.drop_confirmed)
    interacting, joint = settings.motion == "imm", settings.association == "jpda"
    return tables.Policy(interacting, joint, noise[0], noise[1], prior[0], prior[1], float(settings.gate), *counts)


def _check(settings: TrackerSettings, sensors: Sensors) -> None:
    """Complain of what the tracker cannot work with."""
    for name, value, allowed in (
        ("motion", settings.motion, ("cv", "imm")),
        ("association", settings.association, ("gnn", "jpda", "mht")),
    ):
        if value not in allowed:
            raise UsageError(f"{name} '{value}' is unknown", hint=f"{name} is {' or '.join(allowed)}")
    for name in ("process_noise", "velocity_prior"):
        pair = getattr(settings, name)
        if len(pair) != 2 or not all(0.0 < value < math.inf for value in pair):
            raise UsageError(f"{name} {pair} is not two numbers above 0", hint="horizontal, then vertical")
    if not 0.0 < settings.gate < math.inf:
        raise UsageError(f"gate {settings.gate} is not a number above 0", hint="a Mahalanobis distance, as 4")
    for name in ("confirm", "drop_tentative", "drop_confirmed"):
        if not (isinstance(getattr(settings, name), int) and getattr(settings, name) >= 1):
            raise UsageError(f"{name} {getattr(settings, name)} is not a whole number above 0")
    for name, revisit_s in zip(sensors.name, sensors.revisit_s, strict=True):
        if not 0.0 < revisit_s < math.inf:
            raise UsageError(f"sensor '{name}': revisit_s {revisit_s} is not a time above 0")
