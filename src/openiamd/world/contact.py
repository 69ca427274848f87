"""Contact: by which links a node hears of its superior, and how fresh that is.

Every time slot that a link with orders carries says of every node when it last spoke, as far as the sender knows. The
tree of command and the network may therefore differ: any chain of working links keeps a node in contact.
"""

from openiamd.kernels import kernel
from openiamd.world.arrays import Rows
from openiamd.world.network import MessageState


@kernel
def tell_contact(send_s: float, line: Rows, state: MessageState, run: int, link: int, ring: int) -> None:
    """Put into a time slot when its sender, and each node that it has heard of by links, last spoke.

    line  row of the link; one without orders speaks for its sender alone
    """
    said_s, latest_s = state.said_s[run, link, ring], state.latest_s[run, line.sender]
    if line.carries_order:
        for node in range(latest_s.shape[0]):
            said_s[node] = latest_s[node]
    said_s[line.sender] = send_s


@kernel
def hear_contact(
    arrival_s: float, line: Rows, superior: int, state: MessageState, run: int, link: int, ring: int
) -> None:
    """Take what a time slot says of who spoke when; later word of the superior renews contact.

    line  row of the link; superior  of its receiver
    """
    said_s, latest_s = state.said_s[run, link, ring], state.latest_s[run, line.receiver]
    for node in range(latest_s.shape[0]):
        is_later = said_s[node] > latest_s[node]
        if is_later:
            latest_s[node] = said_s[node]
        if node == superior and (is_later or node == line.sender):
            state.node[run, line.receiver].contact_s = arrival_s
