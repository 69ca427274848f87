"""Simulates one stored run again, as it was and with one thing changed, under the same draws."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

import openiamd
from openiamd.catalogue.entries import load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.catalogue.resolved import ResolvedScenario
from openiamd.errors import ResultsError, UsageError
from openiamd.results.measures import measure
from openiamd.results.record import SCENARIO
from openiamd.results.run_events import read_run
from openiamd.results.slices import SliceResult
from openiamd.results.store import Results
from openiamd.results.tables import create_vocabulary, entities_table, slice_tables
from openiamd.scenario.checks import check
from openiamd.scenario.document import Document, read_file, suggestion
from openiamd.scenario.model import Scenario
from openiamd.simulate import run_slice
from openiamd.studies.entities import entities
from openiamd.studies.ground import put_on_ground
from openiamd.world.compile import compile_world, first_capacity

MODES = ("mode3", "mode4", "mode5")
CARRIED = ("track", "identity", "order", "engagement", "fire_control")
OF_TRACKS = ("identity", "engagement", "fire_control")  # said of a track, so they need one
LINK_TYPE = "nato/link16"  # where the scenario has no link whose type could be taken
ADDITION = "write iff:MODE@NODE, iff:MODE@GROUP, or link:FROM>TO:track,identity in quotes"
REMOTE_USES = {True: ("ENGAGE_ON_REMOTE", "may launch and guide"), False: ("CUE", "may cue radars")}


class Change(NamedTuple):
    """One thing that is other in the run that is simulated again."""

    label: str  # names the changed run in tables
    sentence: str
    scenario: Scenario


def stored_scenario(results: Results) -> Scenario:
    """Return the scenario that the run folder keeps.

    Raises:
        ResultsError: it keeps none, or another than it was made from.
    """
    path = results.directory / SCENARIO
    hint = "run the comparison again, or leave --with, --add and --without-losses out"
    if not path.is_file():
        raise ResultsError(f"{results.directory} keeps no {SCENARIO}, so no run can be simulated again", hint=hint)
    scenario = Scenario.from_document(read_file(path, str(path)))
    if scenario.digest != results.manifest["scenario"]["sha256"]:
        raise ResultsError(f"{path} is not the scenario that the runs were made from", hint=hint)
    return scenario


def to_variant(scenario: Scenario, name: str) -> Change:
    """Return the change to another variant of the same scenario."""
    return Change(name, f"variant '{name}'", scenario.variant(name))


def with_addition(scenario: Scenario, variant: str, text: str) -> Change:
    """Return the change of a variant by one link or one mode of identification.

    text  ``iff:MODE@NODE`` a node asks in one mode more; ``iff:MODE@GROUP`` a group of aircraft answers in it and its
          transponders work; ``link:FROM>TO`` or ``link:FROM>TO:track,identity`` one more link; with
          fire_control, rounds may be launched and guided by its tracks, else it may cue radars

    Raises:
        UsageError: the text is none of these, or names what the scenario has not.
    """
    data = scenario.variant(variant).data
    kind, _, rest = text.partition(":")
    if kind == "iff":
        changed, sentence = _with_mode(data, *_parts(rest, "@", text))
    elif kind == "link":
        between, _, carried = rest.partition(":")
        changed, sentence = _with_link(data, *_parts(between.replace("→", ">"), ">", text), carried)
    else:
        raise UsageError(f"'{text}' adds neither a link nor identification", hint=ADDITION)
    document = Document(scenario.file, changed, {})
    return Change(f"{variant} + {text}", sentence, Scenario.from_document(document, variant=variant))


def without_losses(scenario: Scenario, variant: str) -> Change:
    """Return the change of a variant in which nothing fails, is cut or is destroyed.

    Raises:
        UsageError: nothing can be lost in it.
    """
    data = scenario.variant(variant).data
    assets = data.get("assets") or {}
    at_stake = [name for name, asset in assets.items() if asset.get("holds") and asset.get("loss")]
    faults = list(data.get("faults") or {})
    if not faults and not at_stake:
        hint = "it has no 'faults', and no asset whose fall destroys what it holds"
        raise UsageError(f"nothing can be lost in variant '{variant}'", hint=hint)
    kept = ("holds", "loss", "restored_after")
    whole = {
        name: {key: value for key, value in asset.items() if name not in at_stake or key not in kept}
        for name, asset in assets.items()
    }
    changed = {key: value for key, value in data.items() if key != "faults"} | ({"assets": whole} if whole else {})
    parts = [f"without {'fault' if len(faults) == 1 else 'faults'} {', '.join(faults)}"] if faults else []
    parts += [f"what {', '.join(at_stake)} holds is not destroyed"] if at_stake else []
    document = Document(scenario.file, changed, {})
    label = f"{variant} without losses"
    return Change(label, "; ".join(parts), Scenario.from_document(document, variant=variant))


def _parts(text: str, mark: str, whole: str) -> tuple[str, str]:
    match = re.fullmatch(rf"([^{mark}]+){mark}([^{mark}]+)", text)
    if match is None:
        raise UsageError(f"'{whole}' cannot be read", hint=ADDITION)
    return match[1].strip(), match[2].strip()


def _known(name: str, section: Mapping[str, Any], kind: str) -> None:
    if name not in section:
        raise UsageError(f"there is no {kind} '{name}'", hint=suggestion(name, list(section), f"{kind}s"))


def _with_mode(data: dict[str, Any], mode: str, who: str) -> tuple[dict[str, Any], str]:
    if mode not in MODES:
        raise UsageError(f"'{mode}' is no mode of identification", hint=f"modes are {', '.join(MODES)}")
    traffic = data.get("traffic", {})
    if who in traffic:
        group = {key: value for key, value in traffic[who].items() if key != "transponder"}
        group["replies"] = list(dict.fromkeys([*group.get("replies", []), mode]))
        sentence = f"{who} answers in {', '.join(group['replies'])}, and its transponders work"
        return data | {"traffic": traffic | {who: group}}, sentence
    _known(who, data["nodes"], "node")
    held = data["nodes"][who].get("iff", [])
    if mode in held:
        hint = f"it asks in {', '.join(held)}; a group of aircraft can be named too, such as iff:{mode}@GROUP"
        raise UsageError(f"node '{who}' asks in {mode} already", hint=hint)
    node = data["nodes"][who] | {"iff": [*held, mode]}
    return data | {"nodes": data["nodes"] | {who: node}}, f"{who} asks in {mode} too"


def _with_link(data: dict[str, Any], sender: str, receiver: str, carried: str) -> tuple[dict[str, Any], str]:
    carries = [what.strip() for what in carried.split(",")] if carried else ["track", "identity"]
    for what in carries:
        if what not in CARRIED:
            raise UsageError(f"a link does not carry '{what}'", hint=f"it carries {', '.join(CARRIED)}")
    wanting = [what for what in carries if what in OF_TRACKS]
    if wanting and "track" not in carries:
        hint = f"write link:{sender}>{receiver}:track,{','.join(carries)}"
        raise UsageError(f"a link carries {' and '.join(wanting)} with tracks alone", hint=hint)
    for node in (sender, receiver):
        _known(node, data["nodes"], "node")
    rules = data.get("doctrine", {}).get(data["nodes"][receiver].get("doctrine"), {})
    if "engagement" in carries and rules.get("coordinate") is False:
        hint = "its doctrine has 'coordinate: false': choose a variant that coordinates fire"
        raise UsageError(f"node '{receiver}' does not heed who engages what", hint=hint)
    if "fire_control" in carries and receiver not in [one["node"] for one in data.get("fire_units", {}).values()]:
        hint = "name a receiver that has fire units"
        raise UsageError(f"node '{receiver}' has no fire unit that could use fire_control", hint=hint)
    links = data.get("links") or {}
    kind = next((link["type"] for link in links.values()), LINK_TYPE)
    use, may = REMOTE_USES["fire_control" in carries] if "track" in carries else ("NONE", "has no tracks")
    link = {"type": kind, "from": sender, "to": receiver, "carries": carries, "remote_use": use}
    name = f"added-{sender}-{receiver}"
    sentence = f"one more link, {sender} → {receiver}, of type {kind}, carries {', '.join(carries)}, {may}"
    return data | {"links": links | {name: link}}, sentence


def _simulated(scenario: Scenario, terrain: str | None, seed: int, run: int) -> tuple[ResolvedScenario, SliceResult]:
    catalogue = load_catalogue()
    check(scenario, catalogue.names_by_kind())
    resolved = put_on_ground(scenario, resolve(scenario, catalogue), terrain)
    world = compile_world(resolved)
    return resolved, run_slice(world, seed, run, 1, first_capacity(world))[0]


def simulate_again(results: Results, scenario: Scenario, variant: str, run: int, change: Change) -> Results:
    """Return one run as it was stored and as it is with the change: two variants of results that are held in memory.

    Raises:
        ResultsError: the run, simulated again without the change, is not the stored one.
        ScenarioError: the changed scenario cannot be used.
    """
    terrain = results.manifest.get("terrain", {}).get(variant)
    seed, simulated, known, parts = int(results.manifest["seed"]), {}, {}, []
    for label, one in ((variant, scenario.variant(variant)), (change.label, change.scenario)):
        resolved, outcome = _simulated(one, terrain, seed, run)
        simulated[label], known[label] = (resolved, outcome), entities(resolved)
    vocabulary = create_vocabulary(known)
    for label, (resolved, outcome) in simulated.items():
        measures = measure(outcome, known[label], run, 1, resolved.warmup_s, resolved.duration_s)
        parts.append(slice_tables(outcome, measures, run, vocabulary, label))
    tables = {name: pa.concat_tables([part[name] for part in parts], promote_options="default") for name in parts[0]}
    tables["entities"] = entities_table(known)
    manifest = results.manifest | {"variants": list(known), "reference": variant}
    again = Results(Path(results.directory), manifest, complete=True, _tables=tables)
    if read_run(again, variant, run) != read_run(results, variant, run):
        made_by = f"version {results.manifest.get('version')}"
        raise ResultsError(
            f"run {run} of '{variant}', simulated again, is not the stored one",
            hint=f"the folder was made by {made_by}, this is {openiamd.__version__}: run the comparison again",
        )
    return again
