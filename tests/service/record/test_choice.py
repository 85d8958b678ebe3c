"""Which texts are kept."""

from collections.abc import Sequence

from rewards.types import Outcome
from service.record import choice
from service.record.fingerprints import Fingerprints
from service.record.packing import unpack
from service.scoring import Submission
from tests.service.record.recording import FAILURE, ask, samples, score, served

SECRET = Fingerprints(b"s")


def chosen(batch: Sequence[Submission], columns: Sequence[Sequence[Outcome]], *rewards: str) -> list[list[int]]:
    """Return the positions that are chosen of a batch, by their prompts."""
    asks = [ask(each) for each in rewards or ("math_equal@v2",)]
    return choice.chosen(batch, asks, served(asks, batch, columns).outcomes, SECRET)


def followed(run: int) -> set[str | None]:
    """Return the prompts of a large batch that are followed."""
    batch = [sample for n in range(320) for sample in samples(1, f"p{n}", run)]
    return {batch[group[0]]["prompt"] for group in chosen(batch, [[score(1.0)] * 320])}


def test_some_prompts_are_followed_with_all_their_completions() -> None:
    """Always the same ones, one in 32 or so; of a large batch one at least, and never many samples."""
    assert followed(1) == followed(2)
    assert 3 < len(followed(1)) < 25
    (only,) = chosen(samples(16), [[score(1.0)] * 16])
    assert list(range(16)) == only
    assert [32] == [len(group) for group in chosen(samples(5000), [[score(1.0)] * 5000])]


def test_what_somebody_may_want_to_look_at_is_kept() -> None:
    """Failures, costs, ties, and versions of one reward that do not agree."""
    batch = [sample for n in range(6) for sample in samples(1, f"unfollowed {n}")]
    column = [score(1.0), FAILURE, score(0.0, "too_long"), score(0.0, "tied"), score(0.0), score(1.0)]
    assert [[1], [2], [3]] == chosen(batch, [column])
    same = [score(1.0)] * 6
    other = [score(1.0)] * 5 + [score(0.0)]
    assert [] == chosen(batch, [same, other], "math_equal@v2", "exact_match@v1")
    assert [[5]] == chosen(batch, [same, other], "math_equal@v1", "math_equal@v2")
    assert 32 == sum(map(len, chosen(samples(15) * 10, [[FAILURE] * 150])[:1]))


def test_samples_of_one_prompt_are_together() -> None:
    """By prompt, else by group, else by reference; and everything that a reward may see is there."""
    batch = [*samples(2, "p"), *samples(1, "q"), *samples(1, "p")]
    assert [[0, 1, 3], [2]] == choice.groups_of(batch)
    for each in batch:
        each["prompt"] = None
    assert [[0, 2, 3], [1]] == choice.groups_of(batch)
    batch[0]["group"] = batch[1]["group"] = "g"
    assert [[0, 1], [2, 3]] == choice.groups_of(batch)
    first, _ = choice.frames(batch, [[0, 1], [2, 3]])
    assert [0, 1] == first.positions
    expected = {"completion": "c1", "reference": {"answer": "1"}, "group": "g"}
    assert expected | {"completion_tokens": None, "completion_ids": None} == unpack(first.data)["samples"][1]


def test_a_part_of_a_group_is_known_to_be_one() -> None:
    """The whole request is counted: a group by its name, and who names none by the prompt."""
    batch = [*samples(3, "p"), *samples(2, "q")]
    batch[0]["group"] = batch[4]["group"] = "g"
    found = choice.frames(batch, [[0, 1], [3, 4]])
    assert [[2, 2], [1, 2]] == [unpack(each.data)["sizes"] for each in found]
