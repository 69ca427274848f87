"""Halt: what a cease-fire or a hold-fire makes of the engagements under way.

Both as the U.S. Department of Defense Dictionary of Military and Associated Terms has them: after "cease fire" missiles
in flight go on, after "hold fire" they must be prevented from intercepting.
"""

import math

from openiamd.kernels import kernel
from openiamd.world.channels import cease
from openiamd.world.events import EventLog
from openiamd.world.network import HOLD_FIRE, MessageState
from openiamd.world.shots import settle
from openiamd.world.tracks import TrackState
from openiamd.world.weapons import (
    IN_FLIGHT,
    ORDERED_TO_CEASE,
    REACTING,
    FireUnitTable,
    InterceptorTable,
    WeaponState,
)


@kernel
def halt_fire(
    now_s: float, units: FireUnitTable, interceptors: InterceptorTable, tracks: TrackState, messages: MessageState,
    weapons: WeaponState, events: EventLog, run: int, node: int,
) -> None:  # fmt: skip
    """Take back the orders of a node that are not carried out yet; under hold-fire break off rounds in flight too.

    Of a salvo that goes up round by round the rest is not fired.
    """
    for unit in range(units.row.shape[0]):
        if units.row[unit].node != node:
            continue
        for number in range(units.row[unit].rows):
            row = weapons.row[run, unit, number]
            broken_off = row.phase == IN_FLIGHT and messages.node[run, node].halt == HOLD_FIRE
            if row.phase == REACTING or broken_off:
                row.next_s = now_s
                cease(units, tracks, weapons, events, run, unit, number, ORDERED_TO_CEASE)
            elif row.phase == IN_FLIGHT and row.left > 0:
                row.left, row.fires_s, row.next_s = 0, math.inf, now_s
                settle(units, interceptors, weapons, run, unit, number)
