"""PLOTS: what the sensors reported, as Parquet or ASTERIX category 048."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from openiamd.errors import RecordingError
from openiamd.recordings.files import PARQUET_MARK, existing_file, numbers, read_table, refuse, write_table
from openiamd.recordings.tables import Plots, Sensors

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    import pyarrow as pa

    from openiamd.recordings.tables import Integers

COLUMNS = ("time_s", "sensor", "range_m", "azimuth_rad", "elevation_rad")
RANGE_RATE = "range_rate_mps"
WHAT = "plots"

_TWO_PI = 2.0 * math.pi
_PARQUET_SUFFIXES = (".parquet", ".pq")
_AZIMUTH_HINT = "azimuths are in radians clockwise from true north; these look like degrees: divide by 57.29578"
_ELEVATION_HINT = "elevations are in radians from -pi/2 to pi/2; these look like degrees: divide by 57.29578"


def is_parquet(path: str | PathLike[str]) -> bool:
    """Tell whether a file of plots is Parquet, by its first bytes or its name; what is not is taken for ASTERIX."""
    path = existing_file(path, WHAT)
    with path.open("rb") as file:
        return file.read(len(PARQUET_MARK)) == PARQUET_MARK or path.suffix.lower() in _PARQUET_SUFFIXES


def read_plots(path: str | PathLike[str], sensors: Sensors) -> Plots:
    """Return the plots of a Parquet file in its order, which need not be that of time.

    Azimuths outside [0, 2 pi) are turned into it. Range rates of a sensor without ``sigma_range_rate_mps`` count as
    absent, since their weight is unknown. Columns beside those of PLOTS are not read. ASTERIX has its own
    reader, ``asterix.read_cat048``, since it may leave reports out.

    Raises:
        RecordingError: with file and row: not Parquet, a column is missing or of the wrong type, a value is null, NaN,
            infinite or out of range, a sensor is not among ``sensors``, there are no rows.
    """
    path = existing_file(path, WHAT)
    table = read_table(path, WHAT, COLUMNS)
    _check_range_rate(path, table)
    sensor = _sensor_rows(path, table, sensors)
    time_s, range_m, azimuth_rad, elevation_rad = (numbers(table, name, path) for name in COLUMNS if name != "sensor")
    refuse(path, "range_m", range_m, range_m <= 0.0, "is not above 0", "slant ranges are in metres, above 0")
    refuse(path, "azimuth_rad", azimuth_rad, np.abs(azimuth_rad) > _TWO_PI + 1e-9, "is out of range", _AZIMUTH_HINT)
    steep = np.abs(elevation_rad) > 0.5 * math.pi + 1e-9
    refuse(path, "elevation_rad", elevation_rad, steep, "is out of range", _ELEVATION_HINT)
    absent = np.full(len(time_s), np.nan)
    range_rate_mps = numbers(table, RANGE_RATE, path, absent=True) if RANGE_RATE in table.column_names else absent
    range_rate_mps = np.where(np.isnan(sensors.sigma_range_rate_mps)[sensor], np.nan, range_rate_mps)
    outside = (azimuth_rad < 0.0) | (azimuth_rad >= _TWO_PI)
    azimuth_rad = np.where(outside, np.mod(azimuth_rad, _TWO_PI), azimuth_rad)
    return Plots(time_s, sensor, range_m, azimuth_rad, elevation_rad, range_rate_mps)


def unused_columns(path: str | PathLike[str]) -> list[str]:
    """Return the columns of a Parquet file of plots that are not read."""
    import pyarrow.parquet as pq

    return [name for name in pq.read_schema(path).names if name not in (*COLUMNS, RANGE_RATE)]


def write_plots(path: str | PathLike[str], plots: Plots, sensors: Sensors) -> None:
    """Write plots as Parquet, range rates that are NaN as null; reading gives the same arrays."""
    import pyarrow as pa

    names = pa.array(sensors.name, pa.string()).take(pa.array(plots.sensor, pa.int64()))
    columns = {"time_s": plots.time_s, "sensor": names}
    columns |= {name: getattr(plots, name) for name in COLUMNS[2:]}
    columns[RANGE_RATE] = pa.array(plots.range_rate_mps, pa.float64(), from_pandas=True)
    write_table(path, pa.table(columns))


def _check_range_rate(path: Path, table: pa.Table) -> None:
    """Complain of a column that is the range rate by another name: it would be passed over in silence."""
    if RANGE_RATE not in table.column_names:
        near = get_close_matches(RANGE_RATE, [n for n in table.column_names if n not in COLUMNS], n=1, cutoff=0.7)
        if near:
            hint = f"range rates are read from the column '{RANGE_RATE}' alone: rename it, or remove it"
            raise RecordingError(f"unknown column '{near[0]}'", file=path, hint=hint)


def _sensor_rows(path: Path, table: pa.Table, sensors: Sensors) -> Integers:
    """Return the row of Sensors of every plot."""
    import pyarrow as pa

    column = table.column("sensor")
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        hint = "'sensor' holds the names that SENSORS gives, as text"
        raise RecordingError(f"column 'sensor' is of type {column.type}, not text", file=path, hint=hint)
    row_of = {name: row for row, name in enumerate(sensors.name)}
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode(null_encoding="encode")
    rows = np.array([row_of.get(name, -1) for name in encoded.dictionary.to_pylist()], np.int64)
    found = rows[encoded.indices.to_numpy()]
    unknown = found < 0
    if unknown.any():
        row = int(np.argmax(unknown))
        value = column[row].as_py()
        words = "has no sensor" if value is None else f"sensor '{value}' is not in SENSORS"
        raise RecordingError(f"row {row}: {words}", file=path, hint=f"sensors are {', '.join(sensors.name)}")
    return found
