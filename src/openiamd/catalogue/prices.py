"""Prices with their ranges, as the catalogue has them."""

from collections.abc import Iterable
from typing import NamedTuple

from openiamd.catalogue.resolved import Input


class Price(NamedTuple):
    """The price of one, USD: the catalogue's nominal value and the ends of its range."""

    low: float
    nominal: float
    high: float


def price_ranges(inputs: Iterable[Input]) -> dict[str, Price]:
    """Return the price of each catalogue entry that a resolved scenario uses."""
    suffix = ".price"
    return {
        one.path.removesuffix(suffix): Price(one.low, one.value, one.high)
        for one in inputs
        if one.path.endswith(suffix)
    }
