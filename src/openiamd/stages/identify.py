"""Identify: what each node believes its tracks to be, from replies, reports, corridors and behaviour.

Reads   nodes, assets, corridors, links (through what the track file received)
Writes  identities
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.approach import time_to_go_s
from openiamd.physics.geodesy import EARTH_RADIUS_M, height_m
from openiamd.world.arrays import Floats
from openiamd.world.doctrine import AssetTable, CorridorTable, NodeTable
from openiamd.world.events import IDENTITY, EventLog, log_event
from openiamd.world.tracks import (
    CONFIRMED,
    FRIEND,
    HOSTILE,
    NEUTRAL,
    PENDING,
    SUSPECT,
    UNKNOWN,
    TrackState,
)

BECAUSE_NOTHING, BECAUSE_MODE5, BECAUSE_CIVIL, BECAUSE_RECEIVED, BECAUSE_BALLISTIC = 0, 1, 2, 3, 4
BECAUSE_CORRIDOR, BECAUSE_BEHAVIOUR, BECAUSE_LAPSED, BECAUSE_IDEALISED = 5, 6, 7, 8
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
        if altitude_m < corridors.row[piece].floor_m or altitude_m > corridors.row[piece].ceiling_m:
            continue
        if speed_mps < corridors.row[piece].minimum_speed_mps or speed_mps > corridors.row[piece].maximum_speed_mps:
            continue
        start, along = corridors.start[piece], corridors.along[piece]
        forward = (x * along[0] + y * along[1] + z * along[2]) / radius_m
        outward = (x * start[0] + y * start[1] + z * start[2]) / radius_m
        angle_rad = math.atan2(forward, outward)
        aside = math.sqrt(max(1.0 - forward * forward - outward * outward, 0.0))
        if (
            aside * EARTH_RADIUS_M <= corridors.row[piece].half_width_m
            and 0.0 <= angle_rad <= corridors.row[piece].angle_rad
        ):
            return corridors.row[piece].identity
    return PENDING


@kernel
def hostile_behaviour(
    nodes: NodeTable, assets: AssetTable, node: int, state: Floats, altitude_m: float, speed_mps: float
) -> bool:
    """Tell whether a track is low, in the hostile speed band, and soon at a defended place."""
    return (
        altitude_m <= nodes.row[node].hostile_maximum_height_m
        and nodes.row[node].hostile_minimum_speed_mps <= speed_mps <= nodes.row[node].hostile_maximum_speed_mps
        and time_to_go_s(state, False, assets.position_m, assets.radius_m) <= nodes.row[node].hostile_time_to_go_s
    )


@kernel
def believe(
    now_s: float,
    nodes: NodeTable,
    assets: AssetTable,
    corridors: CorridorTable,
    tracks: TrackState,
    run: int,
    node: int,
    slot: int,
) -> tuple[int, int]:
    """Return identity and reason by the first rule that applies, most certain evidence first."""
    if nodes.row[node].all_hostile:
        return HOSTILE, BECAUSE_IDEALISED
    if now_s - tracks.row[run, node, slot].mode5_s <= REPLY_LASTS_S:
        return FRIEND, BECAUSE_MODE5
    if now_s - tracks.row[run, node, slot].civil_s <= REPLY_LASTS_S:
        return NEUTRAL, BECAUSE_CIVIL
    if tracks.row[run, node, slot].remote_identity > UNKNOWN:
        return tracks.row[run, node, slot].remote_identity, BECAUSE_RECEIVED
    state = tracks.state[run, node, slot]
    speed_mps = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
    if speed_mps >= nodes.row[node].ballistic_minimum_speed_mps:
        return HOSTILE, BECAUSE_BALLISTIC
    altitude_m = height_m(state[0], state[1], state[2])
    lane = corridor_identity(corridors, state, altitude_m, speed_mps)
    if lane != PENDING:
        return lane, BECAUSE_CORRIDOR
    if hostile_behaviour(nodes, assets, node, state, altitude_m, speed_mps):
        if tracks.row[run, node, slot].unanswered >= nodes.row[node].interrogations_required:
            return HOSTILE, BECAUSE_BEHAVIOUR
        return SUSPECT, BECAUSE_BEHAVIOUR
    return UNKNOWN, BECAUSE_LAPSED if tracks.row[run, node, slot].identity > UNKNOWN else BECAUSE_NOTHING


@kernel
def identify(
    time_s: float,
    step_s: float,
    nodes: NodeTable,
    assets: AssetTable,
    corridors: CorridorTable,
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
                if tracks.row[run, node, slot].status < CONFIRMED or tracks.row[run, node, slot].destroyed:
                    continue
                if tracks.row[run, node, slot].time_s < time_s and tracks.row[run, node, slot].remote_s < time_s:
                    if tracks.row[run, node, slot].identity != PENDING:
                        continue
                identity, reason = believe(now_s, nodes, assets, corridors, tracks, run, node, slot)
                # Hostile intent, once shown, does not lapse because the track turns or climbs.
                if tracks.row[run, node, slot].identity == HOSTILE and identity in (UNKNOWN, SUSPECT):
                    continue
                if identity != tracks.row[run, node, slot].identity:
                    tracks.row[run, node, slot].identity = identity
                    tracks.row[run, node, slot].cause = log_event(
                        events,
                        run,
                        now_s,
                        IDENTITY,
                        node,
                        -1,
                        tracks.row[run, node, slot].number,
                        reason,
                        tracks.row[run, node, slot].cause,
                        identity,
                        time_to_go_s(tracks.state[run, node, slot], False, assets.position_m, assets.radius_m),
                        tracks.state[run, node, slot],
                    )
