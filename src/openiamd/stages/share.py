"""Share: reports leave on each link in its time slots and arrive after its latency; receivers correlate them.

Reads   links, nodes, draws
Writes  messages, track files
"""

import math

from openiamd.estimation.fusion import track_quality
from openiamd.estimation.kalman import predict, predicted_distance2
from openiamd.kernels import kernel
from openiamd.physics.draws import LOSS, uniform
from openiamd.world.arrays import Draws
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
from openiamd.world.network import LinkTable, MessageState
from openiamd.world.tracks import (
    CONFIRMED,
    FREE_SLOT,
    HOSTILE,
    PENDING,
    RECEIVED,
    TrackerTable,
    TrackState,
    clear_slot,
    open_slot,
    pull,
)

CORRELATION_GATE2 = 16.27  # chi-square, 3 degrees of freedom, 0.999
STALE_INTERVALS = 3.0


@kernel
def reports(tracks: TrackState, run: int, node: int, slot: int, send_s: float) -> bool:
    """Tell whether the node has reporting responsibility: its own radars hold the track, no better report came in."""
    if tracks.row[run, node, slot].status != CONFIRMED or tracks.row[run, node, slot].destroyed:
        return False
    if tracks.row[run, node, slot].remote_link == NONE:
        return True
    return tracks.row[run, node, slot].remote_quality <= track_quality(tracks.covariance[run, node, slot])


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
    sender = links.row[link].sender
    ring = index % state.count.shape[2]
    count = 0
    for slot in range(tracks.top[run, sender]):
        if not links.row[link].carries_track or not reports(tracks, run, sender, slot, send_s):
            continue
        if links.row[link].loss > 0.0:
            draw = uniform(
                draws.seed,
                draws.first + run,
                LOSS,
                links.row[link].entity,
                tracks.row[run, sender, slot].subject,
                index,
                0,
            )
            if draw < links.row[link].loss:
                continue
        report_state = state.state[run, link, ring, count]
        report_covariance = state.covariance[run, link, ring, count]
        for row in range(6):
            report_state[row] = tracks.state[run, sender, slot, row]
            for column in range(6):
                report_covariance[row, column] = tracks.covariance[run, sender, slot, row, column]
        age_s = send_s - tracks.row[run, sender, slot].time_s
        ax, ay, az = pull(report_state, nodes.row[sender].ballistic_minimum_speed_mps)
        predict(report_state, report_covariance, age_s, tracker.row[sender].process_noise, ax, ay, az)
        identity = tracks.row[run, sender, slot].identity
        state.report[run, link, ring, count].time_s = send_s
        state.report[run, link, ring, count].number = tracks.row[run, sender, slot].number
        state.report[run, link, ring, count].quality = track_quality(report_covariance)
        state.report[run, link, ring, count].identity = identity if links.row[link].carries_identity else PENDING
        state.report[run, link, ring, count].ordered = (
            links.row[link].carries_order and identity == HOSTILE and nodes.row[sender].control_status != HOLD
        )
        state.report[run, link, ring, count].subject = tracks.row[run, sender, slot].subject
        state.report[run, link, ring, count].cause = tracks.row[run, sender, slot].cause
        count += 1
    state.count[run, link, ring] = count


@kernel
def find_number(tracks: TrackState, run: int, node: int, number: int) -> int:
    """Return the slot that already goes by a reported track number, or ``NONE``."""
    for slot in range(tracks.top[run, node]):
        if tracks.row[run, node, slot].status >= CONFIRMED and (
            tracks.row[run, node, slot].remote_number == number or tracks.row[run, node, slot].number == number
        ):
            return slot
    return NONE


@kernel
def correlate(
    nodes: NodeTable,
    tracker: TrackerTable,
    tracks: TrackState,
    state: MessageState,
    run: int,
    link: int,
    ring: int,
    report: int,
    node: int,
) -> int:
    """Return the node's track nearest to a report within the correlation gate, or ``NONE``.

    Tracks already tied to a report of the same link stay with it. The distance is taken with the sum of both
    covariances (Bar-Shalom & Li 1995, Multitarget-Multisensor Tracking, section 8.4), at the report's time.
    """
    best, best_distance2 = NONE, CORRELATION_GATE2
    report_state = state.state[run, link, ring, report]
    for slot in range(tracks.top[run, node]):
        if tracks.row[run, node, slot].status < CONFIRMED or tracks.row[run, node, slot].remote_link == link:
            continue
        age_s = state.report[run, link, ring, report].time_s - tracks.row[run, node, slot].time_s
        ax, ay, az = pull(tracks.state[run, node, slot], nodes.row[node].ballistic_minimum_speed_mps)
        distance2, _ = predicted_distance2(
            tracks.state[run, node, slot],
            tracks.covariance[run, node, slot],
            age_s,
            tracker.row[node].process_noise,
            ax,
            ay,
            az,
            report_state,
            state.covariance[run, link, ring, report],
        )
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
    own = tracks.row[run, node, slot].number
    if own == number:
        return
    own_quality = track_quality(tracks.covariance[run, node, slot])
    if heard and (own_quality > quality or (own_quality == quality and own < number)):
        return
    tracks.row[run, node, slot].number = number
    tracks.row[run, node, slot].cause = log_event(
        events,
        run,
        arrival_s,
        NUMBER_CHANGED,
        node,
        NONE,
        number,
        NONE,
        tracks.row[run, node, slot].cause,
        NONE,
        float(own),
        tracks.state[run, node, slot],
    )


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
    node = links.row[link].receiver
    number = state.report[run, link, ring, report].number
    slot = find_number(tracks, run, node, number)
    if slot == NONE and links.row[link].correlates:
        slot = correlate(nodes, tracker, tracks, state, run, link, ring, report, node)
    if slot == NONE:
        slot = open_slot(tracks, run, node)
        if slot == NONE:
            events.tally[run, OVERFLOW] = TRACKS_FULL
            return
        tracks.row[run, node, slot].status = RECEIVED
        tracks.row[run, node, slot].number = number
        tracks.row[run, node, slot].subject = state.report[run, link, ring, report].subject
        tracks.row[run, node, slot].confirmed_s = arrival_s
        tracks.row[run, node, slot].started_s = arrival_s
    if tracks.row[run, node, slot].status == RECEIVED:
        for row in range(6):
            tracks.state[run, node, slot, row] = state.state[run, link, ring, report, row]
            for column in range(6):
                tracks.covariance[run, node, slot, row, column] = state.covariance[run, link, ring, report, row, column]
        sent_s = state.report[run, link, ring, report].time_s
        tracks.row[run, node, slot].time_s = sent_s if links.row[link].extrapolates else arrival_s
        tracks.row[run, node, slot].number = number
    else:
        quality = state.report[run, link, ring, report].quality
        adopt_number(arrival_s, tracks, events, run, node, slot, number, quality, heard)
    if tracks.row[run, node, slot].heard != number:
        tracks.row[run, node, slot].heard = number
        tracks.row[run, node, slot].cause = log_event(
            events,
            run,
            arrival_s,
            TRACK_RECEIVED,
            node,
            NONE,
            tracks.row[run, node, slot].number,
            link,
            state.report[run, link, ring, report].cause,
            NONE,
            arrival_s - state.report[run, link, ring, report].time_s,
            tracks.state[run, node, slot],
        )
    tracks.row[run, node, slot].remote_link = link
    tracks.row[run, node, slot].remote_number = number
    tracks.row[run, node, slot].remote_s = arrival_s
    tracks.row[run, node, slot].remote_quality = state.report[run, link, ring, report].quality
    if links.row[link].carries_identity:
        tracks.row[run, node, slot].remote_identity = state.report[run, link, ring, report].identity
    if links.row[link].carries_order:
        tracks.row[run, node, slot].ordered = state.report[run, link, ring, report].ordered


@kernel
def forget_stale(
    now_s: float, links: LinkTable, tracks: TrackState, state: MessageState, events: EventLog, run: int, node: int
) -> None:
    """Drop received tracks that nobody reports any more, and untie those that the node holds itself."""
    for slot in range(tracks.top[run, node]):
        link = tracks.row[run, node, slot].remote_link
        if link == NONE or tracks.row[run, node, slot].status == FREE_SLOT:
            continue
        patience_s = STALE_INTERVALS * links.row[link].interval_s + links.row[link].latency_s
        if now_s - tracks.row[run, node, slot].remote_s <= patience_s:
            continue
        if tracks.row[run, node, slot].status == RECEIVED:
            log_event(
                events,
                run,
                now_s,
                TRACK_DROPPED,
                node,
                NONE,
                tracks.row[run, node, slot].number,
                link,
                tracks.row[run, node, slot].cause,
                NONE,
                0.0,
                tracks.state[run, node, slot],
            )
            clear_slot(tracks, run, node, slot)
        else:
            tracks.row[run, node, slot].remote_link = NONE
            tracks.row[run, node, slot].remote_number = NONE
            tracks.row[run, node, slot].remote_identity = PENDING
            tracks.row[run, node, slot].remote_quality = NONE


@kernel
def watch_contact(now_s: float, nodes: NodeTable, state: MessageState, events: EventLog, run: int, node: int) -> None:
    """Log when a node loses or regains contact with its superior."""
    lost = now_s - state.node[run, node].contact_s > nodes.row[node].contact_timeout_s
    if lost != state.node[run, node].lost_contact:
        state.node[run, node].lost_contact = lost
        kind = CONTACT_LOST if lost else CONTACT_RESTORED
        log_event(
            events,
            run,
            now_s,
            kind,
            node,
            NONE,
            NONE,
            nodes.row[node].superior,
            NONE,
            NONE,
            now_s - state.node[run, node].contact_s,
            nodes.position_m[node],
        )


@kernel
def leads_back(links: LinkTable, link: int) -> bool:
    """Tell whether another link carries tracks from the receiver of this one to its sender."""
    for other in range(links.row.shape[0]):
        if (
            links.row[other].sender == links.row[link].receiver
            and links.row[other].receiver == links.row[link].sender
            and links.row[other].carries_track
        ):
            return True
    return False


@kernel
def share(
    time_s: float,
    step_s: float,
    links: LinkTable,
    nodes: NodeTable,
    tracker: TrackerTable,
    tracks: TrackState,
    draws: Draws,
    state: MessageState,
    events: EventLog,
    first_run: int,
    last_run: int,
) -> None:
    """Send in every time slot that falls in this step, then take what arrives in it, in the order of the links."""
    end_s = time_s + step_s
    for run in range(first_run, last_run):
        for link in range(links.row.shape[0]):
            interval_s = links.row[link].interval_s
            while state.link[run, link].next_send * interval_s < end_s:
                index = state.link[run, link].next_send
                send_s = index * interval_s
                if links.row[link].active_from_s <= send_s < links.row[link].active_until_s:
                    send(send_s, index, links, nodes, tracker, tracks, draws, state, run, link)
                else:
                    state.count[run, link, index % state.count.shape[2]] = NONE
                state.link[run, link].next_send = index + 1
        for link in range(links.row.shape[0]):
            heard = leads_back(links, link)
            receiver = links.row[link].receiver
            while state.link[run, link].next_receive * links.row[link].interval_s + links.row[link].latency_s < end_s:
                index = state.link[run, link].next_receive
                if index >= state.link[run, link].next_send:
                    break
                arrival_s = index * links.row[link].interval_s + links.row[link].latency_s
                ring = index % state.count.shape[2]
                if state.count[run, link, ring] != NONE and links.row[link].sender == nodes.row[receiver].superior:
                    state.node[run, receiver].contact_s = arrival_s
                for report in range(state.count[run, link, ring]):
                    take_report(arrival_s, links, nodes, tracker, tracks, state, events, run, link, ring, report, heard)
                state.link[run, link].next_receive = index + 1
        for node in range(nodes.row.shape[0]):
            forget_stale(end_s, links, tracks, state, events, run, node)
            if nodes.row[node].superior != NONE and not math.isinf(nodes.row[node].contact_timeout_s):
                watch_contact(end_s, nodes, state, events, run, node)
