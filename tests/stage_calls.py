"""The stages called one by one from Python, with the arguments that `step` gives them."""

from typing import Any

from openiamd.stages import step as stages
from openiamd.world.arrays import Draws
from openiamd.world.compile import DURATION, GATE, LATITUDE, SAMPLE, STEP, State, World


def calls(world: World, state: State, draws: Draws, time_s: float, first: int, last: int) -> dict[str, tuple[Any, ...]]:
    """Return each stage's arguments, in the order of `step`."""
    w, s = world, state
    dt, latitude, duration = float(w.clock[STEP]), float(w.clock[LATITUDE]), float(w.clock[DURATION])
    sample, gate = float(w.clock[SAMPLE]), float(w.clock[GATE])
    runs = first, last
    return {
        "move": (time_s, dt, w.threats, s.threats, s.events, *runs),
        "sense": (time_s, dt, latitude, w.threats, w.sensors, s.threats, s.tracks, draws, s.sensors, s.plots, s.events,
                  s.scratch, *runs),
        "track": (time_s, dt, w.nodes, w.tracker, w.sensors, s.plots, s.tracks, s.events, s.work, *runs),
        "share": (time_s, dt, w.links, w.nodes, w.tracker, s.tracks, draws, s.messages, s.events, *runs),
        "identify": (time_s, dt, w.nodes, w.assets, w.corridors, s.tracks, s.events, *runs),
        "decide": (time_s, dt, w.nodes, w.assets, w.fire_units, w.interceptors, s.messages, s.tracks, s.weapons,
                   s.events, s.work, s.scratch, *runs),
        "engage": (time_s, dt, w.nodes, w.fire_units, w.interceptors, w.threats, draws, s.threats, s.tracks, s.weapons,
                   s.events, s.scratch, *runs),
        "assess": (time_s, dt, duration, w.threats, s.threats, s.events, *runs),
        "score": (time_s, dt, sample, gate, w.threats, s.threats, s.tracks, s.picture, s.events, s.nearest, s.scratch,
                  *runs),
    }  # fmt: skip


def advance(world: World, state: State, draws: Draws, until_s: float, first: int, last: int) -> None:
    """Carry some runs from time 0 to ``until_s``, stage by stage."""
    stages.draw_starts(world.threats, draws, state.threats, first, last)
    stages.draw_phases(world.sensors, draws, state.sensors, first, last)
    for index in range(round(until_s / world.clock[STEP])):
        for name, arguments in calls(world, state, draws, index * float(world.clock[STEP]), first, last).items():
            getattr(stages, name)(*arguments)
