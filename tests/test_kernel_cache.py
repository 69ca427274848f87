import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiamd import kernel_cache

CALLEE = """
from numba import njit


@njit(nogil=True, cache=True)
def gain(value: float) -> float:
    return {factor} * value
"""
CALLER = """
from numba import njit

from kernels.callee import gain


@njit(nogil=True, cache=True)
def power(value: float) -> float:
    return gain(value) + 1.0
"""
PROGRAM = """
import sys
from pathlib import Path

from openiamd.kernel_cache import use_kernel_cache

folder = use_kernel_cache(sys.argv[1]) if sys.argv[2] == "with" else None

from kernels.caller import power

print(power(1.0), sum(power.stats.cache_hits.values()))
"""


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "kernels"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "callee.py").write_text(CALLEE.format(factor="2.0"))
    (folder / "caller.py").write_text(CALLER)
    return folder


def run_power(package: Path, cache: Path, kind: str) -> list[str]:
    source = Path(kernel_cache.__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": f"{package.parent}{os.pathsep}{source}", "NUMBA_CACHE_DIR": str(cache)}
    command = [sys.executable, "-c", PROGRAM, str(package), kind]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()


def test_an_edited_callee_reaches_its_caller(package, tmp_path):
    assert run_power(package, tmp_path / "cache", "with") == ["3.0", "0"]
    assert run_power(package, tmp_path / "cache", "with") == ["3.0", "1"]  # the cache is used at all
    (package / "callee.py").write_text(CALLEE.format(factor="5.0"))
    assert run_power(package, tmp_path / "cache", "with") == ["6.0", "0"]


@given(st.data())
def test_hash_changes_with_any_byte(data):
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "package"
        shutil.copytree(
            Path(kernel_cache.__file__).parent / "physics", folder, ignore=shutil.ignore_patterns("__pycache__")
        )
        before = kernel_cache.kernel_hash(folder)
        assert kernel_cache.kernel_hash(folder) == before
        path = data.draw(st.sampled_from(sorted(folder.rglob("*.py"))))
        content = bytearray(path.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        assert kernel_cache.kernel_hash(folder) != before


def test_hash_changes_with_names_and_versions(package, monkeypatch):
    hashes = {kernel_cache.kernel_hash(package)}
    (package / "callee.py").rename(package / "called.py")
    hashes.add(kernel_cache.kernel_hash(package))
    monkeypatch.setattr(kernel_cache, "_compiler_versions", lambda: ["numba-0.0.0.dist-info"])
    hashes.add(kernel_cache.kernel_hash(package))
    monkeypatch.setattr(kernel_cache, "_processor", lambda: "another")
    hashes.add(kernel_cache.kernel_hash(package))
    assert len(hashes) == 4


def test_the_installed_compiler_is_found():
    import numba

    assert any(name.startswith(f"numba-{numba.__version__}.") for name in kernel_cache._compiler_versions())


def test_users_folder_is_the_parent_and_children_share_it(package, tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))
    folder = kernel_cache.use_kernel_cache(package)
    assert folder.parent == tmp_path / "mine"
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder)
    assert kernel_cache.use_kernel_cache(package) == folder


def test_falls_back_to_a_private_temporary_folder(package, tmp_path, monkeypatch):
    import tempfile

    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked / "a"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked / "b"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    folder = kernel_cache.use_kernel_cache(package)
    assert folder.parent.parent == tmp_path
    assert folder.parent.stat().st_mode & 0o777 == 0o700


def test_stale_siblings_are_removed_and_nothing_else(package, tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    old, recent, other = (
        tmp_path / "cache" / name for name in ("kernels-" + "0" * 16, "kernels-" + "1" * 16, "precious")
    )
    for path in (old, recent, other):
        path.mkdir(parents=True)
    long_ago_s = time.time() - 31 * 86400.0
    os.utime(old, (long_ago_s, long_ago_s))
    os.utime(other, (long_ago_s, long_ago_s))
    folder = kernel_cache.use_kernel_cache(package)
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == sorted(
        [folder.name, recent.name, other.name]
    )


def test_of_many_siblings_the_newest_stay(tmp_path):
    now_s = time.time()
    ages_h = [1, 2, 25, 26, 27, 28, 29, 30, 31, 32, 33]
    for age_h in ages_h:
        path = tmp_path / f"kernels-{age_h:016x}"
        path.mkdir()
        os.utime(path, (now_s - 3600.0 * age_h, now_s - 3600.0 * age_h))
    removed = kernel_cache.prune(tmp_path / f"kernels-{1:016x}", now_s)
    assert {int(path.name.removeprefix("kernels-"), 16) for path in removed} == {31, 32, 33}
    assert len(list(tmp_path.iterdir())) == len(ages_h) - 3


def test_numba_that_was_imported_earlier_is_told(package, tmp_path, monkeypatch):
    from numba.core import config

    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert str(kernel_cache.use_kernel_cache(package)) == vars(config)["CACHE_DIR"]


def test_costs_little():
    kernel_cache.use_kernel_cache()
    times = []
    for _ in range(10):
        start = time.process_time()
        kernel_cache.use_kernel_cache()
        times.append(time.process_time() - start)
    assert min(times) < 0.02  # some 4 ms on a quiet machine
