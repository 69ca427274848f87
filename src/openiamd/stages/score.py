"""Score: hold what the nodes believe against what is there. Nothing upstream reads what this stage writes.

Reads   threats, tracks
Writes  picture tallies, the true object behind each track event
"""

import math

from openiamd.kernels import kernel
from openiamd.world.arrays import Floats
from openiamd.world.doctrine import NodeTable
from openiamd.world.events import COUNT, KILL, NONE, SCORED, EventLog
from openiamd.world.picture import (
    ASSIGNED,
    AT_NODE,
    COMMON,
    CORRECT,
    IN_NETWORK,
    INCORRECT,
    TRACKED,
    TRACKS,
    TRUTHS,
    UNIDENTIFIED,
    UNIQUE,
    PictureTally,
    ScoreWork,
)
from openiamd.world.threats import CIVIL, FLYING, FRIENDLY, HOSTILE_SIDE, ThreatState, ThreatTable
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
    coasted_state,
)


@kernel
def nearest_truth(flying: ThreatState, run: int, place_m: Floats, gate_m: float) -> tuple[int, float]:
    """Return the flying object nearest to a place at the end of the step and its distance, NONE beyond the gate."""
    nearest, nearest_m2 = NONE, gate_m * gate_m
    for thing in range(flying.row.shape[1]):
        if flying.row[run, thing].status != FLYING:
            continue
        square_m2 = 0.0
        for axis in range(3):
            square_m2 += (flying.position_m[run, thing, axis] - place_m[axis]) ** 2
        if square_m2 < nearest_m2:
            nearest, nearest_m2 = thing, square_m2
    return nearest, math.sqrt(nearest_m2)


@kernel
def name_objects(gate_m: float, flying: ThreatState, events: EventLog, run: int) -> None:
    """Write into each new track event the true object nearest to the track."""
    for event in range(events.tally[run, SCORED], events.tally[run, COUNT]):
        row = events.row[run, event]
        if row.thing == NONE and row.track_number != NONE and row.kind < KILL:
            row.thing = nearest_truth(flying, run, events.position_m[run, event], gate_m)[0]
    events.tally[run, SCORED] = events.tally[run, COUNT]


@kernel
def identity_verdict(identity: int, side: int) -> int:
    """Return UNIDENTIFIED, CORRECT or INCORRECT for a believed identity of an object of a known side."""
    if identity in (PENDING, UNKNOWN):
        return UNIDENTIFIED
    if side == HOSTILE_SIDE:
        return CORRECT if identity in (SUSPECT, HOSTILE) else INCORRECT
    if side == FRIENDLY:
        return CORRECT if identity in (ASSUMED_FRIEND, FRIEND) else INCORRECT
    return CORRECT if side == CIVIL and identity in (NEUTRAL, ASSUMED_FRIEND) else INCORRECT


@kernel
def first_holder(tracks: TrackState, run: int, node: int, number: int) -> bool:
    """Tell whether no node before this one holds a track of this number."""
    for earlier in range(node):
        for slot in range(tracks.top[run, earlier]):
            held = tracks.row[run, earlier, slot]
            if held.status >= CONFIRMED and not held.destroyed and held.number == number:
                return False
    return True


@kernel
def held_by_all(tracks: TrackState, run: int, number: int, identity: int) -> bool:
    """Tell whether every node holds the number with the same identity."""
    for node in range(tracks.top.shape[1]):
        found = False
        for slot in range(tracks.top[run, node]):
            held = tracks.row[run, node, slot]
            if held.status >= CONFIRMED and not held.destroyed and held.number == number:
                found = held.identity == identity
                break
        if not found:
            return False
    return True


@kernel
def tally_tracks(
    now_s: float,
    gate_m: float,
    nodes: NodeTable,
    threats: ThreatTable,
    flying: ThreatState,
    tracks: TrackState,
    picture: PictureTally,
    run: int,
    sample: int,
    node: int,
    nearest: ScoreWork,
    state: Floats,
) -> None:
    """Assign each track of one node to the nearest object and add up; the network's row counts each number once.

    state  (6,) scratch
    """
    network = tracks.top.shape[1]
    for slot in range(tracks.top[run, node]):
        held = tracks.row[run, node, slot]
        if held.status < CONFIRMED or held.destroyed:
            continue
        coasted_state(tracks, run, node, slot, now_s, nodes.row[node].ballistic_minimum_speed_mps, state)
        thing, distance_m = nearest_truth(flying, run, state, gate_m)
        counted = first_holder(tracks, run, node, held.number)
        if counted:
            picture.counts[run, sample, network, UNIQUE] += 1
            if held_by_all(tracks, run, held.number, held.identity):
                picture.counts[run, sample, network, COMMON] += 1
        velocity_mps = 0.0
        if thing != NONE:
            for axis in range(3):
                velocity_mps += (state[3 + axis] - flying.velocity_mps[run, thing, axis]) ** 2
            velocity_mps = math.sqrt(velocity_mps)
        for row in range(2):
            place = node if row == AT_NODE else network
            if row == IN_NETWORK and not counted:
                continue
            picture.counts[run, sample, place, TRACKS] += 1
            if thing == NONE:
                continue
            picture.counts[run, sample, place, ASSIGNED] += 1
            picture.position_error_m[run, sample, place] += distance_m
            picture.velocity_error_mps[run, sample, place] += velocity_mps
            if distance_m < nearest.distance_m[row, thing]:
                nearest.distance_m[row, thing] = distance_m
                nearest.verdict[row, thing] = identity_verdict(held.identity, threats.row[thing].side)


@kernel
def tally_truths(
    flying: ThreatState, picture: PictureTally, run: int, sample: int, place: int, nearest: ScoreWork, row: int
) -> None:
    """Count the objects in the air, those with a track, and what their nearest track says they are."""
    for thing in range(flying.row.shape[1]):
        if flying.row[run, thing].status != FLYING:
            continue
        picture.counts[run, sample, place, TRUTHS] += 1
        if not math.isinf(nearest.distance_m[row, thing]):
            picture.counts[run, sample, place, TRACKED] += 1
            picture.counts[run, sample, place, nearest.verdict[row, thing]] += 1


@kernel
def score(
    time_s: float,
    step_s: float,
    sample_s: float,
    gate_m: float,
    nodes: NodeTable,
    threats: ThreatTable,
    flying: ThreatState,
    tracks: TrackState,
    picture: PictureTally,
    events: EventLog,
    nearest: ScoreWork,
    scratch: Floats,
    first_run: int,
    last_run: int,
) -> None:
    """Name the objects of this step's track events; at sample times, tally the air picture.

    scratch  (2, 6)
    """
    end_s = time_s + step_s
    sample = math.floor(end_s / sample_s + 1e-9) - 1
    due = sample > math.floor(time_s / sample_s + 1e-9) - 1 and 0 <= sample < picture.counts.shape[1]
    network = tracks.top.shape[1]
    for run in range(first_run, last_run):
        name_objects(gate_m, flying, events, run)
        if not due:
            continue
        for thing in range(nearest.verdict.shape[1]):
            nearest.distance_m[IN_NETWORK, thing] = math.inf
        for node in range(network):
            for thing in range(nearest.verdict.shape[1]):
                nearest.distance_m[AT_NODE, thing] = math.inf
            tally_tracks(end_s, gate_m, nodes, threats, flying, tracks, picture, run, sample, node, nearest, scratch[0])
            tally_truths(flying, picture, run, sample, node, nearest, AT_NODE)
        tally_truths(flying, picture, run, sample, network, nearest, IN_NETWORK)
