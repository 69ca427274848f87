"""The track file of each command node, and the work space of the tracker."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.estimation.fusion import SCRATCH_ROWS, covariance_intersection, knows_better
from openiamd.estimation.kalman import predict
from openiamd.estimation.registration import BIASES, add_bias
from openiamd.kernels import kernel
from openiamd.physics.gravity import gravity_mps2
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Floats, Ints, Rows, filled_rows
from openiamd.world.events import NONE, EventLog, log_event

if TYPE_CHECKING:
    pass

FREE_SLOT, TENTATIVE, CONFIRMED, RECEIVED = 0, 1, 2, 3
PENDING, UNKNOWN, ASSUMED_FRIEND, FRIEND, NEUTRAL, SUSPECT, HOSTILE = 0, 1, 2, 3, 4, 5, 6
NUMBERS_PER_NODE = 100_000


TRACK_COLUMNS = {
    "status": WHOLE,  # FREE_SLOT, TENTATIVE, CONFIRMED, RECEIVED (held only from a link)
    "number": WHOLE,  # track number, unique to the issuing node
    "subject": WHOLE,  # 32-bit hash of its first measurement: names it in draws
    "time_s": NUMBER,  # time of the state
    "confirmed_s": NUMBER,  # when it became a track to decide on
    "identity": WHOLE,
    "unanswered": WHOLE,  # interrogations without reply since the last reply
    "civil_s": NUMBER,  # latest civil reply
    "mode5_s": NUMBER,  # latest Mode 5 reply
    "remote_link": WHOLE,  # link that reports it, −1 none
    "remote_number": WHOLE,  # number in that report
    "remote_s": NUMBER,  # arrival of the latest report
    "remote_quality": WHOLE,  # sender's track quality
    "remote_identity": WHOLE,  # PENDING: none carried
    "picture_only": FLAG,  # the reporting link allows no use beyond the picture
    "remote_use": WHOLE,  # what that link allows, by the quality of its report
    "remote_until_s": NUMBER,  # how long that holds
    "ordered": WHOLE,  # bits of the authorities that order its engagement
    "engagements": WHOLE,  # channels at work on it
    "salvos": WHOLE,  # salvos spent on it
    "decided": FLAG,  # a first decision was taken
    "destroyed": FLAG,  # assessed as killed
    "doubt_s": NUMBER,  # if it is still seen after this, it was not; inf: nothing was assessed
    "held_reasons": WHOLE,  # bit set of reasons already logged
    "heard": WHOLE,  # reported number last logged as received
    "plot_cause": WHOLE,  # event behind its first plot (record only)
    "cause": WHOLE,  # latest event about it
    "mode4_s": NUMBER,  # latest Mode 4 reply
    "own_identity": WHOLE,  # by the node's own evidence alone
    "disputed_s": NUMBER,  # since when own evidence and report disagree, inf: they do not
    "motion": WHOLE,  # criterion of the kind of motion that counts, −1: none yet
    "motion_s": NUMBER,  # when it was shown last
    "friend_log_odds": NUMBER,  # natural, against neutral; under Bayes' rule
    "hostile_log_odds": NUMBER,
    "radars": WHOLE,  # bit set of its node's biased radars that contributed to it
    "bias_m2": NUMBER,  # variance that they add to its position, all axes
    "last_sensor": WHOLE,  # of its latest plot
    "last_scan": WHOLE,
    "remote_time_s": NUMBER,  # of the remote state
    "remote_seen_s": NUMBER,  # latest plot behind it
    "fusion": WHOLE,  # how its node joins it with the remote state: OWN, BEST, …
    "noise": NUMBER,  # process noise of its node, m²/s³
    "reporting": FLAG,  # the node has reporting responsibility
    "apart": WHOLE,  # reports in a row that lay too far from it
    "dual_number": WHOLE,  # number of the track taken for the same object at the last check, −1 none
    "dual_checks": WHOLE,  # checks in a row that took the two for one object
    "engager": WHOLE,  # node that links said engages it, −1 none
    "engaged_s": NUMBER,  # when that node said so
    "engaged_until_s": NUMBER,  # until when that is believed
    "ordered_until_s": NUMBER,  # "ordered" holds until then, unless it is repeated
    "ordered_link": WHOLE,  # that brought it, −1 none
    "declared": WHOLE,  # bits of the authorities that declare it HOSTILE
    "declared_until_s": NUMBER,
    "declared_link": WHOLE,
}
OWN, BEST, COVARIANCE_INTERSECTION, NAIVE = 0, 1, 2, 3  # fusion


# Rows of ``TrackState.beside``: one array, because each that a kernel is handed with the rest costs at every call.
REMOTE_STATE = 0  # of a track that the node holds itself: the latest report
REMOTE_COVARIANCE = 1  # 6 rows
SENSITIVITY = 7  # of the error to each registration error of the node's radars, in standard deviations; a row a bias
# Rows of the slot after the last, which is scratch space of joining.
JOINED_COVARIANCE, JOINED_REMOTE_COVARIANCE, JOINED_REMOTE_STATE, JOINED_SCRATCH = 0, 6, 12, 13


class TrackState(NamedTuple):
    """Track files; a slot holds one track or none."""

    row: Rows  # (run, node, slot) TRACK_COLUMNS
    top: Ints  # (run, node) slots in use end here
    issued: Ints  # (run, node) track numbers issued so far
    state: Floats  # (run, node, slot, 6) position m, velocity m/s; east, north, up
    covariance: Floats  # (run, node, slot, 6, 6)
    hit_s: Floats  # (run, node, slot, hit) the latest plots, newest first: as many as confirm a track
    held_s: Floats  # (run, node, slot, engagement radar) its latest plot from that radar
    beside: Floats  # (run, node, slot + 1, row, 6) REMOTE_STATE, covariance of that, SENSITIVITY; the last is scratch


def create_track_state(
    runs: int, nodes: int, slots: int, engagement_radars: int, hit_times: int, biased_radars: int, linked: bool
) -> TrackState:
    """Return empty track files of ``slots`` tracks a node.

    biased_radars  the most radars with a registration error that any node has
    linked         whether any report can come in: without links no remote states are kept
    """
    shape = (runs, nodes, slots)
    rows = max(SENSITIVITY + BIASES * biased_radars, JOINED_SCRATCH + SCRATCH_ROWS)
    return TrackState(
        row=filled_rows(TRACK_COLUMNS, shape, {}),
        top=np.zeros((runs, nodes), np.int64),
        issued=np.zeros((runs, nodes), np.int64),
        state=np.zeros((*shape, 6)),
        covariance=np.zeros((*shape, 6, 6)),
        hit_s=np.full((*shape, hit_times), -np.inf),
        held_s=np.full((*shape, max(engagement_radars, 1)), -np.inf),
        beside=np.zeros((runs, nodes, slots + 1, rows, 6) if linked or biased_radars else (runs, nodes, 1, 1, 6)),
    )


@kernel
def clear_slot(tracks: TrackState, run: int, node: int, slot: int) -> None:
    """Empty a slot: nothing of the track it held may show in the next one."""
    row = tracks.row[run, node, slot]
    row.status = FREE_SLOT
    row.number = -1
    row.subject = 0
    row.confirmed_s = np.inf
    row.identity = PENDING
    row.unanswered = 0
    row.civil_s = -np.inf
    row.mode5_s = -np.inf
    row.remote_link = -1
    row.remote_number = -1
    row.remote_s = -np.inf
    row.remote_quality = -1
    row.remote_identity = PENDING
    row.picture_only = False
    row.remote_use = 0
    row.remote_until_s = -np.inf
    forget_words(row)
    row.engagements = 0
    row.salvos = 0
    row.decided = False
    row.destroyed = False
    row.doubt_s = np.inf
    row.held_reasons = 0
    row.heard = -1
    row.plot_cause = -1
    row.cause = -1
    row.mode4_s = -np.inf
    row.own_identity = PENDING
    row.disputed_s = np.inf
    row.motion = -1
    row.motion_s = -np.inf
    row.friend_log_odds = 0.0
    row.hostile_log_odds = 0.0
    row.radars = 0
    row.bias_m2 = 0.0
    row.last_sensor = -1
    row.last_scan = 0
    row.remote_time_s = -np.inf
    row.remote_seen_s = -np.inf
    row.fusion = OWN
    row.noise = 0.0
    row.reporting = False
    row.apart = 0
    row.dual_number = -1
    row.dual_checks = 0
    row.engager = -1
    row.engaged_s = -np.inf
    row.engaged_until_s = -np.inf
    for radar in range(tracks.held_s.shape[3]):
        tracks.held_s[run, node, slot, radar] = -np.inf
    for hit in range(tracks.hit_s.shape[3]):
        tracks.hit_s[run, node, slot, hit] = -np.inf


@kernel
def forget_words(row: Rows) -> None:
    """Forget what authorities ordered or declared about a track."""
    row.ordered, row.declared = 0, 0
    row.ordered_until_s, row.declared_until_s = -np.inf, -np.inf
    row.ordered_link, row.declared_link = -1, -1


@kernel
def open_slot(tracks: TrackState, run: int, node: int) -> int:
    """Return a cleared slot of the node's track file, or −1 when it is full."""
    for slot in range(tracks.row.shape[2]):
        if slot >= tracks.top[run, node] or tracks.row[run, node, slot].status == FREE_SLOT:
            tracks.top[run, node] = max(tracks.top[run, node], slot + 1)
            clear_slot(tracks, run, node, slot)
            return slot
    return -1


@kernel
def untie(row: Rows) -> None:
    """Forget what a link reported of a track that the node holds itself."""
    row.remote_link = -1
    row.remote_number = -1
    row.remote_identity = PENDING
    row.remote_quality = -1
    row.remote_until_s = -np.inf
    forget_words(row)
    row.apart = 0


@kernel
def usable(row: Rows) -> bool:
    """Tell whether a node may act on a track: confirmed, not assessed as killed, and more than a remote picture."""
    return row.status >= CONFIRMED and not row.destroyed and not (row.status == RECEIVED and row.picture_only)


@kernel
def fought(row: Rows) -> bool:
    """Tell whether a track is one that its node may have to fight: suspect, hostile or under engagement."""
    return usable(row) and (row.identity >= SUSPECT or row.engagements > 0)


@kernel
def log_track(
    log: EventLog,
    time_s: float,
    kind: int,
    tracks: TrackState,
    run: int,
    node: int,
    slot: int,
    other: int,
    code: int,
    value: float,
) -> int:
    """Append an event about a track, caused by the latest one about it; return its id."""
    row = tracks.row[run, node, slot]
    place_m = tracks.state[run, node, slot]
    return log_event(log, run, time_s, kind, node, NONE, row.number, other, row.cause, code, value, place_m)


@kernel
def falls(state: Floats, ballistic_minimum_speed_mps: float) -> bool:
    """Tell whether a state (6,) is so fast that the node takes it for a ballistic missile in free fall."""
    square = state[3] * state[3] + state[4] * state[4] + state[5] * state[5]
    return square >= ballistic_minimum_speed_mps * ballistic_minimum_speed_mps


@kernel
def pull(state: Floats, ballistic_minimum_speed_mps: float) -> tuple[float, float, float]:
    """Return the known acceleration of a track: gravity where it is fast enough to fall, else none."""
    if falls(state, ballistic_minimum_speed_mps):
        return gravity_mps2(state[0], state[1], state[2])
    return 0.0, 0.0, 0.0


@kernel
def bit_length(bits: int) -> int:
    """Return the number of binary digits of a bit set."""
    length = 0
    while bits > 0:
        bits >>= 1
        length += 1
    return length


@kernel
def height_slack_m(tracks: TrackState, run: int, node: int, slot: int) -> float:
    """Return how far a track's height may be off: two standard deviations, 200 m at most.

    The limit keeps a poor remote height from promising a shot at what is far below the horizon.
    """
    variance_m2 = max(tracks.covariance[run, node, slot, 2, 2], 0.0)
    for bias in range(BIASES * bit_length(tracks.row[run, node, slot].radars)):
        variance_m2 += tracks.beside[run, node, slot, SENSITIVITY + bias, 2] ** 2
    return min(2.0 * math.sqrt(variance_m2), 200.0)


@kernel
def copy_state(from_state: Floats, from_covariance: Floats, state: Floats, covariance: Floats) -> None:
    """Copy a state (6,) and its covariance (6, 6)."""
    for row in range(6):
        state[row] = from_state[row]
        for column in range(6):
            covariance[row, column] = from_covariance[row, column]


@kernel
def own_estimate(
    tracks: TrackState, run: int, node: int, slot: int, at_s: float, ballistic_minimum_speed_mps: float, noise: float,
    state: Floats, covariance: Floats,
) -> None:  # fmt: skip
    """Write what a node's own radars say of a track at ``at_s``: state (6,), covariance (6, 6) with their biases."""
    held = tracks.row[run, node, slot]
    age_s = at_s - held.time_s
    copy_state(tracks.state[run, node, slot], tracks.covariance[run, node, slot], state, covariance)
    ax, ay, az = pull(state, ballistic_minimum_speed_mps)
    predict(state, covariance, age_s, noise, ax, ay, az)
    if held.radars != 0:
        add_bias(covariance, tracks.beside[run, node, slot, SENSITIVITY:], held.radars, age_s)


@kernel
def join_remote(
    tracks: TrackState, run: int, node: int, slot: int, now_s: float, ballistic_minimum_speed_mps: float, state: Floats
) -> None:
    """Write the state (6,) that a node believes of a track that its own radars hold and a link reports, at ``now_s``.

    Its covariance is left in the spare slot of ``tracks.beside``. What is joined is never reported nor filtered on.
    """
    held = tracks.row[run, node, slot]
    beside, spare = tracks.beside[run, node, slot], tracks.beside[run, node, tracks.beside.shape[2] - 1]
    own_m2, remote_m2 = spare[JOINED_COVARIANCE:], spare[JOINED_REMOTE_COVARIANCE:]
    remote = spare[JOINED_REMOTE_STATE]
    own_estimate(tracks, run, node, slot, now_s, ballistic_minimum_speed_mps, held.noise, state, own_m2)
    copy_state(beside[REMOTE_STATE], beside[REMOTE_COVARIANCE:], remote, remote_m2)
    ax, ay, az = pull(remote, ballistic_minimum_speed_mps)
    predict(remote, remote_m2, now_s - held.remote_time_s, held.noise, ax, ay, az)
    if held.fusion == COVARIANCE_INTERSECTION:
        covariance_intersection(state, own_m2, remote, remote_m2, spare[JOINED_SCRATCH:])
    elif held.fusion == BEST and not knows_better(own_m2, remote_m2):
        copy_state(remote, remote_m2, state, own_m2)


@kernel
def joins(row: Rows) -> bool:
    """Tell whether what a node believes of a track is more than its own radars say: a link reports it too."""
    return row.status == CONFIRMED and row.remote_link >= 0 and row.fusion in (BEST, COVARIANCE_INTERSECTION)


@kernel
def coasted_state(
    tracks: TrackState,
    run: int,
    node: int,
    slot: int,
    now_s: float,
    ballistic_minimum_speed_mps: float,
    state: Floats,
) -> bool:
    """Write a track's state (6,), joined with what a link reports, at ``now_s``; return whether it is taken to fall."""
    held = tracks.state[run, node, slot]
    if joins(tracks.row[run, node, slot]):
        join_remote(tracks, run, node, slot, now_s, ballistic_minimum_speed_mps, state)
        return falls(held, ballistic_minimum_speed_mps)
    age_s = now_s - tracks.row[run, node, slot].time_s
    falling = falls(held, ballistic_minimum_speed_mps)
    for axis in range(3):
        state[axis] = held[axis] + age_s * held[3 + axis]
        state[3 + axis] = held[3 + axis]
    if falling:
        pull = gravity_mps2(held[0], held[1], held[2])
        for axis in range(3):
            state[axis] += 0.5 * pull[axis] * age_s * age_s
            state[3 + axis] += pull[axis] * age_s
    return falling
