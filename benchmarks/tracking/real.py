"""Real flights under two simulated radars: how much of the covered flights is tracked, and where the rest is lost.

    python benchmarks/tracking/real.py [--seed 1] [--motions cv,imm] [--associations gnn] [--minutes 180] [--store]

Needs the ADS-B reports over Paris (OPENIAMD_DATA/adsb, see docs/guide/real-trajectories.md). Coverage of each radar:
2 to 150 km, 0.5 to 45 degrees of elevation, 20 km above its own horizontal plane. Truth counts while at least one radar
covers it. `--store` writes the figures to docs/data/real-trajectories.json, from which the page is made.

Losses are looked at every 5 s: a covered flight is lost where no confirmed track is within 1,500 m. Each loss has the
first cause that applies: *entry*, covered for less than 15 s, which three scans of confirmation take; *one radar*,
covered by one radar alone, so that every scan of the other is a miss; *manoeuvre*, more than 2 m/s² at some moment of
the last 20 s; *other*.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from openiamd import __version__
from openiamd.recordings.adsb import read_adsb
from openiamd.recordings.replay import Coverage, covered, only, replay
from openiamd.recordings.tables import Plots, Sensors, Tracks, Truth
from openiamd.studies.track_plots import TrackerSettings, track_plots

STORED = Path(__file__).resolve().parents[2] / "docs" / "data" / "real-trajectories.json"
STEP_S, NEAR_M, ENTRY_S, TURN_MPS2, TURN_S = 5.0, 1_500.0, 15.0, 2.0, 20.0
CAUSES = ("entry", "one radar", "manoeuvre", "other")


def two_radars() -> Sensors:
    """Return the radars of the page: south and north of the city."""
    both = np.ones(2)
    return Sensors(
        ["south", "north"], np.radians([48.4, 49.4]), np.radians([2.4, 2.1]), np.array([100.0, 150.0]), 50.0 * both,
        0.0017 * both, 0.0026 * both, np.nan * both, 0.9 * both, 10.0 * both, np.array([4.0, 5.0]),
    )  # fmt: skip


def losses(truth: Truth, seen: Any, tracks: Tracks) -> tuple[int, dict[str, int]]:
    """Return how many samples of covered flight there are, and how many are lost by cause; ``seen`` (row, sensor)."""
    parts = only(truth, seen.any(axis=1))
    order = np.lexsort((truth.time_s, truth.object))
    alone = seen[order[seen[order].any(axis=1)]].sum(axis=1) == 1
    first_s = np.full(len(parts.names), np.inf)
    np.minimum.at(first_s, parts.object, parts.time_s)
    rows = np.flatnonzero(np.mod(parts.time_s, STEP_S) < 1e-6)
    rows = rows[nearest_m(parts, rows, tracks) > NEAR_M]
    causes = (parts.time_s[rows] - first_s[parts.object[rows]] < ENTRY_S, alone[rows], turning(parts)[rows])
    first = np.argmax(np.stack([*causes, np.ones(len(rows), bool)]), axis=0)
    samples = int((np.mod(parts.time_s, STEP_S) < 1e-6).sum())
    return samples, {name: int((first == cause).sum()) for cause, name in enumerate(CAUSES)}


def turning(truth: Truth) -> Any:
    """Tell of each row, in order of object and time, whether the object manoeuvred in the last seconds."""
    hard = np.zeros(len(truth.time_s), bool)
    step_s = np.maximum(np.diff(truth.time_s), 1e-9)
    hard[1:] = np.linalg.norm(np.diff(truth.state[:, 3:], axis=0), axis=1) / step_s > TURN_MPS2
    hard[1:] &= np.diff(truth.object) == 0
    last_s = np.maximum.accumulate(np.where(hard, truth.object * 1e6 + truth.time_s, -np.inf))
    return truth.object * 1e6 + truth.time_s - last_s <= TURN_S


def nearest_m(truth: Truth, rows: Any, tracks: Tracks) -> Any:
    """Return how far each of the rows is from the nearest confirmed track, carried on from its last row in time."""
    at_s = np.unique(truth.time_s[rows])
    places: dict[float, list[Any]] = {float(moment): [] for moment in at_s}
    confirmed = np.flatnonzero(tracks.confirmed)
    confirmed = confirmed[np.lexsort((tracks.time_s[confirmed], tracks.track_number[confirmed]))]
    for own in np.split(confirmed, np.flatnonzero(np.diff(tracks.track_number[confirmed])) + 1):
        alive = at_s[(at_s >= tracks.time_s[own[0]]) & (at_s <= tracks.time_s[own[-1]] + STEP_S)]
        row = own[np.searchsorted(tracks.time_s[own], alive, side="right") - 1]
        state = tracks.state[row]
        moved = state[:, :3] + state[:, 3:] * (alive - tracks.time_s[row])[:, None]
        for moment, place in zip(alive, moved, strict=True):
            places[float(moment)].append(place)
    found = np.full(len(rows), np.inf)
    for position, row in enumerate(rows):
        if near := places[float(truth.time_s[row])]:
            found[position] = np.linalg.norm(np.array(near) - truth.state[row, :3], axis=1).min()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--motions", default="cv,imm")
    parser.add_argument("--associations", default="gnn")
    parser.add_argument("--minutes", type=float, default=180.0)
    parser.add_argument("--store", action="store_true", help="keep the figures for the documentation")
    options = parser.parse_args()
    path = Path(os.environ.get("OPENIAMD_DATA", "")) / "adsb" / "paris_2021-10-07.json.gz"
    if not path.is_file():
        print("OPENIAMD_DATA/adsb/paris_2021-10-07.json.gz is absent: nothing to measure")
        return 0
    sensors, coverage = two_radars(), Coverage()
    truth, fate = read_adsb(path, sensors)
    truth = rows_of(truth, truth.time_s <= truth.time_s.min() + 60.0 * options.minutes)
    seen = covered(truth, sensors, coverage)
    plots, origin = replay(truth, sensors, options.seed, coverage)
    for rule, count in fate.items():
        print(f"{count:9,d} {rule}")
    alone = (seen.sum(axis=1) == 1).sum() / seen.any(axis=1).sum()
    print(f"{len(truth.names)} flights, {seen.any(axis=1).mean():.1%} covered, {alone:.1%} of that by one radar alone")
    print(f"{len(origin):,} plots, {(origin < 0).sum():,} false")
    rows = []
    for motion in options.motions.split(","):
        for association in options.associations.split(","):
            rows.append(measured(truth, seen, plots, sensors, motion, association))
            print(json.dumps(rows[-1]), flush=True)
    if options.store:
        facts = {
            "flights": len(truth.names),
            "plots": len(origin),
            "false": int((origin < 0).sum()),
            "alone": float(alone),
        }
        facts |= {"version": __version__, "seed": options.seed, "fate": fate, "rows": rows}
        STORED.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return 0


def measured(truth: Truth, seen: Any, plots: Plots, sensors: Sensors, motion: str, association: str) -> dict[str, Any]:
    """Track and return the figures of one choice of tracker."""
    settings = TrackerSettings()._replace(motion=motion, association=association)
    track_plots(Plots(*(values[:100] for values in plots)), sensors, settings)  # pyright: ignore[reportArgumentType] - compiles
    start_s = time.process_time()
    tracks = track_plots(plots, sensors, settings)
    spent_s = time.process_time() - start_s
    samples, lost = losses(truth, seen, tracks)
    scans = sum(np.ptp(plots.time_s) / one for one in sensors.revisit_s)
    found = {"motion": motion, "association": association, "samples": samples, "lost": lost}
    return found | {"tracked": 1.0 - sum(lost.values()) / samples, "cpu_ms_per_scan": 1e3 * spent_s / scans}


def rows_of(truth: Truth, rows: Any) -> Truth:
    return Truth(truth.time_s[rows], truth.object[rows], truth.state[rows], truth.names)


if __name__ == "__main__":
    sys.exit(main())
