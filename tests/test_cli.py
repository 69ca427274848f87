import json
import os
import signal
import subprocess
import sys
import time
from importlib import resources
from types import ModuleType, SimpleNamespace

import pytest

from openiamd import cli

COMMANDS = ["check", "run", "compare", "explain", "resilience", "saturation", "coverage", "track", "catalogue"]
COMMANDS += ["terrain", "validate", "schema"]
IAMD = [sys.executable, "-m", "openiamd.cli"]
ESTIMATE = {"mean": 1.5, "low": 1.0, "high": 2.0, "n": 4, "method": "paired t"}
SUMMARY = {
    "schema": "openiamd-summary/1",
    "confidence": 0.95,
    "reference": "standalone",
    "variants": {
        "standalone": {"leakers.total": ESTIMATE, "leakers.at.ankara": ESTIMATE, "shots.total": ESTIMATE},
        "integrated": {"leakers.total": {**ESTIMATE, "mean": 0.5, "low": 0.0, "high": 1.0}, "shots.total": ESTIMATE},
    },
    "differences": {
        "integrated": {
            "leakers.total": {**ESTIMATE, "mean": -1.0, "low": -1.5, "high": -0.5},
            "shots.total": {**ESTIMATE, "mean": 0.0, "low": -0.5, "high": 0.5},
        }
    },
}


@pytest.fixture
def engine(monkeypatch, tmp_path):
    """Put a fake study behind the command line; return what it was asked."""
    asked = {}

    def load_scenario(source):
        return SimpleNamespace(
            name="turkey", reference_variant="standalone", variant_names=["standalone", "integrated"]
        )

    def compare(source, **options):
        asked.update(options, source=source)
        options["progress"](1, 2, "standalone")
        options["output"].mkdir(parents=True)
        if "interrupt" in asked["source"]:
            raise KeyboardInterrupt
        manifest = {"environment": {"standalone": "smooth earth: no terrain", "integrated": "smooth earth: no terrain"}}
        return SimpleNamespace(summary=lambda: SUMMARY, manifest=manifest)

    for name, attributes in {
        "openiamd.scenario.load": {"load_scenario": load_scenario},
        "openiamd.studies.compare": {"compare": compare},
        "openiamd.outputs.report": {"write_report": lambda folder: folder / "report.html"},
    }.items():
        module = ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.chdir(tmp_path)
    return asked


@pytest.mark.parametrize(
    ("arguments", "sentence", "cure"),
    [
        ([], "no command given", "commands: check, run"),
        (["comapre", "x"], "unknown command 'comapre'", "did you mean 'compare'?"),
        (["--fast"], "unknown option '--fast'", "commands: check, run"),
        (["run"], "SCENARIO is missing", "`iamd run --help`"),
        (["run", "x", "--vari", "a"], "unknown option '--vari'", "`iamd run --help`"),
        (["run", "x", "y"], "unknown argument 'y'", "`iamd run --help`"),
        (["run", "x", "-n", "0"], "-n: '0' is not a whole number from 1", "`iamd run --help`"),
        (["run", "x", "-n", "ten"], "-n: 'ten' is not a whole number from 1", "`iamd run --help`"),
        (["run", "x", "-n", "9" * 5000], "-n: '99", "`iamd run --help`"),
        (["run", "x", "--seed", "-1"], "--seed: '-1' is not a whole number from 0", "`iamd run --help`"),
        (["run", "x", "--threads", "1.5"], "--threads: '1.5' is not a whole number from 1", "`iamd run --help`"),
        (["compare", "x", "--variants", "a,,b"], "--variants: 'a,,b' is not a list of names", "`iamd compare --help`"),
        (["compare", "x", "-o"], "-o: expected one argument", "`iamd compare --help`"),
    ],
)
def test_wrong_usage_is_one_sentence_with_a_cure(arguments, sentence, cure, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    first, second = said.err.splitlines()
    assert first.startswith(sentence)
    assert second.startswith("hint: ")
    assert cure in second
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [[], *[[command] for command in COMMANDS]], ids=lambda words: "".join(words) or "iamd"
)
def test_help_loads_nothing_heavy(arguments):
    """What makes help slow is imports: `benchmarks/speed.py` takes the time."""
    command = [sys.executable, "-X", "importtime", *IAMD[1:], *arguments, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "usage: iamd" in done.stdout
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "argparse" in loaded
    assert not loaded & {"numpy", "numba", "pydantic", "pyarrow", "duckdb", "scipy", "matplotlib", "rich", "yaml"}


def test_compare_prints_tables_on_stdout_and_the_rest_on_stderr(engine, capsys):
    assert cli.main(["compare", "turkey", "--variants", "standalone,integrated", "-n", "4", "--seed", "7"]) == 0
    said = capsys.readouterr()
    rows = {tuple(line.split()[:1]): line for line in said.out.splitlines() if line.split()}
    assert "1.50 [1.00, 2.00]" in said.out
    assert "-1.00 [-1.50, -0.50] less" in rows["leakers.total",]
    assert "0.00 [-0.50, 0.50] unclear" in rows["shots.total",]
    assert "leakers.at.ankara" not in said.out
    assert "paired t" in said.out
    assert "standalone: 1 of 2" in said.err
    assert "report.html" in said.err
    assert said.err.count("environment: smooth earth: no terrain") == 1
    assert engine["terrain"] is None
    assert engine["variants"] == ["standalone", "integrated"]
    assert (engine["replications"], engine["seed"], engine["source"]) == (4, 7, "turkey")
    assert engine["threads"] >= 1
    assert engine["output"].parts[0] == "runs"
    assert engine["output"].name.startswith("turkey-")


def test_json_is_alone_on_stdout(engine, capsys):
    assert cli.main(["compare", "turkey", "--json", "-o", "out", "--threads", "2", "--terrain", "cache"]) == 0
    assert engine["terrain"] == "cache"
    assert json.loads(capsys.readouterr().out) == SUMMARY
    assert engine["threads"] == 2
    assert str(engine["output"]) == "out"


def test_run_takes_the_reference_unless_told(engine):
    assert cli.main(["run", "turkey"]) == 0
    assert engine["variants"] == ["standalone"]
    assert cli.main(["run", "turkey", "--variant", "integrated", "-o", "out"]) == 0
    assert engine["variants"] == ["integrated"]


def test_interruption_says_what_is_kept(engine, capsys):
    assert cli.main(["run", "interrupt", "-o", "out"]) == 130
    assert "interrupted: the finished slices are kept in out" in capsys.readouterr().err


def test_output_must_be_absent_or_empty(engine, tmp_path, capsys):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    assert cli.main(["run", "turkey", "-o", "full"]) == 2
    assert "output folder 'full' is not empty" in capsys.readouterr().err
    assert cli.main(["run", "turkey", "-o", "file"]) == 2
    assert "output 'file' is a file" in capsys.readouterr().err
    assert engine == {}


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (None, 0), (False, 1)])
def test_validate_fails_only_on_a_missed_result(passed, code, monkeypatch, capsys):
    row = {"id": "V-1", "kind": "exact", "source": "Author 1990", "quantity": "Pd", "published": [0.4, 0.6]}
    row |= {"computed": 0.5, "error": 0.0, "tolerance": None, "passed": passed}
    row |= {"title": "Detection", "why": "half a digit", "mark": "V"}
    module = ModuleType("openiamd.validation.run")
    vars(module)["validate"] = lambda progress=None, only="": [row]
    monkeypatch.setitem(sys.modules, "openiamd.validation.run", module)
    assert cli.main(["validate"]) == code
    assert ("0.4 to 0.6" in capsys.readouterr().out) == (passed is False)
    assert cli.main(["validate", "--all"]) == code
    assert "0.4 to 0.6" in capsys.readouterr().out
    assert cli.main(["validate", "--json"]) == code
    assert json.loads(capsys.readouterr().out) == [row]


def test_a_closed_pipe_is_quiet():
    command = f"{sys.executable} -m openiamd.cli schema | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_ascii_terminals_do_not_break_the_tables():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*IAMD, "catalogue"], capture_output=True, text=True, check=True, env=environment)
    assert "s400/91n6e" in done.stdout


@pytest.mark.parametrize("scenario", ["minimal", "turkey"])
def test_check_accepts_the_gallery(scenario, capsys):
    assert cli.main(["check", scenario]) == 0
    assert f"{scenario} is valid" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"\0\xff", b"a: [", b"openiamd: 1\nname: x\n", b"- 1\n"])
def test_check_refuses_bad_files_in_one_sentence(content, tmp_path, capsys):
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    assert cli.main(["check", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "bad.yaml" in said.err.splitlines()[0]
    assert said.err.splitlines()[-1].startswith("hint: ")


def test_unknown_names_get_a_near_miss(capsys):
    assert cli.main(["check", "turky"]) == 2
    assert "turkey" in capsys.readouterr().err
    assert cli.main(["catalogue", "s400/91n6"]) == 2
    assert "s400/91n6e" in capsys.readouterr().err


def test_catalogue_shows_ranges_and_sources(capsys):
    assert cli.main(["catalogue", "s400/91n6e"]) == 0
    assert "range_anchor" in capsys.readouterr().out
    assert cli.main(["catalogue", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert all(row["low"] <= row["nominal"] <= row["high"] and row["source"] for row in rows)


def test_schema_is_a_json_schema(capsys):
    import jsonschema

    assert cli.main(["schema"]) == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_run_writes_a_folder_and_prints_its_summary(tmp_path, capsys):
    folder = tmp_path / "out"
    assert cli.main(["run", "minimal", "-n", "3", "-o", str(folder), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == json.loads((folder / "summary.json").read_text())
    assert (folder / "report.html").is_file()
    assert str(folder) in said.err


def finished_slices(folder):
    parts = folder / "parts"
    return [path for path in parts.iterdir() if not path.name.startswith(".")] if parts.is_dir() else []


def test_an_interrupted_run_keeps_its_finished_slices(tmp_path):
    folder = tmp_path / "out"
    # A job started in the background ignores SIGINT unless it asks for it again.
    program = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program += "from openiamd.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "run", "minimal", "-n", "100000", "-o", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        limit_s = time.monotonic() + 120.0
        while process.poll() is None and not finished_slices(folder) and time.monotonic() < limit_s:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60.0)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert f"the finished slices are kept in {folder}" in said

    from openiamd import open_results

    assert open_results(folder).runs.num_rows > 0


def test_coverage_prints_a_table_with_bands(tmp_path, capsys):
    folder = tmp_path / "out"
    arguments = ["coverage", "minimal", "--altitude", "100m, 10 km", "--target", "f-35a", "-o", str(folder)]
    assert cli.main(arguments) == 0
    said = capsys.readouterr()
    assert "standalone, iff against nato/f-35a" in said.out
    assert "post (engagement, as if designated)" in said.out
    assert "smooth earth: no terrain" in said.out
    assert "no confidence interval" in said.out
    assert "radars against nato/f-35a: " in said.err
    assert (folder / "maps" / "standalone-nato-f-35a.png").is_file()
    assert (folder / "cuts" / "iff-nato-f-35a.png").is_file()


def test_coverage_as_json(tmp_path, capsys):
    folder = tmp_path / "out"
    arguments = ["coverage", "minimal", "--variants", "iff", "--altitude", "1km", "--target", "1 m2", "--json"]
    assert cli.main([*arguments, "-o", str(folder)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "openiamd-coverage/1"
    assert found["surface"] == "smooth earth: no terrain"
    assert {row["band"] for row in found["coverage"]} == {"low", "nominal", "high"}
    wanted = {"variant", "node", "role", "target", "heading", "altitude_m", "area_km2", "theatre_share", "gap_km2"}
    wanted |= {"largest_gap_km2", "first_detection_median_m", "azimuth_share", "on_duty_s"}
    assert wanted <= set(found["coverage"][0])
    assert {"asset", "worst_azimuth_deg", "warning_worst_s"} <= set(found["assets"][0])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--altitude", "100"], "'100' has no unit where a length is wanted"),
        (["--altitude=-5m"], "altitude -5 m"),
        (["--target", "f35a"], "unknown target 'f35a'"),
        (["--variants", "alone"], "no variant 'alone'"),
        (["--pd", "1.5"], "'1.5' is not a probability"),
        (["--above", "sky"], "--above: "),
        (["--azimuth", "3"], "'3' has no unit"),
    ],
)
def test_coverage_refuses_in_one_sentence(options, sentence, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["coverage", "minimal", *options]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    first, second = said.err.splitlines()
    assert sentence in first
    assert second.startswith("hint: ")
    assert list(tmp_path.iterdir()) == []


def test_coverage_interrupted_while_drawing_keeps_the_tables(tmp_path, capsys, monkeypatch):
    from openiamd.outputs import coverage as drawn

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(drawn, "draw_coverage", interrupt)
    folder = tmp_path / "out"
    assert cli.main(["coverage", "minimal", "--variants", "iff", "--target", "1 m2", "-o", str(folder)]) == 130
    assert f"interrupted: all but some drawings is in {folder}" in capsys.readouterr().err
    assert (folder / "coverage.parquet").is_file()


def test_coverage_refuses_unreadable_terrain(tmp_path, capsys, monkeypatch):
    pytest.importorskip("openiamd.elevation", reason="elevations are read by another module")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["coverage", "minimal", "--terrain", "nowhere"]) == 2
    assert "hint: " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["resilience", "minimal", "--at", "-5min"], "elements would be lost at -300 s"),
        (["saturation", "minimal", "--class", "cruise", "--rate", "-1/min"], "--rate: '-1/min' is not a list of rates"),
        (["saturation", "minimal", "--class", "cruise", "--level", "2"], "--level: '2' is not a probability"),
        (["run", "minimal", "--variant", ""], "--variant: the name is empty"),
        (["validate", "--only", ""], "--only: the name is empty"),
        (["run", ""], "scenario '' does not exist"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_with_its_option(arguments, sentence, capsys):
    assert cli.main(arguments) == 2
    assert capsys.readouterr().err.startswith(sentence)


def test_what_a_variant_breaks_in_a_line_of_the_base_names_the_variant(tmp_path, capsys):
    text = (resources.files("openiamd.scenarios") / "minimal.yaml").read_text(encoding="utf-8")
    file = tmp_path / "scene.yaml"
    file.write_text(text + "  blind: {sensors: {guide: null}}\n", encoding="utf-8")
    assert cli.main(["check", str(file)]) == 2
    said = capsys.readouterr().err.splitlines()[0]
    assert said.endswith("uses sensor 'guide' which is not defined in variant 'blind'")
