"""Coverage: what the radars of each variant can see, with corner cases from the catalogue's ranges.

No chance is in it: a cell is covered where a single look detects the target with at least a stated probability.
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import openiamd
from openiamd.catalogue.entries import Catalogue, load_catalogue
from openiamd.catalogue.resolved import Point
from openiamd.errors import UsageError
from openiamd.results.coverage import Chart, Coverage, Cut, write_coverage
from openiamd.results.record import check_output
from openiamd.scenario.checks import check
from openiamd.scenario.load import load_scenario
from openiamd.scenario.model import Scenario
from openiamd.studies.coverage_cases import (
    CORNERS,
    NOMINAL,
    SEARCH,
    Case,
    Group,
    Scene,
    Target,
    collect,
    corner_cases,
    default_targets,
    find_target,
    input_rows,
)
from openiamd.studies.coverage_scene import SceneCoverage
from openiamd.studies.ground import describe_air, describe_environment, describe_surface

ALTITUDES_M = (100.0, 1_000.0, 10_000.0)
CURVE_ALTITUDES_M = tuple(float(f"{10.0 * 2000.0 ** (step / 24):.3g}") for step in range(25))
DETECTION_PROBABILITY = 0.5
HIGHEST_ALTITUDE_M = 100_000.0
MOST_ALTITUDES = 12
NOT_AN_INTERVAL = (
    "low and high are corner cases, no confidence interval: range anchor, instrumented range and antenna height of "
    "every radar, height of what carries it, and cross-section of the target, all at their low or high end at once"
)

Progress = Callable[[int, int, str], None]


class Plan(NamedTuple):
    """What a coverage study will compute, all of it checked before anything is written."""

    scenario: Scenario
    catalogue: Catalogue
    scenes: list[Scene]
    cases: dict[str, Case]
    targets: list[Target]
    altitudes_m: tuple[float, ...]
    above_ground: bool
    pd: float
    cut_azimuth_rad: float | None  # None: toward the middle of where hostile objects start


def coverage(
    source: str | Path | Scenario,
    variants: Sequence[str] | None = None,
    altitudes_m: Sequence[float] = ALTITUDES_M,
    targets: Sequence[str] | None = None,
    terrain: str | Path | None = None,
    above: str = "ground",
    pd: float = DETECTION_PROBABILITY,
    cut_azimuth_rad: float | None = None,
    output: str | Path | None = None,
    progress: Progress | None = None,
) -> Coverage:
    """Compute what the radars of each variant see, and write the coverage folder.

    source       gallery name, path, or a loaded scenario
    variants     default: those that the scenario compares
    altitudes_m  of the maps, above the ground or ("sea") above the sphere as ``above`` says
    targets      catalogue names (``f-35a`` is enough) or cross-sections (``1 m2``); default: hostile types with a route
    terrain      elevations in place of the scenario's own; "none" is a smooth earth
    pd           single-look detection probability from which a cell counts as covered
    cut_azimuth_rad  of the vertical cuts; default: toward the middle of where hostile objects start, else south
    output       folder, absent or empty; default ``runs/<scenario>-coverage-<UTC time>``
    progress     called with steps done, steps in all, and what is being computed

    Raises:
        ScenarioError, CatalogueError, TerrainError: the scenario or the terrain cannot be used; nothing is written.
        UsageError: an argument cannot be used; nothing is written.
    """
    plan = make_plan(source, variants, altitudes_m, targets, terrain, above, pd, cut_azimuth_rad)
    directory = Path(output) if output is not None else default_output(plan.scenario.name)
    check_output(directory)
    rows: dict[str, list[dict[str, Any]]] = {"coverage": [], "curves": [], "assets": []}
    charts: list[Chart] = []
    cuts: list[Cut] = []
    total = sum(len(scene.radars) for scene in plan.scenes) * len(plan.targets) + len(plan.cases) * len(plan.targets)
    done = 0
    for index, scene in enumerate(plan.scenes):
        whole = SceneCoverage(scene, plan.altitudes_m, plan.above_ground, plan.pd)
        for target in plan.targets:
            for _ in whole.look_for(target):
                done = _report(progress, done, total, f"radars against {target.name}")
            for name, case in plan.cases.items():
                if case.scene == index:
                    for group in case.groups:
                        _add(plan, whole, name, case, group, target, rows, charts, cuts)
                    done = _report(progress, done, total, f"areas against {target.name}")
    return write_coverage(directory, _manifest(plan), rows, charts, cuts)


def _report(progress: Progress | None, done: int, total: int, text: str) -> int:
    if progress is not None:
        progress(done + 1, total, text)
    return done + 1


def make_plan(
    source: str | Path | Scenario,
    variants: Sequence[str] | None,
    altitudes_m: Sequence[float],
    targets: Sequence[str] | None,
    terrain: str | Path | None,
    above: str,
    pd: float,
    cut_azimuth_rad: float | None,
) -> Plan:
    """Load, check and resolve every variant in every corner case; raise before anything is computed."""
    if above not in ("ground", "sea"):
        raise UsageError(f"above is '{above}'", hint="altitudes are above 'ground' or 'sea'")
    if cut_azimuth_rad is not None and not 0.0 <= cut_azimuth_rad <= math.tau:
        raise UsageError(f"azimuth is {math.degrees(cut_azimuth_rad):g} deg", hint="give one from 0 deg to 360 deg")
    if not 0.01 <= pd <= 0.99:
        raise UsageError(f"pd is {pd:g}", hint="give a detection probability from 0.01 to 0.99")
    altitudes = _checked_altitudes(altitudes_m)
    scenario = source if isinstance(source, Scenario) else load_scenario(source)
    names = list(dict.fromkeys(scenario.compared_variants if variants is None else variants))
    if not names:
        raise UsageError("no variant is named", hint=f"variants are {', '.join(scenario.variant_names)}")
    catalogue = load_catalogue()
    chosen = None if targets is None else [find_target(name, catalogue) for name in dict.fromkeys(targets)]
    laid = None if terrain is None else str(terrain)
    corners = {}
    for name in names:
        variant = scenario.variant(name)
        check(variant, catalogue.names_by_kind())
        corners[name] = corner_cases(variant, catalogue, laid)
    scenes, cases = collect(corners)
    if not any(case.groups for case in cases.values()):
        raise UsageError(f"no variant of '{scenario.name}' has a radar on duty", hint="name a variant that has one")
    if chosen is None:
        chosen = default_targets([case.resolved for case in cases.values()], catalogue)
    return Plan(
        scenario, catalogue, scenes, cases, chosen, altitudes, above == "ground", pd, cut_azimuth_rad
    )  # fmt: skip


def _checked_altitudes(altitudes_m: Sequence[float]) -> tuple[float, ...]:
    altitudes = tuple(sorted({float(one) for one in altitudes_m}))
    if not 1 <= len(altitudes) <= MOST_ALTITUDES:
        raise UsageError(f"{len(altitudes)} altitudes are given", hint=f"give from 1 to {MOST_ALTITUDES}")
    for one in altitudes:
        if not 0.0 < one <= HIGHEST_ALTITUDE_M:
            raise UsageError(
                f"altitude {one:g} m is outside what is represented", hint="give altitudes above 0 m and up to 100 km"
            )
    return altitudes


def default_output(name: str) -> Path:
    """Return the folder that is written unless another is named."""
    return Path("runs") / f"{name}-coverage-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _add(
    plan: Plan, whole: SceneCoverage, variant: str, case: Case, group: Group, target: Target,
    rows: dict[str, list[dict[str, Any]]], charts: list[Chart], cuts: list[Cut],
) -> None:  # fmt: skip
    """Add everything about one group of radars of one variant."""
    key = {"variant": variant, "node": group.node, "role": group.role, "target": target.name}
    for row in whole.areas(group.radars):
        rows["coverage"].append({**key, **row, "radars": len(group.radars), "on_duty_s": group.on_duty_s})
    rows["curves"] += [{**key, **row} for row in whole.curves(group.radars, CURVE_ALTITUDES_M)]
    for heading, levels in whole.charts(group.radars):
        charts.append(
            Chart(variant, group.node, group.role, target.name, heading, plan.altitudes_m, levels, whole.bounds)
        )
    azimuth_rad = plan.cut_azimuth_rad
    if azimuth_rad is None:
        azimuth_rad = _toward_raid_rad(case, whole.middle(group.radars))
    cuts.append(Cut(variant, group.node, group.role, target.name, *whole.cut(group.radars, azimuth_rad)))
    if group.role == SEARCH:
        for asset in case.resolved.assets:
            rows["assets"] += [{**key, "asset": asset.id, **row} for row in whole.warning(group.radars, asset.position)]


def _toward_raid_rad(case: Case, middle: Point) -> float:
    """Return the azimuth from a place to the middle of where hostile objects start; south where there are none."""
    starts = [item.route[0].position for item in case.resolved.objects if item.side == "hostile"]
    if not starts:
        return math.pi
    latitudes = np.array([one.latitude_rad for one in starts])
    turns = np.array([one.longitude_rad for one in starts]) - middle.longitude_rad
    east = float(np.sum(np.sin(turns) * np.cos(latitudes)))
    across = np.sin(latitudes) * math.cos(middle.latitude_rad)
    north = float(np.sum(across - np.cos(latitudes) * np.cos(turns) * math.sin(middle.latitude_rad)))
    return math.atan2(east, north) % math.tau


def _alike(cases: dict[str, Case]) -> dict[str, str]:
    """Return for each variant the first one whose radars, assets and times on duty are the same."""
    firsts: dict[tuple[Any, ...], str] = {}
    return {
        name: firsts.setdefault((case.scene, case.groups, case.idle, case.resolved.assets), name)
        for name, case in cases.items()
    }


def _places(case: Case, scene: Scene) -> Iterator[dict[str, Any]]:
    """Yield radars, nodes and assets of a variant with their places, for maps."""
    resolved = case.resolved
    rows = {name: row for group in case.groups for name, row in zip(group.names, group.rows, strict=True)}
    for sensor in resolved.sensors:
        if sensor.id in rows:
            point = sensor.position
            if sensor.platform >= 0:
                point = scene.radars[rows[sensor.id]].place(NOMINAL, resolved.origin)
            node = resolved.nodes[sensor.node].id
            kind = "airborne radar, in the middle of its orbit" if sensor.platform >= 0 else "radar"
            yield _place(kind, sensor.id, sensor.name, node, point)
    for node in resolved.nodes:
        yield _place("node", node.id, node.name, node.id, node.position)
    for asset in resolved.assets:
        yield _place("asset", asset.id, "", "", asset.position)


def _place(kind: str, identity: str, name: str, node: str, point: Point) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": identity,
        "type": name,
        "node": node,
        "latitude_deg": round(math.degrees(point.latitude_rad), 4),
        "longitude_deg": round(math.degrees(point.longitude_rad), 4),
    }


def _manifest(plan: Plan) -> dict[str, Any]:
    """Return what the folder says about itself."""
    first = next(iter(plan.cases.values())).resolved
    inputs = {row["path"]: row for case in plan.cases.values() for row in input_rows(case.resolved)}
    inputs |= {row["path"]: row for target in plan.targets for row in target.inputs}
    resolved = {name: case.resolved for name, case in plan.cases.items()}
    return {
        "scenario": {"name": plan.scenario.name, "title": plan.scenario.title, "sha256": plan.scenario.digest},
        "catalogue_sha256": plan.catalogue.digest,
        "version": openiamd.__version__,
        "python": sys.version.split()[0],
        "created_utc": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "variants": list(plan.cases),
        "targets": [
            {"name": one.name, "rcs_m2": dict(zip(CORNERS, one.rcs_m2, strict=True)), "swerling": one.swerling,
             "speed_mps": one.speed_mps}
            for one in plan.targets
        ],
        "altitudes_m": list(plan.altitudes_m),
        "altitudes_above": "ground" if plan.above_ground else "sea",
        "single_look_pd": plan.pd,
        "bands": list(CORNERS),
        "band_meaning": NOT_AN_INTERVAL,
        "surface": " / ".join(dict.fromkeys(describe_surface(one) for one in resolved.values())),
        "air": " / ".join(dict.fromkeys(describe_air(one.environment) for one in resolved.values())),
        "environment": {name: describe_environment(one) for name, one in resolved.items()},
        "theatre": {
            "latitude_deg": round(math.degrees(first.origin.latitude_rad), 6),
            "longitude_deg": round(math.degrees(first.origin.longitude_rad), 6),
            "radius_m": first.radius_m,
        },
        "alike": _alike(plan.cases),
        "places": {name: list(_places(case, plan.scenes[case.scene])) for name, case in plan.cases.items()},
        "never_on_duty": {name: list(case.idle) for name, case in plan.cases.items()},
        "nodes_without_radar": {name: list(case.blind) for name, case in plan.cases.items()},
        "duration_s": first.duration_s,
        "inputs": [inputs[path] for path in sorted(inputs)],
    }  # fmt: skip
