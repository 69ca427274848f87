"""Simulates one variant of a scenario: the smallest study."""

from pathlib import Path

from openiamd.results.store import Results
from openiamd.scenario.load import load_scenario
from openiamd.scenario.model import Scenario
from openiamd.studies.compare import Progress, compare


def simulate(
    source: str | Path | Scenario,
    variant: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    output: str | Path | None = None,
    progress: Progress | None = None,
    terrain: str | None = None,
) -> Results:
    """Simulate one variant and write the run folder.

    source   gallery name, path, or a loaded scenario
    variant  default: the scenario's reference; the other arguments and the errors are those of ``compare``
    """
    scenario = source if isinstance(source, Scenario) else load_scenario(source)
    chosen = [variant or scenario.reference_variant]
    return compare(scenario, chosen, replications, seed, threads, output, progress, terrain=terrain)
