"""Who radiates, may fire, carries and acts: states of readiness, faults and losses, as one table of elements.

An element is a node, a sensor, a fire unit or a link. What the other stages need to know of it lies in their own state:
``off`` of a radar, ``withheld`` of a fire unit, ``cut`` of a link, ``down`` of a node. Without any state of readiness
that changes, fault or loss the ``DutyTable`` is empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.catalogue.duties import ASPECTS, CAUSES, DOMAINS, STATES
from openiamd.kernels import kernel
from openiamd.physics.draws import FAULT, NO_ENTITY, entity_hash, uniform
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Draws, Floats, Ints, filled_rows, row_type, rows_of

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario
    from openiamd.world.arrays import Rows

NODE_ELEMENT, SENSOR_ELEMENT, UNIT_ELEMENT, LINK_ELEMENT = range(len(DOMAINS))
ACTIVE, DARK, EMPLACED, MARCH, BOXED, CUED = range(6)  # the first of STATES
STATE_ASPECT, SECTOR_ASPECT, HOLD_ASPECT, TRAINING_ASPECT = range(len(ASPECTS))
DESTROYED = CAUSES.index("destroyed")
PENDING_FAULT, RAGING, OVER = 0, 1, 2

ELEMENT_COLUMNS = {
    "domain": WHOLE,  # NODE_ELEMENT, SENSOR_ELEMENT, UNIT_ELEMENT, LINK_ELEMENT
    "index": WHOLE,  # in its own table
    "entity": WHOLE,  # 32-bit hash of the id
    "node": WHOLE,  # its node; the sender of a link
    "partner": WHOLE,  # the receiver of a link, the engagement radar of a fire unit, −1: none
    "falls_silent": FLAG,  # a node whose radars fall silent when contact is lost
    "cue_range_m": NUMBER,  # of a radar that may wait for a cue
    "linger_s": NUMBER,
    "activation_s": NUMBER,
    "facing_rad": NUMBER,  # of the sector to which it may be limited
    "sector_rad": NUMBER,
}
CHANGE_COLUMNS = {
    "element": WHOLE,
    "at_s": NUMBER,
    "aspect": WHOLE,  # STATE_ASPECT, SECTOR_ASPECT, HOLD_ASPECT, TRAINING_ASPECT
    "state": WHOLE,  # place in STATES
}
FAULT_COLUMNS = {
    "entity": WHOLE,  # 32-bit hash of the fault's id
    "element": WHOLE,
    "cause": WHOLE,  # place in CAUSES
    "at_s": NUMBER,
    "until_s": NUMBER,
    "probability": NUMBER,
    "spread_s": NUMBER,
}
LOSS_COLUMNS = {
    "asset": WHOLE,
    "element": WHOLE,
    "probability": NUMBER,
    "restored_after_s": NUMBER,
}


class DutyTable(NamedTuple):
    """What changes when; elements are nodes, sensors, fire units and links, in this order."""

    element: Rows  # (element,) ELEMENT_COLUMNS
    first: Ints  # (domain,) row of its first element
    position_m: Floats  # (element, 3)
    begin: Rows  # (element,) CONDITION_COLUMNS at the start of a run
    change: Rows  # (change,) CHANGE_COLUMNS after the start, in order of time
    fault: Rows  # (fault,) FAULT_COLUMNS
    loss: Rows  # (loss,) LOSS_COLUMNS


CONDITION_COLUMNS = {
    "state": WHOLE,  # ACTIVE, DARK, EMPLACED, MARCH, BOXED, CUED
    "limited": FLAG,  # to its sector
    "holds": FLAG,  # weapons hold
    "trains": FLAG,
    "losses": WHOLE,  # faults and destructions that it suffers now
    "down": FLAG,  # lost, or of a lost node
    "lost_event": WHOLE,
    "restored_s": NUMBER,  # a destroyed element: when it comes back; −1: not destroyed
    "cued_s": NUMBER,  # since when it is cued, inf: it is not
    "heard_s": NUMBER,  # latest track that cued it
}
FAULT_STATE_COLUMNS = {
    "phase": WHOLE,  # PENDING_FAULT, RAGING, OVER
    "from_s": NUMBER,  # inf: does not happen in this run
    "until_s": NUMBER,
}


class DutyState(NamedTuple):
    """The condition of every element; the first axis is the run."""

    element: Rows  # (run, element) CONDITION_COLUMNS
    fault: Rows  # (run, fault) FAULT_STATE_COLUMNS
    seen: Ints  # (run,) events looked through for objects that got through


def compile_duty(scenario: ResolvedScenario, nodes_m: Floats, sensors_m: Floats, units_m: Floats) -> DutyTable:
    """Return what changes during a run; an empty table where nothing does.

    nodes_m, sensors_m, units_m  (element, 3) where they stand
    """
    duties = scenario.duties
    silent = [node.contact_action == "dark" for node in scenario.nodes]
    if not (duties.changes or duties.faults or duties.losses or any(silent)):
        return empty_duty()
    counts = [len(part) for part in (scenario.nodes, scenario.sensors, scenario.fire_units, scenario.links)]
    first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    table = DutyTable(
        element=_elements(scenario, silent, counts, first),
        first=first,
        position_m=np.concatenate(
            [nodes_m, sensors_m, units_m, nodes_m[np.array([link.sender for link in scenario.links], np.int64)]]
        ),
        begin=filled_rows(
            CONDITION_COLUMNS,
            (sum(counts),),
            {"lost_event": -1, "restored_s": -1.0, "cued_s": np.inf, "heard_s": -np.inf},
        ),
        change=_changes(scenario, first),
        fault=_faults(scenario, first),
        loss=_losses(scenario, first),
    )
    for change in duties.changes:
        if change.at_s <= 0.0:
            _begin(table.begin[first[DOMAINS.index(change.domain)] + change.index], change.aspect, change.state)
    return table


def _begin(row: Rows, aspect: str, state: str) -> None:
    if aspect == "state":
        row["state"] = STATES.index(state)
    else:
        row[{"sector": "limited", "hold": "holds", "training": "trains"}[aspect]] = state != "active"


def _elements(scenario: ResolvedScenario, silent: list[bool], counts: list[int], first: Ints) -> Rows:
    parts = (scenario.nodes, scenario.sensors, scenario.fire_units, scenario.links)
    rows = np.zeros(sum(counts), row_type(ELEMENT_COLUMNS))
    rows["domain"] = np.repeat(np.arange(len(counts)), counts)
    rows["index"] = np.concatenate([np.arange(count) for count in counts])
    rows["entity"] = [entity_hash(one.id) for part in parts for one in part]
    rows["node"] = [
        *range(len(scenario.nodes)),
        *(sensor.node for sensor in scenario.sensors),
        *(unit.node for unit in scenario.fire_units),
        *(link.sender for link in scenario.links),
    ]
    rows["partner"] = [-1] * (counts[0] + counts[1]) + [
        *(unit.engagement_sensor for unit in scenario.fire_units),
        *(link.receiver for link in scenario.links),
    ]
    rows["falls_silent"][: counts[0]] = silent
    for cue in scenario.duties.cues:
        row = rows[first[SENSOR_ELEMENT] + cue.sensor]
        row["cue_range_m"], row["linger_s"], row["activation_s"] = cue.range_m, cue.linger_s, cue.activation_s
    for limit in scenario.duties.limits:
        row = rows[first[DOMAINS.index(limit.domain)] + limit.index]
        row["facing_rad"], row["sector_rad"] = limit.facing_rad, limit.sector_rad
    return rows


def _changes(scenario: ResolvedScenario, first: Ints) -> Rows:
    later = [change for change in scenario.duties.changes if change.at_s > 0.0]
    values = {
        "element": [first[DOMAINS.index(change.domain)] + change.index for change in later],
        "at_s": [change.at_s for change in later],
        "aspect": [ASPECTS.index(change.aspect) for change in later],
        "state": [STATES.index(change.state) for change in later],
    }
    return rows_of(CHANGE_COLUMNS, values, len(later))


def _faults(scenario: ResolvedScenario, first: Ints) -> Rows:
    faults = scenario.duties.faults
    values = {
        "entity": [entity_hash(fault.id) for fault in faults],
        "element": [first[DOMAINS.index(fault.domain)] + fault.index for fault in faults],
        "cause": [CAUSES.index(fault.cause) for fault in faults],
    }
    for name in FAULT_COLUMNS:
        if name not in values:
            values[name] = [getattr(fault, name) for fault in faults]
    return rows_of(FAULT_COLUMNS, values, len(faults))


def _losses(scenario: ResolvedScenario, first: Ints) -> Rows:
    losses = scenario.duties.losses
    values = {
        "asset": [loss.asset for loss in losses],
        "element": [first[DOMAINS.index(loss.domain)] + loss.index for loss in losses],
        "probability": [loss.probability for loss in losses],
        "restored_after_s": [loss.restored_after_s for loss in losses],
    }
    return rows_of(LOSS_COLUMNS, values, len(losses))


def empty_duty() -> DutyTable:
    """Return the table of a scenario in which nothing changes."""
    return DutyTable(
        element=np.zeros(0, row_type(ELEMENT_COLUMNS)),
        first=np.zeros(len(DOMAINS), np.int64),
        position_m=np.zeros((0, 3)),
        begin=np.zeros(0, row_type(CONDITION_COLUMNS)),
        change=np.zeros(0, row_type(CHANGE_COLUMNS)),
        fault=np.zeros(0, row_type(FAULT_COLUMNS)),
        loss=np.zeros(0, row_type(LOSS_COLUMNS)),
    )


def create_duty_state(table: DutyTable, runs: int) -> DutyState:
    """Return the condition of every element at the start."""
    return DutyState(
        element=np.tile(table.begin, (runs, 1)),
        fault=filled_rows(FAULT_STATE_COLUMNS, (runs, table.fault.shape[0]), {}),
        seen=np.zeros(runs, np.int64),
    )


@kernel
def draw_faults(duty: DutyTable, draws: Draws, state: DutyState, first_run: int, last_run: int) -> None:
    """Draw for each run which faults happen and when: one draw for whether, one for by how much it is moved."""
    for run in range(first_run, last_run):
        number = draws.first + run
        for fault in range(duty.fault.shape[0]):
            row, own = duty.fault[fault], state.fault[run, fault]
            happens = uniform(draws.seed, number, FAULT, row.entity, NO_ENTITY, 0, 0) < row.probability
            shift = uniform(draws.seed, number, FAULT, row.entity, NO_ENTITY, 0, 1)
            shift_s = (2.0 * shift - 1.0) * row.spread_s
            own.from_s = row.at_s + shift_s if happens else np.inf
            own.until_s = row.until_s + shift_s
