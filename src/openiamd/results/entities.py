"""Look-ups from the indices that rows carry to ids, classes, sides and prices."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiamd.results.slices import Entity

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class EntityIndex(NamedTuple):
    """The entities of one variant, by domain and index."""

    ids: dict[str, list[str]]  # domain → ids in order of index
    classes: list[str]  # distinct classes of the objects, in order of appearance
    sides: list[str]  # distinct sides of the objects
    object_class: Ints  # (object,) position in `classes`
    object_side: Ints  # (object,) position in `sides`
    object_price_usd: Floats  # (object,)
    object_flight_s: Floats  # (object,)
    interceptor_price_usd: Floats  # (interceptor,)
    fire_unit_node: Ints  # (fire unit,) index of the node that it belongs to, −1 for none

    def size(self, domain: str) -> int:
        """Return how many things the domain has."""
        return len(self.ids.get(domain, []))

    def on_side(self, side: str) -> NDArray[np.bool_]:
        """Return which objects (object,) are on that side."""
        return self.object_side == (self.sides.index(side) if side in self.sides else -1)


def _positions(words: list[str], names: list[str]) -> Ints:
    place = {name: position for position, name in enumerate(names)}
    return np.array([place.get(word, -1) for word in words], np.int64)


def index_entities(entities: Sequence[Entity]) -> EntityIndex:
    """Return the look-ups of a variant's entities; within a domain they are ordered by their index."""
    domains: dict[str, list[Entity]] = {}
    for entity in sorted(entities, key=lambda entity: entity["index"]):
        domains.setdefault(entity["domain"], []).append(entity)
    ids = {domain: [entity["id"] for entity in members] for domain, members in domains.items()}
    objects, interceptors = domains.get("object", []), domains.get("interceptor", [])
    classes = list(dict.fromkeys(entity["object_class"] for entity in objects))
    sides = list(dict.fromkeys(entity["side"] for entity in objects))
    return EntityIndex(
        ids=ids,
        classes=classes,
        sides=sides,
        object_class=_positions([entity["object_class"] for entity in objects], classes),
        object_side=_positions([entity["side"] for entity in objects], sides),
        object_price_usd=np.array([entity["price_usd"] for entity in objects], np.float64),
        object_flight_s=np.array([entity["flight_s"] for entity in objects], np.float64),
        interceptor_price_usd=np.array([entity["price_usd"] for entity in interceptors], np.float64),
        fire_unit_node=_positions([entity["node"] for entity in domains.get("fire_unit", [])], ids.get("node", [])),
    )
