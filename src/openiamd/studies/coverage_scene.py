"""The coverage of one scene: each radar is looked at once, and groups of radars are put together from that."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from openiamd.catalogue.resolved import Point
from openiamd.physics.geodesy import great_circle_distance_m
from openiamd.studies.coverage_cases import (
    CORNERS,
    HIGH,
    LOW,
    NOMINAL,
    Scene,
    Survey,
    Target,
    middle_of,
    survey,
    thresholds,
)
from openiamd.studies.coverage_maps import Levels, area_km2, distances_m, gaps_km2, theatre_grid
from openiamd.world.arrays import Floats
from openiamd.world.coverage import cover, cut, first_seen, lay_on_map, polar_cells, scratch_space, target_rows
from openiamd.world.sensors import place

AZIMUTHS, RANGES = 720, 300
CURVE_AZIMUTHS, CURVE_STEPS = 72, 240
CUT_HEIGHTS, CUT_RANGES, CUT_CEILING_M = 90, 300, 20_000.0
LEVEL = {LOW: 3, NOMINAL: 2, HIGH: 1}  # a map holds the surest corner case in which a cell is covered; 0: none
SHADOW_M = 60_000.0  # how far behind the horizon diffraction is looked for
LOBE_GAIN = 16.0  # two-way, of direct and reflected wave in phase
MTI_GAIN = 4.0  # more than a canceller's peak over its mean
SPARE_M = 1_000.0  # beyond the horizon of the smooth earth, for the middles of cells
ANY, INBOUND, CROSSING = "any", "inbound", "crossing"

Chosen = tuple[int, ...]


class Sight(NamedTuple):
    """One corner case against the target at hand."""

    survey: Survey
    targets: Any  # (1,) THREAT_COLUMNS
    bands: Floats  # (radar,)
    least_snr: Floats  # (radar,)


class SceneCoverage:
    """Charts of every radar of a scene against one target at a time; groups are kept, since variants share them."""

    def __init__(self, scene: Scene, altitudes_m: Sequence[float], above_ground: bool, pd: float) -> None:
        self.scene, self.above_ground, self.pd = scene, above_ground, pd
        self.altitudes_m = tuple(altitudes_m)
        self.origin = scene.template.origin
        self.grid = theatre_grid(self.origin, scene.template.radius_m)
        self.surveys = [survey(scene, corner) for corner in range(len(CORNERS))]
        self.scratch = scratch_space()
        self.target = Target("", (1.0, 1.0, 1.0), 1.0, 1.0, 1.0, 1, 1.0, ())
        self.sights: list[Sight] = []
        self.radar_charts: dict[tuple[int, str], Levels] = {}
        self.kept: dict[tuple, Any] = {}

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north edges of the charts in degrees."""
        tall_rad, wide_rad = self.grid.spacing_rad
        edges = (
            self.grid.longitudes_rad[0] - 0.5 * wide_rad,
            self.grid.latitudes_rad[0] - 0.5 * tall_rad,
            self.grid.longitudes_rad[-1] + 0.5 * wide_rad,
            self.grid.latitudes_rad[-1] + 0.5 * tall_rad,
        )
        west, south, east, north = map(math.degrees, edges)
        return west, south, east, north

    @property
    def headings(self) -> tuple[str, ...]:
        """Inbound and crossing targets apart where that matters: by aspect, or to a moving target indicator."""
        matters = self.target.has_aspects or any(radar.corners[NOMINAL].mti_prf_hz > 0.0 for radar in self.scene.radars)
        return (INBOUND, CROSSING) if matters else (ANY,)

    def look_for(self, target: Target) -> Iterator[int]:
        """Chart every radar against a target, and yield each as it is done."""
        self.target, self.kept = target, {}
        self.sights = [
            Sight(
                one,
                target_rows(target.rcs_m2[corner], target.side_ratio, target.tail_ratio, target.swerling),
                *thresholds(self.scene, corner, target, self.pd),
            )
            for corner, one in enumerate(self.surveys)
        ]
        shape = (len(self.grid.latitudes_rad), len(self.grid.longitudes_rad))
        azimuth, range_m = np.empty(shape, np.int16), np.empty(shape, np.float32)
        for radar in range(len(self.scene.radars)):
            polar_cells(
                self.surveys[NOMINAL].sensors.basis[radar], AZIMUTHS, self.grid.latitudes_rad, self.grid.longitudes_rad,
                self.origin.latitude_rad, self.origin.longitude_rad, azimuth, range_m,
            )  # fmt: skip
            for heading in self.headings:
                charts = np.zeros((len(self.altitudes_m), *shape), np.uint8)
                for altitude_m, chart in zip(self.altitudes_m, charts, strict=True):
                    step_m = max(self.reach_m(radar, corner, altitude_m) for corner in range(len(CORNERS))) / RANGES
                    levels = self.polar(radar, altitude_m, heading, step_m)
                    lay_on_map(levels, step_m, azimuth, range_m, chart)
                self.radar_charts[radar, heading] = charts
            yield radar

    def polar(self, radar: int, altitude_m: float, heading: str, step_m: float) -> Levels:
        """Return the levels of one radar on its polar grid (azimuth, range), from the surest corner case down."""
        levels = np.zeros((1 if self.is_round(radar) else AZIMUTHS, RANGES), np.uint8)
        for corner in (LOW, NOMINAL, HIGH):
            sight = self.sights[corner]
            cover(
                sight.survey.sensors, radar, sight.survey.terrain, sight.survey.propagation, sight.targets,
                sight.bands[radar], sight.least_snr[radar], altitude_m, self.above_ground, heading == CROSSING,
                self.target.speed_mps, step_m, LEVEL[corner], self.scratch, levels,
            )  # fmt: skip
        return np.repeat(levels, AZIMUTHS // len(levels), axis=0)

    def is_round(self, radar: int) -> bool:
        """Tell whether a radar sees the same on every azimuth: then one azimuth is computed and copied."""
        row = [one.sensors.row[radar] for one in self.surveys]
        flat = not any(one.terrain.row[0]["present"] for one in self.surveys)
        return flat and all(one["sector_rad"] >= math.tau and one["scan_loss_exponent"] <= 0.0 for one in row)

    def reach_m(self, radar: int, corner: int, altitude_m: float) -> float:
        """Return a ground range beyond which a radar sees nothing at an altitude: by instrument, horizon or signal."""
        one = self.surveys[corner]
        row, air, ground = one.sensors.row[radar], one.propagation.row[0], one.terrain.row[0]
        if row["detects_always"]:
            return 1.001 * float(row["range_maximum_m"])
        top_m = altitude_m + (float(ground["highest_m"]) if ground["present"] and self.above_ground else 0.0)
        horizon_m = math.sqrt(2.0 * float(air["effective_radius_m"])) * (
            math.sqrt(max(float(row["height_m"]), 0.0)) + math.sqrt(top_m)
        )
        beyond_m = SPARE_M + (SHADOW_M if air["diffraction"] else 0.0)
        return min(1.001 * float(row["range_maximum_m"]), horizon_m + beyond_m, self.signal_reach_m(radar, corner))

    def signal_reach_m(self, radar: int, corner: int) -> float:
        """Return a range beyond which the signal is too weak, whatever path, aspect and lobes make of it."""
        sight = self.sights[corner]
        row, propagation, target = sight.survey.sensors.row[radar], sight.survey.propagation, sight.targets[0]
        best = max(float(target[name]) for name in ("rcs_m2", "rcs_side_m2", "rcs_tail_m2"))
        best *= float(row["snr_constant"]) * float(sight.bands[radar])
        if row["loss"] >= 0:
            best *= max(float(propagation.loss[row["loss"]].max()), 1.0)
        if propagation.row[0]["sea"]:
            best *= LOBE_GAIN
        if row["mti_prf_hz"] > 0.0:
            best *= MTI_GAIN
        return 1.01 * (best / float(sight.least_snr[radar])) ** 0.25 + SPARE_M

    def middle(self, chosen: Chosen) -> Point:
        """Return the middle of a group of radars."""
        return middle_of([self.scene.radars[radar].place(NOMINAL, self.origin) for radar in chosen], self.origin)

    def charts(self, chosen: Chosen) -> list[tuple[str, Levels]]:
        """Return for each heading the levels (altitude, row, column) of a group: of the radar that sees best."""
        if ("charts", chosen) not in self.kept:
            self.kept["charts", chosen] = [
                (heading, np.maximum.reduce([self.radar_charts[radar, heading] for radar in chosen]) * self.grid.inside)
                for heading in self.headings
            ]
        return self.kept["charts", chosen]

    def areas(self, chosen: Chosen) -> list[dict[str, Any]]:
        """Return area, gaps and first-detection ranges of a group, a row for each heading, altitude and corner case."""
        if ("areas", chosen) in self.kept:
            return self.kept["areas", chosen]
        whole_km2 = area_km2(self.grid.inside, self.grid)
        distance_m = distances_m(self.grid, self.middle(chosen))
        rows = []
        for heading, levels in self.charts(chosen):
            for altitude_m, chart in zip(self.altitudes_m, levels, strict=True):
                for corner, band in enumerate(CORNERS):
                    covered = chart >= LEVEL[corner]
                    covered_km2 = area_km2(covered, self.grid)
                    gap_km2, largest_km2 = gaps_km2(covered, self.grid, distance_m)
                    rows.append({
                        "heading": heading, "altitude_m": altitude_m, "band": band, "area_km2": covered_km2,
                        "theatre_share": covered_km2 / whole_km2, "gap_km2": gap_km2, "largest_gap_km2": largest_km2,
                        **self.first(chosen, corner, altitude_m, heading),
                    })  # fmt: skip
        self.kept["areas", chosen] = rows
        return rows

    def first(self, chosen: Chosen, corner: int, altitude_m: float, heading: str = INBOUND) -> dict[str, float | None]:
        """Return the first-detection range of an inbound target over azimuth: least, median and greatest.

        The least is 0 where it is never seen on some azimuth; the median is over the share of azimuths on which it is.
        """
        if heading == CROSSING:
            return dict.fromkeys((*(f"first_detection_{word}_m" for word in ("min", "median", "max")), "azimuth_share"))
        key = ("first", chosen, corner, altitude_m)
        if key not in self.kept:
            ranges_m = self.first_ranges_m(chosen, corner, altitude_m, self.middle(chosen))
            met_m = ranges_m[ranges_m > 0.0]
            self.kept[key] = {
                "first_detection_min_m": float(ranges_m.min()),
                "first_detection_median_m": float(np.median(met_m)) if len(met_m) else 0.0,
                "first_detection_max_m": float(ranges_m.max()),
                "azimuth_share": len(met_m) / len(ranges_m),
            }
        return self.kept[key]

    def first_ranges_m(self, chosen: Chosen, corner: int, altitude_m: float, centre: Point) -> Floats:
        """Return the ground range (azimuth,) from a place at which a target that flies toward it is first seen."""
        sight, radars = self.sights[corner], np.array(chosen)
        basis = place(centre, 0.0, self.origin)[1]
        reach_m = 0.0
        for radar in chosen:
            away_m = _distance_m(centre, self.scene.radars[radar].place(corner, self.origin))
            reach_m = max(reach_m, away_m + self.reach_m(radar, corner, altitude_m))
        alone = len(chosen) == 1 and self.is_round(chosen[0]) and centre == self.middle(chosen)
        ranges_m = np.zeros(1 if alone else CURVE_AZIMUTHS)
        first_seen(
            sight.survey.sensors, radars, sight.survey.terrain, sight.survey.propagation, sight.targets,
            sight.bands[radars], sight.least_snr[radars], basis, altitude_m, self.above_ground, self.target.speed_mps,
            reach_m, CURVE_STEPS, self.scratch, ranges_m,
        )  # fmt: skip
        return np.repeat(ranges_m, CURVE_AZIMUTHS // len(ranges_m))

    def curves(self, chosen: Chosen, altitudes_m: Sequence[float]) -> list[dict[str, Any]]:
        """Return first-detection range against altitude, a row for each altitude and corner case."""
        if ("curves", chosen) not in self.kept:
            self.kept["curves", chosen] = [
                {"band": band, "altitude_m": altitude_m, **self.first(chosen, corner, altitude_m)}
                for corner, band in enumerate(CORNERS)
                for altitude_m in altitudes_m
            ]
        return self.kept["curves", chosen]

    def warning(self, chosen: Chosen, asset: Point) -> list[dict[str, Any]]:
        """Return how far from an asset and how long before it a target inbound on the worst azimuth is first seen."""
        if ("warning", chosen, asset) not in self.kept:
            rows = []
            for altitude_m in self.altitudes_m:
                for corner, band in enumerate(CORNERS):
                    ranges_m = self.first_ranges_m(chosen, corner, altitude_m, asset)
                    worst = int(np.argmin(ranges_m))
                    rows.append({
                        "altitude_m": altitude_m, "band": band, "worst_azimuth_deg": 360.0 * worst / CURVE_AZIMUTHS,
                        "first_detection_worst_m": float(ranges_m[worst]),
                        "first_detection_all_median_m": float(np.median(ranges_m)),
                        "warning_worst_s": float(ranges_m[worst]) / self.target.speed_mps,
                        "warning_median_s": float(np.median(ranges_m)) / self.target.speed_mps,
                    })  # fmt: skip
            self.kept["warning", chosen, asset] = rows
        return self.kept["warning", chosen, asset]

    def cut(self, chosen: Chosen, azimuth_rad: float) -> tuple[float, Floats, Floats, Floats, Levels]:
        """Return a cut: azimuth in degrees, heights above the sea, ranges, ground, and levels (height, range)."""
        key = ("cut", chosen, azimuth_rad)
        if key not in self.kept:
            radars, middle = np.array(chosen), self.middle(chosen)
            # Quadratic, since what matters is low.
            heights_m = CUT_CEILING_M * ((np.arange(CUT_HEIGHTS) + 0.5) / CUT_HEIGHTS) ** 2
            farthest_m = max(
                _distance_m(middle, self.scene.radars[radar].place(corner, self.origin))
                + self.reach_m(radar, corner, CUT_CEILING_M)
                for radar in chosen
                for corner in range(len(CORNERS))
            )
            ranges_m = farthest_m * (np.arange(CUT_RANGES) + 0.5) / CUT_RANGES
            levels, grounds_m = np.zeros((CUT_HEIGHTS, CUT_RANGES), np.uint8), np.zeros(CUT_RANGES)
            basis = place(middle, 0.0, self.origin)[1]
            for corner in (LOW, NOMINAL, HIGH):
                sight = self.sights[corner]
                cut(
                    sight.survey.sensors, radars, sight.survey.terrain, sight.survey.propagation, sight.targets,
                    sight.bands[radars], sight.least_snr[radars], basis, azimuth_rad, heights_m, ranges_m,
                    self.target.speed_mps, LEVEL[corner], self.scratch, grounds_m, levels,
                )  # fmt: skip
            self.kept[key] = (math.degrees(azimuth_rad), heights_m, ranges_m, grounds_m, levels)
        return self.kept[key]


def _distance_m(one: Point, other: Point) -> float:
    return great_circle_distance_m(one.latitude_rad, one.longitude_rad, other.latitude_rad, other.longitude_rad)
