"""What a loss costs, and how gracefully a defence degrades: figures over runs that are paired with the intact defence.

An element's *kept share* is the part of the intact defence's advantage over no defence at all that remains without it:
(U − L) / (U − I), where U, L and I are the leakers undefended, with the loss, and intact. That is one minus the
relative drop of performance by which V. Latora and M. Marchiori, "Vulnerability and protection of infrastructure
networks", Phys. Rev. E 71 (2005) 015103, rank the components of a network; its vulnerability is that drop for the worst
damage, or its mean over all damages. The score is the kept share, mean over all losses and for the worst one.
1: nothing is lost; 0: as undefended. It may pass either end, where a loss helps, or makes things worse than no defence.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.results import statistics
from openiamd.results.cases import Columns, flat
from openiamd.results.statistics import CONFIDENCE, Estimate
from openiamd.results.summary import COUNTS

INTACT, UNDEFENDED = "intact", "undefended"
ALWAYS = ("leakers.total", "friendly_engaged", "civil_engaged")  # told of every loss, whatever is ranked by
WORST = "smallest kept share; limits at 1 − α/k for k losses (Bonferroni)"

Floats = NDArray[np.float64]


class Loss(NamedTuple):
    """One or two elements that are lost together."""

    name: str
    case: str  # whose runs these are: losses that take the same away share one
    elements: tuple[str, ...]
    kinds: tuple[str, ...]


def kept_share(lost: Floats, intact: Floats, undefended: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """Return the kept share with its interval over runs (run,): a ratio of totals, jackknifed over runs.

    No value where the intact defence has no advantage over none.
    """
    return statistics.ratio(undefended - lost, undefended - intact, confidence)


def has_kept_share(measure: str) -> bool:
    """Tell whether a measure is one that a defence lowers: leakers, of all or of one class."""
    return measure.startswith("leakers.")


def loss_rows(runs: Mapping[str, Columns], losses: Sequence[Loss], measure: str) -> list[dict[str, Any]]:
    """Return one row a loss and measure, ranked within each order by what is lost of ``measure``, worst first.

    Losses that cost the same have the same rank.

    runs  case → measures (run,); a loss whose case is absent is left out
    """
    present = [loss for loss in losses if loss.case in runs]
    ranks: dict[str, int] = {}
    for order in (1, 2):
        cost = {
            loss.name: float(np.mean(runs[loss.case][measure] - runs[INTACT][measure]))
            for loss in present
            if len(loss.elements) == order
        }
        ranks |= {name: 1 + sum(other > own for other in cost.values()) for name, own in cost.items()}
    return [
        {
            "loss": loss.name, "order": len(loss.elements), "rank": ranks[loss.name], "case": loss.case,
            "first": loss.elements[0], "second": loss.elements[-1],
            "kind": " + ".join(loss.kinds), "measure": key, **_figures(runs, loss.case, key),
        }
        for loss in present
        for key in dict.fromkeys((measure, *ALWAYS))
    ]  # fmt: skip


def _figures(runs: Mapping[str, Columns], case: str, key: str) -> dict[str, Any]:
    """Return a measure with a loss, its difference to intact paired run by run, and the kept share."""
    lost, intact = runs[case][key], runs[INTACT][key]
    count = key.startswith(COUNTS)
    row = flat("", statistics.mean(lost, count))
    row |= flat("difference_", statistics.mean_difference(lost, intact, count))
    none = kept_share(lost, intact, runs[UNDEFENDED][key]) if has_kept_share(key) else NOTHING
    return row | flat("kept_", none)


NOTHING = Estimate(math.nan, math.nan, math.nan, 0, "")


def scores(runs: Mapping[str, Columns], losses: Sequence[Loss], measure: str) -> dict[str, dict[str, Any]]:
    """Return the score of single losses ("1") and of pairs ("2"): losses, mean, worst, and which loss is worst.

    The mean is the kept share of the runs' mean over losses. ``as_bad`` counts the losses that keep as little as the
    worst one, itself included. The worst is the smallest kept share; because it is chosen
    among k, its limits are the least of the limits at confidence 1 − α/k (C. E. Bonferroni, 1936).
    """
    if not has_kept_share(measure):
        return {}
    intact, undefended = runs[INTACT][measure], runs[UNDEFENDED][measure]
    found: dict[str, dict[str, Any]] = {}
    for order in (1, 2):
        chosen = [loss for loss in losses if len(loss.elements) == order and loss.case in runs]
        if not chosen:
            continue
        lost = np.array([runs[loss.case][measure] for loss in chosen])
        strict = 1.0 - (1.0 - CONFIDENCE) / len(chosen)
        kept = [kept_share(row, intact, undefended, strict) for row in lost]
        worst = min(range(len(kept)), key=lambda place: (kept[place].mean, place))
        low, high = (min(getattr(one, end) for one in kept) for end in ("low", "high"))
        least = Estimate(kept[worst].mean, low, high, kept[worst].n, WORST if len(kept) > 1 else kept[worst].method)
        mean = kept_share(lost.mean(axis=0), intact, undefended)
        parts = {"mean": flat("", mean), "worst": flat("", least)}
        as_bad = sum(one.mean == kept[worst].mean for one in kept)
        found[str(order)] = {"losses": len(chosen), "worst_loss": chosen[worst].name, "as_bad": as_bad, **parts}
    return found


def most_unresolved(runs: Mapping[str, Columns]) -> dict[str, Any]:
    """Return the case in which most hostile objects a run were still flying at the end, with their mean number."""
    means = {case: float(np.mean(columns["unresolved"])) for case, columns in runs.items()}
    case = max(means, key=lambda one: means[one])
    return {"case": case, "mean": means[case]}
