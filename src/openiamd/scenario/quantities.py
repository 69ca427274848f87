"""Quantities and places as the user writes them, for the fields of the scenario's models.

A quantity is a text with its unit (``12 km``), or a mapping ``nominal low high source source_class verification``
when the number is uncertain; such a ranged input is counted and can be varied by studies.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, NoReturn

from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from openiamd.errors import UnitError
from openiamd.units import EXAMPLES, UNITS, quantity

SOURCE_CLASSES = ("O", "T", "P", "N", "E")
VERIFICATIONS = ("V", "R", "D")
_RANGE_KEYS = ("nominal", "low", "high", "source", "source_class", "verification")


class Entry(BaseModel):
    """Base of all models: unknown keys are refused, nothing is converted silently, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


@dataclass(frozen=True)
class Quantity:
    """A number in SI; ``source`` is empty unless the user gave it a range and a source."""

    value: float
    low: float
    high: float
    unit: str
    source: str = ""
    source_class: str = ""
    verification: str = ""

    @property
    def is_ranged(self) -> bool:
        """Whether the number is an uncertain input rather than a choice."""
        return bool(self.source)


class Place(NamedTuple):
    """A point in degrees; ``height_m`` and ``speed_mps`` are None where the user leaves them to the catalogue."""

    latitude_deg: float
    longitude_deg: float
    height_m: float | None = None
    speed_mps: float | None = None


def refuse(message: str, hint: str) -> NoReturn:
    """Raise the error that pydantic carries to the place of the value."""
    raise PydanticCustomError("openiamd", "{text}", {"text": message, "hint": hint})


def _si(value: object, dimension: str) -> float:
    try:
        return quantity(value, dimension)
    except UnitError as error:
        refuse(error.message, error.hint or f"write it like '{EXAMPLES[dimension]}'")


def _ranged(value: dict[str, Any], dimension: str) -> Quantity:
    """Return the quantity of a mapping with its range and source."""
    for key in value:
        if key not in _RANGE_KEYS:
            refuse(f"unknown key '{key}' in a ranged quantity", f"keys are {', '.join(_RANGE_KEYS)}")
    for key in _RANGE_KEYS:
        if value.get(key) in (None, ""):
            refuse(f"a ranged quantity lacks '{key}'", f"give all of {', '.join(_RANGE_KEYS)}")
    nominal, low, high = (_si(value[key], dimension) for key in ("nominal", "low", "high"))
    if not low <= nominal <= high:
        refuse("the range is not in order low <= nominal <= high", "exchange or correct the three values")
    if value["source_class"] not in SOURCE_CLASSES:
        refuse(f"source_class is '{value['source_class']}'", f"classes are {', '.join(SOURCE_CLASSES)}")
    if value["verification"] not in VERIFICATIONS:
        refuse(f"verification is '{value['verification']}'", f"marks are {', '.join(VERIFICATIONS)}")
    source = str(value["source"])
    unit = next(iter(UNITS[dimension]))
    return Quantity(nominal, low, high, unit, source, value["source_class"], value["verification"])


def _reader(dimension: str, minimum: float = 0.0, *, open_end: bool = False) -> Callable[[Any], Quantity]:
    """Return the validator that reads a quantity of ``dimension`` and refuses values below ``minimum``."""

    def read(value: Any) -> Quantity:
        if isinstance(value, Quantity):
            return value
        if isinstance(value, dict):
            result = _ranged(value, dimension)
        else:
            si = _si(value, dimension)
            result = Quantity(si, si, si, next(iter(UNITS[dimension])))
        if result.low < minimum or (open_end and result.low == minimum):
            bound = "above" if open_end else "at least"
            refuse(f"{value!r} must be {bound} {minimum:g}", f"write it like '{EXAMPLES[dimension]}'")
        return result

    return read


_MARK = {"type": ["string", "number"]}
RANGED_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("nominal", "low", "high"), _MARK),
        "source": {"type": "string"},
        "source_class": {"enum": list(SOURCE_CLASSES)},
        "verification": {"enum": list(VERIFICATIONS)},
    },
    "required": list(_RANGE_KEYS),
    "additionalProperties": False,
}


def _json_schema(dimension: str) -> dict[str, Any]:
    """Return the JSON Schema of a quantity: a text, a ranged mapping, or a bare number where there is no unit."""
    bare = [{"type": "number"}] if "" in UNITS[dimension] else []
    return {"anyOf": [{"type": "string", "examples": [EXAMPLES[dimension]]}, *bare, RANGED_SCHEMA]}


Length = Annotated[Quantity, PlainValidator(_reader("length")), WithJsonSchema(_json_schema("length"))]
PositiveLength = Annotated[
    Quantity, PlainValidator(_reader("length", open_end=True)), WithJsonSchema(_json_schema("length"))
]
Time = Annotated[Quantity, PlainValidator(_reader("time")), WithJsonSchema(_json_schema("time"))]
PositiveTime = Annotated[Quantity, PlainValidator(_reader("time", open_end=True)), WithJsonSchema(_json_schema("time"))]
Speed = Annotated[Quantity, PlainValidator(_reader("speed")), WithJsonSchema(_json_schema("speed"))]
ClimbRate = Annotated[Quantity, PlainValidator(_reader("speed", -math.inf)), WithJsonSchema(_json_schema("speed"))]
RainRate = Annotated[
    Quantity, PlainValidator(_reader("rain_rate", open_end=True)), WithJsonSchema(_json_schema("rain_rate"))
]
PositiveNumber = Annotated[
    Quantity, PlainValidator(_reader("number", open_end=True)), WithJsonSchema(_json_schema("number"))
]
Spread = Annotated[Quantity, PlainValidator(_reader("number")), WithJsonSchema(_json_schema("number"))]
ProcessNoise = Annotated[
    Quantity,
    PlainValidator(_reader("acceleration_density", open_end=True)),
    WithJsonSchema(_json_schema("acceleration_density")),
]
Rate = Annotated[Quantity, PlainValidator(_reader("rate", open_end=True)), WithJsonSchema(_json_schema("rate"))]
Bearing = Annotated[Quantity, PlainValidator(_reader("angle", -math.tau)), WithJsonSchema(_json_schema("angle"))]
Sector = Annotated[Quantity, PlainValidator(_reader("angle", open_end=True)), WithJsonSchema(_json_schema("angle"))]
Probability = Annotated[Quantity, PlainValidator(_reader("probability")), WithJsonSchema(_json_schema("probability"))]


def _degrees(value: Any, limit: float, word: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        refuse(
            f"{word} {value!r} is not a number of degrees", "write a place as [latitude, longitude], like [39.9, 32.9]"
        )
    if abs(value) > limit:
        refuse(f"{word} {value:g} is outside -{limit:g} to {limit:g} degrees", "latitude comes first: [39.9, 32.9]")
    return float(value)


def _place(value: Any, most: int) -> Place:
    """Return the place written as [latitude, longitude] with up to ``most`` parts."""
    if isinstance(value, Place):
        return value
    if not isinstance(value, list) or not 2 <= len(value) <= most:
        shape = "[latitude, longitude, height, speed]" if most == 4 else "[latitude, longitude]"
        refuse(f"{value!r} is not a place", f"write it as {shape} in degrees, like [39.9, 32.9]")
    latitude = _degrees(value[0], 89.0, "latitude")
    longitude = _degrees(value[1], 180.0, "longitude")
    height = _si(value[2], "length") if len(value) > 2 else None
    speed = _si(value[3], "speed") if len(value) > 3 else None
    if (height is not None and height < 0.0) or (speed is not None and speed <= 0.0):
        refuse(f"{value!r} has a negative height or no speed", "write it like [39.9, 32.9, 10 km, 250 m/s]")
    return Place(latitude, longitude, height, speed)


def _place_schema(most: int) -> dict[str, Any]:
    items: list[dict[str, Any]] = [{"type": "number"}, {"type": "number"}, {"type": "string"}, {"type": "string"}]
    return {"type": "array", "prefixItems": items[:most], "minItems": 2, "maxItems": most}


Site = Annotated[Place, PlainValidator(lambda value: _place(value, 2)), WithJsonSchema(_place_schema(2))]
RoutePoint = Annotated[Place, PlainValidator(lambda value: _place(value, 4)), WithJsonSchema(_place_schema(4))]


def _identifier(value: Any) -> str:
    allowed = isinstance(value, str) and len(value) <= 64 and value[:1].isalnum()
    if not allowed or not all(letter.isalnum() or letter in "-_." for letter in value) or not value.isascii():
        refuse(f"{value!r} is not an id", "ids are letters, digits, '-', '_' and '.', like 's400-cp'")
    return value


Identifier = Annotated[str, PlainValidator(_identifier), WithJsonSchema({"type": "string"})]
