"""Tables of the default weights of Bayes' rule, from the scenario's models."""

from markdown import code, table

from openiamd.scenario.evidence import Bayes, Procedure, Remote, Shares, Thresholds
from openiamd.scenario.quantities import Quantity

KINDS = ("friend", "neutral", "hostile")


def _figure(given: Quantity) -> str:
    """Return a probability with its range."""
    text = f"{given.value:g}"
    return text if given.low == given.high else f"{text} ({given.low:.2g}–{given.high:.2g})"


def weights() -> str:
    """Return priors and likelihoods by kind of object."""
    bayes = Bayes()
    rows: list[tuple[str, ...]] = [("`priors`", *_kinds(bayes.priors))]
    rows += [
        (code(f"answers.{mode}"), *_kinds(getattr(bayes.answers, mode))) for mode in type(bayes.answers).model_fields
    ]
    rows += [(code(f"kinematics: {one.name}"), *_kinds(one.likelihood)) for one in bayes.kinematics]
    return table(("probability", *KINDS), rows)


def _kinds(given: Shares) -> list[str]:
    return [_figure(getattr(given, kind)) for kind in KINDS]


def numbers() -> str:
    """Return the other probabilities and the thresholds."""
    bayes, rows = Bayes(), []
    for section, model in (("lane", Procedure), ("plan", Procedure), ("remote", Remote), ("thresholds", Thresholds)):
        for name, field in model.model_fields.items():
            value = _figure(getattr(getattr(bayes, section), name))
            rows.append((code(f"{section}.{name}"), value, field.description or ""))
    return table(("key", "value", "meaning"), rows)


def motions() -> str:
    """Return the conditions of the kinds of motion, in their order."""
    rows = []
    for one in Bayes().kinematics:
        speed, height, climb = (
            f"{pair[0].value:g} to {pair[1].value:g}" if pair else "any" for pair in (one.speed, one.height, one.climb)
        )
        course = f"{one.toward} within {one.within.value:g} s" if one.within else "any"
        rows.append((code(one.name), speed, height, climb, course))
    return table(("kind", "speed, m/s", "height, m", "climb, m/s", "course to"), rows)
