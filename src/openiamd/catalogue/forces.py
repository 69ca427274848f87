"""Resolves nodes, sensors, fire units and the interceptors that they hold."""

import math

from openiamd.catalogue.command import control_by_class, engagement_authority, id_authority
from openiamd.catalogue.identification import missile_criterion, weights
from openiamd.catalogue.kinds import RADAR_EQUATION, RADAR_LOSSES
from openiamd.catalogue.places import point
from openiamd.catalogue.readiness import duty
from openiamd.catalogue.resolved import (
    CONTACT_ACTIONS,
    FireUnit,
    Interceptor,
    Node,
    Point,
    RadarEquation,
    Sensor,
)
from openiamd.catalogue.values import Values
from openiamd.scenario.document import suggestion
from openiamd.scenario.forces import Node as NodeEntry
from openiamd.scenario.model import Scenario
from openiamd.scenario.quantities import Quantity

# The weapons control status that an action on contact loss stands for; the others hold fire.
AFTER_CONTACT = {"autonomous_free": "FREE", "autonomous_tight": "TIGHT"}


def nodes(scenario: Scenario, values: Values) -> tuple[Node, ...]:
    """Return the command nodes in file order."""
    return tuple(_node(scenario, values, name) for name in scenario.nodes)


def _node(scenario: Scenario, values: Values, name: str) -> Node:
    node = scenario.nodes[name]
    rules = scenario.doctrine[node.doctrine]
    path = f"doctrine.{node.doctrine}"
    idealised = scenario.idealised
    lost = rules.contact_loss
    return Node(
        id=name,
        name=node.type,
        position=point(node.at),
        superior=-1 if node.superior is None else list(scenario.nodes).index(node.superior),
        mode5="mode5" in node.iff,
        interrogator_range_m=values.get(node.interrogator, "interrogator_range") if node.iff else 0.0,
        mode5_reply_probability=values.get(node.interrogator, "mode5_reply") if "mode5" in node.iff else 0.0,
        mode3_reply_probability=values.get(node.interrogator, "mode3_reply") if "mode3" in node.iff else 0.0,
        confirm_hits=round(_tracker_value(values, name, node, "confirm_hits")),
        confirm_scans=round(_tracker_value(values, name, node, "confirm_scans")),
        drop_misses=round(_tracker_value(values, name, node, "drop_misses")),
        gate=_tracker_value(values, name, node, "gate"),
        process_noise=_tracker_value(values, name, node, "process_noise"),
        control_status=rules.weapons_control,
        control_status_autonomous=AFTER_CONTACT.get(lost.action, "HOLD") if lost else rules.autonomous,
        method_of_control=rules.method,
        contact_timeout_s=_own_or(values, f"{path}.contact_loss.after", lost and lost.after, node, "contact_timeout"),
        self_defence=rules.self_defence,
        self_defence_radius_m=values.scenario(f"{path}.self_defence_radius", rules.self_defence_radius),
        salvo=rules.shots.rounds,
        salvos=rules.shots.salvos,
        spacing_s=values.scenario(f"{path}.shots.spacing", rules.shots.spacing),
        decision_delay_s=_own_or(values, f"{path}.decision_delay", rules.decision_delay, node, "decision_delay"),
        interrogations_required=rules.interrogations,
        hostile_time_to_go_s=values.scenario(f"{path}.hostile.time_to_go", rules.hostile.time_to_go),
        hostile_maximum_height_m=values.scenario(f"{path}.hostile.below", rules.hostile.below),
        hostile_minimum_speed_mps=values.scenario(f"{path}.hostile.speed.0", rules.hostile.speed[0]),
        hostile_maximum_speed_mps=values.scenario(f"{path}.hostile.speed.1", rules.hostile.speed[1]),
        ballistic_minimum_speed_mps=values.scenario(f"{path}.ballistic_speed", rules.ballistic_speed),
        engage_once=rules.engage == "once",
        identify_all_hostile=idealised is not None and idealised.identify == "hostile",
        mode4="mode4" in node.iff,
        mode4_reply_probability=values.get(node.interrogator, "mode4_reply") if "mode4" in node.iff else 0.0,
        missile=missile_criterion(values, path, rules),
        weights=weights(values, path, rules),
        conflict=rules.conflict,
        fusion=node.fusion,
        motion=node.tracker.motion if node.tracker else "cv",
        assignment=rules.assignment,
        coordinates=rules.coordinate,
        half_time_s=values.scenario(f"{path}.priority.half_time", rules.priority.half_time),
        weight_ballistic=rules.priority.classes.ballistic,
        weight_air=rules.priority.classes.air,
        weight_slow=rules.priority.classes.slow,
        contact_action=lost.action if lost and lost.action in CONTACT_ACTIONS else "",
        slow_speed_mps=values.scenario(f"{path}.slow_speed", rules.slow_speed),
        engagement_authority=engagement_authority(scenario, name),
        id_authority=id_authority(scenario, name),
        control_by_class=control_by_class(scenario, node.doctrine),
        decision_spread=values.optional(node.type, "decision_delay_spread", 0.0)
        if rules.decision_spread is None
        else values.scenario(f"{path}.decision_spread", rules.decision_spread),
    )


def _own_or(values: Values, path: str, own: Quantity | None, node: NodeEntry, value: str) -> float:
    """Return the scenario's own number at ``path``, else a value of the node's catalogue entry."""
    return values.get(node.type, value) if own is None else values.scenario(path, own)


def _tracker_value(values: Values, name: str, node: NodeEntry, value: str) -> float:
    """Return a number of a node's tracker: the scenario's, else that of its catalogue entry."""
    given = getattr(node.tracker, value) if node.tracker else None
    if given is None:
        return values.get(node.type, value)
    if isinstance(given, int):
        return given
    return values.scenario(f"nodes.{name}.tracker.{value}", given)


def sensors(scenario: Scenario, values: Values, object_ids: list[str]) -> tuple[Sensor, ...]:
    """Return the radars in file order; ``object_ids`` are the flying objects that may carry one."""
    return tuple(_sensor(scenario, values, name, object_ids) for name in scenario.sensors)


def _sensor(scenario: Scenario, values: Values, name: str, object_ids: list[str]) -> Sensor:
    sensor = scenario.sensors[name]
    kind = sensor.type
    idealised = scenario.idealised
    anchor_range_m, anchor_rcs_m2, anchor_pd = values.anchor(kind)
    anchor = values.entry(kind).values.get("range_anchor")
    active_from_s, active_until_s = duty(scenario, values, sensor.active, name, sensor.node, kind)
    designated_only = values.count(kind, "designated_only") > 0
    asks = sensor.interrogator and bool(scenario.nodes[sensor.node].iff) and not designated_only
    return Sensor(
        id=name,
        name=kind,
        node=list(scenario.nodes).index(sensor.node),
        position=point(sensor.at) if sensor.at else Point(0.0, 0.0),
        platform=-1 if sensor.on is None else object_ids.index(sensor.on),
        antenna_height_m=values.get(kind, "antenna_height"),
        facing_rad=values.scenario(f"sensors.{name}.facing", sensor.facing) % math.tau,
        sector_rad=values.get(kind, "azimuth_coverage"),
        elevation_minimum_rad=values.get(kind, "elevation_minimum"),
        elevation_maximum_rad=values.get(kind, "elevation_maximum"),
        revisit_s=values.get(kind, "revisit"),
        range_minimum_m=values.get(kind, "range_minimum"),
        range_instrumented_m=values.get(kind, "range_instrumented"),
        frequency_hz=values.get(kind, "frequency"),
        anchor_range_m=anchor_range_m,
        anchor_range_low_m=anchor.low if anchor else 0.0,
        anchor_range_high_m=anchor.high if anchor else 0.0,
        anchor_rcs_m2=anchor_rcs_m2,
        anchor_pd=anchor_pd,
        equation=_radar_equation(values, kind),
        pulses=round(values.optional(kind, "pulses_integrated", 1.0)),
        false_alarm_probability=values.get(kind, "false_alarm_probability"),
        false_plots_per_scan=values.get(kind, "false_plots_per_scan"),
        beamwidth_azimuth_rad=values.get(kind, "beamwidth_azimuth"),
        beamwidth_elevation_rad=values.get(kind, "beamwidth_elevation"),
        range_resolution_m=values.get(kind, "range_resolution"),
        range_floor_m=values.get(kind, "range_floor"),
        angle_floor_rad=values.get(kind, "angle_floor"),
        scan=values.entry(kind).scan,
        scan_loss_exponent=values.optional(kind, "scan_loss_exponent", 0.0),
        cosecant_from_rad=values.optional(kind, "cosecant_from", math.pi),
        mti_prf_hz=values.optional(kind, "mti_prf", 0.0),
        mti_cancellers=round(values.optional(kind, "mti_cancellers", 1.0)),
        clutter_improvement=values.optional(kind, "clutter_improvement", 1.0),
        designated_only=designated_only,
        designation_half_angle_rad=values.get(kind, "designation_half_angle"),
        tracks_maximum=values.count(kind, "tracks_maximum"),
        interrogator=asks,
        active_from_s=active_from_s,
        active_until_s=active_until_s,
        detect_always=idealised is not None and idealised.detect_always,
        noiseless=idealised is not None and not idealised.noise,
        bias_range_m=values.optional(kind, "bias_range", 0.0),
        bias_azimuth_rad=values.optional(kind, "bias_azimuth", 0.0),
        bias_elevation_rad=values.optional(kind, "bias_elevation", 0.0),
        range_rate_resolution_mps=values.optional(kind, "range_rate_resolution", 0.0),
        range_rate_floor_mps=values.optional(kind, "range_rate_floor", 0.0),
    )


def _radar_equation(values: Values, kind: str) -> RadarEquation | None:
    """Return the radar equation's part of a radar, or None for one that its range anchor alone defines."""
    if RADAR_EQUATION[0] not in values.entry(kind).values:
        return None
    power_w, pulse_s, gain, temperature_k = (values.get(kind, name) for name in RADAR_EQUATION)
    losses = tuple(values.optional(kind, name, 1.0) for name in RADAR_LOSSES)
    return RadarEquation(power_w, pulse_s, gain, temperature_k, losses)


def loaded_interceptors(scenario: Scenario) -> list[str]:
    """Return the interceptors that any fire unit holds, in order of first mention."""
    return list(dict.fromkeys(name for unit in scenario.fire_units.values() for name in unit.load))


def interceptor(name: str, values: Values) -> Interceptor:
    """Return one type of interceptor."""
    entry = values.entry(name)
    coasts = "speed_decay" in entry.values
    envelope = tuple((altitude_m, values.get(name, key)) for key, altitude_m in entry.envelope.items())
    return Interceptor(
        id=name,
        range_minimum_m=values.get(name, "range_minimum"),
        range_air_m=values.get(name, "range_air"),
        range_ballistic_m=values.get(name, "range_ballistic"),
        altitude_minimum_m=values.get(name, "altitude_minimum"),
        altitude_maximum_m=values.get(name, "altitude_maximum"),
        speed_mps=values.get(name, "speed_burnout" if coasts else "speed_mean"),
        decay_m=values.optional(name, "speed_decay", 0.0),
        speed_minimum_mps=values.optional(name, "speed_minimum", 0.0),
        pk_edge=values.optional(name, "pk_edge", 1.0),
        pk_edge_from=values.optional(name, "pk_edge_from", 0.5),
        terminal_active_s=values.optional(name, "terminal_active", -1.0),
        envelope=envelope,
        pk_aircraft=values.get(name, "pk_aircraft"),
        pk_cruise=values.get(name, "pk_cruise"),
        pk_ballistic=values.get(name, "pk_ballistic"),
        pk_drone=values.get(name, "pk_drone"),
        acceptance_radius_m=values.get(name, "acceptance_radius"),
        price_usd=values.get(name, "price"),
    )


def fire_units(scenario: Scenario, values: Values) -> tuple[FireUnit, ...]:
    """Return the fire units in file order; raise ScenarioError where launchers cannot hold a load."""
    return tuple(_fire_unit(scenario, values, name) for name in scenario.fire_units)


def _fire_unit(scenario: Scenario, values: Values, name: str) -> FireUnit:
    unit = scenario.fire_units[name]
    kind = unit.type
    _check_load(scenario, values, name)
    # Radar, sector and channels are those of the unit whose they are; launchers and rounds are its own.
    owner = unit.shares_channels_with or name
    guide = scenario.fire_units[owner]
    active_from_s, active_until_s = duty(scenario, values, unit.active, name, unit.node, kind)
    held = unit.responsibility
    loaded = loaded_interceptors(scenario)
    track = unit.track_probability
    return FireUnit(
        id=name,
        name=kind,
        node=list(scenario.nodes).index(unit.node),
        position=point(unit.at),
        engagement_sensor=-1 if guide.radar is None else list(scenario.sensors).index(guide.radar),
        facing_rad=values.scenario(f"fire_units.{owner}.facing", guide.facing) % math.tau,
        sector_rad=values.get(guide.type, "engage_sector"),
        responsibility_facing_rad=held.facing.value % math.tau if held else 0.0,
        responsibility_sector_rad=held.sector.value if held else math.tau,
        channels=values.count(guide.type, "channels"),
        missiles_guided=values.count(guide.type, "missiles_guided"),
        magazines=tuple((loaded.index(load), rounds) for load, rounds in unit.load.items()),
        reaction_s=values.get(kind, "reaction"),
        assessment_s=values.get(kind, "assessment"),
        service_s=unit.service_time.value if unit.service_time else 0.0,
        track_probability=track.value if track else 1.0,
        hold_timeout_s=values.get(guide.type, "hold_timeout"),
        active_from_s=active_from_s,
        active_until_s=active_until_s,
        shares_with=-1 if owner == name else list(scenario.fire_units).index(owner),
        stocks=tuple((loaded.index(load), rounds) for load, rounds in unit.stock.items()),
        reload_s=values.get(kind, "reload") if any(unit.stock.values()) else 0.0,
        false_kill=values.optional(kind, "assessment_false_kill", 0.0),
        false_survivor=values.optional(kind, "assessment_false_survivor", 0.0),
        slew_rate_radps=values.optional(guide.type, "slew_rate", 0.0),
        recheck_s=values.optional(kind, "assessment_recheck", 30.0),
        reaction_spread=values.optional(kind, "reaction_spread", 0.0)
        if unit.reaction_spread is None
        else values.scenario(f"fire_units.{name}.reaction_spread", unit.reaction_spread),
    )


def _check_load(scenario: Scenario, values: Values, name: str) -> None:
    """Refuse a load that the launchers cannot hold; launchers may be shared between types, as on the M903."""
    unit = scenario.fire_units[name]
    entry = values.entry(unit.type)
    needed = 0.0
    for load, rounds in unit.load.items():
        if load not in entry.loads:
            message = f"fire unit '{name}' loads '{load}', which '{unit.type}' does not fire"
            raise scenario.error(
                ("fire_units", name, "load", load), message, suggestion(load, list(entry.loads), "loads")
            )
        needed += rounds / entry.loads[load].nominal
    if any(unit.stock.values()) and "reload" not in entry.values:
        message = f"fire unit '{name}' has a stock, and '{unit.type}' has no value 'reload'"
        raise scenario.error(("fire_units", name, "stock"), message, "use a type with 'reload', or remove the stock")
    launchers = entry.values["launchers"].high
    if needed > launchers + 1e-9:
        message = (
            f"fire unit '{name}' needs {needed:g} launchers for its load, and '{unit.type}' has at most {launchers:g}"
        )
        raise scenario.error(("fire_units", name, "load"), message, "load fewer rounds or add a fire unit")
