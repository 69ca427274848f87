"""The numbers that the engine logs are the numbers that the tables read."""

from openiamd.catalogue import resolved
from openiamd.results import kinds
from openiamd.world import authority, coordination, events, threats, weapons


def test_kinds_are_those_of_the_engine():
    logged = {name: value for name, value in vars(events).items() if name in vars(kinds) and name.isupper()}
    assert len(logged) == len(kinds.KIND_NAMES) == len(set(kinds.KIND_NAMES.values()))
    for name, value in logged.items():
        assert getattr(kinds, name) == value
        assert value in kinds.KIND_NAMES


def test_identities_and_states_are_those_of_the_engine():
    assert kinds.IDENTITIES == resolved.IDENTITIES
    states = (threats.WAITING, threats.FLYING, threats.KILLED, threats.LEFT_LEAKED, threats.LEFT_DEPARTED)
    assert states == (kinds.WAITING, kinds.FLYING, kinds.KILLED, kinds.LEAKED_STATUS, kinds.DEPARTED_STATUS)
    assert len(kinds.STATUS_NAMES) == len(states)


def test_reasons_are_those_of_the_engine():
    held = {
        authority.NO_CHANNEL: "no channel",
        authority.NO_MISSILE: "no missile",
        authority.OUTSIDE_ENVELOPE: "outside envelope",
        authority.WEAPONS_HOLD: "weapons hold",
        authority.NO_ORDER: "no order from above",
        authority.NOT_INTERROGATED: "not interrogated",
        authority.ZONE: "zone",
        authority.CEASED_FIRE: "cease fire",
        coordination.ENGAGED_ELSEWHERE: "engaged elsewhere",
        weapons.NOT_READY: "not ready",
        weapons.TRAINING: "training",
        authority.NO_AUTHORITY: "no authority",
    }
    assert held == dict(enumerate(kinds.HELD_REASONS[1:], 1))
    ceased = {
        weapons.TRACK_LOST: "track lost",
        weapons.NOT_HELD: "not held by engagement radar",
        weapons.LEFT_ENVELOPE: "left the envelope",
        weapons.IDENTITY_CHANGED: "identity changed",
        weapons.NO_ROUND: "no round",
        weapons.ORDERED_TO_CEASE: "ordered to cease",
        weapons.SLEW_TOO_LATE: "slew too late",
        weapons.NO_GUIDANCE: "no guidance",
        weapons.OUT_OF_ACTION: "out of action",
        weapons.OFF_DUTY: "off duty",
        weapons.CONTROL_CHANGED: "weapons control",
        weapons.ORDER_WITHDRAWN: "order withdrawn",
        weapons.ZONE_CLOSED: "zone",
    }
    assert ceased == dict(enumerate(kinds.CEASED_REASONS[1:], 1))
