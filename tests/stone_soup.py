"""Stone Soup's own measures of recorded tracks, to hold the program's against."""

import datetime
from typing import Any, NamedTuple

from stonesoup.dataassociator.tracktotrack import TrackToTruth
from stonesoup.measures import Euclidean
from stonesoup.metricgenerator.manager import MultiManager
from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric
from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics
from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState
from stonesoup.types.state import State
from stonesoup.types.track import Track

START = datetime.datetime(2026, 1, 1)
TITLES = {
    "SIAP Completeness": "nearest_completeness",
    "SIAP Ambiguity": "nearest_ambiguity",
    "SIAP Spuriousness": "nearest_spuriousness",
    "SIAP Position Accuracy": "nearest_position_error_m",
    "SIAP Velocity Accuracy": "nearest_velocity_error_mps",
    "SIAP Rate of Track Number Change": "nearest_track_number_change_rate_per_h",
    "SIAP Longest Track Segment": "nearest_longest_segment",
}


class Answer(NamedTuple):
    ospa: list[float]  # by time
    gospa: list[dict[str, float]]  # by time
    siap: dict[str, float]  # by title
    siap_at_times: dict[str, list[float]]  # by title


def paths(name, time_s, state, path: Any, one: Any) -> set:
    """Return one path per name, of states in order of time."""
    found: dict[int, list] = {}
    for key, at_s, values in sorted(zip(name, time_s, state.tolist(), strict=True), key=lambda row: row[1]):
        found.setdefault(key, []).append(one(values, timestamp=START + datetime.timedelta(seconds=at_s)))
    return {path(states) for states in found.values()}


def measure(tracks, truth, cutoff_m=2000.0, order=2.0, gate_m=2000.0) -> Answer:
    """Return Stone Soup's OSPA, GOSPA and SIAP, with each track given to its nearest object at every time."""
    place, velocity = Euclidean((0, 1, 2)), Euclidean((3, 4, 5))
    generators = [
        OSPAMetric(c=cutoff_m, p=order, measure=place, generator_name="ospa"),
        GOSPAMetric(c=cutoff_m, p=order, measure=place, generator_name="gospa"),
        SIAPMetrics(position_measure=place, velocity_measure=velocity, generator_name="siap"),
    ]
    nearest = TrackToTruth(association_threshold=gate_m, consec_pairs_confirm=1, consec_misses_end=1, measure=place)
    manager = MultiManager(generators, associator=nearest)
    held = paths(tracks.track_number.tolist(), tracks.time_s.tolist(), tracks.state, Track, State)
    flown = paths(truth.object.tolist(), truth.time_s.tolist(), truth.state, GroundTruthPath, GroundTruthState)
    manager.add_data({"tracks": held, "groundtruth_paths": flown})
    found: Any = manager.generate_metrics()
    single = {title: metric.value for title, metric in found["siap"].items() if not title.endswith("at times")}
    return Answer(
        [float(one.value) for one in found["ospa"]["OSPA distances"].value],
        [one.value for one in found["gospa"]["GOSPA Metrics"].value],
        {title: float(value) for title, value in single.items()},
        {
            title: [float(one.value) for one in metric.value]
            for title, metric in found["siap"].items()
            if title.endswith("at times")
        },
    )
