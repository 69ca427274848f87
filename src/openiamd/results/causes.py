"""Causes: for every leaker and every own aircraft engaged, the first link of the chain that is missing in the events.

Nothing is simulated again: the tables of a run folder are enough. A cause comes before its outcome; that its cure would
have changed the outcome is not said, only a variant can show that. "Before" means logged before: event ids count up.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from openiamd.results import kinds
from openiamd.results.cause_codes import OUTCOMES
from openiamd.results.event_chain import NONE, Bools, Chain, Ints, entities_of, of_variant, places, read_chain, shooters
from openiamd.results.loss_causes import Case, losses_behind
from openiamd.results.store import Results

HOSTILE = kinds.IDENTITIES.index("HOSTILE")
FRIENDLY = [kinds.IDENTITIES.index(name) for name in ("ASSUMED_FRIEND", "FRIEND", "NEUTRAL")]
RECEIVED = kinds.IDENTITY_REASONS.index("received")
REPLIES = [kinds.IDENTITY_REASONS.index(f"{mode} reply") for mode in ("mode 5", "civil", "mode 4")]
TRACK_NEWS = (kinds.TRACK_CONFIRMED, kinds.TRACK_RECEIVED, kinds.IDENTITY)
RESULTS_OF_SHOTS = (kinds.KILL, kinds.MISS, kinds.OVERKILL, kinds.WASTED)
# Reason → cause, in the order in which they are tried: what was closest to an order or a shot comes first.
HELD_CODES = {
    "training": "training",
    "no channel": "no_channel",
    "no missile": "no_missile",
    "outside envelope": "outside_envelope",
    "weapons hold": "weapons_hold",
    "engaged elsewhere": "engaged_elsewhere",
    "zone": "zone",
    "cease fire": "cease_fire",
    "no order from above": "no_order",
    "no authority": "no_authority",
    "not interrogated": "not_interrogated",
    "not ready": "not_ready",
}
CEASED_CODES = {
    "track lost": "order_track_lost",
    "not held by engagement radar": "order_not_held",
    "left the envelope": "order_envelope",
    "identity changed": "order_identity",
    "no round": "order_no_round",
    "ordered to cease": "order_ceased",
    "slew too late": "order_slew",
    "no guidance": "order_no_guidance",
    "out of action": "order_out_of_action",
    "off duty": "order_off_duty",
    "weapons control": "order_control",
    "order withdrawn": "order_withdrawn",
    "zone": "order_zone",
}
NO_GUIDANCE = kinds.CEASED_REASONS.index("no guidance")


class _Cases(NamedTuple):
    """The objects of a variant whose outcome is to be traced; rows are those of the chain."""

    chain: Chain
    at_shooter: Bools  # (row,) the event's node has fire units
    run: Ints  # (case,)
    object: Ints  # (case,)
    outcome: Ints  # (case,) row of the outcome
    of: Ints  # (row,) case that the event's object is, −1 for none

    def before(self, of: Ints, mask: Bools) -> Ints:
        """Return the chosen rows that are about a case, ``of`` (row,), and logged before its outcome."""
        rows = np.flatnonzero(mask & (of >= 0))
        return rows[rows < self.outcome[of[rows]]]

    def first(self, mask: Bools, of: Ints | None = None) -> Ints:
        """Return the earliest of the chosen rows about each case (case,), −1 for none."""
        return self._pick(mask, self.of if of is None else of, -1)

    def last(self, mask: Bools, of: Ints | None = None) -> Ints:
        """Return the latest of the chosen rows about each case (case,), −1 for none."""
        return self._pick(mask, self.of if of is None else of, 1)

    def _pick(self, mask: Bools, of: Ints, step: int) -> Ints:
        rows = self.before(of, mask)[::step]
        found = np.full(len(self.run), NONE, np.int64)
        found[of[rows]] = rows  # the last one written stays
        return found


class _Objects(NamedTuple):
    """What became of each object of each run; columns are (row,)."""

    run: Ints
    object: Ints
    side: NDArray[np.str_]
    status: NDArray[np.str_]
    counted: Bools  # started after the warm-up


def _read_objects(results: Results, variant: str, objects: list[str]) -> _Objects:
    table = of_variant(results.objects, variant)
    start_s = table.column("start_s").fill_null(np.inf).to_numpy()
    warmup_s = float(results.manifest.get("scenario", {}).get("warmup_s", 0.0))
    words = {name: table.column(name).cast(pa.string()).to_numpy(zero_copy_only=False) for name in ("side", "status")}
    return _Objects(
        run=table.column("run").to_numpy().astype(np.int64),
        object=places(table.column("object"), objects),
        side=words["side"].astype(str),
        status=words["status"].astype(str),
        counted=np.isfinite(start_s) & (start_s >= warmup_s),
    )


def _cases(chain: Chain, at_shooter: Bools, known: _Objects, chosen: Bools, outcome: Bools) -> _Cases:
    """Return the chosen objects (row of objects,) that one of the ``outcome`` events names, with the first of these."""
    size = len(chain.objects)
    cell_of = np.where(chain.about >= 0, chain.run * size + chain.about, NONE)
    last_cell = max(int(known.run.max(initial=0)) + 1, int(chain.run.max(initial=0)) + 1) * size
    first = np.full(last_cell + 1, NONE, np.int64)
    rows = np.flatnonzero(outcome & (chain.object >= 0))[::-1]
    first[cell_of[rows]] = rows
    cells = (known.run * size + known.object)[chosen]
    cells = cells[first[cells] >= 0]
    case = np.full(last_cell + 1, NONE, np.int64)
    case[cells] = np.arange(len(cells))
    of = np.where(cell_of >= 0, case[cell_of], NONE)
    return _Cases(chain, at_shooter, cells // max(size, 1), cells % max(size, 1), first[cells], of)


def _through_parent(cases: _Cases) -> Ints:
    """Return for each row (row,) the case of its cause: whom an order or a shot was meant for."""
    parent = cases.chain.parent
    return np.where(parent >= 0, cases.of[parent], NONE)


def _or(first: Ints, *others: Ints) -> Ints:
    """Return the first of several rows that exists (case,)."""
    found = first
    for other in others:
        found = np.where(found >= 0, found, other)
    return found


class _Verdicts:
    """Codes and evidence rows of the cases; the first verdict given to a case stays."""

    def __init__(self, count: int) -> None:
        self.code = np.full(count, "", dtype=object)
        self.row = np.full(count, NONE, np.int64)

    def give(self, code: str, applies: Bools, row: Ints) -> None:
        """Give the verdict to the cases (case,) to which it applies and that have none yet."""
        chosen = applies & (self.code == "")
        self.code[chosen] = code
        self.row[chosen] = row[chosen]


def _leaker_verdicts(cases: _Cases) -> _Verdicts:
    chain, shooter = cases.chain, cases.at_shooter
    launched = cases.first(chain.kind == kinds.LAUNCHED)
    look = cases.first(chain.kind == kinds.FIRST_LOOK)
    detection = cases.first(chain.kind == kinds.FIRST_DETECTION)
    track = cases.first(np.isin(chain.kind, TRACK_NEWS))
    share = cases.first(np.isin(chain.kind, TRACK_NEWS) & shooter)
    hostile = cases.first((chain.kind == kinds.IDENTITY) & (chain.identity == HOSTILE) & shooter)
    engageable = _or(hostile, cases.first(np.isin(chain.kind, (kinds.HELD, kinds.ENGAGE)) & shooter))
    order = cases.first(chain.kind == kinds.ENGAGE)
    shot = cases.first(chain.kind == kinds.SHOT)
    acted = cases.last(np.isin(chain.kind, RESULTS_OF_SHOTS))
    # A later link that is there stands for the earlier ones: a track may have been named after a neighbour.
    has_shot = (shot >= 0) | (acted >= 0)
    has_order = (order >= 0) | has_shot
    has_hostile = (engageable >= 0) | has_order
    has_share = (share >= 0) | has_hostile
    has_track = (track >= 0) | has_share
    has_detection = (detection >= 0) | has_track
    verdicts = _Verdicts(len(cases.run))
    verdicts.give("not_looked", (look < 0) & ~has_detection, launched)
    verdicts.give("not_detected", ~has_detection, look)
    verdicts.give("not_tracked", ~has_track, _or(detection, look))
    verdicts.give("not_shared", ~has_share, _or(track, detection))
    _give_identity(verdicts, cases, ~has_hostile, share)
    dual = cases.first((chain.kind == kinds.DUAL_DESIGNATION) & shooter)
    verdicts.give("dual_tracks", (dual >= 0) & ~has_shot, dual)
    _give_held(verdicts, cases, ~has_order)
    verdicts.give("undecided", ~has_order, engageable)
    _give_ceased(verdicts, cases, ~has_shot, order)
    _give_shot(verdicts, cases, acted, shot)
    verdicts.give("missed", acted >= 0, acted)
    return verdicts


def _give_identity(verdicts: _Verdicts, cases: _Cases, missing: Bools, share: Ints) -> None:
    chain, about = cases.chain, cases.chain.kind == kinds.IDENTITY
    own = cases.last(about & cases.at_shooter)
    elsewhere = cases.first(about & (chain.identity == HOSTILE) & ~cases.at_shooter)
    friend = (own >= 0) & np.isin(chain.identity[own], FRIENDLY)
    verdicts.give("taken_for_friend", missing & friend, own)
    verdicts.give("identity_not_shared", missing & (elsewhere >= 0), elsewhere)
    verdicts.give("not_identified", missing, _or(own, share))


def _give_held(verdicts: _Verdicts, cases: _Cases, missing: Bools) -> None:
    """Give the reason that was closest to an order, as the stage that decides ranks them."""
    for reason, code in HELD_CODES.items():
        held = cases.first(
            (cases.chain.kind == kinds.HELD) & (cases.chain.held_reason == kinds.HELD_REASONS.index(reason))
        )
        verdicts.give(code, missing & (held >= 0), held)


def _give_ceased(verdicts: _Verdicts, cases: _Cases, missing: Bools, order: Ints) -> None:
    """Give the reason for which the last order was given back."""
    ceased = cases.last(cases.chain.kind == kinds.CEASED, _through_parent(cases))
    for reason, code in CEASED_CODES.items():
        applies = (ceased >= 0) & (cases.chain.ceased_reason[ceased] == kinds.CEASED_REASONS.index(reason))
        verdicts.give(code, missing & applies, ceased)
    verdicts.give("order_too_late", missing, order)


def _give_shot(verdicts: _Verdicts, cases: _Cases, acted: Ints, shot: Ints) -> None:
    """Give what became of the last salvo meant for a leaker on which no interceptor acted."""
    last = cases.last(np.isin(cases.chain.kind, RESULTS_OF_SHOTS), _through_parent(cases))
    wasted = (last >= 0) & (cases.chain.kind[last] == kinds.WASTED)
    broken_off = (cases.chain.kind == kinds.CEASED) & (cases.chain.ceased_reason == NO_GUIDANCE)
    unguided = cases.last(broken_off, _through_parent(cases))
    verdicts.give("shot_no_guidance", (acted < 0) & wasted & (unguided > last), unguided)
    verdicts.give("shot_wasted", (acted < 0) & wasted, last)
    verdicts.give("shot_met_another", (acted < 0) & (last >= 0), last)
    verdicts.give("shot_too_late", acted < 0, shot)


def _basis(cases: _Cases, shot: Ints) -> Ints:
    """Return the row of the identity under which each shot (case,) was fired: the track's last at that node."""
    chain = cases.chain
    found = np.full(len(shot), NONE, np.int64)
    identities = np.flatnonzero((chain.kind == kinds.IDENTITY) & cases.at_shooter)
    track = {}
    for place, row in enumerate(shot):
        track.setdefault((chain.run[row], chain.node[row], chain.track_number[row]), []).append(place)
    wanted = set(track)
    for row in identities:
        key = (chain.run[row], chain.node[row], chain.track_number[row])
        if key in wanted:
            for place in track[key]:
                if row < shot[place]:
                    found[place] = row
    return _or(found, _by_cause(chain, shot))


def _by_cause(chain: Chain, rows: Ints) -> Ints:
    """Return the identity at the same node that causes lead back to (case,): the track has changed its number since."""
    row = chain.parent[rows]
    open_cases = (row >= 0) & (chain.kind[row] != kinds.IDENTITY)
    while open_cases.any():
        row = np.where(open_cases, chain.parent[row], row)
        open_cases = (row >= 0) & (chain.kind[row] != kinds.IDENTITY)
    return np.where((row >= 0) & (chain.node[row] == chain.node[rows]), row, NONE)


def _engaged_verdicts(cases: _Cases) -> _Verdicts:
    chain, hit = cases.chain, cases.outcome
    shot = np.where(chain.kind[hit] == kinds.SHOT, hit, chain.parent[hit])
    shot = np.where(shot >= 0, shot, hit)
    basis = _basis(cases, shot)
    node = np.where(cases.of >= 0, chain.node[hit][cases.of], NONE)  # (row,) of the shooter that engaged the case
    at_own, named = chain.node == node, chain.kind == kinds.IDENTITY
    dispute = cases.last(np.isin(chain.kind, (kinds.IDENTITY_CONFLICT, kinds.IDENTITY_RESOLVED)) & at_own)
    friendly = named & np.isin(chain.identity, FRIENDLY)
    verdicts = _Verdicts(len(cases.run))
    verdicts.give("shot_at_another", chain.about[shot] != cases.object, shot)
    verdicts.give("track_swapped", (basis >= 0) & (chain.object[basis] != cases.object), basis)
    reported = (chain.identity[basis] == HOSTILE) & (chain.identity_reason[basis] == RECEIVED)
    verdicts.give("wrong_report", (basis >= 0) & reported, basis)
    disputed = (dispute >= 0) & (chain.kind[dispute] == kinds.IDENTITY_CONFLICT)
    verdicts.give("evidence_overruled", disputed, dispute)
    elsewhere = _friendly_elsewhere(cases, named & ~at_own)
    verdicts.give("identity_not_shared", elsewhere >= 0, elsewhere)
    replied = cases.last(friendly & at_own & np.isin(chain.identity_reason, REPLIES))
    verdicts.give("reply_lapsed", replied >= 0, replied)
    presumed = cases.last(friendly & at_own)
    verdicts.give("left_procedure", presumed >= 0, presumed)
    verdicts.give("no_evidence", np.ones(len(hit), np.bool_), _or(basis, shot))
    return verdicts


def _friendly_elsewhere(cases: _Cases, named: Bools) -> Ints:
    """Return a row (case,) by which another node last held the case as a friend or neutral, −1 for none."""
    found = np.full(len(cases.run), NONE, np.int64)
    for node in range(len(cases.chain.nodes)):
        last = cases.last(named & (cases.chain.node == node))
        held = (last >= 0) & np.isin(cases.chain.identity[last], FRIENDLY)
        found = np.where(held & (last > found), last, found)
    return found


def _verdicts(cases: _Cases, judge: Callable[[_Cases], _Verdicts]) -> _Verdicts:
    return judge(cases) if len(cases.run) else _Verdicts(0)


def _with_losses(results: Results, variant: str, cases: _Cases, verdicts: _Verdicts) -> _Verdicts:
    """Put a loss in the place of each verdict behind which one stands."""
    chain = cases.chain
    found = [
        Case(int(cases.run[place]), chain.objects[cases.object[place]], *one, outcome=int(cases.outcome[place]))
        for place, one in enumerate(zip(verdicts.code, verdicts.row.tolist(), strict=True))
    ]
    for place, lost in enumerate(losses_behind(results, variant, chain, found)):
        if lost is not None:
            verdicts.code[place], verdicts.row[place] = lost
    return verdicts


def _words(values: Sequence[str]) -> pa.Array:
    return pa.array(values, pa.string())


def _table(
    variant: str, outcome: str, cases: _Cases, verdicts: _Verdicts, known: tuple[list[str], list[str]]
) -> pa.Table:
    chain, row, end = cases.chain, verdicts.row, cases.outcome
    causes = [OUTCOMES[outcome][code] for code in verdicts.code]
    node = np.where(row >= 0, chain.node[row], NONE)
    time_s, outcome_s = chain.time_s[row], chain.time_s[end]
    absent = row < 0
    return pa.table(
        {
            "variant": _words([variant] * len(row)),
            "run": pa.array(cases.run),
            "object": _words([chain.objects[place] for place in cases.object]),
            "object_class": _words([known[0][place] for place in cases.object]),
            "side": _words([known[1][place] for place in cases.object]),
            "outcome": _words([outcome] * len(row)),
            "outcome_s": pa.array(outcome_s),
            "outcome_event": pa.array(chain.event[end]),
            "cause": _words(list(verdicts.code)),
            "link": _words([cause.link for cause in causes]),
            "picture_error": pa.array([cause.picture_error for cause in causes], pa.bool_()),
            "evidence": _words([chain.word(int(one)) if one >= 0 else "" for one in row]),
            "node": pa.array([chain.nodes[place] if place >= 0 else None for place in node], pa.string()),
            "time_s": pa.array(np.where(absent, np.nan, time_s), from_pandas=True),
            "event": pa.array(chain.event[row], mask=absent),
            "lead_s": pa.array(np.where(absent, np.nan, outcome_s - time_s), from_pandas=True),
        }
    )  # fmt: skip


def _object_words(results: Results, variant: str) -> tuple[list[str], list[str]]:
    rows = entities_of(results, variant, "object")
    return rows.column("object_class").to_pylist(), rows.column("side").to_pylist()


def causes(results: Results, variant: str) -> pa.Table:
    """Return one row per leaker and per own or civil aircraft engaged of a variant: which link was missing first.

    Columns: variant, run, object, object_class, side; outcome (`leakers`, `friendly_engaged`, `civil_engaged`) with its
    outcome_s and outcome_event; cause and link (`cause_codes`), picture_error; and the evidence, which is the last link
    that held or the event that broke the chain: its words, node, time_s, event id, and lead_s, how long before the
    outcome that was. Ordered by outcome, run and object. The same objects count as in the measures.

    Raises:
        ResultsError: a table of the run folder cannot be read.
    """
    chain = read_chain(results, variant)
    own = [place for place, node in enumerate(chain.nodes) if node in shooters(results, variant)]
    at_shooter = np.isin(chain.node, own)
    objects, words = _read_objects(results, variant, chain.objects), _object_words(results, variant)
    leaked = objects.counted & (objects.side == "hostile") & (objects.status == "leaked")
    hit = np.isin(chain.kind, (kinds.SHOT, kinds.KILL, kinds.MISS, kinds.OVERKILL))
    leakers = _cases(chain, at_shooter, objects, leaked, chain.kind == kinds.LEAKED)
    parts = [("leakers", leakers, _leaker_verdicts)]
    for side in ("friendly", "civil"):
        engaged = _cases(chain, at_shooter, objects, objects.counted & (objects.side == side), hit)
        parts.append((f"{side}_engaged", engaged, _engaged_verdicts))
    return pa.concat_tables(
        _table(variant, outcome, cases, _with_losses(results, variant, cases, _verdicts(cases, judge)), words)
        for outcome, cases, judge in parts
    )
