"""Formations need memory: the twin with the best few joint hypotheses of each group of tracks instead of one.

    python benchmarks/tracking/twin_hypotheses.py SCENE [--seed 0] [--motion cv] [--keep 5] [--settled]

Multiple hypothesis tracking (Reid 1979) in the form of Cox and Hingorani 1996: a group's hypotheses, each a list of
tracks, grow by their best assignments (Murty 1968); the best few remain and the best one is shown. Groups join when
they share a plot of this scan, and part when they have shared none for a few scans. `--settled` gives each track the
plots of the hypothesis that outlived the others instead of the plots shown at the time; states stay as they were shown.
One sensor, plain Python between the arrays. The program's `mht` writes rows some scans later and then drops hypotheses
with another past; this one shows its best at once and drops none.
"""

import argparse
import heapq
import itertools
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

sys.path.append(str(Path(__file__).resolve().parent))

import air_scenes
import twin
from twin_filter import Bank, predicted

from openiamd.recordings.tables import Plots, Sensors, Tracks

MEMORY_SCANS, LEAST_LOG_ODDS, FORBIDDEN = 3, -12.0, 1e6
NEW_TARGETS_PER_SCAN = 0.1
NOTHING = -1


class Hypothesis(NamedTuple):
    log_weight: float
    tracks: tuple[Any, ...]  # rows of the bank; while growing (row, plot), or (None, plot) for a new one


def solved(cost: Any) -> tuple[float, tuple[int, ...]] | None:
    rows, columns = linear_sum_assignment(cost)
    total = float(cost[rows, columns].sum())
    return None if total >= FORBIDDEN / 2.0 else (total, tuple(columns.tolist()))


def best_assignments(gain: Any, keep: int) -> list[tuple[float, tuple[int, ...]]]:
    """Return the best assignments of rows to columns or to nothing, with their sums of gains, best first."""
    tracks, plots = gain.shape
    cost = np.full((tracks, plots + tracks), FORBIDDEN)
    cost[:, :plots] = np.where(np.isfinite(gain), -gain, FORBIDDEN)
    cost[range(tracks), plots + np.arange(tracks)] = 0.0
    order, waiting, found = itertools.count(), [], []
    first = solved(cost)
    if first is not None:
        waiting.append((first[0], next(order), first[1], 0, cost))
    while waiting and len(found) < keep:
        total, _, columns, fixed, table = heapq.heappop(waiting)
        found.append((-total, tuple(column if column < plots else NOTHING for column in columns)))
        for row in range(fixed, tracks):
            without = table.copy()
            without[row, columns[row]] = FORBIDDEN
            other = solved(without)
            if other is not None:
                heapq.heappush(waiting, (other[0], next(order), other[1], row, without))
            held = table[row, columns[row]]
            table = table.copy()
            table[row, :] = table[:, columns[row]] = FORBIDDEN
            table[row, columns[row]] = held
    return found


def labels(links: list[tuple[int, int]], left: int, right: int) -> Any:
    """Return the component of each of the left things, which are linked through right ones."""
    rows, columns = np.array(links, int).reshape(-1, 2).T
    graph = coo_array((np.ones(len(rows)), (rows, left + columns)), shape=(left + right,) * 2)
    return connected_components(graph, directed=False)[1][:left]


def product(groups: list[list[Hypothesis]], keep: int) -> list[Hypothesis]:
    """Return the best joint hypotheses of independent groups."""
    joint = [Hypothesis(0.0, ())]
    for group in groups:
        grown = [Hypothesis(a.log_weight + b.log_weight, a.tracks + b.tracks) for a in joint for b in group]
        joint = sorted(grown, key=lambda one: -one.log_weight)[:keep]
    return joint


def grown(group: list[Hypothesis], gains: list[dict[int, float]], keep: int) -> list[Hypothesis]:
    """Return the best hypotheses after this scan; tracks are pairs of a row and a plot."""
    plots = sorted({plot for one in group for row in one.tracks for plot in gains[row]})
    column = {plot: place for place, plot in enumerate(plots)}
    children: dict[frozenset[Any], float] = {}
    for one in group:
        gain = np.full((len(one.tracks), len(plots)), -np.inf)
        for place, row in enumerate(one.tracks):
            for plot, value in gains[row].items():
                gain[place, column[plot]] = value
        for total, columns in best_assignments(gain, keep):
            taken = [plots[place] if place >= 0 else NOTHING for place in columns]
            tracks = list(zip(one.tracks, taken, strict=True))
            tracks += [(None, plot) for plot in plots if plot not in taken]
            key = frozenset(tracks)
            children[key] = max(children.get(key, -np.inf), one.log_weight + total)
    best = sorted(children.items(), key=lambda item: -item[1])[:keep]
    return [
        Hypothesis(weight - best[0][1], tuple(tracks))
        for tracks, weight in best
        if weight - best[0][1] >= LEAST_LOG_ODDS
    ]


def parted(group: list[Hypothesis], bank: Bank, recent: Any) -> list[list[Hypothesis]]:
    """Return the groups into which one falls: tracks stay together by number or by a plot of the last scans."""
    rows = sorted({row for one in group for row in one.tracks})
    names: dict[tuple[str, int], int] = {}
    links = []
    for place, row in enumerate(rows):
        shared = [("track", int(bank.number[row])), *(("plot", int(plot)) for plot in recent[row] if plot >= 0)]
        links += [(place, names.setdefault(name, len(names))) for name in shared]
    label = dict(zip(rows, labels(links, len(rows), len(names)).tolist(), strict=True))
    parts = []
    for part in sorted(set(label.values())):
        weights: dict[tuple[int, ...], float] = {}
        for one in group:
            own = tuple(sorted(row for row in one.tracks if label[row] == part))
            weights[own] = np.logaddexp(weights.get(own, -np.inf), one.log_weight)
        best = sorted(weights.items(), key=lambda item: -item[1])
        parts.append([Hypothesis(float(weight - best[0][1]), own) for own, weight in best])
    return parts


def advanced(
    bank: Bank, pairs: twin.Pairs, children: list[Any], here: Any, radar: Any, policy: Any
) -> tuple[Bank, Any]:
    """Return the bank of the children, each a row of the bank and its plot, and which of them live."""
    rows, plots = np.array(children, int).reshape(-1, 2).T
    place = {pair: index for index, pair in enumerate(zip(pairs.track.tolist(), pairs.plot.tolist(), strict=True))}
    hit = np.flatnonzero(plots >= 0)
    which = np.array([place[children[index]] for index in hit], int)
    own = twin.Pairs(hit, *(field[which] for field in pairs[1:]))
    next_bank = twin.chosen(bank, rows)._replace(plot=plots)
    next_bank = twin.updated(next_bank, own, np.ones(len(hit)), here, radar, policy.gate)
    return twin.judged(next_bank, own, radar, policy)


def track_plots(plots: Plots, sensors: Sensors, settings: Any, keep: int = 5, settled: bool = False) -> Tracks:
    """Return the tracks of one sensor's plots by the best hypothesis of each group."""
    radar = twin.knowledge(plots, sensors)
    measured, borders = twin.measurements(plots, radar)
    chance = radar.detection_probability
    false_to_new = radar.clutter / NEW_TARGETS_PER_SCAN
    offset = np.log(chance / (1.0 - chance) / radar.density) - np.log1p(1.0 / false_to_new)
    doubt = np.log1p(false_to_new / (1.0 - chance))  # that the only plot of a track was no false one
    bank, number, before_s = twin.initiated(measured, np.arange(0), 1, radar, settings), 1, float(plots.time_s[0])
    recent, past, groups, shown = np.zeros((0, MEMORY_SCANS), int), [], [], []
    final: dict[int, tuple[int, tuple[int, ...]]] = {}
    names: dict[int, int] = {}
    last: dict[int, set[int]] = {}
    for scan, (first_row, last_row) in enumerate(itertools.pairwise(borders)):
        here = measured[first_row:last_row]
        time_s = float(plots.time_s[first_row] if len(here) else plots.time_s[0] + scan * radar.revisit_s)
        bank = predicted(bank, time_s - before_s, settings)
        pairs = twin.paired(bank, here, radar, settings.gate)
        gains: list[dict[int, float]] = [{} for _ in bank.number]
        for row, plot, total in zip(pairs.track.tolist(), pairs.plot.tolist(), pairs.total.tolist(), strict=True):
            gains[row][plot] = total + offset - (doubt if bank.updates[row] == 1 else 0.0)
        links = [
            (i, plot) for i, group in enumerate(groups) for one in group for row in one.tracks for plot in gains[row]
        ]
        label = labels(links, len(groups), len(here)) if groups else np.zeros(0, int)
        claimed = {plot for _, plot in links}
        families = [
            grown(product([groups[i] for i in np.flatnonzero(label == part)], keep), gains, keep)
            for part in np.unique(label)
        ]
        families += [[Hypothesis(0.0, ((None, plot),))] for plot in range(len(here)) if plot not in claimed]
        every = dict.fromkeys(child for group in families for one in group for child in one.tracks)
        children = [child for child in every if child[0] is not None]
        born = sorted(plot for row, plot in every if row is None)
        bank, live = advanced(bank, pairs, children, here, radar, settings)
        bank = twin.joined(bank, twin.initiated(here, np.array(born, int), number, radar, settings))
        number, before_s = number + len(born), time_s
        sources = [child[0] for child in children]
        earlier = np.concatenate([recent[sources], np.full((len(born), MEMORY_SCANS), NOTHING)])
        used = np.where(bank.plot >= 0, first_row + bank.plot, NOTHING)
        recent = np.column_stack([earlier[:, 1:], used])
        past = [past[source] for source in sources] + [()] * len(born)
        past = [(*before, row) for before, row in zip(past, used.tolist(), strict=True)]
        place = {child: row for row, child in enumerate([*children, *((None, plot) for plot in born)])}
        live = np.append(live, np.ones(len(born), bool))
        groups = []
        for group in families:
            alive = [Hypothesis(w, tuple(place[t] for t in tracks if live[place[t]])) for w, tracks in group]
            groups += [part for part in parted(alive, bank, recent) if part[0].tracks]
        best = np.array(sorted(row for group in groups for row in group[0].tracks), int)
        names = shown_numbers(bank.number[best].tolist(), recent[best].tolist(), names, last)
        last = {names[int(bank.number[row])]: set(recent[row].tolist()) - {NOTHING} for row in best}
        number_shown = np.array([names[int(bank.number[row])] for row in best], int)
        order = np.argsort(number_shown)
        one = twin.chosen(bank, best)._replace(number=number_shown)
        shown.append(twin.outputs(twin.chosen(one, order), time_s, int(first_row)))
        final.update({names[int(bank.number[row])]: (scan, past[row]) for row in best})
    tracks = Tracks(*(np.concatenate(column) for column in zip(*shown, strict=True)))
    return with_final_plots(tracks, final) if settled else tracks


def shown_numbers(
    numbers: list[int], recent: list[list[int]], names: dict[int, int], last: dict[int, set[int]]
) -> dict[int, int]:
    """Return the number under which each track is shown.

    Another hypothesis may hold the same object under another number: a track that was not shown takes over the number
    that is shown no more and with whose plots of the last scans it agrees best.
    """
    names = {number: names.get(number, number) for number in names.keys() | set(numbers)}
    taken: set[int] = set()
    homeless = []
    for place, number in enumerate(numbers):
        if names[number] in last and names[number] not in taken:
            taken.add(names[number])
        else:
            homeless.append(place)
    for place in homeless:
        number, plots = numbers[place], set(recent[place])
        common = {old: len(plots & before) for old, before in last.items() if old not in taken}
        heir = max(common, key=lambda old: (common[old], -old), default=NOTHING)
        names[number] = heir if common.get(heir, 0) > 0 else names[number] if names[number] not in taken else number
        taken.add(names[number])
    return names


def with_final_plots(tracks: Tracks, final: dict[int, tuple[int, tuple[int, ...]]]) -> Tracks:
    """Return the tracks with the plots of each track's last shown history, as far back as it reaches."""
    times = {time_s: place for place, time_s in enumerate(np.unique(tracks.time_s).tolist())}
    plot = tracks.plot.copy()
    for row, (time_s, number) in enumerate(zip(tracks.time_s.tolist(), tracks.track_number.tolist(), strict=True)):
        end, history = final[number]
        before = end - times[time_s]
        if before < len(history):
            plot[row] = history[-1 - before]
    return tracks._replace(plot=plot)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scene", metavar="SCENE", help="as n48_T4_c20_form")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--motion", choices=("cv", "imm"), default="cv")
    parser.add_argument("--keep", type=int, default=5, help="hypotheses of a group")
    parser.add_argument("--settled", action="store_true", help="plots of the hypothesis that outlived the others")
    options = parser.parse_args()
    plots, sensors, _, origins = air_scenes.recording(options.scene, options.seed)
    policy = twin.Policy(options.motion)
    runs = {
        "one": lambda: twin.track_plots(plots, sensors, policy._replace(association="jpda")),
        "few": lambda: track_plots(plots, sensors, policy, options.keep, options.settled),
    }
    for name, run in runs.items():
        start_s = time.process_time()
        tracks = run()
        spent_s = time.process_time() - start_s
        rows = tracks.confirmed & (tracks.plot >= 0)
        pure = sum(
            np.bincount(origins[tracks.plot[rows & (tracks.track_number == number)]] + 1)[1:].max(initial=0)
            for number in np.unique(tracks.track_number[rows])
        )
        print(f"{name} hypotheses: purity {pure / rows.sum():.4f}, {spent_s:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
