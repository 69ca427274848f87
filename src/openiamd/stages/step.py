"""Step: the whole model, in the order in which things happen within one time step.

    move → ready → sense → track → share → identify → decide → engage → assess → score

Each stage reads the tables and the state that it names and writes the state that it owns.
"""

from numba import njit

from openiamd.kernels import OPTIONS, kernel
from openiamd.stages.assess import assess
from openiamd.stages.decide import decide
from openiamd.stages.engage import engage
from openiamd.stages.identify import identify
from openiamd.stages.move import draw_starts, move
from openiamd.stages.ready import ready
from openiamd.stages.score import score
from openiamd.stages.sense import draw_phases, sense
from openiamd.stages.share import send_reports, share
from openiamd.stages.track import track
from openiamd.world.arrays import Draws
from openiamd.world.compile import DURATION, GATE, LATITUDE, SAMPLE, STEP, State, World
from openiamd.world.events import FITS, OVERFLOW
from openiamd.world.readiness import draw_faults


@njit(inline="always", **OPTIONS)
def step(world: World, draws: Draws, state: State, time_s: float, first: int, last: int) -> None:
    """Carry runs ``first`` up to ``last`` of the slice from ``time_s`` to the end of the step."""
    w, s = world, state
    dt = w.clock[STEP]
    latitude, duration = w.clock[LATITUDE], w.clock[DURATION]
    sample, gate = w.clock[SAMPLE], w.clock[GATE]

    move(time_s, dt, w.threats, w.terrain, s.threats, s.events, first, last)
    ready(
        time_s, dt, w.duty, w.fire_units, w.threats, draws, s.tracks, s.messages, s.weapons, s.sensors, s.duty,
        s.events, first, last,
    )  # fmt: skip
    sense(
        time_s, dt, latitude, w.threats, w.sensors, w.terrain, w.propagation, s.threats, s.tracks, draws, s.sensors,
        s.plots, s.events, s.scratch, first, last,
    )  # fmt: skip
    send_reports(
        time_s, dt, w.links, w.nodes, w.tracker, s.tracks, draws, w.fire_orders, s.heard_s, s.messages, first, last
    )
    track(
        time_s, dt, w.nodes, w.tracker, w.sensors, s.sensors, s.plots, s.tracks, s.models, s.events, s.work, first, last
    )
    share(
        time_s, dt, w.links, w.nodes, w.tracker, s.tracks, draws, w.fire_orders, s.heard_s, s.messages, s.events,
        s.work.scratch, first, last,
    )  # fmt: skip
    identify(
        time_s,
        dt,
        w.nodes,
        w.assets,
        w.corridors,
        w.plans,
        w.beliefs,
        w.links,
        w.terrain,
        s.messages,
        s.tracks,
        s.events,
        first,
        last,
    )
    decide(
        time_s, dt, w.nodes, w.zones, w.assets, w.fire_units, w.interceptors, draws, s.messages, s.tracks, s.weapons,
        s.events, s.choice, s.optimum, s.scratch, first, last,
    )  # fmt: skip
    engage(
        time_s, dt, w.nodes, w.zones, w.assets, w.fire_units, w.interceptors, w.threats, w.terrain, draws, s.threats,
        s.sensors, s.messages, s.tracks, s.weapons, s.events, s.scratch, first, last,
    )  # fmt: skip
    assess(time_s, dt, duration, w.threats, s.threats, s.events, first, last)
    score(
        time_s, dt, sample, gate, w.nodes, w.threats, s.threats, s.tracks, s.picture, s.events, s.nearest, s.scratch,
        first, last,
    )  # fmt: skip


@kernel
def run_all(world: World, draws: Draws, state: State, runs: int) -> int:
    """Carry ``runs`` runs from beginning to end, one after the other; return FITS or the buffer that was too small.

    One run at a time, because a run's state stays in the cache of the processor; results do not depend on it.
    """
    draw_starts(world.threats, draws, state.threats, 0, runs)
    draw_phases(world.sensors, draws, state.sensors, 0, runs)
    draw_faults(world.duty, draws, state.duty, 0, runs)
    steps = round(world.clock[DURATION] / world.clock[STEP])
    for run in range(runs):
        for index in range(steps):
            step(world, draws, state, index * world.clock[STEP], run, run + 1)
            if state.events.tally[run, OVERFLOW] != FITS:
                return state.events.tally[run, OVERFLOW]
    return FITS
