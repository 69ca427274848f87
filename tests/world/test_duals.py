"""Two tracks of one object become one: what the kept one takes over."""

import numpy as np
import pytest

from openiamd.world.duals import merge_tracks
from openiamd.world.tracks import CONFIRMED, FREE_SLOT, HOSTILE, create_track_state

TIMES = ("civil_s", "mode4_s", "mode5_s")


@pytest.mark.parametrize(("kept", "gone"), [(0, 1), (1, 0)])
def test_the_kept_track_has_the_later_reply_of_each_mode(kept, gone):
    tracks = create_track_state(1, 1, 2, 0, 2, 0, True)
    tracks.top[0, 0] = 2
    for slot in (0, 1):
        row = tracks.row[0, 0, slot]
        row["status"], row["number"], row["identity"] = CONFIRMED, 100_000 + slot, HOSTILE
        tracks.covariance[0, 0, slot] = np.eye(6)
    for name, times_s in zip(TIMES, [(10.0, 20.0), (40.0, 30.0), (-np.inf, 50.0)], strict=True):
        tracks.row[name][0, 0] = times_s
    merge_tracks(tracks, 0, 0, kept, gone)
    assert [tracks.row[0, 0, kept][name] for name in TIMES] == [20.0, 40.0, 50.0]
    assert tracks.row[0, 0, gone]["status"] == FREE_SLOT
