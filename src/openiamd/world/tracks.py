"""The track file of each command node, and the work space of the tracker."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from openiamd.estimation.assignment import work_sizes
from openiamd.physics.gravity import gravity_mps2
from openiamd.world.arrays import Bools, Floats, Ints

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

FREE_SLOT, TENTATIVE, CONFIRMED, RECEIVED = 0, 1, 2, 3
PENDING, UNKNOWN, ASSUMED_FRIEND, FRIEND, NEUTRAL, SUSPECT, HOSTILE = 0, 1, 2, 3, 4, 5, 6
NUMBERS_PER_NODE = 100_000
HIT_TIMES = 5


class TrackerTable(NamedTuple):
    """How each node tracks; row order is ``ResolvedScenario.nodes`` order."""

    confirm_hits: Ints  # (node,) M of
    confirm_scans: Ints  # (node,) N
    drop_misses: Ints  # (node,) consecutive missed scans that end a confirmed track
    gate: Floats  # (node,) Mahalanobis distance
    process_noise: Floats  # (node,) m²/s³
    scan_s: Floats  # (node,) longest revisit among its search radars


class TrackState(NamedTuple):
    """Track files; a slot holds one track or none."""

    top: Ints  # (run, node) slots in use end here
    issued: Ints  # (run, node) track numbers issued so far
    status: Ints  # (run, node, slot) FREE_SLOT, TENTATIVE, CONFIRMED, RECEIVED (held only from a link)
    number: Ints  # (run, node, slot) track number, unique to the issuing node
    subject: Ints  # (run, node, slot) 32-bit hash of its first measurement: names it in draws
    time_s: Floats  # (run, node, slot) time of the state
    state: Floats  # (run, node, slot, 6) position m, velocity m/s; east, north, up
    covariance: Floats  # (run, node, slot, 6, 6)
    started_s: Floats  # (run, node, slot)
    hits: Ints  # (run, node, slot) plots taken so far
    hit_s: Floats  # (run, node, slot, HIT_TIMES) the latest plots, newest first
    held_s: Floats  # (run, node, slot, engagement radar) its latest plot from that radar
    confirmed_s: Floats  # (run, node, slot) when it became a track to decide on
    identity: Ints  # (run, node, slot)
    unanswered: Ints  # (run, node, slot) interrogations without reply since the last reply
    civil_s: Floats  # (run, node, slot) latest civil reply
    mode5_s: Floats  # (run, node, slot) latest Mode 5 reply
    remote_link: Ints  # (run, node, slot) link that reports it, −1 none
    remote_number: Ints  # (run, node, slot) number in that report
    remote_s: Floats  # (run, node, slot) arrival of the latest report
    remote_quality: Ints  # (run, node, slot) sender's track quality
    remote_identity: Ints  # (run, node, slot) PENDING: none carried
    ordered: Bools  # (run, node, slot) the superior orders its engagement
    engagements: Ints  # (run, node, slot) channels at work on it
    salvos: Ints  # (run, node, slot) salvos spent on it
    decided: Bools  # (run, node, slot) a first decision was taken
    destroyed: Bools  # (run, node, slot) assessed as killed
    held_reasons: Ints  # (run, node, slot) bit set of reasons already logged
    plot_cause: Ints  # (run, node, slot) event behind its first plot (record only)
    cause: Ints  # (run, node, slot) latest event about it


class TrackerWork(NamedTuple):
    """Scratch space of the assignment, one per slice."""

    cost: Floats  # (plot, slot)
    plot_slot: Ints  # (plot,) slot assigned, −1 none
    columns: Ints  # (slot,) candidate slots
    urgency_s: Floats  # (slot,) time to go of candidate tracks
    work_floats: Floats  # assignment work space
    work_integers: Ints  # assignment work space


def compile_tracker(scenario: ResolvedScenario) -> TrackerTable:
    """Return the tracking parameters of each node."""
    nodes = scenario.nodes
    scan_s = np.full(len(nodes), scenario.step_s)
    for sensor in scenario.sensors:
        if not sensor.designated_only:
            scan_s[sensor.node] = max(scan_s[sensor.node], sensor.revisit_s)
    return TrackerTable(
        confirm_hits=np.array([node.confirm_hits for node in nodes], np.int64),
        confirm_scans=np.array([node.confirm_scans for node in nodes], np.int64),
        drop_misses=np.array([node.drop_misses for node in nodes], np.int64),
        gate=np.array([node.gate for node in nodes], np.float64),
        process_noise=np.array([node.process_noise for node in nodes], np.float64),
        scan_s=scan_s,
    )


def create_track_state(runs: int, nodes: int, slots: int, engagement_radars: int) -> TrackState:
    """Return empty track files of ``slots`` tracks a node."""
    shape = (runs, nodes, slots)
    return TrackState(
        top=np.zeros((runs, nodes), np.int64),
        issued=np.zeros((runs, nodes), np.int64),
        status=np.zeros(shape, np.int64),
        number=np.zeros(shape, np.int64),
        subject=np.zeros(shape, np.int64),
        time_s=np.zeros(shape),
        state=np.zeros((*shape, 6)),
        covariance=np.zeros((*shape, 6, 6)),
        started_s=np.zeros(shape),
        hits=np.zeros(shape, np.int64),
        hit_s=np.full((*shape, HIT_TIMES), -np.inf),
        held_s=np.full((*shape, max(engagement_radars, 1)), -np.inf),
        confirmed_s=np.full(shape, np.inf),
        identity=np.zeros(shape, np.int64),
        unanswered=np.zeros(shape, np.int64),
        civil_s=np.full(shape, -np.inf),
        mode5_s=np.full(shape, -np.inf),
        remote_link=np.full(shape, -1, np.int64),
        remote_number=np.full(shape, -1, np.int64),
        remote_s=np.full(shape, -np.inf),
        remote_quality=np.full(shape, -1, np.int64),
        remote_identity=np.zeros(shape, np.int64),
        ordered=np.zeros(shape, np.bool_),
        engagements=np.zeros(shape, np.int64),
        salvos=np.zeros(shape, np.int64),
        decided=np.zeros(shape, np.bool_),
        destroyed=np.zeros(shape, np.bool_),
        held_reasons=np.zeros(shape, np.int64),
        plot_cause=np.full(shape, -1, np.int64),
        cause=np.full(shape, -1, np.int64),
    )


def create_tracker_work(plots: int, slots: int) -> TrackerWork:
    """Return scratch space for one slice."""
    floats, integers = work_sizes(plots, slots)
    return TrackerWork(
        cost=np.zeros((plots, slots)),
        plot_slot=np.full(plots, -1, np.int64),
        columns=np.zeros(slots, np.int64),
        urgency_s=np.zeros(slots),
        work_floats=np.zeros(floats),
        work_integers=np.zeros(integers, np.int64),
    )


@njit(nogil=True, cache=True)
def clear_slot(tracks: TrackState, run: int, node: int, slot: int) -> None:
    """Empty a slot: nothing of the track it held may show in the next one."""
    tracks.status[run, node, slot] = FREE_SLOT
    tracks.number[run, node, slot] = -1
    tracks.subject[run, node, slot] = 0
    tracks.hits[run, node, slot] = 0
    tracks.confirmed_s[run, node, slot] = np.inf
    tracks.identity[run, node, slot] = PENDING
    tracks.unanswered[run, node, slot] = 0
    tracks.civil_s[run, node, slot] = -np.inf
    tracks.mode5_s[run, node, slot] = -np.inf
    tracks.remote_link[run, node, slot] = -1
    tracks.remote_number[run, node, slot] = -1
    tracks.remote_s[run, node, slot] = -np.inf
    tracks.remote_quality[run, node, slot] = -1
    tracks.remote_identity[run, node, slot] = PENDING
    tracks.ordered[run, node, slot] = False
    tracks.engagements[run, node, slot] = 0
    tracks.salvos[run, node, slot] = 0
    tracks.decided[run, node, slot] = False
    tracks.destroyed[run, node, slot] = False
    tracks.held_reasons[run, node, slot] = 0
    tracks.plot_cause[run, node, slot] = -1
    tracks.cause[run, node, slot] = -1
    for radar in range(tracks.held_s.shape[3]):
        tracks.held_s[run, node, slot, radar] = -np.inf
    for hit in range(HIT_TIMES):
        tracks.hit_s[run, node, slot, hit] = -np.inf


@njit(nogil=True, cache=True)
def open_slot(tracks: TrackState, run: int, node: int) -> int:
    """Return a cleared slot of the node's track file, or −1 when it is full."""
    for slot in range(tracks.status.shape[2]):
        if slot >= tracks.top[run, node] or tracks.status[run, node, slot] == FREE_SLOT:
            tracks.top[run, node] = max(tracks.top[run, node], slot + 1)
            clear_slot(tracks, run, node, slot)
            return slot
    return -1


@njit(nogil=True, cache=True)
def falls(state: Floats, ballistic_minimum_speed_mps: float) -> bool:
    """Tell whether a state (6,) is so fast that the node takes it for a ballistic missile in free fall."""
    square = state[3] * state[3] + state[4] * state[4] + state[5] * state[5]
    return square >= ballistic_minimum_speed_mps * ballistic_minimum_speed_mps


@njit(nogil=True, cache=True)
def coasted_state(
    tracks: TrackState,
    run: int,
    node: int,
    slot: int,
    now_s: float,
    ballistic_minimum_speed_mps: float,
    state: Floats,
) -> bool:
    """Write a track's state (6,) brought to ``now_s`` and return whether it was taken to fall freely."""
    held = tracks.state[run, node, slot]
    age_s = now_s - tracks.time_s[run, node, slot]
    falling = falls(held, ballistic_minimum_speed_mps)
    for axis in range(3):
        state[axis] = held[axis] + age_s * held[3 + axis]
        state[3 + axis] = held[3 + axis]
    if falling:
        pull = gravity_mps2(held[0], held[1], held[2])
        for axis in range(3):
            state[axis] += 0.5 * pull[axis] * age_s * age_s
            state[3 + axis] += pull[axis] * age_s
    return falling
