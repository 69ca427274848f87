"""What the summary says besides its figures."""

import numpy as np

from openiamd.results.statistics import EQUAL
from openiamd.results.summary import document, estimates, unfinished


def test_objects_still_flying_at_the_end_are_named():
    found = {"unresolved": {"mean": 6.0}, "hostile.total": {"mean": 6.0}}
    ended = {"unresolved": {"mean": 0.0}, "hostile.total": {"mean": 6.0}}
    (sentence,) = unfinished({"variants": {"short": found, "long": ended}})
    assert sentence.startswith("short: 6 of 6 hostile objects a run were still flying")


def test_counts_that_never_vary_have_limits_and_other_measures_none():
    found = document(estimates({"identity_conflicts": np.zeros(20), "hostile.total": np.full(20, 40.0)}))
    assert found["identity_conflicts"]["high"] > 0.0
    assert found["hostile.total"] == {"mean": 40.0, "low": None, "high": None, "n": 20, "method": EQUAL}
