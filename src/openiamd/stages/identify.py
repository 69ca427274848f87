"""Identify: what each node believes its tracks to be, from replies, reports, corridors and behaviour.

Reads   nodes, assets, corridors, flight plans, beliefs, links (through what the track file received)
Writes  identities
"""

import math

from numba import njit

from openiamd.estimation.identity import log_weight, posterior, report_likelihood, silence_weight
from openiamd.kernels import OPTIONS, kernel
from openiamd.physics.approach import time_to_go_s
from openiamd.physics.geodesy import EARTH_RADIUS_M, height_m
from openiamd.world.arrays import Floats, Rows
from openiamd.world.doctrine import AssetTable, CorridorTable, NodeTable
from openiamd.world.events import IDENTITY, IDENTITY_CONFLICT, IDENTITY_RESOLVED, NONE, EventLog
from openiamd.world.evidence import (
    BY_AUTHORITY,
    BY_FRIEND,
    BY_OWN_REPLY,
    KIND_FRIEND,
    KIND_HOSTILE,
    KIND_NEUTRAL,
    MODE3,
    MODE4,
    MODE5,
    STRAIGHT,
    BeliefTable,
    PlanTable,
    fits,
    plan_identity,
)
from openiamd.world.network import LinkTable, MessageState
from openiamd.world.terrain import TerrainTable, ground_below
from openiamd.world.tracks import (
    ASSUMED_FRIEND,
    CONFIRMED,
    FRIEND,
    HOSTILE,
    NEUTRAL,
    PENDING,
    SUSPECT,
    UNKNOWN,
    TrackState,
    falls,
    log_track,
)

BECAUSE_NOTHING, BECAUSE_MODE5, BECAUSE_CIVIL, BECAUSE_RECEIVED, BECAUSE_BALLISTIC = 0, 1, 2, 3, 4
BECAUSE_CORRIDOR, BECAUSE_BEHAVIOUR, BECAUSE_LAPSED, BECAUSE_IDEALISED = 5, 6, 7, 8
BECAUSE_MODE4, BECAUSE_MISSILE, BECAUSE_PLAN, BECAUSE_WEIGHT, BECAUSE_CONFLICT = 9, 10, 11, 12, 13
BECAUSE_UNDECLARED = 14
REPLY_LASTS_S = 60.0


@kernel
def corridor_identity(corridors: CorridorTable, state: Floats, altitude_m: float, speed_mps: float) -> int:
    """Return the identity that a corridor presumes for a track inside it, or PENDING outside all.

    state  (6,) position m, velocity m/s. Cross-track distance R·asin(p·n), n the great circle's normal
    (Williams, Aviation Formulary).
    """
    x, y, z = state[0], state[1], state[2] + EARTH_RADIUS_M
    radius_m = math.sqrt(x * x + y * y + z * z)
    for piece in range(corridors.row.shape[0]):
        lane, start, along = corridors.row[piece], corridors.start[piece], corridors.along[piece]
        if altitude_m < lane.floor_m or altitude_m > lane.ceiling_m:
            continue
        if speed_mps < lane.minimum_speed_mps or speed_mps > lane.maximum_speed_mps:
            continue
        forward = (x * along[0] + y * along[1] + z * along[2]) / radius_m
        outward = (x * start[0] + y * start[1] + z * start[2]) / radius_m
        angle_rad = math.atan2(forward, outward)
        aside = math.sqrt(max(1.0 - forward * forward - outward * outward, 0.0))
        if aside * EARTH_RADIUS_M <= lane.half_width_m and 0.0 <= angle_rad <= lane.angle_rad:
            return lane.identity
    return PENDING


@kernel
def hostile_behaviour(
    nodes: NodeTable, assets: AssetTable, node: int, state: Floats, altitude_m: float, speed_mps: float
) -> bool:
    """Tell whether a track is low, in the hostile speed band, and soon at a defended place."""
    rules = nodes.row[node]
    return (
        altitude_m <= rules.hostile_maximum_height_m
        and rules.hostile_minimum_speed_mps <= speed_mps <= rules.hostile_maximum_speed_mps
        and time_to_go_s(state, STRAIGHT, assets.position_m, assets.radius_m) <= rules.hostile_time_to_go_s
    )


@kernel
def replied(now_s: float, held: Rows) -> tuple[int, int]:
    """Return identity and reason by the best reply of late, or PENDING."""
    if now_s - held.mode5_s <= REPLY_LASTS_S:
        return FRIEND, BECAUSE_MODE5
    if now_s - held.mode4_s <= REPLY_LASTS_S:
        return FRIEND, BECAUSE_MODE4
    if now_s - held.civil_s <= REPLY_LASTS_S:
        return NEUTRAL, BECAUSE_CIVIL
    return PENDING, BECAUSE_NOTHING


@njit(inline="always", **OPTIONS)  # likewise
def judged(
    now_s: float, nodes: NodeTable, assets: AssetTable, corridors: CorridorTable, plans: PlanTable,
    beliefs: BeliefTable, terrain: TerrainTable, node: int, held: Rows, state: Floats,
) -> tuple[int, int]:  # fmt: skip
    """Return identity and reason by the first rule of motion and place that applies, most certain first.

    held, state (6,)  row and state of the track
    """
    rules, missile = nodes.row[node], beliefs.row[node].missile
    speed_mps = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
    if speed_mps >= rules.ballistic_minimum_speed_mps:
        return HOSTILE, BECAUSE_BALLISTIC
    altitude_m = height_m(state[0], state[1], state[2]) - ground_below(terrain, state[0], state[1])
    asked = held.unanswered >= rules.interrogations_required
    if missile != NONE and fits(beliefs.criterion[missile], nodes, assets, node, state, altitude_m, speed_mps):
        return HOSTILE if asked else SUSPECT, BECAUSE_MISSILE
    presumed = corridor_identity(corridors, state, altitude_m, speed_mps)
    if presumed != PENDING:
        return presumed, BECAUSE_CORRIDOR
    if plans.row.shape[0] > 0:
        presumed = plan_identity(now_s, plans, node, state, altitude_m)
        if presumed != PENDING:
            return presumed, BECAUSE_PLAN
    if hostile_behaviour(nodes, assets, node, state, altitude_m, speed_mps):
        return HOSTILE if asked else SUSPECT, BECAUSE_BEHAVIOUR
    return UNKNOWN, BECAUSE_LAPSED if held.identity > UNKNOWN else BECAUSE_NOTHING


@kernel
def kind_of(identity: int) -> int:
    """Return the kind of object that an identity claims, or ``NONE``."""
    if identity in (ASSUMED_FRIEND, FRIEND):
        return KIND_FRIEND
    if identity == NEUTRAL:
        return KIND_NEUTRAL
    return KIND_HOSTILE if identity in (SUSPECT, HOSTILE) else NONE


@kernel
def shown_motion(
    now_s: float, nodes: NodeTable, assets: AssetTable, beliefs: BeliefTable, node: int, held: Rows, state: Floats,
    altitude_m: float,
) -> int:  # fmt: skip
    """Return the kind of motion that counts for a track: the most hostile-looking one within the node's memory.

    Motion of one minute is hardly new beside that of the minute before, so it is one piece of evidence, not many.
    """
    shown, weight = beliefs.row[node].first_class, beliefs.weight
    speed_mps = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
    while not fits(beliefs.criterion[shown], nodes, assets, node, state, altitude_m, speed_mps):
        shown += 1  # the last one fits all
    old = held.motion
    lapsed = old == NONE or now_s - held.motion_s > beliefs.row[node].memory_s
    new_menace = weight[shown, KIND_HOSTILE] - max(weight[shown, KIND_FRIEND], weight[shown, KIND_NEUTRAL])
    if lapsed or new_menace >= weight[old, KIND_HOSTILE] - max(weight[old, KIND_FRIEND], weight[old, KIND_NEUTRAL]):
        held.motion = shown
        held.motion_s = now_s
    return held.motion


@kernel
def weight_of(
    now_s: float, beliefs: BeliefTable, node: int, held: Rows, kind: int, motion: int, procedure: int, planned: bool
) -> float:
    """Return the weight of a node's own evidence for one kind: prior, replies or silence, motion, procedure.

    motion     criterion that counts
    procedure  kind that a lane or plan presumes, ``NONE``: no such evidence; planned: it is a plan
    """
    rules, holds = beliefs.row[node], beliefs.holds[node, kind]
    weight = beliefs.prior[node, kind] + beliefs.weight[motion, kind]
    if now_s - held.mode5_s <= REPLY_LASTS_S:
        weight += log_weight(holds[MODE5])
    elif now_s - held.mode4_s <= REPLY_LASTS_S:
        weight += log_weight(holds[MODE4])
    elif now_s - held.civil_s <= REPLY_LASTS_S:
        weight += log_weight(holds[MODE3])
    elif held.unanswered > 0:
        weight += silence_weight(holds, beliefs.reply[node], held.unanswered)
    if procedure != NONE and planned:
        weight += log_weight(rules.plan_own if procedure == kind else rules.plan_other)
    elif procedure != NONE:
        weight += log_weight(rules.lane_own if procedure == kind else rules.lane_other)
    return weight


@kernel
def declared(rules: Rows, friend: float, neutral: float, hostile: float) -> int:
    """Return the identity that probabilities amount to, by the thresholds in a row of BELIEF_COLUMNS."""
    if hostile >= rules.suspect:
        return HOSTILE if hostile >= rules.hostile else SUSPECT
    if friend >= rules.assumed_friend:
        return FRIEND if friend >= rules.friend else ASSUMED_FRIEND
    return NEUTRAL if neutral >= rules.neutral else UNKNOWN


@kernel
def weighed(
    now_s: float, nodes: NodeTable, assets: AssetTable, corridors: CorridorTable, plans: PlanTable,
    beliefs: BeliefTable, terrain: TerrainTable, node: int, held: Rows, state: Floats,
) -> tuple[int, int, float]:  # fmt: skip
    """Return identity by own evidence, identity by all evidence, and the probability of hostile, by Bayes' rule.

    A received identity counts once, whatever the number of reports, and is left out of the first.
    """
    rules, received = beliefs.row[node], kind_of(held.remote_identity)
    speed_mps = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
    altitude_m = height_m(state[0], state[1], state[2]) - ground_below(terrain, state[0], state[1])
    motion = shown_motion(now_s, nodes, assets, beliefs, node, held, state, altitude_m)
    procedure = kind_of(plan_identity(now_s, plans, node, state, altitude_m))
    planned = procedure != NONE
    if not planned:
        procedure = kind_of(corridor_identity(corridors, state, altitude_m, speed_mps))
    friend = weight_of(now_s, beliefs, node, held, KIND_FRIEND, motion, procedure, planned)
    neutral = weight_of(now_s, beliefs, node, held, KIND_NEUTRAL, motion, procedure, planned)
    hostile = weight_of(now_s, beliefs, node, held, KIND_HOSTILE, motion, procedure, planned)
    p_friend, p_neutral, p_hostile = posterior(friend, neutral, hostile)
    own = declared(rules, p_friend, p_neutral, p_hostile)
    if received != NONE:
        right = rules.presumed if held.remote_identity in (ASSUMED_FRIEND, SUSPECT) else rules.declared
        friend += log_weight(report_likelihood(right, received == KIND_FRIEND))
        neutral += log_weight(report_likelihood(right, received == KIND_NEUTRAL))
        hostile += log_weight(report_likelihood(right, received == KIND_HOSTILE))
        p_friend, p_neutral, p_hostile = posterior(friend, neutral, hostile)
    held.friend_log_odds = friend - neutral
    held.hostile_log_odds = hostile - neutral
    return own, declared(rules, p_friend, p_neutral, p_hostile), p_hostile


@kernel
def opposed(own: int, received: int) -> bool:
    """Tell whether two identities disagree on fire: one HOSTILE, the other neutral or a friend; SUSPECT is open."""
    other = received if own == HOSTILE else own
    return HOSTILE in (own, received) and other in (ASSUMED_FRIEND, FRIEND, NEUTRAL)


@kernel
def settled(rule: int, own: int, received: int, by_superior: bool) -> int:
    """Return the identity that counts where own evidence and a report are opposed, by the doctrine's rule."""
    if rule == BY_FRIEND and FRIEND in (own, received):
        return FRIEND
    if rule in (BY_FRIEND, BY_AUTHORITY) and by_superior:
        return received
    if rule == BY_AUTHORITY:
        return own
    return max(own, received)  # the codes rise from friend to hostile


@kernel
def may_contradict(rules: Rows, rule: int, held: Rows, state: Floats) -> bool:
    """Tell whether judgement of motion and place could contradict a report, so that it must be asked for.

    A reported friend is contradicted by what is HOSTILE after its interrogations or by its speed. A reported HOSTILE is
    contradicted by a mere presumption, of a lane or a plan, only where the doctrine lets own evidence win.
    """
    if held.remote_identity == HOSTILE:
        return rule != BY_OWN_REPLY
    return held.unanswered >= rules.interrogations_required or falls(state, rules.ballistic_minimum_speed_mps)


@njit(inline="always", **OPTIONS)  # as a call, its many tables would cost 2 % of the run
def believe(
    now_s: float, nodes: NodeTable, assets: AssetTable, corridors: CorridorTable, plans: PlanTable,
    beliefs: BeliefTable, links: LinkTable, terrain: TerrainTable, node: int, held: Rows, state: Floats,
) -> tuple[int, int, int, float]:  # fmt: skip
    """Return identity, reason, identity by own evidence alone, and the probability of hostile (−1: by rules).

    By rules: a reply that the node heard, then a received identity, then motion and place.
    """
    received, rule = held.remote_identity, beliefs.row[node].conflict
    hostile_probability = -1.0
    if nodes.row[node].weighs:
        own, identity, hostile_probability = weighed(
            now_s, nodes, assets, corridors, plans, beliefs, terrain, node, held, state
        )
        reason = BECAUSE_WEIGHT
    else:
        own, reason = replied(now_s, held)
        heard = own != PENDING
        reported = not heard and received > UNKNOWN and received != SUSPECT
        # Where a report counts, own judgement is asked for only if it can contradict: it would cost 2 % of the run.
        if not heard and (not reported or may_contradict(nodes.row[node], rule, held, state)):
            own, reason = judged(now_s, nodes, assets, corridors, plans, beliefs, terrain, node, held, state)
        identity = own
        # Hearsay of suspicion does not outweigh what the node sees for itself: two nodes would keep each other at it.
        if reported or (received == SUSPECT and own == UNKNOWN):
            identity, reason = received, BECAUSE_RECEIVED
        # Hostile intent, once shown, does not lapse because the track turns or climbs.
        if held.own_identity == HOSTILE and own in (UNKNOWN, SUSPECT):
            own = HOSTILE
    if rule != BY_OWN_REPLY and opposed(own, received):
        by_superior = links.row[held.remote_link].sender == nodes.row[node].superior
        identity, reason = settled(rule, own, received, by_superior), BECAUSE_CONFLICT
    return identity, reason, own, hostile_probability


@kernel
def by_authority(
    now_s: float, rules: Rows, lost_contact: bool, held: Rows, state: Floats, identity: int, reason: int
) -> tuple[int, int]:
    """Return identity and reason of a track at a node that may not declare HOSTILE by itself.

    Without its authority's word a track is SUSPECT at most, unless it falls: that leaves no time to ask. With it, what
    is no friend or neutral is HOSTILE. A node that has lost contact judges for itself.
    """
    declared = now_s < held.declared_until_s and held.declared & rules.words_awaited != 0
    if declared and identity in (PENDING, UNKNOWN, SUSPECT):
        return HOSTILE, BECAUSE_RECEIVED
    decides = lost_contact or held.identity == HOSTILE or falls(state, rules.ballistic_minimum_speed_mps)
    if identity != HOSTILE or declared or decides:
        return identity, reason
    return SUSPECT, BECAUSE_UNDECLARED


@kernel
def note_dispute(
    now_s: float, tracks: TrackState, events: EventLog, run: int, node: int, slot: int, identity: int
) -> None:
    """Log when own evidence and a report begin to disagree on fire, and when that ends, with the identity held then."""
    held = tracks.row[run, node, slot]
    own, received, disputed = held.own_identity, held.remote_identity, not math.isinf(held.disputed_s)
    if opposed(own, received) and not disputed:
        held.disputed_s = now_s
        held.cause = log_track(events, now_s, IDENTITY_CONFLICT, tracks, run, node, slot, received, own, 0.0)
    elif disputed and not opposed(own, received):
        lasted_s = now_s - held.disputed_s
        held.disputed_s = math.inf
        held.cause = log_track(events, now_s, IDENTITY_RESOLVED, tracks, run, node, slot, NONE, identity, lasted_s)


@kernel
def identify(
    time_s: float,
    step_s: float,
    nodes: NodeTable,
    assets: AssetTable,
    corridors: CorridorTable,
    plans: PlanTable,
    beliefs: BeliefTable,
    links: LinkTable,
    terrain: TerrainTable,
    messages: MessageState,
    tracks: TrackState,
    events: EventLog,
    first_run: int,
    last_run: int,
) -> None:
    """Reconsider every track that this step brought news of."""
    now_s = time_s + step_s
    for run in range(first_run, last_run):
        for node in range(nodes.row.shape[0]):
            for slot in range(tracks.top[run, node]):
                held, state = tracks.row[run, node, slot], tracks.state[run, node, slot]
                if held.status < CONFIRMED or held.destroyed:
                    continue
                if held.time_s < time_s and held.remote_s < time_s and held.identity != PENDING:
                    continue
                identity, reason, own, hostile_probability = HOSTILE, BECAUSE_IDEALISED, HOSTILE, -1.0
                if not nodes.row[node].all_hostile:
                    identity, reason, own, hostile_probability = believe(
                        now_s, nodes, assets, corridors, plans, beliefs, links, terrain, node, held, state
                    )
                    if nodes.row[node].words_awaited != 0:
                        identity, reason = by_authority(
                            now_s, nodes.row[node], messages.node[run, node].lost_contact, held, state, identity, reason
                        )
                held.own_identity = own
                if held.remote_identity > UNKNOWN or not math.isinf(held.disputed_s):
                    note_dispute(now_s, tracks, events, run, node, slot, identity)
                sticks = held.identity == HOSTILE and reason not in (BECAUSE_WEIGHT, BECAUSE_CONFLICT)
                if identity == held.identity or (sticks and identity in (UNKNOWN, SUSPECT)):
                    continue
                held.identity = identity
                held.cause = log_track(
                    events, now_s, IDENTITY, tracks, run, node, slot, reason, identity, hostile_probability
                )
