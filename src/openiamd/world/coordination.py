"""Coordination: what nodes that are linked tell each other about who engages which track.

A report says who engages a track and when that node said so. It is believed for three intervals of each link that it
came over, and its latency. Only a later saying replaces an earlier one, so that nothing goes round in circles.
"""

import math

from openiamd.kernels import kernel
from openiamd.world.arrays import Rows
from openiamd.world.correlation import STALE_INTERVALS
from openiamd.world.events import NONE
from openiamd.world.tracks import CONFIRMED

ENGAGED_ELSEWHERE = 9  # why a track is held


@kernel
def engaged_elsewhere(now_s: float, rules: Rows, held: Rows) -> bool:
    """Tell whether a node that coordinates its fire believes that another one engages a track."""
    return rules.coordinates and now_s <= held.engaged_until_s


@kernel
def tells_engagement(send_s: float, held: Rows) -> bool:
    """Tell whether a node has to say of a track that it is engaged: by itself, or by whom it heard of."""
    return held.status >= CONFIRMED and (held.engagements > 0 or send_s <= held.engaged_until_s)


@kernel
def tell_engagement(send_s: float, node: int, held: Rows, said: Rows) -> None:
    """Write into a report who engages its track, as ``node`` knows it."""
    said.engager, said.engaged_s, said.engaged_until_s = NONE, -math.inf, -math.inf
    if held.engagements > 0:
        said.engager, said.engaged_s, said.engaged_until_s = node, send_s, send_s
    elif send_s <= held.engaged_until_s:
        said.engager, said.engaged_s, said.engaged_until_s = held.engager, held.engaged_s, held.engaged_until_s


@kernel
def hear_engagement(line: Rows, said: Rows, held: Rows) -> None:
    """Take from a report who engages its track; the node itself is not told what it did.

    line  the link; held  the receiver's row of the track. A node that says no more that it engages is believed at once.
    """
    if said.engager == NONE:
        if held.engager == line.sender:
            held.engaged_until_s = -math.inf
    elif said.engager != line.receiver and said.engaged_s > held.engaged_s:
        held.engager, held.engaged_s = said.engager, said.engaged_s
        held.engaged_until_s = said.engaged_until_s + STALE_INTERVALS * line.interval_s + line.longest_s
