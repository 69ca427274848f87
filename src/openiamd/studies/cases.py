"""Runs many cases of one scenario with the same draws: what studies of losses and of saturation share."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import openiamd
from openiamd.catalogue.entries import Catalogue, load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.catalogue.resolved import ResolvedScenario
from openiamd.errors import UsageError
from openiamd.processors import available_processors
from openiamd.results.cases import Columns, StudyFolder, record_case
from openiamd.results.slices import SliceResult
from openiamd.scenario.checks import check
from openiamd.scenario.load import load_scenario
from openiamd.scenario.model import Scenario
from openiamd.simulate import SLICE_RUNS, simulate_batch
from openiamd.studies.compare import input_shares, merged_inputs
from openiamd.studies.ground import describe_environment, put_on_ground
from openiamd.world.compile import compile_world

Progress = Callable[[int, int, str], None]
Measure = Callable[[SliceResult, int, int], Mapping[str, np.ndarray]]


class Base(NamedTuple):
    """The variant that a study changes, and how often and with which draws it is run."""

    scenario: Scenario
    catalogue: Catalogue
    resolved: ResolvedScenario
    seed: int
    replications: int
    threads: int


def load_base(
    source: str | Path | Scenario,
    variant: str | None,
    replications: int | None,
    seed: int | None,
    threads: int | None,
    terrain: str | None,
) -> Base:
    """Load, check and resolve one variant; the air picture, which these studies do not score, is sampled once.

    Raises:
        ScenarioError, CatalogueError, TerrainError: the scenario cannot be used.
        UsageError: an argument cannot be used.
    """
    scenario = source if isinstance(source, Scenario) else load_scenario(source)
    catalogue = load_catalogue()
    chosen = scenario.variant(variant or scenario.reference_variant)
    check(chosen, catalogue.names_by_kind())
    resolved = put_on_ground(chosen, resolve(chosen, catalogue), terrain)
    compile_world(resolved)
    runs = scenario.replications if replications is None else replications
    for name, value in (("replications", runs), ("threads", threads)):
        if value is not None and value < 1:
            raise UsageError(f"{name} is {value}", hint="give a whole number from 1")
    sparse = replace(resolved, sample_s=resolved.duration_s)
    return Base(
        scenario, catalogue, sparse, scenario.seed if seed is None else seed, runs, threads or available_processors()
    )


def default_output(base: Base, study: str) -> Path:
    """Return the folder that is written unless another is named."""
    return Path("runs") / f"{base.scenario.name}-{study}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def manifest(base: Base, study: str) -> dict[str, Any]:
    """Return what is known before the first run."""
    scenario, resolved = base.scenario, base.resolved
    inputs = merged_inputs({resolved.variant: resolved})
    return {
        "study": study,
        "scenario": {"name": scenario.name, "title": scenario.title, "sha256": scenario.digest},
        "variant": resolved.variant,
        "environment": describe_environment(resolved),
        "catalogue_sha256": base.catalogue.digest,
        "version": openiamd.__version__,
        "python": sys.version.split()[0],
        "created_utc": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "seed": base.seed,
        "replications": base.replications,
        "input_shares": input_shares(inputs),
        "inputs": inputs,
    }


def run_case(base: Base, resolved: ResolvedScenario, measure: Measure, report: Callable[[int], None]) -> Columns:
    """Simulate one case and return its measures (run,), runs in order.

    measure  called with a slice, its first run and its number of runs; returns measures (run,) of the slice
    """
    parts: dict[int, Mapping[str, np.ndarray]] = {}

    def keep(first_run: int, result: SliceResult) -> None:
        parts[first_run] = measure(result, first_run, min(SLICE_RUNS, base.replications - first_run))

    simulate_batch(resolved, base.seed, base.replications, base.threads, keep, report)
    ordered = [parts[first_run] for first_run in sorted(parts)]
    return {key: np.concatenate([part[key] for part in ordered]).astype(np.float64) for key in ordered[0]}


def run_cases(
    base: Base,
    folder: StudyFolder,
    cases: Mapping[str, Callable[[], tuple[ResolvedScenario, Measure]]],
    progress: Progress | None,
    found: dict[str, Columns],
) -> None:
    """Run cases one after the other into ``found`` and record each; what is finished stays there if it is interrupted.

    cases  name → what makes the scenario and its measure, called when its turn comes
    """
    total = len(cases) * base.replications
    for position, (name, make) in enumerate(cases.items()):

        def report(done: int, position: int = position, name: str = name) -> None:
            if progress is not None:
                progress(position * base.replications + done, total, name)

        report(0)
        resolved, measure = make()
        columns = run_case(base, resolved, measure, report)
        record_case(folder, position, name, columns)
        found[name] = columns
