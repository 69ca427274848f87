"""What identity is judged by, resolved: criteria, the weights of Bayes' rule, and flight plans, in SI."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import Waypoint

MODES = ("mode3", "mode4", "mode5")

Kinds = tuple[float, float, float]  # of friend, neutral, hostile


@dataclass(frozen=True)
class Criterion:
    """Conditions on a track's motion, all of which must hold."""

    minimum_speed_mps: float = 0.0
    maximum_speed_mps: float = math.inf
    minimum_height_m: float = -math.inf  # above the ground
    maximum_height_m: float = math.inf
    minimum_climb_mps: float = -math.inf
    maximum_climb_mps: float = math.inf
    toward: str = ""  # "asset", "node" or "" for anywhere
    within_s: float = math.inf
    miss_m: float = 0.0  # of the node


@dataclass(frozen=True)
class KinematicClass:
    """A kind of motion and the probability that each kind of object shows it."""

    name: str
    criterion: Criterion
    likelihood: Kinds


@dataclass(frozen=True)
class Weights:
    """Priors, likelihoods and thresholds of Bayes' rule."""

    priors: Kinds
    answers: tuple[Kinds, Kinds, Kinds]  # by MODES: holds the mode, works, has the right key
    lane: tuple[float, float]  # found conforming: of the own kind, of others
    plan: tuple[float, float]
    declared: float  # a received FRIEND, NEUTRAL or HOSTILE is right
    presumed: float  # a received ASSUMED_FRIEND or SUSPECT is right
    kinematics: tuple[KinematicClass, ...]  # the last one is what is left: it fits all
    kinematics_memory_s: float
    hostile: float  # thresholds
    suspect: float
    friend: float
    assumed_friend: float
    neutral: float


@dataclass(frozen=True)
class FlightPlan:
    """One declared flight."""

    id: str
    route: tuple[Waypoint, ...]
    start_s: float
    half_width_m: float
    height_tolerance_m: float
    time_tolerance_s: float
    identity: str
    nodes: tuple[int, ...]  # that hold it
    follows_ground: bool  # heights are counted from the ground
