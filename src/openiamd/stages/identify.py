"""Identify: what each node believes its tracks to be, from replies, reports, corridors and behaviour.

Reads   nodes, assets, corridors, links (through what the track file received)
Writes  identities
"""

import math

from numba import njit

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

BECAUSE_MODE5, BECAUSE_CIVIL, BECAUSE_RECEIVED, BECAUSE_BALLISTIC = 1, 2, 3, 4
BECAUSE_CORRIDOR, BECAUSE_BEHAVIOUR, BECAUSE_LAPSED, BECAUSE_IDEALISED = 5, 6, 7, 8
REPLY_LASTS_S = 60.0


@njit(nogil=True, cache=True)
def corridor_identity(corridors: CorridorTable, state: Floats, altitude_m: float, speed_mps: float) -> int:
    """Return the identity that a corridor presumes for a track inside it, or PENDING outside all.

    state  (6,) position m, velocity m/s. Cross-track distance R·asin(p·n), n the great circle's normal
    (Williams, Aviation Formulary).
    """
    x, y, z = state[0], state[1], state[2] + EARTH_RADIUS_M
    radius_m = math.sqrt(x * x + y * y + z * z)
    for piece in range(corridors.angle_rad.shape[0]):
        if altitude_m < corridors.floor_m[piece] or altitude_m > corridors.ceiling_m[piece]:
            continue
        if speed_mps < corridors.minimum_speed_mps[piece] or speed_mps > corridors.maximum_speed_mps[piece]:
            continue
        start, along = corridors.start[piece], corridors.along[piece]
        forward = (x * along[0] + y * along[1] + z * along[2]) / radius_m
        outward = (x * start[0] + y * start[1] + z * start[2]) / radius_m
        angle_rad = math.atan2(forward, outward)
        aside = math.sqrt(max(1.0 - forward * forward - outward * outward, 0.0))
        if aside * EARTH_RADIUS_M <= corridors.half_width_m[piece] and 0.0 <= angle_rad <= corridors.angle_rad[piece]:
            return corridors.identity[piece]
    return PENDING


@njit(nogil=True, cache=True)
def hostile_behaviour(
    nodes: NodeTable, assets: AssetTable, node: int, state: Floats, altitude_m: float, speed_mps: float
) -> bool:
    """Tell whether a track is low, in the hostile speed band, and soon at a defended place."""
    return (
        altitude_m <= nodes.hostile_maximum_height_m[node]
        and nodes.hostile_minimum_speed_mps[node] <= speed_mps <= nodes.hostile_maximum_speed_mps[node]
        and time_to_go_s(state, False, assets.position_m, assets.radius_m) <= nodes.hostile_time_to_go_s[node]
    )


@njit(nogil=True, cache=True)
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
    if nodes.all_hostile[node]:
        return HOSTILE, BECAUSE_IDEALISED
    if now_s - tracks.mode5_s[run, node, slot] <= REPLY_LASTS_S:
        return FRIEND, BECAUSE_MODE5
    if now_s - tracks.civil_s[run, node, slot] <= REPLY_LASTS_S:
        return NEUTRAL, BECAUSE_CIVIL
    if tracks.remote_identity[run, node, slot] > UNKNOWN:
        return tracks.remote_identity[run, node, slot], BECAUSE_RECEIVED
    state = tracks.state[run, node, slot]
    speed_mps = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
    if speed_mps >= nodes.ballistic_minimum_speed_mps[node]:
        return HOSTILE, BECAUSE_BALLISTIC
    altitude_m = height_m(state[0], state[1], state[2])
    lane = corridor_identity(corridors, state, altitude_m, speed_mps)
    if lane != PENDING:
        return lane, BECAUSE_CORRIDOR
    if hostile_behaviour(nodes, assets, node, state, altitude_m, speed_mps):
        if tracks.unanswered[run, node, slot] >= nodes.interrogations_required[node]:
            return HOSTILE, BECAUSE_BEHAVIOUR
        return SUSPECT, BECAUSE_BEHAVIOUR
    return UNKNOWN, BECAUSE_LAPSED


@njit(nogil=True, cache=True)
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
        for node in range(nodes.superior.shape[0]):
            for slot in range(tracks.top[run, node]):
                if tracks.status[run, node, slot] < CONFIRMED or tracks.destroyed[run, node, slot]:
                    continue
                if tracks.time_s[run, node, slot] < time_s and tracks.remote_s[run, node, slot] < time_s:
                    if tracks.identity[run, node, slot] != PENDING:
                        continue
                identity, reason = believe(now_s, nodes, assets, corridors, tracks, run, node, slot)
                # Hostile intent, once shown, does not lapse because the track turns or climbs.
                if tracks.identity[run, node, slot] == HOSTILE and identity in (UNKNOWN, SUSPECT):
                    continue
                if identity != tracks.identity[run, node, slot]:
                    tracks.identity[run, node, slot] = identity
                    tracks.cause[run, node, slot] = log_event(
                        events,
                        run,
                        now_s,
                        IDENTITY,
                        node,
                        -1,
                        tracks.number[run, node, slot],
                        reason,
                        tracks.cause[run, node, slot],
                        identity,
                        time_to_go_s(tracks.state[run, node, slot], False, assets.position_m, assets.radius_m),
                        tracks.state[run, node, slot],
                    )
