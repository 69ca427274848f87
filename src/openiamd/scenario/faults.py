"""What fails, is cut or is destroyed, and when it comes back."""

from typing import Literal

from pydantic import Field

from openiamd.scenario.quantities import Entry, Identifier, Probability, Quantity, Time

_NONE_S = Quantity(0.0, 0.0, 0.0, "s")
_ALWAYS = Quantity(1.0, 1.0, 1.0, "")


class Fault(Entry):
    """One event that puts something out of action, drawn in each run."""

    of: Identifier = Field(description="The node, radar, fire unit or link that is lost.")
    cause: Literal["failure", "cut", "sabotage"] = Field(default="failure", description="Why, for the record.")
    at: Time = Field(description="When it is lost.")
    until: Time | None = Field(default=None, description="When it is restored; without it, never.")
    probability: Probability = Field(default=_ALWAYS, description="Probability that it happens at all in a run.")
    spread: Time = Field(
        default=_NONE_S, description="'at', and 'until' with it, is moved evenly within plus or minus this in each run."
    )
