"""The section "From picture to outcome" of the report: causes in words, with figures, differences and lead times."""

from typing import Any, NamedTuple

from openiamd.outputs import plots
from openiamd.outputs.style import Plot
from openiamd.outputs.words import ABSENT, NO_DIFFERENCE, interval, mean, note, number, verdict
from openiamd.results.cause_codes import OUTCOMES
from openiamd.results.cause_summary import PICTURE_KEY, CauseSummary, summarise_causes
from openiamd.results.store import Results
from openiamd.results.summary import document

TITLES = {
    "leakers": "Hostile objects that got through",
    "friendly_engaged": "Friendly aircraft shot at",
    "civil_engaged": "Civil aircraft shot at",
}


class CauseSection(NamedTuple):
    """What the report shows of causes."""

    plot: Plot | None  # none where nothing got through and no own aircraft was shot at
    groups: list[dict[str, Any]]  # one an outcome: title and rows of causes


def _before(lead_s: float | None) -> str:
    """Return a time before the outcome in words; nothing where there is none."""
    if lead_s is None:
        return ""
    return f"{number(lead_s, 0)} s before" if lead_s < 120.0 else f"{number(lead_s / 60.0, 1)} min before"


def _cell(found: CauseSummary, variant: str, key: str, confidence: float) -> dict[str, str]:
    """Return figure, lead time and, where one is shown, the difference to the reference as the text of a table cell."""
    figure = document({key: found.variants[variant][key]}).get(key) if variant in found.variants else None
    cell = {"mean": ABSENT, "interval": "", "note": "", "lead": "", "word": "", "difference": ""}
    if figure is None:
        return cell
    cell |= {"mean": mean(figure), "interval": interval(figure), "note": note(figure, confidence)}
    cell["lead"] = _before(found.lead_s[variant].get(key))
    paired = found.differences.get(variant, {})
    difference = document({key: paired[key]}).get(key) if key in paired else None
    if difference is not None:
        word = verdict(difference, "leakers.total")  # more or fewer, as for every count
        if word != NO_DIFFERENCE:
            cell |= {"word": word, "difference": f"{mean(difference)} {interval(difference)}"}
    return cell


def _rows(found: CauseSummary, outcome: str, variants: list[str], confidence: float) -> list[dict[str, Any]]:
    known = OUTCOMES[outcome]
    rows = []
    for key in [key for key in found.keys if key.startswith(f"{outcome}.")]:
        kind, _, code = key.removeprefix(f"{outcome}.").partition(".")
        if kind == "link" and code != PICTURE_KEY:
            continue
        cause = known.get(code)
        rows.append(
            {
                "label": cause.label if cause else "Any error of the picture",
                "link": cause.link if cause else "",
                "meaning": cause.meaning if cause else "sensing, tracking, sharing or identity",
                "cells": [_cell(found, variant, key, confidence) for variant in variants],
            }
        )
    return rows


def cause_section(results: Results) -> CauseSection:
    """Return plot and tables of the causes of all variants.

    Raises:
        ResultsError: a table of the run folder cannot be read.
    """
    found = summarise_causes(results)
    confidence = results.summary()["confidence"]
    figures = {variant: document(own) for variant, own in found.variants.items()}
    groups = [
        {"title": title, "rows": _rows(found, outcome, results.variants, confidence)}
        for outcome, title in TITLES.items()
    ]
    plot = plots.causes_by_link(results, figures) if found.keys else None
    return CauseSection(plot, [group for group in groups if group["rows"]])
