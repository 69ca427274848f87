"""Every block in the Markdown pages runs: commands, Python, YAML. Notebook cells are executed by the docs build."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = sorted(
    path
    for path in [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]
    if "_build" not in path.parts and "decisions" not in path.parts
)
BLOCK = re.compile(r"^```(bash|sh|console|python|yaml)[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
TARGETS = set(re.findall(r"^([a-z]+):.*##", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
FEW_RUNS = "2"


def light_command(line: str) -> str | None:
    """Return the command to run in place of ``line``, with few runs, or None where nothing is to be run."""
    words = shlex.split(line.removeprefix("$ "), comments=True)
    if words[:1] == ["make"]:
        unknown = [word for word in words[1:] if "=" not in word and word not in TARGETS]
        assert not unknown, f"the Makefile has no documented target {unknown}"
        return f"iamd compare turkey -n {FEW_RUNS}" if "demo" in words else None
    if words[:1] != ["iamd"]:
        return None
    command = line.removeprefix("$ ").partition(" #")[0].strip()
    if words[1:2] == ["validate"]:
        return None  # the whole V&V book has its own test
    if words[1:2] in (["run"], ["compare"], ["resilience"], ["saturation"]):
        command = re.sub(r" -n \d+", "", command) + f" -n {FEW_RUNS}"
    return command


def run_command(line: str, folder: Path) -> None:
    command = light_command(line)
    if command is None:
        return
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def check_yaml(text: str, folder: Path) -> None:
    data = yaml.safe_load(text)
    if isinstance(data, dict) and "openiamd" in data:
        from openiamd.cli import main

        path = folder / f"{data['name']}.yaml"
        path.write_text(text, encoding="utf-8")
        assert main(["check", str(path)]) == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_blocks_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for block in BLOCK.finditer(text):
        language, content = block.groups()
        if language == "yaml":
            check_yaml(content, tmp_path)
        elif language == "python":
            # Padding makes a failure name the line of the page.
            padding = "\n" * text.count("\n", 0, block.start(2))
            exec(compile(padding + content, str(page), "exec"), names)
        else:
            for line in content.replace("\\\n", " ").splitlines():
                run_command(line.strip(), tmp_path)


def test_every_page_of_a_stage_has_its_simplifications():
    known = yaml.safe_load((REPOSITORY / "docs/methods/simplifications.yaml").read_text(encoding="utf-8"))
    texts = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    asked = re.findall(r"^<!-- from code: simplifications\.stage (\w+) -->$", texts, re.MULTILINE)
    assert "identify" in asked
    assert set(asked) <= set(known)
    for one in (one for members in known.values() for one in members):
        assert one.keys() == {"what", "why", "bias", "area"}, one


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("make demo", "iamd compare turkey -n 2"),
        ("make test  # everything", None),
        ("iamd compare turkey -n 200 -o out  # long", "iamd compare turkey -o out -n 2"),
        ("$ iamd check minimal", "iamd check minimal"),
        ("git clone somewhere", None),
        ("# a remark", None),
    ],
)
def test_heavy_commands_are_made_light(line, command):
    assert light_command(line) == command


def test_an_unknown_target_is_found():
    with pytest.raises(AssertionError, match="no documented target"):
        light_command("make tset")
