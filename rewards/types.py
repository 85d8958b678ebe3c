"""The vocabulary every reward is written in.

A reward turns a `Sample` into an `Outcome`: a `Score` when a judgement was possible, a `Failure` when none was.

Whose fault decides which of the two it is. What the completion caused (no answer, an unreadable answer, a text
over the limit, an answer that burns its budget) is a `Score` with the lowest value and a reason, so that writing
such a completion never pays. What the reference, the judge, the machine or the clock caused is a `Failure`, which
has no value at all, so that nobody mistakes it for a zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from rewards.judging.fields import Fields
    from rewards.judging.prompt import Prompt, Scale, Verdict

    VerdictT = TypeVar("VerdictT", bound=Verdict)


class Frozen(BaseModel):
    """Base of every `Reference` and `Params`: immutable, and closed to fields it does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NoReference(Frozen):
    """The reference of a reward that judges the completion by itself."""


class NoParams(Frozen):
    """The params of a reward that has none."""


RefT_co = TypeVar("RefT_co", bound=Frozen, covariant=True)

Detail = str | float | int | bool
"""One value under `Score.details`: a number to aggregate or a short text to read."""


@dataclass(frozen=True, slots=True)
class Sample(Generic[RefT_co]):
    """One completion to score."""

    completion: str
    """The text of the last assistant message."""

    reference: RefT_co
    """What the completion is compared with; a `NoReference` where nothing is."""

    prompt: str | None = None
    """The text that the model was given, if the caller sent it."""

    group: str | None = None
    """The id shared by the completions of one prompt."""

    completion_tokens: int | None = None
    """The completion's length in tokens, as the trainer counted it."""

    completion_ids: tuple[int, ...] | None = None
    """The completion's token ids."""


@dataclass(frozen=True, slots=True)
class Score:
    """A judgement."""

    value: float
    """Finite and within the range that the reward declares."""

    reason: str
    """A short code for the rule that decided, such as `equal` or `no_answer`."""

    explanation: str
    """One sentence for people."""

    details: Mapping[str, Detail] = field(default_factory=dict)
    """What was seen on the way: the extracted answer, parsed forms, counts."""


class FailureKind(StrEnum):
    """Why no judgement was possible."""

    BAD_REFERENCE = "bad_reference"
    """The reference cannot be read as what the reward compares with."""

    MISSING_REFERENCE = "missing_reference"
    """The reward needs a reference and the sample has none."""

    TOO_LONG = "too_long"
    """The reference or the prompt is longer than the service accepts."""

    DEADLINE = "deadline"
    """The request's wall time ran out before this sample was scored."""

    CRASH = "crash"
    """The reward raised, or its worker died of something that is not the sample's own limit."""

    JUDGE_UNAVAILABLE = "judge_unavailable"
    """The judge is not configured, down, throttled or over its budget."""

    JUDGE_UNPARSABLE = "judge_unparsable"
    """The judge's reply, or what its replies say together, is no verdict."""

    OUT_OF_RANGE = "out_of_range"
    """The reward returned NaN, an infinity or a value outside its declared range."""

    NOT_APPLICABLE = "not_applicable"
    """The reward does not apply to this sample, such as one of an incomplete group."""

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later."""
        return self in {FailureKind.DEADLINE, FailureKind.CRASH, FailureKind.JUDGE_UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Failure:
    """No judgement was possible: there is no value, and least of all zero."""

    kind: FailureKind
    message: str
    """One sentence for people. It never quotes the completion."""

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later."""
        return self.kind.retryable


Outcome = Score | Failure


@dataclass(frozen=True, slots=True)
class Needs:
    """The scores of the rewards that a declaration names in `needs`, by reward id."""

    scores: Mapping[str, Score]

    def __getitem__(self, reward_id: str) -> Score:
        return self.scores[reward_id]


class Judge(Protocol):
    """A language model that is asked for verdicts. An `async def` reward receives one by this annotation.

    Whatever keeps a verdict from being given is raised as a `RewardError`: `JudgeUnavailable` where nobody answered,
    `JudgeUnparsable` where what was answered is no verdict.
    """

    @property
    def name(self) -> str:
        """The model, with its revision where one is known: `model` or `model@revision`."""
        ...

    async def ask(self, prompt: "Prompt[VerdictT]", fields: "Fields") -> "VerdictT":
        """Return the verdict on what the fields hold."""
        ...

    async def weigh(self, scale: "Scale", fields: "Fields") -> Mapping[str, float]:
        """Return the probability of each of the scale's labels as the first token of the reply.

        What is missing from 1 went to other tokens.
        """
        ...
