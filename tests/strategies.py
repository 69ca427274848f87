"""Hypothesis strategies of valid scenarios, small enough that one run of one takes milliseconds.

``scenarios()`` draws the plain data of a scenario file and ``scenario_texts()`` its YAML; both pass
``load_scenario``, ``check`` and ``resolve``. Covered: both kinds of flight, orbits, random arrivals, links of all
contents, superiors, all weapons control statuses and methods of control, contact loss, states and forms of readiness,
faults, losses, zones, fire orders, authorities, shot policies, launchers apart, stocks, hours of duty, sensors in the
air, sectors that turn, envelopes, assessment that errs, rounds that guide themselves, models of motion, idealised
switches and real catalogue entries. ``features`` names them and counts how often each is drawn.
"""

from typing import Any

import yaml
from hypothesis import strategies as st

from command_strategies import authorities, command_rules, commands
from fire_strategies import late_kills, launchers, loads, reactions, remote_uses, shots, stocks, weapon_values
from stress_strategies import assignments, contact_losses, stresses

Data = dict[str, Any]
CENTRE = (39.9, 32.9)
S400: Data = {"command": "s400/55k6e", "radar": "s400/91n6e", "guide": "s400/92n6e", "unit": "s400/fire-unit"}
S400 |= {"loads": ["s400/48n6e3", "s400/9m96e2"], "link": "nato/link16", "iff": "nato/iff"}
PATRIOT: Data = {"command": "patriot/icc", "radar": "nato/ground-radar", "guide": "patriot/mpq-65"}
PATRIOT |= {"unit": "patriot/fire-unit", "loads": ["patriot/gem-t", "patriot/pac-3-mse"]}
PATRIOT |= {"link": "nato/link16", "iff": "nato/iff"}
IDEAL: Data = {"command": "ideal/command", "radar": "ideal/radar", "guide": "ideal/engagement-radar"}
IDEAL |= {"unit": "ideal/fire-unit", "link": "ideal/link", "iff": "ideal/iff"}
IDEAL |= {"loads": ["ideal/interceptor", "ideal/active-interceptor", "ideal/coasting-interceptor"]}
CONTENTS = [["track"], ["track", "identity"], ["order"], ["track", "identity", "order"], ["track", "engagement"]]
CONTENTS += [["track", "identity", "order", "engagement"]]

seconds = st.integers(0, 90).map(lambda value: f"{value} s")
bearings = st.integers(0, 359).map(lambda value: f"{value} deg")
iff_modes = st.lists(st.sampled_from(["mode3", "mode5"]), unique=True, max_size=2)
switches = st.booleans()
raid_counts = st.sampled_from([2, 3, 1, 1, 2, 0])


@st.composite
def places(draw: st.DrawFn, least: int = 0, most: int = 12) -> list[float]:
    """Return a place within about 150 km of the centre on the grid of 0.1 degree, ``least`` steps off it or more."""
    north = draw(st.integers(least, most)) * draw(st.sampled_from([-1, 1]))
    east = draw(st.integers(least, most)) * draw(st.sampled_from([-1, 1]))
    return [round(CENTRE[0] + north / 10, 1), round(CENTRE[1] + east / 10, 1)]


@st.composite
def routes(draw: st.DrawFn, points: int) -> list[list[Any]]:
    """Return a route of ``points`` points or one more, no two in a row alike, with some heights and speeds given."""
    count = draw(st.integers(points, points + 1))
    route: list[list[Any]] = []
    for step in range(count):
        place: list[Any] = draw(places(least=1))
        if route and place == route[-1][:2]:
            place[0] = round(place[0] + 0.3, 1)
        extra = [f"{draw(st.integers(0, 12_000))} m", f"{draw(st.integers(20, 600))} m/s"]
        route.append(place + extra[: draw(st.integers(0, 2))] if step % 2 else place)
    return route


@st.composite
def groups(draw: st.DrawFn, section: str, with_asset: bool) -> Data:
    """Return one group of flying objects for ``section``."""
    group: Data = {"start": draw(seconds), "spread": f"{draw(st.integers(0, 10))} km"}
    if section == "raids" and draw(switches):
        group["type"] = draw(st.sampled_from(["ideal/ballistic-target", "threat/srbm-300"]))
        group["launch"] = draw(places(least=2))
        target: Data = {"target": "city"} if with_asset else {"impact": list(CENTRE)}
        return group | target | draw(schedules())
    hostile = ["ideal/target", "ideal/drone", "threat/cruise", "threat/drone"]
    friends = ["ideal/aircraft", "nato/f-16c", "nato/f-35a", "nato/tb2", "civil/airliner"]
    group["type"] = draw(st.sampled_from(hostile if section == "raids" else friends))
    if section == "raids" and with_asset and draw(switches):
        return group | {"target": "city", "route": draw(routes(1))} | draw(schedules())
    if section == "traffic":
        group["side"] = draw(st.sampled_from(["friendly", "civil"]))
        group["replies"] = draw(iff_modes)
        group |= {"transponder": {"off": 0.3, "wrong_key": 0.3}} if draw(st.integers(0, 3)) == 0 else {}
    return group | {"route": draw(routes(2)), "loop": draw(switches)} | draw(schedules())


def schedules() -> st.SearchStrategy[Data]:
    """Return how the members of a group follow each other: on a schedule or at random."""
    planned = st.fixed_dictionaries({"count": st.integers(1, 4), "spacing": seconds, "jitter": seconds})
    rates = st.integers(1, 20).map(lambda value: f"{value} 1/min")
    at_random = st.fixed_dictionaries({"rate": rates, "capacity": st.integers(1, 12)})
    return st.one_of(planned, at_random.map(lambda arrivals: {"arrivals": arrivals}))


@st.composite
def doctrines(draw: st.DrawFn, is_idealised: bool, can_be_central: bool) -> Data:
    """Return one set of rules."""
    statuses = st.sampled_from(["FREE", "FREE", "FREE", "TIGHT", "TIGHT", "HOLD"])
    methods = ["DECENTRALIZED", "AUTONOMOUS"] + ["CENTRALIZED"] * 2 * can_be_central
    rules: Data = {
        "weapons_control": draw(statuses),
        "method": draw(st.sampled_from(methods)),
        "shots": draw(shots()),
        "interrogations": draw(st.sampled_from([0, 0, 0, 1, 2, 3])),
        "self_defence": draw(switches),
    }
    rules |= draw(contact_losses()) or {"autonomous": draw(statuses)}
    if draw(switches):
        rules["decision_delay"] = f"{draw(st.integers(0, 40))} s"
    if is_idealised and draw(switches):
        rules["engage"] = "once"
    if draw(st.integers(0, 3)) == 0:
        rules["identification"] = "bayes"
    if draw(switches):
        rules["conflict"] = draw(st.sampled_from(["own_reply", "friend", "authority", "threat"]))
    rules |= draw(assignments(is_idealised)) | draw(command_rules())
    return rules


@st.composite
def duties(draw: st.DrawFn) -> Data:
    """Return hours of duty, or nothing, as the key 'active'."""
    if draw(st.integers(0, 3)):
        return {}
    start = draw(st.integers(0, 100))
    return {"active": {"from": f"{start} s", "until": f"{start + draw(st.integers(1, 200))} s"}}


@st.composite
def forces(draw: st.DrawFn, types: Data, is_idealised: bool) -> Data:
    """Return nodes, sensors, fire units and links; node 'n1' is the superior of those that its orders reach."""
    count = draw(st.integers(1, 3))
    names = [f"n{number + 1}" for number in range(count)]
    nodes = {name: _node(types, draw(places()), draw(iff_modes)) | draw(trackers()) for name in names}
    sensors: Data = {}
    units: Data = {}
    for name in names:
        radar = {"type": types["radar"], "node": name, "at": draw(places()), "interrogator": draw(switches)}
        sensors[f"{name}-radar"] = radar | {"facing": draw(bearings)} | draw(duties())
        if draw(st.sampled_from([True] * 7 + [False])):
            site, facing = draw(places(most=5)), draw(bearings)
            guided = facing if draw(st.integers(0, 3)) else draw(bearings)
            sensors[f"{name}-guide"] = {"type": types["guide"], "node": name, "at": site, "facing": guided}
            unit = {"type": types["unit"], "node": name, "at": site, "facing": facing}
            unit |= {"radar": f"{name}-guide", "load": draw(loads(types["loads"]))}
            if is_idealised and draw(switches):
                unit |= {"service_time": f"{draw(st.integers(1, 30))} s", "track_probability": 0.9}
                unit |= {"radar": None} if draw(switches) else {}
            if draw(st.integers(0, 2)) == 0:
                unit["responsibility"] = {"facing": draw(bearings), "sector": "120 deg"}
            units[f"{name}-unit"] = unit | draw(stocks(unit["load"])) | draw(reactions()) | draw(duties())
            if unit["radar"] is not None and "service_time" not in unit and draw(switches):
                units[f"{name}-apart"] = launchers(unit, f"{name}-unit", draw(places(most=5)))
    links: Data = {}
    for sender in names:
        for receiver in names:
            if sender != receiver and draw(st.integers(0, 2)):
                links[f"{sender}-{receiver}"] = draw(link(types, sender, receiver, is_idealised))
    for name in ordered_by("n1", links):
        nodes[name]["superior"] = "n1"
    return {"nodes": nodes, "sensors": sensors, "fire_units": units, "links": links}


def ordered_by(name: str, links: Data) -> list[str]:
    """Return the nodes that links with orders lead to from node ``name``, directly or through others."""
    found = [name]
    for node in found:
        onward = [link["to"] for link in links.values() if link["from"] == node and "order" in link["carries"]]
        found += [other for other in dict.fromkeys(onward) if other not in found]
    return found[1:]


def _node(types: Data, place: list[float], modes: list[str]) -> Data:
    return {"type": types["command"], "at": place, "doctrine": "rules", "iff": modes, "interrogator": types["iff"]}


@st.composite
def trackers(draw: st.DrawFn) -> Data:
    """Return what a node's tracker does with motion and with what links report, as keys of that node."""
    keys: Data = {"tracker": {"motion": "imm"}} if draw(st.integers(0, 3)) == 0 else {}
    ways = ["own", "best", "covariance_intersection"] + ["naive"] * (not keys)
    return keys | ({"fusion": draw(st.sampled_from(ways))} if draw(switches) else {})


@st.composite
def link(draw: st.DrawFn, types: Data, sender: str, receiver: str, is_idealised: bool) -> Data:
    """Return one link with whatever contents make sense together."""
    contents = draw(st.sampled_from(CONTENTS))
    result = {"type": types["link"], "from": sender, "to": receiver} | draw(remote_uses(contents))
    if is_idealised and draw(switches):
        result["extrapolate"] = False
    return result | draw(duties())


@st.composite
def scenarios(draw: st.DrawFn) -> Data:
    """Return the plain data of a valid scenario with variants 'all' and, where something disturbs it, 'stress'."""
    is_idealised = draw(switches)
    types = IDEAL if is_idealised else draw(st.sampled_from([S400, PATRIOT]))
    with_asset = draw(st.integers(0, 4)) > 0
    parts = draw(forces(types, is_idealised))
    below = ["superior" in node for name, node in parts["nodes"].items() if name != "n1"]
    can_be_central = bool(below) and all(below)
    rules = draw(doctrines(is_idealised, can_be_central))
    for name, node in parts["nodes"].items():
        node |= draw(authorities(parts["links"], name, rules["method"] == "CENTRALIZED"))
    data: Data = {
        "openiamd": 1,
        "name": "drawn",
        "replications": 2,
        "seed": draw(st.integers(0, 2**31)),
        "theatre": {
            "centre": list(CENTRE),
            "radius": "400 km",
            "duration": f"{draw(st.integers(15, 40)) * 10} s",
            "step": draw(st.sampled_from(["1 s", "0.5 s"])),
            "sample": "10 s",
        },
        "doctrine": {"rules": rules},
        **parts,
    }
    if with_asset:
        data["assets"] = {"city": {"at": list(CENTRE), "radius": "15 km"} | draw(late_kills())}
    if draw(switches):
        lane = {"points": [[39.0, 32.0], [40.5, 33.5]], "width": "20 km", "floor": "1 km", "ceiling": "13 km"}
        data["corridors"] = {"lane": lane | {"speed": ["100 m/s", "300 m/s"]}}
    data["raids"] = {f"raid{number}": draw(groups("raids", with_asset)) for number in range(draw(raid_counts))}
    data["traffic"] = {
        f"flight{number}": draw(groups("traffic", with_asset)) for number in range(draw(st.integers(0, 2)))
    }
    if draw(switches):
        data["traffic"]["eye"] = {"type": "nato/e-3a", "side": "friendly", "loop": True, "route": draw(routes(2))}
        data["sensors"]["eye-radar"] = {"type": "nato/apy-2", "node": "n1", "on": "eye-1"}
    if is_idealised:
        switched: Data = {key: draw(switches) for key in ("noise", "detect_always", "correlate")}
        switched |= {"identify": "hostile"} if draw(switches) else {}
        data["idealised"] = switched | {"values": draw(weapon_values(data))}
    data["variants"] = {"all": {}}
    if draw(switches):
        data["variants"]["stress"] = draw(stresses(data)) | draw(commands(data))
    return data


def scenario_texts() -> st.SearchStrategy[str]:
    """Return the YAML text of valid scenarios."""
    return scenarios().map(lambda data: yaml.safe_dump(data, sort_keys=False))
