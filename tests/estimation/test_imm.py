"""Interacting models: a plain NumPy mixture, a single filter where all models agree, and flights of each kind."""

import math

import numpy as np
import pytest

from openiamd.estimation import imm
from openiamd.estimation.kalman import update

SPREAD = np.diag([100.0, 100.0, 100.0, 20.0, 20.0, 5.0]) ** 2


def blocks(x, p, weight):
    return np.tile(x, (4, 1)), np.tile(p, (4, 1, 1)), np.array(weight, float)


def random_blocks(seed, weight):
    draw = np.random.default_rng(seed)
    mean = np.array([4e4, 2e4, 8e3, 150.0, 100.0, 0.0]) + draw.normal(size=(4, 6)) * [200, 200, 100, 30, 30, 5]
    root = draw.normal(size=(4, 6, 6)) * np.array([200, 200, 100, 20, 20, 5])[:, None]
    return mean, root @ np.swapaxes(root, 1, 2) + SPREAD, np.array(weight, float)


def predicted(mean, covariance, weight, dt, level=1.0, upright=0.05):
    found = np.full((4, 6), 7.0), np.full((4, 6, 6), 7.0), np.full(4, 7.0)
    imm.imm_predict(mean, covariance, weight, dt, level, upright, *found)
    return found


def combined(mean, covariance, weight):
    x, p = np.empty(6), np.empty((6, 6))
    imm.combined(mean, covariance, weight, x, p)
    return x, p


def mixture(mean, covariance, share):
    """Return the mean and covariance of a mixture (Blom & Bar-Shalom 1988, equations of the interaction)."""
    centre = share @ mean
    apart = mean - centre
    return centre, np.einsum("i,ijk->jk", share, covariance + apart[:, :, None] * apart[:, None, :])


def textbook_mix(mean, covariance, weight, dt, receivers):
    stays = np.exp(-abs(dt) / np.array([300.0, 20.0, 20.0, 300.0]))
    passing = np.zeros((4, 4))
    for source in range(4):
        others = [target for target in range(receivers) if target != source]
        passing[source, others] = (1.0 - stays[source]) / len(others)
        passing[source, source] = stays[source]
    joint = weight[:, None] * passing
    after = joint.sum(0)
    return [mixture(mean, covariance, joint[:, target] / after[target]) for target in range(receivers)], after


@pytest.mark.parametrize(("receivers", "height_m"), [(3, 8e3), (4, 40e3)])
def test_interaction_equals_the_textbook(receivers, height_m):
    mean, covariance, weight = random_blocks(1, [0.5, 0.3, 0.2, 0.0] if receivers == 3 else [0.4, 0.1, 0.2, 0.3])
    mean[:, 2] += height_m - 8e3
    mixed, mixed_p, after = np.empty((4, 6)), np.empty((4, 6, 6)), np.empty(4)
    imm.mix(mean, covariance, weight, 4.0, mixed, mixed_p, after)
    expected, expected_weight = textbook_mix(mean, covariance, weight, 4.0, receivers)
    np.testing.assert_allclose(after, expected_weight, rtol=1e-12)
    for model, (x, p) in enumerate(expected):
        np.testing.assert_allclose(mixed[model], x, rtol=1e-10)
        np.testing.assert_allclose(mixed_p[model], p, rtol=1e-9, atol=1e-9)
    assert after.sum() == pytest.approx(1.0)


def test_without_time_nothing_moves():
    mean, covariance, weight = random_blocks(2, [0.5, 0.3, 0.2, 0.0])
    ahead, ahead_p, after = predicted(mean, covariance, weight, 0.0)
    np.testing.assert_allclose(after, weight)
    np.testing.assert_allclose(ahead[:3], mean[:3], rtol=1e-12)
    np.testing.assert_allclose(ahead_p[:3], covariance[:3], rtol=1e-9)


def test_identical_models_are_one_kalman_filter():
    x, p = np.array([4e4, 2e4, 8e3, 150.0, 100.0, 0.0]), SPREAD.copy()
    mean, covariance, weight = blocks(x, p, [0.4, 0.3, 0.2, 0.1])
    draw = np.random.default_rng(3)
    mixed, mixed_p, after = np.empty((4, 6)), np.empty((4, 6, 6)), np.empty(4)
    for _ in range(5):
        z, r = x[:3] + draw.normal(0.0, 100.0, 3), np.diag(draw.uniform(50.0, 200.0, 3) ** 2)
        before = weight.copy()
        density = imm.imm_update(mean, covariance, weight, z, r)
        s = p[:3, :3] + r
        d2 = update(x, p, z, r)
        assert density == pytest.approx(-0.5 * (d2 + np.linalg.slogdet(2.0 * math.pi * s)[1]))
        np.testing.assert_allclose(weight, before)
        imm.mix(mean, covariance, weight, 4.0, mixed, mixed_p, after)
        for model in range(3):
            np.testing.assert_allclose(mixed[model], x, rtol=1e-12)
            np.testing.assert_allclose(mixed_p[model], p, rtol=1e-9, atol=1e-9)
        found_x, found_p = combined(mean, covariance, weight)
        np.testing.assert_allclose(found_x, x, rtol=1e-12)
        np.testing.assert_allclose(found_p, p, rtol=1e-9, atol=1e-6)


def test_mixture_of_plots_equals_the_textbook():
    mean, covariance, weight = random_blocks(4, [0.5, 0.3, 0.15, 0.05])
    z, r = mean[0, :3] + 50.0, np.diag([80.0, 90.0, 100.0]) ** 2
    likelihood, before = np.empty(4), weight.copy()
    for model in range(4):
        s, n = covariance[model, :3, :3] + r, z - mean[model, :3]
        likelihood[model] = math.exp(-0.5 * n @ np.linalg.solve(s, n)) / math.sqrt(np.linalg.det(2.0 * math.pi * s))
    density = imm.imm_update(mean, covariance, weight, z, r)
    np.testing.assert_allclose(weight, before * likelihood / (before @ likelihood), rtol=1e-9)
    assert density == pytest.approx(math.log(before @ likelihood))


def test_absurd_plots_leave_weights_that_are_numbers():
    mean, covariance, weight = random_blocks(5, [0.5, 0.3, 0.2, 0.0])
    imm.imm_update(mean, covariance, weight, np.full(3, 1e9), np.eye(3))
    assert np.isfinite(weight).all()
    assert weight.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(("side", "model"), [(1.0, imm.LEFT), (-1.0, imm.RIGHT)])
def test_the_turning_model_wins_in_a_turn_and_straight_flight_after_it(side, model):
    draw, speed, rate = np.random.default_rng(6), 200.0, side * 2.0 * 9.80665 / 200.0
    mean, covariance, weight = blocks([3e4, 0.0, 5e3, speed, 0.0, 0.0], SPREAD, imm.FIRST_WEIGHTS)
    heading, place, r = 0.0, np.array([3e4, 0.0, 5e3]), np.diag([50.0, 50.0, 50.0]) ** 2
    for step in range(12):
        turns = rate if step < 6 else 0.0
        for _ in range(400):
            heading += turns * 0.01
            place = place + 0.01 * speed * np.array([math.cos(heading), math.sin(heading), 0.0])
        mean, covariance, weight = predicted(mean, covariance, weight, 4.0)
        imm.imm_update(mean, covariance, weight, place + draw.normal(0.0, 50.0, 3), r)
        assert step != 5 or weight[model] > 0.5
    assert weight[imm.STRAIGHT] > 0.8
    velocity = combined(mean, covariance, weight)[0][3:5]
    assert math.dist(velocity, speed * np.array([math.cos(heading), math.sin(heading)])) < 30.0


def test_ballistic_flight_takes_over_where_aircraft_do_not_fly():
    x, p = np.array([1e5, 0.0, 60e3, -900.0, 0.0, 600.0]), SPREAD.copy()
    mean, covariance, weight = blocks(x, p, imm.FIRST_WEIGHTS)
    gravity = 3.986004418e14 / np.linalg.norm([1e5, 0.0, 60e3 + 6_371_008.8]) ** 2
    fallen = x.copy()
    for _ in range(10):
        place = fallen[:3] + 4.0 * fallen[3:] + np.array([0.0, 0.0, -0.5 * gravity * 16.0])
        fallen = np.concatenate([place, fallen[3:] + np.array([0.0, 0.0, -4.0 * gravity])])
        mean, covariance, weight = predicted(mean, covariance, weight, 4.0)
        imm.imm_update(mean, covariance, weight, place, np.diag([50.0, 50.0, 50.0]) ** 2)
    assert weight[imm.BALLISTIC] > 0.95
    assert abs(combined(mean, covariance, weight)[0][5] - fallen[5]) < 10.0


def test_aircraft_never_fly_ballistically():
    mean, covariance, weight = random_blocks(7, [0.5, 0.3, 0.2, 0.0])
    for _ in range(5):
        mean, covariance, weight = predicted(mean, covariance, weight, 4.0)
    assert weight[imm.BALLISTIC] == 0.0
