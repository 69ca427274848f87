"""The stages called one by one from Python, with the arguments that `step` gives them: read from its own source."""

import ast
import inspect
import textwrap
from functools import cache
from types import CodeType
from typing import Any

from openiamd.stages import step as stages
from openiamd.world.arrays import Draws
from openiamd.world.compile import STEP, State, World


@cache
def _statements() -> list[tuple[str, CodeType]]:
    """Return the statements of `step`: ("", an assignment) or (a stage's name, the tuple of its arguments)."""
    function = ast.parse(textwrap.dedent(inspect.getsource(stages.step.py_func))).body[0]
    assert isinstance(function, ast.FunctionDef)
    found: list[tuple[str, CodeType]] = []
    for statement in function.body:
        if isinstance(statement, ast.Assign):
            found.append(("", compile(ast.unparse(statement), "step", "exec")))
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            arguments = ", ".join(ast.unparse(argument) for argument in call.args)
            found.append((ast.unparse(call.func), compile(f"({arguments},)", "step", "eval")))
    return found


STAGES = tuple(name for name, _ in _statements() if name)


def calls(world: World, state: State, draws: Draws, time_s: float, first: int, last: int) -> dict[str, tuple[Any, ...]]:
    """Return each stage's arguments, in the order of `step`."""
    names: dict[str, Any] = {"world": world, "state": state, "draws": draws, "time_s": time_s}
    names |= {"first": first, "last": last}
    arguments = {}
    for stage, code in _statements():
        if stage:
            arguments[stage] = eval(code, dict(vars(stages)), names)
        else:
            exec(code, dict(vars(stages)), names)
    return arguments


def advance(world: World, state: State, draws: Draws, until_s: float, first: int, last: int) -> None:
    """Carry some runs from time 0 to ``until_s``, stage by stage."""
    stages.draw_starts(world.threats, draws, state.threats, first, last)
    stages.draw_phases(world.sensors, draws, state.sensors, first, last)
    stages.draw_faults(world.duty, draws, state.duty, first, last)
    for index in range(round(until_s / world.clock[STEP])):
        for name, arguments in calls(world, state, draws, index * float(world.clock[STEP]), first, last).items():
            getattr(stages, name)(*arguments)
