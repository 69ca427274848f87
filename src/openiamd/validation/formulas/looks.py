"""Single looks at a Swerling 1 target, and M-of-N integration."""

from openiamd.physics.detection import m_of_n_probability, swerling1_detection_probability


def swerling1_probability(snr_db: float, pfa: float) -> float:
    """Return the detection probability of one pulse."""
    return swerling1_detection_probability(10.0 ** (snr_db / 10.0), pfa)


def m_of_n(needed: int, looks: int, probability: float) -> float:
    """Return the probability that at least ``needed`` of ``looks`` detect."""
    return m_of_n_probability(needed, looks, probability)
