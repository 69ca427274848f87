"""The reference of the scenario file, from its JSON Schema."""

from typing import Any

from markdown import cell, code, table

from openiamd.scenario.schema import json_schema


def _type(value: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return the type of a field in words."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return "ranged quantity" if name == "RangedQuantity" else f"[{name}](#{name.lower()})"
    if "anyOf" in value:
        kinds = [_type(one, schema) for one in value["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{word}`" for word in value["enum"])
    if value.get("type") == "array":
        if "prefixItems" in value:
            return "[latitude, longitude]" if value["maxItems"] == 2 else "[latitude, longitude, height, speed]"
        return f"list of {_type(value.get('items', {}), schema)}"
    if value.get("type") == "object":
        inner = value.get("additionalProperties")
        return f"id: {_type(inner, schema)}" if isinstance(inner, dict) else "mapping"
    if "examples" in value:
        return f"text like `{value['examples'][0]}`"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return words.get(str(value.get("type")), str(value.get("type", "any")))


def _default(name: str, value: dict[str, Any], required: list[str]) -> str:
    if name in required:
        return "required"
    default = value.get("default")
    return "–" if default in (None, "", [], {}) else cell(str(default))


def _fields(model: dict[str, Any], schema: dict[str, Any]) -> str:
    rows = []
    for name, value in model.get("properties", {}).items():
        kind = _type(value, schema)
        kind = kind if kind.startswith("[") or "`" in kind or "](" in kind else cell(kind)
        default = _default(name, value, model.get("required", []))
        rows.append((name, kind, default, cell(value.get("description", ""))))
    lines = ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
    lines += [f"| `{name}` | {kind} | {default} | {meaning} |" for name, kind, default, meaning in rows]
    return "\n".join(lines) + "\n"


def file() -> str:
    """Return the top level of the file, then one section a model that it uses."""
    schema = json_schema()
    parts = ["## The file\n", _fields(schema, schema)]
    for name, model in schema["$defs"].items():
        parts.append(f"## {name}\n\n{cell(model.get('description', ''))}\n")
        if "properties" in model:
            parts.append(_fields(model, schema))
    return "\n".join(parts)


def checks() -> str:
    """Return the named checks of a scenario, one row each."""
    from openiamd.scenario import check_identity, check_names, check_readiness, check_rules, check_scene

    rows = []
    for module in (check_names, check_rules, check_readiness, check_identity, check_scene):
        for name, function in vars(module).items():
            if callable(function) and getattr(function, "__module__", "") == module.__name__ and name[0].islower():
                rows.append((code(name), (function.__doc__ or "").splitlines()[0]))
    return table(("check", "what it demands"), rows)
