"""Loads a scenario: a name from the gallery, or a path."""

from importlib import resources
from pathlib import Path

from openiamd.errors import ScenarioError
from openiamd.scenario.document import read_document, read_file
from openiamd.scenario.model import Scenario


def gallery() -> list[str]:
    """Return the names of the scenarios that come with the package."""
    folder = resources.files("openiamd.scenarios")
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_scenario(source: str | Path) -> Scenario:
    """Return the scenario of a gallery name (``turkey``) or a path (``mine.yaml``); SI inside, lines remembered.

    Raises:
        ScenarioError: with file, line, culprit and hint, for anything that cannot be used as written.
    """
    text = str(source)
    if isinstance(source, str) and text in gallery():
        content = (resources.files("openiamd.scenarios") / f"{text}.yaml").read_bytes()
        return Scenario.from_document(read_document(content, f"{text}.yaml"))
    path = Path(text)
    if not path.is_file():
        hint = "gallery scenarios are " + ", ".join(f"'{name}'" for name in gallery())
        what = "is a folder" if text and path.is_dir() else "does not exist"
        raise ScenarioError(f"scenario '{text}' {what} and is not in the gallery", hint=hint)
    return Scenario.from_document(read_file(path, text))
