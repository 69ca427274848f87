"""The stored results on real flights, which ``benchmarks/tracking/real.py --store`` refreshes."""

import json

from markdown import table
from stored import DATA

STORED = DATA / "real-trajectories.json"
COLUMNS = (
    ("completeness", "completeness", "{:.3f}"),
    ("tracks a flight", "tracks_a_flight", "{:.2f}"),
    ("longest segment", "longest_segment", "{:.3f}"),
    ("ambiguity", "ambiguity", "{:.3f}"),
    ("position error, m", "position_error_m", "{:.0f}"),
    ("velocity error, m/s", "velocity_error_mps", "{:.1f}"),
    ("CPU, ms a scan", "cpu_ms_per_scan", "{:.2f}"),
)
CAUSES = {
    "entry": "first 15 s of coverage",
    "one radar": "one radar alone",
    "manoeuvre": "manoeuvre above 2 m/s²",
    "other": "other",
}


def results() -> str:
    """Return the scores of each tracker and where the rest was lost."""
    known = json.loads(STORED.read_text(encoding="utf-8"))
    names = [f"`{row['motion']}`, `{row['association']}`" for row in known["rows"]]
    scores = [
        (name, *(form.format(row[key]) for _, key, form in COLUMNS))
        for name, row in zip(names, known["rows"], strict=True)
    ]
    lost = [
        (name, *(f"{row['lost'][cause] / row['samples']:.2%}" for cause in CAUSES))
        for name, row in zip(names, known["rows"], strict=True)
    ]
    return (
        f"{known['flights']} flights and {known['plots']:,} plots, of which {known['false']:,} are false; "
        f"{known['alone']:.0%} of covered flight is covered by one radar alone. Seed {known['seed']}.\n\n"
        + table(("motion, association", *(heading for heading, _, _ in COLUMNS)), scores)
        + "\nWhere covered flight had no confirmed track within 1,500 m, as a share of all samples, by the first cause "
        "that applies:\n\n" + table(("motion, association", *CAUSES.values()), lost)
    )
