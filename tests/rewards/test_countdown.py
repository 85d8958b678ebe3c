"""The countdown rewards compute what Python and exact arithmetic compute, and nothing else is paid."""

import re
import warnings
from fractions import Fraction
from itertools import permutations, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rewards.text.exact_arithmetic import UnreadableError, equations
from rewards.text.python_arithmetic import NoValueError, python_value
from rewards.text.python_arithmetic import UnreadableError as NotPython
from rewards.types import Score
from tests.rewards.scoring import score

PUZZLE = {"target": 24, "numbers": [2, 3, 4]}
TEXTS = st.lists(
    st.sampled_from(["1", "2", "30", "0", ".", "+", "-", "*", "/", "(", ")", " ", "\t", "\r", "\u0663", "\xa0", "()"]),
    max_size=9,
).map("".join)
ARITHMETIC = st.recursive(
    st.integers(0, 30).map(str) | st.sampled_from(["0.5", "1.", ".25", "00", "()"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "**", " * -", "**-"]), inner).map("".join)
        | inner.map("({})".format)
        | inner.map("-{}".format)
    ),
    max_leaves=6,
)
EXACT = st.recursive(
    st.integers(0, 30).map(str),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map("".join)
        | inner.map("({})".format)
        | inner.map("-({})".format)
    ),
    max_leaves=8,
)
HOSTILE = {
    "parentheses": "(" * 100_000,
    "boxes": r"\boxed{" * 28_000,
    "tags": "<answer>" * 24_000,
    "answers": "<answer>" + "2*3*4, 2+3+4, " * 14_000,
    "digits": "<answer>" + "1" * 180_000 + "</answer>",
    "sum": "<answer>" + "1+" * 80_000 + "1</answer>",
    "fractions": r"\boxed{" + r"\frac{" * 30_000,
    "spaces": "<answer>2" + " " * 180_000 + "*3*5</answer>",
    "calls": "<answer>" + "()" * 80_000 + "</answer>",
    "lines": "2+3+4\n" * 32_000,
    "sides": "<answer>" + "1=" * 80_000 + "1</answer>",
    "signs": "<answer>" + "-" * 180_000 + "1</answer>",
}


def published(text: str) -> object:
    """Return what the published function would evaluate the text to, None where it fails."""
    if not re.match(r"^[\d+\-*/().\s]+$", text):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python wonders about calls of numbers
        try:
            return eval(text, {"__builtins__": None}, {})  # noqa: S307 - the function under comparison is eval
        except Exception:  # noqa: BLE001 - as published
            return None


@settings(deadline=None, max_examples=300)
@given(text=TEXTS | ARITHMETIC)
@example("(-8)**.5")
@example("0**-1")
@example("1\r+1")
@example("(1\r+1)")
@example("2(3)")
@example("...")
def test_python_arithmetic_is_what_eval_returns(text: str) -> None:
    """The value is the same to the bit, or both have none."""
    text = text.strip()
    try:
        value: object = python_value(text)
    except (NotPython, NoValueError):
        value = None
    else:
        assert repr(value) == repr(published(text))
    if value is None and "**" not in text:  # powers could keep eval busy for hours
        assert not isinstance(published(text), int | float | complex)


@pytest.mark.parametrize("text", ["9**9**9", "9**9**9**9", "(9**9**9)**-1", "9**(9**9)*0", "((2**999)**999)**999"])
def test_a_number_that_never_ends_is_a_format(text: str) -> None:
    """What hangs the published function is paid as where it fails, at once."""
    score("countdown@v1", "", PUZZLE)  # discovers the rewards
    numbers = [int(digits) for digits in re.findall(r"\d+", text)]
    outcome = score("countdown@v1", f"Assistant: <answer>{text}</answer>", {"target": 24, "numbers": numbers})
    assert isinstance(outcome, Score)
    assert (0.1, "no_value") == (outcome.value, outcome.reason)


@settings(deadline=None, max_examples=200)
@given(text=EXACT)
def test_exact_arithmetic_is_that_of_fractions(text: str) -> None:
    """The value is the one of the same text over fractions."""
    over_fractions = re.sub(r"\d+", lambda digits: f"Fraction({digits[0]})", text)
    (equation,) = equations(text)
    try:
        expected = eval(over_fractions, {"Fraction": Fraction}, {})  # noqa: S307 - written by this test
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            equation.values()
    else:
        assert [expected] == equation.values()


@settings(deadline=None)
@given(text=EXACT)
def test_spelling_does_not_matter(text: str) -> None:
    """LaTeX, Unicode and white space say the same."""
    (equation,) = equations(text)
    for signs in (
        {"*": r" \times ", "/": r" \div ", "-": " - "},
        {"*": "\u00d7", "/": "\u00f7", "-": "\u2212"},
        {"*": r"\cdot "},
    ):
        written = "".join(signs.get(character, character) for character in text)
        assert [equation] == equations(f"$${written}$$")


@settings(deadline=None)
@given(text=st.text(max_size=40) | TEXTS | EXACT)
def test_any_text_is_judged(text: str) -> None:
    """No completion makes a reward fail, and only the right one is paid in full."""
    for completion in (text, f"<answer>{text}</answer>", rf"Assistant: \boxed{{{text}}}"):
        for reward_id in ("countdown@v1", "countdown@v2"):
            outcome = score(reward_id, completion, {"target": 961, "numbers": [31, 31]})
            assert isinstance(outcome, Score)
            assert outcome.value < 1 or "31" in text


def test_every_solution_is_found_and_nothing_else() -> None:
    """All ways to combine three numbers without parentheses are judged as they should be."""
    for numbers in permutations((2, 3, 4)):
        for signs in product("+-*/", repeat=2):
            text = f"{numbers[0]}{signs[0]}{numbers[1]}{signs[1]}{numbers[2]}"
            (value,) = equations(text)[0].values()
            for completion in (f"<answer>{text}</answer>", f"So {text} = 24"):
                assert float(value == 24) == score("countdown@v2", completion, PUZZLE).value  # type: ignore[union-attr]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.parametrize("reward_id", ["countdown@v1", "countdown@v2"])
def test_a_hostile_text_is_read_in_linear_time(reward_id: str, text: str) -> None:
    """A long text of anything stays within the budget, and earns no full pay."""
    outcome = score(reward_id, f"Assistant: {text}", PUZZLE)
    assert isinstance(outcome, Score)
    assert "answer_too_expensive" != outcome.reason
    assert outcome.value < 1


@pytest.mark.parametrize(
    "completion",
    [
        (
            "Using the numbers [2, 3, 4], create an equation that equals 24. Return it in <answer> </answer> tags, "
            "for example <answer> (1 + 2) / 3 </answer>."
        ),
        "<answer>24</answer>",
        "<answer>2*3*4 = 24, 4*6 = 24, 2+3+4 = 24</answer>",
        "target equation equals 24 numbers 2 3 4 answer " * 2_000,
        "<answer>2+3+4</answer><answer>2*3+4</answer><answer>2*3*4</answer>",
        "\n".join(f"{a}{x}{b}{y}{c}" for a, b, c in permutations((2, 3, 4)) for x, y in product("+-/", repeat=2)),
    ],
)
def test_nothing_is_paid_for_pretending(completion: str) -> None:
    """Echoes, lists of attempts and keywords are worth nothing."""
    outcome = score("countdown@v2", completion, PUZZLE)
    assert isinstance(outcome, Score)
    assert 0.0 == outcome.value


@pytest.mark.parametrize("text", ["1" * 16, "(" * 41 + "1" + ")" * 41, "+".join("1" * 200)])
def test_arithmetic_beyond_the_limits_is_not_read(text: str) -> None:
    """Numbers, depth and length are bounded."""
    with pytest.raises(UnreadableError):
        equations(text)[0].values()
