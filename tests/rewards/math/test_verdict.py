"""A verdict does not depend on how an answer is dressed, and every answer is its own."""

import string
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rewards.errors import BadReference
from rewards.math.conventions import Conventions
from rewards.math.verdict import Verdict, judge, read
from tests.rewards.math.expressions_strategies import Pair, expressions, rationals

DEFAULTS = Conventions()
STRICT = Conventions(rounding=False, percent=False, units=True, ordered=True, base=True)
EXAMPLES = settings(max_examples=60, deadline=None)

ANSWERS = (
    "42",
    "-7",
    "1,234",
    "0.125",
    r"\frac{3}{4}",
    r"2\frac{1}{2}",
    r"50\%",
    r"90^\circ",
    r"3\sqrt{2}",
    "x^2 - 1",
    r"\{1, 2, 3\}",
    "1, 2",
    "(1, 2)",
    "[0, 1)",
    r"(-\infty, 3] \cup (5, \infty)",
    "x > 2",
    r"x \ne 3",
    "y = 2x + 1",
    "x = 5",
    r"\pm 3",
    "3:4:5",
    "15:45",
    "1011_2",
    r"8 \text{ cm}",
    r"\$12.50",
    r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
    r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}",
    "A",
    r"\text{(B)}",
    r"\text{even}",
    r"\emptyset",
    r"\infty",
    r"3 + 4i",
    r"\frac{\pi}{3}",
    r"\sin 2x",
    r"f(x) = x^2",
    "10^{100}",
    r"\int_0^1 f(x) \, dx",
)


def equal(gold: str, answer: str, conventions: Conventions = DEFAULTS) -> bool:
    """Return whether an answer is the reference's."""
    return judge(read(gold), answer, conventions).equal


DRESSES = (
    "{}",
    "${}$",
    r"\({}\)",
    r"\[{}\]",
    r"\boxed{{{}}}",
    r" {} ",
    "{}.",
    r"\displaystyle {}",
    r"\ {}\,",
)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("dress", DRESSES)
def test_an_answer_is_its_own_in_any_dress(answer: str, dress: str) -> None:
    """Delimiters, a box, spaces and a full stop change nothing, under the strictest conventions too."""
    assert equal(answer, dress.format(answer), STRICT)
    assert equal(dress.format(answer), answer, STRICT)


@pytest.mark.parametrize("answer", ANSWERS)
def test_fractions_and_brackets_of_any_size_are_the_same(answer: str) -> None:
    """Display fractions and stretched brackets change nothing."""
    large = answer.replace(r"\frac", r"\dfrac").replace("(", r"\left(").replace(")", r"\right)")
    if large.count(r"\left") == large.count(r"\right"):
        assert equal(answer, large, STRICT)


@pytest.mark.parametrize("one", ANSWERS)
def test_no_answer_is_another(one: str) -> None:
    """Of these answers no two are the same, by any convention."""
    found = [two for two in ANSWERS if two != one and equal(one, two)]
    assert found == KNOWN_PAIRS.get(one, [])


KNOWN_PAIRS = {
    "(1, 2)": ["1, 2", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"],
    r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}": ["(1, 2)"],
}


@EXAMPLES
@given(rationals())
def test_a_number_equals_itself_in_every_notation(number: Fraction) -> None:
    """The same number as a fraction, with a sign, grouped, as a decimal where it ends."""
    gold = f"{number.numerator}/{number.denominator}" if number.denominator > 1 else str(number.numerator)
    assert equal(gold, rf"\frac{{{number.numerator}}}{{{number.denominator}}}", STRICT)
    assert equal(gold, rf"-\frac{{{-number.numerator}}}{{{number.denominator}}}", STRICT)
    if number.denominator == 1:
        assert equal(gold, f"{number.numerator:,}", STRICT)
        assert equal(gold, f"{number.numerator}.00", STRICT)
        assert equal(f"{number.numerator:,}", gold, STRICT)


@EXAMPLES
@given(rationals(), rationals())
def test_numbers_that_differ_are_different(one: Fraction, two: Fraction) -> None:
    """No tolerance makes two fractions equal, with rounding forbidden."""
    assume(one != two)
    assert not equal(str(one), str(two), STRICT)


@EXAMPLES
@given(expressions(), expressions())
def test_the_verdict_is_symmetric(one: Pair, two: Pair) -> None:
    """Which of two expressions is the reference does not matter."""
    assert equal(one[0], two[0]) == equal(two[0], one[0])


@EXAMPLES
@given(st.lists(st.integers(-9, 9), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_lists_are_unordered_unless_asked(numbers: list[int], random: object) -> None:
    """A list in another order is the same list by default, and another one where order counts."""
    shuffled = list(numbers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = ", ".join(map(str, numbers)), ", ".join(map(str, shuffled))
    assert equal(one, two)
    assert equal(one, two, STRICT) == (numbers == shuffled)
    assert equal(f"({one})", f"({two})") == (numbers == shuffled)


@EXAMPLES
@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_hedging_never_pays(right: int, wrong: int) -> None:
    """However a second value is offered, the statement is not the reference."""
    assume(right != wrong)
    hedges = (r"{} \text{{ or }} {}", "{}, {}", "{} = {}", r"{} \text{{ and }} {}", r"\{{{}, {}\}}", "{}; {}")
    for hedge in hedges:
        for first, second in ((right, wrong), (wrong, right)):
            assert not equal(str(right), hedge.format(first, second))


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(string.printable + "\\\\{{}}^_frac()[]|∞√½°٤²"), max_size=60), st.sampled_from(ANSWERS))
def test_no_text_breaks_it(text: str, gold: str) -> None:
    """Any text gets a verdict, and only a reference that is blank is refused."""
    assert isinstance(judge(read(gold), text, DEFAULTS), Verdict)
    try:
        reference = read(text)
    except BadReference:
        return
    assert judge(reference, text, DEFAULTS).equal


@pytest.mark.parametrize("blank", ["", " ", "$$", "."])
def test_a_blank_reference_is_bad(blank: str) -> None:
    """Nothing could equal it."""
    with pytest.raises(BadReference):
        read(blank)
