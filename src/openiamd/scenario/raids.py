"""What flies: raids (hostile) and traffic (friendly and civil), both written the same way."""

from typing import Literal

from pydantic import Field

from openiamd.scenario.quantities import Entry, Identifier, Length, Probability, Quantity, Rate, RoutePoint, Site, Time

_NONE_S = Quantity(0.0, 0.0, 0.0, "s")
_NONE_M = Quantity(0.0, 0.0, 0.0, "m")
_NEVER = Quantity(0.0, 0.0, 0.0, "")


class Arrivals(Entry):
    """Random arrivals: one after another as a Poisson process."""

    rate: Rate = Field(description="Mean arrivals per time.")
    capacity: int = Field(
        ge=1, le=20_000, description="Most arrivals in one run; set it well above rate times duration."
    )


class Transponder(Entry):
    """How often an aircraft's transponder fails for the whole flight, drawn once per aircraft and run."""

    off: Probability = Field(default=_NEVER, description="Probability that it is off or broken: no mode answers.")
    wrong_key: Probability = Field(
        default=_NEVER, description="Probability that its key is wrong: Mode 4 and Mode 5 do not answer."
    )


class FlyingGroup(Entry):
    """Some objects of one type; member k of group g has the id 'g-k', counted from 1."""

    type: str = Field(description="Catalogue entry of kind 'object', like threat/cruise.")
    count: int = Field(default=1, ge=1, le=5_000, description="Number of objects.")
    start: Time = Field(default=_NONE_S, description="Time at which the first one appears.")
    spacing: Time = Field(default=_NONE_S, description="Time between one member and the next.")
    jitter: Time = Field(
        default=_NONE_S, description="Each start moves by a uniform draw within plus or minus this, run by run."
    )
    spread: Length = Field(
        default=_NONE_M, description="Width of the group: members fly side by side across this distance."
    )
    route: list[RoutePoint] = Field(
        default=[],
        description="Points [latitude, longitude, height, speed]; height and speed may be left to the catalogue. "
        "With a target, the flight ends at the target, which need not be repeated here.",
    )
    heights: Literal["ground", "sea"] | None = Field(
        default=None,
        description="What heights are counted from where there is terrain: the ground, which the flight then follows, "
        "or the sea. Without it: the ground for cruise missiles and drones, the sea for all others.",
    )
    launch: Site | None = Field(default=None, description="Instead of a route: where a ballistic missile is launched.")
    impact: Site | None = Field(
        default=None, description="Where a ballistic missile falls; without it, the middle of the target."
    )
    loop: bool = Field(default=False, description="Fly the route again and again, as an orbit.")
    target: Identifier | None = Field(default=None, description="Defended asset that a hostile object goes for.")
    replies: list[Literal["mode5", "mode4", "mode3"]] | None = Field(
        default=None, description="Transponder modes that answer; without it, those of the catalogue entry."
    )
    transponder: Transponder | None = Field(
        default=None, description="How often its transponder fails; without it, never."
    )
    arrivals: Arrivals | None = Field(
        default=None, description="Random arrivals in place of count, spacing and jitter."
    )


class Raid(FlyingGroup):
    """A group of hostile objects."""

    side: Literal["hostile"] = Field(default="hostile", description="Always hostile.")


class Traffic(FlyingGroup):
    """A group of friendly or civil aircraft."""

    side: Literal["friendly", "civil"] = Field(description="Whose aircraft: friendly or civil.")
