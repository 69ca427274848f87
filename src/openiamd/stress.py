"""The commands `resilience` and `saturation`: a defence under losses and under many attackers."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiamd.options import output_folder

if TYPE_CHECKING:
    from openiamd.results.cases import StudyFolder

EXIT_INTERRUPTED = 130
MOST_PAIRS = 20  # printed; the folder holds all


def resilience(options: argparse.Namespace) -> int:
    """Lose each element of a defence, or each pair, and rank what it costs; score how gracefully it degrades."""
    from openiamd.console import message
    from openiamd.outputs.resilience import draw_resilience
    from openiamd.studies.resilience import resilience as lose_each

    names = ("variant", "order", "measure", "replications", "seed", "threads", "terrain")
    given = {name: getattr(options, name) for name in names}
    given |= {"at_s": options.at, "until_s": options.until, "lose": options.elements}
    found = _carry_out(options, "resilience", partial(lose_each, options.scenario, **given), draw_resilience)
    if found is None:
        return EXIT_INTERRUPTED
    _show(options, found, ("losses",), resilience_tables)
    for row in found.table("elements").to_pylist():
        if row["left_out"].startswith("it "):
            message(f"note: {row['kind']} '{row['element']}' was not lost: {row['left_out']}")
    return 0


def saturation(options: argparse.Namespace) -> int:
    """Let a class of attackers arrive at several rates: leak rate by rate, channels and rounds, and cost exchange."""
    from openiamd.outputs.saturation import draw_saturation
    from openiamd.studies.saturation import saturation as saturate

    names = ("object_class", "variant", "alone", "level", "replications", "seed", "threads", "terrain", "channels")
    given = {name: getattr(options, name) for name in names}
    given |= {"rates_hz": options.rate, "magazines": options.magazine, "window_s": options.window}
    found = _carry_out(options, "saturation", partial(saturate, options.scenario, **given), draw_saturation)
    if found is None:
        return EXIT_INTERRUPTED
    _show(options, found, ("frontier", "knees"), saturation_tables)
    return 0


def _carry_out(
    options: argparse.Namespace, name: str, study: Callable[..., object], draw: Callable[[Path], list[Path]]
) -> "StudyFolder | None":
    """Run a study with progress, draw it and return its folder; None after saying what an interrupted one has left."""
    from openiamd.console import Progress, message
    from openiamd.results.cases import open_study

    output = output_folder(options.output, f"{_name(options.scenario)}-{name}")
    try:
        with Progress() as progress:
            study(output=output, progress=progress)
        draw(output)
    except KeyboardInterrupt:
        message(f"interrupted: {_kept(output)}")
        return None
    return open_study(output)


def _show(
    options: argparse.Namespace, found: "StudyFolder", tables: Sequence[str], show: Callable[["StudyFolder"], None]
) -> None:
    """Print a study as JSON or as tables, and where everything is."""
    from openiamd.console import message, print_json

    if options.json:
        rows = {name: found.table(name).to_pylist() for name in tables}
        print_json({"output": str(found.directory), **found.manifest, **rows})
    else:
        show(found)
    page = f"{found.manifest['study']}.html"
    message(f"results: {found.directory}\npage:    {found.directory / page}")


def saturation_tables(found: "StudyFolder") -> None:
    """Print the frontier and the knees."""
    from openiamd.console import table
    from openiamd.outputs.saturation import frontier_table, sentences

    shown = frontier_table(found)
    table(shown.title, shown.headings, shown.rows, shown.notes)
    for sentence in sentences(found):
        print(sentence)


def _name(scenario: str) -> str:
    """Return what a folder is named after: a name of the gallery, or a file without its folder and ending."""
    return Path(scenario).stem


def _kept(output: Path) -> str:
    """Return what an interrupted study has left behind."""
    if (output / "runs.parquet").exists():
        return f"the finished cases and their tables are in {output}"
    return f"too few cases were finished for tables; they are in {output}" if output.exists() else "nothing was written"


def resilience_tables(found: "StudyFolder") -> None:
    """Print the losses, worst first, and the score in words."""
    from openiamd.console import table
    from openiamd.outputs.resilience import sentences

    key = found.manifest["measure"]
    for order in (1, 2):
        rows = sorted(found.rows("losses", measure=key, order=order), key=lambda row: row["rank"])
        if not rows:
            continue
        others = [one for one in ("leakers.total", "friendly_engaged", "civil_engaged") if one != key]
        beside = {(row["loss"], row["measure"]): row for row in found.rows("losses", order=order)}
        cells = [_loss_cells(row, [beside[row["loss"], one] for one in others]) for row in rows[:MOST_PAIRS]]
        headings = ["lost", "kind", key, "change", *(f"change of {one}" for one in others), "kept", "rank"]
        notes = [
            f"mean [95 % interval] over {found.manifest['replications']} runs; change: paired with the intact defence",
            "kept: share of the intact defence's advantage over no fire units that is left; 1 all, 0 none",
        ]
        if len(rows) > MOST_PAIRS:
            notes.append(f"{len(rows) - MOST_PAIRS} more are in losses.parquet")
        table("each lost alone" if order == 1 else "each pair lost together", headings, cells, notes)
    for sentence in sentences(found.manifest):
        print(sentence)


def _loss_cells(row: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> list[str]:
    from openiamd.console import difference_text, interval_text
    from openiamd.results.cases import estimate_of

    changes = [difference_text(estimate_of(one, "difference_")) for one in (row, *others)]
    kept = interval_text(estimate_of(row, "kept_"))
    return [row["loss"], row["kind"], interval_text(estimate_of(row)), *changes, kept, str(row["rank"])]
