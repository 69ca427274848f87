"""A stock of rounds needs a type of fire unit that is reloaded."""

from dataclasses import replace

import pytest

from bad_scenarios import GOOD
from openiamd.catalogue.resolve import resolve
from openiamd.errors import ScenarioError
from openiamd.scenario.checks import check
from openiamd.scenario.document import read_document
from openiamd.scenario.model import Scenario
from scenes import catalogue


def test_a_stock_needs_a_type_that_is_reloaded() -> None:
    text = GOOD.replace("load: {s400/48n6e3: 32}}", "load: {s400/48n6e3: 32}, stock: {s400/48n6e3: 4}}")
    scenario = Scenario.from_document(read_document(text.encode(), "small.yaml")).variant("alone")
    known = catalogue()
    check(scenario, known.names_by_kind())
    assert resolve(scenario, known).fire_units[0].reload_s == 3600.0
    unit = known.entries["s400/fire-unit"]
    without = replace(unit, values={name: value for name, value in unit.values.items() if name != "reload"})
    with pytest.raises(ScenarioError, match="has a stock, and 's400/fire-unit' has no value 'reload'"):
        resolve(scenario, replace(known, entries={**known.entries, "s400/fire-unit": without}))
