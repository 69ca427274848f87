"""Bad input from end to end: exit code 2, one sentence that names the culprit, a hint, and nothing written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openiamd import cli
from openiamd.catalogue import entries

GOOD = """\
openiamd: 1
name: small
theatre: {centre: [39.9, 32.9], radius: 300 km, duration: 5 min}
assets: {ankara: {at: [39.9, 32.9], radius: 15 km}}
doctrine: {blue: {}}
nodes:
  post: {type: s400/55k6e, at: [39.9, 32.9], doctrine: blue, iff: [mode3]}
  crc: {type: nato/crc, at: [38.5, 32.5], doctrine: blue}
sensors:
  search: {type: s400/91n6e, node: post, at: [39.9, 32.9]}
links:
  l16: {type: nato/link16, from: crc, to: post, carries: [track]}
raids:
  cruise: {type: threat/cruise, count: 4, start: 1 min, route: [[38.3, 32.9]], target: ankara}
variants:
  alone: {}
"""
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 30)
)


def spoiled(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode()


# content of the file, words that the sentence must hold
FILES = {
    "unknown catalogue name": (spoiled("s400/91n6e", "s400/91n6"), [":10: ", "'s400/91n6'"]),
    "unknown key": (spoiled("sensors:", "sensor:"), [":9: ", "'sensor'"]),
    "wrong unit": (spoiled("300 km", "300 kg"), [":3: ", "'300 kg'"]),
    "no unit": (spoiled("300 km", "300"), [":3: ", "300 has no unit"]),
    "negative range": (spoiled("radius: 15 km", "radius: -15 km"), [":4: ", "'-15 km'"]),
    "a number that is none": (spoiled("count: 4", "count: .nan"), [":14: ", "count"]),
    "a link to nowhere": (spoiled("to: post", "to: crc-2"), [":12: ", "'crc-2'", "not defined"]),
    "a raid outside the theatre": (spoiled("[[38.3, 32.9]]", "[[20.3, 32.9]]"), [":14: ", "outside the theatre"]),
    "a node without rules": (spoiled("doctrine: blue, iff", "doctrine: red, iff"), [":7: ", "'red'"]),
    "no fire control": (spoiled("[track]}", "[track], remote_use: ENGAGE_ON_REMOTE}"), [":12: ", "carry fire_control"]),
    "malformed": (spoiled("name: small", "name: {small"), ["malformed YAML"]),
    "binary": (b"\x7fELF\x00\x01\x02", ["binary"]),
    "empty": (b"", ["empty"]),
    "alias bomb": (BOMB.encode(), ["expands to more than"]),
    "YAML tag": (spoiled("name: small", "name: !!python/object:os.system small"), [":2: ", "YAML tag"]),
    "a list": (b"- a\n- b\n", ["not a mapping"]),
    "twice the same key": (spoiled("name: small", "name: small\nname: other"), [":3: ", "name"]),
}
COMMANDS = (["check"], ["run", "-n", "1"], ["compare", "-n", "1", "-o", "out"])


def refused(arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must be refused; return its sentence."""
    before = sorted(folder.rglob("*"))
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    sentence, hint = said.err.splitlines()
    assert hint.startswith("hint: ")
    assert len(hint) > len("hint: ") + 5
    assert "Traceback" not in said.err
    assert sorted(folder.rglob("*")) == before
    return sentence


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", COMMANDS, ids=[words[0] for words in COMMANDS])
@pytest.mark.parametrize("what", FILES)
def test_a_bad_file_is_refused(what, command, tmp_path, capsys):
    content, words = FILES[what]
    (tmp_path / "bad.yaml").write_bytes(content)
    sentence = refused([command[0], "bad.yaml", *command[1:]], tmp_path, capsys)
    assert sentence.startswith("bad.yaml")
    for word in words:
        assert word in sentence


@pytest.mark.parametrize("command", COMMANDS, ids=[words[0] for words in COMMANDS])
@pytest.mark.parametrize("scenario", ["turky", "no/such/file.yaml", "."])
def test_a_scenario_that_is_not_there_is_refused(scenario, command, tmp_path, capsys):
    assert scenario in refused([command[0], scenario, *command[1:]], tmp_path, capsys)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["run", "minimal", "--variant", "integrate"], "'integrate'"),
        (["compare", "minimal", "--variants", "standalone,iif"], "'iif'"),
        (["run", "minimal", "-n", "0"], "'0'"),
        (["run", "minimal", "--seed", "-1"], "'-1'"),
        (["catalogue", "s400/91n6"], "'s400/91n6'"),
    ],
)
def test_a_bad_argument_is_refused(arguments, word, tmp_path, capsys):
    assert word in refused(arguments, tmp_path, capsys)


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path, capsys):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("keep")
    assert "'full'" in refused(["run", "minimal", "-n", "1", "-o", "full"], tmp_path, capsys)
    assert (tmp_path / "full" / "precious.txt").read_text() == "keep"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("{nominal: 1, low: 1, high: 2, unit: s, source_class: E, verification: D}", "source"),
        ("{nominal: 3, low: 1, high: 2, unit: s, source: own, source_class: E, verification: D}", "latency"),
        ("{nominal: 1, low: 1, high: 2, unit: kg, source: own, source_class: E, verification: D}", "kg"),
    ],
    ids=["no source", "outside its range", "wrong unit"],
)
def test_a_catalogue_value_that_cannot_be_trusted_is_refused(value, word, tmp_path, capsys, monkeypatch):
    extra = tmp_path / "extra"
    extra.mkdir()
    fine = "{nominal: 1, low: 1, high: 2, unit: s, source: own, source_class: E, verification: D}"
    text = f"own/link:\n  kind: link\n  label: Own\n  values:\n    latency: {value}\n    interval: {fine}\n"
    (extra / "own.yaml").write_text(text + f"    loss: {fine.replace('unit: s, ', '').replace(': 2', ': 1')}\n")
    load = entries.load_catalogue
    monkeypatch.setattr(entries, "load_catalogue", lambda: load(extra))
    sentence = refused(["check", "minimal"], tmp_path, capsys)
    assert "own.yaml:5: " in sentence
    assert word in sentence


def test_the_command_itself_says_the_same(tmp_path):
    (tmp_path / "bad.yaml").write_bytes(FILES["a link to nowhere"][0])
    command = [sys.executable, "-m", "openiamd.cli", "compare", "bad.yaml", "-o", "out"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=tmp_path, env=dict(os.environ), timeout=60
    )
    assert done.returncode == 2
    assert done.stdout == ""
    sentence, hint = done.stderr.splitlines()
    assert "'crc-2'" in sentence
    assert hint.startswith("hint: ")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


def test_the_good_file_is_accepted(tmp_path, capsys):
    (tmp_path / "good.yaml").write_text(GOOD)
    assert cli.main(["check", "good.yaml"]) == 0
    assert "good.yaml is valid" in capsys.readouterr().out
