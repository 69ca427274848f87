"""Soak: thousands of scenarios that hypothesis draws, each held against the invariants of the engine tests.

    python benchmarks/soak.py [--scenarios 2000] [--runs 2] [--seed 1]

Prints what was covered, and of each feature how many scenarios use it and in how many of those anything was fired; on
the first failure prints the scenario, made as small as hypothesis can, and exits 1.
"""

import argparse
import collections
import sys
import time
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from envelope_invariants import shots  # pyright: ignore[reportMissingImports]
from features import FEATURES, features  # pyright: ignore[reportMissingImports]
from invariants import assert_invariants  # pyright: ignore[reportMissingImports]
from openiamd.results.kinds import KIND_NAMES
from scenes import Data, play  # pyright: ignore[reportMissingImports]
from strategies import scenarios  # pyright: ignore[reportMissingImports]


class Covered(NamedTuple):
    """How much of everything occurred."""

    seen: collections.Counter[str]
    used: collections.Counter[str]  # scenarios that use a feature
    used_with_shots: collections.Counter[str]  # of those, scenarios in which anything was fired


def soak(examples: int, runs: int, first_seed: int) -> Covered:
    """Carry ``examples`` drawn scenarios through ``runs`` runs each; return how much of everything occurred."""
    seen, used, used_with_shots = covered = Covered(*(collections.Counter() for _ in Covered._fields))

    @seed(first_seed)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(data=scenarios())
    def one(data: Data) -> None:
        fired = False
        for variant in data["variants"]:
            outcome = play(data, runs, seed=data["seed"], variant=variant)
            assert_invariants(outcome)
            fires = list(shots(outcome))
            fired = fired or bool(fires)
            seen["variants"] += 1
            seen["runs"] += runs
            seen["shots with a known meeting"] += sum(shot.meeting_m is not None for shot in fires)
            for kind in outcome.result.events.kind.tolist():
                seen[f"event: {KIND_NAMES[kind]}"] += 1
        seen["scenarios"] += 1
        seen["scenarios with shots"] += fired
        for name in features(data):
            used[name] += 1
            used_with_shots[name] += fired

    one()
    return covered


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scenarios", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start_s = time.process_time()
    try:
        covered = soak(options.scenarios, options.runs, options.seed)
    except Exception as error:
        for note in getattr(error, "__notes__", []):
            print(note)
        raise
    for what, count in sorted(covered.seen.items()):
        print(f"{what:28s} {count:12,d}")
    print(f"\n{'feature':36s} {'scenarios':>10s} {'with shots':>10s}")
    for name in FEATURES:
        print(f"{name:36s} {covered.used[name]:10,d} {covered.used_with_shots[name]:10,d}")
    print(f"\n{'processor time, s':28s} {time.process_time() - start_s:12.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
