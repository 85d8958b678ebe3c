"""A multiple-choice answer is paid when it chooses one option, the right one."""

import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.text.choices import LETTERS, Options, shown_order
from rewards.types import Score
from tests.rewards.golden.published import DATA
from tests.rewards.scoring import score

REWARD = "multiple_choice@v1"
OPTIONS = ["London", "Berlin", "Paris", "Rome"]
QUESTION = {"answer": "C", "options": OPTIONS}
PLACES = (
    *("<answer>@</answer>", r"\boxed{@}", r"\boxed{\text{@}}", "The answer is @.", "**Answer: @**", "Hm.\n\n(@)"),
    *("\u7b54\u6848\u662f@", "La respuesta es @.", "Die Antwort ist @.", "La r\u00e9ponse est @."),
)
WORDS = st.lists(
    st.sampled_from(
        [
            *("A", "B", "C", "D", "E", "I", "c", "(C)", "C.", "or", "and", "not", ",", "Paris", "London", "\n"),
            *("because", "answer is", "Answer:", "<answer>", "</answer>", r"\boxed{", "}", "**", ". ", "<think>"),
            *("</think>", "Option", "\uff23"),
        ]
    )
    | st.text(max_size=3),
    max_size=12,
).map(" ".join)
HOSTILE = {
    "parentheses": "(" * 900_000,
    "boxes": r"\boxed{" * 140_000,
    "tags": "<answer>" * 120_000,
    "closed": "<answer>A</answer> " * 50_000,
    "phrases": "The answer is A. " * 58_000,
    "lines": "A\n" * 450_000,
    "letters": "<answer>" + "A, " * 300_000,
    "spaces": "answer" + " " * 900_000 + "is C",
    "stars": "answer" + "*" * 900_000,
    "braces": r"\boxed" + " " * 900_000,
    "short": "<answer>" + "A (" * 600 + "</answer>",
}


def value(completion: str, reference: dict[str, object] | None = None) -> float:
    """Return the value of a completion."""
    outcome = score(REWARD, completion, reference or QUESTION)
    assert isinstance(outcome, Score)
    return outcome.value


@pytest.mark.parametrize("place", PLACES)
def test_letters_and_texts_are_read_wherever_an_answer_stands(place: str) -> None:
    """The right letter is paid in every place, every other letter in none."""
    for letter in "ABCDE":
        assert float(letter == "C") == value(place.replace("@", letter))
    if "(@)" not in place:
        for option in OPTIONS:
            assert float(option == "Paris") == value(place.replace("@", option))


@pytest.mark.parametrize("place", PLACES[:5])
def test_two_letters_are_no_answer(place: str) -> None:
    """However two options are put together, and in whichever order, nothing is paid."""
    for one, other, shape in product("ABD", ["C"], ["{} or {}", "{}, {}", "{}/{}", "{} and {}", "{}{}", "{} not {}"]):
        for pair in ((one, other), (other, one)):
            assert 0.0 == value(place.replace("@", shape.format(*pair)))


@settings(deadline=None)
@given(text=WORDS)
def test_any_text_is_judged(text: str) -> None:
    """No completion makes the reward fail, and no text is right for two options."""
    outcomes = [score(REWARD, text, {"answer": letter, "options": OPTIONS}) for letter in "ABCD"]
    assert all(isinstance(outcome, Score) for outcome in outcomes)
    assert sum(outcome.value for outcome in outcomes if isinstance(outcome, Score)) <= 1


@settings(deadline=None)
@given(seed=st.integers(-(2**40), 2**80), answer=st.sampled_from("ABCD"), text=st.booleans())
def test_a_permutation_moves_letters_and_no_texts(seed: int, answer: str, text: bool) -> None:  # noqa: FBT001
    """The builder's order and the reward's are one: the shown letter is right, and so is the text."""
    order = shown_order(OPTIONS, seed)
    index = LETTERS.index(answer)
    gold = OPTIONS[index] if text else answer
    outcome = score(
        REWARD,
        f"<answer>{LETTERS[order.index(index)]}</answer>",
        {"answer": gold, "options": OPTIONS, "permutation_seed": seed},
    )
    assert isinstance(outcome, Score)
    assert 1.0 == outcome.value
    assert "".join(LETTERS[i] for i in order) == outcome.details["permutation"]
    assert 1.0 == value(
        f"<answer>{OPTIONS[index]}</answer>", {"answer": gold, "options": OPTIONS, "permutation_seed": seed}
    )


def test_the_permutation_is_the_documented_one() -> None:
    """These orders were computed once; no platform and no release may change them."""
    assert [0, 2, 3, 1] == shown_order(OPTIONS, 7)
    assert len({tuple(shown_order(OPTIONS, seed)) for seed in range(500)}) == 24


@settings(deadline=None)
@given(options=st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=6, unique_by=lambda each: each.strip()))
def test_every_text_of_an_option_is_that_option(options: list[str]) -> None:
    """An option's own text names it, unless the text is a letter of the list or blank."""
    if any(not option.strip() or not option.strip().isprintable() for option in options):
        return
    if len({" ".join(option.split()) for option in options}) < len(options):
        return
    for index, option in enumerate(options):
        assert LETTERS[index] in Options(tuple(options)).named(option)


@pytest.mark.parametrize(
    "completion",
    [
        "What is the capital of France?\nA) London\nB) Berlin\nC) Paris\nD) Rome\nAnswer with one letter. Answer:",
        "A) London\nB) Berlin\nC) Paris",
        "A\nB\nC",
        "Answer: A\nAnswer: B\nAnswer: C",
        "<answer>C) Paris D) Rome A) London B) Berlin</answer>",
        "<answer>Paris, London, Berlin, Rome</answer>",
        r"\boxed{A} \boxed{B} \boxed{D} \boxed{C}",
        "I cannot decide",
        "C " * 50_000,
        "Paris " * 16_000,
        "correct answer option choice letter C Paris " * 2_000,
        "",
    ],
)
def test_nothing_is_paid_for_pretending(completion: str) -> None:
    """Echoes, lists of all options, keywords and much text are worth nothing, whichever option is right."""
    for letter in "ABCD":
        assert 0.0 == value(completion, {"answer": letter, "options": OPTIONS})


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_text_is_read_in_linear_time(text: str) -> None:
    """A megabyte of anything takes seconds less than the budget."""
    assert 0.0 == value(text)


@pytest.mark.skipif(not (DATA / "golden" / "mcq.json").exists(), reason="no golden rows")
def test_other_graders_mistakes_are_not_made() -> None:
    """On the texts of three other graders, C is paid where it is chosen, and only there."""
    rows = json.loads((DATA / "golden" / "mcq.json").read_text(encoding="utf-8"))
    texts = {str(row["completion"]) for row in rows}
    chosen = {text for text in texts if value(text) == 1.0}
    assert chosen == {
        *("The answer is C", "The answer is (C)", "**Answer: C**", "Answer: $C", "C", r"\boxed{C}"),
        *("A is correct? No. The correct answer is C", "<think>Answer: A</think>Answer: C"),
        *("Answer: C", "Answer: c", "Answer: A. Wait, Answer: C"),
    }
