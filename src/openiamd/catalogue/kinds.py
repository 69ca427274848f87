"""Which values each kind of catalogue entry must have, as data: name, dimension, meaning."""

from typing import NamedTuple


class ValueKind(NamedTuple):
    """What a value of this name is."""

    dimension: str
    doc: str
    positive: bool = False  # zero is refused
    signed: bool = False  # below zero is allowed
    whole: bool = False  # a count
    optional: bool = False
    needs_rcs: bool = False  # meaningless without `at: {rcs: ...}`
    most: float | None = None  # above it is refused


RADAR = {
    "frequency": ValueKind("frequency", "carrier frequency, the middle of its band", True),
    "range_anchor": ValueKind(
        *("length", "range at which a target of `at: {rcs}` is detected with the anchor probability", True),
        optional=True,
        needs_rcs=True,
    ),
    "range_instrumented": ValueKind("length", "nothing is reported beyond", True),
    "range_minimum": ValueKind("length", "nothing is reported nearer"),
    "azimuth_coverage": ValueKind("angle", "full width of the sector; 360 deg rotates or looks all round", True),
    "elevation_minimum": ValueKind("angle", "lower edge of the beam pattern", signed=True),
    "elevation_maximum": ValueKind("angle", "upper edge of the beam pattern", True),
    "revisit": ValueKind("time", "time from one look at a target to the next", True),
    "antenna_height": ValueKind("length", "height of the antenna's centre above its site or platform"),
    "beamwidth_azimuth": ValueKind("angle", "half-power width in azimuth", True),
    "beamwidth_elevation": ValueKind("angle", "half-power width in elevation", True),
    "range_resolution": ValueKind("length", "width of a range cell", True),
    "range_floor": ValueKind("length", "range error that no signal strength removes"),
    "angle_floor": ValueKind("angle", "angle error that no signal strength removes"),
    "false_plots_per_scan": ValueKind("number", "mean number of false plots handed on per scan"),
    "false_alarm_probability": ValueKind(
        "probability", "per resolution cell and look, before plot extraction", True, most=0.01
    ),
    "tracks_maximum": ValueKind("number", "tracks held at once", True, whole=True),
    "designated_only": ValueKind(
        "number", "1: looks only where its node has a track; 0: searches by itself", whole=True
    ),
    "designation_half_angle": ValueKind("angle", "how far from the designated direction a target is still found", True),
    "emplacement": ValueKind("time", "from arrival on site to first look"),
    "displacement": ValueKind("time", "from the order to leave to on the road; without it, none", optional=True),
    "activation": ValueKind("time", "from switched off or silent to first look; without it, none", optional=True),
    "anchor_detection_probability": ValueKind(
        "probability", "detection probability at the anchor; without it, that of shared/radar", True, optional=True
    ),
    "pulses_integrated": ValueKind(
        *("number", "pulses added noncoherently in one look; without it, one", True),
        whole=True,
        optional=True,
        most=1000,
    ),
    "scan_loss_exponent": ValueKind(
        "number", "gain of a fixed array falls as cos^n off the middle of its sector, one way", optional=True
    ),
    "cosecant_from": ValueKind(
        "angle", "elevation from which the two-way gain falls as a cosecant squared, one way", True, optional=True
    ),
    "mti_prf": ValueKind(
        "frequency", "pulse repetition frequency of a moving target indicator; without it, none", True, optional=True
    ),
    "mti_cancellers": ValueKind(
        "number", "delay-line cancellers in a row, 1 or 2", True, whole=True, optional=True, most=2
    ),
    "clutter_improvement": ValueKind("ratio", "factor by which rain clutter is suppressed", True, optional=True),
    "transmit_power": ValueKind("power", "peak power, of the radar equation", True, optional=True),
    "pulse_length": ValueKind("time", "length of the transmitted pulse, of the radar equation", True, optional=True),
    "antenna_gain": ValueKind("ratio", "gain of the antenna, both ways, of the radar equation", True, optional=True),
    "system_temperature": ValueKind("temperature", "noise temperature of the system", True, optional=True),
    "transmit_loss": ValueKind("ratio", "loss between transmitter and antenna; without it, none", True, optional=True),
    "receive_loss": ValueKind("ratio", "loss between antenna and receiver; without it, none", True, optional=True),
    "beam_shape_loss": ValueKind("ratio", "loss of a beam that scans past; without it, none", True, optional=True),
    "processing_loss": ValueKind("ratio", "loss of CFAR, straddling, mismatch; without it, none", True, optional=True),
    "integration_loss": ValueKind("ratio", "loss of adding pulses; without it, none", True, optional=True),
    "bias_range": ValueKind(
        "length", "registration: 1 sigma of a range error that is constant in a run; without it, none", optional=True
    ),
    "bias_azimuth": ValueKind("angle", "registration: 1 sigma of a constant error in azimuth", optional=True),
    "bias_elevation": ValueKind("angle", "registration: 1 sigma of a constant error in elevation", optional=True),
    "range_rate_resolution": ValueKind(
        "speed", "width of a Doppler cell; without it, or 0, range rate is not measured", optional=True
    ),
    "range_rate_floor": ValueKind("speed", "range-rate error that no signal strength removes", optional=True),
}
# A radar is defined by its range anchor, by these, or by both, which must then agree. Losses leave the air out.
RADAR_EQUATION = ("transmit_power", "pulse_length", "antenna_gain", "system_temperature")
RADAR_LOSSES = ("transmit_loss", "receive_loss", "beam_shape_loss", "processing_loss", "integration_loss")

OBJECT = {
    "rcs": ValueKind(
        "area", "mean radar cross-section, from ahead at microwaves where ratios follow, else overall", True
    ),
    "rcs_side_ratio": ValueKind("ratio", "mean cross-section from the side over that from ahead", True, optional=True),
    "rcs_tail_ratio": ValueKind("ratio", "mean cross-section from behind over that from ahead", True, optional=True),
    "rcs_low_band_ratio": ValueKind(
        "ratio", "cross-section at 300 MHz and below over that at 3 GHz and above", True, optional=True
    ),
    "swerling": ValueKind(
        "number", "Swerling's case of fluctuation, 0 to 4; without it, 1", whole=True, optional=True, most=4
    ),
    "speed": ValueKind("speed", "ground speed where the route gives none", True),
    "altitude": ValueKind("length", "height above the surface where the route gives none"),
    "price": ValueKind("money", "price of one"),
}

INTERCEPTOR = {
    "range_minimum": ValueKind("length", "shortest intercept range"),
    "range_air": ValueKind("length", "longest intercept range against aircraft, cruise missiles and drones", True),
    "range_ballistic": ValueKind("length", "longest intercept range against ballistic missiles; 0: none"),
    "altitude_minimum": ValueKind("length", "lowest intercept"),
    "altitude_maximum": ValueKind("length", "highest intercept", True),
    "speed_mean": ValueKind("speed", "mean speed from launch to intercept", True),
    "speed_burnout": ValueKind(
        "speed", "speed from which it coasts, instead of the mean; needs speed_decay", True, optional=True
    ),
    "speed_decay": ValueKind("length", "distance in which drag takes its speed to 1/e", True, optional=True),
    "speed_minimum": ValueKind("speed", "slower than this it intercepts nothing", optional=True),
    "pk_aircraft": ValueKind("probability", "single-shot kill probability against aircraft"),
    "pk_cruise": ValueKind("probability", "single-shot kill probability against cruise missiles"),
    "pk_ballistic": ValueKind("probability", "single-shot kill probability against ballistic missiles"),
    "pk_drone": ValueKind("probability", "single-shot kill probability against drones and small unmanned aircraft"),
    "pk_edge": ValueKind(
        "probability", "share of kill probability left at the longest range; without it, all", optional=True
    ),
    "pk_edge_from": ValueKind(
        *("number", "part of the longest range from which it falls, linearly; without it, 0.5"),
        optional=True,
        most=0.99,
    ),
    "acceptance_radius": ValueKind("length", "an object within this of the aim point at intercept can be hit", True),
    "terminal_active": ValueKind(
        "time",
        "time before intercept from which it needs no fire channel; without it, guided to the end",
        optional=True,
    ),
    "price": ValueKind("money", "price of one"),
}

FIRE_UNIT = {
    "channels": ValueKind("number", "targets engaged at once", True, whole=True),
    "missiles_guided": ValueKind("number", "interceptors guided at once", True, whole=True),
    "launchers": ValueKind("number", "number of launchers", True, whole=True),
    "reaction": ValueKind("time", "from the order to fire to the launch"),
    "reaction_spread": ValueKind(
        "number", "standard deviation of the logarithm of the reaction; without it, none", optional=True, most=2
    ),
    "assessment": ValueKind("time", "from intercept to the judgement whether the target lives"),
    "assessment_false_kill": ValueKind(
        "probability", "probability that what lives is judged dead; without it, none", optional=True, most=1.0
    ),
    "assessment_false_survivor": ValueKind(
        "probability", "probability that what is dead is judged alive; without it, none", optional=True, most=1.0
    ),
    "assessment_recheck": ValueKind(
        "time", "a track judged dead that is still seen after this is alive; without it, 30 s", optional=True
    ),
    "reload": ValueKind(
        "time",
        "from the last ready round of a type to the next ones; a fire unit with stock needs it",
        True,
        optional=True,
    ),
    "engage_sector": ValueKind("angle", "full width of the sector of engagement", True),
    "slew_rate": ValueKind(
        "angular_rate", "rate at which its sector and engagement radar turn; without it, or 0, fixed", optional=True
    ),
    "emplacement": ValueKind("time", "from arrival on site to ready to fire"),
    "displacement": ValueKind("time", "from the order to leave to on the road; without it, none", optional=True),
    "activation": ValueKind("time", "from switched off to ready to fire; without it, none", optional=True),
    "hold_timeout": ValueKind("time", "the engagement radar holds a track that it hit within this time", True),
}

LINK = {
    "latency": ValueKind("time", "from measurement by the sender to use by the receiver"),
    "interval": ValueKind("time", "from one report of a track to the next", True),
    "loss": ValueKind("probability", "probability that one report is lost"),
    "latency_spread": ValueKind(
        "number", "standard deviation of the logarithm of the latency; without it, none", optional=True, most=2
    ),
}

IFF = {
    "mode5_reply": ValueKind("probability", "probability that a friend with Mode 5 answers one interrogation"),
    "mode4_reply": ValueKind("probability", "probability that a friend with Mode 4 answers one interrogation"),
    "mode3_reply": ValueKind("probability", "probability that an aircraft with Mode 3/A/S answers one interrogation"),
    "interrogator_range": ValueKind("length", "nothing answers from beyond", True),
}

COMMAND = {
    "decision_delay": ValueKind("time", "from confirmed track to the first decision on it"),
    "decision_delay_spread": ValueKind(
        "number", "standard deviation of the logarithm of the decision delay; without it, none", optional=True, most=2
    ),
    "confirm_hits": ValueKind("number", "M of the M-of-N rule that confirms a track", True, whole=True),
    "confirm_scans": ValueKind("number", "N of the M-of-N rule that confirms a track", True, whole=True),
    "drop_misses": ValueKind("number", "looks missed in a row that delete a track", True, whole=True),
    "gate": ValueKind("number", "Mahalanobis distance, not squared, within which a plot may belong to a track", True),
    "process_noise": ValueKind(
        "acceleration_density", "spectral density of white-noise acceleration in the filter", True
    ),
    "contact_timeout": ValueKind("time", "silence of the superior after which a node acts on its own", True),
}

SHARED = {
    "anchor_detection_probability": ValueKind(
        "probability", "single-look detection probability that a published radar range is read as", True
    ),
}

KINDS: dict[str, dict[str, ValueKind]] = {
    "radar": RADAR,
    "object": OBJECT,
    "interceptor": INTERCEPTOR,
    "fire_unit": FIRE_UNIT,
    "link": LINK,
    "iff": IFF,
    "command": COMMAND,
    "shared": SHARED,
}

# Of an interceptor, by altitude: `envelope: {"3 km": {nominal: 40, ..., unit: km}}`.
ENVELOPE_RANGE = ValueKind("length", "longest intercept range at this altitude, against what flies", True)
# Of a fire unit, by interceptor: `loads: {s400/48n6e3: {nominal: 4, ...}}`.
LOAD = ValueKind("number", "rounds of this interceptor that one launcher holds", True, whole=True)
OBJECT_CLASSES = ("fighter", "transport", "airliner", "uav", "cruise", "ballistic", "drone", "bomber")
REPLY_MODES = ("mode5", "mode4", "mode3")
DISTRIBUTIONS = ("pert", "uniform", "loguniform", "fixed")
