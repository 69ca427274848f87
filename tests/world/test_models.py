"""Interacting models beside a track file: when they start anew, what they say, and that no gated pair is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiamd.estimation.gating import near
from openiamd.estimation.imm import BALLISTIC, FIRST_WEIGHTS, LEFT, RIGHT
from openiamd.estimation.kalman import predict
from openiamd.world.models import (
    BEYOND_WEIGHTS,
    ModelBank,
    create_model_bank,
    meet_plot,
    pair_distance2,
    predict_models,
    sweep_m2,
)

SPREAD = np.diag([90.0**2, 80.0**2, 120.0**2, 30.0**2, 30.0**2, 20.0**2])
GATE = 4.0


def bank() -> ModelBank:
    found = create_model_bank(1, np.array([-1, 0]), 3)
    assert found is not None
    return found


def test_only_nodes_that_ask_have_models():
    assert create_model_bank(2, np.array([-1, -1]), 5) is None
    assert create_model_bank(2, np.zeros(0, np.int64), 5) is None
    found = create_model_bank(2, np.array([-1, 0, 1]), 5)
    assert found is not None
    assert found.weight.shape == (2, 2, 6, 4)


@pytest.mark.parametrize(
    ("state", "weights"),
    [
        ([3e4, 1e4, 8e3, 250.0, 0.0, 0.0], FIRST_WEIGHTS),
        ([3e4, 1e4, 60e3, 250.0, 0.0, 0.0], BEYOND_WEIGHTS),
        ([3e4, 1e4, 8e3, 1500.0, 0.0, -900.0], BEYOND_WEIGHTS),
    ],
)
def test_models_start_from_the_track(state, weights):
    models, x = bank(), np.array(state)
    predict_models(models, 0, 0, 1, 12.0, 0.0, 20.0, x, SPREAD)
    np.testing.assert_array_equal(models.weight[0, 0, 1], weights)
    np.testing.assert_array_equal(models.mean[0, 0, 1], np.tile(x, (4, 1)))
    assert np.isnan(models.stamp[0, 0, [0, 2]]).all()


def test_what_others_wrote_starts_the_models_anew():
    models, x = bank(), np.array([3e4, 1e4, 8e3, 250.0, 0.0, 0.0])
    predict_models(models, 0, 0, 1, 12.0, 4.0, 20.0, x, SPREAD)
    models.weight[0, 0, 1] = [0.2, 0.7, 0.1, 0.0]
    predict_models(models, 0, 0, 1, 12.0, 8.0, 20.0, x, SPREAD)
    assert models.weight[0, 0, 1, LEFT] == 0.7
    for held_s, moved in ((13.0, x), (12.0, x + 1.0)):
        models.weight[0, 0, 1] = [0.2, 0.7, 0.1, 0.0]
        predict_models(models, 0, 0, 1, held_s, 8.0, 20.0, moved, SPREAD)
        np.testing.assert_array_equal(models.weight[0, 0, 1], FIRST_WEIGHTS)


def test_a_plot_weighs_the_side_it_lies_on():
    models, x = bank(), np.array([0.0, 0.0, 8e3, 250.0, 0.0, 0.0])
    for side, model in ((1.0, LEFT), (-1.0, RIGHT)):
        state, covariance = x.copy(), SPREAD.copy()
        plot_m = np.array([950.0, side * 300.0, 8e3])
        meet_plot(models, 0, 0, 1, 12.0, 4.0, 20.0, plot_m, np.eye(3) * 50.0**2, state, covariance)
        weight = models.weight[0, 0, -1]
        assert weight[model] > 2.0 * FIRST_WEIGHTS[model]
        assert weight[model] > 10.0 * weight[LEFT + RIGHT - model]
        assert models.weight[0, 0, -1, BALLISTIC] == 0.0
        straight, spread = x.copy(), SPREAD.copy()
        predict(straight, spread, 4.0, 20.0, 0.0, 0.0, 0.0)
        assert np.linalg.norm(state[:3] - straight[:3]) < 60.0  # the sides balance before the plot has its say
        assert np.linalg.eigvalsh(covariance - 0.8 * spread).min() > 0.0


@given(
    age_s=st.floats(-6.0, 15.0),
    speed_mps=st.floats(0.0, 950.0),
    aside=st.floats(-1.5, 1.5),
    along=st.floats(-1.5, 1.5),
    scale=st.floats(0.05, 3.0),
)
def test_no_pair_in_the_gate_of_a_model_is_lost(age_s, speed_mps, aside, along, scale):
    models, x = bank(), np.array([3e4, -2e4, 8e3, speed_mps, 0.0, 0.0])
    covariance, plot_m2 = SPREAD * scale, np.diag([100.0**2, 60.0**2, 150.0**2])
    reach_m = 10.0 * age_s * age_s + 4.0 * 400.0 * scale
    plot_m = x[:3] + age_s * x[3:] + np.array([along * reach_m, aside * reach_m, 0.0])
    distance2, _ = pair_distance2(models, 0, 0, 1, 0.0, age_s, 20.0, x, covariance, plot_m, plot_m2)
    if distance2 <= GATE * GATE:
        assert near(x, covariance, age_s, plot_m, plot_m2, sweep_m2(age_s, GATE), GATE)
