"""Launchers: apart from their radar, reloaded from a stock, with envelopes by altitude and range."""

import numpy as np
import pytest

from invariants import assert_invariants
from openiamd.results.measures import measure
from openiamd.studies.entities import entities
from openiamd.world import events as kinds
from openiamd.world.compile import compile_world
from openiamd.world.weapons import reach
from scenes import CENTRE, Data, Outcome, changed, ideal_scene, play, raid, resolved

ONE_ROUND = {"shots": {"policy": "shoot_look_shoot", "salvos": 1}}


def rows(outcome: Outcome, kind: int) -> list[int]:
    return np.flatnonzero(outcome.result.events.kind == kind).tolist()


def played(data: Data, runs: int = 1) -> Outcome:
    outcome = play(data, runs)
    assert_invariants(outcome)
    return outcome


def apart(**values: float | str) -> Data:
    """Return a scene with launchers 100 km down the raid's way that use the radar and channels of the city's unit."""
    data = ideal_scene(doctrine={"rules": ONE_ROUND}, raids={"raid": raid(4, spread="0 km", spacing="5 s")})
    data["idealised"]["values"] = {f"ideal/fire-unit.{name}": value for name, value in values.items()}
    data["idealised"]["values"]["ideal/interceptor.pk_cruise"] = 0.0
    data["fire_units"]["unit"]["load"] = {"ideal/interceptor": 0}
    data["fire_units"]["forward"] = {
        "type": "ideal/fire-unit",
        "node": "post",
        "at": [39.0, 32.9],
        "radar": None,
        "load": {"ideal/interceptor": 100},
        "shares_channels_with": "unit",
    }
    return data


def test_range_counts_from_the_launchers():
    events = played(apart()).result.events
    place = rows(played(apart()), kinds.SHOT)[0]
    assert events.other[place] == 1
    # The raid comes from 156 km south of the city: 55 km from the launchers, closing at 1,250 m/s.
    assert events.value[place] == pytest.approx(55.6e3 * 1_000.0 / 1_250.0, rel=0.05)


def test_launchers_share_the_channels_of_their_radar():
    both = apart(channels=2)
    both["fire_units"]["unit"]["load"] = {"ideal/interceptor": 100}
    assert {1} == set(played(apart(channels=2)).result.events.other[rows(played(apart(channels=2)), kinds.SHOT)])
    outcome = played(both)  # the invariants count the two units together
    held = outcome.result.events
    assert np.any((held.kind == kinds.HELD) & (held.code == 1))
    alone = changed(both, fire_units={"forward": {"shares_channels_with": None}})
    assert len(rows(played(alone), kinds.SHOT)) >= len(rows(outcome, kinds.SHOT))
    assert not np.any((played(alone).result.events.kind == kinds.HELD) & (played(alone).result.events.code == 1))


def test_the_sector_is_that_of_the_radar():
    facing_away = changed(apart(engage_sector="90 deg"), fire_units={"unit": {"facing": "90 deg"}})
    toward = changed(facing_away, fire_units={"unit": {"facing": "180 deg"}, "forward": {"facing": "0 deg"}})
    assert not rows(played(facing_away), kinds.SHOT)
    assert rows(played(toward), kinds.SHOT)


def test_a_stock_refills_the_magazine_after_its_time():
    data = ideal_scene(doctrine={"rules": ONE_ROUND}, raids={"raid": raid(6, spread="0 km", spacing="60 s")})
    data["idealised"]["values"] = {"ideal/interceptor.pk_cruise": 0.0, "ideal/fire-unit.reload": "100 s"}
    data["fire_units"]["unit"] |= {"load": {"ideal/interceptor": 2}, "stock": {"ideal/interceptor": 3}}
    outcome = played(data, 2)
    events = outcome.result.events
    first = events.run == 0
    shots_s = events.time_s[first & (events.kind == kinds.SHOT)]
    reloaded = first & (events.kind == kinds.RELOADED)
    assert len(shots_s) == 5
    assert events.value[reloaded].tolist() == [2.0, 1.0]
    assert events.time_s[reloaded] == pytest.approx([shots_s[1] + 100.0, shots_s[3] + 100.0])
    assert shots_s[2] >= events.time_s[reloaded][0]
    magazines = outcome.result.magazines
    assert magazines.left.tolist() == [0, 0]
    assert magazines.reloaded.tolist() == magazines.stock.tolist() == [3, 3]
    table = measure(outcome.result, entities(outcome.scenario), 0, 2, 0.0, outcome.scenario.duration_s)
    assert table["missiles_reloaded"].tolist() == [3.0, 3.0]
    assert table["missiles_left"].tolist() == [0.0, 0.0]


# ---- envelope, energy, kill probability


def coasting(**values: float | str) -> Data:
    load = "ideal/coasting-interceptor"
    data = ideal_scene(doctrine={"rules": ONE_ROUND}, raids={"raid": raid(1)})
    data["fire_units"]["unit"]["load"] = {load: 100}
    data["idealised"]["values"] = {f"{load}.{name}": value for name, value in values.items()}
    return data


def first_shot(data: Data) -> tuple[float, float]:
    """Return the intercept range of the first shot and its time of flight."""
    outcome = played(data)
    events, shot = outcome.result.events, rows(outcome, kinds.SHOT)[0]
    met = next(
        place
        for place in rows(outcome, kinds.KILL) + rows(outcome, kinds.MISS)
        if events.cause[place] == events.event[shot]
    )
    return float(events.value[shot]), float(events.time_s[met] - events.time_s[shot])


@pytest.mark.parametrize(("burnout", "decay"), [(1_500.0, 100e3), (2_000.0, 60e3)])
def test_a_coasting_interceptor_takes_the_time_of_its_closed_form(burnout, decay):
    """t = L / v₀ · (exp(s / L) − 1): the inverse of the distance flown."""
    reach_m, flight_s = first_shot(coasting(speed_burnout=f"{burnout} m/s", speed_decay=f"{decay} m"))
    assert flight_s == pytest.approx(decay / burnout * np.expm1(reach_m / decay), rel=1e-3)


def test_what_has_become_too_slow_meets_nothing():
    """v = v₀ exp(−s / L) falls to half at s = L ln 2 = 69 km."""
    reach_m, _ = first_shot(coasting(speed_minimum="750 m/s"))
    assert reach_m <= 100e3 * np.log(2.0) + 1.0
    assert reach_m > 60e3


def test_the_envelope_limits_range_by_altitude():
    values = {"envelope.0 km": "20 km", "envelope.10 km": "60 km"}
    reach_m, _ = first_shot(coasting(**values))  # the target flies at 5 km
    assert 35e3 < reach_m <= 40e3 + 1.0
    high = changed(coasting(**values), raids={"raid": {"route": [[38.5, 32.9, "10 km"], [39.8, 32.9, "10 km"]]}})
    assert 55e3 < first_shot(high)[0] <= 60e3 + 1.0


def test_kill_probability_falls_to_the_edge_of_the_envelope():
    """Shots at a quarter of the ramp's fall: 0.8 · (1 − 0.6 · part), part from each shot's own range."""
    values = {"range_air": "150 km", "envelope.0 km": "150 km", "envelope.10 km": "150 km"}
    outcome = play(coasting(pk_edge=0.4, pk_edge_from=0.5, **values), 600)
    events = outcome.result.events
    reach_m = events.value[rows(outcome, kinds.SHOT)]
    expected = float((0.8 * (1.0 - 0.6 * np.clip((reach_m / 150e3 - 0.5) / 0.5, 0.0, 1.0))).mean())
    assert expected < 0.75
    killed = len(rows(outcome, kinds.KILL)) / outcome.runs
    assert abs(killed - expected) < 4.0 * np.sqrt(expected * (1.0 - expected) / outcome.runs)


def met(state: list[float], falling: bool, site: list[float], **values: str) -> bool:
    """Tell whether a unit at a site reaches a target (6,) over the site in the middle, which is given as seen there."""
    data = changed(coasting(), fire_units={"unit": {"at": site, "load": None}})
    data["fire_units"]["unit"]["load"] = {"ideal/interceptor": 1}
    data["idealised"]["values"] = {f"ideal/interceptor.{name}": value for name, value in values.items()}
    world = compile_world(resolved(data))
    return (
        reach(world.fire_units, world.interceptors, 0, 0, np.array(state), falling, 200.0, 0, 0.0, np.zeros(3))[0] > 0
    )


SITES = [CENTRE, [39.5, 32.9], [40.3, 32.9], [39.9, 33.4], [39.5, 32.4]]


@pytest.mark.parametrize("site", SITES)
def test_what_would_be_met_below_the_ground_is_out_of_reach(site):
    """8 km high, falling with 930 m/s, it is on the ground after 12 s: a round from 45 km away comes too late."""
    falling = [0.0, 0.0, 8e3, 0.0, 740.0, -565.0]
    assert met(falling, True, CENTRE)
    assert met(falling, True, site) == (site == CENTRE)
    assert met([0.0, 0.0, 8e3, 0.0, 300.0, 0.0], False, site)


@pytest.mark.parametrize("site", SITES)
def test_what_would_be_met_above_the_ceiling_is_out_of_reach(site):
    climbing, level = [0.0, 40e3, 20e3, 0.0, -300.0, 370.0], [0.0, 40e3, 20e3, 0.0, -300.0, 0.0]
    assert met(climbing, False, site)
    assert met(level, False, site, altitude_maximum="24 km")
    assert not met(climbing, False, site, altitude_maximum="24 km")


def test_what_has_climbed_above_the_ceiling_is_not_hit():
    """It flies level when the round goes up, then climbs: 100 m of acceptance radius above a ceiling of 6 km."""
    data = ideal_scene(doctrine={"rules": ONE_ROUND})
    values = {"acceptance_radius": "100 m", "pk_cruise": 1.0, "speed_mean": "600 m/s"}
    flight: Data = {"type": "ideal/target", "target": "city"}
    flight["route"] = [[39.0, 32.9, "5 km", "250 m/s"], [39.2, 32.9, "5 km", "250 m/s"]]
    flight["route"] += [[39.4, 32.9, "12 km", "250 m/s"], [39.8, 32.9, "12 km", "250 m/s"]]
    data["raids"] = {"raid": flight}

    def outcomes(ceiling: str) -> tuple[int, int]:
        given = values | {"altitude_maximum": ceiling}
        data["idealised"]["values"] = {f"ideal/interceptor.{name}": value for name, value in given.items()}
        outcome = played(data)
        return len(rows(outcome, kinds.KILL)), len(rows(outcome, kinds.WASTED))

    assert outcomes("20 km")[0] == 1
    killed, wasted = outcomes("6 km")
    assert killed == 0
    assert wasted > 0


# ---- slewing


def slewing(rate: str, start: list[float], **unit: float | str) -> Data:
    """Return a unit whose sector of 90 degrees faces north, and a raid that comes from elsewhere."""
    data = ideal_scene(doctrine={"rules": ONE_ROUND}, raids={"raid": raid(1, start)})
    data["sensors"]["guide"] = {"type": "ideal/engagement-radar", "node": "post", "at": CENTRE, "facing": "0 deg"}
    data["fire_units"]["unit"] |= {"radar": "guide", "facing": "0 deg"}
    values = {"engage_sector": "90 deg", "slew_rate": rate} | unit
    data["idealised"]["values"] = {f"ideal/fire-unit.{name}": value for name, value in values.items()}
    data["idealised"]["values"] |= {
        "ideal/interceptor.pk_cruise": 1.0,
        "ideal/engagement-radar.azimuth_coverage": "90 deg",
    }
    return data


def test_a_fixed_sector_stays_and_one_that_can_be_turned_follows():
    assert not rows(played(slewing("0 deg/s", [39.9, 31.0])), kinds.ENGAGE)
    outcome = played(slewing("6 deg/s", [38.5, 32.9]))
    events, turn = outcome.result.events, rows(outcome, kinds.SLEWED)[0]
    assert abs(events.value[turn]) == pytest.approx(np.pi, abs=0.02)
    order, shot = rows(outcome, kinds.ENGAGE)[0], rows(outcome, kinds.SHOT)[0]
    assert events.cause[turn] == events.event[order]
    # 180 degrees at 6 degrees a second.
    assert 30.0 <= events.time_s[shot] - events.time_s[order] <= 33.0
    assert len(rows(outcome, kinds.KILL)) == 1


def test_it_turns_the_short_way():
    for start, turn_rad in (([39.9, 31.0], -np.pi / 2), ([39.9, 34.8], np.pi / 2)):
        outcome = played(slewing("6 deg/s", start))
        assert outcome.result.events.value[rows(outcome, kinds.SLEWED)[0]] == pytest.approx(turn_rad, abs=0.03)


def test_turning_too_late_ends_the_order():
    data = slewing("0.25 deg/s", [38.5, 32.9])  # 180 degrees take 12 minutes
    data["idealised"]["values"]["ideal/interceptor.range_air"] = "30 km"
    outcome = played(data)
    events = outcome.result.events
    assert not rows(outcome, kinds.SHOT)
    assert events.code[rows(outcome, kinds.CEASED)[0]] == 7


def test_it_does_not_turn_away_from_what_it_fights():
    data = slewing("6 deg/s", [41.3, 32.9])  # in the sector, from the north
    data["raids"]["other"] = raid(1, [38.5, 32.9])
    outcome = played(data)
    events = outcome.result.events
    assessed, turn = rows(outcome, kinds.ASSESSED)[0], rows(outcome, kinds.SLEWED)[0]
    assert events.time_s[rows(outcome, kinds.SHOT)[0]] < events.time_s[assessed] <= events.time_s[turn]
    assert len(rows(outcome, kinds.KILL)) == 2
