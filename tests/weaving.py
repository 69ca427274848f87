"""A target that weaves past one radar, and how well its node tracks it."""

import math
from typing import Any, NamedTuple

import numpy as np

from openiamd.stages import step as stages
from openiamd.world.arrays import Draws
from openiamd.world.compile import STEP, State, World, compile_world, create_state, first_capacity
from openiamd.world.events import FITS, OVERFLOW
from openiamd.world.tracks import CONFIRMED, own_estimate
from scenes import Data, changed, real_scene, resolved
from stage_calls import calls

EARTH_M_PER_DEGREE = math.pi / 180.0 * 6_371_008.8
SPEED_MPS, TURN_MPS2, LEG_S, SWING_RAD, POINT_S = 250.0, 19.6, 25.0, math.radians(50.0), 1.0
FIRST_S, LAST_S, EVERY_S = 120.0, 420.0, 4.0


class Errors(NamedTuple):
    """Errors of the node's nearest track at the times of the samples; NaN where it holds none."""

    error: np.ndarray  # (run, sample, 6)
    covariance: np.ndarray  # (run, sample, 6, 6)
    age_s: np.ndarray  # (run, sample) since its latest plot
    tracks: np.ndarray  # (run, sample) confirmed tracks of the node


def weave(start: list[float], duration_s: float, weaves: bool) -> list[list[Any]]:
    """Return the route from ``start`` north: legs to either side in turn, joined by level turns of 2 g."""
    heading, side, clock_s = -SWING_RAD if weaves else 0.0, 1.0, 0.0
    east_m = north_m = 0.0
    points: list[list[Any]] = []
    turning = False
    while clock_s < duration_s:
        place = [start[0] + north_m / EARTH_M_PER_DEGREE, start[1]]
        place[1] += east_m / EARTH_M_PER_DEGREE / math.cos(math.radians(place[0]))
        points.append([*place, "8 km", f"{SPEED_MPS:g} m/s"])
        dt_s = POINT_S
        if weaves and not turning and clock_s % LEG_S >= LEG_S - POINT_S:
            turning = True
        if turning:
            heading += side * TURN_MPS2 / SPEED_MPS * dt_s
            if abs(heading) >= SWING_RAD and heading * side > 0.0:
                turning, side = False, -side
        east_m += SPEED_MPS * dt_s * math.sin(heading)
        north_m += SPEED_MPS * dt_s * math.cos(heading)
        clock_s += dt_s
    return points


def weaving_scene(motion: str, process_noise: str, weaves: bool = True, **sections: Any) -> Data:
    """Return one node with a search radar and one aircraft, 60 km away."""
    scene = real_scene()
    flight = {"type": "nato/f-16c", "side": "friendly", "route": weave([39.3, 33.3], LAST_S + 60.0, weaves)}
    for name in ("nodes", "sensors"):
        scene[name] = {key: entry for key, entry in scene[name].items() if key in ("post", "search")}
    scene["nodes"]["post"]["tracker"] = {"motion": motion, "process_noise": process_noise}
    for name in ("fire_units", "raids"):
        scene.pop(name)
    scene["traffic"] = {"weaver": flight}
    scene["theatre"]["duration"] = "8 min"
    return changed(scene, **sections)


def followed(scene: Data, runs: int, seed: int = 7) -> Errors:
    """Return the errors of the first node's track of the only object, sample by sample."""
    world = compile_world(resolved(scene))
    state = create_state(world, runs, first_capacity(world))
    draws, dt_s = Draws(np.uint64(seed), 0), float(world.clock[STEP])
    stages.draw_starts(world.threats, draws, state.threats, 0, runs)
    stages.draw_phases(world.sensors, draws, state.sensors, 0, runs)
    rows = []
    for index in range(round(LAST_S / dt_s)):
        for name, arguments in calls(world, state, draws, index * dt_s, 0, runs).items():
            getattr(stages, name)(*arguments)
        now_s = (index + 1) * dt_s
        if now_s >= FIRST_S and now_s % EVERY_S == 0.0:
            rows.append([_nearest(world, state, run, now_s) for run in range(runs)])
    assert (state.events.tally[:, OVERFLOW] == FITS).all()
    return Errors(*(np.array([[one[part] for one in row] for row in rows]).swapaxes(0, 1) for part in range(4)))


def _nearest(world: World, state: State, run: int, now_s: float) -> tuple[np.ndarray, np.ndarray, float, int]:
    """Return error, covariance and age of the confirmed track nearest to the object, and how many there are."""
    truth = np.concatenate([state.threats.position_m[run, 0], state.threats.velocity_mps[run, 0]])
    speed_mps = float(world.nodes.row[0]["ballistic_minimum_speed_mps"])
    noise = float(world.tracker.row[0]["process_noise"])
    best, spread, age_s, count = np.full(6, np.nan), np.full((6, 6), np.nan), np.nan, 0
    for slot in range(int(state.tracks.top[run, 0])):
        if state.tracks.row[run, 0, slot]["status"] != CONFIRMED:
            continue
        x, p = np.zeros(6), np.zeros((6, 6))
        own_estimate(state.tracks, run, 0, slot, now_s, speed_mps, noise, x, p)
        count += 1
        if not np.linalg.norm(best[:3]) <= np.linalg.norm(x[:3] - truth[:3]):
            best, spread, age_s = x - truth, p, now_s - state.tracks.row[run, 0, slot]["time_s"]
    return best, spread, age_s, count
