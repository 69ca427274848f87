"""Turns what pydantic found into one sentence with file, line, culprit and a cure."""

from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from openiamd.errors import ScenarioError
from openiamd.scenario.document import Document, KeyPath, suggestion

SINGULAR = {
    "assets": "asset",
    "corridors": "corridor",
    "flight_plans": "flight plan",
    "zones": "zone",
    "doctrine": "doctrine",
    "nodes": "node",
    "sensors": "sensor",
    "fire_units": "fire unit",
    "links": "link",
    "fire_orders": "fire order",
    "raids": "raid",
    "traffic": "traffic",
    "readiness": "readiness entry",
    "faults": "fault",
    "variants": "variant",
}

_KINDS = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "list_type": "a list",
    "dict_type": "a mapping of names to entries",
    "model_type": "a mapping of keys to values",
}


def translate(error: ValidationError, document: Document, model: type[BaseModel]) -> ScenarioError:
    """Return the ScenarioError of the problem that stands first in the file."""
    problems = error.errors(include_url=False)
    problems.sort(key=lambda problem: document.line(_path(problem)) or 0)
    first = problems[0]
    path = _path(first)
    message, hint = _sentence(first, path, model)
    if len(problems) > 1:
        count = len(problems) - 1
        hint = f"{hint} ({count} more {'problem' if count == 1 else 'problems'} after this one)"
    return document.error(path, message, hint)


def describe(path: KeyPath) -> str:
    """Return words for a place in a scenario: ``link 'l16', type``."""
    parts = [str(part) for part in path]
    if parts and parts[0] in SINGULAR and len(parts) > 1:
        rest = f", {'.'.join(parts[2:])}" if len(parts) > 2 else ""
        return f"{SINGULAR[parts[0]]} '{parts[1]}'{rest}"
    return ".".join(parts) or "the scenario"


def _path(problem: Any) -> KeyPath:
    """Return the place of a problem, without the marks that pydantic adds for keys and unions."""
    return tuple(part for part in problem["loc"] if part not in ("[key]", "str", "int", "float"))


def _sentence(problem: Any, path: KeyPath, model: type[BaseModel]) -> tuple[str, str]:
    kind = problem["type"]
    if kind == "openiamd":
        return f"{describe(path)}: {problem['ctx']['text']}", problem["ctx"]["hint"]
    owner, name = describe(path[:-1]), str(path[-1]) if path else ""
    fields = _fields(model, path[:-1])
    if kind == "extra_forbidden":
        return f"{owner} has the unknown key '{name}'", suggestion(name, list(fields))
    about = fields.get(name, "see the scenario reference")
    if kind == "missing":
        return f"{owner} lacks '{name}'", f"{name}: {about}"
    if kind == "literal_error":
        return f"{describe(path)} is {problem['input']!r}", f"choose {problem['ctx']['expected']}"
    if kind in _KINDS:
        return f"{describe(path)} is {_shown(problem['input'])}, not {_KINDS[kind]}", f"{name}: {about}"
    message = problem["msg"][0].lower() + problem["msg"][1:]
    return f"{describe(path)}: {message}", f"{name}: {about}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _fields(model: type[BaseModel], path: KeyPath) -> dict[str, str]:
    """Return name and description of the fields of the model found at ``path`` below ``model``."""
    current: Any = model
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            by_name = {info.alias or name: info.annotation for name, info in current.model_fields.items()}
            current = by_name.get(str(part))
        else:
            current = next((arg for arg in reversed(get_args(current)) if arg is not type(None)), None)
        current = _unwrapped(current)
    if not (isinstance(current, type) and issubclass(current, BaseModel)):
        return {}
    return {info.alias or name: info.description or "" for name, info in current.model_fields.items()}


def _unwrapped(annotation: Any) -> Any:
    """Return the model inside ``Model | None``; anything else unchanged."""
    arguments = get_args(annotation)
    models = [arg for arg in arguments if isinstance(arg, type) and issubclass(arg, BaseModel)]
    is_optional = type(None) in arguments and len(models) == 1
    return models[0] if is_optional else annotation
