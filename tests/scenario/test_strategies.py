"""The strategies draw what they promise: valid scenarios of every kind."""

from collections import Counter
from functools import cache

from hypothesis import HealthCheck, Phase, given, seed, settings

from features import FEATURES, features
from openiamd.catalogue.entries import Catalogue, load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.scenario.checks import check
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from strategies import Data, scenario_texts, scenarios


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


def test_every_feature_is_drawn_often_enough() -> None:
    """Each in 1 % of scenarios at least: of 10,000 in the soak, a hundred."""
    drawn: Counter[str] = Counter()
    scenes = 1000

    @seed(1)
    @settings(
        max_examples=scenes,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(data=scenarios())
    def look(data: Data) -> None:
        drawn.update(features(data))

    look()
    rare = {name: drawn[name] for name in FEATURES if drawn[name] < scenes // 100}
    assert not rare, f"drawn too seldom in {scenes}: {rare}"
