"""What the tracker of recorded plots reads and writes: tracks, sensors, plots, scans, options, work space, rows.

Frame: east, north, up at the first sensor. One model holds a track that is flown straight, four hold one whose models
interact (``imm``).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.imm import MODELS
from openiamd.estimation.jpda import LARGEST_CLUSTER, joint_work
from openiamd.estimation.polar import VIEW
from openiamd.estimation.sparse_assignment import sparse_work_sizes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER = -1  # consecutive misses by a sensor that has not given the track a plot yet
NONE = -1

# Places in the counts that go from one call to the next.
TRACKS, NEXT_NUMBER, NEXT_SCAN, ROWS, HARD_CLUSTERS = range(5)
COUNTS = 5
# Of a sensor: ln of Pd / ((1 - Pd) density of false plots); ln (1 - Pd); ln of the span of range rates over 1 m/s; the
# score at which a track is confirmed.
LOG_ODDS, LOG_MISS, LOG_SPAN, LEAST_SCORE = range(4)
# Why the kernel came back.
DONE, MORE_TRACKS, MORE_PAIRS, MORE_ROWS = range(4)


class Policy(NamedTuple):
    """The options."""

    interacting: bool  # motion models, else straight flight alone
    joint: bool  # JPDA* for confirmed tracks, else global nearest neighbour
    noise_level: float  # m2/s3, horizontal
    noise_upright: float  # m2/s3, vertical
    speed_level_mps: float  # 1 sigma of a new track
    speed_upright_mps: float
    gate: float  # Mahalanobis distance
    confirm: int
    drop_tentative: int
    drop_confirmed: int


class Known(NamedTuple):
    """What is known of the sensors."""

    frame: Floats  # (sensor, 4, 3) its east, north and up as rows, and where it stands, m
    sigma: Floats  # (sensor, 4) of range m, azimuth rad, elevation rad, range rate m/s
    log_odds: Floats  # (sensor, 4) what LOG_ODDS and the next places say


class Seen(NamedTuple):
    """Plots in the order of their scans, and in a scan by range."""

    measured: Floats  # (plot, 4) range m, azimuth from -pi to pi, elevation rad, range rate m/s (NaN: none)
    time_s: Floats  # (plot,)
    row: Integers  # (plot,) of the recording


class Scans(NamedTuple):
    """Scans in the order of time."""

    start_s: Floats  # (scan,)
    sensor: Integers  # (scan,)
    first: Integers  # (scan + 1,) its first plot; the last: the number of plots


class Bank(NamedTuple):
    """The tracks, in the order of their numbers."""

    mean: Floats  # (track, model, 6)
    covariance: Floats  # (track, model, 6, 6)
    weight: Floats  # (track, model)
    time_s: Floats  # (track,)
    score: Floats  # (track,) ln of the likelihood ratio of a target to false plots
    number: Integers  # (track,)
    updates: Integers  # (track,)
    misses: Integers  # (track, sensor) consecutive, or NEVER
    confirmed: Flags  # (track,)


class Ahead(NamedTuple):
    """The tracks as predicted for a plot, and how the sensor would see them."""

    mean: Floats  # (track, model, 6)
    covariance: Floats  # (track, model, 6, 6)
    weight: Floats  # (track, model)
    sight: Floats  # (track, model, VIEW)
    time_s: Floats  # (track,)


class Pairs(NamedTuple):
    """Pairs of a track and a plot in its gate, in the order of the tracks and then of the plots."""

    first: Integers  # (track + 1,)
    plot: Integers  # (pair,) counted from the scan's first
    innovation: Floats  # (pair, model, 3)
    log_likelihood: Floats  # (pair, model)
    log_total: Floats  # (pair,) of the mixture
    distance: Floats  # (pair,) the least of the models
    cost: Floats  # (pair,)
    probability: Floats  # (pair,)


class Choice(NamedTuple):
    """Who takes what in one scan."""

    pair: Integers  # (track,) NONE: no plot
    plot: Integers  # (track,) of the tracks that stay, and of new ones
    claim: Floats  # (plot,) sum of its probabilities; 1 where a track took it


class Solver(NamedTuple):
    """Work space of the assignments."""

    pair: Integers  # (track,) the last solution
    floats: Floats
    integers: Integers


class Joint(NamedTuple):
    """Work space of the joint probabilities."""

    cluster: Integers  # (2, track) parent in the forest of clusters, next track of the same
    owner: Integers  # (plot,) first track that has it in its gate; later its column in the cluster
    members: Integers  # (2, LARGEST_CLUSTER) tracks and plots of one cluster
    log_ratio: Floats  # (LARGEST_CLUSTER, LARGEST_CLUSTER)
    probability: Floats  # (LARGEST_CLUSTER, LARGEST_CLUSTER + 1)
    floats: Floats
    integers: Integers


class Scratch(NamedTuple):
    """Vectors and matrices that one formula leaves to the next."""

    vectors: Floats  # (4, VIEW)
    matrices: Floats  # (3, 6, 6)


class Rows(NamedTuple):
    """The rows of the table of tracks."""

    time_s: Floats  # (row,)
    number: Integers
    state: Floats  # (row, 6)
    covariance: Floats  # (row, 6, 6)
    confirmed: Flags
    coasted: Flags
    plot: Integers  # row of the recording, NONE


def models(interacting: bool) -> int:
    """Return how many models a track has."""
    return MODELS if interacting else 1


def new_bank(tracks: int, n_models: int, sensors: int) -> Bank:
    """Return a bank with room for so many tracks."""
    state = np.zeros((tracks, n_models, 6)), np.zeros((tracks, n_models, 6, 6)), np.zeros((tracks, n_models))
    numbers = np.zeros(tracks, np.int64), np.zeros(tracks, np.int64), np.zeros((tracks, sensors), np.int64)
    return Bank(*state, np.zeros(tracks), np.zeros(tracks), *numbers, np.zeros(tracks, np.bool_))


def new_ahead(tracks: int, n_models: int) -> Ahead:
    """Return room for the predictions of so many tracks."""
    bank = new_bank(tracks, n_models, 0)
    return Ahead(bank.mean, bank.covariance, bank.weight, np.zeros((tracks, n_models, VIEW)), np.zeros(tracks))


def new_pairs(tracks: int, pairs: int, n_models: int) -> Pairs:
    """Return room for so many pairs."""
    first, plot = np.zeros(tracks + 1, np.int64), np.zeros(pairs, np.int64)
    by_model = np.zeros((pairs, n_models, 3)), np.zeros((pairs, n_models))
    return Pairs(first, plot, *by_model, np.zeros(pairs), np.zeros(pairs), np.zeros(pairs), np.zeros(pairs))


def new_choice(tracks: int, plots: int) -> Choice:
    """Return room for the choice of so many tracks among the plots of one scan."""
    return Choice(np.zeros(tracks, np.int64), np.zeros(tracks, np.int64), np.zeros(plots))


def new_solver(tracks: int, plots: int, pairs: int) -> Solver:
    """Return work space to assign so many plots to so many tracks."""
    floats, integers = sparse_work_sizes(tracks, plots, pairs)
    return Solver(np.zeros(tracks, np.int64), np.zeros(floats), np.zeros(integers, np.int64))


def new_joint(tracks: int, plots: int, wanted: bool) -> Joint:
    """Return work space for joint probabilities, with no room where they are not ``wanted``."""
    if not wanted:
        tracks = plots = 0
    side = LARGEST_CLUSTER
    floats, integers = joint_work() if wanted else (np.zeros(0), np.zeros(0, np.int64))
    clusters, owner, members = (np.zeros(shape, np.int64) for shape in ((2, tracks), plots, (2, side)))
    return Joint(clusters, owner, members, np.zeros((side, side)), np.zeros((side, side + 1)), floats, integers)


def new_scratch() -> Scratch:
    """Return vectors and matrices."""
    return Scratch(np.zeros((4, VIEW)), np.zeros((3, 6, 6)))


def new_rows(rows: int) -> Rows:
    """Return room for so many rows."""
    state = np.empty(rows), np.empty(rows, np.int64), np.empty((rows, 6)), np.empty((rows, 6, 6))
    return Rows(*state, np.empty(rows, np.bool_), np.empty(rows, np.bool_), np.empty(rows, np.int64))
