"""Orders to engage and declarations of HOSTILE: what a node says of a track to those who wait for its word.

Words are bit sets of authorities (``world.echelons``). One not repeated for three intervals of its link is void.
"""

from openiamd.kernels import kernel
from openiamd.world.arrays import Floats, Rows
from openiamd.world.authority import asked, by_status, presumed_friendly, status_of
from openiamd.world.correlation import STALE_INTERVALS
from openiamd.world.doctrine import FREE, NO_STATUS
from openiamd.world.network import WEAPONS_CONTROL
from openiamd.world.tracks import HOSTILE, usable


@kernel
def words_said(send_s: float, rules: Rows, contact: Rows, held: Rows, state: Floats) -> tuple[int, int]:
    """Return the orders and the declarations about a track that a node gives or passes on.

    It orders what its own weapons control allows, and declares what it holds HOSTILE.
    A node that has lost contact with its superior speaks in its own authority's place.
    rules, contact  rows of the node; held, state (6,)  row and state of the track
    """
    orders = held.ordered if send_s < held.ordered_until_s else 0
    words = held.declared if send_s < held.declared_until_s else 0
    if not usable(held):
        return orders, words
    status = status_of(rules, contact, state, NO_STATUS, FREE)
    if contact.halt == WEAPONS_CONTROL and by_status(status, held, presumed_friendly(held), asked(rules, held)) == 0:
        orders |= rules.orders_given | (rules.orders_awaited if contact.lost_contact else 0)
    if held.identity == HOSTILE:
        words |= rules.words_given | (rules.words_awaited if contact.lost_contact else 0)
    return orders, words


@kernel
def hear_words(arrival_s: float, line: Rows, link: int, said: Rows, held: Rows) -> None:
    """Note what a report orders or declares about a track; a link that says nothing takes back only its own word.

    line  row of the link; said  row of the report; held  row of the track
    """
    until_s = arrival_s + STALE_INTERVALS * line.interval_s + line.longest_s
    if said.ordered != 0:
        others = held.ordered & ~line.orders if arrival_s < held.ordered_until_s else 0
        held.ordered = others | said.ordered
        held.ordered_until_s, held.ordered_link = until_s, link
    elif held.ordered_link == link:
        held.ordered &= ~line.orders
    if said.declared != 0:
        others = held.declared & ~line.words if arrival_s < held.declared_until_s else 0
        held.declared = others | said.declared
        held.declared_until_s, held.declared_link = until_s, link
    elif held.declared_link == link:
        held.declared &= ~line.words


@kernel
def inherit_words(held: Rows, other: Rows) -> None:
    """Let a track take over the later words about another one that turns out to be the same object."""
    if other.ordered_until_s > held.ordered_until_s:
        held.ordered, held.ordered_until_s, held.ordered_link = other.ordered, other.ordered_until_s, other.ordered_link
    if other.declared_until_s > held.declared_until_s:
        held.declared, held.declared_until_s = other.declared, other.declared_until_s
        held.declared_link = other.declared_link
