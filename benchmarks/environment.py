"""What terrain and propagation cost: processor time of a run of a scenario in turns, over real elevations and without.

python benchmarks/environment.py TERRAIN [--scenario turkey] [--variants standalone,integrated] [--runs 10] [--turns 6]
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from openiamd.catalogue.resolved import Environment
from openiamd.simulate import run_slice
from openiamd.world.compile import World, compile_world, first_capacity
from scenes import gallery_scene, resolved  # pyright: ignore[reportMissingImports]


def worlds(scenario: str, variant: str, terrain: Path) -> dict[str, World]:
    """Return one variant in free space, as it is written, and over terrain."""
    written = resolved(gallery_scene(scenario), variant)
    over = replace(written.environment, terrain=str(terrain.resolve()))
    return {
        name: compile_world(replace(written, environment=one))
        for name, one in {"free space": Environment(), "as written": written.environment, "over terrain": over}.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("terrain", type=Path, metavar="TERRAIN")
    parser.add_argument("--scenario", default="turkey")
    parser.add_argument("--variants", default="standalone,integrated,patriot")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--turns", type=int, default=6)
    options = parser.parse_args()
    print(f"{'variant':12s} {'free space':>12s} {'as written':>12s} {'over terrain':>12s}   terrain / as written")
    for variant in options.variants.split(","):
        built = worlds(options.scenario, variant, options.terrain)
        spent_s = {name: float("inf") for name in built}
        for turn in range(options.turns + 1):
            for name, world in built.items():
                start_s = time.process_time()
                run_slice(world, 1, 0, options.runs, first_capacity(world))
                if turn > 0:  # the first turn compiles and warms up
                    spent_s[name] = min(spent_s[name], (time.process_time() - start_s) / options.runs)
        figures = " ".join(f"{1e3 * seconds:9.1f} ms" for seconds in spent_s.values())
        print(f"{variant:12s} {figures}   {spent_s['over terrain'] / spent_s['as written']:.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
