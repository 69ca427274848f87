"""What every test needs: a quiet plotting backend and repeatable hypothesis profiles."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the folder that holds pyproject.toml."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Return the folder of outside data, or skip the test with the reason."""
    folder = os.environ.get("OPENIAMD_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("OPENIAMD_DATA names no folder: the outside data (elevations, ADS-B, ITU files) is absent")
    return Path(folder)
