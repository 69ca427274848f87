"""Compiled equals reference: every kernel that matters beside its plain NumPy twin."""

import numpy as np
import pytest

from references import REFERENCES, Reference

CASES = 300


def agrees(reference: Reference, inputs: tuple) -> bool:
    compiled, plain = reference.compiled(*inputs), reference.plain(*inputs)
    assert np.isfinite(compiled).all()
    return np.allclose(compiled, plain, rtol=reference.relative, atol=reference.absolute)


@pytest.mark.parametrize("name", REFERENCES)
def test_compiled_equals_reference(name):
    reference = REFERENCES[name]
    rng = np.random.default_rng(2024)
    for case in range(CASES):
        inputs = reference.inputs(rng)
        assert agrees(reference, inputs), (case, inputs)


@pytest.mark.parametrize("name", REFERENCES)
def test_the_comparison_can_fail(name):
    """A twin that is off by a millionth of its largest output is refused."""
    reference = REFERENCES[name]
    inputs = reference.inputs(np.random.default_rng(7))
    exact = reference.plain(*inputs)
    wrong = exact + 1e-6 * max(np.abs(exact).max(), 1.0)
    assert not agrees(reference._replace(plain=lambda *_: wrong), inputs)


def test_both_outcomes_of_a_look_occur():
    rng = np.random.default_rng(2024)
    looks = np.array([REFERENCES["look"].plain(*REFERENCES["look"].inputs(rng)) for _ in range(CASES)])
    for column in (3, 4):
        assert 0.1 < (looks[:, column] > 0.0).mean() < 0.9
