"""`summary.json`: every measure's mean with its interval, per variant, and the paired differences to the reference."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from openiamd.results import statistics
from openiamd.results.statistics import CONFIDENCE, Estimate

SCHEMA = "openiamd-summary/1"
Floats = NDArray[np.float64]
Columns = dict[str, Floats]  # measure → (run,), NaN where a run has no value

BINARY = {"zero_leakers": "probability_zero_leakers"}  # key of the run → key of the summary
COUNTS = (
    *("leakers.", "shots.", "unresolved", "shots_wasted", "overkill", "kills.", "late_kills", "missiles_left"),
    *("missiles_reloaded", "identity_conflicts"),
    *("friendly_engaged", "civil_engaged", "friendly_killed", "civil_killed"),
)
PER_HOURS = 1000.0
RATES = {  # key of the summary → events, exposure in hours
    f"{side}_{fate}_per_1000h": (f"{side}_{fate}", f"{side}_flight_hours")
    for side in ("friendly", "civil")
    for fate in ("engaged", "killed")
}


def _column(table: pa.Table, key: str) -> Floats:
    return table.column(key).to_numpy().astype(np.float64)


def run_columns(runs: pa.Table, variant: str) -> tuple[NDArray[np.int64], Columns]:
    """Return the run numbers (run,) and the measures of one variant from the table of runs."""
    rows = runs.filter(pa.array(runs.column("variant").to_numpy() == variant))
    keys = [key for key in rows.column_names if key not in ("variant", "run")]
    columns = {key: _column(rows, key) for key in keys if rows.column(key).null_count < len(rows)}
    return rows.column("run").to_numpy().astype(np.int64), columns


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    return estimate._replace(mean=factor * estimate.mean, low=factor * estimate.low, high=factor * estimate.high)


def estimates(columns: Columns, confidence: float = CONFIDENCE) -> dict[str, Estimate]:
    """Return the figure of every measure of one variant from its runs (run,)."""
    found: dict[str, Estimate] = {}
    for key, values in columns.items():
        if key in BINARY:
            found[BINARY[key]] = statistics.proportion(values, confidence)
        else:
            found[key] = statistics.mean(values, key.startswith(COUNTS), confidence)
    for key, (events, hours) in RATES.items():
        if events in columns and hours in columns:
            found[key] = _scaled(statistics.rate(columns[events], columns[hours], confidence), PER_HOURS)
    return found


def differences(first: Columns, second: Columns, confidence: float = CONFIDENCE) -> dict[str, Estimate]:
    """Return ``first`` − ``second`` for every measure that both have; their rows are the same runs."""
    found: dict[str, Estimate] = {}
    for key in [key for key in first if key in second]:
        if key in BINARY:
            found[BINARY[key]] = statistics.proportion_difference(first[key], second[key], confidence)
        else:
            counts = key.startswith(COUNTS)
            found[key] = statistics.mean_difference(first[key], second[key], counts, confidence)
    for key, (events, hours) in RATES.items():
        if all(name in columns for name in (events, hours) for columns in (first, second)):
            pair = (first[events], first[hours], second[events], second[hours])
            found[key] = _scaled(statistics.rate_difference(*pair, confidence), PER_HOURS)
    return found


def _plain(estimate: Estimate) -> dict[str, float | int | str | None]:
    """Return the estimate for JSON, which has no NaN."""
    return {
        key: (value if math.isfinite(value) else None) if isinstance(value, float) else value
        for key, value in estimate._asdict().items()
    }


def document(found: dict[str, Estimate]) -> dict[str, dict]:
    """Return the figures that have a value, for JSON and reports."""
    return {key: _plain(estimate) for key, estimate in found.items() if estimate.n > 0 and math.isfinite(estimate.mean)}


def _paired(
    runs: pa.Table, variant: str, reference: str, compare: Callable[[Columns, Columns], dict[str, Estimate]]
) -> dict[str, Estimate]:
    """Compare two variants over the runs that both have (an interrupted batch may lack some)."""
    runs1, columns1 = run_columns(runs, variant)
    runs2, columns2 = run_columns(runs, reference)
    _, rows1, rows2 = np.intersect1d(runs1, runs2, assume_unique=True, return_indices=True)
    return compare(
        {key: values[rows1] for key, values in columns1.items()},
        {key: values[rows2] for key, values in columns2.items()},
    )


def summarise(runs: pa.Table, variants: Sequence[str], reference: str, confidence: float = CONFIDENCE) -> dict:
    """Return the content of `summary.json` from the table of runs; a measure that no run has is left out."""
    present = [variant for variant in variants if len(run_columns(runs, variant)[0]) > 0]
    return {
        "schema": SCHEMA,
        "confidence": confidence,
        "reference": reference,
        "variants": {variant: document(estimates(run_columns(runs, variant)[1], confidence)) for variant in present},
        "differences": {
            variant: document(_paired(runs, variant, reference, lambda one, two: differences(one, two, confidence)))
            for variant in present
            if variant != reference and reference in present
        },
    }


def unfinished(summary: dict) -> list[str]:
    """Return one sentence a variant in whose runs hostile objects were still flying at the end: no verdict on those."""
    sentences = []
    for variant, found in summary["variants"].items():
        left, flown = found.get("unresolved", {}).get("mean"), found.get("hostile.total", {}).get("mean")
        if left:
            sentences.append(
                f"{variant}: {left:g} of {flown:g} hostile objects a run were still flying at the end and count "
                "neither as leakers nor as stopped; a longer theatre.duration would decide them"
            )
    return sentences
