"""Real flights as truth: ADS-B reports, cleaned by stated rules that count what they drop, and smoothed.

A file is JSON, gzipped or not: a list of records with ``timestamp`` (ms since 1970), ``icao24``, ``latitude``,
``longitude`` (degrees), ``altitude`` (ft) and ``onground``; other fields are not read. That is how the sample data of
the package ``traffic`` (Olive, JOSS 4, 2019) are kept.

Barometric altitude is taken as height above the WGS 84 ellipsoid: the shape of a flight is kept, its height may be
some hundred metres off. Times are whole seconds while positions are from anywhere within them, so that raw positions
jump along the track by up to half a second's flight; the smoothing leaves a third of that.
"""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from openiamd.errors import RecordingError
from openiamd.physics.ellipsoid import ecef_from_geodetic, enu_from_ecef
from openiamd.recordings.files import existing_file
from openiamd.recordings.tables import Floats, Integers, Sensors, Truth

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

WHAT = "ADS-B reports"
FIELDS = ("timestamp", "icao24", "latitude", "longitude", "altitude", "onground")
DAY_S = 86_400.0
FOOT_M = 0.3048


class Rules(NamedTuple):
    """What counts as an outlier, as a gap and as a flight."""

    altitude_m: tuple[float, float] = (-500.0, 18_300.0)  # −1,640 to 60,000 ft: nothing civil flies outside
    altitude_jump_m: float = 150.0  # from the median of the 21 reports around; steady climb keeps the median
    speed_mps: float = 350.0  # over the ground; the fastest reported in the Paris data is 277 m/s
    time_error_s: float = 1.0  # of the difference of two rounded times
    gap_s: float = 20.0  # a longer silence ends a flight
    shortest_s: float = 60.0  # a flight that counts
    shortest_reports: int = 21


_AROUND = 10  # reports on either side, for medians and for the local fit


class _Reports(NamedTuple):
    """Reports of all aircraft in the order of the file."""

    time_s: Floats  # (report,) since 1970
    aircraft: Integers  # (report,) row of ``names``
    place: Floats  # (report, 3) latitude rad, longitude rad, height m; NaN where absent
    grounded: np.ndarray  # (report,)
    names: list[str]


def read_adsb(
    path: str | PathLike[str], sensors: Sensors, step_s: float = 1.0, rules: Rules | None = None
) -> tuple[Truth, dict[str, int]]:
    """Return real flights as truth, east, north and up at the first sensor, and the fate of every report.

    ``time_s`` counts from the midnight (UTC) before the first report; rows stand at multiples of ``step_s``. Each
    unbroken flight is an object, named by its ICAO address (`3944ef`, then `3944ef-2`). The count has ``read``, then
    the reports dropped by each rule in the order in which the rules are applied, then ``kept``; it adds up.

    Position and velocity are value and slope of a local quadratic fit of the 21 nearest reports with tricube weights
    (Cleveland, J. Am. Stat. Assoc. 74, 1979), not the reported ground speed and track, so that the two agree.
    A standard-rate turn (3 degrees a second) at 100 m/s is bent by less than 2 m and slowed by less than 3 m/s.

    Raises:
        RecordingError: no such file, not a list of such records, nothing left.
    """
    path = existing_file(path, WHAT)
    rules = rules or Rules()
    reports = _reports(path)
    fate = {"read": len(reports.time_s)}
    flights = _flights(reports, rules, fate)
    if not flights:
        lost = ", ".join(f"{count} {rule}" for rule, count in fate.items() if count)
        raise RecordingError(f"holds no flight: {lost}", file=path, hint="a flight has 21 reports over a minute")
    midnight_s = DAY_S * np.floor(reports.time_s.min() / DAY_S)
    origin = float(sensors.latitude_rad[0]), float(sensors.longitude_rad[0]), float(sensors.height_m[0])
    names, times, objects, states = [], [], [], []
    for name, rows in flights:
        time_s = reports.time_s[rows] - midnight_s
        position_m = enu_from_ecef(ecef_from_geodetic(*reports.place[rows].T), *origin)
        at_s = np.arange(np.ceil(time_s[0] / step_s), np.floor(time_s[-1] / step_s) + 1.0) * step_s
        times.append(at_s)
        states.append(smoothed(time_s, position_m, at_s))
        objects.append(np.full(len(at_s), len(names)))
        names.append(name)
    return Truth(np.concatenate(times), np.concatenate(objects), np.concatenate(states), names), fate


def smoothed(time_s: Floats, position_m: Floats, at_s: Floats) -> Floats:
    """Return states (time, 6) at the times ``at_s`` by a local quadratic fit of positions (report, 3) at ``time_s``."""
    count = min(2 * _AROUND + 1, len(time_s))
    first = np.clip(np.searchsorted(time_s, at_s) - count // 2, 0, len(time_s) - count)
    near = first[:, None] + np.arange(count)  # (time, near)
    away_s = time_s[near] - at_s[:, None]
    widest_s = np.abs(away_s).max(axis=1, keepdims=True) + 0.5
    weight = (1.0 - (np.abs(away_s) / widest_s) ** 3) ** 3
    powers = (away_s / widest_s)[:, :, None] ** np.arange(3)  # (time, near, power)
    weighted = powers * weight[:, :, None]
    # The mean is taken out, so that the far origin costs no digits.
    middle_m = position_m[near].mean(axis=1)
    fit = np.linalg.solve(
        np.einsum("tnp,tnq->tpq", weighted, powers),
        np.einsum("tnp,tnx->tpx", weighted, position_m[near] - middle_m[:, None, :]),
    )
    return np.concatenate([fit[:, 0] + middle_m, fit[:, 1] / widest_s], axis=1)


def _reports(path: Path) -> _Reports:
    """Read the file."""
    hint = f"expected a list of records with {', '.join(FIELDS)}"
    try:
        opened = gzip.open if path.read_bytes()[:2] == b"\x1f\x8b" else open
        with opened(path, "rt", encoding="utf-8") as file:
            records = json.load(file)
    except (OSError, EOFError, ValueError) as error:
        raise RecordingError(f"cannot be read as JSON: {error}", file=path, hint=hint) from error
    if not isinstance(records, list) or not records:
        raise RecordingError("is no list of records", file=path, hint=hint)
    names: dict[str, int] = {}
    columns = np.empty((len(records), 5))
    aircraft = np.empty(len(records), np.int64)
    for row, record in enumerate(records):
        try:
            aircraft[row] = names.setdefault(str(record["icao24"]), len(names))
            columns[row] = [_number(record[name]) for name in FIELDS if name != "icao24"]
        except (KeyError, TypeError, ValueError) as error:
            raise RecordingError(f"record {row} is not as expected: {error!r}", file=path, hint=hint) from error
    time_ms, latitude_deg, longitude_deg, altitude_ft, grounded = columns.T
    place = np.column_stack([np.radians(latitude_deg), np.radians(longitude_deg), altitude_ft * FOOT_M])
    return _Reports(time_ms / 1e3, aircraft, place, grounded == 1.0, list(names))


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)


def _flights(reports: _Reports, rules: Rules, fate: dict[str, int]) -> list[tuple[str, Integers]]:
    """Return name and rows, in order of time, of every unbroken flight; count what is dropped."""
    height_m = reports.place[:, 2]
    known = ~np.isnan(reports.place).any(axis=1) & ~np.isnan(reports.time_s)
    low_m, high_m = rules.altitude_m
    kept = np.lexsort((reports.time_s, reports.aircraft))
    kept = _keep(kept, known[kept], fate, "without position or altitude")
    kept = _keep(kept, ~reports.grounded[kept], fate, "on the ground")
    same = _same(reports, kept)
    again = same & (np.diff(reports.time_s[kept], prepend=-1.0) == 0.0)
    kept = _keep(kept, ~again, fate, "of the same aircraft and time")
    moved = np.diff(reports.place[kept, :2], axis=0, prepend=0.0).any(axis=1)
    kept = _keep(kept, moved | ~_same(reports, kept), fate, "with the position of the report before")
    within = (height_m[kept] >= low_m) & (height_m[kept] <= high_m)
    kept = _keep(kept, within, fate, "at an altitude that nothing civil flies at")
    level = np.empty(len(kept), bool)
    for first, last in _runs(~_same(reports, kept)):
        away_m = height_m[kept[first:last]] - _running_median(height_m[kept[first:last]])
        level[first:last] = np.abs(away_m) <= rules.altitude_jump_m
    kept = _keep(kept, level, fate, "with a spike in altitude")
    kept = _keep(kept, ~_strays(reports, kept, rules), fate, "at a place that cannot be reached")
    gap = np.diff(reports.time_s[kept], prepend=-np.inf) > rules.gap_s
    starts = ~_same(reports, kept) | gap | ~_reachable(reports, kept[:-1], kept[1:], rules, first=True)
    long_enough = np.zeros(len(kept), bool)
    flights: dict[str, Integers] = {}
    for first, last in _runs(starts):
        rows = kept[first:last]
        lasts_s = reports.time_s[rows[-1]] - reports.time_s[rows[0]]
        if lasts_s >= rules.shortest_s and len(rows) >= rules.shortest_reports:
            long_enough[first:last] = True
            name = reports.names[int(reports.aircraft[rows[0]])]
            earlier = sum(one.partition("-")[0] == name for one in flights)
            flights[f"{name}-{earlier + 1}" if earlier else name] = rows
    _keep(kept, long_enough, fate, "of a flight too short to count")
    fate["kept"] = int(long_enough.sum())
    return list(flights.items())


def _keep(rows: Integers, good: np.ndarray, fate: dict[str, int], rule: str) -> Integers:
    """Return the good rows and count the others under the name of the rule."""
    fate[rule] = int((~good).sum())
    return rows[good]


def _same(reports: _Reports, rows: Integers) -> np.ndarray:
    """Tell of each row whether the row before is of the same aircraft."""
    return np.diff(reports.aircraft[rows], prepend=-1) == 0


def _runs(starts: np.ndarray) -> list[tuple[int, int]]:
    """Return (first, behind the last) of the runs that begin where ``starts`` is true; the first row always is."""
    edges = [*np.flatnonzero(starts).tolist(), len(starts)]
    return list(pairwise(edges))


def _running_median(values: Floats) -> Floats:
    """Return the median of each value and the ten on either side, those at the ends repeated."""
    padded = np.pad(values, _AROUND, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1), axis=1)


def _reachable(reports: _Reports, rows: Integers, others: Integers, rules: Rules, first: bool = False) -> np.ndarray:
    """Tell which rows lie within a flight's reach of the others; ``first`` puts a true before, to align with rows."""
    flat = reports.place * (1.0, 1.0, 0.0)
    apart_m = np.linalg.norm(ecef_from_geodetic(*flat[others].T) - ecef_from_geodetic(*flat[rows].T), axis=1)
    lasts_s = np.abs(reports.time_s[others] - reports.time_s[rows]) + rules.time_error_s
    found = apart_m <= rules.speed_mps * lasts_s
    return np.concatenate([[True], found]) if first else found


def _strays(reports: _Reports, rows: Integers, rules: Rules) -> np.ndarray:
    """Tell which reports are out of reach of both neighbours while these reach each other."""
    stray = np.zeros(len(rows), bool)
    before, here, after = rows[:-2], rows[1:-1], rows[2:]
    one = (reports.aircraft[before] == reports.aircraft[here]) & (reports.aircraft[here] == reports.aircraft[after])
    far = ~_reachable(reports, before, here, rules) & ~_reachable(reports, here, after, rules)
    stray[1:-1] = one & far & _reachable(reports, before, after, rules)
    return stray
