import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openiamd.errors import UnitError
from openiamd.units import DECIBELS, EXAMPLES, UNITS, format_quantity, quantity, units_table


@pytest.mark.parametrize(
    ("text", "dimension", "si"),
    [
        ("12 km", "length", 12_000.0),
        ("12km", "length", 12_000.0),
        ("1 nmi", "length", 1852.0),
        ("33000 ft", "length", 10_058.4),
        ("FL330", "length", 10_058.4),
        ("5 min", "time", 300.0),
        ("900 km/h", "speed", 250.0),
        ("450 kt", "speed", 231.5),
        ("180 deg", "angle", math.pi),
        ("180°", "angle", math.pi),
        ("6 rpm", "angular_rate", 0.2 * math.pi),
        ("10 GHz", "frequency", 1e10),
        ("6 1/min", "rate", 0.1),
        ("0.1 m²", "area", 0.1),
        ("-10 dBsm", "area", 0.1),
        ("30 dBm", "power", 1.0),
        ("20 dB", "ratio", 100.0),
        ("3 dB", "ratio", 1.9952623149688795),
        ("35 kUSD", "money", 35_000.0),
        ("1 g", "acceleration", 9.80665),
        ("-1.5e3 m", "length", -1500.0),
        (".5", "probability", 0.5),
        ("99 %", "probability", 0.99),
        (0.25, "ratio", 0.25),
        (4, "number", 4.0),
    ],
)
def test_published_factors(text, dimension, si):
    assert quantity(text, dimension) == pytest.approx(si, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "dimension", "sentence"),
    [
        (12, "length", "12 has no unit where a length is wanted"),
        ("12", "length", "'12' has no unit where a length is wanted"),
        ("12 s", "length", "'12 s' has unit 's' where a length is wanted"),
        ("12 KM", "length", "'12 KM' has unit 'KM' where a length is wanted"),
        ("3 dB", "length", "'3 dB' has unit 'dB' where a length is wanted"),
        ("FL330", "speed", "'FL330' is not a speed"),
        ("about 3 km", "length", "'about 3 km' is not a length"),
        ("", "time", "'' is not a time"),
        ("nan km", "length", "'nan km' is not a length"),
        (math.nan, "ratio", "nan is not a finite number"),
        (math.inf, "number", "inf is not a finite number"),
        ("1e999 m", "length", "'1e999 m' is not a finite number"),
        ("1e308 km", "length", "'1e308 km' is not a finite number"),
        ("9999 dB", "ratio", "'9999 dB' is not a finite number"),
        pytest.param(10**5000, "number", "an integer of more than 60 digits is not a finite number", id="huge"),
        (True, "number", "True is not a number"),
        (None, "angular_rate", "None is not an angular rate"),
        (["1 km"], "length", "['1 km'] is not a length"),
        (1.5, "probability", "1.5 is not a probability between 0 and 1"),
        ("-1 %", "probability", "'-1 %' is not a probability between 0 and 1"),
        ("٣ km", "length", "'٣ km' is not a length"),
    ],
)
def test_refusals_name_the_culprit_and_show_the_cure(value, dimension, sentence):
    with pytest.raises(UnitError) as caught:
        quantity(value, dimension)
    assert str(caught.value) == sentence
    assert caught.value.hint is not None
    assert EXAMPLES[dimension] in caught.value.hint


WRITABLE = [(dimension, unit) for dimension, units in UNITS.items() for unit in units if dimension != "probability"]
WRITABLE += [(dimension, unit) for dimension, units in DECIBELS.items() for unit in units]


@given(st.sampled_from(WRITABLE), st.floats(1e-6, 1e9))
def test_what_is_written_is_read_back(where, value_si):
    dimension, unit = where
    assert quantity(format_quantity(value_si, unit, digits=17), dimension) == pytest.approx(value_si, rel=1e-13)
    assert quantity(format_quantity(value_si, unit), dimension) == pytest.approx(value_si, rel=2e-4)


@given(st.integers(0, 999))
def test_flight_levels_are_read_back(level):
    text = f"FL{level:03d}"
    assert format_quantity(quantity(text, "length"), "FL") == text


@given(
    st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.none(), st.booleans()), st.sampled_from(list(UNITS))
)
def test_anything_is_read_finite_or_refused(value, dimension):
    try:
        si = quantity(value, dimension)
    except UnitError:
        return
    assert math.isfinite(si)


@pytest.mark.parametrize(
    ("value_si", "unit", "text"),
    [
        (12_345.678, "km", "12.3457 km"),
        (0.5, "dB", "-3.0103 dB"),
        (4.0, "", "4"),
        (35_000.0, "kUSD", "35 kUSD"),
        (0.0, "dB", "-inf dB"),
    ],
)
def test_written_quantities_are_readable(value_si, unit, text):
    assert format_quantity(value_si, unit) == text


def test_unknown_names_are_defects_of_the_caller():
    with pytest.raises(KeyError):
        quantity("1 m", "lenght")
    with pytest.raises(KeyError):
        format_quantity(1.0, "furlong")


def test_table_lists_every_unit_once():
    rows = [(row["dimension"], row["unit"]) for row in units_table()]
    assert len(rows) == len(set(rows)) == sum(map(len, UNITS.values())) + sum(map(len, DECIBELS.values())) + 1
    assert {dimension for dimension, _ in rows} == set(UNITS) == set(EXAMPLES)


def test_examples_are_readable():
    for dimension, example in EXAMPLES.items():
        quantity(example, dimension)
