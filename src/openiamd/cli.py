"""The command line: each command is the public functions in the order of the flow.

load_scenario · check · resolve · compile_world · simulate · measure · summarise · write_report
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiamd import __version__
from openiamd.errors import OpenIAMDError, UsageError, format_error
from openiamd.options import Parser, add_options, output_file, output_folder
from openiamd.processors import available_processors
from openiamd.stress import resilience, saturation

if TYPE_CHECKING:
    from openiamd.scenario.model import Scenario

EXIT_FAILED = 1
EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130
EXIT_PIPE_CLOSED = 141
CATALOGUE_KEY = (
    "class: O official, T think-tank or academic, P press or agency, N encyclopaedia or enthusiast, E own estimate",
    "mark: V seen in the source, R recalled and not re-checked, D derived or estimated",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 a published result missed, 2 refused, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # pyright: ignore[reportAttributeAccessIssue] - a real stream
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
        return code
    except OpenIAMDError as error:
        print(format_error(error), file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader has left; without this the interpreter complains again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PIPE_CLOSED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(
            f"{where}{error.strerror or error}\nhint: check the path, its permissions and the free space",
            file=sys.stderr,
        )
    return EXIT_REFUSED


def check(options: argparse.Namespace) -> int:
    """Load, check and resolve every variant; write nothing."""
    from openiamd.catalogue.entries import load_catalogue
    from openiamd.catalogue.resolve import resolve
    from openiamd.scenario.checks import check as check_scenario
    from openiamd.scenario.load import load_scenario

    scenario = load_scenario(options.scenario)
    catalogue = load_catalogue()
    for name in scenario.variant_names:
        variant = scenario.variant(name)
        check_scenario(variant, catalogue.names_by_kind())
        resolved = resolve(variant, catalogue)
        if resolved.environment.terrain:
            from openiamd.studies.ground import put_on_ground

            put_on_ground(variant, resolved)
    print(f"{options.scenario} is valid; variants: {', '.join(scenario.variant_names)}")
    return 0


def run(options: argparse.Namespace) -> int:
    """Simulate one variant, the scenario's reference unless another is named."""
    from openiamd.scenario.load import load_scenario

    scenario = load_scenario(options.scenario)
    return _simulate(options, scenario, [options.variant or scenario.reference_variant])


def compare(options: argparse.Namespace) -> int:
    """Simulate variants under common random numbers and compare them run by run."""
    from openiamd.scenario.load import load_scenario

    return _simulate(options, load_scenario(options.scenario), options.variants)


def coverage(options: argparse.Namespace) -> int:
    """Compute what each node's radars can see: areas, gaps, ranges, maps and vertical cuts."""
    from openiamd.scenario.load import load_scenario

    scenario = load_scenario(options.scenario)
    folder = options.output or Path("runs") / f"{scenario.name}-coverage-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    output = output_folder(folder, scenario.name)
    from openiamd.console import Progress, coverage_tables, message
    from openiamd.outputs.coverage import draw_coverage
    from openiamd.studies.coverage import coverage as see

    given = {"altitudes_m": options.altitude, "pd": options.pd, "cut_azimuth_rad": options.azimuth}
    given |= {"variants": options.variants, "targets": options.target, "terrain": options.terrain}
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        with Progress() as progress:
            found = see(scenario, above=options.above, output=output, progress=progress, **chosen)
            draw_coverage(output, progress)
    except KeyboardInterrupt:
        kept = f"all but some drawings is in {output}" if (output / "manifest.json").exists() else "nothing was written"
        message(f"interrupted: {kept}")
        return EXIT_INTERRUPTED
    rows = found.table("coverage").to_pylist()
    if options.json:
        assets = found.table("assets").to_pylist()
        _print_json({"output": str(output), **found.manifest, "coverage": rows, "assets": assets})
    else:
        coverage_tables(found.manifest, rows)
    for name, idle in found.manifest["never_on_duty"].items():
        if idle:
            message(f"note: in variant '{name}' never on duty, and left out: {', '.join(idle)}")
    message(f"results: {output}\nmaps:    {output / 'maps'}\ncuts:    {output / 'cuts'}")
    return 0


def track(options: argparse.Namespace) -> int:
    """Track recorded plots: one row per track and scan, by the trackers of the simulation."""
    output = output_file(options.output)
    from time import process_time

    from openiamd.console import Progress, message, track_tables
    from openiamd.recordings.asterix import read_cat048
    from openiamd.recordings.plots import is_parquet, read_plots, unused_columns
    from openiamd.recordings.sensors import read_identities, read_sensors
    from openiamd.recordings.summary import summarise_tracks
    from openiamd.recordings.tracks import write_tracks
    from openiamd.studies.track_plots import TrackerSettings, track_plots

    chosen = {name: getattr(options, name) for name in TrackerSettings._fields}
    start_s, unused, left_out = process_time(), [], {}
    with Progress(after_s=2.0) as progress:
        sensors = read_sensors(options.sensors)
        if is_parquet(options.plots):
            plots, unused = read_plots(options.plots, sensors), unused_columns(options.plots)
        else:
            plots, left_out = read_cat048(options.plots, sensors, read_identities(options.sensors), progress)
        tracks = track_plots(plots, sensors, TrackerSettings(**chosen), progress)
    write_tracks(output, tracks)
    found = {**summarise_tracks(sensors, plots, tracks), "cpu_s": round(process_time() - start_s, 3)}
    if options.json:
        _print_json({"output": str(output), "settings": chosen, "left_out": left_out, **found})
    else:
        track_tables(found)
    for reason, count in left_out.items():
        message(f"left out: {count:,} {reason}")
    if unused:
        message(f"note: columns of PLOTS that were not read: {', '.join(unused)}")
    message(f"tracks: {output}")
    message(f"hint: `iamd score {output} TRUTH` compares them with what flew, where that is known")
    return 0


def score(options: argparse.Namespace) -> int:
    """Score recorded tracks against what flew: OSPA, GOSPA, SIAP attributes, purity, consistency."""
    from openiamd.console import message, score_table
    from openiamd.recordings.tracks import read_tracks
    from openiamd.recordings.truth import read_truth
    from openiamd.results.track_measures import Rule
    from openiamd.studies.score_tracks import score_tracks

    rule = Rule(options.cutoff, options.order, options.gate, options.warm_up)
    found = score_tracks(read_tracks(options.tracks), read_truth(options.truth), rule=rule, tentative=options.tentative)
    measures = {name: None if value != value else value for name, value in found.measures.items()}
    if options.json:
        _print_json({"rule": rule._asdict(), **measures, "series": found.picture.series})
        return 0
    score_table(measures)
    message(f"scored at {len(found.time_s):,} times of the truth; cut-off {rule.cutoff_m:g} m, gate {rule.gate_m:g} m")
    message("hint: `--json` adds each measure at every time")
    return 0


def explain(options: argparse.Namespace) -> int:
    """Tell why: the chain of an object from first look to outcome, what broke it, and the same run otherwise."""
    from openiamd.console import message
    from openiamd.outputs.stories import explanation_lines
    from openiamd.studies.explain import explain as tell

    found = tell(
        options.folder,
        name=options.object,
        which="leakers" if options.leakers else "friendly" if options.friendly else None,
        variant=options.variant,
        run=options.run,
        limit=options.limit,
        other=options.other,
        add=options.add,
        whole=options.without_losses,
    )
    if options.json:
        _print_json(found)
        return 0
    for line in explanation_lines(found):
        print(line)
    told, known = len(found["stories"]), sum(group["count"] for group in found["groups"] or [])
    if told < known:
        message(f"hint: {told} of {known} stories told, one a cause first; --limit K tells more, --object ID one")
    return 0


def catalogue(options: argparse.Namespace) -> int:
    """Print what is known of the named systems: values, ranges, sources."""
    from openiamd.catalogue.entries import load_catalogue

    known = load_catalogue()
    rows = known.rows(options.entry)
    if options.json:
        _print_json([{**row, **{key: float(row[key]) for key in ("nominal", "low", "high")}} for row in rows])
        return 0
    from openiamd.console import Legend, message, table

    if options.entry is None:
        cells = [[entry.id, entry.kind, entry.label, str(len(entry.values))] for entry in known.entries.values()]
        table("catalogue", ["entry", "kind", "what it is", "values"], cells)
        message("hint: `iamd catalogue ENTRY` shows the values with their ranges and sources")
        return 0
    entry = known.entry(options.entry)
    keys = ["value", "nominal", "low", "high", "unit", "at", "source_class", "verification"]
    sources = Legend()
    cells = [[*(row[key] for key in keys), sources.marks(row["source"].split("; "))] for row in rows]
    notes = [f"{row['value']}: {row['note']}" for row in rows if row["note"]]
    headings = [*keys[:-2], "class", "mark", "sources"]
    table(f"{entry.id}: {entry.label}", headings, cells, [*CATALOGUE_KEY, *sources.notes(), *notes])
    return 0


def validate(options: argparse.Namespace) -> int:
    """Reproduce published results and print the error of each; exit 1 if one is missed."""
    from openiamd.console import Progress, message, validation_tables
    from openiamd.validation.run import validate as reproduce

    with Progress() as progress:
        rows = reproduce(progress=progress, only=options.only or "")
    missed = [row["id"] for row in rows if row["passed"] is False]
    if options.json:
        _print_json(rows)
    else:
        validation_tables(rows, every=options.all)
    kinds = [row["kind"] for row in rows]
    checked = sum(row["passed"] is not None for row in rows)
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("exact", "statistical", "ordering"))
    message(
        f"{checked - len(missed)} of {checked} published results reproduced ({counted}); "
        f"{kinds.count('comparison')} compared, untuned" + f"; missed: {missed}" * bool(missed)
    )
    return EXIT_FAILED if missed else 0


def terrain(options: argparse.Namespace) -> int:
    """Fetch the public elevations that a scenario's ground radars and routes need (`iamd terrain get SCENARIO`)."""
    from openiamd.catalogue.entries import load_catalogue
    from openiamd.catalogue.resolve import resolve
    from openiamd.elevation.fetch import fetch, plan
    from openiamd.elevation.sets import elevation_set
    from openiamd.elevation.source import cache_folder
    from openiamd.scenario.checks import check as check_scenario
    from openiamd.scenario.load import load_scenario

    chosen = elevation_set(options.set)
    scenario, known = load_scenario(options.scenario), load_catalogue()
    variants = [scenario.variant(name) for name in scenario.variant_names]
    for variant in variants:
        check_scenario(variant, known.names_by_kind())
    needed = plan(
        (resolve(one, known) for one in variants), chosen, cache_folder(options.cache), offline=options.dry_run
    )
    print(needed.sentence())
    if options.dry_run:
        return 0
    from openiamd.console import Progress, message

    try:
        with Progress() as progress:
            folder = fetch(needed, progress)
    except KeyboardInterrupt:
        message(f"interrupted: the finished tiles are kept in {needed.folder}")
        return EXIT_INTERRUPTED
    word = "cache" if options.cache is None else folder
    message(f"elevations: {folder}\nlicence:    {folder / 'LICENCE.txt'}")
    message(f"hint: `iamd coverage {options.scenario} --terrain {word}` uses them")
    return 0


def schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of a scenario file, for editors."""
    from openiamd.scenario.schema import json_schema

    _print_json(json_schema())
    return 0


def _simulate(options: argparse.Namespace, scenario: "Scenario", variants: list[str] | None) -> int:
    """Run the study, print its tables and say where everything is."""
    output = output_folder(options.output, scenario.name)
    from openiamd.console import Progress, message, summary_tables
    from openiamd.outputs.report import write_report
    from openiamd.results.summary import unfinished
    from openiamd.studies.compare import compare as compare_variants

    try:
        with Progress() as progress:
            results = compare_variants(
                options.scenario,
                variants=variants,
                replications=options.replications,
                seed=options.seed,
                threads=options.threads or available_processors(),
                output=output,
                progress=progress,
                terrain=options.terrain,
            )
        report = write_report(output)
    except KeyboardInterrupt:
        kept = f"the finished slices are kept in {output}" if output.exists() else "nothing was written"
        message(f"interrupted: {kept}")
        return EXIT_INTERRUPTED
    if options.json:
        _print_json(results.summary())
    else:
        summary_tables(results.summary())
    for sentence in unfinished(results.summary()):
        message(f"warning: {sentence}")
    for sentence in dict.fromkeys(results.manifest["environment"].values()):
        message(f"environment: {sentence}")
    message(f"results: {output}\nreport:  {report}")
    message(f"hint: open the report in a browser; from Python: openiamd.open_results({str(output)!r})")
    return 0


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, allow_nan=False))


def _run(arguments: Sequence[str]) -> int:
    """Parse the command line and carry out its command."""
    parser, commands = _parser()
    word = next((argument for argument in arguments if not argument.startswith("-")), None)
    known = f"commands: {', '.join(commands)}"
    if word is not None and word not in commands:
        from difflib import get_close_matches

        near = get_close_matches(word, commands, n=1)
        raise UsageError(f"unknown command '{word}'", hint=f"did you mean '{near[0]}'? {known}" if near else known)
    options, unknown = parser.parse_known_args(arguments)
    if word is None:
        raise UsageError("no command given" if not unknown else f"unknown option '{unknown[0]}'", hint=known)
    if unknown:
        what = "option" if unknown[0].startswith("-") else "argument"
        raise UsageError(f"unknown {what} '{unknown[0]}'", hint=f"`iamd {word} --help` lists what it takes")
    return options.function(options)


def _parser() -> tuple[Parser, list[str]]:
    """Return the parser of the whole command line and the names of its commands."""
    parser = Parser(prog="iamd", description="Simulate integrated air and missile defence.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"openiamd {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=Parser)
    functions = (run, compare, explain, resilience, saturation, coverage, track, score, catalogue, terrain, validate)
    for function in (check, *functions, schema):
        text = (function.__doc__ or "").splitlines()[0]
        command = commands.add_parser(function.__name__, help=text, description=text, allow_abbrev=False)
        command.set_defaults(function=function)
        add_options(function.__name__, command)
    return parser, list(commands.choices)


if __name__ == "__main__":
    sys.exit(main())
