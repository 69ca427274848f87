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

    cost: Floats  # (slot + column, column); rows after the candidates take what a group has no channels for
    unit: Ints  # (column,) whose channel it is
    group: Ints  # (column,) whose idle channel it would take, −1: one that waits in vain
    taken: Ints  # (slot + column,) column of each row, −1 none
    work_floats: Floats
    work_integers: Ints


def create_optimum_work(nodes: NodeTable, units: FireUnitTable, slots: int) -> OptimumWork | None:
    """Return scratch space for decisions on at most ``slots`` tracks; None where no node assigns optimally."""
    if not (nodes.row["assignment"] == OPTIMAL).any():
        return None
    columns = int(units.row["channels"].sum())
    rows = slots + columns
    floats, integers = work_sizes(rows, columns)
    return OptimumWork(
        cost=np.zeros((rows, columns)),
        unit=np.zeros(columns, np.int64),
        group=np.zeros(columns, np.int64),
        taken=np.zeros(rows, np.int64),
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
    optimum.group[column] = units.row[unit].group if idle else NONE
    for candidate in range(count):
        row, pair = work.row[candidate], work.pair[candidate, unit]
        can = pair.interceptor != NONE and (idle or may_launch(units.row[unit], tracks, run, row.slot, now_s))
        optimum.cost[candidate, column] = -row.worth * pair.kill if can else BIG


@kernel
def orders_open(
    nodes: NodeTable, units: FireUnitTable, weapons: WeaponState, run: int, node: int, unit: int
) -> tuple[int, int]:
    """Return how many orders a unit can take on the idle channels of its group, and how many beyond them."""
    orders = orders_left(nodes, weapons, run, node, unit)
    occupied, _ = guided_now(units, weapons, run, unit)
    free = max(units.row[unit].channels - occupied, 0)
    return min(free, orders), max(orders - free, 0)


@kernel
def fill_surplus(
    units: FireUnitTable, weapons: WeaponState, work: AssignmentWork, optimum: OptimumWork, run: int, columns: int,
    count: int,
) -> int:  # fmt: skip
    """Write rows after the first ``count`` that take the columns beyond a group's idle channels; return how many rows.

    Launchers that share channels have a column each for every one of them. As many rows that gain more than any
    candidate, and only on the columns of that group, as there are too many columns: they leave what there is.
    """
    rows, gain = count, 1.0
    for candidate in range(count):
        gain = max(gain, 1.0 + 2.0 * work.row[candidate].worth)
    for group in range(units.row.shape[0]):
        surplus = 0
        for column in range(columns):
            surplus += optimum.group[column] == group
        if surplus == 0:
            continue
        occupied, _ = guided_now(units, weapons, run, group)
        for _ in range(surplus - max(units.row[group].channels - occupied, 0)):
            for column in range(columns):
                optimum.cost[rows, column] = -gain if optimum.group[column] == group else BIG
            rows += 1
    return rows


@kernel
def assign_optimally(
    now_s: float, nodes: NodeTable, units: FireUnitTable, tracks: TrackState, weapons: WeaponState,
    work: AssignmentWork, optimum: OptimumWork, run: int, node: int, count: int,
) -> int:  # fmt: skip
    """Write the optimal column of each of the first ``count`` candidates to ``optimum.taken``; return how many columns.

    Idle channels come before those that wait in vain, as orders will take them.
    """
    columns = 0
    for unit in range(units.row.shape[0]):
        if units.row[unit].node == node:
            for _ in range(orders_open(nodes, units, weapons, run, node, unit)[0]):
                price_column(now_s, units, tracks, work, optimum, run, unit, columns, True, count)
                columns += 1
    for unit in range(units.row.shape[0]):
        if units.row[unit].node != node:
            continue
        orders = orders_open(nodes, units, weapons, run, node, unit)[1]
        for channel in range(units.row[unit].rows):
            if orders > 0 and waits_in_vain(now_s, units, tracks, weapons, run, unit, channel):
                price_column(now_s, units, tracks, work, optimum, run, unit, columns, False, count)
                columns += 1
                orders -= 1
    rows = fill_surplus(units, weapons, work, optimum, run, columns, count)
    assign(optimum.cost, rows, columns, 0.0, optimum.taken, optimum.work_floats, optimum.work_integers)
    return columns
