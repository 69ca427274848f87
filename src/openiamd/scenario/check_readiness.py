"""Checks of who is on duty and what is lost: states and forms of readiness, contact loss, faults, what assets hold."""

from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

from openiamd.scenario.check_common import Problem, elements
from openiamd.scenario.document import KeyPath
from openiamd.scenario.model import Scenario
from openiamd.scenario.readiness import Readiness, State

STATES = get_args(State)
# Which keys belong to which state, and which of them it cannot do without.
OWN_KEYS = {"hours": ("hours",), "sector": ("sector",), "cued": ("cue_range", "linger")}
NEEDED = {"hours": "hours", "sector": "sector", "cued": "cue_range"}
EXAMPLES = {
    "hours": "add 'hours: [{from: 0 min, until: 20 min}]'",
    "sector": "add 'sector: {facing: 180 deg, sector: 90 deg}'",
    "cue_range": "add 'cue_range: 200 km'",
}
# Which kinds of thing a form can be about; states are about radars and fire units.
ABOUT = {"cued": ("node", "sensor"), "hold": ("node",), "training": ("node", "fire unit")}
ASPECTS = {"sector": "sector", "hold": "hold", "training": "training"}


def readiness_is_complete(scenario: Scenario) -> Iterator[Problem]:
    """An entry of readiness has the keys of its state and no others, and applies to what can be in that state."""
    for name, entry in scenario.readiness.items():
        path: KeyPath = ("readiness", name)
        yield from _keys(path, name, entry)
        yield from _times(path, name, entry)
        if entry.warning is not None and not scenario.raids:
            message = f"readiness entry '{name}' has a warning, and there is no raid to warn of"
            yield Problem((*path, "warning"), message, "add a raid or remove the warning")
        known = elements(scenario)
        allowed = ABOUT.get(entry.state, ("node", "sensor", "fire unit"))
        for position, one in enumerate(entry.applies_to):
            if known.get(one, allowed[0]) not in allowed:
                message = f"readiness entry '{name}' puts {known[one]} '{one}' into state {entry.state}"
                yield Problem((*path, "applies_to", position), message, f"it is about a {' or a '.join(allowed)}")
            if entry.state == "cued":
                yield from _can_be_cued(scenario, (*path, "applies_to", position), one)


def _keys(path: KeyPath, name: str, entry: Readiness) -> Iterator[Problem]:
    for state, keys in OWN_KEYS.items():
        for key in keys:
            if key in entry.model_fields_set and entry.state != state:
                message = f"readiness entry '{name}' of state {entry.state} has '{key}'"
                yield Problem((*path, key), message, f"'{key}' belongs to state {state}: remove it or change the state")
    needed = NEEDED.get(entry.state)
    if needed and not getattr(entry, needed):
        message = f"readiness entry '{name}' of state {entry.state} lacks '{needed}'"
        yield Problem(path, message, EXAMPLES[needed])


def _times(path: KeyPath, name: str, entry: Readiness) -> Iterator[Problem]:
    for duty in entry.hours:
        if duty.end is not None and duty.end.value <= duty.start.value:
            message = f"readiness entry '{name}' has hours that end before they begin"
            yield Problem((*path, "hours"), message, "exchange 'from' and 'until'")
    for before, after in pairwise(entry.hours):
        if before.end is None or before.end.value > after.start.value:
            message = f"readiness entry '{name}' has hours that overlap or are out of order"
            yield Problem((*path, "hours"), message, "list them in order, each ending before the next begins")
    if entry.orders and entry.state not in STATES:
        message = f"readiness entry '{name}' gives orders in state {entry.state}"
        yield Problem((*path, "orders"), message, f"orders change a state: choose {', '.join(STATES)}")
    for before, after in pairwise(entry.orders):
        if before.at.value >= after.at.value:
            message = f"readiness entry '{name}' has orders out of order"
            yield Problem((*path, "orders"), message, "list them by 'at', each later than the one before")


def _can_be_cued(scenario: Scenario, path: KeyPath, one: str) -> Iterator[Problem]:
    sensor = scenario.sensors.get(one)
    node = sensor.node if sensor else one
    if not any(link.receiver == node and link.remote_use != "NONE" for link in scenario.links.values()):
        message = f"'{one}' waits for a cue, and no link may cue node '{node}'"
        yield Problem(path, message, f"add a link to '{node}' with 'carries: [track]' and 'remote_use: CUE'")
    for name, radar in scenario.sensors.items():
        if one in (name, radar.node) and radar.on is not None:
            message = f"radar '{name}' rides on '{radar.on}' and waits for a cue, which is not represented"
            yield Problem(path, message, "apply the entry to radars on the ground, by their names")


def readiness_is_said_once(scenario: Scenario) -> Iterator[Problem]:
    """No two entries say the same of one thing: its state, its sector, weapons hold or training."""
    said: dict[tuple[str, str], str] = {}
    for name, entry in scenario.readiness.items():
        aspect = ASPECTS.get(entry.state, "state")
        for position, one in enumerate(entry.applies_to):
            covered = [one]
            covered += [key for key, sensor in scenario.sensors.items() if sensor.node == one]
            covered += [key for key, unit in scenario.fire_units.items() if unit.node == one]
            for what in covered:
                other = said.setdefault((what, aspect), name)
                if other != name:
                    message = f"readiness entries '{other}' and '{name}' both say the {aspect} of '{what}'"
                    path: KeyPath = ("readiness", name, "applies_to", position)
                    yield Problem(path, message, "keep one of the two, or join them")


def contact_loss_is_said_once(scenario: Scenario) -> Iterator[Problem]:
    """A doctrine says what contact loss means in one form alone."""
    for name, rules in scenario.doctrine.items():
        if rules.contact_loss is not None and "autonomous" in rules.model_fields_set:
            message = f"doctrine '{name}' has both 'autonomous' and 'contact_loss'"
            hint = "remove 'autonomous': 'action: autonomous_tight' says the same"
            yield Problem(("doctrine", name, "contact_loss"), message, hint)


def faults_can_happen(scenario: Scenario) -> Iterator[Problem]:
    """A fault lies within the run and ends after it has begun."""
    duration_s = scenario.theatre.duration.value
    for name, fault in scenario.faults.items():
        path: KeyPath = ("faults", name)
        if fault.at.value - fault.spread.value >= duration_s:
            message = f"fault '{name}' is at {fault.at.value:g} s, after the run has ended"
            yield Problem((*path, "at"), message, f"the run lasts {duration_s:g} s")
        if fault.until is not None and fault.until.value <= fault.at.value:
            message = f"fault '{name}' ends before it begins"
            yield Problem((*path, "until"), message, "exchange 'at' and 'until', or remove 'until'")


def assets_lose_what_they_hold(scenario: Scenario) -> Iterator[Problem]:
    """An asset that holds something says how likely its loss is, and the other way round."""
    for name, asset in scenario.assets.items():
        path: KeyPath = ("assets", name)
        if asset.holds and asset.loss is None:
            message = f"asset '{name}' holds {', '.join(asset.holds)}, but nothing says how likely a loss is"
            yield Problem(
                (*path, "holds"), message, "add 'loss: 0.5', the probability for each hostile that gets through"
            )
        for key in ("loss", "restored_after"):
            if getattr(asset, key) is not None and not asset.holds:
                message = f"asset '{name}' has '{key}' but holds nothing that can be lost"
                yield Problem((*path, key), message, "add 'holds: [ID]' or remove it")
