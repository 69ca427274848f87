"""The scene: theatre, defended assets, corridors and flight plans."""

from typing import Literal

from pydantic import Field

from openiamd.scenario.quantities import (
    Entry,
    Identifier,
    Length,
    PositiveLength,
    PositiveTime,
    Probability,
    Quantity,
    RoutePoint,
    Site,
    Speed,
    Time,
)

IdentityName = Literal["PENDING", "UNKNOWN", "ASSUMED_FRIEND", "FRIEND", "NEUTRAL", "SUSPECT", "HOSTILE"]


def _text(value: float, unit: str) -> Quantity:
    """Return a default in SI; defaults are choices, not ranged inputs."""
    return Quantity(value, value, value, unit)


class Theatre(Entry):
    """Where and how long: everything that flies stays inside the radius."""

    centre: Site = Field(description="Middle of the theatre as [latitude, longitude] in degrees.")
    radius: PositiveLength = Field(description="Radius that holds every site and route; at most 1,500 km.")
    duration: PositiveTime = Field(description="Length of one run; a whole number of steps.")
    step: PositiveTime = Field(default=_text(1.0, "s"), description="Time step, at most 1 s.")
    sample: PositiveTime = Field(
        default=_text(20.0, "s"), description="Interval at which the air picture is scored; a whole number of steps."
    )
    warmup: Time = Field(default=_text(0.0, "s"), description="Objects that start earlier do not count in measures.")
    score_gate: PositiveLength = Field(
        default=_text(5000.0, "m"), description="A track farther than this from every true object is spurious."
    )


class LateKill(Entry):
    """Where a kill comes too late to spare a place what falls: debris, counted and still a kill."""

    within: PositiveLength | None = Field(
        default=None, description="Horizontal distance from the centre; without it, the radius of the place."
    )
    below: PositiveLength | None = Field(
        default=None, description="Only kills lower than this over the place; without it, at any height."
    )


class Asset(Entry):
    """A defended place."""

    at: Site = Field(description="Centre as [latitude, longitude] in degrees.")
    radius: Length = Field(description="Radius of the place; time to go is counted to its edge.")
    value: float = Field(default=1.0, ge=0.0, description="Relative worth, 0 or more.")
    late_kill: LateKill | None = Field(
        default=None, description="Where a kill counts as late; without it, nowhere: write {} for the radius alone."
    )
    holds: list[Identifier] = Field(
        default=[], description="Nodes, radars, fire units and links that a hostile which gets through may destroy."
    )
    loss: Probability | None = Field(
        default=None, description="Probability that one hostile that gets through destroys one of them."
    )
    restored_after: Time | None = Field(
        default=None, description="Time from its destruction until it is restored; without it, never."
    )


class Corridor(Entry):
    """A lane in which traffic is presumed to be what the lane is for: an airway, a return lane."""

    points: list[Site] = Field(min_length=2, description="Centre line, two places or more.")
    width: PositiveLength = Field(description="Full width of the lane.")
    floor: Length = Field(description="Lower limit of height.")
    ceiling: PositiveLength = Field(description="Upper limit of height.")
    speed: list[Speed] = Field(min_length=2, max_length=2, description="Slowest and fastest speed expected.")
    identity: IdentityName = Field(
        default="NEUTRAL", description="Identity given to a track that flies as the lane demands."
    )


class FlightPlan(Entry):
    """A declared flight: a track that flies it, in place and on time, is presumed to be what the plan is for."""

    of: Identifier | None = Field(
        default=None, description="Traffic whose planned flight it is, each member at its planned start."
    )
    route: list[RoutePoint] = Field(
        default=[], description="Instead: points [latitude, longitude, height, speed], all four, and a 'start'."
    )
    start: Time | None = Field(default=None, description="Time at the first point of 'route'.")
    width: PositiveLength = Field(default=_text(10_000.0, "m"), description="Full width about the route.")
    height: PositiveLength = Field(default=_text(1_000.0, "m"), description="Tolerance above and below the route.")
    time: PositiveTime = Field(default=_text(120.0, "s"), description="Tolerance before and after the planned time.")
    identity: IdentityName = Field(default="NEUTRAL", description="Identity given to a track that flies the plan.")
    known_to: list[Identifier] | None = Field(default=None, description="Nodes that hold the plan; without it, all.")
