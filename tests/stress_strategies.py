"""Hypothesis strategies of who fires at what, and of what degrades a defence: readiness, faults, losses of contact."""

from typing import Any

from hypothesis import strategies as st

Data = dict[str, Any]
STATES = ["boxed", "march", "emplaced", "dark", "active"]
MARKS = {"source": "drawn", "source_class": "E", "verification": "D"}
switches = st.booleans()


def later(least_s: int, most_s: int) -> st.SearchStrategy[str]:
    """Return a time of the run as text."""
    return st.integers(least_s, most_s).map(lambda value: f"{value} s")


@st.composite
def contact_losses(draw: st.DrawFn) -> Data:
    """Return what a doctrine says of contact loss, as its key, or nothing."""
    if draw(switches):
        return {}
    actions = ["autonomous_free", "autonomous_tight", "hold", "dark", "self_defence"]
    return {"contact_loss": {"action": draw(st.sampled_from(actions)), "after": draw(later(1, 90))}}


@st.composite
def assignments(draw: st.DrawFn, is_idealised: bool) -> Data:
    """Return how a doctrine assigns tracks to fire units, as its keys, or nothing."""
    if draw(switches):
        return {}
    rules: Data = {"assignment": draw(st.sampled_from(["greedy", "optimal"] + ["random"] * is_idealised))}
    rules["coordinate"] = draw(switches)
    if draw(switches):
        weights = {name: float(draw(st.integers(0, 3))) for name in ("ballistic", "air", "slow")}
        rules["priority"] = {"half_time": draw(later(1, 600)), "classes": weights}
    return rules


@st.composite
def stresses(draw: st.DrawFn, data: Data) -> Data:
    """Return the sections of a variant in which readiness, faults and losses disturb what ``data`` holds."""
    sections: Data = {}
    entries = draw(readiness(data))
    if entries:
        sections["readiness"] = entries
    things = [*data["nodes"], *data["sensors"], *data["fire_units"], *data["links"]]
    count = draw(st.integers(0, 3))
    if count:
        sections["faults"] = {f"fault{number}": draw(faults(things)) for number in range(count)}
    if "city" in data.get("assets", {}) and draw(switches):
        held: Data = {"holds": draw(st.lists(st.sampled_from(things), min_size=1, max_size=3, unique=True))}
        held["loss"] = draw(st.sampled_from([0.3, 1.0]))
        held |= {"restored_after": draw(later(0, 120))} if draw(switches) else {}
        sections["assets"] = {"city": held}
    return sections


@st.composite
def faults(draw: st.DrawFn, things: list[str]) -> Data:
    """Return one fault of one of the things."""
    at_s = draw(st.integers(0, 99))
    fault: Data = {"of": draw(st.sampled_from(things)), "at": f"{at_s} s"}
    fault["cause"] = draw(st.sampled_from(["failure", "cut", "sabotage"]))
    if draw(switches):
        fault["until"] = f"{at_s + draw(st.integers(1, 120))} s"
    if draw(switches):
        fault |= {"probability": 0.5, "spread": draw(later(0, 60))}
    return fault


@st.composite
def readiness(draw: st.DrawFn, data: Data) -> Data:
    """Return entries of readiness, at most one a node and aspect: its state, its sector, weapons hold, training.

    Each is about the node, or by name about some of its radars and fire units.
    """
    entries: Data = {}
    for node in data["nodes"]:
        radars = [name for name, one in data["sensors"].items() if one["node"] == node and "on" not in one]
        units = [name for name, one in data["fire_units"].items() if one["node"] == node]
        if draw(switches):
            entry = draw(states(data, node))
            entry["applies_to"] = draw(whom(node, radars if entry["state"] == "cued" else radars + units))
            entries[f"{node}-state"] = entry
        for form, named in (("sector", radars + units), ("hold", []), ("training", units)):
            if draw(st.integers(0, 4)) == 0:
                entry = {"state": form, "applies_to": draw(whom(node, named))} | draw(warnings(bool(data["raids"])))
                if form == "sector":
                    entry["sector"] = {"facing": f"{draw(st.integers(0, 359))} deg", "sector": "120 deg"}
                entries[f"{node}-{form}"] = entry
    return entries


@st.composite
def whom(draw: st.DrawFn, node: str, named: list[str]) -> list[str]:
    """Return whom an entry is about: a node, or some of what is its own."""
    if not named or draw(st.integers(0, 2)):
        return [node]
    return draw(st.lists(st.sampled_from(named), min_size=1, unique=True))


@st.composite
def states(draw: st.DrawFn, data: Data, node: str) -> Data:
    """Return an entry about the state of a node's radars and fire units: a state, hours, or a wait for a cue."""
    can_be_cued = any(link["to"] == node and link["remote_use"] != "NONE" for link in data["links"].values())
    can_be_cued = can_be_cued and not any(one["node"] == node and "on" in one for one in data["sensors"].values())
    form = draw(st.sampled_from(STATES + ["hours"] + ["cued"] * 2 * can_be_cued))
    entry: Data = {"state": form} | draw(warnings(bool(data["raids"])))
    if form == "hours":
        first, second = draw(st.integers(0, 60)), draw(st.integers(61, 200))
        entry["hours"] = [{"from": f"{first} s", "until": "61 s"}, {"from": f"{second} s"}]
    elif form == "cued":
        entry |= {"cue_range": f"{draw(st.integers(10, 300))} km", "linger": draw(later(0, 60))}
    elif draw(switches):
        times_s = sorted(draw(st.lists(st.integers(0, 200), min_size=1, max_size=3, unique=True)))
        entry["orders"] = [{"at": f"{time_s} s", "state": draw(st.sampled_from(STATES))} for time_s in times_s]
    return entry


@st.composite
def warnings(draw: st.DrawFn, has_raid: bool) -> Data:
    """Return a warning of the raid, or nothing, as the key of an entry."""
    if not has_raid or draw(switches):
        return {}
    warning: Data = {"lead": {"nominal": "5 min", "low": "0 min", "high": "10 min"} | MARKS}
    if draw(switches):
        warning["preparation"] = {"nominal": f"{draw(st.integers(0, 6))} min", "low": "0 min", "high": "10 min"} | MARKS
    return {"warning": warning}
