"""What is remembered, and what is told apart."""

from itertools import combinations

import pytest

from rewards.frames import EncodedOutcome, Json, SampleFields, encode_outcome
from rewards.types import Failure, FailureKind, Frozen, NoParams, Score
from service.memo import Keys, Memo

SCORE = encode_outcome(Score(1.0, "ok", "Fine."), lasts=True)
SIZE = 400 + len(SCORE.body)


class Params(Frozen):
    """How to score."""

    strict: bool = False


def key(number: int) -> bytes:
    """Return a key."""
    return number.to_bytes(20, "big")


def sample(**fields: object) -> SampleFields:
    """Return a sample, some of its fields given."""
    plain = {
        "completion": "text",
        "reference": {"answer": "1"},
        "prompt": None,
        "group": None,
        "completion_tokens": None,
        "completion_ids": None,
    }
    return {**plain, **fields}  # type: ignore[typeddict-item]


def test_a_hit_is_the_outcome_itself() -> None:
    """Also one that says that the reference is bad."""
    memo = Memo(10, 10 * SIZE)
    bad = encode_outcome(Failure(FailureKind.BAD_REFERENCE, "Why."), lasts=True)
    memo.keep(key(1), SCORE)
    memo.keep(key(2), bad)
    assert [SCORE, bad, None] == [memo.find(key(number)) for number in (1, 2, 3)]


def test_what_does_not_last_is_not_kept() -> None:
    """Whatever it is."""
    memo = Memo(10, 10 * SIZE)
    memo.keep(key(1), EncodedOutcome(SCORE.body, None, SCORE.value))
    assert 0 == len(memo)


@pytest.mark.parametrize(("entries", "size"), [(3, 100 * SIZE), (100, 3 * SIZE)])
def test_the_bounds_hold(entries: int, size: int) -> None:
    """In number and in bytes; what was used longest ago goes."""
    memo = Memo(entries, size)
    for number in range(50):
        memo.keep(key(number), SCORE)
        assert memo.find(key(0)) is SCORE
        assert len(memo) <= 3
        assert memo.used_bytes == len(memo) * SIZE
    assert [0, 48, 49] == [number for number in range(50) if memo.find(key(number))]


@pytest.mark.parametrize(("entries", "size"), [(0, 100 * SIZE), (100, 0)])
def test_nothing_is_kept_where_nothing_may_be(entries: int, size: int) -> None:
    """Either setting turns it off."""
    memo = Memo(entries, size)
    memo.keep(key(1), SCORE)
    assert (0, 0) == (len(memo), memo.used_bytes)


def test_an_outcome_is_kept_once() -> None:
    """Two batches that score the same sample at the same time pay for one entry."""
    memo = Memo(10, 10 * SIZE)
    memo.keep(key(1), SCORE)
    memo.keep(key(1), SCORE)
    assert SIZE == memo.used_bytes


def test_keys_tell_apart_whatever_a_reward_can_see() -> None:
    """The team, the reward, its params, every field of the sample and its needs."""
    need: dict[str, Json] = {"a@v1": {"value": 1.0}}
    keys = [
        *(
            Keys("a@v1", Params(), "maths").key(one, {})
            for one in (
                sample(),
                sample(completion="text "),
                sample(completion=""),
                sample(reference={"answer": "2"}),
                sample(reference={"other": "1"}),
                sample(reference={}),
                sample(prompt=""),
                sample(prompt="p"),
                sample(group="p"),
                sample(completion_tokens=1),
                sample(completion_ids=[1]),
                sample(completion_ids=[]),
                sample(completion='["text"]', prompt="]"),
                sample(reference={"number": 2**70}),
                sample(reference={"number": 2**71}),
            )
        ),
        Keys("a@v1", Params(), "maths").key(sample(), need),
        Keys("a@v1", Params(strict=True), "maths").key(sample(), {}),
        Keys("a@v1", NoParams(), "maths").key(sample(), {}),
        Keys("a@v2", Params(), "maths").key(sample(), {}),
        Keys("a@v1", Params(), "code").key(sample(), {}),
    ]
    assert all(one != other for one, other in combinations(keys, 2))
    assert {20} == {len(one) for one in keys}


def test_equal_samples_have_equal_keys() -> None:
    """In whatever order the reference's fields come."""
    one, other = sample(reference={"a": "1", "b": "2"}), sample(reference={"b": "2", "a": "1"})
    assert Keys("a@v1", Params(), "maths").key(one, {}) == Keys("a@v1", Params(), "maths").key(other, {})
