"""Sense: which objects each radar detects in this step, where it measures them, and what answers its interrogator.

Reads   threats, sensors, node tracks (where a designated radar points), draws
Writes  sensor state, plots
"""

import math

from numba import njit

from openiamd.estimation.kalman import measurement_to_enu
from openiamd.physics.detection import swerling1_observed_snr
from openiamd.physics.draws import (
    FALSE_PLOT,
    IFF,
    LOOK,
    NO_ENTITY,
    NOISE,
    SENSOR_PHASE,
    normal4,
    poisson,
    uniform,
    uniform4,
)
from openiamd.physics.geodesy import EARTH_RADIUS_M, azimuth_elevation_range, height_m, local_basis
from openiamd.physics.radar import angle_sigma_rad, range_sigma_m
from openiamd.physics.refraction import visible
from openiamd.world.arrays import Draws, Floats
from openiamd.world.events import FIRST_DETECTION, FIRST_LOOK, NONE, PLOTS_FULL, EventLog, log_event
from openiamd.world.sensors import (
    CIVIL_REPLY,
    MODE5_REPLY,
    NO_REPLY,
    NOT_ASKED,
    PlotBuffer,
    SensorState,
    SensorTable,
)
from openiamd.world.threats import FLYING, ThreatState, ThreatTable
from openiamd.world.tracks import CONFIRMED, TrackState

TWO_PI = 2.0 * math.pi
FALSE_PLOT_CEILING_M = 15_000.0
PERFECT_SNR = 1e6


@njit(nogil=True, cache=True)
def draw_phases(sensors: SensorTable, draws: Draws, state: SensorState, first_run: int, last_run: int) -> None:
    """Draw where in its scan each radar is at time 0; idealised radars start a scan there."""
    for run in range(first_run, last_run):
        for sensor in range(sensors.entity.shape[0]):
            if not sensors.detects_always[sensor]:
                draw = uniform(
                    draws.seed, draws.first + run, SENSOR_PHASE, sensors.entity[sensor], NO_ENTITY, 0, 0
                )
                state.phase_s[run, sensor] = -draw * sensors.revisit_s[sensor]


@njit(nogil=True, cache=True)
def scan_fraction(sensors: SensorTable, sensor: int, azimuth_rad: float) -> float:
    """Return when in a scan the beam crosses an azimuth, as a fraction of the scan; > 1 outside the sector."""
    if sensors.detects_always[sensor]:
        return 0.0
    start_rad = sensors.facing_rad[sensor] - 0.5 * sensors.sector_rad[sensor]
    offset_rad = (azimuth_rad - start_rad) % TWO_PI
    return offset_rad / sensors.sector_rad[sensor]


@njit(nogil=True, cache=True)
def designated(sensors: SensorTable, tracks: TrackState, run: int, sensor: int, look_s: float, offset_m: Floats) -> bool:
    """Tell whether the radar's node has a track near enough to the direction ``offset_m`` (3,) to light it up."""
    node = sensors.node[sensor]
    length_m = math.sqrt(offset_m[0] ** 2 + offset_m[1] ** 2 + offset_m[2] ** 2)
    for slot in range(tracks.top[run, node]):
        if tracks.status[run, node, slot] < CONFIRMED:
            continue
        age_s = look_s - tracks.time_s[run, node, slot]
        along_m = 0.0
        square_m2 = 0.0
        for axis in range(3):
            toward_m = (
                tracks.state[run, node, slot, axis]
                + age_s * tracks.state[run, node, slot, 3 + axis]
                - sensors.position_m[sensor, axis]
            )
            along_m += toward_m * offset_m[axis]
            square_m2 += toward_m * toward_m
        if along_m >= sensors.designation_cosine[sensor] * length_m * math.sqrt(square_m2):
            return True
    return False


@njit(nogil=True, cache=True)
def in_view(
    sensors: SensorTable, state: SensorState, run: int, sensor: int, position_m: Floats, range_m: float, elevation_rad: float
) -> bool:
    """Tell whether range, elevation and the 4/3-earth horizon allow a look."""
    if range_m < sensors.range_minimum_m[sensor] or range_m > sensors.range_maximum_m[sensor]:
        return False
    if sensors.detects_always[sensor]:
        return True
    if elevation_rad < sensors.elevation_minimum_rad[sensor] or elevation_rad > sensors.elevation_maximum_rad[sensor]:
        return False
    target_height_m = height_m(position_m[0], position_m[1], position_m[2])
    rise_m = target_height_m - state.height_m[run, sensor]
    ground_m = math.sqrt(max(range_m * range_m - rise_m * rise_m, 0.0))
    return visible(state.height_m[run, sensor], target_height_m, ground_m)


@njit(nogil=True, cache=True)
def reply_to(
    threats: ThreatTable, sensors: SensorTable, draws: Draws, run: int, sensor: int, thing: int, scan: int, range_m: float
) -> int:
    """Return what the interrogator beside this radar hears from an object in this scan."""
    if range_m > sensors.interrogator_range_m[sensor]:
        return NOT_ASKED
    draw = uniform(
        draws.seed, draws.first + run, IFF, sensors.interrogator[sensor], threats.entity[thing], scan, 0
    )
    if threats.mode5[thing] and sensors.interrogates_mode5[sensor]:
        return MODE5_REPLY if draw < sensors.mode5_reply[sensor] else NO_REPLY
    if threats.mode3[thing]:
        return CIVIL_REPLY if draw < sensors.mode3_reply[sensor] else NO_REPLY
    return NO_REPLY


@njit(nogil=True, cache=True)
def add_plot(
    sensors: SensorTable,
    state: SensorState,
    plots: PlotBuffer,
    events: EventLog,
    run: int,
    sensor: int,
    time_s: float,
    range_m: float,
    azimuth_rad: float,
    elevation_rad: float,
    snr: float,
) -> int:
    """Append a plot at a measured position with the accuracy that its signal allows; return its row or ``NONE``."""
    plot = plots.count[run]
    if plot >= plots.time_s.shape[1]:
        events.overflow[run] = PLOTS_FULL
        return NONE
    plots.count[run] = plot + 1
    plots.time_s[run, plot] = time_s
    antenna_m = state.position_m[run, sensor]
    measurement_to_enu(
        state.basis[run, sensor],
        antenna_m[0],
        antenna_m[1],
        antenna_m[2],
        range_m,
        azimuth_rad,
        elevation_rad,
        range_sigma_m(sensors.range_resolution_m[sensor], snr, sensors.range_floor_m[sensor]),
        angle_sigma_rad(sensors.beamwidth_azimuth_rad[sensor], snr, sensors.angle_floor_rad[sensor]),
        angle_sigma_rad(sensors.beamwidth_elevation_rad[sensor], snr, sensors.angle_floor_rad[sensor]),
        plots.position_m[run, plot],
        plots.covariance_m2[run, plot],
    )
    plots.reply[run, plot] = NOT_ASKED
    plots.origin[run, plot] = NONE
    plots.cause[run, plot] = NONE
    return plot


@njit(nogil=True, cache=True)
def measure(
    threats: ThreatTable,
    sensors: SensorTable,
    draws: Draws,
    state: SensorState,
    plots: PlotBuffer,
    events: EventLog,
    run: int,
    sensor: int,
    thing: int,
    position_m: Floats,
    azimuth_rad: float,
    elevation_rad: float,
    range_m: float,
) -> None:
    """Decide whether this look detects the object and, if so, append its plot and the reply it gives."""
    look_s = state.next_look_s[run, sensor, thing]
    scan = state.scan[run, sensor, thing]
    number = draws.first + run
    observed_snr = PERFECT_SNR
    if not sensors.detects_always[sensor]:
        snr = sensors.snr_constant[sensor] * threats.rcs_m2[thing] / (range_m * range_m * range_m * range_m)
        draw = uniform(draws.seed, number, LOOK, sensors.entity[sensor], threats.entity[thing], scan, 0)
        observed_snr = swerling1_observed_snr(draw, snr, sensors.false_alarm_probability[sensor])
        if observed_snr <= 0.0:
            return
    measured_range_m, measured_azimuth_rad, measured_elevation_rad = range_m, azimuth_rad, elevation_rad
    if not sensors.noiseless[sensor]:
        noise_0, noise_1, noise_2, _ = normal4(
            draws.seed, number, NOISE, sensors.entity[sensor], threats.entity[thing], scan, 0
        )
        measured_range_m += noise_0 * range_sigma_m(
            sensors.range_resolution_m[sensor], observed_snr, sensors.range_floor_m[sensor]
        )
        measured_azimuth_rad += noise_1 * angle_sigma_rad(
            sensors.beamwidth_azimuth_rad[sensor], observed_snr, sensors.angle_floor_rad[sensor]
        )
        measured_elevation_rad += noise_2 * angle_sigma_rad(
            sensors.beamwidth_elevation_rad[sensor], observed_snr, sensors.angle_floor_rad[sensor]
        )
    if state.detection[run, sensor, thing] == NONE:
        state.detection[run, sensor, thing] = log_event(
            events, run, look_s, FIRST_DETECTION, sensors.node[sensor], thing, NONE, sensor, NONE, NONE, range_m, position_m
        )
    plot = add_plot(
        sensors,
        state,
        plots,
        events,
        run,
        sensor,
        look_s,
        measured_range_m,
        measured_azimuth_rad,
        measured_elevation_rad,
        observed_snr,
    )
    if plot != NONE:
        plots.reply[run, plot] = reply_to(threats, sensors, draws, run, sensor, thing, scan, range_m)
        plots.origin[run, plot] = thing
        plots.cause[run, plot] = state.detection[run, sensor, thing]


@njit(nogil=True, cache=True)
def look(
    time_s: float,
    step_s: float,
    threats: ThreatTable,
    sensors: SensorTable,
    flying: ThreatState,
    tracks: TrackState,
    draws: Draws,
    state: SensorState,
    plots: PlotBuffer,
    events: EventLog,
    run: int,
    sensor: int,
    thing: int,
    position_m: Floats,
    offset_m: Floats,
) -> None:
    """Take the looks of one radar at one object that fall in this step, each at its exact time.

    position_m, offset_m  (3,) scratch: where the object is at the look, and from the antenna
    """
    revisit_s = sensors.revisit_s[sensor]
    phase_s = state.phase_s[run, sensor]
    live_from_s = max(flying.start_s[run, thing], sensors.active_from_s[sensor])
    while state.next_look_s[run, sensor, thing] < time_s + step_s:
        look_s = state.next_look_s[run, sensor, thing]
        share = max(look_s - time_s, 0.0) / step_s
        for axis in range(3):
            previous_m = flying.previous_m[run, thing, axis]
            position_m[axis] = previous_m + share * (flying.position_m[run, thing, axis] - previous_m)
            offset_m[axis] = position_m[axis] - state.position_m[run, sensor, axis]
        azimuth_rad, elevation_rad, range_m = azimuth_elevation_range(
            state.basis[run, sensor], offset_m[0], offset_m[1], offset_m[2]
        )
        fraction = scan_fraction(sensors, sensor, azimuth_rad)
        if (
            live_from_s <= look_s <= flying.end_s[run, thing]
            and fraction <= 1.0
            and in_view(sensors, state, run, sensor, position_m, range_m, elevation_rad)
            and (
                not sensors.designated_only[sensor] or designated(sensors, tracks, run, sensor, look_s, offset_m)
            )
        ):
            if not state.looked[run, sensor, thing]:
                state.looked[run, sensor, thing] = True
                log_event(
                    events, run, look_s, FIRST_LOOK, sensors.node[sensor], thing, NONE, sensor, NONE, NONE, range_m, position_m
                )
            measure(
                threats, sensors, draws, state, plots, events, run, sensor, thing, position_m, azimuth_rad, elevation_rad, range_m
            )
        # The next crossing of its azimuth: half a scan later at least, or the first one of all.
        from_s = max(live_from_s, time_s) if look_s < live_from_s else look_s + 0.5 * revisit_s
        scan = math.ceil((from_s - phase_s) / revisit_s - min(fraction, 1.0) - 1e-9)
        state.scan[run, sensor, thing] = scan
        state.next_look_s[run, sensor, thing] = phase_s + (scan + min(fraction, 1.0)) * revisit_s


@njit(nogil=True, cache=True)
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
    """Append the false plots of this step: a Poisson count a scan, uniform in azimuth, area and height."""
    if sensors.false_plots_per_scan[sensor] <= 0.0:
        return
    revisit_s = sensors.revisit_s[sensor]
    phase_s = state.phase_s[run, sensor]
    number = draws.first + run
    first_scan = math.floor((time_s - phase_s) / revisit_s)
    last_scan = math.floor((time_s + step_s - phase_s) / revisit_s)
    for scan in range(first_scan, last_scan + 1):
        draw = uniform(draws.seed, number, FALSE_PLOT, sensors.entity[sensor], NO_ENTITY, scan, 0)
        for nth in range(poisson(draw, sensors.false_plots_per_scan[sensor])):
            when, area, rise, power = uniform4(
                draws.seed, number, FALSE_PLOT, sensors.entity[sensor], NO_ENTITY, scan, nth + 1
            )
            plot_s = phase_s + (scan + when) * revisit_s
            if plot_s < time_s or plot_s >= time_s + step_s or plot_s < sensors.active_from_s[sensor]:
                continue
            near_m2 = sensors.range_minimum_m[sensor] ** 2
            range_m = math.sqrt(near_m2 + area * (sensors.range_maximum_m[sensor] ** 2 - near_m2))
            climb_m = rise * FALSE_PLOT_CEILING_M - state.height_m[run, sensor]
            sine = climb_m / range_m - 0.5 * range_m / EARTH_RADIUS_M
            elevation_rad = math.asin(min(max(sine, -1.0), 1.0))
            azimuth_rad = sensors.facing_rad[sensor] + (when - 0.5) * sensors.sector_rad[sensor]
            snr = -math.log(sensors.false_alarm_probability[sensor]) - math.log(power) - 1.0
            plot = add_plot(
                sensors, state, plots, events, run, sensor, plot_s, range_m, azimuth_rad, elevation_rad, snr
            )
            if plot != NONE and range_m <= sensors.interrogator_range_m[sensor]:
                plots.reply[run, plot] = NO_REPLY


@njit(nogil=True, cache=True)
def carry(sensors: SensorTable, flying: ThreatState, state: SensorState, run: int, sensor: int, latitude_rad: float) -> bool:
    """Put an airborne radar where its platform is; return whether the platform flies."""
    platform = sensors.platform[sensor]
    if platform < 0:
        return True
    if flying.status[run, platform] != FLYING:
        return False
    for axis in range(3):
        state.position_m[run, sensor, axis] = 0.5 * (
            flying.position_m[run, platform, axis] + flying.previous_m[run, platform, axis]
        )
    place_m = state.position_m[run, sensor]
    state.height_m[run, sensor] = height_m(place_m[0], place_m[1], place_m[2])
    local_basis(place_m[0], place_m[1], place_m[2], latitude_rad, state.basis[run, sensor])
    return True


@njit(nogil=True, cache=True)
def sense(
    time_s: float,
    step_s: float,
    latitude_rad: float,
    threats: ThreatTable,
    sensors: SensorTable,
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
    for run in range(first_run, last_run):
        plots.count[run] = 0
        for sensor in range(sensors.entity.shape[0]):
            plots.first[run, sensor] = plots.count[run]
            if sensors.active_from_s[sensor] >= time_s + step_s or sensors.active_until_s[sensor] <= time_s:
                continue
            if not carry(sensors, flying, state, run, sensor, latitude_rad):
                continue
            for thing in range(threats.entity.shape[0]):
                if (
                    flying.status[run, thing] == FLYING
                    and state.next_look_s[run, sensor, thing] < time_s + step_s
                    and thing != sensors.platform[sensor]
                ):
                    look(
                        time_s,
                        step_s,
                        threats,
                        sensors,
                        flying,
                        tracks,
                        draws,
                        state,
                        plots,
                        events,
                        run,
                        sensor,
                        thing,
                        scratch_m[0],
                        scratch_m[1],
                    )
            false_plots(time_s, step_s, sensors, draws, state, plots, events, run, sensor)
        plots.first[run, sensors.entity.shape[0]] = plots.count[run]
