"""Length is worth what it is meant to be worth, whatever the completion says and however long it is."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.types import Failure, FailureKind, Outcome, Score
from tests.rewards.scoring import registry, score, score_group

RIGHT, WRONG = r"The answer is \boxed{72}.", r"He sold 48 clips. In May he sold 24. It is \boxed{62}."
ANSWER, SOLUTION = {"answer": "72"}, {"solution": "$72$"}
TOKENS = st.integers(0, 10**7)
LENGTHS = st.lists(st.tuples(st.booleans(), st.integers(0, 10**6)), min_size=2, max_size=9)


def value(outcome: Outcome) -> float:
    """Return the value of a score."""
    assert isinstance(outcome, Score)
    return outcome.value


def group_values(completions: list[tuple[bool, int]], **params: object) -> list[float]:
    """Return what right and wrong completions of so many tokens earn together."""
    group = [
        {"completion": RIGHT if is_right else WRONG, "reference": ANSWER, "completion_tokens": tokens}
        for is_right, tokens in completions
    ]
    return [value(outcome) for outcome in score_group("kimi_length@v2", group, params)]


@settings(deadline=None)
@given(LENGTHS)
def test_right_completions_of_a_group_earn_more_than_wrong_ones_and_less_when_longer(
    completions: list[tuple[bool, int]],
) -> None:
    """The measure is among the right ones, so wrong ones change nothing."""
    values = group_values(completions)
    paid = sorted((tokens, earned) for (is_right, tokens), earned in zip(completions, values, strict=True) if is_right)
    assert [earned for _, earned in paid] == sorted((earned for _, earned in paid), reverse=True)
    assert all(0.5 <= earned <= 1.0 for _, earned in paid)
    assert len(paid) == len([earned for earned in values if earned])
    padded = [(is_right, tokens if is_right else 9 * tokens + 1) for is_right, tokens in completions]
    assert values == group_values(padded)


@settings(deadline=None)
@given(LENGTHS, st.randoms(use_true_random=False))
def test_a_group_has_no_order(completions: list[tuple[bool, int]], random: object) -> None:
    """Each completion earns the same in any place."""
    order = list(range(len(completions)))
    random.shuffle(order)  # type: ignore[attr-defined]
    values = group_values(completions)
    assert [values[place] for place in order] == group_values([completions[place] for place in order])


@pytest.mark.parametrize("reward_id", ["cosine_length@v2", "trl_cosine_length@v1"])
@settings(deadline=None)
@given(first=TOKENS, second=TOKENS)
def test_a_cosine_of_tokens_never_turns_back(reward_id: str, first: int, second: int) -> None:
    """A right answer is worth less the longer it is, and never less than a wrong one is worth."""
    short, long = sorted((first, second))
    reference = {**ANSWER} if reward_id.endswith("v2") else {**SOLUTION}

    def earned(completion: str, tokens: int) -> float:
        return value(score(reward_id, completion, reference, completion_tokens=tokens))

    assert 0.5 <= earned(RIGHT, long) <= earned(RIGHT, short) <= 1.0
    assert -1.0 <= earned(WRONG, short) <= -0.5
    assert -1.0 <= earned(WRONG, long) <= -0.5


@settings(deadline=None)
@given(st.integers(1, 3000), st.integers(1, 3000), st.sampled_from(["exact", "max"]))
def test_missing_the_length_by_more_earns_no_more(target: int, tokens: int, form: str) -> None:
    """The exact form falls to both sides, the other one with every token; a wrong answer earns nothing."""

    def earned(completion: str, used: int) -> float:
        reference = {**ANSWER, "num_tokens": target}
        return value(score("l1_length@v2", completion, reference, {"form": form}, completion_tokens=used))

    farther = tokens + 7 if form == "max" or tokens >= target else max(0, tokens - 7)
    assert 0.1 <= earned(RIGHT, farther) <= earned(RIGHT, tokens) <= 1.0
    assert earned(WRONG, tokens) == 0.0


OVERLONG = {
    "overlong@v1": ("max_completion_len", "soft_punish_cache"),
    "overlong@v2": ("max_tokens", "cache_tokens"),
    "swift_overlong@v1": ("soft_max_length", "soft_cache_length"),
    "trl_overlong@v1": ("max_completion_len", "soft_punish_cache"),
    "verl_overlong@v1": ("max_resp_len", "overlong_buffer_len"),
}


@pytest.mark.parametrize("reward_id", OVERLONG)
@settings(deadline=None)
@given(first=TOKENS, second=TOKENS, longest=st.integers(1, 10**5), cache=st.integers(1, 10**5))
def test_the_longer_of_two_is_never_paid_more(
    reward_id: str, first: int, second: int, longest: int, cache: int
) -> None:
    """Nor does either leave the range."""
    params = dict(zip(OVERLONG[reward_id], (longest, cache), strict=True))
    text = "Ice is lighter than water. It floats."
    short, long = (
        value(score(reward_id, text, None, params, completion_tokens=tokens)) for tokens in sorted((first, second))
    )
    floor = -1.0 if reward_id.startswith(("overlong", "trl")) else -2000.0
    assert floor <= long <= short <= 0.0


@pytest.mark.parametrize(
    "reward_id", [*OVERLONG, "trl_cosine_length@v1", "cosine_length@v2", "l1_length@v1", "l1_length@v2"]
)
def test_without_tokens_there_is_no_score(reward_id: str) -> None:
    """Whatever the text says, it is not counted here."""
    reference = {**ANSWER, **SOLUTION, "num_tokens": 3}
    reward = registry()[reward_id]
    known = {name for each in registry().references(reward) for name in each.model_fields}
    outcome = score(reward_id, RIGHT, {name: reference[name] for name in known})
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.NOT_APPLICABLE


@settings(deadline=None)
@given(st.text(max_size=60), TOKENS)
def test_any_text_has_a_value(text: str, tokens: int) -> None:
    """None raises, and what attempts nothing earns the least there is."""
    for reward_id, reference in (
        ("overlong@v2", None),
        ("cosine_length@v2", ANSWER),
        ("l1_length@v2", {**ANSWER, "num_tokens": 9}),
        ("trl_cosine_length@v1", SOLUTION),
        ("cosine_length@v1", SOLUTION),
    ):
        assert math.isfinite(value(score(reward_id, text, reference, completion_tokens=tokens)))


def test_a_published_group_reads_no_completion_beyond_the_limit() -> None:
    """It is wrong, and still the measure of the others."""
    long = "a" * 1_000_001 + r"\boxed{72}"
    group = [{"completion": text, "reference": SOLUTION} for text in (RIGHT, long)]
    outcomes = score_group("kimi_length@v1", group)
    assert [(0.5, "right"), (-0.5, "too_long")] == [
        (value(each), each.reason) for each in outcomes if isinstance(each, Score)
    ]


def test_the_published_cosine_turns_back_beyond_its_length() -> None:
    """The defect that the second version mends: at twice the length a right answer is worth the most again."""
    lengths = (200, 1000, 1500, 2000)
    texts = ["a" * (length - 10) + r"\boxed{72}" for length in lengths]
    values = [value(score("cosine_length@v1", text, SOLUTION)) for text in texts]
    assert [True, False, False] == [before > after for before, after in pairwise(values)]
    assert values[-1] == 1.0
