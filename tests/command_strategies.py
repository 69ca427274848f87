"""Hypothesis strategies of command: engagement zones, fire orders, authorities, classes, delays that are drawn."""

from typing import Any

from hypothesis import strategies as st

Data = dict[str, Any]
STATUSES = ["HOLD", "TIGHT", "FREE"]
CORNERS = [[38.5, 31.5], [38.5, 34.5], [41.5, 34.5], [41.5, 31.5]]
MIDDLE = [39.9, 32.9]
switches = st.booleans()


@st.composite
def spans(draw: st.DrawFn) -> Data:
    """Return from when until when something is in force, as its keys, or nothing."""
    if draw(switches):
        return {}
    start_s = draw(st.integers(0, 150))
    end = {"until": f"{start_s + draw(st.integers(1, 150))} s"} if draw(switches) else {}
    return {"from": f"{start_s} s"} | end


@st.composite
def commands(draw: st.DrawFn, data: Data) -> Data:
    """Return the sections ``zones`` and ``fire_orders`` of a variant, where any are drawn."""
    nodes = list(data["nodes"])
    some = st.lists(st.sampled_from(nodes), min_size=1, unique=True)
    sections: Data = {}
    count = draw(st.integers(0, 2))
    if count:
        sections["zones"] = {f"zone{number}": draw(zones(some)) for number in range(count)}
    count = draw(st.integers(0, 2))
    if count:
        sections["fire_orders"] = {f"order{number}": draw(fire_orders(data, some)) for number in range(count)}
    return sections


@st.composite
def zones(draw: st.DrawFn, nodes: st.SearchStrategy[list[str]]) -> Data:
    """Return one zone, round or with corners."""
    kind = draw(st.sampled_from(["missile_engagement", "fighter_engagement", "restricted_fire"]))
    zone: Data = {"kind": kind} | draw(spans())
    if draw(switches):
        zone["points"] = CORNERS
    else:
        zone |= {"at": MIDDLE, "radius": f"{draw(st.integers(20, 200))} km"}
    if draw(switches):
        zone |= {"floor": "1 km", "ceiling": "10 km"}
    if kind != "fighter_engagement" and draw(switches):
        zone["weapons_control"] = draw(st.sampled_from(STATUSES))
    if draw(switches):
        zone["applies_to"] = draw(nodes)
    return zone


@st.composite
def fire_orders(draw: st.DrawFn, data: Data, nodes: st.SearchStrategy[list[str]]) -> Data:
    """Return one fire order: heard by all at once, or from node 'n1' along its links with orders."""
    heard = [link["to"] for link in data["links"].values() if link["from"] == "n1" and "order" in link["carries"]]
    kind = draw(st.sampled_from(["hold_fire", "cease_fire", "weapons_control"]))
    order: Data = {"order": kind} | draw(spans())
    if kind == "weapons_control":
        order["status"] = draw(st.sampled_from(STATUSES))
    if heard and draw(switches):
        return order | {"by": "n1", "to": sorted(set(heard))}
    return order | {"to": draw(nodes)}


@st.composite
def command_rules(draw: st.DrawFn) -> Data:
    """Return what a doctrine says of classes and of how its delay is spread, as its keys."""
    rules: Data = {}
    if draw(switches):
        some = draw(st.lists(st.sampled_from(["ballistic", "air", "slow"]), min_size=1, unique=True))
        rules["weapons_control_by_class"] = {kind: draw(st.sampled_from(STATUSES)) for kind in some}
    if draw(switches):
        rules["decision_spread"] = draw(st.sampled_from([0.2, 1.0]))
    return rules


@st.composite
def authorities(draw: st.DrawFn, links: Data, name: str, central: bool) -> Data:
    """Return which authorities node 'n1' holds over a node that its links reach, as keys of that node."""
    carried = links.get(f"n1-{name}", {}).get("carries", ())
    held: Data = {}
    if central and "order" in carried and draw(switches):
        held["engagement_authority"] = "n1"
    if "identity" in carried and draw(switches):
        held["id_authority"] = "n1"
    return held
