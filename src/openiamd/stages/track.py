"""Track: each node turns the plots of its own radars into tracks, without knowing what made them.

Reads   plots, tracker parameters, radars (where they stand), nodes (the speed from which a track is taken to fall)
Writes  track files, models of motion (None where no node has interacting ones)
"""

import math

from openiamd.estimation.assignment import BIG, assign
from openiamd.estimation.gating import near
from openiamd.estimation.kalman import predict, predicted_distance2, update
from openiamd.estimation.registration import BIASES, innovation_covariance, start_sensitivity
from openiamd.kernels import kernel
from openiamd.physics.geodesy import height_m
from openiamd.world.arrays import Floats, Rows
from openiamd.world.doctrine import NodeTable
from openiamd.world.events import NONE, OVERFLOW, TRACK_CONFIRMED, TRACK_DROPPED, TRACKS_FULL, EventLog
from openiamd.world.models import ModelBank, meet_plot, pair_distance2, sweep_m2, take_by_models
from openiamd.world.plots import CIVIL_REPLY, MODE4_REPLY, MODE5_REPLY, NO_REPLY, PlotBuffer, next_scan
from openiamd.world.sensors import SensorState, SensorTable
from openiamd.world.tracker import GAIN_ROWS, ROWS, SPREAD, TrackerTable, TrackerWork
from openiamd.world.tracks import (
    CONFIRMED,
    FREE_SLOT,
    NUMBERS_PER_NODE,
    RECEIVED,
    REMOTE_COVARIANCE,
    REMOTE_STATE,
    SENSITIVITY,
    TENTATIVE,
    TrackState,
    clear_slot,
    copy_state,
    log_track,
    open_slot,
    pull,
)
from openiamd.world.updates import carry_biases, shift_plots, take_range_rate

MISS_COST = 1e6  # more than any gated pair: as many plots as possible find a track
HIGH_M = 25_000.0  # nothing but a ballistic missile starts above this height
AIR_SPEED_SIGMA_MPS = 200.0
HIGH_SPEED_SIGMA_MPS = 1_500.0


@kernel
def gate_pairs(
    nodes: NodeTable, tracker: TrackerTable, sensors: SensorTable, plots: PlotBuffer, tracks: TrackState,
    models: ModelBank | None, work: TrackerWork, run: int, node: int, sensor: int, first: int, last: int, scan: int,
) -> int:  # fmt: skip
    """Fill ``work.cost`` (plot, column) with −2 log-likelihood of the pairs in the gate; return the columns used.

    Plots of other scans stay out of it. ``work.columns`` names each column's slot. Cost d² + log det S: Blackman &
    Popoli (1999), section 6.3. S holds what registration errors add between the radars of a track and that of the plot.
    """
    columns, radar = 0, sensors.row[sensor]
    rules, falls_mps = tracker.row[node], nodes.row[node].ballistic_minimum_speed_mps
    gate2, group = rules.gate * rules.gate, radar.bias_group
    # Twice the sum of two variances is at least that of the difference of their errors.
    angles_rad2 = 2.0 * (radar.bias_azimuth_rad**2 + radar.bias_elevation_rad**2) if group >= 0 else 0.0
    ranges_m2 = 2.0 * radar.bias_range_m**2 if group >= 0 else 0.0
    for slot in range(tracks.top[run, node]):
        held = tracks.row[run, node, slot]
        if held.status == FREE_SLOT or (held.status == RECEIVED and not rules.joins_received):
            continue
        state = tracks.state[run, node, slot]
        covariance = tracks.covariance[run, node, slot]
        listed = False
        for plot in range(first, last):
            taken = plots.row[run, plot]
            if taken.scan != scan:
                continue
            age_s = taken.time_s - held.time_s
            plot_m = plots.position_m[run, plot]
            plot_m2 = plots.covariance_m2[run, plot]
            bias_m2 = 2.0 * held.bias_m2 + ranges_m2 + taken.range_m * taken.range_m * angles_rad2
            if models is not None and rules.models >= 0:
                bias_m2 += sweep_m2(age_s, rules.gate)
            if not near(state, covariance, age_s, plot_m, plot_m2, bias_m2, rules.gate):
                continue
            if held.radars != 0 or group >= 0:
                sensitivity, shift_m = tracks.beside[run, node, slot, SENSITIVITY:], work.shift_m[plot - first]
                innovation_covariance(
                    sensitivity, held.radars, age_s, plot_m2, group, shift_m, work.scratch[SPREAD]
                )  # fmt: skip
                plot_m2 = work.scratch[SPREAD]
            if models is not None and rules.models >= 0:
                distance2, cost = pair_distance2(
                    models, run, rules.models, slot, held.time_s, age_s, rules.process_noise, state, covariance, plot_m,
                    plot_m2,
                )  # fmt: skip
            else:
                ax, ay, az = pull(state, falls_mps)
                noise = rules.process_noise if age_s > 0.0 else 0.0
                distance2, spread = predicted_distance2(state, covariance, age_s, noise, ax, ay, az, plot_m, plot_m2)
                cost = distance2 + spread
            if distance2 > gate2:
                continue
            if not listed:
                listed = True
                work.columns[columns] = slot
                for row in range(last - first):
                    work.cost[row, columns] = BIG
                columns += 1
            work.cost[plot - first, columns - 1] = cost
    return columns


@kernel
def take_reply(held: Rows, plot: Rows) -> None:
    """Keep what the interrogator heard along with a plot."""
    if plot.reply == NO_REPLY:
        held.unanswered += 1
    elif plot.reply == MODE5_REPLY:
        held.mode5_s = plot.time_s
        held.unanswered = 0
    elif plot.reply == MODE4_REPLY:
        held.mode4_s = plot.time_s
        held.unanswered = 0
    elif plot.reply == CIVIL_REPLY:
        held.civil_s = plot.time_s
        held.unanswered = 0


@kernel
def record_hit(
    sensors: SensorTable,
    tracks: TrackState,
    plots: PlotBuffer,
    run: int,
    node: int,
    slot: int,
    plot: int,
    sensor: int,
) -> None:
    """Count a plot toward confirmation, and toward the hold of an engagement radar."""
    time_s = plots.row[run, plot].time_s
    hit_s = tracks.hit_s[run, node, slot]
    for hit in range(hit_s.shape[0] - 1, 0, -1):
        hit_s[hit] = hit_s[hit - 1]
    hit_s[0] = time_s
    if sensors.row[sensor].engagement >= 0:
        tracks.held_s[run, node, slot, sensors.row[sensor].engagement] = time_s
    tracks.row[run, node, slot].last_sensor = sensor
    tracks.row[run, node, slot].last_scan = plots.row[run, plot].scan
    take_reply(tracks.row[run, node, slot], plots.row[run, plot])


@kernel
def confirm(
    nodes: NodeTable,
    tracker: TrackerTable,
    tracks: TrackState,
    events: EventLog,
    run: int,
    node: int,
    slot: int,
    time_s: float,
) -> None:
    """Confirm a track with M plots in N scans, or one that a link had reported already."""
    held, rules = tracks.row[run, node, slot], tracker.row[node]
    if held.status == TENTATIVE:
        window_s = (rules.confirm_scans - 0.5) * rules.scan_s
        if tracks.hit_s[run, node, slot, rules.confirm_hits - 1] < time_s - window_s:
            return
        held.number = (node + 1) * NUMBERS_PER_NODE + tracks.issued[run, node]
        tracks.issued[run, node] += 1
        held.confirmed_s = time_s
        held.cause = held.plot_cause
    elif held.status != RECEIVED:
        return
    held.status = CONFIRMED
    range_m = 0.0
    for axis in range(3):
        range_m += (tracks.state[run, node, slot, axis] - nodes.position_m[node, axis]) ** 2
    held.cause = log_track(events, time_s, TRACK_CONFIRMED, tracks, run, node, slot, NONE, NONE, range_m**0.5)


@kernel
def take_plot(
    nodes: NodeTable, tracker: TrackerTable, sensors: SensorTable, antenna_m: Floats, plots: PlotBuffer,
    tracks: TrackState, models: ModelBank | None, events: EventLog, work: TrackerWork, run: int, node: int, slot: int,
    plot: int, sensor: int,
) -> None:  # fmt: skip
    """Update a track with a plot, at the plot's own time: position, then range rate where it was measured.

    antenna_m  (3,) of the radar
    """
    held, radar, taken, rules = (
        tracks.row[run, node, slot],
        sensors.row[sensor],
        plots.row[run, plot],
        tracker.row[node],
    )
    state, covariance = tracks.state[run, node, slot], tracks.covariance[run, node, slot]
    plot_m, plot_m2 = plots.position_m[run, plot], plots.covariance_m2[run, plot]
    age_s = taken.time_s - held.time_s
    if models is not None and rules.models >= 0:
        seen_m2 = plot_m2
        if held.radars != 0 or radar.bias_group >= 0:
            innovation_covariance(
                tracks.beside[run, node, slot, SENSITIVITY:], held.radars, age_s, plot_m2, radar.bias_group,
                work.shift_m[plot - plots.first[run, sensor]], work.scratch[SPREAD],
            )  # fmt: skip
            seen_m2 = work.scratch[SPREAD]
        meet_plot(
            models, run, rules.models, slot, held.time_s, age_s, rules.process_noise, plot_m, seen_m2, state, covariance
        )
    else:
        ax, ay, az = pull(state, nodes.row[node].ballistic_minimum_speed_mps)
        predict(state, covariance, age_s, rules.process_noise if age_s > 0.0 else 0.0, ax, ay, az)
    if held.radars != 0 or radar.bias_group >= 0:
        carry_biases(
            age_s, radar.bias_group, work.shift_m[plot - plots.first[run, sensor]], plot_m2,
            held, covariance, tracks.beside[run, node, slot, SENSITIVITY:], work.scratch[GAIN_ROWS],
        )  # fmt: skip
    update(state, covariance, plot_m, plot_m2)
    if taken.has_range_rate:
        take_range_rate(
            rules.gate, radar, antenna_m, taken, held, state, covariance,
            tracks.beside[run, node, slot, SENSITIVITY:], work.scratch[ROWS],
        )  # fmt: skip
    if models is not None and rules.models >= 0:
        take_by_models(
            models, run, rules.models, slot, rules.gate, radar, antenna_m, taken, plot_m, plot_m2, state, covariance,
            work.scratch[ROWS],
        )  # fmt: skip
    held.time_s = taken.time_s
    record_hit(sensors, tracks, plots, run, node, slot, plot, sensor)
    if held.status != CONFIRMED:
        confirm(nodes, tracker, tracks, events, run, node, slot, taken.time_s)


@kernel
def subject_of(time_s: float, plot_m: Floats) -> int:
    """Return a 32-bit name for a new track, made from its first measurement alone (decimetres and milliseconds)."""
    mixed = 0
    for axis in range(3):
        mixed = (mixed * 1_000_003 + int(plot_m[axis] * 10.0)) & 0xFFFFFFFF
    return (mixed * 1_000_003 + int(time_s * 1000.0)) & 0xFFFFFFFF


@kernel
def start_track(
    nodes: NodeTable,
    tracker: TrackerTable,
    sensors: SensorTable,
    antenna_m: Floats,
    plots: PlotBuffer,
    tracks: TrackState,
    events: EventLog,
    work: TrackerWork,
    run: int,
    node: int,
    plot: int,
    sensor: int,
) -> None:
    """Open a tentative track on a plot that no track took: at rest, with a speed as uncertain as its height allows."""
    slot = open_slot(tracks, run, node)
    if slot == NONE:
        events.tally[run, OVERFLOW] = TRACKS_FULL
        return
    held, taken, plot_m = tracks.row[run, node, slot], plots.row[run, plot], plots.position_m[run, plot]
    state, covariance = tracks.state[run, node, slot], tracks.covariance[run, node, slot]
    high = height_m(plot_m[0], plot_m[1], plot_m[2]) > HIGH_M
    sigma_mps = HIGH_SPEED_SIGMA_MPS if high else AIR_SPEED_SIGMA_MPS
    for row in range(3):
        state[row] = plot_m[row]
        state[3 + row] = 0.0
        for column in range(3):
            covariance[row, column] = plots.covariance_m2[run, plot, row, column]
            covariance[row, 3 + column] = 0.0
            covariance[3 + row, column] = 0.0
            covariance[3 + row, 3 + column] = sigma_mps * sigma_mps if row == column else 0.0
    held.status = TENTATIVE
    held.time_s = taken.time_s
    held.subject = subject_of(taken.time_s, plot_m)
    held.plot_cause = taken.cause
    group = sensors.row[sensor].bias_group
    if group >= 0:
        first = plots.first[run, sensor]
        held.radars = 1 << group
        held.bias_m2 = 0.0
        for bias in range(BIASES):
            for axis in range(3):
                held.bias_m2 += work.shift_m[plot - first, bias, axis] ** 2
        start_sensitivity(tracks.beside[run, node, slot, SENSITIVITY:], group, work.shift_m[plot - first])
    if taken.has_range_rate:
        take_range_rate(
            math.inf, sensors.row[sensor], antenna_m, taken, held, state, covariance,
            tracks.beside[run, node, slot, SENSITIVITY:], work.scratch[ROWS],
        )  # fmt: skip
    record_hit(sensors, tracks, plots, run, node, slot, plot, sensor)
    confirm(nodes, tracker, tracks, events, run, node, slot, taken.time_s)


@kernel
def end_tracks(now_s: float, tracker: TrackerTable, tracks: TrackState, events: EventLog, run: int, node: int) -> None:
    """Drop tracks that missed too many scans; one that a link still reports lives on as received."""
    rules = tracker.row[node]
    for slot in range(tracks.top[run, node]):
        held = tracks.row[run, node, slot]
        if held.status in (FREE_SLOT, RECEIVED):
            continue
        silent_s = now_s - tracks.hit_s[run, node, slot, 0]
        if held.status == TENTATIVE:
            patience = rules.confirm_scans - rules.confirm_hits + 1
            if silent_s > (patience + 0.5) * rules.scan_s:
                clear_slot(tracks, run, node, slot)
        elif silent_s > (rules.drop_misses + 0.5) * rules.scan_s:
            if held.remote_link != NONE:
                held.status = RECEIVED
                held.radars, held.bias_m2 = 0, 0.0
                held.time_s = held.remote_time_s
                copy_state(
                    tracks.beside[run, node, slot, REMOTE_STATE], tracks.beside[run, node, slot, REMOTE_COVARIANCE:],
                    tracks.state[run, node, slot], tracks.covariance[run, node, slot],
                )  # fmt: skip
                continue
            log_track(events, now_s, TRACK_DROPPED, tracks, run, node, slot, NONE, NONE, silent_s)
            clear_slot(tracks, run, node, slot)
    while tracks.top[run, node] > 0 and tracks.row[run, node, tracks.top[run, node] - 1].status == FREE_SLOT:
        tracks.top[run, node] -= 1


@kernel
def take_scan(
    nodes: NodeTable, tracker: TrackerTable, sensors: SensorTable, antennas: SensorState, plots: PlotBuffer,
    tracks: TrackState, models: ModelBank | None, events: EventLog, work: TrackerWork, run: int, sensor: int, scan: int,
) -> None:  # fmt: skip
    """Give the plots of one scan to the node's tracks, each to one track at most; what is left starts tracks."""
    antenna_m = antennas.position_m[run, sensor]
    node, first, last = sensors.row[sensor].node, plots.first[run, sensor], plots.first[run, sensor + 1]
    if sensors.row[sensor].bias_group >= 0:
        shift_plots(sensors, antennas, plots, work, run, sensor, scan)
    columns = gate_pairs(nodes, tracker, sensors, plots, tracks, models, work, run, node, sensor, first, last, scan)
    assign(work.cost, last - first, columns, MISS_COST, work.plot_slot, work.work_floats, work.work_integers)
    for plot in range(first, last):
        if plots.row[run, plot].scan != scan:
            continue
        column = work.plot_slot[plot - first]
        if column >= 0:
            slot = int(work.columns[column])
            take_plot(
                nodes, tracker, sensors, antenna_m, plots, tracks, models, events, work, run, node, slot, plot, sensor
            )
        else:
            start_track(nodes, tracker, sensors, antenna_m, plots, tracks, events, work, run, node, plot, sensor)


@kernel
def track(
    time_s: float,
    step_s: float,
    nodes: NodeTable,
    tracker: TrackerTable,
    sensors: SensorTable,
    antennas: SensorState,
    plots: PlotBuffer,
    tracks: TrackState,
    models: ModelBank | None,
    events: EventLog,
    work: TrackerWork,
    first_run: int,
    last_run: int,
) -> None:
    """Give this step's plots to the tracks of each node, scan by scan in order of time; start and end tracks."""
    for run in range(first_run, last_run):
        sensor, scan, after_s, entity = NONE, 0, -math.inf, 0
        if plots.used[run] > 0:
            sensor, scan, after_s = next_scan(sensors, plots, run, after_s, entity, scan)
        while sensor != NONE:
            take_scan(nodes, tracker, sensors, antennas, plots, tracks, models, events, work, run, sensor, scan)
            entity = sensors.row[sensor].entity
            sensor, scan, after_s = next_scan(sensors, plots, run, after_s, entity, scan)
        for node in range(tracks.top.shape[1]):
            end_tracks(time_s + step_s, tracker, tracks, events, run, node)
