"""What the cases of the V&V book call: plain functions in SI over the functions that the engine itself calls.

A new topic is a module of this folder and a line in ``TOPICS``.
"""

from types import ModuleType

from openiamd.validation.formulas import anchor, ballistics, firing, geometry, horizon, identity, looks, queueing

TOPICS: dict[str, ModuleType] = {
    "anchor": anchor,
    "ballistics": ballistics,
    "firing": firing,
    "geometry": geometry,
    "horizon": horizon,
    "identity": identity,
    "looks": looks,
    "queueing": queueing,
}
