"""A made-up batch of runs in the shape that the engine hands over: seeded, and the same for any slice size."""

import itertools
import math

import numpy as np

from openiamd.results import kinds
from openiamd.results.slices import Entity, EventRows, MagazineRows, ObjectRows, PictureRows, SliceResult

VARIANTS = ("standalone", "picture", "integrated")
GROUPS = (  # group, class, side, count, speed m/s, route kilometres
    ("cruise-south", "cruise", "hostile", 6, 240.0, ((80, -420), (40, -200), (0, 0))),
    ("srbm", "ballistic", "hostile", 4, 1200.0, ((260, -360), (0, 0))),
    ("drones", "drone", "hostile", 10, 50.0, ((30, -110), (0, 0))),
    ("return", "fighter", "friendly", 6, 260.0, ((-300, -250), (-60, -40), (-200, 120))),
    ("uav", "uav", "friendly", 2, 60.0, ((60, 60), (90, 90))),
    ("airway", "airliner", "civil", 8, 230.0, ((-400, 20), (400, 60))),
)
NODES = ("s400-cp", "crc", "e3a")
FIRE_UNITS = ("fu-1", "fu-2")
INTERCEPTORS = (("s400/48n6e3", 1.2e6), ("s400/9m96e2", 0.8e6))
ASSETS = ("ankara", "kirikkale")
DURATION_S = 2400.0
# Variant → kill probability, chance of a friendly being shot at, completeness and correctness of identity.
QUALITY = {
    "standalone": (0.62, 0.08, 0.55, 0.60),
    "picture": (0.72, 0.07, 0.80, 0.62),
    "integrated": (0.78, 0.004, 0.88, 0.97),
}


def entity(domain, index, identity, **rest):
    plain = {
        "name": "",
        "object_class": "",
        "side": "",
        "node": "",
        "group": "",
        "latitude_deg": math.nan,
        "longitude_deg": math.nan,
        "east_m": math.nan,
        "north_m": math.nan,
        "price_usd": math.nan,
        "flight_s": math.nan,
        "route_east_m": [],
        "route_north_m": [],
        "modes": [],
        "carries": [],
    }
    return Entity(**{"domain": domain, "index": index, "id": identity, **plain, **rest})


def entities():
    """Return the entities of every variant alike."""
    found, index = [], 0
    for group, object_class, side, count, speed_mps, route in GROUPS:
        east_m, north_m = [1e3 * x for x, _ in route], [1e3 * y for _, y in route]
        length_m = sum(math.dist(a, b) for a, b in itertools.pairwise(route)) * 1e3
        for member in range(count):
            found.append(
                entity(
                    "object",
                    index,
                    f"{group}-{member + 1}",
                    object_class=object_class,
                    side=side,
                    group=group,
                    price_usd=1e6 if side == "hostile" else 8e7,
                    flight_s=length_m / speed_mps,
                    route_east_m=east_m,
                    route_north_m=north_m,
                )
            )
            index += 1
    places = ((0.0, 10e3), (-120e3, -60e3), (-250e3, 80e3))
    for i, node in enumerate(NODES):
        found.append(
            entity("node", i, node, name="command", modes=["mode3"], east_m=places[i][0], north_m=places[i][1])
        )
        found.append(entity("sensor", i, f"{node}-radar", node=node, east_m=places[i][0], north_m=places[i][1] + 4e3))
    for i, unit in enumerate(FIRE_UNITS):
        found.append(entity("fire_unit", i, unit, node="s400-cp", east_m=-15e3 + 30e3 * i, north_m=-6e3))
    for i, (name, price_usd) in enumerate(INTERCEPTORS):
        found.append(entity("interceptor", i, name, name=name, price_usd=price_usd))
    for i, asset in enumerate(ASSETS):
        found.append(entity("asset", i, asset, east_m=60e3 * i, north_m=0.0))
    found.append(entity("link", 0, "crc-s400", node="crc → s400-cp", carries=["track", "identity"]))
    found.append(entity("corridor", 0, "ua4", route_east_m=[-400e3, 400e3], route_north_m=[20e3, 60e3]))
    return found


class Log:
    """Event rows of one run."""

    def __init__(self, run):
        self.run, self.rows = run, []

    def add(self, time_s, kind, node=-1, thing=-1, track=-1, other=-1, cause=-1, code=-1, value=0.0, at=(0, 0, 0)):
        event = len(self.rows)
        self.rows.append((self.run, event, time_s, kind, node, thing, track, other, cause, code, value, *at))
        return event


def one_run(seed, variant, run):
    """Return the event log, object rows, picture rows and magazine rows of one run."""
    common = np.random.default_rng([seed, run])
    pk, friendly_fire, completeness, correctness = QUALITY[variant]
    log, object_rows = Log(run), []
    left = {(unit, interceptor): 32 for unit in range(2) for interceptor in range(2)}
    for thing, one in enumerate(item for item in entities() if item["domain"] == "object"):
        draws = common.random(8)
        start_s = 60.0 * draws[0] + 200.0 * (thing % 4)
        end_s, status, shots = start_s + one["flight_s"], kinds.DEPARTED_STATUS, 0
        begin = (one["route_east_m"][0], one["route_north_m"][0], 3000.0)
        launched = log.add(start_s, kinds.LAUNCHED, thing=thing, at=begin)
        held_s = start_s + (0.7 - 0.5 * completeness) * one["flight_s"]
        look = log.add(held_s - 20.0, kinds.FIRST_LOOK, 0, thing, other=0, cause=launched, value=90e3)
        found = log.add(
            held_s - 10.0, kinds.FIRST_DETECTION, 0, thing, other=0, cause=look, value=80e3 + 1e4 * draws[1]
        )
        track = log.add(held_s, kinds.TRACK_CONFIRMED, 0, thing, 100 + thing, cause=found, value=75e3)
        log.add(held_s + 2.0, kinds.TRACK_RECEIVED, 1, thing, 100 + thing, other=0, cause=track, value=1.5)
        hostile = one["side"] == "hostile"
        shoot = hostile or (one["object_class"] == "fighter" and draws[2] < friendly_fire)
        named = log.add(held_s + 5.0, kinds.IDENTITY, 0, thing, 100 + thing, 6, track, 6 if shoot else 1)
        if shoot:
            order = log.add(held_s + 8.0, kinds.ENGAGE, 0, thing, 100 + thing, thing % 2, named, value=300.0)
            at = (begin[0] / 8 + 4e3 * draws[3], begin[1] / 8 + 4e3 * draws[4], 2000.0)
            ballistic = int(one["object_class"] != "ballistic")
            killed = draws[5] < pk
            about = (0, thing, 100 + thing, thing % 2, order, ballistic, 40e3 + 1e4 * draws[6], at)
            salvo = [log.add(held_s + 10.0 + i, kinds.SHOT, *about) for i in range(2)]
            left[thing % 2, ballistic] -= 2
            shots = 2
            met_s = held_s + 60.0
            first = log.add(
                met_s, kinds.KILL if killed else kinds.MISS, 0, thing, 100 + thing, -1, salvo[0], value=12.0, at=at
            )
            second = kinds.OVERKILL if killed else (kinds.WASTED if draws[7] < 0.2 else kinds.MISS)
            about = -1 if second == kinds.WASTED else thing
            log.add(met_s + 1.0, second, 0, about, 100 + thing, -1, salvo[1], value=40.0, at=at)
            log.add(met_s + 10.0, kinds.ASSESSED, 0, thing, 100 + thing, -1, first, int(killed))
            if killed:
                end_s, status = met_s, kinds.KILLED
        if status == kinds.DEPARTED_STATUS:
            status = kinds.LEAKED_STATUS if hostile else kinds.DEPARTED_STATUS
            log.add(end_s, kinds.LEAKED if hostile else kinds.DEPARTED, thing=thing, other=thing % 2 if hostile else -1)
        object_rows.append((run, thing, status, start_s, end_s, shots, -1))
    log.add(100.0, kinds.NUMBER_CHANGED, 0, 3, 777, value=103.0)
    log.add(110.0, kinds.CONTACT_LOST, 0, other=0)
    log.add(120.0, kinds.HELD, 0, 5, 105, cause=0, code=3)
    log.add(130.0, kinds.CEASED, 0, 5, 105, other=1, cause=0, code=1)
    log.add(135.0, kinds.IDENTITY_CONFLICT, 0, 5, 105, other=3, cause=0, code=6)
    log.add(140.0, kinds.IDENTITY_RESOLVED, 0, 5, 105, cause=0, code=3, value=5.0)
    lost = log.add(145.0, kinds.LOST, 0, other=0, code=2, value=float(kinds.SENSOR_DOMAIN))
    log.add(150.0, kinds.RESTORED, 0, other=0, cause=lost, code=2, value=float(kinds.SENSOR_DOMAIN))
    log.add(155.0, kinds.STATE_CHANGED, 0, other=1, code=1, value=float(kinds.UNIT_DOMAIN))
    picture = picture_rows(common, run, completeness, correctness)
    magazines = [(run, unit, interceptor, 32, rounds, 0, 0) for (unit, interceptor), rounds in left.items()]
    return log.rows, object_rows, picture, magazines


def picture_rows(draws, run, completeness, correctness):
    """Return rows of the scored picture: network first, then the nodes."""
    rows = []
    for time_s in np.arange(20.0, DURATION_S, 40.0):
        truths = int(10 + 20 * math.sin(math.pi * time_s / DURATION_S))
        for node in (-1, 0, 1, 2):
            tracked = draws.binomial(
                truths, min(0.98, completeness * (0.55 + time_s / DURATION_S / 2) + 0.1 * (node < 0))
            )
            assigned = tracked + draws.binomial(tracked, 0.25 if node < 0 else 0.04)
            correct = draws.binomial(tracked, correctness)
            unknown = draws.binomial(tracked - correct, 0.7)
            network = (assigned, draws.binomial(assigned, 0.6)) if node < 0 else (0, 0)
            rows.append(
                (
                    *(run, time_s, node, truths, tracked, assigned + draws.poisson(0.5), assigned, 150.0 * assigned),
                    *(8.0 * assigned, unknown, correct, tracked - correct - unknown, *network),
                )
            )
    return rows


def columns(kind, rows, dtypes):
    """Return rows of tuples as a NamedTuple of arrays."""
    turned = list(zip(*rows, strict=True)) if rows else [()] * len(dtypes)
    return kind(*(np.array(values, dtype) for values, dtype in zip(turned, dtypes, strict=True)))


def slice_of_runs(variant, first_run, runs, seed=1):
    """Return the SliceResult of ``runs`` runs."""
    parts = [one_run(seed, variant, run) for run in range(first_run, first_run + runs)]
    events, objects, picture, magazines = ([row for part in parts for row in part[i]] for i in range(4))
    return SliceResult(
        columns(
            EventRows, events, ("i4", "i4", "f8", "i1", "i2", "i4", "i4", "i4", "i4", "i2", "f8", "f4", "f4", "f4")
        ),
        columns(ObjectRows, objects, ("i4", "i4", "i1", "f8", "f8", "i4", "i1")),
        columns(PictureRows, picture, ("i4", "f8", "i2", *["i4"] * 4, "f8", "f8", *["i4"] * 5)),
        columns(MagazineRows, magazines, ("i4", "i2", "i2", "i4", "i4", "i4", "i4")),
    )


def manifest(replications):
    """Return the manifest of a made-up batch."""
    marks = [("V", "O"), ("V", "P"), ("R", "T"), ("D", "E"), ("D", "E")]
    return {
        "scenario": {
            "name": "made-up",
            "title": "What does a made-up battery lose by standing alone?",
            "description": "A made-up raid on two cities, with friendly and civil traffic through the defended area.",
            "sha256": "0" * 64,
            "duration_s": DURATION_S,
        },
        "variant_descriptions": {
            "standalone": "Own sensors only; no link to anyone.",
            "picture": "Plus tracks from the network, without identity.",
            "integrated": "Plus tracks with identity, and common interrogation.",
        },
        "environment": dict.fromkeys(VARIANTS, "smooth earth: no terrain; no attenuation by gas"),
        "reference": "standalone",
        "catalogue_sha256": "1" * 64,
        "version": "0.1.0",
        "seed": 1,
        "replications": replications,
        "slice_runs": 4,
        "inputs": [
            {
                "path": f"s400/91n6e.value_{i}",
                "value": 1.0 * i,
                "nominal": 1.0 * i,
                "low": 0.5 * i,
                "high": 2.0 * i,
                "unit": "m",
                "distribution": "triangular",
                "source": "handbook; own",
                "source_class": marks[i % 5][1],
                "verification": marks[i % 5][0],
                "variants": list(VARIANTS),
            }
            for i in range(40)
        ],
        "sources": {
            "handbook": {"title": "A made-up handbook, 2019", "url": "https://example.org/handbook"},
            "own": {"title": "own estimate", "url": None},
        },
    }
