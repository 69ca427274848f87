"""Sensing through the chain: single looks, track starts, horizon, time in view, flight times.

Detection and track starts are random: within 4 standard errors. The others are within one scan of motion, or one step.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.results.kinds import FIRST_DETECTION, FIRST_LOOK, LEAKED_STATUS, TRACK_CONFIRMED, TRACK_DROPPED
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import Measure, count_events, resolved, simulate
from openiamd.validation.rows import Row, exact, ratio, statistical
from openiamd.validation.tables import BATE, GEOMETRY, RICHARDS, SKOLNIK, horizon_tolerance_km, table

SPEED_MPS = 250.0
ANTENNAS_M = (6, 10, 20, 24, 9000, 9150)
HEIGHTS_M = (30, 50, 100, 300, 1000)

# variant, runs, published share, quantity
LOOK_ROWS = [
    ("snr-10", 2_000, 0.2848, "share of looks that detect, Swerling 1, Pfa 1e-6, 10 dB"),
    ("snr-13", 2_000, 0.5172, "share of looks that detect, Swerling 1, Pfa 1e-6, 13 dB"),
    ("snr-15", 2_000, 0.6548, "share of looks that detect, Swerling 1, Pfa 1e-6, 15 dB"),
    ("snr-20", 2_000, 0.8722, "share of looks that detect, Swerling 1, Pfa 1e-6, 20 dB"),
    ("start-2-of-3", 2_000, 0.784, "share of tracks confirmed, 2 of 3 looks, p = 0.7"),
    ("start-3-of-5", 2_000, 0.8369, "share of tracks confirmed, 3 of 5 looks, p = 0.7"),
]


def rows(share: float) -> list[Row]:
    """Return the rows of detection, track start, horizon, fly-by and ballistic flight."""
    return [*_looks(share), *_horizon(), *_fly_by(), *_flight_times()]


def _looks(share: float) -> list[Row]:
    found = []
    for variant, runs, published, quantity in LOOK_ROWS:
        counts = simulate("detection", variant, max(round(share * runs), 50), _looked_and_seen)
        seen = counts[:, 1] if variant.startswith("snr") else counts[:, 2]
        source = RICHARDS if variant.startswith("snr") else f"binomial probability; {SKOLNIK}, ch. 5"
        estimate = ratio(seen, counts[:, 0])
        found.append(statistical(f"detection.{variant}", source, quantity, published, estimate, share))
    return found


def _looked_and_seen(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
    """Return (run, 3): objects looked at, detected, and with a confirmed track."""
    kinds = (FIRST_LOOK, FIRST_DETECTION, TRACK_CONFIRMED)
    return np.stack([count_events(result, first_run, runs, kind) for kind in kinds], axis=1)


def _horizon() -> list[Row]:
    """Return the range of first detection: of ten runs, each with its own phase of the scan, the one farthest off."""
    published = {(row["antenna_m"], row["target_m"]): row for row in table("horizon")}
    scan_km = SPEED_MPS * 1.0 / 1e3
    found = []
    for antenna_m in ANTENNAS_M:
        ranges_km = simulate("horizon", f"antenna-{antenna_m}-m", 10, _first_detection_km(len(HEIGHTS_M)))
        for column, target_m in enumerate(HEIGHTS_M):
            row = published.get((antenna_m, target_m))
            if row is None:
                continue
            expected_km = row["horizon_km"]
            worst_km = max(ranges_km[:, column], key=lambda range_km, at=expected_km: abs(range_km - at))
            name = f"{'T-02' if antenna_m >= 9000 else 'T-01'}.chain.{antenna_m}-{target_m}"
            what = f"first detection, km, antenna {antenna_m} m, target {target_m} m, through the chain"
            source = f"4.12 (sqrt h1 + sqrt h2) km, {SKOLNIK}"
            found.append(exact(name, source, what, expected_km, worst_km, horizon_tolerance_km(row) + scan_km))
    return found


def _first_detection_km(objects: int) -> Measure:
    def measure(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
        """Return (run, object): range of first detection in km, NaN where there is none."""
        ranges_km = np.full((runs, objects), np.nan)
        events = result.events
        seen = events.kind == FIRST_DETECTION
        ranges_km[events.run[seen] - first_run, events.object[seen]] = events.value[seen] / 1e3
        return ranges_km

    return measure


def _fly_by() -> list[Row]:
    found = []
    for variant, scan_s, time_s, looks in [("reach-40", 5.0, 309.8, 61), ("reach-100", 10.0, 692.8, 69)]:
        spans_s = simulate("fly-by", variant, 40, _span_s)[:, 0]
        what = "passing 10 km from a radar of 40 km" if looks == 61 else "passing 50 km from a radar of 100 km"
        # First and last look lie within one scan of coming into and going out of view.
        found += [
            exact(f"fly-by.chain.{variant}.time", GEOMETRY, f"time in view, s, {what}, through the chain", time_s,
                  float(np.mean(spans_s)) + scan_s, scan_s),
            exact(f"fly-by.chain.{variant}.looks", GEOMETRY, f"looks, {what}, through the chain", looks,
                  float(np.mean(spans_s)) / scan_s + 1.0, 1.0),
        ]  # fmt: skip
    return found


def _span_s(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
    """Return (run, 1): time from the first look to the last one; a dropped track says how long it has been silent."""
    events = result.events
    first_s, last_s = np.full(runs, np.nan), np.full(runs, np.nan)
    seen, dropped = events.kind == FIRST_DETECTION, events.kind == TRACK_DROPPED
    first_s[events.run[seen] - first_run] = events.time_s[seen]
    last_s[events.run[dropped] - first_run] = events.time_s[dropped] - events.value[dropped]
    return (last_s - first_s)[:, None]


def _flight_times() -> list[Row]:
    published = {row["range_km"]: row["tof_s"] for row in table("ballistic_minE")}
    scenario = resolved("ballistic", "base")

    def flight_s(result: SliceResult, _: int, runs: int) -> NDArray[np.float64]:
        """Return (run, object): time from launch to impact."""
        objects = result.objects
        arrived = objects.status == LEAKED_STATUS
        return np.where(arrived, objects.end_s - objects.start_s, np.nan).reshape(runs, -1)

    times_s = simulate("ballistic", "base", 1, flight_s)[0]
    found = []
    for flying, time_s in zip(scenario.objects, times_s, strict=True):
        range_km = float(flying.group.removeprefix("range-"))
        what = f"time from launch to impact, s, {range_km:g} km, through the chain"
        found.append(exact(f"T-07.chain.{range_km:g}", BATE, what, published[range_km], float(time_s), scenario.step_s))
    return found
