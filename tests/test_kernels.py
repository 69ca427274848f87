"""Kernels compile in fragments, and whole where Python calls them, without a change of any result."""

import gc
import math
import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from numba import njit

from openiamd.kernels import OPTIONS, WHOLE_OPTIONS, Fragment, Kernel, QuickFlags, Whole, kernel


def _square(value: float) -> float:
    return value * value


def _shifted(value: int, by: int) -> int:
    return value + by


def _root_of_sum(first: float, second: float) -> float:
    return math.sqrt(square(first) + square(second))


def _norms(pairs: np.ndarray, found: np.ndarray) -> None:
    for row in range(pairs.shape[0]):
        found[row] = root_of_sum(pairs[row, 0], pairs[row, 1])


square, root_of_sum, shifted = kernel(_square), kernel(_root_of_sum), kernel(_shifted)


def uncached(function: Callable[..., None]) -> Kernel:
    """Return a kernel that is compiled anew, whatever is kept on disk from an earlier run of these tests."""
    fresh = kernel(function)
    fresh._whole = Whole(function, {}, WHOLE_OPTIONS)
    return fresh


def test_what_kernels_call_is_a_fragment_without_machine_code():
    norms = uncached(_norms)
    found = np.zeros(2)
    norms(np.array([[3.0, 4.0], [5.0, 12.0]]), found)
    assert list(found) == [5.0, 13.0]
    assert isinstance(norms, Kernel)
    for part in (square, root_of_sum):
        (compiled,) = part.overloads.values()
        assert isinstance(compiled.library, Fragment)
        assert compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name) == 0
    assert norms.overloads == {}
    (whole,) = norms._whole.overloads.values()
    assert not isinstance(whole.library, Fragment)
    assert whole.library.get_pointer_to_function(whole.fndesc.llvm_cpython_wrapper_name) != 0
    # Everything below is in its module: nothing is left to be found elsewhere.
    undefined = {one.name for one in whole.library._final_module.functions if one.is_declaration}
    assert not any("square" in name or "root_of_sum" in name for name in undefined)


def test_literals_make_no_copies():
    def sums(found: np.ndarray) -> None:
        found[0] = root_of_sum(3.0, 4.0)
        found[1] = shifted(5, 1) + shifted(6, 2) + shifted(round(found[0]), 3)

    found = np.zeros(2)
    uncached(sums)(found)
    assert list(found) == [5.0, 22.0]
    assert len(shifted.overloads) == 1


def test_garbage_is_collected_as_before_after_compiling():
    usual = gc.get_threshold()
    fresh = kernel(_square)
    assert fresh(3.0) == 9.0
    assert gc.get_threshold() == usual


def test_flags_differ_by_what_is_set():
    one, other, option = QuickFlags(), QuickFlags(), "nrt"
    assert one == other
    setattr(one, option, True)
    assert one != other
    setattr(other, option, True)
    assert one == other
    assert hash(one) == hash(other)
    assert one.copy() == one
    assert isinstance(one.copy(), QuickFlags)


def test_a_kernel_gives_what_numba_alone_gives():
    from openiamd.physics.geodesy import enu_from_geodetic

    arguments = (0.7, 0.6, 1234.5, 0.69, 0.58)
    assert enu_from_geodetic(*arguments) == njit(**OPTIONS)(enu_from_geodetic.py_func)(*arguments)


def test_a_kernel_can_be_called_by_name_and_by_any_compiled_function():
    assert root_of_sum(first=3.0, second=4.0) == 5.0

    @njit
    def twice(value: float) -> float:
        return 2.0 * square(value)

    assert twice(3.0) == 18.0


@pytest.mark.parametrize("disabled", ["0", "1"])
def test_kernels_are_plain_functions_without_the_compiler(disabled):
    program = "from openiamd.physics.geodesy import height_m; print(type(height_m).__name__, height_m(0.0, 0.0, 5.0))"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": disabled}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Kernel" if disabled == "0" else "function", "5.0"]
