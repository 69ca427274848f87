"""Recorded tracks for tests: a scene of straight flights and what a tracker might have made of it, faults included."""

from typing import NamedTuple

import numpy as np

from openiamd.recordings.tables import Tracks, Truth

SCAN_S = 10.0


class Scene(NamedTuple):
    """What flew, tracks of it, and which object each plot came from."""

    truth: Truth
    tracks: Tracks
    origin: np.ndarray  # (plot,)


def crossing_scene(seed: int, objects: int = 12, scans: int = 20) -> Scene:
    """Return objects in pairs that cross, with late births and early deaths; tracks swap, split, double and invent."""
    draw = np.random.default_rng(seed)
    start = draw.uniform(-20e3, 20e3, (objects, 3)) * [1.0, 1.0, 0.2]
    velocity = draw.normal(0.0, 150.0, (objects, 3)) * [1.0, 1.0, 0.02]
    half = (objects // 2) * 2
    middle = (scans // 2) * SCAN_S
    crossing = start[0:half:2] + velocity[0:half:2] * middle + draw.normal(0.0, 300.0, (half // 2, 3))
    start[1:half:2] = crossing - velocity[1:half:2] * middle
    first = np.where(draw.random(objects) < 0.3, draw.integers(1, scans // 3, objects), 0)
    last = np.where(draw.random(objects) < 0.3, draw.integers(2 * scans // 3, scans - 1, objects), scans - 1)
    flown, held, origin = [], [], []
    number_of = {thing: 100 + thing for thing in range(objects)}
    for scan in range(scans):
        time_s = scan * SCAN_S
        if scan in (scans // 2, scans // 2 + 3):  # some exchange their numbers, one goes on under a new one
            one, other, third = draw.choice(objects, 3, replace=False)
            number_of[one], number_of[other] = number_of[other], number_of[one]
            number_of[third] = 200 + 10 * scan
        for thing in range(objects):
            if not first[thing] <= scan <= last[thing]:
                continue
            state = np.concatenate([start[thing] + velocity[thing] * time_s, velocity[thing]])
            flown.append((time_s, thing, state))
            if scan < first[thing] + 2:
                continue
            noise = draw.normal(0.0, [200.0] * 3 + [5.0] * 3)
            coasted = draw.random() < 0.1
            held.append((time_s, number_of[thing], state + noise, coasted))
            origin.append(thing if draw.random() < 0.95 else -1)
            if thing == 0 and scan >= scans // 3:  # a second track of the same object
                held.append((time_s, 500, state - noise, False))
                origin.append(thing)
        held.append(
            (time_s, 900, np.array([40e3 + 10.0 * scan, 0.0, 1e3, 1.0, 0.0, 0.0]), False)
        )  # nothing flies there
        origin.append(-1)
    times, things, states = (np.array(column) for column in zip(*flown, strict=True))
    truth = Truth(times, things, states, [f"flight {thing}" for thing in range(objects)])
    times, numbers, states, coasted = (np.array(column) for column in zip(*held, strict=True))
    spread = draw.normal(0.0, 1.0, (len(times), 6, 6)) * np.array([50.0] * 3 + [1.0] * 3)[:, None]
    covariance = spread @ spread.transpose(0, 2, 1) + np.diag([200.0**2] * 3 + [25.0] * 3)
    plot = np.where(coasted, -1, np.arange(len(times)))
    tracks = Tracks(times, numbers, states, covariance, np.ones(len(times), bool), coasted, plot)
    return Scene(truth, tracks, np.array(origin))
