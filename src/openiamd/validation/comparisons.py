"""Published figures that the model does not claim to reproduce exactly: shown beside it, untuned, without a verdict.

T-18, T-19 and T-04 are sums and ratios that the catalogue must bear out; those are exact.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.physics.radar import BOLTZMANN_J_PER_K, snr_from_anchor, snr_radar_equation
from openiamd.results.kinds import KILL, MISS, OVERKILL
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import catalogue, simulate
from openiamd.validation.rows import UNTUNED, Part, Result, Row, comparison, computed_parts, exact

HALF_DIGIT = "half a unit of the last printed digit"
COUNT = "a count"
BROCHURE = Result(
    "Range claims of the 91N6E, in the catalogue",
    "91N6E brochure claims (Wikipedia, Air Power Australia)",
    "R",
    HALF_DIGIT,
)
TOTALS = Result(
    "Totals of the S-400, in the catalogue", "published S-400 totals (armyrecognition 2015; takvim 2019)", "V", COUNT
)
DSCA = Result("Patriot package of 2018, in the catalogue", "DSCA notification of 18 December 2018", "V", COUNT)
FOI = Result(
    "Low-altitude envelope, through the chain",
    "Dalsjö, Berglund & Jonsson, Bursting the Bubble?, FOI-R--4651--SE (2019), recalled",
    "R",
    UNTUNED,
)
POSTOL = "Lewis & Postol, TPY-2 range calculation (2012), parameters recalled"
TPY2_EQUATION = Result("Range of a TPY-2, by hand", POSTOL, "C", "the same equation written out, to rounding")
TPY2 = Result("Range of a TPY-2, worked example", POSTOL, "R", UNTUNED)
TPY2_NAS = Result("Range of a TPY-2, NRC report", "NRC, Making Sense of BMD (2012)", "R", UNTUNED)
RUNS = 60


# variant, published range of the first intercept in km
LOW_ALTITUDE_ROWS = [("at-50-m", [20.0, 35.0]), ("at-30-m", [20.0, 35.0]), ("at-50-m-mast", [20.0, 35.0])]


def parts() -> list[Part]:
    """Return the parts of what the catalogue bears out, then the comparisons."""
    low = [
        Part({f"T-03.{row[0]}": FOI.title}, lambda share, row=row: [_low_altitude(share, *row)])
        for row in LOW_ALTITUDE_ROWS
    ]
    return [*computed_parts(_catalogue()), *low, *computed_parts(_tpy2())]


def _catalogue() -> list[Row]:
    anchor = catalogue().entry("s400/91n6e").values["range_anchor"]
    unit = catalogue().entry("s400/fire-unit").values
    found = []
    for rcs_m2, range_km in [(0.4, 219.0), (1.0, 276.0), (0.1, 155.0), (0.01, 87.0), (0.001, 49.0)]:
        what = f"91N6E of the catalogue, range, km, for {rcs_m2:g} m2"
        computed = anchor.nominal / 1e3 * snr_from_anchor(1.0, 1.0, anchor.at_rcs_m2 or 0.0, 1.0, rcs_m2) ** 0.25
        found.append(exact(f"T-04.catalogue.{rcs_m2:g}", BROCHURE, what, range_km, computed, 0.5))
    for name, units, value, total in [
        ("targets", 6, unit["channels"].nominal, 36), ("missiles", 6, unit["missiles_guided"].nominal, 72),
        ("targets", 8, unit["channels"].high, 80), ("missiles", 8, unit["missiles_guided"].high, 160),
    ]:  # fmt: skip
        what = f"{name} engaged at once by a system of {units} units"
        found.append(exact(f"T-18.{name}-{units}", TOTALS, what, total, units * value, 0.0))
    patriot = catalogue().entry("patriot/fire-unit")
    launchers = 4 * patriot.values["launchers"].nominal
    mse_launchers = 60 / patriot.loads["patriot/pac-3-mse"].nominal
    ready = 60 + (launchers - mse_launchers) * patriot.loads["patriot/gem-t"].nominal
    found += [
        exact("T-19.ready", DSCA, "ready missiles of the package: 60 MSE, GEM-T on the other launchers", 120, ready, 0),
        exact("T-19.unit", DSCA, "ready missiles a fire unit", 30, ready / 4, 0),
        exact("T-19.launchers", DSCA, "launchers of four fire units", 20, launchers, 0),
    ]  # fmt: skip
    return found


def _low_altitude(share: float, variant: str, published: list[float]) -> Row:
    """Return T-03: the median range of the first intercept."""
    ranges_km = simulate("low-altitude", variant, max(round(share * RUNS), 10), _first_intercept_km)[:, 0]
    what = f"first intercept of a cruise missile {variant.replace('-', ' ')}, km, median"
    median_km = float(np.median(ranges_km[np.isfinite(ranges_km)])) if np.isfinite(ranges_km).any() else np.nan
    return comparison(f"T-03.{variant}", FOI, what, published, median_km)


def _first_intercept_km(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
    """Return (run, 1): distance of the first intercept from the site in km, NaN where there is none."""
    events = result.events
    ranges_km = np.full(runs, np.nan)
    for row in np.flatnonzero(np.isin(events.kind, (KILL, MISS, OVERKILL)))[::-1]:
        place_m = (events.east_m[row], events.north_m[row], events.up_m[row])
        ranges_km[events.run[row] - first_run] = float(np.linalg.norm(place_m)) / 1e3
    return ranges_km[:, None]


def _tpy2() -> list[Row]:
    """Return the range of the worked example: 20 pulses of 1 ms at 200 Hz, 81 kW on average, S/N 20."""
    pulse_j = 81e3 / (200.0 * 1e-3) * 1e-3
    gain, area_m2, rcs_m2, noise_k, losses, wanted = 1.03e5, 9.2, 0.01, 500.0, 6.3, 20.0
    wavelength_m = (4.0 * np.pi * area_m2 / gain) ** 0.5
    snr = snr_radar_equation(20 * pulse_j, gain, gain, wavelength_m, rcs_m2, 1e6, 1e6, noise_k, losses)
    range_km = 1e3 * (snr / wanted) ** 0.25
    by_hand_m4 = 20 * pulse_j * gain * area_m2 * rcs_m2
    by_hand_m4 /= (4.0 * np.pi) ** 2 * BOLTZMANN_J_PER_K * noise_k * losses * wanted
    by_hand_km = by_hand_m4**0.25 / 1e3
    return [
        exact("T-16.equation", TPY2_EQUATION, "range, km, gain and area entered by hand", by_hand_km, range_km, 0.01),
        comparison("T-16", TPY2, "range of a TPY-2 against 0.01 m2, km", 870.0, range_km),
        comparison("T-16.nas", TPY2_NAS, "range of a TPY-2, km", 1500.0, range_km),
    ]  # fmt: skip
