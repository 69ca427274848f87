"""The optimal assignment of one decision: free channels to tracks, for the greatest sum of worth × kill probability.

Linear assignment by shortest augmenting paths, see ``estimation/assignment.py``. Where no node asks for it there is no
work space but None, and kernels are compiled without.
"""

from typing import NamedTuple

import numpy as np

from openiamd.estimation.assignment import BIG, assign, work_sizes
from openiamd.kernels import kernel
from openiamd.world.arrays import Floats, Ints
from openiamd.world.assignment import AssignmentWork, waits_in_vain
from openiamd.world.channels import guided_now, may_launch
from openiamd.world.doctrine import OPTIMAL, NodeTable
from openiamd.world.events import NONE
from openiamd.world.tracks import TrackState
from openiamd.world.weapons import FireUnitTable, WeaponState


class OptimumWork(NamedTuple):
    """Scratch space of the optimal assignment; a column is a channel that may take an order."""

    cost: Floats  # (slot, column)
    unit: Ints  # (column,) whose channel it is
    taken: Ints  # (slot,) column of each candidate, −1 none
    work_floats: Floats
    work_integers: Ints


def create_optimum_work(nodes: NodeTable, units: FireUnitTable, slots: int) -> OptimumWork | None:
    """Return scratch space for decisions on at most ``slots`` tracks; None where no node assigns optimally."""
    if not (nodes.row["assignment"] == OPTIMAL).any():
        return None
    columns = int(units.row["channels"].sum())
    floats, integers = work_sizes(slots, columns)
    return OptimumWork(
        cost=np.zeros((slots, columns)),
        unit=np.zeros(columns, np.int64),
        taken=np.zeros(slots, np.int64),
        work_floats=np.zeros(floats),
        work_integers=np.zeros(integers, np.int64),
    )


@kernel
def orders_left(nodes: NodeTable, weapons: WeaponState, run: int, node: int, unit: int) -> int:
    """Return how many salvos the unit's rounds allow, types of interceptor apart, those promised taken off."""
    salvo, orders = nodes.row[node].salvo, 0
    for interceptor in range(weapons.magazine.shape[2]):
        left = weapons.magazine[run, unit, interceptor] - weapons.promised[run, unit, interceptor]
        orders += max(left + salvo - 1, 0) // salvo
    return orders


@kernel
def price_column(
    now_s: float, units: FireUnitTable, tracks: TrackState, work: AssignmentWork, optimum: OptimumWork, run: int,
    unit: int, column: int, idle: bool, count: int,
) -> None:  # fmt: skip
    """Write what each candidate costs on a channel; one that waits in vain takes only a track that is held."""
    optimum.unit[column] = unit
    for candidate in range(count):
        row, pair = work.row[candidate], work.pair[candidate, unit]
        can = pair.interceptor != NONE and (idle or may_launch(units.row[unit], tracks, run, row.slot, now_s))
        optimum.cost[candidate, column] = -row.worth * pair.kill if can else BIG


@kernel
def assign_optimally(
    now_s: float, nodes: NodeTable, units: FireUnitTable, tracks: TrackState, weapons: WeaponState,
    work: AssignmentWork, optimum: OptimumWork, run: int, node: int, count: int,
) -> int:  # fmt: skip
    """Write the optimal column of each of the first ``count`` candidates to ``optimum.taken``; return how many columns.

    A unit's idle channels come before those that wait in vain, as orders will take them.
    """
    columns = 0
    for unit in range(units.row.shape[0]):
        battery = units.row[unit]
        if battery.node != node:
            continue
        orders = orders_left(nodes, weapons, run, node, unit)
        occupied, _ = guided_now(units, weapons, run, unit)
        free = min(max(battery.channels - occupied, 0), orders)
        for _ in range(free):
            price_column(now_s, units, tracks, work, optimum, run, unit, columns, True, count)
            columns += 1
        orders -= free
        for channel in range(battery.rows):
            if orders > 0 and waits_in_vain(now_s, units, tracks, weapons, run, unit, channel):
                price_column(now_s, units, tracks, work, optimum, run, unit, columns, False, count)
                columns += 1
                orders -= 1
    assign(optimum.cost, count, columns, 0.0, optimum.taken, optimum.work_floats, optimum.work_integers)
    return columns
