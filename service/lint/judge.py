"""What a reward of the service says of honest completions."""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.lint.frames import Frame, frames
from trainer_client import Failure, Outcome, RewardClient, Sample, Score
from trainer_client._errors import Rejected
from trainer_client._spec import RewardSpec
from trainer_client._types import RewardInfo

_TOKEN = re.compile(r"\w+|[^\w\s]")
_VOCABULARY = 50_000
_INVALID = 422
_NO_ATTEMPT = Frame("no attempt", "I do not know.")


@dataclass(frozen=True, slots=True)
class Trial:
    """One honest completion for one row."""

    frame: Frame
    answer: str
    reference: Mapping[str, Any]
    prompt: str | None

    @property
    def completion(self) -> str:
        """What is scored."""
        return self.frame.completion(self.answer)

    @property
    def wrong(self) -> str:
        """The same completion with another answer, for rewards that compare a group."""
        return self.frame.completion(self.wrong_answer)

    @property
    def wrong_answer(self) -> str:
        """An answer that is not this trial's."""
        return "0" if self.answer != "0" else "1"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the values of one reward begin to mean something."""

    high: float
    idle: float
    """The most that no attempt earns, or, from a reward that compares, a wrong answer."""

    def pays(self, value: float) -> bool:
        """Return whether a value is more than one gets for nothing, or the best there is."""
        return value > self.idle or value >= self.high


class Judge:
    """Asks one reward.

    Args:
        client: The service.
        info: The reward, as the catalogue has it.
        spec: Its params.
        compares: Whether it compares with a reference, its own or that of what it needs.
    """

    def __init__(self, client: RewardClient, info: RewardInfo, spec: RewardSpec, *, compares: bool) -> None:
        self._client = client
        self._info = info
        self.spec = spec
        self.compares = compares
        self._standing: Standing | None = None

    def outcomes(self, trials: Sequence[Trial]) -> list[Outcome]:
        """Return the outcome of each trial, in order.

        A reward of groups gets each completion twice, beside one with another answer. A trial for which the service
        refuses the whole request is a failure of the kind `refused`.

        Raises:
            RewardServiceError: the service is gone, or refuses everything.
        """
        if not trials:
            return []
        try:
            return self._scored(trials)
        except Rejected as error:
            if error.status != _INVALID:
                raise
            if len(trials) > 1:
                half = len(trials) // 2
                return [*self.outcomes(trials[:half]), *self.outcomes(trials[half:])]
            return [Failure("refused", "; ".join(message for _, message in error.errors) or error.detail)]

    def _scored(self, trials: Sequence[Trial]) -> list[Outcome]:
        if not self._info.group:
            samples = [_sample(trial, trial.completion, None) for trial in trials]
        else:
            samples = [
                _sample(trial, text, str(number))
                for number, trial in enumerate(trials)
                for text in (trial.completion, trial.completion, trial.wrong)
            ]
        found = self._client.score(self.spec.reward, samples, self.spec.params)
        return found[:: len(samples) // len(trials)]

    def standing(self, like: Trial) -> Standing:
        """Return where the reward's values begin to mean something, measured once.

        Args:
            like: A trial whose reference the reward can read.
        """
        if self._standing is None:
            low, high = self._info.range
            lowest, highest = float("-inf") if low is None else low, float("inf") if high is None else high
            idle = [Trial(_NO_ATTEMPT, "", like.reference, like.prompt)]
            if self.compares:
                # Some published rewards pay a little for any answer in their frame; that is not yet a score.
                idle += [
                    Trial(frame, like.wrong_answer, like.reference, like.prompt) for frame in [like.frame, *frames()]
                ]
            values = [each.value for each in self.outcomes(idle) if isinstance(each, Score) and each.value < highest]
            self._standing = Standing(highest, max([lowest, *values]))
        return self._standing


def _sample(trial: Trial, completion: str, group: str | None) -> Sample:
    tokens = _TOKEN.findall(completion)
    return Sample(
        completion,
        {name: value for name, value in trial.reference.items() if value is not None},
        prompt=trial.prompt,
        group=group,
        completion_tokens=len(tokens),
        completion_ids=[zlib.crc32(token.encode(errors="surrogatepass")) % _VOCABULARY for token in tokens],
    )
