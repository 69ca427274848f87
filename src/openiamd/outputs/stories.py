"""Stories as text: the answer of `iamd explain`, at most 100 columns wide."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from openiamd.results.story import STEPS, Story
from openiamd.results.story_words import ARTICLES, clock

WIDTH = 100
LABEL = 11  # columns before a labelled paragraph
STEPS_TOLD = 60
CASES_TOLD = 6  # of one cause, where all runs are asked for
TITLES = {
    "leakers": "hostile objects that got through",
    "friendly_engaged": "own aircraft shot at",
    "civil_engaged": "civil aircraft shot at",
}
NOTHING = {"leakers": "nothing hostile got through", "friendly": "no own or civil aircraft was shot at"}


def _paragraph(label: str, text: str, indent: int = 0) -> Iterator[str]:
    """Yield a text behind a label, wrapped beside it."""
    head = " " * indent + f"{label:<{LABEL}}"
    rest = " " * len(head)
    yield from wrap(text, WIDTH, initial_indent=head, subsequent_indent=rest, break_on_hyphens=False)


def _steps(story: Story) -> Iterator[str]:
    steps = story["steps"]
    nodes = max([len("node"), *(len(step["node"] or "") for step in steps)])
    yield f"{'time':>7}  {'after':>7}  {'node':<{nodes}}  what happened"
    before_s = None
    for step in steps[:STEPS_TOLD]:
        gap = "" if before_s is None else f"+{clock(step['time_s'] - before_s)}"
        before_s = step["time_s"]
        text = step["sentence"]
        if step["repeated"]:
            text += f"; {step['repeated']} more times, the last at {clock(step['until_s'])}"
        head = f"{clock(step['time_s']):>7}  {gap:>7}  {step['node'] or '':<{nodes}}  "
        yield from wrap(
            text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
        )  # fmt: skip
    if len(steps) > STEPS_TOLD:
        yield f"{'':>18}… {len(steps) - STEPS_TOLD} more steps: --json has all"


def _chain(story: Story) -> str:
    parts = []
    for link in story["chain"]:
        if link["time_s"] is None:
            parts.append(f"{STEPS[link['step']]} –")
        else:
            parts.append(f"{STEPS[link['step']]} {clock(link['time_s'])} {link['node']}".rstrip())
    return " · ".join(parts)


def _broken(cause: Mapping[str, Any]) -> str:
    told = f"{cause['label']} ({cause['link']}): {cause['meaning']}."
    if cause["lost"]:
        return f"{told} {cause['lost'].capitalize()}, {clock(cause['lead_s'])} before."
    if cause["time_s"] is None:
        return told
    at = f" at {cause['node']}" if cause["node"] else ""
    return f"{told} Evidence: {cause['evidence']}{at}, {clock(cause['time_s'])}, {clock(cause['lead_s'])} before."


def _counterfactual(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {one['variant']}" + (" (simulated again)" if one["simulated_again"] else "")
    if one["simulated_again"]:
        yield from _paragraph("what", one["description"], 4)
    else:
        shown, more = one["changes"][:3], len(one["changes"]) - 3
        text = "; ".join(shown) + (f"; and {more} more" if more > 0 else "")
        yield from _paragraph("differs", text or one["description"], 4)
    if one["missing"]:
        yield from _paragraph("outcome", one["missing"], 4)
        return
    same = one["ending_here"] == one["ending_there"]
    for text in one["sentences"][:1] if same else one["sentences"]:
        yield from _paragraph("changed", text, 4)
    ends = f"the same: {one['ending_there']}" if same else f"here {one['ending_here']}; there {one['ending_there']}"
    yield from _paragraph("outcome", ends, 4)


def story_lines(story: Story) -> Iterator[str]:
    """Yield one story as lines."""
    kind = ARTICLES.get(story["side"], story["side"])
    entry = f", {story['entry']}" if story["entry"] else ""
    yield f"{story['object']} ({kind}, {story['object_class']}{entry}), variant {story['variant']}, run {story['run']}"
    yield from wrap(f"{story['object']} {story['ending']}.", WIDTH)
    yield ""
    if story["steps"]:
        yield from _steps(story)
    else:
        yield "nothing happened to it in this run"
    yield ""
    yield from _paragraph("chain", _chain(story))
    if story["cause"]:
        yield from _paragraph("broken", _broken(story["cause"]))
    link, asked = story["missing_link"], story["identification"]
    if link and link["sentence"]:
        yield from _paragraph("link", link["sentence"])
    if story["spent"] and story["spent"]["sentence"]:
        yield from _paragraph("rounds", story["spent"]["sentence"])
    if asked and asked["sentence"]:
        yield from _paragraph("IFF", asked["sentence"])
    for row in story["tracks"]:
        if row["sentence"]:
            yield from _paragraph("tracks", row["sentence"])
    if story["counterfactuals"]:
        yield ""
        yield "the same run, the same draws, with something other"
        for one in story["counterfactuals"]:
            yield from _counterfactual(one)


def _groups(found: Mapping[str, Any]) -> Iterator[str]:
    groups: Sequence[Mapping[str, Any]] = found["groups"]
    if not groups:
        where = f"in run {found['run']}" if found["run"] is not None else f"in {found['runs']} runs"
        yield f"{NOTHING[found['which']]} {where} of '{found['variant']}'"
        return
    last = ""
    for group in groups:
        if group["outcome"] != last:
            last = group["outcome"]
            yield f"{TITLES[last]}, by the first link that was missing"
        runs = f" in {group['runs']} of {found['runs']} runs" if found["run"] is None else ""
        yield f"  {group['count']:>5}  {group['label']} ({group['link']}){runs}"
        told = group["cases"] if found["run"] is not None else group["cases"][:CASES_TOLD]
        for row in told:
            run = "" if found["run"] is not None else f"run {row['run']:<4} "
            at = f" at {row['node']}" if row["node"] else ""
            when = "" if row["time_s"] is None else f" {clock(row['time_s'])}, {clock(row['lead_s'])} before"
            text = f"{run}{row['object']:<18} {row['evidence']}{at}{when}"
            yield from wrap(text, WIDTH, initial_indent=" " * 9, subsequent_indent=" " * 14, break_on_hyphens=False)
        if len(told) < len(group["cases"]):
            yield f"{'':9}… {len(group['cases']) - len(told)} more: --run N has all of one run, --json all"


def explanation_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the whole answer of `studies.explain.explain` as lines of at most 100 columns; no colour is needed."""
    yield f"scenario {found['scenario']}, seed {found['seed']}; times are mm:ss from the start of the run"
    for note in found["notes"]:
        yield from wrap(note, WIDTH)
    if found["groups"] is not None:
        yield ""
        yield from _groups(found)
    for story in found["stories"]:
        yield ""
        yield "─" * WIDTH
        yield from story_lines(story)
