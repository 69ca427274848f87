"""Who is on duty and when: hours of duty, and partial activation."""

from typing import Literal

from pydantic import Field

from openiamd.scenario.quantities import Entry, Identifier, PositiveTime, Quantity, Time

_NONE_S = Quantity(0.0, 0.0, 0.0, "s")


class Duty(Entry):
    """Hours of duty within the run."""

    start: Time = Field(default=_NONE_S, alias="from", description="On duty from this time.")
    end: PositiveTime | None = Field(
        default=None, alias="until", description="Off duty from this time; without it, never."
    )


class RaidWarning(Entry):
    """A scripted warning of the raid."""

    lead: Time = Field(description="Time from the warning to the scheduled start of the first hostile object.")
    preparation: Time = Field(
        default=_NONE_S, description="Time to bring stored equipment and crew to the site, before emplacement begins."
    )


class Readiness(Entry):
    """Partial activation: equipment that is not on duty when the run begins."""

    state: Literal["ready", "boxed"] = Field(
        description="ready: on duty from the start. boxed: on duty after warning, preparation and emplacement."
    )
    applies_to: list[Identifier] = Field(default=[], description="Nodes whose sensors and fire units it is about.")
    warning: RaidWarning | None = Field(default=None, description="The warning that ends the boxed state.")
