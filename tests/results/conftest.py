"""The made-up batch, for tests of results, and what lies beside this folder."""

import importlib.util
import sys
from pathlib import Path

import pytest

from openiamd.results.record import finish_recording, record_slice, start_recording

sys.path.append(str(Path(__file__).resolve().parents[1]))


@pytest.fixture(scope="session")
def synthetic():
    path = Path(__file__).parents[1] / "synthetic.py"
    spec = importlib.util.spec_from_file_location("synthetic", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def write_batch(synthetic):
    """Return a function that writes a made-up run folder in the given order of slices."""

    def write(directory, replications=10, slice_runs=4, reverse=False, finish=True, skip=0):
        variants = {variant: synthetic.entities() for variant in synthetic.VARIANTS}
        times_s = dict.fromkeys(variants, (0.0, synthetic.DURATION_S))
        recording = start_recording(directory, synthetic.manifest(replications), variants, times_s)
        jobs = [(variant, first) for variant in variants for first in range(0, replications, slice_runs)]
        jobs = jobs[: len(jobs) - skip]
        for variant, first in reversed(jobs) if reverse else jobs:
            runs = min(slice_runs, replications - first)
            record_slice(recording, variant, first, runs, synthetic.slice_of_runs(variant, first, runs))
        if finish:
            finish_recording(recording, dict.fromkeys(variants, 1.0))
        return directory

    return write


@pytest.fixture(scope="session")
def batch(write_batch, tmp_path_factory):
    """A finished made-up run folder."""
    return write_batch(tmp_path_factory.mktemp("batch") / "run")
