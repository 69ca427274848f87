"""Compares the variants of a scenario under common random numbers, run by run: the main study."""

import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import openiamd
from openiamd.catalogue.entries import Catalogue, load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.catalogue.resolved import ResolvedScenario
from openiamd.errors import UsageError
from openiamd.processors import available_processors
from openiamd.results.record import (
    SCENARIO,
    Recording,
    check_output,
    finish_recording,
    record_slice,
    start_recording,
)
from openiamd.results.slices import SliceResult
from openiamd.results.store import Results, open_results
from openiamd.scenario.checks import check
from openiamd.scenario.document import KeyPath
from openiamd.scenario.load import load_scenario
from openiamd.scenario.model import Scenario
from openiamd.simulate import SLICE_RUNS, simulate_batch
from openiamd.studies.entities import entities
from openiamd.studies.ground import describe_environment, put_on_ground
from openiamd.world.compile import compile_world

NAMED_CHANGES = 3  # of a section that a variant overrides, in its description; more are counted
SECTIONS_OF_IDS = ("nodes", "sensors", "fire_units", "links", "raids", "traffic", "assets", "corridors", "doctrine")

Progress = Callable[[int, int, str], None]


class Plan(NamedTuple):
    """What a comparison will do, all of it checked before anything is written."""

    scenario: Scenario
    catalogue: Catalogue
    variants: dict[str, ResolvedScenario]  # in compare order, the reference first
    seed: int
    replications: int
    slice_runs: int
    terrain: str | None  # elevations in place of the scenario's


def compare(
    source: str | Path | Scenario,
    variants: Sequence[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    output: str | Path | None = None,
    progress: Progress | None = None,
    slice_runs: int | None = None,
    terrain: str | None = None,
) -> Results:
    """Simulate variants of a scenario run by run with the same draws, and write the run folder.

    source        gallery name, path, or a loaded scenario
    variants      default: those that the scenario compares; the reference comes first
    replications  runs of each variant, and ``seed``: default: the scenario's
    threads       default: all processors; does not change the results
    output        run folder, absent or empty; default ``runs/<scenario>-<UTC time>``
    progress      called with runs done, runs in all, and the variant
    slice_runs    runs computed together; does not change the tables
    terrain       elevations in place of the scenario's: a file, a folder of tiles, 'cache', or 'none'

    Raises:
        ScenarioError, CatalogueError, TerrainError: the scenario cannot be used; nothing has been written.
        UsageError: an argument cannot be used; nothing has been written.
        CapacityError: the runs need more memory than allowed.
    """
    plan = make_plan(source, variants, replications, seed, slice_runs, terrain)
    threads = _at_least_one("threads", threads or available_processors())
    directory = Path(output) if output is not None else _default_output(plan.scenario.name)
    check_output(directory)
    recording = start_recording(
        directory,
        _manifest(plan),
        {name: entities(resolved) for name, resolved in plan.variants.items()},
        {name: (resolved.warmup_s, resolved.duration_s) for name, resolved in plan.variants.items()},
    )
    (directory / SCENARIO).write_text(plan.scenario.text, encoding="utf-8", newline="")
    finish_recording(recording, _simulate_all(plan, recording, threads, progress))
    return open_results(directory)


def make_plan(
    source: str | Path | Scenario,
    variants: Sequence[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    slice_runs: int | None = None,
    terrain: str | None = None,
) -> Plan:
    """Load, check and resolve every variant; raise before anything is written."""
    scenario = source if isinstance(source, Scenario) else load_scenario(source)
    names = list(dict.fromkeys(scenario.compared_variants if variants is None else variants))
    if not names:
        raise UsageError("no variant is named", hint=f"variants are {', '.join(scenario.variant_names)}")
    names.sort(key=lambda name: name != scenario.reference_variant)
    catalogue = load_catalogue()
    resolved = {}
    for name in names:
        variant = scenario.variant(name)
        check(variant, catalogue.names_by_kind())
        resolved[name] = put_on_ground(variant, resolve(variant, catalogue), terrain)
        compile_world(resolved[name])
    return Plan(
        scenario=scenario,
        catalogue=catalogue,
        variants=resolved,
        seed=scenario.seed if seed is None else seed,
        replications=_at_least_one("replications", scenario.replications if replications is None else replications),
        slice_runs=_at_least_one("slice_runs", SLICE_RUNS if slice_runs is None else slice_runs),
        terrain=terrain,
    )


def _at_least_one(name: str, value: int) -> int:
    if value < 1:
        raise UsageError(f"{name} is {value}", hint="give a whole number from 1")
    return value


def _default_output(name: str) -> Path:
    return Path("runs") / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _simulate_all(plan: Plan, recording: Recording, threads: int, progress: Progress | None) -> dict[str, float]:
    """Simulate every variant, record its slices, and return the wall time of each."""
    total, wall_s = len(plan.variants) * plan.replications, {}

    def receive(variant: str, first_run: int, result: SliceResult) -> None:
        runs = min(plan.slice_runs, plan.replications - first_run)
        record_slice(recording, variant, first_run, runs, result)

    def report(variant: str, done: int) -> None:
        if progress is not None:
            progress(len(wall_s) * plan.replications + done, total, variant)

    for variant, resolved in plan.variants.items():
        started_s = time.perf_counter()
        report(variant, 0)
        simulate_batch(
            resolved,
            plan.seed,
            plan.replications,
            threads,
            partial(receive, variant),
            partial(report, variant),
            plan.slice_runs,
        )
        wall_s[variant] = round(time.perf_counter() - started_s, 3)
    return wall_s


def _manifest(plan: Plan) -> dict[str, Any]:
    """Return what is known before the first run."""
    scenario = plan.scenario
    first = next(iter(plan.variants.values()))
    inputs = merged_inputs(plan.variants)
    return {
        "scenario": {
            "name": scenario.name,
            "title": scenario.title,
            "description": scenario.description,
            "sha256": scenario.digest,
            "duration_s": first.duration_s,
            "step_s": first.step_s,
            "warmup_s": first.warmup_s,
            "score_gate_m": first.score_gate_m,
        },
        "variant_descriptions": {name: _variant_description(scenario, name) for name in plan.variants},
        "settings": differing_settings(scenario, list(plan.variants)),
        "terrain": {name: one.environment.terrain or "none" for name, one in plan.variants.items()},
        "environment": {name: describe_environment(one) for name, one in plan.variants.items()},
        "reference": next(iter(plan.variants)),
        "catalogue_sha256": plan.catalogue.digest,
        "version": openiamd.__version__,
        "python": sys.version.split()[0],
        "created_utc": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "seed": plan.seed,
        "replications": plan.replications,
        "slice_runs": plan.slice_runs,
        "input_shares": input_shares(inputs),
        "inputs": inputs,
        "sources": _sources(plan.catalogue, inputs),
    }


def differing_settings(scenario: Scenario, variants: Sequence[str]) -> dict[str, list[list[Any]]]:
    """Return path and value of each variant's settings in which not all of the variants agree."""
    known = {name: scenario.variant(name).settings for name in variants}
    paths = dict.fromkeys(path for settings in known.values() for path in settings)
    absent = object()

    def differs(path: KeyPath) -> bool:
        first, *others = (settings.get(path, absent) for settings in known.values())
        return any(other is absent or other != first for other in others)

    chosen = [path for path in paths if differs(path)]
    return {
        name: [[list(path), settings[path]] for path in chosen if path in settings] for name, settings in known.items()
    }


def _sources(catalogue: Catalogue, inputs: Sequence[dict[str, Any]]) -> dict[str, dict[str, str | None]]:
    """Return title and address of every catalogue source that an input names; several are joined by "; "."""
    named = dict.fromkeys(name for row in inputs for name in row["source"].split("; "))
    known = {name: catalogue.sources[name] for name in named if name in catalogue.sources}
    return {name: {"title": source.title, "url": source.url} for name, source in known.items()}


def _variant_description(scenario: Scenario, name: str) -> str:
    """Return the variant's own title or description, and else the sections that it overrides."""
    variant = scenario.variant(name)
    for own, base in ((variant.description, scenario.description), (variant.title, scenario.title)):
        if own and own != base:
            return own.strip()
    changes = []
    for section, entries in (scenario.variants.get(name) or {}).items():
        names = list(entries) if isinstance(entries, dict) and section in SECTIONS_OF_IDS else []
        which = ", ".join(names) if len(names) <= NAMED_CHANGES else f"({len(names)})"
        changes.append(f"{section.replace('_', ' ')} {which}".strip())
    return f"The base with other {'; '.join(changes)}." if changes else "The base scenario as written."


def merged_inputs(variants: dict[str, ResolvedScenario]) -> list[dict[str, Any]]:
    """Return every input of all variants once, with the variants that use it; infinite limits become None."""
    merged: dict[tuple[str, float], dict[str, Any]] = {}
    for name, resolved in variants.items():
        for one in resolved.inputs:
            row = merged.setdefault((one.path, one.value), {**asdict(one), "variants": []})
            row["variants"].append(name)
    return [
        {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in row.items()}
        for row in merged.values()
    ]


def input_shares(inputs: Sequence[dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return how many inputs carry each verification mark and each source class, with their names."""
    shares: dict[str, dict[str, dict[str, Any]]] = {}
    for key in ("verification", "source_class"):
        groups: dict[str, list[str]] = {}
        for row in inputs:
            groups.setdefault(row[key], []).append(row["path"])
        shares[key] = {
            mark: {"count": len(paths), "share": len(paths) / len(inputs), "inputs": paths}
            for mark, paths in sorted(groups.items())
        }
    return shares
