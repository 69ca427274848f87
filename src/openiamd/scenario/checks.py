"""The checks of a scenario, in order, and the error that they end in."""

from collections.abc import Collection, Iterator, Mapping

from openiamd.scenario.check_command import authorities_can_be_heard, fire_orders_can_be_given, zones_are_closed
from openiamd.scenario.check_common import Problem
from openiamd.scenario.check_fire import (
    launchers_have_a_radar,
    remote_use_has_fire_control,
    shot_policies_mean_what_they_say,
    stocks_belong_to_loads,
)
from openiamd.scenario.check_identity import (
    beliefs_add_up,
    criteria_are_in_order,
    flight_plans_have_times,
    transponders_fail_at_most_always,
)
from openiamd.scenario.check_names import ids_are_unique, references_are_defined, types_are_in_the_catalogue
from openiamd.scenario.check_readiness import (
    assets_lose_what_they_hold,
    contact_loss_is_said_once,
    faults_can_happen,
    readiness_is_complete,
    readiness_is_said_once,
)
from openiamd.scenario.check_rules import (
    chains_of_command_are_whole,
    engagements_can_be_guided,
    flights_can_be_flown,
    idealisations_are_declared,
    limits_are_in_order,
    links_are_represented,
    models_keep_to_their_node,
    only_inputs_have_ranges,
    sensors_stand_somewhere,
    trackers_can_confirm,
)
from openiamd.scenario.check_scene import (
    environments_are_of_this_earth,
    places_lie_in_the_theatre,
    sites_are_at_city_level,
    times_fit_the_grid,
)
from openiamd.scenario.model import Scenario

CHECKS = (
    references_are_defined,
    ids_are_unique,
    times_fit_the_grid,
    places_lie_in_the_theatre,
    sites_are_at_city_level,
    environments_are_of_this_earth,
    flights_can_be_flown,
    sensors_stand_somewhere,
    engagements_can_be_guided,
    launchers_have_a_radar,
    stocks_belong_to_loads,
    shot_policies_mean_what_they_say,
    trackers_can_confirm,
    models_keep_to_their_node,
    links_are_represented,
    remote_use_has_fire_control,
    chains_of_command_are_whole,
    authorities_can_be_heard,
    zones_are_closed,
    fire_orders_can_be_given,
    readiness_is_complete,
    readiness_is_said_once,
    contact_loss_is_said_once,
    faults_can_happen,
    assets_lose_what_they_hold,
    limits_are_in_order,
    flight_plans_have_times,
    transponders_fail_at_most_always,
    criteria_are_in_order,
    beliefs_add_up,
    idealisations_are_declared,
    only_inputs_have_ranges,
)


def check(scenario: Scenario, catalogue_names: Mapping[str, Collection[str]]) -> None:
    """Run every check on a variant, or on each variant of a base; ``catalogue_names`` gives entry ids by kind.

    Raises:
        ScenarioError: the first problem, with file, line, culprit and hint; the hint counts the others.
    """
    is_base = not scenario.variant_name
    for one in map(scenario.variant, scenario.variant_names) if is_base else [scenario]:
        problems = list(find_problems(one, catalogue_names))
        if problems:
            path, message, hint = problems[0]
            if len(problems) > 1:
                count = len(problems) - 1
                hint = f"{hint} ({count} more {'problem' if count == 1 else 'problems'} after this one)"
            raise one.error(path, message, hint)


def find_problems(scenario: Scenario, catalogue_names: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Yield the problems of one variant, in the order of ``CHECKS``."""
    yield from types_are_in_the_catalogue(scenario, catalogue_names)
    for named_check in CHECKS:
        yield from named_check(scenario)
