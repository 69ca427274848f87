"""Causes: one hand-written run for each, whose first missing link is known; and what holds for every run folder."""

from collections import Counter

import numpy as np
import pytest

from openiamd.errors import ResultsError
from openiamd.results import kinds
from openiamd.results.cause_codes import ENGAGED_CAUSES, LEAKER_CAUSES, OUTCOMES, PICTURE
from openiamd.results.cause_summary import summarise_causes
from openiamd.results.causes import CEASED_CODES, HELD_CODES, causes
from openiamd.results.loss_causes import CODES
from openiamd.results.record import finish_recording, record_slice, start_recording
from openiamd.results.statistics import POISSON_ZERO
from openiamd.results.store import open_results

SHOOTER, OTHER_NODE = 0, 1
LOSS_CODES = {*CODES.values(), "not_on_duty"}  # tests/studies/test_explain_losses.py has these
LEAKER, NEIGHBOUR, FRIEND = 0, 1, 20
TRACK = 100
LEAKED_S = 900.0
HOSTILE, FRIEND_IDENTITY, UNKNOWN, ASSUMED = (
    kinds.IDENTITIES.index(name) for name in ("HOSTILE", "FRIEND", "UNKNOWN", "ASSUMED_FRIEND")
)
MODE5, RECEIVED, CORRIDOR, BEHAVIOUR, PLAN = (
    kinds.IDENTITY_REASONS.index(name) for name in ("mode 5 reply", "received", "corridor", "behaviour", "flight plan")
)


class Story:
    """Writes the events of one object in one run, each caused by the one before."""

    def __init__(self, log, thing):
        self.log, self.thing, self.last, self.time_s = log, thing, -1, 0.0

    def tell(self, kind, node=SHOOTER, thing=None, cause=None, **rest):
        self.time_s += 10.0
        about = self.thing if thing is None else thing
        because = self.last if cause is None else cause
        track = rest.pop("track", TRACK if kind >= kinds.TRACK_CONFIRMED else -1)
        self.last = self.log.add(self.time_s, kind, node, about, track, cause=because, **rest)
        return self.last

    def seen(self):
        for kind in (kinds.LAUNCHED, kinds.FIRST_LOOK, kinds.FIRST_DETECTION):
            self.tell(kind)

    def tracked(self, node=SHOOTER):
        self.seen()
        self.tell(kinds.TRACK_CONFIRMED, node)

    def identified(self, identity=HOSTILE, reason=BEHAVIOUR, node=SHOOTER, thing=None):
        return self.tell(kinds.IDENTITY, node, thing, code=identity, other=reason)

    def hostile(self):
        self.tracked()
        self.identified()

    def ordered(self):
        self.hostile()
        return self.tell(kinds.ENGAGE)

    def shot(self):
        self.ordered()
        return self.tell(kinds.SHOT)


def held(reason):
    def story(one):
        one.hostile()
        one.tell(kinds.HELD, code=reason)

    return story


def ceased(reason):
    def story(one):
        order = one.ordered()
        one.tell(kinds.CEASED, thing=-1, cause=order, code=reason)

    return story


def unguided(one):
    order = one.ordered()
    shot = one.tell(kinds.SHOT, cause=order)
    one.tell(kinds.WASTED, thing=-1, cause=shot)
    one.tell(kinds.CEASED, thing=-1, cause=order, code=8)


def ended(kind, thing):
    def story(one):
        shot = one.shot()
        one.tell(kind, thing=thing, cause=shot)

    return story


def elsewhere(one):
    one.tracked(OTHER_NODE)


def friend(one):
    one.tracked()
    one.identified(ASSUMED, CORRIDOR)


def hostile_elsewhere(one):
    one.tracked()
    one.identified(UNKNOWN, 0)
    one.identified(HOSTILE, BEHAVIOUR, OTHER_NODE)


def unknown(one):
    one.tracked()
    one.identified(UNKNOWN, 0)


def dual(one):
    one.hostile()
    one.tell(kinds.DUAL_DESIGNATION)
    one.tell(kinds.HELD, code=1)


def strayed(one):
    """Held back while the track is near no object: it is still the track of what it was made from."""
    one.hostile()
    one.tell(kinds.HELD, thing=-1, code=3)


LEAKERS = [
    ("not_looked", lambda one: one.tell(kinds.LAUNCHED), "launched", 10.0),
    ("not_detected", lambda one: (one.tell(kinds.LAUNCHED), one.tell(kinds.FIRST_LOOK)), "first look", 20.0),
    ("not_tracked", Story.seen, "first detection", 30.0),
    ("not_shared", elsewhere, "track confirmed", 40.0),
    ("taken_for_friend", friend, "corridor", 50.0),
    ("identity_not_shared", hostile_elsewhere, "behaviour", 60.0),
    ("not_identified", unknown, "none", 50.0),
    ("dual_tracks", dual, "dual designation", 60.0),
    *((HELD_CODES[reason], held(kinds.HELD_REASONS.index(reason)), reason, 60.0) for reason in HELD_CODES),
    ("outside_envelope", strayed, "outside envelope", 60.0),
    ("undecided", Story.hostile, "behaviour", 50.0),
    *((CEASED_CODES[reason], ceased(kinds.CEASED_REASONS.index(reason)), reason, 70.0) for reason in CEASED_CODES),
    ("order_too_late", Story.ordered, "engage", 60.0),
    ("shot_met_another", ended(kinds.KILL, NEIGHBOUR), "kill", 80.0),
    ("shot_no_guidance", unguided, "no guidance", 90.0),
    ("shot_wasted", ended(kinds.WASTED, -1), "wasted", 80.0),
    ("shot_too_late", Story.shot, "shot", 70.0),
    ("missed", ended(kinds.MISS, LEAKER), "miss", 80.0),
]


def meant_for_neighbour(one):
    one.tracked()
    one.identified(HOSTILE, BEHAVIOUR, thing=NEIGHBOUR)
    one.tell(kinds.ENGAGE, thing=NEIGHBOUR)
    one.tell(kinds.KILL, cause=one.tell(kinds.SHOT, thing=NEIGHBOUR))


def swapped(one):
    one.tracked()
    one.identified(HOSTILE, BEHAVIOUR, thing=NEIGHBOUR)
    one.tell(kinds.ENGAGE)
    one.tell(kinds.SHOT)


def reported(one):
    one.tracked()
    one.identified(HOSTILE, RECEIVED)
    one.tell(kinds.ENGAGE)
    one.tell(kinds.SHOT)


def overruled(one):
    one.hostile()
    one.tell(kinds.IDENTITY_CONFLICT, code=HOSTILE, other=FRIEND_IDENTITY)
    one.tell(kinds.ENGAGE)
    one.tell(kinds.SHOT)


def known_elsewhere(one):
    one.tracked()
    one.identified(FRIEND_IDENTITY, MODE5, OTHER_NODE)
    one.identified()
    one.tell(kinds.ENGAGE)
    one.tell(kinds.SHOT)


def once(identity, reason):
    def story(one):
        one.tracked()
        one.identified(identity, reason)
        one.identified()
        one.tell(kinds.ENGAGE)
        one.tell(kinds.SHOT)

    return story


def renumbered(one):
    """The track got its identity under another number, when it was of the neighbour."""
    one.tracked()
    one.identified(HOSTILE, BEHAVIOUR, thing=NEIGHBOUR)
    one.tell(kinds.NUMBER_CHANGED, track=777, value=float(TRACK))
    one.tell(kinds.ENGAGE, track=777)
    one.tell(kinds.SHOT, track=777)


ENGAGED = [
    ("shot_at_another", meant_for_neighbour, "shot"),
    ("track_swapped", swapped, "behaviour"),
    ("track_swapped", renumbered, "behaviour"),
    ("wrong_report", reported, "received"),
    ("evidence_overruled", overruled, "identity conflict"),
    ("identity_not_shared", known_elsewhere, "mode 5 reply"),
    ("reply_lapsed", once(FRIEND_IDENTITY, MODE5), "mode 5 reply"),
    ("left_procedure", once(ASSUMED, PLAN), "flight plan"),
    ("no_evidence", Story.shot, "behaviour"),
]
STORIES = [*((LEAKER, story) for _, story, *_ in LEAKERS), *((FRIEND, story) for _, story, _ in ENGAGED)]


def written(synthetic, directory, stories, variant="standalone"):
    """Write a run folder with one run a story; only the object of the story flies."""
    variants = {variant: synthetic.entities()}
    manifest = synthetic.manifest(len(stories)) | {"reference": variant}
    recording = start_recording(directory, manifest, variants, {variant: (0.0, synthetic.DURATION_S)})
    whole = synthetic.slice_of_runs("standalone", 0, len(stories))
    rows, status = [], np.full(len(whole.objects.status), kinds.WAITING, np.int8)
    for run, (thing, story) in enumerate(stories):
        log = synthetic.Log(run)
        story(Story(log, thing))
        place = np.flatnonzero((whole.objects.run == run) & (whole.objects.object == thing))
        status[place] = kinds.LEAKED_STATUS if thing == LEAKER else kinds.DEPARTED_STATUS
        log.add(LEAKED_S, kinds.LEAKED if thing == LEAKER else kinds.DEPARTED, thing=thing)
        rows += log.rows
    types = [column.dtype for column in whole.events]
    result = whole._replace(
        events=synthetic.columns(type(whole.events), rows, types), objects=whole.objects._replace(status=status)
    )
    record_slice(recording, variant, 0, len(stories), result)
    finish_recording(recording, {variant: 1.0})
    return open_results(directory)


@pytest.fixture(scope="module")
def told(synthetic, tmp_path_factory):
    """The rows of all stories by run."""
    results = written(synthetic, tmp_path_factory.mktemp("causes") / "run", STORIES)
    rows = causes(results, "standalone").to_pylist()
    assert len(rows) == len(STORIES)
    return {row["run"]: row for row in rows}


@pytest.mark.parametrize("place", range(len(LEAKERS)), ids=[f"{name}-{i}" for i, (name, *_) in enumerate(LEAKERS)])
def test_a_leaker_has_the_cause_that_was_written(told, place):
    code, _, evidence, time_s = LEAKERS[place]
    row = told[place]
    assert (row["outcome"], row["object"], row["side"]) == ("leakers", "cruise-south-1", "hostile")
    assert (row["cause"], row["evidence"]) == (code, evidence)
    assert (row["time_s"], row["outcome_s"], row["lead_s"]) == (time_s, LEAKED_S, LEAKED_S - time_s)
    assert row["picture_error"] == (LEAKER_CAUSES[code].link in PICTURE)


@pytest.mark.parametrize("place", range(len(ENGAGED)), ids=[f"{name}-{i}" for i, (name, *_) in enumerate(ENGAGED)])
def test_a_friend_engaged_has_the_cause_that_was_written(told, place):
    code, _, evidence = ENGAGED[place]
    row = told[len(LEAKERS) + place]
    assert (row["outcome"], row["object"], row["side"]) == ("friendly_engaged", "return-1", "friendly")
    assert (row["cause"], row["evidence"]) == (code, evidence)
    assert row["lead_s"] >= 0.0
    assert row["picture_error"]


def test_a_loss_that_does_not_matter_is_no_cause(told, synthetic, tmp_path):
    """A radar far from the route is lost all the time, and the shooter itself after the outcome."""

    def with_losses(story):
        def longer(one):
            far, after_s = 2, LEAKED_S + 100.0
            one.log.add(0.0, kinds.LOST, far, other=far, code=0, value=float(kinds.SENSOR_DOMAIN))
            one.log.add(after_s, kinds.LOST, SHOOTER, other=SHOOTER, code=0, value=float(kinds.NODE_DOMAIN))
            story(one)

        return longer

    results = written(synthetic, tmp_path / "run", [(thing, with_losses(story)) for thing, story in STORIES])
    rows = {row["run"]: row for row in causes(results, "standalone").to_pylist()}
    assert results.events("readiness").num_rows == 2 * len(STORIES)
    for run, row in told.items():
        assert (rows[run]["cause"], rows[run]["evidence"]) == (row["cause"], row["evidence"])


def test_every_code_is_told():
    assert {code for code, *_ in LEAKERS} == set(LEAKER_CAUSES) - LOSS_CODES
    assert {code for code, *_ in ENGAGED} == set(ENGAGED_CAUSES) - LOSS_CODES


def test_the_node_is_that_of_the_evidence(told):
    by_code = {row["cause"]: row["node"] for row in told.values() if row["outcome"] == "friendly_engaged"}
    assert by_code["identity_not_shared"] == "crc"
    assert by_code["no_evidence"] == "s400-cp"


@pytest.mark.parametrize("variant", ["standalone", "picture", "integrated"])
def test_every_object_that_the_measures_count_has_one_cause(batch, variant):
    results = open_results(batch)
    rows = causes(results, variant).to_pylist()
    counted = Counter((row["outcome"], row["run"]) for row in rows)
    assert len({(row["run"], row["object"], row["outcome"]) for row in rows}) == len(rows)
    for run in results.runs.to_pylist():
        if run["variant"] == variant:
            assert counted["leakers", run["run"]] == run["leakers.total"]
            assert counted["friendly_engaged", run["run"]] == run["friendly_engaged"]
            assert counted["civil_engaged", run["run"]] == run["civil_engaged"]


def test_figures_add_up_and_are_paired(batch):
    results = open_results(batch)
    found = summarise_causes(results)
    leakers = results.summary()["variants"]
    for variant in results.variants:
        for outcome, name in (("leakers", "leakers.total"), ("friendly_engaged", "friendly_engaged")):
            for kind in ("cause", "link"):
                own = [found.variants[variant][key] for key in found.keys if key.startswith(f"{outcome}.{kind}.")]
                parts = [
                    one.mean for one, key in zip(own, keys_of(found, outcome, kind), strict=True) if key != "picture"
                ]
                assert sum(parts) == pytest.approx(leakers[variant][name]["mean"])
    for key in found.keys:
        first, second = found.variants["integrated"][key], found.variants["standalone"][key]
        assert found.differences["integrated"][key].mean == pytest.approx(first.mean - second.mean)
        assert first.n == 10
    assert set(found.differences) == {"picture", "integrated"}


def keys_of(found, outcome, kind):
    stem = f"{outcome}.{kind}."
    return [key.removeprefix(stem) for key in found.keys if key.startswith(stem)]


def test_a_run_without_such_an_object_counts_as_nought(synthetic, tmp_path):
    results = written(
        synthetic, tmp_path / "run", [(LEAKER, Story.seen), (FRIEND, Story.seen), (LEAKER, Story.hostile)]
    )
    found = summarise_causes(results)
    own = found.variants["standalone"]
    assert own["leakers.cause.not_tracked"].mean == pytest.approx(1 / 3)
    assert own["leakers.link.picture"].mean == pytest.approx(1 / 3)
    assert own["leakers.cause.not_tracked"].n == 3
    assert found.lead_s["standalone"]["leakers.cause.not_tracked"] == LEAKED_S - 30.0
    assert not [key for key in found.keys if key.startswith("friendly")]


def test_a_cause_that_another_variant_has_is_nought_with_its_limit(write_batch, tmp_path):
    found = summarise_causes(open_results(write_batch(tmp_path / "run", replications=2)))
    noughts = [one for own in found.variants.values() for one in own.values() if one.mean == 0.0]
    assert noughts
    assert all(one.method == POISSON_ZERO and one.high > 0.0 for one in noughts)


def test_an_interrupted_run_folder_has_causes(write_batch, tmp_path):
    results = open_results(write_batch(tmp_path / "stopped", finish=False, skip=1))
    found = summarise_causes(results)
    assert found.variants["integrated"]["leakers.cause.missed"].n == 8


def test_definitions_are_complete():
    for known in OUTCOMES.values():
        for code, cause in known.items():
            assert code.replace("_", "").islower()
            assert cause.label
            assert cause.meaning
    assert {*HELD_CODES} == {*kinds.HELD_REASONS[1:]}
    assert {*CEASED_CODES} == {*kinds.CEASED_REASONS[1:]}
    assert {*HELD_CODES.values(), *CEASED_CODES.values()} < set(LEAKER_CAUSES)


def test_a_folder_that_lost_a_table_says_so(write_batch, tmp_path):
    directory = write_batch(tmp_path / "run", replications=2)
    (directory / "events" / "shots.parquet").unlink()
    with pytest.raises(ResultsError, match=r"shots\.parquet cannot be read"):
        causes(open_results(directory), "standalone")
