"""Identity through the chain: rare failures among many friends, what silence says, and strict against loose rules."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from openiamd.results.kinds import IDENTITY, SHOT
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import Measure, count_events, resolved, simulate
from openiamd.validation.rows import ORDERED, RANDOM, Part, Result, Row, exact, ordering, ratio, statistical

RARE = Result(
    "Rare failures among many friends, through the chain",
    "P(one or more) = 1 - (1 - q)^n, elementary probability",
    "C",
    "four standard errors of the mean over runs, each at most 9 % of the value: rare events are dear",
)
SILENCE = Result("Silence in mixed populations, through the chain", "Bayes' rule", "C", RANDOM)
BELIEF = Result(
    "Belief after silence, through the chain", "Bayes' rule", "C", "the same formula in floating point; 1e-6"
)
ROC = Result(
    "Strict and loose identification, through the chain",
    "monotone trade-off of false alarms and misses: Green & Swets, Signal Detection Theory (1966), ch. 2",
    "C",
    ORDERED,
)
RARE_PRECISION = 0.09

# variant, runs, runs of a slice, probability of failure, friends, what fails
RARE_ROWS = [
    ("rare-set", 1_500, 20, 0.0001, 1_000, "sets that are off"),
    ("rare-key", 2_500, 100, 0.002, 100, "wrong keys"),
    ("rare-reply", 2_500, 100, 0.01, 40, "replies that are missed"),
]
# variant, runs, P(hostile), P(no reply | hostile), P(no reply | friend), what it is
MIXED_ROWS = [
    ("mixed-20", 250, 0.2, 1.0, 0.1, "prior 0.2, friends reply with 0.9"),
    ("mixed-50", 40, 0.5, 1.0, 0.02, "prior 0.5, friends reply with 0.98"),
    ("no-common-mode", 500, 0.2, 1.0, 1.0, "prior 0.2, no common mode: the prior stays"),
    ("mixed-10", 900, 0.1, 1.0, 0.3, "prior 0.1, friends reply with 0.7"),
    ("mixed-30", 250, 0.3, 0.75, 0.2, "prior 0.3, friends reply with 0.8, hostiles with 0.25"),
]
# from strict to loose
SWEEP = [
    ("hold", "weapons hold"),
    ("tight-0.98", "weapons tight, hostile from 0.98"),
    ("tight-0.9", "weapons tight, hostile from 0.9"),
    ("tight-0.7", "weapons tight, hostile from 0.7"),
    ("tight-0.51", "weapons tight, hostile from 0.51"),
    ("free", "weapons free"),
]
SWEEP_RUNS = 60  # fast enough to be the same at any share
EACH_SIDE = 20


def parts() -> list[Part]:
    """Return the parts of rare failures, of silence, and of the sweep."""
    rare = [Part({f"identity.{row[0]}": RARE.title}, lambda share, row=row: [_rare(share, *row)]) for row in RARE_ROWS]
    mixed = [
        Part(
            {f"identity.{row[0]}.share": SILENCE.title, f"identity.{row[0]}.belief": BELIEF.title},
            lambda share, row=row: _mixed(share, *row),
        )
        for row in MIXED_ROWS
    ]
    names = ["roc.hold", "roc.spread.friends", "roc.spread.foes"]
    names += [f"roc.{variant}.{side}" for variant, _ in SWEEP[1:] for side in ("friends", "foes")]
    return [*rare, *mixed, Part(dict.fromkeys(names, ROC.title), lambda _: _sweep())]


def one_or_more(probability: float, trials: int) -> float:
    """Return the probability of at least one event in independent trials."""
    return 1.0 - (1.0 - probability) ** trials


def silent_hostile(prior: float, silent_hostiles: float, silent_friends: float) -> float:
    """Return P(hostile | no reply) by Bayes' rule, written out."""
    hostile, friend = prior * silent_hostiles, (1.0 - prior) * silent_friends
    return hostile / (hostile + friend)


def _rare(share: float, variant: str, runs: int, slice_runs: int, probability: float, friends: int, what: str) -> Row:
    def engaged(result: SliceResult, first_run: int, count: int) -> NDArray[np.float64]:
        return (count_events(result, first_run, count, SHOT) > 0).astype(np.float64)[:, None]

    found = simulate("identities", variant, max(round(share * runs), 50), engaged, slice_runs)
    quantity = f"P(a friend is shot at), {friends:,} friends, {what}, q = {probability:g}"
    expected = one_or_more(probability, friends)
    return statistical(f"identity.{variant}", RARE, quantity, expected, ratio(found[:, 0]), share, RARE_PRECISION)


def _mixed(
    share: float, variant: str, runs: int, prior: float, silent_hostiles: float, silent_friends: float, what: str
) -> list[Row]:
    counts = simulate("identities", variant, max(round(share * runs), 20), _silent(variant, prior))
    expected = silent_hostile(prior, silent_hostiles, silent_friends)
    name, hostile, silent, belief = f"identity.{variant}", *counts.T
    quantity = f"share of hostiles among tracks without a reply, {what}"
    believed = float(belief.sum() / silent.sum())
    return [
        statistical(f"{name}.share", SILENCE, quantity, expected, ratio(hostile, silent), share),
        exact(f"{name}.belief", BELIEF, f"P(hostile) of a track without a reply, {what}", expected, believed, 1e-6),
    ]


def _silent(variant: str, prior: float) -> Measure:
    hostile = np.array([one.side == "hostile" for one in resolved("identities", variant).objects])

    def counts(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
        """Return (run, 3): hostiles without a reply, all without, and the sum of what was believed of these.

        Without a reply is what is no less likely hostile than before; each track is judged once.
        """
        events = result.events
        silent = (events.kind == IDENTITY) & (events.object >= 0) & (events.value >= prior - 1e-9)
        run, value = events.run[silent] - first_run, events.value[silent]
        weights = (hostile[events.object[silent]].astype(np.float64), np.ones(len(run)), value)
        return np.stack([np.bincount(run, one, runs).astype(np.float64) for one in weights], axis=1)

    return counts


def _sweep() -> list[Row]:
    """Return, from strict to loose, that no run engages fewer friends or fewer foes."""
    engaged = {variant: simulate("roc", variant, SWEEP_RUNS, _engaged(variant)) for variant, _ in SWEEP}
    runs = f"({SWEEP_RUNS} runs)"
    strict, first = engaged["hold"], f"friends shot at under weapons hold, all runs {runs}"
    rows = [ordering("roc.hold", ROC, first, [0.0, 0.0], float(strict[:, 0].sum()))]
    for (before, old), (variant, new) in pairwise(SWEEP):
        change = (engaged[variant] - engaged[before]).min(axis=0)
        for side, fewest in zip(("friends", "foes"), change, strict=True):
            quantity = f"smallest change of {side} shot at in a run, {new} after {old} {runs}"
            rows.append(ordering(f"roc.{variant}.{side}", ROC, quantity, [0.0, EACH_SIDE], float(fewest)))
    spread = (engaged["free"] - engaged["hold"]).mean(axis=0)
    for side, more in zip(("friends", "foes"), spread, strict=True):
        quantity = f"mean change of {side} shot at, loosest after strictest: at least 1 of {EACH_SIDE} {runs}"
        rows.append(ordering(f"roc.spread.{side}", ROC, quantity, [1.0, EACH_SIDE], float(more)))
    return rows


def _engaged(variant: str) -> Measure:
    hostile = np.array([one.side == "hostile" for one in resolved("roc", variant).objects])

    def counts(result: SliceResult, first_run: int, runs: int) -> NDArray[np.float64]:
        """Return (run, 2): distinct friends and foes that a shot was fired at."""
        events, met = result.events, np.zeros((runs, len(hostile)), np.bool_)
        shots = (events.kind == SHOT) & (events.object >= 0)
        met[events.run[shots] - first_run, events.object[shots]] = True
        return np.stack([met[:, ~hostile].sum(axis=1), met[:, hostile].sum(axis=1)], axis=1).astype(np.float64)

    return counts
