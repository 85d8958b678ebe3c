"""The two kinds of question as the service handles them: how each is asked on the wire, and how its answer is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import orjson

from rewards.judging.fields import Fields
from rewards.judging.prompt import Asked, Canary, Prompt, Scale, VerdictT
from service.judging import replies
from service.judging.replies import Reply

AnswerT = TypeVar("AnswerT")
_SAME_VALUE = 0.1
"""Two expected values that differ by no more are the same opinion."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a question asks of the endpoint beside its words."""

    schema: Mapping[str, Any] | None
    """JSON schema of the reply; None for one token whose probabilities are wanted."""
    max_tokens: int


class Question(Protocol[AnswerT]):
    """A question, whatever its answer is."""

    @property
    def name(self) -> str:
        """The question's name, which begins with its reward's id."""
        ...

    @property
    def form(self) -> Form:
        """What it asks of the endpoint beside its words."""
        ...

    @property
    def canaries(self) -> Sequence[Canary[AnswerT]]:
        """Cases whose answer is known."""
        ...

    def render(self, fields: Fields, fence: str) -> Asked:
        """Return the words that are sent."""
        ...

    def favour(self, fields: Fields) -> AnswerT:
        """Return the answer of a judge that was bought."""
        ...

    def read(self, reply: Reply) -> AnswerT:
        """Return the answer that a reply holds.

        Raises:
            JudgeUnparsable: it holds none.
        """
        ...

    def dump(self, answer: AnswerT) -> bytes:
        """Return an answer as the cache keeps it."""
        ...

    def load(self, kept: bytes) -> AnswerT:
        """Return the answer that `dump` wrote."""
        ...

    def agree(self, one: AnswerT, other: AnswerT) -> bool:
        """Return whether two answers decide the same."""
        ...


class VerdictQuestion(Generic[VerdictT]):
    """A question that is answered by a verdict."""

    def __init__(self, prompt: Prompt[VerdictT]) -> None:
        self._prompt = prompt
        self.name = prompt.name
        self.form = Form(prompt.schema, prompt.max_tokens)
        self.canaries = prompt.canaries

    def render(self, fields: Fields, fence: str) -> Asked:
        """Return the words that are sent."""
        return self._prompt.render(fields, fence)

    def favour(self, fields: Fields) -> VerdictT:
        """Return the verdict of a judge that was bought."""
        return self._prompt.bought(fields)

    def read(self, reply: Reply) -> VerdictT:
        """Return the verdict that a reply's text is, whole.

        Raises:
            JudgeUnparsable: the text is something else.
        """
        return replies.verdict(reply, self._prompt.verdict)

    def dump(self, answer: VerdictT) -> bytes:
        """Return a verdict as the cache keeps it."""
        return answer.model_dump_json().encode()

    def load(self, kept: bytes) -> VerdictT:
        """Return the verdict that the cache kept."""
        return self._prompt.verdict.model_validate_json(kept)

    def agree(self, one: VerdictT, other: VerdictT) -> bool:
        """Return whether two verdicts decide the same, whatever reasons they give."""
        return one.decision() == other.decision()


class ScaleQuestion:
    """A question whose answer is how likely each label is."""

    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        self.name = scale.name
        self.form = Form(None, 1)
        self.canaries = scale.canaries

    def render(self, fields: Fields, fence: str) -> Asked:
        """Return the words that are sent."""
        return self._scale.render(fields, fence)

    def favour(self, fields: Fields) -> Mapping[str, float]:  # noqa: ARG002 - the protocol's shape
        """Return all probability on the label that is worth most."""
        return {max(self._scale.values, key=self._scale.values.__getitem__): 1.0}

    def read(self, reply: Reply) -> Mapping[str, float]:
        """Return the probabilities of the labels.

        Raises:
            JudgeUnparsable: the endpoint gave none.
        """
        return replies.weights(reply.likely, self._scale.values)

    def dump(self, answer: Mapping[str, float]) -> bytes:
        """Return probabilities as the cache keeps them."""
        return orjson.dumps(dict(answer))

    def load(self, kept: bytes) -> Mapping[str, float]:
        """Return the probabilities that the cache kept."""
        loaded: dict[str, float] = orjson.loads(kept)
        return loaded

    def agree(self, one: Mapping[str, float], other: Mapping[str, float]) -> bool:
        """Return whether two sets of probabilities come to about the same value."""
        return abs(self._worth(one) - self._worth(other)) <= _SAME_VALUE

    def _worth(self, answer: Mapping[str, float]) -> float:
        return sum(answer.get(label, 0.0) * value for label, value in self._scale.values.items())
