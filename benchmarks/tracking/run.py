"""The tracker beside its NumPy twin and Stone Soup: the same plots and policy, taking turns, processor time a scan.

    python benchmarks/tracking/run.py [SCENE ...] [--seed 0] [--turns 3] [--motion cv] [--association gnn] [--alone]

One thread, through the public function, history kept. Stone Soup (dstl/Stone-Soup, MIT) runs once, between the turns of
the others: its extended Kalman filter with constant velocity and two-dimensional assignment behind its KD-tree, the
quickest of its exact associators. It has no interacting models; with jpda it runs JPDAwithEHM2. The last columns
compare its confirmed tracks with the program's: how many of its rows have the same plot in a track of the same history.
"""

# ruff: noqa: E402 - the libraries count their threads when they are imported
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import datetime
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).resolve().parent))

import air_scenes
import twin

from openiamd.recordings.tables import Plots, Sensors

SCENES = ("n10_T10_c5", "n50_T10_c20", "n200_T10_c20")
START = datetime.datetime(2026, 1, 1)


def detections(plots: Plots, model: Any, scan: Any, period_s: float) -> tuple[list[Any], dict[int, int]]:
    """Return Stone Soup's scans, and the row of each detection by its identity."""
    from stonesoup.types.angle import Bearing, Elevation
    from stonesoup.types.array import StateVector
    from stonesoup.types.detection import Detection

    scans: list[Any] = [(START + datetime.timedelta(seconds=k * period_s), set()) for k in range(scan[-1] + 1)]
    rows = {}
    for row, k in enumerate(scan):
        values = [Elevation(plots.elevation_rad[row]), Bearing(np.pi / 2 - plots.azimuth_rad[row]), plots.range_m[row]]
        if np.isfinite(plots.range_rate_mps[row]):
            values.append(plots.range_rate_mps[row])
        one = Detection(StateVector(values), timestamp=scans[k][0], measurement_model=model)
        rows[id(one)] = row
        scans[k][1].add(one)
    return scans, rows


def measurement(sensors: Sensors) -> Any:
    from stonesoup.models.measurement.nonlinear import (
        CartesianToElevationBearingRange,
        CartesianToElevationBearingRangeRate,
    )

    sigmas = [sensors.sigma_elevation_rad[0], sensors.sigma_azimuth_rad[0], sensors.sigma_range_m[0]]
    if not np.isfinite(sensors.sigma_range_rate_mps[0]):
        noise = np.diag(np.square(sigmas))
        return CartesianToElevationBearingRange(ndim_state=6, mapping=(0, 2, 4), noise_covar=noise)
    noise = np.diag(np.square([*sigmas, sensors.sigma_range_rate_mps[0]]))
    return CartesianToElevationBearingRangeRate(
        ndim_state=6, mapping=(0, 2, 4), velocity_mapping=(1, 3, 5), noise_covar=noise
    )


def associators(policy: Any, sensors: Sensors, predictor: Any, updater: Any, density: float) -> tuple[Any, Any]:
    """Return Stone Soup's associators of confirmed and of tentative tracks."""
    from stonesoup.dataassociator.probability import JPDAwithEHM2
    from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D, DetectionKDTreeMixIn
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.hypothesiser.probability import PDAHypothesiser
    from stonesoup.measures import Mahalanobis

    rate_m = 1200.0 if np.isfinite(sensors.sigma_range_rate_mps[0]) else 0.0
    reach_m = 4 * np.hypot(policy.velocity_prior[0] * sensors.revisit_s[0], sensors.sigma_range_m[0]) + rate_m
    tree = {
        "predictor": predictor,
        "updater": updater,
        "max_distance": reach_m,
        "max_distance_covariance_multiplier": 0.1,
    }
    distance = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=policy.gate)
    nearest = DetectionKDTreeGNN2D(hypothesiser=distance, **tree)
    if policy.association == "gnn":
        return DetectionKDTreeGNN2D(hypothesiser=distance, **tree), nearest
    chance = float(sensors.detection_probability[0])
    weighted = PDAHypothesiser(
        predictor, updater, clutter_spatial_density=density, prob_detect=chance, prob_gate=0.9989
    )
    joint = type("TreeJPDA", (DetectionKDTreeMixIn, JPDAwithEHM2), {})
    return joint(hypothesiser=weighted, **tree), nearest


def stone_soup(plots: Plots, sensors: Sensors, policy: Any) -> tuple[Any, dict[int, int]]:
    """Return a Stone Soup tracker of the same policy, ready to iterate, and the row of each detection."""
    from stonesoup.buffered_generator import BufferedGenerator
    from stonesoup.deleter.time import UpdateTimeStepsDeleter
    from stonesoup.initiator.simple import MultiMeasurementInitiator, SimpleMeasurementInitiator
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import ExtendedKalmanPredictor
    from stonesoup.reader import DetectionReader
    from stonesoup.tracker.simple import MultiTargetMixtureTracker, MultiTargetTracker
    from stonesoup.types.array import CovarianceMatrix, StateVector
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import ExtendedKalmanUpdater

    class Reader(DetectionReader):
        @BufferedGenerator.generator_method
        def detections_gen(self):
            yield from scans

    model, period_s = measurement(sensors), float(sensors.revisit_s[0])
    scans, rows = detections(plots, model, np.floor(plots.time_s / period_s + 1e-6).astype(int), period_s)
    horizontal, vertical = policy.process_noise
    motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(q) for q in (horizontal, horizontal, vertical)])
    predictor, updater = ExtendedKalmanPredictor(motion), ExtendedKalmanUpdater(model)
    density = twin.knowledge(plots, sensors).density
    confirmed, tentative = associators(policy, sensors, predictor, updater, density)
    level, rise = np.square(policy.velocity_prior)
    spread = CovarianceMatrix(np.diag([0.0, level, 0.0, level, 0.0, rise]))
    prior = GaussianState(StateVector(np.zeros(6)), spread, timestamp=START)
    initiator = MultiMeasurementInitiator(
        prior_state=prior,
        measurement_model=model,
        deleter=UpdateTimeStepsDeleter(policy.drop_tentative),
        data_associator=tentative,
        updater=updater,
        min_points=policy.confirm,
        initiator=SimpleMeasurementInitiator(prior, model, skip_non_reversible=True),
    )
    kind = MultiTargetTracker if policy.association == "gnn" else MultiTargetMixtureTracker
    deleter = UpdateTimeStepsDeleter(policy.drop_confirmed)
    tracker = kind(initiator=initiator, deleter=deleter, detector=Reader(), data_associator=confirmed, updater=updater)
    return tracker, rows


def histories(tracker: Any, rows: dict[int, int]) -> tuple[set[tuple[int, ...]], float]:
    """Run Stone Soup; return the plots of each confirmed track, and the processor time."""
    start_s = time.process_time()
    tracks: set[Any] = set()
    for _, now in tracker:
        tracks |= now
    spent_s = time.process_time() - start_s
    found = set()
    for track in tracks:
        hypotheses = [state.hypothesis for state in track.states if hasattr(state, "hypothesis")]
        if all(hasattr(one, "measurement") for one in hypotheses):
            found.add(tuple(rows[id(one.measurement)] for one in hypotheses if one))
    return found, spent_s


def own_histories(tracks: Any) -> set[tuple[int, ...]]:
    """Return the plots of each track that was ever confirmed."""
    found: dict[int, list[int]] = {}
    for number, plot in zip(tracks.track_number.tolist(), tracks.plot.tolist(), strict=True):
        if plot >= 0:
            found.setdefault(number, []).append(plot)
    return {tuple(found[number]) for number in np.unique(tracks.track_number[tracks.confirmed]).tolist()}


def updates(tracks: Any) -> tuple[Any, Any]:
    """Return the plots that tracks took, in their order, and the states after them."""
    taken = np.flatnonzero(tracks.plot >= 0)
    taken = taken[np.argsort(tracks.plot[taken])]
    return tracks.plot[taken], tracks.state[taken]


def program(policy: twin.Policy) -> Callable[[Plots, Sensors], Any]:
    from openiamd.studies.track_plots import (  # pyright: ignore[reportMissingImports]
        TrackerSettings,
        track_plots,
    )

    settings = TrackerSettings(**policy._asdict())
    return lambda plots, sensors: track_plots(plots, sensors, settings)


def row(scene: str, seed: int, policy: twin.Policy, turns: int, alone: bool) -> dict[str, Any]:
    """Return one scene's times in ms a scan, the least of the turns, and how the three agree."""
    plots, sensors, *_ = air_scenes.recording(scene, seed)
    scans = int(plots.time_s[-1] / sensors.revisit_s[0]) + 1
    runners = {"program": program(policy), "twin": lambda p, s: twin.track_plots(p, s, policy)}
    least, results, peer = dict.fromkeys(runners, np.inf), {}, (set(), np.nan)
    runners["program"](plots, sensors)  # compiles
    for turn in range(turns):
        for name, runner in runners.items():
            start_s = time.process_time()
            results[name] = runner(plots, sensors)
            least[name] = min(least[name], time.process_time() - start_s)
        if turn == 0 and not alone and policy.motion == "cv":
            peer = histories(*stone_soup(plots, sensors, policy))
    ours, others = results["program"], results["twin"]
    own_plots, own_states = updates(ours)
    other_plots, other_states = updates(others)
    apart = float(np.abs(own_states - other_states).max()) if np.array_equal(own_plots, other_plots) else np.nan
    mine = own_histories(ours)
    figures = {f"{name}_ms": 1e3 * seconds / scans for name, seconds in least.items()}
    return {"scene": scene, "seed": seed, **figures, "stone_soup_ms": 1e3 * peer[1] / scans} | {
        "largest_difference_to_twin": apart,
        "tracks": len(mine),
        "same_in_twin": len(mine & own_histories(others)),
        "same_in_stone_soup": len(mine & peer[0]),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scenes", nargs="*", default=SCENES, metavar="SCENE")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--motion", choices=("cv", "imm"), default="cv")
    parser.add_argument("--association", choices=("gnn", "jpda"), default="gnn")
    parser.add_argument("--alone", action="store_true", help="without Stone Soup, which needs minutes")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    policy = twin.Policy(options.motion, options.association)
    print(
        "scene                program     twin  Stone Soup ms/scan   twin/program  Stone Soup/program  tracks  same as"
    )
    rows = []
    for scene in options.scenes:
        one = row(scene, options.seed, policy, options.turns, options.alone)
        mine, other, peer = one["program_ms"], one["twin_ms"], one["stone_soup_ms"]
        print(
            f"{scene:20s} {mine:7.4f} {other:8.3f} {peer:11.1f} {other / mine:21.0f} {peer / mine:19.0f}"
            f"  {one['tracks']:6d}  twin {one['same_in_twin']}, Stone Soup {one['same_in_stone_soup']};"
            f" states differ from the twin's by {one['largest_difference_to_twin']:.1e}",
            flush=True,
        )
        rows.append(one)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
