"""Rules of identification and engagement, as named sets that nodes refer to."""

from typing import Literal

from pydantic import Field

from openiamd.scenario.evidence import Bayes, Criterion
from openiamd.scenario.quantities import Entry, Length, PositiveLength, PositiveTime, Quantity, Speed, Spread, Time

ControlStatus = Literal["HOLD", "TIGHT", "FREE"]
TargetClass = Literal["ballistic", "air", "slow"]


def _default(value: float, unit: str) -> Quantity:
    """Return a default in SI; defaults are choices, not ranged inputs."""
    return Quantity(value, value, value, unit)


class Shots(Entry):
    """How many interceptors are spent on one track."""

    policy: Literal["salvo", "shoot_look_shoot", "shoot_shoot_look"] = Field(
        default="salvo",
        description="salvo: so many interceptors, then a look. shoot_look_shoot: a look after each. shoot_shoot_look: "
        "two or more before the look.",
    )
    salvo: int | None = Field(
        default=None,
        ge=1,
        le=8,
        description="Interceptors fired without a look between them; without it 2, under shoot_look_shoot 1.",
    )
    spacing: Time = Field(
        default=_default(0.0, "s"),
        description="From one interceptor of a salvo to the next, each with its own intercept; 0: fired together.",
    )
    salvos: int = Field(
        default=2, ge=1, le=20, description="At most this many salvos at one track, each after assessment."
    )

    @property
    def rounds(self) -> int:
        """Interceptors fired without a look between them."""
        return self.salvo or (1 if self.policy == "shoot_look_shoot" else 2)


class HostileBehaviour(Entry):
    """Behaviour that may make a track that does not answer HOSTILE."""

    time_to_go: PositiveTime = Field(
        default=_default(480.0, "s"), description="Inbound to a defended asset within this time …"
    )
    below: PositiveLength = Field(default=_default(3000.0, "m"), description="… and lower than this height …")
    speed: list[Speed] = Field(
        default=[_default(30.0, "m/s"), _default(350.0, "m/s")],
        min_length=2,
        max_length=2,
        description="… and with a speed between these two.",
    )


class ClassWeights(Entry):
    """What a track of each target class is worth against the others."""

    ballistic: float = Field(
        default=1.0, ge=0.0, allow_inf_nan=False, description="At least as fast as 'ballistic_speed'."
    )
    air: float = Field(default=1.0, ge=0.0, allow_inf_nan=False, description="In between.")
    slow: float = Field(default=1.0, ge=0.0, allow_inf_nan=False, description="Slower than 'slow_speed'.")


class Priority(Entry):
    """What a track is worth: value of the asset it reaches first x class weight x 2^(-time to go / half_time)."""

    half_time: PositiveTime = Field(
        default=_default(120.0, "s"), description="Time to go that halves the worth of a track."
    )
    classes: ClassWeights = Field(default_factory=ClassWeights, description="Weight of each target class.")


class ContactLoss(Entry):
    """What a node does that no longer hears its superior."""

    action: Literal["autonomous_free", "autonomous_tight", "hold", "dark", "self_defence"] = Field(
        description="autonomous_free, autonomous_tight, hold: that control status. dark: its radars fall silent "
        "and its fire units take no orders. self_defence: as hold, with self-defence even where the doctrine has none."
    )
    after: PositiveTime = Field(description="Silence of the superior after which it takes effect.")


class Doctrine(Entry):
    """One set of rules."""

    weapons_control: ControlStatus = Field(
        default="TIGHT",
        description="FREE: engage what is not identified friendly. TIGHT: only HOSTILE. HOLD: only self-defence.",
    )
    autonomous: ControlStatus = Field(
        default="TIGHT", description="Weapons control status when contact with the superior is lost."
    )
    weapons_control_by_class: dict[TargetClass, ControlStatus] = Field(
        default={},
        description="Weapons control status of some target classes, like {ballistic: FREE, slow: HOLD}. Nodes can tell "
        "'ballistic' (as fast as 'ballistic_speed'), 'slow' (slower than 'slow_speed') and 'air' (else).",
    )
    contact_loss: ContactLoss | None = Field(
        default=None,
        description="What happens when contact with the superior is lost, and after which time; instead of "
        "'autonomous' and the contact_timeout of the node's catalogue entry.",
    )
    method: Literal["DECENTRALIZED", "CENTRALIZED", "AUTONOMOUS"] = Field(
        default="DECENTRALIZED",
        description="Who decides on engagements: the node itself, its superior, or the node cut off.",
    )
    shots: Shots = Field(default_factory=Shots, description="Shot doctrine.")
    assignment: Literal["greedy", "optimal", "random"] = Field(
        default="greedy",
        description="Which track goes to which fire unit. greedy: again and again the pair of greatest worth x kill "
        "probability. optimal: the greatest sum of that over all free channels. random (idealised): worths are drawn.",
    )
    priority: Priority = Field(default_factory=Priority, description="What a track is worth in the assignment.")
    coordinate: bool = Field(
        default=True,
        description="Whether a node holds fire at what a link that carries 'engagement' says another node engages.",
    )
    decision_delay: Time | None = Field(
        default=None,
        description="From confirmed track to first decision; without it, that of the node's catalogue entry.",
    )
    decision_spread: Spread | None = Field(
        default=None,
        description="Standard deviation of the logarithm of the decision delay, whose median is 'decision_delay'; "
        "without it, that of the node's catalogue entry, which may have none.",
    )
    hostile: HostileBehaviour = Field(default_factory=HostileBehaviour, description="Hostile behaviour.")
    ballistic_speed: Speed = Field(
        default=_default(900.0, "m/s"), description="A track faster than this is a ballistic missile, and HOSTILE."
    )
    slow_speed: Speed = Field(
        default=_default(80.0, "m/s"), description="A track slower than this is of the class 'slow', like a drone."
    )
    interrogations: int = Field(
        default=2, ge=0, le=50, description="Unanswered interrogations before behaviour counts."
    )
    missile: Criterion | None = Field(
        default=None,
        description="Motion by which a track is taken for a missile, as an anti-radiation missile's: HOSTILE once "
        "enough interrogations went unanswered, SUSPECT before. Without it, motion is judged by 'hostile' alone.",
    )
    identification: Literal["rules", "bayes"] = Field(
        default="rules",
        description="rules: the first rule that applies decides. bayes: all evidence is weighed by Bayes' rule.",
    )
    bayes: Bayes | None = Field(
        default=None, description="Priors, likelihoods and thresholds of 'bayes'; without it, the defaults."
    )
    conflict: Literal["own_reply", "friend", "authority", "threat"] = Field(
        default="own_reply",
        description="Whose identity counts where own evidence and a report disagree on fire. own_reply: a reply heard "
        "by the node, else the report; under bayes, the weight. friend: a FRIEND of either, else the superior's, else "
        "the more hostile. authority: the superior's, else the own. threat: the more hostile.",
    )
    self_defence: bool = Field(default=True, description="Whether a HOSTILE that closes in may be engaged under HOLD.")
    self_defence_radius: Length = Field(
        default=_default(20_000.0, "m"), description="Distance within which that holds."
    )
    engage: Literal["repeatedly", "once"] = Field(
        default="repeatedly", description="once (idealised): engage at the first decision or never."
    )
