"""Causes as figures: mean number a run with its interval, paired differences, and how long before the outcome.

The unit is the run, as for every measure: a run without such an object counts as 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from openiamd.results import statistics
from openiamd.results.cause_codes import OUTCOMES, PICTURE, RULES, WEAPONS
from openiamd.results.causes import causes
from openiamd.results.statistics import CONFIDENCE, Estimate
from openiamd.results.store import Results

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LINKS = (*PICTURE, RULES, WEAPONS)
PICTURE_KEY = "picture"
CAUSE_MEASURES = {
    "<outcome>.cause.<cause>": "objects whose first missing link is the cause, by outcome",
    "<outcome>.link.<link>": "of an outcome, objects whose first missing link is of that kind: " + ", ".join(LINKS),
    "<outcome>.link.picture": "of an outcome, objects whose first missing link is an error of the picture: "
    + ", ".join(PICTURE),
}


class CauseSummary(NamedTuple):
    """Figures of causes; keys are those of `CAUSE_MEASURES`, only such as occur in some variant."""

    keys: list[str]  # in the order of the chain
    variants: dict[str, dict[str, Estimate]]  # variant → key → mean number a run
    differences: dict[str, dict[str, Estimate]]  # variant → key → variant − reference, paired run by run
    lead_s: dict[str, dict[str, float]]  # variant → key → median time from the evidence to the outcome


def _words(table: pa.Table, name: str) -> NDArray[np.str_]:
    return table.column(name).to_numpy(zero_copy_only=False).astype(str)


def _masks(table: pa.Table) -> dict[str, NDArray[np.bool_]]:
    """Return for every key the rows (row,) of the causes that count for it."""
    outcome, cause, link = (_words(table, name) for name in ("outcome", "cause", "link"))
    masks = {}
    for name, known in OUTCOMES.items():
        own = outcome == name
        masks[f"{name}.link.{PICTURE_KEY}"] = own & np.isin(link, PICTURE)
        masks |= {f"{name}.link.{one}": own & (link == one) for one in LINKS}
        masks |= {f"{name}.cause.{code}": own & (cause == code) for code in known}
    return masks


def _runs(results: Results, variant: str) -> Ints:
    names = results.runs.column("variant").cast(pa.string()).to_numpy()
    return results.runs.column("run").to_numpy().astype(np.int64)[names == variant]


def _medians(table: pa.Table, masks: dict[str, NDArray[np.bool_]]) -> dict[str, float]:
    lead_s = table.column("lead_s").fill_null(np.nan).to_numpy()
    known = {key: lead_s[mask & np.isfinite(lead_s)] for key, mask in masks.items()}
    return {key: float(np.median(values)) for key, values in known.items() if len(values)}


def _paired(first: Floats, runs1: Ints, second: Floats, runs2: Ints, confidence: float) -> Estimate:
    """Return the paired difference over the runs that both variants have."""
    _, rows1, rows2 = np.intersect1d(runs1, runs2, assume_unique=True, return_indices=True)
    return statistics.mean_difference(first[rows1], second[rows2], True, confidence)


def summarise_causes(
    results: Results, tables: dict[str, pa.Table] | None = None, confidence: float = CONFIDENCE
) -> CauseSummary:
    """Return the figures of all causes, links and picture errors of every variant that has runs.

    tables  variant → what `causes` returned, where it is at hand

    Raises:
        ResultsError: a table of the run folder cannot be read.
    """
    runs = {variant: _runs(results, variant) for variant in results.variants}
    runs = {variant: own for variant, own in runs.items() if len(own)}
    tables = tables or {variant: causes(results, variant) for variant in runs}
    masks = {variant: _masks(tables[variant]) for variant in runs}
    every: Sequence[str] = list(next(iter(masks.values()), {}))
    keys = [key for key in every if any(own[key].any() for own in masks.values())]
    counts = {
        variant: {key: _per_run(tables[variant], masks[variant][key], runs[variant]) for key in keys}
        for variant in runs
    }
    reference = results.reference
    return CauseSummary(
        keys=keys,
        variants={
            variant: {key: statistics.mean(values, True, confidence) for key, values in own.items()}
            for variant, own in counts.items()
        },
        differences={
            variant: {
                key: _paired(values, runs[variant], counts[reference][key], runs[reference], confidence)
                for key, values in own.items()
            }
            for variant, own in counts.items()
            if variant != reference and reference in counts
        },
        lead_s={variant: _medians(tables[variant], own) for variant, own in masks.items()},
    )


def _per_run(table: pa.Table, mask: NDArray[np.bool_], runs: Ints) -> Floats:
    """Return the number of chosen rows of each run (run,)."""
    own = table.column("run").to_numpy()[mask]
    order = np.argsort(runs, kind="stable")
    found = np.bincount(order[np.searchsorted(runs[order], own)], minlength=len(runs))
    return found.astype(np.float64)
