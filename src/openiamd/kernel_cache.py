"""Where compiled kernels are kept: one folder for each state of the sources.

Numba's cache checks only the file that defines a function, so after an edit of a callee its callers would go on
running the old code. The folder is therefore named by a hash of all package sources, of the compiler's versions
and of the processor, and ``NUMBA_CACHE_DIR`` is set to it before numba is imported.
"""

import hashlib
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

DAY_S = 86400.0
STALE_AFTER_S = 30 * DAY_S
KEPT_AT_LEAST = 8
_FOLDER_NAME = re.compile(r"kernels-[0-9a-f]{16}")
_COMPILER = ("numba-", "llvmlite-", "numpy-")


def use_kernel_cache(package: str | os.PathLike[str] | None = None) -> Path:
    """Point numba at the folder of this state of ``package`` (default: this package) and return the folder.

    The parent is the user's ``NUMBA_CACHE_DIR`` where that is set, else ``openiamd`` below the user's cache folder.
    Costs a few milliseconds and imports nothing heavy.
    """
    sources = Path(__file__).parent if package is None else Path(package)
    folder = _writable_parent() / f"kernels-{kernel_hash(sources)}"
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:
        # Numba reads the variable once, at its import; a program that imported it earlier is told directly.
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    prune(folder)
    return folder


def kernel_hash(package: Path) -> str:
    """Return 16 hex digits that change with any byte of the sources, the compiler's versions or the processor."""
    digest = hashlib.blake2b(digest_size=8)
    for name, path in sorted(_sources(str(package), "")):
        with open(path, "rb") as file:  # noqa: PTH123 - Path.open costs a third of the whole budget
            content = file.read()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    for line in (*_compiler_versions(), sys.version, _processor()):
        digest.update(f"{line}\0".encode())
    return digest.hexdigest()


def prune(folder: Path, now_s: float | None = None) -> list[Path]:
    """Remove the siblings of ``folder`` that no program has used for 30 days; return them.

    Of the younger ones the newest eight stay, and all that were used within a day: a long run may still write there.
    """
    now_s = time.time() if now_s is None else now_s
    siblings = [
        (_used_s(entry), entry.path) for entry in os.scandir(folder.parent) if _FOLDER_NAME.fullmatch(entry.name)
    ]
    stale = []
    for rank, (used_s, path) in enumerate(sorted(siblings, reverse=True)):
        limit_s = STALE_AFTER_S if rank < KEPT_AT_LEAST else DAY_S
        if now_s - used_s > limit_s and path != str(folder):
            import shutil

            shutil.rmtree(path, ignore_errors=True)
            stale.append(Path(path))
    return stale


def _used_s(entry: "os.DirEntry[str]") -> float:
    """Return when the folder was last used; one that another program has just removed counts as in use."""
    try:
        return entry.stat().st_mtime
    except OSError:
        return float("inf")


def _sources(folder: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield (name within the package, path) of each Python file."""
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            yield prefix + entry.name, entry.path
        elif entry.is_dir() and not entry.name.startswith((".", "__")):
            yield from _sources(entry.path, f"{prefix}{entry.name}/")


def _compiler_versions() -> list[str]:
    """Return the installed versions, read off folder names: importlib.metadata alone takes longer than all else."""
    found = set()
    for entry in sys.path:
        if entry.endswith("-packages"):
            try:
                names = os.listdir(entry)  # noqa: PTH208 - names are all that is needed
            except OSError:
                continue
            found.update(name for name in names if name.startswith(_COMPILER) and name.endswith("-info"))
    return sorted(found)


def _processor() -> str:
    """Return what tells this machine's instruction set from another's."""
    machine = os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_IDENTIFIER", "")
    lines = []
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as above
            for line in file:
                if line.startswith(("vendor_id", "model name", "flags", "Features", "CPU part")):
                    lines.append(line.strip())
                elif not line.strip():
                    break
    except OSError:
        pass
    return "\n".join([sys.platform, machine, *lines])


def _writable_parent() -> Path:
    """Return the first usable parent: the user's choice, the cache folder, a private temporary folder."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111 - never raises
    # A child process inherits a folder of ours: its parent is meant, not one level deeper.
    inherited = chosen is not None and _FOLDER_NAME.fullmatch(Path(chosen).name) is not None
    candidates = [Path(chosen).parent if inherited else Path(chosen)] if chosen else []
    if cache.is_absolute():
        candidates.append(cache / "openiamd")
    for parent in candidates:
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(parent, os.W_OK | os.X_OK):
            return parent
    return _private_temporary_folder()


def _private_temporary_folder() -> Path:
    """Return a temporary folder that nobody else can write to, since numba's cache files are executed."""
    import tempfile

    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"openiamd-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if hasattr(os, "getuid") and (status.st_uid != user or status.st_mode & 0o077):
        return Path(tempfile.mkdtemp(prefix="openiamd-"))
    return folder
