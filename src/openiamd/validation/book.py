"""Reads the V&V book: one YAML file for each published result, checked, and reproduced case by case.

A fault in a file is a defect of the package, so it is raised as a plain error that names the file and the case.
"""

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from types import FunctionType
from typing import Any, NamedTuple

from openiamd.errors import OpenIAMDError
from openiamd.scenario.document import read_document
from openiamd.validation.formulas import TOPICS
from openiamd.validation.rows import MARKS, UNTUNED, Part, Published, Result, Row, comparison, exact

Formula = Callable[..., float]

KINDS = ("exact", "comparison")
FILE_KEYS = {"title", "source", "mark", "kind", "tolerance", "relative", "why", "formula", "cases"}
CASE_KEYS = {"id", "quantity", "formula", "inputs", "published", "tolerance", "relative", "why"}


class BookError(ValueError):
    """A file of the book is not what it should be."""


class Case(NamedTuple):
    """One published value and the call that reproduces it."""

    id: str
    quantity: str
    formula: Formula
    inputs: dict[str, Any]
    published: Published
    tolerance: float | None  # absolute; None for comparisons
    why: str


class Entry(NamedTuple):
    """One file of the book."""

    file: str
    title: str
    source: str
    mark: str
    kind: str
    cases: tuple[Case, ...]


def load_book() -> list[Entry]:
    """Return all files of the book in the order of their names; raise BookError for the first fault."""
    folder = resources.files("openiamd.validation") / "book"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    entries = [read_entry(file.read_bytes(), file.name) for file in files]
    _once([(entry.title.casefold(), entry.file) for entry in entries], "title")
    _once([(case.id, entry.file) for entry in entries for case in entry.cases], "id")
    return entries


def read_entry(content: bytes, file: str) -> Entry:
    """Return one file of the book, checked; raise BookError that names the file and the case."""
    try:
        data = read_document(content, file).data
    except OpenIAMDError as error:
        raise BookError(str(error)) from None
    _known(data, FILE_KEYS, file)
    title, source, mark, kind = (_text(data, key, file) for key in ("title", "source", "mark", "kind"))
    if mark not in MARKS:
        raise BookError(f"{file}: mark '{mark}' is none of {', '.join(MARKS)}")
    if kind not in KINDS:
        raise BookError(f"{file}: kind '{kind}' is none of {', '.join(KINDS)}")
    cases = data.get("cases")
    if not isinstance(cases, list) or not cases:
        raise BookError(f"{file}: 'cases' is not a list of cases")
    entry = Entry(file, title, source, mark, kind, tuple(_case(case, data, file) for case in cases))
    _once([(case.id, file) for case in entry.cases], "id")
    return entry


def parts(entries: Iterable[Entry] | None = None) -> list[Part]:
    """Return one part for each case."""
    return [
        Part({case.id: entry.title}, lambda _, entry=entry, case=case: [reproduce(entry, case)])
        for entry in (load_book() if entries is None else entries)
        for case in entry.cases
    ]


def reproduce(entry: Entry, case: Case) -> Row:
    """Call the formula of a case; one that raises or gives no finite number is a miss that says so."""
    why = case.why
    try:
        computed = float(case.formula(**case.inputs))
        if not math.isfinite(computed):
            why = f"{why}; the formula gave {computed}"
    except Exception as error:  # whatever goes wrong in a formula is a row that the reader sees
        computed, why = math.nan, f"{why}; the formula raised {type(error).__name__}: {error}"
    result = Result(entry.title, entry.source, entry.mark, why)
    if case.tolerance is None:
        return comparison(case.id, result, case.quantity, case.published, computed)
    return exact(case.id, result, case.quantity, case.published, computed, case.tolerance)


def _case(data: Any, file_data: Mapping[str, Any], file: str) -> Case:
    if not isinstance(data, dict):
        raise BookError(f"{file}: a case is not a mapping of keys to values")
    name = _text(data, "id", file)
    place = f"{file}: {name}"
    _known(data, CASE_KEYS, place)
    inputs = data.get("inputs")
    if not isinstance(inputs, dict):
        raise BookError(f"{place}: 'inputs' is not a mapping of arguments to values")
    formula = _formula(_text({**file_data, **data}, "formula", place), place)
    try:
        inspect.signature(formula).bind(**inputs)
    except TypeError as error:
        raise BookError(f"{place}: inputs do not fit {formula.__name__}{inspect.signature(formula)}: {error}") from None
    published = _published(data.get("published"), place)
    tolerance = None if file_data["kind"] == "comparison" else _tolerance(data, file_data, published, place)
    why = UNTUNED if tolerance is None and not {"why"} & (data.keys() | file_data.keys()) else _text(
        {**file_data, **data}, "why", place
    )  # fmt: skip
    return Case(name, _text(data, "quantity", place), formula, inputs, published, tolerance, why)


def _tolerance(data: Mapping[str, Any], file_data: Mapping[str, Any], published: Published, place: str) -> float:
    """Return the absolute tolerance: ``tolerance`` plus ``relative`` times the published value.

    A case that gives one of the two replaces both of its file.
    """
    chosen = data if {"tolerance", "relative"} & data.keys() else file_data
    if not {"tolerance", "relative"} & chosen.keys():
        raise BookError(f"{place}: no tolerance, neither 'tolerance' nor 'relative'")
    size = max(abs(end) for end in published) if isinstance(published, list) else abs(published)
    if "tolerance" not in chosen and size == 0.0:
        raise BookError(f"{place}: a relative tolerance of a published 0 is none")
    absolute, relative = (_number(chosen.get(key, 0.0), key, place) for key in ("tolerance", "relative"))
    if absolute < 0.0 or relative < 0.0:
        raise BookError(f"{place}: the tolerance is negative")
    return absolute + relative * size


def _formula(name: str, place: str) -> Formula:
    topic, _, function_name = name.partition(".")
    if topic not in TOPICS:
        raise BookError(f"{place}: formula '{name}': the topic '{topic}' is none of {', '.join(TOPICS)}")
    function = getattr(TOPICS[topic], function_name, None)
    # A formula is written in its topic; what the topic has imported is not one.
    if not isinstance(function, FunctionType) or function.__module__ != TOPICS[topic].__name__:
        raise BookError(f"{place}: formula '{name}': {TOPICS[topic].__name__} has no function '{function_name}'")
    return function


def _published(value: Any, place: str) -> Published:
    if not isinstance(value, list):
        return _number(value, "published", place)
    if len(value) != 2 or _number(value[0], "published", place) > _number(value[1], "published", place):
        raise BookError(f"{place}: 'published' is neither a number nor [low, high]")
    return value


def _number(value: Any, key: str, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BookError(f"{place}: '{key}' is not a number: {value!r}")
    return value


def _text(data: Mapping[str, Any], key: str, place: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BookError(f"{place}: '{key}' is missing or not text")
    return value.strip()


def _known(data: Mapping[str, Any], keys: set[str], place: str) -> None:
    unknown = sorted(data.keys() - keys)
    if unknown:
        raise BookError(f"{place}: unknown key '{unknown[0]}'; known: {', '.join(sorted(keys))}")


def _once(named: Iterable[tuple[str, str]], what: str) -> None:
    """Refuse a name that appears twice, and say where."""
    first: dict[str, str] = {}
    for name, file in named:
        if name in first:
            raise BookError(f"{file}: {what} '{name}' is already in {first[name]}")
        first[name] = file
