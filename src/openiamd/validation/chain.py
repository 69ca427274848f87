"""Idealised scenarios through the ordinary chain: loaded, checked, resolved and stepped like any other."""

from collections.abc import Callable
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from openiamd.catalogue.entries import Catalogue, load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.catalogue.resolved import ResolvedScenario
from openiamd.results.kinds import KILLED
from openiamd.results.slices import SliceResult
from openiamd.scenario.checks import check
from openiamd.scenario.document import read_document
from openiamd.scenario.load import gallery, load_scenario
from openiamd.scenario.model import Scenario
from openiamd.simulate import simulate_batch

THREADS = 2

Measure = Callable[[SliceResult, int, int], NDArray[np.float64]]


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of the package."""
    return load_catalogue()


@cache
def _scenario(name: str) -> Scenario:
    if name in gallery():
        return load_scenario(name)
    content = (resources.files("openiamd.validation") / "scenarios" / f"{name}.yaml").read_bytes()
    return Scenario.from_document(read_document(content, f"{name}.yaml"))


def seed(name: str) -> int:
    """Return the seed of a scenario of this book."""
    return _scenario(name).seed


@cache
def resolved(name: str, variant: str) -> ResolvedScenario:
    """Return one variant of a scenario of this book or of the gallery, checked and resolved."""
    return resolve(scenario(name, variant), catalogue())


def scenario(name: str, variant: str) -> Scenario:
    """Return one variant of a scenario of this book, checked, as it was written."""
    found = _scenario(name).variant(variant)
    check(found, catalogue().names_by_kind())
    return found


def simulate(name: str, variant: str, runs: int, measure: Measure, slice_runs: int = 100) -> NDArray[np.float64]:
    """Return (run, k): what ``measure(slice, first_run, runs)`` makes of each slice, in the order of the runs."""
    return play(resolved(name, variant), seed(name), runs, measure, slice_runs)


def play(
    scenario: ResolvedScenario, seed: int, runs: int, measure: Measure, slice_runs: int = 100
) -> NDArray[np.float64]:
    """Return (run, k) as ``simulate`` does, of any resolved scenario."""
    parts: dict[int, NDArray[np.float64]] = {}

    def keep(first_run: int, result: SliceResult) -> None:
        parts[first_run] = measure(result, first_run, min(slice_runs, runs - first_run))

    simulate_batch(scenario, seed, runs, THREADS, keep, slice_runs=slice_runs)
    return np.concatenate([parts[first_run] for first_run in sorted(parts)])


def count_events(result: SliceResult, first_run: int, runs: int, *kinds: int) -> NDArray[np.float64]:
    """Return (run,): how many events of these kinds each run has."""
    chosen = np.isin(result.events.kind, kinds)
    return np.bincount(result.events.run[chosen] - first_run, minlength=runs).astype(np.float64)


def survivors(result: SliceResult, runs: int) -> NDArray[np.float64]:
    """Return (run,): objects that nothing killed."""
    return (result.objects.status.reshape(runs, -1) != KILLED).sum(axis=1).astype(np.float64)
