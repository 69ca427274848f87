"""Models of motion that interact: what each says of a track whose node asks for ``imm``, and how plots weigh them.

The track file holds the mixture's mean and covariance: they are what a node reports, joins, identifies and fires on.
Without such a node there is no ``ModelBank`` but None, and kernels are compiled without the models.
"""

from typing import NamedTuple

import numpy as np

from openiamd.estimation.imm import FIRST_WEIGHTS, MODELS, beyond_aircraft, combined, imm_predict, weigh_models
from openiamd.estimation.kalman import update
from openiamd.estimation.motion import copy_state
from openiamd.estimation.range_rate import update_range_rate
from openiamd.kernels import kernel
from openiamd.physics.radar import range_rate_sigma_mps
from openiamd.world.arrays import Floats, Ints, Rows

STAMP_TIME, STAMP_EAST = 0, 1
BEYOND_WEIGHTS = (0.05, 0.0, 0.0, 0.95)  # of a track that is higher or faster than aircraft are when its models start
SHARPEST_MPS2 = 2.0 * 9.80665 + 9.80665  # of all models: a turn across and the fall


class ModelBank(NamedTuple):
    """What each model says of each track; ``TrackerTable.row.models`` is a node's row here.

    The slot after the last is scratch space: a track at the time of a plot.
    """

    mean: Floats  # (run, row, slot + 1, model, 6) position m, velocity m/s; east, north, up
    covariance: Floats  # (run, row, slot + 1, model, 6, 6)
    weight: Floats  # (run, row, slot + 1, model) probability
    stamp: Floats  # (run, row, slot, 2) time s and east m of the track as its models left it


def create_model_bank(runs: int, rows: Ints, slots: int) -> ModelBank | None:
    """Return the models of ``slots`` tracks of each node that has a row, −1: none; None where no node has."""
    nodes = int(rows.max(initial=-1)) + 1
    if nodes == 0:
        return None
    shape = (runs, nodes, slots + 1)
    return ModelBank(
        mean=np.zeros((*shape, MODELS, 6)),
        covariance=np.zeros((*shape, MODELS, 6, 6)),
        weight=np.zeros((*shape, MODELS)),
        stamp=np.full((runs, nodes, slots, 2), np.nan),
    )


@kernel
def start_models(models: ModelBank, run: int, row: int, slot: int, state: Floats, covariance: Floats) -> None:
    """Let every model start from a track's state (6,) and covariance (6, 6)."""
    mean, weight = models.mean[run, row, slot], models.weight[run, row, slot]
    for model in range(MODELS):
        weight[model] = FIRST_WEIGHTS[model]
        copy_state(state, covariance, mean[model], models.covariance[run, row, slot, model])
    if beyond_aircraft(mean, weight):
        for model in range(MODELS):
            weight[model] = BEYOND_WEIGHTS[model]


@kernel
def predict_models(
    models: ModelBank, run: int, row: int, slot: int, held_s: float, age_s: float, noise: float, state: Floats,
    covariance: Floats,
) -> None:  # fmt: skip
    """Write what the models say of a track ``age_s`` after ``held_s``, the time of its state, to the scratch slot.

    noise  process noise of straight flight, m²/s³. A track that something else wrote since, as a report or a merger of
    two tracks, starts its models anew.
    """
    stamp, spare = models.stamp[run, row, slot], models.stamp.shape[2]
    if stamp[STAMP_TIME] != held_s or stamp[STAMP_EAST] != state[0]:
        start_models(models, run, row, slot, state, covariance)
        stamp[STAMP_TIME], stamp[STAMP_EAST] = held_s, state[0]
    imm_predict(
        models.mean[run, row, slot], models.covariance[run, row, slot], models.weight[run, row, slot], age_s, noise,
        noise, models.mean[run, row, spare], models.covariance[run, row, spare], models.weight[run, row, spare],
    )  # fmt: skip


@kernel
def sweep_m2(age_s: float, gate: float) -> float:
    """Return the variance that lets ``near`` pass what a model's turn or fall brings about in ``age_s``.

    ``gate`` standard deviations of it are ½ · 3 g · age².
    """
    reach_m = 0.5 * SHARPEST_MPS2 * age_s * age_s / gate
    return reach_m * reach_m


@kernel
def pair_distance2(
    models: ModelBank, run: int, row: int, slot: int, held_s: float, age_s: float, noise: float, state: Floats,
    covariance: Floats, plot_m: Floats, plot_m2: Floats,
) -> tuple[float, float]:  # fmt: skip
    """Return a plot's least squared distance from the models of a track, and −2 ln of its density less 3 ln 2π."""
    spare = models.stamp.shape[2]
    predict_models(models, run, row, slot, held_s, age_s, noise, state, covariance)
    distance2, log_density = weigh_models(
        models.mean[run, row, spare],
        models.covariance[run, row, spare],
        models.weight[run, row, spare],
        plot_m,
        plot_m2,
    )
    return distance2, -2.0 * log_density


@kernel
def meet_plot(
    models: ModelBank, run: int, row: int, slot: int, held_s: float, age_s: float, noise: float, plot_m: Floats,
    plot_m2: Floats, state: Floats, covariance: Floats,
) -> None:  # fmt: skip
    """Bring a track to a plot's time, state and covariance that of the mixture, and weigh its models by the plot.

    plot_m2  (3, 3) of the plot, with what registration errors add to the innovation
    """
    spare = models.stamp.shape[2]
    mean, spread, weight = (
        models.mean[run, row, spare],
        models.covariance[run, row, spare],
        models.weight[run, row, spare],
    )
    predict_models(models, run, row, slot, held_s, age_s, noise, state, covariance)
    combined(mean, spread, weight, state, covariance)
    weigh_models(mean, spread, weight, plot_m, plot_m2)


@kernel
def take_by_models(
    models: ModelBank, run: int, row: int, slot: int, gate: float, radar: Rows, antenna_m: Floats, plot: Rows,
    plot_m: Floats, plot_m2: Floats, state: Floats, covariance: Floats, rows: Floats,
) -> None:  # fmt: skip
    """Update each model, as ``meet_plot`` left it, with the plot, and the track with their mixture.

    A range rate updates the models' states and leaves their weights. rows  (8, 6) scratch
    """
    spare = models.stamp.shape[2]
    sigma_mps = range_rate_sigma_mps(radar.range_rate_resolution_mps, plot.snr, radar.range_rate_floor_mps)
    mean, spread, weight = models.mean[run, row, slot], models.covariance[run, row, slot], models.weight[run, row, slot]
    for model in range(MODELS):
        weight[model] = models.weight[run, row, spare, model]
        if weight[model] <= 0.0:
            continue
        x, p = mean[model], spread[model]
        copy_state(models.mean[run, row, spare, model], models.covariance[run, row, spare, model], x, p)
        update(x, p, plot_m, plot_m2)
        if plot.has_range_rate:
            update_range_rate(
                x, p, antenna_m[0], antenna_m[1], antenna_m[2], plot.range_rate_mps, sigma_mps, gate, rows
            )  # fmt: skip
    combined(mean, spread, weight, state, covariance)
    models.stamp[run, row, slot, STAMP_TIME] = plot.time_s
    models.stamp[run, row, slot, STAMP_EAST] = state[0]
