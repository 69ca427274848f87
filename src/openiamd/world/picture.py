"""Tallies of the air picture at sample times: what each node held against what was there."""

from typing import NamedTuple

import numpy as np

from openiamd.world.arrays import Floats, Ints, constant

TRUTHS, TRACKED, TRACKS, ASSIGNED, UNIDENTIFIED, CORRECT, INCORRECT, UNIQUE, COMMON = 0, 1, 2, 3, 4, 5, 6, 7, 8
AT_NODE, IN_NETWORK = constant(0), constant(1)  # rows of ScoreWork


class PictureTally(NamedTuple):
    """Counts by (run, sample, node); the last node row is the network's."""

    counts: Ints  # (run, sample, node + 1, 9) TRUTHS, TRACKED, TRACKS, …
    position_error_m: Floats  # (run, sample, node + 1) summed over assigned tracks
    velocity_error_mps: Floats  # (run, sample, node + 1) summed likewise


class ScoreWork(NamedTuple):
    """Scratch space of the scoring: row AT_NODE for the node at hand, row IN_NETWORK for the network."""

    distance_m: Floats  # (2, object) of the nearest track so far
    verdict: Ints  # (2, object) what that track's identity is worth


def create_score_work(objects: int) -> ScoreWork:
    """Return scratch space for one slice."""
    return ScoreWork(np.full((2, objects), np.inf), np.zeros((2, objects), np.int64))


def create_picture_tally(runs: int, samples: int, nodes: int) -> PictureTally:
    """Return zeroed tallies."""
    shape = (runs, samples, nodes + 1)
    return PictureTally(np.zeros((*shape, 9), np.int64), np.zeros(shape), np.zeros(shape))
