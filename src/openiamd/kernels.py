"""The one way in which kernels are compiled: without the interpreter lock, cached, and without reference counting.

``_nrt=False`` turns numba's reference counting off. Kernels own no arrays: they write into what they are given, so
there is nothing to count, and an allocation by mistake fails to compile. Counting every array of every table at every
call cost 70 % of the run time (decision record 0002). ``no_cfunc_wrapper`` leaves out an entry point for C that
nobody calls: an eighth of the compile time.
"""

from typing import Any

from numba import njit

OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False, "no_cfunc_wrapper": True}

kernel = njit(**OPTIONS)
