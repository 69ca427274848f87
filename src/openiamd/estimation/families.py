"""Groups of hypotheses that meet in this scan's plots become families, grow, and part again.

Reid, IEEE T-AC 24 (1979) 843, in the form of Cox & Hingorani, IEEE T-PAMI 18 (1996) 138: the best few hypotheses of
a family grow from the best few of its groups; a plot that a hypothesis gives to no track begins one.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.bank import LEAST_SCORE, LOG_MISS, LOG_ODDS, NONE, Pairs
from openiamd.estimation.forest import (
    GROUPS,
    KEPT,
    LARGEST_FAMILY,
    LEAST_LOG_ODDS,
    LEAVES,
    Forest,
    Groups,
    Leaves,
    Links,
)
from openiamd.estimation.murty import Problem, Search, begin_search, next_best
from openiamd.kernels import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_NEW_TO_FALSE_TRACKS = 10.0  # new targets for each false track that confirmation may let pass


@kernel
def grow_families(
    n_plots: int,
    log_odds: Floats,
    updates: Integers,
    pairs: Pairs,
    forest: Forest,
    counts: Integers,
) -> tuple[int, int]:
    """Write the hypotheses after this scan, in codes; return the number of families and of too large ones.

    log_odds  (4,) of the sensor, as in ``Known``
    updates   (track,) plots that each has taken

    A plot without a track is false or a new target, F + N of them in one scan. A track of one plot may still be either:
    a second plot costs it the odds of the first to be a target that was missed, N (1 - Pd) / (F + N (1 - Pd)).
    Codes: a pair; the number of pairs + leaf: it takes no plot; that + the number of leaves + plot: a track begins.
    """
    n_leaves, n_groups = counts[LEAVES], counts[GROUPS]
    families, links, n_pairs = forest.families, forest.links, 0 * n_plots
    for leaf in range(n_leaves):
        track = forest.leaves.track[leaf]
        forest.problem.begin[leaf] = pairs.first[track] if track >= 0 else 0
        forest.problem.end[leaf] = pairs.first[track + 1] if track >= 0 else 0
        n_pairs = max(n_pairs, forest.problem.end[leaf])
    false_to_new = math.exp(log_odds[LEAST_SCORE]) / _NEW_TO_FALSE_TRACKS
    for leaf in range(n_leaves):
        gain = log_odds[LOG_ODDS] - math.log1p(1.0 / false_to_new)
        if forest.leaves.track[leaf] >= 0 and updates[forest.leaves.track[leaf]] == 1:
            gain -= math.log1p(false_to_new * math.exp(-log_odds[LOG_MISS]))
        for pair in range(forest.problem.begin[leaf], forest.problem.end[leaf]):
            forest.problem.gain[pair] = pairs.log_total[pair] + gain
    _link_groups(n_leaves, n_groups, n_plots, pairs.plot, forest.leaves, forest.problem, links)
    n_families, n_hard = 0 * n_plots, 0 * n_plots
    families.border[0] = families.cursor[0] = 0
    for root in range(n_groups):
        if links.parent[root] == root:
            families.border[n_families + 1] = families.border[n_families]
            n_hard += _grow(root, n_families, n_pairs, n_leaves, pairs.plot, forest)
            n_families += 1
    for plot in range(n_plots):
        if links.owner[plot] < 0:
            families.border[n_families + 1] = families.border[n_families]
            hypothesis = _add_hypothesis(families, n_families, 0.0)
            _add_member(families, hypothesis, n_pairs + n_leaves + plot)
            n_families += 1
    return n_families, n_hard


@kernel
def find_root(parent: Integers, place: int) -> int:
    """Return the root of a thing's component (path halving: Tarjan & van Leeuwen, J. ACM 31 (1984) 245)."""
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place


@kernel
def unite(parent: Integers, one: int, other: int) -> None:
    """Join the components of two things; the lower root is the root of both."""
    one, other = find_root(parent, one), find_root(parent, other)
    parent[max(one, other)] = min(one, other)


@kernel
def _link_groups(
    n_leaves: int, n_groups: int, n_plots: int, plots: Integers, leaves: Leaves, problem: Problem, links: Links
) -> None:
    """Join groups whose tracks have the same plot in their gates: each one's root, and the next of the family."""
    for plot in range(n_plots):
        links.owner[plot] = NONE
    for group in range(n_groups):
        links.parent[group], links.following[group] = group, NONE
    for leaf in range(n_leaves):
        group = leaves.group[leaf]
        for pair in range(problem.begin[leaf], problem.end[leaf]):
            plot = plots[pair]
            if links.owner[plot] < 0:
                links.owner[plot] = group
            else:
                unite(links.parent, int(links.owner[plot]), int(group))
    for group in range(n_groups - 1, -1, -1):
        root = find_root(links.parent, group)
        links.parent[group] = root
        if root != group:
            links.following[group] = links.following[root]
            links.following[root] = group


@kernel
def _add_hypothesis(groups: Groups, group: int, log_weight: float) -> int:
    """Add a hypothesis without members to the last group and return its place."""
    place = groups.border[group + 1]
    groups.border[group + 1] += 1
    groups.log_weight[place] = log_weight
    groups.begin[place] = groups.end[place] = groups.cursor[0]
    return place


@kernel
def _add_member(groups: Groups, hypothesis: int, member: int) -> None:
    """Add a member to the last hypothesis."""
    groups.member[groups.cursor[0]] = member
    groups.cursor[0] += 1
    groups.end[hypothesis] = groups.cursor[0]


@kernel
def _sort(values: Integers, count: int) -> None:
    """Sort the first values by insertion: they are few or nearly in order."""
    for place in range(1, count):
        value = values[place]
        while place > 0 and values[place - 1] > value:
            values[place] = values[place - 1]
            place -= 1
        values[place] = value


@kernel
def _gather(root: int, plots: Integers, groups: Groups, problem: Problem, links: Links) -> tuple[int, int]:
    """Number the plots of a family as its columns; return their number and that of the largest hypothesis' tracks."""
    n_columns, n_rows, group = 0 * root, 0 * root, root
    while group >= 0:
        most = 0
        for hypothesis in range(groups.border[group], groups.border[group + 1]):
            most = max(most, groups.end[hypothesis] - groups.begin[hypothesis])
            for member in range(groups.begin[hypothesis], groups.end[hypothesis]):
                leaf = groups.member[member]
                for pair in range(problem.begin[leaf], problem.end[leaf]):
                    if links.place[plots[pair]] < 0:
                        links.place[plots[pair]] = 0
                        links.column[n_columns] = plots[pair]
                        n_columns += 1
        n_rows += most
        group = links.following[group]
    _sort(links.column, n_columns)
    for column in range(n_columns):
        links.place[links.column[column]] = column
    group = root
    while group >= 0:
        for hypothesis in range(groups.border[group], groups.border[group + 1]):
            for member in range(groups.begin[hypothesis], groups.end[hypothesis]):
                leaf = groups.member[member]
                for pair in range(problem.begin[leaf], problem.end[leaf]):
                    problem.column[pair] = links.place[plots[pair]]
        group = links.following[group]
    for column in range(n_columns):
        links.place[links.column[column]] = NONE
    return n_columns, n_rows


@kernel
def _multiply(root: int, keep: int, groups: Groups, links: Links, search: Search) -> int:
    """Write the best joint hypotheses of a family's groups as rows of the search; return their number."""
    links.joint_weight[0, 0] = 0.0
    count, n_groups, side, group = 0 * root + 1, 0 * root, 0, root
    while group >= 0:
        first, last = groups.border[group], groups.border[group + 1]
        for one in range(count):
            for other in range(first, last):
                links.sums[one * KEPT + other - first] = links.joint_weight[side, one] + groups.log_weight[other]
        n_best = min(keep, count * (last - first))
        for best in range(n_best):
            highest = -math.inf
            one = other = 0
            for left in range(count):
                for right in range(last - first):
                    if links.sums[left * KEPT + right] > highest:
                        highest, one, other = links.sums[left * KEPT + right], left, right
            links.sums[one * KEPT + other] = -math.inf
            links.joint_weight[1 - side, best] = highest
            for place in range(n_groups):
                links.joint[1 - side, best, place] = links.joint[side, one, place]
            links.joint[1 - side, best, n_groups] = first + other
        count, n_groups, side, group = n_best, n_groups + 1, 1 - side, links.following[group]
    for one in range(count):
        n_rows = 0 * root
        for place in range(n_groups):
            hypothesis = links.joint[side, one, place]
            for member in range(groups.begin[hypothesis], groups.end[hypothesis]):
                search.rows[one, n_rows] = groups.member[member]
                n_rows += 1
        _sort(search.rows[one], n_rows)
        search.n_rows[one], search.weight[one] = n_rows, links.joint_weight[side, one]
    return count


@kernel
def _grow(root: int, family: int, n_pairs: int, n_leaves: int, plots: Integers, forest: Forest) -> int:
    """Write the best hypotheses of one family after this scan; return 1 where it is too large for more than one."""
    families, links, problem, search = forest.families, forest.links, forest.problem, forest.search
    n_columns, n_rows = _gather(root, plots, forest.groups, problem, links)
    hard = n_rows > LARGEST_FAMILY
    keep = 1 if hard else KEPT
    begin_search(problem, n_columns, _multiply(root, keep, forest.groups, links, search), search)
    found, least, highest = 0, -math.inf, 0.0
    while found < keep:
        slot = next_best(problem, n_columns, least, search)
        if slot < 0:
            break
        if found == 0:
            highest = search.total[slot]
            least = highest + LEAST_LOG_ODDS
        found += 1
        hypothesis = _add_hypothesis(families, family, search.total[slot] - highest)
        for column in range(n_columns):
            links.mark[column] = 0
        origin = search.origin[slot]
        for place in range(search.n_rows[origin]):
            leaf, pair = search.rows[origin, place], search.solution[slot, place]
            if pair >= 0:
                links.mark[problem.column[pair]] = 1
                _add_member(families, hypothesis, pair)
            elif not _is_settled(forest.leaves, leaf):
                _add_member(families, hypothesis, n_pairs + leaf)
        for column in range(n_columns):
            if not links.mark[column]:
                _add_member(families, hypothesis, n_pairs + n_leaves + links.column[column])
    return 1 if hard else 0


@kernel
def _is_settled(leaves: Leaves, leaf: int) -> bool:
    """Tell whether a track has ended and all its rows are written."""
    if leaves.track[leaf] >= 0:
        return False
    for scan in range(leaves.trail.shape[1] - 1):  # noqa: SIM110 - kernels know no generators
        if leaves.trail[leaf, scan] >= 0:
            return False
    return True


@kernel
def link_children(n_children: int, leaves: Leaves, links: Links) -> None:
    """Join leaves that have the same number, or took the same plot in one of the last scans."""
    size = len(links.ring)
    for leaf in range(n_children):
        links.parent[leaf], links.mark[leaf] = leaf, NONE
        for scan in range(leaves.recent.shape[1]):
            if leaves.recent[leaf, scan] >= 0:
                links.ring[leaves.recent[leaf, scan] % size] = NONE
    for leaf in range(n_children):
        if leaf > 0 and leaves.number[leaf] == leaves.number[leaf - 1]:
            unite(links.parent, leaf - 1, leaf)
        for scan in range(leaves.recent.shape[1]):
            if leaves.recent[leaf, scan] >= 0:
                place = leaves.recent[leaf, scan] % size
                if links.ring[place] < 0:
                    links.ring[place] = leaf
                else:
                    unite(links.parent, int(links.ring[place]), leaf)


@kernel
def part_families(
    n_families: int, families: Groups, code: Integers, trail: Integers, groups: Groups, links: Links
) -> int:
    """Write as groups what of each family hangs together, and return their number.

    Of each group those hypotheses remain that agree with what is written: ``trail`` of the leaves.
    """
    n_groups = 0 * n_families
    groups.border[0] = groups.cursor[0] = 0
    for family in range(n_families):
        for hypothesis in range(families.border[family], families.border[family + 1]):
            for member in range(families.begin[hypothesis], families.end[hypothesis]):
                families.member[member] = code[families.member[member]]
        for hypothesis in range(families.border[family], families.border[family + 1]):
            for member in range(families.begin[hypothesis], families.end[hypothesis]):
                root = find_root(links.parent, families.member[member])
                if links.mark[root] < 0:
                    links.mark[root] = n_groups
                    if _part(family, root, n_groups, families, trail, groups, links):
                        n_groups += 1
    return n_groups


@kernel
def _part(family: int, root: int, group: int, families: Groups, trail: Integers, groups: Groups, links: Links) -> bool:
    """Write one group of a family; return whether its best hypothesis has a track."""
    first = groups.border[group]
    groups.border[group + 1] = first
    for hypothesis in range(families.border[family], families.border[family + 1]):
        place = _add_hypothesis(groups, group, families.log_weight[hypothesis])
        for member in range(families.begin[hypothesis], families.end[hypothesis]):
            if find_root(links.parent, families.member[member]) == root:
                _add_member(groups, place, families.member[member])
        for other in range(first, place):
            if _are_same(groups, other, place):
                most = max(groups.log_weight[other], groups.log_weight[place])
                less = min(groups.log_weight[other], groups.log_weight[place])
                groups.log_weight[other] = most + math.log1p(math.exp(less - most))
                groups.border[group + 1], groups.cursor[0] = place, groups.begin[place]
                break
    best = _best_first(groups, first, groups.border[group + 1])
    if groups.begin[first] == groups.end[first]:
        return False
    kept = first + 1
    for hypothesis in range(first + 1, groups.border[group + 1]):
        if _agree(groups, trail, first, hypothesis):
            groups.log_weight[kept] = groups.log_weight[hypothesis] - best
            groups.begin[kept], groups.end[kept] = groups.begin[hypothesis], groups.end[hypothesis]
            kept += 1
    groups.log_weight[first] = 0.0
    groups.border[group + 1] = kept
    return True


@kernel
def _are_same(groups: Groups, one: int, other: int) -> bool:
    count = groups.end[one] - groups.begin[one]
    if groups.end[other] - groups.begin[other] != count:
        return False
    for place in range(count):
        if groups.member[groups.begin[one] + place] != groups.member[groups.begin[other] + place]:
            return False
    return True


@kernel
def _best_first(groups: Groups, first: int, last: int) -> float:
    """Sort hypotheses by weight, equal ones as they were; return the best one's weight."""
    for start in range(first + 1, last):
        place, weight = start, groups.log_weight[start]
        begin, end = groups.begin[start], groups.end[start]
        while place > first and groups.log_weight[place - 1] < weight:
            groups.log_weight[place] = groups.log_weight[place - 1]
            groups.begin[place], groups.end[place] = groups.begin[place - 1], groups.end[place - 1]
            place -= 1
        groups.log_weight[place], groups.begin[place], groups.end[place] = weight, begin, end
    return groups.log_weight[first]


@kernel
def _agree(groups: Groups, trail: Integers, one: int, other: int) -> bool:
    """Tell whether two hypotheses descend from the same tracks of the scan whose rows are due."""
    oldest = trail.shape[1] - 1
    left, right = groups.begin[one], groups.begin[other]
    while True:
        while left < groups.end[one] and trail[groups.member[left], oldest] < 0:
            left += 1
        while right < groups.end[other] and trail[groups.member[right], oldest] < 0:
            right += 1
        if left == groups.end[one] or right == groups.end[other]:
            return left == groups.end[one] and right == groups.end[other]
        if trail[groups.member[left], oldest] != trail[groups.member[right], oldest]:
            return False
        left += 1
        right += 1
