"""Directed links between nodes, and the reports under way on them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.kernels import kernel
from openiamd.physics.draws import LATENCY, NO_ENTITY, entity_hash, lognormal
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Draws, Floats, Ints, Rows, filled_rows, rows_of
from openiamd.world.doctrine import NO_STATUS
from openiamd.world.echelons import Words

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

WEAPONS_CONTROL, CEASE_FIRE, HOLD_FIRE = 0, 1, 2  # what a node is ordered to do about its fire
LONGEST_DEVIATIONS = 3.0  # a latency that is drawn lies within so many standard deviations, so that rings are finite
USE_NONE, USE_CUE, USE_LAUNCH, USE_ENGAGE = 0, 1, 2, 3


LINK_COLUMNS = {
    "entity": WHOLE,  # 32-bit hash of the id
    "sender": WHOLE,  # node
    "receiver": WHOLE,  # node
    "latency_s": NUMBER,  # median
    "latency_spread": NUMBER,  # standard deviation of its logarithm
    "longest_s": NUMBER,  # latency that is never passed
    "interval_s": NUMBER,
    "loss": NUMBER,  # probability that a report is lost
    "carries_track": FLAG,
    "carries_identity": FLAG,
    "carries_order": FLAG,
    "carries_engagement": FLAG,
    "remote_use": WHOLE,
    "remote_quality": WHOLE,  # track quality from which more than a cue is allowed
    "remote_age_s": NUMBER,  # and how long after the latest report
    "extrapolates": FLAG,  # the receiver brings reports forward
    "active_from_s": NUMBER,
    "active_until_s": NUMBER,
    "correlates": FLAG,  # receivers correlate reports with their own tracks
    "orders": WHOLE,  # bits of the authorities whose orders it passes on
    "words": WHOLE,  # … whose declarations of HOSTILE
}


class LinkTable(NamedTuple):
    """Links; row order is ``ResolvedScenario.links`` order."""

    row: Rows  # (link,) LINK_COLUMNS


SLOT_COLUMNS = {
    "next_send": WHOLE,  # index of the next time slot to send in
    "next_receive": WHOLE,  # index of the next time slot to arrive
    "arrived_s": NUMBER,  # when the latest one did
    "cut": FLAG,  # carries nothing in this step
}
REPORT_COLUMNS = {
    "number": WHOLE,
    "time_s": NUMBER,  # time of the state
    "seen_s": NUMBER,  # latest plot of the sender's own radars
    "quality": WHOLE,
    "identity": WHOLE,
    "ordered": WHOLE,  # bits of the authorities that order its engagement
    "declared": WHOLE,  # … that declare it HOSTILE
    "pointer": FLAG,  # no report of own radars: it only says which track an order or a declaration is about
    "subject": WHOLE,
    "cause": WHOLE,  # latest event about the track at the sender
    "engager": WHOLE,  # node that engages it, −1: none known
    "engaged_s": NUMBER,  # when that node said so
    "engaged_until_s": NUMBER,  # until when the sender believes it
}
CONTACT_COLUMNS = {
    "contact_s": NUMBER,  # when the latest word of the superior came, directly or through others
    "lost_contact": FLAG,
    "ordered_status": WHOLE,  # weapons control status by fire orders, NO_STATUS: none
    "halt": WHOLE,  # WEAPONS_CONTROL: none, CEASE_FIRE, HOLD_FIRE
    "down": FLAG,  # lost: does nothing in this step
    "on_hold": FLAG,  # weapons hold by its state of readiness
}


class MessageState(NamedTuple):
    """Reports under way; each link keeps the time slots that have not arrived yet in a ring."""

    link: Rows  # (run, link) SLOT_COLUMNS
    node: Rows  # (run, node) CONTACT_COLUMNS
    filled: Ints  # (run, link, ring) reports in the slot, −1: not sent
    said_s: Floats  # (run, link, ring, node) when each node last spoke, as far as the slot says; −inf: nothing
    latest_s: Floats  # (run, node, other) … as far as a node has heard by links
    report: Rows  # (run, link, ring, report) REPORT_COLUMNS
    state: Floats  # (run, link, ring, report, 6)
    covariance: Floats  # (run, link, ring, report, 6, 6)


def compile_links(scenario: ResolvedScenario, ordering: Words, declaring: Words) -> LinkTable:
    """Return the table of the scenario's links; ``ordering`` and ``declaring`` say which words each passes on."""
    from openiamd.catalogue.resolved import REMOTE_USES

    links = scenario.links
    rows = {
        "entity": [entity_hash(link.id) for link in links],
        "remote_use": [REMOTE_USES.index(link.remote_use) for link in links],
        "extrapolates": [link.extrapolate for link in links],
        "correlates": [scenario.correlate] * len(links),
        "longest_s": [link.latency_s * math.exp(LONGEST_DEVIATIONS * link.latency_spread) for link in links],
        "orders": ordering.passed,
        "words": declaring.passed,
    }
    for name in LINK_COLUMNS:
        if name not in rows:
            rows[name] = [getattr(link, name) for link in links]
    return LinkTable(rows_of(LINK_COLUMNS, rows, len(links)))


def ring_length(table: LinkTable, step_s: float) -> int:
    """Return how many time slots can be under way at once on any link."""
    slots = [
        math.ceil((longest_s + step_s) / interval_s) + 2
        for longest_s, interval_s in zip(table.row["longest_s"], table.row["interval_s"], strict=True)
    ]
    return max(slots, default=1)


def create_message_state(table: LinkTable, runs: int, nodes: int, reports: int, step_s: float) -> MessageState:
    """Return empty rings of at most ``reports`` reports a time slot."""
    links = table.row.shape[0]
    shape = (runs, links, ring_length(table, step_s), reports if links else 1)
    return MessageState(
        link=filled_rows(SLOT_COLUMNS, (runs, links), {}),
        node=filled_rows(CONTACT_COLUMNS, (runs, nodes), {"ordered_status": NO_STATUS}),
        filled=np.zeros(shape[:3], np.int64),
        said_s=np.full((*shape[:3], nodes), -np.inf),
        latest_s=np.full((runs, nodes, nodes), -np.inf),
        report=filled_rows(REPORT_COLUMNS, shape, {}),
        state=np.zeros((*shape, 6)),
        covariance=np.zeros((*shape, 6, 6)),
    )


@kernel
def slot_latency_s(draws: Draws, run: int, line: Rows, index: int) -> float:
    """Return the latency of a time slot: the link's, or a lognormal draw about it, cut at three standard deviations.

    line  row of the link
    """
    return lognormal(
        draws.seed, draws.first + run, LATENCY, line.entity, NO_ENTITY, index, line.latency_s, line.latency_spread,
        LONGEST_DEVIATIONS,
    )  # fmt: skip
