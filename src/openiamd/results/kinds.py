"""Event kinds and codes: the numbers that the engine logs and the words that tables show."""

LAUNCHED = 1
LEAKED = 2
DEPARTED = 3
UNRESOLVED = 4
FIRST_LOOK = 10
FIRST_DETECTION = 11
TRACK_CONFIRMED = 20
TRACK_DROPPED = 21
NUMBER_CHANGED = 22
DUAL_DESIGNATION = 23
DUAL_RESOLVED = 24
DECORRELATED = 25
TRACK_RECEIVED = 30
CONTACT_LOST = 31
CONTACT_RESTORED = 32
IDENTITY = 40
ENGAGE = 41
HELD = 42
CEASED = 43
FIRE_ORDER = 44
IDENTITY_CONFLICT = 48
IDENTITY_RESOLVED = 49
SHOT = 50
KILL = 60
MISS = 61
WASTED = 62
OVERKILL = 63
ASSESSED = 64
RELOADED = 65
DEBRIS = 66
SLEWED = 67
STATE_CHANGED = 70
LOST = 71
RESTORED = 72

KIND_NAMES = {
    LAUNCHED: "launched",
    LEAKED: "leaked",
    DEPARTED: "departed",
    UNRESOLVED: "unresolved",
    FIRST_LOOK: "first look",
    FIRST_DETECTION: "first detection",
    TRACK_CONFIRMED: "track confirmed",
    TRACK_DROPPED: "track dropped",
    NUMBER_CHANGED: "number changed",
    DUAL_DESIGNATION: "dual designation",
    DUAL_RESOLVED: "dual resolved",
    DECORRELATED: "decorrelated",
    TRACK_RECEIVED: "track received",
    CONTACT_LOST: "contact lost",
    CONTACT_RESTORED: "contact restored",
    IDENTITY: "identity",
    ENGAGE: "engage",
    HELD: "held",
    CEASED: "ceased",
    FIRE_ORDER: "fire order",
    IDENTITY_CONFLICT: "identity conflict",
    IDENTITY_RESOLVED: "identity resolved",
    SHOT: "shot",
    KILL: "kill",
    MISS: "miss",
    WASTED: "wasted",
    OVERKILL: "overkill",
    ASSESSED: "assessed",
    RELOADED: "reloaded",
    DEBRIS: "debris",
    SLEWED: "slewed",
    STATE_CHANGED: "state changed",
    LOST: "lost",
    RESTORED: "restored",
}

IDENTITIES = ("PENDING", "UNKNOWN", "ASSUMED_FRIEND", "FRIEND", "NEUTRAL", "SUSPECT", "HOSTILE")

# Index 0 of each list stands for code 0.
IDENTITY_REASONS = (
    "none",
    "mode 5 reply",
    "civil reply",
    "received",
    "ballistic",
    "corridor",
    "behaviour",
    "evidence lapsed",
    "idealised",
    "mode 4 reply",
    "missile criteria",
    "flight plan",
    "weight of evidence",
    "conflict rule",
    "not declared by authority",
)
HELD_REASONS = (
    "none", "no channel", "no missile", "outside envelope", "weapons hold", "no order from above", "not interrogated",
    "zone", "cease fire", "engaged elsewhere", "not ready", "training", "no authority",
)  # fmt: skip
CEASED_REASONS = (
    "none", "track lost", "not held by engagement radar", "left the envelope", "identity changed", "no round",
    "ordered to cease", "slew too late", "no guidance", "out of action", "off duty", "weapons control",
    "order withdrawn", "zone",
)  # fmt: skip
ORDER_CHANGES = ("in force", "ended")
# Readiness: codes of `state changed`, of `lost` and `restored`, and the domain that an event is about.
READINESS_STATES = ("active", "dark", "emplaced", "march", "boxed", "cued", "sector", "hold", "training")
LOSS_CAUSES = ("failure", "cut", "sabotage", "destroyed")
NODE_DOMAIN, SENSOR_DOMAIN, UNIT_DOMAIN, LINK_DOMAIN = 0, 1, 2, 3
ASSESSMENTS = ("not killed", "killed")

WAITING = 0
FLYING = 1
KILLED = 2
LEAKED_STATUS = 3
DEPARTED_STATUS = 4
STATUS_NAMES = ("waiting", "unresolved", "killed", "leaked", "departed")
TRANSPONDERS = ("works", "wrong key", "off")  # of an object in one run, where it can fail

NETWORK = -1
NETWORK_NAME = "network"
SHOOTERS_NAME = "shooters"
