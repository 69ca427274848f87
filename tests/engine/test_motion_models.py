"""Interacting models of motion in the engine: better in turns, honest about it, and nobody else's matter."""

import numpy as np
import pytest
import yaml

from invariants import assert_invariants
from openiamd.stages.step import run_all
from openiamd.studies.compare import compare
from openiamd.world.arrays import Draws
from openiamd.world.compile import State, compile_world, create_state, first_capacity
from openiamd.world.events import FITS
from scenes import Data, changed, gallery_scene, play, real_scene, resolved
from weaving import Errors, followed, weaving_scene

RUNS = 12
FRESH_S = 1.5  # a track this old has hardly coasted


@pytest.fixture(scope="module")
def weaving() -> dict[str, Errors]:
    return {motion: followed(weaving_scene(motion, "20 m2/s3"), RUNS) for motion in ("cv", "imm")}


@pytest.fixture(scope="module")
def straight() -> dict[str, Errors]:
    return {motion: followed(weaving_scene(motion, "20 m2/s3", weaves=False), RUNS) for motion in ("cv", "imm")}


def rmse_m(found: Errors) -> np.ndarray:
    """Return the root mean square position error of each run (run,) where a track is held."""
    return np.sqrt(np.nanmean(np.sum(found.error[..., :3] ** 2, axis=-1), axis=1))


def fresh_nees(found: Errors) -> float:
    """Return the mean normalised error squared of states just updated, per dimension."""
    fresh = found.age_s < FRESH_S
    error, covariance = found.error[fresh], found.covariance[fresh]
    assert len(error) > 50
    return float(np.mean(np.sum(error * np.linalg.solve(covariance, error[..., None])[..., 0], axis=-1)) / 6.0)


def test_a_weaving_target_is_tracked_far_better(weaving):
    ratio = rmse_m(weaving["imm"]) / rmse_m(weaving["cv"])
    assert ratio.mean() + 2.0 * ratio.std(ddof=1) / np.sqrt(RUNS) < 0.5
    assert (np.linalg.norm(weaving["imm"].error[..., :3], axis=-1) < 5e3).mean() > 0.99
    assert weaving["imm"].tracks.mean() < 1.1


def test_straight_flight_costs_little(straight):
    ratio = rmse_m(straight["imm"]) / rmse_m(straight["cv"])
    assert ratio.mean() < 1.05


def test_states_are_as_uncertain_as_they_say(weaving, straight):
    assert 0.4 < fresh_nees(straight["imm"]) < 1.2
    assert 0.7 < fresh_nees(weaving["imm"]) < 1.2
    assert fresh_nees(weaving["cv"]) > 3.0


def with_motion(data: Data, *nodes: str) -> Data:
    return changed(data, nodes={node: {"tracker": {"motion": "imm"}} for node in nodes})


def linked_scene() -> Data:
    link = {"type": "ideal/link", "carries": ["track", "identity"], "remote_use": "CUE"}
    return real_scene(
        links={"there": link | {"from": "crc", "to": "post"}, "back": link | {"from": "post", "to": "crc"}}
    )


def finished(data: Data, runs: int) -> State:
    world = compile_world(resolved(data))
    state = create_state(world, runs, first_capacity(world))
    assert run_all(world, Draws(np.uint64(1), 0), state, runs) == FITS
    return state


def test_two_threads_write_the_same_bytes(tmp_path):
    data = with_motion(gallery_scene("minimal"), "post")
    (tmp_path / "scene.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    for threads in (1, 2):
        compare(
            str(tmp_path / "scene.yaml"), replications=9, threads=threads, output=tmp_path / f"{threads}", slice_runs=3
        )
    files = sorted(file.relative_to(tmp_path / "1") for file in (tmp_path / "1").rglob("*.parquet"))
    assert len(files) > 5
    for file in files:
        assert (tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes(), file


def test_what_an_unlinked_node_tracks_is_no_other_nodes_matter():
    without, beside = play(real_scene(), 3), play(with_motion(real_scene(), "crc"), 3)
    mine = without.result.picture.node == 0
    for name, column in without.result.picture._asdict().items():
        assert column[mine].tobytes() == beside.result.picture._asdict()[name][mine].tobytes(), name
    theirs = without.result.picture.node == 1
    one, other = [found.result.picture.position_error_sum_m[theirs] for found in (without, beside)]
    assert not np.array_equal(one, other)


def test_cutting_the_batch_changes_nothing():
    data = with_motion(linked_scene(), "post", "crc")
    whole = play(data, 3).result
    first = play(data, 1).result
    assert first.events.time_s.tobytes() == whole.events.time_s[whole.events.run == 0].tobytes()
    assert first.events.value.tobytes() == whole.events.value[whole.events.run == 0].tobytes()


@pytest.mark.parametrize("nodes", [("post",), ("crc",), ("post", "crc")])
def test_runs_keep_their_invariants(nodes):
    assert_invariants(play(with_motion(linked_scene(), *nodes), 3))


def test_models_keep_probabilities_and_covariances():
    state = finished(with_motion(linked_scene(), "post", "crc"), 3)
    assert state.models is not None
    used = ~np.isnan(state.models.stamp[..., 0])
    assert used.any(axis=(0, 2)).tolist() == [True, True]
    weight = state.models.weight[:, :, :-1][used]
    np.testing.assert_allclose(weight.sum(axis=1), 1.0, rtol=1e-9)
    assert weight.min() >= 0.0
    spread = state.models.covariance[:, :, :-1][used][weight > 0.0]
    np.testing.assert_array_equal(spread, spread.swapaxes(1, 2))
    assert np.linalg.eigvalsh(spread / np.abs(spread).max(axis=(1, 2), keepdims=True)).min() > -1e-9


def test_without_such_a_node_there_are_no_models():
    assert finished(real_scene(), 1).models is None


def test_ballistic_missiles_are_followed():
    found = [play(data, 6) for data in (real_scene(), with_motion(real_scene(), "post", "crc"))]
    for outcome in found:
        objects = np.array([flying.ballistic for flying in outcome.scenario.objects])
        assert objects.sum() == 2
    tracked, error = [], []
    for outcome in found:
        picture = outcome.result.picture
        mine = picture.node == 0
        tracked.append(picture.tracked[mine].sum() / picture.truths[mine].sum())
        error.append(picture.velocity_error_sum_mps[mine].sum() / picture.assigned[mine].sum())
    assert tracked[1] > 0.95 * tracked[0]
    assert error[1] < 1.2 * error[0]
