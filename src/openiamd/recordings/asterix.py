"""ASTERIX category 048 (monoradar target reports) in and out, through libasterix.

Source: EUROCONTROL-SPEC-0149-4, Specification for Surveillance Data Exchange ASTERIX Part 4: Category 048, ed. 1.32.
A file is data blocks one behind the other: category, length, records. A packet capture is not.

What is lost: range is a multiple of 1/256 NM (7.23 m), azimuth of 360/65536 degrees (9.6e-5 rad), time of 1/128 s,
range rate of 1 m/s. The category has no elevation: height above mean sea level, a multiple of 25 ft (7.62 m), stands
for it, and is taken as height above the ellipsoid.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from openiamd.errors import RecordingError
from openiamd.recordings.files import existing_file, whole_file
from openiamd.recordings.heights import elevation_of, height_of
from openiamd.recordings.tables import Plots, Sensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from os import PathLike
    from pathlib import Path

    Identities = Mapping[tuple[int, int], str]  # (SAC, SIC): sensor's name
    Progress = Callable[[int, int, str], None]

CATEGORY = 48
RANGE_STEP_M = 1852.0 / 256.0
AZIMUTH_STEP_RAD = 2.0 * math.pi / 65536.0
TIME_STEP_S = 1.0 / 128.0
HEIGHT_STEP_M = 25.0 * 0.3048
DAY_S = 86_400.0

_CAPTURES = (b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1", b"\x0a\x0d\x0d\x0a")
_RECORDS_IN_BLOCK = 50
_BLOCK_HEADER = 3  # bytes: category, length of the block
_WHAT = "plots in ASTERIX category 048"
_HINT = "name a Parquet file of PLOTS, or a file of ASTERIX data blocks as they were sent, without headers between them"
_ZENITH_SLACK_M = 20.0  # steps of range and height together, beside which a target overhead may seem out of reach


class _Report(NamedTuple):
    """What is read of one record, in steps of the category."""

    identity: tuple[int, int]
    time: int
    range: int
    azimuth: int
    height: int
    range_rate_mps: float


def read_cat048(
    path: str | PathLike[str], sensors: Sensors, identities: Identities, progress: Progress | None = None
) -> tuple[Plots, dict[str, int]]:
    """Return the plots of a file of data blocks in its order, and how many reports were left out, by reason.

    ``identities`` names the sensor of each (SAC, SIC), see ``sensors.read_identities``. Time is in seconds since the
    midnight (UTC) before the first report: it goes on past a midnight, and reports may stand up to half a day out of
    order. Height is I048/110, or else the flight level I048/090 where it is validated and not garbled; from it follows
    the elevation (``heights.elevation_of``). An error dh in height is one of dh / (range cos(elevation)) in elevation.
    Range rate is the calculated Doppler speed I048/120 where it is not doubtful, positive for a receding target, which
    the specification leaves open; it counts as absent where the sensor has no ``sigma_range_rate_mps``.

    Left out: blocks of other categories; reports without position or without time, of simulated or test targets, of
    field monitors, without a height, or with a height that their range does not reach.

    Raises:
        RecordingError: no data blocks, a packet capture, a damaged block or record, an unknown sensor, nothing left.
    """
    path = existing_file(path, _WHAT)
    reports: list[_Report] = []
    left_out: dict[str, int] = {}
    row_of = {name: row for row, name in enumerate(sensors.name)}
    for record in _records(path, left_out, progress):
        found = _read_record(record)
        if isinstance(found, str):
            left_out[found] = left_out.get(found, 0) + 1
        elif identities.get(found.identity) not in row_of:
            words = (
                f"a report comes from SAC {found.identity[0]}, SIC {found.identity[1]}, which is no sensor of SENSORS"
            )
            known = ", ".join(f"{sac}/{sic} {name}" for (sac, sic), name in identities.items()) or "none"
            hint = f"give it a row with columns `sac, sic` in SENSORS; known so far: {known}"
            raise RecordingError(words, file=path, hint=hint)
        else:
            reports.append(found)
    plots = _plots(
        reports, sensors, np.array([row_of[identities[one.identity]] for one in reports], np.int64), left_out
    )
    if len(plots.time_s) == 0:
        reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.items()) or "no reports"
        raise RecordingError(f"holds no plot that can be used: {reasons}", file=path, hint=_HINT)
    return plots, left_out


def write_cat048(path: str | PathLike[str], plots: Plots, sensors: Sensors, identities: Identities) -> None:
    """Write plots as data blocks of category 048: items 010, 140, 020 (single PSR detection), 040, 110 and 120.

    Time is written as time of day, ``time_s`` modulo 86,400. Values are rounded to the steps of the category.

    Raises:
        RecordingError: a sensor has no (SAC, SIC), or a value does not fit: 256 NM, 204,775 ft, 511 m/s.
    """
    from openiamd.recordings.sensors import COLUMNS, IDENTITY

    pairs = {name: pair for pair, name in identities.items()}
    for name in dict.fromkeys(sensors.name[row] for row in plots.sensor):
        if name not in pairs:
            hint = f"give SENSORS the columns `{', '.join(IDENTITY)}` behind `{COLUMNS[-1]}`"
            raise RecordingError(f"sensor '{name}' has no SAC and SIC", hint=hint)
    steps = _steps(plots, sensors)
    spec, record_of = _specification()
    encoded = [record_of(pairs[sensors.name[sensor]], *values) for sensor, *values in steps]
    with whole_file(path) as part, part.open("wb") as file:
        for first in range(0, len(encoded), _RECORDS_IN_BLOCK):
            file.write(spec.create(encoded[first : first + _RECORDS_IN_BLOCK]).unparse().to_bytes())


def _steps(plots: Plots, sensors: Sensors) -> Iterator[tuple[int, int, int, int, int, int | None]]:
    """Yield (sensor, time, range, azimuth, height, range rate or None) of every plot in steps of the category."""
    height_m = np.empty(len(plots.time_s))
    for sensor in np.unique(plots.sensor):
        at = plots.sensor == sensor
        height_m[at] = height_of(
            plots.range_m[at], plots.azimuth_rad[at], plots.elevation_rad[at], _place(sensors, sensor)
        )
    time = np.rint(np.mod(plots.time_s, DAY_S) / TIME_STEP_S).astype(np.int64) % int(DAY_S / TIME_STEP_S)
    azimuth = np.rint(np.mod(plots.azimuth_rad, 2.0 * math.pi) / AZIMUTH_STEP_RAD).astype(np.int64) % 65536
    range_ = np.rint(plots.range_m / RANGE_STEP_M).astype(np.int64)
    height = np.rint(height_m / HEIGHT_STEP_M).astype(np.int64)
    rate = np.rint(np.nan_to_num(plots.range_rate_mps)).astype(np.int64)
    limits = (("range_m", range_, 1, 65535), ("height", height, -8192, 8191), ("range_rate_mps", rate, -512, 511))
    for name, values, low, high in limits:
        wrong = (values < low) | (values > high)
        if wrong.any():
            words = f"row {int(np.argmax(wrong))}: {name} does not fit category 048"
            raise RecordingError(words, hint="it holds 256 NM, 204,775 ft and 511 m/s; keep such plots in Parquet")
    for row in range(len(time)):
        known = not math.isnan(plots.range_rate_mps[row])
        values = (plots.sensor[row], time[row], range_[row], azimuth[row], height[row])
        yield (*(int(value) for value in values), int(rate[row]) if known else None)  # pyright: ignore[reportReturnType]


def _plots(reports: list[_Report], sensors: Sensors, sensor: np.ndarray, left_out: dict[str, int]) -> Plots:
    """Return the reports as plots; those whose height their range does not reach are counted and left out."""
    columns = np.array([one[1:] for one in reports], np.float64).reshape(len(reports), 5)
    time_s = _unwrapped(columns[:, 0] * TIME_STEP_S)
    range_m, azimuth_rad, height_m = (
        columns[:, 1] * RANGE_STEP_M,
        columns[:, 2] * AZIMUTH_STEP_RAD,
        columns[:, 3] * HEIGHT_STEP_M,
    )
    elevation_rad = np.empty(len(reports))
    for one in np.unique(sensor):
        at, place = sensor == one, _place(sensors, one)
        # Overhead, rounding may put the height just out of reach.
        reach_m = np.clip(height_m[at] - place[2], -range_m[at], range_m[at])
        slack_m = np.where(
            np.abs(height_m[at] - place[2] - reach_m) <= _ZENITH_SLACK_M, reach_m + place[2], height_m[at]
        )
        elevation_rad[at] = elevation_of(range_m[at], azimuth_rad[at], slack_m, place)
    within = ~np.isnan(elevation_rad)
    if not within.all():
        left_out["with a height beyond their range"] = int((~within).sum())
    rate = np.where(np.isnan(sensors.sigma_range_rate_mps)[sensor], np.nan, columns[:, 4])
    time_s, range_m, azimuth_rad = time_s[within], range_m[within], azimuth_rad[within]
    return Plots(time_s, sensor[within], range_m, azimuth_rad, elevation_rad[within], rate[within])


def _unwrapped(time_s: np.ndarray) -> np.ndarray:
    """Return times of day as one axis of time: a step of more than half a day is a midnight."""
    days = np.rint(np.diff(time_s, prepend=time_s[:1]) / DAY_S)
    return time_s - DAY_S * np.cumsum(days)


def _place(sensors: Sensors, sensor: int) -> tuple[float, float, float]:
    columns = (sensors.latitude_rad, sensors.longitude_rad, sensors.height_m)
    return tuple(float(values[sensor]) for values in columns)  # pyright: ignore[reportReturnType]


def _records(path: Path, left_out: dict[str, int], progress: Progress | None) -> Iterator[Any]:
    """Yield every record of category 048; count the blocks of others."""
    data = path.read_bytes()
    if data[:4] in _CAPTURES:
        hint = "write the payload of its packets one behind the other; tshark prints it as `-T fields -e data.data`"
        raise RecordingError("is a packet capture, not data blocks", file=path, hint=hint)
    import asterix.generated as generated  # takes a second
    from asterix.base import Bits

    start = 0
    while start < len(data):
        size = int.from_bytes(data[start + 1 : start + _BLOCK_HEADER], "big")
        where = f"data block at byte {start}"
        if start + _BLOCK_HEADER > len(data) or not _BLOCK_HEADER < size <= len(data) - start:
            raise RecordingError(f"{where} is damaged or cut short: length {size}", file=path, hint=_HINT)
        if data[start] == CATEGORY:
            content = Bits.from_bytes(data[start + _BLOCK_HEADER : start + size])
            records = generated.Cat_048_1_32.cv_uap.parse(content)
            if isinstance(records, ValueError):
                raise RecordingError(f"{where} holds a damaged record", file=path, hint=_HINT)
            yield from records
        else:
            reason = f"blocks of category {data[start]:03d}"
            left_out[reason] = left_out.get(reason, 0) + 1
        start += size
        if progress is not None:
            progress(start, len(data), "reading ASTERIX, bytes")


def _read_record(record: Any) -> _Report | str:
    """Return what a record reports, or why it is left out."""
    descriptor = _part(record, "020", "SIM"), _part(record, "020", "TST"), _part(record, "020", "RAB")
    if descriptor[0] or descriptor[1]:
        return "of simulated or test targets"
    if descriptor[2]:
        return "of field monitors"
    range_, azimuth, time = _part(record, "040", "RHO"), _part(record, "040", "THETA"), _part(record, "140")
    if not range_ or azimuth is None:
        return "without a position"
    identity = _part(record, "010", "SAC"), _part(record, "010", "SIC")
    if time is None or identity[0] is None or identity[1] is None:
        return "without time or source"
    height = _signed(_part(record, "110", "3DH"), 14)
    if height is None and not _part(record, "090", "V") and not _part(record, "090", "G"):
        height = _signed(_part(record, "090", "FL"), 14)
    if height is None:
        return "without a height"
    speed = None if _part(record, "120", "CAL", "D") else _signed(_part(record, "120", "CAL", "CAL"), 10)
    return _Report(
        (identity[0], identity[1]), time, range_, azimuth, height, math.nan if speed is None else float(speed)
    )


def _part(record: Any, item: str, *names: str) -> int | None:
    """Return the bits of an item, or of a part within it, as an unsigned number; None where it is absent."""
    found = record.get_item(item)
    for name in names:
        if found is None:
            return None
        found = found.variation.get_item(name)
    return None if found is None else int(found.as_uint())


def _signed(bits: int | None, size: int) -> int | None:
    """Return a number in two's complement."""
    return bits if bits is None or bits < 1 << (size - 1) else bits - (1 << size)


def _specification() -> tuple[Any, Callable[..., Any]]:
    """Return the category of libasterix, and a function that makes a record."""
    from asterix.generated import Cat_048_1_32 as category

    def record_of(
        identity: tuple[int, int], time: int, range_: int, azimuth: int, height: int, rate: int | None
    ) -> Any:
        items: dict[str, Any] = {
            "010": (("SAC", identity[0]), ("SIC", identity[1])),
            "140": time,
            "020": ((("TYP", 1), 0, 0, 0, 0, None),),
            "040": (("RHO", range_), ("THETA", azimuth)),
            "110": (0, ("3DH", height % (1 << 14))),
        }
        if rate is not None:
            items["120"] = {"CAL": (0, 0, ("CAL", rate % (1 << 10)))}
        return category.cv_record.create(items)

    return category, record_of
