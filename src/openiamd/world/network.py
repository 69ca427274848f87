"""Directed links between nodes, and the reports under way on them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.physics.draws import entity_hash
from openiamd.world.arrays import Bools, Floats, Ints

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

USE_NONE, USE_CUE, USE_LAUNCH, USE_ENGAGE = 0, 1, 2, 3


class LinkTable(NamedTuple):
    """Links; row order is ``ResolvedScenario.links`` order."""

    entity: Ints  # (link,) 32-bit hash of the id
    sender: Ints  # (link,) node
    receiver: Ints  # (link,) node
    latency_s: Floats  # (link,)
    interval_s: Floats  # (link,)
    loss: Floats  # (link,) probability that a report is lost
    carries_track: Bools  # (link,)
    carries_identity: Bools  # (link,)
    carries_order: Bools  # (link,)
    remote_use: Ints  # (link,)
    extrapolates: Bools  # (link,) the receiver brings reports forward
    active_from_s: Floats  # (link,)
    active_until_s: Floats  # (link,)
    correlates: Bools  # (1,) receivers correlate reports with their own tracks


class MessageState(NamedTuple):
    """Reports under way; each link keeps the time slots that have not arrived yet in a ring."""

    next_send: Ints  # (run, link) index of the next time slot to send in
    next_receive: Ints  # (run, link) index of the next time slot to arrive
    count: Ints  # (run, link, ring) reports in the slot
    number: Ints  # (run, link, ring, report)
    time_s: Floats  # (run, link, ring, report) time of the state
    state: Floats  # (run, link, ring, report, 6)
    covariance: Floats  # (run, link, ring, report, 6, 6)
    quality: Ints  # (run, link, ring, report)
    identity: Ints  # (run, link, ring, report)
    ordered: Bools  # (run, link, ring, report)
    subject: Ints  # (run, link, ring, report)
    cause: Ints  # (run, link, ring, report) latest event about the track at the sender
    contact_s: Floats  # (run, node) latest time slot heard from the superior
    lost_contact: Bools  # (run, node)


def compile_links(scenario: ResolvedScenario) -> LinkTable:
    """Return the table of the scenario's links."""
    from openiamd.catalogue.resolved import REMOTE_USES  # noqa: PLC0415 (names only, no cycle)

    links = scenario.links
    return LinkTable(
        entity=np.array([entity_hash(link.id) for link in links], np.int64),
        sender=np.array([link.sender for link in links], np.int64),
        receiver=np.array([link.receiver for link in links], np.int64),
        latency_s=np.array([link.latency_s for link in links], np.float64),
        interval_s=np.array([link.interval_s for link in links], np.float64),
        loss=np.array([link.loss for link in links], np.float64),
        carries_track=np.array([link.carries_track for link in links], np.bool_),
        carries_identity=np.array([link.carries_identity for link in links], np.bool_),
        carries_order=np.array([link.carries_order for link in links], np.bool_),
        remote_use=np.array([REMOTE_USES.index(link.remote_use) for link in links], np.int64),
        extrapolates=np.array([link.extrapolate for link in links], np.bool_),
        active_from_s=np.array([link.active_from_s for link in links], np.float64),
        active_until_s=np.array([link.active_until_s for link in links], np.float64),
        correlates=np.array([scenario.correlate], np.bool_),
    )


def ring_length(table: LinkTable) -> int:
    """Return how many time slots can be under way at once on any link."""
    slots = [
        math.ceil(latency_s / interval_s) + 2
        for latency_s, interval_s in zip(table.latency_s, table.interval_s, strict=True)
    ]
    return max(slots, default=1)


def create_message_state(table: LinkTable, runs: int, nodes: int, reports: int) -> MessageState:
    """Return empty rings of at most ``reports`` reports a time slot."""
    links = table.entity.shape[0]
    shape = (runs, links, ring_length(table), reports if links else 1)
    return MessageState(
        next_send=np.zeros((runs, links), np.int64),
        next_receive=np.zeros((runs, links), np.int64),
        count=np.zeros(shape[:3], np.int64),
        number=np.zeros(shape, np.int64),
        time_s=np.zeros(shape),
        state=np.zeros((*shape, 6)),
        covariance=np.zeros((*shape, 6, 6)),
        quality=np.zeros(shape, np.int64),
        identity=np.zeros(shape, np.int64),
        ordered=np.zeros(shape, np.bool_),
        subject=np.zeros(shape, np.int64),
        cause=np.full(shape, -1, np.int64),
        contact_s=np.zeros((runs, nodes)),
        lost_contact=np.zeros((runs, nodes), np.bool_),
    )
