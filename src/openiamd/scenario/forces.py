"""Nodes, sensors and fire units."""

from typing import Literal

from pydantic import Field

from openiamd.scenario.quantities import (
    Bearing,
    Entry,
    Identifier,
    PositiveNumber,
    Probability,
    ProcessNoise,
    Quantity,
    Site,
    Spread,
    Time,
)
from openiamd.scenario.readiness import Duty, Responsibility

_NORTH = Quantity(0.0, 0.0, 0.0, "rad")


class Tracker(Entry):
    """How a node tracks; what is left out comes from its catalogue entry."""

    motion: Literal["cv", "imm"] = Field(
        default="cv",
        description="Motion model: cv, constant velocity; imm, straight, turning and ballistic flight that interact.",
    )
    association: Literal["gnn"] = Field(default="gnn", description="Association: gnn, best assignment of a scan.")
    process_noise: ProcessNoise | None = Field(
        default=None, description="Spectral density of white-noise acceleration, like 20 m2/s3."
    )
    gate: PositiveNumber | None = Field(
        default=None, description="Mahalanobis distance, not squared, within which a plot may belong to a track."
    )
    confirm_hits: int | None = Field(default=None, ge=1, description="M of the M-of-N rule that confirms a track.")
    confirm_scans: int | None = Field(default=None, ge=1, description="N of the M-of-N rule that confirms a track.")
    drop_misses: int | None = Field(default=None, ge=1, description="Looks missed in a row that delete a track.")


class Node(Entry):
    """A command node: it holds tracks, identifies and decides."""

    type: str = Field(description="Catalogue entry of kind 'command', like s400/55k6e.")
    at: Site = Field(description="Place, rounded to 0.1 degree; of a flying node, the middle of its orbit.")
    doctrine: Identifier = Field(description="Named set of rules from the section 'doctrine'.")
    iff: list[Literal["mode5", "mode4", "mode3"]] = Field(
        default=[], description="Identification modes its interrogators hold."
    )
    interrogator: str = Field(default="nato/iff", description="Catalogue entry of kind 'iff': reply rates and range.")
    superior: Identifier | None = Field(default=None, description="Node that commands this one.")
    engagement_authority: Identifier | None = Field(
        default=None,
        description="Node that decides on this one's engagements, and whose orders it waits for. Without it: the "
        "superior under CENTRALIZED control, else the node itself.",
    )
    id_authority: Identifier | None = Field(
        default=None,
        description="Node without whose word this one takes nothing for HOSTILE; without it, the node itself.",
    )
    tracker: Tracker | None = Field(default=None, description="How it tracks; without it, as its catalogue entry says.")
    fusion: Literal["own", "best", "covariance_intersection", "naive"] = Field(
        default="covariance_intersection",
        description="What it believes of a track that its own radars hold and a link reports: its own state, the better"
        " of the two, or both joined; naive counts twice and is there to show the harm.",
    )


class Sensor(Entry):
    """One radar, at a place or on a flying platform."""

    type: str = Field(description="Catalogue entry of kind 'radar', like s400/91n6e.")
    node: Identifier = Field(description="Node that receives its plots.")
    at: Site | None = Field(default=None, description="Place, rounded to 0.1 degree.")
    on: Identifier | None = Field(
        default=None, description="Instead of a place: id of the flying object that carries it."
    )
    facing: Bearing = Field(default=_NORTH, description="Middle of its sector, clockwise from north.")
    interrogator: bool = Field(
        default=True, description="Whether its node's identification modes are asked through it."
    )
    active: Duty | None = Field(default=None, description="Hours of duty; without it, always.")


class FireUnit(Entry):
    """Launchers with the engagement radar that guides for them."""

    type: str = Field(description="Catalogue entry of kind 'fire_unit', like s400/fire-unit.")
    node: Identifier = Field(description="Node that assigns targets to it.")
    at: Site = Field(description="Place, rounded to 0.1 degree.")
    radar: Identifier | None = Field(
        default=None,
        description="Its engagement radar; only idealised scenarios and units that share another's go without.",
    )
    facing: Bearing = Field(default=_NORTH, description="Middle of its engagement sector, clockwise from north.")
    load: dict[str, int] = Field(min_length=1, description="Ready rounds by catalogue entry of kind 'interceptor'.")
    stock: dict[str, int] = Field(
        default={}, description="Rounds to reload, by interceptor, after the last ready one of its type is fired."
    )
    shares_channels_with: Identifier | None = Field(
        default=None,
        description="Fire unit whose engagement radar, sector and channels these launchers use from their own place.",
    )
    responsibility: Responsibility | None = Field(
        default=None, description="Sector of responsibility; without it, everywhere."
    )
    active: Duty | None = Field(default=None, description="Hours of duty; without it, always.")
    reaction_spread: Spread | None = Field(
        default=None,
        description="Standard deviation of the logarithm of the reaction, whose median is that of its catalogue entry; "
        "without it, that of the entry, which may have none.",
    )
    service_time: Time | None = Field(
        default=None, description="Idealised: a channel is held for exactly this time, a whole number of steps."
    )
    track_probability: Probability | None = Field(
        default=None,
        description="Idealised: chance, common to all shots of this unit at one object, that it can be hit at all.",
    )
