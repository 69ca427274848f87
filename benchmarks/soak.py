"""Soak: thousands of scenarios that hypothesis draws, each held against the invariants of the engine tests.

    python benchmarks/soak.py [--scenarios 2000] [--runs 2] [--seed 1]

Prints what was covered; on the first failure prints the scenario, made as small as hypothesis can, and exits 1.
"""

import argparse
import collections
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from invariants import assert_invariants  # pyright: ignore[reportMissingImports]
from openiamd.results.kinds import KIND_NAMES
from scenes import Data, play  # pyright: ignore[reportMissingImports]
from strategies import scenarios  # pyright: ignore[reportMissingImports]


def soak(examples: int, runs: int, first_seed: int) -> collections.Counter[str]:
    """Carry ``examples`` drawn scenarios through ``runs`` runs each; return how much of everything occurred."""
    seen: collections.Counter[str] = collections.Counter()

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
        for variant in data["variants"]:
            outcome = play(data, runs, seed=data["seed"], variant=variant)
            assert_invariants(outcome)
            seen["scenarios"] += 1
            seen["runs"] += runs
            for kind in outcome.result.events.kind.tolist():
                seen[f"event: {KIND_NAMES[kind]}"] += 1

    one()
    return seen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scenarios", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start_s = time.process_time()
    try:
        seen = soak(options.scenarios, options.runs, options.seed)
    except Exception as error:
        for note in getattr(error, "__notes__", []):
            print(note)
        raise
    for what, count in sorted(seen.items()):
        print(f"{what:28s} {count:12,d}")
    print(f"{'processor time, s':28s} {time.process_time() - start_s:12.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
