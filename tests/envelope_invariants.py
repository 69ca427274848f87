"""What must hold of every launch, in plain numpy from events and scenario alone: part of ``invariants``.

A shot's row holds its time, its unit, its interceptor, where the track was believed to be then, and the slant range
from the launcher to where they are to meet. The meeting point itself is in no row. It is known where the channel has
had no order since (``Outcome.aim_m``) or where the round was broken off (the place of its waste): it is then the place
at that very range. What needs it is checked on those shots, all else on every shot.
"""

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from duty_invariants import PATIENCE_S, SENSOR, UNIT, flight_s, slowest_reaction_s, states_near, timeline, turns
from openiamd.catalogue.resolved import FireUnit, Interceptor, Node, Point, ResolvedScenario
from openiamd.results.slices import EventRows
from openiamd.world import events as kinds
from scenes import Outcome

EARTH_RADIUS_M = 6_371_008.8
CENTRE_M = np.array([0.0, 0.0, -EARTH_RADIUS_M])  # of the earth, in the theatre frame
SURFACE_GRAVITY_MPS2 = 9.82  # at the mean radius: standard gravitational parameter over radius squared
HEIGHT_SLACK_M = 200.0  # the most by which a believed height may be off
SPEED_MARGIN = 0.1  # nearer to the speed of a ballistic missile than this, a track may be taken for one or not
SAME_PLACE_M = 0.1  # places of events are stored in single precision
ANGLE_RAD = 1e-4
OUTCOMES = (kinds.KILL, kinds.MISS, kinds.OVERKILL, kinds.WASTED)
RENUMBERS = (kinds.TRACK_CONFIRMED, kinds.TRACK_DROPPED, kinds.NUMBER_CHANGED, kinds.DUAL_DESIGNATION)
RENUMBERS += (kinds.DUAL_RESOLVED, kinds.DECORRELATED, kinds.TRACK_RECEIVED)
READY = {"active", "dark", "cued"}

Place = NDArray[np.float64]


class Shot(NamedTuple):
    """One launch, with what the scenario says of who fires."""

    run: int
    time_s: float
    range_m: float  # from the launcher to the meeting
    target_m: Place  # (3,) where the track is believed to be
    meeting_m: Place | None  # (3,) where they are to meet, where that is known
    ordered_s: float
    nth: int  # of the rounds of its order, from 0
    place: int  # in the table of events
    number: int  # of the unit
    owner: int  # unit whose radar, sector and channels it uses
    unit: FireUnit
    kind: Interceptor
    node: Node


def assert_launches(outcome: Outcome) -> None:
    """Assert everything below."""
    scenario = outcome.scenario
    assert_magazines_never_negative(outcome.result.events, scenario)
    assert_the_dead_are_left_alone(outcome.result.events, scenario)
    for shot in shots(outcome):
        assert_unit_is_ready(shot, scenario)
        assert_within_responsibility(shot, scenario)
        assert_turned(shot, outcome.result.events, scenario)
        if shot.unit.service_s > 0.0:
            assert shot.range_m == 0.0
            continue
        assert_flight(shot, outcome.result.events)
        if not scenario.environment.terrain:
            assert_within_range_and_height(shot)
            assert_within_sector(shot, outcome.result.events, scenario)
            assert_above_horizon(shot, scenario)


def shots(outcome: Outcome) -> Iterator[Shot]:
    """Yield every launch."""
    events, scenario = outcome.result.events, outcome.scenario
    places = [launcher_m(unit.position, scenario.origin) for unit in scenario.fire_units]
    waste = np.flatnonzero(events.kind == kinds.WASTED).tolist()
    wasted = {(int(events.run[row]), int(events.cause[row])): row for row in waste}
    fired: dict[tuple[int, int], int] = {}
    for row in np.flatnonzero(events.kind == kinds.SHOT).tolist():
        run, index = int(events.run[row]), int(events.other[row])
        unit = scenario.fire_units[index]
        order = (run, int(events.cause[row]))
        fired[order] = fired.get(order, -1) + 1
        candidates = [*outcome.aim_m[run, index]]
        if (run, int(events.event[row])) in wasted:
            candidates.append(place_of(events, wasted[run, int(events.event[row])]))
        range_m = float(events.value[row])
        met = [one for one in candidates if abs(np.linalg.norm(one - places[index]) - range_m) < SAME_PLACE_M]
        yield Shot(
            run=run,
            time_s=float(events.time_s[row]),
            range_m=range_m,
            target_m=place_of(events, row),
            meeting_m=met[0] if met else None,
            ordered_s=float(events.time_s[np.searchsorted(events.run, run) + events.cause[row]]),
            nth=fired[order],
            place=row,
            number=index,
            owner=unit.shares_with if unit.shares_with >= 0 else index,
            unit=unit,
            kind=scenario.interceptors[events.code[row]],
            node=scenario.nodes[unit.node],
        )


# ---- geometry on the sphere


def place_of(events: EventRows, row: int) -> Place:
    """Return where an event was (3,)."""
    return np.array([events.east_m[row], events.north_m[row], events.up_m[row]], np.float64)


def launcher_m(point: Point, origin: Point) -> Place:
    """Return the place (3,) of a point in the theatre frame: the earth-centred vector turned into the origin's axes."""
    return axes(origin) @ ((EARTH_RADIUS_M + point.height_m) * outward(point)) + CENTRE_M


def outward(point: Point) -> Place:
    """Return the unit vector (3,) away from the earth's centre, axes as of Greenwich and the north pole."""
    latitude, longitude = point.latitude_rad, point.longitude_rad
    return np.array(
        [math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude)]
    )


def axes(point: Point) -> Place:
    """Return the directions east, north and up of a point as rows (3, 3), in the axes of ``outward``."""
    up = outward(point)
    east = np.cross([0.0, 0.0, 1.0], up)
    east /= np.linalg.norm(east)
    return np.stack([east, np.cross(up, east), up])


def height_m(place_m: Place) -> float:
    """Return the height of a place above the sphere."""
    return float(np.linalg.norm(place_m - CENTRE_M)) - EARTH_RADIUS_M


def off_rad(place_m: Place, point: Point, origin: Point, facing_rad: float) -> float:
    """Return by how much the bearing of a place, seen from a point, differs from a direction: 0 to π."""
    towards = axes(point) @ axes(origin).T @ (place_m - launcher_m(point, origin))
    return abs((math.atan2(towards[0], towards[1]) - facing_rad + math.pi) % math.tau - math.pi)


def outside(place_m: Place, point: Point, origin: Point, facing_rad: float, sector_rad: float) -> bool:
    """Tell whether a place lies outside of a sector, by more than rounding makes of it."""
    rounding_rad = ANGLE_RAD + SAME_PLACE_M / max(float(np.linalg.norm(place_m - launcher_m(point, origin))), 1.0)
    return sector_rad < math.tau and off_rad(place_m, point, origin, facing_rad) > 0.5 * sector_rad + rounding_rad


# ---- who may fire


def assert_unit_is_ready(shot: Shot, scenario: ResolvedScenario) -> None:
    """A unit that fires is on duty, as are the one whose channels it uses and its radar; its order is not too old."""
    step_s, owner, radar = scenario.step_s, scenario.fire_units[shot.owner], shot.unit.engagement_sensor
    lines = [timeline(scenario, UNIT, shot.number, "state"), timeline(scenario, UNIT, shot.owner, "state")]
    if radar >= 0:
        lines.append(timeline(scenario, SENSOR, radar, "state"))
    for line in lines:
        near = states_near(line, shot.time_s, step_s)
        assert near & READY, f"a fire unit fires that is {near}, or its radar is"
    for unit in (shot.unit, owner):
        assert unit.active_from_s <= shot.ordered_s <= shot.time_s < unit.active_until_s, "a shot of a unit off duty"
    trains = states_near(timeline(scenario, UNIT, shot.number, "training"), shot.time_s, step_s)
    assert "active" in trains, "a unit fires that trains"
    if shot.unit.slew_rate_radps > 0.0:
        return  # patience counts from the end of the turn: `assert_no_order_waits_for_ever` allows for it
    waited_s = max(slowest_reaction_s(shot.unit), PATIENCE_S) + shot.nth * shot.node.spacing_s
    assert shot.time_s <= shot.ordered_s + waited_s + 2.0 * step_s, "an order is carried out after its patience"


def assert_within_responsibility(shot: Shot, scenario: ResolvedScenario) -> None:
    """The track lies where the unit is responsible, and in the sector to which its readiness limits it now."""
    unit, origin = shot.unit, scenario.origin
    facing_rad, sector_rad = unit.responsibility_facing_rad, unit.responsibility_sector_rad
    assert not outside(shot.target_m, unit.position, origin, facing_rad, sector_rad), "a shot beyond responsibility"
    limited = states_near(timeline(scenario, UNIT, shot.number, "sector"), shot.time_s, scenario.step_s) == {"sector"}
    for limit in scenario.duties.limits if limited else ():
        if (limit.domain, limit.index) == ("fire_unit", shot.number):
            beyond = outside(shot.target_m, unit.position, origin, limit.facing_rad, limit.sector_rad)
            assert not beyond, "a shot beyond the sector of readiness"


def assert_magazines_never_negative(events: EventRows, scenario: ResolvedScenario) -> None:
    """In no order of events is a round fired that is not there."""
    loaded = {(unit, kind): rounds for unit, one in enumerate(scenario.fire_units) for kind, rounds in one.magazines}
    moved = np.flatnonzero(np.isin(events.kind, (kinds.SHOT, kinds.RELOADED)))
    left: dict[tuple[int, int, int], int] = {}
    # What is reloaded within a step is logged at its end: in order of time, a reload before a shot.
    for row in sorted(moved, key=lambda row: (events.run[row], events.time_s[row], events.kind[row] == kinds.SHOT)):
        unit, kind = int(events.other[row]), int(events.code[row])
        key = (int(events.run[row]), unit, kind)
        change = -1 if events.kind[row] == kinds.SHOT else int(events.value[row])
        left[key] = left.get(key, loaded[unit, kind]) + change
        assert 0 <= left[key] <= loaded[unit, kind], "a magazine holds what it cannot"


def assert_the_dead_are_left_alone(events: EventRows, scenario: ResolvedScenario) -> None:
    """A track that a node took for dead is not ordered or fired at again before it may look dead no longer."""
    numbered: Counter[tuple[int, int, int]] = Counter()  # how often a number was given to a track, or taken off one
    ordered: dict[tuple[int, int], tuple[tuple[int, int, int], int]] = {}  # track and times of each order and launch
    dead: dict[tuple[tuple[int, int, int], int], float] = {}  # until when
    for row in range(len(events.kind)):
        kind, run = events.kind[row], int(events.run[row])
        key = (run, int(events.node[row]), int(events.track_number[row]))
        event, cause = (run, int(events.event[row])), (run, int(events.cause[row]))
        if kind in RENUMBERS:
            numbered[key] += 1
            numbered[*key[:2], int(events.value[row])] += kind == kinds.NUMBER_CHANGED
        elif kind in (kinds.ENGAGE, kinds.SHOT):
            assert events.time_s[row] >= dead.get((key, numbered[key]), 0.0), "what was judged dead is fired at"
            ordered[event] = (key, numbered[key]) if kind == kinds.ENGAGE else ordered[cause]
        elif kind == kinds.ASSESSED and events.code[row] == 1 and ordered[cause] == (key, numbered[key]):
            recheck_s = scenario.fire_units[events.other[row]].recheck_s
            dead[key, numbered[key]] = float(events.time_s[row]) + recheck_s


# ---- where it may fire


def assert_flight(shot: Shot, events: EventRows) -> None:
    """A round meets after the time that its range takes, and is fast enough then."""
    if shot.kind.decay_m > 0.0:
        then_mps = shot.kind.speed_mps * math.exp(-shot.range_m / shot.kind.decay_m)
        assert then_mps >= 0.999 * shot.kind.speed_minimum_mps, "a round meets that is too slow by then"
    last = int(np.searchsorted(events.run, shot.run, side="right"))
    caused = events.cause[shot.place : last] == events.event[shot.place]
    for row in shot.place + np.flatnonzero(caused & np.isin(events.kind[shot.place : last], OUTCOMES)):
        after_s, whole_s = float(events.time_s[row]) - shot.time_s, flight_s(shot.kind, shot.range_m)
        assert after_s <= whole_s + 0.01, "a round flies longer than its range takes"
        if events.kind[row] != kinds.WASTED:  # else it may have been broken off
            assert after_s >= whole_s - 0.01, "a round meets before it can be there"


def may_be(shot: Shot) -> set[str]:
    """Return what the track was taken for: air, falling, or either where that cannot be told."""
    if shot.meeting_m is None:
        return {"air", "falling"}
    time_s, path_m = flight_s(shot.kind, shot.range_m), shot.meeting_m - shot.target_m
    if time_s <= 0.0:
        return {"air", "falling"}
    centre_m = shot.target_m - CENTRE_M
    distance_m = float(np.linalg.norm(centre_m))
    pull = -SURFACE_GRAVITY_MPS2 * (EARTH_RADIUS_M / distance_m) ** 2 * centre_m / distance_m
    straight_mps = float(np.linalg.norm(path_m / time_s))
    falling_mps = float(np.linalg.norm(path_m / time_s - 0.5 * pull * time_s))
    slowest_mps = shot.node.ballistic_minimum_speed_mps
    taken = set[str]()
    if straight_mps < (1.0 + SPEED_MARGIN) * slowest_mps:
        taken.add("air")
    if falling_mps > (1.0 - SPEED_MARGIN) * slowest_mps:
        taken.add("falling")
    return taken


def assert_within_range_and_height(shot: Shot) -> None:
    """The meeting is neither too near nor too far for the interceptor at that height, nor too low or too high."""
    kind = shot.kind
    assert shot.range_m >= kind.range_minimum_m - SAME_PLACE_M, "a shot nearer than the minimum range"
    taken = may_be(shot)
    refused = []
    if "air" in taken:
        refused.append(refused_as_air(shot))
    if "falling" in taken:
        refused.append(refused_as_falling(shot))
    assert refused, "a shot at what flies neither straight nor freely"
    assert "" in refused, f"a shot outside the envelope: {refused}"


def refused_as_air(shot: Shot) -> str:
    """Return why what flies straight, at the height it has, is out of reach; '' where it is not."""
    kind, at_m = shot.kind, height_m(shot.target_m)
    farthest_m = kind.range_air_m
    if kind.envelope:
        altitudes_m, ranges_m = zip(*kind.envelope, strict=True)
        farthest_m = min(farthest_m, float(np.interp(at_m, altitudes_m, ranges_m)))
    if shot.range_m > farthest_m + 10.0:  # the slope of an edge may turn 0.1 m of height into some metres
        return f"{shot.range_m:.0f} m is beyond {farthest_m:.0f} m at {at_m:.0f} m"
    climbs_to_m = at_m if shot.meeting_m is None else height_m(shot.meeting_m)
    return height_refused(kind, at_m) or height_refused(kind, max(at_m, climbs_to_m))


def refused_as_falling(shot: Shot) -> str:
    """Return why what falls freely is out of reach where it is met; '' where it is not."""
    if shot.range_m > shot.kind.range_ballistic_m + SAME_PLACE_M:
        return f"{shot.range_m:.0f} m is beyond {shot.kind.range_ballistic_m:.0f} m"
    return "" if shot.meeting_m is None else height_refused(shot.kind, height_m(shot.meeting_m))


def height_refused(kind: Interceptor, at_m: float) -> str:
    """Return why a believed height is out of reach even if it is off; '' where it is not."""
    lowest_m, highest_m = kind.altitude_minimum_m - HEIGHT_SLACK_M - 1.0, kind.altitude_maximum_m + HEIGHT_SLACK_M + 1.0
    return "" if lowest_m <= at_m <= highest_m else f"{at_m:.0f} m is too low or too high"


def turned_rad(shot: Shot, events: EventRows, scenario: ResolvedScenario) -> tuple[float, float]:
    """Return how far the sector is turned off its facing when a round goes up, and how far it is to be."""
    turned, goal, since_s = 0.0, 0.0, 0.0
    rate, step_s = shot.unit.slew_rate_radps, scenario.step_s
    # Sectors turn at the ends of steps; a launch sees them as they stood at the beginning of its own.
    begun_s = math.floor(shot.time_s / step_s + 1e-6) * step_s
    for at_s, angle in turns(events, shot.run, shot.owner):
        if at_s > begun_s + 1e-6:
            break
        turned, since_s = moved(turned, goal, rate * (at_s - since_s)), at_s
        goal = turned + angle
    return moved(turned, goal, rate * (begun_s - since_s)), goal


def moved(angle: float, goal: float, most: float) -> float:
    """Return an angle after a turn towards a goal by so much at most."""
    return angle + min(max(goal - angle, -most), most)


def assert_turned(shot: Shot, events: EventRows, scenario: ResolvedScenario) -> None:
    """A sector that turns has come to where it was to be."""
    if shot.unit.slew_rate_radps > 0.0:
        turned, goal = turned_rad(shot, events, scenario)
        assert abs(turned - goal) < 1e-6, "a unit fires while its sector turns"


def assert_within_sector(shot: Shot, events: EventRows, scenario: ResolvedScenario) -> None:
    """The meeting lies in the firing sector as it is turned then, seen from the radar's place."""
    if shot.meeting_m is None:
        return
    turned = turned_rad(shot, events, scenario)[0] if shot.unit.slew_rate_radps > 0.0 else 0.0
    point = scenario.fire_units[shot.owner].position
    beyond = outside(shot.meeting_m, point, scenario.origin, shot.unit.facing_rad + turned, shot.unit.sector_rad)
    assert not beyond, "a shot beyond the firing sector"


def assert_above_horizon(shot: Shot, scenario: ResolvedScenario) -> None:
    """The engagement radar can see the meeting over a smooth earth, unless a link may guide active rounds to it."""
    unit = shot.unit
    by_link = any(link.receiver == unit.node and link.remote_use == "ENGAGE_ON_REMOTE" for link in scenario.links)
    if shot.meeting_m is None or (by_link and shot.kind.terminal_active_s >= 0.0):
        return
    antenna_m = scenario.sensors[unit.engagement_sensor].antenna_height_m if unit.engagement_sensor >= 0 else 0.0
    seen_m = float(
        np.linalg.norm(shot.meeting_m - launcher_m(scenario.fire_units[shot.owner].position, scenario.origin))
    )
    highest_m = max(height_m(shot.meeting_m), height_m(shot.target_m)) + HEIGHT_SLACK_M
    twice_m = 2.0 * scenario.environment.effective_radius_factor * EARTH_RADIUS_M
    limit_m = math.sqrt(twice_m * max(antenna_m, 0.0)) + math.sqrt(twice_m * max(highest_m, 0.0))
    ground_m = math.sqrt(max(seen_m**2 - (highest_m - antenna_m) ** 2, 0.0))
    assert ground_m <= limit_m + 1.0, "a shot below the horizon of the engagement radar"
