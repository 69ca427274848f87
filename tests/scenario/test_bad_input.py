"""Bad input ends in one sentence with file, line and culprit, and a hint; each row spoils one line of a good file."""

from pathlib import Path

import pytest

from bad_scenarios import GOOD, SPOILED
from openiamd.catalogue.entries import load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.errors import OpenIAMDError, ScenarioError
from openiamd.scenario.checks import check
from openiamd.scenario.load import load_scenario


def prepare(path: Path) -> None:
    """Load, check and resolve every variant, as `iamd check` does."""
    catalogue = load_catalogue()
    scenario = load_scenario(path)
    check(scenario, catalogue.names_by_kind())
    for name in scenario.variant_names:
        resolve(scenario.variant(name), catalogue)


def refusal(path: Path) -> OpenIAMDError:
    """Return the error with which ``path`` is refused on its way to a resolved scenario."""
    with pytest.raises(OpenIAMDError) as caught:
        prepare(path)
    return caught.value


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), SPOILED, ids=[row[3] for row in SPOILED])
def test_a_spoiled_line_is_named(tmp_path: Path, old: str, new: str, line: int, message: str, hint: str) -> None:
    assert GOOD.count(old) >= 1
    path = tmp_path / "small.yaml"
    path.write_text(GOOD.replace(old, new, 1))
    error = refusal(path)
    assert error.line == line, str(error)
    assert str(error).startswith(f"{path}:{line}: ")
    assert message in error.message
    assert "\n" not in error.message
    assert error.hint is not None
    assert hint in error.hint


def test_the_good_file_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD)
    scenario, catalogue = load_scenario(path), load_catalogue()
    check(scenario, catalogue.names_by_kind())
    assert not resolve(scenario.variant("alone"), catalogue).links
    assert len(resolve(scenario.variant("joined"), catalogue).links) == 1


CONTENTS = [
    (b"", "the file is empty"),
    (b"# only a comment\n", "the file is empty"),
    (b"{}", "the file is empty"),
    (b"- a\n- b\n", "not a mapping"),
    (b"just words", "not a mapping"),
    (b"\x7fELF\x00\x01\x02", "binary, not text"),
    (b"name: \xff\xfe", "binary, not text"),
    (b"a: " + b"[" * 60 + b"]" * 60, "nested deeper than 40 levels"),
    (b"a: 1\x07", "malformed YAML"),
]


@pytest.mark.parametrize(("content", "message"), CONTENTS, ids=[row[1] for row in CONTENTS])
def test_a_file_that_is_no_scenario_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    error = refusal(path)
    assert message in error.message
    assert error.file == str(path)
    assert error.hint


def test_an_alias_bomb_is_refused_quickly(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 30)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines))
    error = refusal(path)
    assert "expands to more than" in error.message
    assert error.line is not None
    assert "in full" in (error.hint or "")


def test_a_missing_file_names_the_gallery(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="does not exist and is not in the gallery") as caught:
        load_scenario("no-such-scenario")
    assert "'turkey'" in (caught.value.hint or "")
    with pytest.raises(ScenarioError, match="is a folder"):
        load_scenario(tmp_path)


def test_an_unknown_variant_names_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="no variant 'integrate'") as caught:
        load_scenario("turkey").variant("integrate")
    assert "did you mean 'integrated'?" in (caught.value.hint or "")
