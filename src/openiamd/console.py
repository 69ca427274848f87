"""What the terminal shows: progress on stderr, tables on stdout."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from types import TracebackType
from typing import Any, Self

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
PIPED_WIDTH = 240
CELL_WIDTH = 24

Measures = Mapping[str, Mapping[str, Any]]


class Progress:
    """A progress bar on a terminal, one line at each tenth elsewhere; call it with done, total and a text."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._shown = ("", -1)

    def __enter__(self) -> Self:
        """Start drawing where stderr is a terminal."""
        if sys.stderr.isatty():
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
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, description=text)
            return
        shown = (text, 10 * done // max(total, 1))
        if shown != self._shown:
            self._shown = shown
            print(f"{text}: {done} of {total}", file=sys.stderr)


def message(text: str) -> None:
    """Print one line for the user beside the results."""
    print(text, file=sys.stderr)


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> None:
    """Print a table; text is left as it is, numbers are expected to be formatted."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(
        title=title, title_justify="left", caption=caption or None, caption_justify="left", box=box.SIMPLE_HEAD
    )
    for heading in headings:
        drawn.add_column(Text(heading), overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False).print(drawn)


def summary_tables(summary: Mapping[str, Any]) -> None:
    """Print the headline measures of each variant, then the paired differences to the reference."""
    variants: Mapping[str, Measures] = summary["variants"]
    differences: Mapping[str, Measures] = summary.get("differences", {})
    percent = f"{100 * summary['confidence']:g} %"
    measures = headline_measures(variants.values())
    for names in _side_by_side(list(variants)):
        rows = [
            [measure, *(_interval(variants[name].get(measure)) for name in names), *_basis(measure, names, variants)]
            for measure in measures
        ]
        table("", ["measure", *names, "n", "method"], rows, f"mean [{percent} interval] over runs")
    for names in _side_by_side(list(differences)):
        rows = [
            [
                measure,
                *(_difference(differences[name].get(measure)) for name in names),
                *_basis(measure, names, differences),
            ]
            for measure in measures
            if any(measure in differences[name] for name in names)
        ]
        title = f"difference to {summary['reference']}, paired run by run"
        caption = f"mean [{percent} interval]; 'more' or 'less' where the interval excludes zero, else 'not shown'"
        table(title, ["measure", *names, "n", "method"], rows, caption)


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


def _side_by_side(names: list[str]) -> list[list[str]]:
    """Return the names in groups whose columns fit beside the measure on the terminal."""
    width = PIPED_WIDTH
    if sys.stdout.isatty():
        from shutil import get_terminal_size

        width = get_terminal_size().columns
    count = max(1, (width - 2 * CELL_WIDTH - 20) // CELL_WIDTH)
    return [names[first : first + count] for first in range(0, len(names), count)]


def _interval(estimate: Mapping[str, Any] | None) -> str:
    if estimate is None or estimate["mean"] is None:
        return "–"
    return f"{number(estimate['mean'])} [{number(estimate['low'])}, {number(estimate['high'])}]"


def _difference(estimate: Mapping[str, Any] | None) -> str:
    if estimate is None or estimate["mean"] is None or estimate["low"] is None or estimate["high"] is None:
        return "–"
    verdict = "more" if estimate["low"] > 0.0 else "less" if estimate["high"] < 0.0 else "not shown"
    return f"{_interval(estimate)} {verdict}"


def _basis(measure: str, names: Sequence[str], variants: Mapping[str, Measures]) -> tuple[str, str]:
    """Return the number of runs, as a range where variants differ, and the methods behind the intervals."""
    estimates = [variants[name][measure] for name in names if measure in variants[name]]
    counts = sorted({estimate["n"] for estimate in estimates})
    methods = dict.fromkeys(str(estimate["method"]) for estimate in estimates)
    runs = f"{counts[0]}–{counts[-1]}" if len(counts) > 1 else "".join(map(str, counts))
    return runs, ", ".join(methods)
