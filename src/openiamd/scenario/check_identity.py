"""Checks of what identity is judged by: flight plans, transponders, kinematic criteria, priors and likelihoods."""

from collections.abc import Iterator

from openiamd.scenario.check_common import Problem, groups
from openiamd.scenario.document import KeyPath
from openiamd.scenario.evidence import Bayes, Criterion, Shares, Thresholds
from openiamd.scenario.model import Scenario
from openiamd.scenario.problems import describe
from openiamd.scenario.scene import FlightPlan

SUM_TOLERANCE = 1e-6
KINDS = ("friend", "neutral", "hostile")


def flight_plans_have_times(scenario: Scenario) -> Iterator[Problem]:
    """A flight plan is that of a group with a schedule, or has a route with heights, speeds and a start."""
    for name, plan in scenario.flight_plans.items():
        path: KeyPath = ("flight_plans", name)
        if (plan.of is None) == (not plan.route):
            what = "neither a group nor a route" if plan.of is None else "both a group and a route"
            yield Problem(path, f"flight plan '{name}' has {what}", "give it 'of: GROUP', or 'route' and 'start'")
        elif plan.of is None:
            yield from _own_route(path, name, plan)
        elif plan.start is not None:
            hint = "remove 'start': the plan has the times of its group"
            yield Problem((*path, "start"), f"flight plan '{name}' is of a group and has a start", hint)
        group = scenario.traffic.get(plan.of or "")
        if group is not None and (group.loop or group.arrivals):
            what = "flies round and round" if group.loop else "arrives at random"
            message = f"flight plan '{name}' is of traffic '{plan.of}', which {what}: there are no planned times"
            yield Problem((*path, "of"), message, "file plans for traffic that flies a route once, on a schedule")


def _own_route(path: KeyPath, name: str, plan: FlightPlan) -> Iterator[Problem]:
    if plan.start is None:
        yield Problem(
            path, f"flight plan '{name}' has a route but no times", "add 'start', the time at its first point"
        )
    if len(plan.route) < 2:
        yield Problem((*path, "route"), f"flight plan '{name}' has a route of one point", "add a point")
    for position, place in enumerate(plan.route):
        if place.height_m is None or place.speed_mps is None:
            message = f"flight plan '{name}' leaves out height or speed at point {position + 1}: its times are unknown"
            yield Problem((*path, "route", position), message, "write points like [39.9, 32.9, 10 km, 230 m/s]")


def transponders_fail_at_most_always(scenario: Scenario) -> Iterator[Problem]:
    """Off and wrongly keyed exclude each other, so their probabilities add up to 1 at most."""
    for path, group in groups(scenario):
        failure = group.transponder
        if failure is not None and failure.off.value + failure.wrong_key.value > 1.0 + SUM_TOLERANCE:
            total = failure.off.value + failure.wrong_key.value
            message = f"{describe(path)} has a transponder that is off or wrongly keyed with probability {total:g}"
            yield Problem((*path, "transponder"), message, "off and wrong_key add up to 1 at most")


def criteria_are_in_order(scenario: Scenario) -> Iterator[Problem]:
    """Kinematic criteria have lower limits below upper ones, and a time wherever they have a direction."""
    for name, rules in scenario.doctrine.items():
        path: KeyPath = ("doctrine", name)
        if rules.missile is not None:
            yield from _criterion((*path, "missile"), rules.missile)
        for position, one in enumerate(rules.bayes.kinematics if rules.bayes else []):
            yield from _criterion((*path, "bayes", "kinematics", position), one)


def _criterion(path: KeyPath, given: Criterion) -> Iterator[Problem]:
    for key in ("speed", "height", "climb"):
        pair = getattr(given, key)
        if pair is not None and pair[0].value >= pair[1].value:
            message = f"{describe(path)}: lower {key} {pair[0].value:g} is not below upper {key} {pair[1].value:g}"
            yield Problem((*path, key), message, "exchange them")
    if (given.toward is None) != (given.within is None):
        has, lacks = ("toward", "within") if given.within is None else ("within", "toward")
        yield Problem(path, f"{describe(path)} has '{has}' but no '{lacks}'", "give both or neither")


def beliefs_add_up(scenario: Scenario) -> Iterator[Problem]:
    """Priors add up to 1, likelihoods of all kinds of motion to 1 at most, and one threshold at most can be passed."""
    for name, rules in scenario.doctrine.items():
        path: KeyPath = ("doctrine", name, "bayes")
        if rules.bayes is None:
            continue
        if rules.identification != "bayes":
            message = f"doctrine '{name}' has 'bayes' but identifies by {rules.identification}"
            yield Problem(path, message, "add 'identification: bayes' or remove 'bayes'")
        yield from _priors(path, rules.bayes.priors)
        yield from _motions(path, rules.bayes)
        yield from _thresholds(path, rules.bayes.thresholds)


def _priors(path: KeyPath, priors: Shares) -> Iterator[Problem]:
    total = sum(getattr(priors, kind).value for kind in KINDS)
    if abs(total - 1.0) > SUM_TOLERANCE:
        message = f"{describe(path)}: the priors of friend, neutral and hostile add up to {total:g}, not to 1"
        yield Problem((*path, "priors"), message, "correct one of the three")


def _motions(path: KeyPath, bayes: Bayes) -> Iterator[Problem]:
    names = [one.name for one in bayes.kinematics]
    for position, name in enumerate(names):
        if name in names[:position]:
            message = f"{describe(path)} has two kinds of motion named '{name}'"
            yield Problem((*path, "kinematics", position, "name"), message, "rename one of the two")
    for kind in KINDS:
        total = sum(getattr(one.likelihood, kind).value for one in bayes.kinematics)
        if total > 1.0 + SUM_TOLERANCE:
            message = f"{describe(path)}: kinds of motion of a {kind} add up to a probability of {total:g}"
            yield Problem((*path, "kinematics"), message, "lower them to 1 at most; the rest is any other motion")


def _thresholds(path: KeyPath, thresholds: Thresholds) -> Iterator[Problem]:
    for name in Thresholds.model_fields:
        value = getattr(thresholds, name).value
        if value <= 0.5:
            message = f"{describe(path)}: threshold '{name}' is {value:g}, so two identities could apply at once"
            yield Problem((*path, "thresholds", name), message, "thresholds lie above 0.5")
    for low, high in (("suspect", "hostile"), ("assumed_friend", "friend")):
        if getattr(thresholds, low).value > getattr(thresholds, high).value:
            message = f"{describe(path)}: threshold '{low}' lies above threshold '{high}'"
            yield Problem((*path, "thresholds", low), message, "exchange them")
