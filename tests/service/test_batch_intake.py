"""A batch is read sample by sample, and only what is not plainly right by the models."""

from collections.abc import Sequence
from typing import Any

import pytest

from rewards.registry import discover
from service import batch_intake, errors, wire
from service.batch_intake import BatchIntake
from service.errors import MAX_LISTED, ProblemError
from service.intake import SampleIntake
from service.scoring import Submission, submission
from service.submissions import Misfits
from tests.service.running import TEST_REWARDS

pytestmark = pytest.mark.anyio

REGISTRY = discover(TEST_REWARDS)
MATCHES = REGISTRY["matches@v1"]
PLAIN = {"completion": "a", "reference": {"answer": "a"}}
PARTS = {**PLAIN, "completion": [{"role": "assistant", "content": [{"type": "text", "text": "a"}]}]}
UNKNOWN = {**PLAIN, "reference": {"nothing": 1}}


class Counting:
    """Reads for `matches@v1` among others, and counts what the models had to look at."""

    def __init__(self) -> None:
        self.looked_at: list[int] = []
        self._misfits = Misfits(REGISTRY, [MATCHES])

    async def read(self, samples: Sequence[object]) -> list[Submission]:
        """Return the samples."""
        intake = SampleIntake(REGISTRY.references(MATCHES), wants_group=False, is_union=True)
        read = await BatchIntake(intake, wire.BatchSample, self._wrong, lambda _: submission("a")).read(samples)
        return read.submissions

    def _wrong(self, index: int, sample: wire.BatchSample) -> list[errors.Place]:
        self.looked_at.append(index)
        return self._misfits.of(index, sample)


async def test_only_what_is_not_plain_is_left_to_the_models() -> None:
    """One odd sample does not make a batch of odd ones."""
    reader = Counting()
    assert 2001 == len(await reader.read([PLAIN] * 1000 + [PARTS] + [PLAIN] * 1000))
    assert [1000] == reader.looked_at


async def test_reading_ends_with_as_many_errors_as_are_listed() -> None:
    """However many there would be."""
    reader = Counting()
    with pytest.raises(ProblemError) as caught:
        await reader.read([UNKNOWN] * 10_000)
    assert MAX_LISTED == len(caught.value.errors)
    assert MAX_LISTED + 1 == len(reader.looked_at)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ([], "body.samples.9999"),
        ({"completion": 1}, "body.samples.9999.completion.str"),
        ({"completion": "a", "completion_ids": [0] * (wire.MAX_IDS + 1)}, "body.samples.9999.completion_ids"),
        ({"completion": [{"role": "user"}] * (wire.MAX_MESSAGES + 1)}, "body.samples.9999.completion.str"),
        ({"completion": "a", **{str(number): 1 for number in range(300)}}, "body.samples.9999"),
    ],
    ids=["no object", "no text", "token ids", "messages", "fields"],
)
async def test_the_first_sample_that_is_none_is_named(wrong: object, path: str) -> None:
    """By its number among all of them; what comes after it is not looked at."""
    for intake in (batch_intake.of_reward(MATCHES, REGISTRY), batch_intake.of_rewards([MATCHES], REGISTRY)):
        reader: Any = intake
        with pytest.raises(ProblemError) as caught:
            await reader.read([PLAIN] * 9999 + [wrong] * 100_000)
        assert path == caught.value.errors[0].path
        assert len(caught.value.errors) <= 3


async def test_a_message_that_is_none_is_reported_once() -> None:
    """Of five thousand; and that it is no text either."""
    with pytest.raises(ProblemError) as caught:
        await batch_intake.of_reward(MATCHES, REGISTRY).read([{**PLAIN, "completion": [{}] * 5_000}])
    assert 2 == len(caught.value.errors)


async def test_what_was_wrong_before_is_said_with_the_rest() -> None:
    """Params and samples of one request are mended at once."""
    before = errors.place(("body", "rewards", 0, "params"), "wrong")
    with pytest.raises(ProblemError) as caught:
        await batch_intake.of_rewards([MATCHES], REGISTRY).read([UNKNOWN], [before])
    assert ["body.rewards.0.params", "body.samples.0.reference.nothing"] == [each.path for each in caught.value.errors]
