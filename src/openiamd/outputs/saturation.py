"""Draws a saturation study: leak rate against arrival rate, and a page around it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from openiamd.outputs.page import Table, write_page
from openiamd.outputs.style import Plot, drawing, finish, look, quiet
from openiamd.outputs.words import ABSENT, class_name, number
from openiamd.results.cases import StudyFolder, open_study
from openiamd.results.saturation import AS_WRITTEN

PAGE = "saturation.html"
WIDTH_IN, HEIGHT_IN = 7.4, 4.2
MINUTE_S = 60.0


def draw_saturation(directory: str | Path) -> list[Path]:
    """Write `saturation.html` and return its path.

    Raises:
        ResultsError: the folder is no study folder.
    """
    folder = open_study(directory)
    manifest = folder.manifest
    title = f"Saturation of {manifest['scenario']['name']}, variant {manifest['variant']}, by {_attackers(manifest)}"
    return [write_page(folder.directory / PAGE, title, sentences(folder), [frontier(folder)], [frontier_table(folder)])]


def _attackers(manifest: Mapping[str, Any]) -> str:
    return class_name(manifest["class"])


def _defence(row: Mapping[str, Any]) -> str:
    """Return the defence of a row in words."""
    parts = [f"{row['channels']} channels a unit"] if row["channels"] != AS_WRITTEN else []
    parts += [f"{row['magazine']} rounds a unit"] if row["magazine"] != AS_WRITTEN else []
    return ", ".join(parts) or "as in the scenario"


def sentences(folder: StudyFolder) -> list[str]:
    """Return what the study found, in words."""
    manifest = folder.manifest
    others = "no other raid" if manifest["alone"] else "the scenario's other raids as they are"
    minutes = number(manifest["window_s"] / MINUTE_S)
    found = [
        f"Poisson arrivals of {_attackers(manifest)}, with {others}; those that start within {minutes} min count.",
    ]
    for row in folder.table("knees").to_pylist():
        found.append(f"{_defence(row)[:1].upper()}{_defence(row)[1:]}: {_knee(row)}.")
    if not manifest["complete"]:
        found.append("The study was interrupted: cases that were not finished are absent.")
    found.append(f"{manifest['replications']} runs a case, seed {manifest['seed']}.")
    return found


def _knee(row: Mapping[str, Any]) -> str:
    """Return in words up to which rate the leak rate stays below the level."""
    level = f"{100.0 * row['level']:g} %"
    if row["possible_hz"] is None:
        return f"more than {level} leak at every rate that was run"
    sure, knee, possible = (row[key] and number(MINUTE_S * row[key]) for key in ("sure_hz", "knee_hz", "possible_hz"))
    if knee is None:
        return f"more than {level} leak at the lowest rate, though intervals leave up to {possible} a minute open"
    more = ", the largest rate that was run" if row["beyond_the_largest"] else ""
    return (
        f"up to {knee} a minute at most {level} leak{more} (surely up to {sure or 'none'}, possibly up to {possible})"
    )


def frontier(folder: StudyFolder) -> Plot:
    """Return the leak rate against the arrival rate, a line a defence, with Erlang's formula where it applies."""
    rows = folder.table("frontier").to_pylist()
    level = folder.manifest["level"]
    with drawing(WIDTH_IN, HEIGHT_IN) as figure:
        axes = figure.add_subplot()
        defences = list(dict.fromkeys((row["channels"], row["magazine"]) for row in rows))
        for place, defence in enumerate(defences):
            chosen = [
                row for row in rows if (row["channels"], row["magazine"]) == defence and row["leak_mean"] is not None
            ]
            if chosen:
                _line(axes, chosen, place)
        axes.axhline(level, color="#6b6c6d", linewidth=0.9, linestyle=":")
        axes.annotate(
            f"level {100.0 * level:g} %", (1.0, level), xycoords=("axes fraction", "data"), ha="right", va="bottom"
        )
        axes.set_ylim(-0.02, 1.02)
        axes.set_xscale("log")
        rates = sorted({MINUTE_S * row["rate_hz"] for row in rows})
        axes.set_xticks(rates, [number(rate) for rate in rates], minor=False)
        axes.minorticks_off()
        axes.set_xlabel("arrivals a minute")
        axes.set_ylabel("share that got through")
        quiet(axes, "y")
        figure.legend(loc="outside upper left", ncols=2)
        caption = "Marks are ratios of totals over all runs, bars 95 % intervals, jackknifed over runs."
        if any(row["erlang_b"] is not None for row in rows):
            caption += " Crosses: Erlang's loss formula, which applies here."
        return finish(figure, "frontier", "Share of attackers that got through", caption)


def _line(axes: Any, chosen: Sequence[Mapping[str, Any]], place: int) -> None:
    """Draw one defence."""
    drawn = look(place)
    rates = np.array([MINUTE_S * row["rate_hz"] for row in chosen])
    means = np.array([row["leak_mean"] for row in chosen])
    ends = [
        np.array([row["leak_mean"] if row[key] is None else row[key] for row in chosen])
        for key in ("leak_low", "leak_high")
    ]
    axes.errorbar(
        rates, means, yerr=np.abs([means - ends[0], ends[1] - means]), marker=drawn.marker, color=drawn.colour,
        linestyle=drawn.line, markersize=4.5, linewidth=1.2, capsize=2, label=_defence(chosen[0]),
    )  # fmt: skip
    guides = [(MINUTE_S * row["rate_hz"], row["erlang_b"]) for row in chosen if row["erlang_b"] is not None]
    if guides:
        axes.plot(*zip(*guides, strict=True), linestyle="", marker="x", color=drawn.colour, markersize=7)


def frontier_table(folder: StudyFolder) -> Table:
    """Return every cell of the frontier with its costs."""
    rows = folder.table("frontier").to_pylist()
    guided = any(row["erlang_b"] is not None for row in rows)
    cells = []
    for row in rows:
        line = [
            number(MINUTE_S * row["rate_hz"]),
            _defence(row),
            number(row["attackers_mean"]),
            _interval(row, "leak_"),
        ]
        line += [ABSENT if row["erlang_b"] is None else f"{row['erlang_b']:.3f}"] * guided
        line += [number(row["shots_mean"]), _band(row, "exchange_", 1.0), _band(row, "usd_per_kill_", 1e-6)]
        cells.append(line)
    headings = ["a minute", "defence", "attackers a run", "leak rate", *["Erlang"] * guided, "rounds a run"]
    headings += ["USD spent a USD of attackers", "M USD a kill"]
    notes = [
        "leak rate: share that got through, [95 % interval], ratio of totals jackknifed over runs",
        "costs: nominal prices (cheapest rounds for dearest attackers – the other way round), from the catalogue's "
        "ranges; they say nothing of what the attackers would have destroyed",
    ]
    left = max((row["unresolved_mean"] for row in rows), default=0.0)
    if left > 0.0:
        notes.append(
            f"up to {left:g} a run were still flying at the end and count as attackers that did not get through"
        )
    return Table("Leak rate and cost", headings, cells, notes)


def _interval(row: Mapping[str, Any], prefix: str) -> str:
    mean, low, high = (row[f"{prefix}{key}"] for key in ("mean", "low", "high"))
    if mean is None:
        return ABSENT
    return f"{mean:.3f}" if low is None or high is None else f"{mean:.3f} [{low:.3f}, {high:.3f}]"


def _band(row: Mapping[str, Any], prefix: str, factor: float) -> str:
    mean, low, high = (row[f"{prefix}{key}"] for key in ("mean", "cheapest", "dearest"))
    if mean is None:
        return ABSENT
    return f"{number(factor * mean)} ({number(factor * low)} – {number(factor * high)})"
