"""The one way in which kernels are compiled: without the interpreter lock, cached, and without reference counting.

``_nrt=False`` turns numba's reference counting off. Kernels own no arrays: they write into what they are given, so
there is nothing to count, and an allocation by mistake fails to compile. Counting every array of every table at every
call cost 70 % of the run time (decision record 0002). ``no_cfunc_wrapper`` leaves out an entry point for C that
nobody calls: an eighth of the compile time.
"""

from collections.abc import Callable
from typing import Any

from numba import njit

OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False, "no_cfunc_wrapper": True}


def kernel(function: Callable[..., Any]) -> Any:
    """Return the compiled form of a function; one whose name begins with ``_`` can be called by kernels alone.

    Such a function has no entry for Python, which would unpack each column of each table: a tenth of the compile time.
    Called from Python it would end the process; a test of the sources sees to it that none is.
    """
    options: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": function.__name__.startswith("_")}
    return njit(**options)(function)
