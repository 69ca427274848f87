"""Target class: what a node can tell of a track's kind from its speed alone."""

from openiamd.kernels import kernel
from openiamd.world.arrays import Floats, Rows, constant
from openiamd.world.tracks import falls

BALLISTIC, AIR, SLOW = constant(0), constant(1), constant(2)
TARGET_CLASSES = 3


@kernel
def target_class(state: Floats, rules: Rows) -> int:
    """Return BALLISTIC, AIR or SLOW, as the track's speed says and nothing else.

    state  (6,) position m and velocity m/s of the track
    rules  row of the node: as fast as its ballistic speed is BALLISTIC, slower than its slow speed is SLOW
    """
    if falls(state, rules.ballistic_minimum_speed_mps):
        return BALLISTIC
    square = state[3] * state[3] + state[4] * state[4] + state[5] * state[5]
    return SLOW if square < rules.slow_speed_mps * rules.slow_speed_mps else AIR
