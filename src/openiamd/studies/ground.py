"""Puts a resolved scenario on its terrain: finds the elevations, and refuses what flies or stands below the ground."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openiamd.catalogue.resolved import Environment, FlyingObject, ResolvedScenario
from openiamd.elevation.source import terrain_source
from openiamd.errors import TerrainError
from openiamd.physics.geodesy import EARTH_RADIUS_M
from openiamd.scenario.document import KeyPath
from openiamd.scenario.model import Scenario
from openiamd.world.propagation import MM_PER_H
from openiamd.world.terrain import elevation_of, ground_grid, require_terrain
from openiamd.world.threats import aligned_unit

ROUTE_STEP_M = 2_000.0


def put_on_ground(
    scenario: Scenario, resolved: ResolvedScenario, terrain: str | None = None, carriers_only: bool = False
) -> ResolvedScenario:
    """Return a resolved variant with its elevations found and everything above the ground.

    terrain  file, folder or 'cache' in place of the scenario's own; 'none' for a smooth earth
    carriers_only  look for flights below the ground only among those that carry a radar

    Raises:
        TerrainError: elevations that are absent, unreadable, of the wrong kind, full of voids, or too few.
        ScenarioError: the same of the scenario's own; a flight, or a radar on it, below the ground.
    """
    chosen = resolved.environment.terrain if terrain is None else terrain.removeprefix("none")
    if not chosen:
        return replace(resolved, environment=replace(resolved.environment, terrain=""))
    try:
        path = Path(scenario.file)
        base = path.parent if terrain is None and path.is_file() else None
        source = str(terrain_source(chosen, base))
        found = replace(resolved, environment=replace(resolved.environment, terrain=source))
        require_terrain(found)
    except TerrainError as error:
        if terrain is not None:
            raise
        raise scenario.error(("environment", "terrain"), str(error.message), error.hint) from None
    _refuse_low_flights(scenario, found, carriers_only)
    return found


def _refuse_low_flights(scenario: Scenario, resolved: ResolvedScenario, carriers_only: bool) -> None:
    """Raise the ScenarioError of the first flight whose heights above the sea lie below the ground."""
    grid, spacing_m = ground_grid(resolved)
    carried = {sensor.platform: sensor.id for sensor in resolved.sensors}
    seen: set[object] = set()
    for index, flying in enumerate(resolved.objects):
        key = (flying.route, flying.loop)
        if flying.ballistic or flying.follows_ground or key in seen or (carriers_only and index not in carried):
            continue
        seen.add(key)
        low = _lowest_clearance(flying, resolved, grid, spacing_m)
        if low is None:
            continue
        height_m, ground_m = low
        section: KeyPath = ("raids" if flying.group in scenario.raids else "traffic", flying.group)
        what = f"radar '{carried[index]}' on '{flying.id}'" if index in carried else f"'{flying.id}'"
        raise scenario.error(
            section,
            f"{what} is below ground: at {height_m:.0f} m above the sea where the ground is at {ground_m:.0f} m",
            "fly higher, or write 'heights: ground' so that heights are counted from the ground",
        )


def _lowest_clearance(
    flying: FlyingObject, resolved: ResolvedScenario, grid: NDArray[np.float32], spacing_m: float
) -> tuple[float, float] | None:
    """Return (height, ground) in metres where a route is deepest below the ground, None where it clears it."""
    stops = [*flying.route, flying.route[0]] if flying.loop else list(flying.route)
    units = [aligned_unit(stop.position, resolved.origin) for stop in stops]
    worst = None
    for (here, start), (there, end) in pairwise(zip(stops, units, strict=True)):
        angle = math.acos(min(max(float(start @ end), -1.0), 1.0))
        share = np.linspace(0.0, 1.0, max(math.ceil(angle * EARTH_RADIUS_M / ROUTE_STEP_M), 1) + 1)
        way = (1.0 - share)[:, None] * start + share[:, None] * end
        way *= EARTH_RADIUS_M / np.linalg.norm(way, axis=1)[:, None]
        middle = grid.shape[0] // 2
        rows = np.clip(np.round(way[:, 1] / spacing_m).astype(int) + middle, 0, grid.shape[0] - 1)
        columns = np.clip(np.round(way[:, 0] / spacing_m).astype(int) + middle, 0, grid.shape[1] - 1)
        ground_m = grid[rows, columns]
        height_m = (1.0 - share) * here.position.height_m + share * there.position.height_m
        deepest = int(np.argmin(height_m - ground_m))
        if height_m[deepest] < ground_m[deepest] and (
            worst is None or height_m[deepest] - ground_m[deepest] < worst[0] - worst[1]
        ):
            worst = (float(height_m[deepest]), float(ground_m[deepest]))
    return worst


def describe_environment(resolved: ResolvedScenario) -> str:
    """Return what lies between radars and targets in one sentence, for every output."""
    return f"{describe_surface(resolved)}; {describe_air(resolved.environment)}"


def describe_surface(resolved: ResolvedScenario) -> str:
    """Return which ground a scenario stands on.

    The checksum is of the elevations that the scenario needs, so it stays when others are fetched beside them.
    """
    environment = resolved.environment
    if not environment.terrain:
        return "smooth earth: no terrain"
    known = elevation_of(resolved)
    sited = f", ground radars on the highest ground within {environment.siting_m / 1e3:g} km"
    return (
        f"terrain '{known.name}', posts {known.post_spacing_m:.0f} m apart, sha256 {known.digest[:12]}"
        f"{sited if environment.siting_m > 0.0 else ''}"
    )


def describe_air(environment: Environment) -> str:
    """Return what the air and the surface do to the signal."""
    parts = [
        f"refraction by {environment.effective_radius_factor:.3g} earth radii",
        "attenuation by gas" if environment.gas else "no attenuation by gas",
        "diffraction behind edges" if environment.diffraction else "no signal behind edges",
    ]
    if environment.rain_rate_mps > 0.0:
        rate, height_km = environment.rain_rate_mps * MM_PER_H, environment.rain_height_m / 1e3
        parts.append(f"rain of {rate:g} mm/h up to {height_km:g} km")
    if environment.sea:
        parts.append(f"lobing over the sea, waves of {environment.wave_height_m:g} m")
    return "; ".join(parts)
