"""What two variants of a scenario have different, read from the settings that the manifest keeps."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

SINGULAR = {"nodes": "node", "sensors": "sensor", "fire_units": "fire unit", "links": "link", "raids": "raid"}
SINGULAR |= {"assets": "asset", "corridors": "corridor", "flight_plans": "flight plan", "doctrine": "doctrine"}
WHOLE = 2  # keys of a path that name one entry of a section


class Change(NamedTuple):
    """One entry of a section that differs: added, removed, or with other values."""

    section: str
    id: str
    kind: str  # added, removed, changed
    keys: dict[str, tuple[Any, Any]]  # key within the entry → value here, value there

    @property
    def integration(self) -> bool:
        """Whether it is a link or a mode of identification: what a defence may know."""
        return self.section == "links" or (
            self.section in ("nodes", "traffic")
            and bool(self.keys)
            and all(key.split(".")[0] in ("iff", "replies", "transponder", "interrogator") for key in self.keys)
        )


Settings = Mapping[str, Sequence[Any]]


def _by_path(rows: Sequence[Any]) -> dict[tuple[str, ...], Any]:
    return {tuple(path): value for path, value in rows}


def changes(settings: Settings, here: str, there: str) -> list[Change]:
    """Return what the variant ``there`` has other than ``here``, entry by entry; `settings` of the manifest."""
    old, new = _by_path(settings[here]), _by_path(settings[there])
    entries: dict[tuple[str, ...], dict[str, tuple[Any, Any]]] = {}
    for path in dict.fromkeys((*old, *new)):
        if old.get(path) != new.get(path):
            keys = entries.setdefault(path[:WHOLE], {})
            keys[".".join(path[WHOLE:])] = (old.get(path), new.get(path))
    found = []
    for place, keys in entries.items():
        had, has = (any(path[: len(place)] == place for path in one) for one in (old, new))
        # An entry whose every setting is new may still be a change where the shared ones were left out of the manifest.
        whole = {key.partition(".")[0] for key in keys} >= {"type"} or place[0] in ("flight_plans", "corridors")
        kind = "added" if not had and whole else "removed" if not has and whole else "changed"
        found.append(Change(place[0], place[1] if len(place) > 1 else "", kind, keys))
    return found


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value)


def sentence(change: Change) -> str:
    """Return one change in words."""
    what = f"{SINGULAR.get(change.section, change.section)} {change.id}".strip()
    if change.kind == "changed":
        parts = [f"{key} {_value(old)} → {_value(new)}".strip() for key, (old, new) in change.keys.items()]
        return f"{what}: {', '.join(parts)}"
    side = 1 if change.kind == "added" else 0
    known = {key: values[side] for key, values in change.keys.items()}
    between = f" ({known['from']} → {known['to']}: {_value(known['carries'])[1:-1]})" if "carries" in known else ""
    return f"{what} {change.kind}{between}"
