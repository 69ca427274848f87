"""The JSON Schema of a scenario file, generated from the models, for editors.

``iamd schema > docs/scenario.schema.json`` refreshes the published copy.
"""

from dataclasses import fields
from typing import Any

from openiamd.scenario.model import NOT_OVERRIDABLE, Scenario
from openiamd.scenario.quantities import RANGED_SCHEMA, Quantity

_QUANTITY_KEYS = {field.name for field in fields(Quantity)}
_RANGED_REFERENCE = {"$ref": "#/$defs/RangedQuantity"}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file, with the description of every field."""
    schema: dict[str, Any] = _shortened(Scenario.model_json_schema(by_alias=True))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "OpenIAMD scenario"
    schema["$defs"]["RangedQuantity"] = {"description": "A quantity with its range and source.", **RANGED_SCHEMA}
    schema["properties"]["variants"]["additionalProperties"] = {
        "type": "object",
        "propertyNames": {"enum": [name for name in schema["properties"] if name not in NOT_OVERRIDABLE]},
    }
    return schema


def _shortened(value: Any) -> Any:
    """Return the schema without generated titles, defaults as text, and ranged quantities by reference."""
    if value == RANGED_SCHEMA:
        return _RANGED_REFERENCE
    if isinstance(value, dict):
        if set(value) == _QUANTITY_KEYS:
            return f"{value['value']:g} {value['unit']}".strip()
        return {
            key: _shortened(entry) for key, entry in value.items() if not (key == "title" and isinstance(entry, str))
        }
    if isinstance(value, list):
        return [_shortened(entry) for entry in value]
    return value
