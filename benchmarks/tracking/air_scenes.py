"""Scenes of many targets for the tracker: truth and plots of one radar, of a documented family.

    python benchmarks/tracking/air_scenes.py SCENE [--seed 0]

A scene is called `n50_T10_c20`: 50 targets, a scan every 10 s, 20 false plots a scan; 50 scans. The radar stands at the
origin of a flat east-north-up frame and all plots of a scan share one time. Sigmas 50 m and 0.2 degrees, detection
probability 0.9. False plots: Poisson, uniform over range 5-215 km, all azimuths, elevation 0-20 degrees and range rate
±300 m/s. Targets: white-noise acceleration of 1 m²/s³ (vertical 0.05), at half time 150-300 m/s at 3-12 km in a box of
300 km; half of them in pairs that pass within about 600 m; a quarter appear late, a quarter vanish early. Endings:
`_rr` measures range rate (2 m/s); `_man` half of the targets turn once by 45-180 degrees at 1-3 g; `_form` formations
of four, 700 m apart; `_pd70` detection probability 0.7. Where OPENIAMD_TRACKING_BENCH names a folder with the
`generate.py` of the published family, its recordings are used instead.
"""

# ruff: noqa: TID251 - inputs of a benchmark are no draws of the model
import argparse
import importlib.util
import os
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from openiamd.recordings.tables import Plots, Sensors, Truth

SCANS, HALF_BOX_M, G_MPS2, TURN_STEP_S = 50, 150e3, 9.80665, 0.01
NOISE = np.array([1.0, 1.0, 0.05])  # m²/s³, of acceleration
SIGMAS = np.array([50.0, np.deg2rad(0.2), np.deg2rad(0.2), 2.0])
FALSE_FROM, FALSE_TO = np.array([5e3, -np.pi, 0.0, -300.0]), np.array([215e3, np.pi, np.deg2rad(20.0), 300.0])
FORMATION_M, PAIR_M, PAIR_HEIGHT_M = 700.0, 425.0, 300.0


class Family(NamedTuple):
    """What a scene's name says."""

    targets: int
    period_s: float
    clutter: float
    detection_probability: float
    range_rate: bool
    turns: bool
    formations: bool


def family(name: str) -> Family:
    """Return what a scene's name says.

    Raises:
        ValueError: The name is none of the family.
    """
    found = re.fullmatch(r"n(\d+)_T(\d+)_c(\d+)(_rr|_man|_form|_pd70)?", name)
    if found is None:
        raise ValueError(f"no scene is called '{name}'; hint: n50_T10_c20, with _rr, _man, _form or _pd70")
    ending = found[4]
    chance = 0.7 if ending == "_pd70" else 0.9
    sizes = int(found[1]), float(found[2]), float(found[3])
    return Family(*sizes, chance, ending == "_rr", ending == "_man", ending == "_form")


def at_half_time(scene: Family, draws: np.random.Generator) -> tuple[Any, Any]:
    """Return positions and velocities (target, 3) when the pairs meet."""
    count = scene.targets
    speed, heading = draws.uniform(150.0, 300.0, count), draws.uniform(-np.pi, np.pi, count)
    velocity = np.stack([speed * np.cos(heading), speed * np.sin(heading), draws.normal(0.0, 2.0, count)], 1)
    room_m = HALF_BOX_M - np.abs(velocity[:, :2]) * (SCANS - 1) * scene.period_s / 2.0
    position = np.column_stack([draws.uniform(-1.0, 1.0, (count, 2)) * room_m, draws.uniform(3e3, 12e3, count)])
    if scene.formations:
        lead = np.arange(count) // 4 * 4
        place = np.arange(count) - lead
        abreast = np.stack([-velocity[lead, 1], velocity[lead, 0]], 1) / speed[lead, None]
        scatter = draws.normal(0.0, 50.0, (count, 3)) * (place > 0)[:, None]
        position = position[lead] + scatter
        position[:, :2] += place[:, None] * FORMATION_M * abreast
        return position, velocity[lead]
    pairs = count // 4
    apart = draws.uniform(-1.0, 1.0, (pairs, 3)) * [PAIR_M, PAIR_M, PAIR_HEIGHT_M]
    second = np.arange(pairs) * 2 + 1
    position[second] = position[second - 1] + apart
    position[second, :2] = np.clip(position[second, :2], -room_m[second], room_m[second])
    return position, velocity


def flown(scene: Family, position: Any, velocity: Any, draws: np.random.Generator) -> Any:
    """Return states (scan, target, 6), forwards and backwards from half time, of nearly constant velocity."""
    step = scene.period_s
    factor = np.linalg.cholesky(np.array([[step**3 / 3, step**2 / 2], [step**2 / 2, step]]))
    shock = np.einsum("ab,ktib->akti", factor, draws.standard_normal((SCANS, scene.targets, 3, 2))) * np.sqrt(NOISE)
    states = np.empty((SCANS, scene.targets, 6))
    middle = (SCANS - 1) // 2
    states[middle] = np.hstack([position, velocity])
    for scan in range(middle + 1, SCANS):
        states[scan, :, 3:] = states[scan - 1, :, 3:] + shock[1, scan]
        states[scan, :, :3] = states[scan - 1, :, :3] + step * states[scan - 1, :, 3:] + shock[0, scan]
    for scan in range(middle - 1, -1, -1):
        states[scan, :, 3:] = states[scan + 1, :, 3:] - shock[1, scan]
        states[scan, :, :3] = states[scan + 1, :, :3] - shock[0, scan] - step * states[scan, :, 3:]
    return states


def turned(states: Any, scene: Family, draws: np.random.Generator) -> None:
    """Give half of the targets one level turn at constant speed; their height stays as it was."""
    for target in draws.permutation(scene.targets)[: round(scene.targets / 2)]:
        velocity = states[0, target, 3:5]
        speed = np.hypot(*velocity)
        rate = draws.uniform(1.0, 3.0) * G_MPS2 * draws.choice([-1.0, 1.0]) / speed
        begins = draws.uniform(0.3, 0.6) * (SCANS - 1) * scene.period_s
        ends = begins + np.deg2rad(draws.uniform(45.0, 180.0)) / abs(rate)
        steps = round(scene.period_s / TURN_STEP_S)
        times = np.arange(1, (SCANS - 1) * steps + 1) * TURN_STEP_S - TURN_STEP_S / 2.0
        turning = np.clip(times, begins, ends) - begins
        heading = np.arctan2(velocity[1], velocity[0]) + rate * turning
        path = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1) * speed * TURN_STEP_S, 0)[steps - 1 :: steps]
        states[1:, target, :2] = states[0, target, :2] + path
        after = np.arctan2(velocity[1], velocity[0]) + rate * (
            np.clip(np.arange(1, SCANS) * scene.period_s, begins, ends) - begins
        )
        states[1:, target, 3:5] = speed * np.stack([np.cos(after), np.sin(after)], 1)


def truth(scene: Family, draws: np.random.Generator) -> Any:
    """Return states (scan, target, 6), NaN before a target appears and after it has vanished."""
    states = flown(scene, *at_half_time(scene, draws), draws)
    if scene.turns:
        turned(states, scene, draws)
    if not scene.formations:
        some = round(scene.targets / 4)
        for target in draws.permutation(scene.targets)[:some]:
            states[: draws.integers(1, 15), target] = np.nan
        for target in draws.permutation(scene.targets)[:some]:
            states[draws.integers(35, SCANS) :, target] = np.nan
    return states


def seen(scene: Family, states: Any, draws: np.random.Generator) -> tuple[Any, Any, Any]:
    """Return plots (plot, 4) of range, azimuth from east, elevation and range rate, their scans and their targets."""
    plots, scans, origins = [], [], []
    for scan, now in enumerate(states):
        reach = np.linalg.norm(now[:, :3], axis=1)
        rate = (now[:, :3] * now[:, 3:]).sum(1) / reach
        exact = np.stack([reach, np.arctan2(now[:, 1], now[:, 0]), np.arcsin(now[:, 2] / reach), rate], 1)
        hit = np.flatnonzero(np.isfinite(reach) & (draws.uniform(size=len(now)) < scene.detection_probability))
        count = draws.poisson(scene.clutter)
        false = draws.uniform(FALSE_FROM, FALSE_TO, (count, 4))
        both = np.concatenate([exact[hit] + draws.standard_normal((len(hit), 4)) * SIGMAS, false])
        order = draws.permutation(len(both))
        plots.append(both[order])
        origins.append(np.concatenate([hit, np.full(count, -1)])[order])
        scans.append(np.full(len(both), scan))
    return np.concatenate(plots), np.concatenate(scans), np.concatenate(origins)


def published(name: str, seed: int) -> tuple[Any, Any, Any, Any] | None:
    """Return states, plots, scans and targets of the published family, or None where its folder is not named."""
    folder = os.environ.get("OPENIAMD_TRACKING_BENCH")
    if not folder:
        return None
    specification = importlib.util.spec_from_file_location("generate", Path(folder) / "generate.py")
    assert specification is not None
    assert specification.loader is not None
    generate = importlib.util.module_from_spec(specification)
    sys.modules["generate"] = generate
    specification.loader.exec_module(generate)
    _, detections, states, origins = generate.load(name, seed)
    scans = np.repeat(np.arange(len(detections)), [len(one) for one in detections])
    return states[..., [0, 2, 4, 1, 3, 5]], np.concatenate(detections), scans, np.concatenate(origins).astype(int)


def recording(name: str, seed: int) -> tuple[Plots, Sensors, Truth, Any]:
    """Return a scene's plots, its sensor, its truth and the target of each plot (−1: false)."""
    scene = family(name)
    found = published(name, seed)
    if found is None:
        draws = np.random.default_rng([scene.targets, int(scene.period_s), int(scene.clutter), seed])
        states = truth(scene, draws)
        found = states, *seen(scene, states, draws)
    states, measured, scans, origins = found
    azimuth = np.mod(np.pi / 2.0 - measured[:, 1], 2.0 * np.pi)
    rates = measured[:, 3] if scene.range_rate else np.full(len(measured), np.nan)
    plots = Plots(
        np.asarray(scans * scene.period_s, np.float64),
        np.zeros(len(scans), np.int64),
        measured[:, 0],
        azimuth,
        measured[:, 2],
        rates,
    )
    place = np.zeros(1), np.zeros(1), np.zeros(1)
    sigmas = [np.array([sigma]) for sigma in (*SIGMAS[:3], SIGMAS[3] if scene.range_rate else np.nan)]
    rest = (np.array([value]) for value in (scene.detection_probability, scene.clutter, scene.period_s))
    scan, target = np.nonzero(np.isfinite(states[..., 0]))
    names = [f"t{number}" for number in range(scene.targets)]
    true = Truth(np.asarray(scan * scene.period_s, np.float64), target, states[scan, target], names)
    return plots, Sensors(["radar"], *place, *sigmas, *rest), true, origins


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scene", metavar="SCENE", help="as n50_T10_c20")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    plots, _, true, origins = recording(options.scene, options.seed)
    print(f"{len(plots.time_s)} plots, {(origins < 0).sum()} of them false; {len(true.time_s)} rows of truth")
    return 0


if __name__ == "__main__":
    sys.exit(main())
