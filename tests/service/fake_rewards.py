"""A service that says of a sample what a function says."""

from collections.abc import Callable, Sequence

from trainer_client import Outcome, Rejected, RewardRequest, RewardResult, Sample

Says = Callable[[str, Sample], Outcome]


class FakeRewards:
    """Answers in the place of a service, and remembers what it was asked.

    Args:
        says: What a reward says of a sample.
        refuses: The completions with which a request is refused.
    """

    def __init__(self, says: Says, refuses: Sequence[str] = ()) -> None:
        self._says = says
        self._refuses = refuses
        self.asked: list[tuple[str, list[str]]] = []

    async def score_many(self, rewards: Sequence[RewardRequest | str], samples: Sequence[Sample]) -> list[RewardResult]:
        """Return what one reward says about each sample."""
        (request,) = rewards
        assert isinstance(request, RewardRequest)
        texts = [str(sample.completion) for sample in samples]
        self.asked.append((request.reward, texts))
        if set(texts) & set(self._refuses):
            raise Rejected(422, "invalid", "", [("body.samples.0.prompt", "not a text")])
        outcomes = tuple(self._says(request.reward, sample) for sample in samples)
        return [RewardResult(request.reward, None, None, 0.0, outcomes)]
