"""What the tracker by several hypotheses keeps: leaves of tracks, groups of hypotheses, and the rows not yet written.

A leaf is a track in at least one hypothesis; leaves that share a number are the same track by different plots. A
hypothesis of a group is a list of leaves that can all be true together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.bank import COUNTS, NONE, Bank, Rows, models, new_bank
from openiamd.estimation.murty import Problem, Search, new_search

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

KEPT = 10  # hypotheses of a group
MEMORY_SCANS = 6  # of each sensor; after them a hypothesis is settled and its rows are written
LEAST_LOG_ODDS = -12.0  # to the best hypothesis of the group
LARGEST_FAMILY = 60  # tracks of one hypothesis; beyond, only the best hypothesis remains

# Places in the counts behind those of the bank.
LEAVES, GROUPS, SERIAL, AGE = range(COUNTS, COUNTS + 4)
FOREST_COUNTS = COUNTS + 4


class Leaves(NamedTuple):
    """Leaves in the order of their numbers."""

    number: Integers  # (leaf,)
    track: Integers  # (leaf,) place in the bank; NONE: it has ended, and its last rows are not written yet
    group: Integers  # (leaf,)
    plot: Integers  # (leaf,) of this scan, or NONE
    recent: Integers  # (leaf, 1 + scan) serial numbers of its last plots, this scan first; or NONE
    trail: Integers  # (leaf, 1 + scan) places of its last rows on the shelf, this scan first; or NONE


class Groups(NamedTuple):
    """Groups of hypotheses, the best of each first."""

    border: Integers  # (group + 1,) first hypothesis
    log_weight: Floats  # (hypothesis,) to the best of its group
    begin: Integers  # (hypothesis,) its first member
    end: Integers  # (hypothesis,)
    member: Integers  # leaves, or codes of leaves to be
    cursor: Integers  # (1,) where the next member goes


class Links(NamedTuple):
    """Work space to find what hangs together."""

    parent: Integers  # (leaf,) of the forest of components, whose things are groups and then leaves
    following: Integers  # (leaf,) next group of the same family
    mark: Integers  # (leaf,)
    owner: Integers  # (plot,) group that has it in a gate
    place: Integers  # (plot,) column in the family
    column: Integers  # (plot,) plots of the family
    ring: Integers  # ((1 + scan) x plot,) leaf that has taken the plot of that serial number
    joint: Integers  # (2, KEPT, leaf) hypothesis of each group of the family
    joint_weight: Floats  # (2, KEPT)
    sums: Floats  # (KEPT x KEPT,)


class Forest(NamedTuple):
    """All of it. Leaves, groups and shelf go from one scan to the next."""

    leaves: Leaves
    groups: Groups
    shelf: Rows  # (scan, leaf, ...)
    children: Leaves
    families: Groups
    source: Integers  # (leaf,) leaf from which each child comes, or the number of leaves + plot
    source_code: Integers  # (leaf,) code of each child
    code: Integers  # (pair + leaf + plot,) the child of each code: a leaf takes a plot, takes none, begins
    shown: Flags  # (leaf,) in the best hypothesis of its group
    problem: Problem
    search: Search
    links: Links
    after: Bank
    spare: Bank  # one track
    shelf_count: Integers  # (COUNTS,) as the counts of the bank


def _new_leaves(leaves: int, memory: int) -> Leaves:
    shape = np.full((leaves, memory + 1), NONE), np.full((leaves, memory + 1), NONE)
    number, track, group, plot = (np.zeros(leaves, np.int64) for _ in range(4))
    return Leaves(number, track, group, plot, *shape)


def _new_groups(leaves: int, plots: int) -> Groups:
    most = leaves + plots
    hypotheses = KEPT * most
    border, begin, end, member, cursor = (
        np.zeros(size, np.int64) for size in (most + 1, hypotheses, hypotheses, hypotheses + most, 1)
    )
    return Groups(border, np.zeros(hypotheses), begin, end, member, cursor)


def _new_links(leaves: int, plots: int, memory: int) -> Links:
    most = leaves + plots
    parent, following, mark = (np.full(most, NONE) for _ in range(3))
    owner, place, column = (np.full(plots, NONE) for _ in range(3))
    joint = np.zeros((2, KEPT, most), np.int64), np.zeros((2, KEPT)), np.zeros(KEPT * KEPT)
    return Links(parent, following, mark, owner, place, column, np.full((memory + 1) * plots, NONE), *joint)


def _new_shelf(leaves: int, scans: int) -> Rows:
    shape = (scans, leaves)
    times, states, covariances = np.zeros(shape), np.zeros((*shape, 6)), np.zeros((*shape, 6, 6))
    flags = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    return Rows(times, np.zeros(shape, np.int64), states, covariances, *flags, np.zeros(shape, np.int64))


def new_forest(leaves: int, plots: int, pairs: int, interacting: bool, sensors: int) -> Forest:
    """Return an empty forest with room for so many leaves, plots and pairs of one scan."""
    memory, n_models = MEMORY_SCANS * sensors, models(interacting)
    return Forest(
        _new_leaves(leaves, memory),
        _new_groups(leaves, plots),
        _new_shelf(leaves, memory + 1),
        _new_leaves(leaves, memory),
        _new_groups(leaves, plots),
        np.zeros(leaves, np.int64),
        np.zeros(leaves, np.int64),
        np.zeros(pairs + leaves + plots, np.int64),
        np.zeros(leaves, np.bool_),
        Problem(np.zeros(leaves, np.int64), np.zeros(leaves, np.int64), np.zeros(pairs, np.int64), np.zeros(pairs)),
        new_search(KEPT, leaves, plots, pairs),
        _new_links(leaves, plots, memory),
        new_bank(leaves, n_models, sensors),
        new_bank(1, n_models, sensors),
        np.zeros(COUNTS, np.int64),
    )


def transplanted(old: Forest, new: Forest) -> Forest:
    """Return ``new``, which has more room, with what ``old`` holds from one scan to the next."""
    for before, after in zip((*old.leaves, *old.groups), (*new.leaves, *new.groups), strict=True):
        after[: len(before)] = before
    for before, after in zip(old.shelf, new.shelf, strict=True):
        after[:, : before.shape[1]] = before
    new.shown[: len(old.shown)] = old.shown
    return new
