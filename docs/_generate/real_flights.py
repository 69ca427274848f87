"""The stored results on real flights, which ``benchmarks/tracking/real.py --store`` refreshes."""

import json

from markdown import table
from stored import DATA

STORED = DATA / "real-trajectories.json"
CAUSES = ("entry", "one radar", "manoeuvre", "other")


def results() -> str:
    """Return the scores of each tracker and where the rest was lost."""
    if not STORED.is_file():
        return "None are stored."
    known = json.loads(STORED.read_text(encoding="utf-8"))
    heads = ("tracker", "completeness", "ambiguity", "spuriousness", "position error, m", "CPU, ms a scan")
    rows = [
        (
            f"`--motion {row['motion']} --association {row['association']}`",
            *(f"{row[key]:.3f}" for key in ("completeness", "ambiguity", "spuriousness")),
            f"{row['position_error_m']:.0f}",
            f"{row['cpu_ms_per_scan']:.2f}",
        )
        for row in known["rows"]
    ]
    lost = [
        (
            f"`{row['motion']}`, `{row['association']}`",
            *(f"{row['lost'][cause] / row['samples']:.2%}" for cause in CAUSES),
        )
        for row in known["rows"]
    ]
    return (
        f"{known['flights']} flights, {known['plots']:,} plots, of which {known['false']:,} are false; "
        f"{known['alone']:.0%} of the covered flight is covered by one radar alone.\n\n"
        + table(heads, rows)
        + "\nWhere covered flight had no confirmed track within 1,500 m, as a share of all covered samples:\n\n"
        + table(("tracker", "first 15 s of coverage", "one radar alone", "manoeuvre above 2 m/s²", "other"), lost)
    )
