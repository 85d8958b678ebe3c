"""GSM8K answers: every published label is reproduced, any spelling of a number is read, hedging never pays."""

import json
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.text.stated_numbers import stated
from rewards.types import Score
from tests.rewards.golden.published import DATA
from tests.rewards.scoring import score

REWARD = "gsm8k_answer@v2"
FOLDER = DATA / "gsm8k"
PLACES = ("#### @", "####@", "so\n#### $@", "The answer is @.", "**Answer:** @", "A: @", r"\boxed{@}", "#### **@**")
NUMBERS = st.integers(-(10**12), 10**12)
PIECES = st.lists(
    st.sampled_from(
        [
            *("####", "#### ", "72", "41", "\n", " or ", "answer is ", "Answer: ", "A: ", r"\boxed{", "}", "$", "**"),
            *("=", "+", "-", "/", "(", ")", "%", ",", ".", "1/2", "not ", "<<", ">>", "</think>", "million", "\u2212"),
        ]
    )
    | st.text(max_size=3),
    max_size=14,
).map("".join)
HOSTILE = {
    "hashes": "#" * 999_000,
    "markers": "#### " * 199_000,
    "headings": "####\n" * 199_000,
    "statements": "#### 1 " * 140_000,
    "phrases": "Answer: 1 " * 99_000,
    "half phrases": "answer to " * 99_000,
    "lines": "A: 1\n" * 199_000,
    "boxes": r"\boxed{1} " * 99_000,
    "open boxes": r"\boxed{" * 140_000,
    "spaces": "answer" + " " * 990_000,
    "digits": "#### " + "1" * 990_000,
    "commas": "#### " + "1," * 490_000,
    "signs": "#### " + "-" * 990_000 + "1",
    "brackets": "#### " + "(" * 990_000 + "1",
    "fractions": "#### " + r"\frac{1}" * 120_000,
    "annotations": "#### " + "<<" * 490_000 + "1",
    "alternatives": "41 or " * 160_000 + r"\boxed{72}",
}


def value(completion: str, answer: str = "#### 72") -> float:
    """Return the value of a completion."""
    outcome = score(REWARD, completion, {"answer": answer})
    assert isinstance(outcome, Score)
    return outcome.value


def solutions() -> Iterator[tuple[str, str, bool]]:
    """Yield every published solution of the four models, the ground truth and the label."""
    with (FOLDER / "example_model_solutions.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            for answer in row.values():
                if isinstance(answer, dict):
                    yield answer["solution"], row["ground_truth"], answer["is_correct"]


@pytest.mark.skipif(not FOLDER.exists(), reason=f"no GSM8K under {DATA}")
def test_every_label_of_the_published_solutions_is_reproduced() -> None:
    """All 5,276 of them, whether the reference is a solution as it is published or its number behind the marker."""
    rows = list(solutions())
    assert 5_276 == len(rows)
    for solution, truth, is_correct in rows:
        assert is_correct == (value(solution, truth) == 1.0), solution
        assert is_correct == (value(solution, truth.replace("A: ", "#### ")) == 1.0), solution


@pytest.mark.skipif(not FOLDER.exists(), reason=f"no GSM8K under {DATA}")
def test_every_reference_of_the_data_set_is_read() -> None:
    """A solution equals its own last line, and no other number."""
    for name, step in (("test", 1), ("train", 5)):
        with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as lines:
            for row in map(json.loads, islice(lines, 0, None, step)):
                number = row["answer"].rpartition("#### ")[2]
                assert (1.0, 0.0) == (value(row["answer"], number), value(row["answer"], "0.125"))


@settings(deadline=None)
@given(number=NUMBERS, place=st.sampled_from(PLACES), style=st.sampled_from(["{}", "{:,}", "{}.0", "{}.", "{} km"]))
def test_a_number_is_read_in_every_place_and_style(number: int, place: str, style: str) -> None:
    """The right number is paid, its neighbour is not."""
    completion = place.replace("@", style.format(number))
    assert (1.0, 0.0) == (value(completion, str(number)), value(completion, str(number + 1)))


@settings(deadline=None)
@given(top=st.integers(-999, 999), bottom=st.integers(1, 99))
def test_fractions_are_exact(top: int, bottom: int) -> None:
    """A fraction equals itself in any terms, and what is a thousandth away it does not."""
    found = stated(f"{top}/{bottom}").amount
    assert found is not None
    assert found.value == Fraction(top, bottom)
    assert 1.0 == value(rf"#### \frac{{{top * 3}}}{{{bottom * 3}}}", f"{top}/{bottom}")


@settings(deadline=None)
@given(
    one=NUMBERS,
    other=NUMBERS,
    place=st.sampled_from(PLACES),
    shape=st.sampled_from(["{} or {}", "{}, {}", "{} and {}", "{} = {}", "{} ({})", "{}; maybe {}", "{}/{} or {}"]),
)
def test_two_different_numbers_are_never_paid(one: int, other: int, place: str, shape: str) -> None:
    """Whichever of them is right."""
    if one != other:
        completion = place.replace("@", shape.format(one, other, 7))
        assert (0.0, 0.0) == (value(completion, str(one)), value(completion, str(other)))


@settings(deadline=None)
@given(text=PIECES)
def test_any_text_is_judged_and_right_for_one_number_at_most(text: str) -> None:
    """No completion makes the reward fail."""
    assert value(text) + value(text, "41") <= 1


@settings(deadline=None)
@given(text=PIECES)
def test_what_counts_with_a_marker_required_counts_without(text: str) -> None:
    """The param takes places away and adds none, but for headings that a later statement explains."""
    strict = score(REWARD, text, {"answer": "72"}, {"require_marker": True})
    loose = score(REWARD, text, {"answer": "72"})
    assert isinstance(strict, Score)
    assert isinstance(loose, Score)
    if strict.reason != "no_answer" and loose.details["place"] == "marker":
        assert strict == loose


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_costs_little(name: str) -> None:
    """A million characters are read in a fraction of the budget, whatever they are."""
    value(HOSTILE[name])
