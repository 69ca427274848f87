"""Authority: whether a node may fire at a track now, and if not, why not."""

import math

from openiamd.kernels import kernel
from openiamd.physics.approach import time_to_reach_s
from openiamd.world.arrays import Floats, Rows
from openiamd.world.doctrine import AUTONOMOUS, CENTRALIZED, FREE, HOLD, SELF_DEFENCE, TIGHT, NodeTable
from openiamd.world.events import HELD, NONE, EventLog
from openiamd.world.network import MessageState
from openiamd.world.tracks import ASSUMED_FRIEND, FRIEND, HOSTILE, NEUTRAL, PENDING, TrackState, log_track

# Why a track is held. The lowest code that applies is the reason given: what would have to change first. A unit that
# trains and could fire otherwise comes before all of them, and NOT_READY last: no unit of the node is on duty.
NO_CHANNEL, NO_MISSILE, OUTSIDE_ENVELOPE, WEAPONS_HOLD, NO_ORDER, NOT_INTERROGATED = 1, 2, 3, 4, 5, 6


@kernel
def permitted(rules: Rows, contact: Rows, held: Rows, own: bool) -> int:
    """Return 0 where rules allow fire at a track, else the reason why not.

    rules    row of the node
    contact  its row in the messages: whether it hears its superior, whether it holds fire
    held     row of the track
    own      the track is heading for the node itself within its self-defence radius
    """
    presumed_friendly = held.identity in (ASSUMED_FRIEND, FRIEND, NEUTRAL, PENDING)
    asked = held.identity == HOSTILE or held.unanswered >= rules.interrogations_required
    if own and asked and not presumed_friendly:
        return 0
    status = rules.control_status
    if contact.on_hold:
        status = HOLD
    elif (rules.superior != NONE and contact.lost_contact) or rules.method_of_control == AUTONOMOUS:
        status = rules.control_status_autonomous
    elif rules.method_of_control == CENTRALIZED and not held.ordered:
        return NO_ORDER
    if status == TIGHT and held.identity == HOSTILE:
        return 0
    if status == FREE and not presumed_friendly:
        return 0 if asked else NOT_INTERROGATED
    return WEAPONS_HOLD


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
def withheld(nodes: NodeTable, messages: MessageState, run: int, node: int, held: Rows, state: Floats) -> int:
    """Return 0 where the node may fire at a track, else the reason why not.

    held, state (6,)  row and state of the track
    """
    contact = messages.node[run, node]
    return permitted(nodes.row[node], contact, held, heads_for_node(nodes, contact, node, state))


@kernel
def undecided(now_s: float, rules: Rows, held: Rows) -> bool:
    """Tell whether a track awaits a decision: not engaged already, salvos left, known for long enough."""
    if held.engagements > 0 or held.salvos >= rules.salvos or (rules.engage_once and held.decided):
        return False
    return now_s >= held.confirmed_s + rules.decision_delay_s


@kernel
def log_held(now_s: float, tracks: TrackState, events: EventLog, run: int, node: int, slot: int, reason: int) -> None:
    """Log, once per track and reason, why it was not engaged."""
    held = tracks.row[run, node, slot]
    if not held.held_reasons & (1 << reason):
        held.held_reasons |= 1 << reason
        log_track(events, now_s, HELD, tracks, run, node, slot, NONE, reason, 0.0)
