"""SENSORS: a CSV file with one row a sensor: where it stands, how well it measures, how often it looks."""

from __future__ import annotations

import csv
import math
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from openiamd.errors import RecordingError
from openiamd.recordings.files import existing_file, whole_file
from openiamd.recordings.tables import Sensors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from pathlib import Path

COLUMNS = (
    "sensor", "latitude_deg", "longitude_deg", "height_m", "sigma_range_m", "sigma_azimuth_rad", "sigma_elevation_rad",
    "sigma_range_rate_mps", "detection_probability", "clutter_per_scan", "revisit_s",
)  # fmt: skip
IDENTITY = ("sac", "sic")  # optional: how ASTERIX names the sensor
WHAT = "sensors"

_LARGEST_SIGMA_RAD = 0.5  # nothing that locates is worse; figures in degrees are
_DEGREES = "angles of accuracy are in radians: 0.2 degrees are 0.00349"

# Column: what its values are, lowest and highest value, whether the lowest itself is allowed, hint.
_RULES: dict[str, tuple[float, float, bool, str]] = {
    "latitude_deg": (-90.0, 90.0, True, "geodetic latitude in degrees, from -90 to 90"),
    "longitude_deg": (-180.0, 180.0, True, "longitude in degrees, from -180 to 180"),
    "height_m": (-math.inf, math.inf, True, "height in metres above the WGS 84 ellipsoid"),
    "sigma_range_m": (0.0, math.inf, False, "a standard deviation in metres, above 0"),
    "sigma_azimuth_rad": (0.0, _LARGEST_SIGMA_RAD, False, _DEGREES),
    "sigma_elevation_rad": (0.0, _LARGEST_SIGMA_RAD, False, _DEGREES),
    "sigma_range_rate_mps": (0.0, math.inf, False, "a standard deviation in m/s, above 0; empty where not measured"),
    "detection_probability": (0.0, 1.0, False, "a probability of detection in one scan, above 0 and at most 1"),
    "clutter_per_scan": (0.0, math.inf, True, "a mean number of false plots in one scan, 0 or more"),
    "revisit_s": (0.0, math.inf, False, "the duration of one scan in seconds, above 0"),
}


def read_sensors(path: str | PathLike[str]) -> Sensors:
    """Return the sensors of a CSV file, in its order; the first one's place is the origin of tracks.

    Raises:
        RecordingError: with file and line: a column is missing or unknown, a value is absent, no number or out of
            range, a sensor is named twice, there are no rows.
    """
    path = existing_file(path, WHAT)
    rows = _rows(path)
    values = {name: np.array([_value(path, line, row, name) for line, row in rows]) for name in _RULES}
    return Sensors(
        [row["sensor"] for _, row in rows],
        np.radians(values.pop("latitude_deg")),
        np.radians(values.pop("longitude_deg")),
        **values,
    )


def read_identities(path: str | PathLike[str]) -> dict[tuple[int, int], str]:
    """Return the sensors of a CSV file by their (SAC, SIC), from its optional columns ``sac`` and ``sic``.

    Raises:
        RecordingError: as ``read_sensors``; an identity is no pair of whole numbers from 0 to 255, or is given twice.
    """
    path = existing_file(path, WHAT)
    found: dict[tuple[int, int], str] = {}
    for line, row in _rows(path):
        texts = [row.get(name, "") for name in IDENTITY]
        if not any(texts):
            continue
        if not all(text.isascii() and text.isdigit() and int(text) <= 255 for text in texts):
            hint = "`sac` and `sic` are whole numbers from 0 to 255, both or neither"
            raise RecordingError(f"sac, sic '{', '.join(texts)}' is no identity", file=path, line=line, hint=hint)
        identity = (int(texts[0]), int(texts[1]))
        if identity in found:
            words = f"sac, sic {identity[0]}, {identity[1]} is that of sensor '{found[identity]}' already"
            raise RecordingError(words, file=path, line=line, hint="each sensor has its own")
        found[identity] = row["sensor"]
    return found


def write_sensors(
    path: str | PathLike[str], sensors: Sensors, identities: Mapping[tuple[int, int], str] | None = None
) -> None:
    """Write sensors as CSV, with the columns ``sac`` and ``sic`` where ``identities`` are given."""
    named = {name: pair for pair, name in (identities or {}).items()}
    degrees = np.degrees(np.column_stack([sensors.latitude_rad, sensors.longitude_rad]))
    columns = np.column_stack([degrees, *(getattr(sensors, name) for name in COLUMNS[3:])])
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, *(IDENTITY if named else ())])
        for name, values in zip(sensors.name, columns, strict=True):
            texts = ["" if math.isnan(value) else repr(float(value)) for value in values]
            writer.writerow([name, *texts, *(named.get(name, ("", "")) if named else ())])


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return (line, row) of a CSV file, its heading and the sensors' names checked."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            heading = [name.strip() for name in next(reader, [])]
            _check_heading(path, heading)
            rows = [(reader.line_num, [text.strip() for text in row]) for row in reader if any(map(str.strip, row))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f"cannot be read as CSV: {error}", file=path, hint="save it as CSV in UTF-8") from error
    if not rows:
        raise RecordingError("has no rows", file=path, hint="give each sensor a row below the heading")
    lines: dict[str, int] = {}
    found = []
    for line, row in rows:
        if len(row) != len(heading):
            words = f"has {len(row)} values where the heading has {len(heading)}"
            raise RecordingError(words, file=path, line=line, hint="an absent value is an empty one between two commas")
        name = row[heading.index("sensor")]
        if not name:
            raise RecordingError("the sensor has no name", file=path, line=line, hint="name it as PLOTS does")
        if name in lines:
            words = f"sensor '{name}' is on line {lines[name]} already"
            raise RecordingError(words, file=path, line=line, hint="give each sensor one row and a name of its own")
        lines[name] = line
        found.append((line, dict(zip(heading, row, strict=True))))
    return found


def _check_heading(path: Path, heading: list[str]) -> None:
    """Complain of a column that is missing, unknown or there twice."""
    hint = f"the columns are {', '.join(COLUMNS)}; `sac, sic` may follow"
    if len(heading) == 1 and (";" in heading[0] or "\t" in heading[0]):
        raise RecordingError("is not separated by commas", file=path, line=1, hint="save it with commas")
    for name in COLUMNS:
        if name not in heading:
            near = get_close_matches(name, [other for other in heading if other not in COLUMNS], n=1)
            also = f"; is '{near[0]}' meant?" if near else ""
            raise RecordingError(f"column '{name}' is missing{also}", file=path, line=1, hint=hint)
    for position, name in enumerate(heading):
        if name not in (*COLUMNS, *IDENTITY):
            raise RecordingError(f"unknown column '{name}'", file=path, line=1, hint=hint)
        if name in heading[:position]:
            raise RecordingError(f"column '{name}' is there twice", file=path, line=1, hint=hint)
    if len([name for name in IDENTITY if name in heading]) == 1:
        raise RecordingError("`sac` and `sic` belong together", file=path, line=1, hint="add the other or remove it")


def _value(path: Path, line: int, row: dict[str, str], name: str) -> float:
    """Return a number of a row, NaN for a range-rate accuracy that is absent."""
    low, high, with_low, hint = _RULES[name]
    text = row[name]
    if not text and name == "sigma_range_rate_mps":
        return math.nan
    where = f"sensor '{row['sensor']}': {name}"
    if not text:
        raise RecordingError(f"{where} is absent", file=path, line=line, hint=hint)
    try:
        value = float(text)
    except ValueError as error:
        raise RecordingError(f"{where} '{text}' is not a number", file=path, line=line, hint=hint) from error
    if not math.isfinite(value):
        raise RecordingError(f"{where} '{text}' is not finite", file=path, line=line, hint=hint)
    if not low <= value <= high or (value == low and not with_low):
        raise RecordingError(f"{where} {text} is out of range", file=path, line=line, hint=hint)
    return value
