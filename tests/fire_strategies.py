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


@st.composite
def loads(draw: st.DrawFn, kinds: list[str]) -> Data:
    """Return ready rounds of one or two types of interceptor."""
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=2, unique=True))
    return {kind: draw(st.sampled_from([2, 4, 8, 1, 3, 0])) for kind in chosen}


@st.composite
def weapon_values(draw: st.DrawFn, data: Data) -> Data:
    """Return values of what idealised units are there: how they turn, err, wait and reach, each or not."""
    values: Data = {}
    for part in (turning, erring, waiting, reaching, rising):
        if draw(st.integers(0, 2)) == 0:
            values |= draw(part())
    units = data["fire_units"].values()
    there = {one["type"] for one in [*units, *data["sensors"].values()]} | {
        kind for one in units for kind in one["load"]
    }
    if not any(sum(unit.get("stock", {}).values()) for unit in units):
        values.pop("ideal/fire-unit.reload", None)
    return {name: value for name, value in values.items() if name.split(".")[0] in there}


@st.composite
def turning(draw: st.DrawFn) -> Data:
    """Return a sector of engagement, fixed or one that can be turned, with an engagement radar like it."""
    sector = f"{draw(st.integers(4, 18)) * 10} deg"
    values = {"ideal/fire-unit.engage_sector": sector, "ideal/engagement-radar.azimuth_coverage": sector}
    if draw(switches):
        values["ideal/fire-unit.slew_rate"] = f"{draw(st.integers(1, 30))} deg/s"
    return values


@st.composite
def erring(draw: st.DrawFn) -> Data:
    """Return how often and for how long an outcome is misjudged."""
    values: Data = {"ideal/fire-unit.assessment": f"{draw(st.integers(0, 10))} s"}
    values["ideal/fire-unit.assessment_false_kill"] = draw(st.sampled_from([0.0, 0.5, 1.0]))
    values["ideal/fire-unit.assessment_false_survivor"] = draw(st.sampled_from([0.0, 0.5]))
    values["ideal/fire-unit.assessment_recheck"] = f"{draw(st.integers(1, 30))} s"
    return values


@st.composite
def waiting(draw: st.DrawFn) -> Data:
    """Return few channels, little guidance, and times to react and to reload."""
    values: Data = {"ideal/fire-unit.channels": draw(st.integers(1, 4))}
    values["ideal/fire-unit.missiles_guided"] = draw(st.integers(1, 6))
    values["ideal/fire-unit.reaction"] = f"{draw(st.integers(0, 20))} s"
    values["ideal/fire-unit.reload"] = f"{draw(st.integers(1, 60))} s"
    return values


@st.composite
def reaching(draw: st.DrawFn) -> Data:
    """Return limits of range and height of every idealised interceptor."""
    values: Data = {}
    for kind in ("interceptor", "active-interceptor", "coasting-interceptor"):
        values[f"ideal/{kind}.range_minimum"] = f"{draw(st.integers(0, 20))} km"
        values[f"ideal/{kind}.range_air"] = f"{draw(st.integers(30, 200))} km"
        values[f"ideal/{kind}.range_ballistic"] = f"{draw(st.integers(25, 200))} km"
        values[f"ideal/{kind}.altitude_minimum"] = f"{draw(st.integers(0, 2000))} m"
        values[f"ideal/{kind}.altitude_maximum"] = f"{draw(st.integers(3, 30))} km"
    return values


@st.composite
def rising(draw: st.DrawFn) -> Data:
    """Return an envelope by altitude, a speed that decays, a kill probability that falls, an earlier hand-over."""
    kind = "ideal/coasting-interceptor"
    values: Data = {f"{kind}.envelope.{level} km": f"{draw(st.integers(20, 150))} km" for level in (0, 10)}
    values[f"{kind}.speed_decay"] = f"{draw(st.integers(20, 200))} km"
    values[f"{kind}.speed_minimum"] = f"{draw(st.integers(0, 700))} m/s"
    values[f"{kind}.pk_edge"] = draw(st.sampled_from([0.2, 1.0]))
    values["ideal/active-interceptor.terminal_active"] = f"{draw(st.integers(0, 40))} s"
    return values


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
