"""Updates: what a plot does to a track beyond its position: registration errors and range rate."""

from openiamd.estimation.range_rate import GAIN, SLOPE, update_range_rate
from openiamd.estimation.registration import (
    bias_shift,
    bias_trace_m2,
    clear_sensitivity,
    coast_sensitivity,
    update_sensitivity,
    update_sensitivity_by_rate,
)
from openiamd.kernels import kernel
from openiamd.physics.radar import range_rate_sigma_mps
from openiamd.world.arrays import Floats, Rows
from openiamd.world.plots import PlotBuffer
from openiamd.world.sensors import SensorState, SensorTable
from openiamd.world.tracker import TrackerWork


@kernel
def shift_plots(
    sensors: SensorTable, antennas: SensorState, plots: PlotBuffer, work: TrackerWork, run: int, sensor: int, scan: int
) -> None:
    """Write to ``work.shift_m`` what the radar's registration errors may do to its plots of one scan."""
    radar, antenna_m, first = sensors.row[sensor], antennas.position_m[run, sensor], plots.first[run, sensor]
    for plot in range(first, plots.first[run, sensor + 1]):
        if plots.row[run, plot].scan == scan:
            place_m = plots.position_m[run, plot]
            bias_shift(
                place_m[0] - antenna_m[0], place_m[1] - antenna_m[1], place_m[2] - antenna_m[2],
                antennas.basis[run, sensor, 2], radar.bias_range_m, radar.bias_azimuth_rad, radar.bias_elevation_rad,
                work.shift_m[plot - first],
            )  # fmt: skip


@kernel
def carry_biases(
    age_s: float, group: int, shift_m: Floats, plot_m2: Floats, held: Rows, covariance: Floats, sensitivity: Floats,
    gain: Floats,
) -> None:  # fmt: skip
    """Bring the sensitivity of a track, predicted to a plot's time, to what it is once the track has taken the plot.

    group, shift_m, plot_m2            of the plot and its radar
    held, covariance, sensitivity      of the track; gain  (6, 3) scratch
    """
    coast_sensitivity(sensitivity, held.radars, age_s)
    if group >= 0 and (held.radars >> group) & 1 == 0:
        held.radars |= 1 << group
        clear_sensitivity(sensitivity, group)
    update_sensitivity(sensitivity, held.radars, covariance, plot_m2, group, shift_m, gain)
    held.bias_m2 = bias_trace_m2(sensitivity, held.radars)


@kernel
def take_range_rate(
    gate: float, radar: Rows, antenna_m: Floats, plot: Rows, held: Rows, state: Floats, covariance: Floats,
    sensitivity: Floats, rows: Floats,
) -> None:  # fmt: skip
    """Update a track with the range rate of a plot whose position it has taken.

    held, state, covariance, sensitivity  of the track; rows  (8, 6) scratch
    """
    sigma_mps = range_rate_sigma_mps(radar.range_rate_resolution_mps, plot.snr, radar.range_rate_floor_mps)
    update_range_rate(
        state, covariance, antenna_m[0], antenna_m[1], antenna_m[2], plot.range_rate_mps, sigma_mps, gate, rows
    )
    if held.radars != 0:
        update_sensitivity_by_rate(sensitivity, held.radars, rows[SLOPE], rows[GAIN])
