"""Resolves a scenario: names are looked up, numbers become SI, groups become objects. Step 2 of the flow."""

import math
from collections.abc import Mapping
from dataclasses import replace

from openiamd.catalogue.command import fire_orders, zones
from openiamd.catalogue.entries import Catalogue
from openiamd.catalogue.flight import flying_objects
from openiamd.catalogue.forces import fire_units, interceptor, loaded_interceptors, nodes, sensors
from openiamd.catalogue.identification import flight_plans
from openiamd.catalogue.places import NEVER_S, point
from openiamd.catalogue.readiness import duties
from openiamd.catalogue.resolved import Asset, Corridor, Environment, Link, ResolvedScenario
from openiamd.catalogue.values import Values
from openiamd.scenario.model import Scenario


def resolve(scenario: Scenario, catalogue: Catalogue, overrides: Mapping[str, float] | None = None) -> ResolvedScenario:
    """Return the scenario with every name looked up and every number in SI, at nominal values.

    ``overrides`` gives other values (SI) to inputs by path: ``s400/91n6e.range_anchor``,
    ``scenario:readiness.stored.warning.lead``. The scenario must have passed ``openiamd.scenario.checks.check``.

    Raises:
        CatalogueError: an unknown entry, or an override of an input that the scenario does not use.
        ScenarioError: a load that the launchers cannot hold, an idealised value that does not exist.
    """
    values = Values(scenario, catalogue, overrides or {})
    theatre = scenario.theatre
    objects = flying_objects(scenario, values)
    resolved = ResolvedScenario(
        name=scenario.name,
        variant=scenario.variant_name or scenario.reference_variant,
        origin=point(theatre.centre),
        radius_m=theatre.radius.value,
        duration_s=theatre.duration.value,
        step_s=theatre.step.value,
        sample_s=theatre.sample.value,
        warmup_s=theatre.warmup.value,
        score_gate_m=theatre.score_gate.value,
        correlate=scenario.idealised.correlate if scenario.idealised else True,
        environment=_environment(scenario, values),
        assets=_assets(scenario, values),
        corridors=_corridors(scenario, values),
        flight_plans=flight_plans(scenario, values, objects),
        objects=objects,
        nodes=nodes(scenario, values),
        sensors=sensors(scenario, values, [item.id for item in objects]),
        interceptors=tuple(interceptor(name, values) for name in loaded_interceptors(scenario)),
        fire_units=fire_units(scenario, values),
        links=_links(scenario, values),
        inputs=(),
        zones=zones(scenario, values),
        fire_orders=fire_orders(scenario),
        duties=duties(scenario, values),
    )
    return replace(resolved, inputs=values.inputs())


def _environment(scenario: Scenario, values: Values) -> Environment:
    given = scenario.environment
    if given is None:
        return Environment()
    rain, sea = given.rain, given.sea
    factor = values.scenario("environment.effective_radius_factor", given.effective_radius_factor)
    return Environment(
        terrain=given.terrain or "",
        siting_m=values.scenario("environment.siting", given.siting),
        effective_radius_factor=factor,
        gas=given.gas,
        rain_rate_mps=values.scenario("environment.rain.rate", rain.rate) if rain else 0.0,
        rain_height_m=values.scenario("environment.rain.height", rain.height) if rain else 0.0,
        diffraction=given.diffraction,
        sea=sea is not None,
        wave_height_m=values.scenario("environment.sea.wave_height", sea.wave_height) if sea else 0.0,
        vertical_polarisation=sea is not None and sea.polarisation == "vertical",
    )


def _assets(scenario: Scenario, values: Values) -> tuple[Asset, ...]:
    return tuple(
        Asset(
            name,
            point(asset.at),
            values.scenario(f"assets.{name}.radius", asset.radius),
            asset.value,
            *_late_kill(scenario, values, name),
        )
        for name, asset in scenario.assets.items()
    )


def _late_kill(scenario: Scenario, values: Values, name: str) -> tuple[float, float]:
    """Return within which distance of an asset and how low over it a kill is late."""
    asset, path = scenario.assets[name], f"assets.{name}"
    late = asset.late_kill
    if late is None:
        return 0.0, math.inf
    within_m = values.scenario(f"{path}.radius", asset.radius)
    if late.within is not None:
        within_m = values.scenario(f"{path}.late_kill.within", late.within)
    return within_m, math.inf if late.below is None else values.scenario(f"{path}.late_kill.below", late.below)


def _corridors(scenario: Scenario, values: Values) -> tuple[Corridor, ...]:
    result = []
    for name, lane in scenario.corridors.items():
        path = f"corridors.{name}"
        result.append(
            Corridor(
                id=name,
                points=tuple(point(place) for place in lane.points),
                half_width_m=values.scenario(f"{path}.width", lane.width) / 2.0,
                floor_m=values.scenario(f"{path}.floor", lane.floor),
                ceiling_m=values.scenario(f"{path}.ceiling", lane.ceiling),
                minimum_speed_mps=values.scenario(f"{path}.speed.0", lane.speed[0]),
                maximum_speed_mps=values.scenario(f"{path}.speed.1", lane.speed[1]),
                identity=lane.identity,
            )
        )
    return tuple(result)


def _links(scenario: Scenario, values: Values) -> tuple[Link, ...]:
    index = {name: position for position, name in enumerate(scenario.nodes)}
    result = []
    for name, link in scenario.links.items():
        until = link.active.end.value if link.active and link.active.end else NEVER_S
        result.append(
            Link(
                id=name,
                name=link.type,
                sender=index[link.sender],
                receiver=index[link.receiver],
                latency_s=values.get(link.type, "latency"),
                interval_s=values.get(link.type, "interval"),
                loss=values.get(link.type, "loss"),
                carries_track="track" in link.carries,
                carries_identity="identity" in link.carries,
                carries_order="order" in link.carries,
                carries_engagement="engagement" in link.carries,
                remote_use=link.remote_use,
                extrapolate=link.extrapolate,
                active_from_s=link.active.start.value if link.active else 0.0,
                active_until_s=until,
                latency_spread=values.optional(link.type, "latency_spread", 0.0)
                if link.latency_spread is None
                else values.scenario(f"links.{name}.latency_spread", link.latency_spread),
                remote_quality=link.remote_quality,
                remote_age_s=values.scenario(f"links.{name}.remote_age", link.remote_age)
                if link.remote_age
                else 2.0 * values.get(link.type, "interval"),
            )
        )
    return tuple(result)
