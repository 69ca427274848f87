"""Share: reports leave on each link in its time slots and arrive after its latency; receivers correlate them.

Reads   links, nodes, draws
Writes  messages, track files
"""

import math

from openiamd.estimation.fusion import combine, quality_of, track_quality
from openiamd.estimation.kalman import predict, predicted_distance2
from openiamd.estimation.registration import horizontal_bias_m2, innovation_covariance
from openiamd.kernels import kernel
from openiamd.physics.draws import LOSS, uniform
from openiamd.world.arrays import Draws, Floats, Rows
from openiamd.world.doctrine import HOLD, NodeTable
from openiamd.world.events import (
    CONTACT_LOST,
    CONTACT_RESTORED,
    DECORRELATED,
    DUAL_RESOLVED,
    NONE,
    NUMBER_CHANGED,
    OVERFLOW,
    TRACK_DROPPED,
    TRACK_RECEIVED,
    TRACKS_FULL,
    EventLog,
    log_event,
)
from openiamd.world.network import USE_NONE, LinkTable, MessageState
from openiamd.world.tracks import (
    CONFIRMED,
    FREE_SLOT,
    GAIN_ROWS,
    HOSTILE,
    NAIVE,
    NUMBERS_PER_NODE,
    OTHER_COVARIANCE,
    OTHER_STATE,
    PENDING,
    RECEIVED,
    REMOTE_COVARIANCE,
    REMOTE_STATE,
    ROWS,
    SENSITIVITY,
    SPREAD,
    TrackerTable,
    TrackState,
    clear_slot,
    copy_state,
    log_track,
    open_slot,
    own_estimate,
    pull,
    untie,
)

CORRELATION_GATE2 = 16.27  # chi-square, 3 degrees of freedom, 0.999
DECORRELATION_GATE2 = 21.11  # chi-square, 3 degrees of freedom, 0.9999: wider, so that a tie does not flutter
DECORRELATION_REPORTS = 3  # in a row
STALE_INTERVALS = 3.0
SILENT_INTERVALS = 1.5  # without a report, a node that yielded reports again
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
    scenario names first. It takes the responsibility back when it is better by two steps, or hears nothing.
    """
    held = tracks.row[run, node, slot]
    if held.status != CONFIRMED or held.destroyed:
        return False
    if held.remote_link == NONE:
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
def send(
    send_s: float,
    index: int,
    links: LinkTable,
    nodes: NodeTable,
    tracker: TrackerTable,
    tracks: TrackState,
    draws: Draws,
    state: MessageState,
    run: int,
    link: int,
) -> None:
    """Put the sender's reportable tracks, brought to ``send_s``, into time slot ``index`` of the link."""
    line = links.row[link]
    sender = line.sender
    ring = index % state.filled.shape[2]
    count = 0
    for slot in range(tracks.top[run, sender]):
        if not line.carries_track or not reports(send_s, links, tracks, run, sender, slot):
            continue
        held = tracks.row[run, sender, slot]
        if line.loss > 0.0:
            draw = uniform(draws.seed, draws.first + run, LOSS, line.entity, held.subject, index, 0)
            if draw < line.loss:
                continue
        report, report_state = state.report[run, link, ring, count], state.state[run, link, ring, count]
        report_covariance = state.covariance[run, link, ring, count]
        own_estimate(
            tracks, run, sender, slot, send_s, nodes.row[sender].ballistic_minimum_speed_mps,
            tracker.row[sender].process_noise, report_state, report_covariance,
        )  # fmt: skip
        report.time_s = send_s
        report.number = held.number
        report.quality = track_quality(report_covariance)
        report.identity = held.identity if line.carries_identity else PENDING
        report.ordered = line.carries_order and held.identity == HOSTILE and nodes.row[sender].control_status != HOLD
        report.subject = held.subject
        report.cause = held.cause
        count += 1
    state.filled[run, link, ring] = count


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
    interval_s, arrival_s = links.row[link].interval_s, reported_s + links.row[link].latency_s
    for slot in range(tracks.top[run, node]):
        held = tracks.row[run, node, slot]
        if held.status < CONFIRMED or (held_already and (held.status == RECEIVED or held.remote_link != NONE)):
            continue
        if held.remote_link == link and held.remote_s > arrival_s - 0.5 * interval_s:
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
def find_track(
    arrival_s: float, links: LinkTable, nodes: NodeTable, tracker: TrackerTable, tracks: TrackState,
    state: MessageState, events: EventLog, scratch: Floats, run: int, link: int, ring: int, report: int,
) -> int:  # fmt: skip
    """Return the slot of the track that a report is about: tied by number, else correlated, else ``NONE``."""
    node, number = links.row[link].receiver, state.report[run, link, ring, report].number
    slot = find_number(tracks, run, node, number)
    if not links.row[link].correlates:
        return slot
    if slot != NONE and tracks.row[run, node, slot].status == CONFIRMED:
        distance2 = report_distance2(
            tracks.row[run, node, slot], tracks.state[run, node, slot], tracks.covariance[run, node, slot],
            tracks.beside[run, node, slot, SENSITIVITY:], nodes.row[node].ballistic_minimum_speed_mps,
            tracker.row[node].process_noise, state.report[run, link, ring, report].time_s,
            state.state[run, link, ring, report], state.covariance[run, link, ring, report], scratch,
        )  # fmt: skip
        if not drifted(distance2, tracks.row[run, node, slot]):
            return slot
        decorrelate(arrival_s, tracks, events, run, node, slot, number)
        slot = find_number(tracks, run, node, number)
    known = slot
    slot = correlate(links, nodes, tracker, tracks, state, scratch, run, link, ring, report, node, known != NONE)
    if slot == NONE:
        return known
    if known not in (NONE, slot) and tracks.row[run, node, known].engagements == 0:
        log_track(events, arrival_s, DUAL_RESOLVED, tracks, run, node, slot, NONE, NONE, float(number))
        clear_slot(tracks, run, node, known)
    return slot


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
    held.remote_time_s = remote_time_s
    copy_state(said_state, said_covariance, beside[REMOTE_STATE], beside[REMOTE_COVARIANCE:])
    if held.status == RECEIVED:
        copy_state(said_state, said_covariance, state, covariance)
        held.time_s = remote_time_s
        held.number = said.number
    elif held.fusion == NAIVE:
        join_naively(held, state, covariance, beside, scratch)


@kernel
def take_report(
    arrival_s: float, links: LinkTable, nodes: NodeTable, tracker: TrackerTable, tracks: TrackState,
    state: MessageState, events: EventLog, scratch: Floats, run: int, link: int, ring: int, report: int, heard: bool,
) -> None:  # fmt: skip
    """Bring one report into the receiver's track file: to the track that it is about, else as a new received track."""
    line, said = links.row[link], state.report[run, link, ring, report]
    node = line.receiver
    slot = find_track(arrival_s, links, nodes, tracker, tracks, state, events, scratch, run, link, ring, report)
    if slot == NONE:
        slot = open_slot(tracks, run, node)
        if slot == NONE:
            events.tally[run, OVERFLOW] = TRACKS_FULL
            return
        tracks.row[run, node, slot].status = RECEIVED
        tracks.row[run, node, slot].subject = said.subject
        tracks.row[run, node, slot].confirmed_s = arrival_s
    held = tracks.row[run, node, slot]
    keep_report(
        said.time_s if line.extrapolates else arrival_s, tracker.row[node], said, state.state[run, link, ring, report],
        state.covariance[run, link, ring, report], held, tracks.state[run, node, slot],
        tracks.covariance[run, node, slot], tracks.beside[run, node, slot], scratch,
    )  # fmt: skip
    if held.status != RECEIVED:
        adopt_number(arrival_s, tracks, events, run, node, slot, said.number, said.quality, heard)
    if held.heard != said.number:
        held.heard = said.number
        held.cause = log_event(
            events, run, arrival_s, TRACK_RECEIVED, node, NONE, held.number, link, said.cause, NONE,
            arrival_s - said.time_s, tracks.state[run, node, slot],
        )  # fmt: skip
    if held.remote_link != link:
        held.remote_identity = PENDING
        held.ordered = False
    held.remote_link = link
    held.remote_number = said.number
    held.remote_s = arrival_s
    held.remote_quality = said.quality
    held.picture_only = line.remote_use == USE_NONE
    if line.carries_identity:
        held.remote_identity = said.identity
    if line.carries_order:
        held.ordered = said.ordered


@kernel
def forget_stale(
    now_s: float, links: LinkTable, tracks: TrackState, state: MessageState, events: EventLog, run: int, node: int
) -> None:
    """Drop received tracks that nobody reports any more, and untie those that the node holds itself."""
    for slot in range(tracks.top[run, node]):
        held = tracks.row[run, node, slot]
        link = held.remote_link
        if link == NONE or held.status == FREE_SLOT:
            continue
        patience_s = STALE_INTERVALS * links.row[link].interval_s + links.row[link].latency_s
        if now_s - held.remote_s <= patience_s:
            continue
        if held.status == RECEIVED:
            log_track(events, now_s, TRACK_DROPPED, tracks, run, node, slot, link, NONE, 0.0)
            clear_slot(tracks, run, node, slot)
        else:
            untie(held)


@kernel
def watch_contact(now_s: float, nodes: NodeTable, state: MessageState, events: EventLog, run: int, node: int) -> None:
    """Log when a node loses or regains contact with its superior."""
    contact, superior = state.node[run, node], nodes.row[node].superior
    silent_s = now_s - contact.contact_s
    lost = silent_s > nodes.row[node].contact_timeout_s
    if lost != contact.lost_contact:
        contact.lost_contact = lost
        kind = CONTACT_LOST if lost else CONTACT_RESTORED
        log_event(events, run, now_s, kind, node, NONE, NONE, superior, NONE, NONE, silent_s, nodes.position_m[node])


@kernel
def leads_back(links: LinkTable, link: int) -> bool:
    """Tell whether another link carries tracks from the receiver of this one to its sender."""
    line = links.row[link]
    for other in range(links.row.shape[0]):
        back = links.row[other]
        if back.sender == line.receiver and back.receiver == line.sender and back.carries_track:
            return True
    return False


@kernel
def send_reports(
    time_s: float,
    step_s: float,
    links: LinkTable,
    nodes: NodeTable,
    tracker: TrackerTable,
    tracks: TrackState,
    draws: Draws,
    state: MessageState,
    first_run: int,
    last_run: int,
) -> None:
    """Send in every time slot that falls in this step what the sender knew when the step began."""
    for run in range(first_run, last_run):
        for link in range(links.row.shape[0]):
            line, slots = links.row[link], state.link[run, link]
            while slots.next_send * line.interval_s < time_s + step_s:
                index = slots.next_send
                send_s = index * line.interval_s
                if line.active_from_s <= send_s < line.active_until_s:
                    send(send_s, index, links, nodes, tracker, tracks, draws, state, run, link)
                else:
                    state.filled[run, link, index % state.filled.shape[2]] = NONE
                slots.next_send = index + 1


@kernel
def share(
    time_s: float,
    step_s: float,
    links: LinkTable,
    nodes: NodeTable,
    tracker: TrackerTable,
    tracks: TrackState,
    state: MessageState,
    events: EventLog,
    scratch: Floats,
    first_run: int,
    last_run: int,
) -> None:
    """Take what arrives in this step, in the order of the links; forget what nobody reports any more."""
    end_s = time_s + step_s
    for run in range(first_run, last_run):
        for link in range(links.row.shape[0]):
            line, slots = links.row[link], state.link[run, link]
            heard = leads_back(links, link)
            while slots.next_receive * line.interval_s + line.latency_s < end_s:
                index = slots.next_receive
                if index >= slots.next_send:
                    break
                arrival_s = index * line.interval_s + line.latency_s
                ring = index % state.filled.shape[2]
                if state.filled[run, link, ring] != NONE and line.sender == nodes.row[line.receiver].superior:
                    state.node[run, line.receiver].contact_s = arrival_s
                for report in range(state.filled[run, link, ring]):
                    take_report(
                        arrival_s, links, nodes, tracker, tracks, state, events, scratch, run, link, ring, report, heard
                    )
                slots.next_receive = index + 1
        for node in range(nodes.row.shape[0]):
            forget_stale(end_s, links, tracks, state, events, run, node)
            if nodes.row[node].superior != NONE and not math.isinf(nodes.row[node].contact_timeout_s):
                watch_contact(end_s, nodes, state, events, run, node)
