"""Several nodes through the chain: what each believes of the same targets at the end of a run, and how sure it is."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.simulate import SLICE_RUNS
from openiamd.stages.step import run_all
from openiamd.validation.chain import resolved, seed
from openiamd.world.arrays import Draws
from openiamd.world.compile import State, World, compile_world, create_state, first_capacity
from openiamd.world.events import FITS
from openiamd.world.threats import FLYING
from openiamd.world.tracks import (
    CONFIRMED,
    JOINED_COVARIANCE,
    join_remote,
    joins,
    own_estimate,
)

Floats = NDArray[np.float64]
NEAREST_M = 20e3  # a track farther from every target is of none


class Beliefs(NamedTuple):
    """Errors and covariances at the end of a run; a row each track that a node's own radars hold."""

    node: NDArray[np.int64]  # (row,)
    run: NDArray[np.int64]  # (row,)
    own_error: Floats  # (row, 6) of what its own radars say
    own_covariance: Floats  # (row, 6, 6)
    error: Floats  # (row, 6) of what it believes, reports joined
    covariance: Floats  # (row, 6, 6)
    joined: NDArray[np.bool_]  # (row,) whether a report is joined in it


def beliefs(name: str, variant: str, runs: int) -> Beliefs:
    """Return what the nodes of a scenario of this book believe at the end of each run."""
    world = compile_world(resolved(name, variant))
    rows: list[tuple] = []
    for first in range(0, runs, SLICE_RUNS):
        count = min(SLICE_RUNS, runs - first)
        state = create_state(world, count, first_capacity(world))
        if run_all(world, Draws(np.uint64(seed(name)), first), state, count) != FITS:
            raise MemoryError("a scenario of the book outgrew its first buffers")
        for run in range(count):
            rows += _run_rows(world, state, run, first + run)
    columns = list(zip(*rows, strict=True))
    return Beliefs(*(np.array(column) for column in columns))


def _run_rows(world: World, state: State, run: int, number: int) -> list[tuple]:
    tracks, now_s = state.tracks, float(world.clock[0])
    there = state.threats.row["status"][run] == FLYING
    truth = np.concatenate([state.threats.position_m[run], state.threats.velocity_mps[run]], axis=1)[there]
    rows = []
    for node in range(tracks.top.shape[1]):
        speed_mps = float(world.nodes.row[node]["ballistic_minimum_speed_mps"])
        noise = float(world.tracker.row[node]["process_noise"])
        for slot in range(int(tracks.top[run, node])):
            held = tracks.row[run, node, slot]
            if held["status"] != CONFIRMED:
                continue
            own, own_covariance = np.zeros(6), np.zeros((6, 6))
            own_estimate(tracks, run, node, slot, now_s, speed_mps, noise, own, own_covariance)
            nearest = truth[np.argmin(np.linalg.norm(truth[:, :3] - own[:3], axis=1))]
            if np.linalg.norm(nearest[:3] - own[:3]) > NEAREST_M:
                continue
            believed, covariance, joined = own.copy(), own_covariance.copy(), bool(joins(held))
            if joined:
                join_remote(tracks, run, node, slot, now_s, speed_mps, believed)
                covariance = tracks.beside[run, node, -1, JOINED_COVARIANCE : JOINED_COVARIANCE + 6].copy()
            rows.append((node, number, own - nearest, own_covariance, believed - nearest, covariance, joined))
    return rows


def position_rmse_m(error: Floats) -> float:
    """Return the root mean square position error of rows (row, 6)."""
    return float(np.sqrt(np.mean(np.sum(error[:, :3] ** 2, axis=1))))


def position_nees(error: Floats, covariance: Floats) -> float:
    """Return the mean normalised estimation error squared of the position, per dimension: 1 where it is consistent."""
    solved = np.linalg.solve(covariance[:, :3, :3], error[:, :3, None])[..., 0]
    return float(np.mean(np.sum(error[:, :3] * solved, axis=1)) / 3.0)
