"""Data links between nodes."""

from typing import Literal

from pydantic import Field

from openiamd.scenario.quantities import Entry, Identifier
from openiamd.scenario.readiness import Duty


class Link(Entry):
    """A directed link: what one node tells another. Two directions are two links."""

    type: str = Field(description="Catalogue entry of kind 'link', like nato/link16.")
    sender: Identifier = Field(alias="from", description="Node that sends.")
    receiver: Identifier = Field(alias="to", description="Node that receives.")
    carries: list[Literal["track", "identity", "order", "engagement"]] = Field(
        min_length=1, description="What it carries; engagement: which tracks the sender engages, or hears engaged."
    )
    remote_use: Literal["NONE", "CUE", "LAUNCH_ON_REMOTE", "ENGAGE_ON_REMOTE"] = Field(
        default="NONE", description="What the receiver may do with a remote track; beyond CUE is not represented yet."
    )
    extrapolate: bool = Field(
        default=True, description="Whether the receiver brings a report forward to now; false is idealised."
    )
    active: Duty | None = Field(default=None, description="Hours of service; without it, always.")
