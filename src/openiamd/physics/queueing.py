"""Blocking and waiting of fire channels: Erlang's formulas, for validation.

Source: Erlang, Elektroteknikeren 13 (1917); Kleinrock, Queueing Systems, vol. 1 (1975), ch. 3.
"""


def erlang_b(offered_load: float, channels: int) -> float:
    """Return the share of arrivals that find all channels busy and are lost (M/G/c/c, any service-time law).

    ``offered_load`` is arrival rate times mean service time. Recursion B_k = a B_(k-1) / (k + a B_(k-1)), B_0 = 1.
    """
    blocking = 1.0
    for channel in range(1, channels + 1):
        blocking = offered_load * blocking / (channel + offered_load * blocking)
    return blocking


def erlang_c(offered_load: float, channels: int) -> float:
    """Return the share of arrivals that must wait (M/M/c), 1.0 where the load reaches the number of channels."""
    if offered_load >= channels:
        return 1.0
    blocking = erlang_b(offered_load, channels)
    return channels * blocking / (channels - offered_load * (1.0 - blocking))


def pooling(offered_load: float, channels: int, units: int) -> tuple[float, float]:
    """Return the lost share of ``units`` units each serving its own load, and of one pool serving the sum.

    ``offered_load`` and ``channels`` are those of one unit.
    """
    return erlang_b(offered_load, channels), erlang_b(units * offered_load, units * channels)
