"""Everything that flies, hostile or not: its route, its cross-section, and where it is now."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.kernels import kernel
from openiamd.physics.ballistic import minimum_energy
from openiamd.physics.draws import entity_hash
from openiamd.physics.geodesy import EARTH_RADIUS_M, enu_from_geodetic
from openiamd.world.arrays import FLAG, NUMBER, WHOLE, Floats, Rows, filled_rows, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openiamd.catalogue.resolved import FlyingObject, Point, ResolvedScenario, Waypoint

WAITING, FLYING, KILLED, LEFT_LEAKED, LEFT_DEPARTED = 0, 1, 2, 3, 4
FRIENDLY, CIVIL, HOSTILE_SIDE = 0, 1, 2
KIND_AIRCRAFT, KIND_CRUISE, KIND_BALLISTIC, KIND_DRONE = 0, 1, 2, 3
_KINDS = {"cruise": KIND_CRUISE, "ballistic": KIND_BALLISTIC, "drone": KIND_DRONE}


THREAT_COLUMNS = {
    "entity": WHOLE,  # 32-bit hash of the id
    "group": WHOLE,  # 32-bit hash of the group's id
    "side": WHOLE,  # FRIENDLY, CIVIL, HOSTILE_SIDE
    "kind": WHOLE,  # which kill probability applies
    "rcs_m2": NUMBER,  # from ahead, at microwaves
    "rcs_side_m2": NUMBER,
    "rcs_tail_m2": NUMBER,
    "has_aspects": FLAG,  # the three differ
    "swerling": WHOLE,  # case 0 to 4
    "follows_ground": FLAG,  # heights are counted from the ground
    "mode5": FLAG,  # answers Mode 5
    "mode3": FLAG,  # answers civil Mode 3/A/S
    "mode4": FLAG,  # answers Mode 4
    "may_fail": FLAG,  # its transponder, in the whole flight
    "transponder_off": NUMBER,  # probability that no mode answers in the whole flight
    "wrong_key": NUMBER,  # probability that Mode 4 and Mode 5 do not
    "target": WHOLE,  # asset, −1 for none
    "departs": FLAG,  # reaching the end of the route is no leak
    "ballistic": FLAG,
    "loop": FLAG,
    "start_s": NUMBER,
    "start_jitter_s": NUMBER,  # uniform in ± this
    "arrival_rate_hz": NUMBER,  # > 0: n-th Poisson arrival of its group
    "arrival_index": WHOLE,
    "first_leg": WHOLE,
    "legs": WHOLE,  # number of legs
    "duration_s": NUMBER,  # time along the whole route
}
LEG_COLUMNS = {
    "begin_s": NUMBER,  # elapsed time at its start
    "end_s": NUMBER,
    "height_m": NUMBER,  # at its start
    "climb_mps": NUMBER,
    "speed_mps": NUMBER,  # ground speed
    "range_m": NUMBER,  # ballistic: ground range
}


class ThreatTable(NamedTuple):
    """Flying objects; row order is ``ResolvedScenario.objects`` order. A leg is one great-circle piece of a route."""

    row: Rows  # (object,) THREAT_COLUMNS
    leg: Rows  # (leg,) LEG_COLUMNS
    leg_from: Floats  # (leg, 3) unit vector from the earth's centre, axes of the theatre
    leg_along: Floats  # (leg, 3) unit vector of the direction of flight there


FLIGHT_COLUMNS = {
    "status": WHOLE,  # WAITING, FLYING, KILLED, LEFT_LEAKED, LEFT_DEPARTED
    "start_s": NUMBER,
    "end_s": NUMBER,  # planned end of the route, then the time at which it ended
    "leg": WHOLE,
    "shots": WHOLE,  # rounds that have reached it
}


class ThreatState(NamedTuple):
    """Where the objects are; the first axis is the run."""

    row: Rows  # (run, object) FLIGHT_COLUMNS
    position_m: Floats  # (run, object, 3) at the end of the step
    previous_m: Floats  # (run, object, 3) at its beginning
    velocity_mps: Floats  # (run, object, 3)


def aligned_unit(point: Point, origin: Point) -> np.ndarray:
    """Return the unit vector (3,) from the earth's centre to ``point``, on the theatre's east, north, up axes."""
    east_m, north_m, up_m = enu_from_geodetic(
        point.latitude_rad, point.longitude_rad, 0.0, origin.latitude_rad, origin.longitude_rad
    )
    return np.array([east_m, north_m, up_m + EARTH_RADIUS_M]) / EARTH_RADIUS_M


def great_circle_leg(start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the direction of flight (3,) at ``start`` toward ``end`` (unit vectors), and the angle between them."""
    across = end - start * float(start @ end)
    length = float(np.linalg.norm(across))
    if length < 1e-12:
        side = np.array([1.0, 0.0, 0.0]) if abs(start[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
        across = side - start * float(start @ side)
        return across / np.linalg.norm(across), 0.0
    return across / length, math.atan2(length, float(start @ end))


def _legs(flying: FlyingObject, origin: Point) -> list[tuple]:
    """Return the rows of the leg arrays for one object, in their order."""
    if flying.ballistic:
        units = [aligned_unit(waypoint.position, origin) for waypoint in flying.route]
        along, angle = great_circle_leg(units[0], units[-1])
        range_m = angle * EARTH_RADIUS_M
        flight_s = minimum_energy(range_m)[3]
        return [(units[0], along, 0.0, flight_s, 0.0, 0.0, 0.0, range_m)]
    return route_legs(flying.route, flying.loop, origin)


def route_legs(route: Sequence[Waypoint], loop: bool, origin: Point) -> list[tuple]:
    """Return the rows of the leg arrays for a route, in their order."""
    units = [aligned_unit(waypoint.position, origin) for waypoint in route]
    rows, elapsed_s = [], 0.0
    stops = [*zip(route, units, strict=True)]
    if loop:
        stops.append(stops[0])
    for (here, start), (there, end) in pairwise(stops):
        along, angle = great_circle_leg(start, end)
        climb_m = there.position.height_m - here.position.height_m
        flight_s = max(angle * EARTH_RADIUS_M / here.speed_mps, abs(climb_m) / here.speed_mps)
        if flight_s <= 0.0:
            continue
        speed_mps = angle * EARTH_RADIUS_M / flight_s
        end_s = elapsed_s + flight_s
        rows.append((start, along, elapsed_s, end_s, here.position.height_m, climb_m / flight_s, speed_mps, 0.0))
        elapsed_s = end_s
    if not rows:  # a hovering object: one endless leg of no speed
        along, _ = great_circle_leg(units[0], units[0])
        rows.append((units[0], along, 0.0, math.inf, route[0].position.height_m, 0.0, 0.0, 0.0))
    return rows


def compile_threats(scenario: ResolvedScenario) -> ThreatTable:
    """Return the table of the scenario's flying objects."""
    from openiamd.catalogue.resolved import SIDES

    objects = scenario.objects
    legs = [_legs(flying, scenario.origin) for flying in objects]
    flat = [leg for rows in legs for leg in rows]
    counts = np.array([len(rows) for rows in legs], np.int64)
    columns = list(zip(*flat, strict=True)) if flat else [()] * 8
    vector = [np.array(column, np.float64).reshape(-1, 3) for column in columns[:2]]
    rows = {
        "entity": [entity_hash(flying.id) for flying in objects],
        "group": [entity_hash(flying.group) for flying in objects],
        "side": [SIDES.index(flying.side) for flying in objects],
        "kind": [_KINDS.get(flying.object_class, KIND_AIRCRAFT) for flying in objects],
        "rcs_side_m2": [flying.rcs_m2 * flying.rcs_side_ratio for flying in objects],
        "rcs_tail_m2": [flying.rcs_m2 * flying.rcs_tail_ratio for flying in objects],
        "has_aspects": [(flying.rcs_side_ratio, flying.rcs_tail_ratio) != (1.0, 1.0) for flying in objects],
        "may_fail": [flying.transponder_off + flying.wrong_key > 0.0 for flying in objects],
        "first_leg": np.cumsum(counts) - counts,
        "legs": counts,
        "duration_s": [legs_of[-1][3] for legs_of in legs],
    }
    for name in THREAT_COLUMNS:
        if name not in rows:
            rows[name] = [getattr(flying, name) for flying in objects]
    return ThreatTable(
        row=rows_of(THREAT_COLUMNS, rows, len(objects)),
        leg=rows_of(LEG_COLUMNS, dict(zip(LEG_COLUMNS, columns[2:], strict=True)), len(flat)),
        leg_from=vector[0],
        leg_along=vector[1],
    )


def create_threat_state(runs: int, objects: int) -> ThreatState:
    """Return the state before anything has started."""
    return ThreatState(
        row=filled_rows(FLIGHT_COLUMNS, (runs, objects), {"start_s": np.inf, "end_s": np.inf}),
        position_m=np.zeros((runs, objects, 3)),
        previous_m=np.zeros((runs, objects, 3)),
        velocity_mps=np.zeros((runs, objects, 3)),
    )


@kernel
def place_at(
    flying: ThreatState, run: int, thing: int, time_s: float, step_s: float, at_s: float, place_m: Floats
) -> None:
    """Write where an object is at ``at_s`` within the step that begins at ``time_s``.

    Straight between the two positions that ``move`` kept: those at the beginning and the end of the part of the step
    in which it flies. The chord is off by at most a·step²/8, 1.2 m for what falls freely in a step of 1 s.
    """
    course = flying.row[run, thing]
    begin_s = max(time_s, course.start_s)
    flown_s = min(time_s + step_s, course.end_s) - begin_s
    share = min(max((at_s - begin_s) / flown_s, 0.0), 1.0) if flown_s > 0.0 else 0.0
    for axis in range(3):
        previous_m = flying.previous_m[run, thing, axis]
        place_m[axis] = previous_m + share * (flying.position_m[run, thing, axis] - previous_m)
