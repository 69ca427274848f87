"""The scenario as a whole: the sections of the file and the variants laid over them."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationError

from openiamd.errors import ScenarioError
from openiamd.scenario.command import FireOrder, Zone
from openiamd.scenario.doctrine import Doctrine
from openiamd.scenario.document import Document, KeyPath, merge, suggestion
from openiamd.scenario.environment import Environment
from openiamd.scenario.faults import Fault
from openiamd.scenario.forces import FireUnit, Node, Sensor
from openiamd.scenario.network import Link
from openiamd.scenario.problems import translate
from openiamd.scenario.quantities import Entry, Identifier
from openiamd.scenario.raids import Raid, Traffic
from openiamd.scenario.readiness import ReadinessEntries
from openiamd.scenario.scene import Asset, Corridor, FlightPlan, Theatre

NOT_OVERRIDABLE = ("openiamd", "name", "reference", "compare", "variants")
WORDS = ("openiamd", "name", "title", "description")


def _settings(value: dict[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    for key, entry in value.items():
        if isinstance(entry, dict) and entry:
            yield from _settings(entry, (*path, key))
        else:
            yield (*path, key), entry


class Idealised(Entry):
    """Switches for scenarios that are compared with closed forms; never for a real question."""

    noise: bool = Field(default=True, description="false: a measurement equals the truth.")
    detect_always: bool = Field(
        default=False, description="true: a look inside range and sector always detects; no horizon."
    )
    correlate: bool = Field(default=True, description="false: remote tracks are never joined with local ones.")
    identify: Literal["hostile"] | None = Field(default=None, description="hostile: every confirmed track is HOSTILE.")
    values: dict[str, str | int | float] = Field(
        default={}, description="Values of 'ideal/...' catalogue entries, like {ideal/interceptor.pk_aircraft: 0.7}."
    )


class Scenario(Entry):
    """One scenario file, or one variant of it."""

    openiamd: Literal[1] = Field(description="Version of this format; always 1.")
    name: Identifier = Field(description="Short name, as in the file name.")
    title: str = Field(default="", description="One line for the report.")
    description: str = Field(default="", description="What the scenario is about.")
    reference: Identifier | None = Field(
        default=None, description="Variant that others are compared with; else the first one."
    )
    compare: list[Identifier] | None = Field(
        default=None, description="Variants compared unless told otherwise; else all."
    )
    replications: int = Field(default=200, ge=1, le=1_000_000, description="Monte Carlo runs of each variant.")
    seed: int = Field(default=1, ge=0, lt=2**63, description="Seed of all draws; the same in every variant.")
    theatre: Theatre = Field(description="Where and how long.")
    environment: Environment | None = Field(
        default=None, description="Terrain and propagation; without it free space over a smooth earth."
    )
    assets: dict[Identifier, Asset] = Field(default={}, description="Defended places.")
    corridors: dict[Identifier, Corridor] = Field(default={}, description="Airways and return lanes.")
    flight_plans: dict[Identifier, FlightPlan] = Field(default={}, description="Flights declared beforehand.")
    zones: dict[Identifier, Zone] = Field(
        default={}, description="Parts of the air with rules of engagement of their own."
    )
    doctrine: dict[Identifier, Doctrine] = Field(default={}, description="Named sets of rules.")
    nodes: dict[Identifier, Node] = Field(default={}, description="Command nodes.")
    sensors: dict[Identifier, Sensor] = Field(default={}, description="Radars.")
    fire_units: dict[Identifier, FireUnit] = Field(default={}, description="Launchers with their engagement radars.")
    links: dict[Identifier, Link] = Field(default={}, description="Data links.")
    fire_orders: dict[Identifier, FireOrder] = Field(default={}, description="Orders about fire, each for a time.")
    raids: dict[Identifier, Raid] = Field(default={}, description="Hostile objects.")
    traffic: dict[Identifier, Traffic] = Field(default={}, description="Friendly and civil aircraft.")
    readiness: ReadinessEntries = Field(
        default={}, description="States of readiness and partial activation; without any, everything is on duty."
    )
    faults: dict[Identifier, Fault] = Field(default={}, description="What fails, is cut or is sabotaged, and when.")
    idealised: Idealised | None = Field(default=None, description="Switches for comparison with closed forms.")
    variants: dict[Identifier, dict[str, Any]] = Field(
        default={}, description="Named overrides: the same sections, laid over the base; null deletes an entry."
    )

    _document: Document = PrivateAttr()
    _variant: str = PrivateAttr(default="")

    @classmethod
    def from_document(cls, document: Document, *, variant: str = "", whole: Document | None = None) -> Self:
        """Return the validated scenario; raise ScenarioError with file, line and hint where it is wrong."""
        try:
            scenario = cls.model_validate(document.data)
        except ValidationError as error:
            raise translate(error, document, cls) from None
        scenario._document = whole or document
        scenario._variant = variant
        scenario._check_variants()
        return scenario

    def _check_variants(self) -> None:
        for name, override in self.variants.items():
            for key in override:
                if key in NOT_OVERRIDABLE:
                    hint = "move it to the base: it is the same for all variants"
                    raise self.error(("variants", name, key), f"variant '{name}' overrides '{key}'", hint)
        if self.reference is not None and self.reference not in self.variant_names:
            message = f"reference is '{self.reference}', which is not a variant"
            raise self.error(("reference",), message, suggestion(self.reference, self.variant_names, "variants"))
        for position, name in enumerate(self.compare or []):
            if name not in self.variant_names:
                hint = suggestion(name, self.variant_names, "variants")
                raise self.error(("compare", position), f"compare names '{name}', which is not a variant", hint)

    @property
    def variant_names(self) -> list[str]:
        """Names of the variants in file order; ``['base']`` where the file has none."""
        return list(self.variants) or ["base"]

    @property
    def reference_variant(self) -> str:
        """The variant that others are compared with."""
        return self.reference or self.variant_names[0]

    @property
    def compared_variants(self) -> list[str]:
        """The variants that a comparison runs unless told otherwise, the reference first."""
        names = self.compare or self.variant_names
        return [self.reference_variant, *(name for name in names if name != self.reference_variant)]

    @property
    def variant_name(self) -> str:
        """The variant that this is, or '' for the base."""
        return self._variant

    @property
    def file(self) -> str:
        """The file as the user named it."""
        return self._document.file

    @property
    def text(self) -> str:
        """The whole file as it was read."""
        return self._document.text

    @property
    def data(self) -> dict[str, Any]:
        """This variant as plain data, without the variants of the file."""
        document = merge(self._document, ("variants", self._variant)) if self._applies else self._document
        return {key: value for key, value in document.data.items() if key not in ("reference", "compare", "variants")}

    @property
    def settings(self) -> dict[KeyPath, Any]:
        """Every setting of this variant by its path, without titles and descriptions; a list is one setting."""
        return dict(_settings({key: value for key, value in self.data.items() if key not in WORDS}, ()))

    @property
    def _applies(self) -> bool:
        return bool(self._variant and self.variants)

    @property
    def digest(self) -> str:
        """SHA-256 of the whole file's content, independent of layout and comments."""
        text = json.dumps(self._document.data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def variant(self, name: str) -> Self:
        """Return the variant ``name``: the base with its override laid over it, validated again."""
        if name not in self.variant_names:
            hint = suggestion(name, self.variant_names, "variants")
            raise ScenarioError(f"scenario '{self.name}' has no variant '{name}'", file=self.file, hint=hint)
        whole = self._document
        if not self.variants:
            return type(self).from_document(whole, variant=name)
        return type(self).from_document(merge(whole, ("variants", name)), variant=name, whole=whole)

    def _named(self, message: str) -> str:
        return f"{message} in variant '{self._variant}'"

    def error(self, path: KeyPath, message: str, hint: str | None = None) -> ScenarioError:
        """Return the error that says ``message`` about the value at ``path`` of this variant.

        Where the variant wrote nothing of it, the line is that of the base, and the message names the variant.
        """
        document = self._document
        if self._applies:
            place = ("variants", self._variant, *path)
            written = any(place[:length] in document.lines for length in (len(place), len(place) - 1) if length > 2)
            return document.error(place if written else path, message if written else self._named(message), hint)
        return document.error(path, message, hint)
