"""What a training job sends to the service, and what it gets back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from trainer_client._statistics import Statistics

__all__ = [
    "SHARED_FAILURE_KINDS",
    "Failure",
    "Outcome",
    "RewardInfo",
    "RewardRequest",
    "RewardResult",
    "Sample",
    "Score",
    "Text",
]

Text = str | Sequence[Mapping[str, Any]]
"""A plain text, or a list of chat messages."""

SHARED_FAILURE_KINDS = frozenset({"bad_reference", "missing_reference", "too_long", "not_applicable"})
"""The kinds of failure that every completion of a prompt shares, since their cause lies in the prompt's
row."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion to score."""

    completion: Text
    """What the model wrote."""

    reference: Mapping[str, Any] | None = None
    """What the completion is compared with, by field; fields that are None are left out."""

    prompt: Text | None = None
    """What the model was given."""

    group: str | None = None
    """The id that the completions of one prompt share."""

    completion_tokens: int | None = None
    """The completion's length in tokens."""

    completion_ids: Sequence[int] | None = None
    """The completion's token ids."""

    id: str | None = None
    """Any name for the sample; the service repeats it in the outcome."""


@dataclass(frozen=True, slots=True)
class Score:
    """A judgement."""

    value: float
    """A finite number within the range that the reward declares."""

    reason: str
    """A short code for the rule that decided, such as `no_answer`."""

    explanation: str
    """One sentence for people."""

    details: Mapping[str, Any] = field(default_factory=dict)
    """What was seen on the way: the extracted answer, parsed forms, counts."""

    id: str | None = None
    """The sample's id, if it had one."""

    @property
    def status(self) -> Literal["scored"]:
        """Tells a score from a failure."""
        return "scored"


@dataclass(frozen=True, slots=True)
class Failure:
    """No judgement was possible; a failure is not a zero."""

    kind: str
    """Why, as a short code such as `deadline` or `missing_reference`."""

    message: str
    """One sentence for people."""

    retryable: bool = False
    """Whether the same request may succeed later."""

    id: str | None = None
    """The sample's id, if it had one."""

    @property
    def status(self) -> Literal["failed"]:
        """Tells a failure from a score."""
        return "failed"

    @property
    def value(self) -> None:
        """There is none."""
        return

    @property
    def shared(self) -> bool:
        """Whether every completion of the same prompt fails alike."""
        return self.kind in SHARED_FAILURE_KINDS


Outcome = Score | Failure


@dataclass(frozen=True, slots=True)
class RewardRequest:
    """One reward to apply to a batch."""

    reward: str
    """The id, such as `math_equal@v2`."""

    params: Mapping[str, Any] | None = None
    """Settings that the reward's version offers."""

    behaviour: str | None = None
    """The behaviour digest that the service must answer with."""

    build: str | None = None
    """The build digest that the service must answer with."""


@dataclass(frozen=True, slots=True)
class RewardResult:
    """What one reward said about a batch, and which code said it."""

    reward: str
    """The id that was asked for."""

    behaviour: str | None
    """The digest of what this version returns; None while it is not released."""

    build: str | None
    """The digest of the code and the packages that produced the outcomes."""

    elapsed_ms: float
    """How long the service worked on it."""

    outcomes: tuple[Outcome, ...]
    """One for each sample, in order."""

    statistics: Statistics | None = None
    """What the outcomes say about the reward, where it was asked for and the service knows it."""


@dataclass(frozen=True, slots=True)
class RewardInfo:
    """One entry of the service's catalogue."""

    id: str
    """The name and the version, such as `math_equal@v2`."""

    behaviour: str | None
    """The digest of what this version returns; None while it is not released."""

    build: str | None
    """The digest of its code and packages."""

    summary: str
    """One line of documentation."""

    doc: str
    """The whole documentation."""

    range: tuple[float | None, float | None]
    """The lowest and the highest value; None where there is no bound."""

    reference: Mapping[str, Any]
    """The JSON schema of the reference."""

    params: Mapping[str, Any]
    """The JSON schema of the params."""

    needs: tuple[str, ...]
    """The rewards whose scores it builds on."""

    group: bool
    """Whether it compares the completions of one prompt with each other."""

    raw: Mapping[str, Any] = field(repr=False, compare=False, default_factory=dict)
    """The entry as it arrived, with every field of a newer service."""
