"""The number of processors: those that the process may use, counted in one place."""

from pathlib import Path

import openiamd
from openiamd.processors import available_processors


def test_processors_that_the_process_may_not_use_do_not_count(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {3}, raising=False)
    assert available_processors() == 1


def test_processors_are_counted_in_one_place():
    package = Path(openiamd.__file__).parent
    counting = [path.name for path in package.rglob("*.py") if "cpu_count" in path.read_text(encoding="utf-8")]
    assert counting == ["processors.py"]
