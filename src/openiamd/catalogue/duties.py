"""Duties, resolved: who is in which state of readiness when, what waits for a cue, what fails, what assets hold.

Indices are positions in the lists of the resolved scenario that ``domain`` names.
"""

from dataclasses import dataclass

DOMAINS = ("node", "sensor", "fire_unit", "link")
# How ready something is, the readiest first; then the forms of partial activation.
STATES = ("active", "dark", "emplaced", "march", "boxed", "cued", "sector", "hold", "training")
ASPECTS = ("state", "sector", "hold", "training")
CAUSES = ("failure", "cut", "sabotage", "destroyed")


@dataclass(frozen=True)
class StateChange:
    """A change of state of a node, sensor or fire unit; at 0 or before, the state in which the run begins."""

    domain: str  # one of DOMAINS
    index: int
    at_s: float
    aspect: str  # one of ASPECTS: what changes
    state: str  # one of STATES; active ends a form


@dataclass(frozen=True)
class Cue:
    """What switches a radar on that waits for a cue."""

    sensor: int
    range_m: float
    linger_s: float
    activation_s: float


@dataclass(frozen=True)
class Limit:
    """The sector of a sensor or fire unit while it is limited to one."""

    domain: str
    index: int
    facing_rad: float
    sector_rad: float


@dataclass(frozen=True)
class Fault:
    """One event that puts something out of action, with the probability that it happens in a run."""

    id: str
    domain: str
    index: int
    cause: str  # one of CAUSES
    at_s: float
    until_s: float  # inf: for good
    probability: float
    spread_s: float


@dataclass(frozen=True)
class Loss:
    """What a hostile that gets through to an asset destroys there."""

    asset: int
    domain: str
    index: int
    probability: float
    restored_after_s: float  # inf: for good


@dataclass(frozen=True)
class Duties:
    """Everything about readiness and loss that changes during a run."""

    changes: tuple[StateChange, ...] = ()
    cues: tuple[Cue, ...] = ()
    limits: tuple[Limit, ...] = ()
    faults: tuple[Fault, ...] = ()
    losses: tuple[Loss, ...] = ()
