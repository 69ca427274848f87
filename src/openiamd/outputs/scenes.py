"""Plots of where and when: the map of the reference variant and the median course of an engagement."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from openiamd.outputs.plots import WIDTH_IN
from openiamd.outputs.style import FAINT, INK, MUTED, OKABE_ITO, Plot, drawing, finish, look, quiet
from openiamd.outputs.words import class_name
from openiamd.results.store import Results

LABEL_APART_KM = 60.0  # names of nearer places share one label
MAP_INTERCEPTS = 250  # dots drawn; more would only make the page larger
CLASS_LINES = {"ballistic": "-", "cruise": "--", "drone": ":", "bomber": "-."}
DOMAIN_SIGNS = {"node": ("^", "command node"), "sensor": ("o", "radar"), "fire_unit": ("s", "fire unit")}
STEPS = {  # step → query of its first time per object
    "detected": "SELECT variant, run, object, min(time_s) FROM detections WHERE kind = 'first detection' GROUP BY ALL",
    "tracked by the shooter": """SELECT variant, run, object, min(time_s) FROM (
        SELECT variant, run, object, node, time_s FROM tracks WHERE kind = 'track confirmed'
        UNION ALL SELECT variant, run, object, node, time_s FROM messages WHERE kind = 'track received')
        JOIN (SELECT DISTINCT variant, node FROM entities WHERE domain = 'fire_unit') USING (variant, node)
        GROUP BY ALL""",
    "engagement ordered": "SELECT variant, run, object, min(time_s) FROM decisions WHERE kind = 'engage' GROUP BY ALL",
    "first shot": "SELECT variant, run, object, min(time_s) FROM shots GROUP BY ALL",
    "killed": "SELECT variant, run, object, min(time_s) FROM outcomes WHERE kind = 'kill' GROUP BY ALL",
}
STEP_SIGNS = {
    "detected": "o",
    "tracked by the shooter": "^",
    "engagement ordered": "D",
    "first shot": "s",
    "killed": "X",
}


def _entities(results: Results, variant: str) -> list[dict[str, Any]]:
    return [row for row in results.entities.to_pylist() if row["variant"] == variant]


def _draw_routes(axes: Axes, entities: list[dict[str, Any]]) -> None:
    for row in entities:
        east_km, north_km = (np.array(row[key] or []) / 1e3 for key in ("route_east_m", "route_north_m"))
        if row["domain"] == "corridor":
            axes.plot(
                east_km, north_km, color=FAINT, linewidth=5.0, solid_capstyle="butt", label="air corridor", zorder=0
            )
        elif row["domain"] == "object" and row["side"] == "hostile":
            style = CLASS_LINES.get(row["object_class"], "-")
            label = f"{class_name(row['object_class'])} (hostile)"
            axes.plot(*(east_km, north_km), color=OKABE_ITO[1], linestyle=style, linewidth=0.8, label=label, zorder=2)
        elif row["domain"] == "object":
            colour = OKABE_ITO[0] if row["side"] == "friendly" else MUTED
            label = f"{row['side']} aircraft"
            axes.plot(*(east_km, north_km), color=colour, linewidth=0.6, alpha=0.7, label=label, zorder=1)


def _draw_sites(axes: Axes, entities: list[dict[str, Any]]) -> None:
    for domain, (marker, label) in DOMAIN_SIGNS.items():
        places = [
            (row["east_m"], row["north_m"]) for row in entities if row["domain"] == domain and row["east_m"] is not None
        ]
        if places:
            east_km, north_km = np.array(places).T / 1e3
            size = {"node": 46, "sensor": 12, "fire_unit": 24}[domain]
            axes.scatter(
                *(east_km, north_km),
                s=size,
                marker=marker,
                color=OKABE_ITO[2],
                edgecolor=INK,
                linewidth=0.5,
                label=label,
                zorder=4,
            )
    named: dict[tuple[float, float], list[str]] = {}
    for row in entities:
        if row["domain"] in ("asset", "node") and row["east_m"] is not None:
            place, is_asset = (row["east_m"] / 1e3, row["north_m"] / 1e3), row["domain"] == "asset"
            if is_asset:
                style = {"marker": "*", "color": OKABE_ITO[4], "edgecolor": INK, "linewidth": 0.5}
                axes.scatter(*place, s=110, label="defended place", zorder=3, **style)
            near = (other for other in named if math.dist(other, place) < LABEL_APART_KM)
            named.setdefault(next(near, place), []).append(row["id"])
    for place, names in named.items():
        text = ", ".join(dict.fromkeys(names))
        axes.annotate(text, place, xytext=(7, 6), textcoords="offset points", fontsize=7.5, zorder=5)


def map_of_the_raid(results: Results) -> Plot:
    """The reference variant from above: sites, routes, corridors and where interceptors killed."""
    entities = _entities(results, results.reference)
    kills = results.sql(
        f"""SELECT east_m, north_m FROM outcomes WHERE kind = 'kill' AND variant = '{results.reference}'
        ORDER BY run, event LIMIT {MAP_INTERCEPTS}"""
    )
    with drawing(WIDTH_IN, 5.2) as figure:
        axes = figure.subplots()
        _draw_routes(axes, entities)
        _draw_sites(axes, entities)
        east_km, north_km = (kills[key].to_numpy() / 1e3 for key in ("east_m", "north_m"))
        axes.plot(*(east_km, north_km), "x", color=INK, markersize=3, markeredgewidth=0.5, label="kill", zorder=3)
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_xlabel("kilometres east of the centre")
        axes.set_ylabel("kilometres north")
        handles, labels = axes.get_legend_handles_labels()
        unique = dict(zip(labels, handles, strict=True))
        figure.legend(unique.values(), unique.keys(), loc="outside right upper", fontsize=7.5)
        shown = f"the first {MAP_INTERCEPTS} kills" if len(kills) == MAP_INTERCEPTS else "all kills"
        caption = f"Variant {results.reference}. Crosses are {shown}. Sites are at city level."
        return finish(figure, "map", "The raid from above", caption)


def _step_medians(results: Results) -> dict[tuple[str, str], dict[str, float]]:
    """Return the median time, minutes after launch, of each step by (class, variant), over hostile objects."""
    union = " UNION ALL ".join(
        f"SELECT '{step}' AS step, * FROM ({query}) AS t(variant, run, object, time_s)" for step, query in STEPS.items()
    )
    table = results.sql(
        f"""SELECT o.object_class, o.variant, s.step, median(s.time_s - o.start_s) / 60 AS minutes
        FROM objects o JOIN ({union}) s ON o.variant = s.variant AND o.run = s.run AND o.object = s.object
        WHERE o.side = 'hostile' AND o.start_s IS NOT NULL GROUP BY ALL ORDER BY ALL"""
    )
    medians: dict[tuple[str, str], dict[str, float]] = {}
    for row in table.to_pylist():
        medians.setdefault((row["object_class"], row["variant"]), {})[row["step"]] = row["minutes"]
    return medians


def engagement_timeline(results: Results) -> Plot:
    """When the median hostile object of each class was detected, tracked, engaged, shot at and killed."""
    medians = _step_medians(results)
    classes = list(dict.fromkeys(object_class for object_class, _ in medians))
    flights: dict[str, float] = {}
    for row in results.entities.to_pylist():
        if row["side"] == "hostile" and row["flight_s"]:
            longest = max(flights.get(row["object_class"], 0.0), row["flight_s"] / 60.0)
            flights[row["object_class"]] = longest if math.isfinite(longest) else 0.0
    with drawing(WIDTH_IN, 0.9 + max(len(classes), 1) * (0.45 + 0.19 * len(results.variants))) as figure:
        panels = figure.subplots(max(len(classes), 1), squeeze=False)[:, 0]
        for object_class, axes in zip(classes, panels, strict=False):
            for place, variant in enumerate(results.variants):
                steps = medians.get((object_class, variant), {})
                drawn = look(place)
                if steps:
                    axes.plot(
                        [min(steps.values()), max(steps.values())], [place, place], color=drawn.colour, linewidth=1.2
                    )
                for step, sign in STEP_SIGNS.items():
                    if step in steps:
                        axes.plot(
                            steps[step],
                            place,
                            sign,
                            color=drawn.colour,
                            markersize=5,
                            markeredgecolor=INK,
                            markeredgewidth=0.4,
                        )
            axes.set_yticks(range(len(results.variants)), results.variants, fontsize=7.5)
            axes.set_ylim(len(results.variants) - 0.5, -0.5)
            axes.set_xlim(0.0, flights.get(object_class) or None)
            axes.set_title(class_name(object_class), pad=3)
            quiet(axes)
        panels[-1].set_xlabel("minutes after launch; each axis ends with the longest flight")
        signs = [
            panels[0].plot([], [], sign, color=MUTED, markersize=5, label=step)[0] for step, sign in STEP_SIGNS.items()
        ]
        figure.legend(handles=signs, loc="outside upper left", ncols=len(signs), handletextpad=0.2, columnspacing=1.0)
        caption = (
            "Medians over the hostile objects that came to the step. The gaps are the price of each link in the chain."
        )
        return finish(figure, "timeline", "From launch to outcome", caption)
