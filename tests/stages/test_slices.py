"""Stages on a slice: cutting it changes nothing, and a stage that is told about one run leaves the others alone."""

from copy import deepcopy

import numpy as np
import pytest

from openiamd.stages import step as stages
from openiamd.stages.step import run_all
from openiamd.world.arrays import Draws
from openiamd.world.compile import DURATION, State, World, compile_world, create_state, first_capacity
from openiamd.world.events import COUNT, FITS
from scenes import real_scene, resolved
from stage_calls import STAGES, advance, calls

SHARED = ("work", "choice", "optimum", "nearest", "scratch")  # scratch space belongs to no run
MIDDLE_S = 299.0  # the next step ends at a sample time


def arrays(state: State) -> dict[str, np.ndarray]:
    """Return every array of a state that has the run as its first axis, by name."""
    found = {}
    for part, tables in state._asdict().items():
        if part not in SHARED and tables is not None:
            columns = {"": tables} if isinstance(tables, np.ndarray) else tables._asdict()
            for name, array in columns.items():
                found[f"{part}.{name}"] = array
    return found


def content(array: np.ndarray) -> list[bytes]:
    """Return the bytes of an array column by column: the padding between columns is nobody's."""
    return [array[column].tobytes() for column in array.dtype.names or [...]]


def linked_world() -> World:
    link = {"type": "ideal/link", "carries": ["track", "identity"], "remote_use": "CUE"}
    there, back = {**link, "from": "crc", "to": "post"}, {**link, "from": "post", "to": "crc"}
    silence = {"state": "active", "applies_to": ["crc-radar"], "orders": [{"at": "299 s", "state": "dark"}]}
    faults = {"guide-lost": {"of": "guide", "at": "400 s", "until": "500 s", "probability": 0.5, "spread": "60 s"}}
    asset = {"city": {"holds": ["unit"], "loss": 0.5, "restored_after": "1 min"}}
    scene = real_scene(
        links={"there": there, "back": back}, readiness={"silence": silence}, faults=faults, assets=asset
    )
    return compile_world(resolved(scene))


@pytest.fixture(scope="module")
def world() -> World:
    return linked_world()


def finished(world: World, first_run: int, runs: int) -> State:
    state = create_state(world, runs, first_capacity(world))
    assert run_all(world, Draws(np.uint64(1), first_run), state, runs) == FITS
    return state


def test_slices_change_nothing(world):
    whole = arrays(finished(world, 0, 4))
    for first_run, runs in ((0, 1), (1, 3), (2, 2)):
        part = arrays(finished(world, first_run, runs))
        for name, array in part.items():
            assert content(array) == content(whole[name][first_run : first_run + runs]), name


@pytest.fixture(scope="module")
def midway(world) -> State:
    state = create_state(world, 3, first_capacity(world))
    advance(world, state, Draws(np.uint64(1), 0), MIDDLE_S, 0, 3)
    assert state.events.tally[:, COUNT].min() > 50
    return state


def test_stage_by_stage_equals_run_all(world):
    by_hand = create_state(world, 2, first_capacity(world))
    draws = Draws(np.uint64(1), 0)
    advance(world, by_hand, draws, float(world.clock[DURATION]), 0, 2)
    expected = finished(world, 0, 2)
    for name, array in arrays(by_hand).items():
        assert content(array) == content(arrays(expected)[name]), name


def test_runs_side_by_side_equal_runs_one_after_the_other(world, midway):
    apart = create_state(world, 3, first_capacity(world))
    for first, last in ((2, 3), (0, 2)):
        advance(world, apart, Draws(np.uint64(1), 0), MIDDLE_S, first, last)
    for name, array in arrays(apart).items():
        assert content(array) == content(arrays(midway)[name]), name


IDLE_NOW = ("assess", "engage", "decide", "identify")  # nothing need happen in one given step


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_leaves_other_runs_untouched(stage, world, midway):
    state = deepcopy(midway)
    draws = Draws(np.uint64(1), 0)
    # The stages before it have their turn first: a step's plots are gone by its end.
    for name, arguments in calls(world, state, draws, MIDDLE_S, 0, 3).items():
        if name == stage:
            break
        getattr(stages, name)(*arguments)
    before = {name: array.copy() for name, array in arrays(state).items()}
    getattr(stages, stage)(*calls(world, state, draws, MIDDLE_S, 1, 2)[stage])
    touched = False
    for name, array in arrays(state).items():
        for run in (0, 2):
            assert content(array[run : run + 1]) == content(before[name][run : run + 1]), name
        touched |= content(array[1:2]) != content(before[name][1:2])
    assert touched or stage in IDLE_NOW


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_writes_the_world(stage, world, midway):
    state, draws = deepcopy(midway), Draws(np.uint64(1), 0)
    constant = [
        array.copy() for part in world for array in (part if isinstance(part, tuple) else (part,)) if array is not None
    ]
    getattr(stages, stage)(*calls(world, state, draws, MIDDLE_S, 0, 3)[stage])
    now = [array for part in world for array in (part if isinstance(part, tuple) else (part,))]
    for old, new in zip(constant, now, strict=True):
        assert content(old) == content(new)
