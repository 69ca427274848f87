"""How each command node tracks, and the work space of the tracker."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.estimation.assignment import work_sizes
from openiamd.estimation.fusion import SCRATCH_ROWS
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Floats, Ints, Rows, rows_of

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

TRACKER_COLUMNS = {
    "confirm_hits": WHOLE,  # M of
    "confirm_scans": WHOLE,  # N
    "drop_misses": WHOLE,  # consecutive missed scans that end a confirmed track
    "gate": NUMBER,  # Mahalanobis distance
    "process_noise": NUMBER,  # m²/s³
    "scan_s": NUMBER,  # longest revisit among its search radars
    "joins_received": FLAG,  # its plots may fall to tracks that only a link reports; idealised scenarios forbid it
    "models": WHOLE,  # its row in the bank of interacting models, −1: constant velocity
    "fusion": WHOLE,  # OWN, BEST, COVARIANCE_INTERSECTION, NAIVE
}


class TrackerTable(NamedTuple):
    """How each node tracks; row order is ``ResolvedScenario.nodes`` order."""

    row: Rows  # (node,) TRACKER_COLUMNS


class TrackerWork(NamedTuple):
    """Scratch space of the assignment, one per slice."""

    cost: Floats  # (plot, slot)
    plot_slot: Ints  # (plot,) slot assigned, −1 none
    columns: Ints  # (slot,) candidate slots
    work_floats: Floats  # assignment work space
    work_integers: Ints  # assignment work space
    shift_m: Floats  # (plot, 3, 3) by how much one sigma of each registration error moves it, a row an error
    scratch: Floats  # (5, SCRATCH_ROWS, 6) see the constants below


# Of ``TrackerWork.scratch``: rows of an update or a joining, a gain, an innovation's covariance, a state with its own.
ROWS, GAIN_ROWS, SPREAD, OTHER_COVARIANCE, OTHER_STATE = 0, 1, 2, 3, 4


def compile_tracker(scenario: ResolvedScenario) -> TrackerTable:
    """Return the tracking parameters of each node."""
    from openiamd.catalogue.resolved import FUSIONS

    nodes = scenario.nodes
    scan_s = [scenario.step_s] * len(nodes)
    for sensor in scenario.sensors:
        if not sensor.designated_only:
            scan_s[sensor.node] = max(scan_s[sensor.node], sensor.revisit_s)
    rows: dict[str, list] = {"scan_s": scan_s, "joins_received": [scenario.correlate] * len(nodes)}
    rows["fusion"] = [FUSIONS.index(node.fusion) for node in nodes]
    rows["models"] = [-1] * len(nodes)
    for row, index in enumerate(index for index, node in enumerate(nodes) if node.motion == "imm"):
        rows["models"][index] = row
    for name in TRACKER_COLUMNS:
        if name not in rows:
            rows[name] = [getattr(node, name) for node in nodes]
    return TrackerTable(rows_of(TRACKER_COLUMNS, rows, len(nodes)))


def create_tracker_work(plots: int, slots: int) -> TrackerWork:
    """Return scratch space for one slice."""
    floats, integers = work_sizes(plots, slots)
    return TrackerWork(
        cost=np.zeros((plots, slots)),
        plot_slot=np.full(plots, -1, np.int64),
        columns=np.zeros(slots, np.int64),
        work_floats=np.zeros(floats),
        work_integers=np.zeros(integers, np.int64),
        shift_m=np.zeros((plots, 3, 3)),
        scratch=np.zeros((5, SCRATCH_ROWS, 6)),
    )
