"""Fire orders: who has heard which order about fire, and what that makes of each node's rules.

An order leaves its author when it is given and goes on over every link that carries orders, in each of its time slots,
until it ends. Its end is part of it: who has heard the order knows when it is over.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.kernels import kernel
from openiamd.physics.draws import LOSS, entity_hash, uniform
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Bools, Draws, Floats, Rows, constant, rows_of
from openiamd.world.doctrine import NO_STATUS, NodeTable
from openiamd.world.events import FIRE_ORDER, NONE, EventLog, log_event
from openiamd.world.network import WEAPONS_CONTROL, MessageState

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

BEGINS, ENDS = constant(0), constant(1)

FIRE_ORDER_COLUMNS = {
    "entity": WHOLE,  # 32-bit hash of the id
    "halt": WHOLE,  # WEAPONS_CONTROL, CEASE_FIRE, HOLD_FIRE
    "control_status": WHOLE,  # that is ordered, NO_STATUS: none
    "sent": FLAG,  # by a node, over links
    "active_from_s": NUMBER,
    "active_until_s": NUMBER,
}


class FireOrderTable(NamedTuple):
    """Fire orders; row order is ``ResolvedScenario.fire_orders`` order."""

    row: Rows  # (order,) FIRE_ORDER_COLUMNS
    applies: Bools  # (order, node)
    heard_s: Floats  # (node, order) when a node has it without any link, inf: it has not


def compile_fire_orders(scenario: ResolvedScenario) -> FireOrderTable:
    """Return the table of the scenario's fire orders."""
    from openiamd.catalogue.resolved import CONTROL_STATUSES, FIRE_ORDERS

    orders, nodes = scenario.fire_orders, len(scenario.nodes)
    rows = {
        "entity": [entity_hash(order.id) for order in orders],
        "halt": [FIRE_ORDERS.index(order.order) for order in orders],
        "control_status": [
            CONTROL_STATUSES.index(order.control_status) if order.control_status else NO_STATUS for order in orders
        ],
        "sent": [order.sender >= 0 for order in orders],
        "active_from_s": [order.active_from_s for order in orders],
        "active_until_s": [order.active_until_s for order in orders],
    }
    heard_s = np.full((nodes, len(orders)), np.inf)
    applies = np.zeros((len(orders), nodes), np.bool_)
    for place, order in enumerate(orders):
        applies[place, list(order.receivers)] = True
        knowing = [order.sender] if order.sender >= 0 else list(order.receivers)
        heard_s[knowing, place] = order.active_from_s
    return FireOrderTable(rows_of(FIRE_ORDER_COLUMNS, rows, len(orders)), applies, heard_s)


@kernel
def pass_on(
    send_s: float, arrival_s: float, index: int, orders: FireOrderTable, heard_s: Floats, draws: Draws, line: Rows,
    run: int,
) -> None:  # fmt: skip
    """Send the orders that a link's sender has heard of in time slot ``index``, to arrive at ``arrival_s``.

    heard_s (run, node, order); line  row of the link. A lost order is sent again in the next slot.
    """
    for order in range(orders.row.shape[0]):
        row = orders.row[order]
        if heard_s[run, line.sender, order] > send_s or send_s >= row.active_until_s:
            continue
        if heard_s[run, line.receiver, order] <= arrival_s:
            continue
        if line.loss > 0.0:
            draw = uniform(draws.seed, draws.first + run, LOSS, line.entity, row.entity, index, 0)
            if draw < line.loss:
                continue
        heard_s[run, line.receiver, order] = arrival_s


@kernel
def obey(
    time_s: float, end_s: float, nodes: NodeTable, orders: FireOrderTable, heard_s: Floats, state: MessageState,
    events: EventLog, run: int, node: int,
) -> None:  # fmt: skip
    """Bring a node's status and halt up to date with the orders that it has, and log which began or ended.

    Of several statuses the most restrictive counts. On a node that has lost contact a status that came over links is no
    longer binding; a cease-fire or a hold-fire stands until its end. While a node is down it gives and hears no order.
    """
    word = state.node[run, node]
    word.ordered_status, word.halt = NO_STATUS, WEAPONS_CONTROL
    for order in range(orders.row.shape[0]):
        row = orders.row[order]
        if word.down and row.sent and time_s <= heard_s[run, node, order] < end_s:
            heard_s[run, node, order] = math.inf
        since_s = heard_s[run, node, order]
        if not orders.applies[order, node]:
            continue
        if since_s <= end_s < row.active_until_s:
            word.halt = max(word.halt, row.halt)
            if row.control_status != NO_STATUS and not (row.sent and word.lost_contact):
                loosest = row.control_status if word.ordered_status == NO_STATUS else word.ordered_status
                word.ordered_status = min(loosest, row.control_status)
        if time_s <= since_s < min(end_s, row.active_until_s):
            log_event(
                events, run, since_s, FIRE_ORDER, node, NONE, NONE, order, NONE, BEGINS, 0.0, nodes.position_m[node]
            )
        if since_s < row.active_until_s and time_s < row.active_until_s <= end_s:
            log_event(
                events, run, row.active_until_s, FIRE_ORDER, node, NONE, NONE, order, NONE, ENDS, 0.0,
                nodes.position_m[node],
            )  # fmt: skip
