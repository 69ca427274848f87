"""What must hold of every finished slice, whatever the scenario: one function for the suite and for the long soak."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from duty_invariants import assert_duties, flight_s
from envelope_invariants import assert_launches
from openiamd.catalogue.resolved import ResolvedScenario
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.results.slices import EventRows, ObjectRows
from openiamd.world import events as kinds
from openiamd.world.threats import FLYING, KILLED, LEFT_DEPARTED, LEFT_LEAKED, WAITING
from scenes import Outcome

ENDED_BY = {LEFT_LEAKED: kinds.LEAKED, LEFT_DEPARTED: kinds.DEPARTED, KILLED: kinds.KILL}
FIRED_AT = (kinds.KILL, kinds.MISS, kinds.OVERKILL)


def assert_invariants(outcome: Outcome) -> None:
    """Assert everything below on all runs of an outcome."""
    events, objects = outcome.result.events, outcome.result.objects
    assert_no_nan(outcome)
    assert_rows_in_order(events)
    assert_causes(events, outcome.scenario.step_s)
    assert_names(events, outcome.scenario)
    assert np.all((events.time_s >= 0.0) & (events.time_s <= outcome.scenario.duration_s))
    assert_objects(outcome, events, objects)
    assert_shots(outcome)
    assert_channels(events, outcome.scenario)
    assert_picture(outcome)
    assert_duties(outcome)
    assert_launches(outcome)


def assert_no_nan(outcome: Outcome) -> None:
    """No table holds a NaN, and places are finite."""
    for table in outcome.result:
        for name, column in zip(table._fields, table, strict=True):
            if column.dtype.kind == "f":
                assert not np.isnan(column).any(), name
    for name in ("east_m", "north_m", "up_m", "time_s"):
        assert np.isfinite(getattr(outcome.result.events, name)).all(), name


def assert_rows_in_order(events: EventRows) -> None:
    """Event ids count from 0 within each run, and runs follow each other."""
    assert np.all(np.diff(events.run) >= 0)
    counts = np.unique(events.run, return_counts=True)[1]
    expected = np.concatenate([np.arange(count) for count in counts]) if len(counts) else np.zeros(0)
    assert np.array_equal(events.event, expected)


def positions(events: EventRows, ids: NDArray) -> NDArray[np.int64]:
    """Return where in the table the events ``ids`` of the same runs stand."""
    first = np.searchsorted(events.run, events.run)
    return first + ids


def assert_causes(events: EventRows, step_s: float) -> None:
    """A cause is an earlier event of the same run, and not later by its clock than the step allows."""
    assert np.all(events.cause >= -1)
    assert np.all(events.cause < events.event)
    caused = events.cause >= 0
    cause = positions(events, events.cause)[caused]
    assert np.array_equal(events.run[cause], events.run[caused])
    assert np.all(events.time_s[cause] <= events.time_s[caused] + step_s + 1e-6)


def assert_names(events: EventRows, scenario: ResolvedScenario) -> None:
    """Every index points at something that exists."""
    for column, size in ((events.object, len(scenario.objects)), (events.node, len(scenario.nodes))):
        assert np.all((column >= -1) & (column < size))
    about_unit = np.isin(
        events.kind, (kinds.ENGAGE, kinds.SHOT, kinds.CEASED, kinds.ASSESSED, kinds.RELOADED, kinds.SLEWED)
    )
    for of_kind, size in (
        (np.isin(events.kind, (kinds.FIRST_LOOK, kinds.FIRST_DETECTION)), len(scenario.sensors)),
        (about_unit, len(scenario.fire_units)),
        (events.kind == kinds.TRACK_RECEIVED, len(scenario.links)),
        (events.kind == kinds.DEBRIS, len(scenario.assets)),
    ):
        assert np.all((events.other[of_kind] >= 0) & (events.other[of_kind] < size))
    rounds = events.code[events.kind == kinds.SHOT]
    assert np.all((rounds >= 0) & (rounds < len(scenario.interceptors)))


def assert_objects(outcome: Outcome, events: EventRows, objects: ObjectRows) -> None:
    """Each object ends in one way, and its events say the same as its status."""
    count = len(outcome.scenario.objects)
    assert len(objects.status) == outcome.runs * count
    known = (WAITING, FLYING, KILLED, LEFT_LEAKED, LEFT_DEPARTED)
    assert sum(int((objects.status == status).sum()) for status in known) == outcome.runs * count
    started, ended = objects.status != WAITING, objects.status > FLYING
    assert np.array_equal(np.isfinite(objects.start_s), started)
    assert np.array_equal(np.isfinite(objects.end_s), ended)
    assert np.all(objects.end_s[ended] >= objects.start_s[ended])
    hostile = np.array([one.side == "hostile" for one in outcome.scenario.objects] * outcome.runs, np.bool_)
    assert not np.any((objects.status == LEFT_LEAKED) & ~hostile)
    cell = events.run.astype(np.int64) * count + events.object
    for status, kind in ENDED_BY.items():
        told = np.bincount(cell[events.kind == kind], minlength=outcome.runs * count)
        assert np.array_equal(told, (objects.status == status).astype(np.int64)), f"status {status}"
    launched = np.bincount(cell[events.kind == kinds.LAUNCHED], minlength=outcome.runs * count)
    assert np.array_equal(launched, started.astype(np.int64))
    unresolved = np.bincount(cell[events.kind == kinds.UNRESOLVED], minlength=outcome.runs * count)
    assert np.array_equal(unresolved, ((objects.status == FLYING) & hostile).astype(np.int64))
    met = np.isin(events.kind, FIRED_AT)
    assert np.array_equal(np.bincount(cell[met], minlength=outcome.runs * count), objects.shots)
    # Nothing is shot at before it flies or after it has ended.
    assert np.all(events.time_s[met] >= objects.start_s[cell[met]] - 1e-9)
    assert np.all(events.time_s[met] <= objects.end_s[cell[met]] + 1e-9)


def assert_shots(outcome: Outcome) -> None:
    """Rounds fired, reloaded and left add up; none is fired beyond its envelope."""
    events, magazines, scenario = outcome.result.events, outcome.result.magazines, outcome.scenario
    shot, reloaded = events.kind == kinds.SHOT, events.kind == kinds.RELOADED
    assert np.all((magazines.left >= 0) & (magazines.left <= magazines.ready))
    assert np.all((magazines.reloaded >= 0) & (magazines.reloaded <= magazines.stock))
    assert np.all(events.value[reloaded] > 0)
    assert events.value[reloaded].sum() == magazines.reloaded.sum()
    spent = np.zeros((outcome.runs, max(len(scenario.fire_units), 1), max(len(scenario.interceptors), 1)), np.int64)
    np.add.at(spent, (events.run[shot], events.other[shot], events.code[shot]), 1)
    used = spent[magazines.run, magazines.fire_unit, magazines.interceptor]
    assert np.array_equal(used, magazines.ready + magazines.reloaded - magazines.left)
    assert spent.sum() == used.sum()
    for place in np.flatnonzero(shot):
        interceptor = scenario.interceptors[events.code[place]]
        unit = scenario.fire_units[events.other[place]]
        if unit.service_s == 0.0:
            farthest_m = max(interceptor.range_air_m, interceptor.range_ballistic_m)
            assert interceptor.range_minimum_m <= events.value[place] <= farthest_m
    assert_met_in_the_envelope(outcome)
    outcomes = np.isin(events.kind, (*FIRED_AT, kinds.WASTED))
    causes = positions(events, events.cause)[outcomes]
    assert np.all(events.kind[causes] == kinds.SHOT)
    assert len(np.unique(causes)) == len(causes), "a round has two outcomes"


def assert_met_in_the_envelope(outcome: Outcome) -> None:
    """What rounds act on is above their floor, and within their acceptance radius of their ceiling.

    The place of the event is that of the track, within the acceptance radius of what they act on.
    """
    events, scenario = outcome.result.events, outcome.scenario
    if scenario.environment.terrain:
        return
    for place in np.flatnonzero(np.isin(events.kind, FIRED_AT)):
        kind = scenario.interceptors[events.code[place]]
        up_m = float(
            np.hypot(np.hypot(events.east_m[place], events.north_m[place]), events.up_m[place] + EARTH_RADIUS_M)
        )
        height_m = up_m - EARTH_RADIUS_M
        assert height_m >= kind.altitude_minimum_m - kind.acceptance_radius_m - 10.0
        assert height_m <= kind.altitude_maximum_m + 2.0 * kind.acceptance_radius_m + 10.0


def assert_channels(events: EventRows, scenario: ResolvedScenario) -> None:
    """Radars guide no more engagements than they have channels; at one time, what ends makes room for what begins.

    Launchers that share an engagement radar count together. An engagement leaves its channel when it ends, or when
    the last of its active rounds needs no guidance any more.
    """
    change = engagement_changes(events, scenario)
    groups = np.array(
        [unit.shares_with if unit.shares_with >= 0 else row for row, unit in enumerate(scenario.fire_units)]
    )
    for run in np.unique(events.run):
        for group in np.unique(groups):
            here = [(time_s, step) for at, unit, time_s, step in change if at == run and groups[unit] == group]
            ends_first = np.cumsum([step for _, step in sorted(here)])
            assert np.all(ends_first <= scenario.fire_units[group].channels)
            begins_first = np.cumsum([step for _, step in sorted(here, key=lambda pair: (pair[0], -pair[1]))])
            assert np.all(begins_first >= 0)


def engagement_changes(events: EventRows, scenario: ResolvedScenario) -> list[tuple[int, int, float, int]]:
    """Return run, fire unit, time and +1 or −1 for each channel taken and left."""
    cause = positions(events, events.cause)
    begun, last, meets = {}, {}, defaultdict(dict)
    changes = []
    for place, kind in enumerate(events.kind):
        if kind == kinds.ENGAGE:
            begun[place] = place
            changes.append((events.run[place], events.other[place], events.time_s[place], 1))
        elif kind == kinds.SHOT and events.cause[place] >= 0:
            begun[place] = begun[cause[place]]
            last[begun[place]] = max(last.get(begun[place], 0.0), events.time_s[place])
            meets[begun[place]][place] = meeting_s(events, scenario, place)
        elif kind in (*FIRED_AT, kinds.WASTED):
            order = begun[cause[place]]
            meets[order].pop(cause[place])
            active_s = scenario.interceptors[events.code[place]].terminal_active_s
            free_s = events.time_s[place] - active_s if active_s >= 0.0 else np.inf
            last[order] = max(last[order], free_s)
        elif kind in (kinds.CEASED, kinds.ASSESSED):
            order = begun[cause[place]]
            end_s = min(events.time_s[place], last.get(order, np.inf))
            changes.append((events.run[place], events.other[place], end_s, -1))
            meets.pop(order, None)
    # What is in flight as the run ends may need no guidance any more.
    for order, rounds in meets.items():
        active_s = min((scenario.interceptors[events.code[place]].terminal_active_s for place in rounds), default=-1.0)
        if active_s >= 0.0:
            free_s = max(last[order], max(rounds.values()) - active_s)
            changes.append((events.run[order], events.other[order], free_s, -1))
    return changes


def meeting_s(events: EventRows, scenario: ResolvedScenario, place: int) -> float:
    """Return when a round that is fired is to meet its target."""
    service_s = scenario.fire_units[events.other[place]].service_s
    kind = scenario.interceptors[events.code[place]]
    return float(events.time_s[place]) + (service_s or flight_s(kind, float(events.value[place])))


def assert_picture(outcome: Outcome) -> None:
    """The tallies of the air picture contain each other as they should."""
    picture = outcome.result.picture
    assert np.all((picture.tracked >= 0) & (picture.tracked <= picture.truths))
    assert np.all((picture.assigned >= picture.tracked) & (picture.assigned <= picture.tracks))
    judged = picture.unidentified + picture.id_correct + picture.id_incorrect
    assert np.array_equal(judged, picture.tracked)
    assert np.all((picture.common >= 0) & (picture.common <= picture.unique))
    assert np.all(picture.position_error_sum_m <= picture.assigned * outcome.scenario.score_gate_m)
