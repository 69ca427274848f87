"""Range rate: the second-order update against numerical derivatives, and that it helps."""

import numpy as np
import pytest

from openiamd.estimation.range_rate import SCRATCH_ROWS, update_range_rate


def rate(x: np.ndarray) -> float:
    return float(x[:3] @ x[3:] / np.linalg.norm(x[:3]))


def plain(x: np.ndarray, p: np.ndarray, z: float, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the update of Bar-Shalom et al. (2001), section 10.3.2, with derivatives by central differences."""
    scale = np.array([10.0, 10.0, 10.0, 1.0, 1.0, 1.0])
    steps = np.diag(scale)
    gradient = np.array([(rate(x + s) - rate(x - s)) / 2.0 for s in steps]) / scale
    hessian = np.array(
        [[(rate(x + s + t) - rate(x + s - t) - rate(x - s + t) + rate(x - s - t)) / 4.0 for t in steps] for s in steps]
    ) / np.outer(scale, scale)
    product = hessian @ p
    variance = gradient @ p @ gradient + sigma**2 + 0.5 * np.trace(product @ product)
    gain = p @ gradient / variance
    return x + gain * (z - rate(x) - 0.5 * np.trace(product)), p - np.outer(gain, gain) * variance


def test_it_equals_the_second_order_filter_of_the_book():
    rng = np.random.default_rng(8)
    for _ in range(50):
        x = np.concatenate([rng.uniform(-8e4, 8e4, 2), rng.uniform(1e3, 1e4, 1), rng.normal(0.0, 200.0, 3)])
        root = rng.normal(size=(6, 6)) * np.array([400.0, 400.0, 400.0, 30.0, 30.0, 30.0])[:, None]
        p = root @ root.T + np.eye(6)
        z = rate(x) + float(rng.normal(0.0, 3.0))
        want_x, want_p = plain(x, p, z, 2.0)
        got_x, got_p = x.copy(), p.copy()
        update_range_rate(got_x, got_p, 0.0, 0.0, 0.0, z, 2.0, np.inf, np.zeros((SCRATCH_ROWS, 6)))
        assert got_x == pytest.approx(want_x, rel=1e-3, abs=0.5)
        assert np.allclose(got_p, want_p, rtol=2e-3, atol=1e-3 * np.abs(p).max())


def test_another_targets_range_rate_is_left_out():
    x = np.array([5e4, 0.0, 1e3, 200.0, 0.0, 0.0])
    p = np.diag([1e4, 1e4, 1e4, 25.0, 25.0, 25.0])
    before = x.copy(), p.copy()
    assert update_range_rate(x, p, 0.0, 0.0, 0.0, -200.0, 1.0, 4.0, np.zeros((SCRATCH_ROWS, 6))) > 16.0
    assert np.array_equal(x, before[0])
    assert np.array_equal(p, before[1])
