"""Share: reports leave on each link in its time slots and arrive after its latency; receivers correlate them.

Reads   links, nodes, draws
Writes  messages, track files
"""

import math

from openiamd.estimation.fusion import track_quality
from openiamd.estimation.kalman import predict, predicted_distance2
from openiamd.kernels import kernel
from openiamd.physics.draws import LOSS, uniform
from openiamd.world.arrays import Draws, Floats
from openiamd.world.doctrine import HOLD, NodeTable
from openiamd.world.events import (
    CONTACT_LOST,
    CONTACT_RESTORED,
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
    HOSTILE,
    PENDING,
    RECEIVED,
    TrackerTable,
    TrackState,
    clear_slot,
    log_track,
    open_slot,
    pull,
)

CORRELATION_GATE2 = 16.27  # chi-square, 3 degrees of freedom, 0.999
STALE_INTERVALS = 3.0


@kernel
def reports(tracks: TrackState, run: int, node: int, slot: int) -> bool:
    """Tell whether the node has reporting responsibility: its own radars hold the track, no better report came in."""
    held = tracks.row[run, node, slot]
    if held.status != CONFIRMED or held.destroyed:
        return False
    if held.remote_link == NONE:
        return True
    return held.remote_quality <= track_quality(tracks.covariance[run, node, slot])


@kernel
def copy_state(from_state: Floats, from_covariance: Floats, state: Floats, covariance: Floats) -> None:
    """Copy a state (6,) and its covariance (6, 6)."""
    for row in range(6):
        state[row] = from_state[row]
        for column in range(6):
            covariance[row, column] = from_covariance[row, column]


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
        if not line.carries_track or not reports(tracks, run, sender, slot):
            continue
        held = tracks.row[run, sender, slot]
        if line.loss > 0.0:
            draw = uniform(draws.seed, draws.first + run, LOSS, line.entity, held.subject, index, 0)
            if draw < line.loss:
                continue
        report, report_state = state.report[run, link, ring, count], state.state[run, link, ring, count]
        report_covariance = state.covariance[run, link, ring, count]
        copy_state(
            tracks.state[run, sender, slot], tracks.covariance[run, sender, slot], report_state, report_covariance
        )
        ax, ay, az = pull(report_state, nodes.row[sender].ballistic_minimum_speed_mps)
        predict(report_state, report_covariance, send_s - held.time_s, tracker.row[sender].process_noise, ax, ay, az)
        report.time_s = send_s
        report.number = held.number
        report.quality = track_quality(report_covariance)
        # What others said already is left out of weights, or two nodes would confirm each other.
        believed = held.own_identity if nodes.row[sender].weighs else held.identity
        report.identity = believed if line.carries_identity else PENDING
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
def correlate(
    links: LinkTable,
    nodes: NodeTable,
    tracker: TrackerTable,
    tracks: TrackState,
    state: MessageState,
    run: int,
    link: int,
    ring: int,
    report: int,
    node: int,
    held_already: bool,
) -> int:
    """Return the node's track nearest to a report within the correlation gate, or ``NONE``.

    Tracks already tied to a live report of the same link stay with it; a report that is held already as received is
    compared with the node's own untied tracks only. The distance is taken with the sum of both
    covariances (Bar-Shalom & Li 1995, Multitarget-Multisensor Tracking, section 8.4), at the report's time.
    """
    best, best_distance2 = NONE, CORRELATION_GATE2
    reported_s = state.report[run, link, ring, report].time_s
    interval_s, arrival_s = links.row[link].interval_s, reported_s + links.row[link].latency_s
    report_state = state.state[run, link, ring, report]
    report_covariance = state.covariance[run, link, ring, report]
    noise = tracker.row[node].process_noise
    for slot in range(tracks.top[run, node]):
        held, track_state = tracks.row[run, node, slot], tracks.state[run, node, slot]
        if held.status < CONFIRMED or (held_already and (held.status == RECEIVED or held.remote_link != NONE)):
            continue
        if held.remote_link == link and held.remote_s > arrival_s - 0.5 * interval_s:
            continue
        ax, ay, az = pull(track_state, nodes.row[node].ballistic_minimum_speed_mps)
        distance2, _ = predicted_distance2(
            track_state, tracks.covariance[run, node, slot], reported_s - held.time_s, noise, ax, ay, az,
            report_state, report_covariance,
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
    own_quality = track_quality(tracks.covariance[run, node, slot])
    if heard and (own_quality > quality or (own_quality == quality and own < number)):
        return
    held.number = number
    held.cause = log_track(events, arrival_s, NUMBER_CHANGED, tracks, run, node, slot, NONE, NONE, float(own))


@kernel
def take_report(
    arrival_s: float,
    links: LinkTable,
    nodes: NodeTable,
    tracker: TrackerTable,
    tracks: TrackState,
    state: MessageState,
    events: EventLog,
    run: int,
    link: int,
    ring: int,
    report: int,
    heard: bool,
) -> None:
    """Bring one report into the receiver's track file: tied by number, else correlated, else a new received track."""
    line, said = links.row[link], state.report[run, link, ring, report]
    node = line.receiver
    slot = find_number(tracks, run, node, said.number)
    if line.correlates and (slot == NONE or tracks.row[run, node, slot].status == RECEIVED):
        known = slot
        slot = correlate(links, nodes, tracker, tracks, state, run, link, ring, report, node, known != NONE)
        if slot == NONE:
            slot = known
        elif known not in (NONE, slot) and tracks.row[run, node, known].engagements == 0:
            clear_slot(tracks, run, node, known)
    if slot == NONE:
        slot = open_slot(tracks, run, node)
        if slot == NONE:
            events.tally[run, OVERFLOW] = TRACKS_FULL
            return
        tracks.row[run, node, slot].status = RECEIVED
        tracks.row[run, node, slot].subject = said.subject
        tracks.row[run, node, slot].confirmed_s = arrival_s
    held = tracks.row[run, node, slot]
    if held.status == RECEIVED:
        copy_state(
            state.state[run, link, ring, report], state.covariance[run, link, ring, report],
            tracks.state[run, node, slot], tracks.covariance[run, node, slot],
        )  # fmt: skip
        held.time_s = said.time_s if line.extrapolates else arrival_s
        held.number = said.number
    else:
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
            held.remote_link = NONE
            held.remote_number = NONE
            held.remote_identity = PENDING
            held.remote_quality = NONE
            held.ordered = False


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
                    take_report(arrival_s, links, nodes, tracker, tracks, state, events, run, link, ring, report, heard)
                slots.next_receive = index + 1
        for node in range(nodes.row.shape[0]):
            forget_stale(end_s, links, tracks, state, events, run, node)
            if nodes.row[node].superior != NONE and not math.isinf(nodes.row[node].contact_timeout_s):
                watch_contact(end_s, nodes, state, events, run, node)
