"""Radar range anchors: what a claimed range against one cross-section says of another."""

from openiamd.physics.detection import swerling1_detection_probability
from openiamd.physics.radar import anchor_snr_swerling1, snr_from_anchor


def range_m(anchor_range_m: float, anchor_rcs_m2: float, rcs_m2: float) -> float:
    """Return the range of equal SNR for another cross-section: snr_from_anchor, solved for the range."""
    return anchor_range_m * snr_from_anchor(1.0, anchor_range_m, anchor_rcs_m2, anchor_range_m, rcs_m2) ** 0.25


def implied_rcs_m2(anchor_range_m: float, anchor_rcs_m2: float, range_m: float) -> float:
    """Return the cross-section in m2 that another claimed range implies."""
    return anchor_rcs_m2 / snr_from_anchor(1.0, anchor_range_m, anchor_rcs_m2, range_m, anchor_rcs_m2)


def probability_at_anchor(pd: float, pfa: float) -> float:
    """Return the detection probability at the SNR that an anchor of this ``pd`` implies, Swerling 1."""
    return swerling1_detection_probability(anchor_snr_swerling1(pd, pfa), pfa)
