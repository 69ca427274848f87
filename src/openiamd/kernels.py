"""The one way in which kernels are compiled: without the interpreter lock, cached, and without reference counting.

``_nrt=False`` turns numba's reference counting off. Kernels own no arrays: they write into what they are given, so
there is nothing to count, and an allocation by mistake fails to compile. Counting every array of every table at every
call cost 70 % of the run time (decision record 0002). ``no_cfunc_wrapper`` leaves out an entry point for C that
nobody calls: an eighth of the compile time.

A kernel that another one calls is compiled as a fragment: typed and lowered, but neither optimised nor turned into
machine code, and without an entry for Python. What Python calls is compiled whole, with all its fragments in it. By
numba's own way every kernel is optimised and emitted once for each kernel above it: twice the time, for the same
results (decision record 0006).
"""

from collections.abc import Callable
from typing import Any

from numba import config, njit
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.registry import CPUDispatcher

OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False, "no_cfunc_wrapper": True}
FRAGMENT_OPTIONS: dict[str, Any] = {
    "nopython": True,
    "nogil": True,
    "_nrt": False,
    "no_cfunc_wrapper": True,
    "no_cpython_wrapper": True,
    "boundscheck": None,
}


class Fragment(JITCodeLibrary):
    """The code of a kernel for linking into its callers; never executed by itself."""

    def _optimize_final_module(self) -> None:
        """Leave that to the caller that is compiled whole."""

    def _finalize_final_module(self) -> None:
        """Keep the module out of the execution engine, which would emit machine code."""
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Return 0: there is nothing to execute."""
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Any:
        """Stand in for the code generator where the environment of executable code would be set."""
        return self

    def set_env(self, env_name: str, env: object) -> None:
        """Do nothing: an environment holds objects of Python, and kernels have none."""


class FragmentCompiler(CompilerBase):
    """Numba's way from Python to code, into a fragment."""

    def define_pipelines(self) -> list[Any]:
        """Return the one pipeline, its library a fragment."""
        self.state.library = Fragment(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


class Kernel(CPUDispatcher):
    """A kernel: a fragment for the kernels that call it, compiled whole when Python calls it first."""

    _whole: Any = None

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the kernel from Python."""
        if self._whole is None:
            self._whole = njit(**OPTIONS)(self.py_func)
        return self._whole(*arguments, **named)


def kernel(function: Callable[..., Any]) -> Any:
    """Return the compiled form of a function."""
    if getattr(config, "DISABLE_JIT", False):
        return function
    return Kernel(function, {}, FRAGMENT_OPTIONS, FragmentCompiler)
