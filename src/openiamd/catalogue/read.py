"""Reads catalogue entries and refuses a value that has no range, no source or the wrong unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from openiamd.catalogue.kinds import (
    DISTRIBUTIONS,
    ENVELOPE_RANGE,
    KINDS,
    LOAD,
    OBJECT_CLASSES,
    RADAR_EQUATION,
    RADAR_LOSSES,
    REPLY_MODES,
    ValueKind,
)
from openiamd.catalogue.resolved import SCANS
from openiamd.errors import CatalogueError, UnitError
from openiamd.scenario.document import Document, KeyPath, suggestion
from openiamd.scenario.quantities import SOURCE_CLASSES, VERIFICATIONS
from openiamd.units import UNITS, quantity

ENTRY_KEYS = ("kind", "label", "notes", "class", "replies", "scan", "values")
VALUE_KEYS = (
    *("nominal", "low", "high", "unit", "source", "source_class", "verification"),
    *("distribution", "at", "claims", "note", "group"),
)
REQUIRED_KEYS = VALUE_KEYS[:7]
SOURCE_KEYS = ("title", "url", "class", "verification", "note")


@dataclass(frozen=True)
class Source:
    """Where a value comes from."""

    id: str
    title: str
    url: str | None
    source_class: str
    verification: str
    note: str = ""


@dataclass(frozen=True)
class CatalogueValue:
    """One number in SI with its range and source; ``written`` keeps nominal, low and high in the file's unit."""

    name: str
    nominal: float
    low: float
    high: float
    si_unit: str
    unit: str
    written: tuple[float, float, float]
    sources: tuple[str, ...]
    source_class: str
    verification: str
    distribution: str
    group: str = ""
    note: str = ""
    at: Mapping[str, str] = field(default_factory=dict)
    at_rcs_m2: float | None = None
    claims: tuple[Any, ...] = ()


@dataclass(frozen=True)
class CatalogueEntry:
    """One named thing. ``loads`` is filled for fire units only: rounds per launcher by interceptor."""

    id: str
    kind: str
    label: str
    notes: str
    values: Mapping[str, CatalogueValue]
    loads: Mapping[str, CatalogueValue]
    object_class: str = ""
    replies: tuple[str, ...] = ()
    scan: str = ""  # of a radar, one of SCANS
    envelope: Mapping[str, float] = field(default_factory=dict)  # of an interceptor: value name → altitude in m, rising


def read_sources(document: Document) -> dict[str, Source]:
    """Return the sources of a ``sources.yaml``; raise CatalogueError where one is incomplete."""
    result = {}
    for name, data in document.data.items():
        _check_keys(document, (name,), data, SOURCE_KEYS, ("title", "class", "verification"))
        _check_marks(document, (name,), data["class"], data["verification"])
        note = str(data.get("note") or "")
        result[name] = Source(name, str(data["title"]), data.get("url"), data["class"], data["verification"], note)
    return result


def read_entries(document: Document, sources: Mapping[str, Source]) -> list[CatalogueEntry]:
    """Return the entries of a catalogue file; raise CatalogueError with the line of the first fault."""
    return [_entry(document, name, data, sources) for name, data in document.data.items()]


def _fail(document: Document, path: KeyPath, message: str, hint: str) -> NoReturn:
    raise CatalogueError(message, file=document.file, line=document.line(path), hint=hint)


def _check_keys(
    document: Document, path: KeyPath, data: Any, known: tuple[str, ...], required: tuple[str, ...]
) -> None:
    where = ".".join(str(part) for part in path)
    if not isinstance(data, dict):
        _fail(document, path, f"'{where}' is not a mapping of keys to values", f"keys are {', '.join(known)}")
    for key in data:
        if key not in known:
            _fail(document, (*path, key), f"'{where}' has the unknown key '{key}'", suggestion(key, list(known)))
    for key in required:
        if data.get(key) in (None, "", []):
            _fail(document, path, f"'{where}' lacks '{key}'", f"give all of {', '.join(required)}")


def _check_marks(document: Document, path: KeyPath, source_class: Any, verification: Any) -> None:
    where = ".".join(str(part) for part in path)
    if source_class not in SOURCE_CLASSES:
        hint = "classes are O official, T think-tank, P press, N encyclopaedia, E estimate"
        _fail(document, path, f"'{where}' has the source class '{source_class}'", hint)
    if verification not in VERIFICATIONS:
        hint = "marks are V seen, R recalled, D derived"
        _fail(document, path, f"'{where}' has the verification mark '{verification}'", hint)


def _entry(document: Document, name: str, data: Any, sources: Mapping[str, Source]) -> CatalogueEntry:
    _check_keys(document, (name,), data, ENTRY_KEYS, ("kind", "label", "values"))
    kind = data["kind"]
    if kind not in KINDS:
        _fail(
            document,
            (name, "kind"),
            f"'{name}' is of unknown kind '{kind}'",
            suggestion(str(kind), list(KINDS), "kinds"),
        )
    written = dict(data["values"])
    loads = written.pop("loads", None) or {}
    if (kind == "fire_unit") != bool(loads):
        hint = "loads: {s400/48n6e3: {nominal: 4, ...}} belongs to each fire unit and to nothing else"
        _fail(document, (name, "values"), f"'{name}' has {'no' if not loads else 'a'} table 'loads'", hint)
    for key in KINDS[kind]:
        if key not in written and not KINDS[kind][key].optional:
            _fail(document, (name, "values"), f"'{name}' lacks the value '{key}'", f"{key}: {KINDS[kind][key].doc}")
    values = {}
    envelope = _envelope(document, name, kind, written, values, sources)
    for key, value in written.items():
        if key not in KINDS[kind]:
            hint = suggestion(key, list(KINDS[kind]), f"values of a {kind}")
            _fail(document, (name, "values", key), f"'{name}' has the unknown value '{key}'", hint)
        values[key] = _value(document, (name, "values", key), key, value, KINDS[kind][key], sources)
    rounds = {
        load: _value(document, (name, "values", "loads", load), f"loads.{load}", value, LOAD, sources)
        for load, value in loads.items()
    }
    object_class, replies = _object_part(document, name, kind, data)
    scan = _radar_part(document, name, kind, data, values)
    return CatalogueEntry(
        name, kind, data["label"], str(data.get("notes") or ""), values, rounds, object_class, replies, scan, envelope
    )


def _envelope(
    document: Document,
    name: str,
    kind: str,
    written: dict[str, Any],
    values: dict[str, CatalogueValue],
    sources: Mapping[str, Source],
) -> dict[str, float]:
    """Read the table of longest ranges by altitude into ``values``; return its altitudes in m, rising."""
    if kind != "interceptor":
        return {}
    table = written.pop("envelope", None) or {}
    altitudes_m = {}
    for text, value in table.items():
        path = (name, "values", "envelope", text)
        try:
            altitude_m = quantity(text, "length")
        except UnitError as error:
            _fail(document, path, f"'{name}' has the altitude '{text}': {error.message}", error.hint or "")
        key = f"envelope.{text}"
        values[key] = _value(document, path, key, value, ENVELOPE_RANGE, sources)
        altitudes_m[key] = altitude_m
    if len(set(altitudes_m.values())) < len(altitudes_m):
        _fail(document, (name, "values", "envelope"), f"'{name}' has one altitude twice", "remove one of the two")
    burnout, decay = "speed_burnout" in written, "speed_decay" in written
    if burnout != decay:
        given, lacking = ("speed_burnout", "speed_decay") if burnout else ("speed_decay", "speed_burnout")
        _fail(
            document, (name, "values", given), f"'{name}' has '{given}' but lacks '{lacking}'", "give both or neither"
        )
    return dict(sorted(altitudes_m.items(), key=lambda pair: pair[1]))


def _radar_part(
    document: Document, name: str, kind: str, data: dict[str, Any], values: Mapping[str, CatalogueValue]
) -> str:
    """Return how a radar scans, which radars have and nothing else; refuse one whose range nothing defines."""
    if kind != "radar":
        if "scan" in data:
            _fail(document, (name, "scan"), f"'{name}' has 'scan' but is a {kind}", "only radars have it: remove it")
        return ""
    scan = data.get("scan", SCANS[0])
    if scan not in SCANS:
        _fail(document, (name, "scan"), f"'{name}' has the scan '{scan}'", f"scans are {', '.join(SCANS)}")
    given = [key for key in RADAR_EQUATION if key in values]
    if given and len(given) < len(RADAR_EQUATION):
        lacking = next(key for key in RADAR_EQUATION if key not in values)
        hint = f"the radar equation needs all of {', '.join(RADAR_EQUATION)}"
        _fail(document, (name, "values"), f"'{name}' has '{given[0]}' but lacks '{lacking}'", hint)
    loss = next((key for key in RADAR_LOSSES if key in values), None)
    if loss and not given:
        hint = f"a range anchor holds all losses: remove it, or give all of {', '.join(RADAR_EQUATION)}"
        _fail(document, (name, "values", loss), f"'{name}' has '{loss}' but no radar equation", hint)
    if not given and "range_anchor" not in values:
        hint = f"give range_anchor, or all of {', '.join(RADAR_EQUATION)}"
        _fail(document, (name, "values"), f"'{name}' lacks the value 'range_anchor'", hint)
    return scan


def _object_part(document: Document, name: str, kind: str, data: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return class and reply modes, which objects have and nothing else."""
    if kind != "object":
        for key in ("class", "replies"):
            if key in data:
                _fail(document, (name, key), f"'{name}' has '{key}' but is a {kind}", "only objects have it: remove it")
        return "", ()
    if data.get("class") not in OBJECT_CLASSES:
        hint = f"classes are {', '.join(OBJECT_CLASSES)}"
        _fail(document, (name, "class"), f"'{name}' is of unknown class '{data.get('class')}'", hint)
    replies = data.get("replies") or []
    if not isinstance(replies, list) or any(mode not in REPLY_MODES for mode in replies):
        _fail(document, (name, "replies"), f"'{name}' replies by {replies}", f"modes are {', '.join(REPLY_MODES)}")
    return data["class"], tuple(replies)


def _value(
    document: Document, path: KeyPath, name: str, data: Any, kind: ValueKind, sources: Mapping[str, Source]
) -> CatalogueValue:
    where = f"{path[0]}.{name}"
    _check_keys(document, path, data, VALUE_KEYS, ())
    for key in REQUIRED_KEYS:
        if data.get(key) in (None, [], "") and not (key == "unit" and "" in UNITS[kind.dimension]):
            _fail(document, path, f"'{where}' lacks '{key}'", f"every value has {', '.join(REQUIRED_KEYS)}")
    _check_marks(document, path, data["source_class"], data["verification"])
    named = data["source"] if isinstance(data["source"], list) else [data["source"]]
    for source in named:
        if source not in sources:
            hint = suggestion(str(source), list(sources), "sources")
            _fail(document, path, f"'{where}' names the source '{source}', which is not in sources.yaml", hint)
    unit = "" if data.get("unit") in (None, 1, "1") else str(data["unit"])
    nominal, low, high = (_si(document, path, where, data[key], unit, kind) for key in ("nominal", "low", "high"))
    if not low <= nominal <= high:
        _fail(document, path, f"'{where}' is not in order low <= nominal <= high", "exchange or correct the values")
    distribution = data.get("distribution") or ("fixed" if low == high else "pert")
    if distribution not in DISTRIBUTIONS or (distribution == "loguniform" and low <= 0.0):
        hint = f"distributions are {', '.join(DISTRIBUTIONS)}; loguniform needs low above 0"
        _fail(document, path, f"'{where}' has the distribution '{distribution}'", hint)
    at = data.get("at") or {}
    return CatalogueValue(
        name=name,
        nominal=nominal,
        low=low,
        high=high,
        si_unit=next(iter(UNITS[kind.dimension])),
        unit=unit,
        written=(float(data["nominal"]), float(data["low"]), float(data["high"])),
        sources=tuple(str(source) for source in named),
        source_class=data["source_class"],
        verification=data["verification"],
        distribution=distribution,
        group=str(data.get("group") or ""),
        note=str(data.get("note") or ""),
        at={str(key): str(text) for key, text in at.items()},
        at_rcs_m2=_anchor_rcs(document, path, where, at) if kind.needs_rcs else None,
        claims=tuple(data.get("claims") or ()),
    )


def _si(document: Document, path: KeyPath, where: str, value: Any, unit: str, kind: ValueKind) -> float:
    """Return one of the three numbers of a value in SI."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        _fail(
            document, path, f"'{where}' has {value!r} where a number is wanted", "the unit has its own key: 'unit: km'"
        )
    try:
        si = quantity(f"{value!r} {unit}".strip(), kind.dimension)
    except UnitError as error:
        _fail(document, path, f"'{where}': {error.message}", error.hint or "")
    if (si < 0.0 and not kind.signed) or (si == 0.0 and kind.positive):
        _fail(document, path, f"'{where}' is {value:g} {unit}".strip(), "it must be above zero")
    if kind.whole and not si.is_integer():
        _fail(document, path, f"'{where}' is {value:g}, not a whole number", "it counts things")
    if kind.most is not None and si > kind.most:
        _fail(document, path, f"'{where}' is {value:g}", f"{kind.most:g} is the most: {kind.doc}")
    return si


def _anchor_rcs(document: Document, path: KeyPath, where: str, at: Any) -> float:
    if not isinstance(at, dict) or "rcs" not in at:
        hint = "write 'at: {rcs: 4 m2}': a radar range means nothing without its target"
        _fail(document, path, f"'{where}' does not say for which target", hint)
    try:
        rcs_m2 = quantity(at["rcs"], "area")
    except UnitError as error:
        _fail(document, (*path, "at", "rcs"), f"'{where}' at rcs: {error.message}", error.hint or "")
    if rcs_m2 <= 0.0:
        _fail(document, (*path, "at", "rcs"), f"'{where}' is for a target of no size", "give an rcs above 0")
    return rcs_m2
