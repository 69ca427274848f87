"""Who gets which plot: confirmed tracks first, then tentative ones, by assignment or by joint probabilities.

Global nearest neighbour minimises the sum of Mahalanobis distances, a track without a plot counting as the gate; where
models interact it maximises the sum of log-likelihood ratios instead, since distances of unlike models do not compare.
JPDA* (``jpda``) serves confirmed tracks, cluster by cluster; tentative tracks that were weighted so would merge.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiamd.estimation.assignment import BIG
from openiamd.estimation.bank import HARD_CLUSTERS, NONE, Choice, Joint, Pairs, Policy, Solver
from openiamd.estimation.jpda import LARGEST_CLUSTER, joint_probabilities
from openiamd.estimation.sparse_assignment import assign_sparse
from openiamd.kernels import kernel

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

_LEAST_PROBABILITY, _LEAST_REST = 1e-6, 1e-12
_SURE = 0.999  # from here on a plot is taken as the track's: its update is then linearised and rated as such
TAKEN = 0.5  # a plot that is so probably somebody's starts no track


@kernel
def decide(
    confirmed: Flags,
    n_tracks: int,
    n_plots: int,
    stage: bool,
    log_odds: float,
    policy: Policy,
    pairs: Pairs,
    choice: Choice,
    solver: Solver,
) -> None:
    """Give the tracks of one stage, confirmed or not, the plots that are left.

    log_odds  ln of Pd / ((1 - Pd) density of false plots), which makes a likelihood a ratio
    """
    by_distance = not policy.joint and not policy.interacting
    for track in range(n_tracks):
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            pairs.cost[pair] = BIG
            if confirmed[track] == stage and choice.claim[pairs.plot[pair]] <= TAKEN:
                pairs.cost[pair] = (
                    pairs.distance[pair] - policy.gate if by_distance else -pairs.log_total[pair] - log_odds
                )
    assign_sparse(
        pairs.first, n_tracks, pairs.plot, pairs.cost, n_plots, 0.0, solver.pair, solver.floats, solver.integers
    )
    for track in range(n_tracks):
        pair = solver.pair[track]
        if pair >= 0:
            pairs.probability[pair] = 1.0
            choice.pair[track] = pair
            choice.claim[pairs.plot[pair]] = 1.0


@kernel
def weigh(
    confirmed: Flags,
    n_tracks: int,
    n_plots: int,
    log_odds: float,
    pairs: Pairs,
    choice: Choice,
    solver: Solver,
    joint: Joint,
    counts: Integers,
) -> None:
    """Write the joint probabilities of confirmed tracks' pairs, and which plot each track takes for its own.

    A cluster that ``jpda`` finds too large is decided by assignment, and counted.
    """
    link_clusters(confirmed, n_tracks, n_plots, pairs, joint)
    for pair in range(pairs.first[n_tracks]):
        pairs.cost[pair] = BIG
    for root in range(n_tracks):
        if not confirmed[root] or joint.cluster[0, root] != root or pairs.first[root + 1] == pairs.first[root]:
            continue
        if not _solve_cluster(root, log_odds, pairs, joint):
            counts[HARD_CLUSTERS] += 1
            track = root
            while track >= 0:
                for pair in range(pairs.first[track], pairs.first[track + 1]):
                    pairs.cost[pair] = -pairs.log_total[pair] - log_odds
                track = int(joint.cluster[1, track])
    for by_odds in range(2):
        if by_odds:
            _take_odds(confirmed, n_tracks, pairs)
        assign_sparse(
            pairs.first, n_tracks, pairs.plot, pairs.cost, n_plots, 0.0, solver.pair, solver.floats, solver.integers
        )
        for track in range(n_tracks):
            if not by_odds and solver.pair[track] >= 0:
                pairs.probability[solver.pair[track]] = 1.0
    for track in range(n_tracks):
        if not confirmed[track]:
            continue
        choice.pair[track] = solver.pair[track]
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            choice.claim[pairs.plot[pair]] += pairs.probability[pair]
    for track in range(n_tracks):
        if confirmed[track] and choice.pair[track] >= 0:
            choice.claim[pairs.plot[choice.pair[track]]] = 1.0


@kernel
def _take_odds(confirmed: Flags, n_tracks: int, pairs: Pairs) -> None:
    """Write as costs the odds of each plot against no plot at all."""
    for track in range(n_tracks):
        rest = 1.0
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            rest -= pairs.probability[pair]
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            pairs.cost[pair] = BIG
            if confirmed[track] and pairs.probability[pair] > _LEAST_PROBABILITY:
                pairs.cost[pair] = math.log(max(rest, _LEAST_REST)) - math.log(pairs.probability[pair])


@kernel
def link_clusters(confirmed: Flags, n_tracks: int, n_plots: int, pairs: Pairs, joint: Joint) -> None:
    """Join confirmed tracks that share a plot: each one's root, and the next of the same cluster.

    Union by the lower number with path halving (Tarjan & van Leeuwen, J. ACM 31 (1984) 245).
    """
    for plot in range(n_plots):
        joint.owner[plot] = NONE
    for track in range(n_tracks):
        joint.cluster[0, track] = track
        joint.cluster[1, track] = NONE
    for track in range(n_tracks):
        if not confirmed[track]:
            continue
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            plot = pairs.plot[pair]
            if joint.owner[plot] < 0:
                joint.owner[plot] = track
                continue
            one, other = _root(joint.cluster[0], int(joint.owner[plot])), _root(joint.cluster[0], track)
            joint.cluster[0, max(one, other)] = min(one, other)
    for track in range(n_tracks - 1, -1, -1):
        root = _root(joint.cluster[0], track)
        joint.cluster[0, track] = root
        if root != track:
            joint.cluster[1, track] = joint.cluster[1, root]
            joint.cluster[1, root] = track
    for plot in range(n_plots):
        joint.owner[plot] = NONE


@kernel
def _root(cluster: Integers, track: int) -> int:
    while cluster[track] != track:
        cluster[track] = cluster[cluster[track]]
        track = cluster[track]
    return track


@kernel
def _solve_cluster(root: int, log_odds: float, pairs: Pairs, joint: Joint) -> bool:
    """Write the joint probabilities of one cluster's pairs; return False where it is too large."""
    n_members, n_columns, fits = 0 * root, 0 * root, True  # literals would have the callees compiled twice
    track = root
    while track >= 0 and fits:
        fits = n_members < LARGEST_CLUSTER
        if fits:
            joint.members[0, n_members] = track
            n_members += 1
        for pair in range(pairs.first[track], pairs.first[track + 1]):
            plot = pairs.plot[pair]
            if joint.owner[plot] < 0 and fits:
                fits = n_columns < LARGEST_CLUSTER
                if fits:
                    joint.owner[plot] = n_columns
                    joint.members[1, n_columns] = plot
                    n_columns += 1
        track = int(joint.cluster[1, track])
    if fits:
        for member in range(n_members):
            for column in range(n_columns):
                joint.log_ratio[member, column] = -math.inf
            track = joint.members[0, member]
            for pair in range(pairs.first[track], pairs.first[track + 1]):
                joint.log_ratio[member, joint.owner[pairs.plot[pair]]] = pairs.log_total[pair] + log_odds
        fits = joint_probabilities(
            joint.log_ratio, n_members, n_columns, joint.probability, joint.floats, joint.integers
        )
    if fits:
        for member in range(n_members):
            _keep_probabilities(int(joint.members[0, member]), member, n_columns, pairs, joint)
    for column in range(n_columns):
        joint.owner[joint.members[1, column]] = NONE
    return fits


@kernel
def _keep_probabilities(track: int, member: int, n_columns: int, pairs: Pairs, joint: Joint) -> None:
    """Write one track's probabilities, as 0 and 1 where one option is next to certain."""
    largest = 0.0
    for column in range(n_columns + 1):
        largest = max(largest, joint.probability[member, column])
    for pair in range(pairs.first[track], pairs.first[track + 1]):
        value = joint.probability[member, joint.owner[pairs.plot[pair]] + 1]
        pairs.probability[pair] = value if largest <= _SURE else (1.0 if value == largest else 0.0)
