"""AIME answers: every way to write the integer is right, every other integer is wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.types import Failure, Score
from tests.rewards.scoring import score

REWARD = "aime_integer@v1"
ANSWERS = st.integers(0, 999)
STYLES = (
    *("{}", "{:03}", "{}.0", "{}.", "+{}", "x = {}", "m + n = {}", r"{}^\circ", r"{}\text{{ cm}}", r"\frac{{{}}}{{1}}"),
    *("${}$", r"\mathbf{{{}}}", "{} + 0", r"2 \cdot {} - {}", r"\sqrt{{{}^2}}", r"\lfloor {}.9 \rfloor"),
)
TEXTS = st.lists(
    st.sampled_from(
        [
            *(r"\boxed{", "}", "33", "033", "41", "=", "+", "-", "^", "!", "(", ")", ",", " or ", "x", r"\frac", "{"),
            *("#### ", "answer is ", "<answer>", "</answer>", "</think>", r"\sqrt", "%", ".", "\n", "9" * 50),
        ]
    )
    | st.text(max_size=2),
    max_size=12,
).map("".join)


def value(completion: str, answer: object) -> float:
    """Return the value of a completion."""
    outcome = score(REWARD, completion, {"answer": answer})
    assert isinstance(outcome, Score)
    return outcome.value


@settings(deadline=None)
@given(answer=ANSWERS, other=ANSWERS, style=st.sampled_from(STYLES))
def test_an_integer_is_read_in_every_style(answer: int, other: int, style: str) -> None:
    """It is paid where it is the reference, and only there."""
    completion = rf"So \boxed{{{style.format(answer, answer)}}}."
    assert 1.0 == value(completion, f"{answer:03}")
    assert float(answer == other) == value(completion, other)


@settings(deadline=None)
@given(
    answer=ANSWERS,
    other=ANSWERS,
    shape=st.sampled_from(["{}, {}", "{} = {}", r"{} \text{{ or }} {}", r"{} \approx {}"]),
)
def test_two_integers_are_never_paid(answer: int, other: int, shape: str) -> None:
    """Whichever of them is right."""
    if answer != other:
        completion = rf"\boxed{{{shape.format(answer, other)}}}"
        assert (0.0, 0.0) == (value(completion, answer), value(completion, other))


@settings(deadline=None)
@given(number=st.integers().filter(lambda number: not 0 <= number <= 999))
def test_other_integers_are_no_answers_and_no_references(number: int) -> None:
    """The completion's is its fault, the reference's is not."""
    outcome = score(REWARD, rf"\boxed{{{number}}}", {"answer": "33"})
    assert isinstance(outcome, Score)
    assert "out_of_bounds" == outcome.reason
    assert isinstance(score(REWARD, r"\boxed{33}", {"answer": number}), Failure)


@settings(deadline=None)
@given(text=TEXTS)
def test_any_text_is_judged_and_right_for_one_integer_at_most(text: str) -> None:
    """No completion makes the reward fail."""
    assert value(text, 33) + value(text, 41) <= 1


@pytest.mark.parametrize(
    "text", ["9^{9^{9^9}}", "1000000!", "(" * 5_000, r"\sqrt{" * 5_000, "9" * 900_000, "1+" * 200_000]
)
def test_a_hostile_answer_is_no_integer(text: str) -> None:
    """It is refused within the budget of the reward."""
    outcome = score(REWARD, rf"\boxed{{{text}}}", {"answer": "33"})
    assert isinstance(outcome, Score)
    assert outcome.value == 0.0
    assert outcome.reason != "answer_too_expensive"
