"""What can be asked for by one name: a reward, or a rubric of several. Either comes to one outcome per sample."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewards.declare import Reward
from rewards.frames import EncodedOutcome
from rewards.registry import Registry
from rewards.types import Frozen
from service.call import Call
from service.errors import ProblemError
from service.rubrics.book import RubricBook
from service.rubrics.rubric import ID_PATTERN, Rubric, RubricError
from service.scoring import Ask, Submission
from service.serving import ServedScorer


@dataclass(frozen=True, slots=True)
class Target:
    """A reward or a rubric."""

    id: str
    asks: Sequence[Ask]
    names: Sequence[str]
    """What the value of each ask is called."""
    range: tuple[float, float]
    references: Sequence[type[Frozen]]
    """What its rewards, and those that they need, compare with."""
    rubric: Rubric | None = None

    @property
    def rewards(self) -> list[Reward]:
        """The rewards that it is made of."""
        return [ask.reward for ask in self.asks]

    @property
    def fields(self) -> dict[str, bool]:
        """The fields of a reference, and whether one of the rewards cannot do without."""
        found: dict[str, bool] = {}
        for model in self.references:
            for name, info in model.model_fields.items():
                found[name] = found.get(name, False) or info.is_required()
        return found


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a target says of a batch."""

    whole: Sequence[EncodedOutcome]
    """One outcome for each sample."""
    parts: Mapping[str, Sequence[EncodedOutcome]]
    """The outcomes of each ask, by its name."""
    seconds: float


class Targets:
    """Finds targets and scores batches with them.

    Args:
        registry: The rewards that are served.
        book: The rubrics that are served.
        scorer: What scores.
    """

    def __init__(self, registry: Registry, book: RubricBook, scorer: ServedScorer) -> None:
        self.registry = registry
        self._book = book
        self._scorer = scorer

    async def find(self, team: str, target_id: str) -> Target:
        """Return what a team means by a name.

        Raises:
            ProblemError: nothing, or it cannot be found out now.
        """
        if (reward := self.registry.get(target_id)) is not None:
            return self._of_reward(reward)
        if (rubric := await self.rubric(team, target_id)) is None:
            raise ProblemError("unknown-reward", 404, self._unknown(target_id))
        return self.of_rubric(rubric)

    def find_operators(self, target_id: str) -> Target:
        """Return what everybody means by a name before anybody has put anything.

        Raises:
            ProblemError: nothing.
        """
        if (reward := self.registry.get(target_id)) is not None:
            return self._of_reward(reward)
        if (rubric := self._book.operators.get(target_id)) is None:
            raise ProblemError("unknown-reward", 404, self._unknown(target_id))
        return self.of_rubric(rubric)

    async def rubric(self, team: str, rubric_id: str) -> Rubric | None:
        """Return a rubric that a team can use; None where there is none of this name for it.

        Raises:
            ProblemError: it does not fit the rewards any more, or it cannot be found out now.
        """
        if not re.fullmatch(ID_PATTERN, rubric_id):
            return None
        try:
            return await self._book.find(team, rubric_id)
        except RubricError as error:
            detail = f"The rubric {rubric_id} cannot be used with this version of the service: {error}."
            raise ProblemError("unknown-reward", 404, detail) from None

    def _of_reward(self, reward: Reward) -> Target:
        ask = Ask(reward, reward.params())
        return Target(reward.id, [ask], [reward.id], reward.range, self.registry.references(reward))

    def of_rubric(self, rubric: Rubric) -> Target:
        """Return a rubric as a target."""
        references: list[type[Frozen]] = []
        for ask in rubric.asks:
            references += [each for each in self.registry.references(ask.reward) if each not in references]
        names = [part.key for part in rubric.body.parts]
        return Target(rubric.id, rubric.asks, names, rubric.range, references, rubric)

    async def score(self, call: Call, target: Target, submissions: Sequence[Submission], deadline_s: float) -> Verdicts:
        """Return what a target says of a batch.

        Raises:
            PoolUnavailableError: the pool cannot take the work now.
            ProblemError: as `ServedScorer.score`.
        """
        served = await self._scorer.score(call, target.asks, submissions, deadline_s)
        columns = served.outcomes
        whole = columns[0] if target.rubric is None else target.rubric.combine(columns)
        return Verdicts(whole, dict(zip(target.names, columns, strict=True)), served.seconds)

    def _unknown(self, target_id: str) -> str:
        near = difflib.get_close_matches(target_id[:100], [*self.registry, *self._book.operators], n=3, cutoff=0.7)
        hint = f"Did you mean {' or '.join(near)}?" if near else "GET /v1/rewards and /v1/rubrics list what is served."
        return f"There is no reward or rubric {target_id[:100]!r}. {hint}"
