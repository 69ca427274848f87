"""Sensing through the chain: single looks, track starts, horizon, time in view, flight times.

Detection and track starts are random: within 4 standard errors. The others are within one scan of motion, or one step.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.results.kinds import FIRST_DETECTION, FIRST_LOOK, LEAKED_STATUS, TRACK_CONFIRMED, TRACK_DROPPED
from openiamd.results.slices import SliceResult
from openiamd.validation.book import Case, load_book
from openiamd.validation.chain import Measure, count_events, resolved, simulate
from openiamd.validation.rows import RANDOM, Part, Result, Row, exact, ratio, statistical

RICHARDS = "Richards, Fundamentals of Radar Signal Processing, 2nd ed. (2014), ch. 6"
SKOLNIK = "Skolnik, Introduction to Radar Systems, 3rd ed. (2001)"
BATE = "Bate, Mueller & White, Fundamentals of Astrodynamics (1971), ch. 6"
ONE_SCAN = "the tolerance of the formula's row, and motion at 250 m/s in one scan of 1 s"

LOOKS = Result("Looks at a fluctuating target, through the chain", RICHARDS, "C", RANDOM)
STARTS = Result("Track starts, through the chain", f"binomial probability; {SKOLNIK}, ch. 5", "C", RANDOM)
HORIZON = Result("Radar horizon, through the chain", f"4.12 (sqrt h1 + sqrt h2) km, {SKOLNIK}", "C", ONE_SCAN)
FLY_BY = Result(
    "Flight past a radar, through the chain", "elementary geometry", "C",
    "first and last look lie within one scan of coming into and going out of view",
)  # fmt: skip
FLIGHT = Result("Minimum-energy trajectories, through the chain", BATE, "C", "one time step")

SPEED_MPS = 250.0
ANTENNAS_M = (6, 10, 20, 24, 9000, 9150)
HEIGHTS_M = (30, 50, 100, 300, 1000)

# variant, runs, published share, quantity
LOOK_ROWS = [
    ("snr-10", 2_000, 0.2848, "share of looks that detect, Swerling 1, Pfa 1e-6, 10 dB"),
    ("snr-13", 2_000, 0.5172, "share of looks that detect, Swerling 1, Pfa 1e-6, 13 dB"),
    ("snr-15", 2_000, 0.6548, "share of looks that detect, Swerling 1, Pfa 1e-6, 15 dB"),
    ("snr-20", 2_000, 0.8722, "share of looks that detect, Swerling 1, Pfa 1e-6, 20 dB"),
    ("case-0-1", 2_000, 0.87444, "share of looks that detect, Swerling 0, Pfa 1e-6, 13 dB"),
    ("case-2-10", 2_000, 0.73399, "share of looks that detect, Swerling 2, 10 pulses, Pfa 1e-6, 5 dB"),
    ("case-3-10", 2_000, 0.82290, "share of looks that detect, Swerling 3, 10 pulses, Pfa 1e-6, 8 dB"),
    ("case-4-10", 2_000, 0.57044, "share of looks that detect, Swerling 4, 10 pulses, Pfa 1e-8, 5 dB"),
    ("start-2-of-3", 2_000, 0.784, "share of tracks confirmed, 2 of 3 looks, p = 0.7"),
    ("start-3-of-5", 2_000, 0.8369, "share of tracks confirmed, 3 of 5 looks, p = 0.7"),
]
# variant, scan, time in view, looks, what it is
FLY_BY_ROWS = [
    ("reach-40", 5.0, 309.8, 61, "passing 10 km from a radar of 40 km"),
    ("reach-100", 10.0, 692.8, 69, "passing 50 km from a radar of 100 km"),
]


def parts() -> list[Part]:
    """Return the parts of detection, track start, horizon, fly-by and ballistic flight."""
    looks = [
        Part({f"detection.{row[0]}": _look_result(row[0]).title}, lambda share, row=row: [_look(share, *row)])
        for row in LOOK_ROWS
    ]
    fly_bys = [
        Part(
            {f"fly-by.chain.{row[0]}.{end}": FLY_BY.title for end in ("time", "looks")},
            lambda _, row=row: _fly_by(*row),
        )
        for row in FLY_BY_ROWS
    ]
    return [*looks, *_horizon_parts(), *fly_bys, _flight_part()]


def _published() -> dict[str, Case]:
    """Return the cases of the book by id: what the formulas reproduce, the chain has to as well."""
    return {case.id: case for entry in load_book() for case in entry.cases}


def _look_result(variant: str) -> Result:
    return STARTS if variant.startswith("start") else LOOKS


def _look(share: float, variant: str, runs: int, published: float, quantity: str) -> Row:
    counts = simulate("detection", variant, max(round(share * runs), 50), _looked_and_seen)
    estimate = ratio(counts[:, 2 if variant.startswith("start") else 1], counts[:, 0])
    return statistical(f"detection.{variant}", _look_result(variant), quantity, published, estimate, share)


def _looked_and_seen(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
    """Return (run, 3): objects looked at, detected, and with a confirmed track."""
    kinds = (FIRST_LOOK, FIRST_DETECTION, TRACK_CONFIRMED)
    return np.stack([count_events(result, first_run, runs, kind) for kind in kinds], axis=1)


def _horizon_parts() -> list[Part]:
    """Return a part for each height of the antenna that the book has a published horizon of."""
    published = _published()
    found = []
    for antenna_m in ANTENNAS_M:
        cases = {height_m: published.get(f"T-01.{antenna_m}-{height_m}") for height_m in HEIGHTS_M}
        known = {height_m: case for height_m, case in cases.items() if case is not None}
        titles = {_horizon_name(antenna_m, height_m): HORIZON.title for height_m in known}
        found.append(Part(titles, lambda _, at=antenna_m, known=known: _horizon(at, known)))
    return found


def _horizon_name(antenna_m: int, target_m: int) -> str:
    return f"{'T-02' if antenna_m >= 9000 else 'T-01'}.chain.{antenna_m}-{target_m}"


def _horizon(antenna_m: int, cases: dict[int, Case]) -> list[Row]:
    """Return the range of first detection: of ten runs, each with its own phase of the scan, the one farthest off."""
    ranges_km = simulate("horizon", f"antenna-{antenna_m}-m", 10, _first_detection_km(len(HEIGHTS_M)))
    scan_km = SPEED_MPS * 1.0 / 1e3
    found = []
    for target_m, case in cases.items():
        column = ranges_km[:, HEIGHTS_M.index(target_m)]
        expected_km = case.published
        worst_km = column[np.argmax(np.abs(column - expected_km))]  # NaN, where nothing was detected, is the worst
        what = f"first detection, km, antenna {antenna_m} m, target {target_m} m, through the chain"
        tolerance_km = (case.tolerance or 0.0) + scan_km
        found.append(exact(_horizon_name(antenna_m, target_m), HORIZON, what, expected_km, worst_km, tolerance_km))
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


def _fly_by(variant: str, scan_s: float, time_s: float, looks: int, what: str) -> list[Row]:
    span_s = float(np.mean(simulate("fly-by", variant, 40, _span_s)[:, 0]))
    name, what = f"fly-by.chain.{variant}", f"{what}, through the chain"
    return [
        exact(f"{name}.time", FLY_BY, f"time in view, s, {what}", time_s, span_s + scan_s, scan_s),
        exact(f"{name}.looks", FLY_BY, f"looks, {what}", looks, span_s / scan_s + 1.0, 1.0),
    ]


def _span_s(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
    """Return (run, 1): time from the first look to the last one; a dropped track says how long it has been silent."""
    events = result.events
    first_s, last_s = np.full(runs, np.nan), np.full(runs, np.nan)
    seen, dropped = events.kind == FIRST_DETECTION, events.kind == TRACK_DROPPED
    first_s[events.run[seen] - first_run] = events.time_s[seen]
    last_s[events.run[dropped] - first_run] = events.time_s[dropped] - events.value[dropped]
    return (last_s - first_s)[:, None]


def _flight_part() -> Part:
    groups = [flying.group for flying in resolved("ballistic", "base").objects]
    titles = {f"T-07.chain.{group.removeprefix('range-')}": FLIGHT.title for group in groups}
    return Part(titles, lambda _: _flight_times())


def _flight_times() -> list[Row]:
    published = _published()
    scenario = resolved("ballistic", "base")

    def flight_s(result: SliceResult, _: int, runs: int) -> NDArray[np.float64]:
        """Return (run, object): time from launch to impact."""
        objects = result.objects
        arrived = objects.status == LEAKED_STATUS
        return np.where(arrived, objects.end_s - objects.start_s, np.nan).reshape(runs, -1)

    times_s = simulate("ballistic", "base", 1, flight_s)[0]
    found = []
    for flying, time_s in zip(scenario.objects, times_s, strict=True):
        range_km = flying.group.removeprefix("range-")
        what = f"time from launch to impact, s, {range_km} km, through the chain"
        expected_s = published[f"T-07.{range_km}.time"].published
        found.append(exact(f"T-07.chain.{range_km}", FLIGHT, what, expected_s, float(time_s), scenario.step_s))
    return found
