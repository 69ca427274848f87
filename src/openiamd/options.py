"""The options of each command, and what their values are read as."""

import argparse
import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from openiamd.errors import OpenIAMDError, UsageError

LARGEST_SEED = 2**64 - 1
TERRAIN = "elevations: a file, a folder of tiles, 'cache' or 'none' (default: the scenario's)"


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence with a cure, like all others, and name the option."""

    def __init__(self, **known: Any) -> None:
        super().__init__(**known)
        self._negative_number_matcher = re.compile(r"-\d")  # "-5 min" is a value below 0, no option

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        """Return what an option's text is read as."""
        try:
            return super()._get_value(action, arg_string)  # pyright: ignore[reportAttributeAccessIssue]
        except OpenIAMDError as error:
            name = action.option_strings[-1] if action.option_strings else action.metavar
            raise UsageError(f"{name}: {error.message}", hint=error.hint) from error

    def error(self, message: str) -> NoReturn:
        """Raise what was complained of."""
        raise UsageError(_sentence(message), hint=f"`{self.prog} --help` shows what it takes")


def _sentence(complaint: str) -> str:
    """Return argparse's complaint in the project's words."""
    absent = re.fullmatch(r"the following arguments are required: (.*)", complaint)
    return f"{absent[1]} is missing" if absent else complaint.removeprefix("argument ")


def _whole_number(low: int, high: int) -> "type[int]":
    """Return a reader of integers from ``low`` to ``high``."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\+?[0-9]{1,20}|-[0-9]{1,20}", text, re.ASCII) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {low} to {high}")
        return int(text)

    return read  # pyright: ignore[reportReturnType] - argparse takes any callable


def _name(text: str) -> str:
    """Return a name, which is not empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty")
    return text


def _names(text: str) -> list[str]:
    """Return the names of a comma-separated list."""
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of names separated by commas")
    return list(dict.fromkeys(names))


def _rates(text: str) -> list[float]:
    """Return arrival rates, 1/s: numbers of which the last carries the unit, as in 0.5,1,2/min, or each its own."""
    found = re.fullmatch(r"([^/]+)/\s*(s|min|h)", text.strip())
    words = found[1].split(",") if found else [""]
    try:
        rates = [float(word) / {"s": 1.0, "min": 60.0, "h": 3600.0}[found[2]] for word in words] if found else []
    except ValueError:
        rates = []
    if not rates or not all(0.0 < rate < math.inf for rate in rates):
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of rates above 0 such as 0.5,1,2,4/min")
    return rates


def _whole_numbers(low: int, high: int) -> Any:
    """Return a reader of whole numbers separated by commas."""

    def read(text: str) -> list[int]:
        return list(dict.fromkeys(_whole_number(low, high)(word.strip()) for word in text.split(",")))

    return read


def _quantity(dimension: str) -> Any:
    """Return a reader of a quantity with its unit; its complaints are those of the scenario file."""

    def read(text: str) -> float:
        from openiamd.units import quantity

        return quantity(text.strip(), dimension)

    return read


def _lengths(text: str) -> list[float]:
    """Return the lengths of a comma-separated list."""
    return [_quantity("length")(one) for one in text.split(",")]


def _above_zero(text: str) -> float:
    """Return a plain number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return value


def _horizontal_vertical(vertical: float) -> Any:
    """Return a reader of `H` or `H,V`; ``vertical`` stands for a V that is left out."""

    def read(text: str) -> tuple[float, float]:
        parts = text.split(",")
        if len(parts) > 2:
            raise argparse.ArgumentTypeError(f"'{text}' is not H or H,V")
        return _above_zero(parts[0]), _above_zero(parts[1]) if len(parts) == 2 else vertical

    return read


def add_options(name: str, command: argparse.ArgumentParser) -> None:
    """Add the arguments and options of the command ``name``."""
    if name == "terrain":
        command.add_argument("action", choices=["get"], metavar="get", help="the word `get`")
    if name in ("check", "run", "compare", "resilience", "saturation", "coverage", "terrain"):
        command.add_argument("scenario", metavar="SCENARIO", help="a name from the gallery or a path to a YAML file")
    if name in ("run", "compare", "resilience", "saturation"):
        _add_study_options(command)
    if name in ("run", "compare", "resilience", "saturation", "coverage"):
        command.add_argument("-o", dest="output", type=Path, metavar="DIR", help="folder, absent or empty")
        command.add_argument("--terrain", metavar="SOURCE", help=TERRAIN)
    if name not in ("check", "terrain", "schema"):
        command.add_argument("--json", action="store_true", help="print JSON alone on stdout")
    if name in ("run", "resilience", "saturation"):
        command.add_argument("--variant", type=_name, metavar="V", help="variant (default: the scenario's reference)")
    if name in ("compare", "coverage"):
        command.add_argument(
            "--variants", type=_names, metavar="A,B", help="variants (default: those that the scenario compares)"
        )
    if name == "validate":
        command.add_argument("--all", action="store_true", help="print every row, not only misses")
        command.add_argument(
            "--only",
            type=_name,
            metavar="TEXT",
            help="only rows whose id or title contains TEXT, such as swerling",
        )
    own = {
        "track": _add_track_options, "score": _add_score_options, "explain": _add_explain_options,
        "coverage": _add_coverage_options, "resilience": _add_resilience_options,
        "saturation": _add_saturation_options, "terrain": _add_terrain_options,
    }  # fmt: skip
    if name in own:
        own[name](command)
    if name == "catalogue":
        command.add_argument("entry", nargs="?", metavar="ENTRY", help="one entry, such as s400/91n6e")


def _add_coverage_options(command: argparse.ArgumentParser) -> None:
    """Add what `coverage` alone takes."""
    command.add_argument("--altitude", type=_lengths, metavar="A,B", help="of the target (default: 100m,1km,10km)")
    command.add_argument(
        "--above", choices=("ground", "sea"), default="ground", help="what altitudes count from (default: ground)"
    )
    command.add_argument(
        "--target", action="append", metavar="T",
        help="catalogue name such as f-35a, or a cross-section such as '1 m2'; may be repeated "
        "(default: the scenario's hostile types that fly a route)",
    )  # fmt: skip
    command.add_argument(
        "--pd",
        type=_quantity("probability"),
        metavar="P",
        help="single-look detection probability that counts (default: 0.5)",
    )
    command.add_argument(
        "--azimuth",
        type=_quantity("angle"),
        metavar="A",
        help="of the vertical cuts, such as 170deg (default: toward the raid)",
    )


def _add_resilience_options(command: argparse.ArgumentParser) -> None:
    """Add what `resilience` alone takes."""
    command.add_argument(
        "--order", type=_whole_number(1, 2), default=1, metavar="K", help="1: single losses (default), 2: pairs as well"
    )
    command.add_argument(
        "--at",
        type=_quantity("time"),
        default=0.0,
        metavar="TIME",
        help="when elements are lost (default: from the start)",
    )
    command.add_argument(
        "--until", type=_quantity("time"), metavar="TIME", help="when they are back on duty (default: never)"
    )
    command.add_argument(
        "--elements",
        type=_names,
        metavar="A,B",
        help="nodes, sensors, fire units and links to lose (default: all used)",
    )
    command.add_argument(
        "--measure", default="leakers", metavar="M",
        help="what losses are ranked by: leakers (default), leakers.drone, friendly_engaged, civil_engaged …",
    )  # fmt: skip


def _add_saturation_options(command: argparse.ArgumentParser) -> None:
    """Add what `saturation` alone takes."""
    command.add_argument(
        "--class", dest="object_class", required=True, metavar="C", help="class of the attackers, such as drone"
    )
    command.add_argument(
        "--rate", type=_rates, default=[rate / 60.0 for rate in (0.5, 1.0, 2.0, 4.0)], metavar="A,B/UNIT",
        help="arrivals of the class, all groups together (default: 0.5,1,2,4/min)",
    )  # fmt: skip
    command.add_argument(
        "--channels",
        type=_whole_numbers(1, 1_000),
        metavar="A,B",
        help="fire channels a unit (default: the scenario's)",
    )
    command.add_argument(
        "--magazine", type=_whole_numbers(1, 100_000), metavar="A,B", help="rounds a unit (default: the scenario's)"
    )
    command.add_argument(
        "--window", type=_quantity("time"), default=1200.0, metavar="TIME",
        help="attackers that start within it, after the warm-up, count (default: 20 min)",
    )  # fmt: skip
    command.add_argument("--alone", action="store_true", help="without the scenario's other hostile objects")
    command.add_argument(
        "--level", type=_quantity("probability"), default=0.1, metavar="P",
        help="leak rate up to which the defence holds (default: 0.1)",
    )  # fmt: skip


def _add_study_options(command: argparse.ArgumentParser) -> None:
    """Add what `run` and `compare` share."""
    count = _whole_number(1, 2**31 - 1)
    command.add_argument("-n", dest="replications", type=count, metavar="N", help="runs (default: the scenario's)")
    command.add_argument(
        "--seed", type=_whole_number(0, LARGEST_SEED), metavar="S", help="seed (default: the scenario's)"
    )
    command.add_argument("--threads", type=count, metavar="T", help="threads (default: all processors)")


def _add_explain_options(command: argparse.ArgumentParser) -> None:
    """Add what `explain` takes."""
    command.add_argument("folder", metavar="RUN", help="folder that `iamd run` or `iamd compare` wrote")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--object", metavar="ID", help="one object, such as cruise-south-3")
    what.add_argument("--leakers", action="store_true", help="all hostile objects that got through, by cause")
    what.add_argument("--friendly", action="store_true", help="all own and civil aircraft shot at, by cause")
    command.add_argument("--variant", metavar="V", help="variant (default: the reference)")
    command.add_argument(
        "--run", type=_whole_number(0, 2**31 - 1), metavar="N",
        help="one run, from 0 (default: all; of an object, the first in which it got through or was shot at)",
    )  # fmt: skip
    command.add_argument(
        "--limit", type=_whole_number(0, 10**6), default=3, metavar="K", help="stories told in full (default: 3)"
    )
    against = command.add_mutually_exclusive_group()
    against.add_argument(
        "--with", dest="other", metavar="V",
        help="hold it against this variant; simulated again where RUN lacks it (default: all in RUN)",
    )  # fmt: skip
    against.add_argument(
        "--add", metavar="CHANGE",
        help="simulate the run again with one link or mode more: 'link:FROM>TO:track,identity', 'iff:MODE@NODE', or "
        "'iff:MODE@GROUP' for aircraft that answer; a link may carry order, engagement and fire_control too",
    )  # fmt: skip
    against.add_argument(
        "--without-losses", action="store_true", help="simulate the run again with nothing failed, cut or destroyed"
    )


def _add_terrain_options(command: argparse.ArgumentParser) -> None:
    """Add what `terrain get` takes."""
    command.add_argument(
        "--set", default="copernicus-90", metavar="SET", help="copernicus-90 (default) or copernicus-30"
    )
    command.add_argument("--cache", type=Path, metavar="DIR", help="folder of fetched sets (default: the user's cache)")
    command.add_argument("--dry-run", action="store_true", help="say what would be fetched, without the network")


def _add_track_options(command: argparse.ArgumentParser) -> None:
    """Add what `track` takes."""
    count = _whole_number(1, 1000)
    command.add_argument("plots", type=Path, metavar="PLOTS", help="Parquet, or ASTERIX category 048")
    command.add_argument("--sensors", type=Path, metavar="SENSORS", required=True, help="CSV, one row a sensor")
    command.add_argument(
        "-o", dest="output", type=Path, metavar="TRACKS", required=True, help="Parquet, must not exist yet"
    )
    command.add_argument(
        "--motion", choices=("cv", "imm"), default="cv",
        help="constant velocity (default), or an interacting mix of straight, turning and ballistic flight",
    )  # fmt: skip
    command.add_argument(
        "--association", choices=("gnn", "jpda", "mht"), default="gnn",
        help="global nearest neighbour (default), joint probabilities, or multiple hypotheses: formations",
    )  # fmt: skip
    command.add_argument(
        "--process-noise", type=_horizontal_vertical(0.05), default=(1.0, 0.05), metavar="H[,V]",
        help="power density of acceleration, horizontal and vertical, m2/s3 (default: 1,0.05)",
    )  # fmt: skip
    command.add_argument(
        "--velocity-prior", type=_horizontal_vertical(10.0), default=(160.0, 10.0), metavar="H[,V]",
        help="1-sigma speed of a new track, horizontal and vertical, m/s (default: 160,10)",
    )  # fmt: skip
    command.add_argument(
        "--gate", type=_above_zero, default=4.0, metavar="G", help="Mahalanobis distance, not squared (default: 4)"
    )
    command.add_argument(
        "--confirm", type=count, default=3, metavar="M", help="update at which a track is confirmed (default: 3)"
    )
    command.add_argument(
        "--drop-tentative", type=count, default=2, metavar="K",
        help="consecutive miss at which a tentative track is dropped (default: 2)",
    )  # fmt: skip
    command.add_argument(
        "--drop-confirmed", type=count, default=4, metavar="K",
        help="consecutive miss at which a confirmed track is dropped (default: 4)",
    )  # fmt: skip


def _add_score_options(command: argparse.ArgumentParser) -> None:
    """Add what `score` takes."""
    command.add_argument("tracks", type=Path, metavar="TRACKS", help="Parquet, as `iamd track` writes it")
    command.add_argument("truth", type=Path, metavar="TRUTH", help="Parquet: time_s, object, place and velocity")
    command.add_argument(
        "--cutoff", type=_above_zero, default=2000.0, metavar="M", help="of OSPA and GOSPA, metres (default: 2000)"
    )
    command.add_argument(
        "--order", type=_whole_number(1, 100), default=2, metavar="P", help="of OSPA and GOSPA (default: 2)"
    )
    command.add_argument(
        "--gate", type=_above_zero, default=2000.0, metavar="M",
        help="a track may be an object's within this distance, metres (default: 2000)",
    )  # fmt: skip
    command.add_argument(
        "--warm-up", type=_whole_number(0, 10**6), default=0, metavar="N",
        help="times at the start that the means of OSPA and GOSPA leave out (default: 0)",
    )  # fmt: skip
    command.add_argument("--tentative", action="store_true", help="score tentative tracks too")


def output_folder(chosen: Path | None, name: str) -> Path:
    """Return the run folder, which must be absent or empty."""
    folder = chosen or Path("runs") / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"output '{folder}' is a file", hint="name a folder that is absent or empty")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"output folder '{folder}' is not empty", hint="name a folder that is absent or empty")
    return folder


def output_file(path: Path) -> Path:
    """Return the file to write, which must be absent, in a folder that exists."""
    if path.exists():
        raise UsageError(f"output '{path}' exists", hint="name a file that is absent, or remove it")
    if not path.parent.is_dir():
        raise UsageError(f"folder '{path.parent}' of output '{path}' does not exist", hint="make the folder first")
    return path
