"""Antenna patterns: power gain relative to the peak, and what the shape of the beam costs a scanning radar.

Gains are one-way power ratios of the peak; a monostatic radar applies them twice. Angles are in radians, widths are
between the half-power points.
"""

import math

from openiamd.kernels import kernel

_HALF_POWER = 4.0 * math.log(2.0)  # exp(-_HALF_POWER / 4) is one half


@kernel
def gaussian_gain(offset_rad: float, beamwidth_rad: float) -> float:
    """Return the one-way gain of a Gaussian main lobe: exp(-4 ln 2 (offset / width)^2), one half at half the width.

    No side lobes. For two axes multiply the gains. Source: Barton, Radar Equations for Modern Radar (2013), ch. 5.
    """
    ratio = offset_rad / beamwidth_rad
    return math.exp(-_HALF_POWER * ratio * ratio)


@kernel
def cosecant_squared_gain(elevation_rad: float, lower_rad: float, corner_rad: float, upper_rad: float) -> float:
    """Return the one-way gain of a cosecant-squared beam in elevation; 0 below ``lower_rad`` and above ``upper_rad``.

    1 up to ``corner_rad`` (above 0), then (csc el / csc corner)^2: csc^2 one way and csc^4 both ways, so that a target
    at constant height keeps its echo. Idealised, with sharp edges. Source: Skolnik, Introduction to Radar Systems, 3rd
    ed. (2001), ch. 2 and 9.
    """
    if elevation_rad < lower_rad or elevation_rad > upper_rad:
        return 0.0
    if elevation_rad <= corner_rad:
        return 1.0
    ratio = math.sin(corner_rad) / math.sin(elevation_rad)
    return ratio * ratio


@kernel
def scan_gain(cosine: float, exponent: float) -> float:
    """Return the one-way gain of an electronically scanned array off broadside: cos^n, 0 behind the face.

    ``cosine`` is of the angle off the normal of the face. n = 1 is the projected aperture, up to 1.5 adds mismatch.
    Source: Richards, Scheer & Holm, Principles of Modern Radar (2010), ch. 9.
    """
    if cosine <= 0.0:
        return 0.0
    return cosine**exponent


def beam_shape_loss(axes: int) -> float:
    """Return the loss of a Gaussian beam scanned over 1 or 2 axes with all pulses used: sqrt(8 ln 2 / pi) an axis.

    The two-way gain, integrated across the scan, is 0.753 of a beamwidth at full gain: a loss of 1.33 or 1.23 dB.
    Source: Barton & Leonov, Radar Technology Encyclopedia (1998), "loss, beamshape" (1.33).
    """
    return math.sqrt(2.0 * _HALF_POWER / math.pi) ** axes


def window_beam_shape_loss(window: float) -> float:
    """Return the beam shape loss, one axis, where only pulses in a window of this many beamwidths are summed.

    Noncoherent sum of a weak signal: the signal grows with the integral of the two-way gain, the noise with
    sqrt(window), against one beamwidth at full gain. Least at 0.84 widths, where it is 1.62 dB: Blake's 1.6 dB.
    Source: Blake, "The effective number of pulses per beamwidth for a scanning radar", Proc. IRE 41 (1953) 770.
    """
    scale = math.sqrt(2.0 * _HALF_POWER)
    signal = math.sqrt(math.pi) / scale * math.erf(0.5 * scale * window)
    return math.sqrt(window) / signal
