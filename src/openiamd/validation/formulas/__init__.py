"""What the cases of the V&V book call: plain functions in SI over the functions that the engine itself calls.

A new topic is a module of this folder and a line in ``TOPICS``.
"""

from types import ModuleType

from openiamd.validation.formulas import (
    anchor,
    ballistics,
    detection,
    firing,
    geodesy,
    geometry,
    horizon,
    identity,
    looks,
    propagation,
    queueing,
    radar,
    rcs,
    tracks,
)

TOPICS: dict[str, ModuleType] = {
    "anchor": anchor,
    "ballistics": ballistics,
    "detection": detection,
    "firing": firing,
    "geodesy": geodesy,
    "geometry": geometry,
    "horizon": horizon,
    "identity": identity,
    "looks": looks,
    "propagation": propagation,
    "queueing": queueing,
    "radar": radar,
    "rcs": rcs,
    "tracks": tracks,
}
