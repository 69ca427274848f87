"""Hands out catalogue values and ranged scenario inputs, and keeps a list of what a run rests on."""

from collections.abc import Mapping

from openiamd.catalogue.entries import Catalogue
from openiamd.catalogue.kinds import ENVELOPE_RANGE, KINDS
from openiamd.catalogue.read import CatalogueEntry, CatalogueValue
from openiamd.catalogue.resolved import Input
from openiamd.errors import CatalogueError, UnitError
from openiamd.scenario.document import suggestion
from openiamd.scenario.model import Scenario
from openiamd.scenario.quantities import Quantity
from openiamd.units import quantity

SHARED_ANCHOR = ("shared/radar", "anchor_detection_probability")


class Values:
    """The numbers of one resolution: nominal unless overridden, each recorded once as an ``Input``."""

    def __init__(self, scenario: Scenario, catalogue: Catalogue, overrides: Mapping[str, float]) -> None:
        self.catalogue = catalogue
        self.overrides = {**_idealised(scenario, catalogue), **overrides}
        self.used: dict[str, Input] = {}

    def entry(self, name: str) -> CatalogueEntry:
        """Return the entry ``name``; raise CatalogueError where there is none."""
        return self.catalogue.entry(name)

    def get(self, entry: str, name: str) -> float:
        """Return the value in SI of ``name`` of ``entry``, and record it."""
        value = self.catalogue.entry(entry).values[name]
        path = f"{entry}.{name}"
        number = self.overrides.get(path, value.nominal)
        self.used.setdefault(path, _input(path, number, value))
        return number

    def count(self, entry: str, name: str) -> int:
        """Return the value of ``name`` of ``entry`` as a whole number."""
        return round(self.get(entry, name))

    def optional(self, entry: str, name: str, default: float) -> float:
        """Return the value in SI of ``name`` of ``entry``, or ``default`` where the entry has none."""
        return self.get(entry, name) if name in self.catalogue.entry(entry).values else default

    def anchor(self, entry: str) -> tuple[float, float, float]:
        """Return range in m, target in m² and detection probability of a radar's anchor; a range of 0 is none."""
        values = self.catalogue.entry(entry).values
        has_own = "anchor_detection_probability" in values
        probability = self.get(entry, SHARED_ANCHOR[1]) if has_own else self.get(*SHARED_ANCHOR)
        if "range_anchor" not in values:
            return 0.0, 1.0, probability
        return self.get(entry, "range_anchor"), values["range_anchor"].at_rcs_m2 or 1.0, probability

    def scenario(self, path: str, value: Quantity) -> float:
        """Return a scenario's quantity in SI; a ranged one is recorded under ``scenario:path``."""
        if not value.is_ranged:
            return value.value
        path = f"scenario:{path}"
        number = self.overrides.get(path, value.value)
        marks = (value.source, value.source_class, value.verification)
        self.used.setdefault(path, Input(path, number, value.value, value.low, value.high, value.unit, "pert", *marks))
        return number

    def inputs(self) -> tuple[Input, ...]:
        """Return what was used, in order of path; raise CatalogueError for an override that nothing used."""
        for path in self.overrides:
            if path not in self.used:
                hint = suggestion(path, sorted(self.used), "inputs")
                raise CatalogueError(f"override of '{path}', which this scenario does not use", hint=hint)
        return tuple(self.used[path] for path in sorted(self.used))


def _input(path: str, number: float, value: CatalogueValue) -> Input:
    source = "; ".join(value.sources)
    marks = (source, value.source_class, value.verification)
    return Input(path, number, value.nominal, value.low, value.high, value.si_unit, value.distribution, *marks)


def _idealised(scenario: Scenario, catalogue: Catalogue) -> dict[str, float]:
    """Return the values that an idealised scenario gives to 'ideal/...' entries."""
    result: dict[str, float] = {}
    for path, text in (scenario.idealised.values if scenario.idealised else {}).items():
        entry, _, name = path.partition(".")
        place = ("idealised", "values", path)
        if not entry.startswith("ideal/") or entry not in catalogue.entries:
            known = sorted(name for name in catalogue.entries if name.startswith("ideal/"))
            raise scenario.error(
                place, f"'{path}' is not a value of an idealised entry", suggestion(entry, known, "entries")
            )
        found = catalogue.entries[entry]
        if name not in found.values:
            raise scenario.error(
                place, f"'{entry}' has no value '{name}'", suggestion(name, list(found.values), "values")
            )
        result[path] = _read(scenario, place, text, found.kind, name)
    return result


def _read(scenario: Scenario, place: tuple[str, ...], text: object, kind: str, name: str) -> float:
    """Return the SI value of a text given for value ``name`` of a catalogue kind."""
    rule = ENVELOPE_RANGE if name.startswith("envelope.") else KINDS[kind][name]
    try:
        si = quantity(text, rule.dimension)
    except UnitError as error:
        raise scenario.error(place, error.message, error.hint) from None
    above = rule.most is not None and si > rule.most
    if (si < 0.0 and not rule.signed) or (si == 0.0 and rule.positive) or (rule.whole and not si.is_integer()) or above:
        raise scenario.error(place, f"'{place[-1]}' is {text}, which it cannot be", rule.doc)
    return si
