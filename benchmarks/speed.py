"""Speed of the main job: a run of `turkey`, threads, cold and cached start, help, memory.

    python benchmarks/speed.py [--runs 20] [--repeats 8] [--quick] [--json FILE]

Batches on 1 and on 2 threads take turns and the least time of each counts, because other work on the machine only
adds to it; the load is printed. ``--quick`` leaves out the cold start.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

IAMD = [sys.executable, "-m", "openiamd.cli"]


class Figure(NamedTuple):
    """One measured figure beside its limit."""

    what: str
    value: float
    unit: str
    limit: float  # at most, or at least for a speed-up
    at_least: bool = False

    def verdict(self) -> str:
        """Return whether the limit is kept."""
        if math.isinf(self.limit):
            return "no limit"
        return "kept" if (self.value >= self.limit) == self.at_least or self.value == self.limit else "MISSED"


class Cost(NamedTuple):
    """What a child process took."""

    wall_s: float
    processor_s: float
    peak_bytes: int


MEASURED = """
import json, resource, subprocess, sys, time
start_s = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
wall_s, used = time.perf_counter() - start_s, resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
"""


def cost(command: list[str], **environment: str) -> Cost:
    """Run a command on its own and return what it took; a process of its own measures, so that peaks do not mix."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *command],
        check=True, capture_output=True, text=True, env={**os.environ, **environment},
    )  # fmt: skip
    return Cost(*json.loads(done.stdout))


def help_s() -> float:
    """Return the least wall time of `iamd --help`."""
    return min(cost([*IAMD, "--help"]).wall_s for _ in range(7))


def first_runs(folder: Path) -> tuple[Cost, Cost]:
    """Return the cost of the first run ever and of the next: `iamd run turkey -n 1`, report included."""
    cache = {"NUMBA_CACHE_DIR": str(folder / "cache")}
    costs = [cost([*IAMD, "run", "turkey", "-n", "1", "-o", str(folder / name)], **cache) for name in ("cold", "warm")]
    return costs[0], costs[1]


START = """
import sys, time
start_s = time.perf_counter()
from openiamd.studies.compare import make_plan
from openiamd.simulate import run_slice
from openiamd.world.compile import compile_world, first_capacity
plan = make_plan("turkey", variants=["standalone"])
world = compile_world(plan.variants["standalone"])
run_slice(world, 1, 0, 1, first_capacity(world))
"""


def batch(folder: Path, runs: int, threads: int, repeat: int) -> tuple[float, float]:
    """Return wall s and processor s of a run of `turkey`, reference variant, events and summary written."""
    from openiamd.studies.compare import compare

    output = folder / f"{threads}-{repeat}"
    wall_s, processor_s = time.perf_counter(), time.process_time()
    compare("turkey", variants=["standalone"], replications=runs, threads=threads, output=output)
    return (time.perf_counter() - wall_s) / runs, (time.process_time() - processor_s) / runs


def alternated(folder: Path, runs: int, repeats: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the least wall s and processor s of a run on 1 and on 2 threads, taking turns after a warm-up."""
    batch(folder, 1, 1, -1)
    pairs = [[batch(folder, runs, threads, repeat) for threads in (1, 2)] for repeat in range(repeats)]
    one, two = (tuple(min(pair[which][kind] for pair in pairs) for kind in (0, 1)) for which in (0, 1))
    return (one[0], one[1]), (two[0], two[1])


def measure(runs: int, repeats: int, quick: bool) -> list[Figure]:
    """Return every figure."""
    figures = [Figure("iamd --help, wall", help_s(), "s", 0.3)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not quick:
            cold, warm = first_runs(folder)
            figures.append(Figure("first run ever (compile included), processor", cold.processor_s, "s", 60.0))
            figures.append(Figure("first run ever (compile included), wall", cold.wall_s, "s", 60.0))
            figures.append(Figure("one run with report, cached, wall", warm.wall_s, "s", math.inf))
        start = min((cost([sys.executable, "-c", START]) for _ in range(3)), key=lambda one: one.processor_s)
        figures.append(Figure("start to the end of the first run, cached, wall", start.wall_s, "s", 3.0))
        one, two = alternated(folder, runs, repeats)
        figures.append(Figure("run of turkey, events written, processor", one[1], "s", 0.2))
        figures.append(Figure("the same, wall, 1 thread", one[0], "s", math.inf))
        figures.append(Figure("speed-up of 2 threads, least wall times", one[0] / two[0], "×", 1.8, True))
        figures.append(Figure("processor time of a run, 2 threads against 1", two[1] / one[1], "×", math.inf))
        whole = cost([*IAMD, "compare", "turkey", "-n", str(runs), "--threads", "2", "-o", str(folder / "peak")])
        figures.append(Figure("peak memory of iamd compare turkey", whole.peak_bytes / 1e9, "GB", 1.5))
        figures.append(Figure("iamd compare turkey, 6 × 200 runs, 2 threads, wall", 1200 * two[0], "s", 150.0))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure(options.runs, options.repeats, options.quick)
    for one in figures:
        limit = "" if math.isinf(one.limit) else f"{'≥' if one.at_least else '≤'} {one.limit:5.1f}"
        print(f"{one.what:52s} {one.value:8.3f} {one.unit:3s} {limit:8s} {one.verdict()}")
    print(f"load of the machine while measuring: {os.getloadavg()[0]:.1f}; own peak "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")  # fmt: skip
    if options.json:
        rows = [{**one._asdict(), "verdict": one.verdict()} for one in figures if not math.isinf(one.limit)]
        options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
