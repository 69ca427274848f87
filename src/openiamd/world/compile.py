"""World and state: everything a run reads, and everything it writes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from openiamd.errors import ScenarioError
from openiamd.world.arrays import Floats
from openiamd.world.assignment import AssignmentWork, create_assignment_work
from openiamd.world.doctrine import (
    AssetTable,
    CorridorTable,
    NodeTable,
    compile_assets,
    compile_corridors,
    compile_nodes,
)
from openiamd.world.echelons import declarations, orders
from openiamd.world.events import EVENTS_FULL, PLOTS_FULL, TRACKS_FULL, EventLog, create_event_log
from openiamd.world.evidence import BeliefTable, PlanTable, compile_beliefs, compile_plans
from openiamd.world.fire_orders import FireOrderTable, compile_fire_orders
from openiamd.world.models import ModelBank, create_model_bank
from openiamd.world.network import LinkTable, MessageState, compile_links, create_message_state
from openiamd.world.optimum import OptimumWork, create_optimum_work
from openiamd.world.picture import PictureTally, ScoreWork, create_picture_tally, create_score_work
from openiamd.world.plots import PlotBuffer, create_plot_buffer
from openiamd.world.propagation import PropagationTable, compile_propagation
from openiamd.world.readiness import DutyState, DutyTable, compile_duty, create_duty_state
from openiamd.world.sensors import SensorState, SensorTable, compile_sensors, create_sensor_state
from openiamd.world.terrain import TerrainTable, compile_terrain
from openiamd.world.threats import ThreatState, ThreatTable, compile_threats, create_threat_state
from openiamd.world.tracker import TrackerTable, TrackerWork, compile_tracker, create_tracker_work
from openiamd.world.tracks import TrackState, create_track_state
from openiamd.world.weapons import (
    FireUnitTable,
    InterceptorTable,
    WeaponState,
    compile_fire_units,
    compile_interceptors,
    create_weapon_state,
)
from openiamd.world.zones import ZoneTable, compile_zones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openiamd.catalogue.resolved import Point, ResolvedScenario

DURATION, STEP, SAMPLE, GATE, LATITUDE = 0, 1, 2, 3, 4


class World(NamedTuple):
    """What does not change during a run."""

    clock: Floats  # (5,) duration_s, step_s, sample_s, score gate_m, latitude of the origin_rad
    threats: ThreatTable
    sensors: SensorTable
    terrain: TerrainTable
    propagation: PropagationTable
    tracker: TrackerTable
    links: LinkTable
    nodes: NodeTable
    assets: AssetTable
    corridors: CorridorTable
    zones: ZoneTable
    fire_orders: FireOrderTable
    plans: PlanTable
    beliefs: BeliefTable
    interceptors: InterceptorTable
    fire_units: FireUnitTable
    duty: DutyTable


class State(NamedTuple):
    """What changes; every array has the run as its first axis, except the scratch space."""

    threats: ThreatState
    sensors: SensorState
    plots: PlotBuffer
    tracks: TrackState
    models: ModelBank | None  # None where no node has interacting models of motion
    messages: MessageState
    heard_s: Floats  # (run, node, order) when a node hears of a fire order, inf: not yet known to come
    weapons: WeaponState
    picture: PictureTally
    events: EventLog
    work: TrackerWork
    choice: AssignmentWork
    optimum: OptimumWork | None  # None where no node assigns optimally
    nearest: ScoreWork
    scratch: Floats  # (2, 6)
    duty: DutyState


class Capacity(NamedTuple):
    """Sizes of the preallocated buffers."""

    events: int
    plots: int
    tracks: int

    def doubled(self, full: int) -> Capacity:
        """Return the next sizes to try: twice as much of the buffer that was too small."""
        return Capacity(
            events=self.events * (2 if full == EVENTS_FULL else 1),
            plots=self.plots * (2 if full == PLOTS_FULL else 1),
            tracks=self.tracks * (2 if full == TRACKS_FULL else 1),
        )

    def joined(self, other: Capacity) -> Capacity:
        """Return sizes that suffice wherever either does."""
        return Capacity(*map(max, self, other))


def compile_world(scenario: ResolvedScenario) -> World:
    """Return the arrays of a resolved scenario.

    Raises ``ScenarioError`` where two ids share a 32-bit hash: their draws would coincide; ``TerrainError`` where the
    elevations cannot be used; ``CatalogueError`` where a radar's equation and its range anchor disagree.
    """
    ground = compile_terrain(scenario)
    propagation, losses, marcum = compile_propagation(scenario, antenna_heights_m(scenario, ground.sites))
    sensors = compile_sensors(scenario, ground.sites, ground.masks, losses, marcum)
    ordering, declaring = orders(scenario), declarations(scenario)
    nodes, units = (
        compile_nodes(scenario, ground.table, ordering, declaring),
        compile_fire_units(scenario, ground.table),
    )
    world = World(
        clock=np.array(
            [
                scenario.duration_s,
                scenario.step_s,
                scenario.sample_s,
                scenario.score_gate_m,
                scenario.origin.latitude_rad,
            ]
        ),
        threats=compile_threats(scenario),
        sensors=sensors,
        terrain=ground.table,
        propagation=propagation,
        tracker=compile_tracker(scenario),
        links=compile_links(scenario, ordering, declaring),
        nodes=nodes,
        assets=compile_assets(scenario, ground.table),
        corridors=compile_corridors(scenario),
        zones=compile_zones(scenario),
        fire_orders=compile_fire_orders(scenario),
        plans=compile_plans(scenario),
        beliefs=compile_beliefs(scenario),
        interceptors=compile_interceptors(scenario),
        fire_units=units,
        duty=compile_duty(scenario, nodes.position_m, sensors.position_m, units.position_m),
    )
    _refuse_collisions(scenario, world)
    return world


def antenna_heights_m(scenario: ResolvedScenario, sites: Sequence[Point]) -> Floats:
    """Return the height (sensor,) of each antenna above the sphere; of an airborne one on the mean of its route."""
    heights_m = []
    for sensor, site in zip(scenario.sensors, sites, strict=True):
        base_m = site.height_m
        if sensor.platform >= 0:
            route = scenario.objects[sensor.platform].route
            base_m = sum(waypoint.position.height_m for waypoint in route) / len(route)
        heights_m.append(base_m + sensor.antenna_height_m)
    return np.array(heights_m, np.float64)


def _refuse_collisions(scenario: ResolvedScenario, world: World) -> None:
    """Raise if two entities hash alike within one domain of draws."""
    named = [
        (world.threats.row["entity"], [flying.id for flying in scenario.objects]),
        (world.sensors.row["entity"], [sensor.id for sensor in scenario.sensors]),
        (world.sensors.row["interrogator"], [f"{sensor.id}/interrogator" for sensor in scenario.sensors]),
        (world.links.row["entity"], [link.id for link in scenario.links]),
        (world.nodes.row["entity"], [node.id for node in scenario.nodes]),
        (world.fire_orders.row["entity"], [order.id for order in scenario.fire_orders]),
        (world.fire_units.row["entity"], [unit.id for unit in scenario.fire_units]),
        (world.nodes.row["entity"], [node.id for node in scenario.nodes]),
    ]
    if world.duty.element.shape[0] > 0:
        nodes = world.duty.element["entity"][: len(scenario.nodes)]
        named.append((nodes, [node.id for node in scenario.nodes]))
        named.append((world.duty.fault["entity"], [fault.id for fault in scenario.duties.faults]))
    seen: dict[int, str] = {}
    for hashes, names in named:
        for entity, name in zip(hashes.tolist(), names, strict=True):
            other = seen.setdefault(entity, name)
            if other != name:
                raise ScenarioError(
                    f"ids '{other}' and '{name}' have the same 32-bit hash", hint="rename one of the two"
                )


def first_capacity(world: World) -> Capacity:
    """Return buffer sizes that suit most scenarios; an overflow doubles them."""
    objects = world.threats.row.shape[0]
    sensors = world.sensors.row.shape[0]
    nodes = world.nodes.row.shape[0]
    return Capacity(
        events=1024 + 24 * objects * max(nodes, 1),
        plots=64 + 2 * min(objects * sensors, 256),
        tracks=64 + min(objects, 256),
    )


def sample_count(world: World) -> int:
    """Return how many times the air picture is scored."""
    return max(math.floor(world.clock[DURATION] / world.clock[SAMPLE] + 1e-9), 1)


def create_state(world: World, runs: int, capacity: Capacity) -> State:
    """Return the state of ``runs`` runs before the first step."""
    objects = world.threats.row.shape[0]
    sensors = world.sensors.row.shape[0]
    nodes = world.nodes.row.shape[0]
    hits = int(world.tracker.row["confirm_hits"].max(initial=1))
    radars = int(world.sensors.row["engagement"].max(initial=-1)) + 1
    biased = int(world.sensors.row["bias_group"].max(initial=-1)) + 1
    linked = world.links.row.shape[0] > 0
    return State(
        threats=create_threat_state(runs, objects),
        sensors=create_sensor_state(world.sensors, runs, objects),
        plots=create_plot_buffer(runs, sensors, capacity.plots),
        tracks=create_track_state(runs, nodes, capacity.tracks, radars, hits, biased, linked),
        models=create_model_bank(runs, world.tracker.row["models"], capacity.tracks),
        messages=create_message_state(world.links, runs, nodes, capacity.tracks, world.clock[STEP]),
        heard_s=np.tile(world.fire_orders.heard_s, (runs, 1, 1)),
        weapons=create_weapon_state(world.fire_units, world.nodes.row, runs),
        picture=create_picture_tally(runs, sample_count(world), nodes),
        events=create_event_log(runs, capacity.events),
        work=create_tracker_work(capacity.plots, capacity.tracks),
        choice=create_assignment_work(capacity.tracks, world.fire_units.row.shape[0]),
        optimum=create_optimum_work(world.nodes, world.fire_units, capacity.tracks),
        nearest=create_score_work(objects),
        scratch=np.zeros((2, 6)),
        duty=create_duty_state(world.duty, runs),
    )
