"""How plots look: colours that colour-blind readers can tell apart, with a marker and a hatch beside each."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito, "Color Universal Design" (2008), without black and yellow, which vanish on one of the backgrounds.
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo", "---")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
INK, FAINT = "#1a1b1c", "#c6c7c8"  # replaced by the page's own colours, light or dark
MUTED = "#6b6c6d"


class Look(NamedTuple):
    """How one variant is drawn everywhere."""

    colour: str
    marker: str
    hatch: str
    line: str | tuple


class Plot(NamedTuple):
    """A finished plot: inline SVG and the words that go with it."""

    svg: str
    title: str
    caption: str


def look(place: int) -> Look:
    """Return the look of the variant at that place in compare order."""
    return Look(
        OKABE_ITO[place % len(OKABE_ITO)],
        MARKERS[place % len(MARKERS)],
        HATCHES[place % len(HATCHES)],
        LINES[place % len(LINES)],
    )


SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "openiamd",
    "svg.fonttype": "none",
    "font.size": 9.0,
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "hatch.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "figure.constrained_layout.use": True,
}


@contextmanager
def drawing(width_in: float, height_in: float) -> Iterator[Figure]:
    """Give a figure in the house style; no window system and no global state is touched."""
    with mpl.rc_context(SETTINGS):
        yield Figure(figsize=(width_in, height_in))


def finish(figure: Figure, name: str, title: str, caption: str) -> Plot:
    """Return the figure as SVG to be put into a page: same bytes every time, ids of its own, page colours."""
    buffer = io.StringIO()
    with mpl.rc_context(SETTINGS):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', svg)
    svg = svg.replace(INK, "currentColor").replace(FAINT, "var(--grid)").replace(MUTED, "var(--muted)")
    label = escape(f"{title}. {caption}", quote=True)
    svg = re.sub(r'<svg ([^>]*?)width="[^"]*"', r"<svg \1", svg, count=1)
    svg = re.sub(r'<svg ([^>]*?)height="[^"]*"', r"<svg \1", svg, count=1)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    return Plot(svg, title, caption)


def quiet(axes: Axes, grid: str = "x") -> None:
    """Leave only the grid lines that help to read the values."""
    axes.grid(False)
    axes.grid(True, axis=grid)  # pyright: ignore[reportArgumentType] - one of x, y, both
    if grid == "x":
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
