"""Erlang's loss formula, alone and pooled."""

from openiamd.physics import queueing


def lost(load_erl: float, channels: int) -> float:
    """Return the share lost."""
    return queueing.erlang_b(load_erl, channels)


def lost_alone_percent(load_erl: float, channels: int, units: int) -> float:
    """Return the per cent lost by units that stand alone."""
    return 100.0 * queueing.pooling(load_erl, channels, units)[0]


def lost_pooled_percent(load_erl: float, channels: int, units: int) -> float:
    """Return the per cent lost by one pool of all units."""
    return 100.0 * queueing.pooling(load_erl, channels, units)[1]
