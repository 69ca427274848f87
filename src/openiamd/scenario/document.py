"""Reads YAML text into plain data and remembers the line of every value.

The scalars follow the YAML 1.2 core rules (``on`` and ``no`` stay text), because the 1.1 rules of PyYAML
would turn the key ``on`` into True. Tags, duplicate keys, deep nesting and alias bombs are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from openiamd.errors import OpenIAMDError, ScenarioError

Key = str | int
KeyPath = tuple[Key, ...]

MAXIMUM_BYTES = 4_000_000
MAXIMUM_VALUES = 200_000
MAXIMUM_DEPTH = 40

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_CONSTANTS = {"": None, "~": None, "null": None, "Null": None, "true": True, "True": True, "false": False}


@dataclass(frozen=True)
class Document:
    """Plain data with the line at which each value was written."""

    file: str
    data: dict[str, Any]
    lines: dict[KeyPath, int] = field(repr=False)
    text: str = field(default="", repr=False)  # as it was read

    def line(self, path: KeyPath) -> int | None:
        """Return the line of ``path``, or of the nearest thing around it that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def error(self, path: KeyPath, message: str, hint: str | None = None) -> ScenarioError:
        """Return the error that says ``message`` about the value at ``path``."""
        return ScenarioError(message, file=self.file, line=self.line(path), hint=hint)


@dataclass
class _Container:
    """A mapping or list that is still being read."""

    value: Any
    path: KeyPath
    anchor: str | None
    values_before: int
    key: str | None = None
    is_key_next: bool = True


class _Builder:
    """Builds data from YAML events, keeping count so that a small file cannot grow large."""

    def __init__(self, file: str, error_type: type[OpenIAMDError]) -> None:
        self.file = file
        self.error_type = error_type
        self.lines: dict[KeyPath, int] = {}
        self.stack: list[_Container] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.count = 0
        self.root: Any = None

    def fail(self, event: Any, message: str, hint: str) -> OpenIAMDError:
        """Return the error that says ``message`` at the line of an event of the stream."""
        return self.error_type(message, file=self.file, line=event.start_mark.line + 1, hint=hint)

    def add(self, event: Any) -> None:
        """Take in one event of the YAML stream."""
        if getattr(event, "tag", None) is not None:
            raise self.fail(event, f"YAML tag '{event.tag}' is not allowed", "remove the tag: plain values are enough")
        if isinstance(event, yaml.ScalarEvent):
            self.put(event, _scalar(event), 1)
        elif isinstance(event, yaml.AliasEvent):
            self.put_alias(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.open(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            container = self.stack.pop()
            if container.anchor:
                self.anchors[container.anchor] = (container.value, self.count - container.values_before)

    def open(self, event: Any, value: Any) -> None:
        """Place an empty mapping or list, which the events that follow fill."""
        if len(self.stack) >= MAXIMUM_DEPTH:
            raise self.fail(event, f"YAML is nested deeper than {MAXIMUM_DEPTH} levels", "use a flatter structure")
        before = self.count
        path = self.put(event, value, 1)
        self.stack.append(_Container(value, path, event.anchor, before))

    def put_alias(self, event: Any) -> None:
        """Place the value that an alias stands for; it counts as often as it is used."""
        if event.anchor not in self.anchors:
            raise self.fail(event, f"YAML alias '*{event.anchor}' refers to itself", "write the values out in full")
        value, size = self.anchors[event.anchor]
        self.put(event, value, size)

    def put(self, event: Any, value: Any, size: int) -> KeyPath:
        """Place a value where the stream stands now; return its path."""
        self.count += size
        if self.count > MAXIMUM_VALUES:
            hint = "aliases multiply: write the values out in full"
            raise self.fail(event, f"YAML expands to more than {MAXIMUM_VALUES} values", hint)
        if isinstance(event, yaml.ScalarEvent) and event.anchor:
            self.anchors[event.anchor] = (value, 1)
        if not self.stack:
            self.root = value
            self.lines[()] = event.start_mark.line + 1
            return ()
        parent = self.stack[-1]
        if isinstance(parent.value, list):
            path = (*parent.path, len(parent.value))
            parent.value.append(value)
        elif parent.is_key_next:
            return self.put_key(parent, event)
        else:
            path = (*parent.path, str(parent.key))
            parent.value[parent.key] = value
            parent.is_key_next = True
        self.lines.setdefault(path, event.start_mark.line + 1)
        return path

    def put_key(self, parent: _Container, event: Any) -> KeyPath:
        """Take a key of a mapping, whose value comes next; return its path."""
        if not isinstance(event, yaml.ScalarEvent):
            raise self.fail(event, "a YAML key must be a plain word", "quote the key if it holds special characters")
        key = event.value
        path = (*parent.path, key)
        if key in parent.value:
            first = self.lines[path]
            message = f"key '{key}' appears twice (first on line {first})"
            raise self.fail(event, message, "keep one of the two")
        parent.key, parent.is_key_next = key, False
        self.lines[path] = event.start_mark.line + 1
        return path


def _scalar(event: yaml.ScalarEvent) -> Any:
    """Return the value of a scalar by the YAML 1.2 core rules."""
    text = event.value
    if not event.implicit[0]:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text) and len(text) < 19:
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text


def read_document(content: bytes, file: str, error_type: type[OpenIAMDError] = ScenarioError) -> Document:
    """Read YAML bytes into a Document.

    Raises ``error_type`` with file, line and hint for content that is binary, empty, malformed, tagged,
    not a mapping, or grows beyond ``MAXIMUM_VALUES`` by aliases.
    """
    builder = _Builder(file, error_type)
    try:
        for event in _events(content, file, error_type):
            builder.add(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        hint = "check indentation, colons and brackets near this line"
        raise error_type(f"malformed YAML: {error.problem}", file=file, line=line, hint=hint) from None
    except yaml.YAMLError as error:
        raise error_type(f"malformed YAML: {str(error).splitlines()[0]}", file=file, hint="save it as UTF-8") from None
    if not isinstance(builder.root, dict) or not builder.root:
        what = "empty" if builder.root in (None, {}) else "not a mapping of keys to values"
        raise error_type(f"the file is {what}", file=file, line=1, hint="start from 'openiamd: 1' as minimal.yaml does")
    return Document(file, builder.root, builder.lines, content.decode("utf-8-sig"))


def _events(content: bytes, file: str, error_type: type[OpenIAMDError]) -> Iterator[Any]:
    """Yield the events of one YAML document held in text."""
    if len(content) > MAXIMUM_BYTES:
        raise error_type(f"the file is larger than {MAXIMUM_BYTES // 1_000_000} MB", file=file, hint="is it YAML?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise error_type("the file is binary, not text", file=file, hint="a scenario is YAML text saved as UTF-8")
    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            line = event.start_mark.line + 1
            raise error_type("the file holds two YAML documents", file=file, line=line, hint="remove the line '---'")
        yield event


def read_file(path: Path, file: str, error_type: type[OpenIAMDError] = ScenarioError) -> Document:
    """Read the file at ``path``, named ``file`` in messages; raise ``error_type`` where it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise error_type(f"cannot read the file: {reason}", file=file, hint="check the path") from None
    return read_document(content, file, error_type)


def merge(base: Document, override: KeyPath) -> Document:
    """Return ``base`` with the mapping at ``override`` laid over it; null deletes.

    Lines follow the values, so an error in an override is reported where the override is written.
    """
    patch: Any = base.data
    for key in override:
        patch = patch[key]
    lines = dict(base.lines)
    data = _merged(base, base.data, patch, (), override, lines)
    return Document(base.file, data, lines)


def _merged(
    base: Document, old: Any, patch: dict[str, Any], path: KeyPath, source: KeyPath, lines: dict[KeyPath, int]
) -> dict[str, Any]:
    result = dict(old)
    for key, value in patch.items():
        here, there = (*path, key), (*source, key)
        if value is None:
            if key not in result:
                text = ".".join(str(part) for part in here)
                message = f"variant '{source[1]}' deletes '{text}', which the base does not have"
                raise base.error(there, message, suggestion(key, list(result)))
            del result[key]
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = _merged(base, result[key], value, here, there, lines)
        else:
            result[key] = _pruned(value)
            for line_path in [known for known in lines if known[: len(here)] == here]:
                del lines[line_path]
            moved = {known[len(there) :]: line for known, line in base.lines.items() if known[: len(there)] == there}
            lines.update({(*here, *rest): line for rest, line in moved.items()})
    return result


def _pruned(value: Any) -> Any:
    """Return ``value`` without the null entries that a variant may hold in a mapping that is new to the base."""
    if isinstance(value, dict):
        return {key: _pruned(entry) for key, entry in value.items() if entry is not None}
    return value


def suggestion(name: str, known: list[str], kind: str = "keys") -> str:
    """Return a hint that names the nearest known name, or else lists the known ones."""
    if not known:
        return f"there are no {kind} yet"
    near = get_close_matches(str(name), known, n=1, cutoff=0.6)
    listed = ", ".join(f"'{entry}'" for entry in known[:12])
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    start = f"did you mean '{near[0]}'? " if near else ""
    return f"{start}{kind} are {listed}{more}"
