"""Share: reports leave on each link in its time slots and arrive after its latency; receivers correlate them.

Reads   links, nodes, draws
Writes  messages, track files
"""

import math

from openiamd.estimation.fusion import track_quality
from openiamd.kernels import kernel
from openiamd.physics.draws import LOSS, uniform
from openiamd.world.arrays import Draws, Floats, Rows
from openiamd.world.contact import hear_contact, tell_contact
from openiamd.world.coordination import hear_engagement, tell_engagement, tells_engagement
from openiamd.world.correlation import (
    STALE_INTERVALS,
    adopt_number,
    correlate,
    decorrelate,
    drifted,
    find_number,
    keep_report,
    report_distance2,
    reports,
    stands_back,
)
from openiamd.world.doctrine import NodeTable
from openiamd.world.duals import DUAL_CHECK_S, resolve_duals
from openiamd.world.events import (
    CONTACT_LOST,
    CONTACT_RESTORED,
    DUAL_RESOLVED,
    NONE,
    OVERFLOW,
    TRACK_DROPPED,
    TRACK_RECEIVED,
    TRACKS_FULL,
    EventLog,
    log_event,
)
from openiamd.world.fire_orders import FireOrderTable, obey, pass_on
from openiamd.world.network import USE_CUE, USE_NONE, LinkTable, MessageState, slot_latency_s
from openiamd.world.orders import hear_words, words_said
from openiamd.world.tracker import TrackerTable
from openiamd.world.tracks import (
    CONFIRMED,
    FREE_SLOT,
    HOSTILE,
    PENDING,
    RECEIVED,
    SENSITIVITY,
    TrackState,
    clear_slot,
    log_track,
    open_slot,
    own_estimate,
    untie,
)


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
        seen = line.carries_track and reports(send_s, links, tracks, run, sender, slot)
        held = tracks.row[run, sender, slot]
        ordered, declared = 0, 0
        if held.status >= CONFIRMED and (line.orders | line.words) != 0:
            ordered, declared = words_said(
                send_s, nodes.row[sender], state.node[run, sender], held, tracks.state[run, sender, slot]
            )
            ordered, declared = ordered & line.orders, declared & line.words
        engaged = line.carries_engagement and tells_engagement(send_s, held)
        if not seen and not engaged and (ordered | declared) == 0:
            continue
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
        report.seen_s = tracks.hit_s[run, sender, slot, 0]
        report.number = held.number
        report.quality = track_quality(report_covariance)
        # What others said already is left out of weights, or two nodes would confirm each other.
        believed = held.own_identity if nodes.row[sender].weighs else held.identity
        if believed == HOSTILE and nodes.row[sender].words_awaited != 0:
            believed = held.identity
        report.identity = believed if line.carries_identity else PENDING
        report.ordered, report.declared, report.pointer = ordered, declared, not seen
        report.subject = held.subject
        report.cause = held.cause
        tell_engagement(send_s, sender, held, report)
        count += 1
    state.filled[run, link, ring] = count


@kernel
def find_track(
    arrival_s: float, links: LinkTable, nodes: NodeTable, tracker: TrackerTable, tracks: TrackState,
    state: MessageState, events: EventLog, scratch: Floats, run: int, link: int, ring: int, report: int,
) -> int:  # fmt: skip
    """Return the slot of the track that a report is about: tied by number, else correlated, else ``NONE``."""
    node, number = links.row[link].receiver, state.report[run, link, ring, report].number
    slot = find_number(tracks, run, node, number)
    pointer = state.report[run, link, ring, report].pointer
    known_by_number = pointer and slot != NONE and tracks.row[run, node, slot].status == CONFIRMED
    if not links.row[link].correlates or known_by_number or not links.row[link].carries_track:
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
def hear(arrival_s: float, line: Rows, link: int, said: Rows, held: Rows) -> None:
    """Note what a report says of a track beyond its state: who engages it, and the words of authorities."""
    if line.carries_engagement:
        hear_engagement(line, said, held)
    if (line.orders | line.words) != 0:
        hear_words(arrival_s, line, link, said, held)


@kernel
def take_report(
    arrival_s: float, links: LinkTable, nodes: NodeTable, tracker: TrackerTable, tracks: TrackState,
    state: MessageState, events: EventLog, scratch: Floats, run: int, link: int, ring: int, report: int, heard: bool,
) -> None:  # fmt: skip
    """Bring one report into the receiver's track file: to the track that it is about, else as a new received track."""
    line, said = links.row[link], state.report[run, link, ring, report]
    node = line.receiver
    if said.pointer and (said.ordered | said.declared) == 0:
        slot = find_number(tracks, run, node, said.number)
        if slot != NONE:
            hear(arrival_s, line, link, said, tracks.row[run, node, slot])
        return
    slot = find_track(arrival_s, links, nodes, tracker, tracks, state, events, scratch, run, link, ring, report)
    if slot == NONE and not line.carries_track:
        return
    if slot == NONE:
        slot = open_slot(tracks, run, node)
        if slot == NONE:
            events.tally[run, OVERFLOW] = TRACKS_FULL
            return
        tracks.row[run, node, slot].status = RECEIVED
        tracks.row[run, node, slot].subject = said.subject
        tracks.row[run, node, slot].confirmed_s = arrival_s
    held = tracks.row[run, node, slot]
    hear(arrival_s, line, link, said, held)
    if said.pointer and (held.status == CONFIRMED or held.remote_link not in (NONE, link) or not line.carries_track):
        return
    if held.remote_link not in (NONE, link) and stands_back(arrival_s, links, line, said, held):
        return
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
    held.remote_link = link
    held.remote_number = said.number
    held.remote_s = arrival_s
    held.remote_quality = said.quality
    held.picture_only = line.remote_use == USE_NONE
    held.remote_use = line.remote_use if said.quality >= line.remote_quality else min(line.remote_use, USE_CUE)
    held.remote_until_s = arrival_s + line.remote_age_s
    if line.carries_identity:
        held.remote_identity = said.identity


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
        patience_s = STALE_INTERVALS * links.row[link].interval_s + links.row[link].longest_s
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
    if contact.down:
        return
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
    orders: FireOrderTable,
    heard_s: Floats,
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
                if line.active_from_s <= send_s < line.active_until_s and not slots.cut:
                    send(send_s, index, links, nodes, tracker, tracks, draws, state, run, link)
                    tell_contact(send_s, line, state, run, link, index % state.filled.shape[2])
                    if line.carries_order and orders.row.shape[0] > 0:
                        arrival_s = send_s + slot_latency_s(draws, run, line, index)
                        pass_on(send_s, arrival_s, index, orders, heard_s, draws, line, run)
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
    draws: Draws,
    orders: FireOrderTable,
    heard_s: Floats,
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
            while slots.next_receive < slots.next_send:
                index = slots.next_receive
                arrival_s = max(index * line.interval_s + slot_latency_s(draws, run, line, index), slots.arrived_s)
                if arrival_s >= end_s:
                    break
                slots.arrived_s = arrival_s
                ring = index % state.filled.shape[2]
                if slots.cut:  # what is under way when a link is cut does not arrive
                    state.filled[run, link, ring] = NONE
                if state.filled[run, link, ring] != NONE:
                    hear_contact(arrival_s, line, nodes.row[line.receiver].superior, state, run, link, ring)
                for report in range(state.filled[run, link, ring]):
                    take_report(
                        arrival_s, links, nodes, tracker, tracks, state, events, scratch, run, link, ring, report, heard
                    )
                slots.next_receive = index + 1
        check = math.floor(end_s / DUAL_CHECK_S) > math.floor(time_s / DUAL_CHECK_S)
        for node in range(nodes.row.shape[0]):
            if check and tracker.row[node].joins_received:
                resolve_duals(end_s, nodes, tracker, tracks, events, scratch, run, node)
            forget_stale(end_s, links, tracks, state, events, run, node)
            if nodes.row[node].superior != NONE and not math.isinf(nodes.row[node].contact_timeout_s):
                watch_contact(end_s, nodes, state, events, run, node)
            if orders.row.shape[0] > 0:
                obey(time_s, end_s, nodes, orders, heard_s, state, events, run, node)
