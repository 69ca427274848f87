"""Signal: the mean signal-to-noise ratio of one look, from everything that shapes it.

Every factor is a function of physics/; this is where they meet, for the stage that senses and for coverage alike.
"""

import math

from openiamd.kernels import kernel
from openiamd.physics.antenna import cosecant_squared_gain, scan_gain
from openiamd.physics.clutter import cell_volume_m3, mti_response, signal_to_interference
from openiamd.physics.diffraction import diffraction_loss_db
from openiamd.physics.geodesy import EARTH_RADIUS_M, height_m
from openiamd.physics.multipath import bulge_factor_squared, propagation_factor_squared
from openiamd.physics.rcs import aspect_rcs_m2
from openiamd.physics.refraction import horizon_m
from openiamd.physics.terrain import lowest_visible
from openiamd.world.arrays import Floats, Rows
from openiamd.world.propagation import PropagationTable, path_power
from openiamd.world.terrain import TerrainTable, below_sight, ground_below

SEA_M = 0.5  # ground nearer to 0 than this is sea
DEEPEST_SHADOW = 1e-3  # one-way power of diffraction, 30 dB; no look is taken deeper in a shadow


@kernel
def in_reach(radar: Rows, range_m: float, elevation_rad: float) -> bool:
    """Tell whether range and elevation allow a look; an idealised radar knows no elevation."""
    if range_m < radar.range_minimum_m or range_m > radar.range_maximum_m:
        return False
    return radar.detects_always or radar.elevation_minimum_rad <= elevation_rad <= radar.elevation_maximum_rad


@kernel
def apparent_elevation_rad(effective_radius_m: float, elevation_rad: float, range_m: float) -> float:
    """Return the elevation at which a target appears through the bent ray: higher than it is by d (1 / R - 1 / kR) / 2.

    d is the horizontal part of the range. Within 0.01 degree of the 4/3 earth's exact angle to 400 km (tested).
    """
    bend = 1.0 / EARTH_RADIUS_M - 1.0 / effective_radius_m
    return elevation_rad + 0.5 * bend * range_m * math.cos(elevation_rad)


@kernel
def ground_range_m(antenna_height_m: float, target_height_m: float, range_m: float) -> float:
    """Return the distance along the sphere between the feet of two points at a slant range: the law of cosines."""
    rise_m = target_height_m - antenna_height_m
    radii_m2 = (EARTH_RADIUS_M + antenna_height_m) * (EARTH_RADIUS_M + target_height_m)
    half_chord = math.sqrt(max(range_m * range_m - rise_m * rise_m, 0.0) / (4.0 * radii_m2))
    return 2.0 * EARTH_RADIUS_M * math.asin(min(half_chord, 1.0))


@kernel
def shadow(
    radar: Rows, terrain: TerrainTable, effective_radius_m: float, antenna_m: Floats, antenna_height_m: float,
    position_m: Floats, target_height_m: float, azimuth_rad: float, ground_m: float,
) -> tuple[float, float]:  # fmt: skip
    """Return by how much a target lies below the line of sight (above it: negative), and the range of the edge.

    Over terrain by the radar's masking table, or along the ray for a radar in the air; over a smooth earth the edge is
    the antenna's horizon. An edge at range 0 is none, and nothing is hidden.
    """
    if terrain.row[0].present:
        if radar.mask >= 0:
            lowest_m, edge_m = lowest_visible(
                terrain.mask_m[radar.mask], terrain.edge_m[radar.mask], radar.mask_step_m, azimuth_rad, ground_m,
                effective_radius_m,
            )  # fmt: skip
            # Between a place that an edge hides and one that none does, the edge is the last step before the target.
            if edge_m <= 0.0 and lowest_m > target_height_m:
                edge_m = max(ground_m - radar.mask_step_m, 0.5 * ground_m)
            return lowest_m - target_height_m, edge_m
        return below_sight(
            terrain, effective_radius_m, antenna_m, antenna_height_m, position_m, target_height_m, ground_m
        )
    edge_m = horizon_m(antenna_height_m, effective_radius_m)
    if ground_m <= edge_m:
        return -target_height_m, 0.0
    beyond_m = ground_m - edge_m
    return beyond_m * beyond_m / (2.0 * effective_radius_m) - target_height_m, edge_m


@kernel
def shadow_power(
    radar: Rows, terrain: TerrainTable, effective_radius_m: float, antenna_height_m: float, position_m: Floats,
    target_height_m: float, ground_m: float, deficit_m: float, edge_m: float,
) -> float:  # fmt: skip
    """Return the two-way power that diffraction leaves: 1 in the clear, 0 deep in the shadow.

    The less of two: what the smooth bulge of the earth leaves, above the lower of the grounds below antenna and target,
    and over terrain what the knife edge leaves that the mask names. Like P.526-15, section 4.5, it so counts a plain as
    a bulge and a ridge as an edge.
    """
    level_m = 0.0
    if terrain.row[0].present:
        level_m = max(min(radar.ground_m, ground_below(terrain, position_m[0], position_m[1])), 0.0)
    one_way = bulge_factor_squared(
        antenna_height_m - level_m, target_height_m - level_m, ground_m, radar.wavelength_m, effective_radius_m
    )
    if terrain.row[0].present and edge_m > 0.0:
        loss_db = diffraction_loss_db(deficit_m, edge_m, ground_m, radar.wavelength_m)
        one_way = min(one_way, 10.0 ** (-0.1 * loss_db))
    return one_way * one_way if one_way > DEEPEST_SHADOW else 0.0


@kernel
def over_sea(
    terrain: TerrainTable, antenna_m: Floats, antenna_height_m: float, position_m: Floats, target_height_m: float
) -> bool:
    """Tell whether the ray to a target is reflected by the sea: on a smooth earth, else where the ground is at 0.

    The place is that of a flat earth: heights divide the way.
    """
    if not terrain.row[0].present:
        return True
    share = max(antenna_height_m, 1.0) / (max(antenna_height_m, 1.0) + max(target_height_m, 1.0))
    east_m = antenna_m[0] + share * (position_m[0] - antenna_m[0])
    north_m = antenna_m[1] + share * (position_m[1] - antenna_m[1])
    return abs(ground_below(terrain, east_m, north_m)) < SEA_M


@kernel
def lobing_power(
    radar: Rows, propagation: PropagationTable, antenna_height_m: float, target_height_m: float, ground_m: float
) -> float:
    """Return the two-way power of direct and reflected ray together over that of the direct one: F^4.

    It runs into the loss over a smooth earth at the horizon, so no edge is counted beside it.
    """
    air = propagation.row[0]
    one_way = propagation_factor_squared(
        antenna_height_m, target_height_m, ground_m, radar.wavelength_m, air.effective_radius_m, air.wave_height_m,
        air.vertical,
    )  # fmt: skip
    return one_way * one_way


@kernel
def path_factor(
    radar: Rows, terrain: TerrainTable, propagation: PropagationTable, antenna_m: Floats, antenna_height_m: float,
    position_m: Floats, azimuth_rad: float, range_m: float,
) -> float:  # fmt: skip
    """Return the two-way power of the path relative to the radar's reference path; 0.0: the target is hidden.

    Line of sight or diffraction, gas and rain, lobing over the sea. antenna_m, position_m  (3,) theatre frame
    """
    air = propagation.row[0]
    target_height_m = height_m(position_m[0], position_m[1], position_m[2])
    ground_m = ground_range_m(antenna_height_m, target_height_m, range_m)
    deficit_m, edge_m = shadow(
        radar, terrain, air.effective_radius_m, antenna_m, antenna_height_m, position_m, target_height_m, azimuth_rad,
        ground_m,
    )  # fmt: skip
    factor = 1.0
    if air.sea and deficit_m <= 0.0 and over_sea(terrain, antenna_m, antenna_height_m, position_m, target_height_m):
        factor = lobing_power(radar, propagation, antenna_height_m, target_height_m, ground_m)
    elif air.diffraction:
        factor = shadow_power(
            radar, terrain, air.effective_radius_m, antenna_height_m, position_m, target_height_m, ground_m, deficit_m,
            edge_m,
        )  # fmt: skip
    elif deficit_m > 0.0 and edge_m > 0.0:
        return 0.0
    if radar.loss >= 0 and factor > 0.0:
        factor *= path_power(propagation, radar.loss, target_height_m, ground_m)
    return factor


@kernel
def pattern_factor(radar: Rows, azimuth_rad: float, elevation_rad: float) -> float:
    """Return the two-way gain of the antenna in a direction relative to its best one."""
    factor = 1.0
    if elevation_rad > radar.cosecant_from_rad:
        gain = cosecant_squared_gain(
            elevation_rad, radar.elevation_minimum_rad, radar.cosecant_from_rad, radar.elevation_maximum_rad
        )
        factor = gain * gain
    if radar.scan_loss_exponent > 0.0:
        gain = scan_gain(math.cos(azimuth_rad - radar.facing_rad), radar.scan_loss_exponent)
        factor *= gain * gain
    return factor


@kernel
def cross_section_m2(target: Rows, offset_m: Floats, velocity_mps: Floats) -> float:
    """Return a target's mean cross-section from where the radar stands, at microwaves.

    offset_m, velocity_mps  (3,) from the antenna to the target, and where the target flies: it points that way
    """
    if not target.has_aspects:
        return target.rcs_m2
    along, far_m2, fast_m2 = 0.0, 0.0, 0.0
    for axis in range(3):
        along -= offset_m[axis] * velocity_mps[axis]
        far_m2 += offset_m[axis] * offset_m[axis]
        fast_m2 += velocity_mps[axis] * velocity_mps[axis]
    if fast_m2 <= 0.0 or far_m2 <= 0.0:
        return target.rcs_m2
    aspect_rad = math.acos(min(max(along / math.sqrt(far_m2 * fast_m2), -1.0), 1.0))
    return aspect_rcs_m2(target.rcs_m2, target.rcs_side_m2, target.rcs_tail_m2, aspect_rad)


@kernel
def doppler_factor(radar: Rows, offset_m: Floats, velocity_mps: Floats, range_m: float) -> float:
    """Return what a moving target indicator leaves of an echo, 1 without one; offset and velocity as above."""
    if radar.mti_prf_hz <= 0.0:
        return 1.0
    along = 0.0
    for axis in range(3):
        along += offset_m[axis] * velocity_mps[axis]
    return mti_response(along / range_m, radar.wavelength_m, radar.mti_prf_hz, radar.mti_cancellers)


@kernel
def look_snr(
    radar: Rows, terrain: TerrainTable, propagation: PropagationTable, target: Rows, band: float,
    antenna_m: Floats, antenna_height_m: float, position_m: Floats, offset_m: Floats, velocity_mps: Floats,
    azimuth_rad: float, turned_rad: float, elevation_rad: float, range_m: float,
) -> float:  # fmt: skip
    """Return the mean SNR of one pulse of a look at a target in reach, 0.0 where it is hidden.

    band                  cross-section at the radar's frequency over that at microwaves
    antenna_m, offset_m   (3,) theatre frame: the antenna, and the target from there
    position_m, velocity_mps  (3,) the target
    turned_rad            how far the antenna is turned off its facing
    """
    factor = path_factor(radar, terrain, propagation, antenna_m, antenna_height_m, position_m, azimuth_rad, range_m)
    if factor <= 0.0:
        return 0.0
    factor *= pattern_factor(radar, azimuth_rad - turned_rad, elevation_rad)
    spread = radar.snr_constant * factor / (range_m * range_m * range_m * range_m)
    snr = spread * band * cross_section_m2(target, offset_m, velocity_mps)
    snr *= doppler_factor(radar, offset_m, velocity_mps, range_m)
    if radar.rain_reflectivity_per_m <= 0.0:
        return snr
    if height_m(position_m[0], position_m[1], position_m[2]) > propagation.row[0].rain_height_m:
        return snr
    volume_m3 = cell_volume_m3(
        radar.beamwidth_azimuth_rad, radar.beamwidth_elevation_rad, range_m, radar.range_resolution_m
    )
    clutter = spread * radar.rain_reflectivity_per_m * volume_m3
    return signal_to_interference(snr, clutter, radar.clutter_improvement)
