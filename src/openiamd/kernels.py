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

import gc
from collections.abc import Callable
from typing import Any

from numba import config, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, Flags
from numba.core.registry import CPUDispatcher

OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False, "no_cfunc_wrapper": True}
WHOLE_OPTIONS: dict[str, Any] = {"nopython": True, "boundscheck": None, **OPTIONS}
del WHOLE_OPTIONS["cache"]  # not a flag of the compiler
FRAGMENT_OPTIONS: dict[str, Any] = {**WHOLE_OPTIONS, "no_cpython_wrapper": True}
COLLECT_AFTER = 100_000  # objects; the default is 700


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


class QuickFlags(Flags):
    """Numba's compiler flags, compared by what is set: the defaults of all others took a twelfth of the time."""

    def __hash__(self) -> int:
        """Return a hash of the names: some values have none."""
        return hash(frozenset(self._values))

    def __eq__(self, other: object) -> bool:
        """Tell whether the same is set."""
        return self._values == other._values if isinstance(other, QuickFlags) else NotImplemented


class FragmentCompiler(CompilerBase):
    """Numba's way from Python to code, into a fragment."""

    def __init__(
        self, typing: Any, target: Any, library: Any, arguments: Any, result: Any, flags: Flags, variables: Any
    ) -> None:
        """Begin with numba's flags in that form."""
        super().__init__(typing, target, library, arguments, result, QuickFlags(flags), variables)

    def define_pipelines(self) -> list[Any]:
        """Return the one pipeline, its library a fragment."""
        self.state.library = Fragment(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


class Whole(CPUDispatcher):
    """A kernel with all that it calls, as Python calls it."""

    def compile(self, sig: Any) -> Any:
        """Compile with few collections of garbage, which took a twelfth of the time."""
        usual = gc.get_threshold()
        gc.set_threshold(COLLECT_AFTER, *usual[1:])
        try:
            return super().compile(sig)
        finally:
            gc.set_threshold(*usual)


class Kernel(CPUDispatcher):
    """A kernel: a fragment for the kernels that call it, compiled whole when Python calls it first."""

    _whole: Any = None

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Take a literal for any number of its type: numba would compile one more copy for each value."""
        plain = [types.unliteral(one) for one in args]
        return super().get_call_template(plain, {name: types.unliteral(one) for name, one in kws.items()})

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the kernel from Python."""
        if self._whole is None:
            self._whole = Whole(self.py_func, {}, WHOLE_OPTIONS)
            self._whole.enable_caching()
        return self._whole(*arguments, **named)


def kernel(function: Callable[..., Any]) -> Any:
    """Return the compiled form of a function."""
    if getattr(config, "DISABLE_JIT", False):
        return function
    return Kernel(function, {}, FRAGMENT_OPTIONS, FragmentCompiler)
