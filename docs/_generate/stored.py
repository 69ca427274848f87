"""Tables from the stored results of ``turkey``, which ``make_readme_figures.py`` refreshes."""

import json
import math
from pathlib import Path
from typing import Any

from markdown import table

DATA = Path(__file__).resolve().parent.parent / "data"
STORED = DATA / "turkey.json"
VALIDATION = DATA / "validation.json"
WORDS = {
    "leakers.total": "hostile objects that got through",
    "leakers.ballistic": "… ballistic missiles",
    "leakers.cruise": "… cruise missiles",
    "leakers.drone": "… drones",
    "probability_zero_leakers": "probability that nothing gets through",
    "friendly_engaged": "friendly aircraft shot at",
    "friendly_killed": "friendly aircraft shot down",
    "civil_engaged": "civil aircraft shot at",
    "friendly_engaged_per_1000h": "friendly aircraft shot at per 1,000 flight hours",
    "shots.total": "interceptors fired",
    "shots_wasted": "interceptors wasted",
    "missiles_left": "interceptors left",
    "warning_time_s.cruise": "warning time against cruise missiles, s",
    "warning_time_s.ballistic": "warning time against ballistic missiles, s",
    "first_shot_range_m.cruise": "range of the first intercept, cruise missiles, m",
    "siap.completeness.shooters": "completeness of the shooters' picture",
    "siap.ambiguity.shooters": "ambiguity of the shooters' picture",
    "siap.ambiguity.network": "ambiguity of the network's picture",
    "siap.id_completeness.shooters": "identity completeness at the shooters",
    "siap.id_correctness.shooters": "identity correctness at the shooters",
    "siap.commonality.network": "commonality of the network",
}
MAIN = ("leakers.total", "leakers.ballistic", "leakers.cruise", "leakers.drone", "friendly_engaged", "shots.total")
PICTURE = ("siap.completeness.shooters", "siap.ambiguity.network", "siap.id_correctness.shooters")
PICTURE += ("siap.commonality.network", "warning_time_s.cruise")


def _known() -> dict[str, Any]:
    return json.loads(STORED.read_text(encoding="utf-8"))


def _decimals(low: float | None, high: float | None) -> int:
    if low is None or high is None or not high > low:
        return 2
    return min(max(1 - math.floor(math.log10((high - low) / 2.0)), 0), 3)


def figure(one: dict[str, Any] | None, signed: bool = False) -> str:
    """Return a mean with its interval, with the decimals that the interval bears out."""
    if one is None or one["mean"] is None:
        return "–"
    places = _decimals(one["low"], one["high"])
    sign = "+" if signed else ""
    found = [one[key] for key in ("mean", "low", "high") if one[key] is not None]
    mean, *limits = (f"{round(value, places) + 0.0:{sign},.{places}f}".replace("-", "−") for value in found)
    # Breaks only between the mean and its interval, with a typographic minus.
    return f"{mean} [{limits[0]},\u00a0{limits[1]}]" if len(limits) == 2 else mean


def _table(title: str, measures: tuple[str, ...], found: dict[str, Any], names: list[str], signed: bool) -> str:
    rows = [(WORDS[key], *(figure(found[name].get(key), signed) for name in names)) for key in measures]
    return table((title, *names), rows)


def levels(*names: str) -> str:
    """Return the main measures of the named variants."""
    known = _known()
    return _table("mean [95 % interval]", MAIN, known["variants"], list(names or known["variants"]), False)


def differences(*names: str) -> str:
    """Return the paired differences of the named variants to the reference."""
    known = _known()
    title = f"difference to {known['reference']}"
    return _table(title, MAIN, known["differences"], list(names or known["differences"]), True)


def picture(*names: str) -> str:
    """Return the measures of the air picture of the named variants."""
    known = _known()
    return _table("air picture", PICTURE, known["variants"], list(names or known["variants"]), False)


def command() -> str:
    """Return where the stored figures come from."""
    known = _known()
    return f"Stored figures of version {known['version']}: `{known['command']}`, {known['replications']} runs each."


def unverified(known: dict[str, Any] | None = None) -> str:
    """Return how much of the answer rests on unverified inputs, in one sentence."""
    counts = (known or _known())["inputs"]
    total = sum(counts.values())
    share = 100.0 * (total - counts.get("V", 0)) / total
    return (
        f"Of {total} inputs, {counts.get('V', 0)} were seen in their source, {counts.get('R', 0)} are recalled from it "
        f"and not re-checked, and {counts.get('D', 0)} are derived or own estimates: **{share:.0f} % are unverified.**"
    )


def validated() -> str:
    """Return how many published results the stored validation reproduces, or nothing where none is stored."""
    if not VALIDATION.is_file():
        return ""
    verdicts = [
        row["passed"] for row in json.loads(VALIDATION.read_text(encoding="utf-8")) if row["passed"] is not None
    ]
    return f"`iamd validate` reproduces {sum(verdicts)} of {len(verdicts)} published results and closed forms."


def readme(known: dict[str, Any]) -> str:
    """Return the table of the README: one row a variant."""
    hostile = known["variants"][known["reference"]]["hostile.total"]["mean"]
    headings = ("variant", f"got through, of {hostile:.0f}", f"against {known['reference']}, paired")
    rows = [
        (
            f"`{name}`",
            figure(found["leakers.total"]),
            figure(known["differences"].get(name, {}).get("leakers.total"), True),
            figure(found["friendly_engaged"]),
            figure(found["shots.total"]),
        )
        for name, found in known["variants"].items()
    ]
    note = f"Means over {known['replications']} raids with 95 % intervals."
    note += f" `{known['command']}`, version {known['version']}."
    return (
        table((*headings, "friendly aircraft shot at", "interceptors fired"), rows)
        + f"\n{note}\n\n{unverified(known)}\n\n{validated()}\n"
    )
