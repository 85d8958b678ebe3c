"""A completion is cut into the steps that a reader would count."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.text.gibberish import is_gibberish
from rewards.text.steps import MAX_CHARS, MAX_STEPS, plain, steps, turn
from rewards.text.truncation import ends_within_word

PIECES = (
    "<think>", "</think>", "\n", "\n\n", "\\[", "\\]", "$$", "```", "Step 1: ", "1. ", "- ",
    "So 2 + 2 = 4. ", "It is. ", ":", "。", "\u200b", "<|im_end|>", "Mr. ", "é",
)  # fmt: skip
texts = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=80).map("".join))
SPACE = re.compile(r"\s+")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is first. Two is second.", ["One is first.", "Two is second."]),
        ("One is first.\nTwo is second.", ["One is first.", "Two is second."]),
        ("Step 1: Add. It is three.\nStep 2: Stop there.", ["Step 1: Add. It is three.", "Step 2: Stop there."]),
        ("1. Add all of it. It is 3.\n2) Stop there.", ["1. Add all of it. It is 3.", "2) Stop there."]),
        ("We have\n\\[\nx = 5\n\\]\nand that is all.", ["We have\n\\[\nx = 5\n\\]", "and that is all."]),
        ("We compute:\n\n$$\n2 + 2\n= 4\n$$", ["We compute:\n$$\n2 + 2\n= 4\n$$"]),
        ("**Step 1**\n\nAdd them all.", ["**Step 1**\nAdd them all."]),
        ("The sum is 2 + 3\n= 5.", ["The sum is 2 + 3\n= 5."]),
        ("Mr. Ng has 3.5 kg, e.g. of rice. He sells it.", ["Mr. Ng has 3.5 kg, e.g. of rice.", "He sells it."]),
        ("<think>\nIt is 4 of them.\n</think>\n<answer>4</answer>", ["It is 4 of them.", "4"]),
        ("一共有七个。所以答案是七。", ["一共有七个。", "所以答案是七。"]),
        ("```python\na = 1\nb = 2\n```", ["```python\na = 1\nb = 2\n```"]),
        ("a < b and c > d hold here", ["a < b and c > d hold here"]),
        ("He said no. Yes. It is 4 of them.", ["He said no.", "Yes. It is 4 of them."]),
        ("", []),
        ("--- ... ---", []),
    ],
)
def test_steps_are_what_a_reader_would_count(text: str, expected: list[str]) -> None:
    """Lines that are laid out as steps, else sentences; displays, headings and announcements stay with their lines."""
    assert expected == steps(text)


@pytest.mark.parametrize(
    ("count", "gap", "expected"),
    [(200, " ", 200), (201, " ", 1), (201, "\n", 1), (200, "\n\n", 200), (201, "\n\n", 101), (2_000, "\n\n", 143)],
)
def test_a_long_text_is_cut_more_coarsely(count: int, gap: str, expected: int) -> None:
    """At lines, then at blank lines, then at some of these; what is too long for a step is cut at a blank."""
    found = steps(gap.join(["It is 4 of them."] * count))
    assert len(found) == expected or all(len(step) > MAX_CHARS // 2 for step in found[:-1])


@given(texts)
def test_every_text_is_cut_without_loss(text: str) -> None:
    """But for blanks, and for lines without a letter or a digit, the steps are the text in its order."""
    found = steps(text)
    assert len(found) <= MAX_STEPS
    assert all(step and len(step) <= MAX_CHARS and step == step.strip() for step in found)
    ink = SPACE.sub("", plain(text))
    at = 0
    for step in found:
        at = ink.index(SPACE.sub("", step), at) + len(SPACE.sub("", step))
    left = ink
    for step in found:
        left = left.replace(SPACE.sub("", step), "", 1)
    assert not any(character.isalnum() for character in left)


@given(texts)
def test_no_hidden_character_is_shown(text: str) -> None:
    """Controls, zero-width marks and directions are left out."""
    assert not any(
        re.search("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", s) for s in steps(text) or ()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is 4.<|im_end|>", "It is 4."),
        ("It is 4.<|im_end|>\n<|im_start|>user\nAnd now?", "It is 4."),
        ("<|im_start|>assistant\nIt is 4.", "It is 4."),
        ("<|im_end|>It is 4.", ""),
        ("a <|x| b", "a <|x| b"),
    ],
)
def test_a_turn_ends_where_it_says(text: str, expected: str) -> None:
    """What stands behind the end is no part of the completion."""
    assert expected == turn(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("asdf qwer zxcv hjkl uiop bnmk", True),
        ("xkcd qwrt plmk zzzz bbbn sdfg hjkl vbnm", True),
        ("Each of the six rows holds seven jars.", False),
        ("Kila safu ina viti sita, na kuna safu nne kwa jumla.", False),  # Swahili, of which no word is known
        ("x^2 + y^2 = z^2, ab - cd = ef, gh * ij = kl", False),
        ("Каждый ряд стоит отдельно, и рядов шесть.", False),
        ("asdf qwer", False),
    ],
)
def test_gibberish_is_told_from_words(text: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Random letters are neither common words nor such as could be spoken."""
    assert expected is is_gibberish(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A third of the books are novels, so there are 80 nov", True),
        ("There are 9 cars, which leaves 4 ca", True),
        ("There are 9 cars, which leaves one car", False),
        ("There are 9 cars, which leaves 4 buses", False),
        ("There are 9 cars, which leaves 4 ca.", False),
        ("The angle theta is 4 th", False),
        ("", False),
    ],
)
def test_a_text_that_stops_within_a_word_is_told(text: str, expected: bool) -> None:  # noqa: FBT001 - as above
    """The head of a word before it, that is no form of it and no word of the text."""
    assert expected is ends_within_word(text)


def test_the_words_of_the_prompt_count() -> None:
    """A model takes its words from there."""
    assert ends_within_word("It keeps 80 nov", "How many novels does the library keep?")
    assert not ends_within_word("It keeps 80 nov", "How many nov does it keep, and how many novels?")
