"""Authority: whether a node may fire at a track now, and if not, why not."""

import math

from openiamd.kernels import kernel
from openiamd.physics.approach import time_to_reach_s
from openiamd.physics.draws import DECISION, lognormal
from openiamd.world.arrays import Draws, Floats, Rows
from openiamd.world.doctrine import AUTONOMOUS, FREE, HOLD, NO_STATUS, SELF_DEFENCE, TIGHT, NodeTable
from openiamd.world.events import HELD, NONE, EventLog
from openiamd.world.network import WEAPONS_CONTROL, MessageState
from openiamd.world.target_class import BALLISTIC, SLOW, target_class
from openiamd.world.tracks import (
    ASSUMED_FRIEND,
    FRIEND,
    HOSTILE,
    NEUTRAL,
    PENDING,
    SUSPECT,
    TrackState,
    log_track,
)
from openiamd.world.weapons import CONTROL_CHANGED, ORDER_WITHDRAWN, ORDERED_TO_CEASE, ZONE_CLOSED
from openiamd.world.zones import ZoneTable, zone_rules

# Why a track is held. The lowest code that applies is the reason given: what would have to change first. A unit that
# trains and could fire otherwise comes before all of them, and NOT_READY last: no unit of the node is on duty.
NO_CHANNEL, NO_MISSILE, OUTSIDE_ENVELOPE, WEAPONS_HOLD, NO_ORDER, NOT_INTERROGATED = 1, 2, 3, 4, 5, 6
ZONE, CEASED_FIRE, NO_AUTHORITY = 7, 8, 12


@kernel
def acts_alone(rules: Rows, contact: Rows) -> bool:
    """Tell whether a node acts on its own: AUTONOMOUS, or out of contact with its superior."""
    return (rules.superior != NONE and contact.lost_contact) or rules.method_of_control == AUTONOMOUS


@kernel
def status_of(rules: Rows, contact: Rows, state: Floats, zone_status: int, most: int) -> int:
    """Return the weapons control status that a node has for a track.

    The doctrine's, or the one that a fire order puts in its place. Where the track's class or its zone has a status of
    its own that counts instead, of several the most restrictive. An order, or acting alone, can only restrict it.
    rules, contact  rows of the node; state (6,) of the track; zone_status, most  as ``zone_rules`` returns them
    """
    if contact.on_hold:
        return HOLD
    status = rules.control_status
    alone, ordered = acts_alone(rules, contact), contact.ordered_status
    if ordered != NO_STATUS:
        status = ordered
    elif alone:
        status = rules.control_status_autonomous
    kind = target_class(state, rules)
    own = rules.control_air
    if kind == BALLISTIC:
        own = rules.control_ballistic
    elif kind == SLOW:
        own = rules.control_slow
    if own == NO_STATUS or (zone_status != NO_STATUS and zone_status < own):
        own = zone_status
    if own != NO_STATUS:
        status = min(own, status) if alone or ordered != NO_STATUS else own
    return min(status, most)


@kernel
def presumed_friendly(held: Rows) -> bool:
    """Tell whether a track (its row) is spared unless it turns out HOSTILE."""
    return held.identity in (ASSUMED_FRIEND, FRIEND, NEUTRAL, PENDING)


@kernel
def asked(rules: Rows, held: Rows) -> bool:
    """Tell whether a track (its row) was interrogated as often as the node (its row) requires, if it has to be."""
    return held.identity == HOSTILE or held.unanswered >= rules.interrogations_required


@kernel
def by_status(status: int, held: Rows, is_friendly: bool, is_asked: bool) -> int:
    """Return 0 where a weapons control status allows fire at a track (its row), else the reason why not."""
    if status == TIGHT and held.identity == HOSTILE:
        return 0
    if status == FREE and not is_friendly:
        return 0 if is_asked else NOT_INTERROGATED
    return WEAPONS_HOLD


@kernel
def withheld(
    now_s: float, nodes: NodeTable, zones: ZoneTable, contact: Rows, node: int, held: Rows, state: Floats
) -> int:
    """Return 0 where the node may fire at a track, else the reason why not.

    contact  row of the node; held, state (6,)  row and state of the track
    """
    rules = nodes.row[node]
    if contact.halt != WEAPONS_CONTROL:
        return CEASED_FIRE
    is_friendly, is_asked = presumed_friendly(held), asked(rules, held)
    if is_asked and not is_friendly and heads_for_node(nodes, contact, node, state):
        return 0
    waits = rules.orders_awaited != 0 and not (contact.on_hold or acts_alone(rules, contact))
    unordered = waits and not (now_s < held.ordered_until_s and held.ordered & rules.orders_awaited)
    if unordered and held.identity == HOSTILE:
        return NO_ORDER
    allowed, zone_status, most = True, NO_STATUS, FREE
    if zones.row.shape[0] > 0:
        allowed, zone_status, most = zone_rules(now_s, zones, node, state)
    reason = by_status(status_of(rules, contact, state, zone_status, FREE), held, is_friendly, is_asked)
    if reason != 0:
        return reason
    if not allowed or by_status(most, held, is_friendly, is_asked) != 0:
        return ZONE
    return NO_ORDER if unordered else 0


@kernel
def forbidden(
    now_s: float, nodes: NodeTable, zones: ZoneTable, messages: MessageState, tracks: TrackState, run: int, node: int,
    slot: int,
) -> int:  # fmt: skip
    """Return 0 where the node may still fire at a track that it was ordered to engage, else the reason to cease."""
    reason = withheld(
        now_s, nodes, zones, messages.node[run, node], node, tracks.row[run, node, slot], tracks.state[run, node, slot]
    )
    if reason == 0:
        return 0
    if reason == CEASED_FIRE:
        return ORDERED_TO_CEASE
    if reason == NO_ORDER:
        return ORDER_WITHDRAWN
    return ZONE_CLOSED if reason == ZONE else CONTROL_CHANGED


@kernel
def may_engage(
    now_s: float, nodes: NodeTable, zones: ZoneTable, messages: MessageState, tracks: TrackState, events: EventLog,
    run: int, node: int, slot: int,
) -> bool:  # fmt: skip
    """Tell whether a node may fire at a track, and log why not where it would want to."""
    held, state = tracks.row[run, node, slot], tracks.state[run, node, slot]
    reason = withheld(now_s, nodes, zones, messages.node[run, node], node, held, state)
    if reason == 0:
        return True
    if held.identity == HOSTILE or reason == NO_ORDER:
        log_held(now_s, tracks, events, run, node, slot, reason)
    elif held.identity == SUSPECT and held.own_identity == HOSTILE and nodes.row[node].words_awaited != 0:
        log_held(now_s, tracks, events, run, node, slot, NO_AUTHORITY)
    return False


@kernel
def heads_for_node(nodes: NodeTable, contact: Rows, node: int, state: Floats) -> bool:
    """Tell whether a track comes for the node itself, within its self-defence radius, and it may defend itself."""
    rules, node_m = nodes.row[node], nodes.position_m[node]
    if not rules.self_defence and not (contact.lost_contact and rules.contact_action == SELF_DEFENCE):
        return False
    square_m2 = 0.0
    for axis in range(3):
        square_m2 += (state[axis] - node_m[axis]) ** 2
    radius_m = rules.self_defence_radius_m
    return square_m2 <= radius_m * radius_m and not math.isinf(time_to_reach_s(state, node_m, 0.2 * radius_m))


@kernel
def decision_delay_s(draws: Draws, run: int, rules: Rows, held: Rows) -> float:
    """Return how long after its confirmation a node decides on a track: lognormal about its delay, drawn once a track.

    rules  row of the node; held  row of the track
    """
    return lognormal(
        draws.seed, draws.first + run, DECISION, rules.entity, held.subject, 0, rules.decision_delay_s,
        rules.decision_spread, math.inf,
    )  # fmt: skip


@kernel
def undecided(now_s: float, draws: Draws, run: int, rules: Rows, held: Rows) -> bool:
    """Tell whether a track awaits a decision: not engaged already, salvos left, known for long enough."""
    if held.engagements > 0 or held.salvos >= rules.salvos or (rules.engage_once and held.decided):
        return False
    return now_s >= held.confirmed_s + decision_delay_s(draws, run, rules, held)


@kernel
def log_held(now_s: float, tracks: TrackState, events: EventLog, run: int, node: int, slot: int, reason: int) -> None:
    """Log, once per track and reason, why it was not engaged."""
    held = tracks.row[run, node, slot]
    if not held.held_reasons & (1 << reason):
        held.held_reasons |= 1 << reason
        log_track(events, now_s, HELD, tracks, run, node, slot, NONE, reason, 0.0)
