"""What identity is judged by: kinematic criteria, and the priors and likelihoods of Bayes' rule."""

from typing import Literal

from pydantic import Field

from openiamd.scenario.quantities import (
    ClimbRate,
    Entry,
    Identifier,
    Length,
    PositiveLength,
    PositiveTime,
    Probability,
    Quantity,
    Speed,
)

OWN = "own estimate"


def likely(value: float, low: float, high: float) -> Quantity:
    """Return a probability with its range, estimated here and verified nowhere."""
    return Quantity(value, low, high, "", OWN, "E", "D")


def choice(value: float, unit: str = "") -> Quantity:
    """Return a default in SI that is a choice, not a ranged input."""
    return Quantity(value, value, value, unit)


class Criterion(Entry):
    """Conditions on a track's motion, all of which must hold; what is left out is not asked."""

    speed: list[Speed] | None = Field(
        default=None, min_length=2, max_length=2, description="Slowest and fastest speed."
    )
    height: list[Length] | None = Field(
        default=None, min_length=2, max_length=2, description="Lowest and highest height above the ground."
    )
    climb: list[ClimbRate] | None = Field(
        default=None, min_length=2, max_length=2, description="Least and greatest rate of climb; below 0 is a descent."
    )
    toward: Literal["asset", "node"] | None = Field(
        default=None, description="Its straight course comes to a defended asset, or past the node itself …"
    )
    within: PositiveTime | None = Field(default=None, description="… within this time …")
    miss: PositiveLength = Field(
        default=choice(5_000.0, "m"), description="… and passes the node within this distance; of assets, their radius."
    )


class Shares(Entry):
    """A probability for each kind of object: friend, neutral, hostile."""

    friend: Probability = Field(description="For a friend.")
    neutral: Probability = Field(description="For a neutral, like an airliner.")
    hostile: Probability = Field(description="For a hostile.")


class KinematicClass(Criterion):
    """A kind of motion, and how often objects of each kind show it."""

    name: Identifier = Field(description="Short name, unique in the list.")
    likelihood: Shares = Field(description="Probability that an object of each kind shows it when looked at once.")


class Answers(Entry):
    """Probability that an object of each kind holds a mode, with its set working and rightly keyed."""

    mode3: Shares = Field(
        default_factory=lambda: shares((0.3, 0.1, 0.9), (0.98, 0.9, 0.999), (0.05, 0.01, 0.3)),
        description="Civil Mode 3/A/S.",
    )
    mode4: Shares = Field(
        default_factory=lambda: shares((0.9, 0.5, 0.99), (0.001, 0.0, 0.01), (0.001, 0.0, 0.01)), description="Mode 4."
    )
    mode5: Shares = Field(
        default_factory=lambda: shares((0.95, 0.7, 0.99), (0.001, 0.0, 0.01), (0.001, 0.0, 0.01)), description="Mode 5."
    )


class Procedure(Entry):
    """How often objects are found to fly as a lane or a plan demands."""

    own: Probability = Field(description="Objects of the kind that the lane or plan is for.")
    other: Probability = Field(description="All other objects.")


class Remote(Entry):
    """How often an identity that a link brings is right."""

    declared: Probability = Field(default=likely(0.95, 0.7, 0.99), description="FRIEND, NEUTRAL or HOSTILE.")
    presumed: Probability = Field(default=likely(0.7, 0.5, 0.9), description="ASSUMED_FRIEND or SUSPECT.")


class Thresholds(Entry):
    """Probabilities from which a track is declared; all above one half, so that one identity applies at most."""

    hostile: Probability = Field(default=choice(0.95), description="HOSTILE.")
    suspect: Probability = Field(default=choice(0.7), description="SUSPECT.")
    friend: Probability = Field(default=choice(0.99), description="FRIEND.")
    assumed_friend: Probability = Field(default=choice(0.7), description="ASSUMED_FRIEND.")
    neutral: Probability = Field(default=choice(0.8), description="NEUTRAL.")


class Bayes(Entry):
    """Priors, likelihoods and thresholds of the Bayesian combination."""

    priors: Shares = Field(
        default_factory=lambda: shares((0.35, 0.1, 0.6), (0.35, 0.1, 0.6), (0.3, 0.05, 0.6)),
        description="Share of each kind among what the node will track; they add up to 1.",
    )
    answers: Answers = Field(default_factory=Answers, description="Who can answer an interrogation.")
    lane: Procedure = Field(
        default_factory=lambda: Procedure(own=likely(0.6, 0.3, 0.9), other=likely(0.05, 0.01, 0.2)),
        description="Conformity with a corridor.",
    )
    plan: Procedure = Field(
        default_factory=lambda: Procedure(own=likely(0.9, 0.6, 0.98), other=likely(0.01, 0.001, 0.05)),
        description="Conformity with a flight plan.",
    )
    remote: Remote = Field(default_factory=Remote, description="Trust in identities that a link brings.")
    kinematics: list[KinematicClass] = Field(
        default_factory=lambda: kinematic_classes(),  # noqa: PLW0108 - it is defined below
        description="Kinds of motion; the first that fits counts. What fits none has the rest of the probability.",
    )
    kinematics_memory: PositiveTime = Field(
        default=choice(60.0, "s"),
        description="Motion within this time is one piece of evidence: the most hostile-looking kind shown in it.",
    )
    thresholds: Thresholds = Field(default_factory=Thresholds, description="From which probability what is declared.")


def shares(*kinds: tuple[float, float, float]) -> Shares:
    """Return nominal, low and high of friend, neutral and hostile as one entry."""
    friend, neutral, hostile = (likely(*kind) for kind in kinds)
    return Shares(friend=friend, neutral=neutral, hostile=hostile)


def kinematic_classes() -> list[KinematicClass]:
    """Return the default kinds of motion, the most telling first; every likelihood is an own estimate."""

    def between(low: float, high: float, unit: str) -> list[Quantity]:
        return [choice(low, unit), choice(high, unit)]

    def made(name: str, spread: float, kinds: tuple[float, float, float], **limits: object) -> KinematicClass:
        ranged = [(kind, kind / spread, min(kind * spread, 0.99)) for kind in kinds]
        return KinematicClass(name=name, likelihood=shares(*ranged), **limits)  # type: ignore[arg-type]

    fast, soon = between(900.0, 10_000.0, "m/s"), choice(120.0, "s")
    return [
        made("ballistic", 3.0, (1e-4, 1e-5, 0.1), speed=fast),
        made(
            *("anti-radiation", 3.0, (0.01, 5e-4, 0.1)), speed=between(250.0, 900.0, "m/s"),
            climb=between(-900.0, -30.0, "m/s"), toward="node", within=soon,
        ),
        made(
            *("cruise", 2.0, (0.03, 0.005, 0.4)), speed=between(150.0, 350.0, "m/s"), height=between(0.0, 1_000.0, "m"),
            toward="asset", within=choice(480.0, "s"),
        ),
        made(
            *("drone", 2.0, (0.05, 0.02, 0.25)), speed=between(25.0, 80.0, "m/s"), height=between(0.0, 4_000.0, "m"),
            toward="asset", within=choice(3_600.0, "s"),
        ),
        made(
            *("airliner", 1.2, (0.2, 0.8, 0.02)), speed=between(180.0, 280.0, "m/s"),
            height=between(7_000.0, 13_000.0, "m"), climb=between(-8.0, 8.0, "m/s"),
        ),
        made("fighter", 1.5, (0.5, 0.1, 0.06), speed=between(180.0, 600.0, "m/s")),
    ]  # fmt: skip
