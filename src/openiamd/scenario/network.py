"""Data links between nodes."""

from typing import Literal

from pydantic import Field

from openiamd.scenario.quantities import Entry, Identifier, PositiveTime, Spread
from openiamd.scenario.readiness import Duty


class Link(Entry):
    """A directed link: what one node tells another. Two directions are two links."""

    type: str = Field(description="Catalogue entry of kind 'link', like nato/link16.")
    sender: Identifier = Field(alias="from", description="Node that sends.")
    receiver: Identifier = Field(alias="to", description="Node that receives.")
    carries: list[Literal["track", "identity", "order", "engagement", "fire_control"]] = Field(
        min_length=1,
        description="What it carries; engagement: which tracks the sender engages, or hears engaged; fire_control: "
        "tracks good enough to launch or guide by.",
    )
    remote_use: Literal["NONE", "CUE", "LAUNCH_ON_REMOTE", "ENGAGE_ON_REMOTE"] = Field(
        default="NONE",
        description="What the receiver may do with a remote track. CUE: point its radars and engage with them. "
        "LAUNCH_ON_REMOTE: launch before its engagement radar holds the track. ENGAGE_ON_REMOTE: also guide active "
        "interceptors by it all the way, beyond the horizon of its own radar.",
    )
    remote_quality: int = Field(
        default=10, ge=0, le=15, description="Track quality of a report from which more than a cue is allowed."
    )
    remote_age: PositiveTime | None = Field(
        default=None, description="How long after a report more than a cue is allowed; without it, two intervals."
    )
    latency_spread: Spread | None = Field(
        default=None,
        description="Standard deviation of the logarithm of the latency, drawn for each time slot; without it, that of "
        "the catalogue entry, which may have none.",
    )
    extrapolate: bool = Field(
        default=True, description="Whether the receiver brings a report forward to now; false is idealised."
    )
    active: Duty | None = Field(default=None, description="Hours of service; without it, always.")
