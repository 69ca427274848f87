"""Draws a folder of losses: a dot with its interval a single loss, a heat map of the pairs, and a page around both."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from openiamd.outputs.page import Table, write_page
from openiamd.outputs.style import Plot, drawing, finish, look, quiet
from openiamd.outputs.words import provenance, wording
from openiamd.results.cases import StudyFolder, estimate_of, open_study
from openiamd.results.resilience import INTACT, UNDEFENDED

PAGE, MATRIX = "resilience.html", "matrix.svg"
WIDTH_IN = 7.4
DARK, LIGHT = "#111213", "#fdfdfd"  # in cells, whose colours do not change with the page
MOST_LABEL = 24


def draw_resilience(directory: str | Path) -> list[Path]:
    """Write `resilience.html`, and `matrix.svg` where pairs were lost; return their paths.

    Raises:
        ResultsError: the folder is no study folder.
    """
    folder = open_study(directory)
    plots = [single_losses(folder)]
    paths = []
    if folder.manifest["order"] == 2:
        plots.append(pair_matrix(folder))
        path = folder.directory / MATRIX
        path.write_text(_alone(plots[1].svg), encoding="utf-8")
        paths.append(path)
    name, variant = folder.manifest["scenario"]["name"], folder.manifest["variant"]
    title = f"Resilience of {name}, variant {variant}"
    table = loss_table(folder)
    return [write_page(folder.directory / PAGE, title, sentences(folder.manifest), plots, [table]), *paths]


def _alone(svg: str) -> str:
    """Return a plot of a page as a file of its own: ink and paper in place of the page's colours."""
    svg = svg.replace("<svg ", '<svg style="color:#1a1b1c;background:#fff" ', 1)
    return svg.replace("var(--grid)", "#c6c7c8").replace("var(--muted)", "#6b6c6d")


def sentences(manifest: Mapping[str, Any]) -> list[str]:
    """Return what the study found, in words."""
    label = wording(manifest["measure"]).label.lower()
    intact, undefended = (manifest["reference"][case][manifest["measure"]] for case in ("intact", "undefended"))
    found = [f"Mean number a run of {label}: {intact:.2f} intact, {undefended:.2f} with no fire unit at all."]
    for order, score in manifest["scores"].items():
        what = "single losses" if order == "1" else "pairs of losses"
        mean, worst = score["mean"], score["worst"]
        if mean["mean"] is None:
            found.append("No score: the intact defence stops no more than none at all.")
            break
        found.append(
            f"Over {score['losses']} {what} the defence keeps {_share(mean)} of its advantage over no defence; "
            f"after the worst one, {_worst(score)}, it keeps {_share(worst)}."
        )
    if not manifest["scores"]:
        found.append("Only leakers have a score: no defence at all engages no friend.")
    if not manifest["complete"]:
        found.append("The study was interrupted: losses that were not finished are absent.")
    found += _unfinished(manifest)
    found.append(
        f"{manifest['replications']} runs a case, seed {manifest['seed']}, paired run by run with the intact defence."
    )
    return [*found, *provenance(manifest)]


def _worst(score: Mapping[str, Any]) -> str:
    return score["worst_loss"] + (f" (as bad: {score['as_bad'] - 1} more)" if score["as_bad"] > 1 else "")


def _unfinished(manifest: Mapping[str, Any]) -> list[str]:
    """Return a warning where hostile objects were still flying at the end, else nothing."""
    left = manifest["unresolved"]
    if left["mean"] <= 0.0:
        return []
    what = {INTACT: "with the intact defence", UNDEFENDED: "with no fire unit at all"}
    hostile = manifest["reference"][UNDEFENDED]["hostile.total"]
    return [
        f"Up to {left['mean']:.3g} of {hostile:.3g} hostile objects a run were still flying at the end "
        f"({what.get(left['case'], left['case'])}) and count as stopped: shares and scores are of what was decided. "
        "A longer theatre.duration decides them."
    ]


def _share(estimate: Mapping[str, Any]) -> str:
    low, high = estimate["low"], estimate["high"]
    if low is None or high is None:
        return f"{estimate['mean']:.2f}"
    return f"{estimate['mean']:.2f} [{low:.2f}, {high:.2f}]"


def _label(name: str) -> str:
    return name if len(name) <= MOST_LABEL else f"{name[: MOST_LABEL - 1]}…"


def single_losses(folder: StudyFolder) -> Plot:
    """Return the difference that each single loss makes, with its interval, worst first."""
    key = folder.manifest["measure"]
    rows = sorted(folder.rows("losses", measure=key, order=1), key=lambda row: row["rank"])
    drawn = look(0)
    with drawing(WIDTH_IN, 0.9 + 0.27 * len(rows)) as figure:
        axes = figure.add_subplot()
        means = np.array([row["difference_mean"] for row in rows])
        ends = [[row[f"difference_{end}"] for row in rows] for end in ("low", "high")]
        limits = [np.array([m if x is None else x for m, x in zip(means, end, strict=True)]) for end in ends]
        places = np.arange(len(rows))
        axes.errorbar(
            means, places, xerr=np.abs([means - limits[0], limits[1] - means]), fmt=drawn.marker, color=drawn.colour,
            markersize=4.5, elinewidth=1.3, capsize=2,
        )  # fmt: skip
        axes.axvline(0.0, color="#c6c7c8", linewidth=0.8)
        axes.set_yticks(places, [_label(row["loss"]) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlabel(f"{wording(key).label}: change by the loss, mean a run")
        quiet(axes)
        caption = "Each element lost alone; dots are means over paired runs, bars 95 % intervals."
        return finish(figure, "single", "What each loss costs", caption)


def pair_matrix(folder: StudyFolder) -> Plot:
    """Return the matrix of pairs: the change of the measure in each cell, single losses on the diagonal."""
    key = folder.manifest["measure"]
    rows = folder.rows("losses", measure=key)
    names = list(dict.fromkeys(row["first"] for row in rows if row["order"] == 1))
    place = {name: index for index, name in enumerate(names)}
    cells = np.full((len(names), len(names)), np.nan)
    for row in rows:
        if row["first"] in place and row["second"] in place:
            cells[place[row["first"]], place[row["second"]]] = row["difference_mean"]
            cells[place[row["second"]], place[row["first"]]] = row["difference_mean"]
    size_in = max(3.0, 0.45 * len(names) + 1.8)
    with drawing(size_in, size_in) as figure:
        axes = figure.add_subplot()
        least, most = min(float(np.nanmin(cells)), 0.0), max(float(np.nanmax(cells)), 1e-9)
        axes.imshow(cells, cmap="Blues", vmin=least, vmax=most, aspect="equal")
        for (one, two), value in np.ndenumerate(cells):
            dark = math.isfinite(value) and value - least > 0.55 * (most - least)
            text = "" if math.isnan(value) else f"{value:.1f}"
            weight = "bold" if one == two else "normal"
            axes.text(
                two, one, text, ha="center", va="center", fontsize=7.5, color=LIGHT if dark else DARK, weight=weight
            )
        labels = [_label(name) for name in names]
        axes.set_xticks(range(len(names)), labels, rotation=90)
        axes.set_yticks(range(len(names)), labels)
        axes.grid(False)
        axes.tick_params(length=0)
        caption = (
            f"{wording(key).label}: change by the loss of a row's and a column's element together, mean a run; bold on "
            "the diagonal: that element alone. Darker is more; no number: one is part of the other, or not finished."
        )
        return finish(figure, "pairs", "What each pair costs", caption)


def loss_table(folder: StudyFolder) -> Table:
    """Return every loss with its figures, worst first within its order."""
    key = folder.manifest["measure"]
    rows = sorted(folder.rows("losses", measure=key), key=lambda row: (row["order"], row["rank"]))
    cells = [
        [row["loss"], row["kind"], _share(estimate_of(row)), _share(estimate_of(row, "difference_")), _kept(row)]
        for row in rows
    ]
    label = wording(key).label
    headings = ["lost", "what it is", label, "change by the loss", "share of the advantage kept"]
    absent = [row for row in folder.table("elements").to_pylist() if row["left_out"]]
    notes = [f"Methods: {'; '.join(_methods(rows))}."]
    notes += [f"{row['element']} ({row['kind']}) was not lost: {row['left_out']}." for row in absent]
    return Table("Every loss", headings, cells, notes)


def _kept(row: Mapping[str, Any]) -> str:
    return "–" if row["kept_mean"] is None else _share(estimate_of(row, "kept_"))


def _methods(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    names = [row[f"{prefix}method"] for row in rows for prefix in ("", "difference_", "kept_")]
    return [name for name in dict.fromkeys(names) if name]
