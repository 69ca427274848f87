"""The numbers that the engine logs are the numbers that the tables read."""

from openiamd.catalogue import resolved
from openiamd.results import kinds
from openiamd.world import events, threats


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
