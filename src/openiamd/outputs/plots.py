"""Plots of the summary and of the picture over time; each returns inline SVG with a caption that says it in words."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openiamd.outputs.style import Plot, drawing, finish, look, quiet
from openiamd.outputs.words import class_name, scaled, wording
from openiamd.results.cause_summary import LINKS
from openiamd.results.store import Results

WIDTH_IN = 7.4
ROW_IN = 0.17  # height of one variant within a group


def _figures(results: Results) -> dict[str, dict]:
    return results.summary()["variants"]


def _legend(figure: Figure, axes: Axes, count: int) -> None:
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    figure.legend(unique.values(), unique.keys(), loc="outside upper left", ncols=min(count, 6), handletextpad=0.4)


def _dots(
    axes: Axes, results: Results, keys: Sequence[str], labels: Sequence[str], figures: dict[str, dict] | None = None
) -> None:
    """Draw a row of dots with intervals for each key: one dot a variant, in compare order from the top."""
    figures, variants = figures or _figures(results), results.variants
    step = 0.8 / len(variants)
    for place, variant in enumerate(variants):
        drawn = look(place)
        rows = [row for row, key in enumerate(keys) if key in figures.get(variant, {})]
        shown = [scaled(figures[variant][keys[row]], wording(keys[row]).factor) for row in rows]
        means = np.array([one["mean"] for one in shown])
        lows = np.array([one["mean"] if one["low"] is None else one["low"] for one in shown])
        highs = np.array([one["mean"] if one["high"] is None else one["high"] for one in shown])
        heights = np.array(rows) + (place - (len(variants) - 1) / 2) * step
        axes.errorbar(
            means,
            heights,
            xerr=np.abs([means - lows, highs - means]) if rows else None,
            fmt=drawn.marker,
            color=drawn.colour,
            markersize=4.5,
            elinewidth=1.3,
            capsize=2,
            label=variant,
        )
    axes.set_yticks(range(len(keys)), labels)
    axes.set_ylim(len(keys) - 0.5, -0.5)
    for row in range(1, len(keys)):
        axes.axhline(row - 0.5, color="#c6c7c8", linewidth=0.5)
    quiet(axes)


def _from_zero(axes: Axes) -> None:
    """Start the axis at zero, with room for a whole marker there."""
    axes.set_xlim(left=-0.012 * axes.get_xlim()[1])


def _height(results: Results, rows: int) -> float:
    return 0.9 + rows * max(0.36, ROW_IN * len(results.variants))


def _hostile_classes(results: Results) -> list[str]:
    keys = {key for figures in _figures(results).values() for key in figures}
    entities = results.entities
    rows = zip(entities["side"].to_pylist(), entities["object_class"].to_pylist(), strict=True)
    classes = dict.fromkeys(object_class for side, object_class in rows if side == "hostile")
    return [name for name in classes if f"leakers.{name}" in keys]


def leakers_by_class(results: Results) -> Plot:
    """Hostile objects that got through, in all and by class, with intervals."""
    classes = _hostile_classes(results)
    keys = ["leakers.total", *(f"leakers.{name}" for name in classes)]
    labels = ["all", *(class_name(name) for name in classes)]
    with drawing(WIDTH_IN, _height(results, len(keys))) as figure:
        axes = figure.subplots()
        _dots(axes, results, keys, labels)
        _from_zero(axes)
        axes.set_xlabel("hostile objects that got through, mean per raid")
        _legend(figure, axes, len(results.variants))
        caption = (
            "Each mark is the mean over all runs; the bar is its interval. Further left is better for the defence."
        )
        return finish(figure, "leakers", "What got through, by class", caption)


def leaker_distribution(results: Results) -> Plot:
    """How many hostile objects got through, run by run: share of runs for each number."""
    runs, variants = results.runs, results.variants
    names = runs["variant"].to_numpy()
    counts = runs["leakers.total"].to_numpy().astype(np.int64)
    most = int(counts.max(initial=0))
    width = max(1, -(-(most + 1) // 30))  # at most 30 bars
    edges = np.arange(0, most + width + 1, width)
    with drawing(WIDTH_IN, 0.6 + 0.72 * len(variants)) as figure:
        panels = figure.subplots(len(variants), sharex=True, sharey=True, squeeze=False)[:, 0]
        for place, (variant, axes) in enumerate(zip(variants, panels, strict=True)):
            drawn, own = look(place), counts[names == variant]
            share = 100.0 * np.histogram(own, edges)[0] / max(len(own), 1)
            axes.bar(
                *(edges[:-1], share),
                width=0.85 * width,
                align="edge" if width > 1 else "center",
                color=drawn.colour,
                hatch=drawn.hatch,
                edgecolor="white",
                linewidth=0.0,
            )
            axes.set_title(variant, pad=2)
            quiet(axes, "y")
        panels[-1].set_xlabel("hostile objects that got through in one run")
        figure.supylabel("share of runs, %", fontsize=9)
        caption = (
            "The mean hides how bad a bad day is: the further right a bar stands, the more got through in that run."
        )
        return finish(figure, "distribution", "Good days and bad days", caption)


def own_losses(results: Results) -> Plot:
    """Friendly and civil aircraft shot at and shot down, with intervals."""
    keys = ["friendly_engaged", "friendly_killed", "civil_engaged", "civil_killed"]
    with drawing(WIDTH_IN, _height(results, len(keys))) as figure:
        axes = figure.subplots()
        _dots(axes, results, keys, ["friendly, shot at", "friendly, shot down", "civil, shot at", "civil, shot down"])
        _from_zero(axes)
        axes.set_xlabel("aircraft, mean per raid")
        _legend(figure, axes, len(results.variants))
        caption = "Where no aircraft was shot at in any run, the bar still shows how large the true mean could be."
        return finish(figure, "own-losses", "Own aircraft in danger", caption)


def _nodes(results: Results) -> list[str]:
    entities = results.entities
    rows = zip(entities["domain"].to_pylist(), entities["id"].to_pylist(), strict=True)
    return ["network", *dict.fromkeys(identity for domain, identity in rows if domain == "node")]


def siap_by_node(results: Results) -> Plot:
    """Completeness, ambiguity and identity of the air picture at each node and in the network."""
    titles = {
        "completeness": "objects tracked, %",
        "ambiguity": "tracks per tracked object",
        "id_correctness": "rightly identified, %",
    }
    nodes = _nodes(results)
    with drawing(WIDTH_IN, _height(results, len(nodes))) as figure:
        panels = figure.subplots(1, len(titles), sharey=True)
        for (attribute, title), axes in zip(titles.items(), panels, strict=True):
            _dots(axes, results, [f"siap.{attribute}.{node}" for node in nodes], nodes)
            axes.set_title(title)
        _legend(figure, panels[0], len(results.variants))
        caption = (
            "Best is 100 % for the share tracked, 1 for tracks per object (2 means that everything is seen double), "
            "and 100 % for the share identified rightly."
        )
        return finish(figure, "siap", "How good the air picture is", caption)


def completeness_over_time(results: Results) -> Plot:
    """Share of the objects present that are tracked, over time: at the shooters and in the network."""
    table = results.sql(
        """SELECT p.variant, time_s, p.node = 'network' AS network,
        sum(tracked)::DOUBLE AS tracked, sum(truths)::DOUBLE AS truths FROM picture p
        LEFT JOIN (SELECT DISTINCT variant, node FROM entities WHERE domain = 'fire_unit') f
        ON p.variant = f.variant AND p.node = f.node
        WHERE p.node = 'network' OR f.node IS NOT NULL GROUP BY ALL ORDER BY ALL"""
    )
    names, network = table["variant"].to_numpy(), table["network"].to_numpy()
    minutes = table["time_s"].to_numpy() / 60.0
    tracked, truths = table["tracked"].to_numpy(), table["truths"].to_numpy()
    share = np.divide(100.0 * tracked, truths, out=np.full(len(truths), np.nan), where=truths > 0)
    with drawing(WIDTH_IN, 2.9) as figure:
        panels = figure.subplots(1, 2, sharey=True)
        for title, whole, axes in zip(("at the shooters", "in the network"), (False, True), panels, strict=True):
            for place, variant in enumerate(results.variants):
                drawn, rows = look(place), (names == variant) & (network == whole)
                axes.plot(minutes[rows], share[rows], color=drawn.colour, linestyle=drawn.line, label=variant)
            axes.set_title(title)
            axes.set_xlabel("minutes from the start")
            axes.set_ylim(0.0, 102.0)
            quiet(axes, "y")
        panels[0].set_ylabel("objects tracked, %")
        _legend(figure, panels[0], len(results.variants))
        caption = "All runs together. What the network knows helps the shooters only as far as it reaches them."
        return finish(figure, "completeness", "The picture over time", caption)


def interceptors(results: Results) -> Plot:
    """Interceptors fired, wasted and left, with intervals."""
    keys = ["shots.total", "shots_wasted", "overkill", "missiles_left"]
    with drawing(WIDTH_IN, _height(results, len(keys))) as figure:
        axes = figure.subplots()
        _dots(axes, results, keys, ["fired", "met nothing", "met what was dead", "left at the end"])
        _from_zero(axes)
        axes.set_xlabel("interceptors, mean per raid")
        _legend(figure, axes, len(results.variants))
        caption = "A longer raid meets a magazine that holds what is left here."
        return finish(figure, "interceptors", "Interceptors spent", caption)


def causes_by_link(results: Results, figures: dict[str, dict]) -> Plot:
    """Leakers and own aircraft shot at, by the link of the chain that was missing first.

    figures  variant → key of `cause_summary` → figure
    """
    found = {key for own in figures.values() for key in own}
    titles = {"leakers": "hostile objects that got through", "friendly_engaged": "friendly aircraft shot at"}
    links = [link for link in LINKS if any(f"{outcome}.link.{link}" in found for outcome in titles)]
    with drawing(WIDTH_IN, _height(results, len(links))) as figure:
        panels = figure.subplots(1, len(titles), sharey=True)
        for (outcome, title), axes in zip(titles.items(), panels, strict=True):
            _dots(axes, results, [f"{outcome}.link.{link}" for link in links], links, figures)
            axes.set_title(title)
            axes.set_xlabel("mean per raid")
            _from_zero(axes)
        _legend(figure, panels[0], len(results.variants))
        caption = (
            "Sensing, tracking, sharing and identity are links of the picture; where the first missing link is one of "
            "rules or weapons, the picture was good enough."
        )
        return finish(figure, "causes", "Which link was missing first", caption)
