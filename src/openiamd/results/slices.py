"""What the engine hands over after each slice of runs: plain arrays, one NamedTuple per table."""

from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Codes = NDArray[np.int8]
ShortInts = NDArray[np.int16]
Floats = NDArray[np.float64]
SmallFloats = NDArray[np.float32]


class EventRows(NamedTuple):
    """Events of a slice, ordered by (run, event); every column is (row,); −1 means none."""

    run: Ints  # int32, replication number
    event: Ints  # int32, id within the run, from 0 in order of logging
    time_s: Floats  # float64
    kind: Codes  # int8, one of results.kinds
    node: ShortInts  # int16
    object: Ints  # int32, the true object that the event is about
    track_number: Ints  # int32
    other: Ints  # int32, asset, sensor, link, fire unit or reason, by kind
    cause: Ints  # int32, event id in the same run
    code: ShortInts  # int16, identity, reason, interceptor or verdict, by kind
    value: Floats  # float64, range, age, number or distance, by kind
    east_m: SmallFloats  # float32
    north_m: SmallFloats  # float32
    up_m: SmallFloats  # float32


class ObjectRows(NamedTuple):
    """What became of every object in every run; every column is (run × object,), ordered by (run, object)."""

    run: Ints  # int32
    object: Ints  # int32
    status: Codes  # int8: 0 waiting, 1 flying or unresolved, 2 killed, 3 leaked, 4 departed
    start_s: Floats  # float64, inf where not started
    end_s: Floats  # float64, inf where not ended
    shots: Ints  # int32, interceptors that acted on it or flew at it
    transponder: Codes  # int8, place in kinds.TRANSPONDERS, −1 where it cannot fail


class PictureRows(NamedTuple):
    """The scored air picture, one row per (run, sample time, node); node −1 is the network."""

    run: Ints  # int32
    time_s: Floats  # float64
    node: ShortInts  # int16
    truths: Ints  # int32, J: objects in the surveillance area
    tracked: Ints  # int32, JT: of those, objects with a track assigned
    tracks: Ints  # int32, N
    assigned: Ints  # int32, NA: tracks assigned to an object
    position_error_sum_m: Floats  # float64, over assigned tracks
    velocity_error_sum_mps: Floats  # float64, over assigned tracks
    unidentified: Ints  # int32, JU: tracked objects without identity
    id_correct: Ints  # int32, JC
    id_incorrect: Ints  # int32, JI
    unique: Ints  # int32, network row: distinct track numbers held
    common: Ints  # int32, network row: of those, held by every node with equal identity


class MagazineRows(NamedTuple):
    """Missiles at the end of each run; every column is (row,), ordered by (run, fire unit, interceptor)."""

    run: Ints  # int32
    fire_unit: ShortInts  # int16
    interceptor: ShortInts  # int16
    ready: Ints  # int32, at the start
    left: Ints  # int32, ready at the end
    stock: Ints  # int32, to reload, at the start
    reloaded: Ints  # int32, rounds of the stock that became ready


class SliceResult(NamedTuple):
    """Everything that a slice of runs leaves behind."""

    events: EventRows
    objects: ObjectRows
    picture: PictureRows
    magazines: MagazineRows


class Entity(TypedDict):
    """One named thing of the scenario, so that nothing upstream is needed to read the results.

    `domain` is one of object, node, sensor, fire_unit, interceptor, link, asset, corridor; `index` is the number
    that the rows above carry. Coordinates are NaN where a thing has no fixed site; `node` is an id or "".
    """

    domain: str
    index: int
    id: str
    name: str  # catalogue entry or ""
    object_class: str  # objects: fighter, ballistic …; else ""
    side: str  # objects: friendly, civil, hostile; else ""
    node: str  # id of the node that it belongs to; links: "sender → receiver"
    group: str  # objects: group id; else ""
    latitude_deg: float
    longitude_deg: float
    east_m: float
    north_m: float
    price_usd: float  # NaN where unknown
    flight_s: float  # objects: time along the whole route; else NaN
    route_east_m: list[float]  # objects and corridors: points of the route; else empty
    route_north_m: list[float]
    modes: list[str]  # objects: modes that answer an interrogation; nodes: modes that they ask in; else empty
    carries: list[str]  # links: track, identity, order; else empty
