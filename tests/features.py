"""What drawn scenarios use: a name for each feature, and how to see it in the plain data of a scenario."""

from collections.abc import Callable, Iterator

from stress_strategies import STATES, Data

FORMS = (*STATES, "hours", "cued", "sector", "hold", "training")
ACTIONS = ("autonomous_free", "autonomous_tight", "hold", "dark", "self_defence")


def features(data: Data) -> list[str]:
    """Return the names of all features that a scenario uses."""
    return [name for name, uses in FEATURES.items() if uses(data)]


def stress(data: Data, section: str) -> Iterator[Data]:
    """Yield the entries of a section of the variant in which something disturbs the scenario."""
    yield from data["variants"].get("stress", {}).get(section, {}).values()


def rules(data: Data) -> Data:
    """Return the doctrine of all nodes."""
    return data["doctrine"]["rules"]


def value_of(data: Data, name: str) -> float:
    """Return the number in front of the unit of an idealised catalogue value, 0 where it is left as it is."""
    given = data.get("idealised", {}).get("values", {}).get(name, 0)
    return float(str(given).split()[0])


def loaded(data: Data) -> set[str]:
    """Return the interceptors of which any unit holds rounds."""
    return {kind for unit in data["fire_units"].values() for kind, rounds in unit["load"].items() if rounds}


def carried(data: Data) -> set[str]:
    """Return what any link carries."""
    return {content for link in data["links"].values() for content in link["carries"]}


def remote_uses(data: Data) -> set[str]:
    """Return what any link allows with remote tracks."""
    return {link["remote_use"] for link in data["links"].values()}


def has_restored_fault(data: Data) -> bool:
    """Tell whether a fault ends."""
    return any("until" in fault for fault in stress(data, "faults"))


FEATURES: dict[str, Callable[[Data], bool]] = {
    "flight: random arrivals": lambda data: any("arrivals" in raid for raid in data["raids"].values()),
    "flight: ballistic": lambda data: any("launch" in raid for raid in data["raids"].values()),
    "flight: orbit": lambda data: any(flight.get("loop") for flight in data["traffic"].values()),
    "flight: sensor in the air": lambda data: "eye-radar" in data["sensors"],
    "flight: transponders that fail": lambda data: any("transponder" in one for one in data["traffic"].values()),
    "kind: idealised": lambda data: "idealised" in data,
    "kind: real, with fire units": lambda data: "idealised" not in data and len(data["fire_units"]) > 0,
    "track: interacting models": lambda data: any("tracker" in node for node in data["nodes"].values()),
    "track: fusion said": lambda data: any("fusion" in node for node in data["nodes"].values()),
    "identity: by Bayes' rule": lambda data: rules(data).get("identification") == "bayes",
    "identity: authority": lambda data: any("id_authority" in node for node in data["nodes"].values()),
    "link: identity": lambda data: "identity" in carried(data),
    "link: engagements": lambda data: "engagement" in carried(data),
    "link: cue": lambda data: "CUE" in remote_uses(data),
    "link: launch on remote": lambda data: "LAUNCH_ON_REMOTE" in remote_uses(data),
    "link: engage on remote": lambda data: "ENGAGE_ON_REMOTE" in remote_uses(data),
    "command: superior": lambda data: any("superior" in node for node in data["nodes"].values()),
    "command: central control": lambda data: rules(data)["method"] == "CENTRALIZED",
    "command: engagement authority": lambda data: any("engagement_authority" in one for one in data["nodes"].values()),
    "command: status by class": lambda data: "weapons_control_by_class" in rules(data),
    "command: drawn delays": lambda data: "decision_spread" in rules(data),
    "command: weapons free": lambda data: rules(data)["weapons_control"] == "FREE",
    "command: weapons tight": lambda data: rules(data)["weapons_control"] == "TIGHT",
    "command: weapons hold": lambda data: rules(data)["weapons_control"] == "HOLD",
    **{
        f"contact loss: {action}": lambda data, action=action: (
            rules(data).get("contact_loss", {}).get("action") == action
        )
        for action in ACTIONS
    },
    **{
        f"zone: {kind}": lambda data, kind=kind: any(zone["kind"] == kind for zone in stress(data, "zones"))
        for kind in ("missile_engagement", "fighter_engagement", "restricted_fire")
    },
    **{
        f"fire order: {kind}": lambda data, kind=kind: any(one["order"] == kind for one in stress(data, "fire_orders"))
        for kind in ("cease_fire", "hold_fire", "weapons_control")
    },
    "fire order: over links": lambda data: any("by" in order for order in stress(data, "fire_orders")),
    **{
        f"assignment: {way}": lambda data, way=way: rules(data).get("assignment") == way
        for way in ("greedy", "optimal", "random")
    },
    "assignment: coordinated": lambda data: rules(data).get("coordinate") is True,
    "assignment: not coordinated": lambda data: rules(data).get("coordinate") is False,
    **{
        f"shots: {policy}": lambda data, policy=policy: rules(data)["shots"]["policy"] == policy
        for policy in ("salvo", "shoot_look_shoot", "shoot_shoot_look")
    },
    "shots: spaced": lambda data: "spacing" in rules(data)["shots"],
    "shots: self-guided rounds": lambda data: bool(
        loaded(data) & {"ideal/active-interceptor", "s400/9m96e2", "patriot/pac-3-mse"}
    ),
    "unit: two kinds of rounds": lambda data: any(len(unit["load"]) > 1 for unit in data["fire_units"].values()),
    "unit: launchers apart": lambda data: any("shares_channels_with" in one for one in data["fire_units"].values()),
    "unit: stock to reload": lambda data: any(
        sum(one.get("stock", {}).values()) for one in data["fire_units"].values()
    ),
    "unit: fixed service time": lambda data: any("service_time" in unit for unit in data["fire_units"].values()),
    "unit: responsibility": lambda data: any("responsibility" in unit for unit in data["fire_units"].values()),
    "unit: hours of duty": lambda data: any("active" in unit for unit in data["fire_units"].values()),
    "unit: drawn reactions": lambda data: any("reaction_spread" in unit for unit in data["fire_units"].values()),
    "unit: fixed sector": lambda data: (
        value_of(data, "ideal/fire-unit.engage_sector") > 0 and not value_of(data, "ideal/fire-unit.slew_rate")
    ),
    "unit: sector that turns": lambda data: value_of(data, "ideal/fire-unit.slew_rate") > 0,
    "unit: few channels": lambda data: value_of(data, "ideal/fire-unit.channels") > 0,
    "envelope: range and height": lambda data: value_of(data, "ideal/interceptor.range_air") > 0,
    "envelope: by altitude": lambda data: (
        value_of(data, "ideal/coasting-interceptor.envelope.0 km") > 0 and "ideal/coasting-interceptor" in loaded(data)
    ),
    "assessment: false kills": lambda data: value_of(data, "ideal/fire-unit.assessment_false_kill") > 0,
    "assessment: false survivors": lambda data: value_of(data, "ideal/fire-unit.assessment_false_survivor") > 0,
    "late kills": lambda data: any("late_kill" in asset for asset in data.get("assets", {}).values()),
    **{
        f"readiness: {form}": lambda data, form=form: any(one["state"] == form for one in stress(data, "readiness"))
        for form in FORMS
    },
    "readiness: of radars, units by name": lambda data: any(
        one not in data["nodes"] for entry in stress(data, "readiness") for one in entry["applies_to"]
    ),
    "readiness: ordered changes": lambda data: any("orders" in entry for entry in stress(data, "readiness")),
    "readiness: warning": lambda data: any("warning" in entry for entry in stress(data, "readiness")),
    "faults": lambda data: any(True for _ in stress(data, "faults")),
    "faults: restored": has_restored_fault,
    "losses by leakers": lambda data: any(True for _ in stress(data, "assets")),
    "losses by leakers: restored": lambda data: any("restored_after" in one for one in stress(data, "assets")),
}
