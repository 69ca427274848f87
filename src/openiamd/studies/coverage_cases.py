"""What a coverage study computes: targets, corner cases of the catalogue's ranges, and each distinct radar once.

Corner cases: "low" has every banded input at its low end, "high" at its high end; a confidence interval they are not.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from openiamd.catalogue.entries import Catalogue
from openiamd.catalogue.read import CatalogueValue
from openiamd.catalogue.resolve import resolve
from openiamd.catalogue.resolved import Environment, FlyingObject, Input, Point, ResolvedScenario, Sensor
from openiamd.errors import UsageError
from openiamd.physics.detection import required_snr
from openiamd.physics.geodesy import EARTH_RADIUS_M, geodetic_from_enu
from openiamd.scenario.document import suggestion
from openiamd.scenario.model import Scenario
from openiamd.studies.ground import put_on_ground
from openiamd.units import quantity
from openiamd.world.arrays import Floats
from openiamd.world.compile import antenna_heights_m
from openiamd.world.propagation import PropagationTable, band_factor, compile_propagation
from openiamd.world.sensors import SensorTable, compile_sensors, place
from openiamd.world.terrain import TerrainTable, compile_terrain
from openiamd.world.threats import aligned_unit

CORNERS = ("low", "nominal", "high")
LOW, NOMINAL, HIGH = range(3)
RADAR_BANDS = ("range_anchor", "range_instrumented", "antenna_height")
CARRIER_BANDS = ("altitude",)
NETWORK = "network"
SEARCH, ENGAGEMENT = "search", "engagement"
REFERENCE_SPEED_MPS = 250.0


class Target(NamedTuple):
    """What the radars look for."""

    name: str
    rcs_m2: tuple[float, float, float]  # low, nominal, high; from ahead where there are ratios
    side_ratio: float
    tail_ratio: float
    low_band_ratio: float
    swerling: int
    speed_mps: float
    inputs: tuple[dict[str, Any], ...]  # of the catalogue, as the manifest lists them

    @property
    def has_aspects(self) -> bool:
        """Tell whether it looks different from the side or from behind."""
        return (self.side_ratio, self.tail_ratio) != (1.0, 1.0)


class Radar(NamedTuple):
    """One distinct radar: what it is in each corner case, and where."""

    corners: tuple[Sensor, Sensor, Sensor]
    carriers: tuple[FlyingObject | None, FlyingObject | None, FlyingObject | None]  # None: on the ground

    def place(self, corner: int, origin: Point) -> Point:
        """Return where it stands; an airborne one in the middle of its route."""
        carrier = self.carriers[corner]
        if carrier is None:
            return self.corners[corner].position
        return middle_of([waypoint.position for waypoint in carrier.route], origin)


class Group(NamedTuple):
    """Radars whose coverage is taken together: those of one node in one role, or of the whole network."""

    node: str  # NETWORK for all nodes together
    role: str  # SEARCH or ENGAGEMENT
    radars: tuple[int, ...]  # rows of the scene, each once
    names: tuple[str, ...]  # ids of its radars in the scenario
    rows: tuple[int, ...]  # (name,) row of the scene
    on_duty_s: float  # time within the scenario in which at least one of them is on duty


class Scene(NamedTuple):
    """One theatre with one environment, and every radar that any variant puts there."""

    template: ResolvedScenario
    radars: list[Radar]


class Case(NamedTuple):
    """One variant."""

    scene: int
    resolved: ResolvedScenario  # nominal
    groups: tuple[Group, ...]
    idle: tuple[str, ...]  # radars never on duty within the scenario
    blind: tuple[str, ...]  # nodes without a radar on duty


class Survey(NamedTuple):
    """The tables of a scene's radars in one corner case."""

    sensors: SensorTable
    terrain: TerrainTable
    propagation: PropagationTable


def find_target(text: str, catalogue: Catalogue) -> Target:
    """Return the target of a catalogue name, its last part, or a cross-section such as "1 m2".

    Raises UsageError for a name that is unknown or fits several entries.
    """
    if re.match(r"\s*[-+.0-9]", text):
        rcs_m2 = quantity(text, "area")
        if rcs_m2 <= 0.0:
            raise UsageError(f"target '{text}' has no size", hint="give a cross-section above 0, such as '1 m2'")
        return Target(text.strip(), (rcs_m2, rcs_m2, rcs_m2), 1.0, 1.0, 1.0, 1, REFERENCE_SPEED_MPS, ())
    known = sorted(catalogue.names("object"))
    found = [text] if text in known else [name for name in known if name.rpartition("/")[2] == text]
    if len(found) > 1:
        raise UsageError(f"target '{text}' is ambiguous", hint=f"write one of {', '.join(found)} in full")
    if not found:
        near = suggestion(text, [*known, *(name.rpartition("/")[2] for name in known)], "targets")
        hint = f"{near.partition('? ')[0]}? `iamd catalogue` lists all" if "did you mean" in near else near
        raise UsageError(f"unknown target '{text}'", hint=f"{hint}; or give a cross-section such as '1 m2'")
    values = catalogue.entry(found[0]).values
    rcs = values["rcs"]
    one = {name: value.nominal for name, value in values.items()}
    return Target(
        name=found[0],
        rcs_m2=(rcs.low, rcs.nominal, rcs.high),
        side_ratio=one.get("rcs_side_ratio", 1.0),
        tail_ratio=one.get("rcs_tail_ratio", 1.0),
        low_band_ratio=one.get("rcs_low_band_ratio", 1.0),
        swerling=round(one.get("swerling", 1.0)),
        speed_mps=one["speed"],
        inputs=tuple(
            _input_row(one, f"{found[0]}.{one.name}", one.si_unit, "; ".join(one.sources), one.name == "rcs")
            for one in (rcs, values["speed"])
        ),
    )


def default_targets(cases: Sequence[ResolvedScenario], catalogue: Catalogue) -> list[Target]:
    """Return what the scenario itself sends along routes, in order of appearance; else 1 m2."""
    hostile = [item for one in cases for item in one.objects if item.side == "hostile" and not item.ballistic]
    names = list(dict.fromkeys(item.name for item in hostile)) or ["1 m2"]
    return [find_target(name, catalogue) for name in names]


def _input_row(known: Input | CatalogueValue, path: str, unit: str, source: str, banded: bool) -> dict[str, Any]:
    kept = ("nominal", "low", "high", "source_class", "verification")
    row = {name: getattr(known, name) for name in kept}
    return {"path": path, **row, "unit": unit, "source": source, "banded": banded}


def banded_inputs(resolved: ResolvedScenario) -> list[Input]:
    """Return the inputs that the corner cases move: of radars and of what carries them."""
    radars = {f"{sensor.name}.{value}" for sensor in resolved.sensors for value in RADAR_BANDS}
    carriers = {resolved.objects[sensor.platform].name for sensor in resolved.sensors if sensor.platform >= 0}
    paths = radars | {f"{name}.{value}" for name in carriers for value in CARRIER_BANDS}
    return [one for one in resolved.inputs if one.path in paths and one.low < one.high]


def input_rows(resolved: ResolvedScenario) -> list[dict[str, Any]]:
    """Return the banded inputs as the manifest lists them."""
    return [_input_row(one, one.path, one.unit, one.source, True) for one in banded_inputs(resolved)]


def corner_cases(
    variant: Scenario, catalogue: Catalogue, terrain: str | None
) -> tuple[ResolvedScenario, ResolvedScenario, ResolvedScenario]:
    """Return a variant resolved in each corner case, over other terrain where it is given."""
    nominal = resolve(variant, catalogue)
    banded = banded_inputs(nominal)
    low = resolve(variant, catalogue, {one.path: one.low for one in banded})
    high = resolve(variant, catalogue, {one.path: one.high for one in banded})
    return (
        put_on_ground(variant, low, terrain, carriers_only=True),
        put_on_ground(variant, nominal, terrain, carriers_only=True),
        put_on_ground(variant, high, terrain, carriers_only=True),
    )


def collect(variants: dict[str, tuple[ResolvedScenario, ...]]) -> tuple[list[Scene], dict[str, Case]]:
    """Return the scenes and cases of all variants: the same radar at the same place becomes one."""
    scenes: dict[tuple[Environment, Point, float], Scene] = {}
    rows: dict[object, int] = {}
    cases = {}
    for name, corners in variants.items():
        nominal = corners[NOMINAL]
        key = (nominal.environment, nominal.origin, nominal.radius_m)
        scene = scenes.setdefault(key, Scene(nominal, []))
        placed = {}
        for index, sensor in enumerate(nominal.sensors):
            radar = _radar(corners, index)
            row = rows.setdefault((key, radar), len(scene.radars))
            if row == len(scene.radars):
                scene.radars.append(radar)
            if sensor.active_from_s < min(sensor.active_until_s, nominal.duration_s):
                placed[index] = row
        groups = _groups(nominal, placed)
        idle = tuple(one.id for index, one in enumerate(nominal.sensors) if index not in placed)
        seeing = {group.node for group in groups}
        blind = tuple(node.id for node in nominal.nodes if node.id not in seeing)
        cases[name] = Case(list(scenes).index(key), nominal, groups, idle, blind)
    return list(scenes.values()), cases


def _radar(corners: tuple[ResolvedScenario, ...], index: int) -> Radar:
    """Return a radar without what differs between variants and does not change what it sees."""
    sensors, carriers = [], []
    for resolved in corners:
        sensor = resolved.sensors[index]
        carriers.append(resolved.objects[sensor.platform] if sensor.platform >= 0 else None)
        sensors.append(
            replace(
                sensor,
                id="",
                node=0,
                platform=min(sensor.platform, 0),
                interrogator=False,
                active_from_s=0.0,
                active_until_s=0.0,
            )
        )
    return Radar((sensors[0], sensors[1], sensors[2]), (carriers[0], carriers[1], carriers[2]))


def _groups(resolved: ResolvedScenario, placed: dict[int, int]) -> tuple[Group, ...]:
    """Return the groups of one variant: nodes in file order by role, then the network of all that search."""
    chosen: dict[tuple[str, str], list[int]] = {}
    for node_index, node in enumerate(resolved.nodes):
        for index in placed:
            sensor = resolved.sensors[index]
            if sensor.node == node_index:
                role = ENGAGEMENT if sensor.designated_only else SEARCH
                chosen.setdefault((node.id, role), []).append(index)
    searching = [index for (_, role), members in chosen.items() if role == SEARCH for index in members]
    if searching:
        chosen[NETWORK, SEARCH] = searching
    return tuple(
        Group(
            node,
            role,
            tuple(sorted({placed[index] for index in members})),
            tuple(resolved.sensors[index].id for index in members),
            tuple(placed[index] for index in members),
            _on_duty_s(resolved, members),
        )
        for (node, role), members in chosen.items()
    )


def _on_duty_s(resolved: ResolvedScenario, members: Sequence[int]) -> float:
    """Return from the first to the last moment on duty; gaps between radars are not subtracted."""
    sensors = [resolved.sensors[index] for index in members]
    begin_s = max(min(one.active_from_s for one in sensors), 0.0)
    return min(max(one.active_until_s for one in sensors), resolved.duration_s) - begin_s


def survey(scene: Scene, corner: int) -> Survey:
    """Return the tables of a scene's radars in one corner case; airborne ones stand in the middle of their route."""
    carriers = [radar.carriers[corner] for radar in scene.radars]
    flying = [carrier for carrier in carriers if carrier is not None]
    rows = iter(range(len(flying)))
    sensors = tuple(
        replace(radar.corners[corner], id=f"radar-{index}", platform=-1 if carrier is None else next(rows))
        for index, (radar, carrier) in enumerate(zip(scene.radars, carriers, strict=True))
    )
    chosen = replace(
        scene.template, sensors=sensors, objects=tuple(flying), fire_units=(), nodes=scene.template.nodes[:1]
    )
    ground = compile_terrain(chosen)
    heights_m = antenna_heights_m(chosen, ground.sites)
    propagation, losses, marcum = compile_propagation(chosen, heights_m)
    table = compile_sensors(chosen, ground.sites, ground.masks, losses, marcum)
    for index, carrier in enumerate(carriers):
        if carrier is not None:
            middle = scene.radars[index].place(corner, chosen.origin)
            table.position_m[index], table.basis[index] = place(middle, heights_m[index], chosen.origin)
            table.row["height_m"][index] = heights_m[index]
    return Survey(table, ground.table, propagation)


def middle_of(points: Sequence[Point], origin: Point) -> Point:
    """Return the middle of places on the ground: the direction of the sum of their unit vectors."""
    x, y, z = np.sum([aligned_unit(point, origin) for point in points], axis=0)
    scale = EARTH_RADIUS_M / math.sqrt(x * x + y * y + z * z)
    latitude_rad, longitude_rad, _ = geodetic_from_enu(
        x * scale, y * scale, z * scale - EARTH_RADIUS_M, origin.latitude_rad, origin.longitude_rad
    )
    return Point(latitude_rad, longitude_rad)


def thresholds(scene: Scene, corner: int, target: Target, pd: float) -> tuple[Floats, Floats]:
    """Return for each radar (radar,) the target's band factor, and the SNR of a pulse at which a look has ``pd``."""
    sensors = [radar.corners[corner] for radar in scene.radars]
    bands = np.array([band_factor(one.frequency_hz, target.low_band_ratio) for one in sensors])
    kinds = {(one.pulses, one.false_alarm_probability) for one in sensors}
    needed = {(pulses, pfa): required_snr(target.swerling, pulses, pd, pfa) for pulses, pfa in kinds}
    return bands, np.array([needed[one.pulses, one.false_alarm_probability] for one in sensors])
