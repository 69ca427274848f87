"""Detection, for the V&V book: exact tables, required SNR, approximations and their errors, CFAR loss, M of N."""

import csv
import functools
import io
import math
from importlib import resources

import numpy as np

from openiamd.physics import detection

APPROXIMATIONS = {
    "albersheim": lambda _case, pulses, pd, pfa: detection.albersheim_snr(pulses, pd, pfa),
    "shnidman": detection.shnidman_snr,
    "barton": detection.barton_snr,
}


@functools.cache
def _table(name: str) -> dict[str, np.ndarray]:
    """Return the columns of a table of this book, each (row,)."""
    text = (resources.files("openiamd.validation") / "data" / f"{name}.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


def _decibels(ratio: float) -> float:
    return 10.0 * math.log10(ratio)


def _largest_error(name: str, case: int, pulses: int) -> float:
    """Return the largest error of Pd over the rows of a table that belong to one Swerling case and one N."""
    table = _table(name)
    errors = []
    for pfa in np.unique(table["pfa"]):
        rows = (table["case"] == case) & (table["pulses"] == pulses) & (table["pfa"] == pfa)
        snr = 10.0 ** (table["snr_db"][rows] / 10.0)
        errors.append(np.abs(detection.detection_probability(case, pulses, snr, float(pfa)) - table["pd"][rows]).max())
    return float(max(errors))


def swerling_table_error(*, case: int, pulses: int) -> float:
    """Return the largest error of Pd over the 129 rows of swerling.csv of one case and one N."""
    return _largest_error("swerling", case, pulses)


def required_table_error(*, case: int, pulses: int) -> float:
    """Return the largest error of Pd at the SNR that snr_required.csv gives for it, over the 56 rows of one case and
    one N.
    """
    return _largest_error("snr_required", case, pulses)


def detection_probability(*, case: int, pulses: int, snr_db: float, pfa: float) -> float:
    """Return the exact Pd of one look."""
    return float(detection.detection_probability(case, pulses, 10.0 ** (snr_db / 10.0), pfa))


def required_snr_db(*, case: int, pulses: int, pd: float, pfa: float) -> float:
    """Return the exact SNR, dB for one pulse, that a look needs."""
    return _decibels(detection.required_snr(case, pulses, pd, pfa))


def false_alarm_number_snr_db(*, case: int, pulses: int, pd: float, number: float) -> float:
    """Return the exact SNR, dB for one pulse, for a false-alarm number n_f: Pfa = N ln 2 / n_f (Marcum)."""
    return _decibels(detection.required_snr(case, pulses, pd, pulses * math.log(2.0) / number))


def approximate_snr_db(*, approximation: str, case: int, pulses: int, pd: float, pfa: float) -> float:
    """Return the SNR, dB for one pulse, by the approximation of this name."""
    return _decibels(APPROXIMATIONS[approximation](case, pulses, pd, pfa))


def extreme_error_db(
    *, approximation: str, end: str, case: int, pd: tuple[float, float], pfa: tuple[float, float]
) -> float:
    """Return the lowest or highest error, dB, of an approximation over the rows of snr_required.csv in these ranges."""
    table = _table("snr_required")
    wanted = (table["case"] == case) & (table["pd"] >= pd[0]) & (table["pd"] <= pd[1])
    wanted &= (table["pfa"] >= pfa[0] * 0.999) & (table["pfa"] <= pfa[1] * 1.001)
    errors = [
        _decibels(APPROXIMATIONS[approximation](case, int(pulses), row_pd, row_pfa)) - snr_db
        for pulses, row_pd, row_pfa, snr_db in zip(
            *(table[key][wanted].tolist() for key in ("pulses", "pd", "pfa", "snr_db")), strict=True
        )
    ]
    return min(errors) if end == "lowest" else max(errors)


def cell_averaging_loss_db(*, cells: int, pd: float, pfa: float) -> float:
    """Return the loss, dB, of a cell-averaging CFAR detector."""
    return _decibels(detection.cell_averaging_loss(cells, pd, pfa))


def m_of_n(*, required: int, trials: int, probability: float) -> float:
    """Return the probability of confirmation by M of N looks."""
    return detection.m_of_n_probability(required, trials, probability)
