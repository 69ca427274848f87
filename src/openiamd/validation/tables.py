"""Formulas against published and tabulated values: no chance, no chain, the functions that the engine calls.

The tolerance is half a unit of the last published digit, or 1e-6 of a value that this project tabulated itself.
"""

import csv
import io
import math
from importlib import resources

from openiamd.physics.ballistic import minimum_energy
from openiamd.physics.detection import m_of_n_probability, swerling1_detection_probability
from openiamd.physics.firing import (
    coordinated_fire_kills,
    expected_leakers,
    layered_leakage,
    magazine_limited_leakers,
    no_leak_probability,
    random_fire_kills,
    required_shots,
    salvo_leakage,
    shoot_look_shoot,
    wilkening_kill_probability,
)
from openiamd.physics.intercept import depth_of_fire_m
from openiamd.physics.queueing import erlang_b, pooling
from openiamd.physics.radar import anchor_snr_swerling1, snr_from_anchor
from openiamd.physics.refraction import radar_horizon_m
from openiamd.validation.rows import Row, exact

WILKENING = "Wilkening, Science & Global Security 8 (2000) 183"
WASHBURN = "Washburn & Kress, Combat Modeling (2009), ch. 2"
ERLANG = "Erlang, Elektroteknikeren 13 (1917)"
RICHARDS = "Richards, Fundamentals of Radar Signal Processing, 2nd ed. (2014), ch. 6"
SKOLNIK = "Skolnik, Introduction to Radar Systems, 3rd ed. (2001)"
BATE = "Bate, Mueller & White, Fundamentals of Astrodynamics (1971), ch. 6"
BROCHURE = "91N6E brochure claims (Wikipedia, Air Power Australia)"
MACFADZEAN = "Macfadzean, Surface-Based Air Defense System Analysis (1992)"
ELEMENTARY = "elementary probability"
GEOMETRY = "elementary geometry"


def rows() -> list[Row]:
    """Return the rows of all formulas."""
    return [
        *_wilkening(), *_firing(), *_queueing(), *_swerling(), *_horizon(), *_ballistic(), *_radar_range(),
        *_depth_of_fire(), *_geometry(), *_identity(),
    ]  # fmt: skip


def table(name: str) -> list[dict[str, float]]:
    """Return the rows of a table of this book as numbers."""
    text = (resources.files("openiamd.validation") / "data" / f"{name}.csv").read_text()
    return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(io.StringIO(text))]


def _wilkening() -> list[Row]:
    found = []
    cases = [(1.0, 0.8, 0.96, 0.4420, 0.800), (0.99, 0.8, 0.9504, 0.3615, 0.992), (0.95, 0.7, 0.8645, 0.0544, 2.71)]
    for track, pk, kill, none, leakers in cases:
        name, what = f"wilkening.{track:g}-{pk:g}", f"20 targets, 2 shots, p = {pk}, P_track = {track:g}"
        computed = wilkening_kill_probability(track, pk, 2)
        found += [
            exact(f"{name}.kill", WILKENING, f"K, {what}", kill, computed, 5e-5),
            exact(f"{name}.p0", WILKENING, f"P(no leaker), {what}", none, no_leak_probability(computed, 20), 5e-5),
            exact(f"{name}.mean", WILKENING, f"mean leakers, {what}", leakers, expected_leakers(computed, 20), 5e-3),
        ]
    for shots, kill in enumerate([0.70, 0.91, 0.973, 0.992], start=1):
        computed = wilkening_kill_probability(1.0, 0.7, shots)
        found.append(exact(f"T-06.kill-{shots}", WILKENING, f"K, {shots} shots, p = 0.7", kill, computed, 5e-4))
    for targets, kill in [(4, 0.946), (10, 0.978), (20, 0.989)]:
        computed = 1.0 - (1.0 - 0.7) ** required_shots(0.8, targets, 0.7)
        what = f"K needed for P(no leaker) = 0.8 of {targets}"
        found.append(exact(f"T-06.needed-{targets}", WILKENING, what, kill, computed, 5e-4))
    for pk, all_nine in [(0.7, 0.43), (0.8, 0.69)]:
        computed = no_leak_probability(wilkening_kill_probability(1.0, pk, 2), 9)
        what = f"P(9 of 9) with two shots each, p = {pk}: Patriot in 2003"
        found.append(exact(f"T-10.{pk:g}", WILKENING, what, all_nine, computed, 5e-3))
    limit = wilkening_kill_probability(0.95, 0.7, 50)
    found.append(exact("wilkening.floor", WILKENING, "K, 50 shots, P_track = 0.95: the floor stays", 0.95, limit, 1e-9))
    return found


def _firing() -> list[Row]:
    found = []
    for pk, looks, shots, leak in [(0.7, 2, 1.30, 0.090), (0.8, 2, 1.20, 0.040), (0.8, 3, 1.24, 0.008)]:
        name, what = f"shoot-look-shoot.{pk:g}-{looks}", f"shoot-look-shoot, p = {pk}, {looks} looks"
        spent, through = shoot_look_shoot(pk, looks)
        found.append(exact(f"{name}.shots", WASHBURN, f"mean shots, {what}", shots, spent, 5e-3))
        found.append(exact(f"{name}.leak", WASHBURN, f"leakage, {what}", leak, through, 5e-4))
    found.append(
        exact("salvo.leak", ELEMENTARY, "leakage of a salvo of 2, p = 0.8", 0.040, salvo_leakage(0.8, 2), 5e-4)
    )
    found.append(exact("layers.leak", ELEMENTARY, "two layers of K = 0.8", 0.04, layered_leakage([0.8, 0.8]), 5e-4))
    source = "N - E[min(N, Bin(I, p))], derived"
    for targets, missiles, pk, leakers, tolerance in [
        (10, 10, 0.8, 2.0, 0.05), (10, 16, 0.8, 0.0354, 5e-5), (50, 32, 0.8, 24.4, 0.05), (16, 32, 0.7, 0.0077, 5e-5),
    ]:  # fmt: skip
        what = f"mean leakers, {targets} targets, {missiles} missiles, p = {pk}"
        computed = magazine_limited_leakers(targets, missiles, pk)
        found.append(exact(f"magazine.{targets}-{missiles}", source, what, leakers, computed, tolerance))
    source = "Olwell & Washburn (2002), theme; derived"
    for targets, shots, pk, uncoordinated, coordinated in [
        (10, 10, 0.8, 5.656, 8.000), (10, 20, 0.8, 8.113, 9.600), (4, 8, 0.7, 3.142, 3.640),
    ]:  # fmt: skip
        name, what = f"fire.{targets}-{shots}", f"{shots} shots at {targets} targets, p = {pk}"
        random, even = random_fire_kills(targets, shots, pk), coordinated_fire_kills(targets, shots, pk)
        found.append(exact(f"{name}.random", source, f"kills, uncoordinated, {what}", uncoordinated, random, 5e-4))
        found.append(exact(f"{name}.even", source, f"kills, coordinated, {what}", coordinated, even, 5e-4))
    return found


def _queueing() -> list[Row]:
    found = []
    for load, channels, lost in [(4.0, 6, 0.1172), (6.0, 6, 0.2649), (12.0, 6, 0.5561)]:
        what = f"share lost, {load:g} erl on {channels} channels"
        found.append(exact(f"erlang.{load:g}-{channels}", ERLANG, what, lost, erlang_b(load, channels), 5e-5))
    for load, alone, pooled in [(4.0, 11.72, 2.65), (12.0, 55.6, 52.3)]:
        computed = pooling(load, 6, 3)
        what = f"% lost, three units of {load:g} erl on 6 channels"
        found.append(exact(f"pooling.{load:g}.alone", ERLANG, f"{what}, alone", alone, 100.0 * computed[0], 0.05))
        found.append(exact(f"pooling.{load:g}.pool", ERLANG, f"{what}, pooled", pooled, 100.0 * computed[1], 0.05))
    return found


def _swerling() -> list[Row]:
    found = []
    # A few rows one by one; the book compares all 5,805.
    wanted = {0.0, 5.0, 10.0, 13.0, 15.0, 20.0, 30.0}
    chosen = [row for row in table("swerling") if row["case"] == 1 and row["pulses"] == 1 and row["snr_db"] in wanted]
    for row in chosen:
        what = f"Swerling 1, Pfa {row['pfa']:g}, {row['snr_db']:g} dB, one pulse"
        computed = swerling1_detection_probability(10.0 ** (row["snr_db"] / 10.0), row["pfa"])
        name = f"swerling.{row['pfa']:g}-{row['snr_db']:g}"
        found.append(exact(name, RICHARDS, what, row["pd"], computed, 1e-6))
    computed = m_of_n_probability(2, 3, 0.7)
    found.append(exact("m-of-n.2-3", SKOLNIK, "2 of 3 looks, p = 0.7", 0.784, computed, 5e-4))
    return found


def horizon_tolerance_km(row: dict[str, float]) -> float:
    """Return the rounding of a published horizon: its last digit, and the constant 4.12 for 4.1218 (0.05 %)."""
    return row["half_digit_km"] + 0.0005 * row["horizon_km"]


def _horizon() -> list[Row]:
    source = f"T-01: 4.12 (sqrt h1 + sqrt h2) km, {SKOLNIK}"
    found = []
    for row in table("horizon"):
        antenna, target = row["antenna_m"], row["target_m"]
        what = f"radar horizon, km, antenna {antenna:g} m, target {target:g} m"
        computed = radar_horizon_m(antenna, target) / 1e3
        tolerance_km = horizon_tolerance_km(row)
        found.append(exact(f"T-01.{antenna:g}-{target:g}", source, what, row["horizon_km"], computed, tolerance_km))
    for target, horizon in [(0, 394.0), (100, 435.0)]:
        computed = radar_horizon_m(9150, target) / 1e3
        what = f"E-3A at 9,150 m, horizon to {target} m, km"
        found.append(exact(f"T-02.{target}", "NATO E-3A fact sheet and T-01", what, horizon, computed, 0.7))
    return found


def _ballistic() -> list[Row]:
    found = []
    for row in table("ballistic_minE"):
        speed_mps, angle_rad, apogee_m, flight_s = minimum_energy(row["range_km"] * 1e3)
        angle_deg = math.degrees(angle_rad)
        name, what = f"T-07.{row['range_km']:g}", f"minimum energy, {row['range_km']:g} km"
        # The table rests on an earth radius of 6,371 km; the program's is 6,371.0088 km.
        found += [
            exact(f"{name}.speed", BATE, f"burnout speed, m/s, {what}", row["v_burnout_mps"], speed_mps, 0.02),
            exact(f"{name}.apogee", BATE, f"apogee, km, {what}", row["apogee_km"], apogee_m / 1e3, 0.01),
            exact(f"{name}.time", BATE, f"time of flight, s, {what}", row["tof_s"], flight_s, 0.01),
            exact(f"{name}.angle", BATE, f"flight path angle, deg, {what}", row["gamma_deg"], angle_deg, 1e-3),
        ]  # fmt: skip
    return found


def _range_km(anchor_km: float, anchor_rcs_m2: float, rcs_m2: float) -> float:
    """Return the range of equal SNR for another cross-section: snr_from_anchor, solved for the range."""
    return anchor_km * snr_from_anchor(1.0, anchor_km, anchor_rcs_m2, anchor_km, rcs_m2) ** 0.25


def _radar_range() -> list[Row]:
    found = []
    bomber_m2 = 4.0 / snr_from_anchor(1.0, 390.0, 4.0, 570.0, 4.0)
    found.append(exact("T-04.bomber", BROCHURE, "cross-section, m2, that 570 km implies", 18.0, bomber_m2, 0.5))
    for factor, ratio in [(0.1, 0.5623), (0.01, 0.3162), (0.0001, 0.1)]:
        what = f"range ratio at {factor:g} of the cross-section"
        found.append(exact(f"range.{factor:g}", SKOLNIK, what, ratio, _range_km(1.0, 1.0, factor), 5e-5))
    snr = anchor_snr_swerling1(0.5, 1e-6)
    back = swerling1_detection_probability(snr, 1e-6)
    found.append(exact("range.anchor", RICHARDS, "Pd at the SNR that an anchor of Pd 0.5 implies", 0.5, back, 1e-12))
    return found


def _depth_of_fire() -> list[Row]:
    found = []
    for detected_km, count, ranges_km in [
        (100.0, 8, {1: 78.0, 2: 60.4, 3: 46.32, 8: 8.455}),
        (35.0, 4, {1: 26.0, 2: 18.8, 3: 13.04, 4: 8.432}),
    ]:
        computed = depth_of_fire_m(detected_km * 1e3, 80e3, 5e3, 250.0, 1000.0, 10.0, 10.0)
        name, what = f"depth.{detected_km:g}", f"detected at {detected_km:g} km, 250 against 1,000 m/s"
        found.append(exact(f"{name}.count", MACFADZEAN, f"intercepts, {what}", count, len(computed), 0.0))
        for nth, range_km in ranges_km.items():
            place = computed[nth - 1] / 1e3 if nth <= len(computed) else math.nan
            found.append(exact(f"{name}.{nth}", MACFADZEAN, f"intercept {nth}, km, {what}", range_km, place, 5e-3))
    return found


def _geometry() -> list[Row]:
    found = []
    for reach_km, aside_km, chord_km, time_s, aspect_deg in [
        (40, 10, 77.46, 309.8, 151.0),
        (100, 50, 173.2, 692.8, 120.0),
    ]:
        name, what = f"fly-by.{reach_km}", f"passing {aside_km} km from a radar that reaches {reach_km} km"
        chord = 2.0 * math.sqrt(reach_km**2 - aside_km**2)
        aspect = math.degrees(2.0 * math.acos(aside_km / reach_km))
        found += [
            exact(f"{name}.chord", GEOMETRY, f"chord, km, {what}", chord_km, chord, 0.05),
            exact(f"{name}.time", GEOMETRY, f"time in view, s, {what} at 250 m/s", time_s, chord / 0.25, 0.05),
            exact(f"{name}.aspect", GEOMETRY, f"span of aspects, deg, {what}", aspect_deg, aspect, 0.05),
        ]  # fmt: skip
    return found


def _identity() -> list[Row]:
    rare = 1.0 - (1.0 - 1e-4) ** 1000
    found = [exact("identity.rare", ELEMENTARY, "P(one or more) in 1,000 trials of 1e-4", 0.0952, rare, 5e-5)]
    for prior, hostile, friend, posterior in [
        (0.2, 0.0, 0.0, 0.2),
        (0.5, 0.0, 0.98, 0.98039),
        (0.2, 0.0, 0.9, 0.71429),
    ]:
        silent = prior * (1.0 - hostile)
        computed = silent / (silent + (1.0 - prior) * (1.0 - friend))
        what = f"P(hostile | no reply), prior {prior}, friends reply with {friend}"
        found.append(exact(f"identity.bayes-{prior}-{friend}", "Bayes' rule", what, posterior, computed, 5e-6))
    return found
