"""What a link lets its receiver do: a picture that may only be looked at leads to no engagement."""

import numpy as np

from openiamd.world import events as kinds
from scenes import Outcome, changed, ideal_scene, play, raid


def remote(use: str, **sections: object) -> Outcome:
    """Play a post without a radar of its own that hears of the raid from another node."""
    scene = ideal_scene(raids={"raid": raid(3)})
    scene["nodes"]["eye"] = {**scene["nodes"]["post"]}
    scene["sensors"]["search"]["node"] = "eye"
    scene["links"] = {
        "report": {"type": "ideal/link", "from": "eye", "to": "post", "carries": ["track"], "remote_use": use}
    }
    return play(changed(scene, **sections), 5)


def count(outcome: Outcome, kind: int) -> int:
    return int(np.count_nonzero(outcome.result.events.kind == kind))


def test_a_track_that_may_cue_is_engaged():
    outcome = remote("CUE")
    assert count(outcome, kinds.TRACK_RECEIVED) >= 15
    assert count(outcome, kinds.SHOT) > 0


def test_a_track_that_may_only_be_shown_is_held_and_not_fought():
    shown, cued = remote("NONE"), remote("CUE")
    assert count(shown, kinds.TRACK_RECEIVED) >= 15
    assert count(shown, kinds.ENGAGE) == count(shown, kinds.HELD) == count(shown, kinds.SHOT) == 0
    assert shown.leakers().tolist() == [3.0] * 5
    assert cued.leakers().sum() < shown.leakers().sum()


def test_own_radars_make_a_shown_track_one_to_fight():
    own = {"own": {"type": "ideal/radar", "node": "post", "at": [39.9, 32.9]}}
    outcome = remote("NONE", sensors=own)
    assert count(outcome, kinds.TRACK_RECEIVED) > 0
    assert count(outcome, kinds.SHOT) > 0
