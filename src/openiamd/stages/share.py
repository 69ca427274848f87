"""Share: reports leave on each link in its time slots and arrive after its latency; receivers correlate them.

Reads   links, nodes, draws
Writes  messages, track files
"""

import math

from numba import njit

from openiamd.estimation.fusion import track_quality
from openiamd.estimation.kalman import predict, predicted_distance2
from openiamd.physics.draws import LOSS, uniform
from openiamd.world.arrays import Draws
from openiamd.world.doctrine import HOLD, NodeTable
from openiamd.world.events import (
    CONTACT_LOST,
    CONTACT_RESTORED,
    NONE,
    NUMBER_CHANGED,
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
)

CORRELATION_GATE2 = 16.27  # chi-square, 3 degrees of freedom, 0.999
STALE_INTERVALS = 3.0


@njit(nogil=True, cache=True)
def reports(tracks: TrackState, run: int, node: int, slot: int, send_s: float) -> bool:
    """Tell whether the node has reporting responsibility: its own radars hold the track, no better report came in."""
    if tracks.status[run, node, slot] != CONFIRMED or tracks.destroyed[run, node, slot]:
        return False
    if tracks.remote_link[run, node, slot] == NONE:
        return True
    return tracks.remote_quality[run, node, slot] <= track_quality(tracks.covariance[run, node, slot])


@njit(nogil=True, cache=True)
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
    sender = links.sender[link]
    ring = index % state.count.shape[2]
    count = 0
    for slot in range(tracks.top[run, sender]):
        if not links.carries_track[link] or not reports(tracks, run, sender, slot, send_s):
            continue
        if links.loss[link] > 0.0:
            draw = uniform(
                draws.seed,
                draws.first + run,
                LOSS,
                links.entity[link],
                tracks.subject[run, sender, slot],
                index,
                0,
            )
            if draw < links.loss[link]:
                continue
        report_state = state.state[run, link, ring, count]
        report_covariance = state.covariance[run, link, ring, count]
        for row in range(6):
            report_state[row] = tracks.state[run, sender, slot, row]
            for column in range(6):
                report_covariance[row, column] = tracks.covariance[run, sender, slot, row, column]
        age_s = send_s - tracks.time_s[run, sender, slot]
        predict(report_state, report_covariance, age_s, tracker.process_noise[sender], 0.0, 0.0, 0.0)
        identity = tracks.identity[run, sender, slot]
        state.time_s[run, link, ring, count] = send_s
        state.number[run, link, ring, count] = tracks.number[run, sender, slot]
        state.quality[run, link, ring, count] = track_quality(report_covariance)
        state.identity[run, link, ring, count] = identity if links.carries_identity[link] else PENDING
        state.ordered[run, link, ring, count] = (
            links.carries_order[link] and identity == HOSTILE and nodes.control_status[sender] != HOLD
        )
        state.subject[run, link, ring, count] = tracks.subject[run, sender, slot]
        state.cause[run, link, ring, count] = tracks.cause[run, sender, slot]
        count += 1
    state.count[run, link, ring] = count


@njit(nogil=True, cache=True)
def find_number(tracks: TrackState, run: int, node: int, number: int) -> int:
    """Return the slot that already goes by a reported track number, or ``NONE``."""
    for slot in range(tracks.top[run, node]):
        if tracks.status[run, node, slot] >= CONFIRMED and (
            tracks.remote_number[run, node, slot] == number or tracks.number[run, node, slot] == number
        ):
            return slot
    return NONE


@njit(nogil=True, cache=True)
def correlate(
    tracker: TrackerTable, tracks: TrackState, state: MessageState, run: int, link: int, ring: int, report: int, node: int
) -> int:
    """Return the node's track nearest to a report within the correlation gate, or ``NONE``.

    Tracks already tied to a report of the same link stay with it. The distance is taken with the sum of both
    covariances (Bar-Shalom & Li 1995, Multitarget-Multisensor Tracking, section 8.4), at the report's time.
    """
    best, best_distance2 = NONE, CORRELATION_GATE2
    report_state = state.state[run, link, ring, report]
    for slot in range(tracks.top[run, node]):
        if tracks.status[run, node, slot] < CONFIRMED or tracks.remote_link[run, node, slot] == link:
            continue
        age_s = state.time_s[run, link, ring, report] - tracks.time_s[run, node, slot]
        distance2, _ = predicted_distance2(
            tracks.state[run, node, slot],
            tracks.covariance[run, node, slot],
            age_s,
            tracker.process_noise[node],
            0.0,
            0.0,
            0.0,
            report_state,
            state.covariance[run, link, ring, report],
        )
        if distance2 < best_distance2:
            best, best_distance2 = slot, distance2
    return best


@njit(nogil=True, cache=True)
def adopt_number(
    arrival_s: float, tracks: TrackState, events: EventLog, run: int, node: int, slot: int, number: int, quality: int, heard: bool
) -> None:
    """Take over the reported number, unless the node's own report is better and the other side will hear it.

    heard  a link leads back to the sender; of equally good reports the lower number stays
    """
    own = tracks.number[run, node, slot]
    if own == number:
        return
    own_quality = track_quality(tracks.covariance[run, node, slot])
    if heard and (own_quality > quality or (own_quality == quality and own < number)):
        return
    tracks.number[run, node, slot] = number
    tracks.cause[run, node, slot] = log_event(
        events,
        run,
        arrival_s,
        NUMBER_CHANGED,
        node,
        NONE,
        number,
        NONE,
        tracks.cause[run, node, slot],
        NONE,
        float(own),
        tracks.state[run, node, slot],
    )


@njit(nogil=True, cache=True)
def take_report(
    arrival_s: float,
    links: LinkTable,
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
    node = links.receiver[link]
    number = state.number[run, link, ring, report]
    slot = find_number(tracks, run, node, number)
    if slot == NONE and links.correlates[0]:
        slot = correlate(tracker, tracks, state, run, link, ring, report, node)
    if slot == NONE:
        slot = open_slot(tracks, run, node)
        if slot == NONE:
            events.overflow[run] = TRACKS_FULL
            return
        tracks.status[run, node, slot] = RECEIVED
        tracks.number[run, node, slot] = number
        tracks.subject[run, node, slot] = state.subject[run, link, ring, report]
        tracks.confirmed_s[run, node, slot] = arrival_s
        tracks.started_s[run, node, slot] = arrival_s
    if tracks.status[run, node, slot] == RECEIVED:
        for row in range(6):
            tracks.state[run, node, slot, row] = state.state[run, link, ring, report, row]
            for column in range(6):
                tracks.covariance[run, node, slot, row, column] = state.covariance[run, link, ring, report, row, column]
        sent_s = state.time_s[run, link, ring, report]
        tracks.time_s[run, node, slot] = sent_s if links.extrapolates[link] else arrival_s
        tracks.number[run, node, slot] = number
    else:
        quality = state.quality[run, link, ring, report]
        adopt_number(arrival_s, tracks, events, run, node, slot, number, quality, heard)
    if tracks.remote_link[run, node, slot] == NONE:
        tracks.cause[run, node, slot] = log_event(
            events,
            run,
            arrival_s,
            TRACK_RECEIVED,
            node,
            NONE,
            tracks.number[run, node, slot],
            link,
            state.cause[run, link, ring, report],
            NONE,
            arrival_s - state.time_s[run, link, ring, report],
            tracks.state[run, node, slot],
        )
    tracks.remote_link[run, node, slot] = link
    tracks.remote_number[run, node, slot] = number
    tracks.remote_s[run, node, slot] = arrival_s
    tracks.remote_quality[run, node, slot] = state.quality[run, link, ring, report]
    if links.carries_identity[link]:
        tracks.remote_identity[run, node, slot] = state.identity[run, link, ring, report]
    if links.carries_order[link]:
        tracks.ordered[run, node, slot] = state.ordered[run, link, ring, report]


@njit(nogil=True, cache=True)
def forget_stale(
    now_s: float, links: LinkTable, tracks: TrackState, state: MessageState, events: EventLog, run: int, node: int
) -> None:
    """Drop received tracks that nobody reports any more, and untie those that the node holds itself."""
    for slot in range(tracks.top[run, node]):
        link = tracks.remote_link[run, node, slot]
        if link == NONE or tracks.status[run, node, slot] == FREE_SLOT:
            continue
        patience_s = STALE_INTERVALS * links.interval_s[link] + links.latency_s[link]
        if now_s - tracks.remote_s[run, node, slot] <= patience_s:
            continue
        if tracks.status[run, node, slot] == RECEIVED:
            log_event(
                events,
                run,
                now_s,
                TRACK_DROPPED,
                node,
                NONE,
                tracks.number[run, node, slot],
                link,
                tracks.cause[run, node, slot],
                NONE,
                0.0,
                tracks.state[run, node, slot],
            )
            clear_slot(tracks, run, node, slot)
        else:
            tracks.remote_link[run, node, slot] = NONE
            tracks.remote_number[run, node, slot] = NONE
            tracks.remote_identity[run, node, slot] = PENDING
            tracks.remote_quality[run, node, slot] = NONE


@njit(nogil=True, cache=True)
def watch_contact(
    now_s: float, nodes: NodeTable, state: MessageState, events: EventLog, run: int, node: int
) -> None:
    """Log when a node loses or regains contact with its superior."""
    lost = now_s - state.contact_s[run, node] > nodes.contact_timeout_s[node]
    if lost != state.lost_contact[run, node]:
        state.lost_contact[run, node] = lost
        kind = CONTACT_LOST if lost else CONTACT_RESTORED
        log_event(
            events,
            run,
            now_s,
            kind,
            node,
            NONE,
            NONE,
            nodes.superior[node],
            NONE,
            NONE,
            now_s - state.contact_s[run, node],
            nodes.position_m[node],
        )


@njit(nogil=True, cache=True)
def leads_back(links: LinkTable, link: int) -> bool:
    """Tell whether another link carries tracks from the receiver of this one to its sender."""
    for other in range(links.entity.shape[0]):
        if (
            links.sender[other] == links.receiver[link]
            and links.receiver[other] == links.sender[link]
            and links.carries_track[other]
        ):
            return True
    return False


@njit(nogil=True, cache=True)
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
        for link in range(links.entity.shape[0]):
            interval_s = links.interval_s[link]
            while state.next_send[run, link] * interval_s < end_s:
                index = state.next_send[run, link]
                send_s = index * interval_s
                if links.active_from_s[link] <= send_s < links.active_until_s[link]:
                    send(send_s, index, links, nodes, tracker, tracks, draws, state, run, link)
                else:
                    state.count[run, link, index % state.count.shape[2]] = NONE
                state.next_send[run, link] = index + 1
        for link in range(links.entity.shape[0]):
            heard = leads_back(links, link)
            receiver = links.receiver[link]
            while state.next_receive[run, link] * links.interval_s[link] + links.latency_s[link] < end_s:
                index = state.next_receive[run, link]
                if index >= state.next_send[run, link]:
                    break
                arrival_s = index * links.interval_s[link] + links.latency_s[link]
                ring = index % state.count.shape[2]
                if state.count[run, link, ring] != NONE and links.sender[link] == nodes.superior[receiver]:
                    state.contact_s[run, receiver] = arrival_s
                for report in range(state.count[run, link, ring]):
                    take_report(arrival_s, links, tracker, tracks, state, events, run, link, ring, report, heard)
                state.next_receive[run, link] = index + 1
        for node in range(nodes.superior.shape[0]):
            forget_stale(end_s, links, tracks, state, events, run, node)
            if nodes.superior[node] != NONE and not math.isinf(nodes.contact_timeout_s[node]):
                watch_contact(end_s, nodes, state, events, run, node)
