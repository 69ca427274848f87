"""Writes `report.html`: one self-contained page that answers the scenario's question from stored results alone."""

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from openiamd.errors import ResultsError
from openiamd.outputs import plots, scenes
from openiamd.outputs.causes import cause_section
from openiamd.outputs.style import look
from openiamd.outputs.words import (
    ABSENT,
    NO_DIFFERENCE,
    Figure,
    difference_sentence,
    interval,
    level_sentence,
    mean,
    note,
    scaled,
    size_of,
    verdict,
    wording,
)
from openiamd.results.measures import MEASURES
from openiamd.results.store import Results, open_results
from openiamd.results.summary import unfinished

REPORT = "report.html"
LARGEST_BYTES = 2_000_000
HEADLINE = (
    *("leakers.total", "probability_zero_leakers", "friendly_engaged", "civil_engaged", "shots.total"),
    *("siap.completeness.shooters", "siap.id_correctness.shooters"),
)
SHORT_LABELS = {
    "leakers.total": "Hostiles that got through",
    "probability_zero_leakers": "Chance that none did",
    "friendly_engaged": "Friendly aircraft shot at",
    "civil_engaged": "Civil aircraft shot at",
    "shots.total": "Interceptors fired",
    "siap.completeness.shooters": "Objects that the shooters track",
    "siap.id_correctness.shooters": "Of those, rightly identified",
}
DIFFERENCES = (
    *("leakers.total", "leakers.<class>", "probability_zero_leakers", "friendly_engaged", "civil_engaged"),
    *("friendly_killed", "civil_killed", "friendly_engaged_per_1000h", "civil_engaged_per_1000h"),
    *("shots.total", "shots_wasted", "overkill", "missiles_left", "cost.interceptors_usd", "warning_time_s.<class>"),
    *("first_shot_range_m.<class>", "siap.completeness.shooters", "siap.ambiguity.shooters"),
    *("siap.id_correctness.shooters", "siap.completeness.network", "siap.ambiguity.network"),
    *("siap.id_correctness.network", "siap.commonality.network"),
)
VERIFICATIONS = {
    "V": "verified: the statement was seen in the source",
    "R": "recalled: from a source that is known but was not checked again",
    "D": "derived or estimated",
}
SOURCE_CLASSES = {
    "O": "official",
    "T": "think tank or academic",
    "P": "press or agency",
    "N": "encyclopaedia or enthusiast reference",
    "E": "own estimate",
}


def _cell(figure: Figure | None, key: str, confidence: float) -> dict[str, str]:
    """Return a figure as the text of a table cell."""
    if figure is None:
        return {"mean": ABSENT, "size": "", "interval": "", "note": "not measured here", "unit": ""}
    known = wording(key)
    shown = scaled(figure, known.factor)
    return {
        "mean": mean(shown),
        "size": size_of(shown),
        "interval": interval(shown),
        "note": note(figure, confidence),
        "unit": known.unit,
    }


def _headline(results: Results, summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row a variant with the headline figures."""
    rows = []
    for place, variant in enumerate(results.variants):
        figures = summary["variants"].get(variant, {})
        rows.append(
            {
                "variant": variant,
                "colour": look(place).colour,
                "description": results.manifest.get("variant_descriptions", {}).get(variant, ""),
                "cells": [_cell(figures.get(key), key, summary["confidence"]) for key in HEADLINE],
            }
        )
    return rows


def _matching(pattern: str, keys: Sequence[str]) -> list[str]:
    """Return the keys that a pattern such as `leakers.<class>` stands for."""
    stem, mark, _ = pattern.partition("<")
    if not mark:
        return [key for key in keys if key == pattern]
    return [
        key for key in keys if key.startswith(stem) and key not in DIFFERENCES and not key.startswith("leakers.at.")
    ]


def _difference_rows(summary: Mapping[str, Any], others: Sequence[str]) -> list[dict[str, Any]]:
    """Return one row a measure with the paired difference of each variant to the reference, in words and figures."""
    keys = list(dict.fromkeys(key for variant in others for key in summary["differences"].get(variant, {})))
    rows = []
    for key in [key for pattern in DIFFERENCES for key in _matching(pattern, keys)]:
        cells = []
        for variant in others:
            figure = summary["differences"].get(variant, {}).get(key)
            word = verdict(figure, key) if figure else ""
            cells.append(_cell(figure, key, summary["confidence"]) | {"word": word, "shown": word != NO_DIFFERENCE})
        rows.append({"label": wording(key).label, "unit": wording(key).unit, "key": key, "cells": cells})
    return rows


def _all_rows(summary: Mapping[str, Any], variants: Sequence[str]) -> list[dict[str, Any]]:
    keys = list(dict.fromkeys(key for variant in variants for key in summary["variants"].get(variant, {})))
    return [
        {
            "label": wording(key).label,
            "unit": wording(key).unit,
            "key": key,
            "cells": [
                _cell(summary["variants"].get(name, {}).get(key), key, summary["confidence"]) for name in variants
            ],
        }
        for key in keys
    ]


def _answers(results: Results, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (variant, sentence) for the reference and for how each other variant differs from it."""
    reference = results.reference
    answers = []
    if reference in summary["variants"]:
        answers.append((reference, level_sentence(summary["variants"][reference])))
    for variant, differences in summary["differences"].items():
        answers.append((variant, difference_sentence(differences, reference)))
    return answers


def _shares(inputs: Sequence[Mapping[str, Any]], key: str, words: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the share of inputs that carry each mark, in the order of ``words``."""
    marks = [row[key] for row in inputs]
    known = [mark for mark in words if mark in marks] + sorted({mark for mark in marks if mark not in words})
    return [
        {
            "mark": mark,
            "words": words.get(mark, mark),
            "count": marks.count(mark),
            "percent": round(100.0 * marks.count(mark) / len(marks)),
        }
        for mark in known
    ]


def _input_value(value: float | None, unit: str) -> str:
    return ABSENT if value is None else f"{value:.4g} {unit}".strip()


def _trust(inputs: Sequence[Mapping[str, Any]], sources: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return how much of the run rests on what, the inputs that nobody has verified, and the sources named."""
    titles = {name: source["title"] for name, source in sources.items()}
    unverified = [
        {
            "path": row["path"],
            "value": _input_value(row["value"], row["unit"]),
            "range": f"{_input_value(row['low'], '')} to {_input_value(row['high'], '')}",
            "mark": row["verification"],
            "source_class": row["source_class"],
            "source": "; ".join(titles.get(name, name) for name in row["source"].split("; ")),
        }
        for row in inputs
        if row["verification"] != "V"
    ]
    return {
        "count": len(inputs),
        "verification": _shares(inputs, "verification", VERIFICATIONS),
        "source_class": _shares(inputs, "source_class", SOURCE_CLASSES),
        "unverified": unverified,
        "sources": [{"title": titles[name], "url": sources[name]["url"] or ""} for name in sources],
    }


def _sections(results: Results) -> list[dict[str, Any]]:
    """Return the plots in the order of a reader's questions."""
    return [
        {
            "title": "What got through",
            "id": "through",
            "plots": [plots.leakers_by_class(results), plots.leaker_distribution(results)],
        },
        {"title": "Own aircraft", "id": "own", "plots": [plots.own_losses(results)]},
        {
            "title": "The air picture",
            "id": "picture",
            "plots": [plots.siap_by_node(results), plots.completeness_over_time(results)],
        },
        {
            "title": "The course of the raid",
            "id": "course",
            "plots": [
                scenes.map_of_the_raid(results),
                scenes.engagement_timeline(results),
                plots.interceptors(results),
            ],
        },
    ]


def _environments(results: Results) -> dict[str, list[str]]:
    """Return what lies between radars and targets, with the variants that each sentence is about."""
    found: dict[str, list[str]] = {}
    for variant, sentence in results.manifest.get("environment", {}).items():
        found.setdefault(sentence, []).append(variant)
    return found


def _context(results: Results) -> dict[str, Any]:
    summary, manifest = results.summary(), results.manifest
    others = [variant for variant in results.variants if variant in summary["differences"]]
    return {
        "scenario": manifest["scenario"],
        "manifest": manifest,
        "notice": results.notice,
        "reference": results.reference,
        "variants": results.variants,
        "others": others,
        "confidence": 100.0 * summary["confidence"],
        "runs": len(results.runs),
        "answers": _answers(results, summary),
        "unfinished": unfinished(dict(summary)),
        "headline_labels": [SHORT_LABELS[key] for key in HEADLINE],
        "headline": _headline(results, summary),
        "differences": _difference_rows(summary, others),
        "all_rows": _all_rows(summary, results.variants),
        "definitions": MEASURES,
        "sections": _sections(results),
        "causes": cause_section(results),
        "environments": _environments(results),
        "trust": _trust(manifest.get("inputs", []), manifest.get("sources", {})),
    }


def render(results: Results) -> str:
    """Return the report as HTML text; the same results give the same text."""
    source = (resources.files("openiamd.outputs") / "report.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(source).render(_context(results))


def write_report(directory: str | Path) -> Path:
    """Write `report.html` into a run folder and return its path; the page loads nothing from outside.

    Raises:
        ResultsError: the folder is no run folder, or the page would be 2 MB or more.
    """
    results = open_results(directory)
    page = render(results).encode()
    if len(page) >= LARGEST_BYTES:
        size = f"{len(page) / 1e6:.1f} MB"
        raise ResultsError(f"the report would be {size}, more than 2 MB", hint="compare fewer variants at once")
    path = results.directory / REPORT
    draft = path.with_name(f".{REPORT}.draft")
    draft.write_bytes(page)
    draft.replace(path)
    return path
