"""Correlation: which reports and tracks are of one object, who reports it, and what becomes of two numbers for one.

Distances are taken with the sum of both covariances, registration errors among them (Bar-Shalom & Li,
Multitarget-Multisensor Tracking (1995), section 8.4).
"""

import math

from openiamd.estimation.fusion import combine, quality_of
from openiamd.estimation.gating import near
from openiamd.estimation.kalman import predict, predicted_distance2
from openiamd.estimation.registration import horizontal_bias_m2, innovation_covariance
from openiamd.kernels import kernel
from openiamd.world.arrays import Floats, Rows
from openiamd.world.doctrine import NodeTable
from openiamd.world.events import DECORRELATED, NONE, NUMBER_CHANGED, EventLog
from openiamd.world.network import LinkTable, MessageState
from openiamd.world.tracker import GAIN_ROWS, OTHER_COVARIANCE, OTHER_STATE, ROWS, SPREAD, TrackerTable
from openiamd.world.tracks import (
    CONFIRMED,
    NAIVE,
    NUMBERS_PER_NODE,
    RECEIVED,
    REMOTE_COVARIANCE,
    REMOTE_STATE,
    SENSITIVITY,
    TrackState,
    copy_state,
    log_track,
    pull,
    untie,
)

CORRELATION_GATE2 = 16.27  # chi-square, 3 degrees of freedom, 0.999
CORRELATION_GATE = math.sqrt(CORRELATION_GATE2)
DECORRELATION_GATE2 = 21.11  # chi-square, 3 degrees of freedom, 0.9999: wider, so that a tie does not flutter
DECORRELATION_REPORTS = 3  # in a row
STALE_INTERVALS = 3.0
SILENT_INTERVALS = 2.5  # without a report, a node that yielded reports again; one lost report is not enough
BETTER_BY = 2  # steps of track quality that it takes to win reporting responsibility from another node


@kernel
def own_quality(tracks: TrackState, run: int, node: int, slot: int) -> int:
    """Return the track quality of what the node's own radars say, registration errors among the variance."""
    held, covariance = tracks.row[run, node, slot], tracks.covariance[run, node, slot]
    variance_m2 = covariance[0, 0] + covariance[1, 1]
    if held.radars != 0:
        variance_m2 += horizontal_bias_m2(tracks.beside[run, node, slot, SENSITIVITY:], held.radars)
    return quality_of(variance_m2)


@kernel
def reports(send_s: float, links: LinkTable, tracks: TrackState, run: int, node: int, slot: int) -> bool:
    """Tell whether the node has reporting responsibility for a track at a time slot, and remember it.

    Its own radars must hold the track. It yields to a report that is better, or equally good and of a node that the
    scenario names first. It takes the responsibility back when it is better by two steps, or hears nothing. A node that
    joins naively reports whatever it holds.
    """
    held = tracks.row[run, node, slot]
    if held.status != CONFIRMED or held.destroyed:
        return False
    if held.remote_link == NONE or held.fusion == NAIVE:
        held.reporting = True
        return True
    line = links.row[held.remote_link]
    quality = own_quality(tracks, run, node, slot)
    if held.reporting:
        senior = line.sender < node
        if held.remote_quality > quality or (held.remote_quality == quality and senior):
            held.reporting = False
    elif quality >= held.remote_quality + BETTER_BY or send_s - held.remote_s > SILENT_INTERVALS * line.interval_s:
        held.reporting = True
    return held.reporting


@kernel
def find_number(tracks: TrackState, run: int, node: int, number: int) -> int:
    """Return the slot that already goes by a reported track number, or ``NONE``."""
    for slot in range(tracks.top[run, node]):
        held = tracks.row[run, node, slot]
        if held.status >= CONFIRMED and number in (held.number, held.remote_number):
            return slot
    return NONE


@kernel
def report_distance2(
    held: Rows, state: Floats, covariance: Floats, sensitivity: Floats, ballistic_minimum_speed_mps: float,
    noise: float, at_s: float, report_m: Floats, report_m2: Floats, scratch: Floats,
) -> float:  # fmt: skip
    """Return the squared distance of a reported position from a track of the node at ``at_s``.

    With the sum of both covariances, each with the registration errors behind it: a report's are among it already.
    held, state, covariance, sensitivity  of the track; scratch  as ``TrackerWork.scratch``
    """
    age_s = at_s - held.time_s
    ax, ay, az = pull(state, ballistic_minimum_speed_mps)
    if held.radars != 0:
        innovation_covariance(sensitivity, held.radars, age_s, report_m2, NONE, scratch[GAIN_ROWS], scratch[SPREAD])
        report_m2 = scratch[SPREAD]
    return predicted_distance2(state, covariance, age_s, noise, ax, ay, az, report_m, report_m2)[0]


@kernel
def correlate(
    links: LinkTable, nodes: NodeTable, tracker: TrackerTable, tracks: TrackState, state: MessageState,
    scratch: Floats, run: int, link: int, ring: int, report: int, node: int, held_already: bool,
) -> int:  # fmt: skip
    """Return the node's track nearest to a report within the correlation gate, or ``NONE``.

    Tracks already tied to a live report of the same link stay with it; a report that is held already as received is
    compared with the node's own untied tracks only. The distance is taken with the sum of both
    covariances (Bar-Shalom & Li 1995, Multitarget-Multisensor Tracking, section 8.4), at the report's time.
    """
    best, best_distance2 = NONE, CORRELATION_GATE2
    reported_s = state.report[run, link, ring, report].time_s
    interval_s, arrival_s = links.row[link].interval_s, state.link[run, link].arrived_s
    for slot in range(tracks.top[run, node]):
        held = tracks.row[run, node, slot]
        if held.status < CONFIRMED or (held_already and (held.status == RECEIVED or held.remote_link != NONE)):
            continue
        if held.remote_link == link and held.remote_s > arrival_s - 0.5 * interval_s:
            continue
        if not near(
            tracks.state[run, node, slot], tracks.covariance[run, node, slot], reported_s - held.time_s,
            state.state[run, link, ring, report], state.covariance[run, link, ring, report], 2.0 * held.bias_m2,
            CORRELATION_GATE,
        ):  # fmt: skip
            continue
        distance2 = report_distance2(
            held, tracks.state[run, node, slot], tracks.covariance[run, node, slot],
            tracks.beside[run, node, slot, SENSITIVITY:], nodes.row[node].ballistic_minimum_speed_mps,
            tracker.row[node].process_noise, reported_s, state.state[run, link, ring, report],
            state.covariance[run, link, ring, report], scratch,
        )  # fmt: skip
        if distance2 < best_distance2:
            best, best_distance2 = slot, distance2
    return best


@kernel
def adopt_number(
    arrival_s: float,
    tracks: TrackState,
    events: EventLog,
    run: int,
    node: int,
    slot: int,
    number: int,
    quality: int,
    heard: bool,
) -> None:
    """Take over the reported number, unless the node's own report is better and the other side will hear it.

    heard  a link leads back to the sender; of equally good reports the lower number stays
    """
    held = tracks.row[run, node, slot]
    own = held.number
    if own == number:
        return
    better = own_quality(tracks, run, node, slot) - quality
    if heard and (better > 0 or (better == 0 and own < number)):
        return
    held.number = number
    held.cause = log_track(events, arrival_s, NUMBER_CHANGED, tracks, run, node, slot, NONE, NONE, float(own))


@kernel
def drifted(distance2: float, held: Rows) -> bool:
    """Count the reports of a tied pair that lie too far apart to be of one object; tell whether it is to be untied."""
    held.apart = held.apart + 1 if distance2 > DECORRELATION_GATE2 else 0
    return held.apart >= DECORRELATION_REPORTS


@kernel
def decorrelate(
    arrival_s: float, tracks: TrackState, events: EventLog, run: int, node: int, slot: int, number: int
) -> None:
    """Untie a track from the report ``number`` that drifted away from it.

    The node's own track then goes by a number of its own: the report keeps the one that others know.
    """
    held = tracks.row[run, node, slot]
    untie(held)
    if held.number == number:
        held.number = (node + 1) * NUMBERS_PER_NODE + tracks.issued[run, node]
        tracks.issued[run, node] += 1
    held.cause = log_track(events, arrival_s, DECORRELATED, tracks, run, node, slot, NONE, NONE, float(number))


@kernel
def join_naively(held: Rows, state: Floats, covariance: Floats, beside: Floats, scratch: Floats) -> None:
    """Take the remote state of a track into its own as if nothing in it had been counted before.

    The harm that covariance intersection avoids: the joint state is filtered on and reported, so it comes back.
    held, state, covariance, beside  of the track; scratch  as ``TrackerWork.scratch``
    """
    other, other_covariance = scratch[OTHER_STATE, 0], scratch[OTHER_COVARIANCE]
    copy_state(beside[REMOTE_STATE], beside[REMOTE_COVARIANCE:], other, other_covariance)
    age_s = held.time_s - held.remote_time_s
    if age_s < 0.0:
        predict(state, covariance, -age_s, held.noise, 0.0, 0.0, 0.0)
        held.time_s = held.remote_time_s
    else:
        predict(other, other_covariance, age_s, held.noise, 0.0, 0.0, 0.0)
    combine(state, covariance, other, other_covariance, 1.0, 1.0, scratch[ROWS])


@kernel
def keep_report(
    remote_time_s: float, rules: Rows, said: Rows, said_state: Floats, said_covariance: Floats, held: Rows,
    state: Floats, covariance: Floats, beside: Floats, scratch: Floats,
) -> None:  # fmt: skip
    """Keep the reported state beside the track's own, or as the state of a track that only links report.

    rules  of the node's tracker; said, said_state, said_covariance  the report
    held, state, covariance, beside  of the track; scratch  as ``TrackerWork.scratch``
    """
    held.fusion, held.noise = rules.fusion, rules.process_noise
    held.remote_time_s, held.remote_seen_s = remote_time_s, said.seen_s
    copy_state(said_state, said_covariance, beside[REMOTE_STATE], beside[REMOTE_COVARIANCE:])
    if held.status == RECEIVED:
        copy_state(said_state, said_covariance, state, covariance)
        held.time_s = remote_time_s
        held.number = said.number
    elif held.fusion == NAIVE:
        join_naively(held, state, covariance, beside, scratch)


@kernel
def stands_back(arrival_s: float, links: LinkTable, line: Rows, said: Rows, held: Rows) -> bool:
    """Tell whether a report is to be passed over because another link keeps its track better.

    The better report counts; of equals, the lower number. A link with orders is always heard. line  of the report
    """
    other = links.row[held.remote_link]
    if line.carries_order or arrival_s - held.remote_s > SILENT_INTERVALS * other.interval_s:
        return False
    if other.carries_order or said.quality != held.remote_quality:
        return other.carries_order or said.quality < held.remote_quality
    return said.number > held.remote_number
