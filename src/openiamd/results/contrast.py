"""Two runs that share their draws, held side by side: what of an object differs first, and what came of it."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

from openiamd.results import kinds
from openiamd.results.run_events import Event, of_object
from openiamd.results.story_words import clock, sentence

SAME_TIME = 1  # decimals of a second: an intercept moves by less when another track is shot at
IDENTITIES = (kinds.IDENTITY, kinds.IDENTITY_CONFLICT, kinds.IDENTITY_RESOLVED)
FIRE = (kinds.HELD, kinds.ENGAGE, kinds.CEASED, kinds.SHOT, kinds.KILL, kinds.MISS, kinds.WASTED, kinds.OVERKILL)
PARTS = {"first": None, "identity": IDENTITIES, "fire": FIRE}


def _key(event: Event) -> Hashable:
    """Return what makes two events of two runs the same: time, kind, node, object and words, but no number."""
    words = sorted((name, value) for name, value in event.detail.items() if isinstance(value, str))
    return round(event.time_s, SAME_TIME), event.kind, event.node, event.object, tuple(words)


def _only(these: Sequence[Event], those: Sequence[Event]) -> list[Event]:
    """Return the events of one run that the other has not."""
    left = Counter(map(_key, those))
    found = []
    for event in these:
        key = _key(event)
        if left[key] > 0:
            left[key] -= 1
        else:
            found.append(event)
    return found


def _told(events: Sequence[Event], time_s: float, name: str) -> list[str]:
    at = [event for event in events if round(event.time_s, SAME_TIME) == time_s]
    return [f"{event.node + ': ' if event.node else ''}{sentence(event, name or event.object)}" for event in at]


def _difference(here: Sequence[Event], there: Sequence[Event], name: str) -> dict[str, Any] | None:
    """Return time and sentences of the first events that only one run has; None where there are none."""
    times = [round(event.time_s, SAME_TIME) for event in (*here, *there)]
    if not times:
        return None
    time_s = min(times)
    return {"time_s": time_s, "here": _told(here, time_s, name), "there": _told(there, time_s, name)}


def contrast(here: Sequence[Event], there: Sequence[Event], name: str, shooters: Sequence[str]) -> dict[str, Any]:
    """Return what differs first of an object between two runs: in all, in identity at a shooter, and in fire.

    here, there  all events of the two runs
    shooters     nodes that have fire units, in either

    ``run_first`` is the first difference of the runs as a whole, about whatever object.
    """
    own = _only(of_object(here, name), of_object(there, name)), _only(of_object(there, name), of_object(here, name))
    found: dict[str, Any] = {}
    for part, wanted in PARTS.items():
        chosen = [
            [one for one in events if wanted is None or (one.kind in wanted and one.node in shooters)] for events in own
        ]
        found[part] = _difference(chosen[0], chosen[1], name)
    everything = _only(here, there), _only(there, here)
    found["run_first"] = _difference(*everything, "")
    if found["run_first"] is not None:
        first_s = found["run_first"]["time_s"]
        at = [event for events in everything for event in events if round(event.time_s, SAME_TIME) == first_s]
        found["run_first"]["objects"] = sorted({event.object for event in at if event.object})
    return found


def sentences(found: dict[str, Any], name: str) -> list[str]:
    """Return the differences as sentences: "here" is the run that is explained, "there" the other."""
    told, last = [], None
    heads = {"first": "first difference", "identity": "identity at a shooter", "fire": "orders and fire"}
    for part, head in heads.items():
        one = found[part]
        if one is None or one == last:
            continue
        last = one
        sides = [f"{side}: {'; '.join(one[side])}" if one[side] else f"{side}: nothing" for side in ("here", "there")]
        told.append(f"{head} at {clock(one['time_s'])} – {'. '.join(sides)}")
    run_first = found["run_first"]
    if run_first and (found["first"] is None or run_first["time_s"] < found["first"]["time_s"]):
        about = f" (about {', '.join(run_first['objects'][:3])})" if run_first["objects"] else ""
        told.append(f"the runs as a whole differ from {clock(run_first['time_s'])} on{about}")
    return told or [f"nothing about {name} differs"]
