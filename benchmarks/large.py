"""Large: processor time of a simulated second with 1,000 objects, 50 sensors and 20 fire units, on one thread.

    python benchmarks/large.py [--minutes 20] [--runs 1] [--repeats 2] [--stages] [--json FILE]

Five S-400 and five Patriot command posts with two fire units each stand around the centre; two control centres with
nine radars each and two airborne radars watch the country, and all share tracks and identities over 26 links. Cruise
missiles, drones and ballistic missiles come from all sides through civil and friendly traffic. Kernels are compiled,
and the buffers found, before anything is measured. Exits 1 below ``LEAST_SPEED`` times real time.
"""

import argparse
import json
import math
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from openiamd.simulate import run_slice
from openiamd.stages import step as stages
from openiamd.world.arrays import Draws
from openiamd.world.compile import STEP, Capacity, World, compile_world, create_state, first_capacity
from scenes import Data, resolved  # pyright: ignore[reportMissingImports]
from stage_calls import calls  # pyright: ignore[reportMissingImports]

LEAST_SPEED = 20.0  # times real time
CENTRE = (39.0, 34.0)
POSTS, UNITS_A_POST, CENTRES, RADARS_A_CENTRE = 10, 2, 2, 9
MODES = ["mode3", "mode5"]


class Figures(NamedTuple):
    """What one measurement found."""

    simulated_s: float
    processor_s: float  # of a run
    in_the_air: float  # objects, mean over the samples
    tracks: float  # held by all nodes together, mean over the samples
    events: int  # of a run

    @property
    def speed(self) -> float:
        """Simulated seconds a second of processor time."""
        return self.simulated_s / self.processor_s


def around(number: int, count: int, radius_deg: float) -> list[float]:
    """Return the place ``number`` of ``count`` on a circle about the centre, on the grid of 0.1 degree."""
    angle = math.tau * number / count
    north, east = radius_deg * math.cos(angle), radius_deg * math.sin(angle) / math.cos(math.radians(CENTRE[0]))
    return [round(CENTRE[0] + north, 1), round(CENTRE[1] + east, 1)]


def scene(minutes: int) -> Data:
    """Return the scenario as plain data."""
    return {
        "openiamd": 1,
        "name": "large",
        "theatre": {"centre": list(CENTRE), "radius": "900 km", "duration": f"{minutes} min", "sample": "20 s"},
        "environment": {"gas": True, "diffraction": True},
        "assets": {f"city-{post}": {"at": around(post, POSTS, 1.5), "radius": "10 km"} for post in range(POSTS)},
        "doctrine": {"rules": {"weapons_control": "TIGHT", "shots": {"salvo": 2, "salvos": 2}, "interrogations": 2}},
        **forces(),
        "raids": raids(),
        "traffic": traffic(),
        "variants": {"base": {}},
    }


def forces() -> dict[str, Data]:
    """Return nodes, sensors, fire units and links."""
    nodes: Data = {}
    sensors: Data = {}
    units: Data = {}
    links: Data = {}
    common = {"doctrine": "rules", "iff": MODES}
    for post in range(POSTS):
        name, site, facing = f"post-{post}", around(post, POSTS, 1.5), f"{360 * post // POSTS} deg"
        eastern = post % 2 == 0
        nodes[name] = {"type": "s400/55k6e" if eastern else "patriot/icc", "at": site, **common}
        if eastern:
            sensors[f"{name}-91n6e"] = {"type": "s400/91n6e", "node": name, "at": site}
            sensors[f"{name}-96l6e"] = {"type": "s400/96l6e-mast", "node": name, "at": site}
        for unit in range(UNITS_A_POST):
            radar = {"type": "s400/92n6e" if eastern else "patriot/mpq-65", "node": name, "at": site}
            sensors[f"{name}-guide-{unit}"] = radar | {"facing": f"{(360 * post // POSTS + 120 * unit) % 360} deg"}
            kind = "s400/fire-unit" if eastern else "patriot/fire-unit"
            load = {"s400/48n6e3": 32} if eastern else {"patriot/pac-3-mse": 15, "patriot/gem-t": 15}
            battery = {"type": kind, "node": name, "at": site, "radar": f"{name}-guide-{unit}", "load": load}
            units[f"{name}-unit-{unit}"] = battery | {"facing": facing}
        links |= both_ways(name, f"crc-{post % CENTRES}")
    for centre in range(CENTRES):
        nodes[f"crc-{centre}"] = {"type": "nato/crc", "at": around(centre, CENTRES, 0.5), **common}
        for radar in range(RADARS_A_CENTRE):
            site = around(CENTRES * radar + centre, CENTRES * RADARS_A_CENTRE, 2.5)
            sensors[f"crc-{centre}-{radar}"] = {"type": "nato/ground-radar", "node": f"crc-{centre}", "at": site}
        nodes[f"crew-{centre}"] = {"type": "nato/awacs-crew", "at": around(centre, CENTRES, 0.5), **common}
        sensors[f"apy-{centre}"] = {"type": "nato/apy-2", "node": f"crew-{centre}", "on": f"awacs-{centre + 1}"}
        links |= both_ways(f"crew-{centre}", f"crc-{centre}")
    links |= both_ways("crc-0", "crc-1")
    return {"nodes": nodes, "sensors": sensors, "fire_units": units, "links": links}


def both_ways(one: str, other: str) -> Data:
    """Return the two links between two nodes."""
    line = {"type": "nato/link16", "carries": ["track", "identity"], "remote_use": "CUE"}
    return {f"{one}-{other}": {**line, "from": one, "to": other}, f"{other}-{one}": {**line, "from": other, "to": one}}


def raids() -> Data:
    """Return 780 hostile objects: 480 cruise missiles, 240 drones, 60 ballistic missiles, from all sides."""
    found: Data = {}
    for side in range(POSTS):
        target = {"target": f"city-{side}", "jitter": "60 s"}
        for wave in range(2):
            cruise = {"type": "threat/cruise", "count": 24, "start": f"{4 * wave + 1} min", "spacing": "5 s"}
            route = [around(2 * side + wave, 2 * POSTS, 4.5), around(2 * side + wave, 2 * POSTS, 3.0)]
            found[f"cruise-{side}-{wave}"] = cruise | target | {"spread": "60 km", "route": route}
        drone = {"type": "threat/drone", "count": 24, "start": "1 min", "spacing": "5 s", "spread": "40 km"}
        found[f"drone-{side}"] = drone | target | {"route": [around(side, POSTS, 2.4)]}
        srbm = {"type": "threat/srbm-500", "count": 6, "start": f"{2 + side} min", "spacing": "10 s", "spread": "20 km"}
        found[f"srbm-{side}"] = srbm | target | {"launch": around(side, POSTS, 5.5)}
    return found


def traffic() -> Data:
    """Return 220 friendly and civil aircraft, most of them in the air all the time."""
    found: Data = {"awacs": {"type": "nato/e-3a", "side": "friendly", "count": 2, "spacing": "1 min", "loop": True}}
    found["awacs"]["route"] = [around(number, 4, 1.0) for number in range(4)]
    for side in range(POSTS):
        across = [[*around(side, POSTS, 5.0), "10 km"], [*around(side + 4, POSTS, 5.0), "10 km"]]
        airliner = {"type": "civil/airliner", "side": "civil", "count": 10, "spacing": "90 s", "jitter": "30 s"}
        found[f"airliner-{side}"] = airliner | {"route": across, "spread": "20 km"}
        loop = [around(side, POSTS, 1.8), around(side, POSTS, 2.3), around(side + 1, POSTS, 2.3)]
        fighter = {"type": "nato/f-16c", "side": "friendly", "replies": ["mode5"], "count": 11, "spacing": "30 s"}
        found[f"fighter-{side}"] = fighter | {"route": loop, "loop": True, "spread": "30 km"}
    found["drone-watch"] = {"type": "nato/tb2", "side": "friendly", "replies": ["mode5"], "count": 8, "loop": True}
    found["drone-watch"] |= {"spacing": "30 s", "route": [around(number, 3, 0.6) for number in range(3)]}
    return found


def sufficient(world: World) -> Capacity:
    """Return buffers that suffice for one run, found by running it once."""
    return run_slice(world, 1, 0, 1, first_capacity(world))[1]


def measured(world: World, capacity: Capacity, simulated_s: float, runs: int, repeats: int) -> Figures:
    """Return the least cost of a run among ``repeats`` measurements."""
    least_s, result = math.inf, None
    for _ in range(repeats):
        start_s = time.process_time()
        result, _ = run_slice(world, 1, 0, runs, capacity)
        least_s = min(least_s, (time.process_time() - start_s) / runs)
    assert result is not None
    picture = result.picture
    network, samples = picture.node < 0, len(np.unique(picture.time_s)) * runs
    in_the_air = float(picture.truths[network].sum()) / samples
    tracks = float(picture.tracks[~network].sum()) / samples
    return Figures(simulated_s, least_s, in_the_air, tracks, len(result.events.event) // runs)


def profile(world: World, capacity: Capacity, simulated_s: float) -> dict[str, float]:
    """Return milliseconds of processor time a simulated second, stage by stage, of one run."""
    draws, state = Draws(np.uint64(1), 0), create_state(world, 1, capacity)
    stages.draw_starts(world.threats, draws, state.threats, 0, 1)
    stages.draw_phases(world.sensors, draws, state.sensors, 0, 1)
    spent_s: dict[str, float] = {}
    step_s = float(world.clock[STEP])
    for index in range(round(simulated_s / step_s)):
        for name, arguments in calls(world, state, draws, index * step_s, 0, 1).items():
            stage, start_s = getattr(stages, name), time.thread_time()
            stage(*arguments)
            spent_s[name] = spent_s.get(name, 0.0) + time.thread_time() - start_s
    return {name: 1e3 * seconds / simulated_s for name, seconds in spent_s.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--stages", action="store_true", help="print the processor time of each stage as well")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    scenario = resolved(scene(options.minutes))
    world = compile_world(scenario)
    capacity = sufficient(world)
    figures = measured(world, capacity, scenario.duration_s, options.runs, options.repeats)
    sizes = f"{len(scenario.objects)} objects, {len(scenario.sensors)} sensors, {len(scenario.fire_units)} fire units"
    print(f"{sizes}, {len(scenario.nodes)} nodes, {len(scenario.links)} links, {options.minutes} min")
    print(f"{figures.in_the_air:.0f} objects in the air, {figures.tracks:.0f} tracks held, {figures.events} events")
    print(f"{figures.processor_s:.1f} s of processor time a run: {figures.speed:.1f} times real time", end=" ")
    print(f"(at least {LEAST_SPEED:g})")
    if options.stages:
        spent_ms = profile(world, capacity, scenario.duration_s)
        for name, milliseconds in sorted(spent_ms.items(), key=lambda item: -item[1]):
            print(f"{name:14s} {milliseconds:8.2f} ms a simulated second")
    if options.json:
        options.json.write_text(json.dumps({**figures._asdict(), "speed": figures.speed}, indent=1) + "\n")
    return 0 if figures.speed >= LEAST_SPEED else 1


if __name__ == "__main__":
    sys.exit(main())
