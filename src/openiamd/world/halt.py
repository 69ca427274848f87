"""Halt: what a cease-fire or a hold-fire makes of the engagements under way.

Both as the U.S. Department of Defense Dictionary of Military and Associated Terms has them: after "cease fire" missiles
in flight go on, after "hold fire" they must be prevented from intercepting.
"""

from openiamd.kernels import kernel
from openiamd.world.events import NONE, WASTED, EventLog, log_event
from openiamd.world.network import HOLD_FIRE, MessageState
from openiamd.world.tracks import TrackState
from openiamd.world.weapons import (
    ASSESSING,
    IN_FLIGHT,
    ORDERED_TO_CEASE,
    REACTING,
    FireUnitTable,
    WeaponState,
    cease,
)


@kernel
def break_off(
    now_s: float, weapons: WeaponState, events: EventLog, run: int, node: int, unit: int, number: int
) -> None:
    """Break off the rounds of a channel that are in flight: they are wasted, and nothing is left to assess."""
    row = weapons.row[run, unit, number]
    for nth in range(row.rounds):
        log_event(
            events, run, now_s, WASTED, node, NONE, row.number, unit, row.shot_event + nth, row.interceptor, 0.0,
            weapons.aim_m[run, unit, number],
        )  # fmt: skip
    row.rounds = 0
    row.phase = ASSESSING
    row.next_s = now_s


@kernel
def halt_fire(
    now_s: float, units: FireUnitTable, tracks: TrackState, messages: MessageState, weapons: WeaponState,
    events: EventLog, run: int, node: int,
) -> None:  # fmt: skip
    """Take back the orders of a node that are not carried out yet; under hold-fire break off rounds in flight too."""
    for unit in range(units.row.shape[0]):
        if units.row[unit].node != node:
            continue
        for number in range(units.row[unit].channels):
            row = weapons.row[run, unit, number]
            if row.phase == REACTING:
                row.next_s = now_s
                cease(units, tracks, weapons, events, run, unit, number, ORDERED_TO_CEASE)
            elif row.phase == IN_FLIGHT and messages.node[run, node].halt == HOLD_FIRE:
                break_off(now_s, weapons, events, run, node, unit, number)
