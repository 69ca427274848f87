"""What a recording and its tracks hold, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from openiamd.recordings.tables import Plots, Sensors, Tracks

_ROUNDING = 1e-6  # of a scan, as in the tracker: a plot at a scan's very start belongs to it


def summarise_tracks(sensors: Sensors, plots: Plots, tracks: Tracks) -> dict[str, Any]:
    """Return counts of scans and plots by sensor, and of tracks with their durations; plain numbers for JSON.

    A track is ``confirmed`` when it ever was; a plot is ``used`` when a row of such a track names it. ``scans`` counts
    from the recording's first time to the sensor's last plot, those without plots included.
    """
    numbers, index = np.unique(tracks.track_number, return_inverse=True)
    confirmed = np.zeros(len(numbers), bool)
    np.logical_or.at(confirmed, index, tracks.confirmed)
    used = np.zeros(len(plots.time_s), bool)
    used[tracks.plot[confirmed[index] & (tracks.plot >= 0)]] = True
    first_s = plots.time_s.min()
    rows = []
    for sensor, name in enumerate(sensors.name):
        own = plots.sensor == sensor
        turns = (plots.time_s[own] - first_s) / sensors.revisit_s[sensor] + _ROUNDING
        scans = int(np.floor(turns.max())) + 1 if own.any() else 0
        rows.append({"sensor": name, "scans": scans, "plots": int(own.sum()), "used": int(used[own].sum())})
    begin_s, end_s = np.full(len(numbers), np.inf), np.full(len(numbers), -np.inf)
    np.minimum.at(begin_s, index, tracks.time_s)
    np.maximum.at(end_s, index, tracks.time_s)
    lasts_s = (end_s - begin_s)[confirmed]
    known = len(lasts_s) > 0
    return {
        "sensors": rows,
        "tracks": {
            "confirmed": int(confirmed.sum()),
            "never_confirmed": int((~confirmed).sum()),
            "rows": len(tracks.time_s),
            "rows_coasted": int(tracks.coasted.sum()),
            "confirmed_median_s": float(np.median(lasts_s)) if known else None,
            "confirmed_longest_s": float(lasts_s.max()) if known else None,
        },
    }
