"""Registration: sensitivities beside the filter against whole-matrix algebra and against runs with drawn biases."""

import numpy as np
import pytest

from openiamd.estimation import kalman
from openiamd.estimation.registration import (
    add_bias,
    bias_shift,
    coast_sensitivity,
    innovation_covariance,
    start_sensitivity,
    update_sensitivity,
)

UP = np.array([0.0, 0.0, 1.0])
R = np.diag([60.0**2, 90.0**2, 120.0**2])


def measured(offset: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """Return where a radar at the origin that is off in range, azimuth and elevation puts an object."""
    range_m = np.linalg.norm(offset) + biases[0]
    azimuth = np.arctan2(offset[0], offset[1]) + biases[1]
    elevation = np.arcsin(offset[2] / np.linalg.norm(offset)) + biases[2]
    level = range_m * np.cos(elevation)
    return np.array([level * np.sin(azimuth), level * np.cos(azimuth), range_m * np.sin(elevation)])


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_shift_is_the_difference_that_a_small_bias_makes(which):
    rng = np.random.default_rng(1)
    for _ in range(50):
        offset = np.array([*rng.uniform(-2e5, 2e5, 2), rng.uniform(0.0, 2e4)])
        shift, biases = np.zeros((3, 3)), np.zeros(3)
        biases[which] = (10.0, 1e-5, 1e-5)[which]
        bias_shift(offset[0], offset[1], offset[2], UP, 10.0, 1e-5, 1e-5, shift)
        assert shift[which] == pytest.approx(measured(offset, biases) - offset, abs=1e-3)


def test_two_radars_keep_the_error_covariance_of_many_runs():
    """P + U U' against the spread of 4,000 filters whose radars have drawn biases; all see the same constant course."""
    rng = np.random.default_rng(2)
    runs, shifts = 4_000, [rng.normal(0.0, 150.0, (3, 3)) for _ in range(2)]
    biases = rng.normal(size=(runs, 2, 3))
    truth = np.array([1e4, 2e4, 5e3, 200.0, -100.0, 0.0])
    p, u, gain = np.zeros((6, 6)), np.zeros((6, 6)), np.zeros((6, 3))
    p[:3, :3], p[3:, 3:] = R, np.eye(3) * 50.0**2
    noise = np.sqrt(np.diag(R))
    x = np.concatenate(
        [truth[:3] + biases[:, 0] @ shifts[0] + rng.normal(size=(runs, 3)) * noise,
         truth[3:] + rng.normal(0.0, 50.0, (runs, 3))], axis=1,
    )  # fmt: skip
    start_sensitivity(u, 0, shifts[0])
    used = 1
    for step in range(1, 9):
        radar = step % 2
        used |= 1 << radar
        truth[:3] += 5.0 * truth[3:]
        before = p.copy()
        spare = np.zeros(6)
        kalman.predict(spare, before, 5.0, 0.0, 0.0, 0.0, 0.0)
        coast_sensitivity(u, used, 5.0)
        update_sensitivity(u, used, before, R, radar, shifts[radar], gain)
        plots = truth[:3] + biases[:, radar] @ shifts[radar] + rng.normal(size=(runs, 3)) * noise
        own = p.copy()
        for run in range(runs):
            own[:] = p
            kalman.predict(x[run], own, 5.0, 0.0, 0.0, 0.0, 0.0)
            kalman.update(x[run], own, plots[run], R)
        p = own
    total = p.copy()
    add_bias(total, u, used, 0.0)
    error = x - truth
    nees = np.mean(np.sum(error * np.linalg.solve(total, error.T).T, axis=1)) / 6.0
    assert nees == pytest.approx(1.0, abs=0.04)
    without = np.mean(np.sum(error * np.linalg.solve(p, error.T).T, axis=1)) / 6.0
    assert without > 2.0


def test_one_radar_keeps_a_narrow_gate_and_two_add_up():
    shift = np.diag([0.0, 400.0, 0.0])
    u = np.zeros((6, 6))
    u[1, 1] = 400.0
    same, other = np.zeros((3, 3)), np.zeros((3, 3))
    innovation_covariance(u, 1, 0.0, R, 0, shift, same)
    innovation_covariance(u, 1, 0.0, R, 1, shift, other)
    assert np.allclose(same, R)
    assert np.allclose(other, R + np.diag([0.0, 2.0 * 400.0**2, 0.0]))
