"""The air picture through the chain: SIAP identities, the error that latency makes, joined tracks of several nodes.

With perfect measurements the attributes are exact: 1e-9. Latency: within one step of motion, 250 m.
"""

import numpy as np
from numpy.typing import NDArray

from openiamd.results.kinds import NETWORK
from openiamd.results.slices import SliceResult
from openiamd.validation.chain import simulate
from openiamd.validation.nodes import beliefs, position_nees, position_rmse_m
from openiamd.validation.rows import Part, Result, Row, exact

SIAP = Result(
    "Attributes of the air picture, through the chain",
    "Votruba et al., SIAP Metrics Implementation (2001); identity",
    "R",
    "perfect measurements: exact but for rounding",
)
LATENCY = Result(
    "Error that latency makes, through the chain", "kinematics, v tau", "C", "motion at 250 m/s in one step of 1 s"
)
JOINED = Result(
    "Joined tracks of several nodes, through the chain",
    "Julier & Uhlmann, American Control Conference (1997) 2369; consistency",
    "R",
    "a limit, not a value: consistent whatever the correlation, no worse than the best node alone",
)
SETTLED_S = 60.0

# variant, node, attribute, published value, quantity
ROWS = [
    ("alone", NETWORK, "completeness", 1.0, "one perfect radar"),
    ("alone", NETWORK, "ambiguity", 1.0, "one perfect radar"),
    ("alone", NETWORK, "spuriousness", 0.0, "one perfect radar"),
    ("alone", NETWORK, "id_correctness", 1.0, "one perfect radar, every track hostile"),
    ("linked-2", NETWORK, "completeness", 1.0, "two linked reporters"),
    ("linked-2", NETWORK, "ambiguity", 1.0, "two linked reporters"),
    ("linked-2", NETWORK, "spuriousness", 0.0, "two linked reporters"),
    ("linked-2", NETWORK, "commonality", 1.0, "two linked reporters"),
    ("apart-2", NETWORK, "ambiguity", 2.0, "two reporters without a link"),
    ("apart-2", 0, "ambiguity", 1.0, "two reporters without a link, at each of them"),
    ("apart-2", NETWORK, "commonality", 0.0, "two reporters without a link"),
    ("apart-3", NETWORK, "ambiguity", 3.0, "three reporters without a link"),
    ("uncorrelated-2", NETWORK, "ambiguity", 2.0, "two linked reporters that do not correlate"),
    ("uncorrelated-2", 0, "ambiguity", 2.0, "two linked reporters that do not correlate, at each of them"),
    ("uncorrelated-3", NETWORK, "ambiguity", 3.0, "three linked reporters that do not correlate"),
    ("uncorrelated-3", 0, "ambiguity", 3.0, "three linked reporters that do not correlate, at each of them"),
    ("halves-apart", 0, "completeness", 0.5, "two reporters of half the targets each, without a link, at each of them"),
    ("halves-linked", 0, "completeness", 1.0, "two linked reporters of half the targets each, at each of them"),
    ("halves-linked", NETWORK, "ambiguity", 1.0, "two linked reporters of half the targets each"),
    ("halves-linked", NETWORK, "completeness", 1.0, "two linked reporters of half the targets each"),
]
# variant, error in m, quantity
LATENCY_ROWS = [
    ("remote-12-s", 3_000.0, "position error, m, 250 m/s, 12 s of latency, not extrapolated"),
    ("remote-6-s", 1_500.0, "position error, m, 250 m/s, 6 s of latency, not extrapolated"),
    ("remote-extrapolated", 0.0, "position error, m, 250 m/s, 12 s of latency, extrapolated"),
]
# variant, quantity, limits
JOINED_ROWS = [
    ("unbiased", "rmse", [0.0, 1.02]),
    ("biased", "rmse", [0.0, 1.10]),
    ("biased-high", "rmse", [0.0, 1.10]),
    ("unbiased", "nees", [0.0, 1.1]),
    ("biased", "nees", [0.0, 1.1]),
    ("biased-high", "nees", [0.0, 1.1]),
    ("loop", "nees", [0.0, 1.1]),
]
JOINED_RUNS = 200  # fast enough to be the same at any share
QUANTITIES = {
    "rmse": "largest position RMSE of a node over the best node's alone",
    "nees": "mean position NEES per dimension of what nodes believe",
}
RECEIVER = 1


def parts() -> list[Part]:
    """Return a part for each attribute, each latency and each limit of joined tracks."""
    siap = [Part({_siap_name(*row[:3]): SIAP.title}, lambda _, row=row: [_siap(*row)]) for row in ROWS]
    late = [Part({f"latency.{row[0]}": LATENCY.title}, lambda _, row=row: [_latency(*row)]) for row in LATENCY_ROWS]
    joined = [
        Part({f"joined.{row[0]}.{row[1]}": JOINED.title}, lambda _, row=row: [_joined(*row)]) for row in JOINED_ROWS
    ]
    return [*siap, *late, *joined]


def _joined(variant: str, which: str, limits: list[float]) -> Row:
    found = beliefs("fusion", variant, JOINED_RUNS)
    computed = position_nees(found.error, found.covariance)
    if which == "rmse":
        nodes = [found.node == node for node in np.unique(found.node)]
        alone_m = min(position_rmse_m(found.own_error[mine]) for mine in nodes)
        computed = max(position_rmse_m(found.error[mine]) for mine in nodes) / alone_m
    quantity = f"{QUANTITIES[which]}, {variant} ({JOINED_RUNS} runs)"
    return exact(f"joined.{variant}.{which}", JOINED, quantity, limits, computed, 0.0)


def _siap_name(variant: str, node: int, attribute: str) -> str:
    return f"siap.{variant}.{attribute}.{_place(node)}"


def _place(node: int) -> str:
    return "network" if node == NETWORK else "node"


def _siap(variant: str, node: int, attribute: str, published: float, what: str) -> Row:
    computed = _attributes(variant, node)[attribute]
    quantity = f"{attribute}, {_place(node)}, {what}"
    return exact(_siap_name(variant, node, attribute), SIAP, quantity, published, computed, 1e-9)


def _latency(variant: str, error_m: float, quantity: str) -> Row:
    computed_m = _attributes(variant, RECEIVER)["position_error_m"]
    return exact(f"latency.{variant}", LATENCY, quantity, error_m, computed_m, 250.0)


def _attributes(variant: str, node: int) -> dict[str, float]:
    """Return the attributes of the picture at a node, or of the network, once tracks have settled."""

    def sums(result: SliceResult, _: int, __: int) -> NDArray[np.float64]:
        picture = result.picture
        chosen = (picture.node == node) & (picture.time_s >= SETTLED_S)
        columns = (
            picture.truths, picture.tracked, picture.tracks, picture.assigned, picture.id_correct, picture.unique,
            picture.common, picture.position_error_sum_m,
        )  # fmt: skip
        return np.array([[float(column[chosen].sum()) for column in columns]])

    truths, tracked, tracks, assigned, correct, unique, common, error_m = simulate("picture", variant, 1, sums)[0]
    return {
        "completeness": tracked / truths,
        "ambiguity": assigned / tracked,
        "spuriousness": (tracks - assigned) / tracks,
        "id_correctness": correct / tracked,
        "commonality": common / unique if unique else np.nan,
        "position_error_m": error_m / assigned,
    }
