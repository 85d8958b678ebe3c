"""A judge that says what a test has it say, and keeps what it was asked."""

from collections.abc import Mapping
from typing import Any

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from rewards.judging.fields import Fields
from rewards.judging.prompt import Asked, Prompt, Scale, VerdictT

FENCE = "==fence=="


class ReplayJudge:
    """Answers by the name of the question.

    Args:
        replies: By the name of a prompt, the fields of its verdict; by the name of a scale, the probabilities of its
            labels. `{"unavailable": text}` and `{"unparsable": text}` fail, as does a question without a reply.
    """

    name = "replay"

    def __init__(self, replies: Mapping[str, Mapping[str, Any]]) -> None:
        self._replies = replies
        self.asked: list[tuple[str, Asked]] = []
        """The questions by name, as they were sent."""
        self.questions: list[Prompt[Any] | Scale] = []
        """The same questions as they were declared."""

    async def ask(self, prompt: Prompt[VerdictT], fields: Fields) -> VerdictT:
        """Return the verdict laid down for the prompt."""
        return prompt.verdict.model_validate(self._reply(prompt, fields))

    async def weigh(self, scale: Scale, fields: Fields) -> Mapping[str, float]:
        """Return the probabilities laid down for the scale."""
        return self._reply(scale, fields)

    def _reply(self, question: Prompt[Any] | Scale, fields: Fields) -> Mapping[str, Any]:
        self.asked.append((question.name, question.render(fields, FENCE)))
        self.questions.append(question)
        reply = self._replies.get(question.name, {"unavailable": "No reply is laid down."})
        if "unavailable" in reply:
            raise JudgeUnavailable(reply["unavailable"])
        if "unparsable" in reply:
            raise JudgeUnparsable(reply["unparsable"])
        return reply
