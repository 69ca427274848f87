"""Fire channels: who occupies them, what guides their rounds, and how an engagement ends."""

import math

from openiamd.kernels import kernel
from openiamd.physics.draws import REACTION, lognormal
from openiamd.physics.envelope import in_sector
from openiamd.world.arrays import Draws, Floats, Rows
from openiamd.world.events import CEASED, NONE, WASTED, EventLog, log_event
from openiamd.world.network import USE_ENGAGE, USE_LAUNCH, USE_NONE
from openiamd.world.tracks import CONFIRMED, TrackState
from openiamd.world.weapons import (
    IDLE,
    IN_FLIGHT,
    NOT_READY,
    OUT_OF_ACTION,
    REACTING,
    FireUnitTable,
    WeaponState,
)


@kernel
def holds(battery: Rows, tracks: TrackState, run: int, slot: int, now_s: float) -> bool:
    """Tell whether the engagement radar of a fire unit (its row) holds a track of the unit's node now."""
    column = battery.radar_column
    return column < 0 or now_s - tracks.held_s[run, battery.node, slot, column] <= battery.hold_timeout_s


@kernel
def stands_down(battery: Rows, condition: Rows, now_s: float) -> int:
    """Return why a fire unit (its rows of table and state) may not be ordered to fire now, else 0."""
    if now_s < battery.active_from_s or now_s >= battery.active_until_s:
        return NOT_READY
    return condition.withheld


@kernel
def off_duty(units: FireUnitTable, weapons: WeaponState, run: int, unit: int, now_s: float) -> bool:
    """Tell whether a fire unit, or the one whose channels it uses, is not on duty now."""
    group = units.row[unit].group
    if stands_down(units.row[group], weapons.unit[run, group], now_s) == NOT_READY:
        return True
    return stands_down(units.row[unit], weapons.unit[run, unit], now_s) == NOT_READY


@kernel
def remote_use(held: Rows, now_s: float) -> int:
    """Return what a node may do now with what a link reports of a track (its row), while that is fresh."""
    return held.remote_use if now_s <= held.remote_until_s else USE_NONE


@kernel
def may_launch(battery: Rows, tracks: TrackState, run: int, slot: int, now_s: float) -> bool:
    """Tell whether a fire unit may launch at a track now: its radar holds it, or a fire-control link does."""
    if holds(battery, tracks, run, slot, now_s):
        return True
    return remote_use(tracks.row[run, battery.node, slot], now_s) >= USE_LAUNCH


@kernel
def has_guidance(battery: Rows, tracks: TrackState, run: int, slot: int, remote: int, now_s: float) -> bool:
    """Tell whether rounds launched by ``remote`` use are guided now: by their own radar, or all the way by a link."""
    if remote == USE_NONE or holds(battery, tracks, run, slot, now_s):
        return True
    return remote == USE_ENGAGE and remote_use(tracks.row[run, battery.node, slot], now_s) == USE_ENGAGE


@kernel
def guided_now(units: FireUnitTable, weapons: WeaponState, run: int, unit: int) -> tuple[int, int]:
    """Return how many channels of the unit's group are occupied, and how many rounds in flight they guide."""
    channels, rounds, group = 0, 0, units.row[unit].group
    for other in range(units.row.shape[0]):
        if units.row[other].group != group:
            continue
        for channel in range(units.row[other].rows):
            row = weapons.row[run, other, channel]
            if row.phase != IDLE and row.guided:
                channels += 1
                rounds += row.rounds
    return channels, rounds


@kernel
def faces(units: FireUnitTable, unit: int, turned_rad: float, place_m: Floats) -> bool:
    """Tell whether a place lies in the sector of the unit's group, turned off its facing by ``turned_rad``."""
    group = units.row[unit].group
    row, radar_m = units.row[group], units.position_m[group]
    dx, dy, dz = place_m[0] - radar_m[0], place_m[1] - radar_m[1], place_m[2] - radar_m[2]
    return in_sector(units.basis[group], dx, dy, dz, row.facing_rad + turned_rad, row.sector_rad)


@kernel
def responsible(units: FireUnitTable, unit: int, condition: Rows, state: Floats) -> bool:
    """Tell whether a track lies in the unit's sector of responsibility, and in that to which it is limited now."""
    row, unit_m = units.row[unit], units.position_m[unit]
    dx, dy, dz = state[0] - unit_m[0], state[1] - unit_m[1], state[2] - unit_m[2]
    if condition.limit_rad > 0.0 and not in_sector(
        units.basis[unit], dx, dy, dz, condition.limit_facing_rad, condition.limit_rad
    ):
        return False
    return in_sector(units.basis[unit], dx, dy, dz, row.responsibility_facing_rad, row.responsibility_sector_rad)


@kernel
def seize(row: Rows) -> None:
    """Make the row of an idle channel ready for an engagement: nothing is in flight yet."""
    row.phase = REACTING
    row.guided = True
    row.rounds = 0
    row.left = 0
    row.flights = 0
    row.remote = USE_NONE
    row.fires_s = math.inf
    row.frees_s = math.inf
    row.killed = False


@kernel
def reaction_time_s(draws: Draws, run: int, battery: Rows, held: Rows) -> float:
    """Return how long after an order a fire unit is ready to launch: lognormal about its reaction, drawn once a salvo.

    battery  row of the unit; held  row of the track
    """
    return lognormal(
        draws.seed, draws.first + run, REACTION, battery.entity, held.subject, held.salvos, battery.reaction_s,
        battery.reaction_spread, math.inf,
    )  # fmt: skip


@kernel
def followed_slot(
    units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, channel: int
) -> int:
    """Return the slot of the channel's track while the node still holds it, else ``NONE``."""
    row = weapons.row[run, unit, channel]
    held = tracks.row[run, units.row[unit].node, row.slot]
    if held.status < CONFIRMED or held.subject != row.subject or held.confirmed_s != row.confirmed_s:
        return NONE
    return row.slot


@kernel
def release(units: FireUnitTable, tracks: TrackState, weapons: WeaponState, run: int, unit: int, channel: int) -> None:
    """Free the channel and take its engagement off the track."""
    slot = followed_slot(units, tracks, weapons, run, unit, channel)
    if slot != NONE:
        tracks.row[run, units.row[unit].node, slot].engagements -= 1
    weapons.row[run, unit, channel].phase = IDLE
    weapons.row[run, unit, channel].next_s = math.inf


@kernel
def cease(
    units: FireUnitTable,
    tracks: TrackState,
    weapons: WeaponState,
    events: EventLog,
    run: int,
    unit: int,
    channel: int,
    reason: int,
) -> None:
    """Give an order back before launch, or break an engagement off after it, and say why; its rounds are wasted."""
    node, row = units.row[unit].node, weapons.row[run, unit, channel]
    for launch in range(row.flights):
        flight = weapons.flight[run, unit, channel, launch]
        for nth in range(flight.rounds if flight.meets_s < math.inf else 0):
            log_event(
                events, run, row.next_s, WASTED, node, NONE, row.number, unit, flight.shot_event + nth,
                row.interceptor, 0.0, weapons.aim_m[run, unit, channel],
            )  # fmt: skip
    log_event(
        events, run, row.next_s, CEASED, node, NONE, row.number, unit, row.order_event, reason, 0.0,
        weapons.aim_m[run, unit, channel],
    )  # fmt: skip
    release(units, tracks, weapons, run, unit, channel)


@kernel
def give_back(
    units: FireUnitTable, tracks: TrackState, weapons: WeaponState, events: EventLog, run: int, unit: int, now_s: float,
    reason: int,
) -> None:  # fmt: skip
    """Give back the orders that a fire unit has not carried out yet."""
    for channel in range(units.row[unit].rows):
        if weapons.row[run, unit, channel].phase == REACTING:
            weapons.row[run, unit, channel].next_s = now_s
            cease(units, tracks, weapons, events, run, unit, channel, reason)


@kernel
def break_off(
    units: FireUnitTable, tracks: TrackState, weapons: WeaponState, events: EventLog, run: int, unit: int, now_s: float
) -> None:
    """End what a fire unit that is out of action was doing, and the launchers that use its radar.

    Orders are given back, and rounds that it guides fly on unguided; those that are autonomous by now are not touched.
    """
    for other in range(units.row.shape[0]):
        if other != unit and units.row[other].group != unit:
            continue
        give_back(units, tracks, weapons, events, run, other, now_s, OUT_OF_ACTION)
        for channel in range(units.row[other].rows):
            row = weapons.row[run, other, channel]
            if row.phase == IN_FLIGHT and row.guided:
                slot = followed_slot(units, tracks, weapons, run, other, channel)
                if slot != NONE:
                    tracks.row[run, units.row[other].node, slot].engagements -= 1
                row.confirmed_s = -math.inf  # no track was confirmed then: nothing is followed any more
