"""Invariants of every run, on scenarios that hypothesis draws and on those of the gallery."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from invariants import assert_invariants
from openiamd.world import events as kinds
from scenes import Data, gallery_scene, ideal_scene, play, raid, real_scene
from strategies import scenarios

GALLERY = [("minimal", "standalone", 5), ("minimal", "iff", 5)]
GALLERY += [("turkey", variant, 2) for variant in gallery_scene("turkey")["variants"]]


@given(data=scenarios())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_drawn_scenarios(data: Data) -> None:
    for variant in data["variants"]:
        assert_invariants(play(data, 2, seed=data["seed"], variant=variant))


@pytest.mark.parametrize(("name", "variant", "runs"), GALLERY)
def test_the_gallery(name, variant, runs):
    assert_invariants(play(gallery_scene(name), runs, variant=variant))


@pytest.mark.parametrize("scene", [ideal_scene(), real_scene()], ids=["ideal", "real"])
def test_the_scenes_of_these_tests(scene):
    assert_invariants(play(scene, 5))


def test_nothing_at_all():
    empty = {**ideal_scene(), "nodes": {}, "sensors": {}, "fire_units": {}, "raids": {}, "doctrine": {}}
    outcome = play(empty, 3)
    assert_invariants(outcome)
    assert len(outcome.result.events.run) == 0
    alone = play({**empty, "raids": ideal_scene()["raids"]}, 3)
    assert_invariants(alone)
    assert np.array_equal(alone.leakers(), [6.0, 6.0, 6.0])


def test_a_channel_is_free_though_the_run_ends_before_its_rounds_meet():
    data = ideal_scene(
        theatre={"duration": "170 s"},
        doctrine={"rules": {"shots": {"salvo": 1}}},
        fire_units={"unit": {"load": {"ideal/interceptor": None, "ideal/active-interceptor": 10}}},
    )
    data["idealised"]["values"] = {
        "ideal/fire-unit.channels": 1,
        "ideal/active-interceptor.terminal_active": "40 s",
        "ideal/active-interceptor.pk_cruise": 0.0,
    }
    outcome = play(data, 1)
    events = outcome.result.events
    met = events.cause[np.isin(events.kind, (kinds.MISS, kinds.WASTED))]
    flying = (events.kind == kinds.SHOT) & ~np.isin(events.event, met)
    ordered = events.time_s[events.kind == kinds.ENGAGE]
    assert flying.any()
    assert ordered[-1] > events.time_s[flying][0]
    assert_invariants(outcome)


def test_a_round_that_coasts_for_long_may_be_in_flight_as_the_run_ends():
    """46 km take 126 s, where its first speed would do with 31 s."""
    load = {"ideal/interceptor": None, "ideal/coasting-interceptor": 10}
    data = ideal_scene(theatre={"duration": "120 s"}, fire_units={"unit": {"load": load}})
    data["raids"] = {"raid": raid(1, [39.2, 32.9])}
    data["idealised"]["values"] = {"ideal/coasting-interceptor.speed_decay": "20 km"}
    outcome = play(data, 1)
    assert outcome.result.events.time_s[outcome.result.events.kind == kinds.SHOT][0] < 20.0
    assert not np.any(np.isin(outcome.result.events.kind, (kinds.KILL, kinds.MISS, kinds.WASTED)))
    assert_invariants(outcome)


def test_a_broken_table_is_noticed():
    outcome = play(real_scene(), 2)
    events = outcome.result.events
    broken = [
        events._replace(cause=events.event),
        events._replace(time_s=events.time_s + 1e6),
        events._replace(value=np.full_like(events.value, np.nan)),
        events._replace(kind=np.where(events.kind == 61, 60, events.kind).astype(np.int8)),
        events._replace(other=events.other + 50),
    ]
    for bad in broken:
        with pytest.raises(AssertionError):
            assert_invariants(outcome._replace(result=outcome.result._replace(events=bad)))
