"""Draws a coverage folder: a map of each variant with a panel an altitude, and vertical cuts with range curves."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from openiamd.outputs.style import FAINT, INK, MUTED, OKABE_ITO, SETTINGS, quiet
from openiamd.results.coverage import LEVELS, Coverage, file_name, open_coverage

NETWORK = "network"
MOST_CELLS = 400  # along a side of a drawn map
DPI = 110
# Shade and line say the same thing twice: the surest case is darkest and solid.
LETTERS_PER_INCH = 15  # of headings
SHADES = {"high": "#d6e6f2", "nominal": "#8fbfdd", "low": "#3f8cbf"}
BAND_LINES: dict[str, Any] = {"low": "-", "nominal": "--", "high": ":"}
BAND_WORDS = {"low": "even in the low case", "nominal": "nominal", "high": "in the high case only"}
PLACE_SIGNS = {"radar": "o", "airborne": "D", "node": "^", "asset": "*"}
PLACE_WORDS = {"radar": "radar", "airborne": "airborne radar", "node": "command node", "asset": "defended place"}
EARTH_RADIUS_KM = 6371.0

Progress = Callable[[int, int, str], None]


def draw_coverage(directory: str | Path, progress: Progress | None = None) -> list[Path]:
    """Draw the maps and cuts of a coverage folder as PNG beside its data, and return their paths.

    Raises:
        ResultsError: the folder cannot be read.
    """
    coverage = open_coverage(directory)
    targets = [one["name"] for one in coverage.manifest["targets"]]
    alike = coverage.manifest["alike"]
    total = 2 * len(alike) * len(targets)
    paths: list[Path] = []
    for variant, first in alike.items():
        for target in targets:
            for folder, draw in (("maps", draw_map), ("cuts", draw_cuts)):
                path = coverage.directory / folder / f"{file_name(variant, target)}.png"
                path.parent.mkdir(exist_ok=True)
                if variant == first:
                    with mpl.rc_context(SETTINGS):
                        draw(coverage, variant, target).savefig(path, dpi=DPI, metadata={"Software": None})
                else:
                    shutil.copyfile(path.with_name(f"{file_name(first, target)}.png"), path)
                paths.append(path)
                if progress is not None:
                    progress(len(paths), total, "drawing")
    return paths


def draw_map(coverage: Coverage, variant: str, target: str) -> Figure:
    """Return the map of one variant against one target: a panel an altitude, the network shaded, nodes outlined."""
    altitudes_m = coverage.manifest["altitudes_m"]
    charts = coverage.charts(variant=variant, target=target)
    charts = [chart for chart in charts if chart["heading"] != "crossing"]
    nodes = [chart for chart in charts if chart["node"] != NETWORK]
    levels = {chart["file"]: coverage.levels(chart) for chart in charts}
    with _sheet(max(3.5 * len(altitudes_m), 7.0), 5.2) as figure:
        panels = _panels(figure, 1, len(altitudes_m), True, top=0.84, bottom=0.24)[0]
        for band, (altitude_m, axes) in enumerate(zip(altitudes_m, panels, strict=True)):
            for chart in charts:
                if chart["node"] == NETWORK:
                    _shade(axes, levels[chart["file"]][band], chart["bounds_deg"])
            for place, chart in enumerate(nodes):
                _outline(axes, levels[chart["file"]][band], chart, place)
            _places(axes, coverage.manifest["places"][variant])
            _frame(axes, coverage.manifest["theatre"], levels, charts)
            way = ", flying toward the radar" if charts and charts[0]["heading"] == "inbound" else ""
            axes.set_title(f"{written_altitude(altitude_m)} above {above(coverage)}{way}", fontsize=9)
            axes.set_xlabel("degrees east")
        panels[0].set_ylabel("degrees north")
        figure.legend(
            handles=_map_signs(nodes), loc="lower center", ncols=3 if len(altitudes_m) < 3 else 4, fontsize=7.5
        )
        _write_heading(figure, heading(coverage, variant, target))
        return figure


def draw_cuts(coverage: Coverage, variant: str, target: str) -> Figure:
    """Return vertical cuts of each group of radars, and beside them first-detection range against altitude."""
    cuts = coverage.rows("cuts", variant=variant, target=target)
    curves = coverage.rows("curves", variant=variant, target=target)
    rows = max(len(cuts), 1)
    height_in = 1.5 + 1.9 * rows
    with _sheet(8.6, height_in) as figure:
        top, bottom = 1.0 - 0.85 / height_in, 0.8 / height_in
        panels = _panels(figure, rows, 2, False, (3, 2), top=top, bottom=bottom, hspace=0.36)
        for cut, (left, right) in zip(cuts, panels, strict=False):
            _draw_cut(left, cut)
            own = [row for row in curves if (row["node"], row["role"]) == (cut["node"], cut["role"])]
            _draw_curve(right, own)
            left.set_title(f"{group_words(cut)}, toward {cut['azimuth_deg']:.0f}°")
            right.set_title("first detection of an inbound target")
            left.set_ylabel("above the sea")
            right.set_ylabel(f"above {above(coverage)}")
        panels[-1, 0].set_xlabel("km along the ground from the middle of the radars")
        panels[-1, 1].set_xlabel("km: median over azimuth, and least to greatest")
        signs = [Patch(facecolor=SHADES[band], edgecolor=INK, linestyle=BAND_LINES[band], label=f"seen {words}")
                 for band, words in BAND_WORDS.items()]  # fmt: skip
        figure.legend(handles=signs, loc="lower center", ncols=3, fontsize=7.5)
        _write_heading(figure, heading(coverage, variant, target))
        return figure


@contextmanager
def _sheet(width_in: float, height_in: float) -> Iterator[Figure]:
    """Give a figure in the house style without a layout that fits itself, which would draw everything twice."""
    with mpl.rc_context({**SETTINGS, "figure.constrained_layout.use": False}):
        yield Figure(figsize=(width_in, height_in))


def _panels(
    figure: Figure,
    rows: int,
    columns: int,
    sharey: bool = False,
    width_ratios: Sequence[int] | None = None,
    **edges: float,
) -> Any:
    """Return axes (row, column) at fixed places."""
    panels = figure.subplots(rows, columns, sharey=sharey, width_ratios=width_ratios, squeeze=False)
    figure.subplots_adjust(left=0.65 / figure.get_figwidth(), right=0.985, **{"wspace": 0.16, **edges})
    return panels


def heading(coverage: Coverage, variant: str, target: str) -> str:
    """Return what a figure shows and under which assumptions."""
    manifest = coverage.manifest
    rcs = next(one["rcs_m2"] for one in manifest["targets"] if one["name"] == target)
    size = f"{rcs['nominal']:g} m²" if rcs["low"] == rcs["high"] else f"{rcs['low']:g} – {rcs['high']:g} m²"
    same = [name for name, first in manifest["alike"].items() if first == manifest["alike"][variant]]
    names = f"variant {variant}" if len(same) == 1 else f"variants {', '.join(same)} alike"
    first = f"{manifest['scenario']['name']}, {names}: single-look Pd ≥ {manifest['single_look_pd']:g}"
    second = f"{manifest['surface']}; {manifest['air']}; low and high are corner cases, no interval"
    return f"{first} against {target} ({size})\n{second}"


def _write_heading(figure: Figure, text: str) -> None:
    """Write lines above the panels, wrapped to the figure's width."""
    letters = int(LETTERS_PER_INCH * figure.get_figwidth())
    lines = [line for part in text.split("\n") for line in wrap(part, letters)]
    figure.text(0.01, 1.0 - 0.06 / figure.get_figheight(), "\n".join(lines), fontsize=8, va="top")


def above(coverage: Coverage) -> str:
    """Return what altitudes are counted from, in words."""
    return "the ground" if coverage.manifest["altitudes_above"] == "ground" else "the sea"


def written_altitude(altitude_m: float) -> str:
    """Return an altitude as text."""
    return f"{altitude_m / 1e3:g} km" if altitude_m >= 1e3 else f"{altitude_m:g} m"


def group_words(row: Mapping[str, Any]) -> str:
    """Return the name of a group of radars."""
    if row["node"] == NETWORK:
        return "all nodes together"
    return f"{row['node']}, engagement radars as if designated" if row["role"] == "engagement" else str(row["node"])


def _thinned(levels: np.ndarray) -> np.ndarray:
    step = -(-max(levels.shape) // MOST_CELLS)
    return levels[::step, ::step]


def _shade(axes: Axes, levels: np.ndarray, bounds: Sequence[float]) -> None:
    west, south, east, north = bounds
    colours = ListedColormap(["#ffffff00", SHADES["high"], SHADES["nominal"], SHADES["low"]])
    axes.imshow(
        _thinned(levels), cmap=colours, vmin=0, vmax=3, extent=(west, east, south, north), interpolation="nearest",
        aspect="auto", zorder=0,
    )  # fmt: skip


def _outline(axes: Axes, levels: np.ndarray, chart: Mapping[str, Any], place: int) -> None:
    thin = _thinned(levels)
    west, south, east, north = chart["bounds_deg"]
    longitudes = west + (east - west) * (np.arange(thin.shape[1]) + 0.5) / thin.shape[1]
    latitudes = north - (north - south) * (np.arange(thin.shape[0]) + 0.5) / thin.shape[0]
    for band, level in LEVELS.items():
        mask = thin >= level
        if mask.any() and not mask.all():
            width = {"low": 1.1, "nominal": 1.1, "high": 0.8}[band]
            axes.contour(
                longitudes, latitudes, mask, [0.5], colors=[_colour(place)], linestyles=[BAND_LINES[band]],
                linewidths=width, zorder=2,
            )  # fmt: skip


def _colour(place: int) -> str:
    return (OKABE_ITO[1:] + OKABE_ITO[:1])[place % len(OKABE_ITO)]


def _sign(kind: str) -> str:
    return "airborne" if kind.startswith("airborne") else kind


def _places(axes: Axes, places: Sequence[Mapping[str, Any]]) -> None:
    for one in places:
        sign = _sign(one["kind"])
        size = {"asset": 60, "node": 20}.get(sign, 14)
        axes.scatter(
            one["longitude_deg"], one["latitude_deg"], s=size, marker=PLACE_SIGNS[sign], color=INK, zorder=4,
            edgecolor="white", linewidth=0.4,
        )  # fmt: skip


def _frame(
    axes: Axes, theatre: Mapping[str, float], levels: Mapping[str, np.ndarray], charts: Sequence[Mapping[str, Any]]
) -> None:
    """Draw the theatre's edge and leave out the empty margin: the frame holds all that any radar sees."""
    turn = np.linspace(0.0, 2.0 * np.pi, 200)
    reach_deg = np.degrees(theatre["radius_m"] / 1e3 / EARTH_RADIUS_KM)
    narrow = np.cos(np.radians(theatre["latitude_deg"]))
    longitudes = theatre["longitude_deg"] + reach_deg / narrow * np.cos(turn)
    latitudes = theatre["latitude_deg"] + reach_deg * np.sin(turn)
    axes.plot(longitudes, latitudes, color=MUTED, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
    seen = np.maximum.reduce([levels[chart["file"]].max(axis=0) for chart in charts]) > 0
    west, south, east, north = charts[0]["bounds_deg"]
    rows, columns = np.nonzero(seen.any(axis=1))[0], np.nonzero(seen.any(axis=0))[0]
    if len(rows):
        tall, wide = (north - south) / seen.shape[0], (east - west) / seen.shape[1]
        axes.set_xlim(west + wide * (columns[0] - 15), west + wide * (columns[-1] + 15))
        axes.set_ylim(north - tall * (rows[-1] + 15), north - tall * (rows[0] - 15))
    axes.set_aspect(1.0 / narrow)


def _map_signs(nodes: Sequence[Mapping[str, Any]]) -> list[Any]:
    signs: list[Any] = [
        Patch(facecolor=SHADES[band], label=f"all radars, {words}") for band, words in BAND_WORDS.items()
    ]
    signs += [
        Line2D([], [], color=_colour(place), label=f"{group_words(chart)}: – low, -- nominal, ·· high")
        for place, chart in enumerate(nodes)
    ]
    signs += [
        Line2D([], [], color=INK, marker=PLACE_SIGNS[sign], linestyle="", markersize=5, label=words)
        for sign, words in PLACE_WORDS.items()
    ]
    return signs


def _draw_cut(axes: Axes, cut: Mapping[str, Any]) -> None:
    heights_km, ranges_km = np.array(cut["height_m"]) / 1e3, np.array(cut["range_m"]) / 1e3
    levels = np.array(cut["level"]).reshape(len(heights_km), len(ranges_km))
    colours = [SHADES["high"], SHADES["nominal"], SHADES["low"]]
    axes.contourf(ranges_km, heights_km, levels, [0.5, 1.5, 2.5, 3.5], colors=colours, zorder=1)
    for band, level in LEVELS.items():
        if (levels >= level).any():
            style = {"colors": [INK], "linestyles": [BAND_LINES[band]], "linewidths": 0.8}
            axes.contour(ranges_km, heights_km, levels >= level, [0.5], zorder=2, **style)
    ground_km = np.array(cut["ground_m"]) / 1e3
    axes.fill_between(ranges_km, ground_km, color=MUTED, linewidth=0.0, zorder=3)
    # The square root gives the low heights, where the horizon binds, the room that they need.
    axes.set_yscale("function", functions=(lambda km: np.sqrt(np.maximum(km, 0.0)), np.square))
    axes.set_ylim(0.0, heights_km[-1])
    axes.set_yticks([0.1, 1, 3, 10, 20], ["100 m", "1 km", "3 km", "10 km", "20 km"])
    axes.set_xlim(0.0, max(50.0, float(ranges_km[(levels > 0).any(axis=0)].max(initial=0.0)) * 1.05))
    quiet(axes, "y")


def _draw_curve(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    for band in LEVELS:
        own = [row for row in rows if row["band"] == band]
        altitudes_m = np.array([row["altitude_m"] for row in own])
        least, median, greatest = (
            np.array([row[f"first_detection_{word}_m"] for row in own]) / 1e3 for word in ("min", "median", "max")
        )
        colour = {"low": OKABE_ITO[0], "nominal": INK, "high": OKABE_ITO[1]}[band]
        axes.fill_betweenx(altitudes_m, least, greatest, color=colour, alpha=0.12, linewidth=0.0)
        axes.plot(median, altitudes_m, color=colour, linestyle=BAND_LINES[band], linewidth=1.3, label=band)
    axes.set_yscale("log")
    axes.set_yticks([10, 100, 1_000, 10_000], ["10 m", "100 m", "1 km", "10 km"])
    axes.minorticks_off()
    axes.set_xlim(left=0.0)
    axes.legend(loc="lower right", fontsize=7)
    axes.grid(True, color=FAINT)
