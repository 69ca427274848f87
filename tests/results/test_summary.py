"""What the summary says besides its figures."""

from openiamd.results.summary import unfinished


def test_objects_still_flying_at_the_end_are_named():
    found = {"unresolved": {"mean": 6.0}, "hostile.total": {"mean": 6.0}}
    ended = {"unresolved": {"mean": 0.0}, "hostile.total": {"mean": 6.0}}
    (sentence,) = unfinished({"variants": {"short": found, "long": ended}})
    assert sentence.startswith("short: 6 of 6 hostile objects a run were still flying")
