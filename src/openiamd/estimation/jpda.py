"""Which plot comes from which track, as probabilities over all joint events of one cluster.

Joint probabilistic data association: Fortmann, Bar-Shalom & Scheffe, IEEE J. Oceanic Eng. 8 (1983) 173. Of the events
that detect the same tracks by the same plots only the likeliest counts (JPDA*: Blom & Bloem, IEEE T-AC 45 (2000) 247),
so tracks that fly side by side do not merge. Exact: the events are built up track by track in a table with one entry
for each set of detected tracks and set of used plots.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.kernels import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LARGEST_CLUSTER = 30  # tracks, and plots; two sets of them share one integer
LARGEST_TABLE = 20_000  # entries after one track
_SLOTS = 1 << 17  # of the hash table, a power of two well above what one track can add
_EMPTY = -1
_SURE = 300.0  # log ratio beyond which nothing changes: its inverse is still a number


def joint_work_sizes() -> tuple[int, int]:
    """Return how many float64 and int64 elements ``joint_probabilities`` needs as work space."""
    entries = (LARGEST_CLUSTER + 1) * LARGEST_TABLE + LARGEST_CLUSTER * LARGEST_CLUSTER
    return entries, 3 * entries + _SLOTS


def joint_work() -> tuple[Floats, Integers]:
    """Return work space for ``joint_probabilities``."""
    floats, integers = joint_work_sizes()
    work_integers = np.empty(integers, np.int64)
    work_integers[:_SLOTS] = _EMPTY
    return np.empty(floats), work_integers


@kernel
def joint_probabilities(
    log_ratio: Floats,
    n_tracks: int,
    n_plots: int,
    probability: Floats,
    work_floats: Floats,
    work_integers: Integers,
) -> bool:
    """Write the probabilities (track, 1 + plot) that each track has no plot (column 0) or each plot of a cluster.

    log_ratio  (>= n_tracks, >= n_plots)  ln of the likelihood that the plot is the track's over the likelihood that the
               track went undetected and the plot is false; -inf where the pair is impossible
    work_floats, work_integers   from ``joint_work``

    Returns False, with nothing written, where the cluster is larger than 30 tracks or plots or its table than 20,000
    entries: the caller then decides by an assignment. Kinds of measurement do not matter here.
    """
    if n_tracks > LARGEST_CLUSTER or n_plots > LARGEST_CLUSTER:
        return False
    n_entries = (len(work_integers) - _SLOTS) // 3
    slots, keys = work_integers[:_SLOTS], work_integers[_SLOTS : _SLOTS + n_entries]
    parents = work_integers[_SLOTS + n_entries : _SLOTS + 2 * n_entries]
    choices = work_integers[_SLOTS + 2 * n_entries :]
    weights = work_floats
    keys[0], weights[0], parents[0], choices[0] = 0, 1.0, -1, 0
    begin, end = 0 * n_tracks, 0 * n_tracks + 1  # literals would have the callees compiled twice
    for track in range(n_tracks):
        next_end = _add_track(log_ratio, track, n_plots, begin, end, slots, keys, weights, parents, choices)
        if next_end < 0:
            return False
        begin, end = end, next_end
    for track in range(n_tracks):
        for column in range(n_plots + 1):
            probability[track, column] = 0.0
    total = 0.0
    for last in range(begin, end):
        total += weights[last]
        entry = last
        for track in range(n_tracks - 1, -1, -1):
            probability[track, choices[entry]] += weights[last]
            entry = parents[entry]
    for track in range(n_tracks):
        for column in range(n_plots + 1):
            probability[track, column] /= total
    return True


@kernel
def _add_track(
    log_ratio: Floats,
    track: int,
    n_plots: int,
    begin: int,
    end: int,
    slots: Integers,
    keys: Integers,
    weights: Floats,
    parents: Integers,
    choices: Integers,
) -> int:
    """Extend the entries [begin, end) by one track's options; return the end of the new ones, -1: they are too many.

    A key holds the used plots in its low 30 bits and the detected tracks above. Weights are relative to the track's
    best option and then to the best entry, so products of many neither vanish nor overflow.
    """
    highest = 0.0
    for plot in range(n_plots):
        highest = max(highest, min(log_ratio[track, plot], _SURE))
    count, limit = end, end + LARGEST_TABLE
    best = 0.0
    for entry in range(begin, end):
        for choice in range(n_plots + 1):
            key, gain = keys[entry], -highest
            if choice > 0:
                bit = 1 << (choice - 1)
                gain += min(log_ratio[track, choice - 1], _SURE)
                if gain == -np.inf or key & bit:
                    continue
                key |= bit | (1 << (LARGEST_CLUSTER + track))
            weight = weights[entry] * np.exp(gain)
            slot = _slot_of(key, slots, keys)
            place = slots[slot]
            if place < 0:
                if count == limit:
                    _clear(slots, keys, end, count)
                    return -1
                place = count
                slots[slot], keys[place], weights[place] = place, key, -1.0
                count += 1
            if weight > weights[place]:
                weights[place], parents[place], choices[place] = weight, entry, choice
                best = max(best, weight)
    _clear(slots, keys, end, count)
    for place in range(end, count):
        weights[place] /= best
    return count


@kernel
def _slot_of(key: int, slots: Integers, keys: Integers) -> int:
    """Return the slot that holds ``key``, or the empty one where it belongs."""
    slot = ((key ^ (key >> 29)) * 0x9E3779B1) & (_SLOTS - 1)
    while slots[slot] >= 0 and keys[slots[slot]] != key:
        slot = (slot + 1) & (_SLOTS - 1)
    return slot


@kernel
def _clear(slots: Integers, keys: Integers, begin: int, end: int) -> None:
    """Empty the slots of the entries [begin, end), the last first: so none is sought past a gap."""
    for place in range(end - 1, begin - 1, -1):
        slots[_slot_of(keys[place], slots, keys)] = _EMPTY
