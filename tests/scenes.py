"""Small scenarios as plain data, and how to carry them through the engine without writing anything."""

import copy
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import yaml

from openiamd.catalogue.entries import Catalogue, load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.catalogue.resolved import ResolvedScenario
from openiamd.results.slices import EventRows, SliceResult
from openiamd.scenario.checks import check
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from openiamd.simulate import collect
from openiamd.stages.step import run_all
from openiamd.world import events as kinds
from openiamd.world.arrays import Draws
from openiamd.world.compile import compile_world, create_state, first_capacity

Data = dict[str, Any]
CENTRE = [39.9, 32.9]


class Outcome(NamedTuple):
    """What a batch of runs left behind, with the names behind its indices."""

    scenario: ResolvedScenario
    result: SliceResult
    runs: int
    aim_m: np.ndarray  # (run, unit, channel, 3) where each channel's last rounds were to meet, or its last order was

    def leakers(self) -> np.ndarray:
        """Return the hostile objects that got through, run by run (run,)."""
        leaked = (self.result.objects.status == 3).reshape(self.runs, -1)
        return leaked.sum(axis=1).astype(float)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue, read once."""
    return load_catalogue()


def resolved(data: Data, variant: str | None = None) -> ResolvedScenario:
    """Check and resolve plain data as a scenario file would be."""
    scenario = Scenario.from_document(read_document(yaml.safe_dump(data, sort_keys=False).encode(), "scene.yaml"))
    chosen = scenario.variant(variant or scenario.reference_variant)
    check(chosen, catalogue().names_by_kind())
    return resolve(chosen, catalogue())


def play(data: Data, runs: int, seed: int = 1, variant: str | None = None) -> Outcome:
    """Carry a scenario through ``runs`` runs in one slice."""
    scenario = resolved(data, variant)
    world = compile_world(scenario)
    capacity = first_capacity(world)
    while True:
        state = create_state(world, runs, capacity)
        full = run_all(world, Draws(np.uint64(seed), 0), state, runs)
        if full == kinds.FITS:
            aim_m = state.weapons.aim_m[..., :3].copy()
            return Outcome(scenario, collect(world, state, seed, 0, runs), runs, aim_m)
        capacity = capacity.doubled(full)


def gallery_scene(name: str) -> Data:
    """Return the plain data of a scenario of the gallery."""
    content = (resources.files("openiamd.scenarios") / f"{name}.yaml").read_bytes()
    return copy.deepcopy(read_document(content, f"{name}.yaml").data)


def changed(data: Data, **sections: Any) -> Data:
    """Return a copy of a scenario with sections laid over it, key by key; None deletes."""
    merged = copy.deepcopy(data)
    _merge(merged, sections)
    return merged


def _merge(into: Data, other: Data) -> None:
    for key, value in other.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = copy.deepcopy(value)


def ideal_scene(**sections: Any) -> Data:
    """Return one idealised node with a radar and a fire unit against six targets from the south."""
    data: Data = {
        "openiamd": 1,
        "name": "scene",
        "theatre": {"centre": CENTRE, "radius": "400 km", "duration": "15 min", "sample": "10 s"},
        "assets": {"city": {"at": CENTRE, "radius": "5 km"}},
        "doctrine": {"rules": {"weapons_control": "TIGHT", "interrogations": 0}},
        "nodes": {"post": {"type": "ideal/command", "at": CENTRE, "doctrine": "rules", "interrogator": "ideal/iff"}},
        "sensors": {"search": {"type": "ideal/radar", "node": "post", "at": CENTRE}},
        "fire_units": {"unit": {"type": "ideal/fire-unit", "node": "post", "at": CENTRE, "radar": None}},
        "raids": {"raid": raid(6)},
        "idealised": {"noise": True, "identify": "hostile", "values": {}},
        "variants": {"base": {}},
    }
    data["fire_units"]["unit"]["load"] = {"ideal/interceptor": 1000}
    return changed(data, **sections)


def raid(count: int, start: list[float] | None = None, **fields: Any) -> Data:
    """Return a group of idealised cruise missiles that fly at the city, 20 s and 2 km apart."""
    group: Data = {"type": "ideal/target", "count": count, "spacing": "20 s", "spread": f"{2 * (count - 1)} km"}
    return group | {"route": [start or [38.5, 32.9]], "target": "city"} | fields


def real_scene(**sections: Any) -> Data:
    """Return one S-400 node and one ground radar of NATO, unlinked, with raids and traffic from several sides."""
    data: Data = {
        "openiamd": 1,
        "name": "scene",
        "theatre": {"centre": CENTRE, "radius": "500 km", "duration": "15 min", "sample": "20 s"},
        "assets": {"city": {"at": CENTRE, "radius": "15 km"}},
        "doctrine": {"rules": {"weapons_control": "TIGHT"}},
        "nodes": {
            "post": {"type": "s400/55k6e", "at": CENTRE, "doctrine": "rules", "iff": ["mode3"]},
            "crc": {"type": "nato/crc", "at": [38.9, 31.9], "doctrine": "rules", "iff": ["mode3", "mode5"]},
        },
        "sensors": {
            "search": {"type": "s400/91n6e", "node": "post", "at": CENTRE},
            "guide": {"type": "s400/92n6e", "node": "post", "at": CENTRE, "facing": "180 deg"},
            "crc-radar": {"type": "nato/ground-radar", "node": "crc", "at": [38.9, 31.9]},
        },
        "fire_units": {
            "unit": {"type": "s400/fire-unit", "node": "post", "at": CENTRE, "radar": "guide", "facing": "180 deg"}
        },
        "raids": {
            "cruise": {"type": "threat/cruise", "count": 3, "spacing": "60 s", "route": [[38.6, 32.9]]},
            "drone": {"type": "threat/drone", "count": 3, "spacing": "60 s", "route": [[39.6, 33.2]]},
            "srbm": {"type": "threat/srbm-300", "count": 2, "start": "5 min", "spacing": "60 s"},
        },
        "traffic": {
            "airliner": {"type": "civil/airliner", "side": "civil", "count": 2, "spacing": "4 min"},
            "jet": {"type": "nato/f-16c", "side": "friendly", "replies": ["mode5"], "count": 2, "spacing": "3 min"},
        },
        "variants": {"base": {}},
    }
    data["fire_units"]["unit"]["load"] = {"s400/48n6e3": 32}
    for group in data["raids"].values():
        group["target"] = "city"
        group["jitter"] = "20 s"
    data["raids"]["srbm"]["launch"] = [37.7, 33.4]
    data["traffic"]["airliner"]["route"] = [[40.5, 31.0], [40.2, 34.5]]
    data["traffic"]["jet"]["route"] = [[38.7, 33.3, "1 km"], [40.1, 32.7, "1 km"]]
    return changed(data, **sections)


TRUE_OBJECT = {int(kinds.LAUNCHED), int(kinds.LEAKED), int(kinds.DEPARTED), int(kinds.UNRESOLVED)}
ABOUT_ASSET = TRUE_OBJECT
ABOUT_SENSOR = {int(kinds.FIRST_LOOK), int(kinds.FIRST_DETECTION)}
ABOUT_UNIT = {int(kinds.ENGAGE), int(kinds.CEASED), int(kinds.SHOT), int(kinds.KILL), int(kinds.MISS)}
ABOUT_UNIT |= {int(kinds.WASTED), int(kinds.OVERKILL), int(kinds.ASSESSED)}


def _other(scenario: ResolvedScenario, kind: int, other: int) -> str:
    """Return the name behind an event's column ``other``, or its number where that is a reason."""
    table: tuple[Any, ...] = ()
    if kind in ABOUT_ASSET:
        table = scenario.assets
    elif kind in ABOUT_SENSOR:
        table = scenario.sensors
    elif kind in ABOUT_UNIT:
        table = scenario.fire_units
    elif kind == kinds.TRACK_RECEIVED:
        table = scenario.links
    return table[other].id if table and other >= 0 else str(other)


def stories(outcome: Outcome) -> list[tuple[Any, ...]]:
    """Return every event in words that name no index, track number or event id, with the kinds of its causes.

    Each is (run, time, kind, node, object, other, code, value, east, north, up, causes); sorted.
    """
    rows, scenario = outcome.result.events, outcome.scenario
    told = list(_told(rows, scenario))
    return sorted(told)


def _told(rows: EventRows, scenario: ResolvedScenario) -> Iterator[tuple[Any, ...]]:
    names: dict[tuple[int, int], tuple[Any, ...]] = {}
    for row in zip(*rows, strict=True):
        run, event, time_s, kind, node, thing, _, other, cause, code, value, east_m, north_m, up_m = (
            item.item() for item in row
        )
        # The causes of a cause are told by its own story.
        because = names.get((run, cause), ())
        place = scenario.nodes[node].id if node >= 0 else ""
        who = scenario.objects[thing].id if thing >= 0 else ""
        value = 0.0 if kind == kinds.NUMBER_CHANGED else value
        names[run, event] = (kind, time_s, place, who)
        yield run, time_s, kind, place, who, _other(scenario, kind, other), code, value, east_m, north_m, up_m, because
