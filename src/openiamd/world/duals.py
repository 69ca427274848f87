"""Duals: two tracks of a node that are of one object are found, told, and become one; the lower number stays.

Source of the test: Bar-Shalom & Li, Multitarget-Multisensor Tracking (1995), section 8.4, repeated in time.
"""

from openiamd.estimation.gating import near
from openiamd.kernels import kernel
from openiamd.world.arrays import Floats, Rows
from openiamd.world.correlation import own_quality, report_distance2
from openiamd.world.doctrine import NodeTable
from openiamd.world.events import DUAL_DESIGNATION, DUAL_RESOLVED, NONE, EventLog
from openiamd.world.orders import inherit_words
from openiamd.world.tracker import OTHER_COVARIANCE, OTHER_STATE, TrackerTable
from openiamd.world.tracks import (
    CONFIRMED,
    RECEIVED,
    SENSITIVITY,
    TrackState,
    clear_slot,
    copy_state,
    log_track,
    own_estimate,
)

DUAL_CHECK_S = 12.0  # a cycle of reports
DUAL_GATE2 = 7.81  # chi-square, 3 degrees of freedom, 0.95: narrower than the gate of a first correlation
DUAL_GATE = DUAL_GATE2**0.5
DUAL_TOLD = 3  # checks in a row after which the pair is told
DUAL_CHECKS = 4  # checks in a row after which it becomes one
TWO_OBJECTS = -20  # checks that a pair starts from when one scan of one radar saw both


@kernel
def may_be_one(one: Rows, other: Rows) -> bool:
    """Tell whether nothing but their places speaks against two tracks being of one object: status and sources.

    A link that reports both says that they are two; two received tracks are two unless their links differ.
    """
    if one.status < CONFIRMED or other.status < CONFIRMED or one.destroyed or other.destroyed:
        return False
    if one.remote_link != NONE and one.remote_link == other.remote_link:
        return False
    return one.engagements == 0 or other.engagements == 0


@kernel
def same_place(
    nodes: NodeTable, tracker: TrackerTable, tracks: TrackState, scratch: Floats, run: int, node: int, slot: int,
    other: int,
) -> bool:  # fmt: skip
    """Tell whether two tracks of a node agree in place, within the sum of their covariances."""
    held = tracks.row[run, node, slot]
    speed_mps, noise = nodes.row[node].ballistic_minimum_speed_mps, tracker.row[node].process_noise
    state, covariance = scratch[OTHER_STATE, 0], scratch[OTHER_COVARIANCE]
    own_estimate(tracks, run, node, other, held.time_s, speed_mps, noise, state, covariance)
    distance2 = report_distance2(
        held, tracks.state[run, node, slot], tracks.covariance[run, node, slot],
        tracks.beside[run, node, slot, SENSITIVITY:], speed_mps, noise, held.time_s, state, covariance, scratch,
    )  # fmt: skip
    return distance2 < DUAL_GATE2


@kernel
def merge_tracks(tracks: TrackState, run: int, node: int, kept: int, gone: int) -> None:
    """Give the kept of two tracks of one object what the other knows better, and end the other."""
    held, other = tracks.row[run, node, kept], tracks.row[run, node, gone]
    beside, other_beside = tracks.beside[run, node, kept], tracks.beside[run, node, gone]
    received = held.status == RECEIVED
    better = own_quality(tracks, run, node, gone) > own_quality(tracks, run, node, kept)
    if other.status == CONFIRMED and (received or better):
        held.status = CONFIRMED
        copy_state(
            tracks.state[run, node, gone], tracks.covariance[run, node, gone],
            tracks.state[run, node, kept], tracks.covariance[run, node, kept],
        )  # fmt: skip
        held.time_s, held.radars, held.bias_m2 = other.time_s, other.radars, other.bias_m2
        for row in range(SENSITIVITY, beside.shape[0]):
            for column in range(6):
                beside[row, column] = other_beside[row, column]
    for radar in range(tracks.held_s.shape[3]):
        latest_s = tracks.held_s[run, node, gone, radar]
        tracks.held_s[run, node, kept, radar] = max(tracks.held_s[run, node, kept, radar], latest_s)
    tracks.hit_s[run, node, kept, 0] = max(tracks.hit_s[run, node, kept, 0], tracks.hit_s[run, node, gone, 0])
    held.civil_s = max(held.civil_s, other.civil_s)
    held.mode4_s = max(held.mode4_s, other.mode4_s)
    held.mode5_s = max(held.mode5_s, other.mode5_s)
    if held.remote_link == NONE and other.remote_link != NONE:
        held.remote_link, held.remote_number, held.remote_s = other.remote_link, other.remote_number, other.remote_s
        held.remote_quality, held.remote_identity = other.remote_quality, other.remote_identity
        held.remote_time_s, held.fusion, held.noise = other.remote_time_s, other.fusion, other.noise
        held.remote_seen_s = other.remote_seen_s
        held.remote_use, held.remote_until_s = other.remote_use, other.remote_until_s
        held.picture_only, held.heard = other.picture_only, other.heard
        for row in range(SENSITIVITY):
            for column in range(6):
                beside[row, column] = other_beside[row, column]
    if other.engaged_s > held.engaged_s:
        held.engager, held.engaged_s, held.engaged_until_s = other.engager, other.engaged_s, other.engaged_until_s
    inherit_words(held, other)
    held.number = min(held.number, other.number)
    clear_slot(tracks, run, node, gone)


@kernel
def kept_of(one: Rows, other: Rows) -> bool:
    """Tell whether the first of two tracks is kept: engaged before not, own before received, then the lower number."""
    if (one.engagements > 0) != (other.engagements > 0):
        return one.engagements > 0
    if (one.status == RECEIVED) != (other.status == RECEIVED):
        return other.status == RECEIVED
    return one.number < other.number


@kernel
def suspect_dual(
    now_s: float, tracks: TrackState, events: EventLog, run: int, node: int, slot: int, other: int
) -> bool:
    """Count another check that takes two tracks for one object, and tell it; return whether they are to become one."""
    held, number = tracks.row[run, node, slot], tracks.row[run, node, other].number
    apart = held.last_sensor == tracks.row[run, node, other].last_sensor and held.last_sensor != NONE
    if held.dual_number != number:
        held.dual_number, held.dual_checks = number, 0
    if apart and held.last_scan == tracks.row[run, node, other].last_scan:
        held.dual_checks = TWO_OBJECTS
    held.dual_checks += 1
    if held.dual_checks == DUAL_TOLD:
        log_track(events, now_s, DUAL_DESIGNATION, tracks, run, node, slot, NONE, NONE, float(number))
    return held.dual_checks >= DUAL_CHECKS


@kernel
def resolve_duals(
    now_s: float, nodes: NodeTable, tracker: TrackerTable, tracks: TrackState, events: EventLog, scratch: Floats,
    run: int, node: int,
) -> None:  # fmt: skip
    """Look for pairs of tracks of one object among those of a node, and make one of each that lasts."""
    for slot in range(tracks.top[run, node]):
        held = tracks.row[run, node, slot]
        if held.status < CONFIRMED:
            continue
        partner = NONE
        for other in range(slot + 1, tracks.top[run, node]):
            beyond = tracks.row[run, node, other]
            if not may_be_one(held, beyond) or not near(
                tracks.state[run, node, slot], tracks.covariance[run, node, slot], beyond.time_s - held.time_s,
                tracks.state[run, node, other], tracks.covariance[run, node, other],
                2.0 * (held.bias_m2 + beyond.bias_m2), DUAL_GATE,
            ):  # fmt: skip
                continue
            if same_place(nodes, tracker, tracks, scratch, run, node, slot, other):
                partner = other
                break
        if partner == NONE:
            # A pair that scans have told apart stays told apart for a while.
            held.dual_checks = min(held.dual_checks, 0)
            continue
        if suspect_dual(now_s, tracks, events, run, node, slot, partner):
            kept, gone = slot, partner
            if not kept_of(held, tracks.row[run, node, partner]):
                kept, gone = partner, slot
            number = max(held.number, tracks.row[run, node, partner].number)
            merge_tracks(tracks, run, node, kept, gone)
            log_track(events, now_s, DUAL_RESOLVED, tracks, run, node, kept, NONE, NONE, float(number))
