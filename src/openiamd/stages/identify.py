"""Identify: what each node believes its tracks to be, from replies, reports, corridors and behaviour.

Reads   nodes, assets, corridors, links (through what the track file received)
Writes  identities
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.approach import time_to_go_s
from openiamd.physics.geodesy import EARTH_RADIUS_M, height_m
from openiamd.world.arrays import Floats, Rows, constant
from openiamd.world.doctrine import AssetTable, CorridorTable, NodeTable
from openiamd.world.events import IDENTITY, EventLog
from openiamd.world.terrain import TerrainTable, ground_below
from openiamd.world.tracks import (
    CONFIRMED,
    FRIEND,
    HOSTILE,
    NEUTRAL,
    PENDING,
    SUSPECT,
    UNKNOWN,
    TrackState,
    log_track,
)

BECAUSE_NOTHING, BECAUSE_MODE5, BECAUSE_CIVIL, BECAUSE_RECEIVED, BECAUSE_BALLISTIC = 0, 1, 2, 3, 4
BECAUSE_CORRIDOR, BECAUSE_BEHAVIOUR, BECAUSE_LAPSED, BECAUSE_IDEALISED = 5, 6, 7, 8
REPLY_LASTS_S = 60.0
STRAIGHT = constant(False)  # behaviour is judged on a course that does not fall


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
def believe(
    now_s: float, nodes: NodeTable, assets: AssetTable, corridors: CorridorTable, terrain: TerrainTable, node: int,
    held: Rows, state: Floats,
) -> tuple[int, int]:  # fmt: skip
    """Return identity and reason by the first rule that applies, most certain evidence first.

    held, state (6,)  row and state of the track
    """
    rules = nodes.row[node]
    if rules.all_hostile:
        return HOSTILE, BECAUSE_IDEALISED
    if now_s - held.mode5_s <= REPLY_LASTS_S:
        return FRIEND, BECAUSE_MODE5
    if now_s - held.civil_s <= REPLY_LASTS_S:
        return NEUTRAL, BECAUSE_CIVIL
    # Hearsay of suspicion does not outweigh what the node sees for itself: two nodes would keep each other at it.
    received = held.remote_identity
    if received > UNKNOWN and received != SUSPECT:
        return received, BECAUSE_RECEIVED
    speed_mps = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
    if speed_mps >= rules.ballistic_minimum_speed_mps:
        return HOSTILE, BECAUSE_BALLISTIC
    altitude_m = height_m(state[0], state[1], state[2]) - ground_below(terrain, state[0], state[1])
    presumed = corridor_identity(corridors, state, altitude_m, speed_mps)
    if presumed != PENDING:
        return presumed, BECAUSE_CORRIDOR
    if hostile_behaviour(nodes, assets, node, state, altitude_m, speed_mps):
        if held.unanswered >= rules.interrogations_required:
            return HOSTILE, BECAUSE_BEHAVIOUR
        return SUSPECT, BECAUSE_BEHAVIOUR
    if received == SUSPECT:
        return SUSPECT, BECAUSE_RECEIVED
    return UNKNOWN, BECAUSE_LAPSED if held.identity > UNKNOWN else BECAUSE_NOTHING


@kernel
def identify(
    time_s: float,
    step_s: float,
    nodes: NodeTable,
    assets: AssetTable,
    corridors: CorridorTable,
    terrain: TerrainTable,
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
                identity, reason = believe(now_s, nodes, assets, corridors, terrain, node, held, state)
                # Hostile intent, once shown, does not lapse because the track turns or climbs.
                if held.identity == HOSTILE and identity in (UNKNOWN, SUSPECT):
                    continue
                if identity != held.identity:
                    held.identity = identity
                    go_s = time_to_go_s(state, STRAIGHT, assets.position_m, assets.radius_m)
                    held.cause = log_track(events, now_s, IDENTITY, tracks, run, node, slot, reason, identity, go_s)
