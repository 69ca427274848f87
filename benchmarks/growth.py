"""Growth: processor time of a run against the number of targets, of sensors and of nodes, each alone.

    python benchmarks/growth.py [--runs 4] [--folder benchmarks]

Writes growth.csv and growth.svg and prints the slope of each line on doubly logarithmic axes. Ten minutes of cruise
missiles from all sides against the fire unit of one node; every node has radars of its own and reports to the next.
"""

import argparse
import csv
import math
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from openiamd.simulate import run_slice
from openiamd.world.compile import compile_world, first_capacity
from scenes import CENTRE, Data, resolved  # pyright: ignore[reportMissingImports]

SIZES = {
    "targets": (10, 20, 40, 80, 160, 320),
    "sensors": (1, 2, 4, 8, 16),
    "nodes": (1, 2, 4, 8, 16),
}
BASE = {"targets": 40, "sensors": 2, "nodes": 1}


class Point(NamedTuple):
    """One measured size."""

    axis: str
    size: int
    objects: int
    processor_s: float  # a run


def around(number: int, count: int, radius_deg: float) -> list[float]:
    """Return the place ``number`` of ``count`` on a circle about the centre, on the grid of 0.1 degree."""
    angle = math.tau * number / count
    north, east = radius_deg * math.cos(angle), radius_deg * math.sin(angle) / math.cos(math.radians(CENTRE[0]))
    return [round(CENTRE[0] + north, 1), round(CENTRE[1] + east, 1)]


def scene(targets: int, sensors: int, nodes: int) -> Data:
    """Return a scenario of the given size; every node has ``sensors`` radars and reports to the next one."""
    data: dict[str, Any] = {
        "openiamd": 1,
        "name": "growth",
        "theatre": {"centre": CENTRE, "radius": "500 km", "duration": "10 min", "sample": "20 s"},
        "assets": {"city": {"at": CENTRE, "radius": "15 km"}},
        "doctrine": {"rules": {"weapons_control": "TIGHT"}},
        "nodes": {},
        "sensors": {},
        "fire_units": {},
        "links": {},
        "raids": {},
        "variants": {"base": {}},
    }
    for node in range(nodes):
        data["nodes"][f"n{node}"] = {"type": "s400/55k6e", "at": around(node, nodes, 0.5), "doctrine": "rules"}
        for radar in range(sensors):
            place = around(radar + node, sensors + nodes, 0.5)
            data["sensors"][f"n{node}-radar{radar}"] = {"type": "s400/91n6e", "node": f"n{node}", "at": place}
        if nodes > 1:
            link = {"type": "nato/link16", "from": f"n{node}", "to": f"n{(node + 1) % nodes}", "remote_use": "CUE"}
            data["links"][f"l{node}"] = {**link, "carries": ["track", "identity"]}
    data["sensors"]["guide"] = {"type": "s400/92n6e", "node": "n0", "at": CENTRE, "facing": "180 deg"}
    unit = {"type": "s400/fire-unit", "node": "n0", "at": CENTRE, "radar": "guide", "facing": "180 deg"}
    data["fire_units"]["unit"] = {**unit, "load": {"s400/48n6e3": 32}}
    for side in range(10):
        group = {"type": "threat/cruise", "count": targets // 10, "spacing": "5 s", "spread": "20 km"}
        data["raids"][f"side{side}"] = {**group, "route": [around(side, 10, 1.5)], "target": "city", "jitter": "30 s"}
    return data


def measured(axis: str, size: int, runs: int) -> Point:
    """Return the cost of one size, least of three."""
    world = compile_world(resolved(scene(**{**BASE, axis: size})))
    capacity = run_slice(world, 1, 0, 1, first_capacity(world))[1]
    least_s = math.inf
    for _ in range(3):
        start_s = time.process_time()
        run_slice(world, 1, 0, runs, capacity)
        least_s = min(least_s, (time.process_time() - start_s) / runs)
    return Point(axis, size, len(world.threats.row), least_s)


def slope(points: list[Point]) -> float:
    """Return the exponent of growth between the last two sizes."""
    one, two = points[-2:]
    return math.log(two.processor_s / one.processor_s) / math.log(two.size / one.size)


def plot(lines: dict[str, list[Point]], path: Path) -> None:
    """Draw the lines on doubly logarithmic axes."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "openiamd"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 4.0), layout="constrained")
    for (axis, points), marker in zip(lines.items(), "os^", strict=True):
        label = f"{axis} (grows as size^{slope(points):.1f} at the end)"
        axes.plot([one.size for one in points], [1e3 * one.processor_s for one in points], marker=marker, label=label)
    axes.set(xscale="log", yscale="log", xlabel="number", ylabel="processor time of a run, ms")
    axes.set_title(f"10 minutes; others fixed at {BASE['targets']} targets, {BASE['sensors']} sensors a node, 1 node")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    lines = {axis: [measured(axis, size, options.runs) for size in sizes] for axis, sizes in SIZES.items()}
    with (options.folder / "growth.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Point._fields)
        for points in lines.values():
            writer.writerows((*one[:3], f"{one.processor_s:.5f}") for one in points)
    for axis, points in lines.items():
        costs = ", ".join(f"{one.size}: {1e3 * one.processor_s:.1f} ms" for one in points)
        print(f"{axis:8s} {costs}; grows as size^{slope(points):.2f} at the end")
    plot(lines, options.folder / "growth.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
