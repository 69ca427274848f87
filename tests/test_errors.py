import pickle

import pytest

from openiamd.errors import OpenIAMDError, ScenarioError, UnitError, UsageError, format_error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            ScenarioError("link 'l16' joins nothing", file="turkey.yaml", line=14),
            "turkey.yaml:14: link 'l16' joins nothing",
        ),
        (ScenarioError("is empty", file="turkey.yaml"), "turkey.yaml: is empty"),
        (UsageError("no such command"), "no such command"),
    ],
)
def test_text_is_place_and_message(error, text):
    assert str(error) == text
    assert format_error(error) == text


def test_hint_stays_apart():
    error = UsageError("no such command", hint="commands: check, run")
    assert str(error) == "no such command"
    assert format_error(error) == "no such command\nhint: commands: check, run"


def test_at_places_an_error_once():
    error = UnitError("'12' has no unit").at("a.yaml", 3).at("b.yaml", 9)
    assert str(error) == "a.yaml:3: '12' has no unit"


def test_every_error_is_in_the_drawn_tree():
    import openiamd.errors

    drawn = {line.split()[1] for line in (openiamd.errors.__doc__ or "").splitlines() if line[:1] in "├└" and line}
    assert drawn == {error.__name__ for error in OpenIAMDError.__subclasses__()}


def test_errors_cross_process_borders():
    error = pickle.loads(pickle.dumps(ScenarioError("wrong", file="a.yaml", line=2, hint="right")))
    assert (str(error), error.hint) == ("a.yaml:2: wrong", "right")
