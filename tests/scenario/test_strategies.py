"""The strategies draw what they promise: valid scenarios of every kind."""

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from openiamd.catalogue.entries import Catalogue, load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.scenario.checks import check
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from strategies import Data, scenario_texts, scenarios
from stress_strategies import STATES


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


@given(text=scenario_texts())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_drawn_scenarios_are_valid(text: str) -> None:
    scenario = Scenario.from_document(read_document(text.encode(), "drawn.yaml"))
    check(scenario, catalogue().names_by_kind())
    for name in scenario.variant_names:
        resolved = resolve(scenario.variant(name), catalogue())
        assert len({item.id for item in resolved.objects}) == len(resolved.objects)


COVERED: dict[str, Callable[[Data], bool]] = {
    "random arrivals": lambda data: any("arrivals" in raid for raid in data["raids"].values()),
    "ballistic": lambda data: any("launch" in raid for raid in data["raids"].values()),
    "orbit": lambda data: any(flight.get("loop") for flight in data["traffic"].values()),
    "identity on a link": lambda data: any("identity" in link["carries"] for link in data["links"].values()),
    "superior": lambda data: any("superior" in node for node in data["nodes"].values()),
    "central control": lambda data: data["doctrine"]["rules"]["method"] == "CENTRALIZED",
    "contact loss": lambda data: "contact_loss" in data["doctrine"]["rules"],
    "shots spaced": lambda data: "spacing" in data["doctrine"]["rules"]["shots"],
    "remote engagement": lambda data: any(link["remote_use"] == "ENGAGE_ON_REMOTE" for link in data["links"].values()),
    "launchers apart": lambda data: any("shares_channels_with" in unit for unit in data["fire_units"].values()),
    "stock": lambda data: any(sum(unit.get("stock", {}).values()) for unit in data["fire_units"].values()),
    "late kills": lambda data: any("late_kill" in asset for asset in data.get("assets", {}).values()),
    "zones": lambda data: "zones" in data["variants"].get("stress", {}),
    "fire orders": lambda data: "fire_orders" in data["variants"].get("stress", {}),
    "fire orders over links": lambda data: any(
        "by" in order for order in data["variants"].get("stress", {}).get("fire_orders", {}).values()
    ),
    "classes": lambda data: "weapons_control_by_class" in data["doctrine"]["rules"],
    "identification authority": lambda data: any("id_authority" in node for node in data["nodes"].values()),
    "engagement authority": lambda data: any("engagement_authority" in node for node in data["nodes"].values()),
    "optimal assignment": lambda data: data["doctrine"]["rules"].get("assignment") == "optimal",
    "random assignment": lambda data: data["doctrine"]["rules"].get("assignment") == "random",
    "engagements on a link": lambda data: any("engagement" in link["carries"] for link in data["links"].values()),
    "faults": lambda data: "faults" in data["variants"].get("stress", {}),
    "losses": lambda data: "assets" in data["variants"].get("stress", {}),
    **{
        form: lambda data, form=form: any(
            entry["state"] == form for entry in data["variants"].get("stress", {}).get("readiness", {}).values()
        )
        for form in (*STATES, "hours", "cued", "sector", "hold", "training")
    },
    "free": lambda data: data["doctrine"]["rules"]["weapons_control"] == "FREE",
    "weapons hold": lambda data: data["doctrine"]["rules"]["weapons_control"] == "HOLD",
    "real systems with fire units": lambda data: "idealised" not in data and len(data["fire_units"]) > 0,
    "fixed service time": lambda data: any("service_time" in unit for unit in data["fire_units"].values()),
    "sensor in the air": lambda data: "eye-radar" in data["sensors"],
}


@pytest.mark.parametrize("what", COVERED)
def test_every_feature_is_drawn(what: str) -> None:
    quick = settings(
        max_examples=5000,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    assert COVERED[what](find(scenarios(), COVERED[what], settings=quick))
