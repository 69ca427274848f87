"""Sense: which objects each radar detects in this step, where it measures them, and what answers its interrogator.

Reads   threats, sensors, node tracks (where a designated radar points), draws
Writes  sensor state, plots
"""

import math

from openiamd.estimation.kalman import measurement_to_enu
from openiamd.kernels import kernel
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
from openiamd.world.arrays import Draws, Floats, Rows
from openiamd.world.events import FIRST_DETECTION, FIRST_LOOK, NONE, OVERFLOW, PLOTS_FULL, EventLog, log_event
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
from openiamd.world.tracks import CONFIRMED, SUSPECT, TrackState

TWO_PI = 2.0 * math.pi
FALSE_PLOT_CEILING_M = 15_000.0
PERFECT_SNR = 1e6


@kernel
def draw_phases(sensors: SensorTable, draws: Draws, state: SensorState, first_run: int, last_run: int) -> None:
    """Draw where in its scan each radar is at time 0; idealised radars start a scan there."""
    for run in range(first_run, last_run):
        for sensor in range(sensors.row.shape[0]):
            if not sensors.row[sensor].detects_always:
                draw = uniform(draws.seed, draws.first + run, SENSOR_PHASE, sensors.row[sensor].entity, NO_ENTITY, 0, 0)
                state.row[run, sensor].phase_s = -draw * sensors.row[sensor].revisit_s


@kernel
def scan_fraction(sensors: SensorTable, sensor: int, azimuth_rad: float) -> float:
    """Return when in a scan the beam crosses an azimuth, as a fraction of the scan; > 1 outside the sector.

    An idealised radar looks everywhere in its sector at the beginning of the scan.
    """
    start_rad = sensors.row[sensor].facing_rad - 0.5 * sensors.row[sensor].sector_rad
    offset_rad = (azimuth_rad - start_rad) % TWO_PI
    fraction = offset_rad / sensors.row[sensor].sector_rad
    return 0.0 if sensors.row[sensor].detects_always and fraction <= 1.0 else fraction


@kernel
def designated(
    sensors: SensorTable, tracks: TrackState, run: int, sensor: int, look_s: float, offset_m: Floats
) -> bool:
    """Tell whether the radar's node points it along ``offset_m`` (3,): at a track that it may have to fight."""
    node = sensors.row[sensor].node
    length_m = math.sqrt(offset_m[0] ** 2 + offset_m[1] ** 2 + offset_m[2] ** 2)
    for slot in range(tracks.top[run, node]):
        if not fought(tracks.row[run, node, slot]):
            continue
        age_s = look_s - tracks.row[run, node, slot].time_s
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
        if along_m >= sensors.row[sensor].designation_cosine * length_m * math.sqrt(square_m2):
            return True
    return False


@kernel
def wanted(sensors: SensorTable, tracks: TrackState, run: int, sensor: int) -> bool:
    """Tell whether a radar has anything to look at: always, unless it is one that must be pointed."""
    if not sensors.row[sensor].designated_only:
        return True
    node = sensors.row[sensor].node
    for slot in range(tracks.top[run, node]):  # noqa: SIM110 - a generator does not compile
        if fought(tracks.row[run, node, slot]):
            return True
    return False


@kernel
def fought(row: Rows) -> bool:
    """Tell whether a track is one that its node may have to fight: suspect, hostile or under engagement."""
    return row.status >= CONFIRMED and not row.destroyed and (row.identity >= SUSPECT or row.engagements > 0)


@kernel
def in_view(
    sensors: SensorTable,
    state: SensorState,
    run: int,
    sensor: int,
    position_m: Floats,
    range_m: float,
    elevation_rad: float,
) -> bool:
    """Tell whether range, elevation and the 4/3-earth horizon allow a look."""
    if range_m < sensors.row[sensor].range_minimum_m or range_m > sensors.row[sensor].range_maximum_m:
        return False
    if sensors.row[sensor].detects_always:
        return True
    if (
        elevation_rad < sensors.row[sensor].elevation_minimum_rad
        or elevation_rad > sensors.row[sensor].elevation_maximum_rad
    ):
        return False
    target_height_m = height_m(position_m[0], position_m[1], position_m[2])
    rise_m = target_height_m - state.row[run, sensor].height_m
    ground_m = math.sqrt(max(range_m * range_m - rise_m * rise_m, 0.0))
    return visible(state.row[run, sensor].height_m, target_height_m, ground_m)


@kernel
def reply_to(
    threats: ThreatTable,
    sensors: SensorTable,
    draws: Draws,
    run: int,
    sensor: int,
    thing: int,
    scan: int,
    range_m: float,
) -> int:
    """Return what the interrogator beside this radar hears from an object in this scan."""
    if range_m > sensors.row[sensor].interrogator_range_m:
        return NOT_ASKED
    draw = uniform(
        draws.seed, draws.first + run, IFF, sensors.row[sensor].interrogator, threats.row[thing].entity, scan, 0
    )
    if threats.row[thing].mode5 and sensors.row[sensor].interrogates_mode5:
        return MODE5_REPLY if draw < sensors.row[sensor].mode5_reply else NO_REPLY
    if threats.row[thing].mode3:
        return CIVIL_REPLY if draw < sensors.row[sensor].mode3_reply else NO_REPLY
    return NO_REPLY


@kernel
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
    if plot >= plots.row.shape[1]:
        events.tally[run, OVERFLOW] = PLOTS_FULL
        return NONE
    plots.count[run] = plot + 1
    plots.row[run, plot].time_s = time_s
    antenna_m = state.position_m[run, sensor]
    measurement_to_enu(
        state.basis[run, sensor],
        antenna_m[0],
        antenna_m[1],
        antenna_m[2],
        range_m,
        azimuth_rad,
        elevation_rad,
        range_sigma_m(sensors.row[sensor].range_resolution_m, snr, sensors.row[sensor].range_floor_m),
        angle_sigma_rad(sensors.row[sensor].beamwidth_azimuth_rad, snr, sensors.row[sensor].angle_floor_rad),
        angle_sigma_rad(sensors.row[sensor].beamwidth_elevation_rad, snr, sensors.row[sensor].angle_floor_rad),
        plots.position_m[run, plot],
        plots.covariance_m2[run, plot],
    )
    plots.row[run, plot].reply = NOT_ASKED
    plots.row[run, plot].origin = NONE
    plots.row[run, plot].cause = NONE
    return plot


@kernel
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
    look_s = state.look[run, sensor, thing].next_look_s
    scan = state.look[run, sensor, thing].scan
    number = draws.first + run
    observed_snr = PERFECT_SNR
    if not sensors.row[sensor].detects_always:
        snr = sensors.row[sensor].snr_constant * threats.row[thing].rcs_m2 / (range_m * range_m * range_m * range_m)
        draw = uniform(draws.seed, number, LOOK, sensors.row[sensor].entity, threats.row[thing].entity, scan, 0)
        observed_snr = swerling1_observed_snr(draw, snr, sensors.row[sensor].false_alarm_probability)
        if observed_snr <= 0.0:
            return
    measured_range_m, measured_azimuth_rad, measured_elevation_rad = range_m, azimuth_rad, elevation_rad
    if not sensors.row[sensor].noiseless:
        noise_0, noise_1, noise_2, _ = normal4(
            draws.seed, number, NOISE, sensors.row[sensor].entity, threats.row[thing].entity, scan, 0
        )
        measured_range_m += noise_0 * range_sigma_m(
            sensors.row[sensor].range_resolution_m, observed_snr, sensors.row[sensor].range_floor_m
        )
        measured_azimuth_rad += noise_1 * angle_sigma_rad(
            sensors.row[sensor].beamwidth_azimuth_rad, observed_snr, sensors.row[sensor].angle_floor_rad
        )
        measured_elevation_rad += noise_2 * angle_sigma_rad(
            sensors.row[sensor].beamwidth_elevation_rad, observed_snr, sensors.row[sensor].angle_floor_rad
        )
    if state.look[run, sensor, thing].detection == NONE:
        state.look[run, sensor, thing].detection = log_event(
            events,
            run,
            look_s,
            FIRST_DETECTION,
            sensors.row[sensor].node,
            thing,
            NONE,
            sensor,
            NONE,
            NONE,
            range_m,
            position_m,
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
        plots.row[run, plot].reply = reply_to(threats, sensors, draws, run, sensor, thing, scan, range_m)
        plots.row[run, plot].origin = thing
        plots.row[run, plot].cause = state.look[run, sensor, thing].detection


@kernel
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
    revisit_s = sensors.row[sensor].revisit_s
    phase_s = state.row[run, sensor].phase_s
    live_from_s = max(flying.row[run, thing].start_s, sensors.row[sensor].active_from_s)
    while state.look[run, sensor, thing].next_look_s < time_s + step_s:
        look_s = state.look[run, sensor, thing].next_look_s
        share = max(look_s - time_s, 0.0) / step_s
        for axis in range(3):
            previous_m = flying.previous_m[run, thing, axis]
            position_m[axis] = previous_m + share * (flying.position_m[run, thing, axis] - previous_m)
            offset_m[axis] = position_m[axis] - state.position_m[run, sensor, axis]
        azimuth_rad, elevation_rad, range_m = azimuth_elevation_range(
            state.basis[run, sensor], offset_m[0], offset_m[1], offset_m[2]
        )
        fraction = scan_fraction(sensors, sensor, azimuth_rad)
        from_s = max(live_from_s, time_s)
        if (
            from_s <= look_s <= flying.row[run, thing].end_s
            and fraction <= 1.0
            and in_view(sensors, state, run, sensor, position_m, range_m, elevation_rad)
            and (not sensors.row[sensor].designated_only or designated(sensors, tracks, run, sensor, look_s, offset_m))
        ):
            if not state.look[run, sensor, thing].looked:
                state.look[run, sensor, thing].looked = True
                log_event(
                    events,
                    run,
                    look_s,
                    FIRST_LOOK,
                    sensors.row[sensor].node,
                    thing,
                    NONE,
                    sensor,
                    NONE,
                    NONE,
                    range_m,
                    position_m,
                )
            measure(
                threats,
                sensors,
                draws,
                state,
                plots,
                events,
                run,
                sensor,
                thing,
                position_m,
                azimuth_rad,
                elevation_rad,
                range_m,
            )
        # The next crossing of its azimuth: half a scan later at least, or the first one since it was let go.
        if look_s >= from_s:
            from_s = look_s + 0.5 * revisit_s
        scan = math.ceil((from_s - phase_s) / revisit_s - min(fraction, 1.0) - 1e-9)
        state.look[run, sensor, thing].scan = scan
        state.look[run, sensor, thing].next_look_s = phase_s + (scan + min(fraction, 1.0)) * revisit_s


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
    """Append the false plots of this step: a Poisson count a scan, uniform in azimuth, area and height."""
    if sensors.row[sensor].false_plots_per_scan <= 0.0:
        return
    revisit_s = sensors.row[sensor].revisit_s
    phase_s = state.row[run, sensor].phase_s
    number = draws.first + run
    first_scan = math.floor((time_s - phase_s) / revisit_s)
    last_scan = math.floor((time_s + step_s - phase_s) / revisit_s)
    for scan in range(first_scan, last_scan + 1):
        draw = uniform(draws.seed, number, FALSE_PLOT, sensors.row[sensor].entity, NO_ENTITY, scan, 0)
        for nth in range(poisson(draw, sensors.row[sensor].false_plots_per_scan)):
            when, area, rise, power = uniform4(
                draws.seed, number, FALSE_PLOT, sensors.row[sensor].entity, NO_ENTITY, scan, nth + 1
            )
            plot_s = phase_s + (scan + when) * revisit_s
            if plot_s < time_s or plot_s >= time_s + step_s or plot_s < sensors.row[sensor].active_from_s:
                continue
            near_m2 = sensors.row[sensor].range_minimum_m ** 2
            range_m = math.sqrt(near_m2 + area * (sensors.row[sensor].range_maximum_m ** 2 - near_m2))
            climb_m = rise * FALSE_PLOT_CEILING_M - state.row[run, sensor].height_m
            sine = climb_m / range_m - 0.5 * range_m / EARTH_RADIUS_M
            elevation_rad = math.asin(min(max(sine, -1.0), 1.0))
            azimuth_rad = sensors.row[sensor].facing_rad + (when - 0.5) * sensors.row[sensor].sector_rad
            snr = -math.log(sensors.row[sensor].false_alarm_probability) - math.log(power) - 1.0
            plot = add_plot(
                sensors, state, plots, events, run, sensor, plot_s, range_m, azimuth_rad, elevation_rad, snr
            )
            if plot != NONE and range_m <= sensors.row[sensor].interrogator_range_m:
                plots.row[run, plot].reply = NO_REPLY


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
        for sensor in range(sensors.row.shape[0]):
            plots.first[run, sensor] = plots.count[run]
            if sensors.row[sensor].active_from_s >= time_s + step_s or sensors.row[sensor].active_until_s <= time_s:
                continue
            if not carry(sensors, flying, state, run, sensor, latitude_rad):
                continue
            if not wanted(sensors, tracks, run, sensor):
                continue
            for thing in range(threats.row.shape[0]):
                if (
                    flying.row[run, thing].status == FLYING
                    and state.look[run, sensor, thing].next_look_s < time_s + step_s
                    and thing != sensors.row[sensor].platform
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
        plots.first[run, sensors.row.shape[0]] = plots.count[run]
