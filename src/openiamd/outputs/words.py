"""Measures in words and figures as text: what a reader who knows no key can understand."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

Figure = dict[str, Any]  # {mean, low, high, n, method} of summary.json

CLASS_NAMES = {
    "fighter": "fighters",
    "transport": "transports",
    "airliner": "airliners",
    "uav": "uncrewed aircraft",
    "cruise": "cruise missiles",
    "ballistic": "ballistic missiles",
    "drone": "one-way-attack drones",
    "bomber": "bombers",
}
ABSENT = "–"
MINUS = "−"
USUAL_PLACES, MOST_PLACES = 3, 5
NO_DIFFERENCE = "no difference shown"


class Wording(NamedTuple):
    """How a measure is shown: label, unit, factor from SI, and the words for a rise and a fall."""

    label: str
    unit: str = ""
    factor: float = 1.0
    more: str = "more"
    less: str = "fewer"


FIXED = {
    "leakers.total": Wording("Hostile objects that got through"),
    "probability_zero_leakers": Wording("Chance that nothing got through", "%", 100.0, "higher", "lower"),
    "unresolved": Wording("Hostile objects still flying at the end"),
    "hostile.total": Wording("Hostile objects in the raid"),
    "kills.total": Wording("Hostile objects killed"),
    "late_kills": Wording("Of those, killed so late that debris may fall on what is defended"),
    "friendly_engaged": Wording("Friendly aircraft shot at"),
    "civil_engaged": Wording("Civil aircraft shot at"),
    "friendly_killed": Wording("Friendly aircraft shot down"),
    "civil_killed": Wording("Civil aircraft shot down"),
    "identity_conflicts": Wording("Times that own evidence and a report disagreed: HOSTILE against a friend"),
    "friendly_engaged_per_1000h": Wording("Friendly aircraft shot at, per 1,000 flight hours"),
    "civil_engaged_per_1000h": Wording("Civil aircraft shot at, per 1,000 flight hours"),
    "friendly_killed_per_1000h": Wording("Friendly aircraft shot down, per 1,000 flight hours"),
    "civil_killed_per_1000h": Wording("Civil aircraft shot down, per 1,000 flight hours"),
    "friendly_flight_hours": Wording("Hours flown by friendly aircraft", "h"),
    "civil_flight_hours": Wording("Hours flown by civil aircraft", "h"),
    "shots.total": Wording("Interceptors fired"),
    "shots_wasted": Wording("Interceptors that met nothing"),
    "overkill": Wording("Interceptors that met what was already dead"),
    "missiles_left": Wording("Interceptors left ready at the end"),
    "missiles_reloaded": Wording("Interceptors that became ready by reloading"),
    "cost.interceptors_usd": Wording("Price of the interceptors fired", "M USD", 1e-6, "higher", "lower"),
    "cost.killed_threats_usd": Wording("Price of the hostile objects killed", "M USD", 1e-6, "higher", "lower"),
}
BY_CLASS = {
    "leakers": Wording("{} that got through"),
    "first_detection_range_m": Wording("Range of first detection, {}", "km", 1e-3, "longer", "shorter"),
    "first_shot_range_m": Wording("Range of first shot, {}", "km", 1e-3, "longer", "shorter"),
    "warning_time_s": Wording("Warning time, {}", "min", 1.0 / 60.0, "longer", "shorter"),
}
SIAP = {
    "completeness": Wording("Share of objects tracked", "%", 100.0, "higher", "lower"),
    "ambiguity": Wording("Tracks per tracked object", "", 1.0, "higher", "lower"),
    "spuriousness": Wording("Share of tracks with no object", "%", 100.0, "higher", "lower"),
    "position_accuracy_m": Wording("Mean position error", "m", 1.0, "larger", "smaller"),
    "velocity_accuracy_mps": Wording("Mean velocity error", "m/s", 1.0, "larger", "smaller"),
    "id_completeness": Wording("Share of tracked objects with an identity", "%", 100.0, "higher", "lower"),
    "id_correctness": Wording("Share of tracked objects with the right identity", "%", 100.0, "higher", "lower"),
    "commonality": Wording("Share of tracks that all nodes hold alike", "%", 100.0, "higher", "lower"),
}


def wording(key: str) -> Wording:
    """Return how a measure is shown; a key that is not known is shown as it is."""
    if key in FIXED:
        return FIXED[key]
    stem, _, rest = key.partition(".")
    if key.startswith("leakers.at."):
        return Wording(f"Hostile objects that reached {key.removeprefix('leakers.at.')}")
    if stem == "shots":
        return Wording(f"Interceptors fired: {rest}")
    if stem in BY_CLASS:
        known = BY_CLASS[stem]
        return known._replace(label=known.label.format(class_name(rest)).capitalize())
    attribute, _, place = rest.partition(".")
    if stem == "siap" and attribute in SIAP:
        known = SIAP[attribute]
        where = {"network": "in the network", "shooters": "at the shooters"}.get(place, f"at {place}")
        return known._replace(label=f"{known.label}, {where}")
    return Wording(key, "", 1.0, "higher", "lower")


def class_name(object_class: str) -> str:
    """Return the plural of a class of flying objects."""
    return CLASS_NAMES.get(object_class, object_class)


def number(value: float | None, places: int | None = None) -> str:
    """Return a number with a true minus sign and thousands apart, to ``places`` or about three figures."""
    if value is None or not math.isfinite(value):
        return ABSENT
    size = abs(value)
    if size == 0.0:
        return "0"
    if places is None and size < 0.001:
        text = f"{size:.1g}"
    elif places is None and size == round(size):
        text = f"{size:,.0f}"
    else:
        text = f"{size:,.{_places(size) if places is None else places}f}"
    return (MINUS if value < 0 and text.strip("0.,") else "") + text


def _places(size: float) -> int:
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3


def figure_places(figure: Figure) -> int | None:
    """Return the decimals that the interval's width bears out, more where a limit would wrongly read as zero."""
    low, high = figure["low"], figure["high"]
    if low is None or high is None or not high > low:
        return None
    places = min(max(math.ceil(-math.log10((high - low) / 6.0)), 0), USUAL_PLACES)
    nearest = min(abs(low), abs(high))
    while places < MOST_PLACES and low * high > 0.0 and round(nearest, places) == 0.0:
        places += 1
    return places


def scaled(figure: Figure, factor: float) -> Figure:
    """Return the figure with mean and limits times ``factor``; a missing limit stays missing."""
    return figure | {
        key: None if figure[key] is None else figure[key] * factor for key in ("mean", "low", "high") if key in figure
    }


def mean(figure: Figure) -> str:
    """Return the mean, to the decimals that its interval bears out."""
    return number(figure["mean"], figure_places(figure))


def interval(figure: Figure) -> str:
    """Return "[low, high]", or nothing where there is no interval."""
    if figure["low"] is None or figure["high"] is None:
        return ""
    places = figure_places(figure)
    return f"[{number(figure['low'], places)}, {number(figure['high'], places)}]"


def note(figure: Figure, confidence: float) -> str:
    """Return what stands behind a figure: runs, level and method."""
    runs = "1 run" if figure["n"] == 1 else f"{figure['n']:,} runs"
    return f"n = {runs}; {100 * confidence:g} % interval; {figure['method']}"


def verdict(difference: Figure, key: str) -> str:
    """Return the word for a difference: that of a rise, of a fall, or that none is shown."""
    low, high = difference["low"], difference["high"]
    if low is None or high is None or low <= 0.0 <= high:
        return NO_DIFFERENCE
    return wording(key).more if low > 0.0 else wording(key).less


def size_of(difference: Figure) -> str:
    """Return the mean difference without its sign, which the word beside it tells."""
    return number(abs(difference["mean"]), figure_places(difference))


def _limits_of(difference: Figure, word: str) -> str:
    low, high = difference["low"], difference["high"]
    if low is None or high is None:
        return "one run"
    if word != NO_DIFFERENCE:
        low, high = sorted((abs(low), abs(high)))
    places = figure_places(difference)
    return f"{number(low, places)} to {number(high, places)}"


def level_sentence(figures: Mapping[str, Figure]) -> str:
    """Return one sentence that says how the reference fares, with intervals."""
    raid, through = figures.get("hostile.total"), figures["leakers.total"]
    of = f"of {number(raid['mean'])} hostile objects, " if raid else ""
    parts = [f"{of}{mean(through)} {interval(through)} get through in an average raid"]
    for key, what in (("friendly_engaged", "friendly"), ("civil_engaged", "civil")):
        if key in figures:
            parts.append(f"{mean(figures[key])} {interval(figures[key])} {what} aircraft are shot at")
    return "; ".join(parts)


def difference_sentence(differences: Mapping[str, Figure], reference: str) -> str:
    """Return one sentence that says how a variant differs from the reference, with intervals."""
    parts = []
    for key, what in (
        ("leakers.total", "hostile objects {}get through"),
        ("friendly_engaged", "friendly aircraft {}shot at"),
        ("civil_engaged", "civil aircraft {}shot at"),
    ):
        if key not in differences:
            continue
        difference, word = differences[key], verdict(differences[key], key)
        verb = "" if word == NO_DIFFERENCE or key == "leakers.total" else "are "
        limits = _limits_of(difference, word)
        if word == NO_DIFFERENCE and key == "civil_engaged":
            continue  # it says the least, and a reader of six variants would read it six times
        if word == NO_DIFFERENCE:
            parts.append(f"no difference shown in {what.format('that ' * (key == 'leakers.total'))} ({limits})")
        else:
            parts.append(f"{size_of(difference)} {word} {what.format(verb)} ({limits})")
    return f"against {reference}, " + "; ".join(parts)


def provenance(manifest: Mapping[str, Any]) -> list[str]:
    """Return what a study rests on: the environment, the share of unverified inputs, the version."""
    marks = manifest["input_shares"]["verification"]
    known = sum(mark["count"] for mark in marks.values())
    unverified = known - marks.get("V", {"count": 0})["count"]
    return [
        f"Environment: {manifest['environment']}.",
        f"{unverified} of {known} inputs are unverified. OpenIAMD {manifest['version']}.",
    ]
