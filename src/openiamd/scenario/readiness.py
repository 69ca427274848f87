"""Who is on duty and when: hours of duty, states of readiness, and partial activation."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from openiamd.scenario.quantities import (
    Bearing,
    Entry,
    Identifier,
    PositiveLength,
    PositiveTime,
    Quantity,
    Sector,
    Time,
    refuse,
)

_NONE_S = Quantity(0.0, 0.0, 0.0, "s")
_LINGER_S = Quantity(60.0, 60.0, 60.0, "s")

State = Literal["boxed", "march", "emplaced", "dark", "active"]
Form = Literal["boxed", "march", "emplaced", "dark", "active", "hours", "sector", "cued", "hold", "training"]


class Duty(Entry):
    """Hours of duty within the run."""

    start: Time = Field(default=_NONE_S, alias="from", description="On duty from this time.")
    end: PositiveTime | None = Field(
        default=None, alias="until", description="Off duty from this time; without it, never."
    )


class Responsibility(Entry):
    """A sector outside of which nothing is done."""

    facing: Bearing = Field(description="Middle of the sector, clockwise from north.")
    sector: Sector = Field(description="Full width of the sector.")


class RaidWarning(Entry):
    """A scripted warning of the raid."""

    lead: Time = Field(description="Time from the warning to the scheduled start of the first hostile object.")
    preparation: Time = Field(
        default=_NONE_S,
        description="Time from the warning until crew and equipment are on site and free to act; emplacement or "
        "activation, from the catalogue, comes after it.",
    )


class StateOrder(Entry):
    """A scheduled change of state; it takes the times of the catalogue."""

    at: Time = Field(description="When the order is given.")
    state: State = Field(description="The state that is ordered.")


class Readiness(Entry):
    """What some of the forces are before a warning, or all the time; after the warning they are active."""

    state: Form = Field(
        description="States: boxed, stored away; march, on the road; emplaced, set up and switched off; dark, ready, "
        "radars silent; active. Forms: hours, active within 'hours' alone; sector, active within 'sector' alone; cued, "
        "radars dark until a link reports a track; hold, weapons hold; training, all but the launch."
    )
    applies_to: list[Identifier] = Field(
        min_length=1, description="Whom it is about: nodes (with all their radars and fire units), radars, fire units."
    )
    warning: RaidWarning | None = Field(
        default=None, description="The warning that ends it; without one it lasts for the whole run."
    )
    hours: list[Duty] = Field(default=[], description="Of state hours: when it is active.")
    sector: Responsibility | None = Field(default=None, description="Of state sector: where it looks and engages.")
    cue_range: PositiveLength | None = Field(
        default=None, description="Of state cued: a track reported within this of the radar switches it on."
    )
    linger: Time = Field(
        default=_LINGER_S, description="Of state cued: dark again this long after the last such track."
    )
    orders: list[StateOrder] = Field(
        default=[], description="Scheduled changes of a state (not of a form), each later than the one before."
    )


def _named(value: Any) -> Any:
    """Refuse the form without names that earlier versions read."""
    if isinstance(value, dict) and any(not isinstance(entry, dict) for entry in value.values()):
        keys = ", ".join(f"{key}: …" for key in value)
        refuse("entries of readiness have names", f"write 'readiness: {{stored: {{{keys}}}}}'")
    return value


ReadinessEntries = Annotated[dict[Identifier, Readiness], BeforeValidator(_named)]
