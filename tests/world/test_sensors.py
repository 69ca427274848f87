"""Radars: when each looks where, and what its range anchor or its radar equation make of a target."""

import dataclasses
import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiamd.catalogue.resolved import RadarEquation
from openiamd.errors import CatalogueError
from openiamd.physics.radar import SPEED_OF_LIGHT_MPS, snr_radar_equation
from openiamd.stages.sense import next_look
from openiamd.world.arrays import filled_rows
from openiamd.world.compile import compile_world
from openiamd.world.sensors import (
    ELECTRONIC,
    LOOK_COLUMNS,
    ROTATING,
    SECTOR,
    first_scan,
    look_time_s,
    scan_fraction,
    snr_constant,
)
from scenes import ideal_scene, play, resolved

EQUATION = RadarEquation(
    transmit_power_w=1e6,
    pulse_length_s=20e-6,
    antenna_gain=1e4,
    system_temperature_k=500.0,
    losses=(2.0, 1.0, 5.0, 1.0, 1.0),
)


@pytest.fixture(scope="module")
def sensor():
    return resolved(ideal_scene()).sensors[0]


@cache
def plain_row():
    return compile_world(resolved(ideal_scene())).sensors.row[0]


def radar(scan, facing_deg=0.0, sector_deg=360.0, bars=1, revisit_s=4.0):
    row = plain_row().copy()
    row["scan"], row["bars"], row["revisit_s"] = scan, bars, revisit_s
    row["facing_rad"], row["sector_rad"] = math.radians(facing_deg), math.radians(sector_deg)
    row["elevation_minimum_rad"], row["elevation_maximum_rad"] = 0.0, math.radians(40.0)
    return row


def times_s(row, azimuth_deg, elevation_deg, count):
    """Return the first looks at a direction that stands still, from time 0."""
    fraction = scan_fraction(row, math.radians(azimuth_deg), math.radians(elevation_deg))
    found, scan, at_s = [], first_scan(row, 0.0, 0.0, fraction), 0.0
    for _ in range(count):
        at_s = look_time_s(row, 0.0, scan, fraction)
        found.append(at_s)
        scan = max(first_scan(row, 0.0, at_s + 0.02 * float(row["revisit_s"]), fraction), scan + 1)
    return found


def test_a_rotating_radar_comes_by_once_a_turn():
    assert times_s(radar(ROTATING), 270.0, 5.0, 3) == pytest.approx([1.0, 5.0, 9.0])


def test_a_sector_radar_sweeps_to_and_fro():
    """A tenth into the sector: 0.4 s after the start, 0.4 s before the end of the way back, and so on."""
    row = radar(SECTOR, facing_deg=90.0, sector_deg=100.0)
    assert times_s(row, 50.0, 5.0, 4) == pytest.approx([0.4, 7.6, 8.4, 15.6])
    middle = times_s(row, 90.0, 5.0, 4)
    assert np.diff(middle) == pytest.approx([4.0] * 3)


def test_an_electronic_scan_goes_through_rows_of_beams():
    row = radar(ELECTRONIC, facing_deg=0.0, sector_deg=90.0, bars=4)
    assert times_s(row, 0.0, 5.0, 2) == pytest.approx([0.5, 4.5])
    assert times_s(row, 0.0, 35.0, 2) == pytest.approx([3.5, 7.5])


def test_outside_the_sector_there_is_no_look():
    assert scan_fraction(radar(SECTOR, facing_deg=0.0, sector_deg=90.0), math.radians(50.0), 0.0) > 1.0
    assert scan_fraction(radar(ELECTRONIC, facing_deg=0.0, sector_deg=90.0, bars=4), math.radians(50.0), 0.1) > 1.0


@given(
    scan=st.sampled_from([ROTATING, SECTOR, ELECTRONIC]),
    fraction=st.floats(0.0, 1.0),
    from_s=st.floats(0.0, 1e4),
    phase_s=st.floats(-4.0, 0.0),
)
def test_the_first_scan_is_the_first(scan, fraction, from_s, phase_s):
    row = radar(scan)
    found = first_scan(row, phase_s, from_s, fraction)
    assert look_time_s(row, phase_s, found, fraction) >= from_s - 1e-8
    assert look_time_s(row, phase_s, found - 1, fraction) < from_s


def test_the_anchor_and_the_radar_equation_agree(sensor):
    """A radar defined by its equation has the SNR of the equation; with a fitting anchor the anchor's value stands."""
    alone = dataclasses.replace(sensor, equation=EQUATION, anchor_range_m=0.0)
    wavelength_m = SPEED_OF_LIGHT_MPS / sensor.frequency_hz
    expected = snr_radar_equation(1e6 * 20e-6, 1e4, 1e4, wavelength_m, 2.0, 80e3, 80e3, 500.0, 10.0)
    assert snr_constant(alone) * 2.0 / 80e3**4 == pytest.approx(expected, rel=1e-12)
    range_m = (snr_constant(alone) / (math.log(1e-6) / math.log(0.5) - 1.0)) ** 0.25
    both = dataclasses.replace(
        alone, anchor_range_m=range_m, anchor_range_low_m=0.99 * range_m, anchor_range_high_m=1.01 * range_m
    )
    assert snr_constant(both) == pytest.approx(snr_constant(alone), rel=1e-9)


def test_the_entry_with_both_forms_agrees():
    """ideal/equation-radar: 1 MW, 210 us, 35 dB, 500 K and 10 dB of losses reach 300 km against 1 m2."""
    one = resolved(ideal_scene(sensors={"search": {"type": "ideal/equation-radar"}})).sensors[0]
    alone = dataclasses.replace(one, anchor_range_m=0.0)
    assert (snr_constant(alone) / snr_constant(one)) ** 0.25 == pytest.approx(1.0, abs=0.005)


def test_an_anchor_that_the_equation_contradicts_is_refused(sensor):
    both = dataclasses.replace(sensor, equation=EQUATION, anchor_range_low_m=1e6, anchor_range_high_m=2e6)
    with pytest.raises(CatalogueError, match=r"'ideal/radar': its radar equation gives \d+ km") as caught:
        snr_constant(both)
    assert caught.value.hint


def test_more_pulses_need_less_of_each(sensor):
    constants = [snr_constant(dataclasses.replace(sensor, pulses=pulses)) for pulses in (1, 10, 100)]
    assert constants[0] > constants[1] > constants[2]
    # Swerling 1, Pd 0.5, Pfa 1e-6: 12.77 and 5.19 dB (physics of required SNR).
    assert 10.0 * math.log10(constants[0] / constants[1]) == pytest.approx(12.77 - 5.19, abs=0.01)


@given(
    scan=st.sampled_from([ROTATING, SECTOR, ELECTRONIC]),
    fraction=st.floats(0.0, 1.0),
    revisit_s=st.integers(1, 200).map(lambda tenths: tenths / 10.0),
    start_s=st.integers(0, 3000).map(lambda tenths: tenths / 10.0),
)
def test_looks_go_on_and_share_no_slot(scan, fraction, revisit_s, start_s):
    """Also where the start is a multiple of the revisit time, but for rounding: 3 times 1.2 is less than 3.6."""
    row, seen = radar(scan, revisit_s=revisit_s), filled_rows(LOOK_COLUMNS, (1,), {"next_look_s": -np.inf})[0]
    from_s, slots = start_s, []
    for _ in range(12):
        last_s = seen["next_look_s"]
        next_look(row, seen, 0.0, from_s, fraction)
        assert seen["next_look_s"] > last_s
        assert from_s <= seen["next_look_s"] < from_s + 2.0 * revisit_s + 1e-6
        seen["looked"] = True
        slots.append(int(seen["slot"]))
        from_s = seen["next_look_s"] + (0.02 if scan == SECTOR else 0.5) * revisit_s
    assert len(set(slots)) == len(slots)


def test_a_target_that_crosses_the_seam_backwards_loses_no_scan():
    """It drifts back across the start of the scan: nearly one revisit time from look to look, all along."""
    row, seen = radar(ROTATING, revisit_s=10.0), filled_rows(LOOK_COLUMNS, (1,), {"next_look_s": -np.inf})[0]
    from_s, times_s, slots = 0.0, [], []
    for _ in range(8):
        azimuth_deg = 0.9 - 0.03 * from_s
        fraction = scan_fraction(row, math.radians(azimuth_deg + 180.0), 0.1)
        next_look(row, seen, 0.0, from_s, fraction)
        seen["looked"] = True
        times_s.append(float(seen["next_look_s"]))
        slots.append(int(seen["slot"]))
        from_s = times_s[-1] + 5.0
    assert np.all(np.diff(times_s) < 10.5)
    assert np.all(np.diff(slots) > 0)


def test_a_start_at_a_rounded_multiple_of_the_revisit_time_ends():
    """Such a scenario once went on for ever: an idealised radar of 1.2 s and a raid that starts at 3.6 s."""
    data = ideal_scene(
        theatre={"duration": "20 s", "sample": "10 s"}, raids={"raid": {"start": "3.6 s"}},
        idealised={"detect_always": True, "values": {"ideal/radar.revisit": "1.2 s"}},
    )  # fmt: skip
    assert play(data, 1).runs == 1


@pytest.mark.parametrize(
    ("name", "value"), [("anchor_detection_probability", 1.0), ("anchor_detection_probability", 1e-7)]
)
def test_an_anchor_without_a_signal_is_refused(name, value):
    with pytest.raises(CatalogueError, match="'ideal/radar': its range_anchor is read as a detection probability"):
        compile_world(resolved(ideal_scene(idealised={"values": {f"ideal/radar.{name}": value}})))
