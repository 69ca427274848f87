"""Zones and fire orders as the resolved scenario holds them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import Point


@dataclass(frozen=True)
class Zone:
    """A part of the air with its own rules of engagement: a polygon of great circles, or a round one."""

    id: str
    kind: str  # one of resolved.ZONE_KINDS
    points: tuple["Point", ...]  # corners, or the one middle
    radius_m: float  # 0: a polygon
    floor_m: float
    ceiling_m: float
    active_from_s: float
    active_until_s: float
    control_status: str  # one of CONTROL_STATUSES, "": none of its own
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class FireOrder:
    """An order to some nodes about their fire."""

    id: str
    order: str  # one of resolved.FIRE_ORDERS
    control_status: str  # one of CONTROL_STATUSES, "": none
    sender: int  # node, −1: all have it at once
    receivers: tuple[int, ...]
    active_from_s: float
    active_until_s: float
