"""ARCHITECTURE.md lists every module once, and sources stay within the house's limits.

Run as a program, this file rewrites the module list of ARCHITECTURE.md from the modules' docstrings.
"""

import ast
import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "src" / "openiamd"
PAGE = REPOSITORY / "ARCHITECTURE.md"
BEGIN, END = "<!-- modules: begin -->", "<!-- modules: end -->"
MODULE_LINES, FUNCTION_LINES = 400, 60

# From the border inwards, in the order of the flow.
FOLDERS = {
    "": "The package",
    "physics": "0 · physics: formulas",
    "estimation": "0 · estimation: algorithms",
    "elevation": "0 · elevation: the ground",
    "recordings": "0 · recordings: plots, tracks and truth",
    "scenario": "1 · scenario: what the user wrote",
    "scenarios": "1 · scenarios: the gallery",
    "catalogue": "2 · catalogue: what the named things are",
    "world": "3 · world: the arrays",
    "stages": "4 · stages: one time step",
    "results": "5 · results: what is kept",
    "studies": "6 · studies: questions",
    "outputs": "7 · outputs: for people",
    "validation": "The V&V book",
    "validation/formulas": "The V&V book: what its cases call",
}

SOURCES = sorted(PACKAGE.rglob("*.py"))
CODE = SOURCES + sorted((REPOSITORY / "tests").rglob("*.py")) + sorted((REPOSITORY / "benchmarks").rglob("*.py"))


def first_sentence(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(docstring.split("\n\n")[0].split())
    return re.split(r"(?<=[.?!]) ", paragraph)[0].replace("``", "`")


def module_list() -> str:
    """Return the module lines, one heading a folder, as ARCHITECTURE.md holds them."""
    parts = []
    for folder, heading in FOLDERS.items():
        paths = [path for path in SOURCES if path.parent == PACKAGE / folder]
        lines = [f"- `{path.relative_to(PACKAGE).as_posix()}` – {first_sentence(path)}" for path in paths]
        parts.append("\n".join([f"### {heading}", "", *lines]))
    return "\n\n".join(parts)


def test_every_folder_has_a_heading():
    folders = {path.parent.relative_to(PACKAGE).as_posix().removeprefix(".") for path in SOURCES}
    assert folders == set(FOLDERS)


def test_architecture_lists_every_module_once():
    page = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    written = [line for line in page.splitlines() if line.startswith("- ")]
    wanted = [line for line in module_list().splitlines() if line.startswith("- ")]
    missing = "\n".join(line for line in wanted if line not in written)
    superfluous = "\n".join(line for line in written if line not in wanted)
    cure = "python tests/test_architecture.py rewrites the list"
    assert not missing, f"ARCHITECTURE.md lacks ({cure}):\n{missing}"
    assert not superfluous, f"ARCHITECTURE.md has lines that are no longer true ({cure}):\n{superfluous}"
    assert len(written) == len(wanted)


def test_architecture_shows_the_flow_of_the_package():
    import openiamd

    flow = next(line.strip() for line in (openiamd.__doc__ or "").splitlines() if "→" in line)
    assert flow in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_modules_say_what_they_are(path):
    assert first_sentence(path)


def test_modules_are_short():
    lengths = {path.relative_to(REPOSITORY).as_posix(): len(path.read_text("utf-8").splitlines()) for path in CODE}
    assert {name: length for name, length in lengths.items() if length > MODULE_LINES} == {}


def function_lengths(path: Path) -> dict[str, int]:
    """Return the lines of each function, its docstring not counted."""
    lengths = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = ast.get_docstring(node) is not None
            docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
            lengths[f"{path.relative_to(REPOSITORY)}:{node.name}"] = (
                (node.end_lineno or 0) - node.lineno + 1 - docstring
            )
    return lengths


def test_functions_are_short():
    lengths = {name: length for path in CODE for name, length in function_lengths(path).items()}
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_files_name_no_machine():
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listing, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git repository: which files belong to the project is not known")
    machine = re.compile(rb"(?<![\w.<>*-])/(?:work|root|home/\w+|Users/\w+|opt/pypi)/|file:///")
    guilty = []
    for name in filter(None, done.stdout.split("\0")):
        path = REPOSITORY / name
        found = machine.search(path.read_bytes()) if path.is_file() else None
        if found and path != Path(__file__).resolve():
            guilty.append(f"{name}: {found[0].decode()}")
    assert guilty == []


def test_the_lock_file_names_the_public_index_only():
    text = (REPOSITORY / "uv.lock").read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([^/\"]+)", text))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{module_list()}\n\n{END}{after}", encoding="utf-8")
