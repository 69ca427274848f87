"""OpenIAMD: an open simulator of integrated air and missile defence.

    YAML → Scenario → ResolvedScenario → World → State + events → measures → statistics → report

The public names below are imported when they are first used; importing the package itself imports nothing heavy.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from openiamd.kernel_cache import use_kernel_cache

if TYPE_CHECKING:
    from openiamd.catalogue.resolve import resolve
    from openiamd.results.store import open_results
    from openiamd.scenario.checks import check
    from openiamd.scenario.load import load_scenario
    from openiamd.studies.compare import compare
    from openiamd.studies.coverage import coverage
    from openiamd.studies.explain import explain
    from openiamd.studies.resilience import resilience
    from openiamd.studies.saturation import saturation
    from openiamd.studies.simulate import simulate
    from openiamd.studies.track_plots import track_plots
    from openiamd.world.compile import compile_world

__version__ = "0.1.0"

__all__ = [
    "check",
    "compare",
    "compile_world",
    "coverage",
    "explain",
    "load_scenario",
    "open_results",
    "resilience",
    "resolve",
    "saturation",
    "simulate",
    "track_plots",
]

_HOMES = {
    "load_scenario": "openiamd.scenario.load",
    "check": "openiamd.scenario.checks",
    "resolve": "openiamd.catalogue.resolve",
    "compile_world": "openiamd.world.compile",
    "simulate": "openiamd.studies.simulate",
    "compare": "openiamd.studies.compare",
    "coverage": "openiamd.studies.coverage",
    "resilience": "openiamd.studies.resilience",
    "saturation": "openiamd.studies.saturation",
    "explain": "openiamd.studies.explain",
    "track_plots": "openiamd.studies.track_plots",
    "open_results": "openiamd.results.store",
}

use_kernel_cache()


class _Package(ModuleType):
    """This package; without it, importing the engine's module ``simulate`` would hide the public function."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _HOMES or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'openiamd' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
