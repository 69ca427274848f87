"""Track initiation and deletion by M-of-N logic on a bit history: bit 0 is the latest scan, 1 a hit, 0 a miss.

Source: Bar-Shalom & Li, Multitarget-Multisensor Tracking (1995), ch. 3 (logic-based track formation).
"""

from openiamd.kernels import kernel

HISTORY_BITS = 32

_HISTORY_MASK = 2**HISTORY_BITS - 1


@kernel
def hit_history(history: int, hit: bool) -> int:
    """Return the history with the latest scan shifted in; the oldest of its 32 scans is forgotten."""
    return ((history << 1) | (1 if hit else 0)) & _HISTORY_MASK


@kernel
def confirmed(history: int, m: int, n: int) -> bool:
    """Tell whether at least ``m`` of the latest ``n`` scans (n at most 32) are hits."""
    hits = 0
    for _ in range(n):
        hits += history & 1
        history >>= 1
    return hits >= m


@kernel
def consecutive_misses(history: int) -> int:
    """Return the number of scans since the latest hit, at most 32 (a history without any hit)."""
    misses = 0
    while misses < HISTORY_BITS and history & 1 == 0:
        misses += 1
        history >>= 1
    return misses
