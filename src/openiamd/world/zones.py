"""Engagement zones: where in the air missiles may engage, and under which weapons control status.

A place is projected from the earth's centre onto the tangent plane of the theatre (gnomonic, Snyder, Map Projections: A
Working Manual, USGS 1395, 1987, section 22): great circles are straight lines there, and height falls out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.kernels import kernel
from openiamd.physics.geodesy import EARTH_RADIUS_M, height_m
from openiamd.world.arrays import NUMBER, WHOLE, Bools, Floats, Rows, rows_of
from openiamd.world.doctrine import FREE, NO_STATUS
from openiamd.world.threats import aligned_unit

if TYPE_CHECKING:
    from openiamd.catalogue.resolved import ResolvedScenario

MISSILE_ENGAGEMENT, FIGHTER_ENGAGEMENT, RESTRICTED_FIRE = 0, 1, 2

ZONE_COLUMNS = {
    "kind": WHOLE,  # MISSILE_ENGAGEMENT, FIGHTER_ENGAGEMENT, RESTRICTED_FIRE
    "control_status": WHOLE,  # HOLD, TIGHT, FREE, NO_STATUS
    "floor_m": NUMBER,
    "ceiling_m": NUMBER,
    "active_from_s": NUMBER,
    "active_until_s": NUMBER,
    "first": WHOLE,  # corner in ZoneTable.corner
    "corners": WHOLE,  # 0: round
    "cosine": NUMBER,  # of the angle that the radius of a round zone takes at the earth's centre
}


class ZoneTable(NamedTuple):
    """Zones; row order is ``ResolvedScenario.zones`` order."""

    row: Rows  # (zone,) ZONE_COLUMNS
    centre: Floats  # (zone, 3) unit vector from the earth's centre to the middle of a round zone
    corner: Floats  # (corner, 2) gnomonic east and north over the earth's radius
    applies: Bools  # (zone, node)


def compile_zones(scenario: ResolvedScenario) -> ZoneTable:
    """Return the table of the scenario's zones."""
    from openiamd.catalogue.resolved import CONTROL_STATUSES, ZONE_KINDS

    zones = scenario.zones
    units = [[aligned_unit(point, scenario.origin) for point in zone.points] for zone in zones]
    corners = [len(points) if zone.radius_m <= 0.0 else 0 for zone, points in zip(zones, units, strict=True)]
    rows = {
        "kind": [ZONE_KINDS.index(zone.kind) for zone in zones],
        "control_status": [
            CONTROL_STATUSES.index(zone.control_status) if zone.control_status else NO_STATUS for zone in zones
        ],
        "first": np.cumsum([0, *corners])[:-1],
        "corners": corners,
        "cosine": [math.cos(min(zone.radius_m / EARTH_RADIUS_M, math.pi)) for zone in zones],
    }
    for name in ZONE_COLUMNS:
        if name not in rows:
            rows[name] = [getattr(zone, name) for zone in zones]
    flat = [unit for count, points in zip(corners, units, strict=True) if count for unit in points]
    return ZoneTable(
        row=rows_of(ZONE_COLUMNS, rows, len(zones)),
        centre=np.array([points[0] for points in units], np.float64).reshape(-1, 3),
        corner=np.array([(unit[0] / unit[2], unit[1] / unit[2]) for unit in flat], np.float64).reshape(-1, 2),
        applies=np.array(
            [[node in zone.nodes for node in range(len(scenario.nodes))] for zone in zones], np.bool_
        ).reshape(len(zones), len(scenario.nodes)),
    )


@kernel
def in_polygon(corner: Floats, first: int, corners: int, x: float, y: float) -> bool:
    """Tell whether a point lies within a polygon of straight sides: a ray from it crosses them an odd number of times.

    corner  (corner, 2), of which ``corners`` from ``first`` on are the polygon's
    Source: Shimrat, Algorithm 112, Communications of the ACM 5 (1962) 434, as corrected by Hacker, ibid. 606.
    """
    inside = False
    before = first + corners - 1
    for here in range(first, first + corners):
        x1, y1, x0, y0 = corner[here, 0], corner[here, 1], corner[before, 0], corner[before, 1]
        if (y1 > y) != (y0 > y) and x < (x0 - x1) * (y - y1) / (y0 - y1) + x1:
            inside = not inside
        before = here
    return inside


@kernel
def in_zone(zones: ZoneTable, zone: int, place_m: Floats, altitude_m: float) -> bool:
    """Tell whether a place lies in a zone, whether that is in force or not.

    place_m (3,) east, north, up; altitude_m above mean sea level
    """
    row = zones.row[zone]
    if altitude_m < row.floor_m or altitude_m > row.ceiling_m:
        return False
    x, y, z = place_m[0], place_m[1], place_m[2] + EARTH_RADIUS_M
    if row.corners == 0:
        centre = zones.centre[zone]
        along = x * centre[0] + y * centre[1] + z * centre[2]
        return along >= row.cosine * math.sqrt(x * x + y * y + z * z)
    return in_polygon(zones.corner, row.first, row.corners, x / z, y / z)


@kernel
def zone_rules(now_s: float, zones: ZoneTable, node: int, place_m: Floats) -> tuple[bool, int, int]:
    """Return what the zones that a node keeps to say of a place: missiles allowed, own status, highest status allowed.

    The own status is that of missile engagement zones, ``NO_STATUS`` where they have none; of several the most
    restrictive. place_m (3,) east, north, up
    """
    allowed, has_own, in_own, status, most = True, False, False, NO_STATUS, FREE
    altitude_m = height_m(place_m[0], place_m[1], place_m[2])
    for zone in range(zones.row.shape[0]):
        row = zones.row[zone]
        if not zones.applies[zone, node] or now_s < row.active_from_s or now_s >= row.active_until_s:
            continue
        has_own = has_own or row.kind == MISSILE_ENGAGEMENT
        if not in_zone(zones, zone, place_m, altitude_m):
            continue
        if row.kind == FIGHTER_ENGAGEMENT:
            allowed = False
        elif row.kind == RESTRICTED_FIRE:
            most = min(most, row.control_status)
        else:
            in_own = True
            if row.control_status != NO_STATUS:
                status = row.control_status if status == NO_STATUS else min(status, row.control_status)
    return allowed and (in_own or not has_own), status, most
