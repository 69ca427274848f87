"""Sense: which objects each radar detects in this step, where it measures them, and what answers its interrogator.

Reads   threats, sensors, terrain, propagation, node tracks (where a designated radar points), draws
Writes  sensor state, plots
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.detection import fluctuating_energy, fluctuation_degrees, observed_snr, swerling1_observed_snr
from openiamd.physics.draws import (
    FALSE_PLOT,
    LOOK,
    NO_ENTITY,
    NOISE,
    REGISTRATION,
    SENSOR_PHASE,
    normal4,
    poisson,
    uniform,
    uniform4,
)
from openiamd.physics.geodesy import EARTH_RADIUS_M, azimuth_elevation_range, height_m, local_basis
from openiamd.physics.radar import angle_sigma_rad, range_rate_sigma_mps, range_sigma_m
from openiamd.world.arrays import Draws, Floats, Rows
from openiamd.world.events import FIRST_DETECTION, FIRST_LOOK, NONE, EventLog, log_event
from openiamd.world.plots import (
    NO_REPLY,
    NOT_ASKED,
    PlotBuffer,
    add_plot,
    merge_plots,
)
from openiamd.world.propagation import PropagationTable
from openiamd.world.replies import reply_to
from openiamd.world.sensors import (
    SECTOR,
    SensorState,
    SensorTable,
    first_scan,
    look_time_s,
    scan_fraction,
    within_limit,
)
from openiamd.world.signal import apparent_elevation_rad, in_reach, look_snr
from openiamd.world.terrain import TerrainTable
from openiamd.world.threats import FLYING, ThreatState, ThreatTable, place_at
from openiamd.world.tracks import TrackState, fought

FALSE_PLOT_CEILING_M = 15_000.0
SLOTS = 2  # of draws in a scan
PERFECT_SNR = 1e6


@kernel
def draw_biases(radar: Rows, draws: Draws, antenna: Rows, run: int) -> None:
    """Draw the errors in range, azimuth and elevation that a radar keeps for the whole run."""
    if radar.bias_group < 0:
        return
    number = draws.first + run
    bias_0, bias_1, bias_2, _ = normal4(draws.seed, number, REGISTRATION, radar.entity, NO_ENTITY, 0, 0)
    antenna.bias_range_m = bias_0 * radar.bias_range_m
    antenna.bias_azimuth_rad = bias_1 * radar.bias_azimuth_rad
    antenna.bias_elevation_rad = bias_2 * radar.bias_elevation_rad


@kernel
def draw_phases(sensors: SensorTable, draws: Draws, state: SensorState, first_run: int, last_run: int) -> None:
    """Draw where in its scan each radar is at time 0 (idealised: at its start), and its registration error."""
    for run in range(first_run, last_run):
        for sensor in range(sensors.row.shape[0]):
            draw_biases(sensors.row[sensor], draws, state.row[run, sensor], run)
            if not sensors.row[sensor].detects_always:
                draw = uniform(draws.seed, draws.first + run, SENSOR_PHASE, sensors.row[sensor].entity, NO_ENTITY, 0, 0)
                state.row[run, sensor].phase_s = -draw * sensors.row[sensor].revisit_s


@kernel
def designated(radar: Rows, tracks: TrackState, run: int, antenna_m: Floats, look_s: float, offset_m: Floats) -> bool:
    """Tell whether the radar's node points it in direction ``offset_m`` (3,): at a track that it may have to fight."""
    length_m = math.sqrt(offset_m[0] ** 2 + offset_m[1] ** 2 + offset_m[2] ** 2)
    for slot in range(tracks.top[run, radar.node]):
        if not fought(tracks.row[run, radar.node, slot]):
            continue
        state = tracks.state[run, radar.node, slot]
        age_s = look_s - tracks.row[run, radar.node, slot].time_s
        along_m = 0.0
        square_m2 = 0.0
        for axis in range(3):
            toward_m = state[axis] + age_s * state[3 + axis] - antenna_m[axis]
            along_m += toward_m * offset_m[axis]
            square_m2 += toward_m * toward_m
        if along_m >= radar.designation_cosine * length_m * math.sqrt(square_m2):
            return True
    return False


@kernel
def wanted(radar: Rows, tracks: TrackState, run: int) -> bool:
    """Tell whether a radar has anything to look at: always, unless it is one that must be pointed."""
    if not radar.designated_only:
        return True
    for slot in range(tracks.top[run, radar.node]):  # noqa: SIM110 - kernels know no generators
        if fought(tracks.row[run, radar.node, slot]):
            return True
    return False


@kernel
def detect(
    radar: Rows, target: Rows, propagation: PropagationTable, draws: Draws, run: int, slot: int, snr: float
) -> float:
    """Return the signal over noise that a look observes, which sets its accuracy, or 0.0 where it detects nothing.

    One pulse of a Swerling 1 target by the closed form; all else by its signal energy, then Marcum's Q of that energy.
    """
    number = draws.first + run
    if radar.marcum < 0 or (radar.pulses == 1 and target.swerling in (1, 2)):
        draw = uniform(draws.seed, number, LOOK, radar.entity, target.entity, slot, 0)
        return swerling1_observed_snr(draw, snr, radar.false_alarm_probability)
    degrees = fluctuation_degrees(target.swerling, radar.pulses)
    energy, decision = fluctuating_energy(
        draws.seed, number, LOOK, radar.entity, target.entity, slot, degrees, radar.pulses * snr
    )
    step = float(propagation.marcum_step[radar.marcum])
    return observed_snr(decision, energy, propagation.marcum[radar.marcum], step, radar.least_energy)


@kernel
def range_rate_mps(
    radar: Rows, flying: ThreatState, run: int, thing: int, time_s: float, step_s: float, look_s: float,
    offset_m: Floats, range_m: float,
) -> float:  # fmt: skip
    """Return how fast an object's range grows at a look within this step; 0.0 for a radar that does not measure it.

    The antenna's own motion is taken out. The velocity at the end of the step is carried back by the acceleration that
    the step's mean velocity implies: what falls freely changes by 10 m/s in a step of 1 s.
    """
    if radar.range_rate_resolution_mps <= 0.0 or range_m <= 0.0:
        return 0.0
    course = flying.row[run, thing]
    begin_s = max(time_s, course.start_s)
    flown_s = min(time_s + step_s, course.end_s) - begin_s
    part = 2.0 * (look_s - begin_s) / flown_s - 1.0 if flown_s > 0.0 else 0.0
    rate_mps = 0.0
    for axis in range(3):
        mean_mps = flying.velocity_mps[run, thing, axis]
        if flown_s > 0.0:
            mean_mps = (flying.position_m[run, thing, axis] - flying.previous_m[run, thing, axis]) / flown_s
        velocity_mps = mean_mps + part * (flying.velocity_mps[run, thing, axis] - mean_mps)
        rate_mps += velocity_mps * offset_m[axis] / range_m
    return rate_mps


@kernel
def measure(
    threats: ThreatTable, sensors: SensorTable, propagation: PropagationTable, draws: Draws, state: SensorState,
    plots: PlotBuffer, events: EventLog, run: int, sensor: int, thing: int, snr: float, position_m: Floats,
    azimuth_rad: float, elevation_rad: float, range_m: float, rate_mps: float,
) -> None:  # fmt: skip
    """Decide whether this look detects the object and, if so, append its plot and the reply it gives."""
    radar, target, seen = sensors.row[sensor], threats.row[thing], state.look[run, sensor, thing]
    look_s, slot, number = seen.next_look_s, seen.slot, draws.first + run
    if not seen.looked:
        seen.looked = True
        log_event(events, run, look_s, FIRST_LOOK, radar.node, thing, NONE, sensor, NONE, NONE, range_m, position_m)
    observed = PERFECT_SNR
    if not radar.detects_always:
        observed = detect(radar, target, propagation, draws, run, slot, snr)
        if observed <= 0.0:
            return
    antenna = state.row[run, sensor]
    measured_m = range_m + antenna.bias_range_m
    measured_azimuth_rad = azimuth_rad + antenna.bias_azimuth_rad
    measured_elevation_rad = elevation_rad + antenna.bias_elevation_rad
    noise_3 = 0.0
    if not radar.noiseless:
        noise_0, noise_1, noise_2, noise_3 = normal4(draws.seed, number, NOISE, radar.entity, target.entity, slot, 0)
        measured_m += noise_0 * range_sigma_m(radar.range_resolution_m, observed, radar.range_floor_m)
        floor_rad = radar.angle_floor_rad
        measured_azimuth_rad += noise_1 * angle_sigma_rad(radar.beamwidth_azimuth_rad, observed, floor_rad)
        measured_elevation_rad += noise_2 * angle_sigma_rad(radar.beamwidth_elevation_rad, observed, floor_rad)
    if seen.detection == NONE:
        seen.detection = log_event(
            events, run, look_s, FIRST_DETECTION, radar.node, thing, NONE, sensor, NONE, NONE, range_m, position_m
        )
    plot = add_plot(
        sensors, state, plots, events, run, sensor, look_s,
        measured_m, measured_azimuth_rad, measured_elevation_rad, observed,
    )  # fmt: skip
    if plot != NONE:
        plots.row[run, plot].reply = reply_to(target, radar, draws, run, slot, range_m)
        plots.row[run, plot].scan = slot // SLOTS
        plots.row[run, plot].origin = thing
        plots.row[run, plot].cause = seen.detection
        if radar.range_rate_resolution_mps > 0.0:
            sigma_mps = range_rate_sigma_mps(radar.range_rate_resolution_mps, observed, radar.range_rate_floor_mps)
            plots.row[run, plot].has_range_rate = True
            plots.row[run, plot].range_rate_mps = rate_mps + noise_3 * sigma_mps


@kernel
def next_look(radar: Rows, seen: Rows, phase_s: float, from_s: float, fraction: float) -> None:
    """Set the first look at ``from_s`` or later in a direction, and the slot of its draws: twice the scan, and half.

    Looks are half a scan apart at least, so that no two share a slot, even where a target crosses the seam of the scan
    backwards and is looked at twice in one scan.
    """
    last_s = seen.next_look_s
    scan = first_scan(radar, phase_s, from_s, fraction)
    # Rounding may put the crossing a hair before the time asked for: that look counts, at the time asked for.
    look_s = max(look_time_s(radar, phase_s, scan, fraction), from_s)
    if look_s <= last_s:
        scan += 1
        look_s = look_time_s(radar, phase_s, scan, fraction)
    slot = SLOTS * scan + (1 if fraction >= 0.5 else 0)
    seen.slot = max(slot, seen.slot + 1) if seen.looked else slot
    seen.next_look_s = look_s


@kernel
def look(
    time_s: float, step_s: float, threats: ThreatTable, sensors: SensorTable, terrain: TerrainTable,
    propagation: PropagationTable, flying: ThreatState, tracks: TrackState, draws: Draws, state: SensorState,
    plots: PlotBuffer, events: EventLog, run: int, sensor: int, thing: int, position_m: Floats, offset_m: Floats,
) -> None:  # fmt: skip
    """Take the looks of one radar at one object that fall in this step, each at its exact time.

    position_m, offset_m  (3,) scratch: where the object is at the look, and from the antenna
    """
    radar, course, seen = sensors.row[sensor], flying.row[run, thing], state.look[run, sensor, thing]
    phase_s, antenna_height_m = state.row[run, sensor].phase_s, state.row[run, sensor].height_m
    antenna_m, turned_rad = state.position_m[run, sensor], state.row[run, sensor].turned_rad
    live_from_s = max(course.start_s, radar.active_from_s)
    while seen.next_look_s < time_s + step_s:
        look_s = seen.next_look_s
        place_at(flying, run, thing, time_s, step_s, look_s, position_m)
        for axis in range(3):
            offset_m[axis] = position_m[axis] - antenna_m[axis]
        azimuth_rad, elevation_rad, range_m = azimuth_elevation_range(
            state.basis[run, sensor], offset_m[0], offset_m[1], offset_m[2]
        )
        apparent_rad = apparent_elevation_rad(propagation.row[0].effective_radius_m, elevation_rad, range_m)
        fraction = scan_fraction(radar, azimuth_rad - turned_rad, apparent_rad)
        from_s = max(live_from_s, time_s)
        if (
            from_s <= look_s <= min(course.end_s, radar.active_until_s)
            and fraction <= 1.0
            and in_reach(radar, range_m, apparent_rad)
            and within_limit(state.row[run, sensor], azimuth_rad)
            and (not radar.designated_only or designated(radar, tracks, run, antenna_m, look_s, offset_m))
        ):
            snr = PERFECT_SNR
            if not radar.detects_always:
                snr = look_snr(
                    radar, terrain, propagation, threats.row[thing], propagation.band[sensor, thing], antenna_m,
                    antenna_height_m, position_m, offset_m, flying.velocity_mps[run, thing], azimuth_rad,
                    turned_rad, apparent_rad, range_m,
                )  # fmt: skip
            if snr > 0.0:
                measure(
                    threats, sensors, propagation, draws, state, plots, events,
                    run, sensor, thing, snr, position_m, azimuth_rad, elevation_rad, range_m,
                    range_rate_mps(radar, flying, run, thing, time_s, step_s, look_s, offset_m, range_m),
                )  # fmt: skip
        # The next crossing of its direction: half a scan later at least, or the first one since it was let go. A beam
        # that sweeps to and fro comes back at once near the edge of its sector.
        if look_s >= from_s:
            from_s = look_s + (0.02 if radar.scan == SECTOR else 0.5) * radar.revisit_s
        next_look(radar, seen, phase_s, from_s, min(fraction, 1.0))


@kernel
def false_plots(
    time_s: float,
    step_s: float,
    sensors: SensorTable,
    draws: Draws,
    state: SensorState,
    plots: PlotBuffer,
    events: EventLog,
    run: int,
    sensor: int,
) -> None:
    """Append the false plots of this step: a Poisson count a scan, uniform in the scan, in area and in height.

    The direction is where the beam points at that time. Rows of beams have their own elevations; else the height is
    drawn, and the elevation held within the beam's limits.
    """
    radar = sensors.row[sensor]
    if radar.false_plots_per_scan <= 0.0:
        return
    phase_s, antenna_height_m = state.row[run, sensor].phase_s, state.row[run, sensor].height_m
    number = draws.first + run
    first_scan = math.floor((time_s - phase_s) / radar.revisit_s)
    last_scan = math.floor((time_s + step_s - phase_s) / radar.revisit_s)
    for scan in range(first_scan, last_scan + 1):
        draw = uniform(draws.seed, number, FALSE_PLOT, radar.entity, NO_ENTITY, scan, 0)
        for nth in range(poisson(draw, radar.false_plots_per_scan)):
            when, area, rise, power = uniform4(draws.seed, number, FALSE_PLOT, radar.entity, NO_ENTITY, scan, nth + 1)
            plot_s = phase_s + (scan + when) * radar.revisit_s
            if plot_s < time_s or plot_s >= time_s + step_s or not radar.active_from_s <= plot_s < radar.active_until_s:
                continue
            near_m2 = radar.range_minimum_m**2
            range_m = math.sqrt(near_m2 + area * (radar.range_maximum_m**2 - near_m2))
            climb_m = rise * FALSE_PLOT_CEILING_M - antenna_height_m
            sine = climb_m / range_m - 0.5 * range_m / EARTH_RADIUS_M
            elevation_rad = math.asin(min(max(sine, -1.0), 1.0))
            across, lowest_rad, highest_rad = when, radar.elevation_minimum_rad, radar.elevation_maximum_rad
            if radar.bars > 1:
                bar = math.floor(when * radar.bars)
                across = when * radar.bars - bar
                elevation_rad = lowest_rad + (bar + rise) / radar.bars * (highest_rad - lowest_rad)
            elif radar.scan == SECTOR and scan % 2 == 1:
                across = 1.0 - when
            elevation_rad = min(max(elevation_rad, lowest_rad), highest_rad)
            azimuth_rad = radar.facing_rad + state.row[run, sensor].turned_rad + (across - 0.5) * radar.sector_rad
            if not within_limit(state.row[run, sensor], azimuth_rad):
                continue
            snr = -math.log(radar.false_alarm_probability) - math.log(power) - 1.0
            plot = add_plot(
                sensors, state, plots, events, run, sensor, plot_s, range_m, azimuth_rad, elevation_rad, snr
            )
            if plot != NONE:
                plots.row[run, plot].scan = scan
                plots.row[run, plot].reply = NO_REPLY if range_m <= radar.interrogator_range_m else NOT_ASKED


@kernel
def carry(
    sensors: SensorTable, flying: ThreatState, state: SensorState, run: int, sensor: int, latitude_rad: float
) -> bool:
    """Put an airborne radar where its platform is; return whether the platform flies."""
    platform = sensors.row[sensor].platform
    if platform < 0:
        return True
    if flying.row[run, platform].status != FLYING:
        return False
    for axis in range(3):
        state.position_m[run, sensor, axis] = 0.5 * (
            flying.position_m[run, platform, axis] + flying.previous_m[run, platform, axis]
        )
    place_m = state.position_m[run, sensor]
    state.row[run, sensor].height_m = height_m(place_m[0], place_m[1], place_m[2])
    local_basis(place_m[0], place_m[1], place_m[2], latitude_rad, state.basis[run, sensor])
    return True


@kernel
def sense(
    time_s: float,
    step_s: float,
    latitude_rad: float,
    threats: ThreatTable,
    sensors: SensorTable,
    terrain: TerrainTable,
    propagation: PropagationTable,
    flying: ThreatState,
    tracks: TrackState,
    draws: Draws,
    state: SensorState,
    plots: PlotBuffer,
    events: EventLog,
    scratch_m: Floats,
    first_run: int,
    last_run: int,
) -> None:
    """Take every look that falls in this step and collect the plots, radar by radar.

    latitude_rad  of the theatre's origin, for the axes of airborne radars
    scratch_m     (2, 3)
    """
    end_s = time_s + step_s
    for run in range(first_run, last_run):
        plots.used[run] = 0
        for sensor in range(sensors.row.shape[0]):
            radar = sensors.row[sensor]
            plots.first[run, sensor] = plots.used[run]
            if state.row[run, sensor].off or radar.active_from_s >= end_s or radar.active_until_s <= time_s:
                continue
            if not carry(sensors, flying, state, run, sensor, latitude_rad) or not wanted(radar, tracks, run):
                continue
            for thing in range(threats.row.shape[0]):
                due = flying.row[run, thing].status == FLYING and state.look[run, sensor, thing].next_look_s < end_s
                if due and thing != radar.platform:
                    look(
                        time_s, step_s, threats, sensors, terrain, propagation, flying, tracks, draws, state, plots,
                        events, run, sensor, thing, scratch_m[0], scratch_m[1],
                    )  # fmt: skip
            false_plots(time_s, step_s, sensors, draws, state, plots, events, run, sensor)
            merge_plots(sensors, state, plots, run, sensor)
        plots.first[run, sensors.row.shape[0]] = plots.used[run]
