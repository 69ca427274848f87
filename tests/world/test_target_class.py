"""The class of a target: by speed, at the borders of the doctrine."""

import numpy as np
import pytest

from openiamd.world.compile import compile_world
from openiamd.world.target_class import AIR, BALLISTIC, SLOW, target_class
from scenes import ideal_scene, resolved


@pytest.fixture(scope="module")
def rules():
    scene = ideal_scene(doctrine={"rules": {"ballistic_speed": "900 m/s", "slow_speed": "60 m/s"}})
    return compile_world(resolved(scene)).nodes.row[0]


@pytest.mark.parametrize(
    ("velocity_mps", "expected"),
    [
        ((0.0, 0.0, 0.0), SLOW),
        ((35.9, 0.0, -47.9), SLOW),
        ((36.0, 0.0, -48.0), AIR),  # exactly 60 m/s
        ((0.0, 899.9, 0.0), AIR),
        ((540.0, 0.0, -720.0), BALLISTIC),  # exactly 900 m/s
    ],
)
def test_speed_alone_tells_the_class(rules, velocity_mps, expected):
    assert target_class(np.array([1e4, 2e4, 3e3, *velocity_mps]), rules) == expected


def test_the_default_is_80_mps():
    rules = compile_world(resolved(ideal_scene())).nodes.row[0]
    state = np.array([0.0, 0.0, 1e3, 79.9, 0.0, 0.0])
    assert target_class(state, rules) == SLOW
    state[3] = 80.0
    assert target_class(state, rules) == AIR
