"""Draws: known answers of the generator, distinct counters, moments, and independence of neighbouring counters."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from openiamd.physics import draws

SEED = np.uint64(20240917)
FIELDS = ("run", "purpose", "entity_a", "entity_b", "slot", "index")
CASES = st.tuples(
    st.integers(0, 2**64 - 1).map(np.uint64),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**8 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**24 - 1),
)

# Random123 1.14.0, tests/kat_vectors, rows "philox4x32 10": counter, key, expected.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> list[np.uint64]:
    return [np.uint64(int(word, 16)) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_philox_gives_the_published_known_answers(counter, key, expected):
    assert list(draws.philox4x32(*words(counter), *words(key))) == words(expected)
    assert list(draws.philox4x32.py_func(*words(counter), *words(key))) == words(expected)


def test_known_answers_are_reached_through_the_packing():
    """Entity_b = 0 leaves the key alone, so the third vector is an ordinary draw."""
    seed = np.uint64(0x299F31D0_A4093822)
    block = draws.block(seed, 0x243F6A88, 0x85, 0x13198A2E, draws.NO_ENTITY, 0x03707344, 0xA308D3)
    assert list(block) == words(KNOWN_ANSWERS[2][2])


@pytest.mark.parametrize(
    ("text", "value"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("b", 0xE70C2DE5), ("foobar", 0xBF9CF968)]
)
def test_entity_hash_gives_published_fnv1a_values(text, value):
    assert draws.entity_hash(text) == value


def test_mix32_matches_the_published_finalizer_and_is_a_bijection():
    """MurmurHash3_x86_32 of no bytes is the finalizer of the seed: 0 for seed 0 and 514e28b7 for seed 1."""
    assert draws.mix32(np.uint64(0)) == 0
    assert draws.mix32(np.uint64(1)) == 0x514E28B7
    values = {int(draws.mix32(np.uint64(word))) for word in range(0, 2**32, 65_537)}
    assert len(values) == len(range(0, 2**32, 65_537))
    assert max(values) < 2**32


@given(CASES)
@settings(max_examples=200, deadline=None)
def test_compiled_equals_plain_python(case):
    assert tuple(draws.block(*case)) == tuple(draws.block.py_func(*case))
    assert draws.uniform(*case) == draws.uniform.py_func(*case)
    assert draws.uniform4(*case) == draws.uniform4.py_func(*case)
    assert draws.normal4(*case) == pytest.approx(draws.normal4.py_func(*case), rel=1e-12, abs=1e-15)


@given(CASES)
@settings(max_examples=200, deadline=None)
def test_one_block_serves_every_form(case):
    single, four = draws.uniform(*case), draws.uniform4(*case)
    assert 0.0 < single < 1.0
    assert all(0.0 < value < 1.0 for value in four)
    assert abs(single - four[0]) <= 2.0**-32
    assert all(math.isfinite(value) and abs(value) < 6.8 for value in draws.normal4(*case))


@given(CASES, st.integers(0, 5), st.integers(1, 2**24 - 1))
@settings(max_examples=200, deadline=None)
def test_changing_any_field_changes_the_block(case, field, shift):
    limit = (2**32, 2**8, 2**32, 2**32, 2**32, 2**24)[field]
    other = list(case)
    other[1 + field] = (int(other[1 + field]) + shift % (limit - 1) + 1) % limit
    if other[1 + field] != case[1 + field]:
        assert tuple(draws.block(*case)) != tuple(draws.block(*other))


@pytest.mark.parametrize("field", range(6), ids=FIELDS)
def test_neighbouring_counters_are_uniform_and_independent(field):
    count = 20_000 if field != 1 else 256
    arguments = [3, draws.LOOK, draws.entity_hash("radar"), draws.entity_hash("target"), 7, 0]
    values = np.empty(count)
    for step in range(count):
        arguments[field] = step
        values[step] = draws.uniform(SEED, *arguments)
    cells = 64 if count > 1_000 else 16
    observed = np.bincount((values * cells).astype(int), minlength=cells)
    assert stats.chisquare(observed).pvalue > 1e-4
    for lag in (1, 2, 3):
        correlation = np.corrcoef(values[:-lag], values[lag:])[0, 1]
        assert abs(correlation) < 4.5 / math.sqrt(count)


def test_four_draws_of_a_block_are_uniform_uncorrelated_and_normal():
    block = np.array([draws.uniform4(SEED, 0, draws.NOISE, 1, 2, slot, 0) for slot in range(20_000)])
    normal = np.array([draws.normal4(SEED, 0, draws.NOISE, 1, 2, slot, 0) for slot in range(20_000)])
    for column in range(4):
        assert stats.kstest(block[:, column], "uniform").pvalue > 1e-4
        assert stats.kstest(normal[:, column], "norm").pvalue > 1e-4
    for sample in (block, normal, normal**2):
        correlation = np.corrcoef(sample.T) - np.eye(4)
        assert np.abs(correlation).max() < 4.5 / math.sqrt(20_000)


@pytest.mark.parametrize("mean", [0.02, 0.7, 5.0, 60.0, 2_000.0])
def test_poisson_inverts_the_distribution_function(mean):
    uniform = np.concatenate([[2.0**-53, 1e-9, 1.0 - 1e-9], np.linspace(0.0005, 0.9995, 400)])
    expected = stats.poisson.ppf(uniform, mean)
    assert [draws.poisson(u, mean) for u in uniform] == list(expected.astype(int))


def test_poisson_ends_at_both_ends_of_the_unit_interval():
    assert draws.poisson(1.0 - 2.0**-53, 3.0) < 40
    assert draws.poisson(2.0**-53, 3.0) == 0
    assert draws.poisson(0.5, 0.0) == 0
    assert draws.poisson(0.5, -1.0) == 0
    assert abs(draws.poisson(1.0 - 2.0**-53, 1e6) - 1e6) < 10_000


def test_exponential_has_the_moments_of_its_mean():
    values = np.array(
        [draws.exponential(draws.uniform(SEED, run, draws.ARRIVAL, 9, 0, 0, 0), 30.0) for run in range(20_000)]
    )
    assert values.min() > 0.0
    assert values.mean() == pytest.approx(30.0, abs=4.5 * 30.0 / math.sqrt(20_000))
    assert stats.kstest(values / 30.0, "expon").pvalue > 1e-4


def test_counter_fits_at_and_beyond_each_limit():
    assert draws.counter_fits(2**32 - 1, 255, 2**32 - 1, 2**24 - 1)
    assert not draws.counter_fits(2**32, 0, 0, 0)
    assert not draws.counter_fits(0, 256, 0, 0)
    assert not draws.counter_fits(0, 0, 2**32, 0)
    assert not draws.counter_fits(0, 0, 0, 2**24)
    assert not draws.counter_fits(-1, 0, 0, 0)


def test_literal_arguments_in_a_kernel_compile_no_further_copy():
    @njit
    def two_draws(seed: np.uint64, slot: int) -> float:
        first = draws.uniform(seed, 0, draws.LOOK, 1, draws.NO_ENTITY, slot, 0)
        return first + draws.uniform(seed, 1, draws.KILL, 2, draws.NO_ENTITY, 0, 0)

    expected = draws.uniform(SEED, 0, draws.LOOK, 1, 0, 9, 0) + draws.uniform(SEED, 1, draws.KILL, 2, 0, 0, 0)
    assert two_draws(SEED, 9) == expected
    assert len(draws.uniform.signatures) == len(draws.block.signatures) == 1


def test_purposes_are_distinct_and_fit():
    purposes = [
        draws.LOOK, draws.NOISE, draws.FALSE_PLOT, draws.IFF, draws.LOSS, draws.KILL, draws.TRACK_FACTOR,
        draws.START, draws.ARRIVAL, draws.SENSOR_PHASE,
    ]  # fmt: skip
    assert len(set(purposes)) == len(purposes)
    assert all(draws.counter_fits(0, purpose, 0, 0) for purpose in purposes)
