"""Causes of leakers and of friendly fire: codes, the link of the chain that each breaks, and their definitions.

The chains are the kill chain of air defence, find, fix, track, target, engage, assess (U.S. Joint Publication 3-60),
held against the event tables. Of each object exactly one cause is given: the first link that is missing.
"""

from typing import NamedTuple

SENSING, TRACKING, SHARING, IDENTITY = "sensing", "tracking", "sharing", "identity"
RULES, WEAPONS = "rules", "weapons"
PICTURE = (SENSING, TRACKING, SHARING, IDENTITY)  # links whose breaks are errors of the picture


class Cause(NamedTuple):
    """One cause: the link that it breaks, its name for readers, and its definition."""

    link: str
    label: str
    meaning: str

    @property
    def picture_error(self) -> bool:
        """Whether the picture was at fault, rather than rules of engagement or weapons."""
        return self.link in PICTURE


# In the order of the chain; a shooter is a node that has fire units. The code stands for the first that applies.
# A loss that stands behind a missing link takes its place; "in force" is at some time between evidence and outcome.
LOSSES = {
    "link_cut": Cause(SHARING, "link cut", "the only links by which it could have come were cut"),
    "node_lost": Cause(SHARING, "node lost", "the node that was to report, order or fire was lost"),
}
LEAKER_CAUSES = {
    "not_looked": Cause(SENSING, "never in any look", "no sensor ever looked at it above its horizon and in its range"),
    "not_detected": Cause(SENSING, "looked at, never detected", "looks, but no detection by any sensor"),
    "not_tracked": Cause(TRACKING, "detected, no track", "detections, but no node confirmed a track of it"),
    "not_shared": Cause(
        SHARING, "tracked, but by no shooter", "a node tracked it; no shooter had a track of its own or by link"
    ),
    "taken_for_friend": Cause(
        IDENTITY, "taken for a friend", "held by a shooter, last as friend, assumed friend or neutral; never engageable"
    ),
    "identity_not_shared": Cause(
        SHARING, "identity not shared", "held by a shooter, not as hostile; another node held it as HOSTILE"
    ),
    "not_identified": Cause(
        IDENTITY,
        "not identified as hostile",
        "held by a shooter; no node held it as HOSTILE, and no shooter might engage it",
    ),
    "dual_tracks": Cause(
        TRACKING,
        "dual tracks, no shot",
        "engageable at a shooter that held two tracks of it (dual designation); no shot",
    ),
    "training": Cause(RULES, "training", "no order: a fire unit that trains could have engaged it and may not launch"),
    "weapons_hold": Cause(RULES, "weapons control", "no order: weapons control status forbade it"),
    "engaged_elsewhere": Cause(RULES, "engaged elsewhere", "no order: a report said that another node was engaging it"),
    "zone": Cause(RULES, "zone", "no order: a zone forbade fire where it was"),
    "cease_fire": Cause(RULES, "cease-fire", "no order: an order to hold or cease fire was in force"),
    "no_authority": Cause(
        RULES, "no authority", "no order: hostile by own evidence, but the authority never declared it HOSTILE"
    ),
    "no_order": Cause(RULES, "no order from above", "no order: centralized control, and none came from above"),
    "not_interrogated": Cause(RULES, "not interrogated", "no order: not asked as often as the doctrine wants"),
    "not_ready": Cause(WEAPONS, "not ready", "no order: no fire unit of the node that held it was on duty"),
    "outside_envelope": Cause(
        WEAPONS, "outside the envelope", "no order: no loaded interceptor could reach it at any time"
    ),
    "no_missile": Cause(
        WEAPONS, "no missile left", "no order: within the sector of a fire unit whose magazine was empty"
    ),
    "no_channel": Cause(WEAPONS, "no fire channel free", "no order: it could be reached, but no fire channel was free"),
    "undecided": Cause(
        RULES,
        "no decision in time",
        "HOSTILE at a shooter, but neither ordered nor held back: too late, or a track not for use",
    ),
    "order_track_lost": Cause(
        TRACKING, "order ended: track lost", "ordered, no shot; the last order ended because the track was lost"
    ),
    "order_not_held": Cause(
        SENSING, "order ended: not held by radar", "ordered, no shot; the engagement radar did not hold the track"
    ),
    "order_identity": Cause(
        IDENTITY, "order ended: identity changed", "ordered, no shot; the track became a friend or neutral"
    ),
    "order_envelope": Cause(WEAPONS, "order ended: left the envelope", "ordered, no shot; it left the envelope"),
    "order_no_round": Cause(WEAPONS, "order ended: no round", "ordered, no shot; no round or no guidance was free"),
    "order_ceased": Cause(RULES, "order ended: cease fire", "ordered, no shot; an order to hold or cease fire came"),
    "order_slew": Cause(WEAPONS, "order ended: turned too late", "ordered, no shot; the unit could not turn in time"),
    "order_no_guidance": Cause(WEAPONS, "order ended: no guidance", "ordered, no shot; nothing could guide the round"),
    "order_out_of_action": Cause(
        WEAPONS, "order ended: out of action", "ordered, no shot; the fire unit or its radar was lost"
    ),
    "order_off_duty": Cause(WEAPONS, "order ended: off duty", "ordered, no shot; the fire unit went off duty"),
    "order_control": Cause(
        RULES, "order ended: weapons control", "ordered, no shot; weapons control no longer allowed fire at it"
    ),
    "order_withdrawn": Cause(
        RULES, "order ended: withdrawn", "ordered, no shot; the order from above was withdrawn or lapsed"
    ),
    "order_zone": Cause(RULES, "order ended: zone", "ordered, no shot; a zone forbade fire where it was by then"),
    "order_too_late": Cause(WEAPONS, "order too late", "ordered, no shot; it arrived while the order was carried out"),
    "shot_met_another": Cause(
        TRACKING, "shot met another object", "shot at; the last salvo that was meant for it acted on another object"
    ),
    "shot_no_guidance": Cause(
        SHARING,
        "shot lost its guidance",
        "shot at on remote data; neither the engagement radar nor the link could guide the last salvo to the end",
    ),
    "shot_wasted": Cause(
        TRACKING, "shot met nothing", "shot at; the last salvo met nothing near the track, or nothing above its floor"
    ),
    "shot_too_late": Cause(WEAPONS, "shot too late", "shot at; it arrived before the interceptors"),
    "missed": Cause(WEAPONS, "engaged and missed", "interceptors acted on it and did not kill"),
    **LOSSES,
    "sensor_lost": Cause(
        SENSING, "sensor lost", "of the radars that were to see or hold it, the one nearest to its route was lost"
    ),
    "fire_unit_lost": Cause(
        WEAPONS, "fire unit lost", "all fire units of the node that held it, or the one that fired"
    ),
    "not_on_duty": Cause(
        SENSING,
        "not on duty",
        "the radar nearest to its route was dark, emplaced, on the march, boxed or waited for a cue",
    ),
}
ENGAGED_CAUSES = {
    "shot_at_another": Cause(
        TRACKING, "shot meant for another", "met by a round fired at a track of another object, or of none"
    ),
    "track_swapped": Cause(
        TRACKING, "track swapped", "the track's identity was decided while it was of another object, or of none"
    ),
    "wrong_report": Cause(IDENTITY, "wrong report", "the shooter's HOSTILE came over a link"),
    "evidence_overruled": Cause(
        IDENTITY, "evidence overruled", "at the shooter, a report and its own evidence disagreed, and fire won"
    ),
    "identity_not_shared": Cause(
        SHARING, "identity not shared", "another node held it as friend or neutral; the shooter had no such report"
    ),
    "reply_lapsed": Cause(
        IDENTITY, "reply lapsed", "the shooter had once heard a reply of it, no longer when it fired"
    ),
    "left_procedure": Cause(
        IDENTITY,
        "left lane or plan",
        "the shooter had presumed it a friend by lane or plan, no longer; no reply, no report",
    ),
    "no_evidence": Cause(IDENTITY, "no reply, lane or plan", "no node had a reply, a lane, a plan or a report for it"),
    **LOSSES,
}
OUTCOMES = {  # outcome and side → causes
    "leakers": LEAKER_CAUSES,
    "friendly_engaged": ENGAGED_CAUSES,
    "civil_engaged": ENGAGED_CAUSES,
}
