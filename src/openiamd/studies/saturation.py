"""Saturation: leak rate of a class of attackers by arrival rate, channels and rounds, and what the exchange costs."""

import math
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

from openiamd.catalogue.prices import price_ranges
from openiamd.catalogue.resolved import FireUnit, ResolvedScenario
from openiamd.errors import UsageError
from openiamd.results import kinds
from openiamd.results.cases import Columns, StudyFolder, finish_study, start_study
from openiamd.results.measures import measure as measure_slice
from openiamd.results.record import check_output
from openiamd.results.saturation import (
    AS_WRITTEN,
    ATTACKERS,
    KILLED,
    LEAKED,
    SHOTS,
    UNRESOLVED,
    WASTED,
    Cell,
    Prices,
    frontier_rows,
    knees,
)
from openiamd.results.slices import SliceResult
from openiamd.results.statistics import CONFIDENCE
from openiamd.scenario.model import Scenario
from openiamd.studies.attacks import attack, attackers, equipped, erlang_guide
from openiamd.studies.cases import Measure, Progress, default_output, load_base, manifest, run_cases
from openiamd.studies.entities import entities

SATURATION = "saturation"
RATES_HZ = tuple(rate / 60.0 for rate in (0.5, 1.0, 2.0, 4.0))
WINDOW_S = 1200.0
LEVEL = 0.1
MOST_CHANNELS, MOST_ROUNDS = 1_000, 100_000


def saturation(
    source: str | Path | Scenario,
    object_class: str,
    rates_hz: Sequence[float] = RATES_HZ,
    channels: Sequence[int] | None = None,
    magazines: Sequence[int] | None = None,
    variant: str | None = None,
    window_s: float = WINDOW_S,
    alone: bool = False,
    level: float = LEVEL,
    replications: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    output: str | Path | None = None,
    progress: Progress | None = None,
    terrain: str | None = None,
) -> StudyFolder:
    """Let one class of attackers arrive at several rates against several defences, and write a study folder.

    source        gallery name, path, or a loaded scenario; ``variant``: default: the scenario's reference
    object_class  of the hostile objects whose raids are replaced by Poisson arrivals along the same routes
    rates_hz      arrivals a second of the class, all groups together
    channels      fire channels a unit, and ``magazines``: rounds a unit; default: the scenario's
    window_s      attackers that start within this time, after the warm-up, count
    alone         without the scenario's other hostile objects
    level         leak rate up to which the defence holds, for the knee
    replications, seed, threads, output, terrain   as for ``compare``
    progress      called with runs done, runs in all, and the case

    The tables are "frontier", a row a rate, channels and magazine, and "knees"; "runs" has a row a case and run.

    Raises:
        ScenarioError, CatalogueError, TerrainError: the scenario cannot be used; nothing is written.
        UsageError: an argument cannot be used; nothing is written.
    """
    _check(rates_hz, channels, magazines, window_s, level)
    base = load_base(source, variant, replications, seed, threads, terrain)
    members = attackers(base.resolved, object_class)
    defences = product(channels or [AS_WRITTEN], magazines or [AS_WRITTEN], sorted(set(rates_hz)))
    cells, cases = _cases(base.resolved, object_class, defences, window_s, alone)
    directory = Path(output) if output is not None else default_output(base, SATURATION)
    check_output(directory)
    facts = {
        "class": object_class, "window_s": window_s, "alone": alone, "level": level, "confidence": CONFIDENCE,
        "groups": list(dict.fromkeys(one.group for one in members)), "cases": list(cases),
        "fire_units": [_equipment(unit) for unit in base.resolved.fire_units],
    }  # fmt: skip
    folder = start_study(directory, {**manifest(base, SATURATION), **facts})
    found: dict[str, Columns] = {}
    types = tuple(dict.fromkeys(one.name for one in members))
    attacker, interceptor = _prices(base.resolved, types)
    made = {name: partial(_case, one, object_class, window_s, types) for name, one in cases.items()}
    try:
        run_cases(base, folder, made, progress, found)
    finally:
        if found:
            rows = frontier_rows(found, cells, attacker, interceptor)
            tables = {"frontier": rows, "knees": knees(rows, level)}
            priced = {"prices_usd": {**attacker, **interceptor}}
            folder = finish_study(folder, priced, tables, complete=len(found) == len(cases))
    return folder


def _prices(resolved: ResolvedScenario, types: Sequence[str]) -> tuple[Prices, Prices]:
    """Return lowest, nominal and highest price in USD of each type of attacker and of each interceptor."""
    prices = price_ranges(resolved.inputs)
    interceptors = [one.id for one in resolved.interceptors]
    return {name: tuple(prices[name]) for name in types}, {name: tuple(prices[name]) for name in interceptors}


def _cases(
    resolved: ResolvedScenario,
    object_class: str,
    defences: Iterable[tuple[int, int, float]],
    window_s: float,
    alone: bool,
) -> tuple[list[Cell], dict[str, ResolvedScenario]]:
    """Return the points of the frontier and, by name, their scenarios, for every (channels, magazine, rate)."""
    cells: list[Cell] = []
    cases: dict[str, ResolvedScenario] = {}
    for servers, rounds, rate_hz in defences:
        name = _name(rate_hz, servers, rounds)
        cases[name] = equipped(attack(resolved, object_class, rate_hz, window_s, alone), servers, rounds)
        cells.append(Cell(name, rate_hz, servers, rounds, erlang_guide(cases[name], object_class)))
    return cells, cases


def _name(rate_hz: float, channels: int, magazine: int) -> str:
    parts = [f"{60.0 * rate_hz:g}/min"]
    parts += [f"{channels} channels"] * bool(channels) + [f"{magazine} rounds"] * bool(magazine)
    return ", ".join(parts)


def _equipment(unit: FireUnit) -> dict[str, object]:
    return {"id": unit.id, "channels": unit.channels, "rounds": sum(rounds for _, rounds in unit.magazines)}


def _check(
    rates_hz: Sequence[float],
    channels: Sequence[int] | None,
    magazines: Sequence[int] | None,
    window_s: float,
    level: float,
) -> None:
    """Raise UsageError for a value that cannot be used."""
    if not rates_hz or not all(0.0 < rate < math.inf for rate in rates_hz):
        raise UsageError("a rate is not above 0", hint="give rates such as 0.5,1,2,4/min")
    if not 0.0 < window_s < math.inf:
        raise UsageError(f"window is {window_s:g} s", hint="give a time above 0, such as 20 min")
    if not 0.0 < level < 1.0:
        raise UsageError(f"level is {level:g}", hint="give a leak rate between 0 and 1, such as 0.1")
    for name, values, most in (("channels", channels, MOST_CHANNELS), ("magazine", magazines, MOST_ROUNDS)):
        for value in values or ():
            if not 1 <= value <= most:
                raise UsageError(f"{name} is {value}", hint=f"give whole numbers from 1 to {most}")


def _case(
    resolved: ResolvedScenario, object_class: str, window_s: float, types: tuple[str, ...]
) -> tuple[ResolvedScenario, Measure]:
    """Return a case and what is counted of its runs."""
    attacking = np.array([one.side == "hostile" and one.object_class == object_class for one in resolved.objects])
    of_type = {name: attacking & np.array([one.name == name for one in resolved.objects]) for name in types}
    named = entities(resolved)
    begin_s, end_s = resolved.warmup_s, resolved.warmup_s + window_s

    def count(result: SliceResult, first_run: int, runs: int) -> dict[str, np.ndarray]:
        status, start_s = (one.reshape(runs, -1) for one in (result.objects.status, result.objects.start_s))
        counted = attacking & (start_s >= begin_s) & (start_s <= end_s)
        ended = (status == kinds.LEAKED_STATUS) | (status == kinds.DEPARTED_STATUS)
        found = {
            ATTACKERS: counted.sum(axis=1),
            LEAKED: (counted & ended).sum(axis=1),
            KILLED: (counted & (status == kinds.KILLED)).sum(axis=1),
            UNRESOLVED: (counted & (status == kinds.FLYING)).sum(axis=1),
        }
        found |= {f"{ATTACKERS}.{name}": (counted & members).sum(axis=1) for name, members in of_type.items()}
        found |= _shots(resolved, result, first_run, counted)
        others = measure_slice(result, named, first_run, runs, resolved.warmup_s, resolved.duration_s)
        return found | {key: others[key] for key in ("friendly_engaged", "civil_engaged", "missiles_left")}

    return resolved, count


def _shots(
    resolved: ResolvedScenario, result: SliceResult, first_run: int, counted: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the rounds (run,) fired at attackers that count, by interceptor, and those fired at no object."""
    events = result.events
    fired = events.kind == kinds.SHOT
    run, thing = events.run[fired] - first_run, events.object[fired]
    at_counted = (thing >= 0) & counted[run, np.maximum(thing, 0)]
    found = {WASTED: np.bincount(run[thing < 0], minlength=len(counted))}
    for index, one in enumerate(resolved.interceptors):
        chosen = at_counted & (events.code[fired] == index)
        found[f"{SHOTS}{one.id}"] = np.bincount(run[chosen], minlength=len(counted))
    return found
