"""Reads the samples of a batch one by one: those that are plainly right at once, the others by their model.

So a batch of which one sample is wrong costs little more than a right one, and others have their turn meanwhile.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from rewards.declare import Reward
from rewards.registry import Registry
from service import errors, wire
from service.fast_json import check_fields
from service.intake import Plain, SampleIntake
from service.scoring import Submission
from service.submissions import Misfits, present, submission

_TURN_S = 0.005
"""How long to read before others have their turn."""

SampleT = TypeVar("SampleT", bound=wire.SampleBody)


class Read(NamedTuple):
    """The samples of a request."""

    submissions: list[Submission]
    ids: list[str | None]


class BatchIntake(Generic[SampleT]):
    """Reads batches of one kind.

    Args:
        intake: Reads what is plainly right.
        model: What judges the rest.
        misfits: What is wrong with a sample that its model accepts, by its number.
        submit: What the scorer takes for one.
    """

    def __init__(
        self,
        intake: SampleIntake,
        model: type[SampleT],
        misfits: Callable[[int, SampleT], list[errors.Place]],
        submit: Callable[[SampleT], Submission],
    ) -> None:
        self._intake = intake
        self._model = model
        self._misfits = misfits
        self._submit = submit

    async def read(self, samples: Sequence[object], places: Iterable[errors.Place] = ()) -> Read:
        """Return the samples.

        Args:
            samples: What was sent.
            places: What else is wrong with the request.

        Raises:
            ProblemError: something is wrong, or was already.
        """
        read = Read([], [])
        places = list(places)
        ends_at = time.perf_counter() + _TURN_S
        for index, sample in enumerate(samples):
            found = self._intake.read(sample) or self._modelled(index, sample, places)
            if found is not None:
                read.submissions.append(found[0])
                read.ids.append(found[1])
            elif len(places) > errors.MAX_LISTED:
                break
            if time.perf_counter() > ends_at:
                await asyncio.sleep(0)
                ends_at = time.perf_counter() + _TURN_S
        if places:
            raise errors.invalid(places)
        return read

    def _modelled(self, index: int, sample: object, places: list[errors.Place]) -> Plain | None:
        """Return a sample as its model reads it; None where it is wrong, and then say so.

        Raises:
            ProblemError: it is not even a sample, and then the others are not looked at: they may all be none.
        """
        check_fields(("body", "samples", index), sample)
        try:
            read = self._model.model_validate(sample, from_attributes=True)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            wrong = [errors.place(("body", "samples", index, *one["loc"]), one["msg"]) for one in found]
            raise errors.invalid([*places, *wrong]) from None
        if wrong := self._misfits(index, read):
            places += wrong
            return None
        return self._submit(read), read.id


def of_reward(reward: Reward, registry: Registry) -> BatchIntake[wire.SampleBody]:
    """Return what reads the samples of a reward's own route."""
    intake = SampleIntake(registry.references(reward), wants_group=reward.is_group, is_union=False)
    return BatchIntake(intake, wire.sample_model(reward, registry), lambda *_: [], _submitted)


def of_rewards(rewards: Sequence[Reward], registry: Registry) -> BatchIntake[wire.BatchSample]:
    """Return what reads samples whose references are the union of what several rewards compare with."""
    references = [model for reward in rewards for model in registry.references(reward)]
    intake = SampleIntake(references, wants_group=any(reward.is_group for reward in rewards), is_union=True)
    misfits = Misfits(registry, rewards)
    return BatchIntake(
        intake, wire.BatchSample, misfits.of, lambda sample: submission(sample, present(sample.reference))
    )


def _submitted(sample: wire.SampleBody) -> Submission:
    """Return a sample of a reward's own route as the scorer takes it."""
    reference = getattr(sample, "reference", None)
    return submission(sample, {} if reference is None else reference.model_dump(exclude_none=True))
