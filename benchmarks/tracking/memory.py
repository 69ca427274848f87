"""Time and memory of the tracker on large scenes: with all history kept, and scan by scan without it.

    python benchmarks/tracking/memory.py [SCENE ...] [--seed 0] [--motion cv] [--association gnn]

Each figure has a process of its own: processor time a scan, the least of three turns; the largest resident memory of
the process, with Python, numba and the recording in it; and how much it grew from the tenth scan to the last.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent))

import air_scenes

from openiamd.studies.track_plots import TrackerSettings, stream_tracks, track_plots

SCENES = ("n200_T10_c20", "n1000_T10_c100", "n5000_T10_c500")
TURNS = 3


def resident_mb() -> float:
    """Return the largest resident memory of this process up to now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def measure(scene: str, seed: int, settings: TrackerSettings, history: bool) -> dict[str, float]:
    """Return the figures of one way to run one scene, in this process."""
    plots, sensors, *_ = air_scenes.recording("n10_T10_c5", seed)
    track_plots(plots, sensors, settings)  # compiles
    plots, sensors, *_ = air_scenes.recording(scene, seed)
    least, early_mb, scans = float("inf"), 0.0, 1
    for _ in range(TURNS):
        start_s, scans = time.process_time(), 0
        if history:
            track_plots(plots, sensors, settings)
            scans = air_scenes.SCANS
        else:
            for _ in stream_tracks(plots, sensors, settings):
                scans += 1
                if scans == 10:
                    early_mb = early_mb or resident_mb()
        least = min(least, time.process_time() - start_s)
    grown = 0.0 if history else resident_mb() - early_mb
    return {"ms": 1e3 * least / scans, "resident_mb": resident_mb(), "grown_mb": grown}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scenes", nargs="*", default=SCENES, metavar="SCENE")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--motion", choices=("cv", "imm"), default="cv")
    parser.add_argument("--association", choices=("gnn", "jpda", "mht"), default="gnn")
    parser.add_argument("--one", choices=("kept", "streamed"), help="one figure, in this process, as JSON")
    options = parser.parse_args()
    if options.one:
        settings = TrackerSettings(motion=options.motion, association=options.association)
        print(json.dumps(measure(options.scenes[0], options.seed, settings, options.one == "kept")))
        return 0
    print("scene            history    ms/scan  resident MB  grown MB")
    for scene in options.scenes:
        for way in ("kept", "streamed"):
            command: list[Any] = [sys.executable, __file__, scene, "--seed", options.seed, "--one", way]
            command += ["--motion", options.motion, "--association", options.association]
            done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            print(
                f"{scene:16s} {way:8s} {found['ms']:9.3f} {found['resident_mb']:12.0f} {found['grown_mb']:9.1f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
