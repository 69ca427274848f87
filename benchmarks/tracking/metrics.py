"""Measures of tracks beside Stone Soup's: the same tracks and truth, processor time, and whether the figures agree.

    python benchmarks/tracking/metrics.py [--targets 50] [--scans 50] [--turns 5] [--seed 0]

Tracks are the truth with errors of 200 m and 5 m/s; from scan 2 on, with a few exchanged numbers, a few tracks of
nothing and a few second tracks. Stone Soup (dstl/Stone-Soup, MIT) computes OSPA, GOSPA and SIAP through its
`MultiManager`, each track given to its nearest object; the program computes those and all its other measures, through
the public function. Reading files is in neither. Stone Soup runs once, between two halves of the program's turns.
"""

# ruff: noqa: E402 - the libraries count their threads when they are imported
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests"))

import stone_soup  # pyright: ignore[reportMissingImports] - of the tests, which are on the path now
from openiamd.recordings.tables import Tracks, Truth
from openiamd.studies.score_tracks import score_tracks

SCAN_S = 10.0


def scene(targets: int, scans: int, seed: int) -> tuple[Tracks, Truth]:
    """Return tracks and truth of flights abreast, 20 km apart: Stone Soup fails where a track is near one only once."""
    draw = np.random.default_rng(seed)  # noqa: TID251 - no run of the simulator
    side = int(np.ceil(np.sqrt(targets)))
    place = np.stack(
        [20e3 * (np.arange(targets) % side), 20e3 * (np.arange(targets) // side), 9e3 + np.zeros(targets)], 1
    )
    velocity = np.array([200.0, 50.0, 0.0]) + draw.normal(0.0, 2.0, (targets, 3))
    time_s = np.repeat(np.arange(0.0, scans * SCAN_S, SCAN_S), targets)
    thing = np.tile(np.arange(targets), scans)
    state = np.concatenate([place[thing] + velocity[thing] * time_s[:, None], velocity[thing]], axis=1)
    held = time_s >= 2 * SCAN_S
    number = thing.copy()
    swapped = draw.permutation(targets)[: targets // 10]
    late = time_s >= scans // 2 * SCAN_S
    for old, new in zip(swapped, np.roll(swapped, 1), strict=True):
        number[late & (thing == old)] = new
    parts = [(time_s[held], number[held], state[held])]
    second = held & np.isin(thing, draw.permutation(targets)[: targets // 20])
    parts.append((time_s[second], thing[second] + targets, state[second]))
    false = held & np.isin(thing, draw.permutation(targets)[: targets // 20])
    parts.append((time_s[false], thing[false] + 2 * targets, state[false] + 40e3))
    times_s, numbers, states = (np.concatenate(column) for column in zip(*parts, strict=True))
    states = states + draw.normal(0.0, [200.0] * 3 + [5.0] * 3, states.shape)
    covariance = np.tile(np.diag([200.0**2] * 3 + [25.0] * 3), (len(times_s), 1, 1))
    always = np.ones(len(times_s), bool)
    tracks = Tracks(times_s, numbers, states, covariance, always, ~always, np.arange(len(times_s)))
    return tracks, Truth(time_s, thing, state, [str(name) for name in range(targets)])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("targets", 50), ("scans", 50), ("turns", 5), ("seed", 0)):
        options.add_argument(f"--{name}", type=int, default=default)
    chosen = options.parse_args()
    tracks, truth = scene(chosen.targets, chosen.scans, chosen.seed)
    spent_s: list[float] = []

    def turn() -> None:
        for _ in range(max(1, chosen.turns // 2)):
            start_s = time.process_time()
            score_tracks(tracks, truth)
            spent_s.append(time.process_time() - start_s)

    score_tracks(tracks, truth)
    turn()
    start_s = time.process_time()
    theirs = stone_soup.measure(tracks, truth)
    theirs_s = time.process_time() - start_s
    turn()
    found, ours_s = score_tracks(tracks, truth), float(np.median(spent_s))
    apart = {
        "OSPA": np.abs(np.subtract(found.picture.series["ospa"], theirs.ospa)).max(),
        "GOSPA": np.abs(np.subtract(found.picture.series["gospa"], [one["distance"] for one in theirs.gospa])).max(),
    }
    for title, name in stone_soup.TITLES.items():
        apart[title] = abs(found.measures[name] - theirs.siap[title] * (3600.0 if name.endswith("per_h") else 1.0))
    print(f"{chosen.targets} targets, {chosen.scans} scans, {len(tracks.time_s):,} rows of tracks")
    print(f"Stone Soup {theirs_s:.3f} s, OpenIAMD {ours_s:.4f} s: {theirs_s / ours_s:,.0f} times faster")
    print("largest differences:", ", ".join(f"{name} {value:.2g}" for name, value in apart.items()))


if __name__ == "__main__":
    main()
