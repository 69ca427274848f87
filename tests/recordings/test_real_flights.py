"""Real flights through the whole chain: reports, truth, plots of two radars, tracks."""

import importlib.util
from pathlib import Path

import pytest

from openiamd.recordings.adsb import read_adsb
from openiamd.recordings.replay import covered, replay

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "tracking" / "real.py"
LASTS_S = 1_800.0


@pytest.fixture(scope="module")
def real():
    specification = importlib.util.spec_from_file_location("benchmark_real_flights", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def scene(real, reference_data):
    """Return half an hour over Paris, with a seed that no figure of the documentation has."""
    sensors = real.two_radars(10.0)
    truth, _ = read_adsb(reference_data / "adsb" / "paris_2021-10-07.json.gz", sensors)
    truth = real.rows_of(truth, truth.time_s <= truth.time_s.min() + LASTS_S)
    plots, origin = replay(truth, sensors, seed=7)
    return real.Scene(truth, covered(truth, sensors), sensors, plots, origin)


@pytest.mark.parametrize(("motion", "a_flight"), [("cv", 8.0), ("imm", 1.3)])
def test_covered_flights_are_tracked(real, scene, motion, a_flight):
    found = real.measured(scene, motion, "gnn")
    assert found["completeness"] >= 0.95
    assert found["purity"] > 0.99
    assert found["tracks_a_flight"] <= a_flight
    assert 1.0 - sum(found["lost"].values()) / found["samples"] == pytest.approx(found["completeness"], abs=0.02)


def test_a_track_that_ends_is_a_loss(real, scene):
    """The measure itself: with a third of the tracks taken away it falls by about a third."""
    tracks = real.track_plots(scene.plots, scene.sensors, real.TrackerSettings(motion="imm"))
    kept = tracks.track_number % 3 != 0
    fewer = type(tracks)(*(values[kept] for values in tracks))
    samples, all_lost = real.losses(scene.truth, scene.seen, tracks)
    _, lost = real.losses(scene.truth, scene.seen, fewer)
    share = (sum(lost.values()) - sum(all_lost.values())) / samples
    assert 0.2 < share < 0.5
