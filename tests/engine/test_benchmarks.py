"""The benchmarks can be imported, and the C twins give what the kernels give."""

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from scenes import resolved

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
SCRIPTS = ["environment.py", "growth.py", "large.py", "orders.py", "soak.py", "speed.py", "stages.py", "terrain.py"]
TRACKING = ("air_scenes", "memory", "metrics", "real", "run", "twin", "twin_filter", "twin_hypotheses")
SCRIPTS += [f"tracking/{name}.py" for name in TRACKING]
SCRIPTS += ["twins/run.py"]


def imported(script: str) -> ModuleType:
    name = f"benchmark_{script.replace('/', '_').removesuffix('.py')}"
    specification = importlib.util.spec_from_file_location(name, FOLDER / script)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_every_script_is_listed():
    assert sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.py")) == SCRIPTS
    read_me = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [script for script in SCRIPTS if script not in read_me] == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_explains_itself(script, capsys, monkeypatch):
    module = imported(script)
    monkeypatch.setattr(sys, "argv", [script, "--help"])
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 0
    assert (module.__doc__ or "").splitlines()[0] in " ".join(capsys.readouterr().out.split())


def test_the_scenes_of_growth_are_valid():
    growth = imported("growth.py")
    scenario = resolved(growth.scene(targets=20, sensors=3, nodes=4))
    assert (len(scenario.objects), len(scenario.sensors), len(scenario.nodes), len(scenario.links)) == (20, 13, 4, 4)


def test_the_large_scene_is_as_large_as_it_says():
    scenario = resolved(imported("large.py").scene(20))
    assert (len(scenario.objects), len(scenario.sensors), len(scenario.fire_units)) == (1000, 50, 20)
    assert (len(scenario.nodes), len(scenario.links), scenario.duration_s) == (14, 26, 1200.0)


def test_the_c_twins_give_the_same_numbers(tmp_path):
    if shutil.which("gcc") is None:
        pytest.skip("no gcc on this machine: the C twins are not compared")
    twins = imported("twins/run.py")
    library = twins.compiled_library(tmp_path)
    for build, _ in twins.CASES.values():
        ours, theirs, difference = build(library)
        ours()
        theirs()
        assert difference() < 1e-12


def test_the_twin_keeps_its_targets_through_crossings():
    scenes, twin = imported("tracking/air_scenes.py"), imported("tracking/twin.py")
    plots, sensors, truth, origins = scenes.recording("n10_T10_c5", seed=4)
    tracks = twin.track_plots(plots, sensors, twin.Policy())
    used = tracks.plot[tracks.confirmed & ~tracks.coasted]
    assert (origins[used] >= 0).mean() > 0.98
    assert len(used) > 0.8 * len(truth.time_s) * sensors.detection_probability[0]
