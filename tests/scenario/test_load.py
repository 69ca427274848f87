"""Reading YAML, laying variants over a base, and reading quantities."""

import json
import math
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiamd.errors import ScenarioError
from openiamd.scenario.document import merge, read_document
from openiamd.scenario.load import gallery, load_scenario
from openiamd.scenario.model import Scenario
from openiamd.scenario.schema import json_schema

BASE = """\
openiamd: 1
name: small
theatre: {centre: [39.9, 32.9], radius: 300 km, duration: 20 min}
doctrine: {blue: {shots: {salvo: 1}}}
nodes:
  post: {type: s400/55k6e, at: [39.9, 32.9], doctrine: blue}
"""


def from_text(text: str) -> Scenario:
    return Scenario.from_document(read_document(text.encode(), "small.yaml"))


def test_words_that_yaml_1_1_reads_as_booleans_or_times_stay_text() -> None:
    data = read_document(b"on: no\nyes: off\ntime: 12:30\nday: 2021-06-17\nzero: 010\nnumber: 1e3", "a.yaml").data
    assert data == {"on": "no", "yes": "off", "time": "12:30", "day": "2021-06-17", "zero": 10, "number": 1000.0}


def test_lines_are_those_of_the_keys() -> None:
    document = read_document(b"a:\n  b: 1\n  c:\n    - x\n    - y: 2\n", "a.yaml")
    assert document.lines[("a",)] == 1
    assert document.lines[("a", "c")] == 3
    assert document.lines[("a", "c", 1, "y")] == 5
    assert document.line(("a", "c", 1, "unknown")) == 5


def test_aliases_repeat_a_value() -> None:
    data = read_document(b"a: &x {b: [1, 2]}\nc: *x\n", "a.yaml").data
    assert data["c"] == {"b": [1, 2]}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text("abc äß:#-'\"{}[]", max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
        max_leaves=12,
    )
)
def test_json_is_read_as_json_reads_it(value: object) -> None:
    text = json.dumps({"value": value}, ensure_ascii=False)
    assert read_document(text.encode(), "a.yaml").data == json.loads(text)


def test_a_variant_merges_deeply_and_null_deletes() -> None:
    text = "a: {x: 1, y: {z: 2, w: 3}}\nb: 4\nvariants:\n  v:\n    a: {y: {z: null, q: 5}}\n    b: null\n"
    merged = merge(read_document(text.encode(), "a.yaml"), ("variants", "v"))
    assert merged.data["a"] == {"x": 1, "y": {"w": 3, "q": 5}}
    assert "b" not in merged.data
    assert merged.lines[("a", "y", "q")] == 5
    assert merged.lines[("a", "x")] == 1


def test_a_variant_leaves_the_base_alone() -> None:
    scenario = from_text(BASE + "variants: {a: {doctrine: {blue: {shots: {salvo: 3}}}}, b: {}}\n")
    assert scenario.variant("a").doctrine["blue"].shots.salvo == 3
    assert scenario.variant("b").doctrine["blue"].shots.salvo == 1
    assert scenario.variant("a").variant("b").doctrine == scenario.doctrine


def test_a_list_in_a_variant_replaces_the_list() -> None:
    scenario = from_text(BASE + "variants: {a: {nodes: {post: {at: [38.0, 32.0]}}}}\n")
    assert scenario.variant("a").nodes["post"].at.latitude_deg == 38.0


def test_a_scenario_without_variants_has_one() -> None:
    scenario = from_text(BASE)
    assert scenario.variant_names == ["base"]
    assert scenario.reference_variant == "base"
    assert scenario.variant("base").nodes == scenario.nodes


def test_the_reference_leads_the_comparison() -> None:
    scenario = from_text(BASE + "reference: b\ncompare: [a, b]\nvariants: {a: {}, b: {}, c: {}}\n")
    assert scenario.compared_variants == ["b", "a"]
    assert scenario.variant_names == ["a", "b", "c"]


def test_a_mistake_in_a_variant_is_reported_there() -> None:
    text = BASE + "variants:\n  a:\n    nodes:\n      post: {tpye: s400/55k6e}\n"
    with pytest.raises(ScenarioError, match="node 'post' has the unknown key 'tpye'") as caught:
        from_text(text).variant("a")
    assert caught.value.line == 10


def test_a_ranged_quantity_keeps_its_range_and_source() -> None:
    lead = "{nominal: 10 min, low: 0 min, high: 30 min, source: own estimate, source_class: E, verification: D}"
    ready = f"readiness: {{stored: {{state: boxed, applies_to: [post], warning: {{lead: {lead}}}}}}}\n"
    warning = from_text(BASE + ready).readiness["stored"].warning
    assert warning is not None
    value = warning.lead
    assert (value.low, value.value, value.high) == (0.0, 600.0, 1800.0)
    assert value.is_ranged
    assert value.source == "own estimate"


def test_quantities_are_si() -> None:
    scenario = from_text(BASE.replace("300 km", "100 nmi"))
    assert math.isclose(scenario.theatre.radius.value, 185_200.0)
    assert not scenario.theatre.radius.is_ranged


def test_the_digest_ignores_layout_and_follows_content() -> None:
    assert from_text(BASE).digest == from_text("# a comment\n" + BASE).digest
    assert from_text(BASE).digest != from_text(BASE.replace("salvo: 1", "salvo: 2")).digest


def test_a_path_and_a_gallery_name_load_the_same(tmp_path: Path) -> None:
    package = Path(__file__).parents[2] / "src" / "openiamd" / "scenarios" / "minimal.yaml"
    copy = tmp_path / "copy.yaml"
    copy.write_bytes(package.read_bytes())
    assert load_scenario(copy).digest == load_scenario("minimal").digest
    assert load_scenario(str(copy)).file == str(copy)


def test_the_published_schema_is_the_generated_one() -> None:
    published = Path(__file__).parents[2] / "docs" / "scenario.schema.json"
    assert json.loads(published.read_text()) == json_schema(), "run: iamd schema > docs/scenario.schema.json"


def test_every_field_of_the_schema_is_documented() -> None:
    schema = json_schema()
    models = {"scenario": schema, **schema["$defs"]}
    for name, model in models.items():
        assert model.get("description"), name
        if name != "RangedQuantity":
            for field, content in model.get("properties", {}).items():
                assert content.get("description"), f"{name}.{field}"


def test_the_schema_accepts_the_gallery_and_refuses_a_misspelt_section() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    folder = Path(__file__).parents[2] / "src" / "openiamd" / "scenarios"
    for name in gallery():
        data = read_document((folder / f"{name}.yaml").read_bytes(), name).data
        validator.validate(data)
        assert not validator.is_valid({**data, "nodez": {}})
