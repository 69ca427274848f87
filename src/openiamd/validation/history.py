"""What happened beside what the catalogue and the chain say: untuned, for the order of magnitude or the order alone.

Counts of war depend on who counted, on what was not engaged and on what was never published. Every row is a comparison.
"""

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from openiamd.catalogue.read import CatalogueValue
from openiamd.physics import firing
from openiamd.physics.refraction import radar_horizon_m
from openiamd.results.kinds import KILL, LEAKED_STATUS, MISS, OVERKILL, SHOT
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import Measure, catalogue, resolved, simulate
from openiamd.validation.rows import UNTUNED, Part, Published, Result, Row, comparison, computed_parts

ABQAIQ = Result(
    "Abqaiq 2019: 18 drones and 7 cruise missiles",
    "Saudi Ministry of Defence, via CSIS, Don't Waste This Lesson (2019), and NBC News",
    "V",
    f"one battery, a notional raid; only none against some means anything; {UNTUNED}",
)
PATRIOT = Result(
    "Patriot in 2003, from the catalogue",
    "9 of 9 ballistic missiles engaged: Arms Control Today, May 2003; US Central Command",
    "V",
    f"two independent shots at each, kill probabilities of the catalogue, low, nominal and high; {UNTUNED}",
)
FRATRICIDE = Result(
    "Fratricide of Patriot in 2003, order of magnitude",
    "3 incidents, 2 aircraft lost: Defense Science Board (2005), via Fox News and Space News; interval: Garwood (1936)",
    "V",
    "the number of sorties that came within reach of a battery is not known, so the published range, 3 incidents with "
    "their 95 % Poisson interval, is per unknown number and the computed value per 1,000 of them; lanes are notional",
)
RANKS = Result(
    "Which class leaks most, ranks",
    "Ukraine 2022-2024 by class (Wall Street Journal via Yahoo; Hamodia) and Israel 2025 (Times of Israel)",
    "V",
    f"ranks only, 1 leaks most; the sources count what was not engaged differently; {UNTUNED}",
)
NYT = Result("Price of a missile over a drone", "New York Times, via steelcitydaily", "V", UNTUNED)

ABQAIQ_RUNS, FRATRICIDE_RUNS, RANK_RUNS = 30, 60, 15
RAIDERS = 25
ANTENNA_M, CRUISE_M, DRONE_M = 4.5, 50.0, 100.0
GARWOOD = [0.619, 8.767]  # exact 95 % limits of a Poisson mean after 3 events
NOT_ANSWERED = {"low": 0.005, "nominal": 0.02, "high": 0.1}  # a friend in Mode 5: replies with 0.995, 0.98, 0.9
CLASSES = ["ballistic", "cruise", "drone"]  # published order, most leakage first


def parts() -> list[Part]:
    """Return the parts of each event."""
    engaged = {f"T-08.{name}": ABQAIQ.title for name in ("away", "facing", "all-round", "horizon")}
    rates = {f"T-11.{name}": FRATRICIDE.title for name in NOT_ANSWERED}
    ranks = [
        Part(
            {f"T-13.{variant}.{one}": RANKS.title for one in CLASSES},
            lambda share, variant=variant: _ranks(share, variant),
        )
        for variant in ("integrated", "patriot")
    ]
    return [
        Part(engaged, _abqaiq),
        *computed_parts(_nine_of_nine()),
        Part(rates, _fratricide),
        *ranks,
        *computed_parts(_prices()),
    ]


def _runs(share: float, runs: int) -> int:
    return max(round(share * runs), 5)


def _abqaiq(share: float) -> list[Row]:
    rows, runs = [], _runs(share, ABQAIQ_RUNS)
    published: dict[str, Published] = {"away": 0, "facing": [1, RAIDERS], "all-round": [1, RAIDERS]}
    farthest_km = math.nan
    for variant, range_ in published.items():
        found = simulate("abqaiq-2019", variant, runs, _engaged_and_range("abqaiq-2019", variant), slice_runs=10)
        what = f"raiders shot at, of {RAIDERS}, battery {variant} ({runs} runs)"
        rows.append(comparison(f"T-08.{variant}", ABQAIQ, what, range_, float(found[:, 0].mean())))
        if variant == "facing":
            farthest_km = float(np.nanmax(found[:, 1])) if np.isfinite(found[:, 1]).any() else math.nan
    horizon_km = radar_horizon_m(ANTENNA_M, max(CRUISE_M, DRONE_M)) / 1e3
    what = "farthest intercept, km, battery facing the raid: within the radar horizon of a raider at 100 m"
    return [*rows, comparison("T-08.horizon", ABQAIQ, what, [0.0, horizon_km], farthest_km)]


def _engaged_and_range(name: str, variant: str, side: str = "hostile") -> Measure:
    """Return what gives (run, 2): objects of a side that were shot at, and the farthest intercept in km or NaN."""
    scene = resolved(name, variant)
    chosen = np.array([one.side == side for one in scene.objects])

    def measured(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
        events, met = result.events, np.zeros((runs, len(chosen)), np.bool_)
        about = np.isin(events.kind, (SHOT, KILL, MISS, OVERKILL)) & (events.object >= 0)
        met[events.run[about] - first_run, events.object[about]] = True
        farthest_km = np.full(runs, np.nan)
        for row in np.flatnonzero(np.isin(events.kind, (KILL, MISS, OVERKILL))):
            range_km = math.hypot(events.east_m[row], events.north_m[row]) / 1e3
            farthest_km[events.run[row] - first_run] = np.fmax(farthest_km[events.run[row] - first_run], range_km)
        return np.stack([met[:, chosen].sum(axis=1).astype(np.float64), farthest_km], axis=1)

    return measured


def _nine_of_nine() -> list[Row]:
    """Return the kill probability of two shots and that of nine of nine, for each missile and end of its range."""
    rows = []
    for entry in ("patriot/pac-3-mse", "patriot/gem-t"):
        known = catalogue().entry(entry).values["pk_ballistic"]
        for end, single_shot_pk in _ends(known):
            name, kill = f"T-10.{entry.partition('/')[2]}.{end}", 1.0 - firing.salvo_leakage(single_shot_pk, 2)
            what = f"{entry}, two shots, p = {single_shot_pk:g} ({end})"
            rows += [
                comparison(f"{name}.target", PATRIOT, f"P(kill) of one target, {what}", [0.66, 1.0], kill),
                comparison(
                    f"{name}.all", PATRIOT, f"P(9 of 9), {what}", [0.43, 0.69], firing.no_leak_probability(kill, 9)
                ),
            ]
    return rows


def _ends(value: CatalogueValue) -> list[tuple[str, float]]:
    return [("low", value.low), ("nominal", value.nominal), ("high", value.high)]


def _fratricide(share: float) -> list[Row]:
    """Return friends shot at per 1,000 sorties: the share where all sets have failed times how often one fails."""
    runs = _runs(share, FRATRICIDE_RUNS)
    measured = _engaged_and_range("patriot-2003", "as-was", "friendly")
    found = simulate("patriot-2003", "as-was", runs, measured, slice_runs=10)[:, 0]
    sorties = sum(one.side == "friendly" for one in resolved("patriot-2003", "as-was").objects)
    engaged = float(found.mean()) / sorties
    return [
        comparison(
            f"T-11.{end}", FRATRICIDE,
            f"friends shot at per 1,000 sorties past a battery, a set fails with {failed:g} ({runs} runs)",
            GARWOOD, 1e3 * failed * engaged,
        )
        for end, failed in NOT_ANSWERED.items()
    ]  # fmt: skip


def _ranks(share: float, variant: str) -> list[Row]:
    """Return the rank of each class by its share that gets through `turkey`; equal shares share their mean rank."""
    runs = _runs(share, RANK_RUNS)
    leaked = simulate("turkey", variant, runs, _leaked("turkey", variant), slice_runs=10).sum(axis=0)
    shares = dict(zip(CLASSES, leaked[:3] / leaked[3:], strict=True))
    rows = []
    for published, name in enumerate(CLASSES, 1):
        what = f"rank of {name} by leakage, {variant} of turkey, leaked {shares[name]:.0%} ({runs} runs)"
        rows.append(comparison(f"T-13.{variant}.{name}", RANKS, what, published, rank(shares[name], shares.values())))
    return rows


def rank(value: float, values: Collection[float]) -> float:
    """Return the rank of a value from the largest, 1, downward; equal ones have the mean of their ranks."""
    larger, equal = sum(one > value for one in values), sum(one == value for one in values)
    return larger + (equal + 1.0) / 2.0


def _leaked(name: str, variant: str) -> Measure:
    scene = resolved(name, variant)
    members = [[one.object_class == wanted and one.side == "hostile" for one in scene.objects] for wanted in CLASSES]

    def counts(result: SliceResult, _: int, runs: int) -> NDArray[np.float64]:
        """Return (run, 6): leaked and flown of each class."""
        status = result.objects.status.reshape(runs, -1)
        leaked, flown = status == LEAKED_STATUS, np.isfinite(result.objects.start_s.reshape(runs, -1))
        columns = [kept[:, chosen].sum(axis=1) for kept in (leaked, flown) for chosen in map(np.array, members)]
        return np.stack(columns, axis=1).astype(np.float64)

    return counts


def _prices() -> list[Row]:
    """Return the price of one and two missiles over that of a drone: nominal, and the ends of both ranges."""
    entries = catalogue().entries
    drone, missile = entries["threat/drone"].values["price"], entries["patriot/pac-3-mse"].values["price"]
    bands = {
        "low": missile.low / drone.high,
        "nominal": missile.nominal / drone.nominal,
        "high": missile.high / drone.low,
    }
    words = {"low": "low over high", "nominal": "nominal", "high": "high over low"}
    return [
        comparison(f"T-15.{count}.{end}", NYT, f"price of {count} MSE over one drone, {words[end]}", [10.0, 70.0],
                   shots * band)
        for count, shots in (("one", 1), ("two", 2))
        for end, band in bands.items()
    ]  # fmt: skip
