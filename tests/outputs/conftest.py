"""The made-up batch of tests/results, for tests of reports."""

import importlib.util
from pathlib import Path

_SPEC = importlib.util.spec_from_file_location(
    "results_conftest", Path(__file__).parents[1] / "results" / "conftest.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)

synthetic, write_batch, batch = _MODULE.synthetic, _MODULE.write_batch, _MODULE.batch
