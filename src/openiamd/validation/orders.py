"""Orders that need no formula, through the chain: a better defence lets no more through, and what must not change.

Both sides of an order have the same draws, run by run, so that a difference comes from its cause. Where single runs may
differ either way (an earlier shot at one target may cost another its channel) the mean paired change counts, within
four of its standard errors, and from worst to best at least one target in ten must be gained: else the row would say
nothing. Where not even a single run may differ, none is tolerated.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiamd.catalogue.resolve import resolve
from openiamd.catalogue.resolved import ResolvedScenario
from openiamd.results.kinds import LEAKED_STATUS, NETWORK
from openiamd.results.slices import SliceResult
from openiamd.scenario.model import Scenario
from openiamd.validation.chain import Measure, catalogue, play, resolved, scenario, seed, simulate
from openiamd.validation.rows import ORDERED, STANDARD_ERRORS, Part, Result, Row, ordering, ratio

Floats = NDArray[np.float64]

PROPERTY = "property of the model, no source"
LEAKERS = Result(
    "A better defence lets no more through", PROPERTY, "C", f"{ORDERED}; four standard errors of the mean paired change"
)
SHARING = Result("A shared picture is no more ambiguous", PROPERTY, "C", ORDERED)
FLEET = Result("More batteries change nothing for one of them", PROPERTY, "C", "every run is the same, to the last bit")
NODE = Result("A node removed and put back changes nothing", PROPERTY, "C", "every run is the same, to the last bit")
RUNS = 60  # the same at any share: what is compared is paired
LEAST_GAIN = 0.1  # from worst to best, of what flies

# scenario, what gets better, variants from worst to best
CHAINS = [
    ("orders", "channels", ["channels-1", "channels-2", "channels-3", "channels-5"]),
    ("orders", "kill probability", ["pk-0.2", "pk-0.4", "pk-0.6", "pk-0.9"]),
    ("remote", "latency", ["latency-120", "latency-60", "latency-20", "latency-0"]),
    (
        "remote",
        "availability of a link",
        ["availability-0.05", "availability-0.2", "availability-0.5", "availability-1"],
    ),
]
LINKED = [("noisy-two-linked", "noisy-linked"), ("noisy-apart", "noisy-two-linked"), ("noisy-apart", "noisy-linked")]
SHARING_RUNS = 20
NODE_RUNS = 20


def parts() -> list[Part]:
    """Return a part for each order."""
    found = []
    for name, better, variants in CHAINS:
        names = [f"order.{new}" for new in variants[1:]] + [f"order.{variants[0]}.gain"]
        row = (name, better, variants)
        found.append(Part(dict.fromkeys(names, LEAKERS.title), lambda _, row=row: _chain(*row)))
    names = [f"order.sharing.{less}.{more}" for less, more in LINKED]
    fleet = ["order.fleet.four", "order.fleet.loss"]
    node = ["order.node.restored", "order.node.removed"]
    return [
        *found,
        Part(dict.fromkeys(names, SHARING.title), lambda _: _sharing()),
        Part(dict.fromkeys(fleet, FLEET.title), lambda _: _fleet()),
        Part(dict.fromkeys(node, NODE.title), lambda _: _node()),
    ]


def _chain(name: str, better: str, variants: list[str]) -> list[Row]:
    """Return a row for each step from worse to better, and one for the whole."""
    counts = [simulate(name, variant, RUNS, _leaked_and_flown) for variant in variants]
    flown = float(counts[0][:, 1].mean())
    leakers = dict(zip(variants, (one[:, 0] for one in counts), strict=True))
    rows = []
    for old, new in pairwise(variants):
        change = ratio(leakers[new] - leakers[old])
        quantity = f"change of leakers of {flown:.1f}, {better}: {new} after {old} ({RUNS} runs)"
        slack = STANDARD_ERRORS * change.standard_error
        rows.append(ordering(f"order.{new}", LEAKERS, quantity, [-flown, 0.0], change.value, slack))
    gain = float((leakers[variants[-1]] - leakers[variants[0]]).mean())
    quantity = f"change of leakers of {flown:.1f}, {better}: best after worst, a tenth at least ({RUNS} runs)"
    rows.append(ordering(f"order.{variants[0]}.gain", LEAKERS, quantity, [-flown, -LEAST_GAIN * flown], gain))
    return rows


def _leaked_and_flown(result: SliceResult, _: int, runs: int) -> Floats:
    """Return (run, 2): objects that got through, and that flew."""
    status, start_s = result.objects.status.reshape(runs, -1), result.objects.start_s.reshape(runs, -1)
    return np.stack([(status == LEAKED_STATUS).sum(axis=1), np.isfinite(start_s).sum(axis=1)], axis=1).astype(
        np.float64
    )


def _sharing() -> list[Row]:
    """Return that no run has a less ambiguous picture without links."""
    found = {name: simulate("picture", name, SHARING_RUNS, _ambiguity)[:, 0] for pair in LINKED for name in pair}
    rows = []
    for less, more in LINKED:
        change = float((found[less] - found[more]).min())
        quantity = f"smallest change of ambiguity in a run, {less} instead of {more} ({SHARING_RUNS} runs)"
        rows.append(ordering(f"order.sharing.{less}.{more}", SHARING, quantity, [0.0, 2.0], change))
    return rows


def _ambiguity(result: SliceResult, first_run: int, runs: int) -> Floats:
    """Return (run, 1): tracks per tracked object of the network."""
    picture = result.picture
    network = picture.node == NETWORK
    sums = [
        np.bincount(picture.run[network] - first_run, column[network].astype(np.float64), runs)
        for column in (picture.assigned, picture.tracked)
    ]
    return (sums[0] / sums[1])[:, None]


def _fleet() -> list[Row]:
    """Return that three more batteries change no run of the first, and that all four fare alike."""
    one, four = (
        simulate("fleet", name, RUNS, _outcomes(resolved("fleet", name), "raid-west")) for name in ("one", "four")
    )
    differ = float((one != four).any(axis=1).sum())
    west, *others_leaked = simulate("fleet", "four", RUNS, _leakers_at).T
    others = ratio(np.mean(others_leaked, axis=0) - west)
    slack = STANDARD_ERRORS * others.standard_error
    quantity = f"mean leakers of 10 at each of three other batteries less those at the first ({RUNS} runs)"
    same = f"runs in which a raid of 10 on one battery ends otherwise with three more batteries about, of {RUNS}"
    return [
        ordering("order.fleet.four", FLEET, same, [0.0, 0.0], differ),
        ordering("order.fleet.loss", FLEET._replace(why="four standard errors of the mean difference"), quantity,
                 [0.0, 0.0], others.value, slack),
    ]  # fmt: skip


def _outcomes(scene: ResolvedScenario, group: str) -> Measure:
    """Return what keeps (run, 4 × object): status, start, end and shots of every object of a group, ordered by id."""
    chosen = _members(scene, group)

    def keep(result: SliceResult, _: int, runs: int) -> Floats:
        rows = result.objects
        columns = (rows.status, rows.start_s, rows.end_s, rows.shots)
        kept = [
            np.nan_to_num(column.reshape(runs, -1)[:, chosen].astype(np.float64), posinf=-1.0) for column in columns
        ]
        return np.concatenate(kept, axis=1)

    return keep


def _members(scene: ResolvedScenario, group: str) -> list[int]:
    """Return the indices of the objects of a group, all for "", in the order of their ids."""
    ids = {one.id: index for index, one in enumerate(scene.objects) if group in ("", one.group)}
    return [ids[name] for name in sorted(ids)]


def _leakers_at(result: SliceResult, _: int, runs: int) -> Floats:
    """Return (run, 4): objects that got through to each of the four batteries."""
    leaked, scene = result.objects.status.reshape(runs, -1) == LEAKED_STATUS, resolved("fleet", "four")
    counts = [leaked[:, _members(scene, f"raid-{side}")].sum(axis=1) for side in ("west", "north", "east", "south")]
    return np.stack(counts, axis=1).astype(np.float64)


def without_node(whole: Scenario, node: str) -> tuple[Scenario, dict[str, Any]]:
    """Return a scenario less a node and all that belongs to it, and what was taken."""
    taken = {
        "nodes": {node: whole.nodes[node]},
        "sensors": {name: one for name, one in whole.sensors.items() if one.node == node},
        "fire_units": {name: one for name, one in whole.fire_units.items() if one.node == node},
        "links": {name: one for name, one in whole.links.items() if node in (one.sender, one.receiver)},
    }
    left = {
        section: {name: one for name, one in getattr(whole, section).items() if name not in gone}
        for section, gone in taken.items()
    }
    return whole.model_copy(update=left), taken


def with_node(rest: Scenario, taken: dict[str, Any]) -> Scenario:
    """Return a scenario with what was taken put back, behind all others: not where it was."""
    return rest.model_copy(update={section: getattr(rest, section) | back for section, back in taken.items()})


def _node() -> list[Row]:
    """Return that a node put back gives every run as it was, and that its absence is felt."""
    whole = scenario("fleet", "four")
    rest, taken = without_node(whole, "post-north")
    found = []
    for one in (whole, rest, with_node(rest, taken)):
        scene = resolve(one, catalogue())
        found.append(play(scene, seed("fleet"), NODE_RUNS, _outcomes(scene, "")))
    removed, restored = (float((one != found[0]).any(axis=1).sum()) for one in found[1:])
    what = f"runs that end otherwise with one of four nodes {{}}, of {NODE_RUNS}"
    return [
        ordering("order.node.restored", NODE, what.format("removed and put back"), [0.0, 0.0], restored),
        ordering("order.node.removed", NODE, what.format("removed: at least one"), [1.0, NODE_RUNS], removed),
    ]
