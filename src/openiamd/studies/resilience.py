"""Resilience: every element of a defence is lost once, or every pair of them, and compared with the intact defence.

All cases have the same draws, so that each is paired run by run with the intact defence.
"""

import math
from collections.abc import Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from openiamd.catalogue.resolved import ResolvedScenario
from openiamd.errors import UsageError
from openiamd.results.cases import Columns, StudyFolder, finish_study, start_study
from openiamd.results.measures import measure as measure_slice
from openiamd.results.record import check_output
from openiamd.results.resilience import INTACT, UNDEFENDED, Loss, loss_rows, most_unresolved, scores
from openiamd.results.slices import SliceResult
from openiamd.results.statistics import CONFIDENCE
from openiamd.scenario.document import suggestion
from openiamd.scenario.model import Scenario
from openiamd.studies.cases import Base, Measure, Progress, default_output, load_base, manifest, run_cases
from openiamd.studies.entities import entities
from openiamd.studies.losses import LINK, LOAD, NODE, SENSOR, UNIT, Element, choose, elements, undefended, without

RESILIENCE = "resilience"
LEAKERS = "leakers.total"
KEPT = (
    *("leakers.", "friendly_engaged", "civil_engaged", "friendly_killed", "civil_killed", "unresolved"),
    *("hostile.total", "kills.total", "shots.total", "missiles_left"),
)
CHOICES = ("friendly_engaged", "civil_engaged", "friendly_killed", "civil_killed")  # beside the keys of leakers


def resilience(
    source: str | Path | Scenario,
    variant: str | None = None,
    order: int = 1,
    at_s: float = 0.0,
    until_s: float | None = None,
    lose: Sequence[str] | None = None,
    measure: str = "leakers",
    replications: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    output: str | Path | None = None,
    progress: Progress | None = None,
    terrain: str | None = None,
) -> StudyFolder:
    """Lose each element of one variant, or each pair too, and write what that costs into a study folder.

    source    gallery name, path, or a loaded scenario; ``variant``: default: the scenario's reference
    order     1: single losses; 2: pairs as well
    at_s      when the elements are lost, and ``until_s`` when they are back (default: never)
    lose      elements by name; default: all that are ever used
    measure   what losses are ranked by: ``leakers``, ``leakers.<class>``, ``friendly_engaged``, ``civil_engaged`` …
    replications, seed, threads, output, terrain   as for ``compare``
    progress  called with runs done, runs in all, and the case

    The tables are "elements" and "losses", and "runs" with a row a case and run; the manifest holds the scores.

    Raises:
        ScenarioError, CatalogueError, TerrainError: the scenario cannot be used; nothing is written.
        UsageError: an argument cannot be used; nothing is written.
    """
    base = load_base(source, variant, replications, seed, threads, terrain)
    key = _measure_key(base, measure)
    end_s = math.inf if until_s is None else until_s
    _check_times(base, at_s, until_s)
    known = elements(base.resolved)
    chosen = choose(known, lose)
    losses, parts = _losses(chosen, order)
    _check_losses(base, order, chosen, losses)
    # What cannot be taken away is found out before anything is written.
    changed = {case: without(base.resolved, taken, at_s, end_s) for case, taken in parts.items()}
    cases = {INTACT: base.resolved, UNDEFENDED: undefended(base.resolved), **changed}
    directory = Path(output) if output is not None else default_output(base, RESILIENCE)
    check_output(directory)
    facts = {"order": order, "measure": key, "at_s": at_s, "until_s": until_s, "confidence": CONFIDENCE}
    folder = start_study(directory, {**manifest(base, RESILIENCE), **facts, "cases": list(cases)})
    found: dict[str, Columns] = {}
    made = {name: partial(_case, one) for name, one in cases.items()}
    try:
        run_cases(base, folder, made, progress, found)
    finally:
        if len(found) > 2:
            tables = {"elements": _element_rows(base.resolved, known, chosen), "losses": loss_rows(found, losses, key)}
            facts = {"scores": scores(found, losses, key), "reference": _reference(found, key)}
            facts |= {"unresolved": most_unresolved(found)}
            folder = finish_study(folder, facts, tables, complete=len(found) == len(cases))
    return folder


def _measure_key(base: Base, measure: str) -> str:
    """Return the key of the run's measures that a word stands for."""
    classes = dict.fromkeys(one.object_class for one in base.resolved.objects if one.side == "hostile")
    known = ["leakers", *(f"leakers.{name}" for name in classes), *CHOICES]
    if measure not in (*known, LEAKERS):
        raise UsageError(f"there is no measure '{measure}'", hint=suggestion(measure, known, "measures"))
    return LEAKERS if measure == "leakers" else measure


def _check_times(base: Base, at_s: float, until_s: float | None) -> None:
    duration_s = base.resolved.duration_s
    if not 0.0 <= at_s < duration_s:
        raise UsageError(
            f"elements would be lost at {at_s:g} s", hint=f"give a time from 0 s and before the end at {duration_s:g} s"
        )
    if until_s is not None and not until_s > at_s:
        raise UsageError(f"elements would be back at {until_s:g} s, before they are lost", hint="give a later time")


def _check_losses(base: Base, order: int, chosen: Sequence[Element], losses: Sequence[Loss]) -> None:
    if order not in (1, 2):
        raise UsageError(f"order is {order}", hint="order is 1 for single losses or 2 for pairs as well")
    if not losses:
        raise UsageError(f"nothing of '{base.scenario.name}' can be lost", hint="name a variant with forces on duty")
    if order == 2 and all(len(loss.elements) == 1 for loss in losses):
        names = ", ".join(f"'{one.name}'" for one in chosen)
        hint = "name two, neither of which is part of the other"
        raise UsageError(f"no two of {names} can be lost together", hint=hint)


def _losses(chosen: Sequence[Element], order: int) -> tuple[list[Loss], dict[str, frozenset]]:
    """Return the losses, and what each of their cases takes away; losses that take the same share a case.

    A thing and what it holds are no pair.
    """
    groups: list[tuple[Element, ...]] = [(one,) for one in chosen]
    if order == 2:
        groups += [
            (one, two) for one, two in combinations(chosen, 2) if not (one.parts <= two.parts or two.parts <= one.parts)
        ]
    losses: list[Loss] = []
    cases: dict[frozenset, str] = {}
    for group in groups:
        name = " + ".join(one.name for one in group)
        parts = frozenset().union(*(one.parts for one in group))
        case = cases.setdefault(parts, name)
        losses.append(Loss(name, case, tuple(one.name for one in group), tuple(one.kind for one in group)))
    return losses, {case: parts for parts, case in cases.items()}


def _case(resolved: ResolvedScenario) -> tuple[ResolvedScenario, Measure]:
    """Return a case and what is kept of its runs."""
    named = entities(resolved)

    def kept(result: SliceResult, first_run: int, runs: int) -> dict[str, np.ndarray]:
        found = measure_slice(result, named, first_run, runs, resolved.warmup_s, resolved.duration_s)
        return {key: values for key, values in found.items() if key.startswith(KEPT)}

    return resolved, kept


def _reference(found: dict[str, Columns], key: str) -> dict[str, dict[str, float]]:
    """Return the means of the intact and the undefended case."""
    keys = dict.fromkeys((key, LEAKERS, "friendly_engaged", "civil_engaged", "hostile.total"))
    return {case: {one: float(np.mean(found[case][one])) for one in keys} for case in (INTACT, UNDEFENDED)}


def _element_rows(
    resolved: ResolvedScenario, known: Sequence[Element], chosen: Sequence[Element]
) -> list[dict[str, Any]]:
    """Return one row an element: what goes with it, and why it was not lost where it was not."""
    named = {SENSOR: resolved.sensors, UNIT: resolved.fire_units, LINK: resolved.links, LOAD: resolved.fire_units}
    names = {one.name for one in chosen}
    rows = []
    for one in known:
        parts = [named[kind][index].id for kind, index, _ in sorted(one.parts) if kind != NODE]
        left_out = "" if one.name in names else f"it {one.idle}" if one.idle else "not asked for"
        rows.append({"element": one.name, "kind": one.kind, "takes": ", ".join(parts), "left_out": left_out})
    return rows
