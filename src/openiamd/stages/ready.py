"""Ready: what radiates, may fire, carries and acts in this step, by states of readiness, faults and losses.

Reads   duty table, fire units, threats, tracks (cues), contact with the superior, events (what got through), draws
Writes  duty state; ``off`` and sector of radars, ``withheld`` and sector of fire units, ``cut`` of links, ``down`` and
        ``on_hold`` of nodes; engagements of what is lost, track files of lost nodes

Changes take effect at the beginning of a step. Without anything that changes, the table is empty and nothing is done.
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.draws import DESTRUCTION, uniform
from openiamd.world.arrays import Draws, Rows
from openiamd.world.channels import break_off, give_back
from openiamd.world.events import COUNT, LEAKED, LOST, NONE, RESTORED, STATE_CHANGED, TRACK_DROPPED, EventLog, log_event
from openiamd.world.network import MessageState
from openiamd.world.readiness import (
    ACTIVE,
    CUED,
    DARK,
    DESTROYED,
    HOLD_ASPECT,
    LINK_ELEMENT,
    NODE_ELEMENT,
    OVER,
    PENDING_FAULT,
    RAGING,
    SECTOR_ASPECT,
    SENSOR_ELEMENT,
    STATE_ASPECT,
    UNIT_ELEMENT,
    DutyState,
    DutyTable,
)
from openiamd.world.sensors import SensorState
from openiamd.world.threats import ThreatTable
from openiamd.world.tracks import (
    ASSUMED_FRIEND,
    CONFIRMED,
    FRIEND,
    HOSTILE,
    NEUTRAL,
    SUSPECT,
    TrackState,
    clear_slot,
    log_track,
)
from openiamd.world.weapons import IDLE, NOT_READY, OUT_OF_ACTION, TRAINING, FireUnitTable, WeaponState

ROUNDING_S = 1e-6


@kernel
def log_duty(
    now_s: float,
    kind: int,
    duty: DutyTable,
    events: EventLog,
    run: int,
    element: int,
    thing: int,
    cause: int,
    code: int,
) -> int:
    """Append an event about an element; return its id. ``value`` is its domain, ``other`` its place there."""
    row = duty.element[element]
    return log_event(
        events, run, now_s, kind, row.node, thing, NONE, row.index, cause, code, float(row.domain),
        duty.position_m[element],
    )  # fmt: skip


@kernel
def lose(
    now_s: float, duty: DutyTable, state: DutyState, events: EventLog, run: int, element: int, thing: int, cause: int,
    code: int,
) -> None:  # fmt: skip
    """Count one more loss of an element, and log it."""
    own = state.element[run, element]
    own.losses += 1
    own.lost_event = log_duty(now_s, LOST, duty, events, run, element, thing, cause, code)


@kernel
def restore(
    now_s: float, duty: DutyTable, state: DutyState, events: EventLog, run: int, element: int, code: int
) -> None:
    """Take one loss off an element, and log it."""
    own = state.element[run, element]
    own.losses -= 1
    log_duty(now_s, RESTORED, duty, events, run, element, NONE, own.lost_event, code)


@kernel
def change_states(now_s: float, step_s: float, duty: DutyTable, state: DutyState, events: EventLog, run: int) -> None:
    """Carry out the changes of state that are due since the step before."""
    for change in range(duty.change.shape[0]):
        due = duty.change[change]
        if not now_s - step_s + ROUNDING_S < due.at_s <= now_s + ROUNDING_S:
            continue
        own = state.element[run, due.element]
        if due.aspect == STATE_ASPECT:
            own.state = due.state
            own.cued_s = math.inf
        elif due.aspect == SECTOR_ASPECT:
            own.limited = due.state != ACTIVE
        elif due.aspect == HOLD_ASPECT:
            own.holds = due.state != ACTIVE
        else:
            own.trains = due.state != ACTIVE
        log_duty(now_s, STATE_CHANGED, duty, events, run, due.element, NONE, NONE, due.state)


@kernel
def count_faults(now_s: float, duty: DutyTable, state: DutyState, events: EventLog, run: int) -> None:
    """Begin and end the faults that are due."""
    for fault in range(duty.fault.shape[0]):
        row, own = duty.fault[fault], state.fault[run, fault]
        if own.phase == PENDING_FAULT and own.from_s <= now_s + ROUNDING_S:
            own.phase = RAGING
            lose(now_s, duty, state, events, run, row.element, NONE, NONE, row.cause)
        if own.phase == RAGING and own.until_s <= now_s + ROUNDING_S:
            own.phase = OVER
            restore(now_s, duty, state, events, run, row.element, row.cause)


@kernel
def count_destroyed(
    now_s: float, duty: DutyTable, threats: ThreatTable, draws: Draws, state: DutyState, events: EventLog, run: int
) -> None:
    """Destroy what assets hold where something got through since the last step; restore what has waited long enough.

    One draw for each object that gets through and each thing that it may destroy.
    """
    for element in range(duty.element.shape[0]):
        own = state.element[run, element]
        if 0.0 <= own.restored_s <= now_s + ROUNDING_S:
            own.restored_s = -1.0
            restore(now_s, duty, state, events, run, element, DESTROYED)
    logged = min(events.tally[run, COUNT], events.row.shape[1])
    for event in range(state.seen[run], logged):
        told = events.row[run, event]
        if told.kind != LEAKED:
            continue
        leaker = threats.row[told.thing].entity
        for loss in range(duty.loss.shape[0]):
            row = duty.loss[loss]
            own, entity = state.element[run, row.element], duty.element[row.element].entity
            if row.asset != told.other or own.restored_s >= 0.0:
                continue
            draw = uniform(draws.seed, draws.first + run, DESTRUCTION, leaker, entity, 0, 0)
            if draw < row.probability:
                lose(now_s, duty, state, events, run, row.element, told.thing, event, DESTROYED)
                own.restored_s = now_s + row.restored_after_s
    state.seen[run] = logged


@kernel
def is_cued(
    now_s: float, place: Rows, tracks: TrackState, antennas: SensorState, run: int, sensor: int, awake: bool
) -> bool:
    """Tell whether a link reports a track to a radar's node, not taken for friendly, within the radar's cue range.

    A radar that is awake also stays so for what its node itself tracks as hostile or suspect: who reports a track hears
    no more of it by link.

    place  row of the radar among the elements
    """
    reach_m2 = place.cue_range_m * place.cue_range_m
    for slot in range(tracks.top[run, place.node]):
        held = tracks.row[run, place.node, slot]
        if held.picture_only or held.destroyed or held.identity in (ASSUMED_FRIEND, FRIEND, NEUTRAL):
            continue
        followed = awake and held.status >= CONFIRMED and held.identity in (SUSPECT, HOSTILE)
        if held.remote_link == NONE and not followed:
            continue
        square_m2 = 0.0
        for axis in range(3):
            believed = tracks.state[run, place.node, slot]
            there_m = believed[axis] + (now_s - held.time_s) * believed[3 + axis]
            square_m2 += (there_m - antennas.position_m[run, sensor, axis]) ** 2
        if square_m2 <= reach_m2:
            return True
    return False


@kernel
def guides(duty: DutyTable, weapons: WeaponState, run: int, sensor: int) -> bool:
    """Tell whether any fire unit is at work with this radar: ordered to fire, or with rounds on their way."""
    for element in range(duty.element.shape[0]):
        row = duty.element[element]
        if row.domain != UNIT_ELEMENT or row.partner != sensor:
            continue
        for channel in range(weapons.row.shape[2]):
            if weapons.row[run, row.index, channel].phase != IDLE:
                return True
    return False


@kernel
def watch_cue(
    now_s: float, duty: DutyTable, tracks: TrackState, antennas: SensorState, state: DutyState, run: int, element: int
) -> bool:
    """Return whether a radar that waits for a cue is to radiate: from its activation until its cues have lingered."""
    row, own = duty.element[element], state.element[run, element]
    if is_cued(now_s, row, tracks, antennas, run, row.index, own.cued_s < math.inf):
        own.heard_s = now_s
        own.cued_s = min(own.cued_s, now_s)
    elif now_s - own.heard_s > row.linger_s:
        own.cued_s = math.inf
    return now_s >= own.cued_s + row.activation_s


@kernel
def set_sensor(
    now_s: float, duty: DutyTable, tracks: TrackState, messages: MessageState, weapons: WeaponState,
    antennas: SensorState, state: DutyState, events: EventLog, run: int, element: int,
) -> None:  # fmt: skip
    """Switch a radar on or off; one that is to fall silent finishes what it guides."""
    row, own = duty.element[element], state.element[run, element]
    antenna, contact = antennas.row[run, row.index], messages.node[run, row.node]
    own.down = own.losses > 0 or contact.down
    radiates, cued = own.state == ACTIVE, own.state == CUED
    if cued:
        radiates = watch_cue(now_s, duty, tracks, antennas, state, run, element)
    if contact.lost_contact and duty.element[row.node].falls_silent:
        radiates = False
    if not radiates and not antenna.off and now_s > 0.0:
        radiates = guides(duty, weapons, run, row.index)
    if cued and antenna.off == radiates and not own.down and now_s > 0.0:
        log_duty(now_s, STATE_CHANGED, duty, events, run, element, NONE, NONE, ACTIVE if radiates else DARK)
    antenna.off = own.down or not radiates
    antenna.limit_rad = row.sector_rad if own.limited else 0.0
    antenna.limit_facing_rad = row.facing_rad


@kernel
def set_unit(
    now_s: float, duty: DutyTable, units: FireUnitTable, messages: MessageState, tracks: TrackState,
    weapons: WeaponState, state: DutyState, events: EventLog, run: int, element: int,
) -> None:  # fmt: skip
    """Say whether a fire unit takes orders; one that is lost, or whose radar or owner of channels is, breaks off.

    Of launchers that are lost alone the rounds in flight stay guided.
    """
    row, own = duty.element[element], state.element[run, element]
    contact, condition = messages.node[run, row.node], weapons.unit[run, row.index]
    group = units.row[row.index].group
    owner = state.element[run, duty.first[UNIT_ELEMENT] + group]
    unguided, ready = owner.losses > 0 or contact.down, own.state in (ACTIVE, DARK)
    if row.partner != NONE:
        radar = state.element[run, duty.first[SENSOR_ELEMENT] + row.partner]
        unguided = unguided or radar.down
        ready = ready and radar.state in (ACTIVE, CUED)
    if contact.lost_contact and duty.element[row.node].falls_silent:
        ready = False
    lost = unguided or own.losses > 0
    if unguided and not own.down:
        break_off(units, tracks, weapons, events, run, row.index, now_s)
    elif lost and not own.down:
        give_back(units, tracks, weapons, events, run, row.index, now_s, OUT_OF_ACTION)
    own.down = lost
    condition.withheld = 0
    if lost or not ready:
        condition.withheld = NOT_READY
    elif own.trains:
        condition.withheld = TRAINING
    condition.limit_rad = row.sector_rad if own.limited else 0.0
    condition.limit_facing_rad = row.facing_rad


@kernel
def set_node(
    now_s: float, duty: DutyTable, tracks: TrackState, messages: MessageState, state: DutyState, events: EventLog,
    run: int, element: int,
) -> None:  # fmt: skip
    """Empty the track file of a node that is lost; let one that is restored listen anew for its superior."""
    own, node = state.element[run, element], duty.element[element].index
    contact, down = messages.node[run, node], own.losses > 0
    if down and not contact.down:
        for slot in range(tracks.top[run, node]):
            if tracks.row[run, node, slot].status >= CONFIRMED:
                log_track(events, now_s, TRACK_DROPPED, tracks, run, node, slot, NONE, NONE, 0.0)
            clear_slot(tracks, run, node, slot)
        tracks.top[run, node] = 0
    if contact.down and not down:
        contact.contact_s = now_s
        contact.lost_contact = False
    contact.down = down
    contact.on_hold = own.holds


@kernel
def ready(
    time_s: float,
    step_s: float,
    duty: DutyTable,
    units: FireUnitTable,
    threats: ThreatTable,
    draws: Draws,
    tracks: TrackState,
    messages: MessageState,
    weapons: WeaponState,
    antennas: SensorState,
    state: DutyState,
    events: EventLog,
    first_run: int,
    last_run: int,
) -> None:
    """Bring the condition of every element to the beginning of the step: nodes first, then what hangs on them."""
    if duty.element.shape[0] == 0:
        return
    for run in range(first_run, last_run):
        change_states(time_s, step_s, duty, state, events, run)
        count_faults(time_s, duty, state, events, run)
        count_destroyed(time_s, duty, threats, draws, state, events, run)
        for element in range(duty.element.shape[0]):
            row = duty.element[element]
            if row.domain == NODE_ELEMENT:
                set_node(time_s, duty, tracks, messages, state, events, run, element)
            elif row.domain == SENSOR_ELEMENT:
                set_sensor(time_s, duty, tracks, messages, weapons, antennas, state, events, run, element)
            elif row.domain == UNIT_ELEMENT:
                set_unit(time_s, duty, units, messages, tracks, weapons, state, events, run, element)
            elif row.domain == LINK_ELEMENT:
                ends_down = messages.node[run, row.node].down or messages.node[run, row.partner].down
                cut = state.element[run, element].losses > 0 or ends_down
                messages.link[run, row.index].cut = cut
