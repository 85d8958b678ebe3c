"""A majority is the same in whatever order the completions come, and nothing but agreement makes one."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.types import Failure, FailureKind, Outcome, Score
from tests.rewards.scoring import score_group

REWARD = "majority_vote@v1"
SPELLINGS = (
    *(
        "50",
        r"50\%",
        "0.5",
        r"\frac{1}{2}",
        r"\frac{2}{4}",
        "0.333",
        r"\frac{1}{3}",
        "0.3333",
        "50 \\text{ cm}",
        "500 \\text{ mm}",
    ),
    *(
        "1,234",
        "1234",
        "(1, 234)",
        "x = 50",
        "x+1",
        "1+x",
        "B",
        r"\text{(B)}",
        r"\text{Paris}",
        "paris",
        "1_2",
        "12_{10}",
    ),
    *(
        r"50 \text{ or } 51",
        "50 = 51",
        "@",
        "",
        r"x=1 \text{ or } x=2",
        r"\{1,2\}",
        "1, 2",
        "2, 1",
        r"\sum_{k=1}^{3} k",
        "6",
    ),
)
COMPLETIONS = st.sampled_from(
    [rf"\boxed{{{spelling}}}" for spelling in SPELLINGS]
    + ["I give up.", "#### 50", "The answer is 1/2.", r"\boxed{50} or \boxed{51}", "<think>\\boxed{50}</think>"]
)
GROUPS = st.lists(COMPLETIONS | st.text(max_size=4), min_size=2, max_size=9)
PARAMS = st.fixed_dictionaries(
    {
        "tie": st.sampled_from(["none", "all"]),
        "margin": st.sampled_from([0.0, 0.1, 0.25, 0.5]),
        "percent": st.booleans(),
        "rounding": st.booleans(),
    }
)
HOSTILE = (
    *(
        r"\sum_{k=0}^{1000} \binom{1000}{k}^3",
        "(x+y+z+w)^{60}",
        r"\cos^{100}(x)-\sin^{100}(x)",
        "9^{9^{9^9}}",
        "1000000!",
    ),
    *(r"\tan(\tan(\tan(\tan(x))))", r"\prod_{n=1}^{10^6} n", "1 " * 900, "+1" * 900, r"\frac{1000000!}{999999!}"),
)


def scores(completions: list[str], **params: object) -> list[Score]:
    """Return the scores of a group that can be scored."""
    outcomes = score_group(REWARD, completions, params)
    assert all(isinstance(outcome, Score) for outcome in outcomes)
    return [outcome for outcome in outcomes if isinstance(outcome, Score)]


def boxed(*answers: object) -> list[str]:
    """Return completions that state these answers."""
    return [rf"\boxed{{{answer}}}" for answer in answers]


@settings(deadline=None, max_examples=100)
@given(group=GROUPS, params=PARAMS, data=st.data())
def test_the_order_decides_nothing(group: list[str], params: dict[str, object], data: st.DataObject) -> None:
    """Each completion of a shuffled group has the score it had, to the last detail."""
    places = data.draw(st.permutations(range(len(group))))
    before = score_group(REWARD, group, params)
    after = score_group(REWARD, [group[place] for place in places], params)
    assert [before[place] for place in places] == after


@settings(deadline=None)
@given(group=GROUPS, data=st.data())
def test_the_first_of_tied_answers_is_paid(group: list[str], data: st.DataObject) -> None:
    """`first` pays one cluster of those that `all` pays: the one that was stated first."""
    group = data.draw(st.permutations(group))
    everyone, first = scores(group, tie="all"), scores(group, tie="first")
    paid = [place for place, score in enumerate(everyone) if score.value]
    chosen = [place for place, score in enumerate(first) if score.value]
    assert set(chosen) <= set(paid)
    assert paid[:1] == chosen[:1]
    assert all(len(chosen) == first[place].details["cluster_size"] for place in chosen)


@settings(deadline=None)
@given(numbers=st.lists(st.integers(0, 4), min_size=2, max_size=12))
def test_of_plain_numbers_the_most_frequent_wins(numbers: list[int]) -> None:
    """As counting them says; a tie pays nobody, and neither does a number that is there once."""
    (winner, most), *others = Counter(numbers).most_common()
    is_paid = most > 1 and (not others or others[0][1] < most)
    assert [float(is_paid and number == winner) for number in numbers] == [
        each.value for each in scores(boxed(*numbers))
    ]


@settings(deadline=None)
@given(group=GROUPS, params=PARAMS)
def test_details_add_up(group: list[str], params: dict[str, object]) -> None:
    """Who is paid is in a largest cluster of two or more, and who has no answer is in none."""
    found = scores(group, **params)
    most = max(int(score.details["cluster_size"]) for score in found)
    for score in found:
        assert score.details["size"] == len(group)
        assert score.details["majority_share"] == most / len(group)
        if score.value:
            assert score.details["cluster_size"] == most >= 2
        if score.reason in {"no_answer", "hedged", "unreadable_answer", "too_long"}:
            assert (0.0, 0, 0.0) == (score.value, score.details["cluster_size"], score.details["share"])


@settings(deadline=None)
@given(group=GROUPS, noise=st.lists(st.sampled_from(["?", r"\boxed{@}", r"\boxed{1 = 2}", r"\boxed{1} or \boxed{2}"])))
def test_silence_and_hedges_change_no_verdict(group: list[str], noise: list[str]) -> None:
    """However many they are, without a margin."""
    before, after = scores(group), scores([*group, *noise])
    assert [score.value for score in before] == [score.value for score in after][: len(group)]
    assert not any(score.value for score in after[len(group) :])


@pytest.mark.parametrize(("count", "size"), [(1, None), (3, 4), (5, 4)])
def test_an_incomplete_group_is_not_applicable(count: int, size: int | None) -> None:
    """No completion is to blame for what did not arrive."""
    outcomes: list[Outcome] = score_group(REWARD, boxed(*[7] * count), {"size": size})
    assert [FailureKind.NOT_APPLICABLE] * count == [
        outcome.kind for outcome in outcomes if isinstance(outcome, Failure)
    ]


def test_an_overlong_completion_leaves_its_group_complete() -> None:
    """It scores the lowest value, and cannot take its group out of the training by its length."""
    group = [*boxed(7, 7), "x" * 1_000_001 + r"\boxed{7}"]
    assert [(1.0, "majority"), (1.0, "majority"), (0.0, "too_long")] == [
        (score.value, score.reason) for score in scores(group, size=3)
    ]


@pytest.mark.parametrize("answer", HOSTILE)
def test_a_hostile_answer_does_not_use_up_the_budget_of_its_group(answer: str) -> None:
    """One of 64, among many different answers; the others are judged as without it."""
    others = boxed(*[f"x^{{{n}}} + \\sqrt{{{n}}}" for n in range(2, 40)], *[7] * 25)
    found = scores([*others, *boxed(answer)])
    assert [0.0] * 38 + [1.0] * 25 + [0.0] == [score.value for score in found]


def test_a_large_group_of_different_answers_is_counted() -> None:
    """Beyond the answers that are compared, the same number is still the same."""
    numbers = [n for n in range(400) for _ in range(2)]
    found = scores([*boxed(*numbers), *boxed(7, "7.0")])
    assert 4 == sum(score.value for score in found)
