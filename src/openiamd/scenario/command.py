"""Who may say what is fired at: engagement zones and fire orders."""

from typing import Literal

from pydantic import Field

from openiamd.scenario.doctrine import ControlStatus
from openiamd.scenario.quantities import Entry, Identifier, Length, PositiveLength, PositiveTime, Quantity, Site, Time

_NONE_S = Quantity(0.0, 0.0, 0.0, "s")
_NONE_M = Quantity(0.0, 0.0, 0.0, "m")


class Zone(Entry):
    """A part of the air in which rules of engagement differ; heights are above mean sea level."""

    kind: Literal["missile_engagement", "fighter_engagement", "restricted_fire"] = Field(
        description="missile_engagement: missiles engage here, and nodes that have such zones engage nowhere else. "
        "fighter_engagement: fighters engage here, missiles only in self-defence. restricted_fire: what "
        "'weapons_control' says, or less."
    )
    points: list[Site] = Field(default=[], description="Corners of the zone, three or more, joined by great circles.")
    at: Site | None = Field(default=None, description="Instead of corners: the middle of a round zone …")
    radius: PositiveLength | None = Field(default=None, description="… and its radius.")
    floor: Length = Field(default=_NONE_M, description="Lower limit of height.")
    ceiling: PositiveLength | None = Field(default=None, description="Upper limit of height; without it, none.")
    start: Time = Field(default=_NONE_S, alias="from", description="In force from this time.")
    end: PositiveTime | None = Field(default=None, alias="until", description="Until this time; without it, always.")
    weapons_control: ControlStatus | None = Field(
        default=None,
        description="Weapons control status inside. Without it: in a missile engagement zone that of the doctrine, in "
        "a restricted fire zone HOLD.",
    )
    applies_to: list[Identifier] | None = Field(
        default=None, description="Nodes that keep to the zone; without it, all."
    )


class FireOrder(Entry):
    """An order to some nodes about their fire, for a time."""

    order: Literal["hold_fire", "cease_fire", "weapons_control"] = Field(
        description="cease_fire: no launch, rounds in flight go on. hold_fire: no launch, rounds in flight are broken "
        "off. weapons_control: 'status' takes the place of the doctrine's."
    )
    status: ControlStatus | None = Field(default=None, description="Weapons control status that is ordered.")
    by: Identifier | None = Field(
        default=None,
        description="Node that gives the order; links with 'order' carry it. Without it, all have it at once.",
    )
    to: list[Identifier] = Field(min_length=1, description="Nodes that are ordered.")
    start: Time = Field(default=_NONE_S, alias="from", description="When the order is given.")
    end: PositiveTime | None = Field(
        default=None, alias="until", description="When it ends, as the order itself says; without it, never."
    )
