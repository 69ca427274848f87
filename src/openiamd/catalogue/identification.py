"""Resolves what identity is judged by: criteria, the weights of Bayes' rule, and flight plans."""

import math
from collections.abc import Sequence

from openiamd.catalogue.identities import MODES, Criterion, FlightPlan, Kinds, KinematicClass, Weights
from openiamd.catalogue.places import point
from openiamd.catalogue.resolved import FlyingObject, Waypoint
from openiamd.catalogue.values import Values
from openiamd.scenario import evidence, scene
from openiamd.scenario.doctrine import Doctrine
from openiamd.scenario.model import Scenario


def missile_criterion(values: Values, path: str, rules: Doctrine) -> Criterion | None:
    """Return the motion by which a doctrine takes a track for a missile, or None."""
    return _criterion(values, f"{path}.missile", rules.missile) if rules.missile else None


def weights(values: Values, path: str, rules: Doctrine) -> Weights | None:
    """Return the weights of a doctrine that identifies by Bayes' rule, or None."""
    if rules.identification != "bayes":
        return None
    path, given = f"{path}.bayes", rules.bayes or evidence.Bayes()
    thresholds = {
        name: values.scenario(f"{path}.thresholds.{name}", getattr(given.thresholds, name))
        for name in evidence.Thresholds.model_fields
    }
    return Weights(
        priors=_kinds(values, f"{path}.priors", given.priors),
        answers=(
            _kinds(values, f"{path}.answers.{MODES[0]}", given.answers.mode3),
            _kinds(values, f"{path}.answers.{MODES[1]}", given.answers.mode4),
            _kinds(values, f"{path}.answers.{MODES[2]}", given.answers.mode5),
        ),
        lane=_procedure(values, f"{path}.lane", given.lane),
        plan=_procedure(values, f"{path}.plan", given.plan),
        declared=values.scenario(f"{path}.remote.declared", given.remote.declared),
        presumed=values.scenario(f"{path}.remote.presumed", given.remote.presumed),
        kinematics=_kinematics(values, f"{path}.kinematics", given.kinematics),
        kinematics_memory_s=values.scenario(f"{path}.kinematics_memory", given.kinematics_memory),
        **thresholds,
    )


def _kinds(values: Values, path: str, given: evidence.Shares) -> Kinds:
    friend, neutral, hostile = (
        values.scenario(f"{path}.{kind}", getattr(given, kind)) for kind in ("friend", "neutral", "hostile")
    )
    return friend, neutral, hostile


def _kinematics(values: Values, path: str, given: Sequence[evidence.KinematicClass]) -> tuple[KinematicClass, ...]:
    """Return the kinds of motion and, last, what is left: it fits all, and has the rest of the probability."""
    kinds = [
        KinematicClass(
            name=one.name,
            criterion=_criterion(values, f"{path}.{one.name}", one),
            likelihood=_kinds(values, f"{path}.{one.name}.likelihood", one.likelihood),
        )
        for one in given
    ]
    friend, neutral, hostile = (max(1.0 - sum(one.likelihood[kind] for one in kinds), 0.0) for kind in range(3))
    return (*kinds, KinematicClass("other", Criterion(), (friend, neutral, hostile)))


def _procedure(values: Values, path: str, given: evidence.Procedure) -> tuple[float, float]:
    return values.scenario(f"{path}.own", given.own), values.scenario(f"{path}.other", given.other)


def _criterion(values: Values, path: str, given: evidence.Criterion) -> Criterion:
    limits = {}
    for name, unit in (("speed", "mps"), ("height", "m"), ("climb", "mps")):
        pair = getattr(given, name)
        if pair is not None:
            for which, word in enumerate(("minimum", "maximum")):
                limits[f"{word}_{name}_{unit}"] = values.scenario(f"{path}.{name}.{which}", pair[which])
    return Criterion(
        toward=given.toward or "",
        within_s=values.scenario(f"{path}.within", given.within) if given.within else math.inf,
        miss_m=values.scenario(f"{path}.miss", given.miss),
        **limits,
    )


def flight_plans(scenario: Scenario, values: Values, objects: Sequence[FlyingObject]) -> tuple[FlightPlan, ...]:
    """Return the declared flights in file order; a plan of a group is one for each member."""
    result: list[FlightPlan] = []
    for name, plan in scenario.flight_plans.items():
        if plan.of is None:
            start_s = values.scenario(f"flight_plans.{name}.start", plan.start) if plan.start else 0.0
            route = tuple(Waypoint(point(place), place.speed_mps or 0.0) for place in plan.route)
            result.append(_plan(scenario, values, name, plan, (name, route, start_s, False)))
        else:
            for member in (item for item in objects if item.group == plan.of):
                flight = (f"{name}/{member.id}", member.route, member.start_s, member.follows_ground)
                result.append(_plan(scenario, values, name, plan, flight))
    return tuple(result)


def _plan(
    scenario: Scenario,
    values: Values,
    name: str,
    plan: scene.FlightPlan,
    flight: tuple[str, tuple[Waypoint, ...], float, bool],
) -> FlightPlan:
    """Return one declared flight; ``flight`` is its id, route, start in s, and whether it follows the ground."""
    nodes, path = list(scenario.nodes), f"flight_plans.{name}"
    return FlightPlan(
        id=flight[0],
        route=flight[1],
        start_s=flight[2],
        half_width_m=values.scenario(f"{path}.width", plan.width) / 2.0,
        height_tolerance_m=values.scenario(f"{path}.height", plan.height),
        time_tolerance_s=values.scenario(f"{path}.time", plan.time),
        identity=plan.identity,
        nodes=tuple(nodes.index(node) for node in (nodes if plan.known_to is None else plan.known_to)),
        follows_ground=flight[3],
    )
