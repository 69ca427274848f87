"""Counter-based random draws: every draw is a pure function of who draws what, when and in which run.

Generator: Philox4x32-10 of Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011).

Packing into the 128-bit counter and the 64-bit key, in 32-bit words::

    counter 0   run
    counter 1   purpose (high 8 bits), index (low 24 bits: the n-th draw within its slot)
    counter 2   entity_a
    counter 3   slot (absolute scan or time-slot number from t = 0)
    key 0       low word of the seed
    key 1       high word of the seed XOR mix(entity_b), mix being a bijection with mix(0) = 0

For one seed, distinct (run, purpose, index, entity_a, entity_b, slot) therefore give a distinct counter or a
distinct key, so no two draws share a block. Blocks of different seeds are distinct whenever the low words of the
seeds differ. ``counter_fits`` checks the ranges at load; kernels do not.

In kernels ``seed`` is ``np.uint64`` and the other arguments are ``int64``. Nothing here depends on order, array
index or thread.
"""

import math

import numpy as np
from numba import njit

from openiamd.kernels import OPTIONS, kernel

# What a draw is for; fits 8 bits and is part of the counter, so values never change meaning.
LOOK = 1
NOISE = 2
FALSE_PLOT = 3
IFF = 4
LOSS = 5
KILL = 6
TRACK_FACTOR = 7
START = 8
ARRIVAL = 9
SENSOR_PHASE = 12
TRANSPONDER = 20
REGISTRATION = 30
DECISION = 40
LATENCY = 41
WORTH = 42
REACTION = 43
ASSESSMENT = 50
FAULT = 70
DESTRUCTION = 71

NO_ENTITY = 0  # stands for "no second entity"

_MASK_32 = np.uint64(0xFFFFFFFF)
_SHIFT_32 = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_PURPOSE_SHIFT = np.uint64(24)
_FNV_OFFSET = 0x811C9DC5
_FNV_PRIME = 0x01000193
_TWO_TO_MINUS_32 = 2.0**-32
_TWO_TO_MINUS_52 = 2.0**-52
_TWO_PI = 2.0 * math.pi

# Explicit signatures: numba would compile another copy (0.35 s) for every combination of literal arguments in a call.
_FIELDS = "(uint64, int64, int64, int64, int64, int64, int64)"


def entity_hash(identifier: str) -> int:
    """Return the 32-bit FNV-1a hash of an entity's identifier (UTF-8).

    The caller refuses a scenario in which two identifiers share a hash or one has the hash ``NO_ENTITY``.
    Source: Fowler, Noll & Vo, FNV-1a 32-bit with the published offset basis and prime.
    """
    value = _FNV_OFFSET
    for byte in identifier.encode("utf-8"):
        value = ((value ^ byte) * _FNV_PRIME) & 0xFFFFFFFF
    return value


def counter_fits(run: int, purpose: int, slot: int, index: int) -> bool:
    """Tell whether the largest run, purpose, slot and index of a simulation fit the counter (32, 8, 32 and 24 bits)."""
    return 0 <= run < 2**32 and 0 <= purpose < 2**8 and 0 <= slot < 2**32 and 0 <= index < 2**24


@kernel
def philox4x32(
    counter_0: np.uint64,
    counter_1: np.uint64,
    counter_2: np.uint64,
    counter_3: np.uint64,
    key_0: np.uint64,
    key_1: np.uint64,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four 32-bit words of one Philox4x32-10 block, each held in a uint64.

    All arguments are ``np.uint64`` below 2**32. Source: Salmon et al. 2011; known answers: Random123 ``kat_vectors``.
    """
    for _ in range(10):
        product_0 = _MULTIPLIER_0 * counter_0
        product_1 = _MULTIPLIER_1 * counter_2
        counter_0 = (product_1 >> _SHIFT_32) ^ counter_1 ^ key_0
        counter_2 = (product_0 >> _SHIFT_32) ^ counter_3 ^ key_1
        counter_1 = product_1 & _MASK_32
        counter_3 = product_0 & _MASK_32
        key_0 = (key_0 + _WEYL_0) & _MASK_32
        key_1 = (key_1 + _WEYL_1) & _MASK_32
    return counter_0, counter_1, counter_2, counter_3


@kernel
def mix32(word: np.uint64) -> np.uint64:
    """Scramble a 32-bit word bijectively, leaving 0 at 0: the 32-bit finalizer of MurmurHash3 (Appleby 2011)."""
    word = ((word ^ (word >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & _MASK_32
    word = ((word ^ (word >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & _MASK_32
    return word ^ (word >> np.uint64(16))


@njit("UniTuple(uint64, 4)" + _FIELDS, **OPTIONS)
def block(
    seed: np.uint64, run: int, purpose: int, entity_a: int, entity_b: int, slot: int, index: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four random words that belong to a draw; the packing is in the module's docstring."""
    wide_seed = np.uint64(seed)
    return philox4x32(
        np.uint64(run) & _MASK_32,
        ((np.uint64(purpose) << _PURPOSE_SHIFT) | np.uint64(index)) & _MASK_32,
        np.uint64(entity_a) & _MASK_32,
        np.uint64(slot) & _MASK_32,
        wide_seed & _MASK_32,
        (wide_seed >> _SHIFT_32) ^ mix32(np.uint64(entity_b) & _MASK_32),
    )


@njit("float64" + _FIELDS, **OPTIONS)
def uniform(seed: np.uint64, run: int, purpose: int, entity_a: int, entity_b: int, slot: int, index: int) -> float:
    """Return a uniform draw on the open interval (0, 1), never 0 or 1, with 52 random bits."""
    word_0, word_1, _, _ = block(seed, run, purpose, entity_a, entity_b, slot, index)
    bits = (word_0 << np.uint64(20)) | (word_1 >> np.uint64(12))
    return (float(bits) + 0.5) * _TWO_TO_MINUS_52


@njit("UniTuple(float64, 4)" + _FIELDS, **OPTIONS)
def uniform4(
    seed: np.uint64, run: int, purpose: int, entity_a: int, entity_b: int, slot: int, index: int
) -> tuple[float, float, float, float]:
    """Return four independent uniform draws on (0, 1) from one block, 32 random bits each.

    The first equals ``uniform`` of the same arguments to within 2**-32: use the one or the other for a given purpose.
    """
    word_0, word_1, word_2, word_3 = block(seed, run, purpose, entity_a, entity_b, slot, index)
    return (
        (float(word_0) + 0.5) * _TWO_TO_MINUS_32,
        (float(word_1) + 0.5) * _TWO_TO_MINUS_32,
        (float(word_2) + 0.5) * _TWO_TO_MINUS_32,
        (float(word_3) + 0.5) * _TWO_TO_MINUS_32,
    )


@njit("UniTuple(float64, 4)" + _FIELDS, **OPTIONS)
def normal4(
    seed: np.uint64, run: int, purpose: int, entity_a: int, entity_b: int, slot: int, index: int
) -> tuple[float, float, float, float]:
    """Return four independent standard normal draws from one block (Box & Muller 1958); none exceeds 6.8 in size."""
    uniform_0, uniform_1, uniform_2, uniform_3 = uniform4(seed, run, purpose, entity_a, entity_b, slot, index)
    radius_a = math.sqrt(-2.0 * math.log(uniform_0))
    angle_a = _TWO_PI * uniform_1
    radius_b = math.sqrt(-2.0 * math.log(uniform_2))
    angle_b = _TWO_PI * uniform_3
    return (
        radius_a * math.cos(angle_a),
        radius_a * math.sin(angle_a),
        radius_b * math.cos(angle_b),
        radius_b * math.sin(angle_b),
    )


@kernel
def lognormal(
    seed: np.uint64, run: int, purpose: int, entity_a: int, entity_b: int, slot: int, median: float, spread: float,
    most: float,
) -> float:  # fmt: skip
    """Return a lognormal draw: ``median`` × exp(``spread`` z), z standard normal and cut at ± ``most``.

    spread  standard deviation of the logarithm; 0: the median itself, and nothing is drawn
    Source: Aitchison & Brown, The Lognormal Distribution (1957), ch. 2.
    """
    if spread <= 0.0:
        return median
    normal = normal4(seed, run, purpose, entity_a, entity_b, slot, 0)[0]
    return median * math.exp(spread * min(max(normal, -most), most))


@kernel
def poisson(u: float, mean: float) -> int:
    """Return the Poisson count whose distribution function first reaches ``u`` (inversion), 0 for a mean of 0 or less.

    The search starts 12 standard deviations below the mean, under which less than 1e-30 of the probability lies.
    Source: Devroye, Non-Uniform Random Variate Generation (1986), section X.3.
    """
    if mean <= 0.0:
        return 0
    count = max(0, int(mean - 12.0 * math.sqrt(mean)))
    term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1.0))
    total = term
    while total < u:
        count += 1
        term *= mean / count
        grown = total + term
        # Rounding can hold the sum below a u near 1: stop where it no longer grows.
        if grown == total and count > mean:
            break
        total = grown
    return count


@kernel
def exponential(u: float, mean: float) -> float:
    """Return the exponential variate of the given mean that belongs to the uniform draw ``u`` in (0, 1)."""
    return -mean * math.log(u)
