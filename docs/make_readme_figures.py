"""Refreshes the stored results: ``python docs/make_readme_figures.py RUN_FOLDER [VALIDATION.json]``.

RUN_FOLDER      of ``iamd compare turkey -o RUN_FOLDER``
VALIDATION.json the output of ``iamd validate --json``

Writes docs/data/turkey.json, docs/images/turkey.svg, the result table in README.md and docs/data/validation.json.
"""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "_generate"))

import stored  # noqa: E402 - after its folder is on the path

from openiamd import open_results  # noqa: E402 - the same

KEPT = (
    *("leakers.total", "leakers.ballistic", "leakers.cruise", "leakers.drone", "hostile.total"),
    *("probability_zero_leakers", "friendly_engaged", "friendly_killed", "civil_engaged", "civil_killed"),
    *("friendly_engaged_per_1000h", "civil_engaged_per_1000h", "shots.total", "shots_wasted", "missiles_left"),
    *("warning_time_s.cruise", "warning_time_s.ballistic", "warning_time_s.drone"),
    *("first_shot_range_m.cruise", "first_detection_range_m.cruise"),
    *(f"siap.{attribute}.shooters" for attribute in ("completeness", "ambiguity", "id_completeness", "id_correctness")),
    *("siap.ambiguity.network", "siap.commonality.network"),
)
COLOURS = {"ballistic": "#332288", "cruise": "#117733", "drone": "#DDCC77"}
BETWEEN = re.compile(r"(<!-- result: begin -->\n).*?(<!-- result: end -->)", re.DOTALL)


def kept(results: Any) -> dict[str, Any]:
    """Return what the pages need of a run folder."""
    summary, manifest = results.summary(), results.manifest

    def only(variants: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: {key: found[key] for key in KEPT if key in found} for name, found in variants.items()}

    shares = manifest["input_shares"]["verification"]
    return {
        "command": f"iamd compare turkey -n {manifest['replications']} --seed {manifest['seed']}",
        "version": manifest["version"],
        "replications": manifest["replications"],
        "scenario_sha256": manifest["scenario"]["sha256"],
        "catalogue_sha256": manifest["catalogue_sha256"],
        "descriptions": manifest["variant_descriptions"],
        "inputs": {mark: share["count"] for mark, share in shares.items()},
        "reference": summary["reference"],
        "variants": only(summary["variants"]),
        "differences": only(summary["differences"]),
    }


def draw(known: dict[str, Any], path: Path) -> None:
    """Draw leakers by class, and friendly aircraft shot at, one bar a variant, with intervals of the totals."""
    mpl.rcParams.update({"svg.hashsalt": "openiamd", "svg.fonttype": "path", "font.size": 10})
    figure = Figure((9.0, 0.9 + 0.42 * len(known["variants"])), layout="constrained")
    leaks, losses = figure.subplots(1, 2, width_ratios=(3, 2), sharey=True)
    for row, found in enumerate(known["variants"].values()):
        left = 0.0
        for name, colour in COLOURS.items():
            leaks.barh(row, found[f"leakers.{name}"]["mean"], left=left, color=colour, label=None if row else name)
            left += found[f"leakers.{name}"]["mean"]
        losses.barh(row, found["friendly_engaged"]["mean"], color="#CC6677")
        for axes, key in ((leaks, "leakers.total"), (losses, "friendly_engaged")):
            one = found[key]
            axes.errorbar(
                one["mean"], row, xerr=[[one["mean"] - one["low"]], [one["high"] - one["mean"]]], color="black"
            )
    leaks.set_yticks(range(len(known["variants"])), list(known["variants"]))
    leaks.invert_yaxis()
    hostile = next(iter(known["variants"].values()))["hostile.total"]["mean"]
    leaks.set_xlabel(f"hostile objects that got through, of {hostile:.0f}")
    losses.set_xlabel("friendly aircraft shot at by mistake")
    figure.legend(*leaks.get_legend_handles_labels(), loc="outside upper left", ncols=3, fontsize=9)
    for axes in (leaks, losses):
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_xlim(left=0)
    figure.savefig(path, metadata={"Date": None, "Creator": None})


def main(arguments: list[str]) -> None:
    """Refresh everything from the run folder, and the table of validation where one is given."""
    known = kept(open_results(arguments[0]))
    if len(arguments) > 1:
        shutil.copyfile(arguments[1], DOCS / "data" / "validation.json")
    (DOCS / "data" / "turkey.json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    draw(known, DOCS / "images" / "turkey.svg")
    readme = DOCS.parent / "README.md"
    text = readme.read_text(encoding="utf-8")
    filled = BETWEEN.sub(lambda place: f"{place[1]}{stored.readme(known)}{place[2]}", text)
    readme.write_text(filled, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
