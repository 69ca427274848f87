"""Replies: what an interrogator hears from a transponder that may be off, or hold the wrong key."""

from openiamd.kernels import kernel
from openiamd.physics.draws import IFF, NO_ENTITY, TRANSPONDER, uniform
from openiamd.world.arrays import Draws, Rows
from openiamd.world.plots import CIVIL_REPLY, MODE4_REPLY, MODE5_REPLY, NO_REPLY, NOT_ASKED

WORKS, UNKEYED, SILENT = 0, 1, 2  # a transponder in this run


@kernel
def answering(target: Rows, draws: Draws, run: int) -> int:
    """Return what of an object's transponder works in this run: ``SILENT``, ``UNKEYED`` (Mode 3 alone) or ``WORKS``."""
    draw = uniform(draws.seed, draws.first + run, TRANSPONDER, target.entity, NO_ENTITY, 0, 0)
    if draw < target.transponder_off:
        return SILENT
    return UNKEYED if draw < target.transponder_off + target.wrong_key else WORKS


@kernel
def reply_to(target: Rows, radar: Rows, draws: Draws, run: int, slot: int, range_m: float) -> int:
    """Return what the interrogator beside this radar hears from an object in this look: both must hold the mode."""
    if range_m > radar.interrogator_range_m:
        return NOT_ASKED
    works = WORKS
    if target.may_fail:
        works = answering(target, draws, run)
    if works == SILENT:
        return NO_REPLY
    draw = uniform(draws.seed, draws.first + run, IFF, radar.interrogator, target.entity, slot, 0)
    if works == WORKS:
        if target.mode5 and radar.interrogates_mode5:
            return MODE5_REPLY if draw < radar.mode5_reply else NO_REPLY
        if target.mode4 and radar.interrogates_mode4:
            return MODE4_REPLY if draw < radar.mode4_reply else NO_REPLY
    if target.mode3:
        return CIVIL_REPLY if draw < radar.mode3_reply else NO_REPLY
    return NO_REPLY
