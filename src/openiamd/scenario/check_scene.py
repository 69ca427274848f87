"""Checks of times and places: whole steps, everything inside the theatre, real sites at city level."""

import math
from collections.abc import Iterator

from openiamd.scenario.check_common import Problem, groups
from openiamd.scenario.document import KeyPath
from openiamd.scenario.model import Scenario
from openiamd.scenario.problems import describe
from openiamd.scenario.quantities import Place

EARTH_RADIUS_M = 6_371_008.8
MAXIMUM_RADIUS_M = 1_500_000.0
MAXIMUM_STEP_S = 1.0
MAXIMUM_STEPS = 1_000_000
SITE_GRID_DEG = 0.1
SMALLEST_FACTOR, LARGEST_FACTOR = 0.5, 10.0  # strong subrefraction, nearly a duct
HEAVIEST_RAIN_MPS = 200.0 / 3.6e6


def times_fit_the_grid(scenario: Scenario) -> Iterator[Problem]:
    """Step at most 1 s; duration, sample and service times are whole numbers of steps; starts lie within the run."""
    theatre = scenario.theatre
    step_s, duration_s = theatre.step.value, theatre.duration.value
    if step_s > MAXIMUM_STEP_S:
        yield Problem(("theatre", "step"), f"step is {step_s:g} s, and 1 s is the longest", "write 'step: 1 s'")
    if duration_s / step_s > MAXIMUM_STEPS:
        message = f"the run has {duration_s / step_s:.0f} steps, and {MAXIMUM_STEPS} are the most"
        yield Problem(("theatre", "step"), message, "use a longer step or a shorter duration")
    for key, value_s in (("duration", duration_s), ("sample", theatre.sample.value)):
        if not _is_multiple(value_s, step_s):
            message = f"{key} is {value_s:g} s, not a whole number of steps of {step_s:g} s"
            yield Problem(("theatre", key), message, f"choose a multiple of {step_s:g} s")
    if theatre.sample.value > duration_s:
        yield Problem(("theatre", "sample"), "the air picture is sampled less than once a run", "shorten 'sample'")
    if theatre.warmup.value >= duration_s:
        yield Problem(("theatre", "warmup"), "warmup fills the whole run", "shorten 'warmup' or lengthen 'duration'")
    for name, unit in scenario.fire_units.items():
        service = unit.service_time
        if service is not None and (service.value == 0.0 or not _is_multiple(service.value, step_s)):
            message = f"fire unit '{name}' has service time {service.value:g} s, not a whole number of steps"
            yield Problem(("fire_units", name, "service_time"), message, f"choose a multiple of {step_s:g} s")
    for path, group in groups(scenario):
        if group.start.value >= duration_s:
            message = f"{describe(path)} starts at {group.start.value:g} s, after the run has ended"
            yield Problem((*path, "start"), message, f"the run lasts {duration_s:g} s")


def _is_multiple(value_s: float, step_s: float) -> bool:
    steps = value_s / step_s
    return abs(steps - round(steps)) < 1e-9 * max(steps, 1.0)


def places_lie_in_the_theatre(scenario: Scenario) -> Iterator[Problem]:
    """Every site and every point of a route lies within the theatre's radius."""
    theatre = scenario.theatre
    if theatre.radius.value > MAXIMUM_RADIUS_M:
        message = f"the theatre's radius is {theatre.radius.value / 1e3:g} km, and 1500 km is the largest"
        yield Problem(("theatre", "radius"), message, "use a smaller theatre")
    for path, place in _places(scenario):
        far_m = distance_m(theatre.centre, place)
        if far_m > theatre.radius.value:
            far_km, radius_km = far_m / 1e3, theatre.radius.value / 1e3
            where = f"{place.latitude_deg:g}, {place.longitude_deg:g}"
            message = (
                f"{describe(path[:2])} has the place [{where}], outside the theatre: {far_km:.0f} km from its centre"
            )
            hint = f"the theatre's radius is {radius_km:g} km: move the place (latitude comes first) or enlarge it"
            yield Problem(path, message, hint)


def environments_are_of_this_earth(scenario: Scenario) -> Iterator[Problem]:
    """Refraction and rain are what the atmosphere can do; siting needs ground."""
    given = scenario.environment
    if given is None:
        return
    factor = given.effective_radius_factor.value
    if not SMALLEST_FACTOR <= factor <= LARGEST_FACTOR:
        message = f"effective_radius_factor is {factor:g}, outside {SMALLEST_FACTOR:g} to {LARGEST_FACTOR:g}"
        yield Problem(("environment", "effective_radius_factor"), message, "1.33 is a standard atmosphere")
    if given.rain is not None and given.rain.rate.value > HEAVIEST_RAIN_MPS:
        message = f"rain of {given.rain.rate.value * 3.6e6:g} mm/h is heavier than any that lasts"
        yield Problem(("environment", "rain", "rate"), message, "heavy rain is 10 to 50 mm/h, 200 mm/h is the most")


def _places(scenario: Scenario) -> Iterator[tuple[KeyPath, Place]]:
    for section in ("assets", "nodes", "sensors", "fire_units"):
        for name, entry in getattr(scenario, section).items():
            if entry.at is not None:
                yield (section, name, "at"), entry.at
    for path, group in groups(scenario):
        yield from (((*path, "route", position), place) for position, place in enumerate(group.route))
        yield from (((*path, key), place) for key in ("launch", "impact") if (place := getattr(group, key)) is not None)


def distance_m(start: Place, end: Place) -> float:
    """Return the great-circle distance by the haversine formula (Sinnott, Sky and Telescope 68, 1984)."""
    latitudes = math.radians(start.latitude_deg), math.radians(end.latitude_deg)
    half_latitude = (latitudes[1] - latitudes[0]) / 2.0
    half_longitude = math.radians(end.longitude_deg - start.longitude_deg) / 2.0
    share = math.sin(half_latitude) ** 2
    share += math.cos(latitudes[0]) * math.cos(latitudes[1]) * math.sin(half_longitude) ** 2
    return 2.0 * EARTH_RADIUS_M * math.asin(math.sqrt(min(share, 1.0)))


def sites_are_at_city_level(scenario: Scenario) -> Iterator[Problem]:
    """Sites of real systems are rounded to 0.1 degree; idealised entries are exempt."""
    for section in ("nodes", "sensors", "fire_units"):
        for name, entry in getattr(scenario, section).items():
            if entry.at is None or entry.type.startswith("ideal/"):
                continue
            for degrees in entry.at[:2]:
                if abs(degrees / SITE_GRID_DEG - round(degrees / SITE_GRID_DEG)) > 1e-6:
                    message = f"{describe((section, name))} is placed at {degrees:g}, finer than city level"
                    yield Problem((section, name, "at"), message, f"round to 0.1 degree, like {round(degrees, 1):g}")
