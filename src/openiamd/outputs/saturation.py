"""Draws a saturation study: leak rate against arrival rate, and a page around it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from openiamd.outputs.page import Table, write_page
from openiamd.outputs.style import Plot, drawing, finish, look, quiet
from openiamd.outputs.words import ABSENT, class_name, number, provenance
from openiamd.results.cases import StudyFolder, open_study
from openiamd.results.saturation import AS_WRITTEN

PAGE = "saturation.html"
WIDTH_IN, HEIGHT_IN = 7.4, 4.2
MINUTE_S = 60.0
MOST_NAMED = 3
MOST_PANELS = 4
APART = 1.03  # between lines that would hide each other, as a factor of the rate


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
    parts = [_count(row["channels"], "channels"), _count(row["magazine"], "rounds")]
    return ", ".join(part for part in parts if part) or "as in the scenario"


def _count(count: int, what: str) -> str:
    """Return how many a fire unit has, or nothing where it keeps its own number."""
    return "" if count == AS_WRITTEN else f"{count} {what if count > 1 else what[:-1]} a unit"


def _channels(row: Mapping[str, Any]) -> str:
    """Return the channels of a row in words."""
    return _count(row["channels"], "channels") or "channels as in the scenario"


def sentences(folder: StudyFolder) -> list[str]:
    """Return what the study found, in words."""
    manifest = folder.manifest
    others = "no other raid" if manifest["alone"] else "the scenario's other raids as they are"
    minutes = number(manifest["window_s"] / MINUTE_S)
    found = [
        f"Poisson arrivals of {_attackers(manifest)}, with {others}; those that start within {minutes} min count.",
    ]
    alike: dict[str, list[str]] = {}
    for row in folder.table("knees").to_pylist():
        alike.setdefault(_knee(row), []).append(_defence(row))
    for knee, defences in alike.items():
        who = f"each of {len(defences)} defences" if len(defences) > MOST_NAMED else "; ".join(defences)
        found.append(f"{who[:1].upper()}{who[1:]}: {knee}.")
    if not manifest["complete"]:
        found.append("The study was interrupted: cases that were not finished are absent.")
    found.append(f"{manifest['replications']} runs a case, seed {manifest['seed']}.")
    return [*found, *provenance(manifest)]


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
    """Return the leak rate against the arrival rate: a panel a number of rounds, a line a number of channels.

    One panel holds all where the number of channels is one, or those of rounds are many. Where Erlang's formula
    applies, it is added.
    """
    rows = folder.table("frontier").to_pylist()
    channels, rounds = (list(dict.fromkeys(row[key] for row in rows)) for key in ("channels", "magazine"))
    panels = rounds if len(channels) > 1 and len(rounds) <= MOST_PANELS else [None]
    with drawing(WIDTH_IN, HEIGHT_IN) as figure:
        all_axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, magazine in zip(all_axes, panels, strict=True):
            shown = [row for row in rows if magazine in (None, row["magazine"])]
            _panel(axes, shown, folder.manifest["level"], named_by=_defence if magazine is None else _channels)
            if magazine is not None:
                axes.set_title(_count(magazine, "rounds") or "rounds as in the scenario", loc="left")
        all_axes[0].set_ylabel("share that got through")
        handles, names = all_axes[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper left", ncols=2)
        caption = "Marks are ratios of totals over all runs, bars 95 % intervals, jackknifed over runs."
        if len(channels) > 1 or len(rounds) > 1:
            caption += " Lines are set a little apart along the rate, so that none hides another."
        if any(row["erlang_b"] is not None for row in rows):
            caption += " Crosses: Erlang's loss formula, which applies here."
        return finish(figure, "frontier", "Share of attackers that got through", caption)


def _panel(axes: Any, rows: Sequence[Mapping[str, Any]], level: float, named_by: Callable[[Any], str]) -> None:
    """Draw a line for every defence of a panel, and the level."""
    defences = list(dict.fromkeys((row["channels"], row["magazine"]) for row in rows))
    for place, defence in enumerate(defences):
        chosen = [row for row in rows if (row["channels"], row["magazine"]) == defence and row["leak_mean"] is not None]
        if chosen:
            _line(axes, chosen, place, APART ** (place - (len(defences) - 1) / 2), named_by(chosen[0]))
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
    quiet(axes, "y")


def _line(axes: Any, chosen: Sequence[Mapping[str, Any]], place: int, shift: float, name: str) -> None:
    """Draw one defence under a name, its rates multiplied by ``shift``."""
    drawn = look(place)
    rates = np.array([shift * MINUTE_S * row["rate_hz"] for row in chosen])
    means = np.array([row["leak_mean"] for row in chosen])
    ends = [
        np.array([row["leak_mean"] if row[key] is None else row[key] for row in chosen])
        for key in ("leak_low", "leak_high")
    ]
    axes.errorbar(
        rates, means, yerr=np.abs([means - ends[0], ends[1] - means]), marker=drawn.marker, color=drawn.colour,
        linestyle=drawn.line, markersize=4.5, linewidth=1.2, capsize=2, label=name,
    )  # fmt: skip
    guides = [(rate, row["erlang_b"]) for rate, row in zip(rates, chosen, strict=True) if row["erlang_b"] is not None]
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
