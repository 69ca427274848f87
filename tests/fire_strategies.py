"""Hypothesis strategies of engagement: shot policies, remote use beyond a cue, launchers apart, stocks, late kills."""

from typing import Any

from hypothesis import strategies as st

Data = dict[str, Any]
switches = st.booleans()


@st.composite
def shots(draw: st.DrawFn) -> Data:
    """Return the shot doctrine of a set of rules."""
    rules: Data = {"salvos": draw(st.integers(1, 3)), "policy": draw(policies)}
    if rules["policy"] == "salvo":
        rules["salvo"] = draw(st.integers(1, 3))
    elif rules["policy"] == "shoot_shoot_look" and draw(switches):
        rules["salvo"] = draw(st.integers(2, 3))
    rounds = rules.get("salvo", 1 if rules["policy"] == "shoot_look_shoot" else 2)
    if rounds > 1 and draw(switches):
        rules["spacing"] = f"{draw(st.integers(1, 12))} s"
    return rules


policies = st.sampled_from(["salvo", "salvo", "shoot_look_shoot", "shoot_shoot_look"])


@st.composite
def remote_uses(draw: st.DrawFn, carried: list[str]) -> Data:
    """Return what the receiver of a link may do with its tracks, beyond a cue where it carries fire control."""
    if "track" not in carried:
        return {"carries": carried, "remote_use": "NONE"}
    if draw(st.integers(0, 3)):
        return {"carries": carried, "remote_use": draw(st.sampled_from(["NONE", "CUE"]))}
    use: Data = {"carries": [*carried, "fire_control"]}
    use["remote_use"] = draw(st.sampled_from(["CUE", "LAUNCH_ON_REMOTE", "ENGAGE_ON_REMOTE"]))
    if draw(switches):
        use |= {"remote_quality": draw(st.integers(0, 15)), "remote_age": f"{draw(st.integers(1, 60))} s"}
    return use


def launchers(unit: Data, owner: str, place: list[float]) -> Data:
    """Return launchers of the same kind at another place that use the channels of the unit ``owner``."""
    apart = {key: unit[key] for key in ("type", "node", "facing", "load") if key in unit}
    return apart | {"at": place, "shares_channels_with": owner}


@st.composite
def stocks(draw: st.DrawFn, load: dict[str, int]) -> Data:
    """Return a stock to reload what is loaded, or nothing, as the key of a fire unit."""
    if not all(load.values()) or draw(switches):
        return {}
    return {"stock": {kind: draw(st.integers(0, 8)) for kind in load}}


@st.composite
def reactions(draw: st.DrawFn) -> Data:
    """Return how the reaction of a fire unit is spread, or nothing, as its key."""
    return {"reaction_spread": draw(st.sampled_from([0.2, 1.0]))} if draw(switches) else {}


@st.composite
def late_kills(draw: st.DrawFn) -> Data:
    """Return where a kill counts as late, or nothing, as the key of an asset."""
    choice = st.sampled_from([None, {}, {"within": "30 km"}, {"within": "30 km", "below": "5 km"}])
    late = draw(choice)
    return {} if late is None else {"late_kill": late}
