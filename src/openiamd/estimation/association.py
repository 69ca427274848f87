"""Who gets which plot: confirmed tracks first, then tentative ones, by assignment or by joint probabilities.

Global nearest neighbour minimises the sum of Mahalanobis distances, a track without a plot counting as the gate; where
models interact it maximises the sum of log-likelihood ratios instead, since distances of unlike models do not compare.
JPDA* (``jpda``) serves confirmed tracks, cluster by cluster; tentative tracks that were weighted so would merge.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.assignment import BIG
from openiamd.estimation.bank import HARD_CLUSTERS, NONE, Bank, Pairs, Policy, Work
from openiamd.estimation.jpda import LARGEST_CLUSTER, joint_probabilities
from openiamd.estimation.sparse_assignment import assign_sparse
from openiamd.kernels import kernel

Integers = NDArray[np.int64]

_LEAST_PROBABILITY, _LEAST_REST = 1e-6, 1e-12
_SURE = 0.999  # from here on a plot is taken as the track's: its update is then linearised and rated as such
_TAKEN = 0.5  # a plot that is so probably somebody's starts no track


@kernel
def associate(
    bank: Bank, n_tracks: int, n_plots: int, log_odds: float, policy: Policy, pairs: Pairs, work: Work, counts: Integers
) -> None:
    """Write each track's pair (NONE) to ``work.pair_of``, pairs' probabilities and each plot's claim.

    log_odds  ln of Pd / ((1 - Pd) density of false plots), which makes a likelihood a ratio
    """
    for plot in range(n_plots):
        work.claim[plot] = 0.0
    for track in range(n_tracks):
        work.pair_of[track] = NONE
    for pair in range(pairs.first[n_tracks]):
        pairs.probability[pair] = 0.0
    if policy.joint:
        _weigh(bank, n_tracks, n_plots, log_odds, pairs, work, counts)
    else:
        _decide(bank, n_tracks, n_plots, True, log_odds, policy, pairs, work)
    _decide(bank, n_tracks, n_plots, False, log_odds, policy, pairs, work)


@kernel
def _decide(
    bank: Bank, n_tracks: int, n_plots: int, confirmed: bool, log_odds: float, policy: Policy, pairs: Pairs, work: Work
) -> None:
    """Give the tracks of one stage the plots that are left."""
    by_distance = not policy.joint and not policy.interacting
    for track in range(n_tracks):
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            pairs.cost[pair] = BIG
            if bank.confirmed[track] == confirmed and work.claim[pairs.plot[pair]] <= _TAKEN:
                pairs.cost[pair] = (
                    pairs.distance[pair] - policy.gate if by_distance else -pairs.log_total[pair] - log_odds
                )
    _assign(n_tracks, n_plots, pairs, work)
    for track in range(n_tracks):
        pair = work.stage_pair[track]
        if pair >= 0:
            pairs.probability[pair] = 1.0
            work.pair_of[track] = pair
            work.claim[pairs.plot[pair]] = 1.0


@kernel
def _assign(n_tracks: int, n_plots: int, pairs: Pairs, work: Work) -> None:
    """Write to ``work.stage_pair`` the assignment of least total cost, where no plot costs 0."""
    assign_sparse(
        pairs.first, n_tracks, pairs.plot, pairs.cost, n_plots, 0.0, work.stage_pair, work.assign_floats,
        work.assign_integers,
    )  # fmt: skip


@kernel
def _weigh(
    bank: Bank, n_tracks: int, n_plots: int, log_odds: float, pairs: Pairs, work: Work, counts: Integers
) -> None:
    """Write the joint probabilities of confirmed tracks' pairs, and which plot each track takes for its own.

    A cluster that ``jpda`` finds too large is decided by assignment, and counted.
    """
    link_clusters(bank, n_tracks, n_plots, pairs, work)
    for pair in range(pairs.first[n_tracks]):
        pairs.cost[pair] = BIG
    for root in range(n_tracks):
        if bank.confirmed[root] and work.cluster[root] == root and pairs.first[root + 1] > pairs.first[root]:
            if not _solve_cluster(root, log_odds, pairs, work):
                counts[HARD_CLUSTERS] += 1
                track = root
                while track >= 0:
                    for pair in range(pairs.first[track], pairs.first[track + 1]):
                        pairs.cost[pair] = -pairs.log_total[pair] - log_odds
                    track = work.chain[track]
    _assign(n_tracks, n_plots, pairs, work)
    for track in range(n_tracks):
        if work.stage_pair[track] >= 0:
            pairs.probability[work.stage_pair[track]] = 1.0
    _take_odds(bank, n_tracks, pairs)
    _assign(n_tracks, n_plots, pairs, work)
    for track in range(n_tracks):
        if not bank.confirmed[track]:
            continue
        work.pair_of[track] = work.stage_pair[track]
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            work.claim[pairs.plot[pair]] += pairs.probability[pair]
    for track in range(n_tracks):
        if bank.confirmed[track] and work.pair_of[track] >= 0:
            work.claim[pairs.plot[work.pair_of[track]]] = 1.0


@kernel
def _take_odds(bank: Bank, n_tracks: int, pairs: Pairs) -> None:
    """Write as costs the odds of each plot against no plot at all."""
    for track in range(n_tracks):
        rest = 1.0
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            rest -= pairs.probability[pair]
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            pairs.cost[pair] = BIG
            if bank.confirmed[track] and pairs.probability[pair] > _LEAST_PROBABILITY:
                pairs.cost[pair] = math.log(max(rest, _LEAST_REST)) - math.log(pairs.probability[pair])


@kernel
def link_clusters(bank: Bank, n_tracks: int, n_plots: int, pairs: Pairs, work: Work) -> None:
    """Join confirmed tracks that share a plot: root first in ``work.cluster``, then along ``work.chain``.

    Union by the lower number with path halving (Tarjan & van Leeuwen, J. ACM 31 (1984) 245).
    """
    for plot in range(n_plots):
        work.owner[plot] = NONE
    for track in range(n_tracks):
        work.cluster[track] = track
        work.chain[track] = NONE
    for track in range(n_tracks):
        if not bank.confirmed[track]:
            continue
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            plot = pairs.plot[pair]
            if work.owner[plot] < 0:
                work.owner[plot] = track
                continue
            one, other = _root(work.cluster, work.owner[plot]), _root(work.cluster, track)
            work.cluster[max(one, other)] = min(one, other)
    for track in range(n_tracks - 1, -1, -1):
        root = _root(work.cluster, track)
        work.cluster[track] = root
        if root != track:
            work.chain[track] = work.chain[root]
            work.chain[root] = track
    for plot in range(n_plots):
        work.owner[plot] = NONE


@kernel
def _root(cluster: Integers, track: int) -> int:
    while cluster[track] != track:
        cluster[track] = cluster[cluster[track]]
        track = cluster[track]
    return track


@kernel
def _solve_cluster(root: int, log_odds: float, pairs: Pairs, work: Work) -> bool:
    """Write the joint probabilities of one cluster's pairs; return False where it is too large."""
    n_members, n_columns, fits = 0, 0, True
    track = root
    while track >= 0 and fits:
        fits = n_members < LARGEST_CLUSTER
        if fits:
            work.members[0, n_members] = track
            n_members += 1
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            plot = pairs.plot[pair]
            if work.owner[plot] < 0 and fits:
                fits = n_columns < LARGEST_CLUSTER
                if fits:
                    work.owner[plot] = n_columns
                    work.members[1, n_columns] = plot
                    n_columns += 1
        track = work.chain[track]
    if fits:
        for member in range(n_members):
            for column in range(n_columns):
                work.log_ratio[member, column] = -math.inf
            track = work.members[0, member]
            for pair in range(pairs.first[track], pairs.first[track + 1]):
                work.log_ratio[member, work.owner[pairs.plot[pair]]] = pairs.log_total[pair] + log_odds
        fits = joint_probabilities(
            work.log_ratio, n_members, n_columns, work.joint, work.joint_floats, work.joint_integers
        )
    if fits:
        for member in range(n_members):
            _keep_probabilities(work.members[0, member], member, n_columns, pairs, work)
    for column in range(n_columns):
        work.owner[work.members[1, column]] = NONE
    return fits


@kernel
def _keep_probabilities(track: int, member: int, n_columns: int, pairs: Pairs, work: Work) -> None:
    """Write one track's probabilities, as 0 and 1 where one option is next to certain."""
    largest = 0.0
    for column in range(n_columns + 1):
        largest = max(largest, work.joint[member, column])
    for pair in range(pairs.first[track], pairs.first[track + 1]):
        value = work.joint[member, work.owner[pairs.plot[pair]] + 1]
        pairs.probability[pair] = value if largest <= _SURE else (1.0 if value == largest else 0.0)
