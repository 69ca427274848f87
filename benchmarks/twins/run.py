"""The three costliest kernels beside C twins: the same inputs, the results compared, the ratio of times printed.

    python benchmarks/twins/run.py [--json FILE]

Costliest by `benchmarks/stages.py`: the look (draws, detection, noise, conversion), the gate (plots against tracks) and
the filter (prediction and update). The loops below call the project's own kernels. The C is compiled here and now with
gcc -O3 -march=native -ffp-contract=off; without a compiler the comparison is skipped with a message.
"""

# ruff: noqa: TID251 - inputs of a benchmark are no draws of the model
import argparse
import ctypes
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

import openiamd  # noqa: F401 - sets the kernel cache before numba is imported
from openiamd.estimation.kalman import measurement_to_enu, predict, predicted_distance2, update
from openiamd.kernels import OPTIONS
from openiamd.physics.detection import swerling1_observed_snr
from openiamd.physics.draws import LOOK, NOISE, normal4, uniform
from openiamd.physics.radar import angle_sigma_rad, range_sigma_m
from openiamd.stages.track import near

OWN_OPTIONS: Any = {**OPTIONS, "cache": False}
own_kernel = njit(**OWN_OPTIONS)
SOURCE = Path(__file__).with_name("twins.c")
FLAGS = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]
AIM = 1.5
REPEATS = 30
SEED = np.uint64(7)
PFA, CONSTANT, NOISE_DENSITY, GATE = 1e-6, 4e22, 20.0, 4.0


@own_kernel
def look(seed, basis, antenna, constant, pfa, polar, who, z, r):
    for i in range(polar.shape[0]):
        range_m = polar[i, 0]
        snr = constant / (range_m * range_m * range_m * range_m)
        draw = uniform(seed, 3, LOOK, 12345, who[i, 0], who[i, 1], 0)
        observed = swerling1_observed_snr(draw, snr, pfa)
        if observed <= 0.0:
            for row in range(3):
                z[i, row] = 0.0
                for column in range(3):
                    r[i, row, column] = 0.0
            continue
        noise_0, noise_1, noise_2, _ = normal4(seed, 3, NOISE, 12345, who[i, 0], who[i, 1], 0)
        sigma_m = range_sigma_m(150.0, observed, 20.0)
        sigma_rad = angle_sigma_rad(0.02, observed, 0.001)
        measured_m = range_m + noise_0 * sigma_m
        azimuth_rad, elevation_rad = polar[i, 1] + noise_1 * sigma_rad, polar[i, 2] + noise_2 * sigma_rad
        measurement_to_enu(
            basis, antenna[0], antenna[1], antenna[2], measured_m, azimuth_rad, elevation_rad, sigma_m, sigma_rad,
            sigma_rad, z[i], r[i],
        )  # fmt: skip


@own_kernel
def gate(x, p, age, q, limit, z, r, cost):
    for track in range(x.shape[0]):
        for plot in range(z.shape[0]):
            cost[plot, track] = 1e15
            if not near(x[track], p[track], age[track], z[plot], r[plot], 0.0, limit):
                continue
            distance2, spread = predicted_distance2(
                x[track], p[track], age[track], q, 0.0, 0.0, 0.0, z[plot], r[plot]
            )  # fmt: skip
            if distance2 <= limit * limit:
                cost[plot, track] = distance2 + spread


@own_kernel
def filter_tracks(x, p, age, q, z, r):
    for i in range(x.shape[0]):
        predict(x[i], p[i], age[i], q, 0.0, 0.0, 0.0)
        update(x[i], p[i], z[i], r[i])


def compiled_library(folder: Path) -> ctypes.CDLL | None:
    """Return the C twins, or None where there is no compiler."""
    compiler = shutil.which("gcc")
    if compiler is None:
        print("skipped: no gcc on this machine, the C twins are not compared", file=sys.stderr)
        return None
    library = folder / "twins.so"
    subprocess.run([compiler, *FLAGS, str(SOURCE), "-o", str(library), "-lm"], check=True)
    return ctypes.CDLL(str(library))


def pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def look_case(library: ctypes.CDLL) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[], float]]:
    rng, n = np.random.default_rng(1), 20_000
    basis = np.linalg.qr(rng.normal(size=(3, 3)))[0].copy()
    antenna = np.array([1e4, -2e4, 500.0])
    polar = np.column_stack([rng.uniform(3e4, 3e5, n), rng.uniform(0, 6.28, n), rng.uniform(0, 0.3, n)])
    who = np.column_stack([rng.integers(0, 2**32, n), np.arange(n)])
    ours, theirs = (np.zeros((n, 3)), np.zeros((n, 3, 3))), (np.zeros((n, 3)), np.zeros((n, 3, 3)))
    arguments = [ctypes.c_int64(n), ctypes.c_uint64(int(SEED)), pointer(basis), pointer(antenna)]
    arguments += [ctypes.c_double(CONSTANT), ctypes.c_double(PFA), pointer(polar), pointer(who)]
    arguments += [pointer(array) for array in theirs]

    def difference() -> float:
        assert (ours[0] == 0.0).any()
        return max(float(np.abs(a - b).max() / np.abs(a).max()) for a, b in zip(ours, theirs, strict=True))

    return (
        lambda: look(SEED, basis, antenna, CONSTANT, PFA, polar, who, *ours),
        lambda: library.look(*arguments),
        difference,
    )


def tracks_and_plots(rng: np.random.Generator, n: int) -> tuple[np.ndarray, ...]:
    x = np.column_stack([rng.uniform(-2e5, 2e5, (n, 3)), rng.normal(0, 250, (n, 3))])
    root = rng.normal(size=(n, 6, 6)) * np.array([300.0, 300.0, 300.0, 15.0, 15.0, 15.0])[:, None]
    turn = np.linalg.qr(rng.normal(size=(n, 3, 3)))[0]
    r = turn @ (rng.uniform(20, 800, (n, 3))[:, :, None] ** 2 * np.swapaxes(turn, 1, 2))
    age = rng.uniform(1.0, 12.0, n)
    z = x[:, :3] + x[:, 3:] * age[:, None] + rng.normal(0, 300, (n, 3))
    return x, root @ np.swapaxes(root, 1, 2), age, z, 0.5 * (r + np.swapaxes(r, 1, 2))


def gate_case(library: ctypes.CDLL) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[], float]]:
    n = 150
    x, p, age, z, r = tracks_and_plots(np.random.default_rng(2), n)
    # Two thirds of the plots lie in a crowd, so that the near test does not spare the exact one.
    crowd = slice(0, 2 * n // 3)
    z[crowd] = z[0] + np.random.default_rng(3).normal(0, 2e3, z[crowd].shape)
    x[crowd, :3] = z[0] + np.random.default_rng(4).normal(0, 2e3, z[crowd].shape) - x[crowd, 3:] * age[crowd, None]
    ours, theirs = np.zeros((n, n)), np.zeros((n, n))
    arguments = [ctypes.c_int64(n), ctypes.c_int64(n), pointer(x), pointer(p), pointer(age)]
    arguments += [ctypes.c_double(NOISE_DENSITY), ctypes.c_double(GATE), pointer(z), pointer(r), pointer(theirs)]

    def difference() -> float:
        inside = ours < 1e15
        assert 0.01 < inside.mean() < 0.9
        assert np.array_equal(inside, theirs < 1e15)
        return float(np.abs(ours - theirs)[inside].max() / np.abs(ours[inside]).max())

    return lambda: gate(x, p, age, NOISE_DENSITY, GATE, z, r, ours), lambda: library.gate(*arguments), difference


def filter_case(library: ctypes.CDLL) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[], float]]:
    n = 5_000
    x, p, age, z, r = tracks_and_plots(np.random.default_rng(5), n)
    ours, theirs = (x.copy(), p.copy()), (x.copy(), p.copy())
    arguments = [ctypes.c_int64(n), pointer(theirs[0]), pointer(theirs[1]), pointer(age)]
    arguments += [ctypes.c_double(NOISE_DENSITY), pointer(z), pointer(r)]

    def restored(state: tuple[np.ndarray, ...]) -> None:
        state[0][:], state[1][:] = x, p

    def run_ours() -> None:
        restored(ours)
        filter_tracks(*ours, age, NOISE_DENSITY, z, r)

    def run_theirs() -> None:
        restored(theirs)
        library.filter(*arguments)

    def difference() -> float:
        return max(float(np.abs(a - b).max() / np.abs(a).max()) for a, b in zip(ours, theirs, strict=True))

    return run_ours, run_theirs, difference


CASES = {"look": (look_case, 20_000), "gate": (gate_case, 22_500), "filter": (filter_case, 5_000)}


def best_s(function: Callable[[], Any]) -> float:
    start_s = time.thread_time()
    function()
    return time.thread_time() - start_s


def compare(library: ctypes.CDLL) -> list[dict[str, Any]]:
    """Return one row a kernel; both sides take turns, and the least time of each counts."""
    rows = []
    for name, (build, calls) in CASES.items():
        ours, theirs, difference = build(library)
        ours(), theirs()
        off = difference()
        if off > 1e-12:
            raise SystemExit(f"{name}: results differ by {off:.1e} of the largest")
        times = np.array([(best_s(ours), best_s(theirs)) for _ in range(REPEATS)]).min(axis=0)
        rows.append({
            "kernel": name, "numba_ns": 1e9 * times[0] / calls, "c_ns": 1e9 * times[1] / calls,
            "ratio": times[0] / times[1], "aim": AIM, "difference": off,
        })  # fmt: skip
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = compiled_library(Path(folder))
        if library is None:
            return 0
        rows = compare(library)
    print(f"{'kernel':8s} {'numba, ns':>10s} {'C, ns':>10s} {'ratio':>6s} {'aim':>5s} {'difference':>11s}")
    for row in rows:
        print(
            f"{row['kernel']:8s} {row['numba_ns']:10.1f} {row['c_ns']:10.1f} {row['ratio']:6.2f} {row['aim']:5.1f} "
            f"{row['difference']:11.1e}"
        )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
