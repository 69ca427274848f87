"""Profile: processor time of each stage in one run, stage by stage over a slice.

python benchmarks/stages.py [--scenario turkey] [--variant integrated] [--runs 10] [--json FILE]
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from openiamd.stages import step as stages
from openiamd.world.arrays import Draws
from openiamd.world.compile import DURATION, STEP, compile_world, create_state, first_capacity
from scenes import gallery_scene, resolved  # pyright: ignore[reportMissingImports]
from stage_calls import advance, calls  # pyright: ignore[reportMissingImports]


def profile(scenario: str, variant: str, runs: int) -> dict[str, float]:
    """Return milliseconds of processor time a run, stage by stage."""
    world = compile_world(resolved(gallery_scene(scenario), variant))
    draws, capacity = Draws(np.uint64(1), 0), first_capacity(world)
    step_s = float(world.clock[STEP])
    advance(world, create_state(world, 1, capacity), draws, 2.0 * step_s, 0, 1)
    state = create_state(world, runs, capacity)
    stages.draw_starts(world.threats, draws, state.threats, 0, runs)
    stages.draw_phases(world.sensors, draws, state.sensors, 0, runs)
    spent_s: dict[str, float] = {}
    for index in range(round(float(world.clock[DURATION]) / step_s)):
        for name, arguments in calls(world, state, draws, index * step_s, 0, runs).items():
            stage, start_s = getattr(stages, name), time.thread_time()
            stage(*arguments)
            spent_s[name] = spent_s.get(name, 0.0) + time.thread_time() - start_s
    return {name: 1e3 * seconds / runs for name, seconds in spent_s.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenario", default="turkey")
    parser.add_argument("--variant", default="integrated")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    spent_ms = profile(options.scenario, options.variant, options.runs)
    total_ms = sum(spent_ms.values())
    for name, milliseconds in sorted(spent_ms.items(), key=lambda item: -item[1]):
        print(f"{name:10s} {milliseconds:8.1f} ms a run {100 * milliseconds / total_ms:5.1f} %")
    print(f"{'together':10s} {total_ms:8.1f} ms a run; `run_all` needs less: a run's state stays in the cache")
    if options.json:
        options.json.write_text(json.dumps(spent_ms, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
