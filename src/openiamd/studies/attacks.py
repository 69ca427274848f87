"""Attacks by Poisson arrivals along a scenario's own routes, against other numbers of channels and rounds.

The rate is that of the whole class, shared among its groups by their size. A group's n-th arrival flies the route of
its member n, and after the last that of the first again. Arrivals go on to the end of the run, so that the last
that count meet the same load as the others.
"""

import math
from dataclasses import replace

from openiamd.catalogue.resolved import FireUnit, FlyingObject, ResolvedScenario
from openiamd.errors import UsageError
from openiamd.physics.queueing import erlang_b
from openiamd.scenario.document import suggestion
from openiamd.world.threats import compile_threats

MOST_OBJECTS = 5_000
SPARE = 6.0  # standard deviations of the number of arrivals: more come in one run of 10⁹


def attackers(resolved: ResolvedScenario, object_class: str) -> list[FlyingObject]:
    """Return the hostile objects of a class; raise UsageError where there are none."""
    found = [one for one in resolved.objects if one.side == "hostile" and one.object_class == object_class]
    if not found:
        known = list(dict.fromkeys(one.object_class for one in resolved.objects if one.side == "hostile"))
        message = f"variant '{resolved.variant}' has no hostile objects of class '{object_class}'"
        raise UsageError(message, hint=suggestion(object_class, known, "classes"))
    return found


def longest_flight_s(resolved: ResolvedScenario, members: list[FlyingObject]) -> float:
    """Return the longest time that one of the members flies.

    Raises:
        UsageError: one that flies for ever never gets through.
    """
    flights = compile_threats(replace(resolved, objects=tuple(members))).row["duration_s"]
    longest_s = float(flights.max())
    if not math.isfinite(longest_s) or any(one.loop for one in members):
        raise UsageError(f"'{members[0].group}' has no end of its route", hint="name a class that flies to a target")
    return longest_s


def attack(
    resolved: ResolvedScenario, object_class: str, rate_hz: float, window_s: float, alone: bool
) -> ResolvedScenario:
    """Return the scenario in which the class arrives at a rate, long enough for a window of it to be decided.

    alone  the other hostile objects are left out; traffic stays

    Raises:
        UsageError: no object of the class, one that flies for ever, or more arrivals than can be represented.
    """
    members = attackers(resolved, object_class)
    steps = math.ceil((resolved.warmup_s + window_s + longest_flight_s(resolved, members)) / resolved.step_s - 1e-9)
    duration_s = steps * resolved.step_s
    groups: dict[str, list[FlyingObject]] = {}
    for one in members:
        groups.setdefault(one.group, []).append(one)
    rates_hz = {name: rate_hz * len(group) / len(members) for name, group in groups.items()}
    most = sum(_most_arrivals(own_hz, duration_s) for own_hz in rates_hz.values())
    if most > MOST_OBJECTS:
        message = f"at {60.0 * rate_hz:g}/min up to {most:,} objects arrive in {duration_s:g} s"
        raise UsageError(message, hint=f"give a lower rate or a shorter window: {MOST_OBJECTS:,} objects are possible")
    arriving = [arrival for name, group in groups.items() for arrival in _arrivals(group, rates_hz[name], duration_s)]
    kept = [
        index
        for index, one in enumerate(resolved.objects)
        if one.group not in groups and not (alone and one.side == "hostile")
    ]
    place = {old: new for new, old in enumerate(kept)} | {-1: -1}
    return replace(
        resolved,
        duration_s=duration_s,
        sample_s=duration_s,
        objects=(*(resolved.objects[index] for index in kept), *arriving),
        sensors=tuple(replace(one, platform=place[one.platform]) for one in resolved.sensors),
    )


def _most_arrivals(rate_hz: float, duration_s: float) -> int:
    """Return the number of arrivals that is not exceeded but once in 10⁹ runs."""
    expected = rate_hz * duration_s
    return math.ceil(expected + SPARE * math.sqrt(expected) + SPARE)


def _arrivals(group: list[FlyingObject], rate_hz: float, duration_s: float) -> list[FlyingObject]:
    return [
        replace(
            group[index % len(group)], id=f"{group[0].group}-{index + 1}", start_s=0.0, start_jitter_s=0.0,
            arrival_rate_hz=rate_hz, arrival_index=index + 1,
        )
        for index in range(_most_arrivals(rate_hz, duration_s))
    ]  # fmt: skip


def equipped(resolved: ResolvedScenario, channels: int, magazine: int) -> ResolvedScenario:
    """Return the scenario with so many channels and rounds a fire unit; 0 leaves them as they are.

    Missiles guided at a time grow with the channels; rounds keep the shares of their kinds and are all that a unit has:
    its stock goes. Neither asks whether radar or launchers could hold them.
    """
    return replace(resolved, fire_units=tuple(_equipped(unit, channels, magazine) for unit in resolved.fire_units))


def _equipped(unit: FireUnit, channels: int, magazine: int) -> FireUnit:
    if channels:
        guided = max(1, round(channels * unit.missiles_guided / max(unit.channels, 1)))
        unit = replace(unit, channels=channels, missiles_guided=guided)
    held = sum(rounds for _, rounds in unit.magazines)
    if magazine and held:
        shares = [magazine * rounds / held for _, rounds in unit.magazines]
        whole = [math.floor(one) for one in shares]
        for place in sorted(range(len(whole)), key=lambda p: whole[p] - shares[p])[: magazine - sum(whole)]:
            whole[place] += 1  # by largest remainder
        loads = zip((interceptor for interceptor, _ in unit.magazines), whole, strict=True)
        unit = replace(unit, magazines=tuple(loads), stocks=(), reload_s=0.0)
    return unit


def erlang_guide(resolved: ResolvedScenario, object_class: str) -> float:
    """Return the leak rate by Erlang's loss formula, NaN where it does not apply.

    It applies where attackers alone come, each engaged once or never with one round, by units of one node that cover
    everything and hold a channel for a fixed time, with rounds enough. A channel is busy for the service time and 1.5
    steps, as a decision sees it (`validation/saturation.py`).
    """
    units, hostile = resolved.fire_units, [one for one in resolved.objects if one.side == "hostile"]
    node = resolved.nodes[units[0].node] if units else None
    pools = {
        (unit.node, unit.service_s, unit.track_probability, unit.magazines[:1] and unit.magazines[0][0])
        for unit in units
    }
    simple = (
        node is not None
        and len(pools) == 1
        and (node.engage_once, node.salvo, node.salvos) == (True, 1, 1)
        and all(unit.service_s > 0.0 and len(unit.magazines) == 1 for unit in units)
        and all(unit.responsibility_sector_rad >= math.tau for unit in units)
        and sum(unit.magazines[0][1] for unit in units) >= len(hostile)
        and all(one.object_class == object_class for one in hostile)
    )
    if not simple:
        return math.nan
    rate_hz = sum(one.arrival_rate_hz for one in hostile if one.arrival_index == 1)
    busy_s = units[0].service_s + 1.5 * resolved.step_s
    interceptor = resolved.interceptors[units[0].magazines[0][0]]
    kinds = {"cruise": interceptor.pk_cruise, "ballistic": interceptor.pk_ballistic, "drone": interceptor.pk_drone}
    kill = kinds.get(object_class, interceptor.pk_aircraft) * units[0].track_probability
    return 1.0 - (1.0 - erlang_b(rate_hz * busy_s, sum(unit.channels for unit in units))) * kill
