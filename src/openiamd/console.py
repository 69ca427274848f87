"""What the terminal shows: progress on stderr, tables on stdout."""

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from openiamd.validation.rows import Row

HEADLINE = (
    "leakers.total",
    "leakers.*",
    "probability_zero_leakers",
    "friendly_engaged",
    "civil_engaged",
    "friendly_killed",
    "civil_killed",
    "*_engaged_per_1000h",
    "shots.total",
    "shots_wasted",
    "missiles_left",
    "siap.*.network",
)
NOT_HEADLINE = ("leakers.at.*",)
PIPED_WIDTH = 1000
PADDING = 3

Measures = Mapping[str, Mapping[str, Any]]


class Progress:
    """A progress bar on a terminal, one line at each tenth elsewhere; call it with done, total and a text.

    after_s  silent for so long: what is done sooner needs no bar
    """

    def __init__(self, after_s: float = 0.0) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._shown = -1
        self._from_s = monotonic() + after_s

    def __enter__(self) -> Self:
        """Start drawing where stderr is a terminal."""
        if sys.stderr.isatty() and monotonic() >= self._from_s:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("starting", total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int, text: str) -> None:
        """Show that ``done`` of ``total`` steps of ``text`` are complete."""
        if monotonic() < self._from_s:
            return
        if self._bar is None:
            self.__enter__()
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, description=text)
            return
        shown = 10 * done // max(total, 1)
        if shown != self._shown:
            self._shown = shown
            print(f"{text}: {done} of {total}", file=sys.stderr)


def message(text: str) -> None:
    """Print one line for the user beside the results."""
    print(text, file=sys.stderr)


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout."""
    import json

    print(json.dumps(value, indent=2, allow_nan=False))


def table(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    notes: Iterable[str] = (),
    fold: bool = False,
) -> None:
    """Print a table and its notes; cells are text, as wide as they are where stdout is no terminal.

    fold  the first column too, where the terminal is narrow
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for position, heading in enumerate(headings):
        drawn.add_column(Text(heading), overflow="fold", no_wrap=position == 0 and not fold)
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False).print(drawn)
    for note in notes:
        print(f"  {note}")
    print()


class Legend:
    """Numbers for texts that are too long for a cell, in the order of their first use."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}

    def marks(self, texts: Iterable[str]) -> str:
        """Return the numbers of ``texts``, as in "1, 3"."""
        return ", ".join(
            str(self._texts.setdefault(text, len(self._texts) + 1)) for text in dict.fromkeys(texts) if text
        )

    def notes(self) -> list[str]:
        """Return one line a text, behind its number."""
        return [f"{mark}: {text}" for text, mark in self._texts.items()]


def summary_tables(summary: Mapping[str, Any]) -> None:
    """Print the headline measures of each variant, then the paired differences to the reference."""
    variants: Mapping[str, Measures] = summary["variants"]
    differences: Mapping[str, Measures] = summary.get("differences", {})
    interval = f"mean [{100 * summary['confidence']:g} % interval] over n runs, by method"
    _estimates_table("", variants, interval_text, headline_measures(variants.values()), interval)
    if differences:
        title = f"difference to {summary['reference']}, paired run by run"
        words = f"{interval}; more or less where the interval excludes zero, else unclear"
        _estimates_table(title, differences, difference_text, headline_measures(differences.values()), words)


def track_tables(found: Mapping[str, Any]) -> None:
    """Print what a recording holds and what the tracker made of it."""
    rows = [[row["sensor"], *(f"{row[key]:,}" for key in ("scans", "plots", "used"))] for row in found["sensors"]]
    table("", ["sensor", "scans", "plots", "in confirmed tracks"], rows)
    tracks = found["tracks"]
    cells = [f"{tracks[key]:,}" for key in ("confirmed", "never_confirmed", "rows", "rows_coasted")]
    cells += [number(tracks[key]) for key in ("confirmed_median_s", "confirmed_longest_s")] + [number(found["cpu_s"])]
    headings = ["tracks confirmed", "never confirmed", "rows", "coasted", "median life, s", "longest, s", "CPU, s"]
    table("", headings, [cells])


def score_table(measures: Mapping[str, float | None]) -> None:
    """Print measures of tracks against truth."""
    from openiamd.results.track_measures import MEANINGS

    rows = [[name, number(value), MEANINGS[name]] for name, value in measures.items()]
    table("", ["measure", "value", "what it is"], rows)


def validation_tables(rows: Sequence["Row"], every: bool) -> None:
    """Print one line a published result, or ``every`` row; misses are printed row by row in either case."""
    from openiamd.validation.rows import by_result, tally, worst_use

    groups = by_result(rows)
    if every:
        for group in groups:
            first = group[0]
            _validation_rows(first["title"], group, [f"source: {first['source']}", f"tolerance: {first['why']}"])
    else:
        sources = Legend()
        lines = []
        for group in groups:
            worst = worst_use(group)
            share = "–" if worst is None else "beyond" if math.isinf(worst) else f"{100.0 * worst:.2g} %"
            lines.append([group[0]["title"], str(len(group)), share, tally(group), sources.marks([group[0]["source"]])])
        headings = ["published result", "rows", "worst", "verdict", "source"]
        notes = ["worst: the largest error as a share of its tolerance", *sources.notes()]
        table("", headings, lines, notes, fold=True)
    missed = [row for row in rows if row["passed"] is False]
    if missed:
        _validation_rows("missed", missed, dict.fromkeys(f"{row['title']}: {row['why']}" for row in missed))


def _validation_rows(title: str, rows: Iterable["Row"], notes: Iterable[str]) -> None:
    """Print two lines a row, what it is above its numbers: seven columns do not fit on 80 characters."""
    from openiamd.validation.rows import VERDICTS, written

    line = "    {:>22} {:>14} {:>12} {:>12}  {}"
    print(f"{title}\n{line.format('published', 'computed', 'error', 'tolerance', 'verdict')}")
    for row in rows:
        numbers = [written(row["published"]), written(row["computed"])]
        numbers += [written(row[key], 3) for key in ("error", "tolerance")]
        print(f"  {row['id']}  {row['quantity']}\n{line.format(*numbers, VERDICTS[row['passed']])}")
    for note in notes:
        print(f"  {note}")
    print()


def _estimates_table(
    title: str,
    variants: Mapping[str, Measures],
    written: Callable[[Mapping[str, Any] | None], str],
    measures: Sequence[str],
    caption: str,
) -> None:
    """Print one row a measure and one column a variant, in as many tables as the terminal's width asks for."""
    columns = {name: [written(estimates.get(measure)) for measure in measures] for name, estimates in variants.items()}
    fixed = max(map(len, measures), default=0) + len("200") + len("method") + 4 * PADDING
    for names in _side_by_side({name: max(map(len, (name, *cells))) for name, cells in columns.items()}, fixed):
        legend = Legend()
        rows = []
        for row, measure in enumerate(measures):
            known = [variants[name][measure] for name in names if measure in variants[name]]
            methods = legend.marks(str(estimate["method"]) for estimate in known)
            rows.append([measure, *(columns[name][row] for name in names), _counts(known), methods])
        table(title, ["measure", *names, "n", "method"], rows, [caption, *legend.notes()])


def headline_measures(variants: Iterable[Measures]) -> list[str]:
    """Return the names of the measures to print first, in the order of ``HEADLINE``."""
    known = list(dict.fromkeys(name for measures in variants for name in measures))
    chosen: dict[str, None] = {}
    for pattern in HEADLINE:
        for name in known:
            if fnmatchcase(name, pattern) and not any(fnmatchcase(name, other) for other in NOT_HEADLINE):
                chosen[name] = None
    return list(chosen)


def number(value: float | None) -> str:
    """Return about three significant digits without an exponent where that is readable."""
    if value is None:
        return "–"
    size = abs(value)
    if value == 0:
        return "0"
    if size >= 1e7 or size < 1e-3:
        return f"{value:.3g}"
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}"


def _side_by_side(widths: Mapping[str, int], fixed: int) -> list[list[str]]:
    """Return the columns in groups that fit on the terminal beside ``fixed`` characters."""
    if not sys.stdout.isatty():
        return [list(widths)]
    from shutil import get_terminal_size

    room = get_terminal_size().columns - fixed
    groups: list[list[str]] = [[]]
    left = room
    for name, width in widths.items():
        if groups[-1] and width + PADDING > left:
            groups.append([])
            left = room
        groups[-1].append(name)
        left -= width + PADDING
    return groups


def interval_text(estimate: Mapping[str, Any] | None) -> str:
    """Return mean and interval with the decimals that the interval's width bears out; the mean alone without one."""
    if estimate is None or estimate["mean"] is None:
        return "–"
    mean, low, high = estimate["mean"], estimate["low"], estimate["high"]
    if low is None or high is None:
        return number(mean)
    if not high > low:
        return f"{number(mean)} [{number(low)}, {number(high)}]"
    decimals = min(max(1 - math.floor(math.log10((high - low) / 2.0)), 0), 3)
    mean, low, high = (round(value, decimals) + 0.0 for value in (mean, low, high))
    return f"{mean:,.{decimals}f} [{low:,.{decimals}f}, {high:,.{decimals}f}]"


def difference_text(estimate: Mapping[str, Any] | None) -> str:
    """Return the interval and, in a word, whether it excludes zero; the mean alone where there is none."""
    if estimate is None or estimate["mean"] is None or estimate["low"] is None or estimate["high"] is None:
        return interval_text(estimate)
    verdict = "more" if estimate["low"] > 0.0 else "less" if estimate["high"] < 0.0 else "unclear"
    return f"{interval_text(estimate)} {verdict}"


def _counts(estimates: Sequence[Mapping[str, Any]]) -> str:
    """Return the number of runs, as a range where the estimates differ."""
    counts = [estimate["n"] for estimate in estimates]
    return f"{min(counts)}–{max(counts)}" if len(set(counts)) > 1 else "".join(map(str, counts[:1]))


def coverage_tables(manifest: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print what the radars of each node see: nominal figures with their low and high corner cases."""
    found: dict[tuple[Any, ...], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        key = tuple(row[name] for name in ("variant", "target", "heading", "node", "role", "altitude_m"))
        found.setdefault(key, {})[row["band"]] = row
    firsts = list(dict.fromkeys(manifest["alike"].values()))
    notes = [
        f"{manifest['surface']}; {manifest['air']}",
        f"figures are nominal [low, high]; {manifest['band_meaning']}",
    ]
    notes += [
        "network: all search radars of the variant together, whether linked or not",
        "gap, nominal: largest connected area not seen that is nearer to the middle of the radars than the "
        "farthest seen",
        "first detection: of an inbound target, median over the azimuths on which it is seen; beside it their share, "
        "nominal; – for one that crosses, which has none",
    ]
    for first in firsts:
        alike = [name for name, other in manifest["alike"].items() if other == first]
        for target in dict.fromkeys(key[1] for key in found):
            cells = []
            for (variant, name, heading, node, role, altitude_m), bands in found.items():
                if (variant, name) == (first, target):
                    who = node if role == "search" else f"{node} ({role}, as if designated)"
                    which = f"{altitude_m:g} m" if heading == "any" else f"{altitude_m:g} m, {heading}"
                    share = bands["nominal"]["azimuth_share"]
                    cells.append([
                        *(who, which, _banded(bands, "area_km2", 1.0), number(bands["nominal"]["largest_gap_km2"])),
                        _banded(bands, "first_detection_median_m", 1e3),
                        "–" if share is None else f"{100.0 * share:.0f} %",
                    ])  # fmt: skip
            headings = ["node", "altitude", "area seen, km2", "gap, km2", "first detection, km", "azimuths"]
            table(f"{', '.join(alike)} against {target}", headings, cells, notes)


def _banded(bands: Mapping[str, Mapping[str, Any]], key: str, unit: float) -> str:
    """Return a figure as nominal [low, high] in multiples of a unit."""
    low, nominal, high = (bands[band][key] for band in ("low", "nominal", "high"))
    if nominal is None:
        return "–"
    return f"{number(nominal / unit)} [{number(low / unit)}, {number(high / unit)}]"
