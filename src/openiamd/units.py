"""Units at the border: text such as "12 km" becomes a float in SI, once, when a file is read.

Inside the program everything is SI and names carry the unit (``range_m``, ``speed_mps``).
Factors: Bureau International des Poids et Mesures, The International System of Units, 9th ed., 2019 (tables 8 and 9);
the foot is 0.3048 m exactly; a flight level is 100 ft on a standard atmosphere, read here as a geometric height.
"""

import math
import re

from openiamd.errors import UnitError

FOOT_M = 0.3048
NAUTICAL_MILE_M = 1852.0
FLIGHT_LEVEL_M = 100.0 * FOOT_M

# dimension -> unit as written -> factor to SI; the first unit of a dimension is the SI unit itself.
UNITS: dict[str, dict[str, float]] = {
    "length": {"m": 1.0, "km": 1e3, "cm": 1e-2, "mm": 1e-3, "ft": FOOT_M, "kft": 1e3 * FOOT_M, "nmi": NAUTICAL_MILE_M},
    "time": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "min": 60.0, "h": 3600.0, "day": 86400.0},
    "speed": {"m/s": 1.0, "km/s": 1e3, "km/h": 1.0 / 3.6, "kt": NAUTICAL_MILE_M / 3600.0, "ft/min": FOOT_M / 60.0},
    "rain_rate": {"m/s": 1.0, "mm/h": 1e-3 / 3600.0},
    "acceleration": {"m/s2": 1.0, "g": 9.80665},
    "acceleration_density": {"m2/s3": 1.0},
    "angle": {"rad": 1.0, "mrad": 1e-3, "deg": math.pi / 180.0},
    "angular_rate": {"rad/s": 1.0, "deg/s": math.pi / 180.0, "rpm": math.tau / 60.0},
    "frequency": {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9},
    "rate": {"1/s": 1.0, "1/min": 1.0 / 60.0, "1/h": 1.0 / 3600.0},
    "area": {"m2": 1.0, "cm2": 1e-4, "km2": 1e6},
    "temperature": {"K": 1.0},
    "power": {"W": 1.0, "mW": 1e-3, "kW": 1e3, "MW": 1e6},
    "money": {"USD": 1.0, "kUSD": 1e3, "MUSD": 1e6},
    "ratio": {"": 1.0, "%": 1e-2},
    "probability": {"": 1.0, "%": 1e-2},
    "number": {"": 1.0},
}

# Logarithmic units: value in SI = 10 ** (written / 10) times the reference.
DECIBELS: dict[str, dict[str, float]] = {
    "ratio": {"dB": 1.0},
    "area": {"dBsm": 1.0},
    "power": {"dBW": 1.0, "dBm": 1e-3},
}

EXAMPLES = {
    "length": "12 km",
    "time": "5 min",
    "speed": "250 m/s",
    "rain_rate": "10 mm/h",
    "acceleration": "9.8 m/s2",
    "acceleration_density": "10 m2/s3",
    "angle": "0.2 deg",
    "angular_rate": "6 rpm",
    "frequency": "3 GHz",
    "rate": "6 1/min",
    "area": "0.1 m2",
    "temperature": "500 K",
    "power": "4 kW",
    "money": "35 kUSD",
    "ratio": "3 dB",
    "probability": "0.9",
    "number": "4",
}

_NUMBER = re.compile(r"\s*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(.*?)\s*", re.DOTALL)
_FLIGHT_LEVEL = re.compile(r"\s*FL\s?([0-9]{1,3})\s*")
_SPELLINGS = str.maketrans({"²": "2", "³": "3", "µ": "u", "°": "deg"})


def quantity(value: object, dimension: str) -> float:
    """Return ``value`` as a float in the SI unit of ``dimension``.

    Text is a number and a unit of that dimension, see ``UNITS`` and ``DECIBELS``; lengths also read flight levels
    ("FL330"). Bare numbers are read only for a ratio, a probability or a number.

    Raises:
        UnitError: no unit, a unit of another dimension, not a finite number, a probability outside [0, 1].
        KeyError: ``dimension`` is not in ``UNITS``.
    """
    units = UNITS[dimension]
    if isinstance(value, str):
        si = _read_text(value, dimension)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(f"{_shown(value)} is not {_named(dimension)}", dimension)
    elif "" not in units:
        raise _refused(f"{_shown(value)} has no unit where {_named(dimension)} is wanted", dimension)
    else:
        si = _finite(value)
    if not math.isfinite(si):
        raise _refused(f"{_shown(value)} is not a finite number", dimension)
    if dimension == "probability" and not 0.0 <= si <= 1.0:
        raise _refused(f"{_shown(value)} is not a probability between 0 and 1", dimension)
    return si


def format_quantity(value_si: float, unit: str, digits: int = 6) -> str:
    """Return ``value_si`` written in ``unit`` with at most ``digits`` significant digits, as ``quantity`` reads it.

    Raises:
        KeyError: ``unit`` is in no table.
    """
    if unit == "FL":
        return f"FL{round(value_si / FLIGHT_LEVEL_M):03d}"
    for references in DECIBELS.values():
        if unit in references:
            written = 10.0 * math.log10(value_si / references[unit]) if value_si > 0.0 else -math.inf
            return f"{_written(written, digits)} {unit}"
    factor = next((units[unit] for units in UNITS.values() if unit in units), None)
    if factor is None:
        raise KeyError(unit)
    return f"{_written(value_si / factor, digits)} {unit}".rstrip()


def units_table() -> list[dict[str, str]]:
    """Return one row a unit (dimension, unit, value in SI, example), for the reference pages."""
    rows = []
    for dimension, units in UNITS.items():
        si_unit = next(iter(units))
        for unit, factor in units.items():
            meaning = f"{factor:.9g} {si_unit}".strip()
            rows.append({"dimension": dimension, "unit": unit or "(none)", "in SI": meaning})
        for unit, reference in DECIBELS.get(dimension, {}).items():
            rows.append({"dimension": dimension, "unit": unit, "in SI": f"{reference:g}·10^(x/10) {si_unit}".strip()})
        if dimension == "length":
            rows.append({"dimension": dimension, "unit": "FL330", "in SI": f"{330 * FLIGHT_LEVEL_M:.9g} m"})
    return [{**row, "example": EXAMPLES[row["dimension"]]} for row in rows]


def _read_text(text: str, dimension: str) -> float:
    """Return the SI value of a number with its unit, not yet checked to be finite."""
    level = _FLIGHT_LEVEL.fullmatch(text)
    if level and dimension == "length":
        return int(level[1]) * FLIGHT_LEVEL_M
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _refused(f"{_shown(text)} is not {_named(dimension)}", dimension)
    number, unit = float(match[1]), match[2].translate(_SPELLINGS)
    if unit in UNITS[dimension]:
        return number * UNITS[dimension][unit]
    if unit in DECIBELS.get(dimension, {}):
        return DECIBELS[dimension][unit] * _power_of_ten(number / 10.0)
    if not unit:
        raise _refused(f"{_shown(text)} has no unit where {_named(dimension)} is wanted", dimension)
    raise _refused(f"{_shown(text)} has unit {_shown(unit)} where {_named(dimension)} is wanted", dimension)


def _finite(value: int | float) -> float:
    """Return ``value`` as a float, infinite where it is an integer beyond the range of floats."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _power_of_ten(exponent: float) -> float:
    """Return 10 ** exponent, infinite beyond the range of floats."""
    return math.inf if exponent > 308.0 else 10.0**exponent


def _written(value: float, digits: int) -> str:
    """Return the shortest plain text of ``value`` at ``digits`` significant digits."""
    text = f"{value:.{digits}g}"
    rounded = float(text)
    return str(int(rounded)) if math.isfinite(rounded) and rounded.is_integer() and abs(rounded) < 1e12 else text


def _named(dimension: str) -> str:
    """Return the dimension with its article, as in "an angular rate"."""
    words = dimension.replace("_", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _shown(value: object) -> str:
    """Return a short quotation of ``value`` for a message."""
    if isinstance(value, int) and value.bit_length() > 200:
        return "an integer of more than 60 digits"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _refused(message: str, dimension: str) -> UnitError:
    """Return the error with the cure: an example and the units that the dimension knows."""
    known = [unit for unit in (*UNITS[dimension], *DECIBELS.get(dimension, {})) if unit]
    units = f"; units: {', '.join(known)}" if known else ""
    return UnitError(message, hint=f"write it like '{EXAMPLES[dimension]}'{units}")
