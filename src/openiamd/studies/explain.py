"""Explains outcomes: the story of an object in a run, what broke its chain, and the same run with one thing other."""

from collections.abc import Mapping, Sequence
from typing import Any

from openiamd.errors import UsageError
from openiamd.results.cause_codes import OUTCOMES
from openiamd.results.causes import causes
from openiamd.results.changes import changes, sentence
from openiamd.results.contrast import contrast, sentences
from openiamd.results.run_events import Event, of_object, read_run, runs_of, status_of
from openiamd.results.store import Results, open_results
from openiamd.results.story import Story, ending, tell
from openiamd.results.story_facts import Facts, read_facts
from openiamd.scenario.document import suggestion
from openiamd.studies.rerun import Change, simulate_again, stored_scenario, to_variant, with_addition, without_losses

STORIES = 3
CHOICES = {"leakers": ("leakers",), "friendly": ("friendly_engaged", "civil_engaged")}


class _Reader:
    """Reads each run and each variant's entities once."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self._runs: dict[tuple[str, int], list[Event]] = {}
        self._facts: dict[str, Facts] = {}

    def events(self, variant: str, run: int) -> list[Event]:
        """Return the events of one run in order."""
        if (variant, run) not in self._runs:
            self._runs[variant, run] = read_run(self.results, variant, run)
        return self._runs[variant, run]

    def facts(self, variant: str) -> Facts:
        """Return what a story needs to know of a variant's entities."""
        if variant not in self._facts:
            self._facts[variant] = read_facts(self.results, variant)
        return self._facts[variant]


def explain(
    folder: str | Results,
    name: str | None = None,
    which: str | None = None,
    variant: str | None = None,
    run: int | None = None,
    limit: int = STORIES,
    other: str | None = None,
    add: str | None = None,
    whole: bool = False,
) -> dict[str, Any]:
    """Return the stories of one object or of the cases of one outcome, as plain data; times in seconds.

    folder   run folder, or opened results
    name     id of an object; else ``which``: leakers or friendly (own and civil aircraft engaged)
    variant  default: the reference; ``run``: default: all, of one object the first in which its outcome happened
    limit    stories told of the cases, one a cause first
    other    the one variant to compare with, simulated again where the folder lacks it; default: all of the folder
    add      simulate the run again with one addition, see ``with_addition``
    whole    simulate the run again without faults and losses

    Raises:
        ResultsError: the folder cannot be read, or a run cannot be simulated again.
        UsageError: no such variant, run or object; not exactly one of name and which, or more than one of
            other, add and whole.
    """
    results = folder if isinstance(folder, Results) else open_results(folder)
    variant = results.reference if variant is None else variant
    _check_question(results, name, which, variant, (other, add, whole or None))
    runs = _runs(results, variant, run)
    reader = _Reader(results)
    rows = causes(results, variant).to_pylist()
    found: dict[str, Any] = {
        "folder": str(results.directory),
        "scenario": results.manifest["scenario"]["name"],
        "variant": variant,
        "seed": results.manifest["seed"],
        "runs": len(runs),
        "notes": [results.notice] if results.notice else [],
    }
    if name is not None:
        _check(name, list(reader.facts(variant).objects), "object")
        chosen, note = _chosen_run(reader, variant, name, rows, runs, run)
        found |= {"object": name, "groups": None, "notes": found["notes"] + note}
    else:
        assert which is not None
        cases = [row for row in rows if row["outcome"] in CHOICES[which] and run in (None, row["run"])]
        groups = group_cases(cases)
        chosen = _first_of_each(groups, limit)
        found |= {"which": which, "run": run, "groups": groups}
    told = [_told(reader, variant, row, other, (add, whole)) for row in chosen]
    return found | {"stories": told}


def _check_question(
    results: Results, name: str | None, which: str | None, variant: str, changes: tuple[str | bool | None, ...]
) -> None:
    """Refuse what is no question, or asks two at once."""
    if (name is None) == (which is None):
        raise UsageError("name one object, or the leakers, or the friendly", hint="give name or which")
    if which is not None:
        _check(which, list(CHOICES), "choice")
    if sum(change is not None for change in changes) > 1:
        raise UsageError("another variant, an addition and a run without losses exclude each other", hint="give one")
    _check(variant, results.variants, "variant")
    if changes[0] == variant:
        raise UsageError(f"'{variant}' is the variant that is explained", hint="name another one to compare it with")


def _runs(results: Results, variant: str, run: int | None) -> list[int]:
    """Return the runs that the folder holds of a variant; refuse one that it has not."""
    runs = runs_of(results, variant)
    if not runs:
        raise UsageError(f"the folder holds no finished run of '{variant}'", hint="it was interrupted: run it again")
    if run is not None and run not in runs:
        raise UsageError(f"there is no run {run} of '{variant}'", hint=f"runs are {runs[0]} to {runs[-1]}")
    return runs


def _check(name: str, known: Sequence[str], kind: str) -> None:
    if name not in known:
        raise UsageError(f"there is no {kind} '{name}'", hint=suggestion(name, list(known), f"{kind}s"))


def _chosen_run(
    reader: _Reader, variant: str, name: str, rows: Sequence[Mapping[str, Any]], runs: Sequence[int], run: int | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return which run to tell of an object, with its cause where it has one, and a note that says why that run."""
    own = [row for row in rows if row["object"] == name]
    side = reader.facts(variant).objects[name]["side"]
    what = "got through" if side == "hostile" else "was shot at"
    counted = f"{name} {what} in {len({row['run'] for row in own})} of {len(runs)} runs of '{variant}'"
    if run is not None:
        fitting = [row for row in own if row["run"] == run]
        return [{"run": run, "object": name, "row": next(iter(fitting), None)}], [counted]
    if not own:
        return [{"run": runs[0], "object": name, "row": None}], [f"{counted}; the first run is told"]
    first = min(own, key=lambda row: row["run"])
    return [{"run": first["run"], "object": name, "row": first}], [f"{counted}; the first of them is told"]


def group_cases(cases: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the cases by outcome and cause, the most frequent cause of each outcome first."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in cases:
        groups.setdefault((row["outcome"], row["cause"]), []).append(row)
    order = {outcome: place for place, outcome in enumerate(OUTCOMES)}
    ranked = sorted(groups.items(), key=lambda item: (order[item[0][0]], -len(item[1])))
    return [
        {
            "outcome": outcome,
            "cause": code,
            "label": OUTCOMES[outcome][code].label,
            "link": OUTCOMES[outcome][code].link,
            "meaning": OUTCOMES[outcome][code].meaning,
            "count": len(rows),
            "runs": len({row["run"] for row in rows}),
            "cases": [dict(row) for row in rows],
        }
        for (outcome, code), rows in ranked
    ]


def _first_of_each(groups: Sequence[Mapping[str, Any]], limit: int) -> list[dict[str, Any]]:
    """Return the first case of each group, then the second of each, and so on, as many as asked for."""
    longest = max((len(group["cases"]) for group in groups), default=0)
    ranked = [group["cases"][nth] for nth in range(longest) for group in groups if nth < len(group["cases"])]
    return [{"run": row["run"], "object": row["object"], "row": row} for row in ranked[:limit]]


def _told(
    reader: _Reader, variant: str, case: Mapping[str, Any], other: str | None, change: tuple[str | None, bool]
) -> Story:
    """Return a story with its counterfactuals."""
    name, run = case["object"], case["run"]
    events, facts = reader.events(variant, run), reader.facts(variant)
    story = tell(reader.results, facts, events, (variant, run, name), case["row"])
    if any(change) or (other is not None and other not in reader.results.variants):
        story["counterfactuals"] = [_simulated_again(reader, variant, run, name, other, change)]
        return story
    others = [one for one in reader.results.variants if one != variant] if other is None else [other]
    found = [_stored(reader, variant, one, run, name) for one in others]
    found.sort(key=lambda one: not one["integration"])  # links and identification first
    story["counterfactuals"] = found
    return story


def _stored(reader: _Reader, variant: str, other: str, run: int, name: str) -> dict[str, Any]:
    """Return the same run of another variant of the folder, held against the one that is explained."""
    settings = reader.results.manifest.get("settings")
    differing = changes(settings, variant, other) if settings else []
    described = reader.results.manifest.get("variant_descriptions", {}).get(other, "")
    head = {
        "variant": other,
        "simulated_again": False,
        "description": described,
        "changes": [sentence(one) for one in differing],
        "integration": bool(differing) and all(one.integration for one in differing),
    }
    if run not in runs_of(reader.results, other):
        return head | {"missing": f"the folder has no run {run} of '{other}'", "sentences": []}
    if name not in reader.facts(other).objects:
        return head | {"missing": f"'{other}' has no object '{name}'", "sentences": []}
    return head | _held_against(reader, variant, other, run, name)


def _held_against(reader: _Reader, variant: str, other: str, run: int, name: str) -> dict[str, Any]:
    here, there = reader.events(variant, run), reader.events(other, run)
    shooters = [*reader.facts(variant).shooters, *reader.facts(other).shooters]
    found = contrast(here, there, name, shooters)
    ends = []
    for one, events in ((variant, here), (other, there)):
        status = status_of(reader.results, one, run, name)
        ends.append((status["status"], ending(status, of_object(events, name), name)))
    return {
        "missing": None,
        "differences": found,
        "sentences": sentences(found, name),
        "status_here": ends[0][0],
        "ending_here": ends[0][1],
        "status_there": ends[1][0],
        "ending_there": ends[1][1],
    }


def _simulated_again(
    reader: _Reader, variant: str, run: int, name: str, other: str | None, changed: tuple[str | None, bool]
) -> dict[str, Any]:
    """Simulate the run again, as it was and with one thing other, and return what that changes."""
    scenario = stored_scenario(reader.results)
    add, whole = changed
    change: Change
    if add is not None:
        change = with_addition(scenario, variant, add)
    elif whole:
        change = without_losses(scenario, variant)
    else:
        assert other is not None
        change = to_variant(scenario, other)
    again = _Reader(simulate_again(reader.results, scenario, variant, run, change))
    head = {
        "variant": change.label,
        "simulated_again": True,
        "description": f"run {run} of '{variant}' with seed {reader.results.manifest['seed']}, simulated again twice: "
        f"as it was, which gave the stored events, and with {change.sentence}",
        "changes": [change.sentence],
        "integration": add is not None,
    }
    if name not in again.facts(change.label).objects:
        return head | {"missing": f"'{change.label}' has no object '{name}'", "sentences": []}
    return head | _held_against(again, variant, change.label, run, name)
