"""Simulate: cut the batch of runs into slices, run them on threads, and hand each slice's record on."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import numpy as np

from openiamd.errors import CapacityError
from openiamd.physics.draws import NO_ENTITY, SENSOR_PHASE, TRANSPONDER, counter_fits, uniform
from openiamd.processors import available_processors
from openiamd.results.slices import EventRows, MagazineRows, ObjectRows, PictureRows, SliceResult
from openiamd.stages.sense import SLOTS
from openiamd.stages.step import run_all
from openiamd.world.arrays import Draws
from openiamd.world.compile import (
    DURATION,
    SAMPLE,
    STEP,
    Capacity,
    State,
    World,
    compile_world,
    create_state,
    first_capacity,
)
from openiamd.world.events import COUNT, FITS
from openiamd.world.picture import (
    ASSIGNED,
    COMMON,
    CORRECT,
    INCORRECT,
    TRACKED,
    TRACKS,
    TRUTHS,
    UNIDENTIFIED,
    UNIQUE,
)
from openiamd.world.replies import SILENT, UNKEYED, WORKS
from openiamd.world.threats import FLYING, WAITING
from openiamd.world.weapons import STOCK

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

SLICE_RUNS = 10  # the default depends on neither threads nor machine: the same slices everywhere
MEMORY_LIMIT_BYTES = 1_000_000_000  # for the state of one slice


def state_bytes(state: State) -> int:
    """Return the memory that a state takes."""
    return sum(array.nbytes for part in state for array in ([part] if isinstance(part, np.ndarray) else part or ()))


def _create(world: World, runs: int, capacity: Capacity) -> State:
    """Return a state, or raise ``CapacityError`` where it would pass the memory limit."""
    single = state_bytes(create_state(world, 1, capacity))
    if single * runs > MEMORY_LIMIT_BYTES:
        raise CapacityError(
            f"a slice of {runs} runs needs {single * runs / 1e9:.1f} GB, "
            f"more than the limit of {MEMORY_LIMIT_BYTES / 1e9:.1f} GB",
            hint="use fewer runs a slice, or a scenario with fewer objects, sensors or nodes",
        )
    return create_state(world, runs, capacity)


def run_slice(world: World, seed: int, first_run: int, runs: int, capacity: Capacity) -> tuple[SliceResult, Capacity]:
    """Simulate runs ``first_run`` to ``first_run + runs − 1`` and return their record and the capacity that sufficed.

    When a buffer overflows the whole slice is run again with twice that buffer: the same draws give the same events.
    Raises ``CapacityError`` past the memory limit.
    """
    while True:
        state = _create(world, runs, capacity)
        full = run_all(world, Draws(np.uint64(seed), first_run), state, runs)
        if full == FITS:
            return collect(world, state, seed, first_run, runs), capacity
        capacity = capacity.doubled(full)


def check_counters(world: World, replications: int) -> None:
    """Raise ``CapacityError`` where a run, a scan, a time slot or a false plot would not fit its draw's counter."""
    intervals_s = [*world.sensors.row["revisit_s"], *world.links.row["interval_s"], world.clock[STEP]]
    slots = SLOTS * (math.ceil(world.clock[DURATION] / min(intervals_s)) + 1)
    false_plots = float(world.sensors.row["false_plots_per_scan"].max(initial=0.0))
    index = math.ceil(false_plots + 12.0 * math.sqrt(false_plots)) + 1
    if not counter_fits(replications - 1, SENSOR_PHASE, slots, index):
        raise CapacityError(
            f"{replications} runs of {slots} scans or time slots with {index} false plots a scan pass the counters "
            "behind the draws",
            hint="fewer than 2³² runs, 2³² scans and 2²⁴ false plots a scan are possible",
        )


def collect(world: World, state: State, seed: int, first_run: int, runs: int) -> SliceResult:
    """Return the record of a finished slice as flat columns."""
    return SliceResult(
        events=_events(state, first_run, runs),
        objects=_objects(world, state, seed, first_run, runs),
        picture=_picture(world, state, first_run, runs),
        magazines=_magazines(world, state, first_run, runs),
    )


def _events(state: State, first_run: int, runs: int) -> EventRows:
    log = state.events
    counts = log.tally[:, COUNT]
    within = np.arange(log.row.shape[1])[None, :] < counts[:, None]
    rows = log.row[within]
    position_m = log.position_m[within].astype(np.float32)
    return EventRows(
        run=np.repeat(np.arange(first_run, first_run + runs, dtype=np.int32), counts),
        event=np.concatenate([np.arange(count, dtype=np.int32) for count in counts]),
        time_s=rows["time_s"].copy(),
        kind=rows["kind"].astype(np.int8),
        node=rows["node"].astype(np.int16),
        object=rows["thing"].astype(np.int32),
        track_number=rows["track_number"].astype(np.int32),
        other=rows["other"].astype(np.int32),
        cause=rows["cause"].astype(np.int32),
        code=rows["code"].astype(np.int16),
        value=rows["value"].copy(),
        east_m=position_m[:, 0],
        north_m=position_m[:, 1],
        up_m=position_m[:, 2],
    )


def _objects(world: World, state: State, seed: int, first_run: int, runs: int) -> ObjectRows:
    rows = state.threats.row
    objects = rows.shape[1]
    return ObjectRows(
        run=np.repeat(np.arange(first_run, first_run + runs, dtype=np.int32), objects),
        object=np.tile(np.arange(objects, dtype=np.int32), runs),
        status=rows["status"].astype(np.int8).ravel(),
        start_s=np.where(rows["status"] > WAITING, rows["start_s"], np.inf).ravel(),
        end_s=np.where(rows["status"] > FLYING, rows["end_s"], np.inf).ravel(),
        shots=rows["shots"].astype(np.int32).ravel(),
        transponder=_transponders(world, seed, first_run, runs),
    )


def _transponders(world: World, seed: int, first_run: int, runs: int) -> np.ndarray:
    """Return what of each object's transponder works in each run (run × object,), −1 where it cannot fail."""
    found = np.full((runs, len(world.threats.row)), -1, np.int8)
    for thing in np.flatnonzero(world.threats.row["may_fail"]):
        row = world.threats.row[thing]
        off, unkeyed = row["transponder_off"], row["transponder_off"] + row["wrong_key"]
        for run in range(runs):
            draw = uniform(np.uint64(seed), first_run + run, TRANSPONDER, int(row["entity"]), NO_ENTITY, 0, 0)
            found[run, thing] = SILENT if draw < off else UNKEYED if draw < unkeyed else WORKS
    return found.ravel()


def _picture(world: World, state: State, first_run: int, runs: int) -> PictureRows:
    tally = state.picture
    _, samples, places, _ = tally.counts.shape
    nodes = np.append(np.arange(places - 1), -1).astype(np.int16)
    times_s = world.clock[SAMPLE] * np.arange(1, samples + 1)

    def column(which: int) -> np.ndarray:
        return tally.counts[..., which].astype(np.int32).ravel()

    return PictureRows(
        run=np.repeat(np.arange(first_run, first_run + runs, dtype=np.int32), samples * places),
        time_s=np.tile(np.repeat(times_s, places), runs),
        node=np.tile(nodes, runs * samples),
        truths=column(TRUTHS),
        tracked=column(TRACKED),
        tracks=column(TRACKS),
        assigned=column(ASSIGNED),
        position_error_sum_m=tally.position_error_m.ravel(),
        velocity_error_sum_mps=tally.velocity_error_mps.ravel(),
        unidentified=column(UNIDENTIFIED),
        id_correct=column(CORRECT),
        id_incorrect=column(INCORRECT),
        unique=column(UNIQUE),
        common=column(COMMON),
    )


def _magazines(world: World, state: State, first_run: int, runs: int) -> MagazineRows:
    ready = world.fire_units.magazine
    unit, interceptor = np.nonzero(ready)
    stock = world.fire_units.stock[unit, interceptor]
    return MagazineRows(
        run=np.repeat(np.arange(first_run, first_run + runs, dtype=np.int32), len(unit)),
        fire_unit=np.tile(unit, runs).astype(np.int16),
        interceptor=np.tile(interceptor, runs).astype(np.int16),
        ready=np.tile(ready[unit, interceptor], runs).astype(np.int32),
        left=state.weapons.magazine[:, unit, interceptor].ravel().astype(np.int32),
        stock=np.tile(stock, runs).astype(np.int32),
        reloaded=(stock - state.weapons.reload[:, unit, interceptor, STOCK]).ravel().astype(np.int32),
    )


def simulate_batch(
    scenario: ResolvedScenario,
    seed: int,
    replications: int,
    threads: int | None,
    on_slice: Callable[[int, SliceResult], None],
    progress: Callable[[int], None] | None = None,
    slice_runs: int = SLICE_RUNS,
) -> None:
    """Simulate runs 0 to ``replications − 1`` and hand each slice to ``on_slice(first_run, result)`` as it finishes.

    Slices finish in any order; ``on_slice`` and ``progress`` (runs done so far) are called from this thread only.
    Raises ``ScenarioError`` on colliding ids, ``CapacityError`` past the memory limit or that of the counters.
    """
    world = compile_world(scenario)
    check_counters(world, replications)
    threads = threads or available_processors()
    starts = list(range(0, replications, slice_runs))
    capacity = first_capacity(world)
    done = 0
    waiting: dict[Future[tuple[SliceResult, Capacity]], int] = {}
    with ThreadPoolExecutor(threads) as pool:
        try:
            while starts or waiting:
                while starts and len(waiting) < threads:
                    first_run = starts.pop(0)
                    runs = min(slice_runs, replications - first_run)
                    waiting[pool.submit(run_slice, world, seed, first_run, runs, capacity)] = first_run
                finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in finished:
                    first_run = waiting.pop(future)
                    result, sufficient = future.result()
                    capacity = capacity.joined(sufficient)
                    on_slice(first_run, result)
                    done += min(slice_runs, replications - first_run)
                    if progress is not None:
                        progress(done)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
