"""Static weapon-target assignment: each weapon at one target, so that the least expected value survives.

    min Σⱼ Vⱼ Πᵢ (1 − pᵢⱼ)^xᵢⱼ   with   Σⱼ xᵢⱼ ≤ 1,   xᵢⱼ ∈ {0, 1}

Problem and sources: Ahuja, Kumar, Jha & Orlin, Operations Research 55 (2007) 1136. Outside the chain of stages: there
a track has one engagement at a time, and assignment is linear.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_WEAPONS = 12  # of the optimum: its columns are the 2^12 sets of weapons, for each target


def surviving_value(values: Floats, kills: Floats, targets: Integers) -> float:
    """Return the expected value that survives: values (target,), kills (weapon, target), targets (weapon,), −1 idle."""
    survival = np.ones(len(values))
    for weapon, target in enumerate(targets):
        if target >= 0:
            survival[target] *= 1.0 - kills[weapon, target]
    return float(values @ survival)


def assign_by_marginal_return(values: Floats, kills: Floats) -> Integers:
    """Return the target (weapon,) of each weapon, given out pair by pair, always the one that destroys most.

    Optimal where all weapons are alike: den Broeder, Ellison & Emerling, Operations Research 7 (1959) 322. Else it
    destroys at least half of what is possible: Fisher, Nemhauser & Wolsey, Mathematical Programming Study 8 (1978) 73,
    since the destroyed value is submodular and one target a weapon is a partition matroid.
    """
    left, targets = values.astype(np.float64), np.full(len(kills), -1, np.int64)
    for _ in range(len(kills)):
        gain = np.where((targets < 0)[:, None], left * kills, -1.0)
        weapon, target = np.unravel_index(int(np.argmax(gain)), gain.shape)
        targets[weapon] = target
        left[target] *= 1.0 - kills[weapon, target]
    return targets


def assign_best(values: Floats, kills: Floats) -> Integers:
    """Return an optimal target (weapon,) of each weapon; −1 where it would destroy nothing.

    The columns of the integer program are the sets of weapons that a target may get, so that it is linear (as in Kwon,
    Lee, Kang & Park, Naval Research Logistics 54 (2007) 732); solved by HiGHS (Huangfu & Hall, Mathematical Programming
    Computation 10 (2018) 119) through scipy. Raises ``ValueError`` for more than ``MOST_WEAPONS`` weapons.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # half a second that others need not wait
    from scipy.sparse import csr_array

    weapons, count = kills.shape
    if weapons > MOST_WEAPONS:
        raise ValueError(f"{weapons} weapons are more than the {MOST_WEAPONS} for which the optimum is found")
    sets = np.array(list(product((False, True), repeat=weapons)), np.bool_)  # (set, weapon)
    survival = np.where(sets[:, :, None], 1.0 - kills, 1.0).prod(axis=1)  # (set, target)
    destroyed = (values * (1.0 - survival)).T.ravel()  # target by target
    uses_weapon = np.tile(sets.T.astype(np.float64), (1, count))
    one_set = np.kron(np.eye(count), np.ones(len(sets)))
    found = milp(
        -destroyed,
        constraints=LinearConstraint(csr_array(np.vstack([uses_weapon, one_set])), -np.inf, 1.0),
        integrality=np.ones(len(destroyed)),
        bounds=Bounds(0.0, 1.0),
        options={"mip_rel_gap": 0.0},
    )
    targets = np.full(weapons, -1, np.int64)
    for target, chosen in enumerate(found.x.reshape(count, len(sets)) > 0.5):
        for members in sets[chosen]:
            targets[members & (kills[:, target] > 0.0)] = target
    return targets
