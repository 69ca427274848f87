"""The same seed gives the same bytes: threads, order of completion, slices, buffers and surroundings change nothing."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from openiamd import simulate as public_simulate
from openiamd.errors import CapacityError
from openiamd.results.record import finish_recording, record_slice, start_recording
from openiamd.results.store import open_results
from openiamd.results.tables import TABLES
from openiamd.simulate import run_slice, simulate_batch
from openiamd.studies.compare import compare, make_plan
from openiamd.studies.entities import entities
from openiamd.world.compile import Capacity, compile_world, first_capacity
from scenes import changed, ideal_scene, play, real_scene, resolved

RUNS, SLICE_RUNS = 12, 3


def digests(folder: Path) -> dict[str, str]:
    files = sorted(folder.rglob("*.parquet"))
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def flat(result) -> list[np.ndarray]:
    return [column for table in result for column in table]


def assert_same(one, other) -> None:
    for left, right in zip(flat(one), flat(other), strict=True):
        assert left.dtype == right.dtype
        assert left.tobytes() == right.tobytes()


@pytest.fixture(scope="module")
def one_thread(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("determinism") / "run"
    compare("minimal", replications=RUNS, threads=1, output=folder, slice_runs=SLICE_RUNS)
    return folder


def test_two_threads_write_the_same_bytes(one_thread, tmp_path):
    compare("minimal", replications=RUNS, threads=2, output=tmp_path / "run", slice_runs=SLICE_RUNS)
    assert digests(tmp_path / "run") == digests(one_thread)
    assert len(digests(one_thread)) == len(TABLES) + 1


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_slices_that_finish_in_another_order_write_the_same_bytes(order, one_thread, tmp_path):
    plan = make_plan("minimal", replications=RUNS, slice_runs=SLICE_RUNS)
    slices = []
    for variant, scenario in plan.variants.items():
        simulate_batch(
            *(scenario, plan.seed, RUNS, 2),
            lambda first_run, result, variant=variant: slices.append((variant, first_run, result)),
            slice_runs=SLICE_RUNS,
        )
    assert len(slices) == 2 * RUNS / SLICE_RUNS
    slices.sort(key=lambda done: done[:2], reverse=True)
    if order == "shuffled":
        slices = [slices[place] for place in np.random.default_rng(5).permutation(len(slices))]
    recording = start_recording(
        tmp_path / "run",
        {"reference": "standalone"},
        {name: entities(scenario) for name, scenario in plan.variants.items()},
        {name: (scenario.warmup_s, scenario.duration_s) for name, scenario in plan.variants.items()},
    )
    for variant, first_run, result in slices:
        record_slice(recording, variant, first_run, SLICE_RUNS, result)
    finish_recording(recording, {})
    assert digests(tmp_path / "run") == digests(one_thread)


@pytest.mark.parametrize("slice_runs", [1, 5, RUNS])
def test_other_slices_give_equal_tables(slice_runs, one_thread, tmp_path):
    other = compare("minimal", replications=RUNS, threads=2, output=tmp_path / "run", slice_runs=slice_runs)
    expected = open_results(one_thread)
    for name in TABLES:
        assert other.table(name).equals(expected.table(name)), name
    assert other.summary() == expected.summary()


def test_rows_are_ordered_by_variant_run_and_event(one_thread):
    results = open_results(one_thread)
    variants = results.variants
    for name in TABLES:
        if not name.startswith("events/") or name == "events/picture":
            continue
        table = results.table(name)
        columns = [[variants.index(word) for word in table["variant"].to_pylist()]]
        columns += [table["run"].to_pylist(), table["event"].to_pylist()]
        keys = list(zip(*columns, strict=True))
        assert keys == sorted(keys), name
        assert len(set(keys)) == len(keys), name


SCRIPT = """
from openiamd.studies.compare import compare
compare("minimal", replications={runs}, threads=1, output={folder!r}, slice_runs={slice_runs})
"""


def test_place_host_and_time_are_in_no_parquet_file(one_thread, tmp_path):
    folder = tmp_path / "a-place-that-no-table-may-name"
    surroundings = {"TZ": "Pacific/Kiritimati", "USER": "nobody-in-particular", "LANG": "C", "PYTHONHASHSEED": "7"}
    script = SCRIPT.format(runs=RUNS, slice_runs=SLICE_RUNS, folder=str(folder))
    subprocess.run(
        [sys.executable, "-c", script], check=True, cwd=tmp_path, env={**os.environ, **surroundings}, timeout=300
    )
    assert digests(folder) == digests(one_thread)
    for file in sorted(folder.rglob("*.parquet")):
        written = pq.ParquetFile(file)
        texts = [repr(written.schema_arrow.metadata), repr(written.metadata.metadata)]
        table = written.read()
        texts += [str(name) for name in table.column_names]
        assert not [text for text in texts if "place-that-no-table" in text or os.uname().nodename in text]
        assert not [column for column in table.column_names if "wall" in column or "utc" in column]


def test_another_seed_gives_other_runs():
    one, other = play(real_scene(), 2, seed=1), play(real_scene(), 2, seed=2)
    assert one.result.events.time_s.tobytes() != other.result.events.time_s.tobytes()


@pytest.mark.parametrize("scene", [ideal_scene(), real_scene()], ids=["ideal", "real"])
def test_small_buffers_give_the_same_bytes(scene):
    world = compile_world(resolved(scene))
    expected, _ = run_slice(world, 1, 0, 3, first_capacity(world))
    result, sufficient = run_slice(world, 1, 0, 3, Capacity(events=4, plots=1, tracks=1))
    assert_same(result, expected)
    assert sufficient.events >= len(expected.events.run) / 3
    assert sufficient.tracks > 1
    for tight in (Capacity(4, 500, 200), Capacity(8000, 1, 200), Capacity(8000, 500, 1)):
        assert_same(run_slice(world, 1, 0, 3, tight)[0], expected)


def test_the_memory_limit_is_named():
    world = compile_world(resolved(real_scene()))
    with pytest.raises(
        CapacityError, match=r"a slice of 1000000 runs needs .* GB, more than the limit of 1.0 GB"
    ) as caught:
        run_slice(world, 1, 0, 1_000_000, first_capacity(world))
    assert "fewer runs" in (caught.value.hint or "")


def test_an_overflow_past_the_memory_limit_ends(monkeypatch):
    module = sys.modules["openiamd.simulate"]
    world = compile_world(resolved(real_scene()))
    first = module.state_bytes(module.create_state(world, 1, Capacity(4, 1, 1)))
    monkeypatch.setattr(module, "MEMORY_LIMIT_BYTES", 2 * first)
    with pytest.raises(CapacityError, match="more than the limit"):
        run_slice(world, 1, 0, 1, Capacity(4, 1, 1))


def test_runs_do_not_depend_on_their_number():
    whole, part = play(real_scene(), 4), play(real_scene(), 2)
    events = len(part.result.events.run)
    for left, right in zip(part.result.events, whole.result.events, strict=True):
        assert left.tobytes() == right[:events].tobytes()


def test_the_public_function_gives_the_same_run(one_thread, tmp_path):
    results = public_simulate("minimal", replications=SLICE_RUNS, threads=1, output=tmp_path / "run")
    expected = open_results(one_thread).table("events/outcomes").to_pylist()
    expected = [row for row in expected if row["variant"] == "standalone" and row["run"] < SLICE_RUNS]
    assert results.table("events/outcomes").to_pylist() == expected


COMPILED = """
import importlib, pkgutil, sys
import openiamd
from numba.core import event
with event.install_recorder("numba:compile") as compiled:
    for module in pkgutil.walk_packages(openiamd.__path__, "openiamd."):
        importlib.import_module(module.name)
    imported = len(compiled.buffer)
    if len(sys.argv) > 1:
        from openiamd.simulate import run_slice
        from openiamd.world.compile import compile_world, first_capacity
        sys.path.append(sys.argv[1])
        import scenes
        scenes.play(scenes.ideal_scene(), 1)
print(imported, len(compiled.buffer))
"""


def test_a_warm_cache_compiles_nothing(repository):
    play(ideal_scene(), 1)
    command = [sys.executable, "-c", COMPILED, str(repository / "tests")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    assert done.stdout.split() == ["0", "0"]


def test_unused_sections_change_nothing():
    plain, longer = ideal_scene(), changed(ideal_scene(), corridors={"lane": {"width": "1 km"}})
    lane = {"points": [[43.0, 32.9], [43.0, 33.9]], "floor": "1 km", "ceiling": "2 km", "speed": ["1 m/s", "2 m/s"]}
    longer["corridors"]["lane"] |= lane
    assert_same(play(plain, 2).result, play(longer, 2).result)
