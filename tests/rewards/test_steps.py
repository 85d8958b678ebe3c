"""The rewards for reasoning steps compute exactly, never raise, and flag only what nothing excuses."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.arithmetic.equations import MAX_RELATIONS, Truth, equations, results
from rewards.types import Score
from tests.rewards.scoring import score

PIECES = st.sampled_from(
    [
        *(
            "3",
            "12",
            "0.5",
            ".25",
            "1,250",
            "1 1/2",
            "½",
            " = ",
            "=",
            "≈",
            " + ",
            " - ",
            "*",
            "/",
            "^",
            " x ",
            "%",
            "$",
        ),
        *(
            "(",
            ")",
            "{",
            "}",
            "[",
            "]",
            r"\frac",
            r"\times ",
            r"\text{ pens}",
            r"\[",
            r"\]",
            "<<",
            ">>",
            "!",
            "²",
            "of",
        ),
        *(
            " apples",
            " and ",
            "\n",
            ". ",
            ", ",
            "- ",
            "**",
            "|",
            "_",
            "if ",
            "#### ",
            r"\boxed{",
            "<answer>",
            "</answer>",
        ),
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join))
NUMBERS = st.integers(min_value=-999, max_value=9_999)
SIGNS = st.sampled_from("+-*")


def truths(text: str) -> list[Truth]:
    """Return the truths of the equations of a text, in order."""
    return [each.truth for each in equations(text)]


@pytest.mark.parametrize("reward_id", ["step_arithmetic@v1", "rationale_consistency@v1"])
@settings(deadline=None)
@given(text=TEXTS)
def test_any_text_is_scored(reward_id: str, text: str) -> None:
    """Nothing fails, and the value is within the range."""
    outcome = score(reward_id, text)
    assert isinstance(outcome, Score)
    assert 0.0 <= outcome.value <= 1.0


@settings(deadline=None)
@given(one=NUMBERS, two=NUMBERS, sign=SIGNS)
def test_a_true_equation_is_true(one: int, two: int, sign: str) -> None:
    """What Python computes is what is computed here, with and without spaces, in prose and in LaTeX."""
    result = {"+": one + two, "-": one - two, "*": one * two}[sign]
    for text in (f"So {one} {sign} ({two}) = {result:,}.", rf"\[ {one} {sign} ({two}) = {result} \]"):
        assert [Truth.TRUE] == truths(text)


@settings(deadline=None)
@given(one=st.integers(100, 9_999), two=st.integers(2, 99), sign=SIGNS, error=st.integers(1, 50))
def test_a_false_equation_is_false(one: int, two: int, sign: str, error: int) -> None:
    """A result that is off by whole numbers is false, wherever nothing around it excuses it."""
    result = {"+": one + two, "-": one - two, "*": one * two}[sign] + error
    for text in (f"So she has {one} {sign} {two} = {result} of them.", rf"\[ {one} {sign} {two} = {result} \]"):
        assert [Truth.FALSE] == truths(text)


@settings(deadline=None)
@given(one=st.integers(1, 9_999), two=st.integers(1, 999), digits=st.integers(1, 6))
def test_a_rounded_quotient_is_true_and_a_cut_one_never_false(one: int, two: int, digits: int) -> None:
    """Half a unit of the last digit is allowed; a result that is cut off may be left out."""
    scaled = Fraction(one * 10**digits, two)
    for units, expected in ((round(scaled), {Truth.TRUE}), (int(scaled), {Truth.TRUE, Truth.OPEN})):
        printed = f"{units // 10**digits}.{units % 10**digits:0{digits}d}"
        assert set(truths(f"Each gets {one} / {two} = {printed} of it.")) <= expected


@settings(deadline=None)
@given(text=TEXTS)
def test_positions_lie_within_the_text(text: str) -> None:
    """An equation begins and ends where it says."""
    for each in equations(text):
        assert 0 <= each.start < each.end <= len(text)
    for each_result in results(text):
        assert 0 <= each_result.start < each_result.end <= len(text)


def test_the_first_mistake_is_shown() -> None:
    """Trainers and people see which equation, and where it stands."""
    text = "So 2 + 2 = 4.\nThen 4 * 3 = 13, and 13 + 1 = 15."
    outcome = score("step_arithmetic@v1", text)
    assert isinstance(outcome, Score)
    shown = {key: outcome.details[key] for key in ("first_mistake", "first_mistake_at", "first_mistake_line")}
    assert {"first_mistake": "4 * 3 = 13", "first_mistake_at": 19, "first_mistake_line": 2} == shown


@given(padding=st.integers(0, 30))
def test_true_equations_never_outweigh_a_false_one(padding: int) -> None:
    """However much is padded, a false equation keeps the value below the neutral one."""
    padded = "".join(f"Then {number} + {number} = {2 * number}.\n" for number in range(padding))
    outcome = score("step_arithmetic@v1", f"{padded}So 7 * 8 = 54 in the end.")
    assert isinstance(outcome, Score)
    assert 0.25 == outcome.value


@pytest.mark.parametrize("number", [1, 17, 4_000])
def test_a_line_that_is_cut_for_reading_raises_no_alarm(number: int) -> None:
    """Where a long line is cut, half a number is not taken for a whole one."""
    text = "x" * number + " and so 123 + 456 = 579" * 1_000
    assert {Truth.TRUE} == set(truths(text))


def test_reading_stops_at_a_bound() -> None:
    """A text of nothing but equations costs what its first few thousand cost."""
    assert MAX_RELATIONS <= len(truths("2 + 2 = 5\n" * 100_000)) <= MAX_RELATIONS + 1
