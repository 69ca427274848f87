"""The tracker by several hypotheses: who flew where is decided some scans later, when more plots have told.

Multiple hypothesis tracking (Reid, IEEE T-AC 24 (1979) 843; Cox & Hingorani, IEEE T-PAMI 18 (1996) 138; Blackman,
IEEE A&E Systems Magazine 19 (2004) 5). Rows are written when the best hypothesis of their group is some scans older;
hypotheses that descend from other tracks of that scan are dropped then ("N-scan pruning"), so a number keeps its past.
Initiation, confirmation and deletion of each leaf are those of ``tracker``.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.bank import (
    DONE,
    HARD_CLUSTERS,
    LEAST_SCORE,
    LOG_MISS,
    LOG_ODDS,
    MORE_PAIRS,
    MORE_ROWS,
    MORE_TRACKS,
    NEVER,
    NEXT_NUMBER,
    NEXT_SCAN,
    NONE,
    ROWS,
    TRACKS,
    Ahead,
    Bank,
    Choice,
    Joint,
    Known,
    Pairs,
    Policy,
    Rows,
    Scans,
    Scratch,
    Seen,
    Solver,
)  # fmt: skip
from openiamd.estimation.families import grow_families, link_children, part_families
from openiamd.estimation.forest import AGE, GROUPS, LEAVES, SERIAL, Forest, Leaves
from openiamd.estimation.motion import copy_state
from openiamd.estimation.pairing import FULL, find_pairs
from openiamd.estimation.tracker import is_lost, start_track, write_row
from openiamd.estimation.updates import absorb
from openiamd.kernels import kernel

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]


@kernel
def track_hypotheses(
    scans: Scans,
    last_scan: int,
    seen: Seen,
    known: Known,
    policy: Policy,
    bank: Bank,
    ahead: Ahead,
    pairs: Pairs,
    choice: Choice,
    solver: Solver,
    joint: Joint,
    scratch: Scratch,
    forest: Forest,
    rows: Rows,
    counts: Integers,
) -> int:
    """Take the scans from ``counts[NEXT_SCAN]`` up to ``last_scan``; write the rows of as many scans before.

    Returns DONE, or what there must be more of before the next scan can be taken: none of that scan is done then.
    """
    while counts[NEXT_SCAN] < last_scan:
        scan, n_tracks = int(counts[NEXT_SCAN]), int(counts[TRACKS])
        first, last, sensor = int(scans.first[scan]), int(scans.first[scan + 1]), int(scans.sensor[scan])
        start_s = float(scans.start_s[scan])
        if counts[ROWS] + counts[LEAVES] > len(rows.number):
            return MORE_ROWS
        for track in range(n_tracks):
            ahead.time_s[track] = math.nan
            choice.pair[track] = NONE
        if find_pairs(bank, n_tracks, seen, first, last, known, sensor, policy, ahead, pairs, scratch) == FULL:
            return MORE_PAIRS
        n_families, n_hard = grow_families(last - first, known.log_odds[sensor], bank.updates, pairs, forest, counts)
        n_children = _number_children(n_families, int(pairs.first[n_tracks]), last - first, forest, counts)
        if n_children > len(bank.number):
            return MORE_TRACKS
        counts[HARD_CLUSTERS] += n_hard
        _bear(
            n_children, start_s, seen, first, known, sensor, policy, bank, ahead, pairs, choice, scratch, forest, counts
        )
        link_children(n_children, forest.children, forest.links)
        counts[GROUPS] = part_families(
            n_families, forest.families, forest.code, forest.children.trail, forest.groups, forest.links
        )
        _settle(n_children, start_s, seen, policy, bank, ahead, forest, counts)
        back, trail = forest.leaves.trail.shape[1] - 1, forest.leaves.trail
        write_due(int(counts[AGE]), back, trail, forest.shown, forest.shelf, rows, counts)
        counts[SERIAL] += last - first
        counts[AGE] += 1
        counts[NEXT_SCAN] += 1
    return DONE


@kernel
def write_due(scan: int, back: int, trail: Integers, shown: Flags, shelf: Rows, rows: Rows, counts: Integers) -> None:
    """Write the rows ``back`` scans before the last one, ``scan``, by which each group's best hypothesis came to be."""
    page = (scan - back) % shelf.number.shape[0]
    for leaf in range(counts[LEAVES]):
        place = trail[leaf, back]
        if not shown[leaf] or place < 0:
            continue
        row = counts[ROWS]
        counts[ROWS] += 1
        rows.time_s[row], rows.number[row] = shelf.time_s[page, place], shelf.number[page, place]
        rows.confirmed[row], rows.coasted[row] = shelf.confirmed[page, place], shelf.coasted[page, place]
        rows.plot[row] = shelf.plot[page, place]
        copy_state(shelf.state[page, place], shelf.covariance[page, place], rows.state[row], rows.covariance[row])


@kernel
def _number_children(n_families: int, n_pairs: int, n_plots: int, forest: Forest, counts: Integers) -> int:
    """Number the leaves that the hypotheses name, by track and plot, and return how many there are."""
    families, code, n_leaves = forest.families, forest.code, counts[LEAVES]
    for place in range(n_pairs + n_leaves + n_plots):
        code[place] = NONE
    for member in range(families.cursor[0]):
        code[families.member[member]] = 0
    count = 0 * n_pairs
    for leaf in range(n_leaves):
        for pair in range(forest.problem.begin[leaf], forest.problem.end[leaf]):
            count = _number(pair, leaf, count, code, forest.source, forest.source_code)
        count = _number(n_pairs + leaf, leaf, count, code, forest.source, forest.source_code)
    for plot in range(n_plots):
        own = n_pairs + n_leaves + plot
        count = _number(own, n_leaves + plot, count, code, forest.source, forest.source_code)
    return count


@kernel
def _number(own: int, source: int, count: int, code: Integers, sources: Integers, source_codes: Integers) -> int:
    """Give the next number to a code that is in use; return the number after that."""
    if code[own] < 0:
        return count
    code[own] = count
    if count < len(sources):
        sources[count], source_codes[count] = source, own
    return count + 1


@kernel
def _bear(
    n_children: int,
    start_s: float,
    seen: Seen,
    first: int,
    known: Known,
    sensor: int,
    policy: Policy,
    bank: Bank,
    ahead: Ahead,
    pairs: Pairs,
    choice: Choice,
    scratch: Scratch,
    forest: Forest,
    counts: Integers,
) -> None:
    """Make the children: each track by each of its plots, or by none, and the new tracks."""
    leaves, children, n_leaves = forest.leaves, forest.children, counts[LEAVES]
    n_pairs, before, nothing = int(pairs.first[counts[TRACKS]]), NONE, 0 * sensor + NONE
    counts[TRACKS] = 0
    for child in range(n_children):
        source, code, plot = int(forest.source[child]), int(forest.source_code[child]), NONE
        if source >= n_leaves:
            plot = first + source - n_leaves
            children.number[child], children.track[child] = counts[NEXT_NUMBER], counts[TRACKS]
            start_track(seen, plot, known, sensor, policy, forest.after, scratch, counts)
            _remember(leaves, nothing, children, child, int(plot - first + counts[SERIAL]))
        elif leaves.track[source] < 0:
            children.number[child], children.track[child] = leaves.number[source], NONE
            _remember(leaves, source, children, child, nothing)
        else:
            track, pair = int(leaves.track[source]), code if code < n_pairs else NONE
            if source == before:
                copy_track(forest.spare, 0 * track, bank, track)
            else:
                copy_track(bank, track, forest.spare, 0 * track)
            choice.pair[track] = pair
            if pair >= 0:
                pairs.probability[pair], plot = 1.0, first + pairs.plot[pair]
            absorb(bank, track, track + 1, start_s, seen, first, known, sensor, policy, ahead, pairs, choice, scratch)
            if pair >= 0:
                pairs.probability[pair] = 0.0
            children.number[child], children.track[child] = leaves.number[source], NONE
            if _judge(bank, track, pair, known, sensor, policy, pairs):
                copy_track(bank, track, forest.after, int(counts[TRACKS]))
                children.track[child] = counts[TRACKS]
                counts[TRACKS] += 1
            serial = nothing if plot < 0 else int(plot - first + counts[SERIAL])
            _remember(leaves, source, children, child, serial)
            before = source
        children.plot[child] = plot


@kernel
def _remember(leaves: Leaves, source: int, children: Leaves, child: int, serial: int) -> None:
    """Write the plots and the places of rows of a leaf's last scans, which are its parent's one scan later."""
    for scan in range(children.recent.shape[1] - 1, 0, -1):
        children.recent[child, scan] = NONE if source < 0 else leaves.recent[source, scan - 1]
    for scan in range(children.trail.shape[1] - 1, 0, -1):
        children.trail[child, scan] = NONE if source < 0 else leaves.trail[source, scan - 1]
    children.recent[child, 0], children.trail[child, 0] = serial, NONE


@kernel
def _judge(bank: Bank, track: int, pair: int, known: Known, sensor: int, policy: Policy, pairs: Pairs) -> bool:
    """Count a hit or a miss of a track in the bank, confirm it; return whether it lives on."""
    if pair >= 0:
        bank.updates[track] += 1
        bank.misses[track, sensor] = 0
        odds = known.log_odds[sensor, LOG_ODDS] + known.log_odds[sensor, LOG_MISS]
        bank.score[track] += pairs.log_total[pair] + odds
        if bank.updates[track] >= policy.confirm and bank.score[track] >= known.log_odds[sensor, LEAST_SCORE]:
            bank.confirmed[track] = True
    elif bank.misses[track, sensor] != NEVER:
        bank.misses[track, sensor] += 1
        bank.score[track] += known.log_odds[sensor, LOG_MISS]
        return not is_lost(bank, track, policy.drop_confirmed if bank.confirmed[track] else policy.drop_tentative)
    return True


@kernel
def _settle(
    n_children: int,
    start_s: float,
    seen: Seen,
    policy: Policy,
    bank: Bank,
    ahead: Ahead,
    forest: Forest,
    counts: Integers,
) -> None:
    """Close the gaps of leaves that no hypothesis has kept, and put the row of each track that lives on the shelf."""
    groups, leaves, children, new_place = forest.groups, forest.leaves, forest.children, forest.links.mark
    for child in range(n_children):
        new_place[child] = NONE
    for group in range(counts[GROUPS]):
        for hypothesis in range(groups.border[group], groups.border[group + 1]):
            for member in range(groups.begin[hypothesis], groups.end[hypothesis]):
                new_place[groups.member[member]] = group
    segment = counts[AGE] % forest.shelf.number.shape[0]
    kept, n_tracks = 0 * n_children, 0 * n_children
    for child in range(n_children):
        if new_place[child] < 0:
            continue
        leaves.group[kept], leaves.number[kept], leaves.plot[kept] = (
            new_place[child], children.number[child], children.plot[child],
        )  # fmt: skip
        for scan in range(leaves.recent.shape[1]):
            leaves.recent[kept, scan] = children.recent[child, scan]
        for scan in range(leaves.trail.shape[1]):
            leaves.trail[kept, scan] = children.trail[child, scan]
        leaves.track[kept], forest.shown[kept] = NONE, False
        if children.track[child] >= 0:
            copy_track(forest.after, int(children.track[child]), bank, n_tracks)
            leaves.track[kept] = leaves.trail[kept, 0] = n_tracks
            plot, count = int(leaves.plot[kept]), forest.shelf_count
            _shelve(segment, n_tracks, start_s, seen, plot, policy, bank, ahead, forest.shelf, count)
            n_tracks += 1
        new_place[child] = kept
        kept += 1
    counts[LEAVES], counts[TRACKS] = kept, n_tracks
    for group in range(counts[GROUPS]):
        for hypothesis in range(groups.border[group], groups.border[group + 1]):
            for member in range(groups.begin[hypothesis], groups.end[hypothesis]):
                groups.member[member] = new_place[groups.member[member]]
                if hypothesis == groups.border[group]:
                    forest.shown[groups.member[member]] = True


@kernel
def _shelve(
    segment: int,
    track: int,
    start_s: float,
    seen: Seen,
    plot: int,
    policy: Policy,
    bank: Bank,
    ahead: Ahead,
    shelf: Rows,
    shelf_count: Integers,
) -> None:
    """Put the row of a track on the shelf, at its place in the bank."""
    page = Rows(
        shelf.time_s[segment], shelf.number[segment], shelf.state[segment], shelf.covariance[segment],
        shelf.confirmed[segment], shelf.coasted[segment], shelf.plot[segment],
    )  # fmt: skip
    shelf_count[ROWS] = track
    write_row(bank, track, start_s, seen, plot, policy, ahead, page, shelf_count)


@kernel
def copy_track(source: Bank, track: int, target: Bank, place: int) -> None:
    """Copy a track of one bank to a place in another."""
    target.time_s[place], target.score[place] = source.time_s[track], source.score[track]
    target.number[place], target.updates[place] = source.number[track], source.updates[track]
    target.confirmed[place] = source.confirmed[track]
    for sensor in range(source.misses.shape[1]):
        target.misses[place, sensor] = source.misses[track, sensor]
    for model in range(source.weight.shape[1]):
        target.weight[place, model] = source.weight[track, model]
        copy_state(
            source.mean[track, model], source.covariance[track, model], target.mean[place, model],
            target.covariance[place, model],
        )  # fmt: skip
